#include "intercept/nl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/fd.h"

enum { ANSWER_BYTES = 32768, ANSWERS_MAX = 64, DUMP_ANSWERS_MAX = 4096 };

int mln_nl_open(int protocol)
{
    const struct timeval limit = {.tv_sec = 1};
    const struct sockaddr_nl any = {.nl_family = AF_NETLINK};
    MLN_CLEANUP_FD int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

    if (fd < 0)
        return -errno;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0)
        return -errno;
    return mln_fd_take(&fd);
}

static void *extend(struct mln_nl *m, size_t n)
{
    size_t room = NLMSG_ALIGN(n);

    MLN_REQUIRE(m->len + room <= sizeof(m->buf));
    void *p = m->buf + m->len;
    memset(p, 0, room);
    m->len += room;
    return p;
}

void mln_nl_begin(struct mln_nl *m, uint16_t type, uint16_t flags, const void *head, size_t len)
{
    m->head = m->len;
    struct nlmsghdr *h = extend(m, sizeof(*h));
    *h = (struct nlmsghdr){
        .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags, .nlmsg_seq = ++m->seq};
    m->acks += (flags & NLM_F_ACK) != 0;
    memcpy(extend(m, len), head, len);
}

void mln_nl_end(struct mln_nl *m)
{
    struct nlmsghdr *h = (struct nlmsghdr *)(void *)(m->buf + m->head);

    h->nlmsg_len = (uint32_t)(m->len - m->head);
}

void mln_nl_put(struct mln_nl *m, uint16_t type, const void *p, size_t len)
{
    struct nlattr *a = extend(m, sizeof(*a));

    *a = (struct nlattr){.nla_type = type, .nla_len = (uint16_t)(sizeof(*a) + len)};
    memcpy(extend(m, len), p, len);
}

void mln_nl_put_u32(struct mln_nl *m, uint16_t type, uint32_t v)
{
    mln_nl_put(m, type, &v, sizeof(v));
}

void mln_nl_put_be32(struct mln_nl *m, uint16_t type, uint32_t v)
{
    mln_nl_put_u32(m, type, htonl(v));
}

void mln_nl_put_str(struct mln_nl *m, uint16_t type, const char *s)
{
    mln_nl_put(m, type, s, strlen(s) + 1);
}

size_t mln_nl_nest(struct mln_nl *m, uint16_t type)
{
    size_t at = m->len;
    struct nlattr *a = extend(m, sizeof(*a));

    a->nla_type = type | NLA_F_NESTED;
    return at;
}

void mln_nl_close(struct mln_nl *m, size_t nest)
{
    struct nlattr *a = (struct nlattr *)(void *)(m->buf + nest);

    a->nla_len = (uint16_t)(m->len - nest);
}

/* One datagram of answers. The number of acknowledgements in it, or the errno that one carries. */
static int read_answers(int fd)
{
    _Alignas(8) char buf[ANSWER_BYTES];
    ssize_t n = recv(fd, buf, sizeof(buf), 0);
    int acks = 0;

    if (n < 0)
        return errno == EINTR ? 0 : errno == EAGAIN ? -ETIMEDOUT : -errno;
    for (struct nlmsghdr *h = (struct nlmsghdr *)(void *)buf; NLMSG_OK(h, (size_t)n);
         h = NLMSG_NEXT(h, n)) {
        if (h->nlmsg_type != NLMSG_ERROR || h->nlmsg_len < NLMSG_LENGTH(sizeof(struct nlmsgerr)))
            continue;
        const struct nlmsgerr *e = NLMSG_DATA(h);
        if (e->error)
            return e->error < 0 ? e->error : -EPROTO;
        acks++;
    }
    return acks;
}

int mln_nl_talk(int fd, const struct mln_nl *m)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    uint32_t acks = 0;

    if (sendto(fd, m->buf, m->len, 0, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
        return -errno;
    for (unsigned i = 0; acks < m->acks && i < ANSWERS_MAX; i++) {
        int r = read_answers(fd);
        if (r < 0)
            return r;
        acks += (uint32_t)r;
    }
    return acks >= m->acks ? 0 : -ETIMEDOUT;
}

/* One datagram of a dump. 1 when it is over, 0 when more comes, or a negative errno. */
static int read_dump(int fd, void (*take)(const struct nlmsghdr *h, void *arg), void *arg)
{
    _Alignas(8) char buf[ANSWER_BYTES];
    ssize_t n = recv(fd, buf, sizeof(buf), 0);

    if (n < 0)
        return errno == EINTR ? 0 : errno == EAGAIN ? -ETIMEDOUT : -errno;
    for (struct nlmsghdr *h = (struct nlmsghdr *)(void *)buf; NLMSG_OK(h, (size_t)n);
         h = NLMSG_NEXT(h, n)) {
        if (h->nlmsg_type == NLMSG_DONE)
            return 1;
        if (h->nlmsg_type != NLMSG_ERROR) {
            take(h, arg);
            continue;
        }
        const struct nlmsgerr *e = NLMSG_DATA(h);
        return h->nlmsg_len >= NLMSG_LENGTH(sizeof(*e)) && e->error < 0 ? e->error : -EPROTO;
    }
    return 0;
}

int mln_nl_dump(int fd, const struct mln_nl *m, void (*take)(const struct nlmsghdr *h, void *arg),
                void *arg)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};

    if (sendto(fd, m->buf, m->len, 0, (const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
        return -errno;
    for (unsigned i = 0; i < DUMP_ANSWERS_MAX; i++) {
        int r = read_dump(fd, take, arg);
        if (r)
            return r < 0 ? r : 0;
    }
    return -EOVERFLOW;
}

/* ---- attributes of an answer ---- */

const struct nlattr *mln_nl_find(const void *at, size_t len, uint16_t type)
{
    const char *p = at;

    while (len >= NLA_HDRLEN) {
        const struct nlattr *a = (const void *)p;
        if (a->nla_len < NLA_HDRLEN || a->nla_len > len)
            return NULL;
        if ((a->nla_type & NLA_TYPE_MASK) == type)
            return a;
        size_t step = MLN_MIN((size_t)NLA_ALIGN(a->nla_len), len);
        p += step;
        len -= step;
    }
    return NULL;
}

size_t mln_nl_size(const struct nlattr *a)
{
    return a->nla_len - (size_t)NLA_HDRLEN;
}

const void *mln_nl_data(const struct nlattr *a)
{
    return (const char *)a + NLA_HDRLEN;
}

const struct nlattr *mln_nl_within(const struct nlattr *a, uint16_t type)
{
    return a ? mln_nl_find(mln_nl_data(a), mln_nl_size(a), type) : NULL;
}

bool mln_nl_value(const struct nlattr *a, void *ret, size_t size)
{
    if (!a || mln_nl_size(a) != size)
        return false;
    memcpy(ret, mln_nl_data(a), size);
    return true;
}

const void *mln_nl_attributes(const struct nlmsghdr *h, size_t head, size_t *ret_len)
{
    if (h->nlmsg_len < NLMSG_LENGTH(NLMSG_ALIGN(head)))
        return NULL;
    *ret_len = h->nlmsg_len - NLMSG_LENGTH(NLMSG_ALIGN(head));
    return (const char *)h + NLMSG_LENGTH(NLMSG_ALIGN(head));
}
