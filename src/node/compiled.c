#include "node/compiled.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "node/blob.h"
#include "node/keys.h"

struct compiled {
    struct mln_policy_ref ref; /* first */
    struct mln_blob policy;
    void *lists_map; /* NULL: none */
    size_t lists_len;
    struct mln_lists lists;
    uint32_t *bound;
};

static int map_lists(struct compiled *c, int fd)
{
    off_t len = mln_memfd_is_sealed(fd) ? lseek(fd, 0, SEEK_END) : 0;

    if (len <= 0)
        return -EBADMSG;
    void *p = mmap(NULL, (size_t)len, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return -errno;
    c->lists_map = p;
    c->lists_len = (size_t)len;
    return mln_lists_open(p, c->lists_len, &c->lists);
}

static void gone(struct mln_policy_ref *ref)
{
    struct compiled *c = (struct compiled *)(void *)ref;

    mln_policy_tls_free(ref);
    mln_blob_unmap(&c->policy);
    if (c->lists_map)
        (void)munmap(c->lists_map, c->lists_len);
    free(c->bound);
    free(c);
}

static int bind_lists(struct compiled *c, int fd)
{
    size_t n = mln_snapshot_bind_size(&c->ref.snap);
    int r = map_lists(c, fd);

    if (r < 0)
        return r;
    c->bound = calloc(n ? n : 1, sizeof(*c->bound));
    if (!c->bound)
        return -ENOMEM;
    mln_snapshot_bind(&c->ref.snap, &c->lists, c->bound);
    return 0;
}

static int make_tls(struct mln_policy_ref *p, int keys_fd, const struct mln_tls_tickets *tickets,
                    char why[128])
{
    struct mln_keys keys;
    int r = mln_keys_map(keys_fd, p->snap.h->revision, &keys);

    if (r < 0) {
        (void)snprintf(why, 128, "the keys are not sealed or not of this policy");
        return r;
    }
    struct mln_sv *list = calloc(keys.n + 1, sizeof(*list));
    for (uint32_t i = 0; list && i < keys.n; i++)
        list[i] = mln_keys_get(&keys, i);
    r = list ? mln_policy_tls_new(p, list, keys.n, tickets, why) : -ENOMEM;
    free(list);
    mln_keys_unmap(&keys);
    return r;
}

struct mln_policy_ref *mln_compiled_map(const int *fds, size_t n,
                                        const struct mln_tls_tickets *tickets, char reterr_why[128])
{
    struct compiled *c = calloc(1, sizeof(*c));

    (void)snprintf(reterr_why, 128, "the blob is not sealed or not of this build");
    if (!c)
        return NULL;
    int r = n < 2 ? -EPROTO : mln_blob_map(fds[0], &c->policy);
    if (r == 0) {
        c->ref.snap = c->policy.snap;
        r = n > 2 ? bind_lists(c, fds[2]) : 0;
    }
    if (r == 0)
        r = make_tls(&c->ref, fds[1], tickets, reterr_why);
    if (r < 0) {
        gone(&c->ref);
        return NULL;
    }
    c->ref.refs = 1;
    c->ref.gone = gone;
    return &c->ref;
}
