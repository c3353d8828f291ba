/* Cross-site scripting (detection guide, section 3.2): elements and attributes that run script,
 * URLs that do, and script that breaks out of a string or an attribute of the page. */
#include "engine/xss_priv.h"

/* Charsets in which other bytes are '<' and '>': UTF-7, and the high half of US-ASCII and Mac
 * Farsi, where 0xbc and 0xbe are. */
static void check_charset(struct mln_xss *x)
{
    size_t at = x->v->classes & MLN_BC_PLUS ? mln_view_find(x->v, MLN_SV("+adw-")) : SIZE_MAX;

    if (at != SIZE_MAX)
        mln_xss_add(x, MLN_SIG_XSS_UTF7, at, 5);
    at = x->v->classes & MLN_BC_HIGH ? mln_view_find(x->v, MLN_SV("\xbcscript")) : SIZE_MAX;
    if (at != SIZE_MAX)
        mln_xss_add(x, MLN_SIG_XSS_UTF7, at, 7);
}

enum { WORK_PER_BYTE = 2, WORK_BASE = 8192 };

void mln_detect_xss(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    struct mln_xss x = {
        .v = v, .s = mln_view_sv(v), .out = out, .work = (size_t)v->n * WORK_PER_BYTE + WORK_BASE};
    const uint32_t script =
        MLN_BC_PAREN | MLN_BC_EQ | MLN_BC_BTICK | MLN_BC_COLON | MLN_BC_PLUS | MLN_BC_HIGH;

    if (v->n < 6 || !(v->classes & (MLN_BC_LT | script)) ||
        !mln_budget_take(ctx->budget, (uint64_t)v->n * 8))
        return;
    if ((v->classes & (MLN_BC_PAREN | MLN_BC_BTICK | MLN_BC_EQ)) && (v->classes & MLN_BC_ALPHA) &&
        mln_js_may_call(v))
        x.call = mln_js_find_call(x.s);
    if (v->classes & MLN_BC_LT)
        mln_xss_check_tags(&x);
    if (v->classes & MLN_BC_EQ)
        mln_xss_check_attribute_breakout(&x);
    if (v->classes & MLN_BC_COLON)
        mln_xss_check_url(&x, x.s, 0, false);
    if (v->classes & (MLN_BC_PAREN | MLN_BC_BTICK | MLN_BC_EQ))
        mln_xss_check_script(&x);
    mln_xss_check_loose_text(&x);
    check_charset(&x);
}
