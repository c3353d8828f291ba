#include "engine/inner_hosts.h"

#include "base/addr.h"
#include "engine/scan.h"

static enum mln_host_kind classify_v4(uint32_t a)
{
    if (a >> 16 == 0xa9fe || a == 0x646464c8 || a == 0xc00000c0 || a == 0xa83f8110)
        return MLN_HOST_METADATA; /* 169.254/16, 100.100.100.200, 192.0.0.192, 168.63.129.16 */
    if (a >> 24 == 127 || a >> 24 == 0)
        return MLN_HOST_LOOPBACK;
    if (a >> 24 == 10 || a >> 16 == 0xc0a8 || a >> 20 == 0xac1 || a >> 22 == 0x191)
        return MLN_HOST_PRIVATE; /* 100.64/10 is shared by carriers and clusters */
    return MLN_HOST_PUBLIC;
}

static bool parse_part(struct mln_sv s, uint64_t *ret, bool *ret_odd)
{
    bool prefix = s.len > 2 && s.p[0] == '0' && strchr("xXoO", s.p[1]) && s.p[1];
    bool hex = prefix && (s.p[1] | 0x20) == 'x';
    bool oct = !hex && s.len > 1 && s.p[0] == '0';
    unsigned base = hex ? 16 : oct ? 8 : 10;

    if (!s.len || s.len > 18)
        return false;
    *ret = 0;
    for (size_t i = prefix ? 2 : 0; i < s.len; i++) {
        int d = mln_hexval((unsigned char)s.p[i]);
        if (d < 0 || (unsigned)d >= base)
            return false;
        *ret = *ret * base + (unsigned)d;
    }
    *ret_odd = *ret_odd || hex || oct;
    return true;
}

/* inet_aton forms: decimal, octal, hex, one to four parts. A part that is too large wraps around,
 * as it does in careless parsers. *ret_plain: the dotted quad everybody writes. False when it is no
 * number. */
static bool parse_odd_v4(struct mln_sv host, uint32_t *ret, bool *ret_plain)
{
    uint64_t part[4] = {0};
    unsigned n = 0;
    bool odd = false;

    while (host.p && n < 4) {
        struct mln_sv s = mln_sv_split(&host, '.');
        if (!parse_part(s, &part[n], &odd))
            return false;
        n++;
    }
    if (host.p || !n)
        return false;
    uint64_t last_max = UINT64_MAX >> (24 + 8 * n);
    odd = odd || part[n - 1] > last_max;
    uint32_t a = (uint32_t)(part[n - 1] & last_max);
    for (unsigned i = 0; i + 1 < n; i++) {
        odd = odd || part[i] > 255;
        a |= (uint32_t)(part[i] & 255) << (24 - 8 * i);
    }
    *ret = a;
    *ret_plain = n == 4 && !odd;
    return true;
}

static bool ends_with(struct mln_sv s, struct mln_sv end)
{
    return s.len >= end.len && mln_sv_ieq(mln_sv_sub(s, s.len - end.len, end.len), end);
}

/* The name, or a name below it. */
static bool is_below(struct mln_sv host, const char *zone)
{
    struct mln_sv z = mln_sv_str(zone);

    return host.len >= z.len && mln_lower(host.p[host.len - 1]) == zone[z.len - 1] &&
           ends_with(host, z) && (host.len == z.len || host.p[host.len - z.len - 1] == '.');
}

static bool is_any(struct mln_sv host, const char *const *zones, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_below(host, zones[i]))
            return true;
    return false;
}

/* Names that public DNS resolves to inner addresses, for tests of applications and of others. */
static bool is_rebinding_name(struct mln_sv host)
{
    static const char *const zones[] = {"nip.io",        "xip.io",         "sslip.io",
                                        "localtest.me",  "lvh.me",         "vcap.me",
                                        "lacolhost.com", "1u.ms",          "rbndr.us",
                                        "yoogle.com",    "localdomain.pw", "lock.cmpxchg8b.com",
                                        "42.pl",         "fuf.me",         "readme.localtest.me"};

    return is_any(host, zones, MLN_ARRAY_LEN(zones));
}

/* "127.0.0.1.example.com": an inner address in front of somebody's domain. */
static bool leads_with_inner_address(struct mln_sv host)
{
    unsigned dots = 0;
    size_t i = 0;
    uint32_t a;
    bool plain;

    for (; i < host.len; i++) {
        if (host.p[i] == '.' && ++dots == 4)
            break;
        if (host.p[i] != '.' && !mln_cc((unsigned char)host.p[i], MLN_CC_DIGIT))
            return false;
    }
    if (dots != 4 || i + 2 >= host.len || !parse_odd_v4(mln_sv_sub(host, 0, i), &a, &plain))
        return false;
    return classify_v4(a) == MLN_HOST_LOOPBACK || classify_v4(a) == MLN_HOST_METADATA;
}

static enum mln_host_kind classify_name(struct mln_sv host, bool *ret_disguised)
{
    static const char *const metadata[] = {"metadata.google.internal",
                                           "metadata.goog",
                                           "instance-data",
                                           "instance-data.ec2.internal",
                                           "metadata",
                                           "metadata.packet.net",
                                           "metadata.platformequinix.com",
                                           "rancher-metadata",
                                           "metadata.tencentyun.com",
                                           "metadata.azure.com",
                                           "metadata.azure.internal",
                                           "kubernetes.default.svc",
                                           "kubernetes.default.svc.cluster.local"};
    static const char *const inner[] = {
        "host.docker.internal",     "gateway.docker.internal",  "host.containers.internal",
        "docker.for.mac.localhost", "docker.for.win.localhost", "kubernetes.default.svc",
        "kubernetes.default",       "svc.cluster.local",        "host.minikube.internal",
        "host.k3d.internal",        "host.lima.internal"};
    static const char *const loopback[] = {"localhost",     "localhost.localdomain",
                                           "ip6-localhost", "ip6-loopback",
                                           "localhost6",    "loopback"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(metadata); i++)
        if (mln_sv_ieq_str(host, metadata[i]))
            return MLN_HOST_METADATA;
    if (is_rebinding_name(host) || leads_with_inner_address(host)) {
        *ret_disguised = true;
        return MLN_HOST_LOOPBACK;
    }
    if (is_any(host, inner, MLN_ARRAY_LEN(inner)))
        return MLN_HOST_INNER;
    if (!is_any(host, loopback, MLN_ARRAY_LEN(loopback)))
        return MLN_HOST_PUBLIC;
    *ret_disguised = !is_below(host, "localhost"); /* names that only lists of hosts know */
    return MLN_HOST_LOOPBACK;
}

/* IPv4 within IPv6: mapped, compatible, NAT64 and 6to4. */
static bool embedded_v4(const struct mln_addr *a, uint32_t *ret)
{
    static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b}, zero[12] = {0};
    size_t at = 12;

    if (a->b[0] == 0x20 && a->b[1] == 0x02)
        at = 2;
    else if (!mln_addr_is_v4(a) && memcmp(a->b, nat64, 12) != 0 &&
             (memcmp(a->b, zero, 12) != 0 || (!a->b[12] && !a->b[13])))
        return false;
    *ret = (uint32_t)a->b[at] << 24 | (uint32_t)a->b[at + 1] << 16 | (uint32_t)a->b[at + 2] << 8 |
           a->b[at + 3];
    return true;
}

static enum mln_host_kind classify_v6(struct mln_sv host, bool *ret_disguised)
{
    struct mln_addr a;
    static const struct mln_prefix ula = {{{0xfc}}, 7}, link = {{{0xfe, 0x80}}, 10};
    static const struct mln_prefix aws = {{{0xfd, 0x00, 0x0e, 0xc2}}, 32};
    static const struct mln_addr loopback = {{[15] = 1}}, any = {{0}};
    size_t zone = mln_sv_chr(host, '%');
    uint32_t v4;

    *ret_disguised = zone != SIZE_MAX; /* a zone is of use on the machine itself only */
    if (mln_addr_parse(mln_sv_sub(host, 0, zone), &a) < 0)
        return MLN_HOST_PUBLIC;
    if (mln_addr_eq(&a, &loopback) || mln_addr_eq(&a, &any)) {
        *ret_disguised = true; /* who means this machine writes localhost */
        return MLN_HOST_LOOPBACK;
    }
    if (embedded_v4(&a, &v4)) {
        *ret_disguised = classify_v4(v4) != MLN_HOST_PUBLIC;
        return classify_v4(v4);
    }
    if (mln_prefix_has(&aws, &a))
        return MLN_HOST_METADATA;
    return mln_prefix_has(&ula, &a) || mln_prefix_has(&link, &a) ? MLN_HOST_PRIVATE
                                                                 : MLN_HOST_PUBLIC;
}

/* "127。0。0。1": IDNA takes the full stops of East Asia for dots (RFC 3490, section 3.1). The host
 * with dots in `buf`; `host` itself when it has none of them. */
static struct mln_sv with_dots(struct mln_sv host, char *buf, size_t cap)
{
    size_t n = 0;

    for (size_t i = 0; i < host.len; i++) {
        bool stop = mln_scan_at(host, i, MLN_SV("\xe3\x80\x82")) ||
                    mln_scan_at(host, i, MLN_SV("\xef\xbd\xa1"));
        if (n == cap)
            return host;
        buf[n++] = stop ? '.' : host.p[i];
        i += stop ? 2 : 0;
    }
    return n == host.len ? host : mln_sv(buf, n);
}

static enum mln_host_kind classify(struct mln_sv host, bool *ret_disguised)
{
    uint32_t v4;
    bool plain = false, dot = false;

    *ret_disguised = false;
    if (host.len > 2 && host.p[0] == '[')
        return classify_v6(mln_sv_sub(host, 1, host.len - 2), ret_disguised);
    if (host.len && host.p[host.len - 1] == '.') {
        dot = true;
        host.len--;
    }
    if (!host.len)
        return MLN_HOST_PUBLIC;
    if (mln_cc((unsigned char)host.p[0], MLN_CC_DIGIT) && parse_odd_v4(host, &v4, &plain)) {
        enum mln_host_kind kind = classify_v4(v4);
        /* who means this machine writes 127.0.0.1; 0.0.0.0 is what servers listen on */
        bool odd = kind == MLN_HOST_LOOPBACK && v4 >> 16 != 0x7f00 && v4 != 0;
        *ret_disguised = kind != MLN_HOST_PUBLIC && (!plain || odd || dot);
        return kind;
    }
    return classify_name(host, ret_disguised);
}

enum mln_host_kind mln_host_kind(struct mln_sv host, bool *ret_disguised)
{
    enum { HOST_MAX = 64 };
    char buf[HOST_MAX];
    struct mln_sv dotted = with_dots(host, buf, sizeof(buf));
    enum mln_host_kind kind = classify(dotted, ret_disguised);

    *ret_disguised = *ret_disguised || (dotted.p != host.p && kind != MLN_HOST_PUBLIC);
    return kind;
}

struct mln_sv mln_host_at(struct mln_sv s, size_t i, bool *ret_userinfo, bool *ret_odd,
                          size_t *ret_end)
{
    enum { AUTHORITY_MAX = 256 };
    struct mln_sv a = mln_sv_sub(s, i, AUTHORITY_MAX);
    size_t end = 0, at = SIZE_MAX;

    while (end < a.len && a.p[end] && !strchr("/?#\\ \"'<>,;)\r\n\t", a.p[end])) {
        if (a.p[end] == '@')
            at = end;
        end++;
    }
    /* "http://127.0.0.1#@b/", "http://a\@b/": whose host it is depends on the reader */
    *ret_odd = end < a.len && (a.p[end] == '#' || a.p[end] == '\\' || !a.p[end]) &&
               (!a.p[end] || mln_sv_chr(mln_sv_sub(a, end, 64), '@') != SIZE_MAX);
    *ret_userinfo = at != SIZE_MAX;
    size_t from = at == SIZE_MAX ? 0 : at + 1;
    a = mln_sv_sub(a, from, end - from);
    size_t len = a.len && a.p[0] == '[' ? mln_sv_chr(a, ']') : mln_sv_chr(a, ':');
    if (len != SIZE_MAX)
        a = mln_sv_sub(a, 0, len + (a.p[0] == '['));
    *ret_end = i + from + a.len;
    return a;
}

bool mln_host_is_service_port(unsigned port)
{
    static const uint16_t ports[] = {
        22,   23,   25,   111,  135,  139,   389,   445,   873,   1433,  1521,  2049, 2181, 2375,
        2376, 2379, 2380, 3306, 3389, 4444,  5432,  5672,  5984,  5985,  6379,  6443, 7001, 8500,
        8600, 9000, 9042, 9092, 9200, 10250, 10255, 11211, 15672, 27017, 27018, 50070};

    for (size_t i = 0; i < MLN_ARRAY_LEN(ports); i++)
        if (ports[i] == port)
            return true;
    return false;
}
