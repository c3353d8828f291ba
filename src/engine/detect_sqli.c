/* SQL injection (detection guide, section 3.1): the value is read as SQL as it stands and behind
 * each kind of quote; what is looked for are fragments that continue or end the query in front of
 * them, wherever they start. */
#include "engine/scan.h"
#include "engine/sql_tokens.h"

struct pass {
    const struct mln_view *v;
    struct mln_findings *out;
    const struct mln_sql *q;
    struct mln_sv s;
    bool quoted; /* read behind a quote */
};

static const struct mln_sql_token *at(const struct pass *p, uint32_t i)
{
    static const struct mln_sql_token none = {.type = MLN_SQL_OTHER};

    return i < p->q->n ? &p->q->t[i] : &none;
}

static bool is_type(const struct pass *p, uint32_t i, enum mln_sql_type type)
{
    return i < p->q->n && p->q->t[i].type == type;
}

static bool has_kind(const struct pass *p, uint32_t i, unsigned kind)
{
    return i < p->q->n && (p->q->t[i].kind & kind) != 0;
}

static struct mln_sv text(const struct pass *p, uint32_t i)
{
    return mln_sv_sub(p->s, at(p, i)->off, at(p, i)->len);
}

static bool is_text(const struct pass *p, uint32_t i, const char *word)
{
    return i < p->q->n && mln_sv_ieq(text(p, i), mln_sv_str(word));
}

static void add(struct pass *p, enum mln_signal sig, uint32_t from, uint32_t to)
{
    uint32_t last = to > from ? to - 1 : from;
    size_t off = at(p, from)->off, end = at(p, last)->off + at(p, last)->len;

    mln_findings_add(p->out, sig, p->v, off, end > off ? end - off : 1);
}

/* ---- expressions ---- */

/* Past the bracket that closes the one at i; the end when none does. */
static uint32_t skip_group(const struct pass *p, uint32_t i)
{
    int depth = 0;

    for (; i < p->q->n; i++) {
        depth += is_type(p, i, MLN_SQL_OPEN);
        depth -= is_type(p, i, MLN_SQL_CLOSE);
        if (depth <= 0)
            return i + 1;
    }
    return i;
}

struct operand {
    uint32_t end;  /* 0: there is none */
    bool constant; /* a number, a string or a literal */
    bool call, query, variable;
    uint32_t first;
};

static bool is_sign(const struct pass *p, uint32_t i)
{
    return (is_type(p, i, MLN_SQL_OPERATOR) && at(p, i)->len == 1 &&
            strchr("+-!~", p->s.p[at(p, i)->off])) ||
           is_text(p, i, "not") || is_text(p, i, "binary");
}

/* A name with its dots, then perhaps a call. */
static void read_name(const struct pass *p, struct operand *o, uint32_t i)
{
    i++;
    while (is_type(p, i, MLN_SQL_DOT) &&
           (is_type(p, i + 1, MLN_SQL_WORD) || is_type(p, i + 1, MLN_SQL_KEYWORD)))
        i += 2;
    if (is_type(p, i, MLN_SQL_OPEN)) {
        o->call = true;
        i = skip_group(p, i);
    }
    o->end = i;
}

static struct operand read_operand(const struct pass *p, uint32_t i)
{
    struct operand o = {0};
    uint32_t start = i;

    while (is_sign(p, i) && i < start + 8)
        i++;
    o.first = i;
    if (is_type(p, i, MLN_SQL_NUMBER) || is_type(p, i, MLN_SQL_STRING)) {
        o.constant = true;
        o.end = i + 1;
        if (is_type(p, o.end, MLN_SQL_OPEN)) { /* 1.e(1): a number called */
            o.call = true;
            o.end = skip_group(p, o.end);
        }
    } else if (is_type(p, i, MLN_SQL_VARIABLE)) {
        o.variable = true;
        o.end = i + 1;
    } else if (is_type(p, i, MLN_SQL_OPEN)) {
        o.query = has_kind(p, i + 1, MLN_SQLK_SELECT) ||
                  (is_type(p, i + 1, MLN_SQL_OPEN) && has_kind(p, i + 2, MLN_SQLK_SELECT));
        o.constant = is_type(p, i + 1, MLN_SQL_NUMBER) || is_type(p, i + 1, MLN_SQL_STRING);
        o.end = skip_group(p, i);
    } else if (has_kind(p, i, MLN_SQLK_LITERAL)) {
        o.constant = true;
        o.end = i + 1;
    } else if (is_type(p, i, MLN_SQL_WORD) || (is_type(p, i, MLN_SQL_KEYWORD) &&
                                               !has_kind(p, i, MLN_SQLK_BOOL | MLN_SQLK_UNION))) {
        if (is_text(p, i, "case"))
            o.query = true;
        read_name(p, &o, i);
    }
    return o;
}

static bool is_comparison(const struct pass *p, uint32_t i)
{
    if (has_kind(p, i, MLN_SQLK_COMPARE))
        return true;
    if (!is_type(p, i, MLN_SQL_OPERATOR) || has_kind(p, i, MLN_SQLK_BOOL))
        return false;
    char c = p->s.p[at(p, i)->off];
    return c == '=' || c == '<' || c == '>' || c == '!' || c == '@' || c == '-';
}

static bool is_equality(const struct pass *p, uint32_t i)
{
    return mln_sv_find(text(p, i), MLN_SV("=")) != SIZE_MAX || has_kind(p, i, MLN_SQLK_COMPARE);
}

/* ---- conditions ---- */

static bool ends_value(const struct pass *p, uint32_t i)
{
    return is_type(p, i, MLN_SQL_NUMBER) || is_type(p, i, MLN_SQL_STRING) ||
           is_type(p, i, MLN_SQL_CLOSE) || is_type(p, i, MLN_SQL_WORD) ||
           is_type(p, i, MLN_SQL_VARIABLE) || has_kind(p, i, MLN_SQLK_LITERAL);
}

static bool ends_hard_value(const struct pass *p, uint32_t i)
{
    return is_type(p, i, MLN_SQL_NUMBER) || is_type(p, i, MLN_SQL_STRING) ||
           is_type(p, i, MLN_SQL_CLOSE);
}

/* Whether what stands in front of i is itself a comparison: "5 > 3 and 3 < 5". */
static bool follows_comparison(const struct pass *p, uint32_t i)
{
    return i >= 2 && is_comparison(p, i - 2) && !has_kind(p, i - 2, MLN_SQLK_COMPARE);
}

/* AND, OR, … at i. `anchored`: it stands where the application's value ends. */
static void check_bool(struct pass *p, uint32_t i, bool anchored)
{
    struct operand a = read_operand(p, i + 1);
    bool symbol = is_type(p, i, MLN_SQL_OPERATOR);

    if (!a.end)
        return;
    bool compares = is_comparison(p, a.end);
    struct operand b =
        compares ? read_operand(p, a.end + 1 + is_text(p, a.end + 1, "not")) : (struct operand){0};
    uint32_t end = b.end ? b.end : a.end;
    bool constant = a.constant && (!compares || b.constant || (b.end == 0 && p->q->open_end));

    if (a.query || b.query ||
        (a.call && has_kind(p, a.first, MLN_SQLK_FUNCTION) && (compares || anchored)))
        add(p, MLN_SIG_SQLI_BOOL_CALL, i, end);
    bool lone_text =
        !compares && is_type(p, a.first, MLN_SQL_STRING) && p->q->open_end; /* "AND" in prose */
    if (anchored && p->quoted && !lone_text &&
        (compares || constant || a.call || is_type(p, a.end, MLN_SQL_COMMENT)))
        add(p, MLN_SIG_SQLI_BREAKOUT_BOOL, i, end);
    else if (anchored && compares && is_type(p, a.first, MLN_SQL_WORD) && a.end == a.first + 1 &&
             b.end == b.first + 1 && is_type(p, b.first, MLN_SQL_WORD) &&
             mln_sv_ieq(text(p, a.first), text(p, b.first)))
        add(p, MLN_SIG_SQLI_TAUTOLOGY, i, end); /* ROWNUM=ROWNUM */
    else if (anchored && compares && constant &&
             (is_equality(p, a.end) || !follows_comparison(p, i)))
        add(p, MLN_SIG_SQLI_TAUTOLOGY, i, end);
    else if (anchored && !symbol && !compares && a.constant && i > 0 && ends_hard_value(p, i - 1) &&
             i == 1 && (a.end == p->q->n || is_type(p, a.end, MLN_SQL_COMMENT)))
        add(p, MLN_SIG_SQLI_TAUTOLOGY, i, end); /* "1 or 1", "1 or true" and nothing else */
    else if (compares && b.end)
        add(p, MLN_SIG_SQLI_TAUTOLOGY_SOFT, i, end);
}

/* ---- queries and statements ---- */

static bool starts_select_list(const struct pass *p, uint32_t i)
{
    while (has_kind(p, i, MLN_SQLK_GLUE))
        i++;
    if (is_type(p, i, MLN_SQL_NUMBER) || is_type(p, i, MLN_SQL_STRING) ||
        is_type(p, i, MLN_SQL_VARIABLE) || is_type(p, i, MLN_SQL_OPEN) ||
        has_kind(p, i, MLN_SQLK_LITERAL) || is_type(p, i, MLN_SQL_OPERATOR))
        return true;
    if (!is_type(p, i, MLN_SQL_WORD) && !has_kind(p, i, MLN_SQLK_FUNCTION | MLN_SQLK_EFFECT))
        return i >= p->q->n;
    return is_type(p, i + 1, MLN_SQL_COMMA) || is_type(p, i + 1, MLN_SQL_OPEN) ||
           is_type(p, i + 1, MLN_SQL_DOT) || is_text(p, i + 1, "from") ||
           is_type(p, i + 1, MLN_SQL_COMMENT) || is_text(p, i + 1, "into") ||
           is_text(p, i + 1, "as");
}

static void check_union(struct pass *p, uint32_t i)
{
    uint32_t k = i + 1;

    while (has_kind(p, k, MLN_SQLK_GLUE) || is_type(p, k, MLN_SQL_OPEN))
        k++;
    if (has_kind(p, k, MLN_SQLK_SELECT) && starts_select_list(p, k + 1))
        add(p, MLN_SIG_SQLI_UNION, i, k + 1);
    else if (is_text(p, k, "values") && is_type(p, k + 1, MLN_SQL_OPEN))
        add(p, MLN_SIG_SQLI_UNION, i, k + 1);
}

/* SELECT list FROM name, INSERT INTO name, … at i. */
static bool is_statement(const struct pass *p, uint32_t i)
{
    if (has_kind(p, i, MLN_SQLK_SELECT)) {
        if (!starts_select_list(p, i + 1))
            return false;
        for (uint32_t k = i + 1; k < p->q->n && k < i + 24; k++)
            if (is_text(p, k, "from"))
                return true;
        return is_type(p, i + 1, MLN_SQL_VARIABLE) || is_type(p, i + 2, MLN_SQL_OPEN);
    }
    if (is_text(p, i, "insert"))
        return is_text(p, i + 1, "into");
    if (is_text(p, i, "delete"))
        return is_text(p, i + 1, "from");
    if (is_text(p, i, "update"))
        return is_text(p, i + 2, "set") || is_text(p, i + 4, "set");
    if (is_text(p, i, "drop") || is_text(p, i, "create") || is_text(p, i, "alter") ||
        is_text(p, i, "truncate"))
        return is_text(p, i + 1, "table") || is_text(p, i + 1, "database") ||
               is_text(p, i + 1, "user") || is_text(p, i + 1, "function") ||
               is_text(p, i + 1, "view") || is_text(p, i + 1, "or") || is_text(p, i + 1, "login");
    if (is_text(p, i, "declare") || is_text(p, i, "set"))
        return is_type(p, i + 1, MLN_SQL_VARIABLE);
    if (is_text(p, i, "exec") || is_text(p, i, "execute"))
        return is_type(p, i + 1, MLN_SQL_OPEN) || is_type(p, i + 1, MLN_SQL_VARIABLE) ||
               has_kind(p, i + 1, MLN_SQLK_EFFECT) || is_text(p, i + 1, "master") ||
               is_text(p, i + 1, "immediate") || mln_sv_istarts(text(p, i + 1), MLN_SV("sp_")) ||
               mln_sv_istarts(text(p, i + 1), MLN_SV("xp_"));
    return is_text(p, i, "waitfor") ||
           (is_text(p, i, "shutdown") && (i + 1 == p->q->n || is_type(p, i + 1, MLN_SQL_COMMENT) ||
                                          is_type(p, i + 1, MLN_SQL_SEMI)));
}

static void check_semicolon(struct pass *p, uint32_t i)
{
    bool anchored = i == 0 ? p->quoted : ends_hard_value(p, i - 1);
    uint32_t k = i + 1;

    while (is_type(p, k, MLN_SQL_OPEN) || is_type(p, k, MLN_SQL_SEMI))
        k++;
    if (is_type(p, k, MLN_SQL_COMMENT) && p->quoted && i <= 2)
        add(p, MLN_SIG_SQLI_BREAKOUT_COMMENT, i, k + 1);
    if (!has_kind(p, k, MLN_SQLK_STATEMENT))
        return;
    if (is_statement(p, k) || (has_kind(p, k, MLN_SQLK_SELECT) && starts_select_list(p, k + 1)))
        add(p, MLN_SIG_SQLI_STACKED, i, k + 1);
    else if (anchored && (is_type(p, k + 1, MLN_SQL_WORD) || is_type(p, k + 1, MLN_SQL_KEYWORD) ||
                          is_type(p, k + 1, MLN_SQL_VARIABLE)))
        add(p, is_type(p, 0, MLN_SQL_NUMBER) ? MLN_SIG_SQLI_STACKED : MLN_SIG_SQLI_STACKED_SOFT, i,
            k + 1);
}

static void check_effect(struct pass *p, uint32_t i)
{
    uint32_t k = i + 1;
    bool prose = has_kind(p, i, MLN_SQLK_PROSE);

    if (is_text(p, i, "waitfor") && (is_text(p, k, "delay") || is_text(p, k, "time")) &&
        is_type(p, k + 1, MLN_SQL_STRING)) {
        add(p, MLN_SIG_SQLI_WAIT, i, k + 2);
    } else if (has_kind(p, i, MLN_SQLK_FUNCTION)) {
        bool argument = is_type(p, k + 1, MLN_SQL_NUMBER) || is_type(p, k + 1, MLN_SQL_STRING) ||
                        is_type(p, k + 1, MLN_SQL_OPEN) || is_type(p, k + 1, MLN_SQL_VARIABLE) ||
                        has_kind(p, k + 1, MLN_SQLK_FUNCTION | MLN_SQLK_SELECT | MLN_SQLK_GLUE) ||
                        is_sign(p, k + 1) || (!prose && is_type(p, k + 1, MLN_SQL_WORD));
        if (!is_type(p, k, MLN_SQL_OPEN) || !argument)
            return;
        bool waits =
            is_text(p, i, "sleep") || is_text(p, i, "pg_sleep") || is_text(p, i, "benchmark");
        add(p, waits ? MLN_SIG_SQLI_WAIT : MLN_SIG_SQLI_EFFECT_CALL, i, k + 2);
    } else if (is_type(p, k, MLN_SQL_STRING) || is_type(p, k, MLN_SQL_DOT) ||
               is_type(p, k, MLN_SQL_OPEN) || is_type(p, k, MLN_SQL_VARIABLE) ||
               (i && has_kind(p, i - 1, MLN_SQLK_CLAUSE | MLN_SQLK_STATEMENT)) ||
               (i && is_type(p, i - 1, MLN_SQL_DOT))) {
        add(p, MLN_SIG_SQLI_EFFECT_NAME, i, k);
    }
}

/* ORDER BY, GROUP BY, HAVING, LIMIT, PROCEDURE, INTO at i, behind a value that ends. */
static void check_clause(struct pass *p, uint32_t i)
{
    bool anchored = i == 0 ? p->quoted : ends_hard_value(p, i - 1) && i <= 3;

    if (is_text(p, i, "order") && is_text(p, i + 1, "by")) {
        if (is_type(p, i + 2, MLN_SQL_NUMBER) && (anchored || is_type(p, i + 3, MLN_SQL_COMMENT)))
            add(p, MLN_SIG_SQLI_ORDER, i, i + 3);
        else if (anchored && p->quoted)
            add(p, MLN_SIG_SQLI_BREAKOUT_CLAUSE, i, i + 2);
    } else if (is_text(p, i, "group") && is_text(p, i + 1, "by") && anchored) {
        add(p, MLN_SIG_SQLI_HAVING, i, i + 2);
    } else if (is_text(p, i, "having") &&
               (anchored || (is_type(p, i + 1, MLN_SQL_NUMBER) && is_comparison(p, i + 2)))) {
        struct operand o = read_operand(p, i + 1);
        if (o.end && is_comparison(p, o.end))
            add(p, MLN_SIG_SQLI_HAVING, i, o.end + 1);
    } else if (is_text(p, i, "procedure") && has_kind(p, i + 1, MLN_SQLK_FUNCTION)) {
        add(p, MLN_SIG_SQLI_EFFECT_CALL, i, i + 2);
    } else if (is_text(p, i, "limit") && anchored && is_type(p, i + 1, MLN_SQL_NUMBER)) {
        add(p, MLN_SIG_SQLI_BREAKOUT_CLAUSE, i, i + 2);
    } else if (is_text(p, i, "where") && anchored) {
        struct operand o = read_operand(p, i + 1);
        if (o.end && is_comparison(p, o.end) && (p->quoted || o.constant))
            add(p, MLN_SIG_SQLI_BREAKOUT_CLAUSE, i, o.end + 1);
    }
}

static void check_select(struct pass *p, uint32_t i)
{
    bool inside = i && is_type(p, i - 1, MLN_SQL_OPEN);

    if (is_text(p, i + 1, "case") && is_text(p, i + 2, "when"))
        add(p, MLN_SIG_SQLI_CASE, i, i + 3);
    if (inside && starts_select_list(p, i + 1))
        add(p, MLN_SIG_SQLI_SUBQUERY, i, i + 2);
    else if (is_statement(p, i))
        add(p, MLN_SIG_SQLI_STATEMENT, i, i + 2);
}

/* ---- the start of what follows a quote ---- */

static bool is_concat(const struct pass *p, uint32_t i)
{
    struct mln_sv t = text(p, i);

    return is_type(p, i, MLN_SQL_OPERATOR) &&
           (mln_sv_eq(t, MLN_SV("||")) || mln_sv_eq(t, MLN_SV("+")) || mln_sv_eq(t, MLN_SV("|")));
}

/* Right behind the quote that ended the application's string. */
static void check_breakout(struct pass *p)
{
    uint32_t i = 0;

    while (is_type(p, i, MLN_SQL_CLOSE) && i < 8)
        i++;
    if (is_type(p, i, MLN_SQL_COMMENT) && (p->s.p[at(p, i)->off] != '#' || i + 1 == p->q->n)) {
        if (p->s.p[at(p, i)->off] != '#' || at(p, i)->len <= 2 || i > 0)
            add(p, MLN_SIG_SQLI_BREAKOUT_COMMENT, i, i + 1);
    } else if (is_concat(p, i)) {
        struct operand o = read_operand(p, i + 1);
        if (o.end && (o.call || o.query || o.variable))
            add(p, MLN_SIG_SQLI_BREAKOUT_CONCAT, i, o.end);
    } else if (is_comparison(p, i) && !is_text(p, i, "in") && !is_text(p, i, "is") &&
               !is_text(p, i, "-")) {
        struct operand o = read_operand(p, i + 1);
        bool cut = is_type(p, o.first, MLN_SQL_STRING) && p->q->open_end &&
                   has_kind(p, i, MLN_SQLK_COMPARE);
        if (o.end && o.constant && !cut &&
            (o.end == p->q->n || is_type(p, o.end, MLN_SQL_COMMENT) ||
             has_kind(p, o.end, MLN_SQLK_BOOL)))
            add(p, MLN_SIG_SQLI_BREAKOUT_COMPARE, i, o.end);
    }
}

/* "1--", "x) #": a comment at the very end of a value that is no prose. */
static void check_comment_end(struct pass *p)
{
    uint32_t n = p->q->n;

    if (p->quoted || n < 2 || n > 6 || !is_type(p, n - 1, MLN_SQL_COMMENT))
        return;
    if (is_type(p, n - 2, MLN_SQL_CLOSE) && n <= 4)
        add(p, MLN_SIG_SQLI_BRACKET_COMMENT, n - 2, n);
    else if (ends_hard_value(p, n - 2))
        add(p, MLN_SIG_SQLI_COMMENT_END, n - 2, n);
}

static bool is_anchored(const struct pass *p, uint32_t i)
{
    uint32_t k = i;

    while (k && is_type(p, k - 1, MLN_SQL_CLOSE))
        k--;
    if (p->quoted)
        return k == 0;
    return i == 0 || (ends_value(p, i - 1) && (i <= 2 || ends_hard_value(p, i - 1)));
}

static bool is_bool(const struct pass *p, uint32_t i)
{
    return has_kind(p, i, MLN_SQLK_BOOL) && !is_text(p, i, "not");
}

static bool is_system_variable(struct mln_sv name)
{
    static const char *const known[] = {
        "version",          "datadir",        "basedir",  "hostname",   "servername",
        "language",         "spid",           "identity", "rowcount",   "error",
        "global",           "session",        "tmpdir",   "plugin_dir", "secure_file_priv",
        "microsoftversion", "max_connections"};

    if (!mln_sv_starts(name, MLN_SV("@@")))
        return false;
    name = mln_sv_sub(name, 2, name.len);
    for (size_t i = 0; i < MLN_ARRAY_LEN(known); i++)
        if (mln_sv_istarts(name, mln_sv_str(known[i])))
            return true;
    return false;
}

static void walk(struct pass *p)
{
    for (uint32_t i = 0; i < p->q->n; i++) {
        if (is_bool(p, i))
            check_bool(p, i, is_anchored(p, i));
        else if (has_kind(p, i, MLN_SQLK_UNION))
            check_union(p, i);
        else if (is_type(p, i, MLN_SQL_SEMI))
            check_semicolon(p, i);
        if (has_kind(p, i, MLN_SQLK_EFFECT))
            check_effect(p, i);
        if (has_kind(p, i, MLN_SQLK_CLAUSE))
            check_clause(p, i);
        if (has_kind(p, i, MLN_SQLK_SELECT))
            check_select(p, i);
        else if (has_kind(p, i, MLN_SQLK_STATEMENT) && !p->quoted && is_statement(p, i))
            add(p, MLN_SIG_SQLI_STATEMENT, i, i + 2);
        if (has_kind(p, i, MLN_SQLK_SCHEMA) && !has_kind(p, i, MLN_SQLK_PROSE) && i &&
            (has_kind(p, i - 1, MLN_SQLK_CLAUSE) || is_type(p, i + 1, MLN_SQL_DOT)))
            add(p, MLN_SIG_SQLI_SCHEMA, i, i + 1);
        if (is_type(p, i, MLN_SQL_VARIABLE) && is_system_variable(text(p, i)))
            add(p, MLN_SIG_SQLI_SYSTEM_VARIABLE, i, i + 1);
    }
    if (p->quoted)
        check_breakout(p);
    else if (is_type(p, 0, MLN_SQL_STRING) && is_type(p, 1, MLN_SQL_OPEN) &&
             is_type(p, 2, MLN_SQL_STRING) && is_type(p, 3, MLN_SQL_CLOSE))
        add(p, MLN_SIG_SQLI_STRING_CALL, 0, 4);
    check_comment_end(p);
}

/* ---- the rest of the value ---- */

/* Comments between two words are never needed: "un/ ** /ion" and the like, once other SQL was seen.
 */
static bool drop_inline_comments(struct mln_sql *q)
{
    uint32_t n = 0;
    bool between = false;

    for (uint32_t i = 0; i < q->n; i++) {
        if (q->t[i].type != MLN_SQL_INLINE)
            q->t[n++] = q->t[i];
        else
            between = between || (i && i + 1 < q->n);
    }
    q->n = n;
    return between;
}

static bool is_prose(const struct pass *p)
{
    uint32_t pairs = 0;

    for (uint32_t i = 1; i < p->q->n; i++) {
        bool word = is_type(p, i, MLN_SQL_WORD) || has_kind(p, i, MLN_SQLK_PROSE);
        pairs += word && is_type(p, i - 1, MLN_SQL_WORD);
    }
    return p->q->n >= 5 && pairs * 5 >= p->q->n * 2;
}

static void read_as(struct pass *p, struct mln_sql *q, char quote)
{
    mln_sql_tokenize(p->s, quote, q);
    if (quote && !q->closed_quote)
        return;
    bool obfuscated = drop_inline_comments(q) || q->obfuscated;
    uint32_t before = p->out->n;
    p->q = q;
    p->quoted = quote != 0;
    walk(p);
    if (obfuscated && p->out->n > before && q->n)
        add(p, MLN_SIG_SQLI_OBFUSCATED, 0, 1);
}

/* Values without a quote, a comment, an operator with a number, or brackets are words. */
static bool may_be_sql(const struct mln_view *v)
{
    const uint32_t marks = MLN_BC_SQUOTE | MLN_BC_DQUOTE | MLN_BC_BTICK | MLN_BC_EQ | MLN_BC_PAREN |
                           MLN_BC_SEMI | MLN_BC_HASH | MLN_BC_DASH | MLN_BC_STAR | MLN_BC_LT |
                           MLN_BC_GT | MLN_BC_AT | MLN_BC_PIPE | MLN_BC_PLUS | MLN_BC_BRACE |
                           MLN_BC_COMMA;

    if (v->n < 3)
        return false;
    if (v->classes & (MLN_BC_SQUOTE | MLN_BC_DQUOTE | MLN_BC_BTICK))
        return true;
    if (!(v->classes & (MLN_BC_SPACE | MLN_BC_STAR | MLN_BC_PAREN | MLN_BC_SEMI | MLN_BC_HASH |
                        MLN_BC_PIPE | MLN_BC_NEWLINE | MLN_BC_AT | MLN_BC_CTL | MLN_BC_PLUS)))
        return (v->classes & MLN_BC_DASH) && v->n > 3 && memcmp(v->p + v->n - 2, "--", 2) == 0;
    return (v->classes & marks) || ((v->classes & MLN_BC_SPACE) && (v->classes & MLN_BC_DIGIT));
}

void mln_detect_sqli(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    static const char quotes[] = {'\'', '"', '`'};
    struct mln_sql q;
    struct pass p = {.v = v, .out = out, .s = mln_view_sv(v)};
    uint32_t before = out->n;

    if (!may_be_sql(v) || !mln_budget_take(ctx->budget, (uint64_t)v->n * 4 + 64))
        return;
    read_as(&p, &q, 0);
    bool prose = is_prose(&p);
    for (size_t i = 0; i < sizeof(quotes); i++)
        if (v->classes & (MLN_BC_SQUOTE << i))
            read_as(&p, &q, quotes[i]);
    if (prose && out->n > before)
        mln_findings_add(out, MLN_SIG_SQLI_PROSE, v, 0, v->n);
}
