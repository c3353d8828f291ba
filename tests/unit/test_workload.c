/* Messages between scout and warden: every field of a hostile sender is checked. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/workload.h"

static struct mln_workload_msg good(void)
{
    return (struct mln_workload_msg){.version = MLN_WORKLOAD_VERSION,
                                     .op = MLN_WORKLOAD_PUT,
                                     .pid = 42,
                                     .rule = MLN_WORKLOAD_NO_RULE,
                                     .n_ports = 1,
                                     .ports = {8080}};
}

static void test_fields_out_of_range_are_refused(void **state)
{
    struct mln_workload_msg m = good();

    (void)state;
    assert_int_equal(mln_workload_check(&m, sizeof(m)), 0);
    assert_int_equal(mln_workload_check(&m, sizeof(m) - 1), -EPROTO);
    m.version++;
    assert_int_equal(mln_workload_check(&m, sizeof(m)), -EPROTO);
    m = good(), m.op = MLN_WORKLOAD_POLICY + 1;
    assert_int_equal(mln_workload_check(&m, sizeof(m)), -EPROTO);
    m = good(), m.slot = MLN_WORKLOADS_MAX;
    assert_int_equal(mln_workload_check(&m, sizeof(m)), -EPROTO);
    m = good(), m.pid = 0;
    assert_int_equal(mln_workload_check(&m, sizeof(m)), -EPROTO);
    m = good(), m.flags = MLN_WORKLOAD_FLAGS_ALL + 1;
    assert_int_equal(mln_workload_check(&m, sizeof(m)), -EPROTO);
    m = good(), m.n_ports = MLN_WORKLOAD_PORTS_MAX + 1;
    assert_int_equal(mln_workload_check(&m, sizeof(m)), -EPROTO);
    m = good(), m.ports[0] = 0;
    assert_int_equal(mln_workload_check(&m, sizeof(m)), -EPROTO);
}

static void test_every_port_state_has_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MLN_PORT_STATE_MAX; i++)
        assert_non_null(mln_port_state_text((enum mln_port_state)i));
    assert_string_equal(mln_port_state_text(MLN_PORT_STATE_MAX), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_out_of_range_are_refused),
        cmocka_unit_test(test_every_port_state_has_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
