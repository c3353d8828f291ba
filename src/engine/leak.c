/* The response body: what leaks, how far it may be sent, what is to be overwritten.
 *
 * Words are looked for in one pass; what stands around a word decides. The window holds what a
 * check may look back at and what no check has seen yet, so a word is found however the bytes are
 * split. Offsets count decoded bytes. */
#include "engine/leak.h"

#include <errno.h>

#include "engine/leak_checks.h"
#include "engine/txn_priv.h"

enum {
    WORD_MAX = 64,
    KEY_HOLD = 16 << 10,      /* of a private key whose end has not come */
    CARD_MAX = 40,            /* of its digits and what stands between them */
    REPETITIVE_MAX = 1 << 20, /* of a page that may be as repetitive as it likes */
    MASKS_MAX = 16,
    MARKS_MAX = 32,
    UNDECIDED_MAX =
        64 << 10, /* bytes as they came that custom rules may wait for what is in them */
};

static const struct leak_word {
    const char *text;
    uint8_t detector, check;
} leak_words[] = {
#define X(text, sub, check) {text, MLN_DET_LEAKAGE_##sub, MLN_LEAK_##check},
#include "engine/leak_words.def"
#undef X
};

struct mln_words *mln_leak_words_new(void)
{
    struct mln_sv text[MLN_ARRAY_LEN(leak_words)];

    for (size_t i = 0; i < MLN_ARRAY_LEN(leak_words); i++)
        text[i] = mln_sv_str(leak_words[i].text);
    return mln_words_new(text, MLN_ARRAY_LEN(leak_words));
}

/* Of a coded body: so many bytes as they came gave so many decoded ones. */
struct mark {
    uint64_t received, decoded;
};

struct mln_leak {
    struct mln_inflate *inflate;
    bool coding_failed, holds_nothing, ended;
    bool for_leaks; /* else for custom rules only */
    struct mln_words_scan scan;
    struct mln_buf window;
    uint64_t base;   /* offset of the window's first byte */
    size_t pos;      /* words were looked for up to here in the window */
    size_t card_pos; /* and cards */
    uint64_t received;
    uint32_t reported; /* bit per detector of the protection */
    uint8_t traces;    /* lines of a Java trace */
    bool key_open;     /* a private key goes on from key_from */
    uint64_t key_from;
    struct mln_response_mask mask[MASKS_MAX];
    uint32_t n_masks;
    struct mark mark[MARKS_MAX];
    uint32_t n_marks;
};

/* ---- what is looked at ---- */

static bool any_action(const struct mln_txn *t)
{
    for (unsigned d = MLN_DET_LEAKAGE_private_key; d <= MLN_DET_LEAKAGE_card; d++)
        if (t->rule->action[d] != MLN_ACT_OFF)
            return true;
    return false;
}

/* Pictures and sound hold none of these texts; archives and documents only coded. */
static bool is_text(const struct mln_http_head *h)
{
    static const char *const others[] = {"image/", "video/", "audio/", "font/"};
    struct mln_sv type = mln_http_get(h, MLN_NAME_CONTENT_TYPE);

    if (mln_sv_istarts(type, MLN_SV("image/svg")))
        return true;
    for (size_t i = 0; i < MLN_ARRAY_LEN(others); i++)
        if (mln_sv_istarts_str(type, others[i]))
            return false;
    return true;
}

static bool is_html(const struct mln_txn *t)
{
    return mln_sv_istarts(mln_http_get(t->response, MLN_NAME_CONTENT_TYPE), MLN_SV("text/html"));
}

static int start_decoding(struct mln_txn *t, struct mln_leak *l, const struct mln_http_head *h)
{
    struct mln_sv coding = mln_http_get(h, MLN_NAME_CONTENT_ENCODING);
    const struct mln_inflate_limits lim = {
        .out_bytes = mln_txn_limit_of(t, MLN_LIMIT_inflate_bytes),
        .ratio_from = REPETITIVE_MAX,
        .ratio = (uint32_t)mln_txn_limit_of(t, MLN_LIMIT_inflate_ratio),
        .layers = (uint32_t)mln_txn_limit_of(t, MLN_LIMIT_codings),
        .pool = &t->e->decoders,
    };

    if (!coding.len || mln_sv_ieq(coding, MLN_SV("identity")))
        return 0;
    return mln_inflate_new(&l->inflate, coding, &lim);
}

/* What is decoded so far is all that there will be: the coding is unknown or broken, or a bomb that
 * would cost more than the client's request did. */
static void give_up(struct mln_txn *t, int err)
{
    t->leak->coding_failed = true;
    if (err == -EFBIG) { /* which of both it was is not told */
        mln_met_limit(t, MLN_LIMIT_inflate_bytes);
        mln_met_limit(t, MLN_LIMIT_inflate_ratio);
    }
    mln_custom_answer_end(t);
}

void mln_leak_start(struct mln_txn *t, const struct mln_http_head *h)
{
    bool for_leaks = any_action(t) && is_text(h);
    bool is_events =
        mln_sv_istarts(mln_http_get(h, MLN_NAME_CONTENT_TYPE), MLN_SV("text/event-stream"));

    if (h->framing == MLN_FRAMING_NONE || is_events) /* which is not to wait */
        mln_custom_answer_end(t);
    if (h->framing == MLN_FRAMING_NONE || (!for_leaks && mln_custom_answer_decided(t)))
        return;
    struct mln_leak *l = mln_arena_zalloc(t->p.arena, sizeof(*l));
    if (!l) {
        mln_txn_no_memory(t);
        return;
    }
    t->leak = l;
    l->for_leaks = for_leaks;
    l->holds_nothing = is_events;
    int r = start_decoding(t, l, h);
    if (r < 0)
        give_up(t, r); /* nobody here can read it */
}

void mln_leak_free(struct mln_txn *t)
{
    if (t->leak) {
        t->leak->inflate = mln_inflate_free(t->leak->inflate);
        mln_buf_done(&t->leak->window);
    }
}

/* ---- what leaks ---- */

bool mln_leak_masks(const struct mln_txn *t)
{
    return t->leak && t->leak->for_leaks && t->rule->leak_mask;
}

static bool may_mask(const struct mln_txn *t, unsigned detector)
{
    return t->rule->leak_mask && t->verdict.mode == MLN_MODE_ENFORCE && !t->leak->inflate &&
           !t->leak->holds_nothing && t->rule->action[detector] >= MLN_ACT_PREVENT;
}

static void add_mask(struct mln_leak *l, uint64_t from, uint64_t to)
{
    struct mln_response_mask *last = l->n_masks ? &l->mask[l->n_masks - 1] : NULL;

    if (last && (l->n_masks == MASKS_MAX || from <= last->to)) {
        last->to = MLN_MAX(last->to, to); /* rather too much than too little */
        return;
    }
    l->mask[l->n_masks++] = (struct mln_response_mask){from, to};
}

static void report_leak(struct mln_txn *t, unsigned detector, size_t from, size_t to, bool masked)
{
    struct mln_leak *l = t->leak;
    uint32_t bit = UINT32_C(1) << (detector - MLN_DET_LEAKAGE_private_key);

    if (l->reported & bit)
        return;
    l->reported |= bit;
    mln_report(t, &(struct mln_report){
                      .detector = (enum mln_detector_id)detector,
                      .loc = MLN_LOC_RESPONSE,
                      .value = mln_buf_sv(&l->window),
                      .offset = (uint32_t)from,
                      .length = (uint32_t)(to - from),
                      .score = 100,
                      .said = masked ? MLN_SV("overwritten in the answer: a secret, or what tells "
                                              "an attacker how the application is made")
                                     : MLN_SV_NULL,
                      .action = masked ? MLN_ACT_ALERT : -1,
                  });
}

static void on_leak(struct mln_txn *t, unsigned detector, struct mln_leak_span span)
{
    struct mln_leak *l = t->leak;
    bool masked = may_mask(t, detector);

    if (t->rule->action[detector] == MLN_ACT_OFF)
        return;
    report_leak(t, detector, span.from, span.to, masked);
    if (masked)
        add_mask(l, l->base + span.from, l->base + span.to);
    if (masked && detector == MLN_DET_LEAKAGE_private_key) {
        l->key_open = true;
        l->key_from = l->base + span.to;
    }
}

/* One line of a trace may be an example in a text. */
static bool is_enough(struct mln_leak *l, unsigned check)
{
    return check != MLN_LEAK_JAVA || ++l->traces >= 2;
}

static void on_word(struct mln_txn *t, const struct leak_word *w, size_t from, size_t to)
{
    struct mln_leak *l = t->leak;

    if (w->check == MLN_LEAK_KEY_END && l->key_open) {
        add_mask(l, l->key_from, l->base + from);
        l->key_open = false;
    }
    if (w->detector == MLN_DET_LEAKAGE_source && !is_html(t))
        return;
    struct mln_leak_span span =
        mln_leak_around((enum mln_leak_check)w->check, mln_buf_sv(&l->window), from, to);
    if (span.to && is_enough(l, w->check))
        on_leak(t, w->detector, span);
}

/* Looks for words up to where a check would lack what follows. */
static void scan_words(struct mln_txn *t)
{
    struct mln_leak *l = t->leak;

    for (;;) {
        struct mln_words_scan before = l->scan;
        size_t i = l->pos;
        int k = mln_words_next(t->e->leak_words, &l->scan, mln_buf_sv(&l->window), &i);
        if (k < 0) {
            l->pos = i;
            return;
        }
        size_t from = i - strlen(leak_words[k].text);
        if (!l->ended && l->window.len - from < MLN_LEAK_AFTER) {
            /* once more when there is more; no word begins earlier and ends later than this */
            size_t again = from > WORD_MAX ? from - WORD_MAX : 0;
            l->scan = before;
            if (again > l->pos)
                l->scan.state = 0;
            l->pos = MLN_MAX(l->pos, again);
            return;
        }
        l->pos = i;
        on_word(t, &leak_words[k], from, i);
    }
}

static void scan_cards(struct mln_txn *t)
{
    struct mln_leak *l = t->leak;
    size_t end = l->ended ? l->window.len : mln_before(l->window.len, CARD_MAX);

    if (t->rule->action[MLN_DET_LEAKAGE_card] == MLN_ACT_OFF) {
        l->card_pos = l->window.len;
        return;
    }
    while (l->card_pos < end) {
        size_t card = mln_leak_card(mln_buf_sv(&l->window), l->card_pos);
        if (card)
            on_leak(t, MLN_DET_LEAKAGE_card, (struct mln_leak_span){l->card_pos, card});
        l->card_pos = card ? card : l->card_pos + 1;
    }
}

/* A key whose end does not come is overwritten as far as it came. */
static void bound_key(struct mln_leak *l)
{
    uint64_t at = l->base + l->pos;

    if (l->key_open && (l->ended || at > l->key_from + KEY_HOLD)) {
        add_mask(l, l->key_from, at);
        l->key_from = at;
    }
}

/* Decoded bytes up to here are done with: what a word or card may still reach back to is not. */
static uint64_t judged(const struct mln_txn *t)
{
    const struct mln_leak *l = t->leak;

    if (l->ended)
        return UINT64_MAX;
    size_t pending = mln_words_pending(t->e->leak_words, &l->scan);
    uint64_t at = mln_before(l->base + l->pos, pending + MLN_LEAK_BEFORE);
    at = MLN_MIN(at, l->base + l->card_pos);
    return l->key_open ? MLN_MIN(at, l->key_from) : at;
}

/* Cuts what no check will look at again off the window's start. */
static void slide(struct mln_txn *t)
{
    struct mln_leak *l = t->leak;
    size_t cut = (size_t)mln_before(MLN_MIN(l->pos, l->card_pos), MLN_LEAK_BEFORE + WORD_MAX);

    mln_buf_consume(&l->window, cut);
    l->base += cut;
    l->pos -= cut;
    l->card_pos -= cut;
}

static int look(void *self, struct mln_sv piece)
{
    struct mln_txn *t = self;
    struct mln_leak *l = t->leak;

    mln_custom_answer_body(t, piece);
    if (!l->for_leaks) {
        l->base += piece.len;
        return mln_txn_step(t) == MLN_STEP_STOP ? -ECANCELED : 0;
    }
    mln_buf_add_sv(&l->window, piece);
    if (mln_buf_failed(&l->window))
        return -ENOMEM;
    scan_words(t);
    scan_cards(t);
    bound_key(l);
    slide(t);
    return mln_txn_step(t) == MLN_STEP_STOP ? -ECANCELED : 0;
}

/* ---- codings ---- */

/* The oldest marks make room: they only say what may have been sent long ago. */
static void mark(struct mln_leak *l)
{
    const struct mark m = {l->received, l->base + l->window.len};

    if (l->n_marks == MARKS_MAX) {
        memmove(l->mark, l->mark + 1, (MARKS_MAX - 1) * sizeof(l->mark[0]));
        l->n_marks--;
    }
    l->mark[l->n_marks++] = m;
}

static uint64_t raw_offset(const struct mln_leak *l, uint64_t decoded)
{
    uint64_t at = 0;

    for (uint32_t i = 0; i < l->n_marks && l->mark[i].decoded <= decoded; i++)
        at = l->mark[i].received;
    return at;
}

/* ---- the body ---- */

int mln_txn_response_body(struct mln_txn *t, struct mln_sv piece)
{
    struct mln_leak *l = t->leak;
    int r = 0;

    if (!l || l->coding_failed || mln_txn_step(t) == MLN_STEP_STOP ||
        (!l->for_leaks && mln_custom_answer_decided(t)))
        return mln_txn_step(t);
    l->received += piece.len;
    if (l->received > UNDECIDED_MAX)
        mln_custom_answer_end(t);
    if (l->inflate) {
        r = mln_inflate_feed(l->inflate, piece, look, t);
        if (r == -EBADMSG || r == -EFBIG || r == -ENOBUFS)
            give_up(t, r);
        mark(l);
    } else {
        r = look(t, piece);
    }
    if (r == -ENOMEM)
        mln_txn_no_memory(t);
    return mln_txn_step(t);
}

int mln_txn_response_end(struct mln_txn *t)
{
    struct mln_leak *l = t->leak;

    if (l && !l->ended) {
        l->ended = true;
        if (!l->coding_failed && look(t, MLN_SV("")) == -ENOMEM)
            mln_txn_no_memory(t);
        mln_custom_answer_end(t);
    }
    return mln_txn_step(t);
}

bool mln_txn_response_looks(const struct mln_txn *t)
{
    return t->leak && !t->leak->coding_failed;
}

uint64_t mln_txn_response_release(const struct mln_txn *t)
{
    const struct mln_leak *l = t->leak;

    if (!l || l->coding_failed || l->ended || l->holds_nothing)
        return UINT64_MAX;
    if (!mln_custom_answer_decided(t))
        return 0;
    if (!l->for_leaks)
        return UINT64_MAX;
    return l->inflate ? raw_offset(l, judged(t)) : judged(t);
}

bool mln_txn_response_mask(struct mln_txn *t, struct mln_response_mask *ret)
{
    struct mln_leak *l = t->leak;

    if (!l || !l->n_masks)
        return false;
    *ret = l->mask[--l->n_masks];
    return true;
}
