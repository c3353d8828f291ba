/* The SQL injection detector on raw bytes, without lanes: tokens advance and lie within the value,
 * fragments within the tokens, places within the view, and the steps within 64 a byte. */
#include "engine/scan.h"
#include "engine/sql_fragment.h"
#include "engine/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tokens(struct mln_sv s)
{
    static struct mln_sql q;
    struct mln_sql_fragment f;

    for (uint32_t from = 0; from < s.len; from = q.next) {
        uint32_t last = from;
        mln_sql_tokenize(s, from, &q);
        MLN_REQUIRE(q.next > from && q.next <= s.len && q.n <= MLN_SQL_TOKENS_MAX);
        for (uint32_t i = 0; i < q.n; i++) {
            MLN_REQUIRE(q.t[i].len > 0 && q.t[i].off >= last);
            last = q.t[i].off + q.t[i].len;
            MLN_REQUIRE(last <= s.len);
        }
        for (uint32_t i = 0; i < q.n; i += 7) {
            mln_sql_fragment_read(&q, s, i, i % 2 == 0, &f);
            MLN_REQUIRE(f.from == i && f.end >= i && f.end <= q.n);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { STEPS_BASE = 4096 };
    struct mln_view v = {.p = data, .n = (uint32_t)size};
    struct mln_budget budget = {.steps_left = (uint64_t)size * 64 + STEPS_BASE};
    struct mln_detect_ctx ctx = {.loc = MLN_LOC_QUERY, .name = MLN_SV("q"), .budget = &budget};
    struct mln_findings f;

    if (size > MLN_VIEW_BYTES_MAX)
        return 0;
    v.classes = mln_byte_classes(mln_sv(data, size));
    mln_findings_clear(&f);
    mln_detect_sqli(&v, &ctx, &f);
    MLN_REQUIRE(!budget.exhausted);
    for (uint32_t i = 0; i < f.n; i++)
        MLN_REQUIRE((size_t)f.hit[i].off <= size && f.hit[i].len <= size - (size_t)f.hit[i].off);
    check_tokens(mln_sv(data, size));
    return 0;
}
