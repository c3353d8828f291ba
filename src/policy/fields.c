/* The table of policy fields, and what a rule has when its document says nothing. */
#include "policy/schema.h"

const char *const mln_words_action[] = {"off", "alert", "prevent", "ban", NULL};
const char *const mln_words_mode[] = {"off", "shadow", "enforce", NULL};
static const char *const words_sensitivity[] = {"low", "normal", "high", NULL};
static const char *const words_on_error[] = {"block", "pass", NULL};
static const char *const words_fail[] = {"open", "closed", NULL};
static const char *const words_host[] = {"leave", "protect", NULL};
static const char *const words_non_http[] = {"pass", "refuse", NULL};
static const char *const words_hold[] = {"auto", "request", "message", NULL};
static const char *const words_websocket[] = {"pass", "off", NULL};

#define RULE(f) offsetof(struct mln_model_rule, f)
/* clang-format off */
static const struct mln_schema_field scope[] = {
    {.name = "images", .type = MLN_T_TEXTS, .offset = RULE(images), .def = "every image", .text = "image names, * stands for anything; without a tag: every tag; :* also covers digests; or a digest, sha256:..."},
    {.name = "containers", .type = MLN_T_TEXTS, .offset = RULE(containers), .def = "every container", .text = "container names"},
    {.name = "namespaces", .type = MLN_T_TEXTS, .offset = RULE(namespaces), .def = "every namespace", .text = "Kubernetes namespaces"},
    {.name = "labels", .type = MLN_T_CUSTOM, .read = mln_read_labels, .offset = RULE(labels), .def = "any labels", .shape = "a map: label: value, * in a value stands for anything", .text = "container labels; all of these must be there and match"},
    {.name = "nodes", .type = MLN_T_TEXTS, .offset = RULE(nodes), .def = "every node", .text = "node names"},
    {.name = NULL},
};
static const struct mln_schema_field block[] = {
    {.name = "status", .type = MLN_T_CUSTOM, .read = mln_read_block_status, .offset = RULE(block_status), .shape = "200, or 400 to 599", .def = "403", .text = "status of the refusal"},
    {.name = "page", .type = MLN_T_TEXT, .offset = RULE(block_page), .def = "default", .text = "name of a Page document, or default"},
    {.name = NULL},
};
static const struct mln_schema_field ban[] = {
    {.name = "duration", .type = MLN_T_DURATION, .offset = RULE(ban_for), .def = "5m", .min = (int64_t)MLN_NSEC_PER_SEC, .max = (int64_t)(30 * 86400 * MLN_NSEC_PER_SEC), .text = "how long a client is refused after the action ban"},
    {.name = "private", .type = MLN_T_BOOL, .offset = RULE(ban_private), .def = "false", .text = "also ban private, loopback and link-local addresses; behind one there may be a gateway with many clients, so that ban is prevent for them by default"},
    {.name = NULL},
};
const struct mln_schema_field mln_schema_rule_spec[] = {
    {.name = "scope", .type = MLN_T_MAP, .sub = scope, .text = "which containers the rule is for (merlon proxy ignores it)"},
    {.name = "mode", .type = MLN_T_ENUM, .offset = RULE(mode), .words = mln_words_mode, .def = "enforce", .text = "enforce; shadow: every action becomes alert, only what cannot be framed is refused; off"},
    {.name = "endpoints", .type = MLN_T_CUSTOM, .read = mln_read_endpoints, .sub = mln_schema_endpoint, .def = "every request", .shape = "a list of {port, host, path}", .text = "which requests are protected: any of these"},
    {.name = "non_http", .type = MLN_T_ENUM, .offset = RULE(refuse_other), .words = words_non_http, .def = "pass", .text = "what happens to other protocols (needs interception)"},
    {.name = "host_network", .type = MLN_T_ENUM, .offset = RULE(host_protect), .words = words_host, .def = "leave", .text = "containers that use the network of the host: leave them alone, or protect the ports that endpoints name (needs interception)"},
    {.name = "websocket", .type = MLN_T_ENUM, .offset = RULE(websocket_off), .words = words_websocket, .def = "pass", .text = "WebSockets: the request is inspected, what follows is passed on, counted and audited; off: the upgrade is ignored"},
    {.name = "hold", .type = MLN_T_ENUM, .offset = RULE(hold), .words = words_hold, .def = "auto", .text = "how much of a request body waits for the verdict. request: all of it, up to limits.body_inspect; message: each value or line until it is judged, whatever the size; auto: message for types that stream (NDJSON, event streams, ...), request for all others"},
    {.name = "protections", .type = MLN_T_CUSTOM, .read = mln_read_protections, .def = "each protection's default", .shape = "a map: protection: action, or {action, options}", .text = "what is done about each kind of attack"},
    {.name = "sensitivity", .type = MLN_T_ENUM, .offset = RULE(sensitivity), .words = words_sensitivity, .def = "normal", .text = "aimed-at false alarms: low 0.01 %, normal 0.1 %, high 1 %"},
    {.name = "access", .type = MLN_T_MAP, .sub = mln_schema_access, .def = "everybody", .text = "client addresses: named lists or CIDRs"},
    {.name = "ban", .type = MLN_T_MAP, .sub = ban, .text = "what the action ban does: the client is refused, and for a time whatever it asks at this rule"},
    {.name = "headers", .type = MLN_T_CUSTOM, .read = mln_read_headers, .sub = mln_schema_header, .def = "none", .shape = "a list of {name, require, match, allow, deny, action}", .text = "rules on request headers"},
    {.name = "response_headers", .type = MLN_T_CUSTOM, .read = mln_read_edits, .sub = mln_schema_edit, .def = "none", .shape = "a list of {name, action, value}", .text = "changes to the headers of answers, in this order"},
    {.name = "custom", .type = MLN_T_CUSTOM, .read = mln_read_custom, .sub = mln_schema_custom, .def = "none", .shape = "a list of {id, when, action, message}", .text = "rules in the expression language (docs/user/expressions.md)"},
    {.name = "exceptions", .type = MLN_T_CUSTOM, .read = mln_read_exceptions, .sub = mln_schema_exception, .def = "none", .shape = "a list of {protection, sub, location, name, path, host, max_score, reason, expires}", .text = "what is let through although a protection fires"},
    {.name = "limits", .type = MLN_T_MAP, .offset = RULE(limit), .sub = mln_schema_limits, .def = "each limit's default", .text = "sizes, counts and time-outs"},
    {.name = "block", .type = MLN_T_MAP, .sub = block, .text = "what a refused client gets"},
    {.name = "on_error", .type = MLN_T_ENUM, .offset = RULE(on_error), .words = words_on_error, .def = "block", .text = "no memory or a bug within one request: block or pass it"},
    {.name = "fail", .type = MLN_T_ENUM, .offset = RULE(fail_closed), .words = words_fail, .def = "open", .text = "the defender is missing (needs interception): open or closed"},
    {.name = NULL},
};
const struct mln_schema_field mln_schema_metadata[] = {
    {.name = "name", .type = MLN_T_TEXT, .offset = RULE(name), .def = "", .text = "name, unique among documents of its kind"},
    {.name = "order", .type = MLN_T_INT, .offset = RULE(order), .def = "100", .min = -1000000, .max = 1000000, .text = "rules are tried in this order, ties by name"},
    {.name = "notes", .type = MLN_T_TEXT, .offset = RULE(notes), .def = "", .text = "for people"},
    {.name = NULL},
};
const struct mln_schema_field mln_schema_list_metadata[] = {
    {.name = "name", .type = MLN_T_TEXT, .offset = offsetof(struct mln_model_list, name), .text = "name, unique among documents of its kind"},
    {.name = "notes", .type = MLN_T_TEXT, .offset = MLN_NOT_KEPT, .text = "for people"},
    {.name = NULL},
};
#define PAGE(f) offsetof(struct mln_model_page, f)
const struct mln_schema_field mln_schema_page_metadata[] = {
    {.name = "name", .type = MLN_T_TEXT, .offset = PAGE(name), .text = "name, unique among documents of its kind"},
    {.name = "notes", .type = MLN_T_TEXT, .offset = MLN_NOT_KEPT, .text = "for people"},
    {.name = NULL},
};
const struct mln_schema_field mln_schema_page_spec[] = {
    {.name = "html", .type = MLN_T_CUSTOM, .read = mln_read_page_text, .offset = PAGE(html), .def = "the built-in page", .shape = "a text, or {file: NAME} beside the policy file", .text = "page for browsers; {{event_id}} is filled in"},
    {.name = "json", .type = MLN_T_CUSTOM, .read = mln_read_page_text, .offset = PAGE(json), .def = "the built-in body", .shape = "a text, or {file: NAME} beside the policy file", .text = "body for API clients; {{event_id}} is filled in"},
    {.name = NULL},
};
/* clang-format on */

void *mln_model_push(struct mln_arena *a, void **v, uint32_t *n, uint32_t *cap, size_t size)
{
    if (*n == *cap) {
        uint32_t more = *cap ? *cap * 2 : 4;
        void *p = mln_arena_grow(a, *v, *cap * size, more * size);
        if (!p)
            return NULL;
        *v = p;
        *cap = more;
    }
    void *e = (char *)*v + (*n)++ * size;
    memset(e, 0, size);
    return e;
}

void mln_model_rule_defaults(struct mln_model_rule *r)
{
    static const uint64_t limits[MLN_LIMIT_MAX] = {
#define X(field, type, def, text) [MLN_LIMIT_##field] = def,
        MLN_SNAP_LIMITS(X)
#undef X
    };

    *r = (struct mln_model_rule){
        .name = MLN_SV("default"),
        .order = 100,
        .mode = MLN_MODE_ENFORCE,
        .sensitivity = MLN_SENS_NORMAL,
        .drop_underscore_names = true,
        .block_status = 403,
        .frame_value = MLN_SV("SAMEORIGIN"),
    };
    memcpy(r->limit, limits, sizeof(limits));
    r->ban_for = 300 * MLN_NSEC_PER_SEC;
    memset(r->reputation, MLN_ACT_ALERT, sizeof(r->reputation));
    for (unsigned d = 0; d < MLN_DET_MAX; d++)
        r->action[d] =
            mln_protection_info(
                (enum mln_protection)mln_detector_info((enum mln_detector_id)d)->protection)
                ->action;
    /* odd bodies and overrides are common in honest traffic: reported, not refused */
    r->action[MLN_DET_MALFORMED_body] = MLN_ACT_ALERT;
    r->action[MLN_DET_MALFORMED_override] = MLN_ACT_ALERT;
}
