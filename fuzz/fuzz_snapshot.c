/* A good blob with changes: each four bytes of the input are an offset (three, little-endian, taken
 * modulo the length) and what is XORed there. What opens must be safe to read and to judge by. */
#include "../tests/snapshot_use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mln_buf blob;
static struct mln_engine *engine;
static uint8_t *copy;

static void set_up(void)
{
    const struct mln_engine_config cfg = {{1, 2}, false, false};

    if (engine)
        return;
    blob = snapshot_blob();
    copy = aligned_alloc(8, blob.len); /* a blob's length is a multiple of 8 */
    engine = mln_engine_new(&cfg);
    MLN_REQUIRE(copy && engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_snapshot s;

    set_up();
    memcpy(copy, blob.p, blob.len);
    for (size_t i = 0; i + 4 <= size; i += 4)
        copy[(data[i] | (size_t)data[i + 1] << 8 | (size_t)data[i + 2] << 16) % blob.len] ^=
            data[i + 3];
    if (mln_snapshot_open(copy, blob.len, &s) < 0)
        return 0;
    for (uint32_t i = 0; i < s.n_rules; i++) {
        (void)snapshot_use_rule(&s, &s.rules[i]);
        snapshot_use_txn(&s, engine, &s.rules[i]);
    }
    return 0;
}
