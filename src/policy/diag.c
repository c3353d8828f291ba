#include "policy/diag.h"

#include <stdarg.h>

enum { DIAGS_MAX = 200, WORD_MAX = 48 };

/* Texts quote the policy: what a terminal would obey becomes a question mark. */
static void make_harmless(char *s)
{
    for (; s && *s; s++)
        if (mln_cc((unsigned char)*s, MLN_CC_CTL))
            *s = '?';
}

void mln_diag_add(struct mln_diags *d, enum mln_diag_level level, const char *file, uint32_t line,
                  uint32_t column, const char *path, const char *fmt, ...)
{
    va_list ap;

    d->errors += level == MLN_DIAG_ERROR;
    if (d->n == DIAGS_MAX)
        return;
    if (d->n == d->cap) {
        size_t cap = d->cap ? d->cap * 2 : 8;
        struct mln_diag *p = realloc(d->d, cap * sizeof(*p));
        if (!p)
            return;
        d->d = p;
        d->cap = cap;
    }
    struct mln_diag *g = &d->d[d->n++];
    *g = (struct mln_diag){.level = level,
                           .file = file ? strdup(file) : NULL,
                           .line = line,
                           .column = column,
                           .path = strdup(path ? path : "")};
    va_start(ap, fmt);
    if (vasprintf(&g->message, fmt, ap) < 0)
        g->message = NULL;
    va_end(ap);
    make_harmless(g->path);
    make_harmless(g->message);
}

void mln_diags_done(struct mln_diags *d)
{
    for (size_t i = 0; i < d->n; i++) {
        free(d->d[i].file);
        free(d->d[i].path);
        free(d->d[i].message);
    }
    free(d->d);
    *d = (struct mln_diags){0};
}

void mln_diags_print(const struct mln_diags *d, enum mln_diag_level level, struct mln_buf *out)
{
    static const char *const names[] = {"error", "warning", "note"};

    for (size_t i = 0; i < d->n; i++) {
        const struct mln_diag *g = &d->d[i];
        if (g->level > level)
            continue;
        mln_buf_addf(out, "%s:", g->file ? g->file : "policy");
        if (g->line)
            mln_buf_addf(out, "%u:%u:", g->line, g->column);
        mln_buf_addf(out, " %s: ", names[g->level]);
        if (g->path && *g->path)
            mln_buf_addf(out, "%s: ", g->path);
        mln_buf_addf(out, "%s\n", g->message ? g->message : "out of memory");
    }
}

/* Levenshtein distance of two short words, one row at a time. */
static size_t distance(struct mln_sv a, struct mln_sv b)
{
    size_t row[WORD_MAX + 1];

    if (a.len > WORD_MAX || b.len > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t keep = row[j];
            size_t change = diagonal + (mln_lower(a.p[i - 1]) != mln_lower(b.p[j - 1]));
            row[j] = MLN_MIN(change, MLN_MIN(row[j], row[j - 1]) + 1);
            diagonal = keep;
        }
    }
    return row[b.len];
}

const char *mln_nearest(struct mln_sv word, const char *const *candidates, size_t n)
{
    size_t best = MLN_MAX((size_t)2, word.len / 3) + 1;
    const char *hit = NULL;

    for (size_t i = 0; i < n; i++) {
        size_t d = distance(word, mln_sv_str(candidates[i]));
        if (d < best) {
            best = d;
            hit = candidates[i];
        }
    }
    return hit;
}
