/* Why a message was refused: one table for code, text, RFC section and status. */
#ifndef MLN_HTTP_FAULT_H
#define MLN_HTTP_FAULT_H

#include "base/base.h"

/* X(symbol, status, section, text for an application developer) */
/* clang-format off */
#define MLN_HTTP_FAULTS(X)                                                                         \
    X(NONE, 0, "", "no fault")                                                                     \
    X(METHOD, 400, "RFC 9110 9.1", "the method is not a token")                                    \
    X(TARGET, 400, "RFC 9112 3.2", "the request target is malformed")                              \
    X(TARGET_FORM, 400, "RFC 9112 3.2", "this target form is not allowed for this method")         \
    X(VERSION, 505, "RFC 9112 2.3",                                                                \
      "the HTTP version is missing, malformed or not HTTP/1.0 or 1.1")                             \
    X(REQUEST_LINE, 400, "RFC 9112 3", "the request line is malformed")                            \
    X(STATUS_LINE, 502, "RFC 9112 4", "the status line is malformed")                              \
    X(BARE_LF, 400, "RFC 9112 2.2", "a line ends in LF without CR")                                \
    X(BARE_CR, 400, "RFC 9112 2.2", "a CR without LF")                                             \
    X(CONTROL, 400, "RFC 9110 5.5", "a control byte in the head")                                  \
    X(OBS_FOLD, 400, "RFC 9112 5.2", "a folded header line")                                       \
    X(FIELD_NAME, 400, "RFC 9110 5.1", "a header name is empty or not a token")                    \
    X(SPACE_COLON, 400, "RFC 9112 5.1", "white space between header name and colon")               \
    X(NO_COLON, 400, "RFC 9112 5", "a header line without colon")                                  \
    X(NO_HOST, 400, "RFC 9112 3.2", "HTTP/1.1 without Host")                                       \
    X(MANY_HOSTS, 400, "RFC 9112 3.2", "more than one Host")                                       \
    X(DUPLICATE_FIELD, 400, "RFC 9110 5.3", "a header that may stand only once stands twice")      \
    X(BAD_HOST, 400, "RFC 3986 3.2.2", "Host is not a valid host and port")                        \
    X(HOST_MISMATCH, 400, "RFC 9112 3.2.2", "Host differs from the absolute target")               \
    X(BAD_LENGTH, 400, "RFC 9112 6.3", "Content-Length is not a number")                           \
    X(MANY_LENGTHS, 400, "RFC 9112 6.3", "several Content-Length values")                          \
    X(TE_AND_CL, 400, "RFC 9112 6.1", "Transfer-Encoding together with Content-Length")            \
    X(TE_HTTP10, 400, "RFC 9112 6.1", "Transfer-Encoding in HTTP/1.0")                             \
    X(BAD_TE, 400, "RFC 9112 6.1", "Transfer-Encoding is not exactly chunked")                     \
    X(UNKNOWN_TE, 501, "RFC 9112 6.1", "a transfer coding that is not understood")                 \
    X(CHUNK_SIZE, 400, "RFC 9112 7.1", "a malformed chunk size")                                   \
    X(CHUNK_EXT, 400, "RFC 9112 7.1.1", "a malformed or over-long chunk extension")                \
    X(CHUNK_END, 400, "RFC 9112 7.1", "chunk data does not end in CRLF")                           \
    X(TRAILER, 400, "RFC 9110 6.5", "a malformed or forbidden trailer")                            \
    X(EXPECTATION, 417, "RFC 9110 10.1.1", "an expectation other than 100-continue")               \
    X(CONNECT, 405, "RFC 9110 9.3.6", "CONNECT is not supported")                                  \
    X(TRACE_BODY, 400, "RFC 9110 9.3.8", "TRACE with a body")                                      \
    X(ESCAPE, 400, "RFC 3986 2.1", "an invalid percent escape in the path")                        \
    X(ENCODED_NUL, 400, "RFC 3986 2.1", "a NUL in the target")                                     \
    X(OVERLONG, 400, "RFC 3629 3", "an overlong UTF-8 sequence in the path")                       \
    X(HEAD_TOO_LARGE, 431, "RFC 6585 5", "the head is larger than the limit")                      \
    X(TOO_MANY_FIELDS, 431, "RFC 6585 5", "more header fields than the limit")                     \
    X(TARGET_TOO_LONG, 414, "RFC 9110 15.5.15", "the request target is longer than the limit")     \
    X(CUT_SHORT, 400, "RFC 9112 8", "the message ended before it was complete")                    \
    X(NO_MEMORY, 503, "", "no memory for this message")
/* clang-format on */

enum mln_http_fault_code {
#define X(sym, status, section, text) MLN_FAULT_##sym,
    MLN_HTTP_FAULTS(X)
#undef X
        MLN_FAULT_MAX
};

struct mln_http_fault {
    enum mln_http_fault_code code;
    uint64_t offset; /* of the offending byte, from the start of the message */
};

struct mln_http_fault_info {
    const char *name; /* the symbol: "TE_AND_CL" */
    uint16_t status;  /* what a client is answered */
    const char *section, *text;
};
/* Never NULL. */
const struct mln_http_fault_info *mln_http_fault_info(enum mln_http_fault_code code);

#endif
