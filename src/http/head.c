#include "http/head.h"

static const struct mln_sv names[] = {[MLN_NAME_OTHER] = {"", 0},
#define X(sym, name) [MLN_NAME_##sym] = {name, sizeof(name) - 1},
                                      MLN_HTTP_NAMES(X)
#undef X
};
static const struct mln_sv methods[] = {[MLN_METHOD_OTHER] = {"", 0},
#define X(sym, name) [MLN_METHOD_##sym] = {name, sizeof(name) - 1},
                                        MLN_HTTP_METHODS(X)
#undef X
};

struct mln_sv mln_http_name_text(enum mln_http_name id)
{
    return names[id < MLN_NAME_MAX ? id : MLN_NAME_OTHER];
}

enum mln_http_name mln_http_name_id(struct mln_sv name)
{
    for (unsigned i = 1; i < MLN_NAME_MAX; i++)
        if (names[i].len == name.len && mln_lower(name.p[0]) == names[i].p[0] &&
            mln_sv_ieq(name, names[i]))
            return (enum mln_http_name)i;
    return MLN_NAME_OTHER;
}

enum mln_http_method mln_http_method_id(struct mln_sv name)
{
    for (unsigned i = 1; i < MLN_METHOD_MAX; i++)
        if (mln_sv_eq(name, methods[i]))
            return (enum mln_http_method)i;
    return MLN_METHOD_OTHER;
}

const struct mln_http_field *mln_http_field_next(const struct mln_http_head *h,
                                                 enum mln_http_name id, uint32_t *iter)
{
    while (*iter < h->n_fields) {
        const struct mln_http_field *f = &h->fields[(*iter)++];
        if (f->id == id && !(f->flags & MLN_FIELD_DROPPED))
            return f;
    }
    return NULL;
}

struct mln_sv mln_http_get(const struct mln_http_head *h, enum mln_http_name id)
{
    uint32_t iter = 0;
    const struct mln_http_field *f = mln_http_field_next(h, id, &iter);

    return f ? f->value : MLN_SV_NULL;
}

struct mln_sv mln_http_get_name(const struct mln_http_head *h, struct mln_sv name)
{
    for (uint32_t i = 0; i < h->n_fields; i++)
        if (!(h->fields[i].flags & MLN_FIELD_DROPPED) && mln_sv_ieq(h->fields[i].name, name))
            return h->fields[i].value;
    return MLN_SV_NULL;
}

bool mln_http_list_has(struct mln_sv value, struct mln_sv token)
{
    while (value.p) {
        struct mln_sv item = mln_sv_trim(mln_sv_split(&value, ','));
        if (mln_sv_ieq(item, token))
            return true;
    }
    return false;
}
