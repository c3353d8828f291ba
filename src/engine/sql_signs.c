#include "engine/sql_signs.h"

#include "engine/scan.h"
#include "engine/shown_code.h"

static bool is_type(const struct mln_sql_pass *p, uint32_t i, enum mln_sql_type type)
{
    return mln_sql_is(p->q, i, type);
}

static bool has_kind(const struct mln_sql_pass *p, uint32_t i, uint32_t kind)
{
    return mln_sql_has(p->q, i, kind);
}

static struct mln_sv text(const struct mln_sql_pass *p, uint32_t i)
{
    return mln_sql_text(p->q, p->s, i);
}

static bool is_text(const struct mln_sql_pass *p, uint32_t i, const char *word)
{
    return mln_sv_ieq_str(text(p, i), word);
}

static bool starts(const struct mln_sql_pass *p, uint32_t i, const char *prefix)
{
    return mln_sv_istarts_str(text(p, i), prefix);
}

void mln_sql_add(struct mln_sql_pass *p, enum mln_signal sig, uint32_t from, uint32_t to)
{
    const struct mln_sql *q = p->q;
    uint32_t last = MLN_MIN(to > from ? to - 1 : from, q->n - 1);
    size_t off = q->t[MLN_MIN(from, q->n - 1)].off, end = q->t[last].off + q->t[last].len;

    mln_findings_add(p->out, sig, p->v, off, end > off ? end - off : 1);
}

/* A value stands in front of i, so that what follows continues an expression. */
static bool behind_value(const struct mln_sql_pass *p, uint32_t i)
{
    if (i == 0)
        return true;
    return mln_sql_is_value(p->q, i - 1) || is_type(p, i - 1, MLN_SQL_CLOSE) ||
           has_kind(p, i - 1, MLN_SQLK_LITERAL);
}

/* ---- queries ---- */

static bool ends_item(const struct mln_sql_pass *p, uint32_t i)
{
    switch (mln_sql_type(p->q, i)) {
    case MLN_SQL_COMMA:
    case MLN_SQL_COMMENT:
    case MLN_SQL_CLOSE:
    case MLN_SQL_SEMI:
    case MLN_SQL_END:
        return true;
    case MLN_SQL_OPERATOR:
        return has_kind(p, i, MLN_SQLK_ARITH | MLN_SQLK_COMPARE);
    default:
        return has_kind(p, i, MLN_SQLK_UNION) || is_text(p, i, "from") || is_text(p, i, "into") ||
               is_text(p, i, "as");
    }
}

enum list { LIST_NONE, LIST_NAMES, LIST_HARD };

/* What stands behind SELECT: nothing that fits, names, or values and calls that nobody writes in a
 * sentence. */
static enum list select_list(const struct mln_sql_pass *p, uint32_t i)
{
    while (has_kind(p, i, MLN_SQLK_GLUE) ||
           (has_kind(p, i, MLN_SQLK_UNARY) && !is_text(p, i, "all")) || is_text(p, i, "all"))
        i++;
    if (mln_sql_is_value(p->q, i) || has_kind(p, i, MLN_SQLK_LITERAL))
        return ends_item(p, i + 1) ? LIST_HARD : LIST_NONE;
    if (is_type(p, i, MLN_SQL_OPEN))
        return is_type(p, i + 1, MLN_SQL_CLOSE) ? LIST_NONE : LIST_HARD;
    if (is_text(p, i, "case"))
        return LIST_HARD;
    if (is_text(p, i, "*"))
        return is_text(p, i + 1, "from") || is_type(p, i + 1, MLN_SQL_COMMA) ? LIST_HARD
                                                                             : LIST_NONE;
    if (i >= p->q->n)
        return LIST_NAMES;
    if (!mln_sql_is_name(p->q, i))
        return LIST_NONE;
    if (is_type(p, i + 1, MLN_SQL_OPEN))
        return has_kind(p, i, MLN_SQLK_FUNCTION | MLN_SQLK_EFFECT) ? LIST_HARD : LIST_NAMES;
    return ends_item(p, i + 1) || is_type(p, i + 1, MLN_SQL_DOT) ? LIST_NAMES : LIST_NONE;
}

/* Names that follow each other stand in no expression, so that the database refuses the text before
 * it comes to what is behind: three in a row, or two right behind the application's string. */
static bool is_broken_before(const struct mln_sql_pass *p, uint32_t i)
{
    uint32_t row = p->quoted && p->first ? 1 : 0;

    for (uint32_t k = 0; k < i; k++) {
        row = is_type(p, k, MLN_SQL_WORD) ? row + 1 : 0;
        if (row >= 3)
            return true;
    }
    return false;
}

/* The query of an author, in a block of code among sentences that no database reads up to it. */
static bool is_example(const struct mln_sql_pass *p, uint32_t i)
{
    return p->out->shown && mln_shown_code_at(p->out->shown, p->q->t[i].off) &&
           (p->broken || is_broken_before(p, i));
}

static void check_union(struct mln_sql_pass *p, uint32_t i)
{
    uint32_t k = i + 1;
    enum list list = LIST_NONE;

    while (has_kind(p, k, MLN_SQLK_GLUE) || is_text(p, k, "all") || is_type(p, k, MLN_SQL_OPEN) ||
           is_text(p, k, "+"))
        k++;
    if (has_kind(p, k, MLN_SQLK_SELECT)) {
        list = select_list(p, k + 1);
    } else if (starts(p, k, "select") && is_type(p, k + 1, MLN_SQL_OPEN)) {
        list = LIST_HARD; /* "union selectchar(" of broken tools */
    } else if (is_text(p, k, "values") &&
               (is_type(p, k + 1, MLN_SQL_OPEN) || is_type(p, k + 2, MLN_SQL_OPEN))) {
        list = LIST_HARD;
    } else if (is_text(p, k, "table") && mln_sql_is_name(p->q, k + 1) && behind_value(p, i) &&
               (i <= 1 || p->quoted) &&
               (is_type(p, p->q->n - 1, MLN_SQL_COMMENT) || has_kind(p, k + 2, MLN_SQLK_CLAUSE) ||
                (i == 1 && k + 2 == p->q->n && is_type(p, 0, MLN_SQL_NUMBER)))) {
        list = LIST_HARD; /* MySQL's short form of SELECT * */
    }
    bool starts_so = i && i <= 2 && behind_value(p, i) && has_kind(p, k, MLN_SQLK_SELECT);
    bool named = list == LIST_NAMES && behind_value(p, i) && (i || k + 2 < p->q->n);
    bool behind_quote = p->quoted && i == 0 && list && !(p->framed && p->q->open_end);
    bool attached = list == LIST_HARD || named || starts_so || behind_quote;
    if (attached && !is_example(p, i))
        mln_sql_add(p, MLN_SIG_SQLI_UNION, i, k + 1);
    else if (attached || list)
        mln_sql_add(p, MLN_SIG_SQLI_UNION_SOFT, i, k + 1);
}

static bool has_from(const struct mln_sql_pass *p, uint32_t i)
{
    for (uint32_t k = i + 1; k < p->q->n && k < i + 24; k++)
        if (is_text(p, k, "from"))
            return true;
    return false;
}

static void check_select(struct mln_sql_pass *p, uint32_t i)
{
    enum list list = select_list(p, i + 1);
    bool inside = i && is_type(p, i - 1, MLN_SQL_OPEN);

    if (is_text(p, i + 1, "case") && is_text(p, i + 2, "when"))
        mln_sql_add(p, MLN_SIG_SQLI_CASE, i, i + 3);
    if (inside && (list == LIST_HARD || (list && has_from(p, i))))
        mln_sql_add(p,
                    mln_findings_has(p->out, MLN_SIG_SQLI_STATEMENT) ? MLN_SIG_SQLI_SUBQUERY_SOFT
                                                                     : MLN_SIG_SQLI_SUBQUERY,
                    i, i + 2);
    else if (mln_sql_is_statement(p, i))
        mln_sql_add(p, MLN_SIG_SQLI_STATEMENT, i, i + 2);
}

/* ---- statements ---- */

static bool is_any(const struct mln_sql_pass *p, uint32_t i, const char *const *words, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (is_text(p, i, words[k]))
            return true;
    return false;
}

/* Past the bracket that closes the one at i; a bounded look ahead. */
static uint32_t skip_group(const struct mln_sql_pass *p, uint32_t i)
{
    int depth = 0;

    for (uint32_t k = i; k < p->q->n && k < i + 24; k++) {
        depth += is_type(p, k, MLN_SQL_OPEN);
        depth -= is_type(p, k, MLN_SQL_CLOSE);
        if (depth <= 0)
            return k + 1;
    }
    return p->q->n;
}

/* What DROP, CREATE and ALTER can be about, in some database. */
static bool is_object(const struct mln_sql_pass *p, uint32_t i)
{
    static const char *const objects[] = {
        "access",       "aggregate",   "algorithm",    "application",
        "assembly",     "asymmetric",  "attribute",    "authorization",
        "availability", "bitmap",      "broker",       "cast",
        "catalog",      "certificate", "cluster",      "clustered",
        "collation",    "column",      "columnstore",  "connection",
        "constraint",   "context",     "contract",     "controlfile",
        "conversion",   "credential",  "cube",         "database",
        "default",      "definer",     "dictionary",   "dimension",
        "directory",    "disk",        "diskgroup",    "domain",
        "edition",      "editionable", "endpoint",     "event",
        "extension",    "external",    "federation",   "file",
        "flashback",    "force",       "foreign",      "fulltext",
        "function",     "global",      "group",        "hash",
        "hierarchy",    "if",          "ignore",       "index",
        "indextype",    "instance",    "integration",  "java",
        "json",         "keyspace",    "language",     "library",
        "loadable",     "local",       "lock",         "lockdown",
        "logfile",      "login",       "macro",        "master",
        "materialized", "memory",      "message",      "multiset",
        "network",      "noforce",     "nonclustered", "offline",
        "online",       "operator",    "or",           "outline",
        "owned",        "package",     "partition",    "pfile",
        "pipe",         "pluggable",   "policy",       "prepare",
        "primary",      "procedure",   "profile",      "public",
        "publication",  "queue",       "recursive",    "remote",
        "replication",  "resource",    "restore",      "role",
        "rollback",     "route",       "row",          "rule",
        "schema",       "search",      "secret",       "security",
        "selective",    "sequence",    "server",       "service",
        "session",      "set",         "share",        "signature",
        "spatial",      "spfile",      "sql",          "stage",
        "statistics",   "storage",     "stored",       "stream",
        "subscription", "symmetric",   "synonym",      "system",
        "table",        "tablespace",  "task",         "temp",
        "temporary",    "text",        "transform",    "transient",
        "trigger",      "type",        "undo",         "unique",
        "unlogged",     "user",        "vector",       "view",
        "virtual",      "volatile",    "warehouse",    "workload",
        "xml",          "alias",       "all",          "analytic",
        "bigfile",      "blockchain",  "cached",       "constant",
        "editioning",   "exception",   "generator",    "immutable",
        "large",        "linked",      "nickname",     "noneditionable",
        "private",      "procedural",  "quota",        "routine",
        "sensitivity",  "smallfile",   "trusted",      "variable",
        "wrapper",      "zonemap"};

    return is_any(p, i, objects, MLN_ARRAY_LEN(objects));
}

static bool is_definition(const struct mln_sql_pass *p, uint32_t i)
{
    static const char *const verbs[] = {"drop", "create", "alter", "truncate", "rename"};
    static const char *const objects[] = {
        "table",   "database",  "user",     "function", "view",   "login", "schema",   "index",
        "trigger", "procedure", "sequence", "role",     "server", "or",    "temporary"};

    return is_any(p, i, verbs, MLN_ARRAY_LEN(verbs)) &&
           is_any(p, i + 1, objects, MLN_ARRAY_LEN(objects)) && mln_sql_is_name(p->q, i + 2);
}

static bool is_execution(const struct mln_sql_pass *p, uint32_t i)
{
    uint32_t k = i + 1;

    if (!is_text(p, i, "exec") && !is_text(p, i, "execute"))
        return false;
    bool open =
        is_type(p, k, MLN_SQL_OPEN) && !is_type(p, k + 1, MLN_SQL_CLOSE); /* "exec() runs" */
    return open || is_type(p, k, MLN_SQL_VARIABLE) || has_kind(p, k, MLN_SQLK_EFFECT) ||
           is_text(p, k, "master") || is_text(p, k, "immediate") || starts(p, k, "sp_") ||
           starts(p, k, "xp_");
}

/* "call me (maybe)": a procedure takes values; a name that is none in brackets of its own is an
 * aside of a sentence. */
static bool is_aside(const struct mln_sql_pass *p, uint32_t open)
{
    bool apart = open && text(p, open - 1).p + text(p, open - 1).len < text(p, open).p;

    return apart && is_type(p, open + 1, MLN_SQL_WORD) && is_type(p, open + 2, MLN_SQL_CLOSE);
}

/* "; drop dose if", "; update the sheet;": no database takes these, since every one wants to be
 * told what kind of thing is dropped, with a word more at most ("secure view"), and what is set. */
static bool lacks_grammar(const struct mln_sql_pass *p, uint32_t i)
{
    static const char *const verbs[] = {"drop", "create", "alter"};
    static const char *const joins[] = {"if", "or", "all", "ignore", "force"};
    static const char *const articles[] = {"a", "an", "the", "my", "our", "your", "this", "that"};
    enum { LOOK = 24 };
    uint32_t k = i + 1;

    if (is_any(p, i, verbs, MLN_ARRAY_LEN(verbs)))
        return is_type(p, k, MLN_SQL_WORD) && !is_object(p, k) &&
               (is_any(p, k, articles, MLN_ARRAY_LEN(articles)) ||
                is_any(p, k + 1, joins, MLN_ARRAY_LEN(joins)) || !is_object(p, k + 1));
    if (!is_text(p, i, "update"))
        return false;
    if (is_text(p, k, "statistics"))
        return false;
    while (k < p->q->n && k < i + LOOK && !is_type(p, k, MLN_SQL_SEMI) && !is_text(p, k, "set"))
        k++;
    return (k == p->q->n && p->last) || (k < p->q->n && is_type(p, k, MLN_SQL_SEMI));
}

bool mln_sql_is_statement(const struct mln_sql_pass *p, uint32_t i)
{
    uint32_t k = i + 1;

    if (has_kind(p, i, MLN_SQLK_SELECT)) {
        enum list list = select_list(p, k);
        return list && (has_from(p, i) || is_type(p, k, MLN_SQL_VARIABLE) ||
                        is_type(p, k + 1, MLN_SQL_OPEN) || list == LIST_HARD);
    }
    if (is_text(p, i, "insert") || is_text(p, i, "replace"))
        return is_text(p, k, "into");
    if (is_text(p, i, "delete"))
        return is_text(p, k, "from");
    if (is_text(p, i, "update"))
        return is_text(p, k + 1, "set") ||
               (is_text(p, k + 3, "set") && !is_type(p, k + 1, MLN_SQL_SEMI) &&
                !is_type(p, k + 2, MLN_SQL_SEMI));
    if (is_text(p, i, "declare") || is_text(p, i, "set"))
        return is_type(p, k, MLN_SQL_VARIABLE);
    if (is_text(p, i, "call") || is_text(p, i, "begin"))
        return (is_type(p, k + 1, MLN_SQL_OPEN) && !is_aside(p, k + 1)) ||
               has_kind(p, k, MLN_SQLK_STATEMENT) ||
               (is_type(p, k + 1, MLN_SQL_DOT) && is_type(p, k + 3, MLN_SQL_OPEN));
    if (is_text(p, i, "if"))
        return is_type(p, k, MLN_SQL_OPEN) &&
               has_kind(p, skip_group(p, k), MLN_SQLK_STATEMENT | MLN_SQLK_EFFECT);
    if (is_text(p, i, "grant"))
        return has_kind(p, k, MLN_SQLK_STATEMENT) || is_text(p, k + 1, "to") ||
               is_text(p, k, "all");
    if (is_text(p, i, "shutdown"))
        return ends_item(p, k) || is_text(p, k, "with");
    if (is_text(p, i, "copy"))
        return is_text(p, k + 1, "from") || is_text(p, k + 1, "to") || is_type(p, k, MLN_SQL_OPEN);
    return is_text(p, i, "waitfor") || is_text(p, i, "dbcc") || is_definition(p, i) ||
           is_execution(p, i);
}

/* The ';' before `end` belongs to a character reference of HTML: "$stmt-&gt;execute(". Only to one
 * that names no column anywhere; "1&uid;drop" is an expression and a statement. */
static bool ends_reference(struct mln_sv s, size_t end)
{
    static const char *const references[] = {"&gt;", "&lt;", "&amp;", "&quot;", "&apos;", "&nbsp;"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(references); i++) {
        size_t len = strlen(references[i]);
        if (end >= len && mln_scan_at(s, end - len, mln_sv_str(references[i])))
            return true;
    }
    return false;
}

/* Behind "; desc users" stand a semicolon or nothing, and a comment without words that cuts off
 * what the application has left. */
static bool is_cut_off(const struct mln_sql_pass *p, uint32_t i)
{
    struct mln_sv comment = text(p, p->q->n - 1);

    while (is_type(p, i, MLN_SQL_SEMI))
        i++;
    if (!p->last || i + 1 != p->q->n || !is_type(p, i, MLN_SQL_COMMENT))
        return false;
    for (size_t k = 0; k < comment.len; k++)
        if (mln_cc((unsigned char)comment.p[k], MLN_CC_ALPHA | MLN_CC_DIGIT))
            return false;
    return true;
}

/* "'; flush tables; --": the value starts with a quote that ends the application's statement;
 * another of one or two words, and what cuts off the rest. Whatever the database calls it. */
static bool is_lone_statement(const struct mln_sql_pass *p, uint32_t semicolon, uint32_t i)
{
    if (!p->quoted || p->base > 2 || semicolon != 0 || !mln_sql_is_name(p->q, i))
        return false;
    return is_cut_off(p, i + 1) || (mln_sql_is_name(p->q, i + 1) && is_cut_off(p, i + 2));
}

static void check_semicolon(struct mln_sql_pass *p, uint32_t i)
{
    uint32_t k = i + 1;

    while (is_type(p, k, MLN_SQL_OPEN) || is_type(p, k, MLN_SQL_SEMI))
        k++;
    bool shows = is_text(p, k, "desc") && is_cut_off(p, k + 2);
    shows = shows || is_lone_statement(p, i, k);
    if (!(has_kind(p, k, MLN_SQLK_STATEMENT) || shows) || p->broken || is_broken_before(p, i) ||
        ends_reference(p->s, p->q->t[i].off + 1))
        return;
    bool script = !p->quoted && p->first && has_kind(p, 0, MLN_SQLK_STATEMENT);
    bool anchored = i == 0 ? p->quoted : behind_value(p, i);
    bool operand = mln_sql_is_name(p->q, k + 1) || is_type(p, k + 1, MLN_SQL_VARIABLE) ||
                   is_type(p, k + 1, MLN_SQL_STRING);
    if (mln_sql_is_statement(p, k) || (anchored && operand && is_cut_off(p, k + 2)) ||
        is_lone_statement(p, i, k))
        mln_sql_add(p, script ? MLN_SIG_SQLI_STACKED_SOFT : MLN_SIG_SQLI_STACKED, i, k + 1);
    else if (anchored && operand && (k + 2 >= p->q->n || !p->prose) &&
             is_type(p, 0, MLN_SQL_NUMBER) && i == 1)
        mln_sql_add(p, MLN_SIG_SQLI_STACKED, i, k + 1);
    else if (anchored && operand && !lacks_grammar(p, k))
        mln_sql_add(p, MLN_SIG_SQLI_STACKED_SOFT, i, k + 1);
}

/* ---- functions and names ---- */

static bool is_argument(const struct mln_sql_pass *p, uint32_t i, bool prose)
{
    if (prose && has_kind(p, i, MLN_SQLK_UNARY))
        i++; /* "sleep (not too deep)" */
    return mln_sql_is_value(p->q, i) || is_type(p, i, MLN_SQL_OPEN) ||
           has_kind(p, i,
                    MLN_SQLK_FUNCTION | MLN_SQLK_SELECT | MLN_SQLK_UNARY | MLN_SQLK_LITERAL) ||
           (!prose && is_type(p, i, MLN_SQL_WORD));
}

/* SLEEP(5) is SQL at the start, behind an operator, a bracket or a keyword; t.sleep(5) and "use
 * sleep(5)" are code and prose. */
static bool may_be_called(const struct mln_sql_pass *p, uint32_t i)
{
    return i == 0 || !(is_type(p, i - 1, MLN_SQL_DOT) || is_type(p, i - 1, MLN_SQL_WORD));
}

/* The call is all there is, or an operator follows: not "sleep(1000);" of a program. */
static bool ends_call(const struct mln_sql_pass *p, uint32_t open)
{
    uint32_t k = skip_group(p, open);

    return k >= p->q->n || is_type(p, k, MLN_SQL_OPERATOR) || is_type(p, k, MLN_SQL_KEYWORD) ||
           is_type(p, k, MLN_SQL_CLOSE) || is_type(p, k, MLN_SQL_COMMA) ||
           (is_type(p, k, MLN_SQL_COMMENT) && p->q->t[k].len < 4);
}

static bool is_shape(const struct mln_sql_pass *p, uint32_t i)
{
    static const char *const shapes[] = {"polygon",           "multipolygon",    "point",
                                         "linestring",        "multilinestring", "multipoint",
                                         "geometrycollection"};

    return is_any(p, i, shapes, MLN_ARRAY_LEN(shapes));
}

/* "POLYGON((30 10, 40 40))" is how maps write shapes, "sleep(8 hours)" is a sentence: a number and
 * no operator behind it. What a window of tokens cuts off, the next one holds as a whole. */
static bool is_measure(const struct mln_sql_pass *p, uint32_t i)
{
    uint32_t k = i + 1;

    while (is_type(p, k, MLN_SQL_OPEN) || (is_shape(p, k) && is_type(p, k + 1, MLN_SQL_OPEN)) ||
           (is_shape(p, i) && is_text(p, k, "-")))
        k++;
    if (k + 1 >= p->q->n && !p->last && i + MLN_SQL_OVERLAP >= p->q->n)
        return true;
    return is_type(p, k, MLN_SQL_NUMBER) &&
           (is_shape(p, i) || is_type(p, k + 1, MLN_SQL_WORD) || is_type(p, k + 1, MLN_SQL_NUMBER));
}

static void check_call(struct mln_sql_pass *p, uint32_t i)
{
    bool prose = has_kind(p, i, MLN_SQLK_PROSE);

    prose = prose && !(i && has_kind(p, i - 1, MLN_SQLK_COMPARE | MLN_SQLK_BOOL | MLN_SQLK_CLAUSE));
    if (!is_type(p, i + 1, MLN_SQL_OPEN) || !is_argument(p, i + 2, prose) || is_measure(p, i))
        return;
    bool touches = p->q->t[i].off + p->q->t[i].len == p->q->t[i + 1].off;
    if (prose && (!may_be_called(p, i) || (i == 0 && (!touches || !ends_call(p, i + 1)))))
        return;
    mln_sql_add(p, has_kind(p, i, MLN_SQLK_WAIT) ? MLN_SIG_SQLI_WAIT : MLN_SIG_SQLI_EFFECT_CALL, i,
                i + 3);
}

/* CONCAT(0x7e, …): text in hexadecimal among the arguments of a function of the database. */
static void check_hex_call(struct mln_sql_pass *p, uint32_t i)
{
    uint32_t k = i + 2;

    if (!is_type(p, i + 1, MLN_SQL_OPEN) || has_kind(p, i, MLN_SQLK_PROSE))
        return;
    if (is_type(p, k, MLN_SQL_NUMBER) && starts(p, k, "0x") &&
        (is_type(p, k + 1, MLN_SQL_COMMA) || p->q->t[k].len >= 10))
        mln_sql_add(p, MLN_SIG_SQLI_HEX_CALL, i, k + 1);
}

static bool is_file_clause(const struct mln_sql_pass *p, uint32_t i)
{
    return is_text(p, i, "outfile") || is_text(p, i, "dumpfile") || is_text(p, i, "infile");
}

static void check_effect_name(struct mln_sql_pass *p, uint32_t i)
{
    uint32_t k = i + 1;

    if (is_file_clause(p, i)) {
        bool verb =
            is_text(p, i - 1, "into") || is_text(p, i - 1, "data") || is_text(p, i - 1, "local");
        if (i && verb && (is_type(p, k, MLN_SQL_STRING) || is_type(p, k, MLN_SQL_NUMBER)))
            mln_sql_add(p, MLN_SIG_SQLI_EFFECT_NAME, i, k);
    } else if (is_type(p, k, MLN_SQL_DOT)) { /* a package: dbms_pipe.receive_message( */
        mln_sql_add(p,
                    is_type(p, k + 2, MLN_SQL_OPEN) ? MLN_SIG_SQLI_EFFECT_NAME
                                                    : MLN_SIG_SQLI_EFFECT_SOFT,
                    i, k + 1);
    } else if (is_type(p, k, MLN_SQL_STRING) || is_type(p, k, MLN_SQL_OPEN) ||
               is_type(p, k, MLN_SQL_VARIABLE) ||
               (i && (has_kind(p, i - 1, MLN_SQLK_STATEMENT) || is_type(p, i - 1, MLN_SQL_DOT)))) {
        mln_sql_add(p, MLN_SIG_SQLI_EFFECT_NAME, i, k);
    } else {
        mln_sql_add(p, MLN_SIG_SQLI_EFFECT_SOFT, i, k);
    }
}

/* COPY t FROM '/etc/passwd', COPY t(c) TO PROGRAM '…'. */
static void check_copy(struct mln_sql_pass *p, uint32_t i)
{
    uint32_t k = i + 2;

    if (!is_text(p, i, "copy"))
        return;
    if (is_type(p, k, MLN_SQL_OPEN))
        k = skip_group(p, k);
    if (!is_text(p, k, "from") && !is_text(p, k, "to"))
        return;
    struct mln_sv file = text(p, k + 1);
    if (is_text(p, k + 1, "program") ||
        (is_type(p, k + 1, MLN_SQL_STRING) &&
         (mln_sv_chr(file, '/') != SIZE_MAX || mln_sv_chr(file, '\\') != SIZE_MAX)))
        mln_sql_add(p, MLN_SIG_SQLI_EFFECT_NAME, i, k + 2);
}

static void check_effect(struct mln_sql_pass *p, uint32_t i)
{
    uint32_t k = i + 1;

    if (is_text(p, i, "waitfor")) {
        if ((is_text(p, k, "delay") || is_text(p, k, "time")) &&
            (is_type(p, k + 1, MLN_SQL_STRING) || is_type(p, k + 1, MLN_SQL_VARIABLE)))
            mln_sql_add(p, MLN_SIG_SQLI_WAIT, i, k + 2);
    } else if (has_kind(p, i, MLN_SQLK_FUNCTION)) {
        check_call(p, i);
    } else if (!has_kind(p, i, MLN_SQLK_SCHEMA)) {
        check_effect_name(p, i);
    }
}

/* A catalogue is named behind FROM, JOIN or a dot, or has a dot behind it. */
static void check_schema(struct mln_sql_pass *p, uint32_t i)
{
    bool dotted = i && is_type(p, i - 1, MLN_SQL_DOT);
    bool plain = has_kind(p, i, MLN_SQLK_PROSE);

    bool accounts = is_text(p, i, "mysql") && is_text(p, i + 2, "user") && i &&
                    has_kind(p, i - 1, MLN_SQLK_CLAUSE);
    if (plain ? is_type(p, i + 1, MLN_SQL_DOT) && (is_type(p, i + 2, MLN_SQL_DOT) || accounts)
              : dotted || (i && has_kind(p, i - 1, MLN_SQLK_CLAUSE | MLN_SQLK_JOIN)) ||
                    is_type(p, i + 1, MLN_SQL_DOT))
        mln_sql_add(p, MLN_SIG_SQLI_SCHEMA, i, i + 1);
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
        if (mln_sv_istarts_str(name, known[i]))
            return true;
    return false;
}

/* DECLARE @s … and a long hex number, or EXEC(@s): a statement put together out of sight. */
static void check_assembled(struct mln_sql_pass *p, uint32_t i)
{
    if (!is_type(p, i + 1, MLN_SQL_VARIABLE) || !(is_text(p, i, "declare") || is_text(p, i, "set")))
        return;
    for (uint32_t k = i + 2; k < p->q->n && k < i + 24; k++) {
        bool hex = is_type(p, k, MLN_SQL_NUMBER) && p->q->t[k].len >= 6 && starts(p, k, "0x");
        bool runs = is_execution(p, k) && !mln_sql_is_name(p->q, k + 1);
        if (hex || runs) {
            mln_sql_add(p, MLN_SIG_SQLI_ASSEMBLED, i, k + 1);
            return;
        }
    }
}

/* "1.e(ascii)", "1.e.tables": an exponent without digits, which MySQL drops. */
static bool is_dropped_exponent(const struct mln_sql_pass *p, uint32_t i)
{
    struct mln_sv t = text(p, i);

    return t.len > 2 && (t.p[t.len - 1] | 0x20) == 'e' && t.p[t.len - 2] == '.' &&
           (is_type(p, i + 1, MLN_SQL_OPEN) || is_type(p, i + 1, MLN_SQL_DOT));
}

/* A word w within itself: "selselectect". Neither end is whole. */
static bool holds(struct mln_sv t, struct mln_sv w)
{
    size_t at = mln_sv_ifind(mln_sv_sub(t, 1, t.len - 2), w) + 1;

    return at && mln_sv_ieq(mln_sv_sub(t, 0, at), mln_sv_sub(w, 0, at)) &&
           mln_sv_ieq(mln_sv_sub(t, at + w.len, t.len), mln_sv_sub(w, at, w.len));
}

/* "selselectect", "oorr", for filters that take the inner word out. The short ones in place of what
 * would join a condition. */
static bool is_doubled(const struct mln_sql_pass *p, uint32_t i)
{
    static const char words[][8] = {"union", "where", "select", "insert", "update", "delete"};
    struct mln_sv t = text(p, i);

    if (t.len < 10) {
        bool joins = p->quoted ? i == 0 : i == 1 && is_type(p, 0, MLN_SQL_NUMBER);
        return joins && holds(t, t.len == 4 ? MLN_SV("or") : MLN_SV("and"));
    }
    for (size_t k = 0; k < MLN_ARRAY_LEN(words); k++)
        if (mln_lower(t.p[0]) == words[k][0] && t.len == 2 * strlen(words[k]) &&
            holds(t, mln_sv_str(words[k])))
            return true;
    return false;
}

/* By length: what is_doubled looks for has 4, 6, 10 or 12 bytes. */
static bool may_be_doubled(const struct mln_sql_pass *p, uint32_t i)
{
    uint32_t len = p->q->t[i].len;

    return is_type(p, i, MLN_SQL_WORD) && (i <= 1 || len >= 10) && len <= 12 &&
           (0x1450U >> len & 1);
}

void mln_sql_signs(struct mln_sql_pass *p)
{
    p->broken = p->broken && !p->first;
    for (uint32_t i = 0; i < p->q->n; i++) {
        if (is_type(p, i, MLN_SQL_SEMI))
            check_semicolon(p, i);
        else if (is_type(p, i, MLN_SQL_NUMBER) && is_dropped_exponent(p, i))
            mln_sql_add(p, MLN_SIG_SQLI_STRING_CALL, i, i + 2);
        else if (is_type(p, i, MLN_SQL_VARIABLE) && is_system_variable(text(p, i)))
            mln_sql_add(p, MLN_SIG_SQLI_SYSTEM_VARIABLE, i, i + 1);
        if (may_be_doubled(p, i) && is_doubled(p, i))
            mln_sql_add(p, MLN_SIG_SQLI_DOUBLED, i, i + 1);
        if (!is_type(p, i, MLN_SQL_KEYWORD))
            continue;
        if (has_kind(p, i, MLN_SQLK_UNION))
            check_union(p, i);
        if (has_kind(p, i, MLN_SQLK_EFFECT))
            check_effect(p, i);
        if (has_kind(p, i, MLN_SQLK_FUNCTION))
            check_hex_call(p, i);
        if (is_text(p, i, "procedure") && starts(p, i + 1, "analy") &&
            is_type(p, i + 2, MLN_SQL_OPEN))
            mln_sql_add(p, MLN_SIG_SQLI_EFFECT_CALL, i, i + 3);
        if (has_kind(p, i, MLN_SQLK_SCHEMA))
            check_schema(p, i);
        if (has_kind(p, i, MLN_SQLK_STATEMENT)) {
            check_assembled(p, i);
            check_copy(p, i);
        }
        if (has_kind(p, i, MLN_SQLK_SELECT))
            check_select(p, i);
        else if (has_kind(p, i, MLN_SQLK_STATEMENT) && !p->quoted && mln_sql_is_statement(p, i))
            mln_sql_add(p, MLN_SIG_SQLI_STATEMENT, i, i + 2);
    }
    p->broken = p->broken || is_broken_before(p, p->q->n); /* for the windows that follow */
}
