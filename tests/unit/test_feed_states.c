/* What the feeder says of its Feeds, which are labels of metrics, and how often it is listened to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/feeds.h"

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

static void count(void *arg)
{
    ++*(unsigned *)arg;
}

static void turn_for(struct mln_loop *l, mln_nsec time)
{
    mln_nsec end = mln_now_mono() + time;

    while (mln_now_mono() < end)
        assert_int_equal(mln_loop_turn(l, MLN_NSEC_PER_MSEC), 0);
}

static void test_news_without_end_are_passed_on_now_and_then(void **state)
{
    unsigned told = 0;
    struct mln_feeds f = {.news = count, .arg = &told, .news_pause = 200 * MLN_NSEC_PER_MSEC};

    (void)state;
    assert_int_equal(mln_loop_new(&f.loop), 0);
    f.control.fd = f.dir = -1;
    for (unsigned i = 0; i < 1000; i++)
        mln_feeds_news(&f);
    assert_int_equal(told, 1); /* at once */
    turn_for(f.loop, 300 * MLN_NSEC_PER_MSEC);
    assert_int_equal(told, 2); /* all others together */
    turn_for(f.loop, 300 * MLN_NSEC_PER_MSEC);
    assert_int_equal(told, 2);
    mln_feeds_news(&f);
    assert_int_equal(told, 3);
    mln_feeds_done(&f);
    (void)mln_loop_free(f.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_no_way_into_metrics),
        cmocka_unit_test(test_news_without_end_are_passed_on_now_and_then),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
