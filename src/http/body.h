/* Streaming body parsers: bytes in any split, named decoded values out (http/field.h).
 *
 * One shape for all: `_new` from the arena, `_feed` until done, `_finish` at the end of the body.
 * All return 0, -ENOMEM, or what a sink callback returned. Malformed input is not an error: it is
 * reported by sink->odd and parsing goes on in the most permissive reading, so that an attack
 * behind a defect is still seen. Memory: O(name_bytes + depth), from the arena; values are passed
 * on as they come and never collected here. No recursion. */
#ifndef MLN_HTTP_BODY_H
#define MLN_HTTP_BODY_H

#include "base/arena.h"
#include "http/field.h"

/* application/x-www-form-urlencoded (WHATWG URL 5.1), '&' separates ('; ' does not), '+' is a
 * space, invalid escapes are kept as they stand. Emits FORM_NAME (name as value, when it holds
 * anything but [A-Za-z0-9_.\[\]-]) and FORM. */
struct mln_form_parser;
struct mln_form_parser *mln_form_new(struct mln_arena *a, const struct mln_body_limits *lim,
                                     const struct mln_field_sink *sink);
int mln_form_feed(struct mln_form_parser *p, struct mln_sv in) MLN_WARN_UNUSED;
int mln_form_finish(struct mln_form_parser *p) MLN_WARN_UNUSED;

/* JSON (RFC 8259), lenient, resumable inside every token. Strings, numbers, true/false/null are
 * values named by their RFC 6901 pointer ("/a/0/b"; array indexes as numbers); keys are also
 * emitted as JSON_NAME values unless they are [A-Za-z0-9_.-]+. Several documents in a row (NDJSON)
 * are read one after the other. Tolerates and flags comments, NaN, single quotes, BOM. */
struct mln_json_parser;
struct mln_json_parser *mln_json_new(struct mln_arena *a, const struct mln_body_limits *lim,
                                     const struct mln_field_sink *sink);
int mln_json_feed(struct mln_json_parser *p, struct mln_sv in) MLN_WARN_UNUSED;
int mln_json_finish(struct mln_json_parser *p) MLN_WARN_UNUSED;

/* multipart/form-data (RFC 7578) and other multipart. `boundary` without quotes and dashes.
 * Emits per part: MULTIPART_NAME (odd names), FILE_NAME (also filename*, RFC 8187), FILE for parts
 * that have a file name for every reader and are no data ("blob" of a type with values), MULTIPART
 * otherwise; other part headers as HEADER. Part
 * encodings base64 and quoted-printable are decoded. Tolerates and flags LF-only lines, missing
 * final delimiter. */
struct mln_multipart_parser;
struct mln_multipart_parser *mln_multipart_new(struct mln_arena *a, struct mln_sv boundary,
                                               const struct mln_body_limits *lim,
                                               const struct mln_field_sink *sink);
int mln_multipart_feed(struct mln_multipart_parser *p, struct mln_sv in) MLN_WARN_UNUSED;
int mln_multipart_finish(struct mln_multipart_parser *p) MLN_WARN_UNUSED;

/* XML through expat with every DOCTYPE and entity declaration reported as XML_DTD (its raw text is
 * emitted as an XML value) and never acted on. Text and attribute values are values named by their
 * element path ("/a/b", "/a/b/@c"); comments, processing instructions and CDATA too.
 * A body that is not well-formed is reported once; what follows is emitted as one raw XML value.
 * expat allocates outside the arena: _free must be called. */
struct mln_xml_parser;
struct mln_xml_parser *mln_xml_new(struct mln_arena *a, const struct mln_body_limits *lim,
                                   const struct mln_field_sink *sink);
int mln_xml_feed(struct mln_xml_parser *p, struct mln_sv in) MLN_WARN_UNUSED;
int mln_xml_finish(struct mln_xml_parser *p) MLN_WARN_UNUSED;
struct mln_xml_parser *mln_xml_free(struct mln_xml_parser *p);

/* Content codings (RFC 9110 section 8.4): gzip, x-gzip, deflate (zlib or raw), br, zstd (windows of
 * 8 MiB at most), identity; stacked. Output is handed on in pieces. Contexts come from malloc:
 * _free must be called. */
struct mln_decoder_pool { /* memory of contexts and windows, of all bodies of a worker */
    uint64_t used, max;
};
struct mln_inflate_limits {
    uint64_t out_bytes;  /* most that may come out */
    uint64_t ratio_from; /* so much may come out whatever the ratio; at least 64 KiB */
    uint32_t ratio;      /* most out/in after that */
    uint32_t layers;
    struct mln_decoder_pool *pool; /* outlives the decoder; NULL: not bounded */
};
#define MLN_INFLATE_LIMITS_DEFAULT                                                                 \
    ((struct mln_inflate_limits){.out_bytes = 64u << 20, .ratio = 100, .layers = 2})
struct mln_inflate;
/* `coding` is the Content-Encoding list as sent. 0; -ENOTSUP for a name that is no coding we know,
 * -ENOSYS for one that is known to compress or encrypt, -E2BIG for too many layers, -ENOMEM. */
int mln_inflate_new(struct mln_inflate **ret, struct mln_sv coding,
                    const struct mln_inflate_limits *lim) MLN_WARN_UNUSED;
struct mln_inflate *mln_inflate_free(struct mln_inflate *z);
/* Calls out(self, piece) for decoded bytes. 0, -EBADMSG (corrupt or trailing bytes), -EFBIG
 * (limit), -ENOBUFS (no room in the pool), -ENOMEM, or what out returned. */
int mln_inflate_feed(struct mln_inflate *z, struct mln_sv in,
                     int (*out)(void *self, struct mln_sv piece), void *self) MLN_WARN_UNUSED;
/* -EBADMSG when the stream is not complete. */
int mln_inflate_finish(struct mln_inflate *z) MLN_WARN_UNUSED;

#endif
