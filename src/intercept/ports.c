#include "intercept/ports.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "intercept/netns.h"
#include "intercept/nl.h"

enum {
    STATE_UNCONNECTED = 0x07, /* of UDP: anybody may send to it */
    STATE_LISTEN = 0x0a,
    FILE_BYTES_MAX = 16 << 20
};

void mln_port_set_add(struct mln_port_set *s, uint16_t port)
{
    s->bits[port / 64] |= UINT64_C(1) << port % 64;
}

bool mln_port_set_has(const struct mln_port_set *s, uint16_t port)
{
    return s->bits[port / 64] >> port % 64 & 1;
}

uint16_t mln_port_set_next(const struct mln_port_set *s, uint16_t after)
{
    size_t word = after / 64;
    uint64_t rest = after % 64 == 63 ? 0 : s->bits[word] & ~UINT64_C(0) << (after % 64 + 1);

    while (!rest && ++word < MLN_ARRAY_LEN(s->bits))
        rest = s->bits[word];
    return rest ? (uint16_t)(word * 64 + (size_t)__builtin_ctzll(rest)) : 0;
}

/* False when it is no hexadecimal number of at most 4 digits. */
static bool parse_hex(struct mln_sv s, unsigned *ret)
{
    unsigned v = 0;

    if (s.len == 0 || s.len > 4)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        int d = mln_hexval((unsigned char)s.p[i]);
        if (d < 0)
            return false;
        v = v << 4 | (unsigned)d;
    }
    *ret = v;
    return true;
}

static struct mln_sv word(struct mln_sv *line)
{
    while (line->len && line->p[0] == ' ')
        *line = mln_sv_sub(*line, 1, line->len);
    struct mln_sv w = mln_sv_split(line, ' ');
    return w.p ? w : MLN_SV("");
}

/* Each 32 bits of an address are printed as the machine's number of them. */
static bool is_loopback(struct mln_sv hex)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (hex.len == 8)
        return mln_sv_ends(hex, MLN_SV("7F"));
    return mln_sv_eq(hex, MLN_SV("00000000000000000000000001000000")) ||
           (mln_sv_starts(hex, MLN_SV("0000000000000000FFFF0000")) &&
            mln_sv_ends(hex, MLN_SV("7F")));
#else
    if (hex.len == 8)
        return mln_sv_starts(hex, MLN_SV("7F"));
    return mln_sv_eq(hex, MLN_SV("00000000000000000000000000000001")) ||
           mln_sv_starts(hex, MLN_SV("00000000000000000000FFFF7F"));
#endif
}

/* "  0: 00000000:1F90 00000000:0000 0A …": number, local, remote, state. */
static void parse_line(struct mln_sv line, unsigned wanted, struct mln_port_set *ret)
{
    unsigned port, state;

    (void)word(&line);
    struct mln_sv local = word(&line);
    (void)word(&line);
    if (!parse_hex(word(&line), &state) || state != wanted)
        return;
    struct mln_sv addr = mln_sv_split(&local, ':');
    if (local.p && parse_hex(local, &port) && port && !is_loopback(addr))
        mln_port_set_add(ret, (uint16_t)port);
}

void mln_listening_parse(struct mln_sv text, bool udp, struct mln_port_set *ret)
{
    while (text.p)
        parse_line(mln_sv_split(&text, '\n'), udp ? STATE_UNCONNECTED : STATE_LISTEN, ret);
}

/* Text of the kernel, with a line for every connection of the namespace: slow where there are many,
 * for kernels without sock_diag. `four`: the file for IPv4, the other one is there or not. */
static int read_files(const char *four, const char *six, bool udp, struct mln_port_set *ret)
{
    const char *const files[] = {four, six};
    int r = 0;

    for (size_t i = 0; i < MLN_ARRAY_LEN(files) && r == 0; i++) {
        struct mln_buf text = {0};
        r = mln_file_read(files[i], FILE_BYTES_MAX, &text);
        if (r == 0)
            mln_listening_parse(mln_buf_sv(&text), udp, ret);
        else if (r == -ENOENT && i == 1) /* a kernel without IPv6 */
            r = 0;
        mln_buf_done(&text);
    }
    return r;
}

/* ---- sock_diag ---- */

static bool on_loopback(const struct inet_diag_sockid *id, uint8_t family)
{
    static const uint8_t one[16] = {[15] = 1}, mapped[12] = {[10] = 0xff, [11] = 0xff};
    const uint8_t *b = (const uint8_t *)id->idiag_src;

    if (family == AF_INET)
        return b[0] == 127;
    return memcmp(b, one, sizeof(one)) == 0 ||
           (memcmp(b, mapped, sizeof(mapped)) == 0 && b[12] == 127);
}

static void take_socket(const struct nlmsghdr *h, void *arg)
{
    const struct inet_diag_msg *m = (const void *)((const char *)h + NLMSG_HDRLEN);

    if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY || h->nlmsg_len < NLMSG_LENGTH(sizeof(*m)) ||
        on_loopback(&m->id, m->idiag_family))
        return;
    if (m->id.idiag_sport)
        mln_port_set_add(arg, ntohs(m->id.idiag_sport));
}

static int ask_diag(bool udp, struct mln_port_set *ret)
{
    static const uint8_t families[] = {AF_INET, AF_INET6};
    MLN_CLEANUP_FD int fd = mln_nl_open(NETLINK_SOCK_DIAG);
    int r = fd < 0 ? fd : 0;

    for (size_t i = 0; i < MLN_ARRAY_LEN(families) && r == 0; i++) {
        const struct inet_diag_req_v2 head = {.sdiag_family = families[i],
                                              .sdiag_protocol = udp ? IPPROTO_UDP : IPPROTO_TCP,
                                              .idiag_states =
                                                  1u << (udp ? STATE_UNCONNECTED : STATE_LISTEN)};
        struct mln_nl m = {.len = 0};
        mln_nl_begin(&m, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &head, sizeof(head));
        mln_nl_end(&m);
        r = mln_nl_dump(fd, &m, take_socket, ret);
    }
    return r;
}

static int read_here(void *arg)
{
    struct mln_listening *l = arg;
    int r = 0;

    /* files of the thread: what it sees is the namespace that it is in, whoever else left it */
    if (ask_diag(false, &l->tcp) < 0)
        r = read_files("/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6", false, &l->tcp);
    if (r == 0 && ask_diag(true, &l->udp) < 0)
        (void)read_files("/proc/thread-self/net/udp", "/proc/thread-self/net/udp6", true, &l->udp);
    return r;
}

int mln_listening_read(int ns_fd, struct mln_listening *ret)
{
    memset(ret, 0, sizeof(*ret));
    return mln_netns_call(ns_fd, read_here, ret);
}
