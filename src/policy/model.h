/* A checked policy, before it is compiled. Everything lives in the policy's arena. */
#ifndef MLN_POLICY_MODEL_H
#define MLN_POLICY_MODEL_H

#include "base/arena.h"
#include "engine/snapshot.h"
#include "policy/policy.h"

struct mln_strings {
    struct mln_sv *v;
    uint32_t n, cap;
};

struct mln_model_endpoint {
    uint64_t port;
    struct mln_sv host, path;
    uint32_t tls; /* index in the policy's + 1; 0: none */
};

struct mln_model_certificate {
    struct mln_sv name, chain, key; /* PEM */
};

struct mln_model_tls {
    uint32_t certificate; /* index + 1; 0: none */
    uint8_t min;          /* 0: 1.2, 1: 1.3 */
    uint8_t upstream;     /* enum mln_tls_upstream */
    uint64_t hsts;
    struct mln_sv upstream_name, upstream_ca;
};

struct mln_model_header {
    struct mln_sv name;
    struct mln_sv match; /* program of a regular expression; absent: any value */
    struct mln_strings allow, deny;
    bool require;
    uint8_t action;
};

/* A NetworkList, or a Feed: their prefixes from a file or an address are not in the snapshot but in
 * the blob of lists. */
struct mln_model_list {
    struct mln_sv name; /* "" for the CIDRs that a rule gives itself */
    struct mln_prefix *prefixes;
    uint32_t n, cap;
    bool feed;
    struct mln_sv file; /* absent: none */
    struct mln_sv url;  /* absent: none */
    struct mln_sv ca;   /* PEM; absent: the system's certificates */
    uint64_t refresh, max_bytes;
    uint8_t tag;       /* 1 + index in the policy's tags; 0: a list and nothing more */
    uint8_t form;      /* enum mln_list_form */
    uint8_t separator; /* comma, semicolon, tab */
    uint64_t column, tag_column;
};

/* Networks that a field names. */
struct mln_networks {
    uint32_t *v; /* indexes into policy lists */
    uint32_t n, cap;
    struct mln_model_list own; /* CIDRs among them, until they are a list of the policy */
};

/* One operation of a custom rule, see engine/expr.h. */
struct mln_model_op {
    uint8_t op, field, compare, all;
    uint8_t n_functions, function[MLN_EXPR_FUNCTIONS_MAX];
    uint32_t target;
    struct mln_sv key, text;
    struct mln_strings set;
    struct mln_networks lists;
    struct mln_sv program; /* of MATCHES */
    int64_t number;
};

struct mln_model_custom {
    struct mln_sv id, when, message;
    uint8_t action;
    bool allow;
    uint8_t phase; /* enum mln_expr_phase */
    struct mln_model_op *ops;
    uint32_t n_ops, cap_ops;
};

struct mln_model_edit {
    struct mln_sv name, value;
    uint8_t action; /* enum mln_edit */
};

struct mln_model_exception {
    uint8_t protection, location;
    uint16_t detector;
    int64_t max_score;
    struct mln_sv name, path, host;
    mln_nsec expires;
};

/* A document of kind Exception: goes to every rule whose name one of the globs matches. */
struct mln_model_exception_doc {
    struct mln_model_exception x; /* first: one table of fields serves both forms */
    struct mln_strings rules;
    struct mln_sv name;
};

struct mln_model_page {
    struct mln_sv name, html, json;
};

struct mln_model_rule {
    struct mln_sv name, notes;
    int64_t order;
    uint8_t mode, sensitivity, on_error, fail_closed, refuse_other, host_protect;
    uint8_t action[MLN_DET_MAX];
    struct mln_strings images, containers, namespaces, nodes;
    struct mln_strings labels; /* name, glob on the value, name, … */
    struct mln_model_endpoint *endpoints;
    uint32_t n_endpoints, cap_endpoints;
    struct mln_model_header *headers;
    uint32_t n_headers, cap_headers;
    struct mln_model_edit *edits;
    uint32_t n_edits, cap_edits;
    struct mln_model_custom *custom;
    uint32_t n_custom, cap_custom;
    uint32_t n_workload; /* operations of them that look at the workload */
    struct mln_model_exception *exceptions;
    uint32_t n_exceptions, cap_exceptions;
    struct mln_strings csrf_origins, csrf_exempt;
    bool csrf_given;
    uint8_t csrf_samesite;
    bool drop_underscore_names;
    uint8_t leak_mask, leak_strip, websocket_off, hold;
    struct mln_sv frame_value;
    uint64_t uploads_allow, uploads_max_bytes; /* as in struct mln_snap_rule */
    struct mln_networks allow, deny, trusted, proxy_protocol;
    uint32_t allow_skip;
    uint64_t ban_for;
    bool ban_private;
    uint64_t block_status;
    struct mln_strings countries_allow, countries_deny;
    uint8_t reputation[MLN_SNAP_TAGS_MAX]; /* by index in the policy's tags */
    struct mln_sv block_page;              /* name of a Page, or absent */
    uint64_t limit[MLN_LIMIT_MAX];
};

struct mln_policy {
    struct mln_arena arena;
    struct mln_model_rule *rules; /* by order, then name */
    uint32_t n_rules, cap_rules;
    struct mln_model_list *lists;
    uint32_t n_lists, cap_lists;
    struct mln_sv tags[MLN_SNAP_TAGS_MAX]; /* of reputation, the built-in ones first */
    uint32_t n_tags;
    bool has_countries; /* a Feed brings them */
    uint32_t n_fetched; /* lists with a url */
    struct mln_model_page *pages;
    uint32_t n_pages, cap_pages;
    struct mln_model_certificate *certificates;
    uint32_t n_certificates, cap_certificates;
    struct mln_model_tls *tls;
    uint32_t n_tls, cap_tls;
    struct mln_strings folders; /* of the files that certificates and keys were read from */
};

/* Room for one more element of `size` in a vector of the arena; the new element, zeroed, or NULL.
 */
void *mln_model_push(struct mln_arena *a, void **v, uint32_t *n, uint32_t *cap, size_t size);
/* What a rule has when its document says nothing. */
void mln_model_rule_defaults(struct mln_model_rule *r);

#endif
