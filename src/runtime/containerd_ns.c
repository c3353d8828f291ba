#include "runtime/containerd_ns.h"

void mln_ns_clear_images(struct mln_ns *ns)
{
    for (unsigned i = 0; i < ns->n_images; i++)
        free(ns->images[i].name);
    ns->n_images = 0;
}

void mln_ns_done(struct mln_ns *ns)
{
    for (unsigned i = 0; i < ns->n; i++)
        (void)mln_container_free(ns->v[i].c);
    mln_ns_clear_images(ns);
    free(ns->v);
    free(ns->images);
    *ns = (struct mln_ns){.n = 0};
}

struct mln_ns_container *mln_ns_find(struct mln_ns *ns, struct mln_sv id)
{
    for (unsigned i = 0; i < ns->n; i++)
        if (mln_sv_eq(mln_sv_str(ns->v[i].id), id))
            return &ns->v[i];
    return NULL;
}

struct mln_ns_container *mln_ns_make(struct mln_ns *ns, struct mln_sv id)
{
    struct mln_ns_container *e = mln_ns_find(ns, id);

    if (e || id.len > MLN_CONTAINERD_NAME_MAX)
        return e;
    if (ns->n == ns->cap) {
        unsigned cap = ns->cap ? ns->cap * 2 : 16;
        void *v = cap <= MLN_WORKLOADS_MAX ? realloc(ns->v, cap * sizeof(*ns->v)) : NULL;
        if (!v)
            return NULL;
        ns->v = v;
        ns->cap = cap;
    }
    e = &ns->v[ns->n++];
    *e = (struct mln_ns_container){.c = NULL};
    memcpy(e->id, id.p, id.len);
    return e;
}

void mln_ns_remove(struct mln_ns *ns, struct mln_ns_container *e)
{
    (void)mln_container_free(e->c);
    *e = ns->v[--ns->n];
}

void mln_ns_add_image(struct mln_ns *ns, const struct mln_containerd_image *image)
{
    if (!ns->images)
        ns->images = calloc(MLN_NS_IMAGES_MAX, sizeof(*ns->images));
    char *p = ns->images && ns->n_images < MLN_NS_IMAGES_MAX
                  ? malloc(image->name.len + image->digest.len + 2)
                  : NULL;
    if (!p)
        return;
    memcpy(p, image->name.p, image->name.len);
    p[image->name.len] = '\0';
    char *digest = p + image->name.len + 1;
    if (image->digest.len)
        memcpy(digest, image->digest.p, image->digest.len);
    digest[image->digest.len] = '\0';
    ns->images[ns->n_images++] = (struct mln_ns_image){p, digest};
}

static const char *digest_of(const struct mln_ns *ns, struct mln_sv name)
{
    for (unsigned i = 0; i < ns->n_images; i++)
        if (mln_sv_eq(mln_sv_str(ns->images[i].name), name))
            return ns->images[i].digest;
    return NULL;
}

/* "nginx:1" at "sha256:…" → "nginx@sha256:…" as well: a rule may pin the digest. */
static void add_digest_ref(struct mln_image *image, const char *name, const char *digest)
{
    char text[2 * MLN_IMAGE_REF_MAX + 4];
    struct mln_image_ref r;

    if (!*digest || mln_image_ref_parse(mln_sv_str(name), &image->arena, &r) < 0)
        return;
    int n = snprintf(text, sizeof(text), "%.*s@%s", MLN_SV_ARG(r.repository), digest);
    mln_image_add_ref(image, mln_sv(text, (size_t)n));
}

struct mln_image *mln_ns_image(const struct mln_ns *ns, struct mln_container *c)
{
    const char *now = c->image_id.p ? NULL : digest_of(ns, c->image);

    if (now && *now) /* names are taken away and move on; the container keeps its image */
        c->image_id = mln_arena_dup(&c->arena, mln_sv_str(now));
    const char *digest = c->image_id.p; /* with a NUL, as the arena gives it */
    struct mln_image *image = digest ? mln_image_new() : NULL;

    if (!image)
        return NULL;
    image->id = mln_arena_dup(&image->arena, mln_sv_str(digest));
    for (unsigned i = 0; i < ns->n_images; i++) {
        const char *name = ns->images[i].name;
        /* the CRI plugin also keeps images under their bare id */
        if (strcmp(ns->images[i].digest, digest) != 0 || strncmp(name, "sha256:", 7) == 0)
            continue;
        mln_image_add_ref(image, mln_sv_str(name));
        add_digest_ref(image, name, digest);
    }
    return image;
}
