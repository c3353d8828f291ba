#include "runtime/hook.h"

#include <errno.h>

static bool name_ok(const char *s, size_t cap, bool needed)
{
    size_t n = strnlen(s, cap);

    return n == 0 ? !needed : n < cap && mln_containerd_name_ok(mln_sv(s, n));
}

/* Something of a tenant's: no space, no control character. */
static bool text_ok(const char *s, size_t cap)
{
    size_t n = strnlen(s, cap);

    for (size_t i = 0; i < n; i++)
        if (s[i] <= ' ' || s[i] > '~')
            return false;
    return n < cap;
}

int mln_hook_ask_check(const struct mln_hook_ask *a, size_t len)
{
    return len == sizeof(*a) && a->version == MLN_HOOK_VERSION && a->pid > 0 &&
                   a->pid <= INT32_MAX && a->limit_ms > 0 && a->limit_ms <= MLN_HOOK_LIMIT_MS_MAX &&
                   a->ended <= 1 && name_ok(a->ns, sizeof(a->ns), false) &&
                   name_ok(a->id, sizeof(a->id), true) && text_ok(a->image, sizeof(a->image)) &&
                   text_ok(a->image_id, sizeof(a->image_id)) && text_ok(a->name, sizeof(a->name))
               ? 0
               : -EPROTO;
}

const char *mln_hook_verdict_name(enum mln_hook_verdict v)
{
    static const char *const names[MLN_HOOK_VERDICT_MAX] = {
        [MLN_HOOK_PROTECTED] = "protected", [MLN_HOOK_NO_RULE] = "no_rule",
        [MLN_HOOK_NO_PORT] = "no_port",     [MLN_HOOK_FAILED] = "failed",
        [MLN_HOOK_LATE] = "late",           [MLN_HOOK_REFUSED] = "refused",
        [MLN_HOOK_AWAY] = "no_defender",    [MLN_HOOK_UNKNOWN] = "unknown",
    };

    return v > 0 && v < MLN_HOOK_VERDICT_MAX ? names[v] : "none";
}
