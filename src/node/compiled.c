#include "node/compiled.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "node/blob.h"

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

struct mln_policy_ref *mln_compiled_map(int policy_fd, int lists_fd)
{
    struct compiled *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    int r = mln_blob_map(policy_fd, &c->policy);
    if (r == 0) {
        c->ref.snap = c->policy.snap;
        r = lists_fd >= 0 ? bind_lists(c, lists_fd) : 0;
    }
    if (r < 0) {
        gone(&c->ref);
        return NULL;
    }
    c->ref.refs = 1;
    c->ref.gone = gone;
    return &c->ref;
}
