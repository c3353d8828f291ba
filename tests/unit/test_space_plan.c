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
    struct mln_listening l = {.tcp = {{0}}};

    for (uint32_t i = 0; i < n; i++)
        mln_port_set_add(&l.tcp, ports[i]);
    return l;
}

static void test_declared_comes_before_hints_and_hints_before_what_is_found(void **state)
{
    struct mln_workload_msg a = member(1, 10, 0);
    struct mln_workload_msg b = member(2, 20, MLN_WORKLOAD_PORTS_DECLARED);
    struct mln_workload_msg c = member(3, 30, 0);
    const struct mln_workload_msg *all[] = {&a, &b, &c};
    const struct mln_listening l = listening((const uint16_t[]){80, 90, 15077}, 3);
    struct mln_space_plan p;

    (void)state;
    b.n_ports = 1;
    b.ports[0] = 80;
    c.n_ports = 2;
    c.ports[0] = 90;
    c.ports[1] = 443;
    mln_space_plan(all, 3, &l, true, NULL, 0, &p);
    assert_int_equal(p.n, 3);
    assert_int_equal(p.port[0].port, 80);
    assert_int_equal(p.port[0].rule, 20);
    assert_false(p.port[0].discovered);
    assert_int_equal(p.port[1].port, 90);
    assert_int_equal(p.port[1].rule, 30);
    assert_true(p.port[1].discovered && p.port[1].listening);
    assert_int_equal(p.port[2].port, 443);
    assert_false(p.port[2].listening);
    assert_int_equal(p.n_conflicts, 0); /* found or expected is not named */
    /* a hint that nobody listens on is forgotten; what is declared stays */
    b.ports[0] = 81;
    mln_space_plan(all, 3, &l, false, NULL, 0, &p);
    assert_int_equal(p.n, 3);
    assert_int_equal(p.port[0].port, 80);
    assert_int_equal(p.port[0].rule, 10);
    assert_int_equal(p.port[1].port, 81);
    assert_int_equal(p.port[2].port, 90);
}

static void test_who_has_no_rule_protects_nothing(void **state)
{
    const struct mln_workload_msg none = member(0, MLN_WORKLOAD_NO_RULE, 0);
    const struct mln_workload_msg off = member(1, 1, MLN_WORKLOAD_MODE_OFF);
    const struct mln_workload_msg *all[] = {&none, &off};
    const struct mln_listening l = listening((const uint16_t[]){80}, 1);
    struct mln_space_plan p;

    (void)state;
    mln_space_plan(all, 2, &l, true, NULL, 0, &p);
    assert_int_equal(p.n, 0);
}

static void test_two_rules_for_one_port_are_a_conflict(void **state)
{
    struct mln_workload_msg late = member(1, 20, MLN_WORKLOAD_PORTS_DECLARED);
    struct mln_workload_msg early = member(2, 10, MLN_WORKLOAD_PORTS_DECLARED);
    struct mln_workload_msg same = member(3, 10, MLN_WORKLOAD_PORTS_DECLARED);
    const struct mln_workload_msg *all[] = {&late, &same, &early};
    const struct mln_listening l = listening(NULL, 0);
    struct mln_space_plan p;

    (void)state;
    late.n_ports = early.n_ports = same.n_ports = 1;
    late.ports[0] = early.ports[0] = same.ports[0] = 80;
    qsort(all, 3, sizeof(all[0]), mln_space_member_order);
    mln_space_plan(all, 3, &l, true, NULL, 0, &p);
    assert_int_equal(p.n, 1);
    assert_int_equal(p.port[0].rule, 10);
    assert_int_equal(p.port[0].slot, 2);
    assert_int_equal(p.n_conflicts, 1); /* replicas of one rule agree */
    assert_int_equal(p.conflict[0].slot, 1);
    assert_int_equal(p.conflict[0].port, 80);
}

static void test_flags_of_a_port_are_those_of_its_member(void **state)
{
    const struct mln_workload_msg m =
        member(7, 1, MLN_WORKLOAD_FAIL_CLOSED | MLN_WORKLOAD_REFUSE_OTHER);
    const struct mln_workload_msg *all[] = {&m};
    const struct mln_listening l = listening((const uint16_t[]){1000}, 1);
    struct mln_space_plan p;

    (void)state;
    mln_space_plan(all, 1, &l, false, NULL, 0, &p);
    assert_true(p.port[0].closed && p.port[0].refuse_other && p.port[0].slot == 7);
}

static void test_thousands_of_ports_push_nothing_out(void **state)
{
    struct mln_workload_msg m = member(7, 1, 0);
    const struct mln_workload_msg *all[] = {&m};
    struct mln_listening l = listening((const uint16_t[]){40000, 50000}, 2);
    struct mln_space_plan before, p;

    (void)state;
    m.n_ports = 1;
    m.ports[0] = 50000;
    mln_space_plan(all, 1, &l, false, NULL, 0, &before);
    assert_int_equal(before.n, 2);
    assert_false(before.more);
    for (uint16_t port = 1; port <= 30000; port++)
        mln_port_set_add(&l.tcp, port);
    mln_space_plan(all, 1, &l, false, before.port, before.n, &p);
    assert_int_equal(p.n, MLN_ICPT_PORTS_MAX);
    assert_true(p.more && p.more_slot == 7);
    assert_int_equal(p.port[MLN_ICPT_PORTS_MAX - 2].port, 40000); /* it was protected before */
    assert_int_equal(p.port[MLN_ICPT_PORTS_MAX - 1].port, 50000); /* the image exposes it */
}

static void test_ports_that_nobody_names_are_caught_while_there_is_room(void **state)
{
    struct mln_workload_msg declared = member(1, 1, MLN_WORKLOAD_PORTS_DECLARED);
    struct mln_workload_msg none = member(2, MLN_WORKLOAD_NO_RULE, 0);
    struct mln_workload_msg off = member(3, 1, MLN_WORKLOAD_MODE_OFF);
    struct mln_workload_msg any = member(4, 1, 0);
    struct mln_workload_msg closed = member(5, 1, MLN_WORKLOAD_FAIL_CLOSED);
    const struct mln_workload_msg *all[] = {&declared, &none, &off, &any, &closed};
    const struct mln_space_plan room = {.n = 1}, full = {.more = true};

    (void)state;
    assert_int_equal(mln_space_others(all, 3, &room), MLN_ICPT_OTHERS_PASS);
    assert_int_equal(mln_space_others(all, 4, &room), MLN_ICPT_OTHERS_CATCH);
    assert_int_equal(mln_space_others(all, 5, &room), MLN_ICPT_OTHERS_CATCH_CLOSED);
    assert_int_equal(mln_space_others(all, 5, &full), MLN_ICPT_OTHERS_PASS);
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
        cmocka_unit_test(test_two_rules_for_one_port_are_a_conflict),
        cmocka_unit_test(test_thousands_of_ports_push_nothing_out),
        cmocka_unit_test(test_flags_of_a_port_are_those_of_its_member),
        cmocka_unit_test(test_ports_that_nobody_names_are_caught_while_there_is_room),
        cmocka_unit_test(test_a_mesh_is_known_by_its_sidecar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
