#include "engine/chance.h"

#include "base/block.h"

enum {
    SHARE = 32,     /* noise: one control byte in so many; of random bytes it is one in nine */
    FEWEST = 3,     /* and so many: whoever writes \0 or \v into an attack writes one or two */
    TEXT = 1,       /* bits that a byte of text is worth */
    OTHER = -2,     /* and any other */
    CONFIDENCE = 4, /* bits beyond those that are to be expected once */
    AT_EDGE = 3,    /* and at the start and the end of a value: ";id" is all that some need */
};

static bool is_control(unsigned char c)
{
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

static unsigned controls_of_block(mln_block b)
{
    unsigned low = mln_block_in(b, 0, 0x1f) & ~mln_block_in(b, '\t', '\n') & ~mln_block_eq(b, '\r');

    return low | mln_block_eq(b, 0x7f);
}

static size_t controls(struct mln_sv s)
{
    size_t n = 0, i = 0;

    for (; i + MLN_BLOCK <= s.len; i += MLN_BLOCK) {
        unsigned found = controls_of_block(mln_block_load(s.p + i));
        n += found ? (unsigned)__builtin_popcount(found) : 0;
    }
    for (; i < s.len; i++)
        n += is_control((unsigned char)s.p[i]);
    return n;
}

static bool is_noise(size_t controls, size_t len)
{
    return controls >= FEWEST && controls >= len / SHARE;
}

bool mln_has_noise(struct mln_sv s)
{
    return is_noise(controls(s), s.len);
}

static bool view_is_noise(const struct mln_view *v)
{
    return (v->classes & MLN_BC_CTL) && mln_has_noise(mln_sv(v->p, v->n));
}

void mln_chance_count(struct mln_budget *b, struct mln_sv value)
{
    b->values++;
    b->bytes += value.len;
}

bool mln_chance_count_noise(struct mln_budget *b, struct mln_sv value)
{
    bool noise = mln_has_noise(value);

    b->noise += noise ? value.len : 0;
    return noise;
}

bool mln_chance_is_noise(const struct mln_budget *b)
{
    return b->noise > b->bytes / 2;
}

static int bits_of(uint64_t n)
{
    return n ? 64 - __builtin_clzll(n) : 0;
}

static int weight(unsigned char c)
{
    return c >= 0x80 || is_control(c) ? OTHER : TEXT;
}

/* What is one too many joins the last. */
static void add(struct mln_stretches *s, uint32_t start, uint32_t end)
{
    if (s->n == MLN_STRETCHES_MAX) {
        s->at[s->n - 1].end = end;
        return;
    }
    s->at[s->n].start = start;
    s->at[s->n++].end = end;
}

/* Stretches wherever they stand: a sum that never falls below nothing, cut where it is highest. */
static void find_inside(const struct mln_view *v, int least, struct mln_stretches *ret)
{
    int sum = 0, best = 0;
    uint32_t start = 0, end = 0;

    for (uint32_t i = 0; i < v->n; i++) {
        sum += weight(v->p[i]);
        if (sum > best) {
            best = sum;
            end = i + 1;
        }
        if (sum > 0)
            continue;
        if (best >= least)
            add(ret, start, end);
        sum = best = 0;
        start = i + 1;
    }
    if (best >= least)
        add(ret, start, end);
}

/* How many bytes from the start, or from the end, are one stretch; 0 when they are too few. */
static uint32_t edge(const struct mln_view *v, bool at_end, int least)
{
    int sum = 0, best = 0;
    uint32_t len = 0;

    for (uint32_t i = 0; i < v->n && sum > best - least; i++) {
        sum += weight(v->p[at_end ? v->n - 1 - i : i]);
        if (sum > best) {
            best = sum;
            len = i + 1;
        }
    }
    return best >= least ? len : 0;
}

bool mln_stretches_find(const struct mln_view *v, const struct mln_budget *b,
                        struct mln_stretches *ret)
{
    ret->n = 0;
    bool odd = v->classes & (MLN_BC_CTL | MLN_BC_HIGH);

    if (!view_is_noise(v) && !(odd && mln_chance_is_noise(b)))
        return false;
    int least = bits_of(MLN_MAX(b->bytes, (uint64_t)v->n)) + CONFIDENCE;
    int least_at_edge = b->guessed ? least : bits_of(b->values) + AT_EDGE;
    uint32_t head = edge(v, false, least_at_edge), tail = edge(v, true, least_at_edge);
    if (head)
        add(ret, 0, head);
    if (tail)
        add(ret, v->n - tail, v->n);
    find_inside(v, least, ret);
    return true;
}

bool mln_stretches_hold(const struct mln_stretches *s, size_t off, size_t len)
{
    size_t last = off + (len ? len - 1 : 0);

    for (uint32_t i = 0; i < s->n; i++)
        if ((off >= s->at[i].start && off < s->at[i].end) ||
            (last >= s->at[i].start && last < s->at[i].end))
            return true;
    return false;
}
