#include "runtime/meta.h"

#include <errno.h>

enum tag {
    TAG_HEAD = 1, /* struct head; first, once */
    TAG_LABEL_NAME,
    TAG_LABEL_VALUE, /* behind its name */
    TAG_REF,
#define X(field) TAG_##field,
    MLN_META_TEXTS(X)
#undef X
        TAG_MAX
};

struct head {
    uint32_t slot, flags;
    uint64_t started;
    uint8_t op, ruled, synced, reserved[5];
};

enum { TEXT_MAX = 1024, REFS_UNTIL = 24576 };

static void put(struct mln_buf *out, enum tag tag, const void *p, size_t n)
{
    const uint8_t lead[3] = {(uint8_t)tag, (uint8_t)n, (uint8_t)(n >> 8)};

    mln_buf_add(out, lead, sizeof(lead));
    mln_buf_add(out, p, n);
}

static void put_text(struct mln_buf *out, enum tag tag, struct mln_sv s)
{
    if (s.p)
        put(out, tag, s.p, MLN_MIN(s.len, (size_t)TEXT_MAX));
}

void mln_meta_encode(const struct mln_meta *m, struct mln_buf *out)
{
    const struct head h = {.op = m->op,
                           .slot = m->slot,
                           .flags = m->flags,
                           .started = m->started,
                           .ruled = m->ruled,
                           .synced = m->synced};

    mln_buf_clear(out);
    put(out, TAG_HEAD, &h, sizeof(h));
#define X(field) put_text(out, TAG_##field, m->field);
    MLN_META_TEXTS(X)
#undef X
    for (uint32_t i = 0; i < m->n_refs && out->len + TEXT_MAX + 3 <= REFS_UNTIL; i++)
        put_text(out, TAG_REF, m->refs[i]);
    for (uint32_t i = 0; i < m->n_labels; i++) {
        size_t n = m->labels[i].name.len + m->labels[i].value.len + 6;
        if (m->labels[i].name.len > TEXT_MAX || out->len + n > MLN_META_MAX)
            continue;
        put_text(out, TAG_LABEL_NAME, m->labels[i].name);
        put_text(out, TAG_LABEL_VALUE, m->labels[i].value);
    }
}

/* ---- reading ---- */

struct reading {
    struct mln_meta *m;
    struct mln_sv label; /* a name that waits for its value */
    bool has_head;
};

static int take_head(struct reading *r, struct mln_sv v)
{
    struct head h;

    if (r->has_head || v.len != sizeof(h))
        return -EBADMSG;
    memcpy(&h, v.p, sizeof(h));
    if (h.op < MLN_META_PUT || h.op >= MLN_META_OP_MAX || h.slot >= MLN_WORKLOADS_MAX ||
        (h.flags & ~(uint32_t)MLN_WORKLOAD_FLAGS_ALL) || h.ruled > 1 || h.synced > 1)
        return -EBADMSG;
    r->has_head = true;
    r->m->op = h.op;
    r->m->slot = h.slot;
    r->m->flags = h.flags;
    r->m->started = h.started;
    r->m->ruled = h.ruled;
    r->m->synced = h.synced;
    return 0;
}

static int take_label(struct reading *r, struct mln_sv value)
{
    if (!r->label.p || r->m->n_labels == MLN_META_LABELS_MAX)
        return r->label.p ? (r->label = MLN_SV_NULL, 0) : -EBADMSG;
    r->m->labels[r->m->n_labels++] = (struct mln_label){r->label, value};
    r->label = MLN_SV_NULL;
    return 0;
}

static int take(struct reading *r, uint8_t tag, struct mln_sv v)
{
    if (tag == TAG_HEAD)
        return take_head(r, v);
    if (!r->has_head)
        return -EBADMSG;
    switch (tag) {
    case TAG_LABEL_NAME:
        r->label = v;
        return 0;
    case TAG_LABEL_VALUE:
        return take_label(r, v);
    case TAG_REF:
        if (r->m->n_refs < MLN_META_REFS_MAX)
            r->m->refs[r->m->n_refs++] = v;
        return 0;
#define X(field)                                                                                   \
    case TAG_##field:                                                                              \
        r->m->field = v;                                                                           \
        return 0;
        MLN_META_TEXTS(X)
#undef X
    default:
        return -EBADMSG;
    }
}

int mln_meta_decode(struct mln_sv bytes, struct mln_meta *ret)
{
    struct reading r = {.m = ret, .label = MLN_SV_NULL};

    memset(ret, 0, sizeof(*ret));
    if (bytes.len > MLN_META_MAX)
        return -EBADMSG;
    while (bytes.len) {
        if (bytes.len < 3)
            return -EBADMSG;
        uint8_t tag = (uint8_t)bytes.p[0];
        size_t n = (size_t)(uint8_t)bytes.p[1] | (size_t)(uint8_t)bytes.p[2] << 8;
        if (n > bytes.len - 3)
            return -EBADMSG;
        int e = take(&r, tag, mln_sv_sub(bytes, 3, n));
        if (e < 0)
            return e;
        bytes = mln_sv_sub(bytes, 3 + n, bytes.len);
    }
    return r.has_head ? 0 : -EBADMSG;
}
