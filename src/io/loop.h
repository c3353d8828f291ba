/* One epoll loop per process: descriptors, timers, work for the next turn. One thread. */
#ifndef MLN_IO_LOOP_H
#define MLN_IO_LOOP_H

#include "base/base.h"
#include "base/time.h"

struct mln_loop;

enum {
    MLN_IO_READ = 1 << 0,
    MLN_IO_WRITE = 1 << 1,
    MLN_IO_HUP = 1 << 2,
    MLN_IO_ERROR = 1 << 3,
    MLN_IO_EXCLUSIVE = 1 << 4 /* registration only: EPOLLEXCLUSIVE, for shared listeners */
};

/* Embedded in the owner; not moved while registered. */
struct mln_io {
    int fd;
    uint32_t interest; /* private: what the kernel was told */
    uint32_t reported; /* private: events of this turn that are still to be delivered */
    void (*ready)(struct mln_io *io, uint32_t events);
};

/* Embedded; fires once. `next`/`prev` private. Granularity: 10 ms, never early. */
struct mln_timer {
    struct mln_timer *next, *prev;
    mln_nsec deadline; /* monotonic; 0 = not armed */
    void (*fire)(struct mln_timer *t);
};

int mln_loop_new(struct mln_loop **ret) MLN_WARN_UNUSED;
struct mln_loop *mln_loop_free(struct mln_loop *l);
/* Runs until mln_loop_stop. 0 or negative errno of epoll. */
int mln_loop_run(struct mln_loop *l) MLN_WARN_UNUSED;
/* The next turn does not wait: there is work whatever descriptors and timers say. */
void mln_loop_hurry(struct mln_loop *l);
/* One turn, waiting at most `max_wait`. */
int mln_loop_turn(struct mln_loop *l, mln_nsec max_wait) MLN_WARN_UNUSED;
void mln_loop_stop(struct mln_loop *l);
/* Monotonic and wall time as of the start of this turn: no clock call per event. */
mln_nsec mln_loop_now(const struct mln_loop *l);
mln_nsec mln_loop_wall(const struct mln_loop *l);

/* Level-triggered unless stated. 0 or negative errno. */
int mln_io_add(struct mln_loop *l, struct mln_io *io, uint32_t events) MLN_WARN_UNUSED;
/* Tells the kernel only when the interest changes. */
int mln_io_set(struct mln_loop *l, struct mln_io *io, uint32_t events) MLN_WARN_UNUSED;
/* Before close(fd). No further ready() for it, also not in this turn. */
void mln_io_del(struct mln_loop *l, struct mln_io *io);
/* Instead of both, for a descriptor that no other process ever had: the kernel forgets it with its
 * last holder, which saves a call. io->fd is -1 afterwards. */
void mln_io_close(struct mln_loop *l, struct mln_io *io);
/* `to` takes the registered descriptor over from `from`, whose fd is -1 afterwards; on an error
 * nothing changes. Events of this turn that `from` was not told yet come again in the next. */
int mln_io_move(struct mln_loop *l, struct mln_io *from, struct mln_io *to,
                uint32_t events) MLN_WARN_UNUSED;

/* True when events of this descriptor wait to be delivered in this turn: whoever is about to use it
 * knows that it is not as quiet as it was. */
static inline bool mln_io_reported(const struct mln_io *io)
{
    return io->reported != 0;
}

/* Every descriptor that was ready at the start of this turn was reported: one that was not was
 * quiet at that time. False when there were too many. */
bool mln_loop_saw_all(const struct mln_loop *l);

/* Re-arming an armed timer moves it; cheap (a hashed wheel, lazily moved). */
void mln_timer_arm(struct mln_loop *l, struct mln_timer *t, mln_nsec after);
void mln_timer_disarm(struct mln_loop *l, struct mln_timer *t);
/* Called after each turn's events (for snapshot swaps, deferred frees). */
void mln_loop_after_turn(struct mln_loop *l, void (*fn)(void *arg), void *arg);

#endif
