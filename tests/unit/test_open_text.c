/* What is open at a place in a text, and that a window begins with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "engine/open_text.h"
#include "engine/txn_priv.h"

static void test_what_is_open(void **state)
{
    static const struct {
        const char *text, *opening, *closing;
    } cases[] = {
        {"a < b, 1 <2 and `x` > y", "", NULL},
        {"<p>x</p><br/>", "", NULL},
        {"x <a", "<a", NULL},
        {"x <", "<", NULL},
        {"x</p", "</p", NULL},
        {"<a ", "<a ", NULL},
        {"<a href='/x' class=\"b > c", "<a class=\"", NULL},
        {"<img src = \"data:image/png;base64,AAAA", "<img src =\"", NULL},
        {"<img width=10", "<img width=", NULL},
        {"<img width=10 ", "<img ", NULL},
        {"<a title='<b>'>x", "", NULL},
        {"Type this & that:\n```sh\ncd x && make", "Type this  that \n```\n", "\n```"},
        {"```\nmake\n```\nb", "", NULL},
        {"a ``` b", "", NULL},
        {"<p>and see <b>how</b></p><pre class=x>ls | wc <b", "and see how\n<pre>", "</pre>"},
        {"<pre><code>x</code>", "\n<pre>", "</pre>"},
        {"<code>x</code> <prefix>", "", NULL},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++) {
        struct mln_open_text open;
        mln_open_text_find(mln_sv_str(cases[i].text), &open);
        assert_int_equal(open.opening_len, strlen(cases[i].opening));
        assert_memory_equal(open.opening, cases[i].opening, open.opening_len);
        assert_int_equal(open.closing != NULL, cases[i].closing != NULL);
        if (open.closing)
            assert_string_equal(open.closing, cases[i].closing);
    }
}

static void test_it_is_bounded(void **state)
{
    (void)state;
    srand(1);
    for (unsigned round = 0; round < 5000; round++) {
        size_t n = (size_t)rand() % 600;
        char *p = malloc(n + 1);
        struct mln_open_text open;
        for (size_t i = 0; i < n; i++)
            p[i] = "<</>=\"' ab`\nprecode"[rand() % 19];
        mln_open_text_find(mln_sv(p, n), &open);
        assert_true(open.opening_len <= MLN_OPEN_TEXT_MAX);
        size_t left = mln_squeeze_window(p, n);
        assert_true(left <= n);
        free(p);
    }
}

/* The window that follows one of `n` bytes of `text` over and over. */
static size_t next_window(const char *before, const char *text, char *p, size_t n)
{
    size_t len = strlen(before), step = strlen(text);

    memcpy(p, before, len);
    for (size_t i = len; i < n; i++)
        p[i] = text[(i - len) % step];
    return mln_squeeze_window(p, n);
}

static void test_a_window_begins_with_it(void **state)
{
    enum { N = 16384 };
    char *p = malloc(N);

    (void)state;
    size_t n = next_window("<p>Now type</p>\n<pre>", "cd x; make\n", p, N);
    assert_true(n > N / 4 && n <= N / 4 + 512);
    assert_memory_equal(p, "Now type \n<pre>", 15);
    (void)next_window("<img alt='>' src=\"data:image/png;base64,", "iVBORw0KGgo", p, N);
    assert_memory_equal(p, "<img src=\"", 10);
    (void)next_window("", "He said: \"no\" > yes.\n", p, N);
    assert_true(p[0] != '<');
    free(p);
}

/* "cp a/ * b" opens no comment: a listing that ends in what looks like padding has ended. */
static void test_a_listing_ends_in_padding(void **state)
{
    enum { N = 16384 };
    char *p = malloc(N);
    struct mln_open_text open;

    (void)state;
    memset(p, 'x', N);
    for (size_t i = 0; i < N; i += 8)
        memcpy(p + i, "word of ", 8);
    size_t at = N - N / 8 - 400;
    memcpy(p + at, "\n```\ncp -r a/* . '1' '2' '3' '4' \n", 33);
    memcpy(p + at + 200, "\n```\n", 5);
    size_t n = mln_squeeze_window(p, N);
    mln_open_text_find(mln_sv(p, n), &open);
    assert_null(open.closing);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_open),
        cmocka_unit_test(test_it_is_bounded),
        cmocka_unit_test(test_a_window_begins_with_it),
        cmocka_unit_test(test_a_listing_ends_in_padding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
