#include "node/answers.h"

#include "engine/expr_workload.h"
#include "runtime/scope.h"

enum { SCRATCH_BYTES = 4 << 20 };

struct known {
    const struct mln_container *c;
    struct mln_sv image, node;
};

static void tell_labels(const struct mln_container *c, struct mln_sv key,
                        struct mln_workload_ask *ask)
{
    for (uint32_t i = 0; i < c->n_labels; i++)
        if (!key.p)
            mln_workload_value(ask, c->labels[i].name);
        else if (mln_sv_eq(c->labels[i].name, key))
            mln_workload_value(ask, c->labels[i].value.p ? c->labels[i].value : MLN_SV(""));
}

static void tell(const void *self, enum mln_expr_field f, struct mln_sv key,
                 struct mln_workload_ask *ask)
{
    const struct known *k = self;

    switch (f) {
    case MLN_FIELD_WORKLOAD_IMAGE:
        mln_workload_value(ask, k->image);
        break;
    case MLN_FIELD_WORKLOAD_CONTAINER:
        mln_workload_value(ask, k->c->name);
        break;
    case MLN_FIELD_WORKLOAD_NAMESPACE:
        mln_workload_value(ask, k->c->namespace_);
        break;
    case MLN_FIELD_WORKLOAD_POD:
        mln_workload_value(ask, k->c->pod);
        break;
    case MLN_FIELD_WORKLOAD_NODE:
        mln_workload_value(ask, k->node);
        break;
    case MLN_FIELD_WORKLOAD_LABEL:
    case MLN_FIELD_WORKLOAD_LABEL_NAMES:
        tell_labels(k->c, key, ask);
        break;
    default:
        break;
    }
}

uint64_t mln_answers(const struct mln_snapshot *snap, const struct mln_snap_rule *rule,
                     const struct mln_container *c, const struct mln_image *image,
                     struct mln_sv node)
{
    struct mln_arena names, scratch;

    mln_arena_init(&names, MLN_CONTAINER_ARENA);
    mln_arena_init(&scratch, SCRATCH_BYTES);
    const struct known k = {.c = c, .image = mln_image_shown(c, image, &names), .node = node};
    uint64_t bits = mln_workload_answers(snap, rule, tell, &k, &scratch);
    mln_arena_done(&scratch);
    mln_arena_done(&names);
    return bits;
}
