/* Lists of networks as one position-independent, read-only blob (docs/adr/0021): which of many
 * lists have an address, and its country, by one search for the longest prefix. It is beside the
 * policy's snapshot and changes without it. Offsets, never pointers; whatever is in the blob, a
 * search stays within it and ends, so opening one costs nothing.
 *
 * Every prefix carries the whole set of lists that have it, those of the prefixes around it
 * included; a prefix that adds nothing to the one around it is left out. */
#ifndef MLN_INTEL_LISTS_H
#define MLN_INTEL_LISTS_H

#include "base/addr.h"
#include "base/buf.h"
#include "intel/order.h"

#define MLN_LISTS_MAGIC UINT64_C(0x3154534c4e4c4d00) /* "\0MLNLST1" */
enum {
    MLN_LISTS_PREFIXES_MAX = 4 << 20, /* in one blob, before those that add nothing are left out */
    MLN_LISTS_TAGS_MAX = 65535,
    MLN_LISTS_SETS_MAX = 1 << 24,
    MLN_LISTS_NAME_MAX = 128
};

/* X(symbol, element type) */
#define MLN_LISTS_SECTIONS(X)                                                                      \
    X(V4, uint8_t)                /* order: first addresses with struct mln_lists_v4 */            \
    X(V6, uint8_t)                /* order: upper halves with struct mln_lists_v6 */               \
    X(SETS, struct mln_lists_set) /* [0] is the empty one */                                       \
    X(MEMBERS, uint32_t)          /* of the sets: tags, ascending */                               \
    X(TAGS, struct mln_lists_name)                                                                 \
    X(STRINGS, char)

#define MLN_LISTS_NONE UINT32_MAX
struct mln_lists_v4 {
    uint32_t parent; /* the next longer network around it, an index before its own; NONE */
    uint32_t what;   /* set << 8 | length of the prefix in bits of its family */
};
/* The key of an IPv4 address: signed and in the same order. */
static inline int32_t mln_lists_v4_key(uint32_t a)
{
    return (int32_t)(a ^ UINT32_C(0x80000000));
}
struct mln_lists_v6 {
    uint64_t low; /* lower half of the first address */
    uint32_t parent, what;
};
struct mln_lists_set {
    uint32_t first, count; /* MEMBERS */
    char country[2];       /* ISO 3166-1 alpha-2, zeros: not known */
    uint8_t reserved[2];
};
/* What a name is of. */
#define MLN_LISTS_OF_LIST "list:" /* a NetworkList or a Feed */
#define MLN_LISTS_OF_TAG "tag:"   /* of reputation */
struct mln_lists_name {
    uint32_t off, len; /* STRINGS */
};

enum mln_lists_section {
#define X(sym, type) MLN_LISTS_##sym,
    MLN_LISTS_SECTIONS(X)
#undef X
        MLN_LISTS_MAX
};
struct mln_lists_header {
    uint64_t magic;
    uint64_t length;   /* of the whole blob */
    uint64_t revision; /* hash of the content */
    uint32_t v4, v6;   /* prefixes */
    uint32_t v4_set;   /* of an IPv4 address that no IPv4 prefix has */
    uint32_t has_countries;
    struct {
        uint64_t off, count; /* bytes from the start; elements */
    } section[MLN_LISTS_MAX];
};

/* A view of a blob. Plain value; keeps no reference to the mapping. */
struct mln_lists {
    const uint8_t *base;
    const struct mln_lists_header *h;
    struct mln_order v4, v6;
};

/* Checks the header. 0 or -EBADMSG. The blob is aligned to 64 bytes, stays mapped and unchanged
 * while *ret is used. */
int mln_lists_open(const void *base, size_t len, struct mln_lists *ret) MLN_WARN_UNUSED;
/* The set of the longest prefix that has the address; 0: none. No allocation; one cache line for
 * each level of a tree (5 for a million prefixes), and one for each prefix that it lies beside. */
uint32_t mln_lists_find(const struct mln_lists *l, const struct mln_addr *a) MLN_PURE;
/* Whether a tag is in the set. */
bool mln_lists_set_has(const struct mln_lists *l, uint32_t set, uint32_t tag) MLN_PURE;
/* Two letters, or absent. Alive as long as the blob. */
struct mln_sv mln_lists_country(const struct mln_lists *l, uint32_t set);
/* Tag by name: one pass over all names; NONE when there is none. */
uint32_t mln_lists_tag(const struct mln_lists *l, struct mln_sv name) MLN_PURE;

/* ---- building: lists_build.c ---- */
struct mln_lists_builder;
/* For at most so many prefixes. NULL without memory. */
struct mln_lists_builder *mln_lists_builder_new(size_t prefixes_max);
struct mln_lists_builder *mln_lists_builder_free(struct mln_lists_builder *b);
/* The number of a name, new or known. Negative: -ENOMEM, or -E2BIG for one tag too many. */
int mln_lists_builder_tag(struct mln_lists_builder *b, struct mln_sv name) MLN_WARN_UNUSED;
/* 0, -ENOMEM, or -E2BIG when that is one prefix too many. */
int mln_lists_builder_add(struct mln_lists_builder *b, const struct mln_prefix *p,
                          uint32_t tag) MLN_WARN_UNUSED;
/* Of several countries for the same prefix the last one holds; a longer prefix wins. */
int mln_lists_builder_country(struct mln_lists_builder *b, const struct mln_prefix *p,
                              const char country[2]) MLN_WARN_UNUSED;
/* How many prefixes were added; and back to that number: what a list that proves broken added. */
size_t mln_lists_builder_count(const struct mln_lists_builder *b);
void mln_lists_builder_cut(struct mln_lists_builder *b, size_t count);
/* Writes the blob into *out (emptied first): the same prefixes, added in the same order, give the
 * same bytes. 0, -ENOMEM, or -E2BIG for too many different sets. */
int mln_lists_build(struct mln_lists_builder *b, struct mln_buf *out) MLN_WARN_UNUSED;

#endif
