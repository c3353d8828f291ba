/* The queue towards a socket: whatever the socket takes at a time, the peer gets all bytes in
 * order; buffers go back to the pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy/bufs.h"

enum { TOTAL = 3 << 20 };

static char pattern(size_t at)
{
    return (char)(at * 131 + at / 251);
}

static void check_and_drain(int fd, size_t *seen, size_t most)
{
    char buf[16384];

    while (most) {
        ssize_t n = recv(fd, buf, MLN_MIN(most, sizeof(buf)), MSG_DONTWAIT);
        if (n <= 0)
            return;
        for (ssize_t i = 0; i < n; i++)
            assert_int_equal(buf[i], pattern(*seen + (size_t)i));
        *seen += (size_t)n;
        most -= (size_t)n;
    }
}

static void test_every_byte_arrives_once_and_in_order(void **state)
{
    int s[2], small = 4096;
    static char src[100000];
    struct bufs pool = {.n = 0};
    struct outq q = {.sent = 0};
    size_t made = 0, seen = 0;
    unsigned seed = 7, full = 0;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    (void)setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    while (seen < TOTAL) {
        size_t n[3] = {0};
        size_t all = 0;
        seed = seed * 1103515245 + 12345;
        for (unsigned i = 0; i < 3 && outq_pending(&q) < 200000; i++) {
            seed = seed * 1103515245 + 12345;
            n[i] = (seed >> 16) % (i == 1 ? 30000 : 20);
            all += n[i];
        }
        for (size_t i = 0; i < all; i++)
            src[i] = pattern(made + i);
        const struct iovec more[] = {{src, n[0]}, {src + n[0], n[1]}, {src + n[0] + n[1], n[2]}};
        int r = (seed >> 20 & 3) ? outq_write(&pool, &q, s[0], NULL, more, 3)
                                 : outq_add(&pool, &q, more, 3);
        assert_true(r == 0 || r == -EAGAIN);
        full += r == -EAGAIN;
        made += all;
        check_and_drain(s[1], &seen, (seed >> 8) % 50000);
    }
    while (outq_pending(&q)) {
        int r = outq_write(&pool, &q, s[0], NULL, NULL, 0);
        assert_true(r == 0 || r == -EAGAIN);
        check_and_drain(s[1], &seen, SIZE_MAX);
    }
    check_and_drain(s[1], &seen, SIZE_MAX);
    assert_int_equal(seen, made);
    assert_true(full > 10);
    assert_null(q.b.p);
    bufs_done(&pool);
    (void)close(s[0]);
    (void)close(s[1]);
}

static void test_a_closed_peer_is_an_error_and_a_full_queue_is_one_too(void **state)
{
    int s[2];
    char bytes[64] = "x";
    struct bufs pool = {.n = 0};
    struct outq q = {.b = {.limit_bytes = 32}};
    const struct iovec more = {bytes, sizeof(bytes)};

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    assert_int_equal(outq_add(&pool, &q, &more, 1), -ENOMEM);
    assert_int_equal(outq_write(&pool, &q, s[0], NULL, NULL, 0), -ENOMEM);
    outq_drop(&pool, &q);
    (void)close(s[1]);
    assert_int_equal(outq_write(&pool, &q, s[0], NULL, &more, 1), -EPIPE);
    (void)close(s[0]);
    outq_drop(&pool, &q);
    bufs_done(&pool);
}

static void test_warm_buffers_are_used_again_and_large_ones_are_not_kept(void **state)
{
    struct bufs pool = {.n = 0};
    struct mln_buf a = {.limit_bytes = 1000}, b = MLN_BUF_INIT;

    (void)state;
    mln_buf_add_str(&a, "abc");
    const char *p = a.p;
    bufs_give(&pool, &a);
    assert_true(a.p == NULL && a.limit_bytes == 1000);
    bufs_take(&pool, &b);
    assert_ptr_equal(b.p, p);
    assert_true(b.len == 0 && b.limit_bytes == 0);
    assert_non_null(mln_buf_reserve(&b, 2 * BUFS_KEPT_BYTES));
    bufs_give(&pool, &b);
    assert_int_equal(pool.n, 0);
    assert_null(b.p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_arrives_once_and_in_order),
        cmocka_unit_test(test_a_closed_peer_is_an_error_and_a_full_queue_is_one_too),
        cmocka_unit_test(test_warm_buffers_are_used_again_and_large_ones_are_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
