#include "node/apps.h"

#include <errno.h>

#include "intercept/heard.h"
#include "node/starts.h"
#include "proxy/dataplane.h"

enum { PORTS_MAX = 128, RUNTIMES_MAX = 2 };

struct port {
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
    struct port ports[PORTS_MAX];
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
    } runtime[RUNTIMES_MAX];
};

struct mln_apps *mln_apps_new(void)
{
    return calloc(1, sizeof(struct mln_apps));
}

static void free_app(struct mln_apps *a, uint32_t slot)
{
    struct app *app = MLN_TAKE(a->v[slot]);

    if (!app)
        return;
    mln_buf_done(&app->bytes);
    free(app->meta);
    free(app);
}

struct mln_apps *mln_apps_free(struct mln_apps *a)
{
    for (uint32_t i = 0; a && i < MLN_WORKLOADS_MAX; i++)
        free_app(a, i);
    free(a);
    return NULL;
}

/* ---- what comes in ---- */

static struct app *make_app(struct mln_apps *a, uint32_t slot)
{
    struct app *app = a->v[slot];

    if (!app)
        app = a->v[slot] = calloc(1, sizeof(*app));
    if (app && !app->meta)
        app->meta = calloc(1, sizeof(*app->meta));
    return app && app->meta ? app : NULL;
}

static int put(struct mln_apps *a, struct mln_sv datagram)
{
    struct app *app = make_app(a, a->scratch.slot);

    if (!app)
        return -ENOMEM;
    if (app->ended || (app->there && !mln_sv_eq(app->meta->id, a->scratch.id)))
        app->n_ports = app->notes = 0, app->measured = false; /* of another container */
    mln_buf_clear(&app->bytes);
    mln_buf_add_sv(&app->bytes, datagram);
    app->there =
        !mln_buf_failed(&app->bytes) && mln_meta_decode(mln_buf_sv(&app->bytes), app->meta) == 0;
    app->ended = false;
    return app->there ? 0 : -ENOMEM;
}

static void copy_text(char *to, size_t cap, struct mln_sv s)
{
    (void)snprintf(to, cap, "%.*s", MLN_SV_ARG(mln_sv_sub(s, 0, cap - 1)));
}

static int take_state(struct mln_apps *a)
{
    const struct mln_meta *m = &a->scratch;

    if (m->slot >= RUNTIMES_MAX)
        return -EBADMSG;
    a->runtime[m->slot].known = true;
    a->runtime[m->slot].synced = m->synced;
    a->runtime[m->slot].present = m->ruled;
    copy_text(a->runtime[m->slot].name, sizeof(a->runtime[m->slot].name), m->runtime);
    copy_text(a->runtime[m->slot].state, sizeof(a->runtime[m->slot].state), m->why);
    return 0;
}

int mln_apps_take(struct mln_apps *a, struct mln_sv datagram)
{
    int r = mln_meta_decode(datagram, &a->scratch);

    if (r < 0)
        return r;
    struct app *app = a->v[a->scratch.slot];
    switch ((enum mln_meta_op)a->scratch.op) {
    case MLN_META_PUT:
        return put(a, datagram);
    case MLN_META_GONE:
        if (app)
            app->ended = true;
        return 0;
    case MLN_META_STATE:
        return take_state(a);
    case MLN_META_OP_MAX:
        break;
    }
    return -EBADMSG;
}

void mln_apps_hooks(struct mln_apps *a, const struct mln_wire *m)
{
    mln_starts_hooks(&a->starts, m);
}

/* Its first port that is protected counts. */
static void measure(struct mln_apps *a, struct app *app, const struct port *p)
{
    if (app->measured || p->state != MLN_PORT_PROTECTED || p->guard == MLN_GUARD_UNKNOWN)
        return;
    app->measured = true;
    mln_starts_guarded(&a->starts, (enum mln_guard)p->guard, p->after);
}

void mln_apps_port(struct mln_apps *a, const struct mln_wire *m)
{
    struct app *app;
    unsigned i = 0;

    if (m->index >= MLN_WORKLOADS_MAX || m->app > (UINT16_MAX | MLN_WIRE_PORT_UDP) ||
        m->arg >= MLN_PORT_STATE_MAX || m->slot >= MLN_GUARD_MAX || m->more >= _MLN_HEARD_MAX ||
        !(app = make_app(a, m->index)))
        return;
    while (i < app->n_ports && app->ports[i].port != m->app)
        i++;
    if (i == PORTS_MAX)
        return;
    if (m->arg == MLN_PORT_GONE) {
        if (i < app->n_ports)
            app->ports[i] = app->ports[--app->n_ports];
        return;
    }
    if (i == app->n_ports)
        app->n_ports++;
    app->ports[i] =
        (struct port){m->app, (uint8_t)m->arg, (uint8_t)m->slot, (uint8_t)m->more, m->id};
    measure(a, app, &app->ports[i]);
}

void mln_apps_notes(struct mln_apps *a, const struct mln_wire *m)
{
    struct app *app = m->index < MLN_WORKLOADS_MAX ? make_app(a, m->index) : NULL;

    if (app)
        app->notes = (uint32_t)m->arg;
}

void mln_apps_bypass(struct mln_apps *a, uint64_t key, mln_nsec until, struct mln_sv name)
{
    unsigned at = 0;

    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++) {
        if (a->bypass[i].until && a->bypass[i].key == key) {
            at = i;
            break;
        }
        if (a->bypass[i].until < a->bypass[at].until)
            at = i;
    }
    a->bypass[at].key = key;
    a->bypass[at].until = until;
    copy_text(a->bypass[at].name, sizeof(a->bypass[at].name), name);
}

/* When its protection comes back (monotonic), 0: it is on. */
static mln_nsec bypassed(const struct mln_apps *a, struct mln_sv rule)
{
    const uint64_t key = mln_bypass_key(rule), all = mln_bypass_key(MLN_SV(""));
    mln_nsec until = 0, now = mln_now_mono();

    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++)
        if (a->bypass[i].until > now && (a->bypass[i].key == key || a->bypass[i].key == all))
            until = MLN_MAX(until, a->bypass[i].until);
    return until;
}

static uint64_t seconds_until(mln_nsec until)
{
    mln_nsec now = mln_now_mono();

    return until > now ? (until - now) / MLN_NSEC_PER_SEC + 1 : 0;
}

/* ---- audits ---- */

static struct mln_sv known(struct mln_sv s)
{
    return s.len ? s : MLN_SV_NULL;
}

void mln_apps_fill(struct mln_apps *a, struct mln_audit_record *r)
{
    uint32_t slot = r->workload.slot_plus_1 - 1;
    const struct app *app = slot < MLN_WORKLOADS_MAX ? a->v[slot] : NULL;

    if (!app || !app->there)
        return;
    const struct mln_meta *m = app->meta;
    r->workload.image = known(m->image);
    r->workload.image_digest = known(m->image_digest.p ? m->image_digest : m->image_id);
    r->workload.container_id = known(m->id);
    r->workload.container = known(m->name);
    r->workload.namespace_ = known(m->namespace_);
    r->workload.pod = known(m->pod);
    for (uint32_t i = 0; i < m->n_labels; i++) {
        a->labels[2 * i] = m->labels[i].name;
        a->labels[2 * i + 1] = m->labels[i].value;
    }
    r->workload.labels = a->labels;
    r->workload.n_labels = m->n_labels * 2;
}

/* ---- what is asked ---- */

static void member(struct mln_buf *out, const char *name, struct mln_sv v)
{
    if (!v.p)
        return;
    mln_buf_addf(out, ",\"%s\":", name);
    mln_buf_add_json(out, v);
}

static bool is_protected(const struct app *app)
{
    for (unsigned i = 0; i < app->n_ports; i++)
        if (app->ports[i].state == MLN_PORT_PROTECTED)
            return true;
    return false;
}

/* What really holds, not what the rule wishes. */
static struct mln_sv effective(const struct mln_apps *a, const struct app *app)
{
    if (app->meta->ruled && bypassed(a, app->meta->rule))
        return MLN_SV("bypass");
    if (!app->meta->ruled || (app->meta->flags & MLN_WORKLOAD_MODE_OFF))
        return MLN_SV("off");
    return is_protected(app) ? app->meta->mode : MLN_SV("none");
}

static void add_ports(const struct app *app, struct mln_buf *out)
{
    mln_buf_add_str(out, ",\"ports\":[");
    for (unsigned i = 0; i < app->n_ports; i++) {
        const struct port *p = &app->ports[i];
        const char *text = mln_port_state_text((enum mln_port_state)p->state);
        mln_buf_addf(out, "%s{\"port\":%u,\"protocol\":\"%s\",\"protected\":%s,\"state\":\"%s\"",
                     i ? "," : "", p->port & UINT16_MAX,
                     p->port & MLN_WIRE_PORT_UDP ? "udp" : "tcp",
                     p->state == MLN_PORT_PROTECTED ? "true" : "false", text);
        if (mln_heard_name(p->speaks))
            mln_buf_addf(out, ",\"speaks\":\"%s\"", mln_heard_name(p->speaks));
        if (p->guard != MLN_GUARD_UNKNOWN && p->state == MLN_PORT_PROTECTED)
            mln_buf_addf(out, ",\"since\":\"%s\"", mln_guard_name((enum mln_guard)p->guard));
        if (p->guard == MLN_GUARD_AFTER && p->state == MLN_PORT_PROTECTED)
            mln_buf_addf(out, ",\"gap_ms\":%llu.%03llu",
                         (unsigned long long)(p->after / MLN_NSEC_PER_MSEC),
                         (unsigned long long)(p->after / 1000 % 1000));
        mln_buf_add_char(out, '}');
    }
    mln_buf_add_char(out, ']');
}

static void add_names(const struct mln_meta *m, struct mln_buf *out)
{
    mln_buf_add_str(out, ",\"image_names\":[");
    for (uint32_t i = 0; i < m->n_refs; i++) {
        mln_buf_add_str(out, i ? "," : "");
        mln_buf_add_json(out, m->refs[i]);
    }
    mln_buf_add_str(out, "],\"labels\":{");
    for (uint32_t i = 0; i < m->n_labels; i++) {
        mln_buf_add_str(out, i ? "," : "");
        mln_buf_add_json(out, m->labels[i].name);
        mln_buf_add_char(out, ':');
        mln_buf_add_json(out, m->labels[i].value);
    }
    mln_buf_add_char(out, '}');
}

static void add_warnings(uint32_t flags, struct mln_buf *out)
{
    static const struct {
        uint32_t flag;
        const char *text;
    } warnings[] = {
        {MLN_WORKLOAD_NET_ADMIN, "it has CAP_NET_ADMIN and could undo its protection"},
        {MLN_WORKLOAD_HOST_NETWORK, "it uses the network of the host"},
        {MLN_WORKLOAD_PAUSED, "it is paused"},
    };
    bool first = true;

    mln_buf_add_str(out, ",\"notes\":[");
    for (size_t i = 0; i < MLN_ARRAY_LEN(warnings); i++)
        if (flags & warnings[i].flag) {
            mln_buf_addf(out, "%s\"%s\"", first ? "" : ",", warnings[i].text);
            first = false;
        }
    mln_buf_add_char(out, ']');
}

static void add_app(const struct mln_apps *a, const struct app *app, struct mln_buf *out)
{
    const struct mln_meta *m = app->meta;
    char started[MLN_RFC3339_LEN + 1] = "";

    mln_buf_add_str(out, "{\"container_id\":");
    mln_buf_add_json(out, m->id);
    member(out, "container", m->name);
    member(out, "image", m->image);
    member(out, "image_id", m->image_id);
    member(out, "image_digest", m->image_digest);
    member(out, "namespace", m->namespace_);
    member(out, "pod", m->pod);
    member(out, "runtime", m->runtime);
    member(out, "rule", m->ruled ? m->rule : MLN_SV_NULL);
    member(out, "mode", m->ruled ? m->mode : MLN_SV_NULL);
    member(out, "effective", effective(a, app));
    if (m->ruled && bypassed(a, m->rule))
        mln_buf_addf(out, ",\"bypass_s\":%llu",
                     (unsigned long long)seconds_until(bypassed(a, m->rule)));
    member(out, "why", m->why);
    if (m->started)
        mln_rfc3339(m->started, started);
    member(out, "started", m->started ? mln_sv_str(started) : MLN_SV_NULL);
    mln_buf_addf(out, ",\"fail\":\"%s\"", m->flags & MLN_WORKLOAD_FAIL_CLOSED ? "closed" : "open");
    add_ports(app, out);
    add_names(m, out);
    add_warnings(m->flags | app->notes, out);
    mln_buf_add_char(out, '}');
}

static bool is_listed(const struct app *app)
{
    return app && app->there && !app->ended;
}

void mln_apps_json(const struct mln_apps *a, struct mln_buf *out)
{
    bool first = true;

    mln_buf_add_str(out, "{\"apps\":[");
    for (uint32_t i = 0; i < MLN_WORKLOADS_MAX; i++) {
        if (!is_listed(a->v[i]))
            continue;
        mln_buf_add_str(out, first ? "" : ",\n");
        add_app(a, a->v[i], out);
        first = false;
    }
    mln_buf_add_str(out, "]}\n");
}

static void add_runtimes(const struct mln_apps *a, struct mln_buf *out)
{
    bool synced = true, present = false, first = true;

    mln_buf_add_str(out, "\"runtimes\":[");
    for (unsigned i = 0; i < RUNTIMES_MAX; i++) {
        if (!a->runtime[i].known)
            continue;
        mln_buf_add_str(out, first ? "{\"name\":" : ",{\"name\":");
        mln_buf_add_json(out, mln_sv_str(a->runtime[i].name));
        member(out, "state", mln_sv_str(a->runtime[i].state));
        mln_buf_addf(out, ",\"present\":%s,\"synced\":%s}",
                     a->runtime[i].present ? "true" : "false",
                     a->runtime[i].present && a->runtime[i].synced ? "true" : "false");
        synced = synced && a->runtime[i].synced;
        present = present || a->runtime[i].present;
        first = false;
    }
    mln_buf_addf(out, "],\"synced\":%s", synced && present ? "true" : "false");
}

static void add_bypasses(const struct mln_apps *a, struct mln_buf *out)
{
    bool first = true;

    mln_buf_add_str(out, "\"bypass\":[");
    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++) {
        if (!seconds_until(a->bypass[i].until))
            continue;
        mln_buf_add_str(out, first ? "{\"rule\":" : ",{\"rule\":");
        mln_buf_add_json(out, mln_sv_str(*a->bypass[i].name ? a->bypass[i].name : "*"));
        mln_buf_addf(out, ",\"seconds\":%llu}",
                     (unsigned long long)seconds_until(a->bypass[i].until));
        first = false;
    }
    mln_buf_add_str(out, "],");
}

void mln_apps_bypass_metrics(const struct mln_apps *a, struct mln_buf *out)
{
    unsigned n = 0;

    for (unsigned i = 0; i < MLN_BYPASS_MAX; i++)
        n += seconds_until(a->bypass[i].until) > 0;
    mln_buf_addf(out,
                 "# HELP merlon_bypass_active Rules whose protection is switched off\n"
                 "# TYPE merlon_bypass_active gauge\nmerlon_bypass_active %u\n",
                 n);
}

void mln_apps_status_json(const struct mln_apps *a, struct mln_buf *out)
{
    unsigned all = 0, ruled = 0, guarded = 0;

    for (uint32_t i = 0; i < MLN_WORKLOADS_MAX; i++) {
        if (!is_listed(a->v[i]))
            continue;
        all++;
        ruled += a->v[i]->meta->ruled;
        guarded += is_protected(a->v[i]);
    }
    add_runtimes(a, out);
    mln_buf_addf(out, ",\"containers\":{\"all\":%u,\"with_rule\":%u,\"protected\":%u},", all, ruled,
                 guarded);
    add_bypasses(a, out);
    mln_starts_json(&a->starts, out);
}

void mln_apps_metrics(const struct mln_apps *a, struct mln_buf *out)
{
    mln_starts_metrics(&a->starts, out);
}
