#include "engine/upload.h"

#include "engine/file_coders.h"
#include "http/uri.h"

enum {
    LOOK = MLN_ZIP_LOOK, /* what a look at one place may need behind it */
    CERTAIN = 50,        /* nobody sends that by mistake */
    STRICT = 45,         /* against a policy that says what is allowed */
    LIKELY = 35,         /* reported unless the sensitivity is low */
    DOUBTFUL = 20,       /* reported when it is high */
    MEMBERS_MAX = 20000,
    BOMB_BYTES = 1 << 30, /* an archive says that it grows to more … */
    BOMB_RATIO = 400,     /* … and by more; honest data in deflate seldom passes 100 */
};

_Static_assert((int)LOOK >= (int)MLN_MARK_LOOK && 2 * (int)LOOK < (int)MLN_UPLOAD_WINDOW,
               "windows overlap");

void mln_upload_begin(struct mln_upload *u, const struct mln_upload_rules *rules,
                      struct mln_sieve *sieve, mln_upload_tell tell, void *self)
{
    memset(u, 0, offsetof(struct mln_upload, window));
    u->rules = *rules;
    u->marks.sieve = sieve;
    u->tell = tell;
    u->self = self;
    u->bare = true;
}

/* A surer word on the same thing is told, too. */
static void tell(struct mln_upload *u, const struct mln_upload_finding *f)
{
    uint8_t *told = &u->told[f->detector - MLN_DET_UPLOADS_type];

    if (f->score <= *told)
        return;
    *told = (uint8_t)f->score;
    u->tell(u->self, f);
}

static void tell_name(struct mln_upload *u, enum mln_detector_id d, int score, const char *message)
{
    tell(u, &(struct mln_upload_finding){.detector = d,
                                         .score = score,
                                         .message = message,
                                         .of_name = true,
                                         .value = mln_sv(u->name, u->n_name),
                                         .length = u->n_name});
}

/* A place in the file; what is no longer in the window has no text. */
static void tell_place(struct mln_upload *u, enum mln_detector_id d, int score, const char *message,
                       uint64_t at, uint32_t length)
{
    bool here = at >= u->base && at < u->base + u->w.len;

    tell(u, &(struct mln_upload_finding){
                .detector = d,
                .score = score,
                .message = message,
                .value = here ? u->w : MLN_SV(""),
                .offset = here ? (uint32_t)(at - u->base) : 0,
                .length = here ? MLN_MIN(length, (uint32_t)(u->base + u->w.len - at)) : 0,
            });
}

static bool is_strict(const struct mln_upload *u)
{
    return u->rules.allow != 0;
}

/* ---- names ---- */

static mln_kinds family(enum mln_file_family f)
{
    return mln_file_family(f);
}

/* What nothing in it should run: pictures, sounds, documents. */
static mln_kinds passive(void)
{
    return family(MLN_FAMILY_IMAGE) | family(MLN_FAMILY_MEDIA) | family(MLN_FAMILY_DOCUMENT) |
           family(MLN_FAMILY_OFFICE) | family(MLN_FAMILY_FONT);
}

void mln_upload_name(struct mln_upload *u, struct mln_sv name)
{
    if (!name.len)
        return;
    struct mln_name n = mln_name_read(name);
    if (!u->has_name || n.signs) {
        struct mln_sv kept = mln_sv_sub(
            name, name.len > sizeof(u->name) ? name.len - sizeof(u->name) : 0, sizeof(u->name));
        memcpy(u->name, kept.p, kept.len);
        u->n_name = (uint32_t)kept.len;
    }
    u->has_name = true;
    u->bare = u->bare && n.bare;
    u->named |= n.kinds;
    u->signs |= n.signs;
}

void mln_upload_type(struct mln_upload *u, struct mln_sv content_type)
{
    struct mln_media_type mt;

    mln_media_type_parse(content_type.p ? content_type : MLN_SV(""), &mt);
    u->declared |= mln_file_by_type(mt.type);
}

bool mln_upload_is_file(const struct mln_upload *u)
{
    return ((u->named | u->declared) & ~family(MLN_FAMILY_TEXT)) || u->signs;
}

/* Extensions in front of the last one count for old servers only: alone they are a doubt, with
 * content that is not what the last one says they are an attempt. */
static void judge_inner_extension(struct mln_upload *u)
{
    bool agrees = (u->content & u->named & passive()) != 0;

    if (u->signs & MLN_FILENAME_INSIDE)
        tell_name(u, MLN_DET_UPLOADS_double_extension,
                  !agrees && (u->named & passive()) ? LIKELY
                  : is_strict(u)                    ? STRICT
                                                    : DOUBTFUL,
                  "a file name with the extension of a server's script in front of the last one");
}

static void judge_name(struct mln_upload *u)
{
    const mln_kinds script = MLN_KIND(SCRIPT);

    if ((u->signs & MLN_FILENAME_SERVER) && !(u->rules.allow & script))
        tell_name(u, MLN_DET_UPLOADS_type, LIKELY,
                  "a file that the web server may run, or take for its configuration");
    if (u->signs & MLN_FILENAME_CUT)
        tell_name(u, MLN_DET_UPLOADS_double_extension, CERTAIN,
                  "a file name that becomes a server's script when its end is cut off");
    if (u->signs & MLN_FILENAME_TURNED)
        tell_name(u, MLN_DET_UPLOADS_double_extension, LIKELY,
                  "a file name that is shown in another order than it is read");
    if (u->signs & MLN_FILENAME_PROGRAM)
        tell_name(u, MLN_DET_UPLOADS_double_extension, LIKELY,
                  "a program with the name of a document");
    judge_inner_extension(u);
}

/* ---- type ---- */

static mln_kinds textual(void)
{
    return family(MLN_FAMILY_TEXT) | family(MLN_FAMILY_PAGE) | MLN_KIND(SVG) | MLN_KIND(SCRIPT);
}

/* The extension must be of an allowed kind, or else the declared type, or else the content; and the
 * content may not be of another kind. */
static bool is_allowed(const struct mln_upload *u)
{
    mln_kinds allow = u->rules.allow, claim = u->named ? u->named : u->declared;
    mln_kinds content = u->content & ~textual();

    if (u->has_name && !u->bare && !u->named)
        return false;
    if (content && !(content & allow))
        return false;
    return claim ? (claim & allow) != 0 : (u->content & allow) != 0;
}

/* ---- agreement ---- */

static bool is_code(mln_kinds content)
{
    return (content & (MLN_KIND(SCRIPT) | MLN_KIND(PROGRAM))) != 0;
}

/* How sure it is that `claim` and the content contradict each other; 0: they do not. */
static int contradiction(const struct mln_upload *u, mln_kinds claim)
{
    mln_kinds c = u->content;
    int doubt = is_strict(u) ? STRICT : DOUBTFUL;

    if (!claim || (claim & c) || (claim & MLN_KIND(TAR)))
        return 0;
    if ((claim & passive()) && is_code(c))
        return CERTAIN;
    if (claim & textual())
        return (c & MLN_KIND(PROGRAM)) ? LIKELY : (c & MLN_KIND(TEXT)) ? 0 : doubt;
    if (c & MLN_KIND(TEXT)) /* other programs write tables and letters as text or pages */
        return (claim & family(MLN_FAMILY_OFFICE)) ? 0 : doubt;
    return is_strict(u) || (c && !(mln_file_relatives(claim) & c)) ? doubt : 0;
}

static void judge_agreement(struct mln_upload *u)
{
    mln_kinds claim = u->named | u->declared;
    bool code = (claim & passive()) && is_code(u->content);
    int score = MLN_MAX(contradiction(u, u->named), contradiction(u, u->declared));

    if ((u->named & MLN_KIND(SCRIPT)) && (u->declared & passive())) {
        code = true;
        score = CERTAIN;
    } else if (is_strict(u) && u->named && u->declared && !(u->named & u->declared) &&
               !(mln_file_relatives(u->named) & u->declared)) {
        score = MLN_MAX(score, (int)STRICT);
    }
    if (score)
        tell_place(u, MLN_DET_UPLOADS_mismatch, score,
                   code ? "a program or script under the name or type of something else"
                        : "the content is not what the extension or the declared type says",
                   0, MLN_MIN(u->n, 64u));
}

/* A header that goes on as text: both a picture and a script for whoever includes it. */
static void judge_first_bytes(struct mln_upload *u)
{
    struct mln_sv head = mln_sv_sub(u->w, 0, MLN_FILE_HEAD);
    const struct mln_sv rest = mln_sv_sub(head, 6, 10);
    size_t text = 0;

    while (text < rest.len && rest.p[text] >= 0x20 && rest.p[text] < 0x7f)
        text++;
    if ((u->content & MLN_KIND(GIF)) && text == 10)
        tell_place(u, MLN_DET_UPLOADS_polyglot, CERTAIN, "a GIF whose header goes on as text", 0,
                   32);
    if (mln_sv_starts(head, MLN_SV("\xff\xd8\xff\xe0/*")))
        tell_place(u, MLN_DET_UPLOADS_polyglot, CERTAIN, "a JPEG that is a script, too", 0, 32);
    size_t pdf = mln_sv_find(head, MLN_SV("%PDF-"));
    if (pdf != SIZE_MAX && pdf && (u->content & (family(MLN_FAMILY_IMAGE) | MLN_KIND(ZIP))))
        tell_place(u, MLN_DET_UPLOADS_polyglot, LIKELY, "a PDF within the start of another file",
                   pdf, 32);
}

/* What the program that converts pictures or films would do with it. */
static void judge_coders(struct mln_upload *u)
{
    bool svg = ((u->named | u->declared | u->content) & MLN_KIND(SVG)) != 0;
    const char *message = mln_file_coders(u->w, svg);

    if (message)
        tell_place(u, MLN_DET_UPLOADS_polyglot, CERTAIN, message, 0, 64);
}

static void judge_head(struct mln_upload *u)
{
    u->judged = true;
    u->content = mln_file_by_content(u->w);
    judge_name(u);
    if (is_strict(u) && !is_allowed(u))
        tell_name(u, MLN_DET_UPLOADS_type, STRICT,
                  "a file of a type that the policy does not allow");
    judge_agreement(u);
    judge_first_bytes(u);
    judge_coders(u);
}

/* ---- what is inside ---- */

static mln_kinds claims(const struct mln_upload *u)
{
    return u->named | u->declared | u->content;
}

static bool wants_marks(const struct mln_upload *u)
{
    return (claims(u) & (family(MLN_FAMILY_IMAGE) | family(MLN_FAMILY_MEDIA) | MLN_KIND(PDF))) != 0;
}

static const char *mark_message(const struct mln_upload *u, enum mln_file_mark m)
{
    static const char *const within[] = {
#define X(sym, text) text " within a picture, a sound or a film",
        MLN_FILE_MARKS(X)
#undef X
    };
    static const char *const behind[] = {
#define X(sym, text) text " behind the end of a PDF",
        MLN_FILE_MARKS(X)
#undef X
    };

    return (u->content & MLN_KIND(PDF)) ? behind[m] : within[m];
}

/* In SVG every mark is one; elsewhere those of markup were not looked for. */
static void judge_marks(struct mln_upload *u)
{
    bool pdf = (u->content & MLN_KIND(PDF)) != 0;
    bool text = (u->content & MLN_KIND(TEXT)) && !(u->content & MLN_KIND(SVG));

    for (unsigned m = 0; m < MLN_MARK_MAX; m++) {
        if (!(u->marks.seen >> m & 1) ||
            (pdf && (!u->document_end || u->marks.at[m] < u->document_end)))
            continue;
        if (text)
            tell_place(u, MLN_DET_UPLOADS_mismatch, CERTAIN,
                       "text with code under the name or type of a picture", u->marks.at[m], 64);
        else
            tell_place(u, MLN_DET_UPLOADS_polyglot, LIKELY, mark_message(u, (enum mln_file_mark)m),
                       u->marks.at[m], 64);
    }
}

/* Behind the last "%%EOF" of the window's front part. */
static void find_document_end(struct mln_upload *u, size_t n)
{
    static const struct mln_sv mark = {"%%EOF", 5};
    struct mln_sv w = mln_sv_sub(u->w, 0, n + mark.len - 1);

    for (size_t at; (at = mln_sv_find(w, mark)) != SIZE_MAX;) {
        w = mln_sv_sub(w, at + mark.len, w.len);
        u->document_end = u->base + (size_t)(w.p - u->w.p);
    }
}

static void look_for_marks(struct mln_upload *u, size_t n, bool last)
{
    bool pdf = (u->content & MLN_KIND(PDF)) != 0;

    if (!wants_marks(u))
        return;
    u->marks.last = pdf;
    u->marks.markup = (claims(u) & MLN_KIND(SVG)) != 0;
    mln_marks_find(u->w, n, u->base, &u->marks);
    if (pdf)
        find_document_end(u, n);
    if (!pdf || last)
        judge_marks(u);
}

static void judge_member(struct mln_upload *u, unsigned signs, struct mln_sv name)
{
    static const struct {
        unsigned sign;
        int score, strict;
        mln_kinds unless; /* allowed by the policy */
        const char *message;
    } rows[] = {
        {MLN_ZIP_CLIMBS, CERTAIN, CERTAIN, 0, "an archive member that leaves its folder"},
        {MLN_ZIP_PHAR, CERTAIN, CERTAIN, 0, "an archive that PHP runs"},
        {MLN_ZIP_LINK, DOUBTFUL, STRICT, 0, "an archive member that is a symbolic link"},
        {MLN_ZIP_SCRIPT, DOUBTFUL, STRICT, MLN_KIND(SCRIPT), "an archive with a server's script"},
        {MLN_ZIP_PROGRAM, DOUBTFUL, STRICT, MLN_KIND(PROGRAM) | MLN_KIND(JAR) | MLN_KIND(APK),
         "an archive with a program"},
        {MLN_ZIP_MACRO, DOUBTFUL, STRICT, 0, "an office document with macros"},
        {MLN_ZIP_NESTED, DOUBTFUL, STRICT, 0, "an archive within an archive"},
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        if (!(signs & rows[i].sign) || (u->rules.allow & rows[i].unless))
            continue;
        size_t at = (size_t)(name.p - u->w.p);
        tell_place(u, MLN_DET_UPLOADS_archive, is_strict(u) ? rows[i].strict : rows[i].score,
                   rows[i].message, u->base + at, (uint32_t)name.len);
        return;
    }
}

static void look_for_members(struct mln_upload *u, size_t n)
{
    struct mln_sv name;
    unsigned fresh;

    if (!(u->content & MLN_KIND(ZIP)))
        return;
    mln_zip_find(u->w, n, &u->zip, &fresh, &name);
    if (fresh)
        judge_member(u, fresh, name);
    if (u->zip.members > MEMBERS_MAX)
        tell_place(u, MLN_DET_UPLOADS_archive, LIKELY,
                   "an archive with more members than the limit", u->base, 0);
    if (u->zip.unpacked > BOMB_BYTES && u->zip.unpacked / BOMB_RATIO > u->bytes)
        tell_place(u, MLN_DET_UPLOADS_archive, LIKELY, "an archive that grows past any use",
                   u->base, 0);
}

/* ---- bytes ---- */

/* Nothing within it is looked for: from its head on its bytes are only counted. */
static bool is_closed(const struct mln_upload *u)
{
    return u->judged && !wants_marks(u) && !(u->content & MLN_KIND(ZIP));
}

/* What begins in the first n bytes of w is judged. */
static void look_at(struct mln_upload *u, struct mln_sv w, size_t n, bool last)
{
    u->w = w;
    if (!u->judged)
        judge_head(u);
    look_for_marks(u, n, last);
    look_for_members(u, n);
    u->w = MLN_SV_NULL;
}

/* The window is full, or the file ends. */
static void look(struct mln_upload *u, bool last)
{
    size_t n = last ? u->n : u->n - LOOK;

    look_at(u, mln_sv(u->window, u->n), n, last);
    memmove(u->window, u->window + n, u->n - n);
    u->base += n;
    u->n -= (uint32_t)n;
}

static void add(struct mln_upload *u, struct mln_sv bytes)
{
    memcpy(u->window + u->n, bytes.p, bytes.len);
    u->n += (uint32_t)bytes.len;
}

/* Many bytes are looked at where they lie: first what the window kept, with the first of them
 * behind it, then they. The window keeps the last. Of archives each window has its say. */
static bool look_in_place(struct mln_upload *u, struct mln_sv bytes)
{
    if (!u->judged || (u->content & MLN_KIND(ZIP)) || u->n != LOOK || bytes.len < (size_t)4 * LOOK)
        return false;
    add(u, mln_sv_sub(bytes, 0, LOOK));
    look(u, false);
    look_at(u, bytes, bytes.len - LOOK, false);
    u->base += bytes.len - LOOK;
    u->n = 0;
    add(u, mln_sv_sub(bytes, bytes.len - LOOK, LOOK));
    return true;
}

void mln_upload_data(struct mln_upload *u, struct mln_sv bytes)
{
    u->bytes += bytes.len;
    if (u->rules.max_bytes && u->bytes > u->rules.max_bytes)
        tell_name(u, MLN_DET_UPLOADS_size, STRICT, "a file larger than the policy allows");
    while (bytes.len && !is_closed(u) && !look_in_place(u, bytes)) {
        struct mln_sv part = mln_sv_sub(bytes, 0, MLN_UPLOAD_WINDOW - u->n);
        add(u, part);
        bytes = mln_sv_sub(bytes, part.len, bytes.len);
        if (u->n == MLN_UPLOAD_WINDOW)
            look(u, false);
    }
}

void mln_upload_end(struct mln_upload *u)
{
    if (is_closed(u))
        return;
    if (u->bytes)
        look(u, true);
    else if (u->has_name) /* an empty file: its name can do harm all the same */
        judge_name(u);
}
