#include "engine/java_names.h"

#include <stdlib.h>

enum { SEGMENT_MAX = 64, BASE64_TEXT_MAX = 64 };

/* Simple names that nobody but a chain of gadgets, or code, has a use for. Lower case, sorted. */
/* clang-format off */
static const char *const gadgets[] = {
    "annotationinvocationhandler", "badattributevalueexpexception", "beancomparator",
    "chainedtransformer", "classpathxmlapplicationcontext", "clonetransformer",
    "constanttransformer", "convertedclosure", "elprocessor", "factorytransformer",
    "filesystemxmlapplicationcontext", "forclosure", "groovyclassloader", "groovyshell",
    "hotswappabletargetsource", "instantiatefactory", "instantiatetransformer",
    "invokertransformer", "javassist", "jdbcrowsetimpl", "jndilookup",
    "jndirefforwardingdatasource", "jrmpclient", "jrmplistener", "ldapattribute", "methodclosure",
    "objectfactorydelegatinginvocationhandler", "poolbackeddatasource", "processbuilder",
    "processimpl", "prototypeclonefactory", "prototypeserializationfactory", "rmiconnectionimpl",
    "scriptenginefactory", "scriptenginemanager", "simplejndibeanfactory",
    "spelexpressionparser", "standardevaluationcontext", "switchtransformer", "templatesimpl",
    "tiedmapentry", "transformingcomparator", "traxfilter", "unixprocess", "urlclassloader",
    "whileclosure", "wrapperconnectionpooldatasource", "xmldecoder",
};

struct package {
    const char *prefix; /* lower case, ends in '.' */
    enum mln_java_kind kind;
};
/* The first that fits counts. */
static const struct package packages[] = {
    {"java.io.", MLN_JAVA_CLASS}, {"java.lang.reflect.", MLN_JAVA_CLASS},
    {"java.lang.invoke.", MLN_JAVA_CLASS}, {"java.net.", MLN_JAVA_CLASS},
    {"java.nio.", MLN_JAVA_CLASS}, {"java.rmi.", MLN_JAVA_CLASS},
    {"java.beans.", MLN_JAVA_CLASS}, {"javax.naming.", MLN_JAVA_CLASS},
    {"javax.script.", MLN_JAVA_CLASS}, {"javax.management.", MLN_JAVA_CLASS},
    {"java.", MLN_JAVA_LIBRARY}, {"javax.", MLN_JAVA_LIBRARY},
    {"com.sun.", MLN_JAVA_CLASS}, {"sun.misc.", MLN_JAVA_CLASS}, {"sun.reflect.", MLN_JAVA_CLASS},
    {"sun.rmi.", MLN_JAVA_CLASS}, {"jdk.nashorn.", MLN_JAVA_CLASS}, {"jdk.jshell.", MLN_JAVA_CLASS},
    {"com.opensymphony.", MLN_JAVA_CLASS}, {"com.mchange.v2.c3p0.", MLN_JAVA_CLASS},
    {"com.mchange.v2.naming.", MLN_JAVA_CLASS}, {"com.tangosol.", MLN_JAVA_CLASS},
    {"com.zaxxer.hikari.", MLN_JAVA_CLASS}, {"bsh.", MLN_JAVA_CLASS}, {"ognl.", MLN_JAVA_CLASS},
    {"freemarker.template.utility.", MLN_JAVA_CLASS}, {"groovy.lang.", MLN_JAVA_CLASS},
    {"groovy.util.", MLN_JAVA_CLASS}, {"org.codehaus.groovy.", MLN_JAVA_CLASS},
    {"org.apache.commons.", MLN_JAVA_CLASS}, {"org.apache.struts", MLN_JAVA_CLASS},
    {"org.apache.xalan.", MLN_JAVA_CLASS}, {"org.apache.xbean.", MLN_JAVA_CLASS},
    {"org.apache.tomcat.dbcp.", MLN_JAVA_CLASS}, {"org.apache.tomcat.instancemanager", MLN_JAVA_CLASS},
    {"org.apache.ibatis.datasource.", MLN_JAVA_CLASS}, {"org.apache.shiro.jndi.", MLN_JAVA_CLASS},
    {"org.apache.catalina.", MLN_JAVA_CLASS}, {"org.apache.logging.log4j.core.", MLN_JAVA_CLASS},
    {"org.apache.", MLN_JAVA_LIBRARY},
    {"org.mozilla.javascript.", MLN_JAVA_CLASS}, {"org.python.core.", MLN_JAVA_CLASS},
    {"org.python.util.", MLN_JAVA_CLASS}, {"org.mvel2.", MLN_JAVA_CLASS},
    {"org.omg.corba.", MLN_JAVA_CLASS}, {"org.hibernate.", MLN_JAVA_LIBRARY},
    {"org.springframework.context.support.", MLN_JAVA_CLASS},
    {"org.springframework.expression.", MLN_JAVA_CLASS},
    {"org.springframework.beans.factory.", MLN_JAVA_CLASS},
    {"org.springframework.aop.", MLN_JAVA_CLASS}, {"org.springframework.jndi.", MLN_JAVA_CLASS},
    {"org.springframework.util.", MLN_JAVA_CLASS}, {"org.springframework.", MLN_JAVA_LIBRARY},
    {"scala.sys.process.", MLN_JAVA_CLASS}, {"weblogic.", MLN_JAVA_CLASS},
    {"oracle.jdbc.", MLN_JAVA_LIBRARY}, {"ysoserial.", MLN_JAVA_CLASS},
    {"undertow.", MLN_JAVA_LIBRARY},
};
/* Whole names, whatever their case. */
static const char *const known_gadgets[] = {"java.lang.runtime", "java.lang.process",
    "java.lang.class", "java.lang.classloader", "java.lang.system", "java.lang.compiler",
    "class.classloader", "class.module.classloader"};
static const char *const known_classes[] = {"java.lang.reflect", "java.lang.invoke",
    "org.apache.commons", "org.omg.corba", "com.opensymphony.xwork2", "com.sun.org.apache", "org.apache.struts2"};
static const char *const known_data[] = {"java.lang.string", "java.lang.integer",
    "java.lang.number", "java.lang.object", "java.lang.stringbuilder", "java.lang.math"};
/* clang-format on */

static int compare(const void *key, const void *entry)
{
    const struct mln_sv *name = key;
    const char *word = *(const char *const *)entry;

    for (size_t i = 0; i < name->len; i++) {
        int d = (unsigned char)mln_lower(name->p[i]) - (unsigned char)word[i];
        if (d)
            return d;
    }
    return word[name->len] ? -1 : 0;
}

enum mln_java_kind mln_java_simple_name(struct mln_sv name)
{
    enum { SHORTEST = 9 };

    if (name.len < SHORTEST || name.len > SEGMENT_MAX)
        return MLN_JAVA_NONE;
    return bsearch(&name, gadgets, MLN_ARRAY_LEN(gadgets), sizeof(*gadgets), compare) != NULL
               ? MLN_JAVA_GADGET
               : MLN_JAVA_NONE;
}

void mln_java_simple_names_each(void (*fn)(void *arg, struct mln_sv name), void *arg)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(gadgets); i++)
        fn(arg, mln_sv_str(gadgets[i]));
}

static bool ends_with(struct mln_sv s, struct mln_sv end)
{
    return s.len >= end.len && mln_sv_ieq(mln_sv_sub(s, s.len - end.len, end.len), end);
}

/* ".Name": a class by convention. Names of streams and files are known in lower case as well. */
static bool has_class_segment(struct mln_sv rest)
{
    static const char *const ends[] = {"stream", "reader", "writer", "file", "socket"};

    for (size_t i = 0; i < rest.len; i++)
        if (mln_cc((unsigned char)rest.p[i], MLN_CC_UPPER) &&
            (!i || rest.p[i - 1] == '.' || rest.p[i - 1] == '$'))
            return true;
    for (size_t i = 0; i < MLN_ARRAY_LEN(ends); i++)
        if (ends_with(rest, mln_sv_str(ends[i])))
            return true;
    return false;
}

/* What is thrown is written to logs and reports. */
static bool is_throwable(struct mln_sv name)
{
    return ends_with(name, MLN_SV("exception")) || ends_with(name, MLN_SV("error")) ||
           ends_with(name, MLN_SV("throwable"));
}

static bool is_one_of(struct mln_sv name, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct mln_sv w = mln_sv_str(words[i]);
        if (mln_sv_istarts(name, w) && (name.len == w.len || name.p[w.len] == '.'))
            return true;
    }
    return false;
}

static bool has_gadget_segment(struct mln_sv name)
{
    while (name.p) {
        struct mln_sv segment = mln_sv_split(&name, '.');
        if (mln_java_simple_name(segment) != MLN_JAVA_NONE)
            return true;
    }
    return false;
}

enum mln_java_kind mln_java_name(struct mln_sv name)
{
    while (name.len && (name.p[name.len - 1] == '.' || name.p[name.len - 1] == ':'))
        name.len--;
    size_t start = name.len; /* behind the last colon */
    while (start && name.p[start - 1] != ':')
        start--;
    name = mln_sv_sub(name, start, name.len);
    if (mln_sv_chr(name, '.') == SIZE_MAX)
        return MLN_JAVA_NONE;
    if (has_gadget_segment(name))
        return MLN_JAVA_GADGET;
    if (is_throwable(name))
        return MLN_JAVA_NONE;
    if (!memchr("bcfgjosuwyBCFGJOSUWY", name.p[0], 20))
        return MLN_JAVA_NONE;
    if (is_one_of(name, known_gadgets, MLN_ARRAY_LEN(known_gadgets)) ||
        (mln_sv_istarts(name, MLN_SV("java.")) && ends_with(name, MLN_SV(".runtime"))))
        return MLN_JAVA_GADGET;
    if (is_one_of(name, known_classes, MLN_ARRAY_LEN(known_classes)))
        return MLN_JAVA_CLASS;
    if (is_one_of(name, known_data, MLN_ARRAY_LEN(known_data)))
        return MLN_JAVA_DATA;
    for (size_t i = 0; i < MLN_ARRAY_LEN(packages); i++) {
        struct mln_sv prefix = mln_sv_str(packages[i].prefix);
        if (mln_sv_istarts(name, prefix))
            return has_class_segment(mln_sv_sub(name, prefix.len, name.len)) ? packages[i].kind
                                                                             : MLN_JAVA_NONE;
    }
    return MLN_JAVA_NONE;
}

enum mln_java_kind mln_java_field_name(struct mln_sv name)
{
    enum mln_java_kind best = MLN_JAVA_NONE;
    size_t start = 0;

    if (mln_sv_chr(name, '.') == SIZE_MAX)
        return MLN_JAVA_NONE;
    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len &&
            (mln_cc((unsigned char)name.p[i], MLN_CC_WORD) || name.p[i] == '.' || name.p[i] == '$'))
            continue;
        if (i > start)
            best = MLN_MAX(best, mln_java_name(mln_sv_sub(name, start, i - start)));
        start = i + 1;
    }
    return best;
}

/* ---- base64 ---- */

static int sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Lower-case letters, three at a time, leave some bits of each digit no choice: digit k of a group
 * fits when those bits are so. */
static bool fits(int digit, unsigned k)
{
    static const struct {
        int mask, bits;
    } form[4] = {{0x38, 0x18}, {0x0e, 0x06}, {0x03, 0x01}, {0x20, 0x20}};

    return (digit & form[k].mask) == form[k].bits;
}

/* The alignment at which s reads as lower-case letters for a while, or -1. */
static int letters_alignment(struct mln_sv s)
{
    enum { RUN_MIN = 8 };
    unsigned run[4] = {0};

    for (size_t i = 0; i < s.len; i++) {
        int digit = sextet(s.p[i]);
        for (unsigned a = 0; a < 4; a++) {
            run[a] = digit >= 0 && fits(digit, (unsigned)(i + a) & 3) ? run[a] + 1 : 0;
            if (run[a] >= RUN_MIN)
                return (int)a;
        }
    }
    return -1;
}

static size_t decode(struct mln_sv s, unsigned alignment, char *out)
{
    uint32_t acc = 0;
    unsigned have = 0;
    size_t n = 0;

    for (size_t i = 0; i < s.len + alignment; i++) {
        int digit = i < alignment ? 0 : sextet(s.p[i - alignment]);
        if (digit < 0)
            break;
        acc = acc << 6 | (uint32_t)digit;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (char)(acc >> have & 0xff);
        }
    }
    return n;
}

bool mln_java_base64(struct mln_sv s)
{
    enum { SHORTEST = 9 };
    char text[BASE64_TEXT_MAX];

    if (s.len < SHORTEST || s.len > BASE64_TEXT_MAX)
        return false;
    int alignment = letters_alignment(s);
    if (alignment < 0)
        return false;
    struct mln_sv t = mln_sv(text, decode(s, (unsigned)alignment, text));
    for (size_t i = 0; i < MLN_ARRAY_LEN(gadgets); i++)
        if (mln_sv_find(t, mln_sv_str(gadgets[i])) != SIZE_MAX)
            return true;
    size_t runtime = mln_sv_find(t, MLN_SV("runtime"));
    return runtime != SIZE_MAX && runtime <= 3 && t.len - runtime <= 8;
}

size_t mln_java_magic(struct mln_sv s)
{
    static const char *const magic[] = {"rO0AB", "KztAAU", "Cs7QAF"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(magic); i++) {
        size_t at = mln_sv_find(s, mln_sv_str(magic[i]));
        if (at != SIZE_MAX)
            return at;
    }
    return SIZE_MAX;
}
