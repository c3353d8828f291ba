#include "audit/rollup.h"

/* 4096 places in sets of four; a set that is full gives up its oldest event, which then begins
 * anew when it comes again. */
enum { SETS = 1024, WAYS = 4, BURST = 32, KEYS_PER_SOURCE = 16, KEPT = 64 };
#define WINDOW (10 * MLN_NSEC_PER_SEC)
#define GAP (250 * MLN_NSEC_PER_MSEC)

struct event {
    uint64_t key; /* 0: free */
    mln_nsec began, written;
    mln_nsec first; /* wall */
    struct mln_uuid id;
    uint32_t count, revision;
    struct kept *kept; /* what is still to be written of it, or NULL */
};

/* A record for later. It outlives its place in the table: what was counted is told. */
struct kept {
    mln_nsec due; /* 0: free */
    mln_nsec last;
    uint32_t count;
    struct event *of;      /* whose kept is this, while it is */
    struct mln_buf record; /* encoded */
};

struct mln_rollup {
    struct mln_hash_key key;
    struct event *taken; /* by the last mln_rollup_take */
    struct event set[SETS][WAYS];
    struct kept kept[KEPT];
};

struct mln_rollup *mln_rollup_new(const struct mln_hash_key *key)
{
    struct mln_rollup *u = calloc(1, sizeof(*u));

    if (u)
        u->key = *key;
    return u;
}

struct mln_rollup *mln_rollup_free(struct mln_rollup *u)
{
    for (unsigned i = 0; u && i < KEPT; i++)
        mln_buf_done(&u->kept[i].record);
    free(u);
    return NULL;
}

static void let_go(struct kept *k)
{
    if (k->of)
        k->of->kept = NULL;
    mln_buf_clear(&k->record);
    k->of = NULL;
    k->due = 0;
}

/* Chained, so that "ab" + "c" is not "a" + "bc". Never 0. */
static uint64_t mix(const struct mln_rollup *u, uint64_t so_far, struct mln_sv s)
{
    const uint64_t pair[] = {so_far, mln_hash(&u->key, s)};
    uint64_t h = mln_hash(&u->key, mln_sv(pair, sizeof(pair)));

    return h ? h : 1;
}

/* App, protection and client. */
static uint64_t source_key(const struct mln_rollup *u, const struct mln_audit_record *r)
{
    uint64_t app = (uint64_t)r->workload.slot_plus_1 << 16 | r->workload.app_port;
    uint64_t h = mix(u, app, r->protection);

    return mix(u, h, mln_sv(r->client.ip.b, sizeof(r->client.ip.b)));
}

static uint64_t event_key(const struct mln_rollup *u, const struct mln_audit_record *r,
                          uint64_t source)
{
    const uint8_t kinds[] = {r->kind, r->effect, r->field.location};
    uint64_t h = mix(u, source, r->detector);

    return mix(u, mix(u, h, r->field.name), mln_sv(kinds, sizeof(kinds)));
}

/* The running event of this key; a place that begins now (count 0) when there is none. */
static struct event *find(struct mln_rollup *u, uint64_t key, mln_nsec now)
{
    struct event *set = u->set[key % SETS], *oldest = set;

    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].key == key && now - set[i].began < WINDOW)
            return &set[i];
        if (set[i].key == key || !set[i].key)
            set[i].began = 0; /* over, or free: the first to go */
        if (set[i].began < oldest->began)
            oldest = &set[i];
    }
    if (oldest->kept)
        oldest->kept->of = NULL;
    *oldest = (struct event){.key = key, .began = now};
    return oldest;
}

static enum mln_rollup_answer begin(struct mln_rollup *u, struct event *e,
                                    const struct mln_audit_record *r, uint64_t source)
{
    mln_nsec now = e->began;

    e->id = r->event_id;
    e->first = r->first;
    e->written = now;
    e->count = e->revision = 1;
    return ++find(u, source, now)->count > KEYS_PER_SOURCE ? MLN_ROLLUP_MORE : MLN_ROLLUP_FIRST;
}

enum mln_rollup_answer mln_rollup_take(struct mln_rollup *u, struct mln_audit_record *r,
                                       mln_nsec now)
{
    uint64_t source = source_key(u, r);
    struct event *e = find(u, event_key(u, r, source), now);

    u->taken = e;
    if (e->count == 0)
        return begin(u, e, r, source);
    e->count += e->count < UINT32_MAX;
    r->event_id = e->id;
    r->first = e->first;
    r->count = e->count;
    r->revision = e->revision + 1;
    if (e->count > BURST && now - e->written < GAP) {
        if (e->kept) {
            e->kept->count = e->count;
            e->kept->last = r->last;
        }
        return MLN_ROLLUP_SKIP;
    }
    if (e->kept)
        let_go(e->kept);
    e->written = now;
    e->revision++;
    return MLN_ROLLUP_MORE;
}

/* ---- kept for later ---- */

bool mln_rollup_keep(struct mln_rollup *u, const struct mln_audit_record *r, mln_nsec now)
{
    struct event *e = u->taken;
    struct kept *k = u->kept;

    if (!e || e->kept)
        return e != NULL;
    while (k < u->kept + KEPT && k->due)
        k++;
    if (k == u->kept + KEPT)
        return false;
    mln_audit_encode(r, &k->record);
    if (mln_buf_failed(&k->record)) {
        mln_buf_clear(&k->record);
        return false;
    }
    k->due = now + GAP;
    k->count = r->count;
    k->last = r->last;
    k->of = e;
    e->kept = k;
    e->revision = MLN_MAX(e->revision, r->revision);
    return true;
}

bool mln_rollup_keeps(const struct mln_rollup *u)
{
    return u->taken && u->taken->kept;
}

mln_nsec mln_rollup_due(const struct mln_rollup *u)
{
    mln_nsec first = 0;

    for (unsigned i = 0; i < KEPT; i++)
        if (u->kept[i].due && (!first || u->kept[i].due < first))
            first = u->kept[i].due;
    return first;
}

void mln_rollup_flush(struct mln_rollup *u, mln_nsec now,
                      bool (*put)(void *arg, const struct mln_audit_record *r), void *arg)
{
    for (struct kept *k = u->kept; k < u->kept + KEPT; k++) {
        struct mln_audit_record r;
        if (!k->due || k->due > now)
            continue;
        bool readable = mln_audit_decode(mln_buf_sv(&k->record), &r) == 0;
        if (MLN_UNEXPECTED(!readable)) {
            let_go(k);
            continue;
        }
        r.count = k->count;
        r.last = r.time = k->last;
        if (!put(arg, &r) && now != UINT64_MAX) {
            k->due = now + GAP;
            continue;
        }
        if (k->of)
            k->of->written = now;
        let_go(k);
    }
}
