/* TLS 1.2 and 1.3 over a non-blocking socket, by OpenSSL. A connection is driven by whoever owns
 * the socket: these functions read and write it, never wait, and never call back except to ask for
 * the certificate of a handshake. One thread. */
#ifndef MLN_IO_TLS_H
#define MLN_IO_TLS_H

#include <sys/types.h>
#include <sys/uio.h>

#include "base/buf.h"
#include "base/time.h"

/* Memory that the connections of a process share: bytes on their way through, never kept. */
struct mln_tls_room;
struct mln_tls_room *mln_tls_room_new(void);
struct mln_tls_room *mln_tls_room_free(struct mln_tls_room *r);

/* Why a handshake failed, for counters. */
enum mln_tls_fault {
    MLN_TLS_FINE,
    MLN_TLS_NOT_TLS, /* the first bytes are no record of TLS */
    MLN_TLS_VERSION, /* no version that both sides allow */
    MLN_TLS_CIPHER,  /* nor a cipher suite, group or signature */
    MLN_TLS_ALPN,    /* the client speaks none of our protocols */
    MLN_TLS_ALERT,   /* the peer gave up and said so */
    MLN_TLS_GONE,    /* or did not say so */
    MLN_TLS_VERIFY,  /* the application's certificate is not what it should be */
    MLN_TLS_MEMORY,
    MLN_TLS_PROTOCOL, /* anything else that no honest peer sends */
    MLN_TLS_FAULT_MAX
};

enum { MLN_TLS_1_2 = 0x0303, MLN_TLS_1_3 = 0x0304 };
enum { MLN_TLS_RECORD = 16384 }; /* most plain bytes of one record */

/* ---- contexts: what many connections have in common ---- */

/* Keys of session tickets, newest first. Those of all workers are the same, so that a session goes
 * on at any of them. The structure is read at each handshake and may change in between. */
enum { MLN_TLS_TICKET_KEYS = 3 };
struct mln_tls_tickets {
    struct {
        uint8_t name[16], aes[32], mac[32];
    } key[MLN_TLS_TICKET_KEYS];
};
/* How long a session may be continued: no longer than its key is kept. */
#define MLN_TLS_TICKET_LIFE (2 * 3600 * MLN_NSEC_PER_SEC)

/* Before a process locks itself in: what OpenSSL and the C library do the first time (a file of
 * time zones is read, the size of the memory asked for). A later policy may be the first with TLS.
 */
void mln_tls_prepare(void);

struct mln_tls_ctx;
/* For clients: certificate, with those between it and the root behind it, and private key, both as
 * PEM. `tickets` outlives the context and its connections. NULL with the reason in words. */
struct mln_tls_ctx *mln_tls_server_ctx(struct mln_sv chain, struct mln_sv key,
                                       const struct mln_tls_tickets *tickets, char reterr_why[128]);
/* For the application. Its certificate must lead to one of `ca` (PEM); absent: any will do. */
struct mln_tls_ctx *mln_tls_client_ctx(struct mln_sv ca, char reterr_why[128]);
/* Connections that stand keep what they need of it. NULL is fine; returns NULL. */
struct mln_tls_ctx *mln_tls_ctx_free(struct mln_tls_ctx *x);
/* Whether the certificate is for this host. */
bool mln_tls_ctx_has_name(const struct mln_tls_ctx *x, struct mln_sv host);

/* What is to be known of a certificate before it is used. 0, or -EINVAL with the reason in words:
 * no PEM, a chain without its first certificate, a key of another certificate or with a
 * passphrase, an algorithm that is too weak. Times are wall clock. */
struct mln_tls_cert_info {
    mln_nsec not_before, not_after;
};
int mln_tls_check(struct mln_sv chain, struct mln_sv key, struct mln_tls_cert_info *ret,
                  char reterr_why[128]) MLN_WARN_UNUSED;
int mln_tls_check_ca(struct mln_sv ca, char reterr_why[128]) MLN_WARN_UNUSED;

/* ---- connections ---- */

struct mln_tls;
/* Asked once within a handshake. `server_name` is what the client asks for, in lower case, or
 * absent. *ret keeps what it has when nothing fits better. */
struct mln_tls_choice {
    const struct mln_tls_ctx *ctx;
    unsigned min_version;
};
typedef void mln_tls_choose(void *arg, struct mln_sv server_name, struct mln_tls_choice *ret);

/* The side of the server. `first`: bytes that were read from the socket already (copied). `arg`
 * must stay until the handshake is over. NULL: no memory. The socket stays the caller's. */
struct mln_tls *mln_tls_server(struct mln_tls_room *room, int fd, struct mln_sv first,
                               const struct mln_tls_ctx *ctx, mln_tls_choose *choose, void *arg);
/* The side of the client, towards `name` (sent, and checked when the context checks; absent:
 * neither). `first`: what goes before the handshake, in plain (copied). A session of an earlier
 * connection of this context, to the same peer (a number of the caller's) under the same name, is
 * continued if the server likes: its certificate was checked then. */
struct mln_tls *mln_tls_client(struct mln_tls_room *room, int fd, const struct mln_tls_ctx *ctx,
                               struct mln_sv name, uint64_t peer, struct mln_sv first);
/* Frees it without a word to the peer. NULL is fine; returns NULL. */
struct mln_tls *mln_tls_free(struct mln_tls *t);

/* One step. 0: done; -EAGAIN: wait until the socket is readable, and writable when
 * mln_tls_unsent; else it failed and *reterr says why (an alert was sent as far as the socket took
 * it). */
int mln_tls_handshake(struct mln_tls *t, enum mln_tls_fault *reterr) MLN_WARN_UNUSED;
/* Plain bytes of one record at most; n is MLN_TLS_RECORD at least, so that nothing readable stays
 * behind when the socket is empty. 0: the peer said that it ends. -EAGAIN; -ECONNABORTED: the
 * connection broke, or ended without that word. Bytes may have to be written afterwards, see
 * mln_tls_unsent. */
ssize_t mln_tls_read(struct mln_tls *t, void *p, size_t n) MLN_WARN_UNUSED;
/* Plain bytes taken, which may be fewer: then, and when mln_tls_unsent, the socket is full and says
 * when it is not. n == 0 sends what is unsent. -EPIPE, -ENOMEM or the errno of the socket. */
ssize_t mln_tls_writev(struct mln_tls *t, const struct iovec *iov, unsigned n) MLN_WARN_UNUSED;
/* Sealed bytes that the socket did not take yet. */
bool mln_tls_unsent(const struct mln_tls *t);
/* Tells the peer that no more comes, as far as the socket takes it. */
void mln_tls_bye(struct mln_tls *t);

/* "TLSv1.3"; what the client asked for, or absent; whether it continued a session. */
const char *mln_tls_version(const struct mln_tls *t);
struct mln_sv mln_tls_server_name(const struct mln_tls *t);
bool mln_tls_resumed(const struct mln_tls *t);
/* True when the connection belongs to that context and was made for that name. */
bool mln_tls_is_for(const struct mln_tls *t, const struct mln_tls_ctx *ctx, struct mln_sv name);

#endif
