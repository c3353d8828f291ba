#include "curve.h"

#include <math.h>

/* Points of the curve; the last one lies beyond what the benign requests can show, on the line
 * through those before it. */
static const int points[MLN_NGRAM_CURVE] = {10, 20, 25, 30, 35, 40};
enum { SHOWN = 4 };
/* Text full of code may be refused so much more often. */
static const double HARD = 3;
/* The model may spend so much of the false alarms; structure has the rest. */
static const double MODEL = 0.35;

struct part {
    fold_fn chosen;
    const void *arg;
    int part, parts; /* which is left out */
};

struct scored {
    int32_t sum; /* with the place */
    int32_t raw; /* with the points */
    int points;
    bool attack, hard, refused; /* refused: by structure alone */
    float weight;
};

static bool is_in_others(int fold, const void *arg)
{
    const struct part *p = arg;

    return p->chosen(fold, p->arg) && (fold < 0 || fold % p->parts != p->part);
}

static bool is_in_part(const struct part *p, int fold)
{
    return fold >= 0 && p->chosen(fold, p->arg) && fold % p->parts == p->part;
}

/* The value of a request that counts: the highest raw score with so much for a point. */
static struct scored score(const struct samples *s, const struct request *r, const int32_t *sums,
                           const struct mln_ngram_model *m, int soft, const struct fit_options *o)
{
    struct scored best = {.sum = -100000,
                          .attack = r->attack,
                          .hard = r->hard,
                          .refused = r->refused,
                          .weight = r->weight};
    int32_t most = INT32_MIN;

    for (uint32_t i = 0; i < r->n; i++) {
        const struct value *v = &s->values[s->refs[r->first + i]];
        int counted =
            v->place == MLN_NGRAM_REFERER ? 0 : MLN_MIN((int)v->points, (int)MLN_NGRAM_SOFT_MAX);
        int32_t sum = sums[s->refs[r->first + i]] + m->bias[v->place];
        if ((r->attack && !fit_is_candidate(v, o)) || sum + soft * counted <= most)
            continue;
        most = sum + soft * counted;
        best.sum = sum;
        best.points = counted;
    }
    return best;
}

/* ---- what a structural point is worth ---- */

/* Logistic regression of attack on (sum, points), by gradient; the ratio of the two weights. */
static int worth(const struct scored *all, size_t n, const struct fit_options *o)
{
    double a = 1.0 / 32, b = 0.05, c = -1, lift = 1;

    for (unsigned step = 0; step < 400; step++) {
        double ga = 0, gb = 0, gc = 0;
        for (size_t i = 0; i < n; i++) {
            double z = a * fmax(all[i].sum, -320) + b * all[i].points + c;
            double e = (1 / (1 + exp(-z)) - all[i].attack) * (double)all[i].weight;
            ga += e * fmax(all[i].sum, -320);
            gb += e * all[i].points;
            gc += e;
        }
        lift = 1.0 / (double)n;
        a = fmax(1e-3, a - 1e-4 * lift * ga);
        b = fmax(0, b - 1e-2 * lift * gb);
        c -= lift * gc;
    }
    return (int)fmin(o->soft, lrint(b / a));
}

/* ---- the curve ---- */

static int falling(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;

    return (x->raw < y->raw) - (x->raw > y->raw);
}

/* The raw score that this part of the benign requests, ordinary or hard, reaches. */
static int32_t reached(const struct scored *all, size_t n, bool hard, double part)
{
    double total = 0, sum = 0;

    for (size_t i = 0; i < n; i++)
        if (!all[i].attack && all[i].hard == hard)
            total += (double)all[i].weight;
    for (size_t i = 0; i < n; i++) {
        if (all[i].attack || all[i].hard != hard)
            continue;
        sum += (double)all[i].weight;
        if (sum > total * part)
            return all[i].raw;
    }
    return -100000;
}

static void draw(const struct scored *all, size_t n, struct mln_ngram_model *m)
{
    for (unsigned i = 0; i < MLN_NGRAM_CURVE; i++) {
        double part = MODEL * pow(10, -points[i] / 10.0);
        int32_t ordinary = reached(all, n, false, part);
        int32_t hard = reached(all, n, true, MLN_MIN(part * HARD, 0.5));
        m->curve_points[i] = points[i];
        if (i < SHOWN)
            m->curve_raw[i] = MLN_MAX(ordinary, hard);
        else
            m->curve_raw[i] = m->curve_raw[i - 1] + (m->curve_raw[3] - m->curve_raw[1]) / 2;
        if (i && m->curve_raw[i] <= m->curve_raw[i - 1])
            m->curve_raw[i] = m->curve_raw[i - 1] + 1;
    }
}

/* Of the attacks that no training saw: how many reach each point of the curve, and how many of
 * those that structure lets pass. */
static void tell(const struct scored *all, size_t n, const struct mln_ngram_model *m)
{
    (void)fprintf(stderr, "  a structural point: %d/32; curve over %zu requests:", m->soft, n);
    for (unsigned i = 0; i < MLN_NGRAM_CURVE; i++) {
        size_t caught[2] = {0}, attacks[2] = {1, 1};
        for (size_t k = 0; k < n; k++) {
            if (!all[k].attack)
                continue;
            attacks[all[k].refused]++;
            caught[all[k].refused] += all[k].raw >= m->curve_raw[i];
        }
        (void)fprintf(
            stderr, " %d=%d [%d] (%.1f %%, %.1f %%)", m->curve_points[i], m->curve_raw[i],
            reached(all, n, true, MLN_MIN(MODEL * HARD * pow(10, -points[i] / 10.0), 0.5)),
            100.0 * (double)caught[1] / (double)attacks[1],
            100.0 * (double)caught[0] / (double)attacks[0]);
    }
    (void)fputc('\n', stderr);
}

void curve_fit(const struct samples *s, fold_fn chosen, const void *arg,
               const struct fit_options *o, struct mln_ngram_model *ret)
{
    struct scored *all = malloc(s->n_requests * sizeof(*all));
    int32_t *sums = malloc(s->n_values * sizeof(*sums));
    struct mln_ngram_model *m = malloc(sizeof(*m));
    size_t n = 0;

    MLN_REQUIRE(all && sums && m);
    for (int k = 0; k < (int)o->parts; k++) {
        struct part p = {chosen, arg, k, (int)o->parts};
        fit_model(s, is_in_others, &p, o, m);
        fit_sums(s, m, sums);
        for (size_t i = 0; i < s->n_requests; i++)
            if (is_in_part(&p, s->requests[i].fold) &&
                (s->requests[i].attack || !s->requests[i].refused))
                all[n++] = score(s, &s->requests[i], sums, m, 3, o);
    }
    ret->soft = (int16_t)worth(all, n, o);
    for (size_t i = 0; i < n; i++)
        all[i].raw = all[i].sum + ret->soft * all[i].points;
    qsort(all, n, sizeof(*all), falling);
    draw(all, n, ret);
    if (o->verbose)
        tell(all, n, ret);
    free(all);
    free(sums);
    free(m);
}
