#include "engine/code_forms.h"

#include "engine/code_words.h"
#include "engine/scan.h"
#include "engine/sh_commands.h"
#include "engine/sh_line.h"

struct pass {
    const struct mln_view *v;
    struct mln_sv s;
    struct mln_findings *out;
};

static void add(struct pass *p, enum mln_signal sig, size_t off, size_t len)
{
    mln_findings_add(p->out, sig, p->v, off, len);
}

static bool is_word(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_WORD);
}

static size_t skip_space_back(struct mln_sv s, size_t i)
{
    while (i && mln_cc((unsigned char)s.p[i - 1], MLN_CC_SPACE))
        i--;
    return i;
}

/* ---- what is called is no name ---- */

/* The word that ends before i, behind which quotes and brackets close: 'system'), "system", [0]. */
static struct mln_sv called_text(struct mln_sv s, size_t i)
{
    enum { CLOSERS_MAX = 8 };
    bool quoted = false;

    for (unsigned k = 0; i && k < CLOSERS_MAX; k++, i--) {
        char c = s.p[i - 1];
        if (c == ']' && i >= 3 && s.p[i - 3] == '[' && !is_word(c)) {
            i -= 2; /* an index: [0] */
            continue;
        }
        quoted = quoted || c == '\'' || c == '"' || c == '`';
        if (c != '\'' && c != '"' && c != '`' && c != ')' && c != ']' && c != ' ')
            break;
    }
    size_t end = i;
    while (i && is_word(s.p[i - 1]))
        i--;
    if (i == end || i == 0)
        return MLN_SV_NULL;
    char before = s.p[i - 1];
    bool opened = before == '\'' || before == '"' || before == '`' || (!quoted && before == '(');
    return opened ? mln_sv_sub(s, i, end - i) : MLN_SV_NULL;
}

static bool is_dangerous(struct mln_sv name)
{
    const struct mln_code_word *w = mln_code_call(name);

    return w && (w->signal == MLN_SIG_CODE_PHP_CALL || w->signal == MLN_SIG_CODE_CALL);
}

/* The word between the quotes at i. */
static struct mln_sv quoted_word(struct mln_sv s, size_t i)
{
    size_t end = i + 1;

    if (i >= s.len || (s.p[i] != '\'' && s.p[i] != '"'))
        return MLN_SV_NULL;
    while (end < s.len && is_word(s.p[end]))
        end++;
    return end < s.len && s.p[end] == s.p[i] ? mln_sv_sub(s, i + 1, end - i - 1) : MLN_SV_NULL;
}

/* The bracket that opens what closes before `end`, or SIZE_MAX; looks back no further than LOOK. */
static size_t opener(struct mln_sv s, size_t end, char open, char close)
{
    enum { LOOK = 96 };
    unsigned depth = 0;

    for (size_t i = end; i && end - i < LOOK; i--) {
        if (s.p[i - 1] == close)
            depth++;
        else if (s.p[i - 1] == open && --depth == 0)
            return i - 1;
    }
    return SIZE_MAX;
}

/* Names that are only signs, or start with them: $_, $__x. Scripts of browsers have $ or $name. */
static bool is_odd_variable(struct mln_sv s, size_t dollar)
{
    size_t i = dollar + 1;

    return i < s.len && (s.p[i] == '_' || s.p[i] == '$' || (unsigned char)s.p[i] >= 0x80);
}

/* "$name" that ends before i: the offset of its "$", or SIZE_MAX. */
static size_t variable_before(struct mln_sv s, size_t i)
{
    size_t start = i;

    while (start && (is_word(s.p[start - 1]) || (unsigned char)s.p[start - 1] >= 0x80))
        start--;
    return start && s.p[start - 1] == '$' ? start - 1 : SIZE_MAX;
}

/* Whether a PHP expression that starts with "$" ends before i: ${…}, $x[…], $x{…}, $x->$y. *start
 * is where. */
static bool is_php_expression(struct mln_sv s, size_t i, size_t *start)
{
    enum { SUBSCRIPTS_MAX = 4 };
    bool subscripts = false;

    for (unsigned k = 0; i && k < SUBSCRIPTS_MAX; k++) {
        char c = s.p[i - 1];
        size_t open = c == ']'   ? opener(s, i, '[', ']')
                      : c == '}' ? opener(s, i, '{', '}')
                                 : SIZE_MAX;
        if (open == SIZE_MAX)
            break;
        i = skip_space_back(s, open);
        subscripts = true;
        if (c == '}' && i && s.p[i - 1] == '$') { /* ${…}: what is within must be code */
            char in = s.p[mln_scan_skip_space(s, open + 1)];
            *start = i - 1;
            return in == '\'' || in == '"' || in == '$' || in == '_' || in == '~' || in == '`';
        }
    }
    size_t dollar = variable_before(s, i);
    if (dollar == SIZE_MAX)
        return false;
    *start = dollar;
    if (dollar >= 2 && (mln_sv_starts(mln_sv_sub(s, dollar - 2, 2), MLN_SV("->")) ||
                        mln_sv_starts(mln_sv_sub(s, dollar - 2, 2), MLN_SV("::"))))
        return true;
    return (dollar && (s.p[dollar - 1] == '@' || s.p[dollar - 1] == '$')) ||
           (subscripts && is_odd_variable(s, dollar)) || (subscripts && s.len < 120);
}

/* ('sys'.'tem') that ends before i: a name in pieces. */
static bool is_pieced_name(struct mln_sv s, size_t i, size_t *start)
{
    size_t open = i && s.p[i - 1] == ')' ? opener(s, i, '(', ')') : SIZE_MAX;
    struct mln_sv in = open == SIZE_MAX ? MLN_SV_NULL : mln_sv_sub(s, open + 1, i - open - 2);

    if (in.len < 5 || (in.p[0] != '\'' && in.p[0] != '"') || in.p[in.len - 1] != in.p[0])
        return false;
    char joint[] = {in.p[0], '.', in.p[0]};
    *start = open;
    return mln_sv_find(in, mln_sv(joint, sizeof(joint))) != SIZE_MAX;
}

/* 'sys'.'tem' at i: a word in two strings. */
static bool is_joined_word(struct mln_sv s, size_t i)
{
    struct mln_sv word = quoted_word(s, i);
    size_t dot = word.len ? mln_scan_skip_space(s, i + word.len + 2) : s.len;
    size_t next = dot < s.len && s.p[dot] == '.' ? mln_scan_skip_space(s, dot + 1) : s.len;

    return next < s.len && quoted_word(s, next).len;
}

/* $f that ends before i, and that "$f='name'" was set before. */
static bool is_named_before(struct mln_sv s, size_t i, size_t *start)
{
    enum { NAME_MAX_BYTES = 24 };
    size_t dollar = variable_before(s, i);

    if (dollar == SIZE_MAX || i - dollar > NAME_MAX_BYTES)
        return false;
    struct mln_sv before = mln_sv_sub(s, 0, dollar), name = mln_sv_sub(s, dollar, i - dollar);
    size_t at = mln_sv_find(before, name);
    size_t eq = at == SIZE_MAX ? SIZE_MAX : mln_scan_skip_space(before, at + name.len);
    *start = dollar;
    if (eq >= before.len || before.p[eq] != '=' || eq + 1 >= before.len)
        return false;
    size_t value = mln_scan_skip_space(before, eq + 1);
    return is_dangerous(quoted_word(before, value)) || is_joined_word(before, value);
}

/* '.f(…).' : out of a string of PHP, a call, and back into it. */
void mln_code_php_concatenation(const struct mln_view *v, struct mln_findings *out)
{
    struct pass p = {v, mln_view_sv(v), out};
    struct mln_sv s = mln_sv_trim(p.s);

    if (s.len < 8 || (s.p[0] != '\'' && s.p[0] != '"') || s.p[s.len - 1] != s.p[0])
        return;
    size_t i = mln_scan_skip_space(s, 1), close = skip_space_back(s, s.len - 1);
    if (i >= s.len || s.p[i] != '.' || s.p[close - 1] != '.')
        return;
    size_t name = mln_scan_skip_space(s, i + 1), end = name;
    while (end < s.len && is_word(s.p[end]))
        end++;
    bool call = end > name && end < s.len && s.p[end] == '(';
    if (call && s.p[skip_space_back(s, close - 1) - 1] == ')')
        add(&p, MLN_SIG_CODE_PHP_EXPRESSION_CALL, 0, p.s.len);
}

/* "@Grab(group='a', …)", "@Grab('a:b:1')", "@ASTTest(value={…})": what Groovy fetches or runs while
 * it compiles. */
static void check_groovy_annotations(struct pass *p)
{
    static const char *const names[] = {"@grab(", "@grabresolver(", "@grabconfig(", "@asttest("};

    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++) {
        size_t at = mln_view_find_str(p->v, names[i]);
        if (at == SIZE_MAX)
            continue;
        size_t arg = mln_scan_skip_space(p->s, at + strlen(names[i])), end = arg;
        while (end < p->s.len && mln_cc((unsigned char)p->s.p[end], MLN_CC_ALPHA))
            end++;
        bool quote = arg < p->s.len && (p->s.p[arg] == '\'' || p->s.p[arg] == '"');
        struct mln_sv text = quote ? mln_sv_sub(p->s, arg + 1, 120) : MLN_SV_NULL;
        text = mln_sv_sub(text, 0, quote ? mln_sv_chr(text, p->s.p[arg]) : 0);
        if ((end > arg && end < p->s.len && p->s.p[end] == '=') ||
            mln_sv_chr(text, ':') != SIZE_MAX)
            add(p, MLN_SIG_CODE_JAVA_CALL, at, strlen(names[i]));
    }
}

void mln_code_groovy(const struct mln_view *v, struct mln_findings *out)
{
    struct pass p = {v, mln_view_sv(v), out};

    if (v->classes & MLN_BC_AT)
        check_groovy_annotations(&p);
    if (!(v->classes & MLN_BC_DOT) || !(v->classes & (MLN_BC_SQUOTE | MLN_BC_DQUOTE)))
        return;
    size_t at = mln_view_find(v, MLN_SV(".execute("));

    size_t open =
        at != SIZE_MAX && at && p.s.p[at - 1] == ']' ? opener(p.s, at, '[', ']') : SIZE_MAX;
    bool list = open != SIZE_MAX && quoted_word(p.s, open + 1).len; /* ['sh','-c'] */
    if (at != SIZE_MAX && at && (list || p.s.p[at - 1] == '"' || p.s.p[at - 1] == '\''))
        add(&p, MLN_SIG_CODE_JAVA_CALL, at - 1, 10);
}

void mln_code_expression_calls(const struct mln_view *v, bool text, struct mln_findings *out)
{
    enum { CALLS_MAX = 32 };
    struct pass p = {v, mln_view_sv(v), out};
    unsigned n = 0;

    for (size_t i = mln_scan_either(p.s, 1, '(', '('); i < p.s.len && n < CALLS_MAX;
         i = mln_scan_either(p.s, i + 1, '(', '(')) {
        size_t end = skip_space_back(p.s, i), start = 0;
        if (!end || i - end > 4)
            continue;
        char c = p.s.p[end - 1];
        bool closes = c == ')' || c == '\'' || c == '"' || c == '`' || c == ']';
        if (closes && is_dangerous(called_text(p.s, end)))
            add(&p, MLN_SIG_CODE_PHP_STRING_CALL, end - 1, i - end + 2);
        bool called = !text && (v->classes & MLN_BC_DOLLAR) &&
                      (is_php_expression(p.s, end, &start) || is_named_before(p.s, end, &start));
        if (called || (i == end && is_pieced_name(p.s, end, &start)))
            add(&p, MLN_SIG_CODE_PHP_EXPRESSION_CALL, start, i - start + 1);
        n++;
    }
}

/* ---- what is called is told by its argument ---- */

/* The text between the quotes at i; absent when there is none. */
static struct mln_sv text_at(struct mln_sv s, size_t i)
{
    enum { TEXT_MAX = 160 };

    if (i >= s.len || !s.p[i] || !strchr("'\"`", s.p[i]))
        return MLN_SV_NULL;
    struct mln_sv in = mln_sv_sub(s, i + 1, TEXT_MAX);
    size_t end = mln_sv_chr(in, s.p[i]);
    return end == SIZE_MAX ? MLN_SV_NULL : mln_sv_sub(in, 0, end);
}

static struct mln_sv last_part(struct mln_sv name)
{
    for (size_t i = name.len; i-- > 0;)
        if (name.p[i] == '.' || name.p[i] == ':')
            return mln_sv_sub(name, i + 1, name.len);
    return name;
}

bool mln_code_constructor_call(struct mln_sv s, struct mln_sv name, size_t open)
{
    size_t i = mln_scan_skip_space(s, open + 1);

    if (!mln_sv_ieq(last_part(name), MLN_SV("constructor")))
        return false;
    struct mln_sv in = text_at(s, i);
    size_t close = in.p ? mln_scan_skip_space(s, i + in.len + 2) : s.len;
    if (close >= s.len || s.p[close] != ')')
        return false;
    size_t again = mln_scan_skip_space(s, close + 1);
    return again < s.len && (s.p[again] == '(' || s.p[again] == '`');
}

/* "id", "ls -la", "/bin/sh": a command line from its start. */
static bool is_command_line(struct mln_sv in)
{
    struct mln_sh_word w = mln_sh_command_at(in, 0);

    enum mln_sh_kind kind = mln_sh_command(w.name);

    if (kind == MLN_SH_NONE || w.end == 0 || mln_sv_ieq(in, MLN_SV("ping"))) /* of a database */
        return false;
    if (kind == MLN_SH_ENGLISH)
        return mln_sh_argues(in, &w, true);
    return w.end == in.len || in.p[w.end] == ' ';
}

bool mln_code_process_call(struct mln_sv s, struct mln_sv name, size_t open)
{
    static const char *const verbs[] = {"cmd",   "exec",  "execute", "system",
                                        "popen", "spawn", "shell",   "command",
                                        "call",  "run",   "run_cmd", "getoutput"};
    static const char *const alone[] = {"shell",     "sh",      "shell_command",  "run_command",
                                        "run_shell", "run_cmd", "execute_command"};
    size_t i = mln_scan_skip_space(s, open + 1);
    struct mln_sv last = last_part(name);
    bool apart = last.len < name.len, runs = false;

    if (i >= s.len)
        return false;
    if (mln_sv_ieq(last, MLN_SV("send")) || mln_sv_ieq(last, MLN_SV("public_send"))) {
        size_t end = i + 1; /* a symbol of Ruby */
        while (end < s.len && is_word(s.p[end]))
            end++;
        return s.p[i] == ':' && is_dangerous(mln_sv_sub(s, i + 1, end - i - 1));
    }
    if (mln_sv_ieq(last, MLN_SV("open"))) { /* Perl: a pipe to or from a command */
        size_t comma = mln_sv_chr(mln_sv_sub(s, i, 32), ',');
        size_t text = comma == SIZE_MAX ? i : mln_scan_skip_space(s, i + comma + 1);
        struct mln_sv in = text_at(s, text);
        bool piped = in.len >= 2 && (in.p[in.len - 1] == '|' || in.p[0] == '|');
        return piped && (mln_sv_eq(in, MLN_SV("-|")) || mln_sv_eq(in, MLN_SV("|-")) ||
                         is_command_line(mln_sv_sub(in, in.p[0] == '|', in.len - 1)));
    }
    if (mln_sv_ieq(last, MLN_SV("new")) && name.len > 12) /* process::Command::new */
        runs = mln_sv_ifind(name, MLN_SV("command::new")) != SIZE_MAX;
    for (size_t k = 0; k < MLN_ARRAY_LEN(verbs) && apart; k++)
        runs = runs || mln_sv_ieq_str(last, verbs[k]);
    for (size_t k = 0; k < MLN_ARRAY_LEN(alone) && !apart; k++)
        runs = runs || mln_sv_ieq_str(last, alone[k]);
    return runs && is_command_line(text_at(s, i));
}

bool mln_code_list_call(struct mln_sv s)
{
    static const char *const parts[] = {"shell", "system", "process", "program", "exec", "popen"};
    enum { NAME_MAX_BYTES = 40 };
    size_t end = 1;
    bool runs = false;

    if (s.len < 8 || s.p[0] != '(' || s.p[s.len - 1] != ')')
        return false;
    while (end < s.len && end < NAME_MAX_BYTES &&
           (is_word(s.p[end]) || memchr("-.:/", s.p[end], 4)))
        end++;
    struct mln_sv name = mln_sv_sub(s, 1, end - 1);
    for (size_t k = 0; k < MLN_ARRAY_LEN(parts); k++)
        runs = runs || mln_sv_ifind(name, mln_sv_str(parts[k])) != SIZE_MAX;
    runs = runs || mln_sv_eq(name, MLN_SV("sh"));
    return runs && end < s.len && s.p[end] == ' ' &&
           is_command_line(text_at(s, mln_scan_skip_space(s, end)));
}

bool mln_code_spel_type(struct mln_sv s, struct mln_sv name, size_t open)
{
    size_t end = open + 1, dots = 0, part = end;

    if (!mln_sv_eq(name, MLN_SV("T")))
        return false;
    for (; end < s.len && (is_word(s.p[end]) || s.p[end] == '.' || s.p[end] == '$'); end++)
        if (s.p[end] == '.') {
            dots++;
            part = end + 1;
        }
    return dots >= 2 && end < s.len && s.p[end] == ')' && part < end && s.p[part] >= 'A' &&
           s.p[part] <= 'Z';
}

/* ---- loops ---- */

/* Constants and their negations only: 1, !0, this, !'', -Infinity. */
static bool is_constant(struct mln_sv in)
{
    static const char *const words[] = {"true", "false",    "this",     "nan",
                                        "null", "infinity", "undefined"};

    if (!in.len || in.len > 24)
        return false;
    for (size_t i = 0; i < in.len;) {
        if (memchr("!+-~0123456789'\"`[]{}. \t()", in.p[i], 27)) {
            i++;
            continue;
        }
        size_t k = 0;
        while (k < MLN_ARRAY_LEN(words) && !mln_scan_at_str(in, i, words[k]))
            k++;
        if (k == MLN_ARRAY_LEN(words))
            return false;
        i += strlen(words[k]);
    }
    return true;
}

/* "(sy.(st).em)(x)": words that PHP takes for strings, joined and called. */
static bool calls_joined_words(struct mln_sv s)
{
    size_t i = 0, dots = 0, groups = 0;

    for (; i < s.len && (is_word(s.p[i]) || memchr("().", s.p[i], 3)); i++) {
        dots += s.p[i] == '.' && i && is_word(s.p[i - 1]);
        groups += i && s.p[i] == '(' && s.p[i - 1] == '.';
        if (i && s.p[i] == '(' && s.p[i - 1] == ')')
            return s.p[0] == '(' && dots && groups;
    }
    return false;
}

/* "${'_'.": the name of a variable is put together. JavaScript calls methods of strings there. */
static size_t joined_variable(struct mln_sv s)
{
    enum { NAME_MAX_BYTES = 16 };

    for (size_t i = 0; i + 6 < s.len; i++) {
        char quote = s.p[i + 2];
        if (s.p[i] != '$' || s.p[i + 1] != '{' || (quote != '\'' && quote != '"'))
            continue;
        size_t n = mln_sv_chr(mln_sv_sub(s, i + 3, NAME_MAX_BYTES), quote);
        size_t dot = n == SIZE_MAX ? s.len : i + 4 + n;
        if (dot + 1 < s.len && s.p[dot] == '.' && memchr("$'\"", s.p[dot + 1], 3))
            return i;
    }
    return SIZE_MAX;
}

void mln_code_php_pieces(const struct mln_view *v, struct mln_findings *out)
{
    struct pass p = {v, mln_view_sv(v), out};

    if ((v->classes & MLN_BC_PAREN) && calls_joined_words(p.s))
        add(&p, MLN_SIG_CODE_PHP_EXPRESSION_CALL, 0, p.s.len);
    if (!(v->classes & MLN_BC_DOLLAR))
        return;
    size_t name = (v->classes & MLN_BC_BRACE) ? joined_variable(p.s) : SIZE_MAX;
    if (name != SIZE_MAX)
        add(&p, MLN_SIG_CODE_PHP_VARIABLE_CALL, name, 4);
    size_t turned = mln_view_find(v, MLN_SV("$_^\"")); /* letters out of the bits of others */
    if (turned != SIZE_MAX)
        add(&p, MLN_SIG_CODE_PHP_VARIABLE_CALL, turned, 4);
}

/* "while (b - a < 9000);" and a clock: the loop waits, and does nothing else. */
static void check_waiting_loop(struct pass *p, size_t at)
{
    size_t i = mln_scan_skip_space(p->s, at + 5), signs = 0;
    bool clock = mln_view_find(p->v, MLN_SV("new date")) != SIZE_MAX ||
                 mln_view_find(p->v, MLN_SV("date.now")) != SIZE_MAX;

    if (!clock || i >= p->s.len || p->s.p[i] != '(')
        return;
    size_t close = mln_sv_chr(mln_sv_sub(p->s, i, 48), ')'), k = i + 1;
    for (; k < i + close && close != SIZE_MAX && !mln_cc((unsigned char)p->s.p[k], MLN_CC_DIGIT);
         k++) {
        signs += p->s.p[k] == '-' || p->s.p[k] == '<';
        if (!is_word(p->s.p[k]) && !memchr(" -<=", p->s.p[k], 4))
            return;
    }
    if (signs == 2 && close != SIZE_MAX && k + 3 <= i + close)
        add(p, MLN_SIG_CODE_JS_WAIT, at, i + close + 1 - at);
}

void mln_code_endless_loops(const struct mln_view *v, struct mln_findings *out)
{
    struct pass p = {v, mln_view_sv(v), out};
    size_t at = mln_view_find(v, MLN_SV("while"));

    if (at != SIZE_MAX && (!at || !is_word(p.s.p[at - 1])))
        check_waiting_loop(&p, at);

    if (at != SIZE_MAX && (!at || !is_word(p.s.p[at - 1]))) {
        size_t open = mln_scan_skip_space(p.s, at + 5);
        struct mln_sv rest = mln_sv_sub(p.s, open + 1, 40);
        size_t close = SIZE_MAX;
        for (size_t i = 0; i < rest.len; i++)
            if (rest.p[i] == ')')
                close = i;
        if (open < p.s.len && p.s.p[open] == '(' && close != SIZE_MAX &&
            is_constant(mln_sv_sub(rest, 0, mln_sv_chr(rest, ')')))) {
            add(&p, MLN_SIG_CODE_JS_ENDLESS, at, open - at + close + 2);
            if (at <= 2 && open + close + 6 >= p.s.len)
                add(&p, MLN_SIG_CODE_WHOLE, at, p.s.len - at);
        }
    }
    at = mln_view_find(v, MLN_SV("for(;;)"));
    if (at != SIZE_MAX && (!at || !is_word(p.s.p[at - 1]))) {
        add(&p, MLN_SIG_CODE_JS_ENDLESS, at, 7);
        if (at <= 2)
            add(&p, MLN_SIG_CODE_WHOLE, at, p.s.len - at);
    }
}

/* ---- settings of PHP ---- */

void mln_code_php_settings(const struct mln_view *v, struct mln_findings *out)
{
    static const struct {
        const char *name;
        bool opens; /* nobody sets it but to let code in */
    } settings[] = {
        {"allow_url_include", true},
        {"allow_url_fopen", true},
        {"auto_prepend_file", true},
        {"auto_append_file", true},
        {"disable_functions", true},
        {"open_basedir", true},
        {"safe_mode", true},
        {"suhosin.", true},
        {"cgi.force_redirect", true},
        {"cgi.redirect_status", true},
        {"zend_extension", true},
        {"extension_dir", true},
        {"enable_dl", true},
        {"sendmail_path", true},
        {"ffi.enable", true},
        {"phar.readonly", true},
        {"session.save_path", true},
        {"memory_limit", false},
        {"display_errors", false},
        {"max_execution_time", false},
        {"opcache.", false},
        {"upload_tmp_dir", false},
        {"short_open_tag", false},
        {"include_path", false},
        {"mail.log", false},
        {"error_log", false},
        {"log_errors", false},
        {"post_max_size", false},
        {"upload_max_filesize", false},
        {"xdebug.", false},
        {"assert.", false},
        {"file_uploads", false},
    };
    struct pass p = {v, mln_view_sv(v), out};

    if (!(v->classes & (MLN_BC_EQ | MLN_BC_DASH)) || /* "name =", "-d name" */
        (!(v->classes & MLN_BC_DOT) && mln_sv_chr(p.s, '_') == SIZE_MAX))
        return; /* each has one of these */
    for (size_t k = 0; k < MLN_ARRAY_LEN(settings); k++) {
        size_t at = mln_view_find_str(v, settings[k].name);
        if (at == SIZE_MAX || (at && is_word(p.s.p[at - 1])))
            continue;
        size_t i = at + strlen(settings[k].name);
        while (i < p.s.len && (is_word(p.s.p[i]) || p.s.p[i] == '.'))
            i++;
        i = mln_scan_skip_space(p.s, i);
        bool set = i < p.s.len && p.s.p[i] == '=';
        bool option = at >= 2 && p.s.p[skip_space_back(p.s, at) - 1] == 'd' &&
                      mln_sv_find(mln_sv_sub(p.s, 0, at), MLN_SV("-d")) != SIZE_MAX;
        if (!set && !(option && settings[k].opens))
            continue;
        add(&p, settings[k].opens ? MLN_SIG_CODE_PHP_SETTING : MLN_SIG_CODE_PHP_SETTING_SOFT, at,
            i - at);
        if (at <= 1 && p.s.len - i < 16)
            add(&p, MLN_SIG_CODE_WHOLE, at, p.s.len - at);
    }
}

/* ---- tags of templates and forums ---- */

/* "<php>…</php>": a tag of ThinkPHP's templates, which no page has, and a call or a statement. */
static void check_php_element(struct pass *p)
{
    size_t open = mln_view_find(p->v, MLN_SV("<php>"));
    struct mln_sv code = mln_sv_sub(p->s, open == SIZE_MAX ? p->s.len : open + 5, p->s.len);

    if (mln_sv_chr(code, '(') != SIZE_MAX || mln_sv_chr(code, ';') != SIZE_MAX)
        add(p, MLN_SIG_CODE_PHP_BBCODE, open, 5);
}

void mln_code_bbcode(const struct mln_view *v, struct mln_findings *out)
{
    enum { POST_MIN = 120 }; /* posts have both tags and some text */
    struct pass p = {v, mln_view_sv(v), out};
    static const char *const pairs[][2] = {{"[php]", "[/php]"}, {"{php}", "{/php}"}};

    if (p.s.len >= POST_MIN)
        return;
    check_php_element(&p);
    for (size_t k = 0; k < MLN_ARRAY_LEN(pairs); k++) {
        size_t open = mln_view_find_str(v, pairs[k][0]);
        size_t close = mln_view_find_str(v, pairs[k][1]);
        if ((open == SIZE_MAX) != (close == SIZE_MAX))
            add(&p, MLN_SIG_CODE_PHP_BBCODE, MLN_MIN(open, close), 5);
    }
}

/* ---- Perl ---- */

void mln_code_perl_interpolation(const struct mln_view *v, struct mln_findings *out)
{
    struct pass p = {v, mln_view_sv(v), out};

    for (size_t at = mln_scan_find(p.s, MLN_SV("@{"), 0); at != SIZE_MAX;
         at = mln_scan_find(p.s, MLN_SV("@{"), at + 1)) {
        size_t i = mln_scan_skip_space(p.s, at + 2);
        if (i < p.s.len && p.s.p[i] == '[' &&
            mln_sv_find(mln_sv_sub(p.s, i, 256), MLN_SV("]")) != SIZE_MAX) {
            add(&p, MLN_SIG_CODE_PERL_INTERPOLATION, at, i - at + 1);
            return;
        }
    }
}

void mln_code_quoted_commands(const struct mln_view *v, struct mln_findings *out)
{
    static const char *const openers[] = {"qx{", "qx/", "qx|", "qx!", "%x{", "%x(", "%x[", "%x|"};
    struct pass p = {v, mln_view_sv(v), out};
    bool qx = mln_view_find(v, MLN_SV("qx")) != SIZE_MAX;
    bool x = (v->classes & MLN_BC_PERCENT) && mln_view_find(v, MLN_SV("%x")) != SIZE_MAX;

    for (size_t k = 0; k < MLN_ARRAY_LEN(openers); k++) {
        if (!(openers[k][0] == 'q' ? qx : x))
            continue;
        size_t at = mln_view_find_str(v, openers[k]);
        if (at == SIZE_MAX || (at && is_word(p.s.p[at - 1])))
            continue;
        size_t i = mln_scan_skip_space(p.s, at + 3), end = i;
        while (end < p.s.len && mln_sh_is_word_byte(p.s.p[end]))
            end++;
        if (end > i && mln_sh_command(mln_sv_sub(p.s, i, end - i)) != MLN_SH_NONE)
            add(&p, MLN_SIG_CODE_PERL_CALL, at, end - at);
    }
}
