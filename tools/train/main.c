/* train_model MATERIAL final OUT [OPTION=VALUE…]       a model of all folds
 * train_model MATERIAL leave FOLD OUT [OPTION=VALUE…]  one that has not seen one of them
 *
 * MATERIAL is what tools/train/prepare wrote. OUT is a model for `merlon check --model`, or, when
 * it ends in .c, the source of the default one. The same input gives the same bytes. */
#include "curve.h"

enum { PER_LINE = 64 };

static bool is_all(int fold, const void *arg)
{
    (void)fold;
    (void)arg;
    return true;
}

static bool is_other(int fold, const void *arg)
{
    return fold != *(const int *)arg;
}

static void write_numbers(FILE *f, const char *name, const void *p, size_t n, unsigned size)
{
    (void)fprintf(f, "    .%s = {", name);
    for (size_t i = 0; i < n; i++) {
        int x = size == 1   ? ((const int8_t *)p)[i]
                : size == 2 ? ((const int16_t *)p)[i]
                : size == 4 ? ((const int32_t *)p)[i]
                            : ((const uint8_t *)p)[i];
        (void)fprintf(f, "%s%d,", i % PER_LINE ? "" : "\n", x);
    }
    (void)fputs("\n    },\n", f);
}

static bool write_source(const struct mln_ngram_model *m, FILE *f)
{
    (void)fputs("/* Made by tools/train/cross-validate from public attack collections and real "
                "requests, none of\n"
                " * which is in here: weights of hashed n-grams, and what they are worth. Not to "
                "be edited:\n"
                " * tools/train/README.md says how it is made again. */\n"
                "#include \"engine/ngram.h\"\n\n"
                "/* clang-format off */\n"
                "const struct mln_ngram_model mln_ngram_default = {\n"
                "    .magic = \"mlnmodel\", .size = sizeof(struct mln_ngram_model),\n",
                f);
    (void)fprintf(f, "    .drift = %d, .leak = %d, .soft = %d,\n", m->drift, m->leak, m->soft);
    write_numbers(f, "bias", m->bias, MLN_NGRAM_PLACES, 2);
    write_numbers(f, "curve_raw", m->curve_raw, MLN_NGRAM_CURVE, 4);
    write_numbers(f, "curve_points", m->curve_points, MLN_NGRAM_CURVE, 4);
    write_numbers(f, "weight", m->weight, MLN_NGRAM_BUCKETS, 1);
    write_numbers(f, "class", m->class, MLN_NGRAM_BUCKETS / 2, 0);
    return fputs("};\n", f) >= 0;
}

static bool write_model(const struct mln_ngram_model *m, const char *path)
{
    FILE *f = fopen(path, "we");
    bool source = mln_sv_ends(mln_sv_str(path), MLN_SV(".c"));
    bool ok = f && (source ? write_source(m, f) : fwrite(m, sizeof(*m), 1, f) == 1);

    if (f && fclose(f) != 0)
        ok = false;
    if (!ok)
        perror(path);
    return ok;
}

static bool make(const struct samples *s, fold_fn chosen, const int *fold,
                 const struct fit_options *o, const char *path)
{
    struct mln_ngram_model *m = malloc(sizeof(*m));

    MLN_REQUIRE(m);
    fit_model(s, chosen, fold, o, m);
    curve_fit(s, chosen, fold, o, m);
    bool ok = write_model(m, path);
    free(m);
    return ok;
}

/* "epochs=12": for experiments. */
static bool set_option(struct fit_options *o, const char *text)
{
    const char *eq = strchr(text, '=');
    const struct {
        const char *name;
        float *value;
    } floats[] = {{"rate", &o->rate},     {"decay", &o->decay}, {"max", &o->weight_max},
                  {"benign", &o->benign}, {"drift", &o->drift}, {"augment", &o->augment}};

    if (!eq)
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(floats); i++)
        if (strncmp(text, floats[i].name, (size_t)(eq - text)) == 0)
            return *floats[i].value = strtof(eq + 1, NULL), true;
    unsigned n = (unsigned)strtoul(eq + 1, NULL, 10);
    if (strncmp(text, "epochs", 6) == 0)
        o->epochs = n;
    else if (strncmp(text, "leak", 4) == 0)
        o->leak = n;
    else if (strncmp(text, "parts", 5) == 0)
        o->parts = n;
    else if (strncmp(text, "soft", 4) == 0)
        o->soft = (int)n;
    else
        return false;
    return true;
}

static bool make_folds(const struct samples *s, int n, const struct fit_options *o,
                       const char *folder)
{
    char path[1024];

    for (int k = 0; k < n; k++) {
        (void)fprintf(stderr, "without fold %d\n", k);
        (void)snprintf(path, sizeof(path), "%s/%d.model", folder, k);
        if (!make(s, is_other, &k, o, path))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct samples s = {0};
    struct fit_options o = fit_defaults;
    bool final = argc > 3 && strcmp(argv[2], "final") == 0;
    bool folds = argc > 4 && strcmp(argv[2], "folds") == 0;
    int out = final ? 3 : 4;

    if (!final && !folds)
        return 2;
    for (int i = out + 1; i < argc; i++)
        if (!set_option(&o, argv[i]))
            return 2;
    if (samples_load(&s, argv[1]) < 0) {
        (void)fprintf(stderr, "cannot read %s\n", argv[1]);
        return 3;
    }
    o.verbose = true;
    (void)fprintf(stderr, "%zu requests, %zu distinct values, %zu symbols\n", s.n_requests,
                  s.n_values, s.n_symbols);
    bool ok = final ? make(&s, is_all, NULL, &o, argv[out])
                    : make_folds(&s, (int)strtol(argv[3], NULL, 10), &o, argv[out]);
    return ok ? 0 : 3;
}
