/* The readings of a body: what its type declares, and what its first bytes look like. */
#include <errno.h>

#include "engine/chance.h"
#include "engine/scan.h"
#include "engine/txn_priv.h"
#include "http/uri.h"

enum { BOUNDARY_MAX = 70 };
#define BOM "\xef\xbb\xbf"

static struct mln_sieve *sieve_new(struct mln_arena *a)
{
    struct mln_sieve *v = mln_arena_alloc(a, sizeof(*v));

    if (!v)
        return NULL;
    mln_sieve_begin(v);
    mln_marks_sieve(v);
    return v;
}

static int reader_open(struct mln_txn *t, enum mln_reader_kind kind, struct mln_sv boundary)
{
    if (!t->body.reader)
        t->body.reader = mln_arena_alloc(t->p.arena, MLN_READERS_MAX * sizeof(*t->body.reader));
    if (!t->body.reader)
        return -ENOMEM;
    struct mln_reader *r = &t->body.reader[t->body.n_readers];
    const struct mln_body_limits lim = {
        .fields = UINT32_MAX, /* counted by the collector, over all locations */
        .depth = (uint32_t)mln_txn_limit_of(t, MLN_LIMIT_depth),
        .name_bytes = MLN_NAME_BYTES_MAX,
    };
    bool ok = true;

    *r = (struct mln_reader){.kind = kind, .c = {.t = t, .buf = mln_spare_take(t->e)}};
    r->c.window = (size_t)mln_txn_limit_of(t, MLN_LIMIT_field_hold);
    if (kind == MLN_READER_MULTIPART)
        ok = (r->c.sieve = sieve_new(t->p.arena)) != NULL;
    const struct mln_field_sink sink = mln_collector_sink(&r->c);
    switch (ok ? kind : MLN_READER_NONE) {
    case MLN_READER_FORM:
        ok = (r->p.form = mln_form_new(t->p.arena, &lim, &sink)) != NULL;
        break;
    case MLN_READER_JSON:
        ok = (r->p.json = mln_json_new(t->p.arena, &lim, &sink)) != NULL;
        break;
    case MLN_READER_MULTIPART:
        ok = (r->p.multipart = mln_multipart_new(t->p.arena, boundary, &lim, &sink)) != NULL;
        break;
    case MLN_READER_XML:
        ok = (r->p.xml = mln_xml_new(t->p.arena, &lim, &sink)) != NULL;
        break;
    default:
        break;
    }
    if (!ok) {
        mln_spare_give(t->e, &r->c.buf);
        return -ENOMEM;
    }
    t->body.n_readers++;
    return 0;
}

static int opaque_feed(struct mln_reader *r, struct mln_sv in)
{
    const struct mln_field_sink sink = mln_collector_sink(&r->c);

    if (!r->c.open)
        (void)sink.begin(&r->c, MLN_LOC_BODY, MLN_SV_NULL);
    return sink.data(&r->c, in);
}

int mln_reader_feed(struct mln_reader *r, struct mln_sv in)
{
    switch (r->kind) {
    case MLN_READER_FORM:
        return mln_form_feed(r->p.form, in);
    case MLN_READER_JSON:
        return mln_json_feed(r->p.json, in);
    case MLN_READER_MULTIPART:
        return mln_multipart_feed(r->p.multipart, in);
    case MLN_READER_XML:
        return mln_xml_feed(r->p.xml, in);
    default:
        return opaque_feed(r, in);
    }
}

int mln_reader_finish(struct mln_reader *r)
{
    switch (r->kind) {
    case MLN_READER_FORM:
        return mln_form_finish(r->p.form);
    case MLN_READER_JSON:
        return mln_json_finish(r->p.json);
    case MLN_READER_MULTIPART:
        return mln_multipart_finish(r->p.multipart);
    case MLN_READER_XML:
        return mln_xml_finish(r->p.xml);
    default:
        return r->c.open ? mln_collector_sink(&r->c).end(&r->c, 0) : 0;
    }
}

/* Up to the end of the line or, when that is far, of n bytes: how many, when all are text. */
static size_t line_of_text(struct mln_sv s, size_t n)
{
    size_t i = 0;

    while (i < MLN_MIN(s.len, n) && s.p[i] != '\r' && s.p[i] != '\n')
        if ((signed char)s.p[i++] < ' ')
            return SIZE_MAX;
    return i;
}

/* "--boundary" and a line of text below: what goes on in noise is neither. */
static bool looks_like_boundary(struct mln_sv s)
{
    if (!mln_sv_starts(s, MLN_SV("--")))
        return false;
    size_t n = line_of_text(mln_sv_sub(s, 2, s.len), BOUNDARY_MAX);
    if (n == 0 || n == SIZE_MAX)
        return false;
    struct mln_sv below = mln_sv_sub(s, n + 2, s.len);
    while (below.len && (below.p[0] == '\r' || below.p[0] == '\n'))
        below = mln_sv_sub(below, 1, below.len);
    return line_of_text(below, BOUNDARY_MAX) != SIZE_MAX;
}

/* What the body looks like, from its first bytes: a wrong or missing type hides nothing. */
static enum mln_reader_kind sniff(struct mln_sv first)
{
    size_t i = 0;

    while (i < first.len && (mln_cc((unsigned char)first.p[i], MLN_CC_SPACE)))
        i++;
    if (mln_sv_starts(mln_sv_sub(first, i, 3), MLN_SV(BOM)))
        i += 3;
    if (i == first.len)
        return MLN_READER_OPAQUE;
    if (first.p[i] == '{' || first.p[i] == '[')
        return MLN_READER_JSON;
    if (first.p[i] == '<')
        return MLN_READER_XML;
    if (looks_like_boundary(mln_sv_sub(first, i, first.len)))
        return MLN_READER_MULTIPART;
    struct mln_sv head = mln_sv_sub(first, i, 256);
    size_t eq = mln_sv_chr(head, '=');
    for (size_t k = 0; k < MLN_MIN(eq, head.len); k++)
        if (mln_cc((unsigned char)head.p[k], MLN_CC_SPACE | MLN_CC_CTL))
            return MLN_READER_OPAQUE;
    return eq != SIZE_MAX ? MLN_READER_FORM : MLN_READER_OPAQUE;
}

/* The type ends where any server ends it: some look for ';' only, others take ',' and a space. */
static enum mln_reader_kind declared_kind(struct mln_sv type)
{
    size_t n = 0;

    while (n < type.len && type.p[n] != ',' && type.p[n] != ' ' && type.p[n] != '\t')
        n++;
    type = mln_sv_sub(type, 0, n);
    if (mln_sv_ieq(type, MLN_SV("application/x-www-form-urlencoded")))
        return MLN_READER_FORM;
    if (mln_sv_istarts(type, MLN_SV("multipart/")))
        return MLN_READER_MULTIPART;
    if (mln_sv_ifind(type, MLN_SV("json")) != SIZE_MAX)
        return MLN_READER_JSON;
    if (mln_sv_ifind(type, MLN_SV("xml")) != SIZE_MAX)
        return MLN_READER_XML;
    if (mln_sv_istarts(type, MLN_SV("application/graphql"))) /* "{ a }" looks like JSON */
        return MLN_READER_OPAQUE;
    return MLN_READER_NONE;
}

/* "--boundary" of a body whose type does not say so: its first line. */
static struct mln_sv sniffed_boundary(struct mln_txn *t, struct mln_sv first)
{
    size_t start = mln_sv_find(first, MLN_SV("--"));
    struct mln_sv line = mln_sv_sub(first, start + 2, BOUNDARY_MAX);
    size_t end = 0;

    while (end < line.len && line.p[end] != '\r' && line.p[end] != '\n')
        end++;
    return mln_arena_dup(t->p.arena, mln_sv_sub(line, 0, end));
}

static struct mln_sv declared_boundary(struct mln_txn *t, struct mln_sv params)
{
    uint32_t count = 0;
    struct mln_sv b = mln_media_param(t->p.arena, params, MLN_SV("boundary"), &count);

    return count == 1 ? b : MLN_SV_NULL;
}

/* ---- character sets ---- */

struct text {
    char p[1024];
    size_t n;
};

static int text_add(void *self, struct mln_sv piece)
{
    struct text *t = self;
    size_t n = MLN_MIN(piece.len, sizeof(t->p) - t->n);

    if (n)
        memcpy(t->p + t->n, piece.p, n);
    t->n += n;
    return 0;
}

/* JSON is read in UTF-16 and UTF-32 by those that look at its first bytes (RFC 4627 section 3), so
 * it is, whatever its type says. XML in UTF-16 is left to expat. *ret: `first` in UTF-8. */
static void undo_wide(struct mln_txn *t, enum mln_reader_kind declared, struct mln_sv first,
                      struct text *ret)
{
    enum mln_wide kind = mln_wide_detect(first);
    struct mln_wide_reader w = {.kind = (uint8_t)kind};

    ret->n = 0;
    if (kind == MLN_WIDE_NONE || declared == MLN_READER_MULTIPART ||
        mln_wide_feed(&w, first, text_add, ret) < 0)
        return;
    struct mln_sv s = mln_sv(ret->p, ret->n);
    if (mln_sv_starts(s, MLN_SV(BOM)))
        s = mln_sv_sub(s, 3, s.len);
    bool is_16 = kind == MLN_WIDE_UTF16LE || kind == MLN_WIDE_UTF16BE;
    char c = s.len ? s.p[0] : 0;
    if (declared != MLN_READER_JSON && !(c && strchr(is_16 ? "{[\" \t\r\n" : "{[\" \t\r\n<", c)))
        ret->n = 0;
    else
        t->body.wide.kind = (uint8_t)kind;
}

/* A text that the application decodes from a charset without ASCII, and we do not. */
static int check_charset(struct mln_txn *t, const struct mln_media_type *mt,
                         enum mln_reader_kind declared, struct mln_sv first)
{
    uint32_t count = 0;
    struct mln_sv charset = mln_media_param(t->p.arena, mt->params, MLN_SV("charset"), &count);
    bool wide = mln_wide_detect(first) != MLN_WIDE_NONE;

    if (mln_sv_starts(first, MLN_SV("\x4c\x6f\xa7\x94"))) /* "<?xm" in EBCDIC */
        return mln_body_report(t, MLN_BODY_ODD_CHARSET);
    if (!charset.len || (declared == MLN_READER_NONE && !mln_sv_istarts(mt->type, MLN_SV("text/"))))
        return 0;
    if (count == 1 && mln_charset_keeps_ascii(charset))
        return 0;
    if (wide && (declared == MLN_READER_JSON || declared == MLN_READER_XML))
        return 0;
    return mln_body_report(t, MLN_BODY_ODD_CHARSET);
}

/* ---- the choice ---- */

/* A body of no declared kind that could be a form all the same: its names may hold anything but
 * what pictures begin with. */
static bool could_be_form(const struct mln_media_type *mt, struct mln_sv first)
{
    return (!mt->type.len || mln_sv_istarts(mt->type, MLN_SV("text/"))) &&
           mln_sv_chr(first, '=') != SIZE_MAX && !mln_has_noise(first);
}

/* What has no type at all is a form to some servers, whatever it begins with. */
static bool could_hold_fields(const struct mln_media_type *mt, struct mln_sv first)
{
    return !mt->type.len && mln_has_noise(first);
}

static int open_declared(struct mln_txn *t, enum mln_reader_kind declared,
                         const struct mln_media_type *mt)
{
    if (declared == MLN_READER_NONE)
        return 0;
    return reader_open(t, declared,
                       declared == MLN_READER_MULTIPART ? declared_boundary(t, mt->params)
                                                        : MLN_SV_NULL);
}

/* A form starts with anything; only bodies that look like markup or JSON get a second reading, and
 * those without a type the one they look like. What is declared as JSON and looks like a form is
 * none. */
static bool wants_second(enum mln_reader_kind declared, enum mln_reader_kind looks)
{
    if (looks == declared)
        return false;
    switch (declared) {
    case MLN_READER_FORM:
        return looks != MLN_READER_OPAQUE && looks != MLN_READER_FORM;
    case MLN_READER_JSON:
        return looks != MLN_READER_OPAQUE;
    case MLN_READER_MULTIPART:
        return looks == MLN_READER_JSON || looks == MLN_READER_FORM;
    case MLN_READER_XML:
        return looks != MLN_READER_FORM;
    default:
        return true;
    }
}

/* Whether no reader of JSON, however lenient, gets past the first byte: a picture or a document
 * that a program sends with the type of its other requests. */
static bool begins_no_json(struct mln_sv first)
{
    static const char starts[] = "{[\"'/+-.\x1e\xef\xfe\xff"; /* and what ends it: NUL, of UTF-16 */
    size_t i = mln_scan_skip_space(first, 0);

    return i < first.len && !mln_cc((unsigned char)first.p[i], MLN_CC_WORD) &&
           !memchr(starts, first.p[i], sizeof(starts));
}

int mln_readings_choose(struct mln_txn *t, struct mln_sv first)
{
    struct mln_sv ct = mln_http_get(t->head, MLN_NAME_CONTENT_TYPE);
    struct mln_media_type mt;
    struct text text;

    mln_media_type_parse(ct.p ? ct : MLN_SV(""), &mt);
    enum mln_reader_kind declared = declared_kind(mt.type);
    t->body.sniffed = true;
    int r = check_charset(t, &mt, declared, first);
    if (r < 0)
        return r;
    undo_wide(t, declared, first, &text);
    t->body.recoded = t->body.recoded || t->body.wide.kind;
    if (text.n)
        first = mln_sv(text.p, text.n);
    enum mln_reader_kind looks = sniff(first);
    if (declared == MLN_READER_JSON && looks == MLN_READER_OPAQUE && begins_no_json(first)) {
        r = mln_body_report(t, MLN_BODY_ODD_JSON_SYNTAX);
        declared = MLN_READER_OPAQUE;
    }
    r = r ? r : open_declared(t, declared, &mt);
    bool second = wants_second(declared, looks);
    if (r == 0 && second)
        r = reader_open(t, looks,
                        looks == MLN_READER_MULTIPART ? sniffed_boundary(t, first) : MLN_SV_NULL);
    /* a document of GraphQL is no odd JSON */
    if (r == 0 && second) {
        t->body.reader[t->body.n_readers - 1].c.sniffed = true;
        t->body.reader[t->body.n_readers - 1].c.guess = declared == MLN_READER_OPAQUE;
    }
    bool fields = could_hold_fields(&mt, first);
    if (r < 0 || declared != MLN_READER_NONE || looks != MLN_READER_OPAQUE ||
        !(fields || could_be_form(&mt, first)))
        return r;
    r = reader_open(t, MLN_READER_FORM, MLN_SV_NULL);
    if (r == 0) {
        t->body.reader[t->body.n_readers - 1].c.guess = true;
        t->body.reader[t->body.n_readers - 1].c.named = fields;
    }
    return r;
}

void mln_reader_free(struct mln_reader *r)
{
    if (r->kind == MLN_READER_XML)
        r->p.xml = mln_xml_free(r->p.xml);
    mln_spare_give(r->c.t->e, &r->c.buf);
}
