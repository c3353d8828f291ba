/* Audits as syslog messages and CEF: what a client sent is inert in them; the outbox drops what has
 * no room and writes a message that a broken stream cut once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "audit/outbox.h"
#include "audit/syslog.h"
#include "node/syslog.h"

static struct mln_audit_record record(void)
{
    struct mln_audit_record r = {.time = UINT64_C(1764099485123456789),
                                 .revision = 1,
                                 .count = 3,
                                 .kind = MLN_AUDIT_REQUEST,
                                 .effect = MLN_EFFECT_PREVENT,
                                 .mode = 2,
                                 .score = 45,
                                 .protection = MLN_SV("sqli"),
                                 .sub = MLN_SV("union"),
                                 .message = MLN_SV("SQL after a quote"),
                                 .response_status = 403};
    r.field.location = MLN_LOC_QUERY;
    r.field.name = MLN_SV("q");
    r.field.match = MLN_SV("a\"b]c\\d=e|f\n\x1b[31m\xff\xe2\x80\xae");
    r.request.method = MLN_SV("GET");
    r.request.path = MLN_SV("/x");
    r.client.known = true;
    assert_int_equal(mln_addr_parse(MLN_SV("198.51.100.7"), &r.client.ip), 0);
    r.client.peer_ip = r.client.ip;
    r.client.port = 4711;
    return r;
}

static const char *line(const struct mln_audit_record *r, enum mln_syslog_format format,
                        struct mln_buf *b)
{
    mln_buf_clear(b);
    mln_audit_syslog(r, format, MLN_SV("no de"), 42, b);
    mln_buf_add_char(b, '\0');
    assert_false(mln_buf_failed(b));
    return b->p;
}

static void has(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("not in the line: %s", part);
}

static void test_rfc5424_escapes_what_would_end_a_value(void **state)
{
    struct mln_audit_record r = record();
    struct mln_buf b = {0};
    const char *s = line(&r, MLN_SYSLOG_RFC5424, &b);

    (void)state;
    has(s, "<108>1 2025-11-25T19:38:05.123456Z no_de merlon 42 sqli [merlon@32473 event_id=\"");
    has(s, " match=\"a\\\"b\\]c\\\\d=e|f\\\\u000a\\\\u001b[31m\\\\u00ff\\\\u202e\"");
    has(s, " client_ip=\"198.51.100.7\" client_port=\"4711\"");
    has(s, "] SQL after a quote");
    assert_null(strchr(s, '\n'));
    mln_buf_done(&b);
}

static void test_cef_escapes_header_and_extension(void **state)
{
    struct mln_audit_record r = record();
    struct mln_buf b = {0};

    (void)state;
    r.message = MLN_SV("a|b\\c=d\r\nCEF:0");
    const char *s = line(&r, MLN_SYSLOG_CEF, &b);
    has(s, " sqli - CEF:0|Merlon|Merlon|" MLN_VERSION
           "|sqli.union|a\\|b\\\\c=d\\\\u000d\\\\u000aCEF:0|8|rt=1764099485123 ");
    has(s, " cs4=a\"b]c\\\\d\\=e|f\\\\u000a\\\\u001b[31m\\\\u00ff\\\\u202e cs4Label=match");
    has(s, " act=blocked app=HTTP src=198.51.100.7 spt=4711 ");
    assert_null(strchr(s, '\n'));
    mln_buf_done(&b);
}

static void test_long_values_are_cut_and_lines_bounded(void **state)
{
    static char wide[65536];
    struct mln_audit_record r = record();
    struct mln_buf b = {0};
    struct mln_sv all[] = {mln_sv(wide, sizeof(wide))};

    (void)state;
    memset(wide, 0xff, sizeof(wide));
    r.field.match = r.field.name = r.message = r.request.path = r.request.query = all[0];
    r.request.host = r.request.method = r.request.user_agent = r.rule = r.sub = all[0];
    r.workload.image = r.workload.container = r.workload.node = r.workload.pod = all[0];
    r.protection = all[0];
    for (unsigned f = 0; f < MLN_SYSLOG_FORMAT_MAX; f++) {
        const char *s = line(&r, (enum mln_syslog_format)f, &b);
        assert_true(b.len > 1000 && b.len < MLN_SYSLOG_LINE_MAX);
        for (size_t i = 0; i + 1 < b.len; i++)
            assert_in_range(s[i], ' ', '~');
    }
    mln_buf_done(&b);
}

static void test_outbox_drops_what_has_no_room(void **state)
{
    struct mln_outbox o;

    (void)state;
    mln_outbox_init(&o, true, 64);
    for (unsigned i = 0; i < 10; i++)
        mln_outbox_add(&o, MLN_SV("0123456789"));
    assert_int_equal(o.dropped, 7); /* 4 + 3 + 10 bytes each */
    assert_int_equal(mln_outbox_waiting(&o), 51);
    mln_outbox_done(&o);
}

static void test_a_cut_message_is_written_whole_on_the_next_stream(void **state)
{
    enum { MESSAGE = 1 << 20 };
    struct mln_outbox o;
    int first[2], second[2], r;
    char *got = malloc(2 * MESSAGE), *message = malloc(MESSAGE);
    size_t n = 0;

    (void)state;
    memset(message, 'm', MESSAGE);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, first), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, second), 0);
    mln_outbox_init(&o, true, 4 << 20);
    mln_outbox_add(&o, mln_sv(message, MESSAGE));
    assert_int_equal(mln_outbox_flush(&o, first[0]), -EAGAIN);
    assert_true(o.begun > 0 && o.sent == 0);
    (void)close(first[1]);
    r = mln_outbox_flush(&o, first[0]);
    assert_true(r < 0 && r != -EAGAIN);
    do {
        r = mln_outbox_flush(&o, second[0]);
        for (ssize_t k; (k = read(second[1], got + n, 2 * MESSAGE - n)) > 0;)
            n += (size_t)k;
    } while (r == -EAGAIN);
    assert_int_equal(r, 0);
    assert_int_equal(n, MESSAGE + 8);
    assert_memory_equal(got, "1048576 ", 8);
    assert_memory_equal(got + 8, message, MESSAGE);
    assert_int_equal(o.sent, 1);
    mln_outbox_done(&o);
    (void)close(first[0]);
    (void)close(second[0]);
    (void)close(second[1]);
    free(got);
    free(message);
}

static void test_targets(void **state)
{
    static const char *const good[] = {"unix:/dev/log", "udp:127.0.0.1:514", "tcp:[::1]:601"};
    static const char *const bad[] = {"",        "unix:",           "unix:dev/log", "udp:host:514",
                                      "tcp:::1", "tcp:127.0.0.1:0", "127.0.0.1:514"};
    struct mln_syslog_target t;

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(good); i++)
        assert_int_equal(mln_syslog_parse(good[i], &t), 0);
    for (size_t i = 0; i < MLN_ARRAY_LEN(bad); i++)
        assert_int_equal(mln_syslog_parse(bad[i], &t), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc5424_escapes_what_would_end_a_value),
        cmocka_unit_test(test_cef_escapes_header_and_extension),
        cmocka_unit_test(test_long_values_are_cut_and_lines_bounded),
        cmocka_unit_test(test_outbox_drops_what_has_no_room),
        cmocka_unit_test(test_a_cut_message_is_written_whole_on_the_next_stream),
        cmocka_unit_test(test_targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
