/* Cross-site request forgery: a state-changing request with ambient credentials that comes from a
 * page of another site (Fetch Metadata, RFC 6454 Origin, Referer as the last resort). */
#include "engine/txn_priv.h"
#include "http/websocket.h"

static bool is_safe_method(enum mln_http_method m)
{
    return m == MLN_METHOD_GET || m == MLN_METHOD_HEAD || m == MLN_METHOD_OPTIONS ||
           m == MLN_METHOD_TRACE;
}

/* GET with a method override is what the override says. A WebSocket may do anything, and a page of
 * any site may open one (RFC 6455 section 10.2). */
static bool changes_state(struct mln_arena *a, const struct mln_http_head *h)
{
    struct mln_method_iter it = {0};
    struct mln_sv method;

    if (mln_websocket_asked(h))
        return true;
    while (mln_method_next(a, h, &it, &method))
        if (!is_safe_method(mln_http_method_id(method)))
            return true;
    return false;
}

/* Credentials that a browser adds by itself: cookies, and HTTP authentication except Bearer. */
static bool has_ambient_credentials(const struct mln_http_head *h)
{
    struct mln_sv auth = mln_http_get(h, MLN_NAME_AUTHORIZATION);

    if (mln_http_get(h, MLN_NAME_COOKIE).len)
        return true;
    return auth.len && !mln_sv_istarts(auth, MLN_SV("bearer "));
}

/* "https://shop.example:8443" of a URL; absent when it is none. */
static struct mln_sv origin_of(struct mln_sv url)
{
    size_t scheme = mln_sv_find(url, MLN_SV("://"));

    if (scheme == SIZE_MAX)
        return MLN_SV_NULL;
    for (size_t i = scheme + 3; i < url.len; i++)
        if (url.p[i] == '/' || url.p[i] == '?' || url.p[i] == '#')
            return mln_sv_sub(url, 0, i);
    return url;
}

/* A page in plain is not of a site that speaks TLS: whoever is on the way may have made it. The
 * other way round nothing follows, since what came in plain may have been TLS before. */
static bool is_own_origin(const struct mln_txn *t, struct mln_sv origin)
{
    size_t scheme = mln_sv_find(origin, MLN_SV("://"));
    bool fits = !mln_is_https(t) || mln_sv_istarts(origin, MLN_SV("https:"));

    if (scheme != SIZE_MAX && fits &&
        mln_sv_ieq(mln_sv_sub(origin, scheme + 3, origin.len), t->head->authority))
        return true;
    return mln_snap_globs_match(t->p.snap, t->rule->csrf_origins, origin, true);
}

/* Why the request is taken for a forgery; NULL when it is not. */
static const char *forgery(const struct mln_txn *t)
{
    struct mln_sv site = mln_http_get(t->head, MLN_NAME_SEC_FETCH_SITE);
    struct mln_sv origin = mln_http_get(t->head, MLN_NAME_ORIGIN);
    struct mln_sv referer = mln_http_get(t->head, MLN_NAME_REFERER);

    if (site.p && (mln_sv_eq(site, MLN_SV("same-origin")) || mln_sv_eq(site, MLN_SV("none"))))
        return NULL;
    if (origin.p && is_own_origin(t, origin))
        return NULL;
    if (origin.p)
        return mln_sv_eq(origin, MLN_SV("null"))
                   ? "Origin is null: a sandboxed or hidden page sent this"
                   : "Origin names another site";
    if (site.p)
        return "Sec-Fetch-Site says that another site sent this";
    if (!referer.p)
        return NULL; /* no browser of the last ten years: nothing ambient to abuse */
    origin = origin_of(referer);
    return origin.p && is_own_origin(t, origin) ? NULL : "Referer names another site";
}

static bool is_exempt(const struct mln_txn *t)
{
    const struct mln_snap_span span = t->rule->csrf_exempt;

    for (uint32_t i = 0; i < span.count; i++)
        if (mln_paths_all(&t->paths,
                          mln_snap_str(t->p.snap, mln_snap_refs(t->p.snap, span.first + i))))
            return true;
    return false;
}

void mln_check_csrf(struct mln_txn *t)
{
    if (t->rule->action[MLN_DET_CSRF_cross_site] == MLN_ACT_OFF ||
        !changes_state(t->p.arena, t->head) || !has_ambient_credentials(t->head) || is_exempt(t))
        return;
    const char *why = forgery(t);
    if (!why)
        return;
    struct mln_sv origin = mln_http_get(t->head, MLN_NAME_ORIGIN);
    struct mln_sv shown = origin.p ? origin : mln_http_get(t->head, MLN_NAME_REFERER);
    mln_report(t, &(struct mln_report){
                      .detector = MLN_DET_CSRF_cross_site,
                      .loc = MLN_LOC_HEADER,
                      .name = origin.p ? MLN_SV("Origin") : MLN_SV("Referer"),
                      .value = shown,
                      .length = (uint32_t)MLN_MIN(shown.len, (size_t)MLN_MATCH_MAX),
                      .score = 40,
                      .message = why,
                      .action = -1,
                  });
}
