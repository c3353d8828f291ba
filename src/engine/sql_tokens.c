#include "engine/sql_tokens.h"

#include "engine/scan.h"

static bool is_word_byte(unsigned char c)
{
    return mln_cc(c, MLN_CC_WORD) || c == '$' || c >= 0x80;
}

static bool is_digit_at(struct mln_sv s, size_t i)
{
    return i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT);
}

static char byte_at(struct mln_sv s, size_t i)
{
    return i < s.len ? s.p[i] : '\0';
}

/* A no-break space: Latin-1 behind ASCII, or UTF-8. Its length, or 0. */
static size_t hard_space(struct mln_sv s, size_t i)
{
    if ((unsigned char)s.p[i] == 0xc2 && (unsigned char)byte_at(s, i + 1) == 0xa0)
        return 2;
    return (unsigned char)s.p[i] == 0xa0 && (i == 0 || (unsigned char)s.p[i - 1] < 0x80);
}

static void add(struct mln_sql *q, enum mln_sql_type type, uint32_t kind, size_t off, size_t len)
{
    q->t[q->n++] = (struct mln_sql_token){(uint8_t)type, kind, (uint32_t)off, (uint32_t)len};
}

/* ---- strings ---- */

/* End of a string that opened with `quote` in front of i. s.len when it never closes. */
static size_t string_end(struct mln_sv s, size_t i, char quote, bool escapes)
{
    char escape = escapes ? '\\' : quote;

    for (i = mln_scan_either(s, i, quote, escape); i < s.len;
         i = mln_scan_either(s, i + 2, quote, escape))
        if (s.p[i] == quote && byte_at(s, i + 1) != quote)
            return i;
    return s.len;
}

static size_t take_string(struct mln_sql *q, struct mln_sv s, size_t i, char quote)
{
    size_t end = string_end(s, i + 1, quote, quote != '`');

    if (end >= s.len) {
        q->open_end = true;
        end = s.len - 1;
    }
    add(q, quote == '`' ? MLN_SQL_WORD : MLN_SQL_STRING, 0, i, end + 1 - i);
    return end + 1;
}

/* $$text$$ of PostgreSQL. */
static size_t take_dollar_string(struct mln_sql *q, struct mln_sv s, size_t i)
{
    size_t close = mln_sv_find(mln_sv_sub(s, i + 2, s.len), MLN_SV("$$"));

    if (close == SIZE_MAX) {
        add(q, MLN_SQL_OTHER, 0, i, 2);
        return i + 2;
    }
    add(q, MLN_SQL_STRING, 0, i, close + 4);
    return i + close + 4;
}

/* ---- numbers and words ---- */

static size_t number_end(struct mln_sv s, size_t i)
{
    if (s.p[i] == '0' && (byte_at(s, i + 1) | 0x20) == 'x' &&
        mln_cc((unsigned char)byte_at(s, i + 2), MLN_CC_HEX)) {
        for (i += 2; i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_HEX); i++)
            ;
        return i;
    }
    while (is_digit_at(s, i) || byte_at(s, i) == '.')
        i++;
    if ((byte_at(s, i) | 0x20) != 'e')
        return i;
    size_t sign = byte_at(s, i + 1) == '-' || byte_at(s, i + 1) == '+';
    if (is_digit_at(s, i + 1 + sign)) {
        for (i += 1 + sign; is_digit_at(s, i); i++)
            ;
    } else if (s.p[i - 1] == '.' && !mln_cc((unsigned char)byte_at(s, i + 1), MLN_CC_WORD)) {
        i++; /* "1.e(1)": an exponent that MySQL drops */
    }
    return i;
}

static size_t word_end(struct mln_sv s, size_t i)
{
    static const bool plain[256] = {/* those that no no-break space begins with */
                                    ['0' ... '9'] = true,   ['A' ... 'Z'] = true,
                                    ['a' ... 'z'] = true,   ['_'] = true,
                                    ['$'] = true,           [0x80 ... 0x9f] = true,
                                    [0xa1 ... 0xc1] = true, [0xc3 ... 0xff] = true};

    for (; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!plain[c] && (c < 0x80 || hard_space(s, i)))
            break;
    }
    return i;
}

/* "2nd", "1a2b" are words after all; "1union" and "1or" are numbers with a keyword behind. */
static size_t take_number(struct mln_sql *q, struct mln_sv s, size_t i)
{
    const uint32_t follows = MLN_SQLK_BOOL | MLN_SQLK_UNION | MLN_SQLK_CLAUSE;
    size_t end = number_end(s, i), w = word_end(s, end);

    if (w > end && !(mln_sql_word(mln_sv_sub(s, end, w - end)) & follows)) {
        add(q, MLN_SQL_WORD, 0, i, w - i);
        return w;
    }
    add(q, MLN_SQL_NUMBER, 0, i, end - i);
    return end;
}

static size_t take_word(struct mln_sql *q, struct mln_sv s, size_t i)
{
    size_t end = word_end(s, i);
    uint32_t kind = mln_sql_word(mln_sv_sub(s, i, end - i));

    add(q, kind ? MLN_SQL_KEYWORD : MLN_SQL_WORD, kind, i, end - i);
    return end;
}

static size_t take_variable(struct mln_sql *q, struct mln_sv s, size_t i)
{
    size_t start = i;

    while (byte_at(s, i) == '@')
        i++;
    while (i < s.len && (is_word_byte((unsigned char)s.p[i]) || s.p[i] == '.'))
        i++;
    if (byte_at(s, i) == '`') /* @`name` */
        i = MLN_MIN(string_end(s, i + 1, '`', false) + 1, s.len);
    add(q, MLN_SQL_VARIABLE, 0, start, i - start);
    return i;
}

/* ---- comments ---- */

static size_t line_end(struct mln_sv s, size_t i)
{
    while (i < s.len && s.p[i] != '\n' && s.p[i] != '\r')
        i++;
    return i;
}

/* "un/ ** /ion": filters that drop comments glue the halves together. Where both halves touch the
 * comment and make a keyword, the last token becomes that word. Bytes taken behind the comment. */
static size_t join_halves(struct mln_sql *q, struct mln_sv s, size_t open, size_t after)
{
    char word[24];
    struct mln_sql_token *t = q->n ? &q->t[q->n - 1] : NULL;
    size_t end = word_end(s, after);

    if (!t || t->type != MLN_SQL_WORD || t->off + t->len != open || end == after ||
        t->len + (end - after) > sizeof(word))
        return 0;
    memcpy(word, s.p + t->off, t->len);
    memcpy(word + t->len, s.p + after, end - after);
    uint32_t kind = mln_sql_word(mln_sv(word, t->len + (end - after)));
    if (!(kind & (MLN_SQLK_UNION | MLN_SQLK_SELECT | MLN_SQLK_EFFECT | MLN_SQLK_CLAUSE)))
        return 0;
    *t = (struct mln_sql_token){MLN_SQL_KEYWORD, kind, t->off, (uint32_t)(end - t->off)};
    return end - after;
}

/* A bracketed comment. One that closes is white space; a versioned one is read as code, by leaving
 * its mark out; one that never closes cuts off what follows. */
static size_t take_comment(struct mln_sql *q, struct mln_sv s, size_t i)
{
    if (byte_at(s, i + 2) == '!' || (byte_at(s, i + 2) == 'M' && byte_at(s, i + 3) == '!')) {
        q->obfuscated = true;
        for (i += s.p[i + 2] == '!' ? 3 : 4; is_digit_at(s, i); i++)
            ;
        return i;
    }
    size_t close = mln_sv_find(mln_sv_sub(s, i + 2, s.len), MLN_SV("*/"));
    if (close == SIZE_MAX) {
        add(q, MLN_SQL_COMMENT, 0, i, s.len - i);
        return s.len;
    }
    size_t after = i + close + 4;
    q->obfuscated = q->obfuscated || (q->n && after < s.len);
    return after + join_halves(q, s, i, after);
}

/* "--" is a comment where white space, a control byte or the end follows (MySQL). Other dialects
 * want nothing behind it, but "1--2" and "a--b" are arithmetic or prose far more often: there one
 * word up to the end of a line that is not the last is asked for. */
static bool is_dash_comment(struct mln_sv s, size_t i)
{
    if (byte_at(s, i) != '-' || byte_at(s, i + 1) != '-' || (i && s.p[i - 1] == '-'))
        return false;
    if (i + 2 >= s.len)
        return true;
    unsigned char c = (unsigned char)s.p[i + 2];
    if (c == '-') /* "-----" is a line that somebody drew */
        return (unsigned char)byte_at(s, i + 3) <= ' ';
    if (c <= ' ' || c == '+' || c == ';' || hard_space(s, i + 2))
        return true;
    size_t end = word_end(s, i + 2);
    return end > i + 2 && (byte_at(s, end) == '\n' || byte_at(s, end) == '\r');
}

/* ---- operators ---- */

struct operator_info {
    char text[4];
    uint8_t len;
    uint32_t kind; /* 0: no SQL operator */
};

/* By first byte; of those of one byte longer ones first. */
/* clang-format off */
static const struct operator_info bang[] = {
    {"!==", 3, 0}, {"!~*", 3, MLN_SQLK_COMPARE}, {"!=", 2, MLN_SQLK_COMPARE}, {"!<", 2, MLN_SQLK_COMPARE | MLN_SQLK_EQUAL},
    {"!>", 2, MLN_SQLK_COMPARE | MLN_SQLK_EQUAL}, {"!~", 2, MLN_SQLK_COMPARE}, {"!", 1, MLN_SQLK_UNARY}};
static const struct operator_info hash[] = {{"#>>", 3, MLN_SQLK_ARITH}, {"#>", 2, MLN_SQLK_ARITH}, {"#-", 2, MLN_SQLK_ARITH}};
static const struct operator_info percent[] = {{"%", 1, MLN_SQLK_ARITH}};
static const struct operator_info amp[] = {{"&&", 2, MLN_SQLK_BOOL}, {"&", 1, MLN_SQLK_ARITH}};
static const struct operator_info star[] = {{"*", 1, MLN_SQLK_ARITH}};
static const struct operator_info plus[] = {{"+", 1, MLN_SQLK_ARITH | MLN_SQLK_UNARY}};
static const struct operator_info dash[] = {{"->>", 3, MLN_SQLK_ARITH}, {"->", 2, MLN_SQLK_ARITH}, {"-", 1, MLN_SQLK_ARITH | MLN_SQLK_UNARY}};
static const struct operator_info slash[] = {{"/", 1, MLN_SQLK_ARITH}};
static const struct operator_info colon[] = {{"::", 2, MLN_SQLK_ARITH}, {":=", 2, MLN_SQLK_ARITH}};
static const struct operator_info less[] = {
    {"<=>", 3, MLN_SQLK_COMPARE | MLN_SQLK_EQUAL}, {"<@", 2, MLN_SQLK_COMPARE}, {"<=", 2, MLN_SQLK_COMPARE | MLN_SQLK_EQUAL},
    {"<>", 2, MLN_SQLK_COMPARE}, {"<<", 2, MLN_SQLK_ARITH}, {"<", 1, MLN_SQLK_COMPARE}};
static const struct operator_info equal[] = {
    {"===", 3, 0}, {"=>", 2, 0}, {"==", 2, MLN_SQLK_COMPARE | MLN_SQLK_EQUAL}, {"=", 1, MLN_SQLK_COMPARE | MLN_SQLK_EQUAL}};
static const struct operator_info more[] = {
    {">=", 2, MLN_SQLK_COMPARE | MLN_SQLK_EQUAL}, {">>", 2, MLN_SQLK_ARITH}, {">", 1, MLN_SQLK_COMPARE}};
static const struct operator_info at[] = {{"@>", 2, MLN_SQLK_COMPARE}, {"@?", 2, MLN_SQLK_COMPARE}};
static const struct operator_info caret[] = {{"^=", 2, MLN_SQLK_COMPARE}, {"^", 1, MLN_SQLK_ARITH}};
static const struct operator_info bar[] = {{"||", 2, MLN_SQLK_ARITH | MLN_SQLK_BOOL}, {"|", 1, MLN_SQLK_ARITH}};
static const struct operator_info tilde[] = {{"~*", 2, MLN_SQLK_COMPARE}, {"~", 1, MLN_SQLK_ARITH | MLN_SQLK_UNARY}};

#define OPERATORS(list) {list, MLN_ARRAY_LEN(list)}
static const struct {
    const struct operator_info *o;
    size_t n;
} operators[128] = {
    ['!'] = OPERATORS(bang), ['#'] = OPERATORS(hash), ['%'] = OPERATORS(percent), ['&'] = OPERATORS(amp),
    ['*'] = OPERATORS(star), ['+'] = OPERATORS(plus), ['-'] = OPERATORS(dash), ['/'] = OPERATORS(slash),
    [':'] = OPERATORS(colon), ['<'] = OPERATORS(less), ['='] = OPERATORS(equal), ['>'] = OPERATORS(more),
    ['@'] = OPERATORS(at), ['^'] = OPERATORS(caret), ['|'] = OPERATORS(bar), ['~'] = OPERATORS(tilde),
};
#undef OPERATORS
/* clang-format on */

static bool has_operator(struct mln_sv s, size_t i, const struct operator_info *o)
{
    return i + o->len <= s.len && (o->len < 2 || s.p[i + 1] == o->text[1]) &&
           (o->len < 3 || s.p[i + 2] == o->text[2]);
}

static size_t take_operator(struct mln_sql *q, struct mln_sv s, size_t i)
{
    unsigned c = (unsigned char)s.p[i];
    size_t n = c < MLN_ARRAY_LEN(operators) ? operators[c].n : 0;

    for (size_t k = 0; k < n; k++) {
        const struct operator_info *o = &operators[c].o[k];
        if (!has_operator(s, i, o))
            continue;
        if (o == &less[1] && byte_at(s, i + 2) > ' ' && byte_at(s, i + 2) != '\'')
            continue; /* "<@." compares with a variable */
        add(q, o->kind ? MLN_SQL_OPERATOR : MLN_SQL_OTHER, o->kind, i, o->len);
        return i + o->len;
    }
    add(q, MLN_SQL_OTHER, 0, i, 1);
    return i + 1;
}

/* ?, ?|, ?& of PostgreSQL stand in front of a string or an array. */
static size_t take_question(struct mln_sql *q, struct mln_sv s, size_t i)
{
    size_t n = 1, k;

    if (byte_at(s, i + 1) == '|' || byte_at(s, i + 1) == '&')
        n = 2;
    for (k = i + n; byte_at(s, k) == ' '; k++)
        ;
    bool operand =
        q->n && (byte_at(s, k) == '\'' || mln_sv_istarts(mln_sv_sub(s, k, 6), MLN_SV("array[")));
    add(q, operand ? MLN_SQL_OPERATOR : MLN_SQL_OTHER, operand ? MLN_SQLK_COMPARE : 0, i, n);
    return i + n;
}

/* A subscript where it touches a name, array[1]; else an identifier's brackets, or nothing: those
 * are read as nothing. */
static size_t take_bracket(struct mln_sql *q, struct mln_sv s, size_t i)
{
    bool open = s.p[i] == '[';
    const struct mln_sql_token *t = q->n ? &q->t[q->n - 1] : NULL;

    if (open && t && t->type == MLN_SQL_WORD && t->off + t->len == i) {
        q->subscripts++;
        add(q, MLN_SQL_OPEN, 0, i, 1);
    } else if (!open && q->subscripts) {
        q->subscripts--;
        add(q, MLN_SQL_CLOSE, 0, i, 1);
    }
    return i + 1;
}

static size_t take_single(struct mln_sql *q, size_t i, enum mln_sql_type type)
{
    add(q, type, 0, i, 1);
    return i + 1;
}

static size_t take_punct(struct mln_sql *q, struct mln_sv s, size_t i)
{
    switch (s.p[i]) {
    case '(':
    case '{':
        return take_single(q, i, MLN_SQL_OPEN);
    case ')':
    case '}':
        return take_single(q, i, MLN_SQL_CLOSE);
    case ',':
        return take_single(q, i, MLN_SQL_COMMA);
    case ';':
        return take_single(q, i, MLN_SQL_SEMI);
    case '.':
        return take_single(q, i, MLN_SQL_DOT);
    case '[':
    case ']':
        return take_bracket(q, s, i);
    case '?':
        return take_question(q, s, i);
    default:
        return take_operator(q, s, i);
    }
}

/* A line comment; where text follows on the next line it is no more than white space. */
static size_t take_line_comment(struct mln_sql *q, struct mln_sv s, size_t i)
{
    size_t end = line_end(s, i), k = end;

    while (k < s.len && (unsigned char)s.p[k] <= ' ')
        k++;
    if (k == s.len)
        add(q, MLN_SQL_COMMENT, 0, i, end - i);
    return end;
}

/* "1+union+select": a plus that was a space, between a word that needs one and what it touches. */
static bool is_plus_space(const struct mln_sql *q, struct mln_sv s, size_t i)
{
    const uint32_t spaced = MLN_SQLK_BOOL | MLN_SQLK_UNION | MLN_SQLK_SELECT | MLN_SQLK_CLAUSE |
                            MLN_SQLK_GLUE | MLN_SQLK_COMPARE;
    const struct mln_sql_token *t = q->n ? &q->t[q->n - 1] : NULL;
    size_t end = word_end(s, i + 1);

    if (t && t->type == MLN_SQL_KEYWORD && t->off + t->len == i && (t->kind & spaced))
        return true;
    return end > i + 1 && (mln_sql_word(mln_sv_sub(s, i + 1, end - i - 1)) & spaced) &&
           (i == 0 || (unsigned char)s.p[i - 1] > ' ');
}

static size_t take_token(struct mln_sql *q, struct mln_sv s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];
    char next = byte_at(s, i + 1);

    if (c <= ' ' || c == 0x7f || (c >= 0xa0 && hard_space(s, i))) {
        q->obfuscated = q->obfuscated || c == 0x0b || c == 0x0c || c >= 0xa0;
        return i + (c == 0xc2 ? 2 : 1);
    }
    if (mln_cc(c, MLN_CC_DIGIT) || (c == '.' && is_digit_at(s, i + 1)))
        return take_number(q, s, i);
    if (c == '$' && next == '$')
        return take_dollar_string(q, s, i);
    if (is_word_byte(c))
        return take_word(q, s, i);
    if (c == '\'' || c == '"' || c == '`')
        return take_string(q, s, i, (char)c);
    if (is_dash_comment(s, i) || (c == '#' && next != '>'))
        return take_line_comment(q, s, i);
    if (c == '+' && is_plus_space(q, s, i))
        return i + 1;
    if (c == '/' && next == '*')
        return take_comment(q, s, i);
    if (c == '*' && next == '/') /* the end of a versioned comment */
        return i + 2;
    if (c == '@' && next != '>' && next != '?')
        return take_variable(q, s, i);
    return take_punct(q, s, i);
}

size_t mln_sql_after_quote(struct mln_sv s, char quote, bool escapes)
{
    size_t i = string_end(s, 0, quote, escapes);

    return i >= s.len ? SIZE_MAX : i + 1;
}

/* What most tokens begin with, and what needs no second look. */
enum { BLANK = 1, LETTER };
static const uint8_t usual[256] = {
    ['\t'] = BLANK,         ['\n'] = BLANK, ['\r'] = BLANK,        [' '] = BLANK,
    ['A' ... 'Z'] = LETTER, ['_'] = LETTER, ['a' ... 'z'] = LETTER};

void mln_sql_tokenize(struct mln_sv s, uint32_t from, struct mln_sql *ret)
{
    size_t i = from;

    ret->n = ret->subscripts = 0;
    ret->open_end = ret->obfuscated = false;
    while (i < s.len && ret->n < MLN_SQL_TOKENS_MAX)
        switch (usual[(unsigned char)s.p[i]]) {
        case BLANK:
            i++;
            break;
        case LETTER:
            i = take_word(ret, s, i);
            break;
        default:
            i = take_token(ret, s, i);
        }
    ret->next = (uint32_t)i;
    if (i < s.len) {
        ret->next = ret->t[MLN_SQL_TOKENS_MAX - MLN_SQL_OVERLAP].off;
        ret->open_end = false;
    }
}
