/* What is known of containers, to who asks: JSON and metrics. */
#include "intercept/heard.h"
#include "node/apps_priv.h"

/* ---- what is in effect ---- */

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

/* Whether it is to be protected: a rule with `mode: off` is there so that it is not. */
static bool is_wanted(const struct app *app)
{
    return app->meta->ruled && !(app->meta->flags & MLN_WORKLOAD_MODE_OFF);
}

/* What really holds, not what the rule wishes. */
static struct mln_sv effective(const struct mln_apps *a, const struct app *app)
{
    if (!is_wanted(app))
        return MLN_SV("off");
    if (!is_protected(app))
        return MLN_SV("none");
    return bypassed(a, app->meta->rule) ? MLN_SV("bypass") : app->meta->mode;
}

static void add_ports(const struct app *app, struct mln_buf *out)
{
    mln_buf_add_str(out, ",\"ports\":[");
    for (unsigned i = 0; i < app->n_ports; i++) {
        const struct app_port *p = &app->ports[i];
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
    for (unsigned i = 0; i < APP_RUNTIMES_MAX; i++) {
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
    unsigned all = 0, ruled = 0, off = 0, guarded = 0;

    for (uint32_t i = 0; i < MLN_WORKLOADS_MAX; i++) {
        if (!is_listed(a->v[i]))
            continue;
        all++;
        ruled += a->v[i]->meta->ruled;
        off += a->v[i]->meta->ruled && !is_wanted(a->v[i]);
        guarded += is_protected(a->v[i]);
    }
    add_runtimes(a, out);
    mln_buf_addf(out, ",\"containers\":{\"all\":%u,\"with_rule\":%u,\"off\":%u,\"protected\":%u},",
                 all, ruled, off, guarded);
    add_bypasses(a, out);
    mln_starts_json(&a->starts, out);
}

void mln_apps_metrics(const struct mln_apps *a, struct mln_buf *out)
{
    mln_starts_metrics(&a->starts, out);
}
