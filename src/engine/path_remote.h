/* Addresses where a file name belongs: stream wrappers, and URLs whose shape says that the other
 * side is to run what it fetches. */
#ifndef MLN_ENGINE_PATH_REMOTE_H
#define MLN_ENGINE_PATH_REMOTE_H

#include "base/base.h"

enum mln_wrapper { MLN_WRAP_NONE, MLN_WRAP_SOFT, MLN_WRAP_HARD };

/* What the scheme at the start of s (up to and with ':') does when a file function meets it. */
enum mln_wrapper mln_path_wrapper(struct mln_sv s) MLN_PURE;

enum {
    MLN_REMOTE_IP = 1 << 0,        /* the host is an IPv4 address in dotted form */
    MLN_REMOTE_SCRIPT = 1 << 1,    /* the last segment is a script or a text file */
    MLN_REMOTE_CUT = 1 << 2,       /* ends with '?', so that what the application appends is lost */
    MLN_REMOTE_CUT_TWICE = 1 << 3, /* "??" or '?' and NUL */
    MLN_REMOTE_NAME = 1 << 4,      /* the file is called as such files are: shell, cmd, c99 … */
    MLN_REMOTE_PORT = 1 << 5,
    MLN_REMOTE_COMMAND = 1 << 6, /* a query of the form ?&cmd=… */
};
/* MLN_REMOTE_* of an http, https or ftp URL at the start of s (also "//host/…"); *ret_len its
 * length. 0 and *ret_len == 0 when there is none. */
unsigned mln_path_remote(struct mln_sv s, size_t *ret_len);

/* True for names of parameters that applications use for files to include. */
bool mln_path_include_name(struct mln_sv name) MLN_PURE;

#endif
