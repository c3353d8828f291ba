#include "engine/path_names.h"

#include "engine/scan.h"

static bool ends_in(struct mln_sv s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mln_sv_ends(s, mln_sv_str(list[i])))
            return true;
    return false;
}

/* "/owner/project/blob/main/.env.example": a page about a file of a source tree, as sites have them
 * that host code. */
bool mln_path_is_repository_page(struct mln_sv canon)
{
    static const char *const views[] = {"blob",  "raw",    "tree",   "edit",    "blame",
                                        "plain", "browse", "commit", "commits", "history"};
    enum { SEGMENTS_MAX = 12 };
    struct mln_sv rest = canon;

    for (unsigned k = 0; rest.len && k < SEGMENTS_MAX; k++) {
        struct mln_sv segment = mln_sv_split(&rest, '/');
        if (k >= 2 && mln_scan_among(segment, views, MLN_ARRAY_LEN(views)))
            return mln_sv_chr(rest, '/') != SIZE_MAX; /* a branch, then the file */
    }
    return false;
}

bool mln_path_hidden_settings(struct mln_sv canon)
{
    static const char *const ends[] = {".json", ".yml", ".yaml", ".toml", ".ini", ".conf", ".cfg",
                                       ".key",  ".pem", ".sh",   ".xml",  ".log", ".sql",  ".md"};
    static const char *const files[] = {"ignore", "history"};
    static const char *const meant[] = {".well-known", ".vite", ".resources",     ".netlify",
                                        ".auth",       ".rest", ".within.website"};
    struct mln_sv rest = canon, name = MLN_SV_NULL;
    bool folder = false, hidden = false;

    while (rest.len) {
        name = mln_sv_split(&rest, '/');
        if (mln_scan_among(name, meant, MLN_ARRAY_LEN(meant)))
            return false;
        folder = folder || hidden;
        hidden = name.len > 2 && name.p[0] == '.' && mln_cc((unsigned char)name.p[1], MLN_CC_ALPHA);
    }
    return (folder && ends_in(name, ends, MLN_ARRAY_LEN(ends))) ||
           (hidden && ends_in(name, files, MLN_ARRAY_LEN(files)));
}

bool mln_path_web_shell(struct mln_sv canon)
{
    static const char *const names[] = {
        "c99",       "c99shell", "c100",       "r57",      "r57shell", "b374k",   "wso",
        "wso2",      "webshell", "web-shell",  "phpshell", "jspshell", "aspxspy", "cmdshell",
        "alfashell", "alfa-rex", "indoxploit", "antsword", "chopper",  "shell",   "jspspy",
        "phpspy",    "cmdasp",   "cmdaspx",    "cmdjsp",   "weevely"};
    static const char *const ends[] = {"php", "php5", "phtml", "jsp", "jspx", "asp", "aspx", "cfm"};
    struct mln_sv rest = canon, name = MLN_SV_NULL;

    while (rest.len)
        name = mln_sv_split(&rest, '/');
    size_t dot = mln_sv_chr(name, '.');
    if (dot == SIZE_MAX)
        return false;
    return mln_scan_among(mln_sv_sub(name, dot + 1, name.len), ends, MLN_ARRAY_LEN(ends)) &&
           mln_scan_among(mln_sv_sub(name, 0, dot), names, MLN_ARRAY_LEN(names));
}
