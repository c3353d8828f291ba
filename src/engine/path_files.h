/* Files that attackers ask for: secrets, configuration, logs. */
#ifndef MLN_ENGINE_PATH_FILES_H
#define MLN_ENGINE_PATH_FILES_H

#include "base/base.h"

enum mln_path_file {
    MLN_FILE_NONE,
    MLN_FILE_SYSTEM, /* of the operating system: at the root, or behind a climb */
    MLN_FILE_FOLDER, /* in a folder of the operating system: "/etc/x" */
    MLN_FILE_LEAF,   /* a telling last segment of an absolute path or behind a climb */
    MLN_FILE_WEB,    /* of a web application: wherever it stands */
    MLN_FILE_PROBE,  /* asked for by scanners, also an ordinary name */
};

/* What a canonical path (lower case, '/' between segments, neither empty nor dot segments, no
 * leading '/') leads to. `rooted`: it starts at the root of a file system. */
enum mln_path_file mln_path_file(struct mln_sv canon, bool rooted) MLN_PURE;

#endif
