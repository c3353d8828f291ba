/* Reading a shell command line: the word in command position and whether what follows it are
 * arguments that a command would have. Bounded look-ahead, no state. */
#ifndef MLN_ENGINE_SH_LINE_H
#define MLN_ENGINE_SH_LINE_H

#include "base/base.h"

struct mln_sh_word {
    size_t start, end;  /* with its path */
    struct mln_sv name; /* without the path */
    bool path, glob;
};

/* Bytes of a command's name. */
bool mln_sh_is_word_byte(char c) MLN_PURE;
/* The word at i; start == end when there is none. */
struct mln_sh_word mln_sh_word_at(struct mln_sv s, size_t i);
/* The same behind words such as sudo, then, nohup. */
struct mln_sh_word mln_sh_command_at(struct mln_sv s, size_t i);
/* First offset at or after i that is no blank; never across a line. A '+' is one, for forms that
 * were decoded once too little. */
size_t mln_sh_skip_blanks(struct mln_sv s, size_t i) MLN_PURE;
/* An argument that prose does not have stands at or behind i: an option, a path, a redirection, an
 * address, a variable, a quoted string. `glued`: redirections need no blank in front. */
bool mln_sh_has_arguments(struct mln_sv s, size_t i, bool glued) MLN_PURE;
/* "nslookup a.example.com": a name on the network for a command that takes one, nothing behind. */
bool mln_sh_names_host(struct mln_sv s, const struct mln_sh_word *w) MLN_PURE;
/* "ip a", "service x stop": one to three short words and the end of the value or of the command, as
 * no sentence ends. */
bool mln_sh_ends_in_words(struct mln_sv s, size_t i) MLN_PURE;
/* The same, and what is plausible for this very command. */
bool mln_sh_argues(struct mln_sv s, const struct mln_sh_word *w, bool glued) MLN_PURE;
/* echo or printf into a file. */
bool mln_sh_writes_file(struct mln_sv s, const struct mln_sh_word *w) MLN_PURE;
/* Nothing, or a separator, a comment or a closing quote, follows. */
bool mln_sh_ends_here(struct mln_sv s, size_t i) MLN_PURE;

#endif
