#include "intel/mmdb.h"

#include <errno.h>

enum {
    META_MAX = 128 << 10, /* the metadata begins within so many bytes of the end */
    ITEMS_MAX = 4096,     /* values looked over for one answer */
    VISITS_MAX = 64 << 20,
    DEPTH_MAX = 128,
    GAP = 16 /* zeros between tree and data */
};

enum type {
    POINTER = 1,
    TEXT = 2,
    DOUBLE = 3,
    BYTES = 4,
    MAP = 7,
    ARRAY = 11,
    BOOLEAN = 14,
    TYPE_MAX = 15
};

/* A data section and a place in it; sticky failure. */
struct cursor {
    struct mln_sv s;
    size_t at;
    bool failed;
};

struct value {
    uint8_t type;  /* enum type */
    size_t size;   /* bytes, or entries of MAP and ARRAY */
    size_t target; /* of a POINTER */
};

static uint64_t take(struct cursor *c, size_t n)
{
    uint64_t v = 0;

    if (c->failed || n > 8 || n > c->s.len || c->at > c->s.len - n) {
        c->failed = true;
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        v = v << 8 | (uint8_t)c->s.p[c->at++];
    return v;
}

static size_t take_size(struct cursor *c, unsigned low)
{
    if (low < 29)
        return low;
    return low == 29   ? 29 + (size_t)take(c, 1)
           : low == 30 ? 285 + (size_t)take(c, 2)
                       : 65821 + (size_t)take(c, 3);
}

static size_t take_pointer(struct cursor *c, unsigned low)
{
    static const size_t base[] = {0, 2048, 526336, 0};
    unsigned kind = low >> 3;
    uint64_t v = take(c, kind + 1);

    return base[kind] + (size_t)(kind == 3 ? v : (uint64_t)(low & 7) << (8 * (kind + 1)) | v);
}

/* The head of the value at hand; the cursor is then at its bytes or its first entry. */
static struct value take_head(struct cursor *c)
{
    unsigned control = (unsigned)take(c, 1);
    struct value v = {.type = (uint8_t)(control >> 5)};

    if (v.type == 0)
        v.type = (uint8_t)MLN_MIN(7 + take(c, 1), (uint64_t)TYPE_MAX + 1);
    if (v.type == POINTER)
        v.target = take_pointer(c, control & 31);
    else
        v.size = take_size(c, control & 31);
    c->failed = c->failed || v.type > TYPE_MAX;
    return v;
}

/* The same, through a pointer; *c moves to where the value is. One pointer leads to no other. */
static struct value follow(struct cursor *c)
{
    struct value v = take_head(c);

    if (v.type != POINTER)
        return v;
    c->at = v.target;
    v = take_head(c);
    c->failed = c->failed || v.type == POINTER;
    return v;
}

static void skip(struct cursor *c, unsigned *items)
{
    uint64_t left = 1;

    while (left && !c->failed) {
        struct value v = take_head(c);
        left--;
        if (++*items > ITEMS_MAX || left > ITEMS_MAX)
            c->failed = true;
        if (v.type == MAP || v.type == ARRAY)
            left += v.size * (v.type == MAP ? 2 : 1);
        else if (v.type != POINTER && v.type != BOOLEAN)
            (void)(v.size > c->s.len - c->at ? (c->failed = true) : (c->at += v.size));
    }
}

/* Moves to the value under `key` of the map at hand. */
static bool enter(struct cursor *c, const char *key, unsigned *items)
{
    struct value map = follow(c);

    if (c->failed || map.type != MAP)
        return false;
    for (size_t i = 0; i < map.size && !c->failed; i++) {
        struct cursor name = *c;
        struct value v = follow(&name);
        skip(c, items);
        if (name.failed || v.type != TEXT || c->failed)
            return false;
        if (mln_sv_eq(mln_sv_sub(name.s, name.at, v.size), mln_sv_str(key)))
            return true;
        skip(c, items);
    }
    return false;
}

static uint64_t number_at(struct cursor c, const char *key)
{
    unsigned items = 0;

    if (!enter(&c, key, &items))
        return 0;
    struct value v = follow(&c);
    uint64_t n = take(&c, v.size);
    return c.failed ? 0 : n;
}

static bool read_country(struct cursor c, const char *outer, const char *inner, char ret[2])
{
    unsigned items = 0;

    if (!enter(&c, outer, &items) || (inner && !enter(&c, inner, &items)))
        return false;
    struct value v = follow(&c);
    struct mln_sv text = mln_sv_sub(c.s, c.at, v.size);
    if (c.failed || v.type != TEXT || text.len != 2 || text.p[0] < 'A' || text.p[0] > 'Z' ||
        text.p[1] < 'A' || text.p[1] > 'Z')
        return false;
    memcpy(ret, text.p, 2);
    return true;
}

static bool country_of(struct mln_sv data, size_t at, char ret[2])
{
    const struct cursor c = {.s = data, .at = at};

    return read_country(c, "country", "iso_code", ret) ||
           read_country(c, "country_code", NULL, ret) ||
           read_country(c, "registered_country", "iso_code", ret);
}

/* ---- the tree ---- */

struct tree {
    struct mln_sv nodes, data;
    uint64_t n;
    unsigned record; /* bits */
    bool v6;
};

static uint64_t child(const struct tree *t, uint64_t node, unsigned side)
{
    const uint8_t *p = (const uint8_t *)t->nodes.p + node * t->record / 4;

    if (t->record == 24)
        return (uint64_t)p[3 * side] << 16 | (uint64_t)p[3 * side + 1] << 8 | p[3 * side + 2];
    if (t->record == 32)
        return (uint64_t)p[4 * side] << 24 | (uint64_t)p[4 * side + 1] << 16 |
               (uint64_t)p[4 * side + 2] << 8 | p[4 * side + 3];
    uint64_t high = side ? p[3] & 0xf : p[3] >> 4;
    return high << 24 | (uint64_t)p[4 * side] << 16 | (uint64_t)p[4 * side + 1] << 8 |
           p[4 * side + 2];
}

static size_t find_last(struct mln_sv s, struct mln_sv what)
{
    size_t found = SIZE_MAX;

    for (size_t i = 0; i + what.len <= s.len; i++)
        if (memcmp(s.p + i, what.p, what.len) == 0)
            found = i;
    return found;
}

static bool open_tree(struct mln_sv file, struct tree *ret)
{
    static const struct mln_sv marker = {"\xab\xcd\xefMaxMind.com", 14};
    size_t skipped = file.len > META_MAX ? file.len - META_MAX : 0;
    size_t at = find_last(mln_sv_sub(file, skipped, file.len), marker);

    if (at == SIZE_MAX)
        return false;
    at += skipped;
    const struct cursor meta = {.s = mln_sv_sub(file, at + marker.len, file.len)};
    uint64_t version = number_at(meta, "ip_version"), record = number_at(meta, "record_size");
    *ret = (struct tree){
        .n = number_at(meta, "node_count"), .record = (unsigned)record, .v6 = version == 6};
    uint64_t bytes = ret->n <= UINT32_MAX ? ret->n * record / 4 : UINT64_MAX;
    if (number_at(meta, "binary_format_major_version") != 2 || (version != 4 && version != 6) ||
        (record != 24 && record != 28 && record != 32) || !ret->n || bytes + GAP > at)
        return false;
    ret->nodes = mln_sv_sub(file, 0, bytes);
    ret->data = mln_sv_sub(file, bytes + GAP, at - bytes - GAP);
    return true;
}

/* Where IPv4 begins in a tree of both families; other places that lead there are aliases. */
static uint64_t v4_root(const struct tree *t)
{
    uint64_t node = 0;

    for (unsigned i = 0; t->v6 && i < 96 && node < t->n; i++)
        node = child(t, node, 0);
    return node;
}

struct walk {
    struct tree t;
    mln_mmdb_entry *entry;
    void *arg;
    uint64_t v4, visits;
    struct {
        uint64_t node;
        uint8_t next; /* side */
    } stack[DEPTH_MAX + 1];
    uint8_t path[17]; /* one more: the bit behind the last is cleared, too */
};

/* The tree's own 128 bits, or 32, as an address: IPv4 lies at ::/96 there. */
static void prefix_at(const struct walk *w, unsigned bits, struct mln_prefix *ret)
{
    static const uint8_t zero[12] = {0};
    unsigned v4_bits = w->t.v6 ? bits - 96 : bits;
    const uint8_t *v4 = w->t.v6 ? w->path + 12 : w->path;

    if (w->t.v6 && (bits < 96 || memcmp(w->path, zero, sizeof(zero)) != 0)) {
        memcpy(ret->addr.b, w->path, 16);
        ret->bits = (uint8_t)bits;
        return;
    }
    *ret =
        (struct mln_prefix){{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}}, (uint8_t)(v4_bits + 96)};
    memcpy(ret->addr.b + 12, v4, 4);
}

static int leaf(struct walk *w, unsigned bits, uint64_t record)
{
    struct mln_prefix p;
    char country[2];

    if (record - w->t.n < GAP)
        return 0; /* nothing is known */
    if (!country_of(w->t.data, (size_t)(record - w->t.n - GAP), country))
        return 0;
    prefix_at(w, bits, &p);
    return w->entry(w->arg, &p, country);
}

static void set_bit(uint8_t *path, unsigned bit, unsigned side)
{
    path[bit / 8] =
        (uint8_t)((path[bit / 8] & ~(0x80u >> bit % 8)) | (side ? 0x80u >> bit % 8 : 0));
}

static int walk(struct walk *w)
{
    static const uint8_t zero[12] = {0};
    const unsigned most = w->t.v6 ? 128 : 32;
    unsigned depth = 1;
    int r = 0;

    while (depth && r == 0) {
        uint8_t side = w->stack[depth - 1].next++;
        if (side > 1) {
            set_bit(w->path, --depth, 0);
            continue;
        }
        if (++w->visits > VISITS_MAX || depth > most)
            return -EBADMSG; /* paths without end */
        uint64_t to = child(&w->t, w->stack[depth - 1].node, side);
        set_bit(w->path, depth - 1, side);
        if (to >= w->t.n) {
            r = leaf(w, depth, to);
        } else if (to != w->v4 || (depth == 96 && memcmp(w->path, zero, sizeof(zero)) == 0)) {
            w->stack[depth].node = to; /* else an alias of IPv4, like ::ffff:0:0/96 or 2002::/16 */
            w->stack[depth++].next = 0;
        }
    }
    return r;
}

int mln_mmdb_countries(struct mln_sv file, mln_mmdb_entry *entry, void *arg,
                       const char **reterr_why)
{
    struct walk *w = calloc(1, sizeof(*w));
    int r = -ENOMEM;

    *reterr_why = "no memory";
    if (w && !open_tree(file, &w->t)) {
        *reterr_why = "this is not a MaxMind DB file of format 2";
        r = -EBADMSG;
    } else if (w) {
        w->entry = entry;
        w->arg = arg;
        w->v4 = w->t.v6 ? v4_root(&w->t) : UINT64_MAX;
        r = walk(w);
        *reterr_why = r == -EBADMSG ? "its tree has no end" : "its networks could not be taken";
    }
    free(w);
    return r;
}
