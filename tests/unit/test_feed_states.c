/* What the feeder says of its Feeds, which are labels of metrics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/feed_states.h"

static bool take(struct mln_feed_states *s, const char *name, size_t len)
{
    struct mln_feed_msg msg = {
        .m = {.version = MLN_WIRE_VERSION, .type = MLN_WIRE_FEED_STATE, .app = 1, .arg = 3}};

    memcpy(msg.name, name, len);
    return mln_feed_states_take(s, &msg, sizeof(msg));
}

static void test_a_name_is_no_way_into_metrics(void **state)
{
    struct mln_feed_states s = {.n = 0};
    struct mln_buf out = {0};
    char endless[MLN_FEED_NAME];

    (void)state;
    memset(endless, 'a', sizeof(endless));
    assert_false(take(&s, "x\"} 1\nmerlon_bans 0", 19));
    assert_false(take(&s, endless, sizeof(endless)));
    assert_int_equal(s.n, 0);
    assert_true(take(&s, "exits-1.a_b", 11));
    mln_feed_states_metrics(&s, 1, &out);
    assert_true(mln_sv_find(mln_buf_sv(&out), MLN_SV("failures{feed=\"exits-1.a_b\"} 3\n")) !=
                SIZE_MAX);
    mln_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_no_way_into_metrics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
