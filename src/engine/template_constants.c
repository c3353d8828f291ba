/* Template expressions of constants: what they give is known, so nobody but a prober asks. */
#include "engine/scan.h"
#include "engine/template_priv.h"

/* Constants with an operator between: 7*7, '7'*7, 3 + 4. Ranges, dates and networks (1-5, 1/2,
 * 10.0.0.0/8) are doubtful. */
static enum mln_arithmetic calculates(struct mln_sv in)
{
    size_t digits = 0, sure = 0, doubtful = 0;

    for (size_t i = 0; i < in.len; i++) {
        char c = in.p[i];
        if (mln_cc((unsigned char)c, MLN_CC_DIGIT))
            digits++;
        else if (c == '*' || (c == '+' && digits))
            sure++;
        else if (c == '/' || (c == '-' && digits))
            doubtful++;
        else if (!c || !strchr(" '\"=(){.@$#+-", c))
            return MLN_ARITHMETIC_NONE;
    }
    if (digits < 2)
        return MLN_ARITHMETIC_NONE;
    return sure ? MLN_ARITHMETIC_SURE : doubtful ? MLN_ARITHMETIC_DOUBTFUL : MLN_ARITHMETIC_NONE;
}

static size_t word_end(struct mln_sv in, size_t i)
{
    while (i < in.len && mln_cc((unsigned char)in.p[i], MLN_CC_WORD))
        i++;
    return i;
}

/* What stands behind "set x =", "assign x =", "var x =", "$x =". */
static struct mln_sv assigned(struct mln_sv in)
{
    size_t i = 0;

    for (unsigned words = 0; words < 2 && i < in.len; words++) {
        i += in.p[i] == '$';
        size_t end = word_end(in, i), next = mln_scan_skip_space(in, end);
        if (end == i || mln_cc((unsigned char)in.p[i], MLN_CC_DIGIT))
            return in;
        if (next + 1 < in.len && in.p[next] == '=' && in.p[next + 1] != '=')
            return mln_sv_trim(mln_sv_sub(in, next + 1, in.len));
        i = next;
    }
    return in;
}

/* "print(7*7)", "raw 7*7": what is calculated is an argument. */
static struct mln_sv argument_of(struct mln_sv in, bool directive)
{
    size_t end = 0;

    while (end < in.len && mln_cc((unsigned char)in.p[end], MLN_CC_ALPHA))
        end++;
    bool called = end > 0 && end < in.len && (in.p[end] == '(' || (directive && in.p[end] == ' '));
    return called ? mln_sv_sub(in, end, in.len) : in;
}

/* "'a'?upper_case", "7?c": a constant that FreeMarker is to convert, and nothing else. */
static bool converts_constant(struct mln_sv in)
{
    size_t mark = mln_sv_chr(in, '?'), end = mark + 1;

    if (mark == SIZE_MAX || mark == 0)
        return false;
    char first = in.p[0], last = in.p[mark - 1];
    bool text = mark > 1 && (first == '"' || first == '\'') && last == first;
    bool number = mln_cc((unsigned char)first, MLN_CC_DIGIT) &&
                  mln_cc((unsigned char)last, MLN_CC_DIGIT) &&
                  mln_sv_chr(mln_sv_sub(in, 0, mark), ' ') == SIZE_MAX;
    while (end < in.len && (in.p[end] == '_' || (in.p[end] >= 'a' && in.p[end] <= 'z')))
        end++;
    return (text || number) && end == in.len && end > mark + 1;
}

/* Two strings that are joined, or one that is repeated or filled in: 'a'~'b', "__cl" + "ass__",
 * 'a'*3, '%c'%65. */
static bool joins_strings(struct mln_sv in)
{
    for (size_t i = 1; i + 1 < in.len; i++) {
        if (in.p[i] != '~' && in.p[i] != '+' && in.p[i] != '*' && in.p[i] != '%')
            continue;
        size_t before = i, after = mln_scan_skip_space(in, i + 1);
        while (before && in.p[before - 1] == ' ')
            before--;
        char q = before ? in.p[before - 1] : '\0';
        bool operand =
            after < in.len && (in.p[i] == '*' || in.p[i] == '%'
                                   ? mln_cc((unsigned char)in.p[after], MLN_CC_DIGIT) != 0
                                   : in.p[after] == q);
        if ((q == '\'' || q == '"') && operand && before > 1 &&
            mln_sv_chr(mln_sv_sub(in, 0, before - 1), q) != SIZE_MAX)
            return true;
    }
    return false;
}

/* The offset behind a number or a quoted text at i, or i. */
static size_t skip_constant(struct mln_sv in, size_t i)
{
    size_t end = i;

    if (i < in.len && (in.p[i] == '\'' || in.p[i] == '"')) {
        size_t close = mln_sv_chr(mln_sv_sub(in, i + 1, in.len), in.p[i]);
        return close == SIZE_MAX ? i : i + 1 + close + 1;
    }
    while (end < in.len && mln_cc((unsigned char)in.p[end], MLN_CC_DIGIT))
        end++;
    return end;
}

/* "7 | times: 7", "7|add:7", "'abc' | upper": a filter whose input and arguments are constants.
 * Themes do so with names of files and of messages ("'a.css' | asset_url"), not with these. */
static enum mln_arithmetic filters_constant(struct mln_sv in)
{
    static const char *const texts[] = {
        "append", "base64_encode", "capitalize", "downcase", "e",    "escape", "length", "lower",
        "md5",    "prepend",       "raw",        "reverse",  "safe", "size",   "upcase", "upper"};
    size_t end = skip_constant(in, 0), bar = mln_scan_skip_space(in, end);

    if (!end || bar >= in.len || in.p[bar] != '|')
        return MLN_ARITHMETIC_NONE;
    size_t name = mln_scan_skip_space(in, bar + 1), stop = word_end(in, name);
    size_t colon = mln_scan_skip_space(in, stop), behind = colon;
    if (colon < in.len && (in.p[colon] == ':' || in.p[colon] == '('))
        behind = skip_constant(in, mln_scan_skip_space(in, colon + 1));
    bool number = mln_cc((unsigned char)in.p[0], MLN_CC_DIGIT);
    if (number && behind > colon && mln_cc((unsigned char)in.p[behind - 1], MLN_CC_DIGIT))
        return MLN_ARITHMETIC_SURE;
    return mln_scan_among(mln_sv_sub(in, name, stop - name), texts, MLN_ARRAY_LEN(texts))
               ? MLN_ARITHMETIC_DOUBTFUL
               : MLN_ARITHMETIC_NONE;
}

/* "printf \"%s\" \"a\"", "print 1": a function of Go's templates, of constants. */
static bool prints_constants(struct mln_sv in)
{
    static const char *const names[] = {"html",   "js",      "len",     "print",
                                        "printf", "println", "urlquery"};
    size_t i = word_end(in, 0), start = i;

    if (!mln_scan_among(mln_sv_sub(in, 0, i), names, MLN_ARRAY_LEN(names)))
        return false;
    for (size_t next; i < in.len; i = next) {
        next = mln_scan_skip_space(in, i);
        if (next == i || (next = skip_constant(in, next)) == mln_scan_skip_space(in, i))
            return false;
    }
    return i > start;
}

/* "7 == 7", "1==1?'a':'b'": two numbers are compared. */
static bool compares_constants(struct mln_sv in)
{
    size_t end = skip_constant(in, 0), i = mln_scan_skip_space(in, end);

    if (!end || i + 2 >= in.len || in.p[i + 1] != '=' || !memchr("=!<>", in.p[i], 4))
        return false;
    i = mln_scan_skip_space(in, i + 2);
    size_t second = skip_constant(in, i);
    return second > i && (second == in.len || memchr(" ?", in.p[second], 2));
}

/* "if 1", "if 'a' == 'a'": what is decided is known. */
static bool is_constant_condition(struct mln_sv in)
{
    size_t values = 0;

    if (!mln_scan_at(in, 0, MLN_SV("if")) || in.len <= 3)
        return false;
    for (size_t i = 2; i < in.len; i++) {
        if (!in.p[i] || !strchr(" ()=!<>'\"0123456789", in.p[i])) {
            bool quoted = (in.p[i - 1] == '\'' || in.p[i - 1] == '"') && i + 1 < in.len &&
                          in.p[i + 1] == in.p[i - 1]; /* of one letter */
            if (!quoted)
                return false;
        }
        values += mln_cc((unsigned char)in.p[i], MLN_CC_DIGIT) || in.p[i] == '\'';
    }
    return values > 0;
}

/* Without what an engine allows around an expression: blanks, "-" that drops those outside, ";". */
static struct mln_sv bare(struct mln_sv in)
{
    while (in.len && memchr(" \t\r\n-", in.p[0], 5))
        in = mln_sv_sub(in, 1, in.len);
    while (in.len && memchr(" \t\r\n-;", in.p[in.len - 1], 6))
        in.len--;
    return in;
}

enum mln_arithmetic mln_template_constant(struct mln_sv in, char open, bool directive)
{
    struct mln_sv whole = bare(in), value = assigned(whole);
    enum mln_arithmetic a = calculates(argument_of(value, directive));

    if ((open == '$' && converts_constant(whole)) ||
        filters_constant(value) == MLN_ARITHMETIC_SURE ||
        (directive && (joins_strings(in) || is_constant_condition(whole))))
        return MLN_ARITHMETIC_SURE;
    if (a == MLN_ARITHMETIC_NONE && (joins_strings(in) || filters_constant(value) ||
                                     prints_constants(whole) || compares_constants(whole)))
        a = MLN_ARITHMETIC_DOUBTFUL;
    return a;
}
