#include "engine/pattern.h"

#include <errno.h>

/* One item of an alternative: a set of bytes that may stand min to max times. Every repetition is
 * expanded to positions, so that matching is one set of positions stepped over the text
 * (Glushkov's construction for a language without groups). */
struct position {
    uint64_t set[4];
    bool optional; /* may be skipped */
    bool loop;     /* may be repeated */
};

enum { ALTERNATIVES_MAX = 64 };

struct program {
    struct position p[MLN_PATTERN_POSITIONS_MAX];
    unsigned n;
    unsigned end[ALTERNATIVES_MAX]; /* of each alternative's positions; the next one's start */
    unsigned alternatives;
};

struct parse {
    struct mln_sv s;
    size_t i;
    size_t at; /* start of what is being read, for messages */
    const char *why;
};

static void set_add(uint64_t set[4], unsigned char c)
{
    set[c >> 6] |= UINT64_C(1) << (c & 63);
}

static bool set_has(const uint64_t set[4], unsigned char c)
{
    return set[c >> 6] >> (c & 63) & 1;
}

static void set_invert(uint64_t set[4])
{
    for (int k = 0; k < 4; k++)
        set[k] = ~set[k];
}

static void add_class(uint64_t set[4], unsigned mask)
{
    for (unsigned c = 0; c < 256; c++)
        if (mln_cc((unsigned char)c, mask))
            set_add(set, (unsigned char)c);
}

static int fail(struct parse *p, const char *why)
{
    p->why = why;
    return -EINVAL;
}

/* After '\\'. */
static int parse_escape(struct parse *p, uint64_t set[4])
{
    if (p->i >= p->s.len)
        return fail(p, "a backslash at the end");
    char c = p->s.p[p->i++];
    if (c == 'd')
        add_class(set, MLN_CC_DIGIT);
    else if (c == 'w')
        add_class(set, MLN_CC_WORD);
    else if (c == 's')
        add_class(set, MLN_CC_SPACE);
    else if (mln_cc((unsigned char)c, MLN_CC_ALPHA | MLN_CC_DIGIT))
        return fail(p, "an unknown escape; \\d \\w \\s and escaped punctuation are known");
    else
        set_add(set, (unsigned char)c);
    return 0;
}

/* After '['. */
static int parse_set(struct parse *p, uint64_t set[4])
{
    bool invert = p->i < p->s.len && p->s.p[p->i] == '^';
    size_t first = p->i += invert;

    while (p->i < p->s.len && (p->s.p[p->i] != ']' || p->i == first)) {
        char c = p->s.p[p->i++];
        if (c == '\\') {
            int r = parse_escape(p, set);
            if (r < 0)
                return r;
            continue;
        }
        unsigned char lo = (unsigned char)c, hi = lo;
        if (p->i + 1 < p->s.len && p->s.p[p->i] == '-' && p->s.p[p->i + 1] != ']') {
            hi = (unsigned char)p->s.p[p->i + 1];
            p->i += 2;
        }
        if (hi < lo)
            return fail(p, "a range that runs backwards");
        for (unsigned k = lo; k <= hi; k++)
            set_add(set, (unsigned char)k);
    }
    if (p->i >= p->s.len)
        return fail(p, "a class without its closing ]");
    p->i++;
    if (invert)
        set_invert(set);
    return 0;
}

static int parse_item(struct parse *p, uint64_t set[4])
{
    char c = p->s.p[p->i++];

    switch (c) {
    case '.':
        set_invert(set);
        return 0;
    case '[':
        return parse_set(p, set);
    case '\\':
        return parse_escape(p, set);
    case '(':
    case ')':
        return fail(p, "groups are not part of this pattern language");
    case '*':
    case '+':
    case '?':
    case '{':
        return fail(p, "a repetition with nothing in front of it");
    default:
        set_add(set, (unsigned char)c);
        return 0;
    }
}

static bool parse_number(struct parse *p, unsigned *ret)
{
    size_t start = p->i;
    uint64_t v;

    while (p->i < p->s.len && mln_cc((unsigned char)p->s.p[p->i], MLN_CC_DIGIT))
        p->i++;
    if (p->i == start || mln_sv_u64(mln_sv_sub(p->s, start, p->i - start), &v) < 0 ||
        v > MLN_PATTERN_POSITIONS_MAX)
        return false;
    *ret = (unsigned)v;
    return true;
}

/* Repetition after an item: *max == UINT_MAX for "no end". */
static int parse_repeat(struct parse *p, unsigned *min, unsigned *max)
{
    char c = p->i < p->s.len ? p->s.p[p->i] : '\0';

    *min = *max = 1;
    if (c == '*' || c == '+' || c == '?') {
        p->i++;
        *min = c == '+';
        *max = c == '?' ? 1 : UINT32_MAX;
        return 0;
    }
    if (c != '{')
        return 0;
    p->i++;
    if (!parse_number(p, min))
        return fail(p, "expected a number up to 256 after {");
    *max = *min;
    if (p->i < p->s.len && p->s.p[p->i] == ',') {
        p->i++;
        *max = UINT32_MAX;
        if (p->i < p->s.len && p->s.p[p->i] != '}' && !parse_number(p, max))
            return fail(p, "expected a number up to 256 or } after ,");
    }
    if (p->i >= p->s.len || p->s.p[p->i] != '}')
        return fail(p, "expected }");
    p->i++;
    return *max < *min ? fail(p, "a repetition whose maximum is below its minimum") : 0;
}

static int add_positions(struct parse *p, struct program *g, const uint64_t set[4], unsigned min,
                         unsigned max)
{
    bool endless = max == UINT32_MAX;
    unsigned count = endless ? MLN_MAX(min, 1u) : max;

    for (unsigned k = 0; k < count; k++) {
        if (g->n == MLN_PATTERN_POSITIONS_MAX)
            return fail(p, "the pattern has more than 256 positions");
        struct position *pos = &g->p[g->n++];
        memcpy(pos->set, set, sizeof(pos->set));
        pos->optional = k >= min;
        pos->loop = endless && k + 1 == count;
    }
    return 0;
}

/* One alternative from p->i up to '|' or the end. */
static int parse_alternative(struct parse *p, struct program *g)
{
    if (p->i < p->s.len && p->s.p[p->i] == '^')
        p->i++;
    while (p->i < p->s.len && p->s.p[p->i] != '|') {
        uint64_t set[4] = {0};
        unsigned min, max;
        p->at = p->i;
        if (p->s.p[p->i] == '$' && (p->i + 1 == p->s.len || p->s.p[p->i + 1] == '|')) {
            p->i++;
            continue;
        }
        int r = parse_item(p, set);
        if (r == 0) {
            p->at = p->i;
            r = parse_repeat(p, &min, &max);
        }
        if (r == 0)
            r = add_positions(p, g, set, min, max);
        if (r < 0)
            return r;
    }
    return 0;
}

static int parse_pattern(struct parse *p, struct program *g)
{
    for (;;) {
        int r = parse_alternative(p, g);
        if (r < 0)
            return r;
        g->end[g->alternatives++] = g->n;
        if (p->i >= p->s.len)
            return 0;
        p->at = p->i++;
        if (g->alternatives == ALTERNATIVES_MAX)
            return fail(p, "the pattern has more than 64 alternatives");
    }
}

int mln_pattern_check(struct mln_sv pattern, size_t *reterr_offset, const char **reterr_why)
{
    struct parse p = {.s = pattern};
    struct program g;

    g.n = g.alternatives = 0;
    int r = parse_pattern(&p, &g);
    if (r < 0) {
        *reterr_offset = p.at;
        *reterr_why = p.why;
    }
    return r;
}

/* active[k]: the text so far can stand in front of position k; active[n]: it can be all of it. */
static bool match_positions(const struct position *p, unsigned n, struct mln_sv text)
{
    bool active[MLN_PATTERN_POSITIONS_MAX + 1] = {true};

    for (unsigned k = 0; k < n; k++)
        active[k + 1] = active[k] && p[k].optional;
    for (size_t i = 0; i < text.len; i++) {
        bool next[MLN_PATTERN_POSITIONS_MAX + 1] = {false}, any = false;
        for (unsigned k = 0; k < n; k++) {
            bool taken = active[k] && set_has(p[k].set, (unsigned char)text.p[i]);
            next[k + 1] = next[k + 1] || taken;
            next[k] = next[k] || (taken && p[k].loop);
            any = any || taken;
        }
        if (!any)
            return false;
        for (unsigned k = 0; k < n; k++)
            next[k + 1] = next[k + 1] || (next[k] && p[k].optional);
        memcpy(active, next, n + 1);
    }
    return active[n];
}

bool mln_pattern_match(struct mln_sv pattern, struct mln_sv text)
{
    struct parse p = {.s = pattern};
    struct program g;
    unsigned start = 0;

    g.n = g.alternatives = 0;
    if (parse_pattern(&p, &g) < 0)
        return false;
    for (unsigned a = 0; a < g.alternatives; start = g.end[a++])
        if (match_positions(g.p + start, g.end[a] - start, text))
            return true;
    return false;
}
