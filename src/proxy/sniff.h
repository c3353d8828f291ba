/* What a client speaks, by its first bytes (interception.md section 13a). Pure. */
#ifndef MLN_PROXY_SNIFF_H
#define MLN_PROXY_SNIFF_H

#include "base/base.h"

enum mln_sniff {
    MLN_SNIFF_MORE,  /* too little to tell */
    MLN_SNIFF_HTTP1, /* or whatever a lenient server could take for it: it is inspected */
    MLN_SNIFF_HTTP2, /* the preface of RFC 9113 section 3.4 */
    MLN_SNIFF_TLS,   /* a record with a ClientHello */
    MLN_SNIFF_OTHER,
};

/* Never MORE for SNIFF_BYTES_MAX bytes and more. */
enum { MLN_SNIFF_BYTES_MAX = 4096 };
enum mln_sniff mln_sniff(struct mln_sv first);
/* Whether a server's first bytes can be the beginning of the same protocol; true as long as there
 * are too few. OTHER: anything but an answer in HTTP/1. */
bool mln_sniff_answer(enum mln_sniff kind, struct mln_sv first);

#endif
