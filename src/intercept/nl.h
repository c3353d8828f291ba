/* Netlink messages, as few as we need: for routes and for the table that dies with us. */
#ifndef MLN_INTERCEPT_NL_H
#define MLN_INTERCEPT_NL_H

#include <linux/netlink.h>

#include "base/base.h"

enum { MLN_NL_BYTES = 4096 };

/* One or more messages that are sent together. Writing past the end is a bug of ours. */
struct mln_nl {
    _Alignas(8) char buf[MLN_NL_BYTES];
    size_t len;
    size_t head;   /* of the message that is being written */
    uint32_t seq;  /* of the last message */
    uint32_t acks; /* answers that are due */
};

/* A socket in the namespace that the process is in, close-on-exec, answers within a second.
 * Negative errno. */
int mln_nl_open(int protocol);
void mln_nl_begin(struct mln_nl *m, uint16_t type, uint16_t flags, const void *head, size_t len);
void mln_nl_end(struct mln_nl *m);
void mln_nl_put(struct mln_nl *m, uint16_t type, const void *p, size_t len);
void mln_nl_put_u32(struct mln_nl *m, uint16_t type, uint32_t v);
/* In network order, as nf_tables wants its numbers. */
void mln_nl_put_be32(struct mln_nl *m, uint16_t type, uint32_t v);
void mln_nl_put_str(struct mln_nl *m, uint16_t type, const char *s);
/* Attributes within an attribute: what is returned goes to mln_nl_close. */
size_t mln_nl_nest(struct mln_nl *m, uint16_t type);
void mln_nl_close(struct mln_nl *m, size_t nest);
/* Sends all messages and waits for the answer to each that asked for one. 0 or the first errno. */
int mln_nl_talk(int fd, const struct mln_nl *m) MLN_WARN_UNUSED;

/* Sends one question with NLM_F_DUMP and hands over each message of the answer. 0 or the first
 * errno. */
int mln_nl_dump(int fd, const struct mln_nl *m, void (*take)(const struct nlmsghdr *h, void *arg),
                void *arg) MLN_WARN_UNUSED;

/* ---- attributes of an answer ---- */

/* The first of that type among `len` bytes of them. NULL: none is whole. */
const struct nlattr *mln_nl_find(const void *at, size_t len, uint16_t type);
/* The same within another one, which may be NULL. */
const struct nlattr *mln_nl_within(const struct nlattr *a, uint16_t type);
size_t mln_nl_size(const struct nlattr *a);
const void *mln_nl_data(const struct nlattr *a);
/* Copies a value of exactly that size. False: there is none, `a` may be NULL. */
bool mln_nl_value(const struct nlattr *a, void *ret, size_t size) MLN_WARN_UNUSED;
/* The attributes behind a message's header of `head` bytes. NULL: it is shorter. */
const void *mln_nl_attributes(const struct nlmsghdr *h, size_t head, size_t *ret_len);

#endif
