/* Checks of the messages between scout and warden. */
#include "runtime/workload.h"

#include <errno.h>

#include "base/hash.h"
#include "runtime/docker_ask.h"

void mln_workload_id(struct mln_sv id, uint8_t ret[32])
{
    if (mln_docker_id_binary(id, ret))
        return;
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t h = mln_hash(&(struct mln_hash_key){.k0 = i}, id);
        memcpy(ret + i * 8, &h, 8);
    }
}

struct mln_sv mln_workload_tail(const struct mln_workload_msg *m, size_t len)
{
    return mln_sv((const char *)(m + 1), len - sizeof(*m));
}

static bool length_ok(const struct mln_workload_msg *m, size_t len)
{
    return len == sizeof(*m) || (len > sizeof(*m) && len <= sizeof(struct mln_workload_big) &&
                                 m->op == MLN_WORKLOAD_POLICY);
}

int mln_workload_check(const struct mln_workload_msg *m, size_t len)
{
    if (!length_ok(m, len) || m->version != MLN_WORKLOAD_VERSION || m->op < MLN_WORKLOAD_PUT ||
        m->op > MLN_WORKLOAD_POLICY)
        return -EPROTO;
    if (m->op == MLN_WORKLOAD_SYNCED || m->op == MLN_WORKLOAD_NONE || m->op == MLN_WORKLOAD_POLICY)
        return 0;
    if (m->slot >= MLN_WORKLOADS_MAX)
        return -EPROTO;
    if (m->op != MLN_WORKLOAD_PUT)
        return 0;
    if (m->pid == 0 || m->pid > INT32_MAX || (m->flags & ~(uint32_t)MLN_WORKLOAD_FLAGS_ALL) ||
        m->n_ports > MLN_WORKLOAD_PORTS_MAX || m->runtime > MLN_RUNTIME_CONTAINERD)
        return -EPROTO;
    for (uint32_t i = 0; i < m->n_ports; i++)
        if (m->ports[i] == 0)
            return -EPROTO;
    return 0;
}

const char *mln_port_state_text(enum mln_port_state s)
{
    static const char *const text[MLN_PORT_STATE_MAX] = {
        [MLN_PORT_NO_RULE] = "not protected: no rule matches",
        [MLN_PORT_OFF] = "not protected: switched off",
        [MLN_PORT_PENDING] = "not protected yet: being installed",
        [MLN_PORT_PROTECTED] = "protected",
        [MLN_PORT_NOT_HTTP] = "not protected: speaks something else than HTTP",
        [MLN_PORT_TLS] = "not protected: TLS, and no certificate was given",
        [MLN_PORT_HTTP2] = "not protected: speaks HTTP/2",
        [MLN_PORT_MESH] = "not protected: mesh mTLS",
        [MLN_PORT_CONFLICT] = "not by this rule: another one has this port of the shared network",
        [MLN_PORT_HOST] = "not protected: it uses the network of the host",
        [MLN_PORT_FAILED] = "not protected: could not be installed, see the log",
        [MLN_PORT_NOT_NAMED] = "not protected: the rule names other ports",
        [MLN_PORT_UDP] = "not protected: UDP",
        [MLN_PORT_MORE] = "not protected: further ports, too many to list",
        [MLN_PORT_GONE] = "nobody listens",
    };

    return (unsigned)s < MLN_PORT_STATE_MAX ? text[s] : "unknown";
}

const char *mln_guard_name(enum mln_guard g)
{
    static const char *const names[MLN_GUARD_MAX] = {
        [MLN_GUARD_UNKNOWN] = "unknown",
        [MLN_GUARD_HOOK] = "hook",
        [MLN_GUARD_BEFORE] = "before_start",
        [MLN_GUARD_AFTER] = "after_start",
    };

    return (unsigned)g < MLN_GUARD_MAX ? names[g] : "unknown";
}
