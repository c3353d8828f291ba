/* Who the client is, for an application that sees our address only. Fields of a trusted proxy are
 * continued, those of anybody else are replaced or left out. */
#include "proxy/conn.h"

static const struct mln_sv separator = {", ", 2};

static size_t listed_bytes(const struct mln_http_head *h, enum mln_http_name id)
{
    const struct mln_http_field *f;
    uint32_t iter = 0;
    size_t n = 0;

    while ((f = mln_http_field_next(h, id, &iter)))
        n += f->value.len + separator.len;
    return n;
}

static char *append(char *p, struct mln_sv s)
{
    if (s.len)
        memcpy(p, s.p, s.len);
    return p + s.len;
}

/* `last` behind what trusted proxies listed, in one or in several fields (which are one list, RFC
 * 9110 section 5.3). Absent without memory. */
static struct mln_sv listed(struct conn *c, enum mln_http_name id, bool trusted, struct mln_sv last)
{
    const struct mln_http_field *f;
    size_t len = last.len + (trusted ? listed_bytes(c->x.head, id) : 0);
    char *p = mln_arena_alloc(c->x.arena, len);
    char *at = p;
    uint32_t iter = 0;

    if (!p)
        return MLN_SV_NULL;
    while (trusted && (f = mln_http_field_next(c->x.head, id, &iter)))
        if (f->value.len)
            at = append(append(at, f->value), separator);
    at = append(at, last);
    return mln_sv(p, (size_t)(at - p));
}

/* Forwarded is continued where a trusted proxy wrote it: an element for the hop to us (RFC 7239).
 * Nobody else's gets through. */
static struct mln_sv forwarded(struct conn *c, bool trusted, const char *client)
{
    bool v6 = !mln_addr_is_v4(&c->client);
    char text[MLN_ADDR_TEXT + 16];

    if (!trusted || !mln_http_get(c->x.head, MLN_NAME_FORWARDED).p)
        return MLN_SV_NULL;
    (void)snprintf(text, sizeof(text), v6 ? "for=\"[%s]\"" : "for=%s", client);
    return listed(c, MLN_NAME_FORWARDED, true, mln_sv_str(text));
}

bool forwarded_edits(struct conn *c, struct mln_h1_edit edits[FORWARDED_EDITS_MAX], uint32_t *ret_n)
{
    bool trusted = mln_txn_client(c->x.txn)->peer_trusted;
    char client[MLN_ADDR_TEXT];
    struct mln_sv list = listed(c, MLN_NAME_X_FORWARDED_FOR, trusted,
                                mln_sv_str(mln_addr_format(&c->client, client)));
    uint32_t n = 0;

    edits[n++] = (struct mln_h1_edit){MLN_SV("X-Forwarded-For"), list};
    edits[n++] = (struct mln_h1_edit){MLN_SV("Forwarded"), forwarded(c, trusted, client)};
    if (!trusted || !mln_http_get(c->x.head, MLN_NAME_X_FORWARDED_PROTO).p)
        edits[n++] = (struct mln_h1_edit){MLN_SV("X-Forwarded-Proto"),
                                          c->tls ? MLN_SV("https") : MLN_SV("http")};
    if (!trusted)
        edits[n++] = (struct mln_h1_edit){MLN_SV("X-Real-IP"), MLN_SV_NULL};
    *ret_n = n;
    return list.p != NULL;
}
