/* UTF-16 and UTF-32 at any split; which character sets can be read as they stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "http/charset.h"

static int add(void *self, struct mln_sv piece)
{
    mln_buf_add_sv(self, piece);
    return 0;
}

static void test_wide_text_is_read_the_same_at_any_split(void **state)
{
    static const struct {
        uint8_t kind;
        struct mln_sv in, out;
    } cases[] = {
        {MLN_WIDE_UTF16LE, {"{\0\xe4\0\x3d\xd8\x00\xde", 8}, {"{\xc3\xa4\xf0\x9f\x98\x80", 7}},
        {MLN_WIDE_UTF16BE, {"\0{\0\xe4\xd8\x3d\xde\x00", 8}, {"{\xc3\xa4\xf0\x9f\x98\x80", 7}},
        {MLN_WIDE_UTF32LE, {"{\0\0\0\x00\xf6\x01\x00", 8}, {"{\xf0\x9f\x98\x80", 5}},
        {MLN_WIDE_UTF32BE, {"\0\0\0{\x00\x01\xf6\x00", 8}, {"{\xf0\x9f\x98\x80", 5}},
        /* halves alone, and what is above Unicode */
        {MLN_WIDE_UTF16LE, {"\x3d\xd8{\0", 4}, {"\xef\xbf\xbd{", 4}},
        {MLN_WIDE_UTF16LE, {"\x3d\xd8\x3d\xd8\x00\xde", 6}, {"\xef\xbf\xbd\xf0\x9f\x98\x80", 7}},
        {MLN_WIDE_UTF32BE,
         {"\x7f\xff\xff\xff\0\0\0a", 8},
         {"\xef\xbf\xbd"
          "a",
          4}},
    };

    (void)state;
    for (size_t k = 0; k < MLN_ARRAY_LEN(cases); k++) {
        for (size_t step = 1; step <= cases[k].in.len; step++) {
            struct mln_wide_reader w = {.kind = cases[k].kind};
            struct mln_buf out = {0};
            for (size_t at = 0; at < cases[k].in.len; at += step)
                assert_int_equal(mln_wide_feed(&w, mln_sv_sub(cases[k].in, at, step), add, &out),
                                 0);
            assert_true(mln_sv_eq(mln_buf_sv(&out), cases[k].out));
            mln_buf_done(&out);
        }
    }
}

static void test_first_bytes_tell_the_width(void **state)
{
    (void)state;
    assert_int_equal(mln_wide_detect(MLN_SV("\xff\xfe{\0")), MLN_WIDE_UTF16LE);
    assert_int_equal(mln_wide_detect(MLN_SV("\xfe\xff\0{")), MLN_WIDE_UTF16BE);
    assert_int_equal(mln_wide_detect(MLN_SV("\xff\xfe\0\0")), MLN_WIDE_UTF32LE);
    assert_int_equal(mln_wide_detect(MLN_SV("\0\0\xfe\xff")), MLN_WIDE_UTF32BE);
    assert_int_equal(mln_wide_detect(MLN_SV("{\0\"\0")), MLN_WIDE_UTF16LE);
    assert_int_equal(mln_wide_detect(MLN_SV("\0{\0\"")), MLN_WIDE_UTF16BE);
    assert_int_equal(mln_wide_detect(MLN_SV("{\0\0\0")), MLN_WIDE_UTF32LE);
    assert_int_equal(mln_wide_detect(MLN_SV("\0\0\0{")), MLN_WIDE_UTF32BE);
    assert_int_equal(mln_wide_detect(MLN_SV("{\"a\"")), MLN_WIDE_NONE);
    assert_int_equal(mln_wide_detect(MLN_SV("{\0\"")), MLN_WIDE_NONE);
}

static void test_charsets_that_move_ascii_are_known(void **state)
{
    static const char *const keep[] = {"utf-8",     "UTF8",   "ISO-8859-15", "windows-1252",
                                       "Shift_JIS", "EUC-KR", "koi8-r",      "us-ascii"};
    static const char *const move[] = {"utf-16",   "utf-7",       "ibm037",  "cp037", "cp1047",
                                       "utf-32le", "iso-2022-jp", "unicode", "x",     ""};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(keep); i++)
        assert_true(mln_charset_keeps_ascii(mln_sv_str(keep[i])));
    for (size_t i = 0; i < MLN_ARRAY_LEN(move); i++)
        assert_false(mln_charset_keeps_ascii(mln_sv_str(move[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_text_is_read_the_same_at_any_split),
        cmocka_unit_test(test_first_bytes_tell_the_width),
        cmocka_unit_test(test_charsets_that_move_ascii_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
