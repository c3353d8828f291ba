/* What the courier hears of ports, for `merlon apps` and the log. */
#include "node/warden_priv.h"

enum { LINES_A_MINUTE = 300 }; /* of the log, for the ports of one container */

/* The first ones of every minute. */
static bool may_log(struct warden *w, struct slot *slot)
{
    uint64_t now = mln_loop_now(mln_supervisor_loop(w->base.sup)) / MLN_NSEC_PER_SEC;

    if (now - slot->lines_since >= 60) {
        slot->lines_since = now;
        slot->lines = 0;
    }
    if (slot->lines < LINES_A_MINUTE)
        return ++slot->lines;
    if (slot->lines++ == LINES_A_MINUTE)
        mln_logf(MLN_LOG_WARN, "ports_change_too_often", "effect=\"not logged for a while\"");
    return false;
}

static bool tell_port(void *ctx, const struct mln_shown_port *p)
{
    struct warden *w = ctx;
    const struct slot *slot = &w->slot[p->slot];
    mln_nsec started = slot->m.started;
    struct mln_wire told = {.index = p->slot,
                            .app = p->port | (p->udp ? MLN_WIRE_PORT_UDP : 0),
                            .arg = p->state,
                            .more = p->speaks};
    const char *speaks = mln_heard_name(p->speaks);

    if (slot->hooked)
        told.slot = MLN_GUARD_HOOK;
    else if (p->since && started)
        told.slot = p->since > started ? MLN_GUARD_AFTER : MLN_GUARD_BEFORE;
    told.id = told.slot == MLN_GUARD_AFTER ? p->since - started : 0;

    if (mln_supervisor_tell_courier(w->base.sup, MLN_WIRE_PORT_STATE, told, NULL, 0) < 0)
        return false;
    mln_logf(p->state != MLN_PORT_NO_RULE && may_log(w, &w->slot[p->slot]) ? MLN_LOG_INFO
                                                                           : MLN_LOG_DEBUG,
             "port", "slot=%u port=%u state=\"%s\" protocol=%s speaks=%s since=%s after_ms=%llu",
             p->slot, p->port, mln_port_state_text((enum mln_port_state)p->state),
             p->udp ? "udp" : "tcp", speaks ? speaks : "unknown",
             mln_guard_name((enum mln_guard)told.slot),
             (unsigned long long)(told.id / MLN_NSEC_PER_MSEC));
    return true;
}

void warden_tell_states(struct warden *w, struct mln_space *s)
{
    mln_shown_tell(s, tell_port, w);
}

void warden_tell_slot(struct warden *w, uint32_t slot, enum mln_port_state state)
{
    if (mln_supervisor_tell_courier(w->base.sup, MLN_WIRE_PORT_STATE,
                                    (struct mln_wire){.index = slot, .arg = state}, NULL, 0) < 0)
        mln_log0(MLN_LOG_WARN, "courier_busy");
}
