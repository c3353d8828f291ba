/* Serialized objects, XML entities, URLs towards the inside, prototype keys (detection guide,
 * sections 3.8 to 3.11). */
#include "base/addr.h"
#include "engine/java_names.h"
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

static void check_dotnet(struct pass *p)
{
    bool viewstate = mln_sv_ieq(p->ctx->name, MLN_SV("__VIEWSTATE"));

    if (!viewstate && (mln_sv_starts(p->s, MLN_SV("AAEAAAD/////")) ||
                       mln_sv_starts(p->s, MLN_SV("\x00\x01\x00\x00\x00\xff\xff\xff\xff"))))
        add(p, MLN_SIG_OBJECT_DOTNET, 0, 9);
    size_t at = mln_view_find(p->v, MLN_SV("$type"));
    if (at != SIZE_MAX && mln_scan_find(mln_sv_sub(p->s, at, 64), MLN_SV("system."), 0) != SIZE_MAX)
        add(p, MLN_SIG_OBJECT_DOTNET_TYPE, at, 5);
}

/* Protocol 0 GLOBAL opcode: "c" module "\n" name "\n", then a call. */
static void check_pickle(struct pass *p)
{
    static const char *const modules[] = {"cos\n",         "cposix\n",       "cnt\n",
                                          "csubprocess\n", "c__builtin__\n", "cbuiltins\n",
                                          "csys\n",        "ccommands\n",    "c__main__\n"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(modules); i++) {
        size_t at = mln_sv_find(p->s, mln_sv_str(modules[i]));
        if (at != SIZE_MAX && (at == 0 || !mln_cc((unsigned char)p->s.p[at - 1], MLN_CC_ALPHA)) &&
            mln_sv_chr(mln_sv_sub(p->s, at, 128), '(') != SIZE_MAX) {
            add(p, MLN_SIG_OBJECT_PICKLE, at, strlen(modules[i]));
            return;
        }
    }
}

/* "!!" and a class of a language (dotted or with "/"), or "!ruby/object", "!python/...". */
static void check_yaml(struct pass *p)
{
    size_t at = mln_sv_find(p->s, MLN_SV("!!"));

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
}

static void check_objects(struct pass *p)
{
    check_java(p);
    check_dotnet(p);
    if (p->v->classes & MLN_BC_COLON)
        check_php(p);
    if (p->v->classes & MLN_BC_NEWLINE)
        check_pickle(p);
    if (p->v->classes & MLN_BC_BANG)
        check_yaml(p);
    if (p->v->classes & MLN_BC_DOLLAR)
        (void)add_if_found(p, MLN_SIG_OBJECT_NODE, MLN_SV("_$$nd_func$$_"));
    if (mln_sv_starts(p->s, MLN_SV("\x04\x08")) && p->s.len > 4 && strchr("o{[IceuS", p->s.p[2]))
        add(p, MLN_SIG_OBJECT_RUBY, 0, 3);
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

static void check_xml(struct pass *p)
{
    size_t entity = mln_view_find(p->v, MLN_SV("<!entity"));
    size_t doctype = mln_view_find(p->v, MLN_SV("<!doctype"));

    if (entity != SIZE_MAX) {
        add(p, MLN_SIG_OBJECT_XXE_ENTITY, entity, 8);
        if (names_external(p->s, entity))
            add(p, MLN_SIG_OBJECT_XXE_EXTERNAL, entity, 8);
    }
    if (doctype != SIZE_MAX && names_external(p->s, doctype) && !is_standard_doctype(p->s, doctype))
        add(p, MLN_SIG_OBJECT_XXE_DOCTYPE, doctype, 9);
    size_t xi = mln_view_find(p->v, MLN_SV("xinclude"));
    size_t include = mln_view_find(p->v, MLN_SV(":include"));
    if (include != SIZE_MAX &&
        (xi != SIZE_MAX ||
         mln_scan_find(mln_sv_sub(p->s, include, 80), MLN_SV("href"), 0) != SIZE_MAX) &&
        mln_view_find(p->v, MLN_SV("<esi")) == SIZE_MAX)
        add(p, MLN_SIG_OBJECT_XINCLUDE, include, 8);
}

/* ---- URLs towards the inside ---- */

enum host_kind { HOST_PUBLIC, HOST_PRIVATE, HOST_LOOPBACK, HOST_METADATA };

static enum host_kind classify_v4(uint32_t a)
{
    if (a == 0xa9fea9fe || a == 0xa9feaa02 ||
        a == 0x646464c8) /* 169.254.169.254, 169.254.170.2, 100.100.100.200 */
        return HOST_METADATA;
    if (a >> 24 == 127 || a >> 24 == 0)
        return HOST_LOOPBACK;
    if (a >> 16 == 0xa9fe)
        return HOST_METADATA;
    if (a >> 24 == 10 || a >> 16 == 0xc0a8 || a >> 20 == 0xac1)
        return HOST_PRIVATE;
    return HOST_PUBLIC;
}

/* inet_aton forms: decimal, octal, hex, one to four parts. *ret_plain: the dotted quad everybody
 * writes. False when it is no number. */
static bool parse_odd_v4(struct mln_sv host, uint32_t *ret, bool *ret_plain)
{
    uint64_t part[4] = {0};
    unsigned n = 0;
    bool odd = false;

    while (host.p && n < 4) {
        struct mln_sv s = mln_sv_split(&host, '.');
        bool hex = s.len > 2 && s.p[0] == '0' && (s.p[1] | 0x20) == 'x';
        bool oct = !hex && s.len > 1 && s.p[0] == '0';
        unsigned base = hex ? 16 : oct ? 8 : 10;
        if (!s.len || s.len > 12)
            return false;
        for (size_t i = hex ? 2 : 0; i < s.len; i++) {
            int d = mln_hexval((unsigned char)s.p[i]);
            if (d < 0 || (unsigned)d >= base)
                return false;
            part[n] = part[n] * base + (unsigned)d;
        }
        odd = odd || hex || oct;
        n++;
    }
    if (host.p || !n || part[n - 1] >> (8 * (5 - n)) != 0)
        return false;
    uint32_t a = (uint32_t)part[n - 1];
    for (unsigned i = 0; i + 1 < n; i++) {
        if (part[i] > 255)
            return false;
        a |= (uint32_t)part[i] << (24 - 8 * i);
    }
    *ret = a;
    *ret_plain = n == 4 && !odd;
    return true;
}

static bool is_metadata_name(struct mln_sv host)
{
    return mln_sv_ieq(host, MLN_SV("metadata.google.internal")) ||
           mln_sv_ieq(host, MLN_SV("instance-data")) || mln_sv_ieq(host, MLN_SV("metadata"));
}

/* Names that public DNS resolves to inner addresses. */
static bool is_rebinding_name(struct mln_sv host)
{
    return mln_scan_find(host, MLN_SV(".nip.io"), 0) != SIZE_MAX ||
           mln_scan_find(host, MLN_SV(".xip.io"), 0) != SIZE_MAX ||
           mln_scan_find(host, MLN_SV("localtest.me"), 0) != SIZE_MAX ||
           mln_scan_find(host, MLN_SV(".sslip.io"), 0) != SIZE_MAX ||
           mln_scan_find(host, MLN_SV("lvh.me"), 0) != SIZE_MAX;
}

static enum host_kind classify_v6(struct mln_sv host, bool *ret_disguised)
{
    struct mln_addr a;
    struct mln_prefix ula = {{{0xfc}}, 7}, link = {{{0xfe, 0x80}}, 10};
    static const struct mln_addr loopback = {{[15] = 1}}, any = {{0}};

    if (mln_addr_parse(host, &a) < 0)
        return HOST_PUBLIC;
    if (mln_addr_is_v4(&a)) {
        uint32_t v4 =
            (uint32_t)a.b[12] << 24 | (uint32_t)a.b[13] << 16 | (uint32_t)a.b[14] << 8 | a.b[15];
        *ret_disguised = classify_v4(v4) != HOST_PUBLIC;
        return classify_v4(v4);
    }
    if (mln_addr_eq(&a, &loopback) || mln_addr_eq(&a, &any))
        return HOST_LOOPBACK;
    return mln_prefix_has(&ula, &a) || mln_prefix_has(&link, &a) ? HOST_PRIVATE : HOST_PUBLIC;
}

static enum host_kind classify_host(struct mln_sv host, bool *ret_disguised)
{
    uint32_t v4;
    bool plain = false;

    *ret_disguised = false;
    if (host.len > 2 && host.p[0] == '[')
        return classify_v6(mln_sv_sub(host, 1, host.len - 2), ret_disguised);
    if (host.len && host.p[host.len - 1] == '.')
        host.len--;
    if (parse_odd_v4(host, &v4, &plain)) {
        *ret_disguised = !plain && classify_v4(v4) != HOST_PUBLIC;
        return classify_v4(v4);
    }
    if (is_metadata_name(host))
        return HOST_METADATA;
    if (is_rebinding_name(host)) {
        *ret_disguised = true;
        return HOST_LOOPBACK;
    }
    if (mln_sv_ieq(host, MLN_SV("localhost")) || mln_sv_ends(host, MLN_SV(".localhost")) ||
        mln_sv_ieq(host, MLN_SV("localhost.localdomain")))
        return HOST_LOOPBACK;
    return HOST_PUBLIC;
}

/* The host of the authority that starts at i; *ret_userinfo: something@ stood in front. */
static struct mln_sv authority_host(struct mln_sv s, size_t i, bool *ret_userinfo)
{
    struct mln_sv a = mln_sv_sub(s, i, 256);
    size_t end = 0, at = SIZE_MAX;

    while (end < a.len && !strchr("/?#\\ \"'<>", a.p[end] ? a.p[end] : ' ')) {
        if (a.p[end] == '@')
            at = end;
        end++;
    }
    *ret_userinfo = at != SIZE_MAX;
    a = mln_sv_sub(a, at == SIZE_MAX ? 0 : at + 1, at == SIZE_MAX ? end : end - at - 1);
    if (a.len && a.p[0] == '[') {
        size_t close = mln_sv_chr(a, ']');
        return close == SIZE_MAX ? a : mln_sv_sub(a, 0, close + 1);
    }
    size_t colon = mln_sv_chr(a, ':');
    return colon == SIZE_MAX ? a : mln_sv_sub(a, 0, colon);
}

static void check_authority(struct pass *p, size_t scheme_at, size_t host_at)
{
    bool userinfo, disguised;
    struct mln_sv host = authority_host(p->s, host_at, &userinfo);
    enum host_kind kind = classify_host(host, &disguised);
    size_t len = host_at - scheme_at + host.len;

    if (kind == HOST_METADATA)
        add(p, MLN_SIG_OBJECT_SSRF_METADATA, scheme_at, len);
    if (disguised)
        add(p, MLN_SIG_OBJECT_SSRF_DISGUISED, scheme_at, len);
    if (kind == HOST_LOOPBACK)
        add(p, MLN_SIG_OBJECT_SSRF_LOOPBACK, scheme_at, len);
    if (kind == HOST_PRIVATE)
        add(p, MLN_SIG_OBJECT_SSRF_PRIVATE, scheme_at, len);
    if (userinfo && kind != HOST_PUBLIC)
        add(p, MLN_SIG_OBJECT_SSRF_USERINFO, scheme_at, len);
}

static bool is_inner_scheme(struct mln_sv s, size_t at)
{
    static const char *const schemes[] = {"gopher", "dict", "ldap",     "ldaps",
                                          "tftp",   "sftp", "jar:http", "netdoc"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(schemes); i++) {
        size_t n = strlen(schemes[i]);
        if (at >= n && mln_scan_at(s, at - n, mln_sv_str(schemes[i])) &&
            (at == n || !mln_cc((unsigned char)s.p[at - n - 1], MLN_CC_WORD)))
            return true;
    }
    return false;
}

/* Browsers fill these with addresses of the page, which may well be local. */
static bool is_page_address(const struct mln_detect_ctx *ctx)
{
    return ctx->loc == MLN_LOC_HEADER &&
           (mln_sv_ieq(ctx->name, MLN_SV("referer")) || mln_sv_ieq(ctx->name, MLN_SV("origin")));
}

static void check_urls(struct pass *p)
{
    size_t from = 0;

    if (is_page_address(p->ctx))
        return;
    for (unsigned n = 0; n < 16; n++) {
        size_t rel = mln_sv_find(mln_sv_sub(p->s, from, p->s.len), MLN_SV("://"));
        if (rel == SIZE_MAX)
            break;
        size_t at = from + rel;
        size_t scheme_at = at;
        while (scheme_at > from && mln_cc((unsigned char)p->s.p[scheme_at - 1], MLN_CC_WORD))
            scheme_at--;
        if (is_inner_scheme(p->s, at))
            add(p, MLN_SIG_OBJECT_SSRF_SCHEME, scheme_at, at + 3 - scheme_at);
        check_authority(p, scheme_at, at + 3);
        from = at + 3;
    }
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

static void check_prototype(struct pass *p)
{
    size_t at;

    if (p->ctx->name.p && p->v->index == 0 && is_prototype_path(p->ctx->name))
        add(p, MLN_SIG_OBJECT_PROTOTYPE, 0, 0);
    at = mln_sv_find(p->s, MLN_SV("__proto__"));
    if (at == SIZE_MAX)
        return;
    size_t i = at + 9;
    if (i < p->s.len && (p->s.p[i] == '"' || p->s.p[i] == '\''))
        i++;
    i = mln_scan_skip_space(p->s, i);
    if (i < p->s.len &&
        (p->s.p[i] == ':' || p->s.p[i] == '[' || p->s.p[i] == '.' || p->s.p[i] == ']'))
        add(p, MLN_SIG_OBJECT_PROTOTYPE, at, 9);
}

void mln_detect_object(const struct mln_view *v, struct mln_detect_ctx *ctx,
                       struct mln_findings *out)
{
    struct pass p = {.v = v, .s = mln_view_sv(v), .ctx = ctx, .out = out};

    if (ctx->name.p && v->index == 0) {
        if (mln_sv_find(ctx->name, MLN_SV("proto")) != SIZE_MAX)
            check_prototype(&p);
        if (ctx->name.len < 64 && mln_java_magic(ctx->name) != SIZE_MAX)
            add(&p, MLN_SIG_OBJECT_JAVA, 0, 0);
    }
    if (v->n < 6 || !mln_budget_take(ctx->budget, v->n * UINT64_C(6)))
        return;
    check_objects(&p);
    if (v->classes & MLN_BC_LT)
        check_xml(&p);
    if ((v->classes & (MLN_BC_COLON | MLN_BC_SLASH)) == (MLN_BC_COLON | MLN_BC_SLASH))
        check_urls(&p);
    check_prototype(&p);
}
