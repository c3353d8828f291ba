/* merlon demo: a sample shop under protection. Honest traffic passes, attacks get the block page,
 * each with an audit that explains itself; then the same attack without Merlon. */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/time.h"
#include "cmd/cmd.h"
#include "cmd/demo_http.h"
#include "cmd/options.h"

#define INDENT "                "

struct demo {
    uint16_t shop_port, proxy_port;
    pid_t shop, proxy;
    char dir[64];
    char audit[128], log[128];
    char first_event[64]; /* of the first attack */
    bool keep, color;
    unsigned failed;
};

struct step {
    const char *what;
    const char *request;
    int status;       /* expected */
    const char *sent; /* the part to show; NULL: target and body */
};

#define GET(target)                                                                                \
    "GET " target " HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: Mozilla/5.0 (X11; Linux "           \
    "x86_64)\r\nConnection: close\r\n\r\n"

static const struct step honest[] = {
    {"the front page", GET("/"), 200},
    {"a search", GET("/search?q=mug"), 200},
    {"a name with an apostrophe", GET("/search?q=O%27Brien%27s+teapot"), 200},
    {"product names made of SQL words", GET("/search?q=Select+blend+or+Union+Jack+cup"), 200},
    {"a comment with < > & ;",
     "POST /comment HTTP/1.1\r\nHost: shop.test\r\nContent-Type: "
     "application/x-www-form-urlencoded\r\n"
     "Content-Length: 72\r\nConnection: close\r\n\r\n"
     "author=Ann&text=I+%3C3+it%3B+5+%3E+3+cups+%26+time+to+go%3A+it%27s+great",
     200},
};

static const struct step attacks[] = {
    {"SQL injection reads the passwords",
     GET("/search?q=%27+UNION+SELECT+name,password+FROM+users--+"), 403},
    {"a script in a comment",
     "POST /comment HTTP/1.1\r\nHost: shop.test\r\nContent-Type: "
     "application/x-www-form-urlencoded\r\n"
     "Content-Length: 70\r\nConnection: close\r\n\r\n"
     "author=Eve&text=%3Cimg+src%3Dx+onerror%3Dalert%28document.cookie%29%3E",
     403},
    {"a path that climbs to the password file", GET("/manual?file=../../../etc/passwd"), 403},
    {"a second command after the parcel number", GET("/track?parcel=42%3B+cat+/etc/passwd"), 403},
    {"Shellshock in the User-Agent",
     "GET / HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: () { :; }; /bin/id\r\nConnection: "
     "close\r\n\r\n",
     403, "User-Agent: () { :; }; /bin/id"},
    {"a request that two parsers read differently",
     "POST / HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 4\r\nTransfer-Encoding: "
     "chunked\r\n\r\n0\r\n\r\n",
     400, "Content-Length: 4 and Transfer-Encoding: chunked"},
};

static const char usage[] =
    "usage: merlon demo [--keep]\n"
    "\n"
    "Starts a sample shop and Merlon in front of it, both on loopback; sends honest and hostile\n"
    "traffic; shows what passed, what was blocked and why; then repeats an attack without Merlon.\n"
    "\n"
    "  --keep   leave both running until Ctrl-C, to try it with a browser\n"
    "  --help   this text\n"
    "\n"
    "exit: 0 all went as expected, 1 something did not, 2 usage, 3 it did not start\n";

static const char *paint(const struct demo *d, const char *code)
{
    return d->color ? code : "";
}

/* The shop stands beside the build's own program, or in libexec after make install. */
static bool find_shop(char *path, size_t cap)
{
    static const char *const places[] = {"%s/../../demo/shop", "%s/../libexec/merlon/shop"};
    char self[2048];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n < 0)
        return false;
    self[n] = '\0';
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    for (size_t i = 0; i < MLN_ARRAY_LEN(places); i++) {
        int len = snprintf(path, cap, i ? "%s/../libexec/merlon/shop" : "%s/../../demo/shop", self);
        if (len > 0 && (size_t)len < cap && access(path, X_OK) == 0)
            return true;
    }
    return false;
}

static pid_t spawn(const char *program, char *const argv[], const char *log)
{
    pid_t pid = fork();

    if (pid == 0) {
        FILE *f = freopen(log, "ae", stderr);
        if (f)
            (void)dup2(fileno(f), STDOUT_FILENO);
        (void)execv(program, argv);
        _exit(127);
    }
    return pid;
}

static int start_shop(struct demo *d)
{
    char path[4096], port[8];

    if (!find_shop(path, sizeof(path))) {
        (void)fputs("merlon demo: the sample shop is not there; build it with: make\n", stderr);
        return -1;
    }
    (void)snprintf(port, sizeof(port), "%u", d->shop_port);
    char *argv[] = {path, port, NULL};
    d->shop = spawn(path, argv, d->log);
    return d->shop > 0 && mln_demo_wait_port(d->shop_port) ? 0 : -1;
}

static int start_proxy(struct demo *d)
{
    char listen[32], upstream[32], name[] = "merlon", proxy[] = "proxy", l[] = "--listen",
                                   u[] = "--upstream", a[] = "--audit-log";
    char *argv[] = {name, proxy, l, listen, u, upstream, a, d->audit, NULL};

    (void)snprintf(listen, sizeof(listen), "127.0.0.1:%u", d->proxy_port);
    (void)snprintf(upstream, sizeof(upstream), "127.0.0.1:%u", d->shop_port);
    d->proxy = spawn("/proc/self/exe", argv, d->log);
    return d->proxy > 0 && mln_demo_wait_port(d->proxy_port) ? 0 : -1;
}

static int start(struct demo *d)
{
    (void)snprintf(d->dir, sizeof(d->dir), "/tmp/merlon-demo-XXXXXX");
    if (!mkdtemp(d->dir)) {
        (void)fprintf(stderr, "merlon demo: cannot make a folder in /tmp: %s\n", strerror(errno));
        return -1;
    }
    (void)snprintf(d->audit, sizeof(d->audit), "%s/audit.jsonl", d->dir);
    (void)snprintf(d->log, sizeof(d->log), "%s/log", d->dir);
    d->shop_port = mln_demo_free_port();
    d->proxy_port = mln_demo_free_port();
    if (start_shop(d) < 0 || start_proxy(d) < 0) {
        (void)fprintf(stderr, "merlon demo: did not start; see %s\n", d->log);
        return -1;
    }
    (void)printf("A shop that trusts its input, with Merlon in front of it.\n\n"
                 "  client --> Merlon 127.0.0.1:%u --> the shop 127.0.0.1:%u\n\n",
                 d->proxy_port, d->shop_port);
    return 0;
}

static void stop(struct demo *d)
{
    pid_t pids[] = {d->proxy, d->shop};

    for (size_t i = 0; i < MLN_ARRAY_LEN(pids); i++)
        if (pids[i] > 0) {
            (void)kill(pids[i], SIGTERM);
            (void)waitpid(pids[i], NULL, 0);
        }
}

static const char *text_of(json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

/* The audit with that event id; the courier writes within a second. NULL when it does not come. */
static json_t *find_audit(const struct demo *d, const char *event_id)
{
    for (unsigned tries = 0; tries < 150; tries++) {
        FILE *f = fopen(d->audit, "re");
        char line[32768];
        while (f && fgets(line, sizeof(line), f)) {
            json_t *o = json_loads(line, 0, NULL);
            if (strcmp(text_of(o, "event_id"), event_id) == 0) {
                (void)fclose(f);
                return o;
            }
            json_decref(o);
        }
        if (f)
            (void)fclose(f);
        (void)usleep(20000);
    }
    return NULL;
}

static void explain(struct demo *d, const char *event_id)
{
    json_t *o = find_audit(d, event_id);
    json_t *field = json_object_get(o, "field");
    const char *where = text_of(field, "location");
    const char *name = text_of(field, "name");
    const char *match = text_of(field, "match");

    if (!o) {
        d->failed++;
        (void)printf(INDENT "%sno audit came for event %s%s\n", paint(d, "\033[31m"), event_id,
                     paint(d, "\033[0m"));
        return;
    }
    (void)printf(INDENT "why    %s.%s: %s\n", text_of(o, "protection"), text_of(o, "sub"),
                 text_of(o, "message"));
    if (*where && strcmp(where, "none") != 0)
        (void)printf(INDENT "where  %s%s%s%s%s%s\n", where, *name ? " \"" : "", name,
                     *name ? "\"" : "", *match ? ": " : "", match);
    (void)printf(INDENT "event  %s\n", event_id);
    json_decref(o);
}

/* One whole audit, a field a line. */
static void show_audit(struct demo *d)
{
    json_t *o = find_audit(d, d->first_event), *value;
    const char *key;

    (void)printf("\nThe audit of the first attack, one line in the log, in full:\n\n");
    d->failed += !o;
    json_object_foreach(o, key, value)
    {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        (void)printf("  %s%-11s%s %s\n", paint(d, "\033[1m"), key, paint(d, "\033[0m"),
                     text ? text : "");
        free(text);
    }
    json_decref(o);
}

/* What of the request is worth seeing: "POST /comment author=Ann&text=…". */
static void format_sent(const struct step *s, char *out, size_t cap)
{
    const char *line_end = strstr(s->request, " HTTP/1.1");
    const char *body = strstr(s->request, "\r\n\r\n");

    if (s->sent)
        (void)snprintf(out, cap, "%s", s->sent);
    else
        (void)snprintf(out, cap, "%.*s%s%s", (int)(line_end - s->request), s->request,
                       body[4] ? " " : "", body + 4);
}

static void run_step(struct demo *d, const struct step *s)
{
    struct mln_demo_answer a;
    int r = mln_demo_exchange(d->proxy_port, s->request, &a);
    bool good = r == 0 && a.status == s->status;

    char sent[256];

    d->failed += !good;
    format_sent(s, sent, sizeof(sent));
    (void)printf("  %s%s%s  %d  %s%s%s\n", paint(d, good ? "\033[32m" : "\033[31m"),
                 !good              ? "WRONG  "
                 : s->status == 200 ? "passed "
                                    : "blocked",
                 paint(d, "\033[0m"), a.status, paint(d, "\033[1m"), s->what, paint(d, "\033[0m"));
    (void)printf(INDENT "%s%s\n", s->status == 200 ? "" : "sent   ", sent);
    if (s->status != 200 && *a.event_id)
        explain(d, a.event_id);
    if (s == attacks)
        (void)snprintf(d->first_event, sizeof(d->first_event), "%s", a.event_id);
    mln_demo_answer_done(&a);
}

/* What the shop gives away when nobody stands in front. */
static void without_merlon(struct demo *d)
{
    struct mln_demo_answer a;
    int r = mln_demo_exchange(d->shop_port, attacks[0].request, &a);
    struct mln_sv body = r == 0 ? mln_sv_sub(mln_buf_sv(&a.raw), a.body, a.raw.len) : MLN_SV("");
    size_t at = mln_sv_find(body, MLN_SV("correct-horse"));

    (void)printf("\nThe first attack again, straight to the shop, without Merlon:\n\n");
    if (at == SIZE_MAX) {
        d->failed++;
        (void)printf("  %sWRONG%s: the shop did not leak\n", paint(d, "\033[31m"),
                     paint(d, "\033[0m"));
    } else {
        (void)printf("  %sleaked%s   %d  the admin's password: correct-horse-battery\n",
                     paint(d, "\033[31m"), paint(d, "\033[0m"), a.status);
    }
    mln_demo_answer_done(&a);
}

static void wait_for_interrupt(const struct demo *d)
{
    sigset_t set;
    int sig;

    (void)printf("\nBoth stay up until Ctrl-C. Open http://127.0.0.1:%u in a browser, or try:\n"
                 "  curl -i 'http://127.0.0.1:%u/search?q=1%%27+or+1=1--'\n",
                 d->proxy_port, d->proxy_port);
    (void)fflush(stdout);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)sigwait(&set, &sig);
}

int mln_cmd_demo(int argc, char **argv)
{
    static const struct option options[] = {
        {"keep", no_argument, NULL, 'k'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    struct demo d = {.color = isatty(STDOUT_FILENO) == 1};
    int o;

    opterr = 0;
    while ((o = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (o == 'k')
            d.keep = true;
        else if (o != 'h')
            return mln_cmd_bad_option("demo", o, argv, options);
        else {
            (void)fputs(usage, stdout);
            return 0;
        }
    }
    if (optind < argc)
        return mln_cmd_bad_usage("demo", "this command takes options only");
    (void)signal(SIGPIPE, SIG_IGN);
    if (start(&d) < 0) {
        stop(&d);
        return 3;
    }
    (void)printf("Honest requests, all of which must pass:\n\n");
    for (size_t i = 0; i < MLN_ARRAY_LEN(honest); i++)
        run_step(&d, &honest[i]);
    (void)printf("\nAttacks, all of which must be blocked:\n\n");
    for (size_t i = 0; i < MLN_ARRAY_LEN(attacks); i++)
        run_step(&d, &attacks[i]);
    show_audit(&d);
    without_merlon(&d);
    if (!d.failed)
        (void)printf("\n%zu honest requests passed, %zu attacks were blocked.\n",
                     MLN_ARRAY_LEN(honest), MLN_ARRAY_LEN(attacks));
    (void)printf("The audits, one JSON object a line: %s\n", d.audit);
    if (!d.keep)
        (void)printf("Next: %s demo --keep, and docs/user/getting-started.md\n",
                     program_invocation_name);
    if (d.keep)
        wait_for_interrupt(&d);
    stop(&d);
    if (d.failed)
        (void)printf("\n%u things went otherwise than expected; see %s\n", d.failed, d.log);
    return d.failed ? 1 : 0;
}
