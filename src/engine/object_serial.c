/* Serialized objects, and documents that name the object to create (detection guide, section 3.10).
 */
#include "engine/object_serial.h"

#include "engine/java_names.h"
#include "engine/pass.h"
#include "engine/scan.h"

static void check_java(struct mln_pass *p)
{
    static const char *const gadgets[] = {"commons.collections",
                                          "invokertransformer",
                                          "templatesimpl",
                                          "ysoserial",
                                          "beanutils",
                                          "badattributevalue",
                                          "annotationinvocationhandler",
                                          "c3p0",
                                          "springframework",
                                          "org.hibernate",
                                          "java.net.url",
                                          "jrmpclient",
                                          "java.rmi",
                                          "bsh.interpreter",
                                          "groovy.runtime",
                                          "signedobject"};
    /* text in front of base64 is a key, or a prefix of the application's */
    struct mln_sv head = mln_sv_sub(p->s, 0, p->v->depth ? 0 : 64);
    bool magic = mln_sv_starts(p->s, MLN_SV("\xac\xed\x00\x05")) ||
                 mln_sv_istarts(p->s, MLN_SV("aced0005")) || mln_java_magic(head) != SIZE_MAX;

    if (!magic)
        return;
    mln_pass_add(p, MLN_SIG_OBJECT_JAVA, 0, 5);
    for (size_t i = 0; i < MLN_ARRAY_LEN(gadgets); i++)
        if (mln_pass_add_if_found(p, MLN_SIG_OBJECT_JAVA_GADGET, mln_sv_str(gadgets[i])))
            return;
}

static size_t digits_at(struct mln_sv s, size_t i)
{
    size_t n = 0;

    while (i + n < s.len && mln_cc((unsigned char)s.p[i + n], MLN_CC_DIGIT))
        n++;
    return n;
}

/* O:<n>:"Name":<m>:{ or C:<n>:"Name": */
static bool is_php_object(struct mln_sv s, size_t i)
{
    if (i + 6 > s.len || (s.p[i] != 'O' && s.p[i] != 'C') || s.p[i + 1] != ':')
        return false;
    size_t at = i + 2 + (s.p[i + 2] == '+'); /* "O:+8:" passed a filter once */
    size_t n = digits_at(s, at);
    if (!n || at + n + 2 >= s.len || s.p[at + n] != ':' || s.p[at + n + 1] != '"')
        return false;
    return !i || !mln_cc((unsigned char)s.p[i - 1], MLN_CC_WORD);
}

static void check_php(struct mln_pass *p)
{
    for (size_t i = 0; i + 6 < p->s.len; i++)
        if (p->s.p[i + 1] == ':' && is_php_object(p->s, i)) {
            mln_pass_add(p, MLN_SIG_OBJECT_PHP, i, 6);
            return;
        }
}

/* A view state is a tree of the page's own; one that begins with an object of BinaryFormatter (the
 * bytes ff 01 32) was made to have that read. */
static bool is_object_viewstate(struct mln_sv s)
{
    return mln_sv_starts(s, MLN_SV("/wEy")) || mln_sv_starts(s, MLN_SV("\xff\x01\x32"));
}

static void check_dotnet(struct mln_pass *p)
{
    bool viewstate = mln_sv_ieq(p->ctx->name, MLN_SV("__VIEWSTATE"));

    if (viewstate && is_object_viewstate(p->s))
        mln_pass_add(p, MLN_SIG_OBJECT_DOTNET, 0, 3);

    if (!viewstate && (mln_sv_starts(p->s, MLN_SV("AAEAAAD/////")) ||
                       mln_sv_starts(p->s, MLN_SV("\x00\x01\x00\x00\x00\xff\xff\xff\xff"))))
        mln_pass_add(p, MLN_SIG_OBJECT_DOTNET, 0, 9);
    /* a page's state whose root is an object of its own making; that of a page is a pair */
    if (mln_sv_starts(p->s, MLN_SV("/wEy")) &&
        mln_sv_find(mln_sv_sub(p->s, 4, 24), MLN_SV("AQAAAP////8B")) != SIZE_MAX)
        mln_pass_add(p, MLN_SIG_OBJECT_DOTNET, 0, 4);
    size_t provider =
        p->v->classes & MLN_BC_LT ? mln_view_find(p->v, MLN_SV("<objectdataprovider")) : SIZE_MAX;
    if (provider != SIZE_MAX && mln_scan_find(p->s, MLN_SV("process"), provider) != SIZE_MAX)
        mln_pass_add(p, MLN_SIG_OBJECT_DOTNET_TYPE, provider, 19); /* XAML that starts a program */
    size_t at = mln_view_find(p->v, MLN_SV("$type"));
    /* of JSON that was taken apart: Json.NET, JavaScriptSerializer */
    if ((mln_sv_ends(p->ctx->name, MLN_SV("$type")) ||
         mln_sv_ends(p->ctx->name, MLN_SV("__type"))) &&
        mln_sv_istarts(p->s, MLN_SV("system.")))
        mln_pass_add(p, MLN_SIG_OBJECT_DOTNET_TYPE, 0, 7);
    size_t xaml = p->v->classes & MLN_BC_COLON ? mln_view_find(p->v, MLN_SV("clr-namespace:system"))
                                               : SIZE_MAX;
    if (xaml != SIZE_MAX)
        mln_pass_add(p, MLN_SIG_OBJECT_DOTNET_TYPE, xaml, 20);
    if (at != SIZE_MAX && mln_scan_find(mln_sv_sub(p->s, at, 64), MLN_SV("system."), 0) != SIZE_MAX)
        mln_pass_add(p, MLN_SIG_OBJECT_DOTNET_TYPE, at, 5);
}

/* Protocol 0 INST opcode: the arguments in front, "i" module "\n" name "\n". */
static void check_pickle_instance(struct mln_pass *p)
{
    static const char *const modules[] = {"\nios\n",          "\niposix\n",    "\nisubprocess\n",
                                          "\ni__builtin__\n", "\nibuiltins\n", "\nicommands\n"};
    static const char *const names[] = {"system", "popen", "check_output", "call",     "eval",
                                        "exec",   "execv", "getoutput",    "execfile", "run"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(modules); i++) {
        size_t at = mln_view_find_str(p->v, modules[i]);
        if (at == SIZE_MAX || mln_sv_chr(mln_sv_sub(p->s, 0, at), '(') == SIZE_MAX)
            continue;
        struct mln_sv rest = mln_sv_sub(p->s, at + strlen(modules[i]), 16);
        struct mln_sv name = mln_sv_sub(rest, 0, mln_sv_chr(rest, '\n'));
        for (size_t k = 0; k < MLN_ARRAY_LEN(names); k++)
            if (mln_sv_ieq_str(name, names[k])) /* "\nios\nandroid\n" is a list */
                mln_pass_add(p, MLN_SIG_OBJECT_PICKLE, at, strlen(modules[i]));
    }
}

/* Protocol 0 GLOBAL opcode: "c" module "\n" name "\n", then a call. */
static void check_pickle(struct mln_pass *p)
{
    static const char *const modules[] = {"cos\n",         "cposix\n",       "cnt\n",
                                          "csubprocess\n", "c__builtin__\n", "cbuiltins\n",
                                          "csys\n",        "ccommands\n",    "c__main__\n"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(modules); i++) {
        struct mln_sv module = mln_sv_str(modules[i]);
        size_t at = mln_view_may_have(p->v, module) ? mln_sv_find(p->s, module) : SIZE_MAX;
        if (at != SIZE_MAX && (at == 0 || !mln_cc((unsigned char)p->s.p[at - 1], MLN_CC_ALPHA)) &&
            mln_sv_chr(mln_sv_sub(p->s, at, 128), '(') != SIZE_MAX) {
            mln_pass_add(p, MLN_SIG_OBJECT_PICKLE, at, strlen(modules[i]));
            return;
        }
    }
}

static bool contains_any(struct mln_sv s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mln_sv_find(s, mln_sv_str(words[i])) != SIZE_MAX)
            return true;
    return false;
}

/* Protocols 2 to 5, raw or in base64: the mark, then the length of a frame or a GLOBAL opcode. */
static void check_binary_pickle(struct mln_pass *p)
{
    static const char *const modules[] = {"posix", "nt\n",   "subprocess", "builtin",
                                          "os\n",  "system", "importlib",  "pty\x94"};
    struct mln_sv head = mln_sv_sub(p->s, 0, 64), s = p->s;
    bool raw = s.len > 8 && s.p[0] == '\x80' && s.p[1] >= 2 && s.p[1] <= 5;
    bool frame = mln_sv_starts(s, MLN_SV("gASV")) || mln_sv_starts(s, MLN_SV("gAWV"));
    bool global = mln_sv_starts(s, MLN_SV("gANj")) || mln_sv_starts(s, MLN_SV("gAJj")) ||
                  mln_sv_starts(s, MLN_SV("gARj"));

    if (s.len < 16)
        return;
    if ((raw && contains_any(head, modules, MLN_ARRAY_LEN(modules))) ||
        (frame && mln_sv_find(mln_sv_sub(s, 4, 12), MLN_SV("AAAAAA")) != SIZE_MAX) ||
        (global && p->v->n >= 20))
        mln_pass_add(p, MLN_SIG_OBJECT_PICKLE_BINARY, 0, 4);
}

/* Marshal 4.8. Sessions of applications are hashes of plain data; objects are another matter. */
static void check_ruby(struct mln_pass *p)
{
    static const char *const gadgets[] = {"Gem::", "ERB", "ActiveSupport::Deprecat", "Rack::"};
    static const char *const encoded[] = {"R2VtOjp", "dlbTo6", "HZW06O"}; /* Gem:: */
    struct mln_sv s = p->s;

    if (mln_sv_starts(s, MLN_SV("\x04\x08")) && s.len > 4 &&
        (strchr("oceuSU", s.p[2] ? s.p[2] : ' ') ||
         contains_any(s, gadgets, MLN_ARRAY_LEN(gadgets))))
        mln_pass_add(p, MLN_SIG_OBJECT_RUBY, 0, 3);
    if (mln_sv_starts(s, MLN_SV("BAh")) && s.len >= 16 &&
        (mln_sv_starts(s, MLN_SV("BAhvO")) || mln_sv_starts(s, MLN_SV("BAhVO")) ||
         mln_sv_starts(s, MLN_SV("BAhlO")) || contains_any(s, encoded, MLN_ARRAY_LEN(encoded))))
        mln_pass_add(p, MLN_SIG_OBJECT_RUBY, 0, 5);
}

/* "!!" and a class of a language (dotted or with "/"), or "!ruby/object", "!python/...". */
static void check_yaml(struct mln_pass *p)
{
    size_t at = mln_view_find(p->v, MLN_SV("!!"));

    if (at != SIZE_MAX) {
        size_t i = at + 2, dots = 0;
        while (i < p->s.len && (mln_cc((unsigned char)p->s.p[i], MLN_CC_WORD) || p->s.p[i] == '.' ||
                                p->s.p[i] == '/'))
            dots += p->s.p[i] == '.' || p->s.p[i] == '/', i++;
        if (dots && i > at + 6 && mln_cc((unsigned char)p->s.p[at + 2], MLN_CC_ALPHA))
            mln_pass_add(p, MLN_SIG_OBJECT_YAML_TAG, at, i - at);
    }
    if (!mln_pass_add_if_found(p, MLN_SIG_OBJECT_YAML_TAG, MLN_SV("!ruby/")))
        (void)mln_pass_add_if_found(p, MLN_SIG_OBJECT_YAML_TAG, MLN_SV("!python/"));
    (void)mln_pass_add_if_found(p, MLN_SIG_OBJECT_YAML_TAG, MLN_SV("yaml.org,2002:python/"));
}

/* JSON and XML that name what is to be created or called, for the libraries that look for such a
 * key. */
static void check_json_keys(struct mln_pass *p)
{
    static const struct {
        const char *key;
        enum mln_signal signal;
    } rows[] = {
        {"/py~1object", MLN_SIG_OBJECT_PYTHON_KEY}, /* jsonpickle */
        {"/py~1function", MLN_SIG_OBJECT_PYTHON_KEY},
        {"/py~1type", MLN_SIG_OBJECT_PYTHON_KEY},
        {"/ObjectDataProvider/@MethodName", MLN_SIG_OBJECT_DOTNET_TYPE}, /* XAML */
        {"/^o", MLN_SIG_OBJECT_RUBY},                                    /* Oj */
        {"/@serialization", MLN_SIG_OBJECT_JAVA_PROXY},                  /* XStream */
    };

    if (p->ctx->loc != MLN_LOC_JSON && p->ctx->loc != MLN_LOC_XML)
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++)
        if (mln_sv_ends(p->ctx->name, mln_sv_str(rows[i].key)))
            mln_pass_add(p, rows[i].signal, 0, p->s.len);
}

void mln_object_keys(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    struct mln_pass p = {.v = v, .s = mln_view_sv(v), .ctx = ctx, .out = out};

    check_json_keys(&p);
}

void mln_object_serial(const struct mln_view *v, struct mln_detect_ctx *ctx,
                       struct mln_findings *out)
{
    struct mln_pass pass = {.v = v, .s = mln_view_sv(v), .ctx = ctx, .out = out}, *p = &pass;

    check_java(p);
    check_dotnet(p);
    if (p->v->classes & MLN_BC_COLON)
        check_php(p);
    if (p->v->classes & MLN_BC_NEWLINE) {
        check_pickle(p);
        check_pickle_instance(p);
    }
    if (p->v->classes & MLN_BC_BANG)
        check_yaml(p);
    if (p->v->classes & MLN_BC_DOLLAR)
        (void)mln_pass_add_if_found(p, MLN_SIG_OBJECT_NODE, MLN_SV("_$$nd_func$$_"));
    if (mln_sv_ends(p->ctx->name, MLN_SV("__js_function")))
        mln_pass_add(p, MLN_SIG_OBJECT_NODE, 0, p->s.len);
    check_binary_pickle(p);
    check_ruby(p);
    if (p->v->classes & MLN_BC_LT)
        (void)mln_pass_add_if_found(p, MLN_SIG_OBJECT_JAVA_PROXY, MLN_SV("<dynamic-proxy>"));
}
