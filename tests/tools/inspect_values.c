/* Runs the detectors over values, one a line on stdin: "location<TAB>hex bytes of the value".
 * Prints a line each: points per protection and the signals, e.g. "sqli=45 xss=0 … SQLI_UNION". */
#include "base/arena.h"
#include "engine/value.h"

enum { LINE_MAX_BYTES = 1 << 20, STEPS = 4 << 20 };

static enum mln_location find_location(struct mln_sv name)
{
    for (unsigned i = 0; i < MLN_LOC_MAX; i++)
        if (mln_sv_eq(name, mln_sv_str(mln_location_name((enum mln_location)i))))
            return (enum mln_location)i;
    return MLN_LOC_QUERY;
}

static size_t unhex(struct mln_sv in, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i + 1 < in.len; i += 2)
        out[n++] = (char)(mln_hexval((unsigned char)in.p[i]) << 4 |
                          mln_hexval((unsigned char)in.p[i + 1]));
    return n;
}

static void report(const struct mln_findings *f)
{
    for (unsigned p = 0; p <= MLN_PROT_SHELLSHOCK; p++)
        (void)printf("%s=%d ", mln_protection_info((enum mln_protection)p)->key,
                     mln_findings_points(f, (enum mln_protection)p));
    for (uint32_t i = 0; i < f->n; i++)
        (void)printf("%s@%s:%u+%u ", mln_signal_info((enum mln_signal)f->hit[i].signal)->name,
                     mln_lane_name((enum mln_lane)f->hit[i].lane), f->hit[i].off, f->hit[i].len);
    (void)putchar('\n');
}

int main(void)
{
    static char line[LINE_MAX_BYTES], value[LINE_MAX_BYTES / 2];
    struct mln_arena arena;

    mln_arena_init(&arena, 64u << 20);
    while (fgets(line, sizeof(line), stdin)) {
        struct mln_sv rest = mln_sv(line, strcspn(line, "\n"));
        struct mln_sv loc = mln_sv_split(&rest, '\t');
        struct mln_budget budget = {.steps_left = STEPS};
        struct mln_findings f;
        struct mln_views views;
        mln_findings_clear(&f);
        mln_value_inspect(&arena, mln_sv(value, unhex(rest, value)), find_location(loc),
                          MLN_SV("q"), &budget, &views, &f);
        report(&f);
        mln_arena_reset(&arena, 1u << 20);
    }
    mln_arena_done(&arena);
    return 0;
}
