/* A word in command position: whether it is a command there, or a row of a table, an item of a
 * list, a sentence. */
#include "engine/cmdi_priv.h"
#include "engine/sh_commands.h"
#include "engine/sh_forms.h"
#include "engine/sh_menu.h"
#include "engine/sh_stages.h"

/* "<https://host/x|link>", "[[Page|sort]]": what a wiki or a chat shows in place of an address. */
static bool is_link_label(struct mln_sv s, size_t bar, size_t end)
{
    enum { LABEL_MAX = 40, TARGET_MAX = 256 };
    struct mln_sv label = mln_sv_sub(s, end, LABEL_MAX);
    size_t angle = mln_sv_chr(label, '>'), square = mln_sv_chr(label, ']');
    size_t close = MLN_MIN(angle, square);

    if (close == SIZE_MAX || mln_sv_chr(mln_sv_sub(label, 0, close), '|') != SIZE_MAX)
        return false;
    char open = angle < square ? '<' : '[';
    for (size_t i = bar; i && bar - i < TARGET_MAX; i--) {
        char c = s.p[i - 1];
        if (c == open)
            return i < s.len && s.p[i] != ' ';
        if (c == '|' || c == '>' || c == ']' || c == '\n')
            return false;
    }
    return false;
}

/* ";mail;2;9.50": a product, how many, for how much. */
static bool is_quantity(struct mln_sv s, size_t i)
{
    size_t end = i;

    while (end < s.len && mln_cc((unsigned char)s.p[end], MLN_CC_DIGIT))
        end++;
    return end > i && end < s.len && s.p[end] == ';';
}

/* A bare word among others: a list with bars, a row of a table, a field of a GraphQL query. The
 * most frequent command of probes is a column's name as well. */
static bool is_list_item(const struct mln_cmdi *p, size_t sep, const struct mln_sh_word *w)
{
    size_t next = mln_sh_skip_blanks(p->s, w->end);

    if (p->s.p[sep] != '|' && w->start >= sep + 2 && mln_scan_at(p->s, w->start - 2, MLN_SV("| ")))
        sep = w->start - 2; /* the first field of a row */
    if (p->s.p[sep] == '\n' || p->s.p[sep] == '\r')
        return mln_sv_ieq(w->name, MLN_SV("id")) && (p->v->classes & MLN_BC_BRACE);
    if (p->s.p[sep] == ';' && next + 1 < p->s.len && p->s.p[next] == ';')
        return is_quantity(p->s, next + 1);
    if (p->s.p[sep] != '|' || p->s.p[sep + 1] == '|')
        return false;
    if (is_link_label(p->s, sep, w->end))
        return true;
    if (sep >= 2 && mln_sv_ieq(w->name, MLN_SV("id")) &&
        mln_cc((unsigned char)p->s.p[sep - 1], MLN_CC_ALPHA) &&
        mln_cc((unsigned char)p->s.p[sep - 2], MLN_CC_ALPHA))
        return true;
    if (next >= p->s.len || p->s.p[next] != '|')
        return false;
    if (mln_scan_at(p->s, next + 1, MLN_SV("\n|")) || mln_scan_at(p->s, next + 1, MLN_SV("\r\n|")))
        return true; /* the last field of a row, and another row */
    struct mln_sh_word follower = mln_sh_word_at(p->s, mln_sh_skip_blanks(p->s, next + 1));
    return follower.end > follower.start && mln_sh_command(follower.name) == MLN_SH_NONE;
}

/* "\n| cell": in a document that is a row of a table; a shell takes no line that starts so. To it a
 * carriage return alone ends no line, nor does one behind a backslash. */
static bool starts_row(const struct mln_cmdi *p, size_t sep, size_t word)
{
    size_t bar = word;
    bool line =
        p->s.p[sep] == '\n' || (p->s.p[sep] == '\r' && mln_scan_at(p->s, sep + 1, MLN_SV("\n")));

    if (p->small || !line || (sep && p->s.p[sep - 1] == '\\') ||
        (sep >= 2 && p->s.p[sep - 1] == '\r' && p->s.p[sep - 2] == '\\'))
        return false;
    while (bar > sep && (p->s.p[bar - 1] == ' ' || p->s.p[bar - 1] == '\t'))
        bar--;
    return bar > sep + 1 && p->s.p[bar - 1] == '|' && p->s.p[bar - 2] != '|';
}

/* Nothing but a number, an address or a quote stands before `sep`: the value starts with it. */
static bool leads(const struct mln_cmdi *p, size_t sep)
{
    enum { LEAD_MAX = 40 };

    if (sep && (p->s.p[sep - 1] == '"' || p->s.p[sep - 1] == '\''))
        return p->small;
    size_t start = p->loc == MLN_LOC_PATH ? sep : 0; /* of a path, its last part leads */
    while (start && p->s.p[start - 1] != '/')
        start--;
    for (size_t i = start; i < sep; i++)
        if (i - start > LEAD_MAX ||
            !(mln_cc((unsigned char)p->s.p[i], MLN_CC_DIGIT) || memchr(". :'\"`)", p->s.p[i], 7)))
            return false;
    return true;
}

/* "\nHost the party": a line that begins with a capital, small letters and another word. */
static bool starts_sentence(struct mln_sv s, size_t sep, const struct mln_sh_word *w)
{
    if ((s.p[sep] != '\n' && s.p[sep] != '\r') || w->end - w->start < 2 ||
        !mln_cc((unsigned char)s.p[w->start], MLN_CC_UPPER))
        return false;
    for (size_t i = w->start + 1; i < w->end; i++)
        if (s.p[i] < 'a' || s.p[i] > 'z')
            return false;
    return w->end + 1 < s.len && s.p[w->end] == ' ' && s.p[w->end + 1] >= 'a' &&
           s.p[w->end + 1] <= 'z';
}

/* "\nseat/route 50": a line that begins with two words. What is run by a path that starts where the
 * shell is lies in a folder of programs. */
static bool starts_with_pair(struct mln_sv s, size_t sep, const struct mln_sh_word *w)
{
    return w->path && (s.p[sep] == '\n' || s.p[sep] == '\r') &&
           mln_cc((unsigned char)s.p[w->start], MLN_CC_ALPHA) &&
           mln_scan_find(mln_sv_sub(s, w->start, w->end - w->start), MLN_SV("bin/"), 0) == SIZE_MAX;
}

/* "set up the lamp; update & reboot": words of a note lead up to it, and nothing of a shell. Other
 * commands are no words of notes. */
static bool ends_note(const struct mln_cmdi *p, size_t sep, size_t word)
{
    enum { WORDS_MIN = 3, WORD_MIN_BYTES = 3 };
    size_t words = 0, letters = 0;

    if (p->s.p[sep] != '&' || word != sep + 2 || sep < 2 || p->s.p[sep - 1] != ' ' ||
        !mln_scan_at(p->s, word, MLN_SV("reboot")))
        return false;
    for (size_t i = 0; i < sep; i++) {
        bool letter = mln_cc((unsigned char)p->s.p[i], MLN_CC_ALPHA);
        if (!letter && !memchr(" ,;.'-", p->s.p[i], 6))
            return false;
        words += !letter && letters >= WORD_MIN_BYTES;
        letters = letter ? letters + 1 : 0;
    }
    return words >= WORDS_MIN;
}

/* A command without arguments of a shell's shape: how the value leads up to it decides. */
static bool is_attached(const struct mln_cmdi *p, size_t sep, const struct mln_sh_word *w,
                        enum mln_sh_kind kind)
{
    char c = p->s.p[sep];
    bool glued = w->start == sep + 1, twice = w->start && p->s.p[w->start - 1] == c && !glued;
    bool lead = leads(p, sep), ends = mln_sh_ends_here(p->s, w->end);

    if (!p->small || (!ends && mln_sh_skip_blanks(p->s, w->end) == w->end) ||
        starts_sentence(p->s, sep, w))
        return false;
    if (mln_sv_ieq(w->name, MLN_SV("echo")) && !ends)
        return (glued && c != '&') || c == '|' || lead ||
               (c == '&' && sep + 1 < p->s.len && p->s.p[sep + 1] == '&');
    if (kind == MLN_SH_COMMAND)
        return lead || (!ends && (glued || twice) && c != '&') ||
               (ends && c == '&' && mln_sv_chr(mln_sv_sub(p->s, 0, sep), '=') == SIZE_MAX);
    /* "&set&", "1&set&": separators around it, and nothing else */
    bool alone = lead && w->end < p->s.len && strchr(";&|\n", p->s.p[w->end]) &&
                 mln_sh_skip_blanks(p->s, w->end + 1) == p->s.len;
    bool words = lead && glued && mln_sh_ends_in_words(p->s, w->end); /* ";ip a" */
    return ((lead && glued && ends && c != '&') || alone || (words && c != '&')) &&
           (w->end - w->start > 2 || words);
}

/* "a|/b}[1m]": a bracket that stands before the word ends within it, so this is no path. */
static bool ends_group(struct mln_sv s, const struct mln_sh_word *w)
{
    int depth = 0;

    for (size_t i = w->start; i < w->end && depth >= 0; i++)
        depth += (s.p[i] == '{') - (s.p[i] == '}');
    return depth < 0;
}

/* ";(id)", "(x;id)||": the bracket that closes behind a word belongs to the shell. */
static bool ends_subshell(struct mln_sv s, size_t start, size_t end)
{
    if (end >= s.len || s.p[end] != ')')
        return false;
    return (start && s.p[start - 1] == '(') ||
           (s.p[0] == '(' && end + 1 < s.len && memchr("|&;", s.p[end + 1], 3));
}

/* ". /tmp/x": the shell reads commands from a file. */
static bool small_source(const struct mln_cmdi *p, const struct mln_sh_word *w)
{
    size_t a = mln_sh_skip_blanks(p->s, w->end);

    return p->small && w->end == w->start + 1 && p->s.p[w->start] == '.' && a > w->end &&
           a + 1 < p->s.len && (p->s.p[a] == '/' || p->s.p[a] == '~') &&
           !mln_cc((unsigned char)p->s.p[a + 1], MLN_CC_SPACE);
}

/* "1;/tmp/x", ";./run", ";/usr/sbin/x -l": what the value leads up to is a program in a folder of
 * programs, or in one that anybody may write to, whatever it is called. "1;./a/b.jpg" is a row. */
static bool runs_file(const struct mln_cmdi *p, size_t sep, const struct mln_sh_word *w)
{
    static const char *const folders[] = {"./",     "/tmp/",      "/var/tmp/", "/dev/shm/",
                                          "/sbin/", "/usr/sbin/", "/usr/bin/"};
    struct mln_sv path = mln_sv_sub(p->s, w->start, w->end - w->start);
    bool script = mln_sv_chr(w->name, '.') == SIZE_MAX || mln_sv_ends(w->name, MLN_SV(".sh"));

    if (!p->small || !memchr(";|&", p->s.p[sep], 3) || !script || !w->name.len || !leads(p, sep) ||
        !(mln_sh_ends_here(p->s, w->end) || mln_sh_has_arguments(p->s, w->end, true)))
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(folders); i++)
        if (mln_sv_starts_str(path, folders[i]))
            return path.len > strlen(folders[i]);
    return false;
}

/* "\nOD+3k…": a line of a certificate or of a mail's attachment. */
static bool is_base64_line(struct mln_sv s, size_t sep, size_t end)
{
    enum { LINE_MIN = 40 };
    size_t i = end;

    if ((s.p[sep] != '\n' && s.p[sep] != '\r') || end >= s.len ||
        (s.p[end] != '+' && s.p[end] != '/'))
        return false;
    while (i < s.len && (mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA | MLN_CC_DIGIT) ||
                         s.p[i] == '+' || s.p[i] == '/' || s.p[i] == '='))
        i++;
    return i - sep > LINE_MIN && (i == s.len || s.p[i] == '\r' || s.p[i] == '\n');
}

/* "x& wmic process list": programs of Windows and of networks whose names are no words. */
static bool is_unmistakable(const struct mln_cmdi *p, const struct mln_sh_word *w)
{
    static const char *const names[] = {
        "arp",      "bcdedit",    "bitsadmin", "certutil", "cscript",  "icacls",
        "ifconfig", "ipconfig",   "mshta",     "nbtstat",  "netsh",    "netstat",
        "nltest",   "nslookup",   "regsvr32",  "rundll32", "schtasks", "tasklist",
        "taskkill", "systeminfo", "vssadmin",  "whoami",   "wmic",     "wscript"};
    size_t next = mln_sh_skip_blanks(p->s, w->end);

    return p->small && next > w->end && next < p->s.len &&
           mln_cc((unsigned char)p->s.p[next], MLN_CC_WORD) &&
           mln_scan_iamong(w->name, names, MLN_ARRAY_LEN(names));
}

/* "a.cgi|id|": a program's file in front of the bar, and another bar at the end. */
static bool pipes_file(const struct mln_cmdi *p, size_t sep, size_t end)
{
    size_t dot = sep;

    while (dot && sep - dot < 4 && mln_cc((unsigned char)p->s.p[dot - 1], MLN_CC_ALPHA))
        dot--;
    return p->s.p[sep] == '|' && dot && dot < sep && p->s.p[dot - 1] == '.' &&
           end + 1 == p->s.len && p->s.p[end] == '|';
}

/* Paths of a site, a pattern a line ("/checkout/?*"), name no program: those of the system are in
 * one of the root's folders, whose name may be hidden by signs of the shell as well. */
static bool may_be_system_path(struct mln_sv s, const struct mln_sh_word *w)
{
    static const char *const folders[] = {
        "bin", "boot", "dev",  "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt",
        "opt", "proc", "root", "run", "sbin", "srv", "sys",   "tmp",   "usr",    "var"};
    size_t start = w->start;

    while (start < w->end && s.p[start] == '/')
        start++;
    size_t end = start;
    while (end < w->end && (mln_cc((unsigned char)s.p[end], MLN_CC_WORD) || s.p[end] == '-'))
        end++;
    if (end == start || end == w->end || s.p[end] != '/')
        return true;
    return mln_scan_iamong(mln_sv_sub(s, start, end - start), folders, MLN_ARRAY_LEN(folders));
}

/* "| where a > 3 | summarize count()": a stage of a query, in a language of logs and metrics. */
static bool is_query_stage(const struct mln_cmdi *p, size_t sep, const struct mln_sh_word *w)
{
    bool single = p->s.p[sep] == '|' && p->s.p[sep + 1] != '|' && !(sep && p->s.p[sep - 1] == '|');

    return single && !w->path && mln_sh_is_query_stage(p->s, w);
}

/* `  File "/srv/x.py", line 22`: of a trace of Python; where there is a program of that name it is
 * in small letters. */
static bool is_trace(struct mln_sv s, size_t sep, size_t start)
{
    return (s.p[sep] == '\n' || s.p[sep] == '\r') &&
           (mln_sv_eq(mln_sv_sub(s, start, 6), MLN_SV("File \"")) ||
            mln_sv_eq(mln_sv_sub(s, start, 6), MLN_SV("File /")));
}

/* "\n/cc @lamp": an action of a tracker on a line of its own. No program lies in the root folder.
 */
static bool is_quick_action(struct mln_sv s, size_t sep, const struct mln_sh_word *w,
                            enum mln_sh_kind kind)
{
    struct mln_sv path = mln_sv_sub(s, w->start, w->end - w->start);

    return kind == MLN_SH_ENGLISH && (s.p[sep] == '\n' || s.p[sep] == '\r') && path.p[0] == '/' &&
           mln_sv_chr(mln_sv_sub(path, 1, path.len), '/') == SIZE_MAX && !w->glob;
}

/* "find & replace 'a' by 'b'": what editors call it. */
static bool is_replacing(const struct mln_cmdi *p, size_t sep, size_t word)
{
    struct mln_sv before = mln_sv_sub(p->s, 0, sep);

    return p->s.p[sep] == '&' && word == sep + 2 &&
           (mln_sv_ends(before, MLN_SV("find ")) || mln_sv_ends(before, MLN_SV("Find "))) &&
           mln_sv_ieq(mln_sh_word_at(p->s, word).name, MLN_SV("replace"));
}

/* "bash; cron", "perl5; lua5.4": topics of a list. */
static bool is_topic(struct mln_sv s, size_t sep, const struct mln_sh_word *w)
{
    return w->start == sep + 2 && s.p[sep + 1] == ' ' &&
           (mln_sh_is_daemon(w->name) || mln_sh_is_versioned(w->name));
}

/* Behind one of these words a command starts, too. */
static bool is_prefix(struct mln_sv word)
{
    static const char *const words[] = {"time", "coproc", "eval", "do",    "then",
                                        "else", "elif",   "if",   "while", "until"};

    return mln_scan_iamong(word, words, MLN_ARRAY_LEN(words));
}

/* A command may start at i: at the beginning, behind a separator, a bracket or a prefix. */
static bool starts_command(struct mln_sv s, size_t i)
{
    while (i && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
        i--;
    if (i == 0 || strchr(";|&\n\r({`!)", s.p[i - 1]) || (i == 1 && strchr("'\")", s.p[0])))
        return true;
    size_t word = i;
    while (word && mln_cc((unsigned char)s.p[word - 1], MLN_CC_ALPHA))
        word--;
    return is_prefix(mln_sv_sub(s, word, i - word));
}

/* Where the first loop or condition begins at which a command may start, or SIZE_MAX. */
static size_t first_head(struct mln_sv s)
{
    static const char *const heads[] = {"for", "while", "until", "if", "select"};
    size_t best = SIZE_MAX;

    for (size_t k = 0; k < MLN_ARRAY_LEN(heads); k++) {
        struct mln_sv head = mln_sv_str(heads[k]);
        size_t at = mln_scan_word(s, head, 0);
        while (at != SIZE_MAX && at < best && !starts_command(s, at))
            at = mln_scan_word(s, head, at + 1);
        best = MLN_MIN(best, at);
    }
    return best;
}

/* "he wrote 'for f in *.jpg; do convert": DO, THEN and ELSE at i, and nothing in front that begins
 * a loop or a condition where a command may start. A shell refuses the whole line. */
static bool is_headless(struct mln_cmdi *p, size_t i)
{
    static const char *const parts[] = {"do", "then", "else", "elif"};

    if (!mln_scan_iamong(mln_sh_word_at(p->s, i).name, parts, MLN_ARRAY_LEN(parts)))
        return false;
    if (!p->headed) {
        p->headed = true;
        p->head = first_head(p->s);
    }
    return p->head > i;
}

void mln_cmdi_check_position(struct mln_cmdi *p, size_t sep, size_t i, bool weak)
{
    mln_cmdi_check_batch(p, i);
    mln_cmdi_check_forms(p, i);
    if (p->small)
        mln_cmdi_check_printed(p, sep, i);
    if (mln_scan_at(p->s, i, MLN_SV("{ ")) || mln_scan_at(p->s, i, MLN_SV("{\t"))) /* "; { id; }" */
        i = mln_sh_skip_blanks(p->s, i + 1);
    if (i < p->s.len && p->s.p[i] == '$') {
        mln_cmdi_check_variable(p, i);
        i = mln_cmdi_skip_unset(p, i);
    }
    struct mln_sh_word w = mln_sh_command_at(p->s, i);
    enum mln_sh_kind kind = mln_sh_command(w.name);
    size_t len = w.end - sep;

    if (w.start != i && is_headless(p, i))
        return;
    i = w.start;
    if (w.end > i && mln_cmdi_is_parameter(p->s, w.end))
        mln_cmdi_check_assignment(p, i, w.end);
    if (w.end == i && mln_scan_at(p->s, i, MLN_SV("$0<<<")))
        mln_cmdi_add(p, MLN_SIG_CMDI_VARIABLE, sep,
                     i + 5 - sep); /* the shell itself, told what to run */
    if (w.end == i || mln_cmdi_is_parameter(p->s, w.end) || (!p->small && w.end == i + 1) ||
        is_base64_line(p->s, sep, w.end))
        return; /* of one letter: noise where there is more of it */
    mln_cmdi_check_test(p, i);
    if (w.path && w.glob && p->s.p[i] == '/' && w.end - i > 4 && !ends_group(p->s, &w) &&
        may_be_system_path(p->s, &w))
        mln_cmdi_add(p, MLN_SIG_CMDI_GLOB, sep, len);
    if (is_quick_action(p->s, sep, &w, kind))
        return;
    if (mln_scan_at(p->s, i, MLN_SV("/etc/")) && !mln_scan_at(p->s, i, MLN_SV("/etc/init.d/")))
        return; /* files, whatever they are called: /etc/passwd */
    if (w.path && (p->s.p[i] == '/' || p->s.p[i] == '.') && kind != MLN_SH_NONE)
        mln_cmdi_add(p, MLN_SIG_CMDI_PATH, sep, len);
    else if (runs_file(p, sep, &w))
        mln_cmdi_add(p, MLN_SIG_CMDI_PATH, sep, len);
    if (small_source(p, &w)) /* "; . /tmp/x" */
        mln_cmdi_add(p, MLN_SIG_CMDI_PATH, sep, len);
    if (kind == MLN_SH_NONE || starts_with_pair(p->s, sep, &w) || is_trace(p->s, sep, i))
        return;
    bool arguments = mln_sh_argues(p->s, &w, p->small), ends = mln_sh_ends_here(p->s, w.end);
    ends = ends || ends_subshell(p->s, i, w.end);
    if (is_unmistakable(p, &w))
        arguments = true;
    bool told = !arguments && (ends_note(p, sep, w.start) || (ends && is_topic(p->s, sep, &w)));
    if ((is_list_item(p, sep, &w) && !pipes_file(p, sep, w.end)) || is_query_stage(p, sep, &w) ||
        starts_row(p, sep, w.start) || told || is_replacing(p, sep, w.start) ||
        mln_sh_is_menu(p->s))
        mln_cmdi_add(p, MLN_SIG_CMDI_COMMAND_SOFT, sep, len);
    else if (!arguments && is_attached(p, sep, &w, kind))
        mln_cmdi_add(p, ends ? MLN_SIG_CMDI_COMMAND_BARE : MLN_SIG_CMDI_COMMAND, sep, len);
    else if (kind == MLN_SH_COMMAND && (arguments || (!weak && !ends)))
        mln_cmdi_add(p, arguments ? MLN_SIG_CMDI_COMMAND : MLN_SIG_CMDI_COMMAND_SOFT, sep, len);
    else if (kind == MLN_SH_COMMAND && ends)
        mln_cmdi_add(p, weak ? MLN_SIG_CMDI_COMMAND_SOFT : MLN_SIG_CMDI_COMMAND_BARE, sep, len);
    else if (kind == MLN_SH_ENGLISH)
        mln_cmdi_add(p, arguments ? MLN_SIG_CMDI_COMMAND : MLN_SIG_CMDI_COMMAND_SOFT, sep, len);
}
