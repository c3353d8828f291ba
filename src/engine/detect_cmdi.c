/* Operating system commands (detection guide, section 3.3): what counts is a word in command
 * position - behind a separator, within a substitution, or at the start of a command line - with
 * arguments that a command would have. */
#include "base/block.h"
#include "engine/scan.h"
#include "engine/sh_batch.h"
#include "engine/sh_commands.h"
#include "engine/sh_forms.h"
#include "engine/sh_hollow.h"
#include "engine/sh_line.h"
#include "engine/sh_reach.h"
#include "engine/shown_code.h"

/* Where a command may stand. */
struct place {
    size_t off;
    bool substitution, unknown, reached;
};

struct pass {
    const struct mln_view *v;
    struct mln_sv s;
    struct mln_findings *out;
    enum mln_location loc;
    bool small; /* no text, a few words at most */
    struct mln_sh_reach reach;
    struct place place;
};

/* Whether a shell could come to the place at hand; for short values that is taken for granted. It
 * is asked where something was found there: at most places nothing is. */
static bool is_reached(struct pass *p)
{
    struct place *at = &p->place;

    if (!p->small && at->unknown) {
        at->unknown = false;
        at->reached = mln_sh_reaches(&p->reach, p->s, at->off, at->substitution);
    }
    return at->reached;
}

static void add(struct pass *p, enum mln_signal sig, size_t off, size_t len)
{
    if (is_reached(p))
        mln_findings_add(p->out, sig, p->v, off, MLN_MIN(len, p->s.len - off));
}

/* A value that is little more than a command line is no text with commands in it. */
static bool is_short(struct mln_sv s)
{
    size_t words = 0;

    for (size_t i = 1; i < s.len && s.len < 120; i++)
        words += mln_cc((unsigned char)s.p[i], MLN_CC_SPACE) &&
                 mln_cc((unsigned char)s.p[i - 1], MLN_CC_ALPHA);
    return s.len < 120 && words < 8;
}

/* A name=value behind '&' is a parameter. */
static bool is_parameter(struct mln_sv s, size_t end)
{
    return end < s.len && (s.p[end] == '=' || s.p[end] == ':');
}

static bool is_among(struct mln_sv name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mln_sv_ieq(name, mln_sv_str(names[i])))
            return true;
    return false;
}

static void check_batch(struct pass *p, size_t i)
{
    struct mln_sv rest = mln_sv_sub(p->s, i, p->s.len);

    if (rest.len < 8 || !memchr("fFiI", rest.p[0], 4))
        return;
    if (mln_sh_batch_for(rest) || mln_sh_batch_if(rest))
        add(p, MLN_SIG_CMDI_BATCH, i, MLN_MIN(rest.len, (size_t)40));
}

/* name=command, and in command position $name. */
static void check_variable(struct pass *p, size_t i)
{
    size_t end = i + 1, from = 0;

    while (end < p->s.len && mln_cc((unsigned char)p->s.p[end], MLN_CC_WORD))
        end++;
    struct mln_sv name = mln_sv_sub(p->s, i + 1, end - i - 1);
    bool ends = end == p->s.len && i && p->s.p[i - 1] == ';'; /* "c=cat,/x;$c" */
    if (!name.len || name.len > 16 || !(ends || (end < p->s.len && memchr(" $\t", p->s.p[end], 3))))
        return;
    enum { LOOK_BACK = 160 };
    size_t first = i > LOOK_BACK ? i - LOOK_BACK : 0;
    struct mln_sv before = mln_sv_sub(p->s, first, i - first);
    for (unsigned k = 0; k < 8; k++) {
        size_t at = mln_sv_find(mln_sv_sub(before, from, before.len), name);
        if (at == SIZE_MAX)
            return;
        at += from;
        from = at + name.len;
        bool starts = at == 0 || !mln_cc((unsigned char)before.p[at - 1], MLN_CC_WORD);
        struct mln_sh_word value = mln_sh_word_at(before, from + 1);
        bool set = value.end > value.start && (!ends || mln_sh_command(value.name) != MLN_SH_NONE);
        if (starts && from < before.len && before.p[from] == '=' && set) {
            add(p, MLN_SIG_CMDI_VARIABLE, i, end - i);
            return;
        }
    }
}

/* "[ 3 -ne ... ]": the test command. */
static void check_test(struct pass *p, size_t i)
{
    static const char *const operators[] = {" -eq ", " -ne ", " -gt ", " -lt ", " -ge ", " -le "};
    struct mln_sv rest = mln_sv_sub(p->s, i, 48);

    if (!mln_sv_starts(rest, MLN_SV("[ ")) && !mln_sv_starts(rest, MLN_SV("[[ ")))
        return;
    for (size_t k = 0; k < MLN_ARRAY_LEN(operators); k++)
        if (mln_sv_find(rest, mln_sv_str(operators[k])) != SIZE_MAX)
            add(p, MLN_SIG_CMDI_TEST, i, rest.len);
}

/* name=$(command ...) in command position; `eq` is the offset of the '='. */
static void check_assignment(struct pass *p, size_t name, size_t eq)
{
    struct mln_sv rest = mln_sv_sub(p->s, eq, 3);
    size_t open = mln_sv_starts(rest, MLN_SV("=$("))  ? 3
                  : mln_sv_starts(rest, MLN_SV("=`")) ? 2
                                                      : 0;

    if (!open)
        return;
    struct mln_sh_word w = mln_sh_word_at(p->s, mln_scan_skip_space(p->s, eq + open));
    if (mln_sh_command(w.name) != MLN_SH_NONE)
        add(p, MLN_SIG_CMDI_ASSIGNMENT, name, w.end - name);
}

/* $((12+34)) at i: only literals, so nothing but a probe for a shell wants it computed. */
static void check_arithmetic(struct pass *p, size_t i)
{
    struct mln_sv in = mln_sv_sub(p->s, i + 3, 40);
    size_t digits = 0, operators = 0, k = 0;

    for (; k < in.len && in.p[k] != ')'; k++) {
        char c = in.p[k];
        if (mln_cc((unsigned char)c, MLN_CC_DIGIT))
            digits++;
        else if (c == '+' || c == '*' || c == '-' || c == '/' || c == '%')
            operators++;
        else if (c != ' ')
            return;
    }
    if (digits >= 2 && operators && k + 1 < in.len && in.p[k + 1] == ')')
        add(p, MLN_SIG_CMDI_ARITHMETIC, i, k + 5);
}

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
static bool is_list_item(const struct pass *p, size_t sep, const struct mln_sh_word *w)
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

/* Nothing but a number, an address or a quote stands before `sep`: the value starts with it. */
static bool leads(const struct pass *p, size_t sep)
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

/* "; $u cat x": a variable that is not set vanishes, the command behind it does not. */
static size_t skip_unset(struct pass *p, size_t i)
{
    size_t end = i + 1;

    while (end < p->s.len && mln_cc((unsigned char)p->s.p[end], MLN_CC_WORD))
        end++;
    size_t next = mln_sh_skip_blanks(p->s, end);
    struct mln_sh_word w = mln_sh_word_at(p->s, next);
    enum mln_sh_kind kind = mln_sh_command(w.name);
    if (end == i + 1 || end - i > 8 || next == end || kind == MLN_SH_NONE ||
        (kind == MLN_SH_ENGLISH && !mln_sh_argues(p->s, &w, p->small)))
        return i;
    add(p, MLN_SIG_CMDI_VARIABLE, i, w.end - i);
    return next;
}

/* "; $(printf cat) x": in command position what a command prints is the command. jQuery's $(link)
 * has no words in it. */
static void check_printed(struct pass *p, size_t sep, size_t i)
{
    i += i < p->s.len && p->s.p[i] == '"';
    bool backtick = i < p->s.len && p->s.p[i] == '`';
    if (!backtick && !mln_scan_at(p->s, i, MLN_SV("$(")))
        return;
    struct mln_sh_word w = mln_sh_word_at(p->s, i + (backtick ? 1 : 2));
    size_t a = mln_sh_skip_blanks(p->s, w.end);
    if (mln_sh_command(w.name) != MLN_SH_NONE && a > w.end && a < p->s.len &&
        mln_sh_is_word_byte(p->s.p[a]))
        add(p, MLN_SIG_CMDI_VARIABLE, sep, a - sep);
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

/* A command without arguments of a shell's shape: how the value leads up to it decides. */
static bool is_attached(const struct pass *p, size_t sep, const struct mln_sh_word *w,
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

/* What is told by its shape, whatever it is called. */
static void check_forms(struct pass *p, size_t i)
{
    size_t end;

    if ((p->v->classes & MLN_BC_BRACE) && (end = mln_sh_spelled(p->s, i)))
        add(p, MLN_SIG_CMDI_BRACES, i, end - i);
    if ((p->v->classes & MLN_BC_BRACE) && (end = mln_sh_function(p->s, i)))
        add(p, MLN_SIG_CMDI_FUNCTION, i, end - i);
    if (p->small && (end = mln_sh_alias(p->s, i)))
        add(p, MLN_SIG_CMDI_ALIAS, i, end - i);
    if (p->small && (p->v->classes & (MLN_BC_DOLLAR | MLN_BC_LT | MLN_BC_GT | MLN_BC_BTICK)) &&
        (end = mln_sh_hollow_command(p->s, i)))
        add(p, MLN_SIG_CMDI_WHOLE, i, end - i);
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
static bool small_source(const struct pass *p, const struct mln_sh_word *w)
{
    size_t a = mln_sh_skip_blanks(p->s, w->end);

    return p->small && w->end == w->start + 1 && p->s.p[w->start] == '.' && a > w->end &&
           a + 1 < p->s.len && (p->s.p[a] == '/' || p->s.p[a] == '~') &&
           !mln_cc((unsigned char)p->s.p[a + 1], MLN_CC_SPACE);
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

static void check_position(struct pass *p, size_t sep, size_t i, bool weak)
{
    check_batch(p, i);
    check_forms(p, i);
    if (p->small)
        check_printed(p, sep, i);
    if (mln_scan_at(p->s, i, MLN_SV("{ ")) || mln_scan_at(p->s, i, MLN_SV("{\t"))) /* "; { id; }" */
        i = mln_sh_skip_blanks(p->s, i + 1);
    if (i < p->s.len && p->s.p[i] == '$') {
        check_variable(p, i);
        i = skip_unset(p, i);
    }
    struct mln_sh_word w = mln_sh_command_at(p->s, i);
    enum mln_sh_kind kind = mln_sh_command(w.name);
    size_t len = w.end - sep;

    i = w.start;
    if (w.end > i && is_parameter(p->s, w.end))
        check_assignment(p, i, w.end);
    if (w.end == i && mln_scan_at(p->s, i, MLN_SV("$0<<<")))
        add(p, MLN_SIG_CMDI_VARIABLE, sep, i + 5 - sep); /* the shell itself, told what to run */
    if (w.end == i || is_parameter(p->s, w.end) || (!p->small && w.end == i + 1) ||
        is_base64_line(p->s, sep, w.end))
        return; /* of one letter: noise where there is more of it */
    check_test(p, i);
    if (w.path && w.glob && p->s.p[i] == '/' && w.end - i > 4 && !ends_group(p->s, &w))
        add(p, MLN_SIG_CMDI_GLOB, sep, len);
    if (mln_scan_at(p->s, i, MLN_SV("/etc/")) && !mln_scan_at(p->s, i, MLN_SV("/etc/init.d/")))
        return; /* files, whatever they are called: /etc/passwd */
    if (w.path && (p->s.p[i] == '/' || p->s.p[i] == '.') && kind != MLN_SH_NONE)
        add(p, MLN_SIG_CMDI_PATH, sep, len);
    if (small_source(p, &w)) /* "; . /tmp/x" */
        add(p, MLN_SIG_CMDI_PATH, sep, len);
    if (kind == MLN_SH_NONE)
        return;
    bool arguments = mln_sh_argues(p->s, &w, p->small), ends = mln_sh_ends_here(p->s, w.end);
    ends = ends || ends_subshell(p->s, i, w.end);
    if (is_list_item(p, sep, &w))
        add(p, MLN_SIG_CMDI_COMMAND_SOFT, sep, len);
    else if (!arguments && is_attached(p, sep, &w, kind))
        add(p, ends ? MLN_SIG_CMDI_COMMAND_BARE : MLN_SIG_CMDI_COMMAND, sep, len);
    else if (kind == MLN_SH_COMMAND && (arguments || (!weak && !ends)))
        add(p, arguments ? MLN_SIG_CMDI_COMMAND : MLN_SIG_CMDI_COMMAND_SOFT, sep, len);
    else if (kind == MLN_SH_COMMAND && ends)
        add(p, weak ? MLN_SIG_CMDI_COMMAND_SOFT : MLN_SIG_CMDI_COMMAND_BARE, sep, len);
    else if (kind == MLN_SH_ENGLISH)
        add(p, arguments ? MLN_SIG_CMDI_COMMAND : MLN_SIG_CMDI_COMMAND_SOFT, sep, len);
}

/* x`id`, "print `id`;": Markdown has blanks around its code, and words behind it. */
static bool is_no_markdown(const struct pass *p, size_t open, size_t end)
{
    if (!p->small || end >= p->s.len || p->s.p[end] != '`')
        return false;
    if (open >= 2 && p->s.p[open - 1] == '(' &&
        mln_cc((unsigned char)p->s.p[open - 2], MLN_CC_WORD))
        return true; /* print(`id`) */
    return !strchr(" \t\r\n(*-", p->s.p[open - 1] ? p->s.p[open - 1] : 'x') ||
           (end + 1 < p->s.len && p->s.p[end + 1] == ';');
}

/* What injected commands do that have no other way to show themselves: they call home, wait, or
 * start another interpreter. */
static bool shows_itself(struct mln_sv name)
{
    static const char *const names[] = {
        "bash", "cmd",     "curl", "dash",     "dig",    "eval",       "exec",    "ftp",   "host",
        "ksh",  "nc",      "ncat", "netcat",   "node",   "nslookup",   "perl",    "php",   "ping",
        "pwsh", "python3", "ruby", "rundll32", "sh",     "powershell", "timeout", "ping6", "sleep",
        "ssh",  "telnet",  "tftp", "wget",     "python", "zsh"};

    return is_among(name, names, MLN_ARRAY_LEN(names));
}

/* The blank before which a word of nothing but letters ends, or SIZE_MAX. */
static size_t word_before(struct mln_sv s, size_t blank)
{
    size_t i = blank;

    while (i && mln_cc((unsigned char)s.p[i - 1], MLN_CC_ALPHA))
        i--;
    return i == blank || (i && s.p[i - 1] != ' ' && s.p[i - 1] != '\n') ? SIZE_MAX : i;
}

/* "Please run `ls -l` and": within a sentence, a plain command in backticks is Markdown. Two words
 * in front or one in front and one behind make a sentence. */
static bool is_code_span(struct mln_sv s, size_t open, const struct mln_sh_word *w)
{
    enum { SPAN_MAX = 80 };
    size_t end = w->end, words = 0;

    while (end < s.len && end - open < SPAN_MAX && s.p[end] != '`')
        if (strchr("|;&<>$(\n", s.p[end++]))
            return false;
    if (end >= s.len || s.p[end] != '`' || shows_itself(w->name))
        return false;
    size_t after = end + 1;
    while (after < s.len && memchr(".,:;?!", s.p[after], 6))
        after++;
    if (after < s.len && s.p[after] != ' ' && s.p[after] != '\n')
        return false;
    for (size_t i = open; i && s.p[i - 1] == ' ' && words < 2; words++)
        if ((i = word_before(s, i - 1)) == SIZE_MAX)
            break;
    bool goes_on = after + 1 < s.len && mln_cc((unsigned char)s.p[after + 1], MLN_CC_ALPHA);
    return words + goes_on >= 2 && words;
}

/* ">(wget x)": the value is the name of a file that a command reads or writes. */
static bool is_whole_process(struct mln_sv s, size_t open, enum mln_sh_kind kind)
{
    return kind == MLN_SH_COMMAND && open == 0 && s.p[0] != '`' && s.p[s.len - 1] == ')';
}

static void check_substitution(struct pass *p, size_t open, size_t i, bool whole)
{
    i = mln_scan_skip_space(p->s, i);
    size_t file = i < p->s.len && p->s.p[i] == '<' ? mln_sh_skip_blanks(p->s, i + 1) : p->s.len;
    if (p->small && p->s.p[open] == '$' && file < p->s.len && /* "$(</etc/x)" */
        (p->s.p[file] == '/' || p->s.p[file] == '~'))
        add(p, MLN_SIG_CMDI_SUBSTITUTION, open, i + 1 - open);
    if (p->small)
        check_printed(p, open, i);
    struct mln_sh_word w = mln_sh_command_at(p->s, i);
    enum mln_sh_kind kind = mln_sh_command(w.name);

    if (kind == MLN_SH_NONE || w.end == i || (w.end < p->s.len && p->s.p[w.end] == '('))
        return;
    bool closes = w.end >= p->s.len || p->s.p[w.end] == ')' || mln_sh_ends_here(p->s, w.end);
    /* `ls` within a sentence is Markdown; at the start of a value it is not */
    bool strong = mln_sh_argues(p->s, &w, p->small) ||
                  (kind == MLN_SH_COMMAND && closes &&
                   (p->s.p[open] != '`' || open < 3 || is_no_markdown(p, open, w.end))) ||
                  is_whole_process(p->s, open, kind);
    strong = strong && !(p->s.p[open] == '`' && is_code_span(p->s, open, &w));
    add(p, strong && whole ? MLN_SIG_CMDI_SUBSTITUTION : MLN_SIG_CMDI_SUBSTITUTION_SOFT, open,
        w.end - open);
}

static void check_braces(struct pass *p, size_t i)
{
    struct mln_sh_word w = {.start = i + 1, .end = i + 1};

    if (w.end < p->s.len && p->s.p[w.end] == ',') /* {,id,}: empty words vanish */
        w.start = ++w.end;
    while (w.end < p->s.len && mln_sh_is_word_byte(p->s.p[w.end]))
        w.end++;
    if (w.start > i + 1 && w.end + 1 < p->s.len && p->s.p[w.end] == ',' &&
        mln_sh_command(mln_sv_sub(p->s, w.start, w.end - w.start)) != MLN_SH_NONE) {
        add(p, MLN_SIG_CMDI_BRACES, i, w.end - i);
        return;
    }
    enum mln_sh_kind kind = mln_sh_command(mln_sv_sub(p->s, i + 1, w.end - i - 1));
    if (w.end + 1 < p->s.len && p->s.p[w.end] == ',' &&
        ((kind != MLN_SH_NONE && (p->s.p[w.end + 1] == '/' || p->s.p[w.end + 1] == '-')) ||
         (kind == MLN_SH_COMMAND && p->small && p->s.p[w.end + 1] == '}')))
        add(p, MLN_SIG_CMDI_BRACES, i, w.end - i);
}

/* Products and languages stand in comments of a User-Agent; options and paths do not follow them.
 */
static bool comment_argues(struct mln_sv s, size_t i)
{
    struct mln_sh_word w = mln_sh_word_at(s, i);
    size_t a = mln_sh_skip_blanks(s, w.end);

    return a > w.end && a < s.len && (s.p[a] == '-' || s.p[a] == '/' || s.p[a] == '"');
}

/* ${PATH:0:1}, ${@:1:2}, %PATH:~0,1%: what is cut out spells a command. */
static void check_expansion(struct pass *p, size_t i)
{
    enum { NAME_MAX_BYTES = 24 };
    bool windows = p->s.p[i] == '%';
    size_t k = i + (windows ? 1 : 2), start = k;

    while (k < p->s.len && k - start < NAME_MAX_BYTES &&
           (mln_cc((unsigned char)p->s.p[k], MLN_CC_WORD) || memchr("@*!#", p->s.p[k], 4)))
        k++;
    if (k == start || k + 4 >= p->s.len || p->s.p[k++] != ':' || (windows && p->s.p[k++] != '~'))
        return;
    size_t numbers = 0;
    for (char before = 0; k < p->s.len && memchr("0123456789-:, ", p->s.p[k], 14); k++) {
        numbers += mln_cc((unsigned char)p->s.p[k], MLN_CC_DIGIT) &&
                   !mln_cc((unsigned char)before, MLN_CC_DIGIT);
        before = p->s.p[k];
    }
    if (k < p->s.len && p->s.p[k] == (windows ? '%' : '}') && numbers + windows >= 2)
        add(p, MLN_SIG_CMDI_EXPANSION, i, k + 1 - i);
}

/* =cmd|'/c calc'!A1: a cell that asks another program for its content. */
static void check_formula(struct pass *p)
{
    size_t at = p->s.len > 8 && memchr("=+-@", p->s.p[0], 4) && (p->v->classes & MLN_BC_BANG)
                    ? mln_sv_find(p->s, MLN_SV("|'"))
                    : SIZE_MAX;

    if (at != SIZE_MAX && mln_sv_find(mln_sv_sub(p->s, at, 256), MLN_SV("'!")) != SIZE_MAX)
        add(p, MLN_SIG_CMDI_FORMULA, 0, at + 2);
}

/* What is added from here on is if a shell comes to i. */
static void enter(struct pass *p, size_t i, bool substitution)
{
    p->place = (struct place){i, substitution, !p->small, p->small};
}

static void leave(struct pass *p)
{
    p->place = (struct place){.reached = true};
}

/* Bytes at which walk() stops. */
static const bool stops[256] = {
    ['('] = true,  [')'] = true,  [';'] = true, ['|'] = true, ['&'] = true,
    ['\n'] = true, ['\r'] = true, ['$'] = true, ['%'] = true, ['<'] = true,
    ['>'] = true,  ['`'] = true,  ['{'] = true,
};

/* A bit for each byte of the block that may be one of them. */
static unsigned may_stop(mln_block b)
{
    return mln_block_in(b, '\n', '\r') | mln_block_in(b, '$', ')') | mln_block_in(b, ';', '>') |
           mln_block_eq(b, '`') | mln_block_in(b, '{', '|');
}

/* The first of them at or after i, or s.len. */
static size_t next_stop(struct mln_sv s, size_t i)
{
    for (; i + MLN_BLOCK <= s.len; i += MLN_BLOCK) {
        unsigned found = may_stop(mln_block_load(s.p + i));
        for (; found; found &= found - 1)
            if (stops[(unsigned char)s.p[i + (size_t)__builtin_ctz(found)]])
                return i + (size_t)__builtin_ctz(found);
    }
    while (i < s.len && !stops[(unsigned char)s.p[i]])
        i++;
    return MLN_MIN(i, s.len);
}

static void check_script_block(struct pass *p, size_t sep, size_t end)
{
    for (size_t i = sep; i < end; i++) {
        bool sign = p->s.p[i] == '&' || p->s.p[i] == '|' || p->s.p[i] == ';';
        size_t block = sign ? mln_sh_script_block(p->s, i) : 0;
        if (block)
            add(p, MLN_SIG_CMDI_POWERSHELL, i, block - i);
    }
}

static void walk(struct pass *p)
{
    bool small = p->small;
    int parens = 0;

    mln_sh_reach_init(&p->reach);

    for (size_t i = next_stop(p->s, 0); i < p->s.len; i = next_stop(p->s, i + 1)) {
        char c = p->s.p[i], d = i + 1 < p->s.len ? p->s.p[i + 1] : '\0';
        parens += (c == '(') - (c == ')');
        if (c == ';' || c == '|' || c == '&' || c == '\n' || c == '\r') {
            /* "(X11; U; Linux; nl)": comments of User-Agent and the like */
            bool comment = c == ';' && parens > 0 && p->loc == MLN_LOC_HEADER;
            size_t k = i + 1;
            while (k < p->s.len && p->s.p[k] &&
                   strchr(small ? ";|&\n\r \t(!@+" : ";|&\n\r \t(!@", p->s.p[k]))
                k++;
            if (k < p->s.len && p->s.p[k] == '{')
                check_braces(p, k);
            if (small && (p->v->classes & (MLN_BC_PAREN | MLN_BC_BRACE | MLN_BC_BRACKET)))
                check_script_block(p, i, k);
            if (comment && !comment_argues(p->s, k))
                continue;
            enter(p, k, false);
            check_position(p, i, k, comment || (c == '&' && d != '&' && d != ' ') || !small);
            leave(p);
            i = k - 1;
        } else if (c == '>' && d != '(') {
            bool path = small && (p->v->classes & (MLN_BC_SLASH | MLN_BC_BSLASH));
            size_t file = path ? mln_sh_redirects(p->s, i) : 0;
            if (file)
                add(p, MLN_SIG_CMDI_REDIRECTION, 0, file);
        } else if ((c == '$' && d == '{') || c == '%') {
            check_expansion(p, i);
        } else if ((c == '$' || c == '<' || c == '>') && d == '(') {
            if (c == '$' && i + 2 < p->s.len && p->s.p[i + 2] == '(')
                check_arithmetic(p, i);
            enter(p, i, true);
            check_substitution(p, i, i + 2, c == '$' || small);
            leave(p);
        } else if (c == '`' && d == '`') {
            while (i + 1 < p->s.len && p->s.p[i + 1] == '`')
                i++; /* a fence of Markdown, or an empty command */
        } else if (c == '`') {
            enter(p, i, true);
            check_substitution(p, i, i + 1, small);
            leave(p);
        } else if (c == '{') {
            check_braces(p, i);
        }
    }
}

/* "/etc/pas[s]wd": a path of the system with a wildcard in it, and nothing else. */
static bool is_system_glob(struct mln_sv s, const struct mln_sh_word *w)
{
    static const char *const roots[] = {"/etc/", "/bin/", "/usr/", "/proc/", "/var/", "/root/"};
    struct mln_sv path = mln_sv_sub(s, w->start, w->end - w->start);

    if (!w->glob || w->end != s.len)
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(roots); i++)
        if (mln_sv_starts_str(path, roots[i]))
            return true;
    return false;
}

/* "ls -la shows nothing, though": a sentence about a command. */
static bool is_sentence(struct mln_sv s)
{
    for (size_t i = 1; i + 2 < s.len; i++)
        if ((s.p[i] == ',' || s.p[i] == '.' || s.p[i] == '?' || s.p[i] == '!') &&
            mln_cc((unsigned char)s.p[i - 1], MLN_CC_ALPHA) && s.p[i + 1] == ' ' &&
            mln_cc((unsigned char)s.p[i + 2], MLN_CC_ALPHA))
            return true;
    return false;
}

/* The whole value is a command line, with or without a quote in front. */
static void check_whole(struct pass *p)
{
    size_t i = 0;

    while (i < p->s.len && p->s.p[i] && strchr("\"' \t)", p->s.p[i]))
        i++;
    bool option = mln_scan_at(p->s, i, MLN_SV("-c ")); /* of a shell: what it is to run */
    if (option)
        i = mln_scan_skip_space(p->s, i + 3);
    check_batch(p, i);
    check_forms(p, i);
    check_test(p, i);
    struct mln_sh_word w = mln_sh_command_at(p->s, i);
    enum mln_sh_kind kind = mln_sh_command(w.name);
    if (option && kind == MLN_SH_COMMAND &&
        (mln_sh_ends_here(p->s, w.end) || mln_sh_argues(p->s, &w, p->small)))
        add(p, MLN_SIG_CMDI_WHOLE, i, w.end - i);
    if (kind != MLN_SH_NONE && mln_sh_is_service(p->s, &w))
        return;
    if (kind == MLN_SH_COMMAND && w.start > i && w.end == p->s.len) /* "nohup ifconfig" */
        add(p, MLN_SIG_CMDI_WHOLE, i, w.end - i);
    if (is_parameter(p->s, w.end))
        check_assignment(p, w.start, w.end);
    if (is_system_glob(p->s, &w))
        add(p, MLN_SIG_CMDI_GLOB, i, w.end - i);
    if (kind != MLN_SH_NONE && mln_sh_writes_file(p->s, &w))
        add(p, MLN_SIG_CMDI_WHOLE, i, w.end - i);
    if (kind == MLN_SH_NONE || !p->small || is_sentence(p->s) || w.end >= p->s.len ||
        mln_sv_ieq(w.name, MLN_SV("get")) || /* of HTTP: "GET /path" is what traces are called */
        !mln_cc((unsigned char)p->s.p[w.end], MLN_CC_SPACE) ||
        !(mln_sh_has_arguments(p->s, w.end, true) ||
          (kind == MLN_SH_COMMAND && mln_sh_argues(p->s, &w, true))))
        return;
    size_t a = mln_sh_skip_blanks(p->s, w.end);
    if (a >= p->s.len)
        return;
    char c = p->s.p[a];
    bool drive = a + 2 < p->s.len && p->s.p[a + 1] == ':' && p->s.p[a + 2] == '\\';
    if ((kind == MLN_SH_COMMAND && c != '|') || c == '/' || c == '-' || c == '>' || drive)
        add(p, MLN_SIG_CMDI_WHOLE, i, w.end - i);
}

static void check_phrases(struct pass *p)
{
    static const struct {
        const char *text;
        uint16_t signal;
    } phrases[] = {
        {"/dev/tcp/", MLN_SIG_CMDI_NETWORK},
        {"/dev/udp/", MLN_SIG_CMDI_NETWORK},
        {"nc -e ", MLN_SIG_CMDI_NETWORK},
        {"bash -i", MLN_SIG_CMDI_NETWORK},
        {"${ifs", MLN_SIG_CMDI_HIDDEN_SPACE},
        {"$ifs", MLN_SIG_CMDI_HIDDEN_SPACE},
        {"/bin/sh", MLN_SIG_CMDI_SHELL_PATH},
        {"/bin/bash", MLN_SIG_CMDI_SHELL_PATH},
        {"/bin/cat", MLN_SIG_CMDI_SHELL_PATH},
        {"/bin/ls", MLN_SIG_CMDI_SHELL_PATH},
        {"/usr/bin/id", MLN_SIG_CMDI_SHELL_PATH},
        {"cmd.exe", MLN_SIG_CMDI_SHELL_PATH},
        {"-oproxycommand", MLN_SIG_CMDI_OPTION},
        {"-o proxycommand", MLN_SIG_CMDI_OPTION},
        {"ext::sh -c", MLN_SIG_CMDI_OPTION},
        {"--checkpoint-action=", MLN_SIG_CMDI_OPTION},
        {"--use-askpass=", MLN_SIG_CMDI_OPTION},
        {"--upload-pack=", MLN_SIG_CMDI_OPTION},
        {"--to-command=", MLN_SIG_CMDI_OPTION},
        {"cmd /c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd.exe /c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd.exe?/c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd.exe+/c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"%comspec% /", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd /k", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"powershell -", MLN_SIG_CMDI_POWERSHELL},
        {"powershell.exe -", MLN_SIG_CMDI_POWERSHELL},
        {"downloadstring(", MLN_SIG_CMDI_POWERSHELL},
        {"invoke-expression", MLN_SIG_CMDI_POWERSHELL},
        {"invoke-webrequest", MLN_SIG_CMDI_POWERSHELL},
        {"iex(", MLN_SIG_CMDI_POWERSHELL},
        {"%comspec%", MLN_SIG_CMDI_WINDOWS_VARIABLE},
        {"%systemroot%", MLN_SIG_CMDI_WINDOWS_VARIABLE},
        {"%windir%", MLN_SIG_CMDI_WINDOWS_VARIABLE},
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(phrases); i++) {
        size_t at = mln_view_find_str(p->v, phrases[i].text);
        if (at == SIZE_MAX)
            continue;
        bool shebang = at >= 2 && p->s.p[at - 2] == '#' && p->s.p[at - 1] == '!';
        size_t end = at + strlen(phrases[i].text); /* "/bin/sh: 1: x: not found" is an answer */
        if (!shebang && !mln_scan_at(p->s, end, MLN_SV(": ")))
            add(p, (enum mln_signal)phrases[i].signal, at, strlen(phrases[i].text));
    }
}

/* x="&rm y: the '&' of the attack split the query, the command became a name. */
static void check_name(struct pass *p)
{
    size_t start = mln_sh_skip_blanks(p->s, 0);
    struct mln_sh_word w = mln_sh_command_at(p->s, start);
    enum mln_sh_kind kind = mln_sh_command(w.name);
    bool cut = p->s.len && p->s.p[p->s.len - 1] == '#' && mln_sh_skip_blanks(p->s, w.end) > w.end;

    if (kind == MLN_SH_NONE || w.start == w.end)
        return;
    if (mln_sh_argues(p->s, &w, p->small) || (cut && kind == MLN_SH_COMMAND))
        add(p, MLN_SIG_CMDI_COMMAND, 0, w.end);
    else if (start && kind == MLN_SH_COMMAND && w.end == p->s.len)
        add(p, MLN_SIG_CMDI_COMMAND_BARE, 0, w.end); /* "x & id&": what nobody calls a field */
}

/* Long texts with sentences: documentation shows commands, it does not inject them. Its tags and
 * the code that it shows are not counted. */
static bool is_prose(struct mln_sv s, const struct mln_shown_code *shown)
{
    size_t words = 0, letters = 0, len = s.len;
    uint32_t block = 0;
    bool tag = false;

    for (size_t i = 1; i < s.len; i++) {
        while (shown && block < shown->n && i >= shown->block[block].end)
            block++;
        tag = shown && (s.p[i - 1] == '<' || (tag && s.p[i - 1] != '>'));
        if (tag || (shown && block < shown->n && i >= shown->block[block].start)) {
            len--;
            continue;
        }
        letters += mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA) || s.p[i] == ' ';
        words += s.p[i] == ' ' && mln_cc((unsigned char)s.p[i - 1], MLN_CC_ALPHA);
    }
    return words >= 10 && letters * 4 >= len * 3;
}

/* Nothing but words that are commands, too. */
static bool is_soft(const struct mln_findings *f)
{
    for (uint32_t i = 0; i < f->n; i++) {
        enum mln_signal s = (enum mln_signal)f->hit[i].signal;
        if (mln_signal_info(s)->protection == MLN_PROT_CMDI && s != MLN_SIG_CMDI_COMMAND_SOFT &&
            s != MLN_SIG_CMDI_SUBSTITUTION_SOFT)
            return false;
    }
    return true;
}

/* cmd=id, exec=whoami: a field that is called as web shells call theirs, and what their users type
 * first. File managers have "cmd=ls". */
static bool is_shell_field(struct mln_sv name, struct mln_sv value)
{
    static const char *const names[] = {"cmd", "exec", "command", "execute", "shell", "syscmd"};
    static const char *const values[] = {"id",       "whoami", "uname",      "ifconfig", "ipconfig",
                                         "netstat",  "pwd",    "systeminfo", "hostname", "ver",
                                         "tasklist", "ps",     "printenv"};

    return is_among(name, names, MLN_ARRAY_LEN(names)) &&
           is_among(value, values, MLN_ARRAY_LEN(values));
}

void mln_detect_cmdi(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    const uint32_t marks = MLN_BC_SEMI | MLN_BC_PIPE | MLN_BC_AMP | MLN_BC_NEWLINE | MLN_BC_DOLLAR |
                           MLN_BC_BTICK | MLN_BC_SLASH | MLN_BC_DASH | MLN_BC_PAREN | MLN_BC_BRACE |
                           MLN_BC_PERCENT | MLN_BC_BSLASH;
    struct pass p = {.v = v,
                     .s = mln_view_sv(v),
                     .out = out,
                     .loc = ctx->loc,
                     .small = is_short(mln_view_sv(v)),
                     .place = {.reached = true}};
    uint32_t before = out->n;

    bool control = v->n > 8 && (v->classes & MLN_BC_SPACE) && memchr("fFiI", v->p[0], 4);
    control = control || ctx->loc == MLN_LOC_QUERY_NAME || mln_sv_istarts(p.s, MLN_SV("nohup ")) ||
              mln_sv_istarts(p.s, MLN_SV("strace "));
    bool letters = v->classes & (MLN_BC_ALPHA | MLN_BC_BRACE); /* ":(){ :|:& };:" has none */
    if (v->index == 0 && v->n < 12 && is_shell_field(ctx->name, p.s))
        add(&p, MLN_SIG_CMDI_COMMAND_BARE, 0, v->n);
    if (v->n < 3 || (!(v->classes & marks) && !control) || !letters ||
        !mln_budget_take(ctx->budget, (uint64_t)v->n * 6))
        return;
    if (v->classes & (MLN_BC_SEMI | MLN_BC_PIPE | MLN_BC_AMP | MLN_BC_NEWLINE | MLN_BC_DOLLAR |
                      MLN_BC_BTICK | MLN_BC_BRACE | MLN_BC_LT | MLN_BC_GT | MLN_BC_PERCENT))
        walk(&p);
    if (ctx->loc == MLN_LOC_QUERY_NAME)
        check_name(&p);
    if (v->classes & MLN_BC_PIPE)
        check_formula(&p);
    if (ctx->loc != MLN_LOC_PATH &&
        ((v->classes & (MLN_BC_SPACE | MLN_BC_NEWLINE | MLN_BC_PLUS | MLN_BC_BRACE)) ||
         v->p[0] == '/'))
        check_whole(&p);
    if (v->classes & (MLN_BC_SLASH | MLN_BC_DOLLAR | MLN_BC_PERCENT | MLN_BC_PAREN | MLN_BC_DASH))
        check_phrases(&p);
    if (out->n == before)
        return;
    if ((v->lanes >> MLN_LANE_SH & 1) && !is_soft(out)) /* "tea & 'more'": quoted, not hidden */
        mln_findings_add(out, MLN_SIG_CMDI_HIDDEN_WORD, v, 0, v->n);
    if (mln_findings_has(out, MLN_SIG_CMDI_BATCH))
        return; /* its words are English, its shape is not */
    if (is_prose(p.s, out->shown) ||
        ((v->classes & MLN_BC_BTICK) && mln_sv_starts(p.s, MLN_SV("```"))))
        mln_findings_add(out, MLN_SIG_CMDI_PROSE, v, 0, v->n);
}
