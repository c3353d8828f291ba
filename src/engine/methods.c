/* What method an application could take a request for: some follow a header or a parameter that
 * overrides it, so that forms can say PUT and DELETE. */
#include "engine/txn_priv.h"

static bool overrides(const struct mln_http_field *f)
{
    return !(f->flags & MLN_FIELD_DROPPED) &&
           (f->id == MLN_NAME_X_HTTP_METHOD_OVERRIDE || f->id == MLN_NAME_X_HTTP_METHOD ||
            f->id == MLN_NAME_X_METHOD_OVERRIDE);
}

/* An escape makes a name longer. */
static bool is_method_name(struct mln_arena *a, struct mln_sv name)
{
    static const struct mln_sv wanted = {"_method", 7};

    return name.len >= wanted.len && mln_sv_ieq(mln_url_decode(a, name, true, NULL), wanted);
}

/* The next method as it is said. */
static bool next_said(struct mln_arena *a, const struct mln_http_head *h,
                      struct mln_method_iter *it, struct mln_sv *ret)
{
    struct mln_sv name, value;

    if (!it->begun) {
        it->begun = true;
        it->query = h->query;
        *ret = h->method_name;
        return true;
    }
    while (it->field < h->n_fields) {
        const struct mln_http_field *f = &h->fields[it->field++];
        if (overrides(f) && f->value.len) {
            *ret = f->value;
            return true;
        }
    }
    while (it->query.p && mln_query_next(&it->query, &name, &value))
        if (value.len && is_method_name(a, name)) {
            struct mln_sv decoded = mln_url_decode(a, value, true, NULL);
            *ret = decoded.p ? decoded : value;
            return true;
        }
    return false;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* "delete" as an application reads it that ignores case, as gunicorn before 21 does and whoever
 * follows overrides; absent when it is upper case already. */
static struct mln_sv folded(struct mln_arena *a, struct mln_sv method)
{
    size_t i = 0;

    while (i < method.len && upper(method.p[i]) == method.p[i])
        i++;
    char *copy = i < method.len ? mln_arena_alloc(a, method.len) : NULL;
    if (!copy)
        return MLN_SV_NULL;
    for (i = 0; i < method.len; i++)
        copy[i] = upper(method.p[i]);
    return mln_sv(copy, method.len);
}

bool mln_method_next(struct mln_arena *a, const struct mln_http_head *h, struct mln_method_iter *it,
                     struct mln_sv *ret)
{
    if (it->folded.p) {
        *ret = it->folded;
        it->folded = MLN_SV_NULL;
        return true;
    }
    if (!next_said(a, h, it, ret))
        return false;
    it->folded = folded(a, *ret);
    return true;
}
