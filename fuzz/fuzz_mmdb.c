/* A file of countries. */
#include "intel/mmdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *arg, const struct mln_prefix *p, const char country[2])
{
    unsigned *n = arg;

    MLN_REQUIRE(p->bits <= 128 && country[0] >= 'A' && country[1] <= 'Z');
    return ++*n > 10000 ? -1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned n = 0;
    const char *why = NULL;

    MLN_REQUIRE(mln_mmdb_countries(mln_sv(data, size), take, &n, &why) == 0 || why);
    return 0;
}
