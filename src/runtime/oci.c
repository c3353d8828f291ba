#include "runtime/oci.h"

#include <errno.h>

/* A position in the text; `bad` is sticky. */
struct cursor {
    struct mln_sv s;
    size_t at;
    bool bad;
};

static int peek(struct cursor *c)
{
    while (c->at < c->s.len && mln_cc((unsigned char)c->s.p[c->at], MLN_CC_SPACE))
        c->at++;
    if (c->at == c->s.len)
        c->bad = true;
    return c->bad ? -1 : (unsigned char)c->s.p[c->at];
}

static bool take(struct cursor *c, char which)
{
    if (peek(c) != which)
        return false;
    c->at++;
    return true;
}

/* What is between the quotes, as written. */
static struct mln_sv take_string(struct cursor *c)
{
    if (!take(c, '"')) {
        c->bad = true;
        return MLN_SV_NULL;
    }
    size_t from = c->at;
    while (c->at < c->s.len && c->s.p[c->at] != '"')
        c->at += c->s.p[c->at] == '\\' ? 2 : 1;
    if (c->at >= c->s.len) {
        c->bad = true;
        return MLN_SV_NULL;
    }
    return mln_sv_sub(c->s, from, c->at++ - from);
}

static bool ends_word(char c)
{
    return c == ',' || c == '}' || c == ']' || mln_cc((unsigned char)c, MLN_CC_SPACE);
}

/* A value of any kind. Brackets are counted, not matched by kind: the runtime, which reads the text
 * after us, refuses what is no JSON. */
static struct mln_sv take_value(struct cursor *c)
{
    size_t from, depth = 0;
    int first = peek(c);

    from = c->at;
    if (first == '"') {
        (void)take_string(c);
    } else if (first == '{' || first == '[') {
        do {
            int next = peek(c);
            if (next == '"') {
                (void)take_string(c);
                continue;
            }
            depth += next == '{' || next == '[';
            depth -= next == '}' || next == ']';
            c->at++;
        } while (depth && !c->bad);
    } else {
        while (c->at < c->s.len && !ends_word(c->s.p[c->at]))
            c->at++;
        c->bad = c->bad || c->at == from;
    }
    return c->bad ? MLN_SV_NULL : mln_sv_sub(c->s, from, c->at - from);
}

/* The value of the member `key` of the object at the cursor; absent when there is none. Leaves the
 * cursor behind the object. */
static struct mln_sv take_member(struct cursor *c, struct mln_sv key)
{
    struct mln_sv found = MLN_SV_NULL;

    if (!take(c, '{'))
        c->bad = true;
    if (take(c, '}'))
        return found;
    do {
        struct mln_sv name = take_string(c);
        if (!take(c, ':'))
            c->bad = true;
        struct mln_sv value = take_value(c);
        if (mln_sv_eq(name, key))
            found = value;
    } while (!c->bad && take(c, ','));
    if (!take(c, '}'))
        c->bad = true;
    return c->bad ? MLN_SV_NULL : found;
}

int mln_oci_member(struct mln_sv object, struct mln_sv key, struct mln_sv *ret)
{
    struct cursor c = {.s = object};

    *ret = take_member(&c, key);
    return c.bad ? -EBADMSG : 0;
}

struct mln_sv mln_oci_text(struct mln_sv value)
{
    bool plain = value.len >= 2 && value.p[0] == '"' && mln_sv_chr(value, '\\') == SIZE_MAX;

    return plain ? mln_sv_sub(value, 1, value.len - 2) : MLN_SV_NULL;
}

bool mln_oci_next(struct mln_sv array, size_t *at, struct mln_sv *ret)
{
    struct cursor c = {.s = array, .at = *at};

    if (!take(&c, *at ? ',' : '[') || (!*at && take(&c, ']')))
        return false;
    *ret = take_value(&c);
    *at = c.at;
    return !c.bad;
}

/* ---- state ---- */

static int plain_string(struct mln_sv json, struct mln_sv key, struct mln_sv *ret)
{
    struct mln_sv value;
    int r = mln_oci_member(json, key, &value);

    *ret = mln_oci_text(value);
    return r < 0 || !ret->len ? -EBADMSG : 0;
}

int mln_oci_state_read(struct mln_sv json, struct mln_oci_state *ret)
{
    struct mln_sv pid;
    uint64_t n = 0;

    if (mln_oci_member(json, MLN_SV("pid"), &pid) < 0 || mln_sv_u64(pid, &n) < 0 || n == 0 ||
        n > INT32_MAX || plain_string(json, MLN_SV("id"), &ret->id) < 0 ||
        plain_string(json, MLN_SV("bundle"), &ret->bundle) < 0)
        return -EBADMSG;
    ret->pid = (uint32_t)n;
    return 0;
}

/* ---- config.json ---- */

static bool is_null(struct mln_sv v)
{
    return mln_sv_eq(v, MLN_SV("null"));
}

/* An object or array that holds nothing. */
static bool is_empty(struct mln_sv v)
{
    struct cursor c = {.s = v, .at = 1};
    int next = peek(&c);

    return next == '}' || next == ']';
}

/* The text with `to` instead of the bytes from `from` on, `n` of them. */
static int splice(struct mln_sv text, const char *from, size_t n, const struct mln_buf *to,
                  struct mln_buf *out)
{
    size_t at = (size_t)(from - text.p);

    mln_buf_add_sv(out, mln_sv_sub(text, 0, at));
    mln_buf_add_sv(out, mln_buf_sv(to));
    mln_buf_add_sv(out, mln_sv_sub(text, at + n, text.len));
    return mln_buf_failed(to) || mln_buf_failed(out) ? -ENOMEM : 0;
}

/* `member` as the first of the object. */
static int add_first(struct mln_sv config, struct mln_sv object, struct mln_buf *member_text,
                     struct mln_buf *out)
{
    if (!is_empty(object))
        mln_buf_add_char(member_text, ',');
    return splice(config, object.p + 1, 0, member_text, out);
}

static int put_in(struct mln_sv config, struct mln_sv hook, struct mln_buf *text,
                  struct mln_buf *out)
{
    struct mln_sv hooks, list = MLN_SV_NULL;
    struct cursor c = {.s = config};

    if (peek(&c) != '{' || mln_oci_member(config, MLN_SV("hooks"), &hooks) < 0 ||
        (hooks.p && !is_null(hooks) && mln_oci_member(hooks, MLN_SV("createRuntime"), &list) < 0) ||
        (list.p && !is_null(list) && list.p[0] != '['))
        return -EBADMSG;
    if (list.p && !is_null(list)) {
        if (mln_sv_find(list, hook) != SIZE_MAX)
            return splice(config, config.p, 0, text, out);
        mln_buf_add_str(text, is_empty(list) ? "" : ",");
        mln_buf_add_sv(text, hook);
        return splice(config, list.p + list.len - 1, 0, text, out);
    }
    mln_buf_addf(text, "%s[%.*s]", list.p ? "" : "\"createRuntime\":", MLN_SV_ARG(hook));
    if (list.p)
        return splice(config, list.p, list.len, text, out);
    if (hooks.p && !is_null(hooks))
        return add_first(config, hooks, text, out);
    struct mln_buf outer = {0};
    mln_buf_addf(&outer, "%s{%.*s}", hooks.p ? "" : "\"hooks\":", MLN_SV_ARG(mln_buf_sv(text)));
    int r = hooks.p ? splice(config, hooks.p, hooks.len, &outer, out)
                    : add_first(config, mln_sv_sub(config, c.at, config.len), &outer, out);
    mln_buf_done(&outer);
    return r;
}

int mln_oci_add_hook(struct mln_sv config, struct mln_sv hook, struct mln_buf *out)
{
    struct mln_buf text = {0};
    int r = put_in(config, hook, &text, out);

    mln_buf_done(&text);
    return r;
}
