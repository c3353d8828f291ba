/* SQL injection (detection guide, section 3.1): the value is read as SQL as it stands and behind
 * each kind of quote. What continues the application's query from there to the end of the value is
 * an injection; the further it is from that, the softer the evidence. */
#include "engine/scan.h"
#include "engine/sql_account.h"
#include "engine/sql_fragment.h"
#include "engine/sql_signs.h"

enum { RESTARTS_MAX = 8 };

/* Where a fragment starts. */
enum anchor {
    QUOTED, /* behind the quote that ends the application's string */
    NUMBER, /* at the start: a number or string, then more */
    NAME,   /* at the start: any other operand, then more */
    TAIL,   /* at the start, with what can only follow an operand: OR, ), UNION … */
    WITHIN, /* anywhere */
};

static bool sees(const struct mln_sql_fragment *f, uint32_t bits)
{
    return (f->seen & bits) != 0;
}

static bool joins_condition(const struct mln_sql_fragment *f)
{
    return sees(f, MLN_SQLF_TAUT | MLN_SQLF_COND | MLN_SQLF_CONST);
}

/* ---- comments ---- */

static struct mln_sv last_comment(const struct mln_sql_pass *p, const struct mln_sql_fragment *f)
{
    uint32_t i = f->end ? MLN_MIN(f->end, p->q->n - 1) : 0;

    while (i > f->from && !mln_sql_is(p->q, i, MLN_SQL_COMMENT))
        i--;
    return mln_sql_is(p->q, i, MLN_SQL_COMMENT) ? mln_sql_text(p->q, p->s, i) : mln_sv("", 0);
}

static bool has_letters(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++)
        if (mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA) || (unsigned char)s.p[i] >= 0x80)
            return true;
    return false;
}

/* Nothing stands in the comment: it is there to cut off what follows. */
static bool is_empty(struct mln_sv comment)
{
    return !has_letters(comment) && (comment.p[0] != '#' || comment.len <= 4);
}

/* "'#fff", "'/ *.js": a colour and a glob rather than a comment when nothing is in front of it. */
static bool is_plain_mark(struct mln_sv comment)
{
    if (comment.len && comment.p[0] == '#')
        return mln_scan_skip_space(comment, 1) < comment.len;
    return comment.len && comment.p[0] == '/' && has_letters(comment);
}

/* "x' --" cuts the query off; "the boys' -- all of them --" is a sentence. */
static void judge_quoted_comment(struct mln_sql_pass *p, const struct mln_sql_fragment *f)
{
    struct mln_sv comment = last_comment(p, f);
    struct mln_sv before = mln_sv_sub(p->s, 0, p->base);
    bool alone = mln_sql_is(p->q, f->from, MLN_SQL_COMMENT);
    bool ends = alone && mln_sql_ends_name(before, comment);

    if (is_plain_mark(comment) && (alone || comment.p[0] == '#') && !ends)
        return;
    bool sentence = alone && has_letters(comment) && mln_sv_chr(before, ' ') != SIZE_MAX;
    mln_sql_add(p, sentence ? MLN_SIG_SQLI_BREAKOUT_SOFT : MLN_SIG_SQLI_BREAKOUT_COMMENT, f->from,
                f->end);
}

/* An expression that ends in a comment: "(cos(1 or 1)) --", "1--". */
static void judge_comment(struct mln_sql_pass *p, const struct mln_sql_fragment *f)
{
    struct mln_sv comment = last_comment(p, f);
    bool empty = comment.len && is_empty(comment);
    bool bracket = p->q->n > 1 && mln_sql_is(p->q, p->q->n - 2, MLN_SQL_CLOSE);

    if (!f->complete || !sees(f, MLN_SQLF_COMMENT) || p->q->n < 2)
        return;
    bool group = bracket && mln_sql_is(p->q, 0, MLN_SQL_OPEN) && !sees(f, MLN_SQLF_NAMES);

    bool ends = p->q->n == 3 && mln_sql_is(p->q, 0, MLN_SQL_NUMBER) &&
                mln_sql_is(p->q, 1, MLN_SQL_SEMI);                          /* "1;--" */
    bool constants = sees(f, MLN_SQLF_BY_SIGN) && !sees(f, MLN_SQLF_NAMES); /* "1 | 1 = 1 --" */
    if (empty && (group || ends || constants ||
                  sees(f, MLN_SQLF_KNOWN_CALL | MLN_SQLF_QUERY | MLN_SQLF_BOOL)))
        mln_sql_add(p, MLN_SIG_SQLI_EXPRESSION_COMMENT, f->from, f->end);
    else if (empty && bracket)
        mln_sql_add(p, MLN_SIG_SQLI_BRACKET_COMMENT, f->from, f->end);
    else if (p->q->n <= 6 && !mln_sql_is_name(p->q, p->q->n - 2))
        mln_sql_add(p, MLN_SIG_SQLI_COMMENT_END, f->from, f->end);
}

/* ---- behind a quote ---- */

static bool judge_quoted_bool(struct mln_sql_pass *p, const struct mln_sql_fragment *f, bool ends)
{
    if (sees(f, MLN_SQLF_TAUT) || (f->complete && sees(f, MLN_SQLF_COND)) ||
        (f->complete && sees(f, MLN_SQLF_CONST) &&
         (ends || sees(f, MLN_SQLF_SAME | MLN_SQLF_CLOSE))))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_BOOL, f->from, f->end);
    else if (!sees(f, MLN_SQLF_CALL) && joins_condition(f))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_SOFT, f->from, f->end);
    if (sees(f, MLN_SQLF_CALL) && (f->complete || joins_condition(f)))
        mln_sql_add(p, MLN_SIG_SQLI_BOOL_CALL, f->from, f->end);
    return joins_condition(f) || sees(f, MLN_SQLF_CALL);
}

static void judge_quoted_rest(struct mln_sql_pass *p, const struct mln_sql_fragment *f, bool ends)
{
    bool call = sees(f, MLN_SQLF_KNOWN_CALL | MLN_SQLF_QUERY);

    if (!f->complete)
        return;
    if (sees(f, MLN_SQLF_COMPARE) && !sees(f, MLN_SQLF_CUT))
        mln_sql_add(p, ends || call ? MLN_SIG_SQLI_BREAKOUT_COMPARE : MLN_SIG_SQLI_BREAKOUT_SOFT,
                    f->from, f->end);
    else if (sees(f, MLN_SQLF_CONCAT) &&
             (call || sees(f, MLN_SQLF_ANY_CALL) ||
              (ends && (sees(f, MLN_SQLF_BOOL) || !sees(f, MLN_SQLF_NAMES)))))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_CONCAT, f->from, f->end);
    else if (sees(f, MLN_SQLF_SEMI | MLN_SQLF_BOOL))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_SOFT, f->from, f->end);
}

/* "apply 'and' twice", "'like' patterns": the quotes stand around the word, and what looks like a
 * string is the rest of the sentence. */
static bool is_quoted_word(const struct mln_sql_pass *p, const struct mln_sql_fragment *f)
{
    const struct mln_sql_token *t = p->q->t;

    if (p->framed && p->base > 1) { /* only what nobody puts into quotes */
        bool cut = f->complete && sees(f, MLN_SQLF_CONST) && sees(f, MLN_SQLF_COMMENT);
        return !mln_sql_has(p->q, 0, MLN_SQLK_BOOL) || mln_sql_is(p->q, 0, MLN_SQL_OPERATOR) ||
               !(cut || sees(f, MLN_SQLF_TAUT | MLN_SQLF_CALL));
    }
    return p->framed && mln_sql_is(p->q, 0, MLN_SQL_KEYWORD) && !sees(f, MLN_SQLF_TAUT) &&
           (mln_sql_is(p->q, 1, MLN_SQL_STRING) ? t[1].off == t[0].off + t[0].len
                                                : f->end <= 3 && p->q->open_end);
}

/* Three quotes start a text of many lines in programs and in questions to language models. Of a
 * string in single quotes the first two are one that is escaped. */
static bool opens_long_text(const struct mln_sql_pass *p)
{
    const char *quote = p->s.p + p->base - 1;

    return p->base >= 3 && quote[0] == '"' && quote[-1] == '"' && quote[-2] == '"';
}

/* SQL Server needs no semicolon in front of the next statement. */
static void judge_quoted_statement(struct mln_sql_pass *p)
{
    uint32_t i = 0;

    if (opens_long_text(p))
        return;
    while (mln_sql_is(p->q, i, MLN_SQL_CLOSE))
        i++;
    if (!p->framed && mln_sql_has(p->q, i, MLN_SQLK_STATEMENT) &&
        !mln_sql_has(p->q, i, MLN_SQLK_SELECT) && mln_sql_is_statement(p, i))
        mln_sql_add(p, MLN_SIG_SQLI_STACKED, i, i + 2);
}

/* "' or …", "') union …": nothing else starts so. */
static bool starts_injection(const struct mln_sql_pass *p)
{
    uint32_t i = 0;

    while (mln_sql_is(p->q, i, MLN_SQL_CLOSE))
        i++;
    return p->base == 1 && !(p->framed && i == 0) && i + 1 < p->q->n &&
           mln_sql_is(p->q, i, MLN_SQL_KEYWORD) &&
           mln_sql_has(p->q, i, MLN_SQLK_BOOL | MLN_SQLK_UNION);
}

/* The value ends within a string that the application's quote is to close. The rest of a sentence
 * or of a program after a quote starts with a space, a comma and the like. */
static bool ends_in_string(const struct mln_sql_pass *p)
{
    struct mln_sv t = mln_sql_text(p->q, p->s, p->q->n - 1);

    if (!p->q->open_end || !mln_sql_is(p->q, p->q->n - 1, MLN_SQL_STRING))
        return p->q->open_end;
    return t.len == 1 || ((unsigned char)t.p[1] > ' ' && !strchr(",;:)]}>", t.p[1]));
}

static void judge_quoted(struct mln_sql_pass *p, const struct mln_sql_fragment *f)
{
    if (is_quoted_word(p, f))
        return;
    judge_quoted_statement(p);
    bool comment = sees(f, MLN_SQLF_COMMENT);
    bool ends = f->complete && p->last && (ends_in_string(p) || comment);

    if (f->complete && comment)
        judge_quoted_comment(p, f);
    if (sees(f, MLN_SQLF_CLAUSE) && f->complete && (comment || sees(f, MLN_SQLF_NUMBERED)) &&
        (comment || !sees(f, MLN_SQLF_CUT)))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_CLAUSE, f->from, f->end);
    bool joins = sees(f, MLN_SQLF_CONCAT) && !sees(f, MLN_SQLF_TAUT | MLN_SQLF_COND);
    if (joins || !judge_quoted_bool(p, f, ends))
        judge_quoted_rest(p, f, ends);
    if (starts_injection(p))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_WORD, 0, 2);
}

/* ---- from the start of the value ---- */

/* "5 or not 0", "5 or ~0": nobody denies what is false, or turns the bits of a number there. */
static bool is_negated(const struct mln_sql_pass *p)
{
    uint32_t n = p->q->n;

    n -= n && mln_sql_is(p->q, n - 1, MLN_SQL_COMMENT);
    if (n < 4 || !mln_sql_has(p->q, n - 3, MLN_SQLK_BOOL))
        return false;
    struct mln_sv last = mln_sql_text(p->q, p->s, n - 1);
    struct mln_sv word = mln_sql_text(p->q, p->s, n - 2);
    if (mln_sv_eq(word, MLN_SV("~")) && mln_sql_is(p->q, n - 1, MLN_SQL_NUMBER))
        return true;
    return (mln_sv_ieq(word, MLN_SV("not")) || mln_sv_eq(word, MLN_SV("!"))) &&
           (mln_sv_eq(last, MLN_SV("0")) || mln_sv_ieq(last, MLN_SV("false")));
}

/* "'{}' < '$.a' = 1": a path into a document. */
static bool has_json_path(const struct mln_sql_pass *p)
{
    for (uint32_t i = 0; i < p->q->n; i++) {
        struct mln_sv t = mln_sql_text(p->q, p->s, i);
        if (mln_sql_is(p->q, i, MLN_SQL_STRING) && t.len > 3 && t.p[1] == '$' &&
            (t.p[2] == '.' || t.p[2] == '['))
            return true;
    }
    return false;
}

/* "3 > 2 and 2 > 1": numbers are compared on both sides of the word at i. */
static bool is_arithmetic(const struct mln_sql_pass *p, uint32_t i)
{
    return i >= 3 && mln_sql_is(p->q, i - 1, MLN_SQL_NUMBER) &&
           mln_sql_is(p->q, i - 2, MLN_SQL_OPERATOR) &&
           mln_sql_has(p->q, i - 2, MLN_SQLK_COMPARE) && mln_sql_is(p->q, i - 3, MLN_SQL_NUMBER);
}

static uint32_t first_bool(const struct mln_sql_pass *p)
{
    uint32_t i = 0;

    while (i < p->q->n && !mln_sql_has(p->q, i, MLN_SQLK_BOOL))
        i++;
    return i;
}

/* "2 or more = x": the word tells how many, and is no column. */
static bool is_quantity(const struct mln_sql_pass *p)
{
    static const char *const words[] = {"more", "less", "fewer", "above", "below", "older"};
    struct mln_sv t = p->q->n > 2 ? mln_sql_text(p->q, p->s, 2) : MLN_SV_NULL;

    if (!mln_sql_is(p->q, 0, MLN_SQL_NUMBER) || first_bool(p) != 1)
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++)
        if (mln_sv_ieq_str(t, words[i]))
            return true;
    return false;
}

static void judge_bare_bool(struct mln_sql_pass *p, const struct mln_sql_fragment *f,
                            enum anchor anchor)
{
    bool comment = f->complete && sees(f, MLN_SQLF_COMMENT) && is_empty(last_comment(p, f));
    bool compares = sees(f, MLN_SQLF_BY_SIGN); /* "5 > 3 and 3 < 5", "2 + 2 = 4 and …" */
    bool symbol = mln_sql_is(p->q, 0, MLN_SQL_OPERATOR); /* "&& a == b" of a program */
    bool closes = comment || (!symbol && (sees(f, MLN_SQLF_CLOSE) || p->q->open_end));
    enum mln_signal sig = MLN_SIG_SQLI_TAUTOLOGY_SOFT;

    bool sum = anchor == NAME && !comment && is_arithmetic(p, first_bool(p));
    if (sees(f, MLN_SQLF_TAUT) && f->complete && !sum && (comment || !compares || anchor == NAME))
        sig = MLN_SIG_SQLI_TAUTOLOGY;
    else if (sees(f, MLN_SQLF_TAUT) && anchor == NUMBER && !compares && !p->prose)
        sig = MLN_SIG_SQLI_CONDITION;
    else if (sees(f, MLN_SQLF_CONST) && f->complete &&
             (comment || (anchor == NUMBER && (sees(f, MLN_SQLF_SAME) || is_negated(p)))))
        sig = MLN_SIG_SQLI_TAUTOLOGY;
    else if (anchor == NUMBER && f->complete && !p->prose &&
             (sees(f, MLN_SQLF_ESCAPE) ||
              (sees(f, MLN_SQLF_ANY_CALL) && !sees(f, MLN_SQLF_NAMES | MLN_SQLF_CALL))))
        sig = MLN_SIG_SQLI_CONDITION; /* "1 or {d '1'}", "1 and f('a')" */
    else if (sees(f, MLN_SQLF_COND) && f->complete && !compares && !is_quantity(p) &&
             (anchor == NUMBER || closes))
        sig = MLN_SIG_SQLI_CONDITION;
    bool whole = f->complete && !sees(f, MLN_SQLF_CUT);
    if (sees(f, MLN_SQLF_CALL) && (whole || (anchor != NAME && joins_condition(f))))
        mln_sql_add(p, MLN_SIG_SQLI_BOOL_CALL, f->from, f->end);
    if ((joins_condition(f) || sig == MLN_SIG_SQLI_CONDITION) &&
        (sig != MLN_SIG_SQLI_TAUTOLOGY_SOFT || f->complete ||
         sees(f, MLN_SQLF_TAUT | MLN_SQLF_COND)))
        mln_sql_add(p, sig, f->from, f->end);
}

/* "limit 5", "offset 10": parameters of their own. "where 1", a word and a number. */
static bool is_paging(const struct mln_sql_pass *p)
{
    struct mln_sv t = mln_sql_text(p->q, p->s, 0);

    return p->q->n == 2 || mln_sv_ieq(t, MLN_SV("limit")) || mln_sv_ieq(t, MLN_SV("offset"));
}

/* "rand(ascii(mid(user(),1,1))>9)": the value is one expression that asks the database who or what
 * it is, and gives the answer to another of its functions. */
static bool asks_identity(const struct mln_sql_pass *p)
{
    static const char *const names[] = {
        "user",         "database",     "version",   "schema",         "system_user",
        "session_user", "current_user", "user_name", "sqlite_version", "db_name"};

    if (!p->first || !p->last || !mln_sql_has(p->q, 0, MLN_SQLK_FUNCTION) ||
        !mln_sql_is(p->q, 1, MLN_SQL_OPEN))
        return false;
    for (uint32_t i = 2; i + 2 < p->q->n; i++) {
        struct mln_sv name = mln_sql_text(p->q, p->s, i);
        if (!mln_sql_is(p->q, i - 1, MLN_SQL_OPEN) || !mln_sql_is(p->q, i + 1, MLN_SQL_OPEN) ||
            !mln_sql_is(p->q, i + 2, MLN_SQL_CLOSE))
            continue;
        for (size_t k = 0; k < MLN_ARRAY_LEN(names); k++)
            if (mln_sv_ieq_str(name, names[k]))
                return true;
    }
    return false;
}

static void judge_bare(struct mln_sql_pass *p, const struct mln_sql_fragment *f, enum anchor anchor)
{
    bool comment = sees(f, MLN_SQLF_COMMENT);

    if (sees(f, MLN_SQLF_BOOL | MLN_SQLF_CALL) || joins_condition(f))
        judge_bare_bool(p, f, anchor);
    comment = comment && is_empty(last_comment(p, f));
    if (sees(f, MLN_SQLF_CLAUSE) && f->complete && (comment || sees(f, MLN_SQLF_NUMBERED)) &&
        (comment || !sees(f, MLN_SQLF_CUT)) &&
        (((anchor != NAME || sees(f, MLN_SQLF_CLOSE)) && !is_paging(p)) || comment ||
         (joins_condition(f) && p->q->n > 2)))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_CLAUSE, f->from, f->end);
    if (f->complete && sees(f, MLN_SQLF_COMMA) && sees(f, MLN_SQLF_QUERY))
        mln_sql_add(p, MLN_SIG_SQLI_SUBQUERY, f->from, f->end);
    if (f->complete && (p->q->open_end || has_json_path(p)) && sees(f, MLN_SQLF_COMPARE) &&
        mln_sql_is(p->q, 0, MLN_SQL_STRING) && !sees(f, MLN_SQLF_NAMES | MLN_SQLF_BOOL))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_COMPARE, f->from, f->end); /* 'x'='x */
    if (f->complete && sees(f, MLN_SQLF_ARG_TAUT))
        mln_sql_add(p, MLN_SIG_SQLI_BOOL_CALL, f->from, f->end);
    if (f->complete && f->from == 0 && asks_identity(p))
        mln_sql_add(p, MLN_SIG_SQLI_IDENTITY, f->from, f->end);
    judge_comment(p, f);
}

/* "…!请问 WHERE 1=1": what stands before the clause is no SQL, and its last word is of a script
 * that puts no spaces between words, so that one of them is half a sentence. */
static bool is_asked_about(const struct mln_sql_pass *p, uint32_t i)
{
    enum { FIRST_OF_THREE_BYTES = 0xe3, LETTERS_MIN = 2 }; /* from kana to Hangul */

    if (i < 2 || !mln_sql_is(p->q, i - 1, MLN_SQL_WORD) ||
        !mln_sv_ieq(mln_sql_text(p->q, p->s, i), MLN_SV("where")))
        return false;
    struct mln_sv word = mln_sql_text(p->q, p->s, i - 1);
    return word.len >= 3 * LETTERS_MIN && (unsigned char)word.p[0] >= FIRST_OF_THREE_BYTES &&
           (unsigned char)word.p[word.len - 3] >= FIRST_OF_THREE_BYTES;
}

static void judge_within(struct mln_sql_pass *p, const struct mln_sql_fragment *f)
{
    bool ends = f->complete && (sees(f, MLN_SQLF_COMMENT) || p->q->open_end);
    bool text = p->prose || is_arithmetic(p, f->from) || is_asked_about(p, f->from);

    if (sees(f, MLN_SQLF_TAUT) && f->complete)
        mln_sql_add(p, text && !ends ? MLN_SIG_SQLI_TAUTOLOGY_SOFT : MLN_SIG_SQLI_TAUTOLOGY_REST,
                    f->from, f->end);
    else if (sees(f, MLN_SQLF_TAUT | MLN_SQLF_COND) && (p->first || !p->prose) &&
             !mln_findings_has(p->out, MLN_SIG_SQLI_STATEMENT)) /* its WHERE has conditions */
        mln_sql_add(p, MLN_SIG_SQLI_TAUTOLOGY_SOFT, f->from, f->end);
    if (sees(f, MLN_SQLF_CALL) && f->complete &&
        (ends || sees(f, MLN_SQLF_QUERY | MLN_SQLF_ARG_TAUT)))
        mln_sql_add(p, MLN_SIG_SQLI_BOOL_CALL, f->from, f->end);
    if (sees(f, MLN_SQLF_CLAUSE) && f->complete && sees(f, MLN_SQLF_COMMENT) &&
        sees(f, MLN_SQLF_NUMBERED))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_CLAUSE, f->from, f->end);
}

/* ---- reading ---- */

static bool continues_operand(const struct mln_sql *q, uint32_t i)
{
    if (mln_sql_is(q, i, MLN_SQL_CLOSE) || mln_sql_is(q, i, MLN_SQL_SEMI))
        return true;
    if (mln_sql_is(q, i, MLN_SQL_OPERATOR))
        return !mln_sql_has(q, i, MLN_SQLK_UNARY);
    return mln_sql_has(q, i, MLN_SQLK_BOOL | MLN_SQLK_UNION | MLN_SQLK_CLAUSE) ||
           (mln_sql_has(q, i, MLN_SQLK_COMPARE) && !mln_sql_is(q, i + 1, MLN_SQL_OPEN));
}

static enum anchor bare_anchor(const struct mln_sql *q)
{
    uint32_t i = 0;

    if (continues_operand(q, 0))
        return TAIL;
    while (mln_sql_has(q, i, MLN_SQLK_UNARY) || mln_sql_is(q, i, MLN_SQL_OPEN))
        i++;
    return mln_sql_is(q, i, MLN_SQL_NUMBER) || mln_sql_is(q, i, MLN_SQL_STRING) ||
                   mln_sql_has(q, i, MLN_SQLK_LITERAL)
               ? NUMBER
               : NAME;
}

/* The fragment at the start of the reading. Returns where it ends. */
static uint32_t read_start(struct mln_sql_pass *p)
{
    struct mln_sql_fragment f;
    enum anchor anchor = p->quoted ? QUOTED : bare_anchor(p->q);

    mln_sql_fragment_read(p->q, p->s, 0, anchor == QUOTED || anchor == TAIL, &f);
    f.complete = f.complete && p->last;
    if (anchor == QUOTED)
        judge_quoted(p, &f);
    else
        judge_bare(p, &f, anchor);
    if (!p->quoted && mln_sql_is(p->q, 0, MLN_SQL_STRING) && mln_sql_is(p->q, 1, MLN_SQL_OPEN) &&
        mln_sql_is(p->q, 2, MLN_SQL_STRING) && mln_sql_is(p->q, 3, MLN_SQL_CLOSE))
        mln_sql_add(p, MLN_SIG_SQLI_STRING_CALL, 0, 4);
    return f.complete ? p->q->n : f.end;
}

static bool may_restart(const struct mln_sql *q, uint32_t i)
{
    return mln_sql_has(q, i, MLN_SQLK_BOOL | MLN_SQLK_CLAUSE);
}

/* Fragments behind text that is no SQL. */
static uint64_t read_within(struct mln_sql_pass *p, uint32_t i)
{
    struct mln_sql_fragment f;
    uint64_t steps = 0;

    for (unsigned n = 0; n < RESTARTS_MAX && i < p->q->n; n++) {
        while (i < p->q->n && !may_restart(p->q, i))
            i++;
        if (i >= p->q->n)
            break;
        mln_sql_fragment_read(p->q, p->s, i, true, &f);
        f.complete = f.complete && p->last;
        judge_within(p, &f);
        steps += f.end - f.from;
        i = MLN_MAX(f.end, i + 1);
    }
    return steps;
}

static bool is_prose(const struct mln_sql *q)
{
    uint32_t pairs = 0, plain = 0;

    for (uint32_t i = 1; i < q->n; i++) {
        bool word = mln_sql_is(q, i, MLN_SQL_WORD);
        bool before = mln_sql_is(q, i - 1, MLN_SQL_WORD);
        plain += word && before;
        pairs += (word || mln_sql_has(q, i, MLN_SQLK_PROSE)) && before;
    }
    return plain >= 3 || (q->n >= 5 && pairs * 5 >= q->n * 2);
}

/* One window. False when the budget is gone. */
static bool read_window(struct mln_sql_pass *p, struct mln_budget *b)
{
    uint32_t before = p->out->n, i = 0;
    struct mln_sql *q = p->q;

    if (q->n == 0)
        return true;
    if (!p->quoted && p->first)
        p->prose = is_prose(q);
    mln_sql_signs(p);
    mln_sql_pieces(p);
    if (p->v->lane == MLN_LANE_SQL && q->n == 2 && p->last && mln_sql_is_name(q, 1) &&
        mln_sv_ieq(mln_sql_text(q, p->s, 0), MLN_SV("drop"))) { /* a comment was between them */
        mln_sql_add(p, MLN_SIG_SQLI_STATEMENT, 0, 2);
        mln_sql_add(p, MLN_SIG_SQLI_OBFUSCATED, 0, 1);
    }
    if (p->first)
        i = read_start(p);
    uint64_t steps = read_within(p, i);
    if (!p->quoted && p->last && q->n > 2 && mln_sql_is(q, q->n - 1, MLN_SQL_COMMENT) &&
        !has_letters(mln_sql_text(q, p->s, q->n - 1)) &&
        ((mln_findings_has(p->out, MLN_SIG_SQLI_STATEMENT) && !p->prose) ||
         mln_findings_has(p->out, MLN_SIG_SQLI_STACKED_SOFT)))
        mln_sql_add(p, MLN_SIG_SQLI_EXPRESSION_COMMENT, q->n - 1, q->n);
    if (q->obfuscated && p->out->n > before)
        mln_sql_add(p, MLN_SIG_SQLI_OBFUSCATED, 0, 1);
    return mln_budget_take(b, steps + q->n * 2);
}

/* The text from `base` on, window after window. */
static void read_from(struct mln_sql_pass *p, size_t base, struct mln_budget *b)
{
    uint32_t from = (uint32_t)base;
    bool more = base < p->s.len;

    unsigned char outer = base > 1 ? (unsigned char)p->s.p[base - 2] : ' ';
    unsigned char inner = more ? (unsigned char)p->s.p[base] : ' ';
    p->framed = p->quoted && inner > ' ' && inner != ')' && outer < 0x80 &&
                !mln_cc(outer, MLN_CC_ALPHA | MLN_CC_DIGIT) && !strchr(")%'\"`_*\\;-#", outer);
    p->base = from;
    while (more) {
        mln_sql_tokenize(p->s, from, p->q);
        p->first = from == base;
        p->last = p->q->next >= p->s.len;
        more = mln_budget_take(b, p->q->next - from + 1) && read_window(p, b) && !p->last;
        from = p->q->next;
    }
}

/* "Côte-d'Or+rain": French, and no other quote, comparison, call or comment that makes it SQL. */
static bool is_elision(struct mln_sv s, size_t after)
{
    enum { TEXT_MAX = 256 };
    struct mln_sv rest = mln_sv_sub(s, after, TEXT_MAX);
    size_t end = 3;

    if (after < 3 || rest.len < 2 || !memchr("dDlL", s.p[after - 2], 4) ||
        !memchr(" -+_", s.p[after - 3], 4) || !mln_scan_at(rest, 0, MLN_SV("or")))
        return false;
    while (end < rest.len && mln_cc((unsigned char)rest.p[end], MLN_CC_ALPHA))
        end++;
    bool word = rest.len < 4 || (memchr(" +,.", rest.p[2], 4) && end > 3);
    return word && (end >= rest.len || memchr(" +,.&-", rest.p[end], 6)) &&
           mln_sv_chr(rest, '\'') == SIZE_MAX && mln_sv_chr(rest, '#') == SIZE_MAX &&
           mln_sv_find(rest, MLN_SV("--")) == SIZE_MAX &&
           mln_sv_find(rest, MLN_SV("/*")) == SIZE_MAX;
}

static void read_quoted(struct mln_sql_pass *p, char quote, struct mln_budget *b)
{
    if (quote == '`' && p->out->shown)
        return; /* Markdown */
    size_t after = mln_sql_after_quote(p->s, quote, true);
    size_t plain = mln_sql_after_quote(p->s, quote, false);

    if (after != SIZE_MAX && is_elision(p->s, after))
        return;
    p->quoted = true;
    if (after != SIZE_MAX)
        read_from(p, after, b);
    if (plain != SIZE_MAX && plain != after) /* a dialect in which a backslash is no escape */
        read_from(p, plain, b);
}

/* Prose lowers what is soft; where an injection was read to its end, words in front of it do not.
 */
static bool is_soft(const struct mln_findings *f)
{
    static const enum mln_signal strong[] = {MLN_SIG_SQLI_UNION,
                                             MLN_SIG_SQLI_BREAKOUT_BOOL,
                                             MLN_SIG_SQLI_BREAKOUT_COMMENT,
                                             MLN_SIG_SQLI_BREAKOUT_CLAUSE,
                                             MLN_SIG_SQLI_BREAKOUT_CONCAT,
                                             MLN_SIG_SQLI_STACKED,
                                             MLN_SIG_SQLI_TAUTOLOGY,
                                             MLN_SIG_SQLI_WAIT,
                                             MLN_SIG_SQLI_BOOL_CALL};

    for (size_t i = 0; i < MLN_ARRAY_LEN(strong); i++)
        if (mln_findings_has(f, strong[i]))
            return false;
    return true;
}

/* Where neither quotes nor brackets and the like occur, nothing counts without one of these. */
static bool has_sql_word(const struct mln_view *v)
{
    static const char *const words[] = {
        "or",    "and",     "union",    "select",  "order",  "group",  "having", "limit",
        "like",  "between", "exec",     "drop",    "delete", "into",   "update", "set",
        "show",  "declare", "call",     "alter",   "create", "grant",  "copy",   "delay",
        "where", "shut",    "table",    "prepare", "use",    "except", "values", "/*!",
        "/**/",  "begin",   "truncate", "when",    "::",     "regexp"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++)
        if (mln_view_find_str(v, words[i]) != SIZE_MAX)
            return true;
    return false;
}

/* Values without a quote, a comment, an operator with a number, or brackets are words. */
static bool may_be_sql(const struct mln_view *v)
{
    const uint32_t quotes = MLN_BC_SQUOTE | MLN_BC_DQUOTE | MLN_BC_BTICK;
    const uint32_t gaps = MLN_BC_SPACE | MLN_BC_STAR | MLN_BC_PAREN | MLN_BC_SEMI | MLN_BC_HASH |
                          MLN_BC_PIPE | MLN_BC_NEWLINE | MLN_BC_AT | MLN_BC_CTL | MLN_BC_PLUS |
                          MLN_BC_HIGH;
    const uint32_t marks = MLN_BC_EQ | MLN_BC_PAREN | MLN_BC_SEMI | MLN_BC_HASH | MLN_BC_DASH |
                           MLN_BC_STAR | MLN_BC_LT | MLN_BC_GT | MLN_BC_AT | MLN_BC_PIPE |
                           MLN_BC_PLUS | MLN_BC_BRACE | MLN_BC_COMMA | MLN_BC_DIGIT;

    if (v->n < 3)
        return false;
    if (v->classes & quotes)
        return true;
    if (!(v->classes & gaps))
        return ((v->classes & MLN_BC_DASH) && v->n > 3 && memcmp(v->p + v->n - 2, "--", 2) == 0) ||
               ((v->classes & MLN_BC_AMP) && (v->classes & MLN_BC_DIGIT) && v->n < 32 &&
                mln_view_find(v, MLN_SV("&&")) != SIZE_MAX);
    if (v->classes & (MLN_BC_PAREN | MLN_BC_AT | MLN_BC_HASH | MLN_BC_PIPE | MLN_BC_AMP |
                      MLN_BC_BRACE | MLN_BC_DASH | MLN_BC_CTL | MLN_BC_HIGH))
        return (v->classes & marks) != 0;
    return (v->classes & marks) || v->lane == MLN_LANE_SQL
               ? has_sql_word(v)
               : mln_view_find(v, MLN_SV("select")) != SIZE_MAX ||
                     mln_view_find(v, MLN_SV("_schema")) != SIZE_MAX ||
                     mln_view_find(v, MLN_SV(" xp_")) != SIZE_MAX;
}

/* "'-'", "'^'": whatever is in the application's string is computed, and is nothing. */
static bool is_quoted_operator(const struct mln_view *v, enum mln_location loc)
{
    return v->n == 3 && v->p[0] == '\'' && v->p[2] == '\'' && memchr("-^*&", v->p[1], 4) &&
           loc != MLN_LOC_HEADER && loc != MLN_LOC_COOKIE;
}

/* "'or'1'", "x'div'1": the rest of the application's string is the other operand. No digit touches
 * a word that somebody puts into quotes. */
static bool is_joined_constant(struct mln_sv s)
{
    enum { LEAD_MAX = 32, REST_MAX = 24 };
    static const char *const operators[] = {"or", "and", "xor", "div", "mod", "like", "||",
                                            "&&", "|",   "&",   "%",   "^",   "-",    "*"};
    size_t quote = mln_sv_chr(mln_sv_sub(s, 0, LEAD_MAX), '\'');
    struct mln_sv rest = mln_sv_sub(s, quote + 1, REST_MAX);
    size_t close = quote == SIZE_MAX ? SIZE_MAX : mln_sv_chr(rest, '\'');

    if (close == SIZE_MAX || quote + 1 + rest.len < s.len)
        return false;
    struct mln_sv word = mln_sv_trim(mln_sv_sub(rest, 0, close));
    size_t end = close + 1, k = 0;
    while (end < rest.len && mln_cc((unsigned char)rest.p[end], MLN_CC_DIGIT))
        end++;
    bool digits = end > close + 1;
    end += end < rest.len && rest.p[end] == '\'';
    while (k < MLN_ARRAY_LEN(operators) && !mln_sv_ieq_str(word, operators[k]))
        k++;
    return digits && end == rest.len && k < MLN_ARRAY_LEN(operators);
}

void mln_detect_sqli(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    static const char quotes[] = {'\'', '"', '`'};
    struct mln_sql q;
    struct mln_sql_pass p = {.v = v, .out = out, .q = &q, .s = mln_view_sv(v)};
    uint32_t before = out->n;

    if (is_quoted_operator(v, ctx->loc) ||
        ((v->classes & MLN_BC_SQUOTE) && is_joined_constant(p.s)))
        mln_findings_add(out, MLN_SIG_SQLI_BREAKOUT_WORD, v, 0, v->n);
    if (!may_be_sql(v))
        return;
    read_from(&p, 0, ctx->budget);
    for (size_t i = 0; i < sizeof(quotes); i++)
        if ((v->classes & (MLN_BC_SQUOTE << i)))
            read_quoted(&p, quotes[i], ctx->budget);
    if (p.prose && out->n > before && is_soft(out))
        mln_findings_add(out, MLN_SIG_SQLI_PROSE, v, 0, v->n);
}
