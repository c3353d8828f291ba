/* What Merlon costs apart from what the application takes, and the access log, which says both. */
#include "base/fd.h"
#include "proxy/conn.h"

enum { PATH_MAX_BYTES = 1024 };

void timing_inspected(struct conn *c, mln_nsec start)
{
    mln_nsec now = mln_now_mono();
    mln_nsec took = now - start - c->x.took.away;

    c->x.took.inspected = now;
    c->x.took.away = 0;
    c->x.took.inspection += took;
    /* of this turn; what earlier ones had was counted when it was put off */
    c->dp->inspection_time += now - MLN_MAX(start, c->dp->slices.began);
}

void timing_sent(struct conn *c)
{
    /* the turn's time is older than an inspection within it, and newer than one before it */
    c->x.took.sent = MLN_MAX(mln_loop_now(c->dp->cfg.loop), c->x.took.inspected);
}

/* Waiting for the client's body counts for nobody; what a request waited within a turn for others
 * is Merlon's. An answer may come before the end of its request. */
void timing_answered(struct conn *c)
{
    struct exchange *x = &c->x;
    mln_nsec turn = mln_loop_now(c->dp->cfg.loop), now = mln_now_mono();

    x->took.app = turn > x->took.sent ? turn - x->took.sent : 0;
    x->took.added = x->took.sent > x->took.arrived ? x->took.sent - x->took.arrived : 0;
    x->took.added += now > turn ? now - turn : 0;
    mln_count_time(conn_counters(c), MLN_HIST_ADDED, x->took.added);
    mln_count_time(conn_counters(c), MLN_HIST_APP, x->took.app);
}

static void fill_request(struct mln_audit_record *r, const struct conn *c, struct mln_buf *masked)
{
    const struct mln_http_head *h = mln_txn_head(c->x.txn);
    bool any = false;

    if (!h)
        return;
    r->request.method = mln_sv_sub(h->method_name, 0, 32);
    r->request.host = mln_sv_sub(h->authority, 0, 256);
    mln_redact_value(masked, mln_sv_sub(h->path, 0, PATH_MAX_BYTES), false, &any);
    r->request.path = mln_buf_sv(masked);
}

static void write_line(struct conn *c)
{
    const struct exchange *x = &c->x;
    struct mln_audit_sink *sink = c->dp->cfg.audit;
    struct mln_audit_record *r = calloc(1, sizeof(*r));
    struct mln_buf masked = {.limit_bytes = 4 * PATH_MAX_BYTES};

    if (!r) {
        mln_count(conn_counters(c), MLN_CNT_ACCESS_DROPPED);
        return;
    }
    r->kind = MLN_AUDIT_ACCESS;
    r->time = mln_loop_wall(c->dp->cfg.loop);
    r->field.location = MLN_LOC_MAX;
    r->event_id = x->event;
    r->client.ip = mln_txn_client(x->txn)->addr;
    r->client.known = true;
    r->workload.app_port = c->dst_port;
    r->workload.slot_plus_1 = c->listener->transparent ? c->place->slot + 1 : 0;
    r->access.source = x->response_started ? MLN_SOURCE_APP
                       : x->own_status     ? MLN_SOURCE_MERLON
                                           : MLN_SOURCE_NONE;
    r->response_status = x->response_started ? x->resp.status : x->own_status;
    r->request.body_bytes = mln_txn_body_bytes(x->txn);
    r->access.bytes = x->answer_bytes;
    r->access.total = mln_loop_now(c->dp->cfg.loop) - x->took.began;
    r->access.app = x->took.app;
    r->access.added = x->took.added;
    r->access.inspection = x->took.inspection;
    fill_request(r, c, &masked);
    sink->access(sink, r);
    mln_buf_done(&masked);
    free(r);
}

static void count_limits(struct conn *c)
{
    struct mln_counters *n = conn_counters(c);

    for (uint32_t bits = mln_txn_verdict(c->x.txn)->limits; bits; bits &= bits - 1) {
        uint64_t *count = &n->limits[__builtin_ctz(bits)];
        __atomic_store_n(count, *count + 1, __ATOMIC_RELAXED); /* one writer */
    }
}

void timing_ended(struct conn *c)
{
    if (!c->x.txn)
        return;
    count_limits(c);
    if (c->x.took.inspected)
        mln_count_time(conn_counters(c), MLN_HIST_INSPECTION, c->x.took.inspection);
    if (c->dp->cfg.audit->access)
        write_line(c);
}
