/* Serialized objects, XML entities, URLs towards the inside, prototype keys (detection guide,
 * sections 3.8 to 3.11). */
#include "engine/java_names.h"
#include "engine/object_urls.h"
#include "engine/scan.h"

struct pass {
    const struct mln_view *v;
    struct mln_sv s;
    struct mln_detect_ctx *ctx;
    struct mln_findings *out;
};

static void add(struct pass *p, enum mln_signal sig, size_t off, size_t len)
{
    mln_findings_add(p->out, sig, p->v, off, len);
}

static bool add_if_found(struct pass *p, enum mln_signal sig, struct mln_sv needle)
{
    size_t at = mln_view_find(p->v, needle);

    if (at == SIZE_MAX)
        return false;
    add(p, sig, at, needle.len);
    return true;
}

/* ---- serialized objects ---- */

static void check_java(struct pass *p)
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
    add(p, MLN_SIG_OBJECT_JAVA, 0, 5);
    for (size_t i = 0; i < MLN_ARRAY_LEN(gadgets); i++)
        if (add_if_found(p, MLN_SIG_OBJECT_JAVA_GADGET, mln_sv_str(gadgets[i])))
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

static void check_php(struct pass *p)
{
    for (size_t i = 0; i + 6 < p->s.len; i++)
        if (p->s.p[i + 1] == ':' && is_php_object(p->s, i)) {
            add(p, MLN_SIG_OBJECT_PHP, i, 6);
            return;
        }
}

/* A view state is a tree of the page's own; one that begins with an object of BinaryFormatter (the
 * bytes ff 01 32) was made to have that read. */
static bool is_object_viewstate(struct mln_sv s)
{
    return mln_sv_starts(s, MLN_SV("/wEy")) || mln_sv_starts(s, MLN_SV("\xff\x01\x32"));
}

static void check_dotnet(struct pass *p)
{
    bool viewstate = mln_sv_ieq(p->ctx->name, MLN_SV("__VIEWSTATE"));

    if (viewstate && is_object_viewstate(p->s))
        add(p, MLN_SIG_OBJECT_DOTNET, 0, 3);

    if (!viewstate && (mln_sv_starts(p->s, MLN_SV("AAEAAAD/////")) ||
                       mln_sv_starts(p->s, MLN_SV("\x00\x01\x00\x00\x00\xff\xff\xff\xff"))))
        add(p, MLN_SIG_OBJECT_DOTNET, 0, 9);
    /* a page's state whose root is an object of its own making; that of a page is a pair */
    if (mln_sv_starts(p->s, MLN_SV("/wEy")) &&
        mln_sv_find(mln_sv_sub(p->s, 4, 24), MLN_SV("AQAAAP////8B")) != SIZE_MAX)
        add(p, MLN_SIG_OBJECT_DOTNET, 0, 4);
    size_t at = mln_view_find(p->v, MLN_SV("$type"));
    /* of JSON that was taken apart: Json.NET, JavaScriptSerializer */
    if ((mln_sv_ends(p->ctx->name, MLN_SV("$type")) ||
         mln_sv_ends(p->ctx->name, MLN_SV("__type"))) &&
        mln_sv_istarts(p->s, MLN_SV("system.")))
        add(p, MLN_SIG_OBJECT_DOTNET_TYPE, 0, 7);
    size_t xaml = p->v->classes & MLN_BC_COLON ? mln_view_find(p->v, MLN_SV("clr-namespace:system"))
                                               : SIZE_MAX;
    if (xaml != SIZE_MAX)
        add(p, MLN_SIG_OBJECT_DOTNET_TYPE, xaml, 20);
    if (at != SIZE_MAX && mln_scan_find(mln_sv_sub(p->s, at, 64), MLN_SV("system."), 0) != SIZE_MAX)
        add(p, MLN_SIG_OBJECT_DOTNET_TYPE, at, 5);
}

/* Protocol 0 INST opcode: the arguments in front, "i" module "\n" name "\n". */
static void check_pickle_instance(struct pass *p)
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
                add(p, MLN_SIG_OBJECT_PICKLE, at, strlen(modules[i]));
    }
}

/* Protocol 0 GLOBAL opcode: "c" module "\n" name "\n", then a call. */
static void check_pickle(struct pass *p)
{
    static const char *const modules[] = {"cos\n",         "cposix\n",       "cnt\n",
                                          "csubprocess\n", "c__builtin__\n", "cbuiltins\n",
                                          "csys\n",        "ccommands\n",    "c__main__\n"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(modules); i++) {
        struct mln_sv module = mln_sv_str(modules[i]);
        size_t at = mln_view_may_have(p->v, module) ? mln_sv_find(p->s, module) : SIZE_MAX;
        if (at != SIZE_MAX && (at == 0 || !mln_cc((unsigned char)p->s.p[at - 1], MLN_CC_ALPHA)) &&
            mln_sv_chr(mln_sv_sub(p->s, at, 128), '(') != SIZE_MAX) {
            add(p, MLN_SIG_OBJECT_PICKLE, at, strlen(modules[i]));
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
static void check_binary_pickle(struct pass *p)
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
        add(p, MLN_SIG_OBJECT_PICKLE_BINARY, 0, 4);
}

/* Marshal 4.8. Sessions of applications are hashes of plain data; objects are another matter. */
static void check_ruby(struct pass *p)
{
    static const char *const gadgets[] = {"Gem::", "ERB", "ActiveSupport::Deprecat", "Rack::"};
    static const char *const encoded[] = {"R2VtOjp", "dlbTo6", "HZW06O"}; /* Gem:: */
    struct mln_sv s = p->s;

    if (mln_sv_starts(s, MLN_SV("\x04\x08")) && s.len > 4 &&
        (strchr("oceuSU", s.p[2] ? s.p[2] : ' ') ||
         contains_any(s, gadgets, MLN_ARRAY_LEN(gadgets))))
        add(p, MLN_SIG_OBJECT_RUBY, 0, 3);
    if (mln_sv_starts(s, MLN_SV("BAh")) && s.len >= 16 &&
        (mln_sv_starts(s, MLN_SV("BAhvO")) || mln_sv_starts(s, MLN_SV("BAhVO")) ||
         mln_sv_starts(s, MLN_SV("BAhlO")) || contains_any(s, encoded, MLN_ARRAY_LEN(encoded))))
        add(p, MLN_SIG_OBJECT_RUBY, 0, 5);
}

/* "!!" and a class of a language (dotted or with "/"), or "!ruby/object", "!python/...". */
static void check_yaml(struct pass *p)
{
    size_t at = mln_view_find(p->v, MLN_SV("!!"));

    if (at != SIZE_MAX) {
        size_t i = at + 2, dots = 0;
        while (i < p->s.len && (mln_cc((unsigned char)p->s.p[i], MLN_CC_WORD) || p->s.p[i] == '.' ||
                                p->s.p[i] == '/'))
            dots += p->s.p[i] == '.' || p->s.p[i] == '/', i++;
        if (dots && i > at + 6 && mln_cc((unsigned char)p->s.p[at + 2], MLN_CC_ALPHA))
            add(p, MLN_SIG_OBJECT_YAML_TAG, at, i - at);
    }
    if (!add_if_found(p, MLN_SIG_OBJECT_YAML_TAG, MLN_SV("!ruby/")))
        (void)add_if_found(p, MLN_SIG_OBJECT_YAML_TAG, MLN_SV("!python/"));
    (void)add_if_found(p, MLN_SIG_OBJECT_YAML_TAG, MLN_SV("yaml.org,2002:python/"));
}

/* JSON and XML that name what is to be created or called, for the libraries that look for such a
 * key. */
static void check_json_keys(struct pass *p)
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
            add(p, rows[i].signal, 0, p->s.len);
}

static void check_objects(struct pass *p)
{
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
        (void)add_if_found(p, MLN_SIG_OBJECT_NODE, MLN_SV("_$$nd_func$$_"));
    if (mln_sv_ends(p->ctx->name, MLN_SV("__js_function")))
        add(p, MLN_SIG_OBJECT_NODE, 0, p->s.len);
    check_binary_pickle(p);
    check_ruby(p);
    if (p->v->classes & MLN_BC_LT)
        (void)add_if_found(p, MLN_SIG_OBJECT_JAVA_PROXY, MLN_SV("<dynamic-proxy>"));
}

/* ---- XML ---- */

static bool names_external(struct mln_sv s, size_t at)
{
    struct mln_sv decl = mln_sv_sub(s, at, 256);

    return mln_scan_word(decl, MLN_SV("system"), 0) != SIZE_MAX ||
           mln_scan_word(decl, MLN_SV("public"), 0) != SIZE_MAX;
}

/* XHTML and SVG name the W3C's own document types; HTML names none. */
static bool is_standard_doctype(struct mln_sv s, size_t at)
{
    struct mln_sv decl = mln_sv_sub(s, at, 200);

    return mln_scan_find(decl, MLN_SV("-//w3c//"), 0) != SIZE_MAX ||
           mln_scan_find(decl, MLN_SV("-//ietf//"), 0) != SIZE_MAX ||
           mln_scan_find(decl, MLN_SV("-//apple"), 0) != SIZE_MAX;
}

/* "<!DOCTYPE x [": entities are declared there, or will be by what follows. */
static bool opens_subset(struct mln_sv s, size_t at)
{
    size_t i = mln_scan_skip_space(s, at + 9);

    while (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_WORD))
        i++;
    i = mln_scan_skip_space(s, i);
    return i < s.len && s.p[i] == '[';
}

/* xmlns:x="http://www.w3.org/2001/XInclude": of a document that was taken apart, so that the
 * element has any name. */
static void check_namespace(struct pass *p)
{
    static const struct mln_sv xinclude = MLN_SV("http://www.w3.org/2001/XInclude");

    if (mln_sv_eq(p->s, xinclude))
        add(p, MLN_SIG_OBJECT_XINCLUDE, 0, p->s.len);
}

/* A style sheet that reads another document, or asks what reads it. */
static void check_stylesheet(struct pass *p)
{
    static const char *const calls[] = {"document('", "document(\"", "unparsed-text(",
                                        "system-property("};

    if (mln_view_find(p->v, MLN_SV("<xsl:")) == SIZE_MAX)
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(calls); i++)
        (void)add_if_found(p, MLN_SIG_OBJECT_XINCLUDE, mln_sv_str(calls[i]));
}

static void check_xml(struct pass *p)
{
    check_stylesheet(p);
    size_t entity = mln_view_find(p->v, MLN_SV("<!entity"));
    size_t doctype = mln_view_find(p->v, MLN_SV("<!doctype"));

    if (entity != SIZE_MAX) {
        add(p, MLN_SIG_OBJECT_XXE_ENTITY, entity, 8);
        if (names_external(p->s, entity))
            add(p, MLN_SIG_OBJECT_XXE_EXTERNAL, entity, 8);
    }
    if (doctype != SIZE_MAX &&
        (opens_subset(p->s, doctype) ||
         (names_external(p->s, doctype) && !is_standard_doctype(p->s, doctype))))
        add(p, MLN_SIG_OBJECT_XXE_DOCTYPE, doctype, 9);
    size_t xi = mln_view_find(p->v, MLN_SV("xinclude"));
    size_t include = mln_view_find(p->v, MLN_SV(":include"));
    if (include != SIZE_MAX &&
        (xi != SIZE_MAX ||
         mln_scan_find(mln_sv_sub(p->s, include, 80), MLN_SV("href"), 0) != SIZE_MAX) &&
        mln_view_find(p->v, MLN_SV("<esi")) == SIZE_MAX)
        add(p, MLN_SIG_OBJECT_XINCLUDE, include, 8);
}

/* ---- addresses of databases ---- */

/* The end of a class's full name at i ("a.b.Name"), or i. */
static size_t class_end(struct mln_sv s, size_t i)
{
    size_t end = i, part = i, dots = 0;

    for (; end < s.len &&
           (mln_cc((unsigned char)s.p[end], MLN_CC_WORD) || s.p[end] == '.' || s.p[end] == '$');
         end++)
        if (s.p[end] == '.') {
            part = end + 1;
            dots++;
        }
    return dots >= 2 && s.p[i] >= 'a' && part < end && s.p[part] >= 'A' && s.p[part] <= 'Z' ? end
                                                                                            : i;
}

/* "jdbc:x://host/y?factory=a.b.C": a driver creates the class, or what the other side sends. */
static void check_jdbc(struct pass *p)
{
    size_t at = mln_view_find(p->v, MLN_SV("jdbc:"));

    if (at == SIZE_MAX)
        return;
    if (mln_view_find(p->v, MLN_SV("autodeserialize=")) != SIZE_MAX ||
        mln_view_find(p->v, MLN_SV(";init=")) != SIZE_MAX) /* H2 runs what follows */
        add(p, MLN_SIG_OBJECT_JAVA_NAMED, at, 5);
    for (size_t i = at + 5; i < p->s.len; i++)
        if (p->s.p[i] == '=' && class_end(p->s, i + 1) > i + 1)
            add(p, MLN_SIG_OBJECT_JAVA_NAMED, at, i + 1 - at);
}

/* ---- prototype pollution ---- */

static bool is_prototype_path(struct mln_sv s)
{
    size_t at = mln_sv_find(s, MLN_SV("__proto__"));

    if (at != SIZE_MAX)
        return true;
    at = mln_sv_find(s, MLN_SV("constructor"));
    return at != SIZE_MAX && mln_sv_find(mln_sv_sub(s, at, 32), MLN_SV("prototype")) != SIZE_MAX;
}

/* What ends a key in JSON, in brackets or in a path of objects. */
static bool is_key_end(struct mln_sv s, size_t i)
{
    if (i < s.len && (s.p[i] == '"' || s.p[i] == '\''))
        i++;
    i = mln_scan_skip_space(s, i);
    return i < s.len && (s.p[i] == ':' || s.p[i] == '[' || s.p[i] == '.' || s.p[i] == ']');
}

/* {"constructor": {"prototype": {…}}}, constructor[prototype][x]: a key, and only brackets and
 * quotes between it and the next. */
static void check_constructor(struct pass *p)
{
    enum { GAP_MAX = 12 };
    size_t at = mln_view_find(p->v, MLN_SV("constructor"));

    if (at == SIZE_MAX || !is_key_end(p->s, at + 11))
        return;
    size_t i = at + 11, end = MLN_MIN(i + GAP_MAX, p->s.len);
    while (i < end && p->s.p[i] && strchr("\"':{[] \t\r\n", p->s.p[i]))
        i++;
    if (at == 0 && i < end && p->s.p[i] == '.') /* the value is a path of names */
        i++;
    if (i > at + 11 && mln_scan_at(p->s, i, MLN_SV("prototype")) && is_key_end(p->s, i + 9))
        add(p, MLN_SIG_OBJECT_PROTOTYPE, at, i + 9 - at);
}

static void check_prototype(struct pass *p)
{
    size_t at;

    if (p->ctx->name.p && p->v->index == 0 && is_prototype_path(p->ctx->name))
        add(p, MLN_SIG_OBJECT_PROTOTYPE, 0, 0);
    at = mln_view_find(p->v, MLN_SV("__proto__"));
    bool pointer = at != SIZE_MAX && at && p->s.p[at - 1] == '/' && at + 9 < p->s.len &&
                   p->s.p[at + 9] == '/'; /* JSON Patch */
    if (pointer || (at != SIZE_MAX && is_key_end(p->s, at + 9)))
        add(p, MLN_SIG_OBJECT_PROTOTYPE, at, 9);
    check_constructor(p);
}

/* {"__construct()": …} of Yii's containers; _method=__construct, where a method of HTTP is
 * expected: a method of an object, by the name that PHP gives it. */
static bool is_constructor_key(struct mln_sv name, struct mln_sv value)
{
    return mln_sv_find(name, MLN_SV("__construct()")) != SIZE_MAX ||
           (mln_sv_eq(name, MLN_SV("_method")) && mln_sv_starts(value, MLN_SV("__")));
}

/* mail[#post_render][]: a key that has Drupal call what the value names. */
static bool is_render_key(struct mln_sv name)
{
    static const char *const keys[] = {"post_render", "pre_render", "lazy_builder",
                                       "access_callback", "value_callback"};
    size_t at = mln_sv_find(name, MLN_SV("[#"));

    for (size_t i = 0; at != SIZE_MAX && i < MLN_ARRAY_LEN(keys); i++)
        if (mln_scan_at(name, at + 2, mln_sv_str(keys[i])))
            return true;
    return false;
}

void mln_detect_object(const struct mln_view *v, struct mln_detect_ctx *ctx,
                       struct mln_findings *out)
{
    struct pass p = {.v = v, .s = mln_view_sv(v), .ctx = ctx, .out = out};

    if (ctx->name.p && v->index == 0) {
        if (mln_sv_find(ctx->name, MLN_SV("proto")) != SIZE_MAX)
            check_prototype(&p);
        if (is_render_key(ctx->name) || is_constructor_key(ctx->name, p.s))
            add(&p, MLN_SIG_OBJECT_PHP_KEY, 0, 0);
        if (ctx->name.len < 64 && mln_java_magic(ctx->name) != SIZE_MAX)
            add(&p, MLN_SIG_OBJECT_JAVA, 0, 0);
    }
    if (v->index == 0 && ctx->name.p)
        check_json_keys(&p);
    if (v->n < 3 || !mln_budget_take(ctx->budget, v->n * UINT64_C(6)))
        return;
    /* nobody asks for the addresses that a picture or a program holds */
    if (!((ctx->loc == MLN_LOC_FILE || ctx->loc == MLN_LOC_BODY) && (v->classes & MLN_BC_CTL)))
        mln_object_urls(v, ctx, out);
    if (v->n < 6)
        return;
    check_objects(&p);
    if (ctx->loc == MLN_LOC_XML)
        check_namespace(&p);
    if ((v->classes & (MLN_BC_COLON | MLN_BC_EQ)) == (MLN_BC_COLON | MLN_BC_EQ))
        check_jdbc(&p);
    if (v->classes & MLN_BC_LT)
        check_xml(&p);
    check_prototype(&p);
}
