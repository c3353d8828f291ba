#include "http/multipart_head.h"

#include <errno.h>

#include "http/uri.h"

/* ---- parameters of Content-Disposition ---- */

enum { PARAMS_MAX = 32 };

struct param {
    struct mln_sv key, value;
    bool doubtful; /* some readers find its end elsewhere, or its key another one */
};

/* Quotation marks outside of a quoted value: PHP lets any of them, also single ones, hide a ';'.
 * RFC 8187 puts two single ones into the value of an extended parameter. */
static bool has_quotes(struct mln_sv s, bool extended)
{
    size_t single = 0;

    for (size_t i = 0; i < s.len; i++) {
        single += s.p[i] == '\'';
        if (s.p[i] == '"')
            return true;
    }
    return extended ? single % 2 != 0 : single != 0;
}

/* Next ";key=value" of s from *i. Quoted values keep backslashes that quote neither '"' nor '\'
 * (file names of old browsers), as browsers and servers do. False at the end. */
static bool next_param(struct mln_arena *a, struct mln_sv s, size_t *i, struct param *ret)
{
    while (*i < s.len && (s.p[*i] == ';' || s.p[*i] == ' ' || s.p[*i] == '\t'))
        (*i)++;
    if (*i >= s.len)
        return false;
    size_t start = *i;
    while (*i < s.len && s.p[*i] != '=' && s.p[*i] != ';')
        (*i)++;
    ret->key = mln_sv_trim(mln_sv_sub(s, start, *i - start));
    ret->value = MLN_SV_NULL;
    ret->doubtful = ret->key.len != *i - start || has_quotes(ret->key, false);
    if (*i >= s.len || s.p[*i] == ';')
        return true;
    (*i)++;
    while (*i < s.len && (s.p[*i] == ' ' || s.p[*i] == '\t'))
        (*i)++;
    start = *i;
    if (start >= s.len || s.p[start] != '"') {
        while (*i < s.len && s.p[*i] != ';')
            (*i)++;
        ret->value = mln_sv_trim(mln_sv_sub(s, start, *i - start));
        ret->doubtful = ret->doubtful || has_quotes(ret->value, mln_sv_ends(ret->key, MLN_SV("*")));
        return true;
    }
    size_t close = mln_sv_chr(mln_sv_sub(s, start + 1, s.len), '"');
    ret->value = mln_sv_sub(s, start + 1, close);
    if (close != SIZE_MAX && mln_sv_chr(ret->value, '\\') == SIZE_MAX) {
        *i = start + close + 2;
        return true;
    }
    char *out = mln_arena_alloc(a, s.len - start);
    size_t n = 0;
    for (*i = start + 1; *i < s.len && s.p[*i] != '"'; (*i)++) {
        if (s.p[*i] == '\\' && *i + 1 < s.len && (s.p[*i + 1] == '"' || s.p[*i + 1] == '\\')) {
            (*i)++;
            ret->doubtful = ret->doubtful || mln_sv_chr(mln_sv_sub(s, *i, 2), '"') != SIZE_MAX;
        }
        if (out)
            out[n++] = s.p[*i];
    }
    *i += *i < s.len;
    ret->value = mln_sv(out, n);
    return true;
}

/* "UTF-8''caf%C3%A9.txt" (RFC 8187). */
static struct mln_sv ext_value(struct mln_arena *a, struct mln_sv v)
{
    size_t first = mln_sv_chr(v, '\'');
    struct mln_sv rest = first == SIZE_MAX ? v : mln_sv_sub(v, first + 1, v.len);
    size_t second = mln_sv_chr(rest, '\'');

    if (second != SIZE_MAX)
        rest = mln_sv_sub(rest, second + 1, rest.len);
    return mln_url_decode(a, rest, false, NULL);
}

static void add_filename(struct mln_part_head *h, struct mln_sv v)
{
    for (uint32_t i = 0; i < h->n_filenames; i++)
        if (mln_sv_eq(h->filenames[i], v))
            return;
    if (h->n_filenames < MLN_PART_NAMES_MAX)
        h->filenames[h->n_filenames++] = v;
    else
        h->malformed = true;
}

/* "filename*0", "filename*1*": pieces of one name (RFC 2231 section 3), joined in order of arrival.
 */
static int join_piece(struct mln_arena *a, struct mln_sv *whole, struct mln_sv piece)
{
    char *p = mln_arena_alloc(a, whole->len + piece.len + 1);

    if (!p)
        return -ENOMEM;
    if (whole->len)
        memcpy(p, whole->p, whole->len);
    if (piece.len)
        memcpy(p + whole->len, piece.p, piece.len);
    *whole = mln_sv(p, whole->len + piece.len);
    return 0;
}

struct pieces {
    struct mln_sv name, filename;
    bool has_name, has_filename;
    uint32_t names, filenames;
};

/* Only "filename" itself, once and with a value, makes a file for everyone: PHP and others do not
 * know filename* and filename*0. */
static int take_param(struct mln_arena *a, struct mln_part_head *h, struct pieces *s,
                      const struct param *p)
{
    struct mln_sv key = p->key;
    bool ext = key.len && key.p[key.len - 1] == '*';
    size_t star = mln_sv_chr(key, '*');
    struct mln_sv base = mln_sv_sub(key, 0, star);
    bool is_file = mln_sv_ieq(base, MLN_SV("filename"));

    if (!is_file && !mln_sv_ieq(base, MLN_SV("name")))
        return 0;
    if (!p->value.p) {
        h->malformed = true;
        return 0;
    }
    struct mln_sv value = ext ? ext_value(a, p->value) : p->value;
    if (star != SIZE_MAX && star + 1 < key.len &&
        mln_cc((unsigned char)key.p[star + 1], MLN_CC_DIGIT)) {
        s->has_filename = s->has_filename || is_file;
        s->has_name = s->has_name || !is_file;
        return join_piece(a, is_file ? &s->filename : &s->name, value);
    }
    if (is_file) {
        s->filenames += !ext && value.len;
        add_filename(h, value);
    } else {
        s->names++;
        if (!h->name.p)
            h->name = value;
        else
            h->duplicate = true;
    }
    return 0;
}

static int parse_disposition(struct mln_arena *a, struct mln_sv value, struct mln_part_head *h)
{
    struct pieces s = {.name = MLN_SV(""), .filename = MLN_SV("")};
    struct param p;
    size_t i = MLN_MIN(mln_sv_chr(value, ';'), value.len);
    bool is_form = mln_sv_ieq(mln_sv_trim(mln_sv_sub(value, 0, i)), MLN_SV("form-data"));
    unsigned n = 0;
    int r = 0;

    for (; n < PARAMS_MAX && r == 0 && next_param(a, value, &i, &p); n++) {
        h->doubtful = h->doubtful || p.doubtful;
        r = take_param(a, h, &s, &p);
    }
    if (s.has_filename)
        add_filename(h, s.filename);
    if (s.has_name && !h->name.p)
        h->name = s.name;
    if (s.filenames > 1)
        h->duplicate = true;
    h->doubtful = h->doubtful || s.filenames != 1;
    if (n == PARAMS_MAX || (is_form && !h->name.p))
        h->malformed = true;
    return r;
}

static void set_coding(struct mln_part_head *h, struct mln_sv value)
{
    enum mln_part_coding before = h->coding;

    if (mln_sv_ieq(value, MLN_SV("base64")))
        h->coding = MLN_PART_BASE64;
    else if (mln_sv_ieq(value, MLN_SV("quoted-printable")))
        h->coding = MLN_PART_QUOTED;
    if (before != MLN_PART_PLAIN && before != h->coding)
        h->malformed = true;
}

int mln_part_head_parse(struct mln_arena *a, struct mln_sv raw, struct mln_part_head *ret)
{
    uint32_t dispositions = 0;
    int r = 0;

    *ret = (struct mln_part_head){0};
    while (raw.p && r == 0) {
        struct mln_sv line = mln_sv_split(&raw, '\n');
        if (line.len && line.p[line.len - 1] == '\r')
            line.len--;
        if (!line.len)
            continue;
        size_t colon = mln_sv_chr(line, ':');
        if (colon == SIZE_MAX || line.p[0] == ' ' || line.p[0] == '\t') {
            ret->malformed = true;
            continue;
        }
        struct mln_sv name = mln_sv_trim(mln_sv_sub(line, 0, colon));
        struct mln_sv value = mln_sv_trim(mln_sv_sub(line, colon + 1, line.len));
        if (mln_sv_ieq(name, MLN_SV("content-disposition"))) {
            ret->duplicate = ret->duplicate || dispositions++;
            r = parse_disposition(a, value, ret);
        } else if (mln_sv_ieq(name, MLN_SV("content-transfer-encoding"))) {
            set_coding(ret, value);
        } else if (ret->n_others < MLN_PART_HEADERS_MAX) {
            ret->others[ret->n_others].name = name;
            ret->others[ret->n_others++].value = value;
        } else {
            ret->malformed = true;
        }
    }
    return r;
}

/* ---- transfer encodings ---- */

void mln_part_decoder_init(struct mln_part_decoder *d, enum mln_part_coding coding)
{
    *d = (struct mln_part_decoder){.coding = coding};
}

/* clang-format off */
enum { B64_NONE = 0, B64_SKIP = 65 }; /* else 1 + the digit's value */
#define D(c, first, value) [c] = (c) - (first) + (value) + 1
#define D4(c, first, value) D(c, first, value), D((c) + 1, first, value), \
                            D((c) + 2, first, value), D((c) + 3, first, value)
#define D13(c, first, value) D4(c, first, value), D4((c) + 4, first, value), \
                             D4((c) + 8, first, value), D((c) + 12, first, value)
static const uint8_t base64[256] = {
    D13('A', 'A', 0), D13('N', 'A', 0), D13('a', 'a', 26), D13('n', 'a', 26),
    D4('0', '0', 52), D4('4', '0', 52), D('8', '0', 52), D('9', '0', 52),
    ['+'] = 63, ['/'] = 64,
    ['='] = B64_SKIP, ['\r'] = B64_SKIP, ['\n'] = B64_SKIP, [' '] = B64_SKIP, ['\t'] = B64_SKIP,
};
#undef D13
#undef D4
#undef D
/* clang-format on */

size_t mln_part_base64_run(struct mln_sv s)
{
    size_t n = 0;

    while (n < s.len && base64[(unsigned char)s.p[n]] != B64_NONE)
        n++;
    return n;
}

static size_t decode_base64(struct mln_part_decoder *d, unsigned char c, char *out)
{
    uint8_t v = base64[c];

    if (v == B64_NONE || v == B64_SKIP)
        return 0;
    d->acc = d->acc << 6 | (uint32_t)(v - 1);
    d->bits = (uint8_t)(d->bits + 6);
    if (d->bits < 8)
        return 0;
    d->bits = (uint8_t)(d->bits - 8);
    out[0] = (char)(d->acc >> d->bits & 0xff);
    return 1;
}

/* "=3D", and "=" CRLF, which vanishes. */
static size_t decode_quoted(struct mln_part_decoder *d, char c, char *out)
{
    if (d->n == 0) {
        if (c == '=') {
            d->n = 1;
            return 0;
        }
        out[0] = c;
        return 1;
    }
    d->esc[d->n++ - 1] = c;
    if (d->n == 2 && c == '\n') {
        d->n = 0;
        return 0;
    }
    if (d->n < 3)
        return 0;
    int hi = mln_hexval((unsigned char)d->esc[0]), lo = mln_hexval((unsigned char)d->esc[1]);
    d->n = 0;
    if (d->esc[0] == '\r' && d->esc[1] == '\n')
        return 0;
    if (hi >= 0 && lo >= 0) {
        out[0] = (char)(hi << 4 | lo);
        return 1;
    }
    out[0] = '=';
    out[1] = d->esc[0];
    out[2] = d->esc[1];
    return 3;
}

int mln_part_decode(struct mln_part_decoder *d, struct mln_sv in,
                    int (*out)(void *self, struct mln_sv bytes), void *self)
{
    char tmp[1024];
    size_t n = 0;

    if (d->coding == MLN_PART_PLAIN)
        return out(self, in);
    for (size_t i = 0; i < in.len; i++) {
        n += d->coding == MLN_PART_BASE64 ? decode_base64(d, (unsigned char)in.p[i], tmp + n)
                                          : decode_quoted(d, in.p[i], tmp + n);
        if (n + 4 < sizeof(tmp))
            continue;
        int r = out(self, mln_sv(tmp, n));
        if (r)
            return r;
        n = 0;
    }
    return n ? out(self, mln_sv(tmp, n)) : 0;
}

int mln_part_decode_end(struct mln_part_decoder *d, int (*out)(void *self, struct mln_sv bytes),
                        void *self)
{
    char tmp[3] = {'=', d->esc[0], d->esc[1]};
    size_t n = d->coding == MLN_PART_QUOTED ? d->n : 0;

    d->n = 0;
    return n ? out(self, mln_sv(tmp, n)) : 0;
}
