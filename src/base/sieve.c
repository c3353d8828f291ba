#include "base/sieve.h"

void mln_sieve_begin(struct mln_sieve *v)
{
    memset(v, 0, offsetof(struct mln_sieve, at));
}

void mln_sieve_fill(struct mln_sieve *v, struct mln_sv bytes)
{
    v->bytes = bytes;
    v->passed = 0;
    v->n = v->cursor = 0;
}

static bool holds(const struct mln_sieve *v, struct mln_sv s)
{
    return v->bytes.len && v->bytes.len < UINT32_MAX && s.p >= v->bytes.p &&
           s.p + s.len <= v->bytes.p + v->bytes.len;
}

/* In one go, as far as there is room. */
static void pass(struct mln_sieve *v)
{
    while (v->passed < v->bytes.len && v->n < MLN_SIEVE_MAX) {
        size_t at = mln_pairs_next(&v->set, v->bytes, v->passed);
        if (at < v->bytes.len)
            v->at[v->n++] = (uint32_t)at;
        v->passed = MLN_MIN(at + 1, v->bytes.len);
    }
}

/* The first place at or behind `from` of all bytes, or how many were looked at. */
static size_t known(struct mln_sieve *v, size_t from)
{
    while (v->cursor && v->at[v->cursor - 1] >= from)
        v->cursor--;
    while (v->cursor < v->n && v->at[v->cursor] < from)
        v->cursor++;
    return v->cursor < v->n ? v->at[v->cursor] : v->passed;
}

size_t mln_sieve_next(struct mln_sieve *v, struct mln_sv s, size_t from)
{
    if (!holds(v, s))
        return mln_pairs_next(&v->set, s, from);
    pass(v);
    size_t start = (size_t)(s.p - v->bytes.p), at = known(v, start + from);
    if (at >= start + s.len)
        return s.len;
    return at < v->passed ? at - start
                          : mln_pairs_next(&v->set, s, MLN_MAX(start + from, at) - start);
}
