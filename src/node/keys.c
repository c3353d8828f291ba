#include "node/keys.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"

#define MAGIC UINT64_C(0x315359454b4c4d00) /* "\0MLKEYS1" */

struct header {
    uint64_t magic, revision;
    uint64_t n;
    struct {
        uint32_t off, len;
    } key[]; /* from the start */
};

void mln_keys_wipe(struct mln_buf *b)
{
    if (b->p)
        explicit_bzero(b->p, b->cap);
    mln_buf_done(b);
}

void mln_keys_write(const struct mln_policy *p, uint64_t revision, struct mln_buf *out)
{
    const struct header h = {MAGIC, revision, mln_policy_certificate_count(p)};
    size_t off = sizeof(h) + h.n * sizeof(h.key[0]), all = off;

    for (size_t i = 0; i < h.n; i++)
        all += mln_policy_certificate(p, i).key.len;
    if (all > UINT32_MAX || !mln_buf_reserve(out, all)) { /* at once: no copy is left behind */
        out->failed = true;
        return;
    }
    mln_buf_add(out, &h, sizeof(h));
    for (size_t i = 0; i < h.n; i++) {
        const uint32_t at[] = {(uint32_t)off, (uint32_t)mln_policy_certificate(p, i).key.len};
        mln_buf_add(out, at, sizeof(at));
        off += at[1];
    }
    for (size_t i = 0; i < h.n; i++)
        mln_buf_add_sv(out, mln_policy_certificate(p, i).key);
}

static bool is_whole(const struct header *h, size_t len, uint64_t revision)
{
    if (len < sizeof(*h) || h->magic != MAGIC || h->revision != revision ||
        h->n > (len - sizeof(*h)) / sizeof(h->key[0]))
        return false;
    for (uint64_t i = 0; i < h->n; i++)
        if ((uint64_t)h->key[i].off + h->key[i].len > len)
            return false;
    return true;
}

int mln_keys_map(int fd, uint64_t revision, struct mln_keys *ret)
{
    off_t len = lseek(fd, 0, SEEK_END);
    void *map = len > 0 && mln_memfd_is_sealed(fd)
                    ? mmap(NULL, (size_t)len, PROT_READ, MAP_SHARED, fd, 0)
                    : MAP_FAILED;

    if (map == MAP_FAILED)
        return -EBADMSG;
    if (!is_whole(map, (size_t)len, revision)) {
        (void)munmap(map, (size_t)len);
        return -EBADMSG;
    }
    *ret = (struct mln_keys){map, (size_t)len, (uint32_t)((const struct header *)map)->n};
    return 0;
}

void mln_keys_unmap(struct mln_keys *k)
{
    if (k->map)
        (void)munmap((void *)(uintptr_t)k->map, k->len);
    k->map = NULL;
}

struct mln_sv mln_keys_get(const struct mln_keys *k, uint32_t i)
{
    const struct header *h = (const void *)k->map;

    return mln_sv(k->map + h->key[i].off, h->key[i].len);
}
