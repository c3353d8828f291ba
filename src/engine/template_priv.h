/* Shared by the parts of the template detector. */
#ifndef MLN_ENGINE_TEMPLATE_PRIV_H
#define MLN_ENGINE_TEMPLATE_PRIV_H

#include "engine/scan.h"

enum { MLN_TEMPLATE_MARKS = 64 };

struct mln_template {
    const struct mln_view *v;
    struct mln_sv s; /* all of the view */
    struct mln_findings *out;
    size_t mark[MLN_TEMPLATE_MARKS]; /* where words stand that lead to classes or the runtime */
    unsigned marks;
    bool marked;  /* they were sought */
    size_t work;  /* bytes that may still be read within delimiters: they can nest and overlap */
    bool flooded; /* it was not enough */
};

static inline void mln_template_add(struct mln_template *p, enum mln_signal sig, size_t off,
                                    size_t len)
{
    mln_findings_add(p->out, sig, p->v, off, len);
}

/* template_constants.c: what is known of an expression between delimiters before it is evaluated.
 * DOUBTFUL counts when the expression is all that was sent. */
enum mln_arithmetic { MLN_ARITHMETIC_NONE, MLN_ARITHMETIC_DOUBTFUL, MLN_ARITHMETIC_SURE };
/* `open` is the first byte of the delimiter; `directive` for "{% %}". */
enum mln_arithmetic mln_template_constant(struct mln_sv in, char open, bool directive) MLN_PURE;

/* template_objects.c: expressions that reach further than the values of a page. */
bool mln_template_reaches_objects(struct mln_template *p, struct mln_sv in);
/* "'id'|system", "exec \"id\"": a filter or function that runs commands or reads files. */
bool mln_template_runs_command(struct mln_sv in) MLN_PURE;
/* name.name(…); "{{ user.name }}" and "{{ name | upper }}" are none. */
bool mln_template_has_call(struct mln_sv in) MLN_PURE;
/* Objects that every page of an engine has: nobody's placeholder is called so. */
bool mln_template_is_global(struct mln_sv in) MLN_PURE;
/* ${script:…}, ${dns:…}: lookups of Java libraries that reach outside. */
bool mln_template_is_lookup(struct mln_sv in, bool whole) MLN_PURE;

/* template_engines.c: single braces, directives, references without delimiters. */
void mln_template_check_engines(struct mln_template *p);

/* template_log4j.c */
void mln_template_check_lookups(struct mln_template *p);

#endif
