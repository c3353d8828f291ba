/* Tools that name themselves, files that only they ask for, and what looks like either. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "merlon/merlon.h"

struct fixture {
    struct merlon_policy *policy;
    struct merlon_engine *engine;
};

static int set_up(void **state)
{
    static struct fixture f;
    char why[256];

    assert_int_equal(merlon_policy_load(NULL, 0, &f.policy, why, sizeof(why)), 0);
    f.engine = merlon_engine_new(&(struct merlon_options){.key = {1, 2}});
    *state = &f;
    return f.engine ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    f->engine = merlon_engine_free(f->engine);
    f->policy = merlon_policy_free(f->policy);
    return 0;
}

/* The sub-id of what `scanners` says of a request; "" when it says nothing. */
static const char *seen(struct fixture *f, const char *path, const char *field)
{
    static char sub[32];
    char raw[1024];
    struct merlon_txn *t = merlon_txn_new(f->engine, f->policy, NULL, 1);
    size_t used;
    int n = snprintf(raw, sizeof(raw), "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", path, field);

    sub[0] = '\0';
    (void)merlon_txn_feed(t, raw, (size_t)n, &used);
    const struct merlon_verdict *v = merlon_txn_end(t);
    for (size_t i = 0; i < v->n; i++)
        if (strcmp(v->d[i].protection, "scanners") == 0) {
            assert_int_equal(v->d[i].action, MERLON_ALERT);
            (void)snprintf(sub, sizeof(sub), "%s", v->d[i].sub);
        }
    t = merlon_txn_free(t);
    return sub;
}

static void tools_name_themselves(void **state)
{
    static const char *const agents[] = {
        "User-Agent: sqlmap/1.7.2#stable (https://sqlmap.org)",
        "User-Agent: Mozilla/5.00 (Nikto/2.1.6) (Evasions:None) (Test:Port Check)",
        "User-Agent: nuclei",
        "User-Agent: Arachni/0.2.1",
        "User-Agent: Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org)",
        "User-Agent: WPScan v3.8",
        "User-Agent: w3af.org",
        "User-Agent: Mozilla/5.0 zgrab/0.x",
        "X-Scanner: yes",
        "Acunetix-Product: WVS/10",
    };
    static const char *const others[] = {
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
        "User-Agent: curl/8.5.0",
        "User-Agent: Dalvik/2.1.0 (Linux; U; Android 9; ZAP-100)",
        "User-Agent: Scannerless/1.0",
        "User-Agent: MyHydraulics/2.0",
        "X-Scan: 1",
        "X-Api-Version: nikto",
    };

    for (size_t i = 0; i < sizeof(agents) / sizeof(agents[0]); i++)
        for (unsigned again = 0; again < 2; again++) /* what is remembered is what is clean */
            if (strcmp(seen(*state, "/", agents[i]), "tool") != 0)
                fail_msg("not seen: %s", agents[i]);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (*seen(*state, "/", others[i]))
            fail_msg("taken for a tool: %s", others[i]);
}

static void files_that_lie_about(void **state)
{
    static const char *const probes[] = {"/backup.sql",  "/shop.sql.gz",   "/www.zip",
                                         "/.hidden/x",   "/db.tar.gz",     "/a/%2eenvrc",
                                         "/phpinfo.php", "/server-status", "/x.dump"};
    static const char *const others[] = {"/",
                                         "/index.html",
                                         "/.well-known/acme-challenge/x",
                                         "/files/report.zip",
                                         "/data.tar.gz",
                                         "/a/..b/c",
                                         "/old",
                                         "/sql",
                                         "/v1.2/backup-plans",
                                         "/.",
                                         "/..a"};

    for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
        if (strcmp(seen(*state, probes[i], "A: b"), "probe") != 0)
            fail_msg("not seen: %s", probes[i]);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (*seen(*state, others[i], "A: b"))
            fail_msg("taken for a probe: %s", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tools_name_themselves),
        cmocka_unit_test(files_that_lie_about),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
