/* Code of server-side languages (detection guide, section 3.11): a dangerous function *called* with
 * plausible arguments, tags that open code, names that lead to the runtime. One pass over the
 * identifiers; a word in prose is not a call. */
#include "engine/code_forms.h"
#include "engine/code_words.h"
#include "engine/java_names.h"
#include "engine/scan.h"
#include "engine/shown_code.h"
#include "engine/told_calls.h"

enum { IDENT_MAX = 64, GAP_MAX = 12 };

struct pass {
    const struct mln_view *v;
    struct mln_sv s;
    struct mln_findings *out;
    bool text;   /* sentences, or lines of a report */
    bool binary; /* the content of a file: what looks like code may be chance */
    bool typed;  /* the field says which class to create */
    enum mln_location loc;
};

static bool is_ident(unsigned char c)
{
    static const bool ident[256] = {
        ['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['_'] = true,
        ['$'] = true,         ['.'] = true,         [':'] = true,         [0x80 ... 0xff] = true,
    };

    return ident[c];
}

/* Of a file PHP runs what stands behind a tag; a program holds the names of its functions, too. */
static bool is_dead_code(const struct pass *p, enum mln_signal sig)
{
    return p->binary && (sig == MLN_SIG_CODE_PHP_CALL || sig == MLN_SIG_CODE_PHP_CALL_SOFT) &&
           !mln_findings_has(p->out, MLN_SIG_CODE_PHP_TAG) &&
           !mln_findings_has(p->out, MLN_SIG_CODE_PHP_SHORT_TAG);
}

static void add(struct pass *p, enum mln_signal sig, size_t off, size_t len)
{
    if (is_dead_code(p, sig))
        return;
    mln_findings_add(p->out, sig, p->v, off, len);
}

/* What stands after "(": code has a literal, a variable, a nested call or nothing; prose has words.
 */
static bool plausible_arguments(struct mln_sv s, size_t open)
{
    size_t i = mln_scan_skip_space(s, open + 1);

    if (i >= s.len)
        return open + 1 < s.len;
    unsigned char c = (unsigned char)s.p[i];
    if (c == '"' || c == '\'' || c == '`' || c == '$' || c == '@' || c == '[' || c == '{' ||
        c == '(' || c == '/' || c == '<' || c == '\\' || c == '_' || c == '-' || c == '!')
        return true;
    if (c == ')')
        return true;
    if (mln_cc(c, MLN_CC_DIGIT))
        return true;
    size_t end = i;
    while (end < s.len && is_ident((unsigned char)s.p[end]))
        end++;
    return end > i && end < s.len &&
           (s.p[end] == '(' || s.p[end] == ')' || s.p[end] == ',' || s.p[end] == '[');
}

static bool is_one_word(struct mln_sv s, size_t open)
{
    size_t end = open + 1;

    while (end < s.len && mln_cc((unsigned char)s.p[end], MLN_CC_ALPHA))
        end++;
    return end > open + 3 && end < s.len && s.p[end] == ')';
}

/* An argument that is a path or a command line: "/etc/…", "cat …", "c:\…". */
static void note_argument(struct pass *p, size_t open)
{
    static const char *const starts[] = {
        "/etc/", "/bin/", "/usr/",  "/tmp/", "/proc/", "/var/", "cat ",    "ls ",      "ls\"",
        "id\"",  "id'",   "whoami", "uname", "ping ",  "wget ", "curl ",   "nc ",      "bash",
        "sh -",  "cmd",   "calc",   "dir ",  "c:\\",   "../",   "http://", "https://", "php://"};
    size_t i = mln_scan_skip_space(p->s, open + 1);

    if (i < p->s.len && (p->s.p[i] == '"' || p->s.p[i] == '\'' || p->s.p[i] == '$'))
        add(p, MLN_SIG_CODE_ARG_LITERAL, i, 1);
    while (i < p->s.len &&
           (p->s.p[i] == '"' || p->s.p[i] == '\'' || p->s.p[i] == '`' || p->s.p[i] == '\\'))
        i++;
    for (size_t k = 0; k < MLN_ARRAY_LEN(starts); k++)
        if (mln_scan_at_str(p->s, i, starts[k])) {
            add(p, MLN_SIG_CODE_ARG_COMMAND, i, strlen(starts[k]));
            return;
        }
}

/* f(id): the argument is a command and nothing else, as a probe without quotes has it. */
static void note_bare_command(struct pass *p, size_t open)
{
    static const char *const commands[] = {"id",       "ls",       "dir",    "pwd",
                                           "whoami",   "uname",    "ver",    "hostname",
                                           "ifconfig", "ipconfig", "netstat"};
    size_t i = mln_scan_skip_space(p->s, open + 1), end = i;

    while (end < p->s.len && mln_cc((unsigned char)p->s.p[end], MLN_CC_ALPHA))
        end++;
    if (end >= p->s.len || p->s.p[end] != ')')
        return;
    for (size_t k = 0; k < MLN_ARRAY_LEN(commands); k++)
        if (mln_sv_ieq_str(mln_sv_sub(p->s, i, end - i), commands[k]))
            add(p, MLN_SIG_CODE_ARG_COMMAND, i, end - i);
}

static void note_statement_end(struct pass *p, size_t open)
{
    size_t close = mln_sv_chr(mln_sv_sub(p->s, open, 512), ')');

    if (close == SIZE_MAX)
        return;
    size_t i = mln_scan_skip_space(p->s, open + close + 1);
    if (i < p->s.len && p->s.p[i] == ';')
        add(p, MLN_SIG_CODE_STATEMENT_END, i, 1);
}

/* The name without a path of objects: "os.system" → also "system". */
static struct mln_sv last_part(struct mln_sv name)
{
    for (size_t i = name.len; i-- > 0;)
        if (name.p[i] == '.' || name.p[i] == ':')
            return mln_sv_sub(name, i + 1, name.len);
    return name;
}

/* ---- Java ---- */

/* "at a.b.C.method(C.java:12)", "(Native Method)": a line of a stack trace. */
static bool is_stack_frame(struct mln_sv s, size_t open)
{
    static const char *const sources[] = {
        ".java", ".kt", ".scala", ".groovy", "native method", "unknown source", "<generated>"};
    struct mln_sv in = mln_sv_sub(s, open + 1, 80);

    in = mln_sv_sub(in, 0, mln_sv_chr(in, ')'));
    if (mln_sv_chr(in, '.') == SIZE_MAX && mln_sv_chr(in, ' ') == SIZE_MAX &&
        mln_sv_chr(in, '<') == SIZE_MAX)
        return false; /* each has one of these */
    for (size_t i = 0; i < MLN_ARRAY_LEN(sources); i++)
        if (mln_sv_ifind(in, mln_sv_str(sources[i])) != SIZE_MAX)
            return true;
    return false;
}

/* In quotes, behind "@", "(" or "new": where code and markup name classes. */
static bool in_code(struct mln_sv s, size_t start, size_t end)
{
    unsigned char before = start ? (unsigned char)s.p[start - 1] : 0;
    unsigned char after = end < s.len ? (unsigned char)s.p[end] : 0;

    return (before && strchr("\"'@(=!<", before)) || after == '(' || after == '@' ||
           (start >= 4 && mln_scan_at(s, start - 4, MLN_SV("new ")));
}

/* The whole value but for quotes and the like. */
static bool is_whole(const struct pass *p, size_t start, size_t end)
{
    return start + (p->s.len - end) <= 3;
}

/* The bracket that closes the one at `open`, or the end of the value. */
static size_t closing(struct mln_sv s, size_t open)
{
    enum { LOOK = 512 };
    unsigned depth = 0;

    for (size_t i = open; i < s.len && i - open < LOOK; i++) {
        depth += s.p[i] == '(';
        if (s.p[i] == ')' && --depth == 0)
            return i;
    }
    return s.len;
}

/* "stat(2)", "copy(1)": a page of a manual, a copy of a file. */
static bool is_numbered(const struct pass *p, size_t start, size_t open, size_t close)
{
    struct mln_sv in = mln_sv_trim(mln_sv_sub(p->s, open + 1, close - open - 1));
    size_t digits = 0;

    if (mln_sv_chr(mln_sv_sub(p->s, start, open - start), '.') != SIZE_MAX)
        return false;
    while (digits < in.len && mln_cc((unsigned char)in.p[digits], MLN_CC_DIGIT))
        digits++;
    return in.len && digits == in.len;
}

/* The value is this call: f(…), @f(…);, /f(…) of a path. */
static bool is_whole_call(const struct pass *p, size_t start, size_t open)
{
    size_t first = start;

    static const char *const leads[] = {"new ", "return ", "echo ", "print "};
    for (size_t i = 0; i < MLN_ARRAY_LEN(leads); i++)
        if (mln_scan_at_str(p->s, 0, leads[i]) && first == strlen(leads[i]))
            first = 0;
    while (first && p->s.p[first - 1] && strchr(" @;\"'({=", p->s.p[first - 1]))
        first--;
    if (first && !(p->loc == MLN_LOC_PATH && p->s.p[first - 1] == '/'))
        return false;
    size_t close = closing(p->s, open), last = close + 1;
    while (last < p->s.len && p->s.p[last] && strchr(" ;()}\"'#/?>-\n\r", p->s.p[last]))
        last++;
    return last >= p->s.len && !is_numbered(p, start, open, close);
}

static void check_java(struct pass *p, size_t start, size_t end)
{
    struct mln_sv name = mln_sv_sub(p->s, start, end - start);
    enum mln_java_kind kind = mln_java_name(name);
    bool dotted = kind != MLN_JAVA_NONE;

    if (kind == MLN_JAVA_NONE)
        kind = mln_java_simple_name(name);
    if (kind == MLN_JAVA_NONE ||
        (end < p->s.len && p->s.p[end] == '(' && is_stack_frame(p->s, end)))
        return;
    bool code = in_code(p->s, start, end);
    if (dotted && kind == MLN_JAVA_LIBRARY && start && p->s.p[start - 1] == '<')
        kind = MLN_JAVA_CLASS; /* <java.util.TreeSet>: an element that readers of objects create */
    bool shown = code || (dotted && !p->text) || is_whole(p, start, end);
    if (kind == MLN_JAVA_GADGET && shown && (dotted || code))
        add(p, MLN_SIG_CODE_JAVA_GADGET, start, end - start);
    else if ((kind == MLN_JAVA_CLASS && shown) ||
             (kind == MLN_JAVA_DATA && is_whole(p, start, end)) ||
             (dotted && p->typed && is_whole(p, start, end)))
        add(p, MLN_SIG_CODE_JAVA_CLASS, start, end - start);
    else
        add(p, MLN_SIG_CODE_JAVA_PACKAGE, start, end - start);
}

/* x.constructor.constructor: Function, whatever x is. */
static bool is_constructor_chain(struct mln_sv name)
{
    return mln_sv_ifind(name, MLN_SV("constructor.constructor")) != SIZE_MAX;
}

/* {"@type": …}: the class that a careless reader creates. */
static bool is_type_field(struct mln_sv name)
{
    static const char *const ends[] = {"@type", "@class", "/javaClass", "/_class"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(ends); i++)
        if (mln_sv_ends(name, mln_sv_str(ends[i])))
            return true;
    return false;
}

static void check_field_name(struct pass *p, struct mln_sv name)
{
    enum mln_java_kind kind = mln_java_field_name(name);

    if (mln_sv_chr(name, '|') != SIZE_MAX)
        return; /* a list of names, as remote calls of GWT have, up to a sign that ends a field */
    if (kind > MLN_JAVA_LIBRARY)
        add(p, MLN_SIG_CODE_JAVA_NAME, 0, 0);
    if (mln_java_base64(name))
        add(p, MLN_SIG_CODE_JAVA_BASE64, 0, 0);
}

/* A few bytes of code occur in any large binary file; code is text behind them. */
static bool text_follows(struct mln_sv s, size_t i)
{
    size_t end = MLN_MIN(s.len, i + 24);

    for (; i < end; i++)
        if (mln_cc((unsigned char)s.p[i], MLN_CC_CTL) &&
            !mln_cc((unsigned char)s.p[i], MLN_CC_SPACE))
            return false;
        else if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

/* One blank stands in front of brackets in prose: "the system (see below)". Code has none, and what
 * hides from filters has several, or a line break. */
static bool is_prose_gap(struct mln_sv s, size_t end, size_t open)
{
    size_t i = mln_scan_skip_space(s, open + 1);

    return open - end == 1 && s.p[end] == ' ' && i < s.len &&
           mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA);
}

static const struct mln_code_word *find_call(struct mln_sv name)
{
    const struct mln_code_word *w = mln_code_call(name);
    struct mln_sv last = last_part(name);

    if (w || last.len == name.len)
        return w;
    w = mln_code_call(last);
    bool function = w && (w->signal == MLN_SIG_CODE_PHP_CALL_SOFT || /* no methods */
                          w->signal == MLN_SIG_CODE_ASP_CALL);
    return function && name.p[name.len - last.len - 1] == '.' ? NULL : w;
}

/* Functions of PHP that run nothing and change nothing. */
static bool only_reads(struct mln_sv name)
{
    static const char *const names[] = {"fopen",  "file_exists", "file_get_contents",
                                        "getenv", "getcwd",      "gethostbyname"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_ieq_str(name, names[i]))
            return true;
    return false;
}

/* "local p = require('Module:Citation')": Lua of a wiki, whose modules are its pages. */
static bool is_page(struct mln_sv s, size_t end, size_t open)
{
    size_t title = open + strlen("('module:"), close = title;

    if (end < 7 || !mln_scan_at(s, end - 7, MLN_SV("require")) ||
        (!mln_scan_at(s, open, MLN_SV("('module:")) && !mln_scan_at(s, open, MLN_SV("(\"module:"))))
        return false;
    while (close < s.len && (mln_cc((unsigned char)s.p[close], MLN_CC_WORD) || s.p[close] == ' ' ||
                             s.p[close] == '/' || s.p[close] == '-'))
        close++;
    return close > title && close < s.len && s.p[close] == s.p[open + 1];
}

static void check_call(struct pass *p, size_t start, size_t end, size_t open)
{
    const struct mln_code_word *w = find_call(mln_sv_sub(p->s, start, end - start));

    if (!w || is_stack_frame(p->s, open) || is_prose_gap(p->s, end, open) ||
        is_page(p->s, end, open) || (end == open && mln_told_print(p->s, start, open)) ||
        (w->signal == MLN_SIG_CODE_CALL && end == open &&
         mln_told_call(p->s, start, open, closing(p->s, open))))
        return;
    if (p->out->shown && mln_shown_code_at(p->out->shown, start) &&
        only_reads(mln_sv_sub(p->s, start, end - start)))
        return;
    bool soft = w->signal == MLN_SIG_CODE_PHP_CALL_SOFT, whole = is_whole_call(p, start, open);
    bool empty = mln_scan_at(p->s, open, MLN_SV("()"));
    if (!plausible_arguments(p->s, open) && !whole)
        return;
    if (soft && p->loc == MLN_LOC_PATH && is_one_word(p->s, open))
        return; /* "/wiki/Mail_(armour)" */
    if (w->signal == MLN_SIG_CODE_JS_CONSOLE && !whole)
        return; /* every example has one */
    if (w->signal == MLN_SIG_CODE_PHP_CALL && p->text && empty &&
        !mln_scan_at(p->s, open, MLN_SV("();")))
        add(p, MLN_SIG_CODE_PHP_CALL_SOFT, start, open + 1 - start); /* "use phpinfo() to see" */
    else
        add(p, (enum mln_signal)w->signal, start, open + 1 - start);
    if (whole && !(soft && open - end == 1))
        add(p, MLN_SIG_CODE_WHOLE, start, p->s.len - start);
    note_argument(p, open);
    note_bare_command(p, open);
    note_statement_end(p, open);
}

/* require('fs'), import("child_process"): modules that only the server has. */
static void check_module(struct pass *p, size_t start, size_t end, size_t open)
{
    static const char *const modules[] = {"fs",      "child_process", "os",     "net",
                                          "http",    "https",         "vm",     "dgram",
                                          "cluster", "dns",           "module", "worker_threads"};
    struct mln_sv name = mln_sv_sub(p->s, start, end - start);
    size_t i = open + 1;

    if (!mln_sv_ieq(last_part(name), MLN_SV("require")) &&
        !mln_sv_ieq(last_part(name), MLN_SV("import")))
        return;
    i = mln_scan_skip_space(p->s, i);
    if (i >= p->s.len || !p->s.p[i] || !strchr("'\"`", p->s.p[i]))
        return;
    struct mln_sv in = mln_sv_sub(p->s, i + 1, 24);
    in = mln_sv_sub(in, 0, mln_sv_chr(in, p->s.p[i]));
    if (mln_sv_istarts(in, MLN_SV("node:")))
        in = mln_sv_sub(in, 5, in.len);
    for (size_t k = 0; k < MLN_ARRAY_LEN(modules); k++)
        if (mln_sv_ieq_str(in, modules[k]))
            add(p, p->text ? MLN_SIG_CODE_JS_CALL : MLN_SIG_CODE_JS_SERVER, start, i - start);
}

/* {"__globals__": …}: a member that is called so. */
static bool is_member(const struct pass *p, size_t start, size_t end)
{
    return start && p->s.p[start - 1] == '"' && mln_scan_at(p->s, end, MLN_SV("\":"));
}

/* "php $_POST empty": words around it, and nothing that takes it or does something. */
static bool is_mentioned(struct mln_sv s, size_t start, size_t end)
{
    if ((start && s.p[start - 1] != ' ') || (end < s.len && s.p[end] != ' '))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if ((i < start || i >= end) &&
            !(mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA) || memchr(" ,!:", s.p[i], 4)))
            return false;
    return s.len > end - start;
}

static void check_name(struct pass *p, size_t start, size_t end)
{
    struct mln_sv name = mln_sv_sub(p->s, start, end - start);
    const struct mln_code_word *w = mln_code_name(name);

    if (!w && mln_code_ends_in_dunder(name) && !mln_code_told_dunder(p->v, start, end))
        add(p, MLN_SIG_CODE_PYTHON_DUNDER, start, end - start);
    if (!w) {
        check_java(p, start, end);
        return;
    }
    if (w->signal == MLN_SIG_CODE_PYTHON_DUNDER && is_member(p, start, end))
        return;
    if (w->signal == MLN_SIG_CODE_PHP_SUPERGLOBAL && is_mentioned(p->s, start, end))
        return;
    add(p, (enum mln_signal)w->signal, start, end - start);
    if (start == 0 && end + 2 >= p->s.len)
        add(p, MLN_SIG_CODE_WHOLE, start, end - start);
}

/* "$f(…)", "${@…(…)}", "${$…}": PHP calls what a variable holds. */
static void check_variable(struct pass *p, size_t start, size_t end, size_t open)
{
    if (p->s.p[start] == '$' && open == end && open < p->s.len && p->s.p[open] == '(' &&
        end - start > 1 && mln_scan_skip_space(p->s, open + 1) < p->s.len &&
        p->s.p[mln_scan_skip_space(p->s, open + 1)] == '$')
        add(p, MLN_SIG_CODE_PHP_VARIABLE_CALL, start, open + 1 - start);
}

/* Behind white space and the comments with which PHP and others allow it to be filled. */
static size_t skip_filler(struct mln_sv s, size_t i)
{
    enum { COMMENTS_MAX = 4, COMMENT_MAX = 64 };

    for (unsigned k = 0; k < COMMENTS_MAX; k++) {
        i = mln_scan_skip_space(s, i);
        if (i + 3 >= s.len || s.p[i] != '/' || s.p[i + 1] != '*')
            return i;
        size_t end = mln_sv_find(mln_sv_sub(s, i + 2, COMMENT_MAX), MLN_SV("*/"));
        if (end == SIZE_MAX)
            return i;
        i += end + 4;
    }
    return i;
}

/* Calls that their first argument gives away: a text, a symbol, or a handle that is to be opened.
 */
static void check_argument(struct pass *p, size_t start, size_t end, size_t open)
{
    struct mln_sv name = mln_sv_sub(p->s, start, end - start);
    size_t i = mln_scan_skip_space(p->s, open + 1);
    char c = i < p->s.len ? p->s.p[i] : '\0';
    bool text = c == '\'' || c == '"' || c == '`';

    if (is_constructor_chain(name) || (text && mln_code_constructor_call(p->s, name, open)))
        add(p, MLN_SIG_CODE_JS_SERVER, start, end - start);
    bool opened = mln_sv_ends(name, MLN_SV("open"));
    if (!p->text && (text || c == ':' || opened) && mln_code_process_call(p->s, name, open))
        add(p, MLN_SIG_CODE_PROCESS_CALL, start, open + 1 - start);
    if (name.len == 1 && end == open && mln_code_spel_type(p->s, name, open))
        add(p, MLN_SIG_TEMPLATE_OGNL, start, open + 1 - start);
    if (name.len > 12 && mln_sv_ifind(name, MLN_SV("classloader.")) != SIZE_MAX)
        add(p, MLN_SIG_CODE_JAVA_CALL, start, end - start);
    char last = p->s.p[p->s.len - 1]; /* "java.lang.Thread.sleep(7);" and no more */
    if (name.len > 12 && start <= 1 && (last == ')' || last == ';') &&
        closing(p->s, open) + 2 >= p->s.len && mln_java_name(name) != MLN_JAVA_NONE)
        add(p, MLN_SIG_CODE_JAVA_CALL_SOFT, start, end - start);
}

/* False for most words of a text: names that tell something are long, dotted, or begin with no
 * letter (mln_code_name, mln_java_name, mln_java_simple_name). */
static bool may_be_telling_name(struct mln_sv name)
{
    enum { LETTERS_MIN = 9 };

    return name.len >= LETTERS_MIN || !mln_cc((unsigned char)name.p[0], MLN_CC_ALPHA) ||
           mln_sv_chr(name, '.') != SIZE_MAX;
}

static void walk_identifiers(struct pass *p, struct mln_budget *budget)
{
    size_t i = 0;

    while (i < p->s.len) {
        if (!is_ident((unsigned char)p->s.p[i])) {
            i++;
            continue;
        }
        size_t start = i;
        while (i < p->s.len && is_ident((unsigned char)p->s.p[i]))
            i++;
        if (!mln_budget_take(budget, i - start + 4))
            return;
        if (i - start > IDENT_MAX * 4 || (p->binary && !text_follows(p->s, start)))
            continue;
        size_t open = skip_filler(p->s, i);
        bool comment = i < p->s.len && p->s.p[i] == '/';
        if (open < p->s.len && p->s.p[open] == '(' && (open - i <= GAP_MAX || comment)) {
            check_call(p, start, i, open);
            check_variable(p, start, i, open);
            check_module(p, start, i, open);
            check_argument(p, start, i, open);
        }
        if (may_be_telling_name(mln_sv_sub(p->s, start, i - start)))
            check_name(p, start, i);
    }
}

/* "<?xml" that no attribute follows: the rest is code. */
static bool is_broken_declaration(struct mln_sv s, size_t i)
{
    size_t next = mln_scan_skip_space(s, i + 3);

    return mln_scan_at(s, i, MLN_SV("xml")) && next < s.len && next > i + 3 && s.p[next] == '(';
}

/* PHP behind "<?php": without any of these it does nothing. A value that goes on elsewhere, as the
 * windows of a long body do, has them. *act: where the next one is, once it was looked for. */
static bool does_something(struct mln_sv s, size_t i, size_t *act)
{
    enum { LOOK = 512 };

    if (*act < i) /* each is looked for once, however many tags there are */
        for (*act = i; *act < s.len && !(s.p[*act] && strchr("(;=$`'\"{", s.p[*act])); ++*act)
            ;
    return *act < s.len && *act - i < LOOK;
}

static void check_tags(struct pass *p)
{
    size_t act = 0;

    for (size_t i = mln_view_find(p->v, MLN_SV("<?")); i != SIZE_MAX;) {
        bool tag = mln_scan_at(p->s, i + 2, MLN_SV("php"));
        if (tag && (i == 0 || does_something(p->s, i + 5, &act)))
            add(p, MLN_SIG_CODE_PHP_TAG, i, 5);
        else if (tag)
            ; /* "what <?php means" */
        else if (is_broken_declaration(p->s, i + 2))
            add(p, MLN_SIG_CODE_PHP_SHORT_TAG, i, 5);
        else if (!text_follows(p->s, i + 2))
            ; /* no code */
        else if (mln_scan_at(p->s, i + 2, MLN_SV("=")))
            add(p, MLN_SIG_CODE_PHP_SHORT_TAG, i, 3);
        else if (i + 2 < p->s.len && mln_cc((unsigned char)p->s.p[i + 2], MLN_CC_SPACE) &&
                 !mln_scan_at(p->s, mln_scan_skip_space(p->s, i + 2), MLN_SV("xml")))
            add(p, MLN_SIG_CODE_PHP_SHORT_TAG, i, 3);
        size_t next = mln_sv_find(mln_sv_sub(p->s, i + 2, p->s.len), MLN_SV("<?"));
        i = next == SIZE_MAX ? SIZE_MAX : i + 2 + next;
    }
}

/* Words that follow each other: sentences, reports. */
static bool is_text(struct mln_sv s)
{
    enum { WORDS_MIN = 5 };
    size_t words = 0;

    for (size_t i = 2; i < s.len && words < WORDS_MIN; i++)
        words += mln_cc((unsigned char)s.p[i - 1], MLN_CC_SPACE) &&
                 mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA) &&
                 mln_cc((unsigned char)s.p[i - 2], MLN_CC_ALPHA);
    return words >= WORDS_MIN;
}

/* Nothing but the alphabet of base64. */
static bool is_base64(const struct mln_view *v)
{
    return !(v->classes & ~(MLN_BC_ALPHA | MLN_BC_DIGIT | MLN_BC_PLUS | MLN_BC_SLASH | MLN_BC_EQ));
}

/* "index/\\think\\app/invokefunction": a route that names a class of the framework, so that any
 * of its functions is called. */
static void check_framework(struct pass *p)
{
    size_t at = mln_view_find(p->v, MLN_SV("\\think\\"));

    if (at != SIZE_MAX && (!at || p->s.p[at - 1] == '/'))
        add(p, MLN_SIG_CODE_PHP_EXPRESSION_CALL, at, 7);
}

static void check_forms(struct pass *p)
{
    uint32_t c = p->v->classes;

    p->text = (c & MLN_BC_SPACE) && is_text(p->s);
    if ((c & MLN_BC_PAREN) && (c & (MLN_BC_SQUOTE | MLN_BC_DQUOTE | MLN_BC_BTICK | MLN_BC_DOLLAR |
                                    MLN_BC_BRACKET | MLN_BC_PAREN)))
        mln_code_expression_calls(p->v, p->text, p->out);
    if (c & MLN_BC_PAREN)
        mln_code_endless_loops(p->v, p->out);
    if (c & (MLN_BC_PAREN | MLN_BC_DOLLAR))
        mln_code_php_pieces(p->v, p->out);
    if ((c & MLN_BC_PAREN) && (c & MLN_BC_DOT) && (c & (MLN_BC_SQUOTE | MLN_BC_DQUOTE)))
        mln_code_php_concatenation(p->v, p->out);
    if (c & MLN_BC_PAREN)
        mln_code_groovy(p->v, p->out);
    if ((c & MLN_BC_PAREN) && (c & (MLN_BC_SQUOTE | MLN_BC_DQUOTE)) && mln_code_list_call(p->s))
        add(p, MLN_SIG_CODE_PROCESS_CALL, 0, p->s.len);
    if (c & MLN_BC_DOT)
        mln_code_constant_class(p->v, p->out);
    if (c & MLN_BC_BSLASH) {
        check_framework(p);
        mln_code_tex(p->v, p->out);
    }
    if (c & MLN_BC_CARET)
        mln_code_php_bytes(p->v, p->out);
    if ((c & MLN_BC_ALPHA) && (c & (MLN_BC_EQ | MLN_BC_SPACE)))
        mln_code_php_settings(p->v, p->out);
    mln_code_quoted_commands(p->v, p->out);
    if (c & (MLN_BC_BRACKET | MLN_BC_BRACE | MLN_BC_LT))
        mln_code_bbcode(p->v, p->out);
    if ((c & (MLN_BC_AT | MLN_BC_BRACE | MLN_BC_BRACKET)) ==
        (MLN_BC_AT | MLN_BC_BRACE | MLN_BC_BRACKET))
        mln_code_perl_interpolation(p->v, p->out);
}

void mln_detect_code(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    const uint32_t any = MLN_BC_PAREN | MLN_BC_LT | MLN_BC_DOLLAR | MLN_BC_DOT | MLN_BC_BRACKET;
    struct pass p = {.v = v, .s = mln_view_sv(v), .out = out, .loc = ctx->loc};

    size_t pipe;

    p.typed = is_type_field(ctx->name);
    if (v->index == 0 && ctx->name.len)
        check_field_name(&p, ctx->name);
    if (v->n < 64 && is_base64(v) && mln_java_base64(p.s))
        add(&p, MLN_SIG_CODE_JAVA_BASE64, 0, v->n);
    if (ctx->loc == MLN_LOC_HEADER && v->index == 0 && (v->classes & (MLN_BC_DOT | MLN_BC_ALPHA)))
        mln_code_upload_name(v, ctx->name, out);
    if ((v->classes & (MLN_BC_PAREN | MLN_BC_PERCENT)) == (MLN_BC_PAREN | MLN_BC_PERCENT) &&
        (pipe = mln_view_find(v, MLN_SV("(%pipe%"))) != SIZE_MAX)
        add(&p, MLN_SIG_CODE_PROCESS_CALL, pipe, 7); /* PostScript prints to a program */
    if (v->n >= 5 && (v->classes & MLN_BC_LT))
        check_tags(&p);
    if (v->classes & MLN_BC_LT)
        mln_code_page_tags(v, out);
    p.binary = ctx->loc == MLN_LOC_FILE || ctx->loc == MLN_LOC_BODY;
    p.binary = p.binary && (v->classes & MLN_BC_CTL);
    if (!p.binary)
        check_forms(&p);
    if (!(v->classes & any) || !(v->classes & MLN_BC_ALPHA) || v->n < 4)
        return;
    walk_identifiers(&p, ctx->budget);
}
