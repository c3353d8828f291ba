/* A containerd that says anything at any time. Steps as in fuzz_docker.c; with the high bit of the
 * first byte the bytes are one gRPC message, which is framed here. */
#include <errno.h>

#include "base/buf.h"
#include "runtime/containerd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct daemon {
    bool open[MLN_CONTAINERD_CONNS], wanted[MLN_CONTAINERD_CONNS];
};

static void on_connect(void *ctx, unsigned conn)
{
    struct daemon *d = ctx;

    MLN_REQUIRE(conn < MLN_CONTAINERD_CONNS && !d->open[conn]);
    d->wanted[conn] = true;
}

static void on_ask(void *ctx, unsigned conn, const struct mln_containerd_ask *q)
{
    char text[MLN_CONTAINERD_ASK_TEXT_MAX];
    struct daemon *d = ctx;

    MLN_REQUIRE(d->open[conn] && mln_containerd_ask_check(q, sizeof(*q)) == 0);
    MLN_REQUIRE(mln_containerd_ask_text(q, text) <= sizeof(text));
}

static void on_close(void *ctx, unsigned conn)
{
    struct daemon *d = ctx;

    d->open[conn] = d->wanted[conn] = false;
}

static void on_changed(void *ctx, const struct mln_container *c, const struct mln_image *image)
{
    (void)ctx;
    MLN_REQUIRE(c->running && c->pid && c->id.len);
    MLN_REQUIRE(!image || mln_sv_eq(image->id, c->image_id));
}

static void on_gone(void *ctx, struct mln_sv id)
{
    (void)ctx;
    MLN_REQUIRE(id.len);
}

static void on_synced(void *ctx)
{
    (void)ctx;
}

static void on_trouble(void *ctx, const char *what, int why)
{
    (void)ctx;
    MLN_REQUIRE(what && why < 0);
}

static void on_dockers(void *ctx, struct mln_sv id, uint32_t pid, bool ended)
{
    (void)ctx;
    (void)ended;
    (void)pid;
    MLN_REQUIRE(mln_containerd_name_ok(id));
}

static void say(struct mln_containerd *d, unsigned conn, struct mln_sv bytes, bool framed)
{
    static const char trailers[] = {0, 0, 0, 1, 5, 0, 0, 0, 1};
    struct mln_buf b = {0};

    if (framed) {
        size_t n = MLN_MIN(bytes.len, (size_t)16000) + 5;
        const char head[] = {0, (char)(n >> 8), (char)n, 0, 0, 0, 0, 0, 1};
        const char prefix[] = {0, 0, 0, (char)((n - 5) >> 8), (char)(n - 5)};
        mln_buf_add(&b, head, sizeof(head));
        mln_buf_add(&b, prefix, sizeof(prefix));
        mln_buf_add(&b, bytes.p, n - 5);
        if (conn)
            mln_buf_add(&b, trailers, sizeof(trailers));
    } else {
        mln_buf_add_sv(&b, bytes);
    }
    mln_containerd_bytes(d, conn, mln_buf_sv(&b));
    mln_buf_done(&b);
}

static void step(struct mln_containerd *d, struct daemon *fake, uint8_t what, struct mln_sv bytes,
                 mln_nsec *now)
{
    unsigned conn = (what & 127) % MLN_CONTAINERD_CONNS;

    switch ((what & 127) / MLN_CONTAINERD_CONNS % 5) {
    case 0:
        if (fake->open[conn])
            say(d, conn, bytes, what & 128);
        break;
    case 1:
        if (fake->wanted[conn]) {
            fake->wanted[conn] = false;
            fake->open[conn] = bytes.len == 0;
            if (!mln_containerd_connected(d, conn, bytes.len ? -ECONNREFUSED : 0))
                fake->open[conn] = false;
        }
        break;
    case 2:
        if (fake->open[conn]) {
            fake->open[conn] = false;
            mln_containerd_closed(d, conn);
        }
        break;
    case 3:
        *now += bytes.len * 50 * MLN_NSEC_PER_MSEC;
        break;
    default:
        mln_containerd_report_all(d);
        break;
    }
    MLN_REQUIRE(mln_containerd_tick(d, *now) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mln_containerd_ops ops = {.connect = on_connect,
                                                  .ask = on_ask,
                                                  .close = on_close,
                                                  .changed = on_changed,
                                                  .gone = on_gone,
                                                  .synced = on_synced,
                                                  .trouble = on_trouble,
                                                  .dockers = on_dockers};
    struct daemon fake = {{false}};
    struct mln_containerd *d = mln_containerd_new(&ops, &fake);
    mln_nsec now = MLN_NSEC_PER_SEC;

    (void)mln_containerd_tick(d, now);
    for (size_t at = 0; at + 3 <= size;) {
        size_t n = (size_t)data[at + 1] | (size_t)data[at + 2] << 8;
        n = MLN_MIN(n, size - at - 3);
        step(d, &fake, data[at], mln_sv(data + at + 3, n), &now);
        at += 3 + n;
    }
    (void)mln_containerd_free(d);
    return 0;
}
