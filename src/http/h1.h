/* HTTP/1.0 and HTTP/1.1 codec for a gate (RFC 9112): strict, incremental, without I/O.
 *
 * Reading:  scan bytes as they come until the head is complete, parse it once, then run the body
 *           through the framing decoder. Whatever two parsers could read differently is a fault.
 * Writing:  a head is serialised anew from its parsed form; raw bytes are never passed on.
 */
#ifndef MLN_HTTP_H1_H
#define MLN_HTTP_H1_H

#include "base/arena.h"
#include "base/buf.h"
#include "http/fault.h"
#include "http/head.h"

struct mln_h1_limits {
    uint32_t head_bytes; /* request line and fields together */
    uint32_t target_bytes;
    uint32_t fields;
    uint32_t trailer_bytes;
};
#define MLN_H1_LIMITS_DEFAULT                                                                      \
    ((struct mln_h1_limits){                                                                       \
        .head_bytes = 65536, .target_bytes = 16384, .fields = 200, .trailer_bytes = 8192})

/* ---- finding the end of a head, byte by byte ---- */
struct mln_h1_scan {
    size_t at;         /* bytes of the buffer already looked at */
    size_t skipped;    /* leading empty lines (at most one CRLF) in front of the start line */
    size_t head_len;   /* set when complete: from the first byte of the buffer */
    size_t line_start; /* of the current line */
    uint32_t lines;
};
void mln_h1_scan_init(struct mln_h1_scan *s);
/* Looks at buf[0..len); call again with the same, longer buffer. 1: complete, s->head_len is set.
 * 0: more is needed. -EBADMSG: *reterr says why (as early as it can be known: a bare LF, a control
 * byte, a first byte that starts no method, a limit). */
int mln_h1_scan_feed(struct mln_h1_scan *s, const char *buf, size_t len, bool is_response,
                     const struct mln_h1_limits *limits,
                     struct mln_http_fault *reterr) MLN_WARN_UNUSED;

/* ---- parsing a complete head: buf[0..head_len) as the scan found it ---- */
/* Fills *ret; fields and rewritten targets come from the arena, views point into buf or arena.
 * 0, -EBADMSG (*reterr), or -ENOMEM. Checks everything that RFC 9110/9112 says must be refused,
 * decides framing and keep-alive, flags the fixed hop-by-hop fields. Other fields that
 * Connection names are not flagged: Connection cannot strike out what rules saw. */
int mln_h1_parse_request(const char *buf, size_t head_len, const struct mln_h1_limits *limits,
                         struct mln_arena *arena, struct mln_http_head *ret,
                         struct mln_http_fault *reterr) MLN_WARN_UNUSED;
/* `request_method` decides framing together with the status (RFC 9112 section 6.3). */
int mln_h1_parse_response(const char *buf, size_t head_len, enum mln_http_method request_method,
                          const struct mln_h1_limits *limits, struct mln_arena *arena,
                          struct mln_http_head *ret, struct mln_http_fault *reterr) MLN_WARN_UNUSED;

/* ---- body framing ---- */
struct mln_h1_body {
    uint8_t framing;      /* enum mln_http_framing */
    uint8_t state;        /* private */
    uint8_t digits;       /* private: of the chunk size so far */
    bool done;            /* the message is complete */
    uint64_t left;        /* bytes left of the body or the chunk */
    uint64_t total;       /* body bytes delivered so far, without framing */
    uint32_t extra_bytes; /* private: extension and trailer bytes seen, against limits */
    uint32_t trailer_limit;
    struct mln_buf trailer; /* raw trailer section, for mln_h1_parse_trailer; freed by _done */
};
void mln_h1_body_init(struct mln_h1_body *b, const struct mln_http_head *head,
                      const struct mln_h1_limits *limits);
void mln_h1_body_done(struct mln_h1_body *b);
/* Takes from in[0..len): *ret_used bytes were consumed, and *ret_piece is a view into `in` of body
 * bytes (maybe empty). Call until *ret_used == 0 or b->done. 0, or -EBADMSG with *reterr. */
int mln_h1_body_feed(struct mln_h1_body *b, const char *in, size_t len, size_t *ret_used,
                     struct mln_sv *ret_piece, struct mln_http_fault *reterr) MLN_WARN_UNUSED;
/* The peer closed: 0 when that completes the message (MLN_FRAMING_CLOSE), else -EBADMSG. */
int mln_h1_body_eof(struct mln_h1_body *b, struct mln_http_fault *reterr) MLN_WARN_UNUSED;
/* Fields of a complete trailer section (names that frame, route or authenticate are a fault). */
int mln_h1_parse_trailer(struct mln_sv raw, const struct mln_h1_limits *limits,
                         struct mln_arena *arena, struct mln_http_field **ret, uint32_t *ret_n,
                         struct mln_http_fault *reterr) MLN_WARN_UNUSED;

/* ---- writing ---- */
struct mln_h1_edit {
    struct mln_sv name, value; /* set (replaces all fields of that name); value absent = remove */
};
struct mln_h1_write_opts {
    bool websocket;           /* the upgrade to it goes on: Connection and Upgrade say so */
    bool close;               /* say "Connection: close", else keep-alive as the version implies */
    uint8_t framing;          /* how the body will be sent; CLOSE for responses only */
    uint64_t content_length;  /* for LENGTH */
    bool keep_content_length; /* responses to HEAD and 304: pass the declared length on */
    const struct mln_h1_edit *edits;
    uint32_t n_edits;
};
/* Appends "METHOD target HTTP/1.1…" with Host first, live end-to-end fields in order, our own
 * Connection and framing. Failure is sticky in out. */
void mln_h1_write_request(struct mln_buf *out, const struct mln_http_head *head,
                          const struct mln_h1_write_opts *opts);
void mln_h1_write_response(struct mln_buf *out, const struct mln_http_head *head,
                           const struct mln_h1_write_opts *opts);
enum { MLN_H1_CHUNK_HEAD_MAX = 18 };
/* "1f40\r\n" for a chunk of n > 0 bytes; the length written. The data must be followed by CRLF. */
size_t mln_h1_chunk_head(uint64_t n, char out[MLN_H1_CHUNK_HEAD_MAX]);

#endif
