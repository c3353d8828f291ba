/* The policy snapshot: one position-independent, read-only blob in a sealed memfd, compiled by
 * policy/, shared by all workers. Offsets, never pointers. mln_snapshot_open checks every bound
 * once; after that the accessors trust it. Little-endian, 8-byte aligned sections. */
#ifndef MLN_ENGINE_SNAPSHOT_H
#define MLN_ENGINE_SNAPSHOT_H

#include "base/addr.h"
#include "base/base.h"
#include "base/time.h"
#include "engine/expr.h"
#include "engine/tables.h"
#include "intel/lists.h"

#define MLN_SNAPSHOT_MAGIC UINT64_C(0x31504e534e4c4d00) /* "\0MLNSNP1" */
enum { MLN_SNAPSHOT_FORMAT = 1 };

enum mln_mode { MLN_MODE_OFF, MLN_MODE_SHADOW, MLN_MODE_ENFORCE };
enum mln_sensitivity { MLN_SENS_LOW, MLN_SENS_NORMAL, MLN_SENS_HIGH, MLN_SENS_MAX };
enum mln_on_error { MLN_ON_ERROR_BLOCK, MLN_ON_ERROR_PASS };
enum mln_hold { MLN_HOLD_AUTO, MLN_HOLD_REQUEST, MLN_HOLD_MESSAGE, MLN_HOLD_MAX };
enum mln_samesite { MLN_SAMESITE_OFF, MLN_SAMESITE_LAX, MLN_SAMESITE_STRICT };

struct mln_regex;

struct mln_snap_ref {  /* bytes in the string section */
    uint32_t off, len; /* len == UINT32_MAX: absent */
};
struct mln_snap_span { /* entries of the section that the field's comment names */
    uint32_t first, count;
};

/* X(section symbol, element type) */
/* clang-format off */
#define MLN_SNAP_SECTIONS(X)                                                                       \
    X(STRINGS, char)                                                                               \
    X(RULES, struct mln_snap_rule)                                                                 \
    X(ENDPOINTS, struct mln_snap_endpoint)                                                         \
    X(HEADER_RULES, struct mln_snap_header_rule)                                                   \
    X(EDITS, struct mln_snap_edit)                                                                 \
    X(CERTIFICATES, struct mln_snap_certificate)                                                   \
    X(TLS, struct mln_snap_tls)                                                                    \
    X(EXCEPTIONS, struct mln_snap_exception)                                                       \
    X(CUSTOM, struct mln_snap_custom)                                                              \
    X(CODE, struct mln_snap_op)                                                                    \
    X(REGEX, uint64_t)                                                                             \
    X(LISTS, struct mln_snap_list)                                                                 \
    X(PREFIXES, struct mln_prefix)                                                                 \
    X(TAGS, struct mln_snap_ref) X(REFS, struct mln_snap_ref) X(INDEXES, uint32_t)
/* clang-format on */

struct mln_snap_endpoint {
    struct mln_snap_ref host; /* glob, lower case; "*" */
    struct mln_snap_ref path; /* glob */
    uint16_t port;            /* 0 = any */
    uint16_t reserved;
    uint32_t tls; /* index in TLS + 1; 0: none */
};

/* The public half. Private keys are not part of a snapshot. */
struct mln_snap_certificate {
    struct mln_snap_ref name;
    struct mln_snap_ref chain; /* PEM */
};

enum mln_tls_upstream { MLN_UPSTREAM_SAME, MLN_UPSTREAM_OFF, MLN_UPSTREAM_ON, MLN_UPSTREAM_MAX };
struct mln_snap_tls {
    uint32_t certificate; /* index in CERTIFICATES + 1; 0: clients do not speak TLS */
    uint16_t min;         /* 0x0303 or 0x0304, as in the protocol */
    uint8_t upstream;     /* enum mln_tls_upstream */
    uint8_t reserved;
    uint64_t hsts;                     /* nanoseconds; 0: not said */
    struct mln_snap_ref upstream_name; /* absent: what the client asks for */
    struct mln_snap_ref upstream_ca; /* PEM; absent: the application's certificate is not checked */
};

struct mln_snap_header_rule {
    struct mln_snap_ref name;         /* glob, lower case */
    struct mln_snap_span match;       /* REGEX: words of the program; none: any value */
    struct mln_snap_span allow, deny; /* REFS: globs on the value */
    uint8_t require;
    uint8_t action; /* enum mln_action */
    uint8_t reserved[6];
};

enum mln_edit { MLN_EDIT_ADD, MLN_EDIT_SET, MLN_EDIT_REMOVE, MLN_EDIT_MAX };
struct mln_snap_edit {         /* of the head of an answer */
    struct mln_snap_ref name;  /* REMOVE: a glob, lower case */
    struct mln_snap_ref value; /* absent for REMOVE */
    uint8_t action;            /* enum mln_edit */
    uint8_t reserved[7];
};

struct mln_snap_exception {
    uint8_t protection; /* enum mln_protection, MLN_PROT_MAX = any */
    uint8_t location;   /* enum mln_location, MLN_LOC_MAX = any */
    uint16_t detector;  /* enum mln_detector_id, MLN_DET_MAX = any */
    int16_t max_score;  /* only at or below; 0 = any */
    uint16_t reserved;
    struct mln_snap_ref name; /* glob, absent = any */
    struct mln_snap_ref path; /* glob; must match every reading (a relaxation) */
    struct mln_snap_ref host; /* glob or absent */
    mln_nsec expires;         /* wall clock; 0 = never */
};

struct mln_snap_op {
    uint8_t op;      /* enum mln_expr_op; the rest is for TEST, but for `target` */
    uint8_t field;   /* enum mln_expr_field */
    uint8_t compare; /* enum mln_expr_compare */
    uint8_t all;
    uint8_t n_functions, function[MLN_EXPR_FUNCTIONS_MAX]; /* applied in this order */
    uint8_t workload_bit;     /* of fields of the workload: which answer (expr_workload.h) */
    uint32_t target;          /* jumps: index within the rule's code, further on */
    struct mln_snap_ref key;  /* absent: the field has none */
    struct mln_snap_ref text; /* operand */
    struct mln_snap_span set; /* operand, see enum mln_expr_compare */
    int64_t number;           /* operand */
};

struct mln_snap_custom {
    struct mln_snap_ref id, message;
    struct mln_snap_span code; /* CODE */
    uint8_t action;            /* enum mln_action */
    uint8_t allow;             /* instead of an action: built-in protections are skipped */
    uint8_t phase;             /* enum mln_expr_phase: when it is run */
    uint8_t reserved[5];
};

struct mln_snap_list {
    struct mln_snap_ref name;
    struct mln_snap_span prefixes; /* PREFIXES: sorted by address, then by length */
    struct mln_snap_ref file;      /* path of more of them, which are in the blob of lists
                                      (intel/lists.h); absent: none */
    struct mln_snap_ref url;       /* where they are fetched; absent: nowhere */
    struct mln_snap_ref ca;        /* certificates that its server is trusted by, PEM; absent: the
                                      system's */
    mln_nsec refresh;              /* how often */
    uint64_t max_bytes;            /* most of a fetched copy */
    uint8_t feed;                  /* a Feed: some of its lines may be odd */
    uint8_t form;                  /* enum mln_list_form */
    uint8_t separator;             /* CSV */
    uint8_t column, tag_column;    /* CSV: of the network, from 1, and of the tag; 0: none */
    uint8_t tag;                   /* 1 + index in TAGS; 0: none */
    uint8_t reserved[2];
};
enum mln_list_form { MLN_LIST_PLAIN, MLN_LIST_CSV, MLN_LIST_MMDB };
enum { MLN_SNAP_FETCHED_MAX = 64 }; /* lists with a url */
enum { MLN_SNAP_TAGS_MAX = 64 };    /* names of what feeds say of a client: tor, botnet, … */

/* X(field, type of the policy value, default, text): limits of design section 4 */
/* clang-format off */
#define MLN_SNAP_LIMITS(X)                                                                         \
    X(body_inspect, SIZE, 131072, "bodies up to this size are held whole until the verdict")       \
    X(field_hold, SIZE, 16384, "most of one unfinished field that is held in a larger body")       \
    X(opaque_window, SIZE, 131072,                                                                 \
      "how much of a body without fields is inspected from its start")                             \
    X(body_bytes, SIZE, 0, "largest request body; 0 = no limit")                                   \
    X(header_bytes, SIZE, 65536, "request line and header fields together")                        \
    X(target_bytes, SIZE, 16384, "request target")                                                 \
    X(headers, COUNT, 200, "header fields")                                                        \
    X(trailer_bytes, SIZE, 8192, "trailer section")                                                \
    X(args, COUNT, 1000, "query, form, cookie and multipart values together")                      \
    X(depth, COUNT, 64, "nesting of JSON and XML")                                                 \
    X(graphql_depth, COUNT, 50, "nesting of selections in a GraphQL document")                     \
    X(graphql_aliases, COUNT, 500, "aliases in the GraphQL documents of a request")                \
    X(graphql_documents, COUNT, 100, "GraphQL documents in a request")                             \
    X(codings, COUNT, 2, "content codings on top of each other")                                   \
    X(inflate_bytes, SIZE, 67108864, "a decoded body")                                             \
    X(inflate_ratio, COUNT, 100, "growth of a decoded body")                                       \
    X(handshake_timeout, DURATION, 10000000000, "a TLS handshake with a client")                   \
    X(head_timeout, DURATION, 10000000000, "a request head from its first byte")                   \
    X(read_timeout, DURATION, 10000000000, "silence within a request body")                        \
    X(write_timeout, DURATION, 30000000000, "a client that does not take its answer")              \
    X(tunnel_timeout, DURATION, 3600000000000, "silence of both sides of a WebSocket")             \
    X(idle_timeout, DURATION, 75000000000, "an idle keep-alive connection")                        \
    X(connect_timeout, DURATION, 5000000000, "a connection to the application")                    \
    X(response_timeout, DURATION, 60000000000, "the application's answer to begin, or to go on")
/* clang-format on */

struct mln_snap_rule {
    struct mln_snap_ref name, notes;
    int32_t order;
    uint8_t mode;        /* enum mln_mode */
    uint8_t sensitivity; /* enum mln_sensitivity */
    uint8_t on_error;    /* enum mln_on_error */
    uint8_t fail_closed;
    uint8_t action[MLN_DET_MAX]; /* per detector row: enum mln_action */
    uint8_t reserved0[(8 - MLN_DET_MAX % 8) % 8];
    struct mln_snap_span scope_images, scope_containers, scope_namespaces, scope_nodes; /* REFS */
    struct mln_snap_span scope_labels; /* REFS: name, glob on the value, name, … */
    struct mln_snap_span endpoints;    /* ENDPOINTS; none: every request */
    struct mln_snap_span headers;      /* HEADER_RULES */
    struct mln_snap_span edits;        /* EDITS */
    struct mln_snap_span custom;       /* CUSTOM */
    struct mln_snap_span exceptions;   /* EXCEPTIONS */
    struct mln_snap_span csrf_origins; /* REFS: "https://shop.example", lower case */
    struct mln_snap_span csrf_exempt;  /* REFS: path globs */
    uint8_t csrf_given;                /* origins were given, or csrf was set in the policy */
    uint8_t csrf_samesite;             /* enum mln_samesite */
    uint8_t drop_underscore_names;
    uint8_t refuse_other;                              /* `non_http: refuse` */
    uint8_t leak_mask;                                 /* `on_match: mask` */
    uint8_t leak_strip;                                /* `fingerprints: strip` */
    uint8_t websocket_off;                             /* `websocket: off` */
    uint8_t host_protect;                              /* `host_network: protect` */
    struct mln_snap_ref frame_value;                   /* "SAMEORIGIN" or "DENY" */
    struct mln_snap_span allow, deny, trusted_proxies; /* INDEXES into LISTS */
    struct mln_snap_span proxy_protocol;               /* the same */
    uint64_t uploads_allow;     /* bit per enum mln_file_kind; 0: every kind */
    uint64_t uploads_max_bytes; /* of one file; 0: no limit */
    struct mln_snap_span countries_allow, countries_deny; /* REFS: "DE" */
    uint8_t reputation[MLN_SNAP_TAGS_MAX];                /* enum mln_action by index in TAGS */
    mln_nsec ban_for;    /* how long a client is refused after the action ban */
    uint32_t allow_skip; /* bit per protection that an allow list also skips */
    uint16_t block_status;
    uint8_t ban_private;    /* bans are also of private addresses */
    uint8_t hold;           /* enum mln_hold */
    uint64_t workload_none; /* answers of its custom rules where there is no container */
    struct mln_snap_ref block_html,
        block_json;     /* absent: built-in page; "{{event_id}}" is filled in */
    uint64_t limit[32]; /* enum mln_limit */
};

enum mln_limit {
#define X(field, type, def, text) MLN_LIMIT_##field,
    MLN_SNAP_LIMITS(X)
#undef X
        MLN_LIMIT_MAX
};
_Static_assert(MLN_LIMIT_MAX <= 32, "grow mln_snap_rule.limit");

enum mln_snap_section {
#define X(sym, type) MLN_SNAP_##sym,
    MLN_SNAP_SECTIONS(X)
#undef X
        MLN_SNAP_MAX
};

struct mln_snap_header {
    uint64_t magic;
    uint32_t format;
    uint32_t build;    /* hash of sizes and enum counts: another build's blob is refused */
    uint64_t length;   /* of the whole blob */
    uint64_t revision; /* policy revision, for audits: hash of the policy text */
    struct {
        uint64_t off, count; /* bytes from the start; elements */
    } section[MLN_SNAP_MAX];
};

/* A view of a blob that was checked. Plain value; keeps no reference to the mapping. */
struct mln_snapshot {
    const uint8_t *base;
    size_t len;
    const struct mln_snap_header *h;
    const char *strings;
    const struct mln_snap_rule *rules;
    uint32_t n_rules;
    /* the lists beside it, see mln_snapshot_bind; NULL: none are there */
    const struct mln_lists *lists;
    const uint32_t *bound;
};

/* Checks magic, format, build, length, section bounds and alignment, every ref, span, index and
 * enum. 0 or -EBADMSG. The blob must stay mapped and unchanged while *ret is used. */
int mln_snapshot_open(const void *base, size_t len, struct mln_snapshot *ret) MLN_WARN_UNUSED;
/* Lists that are outside of the snapshot are looked for in *lists from now on, by name: `bound` is
 * memory for mln_snapshot_bind_size(s) numbers. Both outlive the use of *s. */
void mln_snapshot_bind(struct mln_snapshot *s, const struct mln_lists *lists, uint32_t *bound);
size_t mln_snapshot_bind_size(const struct mln_snapshot *s);
/* The value that header.build must have in this program. */
uint32_t mln_snapshot_build(void);
struct mln_sv mln_snap_str(const struct mln_snapshot *s, struct mln_snap_ref r);
/* Element i of a section by type: bounds were checked at open. */
const struct mln_snap_endpoint *mln_snap_endpoint(const struct mln_snapshot *s, uint32_t i);
const struct mln_snap_header_rule *mln_snap_header_rule(const struct mln_snapshot *s, uint32_t i);
const struct mln_snap_edit *mln_snap_edit(const struct mln_snapshot *s, uint32_t i);
const struct mln_snap_certificate *mln_snap_certificate(const struct mln_snapshot *s, uint32_t i);
const struct mln_snap_tls *mln_snap_tls(const struct mln_snapshot *s, uint32_t i);
/* Number of elements of a section. */
uint32_t mln_snap_count(const struct mln_snapshot *s, enum mln_snap_section id);
const struct mln_snap_exception *mln_snap_exception(const struct mln_snapshot *s, uint32_t i);
const struct mln_snap_custom *mln_snap_custom(const struct mln_snapshot *s, uint32_t i);
const struct mln_snap_op *mln_snap_op(const struct mln_snapshot *s, uint32_t i);
const struct mln_regex *mln_snap_regex(const struct mln_snapshot *s, struct mln_snap_span words);
const struct mln_snap_list *mln_snap_list(const struct mln_snapshot *s, uint32_t i);
struct mln_snap_ref mln_snap_refs(const struct mln_snapshot *s, uint32_t i);
/* True when one of the lists of the span (INDEXES) has the address. */
bool mln_snap_lists_have(const struct mln_snapshot *s, struct mln_snap_span lists,
                         const struct mln_addr *a);
uint32_t mln_snap_list_count(const struct mln_snapshot *s);
/* Whether prefixes of it are beside the snapshot. */
static inline bool mln_snap_is_outside(const struct mln_snap_list *l)
{
    return l->file.len != UINT32_MAX || l->url.len != UINT32_MAX;
}
/* TAGS that feeds give the address, as bits; 0 without lists. */
uint64_t mln_snap_tags(const struct mln_snapshot *s, const struct mln_addr *a);
struct mln_sv mln_snap_tag_name(const struct mln_snapshot *s, uint32_t tag);
/* The address's country; absent: not known. Alive as long as the lists. */
struct mln_sv mln_snap_country(const struct mln_snapshot *s, const struct mln_addr *a);
/* Whether countries are known at all. */
bool mln_snap_has_countries(const struct mln_snapshot *s);
/* True when a glob of the span (REFS) matches; an empty span matches nothing. */
bool mln_snap_globs_match(const struct mln_snapshot *s, struct mln_snap_span globs,
                          struct mln_sv text, bool fold);

#endif
