/* Server-side templates and expression languages (detection guide, sections 3.5 and 3.6). */
#include "engine/code_words.h"
#include "engine/scan.h"

enum { LOOKUP_STEPS = 32, LOOKUP_TEXT = 512, LOOKUPS_MAX = 64, MARKS_MAX = 64 };
enum { INSIDE_MAX = 512 };

struct pass {
    const struct mln_view *v;
    struct mln_sv s;
    struct mln_findings *out;
    size_t mark[MARKS_MAX]; /* where words stand that lead to classes or the runtime */
    unsigned marks;
    bool marked;  /* they were sought */
    size_t work;  /* bytes that may still be read within delimiters: they can nest and overlap */
    bool flooded; /* it was not enough */
};

static void add(struct pass *p, enum mln_signal sig, size_t off, size_t len)
{
    mln_findings_add(p->out, sig, p->v, off, len);
}

struct pair {
    const char *open, *close;
    uint32_t classes; /* without one of these there is no opener */
};
static const struct pair pairs[] = {{"{{", "}}", MLN_BC_BRACE},
                                    {"${", "}", MLN_BC_DOLLAR | MLN_BC_BRACE},
                                    {"#{", "}", MLN_BC_HASH | MLN_BC_BRACE},
                                    {"<%", "%>", MLN_BC_LT | MLN_BC_PERCENT},
                                    {"{%", "%}", MLN_BC_BRACE | MLN_BC_PERCENT},
                                    {"*{", "}", MLN_BC_STAR | MLN_BC_BRACE},
                                    {"%{", "}", MLN_BC_PERCENT | MLN_BC_BRACE},
                                    {"@(", ")", MLN_BC_AT | MLN_BC_PAREN},
                                    {"[[", "]]", MLN_BC_BRACKET},
                                    {"@{", "}", MLN_BC_AT | MLN_BC_BRACE},
                                    {"!{", "}", MLN_BC_BANG | MLN_BC_BRACE},
                                    {"{!!", "!!}", MLN_BC_BANG | MLN_BC_BRACE},
                                    {"[=", "]", MLN_BC_BRACKET | MLN_BC_EQ},
                                    {"[%", "%]", MLN_BC_BRACKET | MLN_BC_PERCENT},
                                    {"~{", "}", MLN_BC_CARET | MLN_BC_BRACE},
                                    {"{#", "#}", MLN_BC_BRACE | MLN_BC_HASH},
                                    {"{php}", "{/php}", MLN_BC_BRACE}};

/* Constants with an operator between: 7*7, '7'*7, 3 + 4. Ranges, dates and networks (1-5, 1/2,
 * 10.0.0.0/8) are doubtful. */
enum arithmetic { ARITHMETIC_NONE, ARITHMETIC_DOUBTFUL, ARITHMETIC_SURE };

static enum arithmetic arithmetic_of(struct mln_sv in)
{
    size_t digits = 0, sure = 0, doubtful = 0;

    for (size_t i = 0; i < in.len; i++) {
        char c = in.p[i];
        if (mln_cc((unsigned char)c, MLN_CC_DIGIT))
            digits++;
        else if (c == '*' || (c == '+' && digits))
            sure++;
        else if (c == '/' || (c == '-' && digits))
            doubtful++;
        else if (!c || !strchr(" '\"=(){.@$#+-", c))
            return ARITHMETIC_NONE;
    }
    if (digits < 2)
        return ARITHMETIC_NONE;
    return sure ? ARITHMETIC_SURE : doubtful ? ARITHMETIC_DOUBTFUL : ARITHMETIC_NONE;
}

/* "print(7*7)", "raw 7*7": what is calculated is an argument. */
static struct mln_sv argument_of(struct mln_sv in, bool directive)
{
    size_t start = mln_scan_skip_space(in, 0), end = start;

    while (end < in.len && mln_cc((unsigned char)in.p[end], MLN_CC_ALPHA))
        end++;
    bool called =
        end > start && end < in.len && (in.p[end] == '(' || (directive && in.p[end] == ' '));
    return called ? mln_sv_sub(in, end, in.len) : in;
}

/* "'a'?upper_case", "7?c": a constant that FreeMarker is to convert, and nothing else. */
static bool converts_constant(struct mln_sv in)
{
    size_t mark = mln_sv_chr(in, '?'), end = mark + 1;

    if (mark == SIZE_MAX || mark == 0)
        return false;
    char first = in.p[0], last = in.p[mark - 1];
    bool text = mark > 1 && (first == '"' || first == '\'') && last == first;
    bool number = mln_cc((unsigned char)first, MLN_CC_DIGIT) &&
                  mln_cc((unsigned char)last, MLN_CC_DIGIT) &&
                  mln_sv_chr(mln_sv_sub(in, 0, mark), ' ') == SIZE_MAX;
    while (end < in.len && (in.p[end] == '_' || (in.p[end] >= 'a' && in.p[end] <= 'z')))
        end++;
    return (text || number) && end == in.len && end > mark + 1;
}

/* Two strings that are joined, or one that is repeated: 'a'~'b', "__cl" + "ass__", 'a'*3. */
static bool joins_strings(struct mln_sv in)
{
    for (size_t i = 1; i + 1 < in.len; i++) {
        if (in.p[i] != '~' && in.p[i] != '+' && in.p[i] != '*')
            continue;
        size_t before = i, after = mln_scan_skip_space(in, i + 1);
        while (before && in.p[before - 1] == ' ')
            before--;
        char q = before ? in.p[before - 1] : '\0';
        bool operand = after < in.len &&
                       (in.p[i] == '*' ? mln_cc((unsigned char)in.p[after], MLN_CC_DIGIT) != 0
                                       : in.p[after] == q);
        if ((q == '\'' || q == '"') && operand && before > 1 &&
            mln_sv_chr(mln_sv_sub(in, 0, before - 1), q) != SIZE_MAX)
            return true;
    }
    return false;
}

/* "if 1", "if 'a' == 'a'": what is decided is known. */
static bool is_constant_condition(struct mln_sv in)
{
    size_t i = mln_scan_skip_space(in, 0), values = 0;

    if (!mln_scan_at(in, i, MLN_SV("if")) || i + 3 >= in.len)
        return false;
    for (i += 2; i < in.len; i++) {
        if (!in.p[i] || !strchr(" ()=!<>'\"0123456789", in.p[i])) {
            bool quoted = (in.p[i - 1] == '\'' || in.p[i - 1] == '"') && i + 1 < in.len &&
                          in.p[i + 1] == in.p[i - 1]; /* of one letter */
            if (!quoted)
                return false;
        }
        values += mln_cc((unsigned char)in.p[i], MLN_CC_DIGIT) || in.p[i] == '\'';
    }
    return values > 0;
}

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

/* ---- words that lead to classes or the runtime: sought once per view ---- */

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
                                           "#_memberaccess"};

static void find_marks(struct pass *p)
{
    p->marked = true;
    for (size_t k = 0; k < MLN_ARRAY_LEN(object_words); k++) {
        if (mln_view_find_str(p->v, object_words[k]) == SIZE_MAX)
            continue;
        struct mln_sv w = mln_sv_str(object_words[k]);
        for (size_t i = mln_scan_word(p->s, w, 0); i != SIZE_MAX && p->marks < MARKS_MAX;
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

static bool reaches_objects(struct pass *p, struct mln_sv in)
{
    size_t from = (size_t)(in.p - p->s.p);

    if (!p->marked)
        find_marks(p);
    for (unsigned i = 0; i < p->marks; i++)
        if (p->mark[i] >= from && p->mark[i] < from + in.len)
            return true;
    return is_backtick_command(in);
}

/* name.name(…) within delimiters; "{{ user.name }}" and "{{ name | upper }}" are none, nor is
 * what random bytes put between delimiters. */
static bool has_call(struct mln_sv in)
{
    bool call = false;

    for (size_t i = 0; i < in.len; i++) {
        char c = in.p[i];
        if (c == '`' || c == '~' || c == '^' || mln_cc((unsigned char)c, MLN_CC_CTL) ||
            (unsigned char)c >= 0x80)
            return false;
        call = call || (c == '(' && i && mln_cc((unsigned char)in.p[i - 1], MLN_CC_WORD));
    }
    return call && mln_sv_chr(in, ')') != SIZE_MAX;
}

/* Objects that every page of an engine has: nobody's placeholder is called so. */
static bool is_global(struct mln_sv in)
{
    static const char *const names[] = {
        "config",           "self",         "_self",        "_context",
        "$smarty.version",  "app.request",  "request",      "settings",
        "applicationscope", "sessionscope", "requestscope", "pagecontext"};

    if (in.len && in.p[0] == '-') /* "{{-": the blanks in front are dropped */
        in = mln_sv_sub(in, 1, in.len);
    in = mln_sv_trim(in);
    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_ieq_str(in, names[i]))
            return true;
    for (size_t i = 0; i < 4; i++) { /* "config['X']", "_context|json" */
        struct mln_sv n = mln_sv_str(names[i]);
        if (in.len > n.len && mln_sv_istarts(in, n) && (in.p[n.len] == '[' || in.p[n.len] == '|'))
            return true;
    }
    return false;
}

/* ${script:…}, ${dns:…}, ${url:…}, ${file:…}: lookups of Java libraries that reach outside, and
 * those that, as the whole value, print a secret or the runtime. "${env:HOME}/x" is a setting. */
static bool is_lookup(struct mln_sv in, bool whole)
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

/* "[[at(document.type, \"post\")]]": data in two lists. Templates have another opener within. */
static bool is_list_in_list(const struct pass *p, size_t at, struct mln_sv in)
{
    struct mln_sv inner = mln_sv_trim(in);

    return p->s.p[at] == '[' && !(inner.len && memchr("$*#@~{", inner.p[0], 6));
}

static void check_inside(struct pass *p, size_t at, struct mln_sv in, bool directive)
{
    enum arithmetic a = arithmetic_of(argument_of(in, directive));
    bool whole = in.len + 8 >= p->s.len;

    if (p->s.p[at] == '$' && converts_constant(in))
        a = ARITHMETIC_SURE;
    if (a != ARITHMETIC_SURE && (joins_strings(in) || (directive && is_constant_condition(in))))
        a = directive ? ARITHMETIC_SURE : ARITHMETIC_DOUBTFUL;

    if (a != ARITHMETIC_NONE)
        add(p,
            a == ARITHMETIC_SURE || whole ? MLN_SIG_TEMPLATE_ARITHMETIC
                                          : MLN_SIG_TEMPLATE_ARITHMETIC_SOFT,
            at, in.len + 2);
    if (reaches_objects(p, in) || filters_command(in))
        add(p, MLN_SIG_TEMPLATE_OBJECT, at, in.len + 2);
    else if (has_call(in) && !directive && !is_list_in_list(p, at, in))
        add(p, MLN_SIG_TEMPLATE_CALL, at, in.len + 2);
    if (p->s.p[at] == '$' && is_lookup(in, whole))
        add(p, MLN_SIG_TEMPLATE_LOOKUP, at, in.len + 2);
    if (whole && is_global(in))
        add(p, MLN_SIG_TEMPLATE_GLOBAL, at, in.len + 2);
    add(p, MLN_SIG_TEMPLATE_SOFT, at, 2);
}

/* All "open … close" of one kind; true when there was an opener. */
static bool check_pair(struct pass *p, const struct pair *pair)
{
    size_t at = (p->v->classes & pair->classes) == pair->classes
                    ? mln_view_find_str(p->v, pair->open)
                    : SIZE_MAX;

    if (at == SIZE_MAX)
        return false;
    struct mln_sv open = mln_sv_str(pair->open), close = mln_sv_str(pair->close);
    while (at != SIZE_MAX) {
        struct mln_sv rest = mln_sv_sub(p->s, at + open.len, INSIDE_MAX);
        size_t end = mln_sv_find(rest, close);
        size_t cost = MLN_MIN(end, rest.len);
        if (p->work < cost) {
            p->flooded = true;
            break;
        }
        p->work -= cost;
        if (end != SIZE_MAX)
            check_inside(p, at, mln_sv_sub(rest, 0, end), open.p[0] == '{' && open.p[1] == '%');
        size_t next = mln_sv_find(mln_sv_sub(p->s, at + open.len, p->s.len), open);
        at = next == SIZE_MAX ? SIZE_MAX : at + open.len + next;
    }
    return true;
}

/* Long text, most of it words: documentation and Markdown like to use delimiters. */
static bool is_prose(struct mln_sv s)
{
    enum { PROSE_MIN = 160, SPACES_MIN = 20 };
    size_t letters = 0, spaces = 0;

    if (s.len < PROSE_MIN)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        letters += mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA);
        spaces += s.p[i] == ' ';
    }
    return spaces >= SPACES_MIN && letters * 2 >= s.len;
}

static void check_pairs(struct pass *p)
{
    enum { PROBE_MAX = 64, KINDS_MIN = 3, SURE_KINDS = 4 }; /* "[[" is also data */
    unsigned kinds = 0;
    bool flood = false;

    for (size_t k = 0; k < MLN_ARRAY_LEN(pairs); k++) {
        kinds += check_pair(p, &pairs[k]);
        flood = flood || (p->flooded && k < SURE_KINDS);
    }
    if (flood || (kinds >= KINDS_MIN && p->s.len <= PROBE_MAX))
        add(p, MLN_SIG_TEMPLATE_PROBE, 0, p->s.len);
    if (kinds && is_prose(p->s))
        add(p, MLN_SIG_TEMPLATE_PROSE, 0, p->s.len);
}

/* {7*7}: engines with single braces; only as the whole value. */
static void check_single_braces(struct pass *p)
{
    enum { PROBE_MAX = 24, SMARTY_MAX = 120 };
    struct mln_sv s = mln_sv_trim(p->s);

    if (s.len < 5 || s.p[0] != '{' || s.p[s.len - 1] != '}' || s.p[1] == '{')
        return;
    if ((mln_cc((unsigned char)s.p[1], MLN_CC_DIGIT) || memchr("$'\"", s.p[1], 3)) &&
        s.len <= SMARTY_MAX && filters_command(mln_sv_sub(s, 1, s.len - 2)))
        add(p, MLN_SIG_TEMPLATE_OBJECT, 0, s.len);
    if (s.len <= PROBE_MAX && arithmetic_of(mln_sv_sub(s, 1, s.len - 2)) == ARITHMETIC_SURE)
        add(p, MLN_SIG_TEMPLATE_ARITHMETIC, 0, s.len);
}

static void check_directives(struct pass *p)
{
    static const char *const words[] = {
        "<#assign",   "#set($",   "#set ($",   "#include(",    "#parse(",    "{% import",
        "{% include", "{%import", "{% debug",  "<#import",     "#evaluate(", "{{#with",
        "{php}",      "#exec",    "{$smarty.", "{fetch file=", "<%import",   "<% import"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++) {
        size_t at = mln_view_find_str(p->v, words[i]);
        if (at != SIZE_MAX)
            add(p, MLN_SIG_TEMPLATE_DIRECTIVE, at, strlen(words[i]));
    }
}

/* "<#list a as b>": a directive of FreeMarker. "<#C02|name>" is how a chat names a channel. */
static void check_freemarker(struct pass *p)
{
    size_t at = mln_view_find(p->v, MLN_SV("<#")), end = at + 2;

    if (at == SIZE_MAX)
        return;
    while (end < p->s.len && p->s.p[end] >= 'a' && p->s.p[end] <= 'z')
        end++;
    if (end > at + 3 && end + 1 < p->s.len && p->s.p[end] == ' ')
        add(p, MLN_SIG_TEMPLATE_DIRECTIVE, at, end - at);
}

/* "#foreach($i in …)…#end": a block of Velocity. */
static void check_velocity(struct pass *p)
{
    static const char *const blocks[] = {"#foreach", "#macro", "#if", "#define"};
    size_t end = mln_view_find(p->v, MLN_SV("#end"));

    if (end == SIZE_MAX || mln_cc((unsigned char)(end + 4 < p->s.len ? p->s.p[end + 4] : ' '),
                                  MLN_CC_WORD)) /* "#endif" of C */
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(blocks); i++) {
        size_t at = mln_view_find_str(p->v, blocks[i]);
        size_t open = at < end ? mln_scan_skip_space(p->s, at + strlen(blocks[i])) : SIZE_MAX;
        if (open < end && p->s.p[open] == '(')
            add(p, MLN_SIG_TEMPLATE_DIRECTIVE, at, end + 4 - at);
    }
}

static void check_ognl(struct pass *p)
{
    static const char *const words[] = {
        "#_memberaccess",   "@java.lang",  "#context[", "#cmd=",
        "ognl.ognlcontext", "#a=@",        "@ognl",     "xwork.methodaccessor",
        "#application",     "redirect:${", "action:${", "t(java.lang"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++) {
        size_t at = mln_view_find_str(p->v, words[i]);
        if (at != SIZE_MAX)
            add(p, MLN_SIG_TEMPLATE_OGNL, at, strlen(words[i]));
    }
}

/* ---- Log4j: nested lookups are evaluated from the inside out, as Log4j does ---- */

/* What a lookup gives: the default behind ":-", the text behind lower:/upper:, else nothing. */
static struct mln_sv lookup_value(struct mln_sv in)
{
    size_t def = mln_sv_find(in, MLN_SV(":-"));

    if (def != SIZE_MAX)
        return mln_sv_sub(in, def + 2, in.len);
    if (mln_sv_istarts(in, MLN_SV("lower:")) || mln_sv_istarts(in, MLN_SV("upper:")))
        return mln_sv_sub(in, 6, in.len);
    if (mln_sv_istarts(in, MLN_SV("date:")) &&
        mln_sv_find(in, MLN_SV("'")) != SIZE_MAX) { /* ${date:'j'} */
        struct mln_sv t = mln_sv_sub(in, mln_sv_find(in, MLN_SV("'")) + 1, in.len);
        return mln_sv_sub(t, 0, mln_sv_chr(t, '\''));
    }
    return MLN_SV("");
}

static bool is_jndi(struct mln_sv s)
{
    size_t at = mln_scan_find(s, MLN_SV("${jnd"), 0);

    if (at == SIZE_MAX)
        return false;
    struct mln_sv rest = mln_sv_sub(s, at + 5, 64);
    /* the dotless i becomes I in upper case */
    return (mln_sv_istarts(rest, MLN_SV("i")) || mln_sv_starts(rest, MLN_SV("\xc4\xb1"))) &&
           mln_sv_chr(rest, ':') != SIZE_MAX;
}

/* The innermost "${…}" of b[0..n) whose brace is at or after *from: replaced by its value. Braces
 * that close nothing are passed over. False when there is none. */
static bool reduce(char *b, size_t *n, size_t *from)
{
    size_t close = *from, open = 0;

    for (; close < *n; close++) {
        if (b[close] != '}')
            continue;
        for (open = close; open > 0; open--)
            if (b[open - 1] == '$' && b[open] == '{')
                break;
        if (open)
            break;
        *from = close + 1;
    }
    if (close >= *n)
        return false;
    struct mln_sv value = lookup_value(mln_sv(b + open + 1, close - open - 1));
    size_t to = open - 1;
    memmove(b + to, value.p, value.len);
    memmove(b + to + value.len, b + close + 1, *n - close - 1);
    *n = *n - (close + 1 - to) + value.len;
    return true;
}

/* The text from `at` on, with "$$" as "$": an escape that the next evaluation undoes. */
static size_t copy_lookup(struct mln_sv s, size_t at, char *b, size_t cap)
{
    size_t n = 0;

    for (size_t i = at; i < s.len && n < cap; i++)
        if (s.p[i] != '$' || i + 1 >= s.len || s.p[i + 1] != '$')
            b[n++] = s.p[i];
    return n;
}

/* Lookups within lookups that start at `at`; returns how many of them hide something. */
static size_t evaluate(struct pass *p, size_t at)
{
    char b[LOOKUP_TEXT];
    size_t n = copy_lookup(p->s, at, b, sizeof(b)), from = 0, nested = 0;
    size_t len = MLN_MIN(p->s.len - at, (size_t)64);

    for (unsigned step = 0; step < LOOKUP_STEPS; step++) {
        if (is_jndi(mln_sv(b, n))) {
            add(p, MLN_SIG_CODE_LOG4J_LOOKUP, at, len);
            return 0;
        }
        nested += mln_sv_find(mln_sv(b, n), MLN_SV(":-")) != SIZE_MAX ||
                  mln_scan_find(mln_sv(b, n), MLN_SV("${lower:"), 0) != SIZE_MAX;
        if (!reduce(b, &n, &from))
            break;
    }
    return nested;
}

/* Whether a lookup opens within another one in the text that evaluate() would read. */
static bool nests(struct mln_sv s, size_t at)
{
    struct mln_sv in = mln_sv_sub(s, at, LOOKUP_TEXT);
    unsigned depth = 0;

    for (size_t i = 0; i < in.len; i++) {
        if (in.p[i] == '$' && i + 1 < in.len && in.p[i + 1] == '{' && ++depth > 1)
            return true;
        if (in.p[i] == '}' && depth)
            depth--;
    }
    return false;
}

/* One evaluation reads at most LOOKUP_TEXT bytes; the next begins at the first lookup behind. */
static void check_lookups(struct pass *p)
{
    enum { NESTED_MIN = 3 };
    size_t at = mln_view_find(p->v, MLN_SV("${"));
    size_t plain = mln_view_find(p->v, MLN_SV("${jndi:"));

    if (plain != SIZE_MAX)
        add(p, MLN_SIG_CODE_LOG4J_LOOKUP, plain, MLN_MIN(p->s.len - plain, (size_t)64));
    for (unsigned n = 0; at != SIZE_MAX && n < LOOKUPS_MAX && plain == SIZE_MAX; n++) {
        if (nests(p->s, at) && evaluate(p, at) >= NESTED_MIN)
            add(p, MLN_SIG_CODE_LOG4J_NESTED, at, MLN_MIN(p->s.len - at, (size_t)64));
        size_t behind = at + LOOKUP_TEXT / 2;
        size_t next = mln_sv_find(mln_sv_sub(p->s, behind, p->s.len), MLN_SV("${"));
        at = next == SIZE_MAX ? SIZE_MAX : behind + next;
    }
}

void mln_detect_template(const struct mln_view *v, struct mln_detect_ctx *ctx,
                         struct mln_findings *out)
{
    const uint32_t any = MLN_BC_BRACE | MLN_BC_PERCENT | MLN_BC_AT | MLN_BC_BRACKET | MLN_BC_HASH;
    struct pass p = {
        .v = v, .s = mln_view_sv(v), .out = out, .work = (size_t)v->n * 16 + INSIDE_MAX};

    if (v->n < 5 || !(v->classes & any) || !mln_budget_take(ctx->budget, (uint64_t)v->n * 6))
        return;
    if (v->classes & (MLN_BC_BRACE | MLN_BC_LT | MLN_BC_AT | MLN_BC_BRACKET))
        check_pairs(&p);
    if (v->classes & MLN_BC_BRACE)
        check_single_braces(&p);
    if (v->classes & (MLN_BC_HASH | MLN_BC_BRACE | MLN_BC_LT))
        check_directives(&p);
    if ((v->classes & (MLN_BC_HASH | MLN_BC_LT)) == (MLN_BC_HASH | MLN_BC_LT))
        check_freemarker(&p);
    if ((v->classes & (MLN_BC_HASH | MLN_BC_PAREN)) == (MLN_BC_HASH | MLN_BC_PAREN))
        check_velocity(&p);
    if (v->classes & (MLN_BC_HASH | MLN_BC_AT | MLN_BC_DOLLAR))
        check_ognl(&p);
    if (v->classes & MLN_BC_DOLLAR)
        check_lookups(&p);
}
