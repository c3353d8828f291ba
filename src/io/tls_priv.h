/* What tls.c and tls_ctx.c share. */
#ifndef MLN_IO_TLS_PRIV_H
#define MLN_IO_TLS_PRIV_H

#include <openssl/ssl.h>

#include "io/tls.h"

/* A context is an SSL_CTX by another name: the program sees no header of OpenSSL. */
static inline SSL_CTX *tls_ctx(const struct mln_tls_ctx *x)
{
    return (SSL_CTX *)(uintptr_t)x;
}

/* tls.c: the callback of a server's context. */
int tls_on_client_hello(SSL *ssl, int *alert, void *arg);
/* tls.c: whom a client's connection is with, and under which name; absent: none. */
uint64_t tls_peer(const SSL *ssl, struct mln_sv *ret_name);

/* tls_sessions.c: what servers gave to a client's context, to be continued. False: no memory. */
bool tls_sessions_keep(SSL_CTX *x);
void tls_sessions_forget(SSL_CTX *x);
/* Has a connection that begins continue the newest session of its peer and name, if there is one.
 */
void tls_sessions_use(SSL *ssl);

#endif
