/* Paths: what must be caught, what must pass, and the price of hostile input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "engine/scan.h"
#include "engine/value.h"

enum { THRESHOLD = 30, STEPS_PER_BYTE = 64 };

static int score(struct mln_sv value, enum mln_location loc)
{
    struct mln_arena a;
    struct mln_findings f;
    struct mln_views views;
    struct mln_budget budget = {.steps_left = 1 << 24};

    mln_arena_init(&a, 16 << 20);
    mln_findings_clear(&f);
    mln_value_inspect(&a, value, loc, MLN_SV("q"), &budget, &views, &f);
    mln_arena_done(&a);
    return mln_findings_points(&f, MLN_PROT_TRAVERSAL);
}

/* clang-format off */
static const char *const attacks[] = {
    "../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "/etc/shadow",
    "file:///etc/passwd",
    "c:\\boot.ini",
    "C:/Windows/win.ini",
    "../../../../boot.ini",
    "....//....//etc/passwd",
    "..../..../etc/passwd",
    ".../.../.../etc/passwd",
    "..;/manager/html",
    "/x/..;/..;/admin",
    "%2e%2e%2f%2e%2e%2fetc/passwd",
    "..%252f..%252fetc/passwd",
    "%252e%252e/%252e%252e/etc/passwd",
    "%c0%ae%c0%ae/%c0%ae%c0%ae/x",
    "%c0%ae%c0%ae%c0%afetc/passwd",
    "..%c0%af..%c0%afetc/hosts",
    "..%c1%9c..%c1%9cboot.ini",
    "..%c1%1c..%c1%1cwindows/win.ini",
    "..%c0%9v..%c0%9vetc/passwd",
    "..%c0%qf..%c0%qfetc/passwd",
    "..%c1%8s..%c1%8sx",
    "..%c1%pc..%c1%pcx",
    "..%bg%qf..%bg%qfetc/passwd",
    "..%u2215..%u2215etc/passwd",
    "..%u2216..%u2216x",
    "%uff0e%uff0e/%uff0e%uff0e/x",
    "..%uEFC8..%uEFC8x",
    "..%uF025..%uF025x",
    "%e0%80%ae%e0%80%ae/%e0%80%ae%e0%80%ae/x",
    "%f0%80%80%ae%f0%80%80%ae%f0%80%80%af%f0%80%80%ae%f0%80%80%ae/x",
    "%f8%80%80%80%ae%f8%80%80%80%ae/etc",
    "%c0%5e%c0%5e/%c0%5e%c0%5e/x",
    "0x2e0x2e0x2f0x2e0x2e0x2fetc/passwd",
    "..0x2f..0x2fetc/passwd",
    "..0x5c..0x5cboot.ini",
    "..%2%f..%2%fx",
    "..%5%c..%5%cx",
    "..2f..2fetc2fpasswd",
    "?./?./?./x",
    ".?/.?/.?/etc/issue",
    "..?/..?/x",
    "\\..\\..\\..\\x",
    "..//..//..//etc/passwd",
    "..\\/..\\/x",
    "/var/www/../../etc/passwd",
    "/var/log/apache2/access.log",
    "/proc/self/environ",
    "/proc/version",
    "/root/.ssh/id_rsa",
    "../../.ssh/id_rsa",
    "../../../../../../../../x",
    "index.php?page=../../../etc/passwd",
    "page=/etc/passwd",
    "php://filter/convert.base64-encode/resource=index",
    "php://input",
    "classpath:/application.properties",
    "classpath:/META-INF/maven",
    "classpath:/db/../application.yml",
    "classpath:/static",
    "classpath:/",
    "phar://x.phar/a",
    "expect://id",
    "zip://a.zip#b",
    "data://text/plain;base64,PD8=",
    "jar:file:/x!/y",
    "a.jsp::$DATA",
    "../../x%00.png",
    "/etc/passwd%00",
    "shell.php%00.jpg",
    "http://10.1.2.3/shell.php",
    "http://h.test/shell.txt?",
    "http://h.test/a.txt??",
    "http://h.test/c99.txt",
    "ftp://h.test/r57.txt",
    "http://10.1.2.3:8080/abc?",
    "//10.1.2.3/cmd.txt",
    "http://h.test/x?&cmd=id",
    "inc=http://h.test/x.txt?",
};

static const char *const lookalikes[] = {
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
    "./a/b",
    "...",
    "..",
    "a..b..c",
    "Hello... / world",
    "https://github.com/.../blob/main/x.c",
    "1.2.3.4",
    "10.0.0.1/24",
    "http://10.0.0.1:3000/",
    "https://example.org/callback?x=1",
    "https://example.org/a.php?x=1",
    "http://example.org/readme.txt",
    "https://example.org/?",
    "//cdn.example.org/x.js",
    "file.tar.gz",
    "a.b.c.d",
    "/usr/share/doc",
    "/home/me/notes.txt",
    "/images/logo.png",
    "/api/v1/users/1",
    "and/or",
    "km/h",
    "24/7",
    "either/or...",
    "D:\\photos\\2024",
    "\\\\server\\share\\x",
    "etc. and so on",
    "[link](../docs/a.md)",
    "<img src=\"../../a.png\">",
    "import x from '../../y'",
    "2024/05/28",
    "text/html, */*;q=0.8",
    "application/json",
    "foo/*.c",
    "x/y?z=1",
    "me@example.org",
    "3.14",
    "windows and doors",
    "proc. of the 3rd",
    "caf\xc3\xa9/bar",
    "\xc3\x80.b",
    "php is fun",
    "data: text",
    "jar of jam",
};
/* clang-format on */

static void test_attacks_reach_the_threshold(void **state)
{
    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(attacks); i++)
        if (score(mln_sv_str(attacks[i]), MLN_LOC_QUERY) < THRESHOLD)
            print_error("not caught: %s\n", attacks[i]);
    for (size_t i = 0; i < MLN_ARRAY_LEN(attacks); i++)
        assert_true(score(mln_sv_str(attacks[i]), MLN_LOC_QUERY) >= THRESHOLD);
}

static void test_lookalikes_stay_below(void **state)
{
    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(lookalikes); i++)
        if (score(mln_sv_str(lookalikes[i]), MLN_LOC_QUERY) >= THRESHOLD)
            print_error("a false alarm: %s\n", lookalikes[i]);
    for (size_t i = 0; i < MLN_ARRAY_LEN(lookalikes); i++)
        assert_true(score(mln_sv_str(lookalikes[i]), MLN_LOC_QUERY) < THRESHOLD);
}

/* The detector alone, on one view, may take 64 steps a byte. */
static void test_steps_are_linear(void **state)
{
    static const char *const units[] = {"../",  "..;/",   ".?/",  "a/", "=//", "=http://",
                                        "0x2e", "%c0%ae", "..2f", "\\", "::$"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(units); i++) {
        struct mln_buf b = {0};
        struct mln_findings f;
        while (b.len < 65536)
            mln_buf_add_str(&b, units[i]);
        struct mln_sv s = mln_buf_sv(&b);
        struct mln_budget budget = {.steps_left = (uint64_t)STEPS_PER_BYTE * s.len};
        struct mln_detect_ctx ctx = {.loc = MLN_LOC_QUERY, .budget = &budget};
        struct mln_view v = {
            .p = (const uint8_t *)s.p, .n = (uint32_t)s.len, .classes = mln_byte_classes(s)};
        mln_findings_clear(&f);
        mln_detect_traversal(&v, &ctx, &f);
        assert_false(budget.exhausted);
        mln_buf_done(&b);
    }
}

static void test_files_in_request_paths(void **state)
{
    static const char *const asked[] = {"/.git/config", "/.env",        "/wp-config.php.bak",
                                        "/etc/passwd",  "/a/../../b",   "/WEB-INF/web.xml",
                                        "/.htpasswd",   "/.ssh/id_rsa", "/.aws/credentials",
                                        "/*~1*/a.aspx", "/a*~1*/.aspx"};
    static const char *const usual[] = {"/",
                                        "/index.php",
                                        "/a/b.html",
                                        "/wp-content/themes/x/style.css",
                                        "/environment",
                                        "/gitlab/config",
                                        "/photo~1.jpg",
                                        "/files/*/a",
                                        "/.well-known/acme-challenge/x"};

    (void)state;
    for (size_t i = 0; i < MLN_ARRAY_LEN(asked); i++)
        assert_true(score(mln_sv_str(asked[i]), MLN_LOC_PATH) >= THRESHOLD);
    for (size_t i = 0; i < MLN_ARRAY_LEN(usual); i++)
        assert_true(score(mln_sv_str(usual[i]), MLN_LOC_PATH) < THRESHOLD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attacks_reach_the_threshold),
        cmocka_unit_test(test_lookalikes_stay_below),
        cmocka_unit_test(test_steps_are_linear),
        cmocka_unit_test(test_files_in_request_paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
