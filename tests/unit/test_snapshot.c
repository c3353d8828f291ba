/* Snapshot blobs: what is accepted, and that a damaged one is refused or harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../snapshot_use.h"

/* An exact copy, so that a sanitizer sees the first byte past the end. */
static char *exact_copy(const struct mln_buf *b, size_t len)
{
    void *p = NULL;

    assert_int_equal(posix_memalign(&p, 8, len ? len : 1), 0);
    memcpy(p, b->p, len);
    return p;
}

static void test_a_good_blob_opens_and_answers(void **state)
{
    struct mln_buf blob = snapshot_blob();
    struct mln_snapshot s;

    (void)state;
    assert_int_equal(mln_snapshot_open(blob.p, blob.len, &s), 0);
    assert_int_equal(s.n_rules, 1);
    const struct mln_snap_rule *r = mln_snap_rule_first(&s);
    assert_non_null(r);
    assert_int_equal(r->endpoints.count, 2);
    assert_int_equal(mln_snap_endpoint(&s, r->endpoints.first)->port, 80);
    assert_true(mln_sv_eq(mln_snap_str(&s, r->block_html), MLN_SV("<p>{{event_id}}</p>")));
    assert_true(mln_sv_eq(mln_snap_str(&s, mln_snap_header_rule(&s, r->headers.first)->name),
                          MLN_SV("x-key")));
    assert_true(snapshot_use_rule(&s, r) > 0);
    mln_buf_done(&blob);
}

static void test_every_truncation_is_refused(void **state)
{
    struct mln_buf blob = snapshot_blob();
    struct mln_snapshot s;

    (void)state;
    for (size_t len = 0; len < blob.len; len++) {
        char *copy = exact_copy(&blob, len);
        assert_true(mln_snapshot_open(copy, len, &s) < 0);
        free(copy);
    }
    mln_buf_done(&blob);
}

/* Also with the length set to what is left: then only the sections' bounds protect. */
static void test_truncation_with_a_matching_length_does_no_harm(void **state)
{
    struct mln_buf blob = snapshot_blob();

    (void)state;
    for (size_t len = sizeof(struct mln_snap_header); len < blob.len; len++) {
        char *copy = exact_copy(&blob, len);
        struct mln_snapshot s;
        ((struct mln_snap_header *)(void *)copy)->length = len;
        if (mln_snapshot_open(copy, len, &s) == 0)
            for (uint32_t i = 0; i < s.n_rules; i++)
                (void)snapshot_use_rule(&s, &s.rules[i]);
        free(copy);
    }
    mln_buf_done(&blob);
}

static void test_every_changed_byte_is_refused_or_harmless(void **state)
{
    static const uint8_t changes[] = {0xff, 0x01, 0x80};
    const struct mln_engine_config cfg = {{1, 2}, false, false};
    struct mln_engine *engine = mln_engine_new(&cfg);
    struct mln_buf blob = snapshot_blob();
    char *copy = exact_copy(&blob, blob.len);
    size_t opened = 0;

    (void)state;
    for (size_t i = 0; i < blob.len * MLN_ARRAY_LEN(changes); i++) {
        size_t at = i / MLN_ARRAY_LEN(changes);
        struct mln_snapshot s;
        copy[at] = (char)(copy[at] ^ changes[i % MLN_ARRAY_LEN(changes)]);
        bool good = mln_snapshot_open(copy, blob.len, &s) == 0;
        for (uint32_t k = 0; good && k < s.n_rules; k++) {
            (void)snapshot_use_rule(&s, &s.rules[k]);
            snapshot_use_txn(&s, engine, &s.rules[k]);
        }
        opened += good;
        copy[at] = blob.p[at];
    }
    assert_true(opened > 0 && opened < blob.len * MLN_ARRAY_LEN(changes));
    free(copy);
    mln_buf_done(&blob);
    (void)mln_engine_free(engine);
}

static int open_changed(const struct mln_buf *blob, void (*change)(struct mln_snap_header *h))
{
    char *copy = exact_copy(blob, blob->len);
    struct mln_snapshot s;

    change((struct mln_snap_header *)(void *)copy);
    int r = mln_snapshot_open(copy, blob->len, &s);
    free(copy);
    return r;
}

static void change_nothing(struct mln_snap_header *h)
{
    (void)h;
}
static void change_build(struct mln_snap_header *h)
{
    h->build ^= 1;
}
static void change_format(struct mln_snap_header *h)
{
    h->format++;
}
static void change_magic(struct mln_snap_header *h)
{
    h->magic++;
}
static void change_length(struct mln_snap_header *h)
{
    h->length--;
}
static void change_alignment(struct mln_snap_header *h)
{
    h->section[MLN_SNAP_LISTS].off += 4;
}
static void change_count_to_overflow(struct mln_snap_header *h)
{
    h->section[MLN_SNAP_RULES].count = UINT64_MAX / sizeof(struct mln_snap_rule) + 2;
}
static void change_offset_to_overflow(struct mln_snap_header *h)
{
    h->section[MLN_SNAP_STRINGS].off = UINT64_MAX - 7;
}

static void test_headers_of_another_kind_are_refused(void **state)
{
    static void (*const changes[])(struct mln_snap_header *) = {change_build,
                                                                change_format,
                                                                change_magic,
                                                                change_length,
                                                                change_alignment,
                                                                change_count_to_overflow,
                                                                change_offset_to_overflow};
    struct mln_buf blob = snapshot_blob();
    struct mln_snapshot s;

    (void)state;
    assert_int_equal(open_changed(&blob, change_nothing), 0);
    for (size_t i = 0; i < MLN_ARRAY_LEN(changes); i++)
        assert_true(open_changed(&blob, changes[i]) < 0);
    assert_true(mln_snapshot_open(blob.p + 1, blob.len - 1, &s) < 0);
    mln_buf_done(&blob);
}

static void test_the_default_policy_has_the_default_actions(void **state)
{
    static const struct {
        enum mln_detector_id detector;
        enum mln_action action;
    } table[] = {
        {MLN_DET_SQLI_union, MLN_ACT_PREVENT},
        {MLN_DET_CODE_ssrf, MLN_ACT_PREVENT},
        {MLN_DET_SHELLSHOCK_function, MLN_ACT_PREVENT},
        {MLN_DET_MALFORMED_framing, MLN_ACT_PREVENT},
        {MLN_DET_MALFORMED_target, MLN_ACT_PREVENT},
        {MLN_DET_MALFORMED_limit, MLN_ACT_PREVENT},
        {MLN_DET_MALFORMED_body, MLN_ACT_ALERT},
        {MLN_DET_MALFORMED_override, MLN_ACT_ALERT},
        {MLN_DET_CSRF_cross_site, MLN_ACT_ALERT},
        {MLN_DET_CLICKJACKING_frame, MLN_ACT_OFF},
    };
    struct mln_policy *p = NULL;
    struct mln_buf blob = {0};
    struct mln_snapshot s;

    (void)state;
    assert_int_equal(mln_policy_default(&p), 0);
    assert_int_equal(mln_policy_compile(p, &blob), 0);
    assert_int_equal(mln_snapshot_open(blob.p, blob.len, &s), 0);
    const struct mln_snap_rule *r = mln_snap_rule_first(&s);
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++)
        assert_int_equal(r->action[table[i].detector], table[i].action);
    assert_int_equal(r->mode, MLN_MODE_ENFORCE);
    assert_int_equal(r->sensitivity, MLN_SENS_NORMAL);
    assert_int_equal(r->block_status, 403);
    assert_true(r->drop_underscore_names);
    assert_false(r->csrf_given);
    assert_int_equal(r->limit[MLN_LIMIT_body_inspect], 131072);
    (void)mln_policy_free(p);
    mln_buf_done(&blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_blob_opens_and_answers),
        cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_truncation_with_a_matching_length_does_no_harm),
        cmocka_unit_test(test_every_changed_byte_is_refused_or_harmless),
        cmocka_unit_test(test_headers_of_another_kind_are_refused),
        cmocka_unit_test(test_the_default_policy_has_the_default_actions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
