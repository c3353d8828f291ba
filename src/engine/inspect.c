/* Which values of a request head are inspected, and how one value is. */
#include "engine/chance.h"
#include "engine/graphql.h"
#include "engine/object_urls.h"
#include "engine/query_commands.h"
#include "engine/txn_priv.h"

/* Host names as they usually are; RFC 3986 allows more ("'", "(", "*" …), and applications write
 * them into queries and pages. */
static bool is_plain_host(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_WORD) && !(s.p[i] && strchr("-.:[]", s.p[i])))
            return false;
    return true;
}

/* Fields whose values are syntax that the codec or this engine has judged. */
static bool skips_inspection(enum mln_http_name id)
{
    switch (id) {
    case MLN_NAME_HOST:
    case MLN_NAME_CONNECTION:
    case MLN_NAME_CONTENT_LENGTH:
    case MLN_NAME_TRANSFER_ENCODING:
    case MLN_NAME_COOKIE:
        return true;
    default:
        return false;
    }
}

/* What stands within a Referer is still what was asked of another site. */
static unsigned model_place(const struct mln_txn *t, enum mln_location loc, struct mln_sv name)
{
    if (t->nest.depth && mln_ngram_place(t->nest.loc, t->nest.name) == MLN_NGRAM_REFERER)
        return MLN_NGRAM_REFERER;
    return mln_ngram_place(loc, name);
}

/* What machines write: looked at where the value was not seen before. */
static bool has_plain_shape(const struct mln_engine *e, enum mln_location loc, struct mln_sv name,
                            struct mln_sv value)
{
    return loc != MLN_LOC_PATH && mln_is_plain_shape(&e->words, loc == MLN_LOC_HEADER, name, value);
}

void mln_inspect_value(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                       struct mln_sv value)
{
    struct mln_findings f;
    struct mln_views views;

    t->verdict.inspected_bytes += value.len;
    mln_graphql_limits(t, loc, name, value);
    bool plain = loc != MLN_LOC_PATH && mln_is_plain(&t->e->words, name, value);
    if (plain && !t->e->cfg.no_shortcut)
        return;
    bool counts = !plain && !t->nest.depth; /* plain ones may have passed already */
    if (counts)
        mln_chance_count(&t->budget, value);
    unsigned place = model_place(t, loc, name);
    bool condition = t->nest.depth && mln_query_is_condition(t->nest.name, name);
    bool sample = mln_is_report_sample(t, loc, name, value);
    /* what is clean within a Referer, a condition or a report need not be so elsewhere */
    bool special = condition || sample || (t->nest.depth && place == MLN_NGRAM_REFERER);
    uint64_t hash = special ? 0 : mln_clean_hash(t->e, loc, name, value);
    if (hash && mln_clean_has(t->e, hash))
        return;
    if (!plain && has_plain_shape(t->e, loc, name, value)) {
        plain = true;
        if (!t->e->cfg.no_shortcut) {
            if (hash)
                mln_clean_add(t->e, hash);
            return;
        }
    }
    bool noise = counts && mln_chance_count_noise(&t->budget, value);
    mln_findings_clear(&f);
    struct mln_arena *scratch = &t->e->scratch;
    struct mln_graphql document;
    bool graphql = mln_graphql_reads(t, loc, value, &document);
    struct mln_sv text = graphql ? document.skeleton : value;
    struct mln_sv members = value;
    bool json = !graphql && mln_json_reads(t, loc, value, &members, &text);
    mln_value_inspect(scratch, text, loc, name, &t->budget, &views, &f);
    if (condition)
        mln_findings_drop(&f, MLN_SIG_QUERY_NOSQL_OPERATOR);
    if (sample)
        mln_findings_drop_all(&f, MLN_PROT_XSS);
    bool device = loc == MLN_LOC_XML && mln_url_is_device(value);
    if (!plain && !device && !sample) /* the model's answer for these is no, shortcut or not */
        mln_ngram_judge(t->e->model, &views, place, &t->budget, &f);
    if (t->e->cfg.observe)
        t->e->cfg.observe(t->e->cfg.observer,
                          &(struct mln_observed){loc, place, name, value, &views, &f});
    uint32_t loud = t->n_loud, unread = t->n_unread;
    bool found = f.n || f.model.points;
    if (found && t->nest.depth)
        mln_report_findings(t, &f, &views, t->nest.loc, t->nest.name);
    else if (found)
        mln_report_findings(t, &f, &views, loc, name);
    t->n_loud += !mln_report_is_quiet(&f);
    if (graphql)
        mln_inspect_literals(t, loc, name, &document);
    else if (json)
        mln_inspect_members(t, loc, name, members);
    else
        mln_inspect_nested(t, loc, name, &views);
    if (t->budget.exhausted || scratch->failed == MLN_ARENA_FULL || value.len > MLN_VIEW_BYTES_MAX)
        mln_report_limit(t, &t->budget_told, loc, name, value,
                         "values that take more steps to inspect than a request may");
    if (scratch->failed == MLN_ARENA_NO_MEMORY)
        mln_txn_no_memory(t);
    if (hash && !noise && !f.noise && !t->budget.exhausted && !views.budget_hit &&
        !scratch->failed && loud == t->n_loud && unread == t->n_unread)
        mln_clean_add(t->e, hash);
    else if (!t->nest.depth)
        t->n_unclean++;
    if (!t->nest.depth && (scratch->used || scratch->failed))
        mln_arena_reset(scratch, MLN_SCRATCH_KEEP);
}

bool mln_count_arg(struct mln_txn *t)
{
    uint64_t limit = mln_txn_limit_of(t, MLN_LIMIT_args);

    if (++t->n_args <= limit)
        return true;
    if (t->n_args == limit + 1)
        (void)mln_txn_limit(t, MLN_LIMIT_args, t->n_args);
    return false;
}

/* True when a name cannot carry anything but a name. */
static bool is_plain_name(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!mln_cc(c, MLN_CC_WORD) && c != '-' && c != '.' && c != '[' && c != ']')
            return false;
    }
    return true;
}

static void inspect_pair(struct mln_txn *t, enum mln_location name_loc, enum mln_location loc,
                         struct mln_sv name, struct mln_sv value)
{
    if (!is_plain_name(name))
        mln_inspect_value(t, name_loc, name, name);
    if (value.len || !mln_is_plain(&t->e->words, name, MLN_SV("")))
        mln_inspect_value(t, loc, name, value);
}

/* Counts an argument. Where policy does not refuse too many of them, all are inspected. */
static bool may_go_on(struct mln_txn *t)
{
    return mln_count_arg(t) || mln_txn_step(t) == MLN_STEP_MORE;
}

static void inspect_query(struct mln_txn *t, struct mln_sv query)
{
    struct mln_sv rest = query, raw_name, raw_value;

    while (mln_query_next(&rest, &raw_name, &raw_value) && may_go_on(t)) {
        struct mln_sv name = mln_url_decode(t->p.arena, raw_name, true, NULL);
        struct mln_sv value = mln_url_decode(t->p.arena, raw_value, true, NULL);
        if ((raw_name.p && !name.p) || (raw_value.p && !value.p)) {
            mln_txn_no_memory(t);
            return;
        }
        inspect_pair(t, MLN_LOC_QUERY_NAME, MLN_LOC_QUERY, name, value);
        (void)mln_check_charset_field(t, name, value);
        mln_repeats_add(t, MLN_LOC_QUERY, name, value);
    }
}

static void inspect_each_cookie(struct mln_txn *t, struct mln_sv cookies)
{
    struct mln_sv rest = cookies, name, value;

    while (mln_cookie_next(&rest, &name, &value) && may_go_on(t))
        inspect_pair(t, MLN_LOC_COOKIE_NAME, MLN_LOC_COOKIE, name, value);
    rest = mln_sv_chr(cookies, '"') == SIZE_MAX ? MLN_SV_NULL : cookies;
    while (mln_cookie_next_quoted(t->p.arena, &rest, &name, &value))
        mln_inspect_value(t, MLN_LOC_COOKIE, name, value);
}

/* What the field counts for, so that it may be counted without being read. */
static struct mln_clean_field counts_of(const struct mln_txn *t)
{
    return (struct mln_clean_field){
        .args = t->n_args,
        .values = (uint32_t)t->budget.values,
        .bytes = (uint32_t)t->budget.bytes,
        .inspected = (uint32_t)t->verdict.inspected_bytes,
    };
}

static bool count_known_cookies(struct mln_txn *t, const struct mln_clean_field *f)
{
    if (t->n_args + f->args > mln_txn_limit_of(t, MLN_LIMIT_args))
        return false;
    t->n_args += f->args;
    t->budget.values += f->values;
    t->budget.bytes += f->bytes;
    t->verdict.inspected_bytes += f->inspected;
    return true;
}

/* A browser sends the same field with each request: one in which every value was clean is known as
 * a whole. */
static void inspect_cookies(struct mln_txn *t, struct mln_sv cookies)
{
    uint64_t hash = mln_clean_hash(t->e, MLN_LOC_MAX, MLN_SV_NULL, cookies);
    struct mln_clean_field *known = mln_clean_cookies(t->e, hash);
    const struct mln_clean_field before = counts_of(t);
    uint32_t unclean = t->n_unclean;

    if (hash && known->hash == hash && count_known_cookies(t, known))
        return;
    inspect_each_cookie(t, cookies);
    if (!hash || unclean != t->n_unclean || mln_txn_step(t) == MLN_STEP_STOP)
        return;
    struct mln_clean_field now = counts_of(t);
    *known = (struct mln_clean_field){
        .hash = hash,
        .args = now.args - before.args,
        .values = now.values - before.values,
        .bytes = now.bytes - before.bytes,
        .inspected = now.inspected - before.inspected,
    };
}

/* The path as it is after one decoding, dot segments in place: what climbs must be seen. */
static void inspect_path(struct mln_txn *t)
{
    struct mln_sv path = mln_url_decode(t->p.arena, t->head->path, false, NULL);

    if (!path.p) {
        mln_txn_no_memory(t);
        return;
    }
    mln_inspect_value(t, MLN_LOC_PATH, MLN_SV_NULL, path);
    if (t->paths.escapes_root)
        mln_report(
            t, &(struct mln_report){.detector = MLN_DET_TRAVERSAL_dotdot,
                                    .loc = MLN_LOC_PATH,
                                    .value = path,
                                    .length = (uint32_t)MLN_MIN(path.len, (size_t)MLN_MATCH_MAX),
                                    .score = 45,
                                    .message = "the path climbs above the root of the site",
                                    .action = -1});
}

/* Name and password of basic authentication (RFC 7617), as applications get them. */
static void inspect_credentials(struct mln_txn *t, struct mln_sv value)
{
    static const struct mln_sv scheme = MLN_SV("Basic ");
    struct mln_arena *a = t->p.arena;

    if (!mln_sv_istarts(value, scheme))
        return;
    struct mln_sv coded = mln_sv_trim(mln_sv_sub(value, scheme.len, value.len));
    struct mln_sv pair = mln_base64_bytes(a, coded);
    if (a->failed == MLN_ARENA_NO_MEMORY)
        mln_txn_no_memory(t);
    size_t colon = pair.p ? mln_sv_chr(pair, ':') : SIZE_MAX;
    if (colon == SIZE_MAX)
        return;
    mln_inspect_value(t, MLN_LOC_HEADER, MLN_SV("Authorization"), mln_sv_sub(pair, 0, colon));
    mln_inspect_value(t, MLN_LOC_HEADER, MLN_SV("Authorization"),
                      mln_sv_sub(pair, colon + 1, pair.len));
}

void mln_inspect_head(struct mln_txn *t)
{
    const struct mln_http_head *h = t->head;
    uint32_t iter = 0;
    const struct mln_http_field *f;

    inspect_path(t);
    if (!is_plain_host(h->authority))
        mln_inspect_value(t, MLN_LOC_HEADER, MLN_SV("Host"), h->authority);
    if (h->query.len)
        inspect_query(t, h->query);
    while ((f = mln_http_field_next(h, MLN_NAME_COOKIE, &iter)))
        inspect_cookies(t, f->value);
    for (uint32_t i = 0; i < h->n_fields; i++) {
        f = &h->fields[i];
        /* what is dropped for its name is an attack all the same: "spring.cloud.function.…" */
        if (!f->value.len || skips_inspection((enum mln_http_name)f->id))
            continue;
        mln_inspect_value(t, MLN_LOC_HEADER, f->name, f->value);
        if (f->id == MLN_NAME_AUTHORIZATION)
            inspect_credentials(t, f->value);
    }
    if (h->method == MLN_METHOD_OTHER)
        mln_inspect_value(t, MLN_LOC_METHOD, MLN_SV_NULL, h->method_name);
}
