/* One exchange through the engine: request head, body pieces, end; then the response. Sans-I/O:
 * bytes, time and randomness are arguments. Never blocks, never logs. A transaction belongs to one
 * worker; all its memory comes from the exchange's arena (plus expat and zlib contexts). */
#ifndef MLN_ENGINE_TXN_H
#define MLN_ENGINE_TXN_H

#include "base/addr.h"
#include "base/arena.h"
#include "engine/ngram.h"
#include "engine/snapshot.h"
#include "engine/verdict.h"
#include "http/h1.h"
#include "http/uri.h"

/* A value that was inspected, alive during the call. */
struct mln_observed {
    enum mln_location loc;
    unsigned place; /* for the model */
    struct mln_sv name, value;
    const struct mln_views *views;
    const struct mln_findings *findings;
};

struct mln_engine_config {
    uint64_t hash_key[2]; /* random, per process */
    bool no_cache;        /* switch the verdict cache off (must not change a verdict) */
    bool no_shortcut;     /* inspect every value in full (must not change a verdict) */
    const struct mln_ngram_model *model; /* NULL: the default one; outlives the engine */
    /* Told of every value that is inspected: training and `check --features` look on. */
    void (*observe)(void *self, const struct mln_observed *o);
    void *observer;
};
struct mln_engine;
struct mln_engine *mln_engine_new(const struct mln_engine_config *cfg);
struct mln_engine *mln_engine_free(struct mln_engine *e);
/* From now on `pause` is called within long calls of transactions, every few ten microseconds of
 * work. It may leave the stack as it is and let other transactions of the engine begin, go on and
 * end, each on a stack of its own, before it returns; but not the one that called. */
void mln_engine_pauses(struct mln_engine *e, void (*pause)(void *pauser), void *pauser);

struct mln_txn_params {
    const struct mln_snapshot *snap;  /* outlives the transaction */
    const struct mln_snap_rule *rule; /* of the app; NULL: nothing protects it, all passes */
    struct mln_addr peer;             /* of the TCP connection */
    uint16_t peer_port, local_port;
    bool tls;
    bool bypass;       /* as if the rule's mode were off */
    uint64_t workload; /* what the rule's custom rules ask of it (engine/expr_workload.h) */
    mln_nsec wall;     /* now */
    struct mln_arena *arena;
    const struct mln_bans *bans; /* outlives the transaction; NULL: nobody is banned */
};

struct mln_txn;

enum mln_step {
    MLN_STEP_MORE = 0, /* go on: forward what mln_txn_release allows */
    MLN_STEP_STOP = 1, /* decided: refuse (verdict.action >= PREVENT) */
};

/* NULL when there is no memory: the caller applies the rule's on_error. */
struct mln_txn *mln_txn_new(struct mln_engine *e, const struct mln_txn_params *p);
/* Frees what is not in the arena. NULL is fine; returns NULL. */
struct mln_txn *mln_txn_free(struct mln_txn *t);

/* All return enum mln_step. The head outlives the transaction; fields may gain FIELD_DROPPED. */
int mln_txn_request_head(struct mln_txn *t, struct mln_http_head *head);
int mln_txn_request_body(struct mln_txn *t, struct mln_sv piece);
/* End of the body; trailers may be NULL. After it the request's verdict is final. */
int mln_txn_request_end(struct mln_txn *t, const struct mln_http_field *trailers, uint32_t n);
/* The codec refused the message (any time): records `malformed`; STOP unless policy says alert or
 * off, in which case the caller refuses all the same (it cannot frame the message). */
int mln_txn_fault(struct mln_txn *t, const struct mln_http_fault *fault);

/* Request body bytes (without framing) that may leave for the app. While the body is at most
 * body_inspect: 0 until request_end. For larger ones, and with `hold: message`: up to the last
 * judged field; the last byte (of a stream in chunks: its last chunk, which the caller withholds)
 * never before request_end. UINT64_MAX once request_end said MORE. */
uint64_t mln_txn_release(const struct mln_txn *t);
/* True when the whole body must be in before an upstream connection is taken. */
bool mln_txn_holds(const struct mln_txn *t);

/* The data plane did send body bytes to the app: a later refusal is late. */
void mln_txn_released(struct mln_txn *t);

/* The head of an interim response, before it is written: takes out what must not reach clients. */
void mln_txn_interim_head(struct mln_txn *t, struct mln_http_head *head);
/* The response head, before it is written: edits it in place (clickjacking, SameSite cookies, what
 * tells of the server); new fields and values live in the arena. It outlives the transaction. */
int mln_txn_response_head(struct mln_txn *t, struct mln_http_head *head);

/* The next bytes of the response's body as the application sent them, without transfer coding, and
 * its end. STOP: the rest must not be sent. Not to be called for a response without a body. */
int mln_txn_response_body(struct mln_txn *t, struct mln_sv piece);
int mln_txn_response_end(struct mln_txn *t);
/* True when the body of the response whose head was given is looked at. */
bool mln_txn_response_looks(const struct mln_txn *t);
/* How many of these bytes may be sent to the client. UINT64_MAX: all. */
uint64_t mln_txn_response_release(const struct mln_txn *t);
/* Body bytes, not released yet, that are to be overwritten before they are sent. False when there
 * are no more. */
struct mln_response_mask {
    uint64_t from, to;
};
bool mln_txn_response_mask(struct mln_txn *t, struct mln_response_mask *ret);

const struct mln_verdict *mln_txn_verdict(const struct mln_txn *t);

/* The client's identity by trusted_proxies (design section 4.2). */
struct mln_client {
    struct mln_addr addr, peer;
    struct mln_addr other; /* what Forwarded says when X-Forwarded-For says something else */
    bool disputed;         /* there is such another address */
    uint16_t port;         /* 0 when known only from a header */
    bool forwarded;        /* addr came from a header of a trusted proxy */
    bool peer_trusted;
};
const struct mln_client *mln_txn_client(const struct mln_txn *t);
const struct mln_http_head *mln_txn_head(const struct mln_txn *t);
const struct mln_paths *mln_txn_paths(const struct mln_txn *t);
uint64_t mln_txn_body_bytes(const struct mln_txn *t);
/* Bytes of memory, besides the arena's, that hold unfinished values of the body. */
size_t mln_txn_body_kept(const struct mln_txn *t);

/* First rule of the snapshot for an app without container (proxy, check); NULL when none. */
const struct mln_snap_rule *mln_snap_rule_first(const struct mln_snapshot *s);

#endif
