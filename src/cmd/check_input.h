/* Requests for `merlon check`: raw files, or JSON lines with "id" and "req_b64"; plain or gzip. */
#ifndef MLN_CMD_CHECK_INPUT_H
#define MLN_CMD_CHECK_INPUT_H

#include "base/buf.h"

struct mln_check_request {
    char id[128];
    struct mln_buf bytes; /* the whole raw HTTP/1 request */
};

struct mln_check_input;
/* `path` may be "-". NULL with errno set when it cannot be opened. */
struct mln_check_input *mln_check_input_open(const char *path, bool jsonl);
struct mln_check_input *mln_check_input_close(struct mln_check_input *in);
/* 1: *ret is filled (buffers reused); 0: the end; negative errno: *reterr_line says where. */
int mln_check_input_next(struct mln_check_input *in, struct mln_check_request *ret,
                         size_t *reterr_line);

#endif
