#include "cmd/check_workload.h"

#define LABEL MLN_SV("labels.")

static bool parse_port(struct mln_sv s, uint16_t *ret)
{
    uint32_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || n > 6553)
            return false;
        n = n * 10 + (uint32_t)(s.p[i] - '0');
    }
    *ret = (uint16_t)n;
    return n > 0 && n <= UINT16_MAX;
}

static bool find_field(struct mln_sv name, enum mln_expr_field *ret)
{
    static const struct {
        const char *name;
        enum mln_expr_field field;
    } fields[] = {
        {"image", MLN_FIELD_WORKLOAD_IMAGE},         {"container", MLN_FIELD_WORKLOAD_CONTAINER},
        {"namespace", MLN_FIELD_WORKLOAD_NAMESPACE}, {"pod", MLN_FIELD_WORKLOAD_POD},
        {"node", MLN_FIELD_WORKLOAD_NODE},
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(fields); i++)
        if (mln_sv_eq(name, mln_sv_str(fields[i].name))) {
            *ret = fields[i].field;
            return true;
        }
    return false;
}

bool mln_check_workload_add(struct mln_check_workload *w, const char *text)
{
    struct mln_sv all = mln_sv_str(text), name = mln_sv_sub(all, 0, mln_sv_chr(all, '='));
    struct mln_sv value = mln_sv_sub(all, name.len + 1, all.len);
    struct mln_sv key = MLN_SV_NULL;
    enum mln_expr_field field = MLN_FIELD_WORKLOAD_LABEL;

    if (name.len == all.len || w->n == MLN_CHECK_WORKLOAD_MAX)
        return false;
    if (mln_sv_eq(name, MLN_SV("app_port")))
        return parse_port(value, &w->app_port);
    if (mln_sv_starts(name, LABEL) && name.len > LABEL.len)
        key = mln_sv_sub(name, LABEL.len, name.len);
    else if (!find_field(name, &field))
        return false;
    w->of[w->n].field = field;
    w->of[w->n].key = key;
    w->of[w->n++].value = value.p ? value : MLN_SV("");
    return true;
}

void mln_check_workload_tell(const void *workload, enum mln_expr_field f, struct mln_sv key,
                             struct mln_workload_ask *ask)
{
    const struct mln_check_workload *w = workload;
    bool names = f == MLN_FIELD_WORKLOAD_LABEL_NAMES;

    for (uint32_t i = 0; i < w->n; i++) {
        if (w->of[i].field != (names ? MLN_FIELD_WORKLOAD_LABEL : f))
            continue;
        if (names)
            mln_workload_value(ask, w->of[i].key);
        else if (!w->of[i].key.p || mln_sv_eq(w->of[i].key, key))
            mln_workload_value(ask, w->of[i].value);
    }
}
