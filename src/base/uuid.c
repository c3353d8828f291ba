#include "base/uuid.h"

struct mln_uuid mln_uuid7(mln_nsec wall, const uint8_t random[10])
{
    struct mln_uuid u;
    uint64_t ms = wall / MLN_NSEC_PER_MSEC;

    for (int i = 0; i < 6; i++)
        u.b[i] = (uint8_t)(ms >> (40 - 8 * i));
    memcpy(u.b + 6, random, 10);
    u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x70);
    u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
    return u;
}

void mln_uuid_format(const struct mln_uuid *u, char out[MLN_UUID_TEXT + 1])
{
    static const char hex[] = "0123456789abcdef";
    size_t at = 0;

    for (size_t i = 0; i < sizeof(u->b); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[at++] = '-';
        out[at++] = hex[u->b[i] >> 4];
        out[at++] = hex[u->b[i] & 15];
    }
    out[at] = '\0';
}
