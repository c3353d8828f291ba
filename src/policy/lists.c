/* NetworkList and Feed documents, and what rules say by them: reputation and countries. */
#include "intel/list_text.h"
#include "policy/schema.h"

enum { SHORT_NAME_MAX = 64, NAME_MAX_BYTES = 120 };

static const char *const words_form[] = {"plain", "csv", NULL};
static const char *const words_feed_form[] = {"plain", "csv", "mmdb", NULL};
static const char *const words_separator[] = {"comma", "semicolon", "tab", NULL};
static const char *const built_in_tags[] = {"tor", "botnet", "ddos", "own"};

void mln_list_defaults(struct mln_model_list *l)
{
    l->column = 1;
    l->refresh = 3600 * MLN_NSEC_PER_SEC;
    l->max_bytes = MLN_LIST_BYTES_MAX;
}

void mln_tags_init(struct mln_policy *p)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(built_in_tags); i++)
        p->tags[p->n_tags++] = mln_sv_str(built_in_tags[i]);
}

static int find_tag(const struct mln_policy *p, struct mln_sv name)
{
    for (uint32_t i = 0; i < p->n_tags; i++)
        if (mln_sv_eq(p->tags[i], name))
            return (int)i;
    return -1;
}

static bool is_short_name(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_WORD) && s.p[i] != '-' && s.p[i] != '.')
            return false;
    return s.len && s.len <= SHORT_NAME_MAX && s.p[0] != '.';
}

static void read_list_file(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                           void *sv)
{
    struct mln_sv *file = sv;

    if (mln_read_file_name(c, n, path, false, file))
        mln_keep_folder(c, file->p);
}

/* A password in it would stand in logs; what is not printable would end the request line. */
static void read_url(struct mln_reader_ctx *c, const struct mln_node *n, const char *path, void *sv)
{
    struct mln_sv url;

    if (!mln_schema_text(c, n, path, &url))
        return;
    bool good = mln_sv_istarts(url, MLN_SV("https://")) && url.len > 8 && url.len < 2048 &&
                mln_sv_chr(url, '@') == SIZE_MAX;
    for (size_t i = 0; i < url.len; i++)
        good = good && url.p[i] > ' ' && url.p[i] <= '~';
    if (good)
        *(struct mln_sv *)sv = url;
    else
        mln_schema_error(c, n, path, "expected an https:// address without a user name");
}

static void read_tag(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                     void *ret)
{
    struct mln_policy *p = c->policy;
    struct mln_sv tag;

    if (!mln_schema_text(c, n, path, &tag))
        return;
    if (!is_short_name(tag) || mln_sv_eq(tag, MLN_SV("action"))) {
        mln_schema_error(c, n, path, "expected a short name, like tor, botnet, ddos or own");
        return;
    }
    if (find_tag(p, tag) < 0 && p->n_tags == MLN_SNAP_TAGS_MAX) {
        mln_schema_error(c, n, path, "more than %d different tags", MLN_SNAP_TAGS_MAX);
        return;
    }
    if (find_tag(p, tag) < 0)
        p->tags[p->n_tags++] = tag;
    *(uint8_t *)ret = (uint8_t)(find_tag(p, tag) + 1);
}

static void check_feed(struct mln_reader_ctx *c, const struct mln_node *doc,
                       const struct mln_model_list *l)
{
    if (l->name.len && !is_short_name(l->name))
        mln_schema_error(c, doc, "metadata.name",
                         "the name of a Feed is also that of a file: letters, digits, - . and _");
    if (!l->file.p == !l->url.p)
        mln_schema_error(c, doc, "spec", "a Feed needs a url or a file, and not both");
    c->policy->n_fetched += l->url.p != NULL;
    if (l->url.p && c->policy->n_fetched > MLN_SNAP_FETCHED_MAX)
        mln_schema_error(c, doc, "spec.url", "more than %d Feeds are fetched",
                         MLN_SNAP_FETCHED_MAX);
    if (l->form == MLN_LIST_MMDB && l->tag)
        mln_schema_error(c, doc, "spec.tag", "a Feed of countries tells countries and no tag");
    c->policy->has_countries = c->policy->has_countries || l->form == MLN_LIST_MMDB;
}

void mln_list_check(struct mln_reader_ctx *c, const struct mln_node *doc, struct mln_model_list *l)
{
    const struct mln_policy *p = c->policy;

    for (uint32_t i = 0; i + 1 < p->n_lists; i++)
        if (l->name.len && mln_sv_eq(p->lists[i].name, l->name) && p->lists[i].feed != l->feed)
            mln_schema_error(c, doc, "metadata.name",
                             "a NetworkList and a Feed cannot have the same name");
    if (l->name.len > NAME_MAX_BYTES)
        mln_schema_error(c, doc, "metadata.name", "a name of at most %d bytes", NAME_MAX_BYTES);
    if (l->feed)
        check_feed(c, doc, l);
}

bool mln_policy_has_lists(const struct mln_policy *p)
{
    for (uint32_t i = 0; i < p->n_lists; i++)
        if (p->lists[i].file.p || p->lists[i].url.p)
            return true;
    return false;
}

/* ---- what rules say ---- */

static void read_countries(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                           void *strings)
{
    if (!mln_schema_strings(c, n, path, strings))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next)
        if (e->text.len != 2 || e->text.p[0] < 'A' || e->text.p[0] > 'Z' || e->text.p[1] < 'A' ||
            e->text.p[1] > 'Z')
            mln_schema_error(c, e, path, "expected two capital letters (ISO 3166-1), like DE");
    if (!c->policy->has_countries)
        mln_schema_error(c, n, path, "no Feed of this policy tells countries (format: mmdb)");
}

void mln_read_reputation(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                         struct mln_model_rule *r)
{
    const struct mln_policy *p = c->policy;
    const struct mln_node *all = n->kind == MLN_NODE_MAP ? mln_node_get(n, "action") : n;
    const char *names[MLN_SNAP_TAGS_MAX + 1] = {"action"};
    char sub[MLN_PATH_TEXT];
    uint8_t action;

    if (all && mln_schema_action(c, all, path, &action))
        memset(r->reputation, action, sizeof(r->reputation));
    for (uint32_t i = 0; i < p->n_tags; i++)
        names[i + 1] = p->tags[i].p; /* literals and arena copies end in NUL */
    for (const struct mln_node *e = n->kind == MLN_NODE_MAP ? n->first : NULL; e; e = e->next) {
        int tag = find_tag(p, e->key);
        (void)snprintf(sub, sizeof(sub), "%s.%.*s", path, MLN_SV_ARG(mln_sv_sub(e->key, 0, 64)));
        if (e == all)
            continue;
        if (tag < 0)
            mln_schema_unknown(c, e, path, "tag", names, p->n_tags + 1);
        else
            (void)mln_schema_action(c, e, sub, &r->reputation[tag]);
    }
}

/* clang-format off */
#define LIST(f) offsetof(struct mln_model_list, f)
#define RULE(f) offsetof(struct mln_model_rule, f)
#define CSV_FIELDS                                                                                                                              \
    {.name = "column", .type = MLN_T_COUNT, .offset = LIST(column), .def = "1", .min = 1, .max = MLN_LIST_COLUMNS_MAX, .text = "csv: which column has the network"}, \
    {.name = "separator", .type = MLN_T_ENUM, .offset = LIST(separator), .words = words_separator, .def = "comma", .text = "csv: what is between columns"}
const struct mln_schema_field mln_schema_list_spec[] = {
    {.name = "cidrs", .type = MLN_T_CUSTOM, .read = mln_read_cidrs, .def = "none", .shape = "a list of addresses and CIDRs", .text = "IPv4 and IPv6 networks"},
    {.name = "file", .type = MLN_T_CUSTOM, .read = read_list_file, .offset = LIST(file), .def = "none", .shape = "a file name relative to the policy file", .text = "more networks, up to millions: an address, CIDR or range a line, # begins a comment; a line that is none is an error"},
    {.name = "format", .type = MLN_T_ENUM, .offset = LIST(form), .words = words_form, .def = "plain", .text = "of the file"},
    CSV_FIELDS,
    {.name = NULL},
};
const struct mln_schema_field mln_schema_feed_spec[] = {
    {.name = "url", .type = MLN_T_CUSTOM, .read = read_url, .offset = LIST(url), .def = "none", .shape = "an https:// address", .text = "where the list is fetched; the last good copy is kept in the state folder"},
    {.name = "file", .type = MLN_T_CUSTOM, .read = read_list_file, .offset = LIST(file), .def = "none", .shape = "a file name relative to the policy file", .text = "the list, instead of url"},
    {.name = "format", .type = MLN_T_ENUM, .offset = LIST(form), .words = words_feed_form, .def = "plain", .text = "plain: an address, CIDR or range a line; csv; mmdb: countries in MaxMind's format"},
    CSV_FIELDS,
    {.name = "tag", .type = MLN_T_CUSTOM, .read = read_tag, .offset = LIST(tag), .def = "none: a list and nothing more", .shape = "tor, botnet, ddos, own, or another short name", .text = "what is said of these clients; spec.protections.reputation says what is done about it"},
    {.name = "tag_column", .type = MLN_T_COUNT, .offset = LIST(tag_column), .def = "none", .min = 1, .max = MLN_LIST_COLUMNS_MAX, .text = "csv: which column has a tag; one that no Feed or rule knows counts as tag"},
    {.name = "refresh", .type = MLN_T_DURATION, .offset = LIST(refresh), .def = "1h", .min = (int64_t)MLN_NSEC_PER_SEC, .max = (int64_t)(30 * 86400 * MLN_NSEC_PER_SEC), .text = "url: how often it is fetched, a tenth more or less"},
    {.name = "ca", .type = MLN_T_CUSTOM, .read = mln_read_page_text, .offset = LIST(ca), .def = "the system's certificates", .shape = "certificates as PEM, or {file: NAME} beside the policy file", .text = "url: whom its server must be certified by"},
    {.name = "max_bytes", .type = MLN_T_SIZE, .offset = LIST(max_bytes), .def = "64MiB", .min = 1, .max = MLN_LIST_BYTES_MAX, .text = "url: most that is fetched"},
    {.name = NULL},
};
const struct mln_schema_field mln_schema_countries[] = {
    {.name = "allow", .type = MLN_T_CUSTOM, .read = read_countries, .offset = RULE(countries_allow), .def = "every country", .shape = "a list of two capital letters each", .text = "clients of all others are refused, and those whose country is not known"},
    {.name = "deny", .type = MLN_T_CUSTOM, .read = read_countries, .offset = RULE(countries_deny), .def = "none", .shape = "a list of two capital letters each", .text = "clients that are refused"},
    {.name = NULL},
};
/* for documentation: read by mln_read_reputation */
const struct mln_schema_field mln_schema_reputation[] = {
    {.name = "tor", .type = MLN_T_ENUM, .words = mln_words_action, .def = "alert", .text = "clients that a Feed with this tag lists: Tor exits"},
    {.name = "botnet", .type = MLN_T_ENUM, .words = mln_words_action, .def = "alert", .text = "botnets"},
    {.name = "ddos", .type = MLN_T_ENUM, .words = mln_words_action, .def = "alert", .text = "sources of floods"},
    {.name = "own", .type = MLN_T_ENUM, .words = mln_words_action, .def = "alert", .text = "a list of your own; every other tag of a Feed is a key as well"},
    {.name = NULL},
};
/* clang-format on */
