/* Policies: what is accepted, how errors are told, what reaches the snapshot, what is explained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/file_kinds.h"
#include "engine/snapshot.h"
#include "engine/txn.h"
#include "http/field.h"
#include "policy/model.h"
#include "policy/policy.h"

#define HEAD "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\n"

#define DOC(kind) "apiVersion: merlon.dev/v1\nkind: " kind "\n"
#define LIST(name) DOC("NetworkList") "metadata: {name: \"" name "\"}\nspec: {cidrs: []}\n"

static int load(const char *text, struct mln_policy **p, struct mln_buf *out)
{
    struct mln_diags diags = {0};
    int r = mln_policy_load_text("p.yaml", mln_sv_str(text), p, &diags);

    mln_buf_clear(out);
    mln_diags_print(&diags, MLN_DIAG_WARNING, out);
    mln_diags_done(&diags);
    return r;
}

static void test_errors_say_where_what_and_what_was_meant(void **state)
{
    static const struct {
        const char *text, *expect;
    } table[] = {
        {HEAD "spec:\n  mod: enforce\n",
         "p.yaml:5:3: error: spec: unknown field \"mod\"; did you mean mode?"},
        {HEAD "spec: {mode: enforced}\n",
         "p.yaml:4:14: error: spec.mode: expected one of off, shadow, enforce; found \"enforced\" "
         "(did you mean enforce?)"},
        {HEAD "spec:\n  protections:\n    sqly: prevent\n",
         "p.yaml:6:5: error: spec.protections: unknown protection \"sqly\"; did you mean sqli?"},
        {HEAD "spec: {protections: {code: {subs: {xxee: off}}}}\n",
         "p.yaml:4:36: error: spec.protections.code.subs: unknown sub-id \"xxee\"; did you mean "
         "xxe?"},
        {HEAD "spec: {limits: {body_inspect: 1Kib}}\n",
         "p.yaml:4:31: error: spec.limits.body_inspect: expected a size like 128KiB"},
        {HEAD "spec: {limits: {read_timeout: 10}}\n", "expected a duration like 150ms"},
        {HEAD "spec: {limits: {depth: 100000}}\n",
         "p.yaml:4:24: error: spec.limits.depth: expected 2 to 250, found 100000"},
        {HEAD "spec: {mode: off, mode: off}\n", "p.yaml:4:19: error: this key stands twice"},
        {HEAD "spec: {access: {deny: [nowhere]}}\n",
         "\"nowhere\" is neither a NetworkList of this policy nor a CIDR"},
        {HEAD "spec: {access: {deny: [\"10.0.0.1/8\"]}}\n", "neither a NetworkList"},
        {HEAD "spec: {headers: [{name: X, match: \"a(b\"}]}\n",
         "p.yaml:4:35: error: spec.headers.match: at character 2 of the pattern: a group without"},
        {HEAD "spec: {headers: [{name: \"X Y\"}]}\n", "expected the name of a header field"},
        {HEAD "spec: {limits: {read_timeout: 2d}}\n", "expected 100ms to 1d, found 2d"},
        {HEAD "spec: {limits: {field_hold: 10MiB}}\n", "expected 1KiB to 256KiB, found 10MiB"},
        {HEAD "spec: {endpoints: [{host: \"a:80\"}]}\n", "a port is `port:`"},
        {HEAD "spec: {scope: {labels: [web]}}\n",
         "p.yaml:4:24: error: spec.scope.labels: expected a map of labels"},
        {HEAD "spec: {scope: {labels: {tier: [web]}}}\n", "p.yaml:4:31: error: spec.scope.labels"},
        {HEAD "spec: {endpoints: [{path: api}]}\n", "a path that starts with /"},
        {HEAD "spec: {endpoints: [{port: 65536}]}\n", "expected 1 to 65535, found 65536"},
        {HEAD "spec: {block: {status: 304}}\n", "expected 200, or 400 to 599"},
        {HEAD "spec: {on_error: Block}\n", "did you mean block?"},
        {HEAD "spec: {protections: {leakage: ban}}\n",
         "ban is not for what an application answers"},
        {HEAD "spec: {protections: {clickjacking: {action: ban}}}\n", "use prevent"},
        {HEAD "spec: {ban: {duration: 31d}}\n", "expected 1s to 30d"},
        {HEAD "spec: {protections: {sqli: {acton: off}}}\n",
         "p.yaml:4:29: error: spec.protections.sqli: unknown option \"acton\"; did you mean "
         "action?"},
        {HEAD "spec: {protections: {csrf: {origins: [\"https://a.example*\"]}}}\n",
         "an origin without a path"},
        {HEAD "spec: {protections: {csrf: {origins: [\"https://a.example/\"]}}}\n",
         "an origin without a path"},
        {HEAD "spec: {protections: {csrf: {exempt: [hooks]}}}\n", "a path that starts with /"},
        {HEAD "spec: {protections: {reputation: {tro: alert}}}\n", "did you mean tor?"},
        {HEAD "spec: {access: {countries: {deny: [XX]}}}\n", "no Feed of this policy tells"},
        {HEAD "spec: {access: {countries: {allow: [de]}}}\n", "two capital letters"},
        {HEAD "spec: {access: {skip: [malformed]}}\n", "cannot be skipped"},
        {HEAD "spec: {endpoints: [{tls: {min: \"1.2\"}}]}\n", "expected a certificate"},
        {HEAD "spec: {endpoints: [{tls: {min: \"1.1\", upstream: on}}]}\n", "one of 1.2, 1.3"},
        {HEAD "spec: {endpoints: [{tls: {certificate: x}}]}\n", "no Certificate named \"x\""},
        {HEAD "spec: {endpoints: [{tls: {upstream: on, upstream_name: \"a:1\"}}]}\n",
         "a host name"},
        {"apiVersion: merlon.dev/v1\nkind: Certificate\nmetadata: {name: c}\nspec: {key: x}\n",
         "needs certificate and key"},
        {"apiVersion: merlon.dev/v1\nkind: Certificate\nmetadata: {name: c}\n"
         "spec: {key: x, certificate: {file: /etc/x.pem}}\n",
         "only policy files on disk may name files"},
        {HEAD "spec: {exceptions: [{protection: sqly}]}\n", "did you mean sqli?"},
        {HEAD "spec: {exceptions: [{protection: sqli, location: quer}]}\n", "did you mean query?"},
        {HEAD "spec: {exceptions: [{protection: sqli, expires: soon}]}\n", "a date like"},
        {HEAD "spec: {\"\\e[2J\": 1}\n", "unknown field \"?[2J\""},
        {HEAD "spec: {mode: *x}\n", "aliases"},
        {HEAD "spec: [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]\n", "deeper than 16"},
        {HEAD "spec: {headers: [{name: X}]}\n", "asks for nothing"},
        {HEAD "spec: {protections: {reputation: prefent}}\n", "did you mean prevent?"},
        {HEAD "spec: {response_headers: [{value: a}]}\n", "needs its name"},
        {HEAD "spec: {response_headers: [{name: Connection, value: a}]}\n", "frames the message"},
        {HEAD "spec: {response_headers: [{name: \"X-*\", value: a}]}\n", "only remove"},
        {HEAD "spec: {response_headers: [{name: X, value: \"a\\nb\"}]}\n", "no line breaks"},
        {HEAD "spec: {response_headers: [{name: X, action: remove, value: a}]}\n", "no value"},
        {HEAD "spec: {exceptions: [{path: \"/x\"}]}\n", "names a protection"},
        {HEAD "spec: {block: {page: gone}}\n", "there is no Page named \"gone\""},
        {HEAD "spec: &a {mode: off}\n", "anchors"},
        {"kind: Rule\n", "apiVersion"},
        {LIST("o") "---\n" LIST("o") "---\n" HEAD,
         "p.yaml:8:18: error: metadata.name: another NetworkList has this name: p.yaml, line 3"},
        {HEAD "---\n" HEAD, "another Rule has this name"},
        {LIST("10.0.0.0/8") "---\n" HEAD, "this name reads as an address"},
        {LIST("office") "---\n" HEAD "spec: {access: {allow: [offcie]}}\n",
         "is neither a NetworkList of this policy nor a CIDR; did you mean office?"},
        {DOC("NetworkList") "metadata: {nmae: x}\n", "unknown field \"nmae\"; did you mean name?"},
        {DOC("Page") "metadata: {name: p}\n---\n" HEAD, "a Page needs html or json"},
        {HEAD "spec: {host_network: protect}\n", "protect needs endpoints that all name a port"},
        {HEAD "spec: {host_network: protect, endpoints: [{port: 80}, {path: /a}]}\n",
         "protect needs endpoints that all name a port"},
        {DOC("Page") "metadata: {name: p}\nspec: {html: {file: a}}\n---\n" HEAD,
         "only policy files on disk may name files"},
        {DOC("Exception") "metadata: {name: e}\nspec: {protection: sqli, rules: [x]}\n---\n" HEAD,
         "p.yaml:4:33: error: spec.rules: no Rule of this policy has such a name"},
        {DOC("Exception") "metadata: {name: e}\nspec: {path: \"/x\"}\n---\n" HEAD,
         "names a protection"},
        {DOC("Feed") "metadata: {name: f}\n---\n" HEAD, "a Feed needs a url or a file"},
        {DOC("Feed") "metadata: {name: f}\nspec: {url: \"http://a.example/\"}\n---\n" HEAD,
         "expected an https:// address"},
        {DOC("Feed") "metadata: {name: f}\nspec: {url: \"https://u:p@a.example/\"}\n---\n" HEAD,
         "without a user name"},
        {DOC("Feed") "metadata: {name: ../f}\nspec: {url: \"https://a.example/\"}\n---\n" HEAD,
         "also that of a file"},
        {DOC("Feed") "metadata: {name: f}\nspec: {tag: a/b}\n---\n" HEAD, "a short name"},
        {LIST("f") "---\n" DOC("Feed") "metadata: {name: f}\n---\n" HEAD,
         "cannot have the same name"},
        {DOC("NetworkList") "metadata: {name: n}\nspec: {file: a}\n---\n" HEAD,
         "only policy files on disk may name files"},
        {DOC("Dialect") "metadata: {name: f}\n---\n" HEAD, "Dialect needs a later version"},
        {"apiVersion: merlon.dev/v1\nkind: Rul\n", "did you mean Rule?"},
        {"a: [\n", "p.yaml:2:1: error"},
        {"", "there is no Rule"},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(table); i++) {
        struct mln_policy *p = NULL;
        struct mln_buf out = {0};
        assert_int_not_equal(load(table[i].text, &p, &out), 0);
        if (mln_sv_find(mln_buf_sv(&out), mln_sv_str(table[i].expect)) == SIZE_MAX)
            fail_msg("case %zu:\n%.*s\ndoes not say\n%s", i, MLN_SV_ARG(mln_buf_sv(&out)),
                     table[i].expect);
        assert_null(p);
        mln_buf_done(&out);
    }
}

static const char full[] =
    "apiVersion: merlon.dev/v1\nkind: NetworkList\nmetadata: {name: office}\nspec: {cidrs: "
    "[\"198.51.100.0/24\", \"2001:db8::/32\"]}\n---\n"
    "apiVersion: merlon.dev/v1\nkind: Page\nmetadata: {name: own}\nspec: {html: "
    "\"<h1>{{event_id}}</h1>\"}\n---\n"
    "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: second, order: 20}\n---\n" HEAD
    "spec:\n  mode: shadow\n  sensitivity: high\n  endpoints: [{port: 8080, host: "
    "\"Shop.example\", path: \"/*\"}]\n"
    "  protections:\n    sqli: alert\n    code: {action: prevent, subs: {ssrf: alert}}\n"
    "    csrf: {action: prevent, origins: [\"https://shop.example\"], samesite: lax}\n    "
    "clickjacking: {action: prevent, value: deny}\n"
    "    leakage: off\n    malformed: {action: prevent, drop_underscore_names: false}\n"
    "  access: {allow: [office], deny: [\"203.0.113.0/24\"], skip: [sqli], trusted_proxies: "
    "[\"10.20.0.7/32\"]}\n"
    "  headers: [{name: X-Api-Key, require: true, match: \"^[0-9a-f]{4}$\", action: prevent}]\n"
    "  exceptions: [{protection: sqli, location: query, name: q, path: \"/search\", reason: text, "
    "expires: 2027-01-01}]\n"
    "  limits: {body_inspect: 1MiB, read_timeout: 3s}\n  block: {status: 418, page: own}\n  "
    "on_error: pass\n";

static void compile_full(struct mln_buf *blob)
{
    struct mln_policy *p = NULL;
    struct mln_buf out = {0};

    if (load(full, &p, &out) != 0)
        fail_msg("%.*s", MLN_SV_ARG(mln_buf_sv(&out)));
    assert_int_equal(mln_policy_rule_count(p), 2);
    assert_int_equal(mln_policy_compile(p, blob), 0);
    (void)mln_policy_free(p);
    mln_buf_done(&out);
}

static void test_policy_reaches_the_snapshot(void **state)
{
    struct mln_buf blob = {0};
    struct mln_snapshot s;
    struct mln_addr a;

    (void)state;
    compile_full(&blob);
    assert_int_equal(mln_snapshot_open(blob.p, blob.len, &s), 0);
    const struct mln_snap_rule *r = mln_snap_rule_first(&s);
    assert_true(mln_sv_eq(mln_snap_str(&s, r->name), MLN_SV("second"))); /* order 20 before 100 */
    r = &s.rules[1];
    assert_int_equal(r->mode, MLN_MODE_SHADOW);
    assert_int_equal(r->sensitivity, MLN_SENS_HIGH);
    assert_int_equal(r->action[MLN_DET_SQLI_union], MLN_ACT_ALERT);
    assert_int_equal(r->action[MLN_DET_CODE_ssrf], MLN_ACT_ALERT);
    assert_int_equal(r->action[MLN_DET_CODE_php], MLN_ACT_PREVENT);
    assert_int_equal(r->limit[MLN_LIMIT_body_inspect], 1 << 20);
    assert_int_equal(r->limit[MLN_LIMIT_read_timeout], 3 * MLN_NSEC_PER_SEC);
    assert_int_equal(r->block_status, 418);
    assert_int_equal(r->on_error, MLN_ON_ERROR_PASS);
    assert_false(r->drop_underscore_names);
    assert_true(mln_sv_eq(mln_snap_str(&s, r->frame_value), MLN_SV("DENY")));
    assert_int_equal(mln_addr_parse(MLN_SV("198.51.100.77"), &a), 0);
    assert_true(mln_snap_lists_have(&s, r->allow, &a));
    assert_false(mln_snap_lists_have(&s, r->deny, &a));
    assert_int_equal(mln_addr_parse(MLN_SV("2001:db8:1::5"), &a), 0);
    assert_true(mln_snap_lists_have(&s, r->allow, &a));
    const struct mln_snap_exception *x = mln_snap_exception(&s, r->exceptions.first);
    assert_int_equal(x->protection, MLN_PROT_SQLI);
    assert_int_equal(x->location, MLN_LOC_QUERY);
    assert_true(x->expires > 0);
    mln_buf_done(&blob);
}

static void test_exception_documents_reach_the_rules_they_name(void **state)
{
    static const char text[] =
        DOC("Exception") "metadata: {name: e}\n"
                         "spec: {rules: [\"shop-*\"], protection: xss, location: form, name: "
                         "bio}\n---\n" DOC("Rule") "metadata: {name: shop-a, order: 1}\n---\n" DOC(
                             "Rule") "metadata: {name: other, order: 2}\n";
    struct mln_policy *p = NULL;
    struct mln_buf blob = {0}, out = {0};
    struct mln_snapshot s;

    (void)state;
    assert_int_equal(load(text, &p, &out), 0);
    assert_int_equal(mln_policy_compile(p, &blob), 0);
    assert_int_equal(mln_snapshot_open(blob.p, blob.len, &s), 0);
    assert_int_equal(s.rules[0].exceptions.count, 1);
    assert_int_equal(s.rules[1].exceptions.count, 0);
    const struct mln_snap_exception *x = mln_snap_exception(&s, s.rules[0].exceptions.first);
    assert_int_equal(x->protection, MLN_PROT_XSS);
    assert_int_equal(x->location, MLN_LOC_FORM);
    assert_int_equal(x->detector, MLN_DET_MAX);
    assert_true(mln_sv_eq(mln_snap_str(&s, x->name), MLN_SV("bio")));
    (void)mln_policy_free(p);
    mln_buf_done(&blob);
    mln_buf_done(&out);
}

static void write_file(const char *dir, const char *name, const char *text)
{
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void remove_dir(const char *dir)
{
    static const char *const names[] = {"a.yaml", "b.yml", "page.html", "notes.txt"};
    char path[256];

    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(dir), 0);
}

/* Pages may be files beside the policy, and nowhere else; other files of the folder are left alone.
 */
static void test_a_folder_is_one_policy_and_pages_may_be_files(void **state)
{
    char dir[] = "/tmp/merlon-policy-XXXXXX";
    struct mln_policy *p = NULL;
    struct mln_diags diags = {0};
    struct mln_buf blob = {0}, out = {0};
    struct mln_snapshot s;

    (void)state;
    assert_non_null(mkdtemp(dir));
    write_file(dir, "page.html", "<b>{{event_id}}</b>");
    write_file(dir, "notes.txt", "not a policy");
    write_file(dir, "a.yaml", HEAD "spec: {block: {page: own}}\n");
    write_file(dir, "b.yml",
               DOC("Page") "metadata: {name: own}\nspec: {html: {file: page.html}}\n");
    assert_int_equal(mln_policy_load_path(dir, &p, &diags), 0);
    assert_int_equal(mln_policy_compile(p, &blob), 0);
    assert_int_equal(mln_snapshot_open(blob.p, blob.len, &s), 0);
    assert_true(mln_sv_eq(mln_snap_str(&s, s.rules[0].block_html), MLN_SV("<b>{{event_id}}</b>")));
    p = mln_policy_free(p);
    write_file(dir, "b.yml",
               DOC("Page") "metadata: {name: own}\nspec: {html: {file: ../page.html}}\n");
    assert_int_equal(mln_policy_load_path(dir, &p, &diags), -EINVAL);
    mln_diags_print(&diags, MLN_DIAG_WARNING, &out);
    assert_true(
        mln_sv_find(mln_buf_sv(&out), MLN_SV("b.yml:4:21: error: spec.html: expected a file "
                                             "name relative to the policy")) != SIZE_MAX);
    mln_diags_done(&diags);
    mln_buf_done(&blob);
    mln_buf_done(&out);
    remove_dir(dir);
}

static void test_protections_of_later_versions_may_be_off(void **state)
{
    struct mln_policy *p = NULL;
    struct mln_buf out = {0};

    (void)state;
    assert_int_equal(load(HEAD "spec: {protections: {leakage: {action: off, on_match: block}, "
                               "uploads: off, scanners: off, reputation: {tor: off, ddos: off}}}\n",
                          &p, &out),
                     0);
    (void)mln_policy_free(p);
    mln_buf_done(&out);
}

static void test_kinds_of_files_are_known_by_many_names(void **state)
{
    static const struct {
        const char *options, *error;
    } rows[] = {
        {"action: prevent, allow: [pdf, jpg, office], max_bytes: 10MiB, malware: off", NULL},
        {"allow: [docxx]", "unknown kind of file \"docxx\"; did you mean docx?"},
        {"allow: []", "an empty list would allow nothing"},
        {"allow: pdf", "expected a list"},
        {"malware: prevent", "needs a later version"},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        struct mln_policy *p = NULL;
        struct mln_buf out = {0};
        char text[512];
        (void)snprintf(text, sizeof(text), HEAD "spec: {protections: {uploads: {%s}}}\n",
                       rows[i].options);
        int r = load(text, &p, &out);
        assert_true(rows[i].error ? r < 0 : r == 0);
        if (rows[i].error && mln_sv_find(mln_buf_sv(&out), mln_sv_str(rows[i].error)) == SIZE_MAX)
            fail_msg("%s: %.*s", rows[i].options, MLN_SV_ARG(mln_buf_sv(&out)));
        if (r == 0) {
            assert_true(p->rules[0].uploads_allow & mln_file_word(MLN_SV("docx")));
            assert_false(p->rules[0].uploads_allow & mln_file_word(MLN_SV("png")));
            assert_int_equal(p->rules[0].uploads_max_bytes, 10 << 20);
        }
        (void)mln_policy_free(p);
        mln_buf_done(&out);
    }
}

static void test_blobs_are_deterministic(void **state)
{
    struct mln_buf a = {0}, b = {0};

    (void)state;
    compile_full(&a);
    compile_full(&b);
    assert_true(mln_sv_eq(mln_buf_sv(&a), mln_buf_sv(&b)));
    mln_buf_done(&a);
    mln_buf_done(&b);
}

static void test_every_field_is_explained(void **state)
{
    struct mln_buf all = {0}, one = {0};

    (void)state;
    assert_int_equal(mln_policy_explain(NULL, &all), 0);
    assert_true(mln_sv_find(mln_buf_sv(&all), MLN_SV("spec.limits.body_inspect")) != SIZE_MAX);
    assert_true(mln_sv_find(mln_buf_sv(&all), MLN_SV("spec.protections.code.subs.log4j")) !=
                SIZE_MAX);
    assert_int_equal(mln_policy_explain("spec.limits.body_inspect", &one), 0);
    assert_true(mln_sv_find(mln_buf_sv(&one), MLN_SV("128KiB")) != SIZE_MAX);
    mln_buf_clear(&one);
    assert_true(mln_policy_explain("spec.limits.body_inspec", &one) < 0);
    assert_true(mln_sv_find(mln_buf_sv(&one), MLN_SV("did you mean spec.limits.body_inspect?")) !=
                SIZE_MAX);
    mln_buf_done(&all);
    mln_buf_done(&one);
}

/* docs/user/policy.md carries what --explain says: between its fences, byte for byte. */
static void test_the_reference_is_what_explain_says(void **state)
{
    const char *root = getenv("MERLON_SOURCE_ROOT");
    char path[4096];
    struct mln_buf file = {0}, all = {0};

    (void)state;
    if (!root)
        skip();
    (void)snprintf(path, sizeof(path), "%s/docs/user/policy.md", root);
    assert_int_equal(mln_file_read(path, 1 << 20, &file), 0);
    mln_buf_add_str(&all, "<!-- merlon lint --explain -->\n```text\n");
    assert_int_equal(mln_policy_explain(NULL, &all), 0);
    mln_buf_add_str(&all, "```\n");
    if (mln_sv_find(mln_buf_sv(&file), mln_buf_sv(&all)) == SIZE_MAX)
        fail_msg("the reference in %s is not what `merlon lint --explain` says: renew it", path);
    mln_buf_done(&file);
    mln_buf_done(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_say_where_what_and_what_was_meant),
        cmocka_unit_test(test_policy_reaches_the_snapshot),
        cmocka_unit_test(test_exception_documents_reach_the_rules_they_name),
        cmocka_unit_test(test_a_folder_is_one_policy_and_pages_may_be_files),
        cmocka_unit_test(test_protections_of_later_versions_may_be_off),
        cmocka_unit_test(test_kinds_of_files_are_known_by_many_names),
        cmocka_unit_test(test_blobs_are_deterministic),
        cmocka_unit_test(test_every_field_is_explained),
        cmocka_unit_test(test_the_reference_is_what_explain_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
