/* What a structural detector gets and gives. A detector reports signals, not verdicts: it adds
 * MLN_SIG_* with the place where it saw them, allocates nothing, keeps no state between calls, is
 * single-pass O(n*k), takes its steps from the budget (at most 64 per byte) and stops when they
 * are gone. Scoring is the engine's. One thread. */
#ifndef MLN_ENGINE_DETECT_H
#define MLN_ENGINE_DETECT_H

#include "base/base.h"
#include "engine/tables.h"
#include "http/field.h"

/* X(symbol, name in audits): a lane is one way of undoing encodings (detection guide, section 2).
 * RAW is the value as the field parser delivers it (percent-decoded once for query and form). */
/* clang-format off */
#define MLN_LANES(X)                                                                               \
    X(RAW, "raw")                                                                                  \
    X(URL, "url")                                                                                  \
    X(HTML, "html") X(JS, "js") X(CSS, "css") X(SH, "sh") X(SQL, "sql") X(BASE64, "base64")
/* clang-format on */

enum mln_lane {
#define X(sym, name) MLN_LANE_##sym,
    MLN_LANES(X)
#undef X
        MLN_LANE_MAX
};
const char *mln_lane_name(enum mln_lane l);

enum {
    MLN_VIEW_OVERLONG = 1 << 0, /* overlong UTF-8 gave ASCII */
    MLN_VIEW_NUL = 1 << 1,
    MLN_VIEW_LOOKALIKE = 1 << 2, /* full-width or other look-alike code points gave ASCII */
    MLN_VIEW_TRUNCATED = 1 << 3, /* a bound cut the view */
    MLN_VIEW_BAD_ESCAPE = 1 << 4,
    MLN_VIEW_PERCENT_U = 1 << 5, /* %uXXXX was undone */
    MLN_VIEW_CUT = 1 << 6,       /* window into a longer value: start or end is not the value's */
};

/* Byte classes that occur in a view (bits of mln_view.classes). */
enum {
    MLN_BC_SQUOTE = 1 << 0,
    MLN_BC_DQUOTE = 1 << 1,
    MLN_BC_BTICK = 1 << 2,
    MLN_BC_LT = 1 << 3,
    MLN_BC_GT = 1 << 4,
    MLN_BC_PAREN = 1 << 5,
    MLN_BC_SEMI = 1 << 6,
    MLN_BC_PIPE = 1 << 7,
    MLN_BC_AMP = 1 << 8,
    MLN_BC_DOLLAR = 1 << 9,
    MLN_BC_BSLASH = 1 << 10,
    MLN_BC_SLASH = 1 << 11,
    MLN_BC_DOT = 1 << 12,
    MLN_BC_PERCENT = 1 << 13,
    MLN_BC_HIGH = 1 << 14,
    MLN_BC_CTL = 1 << 15,
    MLN_BC_BRACE = 1 << 16,
    MLN_BC_BRACKET = 1 << 17,
    MLN_BC_HASH = 1 << 18,
    MLN_BC_DASH = 1 << 19,
    MLN_BC_EQ = 1 << 20,
    MLN_BC_COLON = 1 << 21,
    MLN_BC_STAR = 1 << 22,
    MLN_BC_AT = 1 << 23,
    MLN_BC_SPACE = 1 << 24,
    MLN_BC_DIGIT = 1 << 25,
    MLN_BC_ALPHA = 1 << 26,
    MLN_BC_PLUS = 1 << 27,
    MLN_BC_CARET = 1 << 28,
    MLN_BC_BANG = 1 << 29,
    MLN_BC_COMMA = 1 << 30,
    MLN_BC_NEWLINE = 1u << 31, /* CR or LF; not counted as CTL. HT counts as SPACE */
};

struct mln_view {
    const uint8_t *p; /* alive during the call */
    uint32_t n;
    uint8_t lane;         /* enum mln_lane: the last step; see `lanes` for all */
    uint8_t lanes;        /* bit per lane that changed something on the way here */
    uint8_t rounds;       /* percent rounds undone beyond what the field's syntax asks for */
    uint8_t depth;        /* containers around it (base64, …) */
    uint8_t index;        /* among the views of its value */
    uint32_t flags;       /* MLN_VIEW_* */
    uint32_t classes;     /* MLN_BC_* that occur */
    const uint8_t *quads; /* which four neighbours occur (engine/scan.h); NULL: unknown */
    uint8_t quad_shift;   /* 32 less the bits of a slot's number */
};

/* Counts work, to say now and then that some of it is done: whoever runs the engine may turn to
 * others meanwhile. */
enum { MLN_PACE_WORK = 4096 };
struct mln_pace {
    uint64_t work; /* since that was said */
    void (*say)(struct mln_pace *p);
};

struct mln_budget {
    struct mln_pace *pace;         /* NULL: nobody wants to know */
    uint64_t steps_left;           /* a detector takes roughly one per byte and state */
    bool exhausted;                /* sticky; counted and scored by the engine */
    uint64_t values, bytes, noise; /* read so far, and how much of it is noise (chance.h) */
    bool guessed; /* where a value begins and ends is a guess: its edges are nothing special */
};
/* Some work of about n steps is done. What was in the scratch arena still is. */
static inline void mln_budget_pace(struct mln_budget *b, uint64_t n)
{
    if (!b->pace || (b->pace->work += n) < MLN_PACE_WORK)
        return;
    b->pace->work = 0;
    b->pace->say(b->pace);
}
/* Takes n steps; false when they are gone. */
static inline bool mln_budget_take(struct mln_budget *b, uint64_t n)
{
    if (b->steps_left < n) {
        b->steps_left = 0;
        b->exhausted = true;
        return false;
    }
    b->steps_left -= n;
    mln_budget_pace(b, n);
    return true;
}

struct mln_signal_hit {
    uint16_t signal; /* enum mln_signal */
    uint8_t lane, lanes, rounds;
    uint8_t view;      /* index of the view that showed it */
    uint32_t off, len; /* in that view */
};
/* What the trained model says of a value (engine/ngram.h). */
struct mln_ngram_hit {
    int32_t raw;
    int16_t points;     /* 0: nothing */
    uint8_t protection; /* enum mln_protection that it is most like */
    uint8_t view;
    uint32_t off, len; /* of the part that was scored, in that view */
};
enum { MLN_HITS_MAX = 48 };
struct mln_findings {
    struct mln_signal_hit hit[MLN_HITS_MAX]; /* each signal once: its first sight */
    uint32_t n;
    uint64_t seen[(MLN_SIG_MAX + 63) / 64];
    const struct mln_shown_code *shown;    /* of the view at hand, or NULL (engine/shown_code.h) */
    const struct mln_stretches *stretches; /* of the view at hand when it is noise, or NULL */
    bool noise; /* the value is, or a view of it: how it is judged hangs on what came before it */
    struct mln_ngram_hit model;
};
void mln_findings_clear(struct mln_findings *f);
/* Records `s` at [off, off+len) of the view unless it was seen already, means nothing in the code
 * that a text shows, or is what chance makes in noise. */
void mln_findings_add(struct mln_findings *f, enum mln_signal s, const struct mln_view *v,
                      size_t off, size_t len);
/* Forgets `s`, which means nothing where the value stands. */
void mln_findings_drop(struct mln_findings *f, enum mln_signal s);
bool mln_findings_has(const struct mln_findings *f, enum mln_signal s) MLN_PURE;
/* Forgets the signals of `p`, for the same reason. */
void mln_findings_drop_all(struct mln_findings *f, enum mln_protection p);
/* Sum of the points of `p` (0-100). */
int mln_findings_points(const struct mln_findings *f, enum mln_protection p) MLN_PURE;

/* What is known of the value that the view belongs to. */
struct mln_detect_ctx {
    enum mln_location loc;
    struct mln_sv name; /* parameter, cookie or header name; JSON pointer; absent for PATH */
    struct mln_budget *budget;
};

typedef void (*mln_detect_fn)(const struct mln_view *v, struct mln_detect_ctx *ctx,
                              struct mln_findings *out);
/* One row per detector function (detect.c). It runs on a view when its lane is in `lanes` and
 * (view.classes & any) != 0 (or any == 0). */
struct mln_detector_fn {
    const char *name;
    mln_detect_fn run;
    uint32_t lanes; /* bit per enum mln_lane */
    uint32_t any;   /* MLN_BC_* */
    bool binary;    /* also on file contents and binary bodies */
    bool noise;     /* also on noise without a stretch of text: finds objects that are binary */
};
extern const struct mln_detector_fn mln_detector_fns[];
extern const size_t mln_detector_fns_n;

void mln_detect_sqli(const struct mln_view *v, struct mln_detect_ctx *ctx,
                     struct mln_findings *out);
void mln_detect_xss(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out);
void mln_detect_traversal(const struct mln_view *v, struct mln_detect_ctx *ctx,
                          struct mln_findings *out);
void mln_detect_cmdi(const struct mln_view *v, struct mln_detect_ctx *ctx,
                     struct mln_findings *out);
void mln_detect_shellshock(const struct mln_view *v, struct mln_detect_ctx *ctx,
                           struct mln_findings *out);
void mln_detect_code(const struct mln_view *v, struct mln_detect_ctx *ctx,
                     struct mln_findings *out);
void mln_detect_template(const struct mln_view *v, struct mln_detect_ctx *ctx,
                         struct mln_findings *out);
void mln_detect_object(const struct mln_view *v, struct mln_detect_ctx *ctx,
                       struct mln_findings *out);
void mln_detect_query(const struct mln_view *v, struct mln_detect_ctx *ctx,
                      struct mln_findings *out);

#endif
