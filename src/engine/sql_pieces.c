/* Pieces of SQL that end early: what is sent to see whether the application breaks, and what is
 * left of an attack that a carrier cut. Each is the whole value or stands right behind the quote
 * that it starts with; in a text they mean nothing. */
#include "engine/scan.h"
#include "engine/sql_signs.h"

enum { TOKENS_MAX = 40, VALUE_MAX = 400 };

static struct mln_sv text(const struct mln_sql_pass *p, uint32_t i)
{
    return mln_sql_text(p->q, p->s, i);
}

static bool is_text(const struct mln_sql_pass *p, uint32_t i, const char *word)
{
    return mln_sv_ieq_str(text(p, i), word);
}

static bool is_any(const struct mln_sql_pass *p, uint32_t i, const char *const *words, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (is_text(p, i, words[k]))
            return true;
    return false;
}

static int open_brackets(const struct mln_sql_pass *p)
{
    int depth = 0;

    for (uint32_t i = 0; i < p->q->n; i++) {
        depth += mln_sql_is(p->q, i, MLN_SQL_OPEN);
        depth -= mln_sql_is(p->q, i, MLN_SQL_CLOSE);
    }
    return depth;
}

/* "load_file(", "or concat(": nothing but the start of a call that only a database knows. */
static void check_open_call(struct mln_sql_pass *p)
{
    uint32_t n = p->q->n;

    if (n < 2 || n > 6 || !mln_sql_is(p->q, n - 1, MLN_SQL_OPEN) ||
        !mln_sql_has(p->q, n - 2, MLN_SQLK_FUNCTION))
        return;
    bool known = !mln_sql_has(p->q, n - 2, MLN_SQLK_PROSE) ||
                 mln_sql_has(p->q, n - 2, MLN_SQLK_EFFECT | MLN_SQLK_WAIT);
    bool starts = n == 2 || mln_sql_has(p->q, n - 3, MLN_SQLK_BOOL | MLN_SQLK_SELECT) ||
                  mln_sql_is(p->q, n - 3, MLN_SQL_OPERATOR);
    if (known && starts && text(p, n - 2).len > 3)
        mln_sql_add(p, MLN_SIG_SQLI_OPEN_CALL, n - 2, n);
}

/* What nobody has in brackets who writes a sentence. */
static bool is_code(const struct mln_sql_pass *p, uint32_t i)
{
    return mln_sql_has(p->q, i, MLN_SQLK_SELECT | MLN_SQLK_FUNCTION | MLN_SQLK_CASE) ||
           mln_sql_is(p->q, i, MLN_SQL_NUMBER);
}

/* "select (case when …", "select if(x": brackets that the application's text is to close. */
static void check_open_query(struct mln_sql_pass *p)
{
    bool group = mln_sql_is(p->q, 1, MLN_SQL_OPEN) && !is_code(p, 2);

    if (mln_sql_has(p->q, 0, MLN_SQLK_SELECT) && !p->prose && !group &&
        mln_sql_is_statement(p, 0) && open_brackets(p) > 0)
        mln_sql_add(p, MLN_SIG_SQLI_OPEN_QUERY, 0, p->q->n);
}

/* ") as x from", "from information_schema": the rest of a query without its start. */
static void check_rest(struct mln_sql_pass *p)
{
    uint32_t i = 0;

    while (mln_sql_is(p->q, i, MLN_SQL_CLOSE))
        i++;
    if (i && is_text(p, i, "as") && is_text(p, i + 2, "from"))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_CLAUSE, 0, i + 3);
    if (is_text(p, i, "from") && mln_sql_has(p->q, i + 1, MLN_SQLK_SCHEMA) && !p->prose)
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_CLAUSE, i, i + 2);
}

/* "x') on duplicate key update …", "x' on conflict do …", "x' lock in share mode": the query goes
 * on behind the quote. */
static void check_quoted_rest(struct mln_sql_pass *p)
{
    uint32_t i = 0;

    while (mln_sql_is(p->q, i, MLN_SQL_CLOSE))
        i++;
    if ((is_text(p, i, "on") && is_text(p, i + 1, "duplicate") && is_text(p, i + 2, "key")) ||
        (is_text(p, i, "on") && is_text(p, i + 1, "conflict") && is_text(p, i + 2, "do")) ||
        (is_text(p, i, "lock") && is_text(p, i + 1, "in") && is_text(p, i + 2, "share")))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_CLAUSE, 0, i + 3);
}

/* 'alter x, '; select y: a quote as the first byte, no other one, and a statement. */
static void check_quoted_start(struct mln_sql_pass *p)
{
    static const char *const alone[] = {"alter", "truncate", "exec", "execute"};
    static const char *const verbs[] = {"drop", "create", "insert", "delete"};
    static const char *const objects[] = {"table", "user", "database", "into", "from", "view"};
    struct mln_sv rest = mln_sv_sub(p->s, 1, p->s.len);

    if (mln_sv_chr(rest, p->s.p[0]) != SIZE_MAX)
        return;
    bool semicolon = mln_sql_is(p->q, 0, MLN_SQL_SEMI);
    uint32_t i = semicolon;
    if ((semicolon && mln_sql_has(p->q, i, MLN_SQLK_STATEMENT) && p->q->n > i + 1) ||
        (is_any(p, i, alone, MLN_ARRAY_LEN(alone)) && p->q->n > 1) ||
        (is_text(p, i, "union") && mln_sql_has(p->q, i + 1, MLN_SQLK_SELECT | MLN_SQLK_GLUE)) ||
        (is_any(p, i, verbs, MLN_ARRAY_LEN(verbs)) &&
         is_any(p, i + 1, objects, MLN_ARRAY_LEN(objects))))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_WORD, 0, MLN_MIN(p->q->n, i + 2));
}

/* "x';", "x'; y --": one quote, and the end of the application's statement. */
static void check_quoted_end(struct mln_sql_pass *p)
{
    enum { SHORT = 48, COMMENT = 3 }; /* bytes of a comment without a text */
    char quote = p->s.p[p->base - 1];
    size_t first = mln_sv_chr(p->s, quote);

    if (p->s.len > SHORT || first + 1 != p->base || !mln_sql_is(p->q, 0, MLN_SQL_SEMI) ||
        p->s.p[p->base] != ';')
        return;
    bool alone = p->q->n == 1 && p->s.len == p->base + 1;
    bool cut = p->q->n == 3 && mln_sql_is(p->q, 1, MLN_SQL_WORD) &&
               mln_sql_is(p->q, 2, MLN_SQL_COMMENT) && p->q->t[2].len <= COMMENT;
    if (alone || cut)
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_END, 0, p->q->n);
}

/* 1+current_user::int, f(x)::text: casts as one dialect alone writes them. */
static void check_cast(struct mln_sql_pass *p)
{
    static const char *const types[] = {"::int",  "::integer", "::bigint",  "::numeric",
                                        "::text", "::varchar", "::jsonb",   "::json",
                                        "::bool", "::boolean", "::regclass"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(types); i++) {
        size_t at = mln_view_find_str(p->v, types[i]);
        if (at == SIZE_MAX || !at)
            continue;
        struct mln_sv type = mln_sv_str(types[i]);
        size_t end = at + type.len;
        if (end < p->s.len && mln_cc((unsigned char)p->s.p[end], MLN_CC_WORD))
            continue;
        char before = p->s.p[at - 1];
        bool value =
            before == ')' || before == '\'' ||
            (type.p[2] != 't' && type.p[2] != 'b' && mln_cc((unsigned char)before, MLN_CC_WORD));
        if (value && mln_sv_chr(p->s, ' ') == SIZE_MAX)
            mln_findings_add(p->out, MLN_SIG_SQLI_CAST, p->v, at, type.len);
    }
}

/* Tokens in front of a comment that cuts off the rest. */
static uint32_t before_comment(const struct mln_sql *q)
{
    return q->n && mln_sql_is(q, q->n - 1, MLN_SQL_COMMENT) ? q->n - 1 : q->n;
}

/* "'a'||'b'", "concat('a','b')": constants are joined, to see whether the database does so. */
static void check_joined(struct mln_sql_pass *p)
{
    const struct mln_sql *q = p->q;
    uint32_t n = before_comment(q);
    bool text = mln_sql_is(q, 0, MLN_SQL_STRING) && p->s.p[0] == '\'';

    if (n == 3 && text && mln_sql_is(q, 2, MLN_SQL_STRING) && is_text(p, 1, "||"))
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_CONCAT, 0, n);
    if (n == 6 && is_text(p, 0, "concat") && mln_sql_is(q, 1, MLN_SQL_OPEN) &&
        mln_sql_is(q, 2, MLN_SQL_STRING) && mln_sql_is(q, 3, MLN_SQL_COMMA) &&
        mln_sql_is(q, 4, MLN_SQL_STRING) && p->s.p[q->t[2].off] == '\'')
        mln_sql_add(p, MLN_SIG_SQLI_BREAKOUT_CONCAT, 0, n);
}

/* "1 xor 0", "1 rlike 1": the application's number and a constant, by a word of databases. */
static void check_computed(struct mln_sql_pass *p)
{
    static const char *const words[] = {"xor", "rlike", "regexp"};

    if (before_comment(p->q) == 3 && mln_sql_is(p->q, 0, MLN_SQL_NUMBER) &&
        is_any(p, 1, words, MLN_ARRAY_LEN(words)) && mln_sql_is_value(p->q, 2))
        mln_sql_add(p, MLN_SIG_SQLI_CONDITION, 0, 3);
}

/* "spWrite", "sp_write", "dbo.write": no word of a language. */
static bool is_coined(struct mln_sv name)
{
    for (size_t i = 1; i < name.len; i++)
        if (name.p[i] == '_' || name.p[i] == '.' ||
            (mln_cc((unsigned char)name.p[i], MLN_CC_UPPER) && name.p[i - 1] >= 'a'))
            return true;
    return false;
}

/* "exec name 'a', 'b'": a stored procedure and its arguments, and nothing else. */
static void check_procedure(struct mln_sql_pass *p)
{
    uint32_t i = 3, n = p->q->n - (mln_sql_is(p->q, p->q->n - 1, MLN_SQL_SEMI) ? 1 : 0);

    if (n < 5 || !is_coined(text(p, 1)) || !(is_text(p, 0, "exec") || is_text(p, 0, "execute")) ||
        !mln_sql_is(p->q, 1, MLN_SQL_WORD) || !mln_sql_is(p->q, 2, MLN_SQL_STRING))
        return;
    while (mln_sql_is(p->q, i, MLN_SQL_COMMA) && mln_sql_is_value(p->q, i + 1))
        i += 2;
    if (i >= n)
        mln_sql_add(p, MLN_SIG_SQLI_EFFECT_CALL, 0, n);
}

void mln_sql_pieces(struct mln_sql_pass *p)
{
    if (!p->first || !p->last || p->q->n > TOKENS_MAX || p->s.len > VALUE_MAX ||
        (p->v->flags & MLN_VIEW_CUT))
        return;
    if (p->quoted) {
        if (p->base == 1)
            check_quoted_start(p);
        check_quoted_end(p);
        check_quoted_rest(p);
        return;
    }
    check_open_call(p);
    check_open_query(p);
    check_rest(p);
    check_joined(p);
    check_computed(p);
    check_procedure(p);
    if (p->v->classes & MLN_BC_COLON)
        check_cast(p);
}
