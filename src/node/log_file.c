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
    f->begun = f->cut = false;
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
static ssize_t write_some(struct mln_log_file *f)
{
    struct pollfd p = {.fd = f->fd, .events = POLLOUT};
    size_t n = mln_log_file_waiting(f);

    if (f->stream && poll(&p, 1, 0) <= 0)
        return -EAGAIN;
    if (f->cut && write(f->fd, "\n", 1) < 0)
        return errno == EINTR ? 0 : -errno;
    f->cut = false;
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

/* What waits is lost: on a disk that is full it would only be more and more. */
static void give_up(struct mln_log_file *f, int err)
{
    mln_nsec now = mln_now_mono();

    if (!f->told || now - f->told >= MLN_NSEC_PER_SEC) {
        mln_log(MLN_LOG_ERROR, f->failed, MLN_KVS("why", strerror(err)),
                MLN_KVS("effect", "these lines are lost"));
        f->told = now;
    }
    for (; f->head < f->queue.len; f->head++)
        f->lost += f->queue.p[f->head] == '\n';
    f->cut = f->cut || f->begun;
    f->begun = false;
}

bool mln_log_file_flush(struct mln_log_file *f)
{
    size_t before = f->head;
    ssize_t n = 0;

    while (f->fd >= 0 && mln_log_file_waiting(f) && (n = write_some(f)) >= 0)
        f->head += (size_t)n;
    bool written = f->head > before;
    if (written)
        f->begun = f->queue.p[f->head - 1] != '\n';
    if (n < 0 && n != -EAGAIN)
        give_up(f, (int)-n);
    compact(f);
    return written;
}
