/* What machines write in the same shape each time: session ids, times, languages, types of media,
 * names of programs. Bytes that could end anything stand only where the shape has them. */
#include "engine/java_names.h"
#include "engine/scan.h"
#include "engine/txn_priv.h"

enum { TOKEN_MAX = 128, AGENT_MAX = 512, SUBTAG_MAX = 3 };

static bool is(struct mln_sv s, size_t i, unsigned mask)
{
    return i < s.len && mln_cc((unsigned char)s.p[i], mask);
}

static size_t skip_digits(struct mln_sv s, size_t i)
{
    while (is(s, i, MLN_CC_DIGIT))
        i++;
    return i;
}

/* ---- ids ---- */

/* Objects of Ruby and Python begin so in base64, those of Java in hexadecimal digits, and need no
 * word to be one. */
static bool may_be_object(struct mln_sv s)
{
    return mln_sv_starts(s, MLN_SV("BA")) || mln_sv_starts(s, MLN_SV("gA")) ||
           mln_sv_istarts(s, MLN_SV("aced"));
}

/* 8f14e45f-ceea-167a-9bd4: groups of hexadecimal digits in one case. Base64 of them is no text with
 * a space or a quote in it, whatever the digits. */
static bool is_hex(struct mln_sv s)
{
    enum { DIGIT = 1, LOWER = 2, UPPER = 4, DASH = 8 };
    /* clang-format off */
    static const uint8_t kinds[256] = {
        ['0' ... '9'] = DIGIT, ['a' ... 'f'] = LOWER, ['A' ... 'F'] = UPPER, ['-'] = DASH,
    };
    /* clang-format on */
    unsigned all = 0, before = DASH;

    for (size_t i = 0; i < s.len; i++) {
        unsigned kind = kinds[(unsigned char)s.p[i]];
        if (!kind || (kind & before & DASH))
            return false;
        all |= before = kind;
    }
    return (all & (LOWER | UPPER)) != (LOWER | UPPER) && before != DASH;
}

/* Letters and digits of which base64 makes no text. */
static bool is_random(struct mln_sv s)
{
    size_t digits = 0;

    for (size_t i = 0; i < s.len; i++) {
        if (!is(s, i, MLN_CC_ALPHA | MLN_CC_DIGIT))
            return false;
        digits += is(s, i, MLN_CC_DIGIT);
    }
    return digits >= 3 && mln_sv_ifind(s, MLN_SV("0x")) == SIZE_MAX &&
           mln_java_magic(s) == SIZE_MAX && !mln_java_base64(s) && mln_base64_is_noise(s);
}

/* GA1.2.1234567890.1700000000: what counters of visitors keep. */
static bool is_counter(struct mln_sv s)
{
    size_t dots = 0, i = 2 + (size_t)is(s, 2, MLN_CC_DIGIT);

    if (!is(s, 0, MLN_CC_ALPHA) || !is(s, 1, MLN_CC_ALPHA))
        return false;
    for (; i < s.len && s.p[i] == '.' && is(s, i + 1, MLN_CC_DIGIT); dots++)
        i = skip_digits(s, i + 1);
    return i == s.len && dots >= 2;
}

/* s has at i what `shape` has: '0' stands for any digit. Where that ends; SIZE_MAX: no. */
static size_t shape_at(struct mln_sv s, size_t i, const char *shape)
{
    for (; *shape; shape++, i++)
        if (*shape == '0' ? !is(s, i, MLN_CC_DIGIT) : i >= s.len || s.p[i] != *shape)
            return SIZE_MAX;
    return i;
}

/* 2024-01-02, 2024-01-02T03:04:05.678Z, 2024-01-02 03:04:05+01:00 (RFC 3339). */
static bool is_time(struct mln_sv s)
{
    size_t i = shape_at(s, 0, "0000-00-00"), zone;

    if (i == SIZE_MAX || i == s.len)
        return i != SIZE_MAX;
    i = s.p[i] == 'T' || s.p[i] == ' ' ? shape_at(s, i + 1, "00:00:00") : SIZE_MAX;
    if (i == SIZE_MAX)
        return false;
    if (i < s.len && s.p[i] == '.')
        i = skip_digits(s, i + 1);
    if (i + 1 == s.len && s.p[i] == 'Z')
        return true;
    zone = i < s.len && (s.p[i] == '+' || s.p[i] == '-') ? shape_at(s, i + 1, "00:00") : i;
    return zone == s.len;
}

bool mln_is_plain_token(struct mln_sv s)
{
    if (s.len < 10 || s.len > TOKEN_MAX || may_be_object(s))
        return false;
    if (is_hex(s) || (is(s, 0, MLN_CC_DIGIT) && is_time(s)) || is_counter(s))
        return true;
    return s.len >= 16 && is_random(s);
}

/* ---- headers of browsers ---- */

/* Length of the word at i when no detector knows it, else 0. */
static size_t word_at(const struct mln_telling_words *w, struct mln_sv s, size_t i)
{
    size_t n = skip_digits(s, i) - i;

    if (n && !is(s, i + n, MLN_CC_ALPHA))
        return n;
    while (is(s, i + n, MLN_CC_ALPHA | MLN_CC_DIGIT))
        n++;
    return n && !mln_word_tells(w, mln_sv_sub(s, i, n)) ? n : 0;
}

/* en-GB,en;q=0.8, *;q=0.1 */
static bool is_languages(const struct mln_telling_words *w, struct mln_sv s)
{
    size_t i = 0;

    while (i < s.len) {
        size_t n = s.p[i] == '*' ? 1 : word_at(w, s, i);
        if (!n || n > SUBTAG_MAX)
            return false;
        i += n;
        if (i < s.len && s.p[i] == '-' && word_at(w, s, i + 1)) {
            i++;
            continue;
        }
        size_t q = shape_at(s, i, ";q=0");
        i = q == SIZE_MAX ? i : q;
        if (q != SIZE_MAX && i < s.len && s.p[i] == '.')
            i = skip_digits(s, i + 1);
        if (i == s.len)
            return true;
        if (s.p[i] != ',')
            return false;
        i += 1 + (size_t)(i + 1 < s.len && s.p[i + 1] == ' ');
    }
    return false;
}

/* Whether the byte between two words of a program's name joins them; it is no letter or digit. */
static bool joins(struct mln_sv s, size_t i)
{
    bool digit = is(s, i + 1, MLN_CC_DIGIT);

    switch (s.p[i]) {
    case '/': /* Firefox/128.0 */
    case '_': /* x86_64 */
    case '-':
        return digit;
    case '.':
        return digit && is(s, i - 1, MLN_CC_DIGIT);
    case ':':
        return digit && i >= 2 && s.p[i - 1] == 'v' && s.p[i - 2] == 'r';
    default:
        return false;
    }
}

/* What stands between the parts of a program's name, from i on: "; ", " (", ") "… Where the next
 * part starts; SIZE_MAX: this is none. */
static size_t skip_gap(struct mln_sv s, size_t i, bool *inside)
{
    if (i < s.len && *inside && (s.p[i] == ';' || s.p[i] == ','))
        return i + 1 < s.len && s.p[i + 1] == ' ' ? i + 2 : SIZE_MAX;
    if (i < s.len && *inside && s.p[i] == ')') {
        *inside = false;
        i++;
        if (i == s.len)
            return i;
    }
    if (i >= s.len || s.p[i] != ' ')
        return SIZE_MAX;
    i++;
    if (i < s.len && !*inside && s.p[i] == '(') { /* behind a version: this is no call */
        if (!is(s, i - 2, MLN_CC_DIGIT))
            return SIZE_MAX;
        *inside = true;
        i++;
    }
    return i;
}

/* Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0 */
static bool is_agent(const struct mln_telling_words *w, struct mln_sv s)
{
    static const struct mln_sv khtml = {"(KHTML, like Gecko)", 19};
    bool inside = false;
    size_t i = 0;

    /* capitals at its start are a command of a store: "CONFIG SET dir" */
    if (!is(s, 0, MLN_CC_ALPHA) || s.len > AGENT_MAX || is(s, 2, MLN_CC_UPPER))
        return false;
    while (i < s.len) {
        size_t n = word_at(w, s, i);
        if (!n)
            return false;
        i += n;
        if (i < s.len && joins(s, i)) {
            i++;
            continue;
        }
        if (i < s.len && !inside && mln_sv_starts(mln_sv_sub(s, i + 1, s.len), khtml))
            i += 1 + khtml.len;
        if (i == s.len)
            return !inside;
        i = skip_gap(s, i, &inside);
        if (i == s.len)
            return !inside && s.p[i - 1] == ')';
    }
    return false;
}

/* Words with one sign between each two: svg+xml, x-www-form-urlencoded, utf-8. Where they end. */
static size_t skip_token(const struct mln_telling_words *w, struct mln_sv s, size_t i)
{
    size_t n;

    while ((n = word_at(w, s, i)) != 0) {
        i += n;
        if (i + 1 >= s.len || !memchr("-+.", s.p[i], 3) ||
            !is(s, i + 1, MLN_CC_ALPHA | MLN_CC_DIGIT))
            return i;
        i++;
    }
    return SIZE_MAX;
}

static size_t skip_media_type(const struct mln_telling_words *w, struct mln_sv s, size_t i)
{
    i = mln_scan_at(s, i, MLN_SV("*/")) ? i + 1 : skip_token(w, s, i);
    if (i >= s.len || s.p[i] != '/')
        return SIZE_MAX;
    return mln_scan_at(s, i, MLN_SV("/*")) ? i + 2 : skip_token(w, s, i + 1);
}

/* text/html,application/xml;q=0.9; charset=utf-8 */
static bool is_media_types(const struct mln_telling_words *w, struct mln_sv s)
{
    size_t i = skip_media_type(w, s, 0);

    while (i < s.len) {
        char sign = s.p[i++];
        i += i < s.len && s.p[i] == ' ';
        if (sign == ',') {
            i = skip_media_type(w, s, i);
        } else {
            i = sign == ';' ? skip_token(w, s, i) : SIZE_MAX;
            i = i < s.len && s.p[i] == '=' ? skip_token(w, s, i + 1) : SIZE_MAX;
            if (i <= s.len && !is(s, i - 1, MLN_CC_DIGIT)) /* utf-8, 0.9, b3 */
                return false;
        }
    }
    return i == s.len;
}

bool mln_is_plain_header(const struct mln_telling_words *w, struct mln_sv name, struct mln_sv value)
{
    bool plain = false;

    if (mln_sv_ieq(name, MLN_SV("user-agent")))
        plain = is_agent(w, value);
    else if (mln_sv_ieq(name, MLN_SV("accept-language")))
        plain = is_languages(w, value);
    else if (mln_sv_ieq(name, MLN_SV("content-type")) || mln_sv_ieq(name, MLN_SV("accept")))
        plain = is_media_types(w, value);
    return plain && mln_java_magic(value) == SIZE_MAX;
}
