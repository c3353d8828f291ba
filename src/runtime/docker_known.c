#include "runtime/docker_known.h"

struct mln_image *docker_known_image(struct docker_known *k, struct mln_sv id, bool *ret_stale)
{
    for (unsigned i = 0; id.len && i < k->n_images; i++)
        if (mln_sv_eq(k->images[i]->id, id)) {
            *ret_stale = k->stale[i];
            return k->images[i];
        }
    *ret_stale = true;
    return NULL;
}

bool docker_known_image_is_used(const struct docker_known *k, struct mln_sv id)
{
    for (unsigned i = 0; i < k->n_running; i++)
        if (mln_sv_eq(k->running[i]->image_id, id))
            return true;
    for (unsigned i = 0; i < k->n_prepared; i++)
        if (mln_sv_eq(k->prepared[i]->image_id, id))
            return true;
    return false;
}

static void remove_image(struct docker_known *k, unsigned at)
{
    (void)mln_image_free(k->images[at]);
    k->n_images--;
    k->images[at] = k->images[k->n_images];
    k->stale[at] = k->stale[k->n_images];
}

void docker_known_forget_image(struct docker_known *k, struct mln_sv id)
{
    for (unsigned i = 0; i < k->n_images; i++)
        if (mln_sv_eq(k->images[i]->id, id)) {
            remove_image(k, i);
            return;
        }
}

void docker_known_keep_image(struct docker_known *k, struct mln_image *image)
{
    docker_known_forget_image(k, image->id);
    for (unsigned i = 0; k->n_images == DOCKER_IMAGES_MAX && i < k->n_images; i++)
        if (!docker_known_image_is_used(k, k->images[i]->id))
            remove_image(k, i);
    if (k->n_images == DOCKER_IMAGES_MAX) {
        (void)mln_image_free(image);
        return;
    }
    k->stale[k->n_images] = false;
    k->images[k->n_images++] = image;
}

unsigned docker_known_find(const struct docker_known *k, struct mln_sv id)
{
    unsigned i = 0;

    while (i < k->n_running && !mln_sv_eq(k->running[i]->id, id))
        i++;
    return i;
}

void docker_known_remove(struct docker_known *k, unsigned at)
{
    (void)mln_container_free(k->running[at]);
    k->n_running--;
    k->running[at] = k->running[k->n_running];
    k->listed[at] = k->listed[k->n_running];
    k->early[at] = k->early[k->n_running];
}

static unsigned find_prepared(const struct docker_known *k, struct mln_sv id)
{
    unsigned i = 0;

    while (i < k->n_prepared && !mln_sv_eq(k->prepared[i]->id, id))
        i++;
    return i;
}

struct mln_container *docker_known_take_prepared(struct docker_known *k, struct mln_sv id)
{
    unsigned at = find_prepared(k, id);

    if (at == k->n_prepared)
        return NULL;
    struct mln_container *c = k->prepared[at];
    k->prepared[at] = k->prepared[--k->n_prepared];
    return c;
}

void docker_known_prepare(struct docker_known *k, struct mln_container *c)
{
    (void)mln_container_free(docker_known_take_prepared(k, c->id));
    if (k->n_prepared == DOCKER_PREPARED_MAX)
        (void)mln_container_free(c);
    else
        k->prepared[k->n_prepared++] = c;
}

void docker_known_done(struct docker_known *k)
{
    for (unsigned i = 0; i < k->n_running; i++)
        (void)mln_container_free(k->running[i]);
    for (unsigned i = 0; i < k->n_prepared; i++)
        (void)mln_container_free(k->prepared[i]);
    for (unsigned i = 0; i < k->n_images; i++)
        (void)mln_image_free(k->images[i]);
}
