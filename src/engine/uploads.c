/* The files of a request: parts of multipart bodies with a file name, and bodies that are files. */
#include <errno.h>

#include "engine/txn_priv.h"
#include "engine/upload.h"
#include "http/uri.h"

enum watch_state { W_IDLE, W_HEAD, W_CONTENT };

struct mln_file_watch {
    struct mln_txn *t;
    struct mln_sv field; /* name of the value that is the file; alive while it comes */
    uint8_t state;       /* enum watch_state */
    uint8_t loc;         /* enum mln_location of its content */
    struct mln_upload u;
};

static bool is_on(const struct mln_txn *t)
{
    if (t->skip >> MLN_PROT_UPLOADS & 1)
        return false;
    for (unsigned d = MLN_DET_UPLOADS_type; d <= MLN_DET_UPLOADS_size; d++)
        if (t->rule->action[d] != MLN_ACT_OFF)
            return true;
    return false;
}

static void report(void *self, const struct mln_upload_finding *f)
{
    struct mln_file_watch *w = self;

    if (f->score < mln_report_threshold(w->t))
        return;
    mln_report(w->t,
               &(struct mln_report){
                   .detector = f->detector,
                   .loc = f->of_name && f->length ? MLN_LOC_FILE_NAME : (enum mln_location)w->loc,
                   .name = w->field,
                   .value = f->value,
                   .offset = f->offset,
                   .length = f->length,
                   .score = f->score,
                   .message = f->message,
                   .action = -1,
               });
}

static struct mln_file_watch *watch_new(struct mln_txn *t)
{
    struct mln_file_watch *w = mln_arena_alloc(t->p.arena, sizeof(*w));

    if (!w) {
        mln_txn_no_memory(t);
        return NULL;
    }
    w->t = t;
    w->field = MLN_SV_NULL;
    w->state = W_IDLE;
    w->loc = MLN_LOC_FILE;
    return w;
}

static void start(struct mln_file_watch *w)
{
    const struct mln_snap_rule *r = w->t->rule;
    const struct mln_upload_rules rules = {r->uploads_allow, r->uploads_max_bytes};

    mln_upload_begin(&w->u, &rules, report, w);
    w->state = W_HEAD;
}

/* ---- parts of a multipart body: file names, other fields of the part's head, content ---- */

static bool is_content(uint8_t loc)
{
    return loc == MLN_LOC_FILE || loc == MLN_LOC_MULTIPART;
}

int mln_uploads_begin(struct mln_collector *c)
{
    if (c->loc == MLN_LOC_FILE_NAME && !c->watch && !c->guess && is_on(c->t)) {
        c->watch = watch_new(c->t);
        return c->watch ? 0 : -ENOMEM;
    }
    if (c->watch && c->watch->state == W_HEAD && is_content(c->loc)) {
        c->watch->state = W_CONTENT;
        c->watch->field = c->name;
        c->watch->loc = c->loc;
    }
    return 0;
}

void mln_uploads_data(struct mln_collector *c, struct mln_sv bytes)
{
    if (c->watch && c->watch->state == W_CONTENT)
        mln_upload_data(&c->watch->u, bytes);
}

void mln_uploads_end(struct mln_collector *c, struct mln_sv value)
{
    struct mln_file_watch *w = c->watch;

    if (!w)
        return;
    if (c->loc == MLN_LOC_FILE_NAME) {
        if (w->state != W_HEAD)
            start(w);
        mln_upload_name(&w->u, value);
    } else if (w->state == W_HEAD && c->loc == MLN_LOC_HEADER &&
               mln_sv_ieq(c->name, MLN_SV("content-type"))) {
        mln_upload_type(&w->u, value);
    } else if (w->state == W_CONTENT) {
        mln_upload_end(&w->u);
        w->state = W_IDLE;
    }
}

/* ---- bodies that are files ---- */

static struct mln_sv type_of(const struct mln_txn *t)
{
    struct mln_media_type mt;

    mln_media_type_parse(mln_http_get(t->head, MLN_NAME_CONTENT_TYPE), &mt);
    return mt.type;
}

/* Types whose bodies have values: those are inspected as such. */
static bool has_fields(struct mln_sv type)
{
    return mln_sv_istarts(type, MLN_SV("multipart/")) ||
           mln_sv_ieq(type, MLN_SV("application/x-www-form-urlencoded")) ||
           (mln_sv_ifind(type, MLN_SV("json")) != SIZE_MAX) ||
           (mln_sv_ifind(type, MLN_SV("xml")) != SIZE_MAX &&
            mln_sv_ifind(type, MLN_SV("svg")) == SIZE_MAX &&
            mln_sv_ifind(type, MLN_SV("openxml")) == SIZE_MAX);
}

/* Fields by which clients name the file that they send as a body. */
static void read_name_fields(struct mln_txn *t, struct mln_upload *u)
{
    const struct mln_http_head *h = t->head;

    for (uint32_t i = 0; i < h->n_fields; i++) {
        const struct mln_http_field *f = &h->fields[i];
        struct mln_media_type mt;
        if (mln_sv_ieq(f->name, MLN_SV("content-disposition"))) {
            mln_media_type_parse(f->value, &mt);
            mln_upload_name(u, mln_media_param(t->p.arena, mt.params, MLN_SV("filename"), NULL));
        } else if (mln_sv_ieq(f->name, MLN_SV("x-file-name")) ||
                   mln_sv_ieq(f->name, MLN_SV("x-filename")) ||
                   mln_sv_ieq(f->name, MLN_SV("slug"))) {
            mln_upload_name(u, f->value);
        }
    }
}

static bool has_field(const struct mln_http_head *h, struct mln_sv name)
{
    for (uint32_t i = 0; i < h->n_fields; i++)
        if (mln_sv_ieq(h->fields[i].name, name))
            return true;
    return false;
}

/* A part of a file, or bytes between lines with lengths: not what a file begins with. */
static bool is_piece(struct mln_txn *t)
{
    struct mln_sv coding = mln_http_get(t->head, MLN_NAME_CONTENT_ENCODING);

    return t->head->method == MLN_METHOD_PATCH || has_field(t->head, MLN_SV("content-range")) ||
           mln_sv_ifind(coding.p ? coding : MLN_SV(""), MLN_SV("aws-chunked")) != SIZE_MAX;
}

/* The address of a PUT is the file's name. That of another method is what takes it. */
static void read_path(struct mln_txn *t, struct mln_upload *u)
{
    struct mln_sv path = t->head->path;
    size_t last = path.len;

    if (t->head->method != MLN_METHOD_PUT)
        return;
    while (last && path.p[last - 1] == '/')
        last--;
    while (last && path.p[last - 1] != '/')
        last--;
    mln_upload_name(u, mln_sv_sub(path, last, path.len));
}

int mln_uploads_body_begin(struct mln_txn *t)
{
    struct mln_sv type = type_of(t);

    if (!is_on(t) || has_fields(type) || is_piece(t))
        return 0;
    struct mln_file_watch *w = watch_new(t);
    if (!w)
        return -ENOMEM;
    start(w);
    w->loc = MLN_LOC_BODY;
    mln_upload_type(&w->u, type);
    read_name_fields(t, &w->u);
    read_path(t, &w->u);
    if (!mln_upload_is_file(&w->u))
        return 0;
    w->state = W_CONTENT;
    t->raw_file = w;
    return 0;
}

void mln_uploads_body_data(struct mln_txn *t, struct mln_sv bytes)
{
    if (t->raw_file)
        mln_upload_data(&t->raw_file->u, bytes);
}

void mln_uploads_body_end(struct mln_txn *t)
{
    if (t->raw_file)
        mln_upload_end(&t->raw_file->u);
    t->raw_file = NULL;
}
