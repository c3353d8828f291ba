/* merlon demo: a sample shop under protection. Honest traffic passes, attacks get the block page,
 * each with an audit that explains itself; then the same attack without Merlon. */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/demo_saw.h"
#include "cmd/options.h"

#define INDENT "                "

struct demo {
    struct mln_demo_stage stage;
    char first_event[64];        /* of the first attack */
    struct mln_demo_asked asked; /* what should reach the shop */
    bool keep, proxy, color;
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
    "usage: merlon demo [--keep] [--proxy]\n"
    "\n"
    "Puts Merlon in front of a sample shop; sends honest and hostile traffic; shows what passed,\n"
    "what was blocked and why; then repeats an attack without Merlon. As root, where Docker\n"
    "answers, the shop is a container and Merlon its defender; else both are processes on\n"
    "loopback. Nothing of it stays but a folder with the audits.\n"
    "\n"
    "  --keep   leave all of it running until Ctrl-C, to try it with a browser\n"
    "  --proxy  on loopback, also where Docker is\n"
    "  --help   this text\n"
    "\n"
    "exit: 0 all went as expected, 1 something did not, 2 usage, 3 it did not start\n";

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
    (void)sig;
    interrupted = 1;
}

/* Ctrl-C ends the step that runs, and what was started is taken away as at the end. */
static void catch_interrupts(void)
{
    const struct sigaction a = {.sa_handler = on_interrupt};

    (void)sigaction(SIGINT, &a, NULL);
    (void)sigaction(SIGTERM, &a, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

static const char *paint(const struct demo *d, const char *code)
{
    return d->color ? code : "";
}

static void say_docker(const struct mln_demo_stage *s)
{
    char front[MLN_DEMO_ADDR_TEXT];

    (void)printf(
        "A shop that trusts its input, in a container whose image knows nothing of Merlon.\n\n"
        "  client --> %s  container %s, image %s\n\n"
        "merlon defender stands in front of it, in the container's own network, by this rule:\n\n"
        "  spec: {scope: {images: [\"mug-shop:*\"]}}\n\n",
        mln_demo_addr_text(&s->front, front), s->container, s->image);
}

static void say_proxy(const struct mln_demo_stage *s)
{
    char front[MLN_DEMO_ADDR_TEXT], bare[MLN_DEMO_ADDR_TEXT];

    (void)printf("A shop that trusts its input, with Merlon in front of it.\n\n"
                 "  client --> Merlon %s --> the shop %s\n\n",
                 mln_demo_addr_text(&s->front, front), mln_demo_addr_text(&s->bare, bare));
}

static int start(struct demo *d)
{
    struct mln_buf why = {0};

    if (mln_demo_stage_init(&d->stage) < 0)
        return -1;
    if (!d->proxy && mln_demo_stage_docker(&d->stage, "/run/docker.sock", &why) == 0) {
        say_docker(&d->stage);
        return 0;
    }
    if (why.len)
        (void)printf("Without a container, since %.*s:\n"
                     "Merlon is a reverse proxy before the shop instead.\n\n",
                     MLN_SV_ARG(mln_buf_sv(&why)));
    mln_buf_done(&why);
    if (interrupted || mln_demo_stage_proxy(&d->stage) < 0)
        return -1;
    say_proxy(&d->stage);
    return 0;
}

static const char *text_of(json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s ? s : "";
}

/* The audit with that event id; the courier writes within a second. NULL when it does not come. */
static json_t *find_audit(const struct demo *d, const char *event_id)
{
    for (unsigned tries = 0; tries < 150 && !interrupted; tries++) {
        FILE *f = fopen(d->stage.audit, "re");
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
    int r = mln_demo_exchange(&d->stage.front, s->request, &a);
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
    if (s->status == 200)
        mln_demo_asked_add(&d->asked, s->request, a.me);
    if (s == attacks)
        (void)snprintf(d->first_event, sizeof(d->first_event), "%s", a.event_id);
    mln_demo_answer_done(&a);
}

static void run_steps(struct demo *d, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n && !interrupted; i++)
        run_step(d, &steps[i]);
}

/* What the shop saw: the honest requests, each from its client's own address, and nothing else. One
 * more after the attacks tells when the log has come so far. */
static void show_app_log(struct demo *d)
{
    struct mln_demo_answer last;
    struct mln_buf text = {0};

    (void)mln_demo_exchange(&d->stage.front, honest[0].request, &last);
    mln_demo_asked_add(&d->asked, honest[0].request, last.me);
    mln_demo_answer_done(&last);
    bool good = mln_demo_saw(&d->stage, &d->asked, &text);
    (void)printf(
        "\nWhat the shop itself wrote (docker logs %s), the last line after the attacks:\n\n",
        d->stage.container);
    for (struct mln_sv rest = mln_buf_sv(&text); rest.len;) {
        struct mln_sv line = mln_sv_split(&rest, '\n');
        (void)printf("  %.*s\n", MLN_SV_ARG(line));
    }
    d->failed += !good;
    if (good)
        (void)printf(
            "\n  %sok%s     the addresses are the client's own (%s the first time), and no "
            "attack arrived\n",
            paint(d, "\033[32m"), paint(d, "\033[0m"), d->asked.v[0].me);
    else
        (void)printf(
            "\n  %sWRONG%s  it should be the honest requests, from the client's own address "
            "(%s the first time)\n",
            paint(d, "\033[31m"), paint(d, "\033[0m"), d->asked.v[0].me);
    mln_buf_done(&text);
}

/* What the shop gives away when nobody stands in front. */
static void without_merlon(struct demo *d)
{
    struct mln_demo_answer a;

    if (d->stage.docker)
        mln_demo_stage_unprotect(&d->stage);
    int r = mln_demo_exchange(&d->stage.bare, attacks[0].request, &a);
    struct mln_sv body = r == 0 ? mln_sv_sub(mln_buf_sv(&a.raw), a.body, a.raw.len) : MLN_SV("");
    size_t at = mln_sv_find(body, MLN_SV("correct-horse"));

    (void)printf("\nThe first attack again, %s:\n\n",
                 d->stage.docker ? "to the same container, once the defender has stopped"
                                 : "straight to the shop, without Merlon");
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
    char front[MLN_DEMO_ADDR_TEXT];

    (void)mln_demo_addr_text(&d->stage.front, front);
    (void)printf("\nIt stays up until Ctrl-C. Open http://%s in a browser, or try:\n"
                 "  curl -i 'http://%s/search?q=1%%27+or+1=1--'\n",
                 front, front);
    if (d->stage.docker)
        (void)printf("  merlon apps --state-dir %s\n  docker logs %s\n", d->stage.dir,
                     d->stage.container);
    (void)fflush(stdout);
    while (!interrupted)
        (void)pause();
}

/* The part that --keep leaves out, since it needs Merlon to go: with a container there is no other
 * way around it. */
static void finish(struct demo *d)
{
    if (d->keep && d->stage.docker)
        wait_for_interrupt(d);
    else
        without_merlon(d);
    if (!d->failed && (d->keep || !interrupted))
        (void)printf("\n%zu honest requests passed, %zu attacks were blocked.\n",
                     MLN_ARRAY_LEN(honest), MLN_ARRAY_LEN(attacks));
    (void)printf("The audits, one JSON object a line: %s\n", d->stage.audit);
    if (!d->keep)
        (void)printf("Next: %s demo --keep, and docs/user/getting-started.md\n",
                     program_invocation_name);
    else if (!d->stage.docker)
        wait_for_interrupt(d);
}

static int play(struct demo *d)
{
    if (start(d) < 0) {
        mln_demo_stage_close(&d->stage);
        return 3;
    }
    (void)printf("Honest requests, all of which must pass:\n\n");
    run_steps(d, honest, MLN_ARRAY_LEN(honest));
    (void)printf("\nAttacks, all of which must be blocked:\n\n");
    run_steps(d, attacks, MLN_ARRAY_LEN(attacks));
    if (!interrupted)
        show_audit(d);
    if (!interrupted && d->stage.docker)
        show_app_log(d);
    if (!interrupted)
        finish(d);
    mln_demo_stage_close(&d->stage);
    if (interrupted && !d->keep)
        (void)printf("\ninterrupted\n");
    else if (d->failed)
        (void)printf("\n%u things went otherwise than expected; see %s\n", d->failed, d->stage.log);
    return d->failed || (interrupted && !d->keep);
}

int mln_cmd_demo(int argc, char **argv)
{
    static const struct option options[] = {{"keep", no_argument, NULL, 'k'},
                                            {"proxy", no_argument, NULL, 'p'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct demo d = {.color = isatty(STDOUT_FILENO) == 1};
    int o;

    opterr = 0;
    while ((o = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (o == 'k')
            d.keep = true;
        else if (o == 'p')
            d.proxy = true;
        else if (o != 'h')
            return mln_cmd_bad_option("demo", o, argv, options);
        else {
            (void)fputs(usage, stdout);
            return 0;
        }
    }
    if (optind < argc)
        return mln_cmd_bad_usage("demo", "this command takes options only");
    catch_interrupts();
    return play(&d);
}
