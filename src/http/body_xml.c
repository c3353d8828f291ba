/* XML through expat. No DTD is acted on: a DOCTYPE that names a file of somebody else or declares
 * anything ends well-formed reading, is reported, and the whole rest is handed on as text.
 *
 * expat keeps an unfinished token in its buffer and reads it again with each piece, and it keeps
 * every name it ever saw. So tokens and the memory of names have a limit, and while a token is
 * long, pieces are gathered until they are worth another reading. */
#include <errno.h>
#include <expat.h>

#include "base/hash.h"
#include "http/body.h"
#include "http/body_out.h"
#include "http/charset.h"

enum {
    DEPTH_MAX = 256,
    PIECE = 16384,         /* most that expat is given at once */
    TOKEN_MAX = 512 << 10, /* longest tag, comment, instruction */
    NAMES_BUDGET = 256 << 10,
    NAME_COST = 128,                             /* what expat keeps beside the bytes of a name */
    NAME_SLOTS = 2 * (NAMES_BUDGET / NAME_COST), /* at most half full */
    COMMENTS = 2048,                             /* comment bytes kept until their text ends */
    SNIFFED = 4,
    REREAD_FROM = 4096,
    REREAD_SHARE = 4, /* pieces wait until they are a quarter of the token */
};

struct mln_xml_parser {
    struct mln_body_out out;
    uint32_t depth_max, path_max;
    XML_Parser expat;
    int stop; /* what a callback asked for */
    bool failed, text_open, path_cut;
    uint32_t depth;
    uint64_t given, consumed; /* input bytes handed to expat; of these, in reported tokens */
    uint32_t n_waiting;       /* input bytes behind them, not yet given */
    uint32_t n_comments;
    uint32_t names_left; /* of NAMES_BUDGET */
    uint32_t n_path;
    uint32_t path_len[DEPTH_MAX];
    uint64_t names[NAME_SLOTS]; /* hashes of the names seen; 0: free */
    char waiting[PIECE];
    char comments[COMMENTS];
    char path[]; /* path_max */
};

static void step(struct mln_xml_parser *p, int r)
{
    if (r && !p->stop) {
        p->stop = r;
        (void)XML_StopParser(p->expat, XML_FALSE);
    }
}

static void fail(struct mln_xml_parser *p, enum mln_body_odd o)
{
    if (p->failed)
        return;
    p->failed = true;
    step(p, mln_body_odd(&p->out, o));
    (void)XML_StopParser(p->expat, XML_FALSE);
}

/* The event at hand is dealt with up to its last byte. */
static void mark(struct mln_xml_parser *p)
{
    XML_Index at = XML_GetCurrentByteIndex(p->expat);

    if (at >= 0 && !p->failed && !p->stop)
        p->consumed = (uint64_t)at + (uint64_t)XML_GetCurrentByteCount(p->expat);
}

static bool is_over(const struct mln_xml_parser *p)
{
    return p->stop || p->failed;
}

/* ---- names ---- */

static void path_push(struct mln_xml_parser *p, const char *lead, const char *name)
{
    for (; *lead && p->n_path < p->path_max; lead++)
        p->path[p->n_path++] = *lead;
    for (; *name && p->n_path < p->path_max; name++)
        p->path[p->n_path++] = *name;
    if (*name && !p->path_cut) {
        p->path_cut = true;
        step(p, mln_body_odd(&p->out, MLN_BODY_ODD_NAME_TOO_LONG));
    }
}

/* Pays for a name that expat is going to keep. */
static void account_name(struct mln_xml_parser *p, const char *name)
{
    static const struct mln_hash_key key = {0x6d65726c6f6e, 0x786d6c};
    struct mln_sv s = mln_sv_str(name);
    uint64_t h = mln_hash(&key, s) | 1;
    size_t i = h >> 1 & (NAME_SLOTS - 1);

    _Static_assert((NAME_SLOTS & (NAME_SLOTS - 1)) == 0, "a mask finds the slot");
    while (p->names[i] && p->names[i] != h)
        i = (i + 1) & (NAME_SLOTS - 1);
    if (p->names[i])
        return;
    size_t cost = s.len + NAME_COST;
    if (cost > p->names_left) {
        fail(p, MLN_BODY_ODD_TOO_MANY_FIELDS);
        return;
    }
    p->names_left -= (uint32_t)cost;
    p->names[i] = h;
}

/* ---- values ---- */

static void emit(struct mln_xml_parser *p, struct mln_sv value)
{
    if (is_over(p))
        return;
    step(p, mln_body_emit(&p->out, MLN_LOC_XML, mln_sv(p->path, p->n_path), value, p->consumed));
}

/* Ends the text at hand; comments that stood in it follow as a value of their own. */
static void close_text(struct mln_xml_parser *p)
{
    uint32_t n = p->n_comments;

    p->n_comments = 0;
    if (p->text_open && !p->stop)
        step(p, mln_body_end(&p->out, p->consumed));
    p->text_open = false;
    if (n && !p->stop)
        step(p, mln_body_emit(&p->out, MLN_LOC_XML, mln_sv(p->path, p->n_path),
                              mln_sv(p->comments, n), p->consumed));
}

static void XMLCALL on_start(void *self, const char *name, const char **attrs)
{
    struct mln_xml_parser *p = self;

    if (is_over(p))
        return;
    close_text(p);
    if (p->depth >= p->depth_max) {
        fail(p, MLN_BODY_ODD_XML_DEPTH);
        return;
    }
    mark(p);
    account_name(p, name);
    p->path_len[p->depth++] = p->n_path;
    path_push(p, "/", name);
    uint32_t element = p->n_path;
    for (; *attrs && !p->stop; attrs += 2) {
        account_name(p, attrs[0]);
        path_push(p, "/@", attrs[0]);
        /* also past the limit of names: the tag is behind `consumed` and is not handed on again */
        step(p, mln_body_emit(&p->out, MLN_LOC_XML, mln_sv(p->path, p->n_path),
                              mln_sv_str(attrs[1]), p->consumed));
        p->n_path = element;
    }
}

static void XMLCALL on_end(void *self, const char *name)
{
    struct mln_xml_parser *p = self;

    (void)name;
    if (is_over(p))
        return;
    close_text(p);
    mark(p);
    if (p->depth)
        p->n_path = p->path_len[--p->depth];
}

/* White space in front of a text, most often all there is between two tags, is no value. */
static void XMLCALL on_text(void *self, const char *text, int n)
{
    struct mln_xml_parser *p = self;
    struct mln_sv s = mln_sv(text, (size_t)n);

    if (is_over(p))
        return;
    mark(p);
    if (!p->text_open) {
        size_t i = 0;
        while (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_SPACE))
            i++;
        if (i == s.len)
            return;
        s = mln_sv_sub(s, i, s.len);
        step(p, mln_body_begin(&p->out, MLN_LOC_XML, mln_sv(p->path, p->n_path)));
        p->text_open = true;
    }
    if (!p->stop)
        step(p, mln_body_data(&p->out, s));
}

/* A comment inside a text does not divide it for the application, so it must not for us. */
static void on_aside(struct mln_xml_parser *p, const char *text)
{
    struct mln_sv s = mln_sv_str(text);

    if (is_over(p))
        return;
    mark(p);
    if (!p->text_open) {
        emit(p, s);
        return;
    }
    size_t n = MLN_MIN(s.len, (size_t)COMMENTS - p->n_comments);
    memcpy(p->comments + p->n_comments, s.p, n);
    p->n_comments += (uint32_t)n;
}

static void XMLCALL on_comment(void *self, const char *text)
{
    on_aside(self, text);
}

static void XMLCALL on_instruction(void *self, const char *target, const char *data)
{
    (void)target;
    on_aside(self, data);
}

/* Document types that programs write into each document, and whose files nobody but their makers
 * can change. */
static bool is_published_dtd(struct mln_sv address)
{
    static const char *const hosts[] = {"//www.w3.org/", "//www.apple.com/DTDs/"};
    size_t scheme = mln_sv_starts(address, MLN_SV("https:"))  ? 6
                    : mln_sv_starts(address, MLN_SV("http:")) ? 5
                                                              : address.len;

    for (size_t i = 0; i < MLN_ARRAY_LEN(hosts); i++)
        if (mln_sv_starts(mln_sv_sub(address, scheme, address.len), mln_sv_str(hosts[i])))
            return true;
    return false;
}

static void XMLCALL on_doctype(void *self, const char *name, const char *sysid, const char *pubid,
                               int internal)
{
    (void)name;
    (void)pubid;
    if (internal || (sysid && !is_published_dtd(mln_sv_str(sysid))))
        fail(self, MLN_BODY_ODD_XML_DTD);
    else
        mark(self);
}

/* The declaration, white space around the root, the brackets of CDATA: nothing to hand on. */
static void XMLCALL on_other(void *self, const char *text, int n)
{
    (void)text;
    (void)n;
    mark(self);
}

static void XMLCALL on_cdata(void *self)
{
    mark(self);
}

/* An encoding that expat does not know: the text is read as it stands, if that tells anything. */
static int XMLCALL on_encoding(void *self, const char *name, XML_Encoding *info)
{
    struct mln_xml_parser *p = self;

    (void)info;
    if (!mln_charset_keeps_ascii(mln_sv_str(name)))
        step(p, mln_body_odd(&p->out, MLN_BODY_ODD_CHARSET));
    return XML_STATUS_ERROR;
}

struct mln_xml_parser *mln_xml_new(struct mln_arena *a, const struct mln_body_limits *lim,
                                   const struct mln_field_sink *sink)
{
    struct mln_xml_parser *p = mln_arena_alloc(a, sizeof(*p) + lim->name_bytes);

    if (!p)
        return NULL;
    memset(p, 0, offsetof(struct mln_xml_parser, waiting));
    p->out = mln_body_out(sink, lim);
    p->depth_max = MLN_MIN(lim->depth, (uint32_t)DEPTH_MAX);
    p->path_max = lim->name_bytes;
    p->names_left = NAMES_BUDGET;
    p->expat = XML_ParserCreate(NULL);
    if (!p->expat)
        return NULL;
    XML_SetUserData(p->expat, p);
    XML_SetElementHandler(p->expat, on_start, on_end);
    XML_SetCharacterDataHandler(p->expat, on_text);
    XML_SetCommentHandler(p->expat, on_comment);
    XML_SetProcessingInstructionHandler(p->expat, on_instruction);
    XML_SetStartDoctypeDeclHandler(p->expat, on_doctype);
    XML_SetUnknownEncodingHandler(p->expat, on_encoding, p);
    XML_SetCdataSectionHandler(p->expat, on_cdata, on_cdata);
    XML_SetDefaultHandler(p->expat, on_other);
    return p;
}

struct mln_xml_parser *mln_xml_free(struct mln_xml_parser *p)
{
    if (p && p->expat) {
        XML_ParserFree(p->expat);
        p->expat = NULL;
    }
    return NULL;
}

/* ---- pieces ---- */

/* What expat does not take, as one opaque value that stays open to the end. */
static int feed_raw(struct mln_xml_parser *p, struct mln_sv in)
{
    int r = 0;

    if (!in.len)
        return 0;
    p->consumed += in.len;
    if (!p->text_open) {
        p->n_path = 0;
        p->text_open = true;
        r = mln_body_begin(&p->out, MLN_LOC_XML, mln_sv(p->path, 0));
    }
    return r ? r : mln_body_data(&p->out, in);
}

/* expat is done with: the bytes that it holds and that were in no event yet. */
static int feed_unread(struct mln_xml_parser *p)
{
    int offset = 0, size = 0;
    const char *buf = XML_GetInputContext(p->expat, &offset, &size);
    uint64_t n = p->given - p->consumed;

    if (!buf || size < 0)
        return 0;
    struct mln_sv held = mln_sv(buf, (size_t)size);
    return feed_raw(p, n < held.len ? mln_sv_sub(held, held.len - (size_t)n, (size_t)n) : held);
}

static int gave_up(struct mln_xml_parser *p)
{
    close_text(p);
    fail(p, MLN_BODY_ODD_XML_SYNTAX);
    return p->stop ? p->stop : feed_unread(p);
}

/* `in` is at most PIECE long, so that no length is out of an int's range. */
static int parse(struct mln_xml_parser *p, struct mln_sv in, bool last)
{
    void *buf = NULL;

    if (p->given - p->consumed <= TOKEN_MAX)
        buf = XML_GetBuffer(p->expat, (int)in.len);
    if (!buf) {
        int r = gave_up(p);
        return r ? r : feed_raw(p, in);
    }
    if (in.len)
        memcpy(buf, in.p, in.len);
    p->given += in.len;
    enum XML_Status st = XML_ParseBuffer(p->expat, (int)in.len, last);
    if (p->stop)
        return p->stop;
    return st == XML_STATUS_OK ? 0 : gave_up(p);
}

static int flush_waiting(struct mln_xml_parser *p)
{
    struct mln_sv in = mln_sv(p->waiting, p->n_waiting);

    p->n_waiting = 0;
    return parse(p, in, false);
}

/* How many bytes must wait before expat sees them. The first ones tell it the encoding; those of a
 * long token would be read again and again, in quadratic time. */
static uint64_t worth_reading(const struct mln_xml_parser *p)
{
    uint64_t token = p->given - p->consumed;

    if (p->given == 0)
        return SNIFFED;
    return token < REREAD_FROM ? 1 : MLN_MIN(token / REREAD_SHARE, (uint64_t)PIECE);
}

static int feed_some(struct mln_xml_parser *p, struct mln_sv in)
{
    if (!p->n_waiting && in.len >= worth_reading(p))
        return parse(p, in, false);
    size_t n = MLN_MIN(in.len, (size_t)PIECE - p->n_waiting);
    memcpy(p->waiting + p->n_waiting, in.p, n);
    p->n_waiting += (uint32_t)n;
    int r = p->n_waiting >= worth_reading(p) ? flush_waiting(p) : 0;
    in = mln_sv_sub(in, n, in.len);
    if (r || !in.len)
        return r;
    return p->failed ? feed_raw(p, in) : parse(p, in, false);
}

int mln_xml_feed(struct mln_xml_parser *p, struct mln_sv in)
{
    while (in.len) {
        struct mln_sv part = mln_sv_sub(in, 0, PIECE);
        int r = p->failed ? feed_raw(p, part) : feed_some(p, part);
        if (r)
            return r;
        in = mln_sv_sub(in, part.len, in.len);
    }
    return 0;
}

int mln_xml_finish(struct mln_xml_parser *p)
{
    int r = 0;

    if (!p->failed && p->n_waiting)
        r = flush_waiting(p);
    if (r == 0 && !p->failed)
        r = parse(p, MLN_SV(""), true);
    if (r)
        return r;
    close_text(p);
    return p->stop;
}
