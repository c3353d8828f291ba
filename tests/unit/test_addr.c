/* Addresses, ports and prefixes as text, both ways. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/addr.h"

static void test_what_is_written_is_read_again(void **state)
{
    static const struct {
        const char *in, *out;
    } t[] = {
        {"127.0.0.1:8080", "127.0.0.1:8080"},
        {"[::1]:0", "[::1]:0"},
        {"[2001:DB8:0::1]:65535", "[2001:db8::1]:65535"},
        {":80", "[::]:80"},
        {"[::ffff:192.0.2.1]:443", "192.0.2.1:443"},
        {"[2001:db8:1111:2222:3333:4444:5555:6666]:65535",
         "[2001:db8:1111:2222:3333:4444:5555:6666]:65535"},
    };
    char out[MLN_ADDR_PORT_TEXT];

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(t); i++) {
        struct mln_addr a;
        uint16_t port;
        assert_int_equal(mln_addr_port_parse(mln_sv_str(t[i].in), &a, &port), 0);
        assert_string_equal(mln_addr_port_format(&a, port, out), t[i].out);
    }
}

static void test_what_is_no_address_with_a_port_is_refused(void **state)
{
    static const char *const bad[] = {
        "",        "127.0.0.1",   "127.0.0.1:",  "::1:80",     "[::1]",         "[::1]80",
        "[]:x",    "1.2.3:80",    "host:80",     "1.2.3.4:-1", "1.2.3.4:65536", "1.2.3.4:+1",
        "[::1:80", "1.2.3.4 :80", "1.2.3.4:80 ", "[::1%lo]:1", "01.2.3.4:80",   "[[::1]]:1",
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(bad); i++) {
        struct mln_addr a;
        uint16_t port;
        if (mln_addr_port_parse(mln_sv_str(bad[i]), &a, &port) == 0)
            fail_msg("%s was read", bad[i]);
    }
}

static bool has(const char *prefix, const char *addr)
{
    struct mln_prefix p;
    struct mln_addr a;

    assert_int_equal(mln_prefix_parse(mln_sv_str(prefix), &p), 0);
    assert_int_equal(mln_addr_parse(mln_sv_str(addr), &a), 0);
    return mln_prefix_has(&p, &a);
}

static void test_prefixes_hold_their_addresses(void **state)
{
    struct mln_prefix p;

    (void)state;
    assert_true(has("10.0.0.0/8", "10.255.1.2"));
    assert_false(has("10.0.0.0/8", "11.0.0.0"));
    assert_true(has("192.0.2.4/31", "192.0.2.5"));
    assert_false(has("192.0.2.4/31", "192.0.2.6"));
    assert_true(has("0.0.0.0/0", "203.0.113.9"));
    assert_false(has("0.0.0.0/0", "2001:db8::1"));
    assert_true(has("2001:db8::/33", "2001:db8:7fff::1"));
    assert_false(has("2001:db8::/33", "2001:db8:8000::1"));
    assert_true(has("::/0", "192.0.2.1"));
    assert_true(mln_prefix_parse(MLN_SV("10.0.0.1/8"), &p) < 0); /* which one was meant? */
    assert_true(mln_prefix_parse(MLN_SV("10.0.0.0/33"), &p) < 0);
    assert_true(mln_prefix_parse(MLN_SV("::/129"), &p) < 0);
    assert_true(mln_prefix_parse(MLN_SV("10.0.0.0/"), &p) < 0);
}

static void test_private_is_what_the_internet_does_not_route(void **state)
{
    static const char *const private[] = {"10.1.2.3",          "127.0.0.53",  "172.31.255.255",
                                          "0.0.0.0",           "192.168.0.1", "169.254.1.1",
                                          "100.64.0.1",        "::1",         "::",
                                          "fd00::1",           "fe80::1",     "febf::1",
                                          "64:ff9b::a9fe:a9fe"};
    static const char *const public[] = {
        "9.255.255.255", "172.32.0.1",  "192.169.0.1", "100.128.0.1",
        "::2",           "2001:db8::1", "fec0::1",     "64:ff9b::808:808"};
    struct mln_addr a;

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(private); i++) {
        assert_int_equal(mln_addr_parse(mln_sv_str(private[i]), &a), 0);
        assert_true(mln_addr_is_private(&a));
    }
    for (size_t i = 0; i < MLN_ARRAY_LEN(public); i++) {
        assert_int_equal(mln_addr_parse(mln_sv_str(public[i]), &a), 0);
        assert_false(mln_addr_is_private(&a));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read_again),
        cmocka_unit_test(test_what_is_no_address_with_a_port_is_refused),
        cmocka_unit_test(test_prefixes_hold_their_addresses),
        cmocka_unit_test(test_private_is_what_the_internet_does_not_route),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
