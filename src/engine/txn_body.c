/* The request body: undo codings, choose readings, collect values, know what may be released. */
#include <errno.h>

#include "engine/txn_priv.h"

enum {
    DELIMITER_MAX = 128, /* of multipart, with its line ends */
    LAG_MAX = 256 << 10, /* most that is kept for the sake of something that is no value */
};

/* ---- collecting one value ---- */

/* Content that has no fields is inspected at its start and its end only (limits.opaque_window). */
static bool is_opaque(const struct mln_collector *c)
{
    return c->loc == MLN_LOC_BODY || c->loc == MLN_LOC_FILE;
}

/* Values that are no arguments: documents have many. */
static bool is_structured(enum mln_location loc)
{
    return loc == MLN_LOC_JSON || loc == MLN_LOC_JSON_NAME || loc == MLN_LOC_XML;
}

static void inspect_window(struct mln_collector *c, bool last)
{
    struct mln_txn *t = c->t;
    struct mln_sv value = mln_buf_sv(&c->buf);

    if (value.len)
        mln_inspect_value(t, (enum mln_location)c->loc, c->name, value);
    if (last) {
        c->buf.len = 0;
        return;
    }
    size_t overlap = value.len / MLN_WINDOW_OVERLAP_DIV;
    mln_buf_consume(&c->buf, value.len - overlap);
    c->window_cut = true;
}

static int collect_begin(void *self, enum mln_location loc, struct mln_sv name)
{
    struct mln_collector *c = self;

    c->loc = (uint8_t)loc;
    c->open = true;
    c->window_cut = false;
    c->seen = 0;
    c->buf.len = 0;
    name = mln_sv_sub(name, 0, sizeof(c->name_buf));
    if (name.len)
        memcpy(c->name_buf, name.p, name.len);
    c->name = mln_sv(name.p ? c->name_buf : NULL, name.len);
    if (!is_structured(loc) && !mln_count_arg(c->t))
        return mln_txn_step(c->t) == MLN_STEP_STOP ? -ECANCELED : 0;
    return 0;
}

static uint64_t before(uint64_t at, uint64_t n)
{
    return at > n ? at - n : 0;
}

/* Past the window of opaque content only the last bytes are kept, for the look at its end. */
static int keep_tail(struct mln_collector *c, struct mln_sv bytes, size_t window)
{
    if (bytes.len >= window) {
        bytes = mln_sv_sub(bytes, bytes.len - window, window);
        c->buf.len = 0;
    } else if (c->buf.len + bytes.len > window) {
        mln_buf_consume(&c->buf, c->buf.len + bytes.len - window);
    }
    mln_buf_add_sv(&c->buf, bytes);
    c->judged = before(c->t->body.piece_start, window + DELIMITER_MAX);
    return mln_buf_failed(&c->buf) ? -ENOMEM : 0;
}

static int collect_data(void *self, struct mln_sv bytes)
{
    struct mln_collector *c = self;
    size_t window = c->window;

    c->seen += bytes.len;
    if (is_opaque(c) && c->seen > mln_txn_limit_of(c->t, MLN_LIMIT_opaque_window) + window)
        return keep_tail(c, bytes, window);
    while (bytes.len) {
        size_t room = window > c->buf.len ? window - c->buf.len : 0;
        struct mln_sv part = mln_sv_sub(bytes, 0, room);
        mln_buf_add_sv(&c->buf, part);
        if (mln_buf_failed(&c->buf)) {
            mln_txn_no_memory(c->t);
            return -ENOMEM;
        }
        bytes = mln_sv_sub(bytes, part.len, bytes.len);
        if (c->buf.len >= window) {
            inspect_window(c, false);
            c->judged = c->t->body.piece_start;
        }
        if (mln_txn_step(c->t) == MLN_STEP_STOP)
            return -ECANCELED;
    }
    return 0;
}

static int collect_end(void *self, uint64_t raw_end)
{
    struct mln_collector *c = self;

    inspect_window(c, true);
    c->open = false;
    /* a count of decoded bytes says nothing of the coded ones that may leave */
    c->judged = c->t->body.coded ? c->t->body.piece_start : raw_end;
    return mln_txn_step(c->t) == MLN_STEP_STOP ? -ECANCELED : 0;
}

/* A value that is there as a whole is inspected where it lies. */
static int collect_value(void *self, enum mln_location loc, struct mln_sv name, struct mln_sv value,
                         uint64_t raw_end)
{
    struct mln_collector *c = self;

    if (!is_structured(loc) || value.len >= c->window) {
        int r = collect_begin(c, loc, name);
        if (r == 0)
            r = collect_data(c, value);
        return r ? r : collect_end(c, raw_end);
    }
    if (value.len)
        mln_inspect_value(c->t, loc, name, value);
    c->judged = c->t->body.coded ? c->t->body.piece_start : raw_end;
    return mln_txn_step(c->t) == MLN_STEP_STOP ? -ECANCELED : 0;
}

static int collect_plain(void *self, size_t len, uint64_t raw_end)
{
    struct mln_collector *c = self;

    c->t->verdict.inspected_bytes += len;
    c->judged = c->t->body.coded ? c->t->body.piece_start : raw_end;
    return 0;
}

static int collect_odd(void *self, enum mln_body_odd odd)
{
    struct mln_collector *c = self;
    struct mln_txn *t = c->t;
    const struct mln_body_odd_info *info = mln_body_odd_info(odd);

    if (t->body.odds_seen >> odd & 1)
        return 0;
    t->body.odds_seen |= UINT32_C(1) << odd;
    mln_report(t,
               &(struct mln_report){
                   .detector = info->structural ? MLN_DET_MALFORMED_limit : MLN_DET_MALFORMED_body,
                   .loc = MLN_LOC_BODY,
                   .score = info->structural ? 40 : 15,
                   .message = info->text,
                   .action = -1,
               });
    return mln_txn_step(t) == MLN_STEP_STOP ? -ECANCELED : 0;
}

/* ---- readings ---- */

static int reader_open(struct mln_txn *t, enum mln_reader_kind kind, struct mln_sv boundary)
{
    struct mln_reader *r = &t->body.reader[t->body.n_readers];
    const struct mln_field_sink sink = {
        .self = &r->c,
        .begin = collect_begin,
        .data = collect_data,
        .end = collect_end,
        .odd = collect_odd,
        .value = collect_value,
        .is_plain = t->e->cfg.no_shortcut ? NULL : mln_is_plain,
        .plain = collect_plain,
    };
    const struct mln_body_limits lim = {
        .fields = UINT32_MAX, /* counted by the collector, over all locations */
        .depth = (uint32_t)mln_txn_limit_of(t, MLN_LIMIT_depth),
        .name_bytes = MLN_NAME_BYTES_MAX,
    };
    bool ok = true;

    *r = (struct mln_reader){.kind = kind, .c = {.t = t}};
    r->c.window = (size_t)mln_txn_limit_of(t, MLN_LIMIT_field_hold);
    switch (kind) {
    case MLN_READER_FORM:
        ok = (r->p.form = mln_form_new(t->p.arena, &lim, &sink)) != NULL;
        break;
    case MLN_READER_JSON:
        ok = (r->p.json = mln_json_new(t->p.arena, &lim, &sink)) != NULL;
        break;
    case MLN_READER_MULTIPART:
        ok = (r->p.multipart = mln_multipart_new(t->p.arena, boundary, &lim, &sink)) != NULL;
        break;
    case MLN_READER_XML:
        ok = (r->p.xml = mln_xml_new(t->p.arena, &lim, &sink)) != NULL;
        break;
    default:
        break;
    }
    if (!ok)
        return -ENOMEM;
    t->body.n_readers++;
    return 0;
}

static int opaque_feed(struct mln_reader *r, struct mln_sv in)
{
    if (!r->c.open)
        (void)collect_begin(&r->c, MLN_LOC_BODY, MLN_SV_NULL);
    r->opaque_seen += in.len;
    return collect_data(&r->c, in);
}

static int reader_feed(struct mln_reader *r, struct mln_sv in)
{
    switch (r->kind) {
    case MLN_READER_FORM:
        return mln_form_feed(r->p.form, in);
    case MLN_READER_JSON:
        return mln_json_feed(r->p.json, in);
    case MLN_READER_MULTIPART:
        return mln_multipart_feed(r->p.multipart, in);
    case MLN_READER_XML:
        return mln_xml_feed(r->p.xml, in);
    default:
        return opaque_feed(r, in);
    }
}

static int reader_finish(struct mln_reader *r)
{
    switch (r->kind) {
    case MLN_READER_FORM:
        return mln_form_finish(r->p.form);
    case MLN_READER_JSON:
        return mln_json_finish(r->p.json);
    case MLN_READER_MULTIPART:
        return mln_multipart_finish(r->p.multipart);
    case MLN_READER_XML:
        return mln_xml_finish(r->p.xml);
    default:
        return r->c.open ? collect_end(&r->c, 0) : 0;
    }
}

/* What the body looks like, from its first bytes: a wrong or missing type hides nothing. */
static enum mln_reader_kind sniff(struct mln_sv first)
{
    size_t i = 0;

    while (i < first.len && (mln_cc((unsigned char)first.p[i], MLN_CC_SPACE)))
        i++;
    if (mln_sv_starts(mln_sv_sub(first, i, 3), MLN_SV("\xef\xbb\xbf")))
        i += 3;
    if (i == first.len)
        return MLN_READER_OPAQUE;
    if (first.p[i] == '{' || first.p[i] == '[')
        return MLN_READER_JSON;
    if (first.p[i] == '<')
        return MLN_READER_XML;
    if (mln_sv_starts(mln_sv_sub(first, i, 2), MLN_SV("--")))
        return MLN_READER_MULTIPART;
    struct mln_sv head = mln_sv_sub(first, i, 256);
    size_t eq = mln_sv_chr(head, '=');
    for (size_t k = 0; k < MLN_MIN(eq, head.len); k++)
        if (mln_cc((unsigned char)head.p[k], MLN_CC_SPACE | MLN_CC_CTL))
            return MLN_READER_OPAQUE;
    return eq != SIZE_MAX ? MLN_READER_FORM : MLN_READER_OPAQUE;
}

/* The type ends where any server ends it: some look for ';' only, others take ',' and a space. */
static enum mln_reader_kind declared_kind(struct mln_sv type)
{
    size_t n = 0;

    while (n < type.len && type.p[n] != ',' && type.p[n] != ' ' && type.p[n] != '\t')
        n++;
    type = mln_sv_sub(type, 0, n);
    if (mln_sv_ieq(type, MLN_SV("application/x-www-form-urlencoded")))
        return MLN_READER_FORM;
    if (mln_sv_istarts(type, MLN_SV("multipart/")))
        return MLN_READER_MULTIPART;
    if (mln_sv_ifind(type, MLN_SV("json")) != SIZE_MAX)
        return MLN_READER_JSON;
    if (mln_sv_ifind(type, MLN_SV("xml")) != SIZE_MAX)
        return MLN_READER_XML;
    return MLN_READER_NONE;
}

/* "--boundary" of a body whose type does not say so: its first line. */
static struct mln_sv sniffed_boundary(struct mln_txn *t, struct mln_sv first)
{
    size_t start = mln_sv_find(first, MLN_SV("--"));
    struct mln_sv line = mln_sv_sub(first, start + 2, 70);
    size_t end = 0;

    while (end < line.len && line.p[end] != '\r' && line.p[end] != '\n')
        end++;
    return mln_arena_dup(t->p.arena, mln_sv_sub(line, 0, end));
}

static struct mln_sv declared_boundary(struct mln_txn *t, struct mln_sv params)
{
    uint32_t count = 0;
    struct mln_sv b = mln_media_param(t->p.arena, params, MLN_SV("boundary"), &count);

    return count == 1 ? b : MLN_SV_NULL;
}

/* Opens the declared reading, and the one that the bytes look like when it is another. */
static int readers_choose(struct mln_txn *t, struct mln_sv first)
{
    struct mln_media_type mt;
    struct mln_sv ct = mln_http_get(t->head, MLN_NAME_CONTENT_TYPE);
    int r;

    mln_media_type_parse(ct.p ? ct : MLN_SV(""), &mt);
    enum mln_reader_kind declared = declared_kind(mt.type);
    enum mln_reader_kind looks = sniff(first);
    t->body.sniffed = true;
    if (declared != MLN_READER_NONE) {
        struct mln_sv boundary = MLN_SV_NULL;
        if (declared == MLN_READER_MULTIPART)
            boundary = declared_boundary(t, mt.params);
        r = reader_open(t, declared, boundary);
        if (r < 0)
            return r;
    }
    /* A form starts with anything; only bodies that look like markup or JSON get a second reading,
     * and those without a type the one they look like. */
    if (looks == declared || (declared == MLN_READER_FORM && looks == MLN_READER_OPAQUE) ||
        (declared == MLN_READER_MULTIPART && looks != MLN_READER_JSON && looks != MLN_READER_FORM))
        return 0;
    if (declared != MLN_READER_NONE && looks == MLN_READER_FORM && declared != MLN_READER_MULTIPART)
        return 0;
    if (declared == MLN_READER_JSON && looks == MLN_READER_OPAQUE)
        return 0;
    return reader_open(t, looks,
                       looks == MLN_READER_MULTIPART ? sniffed_boundary(t, first) : MLN_SV_NULL);
}

static int feed_chosen(struct mln_txn *t, struct mln_sv piece)
{
    int r = 0;

    for (uint32_t i = 0; i < t->body.n_readers && r == 0; i++)
        r = reader_feed(&t->body.reader[i], piece);
    return r;
}

/* The readings are chosen by the first bytes that were kept back, whatever pieces they came in. */
static int readers_start(struct mln_txn *t)
{
    struct mln_body_state *b = &t->body;
    uint64_t piece_start = b->piece_start;
    struct mln_sv first = mln_sv(b->first, b->n_first);
    int r = readers_choose(t, first);

    if (r < 0)
        return r;
    b->piece_start = 0;
    r = feed_chosen(t, first);
    b->piece_start = piece_start;
    return r;
}

static int feed_readers(void *self, struct mln_sv piece)
{
    struct mln_txn *t = self;
    struct mln_body_state *b = &t->body;

    b->decoded += piece.len;
    if (b->coded) /* steps for what was received are few beside what it grew to */
        t->budget.steps_left += (uint64_t)MLN_STEPS_PER_BYTE * piece.len;
    if (!b->sniffed) {
        struct mln_sv kept = mln_sv_sub(piece, 0, sizeof(b->first) - b->n_first);
        if (kept.len)
            memcpy(b->first + b->n_first, kept.p, kept.len);
        b->n_first += (uint32_t)kept.len;
        if (b->n_first < sizeof(b->first))
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
    enum mln_body_odd odd = err == -ENOTSUP ? MLN_BODY_ODD_CODING_UNKNOWN
                            : err == -E2BIG ? MLN_BODY_ODD_CODING_LAYERS
                            : err == -EFBIG ? MLN_BODY_ODD_CODING_BOMB
                                            : MLN_BODY_ODD_CODING_CORRUPT;
    struct mln_collector c = {.t = t};

    (void)collect_odd(&c, odd);
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
        t->body.coded = true;
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
    return MLN_MAX(off, before(t->body.received, LAG_MAX));
}

void mln_body_feed(struct mln_txn *t, struct mln_sv piece)
{
    struct mln_body_state *b = &t->body;
    int r;

    if (!b->started)
        body_start(t);
    b->piece_start = b->received;
    b->received += piece.len;
    if (mln_txn_step(t) == MLN_STEP_STOP)
        return;
    if (b->coded && !b->coding_failed) {
        r = mln_inflate_feed(b->inflate, piece, feed_readers, t);
        if (r == -EBADMSG || r == -EFBIG) {
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
    if (!b->sniffed && b->n_first && mln_txn_step(t) == MLN_STEP_MORE)
        body_result(t, readers_start(t));
    for (uint32_t i = 0; i < b->n_readers && mln_txn_step(t) == MLN_STEP_MORE; i++)
        body_result(t, reader_finish(&b->reader[i]));
    b->judged = b->received;
}

void mln_body_free(struct mln_txn *t)
{
    struct mln_body_state *b = &t->body;

    b->inflate = mln_inflate_free(b->inflate);
    for (uint32_t i = 0; i < b->n_readers; i++) {
        if (b->reader[i].kind == MLN_READER_XML)
            b->reader[i].p.xml = mln_xml_free(b->reader[i].p.xml);
        mln_buf_done(&b->reader[i].c.buf);
    }
    b->n_readers = 0;
}
