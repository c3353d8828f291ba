#include "cmd/local_api.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "cmd/options.h"
#include "node/doors.h"

int mln_local_words(const char *command, int argc, char **argv, struct mln_local_options *ret)
{
    static const struct option options[] = {{"state-dir", required_argument, NULL, 's'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"ready", no_argument, NULL, 'r'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int o;

    *ret = (struct mln_local_options){.state_dir = MLN_STATE_DIR_DEFAULT};
    opterr = 0;
    while ((o = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (o == 's')
            ret->state_dir = optarg;
        else if (o == 'j')
            ret->json = true;
        else if (o == 'r' && strcmp(command, "status") == 0)
            ret->ready = true;
        else if (o == 'r')
            return mln_cmd_bad_usage(command, "--ready is an option of merlon status");
        else if (o == 'h')
            ret->help = true;
        else
            return mln_cmd_bad_option(command, o, argv, options);
    }
    return 0;
}

int mln_local_options(const char *command, int argc, char **argv, struct mln_local_options *ret)
{
    int r = mln_local_words(command, argc, argv, ret);

    return r || optind >= argc ? r : mln_cmd_bad_usage(command, "it takes no arguments");
}

static int complain(const char *command, const char *path, int err)
{
    (void)fprintf(stderr, "merlon %s: %s: %s; %s\n", command, path, strerror(-err),
                  err == -EACCES ? "ask as root or as a member of its group"
                                 : "is `merlon defender` running, with this --state-dir?");
    return 3;
}

static int dial(const char *path)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    const struct timeval limit = {.tv_sec = 10};
    MLN_CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    if (strlen(path) >= sizeof(a.sun_path))
        return -ENAMETOOLONG;
    memcpy(a.sun_path, path, strlen(path));
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    return connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ? -errno : mln_fd_take(&fd);
}

int mln_local_exchange(const char *path, struct mln_sv request, struct mln_reply *reply)
{
    MLN_CLEANUP_FD int fd = dial(path);
    char buf[16384];

    if (fd < 0)
        return fd;
    int r = mln_fd_write_all(fd, request.p, request.len);
    while (r == 0 && !reply->done) {
        ssize_t got = read(fd, buf, sizeof(buf));
        if (got <= 0)
            return got < 0 ? -errno : mln_reply_eof(reply);
        r = mln_reply_feed(reply, mln_sv(buf, (size_t)got));
    }
    return r;
}

int mln_local_get(const char *command, const struct mln_local_options *o, const char *target,
                  struct mln_buf *ret)
{
    struct mln_reply reply;
    char path[4096], request[1024];

    (void)snprintf(path, sizeof(path), "%s/" MLN_STATUS_SOCKET_NAME, o->state_dir);
    (void)snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: merlon\r\n\r\n", target);
    mln_reply_init(&reply, 64 << 20);
    int r = mln_local_exchange(path, mln_sv_str(request), &reply);
    if (r == 0 && reply.status != 200)
        r = -EPROTO;
    if (r == 0) {
        *ret = reply.body;
        reply.body = MLN_BUF_INIT;
    }
    mln_reply_done(&reply);
    return r < 0 ? complain(command, path, r) : 0;
}

json_t *mln_local_get_json(const char *command, const struct mln_local_options *o,
                           const char *target)
{
    struct mln_buf body = {0};

    if (mln_local_get(command, o, target, &body) != 0)
        return NULL;
    json_t *v = json_loadb(body.p ? body.p : "", body.len, JSON_ALLOW_NUL, NULL);
    mln_buf_done(&body);
    if (!v)
        (void)fprintf(stderr, "merlon %s: the defender's answer cannot be read\n", command);
    return v;
}

bool mln_local_is_here(const struct mln_local_options *o)
{
    struct mln_buf mine = {0}, theirs = {0};
    struct ucred peer = {.pid = 0};
    socklen_t len = sizeof(peer);
    char path[4096];

    (void)snprintf(path, sizeof(path), "%s/" MLN_STATUS_SOCKET_NAME, o->state_dir);
    MLN_CLEANUP_FD int fd = dial(path);
    if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
        return false;
    (void)snprintf(path, sizeof(path), "/proc/%ld/cgroup", (long)peer.pid);
    bool here = mln_file_read("/proc/self/cgroup", 65536, &mine) == 0 &&
                mln_file_read(path, 65536, &theirs) == 0 &&
                mln_sv_eq(mln_buf_sv(&mine), mln_buf_sv(&theirs));
    mln_buf_done(&mine);
    mln_buf_done(&theirs);
    return here;
}

const char *mln_local_text(const json_t *object, const char *key, char *out, size_t cap)
{
    const json_t *v = json_object_get(object, key);
    const char *s = json_string_value(v);
    size_t n = s ? MLN_MIN(json_string_length(v), cap - 1) : 0;

    for (size_t i = 0; i < n; i++)
        out[i] = s[i] >= ' ' && s[i] <= '~' ? s[i] : '?';
    out[n] = '\0';
    return out;
}
