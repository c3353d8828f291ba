/* The audit record (design section 7) as a plain value, its wire form in the ring (written by a
 * worker, treated as hostile by the courier), and its JSON line. */
#ifndef MLN_AUDIT_RECORD_H
#define MLN_AUDIT_RECORD_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/time.h"
#include "base/uuid.h"
#include "http/field.h"

enum mln_audit_kind {
    MLN_AUDIT_REQUEST,
    MLN_AUDIT_LIMIT,
    MLN_AUDIT_STATE,
    MLN_AUDIT_SYSTEM,
    MLN_AUDIT_ACCESS /* a line of the access log, which goes the same way */
};
/* Who made the answer that the client got; none: it was gone before. */
enum mln_access_source { MLN_SOURCE_NONE, MLN_SOURCE_APP, MLN_SOURCE_MERLON };
enum mln_audit_effect { MLN_EFFECT_ALERT, MLN_EFFECT_PREVENT, MLN_EFFECT_BAN, MLN_EFFECT_ALLOW };
enum mln_replayable { MLN_REPLAY_YES, MLN_REPLAY_MASKED, MLN_REPLAY_NO };

enum { MLN_AUDIT_HEADERS_MAX = 64, MLN_AUDIT_RECORD_MAX = 16384 };

struct mln_audit_header {
    struct mln_sv name, value; /* value already redacted */
};

/* Views belong to the caller (encode) or to the encoded bytes (decode). Text fields that are not
 * known are absent. */
struct mln_audit_record {
    mln_nsec time, first, last; /* wall */
    struct mln_uuid event_id;
    uint32_t revision, count;
    uint8_t kind, effect, mode, replayable;
    bool late;
    int16_t score;
    struct mln_sv protection, sub, rule, detector, message, owasp, attack;
    struct {
        uint8_t location; /* enum mln_location, MLN_LOC_MAX = none */
        uint32_t offset, length;
        struct mln_sv name, excerpt, match;
        struct mln_sv decoded_by; /* comma-separated lane names */
    } field;
    struct {
        struct mln_sv method, url, host, path, query, user_agent;
        uint8_t http_minor;
        struct mln_sv tls, server_name; /* version; what the client asked for */
        uint64_t body_bytes, inspected_bytes;
        struct mln_audit_header headers[MLN_AUDIT_HEADERS_MAX];
        uint32_t n_headers;
    } request;
    uint16_t response_status;
    struct {
        struct mln_addr ip, peer_ip;
        uint16_t port;
        bool known;
        struct mln_sv country;    /* two letters; absent: not known */
        struct mln_sv reputation; /* comma-separated tags of feeds */
    } client;
    struct {
        struct mln_sv image, container, node;
        uint16_t app_port;
        uint32_t slot_plus_1; /* of the container (runtime/workload.h); 0: none */
        /* put in by the courier, who knows what is in the slot; not in the wire form */
        struct mln_sv image_digest, container_id, namespace_, pod;
        const struct mln_sv *labels; /* name, value, name, … */
        uint32_t n_labels;           /* views: two a label */
    } workload;
    uint64_t policy_revision;
    mln_nsec ban_for; /* effect ban; not in the JSON form */
    struct {
        uint8_t source;      /* enum mln_access_source */
        uint64_t bytes;      /* of the answer's body */
        mln_nsec total;      /* from the head of the request to the end of the answer */
        mln_nsec app, added; /* to the head of the answer */
        mln_nsec inspection;
    } access; /* kind access */
    /* kind state/system: what happened, in words */
    struct mln_sv event;
};

/* Wire form: tag-length-value, at most MLN_AUDIT_RECORD_MAX bytes; long texts are clipped. */
void mln_audit_encode(const struct mln_audit_record *r, struct mln_buf *out);
/* Checks everything; 0 or -EBADMSG. Views point into bytes. */
int mln_audit_decode(struct mln_sv bytes, struct mln_audit_record *ret) MLN_WARN_UNUSED;
/* One JSON object and a newline. Hostile text is inert in it. */
void mln_audit_json(const struct mln_audit_record *r, struct mln_buf *out);

/* The same for the access log. */
void mln_access_json(const struct mln_audit_record *r, struct mln_buf *out);

/* ---- masking, before a value leaves the worker (audit/redact.c) ---- */
/* True for names whose values are secrets: password, token, secret, authorization, cookie, card… */
bool mln_redact_name(struct mln_sv name) MLN_PURE;
/* Appends s with JWTs, card numbers (Luhn) and key blocks replaced by "***"; all of it when
 * `secret`. *ret_masked is set (never cleared) when something was replaced. */
void mln_redact_value(struct mln_buf *out, struct mln_sv s, bool secret, bool *ret_masked);

#endif
