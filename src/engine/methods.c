/* What method an application could take a request for: some follow a header or a parameter that
 * overrides it, so that forms can say PUT and DELETE. */
#include "engine/txn_priv.h"

static bool overrides(const struct mln_http_field *f)
{
    return !(f->flags & MLN_FIELD_DROPPED) &&
           (f->id == MLN_NAME_X_HTTP_METHOD_OVERRIDE || f->id == MLN_NAME_X_HTTP_METHOD ||
            f->id == MLN_NAME_X_METHOD_OVERRIDE);
}

bool mln_method_next(struct mln_arena *a, const struct mln_http_head *h, struct mln_method_iter *it,
                     struct mln_sv *ret)
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
        if (value.len && mln_sv_ieq(mln_url_decode(a, name, true, NULL), MLN_SV("_method"))) {
            struct mln_sv decoded = mln_url_decode(a, value, true, NULL);
            *ret = decoded.p ? decoded : value;
            return true;
        }
    return false;
}
