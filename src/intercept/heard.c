#include "intercept/heard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "intercept/netns.h"

/* A few dozen packets: who answers more often than we look is heard the next time. */
enum { QUEUE_BYTES = 32768 };

/* ---- the filter ---- */

#define LOAD(size, mode, k) BPF_STMT(BPF_LD | (size) | (mode), (k))
#define IF_EQ(k, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (k), (yes), (no))
#define MATH(op, k) BPF_STMT(BPF_ALU | (op) | BPF_K, (k))
#define DROP BPF_STMT(BPF_RET | BPF_K, 0)

/* X = length of the header of IP, when it is TCP that leaves; an offset that is not in the packet
 * drops it. */
static const struct sock_filter outgoing_tcp[] = {
    LOAD(BPF_W, BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
    IF_EQ(PACKET_OUTGOING, 1, 0),
    DROP,
    LOAD(BPF_B, BPF_ABS, 0),
    MATH(BPF_AND, 0xf0),
    IF_EQ(0x60, 7, 0),
    IF_EQ(0x40, 1, 0),
    DROP,
    LOAD(BPF_H, BPF_ABS, 6), /* a later fragment has no header of TCP */
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 6, 0),
    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
    LOAD(BPF_B, BPF_ABS, 9),
    BPF_STMT(BPF_JMP | BPF_JA, 2),
    LOAD(BPF_B, BPF_ABS, 6), /* IPv6 with further headers is not heard */
    BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, 40),
    IF_EQ(IPPROTO_TCP, 1, 0),
    DROP,
};

/* X = where the payload begins; how answers begin is the format of HTTP/1, of a handshake's record
 * with a ServerHello, and of a SETTINGS frame. */
static const struct sock_filter answers[] = {
    LOAD(BPF_B, BPF_IND, 12),
    MATH(BPF_AND, 0xf0),
    MATH(BPF_RSH, 2),
    BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0),
    BPF_STMT(BPF_MISC | BPF_TAX, 0),
    LOAD(BPF_W, BPF_IND, 0),
    IF_EQ(0x48545450, 0, 2), /* "HTTP" */
    LOAD(BPF_B, BPF_IND, 4),
    IF_EQ('/', 11, 10),
    MATH(BPF_RSH, 16),
    IF_EQ(0x1603, 0, 2),
    LOAD(BPF_B, BPF_IND, 5),
    IF_EQ(2, 7, 6),
    MATH(BPF_RSH, 8),
    IF_EQ(0, 0, 4), /* a length of less than 64 KiB */
    LOAD(BPF_W, BPF_IND, 3),
    IF_EQ(0x04000000, 0, 2), /* type, flags and half of the stream */
    LOAD(BPF_H, BPF_IND, 7),
    IF_EQ(0, 1, 0),
    DROP,
    BPF_STMT(BPF_MISC | BPF_TXA, 0),
    MATH(BPF_ADD, 1),
    BPF_STMT(BPF_RET | BPF_A, 0),
};

struct program {
    struct sock_filter
        code[MLN_ARRAY_LEN(outgoing_tcp) + MLN_ARRAY_LEN(answers) + MLN_HEARD_PORTS_MAX + 2];
    unsigned short len;
};

static void add(struct program *p, const struct sock_filter *code, size_t n)
{
    memcpy(p->code + p->len, code, n * sizeof(*code));
    p->len += (unsigned short)n;
}

/* Goes on when the source port is one of them. */
static void add_ports(struct program *p, const uint16_t *ports, size_t n)
{
    const struct sock_filter load = LOAD(BPF_H, BPF_IND, 0), drop = DROP;

    add(p, &load, 1);
    for (size_t i = 0; i < n; i++) {
        const struct sock_filter is = IF_EQ(ports[i], (uint8_t)(n - i), 0);
        add(p, &is, 1);
    }
    add(p, &drop, 1);
}

static int attach(int fd, struct program *p)
{
    const struct sock_fprog f = {.len = p->len, .filter = p->code};

    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &f, sizeof(f)) < 0 ? -errno : 0;
}

/* ---- the socket ---- */

static int open_here(void *arg)
{
    (void)arg;
    /* protocol 0: nothing comes before there is a filter */
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return fd < 0 ? -errno : fd;
}

int mln_heard_open(int ns_fd)
{
    const int queue = QUEUE_BYTES;
    int fd = mln_netns_call(ns_fd, open_here, NULL);

    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof(queue));
    return fd;
}

int mln_heard_want(int fd, const uint16_t *ports, size_t n)
{
    const struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    struct program p = {.len = 0};

    add(&p, outgoing_tcp, MLN_ARRAY_LEN(outgoing_tcp));
    add_ports(&p, ports, MLN_MIN(n, (size_t)MLN_HEARD_PORTS_MAX));
    add(&p, answers, MLN_ARRAY_LEN(answers));
    int r = attach(fd, &p);
    if (r == 0 && bind(fd, (const struct sockaddr *)&all, sizeof(all)) < 0)
        r = -errno;
    return r;
}

enum mln_heard mln_heard_next(int fd, uint16_t *ret_port)
{
    uint8_t packet[MLN_HEARD_BYTES];
    enum mln_heard h = MLN_HEARD_NOTHING;
    ssize_t n;

    while (h == MLN_HEARD_NOTHING && (n = recv(fd, packet, sizeof(packet), 0)) >= 0)
        h = mln_heard_parse(packet, (size_t)n, ret_port);
    return h;
}

/* ---- what comes ---- */

enum mln_heard mln_heard_parse(const uint8_t *packet, size_t len, uint16_t *ret_port)
{
    size_t tcp = len == 0 ? 0 : packet[0] >> 4 == 6 ? 40 : (packet[0] & 15u) * 4;

    if (tcp < 20 || len < tcp + 20 + 1)
        return MLN_HEARD_NOTHING;
    *ret_port = (uint16_t)(packet[tcp] << 8 | packet[tcp + 1]);
    switch (packet[len - 1]) {
    case 'H':
        return MLN_HEARD_HTTP1;
    case 0x16:
        return MLN_HEARD_TLS;
    case 0:
        return MLN_HEARD_HTTP2;
    default:
        return MLN_HEARD_NOTHING;
    }
}

const char *mln_heard_name(uint64_t heard)
{
    static const char *const names[_MLN_HEARD_MAX] = {
        [MLN_HEARD_HTTP1] = "HTTP/1", [MLN_HEARD_TLS] = "TLS", [MLN_HEARD_HTTP2] = "HTTP/2"};

    return heard < _MLN_HEARD_MAX ? names[heard] : NULL;
}
