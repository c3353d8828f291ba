/* Names and methods as ids: the look-up by length knows every name of the table. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "http/h1.h"

static void test_every_name_has_its_own_id_in_any_case(void **state)
{
    (void)state;
    for (unsigned id = MLN_NAME_OTHER + 1; id < MLN_NAME_MAX; id++) {
        struct mln_sv text = mln_http_name_text((enum mln_http_name)id);
        char other[64];
        assert_true(text.len > 0 && text.len < sizeof(other));
        for (size_t i = 0; i < text.len; i++) {
            bool letter = mln_cc((unsigned char)text.p[i], MLN_CC_ALPHA);
            other[i] = letter && i % 2 == 0 ? (char)(text.p[i] ^ 0x20) : text.p[i];
        }
        if (mln_http_name_id(text) != id || mln_http_name_id(mln_sv(other, text.len)) != id)
            fail_msg("%.*s is not found by its length", MLN_SV_ARG(text));
    }
}

static void test_a_name_with_one_byte_changed_is_another_name(void **state)
{
    (void)state;
    for (unsigned id = MLN_NAME_OTHER + 1; id < MLN_NAME_MAX; id++) {
        struct mln_sv text = mln_http_name_text((enum mln_http_name)id);
        char other[64];
        memcpy(other, text.p, text.len);
        assert_int_not_equal(mln_http_name_id(mln_sv(text.p, text.len - 1)), id);
        for (size_t i = 0; i < text.len; i++) {
            for (unsigned c = 0; c < 256; c++) {
                other[i] = (char)c;
                bool same = mln_lower((char)c) == text.p[i];
                assert_int_equal(mln_http_name_id(mln_sv(other, text.len)) == id, same);
            }
            other[i] = text.p[i];
        }
    }
    assert_int_equal(mln_http_name_id(MLN_SV("")), MLN_NAME_OTHER);
    assert_int_equal(mln_http_name_id(MLN_SV_NULL), MLN_NAME_OTHER);
}

static void test_methods_are_case_sensitive(void **state)
{
    (void)state;
#define X(sym, name) assert_int_equal(mln_http_method_id(MLN_SV(name)), MLN_METHOD_##sym);
    MLN_HTTP_METHODS(X)
#undef X
    assert_int_equal(mln_http_method_id(MLN_SV("get")), MLN_METHOD_OTHER);
    assert_int_equal(mln_http_method_id(MLN_SV("GETS")), MLN_METHOD_OTHER);
    assert_int_equal(mln_http_method_nocase(MLN_SV("gEt")), MLN_METHOD_GET);
    assert_int_equal(mln_http_method_nocase(MLN_SV("gets")), MLN_METHOD_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name_has_its_own_id_in_any_case),
        cmocka_unit_test(test_a_name_with_one_byte_changed_is_another_name),
        cmocka_unit_test(test_methods_are_case_sensitive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
