#include "engine/sh_forms.h"

#include "engine/scan.h"
#include "engine/sh_commands.h"

/* Appends what the braces at i choose first; the offset behind them, or 0 when they choose nothing.
 * Quotes and a dollar before them vanish. */
static size_t first_choice(struct mln_sv s, size_t i, char *name, size_t *n, size_t cap)
{
    size_t comma = 0;

    for (i++; i < s.len && s.p[i] != '}'; i++) {
        char c = s.p[i];
        if (c == ',')
            comma = i;
        else if (!mln_sh_is_word_byte(c) && !memchr("'\"$/", c, 4))
            return 0;
        else if (!comma && mln_sh_is_word_byte(c) && *n < cap)
            name[(*n)++] = c;
    }
    return comma && i < s.len ? i + 1 : 0;
}

size_t mln_sh_spelled(struct mln_sv s, size_t i)
{
    enum { NAME_MAX_BYTES = 20 };
    char name[NAME_MAX_BYTES];
    size_t n = 0, outside = 0, braces = 0;

    while (i < s.len && n < NAME_MAX_BYTES) {
        if (s.p[i] == '{') {
            i = first_choice(s, i, name, &n, NAME_MAX_BYTES);
            braces++;
            if (!i)
                return 0;
        } else if (mln_sh_is_word_byte(s.p[i])) {
            name[n++] = s.p[i++];
            outside++;
        } else {
            break;
        }
    }
    bool ends = mln_sh_ends_here(s, i) || mln_sh_skip_blanks(s, i) > i;
    if (!braces || !outside || !ends || n < 2 || n == NAME_MAX_BYTES)
        return 0;
    return mln_sh_command(mln_sv(name, n)) == MLN_SH_NONE ? 0 : i;
}

size_t mln_sh_function(struct mln_sv s, size_t i)
{
    enum { NAME_MAX_BYTES = 16, BODY_MAX = 256 };
    size_t start = i, end = i;

    while (end < s.len && end - start < NAME_MAX_BYTES &&
           (mln_sh_is_word_byte(s.p[end]) || s.p[end] == ':'))
        end++;
    struct mln_sv name = mln_sv_sub(s, start, end - start);
    if (!name.len || !mln_scan_at(s, end, MLN_SV("()")))
        return 0;
    size_t open = mln_scan_skip_space(s, end + 2);
    struct mln_sv body = mln_sv_sub(s, open, BODY_MAX);
    size_t close = mln_sv_starts(body, MLN_SV("{")) ? mln_sv_chr(body, '}') : SIZE_MAX;
    if (close == SIZE_MAX)
        return 0;
    size_t semi = mln_scan_skip_space(s, open + close + 1);
    if (semi >= s.len || s.p[semi] != ';')
        return 0;
    size_t call = mln_scan_skip_space(s, semi + 1), after = call + name.len;
    bool same = mln_sv_starts(mln_sv_sub(s, call, s.len), name);
    return same && (after >= s.len || mln_sh_ends_here(s, after)) ? after : 0;
}

size_t mln_sh_alias(struct mln_sv s, size_t i)
{
    enum { NAME_MAX_BYTES = 24 };
    struct mln_sh_word w = mln_sh_word_at(s, i);
    size_t name = mln_sh_skip_blanks(s, w.end), end = name;

    if (!mln_sv_ieq(w.name, MLN_SV("alias")) || name == w.end)
        return 0;
    while (end < s.len && end - name < NAME_MAX_BYTES &&
           (mln_sh_is_word_byte(s.p[end]) || s.p[end] == '"' || s.p[end] == '\''))
        end++;
    size_t set = end + 1, behind = mln_sh_word_at(s, set).end;
    size_t call = mln_sh_skip_blanks(s, behind + 1);
    if (end > name && end < s.len && s.p[end] == '=' && behind > set && behind < s.len &&
        (s.p[behind] == ';' || s.p[behind] == '\n') &&
        mln_sv_starts(mln_sv_sub(s, call, s.len), mln_sv_sub(s, name, end - name)))
        return call + (end - name); /* "alias x=id;x": named and called */
    bool quoted = end > name && end + 2 < s.len && s.p[end] == '=' &&
                  (s.p[end + 1] == '\'' || s.p[end + 1] == '"' || s.p[name] == '"');
    return quoted ? end + 1 : 0;
}

/* "/tmp/x", "c:\x", and not the bin of /dev/null. */
static bool is_system_file(struct mln_sv s)
{
    static const char *const roots[] = {"/tmp/", "/var/",  "/etc/", "/home/", "/usr/", "/opt/",
                                        "/srv/", "/root/", "/bin/", "/dev/",  "/proc/"};

    if (mln_sv_starts(s, MLN_SV("/dev/null")))
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(roots); i++)
        if (mln_sv_starts_str(s, roots[i]))
            return s.len > strlen(roots[i]);
    return s.len > 3 && mln_cc((unsigned char)s.p[0], MLN_CC_ALPHA) && s.p[1] == ':' &&
           s.p[2] == '\\';
}

size_t mln_sh_redirects(struct mln_sv s, size_t i)
{
    enum { COMMAND_MAX = 48 };

    if (!i || i > COMMAND_MAX || memchr("-=/<>", s.p[i - 1], 5) ||
        mln_sv_chr(mln_sv_sub(s, 0, i), '<') != SIZE_MAX)
        return 0; /* an arrow, a comparison, a tag */
    size_t file = mln_sh_skip_blanks(s, i + 1 + mln_scan_at(s, i + 1, MLN_SV(">"))), end = file;
    while (end < s.len && !mln_cc((unsigned char)s.p[end], MLN_CC_SPACE) &&
           !memchr(";|&<>\"'`", s.p[end], 8))
        end++;
    return end == s.len && is_system_file(mln_sv_sub(s, file, end - file)) ? end : 0;
}

/* The offset behind the string at i, or 0. */
static size_t string_end(struct mln_sv s, size_t i)
{
    enum { STRING_MAX = 64 };

    if (i >= s.len || (s.p[i] != '\'' && s.p[i] != '"'))
        return 0;
    size_t close = mln_sv_chr(mln_sv_sub(s, i + 1, STRING_MAX), s.p[i]);
    return close == SIZE_MAX ? 0 : i + 2 + close;
}

size_t mln_sh_script_block(struct mln_sv s, size_t i)
{
    enum { TYPE_MAX = 64 };
    size_t at = mln_sh_skip_blanks(s, i + 1);

    if (s.p[i] == '|' && (mln_scan_at(s, at, MLN_SV("%{")) || mln_scan_at(s, at, MLN_SV("?{")))) {
        size_t start = mln_sh_skip_blanks(s, at + 2), end = start;
        while (end < s.len && mln_sh_is_word_byte(s.p[end]))
            end++;
        bool item = mln_scan_at(s, start, MLN_SV("$_"));
        bool command = mln_sh_command(mln_sv_sub(s, start, end - start)) == MLN_SH_COMMAND;
        return item || command ? at + 2 : 0;
    }
    if (at < s.len && s.p[at] == '[') { /* "[Net.Dns]::GetHostName(" */
        struct mln_sv type = mln_sv_sub(s, at + 1, TYPE_MAX);
        size_t close = mln_sv_chr(type, ']');
        for (size_t k = 0; k < MLN_MIN(close, type.len); k++)
            if (!mln_sh_is_word_byte(type.p[k]))
                return 0;
        return close != SIZE_MAX && close && mln_scan_at(s, at + 2 + close, MLN_SV("::"))
                   ? at + 4 + close
                   : 0;
    }
    if (s.p[i] == ';' && mln_scan_at(s, at, MLN_SV(".("))) /* a call in this scope */
        at++;
    else if (s.p[i] != '&')
        return 0;
    if (at + 1 >= s.len || s.p[at] != '(' || (i && s.p[i - 1] == '&'))
        return 0;
    while (at < s.len && s.p[at] == '(')
        at++;
    size_t end = string_end(s, at);
    if (!end)
        return 0;
    end = mln_sh_skip_blanks(s, end) - (s.p[end] == '+'); /* a '+' is a blank elsewhere */
    if (mln_scan_at(s, end, MLN_SV("-f")))
        return end + 2;
    bool joins = end < s.len && s.p[end] == '+';
    return joins && string_end(s, mln_sh_skip_blanks(s, end)) ? end + 1 : 0;
}

/* "app.py", "server.js": code of its own, in no folder that anybody may write to. */
static bool is_program_file(struct mln_sv file)
{
    static const char *const ends[] = {".py", ".js", ".mjs", ".jar", ".rb", ".php", ".pl", ".ts"};
    static const char *const open[] = {"/tmp/", "/var/tmp/", "/dev/"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(open); i++)
        if (mln_sv_starts(file, mln_sv_str(open[i])))
            return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(ends); i++)
        if (mln_sv_ends(file, mln_sv_str(ends[i])))
            return true;
    return false;
}

bool mln_sh_is_daemon(struct mln_sv name)
{
    static const char *const daemons[] = {"nginx",        "httpd", "mysqld", "mongod",
                                          "redis-server", "cron",  "crond",  "memcached"};

    return mln_scan_iamong(name, daemons, MLN_ARRAY_LEN(daemons));
}

bool mln_sh_is_service(struct mln_sv s, const struct mln_sh_word *w)
{
    enum { WORDS_MAX = 5 };
    static const char *const runtimes[] = {"java",    "node",    "nodejs", "python",
                                           "python2", "python3", "php",    "ruby",
                                           "perl",    "deno",    "bun",    "php-cgi"};
    size_t i = w->end;

    size_t semi = mln_sv_chr(s, ';');
    if (semi != SIZE_MAX && semi + 2 < s.len) /* of nginx -g 'daemon off;' */
        return false;
    if (mln_sh_is_daemon(w->name))
        return true;
    if (!mln_scan_iamong(w->name, runtimes, MLN_ARRAY_LEN(runtimes)))
        return false;
    for (unsigned k = 0; k < WORDS_MAX; k++) {
        size_t start = mln_sh_skip_blanks(s, i), end = start;
        while (end < s.len && !mln_cc((unsigned char)s.p[end], MLN_CC_SPACE))
            end++;
        struct mln_sv word = mln_sv_sub(s, start, end - start);
        if (!word.len || mln_sv_eq(word, MLN_SV("-c")) || mln_sv_eq(word, MLN_SV("-e")) ||
            mln_sv_eq(word, MLN_SV("-r")) || mln_sv_find(word, MLN_SV("://")) != SIZE_MAX)
            return false;
        if (is_program_file(word))
            return true;
        i = end;
    }
    return false;
}
