/* What the path of a request leads to, told by the shape of its names rather than by a list of
 * files. Paths are canonical and lower case, as for path_files.h. */
#ifndef MLN_ENGINE_PATH_NAMES_H
#define MLN_ENGINE_PATH_NAMES_H

#include "base/base.h"

/* A page that shows a file of a source tree: .../blob/main/config/database.yml. */
bool mln_path_is_repository_page(struct mln_sv canon) MLN_PURE;
/* Settings in a hidden folder or file, whose tool need not be known: .tool/config.json,
 * .toolignore. Not below the few hidden folders that are meant to be asked for. */
bool mln_path_hidden_settings(struct mln_sv canon) MLN_PURE;
/* A script with the name of a web shell. */
bool mln_path_web_shell(struct mln_sv canon) MLN_PURE;

#endif
