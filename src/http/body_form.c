/* application/x-www-form-urlencoded (WHATWG URL, section 5.1), streaming. */
#include <errno.h>

#include "http/body.h"

enum state { F_START, F_NAME, F_VALUE };

struct mln_form_parser {
    struct mln_field_sink sink;
    struct mln_body_limits lim;
    uint8_t state;
    uint8_t esc_n; /* bytes of an escape seen so far, '%' included; 0 outside */
    char esc[2];
    bool name_cut, odd_escape;
    uint64_t total; /* input bytes consumed */
    uint32_t name_len;
    char name[]; /* lim.name_bytes */
};

struct mln_form_parser *mln_form_new(struct mln_arena *a, const struct mln_body_limits *lim,
                                     const struct mln_field_sink *sink)
{
    struct mln_form_parser *p = mln_arena_zalloc(a, sizeof(*p) + lim->name_bytes);

    if (p) {
        p->sink = *sink;
        p->lim = *lim;
    }
    return p;
}

static bool is_plain_name(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!mln_cc(c, MLN_CC_WORD) && c != '-' && c != '.' && c != '[' && c != ']')
            return false;
    }
    return true;
}

static int emit_whole(struct mln_form_parser *p, enum mln_location loc, struct mln_sv value)
{
    struct mln_sv name = mln_sv(p->name, p->name_len);
    int r = p->sink.begin(p->sink.self, loc, name);

    if (r == 0 && value.len)
        r = p->sink.data(p->sink.self, value);
    return r ? r : p->sink.end(p->sink.self, p->total);
}

/* The name is complete: report it when it can carry more than a name, then open its value. */
static int name_done(struct mln_form_parser *p)
{
    struct mln_sv name = mln_sv(p->name, p->name_len);
    int r = 0;

    if (p->name_cut)
        r = p->sink.odd(p->sink.self, MLN_BODY_ODD_NAME_TOO_LONG);
    if (r == 0 && !is_plain_name(name))
        r = emit_whole(p, MLN_LOC_FORM_NAME, name);
    return r ? r : p->sink.begin(p->sink.self, MLN_LOC_FORM, name);
}

/* Decoded bytes to where they belong. */
static int put(struct mln_form_parser *p, const char *s, size_t n)
{
    if (p->state == F_VALUE)
        return n ? p->sink.data(p->sink.self, mln_sv(s, n)) : 0;
    size_t room = p->lim.name_bytes - p->name_len;
    p->name_cut = p->name_cut || n > room;
    n = MLN_MIN(n, room);
    memcpy(p->name + p->name_len, s, n);
    p->name_len += (uint32_t)n;
    return 0;
}

/* An escape that is none stays as it stands (detection guide, section 2). */
static int give_up_escape(struct mln_form_parser *p)
{
    char text[3] = {'%', p->esc[0], p->esc[1]};
    size_t n = p->esc_n;
    int r = 0;

    p->esc_n = 0;
    if (!p->odd_escape) {
        p->odd_escape = true;
        r = p->sink.odd(p->sink.self, MLN_BODY_ODD_FORM_BAD_ESCAPE);
    }
    return r ? r : put(p, text, n);
}

/* One byte while an escape is open. *used: whether it was part of it. */
static int escape_byte(struct mln_form_parser *p, char c, bool *used)
{
    *used = mln_hexval((unsigned char)c) >= 0;
    if (!*used)
        return give_up_escape(p);
    p->esc[p->esc_n++ - 1] = c;
    if (p->esc_n < 3)
        return 0;
    char out =
        (char)(mln_hexval((unsigned char)p->esc[0]) << 4 | mln_hexval((unsigned char)p->esc[1]));
    p->esc_n = 0;
    return put(p, &out, 1);
}

static int end_pair(struct mln_form_parser *p)
{
    int r = 0;

    if (p->state == F_NAME)
        r = name_done(p);
    if (r == 0 && p->state != F_START)
        r = p->sink.end(p->sink.self, p->total);
    p->state = F_START;
    p->name_len = 0;
    p->name_cut = false;
    return r;
}

static int special_byte(struct mln_form_parser *p, char c)
{
    int r = 0;

    if (c == '&')
        return end_pair(p);
    if (p->state == F_START)
        p->state = F_NAME;
    if (c == '%')
        p->esc_n = 1;
    else if (c == '+')
        r = put(p, " ", 1);
    else if (p->state == F_NAME) {
        r = name_done(p);
        p->state = F_VALUE;
    } else {
        r = put(p, "=", 1);
    }
    return r;
}

static bool is_special(char c)
{
    return c == '&' || c == '=' || c == '%' || c == '+';
}

int mln_form_feed(struct mln_form_parser *p, struct mln_sv in)
{
    size_t i = 0;
    int r = 0;

    while (i < in.len && r == 0) {
        if (p->esc_n) {
            bool used;
            r = escape_byte(p, in.p[i], &used);
            i += used;
            p->total += used;
            continue;
        }
        size_t start = i;
        while (i < in.len && !is_special(in.p[i]))
            i++;
        if (i > start) {
            if (p->state == F_START)
                p->state = F_NAME;
            p->total += i - start;
            r = put(p, in.p + start, i - start);
        } else {
            p->total++;
            r = special_byte(p, in.p[i++]);
        }
    }
    return r;
}

int mln_form_finish(struct mln_form_parser *p)
{
    int r = p->esc_n ? give_up_escape(p) : 0;

    return r ? r : end_pair(p);
}
