/* The memory of clean values (detection guide, section 1, verdict cache). */
#include "engine/txn_priv.h"

enum { PLAIN_MAX = 16 }; /* below the length of anything that base64 hides */

static bool has_at(struct mln_sv s, size_t i, struct mln_sv word)
{
    return s.len - i >= word.len && memcmp(s.p + i, word.p, word.len) == 0;
}

/* Names that are evidence by themselves hold an operator or lead to a prototype. */
static bool is_plain_name(struct mln_sv name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (!mln_cc(c, MLN_CC_WORD) && c != '-' && c != '.' && c != '/')
            return false;
        if (c == 'p' && has_at(name, i, MLN_SV("proto")))
            return false;
    }
    return true;
}

bool mln_is_plain(struct mln_sv name, struct mln_sv value)
{
    if (value.len >= PLAIN_MAX)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (!mln_cc(c, MLN_CC_WORD) && !(c == '-' && i + 1 < value.len && value.p[i + 1] != '-'))
            return false;
        /* "0x2e0x2f" spells a path; "rO0AB" opens an object of Java in base64 */
        if ((c | 0x20) == 'x' && i && value.p[i - 1] == '0')
            return false;
        if (c == 'r' && has_at(value, i, MLN_SV("rO0AB")))
            return false;
    }
    return is_plain_name(name);
}

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
