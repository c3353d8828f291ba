#include "engine/sh_line.h"

#include "engine/scan.h"

bool mln_sh_is_word_byte(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_WORD) || c == '-' || c == '.';
}

static bool is_path_byte(char c)
{
    return mln_sh_is_word_byte(c) || c == '/' || c == '~' || c == '*' || c == '?' || c == '[' ||
           c == ']' || c == '{' || c == '}';
}

struct mln_sh_word mln_sh_word_at(struct mln_sv s, size_t i)
{
    struct mln_sh_word w = {.start = i, .end = i};
    size_t name = i;

    while (w.end < s.len && is_path_byte(s.p[w.end])) {
        w.path = w.path || s.p[w.end] == '/';
        w.glob = w.glob || s.p[w.end] == '?' || s.p[w.end] == '*' || s.p[w.end] == '[';
        if (s.p[w.end++] == '/')
            name = w.end;
    }
    w.name = mln_sv_sub(s, name, w.end - name);
    return w;
}

/* Blanks within a line; '+' where a form was decoded once too little. */
size_t mln_sh_skip_blanks(struct mln_sv s, size_t i)
{
    while (i < s.len &&
           (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '+' || s.p[i] == '\v' || s.p[i] == '\f'))
        i++;
    return i;
}

/* "-9", "-1 /etc/x": an option that is a number. */
static bool is_number_option(struct mln_sv s, size_t i)
{
    size_t end = i + 1;

    while (end < s.len && mln_cc((unsigned char)s.p[end], MLN_CC_DIGIT))
        end++;
    return s.p[i] == '-' && end > i + 1 && end - i < 5 && mln_sh_skip_blanks(s, end) > end;
}

/* "%PATH%": a variable of a Windows shell. */
static bool is_windows_variable(struct mln_sv s, size_t i)
{
    size_t end = i + 1;

    while (end < s.len && mln_cc((unsigned char)s.p[end], MLN_CC_WORD))
        end++;
    return s.p[i] == '%' && end > i + 3 && end < s.len && s.p[end] == '%';
}

/* "ping;-w;11": separators in place of the blanks that a filter takes. */
static bool is_listed_option(struct mln_sv s, size_t i)
{
    return (s.p[i] == ';' || s.p[i] == ',') && i + 3 < s.len && s.p[i + 1] == '-' &&
           mln_cc((unsigned char)s.p[i + 2], MLN_CC_ALPHA) && s.p[i + 3] == s.p[i];
}

/* "8.2.18": a version, where an address has three dots and a file another extension. */
static bool is_version(struct mln_sv arg)
{
    size_t dots = 0, i = 0;

    for (; i < arg.len && (mln_cc((unsigned char)arg.p[i], MLN_CC_DIGIT) || arg.p[i] == '.'); i++)
        dots += arg.p[i] == '.';
    return dots < 3 && (i == arg.len || memchr(";,)", arg.p[i], 3));
}

/* "</p>", "[/quote]": markup behind a word, and no file that is read into it. */
static bool is_closing_tag(struct mln_sv s, size_t i)
{
    enum { NAME_MAX_BYTES = 10 };
    bool bracket = mln_scan_at(s, i, MLN_SV("[/"));
    size_t end = i + 2;

    if (!bracket && !mln_scan_at(s, i, MLN_SV("</")))
        return false;
    while (end < s.len && end - i < NAME_MAX_BYTES &&
           mln_cc((unsigned char)s.p[end], MLN_CC_ALPHA | MLN_CC_DIGIT))
        end++;
    return end > i + 2 && end < s.len && s.p[end] == (bracket ? ']' : '>');
}

/* `home","url":"https://…`: the string of a document ends behind the word. */
static bool ends_string(struct mln_sv s, size_t i)
{
    return i && s.p[i] == '"' && i + 1 < s.len && memchr(",:}]", s.p[i + 1], 4);
}

/* "Cron <root@web1>": the address of whoever is called so, not a file to read from. */
static bool is_mail_address(struct mln_sv s, size_t i)
{
    enum { ADDRESS_MAX = 80 };
    size_t k = i + 1, at = SIZE_MAX, end = MLN_MIN(s.len, i + ADDRESS_MAX);

    while (k < end && (mln_cc((unsigned char)s.p[k], MLN_CC_WORD) || memchr(".+-@", s.p[k], 4))) {
        if (s.p[k] == '@' && at != SIZE_MAX)
            return false;
        at = s.p[k] == '@' ? k : at;
        k++;
    }
    return at != SIZE_MAX && at > i + 1 && at + 1 < k && k < end && s.p[i] == '<' && s.p[k] == '>';
}

/* What ends a word of prose and begins something else: "](" of a link in Markdown, an escaped line
 * end, a tag that closes itself, the next member of a document without its quotes (",url:"). */
static bool ends_word(struct mln_sv arg, size_t i)
{
    size_t name = i + 1;

    if (arg.p[i] == '\\')
        return mln_scan_at(arg, name, MLN_SV("n")) || mln_scan_at(arg, name, MLN_SV("r"));
    if (arg.p[i] != ']' && arg.p[i] != '<' && (arg.p[i] != ',' || arg.p[0] == '{'))
        return false;
    if (arg.p[i] == ']')
        return mln_scan_at(arg, name, MLN_SV("("));
    while (name < arg.len && mln_cc((unsigned char)arg.p[name], MLN_CC_WORD))
        name++;
    return name > i + 1 && mln_scan_at(arg, name, arg.p[i] == '<' ? MLN_SV("/>") : MLN_SV(":"));
}

/* A path, an address, or a file that is read in ("x</etc/passwd"). */
static bool has_path(struct mln_sv arg)
{
    size_t slash = mln_sv_chr(arg, '/');

    for (size_t i = 0; slash != SIZE_MAX && i < slash; i++)
        if (ends_word(arg, i))
            return false;
    return slash != SIZE_MAX;
}

/* What an argument of a command looks like, as no prose does: an option, a path, a redirection, an
 * address, a variable, a quoted string, another separator. */
bool mln_sh_has_arguments(struct mln_sv s, size_t i, bool small)
{
    size_t a = mln_sh_skip_blanks(s, i);

    if (a >= s.len || is_mail_address(s, a))
        return false;
    if (a == i) /* glued on: in long values that is noise */
        return small && (s.p[a] == '<' || s.p[a] == '>' || s.p[a] == '|' || s.p[a] == '$' ||
                         is_listed_option(s, a));
    if (is_number_option(s, a) || is_windows_variable(s, a))
        return true;
    char c = s.p[a], d = a + 1 < s.len ? s.p[a + 1] : '\0';
    bool option = c == '-' &&
                  (mln_cc((unsigned char)d, MLN_CC_ALPHA) ||
                   (d == '-' && a + 2 < s.len && mln_cc((unsigned char)s.p[a + 2], MLN_CC_ALPHA)));
    if (option || c == '/' || c == '~' || c == '$' || c == '<' || c == '>' || c == '|' ||
        c == '*' || (c == '.' && (d == '.' || d == '/')) || (c == '\\' && d == '\\'))
        return true;
    struct mln_sv arg = mln_sv_sub(s, a, 80);
    size_t end = 0;
    while (end < arg.len && !mln_cc((unsigned char)arg.p[end], MLN_CC_SPACE) && arg.p[end] != '+' &&
           arg.p[end] != '&' && !is_closing_tag(arg, end) && !ends_string(arg, end))
        end++;
    arg = mln_sv_sub(arg, 0, end);
    return has_path(arg) || mln_sv_find(arg, MLN_SV(":\\")) != SIZE_MAX ||
           (mln_cc((unsigned char)c, MLN_CC_DIGIT) && mln_sv_chr(arg, '.') != SIZE_MAX &&
            !is_version(arg)) ||
           (mln_cc((unsigned char)c, MLN_CC_ALPHA) && d == ':') || c == '"' || c == '\'';
}

/* Nothing, or a separator, a comment or a closing quote, follows. */
bool mln_sh_ends_here(struct mln_sv s, size_t i)
{
    size_t a = mln_sh_skip_blanks(s, i);

    return a >= s.len || memchr(";|&#`\"'\\\n\r", s.p[a], 11) != NULL; /* NUL, too */
}

bool mln_sh_ends_in_words(struct mln_sv s, size_t i)
{
    enum { WORDS_MAX = 3, WORD_MAX_BYTES = 12 };

    for (unsigned k = 0; k < WORDS_MAX; k++) {
        size_t a = mln_sh_skip_blanks(s, i), end = a;
        while (end < s.len && mln_sh_is_word_byte(s.p[end]))
            end++;
        if (a == i || a > i + 1 || end == a || end - a > WORD_MAX_BYTES || s.p[end - 1] == '.')
            return false;
        if (end >= s.len || memchr(";&#\n\r", s.p[end], 6)) /* NUL, too */
            return true;
        i = end;
    }
    return false;
}

/* "sleep 5" and nothing more: a number is a plausible argument of a few commands only, and prose
 * goes on behind it. */
static bool has_number(struct mln_sv s, const struct mln_sh_word *w)
{
    static const char *const names[] = {"sleep", "usleep", "timeout", "kill", "ping", "shutdown"};
    size_t a = mln_sh_skip_blanks(s, w->end), end = a;

    while (end < s.len && (mln_cc((unsigned char)s.p[end], MLN_CC_DIGIT) || s.p[end] == '.'))
        end++;
    bool closes = end < s.len && s.p[end] == ')';
    if (end == a || a == w->end || end - a > 6 || !(closes || mln_sh_ends_here(s, end)))
        return false;
    return mln_scan_iamong(w->name, names, MLN_ARRAY_LEN(names));
}

/* "nslookup a.example.com", "ssh a@b": a name on the network, and nothing behind it. */
bool mln_sh_names_host(struct mln_sv s, const struct mln_sh_word *w)
{
    static const char *const names[] = {"nslookup", "dig",  "host",       "ping",    "ping6",
                                        "telnet",   "ssh",  "scp",        "ftp",     "curl",
                                        "wget",     "nc",   "traceroute", "tracert", "whois",
                                        "rsync",    "sftp", "tftp",       "fetch",   "lynx"};
    size_t a = mln_sh_skip_blanks(s, w->end), end = a, dots = 0;

    for (; end < s.len && (mln_sh_is_word_byte(s.p[end]) || s.p[end] == '@' || s.p[end] == ':');
         end++)
        dots += end > a && end + 1 < s.len && (s.p[end] == '.' || s.p[end] == '@') &&
                mln_cc((unsigned char)s.p[end + 1], MLN_CC_WORD);
    bool closes = end < s.len && s.p[end] == ')';
    return a > w->end && dots && (closes || mln_sh_ends_here(s, end)) &&
           !is_version(mln_sv_sub(s, a, end - a)) &&
           mln_scan_iamong(w->name, names, MLN_ARRAY_LEN(names));
}

/* The end of a file name at i, by its extension or a wildcard, or i. */
static size_t file_name_end(struct mln_sv s, size_t i)
{
    enum { EXTENSION_MAX = 6 };
    size_t end = i, dot = SIZE_MAX;
    bool glob = false;

    for (; end < s.len && (mln_sh_is_word_byte(s.p[end]) || memchr("?*[]{}\"'$", s.p[end], 10));
         end++) {
        dot = s.p[end] == '.' ? end : dot;
        glob = glob || s.p[end] == '*' || s.p[end] == '?';
    }
    bool named = dot != SIZE_MAX && end - dot >= 2 && end - dot <= EXTENSION_MAX &&
                 mln_cc((unsigned char)s.p[dot + 1], MLN_CC_ALPHA);
    return named || (glob && end - i >= 3) ? end : i;
}

/* A text does not begin with a separator and the name of a command. How many words stand in front
 * of it, or SIZE_MAX when it is a text after all. */
static size_t words_before(struct mln_sv s, size_t i)
{
    enum { LOOK = 24 };
    bool line = false, separated = false;
    size_t words = 0;

    if (i > LOOK)
        return SIZE_MAX;
    for (size_t k = 0; k < i; k++) {
        line = line || s.p[k] == '\n' || s.p[k] == '\r';
        separated = separated || memchr(";|&`($\n", s.p[k], 7);
        words += mln_cc((unsigned char)s.p[k], MLN_CC_ALPHA) &&
                 !(k && mln_cc((unsigned char)s.p[k - 1], MLN_CC_WORD));
    }
    return separated && (words == 0 || (words == 1 && !line)) ? words : SIZE_MAX;
}

/* Past a word that is no file. Among sentences only "." of grep and "p" of sed are arguments. */
static size_t skip_argument(struct mln_sv s, size_t i, size_t longest)
{
    size_t end = i;

    while (end < s.len && end - i < longest && mln_sh_is_word_byte(s.p[end]))
        end++;
    return end;
}

/* "cat secret.txt", "grep . a.b", "type se*": a file in the folder at hand, for a command that
 * shows files, and nothing behind it; in a short value that begins so, words may be. */
static bool has_file(struct mln_sv s, const struct mln_sh_word *w, bool small)
{
    enum { WORDS_MAX = 3, SHORT = 2, LONG = 16 };
    static const char *const names[] = {
        "awk",   "base32", "base64",  "bzcat",     "cat",        "cut",    "dd",   "diff", "expand",
        "file",  "fold",   "grep",    "head",      "less",       "md5sum", "more", "nl",   "od",
        "paste", "pr",     "rev",     "rm",        "sed",        "sh",     "shuf", "sort", "source",
        "tac",   "tail",   "strings", "sha256sum", "type",       "uniq",   "vi",   "vim",  "wc",
        "xxd",   "zcat",   "hexdump", "sha1sum",   "get-content"};
    /* "Tea; more info.pdf here": verbs and names of sentences, too */
    static const char *const english[] = {"cut",   "expand", "file",   "fold",    "less", "more",
                                          "paste", "sort",   "source", "strings", "type"};
    size_t i = w->end;

    if (!mln_scan_iamong(w->name, names, MLN_ARRAY_LEN(names)))
        return false;
    small = small && !mln_scan_iamong(w->name, english, MLN_ARRAY_LEN(english));
    size_t before = small ? words_before(s, w->start) : SIZE_MAX;
    for (unsigned k = 0; k < WORDS_MAX; k++) {
        size_t a = mln_sh_skip_blanks(s, i), end = file_name_end(s, a);
        if (a == i)
            return false;
        if (end > a && ((end < s.len && s.p[end] == ')') || mln_sh_ends_here(s, end) ||
                        (before != SIZE_MAX && mln_sh_skip_blanks(s, end) > end)))
            return true;
        i = skip_argument(s, a, before == 0 ? LONG : SHORT);
        if (i == a)
            return false;
    }
    return false;
}

/* "https://host/x", "git://host/x" */
static bool is_address(struct mln_sv s, size_t i)
{
    enum { SCHEME_MAX = 8 };
    size_t at = mln_sv_find(mln_sv_sub(s, i, SCHEME_MAX + 3), MLN_SV("://"));

    return at != SIZE_MAX && at > 0;
}

static bool starts_line(struct mln_sv s, size_t i)
{
    while (i && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
        i--;
    return i && (s.p[i - 1] == '\n' || s.p[i - 1] == '\r');
}

/* "grep root /etc/passwd": not the first argument, but one before the line ends. */
static bool argues_later(struct mln_sv s, const struct mln_sh_word *w)
{
    enum { WORDS_MAX = 3 };
    size_t i = w->end;

    for (unsigned k = 0; k < WORDS_MAX; k++) {
        size_t a = mln_sh_skip_blanks(s, i), end = a;
        while (end < s.len && mln_sh_is_word_byte(s.p[end]))
            end++;
        if (a == i || end == a)
            return false;
        size_t next = mln_sh_skip_blanks(s, end);
        if (next > end && next + 1 < s.len && memchr("/-<>$", s.p[next], 5) &&
            !mln_cc((unsigned char)s.p[next + 1], MLN_CC_SPACE))
            return true;
        if (next > end && is_address(s, next) && mln_sv_ieq(w->name, MLN_SV("git")))
            return !starts_line(s, w->start); /* of a manual */
        i = end;
    }
    return false;
}

/* "net user", "reg query", "start calc.exe": the second word of a few commands says more than its
 * shape. */
static bool has_subcommand(struct mln_sv s, const struct mln_sh_word *w)
{
    static const char *const net[] = {"user", "view",  "localgroup", "group",
                                      "use",  "share", "accounts"};
    static const char *const reg[] = {"query", "add", "save", "delete", "export"};
    struct mln_sh_word next = mln_sh_word_at(s, mln_sh_skip_blanks(s, w->end));

    if (next.end == next.start || next.start == w->end)
        return false;
    if (mln_sv_ieq(w->name, MLN_SV("net")))
        return mln_scan_iamong(next.name, net, MLN_ARRAY_LEN(net));
    if (mln_sv_ieq(w->name, MLN_SV("reg")))
        return mln_scan_iamong(next.name, reg, MLN_ARRAY_LEN(reg)) &&
               mln_sv_istarts(mln_sv_sub(s, mln_sh_skip_blanks(s, next.end), 2), MLN_SV("hk"));
    if (mln_sv_ieq(w->name, MLN_SV("start")))
        return mln_sv_ends(next.name, MLN_SV(".exe"));
    return false;
}

/* "echo anything > file": the arguments say nothing, the end does. */
bool mln_sh_writes_file(struct mln_sv s, const struct mln_sh_word *w)
{
    enum { LINE_MAX_BYTES = 256, REDIRECTIONS_MAX = 4 };
    struct mln_sv line = mln_sv_sub(s, w->end, LINE_MAX_BYTES);
    size_t i = 0, eol = mln_sv_chr(line, '\n');

    if (!mln_sv_ieq(w->name, MLN_SV("echo")) && !mln_sv_ieq(w->name, MLN_SV("printf")))
        return false;
    line = mln_sv_sub(line, 0, eol);
    for (unsigned k = 0; k < REDIRECTIONS_MAX; k++) {
        size_t gt = mln_sv_chr(mln_sv_sub(line, i, line.len), '>');
        if (gt == SIZE_MAX)
            return false;
        i += gt + 1;
        bool apart = i >= 2 && memchr(" +>\"'", line.p[i - 2], 5);
        struct mln_sh_word file = mln_sh_word_at(line, mln_sh_skip_blanks(line, i));
        bool append = i >= 2 && line.p[i - 2] == '>';
        bool named = file.path || append || mln_sv_chr(file.name, '.') != SIZE_MAX;
        if (apart && named && file.end - file.start >= 2 && mln_sh_ends_here(line, file.end))
            return true;
    }
    return false;
}

/* Words in command position behind which the command proper follows. */
static bool is_lead_in(struct mln_sv name)
{
    static const char *const words[] = {
        "if",    "then",   "else",    "elif",    "do",      "while",  "until",
        "sudo",  "doas",   "nohup",   "builtin", "command", "env",    "exec",
        "time",  "nice",   "setsid",  "xargs",   "busybox", "strace", "eval",
        "watch", "ltrace", "timeout", "stdbuf",  "unshare", "coproc"};

    char first = name.len >= 2 ? mln_lower(name.p[0]) : '\0';

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++)
        if (words[i][0] == first && mln_sv_ieq_str(name, words[i]))
            return true;
    return false;
}

/* "-i", "-n 5", "10": what stands between a lead-in and its command. An option that is the last
 * word is an argument. */
static size_t skip_lead_in_options(struct mln_sv s, size_t i)
{
    enum { OPTIONS_MAX = 3 };

    for (unsigned k = 0; k < OPTIONS_MAX && i < s.len; k++) {
        bool number = mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT);
        size_t end = i;
        if (!number && s.p[i] != '-')
            return i;
        while (end < s.len && (mln_sh_is_word_byte(s.p[end]) || s.p[end] == '='))
            end++;
        size_t next = mln_sh_skip_blanks(s, end);
        if (next == end || next >= s.len || !mln_sh_is_word_byte(s.p[next]))
            return i;
        i = next;
    }
    return i;
}

/* The word in command position at i, behind lead-ins. */
struct mln_sh_word mln_sh_command_at(struct mln_sv s, size_t i)
{
    enum { LEAD_INS_MAX = 3 };
    struct mln_sh_word w = mln_sh_word_at(s, i);

    for (unsigned k = 0; k < LEAD_INS_MAX && is_lead_in(w.name); k++) {
        size_t next = skip_lead_in_options(s, mln_sh_skip_blanks(s, w.end));
        struct mln_sh_word follower = mln_sh_word_at(s, next);
        bool windows = follower.path && follower.end == next + 2; /* "/t" */
        if (next == w.end || follower.end == next || windows || s.p[next] == '-' ||
            mln_cc((unsigned char)s.p[next], MLN_CC_DIGIT))
            break;
        w = follower;
    }
    return w;
}

bool mln_sh_argues(struct mln_sv s, const struct mln_sh_word *w, bool small)
{
    return mln_sh_has_arguments(s, w->end, small) || has_number(s, w) || has_subcommand(s, w) ||
           mln_sh_writes_file(s, w) || mln_sh_names_host(s, w) || has_file(s, w, small) ||
           (small && argues_later(s, w));
}
