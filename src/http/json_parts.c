#include "http/json_parts.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Longest walk in the table. Whoever makes keys collide gets keys that are not compared. */
enum { PROBES_MAX = 16, FEW = 16 };

uint64_t mln_json_key_hash(uint64_t seed, struct mln_sv key)
{
    const uint64_t k = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t h = (seed ^ key.len) * k;

    size_t i = 0;

    for (; key.len - i >= 8; i += 8) {
        uint64_t w;
        memcpy(&w, key.p + i, 8);
        h = (h ^ w) * k;
        h ^= h >> 29;
    }
    uint64_t last = 0;
    for (; i < key.len; i++)
        last = last << 8 | (unsigned char)key.p[i];
    h = (h ^ last) * k;
    return h ^ h >> 29;
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

/* Most objects have few keys: these are compared one by one. The table takes over from there on. */
bool mln_json_keys_add(struct mln_json_keys *k, uint32_t level, uint64_t hash)
{
    uint32_t first = k->n;

    while (first && k->n - first < FEW && k->level[first - 1] == level)
        if (k->hash[--first] == hash)
            return true;
    bool many = k->n - first == FEW;
    if (many && !k->tabled[k->n - 1])
        for (uint32_t i = first; i < k->n; i++)
            put_in_table(k, i);
    if (many && is_in_table(k, level, hash))
        return true;
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
void mln_json_keys_close(struct mln_json_keys *k, uint32_t level)
{
    for (; k->n && k->level[k->n - 1] >= level; k->n--) {
        if (!k->tabled[k->n - 1])
            continue;
        size_t at = first_slot(k->level[k->n - 1], k->hash[k->n - 1]);
        while (k->slot[at] != k->n)
            at = (at + 1) & (MLN_JSON_KEY_SLOTS - 1);
        k->slot[at] = 0;
    }
}

/* ---- runs of string bytes ---- */

static bool ends_run(unsigned char c)
{
    return c == '"' || c == '\\' || c < 0x20 || c >= 0x80;
}

#if defined(__SSE2__)
/* As signed bytes, what is past ASCII is below a space too. */
static size_t run_by_blocks(struct mln_sv s, size_t i)
{
    const __m128i quote = _mm_set1_epi8('"'), escape = _mm_set1_epi8('\\');
    const __m128i space = _mm_set1_epi8(0x20);

    for (; i + 16 <= s.len; i += 16) {
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
        __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(b, quote), _mm_cmpeq_epi8(b, escape));
        unsigned m = (unsigned)_mm_movemask_epi8(_mm_or_si128(stop, _mm_cmplt_epi8(b, space)));
        if (m)
            return i + (size_t)__builtin_ctz(m);
    }
    return i;
}
#else
static size_t run_by_blocks(struct mln_sv s, size_t i)
{
    (void)s;
    return i;
}
#endif

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

enum mln_json_word mln_json_word_kind(struct mln_sv word)
{
    static const char *const lax[] = {"nan", "infinity", "undefined", "true", "false", "null"};
    struct mln_sv bare = word;
    bool strict;

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
