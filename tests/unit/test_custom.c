/* Custom rules from their text to a verdict: what each field, function and comparison means, on
 * whose side doubt is, and what a mistake looks like. Bodies come in pieces of every size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "merlon/merlon.h"

static const char lists[] =
    "---\napiVersion: merlon.dev/v1\nkind: NetworkList\nmetadata: {name: office}\n"
    "spec: {cidrs: [\"198.51.100.0/24\", \"2001:db8::/32\"]}\n";

/* A policy of one custom rule, `when` as a literal block so that nothing needs quoting. */
static int load(const char *when, const char *action, struct merlon_policy **ret, char *why,
                size_t cap)
{
    char text[4096];
    int n = snprintf(text, sizeof(text),
                     "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\nspec:\n"
                     "  custom:\n    - id: test\n      action: %s\n      message: \"as we said\"\n"
                     "      when: |-\n        %s\n%s",
                     action, when, lists);

    assert_true(n > 0 && (size_t)n < sizeof(text));
    return merlon_policy_load(text, (size_t)n, ret, why, cap);
}

/* The action of the request under the rule, fed in pieces of `step` bytes. */
static int judge(const struct merlon_policy *p, const char *raw, size_t step, uint8_t last_octet)
{
    struct merlon_engine *e = merlon_engine_new(&(struct merlon_options){.key = {1, 2}});
    const struct merlon_peer peer = {.addr = {[10] = 0xff, [11] = 0xff, 198, 51, 100, last_octet},
                                     .port = 1};
    struct merlon_txn *t = merlon_txn_new(e, p, &peer, 1);
    size_t len = strlen(raw), used;
    int r = MERLON_MORE;

    for (size_t at = 0; at < len && r == MERLON_MORE; at += step)
        r = merlon_txn_feed(t, raw + at, len - at < step ? len - at : step, &used);
    int action = merlon_txn_end(t)->action;
    t = merlon_txn_free(t);
    e = merlon_engine_free(e);
    return action;
}

static int judge_by(const char *when, const char *action, const char *raw)
{
    struct merlon_policy *p;
    char why[512];

    if (load(when, action, &p, why, sizeof(why)) != 0)
        fail_msg("%s: %s", when, why);
    int got = judge(p, raw, strlen(raw), 7);
    for (size_t step = 1; step < 40; step += 3)
        if (judge(p, raw, step, 7) != got)
            fail_msg("%s: another verdict in pieces of %zu", when, step);
    p = merlon_policy_free(p);
    return got;
}

#define GET                                                                                        \
    "GET /Shop//a/../list.php?q=red+chair&q=blue&n HTTP/1.1\r\nHost: Shop.example:80\r\n"          \
    "X-Key: one\r\nX-Key: two\r\nCookie: s=1; theme=dark\r\nUser-Agent: curl/8\r\n\r\n"
#define FORM                                                                                       \
    "POST /f HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"           \
    "Content-Length: 26\r\n\r\nname=Jane+Roe&age=7&empty="
#define JSON                                                                                       \
    "POST /j HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"                            \
    "Content-Length: 49\r\n\r\n{\"user\":{\"role\":\"admin\",\"n\":[1,20]},\"s\":\"\\u0041\"}"

static void test_fields_and_comparisons(void **state)
{
    static const struct {
        const char *when, *raw;
        bool holds;
    } table[] = {
        {"req.method == \"GET\"", GET, true},
        {"req.method != \"GET\"", GET, false},
        {"req.method in (\"PUT\", \"GET\")", GET, true},
        {"req.path == \"/Shop/list.php\"", GET, true},
        {"req.path startswith \"/Shop/\"", GET, true},
        {"req.path == \"/other\"", GET, false},
        {"req.url contains \"//a/\"", GET, true},
        {"req.query == \"q=red+chair&q=blue&n\"", GET, true},
        {"req.query", FORM, false},
        {"not req.query", FORM, true},
        {"req.host == \"shop.example\"", GET, true},
        {"req.host endswith \".example\"", GET, true},
        {"req.http_version == \"1.1\"", GET, true},
        {"req.scheme == \"http\"", GET, true},
        {"req.file_extension == \"php\"", GET, true},
        {"req.file_extension in (\"exe\", \"php\")", GET, true},
        {"req.headers[\"x-key\"] == \"two\"", GET, true},
        {"req.headers[\"x-key\"] == \"three\"", GET, false},
        {"req.headers[\"X-None\"]", GET, false},
        {"req.headers[\"X-None\"] != \"a\"", GET, false},
        {"count(req.headers[\"x-key\"]) == 2", GET, true},
        {"count(req.headers[\"X-None\"]) == 0", GET, true},
        {"req.headers.names contains \"user-\"", GET, true},
        {"req.cookies[\"theme\"] == \"dark\"", GET, true},
        {"req.cookies.names matches /^t/", GET, true},
        {"req.query_params[\"q\"] == \"red chair\"", GET, true},
        {"req.query_params[\"q\"] == \"blue\"", GET, true},
        {"req.query_params[\"n\"] == \"\"", GET, true},
        {"req.query_params[\"m\"] == \"\"", GET, false},
        {"count(req.query_params.names) > 2", GET, true},
        {"req.ip in office", GET, true},
        {"req.ip in \"198.51.100.0/29\"", GET, true},
        {"req.ip in (office, \"10.0.0.0/8\")", GET, true},
        {"req.ip in (\"192.0.2.0/24\", \"10.0.0.0/8\")", GET, false},
        {"req.ip == \"198.51.100.7\"", GET, true},
        {"req.form[\"name\"] == \"Jane Roe\"", FORM, true},
        {"req.form[\"age\"] matches /^\\d+$/", FORM, true},
        {"req.form[\"empty\"] == \"\"", FORM, true},
        {"req.form[\"none\"] == \"\"", FORM, false},
        {"req.form.names == \"age\"", FORM, true},
        {"count(req.form.names) == 3", FORM, true},
        {"req.json(\"/user/role\") == \"admin\"", JSON, true},
        {"req.json(\"/user/n/1\") == \"20\"", JSON, true},
        {"req.json(\"/s\") == \"A\"", JSON, true},
        {"req.json(\"/role\") == \"admin\"", JSON, false},
        {"req.body contains \"Jane+Roe\"", FORM, true},
        {"len(req.body) == 26", FORM, true},
        {"req.body", GET, false},
        {"req.headers[\"user-agent\"] matches /CURL\\/\\d/i", GET, true},
        {"req.headers[\"user-agent\"] matches /CURL/", GET, false},
        {"len(req.path) >= 14", GET, true},
        {"score >= 30", GET, false},
        {"score.sqli < 1", GET, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if ((judge_by(table[i].when, "prevent", table[i].raw) == MERLON_PREVENT) != table[i].holds)
            fail_msg("%s", table[i].when);
}

static void test_functions(void **state)
{
#define WITH(value) "GET / HTTP/1.1\r\nHost: a\r\nX: " value "\r\n\r\n"
    static const struct {
        const char *when, *raw;
    } table[] = {
        {"lower(req.headers[\"x\"]) == \"abc\"", WITH("aBC")},
        {"url_decode(req.headers[\"x\"]) == \"a b\"", WITH("a%2520b")},
        {"html_decode(req.headers[\"x\"]) == \"a<b\"", WITH("a&lt;b")},
        {"base64_decode(req.headers[\"x\"]) == \"hello\"", WITH("aGVsbG8=")},
        {"base64_decode(req.headers[\"x\"]) == \"any?>\"", WITH("YW55Pz4")},
        {"base64_decode(req.headers[\"x\"]) == \"a?>c\"", WITH("YT8-Yw==")},
        {"unicode_decode(req.headers[\"x\"]) == \"aAb\"", WITH("a\\u0041b")},
        {"js_decode(req.headers[\"x\"]) == \"aAb\"", WITH("a\\x41b")},
        {"compress_ws(req.headers[\"x\"]) == \"a b\"", WITH("a \t b")},
        {"remove_ws(req.headers[\"x\"]) == \"ab\"", WITH("a \t b")},
        {"remove_comments(req.headers[\"x\"]) == \"ab/*c\"", WITH("a/*x*/<!-- y -->b/*c")},
        {"remove_tags(req.headers[\"x\"]) == \"ab<c\"", WITH("a<i>b<c")},
        {"len(remove_ws(lower(req.headers[\"x\"]))) == 2", WITH("A B")},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (judge_by(table[i].when, "alert", table[i].raw) == MERLON_PASS)
            fail_msg("%s", table[i].when);
}

static void test_and_or_not(void **state)
{
    static const char yes[] = "req.method == \"GET\"", no[] = "req.method == \"PUT\"";
    static const struct {
        const char *form;
        bool value[4]; /* for a, b = yes yes, yes no, no yes, no no */
    } table[] = {
        {"%s and %s", {true, false, false, false}},
        {"%s or %s", {true, true, true, false}},
        {"not %s and %s", {false, false, true, false}},
        {"not (%s and %s)", {false, true, true, true}},
        {"not (%s or %s)", {false, false, false, true}},
        {"not not %s and not %s", {false, true, false, false}},
        {"(%s) and (not (%s) or req.method == \"X\" or req.path == \"/\")",
         {false, true, false, false}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        for (int k = 0; k < 4; k++) {
            char when[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            (void)snprintf(when, sizeof(when), table[i].form, k < 2 ? yes : no, k % 2 ? no : yes);
#pragma GCC diagnostic pop
            if ((judge_by(when, "prevent", GET) == MERLON_PREVENT) != table[i].value[k])
                fail_msg("%s", when);
        }
}

#define ATTACK                                                                                     \
    "GET /search?q=1'+UNION+SELECT+a+FROM+b-- HTTP/1.1\r\nHost: a\r\nX-Key: one\r\n"               \
    "X-Key: two\r\n\r\n"

static void test_a_method_may_be_overridden(void **state)
{
    static const char parameter[] = "GET /a?b=1&%5Fmethod=DELE%54E HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char header[] =
        "POST /a HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: DELETE\r\nContent-Length: "
        "0\r\n\r\n";

    (void)state;
    assert_int_equal(judge_by("req.method == \"DELETE\"", "prevent", parameter), MERLON_PREVENT);
    assert_int_equal(judge_by("req.method == \"DELETE\"", "prevent", header), MERLON_PREVENT);
    assert_int_equal(judge_by("not (req.method in (\"GET\", \"POST\"))", "prevent", header),
                     MERLON_PREVENT);
    assert_int_not_equal(judge_by("req.method == \"DELETE\"", "prevent", GET), MERLON_PREVENT);
}

/* Some applications ignore the case of methods, and of what overrides them. */
static void test_a_method_in_lower_case_is_its_upper_case_too(void **state)
{
    static const char lower[] = "delete /a HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char parameter[] = "POST /a?_method=delete HTTP/1.1\r\nHost: a\r\n\r\n";

    (void)state;
    assert_int_equal(judge_by("req.method == \"DELETE\"", "prevent", lower), MERLON_PREVENT);
    assert_int_equal(judge_by("req.method == \"delete\"", "prevent", lower), MERLON_PREVENT);
    assert_int_equal(judge_by("req.method == \"DELETE\"", "prevent", parameter), MERLON_PREVENT);
}

/* A second value that fits must not open, and a second one that does not must not close. */
static void test_doubt_goes_against_the_client(void **state)
{
    (void)state;
    assert_int_equal(judge_by("req.headers[\"x-key\"] == \"two\"", "prevent", GET), MERLON_PREVENT);
    assert_int_equal(judge_by("not (req.headers[\"x-key\"] == \"one\")", "prevent", GET),
                     MERLON_PREVENT);
    assert_int_equal(judge_by("req.headers[\"x-key\"] == \"one\"", "allow", ATTACK),
                     MERLON_PREVENT);
    assert_int_equal(judge_by("req.headers[\"x-key\"] in (\"one\", \"two\")", "allow", ATTACK),
                     MERLON_PASS);
    assert_int_equal(judge_by("not (req.headers[\"x-key\"] == \"two\")", "allow", ATTACK),
                     MERLON_PREVENT);
    assert_int_equal(judge_by("not (req.headers[\"x-key\"] == \"three\")", "allow", ATTACK),
                     MERLON_PASS);
}

static void test_a_path_counts_in_all_its_readings(void **state)
{
    static const char encoded[] = "GET /x/..;/admin/a HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char attack[] =
        "GET /free/..%2fadmin?q=1'+UNION+SELECT+a+FROM+b-- HTTP/1.1\r\nHost: a\r\n\r\n";

    (void)state;
    assert_int_equal(judge_by("req.path startswith \"/admin/\"", "prevent", encoded),
                     MERLON_PREVENT);
    assert_int_equal(judge_by("req.path startswith \"/free\"", "allow", attack), MERLON_PREVENT);
}

static void test_allow_skips_detectors_and_not_framing(void **state)
{
    static const char broken[] = "GET /search HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";

    (void)state;
    assert_int_equal(judge_by("req.path == \"/search\"", "allow", ATTACK), MERLON_PASS);
    assert_int_equal(judge_by("req.path == \"/other\"", "allow", ATTACK), MERLON_PREVENT);
    assert_int_equal(judge_by("req.path == \"/search\"", "allow", broken), MERLON_PREVENT);
}

static void test_alert_lets_through(void **state)
{
    (void)state;
    assert_int_equal(judge_by("req.method == \"GET\"", "alert", GET), MERLON_ALERT);
    assert_int_equal(judge_by("req.method == \"GET\"", "off", GET), MERLON_PASS);
}

static void test_a_verdict_names_the_rule_and_the_value(void **state)
{
    struct merlon_policy *p;
    char why[256];
    struct merlon_engine *e = merlon_engine_new(&(struct merlon_options){.key = {1, 2}});
    size_t used;

    (void)state;
    assert_int_equal(load("req.form[\"age\"] == \"7\"", "prevent", &p, why, sizeof(why)), 0);
    struct merlon_txn *t = merlon_txn_new(e, p, NULL, 1);
    (void)merlon_txn_feed(t, FORM, strlen(FORM), &used);
    const struct merlon_verdict *v = merlon_txn_end(t);
    assert_int_equal(v->n, 1);
    assert_string_equal(v->d[0].protection, "custom");
    assert_string_equal(v->d[0].location, "form");
    assert_int_equal(v->d[0].name.len, 3);
    assert_memory_equal(v->d[0].name.p, "age", 3);
    assert_memory_equal(v->d[0].match.p, "7", 1);
    assert_int_equal(v->d[0].message.len, strlen("custom rule test: as we said"));
    assert_memory_equal(v->d[0].message.p, "custom rule test: as we said", v->d[0].message.len);
    t = merlon_txn_free(t);
    e = merlon_engine_free(e);
    p = merlon_policy_free(p);
}

/* A body may have a million of them, and only one is kept. */
static void test_the_first_value_of_a_body_is_told(void **state)
{
    static const char raw[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                              "Content-Length: 27\r\n\r\n[{\"a\":\"x1\"},0,{\"a\":\"x2\"}]";
    struct merlon_policy *p;
    char why[256];
    struct merlon_engine *e = merlon_engine_new(&(struct merlon_options){.key = {1, 2}});
    size_t used;

    (void)state;
    assert_int_equal(load("req.json(\"/0/a\") == \"x1\" or req.json(\"/2/a\") == \"x2\"", "prevent",
                          &p, why, sizeof(why)),
                     0);
    struct merlon_txn *t = merlon_txn_new(e, p, NULL, 1);
    (void)merlon_txn_feed(t, raw, strlen(raw), &used);
    const struct merlon_verdict *v = merlon_txn_end(t);
    assert_int_equal(v->n, 1);
    assert_int_equal(v->d[0].match.len, 2);
    assert_memory_equal(v->d[0].match.p, "x1", 2);
    t = merlon_txn_free(t);
    e = merlon_engine_free(e);
    p = merlon_policy_free(p);
}

static void test_mistakes_say_where_and_why(void **state)
{
    static const struct {
        const char *when, *action, *why;
    } table[] = {
        {"req.pth == \"/\"", "prevent", "did you mean req.path?"},
        {"req.path ==", "prevent", "text in quotation marks"},
        {"req.path == \"a", "prevent", "closing quotation mark"},
        {"req.path == 7", "prevent", "text in quotation marks"},
        {"req.path < \"a\"", "prevent", "cannot be less"},
        {"len(req.path) == \"a\"", "prevent", "whole number"},
        {"len(req.path) contains \"a\"", "prevent", "a number wants"},
        {"len(req.path", "prevent", "expected )"},
        {"lower(req.ip) == \"a\"", "prevent", "lower wants a text"},
        {"lower(len(req.path)) == \"a\"", "prevent", "lower wants a text"},
        {"lower(lower(lower(lower(lower(lower(lower(req.path))))))) == \"a\"", "prevent",
         "more than 6"},
        {"req.ip == \"x\"", "prevent", "neither a NetworkList"},
        {"req.ip in ofice", "prevent", "did you mean office?"},
        {"req.ip contains \"1\"", "prevent", "an address wants in"},
        {"req.path in office", "prevent", "for addresses"},
        {"req.path in (\"a\" \"b\")", "prevent", "expected )"},
        {"req.headers == \"a\"", "prevent", "req.headers[\"name\"]"},
        {"req.json(\"a\") == \"a\"", "prevent", "starts with /"},
        {"req.path matches \"a\"", "prevent", "between slashes"},
        {"req.path matches /a", "prevent", "closing /"},
        {"req.path matches /a(b/", "prevent", "closing )"},
        {"req.path == \"\\q\"", "prevent", "\\xHH"},
        {"(req.path == \"a\"", "prevent", "expected )"},
        {"req.path == \"a\" xor req.path", "prevent", "expected and, or"},
        {"req.country == \"XX\"", "prevent", "no Feed of this policy tells countries"},
        {"resp.body contains \"a\"", "allow", "decided by the request's head"},
        {"resp.status", "prevent", "a number wants"},
        {"resp.status == 200", "allow", "decided by the request's head"},
        {"score.sqly > 1", "prevent", "is no protection"},
        {"req.form[\"a\"] == \"b\"", "allow", "decided by the request's head"},
        {"and", "prevent", "there is no field \"and\""},
        {"\"a\"", "prevent", "expected a field"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct merlon_policy *p = NULL;
        char why[512] = "";
        if (load(table[i].when, table[i].action, &p, why, sizeof(why)) != -EINVAL ||
            !strstr(why, table[i].why))
            fail_msg("%s: %s", table[i].when, why);
    }
}

static void test_a_mistake_has_its_column(void **state)
{
    static const char text[] =
        "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\nspec:\n  custom:\n"
        "    - {id: a, when: 'req.method == \"A\" and req.pth', action: alert}\n";
    struct merlon_policy *p = NULL;
    char why[512];

    (void)state;
    assert_int_equal(merlon_policy_load(text, strlen(text), &p, why, sizeof(why)), -EINVAL);
    if (!strstr(why, "6:44:"))
        fail_msg("%s", why);
}

static void test_nesting_is_bounded(void **state)
{
    char when[2048] = "";
    struct merlon_policy *p = NULL;
    char why[512];

    (void)state;
    memset(when, '(', 1000);
    assert_int_equal(load(when, "prevent", &p, why, sizeof(why)), -EINVAL);
    assert_non_null(strstr(why, "nested"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_and_comparisons),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_and_or_not),
        cmocka_unit_test(test_doubt_goes_against_the_client),
        cmocka_unit_test(test_a_method_may_be_overridden),
        cmocka_unit_test(test_a_method_in_lower_case_is_its_upper_case_too),
        cmocka_unit_test(test_a_path_counts_in_all_its_readings),
        cmocka_unit_test(test_allow_skips_detectors_and_not_framing),
        cmocka_unit_test(test_alert_lets_through),
        cmocka_unit_test(test_a_verdict_names_the_rule_and_the_value),
        cmocka_unit_test(test_the_first_value_of_a_body_is_told),
        cmocka_unit_test(test_mistakes_say_where_and_why),
        cmocka_unit_test(test_a_mistake_has_its_column),
        cmocka_unit_test(test_nesting_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
