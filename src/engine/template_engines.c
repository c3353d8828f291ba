/* Directives and expressions that one engine has, without delimiters of their own. */
#include "engine/template_priv.h"

/* "{7*7}", "{$x=7*7}", "{if 7*7}{/if}", "{'id'|system}": engines with single braces; only as the
 * whole value. */
static void check_single_braces(struct mln_template *p)
{
    enum { PROBE_MAX = 24, SMARTY_MAX = 120 };
    struct mln_sv s = mln_sv_trim(p->s);

    if (s.len < 5 || s.p[0] != '{' || s.p[s.len - 1] != '}' || s.p[1] == '{' || s.p[1] == '%')
        return;
    struct mln_sv in = mln_sv_sub(s, 1, s.len - 2);
    if (s.len <= SMARTY_MAX &&
        (mln_view_find(p->v, MLN_SV("|cat:")) != SIZE_MAX ||
         ((mln_cc((unsigned char)s.p[1], MLN_CC_DIGIT) || memchr("$'\"", s.p[1], 3)) &&
          mln_template_runs_command(in))))
        mln_template_add(p, MLN_SIG_TEMPLATE_OBJECT, 0, s.len);
    if (mln_sv_starts(in, MLN_SV("if ")))
        in = mln_sv_sub(in, 3, mln_sv_chr(mln_sv_sub(in, 3, in.len), '}'));
    if (s.len <= PROBE_MAX && mln_template_constant(in, '{', false) == MLN_ARITHMETIC_SURE)
        mln_template_add(p, MLN_SIG_TEMPLATE_ARITHMETIC, 0, s.len);
}

/* Tags with which an engine reads a template, a file, a class, or text as a template. */
static void check_directives(struct mln_template *p)
{
    static const char *const words[] = {"<#assign",
                                        "#set($",
                                        "#set ($",
                                        "#{set}(",
                                        "#include(",
                                        "#parse(",
                                        "#evaluate(",
                                        "#exec",
                                        "[% template.new(",
                                        "[%template.new(",
                                        "{% import",
                                        "{%import",
                                        "{% include",
                                        "{% extends \"/",
                                        "{% extends '/",
                                        "{% get_admin_log",
                                        "{% debug",
                                        "<#import",
                                        "[#assign ",
                                        "[#import ",
                                        "[#include ",
                                        "[# th:",
                                        "<@\"",
                                        "<@'",
                                        "~{::",
                                        "{php}",
                                        "{$smarty.",
                                        "{eval var=",
                                        "{fetch file=",
                                        "{include file=\"/",
                                        "{include file='/",
                                        "{include file=\"eval:",
                                        "{include file='eval:",
                                        "{include file=\"string:",
                                        "{include file='string:",
                                        "{math equation=",
                                        "<%import",
                                        "<% import",
                                        "<% require"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++) {
        size_t at = mln_view_find_str(p->v, words[i]);
        if (at != SIZE_MAX)
            mln_template_add(p, MLN_SIG_TEMPLATE_DIRECTIVE, at, strlen(words[i]));
    }
}

/* "{{#with \"a\" as |b|}}": a block of Handlebars over a constant or a call, or with a name of its
 * own. "{{#with author}}" is how a page is written. */
static void check_handlebars(struct mln_template *p)
{
    size_t at = mln_view_find(p->v, MLN_SV("{{#with")), i = at + 7;

    if (at == SIZE_MAX)
        return;
    i = mln_scan_skip_space(p->s, i);
    while (i < p->s.len && (mln_cc((unsigned char)p->s.p[i], MLN_CC_WORD) || p->s.p[i] == '.'))
        i++;
    if (!mln_scan_at(p->s, mln_scan_skip_space(p->s, i), MLN_SV("}}")))
        mln_template_add(p, MLN_SIG_TEMPLATE_DIRECTIVE, at, i - at);
}

/* "{% load x %}" and nothing else: a tag that means something to one engine only. */
static void check_lone_tag(struct mln_template *p)
{
    static const char *const tags[] = {"{% load ",  "{% csrf_token", "{% module ",
                                       "{% apply ", "${empty ",      "${not empty "};
    enum { TAG_MAX = 64 };
    struct mln_sv s = mln_sv_trim(p->s);

    if (s.len > TAG_MAX || s.p[s.len - 1] != '}')
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(tags); i++)
        if (mln_sv_starts_str(s, tags[i]))
            mln_template_add(p, MLN_SIG_TEMPLATE_DIRECTIVE, 0, s.len);
}

/* A sign behind `mark` and a letter behind that: nothing else is written so. */
static void check_marked_name(struct mln_template *p, struct mln_sv mark, enum mln_signal sig)
{
    size_t at = mln_view_find(p->v, mark);

    if (at != SIZE_MAX && at + mark.len < p->s.len &&
        mln_cc((unsigned char)p->s.p[at + mark.len], MLN_CC_ALPHA))
        mln_template_add(p, sig, at, mark.len + 1);
}

/* "<#list a as b>": a directive of FreeMarker. "<#C02|name>" is how a chat names a channel. */
static void check_freemarker(struct mln_template *p)
{
    size_t at = mln_view_find(p->v, MLN_SV("<#")), end = at + 2;

    if (at == SIZE_MAX)
        return;
    while (end < p->s.len && p->s.p[end] >= 'a' && p->s.p[end] <= 'z')
        end++;
    if (end > at + 3 && end + 1 < p->s.len && p->s.p[end] == ' ')
        mln_template_add(p, MLN_SIG_TEMPLATE_DIRECTIVE, at, end - at);
}

/* "#foreach($i in …)…#end": a block of Velocity. */
static void check_velocity(struct mln_template *p)
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
            mln_template_add(p, MLN_SIG_TEMPLATE_DIRECTIVE, at, end + 4 - at);
    }
}

/* "$x.getClass()", "''.getClass()", "[].getClass()": the class of a reference or of a constant. */
static void check_class_of(struct mln_template *p)
{
    enum { NAME_MAX_BYTES = 40 };
    size_t at = mln_view_find(p->v, MLN_SV(".getclass("));

    if (at == SIZE_MAX || !at)
        return;
    size_t i = at;
    while (i && at - i < NAME_MAX_BYTES && mln_cc((unsigned char)p->s.p[i - 1], MLN_CC_WORD))
        i--;
    bool reference = i < at && i && p->s.p[i - 1] == '$';
    bool constant = i == at && at >= 2 &&
                    ((p->s.p[at - 1] == ']' && p->s.p[at - 2] == '[') ||
                     (p->s.p[at - 1] == '}' && p->s.p[at - 2] == '{') ||
                     (memchr("'\"", p->s.p[at - 1], 2) && p->s.p[at - 2] == p->s.p[at - 1]));
    if (reference || constant)
        mln_template_add(p, MLN_SIG_TEMPLATE_OGNL, i ? i - 1 : 0, at + 10 - i);
}

static void check_ognl(struct mln_template *p)
{
    static const char *const words[] = {
        "#_memberaccess",   "@java.lang",  "#context[", "#cmd=",
        "ognl.ognlcontext", "#a=@",        "@ognl",     "xwork.methodaccessor",
        "#application",     "redirect:${", "action:${", "t(java.lang"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++) {
        size_t at = mln_view_find_str(p->v, words[i]);
        if (at != SIZE_MAX)
            mln_template_add(p, MLN_SIG_TEMPLATE_OGNL, at, strlen(words[i]));
    }
}

/* "@System.IO.File.…", "@DateTime.Now": Razor, from the first byte on. */
static void check_razor(struct mln_template *p)
{
    struct mln_sv s = mln_sv_trim(p->s);

    if (mln_sv_starts(s, MLN_SV("@System.")) && mln_sv_chr(s, ' ') == SIZE_MAX)
        mln_template_add(p, MLN_SIG_TEMPLATE_OGNL, 0, s.len);
    if (mln_sv_istarts(s, MLN_SV("@html.raw(")) || mln_sv_eq(s, MLN_SV("@DateTime.Now")))
        mln_template_add(p, MLN_SIG_TEMPLATE_DIRECTIVE, 0, s.len);
}

void mln_template_check_engines(struct mln_template *p)
{
    const uint32_t classes = p->v->classes;

    if (classes & MLN_BC_BRACE) {
        check_single_braces(p);
        check_lone_tag(p);
        check_handlebars(p);
        check_marked_name(p, MLN_SV("${."), MLN_SIG_TEMPLATE_DIRECTIVE); /* of FreeMarker */
        check_marked_name(p, MLN_SV("${@"), MLN_SIG_TEMPLATE_OBJECT);    /* a bean of Spring */
        check_marked_name(p, MLN_SV("%{#"), MLN_SIG_TEMPLATE_OGNL);
    }
    if (classes & (MLN_BC_HASH | MLN_BC_BRACE | MLN_BC_LT))
        check_directives(p);
    if ((classes & (MLN_BC_HASH | MLN_BC_LT)) == (MLN_BC_HASH | MLN_BC_LT))
        check_freemarker(p);
    if ((classes & (MLN_BC_HASH | MLN_BC_PAREN)) == (MLN_BC_HASH | MLN_BC_PAREN))
        check_velocity(p);
    if (classes & (MLN_BC_HASH | MLN_BC_AT | MLN_BC_DOLLAR))
        check_ognl(p);
    if (classes & MLN_BC_PAREN)
        check_class_of(p);
    if (classes & MLN_BC_AT)
        check_razor(p);
}
