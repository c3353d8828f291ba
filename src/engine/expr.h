/* Custom rules: what a compiled `when:` looks like in the snapshot. policy/expr.c writes it,
 * custom.c runs it; the language is described in docs/user/expressions.md.
 *
 * Code is a row of operations over one truth value. A TEST sets it, NOT turns it over, a jump skips
 * forward when the value is already decided: no stack, no loop.
 *
 * A field may have several values (a repeated header, the readings of a path). A test holds when
 * any of them fits or, with `all`, when there are some and all fit; the compiler sets `all` where
 * the doubt must go against the client: under `not`, and in rules that allow. */
#ifndef MLN_ENGINE_EXPR_H
#define MLN_ENGINE_EXPR_H

#include "base/base.h"

enum mln_expr_type { MLN_EXPR_TEXT, MLN_EXPR_INT, MLN_EXPR_IP };
/* The earliest moment at which a field is there. */
enum mln_expr_phase {
    MLN_PHASE_HEAD,
    MLN_PHASE_BODY,
    MLN_PHASE_ANSWER,
    MLN_PHASE_ANSWER_BODY,
    MLN_PHASE_MAX
};
enum mln_expr_key {
    MLN_KEY_NONE,
    MLN_KEY_NAME,    /* field["name"]; any case for headers */
    MLN_KEY_POINTER, /* field("/a/0/b") */
};

/* X(symbol, spelling, type, key, phase, text) */
/* clang-format off */
#define MLN_EXPR_FIELDS(X)                                                                         \
    X(METHOD, "req.method", TEXT, NONE, HEAD, "method, with each override that an application may follow") \
    X(PATH, "req.path", TEXT, NONE, HEAD, "decoded path, in each reading that an application may have") \
    X(URL, "req.url", TEXT, NONE, HEAD, "request target as it is forwarded")                       \
    X(QUERY, "req.query", TEXT, NONE, HEAD, "what is behind the first ?, not decoded")             \
    X(HOST, "req.host", TEXT, NONE, HEAD, "host without port, lower case, and each that X-Forwarded-Host and its like name")                         \
    X(HTTP_VERSION, "req.http_version", TEXT, NONE, HEAD, "1.0 or 1.1")                            \
    X(SCHEME, "req.scheme", TEXT, NONE, HEAD, "http or https")                                     \
    X(IP, "req.ip", IP, NONE, HEAD, "address of the client")                                       \
    X(COUNTRY, "req.country", TEXT, NONE, HEAD, "country of the client, two capital letters")      \
    X(FILE_EXTENSION, "req.file_extension", TEXT, NONE, HEAD, "what is behind the last . of the last segment") \
    X(HEADER, "req.headers", TEXT, NAME, HEAD, "values of a header")                               \
    X(HEADER_NAMES, "req.headers.names", TEXT, NONE, HEAD, "names of the headers, lower case")     \
    X(COOKIE, "req.cookies", TEXT, NAME, HEAD, "values of a cookie")                               \
    X(COOKIE_NAMES, "req.cookies.names", TEXT, NONE, HEAD, "names of the cookies")                 \
    X(PARAM, "req.query_params", TEXT, NAME, HEAD, "decoded values of a query parameter")          \
    X(PARAM_NAMES, "req.query_params.names", TEXT, NONE, HEAD, "decoded names of the query parameters") \
    X(FORM, "req.form", TEXT, NAME, BODY, "values of a form field, urlencoded or multipart")       \
    X(FORM_NAMES, "req.form.names", TEXT, NONE, BODY, "names of the form fields that have a value") \
    X(JSON, "req.json", TEXT, POINTER, BODY, "the value at a JSON pointer (RFC 6901)")             \
    X(BODY, "req.body", TEXT, NONE, BODY, "the body's first bytes, up to body_inspect, decoded from gzip and deflate") \
    X(SCORE, "score", INT, NONE, BODY, "score of the request: -10 log10 of the false-positive rate") \
    X(PORT, "workload.app_port", INT, NONE, HEAD, "port that the client connected to")             \
    X(WORKLOAD_IMAGE, "workload.image", TEXT, NONE, HEAD, "names of the container's image: as it was started, and each tag and digest") \
    X(WORKLOAD_CONTAINER, "workload.container", TEXT, NONE, HEAD, "name of the container")         \
    X(WORKLOAD_NAMESPACE, "workload.namespace", TEXT, NONE, HEAD, "its namespace in Kubernetes")   \
    X(WORKLOAD_POD, "workload.pod", TEXT, NONE, HEAD, "its pod")                                   \
    X(WORKLOAD_LABEL, "workload.labels", TEXT, NAME, HEAD, "value of a label of the container")    \
    X(WORKLOAD_LABEL_NAMES, "workload.labels.names", TEXT, NONE, HEAD, "names of its labels")      \
    X(WORKLOAD_NODE, "workload.node", TEXT, NONE, HEAD, "name of the machine that it runs on")     \
    X(RESP_STATUS, "resp.status", INT, NONE, ANSWER, "status of the application's answer")         \
    X(RESP_HEADER, "resp.headers", TEXT, NAME, ANSWER, "values of a header of the answer")         \
    X(RESP_HEADER_NAMES, "resp.headers.names", TEXT, NONE, ANSWER, "names of the headers of the answer, lower case") \
    X(RESP_CONTENT_TYPE, "resp.content_type", TEXT, NONE, ANSWER, "media type of the answer, lower case, without parameters") \
    X(RESP_BODY, "resp.body", TEXT, NONE, ANSWER_BODY, "first 16KiB of the answer's body, without content codings")
/* clang-format on */

enum mln_expr_field {
#define X(sym, name, type, key, phase, text) MLN_FIELD_##sym,
    MLN_EXPR_FIELDS(X)
#undef X
        MLN_FIELD_MAX
};
/* The same for every request to a container; answered once (expr_workload.h). */
static inline bool mln_expr_is_of_workload(enum mln_expr_field f)
{
    return f >= MLN_FIELD_WORKLOAD_IMAGE && f <= MLN_FIELD_WORKLOAD_NODE;
}
struct mln_expr_field_info {
    const char *name, *text;
    uint8_t type, key, phase;
};
const struct mln_expr_field_info *mln_expr_field_info(enum mln_expr_field f);

/* X(symbol, spelling, text) */
/* clang-format off */
#define MLN_EXPR_FUNCTIONS(X)                                                                      \
    X(LOWER, "lower", "ASCII letters in lower case")                                               \
    X(URL_DECODE, "url_decode", "percent escapes undone until none is left")                       \
    X(HTML_DECODE, "html_decode", "character references undone")                                   \
    X(BASE64_DECODE, "base64_decode", "base64 or base64url undone, up to the first other byte")    \
    X(UNICODE_DECODE, "unicode_decode", "\\uHHHH and \\u{...} undone")                             \
    X(JS_DECODE, "js_decode", "JavaScript escapes undone")                                         \
    X(COMPRESS_WS, "compress_ws", "each run of white space as one space")                          \
    X(REMOVE_WS, "remove_ws", "without white space")                                               \
    X(REMOVE_COMMENTS, "remove_comments", "without /* */ and <!-- -->")                            \
    X(REMOVE_TAGS, "remove_tags", "without <...>")                                                 \
    X(LEN, "len", "length in bytes, a number")                                                     \
    X(COUNT, "count", "how many values there are, a number; 0 when there are none")
/* clang-format on */

enum mln_expr_function {
#define X(sym, name, text) MLN_FUNCTION_##sym,
    MLN_EXPR_FUNCTIONS(X)
#undef X
        MLN_FUNCTION_MAX
};
struct mln_expr_function_info {
    const char *name, *text;
};
const struct mln_expr_function_info *mln_expr_function_info(enum mln_expr_function f);
/* A text through one function (not LEN, not COUNT); memory from the arena, absent without it. */
struct mln_arena;
struct mln_sv mln_expr_apply(struct mln_arena *a, enum mln_expr_function f, struct mln_sv s);

enum mln_expr_compare {
    MLN_CMP_EXISTS,
    MLN_CMP_EQ,
    MLN_CMP_NE,
    MLN_CMP_LT,
    MLN_CMP_LE,
    MLN_CMP_GT,
    MLN_CMP_GE,
    MLN_CMP_IN,       /* one of `set` (REFS) */
    MLN_CMP_IN_LISTS, /* addresses: in one of `set` (INDEXES into LISTS) */
    MLN_CMP_CONTAINS,
    MLN_CMP_STARTS,
    MLN_CMP_ENDS,
    MLN_CMP_MATCHES, /* `set`: words of the program (REGEX) */
    MLN_CMP_MAX
};

enum mln_expr_op { MLN_OP_TEST, MLN_OP_NOT, MLN_OP_JUMP_IF, MLN_OP_JUMP_UNLESS, MLN_OP_MAX };
enum {
    MLN_EXPR_FUNCTIONS_MAX = 6,
    MLN_EXPR_CODE_MAX = 1024,
    MLN_ANSWER_WINDOW = 16 << 10, /* of resp.body */
    MLN_EXPR_WORKLOAD_MAX = 64,   /* tests of workload fields in the custom rules of a rule */
};

#endif
