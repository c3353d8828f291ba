#include "node/starts.h"

static const unsigned bounds_ms[MLN_GAP_BUCKETS] = {0,   5,   10,   25,   50,  100,
                                                    250, 500, 1000, 2500, 5000};

void mln_starts_hooks(struct mln_starts *s, const struct mln_wire *m)
{
    if (m->index > 0 && m->index < MLN_HOOK_VERDICT_MAX)
        s->hooks[m->index] = m->id;
}

void mln_starts_guarded(struct mln_starts *s, enum mln_guard g, mln_nsec gap)
{
    unsigned at = 0;

    while (at < MLN_GAP_BUCKETS && gap > bounds_ms[at] * MLN_NSEC_PER_MSEC)
        at++;
    s->guards[g]++;
    s->gaps[at]++;
    s->sum += gap;
}

void mln_starts_metrics(const struct mln_starts *s, struct mln_buf *out)
{
    static const char gap[] = "merlon_start_gap_seconds";
    uint64_t n = 0;

    mln_buf_add_str(out, "# HELP merlon_hook_answers_total Starts of containers that waited for "
                         "the defender, by what it answered\n"
                         "# TYPE merlon_hook_answers_total counter\n");
    for (unsigned v = 1; v < MLN_HOOK_VERDICT_MAX; v++)
        mln_buf_addf(out, "merlon_hook_answers_total{answer=\"%s\"} %llu\n",
                     mln_hook_verdict_name((enum mln_hook_verdict)v),
                     (unsigned long long)s->hooks[v]);
    mln_buf_addf(out,
                 "# HELP %s From the start of a container to its protection; 0 when that came "
                 "first\n# TYPE %s histogram\n",
                 gap, gap);
    for (unsigned i = 0; i < MLN_GAP_BUCKETS; i++) {
        n += s->gaps[i];
        mln_buf_addf(out, "%s_bucket{le=\"%u.%03u\"} %llu\n", gap, bounds_ms[i] / 1000,
                     bounds_ms[i] % 1000, (unsigned long long)n);
    }
    n += s->gaps[MLN_GAP_BUCKETS];
    mln_buf_addf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %llu.%06llu\n%s_count %llu\n", gap,
                 (unsigned long long)n, gap, (unsigned long long)(s->sum / MLN_NSEC_PER_SEC),
                 (unsigned long long)(s->sum / 1000 % 1000000), gap, (unsigned long long)n);
}

void mln_starts_json(const struct mln_starts *s, struct mln_buf *out)
{
    mln_buf_add_str(out, "\"starts\":{\"hook\":{");
    for (unsigned v = 1; v < MLN_HOOK_VERDICT_MAX; v++)
        mln_buf_addf(out, "%s\"%s\":%llu", v > 1 ? "," : "",
                     mln_hook_verdict_name((enum mln_hook_verdict)v),
                     (unsigned long long)s->hooks[v]);
    mln_buf_add_str(out, "},\"protected\":{");
    for (unsigned g = MLN_GUARD_HOOK; g < MLN_GUARD_MAX; g++)
        mln_buf_addf(out, "%s\"%s\":%llu", g > MLN_GUARD_HOOK ? "," : "",
                     mln_guard_name((enum mln_guard)g), (unsigned long long)s->guards[g]);
    mln_buf_add_str(out, "}}");
}
