/* The tables that name what the engine can say: protections, actions, detectors (one row per
 * sub-id) and signals (what a structural detector noticed). They are the one source for verdicts,
 * audits, policy keys and documentation. Thread-safe: constant data. */
#ifndef MLN_ENGINE_TABLES_H
#define MLN_ENGINE_TABLES_H

#include "base/base.h"

/* X(symbol, policy key, default action, text) */
/* clang-format off */
#define MLN_PROTECTIONS(X)                                                                         \
    X(SQLI, "sqli", PREVENT, "SQL injection")                                                      \
    X(XSS, "xss", PREVENT, "cross-site scripting")                                                 \
    X(TRAVERSAL, "traversal", PREVENT, "path traversal and file inclusion")                        \
    X(CMDI, "cmdi", PREVENT, "operating system command injection")                                 \
    X(CODE, "code", PREVENT, "code, template, query and object injection")                         \
    X(SHELLSHOCK, "shellshock", PREVENT, "Shellshock (CVE-2014-6271 and relatives)")               \
    X(MALFORMED, "malformed", PREVENT, "messages that two parsers could read differently")         \
    X(CSRF, "csrf", ALERT, "cross-site request forgery")                                           \
    X(CLICKJACKING, "clickjacking", OFF, "framing of pages by other sites")                        \
    X(SCANNERS, "scanners", ALERT, "attack tools and vulnerability scanners")                      \
    X(LEAKAGE, "leakage", OFF, "information leaks in responses")                                   \
    X(UPLOADS, "uploads", PREVENT, "hostile or unwanted uploads")                                  \
    X(REPUTATION, "reputation", ALERT, "clients of bad repute")                                    \
    X(HEADERS, "headers", PREVENT, "header rules of the policy")                                   \
    X(ACCESS, "access", PREVENT, "client addresses that the policy refuses")                       \
    X(CUSTOM, "custom", PREVENT, "custom rules of the policy")
/* clang-format on */

enum mln_protection {
#define X(sym, key, action, text) MLN_PROT_##sym,
    MLN_PROTECTIONS(X)
#undef X
        MLN_PROT_MAX
};

/* In order of severity: the maximum wins. */
enum mln_action { MLN_ACT_OFF, MLN_ACT_ALERT, MLN_ACT_PREVENT, MLN_ACT_BAN, MLN_ACT_MAX };
enum mln_severity { MLN_SEV_INFO, MLN_SEV_LOW, MLN_SEV_MEDIUM, MLN_SEV_HIGH, MLN_SEV_CRITICAL };

struct mln_protection_info {
    const char *key, *text;
    uint8_t action; /* default, enum mln_action */
};
const struct mln_protection_info *mln_protection_info(enum mln_protection p);
/* -1 when there is no such key. */
int mln_protection_find(struct mln_sv key) MLN_PURE;
const char *mln_action_name(enum mln_action a);
int mln_action_find(struct mln_sv name) MLN_PURE;
const char *mln_severity_name(enum mln_severity s);

/* One row per (protection, sub-id): engine/detectors.def. */
enum mln_detector_id {
#define X(prot, sub, sev, owasp, attack, text) MLN_DET_##prot##_##sub,
#include "engine/detectors.def"
#undef X
    MLN_DET_MAX
};
struct mln_detector_info {
    const char *sub;    /* "union": with the protection's key it is the stable id "sqli.union" */
    uint8_t protection; /* enum mln_protection */
    uint8_t severity;   /* enum mln_severity */
    const char *owasp;  /* "A03:2021" */
    const char *attack; /* MITRE ATT&CK ids, space separated */
    const char *text;   /* for an application developer */
};
const struct mln_detector_info *mln_detector_info(enum mln_detector_id d);
/* By "sub" or "protection.sub"; -1 when unknown. */
int mln_detector_find(struct mln_sv id) MLN_PURE;

/* Signals: what a structural detector noticed. X(SYMBOL, PROT, sub, points, hard, text)
 * points: contribution to the value's score of that protection; the scale is
 *         -10*log10(false-positive rate): 30 alone reaches the default threshold, 15 needs company,
 *         negative ones are evidence of innocence (prose, markup that is only formatting).
 * hard:   1 = the app model and profiles may never discount it.
 * text:   what was seen, in words an application developer understands. */
enum mln_signal {
#define X(sym, prot, sub, points, hard, text) MLN_SIG_##sym,
#include "engine/signals_cmdi.def"
#include "engine/signals_code.def"
#include "engine/signals_object.def"
#include "engine/signals_query.def"
#include "engine/signals_sqli.def"
#include "engine/signals_template.def"
#include "engine/signals_traversal.def"
#include "engine/signals_xss.def"
#undef X
    MLN_SIG_MAX
};
struct mln_signal_info {
    const char *name; /* lower-case symbol */
    uint8_t detector; /* enum mln_detector_id */
    uint8_t protection;
    int8_t points;
    bool hard;
    const char *text;
};
const struct mln_signal_info *mln_signal_info(enum mln_signal s);

#endif
