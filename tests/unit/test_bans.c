/* The table of bans: who is refused, for how long, and what a full or half-written table does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "intel/bans.h"

#define S MLN_NSEC_PER_SEC
static const struct mln_hash_key key = {1, 2};

static struct mln_bans *new_table(void)
{
    struct mln_bans *b = calloc(1, mln_bans_size());

    assert_non_null(b);
    mln_bans_open(b, &key);
    return b;
}

static struct mln_addr addr(const char *s)
{
    struct mln_addr a;

    assert_int_equal(mln_addr_parse(mln_sv_str(s), &a), 0);
    return a;
}

static void ban(struct mln_bans *b, const char *who, const char *rule, mln_nsec now, mln_nsec until)
{
    struct mln_ban x = {.addr = addr(who), .until = until};

    (void)snprintf(x.rule, sizeof(x.rule), "%s", rule);
    (void)snprintf(x.why, sizeof(x.why), "sqli");
    mln_bans_put(b, &x, now);
}

static bool has(const struct mln_bans *b, const char *who, const char *rule, mln_nsec now)
{
    struct mln_addr a = addr(who);

    return mln_bans_has(b, mln_sv_str(rule), &a, now);
}

static unsigned count(const struct mln_bans *b, mln_nsec now)
{
    struct mln_ban x;
    unsigned n = 0;

    for (uint32_t at = 0; mln_bans_next(b, &at, now, &x);)
        n++;
    return n;
}

static void test_a_ban_is_of_a_client_a_rule_and_a_time(void **state)
{
    struct mln_bans *b = new_table();
    struct mln_ban x;
    uint32_t at = 0;

    (void)state;
    assert_false(has(b, "192.0.2.1", "r", 0));
    ban(b, "192.0.2.1", "r", 10 * S, 20 * S);
    ban(b, "2001:db8::1", "r", 10 * S, 20 * S);
    assert_true(has(b, "192.0.2.1", "r", 10 * S));
    assert_true(has(b, "192.0.2.1", "r", 20 * S - 1));
    assert_false(has(b, "192.0.2.1", "r", 20 * S));
    assert_false(has(b, "192.0.2.2", "r", 10 * S));
    assert_false(has(b, "192.0.2.1", "other", 10 * S));
    assert_true(has(b, "2001:db8::ffff:1", "r", 10 * S)); /* its /64 */
    assert_false(has(b, "2001:db8:0:1::1", "r", 10 * S));
    ban(b, "192.0.2.1", "r", 15 * S, 25 * S); /* longer */
    ban(b, "192.0.2.1", "r", 16 * S, 17 * S); /* not shorter */
    assert_true(has(b, "192.0.2.1", "r", 24 * S));
    assert_int_equal(mln_bans_made(b), 2);
    assert_true(mln_bans_next(b, &at, 21 * S, &x));
    assert_true(x.since == 10 * S && x.until == 25 * S);
    assert_string_equal(x.rule, "r");
    assert_false(mln_bans_next(b, &at, 21 * S, &x));
    ban(b, "192.0.2.9", "r", S, S + 2 * MLN_BAN_LONGEST);
    assert_false(has(b, "192.0.2.9", "r", S + MLN_BAN_LONGEST));
    free(b);
}

static void test_bans_are_lifted(void **state)
{
    struct mln_bans *b = new_table();
    struct mln_addr a = addr("192.0.2.1"), six = addr("2001:db8::77");

    (void)state;
    ban(b, "192.0.2.1", "r", 0, S);
    ban(b, "192.0.2.1", "other", 0, S);
    ban(b, "192.0.2.2", "r", 0, S);
    ban(b, "2001:db8::1", "r", 0, S);
    assert_int_equal(mln_bans_lift(b, &a, 0), 2);
    assert_false(has(b, "192.0.2.1", "r", 0));
    assert_true(has(b, "192.0.2.2", "r", 0));
    assert_int_equal(mln_bans_lift(b, &six, 0), 1);
    assert_int_equal(mln_bans_lift(b, NULL, 0), 1);
    assert_int_equal(count(b, 0), 0);
    free(b);
}

/* More clients than it has room for: it stays as large as it is, and the longest bans stay. */
static void test_a_full_table_gives_up_what_ends_first(void **state)
{
    struct mln_bans *b = new_table();
    struct mln_ban x = {.rule = "r"};

    (void)state;
    ban(b, "192.0.2.1", "r", 0, 1000 * S);
    for (uint32_t i = 0; i < 4 * MLN_BANS_MAX; i++) {
        x.addr = addr("10.0.0.0");
        x.addr.b[13] = (uint8_t)(i >> 16);
        x.addr.b[14] = (uint8_t)(i >> 8);
        x.addr.b[15] = (uint8_t)i;
        x.until = 10 * S + i;
        mln_bans_put(b, &x, 0);
        assert_true(mln_bans_has(b, MLN_SV("r"), &x.addr, 0)); /* the newest always holds */
    }
    assert_true(has(b, "192.0.2.1", "r", 0));
    assert_in_range(count(b, 0), MLN_BANS_MAX * 9 / 10, MLN_BANS_MAX);
    assert_int_equal(mln_bans_crowded(b) + count(b, 0), mln_bans_made(b));
    free(b);
}

/* An upgrade: what holds goes on as it was, what is half written is nobody's. */
static void test_another_table_is_adopted(void **state)
{
    const struct mln_hash_key other = {3, 4};
    struct mln_bans *old = new_table(), *b = calloc(1, mln_bans_size());
    struct mln_ban x;
    uint32_t at = 0;

    (void)state;
    assert_non_null(b);
    assert_false(mln_bans_adopt(old, b, 0)); /* not formatted */
    mln_bans_open(b, &other);
    ban(old, "192.0.2.1", "r", 5 * S, 60 * S);
    ban(old, "2001:db8::1", "s", 5 * S, 90 * S);
    ban(old, "192.0.2.2", "r", 5 * S, 9 * S);
    ban(b, "192.0.2.3", "r", 8 * S, 70 * S);
    assert_true(mln_bans_adopt(b, old, 10 * S));
    assert_int_equal(count(b, 10 * S), 3);
    assert_true(has(b, "192.0.2.1", "r", 59 * S) && !has(b, "192.0.2.1", "r", 60 * S));
    assert_true(has(b, "2001:db8::ffff", "s", 10 * S) && !has(b, "2001:db8::1", "r", 10 * S));
    while (mln_bans_next(b, &at, 10 * S, &x))
        assert_int_equal(x.since / S, mln_addr_is_v4(&x.addr) && x.addr.b[15] == 3 ? 8 : 5);
    for (size_t i = 0; i + sizeof(x.addr) <= mln_bans_size(); i += 8) { /* of another client now */
        struct mln_addr a = addr("192.0.2.1");
        if (memcmp((char *)old + i, &a, sizeof(a)) == 0)
            ((char *)old)[i + 15] = 9;
    }
    mln_bans_lift(b, NULL, 10 * S);
    assert_true(mln_bans_adopt(b, old, 10 * S));
    assert_int_equal(count(b, 10 * S), 1);
    free(old);
    free(b);
}

/* Of a writer that died within a write nothing is left but an empty place. */
static void test_a_half_written_ban_is_mended(void **state)
{
    struct mln_bans *b = new_table();

    (void)state;
    ban(b, "192.0.2.1", "r", 0, S);
    for (size_t i = 0; i < mln_bans_size() / 8; i++) { /* the one version that is not 0 */
        uint64_t *word = (uint64_t *)(void *)b + i;
        if (*word == 2 && i > 8) {
            *word = 3;
            break;
        }
    }
    assert_false(has(b, "192.0.2.1", "r", 0));
    mln_bans_open(b, &key);
    assert_int_equal(count(b, 0), 0);
    ban(b, "192.0.2.1", "r", 0, S);
    assert_true(has(b, "192.0.2.1", "r", 0));
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_ban_is_of_a_client_a_rule_and_a_time),
        cmocka_unit_test(test_bans_are_lifted),
        cmocka_unit_test(test_a_full_table_gives_up_what_ends_first),
        cmocka_unit_test(test_a_half_written_ban_is_mended),
        cmocka_unit_test(test_another_table_is_adopted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
