/* Protection that an operator switched off for a while. Each worker looks at the clock itself, so
 * that it comes back whatever becomes of the other processes. */
#include "proxy/conn.h"

/* FNV-1a: of the names of an operator, whom it need not resist. */
uint64_t mln_bypass_key(struct mln_sv rule)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < rule.len; i++)
        h = (h ^ (unsigned char)rule.p[i]) * UINT64_C(0x100000001b3);
    return h;
}

void mln_dataplane_bypass(struct mln_dataplane *d, uint64_t key, mln_nsec until)
{
    unsigned at = 0;

    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++) {
        if (d->bypass[i].until && d->bypass[i].key == key) {
            at = i;
            break;
        }
        if (d->bypass[i].until < d->bypass[at].until)
            at = i;
    }
    d->bypass[at].key = key;
    d->bypass[at].until = until;
    d->bypass_last = 0;
    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++)
        d->bypass_last = MLN_MAX(d->bypass_last, d->bypass[i].until);
}

bool rule_is_bypassed(const struct mln_dataplane *d, const struct mln_policy_ref *policy,
                      const struct mln_snap_rule *rule)
{
    mln_nsec now = mln_loop_now(d->cfg.loop);

    if (now >= d->bypass_last || !rule)
        return false;
    uint64_t key = mln_bypass_key(mln_snap_str(&policy->snap, rule->name));
    uint64_t all = mln_bypass_key(MLN_SV(""));
    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++)
        if (now < d->bypass[i].until && (d->bypass[i].key == key || d->bypass[i].key == all))
            return true;
    return false;
}
