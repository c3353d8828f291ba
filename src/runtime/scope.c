#include "runtime/scope.h"

/* ---- images: any reference that is known ---- */

static bool refs_match(struct mln_sv pattern, const struct mln_image *image)
{
    for (uint32_t i = 0; image && i < image->n_refs; i++)
        if (mln_image_pattern_matches(pattern, &image->refs[i]))
            return true;
    return false;
}

/* As it was written when the container was made; false when that is no name. */
static bool written_ref(const struct mln_container *c, struct mln_arena *a,
                        struct mln_image_ref *ret)
{
    return !mln_image_is_id(c->image, c->image_id) && mln_image_ref_parse(c->image, a, ret) == 0;
}

static bool images_match(const struct mln_scope_list *l, const struct mln_container *c,
                         const struct mln_image *image, struct mln_sv *ret_pattern)
{
    struct mln_arena a;
    struct mln_image_ref written;
    bool hit = false;

    mln_arena_init(&a, 4096);
    bool named = written_ref(c, &a, &written);
    for (uint32_t i = 0; i < l->n && !hit; i++) {
        hit = (named && mln_image_pattern_matches(l->v[i], &written)) ||
              refs_match(l->v[i], image) || mln_image_pattern_matches_id(l->v[i], c->image_id);
        if (hit)
            *ret_pattern = l->v[i];
    }
    mln_arena_done(&a);
    return hit;
}

/* ---- the other fields ---- */

static bool globs_match(const struct mln_scope_list *l, struct mln_sv text)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (mln_sv_glob(l->v[i], text, true)) /* absent is empty: only * matches it */
            return true;
    return l->n == 0;
}

static bool labels_match(const struct mln_scope_list *l, const struct mln_container *c)
{
    for (uint32_t i = 0; i + 1 < l->n; i += 2) {
        struct mln_sv value = mln_container_label(c, l->v[i]);
        if (!value.p || !mln_sv_glob(l->v[i + 1], value, true))
            return false;
    }
    return true;
}

enum mln_scope_result mln_scope_match(const struct mln_scope *s, const struct mln_container *c,
                                      const struct mln_image *image, struct mln_sv node,
                                      struct mln_sv *ret_pattern)
{
    *ret_pattern = MLN_SV_NULL;
    if (s->images.n && !images_match(&s->images, c, image, ret_pattern))
        return MLN_SCOPE_NO_IMAGE;
    if (!globs_match(&s->containers, c->name))
        return MLN_SCOPE_NO_CONTAINER;
    if (!globs_match(&s->namespaces, c->namespace_))
        return MLN_SCOPE_NO_NAMESPACE;
    if (!labels_match(&s->labels, c))
        return MLN_SCOPE_NO_LABEL;
    return globs_match(&s->nodes, node) ? MLN_SCOPE_MATCH : MLN_SCOPE_NO_NODE;
}

const char *mln_scope_field(enum mln_scope_result r)
{
    static const char *const text[] = {
        [MLN_SCOPE_NO_IMAGE] = "images",         [MLN_SCOPE_NO_CONTAINER] = "containers",
        [MLN_SCOPE_NO_NAMESPACE] = "namespaces", [MLN_SCOPE_NO_LABEL] = "labels",
        [MLN_SCOPE_NO_NODE] = "nodes",           [MLN_SCOPE_MATCH] = "all",
    };

    return text[r];
}

struct mln_sv mln_image_shown(const struct mln_container *c, const struct mln_image *image,
                              struct mln_arena *a)
{
    struct mln_image_ref r;

    if (written_ref(c, a, &r))
        return c->image;
    if (!image || !image->n_refs)
        return c->image_id.p ? c->image_id : c->image;
    r = image->refs[0];
    struct mln_sv rest = r.tag.p ? r.tag : r.digest;
    char *p = mln_arena_alloc(a, r.familiar.len + 1 + rest.len);
    if (!p)
        return r.familiar;
    memcpy(p, r.familiar.p, r.familiar.len);
    p[r.familiar.len] = r.tag.p ? ':' : '@';
    memcpy(p + r.familiar.len + 1, rest.p, rest.len);
    return mln_sv(p, r.familiar.len + 1 + rest.len);
}
