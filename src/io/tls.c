/* Connections. OpenSSL reads the socket through a BIO of ours, record by record; what it writes is
 * gathered and sent at once. What the socket does not take waits here, so that OpenSSL never sees a
 * full one and never wants a call repeated. */
#include "io/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include "io/tls_priv.h"

enum {
    READS_MOST = 48, /* of the socket, per call: a flood of tiny records is not all of a turn */
    BATCH_BYTES = 64 * 1024,  /* sealed and then sent at once */
    UNSENT_MOST = 512 * 1024, /* a peer that makes us answer and does not read */
    NAME_MOST = 255,          /* RFC 1035 section 2.3.4 */
};

struct mln_tls_room {
    struct mln_buf out;
    char gather[MLN_TLS_RECORD];
};

struct mln_tls {
    SSL *ssl;
    struct mln_tls_room *room;
    int fd;
    unsigned reads;       /* left in this call */
    bool dry;             /* the socket has no more at the moment */
    bool ended;           /* its end was read */
    bool ready, broken;   /* the handshake is over; nothing more can be read or written */
    struct mln_buf first; /* bytes to be read before those of the socket */
    struct mln_buf out;   /* sealed, not taken by the socket */
    size_t sent;          /* of out */
    char *name;           /* that the client asked for, or that we ask for; or NULL */
    uint64_t peer;        /* of ours as a client */
    mln_tls_choose *choose;
    void *arg;
};

/* ---- the socket, as OpenSSL sees it ---- */

static int bio_read(BIO *b, char *p, int n)
{
    struct mln_tls *t = BIO_get_data(b);

    BIO_clear_retry_flags(b);
    if (t->first.len) {
        size_t take = MLN_MIN(t->first.len, (size_t)n);
        memcpy(p, t->first.p, take);
        mln_buf_consume(&t->first, take);
        return (int)take;
    }
    ssize_t r = -1;
    if (t->reads) {
        t->reads--;
        r = recv(t->fd, p, (size_t)n, 0);
        t->dry = r < 0 && (errno == EAGAIN || errno == EINTR);
        t->ended = r == 0;
    }
    if (r < 0 && (t->dry || !t->reads))
        BIO_set_retry_read(b);
    return (int)r;
}

static int bio_write(BIO *b, const char *p, int n)
{
    struct mln_tls *t = BIO_get_data(b);
    struct mln_buf *out = mln_tls_unsent(t) ? &t->out : &t->room->out;

    BIO_clear_retry_flags(b);
    if (t->out.len - t->sent + (size_t)n > UNSENT_MOST)
        return -1;
    mln_buf_add(out, p, (size_t)n);
    return mln_buf_failed(out) ? -1 : n;
}

static long bio_ctrl(BIO *b, int cmd, long num, void *p)
{
    (void)b;
    (void)num;
    (void)p;
    return cmd == BIO_CTRL_FLUSH || cmd == BIO_CTRL_DUP;
}

static BIO_METHOD *method(void)
{
    static BIO_METHOD *m; /* of OpenSSL's making, once a process; it ends with it */

    if (m)
        return m;
    m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "merlon");
    if (m && BIO_meth_set_read(m, bio_read) && BIO_meth_set_write(m, bio_write) &&
        BIO_meth_set_ctrl(m, bio_ctrl))
        return m;
    BIO_meth_free(m);
    m = NULL;
    return NULL;
}

/* ---- sending ---- */

bool mln_tls_unsent(const struct mln_tls *t)
{
    return t->out.len > t->sent;
}

static ssize_t send_some(int fd, const char *p, size_t n)
{
    ssize_t r;

    do
        r = send(fd, p, n, MSG_NOSIGNAL);
    while (r < 0 && errno == EINTR);
    return r < 0 && errno != EAGAIN ? -errno : MLN_MAX(r, 0);
}

static int broke(struct mln_tls *t, int err)
{
    t->broken = true;
    return err;
}

/* What waited, then what was just sealed; the rest waits. 0 or the errno of the socket. */
static int flush(struct mln_tls *t)
{
    struct mln_buf *fresh = &t->room->out;
    ssize_t n;

    if (mln_tls_unsent(t)) {
        n = send_some(t->fd, t->out.p + t->sent, t->out.len - t->sent);
        if (n < 0)
            return broke(t, (int)n);
        t->sent += (size_t)n;
        if (!mln_tls_unsent(t)) {
            mln_buf_done(&t->out);
            t->sent = 0;
        }
    }
    if (!fresh->len)
        return 0;
    n = mln_tls_unsent(t) ? 0 : send_some(t->fd, fresh->p, fresh->len);
    if (n >= 0 && (size_t)n < fresh->len) {
        mln_buf_add(&t->out, fresh->p + n, fresh->len - (size_t)n);
        if (mln_buf_failed(&t->out))
            n = -ENOMEM;
    }
    mln_buf_clear(fresh);
    return n < 0 ? broke(t, (int)n) : 0;
}

/* ---- handshakes ---- */

/* RFC 6066 section 3, letters and digits only: a name that no host has is as good as none. */
static char *read_server_name(const unsigned char *p, size_t len)
{
    static const char extra[] = "-._";
    size_t n = len >= 5 ? (size_t)p[3] << 8 | p[4] : 0;

    if (len < 5 || ((size_t)p[0] << 8 | p[1]) != len - 2 || p[2] != 0 || n > len - 5 || n == 0 ||
        n > NAME_MOST)
        return NULL;
    char *name = malloc(n + 1);
    for (size_t i = 0; name && i < n; i++) {
        char c = mln_lower((char)p[5 + i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(extra, c)))) {
            free(name);
            return NULL;
        }
        name[i] = c;
    }
    if (name)
        name[n] = '\0';
    return name;
}

int tls_on_client_hello(SSL *ssl, int *alert, void *arg)
{
    struct mln_tls *t = SSL_get_app_data(ssl);
    const SSL_CTX *now = SSL_get_SSL_CTX(ssl);
    struct mln_tls_choice choice = {(const struct mln_tls_ctx *)(const void *)now, MLN_TLS_1_2};
    const unsigned char *p;
    size_t len;

    (void)arg;
    if (!t->choose)
        return SSL_CLIENT_HELLO_SUCCESS;
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &p, &len) == 1)
        t->name = read_server_name(p, len);
    t->choose(t->arg, mln_tls_server_name(t), &choice);
    t->choose = NULL; /* a second hello (RFC 8446 section 4.1.4) is the same one */
    if (SSL_set_min_proto_version(ssl, (int)choice.min_version) &&
        SSL_set_SSL_CTX(ssl, tls_ctx(choice.ctx)))
        return SSL_CLIENT_HELLO_SUCCESS;
    *alert = SSL_AD_INTERNAL_ERROR;
    return SSL_CLIENT_HELLO_ERROR;
}

static enum mln_tls_fault fault_of(const struct mln_tls *t, int error)
{
    unsigned long e = ERR_peek_error();

    if (error == SSL_ERROR_SYSCALL || (t->ended && !e))
        return MLN_TLS_GONE;
    if (ERR_GET_LIB(e) != ERR_LIB_SSL)
        return ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE ? MLN_TLS_MEMORY : MLN_TLS_PROTOCOL;
    switch (ERR_GET_REASON(e)) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_UNKNOWN_PROTOCOL:
        return MLN_TLS_NOT_TLS;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_UNSUPPORTED_SSL_VERSION:
        return MLN_TLS_VERSION;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_GROUPS:
        return MLN_TLS_CIPHER;
    case SSL_R_NO_APPLICATION_PROTOCOL:
        return MLN_TLS_ALPN;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
        return MLN_TLS_VERIFY;
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
        return MLN_TLS_GONE;
    case ERR_R_MALLOC_FAILURE:
        return MLN_TLS_MEMORY;
    default:
        return ERR_GET_REASON(e) >= SSL_AD_REASON_OFFSET ? MLN_TLS_ALERT : MLN_TLS_PROTOCOL;
    }
}

int mln_tls_handshake(struct mln_tls *t, enum mln_tls_fault *reterr)
{
    t->reads = READS_MOST;
    ERR_clear_error();
    int r = SSL_do_handshake(t->ssl);
    int error = r == 1 ? SSL_ERROR_NONE : SSL_get_error(t->ssl, r);
    bool again = error == SSL_ERROR_WANT_READ;

    *reterr = r == 1 || again ? MLN_TLS_FINE : fault_of(t, error);
    if (flush(t) < 0 && *reterr == MLN_TLS_FINE)
        *reterr = MLN_TLS_GONE;
    ERR_clear_error();
    if (*reterr != MLN_TLS_FINE)
        return broke(t, -EPROTO);
    t->ready = r == 1;
    return r == 1 ? 0 : -EAGAIN;
}

/* ---- data ---- */

ssize_t mln_tls_read(struct mln_tls *t, void *p, size_t n)
{
    ssize_t result = -ECONNABORTED;
    bool again = true;

    if (t->broken)
        return result;
    t->reads = READS_MOST;
    ERR_clear_error();
    while (again) {
        int r = SSL_read(t->ssl, p, (int)MLN_MIN(n, (size_t)INT_MAX));
        int error = r > 0 ? SSL_ERROR_NONE : SSL_get_error(t->ssl, r);
        /* a record without data, as a ticket is: on to the next, as long as there is one */
        again = error == SSL_ERROR_WANT_READ && !t->dry && t->reads;
        result = r > 0                            ? r
                 : error == SSL_ERROR_WANT_READ   ? -EAGAIN
                 : error == SSL_ERROR_ZERO_RETURN ? 0
                                                  : -ECONNABORTED;
    }
    ERR_clear_error();
    if (result == -ECONNABORTED)
        t->broken = true;
    if (t->room->out.len || mln_tls_unsent(t)) /* an answer to a key update, an alert */
        if (flush(t) < 0)
            return result > 0 ? result : -ECONNABORTED;
    return result;
}

/* The next record's worth of iov, in one piece; iov moves on. */
static struct mln_sv next_record(struct mln_tls_room *room, struct iovec *iov, unsigned *n)
{
    size_t len = 0;

    while (*n && iov->iov_len == 0) {
        memmove(iov, iov + 1, --*n * sizeof(*iov));
    }
    if (*n && (*n == 1 || iov->iov_len >= MLN_TLS_RECORD)) { /* as it lies there */
        struct mln_sv piece = mln_sv(iov->iov_base, MLN_MIN(iov->iov_len, (size_t)MLN_TLS_RECORD));
        iov->iov_base = (char *)iov->iov_base + piece.len;
        iov->iov_len -= piece.len;
        return piece;
    }
    while (*n && len < MLN_TLS_RECORD) {
        size_t take = MLN_MIN(iov->iov_len, (size_t)MLN_TLS_RECORD - len);
        memcpy(room->gather + len, iov->iov_base, take);
        len += take;
        iov->iov_base = (char *)iov->iov_base + take;
        iov->iov_len -= take;
        if (iov->iov_len == 0)
            memmove(iov, iov + 1, --*n * sizeof(*iov));
    }
    return mln_sv(room->gather, len);
}

enum { IOV_MOST = 8 };

ssize_t mln_tls_writev(struct mln_tls *t, const struct iovec *iov, unsigned n)
{
    struct iovec left[IOV_MOST];
    struct mln_sv piece = MLN_SV("");
    size_t taken = 0;
    int r = t->broken || n > IOV_MOST ? -EPIPE : flush(t);

    if (r < 0)
        return r;
    if (n)
        memcpy(left, iov, n * sizeof(*iov));
    ERR_clear_error();
    while (!mln_tls_unsent(t) && (piece = next_record(t->room, left, &n)).len) {
        if (SSL_write(t->ssl, piece.p, (int)piece.len) != (int)piece.len) {
            ERR_clear_error();
            mln_buf_clear(&t->room->out);
            return broke(t, -EPIPE);
        }
        taken += piece.len;
        if (t->room->out.len >= BATCH_BYTES && (r = flush(t)) < 0)
            return r;
    }
    r = flush(t);
    return r < 0 ? r : (ssize_t)taken;
}

void mln_tls_bye(struct mln_tls *t)
{
    if (t->broken || !t->ready)
        return;
    ERR_clear_error();
    (void)SSL_shutdown(t->ssl);
    ERR_clear_error();
    (void)flush(t);
}

/* ---- life ---- */

struct mln_tls_room *mln_tls_room_new(void)
{
    return calloc(1, sizeof(struct mln_tls_room));
}

struct mln_tls_room *mln_tls_room_free(struct mln_tls_room *r)
{
    if (r)
        mln_buf_done(&r->out);
    free(r);
    return NULL;
}

static struct mln_tls *tls_new(struct mln_tls_room *room, int fd, const struct mln_tls_ctx *ctx)
{
    struct mln_tls *t = room ? calloc(1, sizeof(*t)) : NULL;
    BIO *b = t && method() ? BIO_new(method()) : NULL;

    if (b) {
        t->ssl = SSL_new(tls_ctx(ctx));
        BIO_set_data(b, t);
        BIO_set_init(b, 1);
    }
    if (!b || !t->ssl) {
        BIO_free(b);
        free(t);
        ERR_clear_error();
        return NULL;
    }
    SSL_set_bio(t->ssl, b, b);
    (void)SSL_set_app_data(t->ssl, t);
    t->room = room;
    t->fd = fd;
    return t;
}

struct mln_tls *mln_tls_server(struct mln_tls_room *room, int fd, struct mln_sv first,
                               const struct mln_tls_ctx *ctx, mln_tls_choose *choose, void *arg)
{
    struct mln_tls *t = tls_new(room, fd, ctx);

    if (!t)
        return NULL;
    mln_buf_add_sv(&t->first, first);
    if (mln_buf_failed(&t->first))
        return mln_tls_free(t);
    t->choose = choose;
    t->arg = arg;
    SSL_set_accept_state(t->ssl);
    return t;
}

struct mln_tls *mln_tls_client(struct mln_tls_room *room, int fd, const struct mln_tls_ctx *ctx,
                               struct mln_sv name, uint64_t peer, struct mln_sv first)
{
    struct mln_tls *t = tls_new(room, fd, ctx);

    if (!t)
        return NULL;
    mln_buf_add_sv(&t->out, first);
    if (mln_buf_failed(&t->out))
        return mln_tls_free(t);
    SSL_set_connect_state(t->ssl);
    t->peer = peer;
    t->name = name.len ? strndup(name.p, name.len) : NULL;
    if (name.len &&
        !(t->name && SSL_set_tlsext_host_name(t->ssl, t->name) && SSL_set1_host(t->ssl, t->name)))
        return mln_tls_free(t);
    tls_sessions_use(t->ssl);
    return t;
}

uint64_t tls_peer(const SSL *ssl, struct mln_sv *ret_name)
{
    const struct mln_tls *t = SSL_get_app_data(ssl);

    *ret_name = mln_tls_server_name(t);
    return t->peer;
}

struct mln_tls *mln_tls_free(struct mln_tls *t)
{
    if (!t)
        return NULL;
    SSL_free(t->ssl);
    mln_buf_done(&t->first);
    mln_buf_done(&t->out);
    free(t->name);
    free(t);
    return NULL;
}

const char *mln_tls_version(const struct mln_tls *t)
{
    return SSL_get_version(t->ssl);
}

struct mln_sv mln_tls_server_name(const struct mln_tls *t)
{
    return t->name ? mln_sv_str(t->name) : MLN_SV_NULL;
}

bool mln_tls_resumed(const struct mln_tls *t)
{
    return SSL_session_reused(t->ssl);
}

bool mln_tls_is_for(const struct mln_tls *t, const struct mln_tls_ctx *ctx, struct mln_sv name)
{
    return SSL_get_SSL_CTX(t->ssl) == tls_ctx(ctx) && mln_sv_eq(mln_tls_server_name(t), name);
}
