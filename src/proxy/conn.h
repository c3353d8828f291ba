/* The inside of the data plane: client connections, exchanges, upstream connections. */
#ifndef MLN_PROXY_CONN_H
#define MLN_PROXY_CONN_H

#include "base/hash.h"
#include "io/fiber.h"
#include "proxy/bufs.h"
#include "proxy/dataplane.h"
#include "proxy/sniff.h"
#include "proxy/wire.h"

enum {
    READ_BYTES = 65536,     /* one read, into a buffer that the worker's connections share */
    READS = 4,              /* reads per wake-up and connection */
    SLICE_NSEC = 250000,    /* so long a client's bytes are worked on before others have a turn */
    SLICES_MAX = 16,        /* of which so many are under way */
    BRIEF_BYTES = 2048,     /* cannot take much longer than that */
    DEAR_WORK = 8,          /* pauses of the engine: about a slice */
    OUT_HIGH = 64 * 1024,   /* queued towards a peer: reading from the other one stops */
    OUT_SMALL = 8192,       /* pieces up to this size are gathered, larger ones written at once */
    PIPELINE_MAX = 65536,   /* client bytes kept while an exchange runs */
    ARENA_BYTES = 4 << 20,  /* most that one exchange may take */
    ARENA_KEEP = 128 << 10, /* a JSON body, its reader and both heads */
    ACCEPTS = 32,           /* accepted per wake-up */
    DRAIN_BYTES = 65536,    /* of a refused request, read over so that the connection can go on */
    ANSWER_HOLD = 16 << 10, /* first bytes of an answer that is looked at: until then a page can say
                               that it was held back */
    FDS_KEPT = 32, /* descriptors for all but connections: rings, listeners, the supervisor */
    LINGER_BYTES = 16 << 20, /* read over after our last byte, so that it is not lost to a reset */
    HELD_ROWS = 2,
    HELD_SLOTS = 4096, /* counters of clients in a row */
    RATE_MIN = 512,    /* bytes a second: the least average of a held body and of a reader */
};

enum conn_state {
    CONN_ANNOUNCE,  /* waiting for the header of PROXY protocol */
    CONN_HANDSHAKE, /* of TLS */
    CONN_HEAD,      /* waiting for a request head, or within it */
    CONN_BODY,      /* reading a body; nothing has been sent upstream, a socket may be on its way */
    CONN_CONNECT,   /* the whole request passed; waiting for a socket */
    CONN_STREAM,    /* the request head is on its way; its body and the response may be under way */
    CONN_REFUSED,   /* a refusal or a last answer is written; what is left of the request is dropped
                     */
    CONN_CLOSING,   /* our side is shut; reading over what still comes, for a moment */
};

struct upstream;

/* One request and its answer. */
struct exchange {
    struct mln_arena *arena;
    struct mln_txn *txn;
    struct mln_policy_ref *policy;
    const struct mln_snap_rule *rule;
    struct mln_http_head *head;
    struct mln_h1_body body; /* decoder of the request body */
    struct mln_buf pending;  /* decoded body bytes that have not gone upstream */
    struct mln_sv fresh;     /* those behind them that still lie in the read buffer: mostly they
                                leave before it is used again, and are never copied */
    size_t queued;           /* bytes that wait for a slice, counted in `held` */
    size_t kept;             /* by the arena and the readers of the body, counted in `held` */
    uint64_t held;           /* of all memory for held bodies (held.c) */
    uint16_t held_slot[HELD_ROWS]; /* the client's counters */
    uint64_t moved;                /* body bytes that have */
    mln_nsec body_since;           /* when the body was first waited for */
    uint8_t out_framing;           /* of the request upstream */
    bool request_done;             /* the verdict on the whole request is in, and it passes */
    bool request_sent;             /* all of it is written or in the upstream's queue */
    bool left;                     /* for the application, its head at least */
    bool response_started, retried;
    bool said_last; /* the client sends no request behind this one */
    bool websocket; /* the client asks for one, and it may have it */
    bool audited;
    uint16_t n_audited;    /* detections by then */
    bool looks;            /* the engine looks at the answer's body */
    struct mln_buf answer; /* its bytes that have not gone to the client */
    uint64_t answer_sent;  /* those that have */
    struct upstream *up;
    struct mln_supply_want want;
    bool wanting;
    bool came; /* an answer to it, while work on this connection was put off */
    int came_fd;
    struct mln_http_head resp;
    uint8_t resp_framing;  /* towards the client */
    uint16_t own_status;   /* of the page that went in place of an answer; 0: none did */
    uint64_t answer_bytes; /* of its body, towards the client */
    struct mln_uuid event; /* of its audit; zero: none was written */
    struct {
        mln_nsec began;     /* turn of the request's head */
        mln_nsec arrived;   /* turn of the last of it that came */
        mln_nsec inspected; /* end of the last piece of inspection */
        mln_nsec inspection;
        mln_nsec away; /* within the piece of inspection at hand: that others had */
        mln_nsec sent; /* when it left for the application */
        mln_nsec app, added;
    } took; /* monotonic; docs/user/operations.md says what is counted as what */
};

/* Of a connection whose handshake is not done; all NULL else. */
struct handshake {
    struct mln_policy_ref *policy; /* that it began with */
    const struct mln_snap_rule *rule;
    struct conn *next, *prev; /* newest last */
};

struct conn {
    struct mln_io io;         /* first */
    struct mln_tls *tls;      /* NULL: in plain */
    struct mln_timer timer;   /* of whatever the state waits for */
    struct mln_timer connect; /* of the connection to the application */
    struct mln_dataplane *dp;
    struct listener *listener;
    struct place *place;
    struct conn *next, *prev; /* all connections */
    uint8_t state;            /* enum conn_state */
    bool eof;                 /* the client has sent its last byte */
    bool close_after;         /* no further request on this connection */
    bool last;                /* the client said so: it sends nothing more */
    bool fresh;               /* no byte of a request yet: idle time-out, not head time-out */
    bool running;             /* bytes are being consumed further up the stack, or put off */
    bool queued;              /* bytes in `in` wait for a slice */
    bool dead;                /* closed; freed after this turn */
    bool served;              /* a request was answered */
    bool blocked;             /* the socket took no more: waiting until it is writable */
    bool dear;                /* the last bytes took long to inspect */
    struct slice *slice;      /* in which bytes are being consumed, or NULL */
    struct conn *queue_next, *queue_prev; /* while queued */
    uint16_t peer_port, dst_port;
    uint32_t scope;            /* of a link-local dst */
    struct mln_addr peer, dst; /* dst: transparent only */
    struct mln_addr client;    /* that the peer announced, else the peer */
    uint16_t client_port;
    bool tls_next;            /* a handshake follows the announcement */
    struct mln_buf announced; /* the header, for the application; transparent only */
    struct mln_h1_scan scan;
    struct mln_buf in; /* bytes that are not consumed yet */
    struct outq out;
    struct upstream *own; /* idle, and of no use to other clients (upstream.c); or NULL */
    mln_nsec blocked_since;
    uint64_t blocked_bytes; /* taken by the client since then */
    uint64_t drained;
    struct handshake handshake;
    uint64_t tls_revision; /* of the policy that tls_entry is of; 0: of none */
    uint32_t tls_entry;    /* in its section TLS; UINT32_MAX: none */
    struct exchange x;
};

struct upstream {
    struct mln_io io;    /* first */
    struct mln_tls *tls; /* NULL: in plain */
    struct mln_dataplane *dp;
    struct conn *conn;  /* NULL while pooled */
    struct conn *owner; /* whose own it is */
    bool personal; /* the application knows its client by the connection: for no other client */
    struct upstream *next, *prev; /* idle list */
    uint32_t app;
    bool shaking; /* the handshake of TLS is under way, maybe before the socket is connected */
    bool delayed; /* the handshake found no time in this turn */
    bool connected, reused, head_done, dead;
    bool started; /* the request head is in the queue: body bytes may follow */
    bool blocked; /* the socket took no more */
    bool broken;  /* a write failed: good for reading what may explain it, then gone */
    struct mln_h1_scan scan;
    struct mln_h1_body body;
    struct mln_buf in;
    struct outq out;
    uint64_t received;   /* bytes of this response */
    mln_nsec idle_since; /* loop time */
    mln_nsec idle_most;  /* how long the application keeps it, as far as it said; 0 = not said */
};

/* Who connected, and where to. */
struct caller {
    struct mln_addr peer, dst; /* dst: transparent only */
    uint16_t peer_port, dst_port;
    uint32_t scope; /* of a link-local dst */
    struct place *place;
};

/* One port of an application and the rule that holds there. */
struct place {
    struct place *next;
    uint32_t refs; /* connections */
    uint32_t slot;
    uint16_t port;
    bool gone;                     /* takes no new connections */
    bool discovered, refuse_other; /* as struct mln_dataplane_port says */
    bool server_first;             /* seen once: its clients are silent until it spoke */
    uint8_t seen;                  /* bits of enum mln_seen */
    uint32_t rule;                 /* index in `policy` */
    uint64_t workload;             /* answers to what it asks */
    struct mln_policy_ref *policy; /* NULL: the newest, and its first rule */
    uint32_t wanted_rule;          /* once the policy of `wanted` is here */
    uint64_t wanted_workload;
    uint64_t wanted;
};

struct listener {
    struct mln_io io; /* first */
    struct mln_dataplane *dp;
    struct listener *next;
    uint32_t app;
    bool transparent;
    bool open; /* accepts, unless all of them pause */
    struct place *places;
    uint64_t held; /* memory of its held bodies */
};

/* Work on a client's bytes that has a stack of its own (slices.c). */
struct slice {
    struct mln_fiber *fiber;
    struct conn *conn; /* NULL: unused */
    struct mln_sv bytes;
    char *rbuf;   /* to be swapped with the worker's: once put off, `bytes` may lie there */
    bool put_off; /* in an earlier turn */
    bool hurried; /* never again */
};

struct mln_dataplane {
    struct mln_dataplane_config cfg;
    struct mln_policy_ref *policy;
    struct listener *listeners, *dead_listeners;
    struct tunnel *tunnels, *dead_tunnels;
    struct listener *by_app[MLN_DATAPLANE_APPS_MAX];
    struct conn conns; /* list head */
    uint32_t n_conns;
    struct upstream idle; /* list head, newest first */
    uint32_t n_idle;
    struct mln_timer idle_timer;
    uint32_t n_ups;            /* connections to applications, asked for, used or idle */
    uint32_t fds_most;         /* descriptors that clients and applications may take together */
    struct mln_tls_room *room; /* made with the first handshake */
    struct conn *first_handshake, *last_handshake; /* those that are not done, newest last */
    uint32_t n_handshakes;
    mln_nsec handshake_time, inspection_time; /* spent in this turn */
    struct conn *dead_conns;
    struct upstream *dead_ups;
    struct mln_arena *arenas[64]; /* warm, unused */
    uint32_t n_arenas;
    struct bufs bufs;
    struct held {
        uint64_t bytes; /* of all exchanges */
        struct mln_hash_key key;
        uint64_t client[HELD_ROWS][HELD_SLOTS];
    } held;
    mln_nsec failure_logged; /* when the log was told that the application fails */
    mln_nsec refusal_logged; /* and that a peer does not announce its client */
    struct parked *parked;   /* newest first */
    uint32_t n_parked;
    struct mln_timer parked_timer;
    struct mln_timer accept_pause;
    bool accept_paused, draining;
    struct {
        uint64_t key;
        mln_nsec until; /* 0: none is here */
    } bypass[MLN_BYPASS_MAX];
    mln_nsec bypass_last; /* when the last of them ends */
    struct mln_timer drain_timer;
    void (*drained)(void *arg);
    void *drained_arg;
    struct {
        uint8_t b[25][10]; /* 250 bytes: what the kernel gives at once */
        unsigned left;     /* from the first on */
    } chance;              /* for ids of events */
    struct mln_sv reading; /* a client's bytes that are being worked on */
    char *rbuf;            /* READ_BYTES of them */
    struct slices {
        struct slice of[SLICES_MAX];
        unsigned n, last_turn;     /* used; who had a turn last */
        struct slice *now;         /* on whose stack we are, or NULL */
        mln_nsec began;            /* its turn */
        unsigned work;             /* pauses of the engine since bytes that are brief were begun */
        struct conn *first, *last; /* queued */
    } slices;
};

static inline struct mln_counters *conn_counters(const struct conn *c)
{
    return c->dp->cfg.counters;
}

/* ---- listener.c: listeners, their ports, accepting ---- */
/* Where a connection to this port belongs, or NULL. */
struct place *place_find(const struct listener *l, uint16_t port);
const struct mln_snap_rule *place_rule(const struct mln_dataplane *d, const struct place *p);
struct mln_policy_ref *place_policy(const struct mln_dataplane *d, const struct place *p);
/* What its rule asks of the workload, answered. */
uint64_t place_workload(const struct mln_dataplane *d, const struct place *p);
/* Something was seen on the port for certain: said once, to whoever keeps the states. */
void place_seen(const struct listener *l, struct place *p, unsigned bit);
/* Another policy is the newest: ports that waited for it take it. */
void places_policy(struct mln_dataplane *d);
/* What all listeners wait for; 0: nothing. */
void listeners_set(struct mln_dataplane *d, uint32_t events);
/* A connection was accepted; takes over the socket. */
void listener_accepted(struct listener *l, int fd, struct caller *who);
/* Accepts what waits in the queues: nobody else will. */
void listeners_last(struct mln_dataplane *d);
/* Frees those that were taken away: after the connections of the turn. */
void listeners_reap(struct mln_dataplane *d);
void listeners_free(struct mln_dataplane *d);
void accept_again(struct mln_timer *t);
void policy_unref(struct mln_policy_ref *p);

/* ---- tunnel_sniff.c: connections to ports that need not speak HTTP ---- */
void tunnel_accept(struct listener *l, int fd, const struct caller *who);
/* ---- tunnel.c: connections that are passed on ---- */
/* Those of one listener, or all. */
void tunnels_close(struct mln_dataplane *d, const struct listener *l);
void tunnels_reap(struct mln_dataplane *d);
/* ---- tunnel_websocket.c ---- */
/* Both connections become one, which passes on whatever comes; both structures end. What is queued
 * towards the client goes first, then `rest`, which the application sent behind its answer. */
void tunnel_join(struct conn *c, struct upstream *u, struct mln_sv rest);

/* ---- parked.c: connections for a port that is not known yet ---- */
/* Takes over the socket when it returns true: the port was asked for. */
bool parked_add(struct listener *l, int fd, const struct caller *who);
/* The port is known now, or it is certain that it will not be. */
void parked_told(struct listener *l, uint16_t port, bool known);
/* Those of one listener, or all. */
void parked_close(struct mln_dataplane *d, const struct listener *l);
void parked_late(struct mln_timer *t);

/* ---- client.c: the connection ---- */
/* Takes over the socket, and its registration from `from` if it has one, else NULL. `first` was
 * read from it already and is used before the return; `eof`: nothing more comes. `tls`: it begins
 * with a handshake, behind the header of PROXY protocol if that is due. */
void conn_accept(struct listener *l, int fd, const struct caller *who, struct mln_io *from,
                 struct mln_sv first, bool eof, bool tls);
/* Goes on with whatever the connection can do now. Safe to call from anywhere. */
void conn_run(struct conn *c);
/* The same, after bytes were consumed in a later turn than they came in. */
void conn_continue(struct conn *c);
/* Works on the bytes until nothing moves. They are c->in's, or c->in is empty. */
void conn_consume(struct conn *c, struct mln_sv bytes);
/* What is left over of such bytes goes to c->in, or stays there. */
void conn_keep(struct conn *c, struct mln_sv left);
void conn_close(struct conn *c);
/* Where bytes towards the client are appended; conn_flush writes them. */
struct mln_buf *conn_out(struct conn *c);
/* Writes what is queued. False when the connection died. */
bool conn_flush(struct conn *c);
/* The same, then `more` without copying what the socket takes. */
bool conn_write(struct conn *c, const struct iovec *more, unsigned n);
/* The response has been handed over whole. */
void conn_exchange_done(struct conn *c, bool upstream_reusable);

/* ---- waiting.c: time-outs ---- */
uint64_t conn_limit(const struct conn *c, enum mln_limit l);
/* Sets the timer for what the connection waits for now, counted from now. */
void conn_wait(struct conn *c);
/* The application does not keep up, or there is no connection to it yet. */
bool conn_throttled(const struct conn *c);
/* The timers of a connection, and of the one to its application. */
void conn_late(struct mln_timer *t);
void conn_connect_late(struct mln_timer *t);

/* ---- announce.c: PROXY protocol ---- */
/* Whether connections from this peer begin with a header. */
bool announce_due(const struct mln_dataplane *d, const struct place *at,
                  const struct mln_addr *peer);
/* One step on the bytes at hand; the number of bytes used. */
size_t announce_step(struct conn *c, const char *in, size_t len);
/* What a client speaks behind the header that is due, if one is; *ret_header: its bytes, 0 as long
 * as it is not whole. */
enum mln_sniff announce_sniff(const struct mln_dataplane *d, const struct caller *who,
                              struct mln_sv first, size_t *ret_header);

/* ---- request.c: request heads and bodies ---- */
/* One step on the bytes at hand; the number of bytes used. */
size_t request_step(struct conn *c, const char *in, size_t len);

/* ---- held.c: memory for bodies whose verdict is not in ---- */
/* Counts n bytes more for this exchange, or the one to come, whatever the shares say. */
void held_add(struct conn *c, uint64_t n);
/* False (counted) when that is more than its client, its application or all may have. */
bool held_within(struct conn *c);
void held_give(struct conn *c, size_t n);
void held_give_all(struct conn *c);

/* ---- refuse.c ---- */
/* Refuses the request: page, audit, drain or close. `status` 0: as the verdict says. */
void conn_refuse(struct conn *c, uint16_t status, const char *why);
void conn_refuse_fault(struct conn *c, const struct mln_http_fault *fault);
void conn_refuse_memory(struct conn *c);
/* The same, where what is short was counted. */
void conn_refuse_held(struct conn *c);

/* ---- exchange.c ---- */
int exchange_begin(struct conn *c); /* 0 or -ENOMEM */
void exchange_end(struct conn *c);
/* It is decided, and only what is left of the request is to be read over: its memory goes. */
void exchange_settle(struct conn *c);
/* No socket is waited for any more. */
void exchange_unwant(struct conn *c);
/* Idempotent and without a body: it may be sent again (RFC 9110 section 9.2.2). */
bool exchange_repeatable(const struct conn *c);
/* Sends what the engine releases of the bytes that wait and `piece`, whose rest stays where it lies
 * until exchange_keep. False when the request was refused for lack of memory. */
bool exchange_move(struct conn *c, struct mln_sv piece);
/* Keeps `piece` behind the bytes that wait, for an exchange_move without one. False as above. */
bool exchange_gather(struct conn *c, struct mln_sv piece);
/* Before the bytes of the last exchange_move are overwritten. False as above. */
bool exchange_keep(struct conn *c);
static inline size_t exchange_waiting(const struct exchange *x)
{
    return x->pending.len + x->fresh.len;
}

/* ---- pool.c: idle connections to the application ---- */
/* Under TLS with this context, or in plain, and made for that name. */
struct target {
    const struct mln_tls_ctx *ctx; /* NULL: in plain */
    struct mln_sv name;
};
/* One that is good for the request of c, or NULL; it is out of the pool then. */
struct upstream *pool_get(struct conn *c, const struct target *to);
/* The exchange of c on it ended as it should. */
void pool_put(struct upstream *u, struct conn *c);
/* Takes it out, if it is in. */
void pool_leave(struct upstream *u);

/* ---- upstream.c: connections to the application, requests out ---- */
void upstream_get(struct conn *c);
/* What the supply answered while work on the connection was put off. */
void upstream_came(struct conn *c);
/* Writes what is queued. Failures are left to the read side: an answer may explain them. */
void upstream_flush(struct upstream *u);
/* The same, then `more` without copying what the socket takes. */
void upstream_write(struct upstream *u, const struct iovec *more, unsigned n);
void upstream_close(struct upstream *u);
void upstream_reset(struct upstream *u); /* RST: the app must not take it for complete */
void upstream_release(struct upstream *u, bool reusable);
/* Tells the loop what this connection waits for. */
void upstream_interest(struct upstream *u);
/* The connection is of no more use to the exchange: again on another one, or 502. */
void upstream_broken(struct upstream *u, const char *why);

/* ---- forwarded.c ---- */
enum { FORWARDED_EDITS_MAX = 4 };
/* The fields that tell the application who the client is. False when there is no memory: what the
 * client claims of itself must not get through instead. */
bool forwarded_edits(struct conn *c, struct mln_h1_edit edits[FORWARDED_EDITS_MAX],
                     uint32_t *ret_n);

/* ---- response.c: responses in ---- */
void response_read(struct upstream *u, const char *in, size_t len);
void response_eof(struct upstream *u);
/* The exchange ends. If no answer came: what was seen in the request is told all the same, and one
 * that left for the application is counted. */
void response_missing(struct conn *c);

/* ---- audit_fill.c ---- */
/* Commits the record of a verdict that is not clean; the event id goes to ret_id and to the
 * exchange. */
void audit_verdict(struct conn *c, uint16_t response_status, char ret_id[MLN_UUID_TEXT + 1]);
/* Commits the record of a WebSocket. */
void audit_tunnel(struct conn *c);

/* ---- bypass.c ---- */
/* Whether the protection of this rule is switched off now. */
bool rule_is_bypassed(const struct mln_dataplane *d, const struct mln_policy_ref *policy,
                      const struct mln_snap_rule *rule);

/* ---- timing.c: what took how long, and the access log ---- */
/* Inspection began at `start` and ends now. */
void timing_inspected(struct conn *c, mln_nsec start);
/* The request, or the last of it, is on its way to the application. */
void timing_sent(struct conn *c);
/* The head of the application's answer is dealt with. */
void timing_answered(struct conn *c);
/* The exchange ends: counts, and writes its line. */
void timing_ended(struct conn *c);

/* ---- block_page.c ---- */
/* The whole answer: head and page. */
struct block_page {
    uint16_t status;
    const char *event_id; /* "" when there is none */
    const char *title, *text;
    struct mln_sv html, json; /* of the policy, or absent */
    bool wants_json, head_only, close;
};
void block_page_write(struct mln_buf *out, const struct block_page *p);
bool block_page_wants_json(const struct mln_http_head *h);
const char *status_reason(uint16_t status);

#endif
