/* What the kernel lists over netlink, in the network namespace that merlon doctor runs in. */
#ifndef MLN_CMD_DOCTOR_NETLINK_H
#define MLN_CMD_DOCTOR_NETLINK_H

#include <linux/netlink.h>

#include "base/base.h"

/* Takes the first of the attributes that `rest` holds out of it; false when there is none. A broken
 * one ends them. */
bool mln_attribute_next(struct mln_sv *rest, uint16_t *ret_type, struct mln_sv *ret_value);
/* The value of the first attribute of that type, or MLN_SV_NULL. */
struct mln_sv mln_attribute(struct mln_sv all, uint16_t type);
/* The attributes of a message, behind its head of so many bytes. */
struct mln_sv mln_attributes_of(const struct nlmsghdr *h, size_t head);
/* Hands over all that the kernel lists for a question with that head. 0 or a negative errno. */
int mln_doctor_list(int protocol, uint16_t type, const void *head, size_t len,
                    void (*take)(const struct nlmsghdr *h, void *arg), void *arg);

#endif
