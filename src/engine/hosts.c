/* What else an application could take for its host (design section 4.5): a proxy in front says
 * which host it was asked for, and applications believe whoever says so. */
#include "engine/txn_priv.h"

/* Fields that name the host beside Host. The value may be a list. */
static const char *const names[] = {"X-Forwarded-Host", "X-Forwarded-Server", "X-Original-Host",
                                    "X-Host", "X-HTTP-Host-Override"};

/* "shop.example" of "shop.example.:8080": a name with a dot at its end is the same host. */
static struct mln_sv host_name(struct mln_sv authority)
{
    struct mln_sv name;
    uint16_t port;

    if (mln_host_parse(authority, &name, &port) < 0)
        return authority;
    return name.len > 1 && name.p[name.len - 1] == '.' ? mln_sv_sub(name, 0, name.len - 1) : name;
}

/* The value of "host=" in one Forwarded element (RFC 7239 section 5.3), without quotes. */
static struct mln_sv forwarded_host(struct mln_sv element)
{
    while (element.p) {
        struct mln_sv pair = mln_sv_trim(mln_sv_split(&element, ';'));
        if (!mln_sv_istarts(pair, MLN_SV("host=")))
            continue;
        struct mln_sv v = mln_sv_trim(mln_sv_sub(pair, 5, pair.len));
        bool quoted = v.len >= 2 && v.p[0] == '"' && v.p[v.len - 1] == '"';
        return quoted ? mln_sv_sub(v, 1, v.len - 2) : v;
    }
    return MLN_SV_NULL;
}

static bool names_host(const struct mln_http_field *f)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_ieq_str(f->name, names[i]))
            return true;
    return false;
}

static bool counts(const struct mln_http_field *f)
{
    return !(f->flags & MLN_FIELD_DROPPED) &&
           (f->id == MLN_NAME_FORWARDED || f->id == MLN_NAME_X_FORWARDED_HOST ||
            (f->id == MLN_NAME_OTHER && names_host(f)));
}

bool mln_host_next(const struct mln_http_head *h, struct mln_host_iter *it, struct mln_sv *ret)
{
    if (!it->begun) {
        it->begun = true;
        *ret = host_name(h->authority.p ? h->authority : MLN_SV(""));
        return true;
    }
    for (;;) {
        while (it->list.p) {
            struct mln_sv item = mln_sv_trim(mln_sv_split(&it->list, ','));
            struct mln_sv host = it->forwarded ? forwarded_host(item) : item;
            if (host.len) {
                *ret = host_name(host);
                return true;
            }
        }
        while (it->field < h->n_fields && !counts(&h->fields[it->field]))
            it->field++;
        if (it->field == h->n_fields)
            return false;
        it->forwarded = h->fields[it->field].id == MLN_NAME_FORWARDED;
        it->list = h->fields[it->field++].value;
    }
}

/* Whether some host answers `match` when held against the glob. */
static bool has(const struct mln_http_head *h, struct mln_sv glob, bool match)
{
    struct mln_host_iter it = {0};
    struct mln_sv host;

    while (mln_host_next(h, &it, &host))
        if (mln_sv_glob(glob, host, true) == match)
            return true;
    return false;
}

bool mln_hosts_any(const struct mln_http_head *h, struct mln_sv glob)
{
    return has(h, glob, true);
}

bool mln_hosts_all(const struct mln_http_head *h, struct mln_sv glob)
{
    return !has(h, glob, false);
}
