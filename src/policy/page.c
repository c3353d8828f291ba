/* What a refused client gets: status, and pages given in place or as files beside the policy. */
#include "base/fd.h"
#include "policy/schema.h"

enum { PAGE_MAX = 256 << 10 };

void mln_read_block_status(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                           void *status)
{
    struct mln_sv text;
    uint64_t v;

    if (!mln_schema_text(c, n, path, &text))
        return;
    if (mln_sv_u64(text, &v) < 0 || (v != 200 && (v < 400 || v > 599)))
        mln_schema_error(c, n, path, "expected 200, or 400 to 599, found \"%.*s\"",
                         MLN_SV_ARG(mln_sv_sub(text, 0, 64)));
    else
        *(uint64_t *)status = v;
}

/* A name that stays below the folder of the policy. */
static bool is_inside(struct mln_sv name)
{
    if (!name.len || name.p[0] == '/' || memchr(name.p, '\0', name.len))
        return false;
    while (name.p)
        if (mln_sv_eq(mln_sv_split(&name, '/'), MLN_SV("..")))
            return false;
    return true;
}

void mln_keep_folder(struct mln_reader_ctx *c, const char *file)
{
    struct mln_strings *f = &c->policy->folders;
    const char *slash = strrchr(file, '/');
    struct mln_sv dir =
        slash ? mln_sv(file, MLN_MAX((size_t)(slash - file), (size_t)1)) : MLN_SV(".");

    for (uint32_t i = 0; i < f->n; i++)
        if (mln_sv_eq(f->v[i], dir))
            return;
    struct mln_sv *slot = mln_schema_push(c, (void **)&f->v, &f->n, &f->cap, sizeof(*slot));
    if (slot)
        *slot = mln_arena_dup(&c->policy->arena, dir);
    c->no_memory = c->no_memory || (slot && !slot->p);
}

bool mln_read_file_name(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        bool anywhere, struct mln_sv *ret)
{
    const char *slash = strrchr(c->file, '/');
    char file[4096];
    struct mln_sv name;

    if (!mln_schema_text(c, n, path, &name))
        return false;
    if (!c->may_read_files) {
        mln_schema_error(c, n, path,
                         "only policy files on disk may name files; give the content itself");
        return false;
    }
    if (!anywhere && !is_inside(name)) {
        mln_schema_error(c, n, path,
                         "expected a file name relative to the policy file, without ..");
        return false;
    }
    bool absolute = name.len && name.p[0] == '/';
    int len =
        snprintf(file, sizeof(file), "%.*s%.*s",
                 slash && !absolute ? (int)(slash - c->file + 1) : 0, c->file, MLN_SV_ARG(name));
    *ret = mln_arena_dup(&c->policy->arena, mln_sv(file, MLN_MIN((size_t)len, sizeof(file) - 1)));
    c->no_memory = c->no_memory || !ret->p;
    return ret->p != NULL;
}

static void read_file(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                      bool anywhere, struct mln_sv *ret)
{
    struct mln_buf text = {0};
    struct mln_sv file;

    if (!mln_read_file_name(c, n, path, anywhere, &file))
        return;
    if (anywhere)
        mln_keep_folder(c, file.p);
    int r = mln_file_read(file.p, PAGE_MAX, &text);
    if (r < 0)
        mln_schema_error(c, n, path, "cannot read %s: %s", file.p, strerror(-r));
    else
        *ret = mln_arena_dup(&c->policy->arena, mln_buf_sv(&text));
    c->no_memory = c->no_memory || (r == 0 && !ret->p);
    mln_buf_done(&text);
}

void mln_read_page_text(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                        void *sv)
{
    mln_read_text_or_file(c, n, path, false, sv);
}

void mln_read_text_or_file(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                           bool anywhere, struct mln_sv *ret)
{
    const struct mln_node *file = mln_node_get(n, "file");

    if (!file || n->n != 1)
        (void)mln_schema_text(c, n, path, ret);
    else
        read_file(c, file, path, anywhere, ret);
}
