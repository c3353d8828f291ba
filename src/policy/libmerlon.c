/* The public face of the engine: include/merlon/merlon.h. */
#include "policy/libmerlon.h"

#include <errno.h>

#include "engine/detect.h"
#include "policy/policy.h"

/* Not inlined, by the linker either: tools that measure know them by their names. */
#define APART __attribute__((noinline))

enum { ARENA_BYTES = 64 << 20, ARENA_KEEP = 1 << 20 };

struct merlon_policy {
    struct mln_buf blob;
    struct mln_snapshot snap;
    struct mln_lists lists;
    void *lists_blob; /* NULL: none */
    uint32_t *bound;
    uint64_t workload; /* answers to what the custom rules ask of it */
};

struct merlon_engine {
    struct mln_engine *core;
    struct merlon_txn *spare; /* of the last transaction, for the next one */
};

enum state { IN_HEAD, IN_BODY, COMPLETE, ENDED };

struct merlon_txn {
    struct merlon_engine *engine;
    struct mln_txn *core;
    const struct mln_snap_rule *rule;
    struct mln_arena arena;
    struct mln_h1_limits limits;
    struct mln_h1_scan scan;
    struct mln_h1_body body;
    struct mln_buf head; /* raw, until it is complete */
    enum state state;
    bool stop, body_open;
    struct merlon_verdict verdict;
    struct merlon_detection detections[MLN_DETECTIONS_MAX];
};

/* ---- policy ---- */

static void tell(const struct mln_diags *d, char *out, size_t cap)
{
    struct mln_buf text = {.limit_bytes = 64 << 10};

    if (!cap)
        return;
    mln_diags_print(d, MLN_DIAG_WARNING, &text);
    size_t n = MLN_MIN(text.len, cap - 1);
    if (n)
        memcpy(out, text.p, n);
    out[n] = '\0';
    mln_buf_done(&text);
}

int merlon_policy_open(const void *snapshot, size_t len, struct merlon_policy **ret)
{
    struct merlon_policy *p = calloc(1, sizeof(*p));

    if (!p)
        return -ENOMEM;
    mln_buf_add(&p->blob, snapshot, len);
    int r =
        mln_buf_failed(&p->blob) ? -ENOMEM : mln_snapshot_open(p->blob.p, p->blob.len, &p->snap);
    const struct mln_snap_rule *rule = r == 0 ? mln_snap_rule_first(&p->snap) : NULL;
    p->workload = rule ? rule->workload_none : 0;
    if (r < 0)
        p = merlon_policy_free(p);
    *ret = p;
    return r;
}

int merlon_policy_load(const char *text, size_t len, struct merlon_policy **ret, char *reterr,
                       size_t cap)
{
    struct mln_policy *parsed = NULL;
    struct mln_diags diags = {0};
    struct mln_buf blob = {0};
    int r = text ? mln_policy_load_text("policy", mln_sv(text, len), &parsed, &diags)
                 : mln_policy_default(&parsed);

    tell(&diags, reterr, cap);
    mln_diags_done(&diags);
    if (r == 0)
        r = mln_policy_compile(parsed, &blob);
    if (r == 0)
        r = merlon_policy_open(blob.p, blob.len, ret);
    mln_buf_done(&blob);
    (void)mln_policy_free(parsed);
    return r;
}

struct merlon_policy *merlon_policy_free(struct merlon_policy *p)
{
    if (p) {
        mln_buf_done(&p->blob);
        free(p->lists_blob);
        free(p->bound);
    }
    free(p);
    return NULL;
}

int merlon_policy_lists(struct merlon_policy *p, struct mln_diags *diags)
{
    size_t n = mln_snapshot_bind_size(&p->snap);
    struct mln_lists_how how = {.copies = -1};
    struct mln_buf blob = {0};
    int r = mln_lists_read(&p->snap, &how, diags, &blob);

    if (r == 0) { /* a buffer is not aligned enough */
        p->lists_blob = aligned_alloc(MLN_ORDER_LINE, (blob.len + MLN_ORDER_LINE - 1) &
                                                          ~(size_t)(MLN_ORDER_LINE - 1));
        p->bound = calloc(n ? n : 1, sizeof(*p->bound));
        r = p->lists_blob && p->bound ? 0 : -ENOMEM;
    }
    if (r == 0) {
        memcpy(p->lists_blob, blob.p, blob.len);
        r = mln_lists_open(p->lists_blob, blob.len, &p->lists);
    }
    if (r == 0)
        mln_snapshot_bind(&p->snap, &p->lists, p->bound);
    mln_buf_done(&blob);
    return r;
}

void merlon_policy_workload(struct merlon_policy *p, mln_workload_tell tell_of, const void *self)
{
    const struct mln_snap_rule *rule = mln_snap_rule_first(&p->snap);
    struct mln_arena scratch;

    mln_arena_init(&scratch, ARENA_BYTES);
    if (rule)
        p->workload = mln_workload_answers(&p->snap, rule, tell_of, self, &scratch);
    mln_arena_done(&scratch);
}

/* ---- engine ---- */

struct merlon_engine *merlon_engine_open(const struct mln_engine_config *cfg)
{
    struct merlon_engine *e = calloc(1, sizeof(*e));

    if (e)
        e->core = mln_engine_new(cfg);
    return e && e->core ? e : merlon_engine_free(e);
}

struct merlon_engine *merlon_engine_new(const struct merlon_options *o)
{
    return merlon_engine_open(&(struct mln_engine_config){
        .hash_key = {o->key[0], o->key[1]},
        .no_cache = o->no_cache,
        .no_shortcut = o->no_shortcut,
    });
}

static void txn_done(struct merlon_txn *t)
{
    if (!t)
        return;
    mln_buf_done(&t->head);
    mln_arena_done(&t->arena);
    free(t);
}

struct merlon_engine *merlon_engine_free(struct merlon_engine *e)
{
    if (!e)
        return NULL;
    txn_done(e->spare);
    (void)mln_engine_free(e->core);
    free(e);
    return NULL;
}

/* ---- transaction ---- */

static struct merlon_txn *take_spare(struct merlon_engine *e)
{
    struct merlon_txn *t = e->spare;

    e->spare = NULL;
    if (t)
        return t;
    t = calloc(1, sizeof(*t));
    if (t) {
        t->engine = e;
        mln_arena_init(&t->arena, ARENA_BYTES);
    }
    return t;
}

static struct mln_h1_limits limits_of(const struct mln_snap_rule *r)
{
    return (struct mln_h1_limits){
        .head_bytes = (uint32_t)r->limit[MLN_LIMIT_header_bytes],
        .target_bytes = (uint32_t)r->limit[MLN_LIMIT_target_bytes],
        .fields = (uint32_t)r->limit[MLN_LIMIT_headers],
        .trailer_bytes = (uint32_t)r->limit[MLN_LIMIT_trailer_bytes],
    };
}

APART struct merlon_txn *merlon_txn_new(struct merlon_engine *e, const struct merlon_policy *p,
                                        const struct merlon_peer *peer, uint64_t wall_ns)
{
    struct merlon_txn *t = take_spare(e);
    const struct mln_snap_rule *rule = mln_snap_rule_first(&p->snap);
    struct mln_txn_params params = {
        .snap = &p->snap,
        .rule = rule,
        .workload = p->workload,
        .wall = (mln_nsec)wall_ns,
    };

    if (!t)
        return NULL;
    if (peer) {
        memcpy(params.peer.b, peer->addr, sizeof(params.peer.b));
        params.peer_port = peer->port;
        params.local_port = peer->local_port;
        params.tls = peer->tls;
    }
    params.arena = &t->arena;
    t->rule = params.rule;
    t->limits = params.rule ? limits_of(params.rule) : MLN_H1_LIMITS_DEFAULT;
    t->state = IN_HEAD;
    t->stop = t->body_open = false;
    mln_h1_scan_init(&t->scan);
    mln_buf_clear(&t->head);
    t->core = mln_txn_new(e->core, &params);
    return t->core ? t : merlon_txn_free(t);
}

struct merlon_txn *merlon_txn_free(struct merlon_txn *t)
{
    if (!t)
        return NULL;
    t->core = mln_txn_free(t->core);
    if (t->body_open)
        mln_h1_body_done(&t->body);
    mln_arena_reset(&t->arena, ARENA_KEEP);
    if (t->engine->spare)
        txn_done(t);
    else
        t->engine->spare = t;
    return NULL;
}

static int stop(struct merlon_txn *t)
{
    t->stop = true;
    return MERLON_STOP;
}

/* What is no request cannot be passed on, whatever the policy says of `malformed`. */
static int refuse(struct merlon_txn *t, const struct mln_http_fault *fault)
{
    (void)mln_txn_fault(t->core, fault);
    return stop(t);
}

static int parse_head(struct merlon_txn *t)
{
    struct mln_http_fault fault = {MLN_FAULT_CUT_SHORT, 0};
    struct mln_http_head *head = mln_arena_zalloc(&t->arena, sizeof(*head));
    int r = head ? mln_h1_parse_request(t->head.p, t->scan.head_len, &t->limits, &t->arena, head,
                                        &fault)
                 : -ENOMEM;

    if (r == -ENOMEM)
        return r;
    if (r < 0)
        return refuse(t, &fault);
    mln_h1_body_init(&t->body, head, &t->limits);
    t->body_open = true;
    t->state = t->body.done ? COMPLETE : IN_BODY;
    return mln_txn_request_head(t->core, head) == MLN_STEP_STOP ? stop(t) : MERLON_MORE;
}

/* The head is kept whole; *ret_used is what of the piece belongs to it. */
static int feed_head(struct merlon_txn *t, struct mln_sv in, size_t *ret_used)
{
    struct mln_http_fault fault = {MLN_FAULT_CUT_SHORT, 0};
    size_t before = t->head.len;
    size_t room = (size_t)t->limits.head_bytes + 4; /* one more than the scan lets pass */

    mln_buf_add_sv(&t->head, mln_sv_sub(in, 0, room > before ? room - before : 1));
    if (mln_buf_failed(&t->head))
        return -ENOMEM;
    *ret_used = t->head.len - before;
    int r = mln_h1_scan_feed(&t->scan, t->head.p, t->head.len, false, &t->limits, &fault);
    if (r < 0)
        return refuse(t, &fault);
    if (r == 0)
        return MERLON_MORE;
    *ret_used = t->scan.head_len - before;
    return parse_head(t);
}

static int feed_body(struct merlon_txn *t, struct mln_sv in, size_t *ret_used)
{
    struct mln_http_fault fault;
    struct mln_sv piece;

    if (mln_h1_body_feed(&t->body, in.p, in.len, ret_used, &piece, &fault) < 0)
        return refuse(t, &fault);
    if (t->body.done)
        t->state = COMPLETE;
    if (piece.len && mln_txn_request_body(t->core, piece) == MLN_STEP_STOP)
        return stop(t);
    return MERLON_MORE;
}

APART int merlon_txn_feed(struct merlon_txn *t, const char *bytes, size_t len, size_t *ret_used)
{
    struct mln_sv in = mln_sv(bytes, len);
    size_t used = 0;
    int r = t->stop ? MERLON_STOP : MERLON_MORE;

    *ret_used = 0;
    while (r == MERLON_MORE && t->state < COMPLETE && in.len) {
        r = t->state == IN_HEAD ? feed_head(t, in, &used) : feed_body(t, in, &used);
        *ret_used += used;
        in = mln_sv_sub(in, used, in.len);
        if (r == MERLON_MORE && used == 0 && t->state < COMPLETE)
            break;
    }
    return r == MERLON_MORE && t->state >= COMPLETE ? MERLON_DONE : r;
}

uint64_t merlon_txn_release(const struct merlon_txn *t)
{
    return mln_txn_release(t->core);
}

/* ---- verdict ---- */

static int end_request(struct merlon_txn *t)
{
    struct mln_http_fault fault = {MLN_FAULT_CUT_SHORT, t->head.len};
    struct mln_http_field *trailers = NULL;
    uint32_t n = 0;

    if (t->stop)
        return 0;
    if (t->state == IN_HEAD)
        return refuse(t, &fault);
    int r = t->body.trailer.len ? mln_h1_parse_trailer(mln_buf_sv(&t->body.trailer), &t->limits,
                                                       &t->arena, &trailers, &n, &fault)
                                : 0;
    if (r == -ENOMEM)
        fault.code = MLN_FAULT_NO_MEMORY;
    if (r < 0)
        return refuse(t, &fault);
    return mln_txn_request_end(t->core, trailers, n);
}

static struct merlon_text text_of(struct mln_sv s)
{
    return (struct merlon_text){s.p, s.len};
}

static struct merlon_detection detection_of(const struct mln_detection *d)
{
    return (struct merlon_detection){
        .protection = mln_protection_info((enum mln_protection)d->protection)->key,
        .sub = mln_detector_info((enum mln_detector_id)d->detector)->sub,
        .location =
            d->location == MLN_LOC_MAX ? NULL : mln_location_name((enum mln_location)d->location),
        .action = d->action,
        .score = d->score,
        .offset = d->offset,
        .length = d->length,
        .lanes = d->lanes,
        .name = text_of(d->name),
        .match = text_of(d->match),
        .message = text_of(d->message),
    };
}

APART const struct merlon_verdict *merlon_txn_end(struct merlon_txn *t)
{
    const struct mln_verdict *v = mln_txn_verdict(t->core);

    if (t->state == ENDED)
        return &t->verdict;
    (void)end_request(t);
    t->state = ENDED;
    /* no mode and no action of a policy lets through what cannot be framed */
    int action = v->fault ? MLN_MAX((int)v->action, (int)MLN_ACT_PREVENT) : (int)v->action;
    t->verdict = (struct merlon_verdict){
        .action = action,
        .score = v->score,
        .status = action >= MLN_ACT_PREVENT ? v->status : 0,
        .n = v->n,
        .d = t->detections,
    };
    for (unsigned i = 0; i < v->n; i++)
        t->detections[i] = detection_of(&v->d[i]);
    return &t->verdict;
}

const char *merlon_lane_name(unsigned bit)
{
    return bit < MLN_LANE_MAX ? mln_lane_name((enum mln_lane)bit) : NULL;
}

_Static_assert((int)MERLON_PASS == (int)MLN_ACT_OFF && (int)MERLON_ALERT == (int)MLN_ACT_ALERT &&
                   (int)MERLON_PREVENT == (int)MLN_ACT_PREVENT &&
                   (int)MERLON_BAN == (int)MLN_ACT_BAN,
               "the public names of actions");
