/* UUID version 7 (RFC 9562 section 5.7): 48 bits of milliseconds, then random bits. */
#ifndef MLN_BASE_UUID_H
#define MLN_BASE_UUID_H

#include "base/base.h"
#include "base/time.h"

struct mln_uuid {
    uint8_t b[16];
};
enum { MLN_UUID_TEXT = 36 };

/* `random` is 10 bytes from the caller's generator: no randomness is read here. */
struct mln_uuid mln_uuid7(mln_nsec wall, const uint8_t random[10]);
/* "018f…-….", 36 characters and a NUL. */
void mln_uuid_format(const struct mln_uuid *u, char out[MLN_UUID_TEXT + 1]);

#endif
