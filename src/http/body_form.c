/* application/x-www-form-urlencoded (WHATWG URL, section 5.1), streaming. */
#include <errno.h>

#include "base/block.h"
#include "http/body.h"
#include "http/body_out.h"

enum { DECODED_MAX = 512 }; /* bytes of a value at once */

enum state { F_START, F_NAME, F_VALUE };

struct mln_form_parser {
    struct mln_body_out out;
    uint32_t name_max;
    uint8_t state;
    uint8_t esc_n; /* bytes of an escape seen so far, '%' included; 0 outside */
    char esc[2];
    bool name_cut;
    uint64_t total; /* input bytes consumed */
    uint32_t name_len;
    char name[]; /* name_max, not zeroed */
};

struct mln_form_parser *mln_form_new(struct mln_arena *a, const struct mln_body_limits *lim,
                                     const struct mln_field_sink *sink)
{
    struct mln_form_parser *p = mln_arena_alloc(a, sizeof(*p) + lim->name_bytes);

    if (p)
        *p = (struct mln_form_parser){.out = mln_body_out(sink, lim), .name_max = lim->name_bytes};
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

/* The name is complete: report it when it can carry more than a name, then open its value. */
static int name_done(struct mln_form_parser *p)
{
    struct mln_sv name = mln_sv(p->name, p->name_len);
    int r = 0;

    if (p->name_cut)
        r = mln_body_odd(&p->out, MLN_BODY_ODD_NAME_TOO_LONG);
    if (r == 0 && !is_plain_name(name))
        r = mln_body_emit(&p->out, MLN_LOC_FORM_NAME, name, name, p->total);
    return r ? r : mln_body_begin(&p->out, MLN_LOC_FORM, name);
}

/* Decoded bytes to where they belong. */
static int put(struct mln_form_parser *p, const char *s, size_t n)
{
    if (p->state == F_VALUE)
        return mln_body_data(&p->out, mln_sv(s, n));
    size_t room = p->name_max - p->name_len;
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
    int r = mln_body_odd(&p->out, MLN_BODY_ODD_FORM_BAD_ESCAPE);

    p->esc_n = 0;
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
        r = mln_body_end(&p->out, p->total);
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

/* clang-format off */
static const bool is_special[256] = {['&'] = true, ['='] = true, ['%'] = true, ['+'] = true};
/* clang-format on */

static size_t plain_run(struct mln_sv in, size_t i)
{
    size_t start = i;

    while (i < in.len && !is_special[(unsigned char)in.p[i]])
        i++;
    return i - start;
}

/* Text at in[i] goes to `to`, with '+' as a space, up to '%' or '&' and `room` bytes at most,
 * behind which there is a block to spare. How many they are. */
static size_t copy_text(struct mln_sv in, size_t i, char *to, size_t room)
{
    size_t n = 0;

    for (; n < room && in.len - i - n >= MLN_BLOCK; n += MLN_BLOCK) {
        mln_block b = mln_block_load(in.p + i + n);
        unsigned special = mln_block_eq(b, '%') | mln_block_eq(b, '&');
        mln_block_store(to + n, mln_block_replace(b, '+', ' '));
        if (special)
            return MLN_MIN(n + (unsigned)__builtin_ctz(special), room);
    }
    for (; n < room && i + n < in.len && in.p[i + n] != '%' && in.p[i + n] != '&'; n++)
        to[n] = (char)(in.p[i + n] == '+' ? ' ' : in.p[i + n]);
    return MLN_MIN(n, room);
}

/* Decodes value bytes from in[*i] as far as they are simple: up to '&', or to an escape that is
 * wrong or cut, and at most DECODED_MAX of them. One call of the sink for all. */
static int decode_value(struct mln_form_parser *p, struct mln_sv in, size_t *i)
{
    char tmp[DECODED_MAX + MLN_BLOCK];
    size_t k = *i, n = 0;

    while (k < in.len && n < DECODED_MAX && in.p[k] != '&') {
        if (in.p[k] != '%') {
            size_t run = copy_text(in, k, tmp + n, DECODED_MAX - n);
            n += run;
            k += run;
            continue;
        }
        int hi = k + 2 < in.len ? mln_hexval((unsigned char)in.p[k + 1]) : -1;
        int lo = hi >= 0 ? mln_hexval((unsigned char)in.p[k + 2]) : -1;
        if (lo < 0)
            break;
        tmp[n++] = (char)(hi << 4 | lo);
        k += 3;
    }
    p->total += k - *i;
    *i = k;
    return put(p, tmp, n);
}

static int plain_bytes(struct mln_form_parser *p, struct mln_sv run)
{
    if (p->state == F_START)
        p->state = F_NAME;
    p->total += run.len;
    return put(p, run.p, run.len);
}

int mln_form_feed(struct mln_form_parser *p, struct mln_sv in)
{
    size_t i = 0;
    int r = 0;

    while (i < in.len && r == 0) {
        if (p->esc_n) {
            bool used;
            p->total++;
            r = escape_byte(p, in.p[i], &used);
            i += used;
            p->total -= !used;
            continue;
        }
        size_t run = plain_run(in, i), start = i;
        bool ends = i + run == in.len || in.p[i + run] == '&';
        if (p->state == F_VALUE && !ends)
            r = decode_value(p, in, &i);
        else if (run) {
            r = plain_bytes(p, mln_sv_sub(in, i, run));
            i += run;
        }
        if (i == start && r == 0) {
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
