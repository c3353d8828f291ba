/* A daemon that says anything at any time. The input is a script of steps: one byte what, two bytes
 * length, that many bytes. */
#include <errno.h>

#include "runtime/docker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct daemon {
    bool open[MLN_DOCKER_CONNS], wanted[MLN_DOCKER_CONNS];
};

static void on_connect(void *ctx, unsigned conn)
{
    struct daemon *d = ctx;

    MLN_REQUIRE(conn < MLN_DOCKER_CONNS && !d->open[conn]);
    d->wanted[conn] = true;
}

static void on_ask(void *ctx, unsigned conn, const struct mln_docker_ask *q)
{
    char text[MLN_DOCKER_ASK_TEXT_MAX];
    struct daemon *d = ctx;

    MLN_REQUIRE(d->open[conn] && mln_docker_ask_check(q, sizeof(*q)) == 0);
    MLN_REQUIRE(mln_docker_ask_text(q, text) < sizeof(text));
}

static void on_close(void *ctx, unsigned conn)
{
    struct daemon *d = ctx;

    d->open[conn] = d->wanted[conn] = false;
}

static void on_changed(void *ctx, const struct mln_container *c, const struct mln_image *image)
{
    (void)ctx;
    MLN_REQUIRE(c->running && c->pid && c->id.len == 64);
    MLN_REQUIRE(!image || mln_sv_eq(image->id, c->image_id));
}

static void on_gone(void *ctx, struct mln_sv id)
{
    (void)ctx;
    MLN_REQUIRE(id.len == 64);
}

static void on_synced(void *ctx)
{
    (void)ctx;
}

static void on_trouble(void *ctx, const char *what, int why)
{
    (void)ctx;
    MLN_REQUIRE(what && why != 0);
}

static void step(struct mln_docker *d, struct daemon *fake, uint8_t what, struct mln_sv bytes,
                 mln_nsec *now)
{
    unsigned conn = what % MLN_DOCKER_CONNS;

    switch (what / MLN_DOCKER_CONNS % 5) {
    case 0:
        if (fake->open[conn])
            mln_docker_bytes(d, conn, bytes);
        break;
    case 1:
        if (fake->wanted[conn]) {
            fake->wanted[conn] = false;
            fake->open[conn] = bytes.len == 0;
            if (!mln_docker_connected(d, conn, bytes.len ? -ECONNREFUSED : 0))
                fake->open[conn] = false;
        }
        break;
    case 2:
        if (fake->open[conn]) {
            fake->open[conn] = false;
            mln_docker_closed(d, conn);
        }
        break;
    case 3:
        *now += bytes.len * 50 * MLN_NSEC_PER_MSEC;
        break;
    default:
        mln_docker_report_all(d);
        break;
    }
    MLN_REQUIRE(mln_docker_tick(d, *now, *now + MLN_NSEC_PER_SEC) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mln_docker_ops ops = {.connect = on_connect,
                                              .ask = on_ask,
                                              .close = on_close,
                                              .changed = on_changed,
                                              .gone = on_gone,
                                              .synced = on_synced,
                                              .trouble = on_trouble};
    struct daemon fake = {{false}};
    struct mln_docker *d = mln_docker_new(&ops, &fake);
    mln_nsec now = MLN_NSEC_PER_SEC;

    (void)mln_docker_tick(d, now, now);
    for (size_t at = 0; at + 3 <= size;) {
        size_t n = (size_t)data[at + 1] | (size_t)data[at + 2] << 8;
        n = MLN_MIN(n, size - at - 3);
        step(d, &fake, data[at], mln_sv(data + at + 3, n), &now);
        at += 3 + n;
    }
    (void)mln_docker_free(d);
    return 0;
}
