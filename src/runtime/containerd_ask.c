#include "runtime/containerd_ask.h"

#include <errno.h>

bool mln_containerd_name_ok(struct mln_sv name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!mln_cc((unsigned char)name.p[i], MLN_CC_WORD) && name.p[i] != '.' && name.p[i] != '-')
            return false;
    return name.len > 0 && name.len <= MLN_CONTAINERD_NAME_MAX;
}

static bool field_ok(const char *s, size_t cap, bool needed)
{
    size_t n = strnlen(s, cap);

    return n == 0 ? !needed : n < cap && mln_containerd_name_ok(mln_sv(s, n));
}

int mln_containerd_ask_check(const struct mln_containerd_ask *a, size_t len)
{
    if (len != sizeof(*a) || a->version != MLN_CONTAINERD_ASK_VERSION ||
        a->what < MLN_CONTAINERD_EVENTS || a->what >= MLN_CONTAINERD_WHAT_MAX)
        return -EPROTO;
    bool in_namespace = a->what >= MLN_CONTAINERD_CONTAINERS;
    return field_ok(a->ns, sizeof(a->ns), in_namespace) && field_ok(a->id, sizeof(a->id), false)
               ? 0
               : -EPROTO;
}

struct writer {
    char *p;
    size_t n;
};

static void add(struct writer *w, const void *p, size_t n)
{
    MLN_REQUIRE(n <= MLN_CONTAINERD_ASK_TEXT_MAX - w->n);
    memcpy(w->p + w->n, p, n);
    w->n += n;
}

static void add_byte(struct writer *w, unsigned v)
{
    const char c = (char)v;

    add(w, &c, 1);
}

/* A length of 7 bits and the bytes: strings of HPACK without Huffman (RFC 7541 section 5.2). */
static void add_short(struct writer *w, const char *s)
{
    size_t n = strlen(s);

    MLN_REQUIRE(n < 127);
    add_byte(w, (unsigned)n);
    add(w, s, n);
}

/* RFC 9113 section 4.1; returns where the length belongs. */
static size_t begin_frame(struct writer *w, unsigned type, unsigned flags, unsigned stream)
{
    const char head[9] = {0, 0, 0, (char)type, (char)flags, 0, 0, 0, (char)stream};

    add(w, head, sizeof(head));
    return w->n - sizeof(head);
}

static void end_frame(struct writer *w, size_t at)
{
    size_t n = w->n - at - 9;

    w->p[at + 1] = (char)(n >> 8);
    w->p[at + 2] = (char)n;
}

/* Client preface, no push, windows of 2 GiB for the stream and the connection. */
static void add_preface(struct writer *w)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    static const char settings[] = {0, 2, 0,    0,          0,          0,
                                    0, 4, 0x7f, (char)0xff, (char)0xff, (char)0xff};
    static const char window[] = {0x7f, (char)0xff, 0, 0}; /* on top of 65535 */

    add(w, preface, sizeof(preface) - 1);
    size_t at = begin_frame(w, 4, 0, 0);
    add(w, settings, sizeof(settings));
    end_frame(w, at);
    at = begin_frame(w, 8, 0, 0);
    add(w, window, sizeof(window));
    end_frame(w, at);
}

/* Literal fields that enter no table (RFC 7541 section 6.2.2). */
static void add_headers(struct writer *w, const char *path, const char *ns)
{
    size_t at = begin_frame(w, 1, 4 /* END_HEADERS */, 1);

    add_byte(w, 0x83); /* :method POST */
    add_byte(w, 0x86); /* :scheme http */
    add_byte(w, 0x04); /* :path */
    add_short(w, path);
    add_byte(w, 0x01); /* :authority */
    add_short(w, "localhost");
    add(w, "\x0f\x10", 2); /* content-type */
    add_short(w, "application/grpc");
    add_byte(w, 0);
    add_short(w, "te");
    add_short(w, "trailers");
    add_byte(w, 0);
    add_short(w, "user-agent");
    add_short(w, "merlon/" MLN_VERSION);
    if (*ns) {
        add_byte(w, 0);
        add_short(w, "containerd-namespace");
        add_short(w, ns);
    }
    end_frame(w, at);
}

/* The only argument that a question has: filters = 1, `id==ID`. */
static void add_message(struct writer *w, const char *id)
{
    size_t at = begin_frame(w, 0, 1 /* END_STREAM */, 1), n = *id ? strlen(id) + 6 : 0;
    const char prefix[] = {0, 0, 0, 0, (char)n};

    add(w, prefix, sizeof(prefix));
    if (*id) {
        add_byte(w, 1 << 3 | 2);
        add_byte(w, (unsigned)strlen(id) + 4);
        add(w, "id==", 4);
        add(w, id, strlen(id));
    }
    end_frame(w, at);
}

size_t mln_containerd_ask_text(const struct mln_containerd_ask *a,
                               char out[MLN_CONTAINERD_ASK_TEXT_MAX])
{
    static const char *const paths[MLN_CONTAINERD_WHAT_MAX] = {
        [MLN_CONTAINERD_EVENTS] = "/containerd.services.events.v1.Events/Subscribe",
        [MLN_CONTAINERD_NAMESPACES] = "/containerd.services.namespaces.v1.Namespaces/List",
        [MLN_CONTAINERD_CONTAINERS] = "/containerd.services.containers.v1.Containers/List",
        [MLN_CONTAINERD_TASKS] = "/containerd.services.tasks.v1.Tasks/List",
        [MLN_CONTAINERD_IMAGES] = "/containerd.services.images.v1.Images/List",
    };
    struct writer w = {.p = out};

    add_preface(&w);
    add_headers(&w, paths[a->what], a->ns);
    add_message(&w, a->what == MLN_CONTAINERD_CONTAINERS ? a->id : "");
    return w.n;
}
