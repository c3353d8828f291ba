/* The memory of clean values (detection guide, section 1, verdict cache). */
#include "engine/txn_priv.h"

uint64_t mln_clean_hash(const struct mln_engine *e, enum mln_location loc, struct mln_sv name,
                        struct mln_sv value)
{
    const struct mln_hash_key name_key = {e->key.k0 ^ (uint64_t)(loc + 1), ~e->key.k1};

    if (e->cfg.no_cache || value.len > MLN_CLEAN_VALUE_MAX)
        return 0;
    /* the name under another key: ("a", "bc") and ("ab", "c") are two */
    uint64_t h = mln_hash(&e->key, value) ^ mln_hash(&name_key, name.p ? name : MLN_SV(""));
    return h ? h : 1;
}

bool mln_clean_has(const struct mln_engine *e, uint64_t hash)
{
    const uint64_t *set = e->clean[hash % MLN_CLEAN_SETS];

    return set[0] == hash || set[1] == hash;
}

void mln_clean_add(struct mln_engine *e, uint64_t hash)
{
    uint64_t *set = e->clean[hash % MLN_CLEAN_SETS];

    set[1] = set[0];
    set[0] = hash;
}
