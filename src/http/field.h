/* Where a value stood, and the sink into which body parsers deliver named values piece by piece. */
#ifndef MLN_HTTP_FIELD_H
#define MLN_HTTP_FIELD_H

#include "base/base.h"

struct mln_sieve;

/* X(symbol, name in audits and policies) */
/* clang-format off */
#define MLN_LOCATIONS(X)                                                                           \
    X(PATH, "path")                                                                                \
    X(QUERY, "query")                                                                              \
    X(QUERY_NAME, "query_name")                                                                    \
    X(FORM, "form") X(FORM_NAME, "form_name") X(JSON, "json") X(JSON_NAME, "json_name")            \
        X(MULTIPART, "multipart") X(MULTIPART_NAME, "multipart_name") X(XML, "xml")                \
            X(COOKIE, "cookie") X(COOKIE_NAME, "cookie_name") X(HEADER, "header")                  \
                X(HEADER_NAME, "header_name") X(BODY, "body") X(URL, "url") X(METHOD, "method")    \
                    X(FILE, "file") X(FILE_NAME, "file_name") X(RESPONSE, "response")
/* clang-format on */

enum mln_location {
#define X(sym, name) MLN_LOC_##sym,
    MLN_LOCATIONS(X)
#undef X
        MLN_LOC_MAX
};
const char *mln_location_name(enum mln_location loc);

/* What a body parser noticed that two parsers could read differently, or that a limit stopped.
 * X(symbol, name, structural (default action of `malformed`), text) */
/* clang-format off */
#define MLN_BODY_ODDS(X)                                                                           \
    X(FORM_BAD_ESCAPE, "form_bad_escape", 0, "an invalid percent escape in a form value")          \
    X(JSON_SYNTAX, "json_syntax", 0, "the body is declared as JSON and is not")                    \
    X(JSON_DUPLICATE_KEY, "json_duplicate_key", 0, "a JSON object has the same key twice")         \
    X(JSON_LAX, "json_lax", 0, "JSON with comments, NaN, single quotes, a BOM or trailing commas") \
    X(JSON_BAD_UTF8, "json_bad_utf8", 0, "JSON that is not UTF-8, or a lone surrogate")            \
    X(JSON_DEPTH, "json_depth", 1, "JSON nested deeper than the limit")                            \
    X(XML_SYNTAX, "xml_syntax", 0, "the body is declared as XML and is not well-formed")           \
    X(XML_DTD, "xml_dtd", 1, "XML with a document type or entity declaration")                     \
    X(XML_DEPTH, "xml_depth", 1, "XML nested deeper than the limit")                               \
    X(MULTIPART_NO_BOUNDARY, "multipart_no_boundary", 1, "multipart without a usable boundary")    \
    X(MULTIPART_SYNTAX, "multipart_syntax", 1, "a multipart body whose structure is ambiguous")    \
    X(MULTIPART_UNTERMINATED, "multipart_unterminated", 1,                                         \
       "a multipart body without its final delimiter")                                             \
    X(MULTIPART_DUPLICATE, "multipart_duplicate", 1, "a part with several names or file names")    \
    X(TOO_MANY_FIELDS, "too_many_fields", 1, "more fields than the limit")                         \
    X(NAME_TOO_LONG, "name_too_long", 1, "a field name longer than the limit")                     \
    X(CHARSET, "charset", 1, "text in a character set in which ASCII is not what it says")         \
    X(CODING_UNKNOWN, "coding_unknown", 0, "a content coding that nobody knows")                   \
    X(CODING_CORRUPT, "coding_corrupt", 1, "a compressed body that does not decode")               \
    X(CODING_BOMB, "coding_bomb", 1, "a compressed body that grows past the limit")                \
    X(CODING_LAYERS, "coding_layers", 1,                                                           \
       "more content codings on top of each other than the limit")                                 \
    X(CODING_OPAQUE, "coding_opaque", 1,                                                           \
       "a content coding that hides the body and cannot be undone")                                \
    X(CODING_MEMORY, "coding_memory", 1,                                                           \
       "compressed bodies take more memory than there is for them")
/* clang-format on */

enum mln_body_odd {
#define X(sym, name, structural, text) MLN_BODY_ODD_##sym,
    MLN_BODY_ODDS(X)
#undef X
        MLN_BODY_ODD_MAX
};
struct mln_body_odd_info {
    const char *name; /* lower-case symbol */
    bool structural;
    const char *text;
};
const struct mln_body_odd_info *mln_body_odd_info(enum mln_body_odd odd);

/* Parsers call: begin, data*, end for each value, in document order; never nested. A non-zero
 * return of any callback stops the parser, which returns it to its caller. Views are valid during
 * the call only. `raw_end` is the count of parser input bytes consumed so far: what lies before it
 * is judged once `end` returned, so the data plane may release it. */
enum { MLN_PLAIN_NUMBERED_MAX = 64, MLN_PLAIN_DIGITS_MAX = 15 };

struct mln_field_sink {
    void *self;
    int (*begin)(void *self, enum mln_location loc, struct mln_sv name);
    int (*data)(void *self, struct mln_sv bytes);
    int (*end)(void *self, uint64_t raw_end);
    int (*odd)(void *self, enum mln_body_odd odd);
    /* begin, data and end of a value that lies in one piece, at once; NULL: they are called */
    int (*value)(void *self, enum mln_location loc, struct mln_sv name, struct mln_sv value,
                 uint64_t raw_end);
    /* Both or none: whether nothing can be in a value of that name (either may be absent: the other
     * alone), and that such a value was not handed on. A text of MLN_PLAIN_NUMBERED_MAX bytes at
     * most that ends in a space and MLN_PLAIN_DIGITS_MAX digits at most is as plain as the same
     * with others. */
    bool (*is_plain)(const void *self, struct mln_sv name, struct mln_sv value);
    int (*plain)(void *self, size_t len, uint64_t raw_end);
    /* May be absent: one of several documents ended, with its line. */
    void (*document)(void *self, uint64_t raw_end);
    /* NULL, or pairs of bytes that the sink looks for: a parser that looks for others adds them
     * and fills it with each piece, so that both find theirs in one pass. */
    struct mln_sieve *sieve;
};

struct mln_body_limits {
    uint32_t fields;     /* values per body (design: args) */
    uint32_t depth;      /* JSON and XML nesting */
    uint32_t name_bytes; /* of one name or path */
};
#define MLN_BODY_LIMITS_DEFAULT                                                                    \
    ((struct mln_body_limits){.fields = 1000, .depth = 64, .name_bytes = 1024})

#endif
