#include "node/hook_client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/time.h"
#include "node/hook_facts.h"
#include "runtime/hook.h"
#include "runtime/oci.h"

enum { AGAIN_MS = 5, AWAY_BYTES_MAX = 1 << 20 };

static int path_in(const char *state_dir, const char *name, char *out, size_t cap)
{
    return snprintf(out, cap, "%s/%s", state_dir, name) >= (int)cap ? -ENAMETOOLONG : 0;
}

/* ---- nobody answers ---- */

/* As the defender itself, and what a node needs to come up. */
static bool is_in_host_network(uint32_t pid)
{
    char path[48];
    struct stat its, ours;

    (void)snprintf(path, sizeof(path), "/proc/%u/ns/net", pid);
    return pid && stat(path, &its) == 0 && stat("/proc/self/ns/net", &ours) == 0 &&
           its.st_dev == ours.st_dev && its.st_ino == ours.st_ino;
}

/* Counted for the next defender, where there was one before. */
static void count_away(const char *state_dir)
{
    char path[4096];
    struct stat st;

    if (path_in(state_dir, MLN_HOOK_AWAY_FILE, path, sizeof(path)) < 0)
        return;
    MLN_CLEANUP_FD int fd =
        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0640);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < AWAY_BYTES_MAX)
        (void)!write(fd, ".", 1);
}

/* What the last defender left behind of rules with `fail: closed`, against what the runtime has
 * written of this container. Where there are such rules and that does not say it is for none of
 * them, it does not start. */
static bool may_be_closed(const char *state_dir, const char *bundle, struct mln_sv id)
{
    struct mln_buf text = {0};
    struct mln_hook_facts facts;
    char path[4096];
    int r = path_in(state_dir, MLN_HOOK_CLOSED_FILE, path, sizeof(path));

    if (r < 0 || (r = mln_file_read(path, MLN_WORKLOAD_TAIL_MAX, &text)) == -ENOENT ||
        r == -ENOTDIR) {
        mln_buf_done(&text);
        return false;
    }
    mln_hook_facts_read(bundle, id, &facts);
    enum mln_closed c = r < 0 ? MLN_CLOSED_MAYBE : mln_closed_match(mln_buf_sv(&text), &facts.f);
    if (c == MLN_CLOSED_MAYBE)
        (void)fprintf(stderr, "merlon hook: it is not known here whether this container has a rule "
                              "with fail: closed\n");
    mln_hook_facts_done(&facts);
    mln_buf_done(&text);
    return c != MLN_CLOSED_NO;
}

static int without_defender(const char *state_dir, const char *bundle, struct mln_sv id,
                            uint32_t pid)
{
    if (is_in_host_network(pid))
        return 0;
    count_away(state_dir);
    if (!may_be_closed(state_dir, bundle, id))
        return 0;
    (void)fprintf(stderr,
                  "merlon hook: no defender answers in %s, and a rule of this container says fail: "
                  "closed; start the defender, or give the protection up with: merlon defender "
                  "--cleanup\n",
                  state_dir);
    return 1;
}

int mln_hook_missing(const char *state_dir, const char *bundle)
{
    return without_defender(state_dir, bundle, MLN_SV("?"), 0);
}

/* ---- asking ---- */

static int connect_to(const char *state_dir)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int r = path_in(state_dir, MLN_HOOK_SOCKET, a.sun_path, sizeof(a.sun_path));
    MLN_CLEANUP_FD int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || r < 0)
        return fd < 0 ? -errno : r;
    if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
        return -errno;
    return mln_fd_take(&fd);
}

/* The verdict, -ETIMEDOUT, or another negative errno when the connection is of no use. */
static int ask_once(int fd, const struct mln_hook_ask *a, mln_nsec end)
{
    struct mln_hook_answer answer;
    mln_nsec now = mln_now_mono();
    struct pollfd p = {.fd = fd, .events = POLLIN};

    if (send(fd, a, sizeof(*a), MSG_NOSIGNAL) != sizeof(*a))
        return errno ? -errno : -EPIPE;
    int n = poll(&p, 1, now < end ? (int)((end - now) / MLN_NSEC_PER_MSEC) + 1 : 0);
    if (n <= 0)
        return n == 0 ? -ETIMEDOUT : -errno;
    if (recv(fd, &answer, sizeof(answer), 0) != sizeof(answer) ||
        answer.version != MLN_HOOK_VERSION || answer.verdict == 0 ||
        answer.verdict >= MLN_HOOK_VERDICT_MAX)
        return -ECONNRESET;
    return (int)answer.verdict;
}

/* A defender that ends or is replaced closes its connections: the one after it is asked. */
static int ask(const char *state_dir, const struct mln_hook_ask *a)
{
    mln_nsec end = mln_now_mono() + a->limit_ms * MLN_NSEC_PER_MSEC;
    int r = -ETIMEDOUT;

    while (mln_now_mono() < end) {
        MLN_CLEANUP_FD int fd = connect_to(state_dir);
        if (fd < 0 && fd != -EAGAIN)
            return fd;
        r = fd < 0 ? fd : ask_once(fd, a, end);
        if (r >= 0 || r == -ETIMEDOUT)
            return r;
        (void)poll(NULL, 0, AGAIN_MS);
    }
    return r;
}

/* ---- the hook ---- */

/* containerd's shim keeps a bundle below …/NAMESPACE/ID. */
static struct mln_sv namespace_of(struct mln_sv bundle)
{
    struct mln_sv last = MLN_SV_NULL, before = MLN_SV_NULL;

    while (bundle.p) {
        struct mln_sv part = mln_sv_split(&bundle, '/');
        if (!part.len)
            continue;
        before = last;
        last = part;
    }
    return mln_containerd_name_ok(before) ? before : MLN_SV("");
}

static void copy(char *to, size_t cap, struct mln_sv from)
{
    if (from.len < cap)
        memcpy(to, from.p ? from.p : "", from.len);
}

/* For a defender that cannot ask Docker yet. */
static void add_facts(const char *bundle, const struct mln_oci_state *s, struct mln_hook_ask *a)
{
    const struct mln_hook_ask plain = *a;
    struct mln_hook_facts facts;

    if (strcmp(a->ns, MLN_CONTAINERD_DOCKERS) != 0)
        return;
    mln_hook_facts_read(bundle, s->id, &facts);
    copy(a->image, sizeof(a->image), facts.f.image);
    copy(a->image_id, sizeof(a->image_id), facts.f.image_id);
    copy(a->name, sizeof(a->name), facts.f.name);
    mln_hook_facts_done(&facts);
    if (mln_hook_ask_check(a, sizeof(*a)) < 0)
        *a = plain;
}

static int question(const struct mln_oci_state *s, unsigned limit_ms, struct mln_hook_ask *ret)
{
    *ret = (struct mln_hook_ask){
        .version = MLN_HOOK_VERSION, .pid = s->pid, .limit_ms = MLN_MAX(limit_ms, 1u)};
    struct mln_sv ns = namespace_of(s->bundle);
    if (!mln_containerd_name_ok(s->id)) /* no runtime that is followed makes such ones */
        return -EPROTONOSUPPORT;
    memcpy(ret->ns, ns.p, ns.len);
    memcpy(ret->id, s->id.p, s->id.len);
    return mln_hook_ask_check(ret, sizeof(*ret));
}

static int conclude(const char *state_dir, const char *bundle, const struct mln_oci_state *s,
                    int verdict)
{
    if (verdict < 0)
        return without_defender(state_dir, bundle, s->id, s->pid);
    bool refused = verdict == MLN_HOOK_REFUSED ||
                   (verdict == MLN_HOOK_UNKNOWN && may_be_closed(state_dir, bundle, s->id));
    if (refused)
        (void)fprintf(stderr,
                      "merlon hook: not protected in time, and its rule says fail: closed; the "
                      "defender's log says why\n");
    return refused;
}

int mln_hook_run(const char *state_dir, unsigned limit_ms, int state_fd)
{
    struct mln_buf text = {.limit_bytes = MLN_OCI_TEXT_MAX};
    struct mln_oci_state s = {.pid = 0};
    struct mln_hook_ask a;
    char bundle[4096] = "";
    int r = mln_fd_read_all(state_fd, &text);

    if (r == 0)
        r = mln_oci_state_read(mln_buf_sv(&text), &s);
    if (r == 0 && s.bundle.len < sizeof(bundle))
        memcpy(bundle, s.bundle.p, s.bundle.len);
    if (r == 0)
        r = question(&s, limit_ms, &a);
    if (r == 0) {
        add_facts(bundle, &s, &a);
        r = ask(state_dir, &a);
    }
    r = r == -EPROTONOSUPPORT ? 0 : conclude(state_dir, bundle, &s, r);
    mln_buf_done(&text);
    return r;
}
