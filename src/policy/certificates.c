/* Certificates, and the TLS of endpoints. What is in a certificate is not looked at here: that
 * takes OpenSSL, which only the processes that need it load (node/certificates.c). */
#include <errno.h>

#include "base/fd.h"
#include "policy/schema.h"

enum { PEM_MAX = 256 << 10 };

static void read_pem(struct mln_reader_ctx *c, const struct mln_node *n, const char *path, void *sv)
{
    mln_read_text_or_file(c, n, path, true, sv);
}

/* ---- tls of an endpoint ---- */

static void read_certificate(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                             void *out)
{
    const struct mln_policy *p = c->policy;
    const char *names[64];
    size_t n_names = 0;
    struct mln_sv name;

    if (!mln_schema_text(c, n, path, &name))
        return;
    for (uint32_t i = 0; i < p->n_certificates; i++) {
        if (mln_sv_eq(p->certificates[i].name, name)) {
            *(uint32_t *)out = i + 1;
            return;
        }
        if (n_names < MLN_ARRAY_LEN(names) && p->certificates[i].name.p) /* it ends in NUL */
            names[n_names++] = p->certificates[i].name.p;
    }
    const char *near = mln_nearest(name, names, n_names);
    mln_schema_error(c, n, path, "there is no Certificate named \"%.*s\" in this policy%s%s%s",
                     MLN_SV_ARG(mln_sv_sub(name, 0, 64)), near ? "; did you mean " : "",
                     near ? near : "", near ? "?" : "");
}

static void read_host_name(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                           void *sv)
{
    struct mln_sv name;

    if (!mln_schema_text(c, n, path, &name))
        return;
    if (!name.len || name.len > 255 || mln_sv_chr(name, ':') != SIZE_MAX ||
        mln_sv_chr(name, '*') != SIZE_MAX)
        mln_schema_error(c, n, path, "expected a host name like app.internal");
    else
        *(struct mln_sv *)sv = name;
}

static const char *const words_min[] = {"1.2", "1.3", NULL};
static const char *const words_upstream[] = {"same", "off", "on", NULL};

#define TLS(f) offsetof(struct mln_model_tls, f)
/* clang-format off */
const struct mln_schema_field mln_schema_tls[] = {
    {.name = "certificate", .type = MLN_T_CUSTOM, .read = read_certificate, .offset = TLS(certificate), .def = "none: clients do not speak TLS", .shape = "the name of a Certificate", .text = "what clients are shown; among several endpoints the one with the name that the client asks for (SNI)"},
    {.name = "min", .type = MLN_T_ENUM, .offset = TLS(min), .words = words_min, .def = "1.2", .text = "lowest version of TLS that clients may use"},
    {.name = "upstream", .type = MLN_T_ENUM, .offset = TLS(upstream), .words = words_upstream, .def = "same", .text = "TLS to the application: same as the client, off, or on"},
    {.name = "upstream_name", .type = MLN_T_CUSTOM, .read = read_host_name, .offset = TLS(upstream_name), .def = "the name that the client asked for", .shape = "a host name", .text = "name that the application is asked for (SNI), and that its certificate must have when upstream_ca is given"},
    {.name = "upstream_ca", .type = MLN_T_CUSTOM, .read = read_pem, .offset = TLS(upstream_ca), .def = "none: its certificate is not checked", .shape = "certificates in PEM form, or {file: NAME}", .text = "authorities, one of which must have signed the application's certificate"},
    {.name = "hsts", .type = MLN_T_DURATION, .offset = TLS(hsts), .min = 0, .max = INT64_C(63072000) * MLN_NSEC_PER_SEC, .def = "0s: not sent", .text = "Strict-Transport-Security of answers over TLS, unless the application sends its own"},
    {.name = NULL},
};
/* clang-format on */

void mln_read_tls(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                  void *endpoint)
{
    struct mln_policy *p = c->policy;
    struct mln_model_tls *t =
        mln_schema_push(c, (void **)&p->tls, &p->n_tls, &p->cap_tls, sizeof(*t));
    size_t errors = c->diags->errors;

    if (!t)
        return;
    mln_schema_read(c, mln_schema_tls, n, path, t);
    if (!t->certificate && t->upstream != MLN_UPSTREAM_ON && errors == c->diags->errors)
        mln_schema_error(c, n, path, "expected a certificate, or upstream: on");
    *(uint32_t *)endpoint = p->n_tls;
}

/* ---- Certificate documents ---- */

#define CERT(f) offsetof(struct mln_model_certificate, f)
/* clang-format off */
const struct mln_schema_field mln_schema_certificate_metadata[] = {
    {.name = "name", .type = MLN_T_TEXT, .offset = CERT(name), .text = "name, unique among documents of its kind"},
    {.name = "notes", .type = MLN_T_TEXT, .offset = MLN_NOT_KEPT, .text = "for people"},
    {.name = NULL},
};
const struct mln_schema_field mln_schema_certificate_spec[] = {
    {.name = "certificate", .type = MLN_T_CUSTOM, .read = read_pem, .offset = CERT(chain), .shape = "PEM text, or {file: NAME}", .text = "the certificate, and behind it those between it and the root"},
    {.name = "key", .type = MLN_T_CUSTOM, .read = read_pem, .offset = CERT(key), .shape = "PEM text, or {file: NAME}", .text = "its private key, without a passphrase"},
    {.name = NULL},
};
/* clang-format on */

/* ---- for the rest of the program ---- */

size_t mln_policy_certificate_count(const struct mln_policy *p)
{
    return p->n_certificates;
}

struct mln_policy_certificate mln_policy_certificate(const struct mln_policy *p, size_t i)
{
    const struct mln_model_certificate *c = &p->certificates[i];

    return (struct mln_policy_certificate){c->name, c->chain, c->key};
}

struct mln_sv mln_policy_upstream_ca(const struct mln_policy *p, size_t i)
{
    for (uint32_t k = 0; k < p->n_tls; k++)
        if (p->tls[k].upstream_ca.p && i-- == 0)
            return p->tls[k].upstream_ca;
    return MLN_SV_NULL;
}

struct mln_sv mln_policy_folder(const struct mln_policy *p, size_t i)
{
    return i < p->folders.n ? p->folders.v[i] : MLN_SV_NULL;
}

static struct mln_sv take_file(struct mln_reader_ctx *c, const char *option, const char *file)
{
    struct mln_buf text = {0};
    int r = mln_file_read(file, PEM_MAX, &text);
    struct mln_sv kept = r < 0 ? MLN_SV_NULL : mln_arena_dup(&c->policy->arena, mln_buf_sv(&text));

    if (r < 0)
        mln_diag_add(c->diags, MLN_DIAG_ERROR, file, 0, 0, option, "cannot be read: %s",
                     strerror(-r));
    else
        mln_keep_folder(c, file);
    mln_buf_done(&text);
    return kept;
}

/* The rule's endpoints speak TLS, or, without any, every request does. */
static bool default_tls(struct mln_reader_ctx *c, struct mln_model_rule *r, uint32_t tls)
{
    bool own = false;

    for (uint32_t i = 0; i < r->n_endpoints; i++)
        own = own || r->endpoints[i].tls;
    for (uint32_t i = 0; i < r->n_endpoints && !own; i++)
        r->endpoints[i].tls = tls;
    if (r->n_endpoints)
        return true;
    struct mln_model_endpoint *e =
        mln_schema_push(c, (void **)&r->endpoints, &r->n_endpoints, &r->cap_endpoints, sizeof(*e));
    if (e)
        *e = (struct mln_model_endpoint){.host = MLN_SV("*"), .path = MLN_SV("*"), .tls = tls};
    return e != NULL;
}

int mln_policy_add_tls(struct mln_policy *p, const char *chain_file, const char *key_file,
                       struct mln_diags *diags)
{
    struct mln_reader_ctx c = {.policy = p, .diags = diags, .may_read_files = true};
    struct mln_model_certificate cert = {.name = MLN_SV("--tls-cert"),
                                         .chain = take_file(&c, "--tls-cert", chain_file),
                                         .key = take_file(&c, "--tls-key", key_file)};

    if (!cert.chain.p || !cert.key.p)
        return diags->errors ? -EINVAL : -ENOMEM;
    struct mln_model_certificate *slot = mln_schema_push(
        &c, (void **)&p->certificates, &p->n_certificates, &p->cap_certificates, sizeof(*slot));
    struct mln_model_tls *t =
        mln_schema_push(&c, (void **)&p->tls, &p->n_tls, &p->cap_tls, sizeof(*t));
    if (!slot || !t)
        return -ENOMEM;
    *slot = cert;
    *t = (struct mln_model_tls){.certificate = p->n_certificates, .upstream = MLN_UPSTREAM_OFF};
    for (uint32_t i = 0; i < p->n_rules; i++)
        if (!default_tls(&c, &p->rules[i], p->n_tls))
            return -ENOMEM;
    return c.no_memory ? -ENOMEM : 0;
}
