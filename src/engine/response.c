/* The response head: framing by other sites, SameSite on cookies, what tells of the server. */
#include "engine/txn_priv.h"

enum { FIELDS_ADDED_MAX = 2 }; /* beside those of the policy */

static bool is_page(const struct mln_http_head *h)
{
    struct mln_media_type mt;
    struct mln_sv ct = mln_http_get(h, MLN_NAME_CONTENT_TYPE);

    mln_media_type_parse(ct.p ? ct : MLN_SV(""), &mt);
    return mln_sv_ieq(mt.type, MLN_SV("text/html")) ||
           mln_sv_ieq(mt.type, MLN_SV("application/xhtml+xml"));
}

static bool room_for_fields(struct mln_txn *t, struct mln_http_head *h, uint32_t n)
{
    struct mln_http_field *f = mln_arena_array(t->p.arena, h->n_fields + n, sizeof(*f));

    if (!f)
        return false;
    if (h->n_fields)
        memcpy(f, h->fields, h->n_fields * sizeof(*f));
    h->fields = f;
    return true;
}

static void add_field(struct mln_http_head *h, struct mln_sv name, struct mln_sv value)
{
    h->fields[h->n_fields++] = (struct mln_http_field){
        .name = name, .value = value, .id = (uint8_t)mln_http_name_id(name)};
}

/* The application's own answer stands when it is at least as strict. */
static bool frames_restricted(const struct mln_http_head *h, struct mln_sv want)
{
    uint32_t iter = 0;
    const struct mln_http_field *f;
    struct mln_sv xfo = mln_http_get(h, MLN_NAME_X_FRAME_OPTIONS);
    bool has_xfo = mln_sv_ieq(xfo, MLN_SV("DENY")) || (xfo.p && mln_sv_ieq(xfo, want));

    while ((f = mln_http_field_next(h, MLN_NAME_CONTENT_SECURITY_POLICY, &iter)))
        if (mln_sv_ifind(f->value, MLN_SV("frame-ancestors")) != SIZE_MAX)
            return has_xfo;
    return false;
}

static void restrict_frames(struct mln_txn *t, struct mln_http_head *h)
{
    struct mln_sv want = mln_snap_str(t->p.snap, t->rule->frame_value);
    uint32_t iter = 0;
    const struct mln_http_field *f;
    bool has_ancestors = false;

    if (!want.p)
        want = MLN_SV("SAMEORIGIN");
    if (frames_restricted(h, want) || !room_for_fields(t, h, FIELDS_ADDED_MAX))
        return;
    while ((f = mln_http_field_next(h, MLN_NAME_CONTENT_SECURITY_POLICY, &iter)))
        has_ancestors =
            has_ancestors || mln_sv_ifind(f->value, MLN_SV("frame-ancestors")) != SIZE_MAX;
    if (!mln_sv_ieq(mln_http_get(h, MLN_NAME_X_FRAME_OPTIONS), MLN_SV("DENY"))) {
        for (uint32_t i = 0; i < h->n_fields; i++)
            if (h->fields[i].id == MLN_NAME_X_FRAME_OPTIONS)
                h->fields[i].flags |= MLN_FIELD_DROPPED;
        add_field(h, MLN_SV("X-Frame-Options"), want);
    }
    /* Several policies are enforced together (CSP 3, 4.1.2): ours joins the application's. */
    if (!has_ancestors)
        add_field(h, MLN_SV("Content-Security-Policy"),
                  mln_sv_ieq(want, MLN_SV("DENY")) ? MLN_SV("frame-ancestors 'none'")
                                                   : MLN_SV("frame-ancestors 'self'"));
}

static bool has_attribute(struct mln_sv cookie, struct mln_sv name)
{
    while (cookie.p) {
        struct mln_sv part = mln_sv_trim(mln_sv_split(&cookie, ';'));
        if (mln_sv_istarts(part, name) && (part.len == name.len || part.p[name.len] == '='))
            return true;
    }
    return false;
}

/* Adds SameSite where the application said nothing; an explicit None stays. */
static void set_samesite(struct mln_txn *t, struct mln_http_head *h)
{
    struct mln_sv attr = t->rule->csrf_samesite == MLN_SAMESITE_STRICT ? MLN_SV("; SameSite=Strict")
                                                                       : MLN_SV("; SameSite=Lax");

    for (uint32_t i = 0; i < h->n_fields; i++) {
        struct mln_http_field *f = &h->fields[i];
        if (f->id != MLN_NAME_SET_COOKIE || has_attribute(f->value, MLN_SV("samesite")))
            continue;
        char *p = mln_arena_alloc(t->p.arena, f->value.len + attr.len);
        if (!p)
            return;
        memcpy(p, f->value.p, f->value.len);
        memcpy(p + f->value.len, attr.p, attr.len);
        f->value = mln_sv(p, f->value.len + attr.len);
    }
}

/* Fields that only say which software answers, and in which version. */
static const char *const fingerprints[] = {
    "server",      "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version",
    "x-generator", "x-runtime",    "x-drupal-cache",   "x-pingback"};
/* Of the body as the application sent it (RFC 9530); what is overwritten has another. */
static const char *const digests[] = {"content-digest", "repr-digest", "digest", "content-md5"};

static void drop_fields(struct mln_http_head *h, const char *const *names, size_t n)
{
    for (uint32_t i = 0; i < h->n_fields; i++)
        for (size_t k = 0; k < n; k++)
            if (mln_sv_ieq_str(h->fields[i].name, names[k]))
                h->fields[i].flags |= MLN_FIELD_DROPPED;
}

/* A strong validator would let a cache join a masked part and one that is not (RFC 9110 8.8.1). */
static void weaken_etag(struct mln_txn *t, struct mln_http_head *h)
{
    for (uint32_t i = 0; i < h->n_fields; i++) {
        struct mln_http_field *f = &h->fields[i];
        if (!mln_sv_ieq(f->name, MLN_SV("etag")) || !mln_sv_starts(f->value, MLN_SV("\"")))
            continue;
        char *p = mln_arena_alloc(t->p.arena, f->value.len + 2);
        if (!p) {
            f->flags |= MLN_FIELD_DROPPED;
            continue;
        }
        memcpy(p, "W/", 2);
        memcpy(p + 2, f->value.p, f->value.len);
        f->value = mln_sv(p, f->value.len + 2);
    }
}

static void drop_named(struct mln_http_head *h, struct mln_sv glob)
{
    for (uint32_t i = 0; i < h->n_fields; i++)
        if (mln_sv_glob(glob, h->fields[i].name, true))
            h->fields[i].flags |= MLN_FIELD_DROPPED;
}

/* `response_headers` of the policy, one after the other. */
static void edit_fields(struct mln_txn *t, struct mln_http_head *h)
{
    const struct mln_snap_span span = t->rule->edits;

    if (!span.count || !room_for_fields(t, h, span.count))
        return;
    for (uint32_t i = 0; i < span.count; i++) {
        const struct mln_snap_edit *e = mln_snap_edit(t->p.snap, span.first + i);
        struct mln_sv name = mln_snap_str(t->p.snap, e->name);
        if (e->action != MLN_EDIT_ADD)
            drop_named(h, name);
        if (e->action != MLN_EDIT_REMOVE)
            add_field(h, name, mln_snap_str(t->p.snap, e->value));
    }
}

/* Where else the application says that it can be reached (RFC 7838), over HTTP/3 or on another
 * port: clients would go there, and nobody would look at what they send. "clear" takes that back.
 */
static void drop_alternatives(struct mln_http_head *h)
{
    for (uint32_t i = 0; i < h->n_fields; i++)
        if (mln_sv_ieq(h->fields[i].name, MLN_SV("alt-svc")) &&
            !mln_sv_eq(h->fields[i].value, MLN_SV("clear")))
            h->fields[i].flags |= MLN_FIELD_DROPPED;
}

static void drop_unwanted(const struct mln_txn *t, struct mln_http_head *h)
{
    drop_alternatives(h);
    if (t->rule->leak_strip)
        drop_fields(h, fingerprints, MLN_ARRAY_LEN(fingerprints));
}

static void edit_head(struct mln_txn *t, struct mln_http_head *head)
{
    drop_unwanted(t, head); /* the policy may add one that it knows to be protected */
    edit_fields(t, head);
    if (t->rule->csrf_samesite != MLN_SAMESITE_OFF)
        set_samesite(t, head);
    if (t->rule->action[MLN_DET_CLICKJACKING_frame] >= MLN_ACT_PREVENT && is_page(head))
        restrict_frames(t, head);
    if (mln_leak_masks(t)) {
        drop_fields(head, digests, MLN_ARRAY_LEN(digests));
        weaken_etag(t, head);
    }
}

void mln_txn_interim_head(struct mln_txn *t, struct mln_http_head *head)
{
    if (mln_txn_active(t) && t->verdict.mode == MLN_MODE_ENFORCE)
        drop_unwanted(t, head);
}

int mln_txn_response_head(struct mln_txn *t, struct mln_http_head *head)
{
    if (!mln_txn_active(t))
        return MLN_STEP_MORE;
    t->response = head;
    mln_custom_answer(t);
    mln_leak_start(t, head);
    if (t->verdict.mode == MLN_MODE_ENFORCE)
        edit_head(t, head);
    return mln_txn_step(t);
}
