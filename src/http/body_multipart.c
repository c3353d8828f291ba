/* multipart (RFC 2046, 7578), streaming. The delimiter may be cut anywhere; what could still be
 * its start is kept back, at most boundary + 6 bytes. */
#include <errno.h>

#include "base/sieve.h"
#include "http/body.h"
#include "http/body_out.h"
#include "http/charset.h"
#include "http/multipart_head.h"
#include "http/uri.h"

enum {
    BOUNDARY_MAX = 70, /* RFC 2046 section 5.1.1 */
    HEAD_MAX = 8192,
    UNCODED_MAX = 1024, /* bytes of a coded part that are also read as they stand */
};

enum state { M_PREAMBLE, M_AFTER_DELIMITER, M_HEAD, M_BODY, M_EPILOGUE, M_RAW };

struct mln_multipart_parser {
    struct mln_body_out out;
    struct mln_arena *arena;
    uint32_t name_max;
    uint8_t state;
    bool value_open, line_start, any_part;
    struct mln_part_decoder decoder; /* of the part at hand */
    enum mln_location loc;           /* where its value stands */
    struct mln_sv name;              /* in head[] or the arena */
    uint64_t n_coded;                /* bytes of it before decoding */
    uint64_t total;
    uint32_t n_delim; /* "--boundary" */
    uint32_t n_held;  /* bytes that may begin "\r\n--boundary" */
    uint32_t n_tail;  /* bytes after the delimiter, up to 3 */
    char tail_last;
    uint32_t n_head, n_uncoded;
    char delim[BOUNDARY_MAX + 2];
    struct mln_sieve *sieve; /* the sink's, or own */
    /* not zeroed from here on */
    struct mln_sieve own;
    char held[BOUNDARY_MAX + 8];
    char uncoded[UNCODED_MAX]; /* the last bytes of the part, before decoding */
    char head[HEAD_MAX];
};

/* bchars of RFC 2046, without ',', at which some servers end an unquoted boundary. */
static bool is_usable(struct mln_sv boundary)
{
    for (size_t i = 0; i < boundary.len; i++) {
        char c = boundary.p[i];
        if (!mln_cc((unsigned char)c, MLN_CC_WORD) && !(c && strchr("'()+-./:=? ", c)))
            return false;
    }
    return boundary.len && boundary.len <= BOUNDARY_MAX && boundary.p[boundary.len - 1] != ' ';
}

struct mln_multipart_parser *mln_multipart_new(struct mln_arena *a, struct mln_sv boundary,
                                               const struct mln_body_limits *lim,
                                               const struct mln_field_sink *sink)
{
    struct mln_multipart_parser *p = mln_arena_alloc(a, sizeof(*p));

    if (!p)
        return NULL;
    memset(p, 0, offsetof(struct mln_multipart_parser, held));
    p->out = mln_body_out(sink, lim);
    p->name_max = lim->name_bytes;
    p->arena = a;
    p->line_start = true;
    if (!is_usable(boundary)) {
        p->state = M_RAW;
        return p;
    }
    memcpy(p->delim, "--", 2);
    memcpy(p->delim + 2, boundary.p, boundary.len);
    p->n_delim = (uint32_t)boundary.len + 2;
    p->sieve = sink->sieve ? sink->sieve : &p->own;
    if (!sink->sieve)
        mln_sieve_begin(&p->own);
    mln_pairs_add(&p->sieve->set, '\n', MLN_SV("-")); /* a line ends, a delimiter may begin */
    return p;
}

static int odd(struct mln_multipart_parser *p, enum mln_body_odd o)
{
    return mln_body_odd(&p->out, o);
}

/* ---- the value of a part ---- */

static int value_data(void *self, struct mln_sv bytes)
{
    struct mln_multipart_parser *p = self;

    return mln_body_data(&p->out, bytes);
}

static void keep_uncoded(struct mln_multipart_parser *p, struct mln_sv s)
{
    p->n_coded += s.len;
    if (s.len > UNCODED_MAX)
        s = mln_sv_sub(s, s.len - UNCODED_MAX, UNCODED_MAX);
    size_t over = p->n_uncoded + s.len > UNCODED_MAX ? p->n_uncoded + s.len - UNCODED_MAX : 0;
    memmove(p->uncoded, p->uncoded + over, p->n_uncoded - over);
    memcpy(p->uncoded + p->n_uncoded - over, s.p, s.len);
    p->n_uncoded += (uint32_t)(s.len - over);
}

/* The part is not what its encoding says: from here on it is read as it stands, too late for what
 * was decoded, with the bytes just before. */
static int leave_coding(struct mln_multipart_parser *p)
{
    int r = odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX);

    p->decoder.coding = MLN_PART_PLAIN;
    if (r == 0)
        r = mln_body_end(&p->out, p->total);
    if (r == 0)
        r = mln_body_begin(&p->out, p->loc, p->name);
    return r ? r : mln_body_data(&p->out, mln_sv(p->uncoded, p->n_uncoded));
}

/* Applications that take forms from browsers most often ignore the encoding of a part (RFC 7578
 * section 4.7 deprecates it), others decode. base64 text is harmless as it stands, so bytes that
 * are no base64 decide; short parts are handed out both ways. */
static int coded_content(struct mln_multipart_parser *p, struct mln_sv s)
{
    size_t n = p->decoder.coding == MLN_PART_BASE64 ? mln_part_base64_run(s) : s.len;
    int r = mln_part_decode(&p->decoder, mln_sv_sub(s, 0, n), value_data, p);

    keep_uncoded(p, mln_sv_sub(s, 0, n));
    if (r == 0 && p->decoder.coding == MLN_PART_QUOTED && p->n_coded > UNCODED_MAX)
        r = odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX); /* the other reading was not looked at */
    if (r || n == s.len)
        return r;
    r = leave_coding(p);
    return r ? r : mln_body_data(&p->out, mln_sv_sub(s, n, s.len));
}

/* Bytes of the section at hand: part content through its transfer encoding, or what stands outside
 * of parts, which is a value only when it holds anything but white space. */
static int content(struct mln_multipart_parser *p, const char *s, size_t n)
{
    if (n == 0)
        return 0;
    if (p->state == M_BODY && p->decoder.coding != MLN_PART_PLAIN)
        return coded_content(p, mln_sv(s, n));
    if (!p->value_open) {
        size_t i = 0;
        while (i < n && mln_cc((unsigned char)s[i], MLN_CC_SPACE))
            i++;
        if (i == n)
            return 0;
        s += i; /* dropped, as it may have come in pieces of its own */
        n -= i;
        int r = mln_body_begin(&p->out, MLN_LOC_BODY, MLN_SV_NULL);
        p->value_open = true;
        if (r)
            return r;
    }
    return mln_body_data(&p->out, mln_sv(s, n));
}

static int close_value(struct mln_multipart_parser *p)
{
    bool coded = p->state == M_BODY && p->decoder.coding != MLN_PART_PLAIN;
    int r = 0;

    if (coded)
        r = mln_part_decode_end(&p->decoder, value_data, p);
    if (r || !p->value_open)
        return r;
    p->value_open = false;
    r = mln_body_end(&p->out, p->total);
    if (r || !coded || p->n_coded > UNCODED_MAX)
        return r;
    return mln_body_emit(&p->out, p->loc, p->name, mln_sv(p->uncoded, p->n_uncoded), p->total);
}

/* ---- the head of a part ---- */

static bool is_plain_name(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_WORD) && !(s.p[i] && strchr("-.[]", s.p[i])))
            return false;
    return true;
}

/* The media type that a part declares; its type is empty when there is none. */
static struct mln_media_type type_of(const struct mln_part_head *h)
{
    struct mln_media_type mt = {{"", 0}, {NULL, 0}};

    for (uint32_t i = 0; i < h->n_others; i++)
        if (mln_sv_ieq(h->others[i].name, MLN_SV("content-type")))
            mln_media_type_parse(h->others[i].value, &mt);
    return mt;
}

/* Whether a part says that it is in a charset without ASCII. */
static bool hides_text(struct mln_multipart_parser *p, const struct mln_part_head *h)
{
    struct mln_sv charset = mln_media_param(p->arena, type_of(h).params, MLN_SV("charset"), NULL);

    return charset.len && !mln_charset_keeps_ascii(charset);
}

/* Scripts in pages send data with a type of its own as a file that browsers call "blob". */
static bool is_data(const struct mln_part_head *h)
{
    struct mln_sv type = type_of(h).type;

    for (uint32_t i = 0; i < h->n_filenames; i++)
        if (!mln_sv_eq(h->filenames[i], MLN_SV("blob")))
            return false;
    return mln_sv_ifind(type, MLN_SV("json")) != SIZE_MAX ||
           mln_sv_ifind(type, MLN_SV("graphql")) != SIZE_MAX ||
           mln_sv_ieq(type, MLN_SV("text/xml")) || mln_sv_ieq(type, MLN_SV("application/xml")) ||
           mln_sv_ieq(type, MLN_SV("application/x-www-form-urlencoded"));
}

static int report_head(struct mln_multipart_parser *p, const struct mln_part_head *h)
{
    int r = h->duplicate ? odd(p, MLN_BODY_ODD_MULTIPART_DUPLICATE) : 0;

    if (r == 0 && h->malformed)
        r = odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX);
    if (r == 0 && (!h->n_filenames || h->doubtful) && hides_text(p, h))
        r = odd(p, MLN_BODY_ODD_CHARSET);
    if (r == 0 && h->name.len > p->name_max)
        r = odd(p, MLN_BODY_ODD_NAME_TOO_LONG);
    return r;
}

static int emit_head(struct mln_multipart_parser *p, const struct mln_part_head *h)
{
    int r = 0;

    if (!is_plain_name(h->name))
        r = mln_body_emit(&p->out, MLN_LOC_MULTIPART_NAME, p->name, h->name, p->total);
    for (uint32_t i = 0; i < h->n_filenames && r == 0; i++)
        r = mln_body_emit(&p->out, MLN_LOC_FILE_NAME, p->name, h->filenames[i], p->total);
    for (uint32_t i = 0; i < h->n_others && r == 0; i++)
        r = mln_body_emit(&p->out, MLN_LOC_HEADER, h->others[i].name, h->others[i].value, p->total);
    return r;
}

static int open_part(struct mln_multipart_parser *p)
{
    struct mln_part_head h;
    int r = mln_part_head_parse(p->arena, mln_sv(p->head, p->n_head), &h);

    p->any_part = true;
    if (r < 0)
        return r;
    p->name = mln_sv_sub(h.name, 0, p->name_max);
    p->loc = h.n_filenames && !h.doubtful && !is_data(&h) ? MLN_LOC_FILE : MLN_LOC_MULTIPART;
    p->n_coded = p->n_uncoded = 0;
    mln_part_decoder_init(&p->decoder, h.coding);
    r = report_head(p, &h);
    if (r == 0)
        r = emit_head(p, &h);
    if (r)
        return r;
    p->value_open = true;
    p->state = M_BODY;
    return mln_body_begin(&p->out, p->loc, p->name);
}

/* What is no head, or the start of one that is too long, as a value of its own. */
static int emit_lost_head(struct mln_multipart_parser *p)
{
    struct mln_sv lost = mln_sv(p->head, p->n_head);

    p->n_head = 0;
    return lost.len ? mln_body_emit(&p->out, MLN_LOC_BODY, MLN_SV_NULL, lost, p->total) : 0;
}

/* One byte of a part's head; complete at an empty line. */
static int head_byte(struct mln_multipart_parser *p, char c)
{
    int r = 0;

    if (p->n_head == HEAD_MAX) { /* what follows is still read as a head */
        r = odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX);
        if (r == 0)
            r = emit_lost_head(p);
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
    r = crlf ? 0 : odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX);
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

/* What follows "--boundary": "--" ends it all, white space and a line end start a part. Anything
 * else is ambiguous, since another parser may not take the line for a delimiter. */
static int tail_byte(struct mln_multipart_parser *p, char c)
{
    char before = p->tail_last;
    int r = 0;

    p->tail_last = c;
    p->n_tail += p->n_tail < 3;
    if (p->n_tail == 2 && before == '-' && c == '-') {
        p->state = M_EPILOGUE;
        p->line_start = false;
        return 0;
    }
    if (c == '\n') {
        r = p->n_tail > 1 && before == '\r' ? 0 : odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX);
        if (r == 0)
            r = close_value(p);
        p->state = M_HEAD;
        return r;
    }
    if (!p->value_open && (c == '\r' || c == ' ' || c == '\t' || (c == '-' && p->n_tail == 1)))
        return 0;
    r = odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX);
    return r ? r : content(p, &c, 1);
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
        if (eol == 1 || p->state == M_EPILOGUE) /* after the last delimiter: only some read on */
            r = odd(p, MLN_BODY_ODD_MULTIPART_SYNTAX);
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

/* Plain content up to a line end behind which a delimiter may begin. */
static size_t content_run(struct mln_multipart_parser *p, struct mln_sv in, size_t i)
{
    if (p->n_held)
        return 0;
    if (p->line_start && memchr("-\r\n", in.p[i], 3))
        return 0;
    p->line_start = false;
    size_t end = mln_sieve_next(p->sieve, in, i);
    while (end < in.len && in.p[end] != '\n')
        end = mln_sieve_next(p->sieve, in, end + 1);
    return end - i - (end > i && in.p[end - 1] == '\r');
}

static int raw_body(struct mln_multipart_parser *p, struct mln_sv in)
{
    int r = 0;

    if (!p->value_open) {
        p->value_open = true;
        r = odd(p, MLN_BODY_ODD_MULTIPART_NO_BOUNDARY);
        if (r == 0)
            r = mln_body_begin(&p->out, MLN_LOC_BODY, MLN_SV_NULL);
    }
    p->total += in.len;
    return r ? r : mln_body_data(&p->out, in);
}

int mln_multipart_feed(struct mln_multipart_parser *p, struct mln_sv in)
{
    int r = 0;

    if (p->state == M_RAW)
        return in.len ? raw_body(p, in) : 0;
    mln_sieve_fill(p->sieve, in);
    for (size_t i = 0; i < in.len && r == 0;) {
        bool section = p->state == M_PREAMBLE || p->state == M_BODY || p->state == M_EPILOGUE;
        size_t run = section ? content_run(p, in, i) : 0;
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
    if (r == 0 && p->state == M_HEAD)
        r = emit_lost_head(p);
    if (r == 0 && p->state != M_EPILOGUE)
        r = odd(p, p->any_part || p->state != M_PREAMBLE ? MLN_BODY_ODD_MULTIPART_UNTERMINATED
                                                         : MLN_BODY_ODD_MULTIPART_SYNTAX);
    return r ? r : close_value(p);
}
