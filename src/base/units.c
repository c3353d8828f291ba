#include "base/units.h"

#include <errno.h>

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit sizes[] = {
    {"GiB", UINT64_C(1) << 30},
    {"MiB", UINT64_C(1) << 20},
    {"KiB", UINT64_C(1) << 10},
    {"GB", UINT64_C(1000000000)},
    {"MB", UINT64_C(1000000)},
    {"kB", UINT64_C(1000)},
    {"B", 1},
    {"", 1},
};
static const struct unit durations[] = {
    {"d", UINT64_C(86400) * MLN_NSEC_PER_SEC},
    {"h", UINT64_C(3600) * MLN_NSEC_PER_SEC},
    {"m", UINT64_C(60) * MLN_NSEC_PER_SEC},
    {"s", MLN_NSEC_PER_SEC},
    {"ms", MLN_NSEC_PER_MSEC},
};

static int parse(struct mln_sv s, const struct unit *table, size_t n, uint64_t *ret)
{
    size_t digits = 0;
    uint64_t v;

    while (digits < s.len && mln_cc((unsigned char)s.p[digits], MLN_CC_DIGIT))
        digits++;
    int r = mln_sv_u64(mln_sv_sub(s, 0, digits), &v);
    if (r < 0)
        return r;
    struct mln_sv suffix = mln_sv_sub(s, digits, s.len);
    for (size_t i = 0; i < n; i++) {
        if (!mln_sv_eq(suffix, mln_sv_str(table[i].name)))
            continue;
        if (__builtin_mul_overflow(v, table[i].factor, &v))
            return -ERANGE;
        *ret = v;
        return 0;
    }
    return -EINVAL;
}

int mln_parse_size(struct mln_sv s, uint64_t *ret_bytes)
{
    return parse(s, sizes, MLN_ARRAY_LEN(sizes), ret_bytes);
}

int mln_parse_duration(struct mln_sv s, mln_nsec *ret)
{
    return parse(s, durations, MLN_ARRAY_LEN(durations), ret);
}

static void format(uint64_t v, const struct unit *table, size_t n, char out[MLN_UNIT_TEXT])
{
    for (size_t i = 0; i < n; i++) {
        if (v && v % table[i].factor == 0) {
            (void)snprintf(out, MLN_UNIT_TEXT, "%llu%s", (unsigned long long)(v / table[i].factor),
                           table[i].name);
            return;
        }
    }
    (void)snprintf(out, MLN_UNIT_TEXT, "%llu", (unsigned long long)v);
}

void mln_format_size(uint64_t bytes, char out[MLN_UNIT_TEXT])
{
    format(bytes, sizes, 3, out);
}

void mln_format_duration(mln_nsec d, char out[MLN_UNIT_TEXT])
{
    if (d == 0)
        (void)snprintf(out, MLN_UNIT_TEXT, "0s");
    else
        format(d, durations, MLN_ARRAY_LEN(durations), out);
}
