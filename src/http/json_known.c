#include "http/json_known.h"

void mln_json_learn_name(struct mln_json_known *k, uint32_t depth, struct mln_sv text,
                         uint64_t hash)
{
    if (depth >= MLN_JSON_NAME_LEVELS || text.len > MLN_JSON_NAME_BYTES)
        return;
    uint8_t at = (uint8_t)(k->newest % (MLN_JSON_NAMES - 1) + 1);
    uint8_t last = k->level[depth].last;
    struct mln_json_name *n = &k->name[at];
    k->newest = at;
    *n = (struct mln_json_name){.hash = hash, .len = (uint8_t)text.len};
    memcpy(n->text, text.p, text.len);
    memset(n->mask, 0xff, text.len);
    if (last)
        k->name[last].next = at;
    else
        k->level[depth].first = at;
    k->level[depth].last = at;
    k->level[depth].next = 0;
}
