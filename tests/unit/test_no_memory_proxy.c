/* The data plane with the n-th allocation failing, between a client and an application on loopback:
 * nothing crashes or leaks (a sanitizer watches), no attack and no half request reaches the
 * application as a whole one, the client gets a whole answer or sees that it is none, and the next
 * client is served. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "policy/policy.h"
#include "proxy/dataplane.h"
#include "../failing_memory.h"

enum { TURNS = 2000, BODY = 300000, REPLY = 100000 };

struct world {
    struct mln_supply supply; /* first */
    struct mln_loop *loop;
    struct mln_dataplane *dp;
    struct mln_engine *engine;
    struct mln_policy_ref policy;
    struct mln_buf blob;
    struct mln_audit_sink audit;
    struct mln_supply_want *wanted;
    int listener, origin;
    struct sockaddr_in at, origin_at;
    int app;             /* the application's end of the one connection that it has; -1: none */
    struct mln_buf seen; /* by the application */
    bool answered;
};

static struct mln_counters counters;

static bool take(struct mln_audit_sink *s, struct mln_audit_record *r)
{
    return s && r;
}

static void forget(struct mln_audit_sink *s, const struct mln_audit_record *r)
{
    (void)s;
    (void)r;
}

static void stays(struct mln_policy_ref *p)
{
    (void)p;
}

/* ---- the supply ---- */

static int want(struct mln_supply *s, struct mln_supply_want *w)
{
    ((struct world *)(void *)s)->wanted = w;
    return 0;
}

static void cancel(struct mln_supply *s, struct mln_supply_want *w)
{
    (void)w;
    ((struct world *)(void *)s)->wanted = NULL;
}

static const struct mln_supply_ops ops = {want, cancel};

static int connect_to(const struct sockaddr_in *at)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)at, sizeof(*at)), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void supply_socket(struct world *w)
{
    struct mln_supply_want *wanted = w->wanted;

    if (!wanted)
        return;
    w->wanted = NULL;
    wanted->done(wanted, connect_to(&w->origin_at));
}

/* ---- the world ---- */

static int listen_on(struct sockaddr_in *ret)
{
    socklen_t len = sizeof(*ret);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    *ret = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    assert_int_equal(bind(fd, (struct sockaddr *)ret, sizeof(*ret)), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)ret, &len), 0);
    return fd;
}

static void world_init(struct world *w)
{
    struct mln_policy *p = NULL;

    *w = (struct world){.supply = {&ops}, .audit = {take, forget}, .app = -1};
    assert_int_equal(mln_policy_default(&p), 0);
    assert_int_equal(mln_policy_compile(p, &w->blob), 0);
    p = mln_policy_free(p);
    assert_int_equal(mln_snapshot_open(w->blob.p, w->blob.len, &w->policy.snap), 0);
    w->policy.refs = 1;
    w->policy.gone = stays;
    w->listener = listen_on(&w->at);
    w->origin = listen_on(&w->origin_at);
    assert_int_equal(mln_loop_new(&w->loop), 0);
    w->engine = mln_engine_new(&(struct mln_engine_config){{1, 2}, false, false});
    const struct mln_dataplane_config cfg = {
        .loop = w->loop,
        .supply = &w->supply,
        .audit = &w->audit,
        .counters = &counters,
        .engine = w->engine,
        .max_conns = 16,
        .max_held_bytes = 1 << 24,
        .max_idle_upstream = 4,
    };
    assert_int_equal(mln_dataplane_new(&w->dp, &cfg), 0);
    mln_dataplane_policy(w->dp, &w->policy);
    assert_int_equal(mln_dataplane_listen(w->dp, w->listener, 0, 80), 0);
}

static void world_done(struct world *w)
{
    w->dp = mln_dataplane_free(w->dp);
    w->engine = mln_engine_free(w->engine);
    w->loop = mln_loop_free(w->loop);
    (void)close(w->listener);
    (void)close(w->origin);
    if (w->app >= 0)
        (void)close(w->app);
    mln_buf_done(&w->seen);
    mln_buf_done(&w->blob);
}

/* ---- the application ---- */

/* Whether a whole request was seen: those of this test end in one of two ways. */
static bool seen_whole(const struct world *w)
{
    struct mln_sv s = mln_buf_sv(&w->seen);

    return mln_sv_starts(s, MLN_SV("GET ")) ? mln_sv_ends(s, MLN_SV("\r\n\r\n"))
                                            : mln_sv_ends(s, MLN_SV("&end"));
}

static void app_answer(struct world *w)
{
    static char body[REPLY];
    char head[100];
    int n = snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", REPLY);

    memset(body, 'b', sizeof(body));
    (void)send(w->app, head, (size_t)n, MSG_NOSIGNAL);
    (void)send(w->app, body, sizeof(body), MSG_NOSIGNAL); /* fits into the buffers of loopback */
    w->answered = true;
}

static void app_turn(struct world *w)
{
    static char in[65536];
    ssize_t n;

    if (w->app < 0)
        w->app = accept4(w->origin, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    while (w->app >= 0 && (n = recv(w->app, in, sizeof(in), 0)) != -1)
        if (n == 0) {
            (void)close(w->app);
            w->app = -1;
        } else {
            mln_buf_add(&w->seen, in, (size_t)n);
        }
    if (w->app >= 0 && errno != EAGAIN) { /* reset */
        (void)close(w->app);
        w->app = -1;
    }
    if (w->app >= 0 && !w->answered && seen_whole(w))
        app_answer(w);
}

/* ---- the client ---- */

struct answer {
    struct mln_buf got;
    bool closed;
};

static bool is_whole(const struct answer *a)
{
    struct mln_sv s = mln_buf_sv(&a->got);
    size_t end = mln_sv_find(s, MLN_SV("\r\n\r\n")),
           at = mln_sv_find(s, MLN_SV("Content-Length: "));
    uint64_t n = 0;

    if (end == SIZE_MAX || at > end)
        return false;
    for (at += 16; s.p[at] >= '0' && s.p[at] <= '9'; at++)
        n = n * 10 + (uint64_t)(s.p[at] - '0');
    return s.len == end + 4 + n;
}

static void client_turn(int fd, struct mln_sv *request, struct answer *ret)
{
    static char in[65536];
    ssize_t n = request->len ? send(fd, request->p, request->len, MSG_NOSIGNAL) : 0;

    *request = n < 0 ? *request : mln_sv_sub(*request, (size_t)n, request->len);
    while ((n = recv(fd, in, sizeof(in), 0)) > 0)
        mln_buf_add(&ret->got, in, (size_t)n);
    ret->closed = n == 0 || errno != EAGAIN;
}

/* Failures strike the data plane only. */
static void plane_turn(struct world *w)
{
    assert_true(mln_loop_turn(w->loop, MLN_NSEC_PER_MSEC) >= 0);
    supply_socket(w);
}

static void exchange(struct world *w, struct mln_sv request, struct answer *ret)
{
    typeof(memory) outside = {0}, inside = memory;
    int fd;

    *ret = (struct answer){.closed = false};
    mln_buf_clear(&w->seen);
    w->answered = false;
    memory = outside;
    fd = connect_to(&w->at);
    for (unsigned i = 0; i < TURNS && !ret->closed && !is_whole(ret); i++) {
        memory = inside;
        plane_turn(w);
        inside = memory;
        memory = outside;
        app_turn(w);
        client_turn(fd, &request, ret);
    }
    (void)close(fd);
    plane_turn(w);
    memory = inside;
}

/* ---- what is tried ---- */

struct
try {
    struct mln_sv request;
    bool is_attack;
};

static unsigned status_of(const struct answer *a)
{
    uint64_t v = 0;

    return mln_sv_u64(mln_sv_sub(mln_buf_sv(&a->got), 9, 3), &v) == 0 ? (unsigned)v : 0;
}

static void one_exchange(void *arg, bool whole)
{
    const struct try *t = arg;
    typeof(memory) failing = memory;
    struct world w;
    struct answer a;

    memory = (typeof(memory)){0};
    world_init(&w);
    memory = failing;
    exchange(&w, t->request, &a);
    failing = memory;
    memory = (typeof(memory)){0};
    if (!a.closed && !is_whole(&a))
        fail_msg("neither a whole answer nor an end when allocation %zu failed: %.*s",
                 failing.failed, (int)MLN_MIN(a.got.len, (size_t)300), a.got.p);
    if (t->is_attack)
        assert_false(seen_whole(&w) || status_of(&a) == 200);
    if (is_whole(&a) && status_of(&a) == 200)
        assert_true(seen_whole(&w));
    if (whole)
        assert_int_equal(status_of(&a), t->is_attack ? 403 : 200);
    mln_buf_done(&a.got);
    /* the next client is none the worse for it */
    exchange(&w, MLN_SV("GET /next HTTP/1.1\r\nHost: a\r\n\r\n"), &a);
    assert_int_equal(status_of(&a), 200);
    mln_buf_done(&a.got);
    world_done(&w);
    memory = failing;
}

static void test_short_requests(void **state)
{
    struct try honest = {
        MLN_SV("GET /a?b=c+d HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n"), false};
    struct try attack = {MLN_SV("GET /?a=1'+UNION+SELECT+b+FROM+c-- HTTP/1.1\r\nHost: a\r\n\r\n"),
                         true};

    (void)state;
    each_failure(one_exchange, &honest);
    each_failure(one_exchange, &attack);
}

/* A form larger than what is held: "a=x&a=x…", then `end`. */
static struct mln_buf large_form(const char *end)
{
    struct mln_buf b = {0};

    mln_buf_addf(&b,
                 "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                 "Content-Length: %zu\r\n\r\n",
                 (size_t)BODY + strlen(end));
    for (size_t i = 0; i < BODY; i += 1000)
        mln_buf_addf(&b, "a=%997d&", 7);
    mln_buf_add_str(&b, end);
    return b;
}

static void test_large_bodies(void **state)
{
    struct mln_buf honest = large_form("&end"),
                   hostile = large_form("b=1'+UNION+SELECT+b+FROM+c--&end");
    struct try a = {mln_buf_sv(&honest), false}, b = {mln_buf_sv(&hostile), true};

    (void)state;
    each_failure(one_exchange, &a);
    each_failure(one_exchange, &b);
    mln_buf_done(&honest);
    mln_buf_done(&hostile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_requests),
        cmocka_unit_test(test_large_bodies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
