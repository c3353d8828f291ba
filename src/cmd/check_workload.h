/* What `merlon check --workload NAME=VALUE` says of the container that requests go to. */
#ifndef MLN_CMD_CHECK_WORKLOAD_H
#define MLN_CMD_CHECK_WORKLOAD_H

#include "policy/libmerlon.h"

enum { MLN_CHECK_WORKLOAD_MAX = 64 };

struct mln_check_workload {
    struct {
        enum mln_expr_field field;
        struct mln_sv key, value; /* key: the name of a label */
    } of[MLN_CHECK_WORKLOAD_MAX];
    uint32_t n;
    uint16_t app_port; /* 0: unknown */
};

/* "image=shop:1", "labels.tier=web", "app_port=8080"; the text outlives w. False: it is none of
 * these, or one too many. */
bool mln_check_workload_add(struct mln_check_workload *w, const char *text);
/* Hands the values of a field to the policy's custom rules (a mln_workload_tell). */
void mln_check_workload_tell(const void *workload, enum mln_expr_field f, struct mln_sv key,
                             struct mln_workload_ask *ask);

#endif
