#include "engine/sql_tokens.h"

static bool is_word_byte(unsigned char c)
{
    return mln_cc(c, MLN_CC_WORD) || c == '$' || c == '#' || c >= 0x80;
}

static void add(struct mln_sql *q, enum mln_sql_type type, uint16_t kind, size_t off, size_t len)
{
    if (q->n == MLN_SQL_TOKENS_MAX) {
        q->cut = true;
        return;
    }
    q->t[q->n++] = (struct mln_sql_token){(uint8_t)type, kind, (uint32_t)off, (uint32_t)len};
}

/* End of a string that opened with `quote` in front of i: doubled quotes and backslashes stay
 * inside. s.len when it never closes. */
static size_t string_end(struct mln_sv s, size_t i, char quote)
{
    for (; i < s.len; i++) {
        if (s.p[i] == '\\' && quote != '`') {
            i++;
        } else if (s.p[i] == quote) {
            if (i + 1 < s.len && s.p[i + 1] == quote)
                i++;
            else
                return i;
        }
    }
    return s.len;
}

static size_t take_string(struct mln_sql *q, struct mln_sv s, size_t i, char quote)
{
    size_t end = string_end(s, i + 1, quote);

    if (end >= s.len) {
        q->open_end = true;
        end = s.len - 1;
    }
    add(q, quote == '`' ? MLN_SQL_WORD : MLN_SQL_STRING, 0, i, end + 1 - i);
    return end + 1;
}

static size_t take_number(struct mln_sql *q, struct mln_sv s, size_t i)
{
    size_t start = i;

    if (s.p[i] == '0' && i + 2 < s.len && (s.p[i + 1] | 0x20) == 'x' &&
        mln_cc((unsigned char)s.p[i + 2], MLN_CC_HEX)) {
        for (i += 2; i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_HEX); i++)
            ;
    } else {
        while (i < s.len && (mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT) || s.p[i] == '.'))
            i++;
        if (i + 1 < s.len && (s.p[i] | 0x20) == 'e' &&
            (mln_cc((unsigned char)s.p[i + 1], MLN_CC_DIGIT) || s.p[i + 1] == '(' ||
             s.p[i + 1] == '-' || s.p[i + 1] == ' '))
            for (i += 2; i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT); i++)
                ;
    }
    /* "2nd", "1a2b": a word after all; "1union" and "1or" are numbers with a keyword behind */
    size_t w = i;
    while (w < s.len && is_word_byte((unsigned char)s.p[w]) && s.p[w] != '#')
        w++;
    if (w > i && !mln_sql_word(mln_sv_sub(s, i, w - i))) {
        add(q, MLN_SQL_WORD, 0, start, w - start);
        return w;
    }
    add(q, MLN_SQL_NUMBER, 0, start, i - start);
    return i;
}

static size_t take_word(struct mln_sql *q, struct mln_sv s, size_t i)
{
    size_t start = i;

    while (i < s.len && is_word_byte((unsigned char)s.p[i]) && s.p[i] != '#')
        i++;
    struct mln_sv w = mln_sv_sub(s, start, i - start);
    uint16_t kind = mln_sql_word(w);
    add(q, kind ? MLN_SQL_KEYWORD : MLN_SQL_WORD, kind, start, i - start);
    return i;
}

static size_t line_end(struct mln_sv s, size_t i)
{
    while (i < s.len && s.p[i] != '\n' && s.p[i] != '\r')
        i++;
    return i;
}

/* A bracketed comment; a versioned one is read as code, by leaving its mark out. */
static size_t take_comment(struct mln_sql *q, struct mln_sv s, size_t i)
{
    if (i + 2 < s.len && s.p[i + 2] == '!') {
        q->obfuscated = true;
        for (i += 3; i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT); i++)
            ;
        return i;
    }
    size_t close = mln_sv_find(mln_sv_sub(s, i + 2, s.len), MLN_SV("*/"));
    if (close == SIZE_MAX) {
        add(q, MLN_SQL_COMMENT, 0, i, s.len - i);
        return s.len;
    }
    add(q, MLN_SQL_INLINE, 0, i, close + 4);
    return i + close + 4;
}

static size_t take_operator(struct mln_sql *q, struct mln_sv s, size_t i)
{
    static const char *const ops[] = {"<=>", "->>", "!==", "::", "->", "@>", "<@",
                                      "<=",  ">=",  "<>",  "!=", "==", ":=", "||",
                                      "&&",  "<<",  ">>",  "!<", "!>", "*="};

    for (size_t k = 0; k < MLN_ARRAY_LEN(ops); k++) {
        size_t n = strlen(ops[k]);
        if (i + n <= s.len && memcmp(s.p + i, ops[k], n) == 0) {
            add(q, MLN_SQL_OPERATOR, k == 13 || k == 14 ? MLN_SQLK_BOOL : 0, i, n);
            return i + n;
        }
    }
    add(q, MLN_SQL_OPERATOR, 0, i, 1);
    return i + 1;
}

static size_t take_variable(struct mln_sql *q, struct mln_sv s, size_t i)
{
    size_t start = i;

    while (i < s.len && s.p[i] == '@')
        i++;
    while (i < s.len && (is_word_byte((unsigned char)s.p[i]) || s.p[i] == '.'))
        i++;
    add(q, MLN_SQL_VARIABLE, 0, start, i - start);
    return i;
}

/* "--" is a comment where white space, a control byte or the end follows (MySQL); other dialects
 * want nothing behind it, but then "1--2" and "a--b" are prose or arithmetic far more often. */
static bool is_dash_comment(struct mln_sv s, size_t i)
{
    if (i + 1 >= s.len || s.p[i] != '-' || s.p[i + 1] != '-')
        return false;
    if (i + 2 >= s.len)
        return true;
    unsigned char c = (unsigned char)s.p[i + 2];
    return c <= ' ' || c == '+' || c == '-' || c == ';' || c == '\'' || c == '"';
}

static size_t take_punct(struct mln_sql *q, struct mln_sv s, size_t i)
{
    char c = s.p[i];

    switch (c) {
    case '(':
    case '{':
        add(q, MLN_SQL_OPEN, 0, i, 1);
        return i + 1;
    case ')':
    case '}':
        add(q, MLN_SQL_CLOSE, 0, i, 1);
        return i + 1;
    case ',':
        add(q, MLN_SQL_COMMA, 0, i, 1);
        return i + 1;
    case ';':
        add(q, MLN_SQL_SEMI, 0, i, 1);
        return i + 1;
    case '.':
        add(q, MLN_SQL_DOT, 0, i, 1);
        return i + 1;
    case '[':
    case ']': /* an identifier's brackets, or nothing: read as nothing */
        return i + 1;
    default:
        if (c && strchr("=<>+-*/%|&^~!:", c))
            return take_operator(q, s, i);
        add(q, MLN_SQL_OTHER, 0, i, 1);
        return i + 1;
    }
}

static size_t take_token(struct mln_sql *q, struct mln_sv s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];

    if (c <= ' ' || (c == 0xa0 && (!i || (unsigned char)s.p[i - 1] < 0x80)) || c == 0x7f) {
        q->obfuscated = q->obfuscated || c == 0x0b || c == 0x0c || c == 0xa0;
        return i + 1;
    }
    if (c == '\'' || c == '"' || c == '`')
        return take_string(q, s, i, (char)c);
    if (is_dash_comment(s, i) || c == '#') {
        size_t end = line_end(s, i);
        add(q, MLN_SQL_COMMENT, 0, i, end - i);
        return end;
    }
    if (c == '/' && i + 1 < s.len && s.p[i + 1] == '*')
        return take_comment(q, s, i);
    if (c == '*' && i + 1 < s.len && s.p[i + 1] == '/') /* the end of a versioned comment */
        return i + 2;
    if (mln_cc(c, MLN_CC_DIGIT) ||
        (c == '.' && i + 1 < s.len && mln_cc((unsigned char)s.p[i + 1], MLN_CC_DIGIT)))
        return take_number(q, s, i);
    if (c == '@')
        return i + 1 < s.len && s.p[i + 1] == '>' ? take_operator(q, s, i) : take_variable(q, s, i);
    if (c == '<' && i + 1 < s.len && s.p[i + 1] == '@')
        return take_operator(q, s, i);
    if (is_word_byte(c))
        return take_word(q, s, i);
    return take_punct(q, s, i);
}

void mln_sql_tokenize(struct mln_sv s, char quote, struct mln_sql *ret)
{
    size_t i = 0;

    ret->n = 0;
    ret->closed_quote = ret->open_end = ret->obfuscated = ret->cut = false;
    if (quote) {
        i = string_end(s, 0, quote);
        if (i >= s.len)
            return;
        i++;
        ret->closed_quote = true;
    }
    while (i < s.len && !ret->cut)
        i = take_token(ret, s, i);
}
