/* Forms of code that no word gives away: what is called is an expression or a string, a setting is
 * made, a loop never ends. Each takes the view and adds its signals; one pass, bounded looks
 * around. One thread. */
#ifndef MLN_ENGINE_CODE_FORMS_H
#define MLN_ENGINE_CODE_FORMS_H

#include "engine/detect.h"

/* ('system')('id'), ('sys'.'tem')(…), $_[x](…), ${'a'}(…), $a->$b(…), $f='exec';$f(…). */
void mln_code_expression_calls(const struct mln_view *v, bool text, struct mln_findings *out);
/* '.f(…).' around a string of PHP. */
void mln_code_php_concatenation(const struct mln_view *v, struct mln_findings *out);
/* "id".execute(), ['sh','-c','id'].execute() and what Groovy runs as it compiles: @Grab(…). */
void mln_code_groovy(const struct mln_view *v, struct mln_findings *out);
/* x.constructor('…')(…): whatever x is, this makes a function of a text and calls it. */
bool mln_code_constructor_call(struct mln_sv s, struct mln_sv name, size_t open);
/* os:cmd("id"), exec.Command("ls", …), send(:system, 'id'), open(F, "id|"): a function whose name
 * says that it runs something, and a command in its first text. */
bool mln_code_process_call(struct mln_sv s, struct mln_sv name, size_t open);
/* (shell "id"): s is a call as Lisp writes it, of a function that runs commands. */
bool mln_code_list_call(struct mln_sv s) MLN_PURE;
/* T(java.lang.Thread): how SpEL names a class. */
bool mln_code_spel_type(struct mln_sv s, struct mln_sv name, size_t open);
/* (sy.(st).em)(x), ${'_'.$x}, $_^"…": names of PHP that are put together from pieces. */
void mln_code_php_pieces(const struct mln_view *v, struct mln_findings *out);
/* while(1), for(;;). */
void mln_code_endless_loops(const struct mln_view *v, struct mln_findings *out);
/* allow_url_include=1, -d auto_prepend_file=… */
void mln_code_php_settings(const struct mln_view *v, struct mln_findings *out);
/* [php], {/php} without the tag that belongs to it. */
void mln_code_bbcode(const struct mln_view *v, struct mln_findings *out);
/* qx{id} of Perl, %x(id) of Ruby. */
void mln_code_quoted_commands(const struct mln_view *v, struct mln_findings *out);
/* @{[ … ]}. */
void mln_code_perl_interpolation(const struct mln_view *v, struct mln_findings *out);
/* code_page_tags.c: <%@ page …%>, <jsp:include …>, <cfexecute …>. */
void mln_code_page_tags(const struct mln_view *v, struct mln_findings *out);
/* code_upload_name.c: the field `name` of a head states the name of an upload, a script's. */
void mln_code_upload_name(const struct mln_view *v, struct mln_sv name, struct mln_findings *out);
/* code_tex.c: \write18{…}, \input|…, \input{/etc/…}. */
void mln_code_tex(const struct mln_view *v, struct mln_findings *out);
/* code_php_bytes.c: (~"…")(…), ("…"^"…")(…). */
void mln_code_php_bytes(const struct mln_view *v, struct mln_findings *out);
/* code_python.c: ().__class__, from a constant to its class. */
void mln_code_constant_class(const struct mln_view *v, struct mln_findings *out);
/* The same: the last two attributes of a chain lead from a method to all that it can reach:
 * "0.__init__.__globals__", where "x.__class__.__name__" does not. */
bool mln_code_ends_in_dunder(struct mln_sv name);
/* "the f.__init__.__globals__ attribute": the name in [start, end) is a word of a text without any
 * bracket. */
bool mln_code_told_dunder(const struct mln_view *v, size_t start, size_t end) MLN_PURE;

#endif
