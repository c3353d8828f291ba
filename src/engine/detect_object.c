/* XML entities, addresses of databases and prototype keys (detection guide, sections 3.8 to 3.11);
 * serialized objects and URLs have files of their own. */
#include "engine/java_names.h"
#include "engine/object_serial.h"
#include "engine/object_trusted.h"
#include "engine/object_urls.h"
#include "engine/pass.h"
#include "engine/scan.h"

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
static void check_namespace(struct mln_pass *p)
{
    static const struct mln_sv xinclude = MLN_SV("http://www.w3.org/2001/XInclude");

    if (mln_sv_eq(p->s, xinclude))
        mln_pass_add(p, MLN_SIG_OBJECT_XINCLUDE, 0, p->s.len);
}

/* A style sheet that reads another document, or asks what reads it. */
static void check_stylesheet(struct mln_pass *p)
{
    static const char *const calls[] = {"document('", "document(\"", "unparsed-text(",
                                        "system-property("};

    if (mln_view_find(p->v, MLN_SV("<xsl:")) == SIZE_MAX)
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(calls); i++)
        (void)mln_pass_add_if_found(p, MLN_SIG_OBJECT_XINCLUDE, mln_sv_str(calls[i]));
}

static void check_xml(struct mln_pass *p)
{
    check_stylesheet(p);
    size_t entity = mln_view_find(p->v, MLN_SV("<!entity"));
    size_t doctype = mln_view_find(p->v, MLN_SV("<!doctype"));

    if (entity != SIZE_MAX) {
        mln_pass_add(p, MLN_SIG_OBJECT_XXE_ENTITY, entity, 8);
        if (names_external(p->s, entity))
            mln_pass_add(p, MLN_SIG_OBJECT_XXE_EXTERNAL, entity, 8);
    }
    if (doctype != SIZE_MAX &&
        (opens_subset(p->s, doctype) ||
         (names_external(p->s, doctype) && !is_standard_doctype(p->s, doctype))))
        mln_pass_add(p, MLN_SIG_OBJECT_XXE_DOCTYPE, doctype, 9);
    size_t xi = mln_view_find(p->v, MLN_SV("xinclude"));
    size_t include = mln_view_find(p->v, MLN_SV(":include"));
    if (include != SIZE_MAX &&
        (xi != SIZE_MAX ||
         mln_scan_find(mln_sv_sub(p->s, include, 80), MLN_SV("href"), 0) != SIZE_MAX) &&
        mln_view_find(p->v, MLN_SV("<esi")) == SIZE_MAX)
        mln_pass_add(p, MLN_SIG_OBJECT_XINCLUDE, include, 8);
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
static void check_jdbc(struct mln_pass *p)
{
    size_t at = mln_view_find(p->v, MLN_SV("jdbc:"));

    if (at == SIZE_MAX)
        return;
    if (mln_view_find(p->v, MLN_SV("autodeserialize=")) != SIZE_MAX ||
        mln_view_find(p->v, MLN_SV(";init=")) != SIZE_MAX) /* H2 runs what follows */
        mln_pass_add(p, MLN_SIG_OBJECT_JAVA_NAMED, at, 5);
    for (size_t i = at + 5; i < p->s.len; i++)
        if (p->s.p[i] == '=' && class_end(p->s, i + 1) > i + 1)
            mln_pass_add(p, MLN_SIG_OBJECT_JAVA_NAMED, at, i + 1 - at);
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
static void check_constructor(struct mln_pass *p)
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
        mln_pass_add(p, MLN_SIG_OBJECT_PROTOTYPE, at, i + 9 - at);
}

static void check_prototype(struct mln_pass *p)
{
    size_t at;

    if (p->ctx->name.p && p->v->index == 0 && is_prototype_path(p->ctx->name))
        mln_pass_add(p, MLN_SIG_OBJECT_PROTOTYPE, 0, 0);
    at = mln_view_find(p->v, MLN_SV("__proto__"));
    bool pointer = at != SIZE_MAX && at && p->s.p[at - 1] == '/' && at + 9 < p->s.len &&
                   p->s.p[at + 9] == '/'; /* JSON Patch */
    if (pointer || (at != SIZE_MAX && is_key_end(p->s, at + 9)))
        mln_pass_add(p, MLN_SIG_OBJECT_PROTOTYPE, at, 9);
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
    struct mln_pass p = {.v = v, .s = mln_view_sv(v), .ctx = ctx, .out = out};

    if (ctx->name.p && v->index == 0) {
        if (mln_sv_find(ctx->name, MLN_SV("proto")) != SIZE_MAX)
            check_prototype(&p);
        if (is_render_key(ctx->name) || is_constructor_key(ctx->name, p.s))
            mln_pass_add(&p, MLN_SIG_OBJECT_PHP_KEY, 0, 0);
        if (ctx->name.len < 64 && mln_java_magic(ctx->name) != SIZE_MAX)
            mln_pass_add(&p, MLN_SIG_OBJECT_JAVA, 0, 0);
    }
    if (v->index == 0 && ctx->name.p)
        mln_object_keys(v, ctx, out);
    if (v->n < 3 || !mln_budget_take(ctx->budget, v->n * UINT64_C(6)))
        return;
    /* nobody asks for the addresses that a picture or a program holds */
    if (!((ctx->loc == MLN_LOC_FILE || ctx->loc == MLN_LOC_BODY) && (v->classes & MLN_BC_CTL)))
        mln_object_urls(v, ctx, out);
    mln_object_trusted(v, ctx, out);
    if (v->n < 6)
        return;
    mln_object_serial(v, ctx, out);
    if (ctx->loc == MLN_LOC_XML)
        check_namespace(&p);
    if ((v->classes & (MLN_BC_COLON | MLN_BC_EQ)) == (MLN_BC_COLON | MLN_BC_EQ))
        check_jdbc(&p);
    if (v->classes & MLN_BC_LT)
        check_xml(&p);
    check_prototype(&p);
}
