#include "engine/tables.h"

static const struct mln_protection_info protections[] = {
#define X(sym, key, action, text) [MLN_PROT_##sym] = {key, text, MLN_ACT_##action},
    MLN_PROTECTIONS(X)
#undef X
};

static const struct mln_detector_info detectors[] = {
#define X(prot, sub, sev, owasp, attack, text)                                                     \
    [MLN_DET_##prot##_##sub] = {#sub, MLN_PROT_##prot, MLN_SEV_##sev, owasp, attack, text},
#include "engine/detectors.def"
#undef X
};

static const struct mln_signal_info signals[] = {
#define X(sym, prot, sub, points, hard, text)                                                      \
    [MLN_SIG_##sym] = {#sym, MLN_DET_##prot##_##sub, MLN_PROT_##prot, points, hard, text},
#include "engine/signals_cmdi.def"
#include "engine/signals_code.def"
#include "engine/signals_object.def"
#include "engine/signals_query.def"
#include "engine/signals_sqli.def"
#include "engine/signals_template.def"
#include "engine/signals_traversal.def"
#include "engine/signals_xss.def"
#undef X
};

static const char *const actions[] = {"off", "alert", "prevent", "ban"};
static const char *const severities[] = {"info", "low", "medium", "high", "critical"};

const struct mln_protection_info *mln_protection_info(enum mln_protection p)
{
    return &protections[p];
}

int mln_protection_find(struct mln_sv key)
{
    for (unsigned i = 0; i < MLN_PROT_MAX; i++)
        if (mln_sv_eq_str(key, protections[i].key))
            return (int)i;
    return -1;
}

const char *mln_action_name(enum mln_action a)
{
    return actions[a];
}

int mln_action_find(struct mln_sv name)
{
    for (unsigned i = 0; i < MLN_ARRAY_LEN(actions); i++)
        if (mln_sv_eq_str(name, actions[i]))
            return (int)i;
    return -1;
}

const char *mln_severity_name(enum mln_severity s)
{
    return severities[s];
}

const struct mln_detector_info *mln_detector_info(enum mln_detector_id d)
{
    return &detectors[d];
}

int mln_detector_find(struct mln_sv id)
{
    struct mln_sv rest = id;
    struct mln_sv first = mln_sv_split(&rest, '.');
    struct mln_sv sub = rest.p ? rest : first;

    for (unsigned i = 0; i < MLN_DET_MAX; i++) {
        if (!mln_sv_eq_str(sub, detectors[i].sub))
            continue;
        if (!rest.p || mln_sv_eq_str(first, protections[detectors[i].protection].key))
            return (int)i;
    }
    return -1;
}

const struct mln_signal_info *mln_signal_info(enum mln_signal s)
{
    return &signals[s];
}
