/* A header of PROXY protocol, fed in two parts: the first byte says where it is cut. */
#include "proxy/proxy_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mln_proxy_header whole, part;

    if (size == 0)
        return 0;
    struct mln_sv in = mln_sv(data + 1, size - 1);
    size_t cut = MLN_MIN((size_t)data[0], in.len);
    int n = mln_proxy_header(in, &whole), early = mln_proxy_header(mln_sv_sub(in, 0, cut), &part);

    MLN_REQUIRE(n <= (int)MLN_MIN(in.len, (size_t)MLN_PROXY_HEADER_MAX));
    MLN_REQUIRE(n != 0 || in.len < MLN_PROXY_HEADER_MAX);
    MLN_REQUIRE(n > 0 || !whole.known);
    /* a part says the same, or that it is one */
    MLN_REQUIRE(early == 0 || early == n);
    if (early > 0)
        MLN_REQUIRE(part.known == whole.known && part.client_port == whole.client_port &&
                    mln_addr_eq(&part.client, &whole.client));
    if (n > 0)
        MLN_REQUIRE(mln_proxy_header(mln_sv_sub(in, 0, (size_t)n), &part) == n);
    return 0;
}
