/* Sessions with servers: the newest of each peer and name, in a table where a later one takes the
 * place of what was there. The names may be a client's choice, their number is bounded. */
#include "base/fd.h"
#include "base/hash.h"
#include "io/tls_priv.h"

enum { PLACES = 64 };

struct place {
    SSL_SESSION *session; /* or NULL */
    uint64_t peer;
    char *name; /* "": none */
};

struct sessions {
    struct mln_hash_key key; /* nobody else knows it: no client chooses whose place it takes */
    struct place place[PLACES];
};

static void clear(struct place *p)
{
    SSL_SESSION_free(p->session);
    free(p->name);
    *p = (struct place){NULL};
}

/* Where the connection's session belongs; NULL: its context forgot them. */
static struct place *place_of(const SSL *ssl, uint64_t *ret_peer, struct mln_sv *ret_name)
{
    struct sessions *s = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

    *ret_peer = tls_peer(ssl, ret_name);
    if (!s)
        return NULL;
    uint64_t h = mln_hash(&s->key, mln_sv((const char *)ret_peer, sizeof(*ret_peer)));
    return &s->place[(h ^ mln_hash(&s->key, *ret_name)) % PLACES];
}

/* The server gave one; 1: it is kept. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
    struct mln_sv name;
    uint64_t peer;
    struct place *p = place_of(ssl, &peer, &name);
    char *copy = p ? strndup(name.p ? name.p : "", name.len) : NULL;

    if (!copy)
        return 0;
    clear(p);
    *p = (struct place){session, peer, copy};
    return 1;
}

bool tls_sessions_keep(SSL_CTX *x)
{
    struct sessions *s = calloc(1, sizeof(*s));

    if (!s)
        return false;
    mln_random(&s->key, sizeof(s->key));
    (void)SSL_CTX_set_app_data(x, s);
    (void)SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(x, on_session);
    return true;
}

void tls_sessions_forget(SSL_CTX *x)
{
    struct sessions *s = SSL_CTX_get_app_data(x);

    if (SSL_CTX_sess_get_new_cb(x) != on_session) /* a server's */
        return;
    (void)SSL_CTX_set_app_data(x, NULL);
    for (unsigned i = 0; s && i < PLACES; i++)
        clear(&s->place[i]);
    free(s);
}

void tls_sessions_use(SSL *ssl)
{
    struct mln_sv name;
    uint64_t peer;
    const struct place *p = place_of(ssl, &peer, &name);

    if (p && p->session && p->peer == peer && mln_sv_eq(mln_sv_str(p->name), name))
        (void)SSL_set_session(ssl, p->session); /* else a full handshake */
}
