/* Who the client is (design section 4.2), and whether the policy lets it in. */
#include "engine/txn_priv.h"
#include "intel/bans.h"

static bool is_trusted(const struct mln_txn *t, const struct mln_addr *a)
{
    return mln_snap_lists_have(t->p.snap, t->rule->trusted_proxies, a);
}

/* "203.0.113.7", "203.0.113.7:4711", "[2001:db8::1]:443", "2001:db8::1", in quotes or not. */
static bool parse_hop(struct mln_sv s, struct mln_addr *ret)
{
    uint16_t port;

    s = mln_sv_trim(s);
    if (s.len >= 2 && s.p[0] == '"' && s.p[s.len - 1] == '"')
        s = mln_sv_sub(s, 1, s.len - 2);
    if (mln_addr_parse(s, ret) == 0)
        return true;
    if (s.len >= 2 && s.p[0] == '[' && s.p[s.len - 1] == ']')
        return mln_addr_parse(mln_sv_sub(s, 1, s.len - 2), ret) == 0;
    return s.len && s.p[0] != ':' && mln_addr_port_parse(s, ret, &port) == 0;
}

/* The address in the "for=" of one Forwarded element (RFC 7239 section 4). */
static struct mln_sv forwarded_for(struct mln_sv element)
{
    while (element.p) {
        struct mln_sv pair = mln_sv_trim(mln_sv_split(&element, ';'));
        if (mln_sv_istarts(pair, MLN_SV("for=")))
            return mln_sv_sub(pair, 4, pair.len);
    }
    return MLN_SV_NULL;
}

/* Cuts the right-most list element off *list. */
static struct mln_sv last_element(struct mln_sv *list)
{
    size_t i = list->len;

    while (i && list->p[i - 1] != ',')
        i--;
    struct mln_sv last = mln_sv_sub(*list, i, list->len);
    *list = i ? mln_sv_sub(*list, 0, i - 1) : MLN_SV_NULL;
    return last;
}

/* Walks one field from the right while hops are trusted; *ret: the last hop. True when the walk
 * ended at a client. */
static bool walk_field(const struct mln_txn *t, struct mln_sv list, bool is_forwarded,
                       struct mln_addr *ret)
{
    while (list.p) {
        struct mln_addr hop;
        struct mln_sv element = last_element(&list);
        if (is_forwarded)
            element = forwarded_for(element);
        if (!element.p || !parse_hop(element, &hop))
            return true; /* what is left of here nobody vouches for */
        *ret = hop;
        if (!is_trusted(t, &hop))
            return true;
    }
    return false;
}

/* The client by one kind of field; false when there is none that tells. */
static bool walk_fields(const struct mln_txn *t, enum mln_http_name id, struct mln_addr *ret)
{
    const struct mln_http_head *h = t->head;

    *ret = t->p.peer;
    for (uint32_t i = h->n_fields; i-- > 0;) {
        const struct mln_http_field *f = &h->fields[i];
        if (f->id == id && !(f->flags & MLN_FIELD_DROPPED) &&
            walk_field(t, f->value, id == MLN_NAME_FORWARDED, ret))
            break;
    }
    return !mln_addr_eq(ret, &t->p.peer);
}

/* A proxy writes one of the two kinds of field and passes on what the client wrote into the other.
 * Which one is not known, so when they differ both addresses count (mln_client_access). */
void mln_client_identify(struct mln_txn *t)
{
    struct mln_addr listed, forwarded;

    t->client = (struct mln_client){.addr = t->p.peer, .peer = t->p.peer, .port = t->p.peer_port};
    if (!t->rule || !t->rule->trusted_proxies.count || !is_trusted(t, &t->p.peer))
        return;
    t->client.peer_trusted = true;
    bool has_listed = walk_fields(t, MLN_NAME_X_FORWARDED_FOR, &listed);
    bool has_forwarded = walk_fields(t, MLN_NAME_FORWARDED, &forwarded);
    if (!has_listed && !has_forwarded)
        return;
    t->client.addr = has_listed ? listed : forwarded;
    t->client.port = 0;
    t->client.forwarded = true;
    t->client.other = forwarded;
    t->client.disputed = has_listed && mln_http_get(t->head, MLN_NAME_FORWARDED).p &&
                         !mln_addr_eq(&listed, &forwarded);
}

/* Lists that restrict hold for either address, lists that relax for both. */
static bool is_denied(const struct mln_txn *t)
{
    return mln_snap_lists_have(t->p.snap, t->rule->deny, &t->client.addr) ||
           (t->client.disputed && mln_snap_lists_have(t->p.snap, t->rule->deny, &t->client.other));
}

static bool is_allowed(const struct mln_txn *t)
{
    return mln_snap_lists_have(t->p.snap, t->rule->allow, &t->client.addr) &&
           (!t->client.disputed ||
            mln_snap_lists_have(t->p.snap, t->rule->allow, &t->client.other));
}

static void report_client(struct mln_txn *t, enum mln_detector_id detector, int action,
                          const char *message)
{
    char text[MLN_ADDR_TEXT];

    (void)mln_addr_format(&t->client.addr, text);
    mln_report(t, &(struct mln_report){
                      .detector = detector,
                      .loc = MLN_LOC_MAX,
                      .value = mln_sv_str(text),
                      .length = (uint32_t)strlen(text),
                      .score = 100,
                      .message = message,
                      .action = action,
                  });
}

static void check_reputation(struct mln_txn *t)
{
    static const enum mln_detector_id detectors[] = {
        MLN_DET_REPUTATION_tor, MLN_DET_REPUTATION_botnet, MLN_DET_REPUTATION_ddos};
    uint64_t tags = mln_snap_tags(t->p.snap, &t->client.addr);

    if (t->client.disputed)
        tags |= mln_snap_tags(t->p.snap, &t->client.other);
    for (; tags; tags &= tags - 1) {
        unsigned tag = (unsigned)__builtin_ctzll(tags);
        report_client(t, tag < MLN_ARRAY_LEN(detectors) ? detectors[tag] : MLN_DET_REPUTATION_own,
                      t->rule->reputation[tag], NULL);
    }
}

static bool is_among(const struct mln_txn *t, struct mln_snap_span refs, struct mln_sv country)
{
    for (uint32_t i = 0; country.p && i < refs.count; i++)
        if (mln_sv_eq(mln_snap_str(t->p.snap, mln_snap_refs(t->p.snap, refs.first + i)), country))
            return true;
    return false;
}

/* Without the data nobody is refused for it: an `allow` would be a `deny` for all. */
static bool is_refused_country(const struct mln_txn *t, const struct mln_addr *a)
{
    const struct mln_snap_rule *r = t->rule;
    struct mln_sv country = mln_snap_country(t->p.snap, a);

    return is_among(t, r->countries_deny, country) ||
           (r->countries_allow.count && mln_snap_has_countries(t->p.snap) &&
            !is_among(t, r->countries_allow, country));
}

static void check_country(struct mln_txn *t)
{
    if (!t->rule->countries_allow.count && !t->rule->countries_deny.count)
        return;
    if (is_refused_country(t, &t->client.addr) ||
        (t->client.disputed && is_refused_country(t, &t->client.other)))
        report_client(t, MLN_DET_ACCESS_country, -1, NULL);
}

/* Whether the address says who the client is: that of a proxy, without a word of it about the
 * client, does not. */
static bool is_own_address(const struct mln_txn *t)
{
    return !t->rule->trusted_proxies.count || !is_trusted(t, &t->client.addr);
}

bool mln_client_may_be_banned(const struct mln_txn *t)
{
    return is_own_address(t) &&
           (t->client.forwarded || t->rule->ban_private || !mln_addr_is_private(&t->client.addr));
}

/* One that comes by two addresses is refused for either. */
static bool is_banned(const struct mln_txn *t)
{
    struct mln_sv rule = mln_snap_str(t->p.snap, t->rule->name);

    return t->p.bans &&
           (mln_bans_has(t->p.bans, rule, &t->client.addr, t->p.wall) ||
            (t->client.disputed && mln_bans_has(t->p.bans, rule, &t->client.other, t->p.wall)));
}

void mln_client_access(struct mln_txn *t)
{
    if (!mln_txn_active(t))
        return;
    if (t->rule->allow.count && is_allowed(t)) {
        t->skip |= t->rule->allow_skip;
        return;
    }
    if (is_banned(t))
        report_client(t, MLN_DET_ACCESS_banned, -1, NULL);
    if (t->rule->deny.count && is_denied(t))
        report_client(t, MLN_DET_ACCESS_denied, -1, "the client's address is on a deny list");
    if (!is_own_address(t))
        return;
    check_reputation(t);
    check_country(t);
}

bool mln_is_https(const struct mln_txn *t)
{
    return t->client.peer_trusted && mln_http_get(t->head, MLN_NAME_X_FORWARDED_PROTO).p
               ? mln_sv_ieq(mln_http_get(t->head, MLN_NAME_X_FORWARDED_PROTO), MLN_SV("https"))
               : t->p.tls;
}
