/* Records in which nothing can be: read once, then known by their pattern (http/json_record.h). */
#include "http/json_record.h"

#include "http/json_priv.h"

enum {
    INDEX_DIGITS = 10,
    STRANGE_MAX = 4, /* so many in a row, and the list is none of records */
};

/* The pointers of its values are not too long in this list. */
static bool fits_pointer(const struct mln_json_parser *p)
{
    return p->path_len[p->depth] + 1 + INDEX_DIGITS + p->record.path_max < p->lim.name_bytes;
}

/* ---- one like the last ---- */

/* The place of the byte that ends value k: one that differs there makes it another value. */
static size_t value_last(const struct mln_json_record *rec, unsigned k)
{
    return (size_t)rec->value[k].at + rec->value[k].len;
}

/* Where in[at…] first differs from the pattern at `from` and behind it: a place of the pattern, its
 * length when it goes on as the pattern does. Without a block to spare behind it, `from`. */
static size_t first_difference(struct mln_sv in, size_t at, const struct mln_json_record *rec,
                               size_t from)
{
    if (in.len - at < rec->len - from + MLN_BLOCK)
        return from;
    for (; from < rec->len; from += MLN_BLOCK, at += MLN_BLOCK) {
        unsigned same = mln_block_same(mln_block_load(in.p + at), mln_block_load(rec->text + from));
        if (same != MLN_BLOCK_ALL)
            return MLN_MIN(from + mln_block_run(same), (size_t)rec->len);
    }
    return rec->len;
}

static size_t digits_end(struct mln_sv s, size_t i)
{
    while (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT))
        i++;
    return i;
}

/* "item number 7" in the place of "item number 12": the same text with another last word of digits,
 * which is as plain as that one (http/field.h). Where in[at…] ends, or SIZE_MAX: it is not. */
static size_t numbered_end(struct mln_sv old, struct mln_sv in, size_t at, size_t same)
{
    size_t word = same;

    while (word && mln_cc((unsigned char)old.p[word - 1], MLN_CC_DIGIT))
        word--;
    if (!word || old.p[word - 1] != ' ' || digits_end(old, word) != old.len || word == old.len)
        return SIZE_MAX;
    size_t end = digits_end(in, at + word);
    bool fits = old.len <= MLN_PLAIN_NUMBERED_MAX && end - at <= MLN_PLAIN_NUMBERED_MAX &&
                end > at + word && end - at - word <= MLN_PLAIN_DIGITS_MAX;
    return fits && end < in.len && in.p[end] == '"' ? end : SIZE_MAX;
}

/* The end of the value at in[at], another one in the place of value k from its byte `same` on, when
 * it is plain. */
static size_t value_end(struct mln_json_parser *p, struct mln_sv in, size_t at, unsigned k,
                        size_t same)
{
    struct mln_sv old = mln_sv(p->record.text + p->record.value[k].at, p->record.value[k].len);

    if (old.p[-1] != '"')
        return mln_json_plain_word(in, at);
    size_t end = numbered_end(old, in, at, same);
    return end != SIZE_MAX ? end : mln_json_plain_string(p, in, at);
}

/* The end of the record at in[at], or SIZE_MAX when it is not like the last one. */
static size_t match(struct mln_json_parser *p, struct mln_sv in, size_t at,
                    struct mln_json_passed *passed)
{
    const struct mln_json_record *rec = &p->record;
    size_t from = 0, bytes = 0, differs;
    unsigned k = 0;

    while ((differs = first_difference(in, at, rec, from)) < rec->len) {
        for (; k < rec->n_values && value_last(rec, k) < differs; k++)
            bytes += rec->value[k].len;
        if (k == rec->n_values || rec->value[k].at > differs)
            return SIZE_MAX;
        size_t start = at + rec->value[k].at - from;
        size_t end = value_end(p, in, start, k, differs - rec->value[k].at);
        if (end == SIZE_MAX)
            return SIZE_MAX;
        bytes += end - start;
        at = end;
        from = value_last(rec, k++);
    }
    for (; k < rec->n_values; k++)
        bytes += rec->value[k].len;
    passed->n += rec->n_values;
    passed->bytes += bytes;
    return at + rec->len - from;
}

/* ---- the first of its kind ---- */

/* A record that is being read to become the pattern. */
struct reading {
    struct mln_json_parser *p;
    struct mln_sv in;
    struct mln_json_passed passed;
    size_t start, at;
    unsigned nesting; /* open brackets */
    bool fresh;       /* nothing stands behind the last one yet */
    bool array[MLN_JSON_RECORD_NESTING + 1];
    size_t path[MLN_JSON_RECORD_NESTING + 1]; /* length of the pointer, below the list's element */
    size_t named;                             /* the same with the name of the value at hand */
};

static char next_byte(struct reading *r)
{
    while (r->at < r->in.len && mln_cc((unsigned char)r->in.p[r->at], MLN_CC_SPACE))
        r->at++;
    return r->at < r->in.len ? r->in.p[r->at] : '\0';
}

static bool open_bracket(struct reading *r, bool array)
{
    if (r->nesting == MLN_JSON_RECORD_NESTING)
        return false;
    r->nesting++;
    r->at++;
    r->fresh = true;
    r->array[r->nesting] = array;
    r->path[r->nesting] = r->named;
    mln_json_keys_open(&r->p->keys, r->p->depth + r->nesting);
    return true;
}

static void close_bracket(struct reading *r)
{
    mln_json_keys_close(&r->p->keys, r->p->depth + r->nesting);
    r->nesting--;
    r->at++;
    r->fresh = false;
}

/* A plain name that the object at hand did not have, and the colon behind it. */
static bool read_name(struct reading *r)
{
    size_t end = next_byte(r) == '"' ? mln_json_key_end(r->in, r->at + 1) : SIZE_MAX;

    if (end == SIZE_MAX)
        return false;
    struct mln_sv key = mln_sv_sub(r->in, r->at + 1, end - r->at - 1);
    r->named = r->path[r->nesting] + 1 + key.len;
    r->at = end + 1;
    if (!mln_json_plain_key(r->p, key) || next_byte(r) != ':')
        return false;
    r->at++;
    return !mln_json_keys_add(&r->p->keys, r->p->depth + r->nesting,
                              mln_json_key_hash((uintptr_t)r->p, key));
}

static bool read_value(struct reading *r)
{
    struct mln_json_record *rec = &r->p->record;
    char c = next_byte(r);

    if (c == '{' || c == '[')
        return open_bracket(r, c == '[');
    size_t at = r->at + (c == '"');
    if (at == r->in.len || rec->n_values == MLN_JSON_RECORD_VALUES)
        return false;
    size_t end = c == '"' ? mln_json_plain_string(r->p, r->in, at) : mln_json_plain_word(r->in, at);
    if (end == SIZE_MAX || end - r->start >= MLN_JSON_RECORD_BYTES)
        return false;
    rec->value[rec->n_values].at = (uint16_t)(at - r->start);
    rec->value[rec->n_values++].len = (uint16_t)(end - at);
    r->passed.n++;
    r->passed.bytes += end - at;
    r->at = end + (c == '"');
    return true;
}

static bool read_member(struct reading *r)
{
    struct mln_json_record *rec = &r->p->record;

    r->fresh = false;
    r->named = r->path[r->nesting] + 1 + INDEX_DIGITS;
    if (!r->array[r->nesting] && !read_name(r))
        return false;
    rec->path_max = MLN_MAX(rec->path_max, (uint32_t)r->named);
    return read_value(r);
}

/* Behind a bracket or a value: a bracket that closes, or another member. */
static bool read_next(struct reading *r)
{
    char c = next_byte(r);

    if (c == (r->array[r->nesting] ? ']' : '}')) {
        close_bracket(r);
        return true;
    }
    if (!r->fresh && c != ',')
        return false;
    r->at += !r->fresh;
    return read_member(r);
}

/* The record at in[at] becomes the pattern: its end, or SIZE_MAX when it may hold something. */
static size_t learn(struct mln_json_parser *p, struct mln_sv in, size_t at,
                    struct mln_json_passed *passed)
{
    struct mln_json_record *rec = &p->record;
    struct reading r = {.p = p, .in = in, .start = at, .at = at, .passed = *passed};

    rec->len = rec->n_values = 0;
    rec->path_max = 0;
    bool read = open_bracket(&r, false);
    while (read && r.nesting)
        read = read_next(&r);
    while (r.nesting)
        close_bracket(&r);
    if (!read || r.at - at > MLN_JSON_RECORD_BYTES || !fits_pointer(p))
        return SIZE_MAX;
    rec->len = (uint16_t)(r.at - at);
    memcpy(rec->text, in.p + at, rec->len);
    *passed = r.passed;
    return r.at;
}

/* ---- a list of them ---- */

static bool may_be_list(const struct mln_json_parser *p)
{
    return mln_json_in_array(p) && p->plain[p->depth] && p->depth < MLN_JSON_RECORD_LEVELS &&
           p->record.strange[p->depth] < STRANGE_MAX &&
           p->depth + MLN_JSON_RECORD_NESTING < p->lim.depth;
}

static size_t take_record(struct mln_json_parser *p, struct mln_sv in, size_t at,
                          struct mln_json_passed *passed)
{
    size_t end = SIZE_MAX;

    if (p->record.len && fits_pointer(p))
        end = match(p, in, at, passed);
    if (end == SIZE_MAX)
        end = learn(p, in, at, passed);
    p->record.strange[p->depth] = end == SIZE_MAX ? p->record.strange[p->depth] + 1 : 0;
    return end;
}

bool mln_json_take_records(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret)
{
    struct mln_json_passed passed = {0};
    size_t start = *i, at = start, end;

    while (may_be_list(p) && (end = take_record(p, in, at, &passed)) != SIZE_MAX) {
        at = end;
        p->after_comma = false;
        p->state = J_AFTER;
        if (at + 1 >= in.len || in.p[at] != ',')
            break;
        mln_json_next_member(p);
        at++;
        while (at + 1 < in.len && mln_cc((unsigned char)in.p[at], MLN_CC_SPACE))
            at++;
        if (in.p[at] != '{')
            break;
    }
    *i = at;
    p->total += at - start;
    *ret = mln_json_tell(p, passed);
    return at > start;
}
