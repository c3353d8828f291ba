#include <errno.h>

#include "intercept/heard.h"
#include "node/apps_priv.h"

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

    if (m->slot >= APP_RUNTIMES_MAX)
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
static void measure(struct mln_apps *a, struct app *app, const struct app_port *p)
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
    if (i == APP_PORTS_MAX)
        return;
    if (m->arg == MLN_PORT_GONE) {
        if (i < app->n_ports)
            app->ports[i] = app->ports[--app->n_ports];
        return;
    }
    if (i == app->n_ports)
        app->n_ports++;
    app->ports[i] =
        (struct app_port){m->app, (uint8_t)m->arg, (uint8_t)m->slot, (uint8_t)m->more, m->id};
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
