/* Interception: how the inbound connections of a network namespace come to our listener in it, and
 * how ours reach the application as if they were the client's. docs/adr/0010 says why it is done
 * this way. Only the warden uses it, except for the questions that a worker asks of a socket. */
#ifndef MLN_INTERCEPT_ICPT_H
#define MLN_INTERCEPT_ICPT_H

#include "base/addr.h"
#include "base/buf.h"
#include "intercept/child.h"
#include "intercept/netns.h"

enum { MLN_ICPT_PORTS_MAX = 64 };

/* What we occupy in a namespace. Another set is possible where a mesh has these already. */
struct mln_icpt_names {
    uint32_t upstream_mark; /* of connections to the application, and of its answers */
    uint32_t client_mark;   /* of the listener and what it accepted: may open nothing */
    uint32_t mark_mask;     /* the bits of these two that are ours */
    uint32_t alive_mark;    /* one bit, on a SYN between two chains: the warden lives */
    uint32_t route_table, rule_pref;
    uint16_t zone; /* of connection tracking, for our connections in the node's own namespace */
    uint16_t port; /* of the listener */
};
extern const struct mln_icpt_names mln_icpt_names;
/* In the node's own namespace: bits that neither kube-proxy, Cilium, Calico nor CNI's portmap use
 * (docs/adr/0019). */
extern const struct mln_icpt_names mln_icpt_host_names;

/* Ports that are not named, from the moment that something listens on them: what comes for others
 * is refused as ever. */
enum mln_icpt_others {
    MLN_ICPT_OTHERS_PASS,
    MLN_ICPT_OTHERS_CATCH,        /* as a port of `fail: open` */
    MLN_ICPT_OTHERS_CATCH_CLOSED, /* as one of `fail: closed` */
};

/* Which ports are caught. */
struct mln_icpt_ports {
    uint16_t port[MLN_ICPT_PORTS_MAX];
    bool closed[MLN_ICPT_PORTS_MAX]; /* refused when we are gone; else served without us */
    uint32_t n;
    enum mln_icpt_others others;
};

/* What a child does in the namespace. */
enum mln_icpt_step {
    MLN_ICPT_IDLE,
    MLN_ICPT_LOAD,    /* the rules, by nft */
    MLN_ICPT_CLAIM,   /* the table that dies with us */
    MLN_ICPT_FILL,    /* the sets of ports */
    MLN_ICPT_RELEASE, /* lets new connections by */
    MLN_ICPT_REMOVE,  /* all of it */
};

/* One namespace. Starts as {.ns = …, .alive = -1}. */
struct mln_icpt {
    int ns;    /* descriptor of the namespace, the caller's */
    int alive; /* netlink socket that owns the table merlon_alive, -1: none */
    bool host; /* the node's own: its settings are not touched (docs/adr/0019) */
    bool installed;
    bool prepared; /* routes and setting are ours */
    bool had_fwmark_accept;
    bool closed; /* some port is `fail: closed` */
    bool blind;  /* the kernel's rules cannot see sockets: others are not caught (nft_socket) */
    struct mln_icpt_child child; /* .pid 0: none is at work */
    enum mln_icpt_step step;
    struct mln_icpt_ports loading; /* by it */
    bool may_be_blind, loading_blind, keep_closed;
};
const struct mln_icpt_names *mln_icpt_names_of(const struct mln_icpt *i);

/* Functions return 0 or a negative errno; `why` gets text for the log. -EINPROGRESS: i->child is at
 * work, since the kernel may make whoever changes rules in a namespace wait; when it ends
 * `child_ended` is to be told, and nothing else but `hurry` and `wait` may be called until that
 * says how it went. */
struct mln_icpt_backend {
    const char *name;
    /* Whether this kernel and this machine can do it. */
    int (*probe)(struct mln_buf *why);
    /* Begins to install routes, setting and rules, or to replace rules that are there, in one
     * transaction. To be called when the listener listens. -EINPROGRESS, or what failed. */
    int (*install)(struct mln_icpt *i, const struct mln_icpt_ports *p, struct mln_buf *why);
    /* With what waitpid said of it. 0: done. -EINPROGRESS: another one is at work. Else what had
     * been there still is; where nothing was, `remove` takes out what is left of the try. */
    int (*child_ended)(struct mln_icpt *i, int status, struct mln_buf *why);
    /* The child takes too long: it ends before long, with -ETIMEDOUT. */
    void (*hurry)(struct mln_icpt *i);
    /* For its end, and that of what follows from it, `ms` at most; is then told itself. For who
     * reaps no children. */
    int (*wait)(struct mln_icpt *i, unsigned ms, struct mln_buf *why);
    /* Other ports or fail modes; connections that stand are not touched. -ENOENT at its end: there
     * are no rules. -EINPROGRESS, or what failed. */
    int (*set_ports)(struct mln_icpt *i, const struct mln_icpt_ports *p, struct mln_buf *why);
    /* Once in a while: puts back the routes that an address family or a device took along. -ENOENT:
     * somebody in the namespace removed the rules; to be installed anew. */
    int (*refresh)(struct mln_icpt *i);
    /* New connections go to the application, or with `keep_closed` those of closed ports nowhere;
     * those that stand go on. 0: nothing is to be done, -EINPROGRESS, or what failed. */
    int (*release)(struct mln_icpt *i, bool keep_closed, struct mln_buf *why);
    /* 0: no rules of ours are there; 1: a crash left them; 2: a defender that lives has them; or a
     * negative errno. */
    int (*present)(const struct mln_icpt *i);
    /* Nothing of ours is left at its end. Also for what a crashed predecessor left: a fresh `i`.
     * -EINPROGRESS, or what failed. */
    int (*remove)(struct mln_icpt *i, struct mln_buf *why);
    /* Where the client of an accepted socket, whose address is `peer`, wanted to go; the scope is
     * that of a link-local address, else 0. Needs no right. */
    int (*original_dst)(int fd, const struct mln_addr *peer, struct mln_addr *ret,
                        uint16_t *ret_port, uint32_t *ret_scope);
};

/* The one that docs/adr/0010 settled on. */
extern const struct mln_icpt_backend mln_icpt_redirect;

#endif
