#include "cmd/demo_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/time.h"

enum { ANSWER_MAX = 1 << 20 };

bool mln_demo_addr(const char *ip, uint16_t port, struct sockaddr_in *ret)
{
    *ret = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    return inet_pton(AF_INET, ip, &ret->sin_addr) == 1;
}

const char *mln_demo_addr_text(const struct sockaddr_in *a, char out[MLN_DEMO_ADDR_TEXT])
{
    char ip[INET_ADDRSTRLEN] = "";

    (void)inet_ntop(AF_INET, &a->sin_addr, ip, sizeof(ip));
    (void)snprintf(out, MLN_DEMO_ADDR_TEXT, "%s:%u", ip, ntohs(a->sin_port));
    return out;
}

uint16_t mln_demo_free_port(void)
{
    MLN_CLEANUP_FD int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);

    if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 ||
        getsockname(s, (struct sockaddr *)&a, &len) < 0)
        return 0;
    return ntohs(a.sin_port);
}

static int dial(const struct sockaddr_in *to)
{
    const struct timeval limit = {.tv_sec = 10};
    MLN_CLEANUP_FD int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (s < 0 || setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
        setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
        connect(s, (const struct sockaddr *)to, sizeof(*to)) < 0)
        return -errno;
    return mln_fd_take(&s);
}

bool mln_demo_wait_port(const struct sockaddr_in *a)
{
    mln_nsec end = mln_now_mono() + 10 * MLN_NSEC_PER_SEC;

    while (mln_now_mono() < end) {
        MLN_CLEANUP_FD int s = dial(a);
        if (s >= 0)
            return true;
        (void)usleep(20000);
    }
    return false;
}

static void parse_answer(struct mln_demo_answer *a)
{
    struct mln_sv raw = mln_buf_sv(&a->raw);
    size_t end = mln_sv_find(raw, MLN_SV("\r\n\r\n"));
    uint64_t status;

    if (end == SIZE_MAX || !mln_sv_starts(raw, MLN_SV("HTTP/1.1 ")) ||
        mln_sv_u64(mln_sv_sub(raw, 9, 3), &status) < 0)
        return;
    a->status = (int)status;
    a->body = end + 4;
    size_t id = mln_sv_ifind(mln_sv_sub(raw, 0, end), MLN_SV("x-merlon-event-id: "));
    if (id != SIZE_MAX)
        (void)snprintf(a->event_id, sizeof(a->event_id), "%.*s", 36, raw.p + id + 19);
}

int mln_demo_exchange(const struct sockaddr_in *to, const char *raw, struct mln_demo_answer *ret)
{
    MLN_CLEANUP_FD int s = dial(to);
    struct sockaddr_in me = {0};
    socklen_t len = sizeof(me);

    *ret = (struct mln_demo_answer){.raw = {.limit_bytes = ANSWER_MAX}};
    if (s < 0)
        return s;
    if (getsockname(s, (struct sockaddr *)&me, &len) == 0)
        (void)mln_demo_addr_text(&me, ret->me);
    int r = mln_fd_write_all(s, raw, strlen(raw));
    if (r == 0)
        r = mln_fd_read_all(s, &ret->raw);
    parse_answer(ret);
    return ret->status ? 0 : r;
}

void mln_demo_answer_done(struct mln_demo_answer *a)
{
    mln_buf_done(&a->raw);
}
