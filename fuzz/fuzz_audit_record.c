/* Any bytes as an audit record: refused, or one valid line of JSON that stays the same when the
 * record goes over the wire once more. */
#include "audit/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(struct mln_sv line)
{
    MLN_REQUIRE(line.len > 2 && line.p[0] == '{' && line.p[line.len - 1] == '\n');
    for (size_t i = 0; i + 1 < line.len; i++)
        MLN_REQUIRE((unsigned char)line.p[i] >= ' ');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_audit_record r, again;
    struct mln_buf wire = {0}, line = {0}, line2 = {0};

    if (mln_audit_decode(mln_sv(data, size), &r) < 0)
        return 0;
    mln_audit_json(&r, &line);
    check_line(mln_buf_sv(&line));
    mln_audit_encode(&r, &wire);
    MLN_REQUIRE(wire.len <= MLN_AUDIT_RECORD_MAX);
    MLN_REQUIRE(mln_audit_decode(mln_buf_sv(&wire), &again) == 0);
    mln_audit_json(&again, &line2);
    check_line(mln_buf_sv(&line2));
    if (size < 1024) /* nothing was clipped */
        MLN_REQUIRE(mln_sv_eq(mln_buf_sv(&line), mln_buf_sv(&line2)));
    mln_buf_done(&wire);
    mln_buf_done(&line);
    mln_buf_done(&line2);
    return 0;
}
