/* A log that the courier writes lines to. Files are written at once; whoever reads a pipe or a
 * terminal may stall, so for those nothing waits: up to MLN_LOG_FILE_WAITING_MAX bytes are kept,
 * and lines that have no room are dropped and counted. One thread. */
#ifndef MLN_NODE_LOG_FILE_H
#define MLN_NODE_LOG_FILE_H

#include "base/buf.h"
#include "base/time.h"

enum { MLN_LOG_FILE_WAITING_MAX = 8 << 20 };

struct mln_log_file {
    int fd;                /* -1: there is none, and lines go nowhere */
    const char *name;      /* in messages and metrics: "audit", "access" */
    const char *failed;    /* the event when it cannot be written */
    struct mln_buf queue;  /* lines, the first perhaps begun */
    size_t head;           /* of what was not written */
    uint64_t lost;         /* lines */
    bool begun, cut;       /* of what was written last the end waits, or was lost */
    mln_nsec told;         /* when the last error was logged */
    bool stream, stalling; /* stream: may stall; stalling: lines were lost since it was empty */
};

/* Takes fd, after closing the one before it; what waits goes to the new one. */
void mln_log_file_open(struct mln_log_file *f, int fd);
/* Frees what waits; the descriptor stays open. */
void mln_log_file_done(struct mln_log_file *f);
/* One line with its end, copied. Written when enough has come together, or by a flush. */
void mln_log_file_add(struct mln_log_file *f, const struct mln_buf *line);
/* Writes what can be written without waiting for a reader. With an error, of which the first of a
 * second is logged, what waits is lost and counted; a line that was cut is ended before the next
 * one, so that two do not become one that nobody can read. True when something was written. */
bool mln_log_file_flush(struct mln_log_file *f);
/* Bytes that wait for the reader of a stream. */
size_t mln_log_file_waiting(const struct mln_log_file *f);

#endif
