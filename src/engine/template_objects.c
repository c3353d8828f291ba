/* Template expressions that reach classes, the runtime, the engine, files or commands. */
#include "engine/code_words.h"
#include "engine/sh_commands.h"
#include "engine/template_priv.h"

/* "'id'|system": a filter that is a function which runs commands. */
static bool filters_command(struct mln_sv in)
{
    for (size_t at = mln_sv_chr(in, '|'); at < in.len;) {
        size_t start = mln_scan_skip_space(in, at + 1), end = start;
        while (end < in.len && mln_cc((unsigned char)in.p[end], MLN_CC_WORD))
            end++;
        struct mln_sv name = mln_sv_sub(in, start, end - start);
        const struct mln_code_word *w = name.len ? mln_code_call(name) : NULL;
        if (w && (w->signal == MLN_SIG_CODE_PHP_CALL || w->signal == MLN_SIG_CODE_CALL))
            return true;
        size_t next = mln_sv_chr(mln_sv_sub(in, end, in.len), '|');
        at = next == SIZE_MAX ? SIZE_MAX : end + next;
    }
    return false;
}

/* The name in front of a blank at `end` is one of a function that runs commands. */
static bool is_runner(struct mln_sv in, size_t end)
{
    static const char *const names[] = {"call", "cmd",   "command", "exec",  "execute",
                                        "open", "popen", "run",     "shell", "system"};
    size_t start = end;

    while (start && mln_cc((unsigned char)in.p[start - 1], MLN_CC_WORD))
        start--;
    struct mln_sv name = mln_sv_sub(in, start, end - start);
    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_ieq_str(name, names[i]))
            return true;
    return mln_sv_starts(in, MLN_SV("call "));
}

/* "exec \"id\"", ".File \"/etc/passwd\"": a function of Go's templates, a command or a file of the
 * system, and nothing else. One word may be a key as well: ".Get \"id\"". */
static bool calls_with_command(struct mln_sv in)
{
    in = mln_sv_trim(in);
    char quote = in.len > 4 ? in.p[in.len - 1] : '\0';
    size_t open = quote == '"' || quote == '\'' || quote == '`' ? mln_sv_chr(in, quote) : SIZE_MAX;

    if (open == SIZE_MAX || open < 2 || open + 2 >= in.len || in.p[open - 1] != ' ' ||
        !mln_cc((unsigned char)in.p[open - 2], MLN_CC_WORD))
        return false;
    struct mln_sv text = mln_sv_sub(in, open + 1, in.len - open - 2);
    size_t blank = mln_sv_chr(text, ' ');
    return mln_sv_starts(text, MLN_SV("/etc/")) || mln_sv_starts(text, MLN_SV("/proc/")) ||
           ((blank != SIZE_MAX || is_runner(in, open - 1)) &&
            mln_sh_command(mln_sv_sub(text, 0, blank)) == MLN_SH_COMMAND);
}

bool mln_template_runs_command(struct mln_sv in)
{
    return filters_command(in) || calls_with_command(in);
}

/* "()|attr(…)": the way to classes starts at an empty tuple. */
static bool starts_empty(struct mln_sv in)
{
    in = mln_sv_trim(in);
    while (in.len && in.p[0] == '(' && !mln_sv_starts(in, MLN_SV("()")))
        in = mln_sv_sub(in, 1, in.len);
    return mln_sv_starts(in, MLN_SV("()|")) || mln_sv_starts(in, MLN_SV("() |"));
}

/* "dict(po=a,p=b)|join": names become text without a quote. */
static bool spells_with_names(struct mln_sv in)
{
    size_t at = mln_sv_find(in, MLN_SV("dict("));

    return at != SIZE_MAX && mln_sv_find(mln_sv_sub(in, at, in.len), MLN_SV(")|join")) != SIZE_MAX;
}

static const char *const object_words[] = {"__class__",
                                           "__globals__",
                                           "__mro__",
                                           "__subclasses__",
                                           "__builtins__",
                                           "__init__",
                                           "__import__",
                                           "__base__",
                                           "__bases__",
                                           "__getitem__",
                                           "getclass",
                                           "forname",
                                           "getruntime",
                                           "processbuilder",
                                           "java.lang",
                                           "t(java",
                                           ".exec(",
                                           "constructor",
                                           "classloader",
                                           "\"\".class",
                                           "''.class",
                                           "''[",
                                           "\"\"[",
                                           "_self.env",
                                           "registerundefinedfilter",
                                           "config.",
                                           "self.__dict__",
                                           "request.application",
                                           "lipsum",
                                           "cycler",
                                           "joiner",
                                           "namespace(",
                                           "freemarker",
                                           "?new()",
                                           "?api",
                                           "class.forname",
                                           "system.getenv",
                                           "file.open",
                                           "io.popen",
                                           "system(",
                                           "passthru(",
                                           "phpinfo(",
                                           "scriptengine",
                                           "url_for.",
                                           "get_flashed_messages",
                                           "settings.secret",
                                           "#rt",
                                           "$class",
                                           "$x.class",
                                           "process.mainmodule",
                                           "process.env",
                                           "require(",
                                           "|attr(",
                                           "\"system\"",
                                           "'system'",
                                           "\"exec\"",
                                           "'exec'",
                                           "\"passthru\"",
                                           "'passthru'",
                                           "call_user_func",
                                           "#_memberaccess",
                                           "_templatereference__context",
                                           ".secret_key",
                                           "settings.databases",
                                           "handler.settings",
                                           "handler.application",
                                           "|string|list",
                                           "request['application",
                                           "request[\"application",
                                           "request[request.",
                                           "._meta.app_config",
                                           "messages.storages",
                                           "?interpret",
                                           "global.process",
                                           "this.process",
                                           "root.process",
                                           "process.version",
                                           "__proto__",
                                           ".util.os",
                                           "|orderby:",
                                           "lookup this"};

static void find_marks(struct mln_template *p)
{
    p->marked = true;
    for (size_t k = 0; k < MLN_ARRAY_LEN(object_words); k++) {
        if (mln_view_find_str(p->v, object_words[k]) == SIZE_MAX)
            continue;
        struct mln_sv w = mln_sv_str(object_words[k]);
        for (size_t i = mln_scan_word(p->s, w, 0); i != SIZE_MAX && p->marks < MLN_TEMPLATE_MARKS;
             i = mln_scan_word(p->s, w, i + 1))
            p->mark[p->marks++] = i;
    }
}

/* `id` alone within the delimiters: a command in Ruby. */
static bool is_backtick_command(struct mln_sv in)
{
    while (in.len && (in.p[0] == ' ' || in.p[0] == '='))
        in = mln_sv_sub(in, 1, in.len);
    while (in.len && in.p[in.len - 1] == ' ')
        in.len--;
    return in.len > 2 && in.p[0] == '`' && in.p[in.len - 1] == '`';
}

bool mln_template_reaches_objects(struct mln_template *p, struct mln_sv in)
{
    size_t from = (size_t)(in.p - p->s.p);

    if (!p->marked)
        find_marks(p);
    for (unsigned i = 0; i < p->marks; i++)
        if (p->mark[i] >= from && p->mark[i] < from + in.len)
            return true;
    return is_backtick_command(in) || starts_empty(in) || spells_with_names(in);
}

/* "if(count > 0, name, '-')", "DATE(2020-01-01T00:00:00Z, SHORT)": cards choose and write a text
 * so; it reaches nothing. */
static bool only_formats(struct mln_sv in)
{
    struct mln_sv t = mln_sv_trim(in);

    bool known = mln_sv_starts(t, MLN_SV("if(")) || mln_sv_starts(t, MLN_SV("DATE(")) ||
                 mln_sv_starts(t, MLN_SV("TIME("));

    return known && mln_sv_ends(t, MLN_SV(")")) &&
           mln_sv_chr(mln_sv_sub(t, mln_sv_chr(t, '(') + 1, t.len), '(') == SIZE_MAX;
}

/* name.name(…) within delimiters; "{{ user.name }}" and "{{ name | upper }}" are none, nor is
 * what random bytes put between delimiters. */
bool mln_template_has_call(struct mln_sv in)
{
    bool call = false;

    if (only_formats(in))
        return false;
    for (size_t i = 0; i < in.len; i++) {
        char c = in.p[i];
        if (c == '`' || c == '~' || c == '^' || mln_cc((unsigned char)c, MLN_CC_CTL) ||
            (unsigned char)c >= 0x80)
            return false;
        call = call || (c == '(' && i && mln_cc((unsigned char)in.p[i - 1], MLN_CC_WORD));
    }
    return call && mln_sv_chr(in, ')') != SIZE_MAX;
}

/* Objects that every page of an engine has: nobody's placeholder is called so. Those in front may
 * have a member or a filter behind them: "config['X']", "_context|json", "ENV['X']". */
bool mln_template_is_global(struct mln_sv in)
{
    static const char *const names[] = {
        "config",          "self",         "_self",           "_context",        "lipsum",
        "$smarty.version", "app.request",  "request",         "settings",        "applicationscope",
        "sessionscope",    "requestscope", "pagecontext",     "facescontext",    "servletcontext",
        "initparam",       "headervalues", "paramvalues",     "request.args",    "request.environ",
        "request.env",     "request.form", "request.headers", "request.cookies", "request.values",
        "request.meta",    "request.get",  "request.post",    "self.methods",    "self.class",
        "self.class.name", "globalthis",   "@root",           "$root",           ".",
        "#vars",           "#ctx",         "#request",        "#response",       "#session",
        "#parameters",     "#root",        "#this",           "#execinfo"};
    enum { WITH_MEMBERS = 5 };

    while (in.len && memchr("-= ", in.p[0], 3)) /* "{{-": the blanks in front are dropped */
        in = mln_sv_sub(in, 1, in.len);
    in = mln_sv_trim(in);
    if (mln_sv_starts(in, MLN_SV("ENV")) && (in.len == 3 || in.p[3] == '['))
        return true;
    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_ieq_str(in, names[i]))
            return true;
    for (size_t i = 0; i < WITH_MEMBERS; i++) {
        struct mln_sv n = mln_sv_str(names[i]);
        if (in.len > n.len && mln_sv_istarts(in, n) && (in.p[n.len] == '[' || in.p[n.len] == '|'))
            return true;
    }
    return false;
}

/* ${script:…}, ${dns:…}, ${url:…}, ${file:…}: lookups of Java libraries that reach outside, and
 * those that, as the whole value, print a secret or the runtime. "${env:HOME}/x" is a setting. */
bool mln_template_is_lookup(struct mln_sv in, bool whole)
{
    static const char *const reach[] = {"script:",        "url:utf-8:",  "dns:address|",
                                        "dns:name|",      "file:utf-8:", "const:java",
                                        "base64decoder:", "urlencoder:", "xml:"};
    static const char *const secrets[] = {"secret", "passw", "token", "access_key", "api_key"};
    bool environment = mln_sv_istarts(in, MLN_SV("env:")) || mln_sv_istarts(in, MLN_SV("sys:"));

    for (size_t i = 0; i < MLN_ARRAY_LEN(reach); i++)
        if (mln_sv_istarts(in, mln_sv_str(reach[i])) && in.len > strlen(reach[i]))
            return true;
    if (whole && mln_sv_istarts(in, MLN_SV("java:")))
        return true;
    for (size_t i = 0; environment && whole && i < MLN_ARRAY_LEN(secrets); i++)
        if (mln_sv_ifind(in, mln_sv_str(secrets[i])) != SIZE_MAX)
            return true;
    return false;
}
