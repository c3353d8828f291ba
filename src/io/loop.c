#include "io/loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

/* A wheel of 4096 slots of 10 ms: timers further away than 40 s go round more than once. */
enum { SLOTS = 4096, EVENTS = 256 };
#define TICK (10 * MLN_NSEC_PER_MSEC)

struct mln_loop {
    int epfd;
    bool stop, hurry;
    mln_nsec now, wall;
    uint64_t tick; /* the slot that fires next */
    uint64_t armed;
    struct mln_timer slot[SLOTS]; /* list heads */
    uint64_t maybe[SLOTS / 64];   /* bit per slot: clear = certainly empty */
    struct epoll_event ev[EVENTS];
    bool saw_all;
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

void mln_loop_hurry(struct mln_loop *l)
{
    l->hurry = true;
}

mln_nsec mln_loop_now(const struct mln_loop *l)
{
    return l->now;
}

mln_nsec mln_loop_wall(const struct mln_loop *l)
{
    return l->wall;
}

bool mln_loop_saw_all(const struct mln_loop *l)
{
    return l->saw_all;
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
    io->reported = 0;
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

static void drop_reported(struct mln_loop *l, struct mln_io *io)
{
    for (int i = 0; io->reported && i < l->n_ev; i++)
        if (l->ev[i].data.ptr == io)
            l->ev[i].data.ptr = NULL;
    io->reported = 0;
}

void mln_io_del(struct mln_loop *l, struct mln_io *io)
{
    (void)epoll_ctl(l->epfd, EPOLL_CTL_DEL, io->fd, NULL);
    drop_reported(l, io);
}

void mln_io_close(struct mln_loop *l, struct mln_io *io)
{
    drop_reported(l, io);
    (void)close(io->fd);
    io->fd = -1;
}

int mln_io_move(struct mln_loop *l, struct mln_io *from, struct mln_io *to, uint32_t events)
{
    struct epoll_event e = {.events = to_epoll(events), .data = {.ptr = to}};

    if (epoll_ctl(l->epfd, EPOLL_CTL_MOD, from->fd, &e) < 0)
        return -errno;
    drop_reported(l, from);
    to->fd = from->fd;
    to->interest = events;
    to->reported = 0;
    from->fd = -1;
    return 0;
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
    unsigned i = (unsigned)(MLN_MAX(tick, l->tick) % SLOTS);
    struct mln_timer *head = &l->slot[i];

    l->maybe[i / 64] |= UINT64_C(1) << (i % 64);
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
        unsigned i = (unsigned)(l->tick % SLOTS);
        l->tick++;
        if (l->maybe[i / 64] >> (i % 64) & 1) {
            l->maybe[i / 64] &= ~(UINT64_C(1) << (i % 64));
            fire_slot(l, &l->slot[i]);
        }
    }
}

/* Ticks from l->tick to the next slot that may hold a timer; SLOTS when there is none. */
static unsigned next_slot(const struct mln_loop *l)
{
    unsigned start = (unsigned)(l->tick % SLOTS);

    for (unsigned n = 0; n <= SLOTS / 64; n++) {
        unsigned word = (start / 64 + n) % (SLOTS / 64);
        uint64_t bits = l->maybe[word];
        if (n == 0)
            bits &= ~UINT64_C(0) << (start % 64);
        if (bits)
            return (word * 64 + (unsigned)__builtin_ctzll(bits) + SLOTS - start) % SLOTS;
    }
    return SLOTS;
}

/* Milliseconds to wait, rounded up so that the slot is due when we wake; -1: for ever. */
static int wait_ms(const struct mln_loop *l, mln_nsec max_wait)
{
    mln_nsec wait = max_wait;

    if (l->armed) {
        mln_nsec due = (l->tick + next_slot(l)) * TICK;
        wait = MLN_MIN(wait, due > l->now ? due - l->now : 0);
    }
    uint64_t ms = wait / MLN_NSEC_PER_MSEC + (wait % MLN_NSEC_PER_MSEC != 0);
    return ms > INT32_MAX ? -1 : (int)ms;
}

int mln_loop_turn(struct mln_loop *l, mln_nsec max_wait)
{
    int n = epoll_wait(l->epfd, l->ev, EVENTS, l->hurry ? 0 : wait_ms(l, max_wait));

    l->hurry = false;
    if (n < 0 && errno != EINTR)
        return -errno;
    l->n_ev = MLN_MAX(n, 0);
    l->saw_all = n >= 0 && n < EVENTS;
    l->now = mln_now_mono();
    l->wall = mln_now_wall();
    for (int i = 0; i < l->n_ev; i++)
        ((struct mln_io *)l->ev[i].data.ptr)->reported = from_epoll(l->ev[i].events);
    for (int i = 0; i < l->n_ev; i++) {
        struct mln_io *io = l->ev[i].data.ptr;
        if (!io)
            continue;
        uint32_t events = io->reported;
        io->reported = 0;
        io->ready(io, events);
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
