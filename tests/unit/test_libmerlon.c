/* The public interface: pieces of any size, order of calls, what a policy's mistake looks like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "merlon/merlon.h"

struct fixture {
    struct merlon_policy *policy;
    struct merlon_engine *engine;
};

static int set_up(void **state)
{
    static struct fixture f;
    char why[256];

    assert_int_equal(merlon_policy_load(NULL, 0, &f.policy, why, sizeof(why)), 0);
    f.engine = merlon_engine_new(&(struct merlon_options){.key = {1, 2}});
    *state = &f;
    return f.engine ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    f->engine = merlon_engine_free(f->engine);
    f->policy = merlon_policy_free(f->policy);
    return 0;
}

/* Feeds `raw` in pieces of `step` bytes; the last answer, and how many bytes were taken. */
static int feed(struct merlon_txn *t, const char *raw, size_t step, size_t *ret_used)
{
    size_t len = strlen(raw), used;
    int r = MERLON_MORE;

    *ret_used = 0;
    for (size_t at = 0; at < len && r == MERLON_MORE; at += step) {
        r = merlon_txn_feed(t, raw + at, len - at < step ? len - at : step, &used);
        *ret_used += used;
    }
    return r;
}

static int verdict(const struct fixture *f, const char *raw)
{
    struct merlon_txn *t = merlon_txn_new(f->engine, f->policy, NULL, 1);
    size_t used;

    (void)feed(t, raw, strlen(raw), &used);
    int action = merlon_txn_end(t)->action;
    t = merlon_txn_free(t);
    return action;
}

/* A document of conditions: operators are at home in it, and what is clean there is not elsewhere.
 */
static void conditions_are_clean_where_clients_write_them(void **state)
{
    const struct fixture *f = *state;

    for (unsigned twice = 0; twice < 2; twice++) {
        assert_int_equal(verdict(f, "GET /?where={%22price%22:{%22$gte%22:5}} HTTP/1.1\r\n"
                                    "Host: a\r\n\r\n"),
                         MERLON_PASS);
        assert_int_equal(verdict(f, "GET /?user={%22price%22:{%22$gte%22:5}} HTTP/1.1\r\n"
                                    "Host: a\r\n\r\n"),
                         MERLON_PREVENT);
        assert_int_equal(verdict(f, "GET /?where={%22$gte%22:5} HTTP/1.1\r\nHost: a\r\n\r\n"),
                         MERLON_PREVENT);
    }
}

#define IN_XML(url, length)                                                                        \
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\nContent-Length: " length              \
    "\r\n\r\n<a>" url "</a>"

static void devices_name_their_addresses_in_xml(void **state)
{
    const struct fixture *f = *state;

    assert_int_equal(verdict(f, IN_XML("http://192.168.1.1:7547/cr", "33")), MERLON_PASS);
    assert_int_equal(verdict(f, IN_XML("http://192.168.1.1/../../a", "33")), MERLON_PREVENT);
    assert_int_equal(verdict(f, IN_XML("http://169.254.169.254/abc", "33")), MERLON_PREVENT);
}

/* "x:' or 1=1--" and "shop:correct horse" in base64. */
static void credentials_are_read_as_applications_read_them(void **state)
{
    const struct fixture *f = *state;

    assert_int_equal(verdict(f, "GET / HTTP/1.1\r\nHost: a\r\n"
                                "Authorization: Basic eDonIG9yIDE9MS0t\r\n\r\n"),
                     MERLON_PREVENT);
    assert_int_equal(verdict(f, "GET / HTTP/1.1\r\nHost: a\r\n"
                                "Authorization: Basic c2hvcDpjb3JyZWN0IGhvcnNl\r\n\r\n"),
                     MERLON_PASS);
}

static const char small_bodies[] = "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: a}\n"
                                   "spec: {limits: {body_bytes: 8}}\n";

static void a_body_is_as_large_as_the_policy_allows(void **state)
{
    struct fixture f = {.engine = ((const struct fixture *)*state)->engine};
    static const struct {
        const char *raw;
        int action, status;
    } cases[] = {
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\na=123456", MERLON_PASS, 0},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", MERLON_PREVENT, 413},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
         "4\r\na=12\r\n4\r\n3456\r\n0\r\n\r\n",
         MERLON_PASS, 0},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
         "4\r\na=12\r\n5\r\n34567\r\n0\r\n\r\n",
         MERLON_PREVENT, 413},
    };
    char why[256];

    assert_int_equal(
        merlon_policy_load(small_bodies, strlen(small_bodies), &f.policy, why, sizeof(why)), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct merlon_txn *t = merlon_txn_new(f.engine, f.policy, NULL, 1);
        size_t used;
        (void)feed(t, cases[i].raw, 7, &used);
        assert_int_equal(merlon_txn_end(t)->action, cases[i].action);
        assert_int_equal(merlon_txn_end(t)->status, cases[i].status);
        t = merlon_txn_free(t);
    }
    f.policy = merlon_policy_free(f.policy);
}

static const char get_attack[] =
    "GET /?id=1'%20UNION%20SELECT%20a%20FROM%20b-- HTTP/1.1\r\nHost: a\r\n\r\n";
static const char post_attack[] =
    "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    "Content-Type: application/json\r\n\r\n"
    "9\r\n{\"note\":\"\r\n1b\r\n<script>alert(1)</script>\"}\r\n0\r\n\r\n";

static void attacks_are_refused_however_they_are_split(void **state)
{
    struct fixture *f = *state;
    const char *const raw[] = {get_attack, post_attack};
    const char *const protection[] = {"sqli", "xss"};

    for (size_t k = 0; k < 2; k++) {
        for (size_t step = 1; step <= strlen(raw[k]); step++) {
            struct merlon_txn *t = merlon_txn_new(f->engine, f->policy, NULL, 1);
            size_t used;
            int r = feed(t, raw[k], step, &used);
            const struct merlon_verdict *v = merlon_txn_end(t);
            assert_true(r == MERLON_STOP || r == MERLON_DONE);
            assert_int_equal(v->action, MERLON_PREVENT);
            assert_int_equal(v->status, 403);
            assert_string_equal(v->d[0].protection, protection[k]);
            assert_ptr_equal(merlon_txn_end(t), v);
            t = merlon_txn_free(t);
        }
    }
}

static void what_follows_a_request_is_left(void **state)
{
    struct fixture *f = *state;
    static const char one[] = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx=1";
    static const char two[] =
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx=1GET / HTTP/1.1\r\n";
    struct merlon_txn *t = merlon_txn_new(f->engine, f->policy, NULL, 1);
    size_t used;

    assert_int_equal(merlon_txn_release(t), 0);
    assert_int_equal(merlon_txn_feed(t, two, sizeof(two) - 1, &used), MERLON_DONE);
    assert_int_equal(used, sizeof(one) - 1);
    assert_int_equal(merlon_txn_end(t)->action, MERLON_PASS);
    assert_true(merlon_txn_release(t) == UINT64_MAX);
    assert_int_equal(merlon_txn_end(t)->n, 0);
    t = merlon_txn_free(t);
}

static void what_is_no_request_is_refused(void **state)
{
    struct fixture *f = *state;
    const char *const raw[] = {
        "\x16\x03\x01", "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"};

    for (size_t k = 0; k < 4; k++) {
        struct merlon_txn *t = merlon_txn_new(f->engine, f->policy, NULL, 1);
        size_t used;
        (void)feed(t, raw[k], 7, &used);
        const struct merlon_verdict *v = merlon_txn_end(t);
        assert_int_equal(v->action, MERLON_PREVENT);
        assert_string_equal(v->d[0].protection, "malformed");
        t = merlon_txn_free(t);
    }
}

/* Two parsers would end it in two places: also where a policy only watches, or is off. */
static void what_cannot_be_framed_is_refused_in_every_mode(void **state)
{
    static const char *const modes[] = {"mode: shadow", "mode: off",
                                        "protections: {malformed: off}"};
    const char *raw = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n";
    struct fixture f = {.engine = ((struct fixture *)*state)->engine};

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        char text[256], why[256];
        int n = snprintf(text, sizeof(text),
                         "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: a}\nspec: {%s}\n",
                         modes[i]);
        assert_int_equal(merlon_policy_load(text, (size_t)n, &f.policy, why, sizeof(why)), 0);
        assert_int_equal(verdict(&f, raw), MERLON_PREVENT);
        assert_int_equal(verdict(&f, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), MERLON_PASS);
        f.policy = merlon_policy_free(f.policy);
    }
}

/* A body longer than what is held whole: filler, then the attack, whose bytes must not be released
 * before it is seen. */
struct streamed {
    const char *type, *open, *filler, *attack, *close;
};

static void stream(struct fixture *f, const struct streamed *s, size_t step)
{
    enum { FILLED = 200000, CAP = FILLED + 1024 };
    char *body = malloc(CAP), head[256];
    size_t len = (size_t)snprintf(body, CAP, "%s", s->open), used = 0;
    struct merlon_txn *t = merlon_txn_new(f->engine, f->policy, NULL, 1);
    int r;

    while (len < FILLED)
        len += (size_t)snprintf(body + len, CAP - len, "%s", s->filler);
    size_t attack = len;
    len += (size_t)snprintf(body + len, CAP - len, "%s%s", s->attack, s->close);
    (void)snprintf(head, sizeof(head),
                   "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
                   s->type, len);
    assert_int_equal(merlon_txn_feed(t, head, strlen(head), &used), MERLON_MORE);
    r = MERLON_MORE;
    for (size_t at = 0; at < len && r == MERLON_MORE; at += step) {
        r = merlon_txn_feed(t, body + at, len - at < step ? len - at : step, &used);
        if (r != MERLON_STOP && merlon_txn_release(t) > attack)
            fail_msg("%s: %llu released, the attack starts at %zu", s->type,
                     (unsigned long long)merlon_txn_release(t), attack);
        if (at > FILLED - 1000 && at + step < attack)
            assert_true(merlon_txn_release(t) > FILLED / 2);
    }
    assert_int_equal(merlon_txn_end(t)->action, MERLON_PREVENT);
    t = merlon_txn_free(t);
    free(body);
}

#define WORDS "some words and then some more, so that there are few fields in what fills the body; "

static void nothing_of_an_attack_leaves_before_it_is_seen(void **state)
{
    static const struct streamed cases[] = {
        {"application/json", "[", "{\"a\":\"some words\"},",
         "{\"a\":\"<script>alert(1)</script>\"}", "]"},
        {"application/json", "[", "{\"a\":\"some words\"},", "{\"<script>alert(1)</script>\":1}",
         "]"},
        {"application/xml", "<r>", "<a b=\"c\">words</a>",
         "<a b=\"&lt;script&gt;alert(1)&lt;/script&gt;\"/>", "</r>"},
        {"application/xml", "<r>", "<a b=\"c\">words</a>", "<!-- <script>alert(1)</script> -->",
         "</r>"},
        {"multipart/form-data; boundary=B", "--B\r\n",
         "Content-Disposition: form-data; name=\"a\"\r\n\r\n" WORDS WORDS WORDS WORDS "\r\n--B\r\n",
         "Content-Disposition: form-data; name=\"<script>alert(1)</script>\"\r\n\r\nx\r\n",
         "--B--\r\n"},
    };
    static const size_t steps[] = {1, 7, 100, 4096, 65536};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++)
            stream(*state, &cases[i], steps[k]);
}

static void a_mistake_in_a_policy_has_a_place(void **state)
{
    static const char text[] = "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: a}\n"
                               "spec:\n  mode: enfroce\n";
    struct merlon_policy *p = NULL;
    char why[256] = "", small[8];

    assert_int_equal(merlon_policy_load(text, sizeof(text) - 1, &p, why, sizeof(why)), -EINVAL);
    assert_non_null(strstr(why, "5:9"));
    assert_non_null(strstr(why, "enforce"));
    assert_int_equal(merlon_policy_load(text, sizeof(text) - 1, &p, small, sizeof(small)), -EINVAL);
    assert_int_equal(strlen(small), sizeof(small) - 1);
    assert_int_equal(merlon_policy_open("no snapshot", 11, &p), -EBADMSG);
    assert_null(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(conditions_are_clean_where_clients_write_them, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(devices_name_their_addresses_in_xml, set_up, tear_down),
        cmocka_unit_test_setup_teardown(credentials_are_read_as_applications_read_them, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(attacks_are_refused_however_they_are_split, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_follows_a_request_is_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_request_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be_framed_is_refused_in_every_mode, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(nothing_of_an_attack_leaves_before_it_is_seen, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_body_is_as_large_as_the_policy_allows, set_up, tear_down),
        cmocka_unit_test(a_mistake_in_a_policy_has_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
