/* A blob with something in every section, and a reader that touches all that a blob says: for tests
 * and fuzz targets that damage it. A sanitizer watches. */
#ifndef TESTS_SNAPSHOT_USE_H
#define TESTS_SNAPSHOT_USE_H

#include "base/arena.h"
#include "engine/regex.h"
#include "engine/txn.h"
#include "policy/policy.h"

static const char snapshot_policy[] =
    "apiVersion: merlon.dev/v1\nkind: NetworkList\nmetadata: {name: office}\n"
    "spec: {cidrs: [\"198.51.100.0/24\", \"2001:db8::/32\"]}\n---\n"
    "apiVersion: merlon.dev/v1\nkind: Page\nmetadata: {name: own}\n"
    "spec: {html: \"<p>{{event_id}}</p>\", json: \"{}\"}\n---\n"
    "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r, notes: n}\n"
    "spec:\n  scope: {images: [\"*/shop:*\"], containers: [c], namespaces: [n], nodes: [n]}\n"
    "  endpoints: [{port: 80, host: \"*.example\", path: \"/*\"}, {path: \"*\"}]\n"
    "  protections: {csrf: {action: prevent, origins: [\"https://a.example\"], exempt: [\"/h/*\"]},"
    " clickjacking: prevent}\n"
    "  response_headers: [{name: X-A, value: b}, {name: Server, action: remove}]\n"
    "  custom:\n    - {id: a, action: alert, when: 'req.method == \"POST\" and not (req.ip in "
    "office)"
    " or lower(req.headers[\"x-key\"]) matches /^z+$/i'}\n"
    "    - {id: b, when: 'req.json(\"/a/0/b\") in (\"x\", \"y\") and count(req.form.names) > 3 or"
    " req.body contains \"zz\"'}\n    - {id: c, action: allow, when: 'req.path == \"/none\" and "
    "not "
    "(workload.labels[\"tier\"] == \"web\" or workload.app_port > 8000)'}\n"
    "  access: {allow: [office], deny: [\"203.0.113.0/24\"], trusted_proxies: [\"10.0.0.0/8\"]}\n"
    "  headers: [{name: X-Key, match: \"[0-9a-f]{4}\", allow: [\"*\"], deny: [x], action: alert}]\n"
    "  exceptions: [{protection: sqli, location: query, name: q, path: \"/s*\", host: a.example,"
    " max_score: 90, expires: 2027-01-01}]\n"
    "  block: {page: own}\n";

static inline struct mln_buf snapshot_blob(void)
{
    struct mln_policy *p = NULL;
    struct mln_diags diags = {0};
    struct mln_buf blob = {0};

    MLN_REQUIRE(mln_policy_load_text("t", mln_sv_str(snapshot_policy), &p, &diags) == 0);
    MLN_REQUIRE(mln_policy_compile(p, &blob) == 0);
    (void)mln_policy_free(p);
    mln_diags_done(&diags);
    return blob;
}

/* Sums every byte of a string of the blob. */
static inline unsigned snapshot_read(const struct mln_snapshot *s, struct mln_snap_ref r)
{
    struct mln_sv text = mln_snap_str(s, r);
    unsigned sum = 0;

    for (size_t i = 0; i < text.len; i++)
        sum += (unsigned char)text.p[i];
    return sum;
}

static inline unsigned snapshot_use_globs(const struct mln_snapshot *s, struct mln_snap_span span)
{
    unsigned sum = mln_snap_globs_match(s, span, MLN_SV("https://a.example"), true);

    for (uint32_t i = 0; i < span.count && i < 64; i++)
        sum += snapshot_read(s, mln_snap_refs(s, span.first + i));
    return sum;
}

static inline unsigned snapshot_use_rule(const struct mln_snapshot *s,
                                         const struct mln_snap_rule *r)
{
    const struct mln_addr a = {{0xc6, 0x33, 0x64, 1}};
    unsigned sum = snapshot_read(s, r->name) + snapshot_read(s, r->notes) +
                   snapshot_read(s, r->frame_value) + snapshot_read(s, r->block_html) +
                   snapshot_read(s, r->block_json);

    sum += snapshot_use_globs(s, r->scope_images) + snapshot_use_globs(s, r->scope_containers) +
           snapshot_use_globs(s, r->scope_namespaces) + snapshot_use_globs(s, r->scope_nodes) +
           snapshot_use_globs(s, r->scope_labels) + snapshot_use_globs(s, r->csrf_origins) +
           snapshot_use_globs(s, r->csrf_exempt);
    sum += mln_snap_lists_have(s, r->allow, &a) + mln_snap_lists_have(s, r->deny, &a) +
           mln_snap_lists_have(s, r->trusted_proxies, &a);
    for (uint32_t i = 0; i < r->endpoints.count; i++) {
        const struct mln_snap_endpoint *e = mln_snap_endpoint(s, r->endpoints.first + i);
        sum += snapshot_read(s, e->host) + snapshot_read(s, e->path) + e->port;
    }
    for (uint32_t i = 0; i < r->headers.count; i++) {
        const struct mln_snap_header_rule *h = mln_snap_header_rule(s, r->headers.first + i);
        uint64_t steps = 0;
        sum += snapshot_read(s, h->name) + snapshot_use_globs(s, h->allow) +
               snapshot_use_globs(s, h->deny);
        if (h->match.count)
            sum += mln_regex_search(mln_snap_regex(s, h->match), MLN_SV("a1"), &steps);
    }
    for (uint32_t i = 0; i < r->custom.count; i++) {
        const struct mln_snap_custom *x = mln_snap_custom(s, r->custom.first + i);
        sum += snapshot_read(s, x->id) + snapshot_read(s, x->message);
        for (uint32_t k = 0; k < x->code.count; k++) {
            const struct mln_snap_op *o = mln_snap_op(s, x->code.first + k);
            sum += snapshot_read(s, o->key) + snapshot_read(s, o->text);
        }
    }
    for (uint32_t i = 0; i < r->exceptions.count; i++) {
        const struct mln_snap_exception *x = mln_snap_exception(s, r->exceptions.first + i);
        sum += snapshot_read(s, x->name) + snapshot_read(s, x->path) + snapshot_read(s, x->host);
    }
    return sum;
}

/* One request with a body under the rule. */
static inline void snapshot_use_txn(const struct mln_snapshot *s, struct mln_engine *engine,
                                    const struct mln_snap_rule *rule)
{
    static const char raw[] =
        "POST /s/../h/1?q=1'+or+1=1 HTTP/1.1\r\nHost: a.example\r\nCookie: a=b\r\nX_Y: 1\r\n"
        "Origin: https://b.example\r\nX-Key: zz\r\nX-Forwarded-For: 198.51.100.7\r\n"
        "Content-Type: application/json\r\nContent-Length: 31\r\n\r\n";
    static const char body[] = "{\"a\":[{\"b\":\"<script>\"},[[[1]]]]}";
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_head head;
    struct mln_http_fault fault;
    struct mln_arena a;

    mln_arena_init(&a, 4 << 20);
    const struct mln_txn_params params = {.snap = s, .rule = rule, .local_port = 80, .arena = &a};
    struct mln_txn *t = mln_txn_new(engine, &params);
    MLN_REQUIRE(t && mln_h1_parse_request(raw, sizeof(raw) - 1, &limits, &a, &head, &fault) == 0);
    (void)mln_txn_request_head(t, &head);
    (void)mln_txn_request_body(t, mln_sv(body, sizeof(body) - 1));
    (void)mln_txn_request_end(t, NULL, 0);
    (void)mln_txn_free(t);
    mln_arena_done(&a);
}

#endif
