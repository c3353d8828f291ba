/* Names of Java classes and what they are good for, in clear and in base64. A dotted name is a
 * class when a segment of it starts with a capital or when it is known; settings such as
 * java.io.tmpdir are none. Thread-safe: constant data. */
#ifndef MLN_ENGINE_JAVA_NAMES_H
#define MLN_ENGINE_JAVA_NAMES_H

#include "base/base.h"

enum mln_java_kind {
    MLN_JAVA_NONE,
    MLN_JAVA_LIBRARY, /* a class that an application may well name in its messages */
    MLN_JAVA_DATA,    /* text, numbers: alone it is a probe, within a message it is a type */
    MLN_JAVA_CLASS,   /* reaches files, the network, names or reflection */
    MLN_JAVA_GADGET,  /* starts processes, loads code, or links known chains of calls */
};
/* Of an identifier with dots. */
enum mln_java_kind mln_java_name(struct mln_sv name) MLN_PURE;
/* Of one without: GADGET or NONE. */
enum mln_java_kind mln_java_simple_name(struct mln_sv name) MLN_PURE;
/* Calls fn with each name that is a GADGET by itself. */
void mln_java_simple_names_each(void (*fn)(void *arg, struct mln_sv name), void *arg);
/* What the name of a field says: the strongest of its parts (JSON pointer, XML path, a[b]). */
enum mln_java_kind mln_java_field_name(struct mln_sv name) MLN_PURE;
/* A short text of the base64 alphabet that holds the name of a gadget, at any alignment. */
bool mln_java_base64(struct mln_sv s) MLN_PURE;
/* Offset of the magic number of a serialized object in base64, at any alignment, or SIZE_MAX. */
size_t mln_java_magic(struct mln_sv s) MLN_PURE;

#endif
