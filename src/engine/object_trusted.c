#include "engine/object_trusted.h"

#include "engine/pass.h"

/* "localhost~1942062522", "localhost/owa/x.aspx?~3": a server and the version it is taken for, as
 * the front end of Exchange tells the one behind (CVE-2021-26855). */
static bool names_backend(struct mln_sv name, struct mln_sv value)
{
    size_t i = value.len;

    if (!mln_sv_ieq(name, MLN_SV("x-beresource")) &&
        !mln_sv_ieq(name, MLN_SV("x-anonresource-backend")))
        return false;
    while (i && mln_cc((unsigned char)value.p[i - 1], MLN_CC_DIGIT))
        i--;
    return i && i < value.len && value.p[i - 1] == '~';
}

/* "@host/mapi/nspi/" where a query is expected: the front end of Exchange cuts the name of its own
 * page out of the address, and what is left leads to another folder (CVE-2021-34473). */
static bool leads_to_folder(struct mln_sv s)
{
    enum { ADDRESS_MAX = 256 };
    static const char *const folders[] = {"mapi/", "ews/",        "ecp/", "oab/",
                                          "owa/",  "powershell/", "rpc/", "autodiscover/"};
    struct mln_sv head = mln_sv_sub(s, 0, ADDRESS_MAX);
    size_t at = mln_sv_chr(head, '@'), slash = mln_sv_chr(head, '/');

    if (at == SIZE_MAX || slash == SIZE_MAX || slash < at)
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(folders); i++)
        if (mln_scan_at(s, slash + 1, mln_sv_str(folders[i])))
            return true;
    return false;
}

/* As many calls within calls as a framework counts before it lets a request pass unchecked
 * (CVE-2025-29927). Its own calls are one or two deep. */
static bool is_deep_subrequest(struct mln_sv name, struct mln_sv value)
{
    enum { DEPTH = 5 };
    unsigned calls = 1;

    if (!mln_sv_ieq(name, MLN_SV("x-middleware-subrequest")))
        return false;
    for (size_t i = 0; i < value.len; i++)
        calls += value.p[i] == ':';
    return calls >= DEPTH;
}

void mln_object_trusted(const struct mln_view *v, struct mln_detect_ctx *ctx,
                        struct mln_findings *out)
{
    struct mln_pass p = {.v = v, .s = mln_view_sv(v), .ctx = ctx, .out = out};
    bool field =
        v->index == 0 && ctx->name.p && (ctx->loc == MLN_LOC_HEADER || ctx->loc == MLN_LOC_COOKIE);

    if (field && names_backend(ctx->name, p.s))
        mln_pass_add(&p, MLN_SIG_OBJECT_BACKEND, 0, p.s.len);
    if (field && is_deep_subrequest(ctx->name, p.s))
        mln_pass_add(&p, MLN_SIG_OBJECT_SUBREQUEST, 0, p.s.len);
    if (ctx->loc == MLN_LOC_QUERY_NAME && leads_to_folder(p.s))
        mln_pass_add(&p, MLN_SIG_OBJECT_BACKEND, 0, p.s.len);
}
