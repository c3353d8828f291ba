/* File descriptors with scope, whole-file reads, sealed memory files. */
#ifndef MLN_BASE_FD_H
#define MLN_BASE_FD_H

#include "base/base.h"
#include "base/buf.h"

/* Closes *fd when it is >= 0 and sets it to -1; errno is kept. For MLN_CLEANUP. */
void mln_fd_close(int *fd);
#define MLN_CLEANUP_FD MLN_CLEANUP(mln_fd_close)
static inline int mln_fd_take(int *fd)
{
    int r = *fd;
    *fd = -1;
    return r;
}

/* All of them return 0 or a negative errno unless said otherwise. */
int mln_fd_nonblock(int fd) MLN_WARN_UNUSED;
int mln_fd_cloexec(int fd, bool on) MLN_WARN_UNUSED;
/* Appends the whole of fd to out (respecting out->limit_bytes: -EFBIG). */
int mln_fd_read_all(int fd, struct mln_buf *out) MLN_WARN_UNUSED;
int mln_file_read(const char *path, size_t limit_bytes, struct mln_buf *out) MLN_WARN_UNUSED;
int mln_fd_write_all(int fd, const void *p, size_t n) MLN_WARN_UNUSED;
/* The same to a non-blocking descriptor whose reader has so long for all of it: -ETIMEDOUT. */
int mln_fd_write_within(int fd, struct mln_sv bytes, unsigned ms) MLN_WARN_UNUSED;

/* A memfd with these bytes, sealed against writing, growing, shrinking and more seals.
 * The descriptor (close-on-exec), or a negative errno. */
int mln_memfd_sealed(const char *name, struct mln_sv bytes) MLN_WARN_UNUSED;
/* A zeroed memfd of exactly n bytes, sealed against growing and shrinking, still writable. */
int mln_memfd_shared(const char *name, size_t n) MLN_WARN_UNUSED;
/* True when fd is a memfd that nobody can change any more. */
bool mln_memfd_is_sealed(int fd);

/* n bytes from the kernel's generator; aborts when there is none (no safe way on). */
void mln_random(void *p, size_t n);

#endif
