/* What merlon doctor looks at. */
#ifndef MLN_CMD_DOCTOR_CHECKS_H
#define MLN_CMD_DOCTOR_CHECKS_H

#include "base/buf.h"

enum mln_health { MLN_HEALTH_GOOD, MLN_HEALTH_WARN, MLN_HEALTH_BAD, MLN_HEALTH_MAX };

struct mln_finding {
    enum mln_health health;
    bool blind;            /* there was nothing to look with */
    struct mln_buf found;  /* what is there */
    struct mln_buf advice; /* what to do; empty: nothing */
};

struct mln_check {
    const char *name;
    const char *for_what; /* what does not work when it is bad */
    void (*look)(struct mln_finding *f);
    /* Or, reading files of the machine below that folder, "" for its own. */
    void (*look_below)(const char *root, struct mln_finding *f);
};
/* Adds advice, and makes the finding at least as bad. */
void mln_doctor_say(struct mln_finding *f, enum mln_health h, const char *advice);
void mln_doctor_trial(struct mln_finding *f);
void mln_doctor_marks(struct mln_finding *f);
/* Whether rules of nftables write bits of marks that are ours; which ones is added to `found`. */
bool mln_doctor_rule_marks(struct mln_buf *found);
void mln_doctor_neighbours(const char *root, struct mln_finding *f);
void mln_doctor_confinement(const char *root, struct mln_finding *f);
void mln_doctor_tracking(const char *root, struct mln_finding *f);
void mln_doctor_runtime_files(const char *root, struct mln_finding *f);
/* Ends with name == NULL. A look changes nothing outside of a network namespace of its own. */
extern const struct mln_check mln_doctor_checks[];

#endif
