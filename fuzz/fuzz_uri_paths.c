/* Readings of a path; the first byte cuts an override URL off. What must hold of each of them. */
#include "base/arena.h"
#include "http/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_resolved(struct mln_sv path)
{
    return mln_sv_find(path, MLN_SV("//")) == SIZE_MAX &&
           mln_sv_find(path, MLN_SV("/./")) == SIZE_MAX &&
           mln_sv_find(path, MLN_SV("/../")) == SIZE_MAX && !mln_sv_ends(path, MLN_SV("/."));
}

static void check(const struct mln_paths *p)
{
    MLN_REQUIRE(p->n >= 1 && p->n <= MLN_READINGS_MAX);
    for (uint32_t i = 0; i < p->n; i++) {
        struct mln_sv path = p->r[i].path;
        MLN_REQUIRE(path.len && (path.p[0] == '/' || mln_sv_eq(path, MLN_SV("*"))));
        MLN_REQUIRE((p->r[i].how & MLN_READ_RAW_DOTS) || is_resolved(path));
        for (uint32_t k = 0; k < i; k++)
            MLN_REQUIRE(!mln_sv_eq(path, p->r[k].path));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_arena a;
    struct mln_paths p;

    if (size < 1)
        return 0;
    struct mln_sv all = mln_sv(data + 1, size - 1);
    struct mln_sv path = mln_sv_sub(all, 0, data[0]);
    mln_arena_init(&a, (64 * (size + 16)) + 4096);
    MLN_REQUIRE(mln_paths_read(&a, path, &p) == 0);
    check(&p);
    MLN_REQUIRE(mln_paths_add_override(&a, mln_sv_sub(all, path.len, all.len), &p) == 0);
    check(&p);
    mln_arena_done(&a);
    return 0;
}
