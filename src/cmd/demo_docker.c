#include "cmd/demo_docker.h"

#include <errno.h>
#include <jansson.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/time.h"
#include "cmd/local_api.h"
#include "node/doors.h"

enum { SHOP_PORT = 8080, IMAGE_MAX = 64 << 20, ANSWER_MAX = 4 << 20 };

/* ---- Docker's API ---- */

struct call {
    const char *method;
    const char *type; /* of the body */
    struct mln_sv body;
};

/* 0 with the body appended to *ret (NULL: not wanted), -errno; -EPROTO: Docker refused. */
static int ask(const char *socket, const struct call *c, const char *target, struct mln_buf *ret)
{
    struct mln_reply reply;
    struct mln_buf request = {0};

    mln_buf_addf(&request, "%s %s HTTP/1.1\r\nHost: docker\r\n", c->method, target);
    if (c->type)
        mln_buf_addf(&request, "Content-Type: %s\r\n", c->type);
    mln_buf_addf(&request, "Content-Length: %zu\r\n\r\n", c->body.len);
    mln_buf_add_sv(&request, c->body);
    mln_reply_init(&reply, ANSWER_MAX);
    int r = mln_buf_failed(&request) ? -ENOMEM
                                     : mln_local_exchange(socket, mln_buf_sv(&request), &reply);
    if (r == 0 && (reply.status < 200 || reply.status > 299))
        r = -EPROTO;
    if (r == 0 && ret)
        mln_buf_add_sv(ret, mln_buf_sv(&reply.body));
    mln_reply_done(&reply);
    mln_buf_done(&request);
    return r;
}

static json_t *ask_json(const char *socket, const struct call *c, const char *target)
{
    struct mln_buf body = {0};
    json_t *v = NULL;

    if (ask(socket, c, target, &body) == 0)
        v = json_loadb(mln_buf_sv(&body).p, body.len, 0, NULL);
    mln_buf_done(&body);
    return v;
}

static const struct call get = {.method = "GET"};

/* ---- image and container ---- */

static int import_image(struct mln_demo_stage *s, struct mln_buf *why)
{
    char path[4096], target[512];
    struct mln_buf tar = {0};
    struct call c = {.method = "POST", .type = "application/x-tar"};

    (void)snprintf(s->image, sizeof(s->image), "mug-shop:demo-%ld", (long)getpid());
    (void)snprintf(target, sizeof(target),
                   "/images/create?fromSrc=-&repo=mug-shop&tag=demo-%ld&changes=EXPOSE%%20%d&"
                   "changes=CMD%%20%%5B%%22%%2Fshop%%22%%2C%%22%d%%22%%2C%%220.0.0.0%%22%%5D",
                   (long)getpid(), SHOP_PORT, SHOP_PORT);
    int r = mln_demo_find("shop-image.tar", path, sizeof(path))
                ? mln_file_read(path, IMAGE_MAX, &tar)
                : -ENOENT;
    c.body = mln_buf_sv(&tar);
    if (r == 0)
        r = ask(s->docker, &c, target, NULL);
    mln_buf_done(&tar);
    if (r < 0) {
        mln_buf_addf(why, "the shop's image cannot be imported: %s", strerror(-r));
        return -1;
    }
    return 0;
}

static int start_container(struct mln_demo_stage *s, struct mln_buf *why)
{
    char target[256], body[256];
    struct call c = {.method = "POST", .type = "application/json"};

    (void)snprintf(s->container, sizeof(s->container), "mug-shop-%ld", (long)getpid());
    (void)snprintf(target, sizeof(target), "/containers/create?name=%s", s->container);
    /* with a terminal, so that the log is plain text */
    (void)snprintf(body, sizeof(body), "{\"Image\":\"%s\",\"Tty\":true}", s->image);
    c.body = mln_sv_str(body);
    json_t *made = ask_json(s->docker, &c, target);
    const char *id = json_string_value(json_object_get(made, "Id"));
    (void)snprintf(s->container_id, sizeof(s->container_id), "%s", id ? id : "");
    json_decref(made);
    c.body = MLN_SV("");
    (void)snprintf(target, sizeof(target), "/containers/%s/start", s->container_id);
    if (*s->container_id && ask(s->docker, &c, target, NULL) == 0)
        return 0;
    mln_buf_add_str(why, "Docker does not start the shop's container");
    return -1;
}

static int find_address(struct mln_demo_stage *s, struct mln_buf *why)
{
    char target[256];

    (void)snprintf(target, sizeof(target), "/containers/%s/json", s->container_id);
    json_t *o = ask_json(s->docker, &get, target);
    const char *ip =
        json_string_value(json_object_get(json_object_get(o, "NetworkSettings"), "IPAddress"));
    bool good = ip && mln_demo_addr(ip, SHOP_PORT, &s->front);

    json_decref(o);
    s->bare = s->front;
    if (good && mln_demo_wait_port(&s->front))
        return 0;
    mln_buf_add_str(why, "the shop's container cannot be reached at its address");
    return -1;
}

int mln_demo_docker_log(const struct mln_demo_stage *s, struct mln_buf *ret)
{
    struct mln_buf text = {0};
    char target[256];

    (void)snprintf(target, sizeof(target), "/containers/%s/logs?stdout=1&stderr=1",
                   s->container_id);
    int r = ask(s->docker, &get, target, &text);
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] != '\r')
            mln_buf_add_char(ret, text.p[i]);
    mln_buf_done(&text);
    return r;
}

void mln_demo_docker_remove(struct mln_demo_stage *s)
{
    static const struct call del = {.method = "DELETE"};
    char target[256];

    (void)snprintf(target, sizeof(target), "/containers/%s?force=1&v=1", s->container_id);
    if (*s->container_id)
        (void)ask(s->docker, &del, target, NULL);
    (void)snprintf(target, sizeof(target), "/images/%s", s->image);
    if (*s->image)
        (void)ask(s->docker, &del, target, NULL);
    *s->container_id = *s->image = '\0';
}

/* ---- the defender ---- */

static int start_defender(struct mln_demo_stage *s, struct mln_buf *why)
{
    char name[] = "merlon", defender[] = "defender", p[] = "--policy", a[] = "--audit-log",
         st[] = "--state-dir", d[] = "--docker-socket", w[] = "--workers", two[] = "2", socket[128];
    char *argv[] = {name, defender, p, s->policy, a, s->audit, st, s->dir, d, socket, w, two, NULL};
    FILE *f = fopen(s->policy, "we");

    (void)snprintf(socket, sizeof(socket), "%s", s->docker);
    if (f)
        (void)fputs("apiVersion: merlon.dev/v1\n"
                    "kind: Rule\n"
                    "metadata: {name: shop}\n"
                    "spec: {scope: {images: [\"mug-shop:*\"]}}\n",
                    f);
    if (f && fclose(f) == 0 && (s->merlon = mln_demo_spawn(s, "/proc/self/exe", argv)) > 0)
        return 0;
    mln_buf_add_str(why, "merlon defender cannot be started");
    return -1;
}

static bool is_protected(const struct mln_demo_stage *s)
{
    struct mln_reply reply;
    char path[128];
    json_t *o = NULL, *app, *port;
    size_t i, k;
    bool yes = false;

    (void)snprintf(path, sizeof(path), "%s/" MLN_STATUS_SOCKET_NAME, s->dir);
    mln_reply_init(&reply, ANSWER_MAX);
    if (mln_local_exchange(path, MLN_SV("GET /v1/apps HTTP/1.1\r\nHost: merlon\r\n\r\n"), &reply) ==
        0)
        o = json_loadb(mln_buf_sv(&reply.body).p, reply.body.len, 0, NULL);
    mln_reply_done(&reply);
    json_array_foreach(json_object_get(o, "apps"), i, app)
    {
        const char *id = json_string_value(json_object_get(app, "container_id"));
        if (!id || strcmp(id, s->container_id) != 0)
            continue;
        json_array_foreach(json_object_get(app, "ports"), k, port)
        {
            yes = yes || json_is_true(json_object_get(port, "protected"));
        }
    }
    json_decref(o);
    return yes;
}

static int wait_protected(struct mln_demo_stage *s, struct mln_buf *why)
{
    mln_nsec end = mln_now_mono() + 20 * MLN_NSEC_PER_SEC;

    while (mln_now_mono() < end) {
        if (is_protected(s))
            return 0;
        if (waitpid(s->merlon, NULL, WNOHANG) == s->merlon) {
            s->merlon = 0;
            break;
        }
        (void)usleep(50000);
    }
    mln_buf_addf(why, "merlon defender does not work here (merlon doctor says why; see %s)",
                 s->log);
    return -1;
}

static bool another_defender_runs(void)
{
    struct mln_reply reply;

    mln_reply_init(&reply, ANSWER_MAX);
    int r = mln_local_exchange(MLN_STATE_DIR_DEFAULT "/" MLN_STATUS_SOCKET_NAME,
                               MLN_SV("GET /v1/status HTTP/1.1\r\nHost: merlon\r\n\r\n"), &reply);
    mln_reply_done(&reply);
    return r == 0;
}

int mln_demo_stage_docker(struct mln_demo_stage *s, const char *socket, struct mln_buf *why)
{
    s->docker = socket;
    int r = -1;
    if (ask(socket, &get, "/_ping", NULL) < 0)
        mln_buf_addf(why, "no Docker answers at %s", socket);
    else if (geteuid() != 0)
        mln_buf_add_str(why, "only root can protect a container");
    else if (another_defender_runs())
        mln_buf_add_str(why, "a defender of this machine runs already");
    else
        r = import_image(s, why);
    if (r == 0)
        r = start_container(s, why);
    if (r == 0)
        r = find_address(s, why);
    if (r == 0)
        r = start_defender(s, why);
    if (r == 0)
        r = wait_protected(s, why);
    if (r < 0) {
        mln_demo_end(&s->merlon);
        mln_demo_docker_remove(s);
        s->docker = NULL;
    }
    return r;
}
