/* TLS handshakes and nothing else, as many as fit into some seconds, eight at a time.
 * usage: shake PORT SECONDS 1.2|1.3 full|resumed     prints how many there were.
 * resumed: each continues the session of a first one by its ticket; one that does not is said. */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS = 8 };

static struct counts {
    unsigned long done, failed, full;
} * all;

static SSL_SESSION *ticket;

static int on_session(SSL *ssl, SSL_SESSION *s)
{
    (void)ssl;
    SSL_SESSION_free(ticket);
    ticket = s;
    return 1;
}

static int dial(unsigned port)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0}; /* no port waits in TIME_WAIT */
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((unsigned short)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
        close(fd);
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    return fd;
}

/* The tickets of TLS 1.3 come behind the handshake: a request makes sure that they came. */
static void read_tickets(SSL *ssl)
{
    static const char ask[] = "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
    char buf[4096];

    if (SSL_write(ssl, ask, sizeof(ask) - 1) > 0)
        while (SSL_read(ssl, buf, sizeof(buf)) > 0)
            ;
}

/* 1: a full one, 2: resumed, 0: none. */
static int shake(SSL_CTX *ctx, unsigned port, SSL_SESSION *session, int learn)
{
    int fd = dial(port), r = 0;
    SSL *ssl = fd < 0 ? NULL : SSL_new(ctx);
    /* a copy: OpenSSL offers one of TLS 1.3 a single time (RFC 8446 appendix C.4) */
    SSL_SESSION *copy = session ? SSL_SESSION_dup(session) : NULL;

    if (ssl && SSL_set_fd(ssl, fd) && (!copy || SSL_set_session(ssl, copy)) &&
        SSL_connect(ssl) == 1) {
        r = SSL_session_reused(ssl) ? 2 : 1;
        if (learn)
            read_tickets(ssl);
        SSL_shutdown(ssl);
    }
    SSL_SESSION_free(copy);
    SSL_free(ssl);
    if (fd >= 0)
        close(fd);
    return r;
}

static void client(SSL_CTX *ctx, unsigned port, time_t until, int resumed, struct counts *mine)
{
    SSL_SESSION *session = NULL;

    if (resumed && shake(ctx, port, NULL, 1)) {
        session = ticket;
        ticket = NULL;
    }
    while (time(NULL) < until) {
        int r = shake(ctx, port, session, 0);
        mine->done += r > 0;
        mine->failed += r == 0;
        mine->full += r == 1;
    }
    SSL_SESSION_free(session);
}

int main(int argc, char **argv)
{
    unsigned port = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    time_t until = time(NULL) + (argc > 2 ? strtol(argv[2], NULL, 10) : 1);
    int version = argc > 3 && !strcmp(argv[3], "1.2") ? TLS1_2_VERSION : TLS1_3_VERSION;
    int resumed = argc > 4 && !strcmp(argv[4], "resumed");
    struct counts sum = {0};
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    all = mmap(NULL, CLIENTS * sizeof(*all), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
               0);
    if (!port || !ctx || all == MAP_FAILED)
        return 2;
    SSL_CTX_set_min_proto_version(ctx, version);
    SSL_CTX_set_max_proto_version(ctx, version);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ctx, on_session);
    for (int i = 0; i < CLIENTS; i++)
        if (fork() == 0) {
            client(ctx, port, until, resumed, &all[i]);
            return 0;
        }
    while (wait(NULL) > 0)
        ;
    for (int i = 0; i < CLIENTS; i++) {
        sum.done += all[i].done;
        sum.failed += all[i].failed;
        sum.full += all[i].full;
    }
    printf("%lu handshakes, %lu failed, %lu full\n", sum.done, sum.failed, sum.full);
    SSL_CTX_free(ctx);
    return 0;
}
