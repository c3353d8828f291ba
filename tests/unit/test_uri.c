/* Targets: the canonical path and its other readings, queries, cookies, media types, hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/uri.h"

static bool has_reading(const struct mln_paths *p, const char *path)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (mln_sv_eq(p->r[i].path, mln_sv_str(path)))
            return true;
    return false;
}

static void test_canonical_path_is_decoded_once_and_resolved(void **state)
{
    static const struct {
        const char *raw, *canonical;
    } cases[] = {
        {"/", "/"},
        {"", "/"},
        {"a/", "/a/"},
        {"/Admin/", "/Admin/"},
        {"/a//", "/a/"},
        {"//a", "/a"},
        {"/a/%61/../", "/a/"},
        {"/a/./", "/a/"},
        {"/a/.", "/a/"},
        {"/a/b/..", "/a/"},
        {"/a/../..", "/"},
        {"/%41%zz%4", "/A%zz%4"},
        {"/a%2Fb", "/a%2Fb"},
        {"/%252e/", "/%2e/"},
        {"/...", "/..."},
        {"/a/..b", "/a/..b"},
        {"*", "*"},
        {"/a;x/", "/a;x/"},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++) {
        struct mln_arena a;
        struct mln_paths p;
        mln_arena_init(&a, 1 << 16);
        assert_int_equal(mln_paths_read(&a, mln_sv_str(cases[i].raw), &p), 0);
        if (!mln_sv_eq(p.r[0].path, mln_sv_str(cases[i].canonical)))
            fail_msg("%s is read as %.*s", cases[i].raw, MLN_SV_ARG(p.r[0].path));
        mln_arena_done(&a);
    }
}

static void test_other_readings_of_a_path_are_found(void **state)
{
    static const struct {
        const char *raw, *reading;
    } cases[] = {
        {"/search/..;/admin/x", "/admin/x"},
        {"/search/..%3b/admin", "/admin"},
        {"/search/..%253b/admin", "/admin"},
        {"//admin", "//admin"},
        {"/a%2fb", "/a/b"},
        {"/a%252fb", "/a/b"},
        {"/a\\b", "/a/b"},
        {"/a%5cb", "/a/b"},
        {"/a%255cb", "/a/b"},
        {"/ADMIN", "/admin"},
        {"/x/../Admin/", "/x/../Admin/"},
        {"/Admin;x%5cfoo", "/Admin/foo"}, /* all at once, in its own case */
        {"/Admin;x%5cfoo", "/admin/foo"},
        {"/;x/admin", "/admin"},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++) {
        struct mln_arena a;
        struct mln_paths p;
        mln_arena_init(&a, 1 << 16);
        assert_int_equal(mln_paths_read(&a, mln_sv_str(cases[i].raw), &p), 0);
        if (!has_reading(&p, cases[i].reading))
            fail_msg("%s is not read as %s", cases[i].raw, cases[i].reading);
        mln_arena_done(&a);
    }
}

static void test_traits_of_a_path_are_flagged(void **state)
{
    struct mln_arena a;
    struct mln_paths p;

    (void)state;
    mln_arena_init(&a, 1 << 16);
    assert_int_equal(mln_paths_read(&a, MLN_SV("/.well-known/..x/a.b"), &p), 0);
    assert_false(p.has_dot_segments);
    assert_int_equal(mln_paths_read(&a, MLN_SV("/\xc0\xae\xc0\xae/x"), &p), 0);
    assert_true(p.has_overlong);
    assert_int_equal(mln_paths_read(&a, MLN_SV("/%25c0%25ae/x"), &p), 0);
    assert_true(p.has_overlong && p.has_double_encoding);
    assert_int_equal(mln_paths_read(&a, MLN_SV("/caf\xc3\xa9/%e2%82%ac"), &p), 0);
    assert_false(p.has_overlong);
    assert_int_equal(mln_paths_read(&a, MLN_SV("/a%00%zz"), &p), 0);
    assert_true(p.has_nul && p.bad_escape);
    assert_int_equal(mln_paths_read(&a, MLN_SV("/a/..%255c..%255c..\\x"), &p), 0);
    assert_true(p.escapes_root && p.has_backslash);
    assert_int_equal(mln_paths_read(&a, MLN_SV("/a/../b"), &p), 0);
    assert_false(p.escapes_root);
    mln_arena_done(&a);
}

static void test_plain_path_costs_no_memory(void **state)
{
    static const char raw[] = "/shop/.hidden/item-42/picture.png";
    struct mln_arena a;
    struct mln_paths p;

    (void)state;
    mln_arena_init(&a, 0);
    assert_int_equal(mln_paths_read(&a, MLN_SV(raw), &p), 0);
    assert_int_equal(p.n, 1);
    assert_ptr_equal(p.r[0].path.p, raw);
    assert_int_equal(mln_paths_read(&a, MLN_SV("/a%41"), &p), -ENOMEM);
    mln_arena_done(&a);
}

static void test_override_urls_are_cut_to_their_path(void **state)
{
    static const struct {
        const char *url, *path;
    } cases[] = {
        {"/admin?u=http://h/public", "/admin"},
        {"/admin#/http://h/public", "/admin"},
        {"/a/http://h/public", "/a/http:/h/public"},
        {"http://h/admin?x", "/admin"},
        {"http://h", "/"},
        {"admin", "/admin"},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++) {
        struct mln_arena a;
        struct mln_paths p;
        mln_arena_init(&a, 1 << 16);
        assert_int_equal(mln_paths_read(&a, MLN_SV("/"), &p), 0);
        assert_int_equal(mln_paths_add_override(&a, mln_sv_str(cases[i].url), &p), 0);
        if (!has_reading(&p, cases[i].path))
            fail_msg("%s does not give %s", cases[i].url, cases[i].path);
        mln_arena_done(&a);
    }
}

/* A path with all readings there are must not crowd out those of the headers. */
static void test_overrides_have_room_beside_any_path(void **state)
{
    struct mln_arena a;
    struct mln_paths p;

    (void)state;
    mln_arena_init(&a, 1 << 16);
    assert_int_equal(mln_paths_read(&a, MLN_SV("/A;p/b%2fc%255cd\\e//../f%252fg;q/%2541"), &p), 0);
    assert_true(p.n > 8);
    assert_int_equal(
        mln_paths_add_override(&a, MLN_SV("/B;p/b%2fc%255cd\\e//../f%252fg;q/%2541"), &p), 0);
    assert_int_equal(mln_paths_add_override(&a, MLN_SV("/Admin"), &p), 0);
    assert_true(has_reading(&p, "/Admin") && has_reading(&p, "/admin"));
    assert_true(p.n <= MLN_READINGS_MAX);
    mln_arena_done(&a);
}

static void test_escapes_are_decoded_once(void **state)
{
    static const struct {
        const char *in, *out;
        bool plus;
        uint32_t bad;
    } cases[] = {
        {"plain", "plain", true, 0},     {"a+b", "a b", true, 0}, {"a+b", "a+b", false, 0},
        {"%41%2B", "A+", true, 0},       {"%", "%", false, 1},    {"%4", "%4", false, 1},
        {"%4g%zz", "%4g%zz", true, 2},   {"%%41", "%A", true, 1}, {"%2541", "%41", true, 0},
        {"%C3%a9", "\xc3\xa9", true, 0},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++) {
        struct mln_arena a;
        uint32_t bad = 99;
        mln_arena_init(&a, 1 << 16);
        struct mln_sv got = mln_url_decode(&a, mln_sv_str(cases[i].in), cases[i].plus, &bad);
        assert_true(mln_sv_eq(got, mln_sv_str(cases[i].out)));
        assert_int_equal(bad, cases[i].bad);
        mln_arena_done(&a);
    }
}

static void add_pair(struct mln_buf *b, struct mln_sv name, struct mln_sv value)
{
    mln_buf_addf(b, "[%.*s|", MLN_SV_ARG(name));
    mln_buf_add_sv(b, value.p ? value : MLN_SV("-"));
    mln_buf_add_char(b, ']');
}

static void test_queries_and_cookies_give_their_pairs(void **state)
{
    struct mln_sv rest = MLN_SV("a=1&&b&=c&d==e&"), name, value;
    struct mln_buf b = {0};

    (void)state;
    while (mln_query_next(&rest, &name, &value))
        add_pair(&b, name, value);
    assert_true(mln_sv_eq(mln_buf_sv(&b), MLN_SV("[a|1][b|-][|c][d|=e]")));
    mln_buf_clear(&b);
    rest = MLN_SV(" a=1;b = \"x\" ;; alone;c=d=e");
    while (mln_cookie_next(&rest, &name, &value))
        add_pair(&b, name, value);
    assert_true(mln_sv_eq(mln_buf_sv(&b), MLN_SV("[a|1][b|\"x\"][|alone][c|d=e]")));
    mln_buf_done(&b);
}

static void test_media_type_parameters(void **state)
{
    struct mln_media_type mt;
    struct mln_arena a;
    uint32_t count;

    (void)state;
    mln_arena_init(&a, 1 << 16);
    mln_media_type_parse(MLN_SV("multipart/form-data ; x=\"a;boundary=no\"; Boundary=\"a\\\"b\""),
                         &mt);
    assert_true(mln_sv_eq(mt.type, MLN_SV("multipart/form-data")));
    assert_true(
        mln_sv_eq(mln_media_param(&a, mt.params, MLN_SV("boundary"), &count), MLN_SV("a\"b")));
    assert_int_equal(count, 1);
    mln_media_type_parse(MLN_SV("text/x; charset=a; charset=b"), &mt);
    assert_true(mln_sv_eq(mln_media_param(&a, mt.params, MLN_SV("charset"), &count), MLN_SV("a")));
    assert_int_equal(count, 2);
    assert_null(mln_media_param(&a, mt.params, MLN_SV("boundary"), &count).p);
    mln_arena_done(&a);
}

static void test_hosts_are_validated(void **state)
{
    static const char *const bad[] = {"",     "a b",   "a:0",    "a:65536", "a:b",    "a/b",
                                      "[::1", "[g::]", "[::1]x", "u@h",     "h:80:1", "[1.2.3.4]"};
    struct mln_sv host;
    uint16_t port;

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(bad); i++)
        if (mln_host_parse(mln_sv_str(bad[i]), &host, &port) == 0)
            fail_msg("%s passes as a host", bad[i]);
    assert_int_equal(mln_host_parse(MLN_SV("[2001:db8::1]:8080"), &host, &port), 0);
    assert_true(mln_sv_eq(host, MLN_SV("[2001:db8::1]")) && port == 8080);
    assert_int_equal(mln_host_parse(MLN_SV("a_b.example:"), &host, &port), 0);
    assert_true(mln_sv_eq(host, MLN_SV("a_b.example")) && port == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical_path_is_decoded_once_and_resolved),
        cmocka_unit_test(test_other_readings_of_a_path_are_found),
        cmocka_unit_test(test_traits_of_a_path_are_flagged),
        cmocka_unit_test(test_plain_path_costs_no_memory),
        cmocka_unit_test(test_override_urls_are_cut_to_their_path),
        cmocka_unit_test(test_overrides_have_room_beside_any_path),
        cmocka_unit_test(test_escapes_are_decoded_once),
        cmocka_unit_test(test_queries_and_cookies_give_their_pairs),
        cmocka_unit_test(test_media_type_parameters),
        cmocka_unit_test(test_hosts_are_validated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
