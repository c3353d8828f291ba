/* What custom rules ask of a workload: the answers for a container, and for none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/txn.h"
#include "node/answers.h"
#include "one_rule.h"

struct fixture {
    struct mln_buf blob;
    struct mln_snapshot snap;
};

/* A rule with one custom rule for each of the expressions. */
static void load(struct fixture *f, const char *const *when, size_t n)
{
    struct mln_buf spec = {0};

    *f = (struct fixture){0};
    mln_buf_add_str(&spec, "  custom:\n");
    for (size_t i = 0; i < n; i++)
        mln_buf_addf(&spec, "    - {id: c%zu, when: '%s'}\n", i, when[i]);
    one_rule(spec.p, &f->blob, &f->snap);
    mln_buf_done(&spec);
}

static struct mln_container *shop(void)
{
    struct mln_container *c = mln_container_new();

    c->image = MLN_SV("shop/front:1.2");
    c->name = MLN_SV("front-1");
    c->namespace_ = MLN_SV("prod");
    mln_container_add_label(c, MLN_SV("tier"), MLN_SV("web"));
    mln_container_add_label(c, MLN_SV("empty"), MLN_SV(""));
    return c;
}

static void test_each_field_is_answered(void **state)
{
    static const struct {
        const char *when;
        bool with, without; /* a container */
    } table[] = {
        {"workload.image == \"shop/front:1.2\"", true, false},
        {"lower(workload.image) matches /^shop\\/[a-z]+:1[.]/", true, false},
        {"workload.container startswith \"front-\"", true, false},
        {"workload.namespace in (\"prod\", \"test\")", true, false},
        {"workload.pod", false, false},
        {"count(workload.pod) == 0", true, true},
        {"workload.labels[\"tier\"] == \"web\"", true, false},
        {"workload.labels[\"tier\"] != \"web\"", false, false},
        {"workload.labels[\"empty\"] == \"\"", true, false},
        {"workload.labels[\"none\"]", false, false},
        {"workload.labels.names endswith \"ier\"", true, false},
        {"count(workload.labels.names) > 1", true, false},
        {"workload.node == \"n1\"", true, false},
        {"len(workload.container) >= 7", true, false},
    };
    const char *when[MLN_ARRAY_LEN(table)];
    struct mln_container *c = shop();
    struct fixture f;

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++)
        when[i] = table[i].when;
    load(&f, when, MLN_ARRAY_LEN(table));
    const struct mln_snap_rule *r = mln_snap_rule_first(&f.snap);
    uint64_t bits = mln_answers(&f.snap, r, c, NULL, MLN_SV("n1"));
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++)
        if ((bits >> i & 1) != table[i].with || (r->workload_none >> i & 1) != table[i].without)
            fail_msg("%s: %d, without a container %d", table[i].when, (int)(bits >> i & 1),
                     (int)(r->workload_none >> i & 1));
    (void)mln_container_free(c);
    mln_buf_done(&f.blob);
}

static int judge(const struct fixture *f, uint64_t workload, struct mln_engine *e)
{
    static char raw[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    struct mln_http_head *head;
    struct mln_http_fault fault;
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_arena a;

    mln_arena_init(&a, 1 << 20);
    head = mln_arena_zalloc(&a, sizeof(*head));
    assert_non_null(head);
    assert_int_equal(mln_h1_parse_request(raw, strlen(raw), &limits, &a, head, &fault), 0);
    const struct mln_txn_params params = {.snap = &f->snap,
                                          .rule = mln_snap_rule_first(&f->snap),
                                          .local_port = 8080,
                                          .workload = workload,
                                          .arena = &a};
    struct mln_txn *t = mln_txn_new(e, &params);
    int step = mln_txn_request_head(t, head);
    t = mln_txn_free(t);
    mln_arena_done(&a);
    return step;
}

/* The bits are what the rule goes by: and, or, not are its own. */
static void test_a_rule_goes_by_the_answers(void **state)
{
    static const char *const when[] = {
        "req.path == \"/\" and workload.app_port == 8080 and not (workload.image == \"a\" or "
        "workload.node == \"b\")"};
    struct mln_engine *e = mln_engine_new(&(struct mln_engine_config){0});
    struct fixture f;

    (void)state;
    load(&f, when, 1);
    for (uint64_t bits = 0; bits < 4; bits++)
        assert_int_equal(judge(&f, bits, e), bits ? MLN_STEP_MORE : MLN_STEP_STOP);
    e = mln_engine_free(e);
    mln_buf_done(&f.blob);
}

static void test_more_questions_than_bits_are_an_error(void **state)
{
    struct mln_buf text = {0};

    (void)state;
    for (unsigned n = MLN_EXPR_WORKLOAD_MAX; n <= MLN_EXPR_WORKLOAD_MAX + 1; n++) {
        struct mln_policy *p = NULL;
        struct mln_diags diags = {0};
        mln_buf_clear(&text);
        mln_buf_add_str(&text, "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\nspec:\n"
                               "  custom:\n");
        for (unsigned i = 0; i < n; i++)
            mln_buf_addf(&text, "    - {id: c%u, when: 'workload.node == \"%u\"'}\n", i, i);
        int r = mln_policy_load_text("t", mln_buf_sv(&text), &p, &diags);
        assert_int_equal(r, n > MLN_EXPR_WORKLOAD_MAX ? -EINVAL : 0);
        p = mln_policy_free(p);
        mln_diags_done(&diags);
    }
    mln_buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_field_is_answered),
        cmocka_unit_test(test_a_rule_goes_by_the_answers),
        cmocka_unit_test(test_more_questions_than_bits_are_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
