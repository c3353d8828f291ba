/* One content coding undone: gzip, deflate, brotli or zstd behind one face, with its memory
 * counted. For body_inflate.c, which stacks and bounds them. */
#ifndef MLN_HTTP_CODING_H
#define MLN_HTTP_CODING_H

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "http/body.h"

enum mln_coding_kind {
    MLN_CODING_IDENTITY,
    MLN_CODING_GZIP,
    MLN_CODING_DEFLATE, /* zlib, or raw as some senders have it: told apart by the first byte */
    MLN_CODING_BROTLI,
    MLN_CODING_ZSTD,
    MLN_CODING_OPAQUE, /* known to compress or to encrypt, not decoded here */
    MLN_CODING_UNKNOWN
};
/* By its name in Content-Encoding, in any case; an empty name is identity. Parameters, which the
 * grammar does not have, do not count: some readers drop them. */
enum mln_coding_kind mln_coding_find(struct mln_sv name);

struct mln_coding {
    union {
        z_stream z;
        BrotliDecoderState *brotli;
        ZSTD_DStream *zstd;
    } u;
    struct mln_decoder_pool *pool; /* NULL: memory is not bounded */
    uint64_t taken;                /* from the pool, for this coding */
    uint8_t kind;                  /* enum mln_coding_kind; GZIP to ZSTD */
    bool open;                     /* the context exists: at the first byte */
    bool ended;                    /* a whole stream was read; gzip and zstd may have another */
    bool refused;                  /* the pool had no room */
    uint8_t n_magic;               /* zstd: bytes of the frame's first four */
    unsigned char magic[4];
};

/* Undoes as much of *in (advanced) as fits into out[0..cap). 0: *in is used up, or the output is
 * full. -EBADMSG: corrupt, or bytes behind the end; -ENOMEM; -ENOBUFS: the pool has no room. */
int mln_coding_run(struct mln_coding *c, struct mln_sv *in, char *out, size_t cap,
                   size_t *ret_made) MLN_WARN_UNUSED;
/* Idempotent; a zeroed one is fine. */
void mln_coding_close(struct mln_coding *c);

#endif
