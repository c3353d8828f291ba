/* What mln_apps knows: apps.c takes it in, apps_shown.c tells who asks. */
#ifndef MLN_NODE_APPS_PRIV_H
#define MLN_NODE_APPS_PRIV_H

#include "node/apps.h"
#include "node/starts.h"
#include "proxy/dataplane.h"

enum { APP_PORTS_MAX = 128, APP_RUNTIMES_MAX = 2 };

struct app_port {
    uint32_t port;  /* with MLN_WIRE_PORT_UDP */
    uint8_t state;  /* enum mln_port_state */
    uint8_t guard;  /* enum mln_guard */
    uint8_t speaks; /* enum mln_heard */
    mln_nsec after;
};

struct app {
    bool there, ended; /* ended: kept for audits that are still on their way */
    bool measured;     /* how long after its start it was protected */
    struct mln_buf bytes;
    struct mln_meta *meta; /* views into bytes */
    struct app_port ports[APP_PORTS_MAX];
    unsigned n_ports;
    uint32_t notes; /* bits of enum mln_workload_flag, from the warden */
};

struct mln_apps {
    struct app *v[MLN_WORKLOADS_MAX];
    struct mln_sv labels[MLN_META_LABELS_MAX * 2]; /* of the record filled last */
    struct mln_meta scratch;
    struct mln_starts starts;
    struct {
        uint64_t key;
        mln_nsec until; /* monotonic; 0: none */
        char name[128];
    } bypass[MLN_BYPASS_MAX];
    struct {
        bool known, synced, present;
        char name[32], state[256];
    } runtime[APP_RUNTIMES_MAX];
};

#endif
