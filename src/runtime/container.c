#include "runtime/container.h"

struct mln_container *mln_container_new(void)
{
    struct mln_container *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    mln_arena_init(&c->arena, MLN_CONTAINER_ARENA);
    c->labels = mln_arena_array(&c->arena, MLN_CONTAINER_LABELS_MAX, sizeof(*c->labels));
    return c->labels ? c : mln_container_free(c);
}

struct mln_container *mln_container_free(struct mln_container *c)
{
    if (c)
        mln_arena_done(&c->arena);
    free(c);
    return NULL;
}

struct mln_image *mln_image_new(void)
{
    struct mln_image *i = calloc(1, sizeof(*i));

    if (i)
        mln_arena_init(&i->arena, MLN_CONTAINER_ARENA);
    return i;
}

struct mln_image *mln_image_free(struct mln_image *i)
{
    if (i)
        mln_arena_done(&i->arena);
    free(i);
    return NULL;
}

void mln_container_add_label(struct mln_container *c, struct mln_sv name, struct mln_sv value)
{
    size_t used = name.len + value.len;

    for (uint32_t i = 0; i < c->n_labels; i++)
        used += c->labels[i].name.len + c->labels[i].value.len;
    struct mln_label l = {MLN_SV_NULL, MLN_SV_NULL};
    if (c->n_labels < MLN_CONTAINER_LABELS_MAX && used <= MLN_CONTAINER_LABEL_BYTES)
        l = (struct mln_label){mln_arena_dup(&c->arena, name), mln_arena_dup(&c->arena, value)};
    if (l.name.p && l.value.p)
        c->labels[c->n_labels++] = l;
    else
        c->labels_cut = true;
}

void mln_ports_add(uint16_t ports[MLN_WORKLOAD_PORTS_MAX], uint32_t *n, uint64_t port)
{
    uint32_t at = 0;

    if (port == 0 || port > 65535 || *n == MLN_WORKLOAD_PORTS_MAX)
        return;
    while (at < *n && ports[at] < port)
        at++;
    if (at < *n && ports[at] == port)
        return;
    memmove(&ports[at + 1], &ports[at], (*n - at) * sizeof(ports[0]));
    ports[at] = (uint16_t)port;
    (*n)++;
}

struct mln_sv mln_container_label(const struct mln_container *c, struct mln_sv name)
{
    for (uint32_t i = 0; i < c->n_labels; i++)
        if (mln_sv_eq(c->labels[i].name, name))
            return c->labels[i].value;
    return MLN_SV_NULL;
}

void mln_container_read_labels(struct mln_container *c)
{
    struct mln_sv name = mln_container_label(c, MLN_SV("io.kubernetes.container.name"));

    c->namespace_ = mln_container_label(c, MLN_SV("io.kubernetes.pod.namespace"));
    c->pod = mln_container_label(c, MLN_SV("io.kubernetes.pod.name"));
    if (name.p)
        c->name = name;
    c->sandbox =
        mln_sv_eq(mln_container_label(c, MLN_SV("io.cri-containerd.kind")), MLN_SV("sandbox")) ||
        mln_sv_eq(mln_container_label(c, MLN_SV("io.kubernetes.docker.type")),
                  MLN_SV("podsandbox"));
}

void mln_image_add_ref(struct mln_image *i, struct mln_sv text)
{
    if (i->n_refs < MLN_IMAGE_REFS_MAX &&
        mln_image_ref_parse(text, &i->arena, &i->refs[i->n_refs]) == 0)
        i->n_refs++;
}
