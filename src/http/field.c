#include "http/field.h"

const char *mln_location_name(enum mln_location loc)
{
    static const char *const names[] = {
#define X(sym, name) [MLN_LOC_##sym] = name,
        MLN_LOCATIONS(X)
#undef X
    };
    return loc < MLN_LOC_MAX ? names[loc] : "none";
}

const struct mln_body_odd_info *mln_body_odd_info(enum mln_body_odd odd)
{
    static const struct mln_body_odd_info table[] = {
#define X(sym, name, structural, text) [MLN_BODY_ODD_##sym] = {name, structural, text},
        MLN_BODY_ODDS(X)
#undef X
    };
    return &table[odd];
}
