#include "cmd/doctor_netlink.h"

#include <string.h>

#include "base/fd.h"
#include "intercept/nl.h"

bool mln_attribute_next(struct mln_sv *rest, uint16_t *ret_type, struct mln_sv *ret_value)
{
    struct nlattr a;

    if (rest->len < sizeof(a))
        return false;
    memcpy(&a, rest->p, sizeof(a));
    if (a.nla_len < sizeof(a) || a.nla_len > rest->len)
        return false;
    *ret_type = (uint16_t)(a.nla_type & NLA_TYPE_MASK);
    *ret_value = mln_sv(rest->p + sizeof(a), a.nla_len - sizeof(a));
    *rest = mln_sv_sub(*rest, NLA_ALIGN(a.nla_len), rest->len);
    return true;
}

struct mln_sv mln_attribute(struct mln_sv all, uint16_t type)
{
    struct mln_sv value;
    uint16_t t;

    while (mln_attribute_next(&all, &t, &value))
        if (t == type)
            return value;
    return MLN_SV_NULL;
}

struct mln_sv mln_attributes_of(const struct nlmsghdr *h, size_t head)
{
    size_t skip = NLMSG_LENGTH(NLMSG_ALIGN(head));

    return h->nlmsg_len < skip ? MLN_SV_NULL : mln_sv((const char *)h + skip, h->nlmsg_len - skip);
}

int mln_doctor_list(int protocol, uint16_t type, const void *head, size_t len,
                    void (*take)(const struct nlmsghdr *h, void *arg), void *arg)
{
    MLN_CLEANUP_FD int fd = mln_nl_open(protocol);
    struct mln_nl m = {.len = 0};

    if (fd < 0)
        return fd;
    mln_nl_begin(&m, type, NLM_F_DUMP, head, len);
    mln_nl_end(&m);
    return mln_nl_dump(fd, &m, take, arg);
}
