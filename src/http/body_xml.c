/* XML through expat. No DTD is acted on: a DOCTYPE or an entity declaration ends well-formed
 * reading, is reported, and the whole rest is handed on as text. */
#include <errno.h>
#include <expat.h>

#include "http/body.h"

enum { PATH_BYTES = 1024 };

struct mln_xml_parser {
    struct mln_field_sink sink;
    struct mln_body_limits lim;
    XML_Parser expat;
    int stop; /* what a callback asked for */
    bool failed, text_open, reported;
    uint32_t depth;
    uint64_t total;
    uint32_t n_path;
    uint32_t path_len[256];
    char path[PATH_BYTES];
};

static void fail(struct mln_xml_parser *p, enum mln_body_odd o)
{
    p->failed = true;
    if (!p->stop && !p->reported)
        p->stop = p->sink.odd(p->sink.self, o);
    p->reported = true;
    (void)XML_StopParser(p->expat, XML_FALSE);
}

static void step(struct mln_xml_parser *p, int r)
{
    if (r && !p->stop) {
        p->stop = r;
        (void)XML_StopParser(p->expat, XML_FALSE);
    }
}

static void path_push(struct mln_xml_parser *p, char lead, const char *name)
{
    if (p->n_path < PATH_BYTES)
        p->path[p->n_path++] = lead;
    for (; *name && p->n_path < PATH_BYTES; name++)
        p->path[p->n_path++] = *name;
}

static void emit(struct mln_xml_parser *p, const char *text, size_t n)
{
    if (p->stop)
        return;
    step(p, p->sink.begin(p->sink.self, MLN_LOC_XML, mln_sv(p->path, p->n_path)));
    if (!p->stop && n)
        step(p, p->sink.data(p->sink.self, mln_sv(text, n)));
    if (!p->stop)
        step(p, p->sink.end(p->sink.self, p->total));
}

static void close_text(struct mln_xml_parser *p)
{
    if (p->text_open && !p->stop)
        step(p, p->sink.end(p->sink.self, p->total));
    p->text_open = false;
}

static void XMLCALL on_start(void *self, const char *name, const char **attrs)
{
    struct mln_xml_parser *p = self;

    close_text(p);
    if (p->depth >= p->lim.depth || p->depth >= MLN_ARRAY_LEN(p->path_len)) {
        fail(p, MLN_BODY_ODD_XML_DEPTH);
        return;
    }
    p->path_len[p->depth++] = p->n_path;
    path_push(p, '/', name);
    uint32_t element = p->n_path;
    for (; *attrs && !p->stop; attrs += 2) {
        path_push(p, '/', "");
        path_push(p, '@', attrs[0]);
        emit(p, attrs[1], strlen(attrs[1]));
        p->n_path = element;
    }
}

static void XMLCALL on_end(void *self, const char *name)
{
    struct mln_xml_parser *p = self;

    (void)name;
    close_text(p);
    if (p->depth)
        p->n_path = p->path_len[--p->depth];
}

static void XMLCALL on_text(void *self, const char *text, int n)
{
    struct mln_xml_parser *p = self;

    if (p->stop)
        return;
    if (!p->text_open)
        step(p, p->sink.begin(p->sink.self, MLN_LOC_XML, mln_sv(p->path, p->n_path)));
    p->text_open = true;
    if (!p->stop)
        step(p, p->sink.data(p->sink.self, mln_sv(text, (size_t)n)));
}

static void XMLCALL on_comment(void *self, const char *text)
{
    struct mln_xml_parser *p = self;

    close_text(p);
    emit(p, text, strlen(text));
}

static void XMLCALL on_instruction(void *self, const char *target, const char *data)
{
    struct mln_xml_parser *p = self;

    (void)target;
    close_text(p);
    emit(p, data, strlen(data));
}

static void XMLCALL on_doctype(void *self, const char *name, const char *sysid, const char *pubid,
                               int internal)
{
    (void)name;
    (void)sysid;
    (void)pubid;
    (void)internal;
    fail(self, MLN_BODY_ODD_XML_DTD);
}

struct mln_xml_parser *mln_xml_new(struct mln_arena *a, const struct mln_body_limits *lim,
                                   const struct mln_field_sink *sink)
{
    struct mln_xml_parser *p = mln_arena_zalloc(a, sizeof(*p));

    if (!p)
        return NULL;
    p->sink = *sink;
    p->lim = *lim;
    p->expat = XML_ParserCreate(NULL);
    if (!p->expat)
        return NULL;
    XML_SetUserData(p->expat, p);
    XML_SetElementHandler(p->expat, on_start, on_end);
    XML_SetCharacterDataHandler(p->expat, on_text);
    XML_SetCommentHandler(p->expat, on_comment);
    XML_SetProcessingInstructionHandler(p->expat, on_instruction);
    XML_SetStartDoctypeDeclHandler(p->expat, on_doctype);
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

/* What expat did not take, as one opaque value that stays open to the end. */
static int feed_raw(struct mln_xml_parser *p, struct mln_sv in)
{
    int r = 0;

    if (!p->text_open) {
        p->n_path = 0;
        r = p->sink.begin(p->sink.self, MLN_LOC_XML, mln_sv(p->path, 0));
        p->text_open = true;
    }
    return r ? r : p->sink.data(p->sink.self, in);
}

static int parse(struct mln_xml_parser *p, struct mln_sv in, bool last)
{
    enum XML_Status st = XML_Parse(p->expat, in.p ? in.p : "", (int)in.len, last);

    if (p->stop)
        return p->stop;
    if (st == XML_STATUS_OK)
        return 0;
    close_text(p);
    if (XML_GetErrorCode(p->expat) == XML_ERROR_NO_MEMORY)
        return -ENOMEM;
    if (!p->reported)
        fail(p, MLN_BODY_ODD_XML_SYNTAX);
    p->failed = true;
    return p->stop;
}

int mln_xml_feed(struct mln_xml_parser *p, struct mln_sv in)
{
    while (in.len) {
        struct mln_sv part = mln_sv_sub(in, 0, 1 << 20);
        int r = 0;
        p->total += part.len;
        if (!p->failed)
            r = parse(p, part, false);
        if (r == 0 && p->failed) /* this piece again, whole: where expat stopped is no guide */
            r = feed_raw(p, part);
        if (r)
            return r;
        in = mln_sv_sub(in, part.len, in.len);
    }
    return 0;
}

int mln_xml_finish(struct mln_xml_parser *p)
{
    int r = 0;

    if (!p->failed)
        r = parse(p, MLN_SV(""), true);
    close_text(p);
    return r ? r : p->stop;
}
