/* One value at a time from a body parser: inspected as a whole, or in windows when it is longer
 * than field_hold. Knows up to where the body is judged. */
#include <errno.h>

#include "engine/chance.h"
#include "engine/open_text.h"
#include "engine/txn_priv.h"

enum {
    DELIMITER_MAX = 128, /* of multipart, with its line ends */
    NOISE_HEAD = 256,
    NOISE_CARRIED = 64,
};

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

static bool is_guess(const struct mln_collector *c)
{
    return c->guess || (c->sniffed && mln_chance_is_noise(&c->t->budget));
}

/* Of noise only the first bytes are looked at, once, and the last are carried on: a tag, or the
 * text that makes it none, may lie across the cut. */
static void pass_noise(struct mln_collector *c, struct mln_sv value)
{
    if (!c->begun)
        mln_inspect_value(c->t, (enum mln_location)c->loc, c->name,
                          mln_sv_sub(value, 0, NOISE_HEAD));
    c->begun = true;
    c->t->verdict.inspected_bytes += value.len;
    memmove(c->buf.p, c->buf.p + value.len - NOISE_CARRIED, NOISE_CARRIED);
    c->buf.len = NOISE_CARRIED;
}

static bool may_be_noise(const struct mln_collector *c)
{
    return is_opaque(c) && !c->t->custom;
}

/* After a window of noise that ended in `bytes`, of which `rest` is left: the windows that follow
 * are looked at where they lie, as far as they are noise, too. What is left then. */
static struct mln_sv pass_in_place(struct mln_collector *c, struct mln_sv bytes, struct mln_sv rest)
{
    struct mln_sieve *sieve = c->sieve ? c->sieve : mln_uploads_sieve(c->t);
    size_t step = c->window - NOISE_CARRIED;

    if (!may_be_noise(c) || c->buf.len != NOISE_CARRIED ||
        (size_t)(rest.p - bytes.p) < NOISE_CARRIED)
        return rest;
    while (rest.len >= step && mln_is_noise(mln_sv(rest.p - NOISE_CARRIED, c->window), sieve)) {
        c->t->verdict.inspected_bytes += c->window;
        rest = mln_sv_sub(rest, step, rest.len);
    }
    memcpy(c->buf.p, rest.p - NOISE_CARRIED, NOISE_CARRIED);
    return rest;
}

/* A listing that goes on in the next window ends with this one: nothing in it is less shown. */
static void inspect_closed(struct mln_collector *c, bool last)
{
    size_t len = c->buf.len;
    struct mln_open_text open = {.closing = NULL};

    if (!len)
        return;
    if (!last && c->loc != MLN_LOC_FILE)
        mln_open_text_find(mln_buf_sv(&c->buf), &open);
    if (open.closing)
        mln_buf_add_sv(&c->buf, mln_sv_str(open.closing));
    mln_inspect_value(c->t, (enum mln_location)c->loc, c->name, mln_buf_sv(&c->buf));
    c->buf.len = len;
}

static void inspect_window(struct mln_collector *c, bool last)
{
    struct mln_txn *t = c->t;
    struct mln_sv value = mln_buf_sv(&c->buf);

    if (may_be_noise(c) && mln_is_noise(value, NULL)) {
        pass_noise(c, value);
        c->buf.len = last ? 0 : c->buf.len;
        return;
    }
    t->body.within = c->begun;
    c->begun = true;
    inspect_closed(c, last);
    if (t->custom && !t->nest.depth) /* where the buffer is now */
        mln_custom_value(t, (enum mln_location)c->loc, c->name, mln_buf_sv(&c->buf));
    if (last) {
        c->buf.len = 0;
        return;
    }
    c->buf.len = mln_squeeze_window(c->buf.p, c->buf.len);
}

/* "user", "item[0].id": what a program calls its fields. */
static bool is_given_name(struct mln_sv name)
{
    enum { NAME_MAX_BYTES = 64 };

    for (size_t i = 0; i < name.len; i++)
        if (!mln_cc((unsigned char)name.p[i], MLN_CC_WORD) && !memchr(".-[]", name.p[i], 4))
            return false;
    return name.len && name.len <= NAME_MAX_BYTES;
}

static int collect_begin(void *self, enum mln_location loc, struct mln_sv name)
{
    struct mln_collector *c = self;

    c->t->budget.guessed = c->sniffed || c->guess;
    c->loc = (uint8_t)loc;
    c->passed = c->named && (loc == MLN_LOC_FORM_NAME || !is_given_name(name));
    c->open = true;
    c->begun = false;
    c->seen = 0;
    c->buf.len = 0;
    name = mln_sv_sub(name, 0, sizeof(c->name_buf));
    if (name.len)
        memcpy(c->name_buf, name.p, name.len);
    c->name = mln_sv(name.p ? c->name_buf : NULL, name.len);
    int r = mln_uploads_begin(c);
    if (r < 0)
        return r;
    if (!is_structured(loc) && !is_guess(c) && !mln_count_arg(c->t))
        return mln_txn_step(c->t) == MLN_STEP_STOP ? -ECANCELED : 0;
    return 0;
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
    c->judged = mln_before(c->t->body.piece_start, window + DELIMITER_MAX);
    return mln_buf_failed(&c->buf) ? -ENOMEM : 0;
}

static int collect_windows(struct mln_collector *c, struct mln_sv bytes)
{
    while (bytes.len) {
        size_t room = c->window > c->buf.len ? c->window - c->buf.len : 0;
        struct mln_sv part = mln_sv_sub(bytes, 0, room);
        mln_buf_add_sv(&c->buf, part);
        if (mln_buf_failed(&c->buf)) {
            mln_txn_no_memory(c->t);
            return -ENOMEM;
        }
        struct mln_sv rest = mln_sv_sub(bytes, part.len, bytes.len);
        if (c->buf.len >= c->window) {
            if (!is_opaque(c))
                mln_met_limit(c->t, MLN_LIMIT_field_hold);
            inspect_window(c, false);
            c->judged = c->t->body.piece_start;
            rest = pass_in_place(c, bytes, rest);
        }
        bytes = rest;
        if (mln_txn_step(c->t) == MLN_STEP_STOP)
            return -ECANCELED;
    }
    return 0;
}

/* How many of the next n bytes lie within what is inspected of opaque content from its start: where
 * that ends must not depend on the pieces in which it came. */
static size_t within_start(const struct mln_collector *c, size_t n)
{
    uint64_t most = mln_txn_limit_of(c->t, MLN_LIMIT_opaque_window) + c->window;

    return is_opaque(c) ? (size_t)MLN_MIN((uint64_t)n, mln_before(most, c->seen)) : n;
}

static int collect_data(void *self, struct mln_sv bytes)
{
    struct mln_collector *c = self;
    size_t n = within_start(c, bytes.len);

    c->seen += bytes.len;
    if (c->passed) {
        c->judged = c->t->body.piece_start;
        return 0;
    }
    int r = mln_uploads_data(c, bytes);
    if (r < 0)
        return r;
    r = collect_windows(c, mln_sv_sub(bytes, 0, n));
    if (r < 0 || n == bytes.len)
        return r;
    mln_met_limit(c->t, MLN_LIMIT_opaque_window);
    return keep_tail(c, mln_sv_sub(bytes, n, bytes.len), c->window);
}

/* What is to be known of a field besides what is in it. */
static void check_field(struct mln_collector *c, struct mln_sv value)
{
    (void)mln_check_charset_field(c->t, c->name, value);
    if (c->seen == value.len && !c->t->nest.depth)
        mln_repeats_add(c->t, (enum mln_location)c->loc, c->name, value);
}

static int collect_end(void *self, uint64_t raw_end)
{
    struct mln_collector *c = self;

    mln_uploads_end(c, mln_buf_sv(&c->buf));
    if ((c->loc == MLN_LOC_FORM || c->loc == MLN_LOC_MULTIPART) && !is_guess(c))
        check_field(c, mln_buf_sv(&c->buf));
    inspect_window(c, true);
    c->open = false;
    /* a count of decoded bytes says nothing of the coded ones that may leave */
    c->judged = c->t->body.recoded ? c->t->body.piece_start : raw_end;
    return mln_txn_step(c->t) == MLN_STEP_STOP ? -ECANCELED : 0;
}

/* A key stands in the pointer with "~1" for '/' and "~0" for '~' (RFC 6901 section 3). */
static struct mln_sv key_of(struct mln_collector *c, struct mln_sv text)
{
    if (mln_sv_chr(text, '~') == SIZE_MAX)
        return text;
    c->buf.len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool escape =
            text.p[i] == '~' && i + 1 < text.len && (text.p[i + 1] == '0' || text.p[i + 1] == '1');
        mln_buf_add_char(&c->buf, !escape ? text.p[i] : text.p[i + 1] == '1' ? '/' : '~');
        i += escape;
    }
    return mln_buf_failed(&c->buf) ? text : mln_buf_sv(&c->buf);
}

/* A value that is there as a whole is inspected where it lies. */
static int collect_value(void *self, enum mln_location loc, struct mln_sv name, struct mln_sv value,
                         uint64_t raw_end)
{
    struct mln_collector *c = self;

    if (!is_structured(loc) || value.len >= c->window || mln_uploads_wants(c, value)) {
        int r = collect_begin(c, loc, name);
        if (r == 0)
            r = collect_data(c, value);
        return r ? r : collect_end(c, raw_end);
    }
    if (loc == MLN_LOC_JSON_NAME)
        value = key_of(c, value);
    c->t->budget.guessed = c->sniffed || c->guess;
    if (value.len)
        mln_inspect_value(c->t, loc, name, value);
    if (c->t->custom && !c->t->nest.depth)
        mln_custom_value(c->t, loc, name, value);
    c->judged = c->t->body.recoded ? c->t->body.piece_start : raw_end;
    return mln_txn_step(c->t) == MLN_STEP_STOP ? -ECANCELED : 0;
}

static int collect_plain(void *self, size_t len, uint64_t raw_end)
{
    struct mln_collector *c = self;

    c->t->verdict.inspected_bytes += len;
    c->judged = c->t->body.recoded ? c->t->body.piece_start : raw_end;
    return 0;
}

/* What the parsers met on our behalf. They do not tell which of the two bounds of a decoded body.
 */
static void meet_limits(struct mln_txn *t, enum mln_body_odd odd)
{
    if (odd == MLN_BODY_ODD_JSON_DEPTH || odd == MLN_BODY_ODD_XML_DEPTH)
        mln_met_limit(t, MLN_LIMIT_depth);
    if (odd == MLN_BODY_ODD_CODING_LAYERS)
        mln_met_limit(t, MLN_LIMIT_codings);
    if (odd == MLN_BODY_ODD_CODING_BOMB) {
        mln_met_limit(t, MLN_LIMIT_inflate_bytes);
        mln_met_limit(t, MLN_LIMIT_inflate_ratio);
    }
}

int mln_body_report(struct mln_txn *t, enum mln_body_odd odd)
{
    const struct mln_body_odd_info *info = mln_body_odd_info(odd);

    if (t->body.odds_seen >> odd & 1)
        return 0;
    t->body.odds_seen |= UINT32_C(1) << odd;
    meet_limits(t, odd);
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

int mln_check_charset_field(struct mln_txn *t, struct mln_sv name, struct mln_sv value)
{
    bool hides = mln_sv_eq(name, MLN_SV("_charset_")) && value.len &&
                 !mln_charset_keeps_ascii(mln_sv_trim(value));

    return hides ? mln_body_report(t, MLN_BODY_ODD_CHARSET) : 0;
}

static int collect_odd(void *self, enum mln_body_odd odd)
{
    struct mln_collector *c = self;
    /* what nobody said to be JSON is no odd JSON */
    bool no_claim = c->sniffed && !mln_body_odd_info(odd)->structural;

    return no_claim || is_guess(c) ? 0 : mln_body_report(c->t, odd);
}

static void collect_document(void *self, uint64_t raw_end)
{
    struct mln_collector *c = self;

    c->judged = c->t->body.recoded ? c->t->body.piece_start : raw_end;
}

static bool collect_is_plain(const void *self, struct mln_sv name, struct mln_sv value)
{
    const struct mln_collector *c = self;

    return mln_is_plain(&c->t->e->words, name, value);
}

struct mln_field_sink mln_collector_sink(struct mln_collector *c)
{
    return (struct mln_field_sink){
        .self = c,
        .sieve = c->sieve,
        .begin = collect_begin,
        .data = collect_data,
        .end = collect_end,
        .odd = collect_odd,
        .value = collect_value,
        .is_plain = c->t->e->cfg.no_shortcut || c->t->custom ? NULL : collect_is_plain,
        .plain = collect_plain,
        .document = collect_document,
    };
}
