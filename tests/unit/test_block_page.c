/* What a refused client gets: form, head and body, the event id wherever the page asks for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/conn.h"

static const char event[] = "01a214a7-8914-7f8b-8789-d44e16eb2d41";

static bool has(const struct mln_buf *b, const char *text)
{
    return mln_sv_find(mln_buf_sv(b), mln_sv_str(text)) != SIZE_MAX;
}

static struct block_page refusal(void)
{
    return (struct block_page){.status = 403, .event_id = event, .title = "Refused", .text = "No."};
}

/* Content-Length is the length of what follows the head; 0 for HEAD checks nothing. */
static void check_length(const struct mln_buf *b)
{
    struct mln_sv all = mln_buf_sv(b);
    size_t end = mln_sv_find(all, MLN_SV("\r\n\r\n"));
    char want[64];

    assert_true(end != SIZE_MAX);
    (void)snprintf(want, sizeof(want), "Content-Length: %zu\r\n", all.len - end - 4);
    assert_true(has(b, want));
}

static void test_html_page_stands_alone_and_names_the_event(void **state)
{
    struct mln_buf out = MLN_BUF_INIT;
    struct block_page p = refusal();

    (void)state;
    block_page_write(&out, &p);
    assert_true(has(&out, "HTTP/1.1 403 Forbidden\r\n"));
    assert_true(has(&out, "Content-Type: text/html; charset=utf-8\r\n"));
    assert_true(has(&out, "Cache-Control: no-store\r\n"));
    assert_true(has(&out, "X-Merlon-Source: merlon\r\n"));
    assert_true(has(&out, "X-Merlon-Event-Id: 01a214a7-8914-7f8b-8789-d44e16eb2d41\r\n"));
    assert_true(has(&out, "<code>01a214a7-8914-7f8b-8789-d44e16eb2d41</code>"));
    assert_true(has(&out, "prefers-color-scheme:dark"));
    assert_true(has(&out, "<html lang=\"en\">") && has(&out, "<title>Refused</title>"));
    assert_true(has(&out, "width=device-width") && out.len < 2048);
    assert_false(has(&out, "src=") || has(&out, "url(") || has(&out, "@import") ||
                 has(&out, "style=\"") || has(&out, "href=") || has(&out, "<script"));
    assert_false(has(&out, "Connection: close"));
    check_length(&out);
    mln_buf_done(&out);
}

static void test_json_page_has_the_same_facts(void **state)
{
    struct mln_buf out = MLN_BUF_INIT;
    struct block_page p = refusal();

    (void)state;
    p.wants_json = true;
    p.close = true;
    block_page_write(&out, &p);
    assert_true(has(&out, "Content-Type: application/json\r\n"));
    assert_true(has(&out, "\"status\":403"));
    assert_true(has(&out, "\"event_id\":\"01a214a7-8914-7f8b-8789-d44e16eb2d41\""));
    assert_true(has(&out, "Connection: close\r\n"));
    check_length(&out);
    mln_buf_done(&out);
}

static void test_own_page_is_filled_in_at_every_mark(void **state)
{
    struct mln_buf out = MLN_BUF_INIT;
    struct block_page p = refusal();

    (void)state;
    p.html = MLN_SV("{{event_id}}<i>{{event_id}}</i>{{event_i");
    block_page_write(&out, &p);
    assert_true(has(&out, "\r\n\r\n01a214a7-8914-7f8b-8789-d44e16eb2d41<i>01a214a7-8914-7f8b-8789-"
                          "d44e16eb2d41</i>{{event_i"));
    check_length(&out);
    mln_buf_done(&out);
}

static void test_head_gets_the_head_only(void **state)
{
    struct mln_buf out = MLN_BUF_INIT;
    struct block_page p = refusal();

    (void)state;
    p.head_only = true;
    block_page_write(&out, &p);
    struct mln_sv all = mln_buf_sv(&out);
    assert_int_equal(mln_sv_find(all, MLN_SV("\r\n\r\n")), all.len - 4);
    assert_false(has(&out, "Content-Length: 0\r\n"));
    mln_buf_done(&out);
}

static void test_overload_says_when_to_come_back(void **state)
{
    struct mln_buf out = MLN_BUF_INIT;
    struct block_page p = {.status = 503, .event_id = "", .title = "Busy", .text = "Later."};

    (void)state;
    block_page_write(&out, &p);
    assert_true(has(&out, "Retry-After: 1\r\n"));
    assert_false(has(&out, "Event-Id"));
    check_length(&out);
    mln_buf_done(&out);
}

static bool wants_json(const char *name, const char *value)
{
    struct mln_http_field f = {.name = mln_sv_str(name),
                               .value = mln_sv_str(value),
                               .id = (uint8_t)mln_http_name_id(mln_sv_str(name))};
    const struct mln_http_head h = {.fields = &f, .n_fields = 1};

    return block_page_wants_json(&h);
}

static void test_programs_get_json_and_browsers_html(void **state)
{
    (void)state;
    assert_true(wants_json("Accept", "application/json"));
    assert_true(wants_json("Accept", "application/problem+json, */*"));
    assert_true(wants_json("Content-Type", "application/json; charset=utf-8"));
    assert_true(wants_json("X-Requested-With", "XMLHttpRequest"));
    assert_false(wants_json("Accept", "text/html,application/json;q=0.9"));
    assert_false(wants_json("Accept", "*/*"));
    assert_false(wants_json("Content-Type", "application/x-www-form-urlencoded"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_html_page_stands_alone_and_names_the_event),
        cmocka_unit_test(test_json_page_has_the_same_facts),
        cmocka_unit_test(test_own_page_is_filled_in_at_every_mark),
        cmocka_unit_test(test_head_gets_the_head_only),
        cmocka_unit_test(test_overload_says_when_to_come_back),
        cmocka_unit_test(test_programs_get_json_and_browsers_html),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
