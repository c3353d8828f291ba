/* What the courier knows of containers: datagrams in, JSON and workloads of audits out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <jansson.h>

#include "intercept/heard.h"
#include "node/apps.h"
#include "proxy/dataplane.h"

static struct mln_meta shop(void)
{
    struct mln_meta m = {
        .op = MLN_META_PUT,
        .slot = 3,
        .flags = MLN_WORKLOAD_NET_ADMIN | MLN_WORKLOAD_FAIL_CLOSED,
        .ruled = true,
        .started = 1000000000,
        .id = MLN_SV("abc"),
        .name = MLN_SV("web\x1b[2J\"<b>"),
        .image = MLN_SV("shop:1"),
        .image_id = MLN_SV("sha256:01"),
        .pod = MLN_SV("pod-1"),
        .rule = MLN_SV("front"),
        .mode = MLN_SV("shadow"),
        .why = MLN_SV("images: shop"),
        .runtime = MLN_SV("docker"),
        .n_labels = 2,
        .labels = {{MLN_SV("tier"), MLN_SV("web")}, {MLN_SV("b"), MLN_SV("")}},
        .n_refs = 1,
        .refs = {MLN_SV("docker.io/library/shop:1")},
    };
    return m;
}

static int take(struct mln_apps *a, const struct mln_meta *m)
{
    struct mln_buf b = {0};

    mln_meta_encode(m, &b);
    int r = mln_apps_take(a, mln_buf_sv(&b));
    mln_buf_done(&b);
    return r;
}

static json_t *listed(const struct mln_apps *a)
{
    struct mln_buf b = {0};

    mln_apps_json(a, &b);
    json_t *o = json_loadb(b.p, b.len, 0, NULL);
    assert_non_null(o);
    mln_buf_done(&b);
    return o;
}

static const char *text(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static void test_an_app_is_listed_with_what_really_holds(void **state)
{
    struct mln_apps *a = mln_apps_new();
    struct mln_meta m = shop();

    (void)state;
    assert_int_equal(take(a, &m), 0);
    json_t *o = listed(a), *app = json_array_get(json_object_get(o, "apps"), 0);
    assert_string_equal(text(app, "effective"), "none");
    assert_string_equal(text(app, "fail"), "closed");
    assert_string_equal(text(app, "container"), "web\x1b[2J\"<b>");
    assert_string_equal(text(json_object_get(app, "labels"), "tier"), "web");
    assert_null(json_object_get(app, "namespace"));
    assert_int_equal(json_array_size(json_object_get(app, "notes")), 1);
    json_decref(o);

    mln_apps_port(a, &(struct mln_wire){.index = 3, .app = 80, .arg = MLN_PORT_TLS});
    mln_apps_port(a, &(struct mln_wire){.index = 3, .app = 8080, .arg = MLN_PORT_PENDING});
    mln_apps_port(a, &(struct mln_wire){.index = 3,
                                        .app = 8080,
                                        .arg = MLN_PORT_PROTECTED,
                                        .slot = MLN_GUARD_AFTER,
                                        .id = 12500000});
    o = listed(a);
    app = json_array_get(json_object_get(o, "apps"), 0);
    assert_string_equal(text(app, "effective"), "shadow");
    json_t *port = json_array_get(json_object_get(app, "ports"), 1);
    assert_int_equal(json_integer_value(json_object_get(port, "port")), 8080);
    assert_true(json_real_value(json_object_get(port, "gap_ms")) == 12.5);
    assert_string_equal(text(port, "state"), "protected");
    json_decref(o);

    mln_apps_port(a, &(struct mln_wire){.index = 3,
                                        .app = 8080 | MLN_WIRE_PORT_UDP,
                                        .arg = MLN_PORT_UDP}); /* beside, not instead */
    o = listed(a);
    app = json_array_get(json_object_get(o, "apps"), 0);
    assert_string_equal(text(app, "effective"), "shadow");
    port = json_array_get(json_object_get(app, "ports"), 2);
    assert_int_equal(json_integer_value(json_object_get(port, "port")), 8080);
    assert_string_equal(text(port, "protocol"), "udp");
    json_decref(o);
    mln_apps_port(
        a, &(struct mln_wire){.index = 3, .app = 8080 | MLN_WIRE_PORT_UDP, .arg = MLN_PORT_GONE});

    mln_apps_port(a, &(struct mln_wire){.index = 3, .app = 8080, .arg = MLN_PORT_GONE});
    o = listed(a);
    app = json_array_get(json_object_get(o, "apps"), 0);
    assert_string_equal(text(app, "effective"), "none");
    assert_int_equal(json_array_size(json_object_get(app, "ports")), 1);
    json_decref(o);

    mln_apps_port(a, &(struct mln_wire){
                         .index = 3, .app = 81, .arg = MLN_PORT_NOT_NAMED, .more = MLN_HEARD_TLS});
    mln_apps_port(a, &(struct mln_wire){.index = 3, .app = 82, .more = _MLN_HEARD_MAX});
    o = listed(a);
    app = json_array_get(json_object_get(o, "apps"), 0);
    assert_int_equal(json_array_size(json_object_get(app, "ports")), 2);
    assert_null(text(json_array_get(json_object_get(app, "ports"), 0), "speaks"));
    assert_string_equal(text(json_array_get(json_object_get(app, "ports"), 1), "speaks"), "TLS");
    json_decref(o);
    (void)mln_apps_free(a);
}

static void holds(const struct mln_apps *a, const char *effective, int off)
{
    struct mln_buf b = {0};
    json_t *o = listed(a);

    assert_string_equal(text(json_array_get(json_object_get(o, "apps"), 0), "effective"),
                        effective);
    json_decref(o);
    mln_buf_add_char(&b, '{');
    mln_apps_status_json(a, &b);
    mln_buf_add_char(&b, '}');
    o = json_loadb(b.p, b.len, 0, NULL);
    assert_non_null(o);
    const json_t *n = json_object_get(o, "containers");
    assert_int_equal(json_integer_value(json_object_get(n, "with_rule")), 1);
    assert_int_equal(json_integer_value(json_object_get(n, "off")), off);
    json_decref(o);
    mln_buf_done(&b);
}

static void test_what_is_switched_off_is_not_missing(void **state)
{
    const struct mln_wire port = {.index = 3, .app = 80, .arg = MLN_PORT_PROTECTED};
    struct mln_apps *a = mln_apps_new();
    struct mln_meta m = shop();

    (void)state;
    assert_int_equal(take(a, &m), 0);
    mln_apps_bypass(a, mln_bypass_key(m.rule), mln_now_mono() + 60 * MLN_NSEC_PER_SEC, m.rule);
    holds(a, "none", 0); /* nothing was protected that could be switched off */
    mln_apps_port(a, &port);
    holds(a, "bypass", 0);
    m.flags |= MLN_WORKLOAD_MODE_OFF;
    m.mode = MLN_SV("off");
    assert_int_equal(take(a, &m), 0);
    holds(a, "off", 1);
    (void)mln_apps_free(a);
}

static void test_what_the_warden_found_is_noted(void **state)
{
    struct mln_apps *a = mln_apps_new();
    struct mln_meta m = shop();

    (void)state;
    m.flags = 0;
    assert_int_equal(take(a, &m), 0);
    for (unsigned noted = 0; noted < 2; noted++) {
        json_t *o = listed(a), *app = json_array_get(json_object_get(o, "apps"), 0);
        assert_int_equal(json_array_size(json_object_get(app, "notes")), noted);
        json_decref(o);
        mln_apps_notes(a, &(struct mln_wire){.index = 3, .arg = MLN_WORKLOAD_NET_ADMIN});
        mln_apps_notes(a, &(struct mln_wire){.index = MLN_WORKLOADS_MAX, .arg = 1});
    }
    (void)mln_apps_free(a);
}

static void test_ports_of_the_one_before_do_not_count(void **state)
{
    struct mln_apps *a = mln_apps_new();
    struct mln_meta m = shop(), gone = {.op = MLN_META_GONE, .slot = 3};

    (void)state;
    assert_int_equal(take(a, &m), 0);
    mln_apps_port(a, &(struct mln_wire){.index = 3, .app = 80, .arg = MLN_PORT_PROTECTED});
    assert_int_equal(take(a, &gone), 0);
    json_t *o = listed(a);
    assert_int_equal(json_array_size(json_object_get(o, "apps")), 0);
    json_decref(o);
    m.id = MLN_SV("def");
    assert_int_equal(take(a, &m), 0);
    o = listed(a);
    assert_string_equal(text(json_array_get(json_object_get(o, "apps"), 0), "effective"), "none");
    json_decref(o);
    (void)mln_apps_free(a);
}

static void test_audits_get_the_workload_of_their_slot_also_after_its_end(void **state)
{
    struct mln_apps *a = mln_apps_new();
    struct mln_meta m = shop(), gone = {.op = MLN_META_GONE, .slot = 3};
    struct mln_audit_record *r = calloc(1, sizeof(*r));
    struct mln_buf b = {0};

    (void)state;
    assert_int_equal(take(a, &m), 0);
    assert_int_equal(take(a, &gone), 0);
    r->workload.slot_plus_1 = 4;
    mln_audit_encode(r, &b);
    assert_int_equal(mln_audit_decode(mln_buf_sv(&b), r), 0);
    mln_apps_fill(a, r);
    struct mln_buf line = {0};
    mln_audit_json(r, &line);
    json_t *o = json_loadb(line.p, line.len, 0, NULL), *w = json_object_get(o, "workload");
    assert_string_equal(text(w, "image"), "shop:1");
    assert_string_equal(text(w, "image_digest"), "sha256:01");
    assert_string_equal(text(w, "container_id"), "abc");
    assert_string_equal(text(w, "pod"), "pod-1");
    assert_string_equal(text(json_object_get(w, "labels"), "b"), "");
    assert_null(json_object_get(w, "namespace"));
    json_decref(o);

    memset(r, 0, sizeof(*r));
    mln_apps_fill(a, r); /* no slot: no workload */
    assert_null(r->workload.image.p);
    r->workload.slot_plus_1 = UINT32_MAX;
    mln_apps_fill(a, r);
    r->workload.slot_plus_1 = 2;
    mln_apps_fill(a, r);
    assert_null(r->workload.image.p);
    mln_buf_done(&b);
    mln_buf_done(&line);
    free(r);
    (void)mln_apps_free(a);
}

static void test_nonsense_is_refused(void **state)
{
    struct mln_apps *a = mln_apps_new();
    struct mln_meta m = shop();
    struct mln_buf b = {0};

    (void)state;
    mln_meta_encode(&m, &b);
    for (size_t n = 0; n < b.len; n++) { /* cut anywhere: refused, or a shorter list of texts */
        struct mln_meta got;
        int r = mln_meta_decode(mln_sv(b.p, n), &got);
        assert_true(r == -EBADMSG || (r == 0 && got.slot == 3));
    }
    assert_int_equal(mln_apps_take(a, MLN_SV("")), -EBADMSG);
    m.slot = MLN_WORKLOADS_MAX;
    assert_int_equal(take(a, &m), -EBADMSG);
    m.slot = 0, m.op = MLN_META_OP_MAX;
    assert_int_equal(take(a, &m), -EBADMSG);
    mln_apps_port(a, &(struct mln_wire){.index = MLN_WORKLOADS_MAX, .app = 80});
    mln_apps_port(a, &(struct mln_wire){.index = 0, .app = 65536});
    mln_apps_port(a, &(struct mln_wire){.index = 0, .app = 80, .arg = MLN_PORT_STATE_MAX});
    json_t *o = listed(a);
    assert_int_equal(json_array_size(json_object_get(o, "apps")), 0);
    json_decref(o);
    mln_buf_done(&b);
    (void)mln_apps_free(a);
}

static void test_texts_and_labels_fit_the_datagram(void **state)
{
    static char big[4096];
    struct mln_meta m = shop(), got;
    struct mln_buf b = {0};

    (void)state;
    memset(big, 'x', sizeof(big));
    m.n_labels = MLN_META_LABELS_MAX;
    for (unsigned i = 0; i < MLN_META_LABELS_MAX; i++)
        m.labels[i] = (struct mln_label){MLN_SV("name"), mln_sv(big, 1000)};
    m.n_refs = MLN_META_REFS_MAX;
    for (unsigned i = 0; i < MLN_META_REFS_MAX; i++)
        m.refs[i] = mln_sv(big, sizeof(big));
    m.why = m.image = m.name = mln_sv(big, sizeof(big));
    mln_meta_encode(&m, &b);
    assert_true(b.len <= MLN_META_MAX);
    assert_int_equal(mln_meta_decode(mln_buf_sv(&b), &got), 0);
    assert_int_equal(got.image.len, 1024);
    assert_true(got.n_labels >= 6 && got.n_refs >= 8);
    mln_buf_done(&b);
}

static void test_the_state_of_the_runtime_is_told(void **state)
{
    struct mln_apps *a = mln_apps_new();
    struct mln_meta m = {.op = MLN_META_STATE,
                         .runtime = MLN_SV("docker"),
                         .why = MLN_SV("connected"),
                         .ruled = true,
                         .synced = true};
    struct mln_buf b = {0};

    (void)state;
    assert_int_equal(take(a, &m), 0);
    mln_apps_status_json(a, &b);
    assert_true(
        mln_sv_find(
            mln_buf_sv(&b),
            MLN_SV("\"state\":\"connected\",\"present\":true,\"synced\":true}],\"synced\":true")) !=
        SIZE_MAX);
    mln_buf_done(&b);
    (void)mln_apps_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_app_is_listed_with_what_really_holds),
        cmocka_unit_test(test_what_is_switched_off_is_not_missing),
        cmocka_unit_test(test_what_the_warden_found_is_noted),
        cmocka_unit_test(test_ports_of_the_one_before_do_not_count),
        cmocka_unit_test(test_audits_get_the_workload_of_their_slot_also_after_its_end),
        cmocka_unit_test(test_nonsense_is_refused),
        cmocka_unit_test(test_texts_and_labels_fit_the_datagram),
        cmocka_unit_test(test_the_state_of_the_runtime_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
