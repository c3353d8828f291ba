#include "node/feed_states.h"

/* As policies name Feeds (policy/lists.c). It becomes a label, and the feeder, who says it, talks
 * to servers of others. */
static bool is_name(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_WORD) && s.p[i] != '-' && s.p[i] != '.')
            return false;
    return s.len < MLN_FEED_NAME;
}

bool mln_feed_states_take(struct mln_feed_states *s, const struct mln_feed_msg *msg, size_t bytes)
{
    if (bytes != sizeof(*msg) || msg->m.version != MLN_WIRE_VERSION ||
        msg->m.type != MLN_WIRE_FEED_STATE ||
        !is_name(mln_sv(msg->name, strnlen(msg->name, sizeof(msg->name)))))
        return false;
    s->n = MLN_MIN(msg->m.app, (uint32_t)MLN_FEEDS_MAX);
    if (msg->m.index >= s->n)
        return true;
    s->v[msg->m.index] = *msg;
    return true;
}

static unsigned long long age_s(const struct mln_feed_msg *f, mln_nsec now)
{
    return now > f->m.id ? (now - f->m.id) / MLN_NSEC_PER_SEC : 0;
}

void mln_feed_states_json(const struct mln_feed_states *s, mln_nsec now, struct mln_buf *out)
{
    mln_buf_add_str(out, "\"feeds\":[");
    for (unsigned i = 0; i < s->n; i++) {
        const struct mln_feed_msg *f = &s->v[i];
        mln_buf_add_str(out, i ? ",{\"name\":" : "{\"name\":");
        mln_buf_add_json(out, mln_sv_str(f->name));
        if (f->m.id)
            mln_buf_addf(out, ",\"age_s\":%llu", age_s(f, now));
        mln_buf_addf(out, ",\"failures\":%llu}", (unsigned long long)f->m.arg);
    }
    mln_buf_add_char(out, ']');
}

void mln_feed_states_metrics(const struct mln_feed_states *s, mln_nsec now, struct mln_buf *out)
{
    mln_buf_add_str(out, "# HELP merlon_feed_age_seconds Since the list of a Feed was fetched or "
                         "found unchanged\n# TYPE merlon_feed_age_seconds gauge\n");
    for (unsigned i = 0; i < s->n; i++)
        if (s->v[i].m.id)
            mln_buf_addf(out, "merlon_feed_age_seconds{feed=\"%s\"} %llu\n", s->v[i].name,
                         age_s(&s->v[i], now));
    mln_buf_add_str(out, "# HELP merlon_feed_failures Fetches of a Feed that failed since then\n"
                         "# TYPE merlon_feed_failures gauge\n");
    for (unsigned i = 0; i < s->n; i++)
        mln_buf_addf(out, "merlon_feed_failures{feed=\"%s\"} %llu\n", s->v[i].name,
                     (unsigned long long)s->v[i].m.arg);
}
