#include "node/cgroup.h"

#include "base/buf.h"
#include "base/fd.h"

enum { ID_DIGITS = 64, TEXT_MAX = 65536 };

static bool is_id(const char *digits, const uint8_t id[32])
{
    for (size_t i = 0; i < 32; i++)
        if (mln_hexval((unsigned char)digits[2 * i]) != id[i] >> 4 ||
            mln_hexval((unsigned char)digits[2 * i + 1]) != (id[i] & 15))
            return false;
    return true;
}

bool mln_cgroup_is_of_another(struct mln_sv text, struct mln_sv own, const uint8_t id[32])
{
    bool others = false;
    size_t run = 0;

    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && mln_hexval((unsigned char)text.p[i]) >= 0) {
            run++;
            continue;
        }
        struct mln_sv found = mln_sv_sub(text, i - run, run);
        run = 0;
        if (found.len != ID_DIGITS)
            continue;
        if (is_id(found.p, id))
            return false;
        others = others || mln_sv_find(own, found) == SIZE_MAX;
    }
    return others;
}

bool mln_process_is_of_another(uint32_t pid, const uint8_t id[32])
{
    struct mln_buf text = {0}, own = {0};
    char path[48];

    (void)snprintf(path, sizeof(path), "/proc/%u/cgroup", pid);
    bool other = mln_file_read(path, TEXT_MAX, &text) == 0 &&
                 mln_file_read("/proc/self/cgroup", TEXT_MAX, &own) == 0 &&
                 mln_cgroup_is_of_another(mln_buf_sv(&text), mln_buf_sv(&own), id);
    mln_buf_done(&text);
    mln_buf_done(&own);
    return other;
}
