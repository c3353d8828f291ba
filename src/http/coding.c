#include "http/coding.h"

#include <errno.h>
#include <zstd_errors.h>

enum {
    ZLIB_BYTES = 48 << 10,    /* of a context with its window: about what zlib.h says */
    ZSTD_WINDOW_LOG_MAX = 23, /* 8 MiB: more than a sender may use for HTTP (RFC 9659) */
};

/* Those that are registered (IANA), were, or are decoded by servers and libraries in use. What is
 * sent as aws-chunked lies there as it is, between lines with lengths. */
static const struct {
    const char *name;
    enum mln_coding_kind kind;
} codings[] = {
    {"identity", MLN_CODING_IDENTITY}, {"aws-chunked", MLN_CODING_IDENTITY},
    {"gzip", MLN_CODING_GZIP},         {"x-gzip", MLN_CODING_GZIP},
    {"deflate", MLN_CODING_DEFLATE},   {"br", MLN_CODING_BROTLI},
    {"zstd", MLN_CODING_ZSTD},         {"aes128gcm", MLN_CODING_OPAQUE},
    {"aesgcm", MLN_CODING_OPAQUE},     {"brotli", MLN_CODING_OPAQUE},
    {"bzip2", MLN_CODING_OPAQUE},      {"compress", MLN_CODING_OPAQUE},
    {"dcb", MLN_CODING_OPAQUE},        {"dcz", MLN_CODING_OPAQUE},
    {"deflate64", MLN_CODING_OPAQUE},  {"exi", MLN_CODING_OPAQUE},
    {"lz4", MLN_CODING_OPAQUE},        {"lzma", MLN_CODING_OPAQUE},
    {"lzo", MLN_CODING_OPAQUE},        {"pack200-gzip", MLN_CODING_OPAQUE},
    {"sdch", MLN_CODING_OPAQUE},       {"snappy", MLN_CODING_OPAQUE},
    {"x-bzip2", MLN_CODING_OPAQUE},    {"x-compress", MLN_CODING_OPAQUE},
    {"x-deflate", MLN_CODING_OPAQUE},  {"x-lz4", MLN_CODING_OPAQUE},
    {"x-snappy", MLN_CODING_OPAQUE},   {"x-snappy-framed", MLN_CODING_OPAQUE},
    {"x-xz", MLN_CODING_OPAQUE},       {"x-zstd", MLN_CODING_OPAQUE},
    {"xz", MLN_CODING_OPAQUE},         {"zip", MLN_CODING_OPAQUE},
    {"zstandard", MLN_CODING_OPAQUE},
};

enum mln_coding_kind mln_coding_find(struct mln_sv name)
{
    name = mln_sv_trim(mln_sv_sub(name, 0, MLN_MIN(mln_sv_chr(name, ';'), name.len)));
    for (size_t i = 0; i < MLN_ARRAY_LEN(codings); i++)
        if (mln_sv_ieq(name, mln_sv_str(codings[i].name)))
            return codings[i].kind;
    return name.len ? MLN_CODING_UNKNOWN : MLN_CODING_IDENTITY;
}

/* ---- memory ---- */

static bool take(struct mln_coding *c, uint64_t n)
{
    if (c->pool) {
        if (c->pool->max - c->pool->used < n) {
            c->refused = true;
            return false;
        }
        c->pool->used += n;
    }
    c->taken += n;
    return true;
}

static void give_back(struct mln_coding *c, uint64_t n)
{
    c->taken -= n;
    if (c->pool)
        c->pool->used -= n;
}

/* brotli's window grows with what it decodes. Each block is behind its size. */
enum { SIZE_ROOM = 16 };

static void *brotli_alloc(void *opaque, size_t n)
{
    struct mln_coding *c = opaque;
    char *p = n <= SIZE_MAX - SIZE_ROOM && take(c, n) ? malloc(n + SIZE_ROOM) : NULL;

    if (!p)
        return NULL;
    memcpy(p, &n, sizeof(n));
    return p + SIZE_ROOM;
}

static void brotli_free(void *opaque, void *p)
{
    size_t n;

    if (!p)
        return;
    memcpy(&n, (char *)p - SIZE_ROOM, sizeof(n));
    give_back(opaque, n);
    free((char *)p - SIZE_ROOM);
}

/* zstd makes its window when it has read a frame's head: it is counted right after, before anything
 * was written to it. */
static int count_zstd(struct mln_coding *c)
{
    uint64_t n = ZSTD_sizeof_DStream(c->u.zstd);

    if (n > c->taken)
        return take(c, n - c->taken) ? 0 : -ENOBUFS;
    give_back(c, c->taken - n);
    return 0;
}

static int no_memory(const struct mln_coding *c)
{
    return c->refused ? -ENOBUFS : -ENOMEM;
}

/* ---- contexts ---- */

static int open_zlib(struct mln_coding *c, unsigned char first)
{
    bool zlib = (first & 0x0f) == 8 && first >> 4 <= 7;
    int bits = c->kind == MLN_CODING_GZIP ? 15 + 16 : zlib ? 15 : -15;

    c->u.z = (z_stream){0};
    if (!take(c, ZLIB_BYTES))
        return -ENOBUFS;
    return inflateInit2(&c->u.z, bits) == Z_OK ? 0 : -ENOMEM;
}

static int open_brotli(struct mln_coding *c)
{
    c->u.brotli = BrotliDecoderCreateInstance(brotli_alloc, brotli_free, c);
    return c->u.brotli ? 0 : no_memory(c);
}

static int open_zstd(struct mln_coding *c)
{
    c->u.zstd = ZSTD_createDStream();
    if (!c->u.zstd)
        return -ENOMEM;
    c->open = true; /* to be freed, whatever comes */
    if (ZSTD_isError(ZSTD_DCtx_setParameter(c->u.zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX)))
        return -ENOMEM;
    return count_zstd(c);
}

static int open_context(struct mln_coding *c, unsigned char first)
{
    int r = c->kind == MLN_CODING_BROTLI ? open_brotli(c)
            : c->kind == MLN_CODING_ZSTD ? open_zstd(c)
                                         : open_zlib(c, first);

    c->open = c->open || r == 0;
    return r;
}

void mln_coding_close(struct mln_coding *c)
{
    if (c->open && c->kind == MLN_CODING_BROTLI)
        BrotliDecoderDestroyInstance(c->u.brotli);
    else if (c->open && c->kind == MLN_CODING_ZSTD)
        (void)ZSTD_freeDStream(c->u.zstd);
    else if (c->open)
        (void)inflateEnd(&c->u.z);
    c->open = false;
    give_back(c, c->taken);
}

/* ---- bytes ---- */

static int run_zlib(struct mln_coding *c, struct mln_sv *in, char *out, size_t cap, size_t *made)
{
    z_stream *z = &c->u.z;

    if (c->ended) { /* another gzip member may follow (RFC 1952 section 2.2) */
        if (c->kind != MLN_CODING_GZIP || inflateReset(z) != Z_OK)
            return -EBADMSG;
        c->ended = false;
    }
    z->next_in = (unsigned char *)(uintptr_t)in->p;
    z->avail_in = (unsigned)MLN_MIN(in->len, (size_t)UINT32_MAX);
    z->next_out = (unsigned char *)out;
    z->avail_out = (unsigned)cap;
    unsigned given = z->avail_in;
    int st = inflate(z, Z_NO_FLUSH);
    if (st == Z_MEM_ERROR)
        return -ENOMEM;
    if (st != Z_OK && st != Z_STREAM_END && st != Z_BUF_ERROR)
        return -EBADMSG;
    c->ended = st == Z_STREAM_END;
    *in = mln_sv_sub(*in, given - z->avail_in, in->len);
    *made = cap - z->avail_out;
    return 0;
}

static int run_brotli(struct mln_coding *c, struct mln_sv *in, char *out, size_t cap, size_t *made)
{
    const uint8_t *next = (const uint8_t *)in->p;
    uint8_t *to = (uint8_t *)out;
    size_t left = in->len, room = cap;

    if (c->ended)
        return -EBADMSG;
    BrotliDecoderResult st =
        BrotliDecoderDecompressStream(c->u.brotli, &left, &next, &room, &to, NULL);
    if (st == BROTLI_DECODER_RESULT_ERROR) {
        BrotliDecoderErrorCode why = BrotliDecoderGetErrorCode(c->u.brotli);
        bool memory = why <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
                      why >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
        return memory ? no_memory(c) : -EBADMSG;
    }
    c->ended = st == BROTLI_DECODER_RESULT_SUCCESS;
    *in = mln_sv_sub(*in, in->len - left, in->len);
    *made = cap - room;
    return 0;
}

/* The first bytes of a frame, whatever pieces they come in: of this format, or of a frame that is
 * skipped (RFC 8878 section 3.1). The library would also take the formats before it, whose memory
 * nothing bounds. */
static int read_magic(struct mln_coding *c, struct mln_sv *in)
{
    c->ended = false;
    while (c->n_magic < sizeof(c->magic) && in->len) {
        c->magic[c->n_magic++] = (unsigned char)in->p[0];
        *in = mln_sv_sub(*in, 1, in->len);
    }
    if (c->n_magic < sizeof(c->magic))
        return 0;
    const unsigned char *m = c->magic;
    bool frame = m[0] == 0x28 && m[1] == 0xb5 && m[2] == 0x2f && m[3] == 0xfd;
    bool skipped = (m[0] & 0xf0) == 0x50 && m[1] == 0x2a && m[2] == 0x4d && m[3] == 0x18;
    ZSTD_inBuffer from = {m, sizeof(c->magic), 0};
    ZSTD_outBuffer none = {NULL, 0, 0};
    if (!frame && !skipped)
        return -EBADMSG;
    return ZSTD_isError(ZSTD_decompressStream(c->u.zstd, &none, &from)) ? -EBADMSG : 0;
}

static int run_zstd(struct mln_coding *c, struct mln_sv *in, char *out, size_t cap, size_t *made)
{
    int r = c->n_magic < sizeof(c->magic) ? read_magic(c, in) : 0;

    if (r < 0 || c->n_magic < sizeof(c->magic))
        return r;
    ZSTD_inBuffer from = {in->p, in->len, 0};
    ZSTD_outBuffer to = {out, cap, 0};
    size_t st = ZSTD_decompressStream(c->u.zstd, &to, &from);
    if (ZSTD_isError(st))
        return ZSTD_getErrorCode(st) == ZSTD_error_memory_allocation ? -ENOMEM : -EBADMSG;
    c->ended = st == 0;
    if (c->ended) /* another frame may follow */
        c->n_magic = 0;
    *in = mln_sv_sub(*in, from.pos, in->len);
    *made = to.pos;
    return count_zstd(c);
}

int mln_coding_run(struct mln_coding *c, struct mln_sv *in, char *out, size_t cap, size_t *ret_made)
{
    int r = 0;

    *ret_made = 0;
    if (!c->open) {
        if (!in->len)
            return 0;
        r = open_context(c, (unsigned char)in->p[0]);
    }
    if (r < 0)
        return r;
    return c->kind == MLN_CODING_BROTLI ? run_brotli(c, in, out, cap, ret_made)
           : c->kind == MLN_CODING_ZSTD ? run_zstd(c, in, out, cap, ret_made)
                                        : run_zlib(c, in, out, cap, ret_made);
}
