/* Tokens of JSON that lie whole in one piece: nearly all of them. Members and elements in which
 * nothing can be trouble neither the pointer nor the sink. */
#include "base/block.h"
#include "http/json_priv.h"

/* ---- ends of tokens ---- */

static size_t class_end(struct mln_sv in, size_t i, uint8_t class)
{
    while (i < in.len && (mln_json_class[(unsigned char)in.p[i]] & class))
        i++;
    return i;
}

size_t mln_json_key_end(struct mln_sv in, size_t i)
{
    i = class_end(in, i, C_KEY);
    return i < in.len && in.p[i] == '"' ? i : SIZE_MAX;
}

static size_t string_end(struct mln_sv in, size_t i)
{
    i = mln_json_run_end(in, i);
    return i < in.len && in.p[i] == '"' ? i : SIZE_MAX;
}

static size_t word_end(struct mln_sv in, size_t i)
{
    size_t start = i;

    i = class_end(in, i, C_WORD);
    return i > start && i < in.len && i - start < MLN_JSON_WORD_MAX ? i : SIZE_MAX;
}

/* ---- what is plain ---- */

struct name {
    size_t value; /* offset of the value behind it */
    size_t end;   /* of the quotation mark that ends the name */
    uint64_t hash;
};

static bool fits_pointer(const struct mln_json_parser *p, size_t key_len)
{
    return p->path_len[p->depth] + key_len + 1 < p->lim.name_bytes;
}

bool mln_json_plain_key(const struct mln_json_parser *p, struct mln_sv key)
{
    return p->out.sink.is_plain(p->out.sink.self, key, MLN_SV_NULL);
}

/* A plain name that was not guessed. */
static bool read_name(struct mln_json_parser *p, struct mln_sv in, size_t at, struct name *ret)
{
    size_t end = mln_json_key_end(in, at + 1);

    if (end == SIZE_MAX || end + 1 >= in.len || in.p[end + 1] != ':')
        return false;
    struct mln_sv key = mln_sv_sub(in, at + 1, end - at - 1);
    if (!mln_json_plain_key(p, key))
        return false;
    ret->end = end;
    ret->hash = mln_json_key_hash((uintptr_t)p, key);
    mln_json_learn_name(&p->known, p->depth, mln_sv_sub(in, at, end + 2 - at), ret->hash);
    return true;
}

/* A plain name at in[at] and where its value starts. */
static bool plain_name(struct mln_json_parser *p, struct mln_sv in, size_t at, struct name *ret)
{
    const struct mln_json_name *known = mln_json_guessed_name(&p->known, p->depth, in, at);

    if (known) {
        ret->end = at + known->len - 2;
        ret->hash = known->hash;
    } else if (!read_name(p, in, at, ret)) {
        return false;
    }
    ret->value = ret->end + 2;
    if (ret->value < in.len && in.p[ret->value] == ' ')
        ret->value++;
    return ret->value < in.len && fits_pointer(p, ret->end - at - 1);
}

size_t mln_json_plain_string(struct mln_json_parser *p, struct mln_sv in, size_t i)
{
    struct mln_json_memory m = {0};
    uint64_t text;
    size_t len, end;

    if (mln_json_short_text(in, i, &text, &len)) {
        m = mln_json_memory(&p->known, text, len);
        if (mln_json_is_known(m))
            return i + len;
    }
    end = string_end(in, i);
    if (end == SIZE_MAX ||
        !p->out.sink.is_plain(p->out.sink.self, MLN_SV_NULL, mln_sv_sub(in, i, end - i)))
        return SIZE_MAX;
    if (m.set)
        mln_json_remember(m);
    return end;
}

/* The end of a number of few digits, maybe with a point, at in[i], or SIZE_MAX. */
static size_t decimal_end(struct mln_sv in, size_t i)
{
    if (in.len - i < MLN_BLOCK)
        return SIZE_MAX;
    unsigned digit = mln_block_in(mln_block_load(in.p + i), '0', '9');
    unsigned n = mln_block_run(digit), places;
    if (!n || (n > 1 && in.p[i] == '0'))
        return SIZE_MAX;
    if (n + 1 < MLN_BLOCK && in.p[i + n] == '.') {
        places = mln_block_run(digit >> (n + 1));
        if (!places)
            return SIZE_MAX;
        n += 1 + places;
    }
    return n < MLN_BLOCK && !(mln_json_class[(unsigned char)in.p[i + n]] & C_WORD) ? i + n
                                                                                   : SIZE_MAX;
}

size_t mln_json_plain_word(struct mln_sv in, size_t i)
{
    size_t end = decimal_end(in, i);

    if (end != SIZE_MAX)
        return end;
    end = word_end(in, i);
    if (end == SIZE_MAX || end - i >= MLN_JSON_NUMBER_MAX)
        return SIZE_MAX;
    return mln_json_word_kind(mln_sv_sub(in, i, end - i)) == MLN_JSON_WORD_VALID ? end : SIZE_MAX;
}

/* ---- plain members and elements ---- */

/* Passes over a value in which nothing can be: its end, or SIZE_MAX. */
static size_t pass_value(struct mln_json_parser *p, struct mln_sv in, size_t i,
                         struct mln_json_passed *passed)
{
    bool quoted = in.p[i] == '"';
    size_t end = quoted ? mln_json_plain_string(p, in, i + 1) : mln_json_plain_word(in, i);

    if (end == SIZE_MAX)
        return SIZE_MAX;
    passed->n++;
    passed->bytes += end - i - quoted;
    return end + quoted;
}

int mln_json_tell(struct mln_json_parser *p, struct mln_json_passed passed)
{
    int r = mln_body_count_many(&p->out, passed.n);

    return r || !passed.n ? r : p->out.sink.plain(p->out.sink.self, passed.bytes, p->total);
}

/* A plain name becomes the end of the pointer. */
static void point_at(struct mln_json_parser *p, struct mln_sv key)
{
    (void)mln_json_begin_key(p, '"');
    memcpy(p->path + p->n_path, key.p, key.len);
    p->n_path += (uint32_t)key.len;
    p->is_key = false;
    p->name_plain = true;
}

/* Members at in[*i] with plain names, up to the first value in which there may be something: the
 * pointer then leads to it. */
static bool take_members(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    size_t start = *i, at = start;
    struct mln_json_passed passed = {0};
    struct name name;

    while (in.p[at] == '"' && plain_name(p, in, at, &name)) {
        if (mln_json_keys_add(&p->keys, p->depth, name.hash))
            *ret = mln_json_odd(p, MLN_BODY_ODD_JSON_DUPLICATE_KEY);
        size_t end = pass_value(p, in, name.value, &passed);
        p->after_comma = false;
        if (end == SIZE_MAX) {
            point_at(p, mln_sv_sub(in, at + 1, name.end - at - 1));
            p->state = J_VALUE;
            at = name.value;
            break;
        }
        at = end;
        p->state = J_AFTER;
        if (*ret || at + 1 >= in.len || in.p[at] != ',')
            break;
        mln_json_next_member(p);
        at++;
    }
    *i = at;
    p->total += at - start;
    if (*ret == 0)
        *ret = mln_json_tell(p, passed);
    return at > start;
}

/* Elements of an array at in[*i] in which nothing can be. */
static bool take_elements(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    size_t start = *i, at = start, end;
    struct mln_json_passed passed = {0};

    while ((end = pass_value(p, in, at, &passed)) != SIZE_MAX) {
        at = end;
        p->after_comma = false;
        p->state = J_AFTER;
        if (at + 1 >= in.len || in.p[at] != ',')
            break;
        mln_json_next_member(p);
        at++;
    }
    *i = at;
    p->total += at - start;
    *ret = mln_json_tell(p, passed);
    return at > start;
}

/* ---- tokens ---- */

static bool take_key(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    size_t start = *i + 1, end = mln_json_key_end(in, start);

    if (end == SIZE_MAX || p->path_len[p->depth] + (end - start) + 1 >= p->lim.name_bytes)
        return false;
    (void)mln_json_begin_key(p, '"');
    memcpy(p->path + p->n_path, in.p + start, end - start);
    p->n_path += (uint32_t)(end - start);
    p->total += end + 1 - *i;
    p->after_comma = false;
    *ret = mln_json_end_key(p);
    *i = end + 1;
    return true;
}

static int whole_value(struct mln_json_parser *p, struct mln_sv value, size_t used)
{
    mln_json_path_index(p);
    p->after_comma = false;
    p->state = J_AFTER;
    p->total += used;
    return mln_body_emit(&p->out, MLN_LOC_JSON, mln_json_pointer(p), value, p->total);
}

static bool take_string(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    size_t start = *i + 1, end = string_end(in, start);

    if (end == SIZE_MAX)
        return false;
    *i = end + 1;
    *ret = whole_value(p, mln_sv_sub(in, start, end - start), end + 2 - start);
    return true;
}

static bool take_word(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    size_t start = *i, end = word_end(in, start);

    if (end == SIZE_MAX)
        return false;
    struct mln_sv word = mln_sv_sub(in, start, end - start);
    enum mln_json_word kind = mln_json_word_kind(word);
    *i = end;
    *ret = whole_value(p, word, word.len);
    if (*ret == 0 && kind != MLN_JSON_WORD_VALID)
        *ret = mln_json_odd(p, kind == MLN_JSON_WORD_LAX ? MLN_BODY_ODD_JSON_LAX
                                                         : MLN_BODY_ODD_JSON_SYNTAX);
    return true;
}

/* Brackets that stand where they may. */
static bool take_bracket(struct mln_json_parser *p, char c, size_t *i, int *ret)
{
    bool array = c == '[' || c == ']';

    if (c == '[' || c == '{') {
        if (p->state != J_VALUE || p->depth == p->lim.depth)
            return false;
        *ret = mln_json_open_bracket(p, array);
    } else {
        if (p->state == J_COLON || p->after_comma || p->is_array[p->depth - 1] != array ||
            (p->state == J_VALUE && !array))
            return false;
        *ret = mln_json_close_bracket(p, array);
    }
    (*i)++;
    p->total++;
    return true;
}

static bool take_separator(struct mln_json_parser *p, char c, size_t *i)
{
    if (c == ':' && p->state == J_COLON)
        p->state = J_VALUE;
    else if (c == ',' && p->state == J_AFTER)
        mln_json_next_member(p);
    else if (c != ' ')
        return false;
    (*i)++;
    p->total++;
    return true;
}

static bool take_value(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    if (p->plain[p->depth] && mln_json_in_array(p) && take_elements(p, in, i, ret))
        return true;
    return in.p[*i] == '"' ? take_string(p, in, i, ret) : take_word(p, in, i, ret);
}

static bool take_one(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    char c = in.p[*i];

    if (c == '{' && p->state == J_VALUE && mln_json_take_records(p, in, i, ret))
        return true;
    if ((c | 0x20) == '{' || (c | 0x20) == '}') /* '[' and ']' as well */
        return take_bracket(p, c, i, ret);
    if (p->state == J_KEY && c == '"')
        return (p->plain[p->depth] && take_members(p, in, i, ret)) || take_key(p, in, i, ret);
    if (p->state != J_VALUE || c == ' ')
        return take_separator(p, c, i);
    return take_value(p, in, i, ret);
}

bool mln_json_take_whole(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    size_t start = *i;

    *ret = 0;
    while (*i < in.len && *ret == 0 && p->depth && p->state >= J_VALUE && p->state <= J_AFTER)
        if (!take_one(p, in, i, ret))
            break;
    return *i > start;
}
