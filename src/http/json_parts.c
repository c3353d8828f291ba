#include "http/json_parts.h"

#include "base/block.h"

/* Longest walk in the table. Whoever makes keys collide gets keys that are not compared. */
enum { PROBES_MAX = 16, FEW = 16 };

uint64_t mln_json_key_hash(uint64_t seed, struct mln_sv key)
{
    uint64_t h = (seed ^ key.len) * MLN_JSON_KEY_MULT;
    size_t i = 0;

    for (; key.len - i >= 8; i += 8) {
        uint64_t w;
        memcpy(&w, key.p + i, 8);
        h = (h ^ mln_le64(w)) * MLN_JSON_KEY_MULT;
        h ^= h >> 29;
    }
    uint64_t last = 0;
    for (unsigned shift = 0; i < key.len; i++, shift += 8)
        last |= (uint64_t)(unsigned char)key.p[i] << shift;
    h = (h ^ last) * MLN_JSON_KEY_MULT;
    return h ^ h >> 29;
}

void mln_json_keys_init(struct mln_json_keys *k)
{
    k->n = 0;
    memset(k->slot, 0, sizeof(k->slot));
}

void mln_json_keys_open(struct mln_json_keys *k, uint32_t level)
{
    k->start[level] = k->n;
    k->bits[level] = 0;
}

static size_t first_slot(uint32_t level, uint64_t hash)
{
    return (hash ^ (uint64_t)level * UINT64_C(0x9e3779b97f4a7c15)) & (MLN_JSON_KEY_SLOTS - 1);
}

static void put_in_table(struct mln_json_keys *k, uint32_t index)
{
    size_t at = first_slot(k->level[index], k->hash[index]);

    for (unsigned i = 0; i < PROBES_MAX; i++, at = (at + 1) & (MLN_JSON_KEY_SLOTS - 1)) {
        if (!k->slot[at]) {
            k->slot[at] = (uint16_t)(index + 1);
            k->tabled[index] = true;
            return;
        }
    }
}

static bool is_in_table(const struct mln_json_keys *k, uint32_t level, uint64_t hash)
{
    size_t at = first_slot(level, hash);

    for (unsigned i = 0; i < PROBES_MAX; i++, at = (at + 1) & (MLN_JSON_KEY_SLOTS - 1)) {
        uint32_t index = k->slot[at];
        if (!index)
            return false;
        if (k->hash[index - 1] == hash && k->level[index - 1] == level)
            return true;
    }
    return false;
}

/* `hash` is among the keys from `first` on, which are few. */
static bool is_among(const struct mln_json_keys *k, uint32_t first, uint64_t hash)
{
    for (uint32_t i = first; i < k->n; i++)
        if (k->hash[i] == hash)
            return true;
    return false;
}

/* The first keys of an object move to the table when there are more. */
static bool add_to_table(struct mln_json_keys *k, uint32_t level, uint64_t hash)
{
    uint32_t first = k->start[level];

    if (k->n == first + FEW)
        for (uint32_t i = first; i < k->n; i++)
            if (!k->tabled[i])
                put_in_table(k, i);
    return is_in_table(k, level, hash);
}

bool mln_json_keys_add(struct mln_json_keys *k, uint32_t level, uint64_t hash)
{
    uint32_t first = k->start[level];
    uint64_t bit = UINT64_C(1) << (hash >> 58);
    bool many = k->n - first >= FEW;

    if (many ? add_to_table(k, level, hash) : (k->bits[level] & bit) && is_among(k, first, hash))
        return true;
    k->bits[level] |= bit;
    if (k->n == MLN_JSON_KEYS_MAX)
        return false;
    k->hash[k->n] = hash;
    k->level[k->n] = (uint16_t)level;
    k->tabled[k->n] = false;
    if (many)
        put_in_table(k, k->n);
    k->n++;
    return false;
}

/* The key put in last is the last of its walk, so a slot can be cleared without closing a gap. */
static void take_from_table(struct mln_json_keys *k, uint32_t index)
{
    size_t at = first_slot(k->level[index], k->hash[index]);

    while (k->slot[at] != index + 1)
        at = (at + 1) & (MLN_JSON_KEY_SLOTS - 1);
    k->slot[at] = 0;
}

void mln_json_keys_close(struct mln_json_keys *k, uint32_t level)
{
    uint32_t first = k->start[level];

    if (k->n - first >= FEW)
        for (uint32_t i = k->n; i > first; i--)
            if (k->tabled[i - 1])
                take_from_table(k, i - 1);
    k->n = first;
}

/* ---- runs of string bytes ---- */

static bool ends_run(unsigned char c)
{
    return c == '"' || c == '\\' || c < 0x20 || c >= 0x80;
}

static size_t run_by_blocks(struct mln_sv s, size_t i)
{
    for (; i + MLN_BLOCK <= s.len; i += MLN_BLOCK) {
        mln_block b = mln_block_load(s.p + i);
        unsigned stop = mln_block_eq(b, '"') | mln_block_eq(b, '\\') |
                        (~mln_block_in(b, 0x20, 0x7f) & MLN_BLOCK_ALL);
        if (stop)
            return i + (size_t)__builtin_ctz(stop);
    }
    return i;
}

size_t mln_json_run_end(struct mln_sv s, size_t i)
{
    i = run_by_blocks(s, i);
    while (i < s.len && !ends_run((unsigned char)s.p[i]))
        i++;
    return i;
}

/* ---- words ---- */

static size_t digits(struct mln_sv s, size_t i)
{
    size_t start = i;

    while (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT))
        i++;
    return i - start;
}

/* number = [ "-" ] int [ frac ] [ exp ]; *ret_strict: without leading zeros. */
static bool is_number(struct mln_sv s, bool *ret_strict)
{
    size_t i = s.len && (s.p[0] == '-' || s.p[0] == '+');
    size_t whole = digits(s, i);

    *ret_strict = whole && (whole == 1 || s.p[i] != '0') && s.p[0] != '+';
    i += whole;
    if (i < s.len && s.p[i] == '.') {
        size_t n = digits(s, i + 1);
        *ret_strict = *ret_strict && n;
        whole += n;
        i += n + 1;
    }
    if (whole && i < s.len && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        i += i < s.len && (s.p[i] == '-' || s.p[i] == '+');
        size_t n = digits(s, i);
        if (!n)
            return false;
        i += n;
    }
    return whole && i == s.len;
}

static bool is_hex_number(struct mln_sv s)
{
    size_t i = 2;

    if (s.len < 3 || s.p[0] != '0' || (s.p[1] | 0x20) != 'x')
        return false;
    while (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_HEX))
        i++;
    return i == s.len;
}

/* The most frequent of all words. */
static bool is_small_integer(struct mln_sv s)
{
    if (!s.len || s.len > 10 || (s.p[0] == '0' && s.len > 1))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)(s.p[i] - '0') > 9)
            return false;
    return true;
}

enum mln_json_word mln_json_word_kind(struct mln_sv word)
{
    static const char *const lax[] = {"nan", "infinity", "undefined", "true", "false", "null"};
    struct mln_sv bare = word;
    bool strict;

    if (is_small_integer(word))
        return MLN_JSON_WORD_VALID;
    if (mln_sv_eq(word, MLN_SV("true")) || mln_sv_eq(word, MLN_SV("false")) ||
        mln_sv_eq(word, MLN_SV("null")))
        return MLN_JSON_WORD_VALID;
    if (is_number(word, &strict))
        return strict ? MLN_JSON_WORD_VALID : MLN_JSON_WORD_LAX;
    if (word.len && (word.p[0] == '-' || word.p[0] == '+'))
        bare = mln_sv_sub(word, 1, word.len);
    if (is_hex_number(bare))
        return MLN_JSON_WORD_LAX;
    for (size_t i = 0; i < MLN_ARRAY_LEN(lax); i++)
        if (mln_sv_ieq(bare, mln_sv_str(lax[i])))
            return MLN_JSON_WORD_LAX;
    return MLN_JSON_WORD_OTHER;
}
