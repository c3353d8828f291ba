/* Lists of networks in one blob: the same answers as trying every prefix, within bounds whatever
 * the blob holds, and no larger than promised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "intel/list_text.h"
#include "intel/lists.h"

enum { ITEMS_MAX = 400, TAGS = 5 };

struct item {
    uint32_t tag; /* TAGS: a country */
    char country[2];
    struct mln_prefix prefix;
};

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static void *aligned(const struct mln_buf *b)
{
    void *p = aligned_alloc(MLN_ORDER_LINE, b->len + (MLN_ORDER_LINE - b->len % MLN_ORDER_LINE));

    assert_non_null(p);
    memcpy(p, b->p, b->len);
    return p;
}

/* Few distinct bytes, so that prefixes nest and addresses hit; v4, v6, and much in one /64. */
static void random_addr(uint64_t *seed, struct mln_addr *a)
{
    static const uint8_t bytes[] = {0, 1, 0x7f, 0x80, 0xff};
    unsigned kind = (unsigned)(next_random(seed) % 3);

    for (size_t i = 0; i < sizeof(a->b); i++)
        a->b[i] = bytes[next_random(seed) % MLN_ARRAY_LEN(bytes)];
    if (kind == 0) {
        memset(a->b, 0, 10);
        a->b[10] = a->b[11] = 0xff;
        a->b[12] = next_random(seed) % 2 ? 10 : 0xff;
    } else if (kind == 1) {
        memcpy(a->b, "\x20\x01\x0d\xb8\0\0\0\1", 8);
    } else {
        memset(a->b + 3, (int)(next_random(seed) % 2 * 255), 12);
    }
}

static void random_prefix(uint64_t *seed, struct mln_prefix *p)
{
    random_addr(seed, &p->addr);
    p->bits =
        (uint8_t)(next_random(seed) % 4 ? 100 + next_random(seed) % 29 : next_random(seed) % 129);
    for (unsigned bit = p->bits; bit < 128; bit++)
        p->addr.b[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
}

static bool plain_has(const struct item *items, size_t n, const struct mln_addr *a, uint32_t tag)
{
    for (size_t i = 0; i < n; i++)
        if (items[i].tag == tag && mln_prefix_has(&items[i].prefix, a))
            return true;
    return false;
}

static struct mln_sv plain_country(const struct item *items, size_t n, const struct mln_addr *a)
{
    const struct item *best = NULL;

    for (size_t i = 0; i < n; i++)
        if (items[i].tag == TAGS && mln_prefix_has(&items[i].prefix, a) &&
            (!best || items[i].prefix.bits >= best->prefix.bits))
            best = &items[i];
    return best ? mln_sv(best->country, 2) : MLN_SV_NULL;
}

static void build(const struct item *items, size_t n, struct mln_buf *out)
{
    static const char *const names[TAGS] = {"a", "b", "office", "tor", "x"};
    struct mln_lists_builder *b = mln_lists_builder_new(n);

    assert_non_null(b);
    for (int t = 0; t < TAGS; t++)
        assert_int_equal(mln_lists_builder_tag(b, mln_sv_str(names[t])), t);
    assert_int_equal(mln_lists_builder_tag(b, MLN_SV("office")), 2);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(items[i].tag == TAGS
                             ? mln_lists_builder_country(b, &items[i].prefix, items[i].country)
                             : mln_lists_builder_add(b, &items[i].prefix, items[i].tag),
                         0);
    assert_int_equal(mln_lists_build(b, out), 0);
    b = mln_lists_builder_free(b);
}

static void test_answers_are_those_of_a_plain_search(void **state)
{
    uint64_t seed = 1;
    size_t hits = 0, asked = 0, countries = 0;

    (void)state;
    for (unsigned round = 0; round < 150; round++) {
        struct item items[ITEMS_MAX];
        struct mln_buf blob = {0};
        struct mln_lists l;
        size_t n = next_random(&seed) % (round < 50 ? 6 : ITEMS_MAX);
        for (size_t i = 0; i < n; i++) {
            random_prefix(&seed, &items[i].prefix);
            items[i].tag = (uint32_t)(next_random(&seed) % (TAGS + 1));
            items[i].country[0] = (char)('A' + next_random(&seed) % 3);
            items[i].country[1] = 'Z';
        }
        build(items, n, &blob);
        void *p = aligned(&blob);
        assert_int_equal(mln_lists_open(p, blob.len, &l), 0);
        for (unsigned k = 0; k < 300; k++) {
            struct mln_addr a;
            random_addr(&seed, &a);
            if (n && k % 3 == 0) /* the first address of a prefix, where searches go wrong */
                a = items[next_random(&seed) % n].prefix.addr;
            uint32_t set = mln_lists_find(&l, &a);
            for (uint32_t t = 0; t < TAGS; t++, asked++) {
                bool want = plain_has(items, n, &a, t);
                assert_int_equal(mln_lists_set_has(&l, set, t), want);
                hits += want;
            }
            struct mln_sv want = plain_country(items, n, &a), is = mln_lists_country(&l, set);
            assert_int_equal(want.p != NULL, is.p != NULL);
            assert_true(mln_sv_eq(want, is));
            countries += want.p != NULL;
        }
        free(p);
        mln_buf_done(&blob);
    }
    assert_true(hits > asked / 20 && hits < asked * 19 / 20 && countries > 1000);
}

static void test_names_are_found_and_an_empty_blob_has_nothing(void **state)
{
    struct mln_buf blob = {0};
    struct mln_lists l;
    struct mln_addr a;

    (void)state;
    build(NULL, 0, &blob);
    void *p = aligned(&blob);
    assert_int_equal(mln_lists_open(p, blob.len, &l), 0);
    assert_int_equal(mln_lists_tag(&l, MLN_SV("tor")), 3);
    assert_int_equal(mln_lists_tag(&l, MLN_SV("torr")), MLN_LISTS_NONE);
    assert_int_equal(mln_addr_parse(MLN_SV("255.255.255.255"), &a), 0);
    assert_int_equal(mln_lists_find(&l, &a), 0);
    assert_int_equal(mln_addr_parse(MLN_SV("::"), &a), 0);
    assert_int_equal(mln_lists_find(&l, &a), 0);
    assert_int_equal(mln_lists_open(p, blob.len - 64, &l), -EBADMSG);
    assert_int_equal(mln_lists_open((char *)p + 8, blob.len - 64, &l), -EBADMSG);
    free(p);
    mln_buf_done(&blob);
}

/* A taken-over compile child may write anything: a search stays within the blob and ends. */
static void test_any_content_is_safe_to_search(void **state)
{
    uint64_t seed = 7;
    struct item items[ITEMS_MAX];
    struct mln_buf blob = {0};

    (void)state;
    for (size_t i = 0; i < ITEMS_MAX; i++) {
        random_prefix(&seed, &items[i].prefix);
        items[i].tag = (uint32_t)(i % TAGS);
    }
    build(items, ITEMS_MAX, &blob);
    for (unsigned round = 0; round < 2000; round++) {
        uint8_t *p = aligned(&blob);
        struct mln_lists l;
        for (unsigned k = 0; k < 1 + round % 40; k++)
            p[sizeof(uint64_t) * 2 + next_random(&seed) % (blob.len - 16)] =
                (uint8_t)next_random(&seed);
        if (mln_lists_open(p, blob.len, &l) == 0)
            for (unsigned k = 0; k < 50; k++) {
                struct mln_addr a;
                random_addr(&seed, &a);
                uint32_t set = mln_lists_find(&l, &a);
                (void)mln_lists_set_has(&l, set, 3);
                (void)mln_lists_country(&l, set);
                (void)mln_lists_tag(&l, MLN_SV("tor"));
            }
        free(p);
    }
    mln_buf_done(&blob);
}

/* A million prefixes of either family, all apart, in at most 32 MiB. */
static void test_a_million_prefixes_fit(void **state)
{
    (void)state;
    for (unsigned v6 = 0; v6 < 2; v6++) {
        const size_t n = 1000000;
        uint64_t seed = 3;
        struct mln_lists_builder *b = mln_lists_builder_new(n);
        struct mln_buf blob = {0};
        struct mln_lists l;
        assert_non_null(b);
        assert_int_equal(mln_lists_builder_tag(b, MLN_SV("big")), 0);
        for (size_t i = 0; i < n; i++) {
            struct mln_prefix p = {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}}, 128};
            for (unsigned k = v6 ? 0 : 12; k < 16; k++)
                p.addr.b[k] = (uint8_t)next_random(&seed);
            assert_int_equal(mln_lists_builder_add(b, &p, 0), 0);
        }
        const struct mln_prefix more = {{{0}}, 128};
        assert_int_equal(mln_lists_builder_add(b, &more, 0), -E2BIG);
        assert_int_equal(mln_lists_build(b, &blob), 0);
        assert_true(blob.len <= (32 << 20));
        void *p = aligned(&blob);
        assert_int_equal(mln_lists_open(p, blob.len, &l), 0);
        assert_true((v6 ? l.h->v6 : l.h->v4) > n * 99 / 100);
        free(p);
        mln_buf_done(&blob);
        b = mln_lists_builder_free(b);
    }
}

/* ---- texts ---- */

struct seen {
    struct mln_buf text;
    int answer;
};

static int note(void *arg, const struct mln_prefix *p, struct mln_sv tag)
{
    struct seen *s = arg;
    char addr[MLN_ADDR_TEXT];

    mln_buf_addf(&s->text, "%s/%u", mln_addr_format(&p->addr, addr),
                 mln_addr_is_v4(&p->addr) ? p->bits - 96u : p->bits);
    if (tag.p)
        mln_buf_addf(&s->text, "=%.*s", MLN_SV_ARG(tag));
    mln_buf_add_char(&s->text, ' ');
    return s->answer;
}

static void check_text(const char *text, struct mln_list_format f, const char *want, uint64_t bad,
                       uint64_t first_bad)
{
    struct seen s = {0};
    struct mln_list_report r;

    assert_int_equal(mln_list_parse(mln_sv_str(text), &f, note, &s, &r), 0);
    mln_buf_add_char(&s.text, '\0');
    assert_string_equal(s.text.p, want);
    assert_int_equal(r.bad, bad);
    assert_int_equal(r.first_bad, first_bad);
    mln_buf_done(&s.text);
}

static void test_lists_as_they_are_written(void **state)
{
    const struct mln_list_format plain = {0};

    (void)state;
    check_text("# exits\n192.0.2.1\n\n 198.51.100.7/24 ; SBL1\r\n2001:DB8::/32\n// end\n;x", plain,
               "192.0.2.1/32 198.51.100.0/24 2001:db8::/32 ", 0, 0);
    check_text("\xef\xbb\xbf"
               "10.0.0.0/8",
               plain, "10.0.0.0/8 ", 0, 0);
    check_text("<html>\n<p>Not found</p>\n", plain, "", 2, 1);
    check_text("192.0.2.300\n10.0.0.0/33\n10.0.0.0/\n::1/129\n1.2.3.4\n", plain, "1.2.3.4/32 ", 4,
               1);
    check_text("10.0.0.5-10.0.0.9\n", plain, "10.0.0.5/32 10.0.0.6/31 10.0.0.8/31 ", 0, 0);
    check_text("255.255.255.254-255.255.255.255\n0.0.0.0-255.255.255.255", plain,
               "255.255.255.254/31 0.0.0.0/0 ", 0, 0);
    check_text("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n", plain, "::/0 ", 0, 0);
    check_text("10.0.0.9-10.0.0.5\n10.0.0.1-::1\n", plain, "", 2, 1);
}

static void test_csv(void **state)
{
    (void)state;
    check_text("ip,kind\n192.0.2.1,tor\n\"192.0.2.2\",\"a,b\"\nx,y\n192.0.2.3\n",
               (struct mln_list_format){',', 1, 2},
               "192.0.2.1/32=tor 192.0.2.2/32=a,b 192.0.2.3/32 ", 1, 4);
    check_text("first;2001:db8::1;z\n", (struct mln_list_format){';', 2, 0}, "2001:db8::1/128 ", 0,
               0);
    check_text("a\n", (struct mln_list_format){'\t', 9, 0}, "", 0, 0);
}

static void test_a_long_line_is_bad_and_an_entry_may_stop_it(void **state)
{
    const struct mln_list_format plain = {0};
    struct mln_buf text = {0};
    struct seen s = {.answer = -E2BIG};
    struct mln_list_report r;

    (void)state;
    mln_buf_add_str(&text, "192.0.2.1 ");
    for (unsigned i = 0; i < MLN_LIST_LINE_MAX; i++)
        mln_buf_add_char(&text, 'x');
    assert_int_equal(mln_list_parse(mln_buf_sv(&text), &plain, note, &s, &r), 0);
    assert_int_equal(r.bad, 1);
    assert_int_equal(mln_list_parse(MLN_SV("::1\n::2"), &plain, note, &s, &r), -E2BIG);
    mln_buf_done(&s.text);
    mln_buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_are_those_of_a_plain_search),
        cmocka_unit_test(test_names_are_found_and_an_empty_blob_has_nothing),
        cmocka_unit_test(test_any_content_is_safe_to_search),
        cmocka_unit_test(test_a_million_prefixes_fit),
        cmocka_unit_test(test_lists_as_they_are_written),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_a_long_line_is_bad_and_an_entry_may_stop_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
