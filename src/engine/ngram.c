#include "engine/ngram.h"

#include "engine/chance.h"
#include "engine/shown_code.h"
#include "engine/told.h"

#define L MLN_SYM_LETTER
#define M MLN_SYM_MARK
/* clang-format off */
const uint8_t mln_ngram_symbols[256] = {
    [1 ... 8] = MLN_SYM_CONTROL, ['\t'] = MLN_SYM_SPACE, ['\n'] = MLN_SYM_SPACE,
    ['\v'] = MLN_SYM_SPACE, ['\f'] = MLN_SYM_SPACE, ['\r'] = MLN_SYM_SPACE,
    [14 ... 31] = MLN_SYM_CONTROL, [' '] = MLN_SYM_SPACE,
    ['!'] = M, ['"'] = M + 1, ['#'] = M + 2, ['$'] = M + 3, ['%'] = M + 4, ['&'] = M + 5,
    ['\''] = M + 6, ['('] = M + 7, [')'] = M + 8, ['*'] = M + 9, ['+'] = M + 10, [','] = M + 11,
    ['-'] = M + 12, ['.'] = M + 13, ['/'] = M + 14, ['0' ... '9'] = MLN_SYM_DIGIT,
    [':'] = M + 15, [';'] = M + 16, ['<'] = M + 17, ['='] = M + 18, ['>'] = M + 19, ['?'] = M + 20,
    ['@'] = M + 21, ['['] = M + 22, ['\\'] = M + 23, [']'] = M + 24, ['^'] = M + 25,
    ['_'] = M + 26, ['`'] = M + 27, ['{'] = M + 28, ['|'] = M + 29, ['}'] = M + 30, ['~'] = M + 31,
    ['a'] = L, ['b'] = L + 1, ['c'] = L + 2, ['d'] = L + 3, ['e'] = L + 4, ['f'] = L + 5,
    ['g'] = L + 6, ['h'] = L + 7, ['i'] = L + 8, ['j'] = L + 9, ['k'] = L + 10, ['l'] = L + 11,
    ['m'] = L + 12, ['n'] = L + 13, ['o'] = L + 14, ['p'] = L + 15, ['q'] = L + 16, ['r'] = L + 17,
    ['s'] = L + 18, ['t'] = L + 19, ['u'] = L + 20, ['v'] = L + 21, ['w'] = L + 22, ['x'] = L + 23,
    ['y'] = L + 24, ['z'] = L + 25,
    ['A'] = L, ['B'] = L + 1, ['C'] = L + 2, ['D'] = L + 3, ['E'] = L + 4, ['F'] = L + 5,
    ['G'] = L + 6, ['H'] = L + 7, ['I'] = L + 8, ['J'] = L + 9, ['K'] = L + 10, ['L'] = L + 11,
    ['M'] = L + 12, ['N'] = L + 13, ['O'] = L + 14, ['P'] = L + 15, ['Q'] = L + 16, ['R'] = L + 17,
    ['S'] = L + 18, ['T'] = L + 19, ['U'] = L + 20, ['V'] = L + 21, ['W'] = L + 22, ['X'] = L + 23,
    ['Y'] = L + 24, ['Z'] = L + 25,
    [127] = MLN_SYM_CONTROL, [128 ... 255] = MLN_SYM_HIGH,
};
/* clang-format on */
#undef L
#undef M

bool mln_ngram_open(const void *bytes, size_t len, const struct mln_ngram_model **ret)
{
    const struct mln_ngram_model *m = bytes;

    if (len != sizeof(*m) || memcmp(m->magic, "mlnmodel", sizeof(m->magic)) != 0 ||
        m->size != sizeof(*m) || m->leak < 1 || m->leak > 16)
        return false;
    for (unsigned i = 1; i < MLN_NGRAM_CURVE; i++)
        if (m->curve_raw[i] <= m->curve_raw[i - 1] || m->curve_points[i] < m->curve_points[i - 1])
            return false;
    *ret = m;
    return true;
}

unsigned mln_ngram_place(enum mln_location loc, struct mln_sv name)
{
    bool other = loc == MLN_LOC_HEADER &&
                 (mln_sv_ieq(name, MLN_SV("referer")) || mln_sv_ieq(name, MLN_SV("origin")));

    return other ? MLN_NGRAM_REFERER : loc;
}

bool mln_ngram_reads(const struct mln_view *v)
{
    const uint32_t lanes = 1u << MLN_LANE_SH | 1u << MLN_LANE_CSS;

    return !(lanes >> v->lane & 1) && !(v->depth && (v->classes & MLN_BC_CTL));
}

struct mln_ngram_sum mln_ngram_scan(const struct mln_ngram_model *m, struct mln_sv text)
{
    struct mln_ngram_run s = {.g = MLN_SYM_EDGE};

    for (size_t i = 0; i < text.len; i++) {
        unsigned symbol = mln_ngram_symbols[(unsigned char)text.p[i]];
        if (!mln_gram_skips(s.g, symbol))
            mln_ngram_push(m, &s, symbol, (uint32_t)i);
    }
    if (text.len)
        mln_ngram_push(m, &s, MLN_SYM_EDGE, (uint32_t)text.len - 1);
    return (struct mln_ngram_sum){s.best, s.best_start, s.best_end - s.best_start};
}

int32_t mln_ngram_raw(const struct mln_ngram_model *m, int32_t sum, int points, unsigned place)
{
    int soft = place == MLN_NGRAM_REFERER ? 0 : m->soft; /* pages about attacks are read, too */

    return sum + m->bias[place] + soft * MLN_MIN(points, (int)MLN_NGRAM_SOFT_MAX);
}

int mln_ngram_points(const struct mln_ngram_model *m, int32_t raw)
{
    const int32_t *x = m->curve_raw, *y = m->curve_points;
    unsigned i = 1;

    if (raw < x[0])
        return 0;
    while (i < MLN_NGRAM_CURVE && raw >= x[i])
        i++;
    if (i == MLN_NGRAM_CURVE)
        return y[MLN_NGRAM_CURVE - 1];
    return y[i - 1] + (y[i] - y[i - 1]) * (raw - x[i - 1]) / (x[i] - x[i - 1]);
}

/* ---- which protection ---- */

static unsigned class_of(const struct mln_ngram_model *m, uint32_t bucket)
{
    return m->class[bucket / 2] >> (bucket % 2 * 4) & 15;
}

static void vote(const struct mln_ngram_model *m, uint32_t bucket, int32_t *votes)
{
    unsigned class = class_of(m, bucket);

    if (class < MLN_NGRAM_CLASSES && m->weight[bucket] > 0)
        votes[class] += m->weight[bucket];
}

static enum mln_protection most(const int32_t *n, unsigned count)
{
    unsigned best = 0;

    for (unsigned i = 1; i < count; i++)
        if (n[i] > n[best])
            best = i;
    return (enum mln_protection)best;
}

/* What the n-grams of the part that was scored stand for most. */
static enum mln_protection class_of_part(const struct mln_ngram_model *m, struct mln_sv part)
{
    int32_t votes[MLN_NGRAM_CLASSES] = {0};
    mln_gram g = 0;

    for (size_t i = 0; i < part.len; i++) {
        unsigned symbol = mln_ngram_symbols[(unsigned char)part.p[i]];
        if (mln_gram_skips(g, symbol))
            continue;
        g = mln_gram_push(g, symbol);
        vote(m, mln_gram3(g), votes);
        vote(m, mln_gram4(g), votes);
        vote(m, mln_gram5(g), votes);
    }
    return most(votes, MLN_NGRAM_CLASSES);
}

static int structural_points(const struct mln_findings *f, enum mln_protection *ret)
{
    int32_t points[MLN_NGRAM_CLASSES] = {0};

    for (unsigned p = 0; f->n && p < MLN_NGRAM_CLASSES; p++)
        points[p] = mln_findings_points(f, (enum mln_protection)p);
    *ret = most(points, MLN_NGRAM_CLASSES);
    return points[*ret];
}

/* Where the mark that ends the block before `end` starts, "</code>" or a backtick: with it in front
 * the sentence that goes on there ("; to see …") is not taken for a value that starts so. */
static uint32_t closing_mark(struct mln_sv text, uint32_t start, uint32_t end)
{
    enum { MARK_MAX = 20 };
    uint32_t i = end - 1;

    if (text.p[i] != '>' && text.p[i] != ']')
        return i;
    char open = text.p[i] == '>' ? '<' : '[';
    while (i > start && end - i < MARK_MAX && text.p[i] != open)
        i--;
    return text.p[i] == open ? i : end - 1;
}

/* The densest part of a text outside of what it only tells of; `whole` is that of all of it. */
static struct mln_ngram_sum scan_sentences(const struct mln_ngram_model *m, struct mln_sv text,
                                           struct mln_ngram_sum whole, int32_t interesting)
{
    struct mln_shown_code told;
    struct mln_ngram_sum best = {0};
    uint32_t from = 0;

    if (whole.raw < interesting || !mln_told_find(text, &told))
        return whole;
    for (uint32_t i = 0; i <= told.n; i++) {
        size_t to = i < told.n ? told.block[i].start : text.len;
        struct mln_ngram_sum sum = mln_ngram_scan(m, mln_sv_sub(text, from, to - from));
        sum.off += from;
        if (sum.raw > best.raw)
            best = sum;
        from = i < told.n ? told.block[i].end : from;
    }
    return best;
}

/* The same outside of the code that it shows. */
static struct mln_ngram_sum scan_around_code(const struct mln_ngram_model *m,
                                             const struct mln_view *v,
                                             const struct mln_shown_code *code, int32_t interesting)
{
    struct mln_sv text = mln_sv(v->p, v->n);
    struct mln_ngram_sum best = {0};
    uint32_t from = 0;

    for (uint32_t i = 0; i <= code->n; i++) {
        uint32_t to = i < code->n ? code->block[i].start : v->n;
        if (to > from) {
            struct mln_sv part = mln_sv_sub(text, from, to - from);
            struct mln_ngram_sum sum =
                scan_sentences(m, part, mln_ngram_scan(m, part), interesting);
            sum.off += from;
            if (sum.raw > best.raw)
                best = sum;
        }
        if (i < code->n)
            from = MLN_MAX(from, closing_mark(text, code->block[i].start, code->block[i].end));
    }
    return best;
}

static struct mln_ngram_sum scan_stretches(const struct mln_ngram_model *m,
                                           const struct mln_view *v, const struct mln_stretches *s)
{
    struct mln_ngram_sum best = {0};

    for (uint32_t i = 0; i < s->n; i++) {
        struct mln_sv part =
            mln_sv_sub(mln_sv(v->p, v->n), s->at[i].start, s->at[i].end - s->at[i].start);
        struct mln_ngram_sum sum = mln_ngram_scan(m, part);
        sum.off += s->at[i].start;
        if (sum.raw > best.raw)
            best = sum;
    }
    return best;
}

static struct mln_ngram_sum scan_view(const struct mln_ngram_model *m, const struct mln_view *v,
                                      const struct mln_budget *budget, int32_t interesting,
                                      struct mln_findings *f)
{
    struct mln_shown_code code;
    struct mln_stretches stretches;

    if (mln_stretches_find(v, budget, &stretches)) {
        f->noise = true;
        return scan_stretches(m, v, &stretches);
    }
    struct mln_ngram_sum sum = mln_ngram_scan(m, mln_sv(v->p, v->n));
    if (sum.raw < interesting || !(v->classes & MLN_BC_SPACE))
        return sum;
    return mln_shown_code_find(v, &code) ? scan_around_code(m, v, &code, interesting)
                                         : scan_sentences(m, mln_sv(v->p, v->n), sum, interesting);
}

void mln_ngram_judge(const struct mln_ngram_model *m, const struct mln_views *views, unsigned place,
                     struct mln_budget *budget, struct mln_findings *f)
{
    enum mln_protection hinted;
    struct mln_ngram_sum best = {0};
    uint32_t view = 0;

    if (views->binary)
        return;
    int points = structural_points(f, &hinted);
    int32_t interesting = m->curve_raw[0] - mln_ngram_raw(m, 0, points, place);
    for (uint32_t i = 0; i < views->n; i++) {
        const struct mln_view *v = &views->v[i];
        if (!mln_ngram_reads(v))
            continue;
        if (!mln_budget_take(budget, v->n))
            break;
        struct mln_ngram_sum sum = scan_view(m, v, budget, interesting, f);
        if (sum.raw > best.raw) {
            best = sum;
            view = i;
        }
    }
    f->model.raw = mln_ngram_raw(m, best.raw, points, place);
    f->model.points = (int16_t)mln_ngram_points(m, f->model.raw);
    if (!f->model.points)
        return;
    struct mln_sv text = mln_sv(views->v[view].p, views->v[view].n);
    f->model.view = (uint8_t)view;
    f->model.off = best.off;
    f->model.len = best.len;
    f->model.protection = points ? hinted : class_of_part(m, mln_sv_sub(text, best.off, best.len));
}
