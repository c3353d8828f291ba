/* What browsers report of a page that broke its policy (CSP 3 section 5): the first characters of
 * the script that was kept from running, and the address of what was not loaded. To hold script is
 * what these are for. */
#include "engine/txn_priv.h"

enum { SAMPLE_MAX_BYTES = 160 }; /* 40 characters */

static bool is_report(const struct mln_txn *t)
{
    struct mln_sv type = mln_http_get(t->head, MLN_NAME_CONTENT_TYPE);

    return mln_sv_istarts(type, MLN_SV("application/csp-report")) ||
           mln_sv_istarts(type, MLN_SV("application/reports+json"));
}

bool mln_is_report_sample(const struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                          struct mln_sv value)
{
    static const char *const members[] = {"/csp-report/script-sample", "/csp-report/blocked-uri",
                                          "/body/sample", "/body/blockedURL"};

    if (loc != MLN_LOC_JSON || value.len > SAMPLE_MAX_BYTES || t->nest.depth || !is_report(t))
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(members); i++)
        if (mln_sv_ends(name, mln_sv_str(members[i])))
            return true;
    return false;
}
