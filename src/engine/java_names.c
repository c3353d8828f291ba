#include "engine/java_names.h"

#include <stdlib.h>

#include "base/block.h"

enum { SHORTEST = 9, SEGMENT_MAX = 64, BASE64_TEXT_MAX = 64 };

/* Simple names that nobody but a chain of gadgets, or code, has a use for. Lower case, sorted. */
/* clang-format off */
static const char *const gadgets[] = {
    "annotationinvocationhandler", "badattributevalueexpexception", "beancomparator",
    "chainedtransformer", "classpathxmlapplicationcontext", "clonetransformer",
    "constanttransformer", "convertedclosure", "elprocessor", "factorytransformer",
    "filesystemxmlapplicationcontext", "forclosure", "groovyclassloader", "groovyshell",
    "hotswappabletargetsource", "instantiatefactory", "instantiatetransformer",
    "invokertransformer", "javassist", "jdbcrowsetimpl", "jmxconfigurator", "jndilookup",
    "jndirefforwardingdatasource", "jrmpclient", "jrmplistener", "ldapattribute", "methodclosure",
    "objectfactorydelegatinginvocationhandler", "poolbackeddatasource", "processbuilder",
    "processimpl", "prototypeclonefactory", "prototypeserializationfactory", "rmiconnectionimpl",
    "runexecutablelistener", "scriptenginefactory", "scriptenginemanager", "simplejndibeanfactory",
    "spelexpressionparser", "standardevaluationcontext", "switchtransformer", "templatesimpl",
    "tiedmapentry", "transformingcomparator", "traxfilter", "unixprocess", "urlclassloader",
    "velocityresponsewriter", "whileclosure", "wrapperconnectionpooldatasource", "xmldecoder",
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
    {"org.apache.commons.", MLN_JAVA_CLASS},
    {"org.apache.struts.taglib.", MLN_JAVA_LIBRARY}, /* names of fields in its own forms */
    {"org.apache.struts.action.", MLN_JAVA_LIBRARY}, {"org.apache.struts", MLN_JAVA_CLASS},
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
    {"undertow.", MLN_JAVA_LIBRARY}, {"ch.qos.logback.core.db.", MLN_JAVA_CLASS},
    {"ch.qos.logback.core.jndi.", MLN_JAVA_CLASS}, {"net.sf.ehcache.transaction.", MLN_JAVA_CLASS},
    {"br.com.anteros.dbcp.", MLN_JAVA_CLASS},
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

/* Whether the second letter is one of those that go with the first; name has two. */
static bool has_start(struct mln_sv name, const char *const second[128])
{
    unsigned first = (unsigned char)mln_lower(name.p[0]);
    const char *letters = first < 128 ? second[first] : NULL;
    char c = mln_lower(name.p[1]);

    return letters && c && strchr(letters, c);
}

/* Most words are no gadget by their first two letters, and most names no class of Java. */
static bool may_be_gadget(struct mln_sv name)
{
    static const char *const second[128] = {
        ['a'] = "n",   ['b'] = "ae", ['c'] = "hlo", ['e'] = "l",     ['f'] = "aio",
        ['g'] = "r",   ['h'] = "o",  ['i'] = "n",   ['j'] = "admnr", ['l'] = "d",
        ['m'] = "e",   ['o'] = "b",  ['p'] = "or",  ['r'] = "mu",    ['s'] = "ciptw",
        ['t'] = "eir", ['u'] = "nr", ['v'] = "e",   ['w'] = "hr",    ['x'] = "m"};
    return has_start(name, second);
}

static bool may_be_package(struct mln_sv name)
{
    static const char *const second[128] = {
        ['b'] = "rs", ['c'] = "hlo", ['f'] = "r", ['g'] = "r", ['j'] = "ad", ['n'] = "e",
        ['o'] = "gr", ['s'] = "cu",  ['u'] = "n", ['w'] = "e", ['y'] = "s"};

    return name.len > 1 && has_start(name, second);
}

enum mln_java_kind mln_java_simple_name(struct mln_sv name)
{
    if (name.len < SHORTEST || name.len > SEGMENT_MAX || !may_be_gadget(name))
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
        if (mln_lower(name.p[0]) != words[i][0])
            continue;
        struct mln_sv w = mln_sv_str(words[i]);
        if (mln_sv_istarts(name, w) && (name.len == w.len || name.p[w.len] == '.'))
            return true;
    }
    return false;
}

static bool has_gadget_segment(struct mln_sv name)
{
    size_t start = 0;

    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && name.p[i] != '.')
            continue;
        if (i - start >= SHORTEST &&
            mln_java_simple_name(mln_sv_sub(name, start, i - start)) != MLN_JAVA_NONE)
            return true;
        start = i + 1;
    }
    return false;
}

enum mln_java_kind mln_java_name(struct mln_sv name)
{
    while (name.len && (name.p[name.len - 1] == '.' || name.p[name.len - 1] == ':'))
        name.len--;
    const char *colon = name.p && name.len ? memrchr(name.p, ':', name.len) : NULL;
    if (colon)
        name = mln_sv_sub(name, (size_t)(colon + 1 - name.p), name.len);
    if (mln_sv_chr(name, '.') == SIZE_MAX)
        return MLN_JAVA_NONE;
    if (has_gadget_segment(name))
        return MLN_JAVA_GADGET;
    if (!may_be_package(name) || is_throwable(name))
        return MLN_JAVA_NONE;
    if (is_one_of(name, known_gadgets, MLN_ARRAY_LEN(known_gadgets)) ||
        (mln_sv_istarts(name, MLN_SV("java.")) && ends_with(name, MLN_SV(".runtime"))))
        return MLN_JAVA_GADGET;
    if (is_one_of(name, known_classes, MLN_ARRAY_LEN(known_classes)))
        return MLN_JAVA_CLASS;
    if (is_one_of(name, known_data, MLN_ARRAY_LEN(known_data)))
        return MLN_JAVA_DATA;
    for (size_t i = 0; i < MLN_ARRAY_LEN(packages); i++) {
        if (mln_lower(name.p[0]) != packages[i].prefix[0])
            continue;
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

/* Lower-case letters, three at a time, leave some bits of each digit no choice: which digits of a
 * group of four a character can be, a bit each. */
static const uint8_t letter_digits[256] = {
    ['+'] = 8,         ['-'] = 8,         ['/'] = 8,         ['_'] = 8,  ['0'] = 8,
    ['1'] = 12,        ['2'] = 10,        ['3'] = 10,        ['4'] = 8,  ['5'] = 12,
    ['6' ... '8'] = 8, ['9'] = 12,        ['B'] = 4,         ['F'] = 4,  ['G'] = 2,
    ['H'] = 2,         ['J'] = 4,         ['N'] = 4,         ['R'] = 4,  ['V'] = 4,
    ['W'] = 2,         ['X'] = 2,         ['Y'] = 1,         ['Z'] = 5,  ['a' ... 'c'] = 1,
    ['d'] = 5,         ['e' ... 'f'] = 1, ['g'] = 8,         ['h'] = 12, ['i' ... 'k'] = 8,
    ['l'] = 12,        ['m'] = 10,        ['n'] = 10,        ['o'] = 8,  ['p'] = 12,
    ['q' ... 's'] = 8, ['t'] = 12,        ['u' ... 'w'] = 8, ['x'] = 12, ['y' ... 'z'] = 8,
};

/* The alignment at which s reads as lower-case letters for a while, or -1. */
static int letters_alignment(struct mln_sv s)
{
    /* a byte for each alignment, filled where the bit is set */
    static const uint32_t filled[16] = {0,          0xff,       0xff00,     0xffff,
                                        0xff0000,   0xff00ff,   0xffff00,   0xffffff,
                                        0xff000000, 0xff0000ff, 0xff00ff00, 0xff00ffff,
                                        0xffff0000, 0xffff00ff, 0xffffff00, 0xffffffff};
    uint32_t runs = 0; /* a count of eight bits for each alignment */

    for (size_t i = 0; i < s.len; i++) {
        unsigned fits = letter_digits[(unsigned char)s.p[i]] * 0x11U >> (i & 3) & 15;
        runs = (runs + 0x01010101) & filled[fits];
        if (runs & 0x08080808)
            return __builtin_ctz(runs & 0x08080808) / 8;
    }
    return -1;
}

static size_t decode(struct mln_sv s, unsigned alignment, char *out)
{
    uint32_t acc = 0;
    unsigned have = 0;
    size_t n = 0;

    for (size_t i = 0; i < s.len + alignment; i++) {
        int digit = i < alignment ? 0 : mln_base64_digit((unsigned char)s.p[i - alignment]);
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

static bool is_magic(struct mln_sv s, size_t i)
{
    struct mln_sv rest = mln_sv_sub(s, i, 6);

    return mln_sv_starts(rest, MLN_SV("rO0AB")) || mln_sv_eq(rest, MLN_SV("KztAAU")) ||
           mln_sv_eq(rest, MLN_SV("Cs7QAF"));
}

size_t mln_java_magic(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i += MLN_BLOCK) {
        mln_block b = mln_block_at(s, i);
        unsigned found = mln_block_eq(b, 'r') | mln_block_eq(b, 'K') | mln_block_eq(b, 'C');
        for (; found; found &= found - 1)
            if (is_magic(s, i + (size_t)__builtin_ctz(found)))
                return i + (size_t)__builtin_ctz(found);
    }
    return SIZE_MAX;
}
