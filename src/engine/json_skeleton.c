#include "engine/json_skeleton.h"

#include <string.h>

enum expect { VALUE, VALUE_OR_END, KEY, KEY_OR_END, COLON, COMMA_OR_END, NOTHING };

struct walk {
    struct mln_sv s;
    size_t i;
    char *out;
    size_t n;
    enum expect expect;
    unsigned depth;
    char close[MLN_JSON_SKELETON_DEPTH]; /* the brackets that are open */
};

/* Behind the string that opens at i; 0 when it is none. */
static size_t string_end(struct mln_sv s, size_t i)
{
    for (i++; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"')
            return i + 1;
        if (c < 0x20)
            return 0;
        if (c == '\\' && (++i >= s.len || !s.p[i] || !strchr("\"\\/bfnrtu", s.p[i])))
            return 0;
    }
    return 0;
}

static bool is_number(struct mln_sv s)
{
    size_t i = s.p[0] == '-';

    if (i >= s.len || !mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT))
        return false;
    for (; i < s.len; i++)
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT) && !strchr("+-.eE", s.p[i]))
            return false;
    return true;
}

static void put(struct walk *w, struct mln_sv text)
{
    memcpy(w->out + w->n, text.p, text.len);
    w->n += text.len;
}

static bool in_list(const struct walk *w)
{
    return w->depth && w->close[w->depth - 1] == ']';
}

static void behind_value(struct walk *w)
{
    w->expect = w->depth ? COMMA_OR_END : NOTHING;
}

static bool take_string(struct walk *w)
{
    size_t end = string_end(w->s, w->i);
    bool key = w->expect == KEY || w->expect == KEY_OR_END;

    if (!end || !(key || w->expect == VALUE || w->expect == VALUE_OR_END))
        return false;
    if (key)
        put(w, mln_sv_sub(w->s, w->i, end - w->i));
    else if (!in_list(w))
        put(w, MLN_SV("\"\""));
    w->i = end;
    if (key)
        w->expect = COLON;
    else
        behind_value(w);
    return true;
}

static bool take_word(struct walk *w)
{
    size_t end = w->i;

    while (end < w->s.len && (mln_cc((unsigned char)w->s.p[end], MLN_CC_WORD) ||
                              w->s.p[end] == '-' || w->s.p[end] == '+' || w->s.p[end] == '.'))
        end++;
    struct mln_sv word = mln_sv_sub(w->s, w->i, end - w->i);
    if (!word.len || (w->expect != VALUE && w->expect != VALUE_OR_END))
        return false;
    if (!is_number(word) && !mln_sv_eq(word, MLN_SV("true")) && !mln_sv_eq(word, MLN_SV("false")) &&
        !mln_sv_eq(word, MLN_SV("null")))
        return false;
    if (!in_list(w))
        put(w, word);
    w->i = end;
    behind_value(w);
    return true;
}

static bool take_open(struct walk *w, char c)
{
    if ((w->expect != VALUE && w->expect != VALUE_OR_END) || w->depth == MLN_JSON_SKELETON_DEPTH)
        return false;
    if (in_list(w) && w->out[w->n - 1] != '[')
        put(w, MLN_SV(","));
    w->out[w->n++] = c;
    w->close[w->depth++] = c == '{' ? '}' : ']';
    w->expect = c == '{' ? KEY_OR_END : VALUE_OR_END;
    return true;
}

static bool take_close(struct walk *w, char c)
{
    if ((w->expect != COMMA_OR_END && w->expect != KEY_OR_END && w->expect != VALUE_OR_END) ||
        !w->depth || w->close[--w->depth] != c)
        return false;
    w->out[w->n++] = c;
    behind_value(w);
    return true;
}

static bool take_sign(struct walk *w, char c)
{
    if (c == '{' || c == '[')
        return take_open(w, c);
    if (c == '}' || c == ']')
        return take_close(w, c);
    if (c == ':' && w->expect == COLON)
        w->expect = VALUE;
    else if (c == ',' && w->expect == COMMA_OR_END)
        w->expect = in_list(w) ? VALUE : KEY;
    else
        return false;
    if (!in_list(w))
        w->out[w->n++] = c;
    return true;
}

static bool step(struct walk *w)
{
    char c = w->s.p[w->i];

    if (c == '"')
        return take_string(w);
    if (mln_cc((unsigned char)c, MLN_CC_WORD) || c == '-')
        return take_word(w);
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && !take_sign(w, c))
        return false;
    w->i++;
    return true;
}

bool mln_json_skeleton(struct mln_arena *a, struct mln_sv s, struct mln_sv *ret)
{
    struct walk w = {.s = s, .expect = VALUE, .out = mln_arena_alloc(a, s.len + 1)};

    while (w.out && w.i < s.len)
        if (!step(&w))
            return false;
    if (!w.out || !w.n || w.expect != NOTHING || (w.out[0] != '{' && w.out[0] != '['))
        return false;
    *ret = mln_sv(w.out, w.n);
    return true;
}
