#include "intel/bans.h"

enum { WAYS = 8, PLACES = MLN_BANS_MAX / WAYS, RULE_MAX = MLN_BANS_TEXT - 1, LAYOUT = 1 };

/* What readers look at: eight of them are four cache lines. */
struct entry {
    uint64_t version; /* odd: being written */
    uint64_t key, until;
};

struct mln_bans {
    uint64_t layout; /* 0: not formatted yet */
    struct mln_hash_key hash;
    uint64_t latest; /* no ban lasts longer: nobody needs to look then */
    uint64_t made, crowded;
    struct entry entry[MLN_BANS_MAX];
    struct mln_ban text[MLN_BANS_MAX]; /* the writer's own */
};

size_t mln_bans_size(void)
{
    return sizeof(struct mln_bans);
}

static uint64_t load(const uint64_t *p)
{
    return __atomic_load_n(p, __ATOMIC_RELAXED);
}

static void store(uint64_t *p, uint64_t v)
{
    __atomic_store_n(p, v, __ATOMIC_RELAXED);
}

static struct mln_addr network_of(const struct mln_addr *a)
{
    struct mln_addr n = *a;

    if (!mln_addr_is_v4(a))
        memset(n.b + 8, 0, 8);
    return n;
}

/* 64 bits of a keyed hash stand for rule and client: among all bans there are, one client in 10^14
 * is taken for another. */
static uint64_t key_of(const struct mln_bans *b, struct mln_sv rule, const struct mln_addr *a)
{
    const struct mln_hash_key hash = {load(&b->hash.k0), load(&b->hash.k1)};
    struct mln_addr network = network_of(a);
    uint64_t words[3] = {mln_hash(&hash, mln_sv_sub(rule, 0, RULE_MAX))};

    memcpy(words + 1, network.b, sizeof(network.b));
    return mln_hash(&hash, mln_sv(words, sizeof(words)));
}

static uint32_t first_of(uint64_t key)
{
    return (uint32_t)(key % PLACES) * WAYS;
}

/* ---- the writer ---- */

static void write_entry(struct entry *e, uint64_t key, uint64_t until)
{
    uint64_t version = load(&e->version) | 1;

    store(&e->version, version);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    store(&e->key, key);
    store(&e->until, until);
    __atomic_store_n(&e->version, version + 1, __ATOMIC_RELEASE);
}

void mln_bans_open(struct mln_bans *b, const struct mln_hash_key *key)
{
    if (!load(&b->layout)) {
        store(&b->hash.k0, key->k0);
        store(&b->hash.k1, key->k1);
        store(&b->layout, LAYOUT);
    }
    for (uint32_t i = 0; i < MLN_BANS_MAX; i++)
        if (load(&b->entry[i].version) & 1)
            write_entry(&b->entry[i], 0, 0);
}

/* The client's own, else a free one, else the one that ends first. */
static uint32_t choose(const struct mln_bans *b, uint64_t key)
{
    uint32_t first = first_of(key), best = first;

    for (uint32_t i = first; i < first + WAYS; i++) {
        if (load(&b->entry[i].key) == key)
            return i;
        if (load(&b->entry[i].until) < load(&b->entry[best].until))
            best = i;
    }
    return best;
}

void mln_bans_put(struct mln_bans *b, const struct mln_ban *ban, mln_nsec now)
{
    mln_nsec until = MLN_MIN(ban->until, now + MLN_BAN_LONGEST);
    uint64_t key = key_of(b, mln_sv_str(ban->rule), &ban->addr);
    uint32_t i = choose(b, key);
    struct entry *e = &b->entry[i];
    bool holds = load(&e->until) > now, same = holds && load(&e->key) == key;

    if (same && load(&e->until) >= until)
        return;
    mln_nsec since = same ? b->text[i].since : ban->since ? MLN_MIN(ban->since, now) : now;
    b->text[i] = *ban;
    b->text[i].addr = network_of(&ban->addr);
    b->text[i].since = since;
    b->text[i].until = until;
    write_entry(e, key, until);
    store(&b->made, load(&b->made) + !same);
    store(&b->crowded, load(&b->crowded) + (holds && !same));
    store(&b->latest, MLN_MAX(load(&b->latest), until));
}

bool mln_bans_next(const struct mln_bans *b, uint32_t *at, mln_nsec now, struct mln_ban *ret)
{
    for (; *at < MLN_BANS_MAX; (*at)++) {
        if (load(&b->entry[*at].until) <= now)
            continue;
        *ret = b->text[(*at)++];
        ret->rule[MLN_BANS_TEXT - 1] = ret->why[MLN_BANS_TEXT - 1] = '\0';
        return true;
    }
    return false;
}

bool mln_bans_adopt(struct mln_bans *b, const struct mln_bans *from, mln_nsec now)
{
    if (load(&from->layout) != LAYOUT)
        return false;
    for (uint32_t i = 0; i < MLN_BANS_MAX; i++) {
        struct mln_ban ban = from->text[i];
        ban.rule[RULE_MAX] = ban.why[RULE_MAX] = '\0';
        ban.until = load(&from->entry[i].until);
        /* one that is being written is of two clients */
        if (ban.until > now &&
            load(&from->entry[i].key) == key_of(from, mln_sv_str(ban.rule), &ban.addr))
            mln_bans_put(b, &ban, now);
    }
    return true;
}

unsigned mln_bans_lift(struct mln_bans *b, const struct mln_addr *a, mln_nsec now)
{
    struct mln_addr network = a ? network_of(a) : (struct mln_addr){{0}};
    struct mln_ban ban;
    unsigned n = 0;

    for (uint32_t at = 0; mln_bans_next(b, &at, now, &ban);)
        if (!a || mln_addr_eq(&ban.addr, &network)) {
            write_entry(&b->entry[at - 1], 0, 0);
            n++;
        }
    return n;
}

uint64_t mln_bans_made(const struct mln_bans *b)
{
    return load(&b->made);
}

uint64_t mln_bans_crowded(const struct mln_bans *b)
{
    return load(&b->crowded);
}

/* ---- readers ---- */

/* One that is being written is a miss: the next request sees it. */
static bool is_it(const struct entry *e, uint64_t key, mln_nsec now)
{
    uint64_t before = __atomic_load_n(&e->version, __ATOMIC_ACQUIRE);
    bool hit = load(&e->key) == key && load(&e->until) > now;

    if (!hit || before & 1)
        return false;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return load(&e->version) == before;
}

bool mln_bans_has(const struct mln_bans *b, struct mln_sv rule, const struct mln_addr *a,
                  mln_nsec now)
{
    if (load(&b->latest) <= now)
        return false;
    uint64_t key = key_of(b, rule, a);
    uint32_t first = first_of(key);

    for (uint32_t i = first; i < first + WAYS; i++)
        if (is_it(&b->entry[i], key, now))
            return true;
    return false;
}
