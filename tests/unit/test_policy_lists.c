/* NetworkLists and Feeds with files: from the documents to what a transaction is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/txn.h"
#include "policy/policy.h"

#define RULE                                                                                       \
    "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\nspec:\n"                          \
    "  access: {deny: [evil], allow: [friends], trusted_proxies: [\"10.0.0.1\"]}\n"                \
    "  protections: {reputation: {tor: prevent, mine: off}}\n"
#define LIST(name, spec)                                                                           \
    "---\napiVersion: merlon.dev/v1\nkind: NetworkList\nmetadata: {name: " name "}\nspec: " spec   \
    "\n"
#define FEED(name, spec)                                                                           \
    "---\napiVersion: merlon.dev/v1\nkind: Feed\nmetadata: {name: " name "}\nspec: " spec "\n"
#define FRIENDS LIST("friends", "{cidrs: [\"192.0.2.7\"]}")

struct world {
    char dir[64];
    struct mln_policy *policy;
    struct mln_diags diags;
    struct mln_lists_how how;
    struct mln_buf blob, lists_blob, said;
    struct mln_snapshot snap;
    struct mln_lists lists;
    void *map;
    uint32_t bound[64];
    int r;
};

static void put(struct world *w, const char *name, const char *text)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", w->dir, name);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    (void)fclose(f);
}

static void set_up(struct world *w)
{
    memset(w, 0, sizeof(*w));
    (void)snprintf(w->dir, sizeof(w->dir), "/tmp/merlon-lists-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    w->how.copies = -1;
}

static void read_policy(struct world *w, const char *policy)
{
    put(w, "p.yaml", policy);
    w->r = mln_policy_load_path(w->dir, &w->policy, &w->diags);
    if (w->r == 0)
        w->r = mln_policy_compile(w->policy, &w->blob);
    if (w->r == 0)
        w->r = mln_snapshot_open(w->blob.p, w->blob.len, &w->snap);
    if (w->r == 0)
        w->r = mln_lists_read(&w->snap, &w->how, &w->diags, &w->lists_blob);
    mln_diags_print(&w->diags, MLN_DIAG_WARNING, &w->said);
    mln_buf_add_char(&w->said, '\0');
    if (w->r < 0)
        return;
    assert_true(mln_snapshot_bind_size(&w->snap) <= MLN_ARRAY_LEN(w->bound));
    w->map = aligned_alloc(MLN_ORDER_LINE, w->lists_blob.len);
    assert_non_null(w->map);
    memcpy(w->map, w->lists_blob.p, w->lists_blob.len);
    assert_int_equal(mln_lists_open(w->map, w->lists_blob.len, &w->lists), 0);
    mln_snapshot_bind(&w->snap, &w->lists, w->bound);
}

static void tear_down(struct world *w)
{
    static const char *const names[] = {"p.yaml",  "evil.txt",    "tor.csv", "c.mmdb",
                                        "feeds/f", "feeds/f.new", "feeds"};
    char path[128];

    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", w->dir, names[i]);
        (void)remove(path);
    }
    assert_int_equal(rmdir(w->dir), 0);
    w->policy = mln_policy_free(w->policy);
    mln_diags_done(&w->diags);
    mln_buf_done(&w->blob);
    mln_buf_done(&w->lists_blob);
    mln_buf_done(&w->said);
    free(w->map);
    if (w->how.copies >= 0)
        (void)close(w->how.copies);
}

/* "protection.sub=action" of what a client at that address gets for a plain request. */
static void judge(const struct world *w, const char *client, const char *forwarded,
                  const char *want)
{
    struct mln_engine *e = mln_engine_new(&(struct mln_engine_config){.hash_key = {1, 2}});
    struct mln_http_field fields[] = {
        {.name = MLN_SV("Host"), .value = MLN_SV("a"), .id = MLN_NAME_HOST},
        {.name = MLN_SV("X-Forwarded-For"),
         .value = mln_sv_str(forwarded),
         .id = MLN_NAME_X_FORWARDED_FOR}};
    struct mln_http_head head = {.method_name = MLN_SV("GET"),
                                 .target = MLN_SV("/"),
                                 .path = MLN_SV("/"),
                                 .authority = MLN_SV("a"),
                                 .fields = fields,
                                 .n_fields = forwarded ? 2 : 1,
                                 .minor = 1};
    struct mln_arena arena;
    struct mln_buf said = {0};

    mln_arena_init(&arena, 1 << 20);
    struct mln_txn_params p = {.snap = &w->snap, .rule = w->snap.rules, .arena = &arena};
    assert_int_equal(mln_addr_parse(mln_sv_str(client), &p.peer), 0);
    struct mln_txn *t = mln_txn_new(e, &p);
    assert_non_null(t);
    (void)mln_txn_request_head(t, &head);
    const struct mln_verdict *v = mln_txn_verdict(t);
    for (unsigned i = 0; i < v->n; i++)
        mln_buf_addf(&said, "%s.%s=%s ",
                     mln_protection_info((enum mln_protection)v->d[i].protection)->key,
                     mln_detector_info((enum mln_detector_id)v->d[i].detector)->sub,
                     mln_action_name((enum mln_action)v->d[i].action));
    mln_buf_add_char(&said, '\0');
    if (strcmp(said.p, want) != 0)
        fail_msg("%s: %s, not %s", client, said.p, want);
    t = mln_txn_free(t);
    mln_arena_done(&arena);
    mln_buf_done(&said);
    e = mln_engine_free(e);
}

static void test_lists_and_feeds_of_files(void **state)
{
    struct world w;

    (void)state;
    set_up(&w);
    put(&w, "evil.txt", "# evil\n203.0.113.0/24\n2001:db8::/32\n192.0.2.7\n");
    put(&w, "tor.csv",
        "ip;what\n198.51.100.1;tor\n198.51.100.2;mine\n198.51.100.3;ddos\n198.51.100.4;?\n"
        "203.0.113.9;tor\n10.0.0.1;tor\n");
    read_policy(&w, RULE LIST("evil", "{file: evil.txt}")
                        FEED("exits", "{file: tor.csv, format: csv, separator: semicolon, "
                                      "tag: botnet, tag_column: 2}")
                            FEED("more", "{file: evil.txt, tag: mine}") FRIENDS);
    assert_string_equal(w.said.p, "");
    assert_int_equal(w.r, 0);
    judge(&w, "203.0.113.1", NULL, "access.denied=prevent ");
    judge(&w, "2001:db8::1", NULL, "access.denied=prevent ");
    judge(&w, "192.0.2.7", NULL, ""); /* a friend, whatever lists say */
    judge(&w, "192.0.2.8", NULL, "");
    judge(&w, "198.51.100.1", NULL, "reputation.tor=prevent ");
    judge(&w, "198.51.100.2", NULL, ""); /* mine: off */
    judge(&w, "198.51.100.3", NULL, "reputation.ddos=alert ");
    judge(&w, "198.51.100.4", NULL, "reputation.botnet=alert "); /* not a tag: the Feed's own */
    judge(&w, "203.0.113.9", NULL, "access.denied=prevent reputation.tor=prevent ");
    judge(&w, "10.0.0.1", NULL, ""); /* a proxy that says nothing of its client */
    judge(&w, "10.0.0.1", "198.51.100.1", "reputation.tor=prevent ");
    tear_down(&w);
}

static void test_a_line_that_is_no_network_is_an_error(void **state)
{
    struct world w;

    (void)state;
    set_up(&w);
    put(&w, "evil.txt", "203.0.113.0/24\nnonsense\n");
    read_policy(&w, RULE LIST("evil", "{file: evil.txt}") FRIENDS
                "---\napiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: s}\n"
                "spec: {protections: {reputation: {tor: alert}}}\n");
    /* `mine` is no tag here, so the policy itself is refused first */
    assert_int_equal(w.r, -EINVAL);
    assert_non_null(strstr(w.said.p, "unknown tag \"mine\""));
    tear_down(&w);
    set_up(&w);
    put(&w, "evil.txt", "203.0.113.0/24\nnonsense\n");
    read_policy(&w, RULE LIST("evil", "{file: evil.txt}") FEED("x", "{file: tor.csv, tag: mine}")
                        FRIENDS);
    assert_int_equal(w.r, -EINVAL);
    assert_non_null(strstr(w.said.p, "evil.txt:2:1: error: NetworkList evil: expected an address"));
    assert_non_null(strstr(w.said.p, "tor.csv: error: Feed x: cannot be read: No such file"));
    tear_down(&w);
}

/* A file of MaxMind's format with one network: 198.51.100.0/24 is in CH. */
static void put_countries(struct world *w)
{
    const char *root = getenv("MERLON_SOURCE_ROOT");
    struct mln_buf bytes = {0};
    char path[4096];

    assert_non_null(root);
    (void)snprintf(path, sizeof(path), "%s/fuzz/seeds/fuzz_mmdb/ipv4", root);
    assert_int_equal(mln_file_read(path, 0, &bytes), 0);
    (void)snprintf(path, sizeof(path), "%s/c.mmdb", w->dir);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.p, 1, bytes.len, f), bytes.len);
    (void)fclose(f);
    mln_buf_done(&bytes);
}

static void test_countries(void **state)
{
    static const struct {
        const char *spec, *swiss, *other;
    } rows[] = {
        {"access: {countries: {deny: [XX, CH]}}", "access.country=prevent ", ""},
        {"access: {countries: {deny: [XX]}}", "", ""},
        {"access: {countries: {allow: [CH]}}", "", "access.country=prevent "},
        {"access: {allow: [\"0.0.0.0/0\", \"::/0\"], countries: {allow: [XX]}}", "", ""},
        {"access: {countries: {deny: [CH]}}, protections: {access: {subs: {country: alert}}}",
         "access.country=alert ", ""},
        {"custom: [{id: x, when: 'req.country == \"CH\"', action: prevent}]",
         "custom.rule=prevent ", ""},
        {"custom: [{id: x, when: 'not (req.country in (\"CH\", \"DE\"))', action: alert}]", "",
         "custom.rule=alert "},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        struct world w;
        char policy[1024];
        set_up(&w);
        put_countries(&w);
        (void)snprintf(policy, sizeof(policy),
                       "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\nspec: {%s}\n%s",
                       rows[i].spec, FEED("geo", "{file: c.mmdb, format: mmdb}"));
        read_policy(&w, policy);
        assert_string_equal(w.said.p, "");
        judge(&w, "198.51.100.77", NULL, rows[i].swiss);
        judge(&w, "203.0.113.77", NULL, rows[i].other);
        judge(&w, "2001:db8::1", NULL, rows[i].other);
        tear_down(&w);
    }
}

static void test_a_broken_file_of_countries_is_an_error(void **state)
{
    struct world w;

    (void)state;
    set_up(&w);
    put(&w, "c.mmdb", "<html>not found</html>");
    read_policy(&w, "apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\n" FEED(
                        "geo", "{file: c.mmdb, format: mmdb}"));
    assert_int_equal(w.r, -EINVAL);
    assert_non_null(strstr(w.said.p, "c.mmdb: error: Feed geo: "));
    tear_down(&w);
}

/* A broken update changes nothing and says so. */
static void test_a_fetched_list_is_tried_before_it_is_used(void **state)
{
    static const char head[] = "merlon-feed 1\n\n";
    static const struct {
        const char *kept, *fresh; /* NULL: not there */
        const char *want, *says;
        uint64_t bad;
    } rows[] = {
        {NULL, NULL, "", "", 0},
        {"198.51.100.1\n", NULL, "reputation.tor=prevent ", "", 0},
        {NULL, "198.51.100.1\n", "reputation.tor=prevent ", "", 0},
        {"198.51.100.1\n", "198.51.100.2\n", "", "", 0},
        {"198.51.100.1\n", "<html>\n198.51.100.2\n", "reputation.tor=prevent ",
         "https://a.example/:1:1: warning: Feed f: expected an address", 1},
        {"198.51.100.1\n", "", "reputation.tor=prevent ", "it has no networks", 1},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++) {
        struct world w;
        char path[128], text[256];
        set_up(&w);
        (void)snprintf(path, sizeof(path), "%s/feeds", w.dir);
        assert_int_equal(mkdir(path, 0700), 0);
        (void)snprintf(text, sizeof(text), "%s%s", head, rows[i].kept ? rows[i].kept : "");
        if (rows[i].kept)
            put(&w, "feeds/f", text);
        (void)snprintf(text, sizeof(text), "%s%s", head, rows[i].fresh ? rows[i].fresh : "");
        if (rows[i].fresh)
            put(&w, "feeds/f.new", text);
        w.how.copies = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        read_policy(&w, RULE LIST("evil", "{cidrs: []}")
                            FRIENDS FEED("y", "{url: \"https://b.example/\", tag: mine}")
                                FEED("f", "{url: \"https://a.example/\", tag: tor}"));
        assert_int_equal(w.r, 0);
        assert_int_equal(w.how.fetched, 2);
        assert_int_equal(w.how.bad, rows[i].bad << 1);
        assert_non_null(strstr(w.said.p, rows[i].says));
        judge(&w, "198.51.100.1", NULL, rows[i].want);
        tear_down(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fetched_list_is_tried_before_it_is_used),
        cmocka_unit_test(test_lists_and_feeds_of_files),
        cmocka_unit_test(test_countries),
        cmocka_unit_test(test_a_broken_file_of_countries_is_an_error),
        cmocka_unit_test(test_a_line_that_is_no_network_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
