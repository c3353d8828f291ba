/* An attack in pieces under one name: some servers join repeated values with a comma, which a
 * comment of SQL or JavaScript swallows when it opens in one value and ends in the next. Values
 * with comments are kept, and those of one name inspected together when all have come. */
#include "engine/txn_priv.h"

enum {
    VALUE_MAX = 4096, /* of one value; a longer one is no piece */
    BYTES_MAX = 256 << 10,
    REPEATS_MAX = 512, /* each is compared with each */
};

struct mln_repeat {
    struct mln_repeat *next; /* the one before */
    struct mln_sv value;
    struct mln_sv name;
    uint64_t hash; /* of the name */
    uint8_t loc;   /* enum mln_location */
    bool joined;   /* with another of its name */
};

static bool has_comment(struct mln_sv s)
{
    const char *end = s.p + s.len, *star = s.p;

    while ((star = memchr(star, '*', (size_t)(end - star)))) {
        if ((star > s.p && star[-1] == '/') || (star + 1 < end && star[1] == '/'))
            return true;
        star++;
    }
    return false;
}

void mln_repeats_add(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                     struct mln_sv value)
{
    if (!value.len || value.len > VALUE_MAX || !has_comment(value))
        return;
    t->repeats_bytes += value.len;
    if (++t->n_repeats > REPEATS_MAX || t->repeats_bytes > BYTES_MAX) {
        mln_report_limit(t, &t->repeats_told, loc, name, value,
                         "more values with comments than can be read together");
        return;
    }
    struct mln_repeat *r = mln_arena_alloc(t->p.arena, sizeof(*r));
    struct mln_sv own_name = mln_arena_dup(t->p.arena, name);
    struct mln_sv own_value = mln_arena_dup(t->p.arena, value);
    if (!r || (name.p && !own_name.p) || !own_value.p) {
        mln_txn_no_memory(t);
        return;
    }
    *r = (struct mln_repeat){
        .next = t->repeats,
        .value = own_value,
        .name = own_name,
        .hash = mln_hash(&t->e->key, name),
        .loc = (uint8_t)loc,
    };
    t->repeats = r;
}

static bool is_same(const struct mln_repeat *a, const struct mln_repeat *b)
{
    return a->hash == b->hash && a->loc == b->loc && mln_sv_eq(a->name, b->name);
}

/* `last` and those of its name before it, in the order in which they came. */
static void inspect_together(struct mln_txn *t, struct mln_repeat *last)
{
    size_t n = 0, at;

    for (struct mln_repeat *r = last; r; r = r->next)
        if (is_same(r, last))
            n += r->value.len + 1;
    if (n == last->value.len + 1)
        return;
    char *p = mln_arena_alloc(t->p.arena, n);
    if (!p) {
        mln_txn_no_memory(t);
        return;
    }
    at = n;
    for (struct mln_repeat *r = last; r; r = r->next) {
        if (!is_same(r, last))
            continue;
        p[--at] = ',';
        at -= r->value.len;
        memcpy(p + at, r->value.p, r->value.len);
        r->joined = true;
    }
    mln_inspect_value(t, (enum mln_location)last->loc, last->name, mln_sv(p, n - 1));
}

void mln_repeats_end(struct mln_txn *t)
{
    for (struct mln_repeat *r = t->repeats; r && mln_txn_step(t) == MLN_STEP_MORE; r = r->next)
        if (!r->joined)
            inspect_together(t, r);
}
