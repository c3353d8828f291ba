/* multipart (RFC 2046, 7578), streaming. The delimiter may be cut anywhere; what could still be
 * its start is kept back, at most boundary + 6 bytes. */
#include <errno.h>

#include "http/body.h"
#include "http/multipart_head.h"

enum { BOUNDARY_MAX = 70, HEAD_MAX = 8192 };

enum state { M_PREAMBLE, M_AFTER_DELIMITER, M_HEAD, M_BODY, M_EPILOGUE, M_RAW };

struct mln_multipart_parser {
    struct mln_field_sink sink;
    struct mln_body_limits lim;
    struct mln_arena *arena;
    uint8_t state;
    bool value_open, line_start, lf_only, any_part;
    enum mln_part_coding coding;
    struct mln_part_decoder decoder;
    uint64_t total;
    uint32_t odds;
    uint32_t n_delim; /* "--boundary" */
    char delim[BOUNDARY_MAX + 2];
    uint32_t n_held; /* bytes that may begin "\r\n--boundary" */
    char held[BOUNDARY_MAX + 8];
    uint32_t n_tail; /* after a delimiter: its line so far */
    char tail[4];
    uint32_t n_head;
    char head[HEAD_MAX];
};

struct mln_multipart_parser *mln_multipart_new(struct mln_arena *a, struct mln_sv boundary,
                                               const struct mln_body_limits *lim,
                                               const struct mln_field_sink *sink)
{
    struct mln_multipart_parser *p = mln_arena_zalloc(a, sizeof(*p));

    if (!p)
        return NULL;
    p->sink = *sink;
    p->lim = *lim;
    p->arena = a;
    p->line_start = true;
    if (!boundary.len || boundary.len > BOUNDARY_MAX) {
        p->state = M_RAW;
        return p;
    }
    memcpy(p->delim, "--", 2);
    memcpy(p->delim + 2, boundary.p, boundary.len);
    p->n_delim = (uint32_t)boundary.len + 2;
    return p;
}

static int odd(struct mln_multipart_parser *p, enum mln_body_odd o)
{
    if (p->odds >> o & 1)
        return 0;
    p->odds |= UINT32_C(1) << o;
    return p->sink.odd(p->sink.self, o);
}

/* ---- the value of a part ---- */

static int value_data(void *self, struct mln_sv bytes)
{
    struct mln_multipart_parser *p = self;

    return bytes.len ? p->sink.data(p->sink.self, bytes) : 0;
}

/* Bytes of the section at hand: part content through its transfer encoding, or preamble and
 * epilogue, which are values only when they hold anything but white space. */
static int content(struct mln_multipart_parser *p, const char *s, size_t n)
{
    if (n == 0)
        return 0;
    if (p->state == M_BODY)
        return mln_part_decode(&p->decoder, mln_sv(s, n), value_data, p);
    if (!p->value_open) {
        size_t i = 0;
        while (i < n && mln_cc((unsigned char)s[i], MLN_CC_SPACE))
            i++;
        if (i == n)
            return 0;
        int r = p->sink.begin(p->sink.self, MLN_LOC_BODY, MLN_SV_NULL);
        p->value_open = true;
        if (r)
            return r;
    }
    return p->sink.data(p->sink.self, mln_sv(s, n));
}

static int close_value(struct mln_multipart_parser *p)
{
    int r = 0;

    if (p->state == M_BODY)
        r = mln_part_decode_end(&p->decoder, value_data, p);
    if (!p->value_open)
        return r;
    p->value_open = false;
    return r ? r : p->sink.end(p->sink.self, p->total);
}

/* ---- the head of a part ---- */

static int emit(struct mln_multipart_parser *p, enum mln_location loc, struct mln_sv name,
                struct mln_sv value)
{
    if (!value.p)
        return 0;
    int r = p->sink.begin(p->sink.self, loc, name);
    if (r == 0 && value.len)
        r = p->sink.data(p->sink.self, value);
    return r ? r : p->sink.end(p->sink.self, p->total);
}

static bool is_plain_name(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_WORD) && !strchr("-.[]", s.p[i] ? s.p[i] : ' '))
            return false;
    return true;
}

static int open_part(struct mln_multipart_parser *p)
{
    struct mln_part_head h;
    int r = mln_part_head_parse(p->arena, mln_sv(p->head, p->n_head), &h);

    if (r < 0)
        return r;
    struct mln_sv name = mln_sv_sub(h.name, 0, p->lim.name_bytes);
    p->any_part = true;
    p->coding = h.coding;
    mln_part_decoder_init(&p->decoder, h.coding);
    if (h.duplicate)
        r = odd(p, MLN_BODY_ODD_MULTIPART_DUPLICATE);
    if (r == 0 && (h.malformed || !h.name.p))
        r = odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX);
    if (r == 0 && name.p && !is_plain_name(name))
        r = emit(p, MLN_LOC_MULTIPART_NAME, name, name);
    for (uint32_t i = 0; i < h.n_filenames && r == 0; i++)
        r = emit(p, MLN_LOC_FILE_NAME, name, h.filenames[i]);
    for (uint32_t i = 0; i < h.n_others && r == 0; i++)
        r = emit(p, MLN_LOC_HEADER, h.others[i].name, h.others[i].value);
    if (r)
        return r;
    p->value_open = true;
    p->state = M_BODY;
    return p->sink.begin(p->sink.self, h.n_filenames ? MLN_LOC_FILE : MLN_LOC_MULTIPART, name);
}

/* One byte of a part's head; complete at an empty line. */
static int head_byte(struct mln_multipart_parser *p, char c)
{
    if (p->n_head == HEAD_MAX) {
        int r = odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX);
        p->n_head = 0; /* the start is gone; what follows is still read as a head */
        if (r)
            return r;
    }
    p->head[p->n_head++] = c;
    struct mln_sv h = mln_sv(p->head, p->n_head);
    if (c != '\n')
        return 0;
    bool crlf = mln_sv_ends(h, MLN_SV("\r\n\r\n")) || mln_sv_eq(h, MLN_SV("\r\n"));
    bool lf = mln_sv_ends(h, MLN_SV("\n\n")) || mln_sv_eq(h, MLN_SV("\n"));
    if (!crlf && !lf && !mln_sv_ends(h, MLN_SV("\n\r\n")))
        return 0;
    int r = crlf ? 0 : odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX);
    return r ? r : open_part(p);
}

/* ---- delimiters ---- */

static int delimiter_found(struct mln_multipart_parser *p)
{
    int r = close_value(p);

    p->n_held = 0;
    p->n_tail = 0;
    p->n_head = 0;
    p->state = M_AFTER_DELIMITER;
    return r;
}

/* What follows "--boundary": "--" ends it all, white space and a line end start a part. */
static int tail_byte(struct mln_multipart_parser *p, char c)
{
    if (p->n_tail < sizeof(p->tail))
        p->tail[p->n_tail++] = c;
    if (p->n_tail == 2 && p->tail[0] == '-' && p->tail[1] == '-') {
        p->state = M_EPILOGUE;
        p->line_start = false;
        return 0;
    }
    if (c == '\n') {
        int r = p->tail[p->n_tail - (p->n_tail > 1 ? 2 : 1)] == '\r'
                    ? 0
                    : odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX);
        p->state = M_HEAD;
        return r;
    }
    if (c == '\r' || c == ' ' || c == '\t' || (c == '-' && p->n_tail == 1))
        return 0;
    return odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX); /* "--boundaryX": another parser may go on here */
}

/* How many bytes of held[] are line end in front of the delimiter: 0, 1 (LF) or 2 (CRLF). */
static uint32_t line_end_length(const struct mln_multipart_parser *p)
{
    if (p->n_held >= 2 && p->held[0] == '\r' && p->held[1] == '\n')
        return 2;
    return p->n_held >= 1 && p->held[0] == '\n' ? 1 : 0;
}

/* The held bytes are no delimiter: all but a possible new start go to the value. */
static int flush_held(struct mln_multipart_parser *p)
{
    uint32_t n = p->n_held;

    p->n_held = 0;
    p->line_start = false;
    return content(p, p->held, n);
}

/* One byte in a section that a delimiter may end. */
static int section_byte(struct mln_multipart_parser *p, char c)
{
    int r = 0;

    if (p->n_held == 0 && !p->line_start && c != '\r' && c != '\n')
        return content(p, &c, 1);
    uint32_t eol = line_end_length(p);
    if (p->n_held == 1 && p->held[0] == '\r' && c != '\n') { /* a bare CR: content */
        r = flush_held(p);
        return r ? r : section_byte(p, c);
    }
    if (p->n_held == 0 && p->line_start && c != p->delim[0] && c != '\r' && c != '\n') {
        p->line_start = false;
        return content(p, &c, 1);
    }
    bool at_line = p->line_start || eol;
    uint32_t matched = p->n_held - eol;
    if (at_line && matched < p->n_delim && c == p->delim[matched]) {
        p->held[p->n_held++] = c;
        if (matched + 1 < p->n_delim)
            return 0;
        r = eol == 1 ? odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX) : 0;
        p->line_start = false;
        return r ? r : delimiter_found(p);
    }
    if (p->n_held && !(p->n_held == 1 && p->held[0] == '\r' && c == '\n'))
        r = flush_held(p);
    if (r)
        return r;
    p->line_start = false;
    if (c == '\r' || c == '\n') {
        p->held[p->n_held++] = c;
        return 0;
    }
    return content(p, &c, 1);
}

/* The next byte at which a line may end, in plain content. */
static size_t content_run(struct mln_sv in, size_t i)
{
    size_t start = i;

    while (i < in.len && in.p[i] != '\r' && in.p[i] != '\n')
        i++;
    return i - start;
}

static int raw_body(struct mln_multipart_parser *p, struct mln_sv in)
{
    int r = 0;

    if (!p->value_open) {
        p->value_open = true;
        r = odd(p, MLN_BODY_ODD_MULTIPART_NO_BOUNDARY);
        if (r == 0)
            r = p->sink.begin(p->sink.self, MLN_LOC_BODY, MLN_SV_NULL);
    }
    p->total += in.len;
    return r ? r : p->sink.data(p->sink.self, in);
}

int mln_multipart_feed(struct mln_multipart_parser *p, struct mln_sv in)
{
    int r = 0;

    if (p->state == M_RAW)
        return in.len ? raw_body(p, in) : 0;
    for (size_t i = 0; i < in.len && r == 0;) {
        bool section = p->state == M_PREAMBLE || p->state == M_BODY || p->state == M_EPILOGUE;
        size_t run = section && p->n_held == 0 && !p->line_start ? content_run(in, i) : 0;
        if (run) {
            p->total += run;
            r = content(p, in.p + i, run);
            i += run;
            continue;
        }
        p->total++;
        if (section)
            r = section_byte(p, in.p[i++]);
        else if (p->state == M_HEAD)
            r = head_byte(p, in.p[i++]);
        else
            r = tail_byte(p, in.p[i++]);
    }
    return r;
}

int mln_multipart_finish(struct mln_multipart_parser *p)
{
    int r = 0;

    if (p->state == M_RAW)
        return close_value(p);
    if (p->n_held)
        r = flush_held(p);
    if (r == 0 && p->state == M_HEAD && p->n_head)
        r = emit(p, MLN_LOC_BODY, MLN_SV_NULL, mln_sv(p->head, p->n_head));
    if (r == 0 && p->state != M_EPILOGUE)
        r = odd(p, p->any_part || p->state != M_PREAMBLE ? MLN_BODY_ODD_MULTIPART_UNTERMINATED
                                                         : MLN_BODY_ODD_MULTIPART_SYNTAX);
    return r ? r : close_value(p);
}
