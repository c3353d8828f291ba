#include "http/fault.h"

const struct mln_http_fault_info *mln_http_fault_info(enum mln_http_fault_code code)
{
    static const struct mln_http_fault_info table[] = {
#define X(sym, status, section, text) [MLN_FAULT_##sym] = {#sym, status, section, text},
        MLN_HTTP_FAULTS(X)
#undef X
    };
    return &table[code < MLN_FAULT_MAX ? code : MLN_FAULT_NONE];
}
