/* A file of a client: what is told does not depend on how its bytes are cut. First byte: bit 0 for
 * an allow list, the rest for the pieces; then name, NUL, type, NUL, content. */
#include "engine/upload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SUBS = MLN_DET_UPLOADS_size - MLN_DET_UPLOADS_type + 1 };

static void note(void *self, const struct mln_upload_finding *f)
{
    int *scores = self;

    MLN_REQUIRE((uint64_t)f->offset + f->length <= f->value.len);
    for (uint32_t i = 0; i < f->length; i++) /* readable */
        MLN_REQUIRE(f->value.p[f->offset + i] || true);
    MLN_REQUIRE(f->score > scores[f->detector - MLN_DET_UPLOADS_type]);
    scores[f->detector - MLN_DET_UPLOADS_type] = f->score;
}

static void run(const struct mln_upload_rules *rules, struct mln_sv in, size_t step, int *scores)
{
    static struct mln_upload u;
    struct mln_sv name = mln_sv_split(&in, '\0'), type = mln_sv_split(&in, '\0');
    struct mln_sieve sieve;

    mln_sieve_begin(&sieve);
    mln_marks_sieve(&sieve);
    mln_upload_begin(&u, rules, &sieve, note, scores);
    mln_upload_name(&u, name);
    mln_upload_type(&u, type);
    while (in.len) {
        struct mln_sv part = mln_sv_sub(in, 0, step);
        mln_sieve_fill(&sieve, part);
        mln_upload_data(&u, part);
        in = mln_sv_sub(in, part.len, in.len);
    }
    mln_upload_end(&u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int whole[SUBS] = {0}, cut[SUBS] = {0};

    if (size < 1)
        return 0;
    const struct mln_upload_rules rules = {
        data[0] & 1 ? mln_file_family(MLN_FAMILY_IMAGE) | mln_file_family(MLN_FAMILY_ARCHIVE) : 0,
        4096};
    struct mln_sv in = mln_sv(data + 1, size - 1);
    run(&rules, in, in.len + 1, whole);
    run(&rules, in, (size_t)(data[0] >> 1) * 37 + 1, cut);
    MLN_REQUIRE(memcmp(whole, cut, sizeof(whole)) == 0);
    return 0;
}
