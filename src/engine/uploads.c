/* The files of a request: parts of multipart bodies with a file name, values that are files as
 * text, and bodies that are files. */
#include <errno.h>

#include "engine/txn_priv.h"
#include "engine/upload.h"
#include "http/multipart_head.h"
#include "http/uri.h"

enum { TEXT_MIN = 24 }; /* shorter ones hold nothing */

enum watch_state { W_IDLE, W_HEAD, W_CONTENT, W_TEXT };

struct mln_file_watch {
    struct mln_txn *t;
    struct mln_sv field;             /* name of the value that is the file; alive while it comes */
    uint8_t state;                   /* enum watch_state */
    uint8_t loc;                     /* enum mln_location of its content */
    struct mln_part_decoder decoder; /* W_TEXT */
    struct mln_sieve sieve;          /* of what comes in no parser's */
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
    struct mln_file_watch *w = t->spare_watch;

    t->spare_watch = NULL;
    if (!w)
        w = mln_arena_alloc(t->p.arena, sizeof(*w));
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

/* `sieve`: of the parser that its bytes come from; NULL: there is none. */
static void start(struct mln_file_watch *w, struct mln_sieve *sieve)
{
    const struct mln_snap_rule *r = w->t->rule;
    const struct mln_upload_rules rules = {r->uploads_allow, r->uploads_max_bytes};

    if (!sieve) {
        sieve = &w->sieve;
        mln_sieve_begin(sieve);
        mln_marks_sieve(sieve);
    }
    mln_upload_begin(&w->u, &rules, sieve, report, w);
    w->state = W_HEAD;
}

/* ---- parts of a multipart body: file names, other fields of the part's head, content ---- */

static bool is_content(uint8_t loc)
{
    return loc == MLN_LOC_FILE || loc == MLN_LOC_MULTIPART;
}

int mln_uploads_begin(struct mln_collector *c)
{
    c->n_lead = 0;
    c->led = c->guess || c->loc == MLN_LOC_FILE_NAME || !is_on(c->t);
    if (c->loc == MLN_LOC_FILE_NAME && !c->watch && !c->guess && is_on(c->t)) {
        c->watch = watch_new(c->t);
        return c->watch ? 0 : -ENOMEM;
    }
    if (c->watch && c->watch->state == W_HEAD && is_content(c->loc)) {
        c->watch->state = W_CONTENT;
        c->watch->field = c->name;
        c->watch->loc = c->loc;
        c->led = true;
    }
    return 0;
}

/* ---- files as text ---- */

bool mln_uploads_wants(const struct mln_collector *c, struct mln_sv value)
{
    struct mln_sv type;
    size_t at;

    return value.len >= TEXT_MIN && !c->guess &&
           mln_file_text_read(mln_sv_sub(value, 0, MLN_FILE_TEXT_LEAD), &at, &type) ==
               MLN_FILE_TEXT_YES &&
           is_on(c->t);
}

static int decoded(void *self, struct mln_sv bytes)
{
    struct mln_file_watch *w = self;

    mln_upload_data(&w->u, bytes);
    return 0;
}

/* The value turned out to be a file: what came of it so far is in lead. */
static int text_start(struct mln_collector *c, size_t at, struct mln_sv type)
{
    struct mln_file_watch *w = c->watch ? c->watch : watch_new(c->t);

    if (!w)
        return -ENOMEM;
    c->watch = w;
    w->field = c->name;
    w->loc = c->loc;
    start(w, NULL);
    w->state = W_TEXT;
    mln_upload_type(&w->u, type);
    mln_part_decoder_init(&w->decoder, MLN_PART_BASE64);
    return mln_part_decode(&w->decoder, mln_sv_sub(mln_sv(c->lead, c->n_lead), at, c->n_lead),
                           decoded, w);
}

static int text_lead(struct mln_collector *c, struct mln_sv *bytes)
{
    struct mln_sv part = mln_sv_sub(*bytes, 0, sizeof(c->lead) - c->n_lead), type = MLN_SV_NULL;
    size_t at = 0;

    memcpy(c->lead + c->n_lead, part.p, part.len);
    c->n_lead = (uint8_t)(c->n_lead + part.len);
    *bytes = mln_sv_sub(*bytes, part.len, bytes->len);
    enum mln_file_text is = mln_file_text_read(mln_sv(c->lead, c->n_lead), &at, &type);
    c->led = is != MLN_FILE_TEXT_MORE;
    return is == MLN_FILE_TEXT_YES ? text_start(c, at, type) : 0;
}

int mln_uploads_data(struct mln_collector *c, struct mln_sv bytes)
{
    int r = 0;

    if (!bytes.len)
        return 0;
    if (!c->led)
        r = text_lead(c, &bytes);
    if (r < 0 || !c->watch || !bytes.len)
        return r;
    if (c->watch->state == W_CONTENT)
        mln_upload_data(&c->watch->u, bytes);
    else if (c->watch->state == W_TEXT)
        r = mln_part_decode(&c->watch->decoder, bytes, decoded, c->watch);
    return r;
}

void mln_uploads_end(struct mln_collector *c, struct mln_sv value)
{
    struct mln_file_watch *w = c->watch;

    if (!w)
        return;
    if (c->loc == MLN_LOC_FILE_NAME) {
        if (w->state != W_HEAD)
            start(w, c->sieve);
        mln_upload_name(&w->u, value);
    } else if (w->state == W_HEAD && c->loc == MLN_LOC_HEADER &&
               mln_sv_ieq(c->name, MLN_SV("content-type"))) {
        mln_upload_type(&w->u, value);
    } else if (w->state ==
               W_TEXT) { /* there may be many such values, each in a reading of its own */
        (void)mln_part_decode_end(&w->decoder, decoded, w);
        mln_upload_end(&w->u);
        c->t->spare_watch = w;
        c->watch = NULL;
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
    start(w, NULL);
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
    if (!t->raw_file)
        return;
    mln_sieve_fill(&t->raw_file->sieve, bytes);
    mln_upload_data(&t->raw_file->u, bytes);
}

struct mln_sieve *mln_uploads_sieve(struct mln_txn *t)
{
    return t->raw_file ? &t->raw_file->sieve : NULL;
}

void mln_uploads_body_end(struct mln_txn *t)
{
    if (t->raw_file)
        mln_upload_end(&t->raw_file->u);
    t->raw_file = NULL;
}
