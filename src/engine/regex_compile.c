/* Regular expression -> positions, and which may follow which. A repetition with bounds is read
 * again for each of its copies, so that every position stands for one place. */
#include <errno.h>

#include "engine/regex.h"

enum {
    START = 256,
    END = 257,
    DEPTH_MAX = 32,
    REPEAT_MAX = 64,
    ITEMS_MAX = 1 << 14 /* read, copies included: groups of nothing cost no position */
};

struct set {
    uint64_t w[MLN_REGEX_SETS_MAX];
};
struct symbols {
    uint64_t w[5]; /* a bit per symbol */
};

/* What a part of the expression may begin and end with. */
struct part {
    struct set first, last;
    bool empty; /* it may be nothing */
};

struct reader {
    struct mln_sv s;
    size_t i;
    size_t at; /* where what is being read starts, for messages */
    const char *why;
    bool fold;
    unsigned depth, n, items;
    struct symbols takes[MLN_REGEX_POSITIONS_MAX];
    struct set follows[MLN_REGEX_POSITIONS_MAX];
};

static int fail(struct reader *r, const char *why)
{
    r->why = why;
    return -EINVAL;
}

static bool more(const struct reader *r)
{
    return r->i < r->s.len;
}

static char peek(const struct reader *r)
{
    return more(r) ? r->s.p[r->i] : '\0';
}

/* ---- sets ---- */

static void set_or(struct set *to, const struct set *from)
{
    for (unsigned k = 0; k < MLN_REGEX_SETS_MAX; k++)
        to->w[k] |= from->w[k];
}

static void add_symbol(struct symbols *s, unsigned c)
{
    s->w[c / 64] |= UINT64_C(1) << (c % 64);
}

static void add_class(struct symbols *s, unsigned mask, bool invert)
{
    for (unsigned c = 0; c < 256; c++)
        if (mln_cc((unsigned char)c, mask) != invert)
            add_symbol(s, c);
}

static bool has_symbol(const struct symbols *s, unsigned c)
{
    return s->w[c / 64] >> (c % 64) & 1;
}

static void fold_case(struct symbols *s)
{
    for (unsigned c = 'a'; c <= 'z'; c++)
        if (has_symbol(s, c) || has_symbol(s, c - 32)) {
            add_symbol(s, c);
            add_symbol(s, c - 32);
        }
}

/* ---- one item ---- */

static int read_hex(struct reader *r, struct symbols *s)
{
    unsigned v = 0;

    for (int k = 0; k < 2; k++) {
        int d = more(r) ? mln_hexval((unsigned char)r->s.p[r->i]) : -1;
        if (d < 0)
            return fail(r, "expected two hex digits after \\x");
        v = v << 4 | (unsigned)d;
        r->i++;
    }
    add_symbol(s, v);
    return 0;
}

/* Behind a backslash. */
static int read_escape(struct reader *r, struct symbols *s)
{
    static const char controls[] = "nrtfv0", values[] = "\n\r\t\f\v\0";

    if (!more(r))
        return fail(r, "a backslash at the end");
    char c = r->s.p[r->i++];
    const char *control = strchr(controls, c);
    switch (c) {
    case 'd':
    case 'D':
        add_class(s, MLN_CC_DIGIT, c == 'D');
        return 0;
    case 'w':
    case 'W':
        add_class(s, MLN_CC_WORD, c == 'W');
        return 0;
    case 's':
    case 'S':
        add_class(s, MLN_CC_SPACE, c == 'S');
        return 0;
    case 'x':
        return read_hex(r, s);
    default:
        if (c && control)
            add_symbol(s, (unsigned char)values[control - controls]);
        else if (mln_cc((unsigned char)c, MLN_CC_ALPHA | MLN_CC_DIGIT))
            return fail(r, "an escape that is not known here; see \\d \\w \\s \\n \\t \\xHH");
        else
            add_symbol(s, (unsigned char)c);
        return 0;
    }
}

/* A byte within [ ], or a class, which is no end of a range. */
static int read_member(struct reader *r, struct symbols *s, unsigned *ret_byte)
{
    struct symbols one = {0};
    char c = r->s.p[r->i++];

    *ret_byte = (unsigned char)c;
    if (c != '\\')
        return 0;
    int e = read_escape(r, &one);
    if (e < 0)
        return e;
    unsigned n = 0;
    for (unsigned b = 0; b < 256; b++)
        if (has_symbol(&one, b)) {
            *ret_byte = b;
            n++;
        }
    if (n != 1) {
        for (unsigned k = 0; k < MLN_ARRAY_LEN(one.w); k++)
            s->w[k] |= one.w[k];
        *ret_byte = UINT32_MAX;
    }
    return 0;
}

static void invert_bytes(struct symbols *s)
{
    for (unsigned k = 0; k < 4; k++)
        s->w[k] = ~s->w[k];
}

/* Behind '['. */
static int read_bracket(struct reader *r, struct symbols *s)
{
    bool invert = peek(r) == '^';
    size_t first = r->i += invert;
    unsigned low, high;

    while (more(r) && (peek(r) != ']' || r->i == first)) {
        int e = read_member(r, s, &low);
        if (e < 0)
            return e;
        if (low == UINT32_MAX)
            continue;
        high = low;
        if (peek(r) == '-' && r->i + 1 < r->s.len && r->s.p[r->i + 1] != ']') {
            r->i++;
            e = read_member(r, s, &high);
            if (e < 0)
                return e;
            if (high == UINT32_MAX || high < low)
                return fail(r, "a range that runs backwards");
        }
        for (unsigned c = low; c <= high; c++)
            add_symbol(s, c);
    }
    if (!more(r))
        return fail(r, "a class without its closing ]");
    r->i++;
    if (r->fold) /* before it is inverted: [^a] means neither case */
        fold_case(s);
    if (invert)
        invert_bytes(s);
    return 0;
}

static int add_position(struct reader *r, const struct symbols *s, struct part *ret)
{
    if (r->n == MLN_REGEX_POSITIONS_MAX)
        return fail(r, "the expression has more than 256 positions");
    r->takes[r->n] = *s;
    if (r->fold)
        fold_case(&r->takes[r->n]);
    *ret = (struct part){0};
    ret->first.w[r->n / 64] = ret->last.w[r->n / 64] = UINT64_C(1) << (r->n % 64);
    r->n++;
    return 0;
}

/* ---- parts ---- */

static void may_follow(struct reader *r, const struct set *last, const struct set *first)
{
    for (unsigned k = 0; k < MLN_REGEX_SETS_MAX; k++)
        for (uint64_t l = last->w[k]; l; l &= l - 1)
            set_or(&r->follows[k * 64 + (unsigned)__builtin_ctzll(l)], first);
}

/* a := a b */
static void join(struct reader *r, struct part *a, const struct part *b)
{
    may_follow(r, &a->last, &b->first);
    if (a->empty)
        set_or(&a->first, &b->first);
    if (b->empty)
        set_or(&a->last, &b->last);
    else
        a->last = b->last;
    a->empty = a->empty && b->empty;
}

static int read_alternatives(struct reader *r, struct part *ret);

/* Behind '('. */
static int read_group(struct reader *r, struct part *ret)
{
    size_t start = r->at;

    if (r->depth == DEPTH_MAX)
        return fail(r, "groups are nested too deeply");
    if (peek(r) == '?') {
        if (r->i + 1 >= r->s.len || r->s.p[r->i + 1] != ':')
            return fail(r, "look-around and named groups are not part of this language");
        r->i += 2;
    }
    r->depth++;
    int e = read_alternatives(r, ret);
    r->depth--;
    if (e < 0)
        return e;
    if (peek(r) != ')') {
        r->at = start;
        return fail(r, "a group without its closing )");
    }
    r->i++;
    return 0;
}

static int read_item(struct reader *r, struct part *ret)
{
    struct symbols s = {0};
    int e = 0;
    char c = r->s.p[r->i];

    r->at = r->i++;
    if (++r->items > ITEMS_MAX)
        return fail(r, "the expression repeats too much");
    switch (c) {
    case '(':
        return read_group(r, ret);
    case '[':
        e = read_bracket(r, &s);
        break;
    case '\\':
        e = read_escape(r, &s);
        break;
    case '.':
        invert_bytes(&s);
        break;
    case '^':
        add_symbol(&s, START);
        break;
    case '$':
        add_symbol(&s, END);
        break;
    case '*':
    case '+':
    case '?':
    case '{':
        return fail(r, "a repetition with nothing in front of it");
    default:
        add_symbol(&s, (unsigned char)c);
    }
    return e < 0 ? e : add_position(r, &s, ret);
}

static bool read_number(struct reader *r, unsigned *ret)
{
    size_t start = r->i;
    uint64_t v;

    while (more(r) && mln_cc((unsigned char)peek(r), MLN_CC_DIGIT))
        r->i++;
    if (r->i == start || mln_sv_u64(mln_sv_sub(r->s, start, r->i - start), &v) < 0 ||
        v > REPEAT_MAX)
        return false;
    *ret = (unsigned)v;
    return true;
}

/* How often the item in front may stand; *max == 0: without end. */
static int read_repeat(struct reader *r, unsigned *min, unsigned *max, bool *ret_any)
{
    char c = peek(r);

    *min = *max = 1;
    *ret_any = c == '*' || c == '+' || c == '?' || c == '{';
    if (!*ret_any)
        return 0;
    r->at = r->i++;
    if (c != '{') {
        *min = c == '+';
        *max = c == '?';
        return 0;
    }
    if (!read_number(r, min))
        return fail(r, "expected a number up to 64 after {");
    *max = *min;
    if (peek(r) == ',') {
        r->i++;
        *max = 0;
        if (peek(r) != '}' && !read_number(r, max))
            return fail(r, "expected a number up to 64 or } after ,");
        if (peek(r) == '}' && *max == 0 && r->s.p[r->i - 1] != ',')
            return fail(r, "a repetition of nothing");
    } else if (*max == 0) {
        return fail(r, "a repetition of nothing");
    }
    if (peek(r) != '}')
        return fail(r, "expected }");
    r->i++;
    return *max && *max < *min ? fail(r, "a repetition whose maximum is below its minimum") : 0;
}

/* The item at `start` once more, as positions of its own. */
static int read_copy(struct reader *r, size_t start, struct part *ret)
{
    size_t end = r->i;

    r->i = start;
    int e = read_item(r, ret);
    r->i = end;
    return e;
}

static int read_repeated(struct reader *r, struct part *ret)
{
    size_t start = r->i;
    struct part one = {0};
    unsigned min = 1, max = 1;
    bool any = false;
    int e = read_item(r, &one);

    if (e == 0)
        e = read_repeat(r, &min, &max, &any);
    if (e < 0)
        return e;
    if (any && peek(r) == '?') /* "as few as possible" changes no answer here */
        r->i++;
    unsigned copies = max ? max : MLN_MAX(min, 1U);
    *ret = (struct part){.empty = true};
    for (unsigned k = 0; k < copies; k++) {
        if (k && (e = read_copy(r, start, &one)) < 0)
            return e;
        if (max == 0 && k + 1 == copies)
            may_follow(r, &one.last, &one.first);
        one.empty = one.empty || k >= min;
        join(r, ret, &one);
    }
    if (more(r) && strchr("*+?{", peek(r))) {
        r->at = r->i;
        return fail(r, "a repetition of a repetition; use a group");
    }
    return 0;
}

static int read_sequence(struct reader *r, struct part *ret)
{
    *ret = (struct part){.empty = true};
    while (more(r) && peek(r) != '|' && peek(r) != ')') {
        struct part p;
        int e = read_repeated(r, &p);
        if (e < 0)
            return e;
        join(r, ret, &p);
    }
    return 0;
}

/* Recursion is bounded by DEPTH_MAX; the text is the policy's, not a client's. */
static int read_alternatives(struct reader *r, struct part *ret)
{
    int e = read_sequence(r, ret);

    while (e == 0 && peek(r) == '|') {
        struct part p;
        r->i++;
        e = read_sequence(r, &p);
        set_or(&ret->first, &p.first);
        set_or(&ret->last, &p.last);
        ret->empty = ret->empty || p.empty;
    }
    return e;
}

/* ---- the program ---- */

static void write_set(struct mln_buf *out, const struct set *s, unsigned width)
{
    mln_buf_add(out, s->w, width * sizeof(s->w[0]));
}

static void write_program(const struct reader *r, const struct part *all, struct mln_buf *out)
{
    const struct mln_regex head = {
        .positions = r->n, .width = (uint16_t)((r->n + 63) / 64), .empty = all->empty};

    mln_buf_add(out, &head, sizeof(head));
    write_set(out, &all->first, head.width);
    write_set(out, &all->last, head.width);
    for (unsigned c = 0; c < MLN_REGEX_SYMBOLS; c++) {
        struct set takes = {0};
        for (unsigned p = 0; p < r->n; p++)
            if (has_symbol(&r->takes[p], c))
                takes.w[p / 64] |= UINT64_C(1) << (p % 64);
        write_set(out, &takes, head.width);
    }
    for (unsigned p = 0; p < r->n; p++)
        write_set(out, &r->follows[p], head.width);
}

int mln_regex_compile(struct mln_sv pattern, bool fold, struct mln_buf *out, size_t *reterr_offset,
                      const char **reterr_why)
{
    struct reader *r = calloc(1, sizeof(*r));
    struct part all;

    if (!r)
        return -ENOMEM;
    r->s = pattern;
    r->fold = fold;
    int e = pattern.len > MLN_REGEX_PATTERN_MAX ? fail(r, "the expression is too long")
                                                : read_alternatives(r, &all);
    if (e == 0 && more(r)) {
        r->at = r->i;
        e = fail(r, "a ) without its group");
    }
    if (e == 0)
        write_program(r, &all, out);
    *reterr_offset = r->at;
    *reterr_why = r->why;
    free(r);
    return e == 0 && mln_buf_failed(out) ? -ENOMEM : e;
}
