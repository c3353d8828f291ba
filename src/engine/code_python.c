/* Attributes of Python that lead from any value to every class. */
#include "engine/code_forms.h"
#include "engine/code_words.h"
#include "engine/scan.h"

void mln_code_constant_class(const struct mln_view *v, struct mln_findings *out)
{
    size_t at = mln_view_find(v, MLN_SV(".__class__"));

    if (at != SIZE_MAX && at && memchr(")]}'\"", v->p[at - 1], 5))
        mln_findings_add(out, MLN_SIG_CODE_PYTHON_DUNDER, v, at - 1, 11);
}

/* Where the last attribute of s begins; 0: there is no dot. */
static size_t last_attribute(struct mln_sv s)
{
    size_t dot = s.len;

    while (dot && s.p[dot - 1] != '.')
        dot--;
    return dot;
}

bool mln_code_ends_in_dunder(struct mln_sv name)
{
    size_t last = last_attribute(name);

    if (!last || !mln_scan_at(name, last, MLN_SV("__")))
        return false;
    if (!mln_scan_at(name, last_attribute(mln_sv_sub(name, 0, last - 1)), MLN_SV("__")))
        return false;
    const struct mln_code_word *w = mln_code_name(mln_sv_sub(name, last, name.len));
    return w && w->signal == MLN_SIG_CODE_PYTHON_DUNDER;
}

bool mln_code_told_dunder(const struct mln_view *v, size_t start, size_t end)
{
    const uint32_t code = MLN_BC_PAREN | MLN_BC_BRACKET | MLN_BC_BRACE | MLN_BC_LT |
                          MLN_BC_PERCENT | MLN_BC_DOLLAR | MLN_BC_EQ | MLN_BC_SEMI;

    return !(v->classes & code) && (!start || v->p[start - 1] == ' ') &&
           (end == v->n || v->p[end] == ' ') && v->n > end - start;
}
