#include "node/ticket_keys.h"

#include <errno.h>
#include <string.h>
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
