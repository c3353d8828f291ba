/* A list of networks: first byte chooses the form, the rest is read, made into a blob and asked. */
#include "intel/list_text.h"
#include "intel/lists.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *arg, const struct mln_prefix *p, struct mln_sv tag)
{
    (void)tag;
    return mln_lists_builder_add(arg, p, 0);
}

/* The first network that was read must be found in the blob. */
static void ask(const struct mln_buf *blob)
{
    void *copy = aligned_alloc(MLN_ORDER_LINE, blob->len); /* a blob's length is such a multiple */
    struct mln_lists l;

    MLN_REQUIRE(copy);
    memcpy(copy, blob->p, blob->len);
    MLN_REQUIRE(mln_lists_open(copy, blob->len, &l) == 0);
    for (uint32_t i = 0; i < l.h->v4; i++) {
        uint32_t key = (uint32_t)mln_lists_v4_key((uint32_t)mln_order_key32(&l.v4, i));
        const struct mln_addr a = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, (uint8_t)(key >> 24),
                                    (uint8_t)(key >> 16), (uint8_t)(key >> 8), (uint8_t)key}};
        MLN_REQUIRE(mln_lists_set_has(&l, mln_lists_find(&l, &a), 0));
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mln_list_format formats[] = {{'\0', 0, 0}, {',', 1, 2}, {';', 2, 1}};
    struct mln_lists_builder *b = mln_lists_builder_new(1 << 16);
    struct mln_list_report report;
    struct mln_buf blob = {0};

    if (b && size && mln_lists_builder_tag(b, MLN_SV("x")) == 0 &&
        mln_list_parse(mln_sv(data + 1, size - 1), &formats[data[0] % 3], take, b, &report) == 0) {
        MLN_REQUIRE(mln_lists_build(b, &blob) == 0);
        ask(&blob);
    }
    mln_buf_done(&blob);
    b = mln_lists_builder_free(b);
    return 0;
}
