/* Many lists of prefixes → one blob. Sorted by address, then length, a prefix comes right behind
 * those around it: one walk with a stack of them gives each its set and its parent. */
#include <errno.h>

#include "base/hash.h"
#include "intel/lists.h"

enum { COUNTRY = 1u << 31, DEPTH_MAX = 129, MEMBERS_BYTES_MAX = 64 << 20 };

struct item {
    struct mln_addr addr;
    uint32_t what; /* tag, or COUNTRY | two letters */
    uint8_t bits;
    uint32_t order; /* of adding */
};

/* What the walk has open: prefixes that have the next one. */
struct open {
    struct mln_prefix prefix;
    uint32_t set, index; /* index in its family, NONE: it added nothing of its own */
};

struct mln_lists_builder {
    struct item *items;
    size_t n, cap, max;
    struct mln_buf tags, strings;
    /* while building */
    struct mln_buf section[MLN_LISTS_MAX];
    struct mln_buf keys4, data4, keys6, data6;
    uint32_t *seen; /* hash table of sets: number + 1 */
    size_t seen_cap;
    struct mln_buf members; /* of the set at hand */
    struct open stack[DEPTH_MAX];
    unsigned depth;
    uint32_t v4_set;
    bool has_countries;
};

static uint32_t n_tags(const struct mln_lists_builder *b)
{
    return (uint32_t)(b->tags.len / sizeof(struct mln_lists_name));
}

static uint32_t n_sets(const struct mln_lists_builder *b)
{
    return (uint32_t)(b->section[MLN_LISTS_SETS].len / sizeof(struct mln_lists_set));
}

struct mln_lists_builder *mln_lists_builder_new(size_t prefixes_max)
{
    struct mln_lists_builder *b = calloc(1, sizeof(*b));

    if (b)
        b->max = MLN_MIN(prefixes_max, (size_t)MLN_LISTS_PREFIXES_MAX);
    return b;
}

static void drop_work(struct mln_lists_builder *b)
{
    for (unsigned i = 0; i < MLN_LISTS_MAX; i++)
        mln_buf_done(&b->section[i]);
    mln_buf_done(&b->keys4);
    mln_buf_done(&b->data4);
    mln_buf_done(&b->keys6);
    mln_buf_done(&b->data6);
    mln_buf_done(&b->members);
    free(b->seen);
    b->seen = NULL;
    b->seen_cap = 0;
    b->depth = 0;
    b->v4_set = 0;
    b->has_countries = false;
}

struct mln_lists_builder *mln_lists_builder_free(struct mln_lists_builder *b)
{
    if (b) {
        drop_work(b);
        mln_buf_done(&b->tags);
        mln_buf_done(&b->strings);
        free(b->items);
        free(b);
    }
    return NULL;
}

int mln_lists_builder_tag(struct mln_lists_builder *b, struct mln_sv name)
{
    const struct mln_lists_name *t = (const void *)b->tags.p;
    struct mln_lists_name fresh = {(uint32_t)b->strings.len, (uint32_t)name.len};

    for (uint32_t i = 0; i < n_tags(b); i++)
        if (mln_sv_eq(mln_sv(b->strings.p + t[i].off, t[i].len), name))
            return (int)i;
    if (n_tags(b) == MLN_LISTS_TAGS_MAX || name.len > MLN_LISTS_NAME_MAX)
        return -E2BIG;
    mln_buf_add_sv(&b->strings, name);
    mln_buf_add(&b->tags, &fresh, sizeof(fresh));
    if (mln_buf_failed(&b->strings) || mln_buf_failed(&b->tags))
        return -ENOMEM;
    return (int)n_tags(b) - 1;
}

static int add(struct mln_lists_builder *b, const struct mln_prefix *p, uint32_t what)
{
    if (b->n == b->max)
        return -E2BIG;
    if (b->n == b->cap) {
        size_t cap = b->cap ? b->cap * 2 : 1024;
        struct item *grown = realloc(b->items, cap * sizeof(*grown));
        if (!grown)
            return -ENOMEM;
        b->items = grown;
        b->cap = cap;
    }
    b->items[b->n] = (struct item){p->addr, what, p->bits, (uint32_t)b->n};
    b->n++;
    return 0;
}

int mln_lists_builder_add(struct mln_lists_builder *b, const struct mln_prefix *p, uint32_t tag)
{
    return add(b, p, tag);
}

int mln_lists_builder_country(struct mln_lists_builder *b, const struct mln_prefix *p,
                              const char country[2])
{
    return add(b, p,
               COUNTRY | (uint32_t)(unsigned char)country[0] << 8 |
                   (uint32_t)(unsigned char)country[1]);
}

size_t mln_lists_builder_count(const struct mln_lists_builder *b)
{
    return b->n;
}

void mln_lists_builder_cut(struct mln_lists_builder *b, size_t count)
{
    b->n = MLN_MIN(b->n, count);
}

/* Tags of one prefix end up together and in order, its countries behind them. */
static int compare(const void *x, const void *y)
{
    const struct item *a = x, *b = y;
    int c = memcmp(a->addr.b, b->addr.b, sizeof(a->addr.b));

    if (c || a->bits != b->bits)
        return c ? c : (a->bits > b->bits) - (a->bits < b->bits);
    if ((a->what & COUNTRY) && (b->what & COUNTRY))
        return (a->order > b->order) - (a->order < b->order);
    return (a->what > b->what) - (a->what < b->what);
}

/* ---- sets ---- */

static struct mln_sv set_members(const struct mln_lists_builder *b, const struct mln_lists_set *s)
{
    const char *p = b->section[MLN_LISTS_MEMBERS].p;

    return mln_sv(p ? p + s->first * sizeof(uint32_t) : "", s->count * sizeof(uint32_t));
}

static uint64_t set_hash(struct mln_sv members, const char country[2])
{
    const struct mln_hash_key key = {(uint8_t)country[0], (uint8_t)country[1]};

    return mln_hash(&key, members);
}

static void seen_put(struct mln_lists_builder *b, uint32_t set)
{
    const struct mln_lists_set *s =
        (const struct mln_lists_set *)(const void *)b->section[MLN_LISTS_SETS].p + set;
    size_t i = set_hash(set_members(b, s), s->country) & (b->seen_cap - 1);

    while (b->seen[i])
        i = (i + 1) & (b->seen_cap - 1);
    b->seen[i] = set + 1;
}

static int seen_grow(struct mln_lists_builder *b)
{
    if (n_sets(b) < b->seen_cap / 2)
        return 0;
    size_t cap = b->seen_cap ? b->seen_cap * 2 : 1024;
    uint32_t *grown = calloc(cap, sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    free(b->seen);
    b->seen = grown;
    b->seen_cap = cap;
    for (uint32_t i = 0; i < n_sets(b); i++)
        seen_put(b, i);
    return 0;
}

/* The number of the set with the members at hand, which is made when it is new. */
static int intern(struct mln_lists_builder *b, const char country[2], uint32_t *ret)
{
    struct mln_buf *sets = &b->section[MLN_LISTS_SETS], *members = &b->section[MLN_LISTS_MEMBERS];
    struct mln_sv wanted = mln_buf_sv(&b->members);

    if (seen_grow(b) < 0)
        return -ENOMEM;
    for (size_t i = set_hash(wanted, country) & (b->seen_cap - 1); b->seen[i];
         i = (i + 1) & (b->seen_cap - 1)) {
        const struct mln_lists_set *s =
            (const struct mln_lists_set *)(const void *)sets->p + (b->seen[i] - 1);
        if (memcmp(s->country, country, 2) == 0 && mln_sv_eq(set_members(b, s), wanted)) {
            *ret = b->seen[i] - 1;
            return 0;
        }
    }
    struct mln_lists_set s = {(uint32_t)(members->len / sizeof(uint32_t)),
                              (uint32_t)(wanted.len / sizeof(uint32_t)),
                              {country[0], country[1]},
                              {0}};
    if (n_sets(b) == MLN_LISTS_SETS_MAX ||
        members->len + wanted.len > MEMBERS_BYTES_MAX) /* lists that nest without end */
        return -E2BIG;
    mln_buf_add_sv(members, wanted);
    mln_buf_add(sets, &s, sizeof(s));
    if (mln_buf_failed(members) || mln_buf_failed(sets))
        return -ENOMEM;
    *ret = n_sets(b) - 1;
    seen_put(b, *ret);
    return 0;
}

/* The members of the set around, and the tags of items [0..n), which ascend: merged. */
static int merge(struct mln_lists_builder *b, uint32_t around, const struct item *items, size_t n,
                 uint32_t *ret)
{
    const struct mln_lists_set *s =
        (const struct mln_lists_set *)(const void *)b->section[MLN_LISTS_SETS].p + around;
    const uint32_t *old = (const void *)set_members(b, s).p;
    char country[2] = {s->country[0], s->country[1]};
    uint32_t i = 0;

    mln_buf_clear(&b->members);
    for (size_t k = 0; k < n; k++) {
        uint32_t tag = items[k].what;
        if (tag & COUNTRY) {
            country[0] = (char)(tag >> 8);
            country[1] = (char)tag;
            b->has_countries = true;
            continue;
        }
        for (; i < s->count && old[i] < tag; i++)
            mln_buf_add(&b->members, &old[i], sizeof(*old));
        i += i < s->count && old[i] == tag;
        if (k == 0 || items[k - 1].what != tag)
            mln_buf_add(&b->members, &tag, sizeof(tag));
    }
    if (i < s->count)
        mln_buf_add(&b->members, &old[i], (s->count - i) * sizeof(*old));
    return mln_buf_failed(&b->members) ? -ENOMEM : intern(b, country, ret);
}

/* ---- the walk ---- */

static uint64_t be64(const uint8_t *p)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < 8; i++)
        v = v << 8 | p[i];
    return v;
}

/* Appends the prefix to its family; the number that it has there. */
static uint32_t emit(struct mln_lists_builder *b, const struct mln_prefix *p, uint32_t parent,
                     uint32_t set)
{
    if (p->bits >= 96 && mln_addr_is_v4(&p->addr)) {
        int32_t key = mln_lists_v4_key((uint32_t)be64(p->addr.b + 8));
        struct mln_lists_v4 v = {parent, set << 8 | (p->bits - 96u)};
        mln_buf_add(&b->keys4, &key, sizeof(key));
        mln_buf_add(&b->data4, &v, sizeof(v));
        return (uint32_t)(b->keys4.len / sizeof(key)) - 1;
    }
    uint64_t key = be64(p->addr.b);
    struct mln_lists_v6 v = {be64(p->addr.b + 8), parent, set << 8 | p->bits};
    mln_buf_add(&b->keys6, &key, sizeof(key));
    mln_buf_add(&b->data6, &v, sizeof(v));
    return (uint32_t)(b->keys6.len / sizeof(key)) - 1;
}

/* The innermost open prefix of the same family that was emitted. */
static uint32_t parent_of(const struct mln_lists_builder *b, bool v4)
{
    for (unsigned d = b->depth; d-- > 0;) {
        const struct open *o = &b->stack[d];
        bool o_v4 = o->prefix.bits >= 96 && mln_addr_is_v4(&o->prefix.addr);
        if (o_v4 != v4)
            return MLN_LISTS_NONE;
        if (o->index != MLN_LISTS_NONE)
            return o->index;
    }
    return MLN_LISTS_NONE;
}

/* One prefix and all that was said of it. */
static int walk_one(struct mln_lists_builder *b, const struct item *items, size_t n)
{
    static const struct mln_addr v4_first = {
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0}};
    const struct mln_prefix p = {items->addr, items->bits};
    bool v4 = p.bits >= 96 && mln_addr_is_v4(&p.addr);
    uint32_t set;

    while (b->depth && !mln_prefix_has(&b->stack[b->depth - 1].prefix, &p.addr))
        b->depth--;
    uint32_t around = b->depth ? b->stack[b->depth - 1].set : 0;
    int r = merge(b, around, items, n, &set);
    if (r < 0)
        return r;
    if (!v4 && mln_prefix_has(&p, &v4_first))
        b->v4_set = set;
    b->stack[b->depth] = (struct open){p, set, MLN_LISTS_NONE};
    if (set != around)
        b->stack[b->depth].index = emit(b, &p, parent_of(b, v4), set);
    b->depth++;
    return 0;
}

static int walk(struct mln_lists_builder *b)
{
    size_t from = 0;
    uint32_t empty;
    int r = intern(b, (const char[2]){0, 0}, &empty);

    for (size_t i = 1; r == 0 && from < b->n; i++) {
        if (i < b->n && b->items[i].bits == b->items[from].bits &&
            mln_addr_eq(&b->items[i].addr, &b->items[from].addr))
            continue;
        r = walk_one(b, &b->items[from], i - from);
        from = i;
    }
    return r;
}

/* ---- the blob ---- */

static void pad(struct mln_buf *out)
{
    static const char zero[MLN_ORDER_LINE] = {0};

    mln_buf_add(out, zero, (MLN_ORDER_LINE - out->len % MLN_ORDER_LINE) % MLN_ORDER_LINE);
}

static void put_order(struct mln_buf *section, const struct mln_buf *keys,
                      const struct mln_buf *data, uint32_t n, uint32_t width)
{
    const struct mln_order o = mln_order_plan(n, width);
    size_t bytes = (size_t)o.lines * MLN_ORDER_LINE;
    char *to = bytes ? mln_buf_reserve(section, bytes) : NULL;

    if (!to || mln_buf_failed(keys) || mln_buf_failed(data))
        return;
    mln_order_fill(&o, keys->p, data->p, to);
    section->len += bytes;
}

static int assemble(struct mln_lists_builder *b, struct mln_buf *out)
{
    static const size_t size[MLN_LISTS_MAX] = {
#define X(sym, type) sizeof(type),
        MLN_LISTS_SECTIONS(X)
#undef X
    };
    const struct mln_hash_key key = {0x7374736c, 0};
    struct mln_lists_header h = {.magic = MLN_LISTS_MAGIC,
                                 .v4 = (uint32_t)(b->keys4.len / sizeof(uint32_t)),
                                 .v6 = (uint32_t)(b->keys6.len / sizeof(uint64_t)),
                                 .v4_set = b->v4_set,
                                 .has_countries = b->has_countries};

    put_order(&b->section[MLN_LISTS_V4], &b->keys4, &b->data4, h.v4, 4);
    put_order(&b->section[MLN_LISTS_V6], &b->keys6, &b->data6, h.v6, 8);
    mln_buf_add_sv(&b->section[MLN_LISTS_TAGS], mln_buf_sv(&b->tags));
    mln_buf_add_sv(&b->section[MLN_LISTS_STRINGS], mln_buf_sv(&b->strings));
    bool failed = mln_buf_failed(&b->keys4) || mln_buf_failed(&b->data4) ||
                  mln_buf_failed(&b->keys6) || mln_buf_failed(&b->data6);
    mln_buf_clear(out);
    mln_buf_add(out, &h, sizeof(h));
    for (unsigned i = 0; i < MLN_LISTS_MAX; i++) {
        pad(out);
        h.section[i].off = out->len;
        h.section[i].count = b->section[i].len / size[i];
        mln_buf_add_sv(out, mln_buf_sv(&b->section[i]));
        failed = failed || mln_buf_failed(&b->section[i]);
    }
    pad(out);
    if (failed || mln_buf_failed(out))
        return -ENOMEM;
    h.length = out->len;
    h.revision = mln_hash(&key, mln_sv(out->p + sizeof(h), out->len - sizeof(h)));
    memcpy(out->p, &h, sizeof(h));
    return 0;
}

int mln_lists_build(struct mln_lists_builder *b, struct mln_buf *out)
{
    drop_work(b);
    if (b->n)
        qsort(b->items, b->n, sizeof(*b->items), compare);
    int r = walk(b);
    if (r == 0)
        r = assemble(b, out);
    drop_work(b);
    return r;
}
