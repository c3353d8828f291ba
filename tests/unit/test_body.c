/* Body parsers: names, values and oddities, the same for every split of the bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/body.h"

struct log {
    struct mln_buf b;
};

static int on_begin(void *self, enum mln_location loc, struct mln_sv name)
{
    struct log *l = self;

    mln_buf_addf(&l->b, "%s:%.*s=", mln_location_name(loc), MLN_SV_ARG(name));
    return 0;
}
static int on_data(void *self, struct mln_sv bytes)
{
    mln_buf_add_sv(&((struct log *)self)->b, bytes);
    return 0;
}
static int on_end(void *self, uint64_t raw_end)
{
    (void)raw_end;
    mln_buf_add_char(&((struct log *)self)->b, '\n');
    return 0;
}
static int on_odd(void *self, enum mln_body_odd odd)
{
    mln_buf_addf(&((struct log *)self)->b, "!%s\n", mln_body_odd_info(odd)->name);
    return 0;
}

enum kind { FORM, JSON, MULTIPART, XML };

static void run(enum kind kind, struct mln_sv in, size_t step, struct log *l)
{
    const struct mln_body_limits lim = MLN_BODY_LIMITS_DEFAULT;
    const struct mln_field_sink sink = {l, on_begin, on_data, on_end, on_odd};
    struct mln_arena a;
    struct mln_form_parser *f = NULL;
    struct mln_json_parser *j = NULL;
    struct mln_multipart_parser *m = NULL;
    struct mln_xml_parser *x = NULL;

    mln_buf_clear(&l->b);
    mln_arena_init(&a, 1 << 20);
    if (kind == FORM)
        f = mln_form_new(&a, &lim, &sink);
    else if (kind == JSON)
        j = mln_json_new(&a, &lim, &sink);
    else if (kind == MULTIPART)
        m = mln_multipart_new(&a, MLN_SV("xyz"), &lim, &sink);
    else
        x = mln_xml_new(&a, &lim, &sink);
    for (size_t i = 0; i < in.len; i += step) {
        /* an exact copy, so that a sanitizer sees a read past a piece */
        struct mln_sv part = mln_sv_sub(in, i, step);
        char *copy = malloc(part.len);
        assert_non_null(copy);
        memcpy(copy, part.p, part.len);
        part.p = copy;
        int r = f   ? mln_form_feed(f, part)
                : j ? mln_json_feed(j, part)
                : m ? mln_multipart_feed(m, part)
                    : mln_xml_feed(x, part);
        assert_int_equal(r, 0);
        free(copy);
    }
    int r = f   ? mln_form_finish(f)
            : j ? mln_json_finish(j)
            : m ? mln_multipart_finish(m)
                : mln_xml_finish(x);
    assert_int_equal(r, 0);
    (void)mln_xml_free(x);
    mln_arena_done(&a);
}

struct body_case {
    enum kind kind;
    const char *in, *out;
};

static const struct body_case cases[] = {
    {FORM, "a=1&b=%41+c&d", "form:a=1\nform:b=A c\nform:d=\n"},
    {FORM, "a=%zz%4", "form:a=!FORM_BAD_ESCAPE\n%zz%4\n"},
    {FORM, "%3Cx%3E=1", "form_name:<x>=<x>\nform:<x>=1\n"},
    {FORM, "a==b=&&c=", "form:a==b=\nform:c=\n"},
    {JSON, "{\"a\":{\"b\":[1,\"x\\u0041\\n\",true]}}",
     "json:/a/b/0=1\njson:/a/b/1=xA\n\njson:/a/b/2=true\n"},
    {JSON, "\"\\ud83d\\ude00\"", "json:=\xf0\x9f\x98\x80\n"},
    {JSON, "{\"a b\":1}", "json_name:/a b=a b\njson:/a b=1\n"},
    {JSON, "{\"a\":1,\"a\":2}", "json:/a=1\n!JSON_DUPLICATE_KEY\njson:/a=2\n"},
    {JSON, "{\"a\":1}\n{\"b\":2}", "json:/a=1\njson:/b=2\n"},
    {JSON, "[1,]", "json:/0=1\n!JSON_LAX\n"},
    {JSON, "{a:1}", "!JSON_SYNTAX\nbody:=a:1}\n"},
    {JSON, "/*c*/[1]", "!JSON_LAX\njson:/0=1\n"},
    {JSON, "{\"a/b~\":1}", "json_name:/a~1b~0=a~1b~0\njson:/a~1b~0=1\n"},
    {MULTIPART, "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--xyz--\r\n",
     "multipart:a=1\r\n2\n"},
    {MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.php\"\r\nContent-Type: "
     "t/t\r\n\r\n<?php\r\n--xyz--",
     "file_name:f=x.php\nheader:Content-Type=t/t\nfile:f=<?php\n"},
    {MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n-\r\n-\r--xy\r\n--xy\r\n--xyz--",
     "multipart:a=-\r\n-\r--xy\r\n--xy\n"},
    {MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: "
     "base64\r\n\r\nYWJj\r\nZA==\r\n--xyz--",
     "multipart:a=abcd\n"},
    {MULTIPART, "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
     "multipart:a=1!MULTIPART_UNTERMINATED\n\n"},
    {XML, "<a x=\"1\"><b>t</b></a>", "xml:/a/@x=1\nxml:/a/b=t\n"},
};

/* Pieces of a value may be reported apart; what is compared is the whole. */
static void test_bodies_read_the_same_at_any_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++) {
        size_t len = strlen(cases[i].in);
        for (size_t step = 1; step <= len; step++) {
            struct log l = {.b = {0}};
            run(cases[i].kind, mln_sv(cases[i].in, len), step, &l);
            if (!mln_sv_eq(mln_buf_sv(&l.b), mln_sv_str(cases[i].out)))
                fail_msg("case %zu in pieces of %zu:\n%.*s\ninstead of\n%s", i, step,
                         MLN_SV_ARG(mln_buf_sv(&l.b)), cases[i].out);
            mln_buf_done(&l.b);
        }
    }
}

static void test_document_types_are_reported_and_never_acted_on(void **state)
{
    static const char doc[] =
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";

    (void)state;
    for (size_t step = 1; step < sizeof(doc); step += 3) {
        struct log l = {.b = {0}};
        run(XML, MLN_SV(doc), step, &l);
        assert_true(mln_sv_find(mln_buf_sv(&l.b), MLN_SV("!XML_DTD")) != SIZE_MAX);
        assert_true(mln_sv_find(mln_buf_sv(&l.b), MLN_SV("root:")) == SIZE_MAX);
        mln_buf_done(&l.b);
    }
}

static void test_depth_is_bounded(void **state)
{
    struct mln_buf b = {0};
    struct log l = {.b = {0}};

    (void)state;
    for (int i = 0; i < 100000; i++)
        mln_buf_add_char(&b, '[');
    run(JSON, mln_buf_sv(&b), 4096, &l);
    assert_true(mln_sv_find(mln_buf_sv(&l.b), MLN_SV("!JSON_DEPTH")) != SIZE_MAX);
    mln_buf_done(&b);
    mln_buf_done(&l.b);
}

static int collect(void *self, struct mln_sv piece)
{
    mln_buf_add_sv(self, piece);
    return 0;
}

static size_t gzip(const char *in, size_t n, int bits, unsigned char *out, size_t cap)
{
    z_stream z = {0};

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)in;
    z.avail_in = (unsigned)n;
    z.next_out = out;
    z.avail_out = (unsigned)cap;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    (void)deflateEnd(&z);
    return cap - z.avail_out;
}

static void test_codings_decode_at_any_split(void **state)
{
    static const struct {
        const char *name;
        int bits;
    } codings[] = {{"gzip", 31}, {"deflate", 15}, {"deflate", -15}, {"x-gzip", 31}};
    static const char text[] =
        "a=1&b=' or 1=1--&c=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const struct mln_inflate_limits lim = MLN_INFLATE_LIMITS_DEFAULT;

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(codings); i++) {
        unsigned char z[512];
        size_t n = gzip(text, sizeof(text) - 1, codings[i].bits, z, sizeof(z));
        for (size_t step = 1; step <= n; step++) {
            struct mln_inflate *d = NULL;
            struct mln_buf out = {0};
            assert_int_equal(mln_inflate_new(&d, mln_sv_str(codings[i].name), &lim), 0);
            for (size_t at = 0; at < n; at += step)
                assert_int_equal(
                    mln_inflate_feed(d, mln_sv_sub(mln_sv(z, n), at, step), collect, &out), 0);
            assert_int_equal(mln_inflate_finish(d), 0);
            assert_true(mln_sv_eq(mln_buf_sv(&out), MLN_SV(text)));
            mln_buf_done(&out);
            (void)mln_inflate_free(d);
        }
    }
}

static void test_bombs_and_unknown_codings_are_refused(void **state)
{
    static char zeros[4 << 20];
    static unsigned char z[1 << 16];
    const struct mln_inflate_limits lim = {.out_bytes = 1 << 20, .ratio = 100, .layers = 2};
    struct mln_inflate *d = NULL;
    struct mln_buf out = {0};
    size_t n = gzip(zeros, sizeof(zeros), 31, z, sizeof(z));

    (void)state;
    assert_int_equal(mln_inflate_new(&d, MLN_SV("gzip"), &lim), 0);
    assert_true(mln_inflate_feed(d, mln_sv(z, n), collect, &out) < 0);
    assert_true(out.len <= (1 << 20) + 16384);
    d = mln_inflate_free(d);
    assert_int_equal(mln_inflate_new(&d, MLN_SV("rot13"), &lim), -ENOTSUP);
    assert_int_equal(mln_inflate_new(&d, MLN_SV("gzip, gzip, gzip"), &lim), -E2BIG);
    mln_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies_read_the_same_at_any_split),
        cmocka_unit_test(test_document_types_are_reported_and_never_acted_on),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_codings_decode_at_any_split),
        cmocka_unit_test(test_bombs_and_unknown_codings_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
