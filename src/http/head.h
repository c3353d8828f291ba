/* A parsed message head, as a codec (HTTP/1 today, HTTP/2 later) hands it to the engine, and as
 * the codec writes it out again. Views point into the connection's input buffer or the exchange's
 * arena; both live until the exchange ends. */
#ifndef MLN_HTTP_HEAD_H
#define MLN_HTTP_HEAD_H

#include "base/base.h"

/* X(symbol, wire name) */
/* clang-format off */
#define MLN_HTTP_METHODS(X)                                                                        \
    X(GET, "GET")                                                                                  \
    X(HEAD, "HEAD")                                                                                \
    X(POST, "POST")                                                                                \
    X(PUT, "PUT") X(DELETE, "DELETE") X(OPTIONS, "OPTIONS") X(TRACE, "TRACE")                      \
        X(CONNECT, "CONNECT") X(PATCH, "PATCH")
/* clang-format on */

enum mln_http_method {
    MLN_METHOD_OTHER, /* a valid token that is none of the below */
#define X(sym, name) MLN_METHOD_##sym,
    MLN_HTTP_METHODS(X)
#undef X
        MLN_METHOD_MAX
};

/* Field names that the program looks at. X(symbol, lower-case name) */
/* clang-format off */
#define MLN_HTTP_NAMES(X)                                                                          \
    X(HOST, "host")                                                                                \
    X(CONNECTION, "connection")                                                                    \
    X(CONTENT_LENGTH, "content-length")                                                            \
    X(TRANSFER_ENCODING, "transfer-encoding") X(TE, "te") X(TRAILER, "trailer") X(                 \
        UPGRADE, "upgrade") X(KEEP_ALIVE, "keep-alive") X(PROXY_CONNECTION, "proxy-connection")    \
        X(PROXY_AUTHENTICATE, "proxy-authenticate") X(PROXY_AUTHORIZATION, "proxy-authorization")  \
            X(EXPECT, "expect") X(CONTENT_TYPE, "content-type") X(                                 \
                CONTENT_ENCODING, "content-encoding") X(CONTENT_DISPOSITION,                       \
                                                        "content-disposition") X(COOKIE, "cookie") \
                X(SET_COOKIE, "set-cookie") X(AUTHORIZATION, "authorization") X(                   \
                    USER_AGENT, "user-agent") X(REFERER,                                           \
                                                "referer") X(ORIGIN, "origin") X(ACCEPT, "accept") \
                    X(ACCEPT_ENCODING, "accept-encoding") X(ACCEPT_LANGUAGE, "accept-language") X( \
                        RANGE, "range") X(IF_NONE_MATCH, "if-none-match") X(IF_MODIFIED_SINCE,     \
                                                                            "if-modified-since")   \
                        X(FORWARDED, "forwarded") X(X_FORWARDED_FOR, "x-forwarded-for") X(         \
                            X_FORWARDED_HOST, "x-forwarded-host") X(X_FORWARDED_PROTO,             \
                                                                    "x-forwarded-proto")           \
                            X(X_ORIGINAL_URL, "x-original-url") X(X_REWRITE_URL, "x-rewrite-url")  \
                                X(X_HTTP_METHOD, "x-http-method") X(X_HTTP_METHOD_OVERRIDE,        \
                                                                    "x-http-method-override")      \
                                    X(X_METHOD_OVERRIDE,                                           \
                                      "x-method-override") X(X_REQUESTED_WITH, "x-requested-with") \
                                        X(SEC_FETCH_SITE, "sec-fetch-site") X(SEC_FETCH_MODE,      \
                                                                              "sec-fetch-mode")    \
                                            X(SEC_FETCH_DEST, "sec-fetch-dest")                    \
                                                X(X_FRAME_OPTIONS, "x-frame-options") X(           \
                                                    CONTENT_SECURITY_POLICY,                       \
                                                    "content-security-policy") X(SERVER, "server") \
                                                    X(X_POWERED_BY, "x-powered-by")                \
                                                        X(DATE, "date")                            \
                                                            X(HTTP2_SETTINGS, "http2-settings")    \
                                                                X(TRACEPARENT, "traceparent")      \
                                                                    X(SOAPACTION, "soapaction")
/* clang-format on */

enum mln_http_name {
    MLN_NAME_OTHER,
#define X(sym, name) MLN_NAME_##sym,
    MLN_HTTP_NAMES(X)
#undef X
        MLN_NAME_MAX
};

/* Bits of mln_http_field.flags */
enum {
    MLN_FIELD_HOP = 1 << 0, /* hop-by-hop: never forwarded (RFC 9110 section 7.6.1) */
    MLN_FIELD_DROPPED =
        1 << 1, /* removed by policy or by an edit: neither forwarded nor seen by rules */
};

struct mln_http_field {
    struct mln_sv name;  /* as sent; compare with mln_sv_ieq or by id */
    struct mln_sv value; /* without surrounding OWS */
    uint8_t id;          /* enum mln_http_name */
    uint8_t flags;
};

enum mln_http_framing {
    MLN_FRAMING_NONE,   /* no body */
    MLN_FRAMING_LENGTH, /* content_length bytes */
    MLN_FRAMING_CHUNKED,
    MLN_FRAMING_CLOSE, /* responses only: until the connection ends */
};

/* Odd but not refused; the engine turns them into evidence or `malformed` by policy. */
enum {
    MLN_ODD_TARGET_ESCAPED =
        1 << 0, /* raw bytes { } | ^ \ " < > or 8-bit in the target were escaped */
    MLN_ODD_ABSOLUTE_FORM = 1 << 1,
    MLN_ODD_BODY_ON_BODILESS = 1 << 2, /* a body on GET, HEAD, DELETE or OPTIONS, in any case */
    MLN_ODD_FIELD_NAME = 1 << 3, /* a field name with a sign other than '-' (dropped by default) */
    MLN_ODD_LEADING_CRLF = 1 << 4, /* empty line before the request line was skipped */
    MLN_ODD_HTTP10 = 1 << 5,
    MLN_ODD_DUPLICATE_CL = 1 << 6, /* several equal Content-Length values, merged */
};

struct mln_http_head {
    bool is_response;
    uint8_t method;  /* enum mln_http_method; for a response: of its request */
    uint8_t minor;   /* HTTP/1.minor: 0 or 1 */
    uint8_t framing; /* enum mln_http_framing */
    uint16_t status; /* responses */
    bool keep_alive; /* what this message asks of its connection */
    bool expect_continue;
    bool has_upgrade;        /* Upgrade named in Connection */
    uint32_t odd;            /* MLN_ODD_* */
    uint64_t content_length; /* for MLN_FRAMING_LENGTH; for HEAD and 304 what was declared, or 0 */
    bool has_content_length;
    struct mln_sv method_name; /* request */
    struct mln_sv
        target; /* request: as it will be written (escaped where odd), origin-form or "*" */
    struct mln_sv target_raw;      /* request: as it came */
    struct mln_sv path, query;     /* of target; query absent when there is no '?' */
    struct mln_sv scheme;          /* absolute-form only, else absent */
    struct mln_sv authority;       /* Host, or of the absolute-form; host[:port] */
    struct mln_sv reason;          /* responses */
    struct mln_http_field *fields; /* in order of arrival, hop-by-hop ones included and flagged */
    uint32_t n_fields;
};

/* Name as id; MLN_NAME_OTHER when unknown. */
enum mln_http_name mln_http_name_id(struct mln_sv name) MLN_PURE;
/* The lower-case name of a known id. */
struct mln_sv mln_http_name_text(enum mln_http_name id) MLN_PURE;
enum mln_http_method mln_http_method_id(struct mln_sv name) MLN_PURE;
/* The method that an application which ignores case takes the name for. Methods are case-sensitive
 * (RFC 9110 section 9.1), but gunicorn before 21, for one, makes "delete" a DELETE. */
enum mln_http_method mln_http_method_nocase(struct mln_sv name) MLN_PURE;
/* First live field of that id at or after *iter (start with 0; advanced past the hit), or NULL. */
const struct mln_http_field *mln_http_field_next(const struct mln_http_head *h,
                                                 enum mln_http_name id, uint32_t *iter);
/* Value of the first live field of that id; absent when there is none. */
struct mln_sv mln_http_get(const struct mln_http_head *h, enum mln_http_name id) MLN_PURE;
struct mln_sv mln_http_get_name(const struct mln_http_head *h, struct mln_sv name) MLN_PURE;
/* True when the comma-separated list `value` has the token (ASCII case-insensitive). */
bool mln_http_list_has(struct mln_sv value, struct mln_sv token) MLN_PURE;

#endif
