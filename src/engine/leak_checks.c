#include "engine/leak_checks.h"

static const struct mln_leak_span nothing = {0, 0};

static bool is_alnum(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_ALPHA | MLN_CC_DIGIT);
}

static bool is_digit(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_DIGIT);
}

static bool is_base64(char c)
{
    return is_alnum(c) || c == '+' || c == '/';
}

static bool is_token(char c)
{
    return is_alnum(c) || c == '_' || c == '-';
}

static bool is_capital(char c)
{
    return is_digit(c) || mln_cc((unsigned char)c, MLN_CC_UPPER);
}

static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

static size_t run(struct mln_sv s, size_t i, bool (*of)(char c))
{
    size_t start = i;

    while (i < s.len && of(s.p[i]))
        i++;
    return i - start;
}

static bool starts(struct mln_sv s, size_t i, const char *text)
{
    return mln_sv_starts(mln_sv_sub(s, MLN_MIN(i, s.len), s.len), mln_sv_str(text));
}

/* The word `text` within s[from..to), or SIZE_MAX. */
static size_t find_in(struct mln_sv s, size_t from, size_t to, const char *text)
{
    size_t at = mln_sv_ifind(mln_sv_sub(s, from, to - from), mln_sv_str(text));

    return at == SIZE_MAX ? SIZE_MAX : from + at;
}

static size_t back(size_t from, size_t most)
{
    return from - MLN_MIN(from, MLN_MIN(most, (size_t)MLN_LEAK_BEFORE));
}

static size_t line_end(struct mln_sv s, size_t i)
{
    while (i < s.len && s.p[i] != '\n' && s.p[i] != '<')
        i++;
    return i;
}

/* ---- keys ---- */

/* A line break as it is, escaped in JSON, or of HTML. */
static size_t skip_breaks(struct mln_sv s, size_t i)
{
    for (;;) {
        size_t start = i;
        while (i < s.len && (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == ' '))
            i++;
        i += starts(s, i, "\\r") || starts(s, i, "\\n") ? 2 : 0;
        i += starts(s, i, "<br>") ? 4 : starts(s, i, "<br />") ? 6 : 0;
        if (i == start)
            return i;
    }
}

/* Documentation shows the first line with dots behind it; a key has its bytes (RFC 7468). */
static struct mln_leak_span private_key(struct mln_sv s, size_t from, size_t to)
{
    enum { LABEL_MAX = 40, KEY_MIN = 40 };
    size_t label = find_in(s, to, MLN_MIN(to + LABEL_MAX, s.len), "-----");

    if (label == SIZE_MAX || find_in(s, to, label, "PRIVATE KEY") == SIZE_MAX)
        return nothing;
    size_t i = skip_breaks(s, label + 5);
    if (starts(s, i, "Proc-Type:") || starts(s, i, "Version:"))
        return (struct mln_leak_span){from, s.len};
    size_t n = run(s, i, is_base64);
    return n >= KEY_MIN ? (struct mln_leak_span){from, i + n} : nothing;
}

static struct mln_leak_span secret_of(struct mln_sv s, size_t from, size_t to, size_t n,
                                      bool (*of)(char c))
{
    bool bounded = from == 0 || !is_token(s.p[from - 1]);

    return bounded && run(s, to, of) == n ? (struct mln_leak_span){from, to + n} : nothing;
}

/* aws_secret_access_key = "…40 characters…" */
static struct mln_leak_span aws_secret(struct mln_sv s, size_t from, size_t to)
{
    size_t i = to;

    while (i < s.len && i < to + 12 && is_one_of(s.p[i], " =:\"'&;quot\\>"))
        i++;
    return run(s, i, is_base64) == 40 ? (struct mln_leak_span){from, i + 40} : nothing;
}

static struct mln_leak_span slack(struct mln_sv s, size_t from, size_t to)
{
    size_t team = run(s, to, is_digit);

    if (team < 9 || to + team >= s.len || s.p[to + team] != '-')
        return nothing;
    size_t n = run(s, to, is_token);
    return n >= 30 ? (struct mln_leak_span){from, to + n} : nothing;
}

static struct mln_leak_span stripe(struct mln_sv s, size_t from, size_t to)
{
    size_t n = run(s, to, is_alnum);

    return n >= 24 ? (struct mln_leak_span){from, to + n} : nothing;
}

/* ---- passwd and shadow (passwd(5), shadow(5)) ---- */

/* The end of n fields, each closed by ':', from s[i] on the same line; SIZE_MAX when there are
 * fewer. */
static size_t skip_fields(struct mln_sv s, size_t i, unsigned n)
{
    while (n) {
        if (i >= s.len || s.p[i] == '\n' || s.p[i] == '<')
            return SIZE_MAX;
        n -= s.p[i++] == ':';
    }
    return i;
}

static bool is_shadow(struct mln_sv s, size_t to)
{
    size_t day = skip_fields(s, to, 1);

    if (!is_one_of(s.p[to], "$!*") || day == SIZE_MAX)
        return false;
    size_t n = run(s, day, is_digit);
    return n >= 4 && n <= 6 && starts(s, day + n, ":0:");
}

static struct mln_leak_span passwd(struct mln_sv s, size_t from, size_t to)
{
    if ((from > 0 && is_token(s.p[from - 1])) || to >= s.len)
        return nothing;
    size_t uid = skip_fields(s, to, 1);
    size_t home = uid != SIZE_MAX && starts(s, uid, "0:0:") ? skip_fields(s, uid + 4, 1) : SIZE_MAX;
    bool good = home != SIZE_MAX && starts(s, home, "/") && skip_fields(s, home, 1) != SIZE_MAX;

    return good || is_shadow(s, to) ? (struct mln_leak_span){from, line_end(s, to)} : nothing;
}

/* ---- traces ---- */

/* "at shop.cart.Total.of(Total.java:41)" */
static struct mln_leak_span java(struct mln_sv s, size_t from, size_t to)
{
    size_t line = run(s, to, is_digit), name = from;

    while (name > 0 && is_alnum(s.p[name - 1]))
        name--;
    if (!line || !starts(s, to + line, ")") || name == 0 || s.p[name - 1] != '(')
        return nothing;
    size_t at = name - 1;
    while (at > 0 && (is_alnum(s.p[at - 1]) || is_one_of(s.p[at - 1], ".$_/<>@")))
        at--;
    return at >= 3 && mln_sv_eq(mln_sv_sub(s, at - 3, 3), MLN_SV("at "))
               ? (struct mln_leak_span){at - 3, to + line + 1}
               : nothing;
}

static struct mln_leak_span python(struct mln_sv s, size_t from, size_t to)
{
    size_t file = find_in(s, to, s.len, "File ");

    return file == SIZE_MAX ? nothing : (struct mln_leak_span){from, line_end(s, file)};
}

/* "Warning: … in /srv/www/a.php on line 3", with <b> where PHP writes HTML. */
static struct mln_leak_span php(struct mln_sv s, size_t from, size_t to)
{
    static const char *const kinds[] = {"Fatal error", "Parse error", "Warning", "Notice",
                                        "Uncaught "};
    size_t start = back(from, MLN_LEAK_BEFORE);
    size_t digits = to + (starts(s, to, "<b>") ? 3 : 0);
    struct mln_sv before = mln_sv_sub(s, start, from - start);

    if (!run(s, digits, is_digit) ||
        !(mln_sv_ends(before, MLN_SV(".php")) || mln_sv_ends(before, MLN_SV(".php</b>"))))
        return nothing;
    for (size_t i = 0; i < MLN_ARRAY_LEN(kinds); i++) {
        size_t at = mln_sv_find(before, mln_sv_str(kinds[i]));
        if (at != SIZE_MAX)
            return (struct mln_leak_span){start + at, digits + run(s, digits, is_digit)};
    }
    return nothing;
}

static struct mln_leak_span aspnet(struct mln_sv s, size_t from, size_t to)
{
    size_t end = find_in(s, to, MLN_MIN(to + 128, s.len), "' Application");

    return end == SIZE_MAX ? nothing : (struct mln_leak_span){from, end + 13};
}

/* "/srv/app/a.rb:3:in `call'" */
static struct mln_leak_span ruby(struct mln_sv s, size_t from, size_t to)
{
    size_t n = run(s, to, is_digit);

    return n && starts(s, to + n, ":in ") ? (struct mln_leak_span){from, line_end(s, to + n)}
                                          : nothing;
}

/* ---- databases, source ---- */

static struct mln_leak_span oracle(struct mln_sv s, size_t from, size_t to)
{
    return run(s, to, is_digit) == 4 && starts(s, to + 4, ":")
               ? (struct mln_leak_span){from, line_end(s, to)}
               : nothing;
}

static struct mln_leak_span sqlstate(struct mln_sv s, size_t from, size_t to)
{
    return run(s, to, is_capital) == 5 && starts(s, to + 5, "]")
               ? (struct mln_leak_span){from, line_end(s, to)}
               : nothing;
}

static struct mln_leak_span php_source(struct mln_sv s, size_t from, size_t to)
{
    static const char *const code[] = {"$", "include", "require", "function ", "echo", "define("};
    size_t end = MLN_MIN(to + 200, s.len);

    if (to >= s.len || !mln_cc((unsigned char)s.p[to], MLN_CC_SPACE))
        return nothing;
    for (size_t i = 0; i < MLN_ARRAY_LEN(code); i++)
        if (find_in(s, to, end, code[i]) != SIZE_MAX)
            return (struct mln_leak_span){from, end};
    return nothing;
}

struct mln_leak_span mln_leak_around(enum mln_leak_check check, struct mln_sv s, size_t from,
                                     size_t to)
{
    s = mln_sv_sub(s, 0, from + MLN_LEAK_AFTER);
    switch (check) {
    case MLN_LEAK_ALONE:
        return (struct mln_leak_span){from, to};
    case MLN_LEAK_PRIVATE_KEY:
        return private_key(s, from, to);
    case MLN_LEAK_KEY_END:
        return nothing;
    case MLN_LEAK_PASSWD:
        return passwd(s, from, to);
    case MLN_LEAK_JAVA:
        return java(s, from, to);
    case MLN_LEAK_PYTHON:
        return python(s, from, to);
    case MLN_LEAK_PHP:
        return php(s, from, to);
    case MLN_LEAK_ASPNET:
        return aspnet(s, from, to);
    case MLN_LEAK_RUBY:
        return ruby(s, from, to);
    case MLN_LEAK_ORACLE:
        return oracle(s, from, to);
    case MLN_LEAK_SQLSTATE:
        return sqlstate(s, from, to);
    case MLN_LEAK_AWS_ID:
        return starts(s, from, "AKIA") || starts(s, from, "ASIA")
                   ? secret_of(s, from, to, 16, is_capital)
                   : nothing;
    case MLN_LEAK_AWS_SECRET:
        return aws_secret(s, from, to);
    case MLN_LEAK_GITHUB:
        return secret_of(s, from, to, 36, is_alnum);
    case MLN_LEAK_SLACK:
        return slack(s, from, to);
    case MLN_LEAK_GOOGLE:
        return starts(s, from, "AIza") ? secret_of(s, from, to, 35, is_token) : nothing;
    case MLN_LEAK_STRIPE:
        return stripe(s, from, to);
    case MLN_LEAK_PHP_SOURCE:
        return php_source(s, from, to);
    }
    return nothing;
}

/* ---- cards ---- */

/* Visa, Mastercard, American Express, Discover, by the first digits and the length. */
static bool is_issued(const uint8_t *d, unsigned n)
{
    unsigned two = d[0] * 10U + d[1], four = two * 100U + d[2] * 10U + d[3];

    if (d[0] == 4)
        return n == 13 || n == 16 || n == 19;
    if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720))
        return n == 16;
    if (two == 34 || two == 37)
        return n == 15;
    return (four == 6011 || two == 65) && n == 16;
}

/* ISO/IEC 7812-1 annex B */
static bool check_digit_fits(const uint8_t *d, unsigned n)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < n; i++) {
        unsigned v = d[n - 1 - i];
        v = i % 2 ? v * 2 : v;
        sum += v > 9 ? v - 9 : v;
    }
    return sum % 10 == 0;
}

size_t mln_leak_card(struct mln_sv s, size_t i)
{
    uint8_t digit[20];
    unsigned n = 0;
    bool bounded = i == 0 || (!is_alnum(s.p[i - 1]) && !is_one_of(s.p[i - 1], "-_./="));

    if (!bounded || i >= s.len || !is_one_of(s.p[i], "23456"))
        return 0;
    for (; i < s.len && n < sizeof(digit); i++) {
        bool gap = (s.p[i] == ' ' || s.p[i] == '-') && n && is_digit(s.p[i - 1]) && i + 1 < s.len &&
                   is_digit(s.p[i + 1]);
        if (is_digit(s.p[i]))
            digit[n++] = (uint8_t)(s.p[i] - '0');
        else if (!gap)
            break;
    }
    if (n < 13 || n > 19 || (i < s.len && is_alnum(s.p[i])))
        return 0;
    return is_issued(digit, n) && check_digit_fits(digit, n) ? i : 0;
}
