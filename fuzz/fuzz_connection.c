/* Whole connections through the data plane: the input says what two clients and the application
 * send, in which pieces and order. The bytes of one client may hold the sign ~ and never $, those
 * of the other $ and never ~, and the application answers each with its own sign: a client that
 * sees the other's sign got the other's bytes. Whatever was sent, the next honest client is served.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "policy/policy.h"
#include "proxy/dataplane.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CLIENTS = 2, CONNS = 6, PIECE = 64, OPS = 200, TURNS = 200 };

static const char signs[CLIENTS] = {'~', '$'};

/* A connection that the data plane made to the application. */
struct conn {
    int fd;
    char owner; /* the sign that was last received, 0 before any */
};

static struct world {
    struct mln_supply supply; /* first */
    struct mln_loop *loop;
    struct mln_dataplane *dp;
    struct mln_engine *engine;
    struct mln_policy_ref policy;
    struct mln_buf blob;
    struct mln_audit_sink audit;
    struct mln_supply_want *wanted[CONNS];
    int listener, origin;
    struct sockaddr_in at, origin_at;
    int client[CLIENTS]; /* -1: none */
    struct conn conn[CONNS];
} w;
static struct mln_counters counters;

#define MUST(what)                                                                                 \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            (void)fprintf(stderr, "%s:%d: %s: errno %d\n", __FILE__, __LINE__, #what, errno);      \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

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

/* ---- sockets ---- */

/* Closed with a reset: no port waits for a minute after it. */
static void drop(int *fd)
{
    const struct linger now = {1, 0};

    if (*fd < 0)
        return;
    (void)setsockopt(*fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    (void)close(*fd);
    *fd = -1;
}

/* What is sent arrives before the next turn. */
static int without_delay(int fd)
{
    const int on = 1;

    MUST(fd >= 0 && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
    return fd;
}

static int connect_to(const struct sockaddr_in *at)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    MUST(fd >= 0);
    while (connect(fd, (const struct sockaddr *)at, sizeof(*at)) != 0)
        MUST(errno == EINTR); /* the fuzzer's own alarm clock */
    return without_delay(fd);
}

static int listen_on(struct sockaddr_in *ret)
{
    socklen_t len = sizeof(*ret);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    *ret = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    MUST(fd >= 0 && bind(fd, (struct sockaddr *)ret, sizeof(*ret)) == 0 && listen(fd, 64) == 0);
    MUST(getsockname(fd, (struct sockaddr *)ret, &len) == 0);
    return fd;
}

/* ---- the supply ---- */

static int want(struct mln_supply *s, struct mln_supply_want *wanted)
{
    (void)s;
    for (unsigned i = 0; i < CONNS; i++)
        if (!w.wanted[i]) {
            w.wanted[i] = wanted;
            return 0;
        }
    return -EMFILE;
}

static void cancel(struct mln_supply *s, struct mln_supply_want *wanted)
{
    (void)s;
    for (unsigned i = 0; i < CONNS; i++)
        if (w.wanted[i] == wanted)
            w.wanted[i] = NULL;
}

static const struct mln_supply_ops ops = {want, cancel, NULL};

/* Connects what is wanted while there is room for another connection; the others wait. */
static void supply_sockets(void)
{
    for (unsigned c = 0; c < CONNS; c++) {
        unsigned i = 0;

        while (i < CONNS && !w.wanted[i])
            i++;
        if (i == CONNS)
            return;
        if (w.conn[c].fd >= 0)
            continue;
        struct mln_supply_want *wanted = w.wanted[i];
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        w.wanted[i] = NULL;
        MUST(fd >= 0 &&
             (connect(fd, (const struct sockaddr *)&w.origin_at, sizeof(w.origin_at)) == 0 ||
              errno == EINPROGRESS));
        w.conn[c] = (struct conn){
            .fd = without_delay(accept4(w.origin, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK))};
        wanted->done(wanted, fd);
    }
}

/* ---- the world ---- */

static void world_init(void)
{
    struct mln_policy *p = NULL;

    w = (struct world){.supply = {&ops}, .audit = {take, forget}, .client = {-1, -1}};
    for (unsigned i = 0; i < CONNS; i++)
        w.conn[i].fd = -1;
    MUST(mln_policy_default(&p) == 0 && mln_policy_compile(p, &w.blob) == 0);
    p = mln_policy_free(p);
    MUST(mln_snapshot_open(w.blob.p, w.blob.len, &w.policy.snap) == 0);
    w.policy.refs = 1;
    w.policy.gone = stays;
    w.listener = listen_on(&w.at);
    w.origin = listen_on(&w.origin_at);
    MUST(mln_loop_new(&w.loop) == 0);
    w.engine = mln_engine_new(&(struct mln_engine_config){{1, 2}, false, false});
    const struct mln_dataplane_config cfg = {
        .loop = w.loop,
        .supply = &w.supply,
        .audit = &w.audit,
        .counters = &counters,
        .engine = w.engine,
        .max_conns = 16,
        .max_held_bytes = 1 << 20,
        .max_idle_upstream = CONNS,
    };
    MUST(w.engine && mln_dataplane_new(&w.dp, &cfg) == 0);
    mln_dataplane_policy(w.dp, &w.policy);
    MUST(mln_dataplane_listen(w.dp, w.listener, 0, 80) == 0);
}

/* What the clients got: nothing of the other's. */
static void read_clients(void)
{
    static char in[65536];

    for (unsigned c = 0; c < CLIENTS; c++) {
        ssize_t n;

        if (w.client[c] < 0)
            continue;
        while ((n = recv(w.client[c], in, sizeof(in), MSG_DONTWAIT)) > 0)
            MUST(!memchr(in, signs[1 - c], (size_t)n));
        if (n == 0 || errno != EAGAIN)
            drop(&w.client[c]);
    }
}

/* What the application got: whose request its next answer belongs to. */
static void read_conn(struct conn *c)
{
    static char in[65536];
    ssize_t n;

    if (c->fd < 0)
        return;
    while ((n = recv(c->fd, in, sizeof(in), 0)) > 0)
        for (ssize_t i = 0; i < n; i++)
            if (in[i] == signs[0] || in[i] == signs[1])
                c->owner = in[i];
    if (n == 0 || errno != EAGAIN)
        drop(&c->fd);
}

/* Accepting, reading, connecting: a request reaches the application in one. */
static void turn(void)
{
    for (unsigned i = 0; i < 3; i++) {
        MUST(mln_loop_turn(w.loop, 0) >= 0);
        supply_sockets();
    }
    read_clients();
}

/* ---- the input ---- */

struct input {
    const uint8_t *p;
    size_t len;
};

static uint8_t take_byte(struct input *in)
{
    if (!in->len)
        return 0;
    in->len--;
    return *in->p++;
}

/* A piece of the input with both signs turned into `own`. */
static size_t take_piece(struct input *in, char own, char ret[PIECE])
{
    size_t n = MLN_MIN((size_t)take_byte(in) % PIECE, in->len);

    for (size_t i = 0; i < n; i++) {
        char c = (char)take_byte(in);
        ret[i] = c == signs[0] || c == signs[1] ? own : c;
    }
    return n;
}

/* Each ends with the owner's sign where a '#' stands. */
static const char *const requests[] = {
    "GET /# HTTP/1.1\r\nHost: a\r\n\r\n",
    "HEAD /# HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /# HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
    "POST /# HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST /# HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n#####\r\n0\r\n\r\n",
    "PUT /# HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    "GET /# HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nGET /# HTTP/1.1\r\nHost: a\r\n\r\n##",
    "GET /# HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "GET /# HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET /# HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "POST /# HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: "
    "chunked\r\n\r\n0\r\n\r\nG",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\nX: #\r\n\r\n",
};
static const char *const answers[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n###",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n###\r\n0\r\n\r\n",
    "HTTP/1.1 204 No Content\r\nX: #\r\n\r\n",
    "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n###",
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\nLink: #\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\n###",
    "HTTP/1.0 200 OK\r\nX: #\r\n\r\n###",
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n###",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: "
    "chunked\r\n\r\n3\r\n###\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n###",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\n###",
};

static size_t with_sign(const char *text, char own, char *ret, size_t size)
{
    size_t n = strlen(text);

    MUST(n <= size);
    for (size_t i = 0; i < n; i++)
        ret[i] = text[i] != '#' ? text[i] : own;
    return n;
}

static void put(int fd, const char *p, size_t n)
{
    if (fd >= 0 && n)
        (void)send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void client_sends(unsigned c, const char *p, size_t n)
{
    if (w.client[c] < 0)
        w.client[c] = connect_to(&w.at);
    put(w.client[c], p, n);
}

enum op {
    CLIENT_PIECE,
    CLIENT_REQUEST,
    APP_PIECE,
    APP_ANSWER,
    CLIENT_END,
    APP_END,
    CLIENT_GONE,
    NOTHING
};

static void one_op(struct input *in)
{
    char text[512];
    uint8_t op = take_byte(in);
    unsigned client = op >> 3 & 1;
    struct conn *conn = &w.conn[(op >> 3) % CONNS];

    switch ((enum op)(op & 7)) {
    case CLIENT_PIECE:
        client_sends(client, text, take_piece(in, signs[client], text));
        break;
    case CLIENT_REQUEST:
        client_sends(client, text,
                     with_sign(requests[take_byte(in) % MLN_ARRAY_LEN(requests)], signs[client],
                               text, sizeof(text)));
        break;
    case APP_PIECE:
        read_conn(conn);
        put(conn->fd, text, take_piece(in, conn->owner ? conn->owner : '?', text));
        break;
    case APP_ANSWER:
        read_conn(conn);
        put(conn->fd, text,
            with_sign(answers[take_byte(in) % MLN_ARRAY_LEN(answers)],
                      conn->owner ? conn->owner : '?', text, sizeof(text)));
        break;
    case CLIENT_END:
        if (w.client[client] >= 0)
            (void)shutdown(w.client[client], SHUT_WR);
        break;
    case APP_END:
        if (conn->fd >= 0)
            (void)shutdown(conn->fd, SHUT_WR);
        break;
    case CLIENT_GONE:
        drop(&w.client[client]);
        break;
    case NOTHING:
        break;
    }
    if (!(op & 0x80)) /* else what follows meets this in the same turn */
        turn();
}

static void end_all(void)
{
    for (unsigned c = 0; c < CLIENTS; c++)
        drop(&w.client[c]);
    for (unsigned i = 0; i < CONNS; i++)
        drop(&w.conn[i].fd);
    for (unsigned i = 0; i < 4; i++)
        turn();
    for (unsigned i = 0; i < CONNS; i++)
        drop(&w.conn[i].fd);
    turn();
}

/* The next client is none the worse for it. */
static void serve_honest(void)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhey";
    static const char request[] = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
    char in[512], seen[512];
    ssize_t n = -1;
    int fd = connect_to(&w.at);

    put(fd, request, sizeof(request) - 1);
    for (unsigned i = 0; i < TURNS && n < 0; i++) {
        MUST(mln_loop_turn(w.loop, 0) >= 0);
        supply_sockets();
        for (unsigned c = 0; c < CONNS; c++)
            if (w.conn[c].fd >= 0 && recv(w.conn[c].fd, seen, sizeof(seen), 0) > 0)
                put(w.conn[c].fd, answer, sizeof(answer) - 1);
        n = recv(fd, in, sizeof(in), MSG_DONTWAIT);
    }
    MUST(n > 12 && memcmp(in, "HTTP/1.1 200", 12) == 0);
    drop(&fd);
    end_all();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};

    if (!w.loop)
        world_init();
    for (unsigned i = 0; i < OPS && in.len; i++)
        one_op(&in);
    turn();
    end_all();
    serve_honest();
    return 0;
}
