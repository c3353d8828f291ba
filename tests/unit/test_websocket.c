/* The handshake of WebSocket, by RFC 6455 and by what is nearly one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "http/h1.h"
#include "http/websocket.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

static bool asks(const char *text, struct mln_arena *a, struct mln_http_head *head)
{
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_fault fault;

    assert_int_equal(mln_h1_parse_request(text, strlen(text), &limits, a, head, &fault), 0);
    return mln_websocket_asked(head);
}

static void test_accept_is_that_of_the_standard(void **state)
{
    static const char *const cases[][2] = {
        {KEY, ACCEPT},
        {"AAAAAAAAAAAAAAAAAAAAAA==", "ICX+Yqv66kxgM0FcWaLWlFLwTAI="},
        {"/////////////////////w==", "XXpj4jYzLM2yUE0C7TIgMwTQh2g="},
    };
    char out[MLN_WEBSOCKET_ACCEPT];

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++) {
        mln_websocket_accept(mln_sv_str(cases[i][0]), out);
        assert_memory_equal(out, cases[i][1], sizeof(out));
    }
}

#define REQ "GET /chat HTTP/1.1\r\nHost: a\r\n"
#define UP "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
#define V "Sec-WebSocket-Version: 13\r\n"
#define K "Sec-WebSocket-Key: " KEY "\r\n"

static void test_only_a_whole_handshake_asks(void **state)
{
    static const struct {
        const char *text;
        bool asks;
    } cases[] = {
        {REQ UP V K "\r\n", true},
        {REQ UP V K "Sec-WebSocket-Protocol: chat\r\n\r\n", true},
        {REQ "Upgrade: websocket\r\n" V K "\r\n", false}, /* not named in Connection */
        {REQ "Connection: upgrade\r\n" V K "\r\n", false},
        {REQ "Connection: upgrade\r\nUpgrade: h2c\r\n" V K "\r\n", false},
        {REQ "Connection: upgrade\r\nUpgrade: websocket, h2c\r\n" V K "\r\n", false},
        {REQ "Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: websocket\r\n" V K "\r\n",
         false},
        {REQ UP K "\r\n", false},
        {REQ UP "Sec-WebSocket-Version: 8\r\n" K "\r\n", false},
        {REQ UP V "\r\n", false},
        {REQ UP V K K "\r\n", false},
        {REQ UP V "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=\r\n\r\n", false},
        {REQ UP V "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==\r\n\r\n",
         false}, /* spare bits set */
        {REQ UP V "Sec-WebSocket-Key: dGhlIHNhbXBs*SBub25jZQ==\r\n\r\n", false},
        {REQ UP V K "Content-Length: 0\r\n\r\n", false},
        {REQ UP V K "Transfer-Encoding: chunked\r\n\r\n", false},
        {"POST /chat HTTP/1.1\r\nHost: a\r\n" UP V K "\r\n", false},
        {"GET /chat HTTP/1.0\r\nHost: a\r\n" UP V K "\r\n", false},
    };
    struct mln_arena a;
    struct mln_http_head head;

    (void)state;
    mln_arena_init(&a, 1 << 20);
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++)
        if (asks(cases[i].text, &a, &head) != cases[i].asks)
            fail_msg("case %zu", i);
    mln_arena_done(&a);
}

#define YES "HTTP/1.1 101 Switching Protocols\r\n"
#define A "Sec-WebSocket-Accept: " ACCEPT "\r\n"

static void test_only_the_matching_answer_grants(void **state)
{
    static const struct {
        const char *text;
        bool grants;
    } cases[] = {
        {YES UP A "\r\n", true},
        {"HTTP/1.1 200 OK\r\n" UP A "\r\n", false},
        {YES "Upgrade: websocket\r\n" A "\r\n", false},
        {YES "Connection: upgrade\r\nUpgrade: h2c\r\n" A "\r\n", false},
        {YES UP "\r\n", false},
        {YES UP A A "\r\n", false},
        {YES UP "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOp=\r\n\r\n", false},
        {YES UP "Sec-WebSocket-Accept: S3PPLMBITXAQ9KYGZZHZRBK+XOO=\r\n\r\n", false},
    };
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_fault fault;
    struct mln_arena a;
    struct mln_http_head request, answer;

    (void)state;
    mln_arena_init(&a, 1 << 20);
    assert_true(asks(REQ UP V K "\r\n", &a, &request));
    for (size_t i = 0; i < MLN_ARRAY_LEN(cases); i++) {
        assert_int_equal(mln_h1_parse_response(cases[i].text, strlen(cases[i].text), MLN_METHOD_GET,
                                               &limits, &a, &answer, &fault),
                         0);
        if (mln_websocket_granted(&request, &answer) != cases[i].grants)
            fail_msg("case %zu", i);
    }
    mln_arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept_is_that_of_the_standard),
        cmocka_unit_test(test_only_a_whole_handshake_asks),
        cmocka_unit_test(test_only_the_matching_answer_grants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
