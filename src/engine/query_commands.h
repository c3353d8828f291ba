/* Commands of services that speak lines (Redis, mail, FTP), of the shell of document databases, and
 * lookups of object mappers in names of fields; parts of mln_detect_query. */
#ifndef MLN_ENGINE_QUERY_COMMANDS_H
#define MLN_ENGINE_QUERY_COMMANDS_H

#include "engine/detect.h"

void mln_query_commands(const struct mln_view *v, struct mln_findings *out);
/* A command of a key-value store that is a single word. */
bool mln_query_store_word(struct mln_sv word) MLN_PURE;
/* password__startswith, user[password][regex], q[reset_token_start]: a secret that is guessed bit
 * by bit. */
bool mln_query_guesses_secret(struct mln_sv name) MLN_PURE;
/* Whether the member of a JSON document that `pointer` leads to is a condition which the
 * application has its clients write: where={"price": {"$gt": 5}}. `field` holds the document. */
bool mln_query_is_condition(struct mln_sv field, struct mln_sv pointer) MLN_PURE;

#endif
