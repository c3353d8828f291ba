#include "fit.h"

#include <math.h>

enum { SCALE = 32, DISGUISE_MAX = 4096, PAD_MAX = 4 };

const struct fit_options fit_defaults = {
    .epochs = 10,
    .rate = 0.08f,
    .decay = 1.0f,
    .weight_max = 1.0f,
    .benign = 1.5f,
    .drift = 0.06f,
    .leak = 6,
    .augment = 0.05f,
    .common = 20,
    .parts = 3,
    .soft = 4,
};

struct fit {
    const struct samples *s;
    const struct fit_options *o;
    float *w, *g2;       /* by bucket */
    float *class_weight; /* by bucket and class: how much attacks of the class have pushed it */
    float bias[MLN_NGRAM_PLACES], bias_g2[MLN_NGRAM_PLACES];
    uint32_t *grams; /* three a symbol, of the text at hand */
    size_t cap_grams;
    uint64_t random;
    float rate, keep;
    double loss;
};

struct part {
    float sum;
    uint32_t from, to; /* symbols [from, to) */
};

struct item {
    uint32_t index; /* request of an attack, value of a benign one */
    uint32_t count; /* how often it occurs */
    float weight;
    bool attack;
};

static uint32_t next_random(struct fit *f, uint32_t below)
{
    f->random = f->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((f->random >> 33) % below);
}

static float chance(struct fit *f)
{
    return (float)next_random(f, 1 << 24) / (1 << 24);
}

/* ---- one text ---- */

static struct part scan(struct fit *f, const uint8_t *symbols, uint32_t n)
{
    mln_gram g = MLN_SYM_EDGE;
    struct part best = {0};
    float now = 0;
    uint32_t start = 0;

    if (f->cap_grams < (size_t)n * 3) {
        f->cap_grams = (size_t)n * 3;
        f->grams = realloc(f->grams, f->cap_grams * sizeof(*f->grams));
        MLN_REQUIRE(f->grams);
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t *k = f->grams + (size_t)i * 3;
        g = mln_gram_push(g, symbols[i]);
        k[0] = mln_gram3(g);
        k[1] = mln_gram4(g);
        k[2] = mln_gram5(g);
        if (now <= 0)
            start = i;
        now = now * f->keep - f->o->drift + f->w[k[0]] + f->w[k[1]] + f->w[k[2]];
        if (now < 0)
            now = 0;
        if (now > best.sum)
            best = (struct part){now, start, i + 1};
        if (symbols[i] == MLN_SYM_EDGE)
            now = 0;
    }
    return best;
}

static void push_bucket(struct fit *f, uint32_t bucket, float gradient)
{
    float g = gradient + f->o->decay * fabsf(gradient) * f->w[bucket];

    f->g2[bucket] += g * g;
    float w = f->w[bucket] - f->rate * g / sqrtf(f->g2[bucket] + 1e-2f);
    f->w[bucket] = fmaxf(-f->o->weight_max, fminf(f->o->weight_max, w));
}

/* One step for the text that was scanned last. */
static void learn(struct fit *f, struct part part, unsigned place, int class, float weight)
{
    float z = part.sum + f->bias[place], y = class >= 0 ? 1 : 0;
    float p = 1 / (1 + expf(-z)), error = (p - y) * weight;

    f->loss += weight * (y > 0 ? -log((double)p + 1e-9) : -log(1 - (double)p + 1e-9));
    if (fabsf(error) < 1e-3f)
        return;
    float faded = error;
    for (uint32_t i = part.to; i-- > part.from && fabsf(faded) > 1e-3f;) {
        for (unsigned k = 0; k < 3; k++) {
            uint32_t bucket = f->grams[(size_t)i * 3 + k];
            push_bucket(f, bucket, faded);
            if (class >= 0)
                f->class_weight[bucket * MLN_NGRAM_CLASSES + (unsigned)class] -= faded;
        }
        faded *= f->keep;
    }
    f->bias_g2[place] += error * error;
    f->bias[place] -= f->rate * error / sqrtf(f->bias_g2[place] + 1.0f);
    f->bias[place] = fminf(f->bias[place], -2.0f);
}

/* ---- disguises ---- */

static uint32_t put(uint8_t *to, uint32_t n, unsigned symbol)
{
    mln_gram last = n ? to[n - 1] : MLN_SYM_EDGE;

    if (n < DISGUISE_MAX && !mln_gram_skips(last, symbol))
        to[n++] = (uint8_t)symbol;
    return n;
}

static uint32_t put_pad(struct fit *f, uint8_t *to, uint32_t n)
{
    const struct value *v = &f->s->values[next_random(f, (uint32_t)f->s->n_values)];

    uint32_t len = 1 + next_random(f, PAD_MAX);

    if (!v->in_benign || v->points)
        return n;
    len = MLN_MIN(len, v->n - 1);
    uint32_t from = next_random(f, v->n - len);
    for (uint32_t i = 0; i < len; i++)
        if (f->s->symbols[v->first + from + i] != MLN_SYM_EDGE)
            n = put(to, n, f->s->symbols[v->first + from + i]);
    return n;
}

static uint32_t put_space(uint8_t *to, uint32_t n, unsigned how)
{
    static const char marks[] = "/**/";

    if (how == 0)
        return put(to, n, MLN_SYM_SPACE);
    if (how == 1)
        return put(to, n, mln_ngram_symbols['+']);
    for (unsigned i = 0; i < 4; i++)
        n = put(to, n, mln_ngram_symbols[(unsigned char)marks[i]]);
    return n;
}

/* The same attack, written otherwise: other spaces, other quotes, text around it. */
static uint32_t disguise(struct fit *f, const struct value *v, uint8_t *to)
{
    const uint8_t *from = f->s->symbols + v->first;
    unsigned space = next_random(f, 6), quotes = next_random(f, 4);
    bool before = next_random(f, 2), behind = next_random(f, 2);
    const unsigned single = mln_ngram_symbols['\''], twofold = mln_ngram_symbols['"'];
    uint32_t n = before ? put_pad(f, to, 0) : 0;

    for (uint32_t i = 0; i < v->n && from[i] != MLN_SYM_EDGE; i++) {
        unsigned symbol = from[i];
        if (quotes == 0 && symbol == single)
            symbol = twofold;
        else if (quotes == 0 && symbol == twofold)
            symbol = single;
        n = symbol == MLN_SYM_SPACE && space < 3 ? put_space(to, n, space) : put(to, n, symbol);
    }
    if (behind)
        n = put_pad(f, to, n);
    return put(to, n, MLN_SYM_EDGE);
}

/* ---- items ---- */

bool fit_is_candidate(const struct value *v, const struct fit_options *o)
{
    return v->in_attacks < o->common && !v->in_benign;
}

static void learn_attack(struct fit *f, const struct request *r, float weight)
{
    uint8_t other[DISGUISE_MAX + 8];
    const struct value *best = NULL;
    float most = -1e9f;

    for (uint32_t i = 0; i < r->n; i++) {
        const struct value *v = &f->s->values[f->s->refs[r->first + i]];
        if (!fit_is_candidate(v, f->o))
            continue;
        float z = scan(f, f->s->symbols + v->first, v->n).sum + f->bias[v->place];
        if (z > most) {
            most = z;
            best = v;
        }
    }
    if (!best)
        return;
    learn(f, scan(f, f->s->symbols + best->first, best->n), best->place, r->class, weight);
    if (chance(f) >= f->o->augment)
        return;
    uint32_t n = disguise(f, best, other);
    learn(f, scan(f, other, n), best->place, r->class, weight * 0.5f);
}

static void learn_benign(struct fit *f, uint32_t index, float weight)
{
    const struct value *v = &f->s->values[index];

    learn(f, scan(f, f->s->symbols + v->first, v->n), v->place, -1, weight);
}

static struct item *collect(const struct samples *s, fold_fn chosen, const void *arg,
                            const struct fit_options *o, size_t *ret_n)
{
    struct item *items = malloc((s->n_requests + s->n_values) * sizeof(*items));
    uint32_t *taken = calloc(s->n_values, sizeof(*taken)); /* item of a value, and one */
    size_t n = 0;

    MLN_REQUIRE(items && taken);
    for (size_t i = 0; i < s->n_requests; i++) {
        const struct request *r = &s->requests[i];
        if (!chosen(r->fold, arg))
            continue;
        if (r->attack) {
            items[n++] = (struct item){(uint32_t)i, 1, r->weight, true};
            continue;
        }
        for (uint32_t k = 0; k < r->n && !r->refused; k++) {
            uint32_t index = s->refs[r->first + k];
            if (taken[index]) {
                items[taken[index] - 1].count++;
                continue;
            }
            items[n++] = (struct item){index, 1, r->weight * o->benign, false};
            taken[index] = (uint32_t)n;
        }
    }
    for (size_t i = 0; i < n; i++)
        items[i].weight *= sqrtf((float)items[i].count);
    free(taken);
    *ret_n = n;
    return items;
}

/* ---- start: logarithms of how much more often attacks hold an n-gram ---- */

static void count_value(struct fit *f, const struct value *v, float weight, bool attack,
                        float *counts, uint32_t *mark, uint32_t serial)
{
    (void)scan(f, f->s->symbols + v->first, v->n);
    for (size_t i = 0; i < (size_t)v->n * 3; i++) {
        uint32_t bucket = f->grams[i];
        if (mark[bucket] == serial)
            continue;
        mark[bucket] = serial;
        counts[bucket * 2 + attack] += weight;
    }
}

static void start_weights(struct fit *f, const struct item *items, size_t n)
{
    float *counts = calloc((size_t)MLN_NGRAM_BUCKETS * 2, sizeof(*counts)), total[2] = {1, 1};
    uint32_t *mark = calloc(MLN_NGRAM_BUCKETS, sizeof(*mark)), serial = 0;

    MLN_REQUIRE(counts && mark);
    for (size_t i = 0; i < n; i++) {
        const struct request *r = &f->s->requests[items[i].index];
        total[items[i].attack] += items[i].weight;
        serial++;
        for (uint32_t k = 0; items[i].attack && k < r->n; k++) {
            const struct value *v = &f->s->values[f->s->refs[r->first + k]];
            if (fit_is_candidate(v, f->o))
                count_value(f, v, items[i].weight, true, counts, mark, serial);
        }
        if (!items[i].attack)
            count_value(f, &f->s->values[items[i].index], items[i].weight, false, counts, mark,
                        serial);
    }
    for (size_t b = 0; b < MLN_NGRAM_BUCKETS; b++) {
        float ratio =
            logf((counts[b * 2 + 1] + 0.5f) / total[1]) - logf((counts[b * 2] + 0.5f) / total[0]);
        f->w[b] =
            counts[b * 2] + counts[b * 2 + 1] > 0 ? fmaxf(-0.5f, fminf(0.5f, 0.12f * ratio)) : 0;
    }
    free(counts);
    free(mark);
}

/* ---- the whole ---- */

static void shuffle(struct fit *f, struct item *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = next_random(f, (uint32_t)i);
        struct item swap = items[i - 1];
        items[i - 1] = items[k];
        items[k] = swap;
    }
}

static int clamp_round(float x, int limit)
{
    int n = (int)lrintf(x);

    return MLN_MAX(-limit, MLN_MIN(limit, n));
}

static void quantise(const struct fit *f, const float *w, struct mln_ngram_model *ret)
{
    *ret = (struct mln_ngram_model){
        .magic = "mlnmodel",
        .size = sizeof(*ret),
        .drift = (int16_t)clamp_round(f->o->drift * SCALE, 100),
        .leak = (int16_t)f->o->leak,
    };
    for (unsigned l = 0; l < MLN_NGRAM_PLACES; l++)
        ret->bias[l] = (int16_t)clamp_round(f->bias[l] * SCALE, 10000);
    for (size_t b = 0; b < MLN_NGRAM_BUCKETS; b++) {
        unsigned class = MLN_NGRAM_NO_CLASS;
        float most = 0;
        ret->weight[b] = (int8_t)clamp_round(w[b] * SCALE, 127);
        for (unsigned c = 0; c < MLN_NGRAM_CLASSES; c++) {
            float have = f->class_weight[b * MLN_NGRAM_CLASSES + c];
            if (have > most) {
                most = have;
                class = c;
            }
        }
        ret->class[b / 2] |= (uint8_t)(class << (b % 2 * 4));
    }
}

void fit_model(const struct samples *s, fold_fn chosen, const void *arg,
               const struct fit_options *o, struct mln_ngram_model *ret)
{
    struct fit f = {.s = s, .o = o, .random = 20261125, .keep = 1 - ldexpf(1, -(int)o->leak)};
    float *mean = calloc(MLN_NGRAM_BUCKETS, sizeof(float));
    size_t n;
    struct item *items = collect(s, chosen, arg, o, &n);
    unsigned averaged = 0;

    f.w = calloc(MLN_NGRAM_BUCKETS, sizeof(float));
    f.g2 = calloc(MLN_NGRAM_BUCKETS, sizeof(float));
    f.class_weight = calloc((size_t)MLN_NGRAM_BUCKETS * MLN_NGRAM_CLASSES, sizeof(float));
    MLN_REQUIRE(mean && f.w && f.g2 && f.class_weight);
    for (unsigned l = 0; l < MLN_NGRAM_PLACES; l++)
        f.bias[l] = -5;
    start_weights(&f, items, n);
    for (unsigned e = 0; e < o->epochs; e++) {
        f.loss = 0;
        f.rate = o->rate * (1 - 0.8f * (float)e / (float)o->epochs);
        shuffle(&f, items, n);
        for (size_t i = 0; i < n; i++) {
            if (items[i].attack)
                learn_attack(&f, &s->requests[items[i].index], items[i].weight);
            else
                learn_benign(&f, items[i].index, items[i].weight);
        }
        if (o->verbose)
            (void)fprintf(stderr, "  epoch %u of %u: %zu items, loss %.0f\n", e + 1, o->epochs, n,
                          f.loss);
        if (e < o->epochs / 2)
            continue;
        averaged++;
        for (size_t b = 0; b < MLN_NGRAM_BUCKETS; b++)
            mean[b] += (f.w[b] - mean[b]) / (float)averaged;
    }
    quantise(&f, mean, ret);
    free(f.w);
    free(f.g2);
    free(f.class_weight);
    free(f.grams);
    free(mean);
    free(items);
}

static int32_t sum_of(const struct mln_ngram_model *m, const uint8_t *symbols, uint32_t n)
{
    struct mln_ngram_run r = {.g = MLN_SYM_EDGE};

    for (uint32_t i = 0; i < n; i++) {
        mln_ngram_push(m, &r, symbols[i], i);
        if (symbols[i] == MLN_SYM_EDGE)
            r = (struct mln_ngram_run){.g = MLN_SYM_EDGE, .best = r.best};
    }
    return r.best;
}

void fit_sums(const struct samples *s, const struct mln_ngram_model *m, int32_t *ret)
{
    for (size_t i = 0; i < s->n_values; i++)
        ret[i] = sum_of(m, s->symbols + s->values[i].first, s->values[i].n);
}
