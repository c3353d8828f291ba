/* Values within a value: JSON in a form field or in base64, the header of a token, the query of an
 * address, a form that was sent as something else, the literals of GraphQL. Each is inspected as a
 * value of its own, for the application takes it out and uses it as one; what is found is reported
 * where it stood. */
#include "engine/graphql.h"
#include "engine/json_skeleton.h"
#include "engine/scan.h"
#include "engine/txn_priv.h"

enum {
    DEPTH_MAX = 3,
    CONTAINERS_MAX = 2, /* views of one value that are read as containers */
    BYTES_MAX = 64 << 10,
    JSON_DEPTH_MAX = 16,
    LITERALS_MAX = 32,
};

typedef int (*read_fn)(struct mln_txn *t, struct mln_collector *c, struct mln_sv s);

static const struct mln_body_limits limits = {
    .fields = UINT32_MAX, .depth = JSON_DEPTH_MAX, .name_bytes = 512};

static struct mln_sv view_text(const struct mln_view *v)
{
    struct mln_sv s = mln_view_sv(v);

    return mln_sv_sub(s, mln_scan_skip_space(s, 0), s.len);
}

/* ---- JSON ---- */

/* null, true, false or digits before a comma: no prose begins a bracket so. */
static bool is_first_of_list(struct mln_sv s)
{
    size_t comma = mln_sv_chr(mln_sv_sub(s, 0, 24), ',');
    struct mln_sv word = mln_sv_sub(s, 0, comma);

    for (size_t i = 0; i < word.len; i++)
        if (!mln_cc((unsigned char)word.p[i], MLN_CC_DIGIT) && (i || word.p[0] != '-'))
            return mln_sv_eq(word, MLN_SV("null")) || mln_sv_eq(word, MLN_SV("true")) ||
                   mln_sv_eq(word, MLN_SV("false"));
    return comma != SIZE_MAX && comma > 0;
}

/* {"a…, {'a…, {a:…, [{…, ["…, [null,…: what no prose starts with. */
static bool is_json(struct mln_sv s)
{
    size_t i = mln_scan_skip_space(s, 1);

    if (s.len < 6 || (s.p[0] != '{' && s.p[0] != '[') || i >= s.len)
        return false;
    if (s.p[0] == '[')
        return s.p[i] == '{' || s.p[i] == '"' || s.p[i] == '[' ||
               is_first_of_list(mln_sv_sub(s, i, s.len));
    return s.p[i] == '"' || s.p[i] == '\'';
}

static int read_json(struct mln_txn *t, struct mln_collector *c, struct mln_sv s)
{
    const struct mln_field_sink sink = mln_collector_sink(c);
    struct mln_json_parser *p = mln_json_new(&t->e->scratch, &limits, &sink);

    if (!p) {
        t->n_unread++;
        return 0;
    }
    int r = mln_json_feed(p, s);
    return r ? r : mln_json_finish(p);
}

/* ---- queries ---- */

static bool is_name_byte(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_WORD) || (c && strchr("-.[]%", c));
}

/* name=… from i on. */
static bool is_pair(struct mln_sv s, size_t i)
{
    enum { NAME_MAX_BYTES = 40 };
    size_t start = i;

    while (i < s.len && i - start < NAME_MAX_BYTES && is_name_byte(s.p[i]))
        i++;
    return i > start && i < s.len && s.p[i] == '=';
}

/* Where a query starts: behind the '?' of an address, or at once in a=b&c=d. SIZE_MAX: nowhere.
 * Windows of a long document begin within text: an address there is one of many. */
static size_t query_start(struct mln_sv s)
{
    enum { LOOK = 512 };
    struct mln_sv head = mln_sv_sub(s, 0, LOOK);
    size_t mark = mln_sv_chr(head, '?');

    head = mln_sv_sub(head, 0, mark);
    if (mark != SIZE_MAX && mln_sv_chr(head, ' ') == SIZE_MAX &&
        mln_sv_chr(head, '"') == SIZE_MAX && is_pair(s, mark + 1))
        return mark + 1;
    size_t amp = mln_sv_chr(s, '&');
    return is_pair(s, 0) && amp != SIZE_MAX && is_pair(s, amp + 1) ? 0 : SIZE_MAX;
}

static int read_query(struct mln_txn *t, struct mln_collector *c, struct mln_sv s)
{
    const struct mln_field_sink sink = mln_collector_sink(c);
    struct mln_form_parser *p = mln_form_new(&t->e->scratch, &limits, &sink);

    s = mln_sv_sub(s, query_start(s), s.len);
    s = mln_sv_sub(s, 0, mln_sv_chr(s, '#'));
    if (!p) {
        t->n_unread++;
        return 0;
    }
    int r = mln_form_feed(p, s);
    return r ? r : mln_form_finish(p);
}

/* ---- GraphQL ---- */

static int read_graphql(struct mln_txn *t, struct mln_collector *c, struct mln_sv s)
{
    size_t i = mln_sv_chr(s, '"');

    for (unsigned k = 0; k < LITERALS_MAX && i < s.len; k++) {
        size_t end;
        struct mln_sv text = mln_graphql_literal(&t->e->scratch, s, i, &end);
        if (text.len)
            mln_inspect_value(t, MLN_LOC_JSON, c->name, text);
        size_t next = mln_sv_chr(mln_sv_sub(s, end + 1, s.len), '"');
        i = next == SIZE_MAX ? s.len : end + 1 + next;
    }
    return 0;
}

/* ---- the choice ---- */

static read_fn container(struct mln_sv s)
{
    if (is_json(s))
        return read_json;
    if (mln_graphql_starts(s))
        return read_graphql;
    return s.len >= 5 && query_start(s) != SIZE_MAX ? read_query : NULL;
}

static void read_container(struct mln_txn *t, read_fn read, struct mln_sv name, struct mln_sv s)
{
    struct mln_collector c = {
        .t = t, .name = name, .guess = true, .window = BYTES_MAX, .buf = mln_spare_take(t->e)};

    /* what a stop says is in the verdict; no memory ends the look inside, as the views do */
    (void)read(t, &c, mln_sv_sub(s, 0, BYTES_MAX));
    mln_spare_give(t->e, &c.buf);
}

static bool is_read(const struct mln_view *v)
{
    return v->lane == MLN_LANE_RAW || v->lane == MLN_LANE_URL || v->lane == MLN_LANE_BASE64;
}

bool mln_graphql_reads(struct mln_txn *t, enum mln_location loc, struct mln_sv value,
                       struct mln_graphql *ret)
{
    return (loc == MLN_LOC_JSON || loc == MLN_LOC_QUERY || loc == MLN_LOC_FORM ||
            loc == MLN_LOC_BODY) &&
           t->nest.depth < DEPTH_MAX && value.len <= BYTES_MAX &&
           mln_graphql_split(&t->e->scratch, value, ret);
}

void mln_inspect_literals(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                          const struct mln_graphql *g)
{
    struct mln_nest before = t->nest;

    if (!before.depth)
        t->nest = (struct mln_nest){.loc = loc, .name = name};
    t->nest.depth = before.depth + 1;
    uint32_t i = 0;
    for (; i < g->n && mln_txn_step(t) == MLN_STEP_MORE; i++)
        if (g->literal[i].len)
            mln_inspect_value(t, MLN_LOC_JSON, name, g->literal[i]);
    t->n_unread +=
        i < g->n; /* what is left was not looked at: the value is not known to be clean */
    t->nest = before;
}

/* What compressed text holds, as a value in the place of the one that carries it. */
static void inspect_packed(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                           const struct mln_views *views)
{
    struct mln_nest before = t->nest;

    if (before.depth == DEPTH_MAX || mln_txn_step(t) != MLN_STEP_MORE) {
        t->n_unread++;
        return;
    }
    bool more;
    struct mln_sv text = mln_packed_text(t, name, views, &more);
    if (more)
        mln_report_limit(t, &t->packed_told, loc, name, view_text(&views->v[0]),
                         "a value that holds more compressed text than is read");
    if (!text.len)
        return;
    if (!before.depth)
        t->nest = (struct mln_nest){.loc = loc, .name = name};
    t->nest.depth = before.depth + 1;
    mln_inspect_value(t, MLN_LOC_BODY, name, text);
    t->nest = before;
}

static bool has_value(enum mln_location loc)
{
    return loc != MLN_LOC_PATH && loc != MLN_LOC_METHOD && loc != MLN_LOC_BODY &&
           loc != MLN_LOC_FILE;
}

/* As encodeURIComponent writes a document, in cookies above all: no quote and no bracket of it is
 * left. Absent when it is none. */
static struct mln_sv encoded_document(struct mln_arena *a, struct mln_sv s)
{
    uint32_t bad = 0;

    if (!mln_sv_istarts(s, MLN_SV("%7b")) && !mln_sv_istarts(s, MLN_SV("%5b")))
        return MLN_SV_NULL;
    if (mln_sv_chr(s, '"') != SIZE_MAX)
        return MLN_SV_NULL;
    s = mln_url_decode(a, s, false, &bad);
    return bad ? MLN_SV_NULL : s;
}

bool mln_json_reads(struct mln_txn *t, enum mln_location loc, struct mln_sv value,
                    struct mln_sv *ret, struct mln_sv *ret_skeleton)
{
    if (!has_value(loc) || t->nest.depth >= DEPTH_MAX || value.len > BYTES_MAX)
        return false;
    *ret = value.len && value.p[0] == '%' ? encoded_document(&t->e->scratch, value) : value;
    return ret->p && is_json(*ret) && mln_json_skeleton(&t->e->scratch, *ret, ret_skeleton);
}

void mln_inspect_members(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                         struct mln_sv value)
{
    struct mln_nest before = t->nest;

    if (mln_txn_step(t) != MLN_STEP_MORE) {
        t->n_unread++;
        return;
    }
    if (!before.depth)
        t->nest = (struct mln_nest){.loc = loc, .name = name};
    t->nest.depth = before.depth + 1;
    read_container(t, read_json, name, value);
    t->nest = before;
}

/* What a JSON Web Token says of itself (RFC 7515, section 4), in front of its first dot: which key
 * is meant, and where it lies. Absent when it is no token. */
static struct mln_sv token_header(struct mln_arena *a, struct mln_sv s)
{
    enum { HEADER_MAX = 2048 };
    static const struct mln_sv scheme = MLN_SV("Bearer ");

    if (mln_sv_istarts(s, scheme))
        s = mln_sv_trim(mln_sv_sub(s, scheme.len, s.len));
    if (!mln_sv_starts(s, MLN_SV("eyJ"))) /* a bracket and a quote */
        return MLN_SV_NULL;
    size_t dot = mln_sv_chr(mln_sv_sub(s, 0, HEADER_MAX), '.');
    return dot == SIZE_MAX ? MLN_SV_NULL : mln_base64_bytes(a, mln_sv_sub(s, 0, dot));
}

/* A window that begins within the body, and the whole of it is read as a form besides: its pairs
 * are inspected there, from where they begin. */
static bool is_read_as_form(const struct mln_txn *t, enum mln_location loc, read_fn read)
{
    if (read != read_query || loc != MLN_LOC_BODY || t->nest.depth || !t->body.within)
        return false;
    for (uint32_t i = 0; i < t->body.n_readers; i++)
        if (t->body.reader[i].kind == MLN_READER_FORM)
            return true;
    return false;
}

void mln_inspect_nested(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                        const struct mln_views *views)
{
    const uint32_t marks = MLN_BC_BRACE | MLN_BC_BRACKET | MLN_BC_EQ;
    struct mln_nest before = t->nest;
    unsigned n = 0;

    if (views->binary || loc == MLN_LOC_PATH || loc == MLN_LOC_METHOD)
        return;
    for (uint32_t i = 0; i < views->n && n < CONTAINERS_MAX; i++) {
        const struct mln_view *v = &views->v[i];
        read_fn read = is_read(v) && (v->classes & marks) ? container(view_text(v)) : NULL;
        if (!read)
            continue;
        if (before.depth == DEPTH_MAX || mln_txn_step(t) != MLN_STEP_MORE ||
            is_read_as_form(t, loc, read)) {
            t->n_unread++; /* of another request it may be read: nothing is known of it */
            continue;
        }
        if (!before.depth)
            t->nest = (struct mln_nest){.loc = loc, .name = name};
        t->nest.depth = before.depth + 1;
        read_container(t, read, name, view_text(v));
        t->nest = before;
        n++;
    }
    struct mln_sv header = token_header(&t->e->scratch, view_text(&views->v[0]));
    if (is_json(header) && mln_sv_find(header, MLN_SV("\"alg\"")) != SIZE_MAX)
        mln_inspect_members(t, loc, name, header);
    if (mln_packed_is(name, views))
        inspect_packed(t, loc, name, views);
}
