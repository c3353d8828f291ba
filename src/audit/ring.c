#include "audit/ring.h"

#include <errno.h>
#include <sys/mman.h>

#define RING_MAGIC UINT64_C(0x676e69726e6c6d01)
enum { RECORD_MAX = 1 << 18 };

/* Positions count bytes for ever; the data is a power of two. A record is a length, the bytes and
 * padding to 8. Each side writes its own line only. */
struct mln_ring_shared {
    uint64_t magic;
    uint64_t reserved0[7];
    uint64_t head; /* producer: end of what is committed */
    uint64_t dropped;
    uint64_t reserved1[6];
    uint64_t tail; /* consumer: end of what was read */
    uint32_t asleep;
    uint32_t reserved2[13];
    char data[];
};

size_t mln_ring_size(size_t data_bytes)
{
    return sizeof(struct mln_ring_shared) + data_bytes;
}

int mln_ring_attach(int fd, size_t data_bytes, bool producer, struct mln_ring *ret)
{
    size_t len = mln_ring_size(data_bytes);

    if (data_bytes == 0 || (data_bytes & (data_bytes - 1)))
        return -EINVAL;
    void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return -errno;
    struct mln_ring_shared *s = p;
    *ret = (struct mln_ring){.s = s, .map_len = len, .mask = data_bytes - 1};
    if (producer && __atomic_load_n(&s->magic, __ATOMIC_ACQUIRE) != RING_MAGIC)
        __atomic_store_n(&s->magic, RING_MAGIC, __ATOMIC_RELEASE);
    ret->pos = __atomic_load_n(producer ? &s->head : &s->tail, __ATOMIC_ACQUIRE);
    return 0;
}

void mln_ring_detach(struct mln_ring *r)
{
    if (r->s)
        (void)munmap(r->s, r->map_len);
    r->s = NULL;
}

static void copy_in(struct mln_ring *r, uint64_t pos, const void *p, size_t n)
{
    size_t at = (size_t)(pos & r->mask), first = MLN_MIN(n, (size_t)(r->mask + 1) - at);

    memcpy(r->s->data + at, p, first);
    memcpy(r->s->data, (const char *)p + first, n - first);
}

static void copy_out(const struct mln_ring *r, uint64_t pos, void *p, size_t n)
{
    size_t at = (size_t)(pos & r->mask), first = MLN_MIN(n, (size_t)(r->mask + 1) - at);

    memcpy(p, r->s->data + at, first);
    memcpy((char *)p + first, r->s->data, n - first);
}

int mln_ring_put(struct mln_ring *r, struct mln_sv record, bool *ret_wake)
{
    uint64_t need = (8 + record.len + 7) & ~UINT64_C(7);
    uint64_t tail = __atomic_load_n(&r->s->tail, __ATOMIC_ACQUIRE);
    uint64_t len = record.len;

    *ret_wake = false;
    if (record.len == 0 || record.len > RECORD_MAX)
        return -EMSGSIZE;
    if (r->pos - tail + need > r->mask + 1) {
        __atomic_fetch_add(&r->s->dropped, 1, __ATOMIC_RELAXED);
        return -ENOSPC;
    }
    copy_in(r, r->pos, &len, sizeof(len));
    copy_in(r, r->pos + 8, record.p, record.len);
    r->pos += need;
    __atomic_store_n(&r->s->head, r->pos, __ATOMIC_SEQ_CST);
    *ret_wake = __atomic_exchange_n(&r->s->asleep, 0, __ATOMIC_SEQ_CST) != 0;
    return 0;
}

int mln_ring_get(struct mln_ring *r, void *out, size_t cap)
{
    uint64_t head = __atomic_load_n(&r->s->head, __ATOMIC_ACQUIRE);
    uint64_t avail = head - r->pos, len;

    if (avail == 0)
        return 0;
    bool sane = avail <= r->mask + 1 && avail >= 16;
    if (sane) {
        copy_out(r, r->pos, &len, sizeof(len));
        sane =
            len > 0 && len <= RECORD_MAX && ((8 + len + 7) & ~UINT64_C(7)) <= avail && len <= cap;
    }
    if (!sane) { /* the writer is broken or hostile: nothing up to its position can be trusted */
        r->pos = head;
        __atomic_store_n(&r->s->tail, r->pos, __ATOMIC_RELEASE);
        return -EBADMSG;
    }
    copy_out(r, r->pos + 8, out, (size_t)len);
    r->pos += (8 + len + 7) & ~UINT64_C(7);
    __atomic_store_n(&r->s->tail, r->pos, __ATOMIC_RELEASE);
    return (int)len;
}

bool mln_ring_sleep(struct mln_ring *r)
{
    __atomic_store_n(&r->s->asleep, 1, __ATOMIC_SEQ_CST);
    return __atomic_load_n(&r->s->head, __ATOMIC_SEQ_CST) == r->pos;
}

unsigned mln_ring_room(const struct mln_ring *r)
{
    uint64_t used = r->pos - __atomic_load_n(&r->s->tail, __ATOMIC_ACQUIRE);

    return used > r->mask ? 0 : (unsigned)((r->mask + 1 - used) * 256 / (r->mask + 1));
}

uint64_t mln_ring_dropped(const struct mln_ring *r)
{
    return __atomic_load_n(&r->s->dropped, __ATOMIC_RELAXED);
}
