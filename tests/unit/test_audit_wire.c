/* The wire form of audits at its limits, and messages with descriptors between processes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/resource.h>
#include <unistd.h>

#include "audit/record.h"
#include "audit/ring.h"
#include "base/fd.h"
#include "io/scm.h"

static char long_text[1024];

/* A record whose headers fill it; the last name is long, its value short. */
static void test_full_record_gives_no_header_the_value_of_another(void **state)
{
    struct mln_audit_record r = {.field.location = MLN_LOC_MAX}, back;
    struct mln_sv wide = mln_sv(long_text, sizeof(long_text));

    (void)state;
    memset(long_text, 'n', sizeof(long_text));
    for (size_t pad = 0; pad < sizeof(long_text); pad += 37) {
        struct mln_buf b = {0};
        r.message = mln_sv(long_text, pad);
        r.request.n_headers = 0;
        for (unsigned i = 0; i < 32; i++) {
            struct mln_audit_header *h = &r.request.headers[r.request.n_headers++];
            h->name = i % 2 ? wide : MLN_SV("a");
            h->value = i % 2 ? MLN_SV("of the wide one") : MLN_SV("own");
        }
        mln_audit_encode(&r, &b);
        assert_true(b.len <= MLN_AUDIT_RECORD_MAX);
        assert_int_equal(mln_audit_decode(mln_buf_sv(&b), &back), 0);
        assert_true(back.request.n_headers > 10);
        for (uint32_t i = 0; i < back.request.n_headers; i++) {
            bool narrow = back.request.headers[i].name.len == 1;
            struct mln_sv want = narrow ? MLN_SV("own") : MLN_SV("of the wide one");
            assert_true(mln_sv_eq(back.request.headers[i].value, want));
        }
        mln_buf_done(&b);
    }
}

static void test_every_truncation_is_refused_or_complete(void **state)
{
    struct mln_audit_record r = {.field.location = MLN_LOC_MAX, .message = MLN_SV("message")}, back;
    struct mln_buf b = {0};
    unsigned good = 0;

    (void)state;
    r.request.method = MLN_SV("GET");
    mln_audit_encode(&r, &b);
    for (size_t n = 0; n <= b.len; n++)
        good += mln_audit_decode(mln_sv(b.p, n), &back) == 0;
    assert_int_equal(good, 3); /* behind the fixed part, the message and the method */
    mln_buf_done(&b);
}

/* ---- the ring between two threads ---- */

enum { RING = 8192, RECORDS = 20000 };

static void *produce(void *arg)
{
    struct mln_ring *w = arg;

    for (uint64_t n = 0; n < RECORDS; n++) {
        uint64_t record[1 + 16];
        bool wake;
        size_t words = 1 + n % 16;
        for (size_t i = 0; i < words; i++)
            record[i] = n;
        while (mln_ring_put(w, mln_sv(record, words * 8), &wake) == -ENOSPC)
            (void)usleep(50);
    }
    return NULL;
}

static void test_ring_carries_whole_records_between_threads(void **state)
{
    struct mln_ring w, r;
    uint64_t out[17];
    pthread_t t;
    int fd = mln_memfd_shared("test", mln_ring_size(RING));

    (void)state;
    assert_int_equal(mln_ring_attach(fd, RING, true, &w), 0);
    assert_int_equal(mln_ring_attach(fd, RING, false, &r), 0);
    assert_int_equal(pthread_create(&t, NULL, produce, &w), 0);
    for (uint64_t n = 0; n < RECORDS;) {
        int len = mln_ring_get(&r, out, sizeof(out));
        if (len == 0) {
            (void)usleep(20);
            continue;
        }
        assert_int_equal(len, (1 + n % 16) * 8);
        for (int i = 0; i < len / 8; i++)
            assert_int_equal(out[i], n);
        n++;
    }
    assert_int_equal(pthread_join(t, NULL), 0);
    mln_ring_detach(&w);
    mln_ring_detach(&r);
    (void)close(fd);
}

/* A producer that is killed between its bytes and its head has committed nothing. */
static void test_half_written_record_of_a_dead_worker_is_not_seen(void **state)
{
    struct mln_ring w, r;
    char out[64];
    bool wake;
    int fd = mln_memfd_shared("test", mln_ring_size(RING));

    (void)state;
    assert_int_equal(mln_ring_attach(fd, RING, true, &w), 0);
    assert_int_equal(mln_ring_put(&w, MLN_SV("whole"), &wake), 0);
    char *data = (char *)w.s + mln_ring_size(0);
    memset(data + w.pos, 0x5a, 500); /* as far as it came */
    mln_ring_detach(&w);
    assert_int_equal(mln_ring_attach(fd, RING, true, &w), 0);
    assert_int_equal(mln_ring_attach(fd, RING, false, &r), 0);
    assert_int_equal(mln_ring_get(&r, out, sizeof(out)), 5);
    assert_int_equal(mln_ring_get(&r, out, sizeof(out)), 0);
    assert_int_equal(mln_ring_put(&w, MLN_SV("next"), &wake), 0);
    assert_int_equal(mln_ring_get(&r, out, sizeof(out)), 4);
    assert_memory_equal(out, "next", 4);
    mln_ring_detach(&w);
    mln_ring_detach(&r);
    (void)close(fd);
}

/* ---- messages ---- */

static unsigned open_fds(void)
{
    unsigned n = 0;

    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void test_descriptors_arrive_and_surplus_ones_are_closed(void **state)
{
    int pair[2], pipes[2], got[4];
    char out[8];
    size_t n;

    (void)state;
    assert_int_equal(mln_scm_pair(pair), 0);
    assert_int_equal(pipe(pipes), 0);
    unsigned before = open_fds();
    assert_int_equal(mln_scm_send(pair[0], "hi", 2, pipes, 2), 0);
    assert_int_equal(mln_scm_recv(pair[1], out, sizeof(out), got, 4, &n), 2);
    assert_int_equal(n, 2);
    assert_true(fcntl(got[0], F_GETFD) & FD_CLOEXEC);
    (void)close(got[0]);
    (void)close(got[1]);
    assert_int_equal(mln_scm_send(pair[0], "hi", 2, pipes, 2), 0);
    assert_int_equal(mln_scm_recv(pair[1], out, sizeof(out), got, 1, &n), 2);
    assert_int_equal(n, 1);
    (void)close(got[0]);
    assert_int_equal(mln_scm_send(pair[0], "hi", 2, pipes, 2), 0);
    assert_int_equal(mln_scm_recv(pair[1], out, sizeof(out), NULL, 0, &n), 2);
    assert_int_equal(open_fds(), before);
    for (int i = 0; i < 2; i++) {
        (void)close(pair[i]);
        (void)close(pipes[i]);
    }
}

static void test_cut_messages_are_refused_with_their_descriptors(void **state)
{
    int pair[2], got[4];
    char out[4];
    size_t n;

    (void)state;
    assert_int_equal(mln_scm_pair(pair), 0);
    assert_int_equal(mln_scm_recv(pair[1], out, sizeof(out), got, 4, &n), -EAGAIN);
    unsigned before = open_fds();
    assert_int_equal(mln_scm_send(pair[0], "too long", 8, pair, 1), 0);
    assert_int_equal(mln_scm_recv(pair[1], out, sizeof(out), got, 4, &n), -EBADMSG);
    assert_int_equal(n, 0);
    assert_int_equal(open_fds(), before);
    (void)close(pair[0]);
    assert_int_equal(mln_scm_recv(pair[1], out, sizeof(out), got, 4, &n), 0);
    (void)close(pair[1]);
}

/* Out of descriptors: what was asked for is known, only its descriptor is lost. */
static void test_messages_outlive_descriptors_without_room(void **state)
{
    struct rlimit limit, none;
    int pair[2], got[4];
    char out[8];
    size_t n;

    (void)state;
    assert_int_equal(mln_scm_pair(pair), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = (rlim_t)MLN_MAX(pair[0], pair[1]) + 1;
    assert_int_equal(mln_scm_send(pair[0], "want", 4, pair, 1), 0);
    assert_int_equal(mln_scm_send(pair[0], "next", 4, NULL, 0), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(mln_scm_recv(pair[1], out, sizeof(out), got, 4, &n), -EMFILE);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_memory_equal(out, "want", 4);
    assert_int_equal(n, 0);
    assert_int_equal(mln_scm_recv(pair[1], out, sizeof(out), got, 4, &n), 4);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_record_gives_no_header_the_value_of_another),
        cmocka_unit_test(test_every_truncation_is_refused_or_complete),
        cmocka_unit_test(test_ring_carries_whole_records_between_threads),
        cmocka_unit_test(test_half_written_record_of_a_dead_worker_is_not_seen),
        cmocka_unit_test(test_descriptors_arrive_and_surplus_ones_are_closed),
        cmocka_unit_test(test_cut_messages_are_refused_with_their_descriptors),
        cmocka_unit_test(test_messages_outlive_descriptors_without_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
