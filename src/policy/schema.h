/* The one table of policy fields: it drives reading, checking, `merlon lint --explain` and the
 * reference in docs/user/policy.md. */
#ifndef MLN_POLICY_SCHEMA_H
#define MLN_POLICY_SCHEMA_H

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
    MLN_T_CUSTOM,   /* read: by a function */
    MLN_T_LATER,    /* known, but of a later version: an error */
};

struct mln_reader_ctx;

struct mln_schema_field {
    const char *name;
    enum mln_field_type type;
    size_t offset;                      /* of the value in the structure being filled */
    const char *def;                    /* default in words */
    const char *text;                   /* one line */
    const char *const *words;           /* ENUM, NULL-terminated */
    int64_t min, max;                   /* INT, COUNT, SIZE, DURATION; both 0: no range */
    const struct mln_schema_field *sub; /* MAP; ends with name == NULL */
    void (*read)(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                 void *out); /* CUSTOM */
    const char *shape;       /* CUSTOM: what is expected, in words */
};

struct mln_reader_ctx {
    struct mln_policy *policy;
    struct mln_diags *diags;
    const char *file;
    bool no_memory;
};

enum { MLN_PATH_TEXT = 256 };

extern const struct mln_schema_field mln_schema_rule_spec[];
extern const struct mln_schema_field mln_schema_metadata[];
extern const struct mln_schema_field mln_schema_list_spec[];
extern const struct mln_schema_field mln_schema_page_spec[];

/* Reads a map by its fields into `out`. Unknown keys are errors with a suggestion. */
void mln_schema_read(struct mln_reader_ctx *c, const struct mln_schema_field *fields,
                     const struct mln_node *map, const char *path, void *out);
/* One value. False (with a diagnostic) when it is not of that type. */
bool mln_schema_value(struct mln_reader_ctx *c, const struct mln_schema_field *f,
                      const struct mln_node *n, const char *path, void *out);
/* Names of the fields (may be NULL: none) into names[0..cap); their number. */
size_t mln_schema_names(const struct mln_schema_field *fields, const char **names, size_t cap);
void mln_schema_error(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      const char *fmt, ...) MLN_PRINTF(4, 5);
/* The scalar's text, or an error. */
bool mln_schema_text(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     struct mln_sv *ret);
bool mln_schema_strings(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        struct mln_strings *ret);
/* An action word. */
bool mln_schema_action(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                       uint8_t *ret);
extern const char *const mln_words_action[];
extern const char *const mln_words_mode[];

/* protections.c */
void mln_read_protections(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                          void *rule);
/* rule_parts.c */
void mln_read_endpoints(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        void *rule);
void mln_read_headers(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      void *rule);
void mln_read_exceptions(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         void *rule);
void mln_read_access(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *rule);
void mln_read_limits(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *rule);
void mln_read_cidrs(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                    void *list);

#endif
