/* Forms of shell code that are told by their shape rather than by a command's name. Bounded
 * look-ahead, no state. */
#ifndef MLN_ENGINE_SH_FORMS_H
#define MLN_ENGINE_SH_FORMS_H

#include "engine/sh_line.h"

/* "c{a,oun}t", "{l,-lh}s": braces within a word that spell a command with their first choice. The
 * offset behind the word, or 0. */
size_t mln_sh_spelled(struct mln_sv s, size_t i) MLN_PURE;
/* ":(){ :|:& };:", "f(){ f|f& };f": a function is defined at i and called. The offset behind its
 * second name, or 0. */
size_t mln_sh_function(struct mln_sv s, size_t i) MLN_PURE;
/* "alias x='...'": a new name for a command, quoted. The offset of the quote, or 0. */
size_t mln_sh_alias(struct mln_sv s, size_t i) MLN_PURE;
/* "id>/var/www/x": what stands in front of the '>' at i is written to a file of the system, and the
 * value ends. The offset behind the file, or 0. */
size_t mln_sh_redirects(struct mln_sv s, size_t i) MLN_PURE;
/* "&('who'+'ami')", "|%{whoami}": PowerShell calls what strings are put together to, or a block for
 * each item. `i` is at the '&' or '|'; the offset behind what gives it away, or 0. */
size_t mln_sh_script_block(struct mln_sv s, size_t i) MLN_PURE;
/* "cron", "nginx": a server, which without arguments runs where it runs already. */
bool mln_sh_is_daemon(struct mln_sv name) MLN_PURE;
/* "java -jar /opt/app.jar", "python3 /srv/app.py --port 80", "nginx -g 'daemon off;'": how programs
 * are started that are meant to run, as lists of processes and containers hold. */
bool mln_sh_is_service(struct mln_sv s, const struct mln_sh_word *w) MLN_PURE;

#endif
