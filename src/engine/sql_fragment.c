#include "engine/sql_fragment.h"

enum { DEPTH_MAX = 24 };

enum frame_kind { TOP, GROUP, ARGUMENTS, QUERY, CASES };

/* One condition between two AND/OR of a frame. */
struct term {
    bool joined;   /* AND or OR stands in front of it */
    bool compared; /* a comparison was read */
    bool equated;  /* … by an operator, so that a name equals itself */
    bool variable; /* an operand is no constant */
    bool called;   /* an operand is a call of a known function, or a query */
    bool aliased;  /* a name without AS was read */
    uint32_t first,
        last; /* tokens of the first and the last operand; UINT32_MAX: none, or longer */
};

struct frame {
    uint8_t kind;  /* enum frame_kind */
    bool query;    /* SELECT was read: a list, names and clauses may follow */
    bool between;  /* the next AND belongs to BETWEEN */
    bool compared; /* any of its terms */
    bool variable; /* any of its terms */
    bool called;   /* the call that opened it, or any of its terms */
    uint32_t open; /* token of the bracket */
    struct term term;
};

struct machine {
    const struct mln_sql *q;
    struct mln_sv s;
    uint32_t from, i;
    uint32_t seen;
    uint32_t depth;
    bool operand; /* the state: an operand was read */
    bool done;    /* nothing more is to be read */
    bool failed;
    struct frame f[DEPTH_MAX];
};

static bool is_word(const struct machine *m, uint32_t i, const char *word)
{
    return mln_sql_is(m->q, i, MLN_SQL_KEYWORD) || mln_sql_is(m->q, i, MLN_SQL_WORD)
               ? mln_sv_ieq_str(mln_sql_text(m->q, m->s, i), word)
               : false;
}

static struct frame *top(struct machine *m)
{
    return &m->f[m->depth];
}

static void term_clear(struct term *t, bool joined)
{
    *t = (struct term){.joined = joined, .first = UINT32_MAX, .last = UINT32_MAX};
}

static bool push(struct machine *m, enum frame_kind kind)
{
    if (m->depth + 1 == DEPTH_MAX)
        return false;
    struct frame *f = &m->f[++m->depth];
    *f = (struct frame){.kind = (uint8_t)kind, .open = m->i};
    term_clear(&f->term, false);
    return true;
}

static bool same_text(const struct machine *m, uint32_t a, uint32_t b)
{
    return a != UINT32_MAX && b != UINT32_MAX && a != b &&
           mln_sv_ieq(mln_sql_text(m->q, m->s, a), mln_sql_text(m->q, m->s, b));
}

/* "Story Points" > 3: a name of two words in double quotes, as standard SQL and the filters of
 * trackers write it, and a number. Constants that are compared to be true are of one kind. */
static bool compares_name(const struct machine *m, const struct term *t)
{
    if (t->first == UINT32_MAX || t->last == UINT32_MAX ||
        !mln_sql_is(m->q, t->first, MLN_SQL_STRING) || !mln_sql_is(m->q, t->last, MLN_SQL_NUMBER))
        return false;
    struct mln_sv name = mln_sql_text(m->q, m->s, t->first);
    return name.p && name.p[0] == '"' && mln_sv_chr(name, ' ') != SIZE_MAX &&
           mln_cc((unsigned char)name.p[1], MLN_CC_ALPHA);
}

/* What the term that ends here says. */
static void end_term(struct machine *m)
{
    struct frame *f = top(m);
    struct term *t = &f->term;
    bool constant = !t->variable || (t->equated && same_text(m, t->first, t->last));
    constant = constant && !compares_name(m, t);

    if (t->joined && t->called)
        m->seen |= MLN_SQLF_CALL;
    if (t->joined && t->compared)
        m->seen |= constant ? MLN_SQLF_TAUT : MLN_SQLF_COND;
    else if (t->joined && constant)
        m->seen |= MLN_SQLF_CONST;
    bool then = f->kind == CASES && is_word(m, m->i, "then");
    if (t->compared && !t->variable && ((f->kind == ARGUMENTS && f->called) || then))
        m->seen |= MLN_SQLF_ARG_TAUT;
    f->compared = f->compared || t->compared;
    f->variable = f->variable || !constant;
    f->called = f->called || t->called;
}

static void took_operand(struct machine *m, bool constant, bool called, uint32_t token)
{
    struct term *t = &top(m)->term;

    t->variable = t->variable || !constant;
    t->called = t->called || called;
    if (t->first == UINT32_MAX && !t->compared)
        t->first = token;
    t->last = t->compared && t->last == UINT32_MAX ? token : UINT32_MAX;
    m->operand = true;
}

/* ---- an operand is due ---- */

/* a.b.c, a..c, a.* : past the name that starts at i. */
static uint32_t name_end(const struct machine *m, uint32_t i)
{
    i++;
    while (mln_sql_is(m->q, i, MLN_SQL_DOT)) {
        uint32_t k = i + 1 + mln_sql_is(m->q, i + 1, MLN_SQL_DOT);
        if (mln_sql_is_name(m->q, k) ||
            (mln_sql_is(m->q, k, MLN_SQL_OPERATOR) && m->s.p[m->q->t[k].off] == '*'))
            i = k + 1;
        else
            break;
    }
    return i;
}

/* N'…', _utf8'…', X'…': a name that touches the string behind it; DATE '…' need not. */
static bool is_prefix(const struct machine *m, uint32_t i)
{
    const struct mln_sql_token *t = m->q->t;

    if (mln_sql_is(m->q, i + 1, MLN_SQL_STRING) &&
        (is_word(m, i, "date") || is_word(m, i, "timestamp") || is_word(m, i, "interval")))
        return true;

    return mln_sql_is(m->q, i + 1, MLN_SQL_STRING) && t[i].off + t[i].len == t[i + 1].off &&
           (t[i].len == 1 || m->s.p[t[i].off] == '_');
}

/* sin(x): mathematics. Nobody names a column with one letter to have its sine. */
static bool is_mathematics(const struct machine *m, uint32_t start)
{
    return (is_word(m, start, "sin") || is_word(m, start, "cos") || is_word(m, start, "tan")) &&
           mln_sql_is(m->q, start + 2, MLN_SQL_WORD) && m->q->t[start + 2].len == 1 &&
           mln_sql_is(m->q, start + 3, MLN_SQL_CLOSE);
}

static bool take_name(struct machine *m)
{
    uint32_t start = m->i, end;

    if (is_prefix(m, start)) {
        m->i++;
        return true;
    }
    if (mln_sql_has(m->q, start, MLN_SQLK_LITERAL)) {
        took_operand(m, true, false, start);
        m->i++;
        return true;
    }
    end = name_end(m, start);
    bool known = mln_sql_has(m->q, start, MLN_SQLK_FUNCTION | MLN_SQLK_EFFECT) ||
                 mln_sql_has(m->q, end - 1, MLN_SQLK_FUNCTION | MLN_SQLK_EFFECT);
    /* the time, in filters of interfaces, too */
    known = known && !is_word(m, start, "now") && !is_mathematics(m, start);
    if (mln_sql_is(m->q, end, MLN_SQL_OPEN)) {
        m->seen |= MLN_SQLF_ANY_CALL | (known ? MLN_SQLF_KNOWN_CALL : 0);
        m->i = end;
        if (!push(m, ARGUMENTS))
            return false;
        top(m)->called = known;
        m->i++;
        return true;
    }
    m->seen |= MLN_SQLF_NAMES;
    took_operand(m, false, false, end == start + 1 ? start : UINT32_MAX);
    m->i = end;
    return true;
}

static bool open_group(struct machine *m)
{
    bool brace = m->s.p[m->q->t[m->i].off] == '{';

    if (!push(m, GROUP))
        return false;
    m->i++;
    /* {d '2000-01-01'}, {`f` 1}: the word that names the escape */
    if (brace && mln_sql_is_name(m->q, m->i) &&
        (mln_sql_is_value(m->q, m->i + 1) || mln_sql_is_name(m->q, m->i + 1))) {
        m->seen |= MLN_SQLF_ESCAPE;
        m->i++;
    }
    return true;
}

static bool start_query(struct machine *m)
{
    uint32_t before = m->i ? m->i - 1 : 0;

    if (m->depth == 0 && !(m->seen & MLN_SQLF_UNION) && m->i > 0 &&
        !mln_sql_is(m->q, before, MLN_SQL_OPEN))
        return false;
    if (m->depth)
        m->seen |= MLN_SQLF_QUERY;
    top(m)->query = true;
    top(m)->called = true;
    term_clear(&top(m)->term, false);
    m->i++;
    return true;
}

/* f(): the bracket that closes at once. */
static bool close_empty(struct machine *m)
{
    if (top(m)->kind != ARGUMENTS || top(m)->open + 1 != m->i)
        return false;
    bool called = top(m)->called;
    m->depth--;
    took_operand(m, false, called, UINT32_MAX);
    m->i++;
    return true;
}

static bool step_keyword_due(struct machine *m)
{
    uint32_t kind = m->q->t[m->i].kind;
    bool call = mln_sql_is(m->q, m->i + 1, MLN_SQL_OPEN);

    if (kind & MLN_SQLK_SELECT)
        return start_query(m);
    if (is_word(m, m->i, "case")) {
        m->seen |= MLN_SQLF_QUERY;
        bool ok = push(m, CASES);
        m->i++;
        return ok;
    }
    if (((kind & MLN_SQLK_CASE) && top(m)->kind == CASES) ||
        ((kind & MLN_SQLK_GLUE) && top(m)->query)) {
        m->i++;
        if (m->i && is_word(m, m->i - 1, "top") && mln_sql_is(m->q, m->i, MLN_SQL_NUMBER))
            m->i++;
        return true;
    }
    if ((kind & (MLN_SQLK_UNARY | MLN_SQLK_GLUE)) || is_word(m, m->i, "outfile") ||
        is_word(m, m->i, "dumpfile") || (is_word(m, m->i, "by") && m->i)) {
        m->i++;
        return true;
    }
    if (kind & (MLN_SQLK_BOOL | MLN_SQLK_UNION | MLN_SQLK_CLAUSE | MLN_SQLK_CASE))
        return false;
    if ((kind & MLN_SQLK_COMPARE) && !call)
        return false;
    return take_name(m);
}

static bool step_due(struct machine *m)
{
    const struct mln_sql_token *t = &m->q->t[m->i];

    switch ((enum mln_sql_type)t->type) {
    case MLN_SQL_NUMBER:
    case MLN_SQL_STRING:
        if (t->type == MLN_SQL_NUMBER && mln_sql_is(m->q, m->i + 1, MLN_SQL_OPEN)) { /* 1.e(1) */
            m->i++;
            return open_group(m);
        }
        took_operand(m, true, false, m->i++);
        return true;
    case MLN_SQL_VARIABLE:
        took_operand(m, false, false, m->i++);
        return true;
    case MLN_SQL_WORD:
        return take_name(m);
    case MLN_SQL_KEYWORD:
        return step_keyword_due(m);
    case MLN_SQL_OPEN:
        return open_group(m);
    case MLN_SQL_CLOSE:
        return close_empty(m);
    case MLN_SQL_OPERATOR:
        if (t->kind & MLN_SQLK_UNARY) {
            m->i++;
            return true;
        }
        if (m->s.p[t->off] == '*' && t->len == 1 && (top(m)->query || top(m)->kind == ARGUMENTS)) {
            took_operand(m, false, false, UINT32_MAX);
            m->i++;
            return true;
        }
        return false;
    case MLN_SQL_COMMENT: /* the operand is whatever the application has left */
        m->seen |= MLN_SQLF_COMMENT | MLN_SQLF_CUT;
        m->done = ++m->i == m->q->n;
        return true;
    case MLN_SQL_COMMA:
    case MLN_SQL_SEMI:
    case MLN_SQL_DOT:
    case MLN_SQL_OTHER:
    case MLN_SQL_END:
        break;
    }
    return false;
}

/* ---- an operand was read ---- */

/* The bracket of the top frame closes: what was in it becomes an operand of the frame below. */
static void pop(struct machine *m)
{
    struct frame f = *top(m);

    m->depth--;
    if (f.kind == GROUP && !f.query) {
        took_operand(m, !f.variable, f.called, UINT32_MAX);
        top(m)->term.compared = top(m)->term.compared || f.compared;
    } else {
        took_operand(m, false, f.called, UINT32_MAX);
    }
}

static bool close_group(struct machine *m)
{
    if (top(m)->kind == CASES)
        return false;
    end_term(m);
    if (m->depth) {
        pop(m);
    } else { /* a bracket of the application */
        m->seen |= MLN_SQLF_CLOSE;
        term_clear(&m->f[0].term, false);
    }
    m->i++;
    return true;
}

static bool take_bool(struct machine *m)
{
    struct frame *f = top(m);

    if (f->between && is_word(m, m->i, "and")) {
        f->between = false;
    } else {
        end_term(m);
        term_clear(&f->term, true);
        if (m->depth == 0)
            m->seen |= MLN_SQLF_BOOL;
    }
    m->i++;
    m->operand = false;
    return true;
}

/* The comparison at i may be of the application's own value. */
static void note_comparison(struct machine *m)
{
    if (m->depth || top(m)->term.joined)
        return;
    m->seen |= MLN_SQLF_COMPARE;
    if (mln_sql_is(m->q, m->i, MLN_SQL_OPERATOR))
        m->seen |= MLN_SQLF_BY_SIGN;
}

static bool take_compare(struct machine *m)
{
    struct frame *f = top(m);
    struct term *t = &f->term;
    bool in = is_word(m, m->i, "in");

    if (is_word(m, m->i, "is") && (is_word(m, m->i + 1, "null") || is_word(m, m->i + 2, "null"))) {
        note_comparison(m);
        m->i += is_word(m, m->i + 1, "null") ? 2 : 3;
        return t->compared = true;
    }
    if (in && (is_word(m, m->i + 1, "boolean") || is_word(m, m->i + 1, "natural"))) {
        for (m->i += 2; is_word(m, m->i, "language") || is_word(m, m->i, "mode"); m->i++)
            ;
        return true;
    }
    if (in && mln_sql_is(m->q, m->i + 1, MLN_SQL_WORD) && !mln_sql_is(m->q, m->i + 2, MLN_SQL_OPEN))
        return false; /* "x in parents": no SQL has a name there */
    if (is_word(m, m->i, "isnull") || is_word(m, m->i, "notnull")) {
        note_comparison(m);
        m->i++;
        return t->compared = true;
    }
    if (is_word(m, m->i, "sounds") || is_word(m, m->i, "similar"))
        m->i++;
    f->between = f->between || is_word(m, m->i, "between");
    note_comparison(m);
    t->compared = true;
    t->equated = mln_sql_is(m->q, m->i, MLN_SQL_OPERATOR);
    m->i++;
    m->operand = false;
    return true;
}

static bool take_arith(struct machine *m)
{
    struct term *t = &top(m)->term;
    char c = m->s.p[m->q->t[m->i].off];

    if (c == ':' && m->q->t[m->i].len == 2 && mln_sql_is_name(m->q, m->i + 1)) { /* '1'::int */
        m->i = name_end(m, m->i + 1);
        return true;
    }
    if (m->depth == 0 && !t->joined)
        m->seen |= m->seen & MLN_SQLF_ARITH || c == '+' ? MLN_SQLF_CONCAT : MLN_SQLF_ARITH;
    t->first = t->last = UINT32_MAX;
    m->i++;
    m->operand = false;
    return true;
}

/* "||" is OR in one dialect and joins strings in the others: both are noted. */
static bool take_pipes(struct machine *m)
{
    struct term *t = &top(m)->term;

    if (m->depth == 0 && !t->joined)
        m->seen |= MLN_SQLF_CONCAT;
    return take_bool(m);
}

static bool take_union(struct machine *m)
{
    uint32_t k = m->i + 1;

    end_term(m);
    while (mln_sql_has(m->q, k, MLN_SQLK_GLUE | MLN_SQLK_UNARY) ||
           mln_sql_is(m->q, k, MLN_SQL_OPEN))
        k++;
    if (!mln_sql_has(m->q, k, MLN_SQLK_SELECT) && !is_word(m, k, "values") &&
        !is_word(m, k, "table"))
        return false;
    m->seen |= MLN_SQLF_UNION;
    term_clear(&top(m)->term, false);
    while (mln_sql_has(m->q, m->i + 1, MLN_SQLK_GLUE | MLN_SQLK_UNARY))
        m->i++;
    m->i++;
    m->operand = false;
    return true;
}

static bool take_clause(struct machine *m)
{
    uint32_t k = m->i + 1;
    struct frame *f = top(m);
    bool by = is_word(m, m->i, "order") || is_word(m, m->i, "group");

    if (by) {
        if (!is_word(m, k, "by"))
            return false;
        k++;
    } else if (is_word(m, m->i, "from") && !f->query && f->kind != ARGUMENTS && m->depth == 0 &&
               !(m->seen & MLN_SQLF_CLOSE)) {
        return false; /* prose: "2 from 3" */
    } else if (is_word(m, m->i, "for")) {
        if (!is_word(m, k, "update"))
            return false;
        m->seen |= !f->query && m->depth == 0 ? MLN_SQLF_CLAUSE : 0;
        m->i = k + 1;
        return true;
    }
    end_term(m);
    /* what follows WHERE and HAVING is a condition, as if joined by AND */
    bool value = mln_sql_is_value(m->q, k);
    bool first = !f->query || (m->depth == 0 && value && is_word(m, m->i, "having"));
    term_clear(&f->term, first && (value || m->i > m->from) &&
                             (is_word(m, m->i, "where") || is_word(m, m->i, "having")));
    if (!f->query && m->depth == 0) {
        m->seen |= MLN_SQLF_CLAUSE;
        if (mln_sql_is(m->q, k, MLN_SQL_NUMBER) || is_word(m, m->i, "procedure") ||
            (is_word(m, m->i, "group") && mln_sql_is(m->q, k + 1, MLN_SQL_DOT)) ||
            (is_word(m, m->i, "having") && mln_sql_is(m->q, k, MLN_SQL_STRING)))
            m->seen |= MLN_SQLF_NUMBERED;
    }
    f->query = f->query || by || is_word(m, m->i, "limit") || is_word(m, m->i, "procedure");
    m->i = k;
    m->operand = false;
    return true;
}

static bool take_semicolon(struct machine *m)
{
    uint32_t k = m->i;

    if (m->depth)
        return false;
    end_term(m);
    while (mln_sql_is(m->q, k, MLN_SQL_SEMI) || mln_sql_is(m->q, k, MLN_SQL_CLOSE) ||
           mln_sql_is(m->q, k, MLN_SQL_OPEN))
        k++;
    if (k >= m->q->n || mln_sql_is(m->q, k, MLN_SQL_COMMENT))
        m->seen |= MLN_SQLF_SEMI | (k < m->q->n ? MLN_SQLF_COMMENT : 0);
    else if (mln_sql_has(m->q, k, MLN_SQLK_STATEMENT))
        m->seen |= MLN_SQLF_STACKED;
    else
        return false;
    m->i = k;
    m->done = true;
    return true;
}

static bool end_case(struct machine *m)
{
    end_term(m);
    m->depth--;
    took_operand(m, false, true, UINT32_MAX);
    m->i++;
    return true;
}

/* AS name, and the alias without AS within a query. */
static bool take_alias(struct machine *m)
{
    struct frame *f = top(m);

    if (is_word(m, m->i, "as")) {
        if (!mln_sql_is_name(m->q, m->i + 1) && !mln_sql_is(m->q, m->i + 1, MLN_SQL_STRING))
            return false;
        m->i = name_end(m, m->i + 1);
        if (mln_sql_is(m->q, m->i, MLN_SQL_OPEN) && mln_sql_is(m->q, m->i + 1, MLN_SQL_NUMBER) &&
            mln_sql_is(m->q, m->i + 2, MLN_SQL_CLOSE))
            m->i += 3; /* varchar(8000) */
        return true;
    }
    if (is_word(m, m->i, "asc") || is_word(m, m->i, "desc")) {
        m->i++;
        return true;
    }
    /* one word behind an operand of a query, or behind the application's closing bracket */
    bool fits = f->query || ((m->seen & MLN_SQLF_CLOSE) && m->depth == 0 && m->i &&
                             mln_sql_is(m->q, m->i - 1, MLN_SQL_CLOSE));
    if (!fits || f->term.aliased || !mln_sql_is(m->q, m->i, MLN_SQL_WORD))
        return false;
    f->term.aliased = true;
    m->i++;
    return true;
}

static bool step_keyword_read(struct machine *m)
{
    struct frame *f = top(m);
    uint32_t kind = m->q->t[m->i].kind;

    if (kind & MLN_SQLK_BOOL)
        return take_bool(m);
    if ((kind & MLN_SQLK_UNARY) && is_word(m, m->i, "not") &&
        mln_sql_has(m->q, m->i + 1, MLN_SQLK_COMPARE)) {
        m->i++;
        return true;
    }
    if (kind & MLN_SQLK_UNION)
        return take_union(m);
    if ((kind & MLN_SQLK_CASE) && f->kind == CASES) {
        if (is_word(m, m->i, "end"))
            return end_case(m);
        end_term(m);
        term_clear(&f->term, false);
        m->i++;
        m->operand = false;
        return true;
    }
    if ((kind & MLN_SQLK_JOIN) && f->query) {
        end_term(m);
        term_clear(&f->term, false);
        m->i++;
        m->operand = mln_sql_has(m->q, m->i, MLN_SQLK_JOIN);
        return true;
    }
    if (f->kind == ARGUMENTS &&
        (is_word(m, m->i, "from") || is_word(m, m->i, "for") || is_word(m, m->i, "using"))) {
        m->i++;
        m->operand = false;
        return true;
    }
    if (kind & MLN_SQLK_CLAUSE)
        return take_clause(m);
    if (kind & MLN_SQLK_COMPARE)
        return take_compare(m);
    if (kind & MLN_SQLK_ARITH)
        return take_arith(m);
    return false;
}

static bool step_read(struct machine *m)
{
    const struct mln_sql_token *t = &m->q->t[m->i];
    struct frame *f = top(m);

    switch ((enum mln_sql_type)t->type) {
    case MLN_SQL_OPERATOR:
        if (t->kind & MLN_SQLK_BOOL)
            return t->kind & MLN_SQLK_ARITH ? take_pipes(m) : take_bool(m);
        if (t->kind & MLN_SQLK_COMPARE)
            return take_compare(m);
        return t->kind & MLN_SQLK_ARITH ? take_arith(m) : false;
    case MLN_SQL_KEYWORD:
        return step_keyword_read(m) || take_alias(m);
    case MLN_SQL_WORD:
        if (f->kind == ARGUMENTS &&
            (is_word(m, m->i, "separator") || is_word(m, m->i, "placing"))) {
            m->i++;
            m->operand = false;
            return true;
        }
        return take_alias(m);
    case MLN_SQL_STRING: /* 'a' 'b' is one string */
        if (m->i == 0 || !mln_sql_is(m->q, m->i - 1, MLN_SQL_STRING))
            return false;
        m->i++;
        return true;
    case MLN_SQL_COMMA:
        if (m->depth == 0)
            m->seen |= MLN_SQLF_COMMA;
        end_term(m);
        term_clear(&f->term, false);
        m->i++;
        m->operand = false;
        return true;
    case MLN_SQL_CLOSE:
        return close_group(m);
    case MLN_SQL_SEMI:
        return take_semicolon(m);
    case MLN_SQL_COMMENT:
        m->seen |= MLN_SQLF_COMMENT;
        m->done = ++m->i == m->q->n;
        return true;
    case MLN_SQL_NUMBER:
    case MLN_SQL_VARIABLE:
    case MLN_SQL_OPEN:
    case MLN_SQL_DOT:
    case MLN_SQL_OTHER:
    case MLN_SQL_END:
        break;
    }
    return false;
}

/* "1 or 1", "1 or true": not "2 or 3", which people write. */
static void note_same(struct machine *m, uint32_t from)
{
    const struct term *t = &m->f[0].term;

    if ((m->seen & MLN_SQLF_CONST) && t->joined && t->first != UINT32_MAX &&
        (same_text(m, from, t->first) || (mln_sql_has(m->q, t->first, MLN_SQLK_LITERAL) &&
                                          !mln_sql_has(m->q, from, MLN_SQLK_LITERAL))))
        m->seen |= MLN_SQLF_SAME;
}

void mln_sql_fragment_read(const struct mln_sql *q, struct mln_sv s, uint32_t from, bool operand,
                           struct mln_sql_fragment *ret)
{
    struct machine m = {.q = q, .s = s, .from = from, .i = from, .operand = operand};

    term_clear(&m.f[0].term, false);
    while (m.i < q->n && !m.done && !m.failed)
        m.failed = !(m.operand ? step_read(&m) : step_due(&m));
    if (!m.operand && !m.done)
        m.seen |= MLN_SQLF_CUT;
    while (m.depth) { /* what is still open counts too */
        end_term(&m);
        pop(&m);
    }
    if (m.operand || m.f[0].term.compared)
        end_term(&m);
    note_same(&m, from);
    *ret =
        (struct mln_sql_fragment){.from = from, .end = m.i, .seen = m.seen, .complete = !m.failed};
}
