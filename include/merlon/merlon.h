/* libmerlon: the engine of Merlon inside your own program.
 *
 * A policy says what to look for, an engine judges by it, a transaction is one HTTP/1 request on
 * its way through. No function does I/O, reads a clock, logs or keeps globals: you bring bytes, the
 * time and a random key. An engine and its transactions belong to one thread; a policy may be
 * shared by many engines. Objects must be freed in the order transaction, engine, policy.
 *
 *     struct merlon_policy *policy;
 *     char why[256];
 *     if (merlon_policy_load(NULL, 0, &policy, why, sizeof(why)) < 0) …
 *     struct merlon_engine *engine = merlon_engine_new(&(struct merlon_options){.key = {k0, k1}});
 *     struct merlon_txn *t = merlon_txn_new(engine, policy, NULL, now_ns);
 *     while (more bytes came)
 *         if (merlon_txn_feed(t, bytes, n, &used) != MERLON_MORE)
 *             break;
 *     const struct merlon_verdict *v = merlon_txn_end(t);
 *     if (v->action >= MERLON_PREVENT) …refuse…
 */
#ifndef MERLON_MERLON_H
#define MERLON_MERLON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MERLON_API __attribute__((visibility("default")))
#else
#define MERLON_API
#endif

struct merlon_policy;
struct merlon_engine;
struct merlon_txn;

/* ---- policy ---- */

/* Reads and compiles the YAML of a policy (kind Rule, NetworkList, Page, Exception; no `file:`).
 * text == NULL: the built-in defaults, enforcing. Transactions use its first rule. 0 and *ret, or
 * -EINVAL with "line:column: what is wrong" for every mistake that fits into reterr[0..cap), or
 * -ENOMEM. */
MERLON_API int merlon_policy_load(const char *text, size_t len, struct merlon_policy **ret,
                                  char *reterr, size_t cap);
/* The same from a compiled snapshot, which is copied; -EBADMSG when another build made it or it is
 * damaged. */
MERLON_API int merlon_policy_open(const void *snapshot, size_t len, struct merlon_policy **ret);
/* NULL is fine; returns NULL. */
MERLON_API struct merlon_policy *merlon_policy_free(struct merlon_policy *p);

/* ---- engine ---- */

struct merlon_options {
    uint64_t key[2]; /* random; keys the hashes so that no client can aim at their places */
    int no_cache;    /* judge repeated values anew (never changes a verdict) */
    int no_shortcut; /* inspect plain words too (never changes a verdict) */
};
/* NULL without memory. */
MERLON_API struct merlon_engine *merlon_engine_new(const struct merlon_options *o);
MERLON_API struct merlon_engine *merlon_engine_free(struct merlon_engine *e);

/* ---- transaction ---- */

struct merlon_peer {
    uint8_t addr[16]; /* network order; IPv4 as ::ffff:a.b.c.d */
    uint16_t port, local_port;
    int tls;
};

enum merlon_step {
    MERLON_MORE, /* go on: feed what comes next */
    MERLON_DONE, /* the request is complete; bytes after `used` belong to the next one */
    MERLON_STOP, /* decided: refuse it */
};

/* `peer` NULL: not known. `wall_ns`: nanoseconds since 1970, for expiring exceptions. NULL without
 * memory: what that means for the request is the caller's choice. */
MERLON_API struct merlon_txn *merlon_txn_new(struct merlon_engine *e, const struct merlon_policy *p,
                                             const struct merlon_peer *peer, uint64_t wall_ns);
MERLON_API struct merlon_txn *merlon_txn_free(struct merlon_txn *t);

/* The next raw bytes of the request as they came from the client, in pieces of any size; they are
 * copied where they must last. *ret_used: how many belong to this request. Returns enum
 * merlon_step, MERLON_STOP also for what is no HTTP/1 request; or -ENOMEM, after which only
 * merlon_txn_end and merlon_txn_free may follow. */
MERLON_API int merlon_txn_feed(struct merlon_txn *t, const char *bytes, size_t len,
                               size_t *ret_used);
/* Body bytes (without chunk framing) that may go to the application; UINT64_MAX once all may. */
MERLON_API uint64_t merlon_txn_release(const struct merlon_txn *t);

/* ---- verdict ---- */

enum merlon_action {
    MERLON_PASS,    /* nothing was seen */
    MERLON_ALERT,   /* seen, to be told of, let through */
    MERLON_PREVENT, /* refuse */
    MERLON_BAN,     /* refuse, and this client's next requests too */
};

struct merlon_text {
    const char *p; /* not terminated, any bytes; NULL: absent */
    size_t len;
};

struct merlon_detection {
    const char *protection, *sub, *location; /* "sqli", "union", "query"; location may be NULL */
    int action;                              /* enum merlon_action; what the policy says for it */
    int score;                               /* -10*log10 of the false-positive rate, 0-100 */
    uint32_t offset, length;                 /* of the match within the decoded value */
    uint32_t lanes; /* how it was decoded: merlon_lane_name for every bit that is set */
    struct merlon_text name, match, message;
};

struct merlon_verdict {
    int action; /* enum merlon_action; MERLON_PREVENT for what cannot be framed, whatever the policy
                 */
    int score;
    unsigned status; /* HTTP status of the refusal; 0 when there is none */
    size_t n;
    const struct merlon_detection *d; /* d[0..n) */
};

/* Ends the request (a cut one is judged as far as it came) and tells what was found. Valid until
 * the transaction is freed; the same again when called twice. */
MERLON_API const struct merlon_verdict *merlon_txn_end(struct merlon_txn *t);
/* "url", "base64", …; NULL when there is no such lane. */
MERLON_API const char *merlon_lane_name(unsigned bit);

#ifdef __cplusplus
}
#endif
#endif
