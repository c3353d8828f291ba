#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/time.h"

void mln_fd_close(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    errno = saved;
}

static int change_flags(int fd, int get, int set, int flag, bool on)
{
    int flags = fcntl(fd, get);

    if (flags < 0)
        return -errno;
    flags = on ? flags | flag : flags & ~flag;
    return fcntl(fd, set, flags) < 0 ? -errno : 0;
}

int mln_fd_nonblock(int fd)
{
    return change_flags(fd, F_GETFL, F_SETFL, O_NONBLOCK, true);
}

int mln_fd_cloexec(int fd, bool on)
{
    return change_flags(fd, F_GETFD, F_SETFD, FD_CLOEXEC, on);
}

int mln_fd_read_all(int fd, struct mln_buf *out)
{
    for (;;) {
        char tmp[16384];
        ssize_t n = read(fd, tmp, sizeof(tmp));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            return 0;
        mln_buf_add(out, tmp, (size_t)n);
        if (mln_buf_failed(out))
            return -EFBIG;
    }
}

int mln_file_read(const char *path, size_t limit_bytes, struct mln_buf *out)
{
    MLN_CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return -errno;
    out->limit_bytes = limit_bytes;
    return mln_fd_read_all(fd, out);
}

int mln_fd_write_all(int fd, const void *p, size_t n)
{
    const char *at = p;

    while (n) {
        ssize_t w = write(fd, at, n);
        if (w < 0 && errno == EINTR)
            continue;
        if (w < 0)
            return -errno;
        at += w;
        n -= (size_t)w;
    }
    return 0;
}

int mln_fd_write_within(int fd, struct mln_sv bytes, unsigned ms)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    mln_nsec end = mln_now_mono() + ms * MLN_NSEC_PER_MSEC;

    while (bytes.len) {
        ssize_t w = write(fd, bytes.p, bytes.len);
        if (w < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        bytes = mln_sv_sub(bytes, w > 0 ? (size_t)w : 0, bytes.len);
        mln_nsec now = mln_now_mono();
        if (bytes.len && now >= end)
            return -ETIMEDOUT;
        if (bytes.len)
            (void)poll(&p, 1, (int)((end - now) / MLN_NSEC_PER_MSEC) + 1);
    }
    return 0;
}

int mln_memfd_sealed(const char *name, struct mln_sv bytes)
{
    MLN_CLEANUP_FD int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0)
        return -errno;
    int r = mln_fd_write_all(fd, bytes.p, bytes.len);
    if (r < 0)
        return r;
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
        return -errno;
    return mln_fd_take(&fd);
}

int mln_memfd_shared(const char *name, size_t n)
{
    MLN_CLEANUP_FD int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0)
        return -errno;
    if (ftruncate(fd, (off_t)n) < 0)
        return -errno;
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
        return -errno;
    return mln_fd_take(&fd);
}

bool mln_memfd_is_sealed(int fd)
{
    int want = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;
    int have = fcntl(fd, F_GET_SEALS);

    return have >= 0 && (have & want) == want;
}

void mln_random(void *p, size_t n)
{
    char *at = p;

    while (n) {
        ssize_t r = getrandom(at, n, 0);
        if (r < 0 && errno == EINTR)
            continue;
        MLN_REQUIRE(r > 0);
        at += r;
        n -= (size_t)r;
    }
}
