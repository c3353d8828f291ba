#include "audit/prometheus.h"

struct row {
    const char *symbol, *name, *labels, *help;
};

static const struct row rows[] = {
#define X(sym, name, labels, help) {#sym, name, labels, help},
    MLN_COUNTERS(X)
#undef X
};

static uint64_t sum(const struct mln_counters *const *workers, size_t n, size_t offset)
{
    uint64_t total = 0;

    for (size_t i = 0; i < n; i++)
        total += __atomic_load_n(
            (const uint64_t *)(const void *)((const char *)workers[i] + offset), __ATOMIC_RELAXED);
    return total;
}

static void head(struct mln_buf *out, const char *name, const char *help, bool gauge)
{
    mln_buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
                 gauge ? "gauge" : "counter");
}

static void sample(struct mln_buf *out, const char *name, const char *labels, uint64_t v)
{
    mln_buf_add_str(out, name);
    if (*labels)
        mln_buf_addf(out, "{%s}", labels);
    mln_buf_addf(out, " %llu\n", (unsigned long long)v);
}

static void write_detections(struct mln_buf *out, const struct mln_counters *const *workers,
                             size_t n)
{
    static const char *const effects[] = {"alert", "prevent"};

    head(out, "merlon_detections_total", "Detections by protection, sub-id and effect", false);
    for (unsigned d = 0; d < MLN_DET_MAX; d++)
        for (unsigned e = 0; e < 2; e++) {
            const struct mln_detector_info *info = mln_detector_info((enum mln_detector_id)d);
            char labels[160];
            (void)snprintf(labels, sizeof(labels), "protection=\"%s\",sub=\"%s\",effect=\"%s\"",
                           mln_protection_info((enum mln_protection)info->protection)->key,
                           info->sub, effects[e]);
            sample(out, "merlon_detections_total", labels,
                   sum(workers, n,
                       offsetof(struct mln_counters, detections) + (d * 2 + e) * sizeof(uint64_t)));
        }
}

static void write_faults(struct mln_buf *out, const struct mln_counters *const *workers, size_t n)
{
    head(out, "merlon_malformed_total", "Refused messages by what was wrong", false);
    for (unsigned f = 1; f < MLN_FAULT_MAX; f++) {
        const char *name = mln_http_fault_info((enum mln_http_fault_code)f)->name;
        char labels[96], lower[64];
        size_t k = 0;
        for (; name[k] && k + 1 < sizeof(lower); k++)
            lower[k] = mln_lower(name[k]);
        lower[k] = '\0';
        (void)snprintf(labels, sizeof(labels), "fault=\"%s\"", lower);
        sample(out, "merlon_malformed_total", labels,
               sum(workers, n, offsetof(struct mln_counters, faults) + f * sizeof(uint64_t)));
    }
}

/* Prometheus wants each bucket to hold those below it, too. */
static void write_histogram(struct mln_buf *out, const struct mln_counters *const *workers,
                            size_t n, enum mln_histogram h, const char *name, const char *help)
{
    const size_t at = offsetof(struct mln_counters, hist) + h * sizeof(workers[0]->hist[0]);
    uint64_t below = 0;

    mln_buf_addf(out, "# HELP %s %s\n# TYPE %s histogram\n", name, help, name);
    for (unsigned i = 0; i <= MLN_HIST_BOUNDS; i++) {
        below += sum(workers, n, at + i * sizeof(uint64_t));
        mln_buf_addf(out, "%s_bucket{le=\"%s\"} %llu\n", name,
                     i < MLN_HIST_BOUNDS ? mln_hist_texts[i] : "+Inf", (unsigned long long)below);
    }
    uint64_t ns = sum(workers, n, at + sizeof(workers[0]->hist[0].bucket));
    mln_buf_addf(out, "%s_sum %llu.%09llu\n%s_count %llu\n", name,
                 (unsigned long long)(ns / 1000000000), (unsigned long long)(ns % 1000000000), name,
                 (unsigned long long)below);
}

/* Time-outs have a counter of their own. */
static void write_limits(struct mln_buf *out, const struct mln_counters *const *workers, size_t n)
{
    static const struct {
        const char *name;
        enum mln_limit limit;
    } limits[] = {
#define LIMIT_SIZE(field) {#field, MLN_LIMIT_##field},
#define LIMIT_COUNT(field) {#field, MLN_LIMIT_##field},
#define LIMIT_DURATION(field)
#define X(field, type, def, text) LIMIT_##type(field)
        MLN_SNAP_LIMITS(X)
#undef X
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(limits); i++) {
        char labels[48];
        (void)snprintf(labels, sizeof(labels), "limit=\"%s\"", limits[i].name);
        sample(out, "merlon_limits_total", labels,
               sum(workers, n,
                   offsetof(struct mln_counters, limits) + limits[i].limit * sizeof(uint64_t)));
    }
}

void mln_prometheus_write(struct mln_buf *out, const struct mln_counters *const *workers, size_t n)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        bool gauge = rows[i].symbol[0] == 'G' && rows[i].symbol[1] == '_';
        if (i == 0 || strcmp(rows[i].name, rows[i - 1].name) != 0)
            head(out, rows[i].name, rows[i].help, gauge);
        sample(out, rows[i].name, rows[i].labels,
               sum(workers, n, offsetof(struct mln_counters, c) + i * sizeof(uint64_t)));
        if (i == MLN_CNT_POISON)
            write_limits(out, workers, n);
    }
    write_detections(out, workers, n);
    write_faults(out, workers, n);
#define X(sym, name, help) write_histogram(out, workers, n, MLN_HIST_##sym, name, help);
    MLN_HISTOGRAMS(X)
#undef X
}
