/* Which ports of a namespace are protected, by whose rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "node/space.h"

static struct mln_workload_msg member(uint32_t slot, uint32_t rule, uint32_t flags)
{
    return (struct mln_workload_msg){.slot = slot, .rule = rule, .flags = flags};
}

static struct mln_listening listening(const uint16_t *ports, uint32_t n)
{
    struct mln_listening l = {.n = n};

    memcpy(l.port, ports, n * sizeof(*ports));
    return l;
}

static void test_declared_comes_before_hints_and_hints_before_what_is_found(void **state)
{
    struct mln_workload_msg a = member(1, 10, 0);
    struct mln_workload_msg b = member(2, 20, MLN_WORKLOAD_PORTS_DECLARED);
    struct mln_workload_msg c = member(3, 30, 0);
    const struct mln_workload_msg *all[] = {&a, &b, &c};
    const struct mln_listening l = listening((const uint16_t[]){80, 90, 15077}, 3);
    struct mln_space_port p[MLN_ICPT_PORTS_MAX];

    (void)state;
    b.n_ports = 1;
    b.ports[0] = 80;
    c.n_ports = 2;
    c.ports[0] = 90;
    c.ports[1] = 443;
    assert_int_equal(mln_space_plan(all, 3, &l, true, p), 3);
    assert_int_equal(p[0].port, 80);
    assert_int_equal(p[0].rule, 20);
    assert_false(p[0].discovered);
    assert_int_equal(p[1].port, 90);
    assert_int_equal(p[1].rule, 30);
    assert_true(p[1].discovered && p[1].listening);
    assert_int_equal(p[2].port, 443);
    assert_false(p[2].listening);
    /* a hint that nobody listens on is forgotten; what is declared stays */
    b.ports[0] = 81;
    assert_int_equal(mln_space_plan(all, 3, &l, false, p), 3);
    assert_int_equal(p[0].port, 80);
    assert_int_equal(p[0].rule, 10);
    assert_int_equal(p[1].port, 81);
    assert_int_equal(p[2].port, 90);
}

static void test_who_has_no_rule_protects_nothing(void **state)
{
    const struct mln_workload_msg none = member(0, MLN_WORKLOAD_NO_RULE, 0);
    const struct mln_workload_msg off = member(1, 1, MLN_WORKLOAD_MODE_OFF);
    const struct mln_workload_msg *all[] = {&none, &off};
    const struct mln_listening l = listening((const uint16_t[]){80}, 1);
    struct mln_space_port p[MLN_ICPT_PORTS_MAX];

    (void)state;
    assert_int_equal(mln_space_plan(all, 2, &l, true, p), 0);
}

static void test_flags_of_a_port_are_those_of_its_member(void **state)
{
    const struct mln_workload_msg m =
        member(7, 1, MLN_WORKLOAD_FAIL_CLOSED | MLN_WORKLOAD_REFUSE_OTHER);
    const struct mln_workload_msg *all[] = {&m};
    struct mln_listening l = {.n = MLN_LISTENING_MAX};
    struct mln_space_port p[MLN_ICPT_PORTS_MAX];

    (void)state;
    for (uint16_t i = 0; i < MLN_LISTENING_MAX; i++)
        l.port[i] = (uint16_t)(1000 + i);
    assert_int_equal(mln_space_plan(all, 1, &l, false, p), MLN_ICPT_PORTS_MAX);
    assert_true(p[5].closed && p[5].refuse_other && p[5].slot == 7);
}

static void test_a_mesh_is_known_by_its_sidecar(void **state)
{
    const struct mln_listening istio = listening((const uint16_t[]){8080, 15001, 15006}, 3);
    const struct mln_listening linkerd = listening((const uint16_t[]){4140, 4143}, 2);
    const struct mln_listening one = listening((const uint16_t[]){8080, 15001}, 2);

    (void)state;
    assert_true(mln_space_has_mesh(&istio));
    assert_true(mln_space_has_mesh(&linkerd));
    assert_false(mln_space_has_mesh(&one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_declared_comes_before_hints_and_hints_before_what_is_found),
        cmocka_unit_test(test_who_has_no_rule_protects_nothing),
        cmocka_unit_test(test_flags_of_a_port_are_those_of_its_member),
        cmocka_unit_test(test_a_mesh_is_known_by_its_sidecar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
