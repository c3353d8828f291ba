#include "node/worker_audits.h"

#include <errno.h>
#include <unistd.h>

#include "base/fd.h"

enum { ROOM_FOR_FIRST = 128 }; /* of 256: half of the ring */

/* False: there is no room. The courier, if it is not woken, looks by itself before long. */
static bool write_record(struct mln_worker_audits *a, const struct mln_audit_record *r)
{
    const uint64_t one = 1;
    bool wake = false;

    mln_buf_clear(&a->encoded);
    mln_audit_encode(r, &a->encoded);
    if (mln_buf_failed(&a->encoded) || mln_ring_put(&a->ring, mln_buf_sv(&a->encoded), &wake) < 0)
        return false;
    if (wake)
        (void)!write(a->bell, &one, sizeof(one));
    return true;
}

static void commit(struct mln_worker_audits *a, const struct mln_audit_record *r)
{
    mln_count(a->counters, write_record(a, r) ? MLN_CNT_AUDITS_PUT : MLN_CNT_AUDITS_DROPPED);
}

static bool has_room_for_repeats(const struct mln_worker_audits *a)
{
    return mln_ring_room(&a->ring) >= ROOM_FOR_FIRST;
}

/* ---- what the roll-up keeps ---- */

static bool commit_kept(void *arg, const struct mln_audit_record *r)
{
    struct mln_worker_audits *a = arg;

    if (!has_room_for_repeats(a))
        return false;
    commit(a, r);
    return true;
}

static bool commit_last(void *arg, const struct mln_audit_record *r)
{
    commit(arg, r);
    return true;
}

static void await_kept(struct mln_worker_audits *a)
{
    mln_nsec due = mln_rollup_due(a->rollup), now = mln_loop_now(a->loop);

    if (due && !a->later.deadline)
        mln_timer_arm(a->loop, &a->later, due > now ? due - now : 0);
}

static void on_later(struct mln_timer *t)
{
    struct mln_worker_audits *a = MLN_OWNER(t, struct mln_worker_audits, later);

    mln_rollup_flush(a->rollup, mln_loop_now(a->loop), commit_kept, a);
    await_kept(a);
}

/* ---- the sink ---- */

static bool take(struct mln_audit_sink *s, struct mln_audit_record *r)
{
    struct mln_worker_audits *a = MLN_OWNER(s, struct mln_worker_audits, sink);

    a->answer = mln_rollup_take(a->rollup, r, mln_loop_now(a->loop));
    if (a->answer != MLN_ROLLUP_SKIP || !mln_rollup_keeps(a->rollup))
        return true;
    mln_count(a->counters, MLN_CNT_AUDITS_ROLLED);
    return false;
}

static void put(struct mln_audit_sink *s, const struct mln_audit_record *r)
{
    struct mln_worker_audits *a = MLN_OWNER(s, struct mln_worker_audits, sink);

    if (a->answer == MLN_ROLLUP_FIRST ||
        (a->answer == MLN_ROLLUP_MORE && has_room_for_repeats(a))) {
        commit(a, r);
        return;
    }
    bool kept = mln_rollup_keep(a->rollup, r, mln_loop_now(a->loop));
    mln_count(a->counters,
              kept || r->revision > 1 ? MLN_CNT_AUDITS_ROLLED : MLN_CNT_AUDITS_DROPPED);
    await_kept(a);
}

static void put_access(struct mln_audit_sink *s, const struct mln_audit_record *r)
{
    struct mln_worker_audits *a = MLN_OWNER(s, struct mln_worker_audits, sink);

    if (!has_room_for_repeats(a) || !write_record(a, r))
        mln_count(a->counters, MLN_CNT_ACCESS_DROPPED);
}

/* ---- start and end ---- */

int mln_worker_audits_init(struct mln_worker_audits *a, bool access)
{
    struct mln_hash_key key;

    mln_random(&key, sizeof(key));
    a->rollup = mln_rollup_new(&key);
    a->sink = (struct mln_audit_sink){take, put, access ? put_access : NULL};
    a->later.fire = on_later;
    return a->rollup ? 0 : -ENOMEM;
}

void mln_worker_audits_flush(struct mln_worker_audits *a)
{
    mln_rollup_flush(a->rollup, UINT64_MAX, commit_last, a);
}

void mln_worker_audits_done(struct mln_worker_audits *a)
{
    a->rollup = mln_rollup_free(a->rollup);
    mln_buf_done(&a->encoded);
}
