/* What interception reads of the kernel, and namespaces by process. What needs rights is tested in
 * tests/scenario/test_defender.py. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "base/buf.h"
#include "intercept/heard.h"
#include "intercept/netns.h"
#include "intercept/ports.h"

static const char tcp4[] =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
    "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 1 1 0\n"
    "   1: 0100007F:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 2 1 0\n"
    "   2: 0B00007F:A2F1 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 2 1 0\n"
    "   3: 020011AC:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 3 1 0\n"
    "   4: 020011AC:1F90 010011AC:C350 01 00000000:00000000 00:00000000 00000000  0 0 4 1 0\n"
    "   5: 00000000:1F90 00000000:0000 0A\n"
    "rubbish\n"
    "   6: 00000000 00000000:0000 0A\n"
    "   7: 00000000:11F90 00000000:0000 0A\n"
    "   8: 00000000:0000 00000000:0000 0A\n";
static const char tcp6[] =
    "  sl  local_address                         remote_address                        st\n"
    "   0: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 0\n"
    "   1: 00000000000000000000000001000000:1F92 00000000000000000000000000000000:0000 0A 0\n"
    "   2: 0000000000000000FFFF00000100007F:1F93 00000000000000000000000000000000:0000 0A 0\n"
    "   3: 0000000000000000FFFF0000020011AC:1F94 00000000000000000000000000000000:0000 0A 0\n";

static unsigned count(const struct mln_port_set *s)
{
    unsigned n = 0;

    for (uint16_t port = 0; (port = mln_port_set_next(s, port)) != 0;)
        n++;
    return n;
}

static void test_listening_ports_that_can_be_reached(void **state)
{
    struct mln_port_set s = {{0}};

    (void)state;
    mln_listening_parse(MLN_SV(tcp4), false, &s);
    assert_int_equal(count(&s), 2);
    assert_int_equal(mln_port_set_next(&s, 0), 80);
    assert_int_equal(mln_port_set_next(&s, 80), 8080);
    mln_listening_parse(MLN_SV(tcp6), false, &s);
    assert_int_equal(count(&s), 4);
    assert_true(mln_port_set_has(&s, 8081));
    assert_true(mln_port_set_has(&s, 8084));
    assert_false(mln_port_set_has(&s, 8082)); /* ::1 */
    assert_false(mln_port_set_has(&s, 8083)); /* ::ffff:127.0.0.1 */
}

static void test_udp_that_hears_anybody(void **state)
{
    static const char udp[] = "  sl  local_address rem_address   st tx_queue rx_queue\n"
                              "  1: 00000000:01BB 00000000:0000 07 0\n"
                              "  2: 0100007F:01BC 00000000:0000 07 0\n"
                              "  3: 00000000:01BD 08080808:0035 01 0\n";
    struct mln_port_set s = {{0}};

    (void)state;
    mln_listening_parse(MLN_SV(udp), true, &s);
    assert_int_equal(count(&s), 1);
    assert_true(mln_port_set_has(&s, 443));
}

static void test_every_port_there_is(void **state)
{
    struct mln_port_set s = {{0}};
    struct mln_buf text = {0};

    (void)state;
    assert_int_equal(mln_port_set_next(&s, 0), 0);
    for (unsigned port = 65535; port > 0; port--)
        mln_buf_addf(&text, " %u: 00000000:%04X 00000000:0000 0A 0\n", port, port);
    mln_listening_parse(mln_buf_sv(&text), false, &s);
    assert_int_equal(count(&s), 65535);
    assert_int_equal(mln_port_set_next(&s, 65534), 65535);
    assert_int_equal(mln_port_set_next(&s, 65535), 0);
    mln_buf_done(&text);
}

static void test_a_namespace_is_that_of_one_process(void **state)
{
    struct mln_netns_key own, mine;
    uint64_t start = 0;

    (void)state;
    assert_int_equal(mln_netns_own(&own), 0);
    assert_int_equal(mln_proc_start_time((uint32_t)getpid(), &start), 0);
    assert_true(start > 0);
    int fd = mln_netns_open((uint32_t)getpid(), start, &mine);
    assert_true(fd >= 0);
    assert_true(mln_netns_key_eq(&own, &mine));
    (void)close(fd);
    /* the number belongs to another process by now */
    assert_int_equal(mln_netns_open((uint32_t)getpid(), start + 1, &mine), -ESRCH);
    assert_int_equal(mln_netns_open(0x7ffffffe, 0, &mine), -ESRCH);
}

static void test_what_was_heard(void **state)
{
    static const struct {
        uint8_t first, last;
        size_t len;
        enum mln_heard heard;
    } table[] = {
        {0x45, 'H', 20 + 20 + 1, MLN_HEARD_HTTP1},
        {0x45, 0x16, 20 + 20 + 1, MLN_HEARD_TLS},
        {0x4f, 'H', 60 + 60 + 1, MLN_HEARD_HTTP1},
        {0x60, 0, 40 + 32 + 1, MLN_HEARD_HTTP2},
        {0x60, 0x17, 40 + 20 + 1, MLN_HEARD_NOTHING},
        {0x45, 'H', 20 + 20, MLN_HEARD_NOTHING},
        {0x44, 'H', 20 + 20 + 1, MLN_HEARD_NOTHING},
        {0x60, 'H', 40 + 20, MLN_HEARD_NOTHING},
        {0x45, 'H', 0, MLN_HEARD_NOTHING},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        uint8_t packet[MLN_HEARD_BYTES] = {0};
        size_t tcp = table[i].first >> 4 == 6 ? 40 : (table[i].first & 15u) * 4;
        uint16_t port = 0;
        packet[tcp] = 8080 >> 8;
        packet[tcp + 1] = 8080 & 255;
        packet[0] = table[i].first;
        packet[table[i].len ? table[i].len - 1 : 0] |= table[i].last;
        enum mln_heard heard = mln_heard_parse(packet, table[i].len, &port);
        if (heard != table[i].heard || (heard && port != 8080))
            fail_msg("case %zu: %d of port %u", i, (int)heard, port);
    }
    assert_null(mln_heard_name(MLN_HEARD_NOTHING));
    assert_null(mln_heard_name(_MLN_HEARD_MAX));
    assert_string_equal(mln_heard_name(MLN_HEARD_TLS), "TLS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_heard),
        cmocka_unit_test(test_listening_ports_that_can_be_reached),
        cmocka_unit_test(test_udp_that_hears_anybody),
        cmocka_unit_test(test_every_port_there_is),
        cmocka_unit_test(test_a_namespace_is_that_of_one_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
