/* merlon doctor tries interception in a network namespace of its own. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/doctor_checks.h"
#include "intercept/alive.h"
#include "intercept/nft.h"
#include "intercept/route.h"
#include "intercept/rules.h"
#include "intercept/sockets.h"

/* How the child that tries ends. */
enum { WENT_WELL, FAILED, WITHOUT_SOCKET, WITHOUT_HOST };

static int try_owner(int ns, struct mln_buf *why)
{
    int fd = mln_alive_open(&mln_icpt_names);

    (void)ns;
    (void)why;
    if (fd >= 0)
        (void)close(fd);
    return fd < 0 ? fd : 0;
}

/* ---- rules ---- */

/* What the rules are made of, by the part of the kernel that it needs. */
static const struct part {
    const char *name, *chain, *rule;
} parts[] = {
    {"nft_redir", "type nat hook prerouting priority -99", "tcp dport 80 redirect to :15077"},
    {"nft_fib_inet", "type filter hook prerouting priority -98", "fib daddr type local counter"},
    {"nft_ct (notrack)", "type filter hook output priority raw", "notrack"},
    {"nft_ct (zones)", "type filter hook output priority raw", "ct original zone set 77"},
    {"nft_reject_inet in prerouting", "type filter hook prerouting priority -98",
     "tcp dport 80 reject with tcp reset"},
    {"nft_nat", "type nat hook postrouting priority 99", "snat ip to ip saddr"},
    {"route chains", "type route hook output priority mangle", "accept"},
};

static int try_part(int ns, const struct part *p)
{
    struct mln_buf text = {0}, why = {0};

    mln_buf_addf(&text,
                 "table inet merlon_doctor\ndelete table inet merlon_doctor\n"
                 "table inet merlon_doctor { chain c { %s\n %s\n }\n}\n",
                 p->chain, p->rule);
    int r = mln_buf_failed(&text) ? -ENOMEM : mln_nft_load(ns, mln_buf_sv(&text), &why);
    mln_buf_done(&text);
    mln_buf_done(&why);
    return r;
}

/* Which of them are missing; else what nft said stays. */
static void name_missing(int ns, struct mln_buf *why)
{
    bool any = false;

    for (size_t i = 0; i < MLN_ARRAY_LEN(parts); i++)
        if (try_part(ns, &parts[i]) < 0) {
            if (!any)
                mln_buf_clear(why);
            mln_buf_addf(why, "%s%s", any ? ", " : "missing: ", parts[i].name);
            any = true;
        }
}

static int load(int ns, bool host, bool blind, struct mln_buf *why)
{
    static const struct mln_icpt_ports ports = {
        .port = {80}, .closed = {true}, .n = 1, .others = MLN_ICPT_OTHERS_CATCH};
    const struct mln_icpt i = {.ns = ns, .alive = -1, .host = host};
    struct mln_buf text = {0};

    mln_buf_clear(why);
    mln_icpt_rules(&text, &i, &ports, blind);
    int r = mln_buf_failed(&text) ? -ENOMEM : mln_nft_load(ns, mln_buf_sv(&text), why);
    mln_buf_done(&text);
    return r;
}

/* The very ones of a container, and of the host's network. 0; -ENOTSUP: without the look for
 * sockets; -ENOSYS: not in the host's network; or a negative errno. */
static int try_rules(int ns, struct mln_buf *why)
{
    int full = load(ns, false, false, why);

    if (full == -ENOENT) /* no nft */
        return full;
    if (full < 0 && load(ns, false, true, why) < 0) {
        name_missing(ns, why);
        return full;
    }
    if (load(ns, true, full < 0, why) == 0)
        return full < 0 ? -ENOTSUP : 0;
    name_missing(ns, why);
    return -ENOSYS;
}

/* ---- the rest ---- */

static int try_route(int ns, struct mln_buf *why)
{
    (void)ns;
    (void)why;
    return mln_route_add(&mln_icpt_names);
}

static int try_fwmark(int ns, struct mln_buf *why)
{
    int r = mln_fwmark_accept_unlock();

    (void)ns;
    (void)why;
    return r < 0 ? r : mln_fwmark_accept_set(true);
}

static int try_sockets(int ns, struct mln_buf *why)
{
    int fds[1], fd = mln_icpt_listen(ns, &mln_icpt_names, 16);
    int n = fd < 0 ? fd : mln_icpt_upstreams(ns, &mln_icpt_names, fds, 1, false);

    (void)why;
    if (fd >= 0)
        (void)close(fd);
    if (n > 0)
        (void)close(fds[0]);
    return n < 0 ? n : 0;
}

static const struct trial {
    const char *what;
    int (*run)(int ns, struct mln_buf *why);
} trials[] = {
    {"tables with an owner (nf_tables)", try_owner},
    {"policy routes", try_route},
    {"net.ipv4.tcp_fwmark_accept", try_fwmark},
    {"transparent sockets", try_sockets},
    {"rules through nft(8)", try_rules}, /* the last: it may do with less */
};

/* A new namespace has its lo down. */
static int raise_lo(void)
{
    struct ifreq r = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    r.ifr_flags = IFF_UP | IFF_RUNNING;
    int e = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &r) < 0 ? -errno : 0;
    if (fd >= 0)
        (void)close(fd);
    return e;
}

/* In the child: the first trial that fails goes to `out` as text. */
static int try_all(int out)
{
    struct mln_buf why = {0};
    int ns, r = 0;

    if (unshare(CLONE_NEWNET) < 0 || raise_lo() < 0 ||
        (ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) < 0) {
        (void)dprintf(out, "a network namespace cannot be made: %s", strerror(errno));
        return FAILED;
    }
    for (size_t i = 0; i < MLN_ARRAY_LEN(trials) && r == 0; i++) {
        r = trials[i].run(ns, &why);
        if (r < 0 && r != -ENOTSUP)
            (void)dprintf(out, "%s: %s%s%.*s", trials[i].what, strerror(-r), why.len ? ": " : "",
                          MLN_SV_ARG(mln_sv_trim(mln_buf_sv(&why))));
    }
    mln_buf_done(&why);
    return r == 0          ? WENT_WELL
           : r == -ENOTSUP ? WITHOUT_SOCKET
           : r == -ENOSYS  ? WITHOUT_HOST
                           : FAILED;
}

static void advise(struct mln_finding *f, int outcome)
{
    if (outcome == WENT_WELL) {
        mln_buf_add_str(&f->found, "a trial in a namespace of its own went well");
    } else if (outcome == WITHOUT_SOCKET) {
        mln_buf_add_str(&f->found, "a trial went well, but for nft_socket");
        mln_doctor_say(f, MLN_HEALTH_WARN,
                       "ports that no rule and no image names are protected a little after they "
                       "open: name them, or load nft_socket (CONFIG_NFT_SOCKET)");
    } else if (outcome == WITHOUT_HOST) {
        mln_doctor_say(f, MLN_HEALTH_WARN,
                       "containers can be protected, but not in the network of the host "
                       "(host_network: protect)");
    } else {
        mln_doctor_say(f, MLN_HEALTH_BAD,
                       geteuid() != 0 ? "only root can tell"
                       : access("/usr/sbin/nft", X_OK) < 0
                           ? "install nftables (Debian: apt-get install nftables)"
                           : "without it no container can be protected; merlon proxy works here");
    }
}

void mln_doctor_trial(struct mln_finding *f)
{
    char text[512];
    int fds[2], status = 0;
    ssize_t n;

    if (pipe2(fds, O_CLOEXEC) < 0) {
        f->blind = true;
        return;
    }
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        _exit(try_all(fds[1]));
    (void)close(fds[1]);
    while (pid > 0 && (n = read(fds[0], text, sizeof(text))) > 0)
        mln_buf_add(&f->found, text, (size_t)n);
    (void)close(fds[0]);
    f->blind = pid < 0;
    bool heard = pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status);
    advise(f, heard ? WEXITSTATUS(status) : FAILED);
}
