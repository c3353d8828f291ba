#include "node/blob.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"

int mln_blob_map(int fd, struct mln_blob *ret)
{
    off_t len = mln_memfd_is_sealed(fd) ? lseek(fd, 0, SEEK_END) : 0;
    struct mln_blob b = {.len = len > 0 ? (size_t)len : 0};

    if (!b.len)
        return -EBADMSG;
    b.map = mmap(NULL, b.len, PROT_READ, MAP_SHARED, fd, 0);
    if (b.map == MAP_FAILED)
        return -EBADMSG;
    if (mln_snapshot_open(b.map, b.len, &b.snap) < 0 || b.snap.n_rules == 0) {
        mln_blob_unmap(&b);
        return -EBADMSG;
    }
    *ret = b;
    return 0;
}

void mln_blob_unmap(struct mln_blob *b)
{
    if (b->map)
        (void)munmap(b->map, b->len);
    b->map = NULL;
}
