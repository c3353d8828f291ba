/* Tokens of JSON that lie whole in one piece: nearly all of them. Members and elements in which
 * nothing can be trouble neither the pointer nor the sink. */
#include "http/json_priv.h"

/* ---- short texts ---- */

/* A key or string of up to seven bytes and its length in one word; documents repeat them. */
typedef uint64_t short_text;
enum short_kind { SHORT_KEY = 1, SHORT_STRING = 2 };
enum { SHORT_MAX = 7 };

/* The text from in[i] to a quotation mark, if it is that short. */
static bool read_short(struct mln_sv in, size_t i, short_text *ret, size_t *ret_len)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t w;

    if (in.len - i < sizeof(w))
        return false;
    memcpy(&w, in.p + i, sizeof(w));
    uint64_t x = mln_le64(w) ^ ones * '"';
    uint64_t quotes = (x - ones) & ~x & ones << 7; /* exact up to the first one */
    if (!quotes)
        return false;
    size_t len = (size_t)__builtin_ctzll(quotes) / 8;
    *ret = len ? mln_le64(w) & (~UINT64_C(0) >> (64 - 8 * len)) : 0;
    *ret_len = len;
    return true;
}

/* Where a text is remembered as plain, in one of two places. */
struct memory {
    uint64_t *set;
    uint64_t text; /* with kind and length */
};

static struct memory memory_of(struct mln_json_parser *p, short_text text, size_t len,
                               enum short_kind kind)
{
    uint64_t tagged = text | (uint64_t)kind << 60 | (uint64_t)len << 56;
    uint64_t at = (tagged ^ tagged >> 32) * MLN_JSON_KEY_MULT >> (64 - MLN_JSON_KNOWN_BITS);

    return (struct memory){p->known[at], tagged};
}

static bool is_known(struct memory m)
{
    return m.set[0] == m.text || m.set[1] == m.text;
}

static void remember(struct memory m)
{
    m.set[1] = m.set[0];
    m.set[0] = m.text;
}

/* ---- ends of tokens ---- */

static size_t class_end(struct mln_sv in, size_t i, uint8_t class)
{
    while (i < in.len && (mln_json_class[(unsigned char)in.p[i]] & class))
        i++;
    return i;
}

/* The end of a key of word bytes that starts at in[i], or SIZE_MAX. */
static size_t key_end(struct mln_sv in, size_t i)
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

struct key {
    size_t end; /* offset of the quotation mark */
    uint64_t hash;
};

static bool is_plain_key(struct mln_json_parser *p, struct mln_sv in, size_t i)
{
    size_t end = key_end(in, i);

    return end != SIZE_MAX &&
           p->out.sink.is_plain(p->out.sink.self, mln_sv_sub(in, i, end - i), MLN_SV_NULL);
}

/* A key that is a plain name, at in[i]. */
static bool plain_key(struct mln_json_parser *p, struct mln_sv in, size_t i, struct key *ret)
{
    short_text text;
    size_t len;

    if (read_short(in, i, &text, &len)) {
        struct memory m = memory_of(p, text, len, SHORT_KEY);
        if (!is_known(m)) {
            if (!is_plain_key(p, in, i))
                return false;
            remember(m);
        }
        *ret = (struct key){i + len, mln_json_key_hash_short((uintptr_t)p, text, len)};
        return true;
    }
    if (!is_plain_key(p, in, i))
        return false;
    ret->end = key_end(in, i);
    ret->hash = mln_json_key_hash((uintptr_t)p, mln_sv_sub(in, i, ret->end - i));
    return p->path_len[p->depth] + (ret->end - i) + 1 < p->lim.name_bytes;
}

/* The end of the inside of a string in which nothing can be, at in[i], or SIZE_MAX. */
static size_t plain_string(struct mln_json_parser *p, struct mln_sv in, size_t i)
{
    short_text text;
    size_t len, end;
    struct memory m = {0};

    if (read_short(in, i, &text, &len)) {
        m = memory_of(p, text, len, SHORT_STRING);
        if (is_known(m))
            return i + len;
    }
    end = string_end(in, i);
    if (end == SIZE_MAX ||
        !p->out.sink.is_plain(p->out.sink.self, MLN_SV_NULL, mln_sv_sub(in, i, end - i)))
        return SIZE_MAX;
    if (m.set)
        remember(m);
    return end;
}

/* The end of a value in which nothing can be, at in[i], or SIZE_MAX. */
static size_t plain_value(struct mln_json_parser *p, struct mln_sv in, size_t i, size_t *ret_len)
{
    bool quoted = in.p[i] == '"';
    size_t end = quoted ? plain_string(p, in, i + 1) : word_end(in, i);

    if (end == SIZE_MAX)
        return SIZE_MAX;
    struct mln_sv value = mln_sv_sub(in, i + quoted, end - i - quoted);
    *ret_len = value.len;
    if (quoted)
        return end + 1;
    return value.len < MLN_JSON_NUMBER_MAX && mln_json_word_kind(value) == MLN_JSON_WORD_VALID
               ? end
               : SIZE_MAX;
}

/* ---- tokens ---- */

/* `used` bytes of input went with a value, in which nothing can be, of `len` bytes. */
static int skip_plain(struct mln_json_parser *p, size_t len, size_t used)
{
    int r = mln_body_count(&p->out);

    p->after_comma = false;
    p->state = J_AFTER;
    p->total += used;
    return r ? r : p->out.sink.plain(p->out.sink.self, len, p->total);
}

/* A plain name becomes the end of the pointer. */
static void point_at(struct mln_json_parser *p, struct mln_sv key)
{
    (void)mln_json_begin_key(p, '"');
    memcpy(p->path + p->n_path, key.p, key.len);
    p->n_path += (uint32_t)key.len;
    p->is_key = false;
}

/* Where the value of the member at in[i] starts, behind "key": with a plain name, or SIZE_MAX. */
static size_t plain_name_end(struct mln_json_parser *p, struct mln_sv in, size_t i, struct key *ret)
{
    if (!plain_key(p, in, i + 1, ret) || ret->end + 3 >= in.len || in.p[ret->end + 1] != ':')
        return SIZE_MAX;
    return ret->end + 2 + (in.p[ret->end + 2] == ' ');
}

/* Members at in[*i] with plain names, up to the first value in which there may be something: the
 * pointer then leads to it. */
static bool take_members(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    size_t start = *i, len;
    struct key key;

    do {
        size_t at = *i, value = plain_name_end(p, in, at, &key);
        if (value == SIZE_MAX)
            break;
        if (mln_json_keys_add(&p->keys, p->depth, key.hash))
            *ret = mln_json_odd(p, MLN_BODY_ODD_JSON_DUPLICATE_KEY);
        *i = plain_value(p, in, value, &len);
        if (*i == SIZE_MAX) {
            point_at(p, mln_sv_sub(in, at + 1, key.end - at - 1));
            p->total += value - at;
            p->after_comma = false;
            p->state = J_VALUE;
            *i = value;
            break;
        }
        if (*ret == 0)
            *ret = skip_plain(p, len, *i - at);
        if (*i + 1 >= in.len || in.p[*i] != ',')
            break;
        mln_json_next_member(p);
        p->total++;
        ++*i;
    } while (*ret == 0 && in.p[*i] == '"');
    return *i > start;
}

static bool take_key(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    size_t start = *i + 1, end = key_end(in, start);

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

static bool take_plain_element(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    size_t len, end = plain_value(p, in, *i, &len);

    if (end == SIZE_MAX)
        return false;
    *ret = skip_plain(p, len, end - *i);
    *i = end;
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

static bool take_one(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    char c = in.p[*i];
    bool plain = p->plain[p->depth];

    if (p->state == J_KEY && c == '"')
        return (plain && take_members(p, in, i, ret)) || take_key(p, in, i, ret);
    if (p->state != J_VALUE || c == ' ')
        return take_separator(p, c, i);
    if (plain && mln_json_in_array(p) && take_plain_element(p, in, i, ret))
        return true;
    return c == '"' ? take_string(p, in, i, ret) : take_word(p, in, i, ret);
}

bool mln_json_take_whole(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    size_t start = *i;

    *ret = 0;
    if (p->depth == 0)
        return false;
    while (*i < in.len && *ret == 0 && p->state >= J_VALUE && p->state <= J_AFTER)
        if (!take_one(p, in, i, ret))
            break;
    return *i > start;
}
