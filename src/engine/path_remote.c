#include "engine/path_remote.h"

enum { URL_MAX_BYTES = 512 }; /* many addresses in one value stay linear */

static const struct {
    const char *prefix;
    uint8_t weight; /* enum mln_wrapper */
} wrappers[] = {
    {"php://", MLN_WRAP_HARD},
    {"phar://", MLN_WRAP_HARD},
    {"expect://", MLN_WRAP_HARD},
    {"data://", MLN_WRAP_HARD},
    {"zip://", MLN_WRAP_HARD},
    {"glob://", MLN_WRAP_HARD},
    {"ogg://", MLN_WRAP_HARD},
    {"rar://", MLN_WRAP_HARD},
    {"zlib:", MLN_WRAP_SOFT},
    {"compress.", MLN_WRAP_HARD},
    {"ssh2.", MLN_WRAP_HARD},
    {"jar:file:", MLN_WRAP_HARD},
    {"jar:http", MLN_WRAP_HARD},
    {"netdoc:", MLN_WRAP_HARD},
    {"classpath:/", MLN_WRAP_HARD},
    {"classpath:application", MLN_WRAP_HARD},
    {"classpath*:", MLN_WRAP_HARD},
    {"file://", MLN_WRAP_SOFT},
    {"data:text/php", MLN_WRAP_HARD},
    {"local_file:", MLN_WRAP_HARD},
    {"php:filter", MLN_WRAP_HARD},
    {"data:;base64,pd9", MLN_WRAP_HARD},
    {"data:text/plain,<?", MLN_WRAP_HARD},
    {"data:text/plain;base64,pd9", MLN_WRAP_HARD},
    {"data:text/plain;base64", MLN_WRAP_SOFT},
    {"data:,<?", MLN_WRAP_HARD},
    {"gopher://", MLN_WRAP_SOFT},
    {"dict://", MLN_WRAP_SOFT},
    {"convert.base64-", MLN_WRAP_HARD},
    {"file:/", MLN_WRAP_SOFT},
    {"url:file:", MLN_WRAP_HARD},
};

/* "classpath:/db/migration": a folder within a folder of a program's own resources, as settings
 * name it; nothing is read from it by this name. */
static bool is_resource_folder(struct mln_sv s)
{
    struct mln_sv rest = mln_sv_sub(s, strlen("classpath:"), s.len);
    unsigned segments = 0;

    if (!mln_sv_istarts(s, MLN_SV("classpath:/")))
        return false;
    for (size_t i = 0; i < rest.len; i++) {
        bool slash = rest.p[i] == '/';
        if (!slash && !mln_cc((unsigned char)rest.p[i], MLN_CC_WORD) && rest.p[i] != '-')
            return false;
        if (slash && i && rest.p[i - 1] == '/')
            return false;
        segments += slash && i + 1 < rest.len;
    }
    return segments >= 2 && mln_sv_ifind(rest, MLN_SV("-inf")) == SIZE_MAX;
}

enum mln_wrapper mln_path_wrapper(struct mln_sv s)
{
    if (is_resource_folder(s))
        return MLN_WRAP_NONE;
    for (size_t i = 0; i < MLN_ARRAY_LEN(wrappers); i++)
        if (s.len && mln_lower(s.p[0]) == wrappers[i].prefix[0] &&
            mln_sv_istarts_str(s, wrappers[i].prefix))
            return (enum mln_wrapper)wrappers[i].weight;
    return MLN_WRAP_NONE;
}

/* Bytes of the scheme and slashes in front of the authority, or 0. */
static size_t remote_scheme(struct mln_sv s)
{
    static const char *const schemes[] = {"http://", "https://", "ftp://",
                                          "ftps://", "//",       "http:\\\\"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(schemes); i++)
        if (mln_sv_istarts_str(s, schemes[i]))
            return strlen(schemes[i]);
    return 0;
}

static bool is_ip(struct mln_sv host)
{
    unsigned dots = 0;

    if (host.len > 4 && host.p[0] == '[' && host.p[host.len - 1] == ']')
        return true;

    for (size_t i = 0; i < host.len; i++) {
        if (host.p[i] == '.')
            dots++;
        else if (!mln_cc((unsigned char)host.p[i], MLN_CC_DIGIT))
            return false;
    }
    return dots == 3 && host.len >= 7;
}

/* The name without extension: what web shells and test files are called. */
static bool is_telling_name(struct mln_sv stem)
{
    static const char *const names[] = {
        "shell",    "cmd",      "c99",     "r57",       "evil",     "rfi",    "id",       "inc",
        "c100",     "backdoor", "b374k",   "hack",      "pwn",      "rfiinc", "exploit",  "sh",
        "webshell", "safe1",    "payload", "malicious", "attack",   "bad",    "attacker", "xpl",
        "r0x",      "bot",      "wso",     "spread",    "uploader", "cmd1",   "fx29id",   "php"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_ieq_str(stem, names[i]))
            return true;
    return false;
}

static unsigned file_marks(struct mln_sv path)
{
    static const char *const exts[] = {"txt",   "php", "inc", "asp", "aspx", "jsp", "php3", "php5",
                                       "phtml", "cgi", "pl",  "dat", "py",   "sh",  "log",  "cfm"};
    struct mln_sv file = path, stem;
    unsigned marks = 0;

    for (size_t slash; (slash = mln_sv_chr(file, '/')) != SIZE_MAX;)
        file = mln_sv_sub(file, slash + 1, file.len);
    stem = file;
    size_t dot = mln_sv_chr(file, '.');
    if (dot != SIZE_MAX) {
        struct mln_sv ext = mln_sv_sub(file, dot + 1, file.len);
        stem = mln_sv_sub(file, 0, dot);
        for (size_t i = 0; i < MLN_ARRAY_LEN(exts); i++)
            if (mln_sv_ieq_str(ext, exts[i]))
                marks |= MLN_REMOTE_SCRIPT;
    }
    if (is_telling_name(stem))
        marks |= MLN_REMOTE_NAME;
    return marks;
}

static unsigned query_marks(struct mln_sv q)
{
    static const char *const commands[] = {"cmd=", "&cmd=", "c=id", "exec=", "command=", "&exec="};
    unsigned marks = 0;

    if (q.len == 0 || q.p[0] != '?')
        return 0;
    struct mln_sv rest = mln_sv_sub(q, 1, q.len);
    if (rest.len == 0)
        return MLN_REMOTE_CUT;
    if (rest.p[0] == '?')
        rest = mln_sv_sub(rest, 1, rest.len), marks |= MLN_REMOTE_CUT_TWICE;
    if (rest.len && (rest.p[0] == '\0' || mln_sv_starts(rest, MLN_SV("%00"))))
        marks |= MLN_REMOTE_CUT_TWICE;
    for (size_t i = 0; i < MLN_ARRAY_LEN(commands); i++)
        if (mln_sv_istarts_str(rest, commands[i]))
            marks |= MLN_REMOTE_COMMAND;
    return marks;
}

/* "[2001:db8::1]" has colons of its own. */
static size_t host_end(struct mln_sv s, size_t i)
{
    bool bracket = i < s.len && s.p[i] == '[';

    for (; i < s.len && !memchr("/?#:", s.p[i], bracket ? 3 : 4); i++)
        bracket = bracket && s.p[i] != ']';
    return i;
}

/* A text that anybody may have put there, as it is. */
static bool is_pasted(struct mln_sv host, struct mln_sv path)
{
    static const char *const hosts[] = {"pastebin.com", "rentry.co", "hastebin.com", "dpaste.com",
                                        "paste.ee"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(hosts); i++)
        if (mln_sv_ieq_str(host, hosts[i]))
            return mln_sv_starts(path, MLN_SV("/raw/")) || mln_sv_starts(path, MLN_SV("/r/"));
    return false;
}

unsigned mln_path_remote(struct mln_sv s, size_t *ret_len)
{
    size_t host = remote_scheme(s), end = host, path, query;
    unsigned marks = 0;

    *ret_len = 0;
    if (!host)
        return 0;
    s = mln_sv_sub(s, 0, URL_MAX_BYTES);
    while (end < s.len && !memchr(" \t\r\n\"'<>|", s.p[end], 9))
        end++;
    s = mln_sv_sub(s, 0, end);
    *ret_len = end;
    path = host_end(s, host);
    if (is_ip(mln_sv_sub(s, host, path - host)))
        marks |= MLN_REMOTE_IP;
    if (is_pasted(mln_sv_sub(s, host, path - host), mln_sv_sub(s, path, s.len)))
        marks |= MLN_REMOTE_NAME;
    if (path < s.len && s.p[path] == ':') {
        marks |= MLN_REMOTE_PORT;
        while (path < s.len && s.p[path] != '/' && s.p[path] != '?')
            path++;
    }
    for (query = path;
         query < s.len && s.p[query] != '?' && s.p[query] != '\0' && s.p[query] != '#'; query++)
        ;
    marks |= file_marks(mln_sv_sub(s, path, query - path));
    marks |= query_marks(mln_sv_sub(s, query, s.len));
    if (query < s.len && s.p[query] == '\0')
        marks |= MLN_REMOTE_CUT_TWICE;
    return marks;
}

bool mln_path_include_name(struct mln_sv name)
{
    /* Matched at the end, so that mosConfig_absolute_path and the like are met. */
    static const char *const ends[] = {
        "file",   "page", "path",   "include",  "inc",       "template", "dir",    "doc",
        "folder", "root", "module", "load",     "document",  "pg",       "style",  "lang",
        "theme",  "skin", "base",   "config",   "layout",    "script",   "plugin", "conf",
        "]",      "main", "tpl",    "basepath", "directory", "locate"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(ends); i++) {
        struct mln_sv e = mln_sv_str(ends[i]);
        if (name.len >= e.len && mln_sv_ieq(mln_sv_sub(name, name.len - e.len, e.len), e))
            return true;
    }
    return false;
}
