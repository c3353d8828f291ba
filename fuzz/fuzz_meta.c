/* A datagram of a scout that was taken over. */
#include "node/apps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_apps *a = mln_apps_new();
    struct mln_buf out = {0};
    struct mln_audit_record *r = calloc(1, sizeof(*r));

    for (size_t at = 0; a && r && at + 2 <= size;) { /* several, with two bytes of length each */
        size_t n = MLN_MIN((size_t)data[at] | (size_t)data[at + 1] << 8, size - at - 2);
        (void)!mln_apps_take(a, mln_sv(data + at + 2, n));
        mln_apps_port(a, &(struct mln_wire){.index = (uint32_t)(n % 8), .app = 80, .arg = n % 13});
        at += 2 + n;
    }
    for (uint32_t slot = 0; a && r && slot < 4; slot++) {
        r->workload.slot_plus_1 = slot + 1;
        mln_apps_fill(a, r);
        mln_audit_json(r, &out);
    }
    if (a) {
        mln_apps_json(a, &out);
        mln_apps_status_json(a, &out);
    }
    mln_buf_done(&out);
    free(r);
    (void)mln_apps_free(a);
    return 0;
}
