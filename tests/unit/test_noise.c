/* Noise: what no text stands in. Whatever stands out is found at every place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/txn_priv.h"

enum { N = 4096 };

static void fill(char *p, size_t n)
{
    uint32_t x = 12345;

    for (size_t i = 0; i < n; i++) {
        x = x * 1664525 + 1013904223;
        p[i] = (char)(x >> 24);
    }
}

static void test_random_bytes_are_noise(void **state)
{
    char p[N];

    (void)state;
    fill(p, N);
    for (size_t n = 64; n <= N; n += 37)
        assert_true(mln_is_noise(mln_sv(p, n), NULL));
    assert_false(mln_is_noise(mln_sv(p, 63), NULL)); /* so little is looked at */
    memset(p, 0, N);
    assert_true(mln_is_noise(mln_sv(p, N), NULL));
    memset(p, 'a', N);
    assert_false(mln_is_noise(mln_sv(p, N), NULL));
    memset(p, 0xe9, N); /* letters, for all we know */
    assert_false(mln_is_noise(mln_sv(p, N), NULL));
}

static void stands_out_everywhere(const char *what, size_t len)
{
    char p[512];

    for (size_t at = 0; at + len <= sizeof(p); at++) {
        fill(p, sizeof(p));
        memcpy(p + at, what, len);
        if (mln_is_noise(mln_sv(p, sizeof(p)), NULL))
            fail_msg("%.20s at %zu is taken for noise", what, at);
    }
}

static void test_tags_and_text_stand_out(void **state)
{
    char text[63];

    (void)state;
    memset(text, 'x', sizeof(text));
    stands_out_everywhere(text, sizeof(text));
    stands_out_everywhere("<?=`id`;?>", 10);
    stands_out_everywhere("<?php echo", 10);
    stands_out_everywhere("<%= 7*7 %>", 10);
    stands_out_everywhere("<!ENTITY x ", 11);
    stands_out_everywhere("<script>alert(1)", 16);
}

static void test_objects_stand_out_at_the_start(void **state)
{
    static const struct mln_sv starts[] = {{"\xac\xed\x00\x05", 4},
                                           {"\x80\x04", 2},
                                           {"\x04\x08", 2},
                                           {"\x00\x01\x00\x00\x00\xff\xff\xff\xff", 9}};
    char p[512];

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(starts); i++) {
        fill(p, sizeof(p));
        memcpy(p, starts[i].p, starts[i].len);
        assert_false(mln_is_noise(mln_sv(p, sizeof(p)), NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_bytes_are_noise),
        cmocka_unit_test(test_tags_and_text_stand_out),
        cmocka_unit_test(test_objects_stand_out_at_the_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
