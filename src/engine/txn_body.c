/* The request body: undo codings, feed the readings, know what may be released. */
#include <errno.h>

#include "engine/txn_priv.h"

enum { LAG_MAX = 256 << 10 }; /* most that is kept for the sake of something that is no value */

static int feed_utf8(void *self, struct mln_sv piece)
{
    struct mln_txn *t = self;
    int r = 0;

    for (uint32_t i = 0; i < t->body.n_readers && r == 0; i++)
        r = mln_reader_feed(&t->body.reader[i], piece);
    return r;
}

static int feed_chosen(struct mln_txn *t, struct mln_sv piece)
{
    return t->body.wide.kind ? mln_wide_feed(&t->body.wide, piece, feed_utf8, t)
                             : feed_utf8(t, piece);
}

/* The readings are chosen by the first bytes that were kept back, whatever pieces they came in. */
static int readers_start(struct mln_txn *t)
{
    struct mln_body_state *b = &t->body;
    uint64_t piece_start = b->piece_start;
    struct mln_sv first = mln_sv(b->first, b->n_first);
    int r = mln_readings_choose(t, first);

    if (r < 0)
        return r;
    b->piece_start = 0;
    r = feed_chosen(t, first);
    b->piece_start = piece_start;
    return r;
}

/* How many of the bytes at hand the readings are chosen by: up to `first` is full or, in a stream,
 * to the end of the first line that says something, which must not wait for the next. *ret_all:
 * that was it. */
static size_t choosing_bytes(const struct mln_txn *t, struct mln_sv piece, bool *ret_all)
{
    const struct mln_body_state *b = &t->body;
    size_t room = sizeof(b->first) - b->n_first;
    bool blank = mln_sv_trim(mln_sv(b->first, b->n_first)).len == 0;

    for (size_t i = 0; t->streams && i < MLN_MIN(room, piece.len); i++) {
        if (piece.p[i] == '\n' && !blank) {
            *ret_all = true;
            return i + 1;
        }
        blank = blank && mln_cc((unsigned char)piece.p[i], MLN_CC_SPACE);
    }
    *ret_all = piece.len >= room;
    return MLN_MIN(room, piece.len);
}

static int feed_readers(void *self, struct mln_sv piece)
{
    struct mln_txn *t = self;
    struct mln_body_state *b = &t->body;

    b->decoded += piece.len;
    if (t->custom)
        mln_custom_body(t, piece);
    mln_uploads_body_data(t, piece);
    if (b->coded) /* steps for what was received are few beside what it grew to */
        t->budget.steps_left += (uint64_t)MLN_STEPS_PER_BYTE * piece.len;
    if (!b->sniffed) {
        bool all;
        struct mln_sv kept = mln_sv_sub(piece, 0, choosing_bytes(t, piece, &all));
        if (kept.len)
            memcpy(b->first + b->n_first, kept.p, kept.len);
        b->n_first += (uint32_t)kept.len;
        if (!all)
            return 0;
        int r = readers_start(t);
        if (r < 0)
            return r;
        piece = mln_sv_sub(piece, kept.len, piece.len);
    }
    return piece.len ? feed_chosen(t, piece) : 0;
}

/* ---- content coding ---- */

static void report_coding(struct mln_txn *t, int err)
{
    static const struct {
        int err;
        enum mln_body_odd odd;
    } odds[] = {
        {ENOTSUP, MLN_BODY_ODD_CODING_UNKNOWN}, {ENOSYS, MLN_BODY_ODD_CODING_OPAQUE},
        {E2BIG, MLN_BODY_ODD_CODING_LAYERS},    {EFBIG, MLN_BODY_ODD_CODING_BOMB},
        {ENOBUFS, MLN_BODY_ODD_CODING_MEMORY},  {EBADMSG, MLN_BODY_ODD_CODING_CORRUPT},
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(odds); i++)
        if (odds[i].err == -err)
            (void)mln_body_report(t, odds[i].odd);
    t->body.coding_failed = true;
}

/* All Content-Encoding fields as the one list that they are (RFC 9110 section 5.3). */
static struct mln_sv codings_of(struct mln_txn *t)
{
    struct mln_sv all = MLN_SV_NULL;
    const struct mln_http_field *f;
    uint32_t iter = 0;

    while ((f = mln_http_field_next(t->head, MLN_NAME_CONTENT_ENCODING, &iter))) {
        struct mln_sv before = all;
        if (!before.len) {
            all = f->value;
            continue;
        }
        char *p = mln_arena_alloc(t->p.arena, before.len + 1 + f->value.len);
        if (!p) {
            mln_txn_no_memory(t);
            return before;
        }
        memcpy(p, before.p, before.len);
        p[before.len] = ',';
        if (f->value.len)
            memcpy(p + before.len + 1, f->value.p, f->value.len);
        all = mln_sv(p, before.len + 1 + f->value.len);
    }
    return all;
}

static void body_start(struct mln_txn *t)
{
    struct mln_sv coding = codings_of(t);
    const struct mln_inflate_limits lim = {
        .out_bytes = mln_txn_limit_of(t, MLN_LIMIT_inflate_bytes),
        .ratio = (uint32_t)mln_txn_limit_of(t, MLN_LIMIT_inflate_ratio),
        .layers = (uint32_t)mln_txn_limit_of(t, MLN_LIMIT_codings),
        .pool = &t->e->decoders,
    };

    t->body.started = true;
    if (!coding.len || mln_sv_ieq(coding, MLN_SV("identity")))
        return;
    int r = mln_inflate_new(&t->body.inflate, coding, &lim);
    if (r == -ENOMEM)
        mln_txn_no_memory(t);
    else if (r < 0)
        report_coding(t, r);
    else
        t->body.coded = t->body.recoded = true;
}

/* A result of the parsers: a stop was recorded by whoever asked for it. */
static void body_result(struct mln_txn *t, int r)
{
    if (r == -ENOMEM)
        mln_txn_no_memory(t);
}

/* Input offset before which every value has been inspected. What belongs to no value yet (a tag, a
 * key, white space) stays too, within reason. */
static uint64_t judged_offset(const struct mln_txn *t)
{
    uint64_t off = t->body.received;

    if (!t->body.sniffed)
        return 0;
    for (uint32_t i = 0; i < t->body.n_readers; i++)
        off = MLN_MIN(off, t->body.reader[i].c.judged);
    return MLN_MAX(off, mln_before(t->body.received, LAG_MAX));
}

void mln_body_feed(struct mln_txn *t, struct mln_sv piece)
{
    struct mln_body_state *b = &t->body;
    int r;

    if (!b->started) {
        body_start(t);
        body_result(t, mln_uploads_body_begin(t));
    }
    b->piece_start = b->received;
    b->received += piece.len;
    if (mln_txn_step(t) == MLN_STEP_STOP)
        return;
    if (b->coded && !b->coding_failed) {
        r = mln_inflate_feed(b->inflate, piece, feed_readers, t);
        if (r == -EBADMSG || r == -EFBIG || r == -ENOBUFS) {
            report_coding(t, r);
            r = feed_readers(t, piece); /* whoever does not decode reads this */
        }
    } else {
        r = feed_readers(t, piece);
    }
    body_result(t, r);
    b->judged = judged_offset(t);
}

void mln_body_end(struct mln_txn *t)
{
    struct mln_body_state *b = &t->body;

    if (b->ended)
        return;
    b->ended = true;
    if (b->coded && !b->coding_failed && mln_inflate_finish(b->inflate) < 0)
        report_coding(t, -EBADMSG);
    mln_uploads_body_end(t);
    if (!b->sniffed && b->n_first && mln_txn_step(t) == MLN_STEP_MORE)
        body_result(t, readers_start(t));
    for (uint32_t i = 0; i < b->n_readers && mln_txn_step(t) == MLN_STEP_MORE; i++)
        body_result(t, mln_reader_finish(&b->reader[i]));
    b->judged = b->received;
}

size_t mln_txn_body_kept(const struct mln_txn *t)
{
    size_t n = 0;

    for (uint32_t i = 0; i < t->body.n_readers; i++)
        n += t->body.reader[i].c.buf.cap;
    return n;
}

void mln_body_free(struct mln_txn *t)
{
    struct mln_body_state *b = &t->body;

    b->inflate = mln_inflate_free(b->inflate);
    for (uint32_t i = 0; i < b->n_readers; i++)
        mln_reader_free(&b->reader[i]);
    b->n_readers = 0;
}
