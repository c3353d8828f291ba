#include "io/loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

/* A wheel of 4096 slots of 10 ms: timers further away than 40 s go round more than once. */
enum { SLOTS = 4096, EVENTS = 256 };
#define TICK (10 * MLN_NSEC_PER_MSEC)

struct mln_loop {
    int epfd;
    bool stop;
    mln_nsec now, wall;
    uint64_t tick; /* the slot that fires next */
    uint64_t armed;
    struct mln_timer slot[SLOTS]; /* list heads */
    struct epoll_event ev[EVENTS];
    int n_ev; /* of this turn; entries of deleted descriptors are NULLed */
    void (*after)(void *arg);
    void *after_arg;
};

int mln_loop_new(struct mln_loop **ret)
{
    struct mln_loop *l = calloc(1, sizeof(*l));

    if (!l)
        return -ENOMEM;
    l->epfd = epoll_create1(EPOLL_CLOEXEC);
    if (l->epfd < 0) {
        int r = -errno;
        free(l);
        return r;
    }
    for (unsigned i = 0; i < SLOTS; i++)
        l->slot[i].next = l->slot[i].prev = &l->slot[i];
    l->now = mln_now_mono();
    l->wall = mln_now_wall();
    l->tick = l->now / TICK;
    *ret = l;
    return 0;
}

struct mln_loop *mln_loop_free(struct mln_loop *l)
{
    if (l) {
        (void)close(l->epfd);
        free(l);
    }
    return NULL;
}

void mln_loop_stop(struct mln_loop *l)
{
    l->stop = true;
}

mln_nsec mln_loop_now(const struct mln_loop *l)
{
    return l->now;
}

mln_nsec mln_loop_wall(const struct mln_loop *l)
{
    return l->wall;
}

void mln_loop_after_turn(struct mln_loop *l, void (*fn)(void *arg), void *arg)
{
    l->after = fn;
    l->after_arg = arg;
}

/* ---- descriptors ---- */

static uint32_t to_epoll(uint32_t events)
{
    /* without EPOLLIN no EPOLLRDHUP either: a half-closed peer would wake us for ever */
    uint32_t e = events & MLN_IO_READ ? EPOLLIN | EPOLLRDHUP : 0;

    e |= events & MLN_IO_WRITE ? EPOLLOUT : 0;
    /* EPOLLRDHUP may not stand beside EPOLLEXCLUSIVE */
    return events & MLN_IO_EXCLUSIVE ? (EPOLLIN | EPOLLEXCLUSIVE) : e;
}

static uint32_t from_epoll(uint32_t e)
{
    uint32_t events = 0;

    events |= e & (EPOLLIN | EPOLLRDHUP) ? MLN_IO_READ : 0;
    events |= e & EPOLLOUT ? MLN_IO_WRITE : 0;
    events |= e & EPOLLHUP ? MLN_IO_HUP | MLN_IO_READ : 0;
    events |= e & EPOLLERR ? MLN_IO_ERROR | MLN_IO_READ : 0;
    return events;
}

int mln_io_add(struct mln_loop *l, struct mln_io *io, uint32_t events)
{
    struct epoll_event e = {.events = to_epoll(events), .data = {.ptr = io}};

    io->interest = events;
    return epoll_ctl(l->epfd, EPOLL_CTL_ADD, io->fd, &e) < 0 ? -errno : 0;
}

int mln_io_set(struct mln_loop *l, struct mln_io *io, uint32_t events)
{
    struct epoll_event e = {.events = to_epoll(events), .data = {.ptr = io}};

    if (io->interest == events)
        return 0;
    io->interest = events;
    return epoll_ctl(l->epfd, EPOLL_CTL_MOD, io->fd, &e) < 0 ? -errno : 0;
}

void mln_io_del(struct mln_loop *l, struct mln_io *io)
{
    (void)epoll_ctl(l->epfd, EPOLL_CTL_DEL, io->fd, NULL);
    for (int i = 0; i < l->n_ev; i++)
        if (l->ev[i].data.ptr == io)
            l->ev[i].data.ptr = NULL;
}

/* ---- timers ---- */

static void unlink_timer(struct mln_timer *t)
{
    t->prev->next = t->next;
    t->next->prev = t->prev;
    t->next = t->prev = NULL;
}

static void link_timer(struct mln_loop *l, struct mln_timer *t)
{
    uint64_t tick = (t->deadline + TICK - 1) / TICK;
    struct mln_timer *head = &l->slot[MLN_MAX(tick, l->tick) % SLOTS];

    t->next = head;
    t->prev = head->prev;
    head->prev->next = t;
    head->prev = t;
}

/* A later deadline moves lazily: the timer stays in its slot and goes on from there. */
void mln_timer_arm(struct mln_loop *l, struct mln_timer *t, mln_nsec after)
{
    mln_nsec deadline = l->now + after;

    if (t->next && t->deadline && deadline >= t->deadline) {
        t->deadline = deadline;
        return;
    }
    if (t->next)
        unlink_timer(t);
    else
        l->armed++;
    t->deadline = deadline;
    link_timer(l, t);
}

void mln_timer_disarm(struct mln_loop *l, struct mln_timer *t)
{
    if (t->next) {
        unlink_timer(t);
        l->armed--;
    }
    t->deadline = 0;
}

static void fire_slot(struct mln_loop *l, struct mln_timer *head)
{
    struct mln_timer due = {.next = &due, .prev = &due};

    if (head->next == head)
        return;
    /* the slot's timers move to a list of our own: firing may arm and disarm any of them */
    due.next = head->next;
    due.prev = head->prev;
    due.next->prev = due.prev->next = &due;
    head->next = head->prev = head;
    while (due.next != &due) {
        struct mln_timer *t = due.next;
        unlink_timer(t);
        if (t->deadline > l->now) {
            link_timer(l, t);
            continue;
        }
        l->armed--;
        t->deadline = 0;
        t->fire(t);
    }
}

static void run_timers(struct mln_loop *l)
{
    uint64_t until = l->now / TICK;

    if (until >= l->tick + SLOTS) /* asleep for a whole round: each slot once is enough */
        l->tick = until - SLOTS + 1;
    while (l->tick <= until) {
        struct mln_timer *head = &l->slot[l->tick % SLOTS];
        l->tick++;
        fire_slot(l, head);
    }
}

/* Milliseconds until the next slot that holds a timer, at most `max_wait`. */
static int wait_ms(const struct mln_loop *l, mln_nsec max_wait)
{
    uint64_t max_ticks = max_wait / TICK + 1;

    if (!l->armed)
        return max_wait >= (mln_nsec)INT32_MAX * MLN_NSEC_PER_MSEC
                   ? -1
                   : (int)(max_wait / MLN_NSEC_PER_MSEC);
    for (uint64_t i = 0; i < MLN_MIN(max_ticks, (uint64_t)100); i++) {
        const struct mln_timer *head = &l->slot[(l->tick + i) % SLOTS];
        if (head->next != head)
            return (int)((i + 1) * 10);
    }
    return (int)MLN_MIN(max_wait / MLN_NSEC_PER_MSEC, (mln_nsec)1000);
}

int mln_loop_turn(struct mln_loop *l, mln_nsec max_wait)
{
    int n = epoll_wait(l->epfd, l->ev, EVENTS, wait_ms(l, max_wait));

    if (n < 0 && errno != EINTR)
        return -errno;
    l->n_ev = MLN_MAX(n, 0);
    l->now = mln_now_mono();
    l->wall = mln_now_wall();
    for (int i = 0; i < l->n_ev; i++) {
        struct mln_io *io = l->ev[i].data.ptr;
        if (io)
            io->ready(io, from_epoll(l->ev[i].events));
    }
    l->n_ev = 0;
    run_timers(l);
    if (l->after)
        l->after(l->after_arg);
    return 0;
}

int mln_loop_run(struct mln_loop *l)
{
    int r = 0;

    while (!l->stop && r == 0)
        r = mln_loop_turn(l, 3600 * MLN_NSEC_PER_SEC);
    return r;
}
