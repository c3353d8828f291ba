#include "runtime/pb.h"

enum { VARINT_MAX = 10 };

static bool take_varint(struct mln_pb *p, uint64_t *ret)
{
    uint64_t v = 0;

    for (size_t i = 0; i < VARINT_MAX && i < p->rest.len; i++) {
        uint8_t byte = (uint8_t)p->rest.p[i];
        v |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte & 0x80)
            continue;
        p->rest = mln_sv_sub(p->rest, i + 1, p->rest.len);
        *ret = v;
        return true;
    }
    return false;
}

static bool take_fixed(struct mln_pb *p, size_t n, uint64_t *ret)
{
    *ret = 0;
    if (p->rest.len < n)
        return false;
    for (size_t i = 0; i < n; i++)
        *ret |= (uint64_t)(uint8_t)p->rest.p[i] << (8 * i);
    p->rest = mln_sv_sub(p->rest, n, p->rest.len);
    return true;
}

static bool take_bytes(struct mln_pb *p, struct mln_pb_field *f)
{
    uint64_t n;

    if (!take_varint(p, &n) || n > p->rest.len)
        return false;
    f->is_bytes = true;
    f->bytes = mln_sv_sub(p->rest, 0, (size_t)n);
    p->rest = mln_sv_sub(p->rest, (size_t)n, p->rest.len);
    return true;
}

static bool take_field(struct mln_pb *p, struct mln_pb_field *f)
{
    uint64_t key;

    if (!take_varint(p, &key) || key >> 3 == 0 || key >> 3 > UINT32_MAX)
        return false;
    f->number = (uint32_t)(key >> 3);
    switch (key & 7) {
    case 0:
        return take_varint(p, &f->value);
    case 1:
        return take_fixed(p, 8, &f->value);
    case 2:
        return take_bytes(p, f);
    case 5:
        return take_fixed(p, 4, &f->value);
    default: /* groups are of another time */
        return false;
    }
}

bool mln_pb_next(struct mln_pb *p, struct mln_pb_field *ret)
{
    if (p->bad || p->rest.len == 0)
        return false;
    *ret = (struct mln_pb_field){.bytes = MLN_SV_NULL};
    p->bad = !take_field(p, ret);
    return !p->bad;
}
