#include "audit/rollup.h"

/* 4096 places in sets of four; a set that is full gives up its oldest event, which then begins
 * anew when it comes again. */
enum { SETS = 1024, WAYS = 4, BURST = 32, KEYS_PER_SOURCE = 16 };
#define WINDOW (10 * MLN_NSEC_PER_SEC)
#define GAP (250 * MLN_NSEC_PER_MSEC)

struct event {
    uint64_t key; /* 0: free */
    mln_nsec began, written;
    mln_nsec first; /* wall */
    struct mln_uuid id;
    uint32_t count, revision;
};

struct mln_rollup {
    struct mln_hash_key key;
    struct event set[SETS][WAYS];
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
    free(u);
    return NULL;
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
    uint64_t h = mix(u, r->workload.app_port, r->protection);

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

    if (e->count == 0)
        return begin(u, e, r, source);
    e->count += e->count < UINT32_MAX;
    r->event_id = e->id;
    r->first = e->first;
    r->count = e->count;
    r->revision = e->revision + 1;
    if (e->count > BURST && now - e->written < GAP)
        return MLN_ROLLUP_SKIP;
    e->written = now;
    e->revision++;
    return MLN_ROLLUP_MORE;
}
