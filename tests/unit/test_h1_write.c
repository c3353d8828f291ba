/* What is written for a parsed head, to the byte. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "http/h1.h"

#define F(n, v, i)                                                                                 \
    {                                                                                              \
        .name = MLN_SV(n), .value = MLN_SV(v), .id = (i)                                           \
    }

static void expect_written(const struct mln_http_head *h, const struct mln_h1_write_opts *o,
                           const char *text)
{
    struct mln_buf out = {0};

    (h->is_response ? mln_h1_write_response : mln_h1_write_request)(&out, h, o);
    if (!mln_sv_eq(mln_buf_sv(&out), mln_sv_str(text)))
        fail_msg("%.*s instead of %s", MLN_SV_ARG(mln_buf_sv(&out)), text);
    mln_buf_done(&out);
}

static void test_request_frames_anew(void **state)
{
    struct mln_http_field fields[] = {
        F("X", "1", MLN_NAME_OTHER),
        F("host", "A", MLN_NAME_HOST),
        F("content-length", "0005", MLN_NAME_CONTENT_LENGTH),
        F("Expect", "100-continue", MLN_NAME_EXPECT),
    };
    const struct mln_http_head h = {
        .method_name = MLN_SV("POST"),
        .target = MLN_SV("/p"),
        .authority = MLN_SV("A"),
        .fields = fields,
        .n_fields = MLN_ARRAY_LEN(fields),
        .has_content_length = true,
        .content_length = 5,
    };

    (void)state;
    expect_written(&h,
                   &(struct mln_h1_write_opts){.framing = MLN_FRAMING_LENGTH, .content_length = 5},
                   "POST /p HTTP/1.1\r\nHost: A\r\nX: 1\r\nContent-Length: 5\r\n\r\n");
    expect_written(&h, &(struct mln_h1_write_opts){.framing = MLN_FRAMING_CHUNKED, .close = true},
                   "POST /p HTTP/1.1\r\nHost: A\r\nX: 1\r\nTransfer-Encoding: chunked\r\n"
                   "Connection: close\r\n\r\n");
    expect_written(&h, &(struct mln_h1_write_opts){0},
                   "POST /p HTTP/1.1\r\nHost: A\r\nX: 1\r\nContent-Length: 0\r\n\r\n");
}

static void test_edits_replace_and_remove(void **state)
{
    struct mln_http_field fields[] = {
        F("X-Forwarded-For", "1", MLN_NAME_X_FORWARDED_FOR),
        F("x-forwarded-for", "2", MLN_NAME_X_FORWARDED_FOR),
        F("X-Gone", "3", MLN_NAME_OTHER),
        F("X-Dropped", "4", MLN_NAME_OTHER),
    };
    const struct mln_h1_edit edits[] = {
        {MLN_SV("X-Forwarded-For"), MLN_SV("9")},
        {MLN_SV("x-gone"), MLN_SV_NULL},
        {MLN_SV("X-New"), MLN_SV("")},
    };
    const struct mln_http_head h = {.method_name = MLN_SV("GET"),
                                    .target = MLN_SV("/"),
                                    .authority = MLN_SV("A"),
                                    .fields = fields,
                                    .n_fields = MLN_ARRAY_LEN(fields)};

    (void)state;
    fields[3].flags = MLN_FIELD_DROPPED;
    expect_written(&h, &(struct mln_h1_write_opts){.edits = edits, .n_edits = MLN_ARRAY_LEN(edits)},
                   "GET / HTTP/1.1\r\nHost: A\r\nX-Forwarded-For: 9\r\nX-New: \r\n\r\n");
}

static void test_responses_without_a_body_declare_none(void **state)
{
    struct mln_http_head h = {.is_response = true, .status = 204, .reason = MLN_SV("No Content")};

    (void)state;
    expect_written(&h, &(struct mln_h1_write_opts){0}, "HTTP/1.1 204 No Content\r\n\r\n");
    h.status = 103;
    h.reason = MLN_SV("");
    expect_written(&h, &(struct mln_h1_write_opts){0}, "HTTP/1.1 103 \r\n\r\n");
    h.status = 304;
    h.has_content_length = true;
    h.content_length = 7;
    expect_written(&h, &(struct mln_h1_write_opts){.keep_content_length = true},
                   "HTTP/1.1 304 \r\nContent-Length: 7\r\n\r\n");
    h.status = 200;
    expect_written(&h, &(struct mln_h1_write_opts){.framing = MLN_FRAMING_CLOSE, .close = true},
                   "HTTP/1.1 200 \r\nConnection: close\r\n\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_frames_anew),
        cmocka_unit_test(test_edits_replace_and_remove),
        cmocka_unit_test(test_responses_without_a_body_declare_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
