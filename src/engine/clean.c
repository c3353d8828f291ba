/* The memory of clean values (detection guide, section 1, verdict cache). */
#include "engine/txn_priv.h"

/* Which element of an array a value is does not matter to any detector. */
static size_t copy_name(char *to, enum mln_location loc, struct mln_sv name)
{
    size_t n = 0;

    if (loc != MLN_LOC_JSON) {
        if (name.len)
            memcpy(to, name.p, name.len);
        return name.len;
    }
    for (size_t i = 0; i < name.len; i++) {
        bool digit = mln_cc((unsigned char)name.p[i], MLN_CC_DIGIT);
        if (!digit || !n || to[n - 1] != '0')
            to[n++] = digit ? '0' : name.p[i];
    }
    return n;
}

uint64_t mln_clean_hash(const struct mln_engine *e, enum mln_location loc, struct mln_sv name,
                        struct mln_sv value)
{
    char all[2 + MLN_CLEAN_NAME_MAX + MLN_CLEAN_VALUE_MAX];

    if (e->cfg.no_cache || value.len > MLN_CLEAN_VALUE_MAX || name.len > MLN_CLEAN_NAME_MAX)
        return 0;
    size_t n = 2 + copy_name(all + 2, loc, name);
    all[0] = (char)loc;
    all[1] = (char)n; /* ("a", "bc") and ("ab", "c") are two */
    if (value.len)
        memcpy(all + n, value.p, value.len);
    uint64_t h = mln_hash(&e->key, mln_sv(all, n + value.len));
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

struct mln_clean_field *mln_clean_cookies(struct mln_engine *e, uint64_t hash)
{
    return &e->clean_field[hash % MLN_CLEAN_FIELDS];
}
