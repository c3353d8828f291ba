/* A value that is a JSON document, without what its strings hold. Whoever takes the document apart
 * uses each string as a value of its own, and as such it is inspected; what is left to be looked at
 * is the document around them. */
#ifndef MLN_ENGINE_JSON_SKELETON_H
#define MLN_ENGINE_JSON_SKELETON_H

#include "base/arena.h"

enum { MLN_JSON_SKELETON_DEPTH = 16 };

/* True when s is an object or array by the letter of RFC 8259, nested MLN_JSON_SKELETON_DEPTH deep
 * at most: *ret is the same document with its keys, each other string empty, without white space
 * (memory of the arena); of lists only the objects and lists in them are left. False for all that
 * any reader could read otherwise, and without memory. Linear, no recursion. */
bool mln_json_skeleton(struct mln_arena *a, struct mln_sv s, struct mln_sv *ret);

#endif
