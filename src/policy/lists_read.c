/* The content of lists that are beside the snapshot: files → blob. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/snapshot.h"
#include "intel/list_text.h"
#include "intel/mmdb.h"
#include "policy/diag.h"

/* A feed may have some odd lines; a page that says "not found" is not a list. */
enum { FEED_BAD_ONE_IN = 20, HEAD_MAX = 8192, PATH_BYTES = 4096, WHY_BYTES = 160 };

struct opened {
    int fd, fresh;   /* -1: none; fresh: newly fetched, to be proven */
    unsigned number; /* of a fetched one */
};

struct reading {
    const struct mln_snapshot *s;
    struct mln_lists_how *how;
    struct mln_lists_builder *b;
    struct mln_diags *diags;
    struct opened *files;             /* by list */
    uint32_t list;                    /* the number of the current one in the blob */
    uint8_t tag;                      /* its own: 1 + index, 0: none */
    uint32_t tags[MLN_SNAP_TAGS_MAX]; /* numbers of the policy's tags in the blob */
};

static uint32_t count_tags(const struct mln_snapshot *s)
{
    return (uint32_t)s->h->section[MLN_SNAP_TAGS].count;
}

/* A policy is refused for its own files only. */
static void complain(struct reading *r, const struct mln_snap_list *l, uint64_t line,
                     const char *why)
{
    bool own = l->file.len != UINT32_MAX;
    char file[PATH_BYTES];

    (void)snprintf(file, sizeof(file), "%.*s",
                   MLN_SV_ARG(mln_snap_str(r->s, own ? l->file : l->url)));
    mln_diag_add(r->diags, own ? MLN_DIAG_ERROR : MLN_DIAG_WARNING, file, (uint32_t)line, 1, "",
                 "%s %.*s: %s", l->feed ? "Feed" : "NetworkList",
                 MLN_SV_ARG(mln_snap_str(r->s, l->name)), why);
}

/* ---- one file: 0, -EINVAL after a complaint, or what ends the reading of all ---- */

static int add_network(void *arg, const struct mln_prefix *p, struct mln_sv tag)
{
    struct reading *r = arg;
    uint8_t which = r->tag;

    for (uint32_t i = 0; tag.len && i < count_tags(r->s); i++)
        if (mln_sv_eq(mln_snap_tag_name(r->s, i), tag))
            which = (uint8_t)(i + 1);
    int e = mln_lists_builder_add(r->b, p, r->list);
    return e < 0 || !which ? e : mln_lists_builder_add(r->b, p, r->tags[which - 1]);
}

static int add_country(void *arg, const struct mln_prefix *p, const char country[2])
{
    return mln_lists_builder_country(((struct reading *)arg)->b, p, country);
}

static int read_text(struct reading *r, const struct mln_snap_list *l, struct mln_sv text)
{
    const struct mln_list_format f = {
        .separator = l->form == MLN_LIST_CSV ? (char)l->separator : '\0',
        .column = l->column,
        .tag_column = l->tag_column,
    };
    struct mln_list_report report;
    int e = mln_list_parse(text, &f, add_network, r, &report);

    if (e < 0)
        return e;
    if (report.bad > (l->feed ? report.entries / FEED_BAD_ONE_IN : 0)) {
        complain(r, l, report.first_bad,
                 l->feed ? "expected an address, a CIDR or a range; so on more than one line in 20"
                         : "expected an address, a CIDR or a range");
        return -EINVAL;
    }
    if (l->feed && !report.entries) {
        complain(r, l, 0, "it has no networks");
        return -EINVAL;
    }
    return 0;
}

static int read_countries(struct reading *r, const struct mln_snap_list *l, struct mln_sv file)
{
    const char *why = NULL;
    size_t before = mln_lists_builder_count(r->b);
    int e = mln_mmdb_countries(file, add_country, r, &why);

    if (e == 0 && mln_lists_builder_count(r->b) == before) {
        why = "no network in it has a country";
        e = -EBADMSG;
    }
    if (e != -EBADMSG)
        return e;
    complain(r, l, 0, why);
    return -EINVAL;
}

/* What the feeder puts before a fetched body: lines up to an empty one (node/fetch.c). */
static struct mln_sv without_head(struct mln_sv copy)
{
    size_t end = mln_sv_find(mln_sv_sub(copy, 0, HEAD_MAX), MLN_SV("\n\n"));

    return mln_sv_sub(copy, end == SIZE_MAX ? copy.len : end + 2, copy.len);
}

static int read_file(struct reading *r, const struct mln_snap_list *l, int fd)
{
    struct mln_buf bytes = {.limit_bytes = MLN_LIST_BYTES_MAX + HEAD_MAX};
    int e = mln_fd_read_all(fd, &bytes);
    struct mln_sv content = mln_buf_sv(&bytes);

    if (l->url.len != UINT32_MAX)
        content = without_head(content);

    if (e < 0) {
        complain(r, l, 0, e == -E2BIG || e == -EFBIG ? "it is larger than 64 MiB" : strerror(-e));
        e = -EINVAL;
    } else {
        e = l->form == MLN_LIST_MMDB ? read_countries(r, l, content) : read_text(r, l, content);
    }
    mln_buf_done(&bytes);
    return e;
}

/* ---- all of them ---- */

static int open_file(int dir, const char *name, int flags)
{
    struct stat st;
    MLN_CLEANUP_FD int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);

    if (fd < 0 || fstat(fd, &st) < 0)
        return -errno;
    return S_ISREG(st.st_mode) ? mln_fd_take(&fd) : -EINVAL; /* a pipe would never end */
}

static void open_own(struct reading *r, const struct mln_snap_list *l, struct opened *o)
{
    char name[PATH_BYTES], why[WHY_BYTES];

    (void)snprintf(name, sizeof(name), "%.*s", MLN_SV_ARG(mln_snap_str(r->s, l->file)));
    int fd = open_file(AT_FDCWD, name, 0);
    if (fd < 0) {
        (void)snprintf(why, sizeof(why), "cannot be read: %s",
                       fd == -EINVAL ? "it is no regular file" : strerror(-fd));
        complain(r, l, 0, why);
    }
    o->fd = MLN_MAX(fd, -1);
}

static void open_copies(struct reading *r, const struct mln_snap_list *l, struct opened *o)
{
    struct mln_sv list = mln_snap_str(r->s, l->name);
    char name[MLN_LISTS_NAME_MAX + 8];

    o->number = r->how->fetched++ % MLN_SNAP_FETCHED_MAX;
    if (r->how->copies < 0)
        return;
    (void)snprintf(name, sizeof(name), "%.*s", MLN_SV_ARG(mln_sv_sub(list, 0, MLN_LISTS_NAME_MAX)));
    o->fd = MLN_MAX(open_file(r->how->copies, name, O_NOFOLLOW), -1);
    (void)snprintf(name, sizeof(name), "%.*s.new",
                   MLN_SV_ARG(mln_sv_sub(list, 0, MLN_LISTS_NAME_MAX)));
    o->fresh = MLN_MAX(open_file(r->how->copies, name, O_NOFOLLOW), -1);
}

static void open_list(struct reading *r, uint32_t i)
{
    const struct mln_snap_list *l = mln_snap_list(r->s, i);

    r->files[i] = (struct opened){.fd = -1, .fresh = -1};
    if (l->file.len != UINT32_MAX)
        open_own(r, l, &r->files[i]);
    else if (mln_snap_is_outside(l))
        open_copies(r, l, &r->files[i]);
}

/* One that proves broken halfway has said nothing. */
static int try_file(struct reading *r, const struct mln_snap_list *l, int fd)
{
    size_t before = mln_lists_builder_count(r->b);
    int e = fd < 0 ? -ENOENT : read_file(r, l, fd);

    if (e == -EINVAL)
        mln_lists_builder_cut(r->b, before);
    return e;
}

static int try_fresh(struct reading *r, const struct mln_snap_list *l, int fd)
{
    if (fd < 0 || !r->how->distrust)
        return try_file(r, l, fd);
    complain(r, l, 0, "the lists could not be read to their end with its new copy");
    return -EINVAL;
}

/* The new copy of a fetched list if it is a good one, else the last good one. */
static int read_newest(struct reading *r, const struct mln_snap_list *l, const struct opened *o)
{
    int e = try_fresh(r, l, o->fresh);

    if (e == -EINVAL)
        r->how->bad |= UINT64_C(1) << o->number;
    return e == -EINVAL || e == -ENOENT ? try_file(r, l, o->fd) : e;
}

static int number_of(struct reading *r, const char *kind, struct mln_sv name)
{
    char text[MLN_LISTS_NAME_MAX + 1];

    (void)snprintf(text, sizeof(text), "%s%.*s", kind, MLN_SV_ARG(name));
    return mln_lists_builder_tag(r->b, mln_sv_str(text));
}

static int read_list(struct reading *r, uint32_t i)
{
    const struct mln_snap_list *l = mln_snap_list(r->s, i);
    int e = number_of(r, MLN_LISTS_OF_LIST, mln_snap_str(r->s, l->name));

    if (e < 0)
        return e;
    r->list = (uint32_t)e;
    r->tag = l->tag;
    e = read_newest(r, l, &r->files[i]);
    return e == -EINVAL || e == -ENOENT ? 0 : e; /* said; others may have errors, too */
}

static int read_all(struct reading *r)
{
    uint32_t n = mln_snap_list_count(r->s);
    int e = 0;

    for (uint32_t i = 0; e >= 0 && i < count_tags(r->s); i++) {
        e = number_of(r, MLN_LISTS_OF_TAG, mln_snap_tag_name(r->s, i));
        r->tags[i] = (uint32_t)e;
    }
    for (uint32_t i = 0; e >= 0 && i < n; i++)
        if (mln_snap_is_outside(mln_snap_list(r->s, i)))
            e = read_list(r, i);
    return MLN_MIN(e, 0);
}

int mln_lists_read(const struct mln_snapshot *s, struct mln_lists_how *how, struct mln_diags *diags,
                   struct mln_buf *out)
{
    uint32_t n = mln_snap_list_count(s);
    struct reading r = {
        .s = s, .how = how, .diags = diags, .files = calloc(n ? n : 1, sizeof(*r.files))};
    int e = r.files && (r.b = mln_lists_builder_new(MLN_LISTS_PREFIXES_MAX)) ? 0 : -ENOMEM;

    how->fetched = 0;
    how->bad = 0;
    for (uint32_t i = 0; r.files && i < n; i++)
        open_list(&r, i);
    if (e == 0 && how->opened)
        e = how->opened();
    if (e == 0)
        e = read_all(&r);
    if (e == 0 && diags->errors)
        e = -EINVAL;
    if (e == 0)
        e = mln_lists_build(r.b, out);
    if (e == -E2BIG)
        mln_diag_add(diags, MLN_DIAG_ERROR, NULL, 0, 0, "",
                     "the lists of this policy are too many or too large, or overlap in too many "
                     "ways");
    for (uint32_t i = 0; r.files && i < n; i++) {
        mln_fd_close(&r.files[i].fd);
        mln_fd_close(&r.files[i].fresh);
    }
    free(r.files);
    r.b = mln_lists_builder_free(r.b);
    return e;
}
