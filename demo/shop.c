/* The sample shop: a small real application that knows nothing of Merlon and trusts its input as
 * too many do. SQL by string concatenation, comments shown unescaped, files by name, a shell
 * command from a form. Never expose it. Writes a line for each request: who asked for what.
 * usage: shop PORT [ADDRESS] (default: loopback) */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUEST_MAX = 65536, PAGE_MAX = 65536, VALUE_MAX = 4096 };

struct page {
    char text[PAGE_MAX];
    size_t len;
};

static void put(struct page *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void put(struct page *p, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(p->text + p->len, sizeof(p->text) - p->len, fmt, ap);
    va_end(ap);
    if (n > 0)
        p->len += (size_t)n < sizeof(p->text) - p->len ? (size_t)n : sizeof(p->text) - p->len - 1;
}

static const char schema[] =
    "create table products(id integer primary key, name text, price text);"
    "create table users(name text, password text);"
    "create table comments(author text, text text);"
    "insert into products(name,price) values"
    "('Blue mug','9.50'),('O''Brien''s teapot','24.00'),('Select blend coffee','7.20'),('Union "
    "Jack cup','11.00');"
    "insert into users values('admin','correct-horse-battery'),('alice','staple-2026');"
    "insert into comments values('Bob','5 > 3 cups a day & counting');";

static void url_decode(const char *in, size_t n, char *out, size_t cap)
{
    size_t k = 0;

    for (size_t i = 0; i < n && k + 1 < cap; i++) {
        unsigned v;
        if (in[i] == '+')
            out[k++] = ' ';
        else if (in[i] == '%' && i + 2 < n && sscanf(in + i + 1, "%2x", &v) == 1)
            out[k++] = (char)v, i += 2;
        else
            out[k++] = in[i];
    }
    out[k] = '\0';
}

/* The value of `name` in "a=1&b=2"; "" when it is not there. */
static const char *param(const char *query, const char *name, char out[VALUE_MAX])
{
    size_t n = strlen(name);

    out[0] = '\0';
    for (const char *p = query; p && *p;) {
        const char *end = strchr(p, '&');
        size_t len = end ? (size_t)(end - p) : strlen(p);
        if (len > n && strncmp(p, name, n) == 0 && p[n] == '=')
            url_decode(p + n + 1, len - n - 1, out, VALUE_MAX);
        p = end ? end + 1 : NULL;
    }
    return out;
}

static int show_row(void *page, int n, char **values, char **names)
{
    (void)names;
    put(page, "<li>");
    for (int i = 0; i < n; i++)
        put(page, "%s%s", i ? " — " : "", values[i] ? values[i] : "");
    put(page, "</li>\n");
    return 0;
}

static void run_sql(sqlite3 *db, struct page *p, const char *sql)
{
    char *err = NULL;

    put(p, "<ul>\n");
    if (sqlite3_exec(db, sql, show_row, p, &err) != SQLITE_OK)
        put(p, "<li>database error: %s</li>\n", err);
    sqlite3_free(err);
    put(p, "</ul>\n");
}

static void page_search(sqlite3 *db, struct page *p, const char *query)
{
    char q[VALUE_MAX], sql[VALUE_MAX + 128];

    param(query, "q", q);
    snprintf(sql, sizeof(sql), "select name, price from products where name like '%%%s%%'", q);
    put(p, "<h2>Results for %s</h2>\n", q);
    run_sql(db, p, sql);
}

static void page_comment(sqlite3 *db, struct page *p, const char *form)
{
    char author[VALUE_MAX], text[VALUE_MAX];
    sqlite3_stmt *st;

    param(form, "author", author);
    param(form, "text", text);
    if (sqlite3_prepare_v2(db, "insert into comments values(?,?)", -1, &st, NULL) == SQLITE_OK) {
        sqlite3_bind_text(st, 1, author, -1, SQLITE_STATIC);
        sqlite3_bind_text(st, 2, text, -1, SQLITE_STATIC);
        sqlite3_step(st);
        sqlite3_finalize(st);
    }
    put(p, "<h2>Thank you</h2>\n");
    run_sql(db, p, "select author, text from comments");
}

static void copy_stream(struct page *p, FILE *f, int (*close_stream)(FILE *))
{
    char line[512];

    put(p, "<pre>\n");
    while (f && fgets(line, sizeof(line), f))
        put(p, "%s", line);
    put(p, "</pre>\n");
    if (f)
        close_stream(f);
}

static void page_manual(struct page *p, const char *query)
{
    char name[VALUE_MAX], path[VALUE_MAX + 64];

    snprintf(path, sizeof(path), "/usr/share/doc/%s", param(query, "file", name));
    copy_stream(p, fopen(path, "r"), fclose);
}

static void page_track(struct page *p, const char *query)
{
    char host[VALUE_MAX], command[VALUE_MAX + 64];

    snprintf(command, sizeof(command), "echo asking the carrier about %s",
             param(query, "parcel", host));
    copy_stream(p, popen(command, "r"), pclose);
}

static const char page_head[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>The Mug Shop</title>\n"
    "<style>body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 "
    "1rem}"
    "form{display:inline-block;margin:0 1rem .5rem 0}</style>\n"
    "<h1>The Mug Shop</h1>\n"
    "<form action=\"/search\"><input name=\"q\" placeholder=\"search for\"> "
    "<button>Search</button></form>"
    "<form action=\"/track\"><input name=\"parcel\" placeholder=\"parcel number\"> "
    "<button>Track parcel</button></form>"
    "<form action=\"/comment\" method=\"post\"><input name=\"author\" value=\"Ann\" "
    "aria-label=\"your name\"> <input name=\"text\" placeholder=\"what you think of it\"> "
    "<button>Comment</button></form>\n";

static void route(sqlite3 *db, struct page *p, const char *method, const char *target,
                  const char *body)
{
    const char *query = strchr(target, '?');
    size_t len = query ? (size_t)(query - target) : strlen(target);

    query = query ? query + 1 : "";
    put(p, "%s", page_head);
    if (strncmp(target, "/search", len) == 0 && len == 7)
        page_search(db, p, query);
    else if (strncmp(target, "/comment", len) == 0 && strcmp(method, "POST") == 0)
        page_comment(db, p, body);
    else if (strncmp(target, "/manual", len) == 0 && len == 7)
        page_manual(p, query);
    else if (strncmp(target, "/track", len) == 0 && len == 6)
        page_track(p, query);
    else
        run_sql(db, p, "select name, price from products");
}

/* The whole request in buf, as far as Content-Length says. The offset of the body, or 0. */
static size_t read_request(int fd, char *buf)
{
    size_t n = 0, body = 0, want = 0;

    while (n + 1 < REQUEST_MAX && (!body || n < body + want)) {
        ssize_t r = read(fd, buf + n, REQUEST_MAX - 1 - n);
        if (r <= 0)
            return body && n >= body + want ? body : 0;
        n += (size_t)r;
        buf[n] = '\0';
        char *end = body ? NULL : strstr(buf, "\r\n\r\n");
        if (end) {
            body = (size_t)(end - buf) + 4;
            char *cl = strcasestr(buf, "\ncontent-length:");
            want = cl && cl < end ? strtoul(cl + 16, NULL, 10) : 0;
        }
    }
    return body;
}

static void serve(sqlite3 *db, int fd, const struct sockaddr_in *from)
{
    static char buf[REQUEST_MAX];
    static struct page page;
    char method[16], target[REQUEST_MAX / 2], ip[INET_ADDRSTRLEN];
    size_t body = read_request(fd, buf);

    page.len = 0;
    if (!body || sscanf(buf, "%15s %32767s", method, target) != 2)
        return;
    inet_ntop(AF_INET, &from->sin_addr, ip, sizeof(ip));
    printf("%s:%u %s %s\n", ip, ntohs(from->sin_port), method, target);
    route(db, &page, method, target, buf + body);
    dprintf(fd,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nServer: MugShop/1.4\r\n"
            "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
            page.len, page.text);
}

int main(int argc, char **argv)
{
    struct sockaddr_in addr = {.sin_family = AF_INET}, from;
    sqlite3 *db;
    int one = 1;
    int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    addr.sin_port = htons((uint16_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 0));
    inet_pton(AF_INET, argc > 2 ? argv[2] : "127.0.0.1", &addr.sin_addr);
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    signal(SIGPIPE, SIG_IGN);
    if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
        sqlite3_exec(db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return 1;
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(s, (struct sockaddr *)&addr, sizeof(addr)) || listen(s, 64)) {
        perror("shop");
        return 1;
    }
    for (;;) {
        socklen_t len = sizeof(from);
        int fd = accept(s, (struct sockaddr *)&from, &len);
        if (fd < 0 && errno != EINTR)
            return 1;
        if (fd < 0)
            continue;
        serve(db, fd, &from);
        shutdown(fd, SHUT_WR);
        close(fd);
    }
}
