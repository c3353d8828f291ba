/* The memory of clean values (detection guide, section 1, verdict cache). */
#include "engine/java_names.h"
#include "engine/query_commands.h"
#include "engine/txn_priv.h"

enum { PLAIN_MAX = 16 }; /* below the length of anything that base64 hides */

/* What a byte may be part of. A byte without IN_VALUE or IN_NAME ends the shortcut; the others ask
 * for a second look. */
enum {
    IN_VALUE = 1,
    IN_NAME = 2,
    DASH = 4,
    LETTER_X = 8,
    DOT = 16,
    LETTER_P = 32,
    UPPER = 64,
    LOW_LINE = 128
};
#define WORD (IN_VALUE | IN_NAME)
/* clang-format off */
static const uint8_t parts[256] = {
    ['0' ... '9'] = WORD, ['_'] = WORD | LOW_LINE, ['-'] = WORD | DASH, ['.'] = IN_NAME | DOT,
    ['/'] = IN_NAME,
    ['A' ... 'W'] = WORD | UPPER, ['X'] = WORD | UPPER | LETTER_X, ['Y' ... 'Z'] = WORD | UPPER,
    ['a' ... 'o'] = WORD, ['p'] = WORD | LETTER_P, ['q' ... 'w'] = WORD,
    ['x'] = WORD | LETTER_X, ['y' ... 'z'] = WORD,
};
/* clang-format on */

struct look {
    uint8_t all, any;
};

static struct look look_at(struct mln_sv s)
{
    struct look l = {.all = 0xff};

    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = parts[(unsigned char)s.p[i]];
        l.all &= c;
        l.any |= c;
    }
    return l;
}

/* Base64 has both cases; what it may hold is short enough for a look. */
static bool hides_java(struct look l, struct mln_sv s)
{
    return (l.any & UPPER) && (mln_java_magic(s) != SIZE_MAX || mln_java_base64(s));
}

/* Names that are evidence by themselves hold an operator, lead to a prototype or are classes. */
static bool is_plain_name(struct mln_sv name)
{
    struct look l = look_at(name);

    if (!(l.all & IN_NAME) || hides_java(l, name))
        return false;
    if ((l.any & DOT) && mln_java_field_name(name) > MLN_JAVA_LIBRARY)
        return false;
    if ((l.any & LOW_LINE) && mln_query_guesses_secret(name))
        return false;
    return !(l.any & LETTER_P) || mln_sv_find(name, MLN_SV("proto")) == SIZE_MAX;
}

static bool has_plain_dashes(struct mln_sv s)
{
    return s.p[s.len - 1] != '-' && mln_sv_find(s, MLN_SV("--")) == SIZE_MAX;
}

bool mln_is_plain(struct mln_sv name, struct mln_sv value)
{
    if (value.len >= PLAIN_MAX)
        return false;
    struct look l = look_at(value);
    if (!(l.all & IN_VALUE) || ((l.any & DASH) && !has_plain_dashes(value)))
        return false;
    /* "0x2e0x2f" spells a path */
    if ((l.any & LETTER_X) && mln_sv_ifind(value, MLN_SV("0x")) != SIZE_MAX)
        return false;
    if (hides_java(l, value) || mln_query_store_word(value))
        return false;
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
