/* Policy files: YAML → schema check → snapshot blob. Sans-I/O but for mln_policy_load_path. */
#ifndef MLN_POLICY_POLICY_H
#define MLN_POLICY_POLICY_H

#include "base/buf.h"
#include "base/time.h"

enum mln_diag_level { MLN_DIAG_ERROR, MLN_DIAG_WARNING, MLN_DIAG_NOTE };
struct mln_diag {
    enum mln_diag_level level;
    char *file;            /* owned; NULL: none */
    uint32_t line, column; /* from 1; 0 = whole file */
    char *path;            /* "spec.protections.sqli", owned */
    char *message;         /* what, why, what to do; owned */
};
struct mln_diags {
    struct mln_diag *d;
    size_t n, cap;
    size_t errors;
};
void mln_diags_done(struct mln_diags *d);
/* "FILE:LINE:COLUMN: error: spec.mode: …" lines, of this level and the graver ones. */
void mln_diags_print(const struct mln_diags *d, enum mln_diag_level level, struct mln_buf *out);

struct mln_policy; /* a checked set of documents */
struct mln_policy *mln_policy_free(struct mln_policy *p);
/* Reads one file or every *.yaml / *.yml of a directory, in name order. *ret is set when there is
 * no error (warnings may be there); -EINVAL with diags otherwise, or the errno of a read. */
int mln_policy_load_path(const char *path, struct mln_policy **ret,
                         struct mln_diags *diags) MLN_WARN_UNUSED;
/* The same from memory. `name` is copied and used in diagnostics; `file:` fields are refused. */
int mln_policy_load_text(const char *name, struct mln_sv text, struct mln_policy **ret,
                         struct mln_diags *diags) MLN_WARN_UNUSED;
/* The built-in policy: one rule, default actions of the tables, enforcing. */
int mln_policy_default(struct mln_policy **ret) MLN_WARN_UNUSED;

/* Writes the snapshot blob into *out (emptied first): the same policy gives the same bytes. 0, or
 * -ENOMEM when there is no memory or a section passes 1 GiB. */
int mln_policy_compile(const struct mln_policy *p, struct mln_buf *out) MLN_WARN_UNUSED;
size_t mln_policy_rule_count(const struct mln_policy *p);

/* A certificate and its private key, as PEM; views into the policy. */
struct mln_policy_certificate {
    struct mln_sv name, chain, key;
};
size_t mln_policy_certificate_count(const struct mln_policy *p);
/* In the order of the snapshot's section. i is below the count. */
struct mln_policy_certificate mln_policy_certificate(const struct mln_policy *p, size_t i);
/* Certificates that rules want of applications, as PEM; absent beyond the last. */
struct mln_sv mln_policy_upstream_ca(const struct mln_policy *p, size_t i);
/* Every port of every rule speaks TLS with this certificate, unless the rule says otherwise;
 * applications are spoken to in plain. Files of the command line. 0, or -EINVAL with diags. */
int mln_policy_add_tls(struct mln_policy *p, const char *chain_file, const char *key_file,
                       struct mln_diags *diags) MLN_WARN_UNUSED;
/* Folder i of those that certificates, keys and lists came from, to be watched for changes; absent
 * beyond the last. */
struct mln_sv mln_policy_folder(const struct mln_policy *p, size_t i);

/* ---- lists beside the snapshot: NetworkLists and Feeds with a file or an address ---- */
bool mln_policy_has_lists(const struct mln_policy *p);
struct mln_snapshot;
struct mln_lists_how {
    int copies;          /* folder of fetched lists: NAME, and NAME.new on trial; -1: none */
    int (*opened)(void); /* optional: every file is open, nothing of them is read; 0 to go on */
    bool distrust;       /* copies on trial count as broken, unread: with them it ended badly */
    /* set: how many lists have an address, and a bit for each whose NAME.new is broken */
    unsigned fetched;
    uint64_t bad;
};
/* Reads the content of a snapshot's lists into a blob of intel/lists.h; *out is emptied first. 0;
 * -EINVAL with diags when a file cannot be read or used, -E2BIG with diags when they are too many
 * together; -ENOMEM. A fetched copy that is broken is a warning: the one before is used, or none.
 */
int mln_lists_read(const struct mln_snapshot *s, struct mln_lists_how *how, struct mln_diags *diags,
                   struct mln_buf *out) MLN_WARN_UNUSED;

/* Documentation of one field ("spec.limits.body_inspect"), or of all for key == NULL. -ENOENT with
 * a suggestion in out when there is no such field. */
int mln_policy_explain(const char *key, struct mln_buf *out) MLN_WARN_UNUSED;

#endif
