#include "engine/file_name.h"

enum { NAME_MAX_READ = 512 }; /* its end: that is where extensions are */

struct text {
    char p[NAME_MAX_READ];
    size_t n;
};

/* Escapes that some component undoes; an invalid one stays. */
static void unescape(struct mln_sv s, struct text *ret)
{
    if (s.len > NAME_MAX_READ)
        s = mln_sv_sub(s, s.len - NAME_MAX_READ, NAME_MAX_READ);
    ret->n = 0;
    for (size_t i = 0; i < s.len; i++) {
        int hi = i + 2 < s.len && s.p[i] == '%' ? mln_hexval((unsigned char)s.p[i + 1]) : -1;
        int lo = hi >= 0 ? mln_hexval((unsigned char)s.p[i + 2]) : -1;
        ret->p[ret->n++] = lo >= 0 ? (char)(hi << 4 | lo) : s.p[i];
        i += lo >= 0 ? 2 : 0;
    }
}

/* What file systems drop at the end of a name, and slashes. */
static struct mln_sv strip_end(struct mln_sv s)
{
    while (s.len && (s.p[s.len - 1] == '.' || s.p[s.len - 1] == '/' || s.p[s.len - 1] == '\\' ||
                     mln_cc((unsigned char)s.p[s.len - 1], MLN_CC_SPACE | MLN_CC_CTL)))
        s.len--;
    return s;
}

static struct mln_sv base_of(struct mln_sv s)
{
    size_t at = s.len;

    while (at && s.p[at - 1] != '/' && s.p[at - 1] != '\\')
        at--;
    return mln_sv_sub(s, at, s.len);
}

/* Up to the first NUL, line end, ':' or ';': what is left when something cuts there. */
static struct mln_sv cut(struct mln_sv s)
{
    size_t n = 0;

    while (n < s.len && s.p[n] && !strchr("\r\n:;", s.p[n]))
        n++;
    return mln_sv_sub(s, 0, n);
}

/* Behind the last dot; absent when there is none. */
static struct mln_sv extension_of(struct mln_sv base)
{
    size_t at = base.len;

    while (at && base.p[at - 1] != '.')
        at--;
    return at ? mln_sv_sub(base, at, base.len) : MLN_SV_NULL;
}

static bool is_run(struct mln_sv base)
{
    static const char *const names[] = {".htaccess", ".htpasswd", ".user.ini", "web.config"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_ieq_str(base, names[i]))
            return true;
    return (mln_file_by_extension(extension_of(base)) & MLN_KIND(SCRIPT)) != 0;
}

/* The name as it stands, then what it becomes when its end is dropped or cut off; most are none of
 * it, and the same each time. */
static unsigned run_signs(struct mln_sv whole, struct mln_sv base)
{
    struct mln_sv last = base_of(whole), front = base_of(strip_end(cut(whole)));

    if (is_run(last))
        return MLN_FILENAME_SERVER;
    bool cut_runs = (!mln_sv_eq(base, last) && is_run(base)) ||
                    (front.len && !mln_sv_eq(front, last) && is_run(front));
    return cut_runs ? MLN_FILENAME_CUT : 0;
}

/* "a.php.jpg": the first part is no extension, the last one is what is_run looks at. */
static bool has_inside(struct mln_sv base, mln_kinds what)
{
    struct mln_sv rest = base;

    (void)mln_sv_split(&rest, '.');
    while (rest.p) {
        struct mln_sv part = mln_sv_split(&rest, '.');
        if (rest.p && (mln_file_by_extension(part) & what))
            return true;
    }
    return false;
}

/* U+202A to U+202E and U+2066 to U+2069. */
static bool is_turned(struct mln_sv s)
{
    for (size_t i = 0; i + 2 < s.len; i++) {
        unsigned char a = (unsigned char)s.p[i + 1], b = (unsigned char)s.p[i + 2];
        if ((unsigned char)s.p[i] == 0xe2 &&
            ((a == 0x80 && b >= 0xaa && b <= 0xae) || (a == 0x81 && b >= 0xa6 && b <= 0xa9)))
            return true;
    }
    return false;
}

/* Programs that a double click starts, when they come as documents. */
static bool is_disguised(struct mln_sv base)
{
    static const char *const programs[] = {"exe", "scr", "pif", "com", "bat", "cmd", "vbs", "vbe",
                                           "js",  "jse", "wsf", "wsh", "hta", "lnk", "ps1", "cpl"};
    struct mln_sv ext = extension_of(base), stem = mln_sv_sub(base, 0, base.len - ext.len);

    for (size_t i = 0; i < MLN_ARRAY_LEN(programs); i++)
        if (mln_sv_ieq_str(ext, programs[i]))
            return (mln_file_by_extension(extension_of(strip_end(stem))) &
                    (mln_file_family(MLN_FAMILY_DOCUMENT) | mln_file_family(MLN_FAMILY_OFFICE) |
                     mln_file_family(MLN_FAMILY_IMAGE))) != 0;
    return false;
}

struct mln_name mln_name_read(struct mln_sv name)
{
    struct mln_name r = {0};
    struct text text;

    unescape(name, &text);
    struct mln_sv whole = mln_sv(text.p, text.n);
    struct mln_sv base = base_of(strip_end(whole));
    struct mln_sv ext = extension_of(base);
    r.bare = !ext.p;
    r.kinds = mln_file_by_extension(ext);
    r.signs |= run_signs(whole, base);
    if (has_inside(base, MLN_KIND(SCRIPT)))
        r.signs |= MLN_FILENAME_INSIDE;
    if (is_disguised(base))
        r.signs |= MLN_FILENAME_PROGRAM;
    if (is_turned(base))
        r.signs |= MLN_FILENAME_TURNED;
    return r;
}
