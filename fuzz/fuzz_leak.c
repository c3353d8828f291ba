/* An answer in pieces: first byte, the size of a piece; the rest, the body. The same detections as
 * in one piece, releases that never go back, masks only over what was not released. */
#include "../tests/snapshot_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mln_buf blob;
static struct mln_snapshot snap;
static struct mln_engine *engine;

static void set_up(void)
{
    static const char text[] =
        "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\nspec: {protections: {leakage: "
        "{action: prevent, on_match: mask, subs: {card: prevent, php_info: alert}}}}\n";
    const struct mln_engine_config cfg = {{1, 2}, false, false};
    struct mln_diags diags = {0};
    struct mln_policy *p = NULL;

    if (engine)
        return;
    MLN_REQUIRE(mln_policy_load_text("p", mln_sv(text, sizeof(text) - 1), &p, &diags) == 0);
    MLN_REQUIRE(mln_policy_compile(p, &blob) == 0);
    MLN_REQUIRE(mln_snapshot_open(blob.p, blob.len, &snap) == 0);
    engine = mln_engine_new(&cfg);
    MLN_REQUIRE(engine);
    mln_policy_free(p);
    mln_diags_done(&diags);
}

static void take(struct mln_txn *t, size_t received, uint64_t *released)
{
    struct mln_response_mask m;
    uint64_t before = *released;

    while (mln_txn_response_mask(t, &m))
        MLN_REQUIRE(m.from >= before && m.from <= m.to && m.to <= received);
    *released = mln_txn_response_release(t);
    MLN_REQUIRE(*released >= before);
    MLN_REQUIRE(*released == UINT64_MAX || *released <= received);
}

/* A bit per detector that spoke. */
static uint64_t judge(struct mln_sv body, size_t step)
{
    static const char raw[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char answer[] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n";
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_head head, resp;
    struct mln_http_fault fault;
    struct mln_arena a;
    uint64_t released = 0, seen = 0;

    mln_arena_init(&a, 4 << 20);
    const struct mln_txn_params params = {
        .snap = &snap, .rule = mln_snap_rule_first(&snap), .arena = &a};
    struct mln_txn *t = mln_txn_new(engine, &params);
    MLN_REQUIRE(t && mln_h1_parse_request(raw, sizeof(raw) - 1, &limits, &a, &head, &fault) == 0);
    MLN_REQUIRE(mln_h1_parse_response(answer, sizeof(answer) - 1, MLN_METHOD_GET, &limits, &a,
                                      &resp, &fault) == 0);
    (void)mln_txn_request_head(t, &head);
    (void)mln_txn_request_end(t, NULL, 0);
    (void)mln_txn_response_head(t, &resp);
    for (size_t i = 0; i < body.len; i += step) {
        struct mln_sv piece = mln_sv_sub(body, i, step);
        (void)mln_txn_response_body(t, piece);
        take(t, i + piece.len, &released);
    }
    (void)mln_txn_response_end(t);
    take(t, body.len, &released);
    const struct mln_verdict *v = mln_txn_verdict(t);
    for (uint16_t i = 0; i < v->n; i++)
        seen |= UINT64_C(1) << (v->d[i].detector - MLN_DET_LEAKAGE_private_key);
    (void)mln_txn_free(t);
    mln_arena_done(&a);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 100000)
        return 0;
    set_up();
    struct mln_sv body = mln_sv((const char *)data + 1, size - 1);
    MLN_REQUIRE(judge(body, data[0] + 1U) == judge(body, SIZE_MAX / 2));
    return 0;
}
