/* Path traversal and file inclusion: runs of path characters are canonicalised (path_run.c) and
 * judged by how far they climb, how they are spelled and where they lead. */
#include "engine/detect.h"
#include "engine/path_files.h"
#include "engine/path_names.h"
#include "engine/path_remote.h"
#include "engine/path_run.h"
#include "engine/scan.h"

enum { AROUND_MAX = 4 }; /* bytes in front of a file name that may surround it */

struct judge {
    const struct mln_view *v;
    const struct mln_detect_ctx *ctx;
    struct mln_findings *out;
};

static void add(const struct judge *j, enum mln_signal s, size_t off, size_t len)
{
    mln_findings_add(j->out, s, j->v, off, MLN_MIN(len, j->v->n - off));
}

/* Only what may surround a file name stands outside [start, end). */
static bool is_whole(const struct judge *j, const struct mln_path_run *r)
{
    static const char around[] = "\"' \t\r\n`)(;";
    size_t n = j->v->n;

    for (size_t i = 0; i < r->start; i++)
        if (i >= AROUND_MAX || !memchr(around, j->v->p[i], sizeof(around) - 1))
            return false;
    if (r->end < n && (j->v->p[r->end] == '\0' || j->v->p[r->end] == '?' || j->v->p[r->end] == '#'))
        return true;
    for (size_t i = r->end; i < n; i++)
        if (i > r->end + 3 || !memchr(around, j->v->p[i], sizeof(around) - 1))
            return false;
    return true;
}

/* Behind the '?' of an address every slash of a value is written %2F: no disguise. Dots are not. */
static bool is_query_encoding(const struct judge *j, const struct mln_path_run *r)
{
    struct mln_sv before = mln_sv_sub(mln_view_sv(j->v), 0, r->start);
    bool address =
        mln_sv_istarts(before, MLN_SV("http://")) || mln_sv_istarts(before, MLN_SV("https://"));

    if (!address || mln_sv_chr(before, '?') == SIZE_MAX)
        return false;
    for (size_t i = r->start; i < r->end; i++)
        if (j->v->p[i] >= 0x80 ||
            (j->v->p[i] == '%' && !mln_scan_at(mln_view_sv(j->v), i, MLN_SV("%2f"))))
            return false;
    return !(j->v->flags & MLN_VIEW_OVERLONG);
}

static void judge_climb(const struct judge *j, const struct mln_path_run *r, bool whole)
{
    size_t len = r->end - r->start;

    if ((r->odd >= 2 && r->adjacent >= 2) || r->zigzag >= 4)
        add(j, MLN_SIG_TRAVERSAL_ODD_DOTS, r->start, len);
    if ((r->spelled || (j->v->flags & MLN_VIEW_OVERLONG)) && (r->ups + r->odd) &&
        !is_query_encoding(j, r))
        add(j, MLN_SIG_TRAVERSAL_SPELLED, r->start, len);
    if (r->mixed)
        add(j, MLN_SIG_TRAVERSAL_MIXED, r->start, len);
    /* Browsers resolve dot segments before they send a path. */
    if (j->ctx->loc == MLN_LOC_PATH && r->ups && r->below == 0)
        add(j, r->adjacent >= 3 ? MLN_SIG_TRAVERSAL_CLIMB : MLN_SIG_TRAVERSAL_UP, r->start, len);
    if (r->below == 0)
        return;
    if (r->below == 1 && !r->absolute) {
        add(j, MLN_SIG_TRAVERSAL_UP, r->start, len);
        /* documents in JSON name files of source trees */
        struct mln_sv name = j->ctx->name; /* filter[title] says nothing of files */
        if (whole && name.len && name.p[name.len - 1] != ']' && j->ctx->loc != MLN_LOC_JSON &&
            mln_path_include_name(name))
            add(j, MLN_SIG_TRAVERSAL_UP_NAMED, r->start, len);
    } else if (whole || (r->param && !r->quoted))
        add(j, MLN_SIG_TRAVERSAL_CLIMB, r->start, len);
    else
        add(j, MLN_SIG_TRAVERSAL_CLIMB_TEXT, r->start, len);
    if (r->below >= 5)
        add(j, MLN_SIG_TRAVERSAL_DEEP, r->start, len);
}

static void judge_web_file(const struct judge *j, const struct mln_path_run *r, bool whole)
{
    if (j->ctx->loc == MLN_LOC_PATH && mln_path_is_repository_page(mln_sv(r->canon, r->canon_n)))
        return;
    if (j->ctx->loc == MLN_LOC_PATH)
        add(j, MLN_SIG_TRAVERSAL_WEB_FILE, r->start, r->end - r->start);
    else if (whole || r->param)
        add(j, MLN_SIG_TRAVERSAL_WEB_NAME, r->start, r->end - r->start);
    if (whole && r->seps && !r->url && j->ctx->loc != MLN_LOC_PATH)
        add(j, MLN_SIG_TRAVERSAL_WEB_ROOTED, r->start, r->end - r->start);
}

/* {"mountPath": "/etc/shop"}: documents that describe containers and machines say where a program's
 * settings are; a folder of them, since it has no extension, that no system has. */
static bool is_settings_folder(const struct judge *j, const struct mln_path_run *r)
{
    struct mln_sv canon = mln_sv(r->canon, r->canon_n);
    struct mln_sv name = mln_sv_sub(canon, 4, canon.len);

    return j->ctx->loc == MLN_LOC_JSON && mln_sv_starts(canon, MLN_SV("etc/")) &&
           mln_sv_chr(name, '/') == SIZE_MAX && mln_sv_chr(name, '.') == SIZE_MAX;
}

/* {"log": {"file": {"path": "/var/log/syslog"}}}: the field in which shippers of logs say which
 * file a record is from (Elastic Common Schema, OpenTelemetry). */
static bool is_record_source(const struct judge *j, const struct mln_path_run *r)
{
    return j->ctx->loc == MLN_LOC_JSON && !r->climbed &&
           mln_sv_starts(mln_sv(r->canon, r->canon_n), MLN_SV("var/log/")) &&
           (mln_sv_ends(j->ctx->name, MLN_SV("/log/file/path")) ||
            mln_sv_ends(j->ctx->name, MLN_SV("log.file.path")));
}

/* "/etc/hosts not working windows", "/etc/passwd is read by all; see …": a text that begins with a
 * path. A file of that name there is none; where a field takes files, nobody writes sentences. */
static bool words_follow(const struct judge *j, const struct mln_path_run *r)
{
    enum { WORDS_MIN = 2, SENTENCE_MIN = 3 };
    struct mln_sv s = mln_view_sv(j->v), path = mln_sv_sub(s, r->start, r->end - r->start);
    size_t words = 0, letters = 0;

    if (r->end >= s.len || s.p[r->end] != ' ' || mln_path_include_name(j->ctx->name) ||
        r->climbed || r->spelled || mln_sv_find(path, MLN_SV("/./")) != SIZE_MAX ||
        mln_sv_find(path, MLN_SV("//")) != SIZE_MAX)
        return false;
    for (size_t i = r->end + 1; i <= s.len; i++) {
        bool letter = i < s.len && (mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA) ||
                                    (unsigned char)s.p[i] >= 0x80 || s.p[i] == '\'');
        if (i < s.len && !letter && !memchr(" ,.?!", s.p[i], 5))
            return words + (letters > 1) >= SENTENCE_MIN;
        words += !letter && letters > 1;
        letters = letter ? letters + 1 : 0;
    }
    return words >= WORDS_MIN;
}

static void judge_file(const struct judge *j, const struct mln_path_run *r, bool whole)
{
    bool rooted = r->absolute || r->climbed;
    bool alone = whole || (r->param && !r->quoted && !words_follow(j, r));
    size_t len = r->end - r->start;

    if (is_record_source(j, r)) {
        add(j, MLN_SIG_TRAVERSAL_LOG_FILE, r->start, len);
        return;
    }
    switch (mln_path_file(mln_sv(r->canon, r->canon_n), rooted)) {
    case MLN_FILE_FOLDER:
        if (!r->climbed && is_settings_folder(j, r)) {
            add(j, MLN_SIG_TRAVERSAL_LOG_FILE, r->start, len);
            return;
        }
        __attribute__((fallthrough));
    case MLN_FILE_SYSTEM:
        if (r->climbed)
            add(j, MLN_SIG_TRAVERSAL_CLIMB_FILE, r->start, len);
        else
            add(j, alone ? MLN_SIG_TRAVERSAL_SYSTEM_FILE : MLN_SIG_TRAVERSAL_FILE_TEXT, r->start,
                len);
        return;
    case MLN_FILE_WEB:
    case MLN_FILE_LEAF:
        if (r->climbed) {
            add(j, MLN_SIG_TRAVERSAL_CLIMB_FILE, r->start, len);
            return;
        }
        if (mln_path_file(mln_sv(r->canon, r->canon_n), false) == MLN_FILE_WEB)
            judge_web_file(j, r, whole);
        else if (alone && !r->url)
            add(j, MLN_SIG_TRAVERSAL_LOG_FILE, r->start, len);
        return;
    case MLN_FILE_PROBE:
        if (j->ctx->loc == MLN_LOC_PATH)
            add(j, MLN_SIG_TRAVERSAL_PROBE, r->start, len);
        break;
    case MLN_FILE_NONE:
        break;
    }
    struct mln_sv canon = mln_sv(r->canon, r->canon_n);
    if (j->ctx->loc != MLN_LOC_PATH)
        return;
    if (mln_path_web_shell(canon))
        add(j, MLN_SIG_TRAVERSAL_WEB_SHELL, r->start, len);
    if (mln_path_hidden_settings(canon) && !mln_path_is_repository_page(canon))
        add(j, MLN_SIG_TRAVERSAL_WEB_FILE, r->start, len);
}

static void judge_runs(const struct judge *j)
{
    struct mln_path_run r;
    size_t n = j->v->n;

    for (size_t i = 0; i < n;) {
        if (i > AROUND_MAX)
            i = mln_path_skip(j->v->p, n, i);
        i = mln_path_run(j->v->p, n, i, &r);
        if (r.end - r.start < 3)
            continue;
        bool whole = is_whole(j, &r);
        judge_climb(j, &r, whole);
        if (r.seps || whole)
            judge_file(j, &r, whole);
    }
}

/* ---- addresses ---- */

static struct mln_sv rest_of(const struct judge *j, size_t off)
{
    return mln_sv(j->v->p + off, j->v->n - off);
}

/* The name in front of the '=' at off - 1, or the parameter's own name at the start. */
static struct mln_sv name_before(const struct judge *j, size_t off)
{
    size_t end = off ? off - 1 : 0, start = end;

    if (off == 0)
        return j->ctx->name;
    while (start && end - start < 40 &&
           (mln_cc(j->v->p[start - 1], MLN_CC_WORD) || j->v->p[start - 1] == ']'))
        start--;
    return mln_sv(j->v->p + start, end - start);
}

static const struct {
    unsigned mark;
    enum mln_signal signal;
} remote_signals[] = {
    {MLN_REMOTE_IP, MLN_SIG_RFI_ADDRESS}, {MLN_REMOTE_SCRIPT, MLN_SIG_RFI_SCRIPT},
    {MLN_REMOTE_CUT, MLN_SIG_RFI_CUT},    {MLN_REMOTE_CUT_TWICE, MLN_SIG_RFI_CUT_TWICE},
    {MLN_REMOTE_NAME, MLN_SIG_RFI_NAME},  {MLN_REMOTE_COMMAND, MLN_SIG_RFI_COMMAND},
};

static void judge_remote(const struct judge *j, size_t off)
{
    size_t len;
    unsigned marks = mln_path_remote(rest_of(j, off), &len);

    if (!marks)
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(remote_signals); i++)
        if (marks & remote_signals[i].mark)
            add(j, remote_signals[i].signal, off, len);
    if ((marks & ~(unsigned)MLN_REMOTE_PORT) && mln_path_include_name(name_before(j, off)))
        add(j, MLN_SIG_RFI_PARAMETER, off, len);
}

/* Pages have addresses of pages as parameters. */
static bool is_referer(const struct mln_detect_ctx *ctx)
{
    return ctx->loc == MLN_LOC_HEADER &&
           (mln_sv_ieq(ctx->name, MLN_SV("referer")) || mln_sv_ieq(ctx->name, MLN_SV("origin")));
}

/* At off a value starts, of the field or behind '=' within it. */
static void judge_address(const struct judge *j, size_t off)
{
    enum { SCHEME_MAX = 16 };
    bool quoted = off && off < j->v->n && (j->v->p[off] == '"' || j->v->p[off] == '\'');
    off += quoted;
    struct mln_sv head = mln_sv_sub(rest_of(j, off), 0, SCHEME_MAX);
    bool address = mln_sv_chr(head, ':') != SIZE_MAX || mln_sv_starts(head, MLN_SV("//")) ||
                   mln_sv_chr(head, '.') != SIZE_MAX;
    enum mln_wrapper w = address ? mln_path_wrapper(rest_of(j, off)) : MLN_WRAP_NONE;

    if (!address)
        return;

    if (quoted && w != MLN_WRAP_HARD)
        return; /* links of a text */
    if (w != MLN_WRAP_NONE)
        add(j, w == MLN_WRAP_HARD ? MLN_SIG_TRAVERSAL_WRAPPER : MLN_SIG_TRAVERSAL_WRAPPER_SOFT, off,
            12);
    else if (off > 3 ? !is_referer(j->ctx)
                     : j->ctx->loc != MLN_LOC_HEADER && j->ctx->loc != MLN_LOC_PATH)
        judge_remote(j, off);
}

/* \\host.example\share: Windows fetches it, and logs in for it. */
static void judge_share(const struct judge *j, size_t i)
{
    enum { NAME_MAX_BYTES = 64 };
    const uint8_t *p = j->v->p;
    size_t n = j->v->n, end = i + 2, dots = 0;

    if (i + 6 > n || p[i] != p[i + 1] || (p[i] != '\\' && p[i] != '/'))
        return;
    if ((p[i + 2] == '.' || p[i + 2] == '?') && p[i + 3] == p[i] && p[i + 5] == ':')
        add(j, MLN_SIG_TRAVERSAL_SHARE, i, 6); /* \\?\c:, \\.\c: */
    if (p[i] != '\\')
        return;
    for (; end < n && end - i < NAME_MAX_BYTES &&
           (mln_cc(p[end], MLN_CC_WORD) || p[end] == '-' || p[end] == '.' || p[end] == '@');
         end++)
        dots += p[end] == '.' && p[end - 1] != '.' && end > i + 2;
    if (dots && end + 1 < n && (p[end] == '\\' || p[end] == '/') && mln_cc(p[end + 1], MLN_CC_WORD))
        add(j, MLN_SIG_TRAVERSAL_SHARE, i, end - i);
}

static void judge_addresses(const struct judge *j)
{
    const struct mln_view *v = j->v;
    size_t i = 0;

    while (i < v->n && i < 3 && memchr("\"' ", v->p[i], 3))
        i++;
    judge_address(j, i);
    judge_share(j, i);
    for (unsigned k = 0; k < 32 && i < v->n; k++) {
        const uint8_t *eq = memchr(v->p + i, '=', v->n - i);
        if (!eq)
            return;
        i = (size_t)(eq - v->p) + 1;
        judge_address(j, i);
    }
}

/* ---- tricks at the end of a name or a segment ---- */

/* "x.asp;.jpg": IIS runs what stands before the semicolon. */
static size_t find_script_semicolon(const struct mln_view *v)
{
    static const char *const marks[] = {".asp;.", ".asa;.", ".cer;.", ".aspx;.", ".php;."};

    for (size_t i = 0; i < MLN_ARRAY_LEN(marks); i++) {
        size_t at = mln_view_find(v, mln_sv_str(marks[i]));
        if (at != SIZE_MAX)
            return at;
    }
    return SIZE_MAX;
}

static bool is_extension(const uint8_t *p, size_t n)
{
    size_t i = 1;

    if (n < 2 || p[0] != '.')
        return false;
    while (i < n && mln_cc(p[i], MLN_CC_ALPHA | MLN_CC_DIGIT))
        i++;
    return i == n && i >= 3 && i <= 6;
}

static void judge_nul(const struct judge *j)
{
    const struct mln_view *v = j->v;
    const uint8_t *nul = memchr(v->p, 0, v->n);

    if (!nul || !(v->classes & (MLN_BC_DOT | MLN_BC_SLASH | MLN_BC_BSLASH)))
        return;
    size_t off = (size_t)(nul - v->p);
    /* Binary data has many; a file name has one, and text around it. */
    for (size_t i = 0; i < v->n; i++)
        if (v->p[i] < ' ' && v->p[i] != 0 && v->p[i] != '\n' && v->p[i] != '\r' && v->p[i] != '\t')
            return;
    while (off + 1 < v->n && v->p[off + 1] == 0)
        off++;
    if (is_extension(v->p + off + 1, v->n - off - 1))
        add(j, MLN_SIG_TRAVERSAL_NUL_EXTENSION, off, v->n - off);
    else
        add(j, MLN_SIG_TRAVERSAL_NUL, off, 1);
}

static void judge_names(const struct judge *j)
{
    struct mln_sv s = rest_of(j, 0);
    size_t at;

    if ((j->v->classes & MLN_BC_COLON) && (j->v->classes & MLN_BC_DOLLAR)) {
        if ((at = mln_view_find(j->v, MLN_SV("::$data"))) != SIZE_MAX ||
            (at = mln_view_find(j->v, MLN_SV(":$i30:"))) != SIZE_MAX ||
            (at = mln_view_find(j->v, MLN_SV("::$index_allocation"))) != SIZE_MAX)
            add(j, MLN_SIG_TRAVERSAL_STREAM, at, 7);
    }
    /* A star and "~1": whether a name has a short form, asked letter by letter (IIS) */
    if ((j->v->classes & MLN_BC_STAR) && j->ctx->loc == MLN_LOC_PATH &&
        ((at = mln_view_find(j->v, MLN_SV("~1*"))) != SIZE_MAX ||
         (at = mln_view_find(j->v, MLN_SV("*~1"))) != SIZE_MAX))
        add(j, MLN_SIG_TRAVERSAL_STREAM, at, 3);
    if ((j->v->classes & MLN_BC_SEMI) && (at = find_script_semicolon(j->v)) != SIZE_MAX)
        add(j, MLN_SIG_TRAVERSAL_STREAM, at, 6);
    if (j->v->classes & MLN_BC_SEMI) {
        at = mln_view_find(j->v, MLN_SV("..;"));
        bool segment = at == 0 || (at != SIZE_MAX && memchr("/\\=", s.p[at - 1], 3));
        struct mln_sv behind = mln_sv_sub(s, at, 40);
        if (segment &&
            (mln_sv_chr(behind, '/') != SIZE_MAX || mln_sv_chr(behind, '\\') != SIZE_MAX))
            add(j, MLN_SIG_TRAVERSAL_PARAM_DOTS, at, 4);
    }
}

/* Values of letters and digits can still spell dots as "0x2e". */
static bool is_plain(const struct mln_view *v)
{
    const uint32_t telling =
        MLN_BC_DOT | MLN_BC_SLASH | MLN_BC_BSLASH | MLN_BC_PERCENT | MLN_BC_HIGH | MLN_BC_COLON;

    return !(v->classes & telling) &&
           (!(v->classes & MLN_BC_DIGIT) || mln_view_find(v, MLN_SV("0x2")) == SIZE_MAX);
}

void mln_detect_traversal(const struct mln_view *v, struct mln_detect_ctx *ctx,
                          struct mln_findings *out)
{
    const struct judge j = {.v = v, .ctx = ctx, .out = out};

    if (v->n < 2 || is_plain(v) || !mln_budget_take(ctx->budget, (uint64_t)v->n * 4))
        return;
    judge_runs(&j);
    if (v->classes & (MLN_BC_COLON | MLN_BC_SLASH | MLN_BC_BSLASH))
        judge_addresses(&j);
    judge_names(&j);
    judge_nul(&j);
}
