/* Body parsers: names, values and oddities, the same for every split of the bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <brotli/encode.h>
#include <errno.h>
#include <jansson.h>
#include <zlib.h>
#include <zstd.h>

#include "body_log.h"

static const struct mln_body_limits limits = MLN_BODY_LIMITS_DEFAULT;

struct body_case {
    enum body_kind kind;
    const char *in, *out;
};

static const struct body_case cases[] = {
    {BODY_FORM, "a=1&b=%41+c&d", "form:a=1\nform:b=A c\nform:d=\n"},
    {BODY_FORM, "a=%zz%4", "form:a=%zz%4\n!form_bad_escape\n"},
    {BODY_FORM, "%3Cx%3E=1", "form_name:<x>=<x>\nform:<x>=1\n"},
    {BODY_FORM, "a==b=&&c=", "form:a==b=\nform:c=\n"},
    {BODY_JSON, "{\"a\":{\"b\":[1,\"x\\u0041\\n\",true]}}",
     "json:/a/b/0=1\njson:/a/b/1=xA\n\njson:/a/b/2=true\n"},
    {BODY_JSON, "\"\\ud83d\\ude00\"", "json:=\xf0\x9f\x98\x80\n"},
    {BODY_JSON, "{\"a b\":1}", "json_name:/a b=a b\njson:/a b=1\n"},
    {BODY_JSON, "{\"a\":1,\"a\":2}", "json:/a=1\njson:/a=2\n!json_duplicate_key\n"},
    {BODY_JSON, "{\"a\":1}\n{\"b\":2}", "json:/a=1\njson:/b=2\n"},
    {BODY_JSON, "[1,]", "json:/0=1\n!json_lax\n"},
    {BODY_JSON, "{a:1}", "json:=a:1}\n!json_syntax\n"},
    {BODY_JSON, "/*c*/[1]", "json:/0=1\n!json_lax\n"},
    {BODY_JSON, "{\"a/b~\":1}", "json_name:/a~1b~0=a~1b~0\njson:/a~1b~0=1\n"},
    {BODY_MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--xyz--\r\n",
     "multipart:a=1\r\n2\n"},
    {BODY_MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.php\"\r\nContent-Type: "
     "t/t\r\n\r\n<?php\r\n--xyz--",
     "file_name:f=x.php\nheader:Content-Type=t/t\nfile:f=<?php\n"},
    {BODY_MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n-\r\n-\r--xy\r\n--xy\r\n--xyz--",
     "multipart:a=-\r\n-\r--xy\r\n--xy\n"},
    {BODY_MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: "
     "base64\r\n\r\nYWJj\r\nZA==\r\n--xyz--",
     "multipart:a=abcd\nmultipart:a=YWJj\r\nZA==\n"},
    {BODY_MULTIPART, "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
     "multipart:a=1\n!multipart_unterminated\n"},
    {BODY_FORM, "a=%%41%4&%4=%&b=+%2",
     "form:a=%A%4\nform_name:%4=%4\nform:%4=%\nform:b= %2\n!form_bad_escape\n"},
    {BODY_JSON, "{\"a\":[1,],\"b\":2,}", "json:/a/0=1\njson:/b=2\n!json_lax\n"},
    {BODY_JSON, "{\"a\":1} {\"b\":\"x\"} \"y\"", "json:/a=1\njson:/b=x\njson:=y\n"},
    {BODY_JSON, "[NaN,-Infinity,0x1F,007,1e5,-0.5]",
     "json:/0=NaN\njson:/1=-Infinity\njson:/2=0x1F\njson:/3=007\njson:/4=1e5\njson:/"
     "5=-0.5\n!json_lax\n"},
    {BODY_JSON, "[1,-0,0.5E+3,true,null]",
     "json:/0=1\njson:/1=-0\njson:/2=0.5E+3\njson:/3=true\njson:/4=null\n"},
    {BODY_JSON, "[x' or 1=1,2]", "json:/0=x\njson:=' or 1=1,2]\n!json_syntax\n"},
    {BODY_JSON, "1 union select 2,3", "json:=1\njson:=1 union select 2,3\n!json_syntax\n"},
    {BODY_JSON, "admin' or 1=1", "json:=admin\njson:=admin ' or 1=1\n!json_syntax\n"},
    {BODY_JSON, "/etc/passwd", "json:=/etc/passwd\n!json_syntax\n"},
    {BODY_JSON, "/", "json:=/\n!json_syntax\n"},
    {BODY_JSON, "\xef\xbb\xbf[1]", "json:/0=1\n!json_lax\n"},
    {BODY_JSON, "\xef\xbb<x>", "json:=\xef\xbb<x>\n!json_syntax\n"},
    {BODY_JSON, "\xef", "json:=\xef\n!json_syntax\n"},
    {BODY_JSON, "{\"<b>\\u00zz\":1}", "json_name:/<b>=<b>\njson:=\\u00zz\":1}\n!json_syntax\n"},
    {BODY_JSON, "{\"<b>", "json_name:/<b>=<b>\n!json_syntax\n"},
    {BODY_JSON, "[\"\\ud800a\\udc00\",\"\\ud83d\"]",
     "json:/0=\xef\xbf\xbd"
     "a\xef\xbf\xbd\njson:/1=\xef\xbf\xbd\n!json_bad_utf8\n"},
    {BODY_JSON, "[\"caf\xc3\xa9 \xf0\x9f\x98\x80\"]", "json:/0=caf\xc3\xa9 \xf0\x9f\x98\x80\n"},
    {BODY_JSON, "[\"\xc0\xae\"]", "json:/0=\xc0\xae\n!json_bad_utf8\n"},
    {BODY_JSON, "[\"\xe2\x82\"]", "json:/0=\xe2\x82\n!json_bad_utf8\n"},
    {BODY_JSON, "{\"a\":{\"x\":1},\"b\":{\"x\":1}}", "json:/a/x=1\njson:/b/x=1\n"},
    {BODY_JSON, "{\"a\":{\"x\":1},\"a\":2}", "json:/a/x=1\njson:/a=2\n!json_duplicate_key\n"},
    {BODY_MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: "
     "base64\r\n\r\n' or 1=1\r\n--xyz--",
     "multipart:a=\nmultipart:a=' or 1=1\n!multipart_syntax\n"},
    {BODY_MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: "
     "quoted-printable\r\n\r\n=3Cb=3E=\r\n x=zz=4\r\n--xyz--",
     "multipart:a=<b> x=zz=4\nmultipart:a==3Cb=3E=\r\n x=zz=4\n"},
    {BODY_MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xyz--\r\n ' or 1=1",
     "multipart:a=1\nbody:=' or 1=1\n"},
    {BODY_MULTIPART,
     "pre\r\n--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xyz--\r\n",
     "body:=pre\nmultipart:a=1\n"},
    {BODY_MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xyz' or "
     "1=1\r\n\r\n2\r\n--xyz--",
     "multipart:a=1\nbody:=' or 1=1\r\nmultipart:=2\n!multipart_syntax\n"},
    {BODY_MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--xyz-- "
     "\r\n--xyz\r\nContent-Disposition: form-data; name=b\r\n\r\n2\r\n--xyz--",
     "multipart:a=1\nmultipart:b=2\n!multipart_syntax\n"},
    {BODY_MULTIPART,
     "--xyz \t \t\r\nContent-Disposition: form-data; name=\"a b\"\r\n\r\n\r\n--xyz--",
     "multipart_name:a b=a b\nmultipart:a b=\n"},
    {BODY_MULTIPART, "--xyz\nContent-Disposition: form-data; name=a\n\n1\n--xyz--",
     "multipart:a=1\n!multipart_syntax\n"},
    {BODY_MULTIPART, "--xyz\r\nContent-Type: text/plain\r\n\r\n1\r\n--xyz--",
     "header:Content-Type=text/plain\nmultipart:=1\n"},
    {BODY_MULTIPART, "--xyz\r\nContent-Disposition: form-data\r\n\r\n1\r\n--xyz--",
     "multipart:=1\n!multipart_syntax\n"},
    {BODY_MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=a; name=\"b\"\r\n\r\n1\r\n--xyz--",
     "multipart:a=1\n!multipart_duplicate\n"},
    {BODY_MULTIPART,
     "--xyz\r\nContent-Disposition: form-data; name=a; filename=\"x\\\"y;z.txt\"; "
     "filename*=UTF-8''%3Cb%3E; filename*0=\"ev\"; filename*1=\"il.php\"\r\n\r\n1\r\n--xyz--",
     "file_name:a=x\"y;z.txt\nfile_name:a=<b>\nfile_name:a=evil.php\nmultipart:a=1\n"},
    {BODY_MULTIPART, "no delimiter", "body:=no delimiter\n!multipart_syntax\n"},
    {BODY_MULTIPART, "--xyz\r\nContent-Disposition: form-data; name=\"' or 1=1",
     "body:=Content-Disposition: form-data; name=\"' or 1=1\n!multipart_unterminated\n"},
    {BODY_XML, " <a>\n <b/>\n <c> t &lt;</c></a> ", "xml:/a/c=t <\n"},
    {BODY_XML, "<a>scr<!--x-->ipt<?p q?></a>", "xml:/a=script\nxml:/a=xq\n"},
    {BODY_XML, "<a><!--x--><![CDATA[<y>]]></a>", "xml:/a=x\nxml:/a=<y>\n"},
    {BODY_XML, "<a>t<b c='1 union", "xml:/a=t\nxml:=<b c='1 union\n!xml_syntax\n"},
    {BODY_XML, "<a>t</b>' or 1=1", "xml:/a=t\nxml:=</b>' or 1=1\n!xml_syntax\n"},
    {BODY_XML, "<a/>' or 1=1", "xml:=' or 1=1\n!xml_syntax\n"},
    {BODY_XML, "<a>&x;u</a>", "xml:=&x;u</a>\n!xml_syntax\n"},
    {BODY_XML, "<!DOCTYPE a PUBLIC 'x' 'http://a.example/a.dtd'><a>b</a>",
     "xml:=<!DOCTYPE a PUBLIC 'x' 'http://a.example/a.dtd'><a>b</a>\n!xml_dtd\n"},
    {BODY_XML,
     "<!DOCTYPE plist PUBLIC '-//Apple//DTD PLIST 1.0//EN' "
     "'http://www.apple.com/DTDs/PropertyList-1.0.dtd'><plist>b</plist>",
     "xml:/plist=b\n"},
    {BODY_XML, "<!DOCTYPE a><a>b</a>", "xml:/a=b\n"},
    {BODY_XML, "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
     "xml:=<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>\n!xml_dtd\n"},
    {BODY_XML, "<a x=\"1\"><b>t</b></a>", "xml:/a/@x=1\nxml:/a/b=t\n"},
};

static void test_bodies_read_the_same_at_any_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++) {
        struct mln_sv in = mln_sv_str(cases[i].in);
        for (uint32_t step = 0; step <= in.len + 20; step++) {
            struct body_log l = {.open = false};
            body_log_run(cases[i].kind, &limits, in, step <= in.len ? step : 0, step, &l);
            if (!mln_sv_eq(mln_buf_sv(&l.b), mln_sv_str(cases[i].out)))
                fail_msg("%s in pieces of %u:\n%.*s\ninstead of\n%s", cases[i].in, step,
                         MLN_SV_ARG(mln_buf_sv(&l.b)), cases[i].out);
            mln_buf_done(&l.b);
        }
    }
}

/* Bodies of many blocks, mostly letters, what is special now and then, as `pieces` has it. */
static void fill(struct mln_buf *b, const char *const *pieces, unsigned n, uint32_t *seed)
{
    for (unsigned i = 0; i < 400; i++) {
        *seed = *seed * 1664525 + 1013904223;
        if (*seed >> 30)
            mln_buf_add_char(b, (char)('a' + (*seed >> 8) % 26));
        else
            mln_buf_add_str(b, pieces[(*seed >> 8) % n]);
    }
}

static void is_read_the_same_in_pieces(enum body_kind kind, struct mln_sv in)
{
    struct body_log whole = {.open = false};

    body_log_run(kind, &limits, in, in.len, 0, &whole);
    for (uint32_t step = 0; step < 3; step++) {
        struct body_log cut = {.open = false};
        body_log_run(kind, &limits, in, step, 7, &cut);
        if (!mln_sv_eq(mln_buf_sv(&whole.b), mln_buf_sv(&cut.b)))
            fail_msg("in pieces of %u: %.*s", step, MLN_SV_ARG(in));
        mln_buf_done(&cut.b);
    }
    mln_buf_done(&whole.b);
}

static void test_long_bodies_read_the_same_at_any_split(void **state)
{
    static const char *const form[] = {"+", "%2B", "%e9", "&", "=", "%", "%4", "+++", "\xe9"},
                             *const multipart[] = {"\n",        "\r",      "-",   "\r\n-",
                                                   "\r\n--xyz", "\n--xyz", "\xe9"};
    uint32_t seed = 1;

    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        struct mln_buf b = {0};
        mln_buf_add_str(&b, "a=");
        fill(&b, form, MLN_ARRAY_LEN(form), &seed);
        is_read_the_same_in_pieces(BODY_FORM, mln_buf_sv(&b));
        mln_buf_clear(&b);
        mln_buf_add_str(&b, "--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n");
        fill(&b, multipart, MLN_ARRAY_LEN(multipart), &seed);
        mln_buf_add_str(&b, "\r\n--xyz--\r\n");
        is_read_the_same_in_pieces(BODY_MULTIPART, mln_buf_sv(&b));
        mln_buf_done(&b);
    }
}

static bool has(const struct body_log *l, const char *text)
{
    return mln_sv_find(mln_buf_sv(&l->b), mln_sv_str(text)) != SIZE_MAX;
}

static void repeat(struct mln_buf *b, const char *text, unsigned times)
{
    while (times--)
        mln_buf_add_sv(b, mln_sv_str(text));
}

/* A body made of a part that comes many times and an attack behind it. */
static void run_behind(enum body_kind kind, const char *open, const char *part, unsigned times,
                       const char *attack, size_t step, struct body_log *l)
{
    struct mln_buf b = {0};

    repeat(&b, open, 1);
    repeat(&b, part, times);
    repeat(&b, attack, 1);
    body_log_run(kind, &limits, mln_buf_sv(&b), step, 1, l);
    mln_buf_done(&b);
}

static void test_what_lies_behind_a_limit_is_still_handed_out(void **state)
{
    static const struct {
        enum body_kind kind;
        const char *open, *part;
        unsigned times;
        const char *odd;
    } limit[] = {
        {BODY_JSON, "", "[", 100000, "!json_depth"},
        {BODY_XML, "", "<a>", 1000, "!xml_depth"},
        {BODY_XML, "<a b='", "xxxxxxxxxx", 60000, "!xml_syntax"},
        {BODY_FORM, "", "a=1&", 1001, "!too_many_fields"},
        {BODY_JSON, "[0", ",1", 1001, "!too_many_fields"},
        {BODY_FORM, "", "aaaaaaaaaa", 1000, "!name_too_long"},
        {BODY_JSON, "{\"a\":0,\"", "aaaaaaaaaa", 1000, "!name_too_long"},
    };
    static const char attack[] = "<p>\"]' or 1=1";

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(limit); i++) {
        struct body_log l = {.open = false};
        run_behind(limit[i].kind, limit[i].open, limit[i].part, limit[i].times, attack, 1, &l);
        if (!has(&l, limit[i].odd))
            fail_msg("case %zu has no %s", i, limit[i].odd);
        if (!has(&l, "' or 1=1") && !has(&l, "!name_too_long"))
            fail_msg("case %zu hides the attack", i);
        mln_buf_done(&l.b);
    }
}

static void test_unusable_boundaries_leave_the_body_whole(void **state)
{
    static const char *const boundary[] = {NULL,
                                           "",
                                           "a,b",
                                           "a;b",
                                           "a\"b",
                                           "a ",
                                           "0123456789012345678901234567890123456789"
                                           "0123456789012345678901234567890"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(boundary); i++) {
        struct body_log l = {.given = 100};
        const struct mln_field_sink sink = {&l, body_log_begin, body_log_data, body_log_end,
                                            body_log_odd};
        struct mln_arena a;
        mln_arena_init(&a, 1 << 16);
        struct mln_multipart_parser *p =
            mln_multipart_new(&a, mln_sv_str(boundary[i]), &limits, &sink);
        assert_int_equal(mln_multipart_feed(p, MLN_SV("--a\r\n")), 0);
        assert_int_equal(mln_multipart_feed(p, MLN_SV("\r\nx")), 0);
        assert_int_equal(mln_multipart_finish(p), 0);
        body_log_write_odds(&l);
        assert_true(
            mln_sv_eq(mln_buf_sv(&l.b), MLN_SV("body:=--a\r\n\r\nx\n!multipart_no_boundary\n")));
        mln_arena_done(&a);
        mln_buf_done(&l.b);
    }
}

/* Both readings of a long part cannot be kept: the end before decoding shows what it was. */
static void test_long_part_that_is_not_base64_is_read_as_it_stands(void **state)
{
    static const char head[] = "--xyz\r\nContent-Disposition: form-data; name=a\r\n"
                               "Content-Transfer-Encoding: base64\r\n\r\n";
    static const char attack[] = "union select' or 1=1\r\n--xyz--";

    (void)state;
    for (size_t step = 1; step < 3000; step += 371) {
        struct body_log l = {.open = false};
        run_behind(BODY_MULTIPART, head, "AAAABBBB", 1000, attack, step, &l);
        assert_true(has(&l, "BBBBunion select' or 1=1\n!multipart_syntax"));
        mln_buf_done(&l.b);
    }
}

/* Names that are all different would stay in the XML library for good. */
static void test_memory_for_xml_names_is_bounded(void **state)
{
    struct mln_buf b = {0};
    struct body_log l = {.open = false};

    (void)state;
    repeat(&b, "<r>", 1);
    for (unsigned i = 0; i < 100000; i++)
        mln_buf_addf(&b, "<a%u/>", i);
    repeat(&b, "<b c='attack'/>", 1);
    body_log_run(BODY_XML, &limits, mln_buf_sv(&b), 4096, 1, &l);
    assert_true(has(&l, "!too_many_fields") && has(&l, "attack"));
    mln_buf_done(&b);
    mln_buf_done(&l.b);
}

/* ---- valid documents against another reader ---- */

static uint32_t rnd(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

static json_t *random_leaf(uint32_t *seed)
{
    static const char *const texts[] = {"",       "plain",       "a \"quoted\" \\ one",
                                        "\n\t\b", "caf\xc3\xa9", "\xf0\x9f\x98\x80/"};

    switch (rnd(seed, 4)) {
    case 0:
        return json_integer((json_int_t)rnd(seed, 1000) - 500);
    case 1:
        return json_boolean(rnd(seed, 2));
    case 2:
        return json_null();
    default:
        return json_string(texts[rnd(seed, MLN_ARRAY_LEN(texts))]);
    }
}

/* A document of a few levels, and the log that reading it must give. */
static json_t *random_document(uint32_t *seed, unsigned depth, const char *path,
                               struct mln_buf *log)
{
    char below[128];

    if (depth == 0 || rnd(seed, 3) == 0) {
        json_t *leaf = random_leaf(seed);
        char *text = json_is_string(leaf) ? strdup(json_string_value(leaf))
                                          : json_dumps(leaf, JSON_ENCODE_ANY);
        mln_buf_addf(log, "json:%s=%s\n", path, text);
        free(text);
        return leaf;
    }
    bool array = rnd(seed, 2);
    json_t *node = array ? json_array() : json_object();
    for (unsigned i = 0, n = rnd(seed, 5); i < n; i++) {
        (void)snprintf(below, sizeof(below), array ? "%s/%u" : "%s/k%u", path, i);
        json_t *child = random_document(seed, depth - 1, below, log);
        assert_int_equal(array ? json_array_append_new(node, child)
                               : json_object_set_new(node, strrchr(below, '/') + 1, child),
                         0);
    }
    return node;
}

static void test_valid_json_gives_the_leaves_that_another_writer_wrote(void **state)
{
    static const size_t flags[] = {JSON_COMPACT, JSON_INDENT(2), JSON_ENSURE_ASCII,
                                   JSON_ESCAPE_SLASH};

    (void)state;
    for (uint32_t i = 0; i < 2000; i++) {
        struct mln_buf expected = {0};
        struct body_log l = {.open = false};
        uint32_t seed = i;
        json_t *doc = random_document(&seed, 4, "", &expected);
        char *text = json_dumps(doc, flags[i % 4] | JSON_ENCODE_ANY | JSON_PRESERVE_ORDER);
        body_log_run(BODY_JSON, &limits, mln_sv_str(text), i % 7, i, &l);
        if (!mln_sv_eq(mln_buf_sv(&l.b), mln_buf_sv(&expected)))
            fail_msg("%s\ngives\n%.*s", text, MLN_SV_ARG(mln_buf_sv(&l.b)));
        free(text);
        json_decref(doc);
        mln_buf_done(&expected);
        mln_buf_done(&l.b);
    }
}

/* ---- content codings ---- */

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

static size_t brotli(const char *in, size_t n, unsigned char *out, size_t cap)
{
    assert_true(BrotliEncoderCompress(BROTLI_DEFAULT_QUALITY, BROTLI_DEFAULT_WINDOW,
                                      BROTLI_MODE_GENERIC, n, (const uint8_t *)in, &cap, out));
    return cap;
}

static size_t zstd(const char *in, size_t n, int window_log, unsigned char *out, size_t cap)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();

    assert_non_null(c);
    assert_false(ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window_log)));
    ZSTD_inBuffer from = {in, n, 0};
    ZSTD_outBuffer to = {out, cap, 0};
    /* not told that it is all: else the window would be no larger than the text */
    assert_false(ZSTD_isError(ZSTD_compressStream2(c, &to, &from, ZSTD_e_continue)));
    assert_int_equal(ZSTD_compressStream2(c, &to, &from, ZSTD_e_end), 0);
    (void)ZSTD_freeCCtx(c);
    return to.pos;
}

enum { AS_GZIP, AS_ZLIB, AS_DEFLATE, AS_X_GZIP, AS_BROTLI, AS_ZSTD, AS_MAX };
static const char *const coding_names[AS_MAX] = {"gzip",   "deflate", "deflate",
                                                 "X-GZip", "br",      "zstd"};

static size_t encode(int as, const char *in, size_t n, unsigned char *out, size_t cap)
{
    static const int bits[] = {31, 15, -15, 31};

    return as == AS_BROTLI ? brotli(in, n, out, cap)
           : as == AS_ZSTD ? zstd(in, n, 18, out, cap)
                           : gzip(in, n, bits[as], out, cap);
}

/* Result of the decoder for pieces of `step` bytes. */
static int decode(const char *name, const struct mln_inflate_limits *lim, struct mln_sv in,
                  size_t step, struct mln_buf *out)
{
    struct mln_inflate *d = NULL;
    int r = mln_inflate_new(&d, mln_sv_str(name), lim);

    for (size_t at = 0; at < in.len && r == 0; at += step)
        r = mln_inflate_feed(d, mln_sv_sub(in, at, step), collect, out);
    if (r == 0)
        r = mln_inflate_finish(d);
    (void)mln_inflate_free(d);
    return r;
}

static const char form_text[] =
    "a=1&b=' or 1=1--&c=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

static void test_codings_decode_at_any_split(void **state)
{
    const struct mln_inflate_limits lim = MLN_INFLATE_LIMITS_DEFAULT;

    (void)state;
    for (int as = 0; as < AS_MAX; as++) {
        unsigned char z[512];
        size_t n = encode(as, form_text, sizeof(form_text) - 1, z, sizeof(z));
        for (size_t step = 1; step <= n; step++) {
            struct mln_buf out = {0};
            assert_int_equal(decode(coding_names[as], &lim, mln_sv(z, n), step, &out), 0);
            assert_true(mln_sv_eq(mln_buf_sv(&out), MLN_SV(form_text)));
            mln_buf_done(&out);
        }
    }
}

/* Sizes around that of a piece: what is made as the input ends must not be lost, nor an end. */
static void test_codings_decode_any_size(void **state)
{
    static char text[3 * 16384];
    static unsigned char z[sizeof(text) + 1024];
    const struct mln_inflate_limits lim = {.out_bytes = 1 << 20, .ratio = 10000, .layers = 2};
    uint32_t seed = 1;

    (void)state;
    for (size_t i = 0; i < sizeof(text); i++) {
        seed = seed * 1664525 + 1013904223;
        text[i] = "abcdefgh"[seed >> 30];
    }
    for (int as = 0; as < AS_MAX; as++)
        for (size_t size = 0; size <= sizeof(text); size += size % 16384 == 1 ? 16382 : 1) {
            struct mln_buf out = {0};
            size_t n = encode(as, text, size, z, sizeof(z));
            assert_int_equal(decode(coding_names[as], &lim, mln_sv(z, n), n, &out), 0);
            assert_true(mln_sv_eq(mln_buf_sv(&out), mln_sv(text, size)));
            mln_buf_done(&out);
            if (size == 1)
                size = 16382;
        }
}

static void test_codings_stack(void **state)
{
    static const char *const names[AS_MAX] = {"br, gzip",   "br,deflate", "br , deflate",
                                              "br,,x-gzip", "br;q=1, br", "identity, br, ZSTD"};
    const struct mln_inflate_limits lim = MLN_INFLATE_LIMITS_DEFAULT;

    (void)state;
    for (int as = 0; as < AS_MAX; as++) {
        unsigned char inner[512], outer[512];
        struct mln_buf out = {0};
        size_t n = brotli(form_text, sizeof(form_text) - 1, inner, sizeof(inner));
        n = encode(as, (char *)inner, n, outer, sizeof(outer));
        assert_int_equal(decode(names[as], &lim, mln_sv(outer, n), 3, &out), 0);
        assert_true(mln_sv_eq(mln_buf_sv(&out), MLN_SV(form_text)));
        mln_buf_done(&out);
    }
}

static void test_cut_and_corrupt_bodies_are_told(void **state)
{
    const struct mln_inflate_limits lim = MLN_INFLATE_LIMITS_DEFAULT;

    (void)state;
    for (int as = 0; as < AS_MAX; as++) {
        unsigned char z[512];
        struct mln_buf out = {0};
        size_t n = encode(as, form_text, sizeof(form_text) - 1, z, sizeof(z) - 1);
        for (size_t cut = 1; cut < n; cut++)
            assert_int_equal(decode(coding_names[as], &lim, mln_sv(z, cut), 7, &out), -EBADMSG);
        z[n] = 'x'; /* behind the end */
        assert_int_equal(decode(coding_names[as], &lim, mln_sv(z, n + 1), n + 1, &out), -EBADMSG);
        assert_int_equal(decode(coding_names[as], &lim, mln_sv(z, n + 1), 1, &out), -EBADMSG);
        memset(z, 0xff, n);
        assert_int_equal(decode(coding_names[as], &lim, mln_sv(z, n), n, &out), -EBADMSG);
        mln_buf_done(&out);
    }
}

static void test_frames_in_a_row_are_one_body(void **state)
{
    static const char skipped[] = "\x5a\x2a\x4d\x18\x03\0\0\0xyz";
    const struct mln_inflate_limits lim = MLN_INFLATE_LIMITS_DEFAULT;
    unsigned char z[512];
    size_t n = 0;

    (void)state;
    memcpy(z, skipped, sizeof(skipped) - 1);
    n = sizeof(skipped) - 1;
    n += zstd("a=1", 3, 18, z + n, sizeof(z) - n);
    n += zstd("&b=2", 4, 18, z + n, sizeof(z) - n);
    for (size_t step = 1; step <= n; step++) {
        struct mln_buf out = {0};
        assert_int_equal(decode("zstd", &lim, mln_sv(z, n), step, &out), 0);
        assert_true(mln_sv_eq(mln_buf_sv(&out), MLN_SV("a=1&b=2")));
        mln_buf_done(&out);
    }
    z[0] = 0x27; /* magic of an older format */
    struct mln_buf out = {0};
    assert_int_equal(decode("zstd", &lim, mln_sv(z, n), n, &out), -EBADMSG);
    mln_buf_done(&out);
}

static void test_bombs_and_unknown_codings_are_refused(void **state)
{
    static char zeros[4 << 20];
    static unsigned char z[1 << 16];
    const struct mln_inflate_limits lim = {.out_bytes = 1 << 20, .ratio = 100, .layers = 2};
    const struct mln_inflate_limits large = {.out_bytes = 64 << 20, .ratio = 100, .layers = 2};
    struct mln_inflate *d = NULL;

    (void)state;
    for (int as = 0; as < AS_MAX; as++) {
        struct mln_buf out = {0};
        size_t n = encode(as, zeros, sizeof(zeros), z, sizeof(z));
        assert_int_equal(decode(coding_names[as], &lim, mln_sv(z, n), n, &out), -EFBIG);
        assert_true(out.len <= (1 << 20) + 16384);
        out.len = 0;
        assert_int_equal(decode(coding_names[as], &large, mln_sv(z, n), n, &out), -EFBIG);
        assert_true(out.len <= 100 * n + 65536 + 16384);
        mln_buf_done(&out);
    }
    assert_int_equal(mln_inflate_new(&d, MLN_SV("rot13"), &lim), -ENOTSUP);
    assert_int_equal(mln_inflate_new(&d, MLN_SV("Compress"), &lim), -ENOSYS);
    assert_int_equal(mln_inflate_new(&d, MLN_SV("utf-8, xz"), &lim), -ENOSYS);
    assert_int_equal(mln_inflate_new(&d, MLN_SV("gzip, br, zstd"), &lim), -E2BIG);
}

/* Windows are as large as the sender likes: all together are bounded, and all is given back. */
static void test_memory_of_decoders_is_bounded(void **state)
{
    static char text[6 << 20];
    static unsigned char z[8 << 20];
    struct mln_decoder_pool pool = {.max = 5 << 20};
    const struct mln_inflate_limits lim = {
        .out_bytes = 64 << 20, .ratio = 100, .layers = 2, .pool = &pool};
    uint32_t seed = 1;

    (void)state;
    for (size_t i = 0; i < sizeof(text); i++) {
        seed = seed * 1664525 + 1013904223;
        text[i] = (char)(seed >> 24);
    }
    for (int as = 0; as < AS_MAX; as++) {
        bool has_window = as == AS_BROTLI || as == AS_ZSTD;
        struct mln_buf out = {0};
        size_t n = as == AS_ZSTD ? zstd(text, sizeof(text), 23, z, sizeof(z))
                                 : encode(as, text, sizeof(text), z, sizeof(z));
        pool.max = has_window ? 3 << 20 : 48 << 10;
        assert_int_equal(decode(coding_names[as], &lim, mln_sv(z, n), 4096, &out),
                         has_window ? -ENOBUFS : 0);
        assert_int_equal(pool.used, 0);
        pool.max = 20 << 20;
        out.len = 0;
        assert_int_equal(decode(coding_names[as], &lim, mln_sv(z, n), 4096, &out), 0);
        assert_int_equal(pool.used, 0);
        pool.max = 1 << 10;
        assert_int_equal(decode(coding_names[as], &lim, mln_sv(z, n), 4096, &out), -ENOBUFS);
        assert_int_equal(pool.used, 0);
        mln_buf_done(&out);
    }
    struct mln_buf out = {0};
    pool.max = 64 << 20;
    size_t n = zstd(text, sizeof(text), 24, z, sizeof(z)); /* more than a sender may ask for */
    assert_int_equal(decode("zstd", &lim, mln_sv(z, n), n, &out), -EBADMSG);
    mln_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies_read_the_same_at_any_split),
        cmocka_unit_test(test_long_bodies_read_the_same_at_any_split),
        cmocka_unit_test(test_what_lies_behind_a_limit_is_still_handed_out),
        cmocka_unit_test(test_unusable_boundaries_leave_the_body_whole),
        cmocka_unit_test(test_long_part_that_is_not_base64_is_read_as_it_stands),
        cmocka_unit_test(test_memory_for_xml_names_is_bounded),
        cmocka_unit_test(test_valid_json_gives_the_leaves_that_another_writer_wrote),
        cmocka_unit_test(test_codings_decode_at_any_split),
        cmocka_unit_test(test_codings_decode_any_size),
        cmocka_unit_test(test_codings_stack),
        cmocka_unit_test(test_cut_and_corrupt_bodies_are_told),
        cmocka_unit_test(test_frames_in_a_row_are_one_body),
        cmocka_unit_test(test_bombs_and_unknown_codings_are_refused),
        cmocka_unit_test(test_memory_of_decoders_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
