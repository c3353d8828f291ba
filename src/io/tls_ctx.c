/* Contexts: certificates, session tickets, what is allowed. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "base/hash.h"
#include "io/tls_priv.h"

enum { CHAIN_MOST = 16, CA_MOST = 1024 };

/* Forward secrecy and authenticated encryption only; the fast ones first. Those of TLS 1.3 are
 * OpenSSL's own list. */
static const char ciphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
/* not const: the macro that takes it drops that */
static char groups[] = "X25519:P-256:P-384";
static const unsigned char protocols[] = "\x08http/1.1";

static void explain(char why[128], const char *what)
{
    unsigned long e = ERR_peek_last_error();
    const char *reason = e ? ERR_reason_error_string(e) : NULL;

    (void)snprintf(why, 128, "%s%s%s", what, reason ? ": " : "", reason ? reason : "");
    ERR_clear_error();
}

/* ---- reading PEM ---- */

/* OpenSSL would ask a terminal. */
static int no_passphrase(char *buf, int size, int rw, void *arg)
{
    (void)buf;
    (void)size;
    (void)rw;
    (void)arg;
    return -1;
}

static BIO *pem(struct mln_sv text)
{
    return text.len && text.len < INT_MAX ? BIO_new_mem_buf(text.p, (int)text.len) : NULL;
}

/* The end of a PEM text is an error of this kind to OpenSSL. */
static bool at_end(void)
{
    unsigned long e = ERR_peek_last_error();
    bool end = ERR_GET_LIB(e) == ERR_LIB_PEM && ERR_GET_REASON(e) == PEM_R_NO_START_LINE;

    if (end)
        ERR_clear_error();
    return end;
}

static bool use_chain(SSL_CTX *x, struct mln_sv chain, char why[128])
{
    BIO *b = pem(chain);
    X509 *c = b ? PEM_read_bio_X509_AUX(b, NULL, no_passphrase, NULL) : NULL;
    bool ok = c && SSL_CTX_use_certificate(x, c) == 1;

    if (!ok)
        explain(why, c ? "the certificate is refused" : "this is no certificate in PEM form");
    X509_free(c);
    for (unsigned i = 0; ok; i++) {
        c = PEM_read_bio_X509(b, NULL, no_passphrase, NULL);
        if (!c && at_end())
            break;
        ok = c && i < CHAIN_MOST && SSL_CTX_add0_chain_cert(x, c) == 1;
        if (!ok) {
            explain(why, c ? "the certificates behind the first are refused"
                           : "a certificate behind the first cannot be read");
            X509_free(c);
        }
    }
    BIO_free(b);
    return ok;
}

static bool use_key(SSL_CTX *x, struct mln_sv key, char why[128])
{
    BIO *b = pem(key);
    EVP_PKEY *k = b ? PEM_read_bio_PrivateKey(b, NULL, no_passphrase, NULL) : NULL;
    bool ok = k && SSL_CTX_use_PrivateKey(x, k) == 1 && SSL_CTX_check_private_key(x) == 1;

    if (!k)
        explain(why, "this is no private key in PEM form without a passphrase");
    else if (!ok)
        explain(why, "the key does not belong to the certificate");
    EVP_PKEY_free(k);
    BIO_free(b);
    return ok;
}

static bool use_ca(SSL_CTX *x, struct mln_sv ca, char why[128])
{
    X509_STORE *store = SSL_CTX_get_cert_store(x);
    BIO *b = pem(ca);
    unsigned n = 0;
    bool ok = b != NULL;

    while (ok) {
        X509 *c = PEM_read_bio_X509_AUX(b, NULL, no_passphrase, NULL);
        if (!c && at_end())
            break;
        ok = c && n++ < CA_MOST && X509_STORE_add_cert(store, c) == 1;
        X509_free(c);
    }
    ok = ok && n;
    if (!ok)
        explain(why, "this is no list of certificates in PEM form");
    BIO_free(b);
    return ok;
}

/* ---- session tickets ---- */

/* RFC 5077 section 4 as OpenSSL asks it: 1 go on, 2 go on with a new ticket, 0 a full handshake. */
static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                     EVP_MAC_CTX *mac, int seal)
{
    const struct mln_tls_tickets *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    size_t i = 0;

    while (!seal && i < MLN_TLS_TICKET_KEYS && memcmp(t->key[i].name, name, 16) != 0)
        i++;
    if (i == MLN_TLS_TICKET_KEYS)
        return 0;
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string("key", (void *)(uintptr_t)t->key[i].mac, 32),
        OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
    if (!EVP_MAC_CTX_set_params(mac, params))
        return -1;
    if (seal) {
        memcpy(name, t->key[0].name, 16);
        if (RAND_bytes(iv, EVP_MAX_IV_LENGTH) != 1)
            return -1;
        return EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, t->key[0].aes, iv) ? 1 : -1;
    }
    if (!EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), NULL, t->key[i].aes, iv))
        return -1;
    return i ? 2 : 1;
}

/* ---- protocols ---- */

/* HTTP/1.1 or nothing: a client that offers other protocols only would not understand us. */
static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                   const unsigned char *offered, unsigned len, void *arg)
{
    unsigned char *chosen;

    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, protocols, sizeof(protocols) - 1, offered, len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* ---- contexts ---- */

/* The same for both sides. Reading is left without a buffer of its own (read_ahead off): what is
 * not handed out stays in the socket, where the loop sees it. */
static SSL_CTX *ctx_new(const SSL_METHOD *method)
{
    /* no file is opened and no environment read: a worker has neither */
    if (!OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL))
        return NULL;
    SSL_CTX *x = SSL_CTX_new(method);
    if (!x)
        return NULL;
    (void)SSL_CTX_set_options(x, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    (void)SSL_CTX_set_mode(x, SSL_MODE_RELEASE_BUFFERS);
    (void)SSL_CTX_clear_mode(x, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_default_passwd_cb(x, no_passphrase);
    if (SSL_CTX_set_min_proto_version(x, TLS1_2_VERSION) && SSL_CTX_set_cipher_list(x, ciphers) &&
        SSL_CTX_set1_groups_list(x, groups))
        return x;
    SSL_CTX_free(x);
    return NULL;
}

void mln_tls_prepare(void)
{
    unsigned char byte;

    tzset();
    (void)RAND_bytes(&byte, 1);
    SSL_CTX_free(ctx_new(TLS_server_method()));
    SSL_CTX_free(ctx_new(TLS_client_method()));
    ERR_clear_error();
}

/* A session goes on under the certificate that it began with, and no other. */
static bool bind_sessions(SSL_CTX *x, struct mln_sv chain)
{
    static const struct mln_hash_key key = {0x73657373696f6e73, 0};
    uint64_t id = mln_hash(&key, chain);

    return SSL_CTX_set_session_id_context(x, (const unsigned char *)&id, sizeof(id)) == 1;
}

struct mln_tls_ctx *mln_tls_server_ctx(struct mln_sv chain, struct mln_sv key,
                                       const struct mln_tls_tickets *tickets, char reterr_why[128])
{
    SSL_CTX *x = ctx_new(TLS_server_method());

    if (!x) {
        explain(reterr_why, "no TLS");
        return NULL;
    }
    if (!use_chain(x, chain, reterr_why) || !use_key(x, key, reterr_why) ||
        !bind_sessions(x, chain)) {
        SSL_CTX_free(x);
        return NULL;
    }
    (void)SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_timeout(x, MLN_TLS_TICKET_LIFE / MLN_NSEC_PER_SEC);
    (void)SSL_CTX_set_app_data(x, (void *)(uintptr_t)tickets);
    (void)SSL_CTX_set_tlsext_ticket_key_evp_cb(x, on_ticket);
    SSL_CTX_set_alpn_select_cb(x, on_alpn, NULL);
    SSL_CTX_set_client_hello_cb(x, tls_on_client_hello, NULL);
    return (struct mln_tls_ctx *)x;
}

struct mln_tls_ctx *mln_tls_client_ctx(struct mln_sv ca, char reterr_why[128])
{
    SSL_CTX *x = ctx_new(TLS_client_method());

    if (!x || SSL_CTX_set_alpn_protos(x, protocols, sizeof(protocols) - 1)) {
        explain(reterr_why, "no TLS");
        SSL_CTX_free(x);
        return NULL;
    }
    if (ca.p && !use_ca(x, ca, reterr_why)) {
        SSL_CTX_free(x);
        return NULL;
    }
    if (ca.p)
        SSL_CTX_set_verify(x, SSL_VERIFY_PEER, NULL);
    if (!tls_sessions_keep(x)) {
        explain(reterr_why, "no memory");
        SSL_CTX_free(x);
        return NULL;
    }
    return (struct mln_tls_ctx *)x;
}

struct mln_tls_ctx *mln_tls_ctx_free(struct mln_tls_ctx *x)
{
    if (x)
        tls_sessions_forget(tls_ctx(x));
    SSL_CTX_free(tls_ctx(x));
    return NULL;
}

bool mln_tls_ctx_has_name(const struct mln_tls_ctx *x, struct mln_sv host)
{
    X509 *c = SSL_CTX_get0_certificate(tls_ctx(x));

    return c && host.len && X509_check_host(c, host.p, host.len, 0, NULL) == 1;
}

/* ---- checks before use ---- */

static mln_nsec when(const ASN1_TIME *t)
{
    struct tm tm;

    if (!t || !ASN1_TIME_to_tm(t, &tm))
        return 0;
    time_t s = timegm(&tm);
    return s < 0 ? 0 : (mln_nsec)s * MLN_NSEC_PER_SEC;
}

int mln_tls_check(struct mln_sv chain, struct mln_sv key, struct mln_tls_cert_info *ret,
                  char reterr_why[128])
{
    static const struct mln_tls_tickets none;
    struct mln_tls_ctx *x = mln_tls_server_ctx(chain, key, &none, reterr_why);

    if (!x)
        return -EINVAL;
    const X509 *c = SSL_CTX_get0_certificate(tls_ctx(x));
    *ret = (struct mln_tls_cert_info){when(X509_get0_notBefore(c)), when(X509_get0_notAfter(c))};
    (void)mln_tls_ctx_free(x);
    return 0;
}

int mln_tls_check_ca(struct mln_sv ca, char reterr_why[128])
{
    struct mln_tls_ctx *x = mln_tls_client_ctx(ca, reterr_why);

    (void)mln_tls_ctx_free(x);
    return x ? 0 : -EINVAL;
}
