/* The head of one multipart part, and its transfer encoding. */
#ifndef MLN_HTTP_MULTIPART_HEAD_H
#define MLN_HTTP_MULTIPART_HEAD_H

#include "base/arena.h"

enum { MLN_PART_NAMES_MAX = 4, MLN_PART_HEADERS_MAX = 8 };

enum mln_part_coding { MLN_PART_PLAIN, MLN_PART_BASE64, MLN_PART_QUOTED };

struct mln_part_head {
    struct mln_sv name; /* absent when there is none */
    /* every reading: filename, filename*, joined parts */
    struct mln_sv filenames[MLN_PART_NAMES_MAX];
    uint32_t n_filenames;
    struct {
        struct mln_sv name, value;
    } others[MLN_PART_HEADERS_MAX];
    uint32_t n_others;
    enum mln_part_coding coding;
    bool doubtful;  /* to some readers the file name is none, so that this is a field */
    bool duplicate; /* several names, or several file names that differ */
    bool malformed; /* a line that is no field, form data without a name, more than fits here */
};

/* `raw` ends with an empty line. 0 or -ENOMEM; views point into raw or the arena. */
int mln_part_head_parse(struct mln_arena *a, struct mln_sv raw,
                        struct mln_part_head *ret) MLN_WARN_UNUSED;

struct mln_part_decoder {
    enum mln_part_coding coding;
    uint32_t acc;
    uint8_t bits, n; /* n: bytes of a quoted-printable escape seen */
    char esc[2];
};
void mln_part_decoder_init(struct mln_part_decoder *d, enum mln_part_coding coding);
/* Calls out for decoded bytes; returns what it returned. */
int mln_part_decode(struct mln_part_decoder *d, struct mln_sv in,
                    int (*out)(void *self, struct mln_sv bytes), void *self);
/* How many bytes of s can stand in base64 text: digits, '=', white space. */
size_t mln_part_base64_run(struct mln_sv s) MLN_PURE;
int mln_part_decode_end(struct mln_part_decoder *d, int (*out)(void *self, struct mln_sv bytes),
                        void *self);

#endif
