/* Between the parts of a tunnel: its two sides, and what it is made of. */
#ifndef MLN_PROXY_TUNNEL_PRIV_H
#define MLN_PROXY_TUNNEL_PRIV_H

#include "proxy/secure.h"
#include "proxy/sniff.h"

enum tunnel_state {
    TUNNEL_SNIFF, /* nothing is known; no connection to the application, or one that is silent */
    TUNNEL_RELAY,
};

struct side {
    struct mln_io io;    /* first; fd -1: not there */
    struct mln_tls *tls; /* NULL: in plain, or not ours to open */
    struct tunnel *t;
    struct outq out;   /* towards it */
    bool eof, blocked; /* eof: it sent its last byte */
    bool shut;         /* and so did we towards it */
};

struct tunnel {
    struct side client, app;
    struct mln_timer timer;
    mln_nsec idle; /* ends after so long a silence; 0: never */
    mln_nsec due;  /* what was begun before it is known what it is ends here; 0: nothing was */
    struct mln_dataplane *dp;
    struct listener *listener;
    struct caller who;
    struct tunnel *next, *prev;
    struct mln_supply_want want;
    struct mln_buf first;    /* of the client, until it is known what it speaks */
    struct mln_buf answer;   /* the beginning of the server's first bytes */
    uint8_t state;           /* enum tunnel_state */
    uint8_t kind;            /* enum mln_sniff, once it is known */
    bool wanting, connected; /* to the application */
    bool vetted;             /* the server's first bytes fit what the client speaks */
    size_t header;           /* of `first` is that of PROXY protocol */
    size_t passed;           /* of `first` the application has already */
    bool dead;
};

/* ---- tunnel.c: its life, and bytes from side to side ---- */
/* In the list of the data plane, at a place that it keeps. */
void tunnel_link(struct tunnel *t);
/* Ends it at once; its memory goes after this turn of the loop. */
void tunnel_close(struct tunnel *t);
/* The same with a reset at both ends: what the peers have must not be taken for complete. */
void tunnel_reset(struct tunnel *t);
/* An event of a side's socket. */
void tunnel_ready(struct mln_io *io, uint32_t events);
/* What is waited for at this side's socket, from what is known now. */
void tunnel_interest(struct side *s);
/* Sends to that side, or queues. False when the tunnel died. */
bool tunnel_write(struct side *to, struct mln_sv bytes);
/* Its last byte goes on once all before it did; when both have, it is over. */
void tunnel_pass_end(struct tunnel *t, struct side *to);

/* ---- tunnel_sniff.c: what it carries ---- */
/* More of the client's first bytes may be there. */
void tunnel_sniff(struct tunnel *t);
/* It is passed on as what it was found to be, or reset where that is not allowed. */
void tunnel_begin_relay(struct tunnel *t, enum mln_sniff kind);
/* The connection to the application stands, or failed. */
void tunnel_connected(struct tunnel *t);
/* What the server sends first fits what the client speaks. False: it did not, and the tunnel died.
 */
bool tunnel_vet(struct tunnel *t, struct mln_sv bytes);

#endif
