#include "runtime/closed.h"

#include "runtime/oci.h"

#define HEAD "merlon closed 1"

/* One line each: "rule closed" or "rule open", then "image PATTERN", "container GLOB", "namespace
 * GLOB", "label NAME<tab>GLOB". */
enum field { IMAGES, CONTAINERS, NAMESPACES, LABELS, FIELDS };
static const char *const words[FIELDS] = {"image", "container", "namespace", "label"};

/* ---- writing ---- */

/* What cannot stand in a line matches everything: it is not to be less strict than the rule. */
static struct mln_sv one_line(struct mln_sv s)
{
    return mln_sv_chr(s, '\n') == SIZE_MAX && mln_sv_chr(s, '\t') == SIZE_MAX ? s : MLN_SV("*");
}

static void add_list(struct mln_buf *out, enum field f, const struct mln_scope_list *l)
{
    for (uint32_t i = 0; i < l->n; i++)
        mln_buf_addf(out, "%s %.*s\n", words[f], MLN_SV_ARG(one_line(l->v[i])));
}

void mln_closed_begin(struct mln_buf *out)
{
    mln_buf_add_str(out, HEAD "\n");
}

void mln_closed_add(struct mln_buf *out, const struct mln_scope *s, bool closed)
{
    mln_buf_addf(out, "rule %s\n", closed ? "closed" : "open");
    add_list(out, IMAGES, &s->images);
    add_list(out, CONTAINERS, &s->containers);
    add_list(out, NAMESPACES, &s->namespaces);
    for (uint32_t i = 0; i + 1 < s->labels.n; i += 2)
        mln_buf_addf(out, "label %.*s\t%.*s\n", MLN_SV_ARG(one_line(s->labels.v[i])),
                     MLN_SV_ARG(one_line(s->labels.v[i + 1])));
}

/* ---- one entry ---- */

static enum mln_closed said(bool yes)
{
    return yes ? MLN_CLOSED_YES : MLN_CLOSED_NO;
}

static enum mln_closed glob(struct mln_sv pattern, struct mln_sv text)
{
    if (!text.p)
        return mln_sv_eq(pattern, MLN_SV("*")) ? MLN_CLOSED_YES : MLN_CLOSED_MAYBE;
    return said(mln_sv_glob(pattern, text, true));
}

/* By a digest alone: which tags the image has is not known here. */
static enum mln_closed named(struct mln_sv pattern, const struct mln_image_ref *r)
{
    if (mln_image_pattern_matches(pattern, r))
        return MLN_CLOSED_YES;
    return !r->tag.p && !mln_image_pattern_is_digest(pattern) && mln_image_pattern_names(pattern, r)
               ? MLN_CLOSED_MAYBE
               : MLN_CLOSED_NO;
}

static enum mln_closed image(struct mln_sv pattern, const struct mln_start_facts *f)
{
    struct mln_arena a;
    struct mln_image_ref r;
    enum mln_closed c = MLN_CLOSED_MAYBE;

    if (mln_image_pattern_matches_id(pattern, f->image_id.len ? f->image_id : MLN_SV("?")))
        return MLN_CLOSED_YES;
    mln_arena_init(&a, 4096);
    if (f->image.len && mln_image_is_id(f->image, f->image_id))
        c = mln_image_pattern_is_digest(pattern) ? MLN_CLOSED_NO : MLN_CLOSED_MAYBE;
    else if (f->image.len && mln_image_ref_parse(f->image, &a, &r) == 0)
        c = named(pattern, &r);
    mln_arena_done(&a);
    return c;
}

static enum mln_closed label(struct mln_sv entry, const struct mln_start_facts *f)
{
    struct mln_sv name = mln_sv_split(&entry, '\t'), value;

    if (!f->labels.p || mln_oci_member(f->labels, name, &value) < 0)
        return MLN_CLOSED_MAYBE;
    return value.p ? glob(entry, mln_oci_text(value)) : MLN_CLOSED_NO;
}

/* ---- rules ---- */

/* Of each field what its entries said; labels must all be there, of the others one. */
struct rule {
    bool begun, closed, has[FIELDS];
    enum mln_closed field[FIELDS];
};

static void entry(struct rule *r, enum field f, struct mln_sv text,
                  const struct mln_start_facts *facts)
{
    enum mln_closed c = f == IMAGES       ? image(text, facts)
                        : f == CONTAINERS ? glob(text, facts->name)
                        : f == NAMESPACES ? glob(text, facts->namespace_)
                                          : label(text, facts);

    if (!r->has[f])
        r->field[f] = c;
    else
        r->field[f] = f == LABELS ? MLN_MIN(r->field[f], c) : MLN_MAX(r->field[f], c);
    r->has[f] = true;
}

static enum mln_closed matches(const struct rule *r)
{
    enum mln_closed c = MLN_CLOSED_YES;

    for (unsigned f = 0; f < FIELDS; f++)
        if (r->has[f])
            c = MLN_MIN(c, r->field[f]);
    return c;
}

/* True: this rule decides. */
static bool end_rule(const struct rule *r, enum mln_closed *so_far)
{
    enum mln_closed c = r->begun ? matches(r) : MLN_CLOSED_NO;

    if (r->closed && *so_far < c)
        *so_far = c;
    return c == MLN_CLOSED_YES;
}

static bool take_line(struct rule *r, struct mln_sv line, const struct mln_start_facts *f)
{
    struct mln_sv word = mln_sv_split(&line, ' ');

    for (unsigned i = 0; r->begun && line.p && i < FIELDS; i++)
        if (mln_sv_eq(word, mln_sv_str(words[i]))) {
            entry(r, (enum field)i, line, f);
            return true;
        }
    return false;
}

enum mln_closed mln_closed_match(struct mln_sv text, const struct mln_start_facts *f)
{
    struct rule r = {.begun = false};
    enum mln_closed so_far = MLN_CLOSED_NO;

    if (!mln_sv_eq(mln_sv_split(&text, '\n'), MLN_SV(HEAD)) || !text.p)
        return MLN_CLOSED_MAYBE;
    if (f->sandbox)
        return MLN_CLOSED_NO;
    while (text.len) {
        struct mln_sv line = mln_sv_split(&text, '\n');
        bool closed = mln_sv_eq(line, MLN_SV("rule closed"));
        if (closed || mln_sv_eq(line, MLN_SV("rule open"))) {
            if (end_rule(&r, &so_far))
                return so_far;
            r = (struct rule){.begun = true, .closed = closed};
        } else if (!take_line(&r, line, f)) {
            return MLN_CLOSED_MAYBE;
        }
    }
    (void)end_rule(&r, &so_far);
    return so_far;
}
