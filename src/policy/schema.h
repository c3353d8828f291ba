/* The one table of policy fields: it drives reading, checking, `merlon lint --explain` and the
 * reference in docs/user/policy.md. */
#ifndef MLN_POLICY_SCHEMA_H
#define MLN_POLICY_SCHEMA_H

#include "base/units.h"
#include "policy/model.h"
#include "policy/tree.h"

enum mln_field_type {
    MLN_T_TEXT,     /* struct mln_sv */
    MLN_T_INT,      /* int64_t, min..max */
    MLN_T_COUNT,    /* uint64_t, min..max */
    MLN_T_SIZE,     /* uint64_t bytes, min..max */
    MLN_T_DURATION, /* uint64_t ns, min..max */
    MLN_T_BOOL,     /* bool */
    MLN_T_ENUM,     /* uint8_t: index into words */
    MLN_T_TEXTS,    /* struct mln_strings: a list of texts */
    MLN_T_MAP,      /* sub: fields stored in the same structure */
    MLN_T_CUSTOM,   /* read: by a function; sub: fields of an entry, for documentation */
    MLN_T_LATER,    /* known, but of a later version: an error */
};

struct mln_reader_ctx;

struct mln_schema_field {
    const char *name;
    enum mln_field_type type;
    size_t offset;                      /* of the value in the structure being filled, or … */
    const char *def;                    /* default in words */
    const uint64_t *def_number;         /* default of a COUNT, SIZE or DURATION */
    const char *text;                   /* one line */
    const char *const *words;           /* ENUM, NULL-terminated */
    int64_t min, max;                   /* INT, COUNT, SIZE, DURATION; both 0: no range */
    const struct mln_schema_field *sub; /* MAP, CUSTOM; ends with name == NULL */
    void (*read)(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                 void *out); /* CUSTOM */
    const char *shape;       /* CUSTOM: what is expected, in words */
};
#define MLN_NOT_KEPT SIZE_MAX /* … this offset: checked, then forgotten */

struct mln_reader_ctx {
    struct mln_policy *policy;
    struct mln_diags *diags;
    const char *file;
    bool may_read_files; /* `file:` fields: only in policies that are files themselves */
    bool no_memory;
};

enum { MLN_PATH_TEXT = 256 };

extern const struct mln_schema_field mln_schema_rule_spec[];
extern const struct mln_schema_field mln_schema_metadata[];
extern const struct mln_schema_field mln_schema_list_metadata[];
extern const struct mln_schema_field mln_schema_list_spec[];
extern const struct mln_schema_field mln_schema_feed_spec[];
extern const struct mln_schema_field mln_schema_page_metadata[];
extern const struct mln_schema_field mln_schema_page_spec[];
extern const struct mln_schema_field mln_schema_certificate_metadata[];
extern const struct mln_schema_field mln_schema_certificate_spec[];
extern const struct mln_schema_field mln_schema_exception_metadata[];
extern const struct mln_schema_field mln_schema_exception_spec[];

/* Reads a map by its fields into `out`. Unknown keys are errors with a suggestion. */
void mln_schema_read(struct mln_reader_ctx *c, const struct mln_schema_field *fields,
                     const struct mln_node *map, const char *path, void *out);
/* One value. False (with a diagnostic) when it is not of that type. */
bool mln_schema_value(struct mln_reader_ctx *c, const struct mln_schema_field *f,
                      const struct mln_node *n, const char *path, void *out);
/* Names of the fields (may be NULL: none) into names[0..cap); their number. */
size_t mln_schema_names(const struct mln_schema_field *fields, const char **names, size_t cap);
/* An error at the key of `n`: "unknown WHAT "key"; did you mean …?" */
void mln_schema_unknown(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        const char *what, const char *const *names, size_t n_names);
/* A number of the field's type in its own form: 64KiB, 10s, 42. */
void mln_schema_format(enum mln_field_type type, int64_t v, char out[MLN_UNIT_TEXT]);
/* At the value of `n`; NULL: the whole file. */
void mln_schema_error(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      const char *fmt, ...) MLN_PRINTF(4, 5);
/* The scalar's text, or an error. */
bool mln_schema_text(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     struct mln_sv *ret);
bool mln_schema_strings(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        struct mln_strings *ret);
/* A glob over paths: starts with / or *, or an error. */
void mln_read_path_glob(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        struct mln_sv *ret);
bool mln_schema_is_list(struct mln_reader_ctx *c, const struct mln_node *n, const char *path);
/* mln_model_push in the policy's arena; NULL sets no_memory. */
void *mln_schema_push(struct mln_reader_ctx *c, void **v, uint32_t *n, uint32_t *cap, size_t size);
/* An action word. */
bool mln_schema_action(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                       uint8_t *ret);
extern const char *const mln_words_action[];
extern const char *const mln_words_mode[];

/* protections.c */
void mln_read_protections(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                          void *rule);
/* Options of a protection besides action and subs; NULL: none. */
const struct mln_schema_field *mln_protection_options(enum mln_protection p);
/* Known, but only `off` is accepted in this version. */
bool mln_protection_is_later(enum mln_protection p);
/* rule_parts.c */
extern const struct mln_schema_field mln_schema_endpoint[];
extern const struct mln_schema_field mln_schema_header[];
void mln_read_endpoints(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        void *rule);
extern const struct mln_schema_field mln_schema_edit[];
void mln_read_edits(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                    void *rule);
void mln_read_headers(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *rule);
/* The labels of a scope: `out` is a struct mln_strings of names and globs in turn. */
void mln_read_labels(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *out);
/* certificates.c */
extern const struct mln_schema_field mln_schema_tls[];
void mln_read_tls(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                  void *endpoint);
/* uploads.c */
extern const struct mln_schema_field mln_schema_uploads[];
/* custom.c */
extern const struct mln_schema_field mln_schema_custom[];
void mln_read_custom(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *rule);
/* exceptions.c */
extern const struct mln_schema_field mln_schema_exception[];
void mln_read_exceptions(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         void *rule);
/* The spec of an Exception document into a zeroed *out. */
void mln_read_exception_doc(struct mln_reader_ctx *c, const struct mln_node *spec,
                            struct mln_model_exception_doc *out);
/* access.c */
/* One network: the name of a NetworkList, or a CIDR. False when it is neither. */
bool mln_networks_add(struct mln_reader_ctx *c, struct mln_networks *to, struct mln_sv text);
/* That was all: the CIDRs become a list without a name. */
void mln_networks_end(struct mln_reader_ctx *c, struct mln_networks *to);
/* The name of a list that is spelled like `text`, or NULL. */
const char *mln_networks_nearest(const struct mln_policy *p, struct mln_sv text);
extern const struct mln_schema_field mln_schema_access[];
void mln_read_cidrs(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                    void *list);
/* limits.c */
extern const struct mln_schema_field mln_schema_limits[];
void mln_read_limits(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *rule);
/* lists.c */
extern const struct mln_schema_field mln_schema_countries[];
extern const struct mln_schema_field mln_schema_reputation[];
/* Before and behind the spec of a NetworkList or Feed. */
void mln_list_defaults(struct mln_model_list *l);
void mln_list_check(struct mln_reader_ctx *c, const struct mln_node *doc, struct mln_model_list *l);
/* The tags that every policy has. */
void mln_tags_init(struct mln_policy *p);
/* {tor: alert, …}, by the tags of the policy's feeds. */
void mln_read_reputation(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         struct mln_model_rule *r);

/* page.c: a text given in place, or the file that it is in. `anywhere`: not only beside the policy
 */
void mln_read_text_or_file(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                           bool anywhere, struct mln_sv *ret);
/* Certificates are renewed where other programs put them: the folder of the file is watched. */
void mln_keep_folder(struct mln_reader_ctx *c, const char *file);
/* The path of a file that a field names, beside the policy's own, or `anywhere`; ends in NUL. False
 * after a complaint. */
bool mln_read_file_name(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        bool anywhere, struct mln_sv *ret);

void mln_read_page_text(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        void *sv);
void mln_read_block_status(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                           void *status);

#endif
