/* Refusals: the page, the audit, and what becomes of the connection. */
#include <sys/socket.h>

#include "proxy/conn.h"

static void count_verdict(struct conn *c)
{
    const struct mln_verdict *v = mln_txn_verdict(c->x.txn);
    struct mln_counters *n = conn_counters(c);

    for (uint16_t i = 0; i < v->n; i++)
        n->detections[v->d[i].detector]
                     [v->d[i].action >= MLN_ACT_PREVENT && v->mode == MLN_MODE_ENFORCE]++;
    mln_count_add(n, MLN_CNT_BYTES_INSPECTED, v->inspected_bytes);
    mln_count(n, v->fault ? MLN_CNT_REQUESTS_REFUSED : MLN_CNT_REQUESTS_BLOCKED);
    if (v->fault)
        n->faults[v->fault]++;
    if (v->late)
        mln_count(n, MLN_CNT_LATE);
}

static void write_page(struct conn *c, uint16_t status, const char *text, const char *event_id,
                       bool attack)
{
    const struct exchange *x = &c->x;
    const struct mln_http_head *h = x->txn ? mln_txn_head(x->txn) : NULL;
    bool own = attack && x->rule && x->policy;
    const struct block_page page = {
        .status = status,
        .event_id = event_id,
        .title = !attack                 ? status_reason(status)
                 : x->resp.status >= 200 ? "Answer held back"
                                         : "Request refused",
        .text = text,
        .html = own ? mln_snap_str(&x->policy->snap, x->rule->block_html) : MLN_SV_NULL,
        .json = own ? mln_snap_str(&x->policy->snap, x->rule->block_json) : MLN_SV_NULL,
        .wants_json = h && block_page_wants_json(h),
        .head_only = h && h->method == MLN_METHOD_HEAD,
        .close = c->close_after,
    };
    block_page_write(conn_out(c), &page);
    mln_count(conn_counters(c), MLN_CNT_RESPONSES_OWN);
}

/* Whether what is left of the request is small enough to be read over. */
static bool can_drain(const struct conn *c)
{
    const struct exchange *x = &c->x;

    if (!x->head || !x->head->n_fields || c->eof)
        return false;
    return x->body.done || (x->body.framing == MLN_FRAMING_LENGTH && x->body.left <= DRAIN_BYTES &&
                            !x->head->expect_continue);
}

/* Where the end of the connection would be the end of the answer, only a reset tells that it is
 * not.
 */
static void break_off(struct conn *c)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    (void)setsockopt(c->io.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* What a visitor is told of a verdict: no more than helps the honest one. */
static const char *refusal_text(const struct mln_verdict *v)
{
    if (!v || v->n == 0)
        return "The firewall of this site could not inspect the request and did not pass it on.";
    switch (v->d[v->top].protection) {
    case MLN_PROT_ACCESS:
        return "This site does not accept requests from your address.";
    case MLN_PROT_CSRF:
        return "The request was sent by a page of another site and was not passed on.";
    case MLN_PROT_MALFORMED:
        return v->limits & UINT32_C(1) << MLN_LIMIT_body_bytes
                   ? "The body is larger than this site allows."
                   : "The request is malformed or passes a limit of this site.";
    case MLN_PROT_LEAKAGE:
        return "The firewall of this site held the answer back: it tells what is not to be told.";
    case MLN_PROT_HEADERS:
    case MLN_PROT_CUSTOM:
        return "A rule of this site does not allow this request.";
    default:
        return "The firewall of this site took the request for an attack and did not pass it on.";
    }
}

void conn_refuse(struct conn *c, uint16_t status, const char *why)
{
    struct exchange *x = &c->x;
    const struct mln_verdict *v = x->txn ? mln_txn_verdict(x->txn) : NULL;
    bool attack = v && (v->action >= MLN_ACT_PREVENT || v->fault);
    bool page = attack && !v->fault;
    char id[MLN_UUID_TEXT + 1] = "";

    if (status == 0)
        status = v && v->status ? v->status : 403;
    if (attack) {
        if (v->n || v->error)
            audit_verdict(c, status, id);
        x->audited = true;
        count_verdict(c);
    } else {
        mln_count(conn_counters(c), MLN_CNT_REQUESTS_ERROR);
    }
    if (x->up) {
        upstream_reset(x->up);
        x->up = NULL;
    }
    if (x->response_started) { /* too late for a page: the break must be seen */
        if (x->resp_framing == MLN_FRAMING_CLOSE)
            break_off(c);
        conn_close(c);
        return;
    }
    exchange_unwant(c);
    c->close_after = c->close_after || !page || !can_drain(c) || !x->head->keep_alive;
    x->own_status = status;
    write_page(c, status, why && *why ? why : refusal_text(v), id, page);
    c->state = CONN_REFUSED;
    c->drained = 0;
    exchange_settle(c);
    conn_wait(c);
}

void conn_refuse_fault(struct conn *c, const struct mln_http_fault *fault)
{
    const struct mln_http_fault_info *info = mln_http_fault_info(fault->code);

    if (!c->x.txn && exchange_begin(c) < 0) {
        conn_close(c);
        return;
    }
    (void)mln_txn_fault(c->x.txn, fault);
    c->close_after = true;
    conn_refuse(c, info->status, info->text);
}

void conn_refuse_memory(struct conn *c)
{
    mln_count(conn_counters(c), MLN_CNT_LIMIT_MEMORY);
    conn_refuse_held(c);
}

void conn_refuse_held(struct conn *c)
{
    c->close_after = true;
    conn_refuse(c, 503, "There is no memory for this request at the moment.");
}
