/* Roll-up: repeats keep their event, sources do not crowd each other out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/rollup.h"

static const struct mln_hash_key key = {1, 2};
static uint8_t serial;

#define MS MLN_NSEC_PER_MSEC
#define AT(ms) (MLN_NSEC_PER_SEC * 1000 + (ms)*MS)

/* A fresh event as the data plane makes it: an id of its own, revision and count 1. */
static struct mln_audit_record event(const char *name, uint8_t client)
{
    struct mln_audit_record r = {.revision = 1, .count = 1};

    r.protection = MLN_SV("sqli");
    r.detector = MLN_SV("tautology");
    r.field.name = mln_sv_str(name);
    r.client.ip.b[15] = client;
    r.event_id.b[0] = ++serial;
    r.first = r.last = r.time = serial;
    return r;
}

static void test_repeat_keeps_id_and_counts(void **state)
{
    struct mln_rollup *u = mln_rollup_new(&key);
    struct mln_audit_record a = event("id", 1), b = event("id", 1), c = event("id", 1);
    struct mln_audit_record before = a;

    (void)state;
    assert_int_equal(mln_rollup_take(u, &a, AT(0)), MLN_ROLLUP_FIRST);
    assert_memory_equal(&a, &before, sizeof(a));
    assert_int_equal(mln_rollup_take(u, &b, AT(10)), MLN_ROLLUP_MORE);
    assert_int_equal(mln_rollup_take(u, &c, AT(9999)), MLN_ROLLUP_MORE);
    assert_memory_equal(&b.event_id, &a.event_id, 16);
    assert_memory_equal(&c.event_id, &a.event_id, 16);
    assert_int_equal(b.revision, 2);
    assert_int_equal(c.revision, 3);
    assert_int_equal(c.count, 3);
    assert_int_equal(c.first, a.first);
    assert_int_not_equal(c.last, a.last);
    u = mln_rollup_free(u);
}

static void test_after_the_window_it_is_a_new_event(void **state)
{
    struct mln_rollup *u = mln_rollup_new(&key);
    struct mln_audit_record a = event("id", 1), b = event("id", 1);

    (void)state;
    (void)mln_rollup_take(u, &a, AT(0));
    assert_int_equal(mln_rollup_take(u, &b, AT(10000)), MLN_ROLLUP_FIRST);
    assert_memory_not_equal(&b.event_id, &a.event_id, 16);
    assert_int_equal(b.count, 1);
    u = mln_rollup_free(u);
}

static void test_each_part_of_the_key_tells_events_apart(void **state)
{
    struct mln_rollup *u = mln_rollup_new(&key);
    struct mln_audit_record first = event("id", 1), r[6];

    (void)state;
    (void)mln_rollup_take(u, &first, AT(0));
    for (size_t i = 0; i < MLN_ARRAY_LEN(r); i++)
        r[i] = event("id", 1);
    r[0].field.name = MLN_SV("i");
    r[1].client.ip.b[0] = 1;
    r[2].detector = MLN_SV("union");
    r[3].protection = MLN_SV("xss");
    r[4].workload.app_port = 81;
    r[5].effect = MLN_EFFECT_PREVENT;
    for (size_t i = 0; i < MLN_ARRAY_LEN(r); i++) {
        assert_int_equal(mln_rollup_take(u, &r[i], AT(1)), MLN_ROLLUP_FIRST);
        assert_int_equal(r[i].count, 1);
    }
    u = mln_rollup_free(u);
}

static void test_flood_is_written_rarely_and_counted_well(void **state)
{
    struct mln_rollup *u = mln_rollup_new(&key);
    unsigned written = 0;
    uint32_t count = 0, revision = 0;

    (void)state;
    for (unsigned ms = 0; ms < 9000; ms++) {
        struct mln_audit_record r = event("id", 1);
        if (mln_rollup_take(u, &r, AT(ms)) == MLN_ROLLUP_SKIP)
            continue;
        assert_true(r.revision > revision && r.count > count);
        revision = r.revision;
        count = r.count;
        written++;
    }
    assert_in_range(written, 60, 70); /* the first 32, then four a second */
    assert_true(count > 9000 - 251);
    u = mln_rollup_free(u);
}

struct told {
    unsigned n;
    uint32_t count, revision;
    mln_nsec last;
    bool room;
};

static bool tell(void *arg, const struct mln_audit_record *r)
{
    struct told *t = arg;

    if (!t->room)
        return false;
    assert_true(mln_sv_eq(r->field.name, MLN_SV("id")));
    t->n++;
    t->count = r->count;
    t->revision = r->revision;
    t->last = r->last;
    return true;
}

/* A thousand repeats in a second, all that is not written is kept; the last record. */
static struct mln_audit_record flood(struct mln_rollup *u, uint32_t *ret_revision)
{
    struct mln_audit_record r = {0};

    for (unsigned ms = 0; ms < 1000; ms++) {
        r = event("id", 1);
        if (mln_rollup_take(u, &r, AT(ms)) == MLN_ROLLUP_SKIP)
            assert_true(mln_rollup_keep(u, &r, AT(ms)));
        else
            *ret_revision = r.revision;
    }
    return r;
}

static void test_the_end_of_a_flood_is_told(void **state)
{
    struct mln_rollup *u = mln_rollup_new(&key);
    struct told t = {.room = true};
    uint32_t written = 0;
    struct mln_audit_record last = flood(u, &written);

    (void)state;
    assert_in_range(mln_rollup_due(u), AT(999), AT(1250));
    mln_rollup_flush(u, AT(999), tell, &t);
    assert_int_equal(t.n, 0);
    t.room = false;
    mln_rollup_flush(u, AT(1250), tell, &t);
    assert_true(mln_rollup_due(u) > AT(1250));
    t.room = true;
    mln_rollup_flush(u, AT(1500), tell, &t);
    assert_int_equal(t.n, 1);
    assert_int_equal(t.count, 1000);
    assert_int_equal(t.last, last.last);
    assert_true(t.revision > written);
    assert_int_equal(mln_rollup_due(u), 0);
    struct mln_audit_record next = event("id", 1);
    assert_int_equal(mln_rollup_take(u, &next, AT(3000)), MLN_ROLLUP_MORE);
    assert_true(next.revision > t.revision && next.count == 1001);
    u = mln_rollup_free(u);
}

static void test_what_is_kept_outlives_its_place_in_the_table(void **state)
{
    struct mln_rollup *u = mln_rollup_new(&key);
    struct told t = {.room = true};
    uint32_t written = 0;
    char name[16];

    (void)state;
    (void)flood(u, &written);
    for (unsigned i = 0; i < 20000; i++) {
        (void)snprintf(name, sizeof(name), "n%u", i);
        struct mln_audit_record r = event(name, 2);
        (void)mln_rollup_take(u, &r, AT(1001));
    }
    mln_rollup_flush(u, UINT64_MAX, tell, &t);
    assert_int_equal(t.n, 1);
    assert_int_equal(t.count, 1000);
    u = mln_rollup_free(u);
}

static void test_few_records_are_kept(void **state)
{
    struct mln_rollup *u = mln_rollup_new(&key);
    unsigned kept = 0;
    char name[16];

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof(name), "n%u", i);
        struct mln_audit_record r = event(name, 1);
        (void)mln_rollup_take(u, &r, AT(i));
        kept += mln_rollup_keep(u, &r, AT(i));
    }
    assert_int_equal(kept, 64);
    u = mln_rollup_free(u);
}

static void test_source_of_many_events_stands_back_for_others(void **state)
{
    struct mln_rollup *u = mln_rollup_new(&key);
    unsigned firsts = 0;
    char name[16];

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof(name), "n%u", i);
        struct mln_audit_record r = event(name, 1);
        firsts += mln_rollup_take(u, &r, AT(i)) == MLN_ROLLUP_FIRST;
    }
    assert_in_range(firsts, 16, 40); /* its own share; a little more where the table forgot it */
    struct mln_audit_record other = event("id", 2);
    assert_int_equal(mln_rollup_take(u, &other, AT(1000)), MLN_ROLLUP_FIRST);
    u = mln_rollup_free(u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repeat_keeps_id_and_counts),
        cmocka_unit_test(test_after_the_window_it_is_a_new_event),
        cmocka_unit_test(test_each_part_of_the_key_tells_events_apart),
        cmocka_unit_test(test_flood_is_written_rarely_and_counted_well),
        cmocka_unit_test(test_the_end_of_a_flood_is_told),
        cmocka_unit_test(test_what_is_kept_outlives_its_place_in_the_table),
        cmocka_unit_test(test_few_records_are_kept),
        cmocka_unit_test(test_source_of_many_events_stands_back_for_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
