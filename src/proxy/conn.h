/* The inside of the data plane: client connections, exchanges, upstream connections. */
#ifndef MLN_PROXY_CONN_H
#define MLN_PROXY_CONN_H

#include "proxy/dataplane.h"

enum {
    READ_BYTES = 65536,    /* one read, into a buffer that the worker's connections share */
    OUT_HIGH = 256 * 1024, /* pending bytes towards a peer that stop reading from the other */
    OUT_SMALL = 8192,      /* pieces up to this size are gathered, larger ones written at once */
    PIPELINE_MAX = 65536,  /* client bytes kept while an exchange runs */
    ARENA_BYTES = 4 << 20, /* most that one exchange may take */
    ARENA_KEEP = 64 << 10,
    ACCEPTS = 32,        /* accepted per wake-up */
    DRAIN_BYTES = 65536, /* of a refused request, read over so that the connection can go on */
};

enum conn_state {
    CONN_HEAD,    /* waiting for a request head, or within it */
    CONN_BODY,    /* reading a body; nothing has been sent upstream */
    CONN_CONNECT, /* waiting for a socket or for it to connect */
    CONN_STREAM,  /* request and response are under way */
    CONN_REFUSED, /* a refusal is being written; what is left of the request is read over */
    CONN_CLOSING, /* flush, then close */
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
    uint64_t moved;          /* body bytes that have */
    uint8_t out_framing;     /* of the request upstream */
    bool request_done;       /* the verdict on the whole request is in, and it passes */
    bool request_sent;       /* all of it is in the upstream's out buffer */
    bool response_started, audited, retried;
    struct upstream *up;
    struct mln_supply_want want;
    bool wanting;
    struct mln_http_head resp;
    uint8_t resp_framing; /* towards the client */
};

struct conn {
    struct mln_io io;
    struct mln_timer timer;
    struct mln_dataplane *dp;
    struct listener *listener;
    struct conn *next, *prev; /* all connections */
    uint8_t state;            /* enum conn_state */
    bool eof;                 /* the client has sent its last byte */
    bool close_after;         /* no further request on this connection */
    bool fresh;               /* no byte of a request yet: idle time-out, not head time-out */
    bool running;             /* conn_run is on the stack */
    bool dead;                /* closed; freed after this turn */
    struct mln_addr peer;
    uint16_t peer_port;
    struct mln_h1_scan scan;
    struct mln_buf in; /* bytes that are not consumed yet */
    struct mln_buf out;
    size_t out_sent;
    uint64_t drained;
    struct exchange x;
};

struct upstream {
    struct mln_io io;
    struct mln_dataplane *dp;
    struct conn *conn;            /* NULL while pooled */
    struct upstream *next, *prev; /* idle list */
    uint32_t app;
    bool connected, reused, head_done, dead;
    struct mln_h1_scan scan;
    struct mln_h1_body body;
    struct mln_buf in, out;
    size_t out_sent;
    uint64_t received; /* bytes of this response */
};

struct listener {
    struct mln_io io;
    struct mln_dataplane *dp;
    struct listener *next;
    uint32_t app;
    uint16_t app_port;
};

struct mln_dataplane {
    struct mln_dataplane_config cfg;
    struct mln_policy_ref *policy;
    struct listener *listeners;
    struct conn conns; /* list head */
    uint32_t n_conns;
    struct upstream idle; /* list head, newest first */
    uint32_t n_idle;
    struct conn *dead_conns;
    struct upstream *dead_ups;
    struct mln_arena *arenas[64]; /* warm, unused */
    uint32_t n_arenas;
    uint64_t held_bytes;
    struct mln_timer accept_pause;
    bool accept_paused, draining;
    struct mln_timer drain_timer;
    void (*drained)(void *arg);
    void *drained_arg;
    char rbuf[READ_BYTES];
};

/* ---- client.c ---- */
void conn_accept(struct listener *l, int fd, const struct mln_addr *peer, uint16_t port);
/* Goes on with whatever the connection can do now. Safe to call from anywhere. */
void conn_run(struct conn *c);
void conn_close(struct conn *c);
/* Bytes towards the client; copied. */
void conn_send(struct conn *c, struct mln_sv bytes);
/* Writes what is pending. False when the connection died. */
bool conn_flush(struct conn *c);
size_t conn_pending(const struct conn *c);
/* Refuses the request: page, audit, drain or close. `status` 0: as the verdict says. */
void conn_refuse(struct conn *c, uint16_t status, const char *why);
/* The response has been handed over whole. */
void conn_exchange_done(struct conn *c, bool upstream_reusable);
uint64_t conn_limit(const struct conn *c, enum mln_limit l);
void conn_arm(struct conn *c, enum mln_limit l);

/* ---- exchange.c ---- */
int exchange_begin(struct conn *c); /* 0 or -ENOMEM */
void exchange_end(struct conn *c);
/* Moves what the engine releases towards the upstream's buffer. */
void exchange_move(struct conn *c);

/* ---- upstream.c ---- */
void upstream_get(struct conn *c);
/* Writes the request head and what is released of the body. */
void upstream_start(struct conn *c);
/* Takes the bytes to send from the buffer. False when the connection failed (handled). */
bool upstream_flush(struct upstream *u);
void upstream_close(struct upstream *u);
void upstream_reset(struct upstream *u); /* RST: the app must not take it for complete */
void upstream_release(struct upstream *u, bool reusable);
void upstream_resume(struct upstream *u);
size_t upstream_pending(const struct upstream *u);

/* ---- audit_fill.c ---- */
/* Commits the record of a verdict that is not clean; the event id goes to ret_id. */
void audit_verdict(struct conn *c, uint16_t response_status, char ret_id[MLN_UUID_TEXT + 1]);

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
