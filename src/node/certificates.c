#include "node/certificates.h"

#include "io/tls.h"
#include "policy/diag.h"

#define DAY (86400 * MLN_NSEC_PER_SEC)
enum { SOON_DAYS = 30 }; /* the time that renewals have begun by */

static void check_dates(const struct mln_tls_cert_info *info, mln_nsec wall, const char *path,
                        struct mln_diags *diags)
{
    if (info->not_after <= wall)
        mln_diag_add(diags, MLN_DIAG_WARNING, NULL, 0, 0, path,
                     "the certificate has expired: clients will refuse it");
    else if (info->not_after - wall < SOON_DAYS * DAY)
        mln_diag_add(diags, MLN_DIAG_WARNING, NULL, 0, 0, path,
                     "the certificate expires in %llu days",
                     (unsigned long long)((info->not_after - wall) / DAY));
    else if (info->not_before > wall)
        mln_diag_add(diags, MLN_DIAG_WARNING, NULL, 0, 0, path,
                     "the certificate is not valid yet: clients will refuse it");
}

void mln_certificates_check(const struct mln_policy *p, mln_nsec wall, struct mln_diags *diags)
{
    struct mln_tls_cert_info info;
    char why[128] = "", path[128];
    struct mln_sv ca;

    for (size_t i = 0; i < mln_policy_certificate_count(p); i++) {
        struct mln_policy_certificate c = mln_policy_certificate(p, i);
        (void)snprintf(path, sizeof(path), "Certificate %.*s",
                       MLN_SV_ARG(mln_sv_sub(c.name, 0, 64)));
        if (mln_tls_check(c.chain, c.key, &info, why) < 0)
            mln_diag_add(diags, MLN_DIAG_ERROR, NULL, 0, 0, path, "%s", why);
        else
            check_dates(&info, wall, path, diags);
    }
    for (size_t i = 0; (ca = mln_policy_upstream_ca(p, i)).p; i++)
        if (mln_tls_check_ca(ca, why) < 0)
            mln_diag_add(diags, MLN_DIAG_ERROR, NULL, 0, 0, "spec.endpoints.tls.upstream_ca", "%s",
                         why);
}
