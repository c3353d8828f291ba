#define CURL_DISABLE_TYPECHECK /* its functions are reached by pointers */
#include "node/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/fd.h"

enum {
    CONNECT_S = 15,
    WHOLE_S = 300,
    SLOW_BYTES = 100,
    SLOW_S = 30,
    REDIRECTS = 5,
    HEAD_BYTES = 4096
};

/* X(name): the functions of libcurl */
/* clang-format off */
#define FUNCTIONS(X)                                                                               \
    X(curl_global_init) X(curl_easy_init) X(curl_easy_setopt) X(curl_easy_perform)                 \
    X(curl_easy_getinfo) X(curl_easy_cleanup) X(curl_easy_strerror) X(curl_slist_append)           \
    X(curl_slist_free_all)
/* clang-format on */
static struct {
#define X(name) __typeof__(&name) name;
    FUNCTIONS(X)
#undef X
} lib;

int mln_fetch_init(void)
{
    void *so = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

    if (!so)
        return -ENOENT;
#define X(name)                                                                                    \
    *(void **)(void *)&lib.name = dlsym(so, #name);                                                \
    if (!lib.name)                                                                                 \
        return -ENOENT;
    FUNCTIONS(X)
#undef X
    return lib.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -ENOENT;
}

struct transfer {
    const struct mln_fetch *f;
    CURL *curl;
    int fd;          /* the file as it grows; -1: not opened yet */
    uint64_t bytes;  /* of the body */
    int err;         /* of ours */
    bool was_public; /* an address that was connected to */
    struct mln_fetched got;
    char part[128];
};

/* ---- the head of a copy ---- */

static void take_line(struct mln_sv line, const char *key, char out[MLN_FETCHED_TEXT])
{
    if (!mln_sv_istarts(line, mln_sv_str(key)))
        return;
    line = mln_sv_trim(mln_sv_sub(line, strlen(key), line.len));
    while (line.len && (line.p[line.len - 1] == '\r' || line.p[line.len - 1] == '\n'))
        line.len--;
    out[0] = '\0';
    for (size_t i = 0; i < line.len; i++)
        if (line.p[i] < ' ' || line.p[i] > '~')
            return; /* it would be sent back in a header */
    if (line.len < MLN_FETCHED_TEXT)
        (void)snprintf(out, MLN_FETCHED_TEXT, "%.*s", MLN_SV_ARG(line));
}

int mln_fetched_read(int dir, const char *name, struct mln_sv url, struct mln_fetched *ret)
{
    MLN_CLEANUP_FD int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    char buf[HEAD_BYTES], when[MLN_FETCHED_TEXT] = "", from[MLN_FETCHED_TEXT] = "";
    struct mln_fetched f = {.when = 0};

    if (fd < 0)
        return -errno;
    ssize_t n = read(fd, buf, sizeof(buf));
    struct mln_sv text = mln_sv(buf, n > 0 ? (size_t)n : 0);
    while (text.p) {
        struct mln_sv line = mln_sv_split(&text, '\n');
        if (!line.len)
            break;
        take_line(line, "etag:", f.etag);
        take_line(line, "last-modified:", f.last_modified);
        take_line(line, "fetched:", when);
        take_line(line, "url:", from);
    }
    if (!mln_sv_eq(mln_sv_str(from), mln_sv_sub(url, 0, MLN_FETCHED_TEXT - 1)) ||
        mln_sv_u64(mln_sv_str(when), &f.when) < 0)
        return -EINVAL;
    f.when *= MLN_NSEC_PER_SEC;
    *ret = f;
    return 0;
}

static int write_head(struct transfer *t)
{
    struct mln_buf head = {0};

    t->got.when = mln_now_wall();
    mln_buf_addf(&head, "merlon-feed 1\nurl: %.*s\nfetched: %llu\netag: %s\nlast-modified: %s\n\n",
                 MLN_SV_ARG(mln_sv_sub(t->f->url, 0, MLN_FETCHED_TEXT - 1)),
                 (unsigned long long)(t->got.when / MLN_NSEC_PER_SEC), t->got.etag,
                 t->got.last_modified);
    int r = mln_buf_failed(&head) ? -ENOMEM : mln_fd_write_all(t->fd, head.p, head.len);
    mln_buf_done(&head);
    return r;
}

/* ---- what libcurl calls ---- */

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    struct mln_sv line = mln_sv(p, size * n);

    if (mln_sv_istarts(line, MLN_SV("HTTP/"))) /* of the next hop */
        t->got = (struct mln_fetched){.when = 0};
    take_line(line, "etag:", t->got.etag);
    take_line(line, "last-modified:", t->got.last_modified);
    return size * n;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct transfer *t = arg;
    long status = 0;

    if (lib.curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK ||
        status != 200)
        return size * n; /* nobody wants the page of an error */
    t->bytes += size * n;
    if (t->bytes > t->f->max_bytes)
        t->err = -EFBIG;
    if (t->err == 0 && t->fd < 0) {
        t->fd =
            openat(t->f->dir, t->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
        t->err = t->fd < 0 ? -errno : write_head(t);
    }
    if (t->err == 0)
        t->err = mln_fd_write_all(t->fd, p, size * n);
    return t->err == 0 ? size * n : 0;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct transfer *t = arg;
    struct pollfd p = {.fd = t->f->give_up, .events = POLLRDHUP};

    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLRDHUP));
}

static bool is_private(const struct sockaddr *sa)
{
    struct mln_addr a = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};

    if (sa->sa_family == AF_INET)
        memcpy(a.b + 12, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
    else
        memcpy(a.b, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
    return mln_addr_is_private(&a);
}

/* The address that the policy names may be anywhere; a server out there must not send us inside. */
static curl_socket_t on_socket(void *arg, curlsocktype what, struct curl_sockaddr *a)
{
    struct transfer *t = arg;

    (void)what;
    if (a->family != AF_INET && a->family != AF_INET6)
        return CURL_SOCKET_BAD;
    bool private = is_private(&a->addr);
    if (private && t->was_public) {
        t->err = -EACCES;
        return CURL_SOCKET_BAD;
    }
    t->was_public = t->was_public || !private;
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* ---- one transfer ---- */

static struct curl_slist *conditions(const struct mln_fetched *have)
{
    struct curl_slist *headers = NULL;
    char line[MLN_FETCHED_TEXT + 32];

    if (have && have->etag[0]) {
        (void)snprintf(line, sizeof(line), "If-None-Match: %s", have->etag);
        headers = lib.curl_slist_append(headers, line);
    }
    if (have && have->last_modified[0]) {
        (void)snprintf(line, sizeof(line), "If-Modified-Since: %s", have->last_modified);
        headers = lib.curl_slist_append(headers, line);
    }
    return headers;
}

static void set_options(struct transfer *t, const char *url, const struct curl_slist *headers)
{
    CURL *c = t->curl;
    const struct mln_fetch *f = t->f;
    struct curl_blob ca = {
        .data = (void *)(uintptr_t)f->ca.p, .len = f->ca.len, .flags = CURL_BLOB_COPY};

    (void)lib.curl_easy_setopt(c, CURLOPT_URL, url);
    (void)lib.curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
    (void)lib.curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    (void)lib.curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    (void)lib.curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    (void)lib.curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    (void)lib.curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)WHOLE_S);
    (void)lib.curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    (void)lib.curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S);
    (void)lib.curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    (void)lib.curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
    (void)lib.curl_easy_setopt(c, CURLOPT_USERAGENT, "merlon/" MLN_VERSION);
    (void)lib.curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    (void)lib.curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
    (void)lib.curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    (void)lib.curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
    (void)lib.curl_easy_setopt(c, CURLOPT_WRITEDATA, t);
    (void)lib.curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
    (void)lib.curl_easy_setopt(c, CURLOPT_XFERINFODATA, t);
    (void)lib.curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    (void)lib.curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    (void)lib.curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t);
    if (f->ca.p)
        (void)lib.curl_easy_setopt(c, CURLOPT_CAINFO_BLOB, &ca);
}

static int give(struct transfer *t)
{
    if (t->fd < 0) /* a body of no bytes */
        return -ENODATA;
    if (fdatasync(t->fd) < 0 || renameat(t->f->dir, t->part, t->f->dir, t->f->name) < 0)
        return -errno;
    return 1;
}

/* The end of the transfer, in words. */
static int conclude(struct transfer *t, CURLcode code, char why[MLN_FETCH_WHY])
{
    long status = 0;
    int r = -EIO;

    (void)lib.curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
    if (t->err == -EACCES)
        (void)snprintf(why, MLN_FETCH_WHY, "it was redirected to a private address");
    else if (t->err == -EFBIG)
        (void)snprintf(why, MLN_FETCH_WHY, "it is larger than max_bytes");
    else if (t->err < 0)
        (void)snprintf(why, MLN_FETCH_WHY, "cannot be written: %s", strerror(-t->err));
    else if (code != CURLE_OK)
        (void)snprintf(why, MLN_FETCH_WHY, "%s", lib.curl_easy_strerror(code));
    else if (status == 304 && t->f->have)
        r = 0;
    else if (status != 200)
        (void)snprintf(why, MLN_FETCH_WHY, "the server answers with status %ld", status);
    else if ((r = give(t)) < 0)
        (void)snprintf(why, MLN_FETCH_WHY, "%s", r == -ENODATA ? "it is empty" : strerror(-r));
    return r;
}

int mln_fetch(const struct mln_fetch *f, struct mln_fetched *ret, char reterr_why[MLN_FETCH_WHY])
{
    struct transfer t = {.f = f, .curl = lib.curl_easy_init(), .fd = -1};
    struct curl_slist *headers = conditions(f->have);
    char *url = strndup(f->url.p, f->url.len);
    int r = -ENOMEM;

    (void)snprintf(t.part, sizeof(t.part), "%s.part", f->name);
    (void)snprintf(reterr_why, MLN_FETCH_WHY, "no memory");
    if (t.curl && url) {
        set_options(&t, url, headers);
        r = conclude(&t, lib.curl_easy_perform(t.curl), reterr_why);
    }
    if (r == 1)
        *ret = t.got;
    else if (t.fd >= 0)
        (void)unlinkat(f->dir, t.part, 0);
    mln_fd_close(&t.fd);
    lib.curl_slist_free_all(headers);
    if (t.curl)
        lib.curl_easy_cleanup(t.curl);
    free(url);
    return r;
}
