/* What is carried from window to window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "engine/txn_priv.h"

static void test_padding_is_left_behind(void **state)
{
    enum { N = 4096 };
    static const char *const opens[] = {"1' union/*", "1' union--", "1' union#", "1' union \t\n",
                                        "1' unionAA"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(opens); i++) {
        char *p = malloc(N);
        memset(p, i == 3 ? ' ' : 'A', N);
        memcpy(p, opens[i], strlen(opens[i]));
        size_t n = mln_squeeze_window(p, N);
        assert_true(n <= N / 8 + 64);
        assert_memory_equal(p, opens[i], strlen(opens[i]));
        free(p);
    }
}

static void test_the_end_is_carried_as_it_stands(void **state)
{
    (void)state;
    srand(1);
    for (unsigned round = 0; round < 2000; round++) {
        size_t n = (size_t)rand() % 300;
        char *p = malloc(n + 1), *before = malloc(n + 1);
        for (size_t i = 0; i < n; i++)
            p[i] = "/*#-\n 'a!"[rand() % 9];
        memcpy(before, p, n);
        size_t left = mln_squeeze_window(p, n);
        assert_true(left <= n / 4);
        assert_memory_equal(p + left - n / 8, before + n - n / 8, n / 8);
        free(p);
        free(before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_padding_is_left_behind),
        cmocka_unit_test(test_the_end_is_carried_as_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
