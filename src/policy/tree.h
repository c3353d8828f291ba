/* A YAML document as a tree that remembers where everything stood. Anchors and aliases are refused
 * (no policy needs them, and they can grow without bound); depth and size are capped. */
#ifndef MLN_POLICY_TREE_H
#define MLN_POLICY_TREE_H

#include "base/arena.h"
#include "policy/diag.h"

enum mln_node_kind { MLN_NODE_SCALAR, MLN_NODE_MAP, MLN_NODE_LIST };

struct mln_node {
    enum mln_node_kind kind;
    uint32_t line, column; /* from 1 */
    bool quoted;           /* scalar in quotes: always text */
    struct mln_sv text;    /* scalar */
    struct mln_sv key;     /* of this entry, when its parent is a map */
    uint32_t key_line, key_column;
    struct mln_node *first, *next; /* children; siblings */
    struct mln_node *last;
    uint32_t n;
};

/* Documents of the text, as a list of siblings in *ret (NULL when empty). Syntax errors go to
 * diags; -EINVAL then, or -ENOMEM. */
int mln_tree_parse(struct mln_arena *a, const char *file, struct mln_sv text, struct mln_node **ret,
                   struct mln_diags *diags) MLN_WARN_UNUSED;
/* Child of a map by key; NULL when there is none. */
const struct mln_node *mln_node_get(const struct mln_node *map, const char *key);
const char *mln_node_kind_name(enum mln_node_kind k);

#endif
