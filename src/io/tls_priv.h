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

#endif
