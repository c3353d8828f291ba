/* What else looks after networks on this machine: by files, devices, chains, and programs of eBPF
 * at devices, in the network namespace that merlon doctor runs in. */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "cmd/doctor_checks.h"
#include "cmd/doctor_netlink.h"
#include "intercept/ports.h"

enum { FILE_BYTES_MAX = 4096 };

#define MTLS " mutual TLS hides requests from the defender: such pods are shown as not protected"
#define UNTRIED                                                                                    \
    "beside the defender it is not tested yet: try it on one node first, and look at merlon apps"

/* Found by the beginning of a chain, table or device, by a part of a CNI file's name, or by where
 * it listens. */
static const struct neighbour {
    const char *name, *chain, *table, *device, *cni, *advice;
    uint16_t ports[2]; /* it listens on both */
} neighbours[] = {
    {"Docker", "DOCKER", "docker-bridges", "docker0", NULL, NULL},
    {"kube-proxy", "KUBE-", "kube-proxy", "kube-ipvs", NULL, NULL},
    {"CNI's port mapping", "CNI-", "cni_", NULL, NULL, NULL},
    {"Flannel", "FLANNEL-", "flannel", "flannel", "flannel", NULL},
    {"firewalld", NULL, "firewalld", NULL, NULL, NULL},
    {"Istio", "ISTIO_", "istio", NULL, "istio", "Istio: its" MTLS},
    {.name = "Istio ambient",
     .chain = "ISTIO_PRERT",
     .advice = "Istio ambient: ztunnel's" MTLS,
     .ports = {15006, 15008}},
    {"Linkerd", "PROXY_INIT", "linkerd", NULL, "linkerd", "Linkerd: its" MTLS},
    {"Cilium", "CILIUM_", "cilium", "cilium_", "cilium", "Cilium: " UNTRIED},
    {"Calico", "cali-", "calico", "cali", "calico",
     "Calico: " UNTRIED "; for containers in the network of the host with host_network: protect "
     "leave the defender one bit of its marks (iptablesMarkMask: 0xfeff0000)"},
};

struct seen {
    bool neighbour[MLN_ARRAY_LEN(neighbours)];
    struct mln_buf devices; /* with programs at them */
};

static bool begins(struct mln_sv what, const char *with)
{
    return with && mln_sv_starts(what, mln_sv_str(with));
}

/* ---- files and devices ---- */

static void each_name(const char *root, const char *folder,
                      void (*take)(struct seen *s, struct mln_sv name), struct seen *s)
{
    char path[4096];
    struct dirent *e;

    (void)snprintf(path, sizeof(path), "%s%s", root, folder);
    DIR *d = opendir(path);
    while (d && (e = readdir(d)))
        if (e->d_name[0] != '.')
            take(s, mln_sv_str(e->d_name));
    if (d)
        (void)closedir(d);
}

static void take_cni(struct seen *s, struct mln_sv name)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(neighbours); i++)
        if (neighbours[i].cni && mln_sv_ifind(name, mln_sv_str(neighbours[i].cni)) != SIZE_MAX)
            s->neighbour[i] = true;
}

static void take_device(struct seen *s, struct mln_sv name)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(neighbours); i++)
        if (begins(name, neighbours[i].device))
            s->neighbour[i] = true;
}

/* ---- what the kernel lists ---- */

static void take_chain(const struct nlmsghdr *h, void *arg)
{
    struct seen *s = arg;
    struct mln_sv all = mln_attributes_of(h, sizeof(struct nfgenmsg)),
                  chain = mln_attribute(all, NFTA_CHAIN_NAME),
                  table = mln_attribute(all, NFTA_CHAIN_TABLE);

    for (size_t i = 0; i < MLN_ARRAY_LEN(neighbours); i++)
        if (begins(chain, neighbours[i].chain) || begins(table, neighbours[i].table))
            s->neighbour[i] = true;
}

static void note_device(struct seen *s, int index, const char *what)
{
    char name[IF_NAMESIZE];

    if (if_indextoname((unsigned)index, name))
        mln_buf_addf(&s->devices, "%s%s (%s)", s->devices.len ? ", " : "", name, what);
}

static void take_queue(const struct nlmsghdr *h, void *arg)
{
    const struct tcmsg *t = (const void *)((const char *)h + NLMSG_HDRLEN);
    struct mln_sv kind = mln_attribute(mln_attributes_of(h, sizeof(*t)), TCA_KIND);

    if (h->nlmsg_len >= NLMSG_LENGTH(sizeof(*t)) && begins(kind, "clsact"))
        note_device(arg, t->tcm_ifindex, "tc");
}

/* Programs of the links that tc does not list, in either direction (Linux 6.6). */
static bool has_tcx(int index)
{
    enum { TCX_INGRESS = 46, TCX_EGRESS = 47 }; /* headers may be older */

    for (unsigned where = TCX_INGRESS; where <= TCX_EGRESS; where++) {
        union bpf_attr a;
        memset(&a, 0, sizeof(a));
        a.query.target_fd = (uint32_t)index;
        a.query.attach_type = where;
        if (syscall(SYS_bpf, BPF_PROG_QUERY, &a, sizeof(a.query)) == 0 && a.query.prog_cnt)
            return true;
    }
    return false;
}

static void take_link(const struct nlmsghdr *h, void *arg)
{
    const struct ifinfomsg *i = (const void *)((const char *)h + NLMSG_HDRLEN);
    struct mln_sv xdp = mln_attribute(mln_attributes_of(h, sizeof(*i)), IFLA_XDP);
    struct mln_sv attached = mln_attribute(xdp, IFLA_XDP_ATTACHED);

    if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*i)))
        return;
    if (attached.len && attached.p[0])
        note_device(arg, i->ifi_index, "XDP");
    if (has_tcx(i->ifi_index))
        note_device(arg, i->ifi_index, "tcx");
}

static void look_listeners(struct seen *s)
{
    MLN_CLEANUP_FD int ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    struct mln_listening l = {.tcp = {{0}}};

    if (ns < 0 || mln_listening_read(ns, &l) < 0)
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(neighbours); i++) {
        const uint16_t *port = neighbours[i].ports;
        if (port[0] && mln_port_set_has(&l.tcp, port[0]) && mln_port_set_has(&l.tcp, port[1]))
            s->neighbour[i] = true;
    }
}

/* ---- the finding ---- */

static void look_kernel(struct seen *s, struct mln_buf *found)
{
    const struct nfgenmsg any = {.version = NFNETLINK_V0};
    const struct tcmsg queues = {.tcm_family = AF_UNSPEC};
    const struct ifinfomsg links = {.ifi_family = AF_UNSPEC};
    struct mln_buf legacy = {0};

    each_name("", "/sys/class/net", take_device, s);
    look_listeners(s);
    if (mln_doctor_list(NETLINK_NETFILTER, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN, &any,
                        sizeof(any), take_chain, s) < 0)
        mln_buf_add_str(found, "chains cannot be listed here; ");
    (void)!mln_doctor_list(NETLINK_ROUTE, RTM_GETQDISC, &queues, sizeof(queues), take_queue, s);
    (void)!mln_doctor_list(NETLINK_ROUTE, RTM_GETLINK, &links, sizeof(links), take_link, s);
    if (mln_file_read("/proc/net/ip_tables_names", FILE_BYTES_MAX, &legacy) == 0 && legacy.len)
        mln_buf_add_str(found, "iptables-legacy is in use, and its chains are not looked at; ");
    mln_buf_done(&legacy);
}

void mln_doctor_neighbours(const char *root, struct mln_finding *f)
{
    struct seen s = {.devices = {0}};
    bool any = false;

    each_name(root, "/etc/cni/net.d", take_cni, &s);
    look_kernel(&s, &f->found);
    for (size_t i = 0; i < MLN_ARRAY_LEN(neighbours); i++) {
        if (!s.neighbour[i])
            continue;
        mln_buf_addf(&f->found, "%s%s", any ? ", " : "", neighbours[i].name);
        any = true;
        if (neighbours[i].advice)
            mln_doctor_say(f, MLN_HEALTH_WARN, neighbours[i].advice);
    }
    if (!any)
        mln_buf_add_str(&f->found, "nobody known looks after networks here");
    if (s.devices.len) {
        mln_buf_addf(&f->found, "; programs at devices: %.*s", MLN_SV_ARG(mln_buf_sv(&s.devices)));
        mln_doctor_say(f, MLN_HEALTH_WARN,
                       "programs at devices see packets before any rule: what they send on "
                       "themselves passes by rules of that network");
    }
    mln_buf_done(&s.devices);
}
