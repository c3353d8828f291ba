/* A whole request through codec and engine with the default policy: first byte chooses the pieces.
 */
#include "base/arena.h"
#include "engine/txn.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mln_buf blob;
static struct mln_snapshot snap;
static struct mln_engine *engine;

static void set_up(void)
{
    struct mln_policy *p = NULL;
    const struct mln_engine_config cfg = {{1, 2}, false, false};

    if (engine)
        return;
    MLN_REQUIRE(mln_policy_default(&p) == 0 && mln_policy_compile(p, &blob) == 0);
    MLN_REQUIRE(mln_snapshot_open(blob.p, blob.len, &snap) == 0);
    (void)mln_policy_free(p);
    engine = mln_engine_new(&cfg);
    MLN_REQUIRE(engine != NULL);
}

static void run(struct mln_arena *a, struct mln_txn *t, const char *raw, size_t len, size_t step)
{
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_head head;
    struct mln_http_fault fault;
    struct mln_h1_scan scan;
    struct mln_h1_body body;
    size_t have = 0;
    int r = 0;

    mln_h1_scan_init(&scan);
    while (r == 0 && have < len) {
        have = MLN_MIN(have + step, len);
        r = mln_h1_scan_feed(&scan, raw, have, false, &limits, &fault);
    }
    if (r != 1)
        return;
    if (mln_h1_parse_request(raw, scan.head_len, &limits, a, &head, &fault) < 0) {
        (void)mln_txn_fault(t, &fault);
        return;
    }
    (void)mln_txn_request_head(t, &head);
    mln_h1_body_init(&body, &head, &limits);
    for (size_t at = scan.head_len; at < len && !body.done;) {
        size_t used;
        struct mln_sv piece;
        if (mln_h1_body_feed(&body, raw + at, MLN_MIN(step, len - at), &used, &piece, &fault) < 0)
            break;
        at += used;
        if (piece.len && mln_txn_request_body(t, piece) == MLN_STEP_STOP)
            break;
        MLN_REQUIRE(mln_txn_release(t) < mln_txn_body_bytes(t) || mln_txn_body_bytes(t) == 0);
    }
    (void)mln_txn_request_end(t, NULL, 0);
    mln_h1_body_done(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_arena a;

    set_up();
    if (size < 2)
        return 0;
    mln_arena_init(&a, 16 << 20);
    const struct mln_txn_params p = {
        .snap = &snap, .rule = mln_snap_rule_first(&snap), .arena = &a};
    struct mln_txn *t = mln_txn_new(engine, &p);
    MLN_REQUIRE(t != NULL);
    run(&a, t, (const char *)data + 1, size - 1, (size_t)data[0] + 1);
    (void)mln_txn_free(t);
    mln_arena_done(&a);
    return 0;
}
