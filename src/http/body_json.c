/* JSON (RFC 8259), lenient and resumable inside every token. An explicit stack of one bit a level,
 * the RFC 6901 pointer of the value at hand in a fixed buffer: O(depth + name_bytes) memory. */
#include <errno.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "http/body.h"

enum { DEPTH_MAX = 256, KEYS_MAX = 512, WORD_MAX = 32 };

enum state {
    J_VALUE, /* a value must or may start */
    J_KEY,   /* a key or '}' */
    J_COLON,
    J_AFTER, /* ',' or a closing bracket, or the end of the document */
    J_STRING,
    J_ESCAPE,
    J_UNICODE,
    J_WORD, /* number, true, false, null, and what is none of them */
    J_COMMENT,
    J_LINE_COMMENT,
    J_BLOCK_COMMENT,
    J_BLOCK_STAR,
    J_RAW, /* after a syntax error: the rest as one opaque value */
};

struct mln_json_parser {
    struct mln_field_sink sink;
    struct mln_body_limits lim;
    uint8_t state, back; /* back: state before a comment */
    bool is_key, first_byte, in_value, started, key_plain;
    char quote;
    uint8_t hex_n, utf8_n;
    uint32_t hex, high; /* high surrogate waiting for its other half */
    uint32_t depth;
    uint64_t total;
    uint32_t odds; /* reported already */
    uint8_t is_array[DEPTH_MAX];
    uint32_t index[DEPTH_MAX];        /* array index at each level */
    uint32_t path_len[DEPTH_MAX + 1]; /* length of the pointer at each level */
    uint32_t n_path, key_start;
    struct {
        uint64_t hash;
        uint32_t level;
    } keys[KEYS_MAX];
    uint32_t n_keys;
    char path[]; /* lim.name_bytes */
};

struct mln_json_parser *mln_json_new(struct mln_arena *a, const struct mln_body_limits *lim,
                                     const struct mln_field_sink *sink)
{
    struct mln_json_parser *p = mln_arena_zalloc(a, sizeof(*p) + lim->name_bytes);

    if (p) {
        p->sink = *sink;
        p->lim = *lim;
        p->lim.depth = MLN_MIN(p->lim.depth, (uint32_t)DEPTH_MAX - 1);
        p->first_byte = true;
    }
    return p;
}

static int odd(struct mln_json_parser *p, enum mln_body_odd o)
{
    if (p->odds >> o & 1)
        return 0;
    p->odds |= UINT32_C(1) << o;
    return p->sink.odd(p->sink.self, o);
}

/* ---- the pointer ---- */

static void path_byte(struct mln_json_parser *p, char c)
{
    if (p->n_path < p->lim.name_bytes)
        p->path[p->n_path++] = c;
}

static void path_key_byte(struct mln_json_parser *p, char c)
{
    if (c == '~' || c == '/') {
        path_byte(p, '~');
        path_byte(p, c == '~' ? '0' : '1');
    } else {
        path_byte(p, c);
    }
    if (!mln_cc((unsigned char)c, MLN_CC_WORD) && c != '-' && c != '.')
        p->key_plain = false;
}

static void path_index(struct mln_json_parser *p)
{
    char tmp[12];
    int n = snprintf(tmp, sizeof(tmp), "/%u", p->index[p->depth - 1]);

    p->n_path = p->path_len[p->depth];
    for (int i = 0; i < n; i++)
        path_byte(p, tmp[i]);
}

static struct mln_sv pointer(const struct mln_json_parser *p)
{
    return mln_sv(p->path, p->n_path);
}

/* ---- values ---- */

static int begin_value(struct mln_json_parser *p)
{
    if (p->depth && p->is_array[p->depth - 1])
        path_index(p);
    p->in_value = true;
    return p->sink.begin(p->sink.self, MLN_LOC_JSON, pointer(p));
}

static int end_value(struct mln_json_parser *p)
{
    p->in_value = false;
    p->state = J_AFTER;
    return p->sink.end(p->sink.self, p->total);
}

static int put(struct mln_json_parser *p, const char *s, size_t n)
{
    if (!p->is_key)
        return p->sink.data(p->sink.self, mln_sv(s, n));
    for (size_t i = 0; i < n; i++)
        path_key_byte(p, s[i]);
    return 0;
}

static int put_code_point(struct mln_json_parser *p, uint32_t cp)
{
    char tmp[4];
    size_t n = mln_utf8_encode(cp, tmp);

    if (n == 0)
        n = mln_utf8_encode(0xfffd, tmp);
    return put(p, tmp, n);
}

/* Fails: the rest of the body is one opaque value. */
static int give_up(struct mln_json_parser *p)
{
    int r = 0;

    if (p->in_value)
        r = end_value(p);
    if (r == 0)
        r = odd(p, MLN_BODY_ODD_JSON_SYNTAX);
    p->state = J_RAW;
    p->in_value = true;
    return r ? r : p->sink.begin(p->sink.self, MLN_LOC_BODY, MLN_SV_NULL);
}

/* ---- keys ---- */

/* A key seen before in this object; told apart by hash under a fixed key: a client that makes two
 * keys collide gains a report, nothing else. Bounded: what does not fit is not compared. */
static int check_duplicate(struct mln_json_parser *p)
{
    static const struct mln_hash_key key = {1, 2};
    uint64_t h = mln_hash(&key, mln_sv(p->path + p->key_start, p->n_path - p->key_start));

    for (uint32_t i = p->n_keys; i-- > 0 && p->keys[i].level >= p->depth;)
        if (p->keys[i].hash == h && p->keys[i].level == p->depth)
            return odd(p, MLN_BODY_ODD_JSON_DUPLICATE_KEY);
    if (p->n_keys < KEYS_MAX) {
        p->keys[p->n_keys].hash = h;
        p->keys[p->n_keys++].level = p->depth;
    }
    return 0;
}

static int end_key(struct mln_json_parser *p)
{
    int r = p->n_path == p->lim.name_bytes ? odd(p, MLN_BODY_ODD_NAME_TOO_LONG) : 0;

    p->is_key = false;
    p->state = J_COLON;
    if (r == 0)
        r = check_duplicate(p);
    if (r || p->key_plain)
        return r;
    struct mln_sv name = mln_sv(p->path + p->key_start, p->n_path - p->key_start);
    r = p->sink.begin(p->sink.self, MLN_LOC_JSON_NAME, pointer(p));
    if (r == 0)
        r = p->sink.data(p->sink.self, name);
    return r ? r : p->sink.end(p->sink.self, p->total);
}

static int begin_key(struct mln_json_parser *p, char quote)
{
    p->n_path = p->path_len[p->depth];
    path_byte(p, '/');
    p->key_start = p->n_path;
    p->is_key = p->key_plain = true;
    p->quote = quote;
    p->state = J_STRING;
    return 0;
}

/* ---- nesting ---- */

static int open_bracket(struct mln_json_parser *p, bool array)
{
    if (p->depth && p->is_array[p->depth - 1])
        path_index(p);
    if (p->depth == p->lim.depth) {
        int r = odd(p, MLN_BODY_ODD_JSON_DEPTH);
        return r ? r : give_up(p);
    }
    p->is_array[p->depth] = array;
    p->index[p->depth] = 0;
    p->depth++;
    p->path_len[p->depth] = p->n_path;
    p->state = array ? J_VALUE : J_KEY;
    return 0;
}

static int close_bracket(struct mln_json_parser *p, bool array)
{
    if (p->depth == 0 || p->is_array[p->depth - 1] != array)
        return give_up(p);
    while (p->n_keys && p->keys[p->n_keys - 1].level >= p->depth)
        p->n_keys--;
    p->n_path = p->path_len[p->depth];
    p->depth--;
    p->state = J_AFTER;
    return 0;
}

/* ---- bytes outside of strings and words ---- */

static int on_value_start(struct mln_json_parser *p, char c)
{
    int r;

    p->started = true;
    if (c == '{' || c == '[')
        return open_bracket(p, c == '[');
    if (c == ']' && p->depth) {
        r = p->index[p->depth - 1] ? odd(p, MLN_BODY_ODD_JSON_LAX) : 0;
        return r ? r : close_bracket(p, true);
    }
    if (c != '"' && c != '\'') {
        if (!mln_cc((unsigned char)c, MLN_CC_WORD) && c != '-' && c != '+' && c != '.')
            return give_up(p);
        p->state = J_WORD;
        r = begin_value(p);
        return r ? r : put(p, &c, 1);
    }
    r = c == '\'' ? odd(p, MLN_BODY_ODD_JSON_LAX) : 0;
    p->quote = c;
    p->state = J_STRING;
    return r ? r : begin_value(p);
}

static int on_key_start(struct mln_json_parser *p, char c)
{
    if (c == '"')
        return begin_key(p, c);
    if (c == '}')
        return close_bracket(p, false);
    if (c != '\'')
        return give_up(p);
    int r = odd(p, MLN_BODY_ODD_JSON_LAX);
    return r ? r : begin_key(p, c);
}

static int on_after(struct mln_json_parser *p, char c)
{
    if (c == '}' || c == ']')
        return close_bracket(p, c == ']');
    if (p->depth == 0) { /* another document: NDJSON, or a sequence */
        p->n_path = 0;
        return on_value_start(p, c);
    }
    if (c != ',')
        return give_up(p);
    if (p->is_array[p->depth - 1]) {
        p->index[p->depth - 1]++;
        p->state = J_VALUE;
    } else {
        p->state = J_KEY;
    }
    return 0;
}

static int on_structure(struct mln_json_parser *p, char c)
{
    if (mln_cc((unsigned char)c, MLN_CC_SPACE) || c == '\x1e')
        return 0;
    if (c == '/') {
        p->back = p->state;
        p->state = J_COMMENT;
        return odd(p, MLN_BODY_ODD_JSON_LAX);
    }
    switch (p->state) {
    case J_VALUE:
        return on_value_start(p, c);
    case J_KEY:
        return on_key_start(p, c);
    case J_COLON:
        p->state = J_VALUE;
        return c == ':' ? 0 : give_up(p);
    default:
        return on_after(p, c);
    }
}

static int on_comment(struct mln_json_parser *p, char c)
{
    switch (p->state) {
    case J_COMMENT:
        if (c != '/' && c != '*')
            return give_up(p);
        p->state = c == '/' ? J_LINE_COMMENT : J_BLOCK_COMMENT;
        break;
    case J_LINE_COMMENT:
        if (c == '\n')
            p->state = p->back;
        break;
    case J_BLOCK_COMMENT:
        if (c == '*')
            p->state = J_BLOCK_STAR;
        break;
    default:
        p->state = c == '/' ? p->back : c == '*' ? J_BLOCK_STAR : J_BLOCK_COMMENT;
    }
    return 0;
}

/* ---- strings ---- */

static int end_string(struct mln_json_parser *p)
{
    int r = 0;

    if (p->high) {
        p->high = 0;
        r = odd(p, MLN_BODY_ODD_JSON_BAD_UTF8);
    }
    if (r)
        return r;
    return p->is_key ? end_key(p) : end_value(p);
}

static int on_escape(struct mln_json_parser *p, char c)
{
    static const char from[] = "nrtbf\"\\/", to[] = "\n\r\t\b\f\"\\/";
    const char *at = c ? strchr(from, c) : NULL;

    p->state = J_STRING;
    if (c == 'u') {
        p->state = J_UNICODE;
        p->hex_n = 0;
        p->hex = 0;
        return 0;
    }
    if (at)
        return put(p, &to[at - from], 1);
    int r = c == '\'' ? 0 : odd(p, MLN_BODY_ODD_JSON_LAX);
    if (r == 0 && c != '\'')
        r = put(p, "\\", 1);
    return r ? r : put(p, &c, 1);
}

static int end_unicode(struct mln_json_parser *p)
{
    p->state = J_STRING;
    if (p->hex >= 0xd800 && p->hex < 0xdc00) {
        int r = p->high ? odd(p, MLN_BODY_ODD_JSON_BAD_UTF8) : 0;
        p->high = p->hex;
        return r;
    }
    if (p->hex >= 0xdc00 && p->hex < 0xe000) {
        uint32_t cp = p->high ? 0x10000 + ((p->high - 0xd800) << 10) + (p->hex - 0xdc00) : 0xfffd;
        int r = p->high ? 0 : odd(p, MLN_BODY_ODD_JSON_BAD_UTF8);
        p->high = 0;
        return r ? r : put_code_point(p, cp);
    }
    p->high = 0;
    return put_code_point(p, p->hex);
}

static int on_unicode(struct mln_json_parser *p, char c)
{
    int d = mln_hexval((unsigned char)c);

    if (d < 0)
        return give_up(p);
    p->hex = p->hex << 4 | (uint32_t)d;
    return ++p->hex_n == 4 ? end_unicode(p) : 0;
}

/* A run of ordinary string bytes at in[i..]; the count. */
static size_t string_run(const struct mln_json_parser *p, struct mln_sv in, size_t i)
{
    size_t start = i;

    while (i < in.len && in.p[i] != p->quote && in.p[i] != '\\')
        i++;
    return i - start;
}

static int on_string(struct mln_json_parser *p, struct mln_sv in, size_t *i)
{
    size_t n = string_run(p, in, *i);

    if (n) {
        int r = put(p, in.p + *i, n);
        *i += n;
        p->total += n;
        return r;
    }
    char c = in.p[(*i)++];
    p->total++;
    if (c == '\\') {
        p->state = J_ESCAPE;
        return 0;
    }
    return end_string(p);
}

/* ---- numbers and names ---- */

static int on_word(struct mln_json_parser *p, struct mln_sv in, size_t *i)
{
    size_t start = *i;

    while (*i < in.len && (mln_cc((unsigned char)in.p[*i], MLN_CC_WORD) ||
                           strchr("+-.", in.p[*i] ? in.p[*i] : ' ')))
        (*i)++;
    if (*i > start) {
        p->total += *i - start;
        return put(p, in.p + start, *i - start);
    }
    return end_value(p); /* the byte at *i is structure */
}

static int feed_some(struct mln_json_parser *p, struct mln_sv in, size_t *i)
{
    switch (p->state) {
    case J_STRING:
        return on_string(p, in, i);
    case J_WORD:
        return on_word(p, in, i);
    case J_RAW: {
        struct mln_sv rest = mln_sv_sub(in, *i, in.len);
        *i = in.len;
        p->total += rest.len;
        return p->sink.data(p->sink.self, rest);
    }
    case J_ESCAPE:
        p->total++;
        return on_escape(p, in.p[(*i)++]);
    case J_UNICODE:
        if (mln_hexval((unsigned char)in.p[*i]) < 0)
            return give_up(p); /* the byte belongs to the rest */
        p->total++;
        return on_unicode(p, in.p[(*i)++]);
    case J_COMMENT:
    case J_LINE_COMMENT:
    case J_BLOCK_COMMENT:
    case J_BLOCK_STAR:
        p->total++;
        return on_comment(p, in.p[(*i)++]);
    default: {
        uint8_t before = p->state;
        int r = on_structure(p, in.p[*i]);
        if (p->state == J_RAW && before != J_RAW)
            return r; /* the offending byte is part of the rest */
        (*i)++;
        p->total++;
        return r;
    }
    }
}

int mln_json_feed(struct mln_json_parser *p, struct mln_sv in)
{
    size_t i = 0;
    int r = 0;

    if (p->first_byte && in.len) { /* a BOM may come in three pieces */
        static const unsigned char bom[3] = {0xef, 0xbb, 0xbf};
        while (i < in.len && p->utf8_n < 3 && (unsigned char)in.p[i] == bom[p->utf8_n]) {
            i++;
            p->utf8_n++;
            p->total++;
        }
        if (i == in.len && p->utf8_n < 3)
            return 0;
        p->first_byte = false;
        if (p->utf8_n == 3)
            r = odd(p, MLN_BODY_ODD_JSON_LAX);
    }
    while (i < in.len && r == 0)
        r = feed_some(p, in, &i);
    return r;
}

int mln_json_finish(struct mln_json_parser *p)
{
    int r = 0;

    if (p->state == J_WORD && p->depth == 0)
        return end_value(p);
    if (p->state != J_RAW && ((p->state != J_AFTER && p->started) || p->depth))
        r = odd(p, MLN_BODY_ODD_JSON_SYNTAX);
    if (r == 0 && p->is_key)
        r = end_key(p);
    if (r == 0 && p->in_value)
        r = p->sink.end(p->sink.self, p->total);
    p->in_value = false;
    return r;
}
