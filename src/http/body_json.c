/* JSON (RFC 8259), lenient and resumable inside every token. An explicit stack of one bit a level,
 * the RFC 6901 pointer of the value at hand in a fixed buffer: O(depth + name_bytes) memory. */
#include <errno.h>

#include "base/utf8.h"
#include "http/body.h"
#include "http/json_priv.h"

#define NAME (C_WORD | C_KEY)
/* clang-format off */
const uint8_t mln_json_class[256] = {
    [0 ... 0x1f] = C_CTL, [0x80 ... 0xff] = C_HIGH, ['"'] = C_STOP, ['\''] = C_STOP,
    ['\\'] = C_STOP, ['0' ... '9'] = NAME, ['A' ... 'Z'] = NAME, ['a' ... 'z'] = NAME,
    ['_'] = NAME, ['+'] = C_WORD, ['-'] = NAME, ['.'] = NAME,
};
/* clang-format on */
#undef NAME

struct mln_json_parser *mln_json_new(struct mln_arena *a, const struct mln_body_limits *lim,
                                     const struct mln_field_sink *sink)
{
    struct mln_json_parser *p = mln_arena_alloc(a, sizeof(*p) + lim->name_bytes);

    if (!p)
        return NULL;
    memset(p, 0, offsetof(struct mln_json_parser, record.value));
    mln_json_keys_init(&p->keys);
    p->path_len[0] = 0;
    p->plain[0] = sink->is_plain != NULL;
    p->out = mln_body_out(sink, lim);
    p->lim = *lim;
    p->lim.depth = MLN_MIN(p->lim.depth, (uint32_t)MLN_JSON_DEPTH_MAX - 1);
    return p;
}

int mln_json_odd(struct mln_json_parser *p, enum mln_body_odd o)
{
    return mln_body_odd(&p->out, o);
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
    if (!(mln_json_class[(unsigned char)c] & C_KEY))
        p->key_plain = false;
}

/* Inside an array: the pointer ends in the index of the value that starts. */
void mln_json_path_index(struct mln_json_parser *p)
{
    char digit[10];
    size_t n = 0;

    if (!mln_json_in_array(p))
        return;
    uint32_t v = p->index[p->depth - 1];
    p->n_path = p->path_len[p->depth];
    path_byte(p, '/');
    for (; v >= 10; v /= 10)
        digit[n++] = (char)('0' + v % 10);
    path_byte(p, (char)('0' + v));
    while (n)
        path_byte(p, digit[--n]);
}

/* The last part of the pointer, below the container at hand. */
static struct mln_sv last_name(const struct mln_json_parser *p)
{
    uint32_t from = p->path_len[p->depth];

    return mln_sv(p->path + from, p->n_path - from);
}

static struct mln_sv key_text(const struct mln_json_parser *p)
{
    return mln_sv(p->path + p->key_start, p->n_path - p->key_start);
}

/* ---- values ---- */

static int begin_value(struct mln_json_parser *p)
{
    mln_json_path_index(p);
    p->in_value = true;
    return mln_body_begin(&p->out, MLN_LOC_JSON, mln_json_pointer(p));
}

static int end_value(struct mln_json_parser *p)
{
    p->in_value = false;
    p->state = J_AFTER;
    return mln_body_end(&p->out, p->total);
}

static int put(struct mln_json_parser *p, const char *s, size_t n)
{
    if (!p->is_key)
        return mln_body_data(&p->out, mln_sv(s, n));
    for (size_t i = 0; i < n; i++)
        path_key_byte(p, s[i]);
    return 0;
}

static int put_code_point(struct mln_json_parser *p, uint32_t cp)
{
    char tmp[4];

    return put(p, tmp, mln_utf8_encode(cp, tmp));
}

/* A surrogate whose other half did not come. */
static int lone_surrogate(struct mln_json_parser *p)
{
    p->high = 0;
    int r = mln_json_odd(p, MLN_BODY_ODD_JSON_BAD_UTF8);
    return r ? r : put_code_point(p, 0xfffd);
}

/* Ends the key or value at hand as far as it came. */
static int end_unfinished(struct mln_json_parser *p)
{
    int r = p->high ? lone_surrogate(p) : 0;

    if (r == 0 && p->is_key && !p->key_plain)
        r = mln_body_emit(&p->out, MLN_LOC_JSON_NAME, mln_json_pointer(p), key_text(p), p->total);
    p->is_key = false;
    if (r == 0 && p->in_value)
        r = end_value(p);
    return r;
}

/* Fails: the rest of the body is one value without a name; `lost` are bytes before it that are in
 * no value yet, or that make sense only together with it. */
static int give_up(struct mln_json_parser *p, struct mln_sv lost)
{
    int r = end_unfinished(p);

    if (r == 0)
        r = mln_json_odd(p, MLN_BODY_ODD_JSON_SYNTAX);
    if (r == 0)
        r = mln_body_begin(&p->out, MLN_LOC_JSON, MLN_SV(""));
    p->state = J_RAW;
    p->in_value = true;
    if (r == 0 && p->n_word && p->depth == 0) { /* "1 union select" is no number, then a word */
        r = mln_body_data(&p->out, mln_sv(p->word, p->n_word));
        if (r == 0)
            r = mln_body_data(&p->out, MLN_SV(" "));
    }
    return r ? r : mln_body_data(&p->out, lost);
}

/* ---- keys ---- */

/* A client that makes two keys collide under this hash gains a report, nothing else; the address
 * keeps it from preparing keys that fill the table badly. */
static int check_duplicate(struct mln_json_parser *p, struct mln_sv key)
{
    if (mln_json_keys_add(&p->keys, p->depth, mln_json_key_hash((uintptr_t)p, key)))
        return mln_json_odd(p, MLN_BODY_ODD_JSON_DUPLICATE_KEY);
    return 0;
}

int mln_json_end_key(struct mln_json_parser *p)
{
    int r = p->n_path == p->lim.name_bytes ? mln_json_odd(p, MLN_BODY_ODD_NAME_TOO_LONG)
                                           : check_duplicate(p, key_text(p));

    p->state = J_COLON;
    return r ? r : end_unfinished(p);
}

int mln_json_begin_key(struct mln_json_parser *p, char quote)
{
    p->n_path = p->path_len[p->depth];
    path_byte(p, '/');
    p->key_start = p->n_path;
    p->is_key = p->key_plain = true;
    p->name_plain = false;
    p->quote = quote;
    p->state = J_STRING;
    return 0;
}

/* ---- nesting ---- */

int mln_json_open_bracket(struct mln_json_parser *p, bool array)
{
    mln_json_path_index(p);
    if (p->depth == p->lim.depth) {
        int r = mln_json_odd(p, MLN_BODY_ODD_JSON_DEPTH);
        return r ? r : give_up(p, MLN_SV_NULL);
    }
    p->n_word = 0;
    p->after_comma = false;
    p->plain[p->depth + 1] =
        p->plain[p->depth] && (mln_json_in_array(p) || p->name_plain ||
                               p->out.sink.is_plain(p->out.sink.self, last_name(p), MLN_SV_NULL));
    p->is_array[p->depth] = array;
    p->index[p->depth] = 0;
    p->depth++;
    mln_json_keys_open(&p->keys, p->depth);
    mln_json_known_open(&p->known, p->depth);
    p->path_len[p->depth] = p->n_path;
    p->state = array ? J_VALUE : J_KEY;
    return 0;
}

int mln_json_close_bracket(struct mln_json_parser *p, bool array)
{
    if (p->depth == 0 || p->is_array[p->depth - 1] != array)
        return give_up(p, MLN_SV_NULL);
    int r = p->after_comma ? mln_json_odd(p, MLN_BODY_ODD_JSON_LAX) : 0;
    mln_json_keys_close(&p->keys, p->depth);
    p->after_comma = false;
    p->n_path = p->path_len[p->depth];
    p->depth--;
    p->state = J_AFTER;
    return r;
}

/* ---- bytes outside of strings and words ---- */

static int begin_string(struct mln_json_parser *p, char quote)
{
    int r = quote == '\'' ? mln_json_odd(p, MLN_BODY_ODD_JSON_LAX) : 0;

    p->quote = quote;
    p->state = J_STRING;
    return r ? r : begin_value(p);
}

static int begin_word(struct mln_json_parser *p, char c)
{
    p->state = J_WORD;
    p->n_word = 1;
    p->word[0] = c;
    int r = begin_value(p);
    return r ? r : put(p, &c, 1);
}

static int on_value_start(struct mln_json_parser *p, char c)
{
    p->started = true;
    if (c == ']' && p->depth)
        return mln_json_close_bracket(p, true);
    bool known = c == '{' || c == '[' || c == '"' || c == '\'' ||
                 (mln_json_class[(unsigned char)c] & C_WORD);
    if (!known || (p->depth == 0 && p->n_word)) /* two values on a line are no documents */
        return give_up(p, MLN_SV_NULL);
    if (c == '{' || c == '[')
        return mln_json_open_bracket(p, c == '[');
    p->after_comma = false;
    return c == '"' || c == '\'' ? begin_string(p, c) : begin_word(p, c);
}

static int on_key_start(struct mln_json_parser *p, char c)
{
    if (c == '}')
        return mln_json_close_bracket(p, false);
    p->after_comma = false;
    if (c == '"')
        return mln_json_begin_key(p, c);
    if (c != '\'')
        return give_up(p, MLN_SV_NULL);
    int r = mln_json_odd(p, MLN_BODY_ODD_JSON_LAX);
    return r ? r : mln_json_begin_key(p, c);
}

void mln_json_next_member(struct mln_json_parser *p)
{
    p->after_comma = true;
    p->state = J_KEY;
    if (p->is_array[p->depth - 1]) {
        p->index[p->depth - 1]++;
        p->state = J_VALUE;
    }
}

static int on_after(struct mln_json_parser *p, char c)
{
    if (c == '}' || c == ']')
        return mln_json_close_bracket(p, c == ']');
    if (p->depth == 0) { /* another document: NDJSON, or a sequence */
        p->n_path = 0;
        return on_value_start(p, c);
    }
    if (c != ',')
        return give_up(p, MLN_SV_NULL);
    mln_json_next_member(p);
    return 0;
}

static int on_structure(struct mln_json_parser *p, char c)
{
    if (mln_cc((unsigned char)c, MLN_CC_SPACE) || c == '\x1e') { /* RFC 7464: a record starts */
        if (c == '\n' || c == '\x1e')
            p->n_word = 0;
        if (c == '\n' && p->depth == 0 && p->out.sink.document)
            p->out.sink.document(p->out.sink.self, p->total + 1);
        return 0;
    }
    if (c == '/') {
        p->back = p->state;
        p->state = J_COMMENT;
        return 0;
    }
    switch (p->state) {
    case J_VALUE:
        return on_value_start(p, c);
    case J_KEY:
        return on_key_start(p, c);
    case J_COLON:
        p->state = J_VALUE;
        return c == ':' ? 0 : give_up(p, MLN_SV_NULL);
    default:
        return on_after(p, c);
    }
}

static int on_comment(struct mln_json_parser *p, char c)
{
    switch (p->state) {
    case J_COMMENT:
        if (c != '/' && c != '*')
            return give_up(p, MLN_SV("/"));
        p->state = c == '/' ? J_LINE_COMMENT : J_BLOCK_COMMENT;
        return mln_json_odd(p, MLN_BODY_ODD_JSON_LAX);
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

/* The next byte of text as UTF-8 (RFC 3629 section 4); false when it cannot stand here. */
static bool utf8_step(struct mln_json_parser *p, unsigned char c)
{
    if (p->utf8_left) {
        bool ok = c >= p->utf8_low && c <= p->utf8_high;
        p->utf8_left = ok ? p->utf8_left - 1 : 0;
        p->utf8_low = 0x80;
        p->utf8_high = 0xbf;
        return ok;
    }
    if (c < 0x80)
        return true;
    p->utf8_left = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    p->utf8_low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    p->utf8_high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    return c >= 0xc2 && c <= 0xf4;
}

static int check_utf8(struct mln_json_parser *p, struct mln_sv s)
{
    if (p->out.odds >> MLN_BODY_ODD_JSON_BAD_UTF8 & 1)
        return 0;
    for (size_t i = 0; i < s.len; i++)
        if (!utf8_step(p, (unsigned char)s.p[i]))
            return mln_json_odd(p, MLN_BODY_ODD_JSON_BAD_UTF8);
    return 0;
}

/* Text stops here: a character must not be left unfinished. */
static int text_break(struct mln_json_parser *p)
{
    if (!p->utf8_left)
        return 0;
    p->utf8_left = 0;
    return mln_json_odd(p, MLN_BODY_ODD_JSON_BAD_UTF8);
}

static int end_string(struct mln_json_parser *p)
{
    int r = p->high ? lone_surrogate(p) : 0;

    if (r)
        return r;
    return p->is_key ? mln_json_end_key(p) : end_value(p);
}

static int on_escape(struct mln_json_parser *p, char c)
{
    static const char from[] = "nrtbf\"\\/'", to[] = "\n\r\t\b\f\"\\/'";
    const char *at = c ? strchr(from, c) : NULL;
    int r = 0;

    p->state = J_STRING;
    if (c == 'u') {
        p->state = J_UNICODE;
        p->hex_n = 0;
        p->hex = 0;
        return 0;
    }
    if (p->high)
        r = lone_surrogate(p);
    if (r == 0 && (!at || c == '\''))
        r = mln_json_odd(p, MLN_BODY_ODD_JSON_LAX);
    if (r == 0 && !at)
        r = put(p, "\\", 1);
    return r ? r : put(p, at ? &to[at - from] : &c, 1);
}

static int end_unicode(struct mln_json_parser *p)
{
    bool is_low = p->hex >= 0xdc00 && p->hex < 0xe000;
    uint32_t high = p->high;
    int r = 0;

    p->state = J_STRING;
    if (high && is_low) {
        p->high = 0;
        return put_code_point(p, 0x10000 + ((high - 0xd800) << 10) + (p->hex - 0xdc00));
    }
    if (high || is_low)
        r = lone_surrogate(p);
    if (r || (is_low && !high))
        return r;
    if (p->hex >= 0xd800 && p->hex < 0xdc00) {
        p->high = p->hex;
        return 0;
    }
    return put_code_point(p, p->hex);
}

/* "\u00zz": what was read of the escape goes before the rest. */
static int bad_unicode(struct mln_json_parser *p)
{
    static const char hex[] = "0123456789abcdef";
    char text[8] = "\\u";
    size_t n = 2;

    for (unsigned left = p->hex_n; left > 0; left--)
        text[n++] = hex[p->hex >> (4 * (left - 1)) & 15];
    return give_up(p, mln_sv(text, n));
}

static int on_unicode(struct mln_json_parser *p, struct mln_sv in, size_t *i)
{
    int d = mln_hexval((unsigned char)in.p[*i]);

    if (d < 0)
        return bad_unicode(p);
    (*i)++;
    p->total++;
    p->hex = p->hex << 4 | (uint32_t)d;
    return ++p->hex_n == 4 ? end_unicode(p) : 0;
}

/* A run of ordinary string bytes; on its way it is found whether any needs a second look. */
static int string_run(struct mln_json_parser *p, struct mln_sv run, uint8_t classes)
{
    int r = p->high ? lone_surrogate(p) : 0;

    if (r == 0 && (classes & C_CTL))
        r = mln_json_odd(p, MLN_BODY_ODD_JSON_LAX);
    if (r == 0 && ((classes & C_HIGH) || p->utf8_left))
        r = check_utf8(p, run);
    return r ? r : put(p, run.p, run.len);
}

static int on_string(struct mln_json_parser *p, struct mln_sv in, size_t *i)
{
    size_t start = *i, k = start;
    uint8_t classes = 0;

    for (; k < in.len; k++) {
        uint8_t c = mln_json_class[(unsigned char)in.p[k]];
        if ((c & C_STOP) && (in.p[k] == p->quote || in.p[k] == '\\'))
            break;
        classes |= c;
    }
    *i = k;
    p->total += k - start;
    if (k > start)
        return string_run(p, mln_sv_sub(in, start, k - start), classes);
    int r = text_break(p);
    (*i)++;
    p->total++;
    if (r == 0 && in.p[k] == '\\')
        p->state = J_ESCAPE;
    else if (r == 0)
        r = end_string(p);
    return r;
}

/* ---- numbers and names ---- */

static int end_word(struct mln_json_parser *p)
{
    struct mln_sv word = mln_sv(p->word, p->n_word);
    enum mln_json_word kind =
        p->n_word == MLN_JSON_WORD_MAX ? MLN_JSON_WORD_LAX : mln_json_word_kind(word);
    int r = end_value(p);

    if (p->depth)
        p->n_word = 0;
    if (r == 0 && kind == MLN_JSON_WORD_OTHER)
        return p->depth ? mln_json_odd(p, MLN_BODY_ODD_JSON_SYNTAX) : give_up(p, MLN_SV_NULL);
    if (r == 0 && kind == MLN_JSON_WORD_LAX)
        r = mln_json_odd(p, MLN_BODY_ODD_JSON_LAX);
    return r;
}

static int on_word(struct mln_json_parser *p, struct mln_sv in, size_t *i)
{
    size_t start = *i, k = start;

    while (k < in.len && (mln_json_class[(unsigned char)in.p[k]] & C_WORD))
        k++;
    if (k == start)
        return end_word(p); /* the byte at *i is structure */
    size_t keep = MLN_MIN(k - start, (size_t)MLN_JSON_WORD_MAX - p->n_word);
    memcpy(p->word + p->n_word, in.p + start, keep);
    p->n_word += (uint32_t)keep;
    p->total += k - start;
    *i = k;
    return put(p, in.p + start, k - start);
}

/* ---- the whole ---- */

static const char bom[3] = "\xef\xbb\xbf";

static int on_bom(struct mln_json_parser *p, struct mln_sv in, size_t *i)
{
    if (in.p[*i] == bom[p->n_bom]) {
        p->n_bom++;
        (*i)++;
        p->total++;
        if (p->n_bom < sizeof(bom))
            return 0;
        p->state = J_VALUE;
        return mln_json_odd(p, MLN_BODY_ODD_JSON_LAX);
    }
    p->state = J_VALUE;
    return p->n_bom ? give_up(p, mln_sv(bom, p->n_bom)) : 0;
}

static int on_raw(struct mln_json_parser *p, struct mln_sv in, size_t *i)
{
    struct mln_sv rest = mln_sv_sub(in, *i, in.len);

    *i = in.len;
    p->total += rest.len;
    return mln_body_data(&p->out, rest);
}

/* A byte outside of strings and words. One that ends all sense is part of the rest. */
static int on_other(struct mln_json_parser *p, char c, size_t *i)
{
    int r = p->state >= J_COMMENT ? on_comment(p, c) : on_structure(p, c);

    if (p->state != J_RAW) {
        (*i)++;
        p->total++;
    }
    return r;
}

static int feed_some(struct mln_json_parser *p, struct mln_sv in, size_t *i)
{
    int r;

    switch (p->state) {
    case J_BOM:
        return on_bom(p, in, i);
    case J_STRING:
        return on_string(p, in, i);
    case J_WORD:
        return on_word(p, in, i);
    case J_RAW:
        return on_raw(p, in, i);
    case J_ESCAPE:
        p->total++;
        return on_escape(p, in.p[(*i)++]);
    case J_UNICODE:
        return on_unicode(p, in, i);
    default:
        return mln_json_take_whole(p, in, i, &r) ? r : on_other(p, in.p[*i], i);
    }
}

int mln_json_feed(struct mln_json_parser *p, struct mln_sv in)
{
    size_t i = 0;
    int r = 0;

    while (i < in.len && r == 0)
        r = feed_some(p, in, &i);
    return r;
}

int mln_json_finish(struct mln_json_parser *p)
{
    int r = 0;

    if (p->state == J_WORD)
        r = end_word(p);
    if (r == 0 && p->state == J_BOM && p->n_bom)
        r = give_up(p, mln_sv(bom, p->n_bom));
    if (r == 0 && p->state == J_COMMENT)
        r = give_up(p, MLN_SV("/"));
    bool ended = p->state == J_AFTER || p->state == J_RAW || !p->started;
    if (r == 0 && (!ended || (p->depth && p->state != J_RAW)))
        r = mln_json_odd(p, MLN_BODY_ODD_JSON_SYNTAX);
    return r ? r : end_unfinished(p);
}
