#include "engine/code_forms.h"
#include "engine/scan.h"
#include "engine/told_calls.h"

/* <%@ page import=…, <%! int x, <jsp:include, <%eval request("c"): pages that a server compiles. */
void mln_code_page_tags(const struct mln_view *v, struct mln_findings *out)
{
    static const char *const words[] = {
        "<%@register",   "<%@ register",     "<%@page",           "<%@ page",     "<%@taglib",
        "<%@ taglib",    "<%@include",       "<%@ include",       "<jsp:include", "<jsp:usebean",
        "<jsp:root",     "<jsp:forward",     "<%eval request",    "<%execute",    "<%@language",
        "<%@ language",  "<%response.write", "<% response.write", "<cfexecute",   "<cfinclude",
        "<msxsl:script", "<cfoutput>",       "<cfscript>",        "<cfset ",      "<cfquery",
        "<cffile ",      "<cfinvoke "};

    const struct mln_sv s = mln_view_sv(v);

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++) {
        if (words[i][1] == '%' && !(v->classes & MLN_BC_PERCENT))
            continue;
        size_t at = mln_view_find_str(v, words[i]);
        if (at != SIZE_MAX && !mln_told_page_tag(s, at, mln_sv_str(words[i])))
            mln_findings_add(out, MLN_SIG_CODE_JSP_TAG, v, at, strlen(words[i]));
    }
}
