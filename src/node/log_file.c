#include "node/log_file.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"

enum { FLUSH_BYTES = 65536 };

void mln_log_file_open(struct mln_log_file *f, int fd)
{
    mln_fd_close(&f->fd);
    f->fd = fd;
    f->stream = fd >= 0 && lseek(fd, 0, SEEK_CUR) < 0; /* a pipe, a socket, a terminal */
}

void mln_log_file_done(struct mln_log_file *f)
{
    mln_buf_done(&f->queue);
    f->head = 0;
}

size_t mln_log_file_waiting(const struct mln_log_file *f)
{
    return f->queue.len - f->head;
}

static void lose(struct mln_log_file *f)
{
    f->lost++;
    if (!f->stalling)
        mln_log(MLN_LOG_WARN, "log_reader_stalls", MLN_KVS("log", f->name),
                MLN_KVS("effect", "lines are dropped and counted"));
    f->stalling = true;
}

void mln_log_file_add(struct mln_log_file *f, const struct mln_buf *line)
{
    size_t before = f->queue.len;

    if (f->fd < 0)
        return;
    if (mln_buf_failed(line) || mln_log_file_waiting(f) + line->len > MLN_LOG_FILE_WAITING_MAX) {
        lose(f);
        return;
    }
    mln_buf_add(&f->queue, line->p, line->len);
    if (mln_buf_failed(&f->queue)) { /* no memory: this one is lost, those before it are not */
        f->queue.failed = false;
        f->queue.len = before;
        lose(f);
    }
    if (mln_log_file_waiting(f) > FLUSH_BYTES)
        (void)mln_log_file_flush(f);
}

/* Bytes written, -EAGAIN when the reader is behind, or another negative errno. A pipe that has
 * room takes PIPE_BUF bytes without waiting, also where it cannot be told not to wait. */
static ssize_t write_some(const struct mln_log_file *f)
{
    struct pollfd p = {.fd = f->fd, .events = POLLOUT};
    size_t n = mln_log_file_waiting(f);

    if (f->stream && poll(&p, 1, 0) <= 0)
        return -EAGAIN;
    ssize_t w = write(f->fd, f->queue.p + f->head, f->stream ? MLN_MIN(n, (size_t)PIPE_BUF) : n);
    return w >= 0 ? w : errno == EINTR ? 0 : -errno;
}

/* What is gone is cut off once it is half of what may wait, so that no byte is moved twice for it.
 */
static void compact(struct mln_log_file *f)
{
    if (f->head < f->queue.len && f->head < MLN_LOG_FILE_WAITING_MAX / 2)
        return;
    mln_buf_consume(&f->queue, f->head);
    f->head = 0;
    f->stalling = f->stalling && f->queue.len;
}

bool mln_log_file_flush(struct mln_log_file *f)
{
    size_t before = f->head;
    ssize_t n = 0;

    while (f->fd >= 0 && mln_log_file_waiting(f) && (n = write_some(f)) >= 0)
        f->head += (size_t)n;
    bool written = f->head > before;
    if (n < 0 && n != -EAGAIN) {
        mln_log(MLN_LOG_ERROR, f->failed, MLN_KVS("why", strerror((int)-n)),
                MLN_KVS("effect", "these lines are lost"));
        f->head = f->queue.len;
    }
    compact(f);
    return written;
}
