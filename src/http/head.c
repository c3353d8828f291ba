#include "http/head.h"

static const struct mln_sv names[] = {[MLN_NAME_OTHER] = {"", 0},
#define X(sym, name) [MLN_NAME_##sym] = {name, sizeof(name) - 1},
                                      MLN_HTTP_NAMES(X)
#undef X
};
static const struct mln_sv methods[] = {[MLN_METHOD_OTHER] = {"", 0},
#define X(sym, name) [MLN_METHOD_##sym] = {name, sizeof(name) - 1},
                                        MLN_HTTP_METHODS(X)
#undef X
};

struct mln_sv mln_http_name_text(enum mln_http_name id)
{
    return names[id < MLN_NAME_MAX ? id : MLN_NAME_OTHER];
}

/* Known names by their length: every field of every message is looked up here, and most of them
 * are told apart by length, first and last byte. A row ends at MLN_NAME_OTHER (0). */
/* clang-format off */
enum { NAME_LEN_MAX = 23, SAME_LEN_MAX = 6 };
static const uint8_t by_length[NAME_LEN_MAX + 1][SAME_LEN_MAX] = {
    [2]  = {MLN_NAME_TE},
    [4]  = {MLN_NAME_HOST, MLN_NAME_DATE},
    [5]  = {MLN_NAME_RANGE},
    [6]  = {MLN_NAME_ACCEPT, MLN_NAME_COOKIE, MLN_NAME_ORIGIN, MLN_NAME_EXPECT, MLN_NAME_SERVER},
    [7]  = {MLN_NAME_REFERER, MLN_NAME_UPGRADE, MLN_NAME_TRAILER},
    [9]  = {MLN_NAME_FORWARDED},
    [10] = {MLN_NAME_USER_AGENT, MLN_NAME_CONNECTION, MLN_NAME_SET_COOKIE, MLN_NAME_KEEP_ALIVE,
            MLN_NAME_SOAPACTION},
    [11] = {MLN_NAME_TRACEPARENT},
    [12] = {MLN_NAME_CONTENT_TYPE, MLN_NAME_X_POWERED_BY},
    [13] = {MLN_NAME_AUTHORIZATION, MLN_NAME_IF_NONE_MATCH, MLN_NAME_X_REWRITE_URL,
            MLN_NAME_X_HTTP_METHOD},
    [14] = {MLN_NAME_CONTENT_LENGTH, MLN_NAME_SEC_FETCH_SITE, MLN_NAME_SEC_FETCH_MODE,
            MLN_NAME_SEC_FETCH_DEST, MLN_NAME_X_ORIGINAL_URL, MLN_NAME_HTTP2_SETTINGS},
    [15] = {MLN_NAME_ACCEPT_ENCODING, MLN_NAME_ACCEPT_LANGUAGE, MLN_NAME_X_FORWARDED_FOR,
            MLN_NAME_X_FRAME_OPTIONS},
    [16] = {MLN_NAME_CONTENT_ENCODING, MLN_NAME_X_REQUESTED_WITH, MLN_NAME_X_FORWARDED_HOST,
            MLN_NAME_PROXY_CONNECTION},
    [17] = {MLN_NAME_TRANSFER_ENCODING, MLN_NAME_IF_MODIFIED_SINCE, MLN_NAME_X_FORWARDED_PROTO,
            MLN_NAME_X_METHOD_OVERRIDE},
    [18] = {MLN_NAME_PROXY_AUTHENTICATE},
    [19] = {MLN_NAME_PROXY_AUTHORIZATION, MLN_NAME_CONTENT_DISPOSITION},
    [22] = {MLN_NAME_X_HTTP_METHOD_OVERRIDE},
    [23] = {MLN_NAME_CONTENT_SECURITY_POLICY},
};
/* clang-format on */

/* Bytes of `name` that differ from those of a known name, apart from the case of letters: of the
 * bytes in known names only letters have bit 0x40, and case is their bit 0x20. */
static uint64_t differ(uint64_t name, uint64_t known)
{
    return (name ^ known) & ~((known & UINT64_C(0x4040404040404040)) >> 1);
}

static uint64_t load8(const char *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof(v));
    return v;
}

/* Both have n > 0 bytes. Eight at a time; the last eight may overlap those before. */
static bool is_name(const char *name, const char *known, size_t n)
{
    uint64_t diff = 0;

    if (n < 8) {
        for (size_t i = 0; i < n; i++)
            diff |= differ((unsigned char)name[i], (unsigned char)known[i]);
        return diff == 0;
    }
    for (size_t i = 0; i + 8 < n; i += 8)
        diff |= differ(load8(name + i), load8(known + i));
    return (diff | differ(load8(name + n - 8), load8(known + n - 8))) == 0;
}

enum mln_http_name mln_http_name_id(struct mln_sv name)
{
    if (name.len == 0 || name.len > NAME_LEN_MAX)
        return MLN_NAME_OTHER;
    const uint8_t *row = by_length[name.len];
    char first = mln_lower(name.p[0]), last = mln_lower(name.p[name.len - 1]);
    for (size_t i = 0; i < SAME_LEN_MAX && row[i] != MLN_NAME_OTHER; i++) {
        struct mln_sv known = names[row[i]];
        if (known.p[0] == first && known.p[known.len - 1] == last &&
            is_name(name.p, known.p, name.len))
            return (enum mln_http_name)row[i];
    }
    return MLN_NAME_OTHER;
}

enum mln_http_method mln_http_method_id(struct mln_sv name)
{
    for (unsigned i = 1; i < MLN_METHOD_MAX; i++)
        if (mln_sv_eq(name, methods[i]))
            return (enum mln_http_method)i;
    return MLN_METHOD_OTHER;
}

enum mln_http_method mln_http_method_nocase(struct mln_sv name)
{
    for (unsigned i = 1; i < MLN_METHOD_MAX; i++)
        if (mln_sv_ieq(name, methods[i]))
            return (enum mln_http_method)i;
    return MLN_METHOD_OTHER;
}

const struct mln_http_field *mln_http_field_next(const struct mln_http_head *h,
                                                 enum mln_http_name id, uint32_t *iter)
{
    while (*iter < h->n_fields) {
        const struct mln_http_field *f = &h->fields[(*iter)++];
        if (f->id == id && !(f->flags & MLN_FIELD_DROPPED))
            return f;
    }
    return NULL;
}

struct mln_sv mln_http_get(const struct mln_http_head *h, enum mln_http_name id)
{
    uint32_t iter = 0;
    const struct mln_http_field *f = mln_http_field_next(h, id, &iter);

    return f ? f->value : MLN_SV_NULL;
}

struct mln_sv mln_http_get_name(const struct mln_http_head *h, struct mln_sv name)
{
    for (uint32_t i = 0; i < h->n_fields; i++)
        if (!(h->fields[i].flags & MLN_FIELD_DROPPED) && mln_sv_ieq(h->fields[i].name, name))
            return h->fields[i].value;
    return MLN_SV_NULL;
}

bool mln_http_list_has(struct mln_sv value, struct mln_sv token)
{
    while (value.p) {
        struct mln_sv item = mln_sv_trim(mln_sv_split(&value, ','));
        if (mln_sv_ieq(item, token))
            return true;
    }
    return false;
}
