#include "node/ticket_keys.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "io/tls.h"

static int seal(int *fd, struct mln_tls_tickets *keys)
{
    int made = mln_memfd_sealed("merlon-tickets", mln_sv(keys, sizeof(*keys)));

    explicit_bzero(keys, sizeof(*keys));
    if (made < 0)
        return made;
    mln_fd_close(fd);
    *fd = made;
    return 0;
}

int mln_ticket_keys_new(int *fd)
{
    struct mln_tls_tickets keys;

    mln_random(&keys, sizeof(keys));
    return seal(fd, &keys);
}

int mln_ticket_keys_rotate(int *fd)
{
    struct mln_tls_tickets keys;

    if (pread(*fd, &keys, sizeof(keys), 0) != (ssize_t)sizeof(keys))
        return -EIO;
    memmove(&keys.key[1], &keys.key[0], sizeof(keys) - sizeof(keys.key[0]));
    mln_random(&keys.key[0], sizeof(keys.key[0]));
    return seal(fd, &keys);
}

/* Mapped: a worker that is locked in may not pread(2). */
int mln_ticket_keys_read(int fd, struct mln_tls_tickets *ret)
{
    struct mln_tls_tickets *keys = MAP_FAILED;

    if (mln_memfd_is_sealed(fd) && lseek(fd, 0, SEEK_END) == (off_t)sizeof(*keys))
        keys = mmap(NULL, sizeof(*keys), PROT_READ, MAP_SHARED, fd, 0);
    if (keys == MAP_FAILED)
        return -EBADMSG;
    *ret = *keys;
    (void)munmap(keys, sizeof(*keys));
    return 0;
}
