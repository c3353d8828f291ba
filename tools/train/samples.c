#include "samples.h"

#include <errno.h>

#include "engine/txn.h"
#include "merlon/merlon.h"
#include "policy/libmerlon.h"

enum { REQUEST_MAX = 64 << 20, VALUE_SYMBOLS_MAX = 65536, TABLE_START = 1 << 16 };

static void *grow(void *p, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return p;
    *cap = MLN_MAX(*cap * 2, (size_t)1024);
    void *q = realloc(p, *cap * size);
    MLN_REQUIRE(q);
    return q;
}

/* ---- values, each distinct one once ---- */

static uint64_t hash_value(const struct samples *s, uint32_t first, size_t n, unsigned place,
                           unsigned points)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (place << 8 | points);

    for (size_t i = 0; i < n; i++)
        h = (h ^ s->symbols[first + i]) * UINT64_C(0x100000001b3);
    return h ^ h >> 29;
}

static bool same_value(const struct samples *s, const struct value *a, const struct value *b)
{
    return a->n == b->n && a->place == b->place && a->points == b->points &&
           memcmp(s->symbols + a->first, s->symbols + b->first, a->n) == 0;
}

static uint32_t *find_slot(struct samples *s, const struct value *v)
{
    size_t i = hash_value(s, v->first, v->n, v->place, v->points) & (s->table_size - 1);

    while (s->table[i] && !same_value(s, &s->values[s->table[i] - 1], v))
        i = (i + 1) & (s->table_size - 1);
    return &s->table[i];
}

static void grow_table(struct samples *s)
{
    if (s->n_values * 2 < s->table_size)
        return;
    s->table_size = s->table_size ? s->table_size * 2 : TABLE_START;
    free(s->table);
    s->table = calloc(s->table_size, sizeof(*s->table));
    MLN_REQUIRE(s->table);
    for (size_t i = 0; i < s->n_values; i++)
        *find_slot(s, &s->values[i]) = (uint32_t)i + 1;
}

/* Index of the value whose symbols were just put at the end. */
static uint32_t intern(struct samples *s, struct value v)
{
    grow_table(s);
    uint32_t *slot = find_slot(s, &v);

    if (*slot) {
        s->n_symbols = v.first;
        return *slot - 1;
    }
    s->values = grow(s->values, s->n_values, &s->cap_values, sizeof(*s->values));
    s->values[s->n_values] = v;
    *slot = (uint32_t)++s->n_values;
    return *slot - 1;
}

/* ---- from the engine ---- */

static void add_symbol(struct samples *s, unsigned symbol)
{
    s->symbols = grow(s->symbols, s->n_symbols, &s->cap_symbols, 1);
    s->symbols[s->n_symbols++] = (uint8_t)symbol;
}

static void add_view(struct samples *s, const struct mln_view *v)
{
    mln_gram g = MLN_SYM_EDGE;

    for (uint32_t i = 0; i < v->n && i < VALUE_SYMBOLS_MAX; i++) {
        unsigned symbol = mln_ngram_symbols[v->p[i]];
        if (mln_gram_skips(g, symbol))
            continue;
        g = mln_gram_push(g, symbol);
        add_symbol(s, symbol);
    }
    add_symbol(s, MLN_SYM_EDGE);
}

static uint8_t points_of(const struct mln_findings *f)
{
    int best = 0;

    for (unsigned p = 0; p <= MLN_PROT_SHELLSHOCK; p++)
        best = MLN_MAX(best, mln_findings_points(f, (enum mln_protection)p));
    return (uint8_t)best;
}

static void look_on(void *self, const struct mln_observed *o)
{
    struct samples *s = self;
    struct request *r = &s->requests[s->n_requests];
    struct value v = {.first = (uint32_t)s->n_symbols, .place = (uint8_t)o->place};

    if (o->views->binary)
        return;
    for (uint32_t i = 0; i < o->views->n; i++)
        if (mln_ngram_reads(&o->views->v[i]))
            add_view(s, &o->views->v[i]);
    v.n = (uint32_t)(s->n_symbols - v.first);
    v.points = points_of(o->findings);
    uint32_t index = intern(s, v);
    for (uint32_t i = 0; i < r->n; i++)
        if (s->refs[r->first + i] == index)
            return;
    s->refs = grow(s->refs, s->n_refs, &s->cap_refs, sizeof(*s->refs));
    s->refs[s->n_refs++] = index;
    r->n++;
    if (r->attack)
        s->values[index].in_attacks++;
    else
        s->values[index].in_benign++;
}

static bool judge(struct merlon_engine *e, const struct merlon_policy *p, struct mln_sv bytes)
{
    struct merlon_txn *t = merlon_txn_new(e, p, NULL, 0);
    size_t used;

    MLN_REQUIRE(t);
    (void)merlon_txn_feed(t, bytes.p, bytes.len, &used);
    bool refused = merlon_txn_end(t)->action >= MERLON_PREVENT;
    (void)merlon_txn_free(t);
    return refused;
}

static int read_class(struct mln_sv name)
{
    static const struct {
        const char *name;
        enum mln_protection class;
    } classes[] = {
        {"sqli", MLN_PROT_SQLI},     {"xss", MLN_PROT_XSS},   {"traversal", MLN_PROT_TRAVERSAL},
        {"rfi", MLN_PROT_TRAVERSAL}, {"cmdi", MLN_PROT_CMDI},
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(classes); i++)
        if (mln_sv_eq(name, mln_sv_str(classes[i].name)))
            return classes[i].class;
    return MLN_PROT_CODE;
}

/* A line "fold class hard weight bytes", then the bytes of the request. */
static int read_request(struct samples *s, struct merlon_engine *e, const struct merlon_policy *p,
                        FILE *f, char *raw)
{
    char class[32];
    int fold, hard;
    float weight;
    size_t n;

    int got = fscanf(f, "%d %31s %d %f %zu%*1[\n]", &fold, class, &hard, &weight, &n);
    if (got == EOF)
        return 0;
    if (got != 5 || n > REQUEST_MAX || fread(raw, 1, n, f) != n)
        return -EBADMSG;
    s->requests = grow(s->requests, s->n_requests, &s->cap_requests, sizeof(*s->requests));
    struct request *r = &s->requests[s->n_requests];
    *r = (struct request){
        .first = (uint32_t)s->n_refs,
        .fold = (int16_t)fold,
        .attack = strcmp(class, "benign") != 0,
        .hard = hard != 0,
        .class = (uint8_t)read_class(mln_sv_str(class)),
        .weight = weight,
    };
    r->refused = judge(e, p, mln_sv(raw, n));
    s->n_requests++;
    return 1;
}

/* Structure alone says what is refused here. */
static const struct mln_ngram_model no_model = {.leak = 1, .curve_raw = {INT32_MAX}};

int samples_load(struct samples *s, const char *path)
{
    FILE *f = fopen(path, "re");
    char *raw = malloc(REQUEST_MAX);
    struct merlon_engine *e = merlon_engine_open(&(struct mln_engine_config){.hash_key = {1, 2},
                                                                             .no_cache = true,
                                                                             .model = &no_model,
                                                                             .observe = look_on,
                                                                             .observer = s});
    struct merlon_policy *p = NULL;
    int r = f ? 1 : -errno;

    MLN_REQUIRE(raw && e && merlon_policy_load(NULL, 0, &p, NULL, 0) == 0);
    while (r > 0)
        r = read_request(s, e, p, f, raw);
    if (f)
        (void)fclose(f);
    (void)merlon_engine_free(e);
    (void)merlon_policy_free(p);
    free(raw);
    return r;
}
