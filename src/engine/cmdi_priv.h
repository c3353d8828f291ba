/* Shared by the parts of the command injection detector. */
#ifndef MLN_ENGINE_CMDI_PRIV_H
#define MLN_ENGINE_CMDI_PRIV_H

#include "engine/scan.h"
#include "engine/sh_line.h"
#include "engine/sh_reach.h"

/* Where a command may stand. */
struct mln_cmdi_place {
    size_t off;
    bool substitution, unknown, reached;
};

/* Which strings are open in front of `at`. */
struct mln_cmdi_quotes {
    size_t at;
    bool single, twice;
};

/* Whether a backtick is. */
struct mln_cmdi_ticks {
    size_t at;
    bool open;
};

struct mln_cmdi {
    const struct mln_view *v;
    struct mln_sv s; /* all of the view */
    struct mln_findings *out;
    enum mln_location loc;
    bool small; /* no text, a few words at most */
    bool headed;
    bool broken; /* something was found that no sentence has */
    size_t head; /* once headed: where the first loop or condition begins, or SIZE_MAX */
    struct mln_cmdi_quotes quotes;
    struct mln_cmdi_ticks ticks;
    struct mln_sh_reach reach;
    struct mln_cmdi_place place;
};

/* Adds a signal if a shell comes to the place at hand. */
void mln_cmdi_add(struct mln_cmdi *p, enum mln_signal sig, size_t off, size_t len);

/* "'; cat x; '", "'`cat x`'": right in front of off a quote that opens a string in the text, if it
 * is one of the text, and at off what ends a command or substitutes one. No author puts that into
 * quotes; of an application's command line the quote ends a string. Apostrophes are no quotes. */
bool mln_cmdi_breaks_out(struct mln_cmdi *p, size_t off);

/* A name=value behind '&' is a parameter. */
static inline bool mln_cmdi_is_parameter(struct mln_sv s, size_t end)
{
    return end < s.len && (s.p[end] == '=' || s.p[end] == ':');
}

/* cmdi_position.c: the word at `i`, behind the separator at `sep`; `weak` where separators are
 * common, so that a bare word says little. */
void mln_cmdi_check_position(struct mln_cmdi *p, size_t sep, size_t i, bool weak);

/* cmdi_spans.c: what opens at `open` holds a command line from `i` on; `whole` when one that is
 * bare counts, too. */
void mln_cmdi_check_substitution(struct mln_cmdi *p, size_t open, size_t i, bool whole);
/* "{cat,/etc/passwd}" at i. */
void mln_cmdi_check_braces(struct mln_cmdi *p, size_t i);

/* cmdi_variables.c. "c=cat … $c": the name behind the '$' at i was set in front. */
void mln_cmdi_check_variable(struct mln_cmdi *p, size_t i);
/* name=$(command ...) in command position; `eq` is the offset of the '='. */
void mln_cmdi_check_assignment(struct mln_cmdi *p, size_t name, size_t eq);
/* $((12+34)) at i: only literals, so nothing but a probe for a shell wants it computed. */
void mln_cmdi_check_arithmetic(struct mln_cmdi *p, size_t i);
/* ${PATH:0:1}, ${@:1:2}, %PATH:~0,1% at i: what is cut out spells a command. */
void mln_cmdi_check_expansion(struct mln_cmdi *p, size_t i);
/* "; $(printf cat) x": in command position what a command prints is the command. */
void mln_cmdi_check_printed(struct mln_cmdi *p, size_t sep, size_t i);
/* "; $u cat x": the offset of the command behind a variable that is not set, or i. */
size_t mln_cmdi_skip_unset(struct mln_cmdi *p, size_t i);

/* cmdi_forms.c: a line of a Windows batch file, the test command "[ 3 -ne ... ]", and what is told
 * by its shape, whatever it is called; each at i. */
void mln_cmdi_check_batch(struct mln_cmdi *p, size_t i);
void mln_cmdi_check_test(struct mln_cmdi *p, size_t i);
void mln_cmdi_check_forms(struct mln_cmdi *p, size_t i);

/* cmdi_whole.c: the whole value is a command line, with or without a quote in front. */
void mln_cmdi_check_whole(struct mln_cmdi *p);
/* The name of a parameter is one: the '&' of the attack split the query. */
void mln_cmdi_check_name(struct mln_cmdi *p);
/* =cmd|'/c calc'!A1: a cell that asks another program for its content. */
void mln_cmdi_check_formula(struct mln_cmdi *p);
/* Options that a file's name or a recipient of mail brings along. */
void mln_cmdi_check_options(struct mln_cmdi *p);
/* Paths, options and phrases of shells, anywhere. */
void mln_cmdi_check_phrases(struct mln_cmdi *p);

#endif
