/* Targets, queries, cookies, media types: whole strings, allocation only from the arena. */
#ifndef MLN_HTTP_URI_H
#define MLN_HTTP_URI_H

#include "base/arena.h"

/* Percent-decodes once; `plus` turns '+' into a space. Invalid escapes stay; *ret_bad (may be
 * NULL) counts them. Returns s itself when there is nothing to decode; absent on no memory. */
struct mln_sv mln_url_decode(struct mln_arena *a, struct mln_sv s, bool plus, uint32_t *ret_bad);

/* ---- the path and what else an application could take it for ---- */
enum {
    MLN_READ_PARAMS = 1 << 0,    /* ";params" cut from segments (Tomcat, Spring, Jetty) */
    MLN_READ_ENC_SLASH = 1 << 1, /* %2f decoded to a separator */
    MLN_READ_BACKSLASH = 1 << 2, /* '\' taken as '/' */
    MLN_READ_DOUBLE = 1 << 3,    /* decoded a second time */
    MLN_READ_FOLD = 1 << 4,      /* letter case folded */
    MLN_READ_OVERRIDE = 1 << 5,  /* from X-Original-URL, X-Rewrite-URL or absolute-form */
    MLN_READ_RAW_DOTS = 1 << 6,  /* dot segments left in place; '//' kept */
};
struct mln_path_reading {
    struct mln_sv path; /* starts with '/'; NUL-free? no: bytes as decoded */
    uint32_t how;       /* MLN_READ_* */
};
enum { MLN_READINGS_MAX = 16 };
struct mln_paths {
    struct mln_path_reading r[MLN_READINGS_MAX]; /* r[0] is the canonical one, all distinct */
    uint32_t n;
    bool more;         /* there are readings that found no room: nobody knows them all */
    bool escapes_root; /* some reading has dot segments that climb above '/' */
    bool has_dot_segments, has_encoded_slash, has_backslash, has_params, has_double_encoding;
    bool bad_escape, has_nul, has_overlong;
};
/* Canonical: percent-decoded once, '//' collapsed, dot segments resolved (RFC 3986 5.2.4).
 * Every other reading that differs is added. 0 or -ENOMEM. */
int mln_paths_read(struct mln_arena *a, struct mln_sv raw_path,
                   struct mln_paths *ret) MLN_WARN_UNUSED;
/* Adds the readings of an override URL (path part, query cut off) to *p. */
int mln_paths_add_override(struct mln_arena *a, struct mln_sv url,
                           struct mln_paths *p) MLN_WARN_UNUSED;

/* ---- query strings ---- */
/* Next raw name and value of "a=1&b"; value absent without '='. false at the end. Empty parts are
 * skipped. *rest starts as the whole query. */
bool mln_query_next(struct mln_sv *rest, struct mln_sv *ret_name, struct mln_sv *ret_value);

/* ---- Cookie (RFC 6265 section 5.4, read leniently) ---- */
/* Next raw pair; quotes around the value are kept. false at the end. */
bool mln_cookie_next(struct mln_sv *rest, struct mln_sv *ret_name, struct mln_sv *ret_value);

/* The same for readers of quoted strings (RFC 2109; Python, Java): the next value in quotes that
 * holds ';' or '\\', without quotes and escapes, octal ones too. */
bool mln_cookie_next_quoted(struct mln_arena *a, struct mln_sv *rest, struct mln_sv *ret_name,
                            struct mln_sv *ret_value);

/* ---- media types ---- */
struct mln_media_type {
    struct mln_sv type;   /* "application/json", as sent */
    struct mln_sv params; /* from the first ';' on */
};
void mln_media_type_parse(struct mln_sv value, struct mln_media_type *ret);
/* Parameter by name, unquoted into the arena when quoted; absent when missing. *ret_count (may be
 * NULL) is how often it occurs: more than one is ambiguous. */
struct mln_sv mln_media_param(struct mln_arena *a, struct mln_sv params, struct mln_sv name,
                              uint32_t *ret_count);

/* ---- hosts ---- */
/* "host", "host:port", "[v6]:port"; validates RFC 3986 3.2.2. 0 or -EINVAL. */
int mln_host_parse(struct mln_sv s, struct mln_sv *ret_host, uint16_t *ret_port) MLN_WARN_UNUSED;

#endif
