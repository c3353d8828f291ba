/* URLs towards the inside (detection guide, section 3.9). */
#include "engine/object_urls.h"

#include "engine/inner_hosts.h"
#include "engine/pass.h"
#include "engine/scan.h"

/* The last part of a field's name: of a JSON pointer, of a[b]. */
static struct mln_sv last_part(struct mln_sv name)
{
    while (name.len && name.p[name.len - 1] == ']')
        name.len--;
    for (size_t i = name.len; i-- > 0;)
        if (name.p[i] == '/' || name.p[i] == '[' || name.p[i] == '@' || name.p[i] == '.')
            return mln_sv_sub(name, i + 1, name.len);
    return name;
}

/* A parameter whose address the application will fetch. Addresses of pages, and those to which a
 * browser is sent back, may well be local. */
static bool is_target(const struct mln_detect_ctx *ctx)
{
    static const char *const names[] = {
        "url",        "uri",          "host",       "dest",      "destination", "target",
        "site",       "feed",         "proxy",      "fetch",     "endpoint",    "webhook",
        "ssrf",       "remote",       "server",     "image_url", "imageurl",    "img_url",
        "target_url", "targeturl",    "feed_url",   "feedurl",   "proxy_url",   "fetch_url",
        "remote_url", "webhook_url",  "webhookurl", "api_url",   "file_url",    "fileurl",
        "server_url", "backend",      "upstream",   "urls",      "src_url",     "source_url",
        "import_url", "download_url", "avatar_url", "hosts",     "rss",         "stream_url"};
    struct mln_sv name = last_part(ctx->name);

    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_ieq_str(name, names[i]))
            return true;
    return false;
}

/* A picture or a document that the application may load for a parameter; within a document it is
 * what a browser shows of a page, which may be a local one. */
static bool is_picture(const struct mln_detect_ctx *ctx)
{
    static const char *const names[] = {"src",       "img",     "image",      "picture", "icon",
                                        "thumbnail", "preview", "screenshot", "pdf"};
    struct mln_sv name = last_part(ctx->name);

    if (ctx->loc == MLN_LOC_JSON || ctx->loc == MLN_LOC_XML)
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_ieq_str(name, names[i]))
            return true;
    return false;
}

/* RFC 8252, section 7.3: an application on the user's machine has the browser sent back to itself,
 * by the loopback address in its plain spellings. No server follows that. */
static bool is_native_redirect(struct mln_sv name, struct mln_sv host)
{
    static const char *const hosts[] = {"127.0.0.1", "[::1]", "localhost"};
    bool plain = false;

    for (size_t i = 0; i < MLN_ARRAY_LEN(hosts); i++)
        plain = plain || mln_sv_eq_str(host, hosts[i]);
    return plain && mln_sv_eq(name, MLN_SV("redirect_uri"));
}

/* Who the client is, not where it comes from: an address or a product, never a URL to the inside.
 */
static bool is_client_field(const struct mln_detect_ctx *ctx)
{
    static const char *const names[] = {"user-agent",       "x-forwarded-for", "x-real-ip",
                                        "x-client-ip",      "client-ip",       "true-client-ip",
                                        "x-originating-ip", "x-remote-ip",     "x-remote-addr",
                                        "accept-language",  "x-api-version"};

    if (ctx->loc != MLN_LOC_HEADER)
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_ieq_str(ctx->name, names[i]))
            return true;
    return false;
}

static unsigned port_at(struct mln_sv s, size_t i)
{
    unsigned port = 0;

    if (i >= s.len || s.p[i] != ':')
        return 0;
    for (size_t k = i + 1; k < s.len && k - i <= 5 && mln_cc((unsigned char)s.p[k], MLN_CC_DIGIT);
         k++)
        port = port * 10 + (unsigned)(s.p[k] - '0');
    return port;
}

/* "http://%6cocalhost/": nobody encodes what a host may hold as it is. */
static bool is_encoded_host(struct mln_sv host)
{
    for (size_t i = 0; i + 2 < host.len; i++) {
        if (host.p[i] != '%' || mln_hexval((unsigned char)host.p[i + 1]) < 0 ||
            mln_hexval((unsigned char)host.p[i + 2]) < 0)
            continue;
        int c = mln_hexval((unsigned char)host.p[i + 1]) << 4 |
                mln_hexval((unsigned char)host.p[i + 2]);
        if (c < 0x80 && (mln_cc((unsigned char)c, MLN_CC_ALPHA | MLN_CC_DIGIT) || c == '.'))
            return true;
    }
    return false;
}

/* ":00080" */
static bool has_odd_port(struct mln_sv s, size_t i)
{
    return i + 2 < s.len && s.p[i] == ':' && s.p[i + 1] == '0' &&
           mln_cc((unsigned char)s.p[i + 2], MLN_CC_DIGIT);
}

/* "ssh://git@host": a user is part of every such address. */
static bool needs_user(struct mln_sv s, size_t scheme_at)
{
    return mln_scan_at(s, scheme_at, MLN_SV("ssh:")) || mln_scan_at(s, scheme_at, MLN_SV("git")) ||
           mln_scan_at(s, scheme_at, MLN_SV("svn"));
}

/* "http://127.0.0.1@example.com/", "http://a@127.0.0.1:80@example.com/": what is taken for the host
 * by who reads up to one '@' or another. The host itself starts at `end`. */
static bool hides_behind(struct mln_sv s, size_t host_at, size_t end)
{
    struct mln_sv users = mln_sv_sub(s, host_at, end - host_at);
    bool disguised;

    while (users.p && mln_sv_chr(users, '@') != SIZE_MAX) {
        struct mln_sv user = mln_sv_split(&users, '@');
        user = mln_sv_sub(user, 0, mln_sv_chr(user, ':'));
        if (user.len > 4 && mln_host_kind(user, &disguised) != MLN_HOST_PUBLIC)
            return true;
    }
    return false;
}

/* "http://example.com#@127.0.0.1/": the host of who reads from the last '@'. */
static bool hides_in_front(struct mln_sv s, size_t end)
{
    struct mln_sv rest = mln_sv_sub(s, end, 64);
    size_t at = mln_sv_chr(rest, '@'), host_end;
    bool userinfo, odd, disguised;

    if (at == SIZE_MAX)
        return false;
    struct mln_sv host = mln_host_at(s, end + at + 1, &userinfo, &odd, &host_end);
    return mln_host_kind(host, &disguised) != MLN_HOST_PUBLIC;
}

/* "http://localhost:{port}/api": a template of an address, as interfaces are described by. No port
 * has a name, braces that list numbers aside, as curl takes them. */
static bool is_port_named(struct mln_sv s, size_t end)
{
    size_t i = end + 2, close = i;

    if (!mln_scan_at(s, end, MLN_SV(":{")) || i >= s.len ||
        !mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA))
        return false;
    while (close < s.len && mln_cc((unsigned char)s.p[close], MLN_CC_WORD))
        close++;
    return mln_scan_at(s, close, MLN_SV("}")) && (close + 1 == s.len || s.p[close + 1] == '/');
}

/* The authority at host_at; the URL, with or without a scheme, starts at `start`. */
static void check_authority(struct mln_pass *p, size_t start, size_t host_at)
{
    bool userinfo, disguised, odd;
    size_t end;
    struct mln_sv host = mln_host_at(p->s, host_at, &userinfo, &odd, &end);
    enum mln_host_kind kind = mln_host_kind(host, &disguised);
    size_t len = end - start;

    if (start == 0 && (is_native_redirect(p->ctx->name, host) ||
                       (kind != MLN_HOST_METADATA && is_port_named(p->s, end))))
        return;
    bool local = kind == MLN_HOST_LOOPBACK || kind == MLN_HOST_INNER;

    if (kind == MLN_HOST_METADATA)
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_METADATA, start, len);
    disguised =
        disguised || is_encoded_host(host) || (kind != MLN_HOST_PUBLIC && has_odd_port(p->s, end));
    disguised = disguised || ((p->v->flags & MLN_VIEW_LOOKALIKE) && kind != MLN_HOST_PUBLIC);
    if (disguised || (odd && (kind != MLN_HOST_PUBLIC || hides_in_front(p->s, end))) ||
        (userinfo && hides_behind(p->s, host_at, end)))
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_DISGUISED, start, len);
    if (local)
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_LOOPBACK, start, len);
    if (kind == MLN_HOST_PRIVATE)
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_PRIVATE, start, len);
    if (local && mln_scan_at(p->s, start, MLN_SV("ftp")))
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_SCHEME, start, len);
    if (userinfo && kind != MLN_HOST_PUBLIC && !needs_user(p->s, start))
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_USERINFO, start, len);
    if (kind != MLN_HOST_PUBLIC && start <= 1 && is_client_field(p->ctx))
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_CLIENT, start, len);
    if (local && (start <= 1 ? is_target(p->ctx) || (host_at > start + 2 && is_picture(p->ctx)) ||
                                   p->ctx->loc == MLN_LOC_PATH
                             : p->ctx->loc == MLN_LOC_PATH))
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_TARGET, start, len);
    if (kind != MLN_HOST_PUBLIC && mln_host_is_service_port(port_at(p->s, end)))
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_PORT, start, len);
}

static bool is_inner_scheme(struct mln_sv s, size_t start, size_t colon)
{
    static const char *const schemes[] = {"gopher", "dict",   "ldap", "ldaps", "ldapi", "tftp",
                                          "sftp",   "netdoc", "rmi",  "iiop",  "imap",  "smb"};
    struct mln_sv scheme = mln_sv_sub(s, start, colon - start);

    for (size_t i = 0; i < MLN_ARRAY_LEN(schemes); i++)
        if (mln_sv_ieq_str(scheme, schemes[i]))
            return true;
    return start >= 4 && mln_scan_at(s, start - 4, MLN_SV("jar:"));
}

/* What stands behind "http:" for browsers and libraries: any number of slashes of either kind. */
static size_t skip_slashes(struct mln_sv s, size_t i)
{
    while (i < s.len && (s.p[i] == '/' || s.p[i] == '\\'))
        i++;
    return i;
}

/* "http:127.0.0.1", "http:\\127.0.0.1", "http:////x", "http://\x": two slashes are what everybody
 * writes. */
static void check_slashes(struct mln_pass *p, size_t start, size_t colon)
{
    size_t host = skip_slashes(p->s, colon + 1);
    bool plain = host == colon + 3 && p->s.p[colon + 1] == '/' && p->s.p[colon + 2] == '/';
    bool userinfo, disguised, odd;
    size_t end;

    if (plain || host - colon > 8)
        return;
    struct mln_sv name = mln_host_at(p->s, host, &userinfo, &odd, &end);
    if (mln_host_kind(name, &disguised) != MLN_HOST_PUBLIC) {
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_DISGUISED, start, end - start);
        check_authority(p, start, host);
    } else if (host > colon + 3 && p->s.p[host - 1] == '\\' && end < p->s.len &&
               p->s.p[end] == '\\') {
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_DISGUISED, start, end - start); /* http://\a\b */
    }
}

static void check_schemes(struct mln_pass *p)
{
    enum { URLS_MAX = 16 };
    size_t from = 0;

    for (unsigned n = 0; n < URLS_MAX; n++) {
        size_t colon = mln_sv_chr(mln_sv_sub(p->s, from, p->s.len), ':');
        if (colon == SIZE_MAX)
            return;
        colon += from;
        size_t start = colon;
        while (start > from && mln_cc((unsigned char)p->s.p[start - 1], MLN_CC_WORD))
            start--;
        from = colon + 1;
        bool slashes = mln_scan_at(p->s, colon, MLN_SV("://"));
        if (start == colon || (!slashes && !mln_scan_at(p->s, start, MLN_SV("http"))))
            continue;
        if (slashes && is_inner_scheme(p->s, start, colon))
            mln_pass_add(p, MLN_SIG_OBJECT_SSRF_SCHEME, start, colon + 3 - start);
        if (slashes)
            check_authority(p, start, colon + 3);
        if (mln_scan_at(p->s, start, MLN_SV("http")))
            check_slashes(p, start, colon);
    }
}

/* "http+unix://%2Fvar%2Frun%2Fdocker.sock/info", "unix:/run/x.sock|http://x/" of Apache's proxy: a
 * socket of the machine in the place of a host. */
static void check_socket(struct mln_pass *p)
{
    size_t unix_at = mln_view_find(p->v, MLN_SV("unix:"));

    if (unix_at == SIZE_MAX)
        return;
    struct mln_sv rest = mln_sv_sub(p->s, unix_at, p->s.len);
    bool scheme = unix_at && p->s.p[unix_at - 1] == '+' && mln_sv_starts(rest, MLN_SV("unix://"));
    scheme = scheme || (unix_at > 2 && mln_scan_at(p->s, unix_at - 3, MLN_SV("://unix:/")));
    if (scheme || (unix_at == 0 && mln_sv_find(rest, MLN_SV("|http")) != SIZE_MAX))
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_SCHEME, unix_at, 5);
}

/* "0.5", "10.15.7": a quantity or a version, though inet_aton takes two or three numbers for an
 * address. Those of the loopback and of metadata, and what is written in octal, are hosts. */
static bool is_quantity(struct mln_sv s)
{
    size_t dots = 0;

    for (size_t i = 0; i < s.len; i++) {
        dots += s.p[i] == '.';
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT) && s.p[i] != '.')
            return false;
    }
    bool octal = s.len > 1 && s.p[0] == '0' && s.p[1] != '.', disguised;
    bool fraction =
        mln_sv_starts(s, MLN_SV("0.")) && s.p[s.len - 1] != '0' && s.p[s.len - 1] != '.';

    return (dots == 1 || dots == 2) && !octal &&
           (fraction || mln_host_kind(s, &disguised) < MLN_HOST_LOOPBACK);
}

/* Hosts without a scheme, as the whole value: "localhost/", "//127.0.0.1/", "169.254.169.254/x",
 * "x.nip.io". An address alone is one that somebody looks up. */
static void check_bare_host(struct mln_pass *p)
{
    enum { BARE_MAX = 200 };
    size_t slashes = skip_slashes(p->s, 0), end;
    size_t i = slashes >= 2 ? slashes : 0;
    bool userinfo, odd, disguised;

    if (p->s.len > BARE_MAX || (p->v->classes & MLN_BC_SPACE) || p->ctx->loc == MLN_LOC_PATH ||
        is_quantity(p->s))
        return;
    struct mln_sv host = mln_host_at(p->s, i, &userinfo, &odd, &end);
    if (host.len < 2 || mln_host_kind(host, &disguised) == MLN_HOST_PUBLIC)
        return;
    bool port = port_at(p->s, end) != 0;
    bool path = port || (end < p->s.len && p->s.p[end] == '/');
    bool number = mln_cc((unsigned char)host.p[0], MLN_CC_DIGIT);
    bool dotted = mln_sv_chr(host, '.') != SIZE_MAX;
    if (number && (!dotted || (disguised && !is_target(p->ctx))))
        return; /* numbers, versions, dates, keys */
    if (slashes >= 2 && !(slashes == 2 && p->s.p[0] == '/' && p->s.p[1] == '/'))
        mln_pass_add(p, MLN_SIG_OBJECT_SSRF_DISGUISED, 0,
                     end); /* "///127.0.0.1", "\/\/localhost" */
    if ((end == p->s.len && !number && dotted && disguised) || path ||
        (end == p->s.len && is_target(p->ctx)))
        check_authority(p, 0, i);
}

/* Browsers fill these with addresses of the page, which may well be local. */
static bool is_page_address(const struct mln_detect_ctx *ctx)
{
    return ctx->loc == MLN_LOC_HEADER && !is_client_field(ctx) &&
           (mln_sv_ieq(ctx->name, MLN_SV("referer")) || mln_sv_ieq(ctx->name, MLN_SV("origin")) ||
            mln_sv_ieq(ctx->name, MLN_SV("forwarded")) || mln_sv_istarts(ctx->name, MLN_SV("x-")));
}

/* "d0q3…example.oast.fun": a label of its own below the zone of a service for testers. */
static void check_callbacks(struct mln_pass *p)
{
    enum { LABEL_MIN = 4 };
    static const char *const zones[] = {".oast.fun",         ".oast.pro",
                                        ".oast.live",        ".oast.site",
                                        ".oast.online",      ".oast.me",
                                        ".interact.sh",      ".interactsh.com",
                                        ".oastify.com",      ".burpcollaborator.net",
                                        ".bxss.me",          ".dnslog.cn",
                                        ".ceye.io",          ".r87.me",
                                        ".xss.ht",           ".xss.report",
                                        ".requestbin.net",   ".dnsbin.zhack.ca",
                                        ".canarytokens.com", ".eyes.sh"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(zones); i++) {
        size_t at = mln_view_find_str(p->v, zones[i]);
        if (at == SIZE_MAX)
            continue;
        size_t start = at, end = at + strlen(zones[i]);
        if (end < p->s.len && mln_cc((unsigned char)p->s.p[end], MLN_CC_WORD))
            continue;
        while (start && (mln_cc((unsigned char)p->s.p[start - 1], MLN_CC_WORD) ||
                         p->s.p[start - 1] == '-' || p->s.p[start - 1] == '.'))
            start--;
        if (at - start >= LABEL_MIN)
            mln_pass_add(p, MLN_SIG_OBJECT_SSRF_CALLBACK, start, end - start);
    }
}

bool mln_url_is_device(struct mln_sv s)
{
    bool userinfo, odd, disguised;
    size_t start = mln_sv_starts(s, MLN_SV("http://")) ? 7 : 8, end;

    if (start == 8 && !mln_sv_starts(s, MLN_SV("https://")))
        return false;
    struct mln_sv host = mln_host_at(s, start, &userinfo, &odd, &end);
    if (userinfo || odd || mln_host_kind(host, &disguised) != MLN_HOST_PRIVATE || disguised)
        return false;
    for (; end < s.len; end++)
        if (!mln_cc((unsigned char)s.p[end], MLN_CC_WORD) && !memchr("-/:.", s.p[end], 4))
            return false;
    return mln_sv_find(s, MLN_SV("..")) == SIZE_MAX;
}

void mln_object_urls(const struct mln_view *v, struct mln_detect_ctx *ctx, struct mln_findings *out)
{
    struct mln_pass p = {.v = v, .s = mln_view_sv(v), .ctx = ctx, .out = out};

    if (v->classes & MLN_BC_DOT)
        check_callbacks(&p);
    if (is_page_address(ctx))
        return;
    if (v->classes & MLN_BC_COLON) {
        check_schemes(&p);
        check_socket(&p);
    }
    if (v->classes & (MLN_BC_SLASH | MLN_BC_DOT | MLN_BC_COLON))
        check_bare_host(&p);
}
