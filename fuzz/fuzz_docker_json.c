/* Answers of Docker: the first byte says which one it is taken for. */
#include "runtime/docker_json.h"
#include "runtime/scope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_listed(void *arg, struct mln_container *c)
{
    *(size_t *)arg += c->id.len + c->n_ports;
    (void)mln_container_free(c);
}

static void use_container(struct mln_sv json)
{
    static const struct mln_sv globs[] = {MLN_SV("*/a:*"), MLN_SV("tier"), MLN_SV("*")};
    const struct mln_scope s = {.images = {globs, 1}, .labels = {globs + 1, 2}};
    struct mln_container *c = NULL;
    struct mln_sv hit;
    struct mln_arena a;

    if (mln_docker_read_container(json, &c) < 0)
        return;
    MLN_REQUIRE(c->n_ports <= MLN_WORKLOAD_PORTS_MAX && c->n_labels <= MLN_CONTAINER_LABELS_MAX);
    mln_arena_init(&a, 65536);
    (void)mln_scope_match(&s, c, NULL, MLN_SV("node"), &hit);
    (void)mln_image_shown(c, NULL, &a);
    mln_arena_done(&a);
    (void)mln_container_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_docker_event event;
    struct mln_image *image = NULL;
    size_t total = 0;

    if (size == 0)
        return 0;
    struct mln_sv json = mln_sv(data + 1, size - 1);
    switch (data[0] & 3) {
    case 0:
        (void)!mln_docker_read_list(json, on_listed, &total);
        break;
    case 1:
        use_container(json);
        break;
    case 2:
        if (mln_docker_read_image(json, &image) == 0)
            (void)mln_image_free(image);
        break;
    default:
        if (mln_docker_read_event(json, &event) == 0)
            MLN_REQUIRE(event.id_len < sizeof(event.id));
        break;
    }
    return 0;
}
