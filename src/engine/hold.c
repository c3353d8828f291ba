/* How much of a request body is held, and what of it may leave before the verdict (design section
 * 4.7, docs/adr/0005). */
#include "engine/txn_priv.h"

/* Bodies that a client goes on with as long as it likes: their messages are to get through. */
static bool is_stream(struct mln_sv content_type)
{
    static const char *const types[] = {
        "application/x-ndjson", "application/ndjson",      "application/jsonl",
        "application/x-jsonl",  "application/x-jsonlines", "application/json-lines",
        "application/json-seq", "application/stream+json", "text/event-stream",
    };
    struct mln_media_type mt;

    mln_media_type_parse(content_type.p ? content_type : MLN_SV(""), &mt);
    for (size_t i = 0; i < MLN_ARRAY_LEN(types); i++)
        if (mln_sv_ieq_str(mt.type, types[i]))
            return true;
    return mln_sv_istarts(mt.type, MLN_SV("application/grpc"));
}

void mln_hold_choose(struct mln_txn *t)
{
    bool by_type = is_stream(mln_http_get(t->head, MLN_NAME_CONTENT_TYPE));

    t->streams = !mln_custom_wants_body(t) &&
                 (t->rule->hold == MLN_HOLD_MESSAGE || (t->rule->hold == MLN_HOLD_AUTO && by_type));
}

bool mln_txn_holds(const struct mln_txn *t)
{
    uint64_t hold = mln_txn_limit_of(t, MLN_LIMIT_body_inspect);

    if (!mln_txn_active(t) || t->passed || t->streams || !t->head ||
        t->head->framing == MLN_FRAMING_NONE)
        return false;
    if (t->head->framing == MLN_FRAMING_LENGTH)
        return t->head->content_length <= hold;
    return t->body.received <= hold;
}

/* What ends the message waits in any case: its last byte, or the chunk behind the last one, which
 * is not ours to release. A message within a stream must not wait for the next one. */
static uint64_t last_withheld(const struct mln_txn *t)
{
    if (!t->streams)
        return t->body.received - 1;
    return t->head->framing == MLN_FRAMING_LENGTH ? t->head->content_length - 1 : t->body.received;
}

uint64_t mln_txn_release(const struct mln_txn *t)
{
    if (t->passed || !mln_txn_active(t))
        return UINT64_MAX;
    if (mln_txn_step(t) == MLN_STEP_STOP || mln_txn_holds(t) || t->body.received == 0)
        return 0;
    return MLN_MIN(t->body.judged, last_withheld(t));
}
