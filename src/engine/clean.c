/* The memory of clean values (detection guide, section 1, verdict cache). */
#include "engine/txn_priv.h"

enum { PLAIN_MAX = 16 }; /* below the length of anything that base64 hides */

/* Names that are evidence by themselves hold an operator or lead to a prototype. */
static bool is_plain_name(struct mln_sv name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (!mln_cc(c, MLN_CC_WORD) && c != '-' && c != '.' && c != '/')
            return false;
    }
    return mln_sv_find(name, MLN_SV("proto")) == SIZE_MAX;
}

bool mln_is_plain(struct mln_sv name, struct mln_sv value)
{
    if (value.len >= PLAIN_MAX)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (!mln_cc(c, MLN_CC_WORD) && !(c == '-' && i + 1 < value.len && value.p[i + 1] != '-'))
            return false;
    }
    /* "0x2e0x2f" spells a path; "rO0AB" opens an object of Java in base64 */
    return mln_sv_ifind(value, MLN_SV("0x")) == SIZE_MAX &&
           mln_sv_find(value, MLN_SV("rO0AB")) == SIZE_MAX && is_plain_name(name);
}

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
