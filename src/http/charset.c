#include "http/charset.h"

#include "base/utf8.h"

/* ---- names ---- */

/* Families by how their names begin. The two-byte sets are among them: their second bytes can be
 * ASCII, which the decoding lanes know of. Not among them: UTF-7, EBCDIC (ibm037, cp500 …) and
 * ISO-2022, in which ASCII text is not what it says. */
static const char *const families[] = {
    "utf-8", "utf8",      "us-ascii", "ascii",     "ansi_x3.4", "iso-8859-", "iso8859", "iso_8859",
    "latin", "windows-",  "cp125",    "cp932",     "cp936",     "cp949",     "cp950",   "gb2312",
    "gbk",   "gb18030",   "big5",     "shift_jis", "shift-jis", "sjis",      "ms932",   "euc-",
    "euc_",  "ks_c_5601", "koi8",     "macintosh", "x-mac",     "tis-620",
};

bool mln_charset_keeps_ascii(struct mln_sv name)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(families); i++)
        if (mln_sv_istarts(name, mln_sv_str(families[i])))
            return true;
    return false;
}

/* ---- UTF-16 and UTF-32 ---- */

static bool is_zero(struct mln_sv s, const char *pattern)
{
    for (size_t i = 0; i < 4; i++)
        if ((s.p[i] == '\0') != (pattern[i] == '0'))
            return false;
    return true;
}

enum mln_wide mln_wide_detect(struct mln_sv s)
{
    if (s.len < 4)
        return MLN_WIDE_NONE;
    if (mln_sv_starts(s, MLN_SV("\xff\xfe\0\0")) || is_zero(s, "x000"))
        return MLN_WIDE_UTF32LE;
    if (mln_sv_starts(s, MLN_SV("\0\0\xfe\xff")) || is_zero(s, "000x"))
        return MLN_WIDE_UTF32BE;
    if (mln_sv_starts(s, MLN_SV("\xff\xfe")) || (s.p[0] && !s.p[1]))
        return MLN_WIDE_UTF16LE;
    if (mln_sv_starts(s, MLN_SV("\xfe\xff")) || (!s.p[0] && s.p[1]))
        return MLN_WIDE_UTF16BE;
    return MLN_WIDE_NONE;
}

static uint32_t unit_value(const struct mln_wide_reader *w, size_t size)
{
    bool little = w->kind == MLN_WIDE_UTF16LE || w->kind == MLN_WIDE_UTF32LE;
    uint32_t v = 0;

    for (size_t i = 0; i < size; i++)
        v = v << 8 | w->unit[little ? size - 1 - i : i];
    return v;
}

/* The unit that is complete as UTF-8; the length, at most 6. */
static size_t put_unit(struct mln_wide_reader *w, uint32_t v, bool is_16, char *out)
{
    size_t n = 0;

    if (is_16 && w->high) {
        uint32_t high = w->high;
        w->high = 0;
        if (v >= 0xdc00 && v < 0xe000)
            return mln_utf8_encode(0x10000 + ((high - 0xd800) << 10) + (v - 0xdc00), out);
        n = mln_utf8_encode(0xfffd, out);
    }
    if (is_16 && v >= 0xd800 && v < 0xdc00) {
        w->high = (uint16_t)v;
        return n;
    }
    size_t len = mln_utf8_encode(v, out + n);
    return n + (len ? len : mln_utf8_encode(0xfffd, out + n));
}

int mln_wide_feed(struct mln_wide_reader *w, struct mln_sv in,
                  int (*out)(void *self, struct mln_sv piece), void *self)
{
    bool is_16 = w->kind == MLN_WIDE_UTF16LE || w->kind == MLN_WIDE_UTF16BE;
    size_t size = is_16 ? 2 : 4, n = 0;
    char text[1024];

    for (size_t i = 0; i < in.len; i++) {
        w->unit[w->n++] = (unsigned char)in.p[i];
        if (w->n < size)
            continue;
        w->n = 0;
        n += put_unit(w, unit_value(w, size), is_16, text + n);
        if (n + 8 < sizeof(text))
            continue;
        int r = out(self, mln_sv(text, n));
        if (r)
            return r;
        n = 0;
    }
    return n ? out(self, mln_sv(text, n)) : 0;
}
