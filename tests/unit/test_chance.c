/* Evidence in noise: what chance makes is none, what is longer than chance makes is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/chance.h"
#include "engine/value.h"

enum { N = 4096 };

/* Bytes of a generator, so that no test depends on a seed of the machine. */
static void fill(uint8_t *p, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525 + 1013904223;
        p[i] = (uint8_t)(seed >> 24);
    }
}

static struct mln_view view_of(const uint8_t *p, size_t n)
{
    return (struct mln_view){
        .p = p,
        .n = (uint32_t)n,
        .classes = mln_byte_classes(mln_sv((const char *)p, n)),
    };
}

static void test_text_is_no_noise(void **state)
{
    const char *texts[] = {
        "", "a", "\1\2", "naïve café", "one\1two\2three", "line\r\nline\tcell\n"};
    struct mln_stretches s;
    struct mln_budget b = {0};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(texts); i++) {
        struct mln_sv t = mln_sv_str(texts[i]);
        struct mln_view v = view_of((const uint8_t *)t.p, t.len);
        assert_false(mln_has_noise(t));
        assert_false(mln_stretches_find(&v, &b, &s));
    }
    assert_true(mln_has_noise(MLN_SV("\1..\2/..\3")));
}

static void test_long_text_with_some_controls_is_text(void **state)
{
    char text[13 * 32];

    (void)state;
    memset(text, 'x', sizeof(text));
    memset(text, '\1', 12);
    assert_false(mln_has_noise(mln_sv(text, sizeof(text))));
    assert_true(mln_has_noise(mln_sv(text, 12 * 32)));
}

static void test_random_bytes_hold_few_stretches(void **state)
{
    static uint8_t p[N];
    struct mln_stretches s;
    uint32_t n = 0;

    (void)state;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        struct mln_budget b = {.values = 1, .bytes = N};
        fill(p, N, seed);
        struct mln_view v = view_of(p, N);
        assert_true(mln_stretches_find(&v, &b, &s));
        n += s.n;
    }
    /* in each of 200: 4 bits beyond what is to be expected once, and 4 at each of two ends */
    assert_true(n < 200 * 3 / 16 * 2);
}

/* What was put at `at` is a stretch, and nothing else is evidence. */
static void assert_stretch(const struct mln_stretches *s, uint32_t at, uint32_t len)
{
    assert_true(mln_stretches_hold(s, at, len));
    assert_true(mln_stretches_hold(s, at + len - 1, 1));
    assert_false(mln_stretches_hold(s, at + len + 64, 8));
    assert_false(mln_stretches_hold(s, at - 64, 8));
}

static void test_text_in_noise_is_a_stretch_wherever_it_stands(void **state)
{
    static uint8_t p[N];
    const char attack[] = "<svg onload=alert(document.domain)>";
    uint32_t len = sizeof(attack) - 1;
    struct mln_stretches s;
    struct mln_budget b = {.values = 1, .bytes = N};

    (void)state;
    for (uint32_t at = 128; at + len + 128 <= N; at += 61) {
        fill(p, N, at);
        memcpy(p + at, attack, len);
        struct mln_view v = view_of(p, N);
        assert_true(mln_stretches_find(&v, &b, &s));
        assert_stretch(&s, at, len);
    }
}

static bool short_text_counts(size_t at, struct mln_budget b)
{
    static uint8_t p[512];
    struct mln_stretches s;
    const char text[] = ";id #"; /* five bits */

    memset(p, 0xfe, sizeof(p));
    memset(p + 200, 1, 100);
    memcpy(p + at, text, sizeof(text) - 1);
    struct mln_view v = view_of(p, sizeof(p));
    assert_true(mln_stretches_find(&v, &b, &s));
    return mln_stretches_hold(&s, at, sizeof(text) - 1);
}

static void test_the_more_was_read_the_longer_a_stretch_is(void **state)
{
    const size_t end = 512 - 5;

    (void)state;
    /* within, log2(512) + 4 are asked for; at the ends log2 of the values + 3 */
    assert_false(short_text_counts(100, (struct mln_budget){.values = 1, .bytes = 512}));
    assert_true(short_text_counts(0, (struct mln_budget){.values = 1, .bytes = 512}));
    assert_true(short_text_counts(end, (struct mln_budget){.values = 3, .bytes = 9999}));
    assert_false(short_text_counts(0, (struct mln_budget){.values = 4, .bytes = 512}));
    /* where a guess found the ends they are nothing special */
    assert_false(
        short_text_counts(0, (struct mln_budget){.values = 1, .bytes = 512, .guessed = true}));
}

static void test_many_stretches_stay_in_bounds(void **state)
{
    static uint8_t p[N];
    struct mln_stretches s;
    struct mln_budget b = {.values = 1, .bytes = N};

    (void)state;
    memset(p, 1, N);
    for (size_t i = 0; i + 64 <= N; i += 64)
        memset(p + i, 'a', 20);
    struct mln_view v = view_of(p, N);
    assert_true(mln_stretches_find(&v, &b, &s));
    assert_int_equal(s.n, MLN_STRETCHES_MAX);
    assert_true(mln_stretches_hold(&s, N - 64, 20)); /* what is one too many joins the last */
}

/* A stretch is judged as a value of its own, but where it ends the value does not. */
static void test_a_stretch_does_not_end_a_statement(void **state)
{
    static uint8_t p[N];
    struct mln_arena a;
    struct mln_findings f;
    struct mln_views views;
    struct mln_budget b = {.steps_left = 1 << 24, .values = 1, .bytes = N};

    (void)state;
    fill(p, N, 7);
    memcpy(p, "a=s';\xe6\x0c", 7);
    mln_arena_init(&a, 1 << 20);
    mln_findings_clear(&f);
    mln_value_inspect(&a, mln_sv((const char *)p, N), MLN_LOC_MULTIPART, MLN_SV("f"), &b, &views,
                      &f);
    assert_false(mln_findings_has(&f, MLN_SIG_SQLI_BREAKOUT_END));
    mln_arena_done(&a);
}

static void test_counts(void **state)
{
    struct mln_budget b = {0};
    const struct mln_sv noise = MLN_SV("\1\2\3\4\5\6\7\10");

    (void)state;
    mln_chance_count(&b, noise);
    assert_false(mln_chance_is_noise(&b));
    assert_true(mln_chance_count_noise(&b, noise));
    assert_true(mln_chance_is_noise(&b));
    mln_chance_count(&b, MLN_SV("as much text"));
    assert_false(mln_chance_count_noise(&b, MLN_SV("as much text")));
    assert_false(mln_chance_is_noise(&b));
    assert_int_equal(b.values, 2);
    assert_int_equal(b.bytes, 8 + 12);
    assert_int_equal(b.noise, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_no_noise),
        cmocka_unit_test(test_long_text_with_some_controls_is_text),
        cmocka_unit_test(test_random_bytes_hold_few_stretches),
        cmocka_unit_test(test_text_in_noise_is_a_stretch_wherever_it_stands),
        cmocka_unit_test(test_the_more_was_read_the_longer_a_stretch_is),
        cmocka_unit_test(test_many_stretches_stay_in_bounds),
        cmocka_unit_test(test_a_stretch_does_not_end_a_statement),
        cmocka_unit_test(test_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
