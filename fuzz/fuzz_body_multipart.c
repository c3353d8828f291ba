/* Multipart bodies: the same values however the bytes are cut; the first byte chooses the pieces.
 */
#include "../tests/unit/body_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return body_log_fuzz(BODY_MULTIPART, data, size);
}
