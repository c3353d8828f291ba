/* Running a compiled expression; regex_compile.c makes it. */
#include "engine/regex.h"

enum { START = 256, END = 257 };

static size_t words_of(const struct mln_regex *re)
{
    return 1 + (size_t)re->width * (2 + MLN_REGEX_SYMBOLS + (size_t)re->positions);
}

bool mln_regex_ok(const uint64_t *p, size_t n_words)
{
    const struct mln_regex *re = (const void *)p;

    if (n_words < 1 || re->positions > MLN_REGEX_POSITIONS_MAX ||
        re->width != (re->positions + 63) / 64 || words_of(re) != n_words)
        return false;
    uint64_t beyond = re->positions % 64 ? ~UINT64_C(0) << re->positions % 64 : 0;
    for (size_t i = re->width; i > 0 && i <= n_words - 1; i += re->width)
        if (re->set[i - 1] & beyond) /* a position that has no set of followers */
            return false;
    return true;
}

struct run {
    const struct mln_regex *re;
    const uint64_t *first, *last, *takes, *follows;
    uint64_t active[MLN_REGEX_SETS_MAX];
};

/* One symbol on; true when a match ends with it. */
static bool step(struct run *r, unsigned symbol, uint64_t *steps)
{
    const unsigned width = r->re->width;
    uint64_t next[MLN_REGEX_SETS_MAX], hit = 0;

    memcpy(next, r->first, width * sizeof(*next));
    for (unsigned w = 0; w < width; w++)
        for (uint64_t a = r->active[w]; a; a &= a - 1, ++*steps) {
            const uint64_t *f = r->follows + (w * 64 + (unsigned)__builtin_ctzll(a)) * width;
            for (unsigned k = 0; k < width; k++)
                next[k] |= f[k];
        }
    for (unsigned w = 0; w < width; w++) {
        r->active[w] = next[w] & r->takes[symbol * width + w];
        hit |= r->active[w] & r->last[w];
    }
    ++*steps;
    return hit != 0;
}

bool mln_regex_search(const struct mln_regex *re, struct mln_sv text, uint64_t *steps)
{
    const size_t width = re->width;
    struct run r = {
        .re = re,
        .first = re->set,
        .last = re->set + width,
        .takes = re->set + 2 * width,
        .follows = re->set + (2 + MLN_REGEX_SYMBOLS) * width,
    };

    if (re->empty || step(&r, START, steps))
        return true;
    for (size_t i = 0; i < text.len; i++)
        if (step(&r, (unsigned char)text.p[i], steps))
            return true;
    return step(&r, END, steps);
}
