/* The life of a transaction: head, body, end, response. */
#include "engine/txn_priv.h"

enum { STEPS_BASE = 1 << 20 }; /* steps that any request may take */

struct mln_txn *mln_txn_new(struct mln_engine *e, const struct mln_txn_params *p)
{
    struct mln_txn *t = mln_arena_zalloc(p->arena, sizeof(*t));

    if (!t)
        return NULL;
    t->e = e;
    t->p = *p;
    t->rule = p->rule;
    t->budget.steps_left = STEPS_BASE;
    t->budget.pace = e->pause ? &e->pace : NULL;
    t->verdict.mode = t->rule && !p->bypass ? t->rule->mode : MLN_MODE_OFF;
    t->client = (struct mln_client){.addr = p->peer, .peer = p->peer, .port = p->peer_port};
    return t;
}

struct mln_txn *mln_txn_free(struct mln_txn *t)
{
    if (t) {
        mln_body_free(t);
        mln_custom_free(t);
        mln_leak_free(t);
    }
    return NULL;
}

/* Whether one of the rule's endpoints covers the request; a restriction, so any reading will do. */
static bool endpoint_matches(const struct mln_txn *t)
{
    const struct mln_snap_span span = t->rule->endpoints;

    if (span.count == 0)
        return true;
    for (uint32_t i = 0; i < span.count; i++) {
        const struct mln_snap_endpoint *ep = mln_snap_endpoint(t->p.snap, span.first + i);
        if (ep->port && ep->port != t->p.local_port)
            continue;
        if (!mln_hosts_any(t->head, mln_snap_str(t->p.snap, ep->host)))
            continue;
        if (mln_paths_any(&t->paths, mln_snap_str(t->p.snap, ep->path)))
            return true;
    }
    return false;
}

/* Whether a name has a sign that CGI and its descendants turn into '_', as they do with '-'. */
static bool is_odd_name(struct mln_sv name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!mln_cc((unsigned char)name.p[i], MLN_CC_ALPHA | MLN_CC_DIGIT) && name.p[i] != '-')
            return true;
    return false;
}

/* Such fields reach CGI-like applications under the name of another field (X_Forwarded_For,
 * X.Forwarded.For, Content_Length): dropped unless the policy keeps them. */
static void drop_odd_names(struct mln_txn *t)
{
    struct mln_http_head *h = t->head;

    if (!t->rule->drop_underscore_names || !(h->odd & MLN_ODD_FIELD_NAME))
        return;
    for (uint32_t i = 0; i < h->n_fields; i++)
        if (is_odd_name(h->fields[i].name))
            h->fields[i].flags |= MLN_FIELD_DROPPED;
}

static int read_paths(struct mln_txn *t)
{
    static const enum mln_http_name overrides[] = {MLN_NAME_X_ORIGINAL_URL, MLN_NAME_X_REWRITE_URL};
    int r = mln_paths_read(t->p.arena, t->head->path.p ? t->head->path : MLN_SV("/"), &t->paths);

    for (size_t i = 0; i < MLN_ARRAY_LEN(overrides); i++) {
        const struct mln_http_field *f;
        uint32_t iter = 0;
        while (r == 0 && (f = mln_http_field_next(t->head, overrides[i], &iter)))
            if (f->value.len)
                r = mln_paths_add_override(t->p.arena, f->value, &t->paths);
    }
    return r;
}

static void report_header(struct mln_txn *t, enum mln_detector_id det, enum mln_http_name id,
                          const char *why)
{
    struct mln_sv value = mln_http_get(t->head, id);

    mln_report(t, &(struct mln_report){
                      .detector = det,
                      .loc = MLN_LOC_HEADER,
                      .name = mln_http_name_text(id),
                      .value = value,
                      .length = (uint32_t)MLN_MIN(value.len, (size_t)MLN_MATCH_MAX),
                      .score = 20,
                      .message = why,
                      .action = -1,
                  });
}

/* Overrides of address or method that a component behind may follow and one in front did not. */
static void check_overrides(struct mln_txn *t)
{
    static const enum mln_http_name urls[] = {MLN_NAME_X_ORIGINAL_URL, MLN_NAME_X_REWRITE_URL};

    for (size_t i = 0; i < MLN_ARRAY_LEN(urls); i++)
        if (mln_http_get(t->head, urls[i]).p)
            report_header(t, MLN_DET_MALFORMED_override, urls[i],
                          "a header that overrides the request's address");
}

/* Steps for what the head holds, and for decoding the path in several ways. */
static uint64_t head_steps(const struct mln_http_head *h)
{
    uint64_t bytes = h->target.len + 8192;

    for (uint32_t i = 0; i < h->n_fields; i++)
        bytes += h->fields[i].value.len;
    return bytes * MLN_STEPS_PER_BYTE;
}

/* The body is, or says that it will be, larger than the policy allows: told once. */
static void check_size(struct mln_txn *t, uint64_t bytes)
{
    uint64_t limit = mln_txn_limit_of(t, MLN_LIMIT_body_bytes);

    if (!limit || bytes <= limit || t->body.too_large || mln_txn_step(t) == MLN_STEP_STOP)
        return;
    t->body.too_large = true;
    if (mln_txn_limit(t, MLN_LIMIT_body_bytes, bytes) == MLN_STEP_STOP)
        t->verdict.status = 413;
}

int mln_txn_request_head(struct mln_txn *t, struct mln_http_head *head)
{
    t->head = head;
    mln_client_identify(t); /* whatever the mode: the application is told */
    if (!t->rule || t->verdict.mode == MLN_MODE_OFF)
        return MLN_STEP_MORE;
    drop_odd_names(t);
    if (read_paths(t) < 0) {
        mln_txn_no_memory(t);
        return mln_txn_step(t);
    }
    t->unprotected = !endpoint_matches(t);
    if (t->unprotected)
        return MLN_STEP_MORE;
    t->budget.steps_left += head_steps(head);
    mln_client_access(t);
    mln_custom_head(t);
    check_size(t, head->content_length);
    mln_hold_choose(t);
    check_overrides(t);
    mln_check_header_rules(t);
    mln_check_csrf(t);
    mln_check_scanners(t);
    mln_inspect_head(t);
    return mln_txn_step(t);
}

int mln_txn_request_body(struct mln_txn *t, struct mln_sv piece)
{
    if (!mln_txn_active(t)) {
        t->body.received += piece.len;
        return MLN_STEP_MORE;
    }
    t->budget.steps_left += (uint64_t)MLN_STEPS_PER_BYTE * piece.len;
    check_size(t, t->body.received + piece.len);
    mln_body_feed(t, piece);
    if (t->body.received > mln_txn_limit_of(t, MLN_LIMIT_body_inspect))
        mln_met_limit(t, MLN_LIMIT_body_inspect);
    return mln_txn_step(t);
}

int mln_txn_request_end(struct mln_txn *t, const struct mln_http_field *trailers, uint32_t n)
{
    if (mln_txn_active(t)) {
        for (uint32_t i = 0; i < n; i++)
            mln_inspect_value(t, MLN_LOC_HEADER, trailers[i].name, trailers[i].value);
        mln_body_end(t);
        mln_repeats_end(t);
        mln_custom_end(t);
    }
    t->passed = mln_txn_step(t) == MLN_STEP_MORE;
    return mln_txn_step(t);
}

int mln_txn_fault(struct mln_txn *t, const struct mln_http_fault *fault)
{
    const struct mln_http_fault_info *info = mln_http_fault_info(fault->code);
    bool limit = info->status == 431 || info->status == 414;

    t->verdict.fault = fault->code;
    if (fault->code == MLN_FAULT_HEAD_TOO_LARGE)
        mln_met_limit(t, MLN_LIMIT_header_bytes);
    if (fault->code == MLN_FAULT_TOO_MANY_FIELDS)
        mln_met_limit(t, MLN_LIMIT_headers);
    if (fault->code == MLN_FAULT_TARGET_TOO_LONG)
        mln_met_limit(t, MLN_LIMIT_target_bytes);
    if (t->rule)
        mln_report(t, &(struct mln_report){
                          .detector = limit ? MLN_DET_MALFORMED_limit : MLN_DET_MALFORMED_framing,
                          .loc = MLN_LOC_MAX,
                          .offset = (uint32_t)MLN_MIN(fault->offset, (uint64_t)UINT32_MAX),
                          .score = 100,
                          .message = info->text,
                          .action = -1,
                      });
    t->verdict.status = info->status;
    return mln_txn_step(t);
}

int mln_txn_limit(struct mln_txn *t, enum mln_limit limit, uint64_t value)
{
    static const char *const texts[MLN_LIMIT_MAX] = {
#define X(field, type, def, text) [MLN_LIMIT_##field] = "over the limit " #field ": " text,
        MLN_SNAP_LIMITS(X)
#undef X
    };

    mln_met_limit(t, limit);
    mln_report(t, &(struct mln_report){
                      .detector = MLN_DET_MALFORMED_limit,
                      .loc = MLN_LOC_MAX,
                      .length = (uint32_t)MLN_MIN(value, (uint64_t)UINT32_MAX),
                      .score = 40,
                      .message = texts[limit],
                      .action = -1,
                  });
    return mln_txn_step(t);
}

void mln_txn_released(struct mln_txn *t)
{
    t->released_any = true;
}

const struct mln_verdict *mln_txn_verdict(const struct mln_txn *t)
{
    return &t->verdict;
}

const struct mln_client *mln_txn_client(const struct mln_txn *t)
{
    return &t->client;
}

const struct mln_http_head *mln_txn_head(const struct mln_txn *t)
{
    return t->head;
}

const struct mln_paths *mln_txn_paths(const struct mln_txn *t)
{
    return &t->paths;
}

uint64_t mln_txn_body_bytes(const struct mln_txn *t)
{
    return t->body.received;
}
