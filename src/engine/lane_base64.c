/* base64 and base64url, as a value of its own and in the address of a document. */
#include "engine/value.h"

static bool is_text_byte(unsigned char c)
{
    return (c >= ' ' && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
}

static bool starts_container(const char *p, size_t n)
{
    static const char java[] = "\xac\xed\x00\x05", gzip[] = "\x1f\x8b\x08",
                      dotnet[] = "\x00\x01\x00\x00\x00\xff";

    return (n >= 4 && !memcmp(p, java, 4)) || (n >= 3 && !memcmp(p, gzip, 3)) ||
           (n >= 6 && !memcmp(p, dotnet, 6));
}

static bool mostly_text(const char *p, size_t n)
{
    size_t good = 0;

    if (starts_container(p, n))
        return true;
    for (size_t i = 0; i < n; i++)
        good += is_text_byte((unsigned char)p[i]);
    return good * 10 >= n * 9;
}

/* How many digits of s there are, without the padding; 0 when it is no base64. */
static size_t base64_digits(struct mln_sv s)
{
    size_t n = s.len;

    while (n && s.p[n - 1] == '=')
        n--;
    if (s.len < 16 || s.len - n > 2 || n % 4 == 1)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (mln_base64_digit((unsigned char)s.p[i]) < 0)
            return 0;
    return n;
}

/* Decodes n digits to p; how many bytes. */
static size_t base64_decode(const char *digits, size_t n, char *p)
{
    size_t out = 0;
    uint32_t acc = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < n; i++) {
        acc = acc << 6 | (uint32_t)mln_base64_digit((unsigned char)digits[i]);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            p[out++] = (char)(acc >> bits & 0xff);
        }
    }
    return out;
}

struct mln_sv mln_base64_bytes(struct mln_arena *a, struct mln_sv s)
{
    size_t n = base64_digits(s);
    char *p = n ? mln_arena_alloc(a, n * 3 / 4 + 3) : NULL;

    return p ? mln_sv(p, base64_decode(s.p, n, p)) : MLN_SV_NULL;
}

bool mln_base64_is_noise(struct mln_sv s)
{
    enum { RUN_MAX = 4 };
    char bytes[100];
    size_t n = base64_digits(s), run = 0;

    if (n * 3 / 4 + 3 > sizeof(bytes))
        return false;
    n = base64_decode(s.p, n, bytes);
    for (size_t i = 0; i < n; i++) {
        run = is_text_byte((unsigned char)bytes[i]) ? run + 1 : 0;
        if (run > RUN_MAX)
            return false;
    }
    return !(n && mostly_text(bytes, n));
}

struct mln_sv mln_coded_document(struct mln_sv s)
{
    enum { HEAD_MAX = 64 };
    static const char *const types[] = {"text/", "svg", "html", "xml", "script"};
    struct mln_sv head = mln_sv_sub(s, 0, HEAD_MAX);

    if (!mln_sv_istarts(head, MLN_SV("data:")))
        return MLN_SV_NULL;
    size_t comma = mln_sv_chr(head, ',');
    head = mln_sv_sub(head, 0, comma);
    if (comma == SIZE_MAX || !mln_sv_ends(head, MLN_SV(";base64")))
        return MLN_SV_NULL;
    for (size_t i = 0; i < MLN_ARRAY_LEN(types); i++)
        if (mln_sv_ifind(head, mln_sv_str(types[i])) != SIZE_MAX)
            return mln_sv_sub(s, comma + 1, s.len);
    return MLN_SV_NULL;
}

/* Script, a handler of an event, or an entity; not what drawings have, whose styles are no attack
 * as long as they are a picture of their own. */
static bool acts(struct mln_sv document)
{
    static const char *const words[] = {"<script", "script:", "<!entity", "<iframe",
                                        "foreignobject"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++)
        if (mln_sv_ifind(document, mln_sv_str(words[i])) != SIZE_MAX)
            return true;
    for (size_t i = 1; i + 3 < document.len; i++) {
        if ((document.p[i] | 0x20) != 'o' || (document.p[i + 1] | 0x20) != 'n' ||
            !memchr(" \t\r\n/\"'", document.p[i - 1], 7))
            continue;
        for (i += 2; i < document.len && mln_cc((unsigned char)document.p[i], MLN_CC_ALPHA); i++)
            ;
        if (i < document.len && document.p[i] == '=')
            return true;
    }
    return false;
}

bool mln_base64_lost_plus(struct mln_sv s)
{
    enum { DIGITS_FOR_BLANK = 12, PIECE_MIN = 16 };
    size_t blanks = 0, piece = 0, longest = 0;

    for (size_t i = 0; i < s.len; i++) {
        bool blank = s.p[i] == ' ';
        if (!blank && s.p[i] != '=' && mln_base64_digit((unsigned char)s.p[i]) < 0)
            return false;
        blanks += blank;
        piece = blank ? 0 : piece + 1;
        longest = MLN_MAX(longest, piece);
    }
    return blanks && longest >= PIECE_MIN && blanks * DIGITS_FOR_BLANK <= s.len;
}

static struct mln_sv restore_plus(struct mln_arena *a, struct mln_sv s)
{
    char *p = mln_sv_chr(s, ' ') != SIZE_MAX && mln_base64_lost_plus(s) ? mln_arena_alloc(a, s.len)
                                                                        : NULL;

    for (size_t i = 0; p && i < s.len; i++)
        p[i] = s.p[i] == ' ' ? '+' : s.p[i];
    return p ? mln_sv(p, s.len) : s;
}

/* "l1_Li4v…": a name of what follows and a '_' in front of it. Of base64url that is a sign like any
 * other, so it counts where the whole makes no text. Absent when there is none. */
static struct mln_sv behind_prefix(struct mln_sv s)
{
    enum { PREFIX_MAX = 5 };
    size_t at = mln_sv_chr(mln_sv_sub(s, 0, PREFIX_MAX), '_');

    return at == SIZE_MAX || !at ? MLN_SV_NULL : mln_sv_sub(s, at + 1, s.len);
}

struct mln_sv mln_lane_base64(struct mln_arena *a, struct mln_sv s, uint32_t *flags)
{
    struct mln_sv document = mln_coded_document(s);
    struct mln_sv bytes = mln_base64_bytes(a, document.p ? document : restore_plus(a, s));

    (void)flags;
    if (document.p && !acts(bytes))
        return s;
    struct mln_sv inner = behind_prefix(s);
    if (inner.p && !(bytes.p && mostly_text(bytes.p, bytes.len)))
        bytes = mln_base64_bytes(a, inner);
    return bytes.p && mostly_text(bytes.p, bytes.len) ? bytes : s;
}
