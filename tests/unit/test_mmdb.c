/* Countries out of MaxMind DB files, of every record size, as a small writer here makes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "base/buf.h"
#include "intel/mmdb.h"

enum { NODES_MAX = 600, EMPTY = -1, DATA = 1 << 20 };

/* A tree whose records are nodes, EMPTY, or DATA + offset. */
struct maker {
    int child[NODES_MAX][2];
    int n;
    struct mln_buf data;
};

static int new_node(struct maker *m)
{
    assert_true(m->n < NODES_MAX);
    m->child[m->n][0] = m->child[m->n][1] = EMPTY;
    return m->n++;
}

static void put_text(struct mln_buf *b, const char *s)
{
    mln_buf_add_char(b, (char)(2 << 5 | (int)strlen(s)));
    mln_buf_add_str(b, s);
}

/* {"country": {"iso_code": …}, "names": …} or {"country_code": …}; offset in the data */
static int put_country(struct maker *m, const char *code, bool nested)
{
    int at = (int)m->data.len;

    if (nested) {
        mln_buf_add_char(&m->data, (char)(7 << 5 | 2));
        put_text(&m->data, "asn");
        mln_buf_add(&m->data, "\xc2\x30\x39", 3); /* uint32 of two bytes */
        put_text(&m->data, "country");
        mln_buf_add_char(&m->data, (char)(7 << 5 | 1));
        put_text(&m->data, "iso_code");
    } else {
        mln_buf_add_char(&m->data, (char)(7 << 5 | 1));
        put_text(&m->data, "country_code");
    }
    put_text(&m->data, code);
    return at;
}

static void put(struct maker *m, const uint8_t *addr, unsigned bits, int record)
{
    int node = 0;

    for (unsigned i = 0; i < bits; i++) {
        unsigned side = addr[i / 8] >> (7 - i % 8) & 1;
        if (i + 1 == bits)
            m->child[node][side] = record;
        else if (m->child[node][side] == EMPTY)
            m->child[node][side] = new_node(m);
        if (i + 1 < bits)
            node = m->child[node][side];
    }
}

static void put_number(struct mln_buf *b, const char *key, int type, unsigned v)
{
    const char bytes[] = {(char)(v >> 8), (char)v};

    put_text(b, key);
    mln_buf_add_char(b, (char)(type << 5 | 2));
    mln_buf_add(b, bytes, 2);
}

static struct mln_buf written(const struct maker *m, unsigned record, unsigned version)
{
    struct mln_buf b = {0};

    for (int i = 0; i < m->n; i++) {
        uint32_t v[2];
        for (int s = 0; s < 2; s++)
            v[s] = m->child[i][s] == EMPTY  ? (uint32_t)m->n
                   : m->child[i][s] >= DATA ? (uint32_t)(m->n + 16 + m->child[i][s] - DATA)
                                            : (uint32_t)m->child[i][s];
        for (int s = 0; s < 2; s++) {
            if (record == 32)
                mln_buf_add_char(&b, (char)(v[s] >> 24));
            if (record == 28 && s == 1)
                mln_buf_add_char(&b, (char)((v[0] >> 24) << 4 | v[1] >> 24));
            for (int k = 16; k >= 0; k -= 8)
                mln_buf_add_char(&b, (char)(v[s] >> k));
        }
    }
    for (int i = 0; i < 16; i++)
        mln_buf_add_char(&b, '\0');
    mln_buf_add_sv(&b, mln_buf_sv(&m->data));
    mln_buf_add_str(&b, "\xab\xcd\xefMaxMind.com");
    mln_buf_add_char(&b, (char)(7 << 5 | 4));
    put_number(&b, "binary_format_major_version", 5, 2);
    put_number(&b, "ip_version", 5, version);
    put_number(&b, "record_size", 5, record);
    put_number(&b, "node_count", 6, (unsigned)m->n);
    return b;
}

static int note(void *arg, const struct mln_prefix *p, const char country[2])
{
    char addr[MLN_ADDR_TEXT];

    mln_buf_addf(arg, "%s/%u=%.2s ", mln_addr_format(&p->addr, addr),
                 mln_addr_is_v4(&p->addr) ? p->bits - 96u : p->bits, country);
    return 0;
}

static void check(struct mln_buf file, int want, const char *networks)
{
    struct mln_buf seen = {0};
    const char *why;

    assert_int_equal(mln_mmdb_countries(mln_buf_sv(&file), note, &seen, &why), want);
    mln_buf_add_char(&seen, '\0');
    assert_string_equal(seen.p, networks);
    mln_buf_done(&seen);
    mln_buf_done(&file);
}

static void make_both(struct maker *m)
{
    static const uint8_t v4[16] = {[12] = 192, [13] = 0, [14] = 2}, v4b[16] = {[12] = 10},
                         v6[16] = {0x20, 0x01, 0x0d, 0xb8}, alias[16] = {0x20, 0x02};
    int root;

    (void)new_node(m);
    put(m, v6, 32, DATA + put_country(m, "DE", true));
    put(m, v4, 120, DATA + put_country(m, "FR", false));
    put(m, v4b, 104, DATA + put_country(m, "xx", false)); /* no country */
    root = 0;
    for (int i = 0; i < 96; i++)
        root = m->child[root][0];
    put(m, alias, 16, root); /* 2002::/16 leads to IPv4 as well */
}

static void test_countries_of_both_families(void **state)
{
    (void)state;
    for (unsigned record = 24; record <= 32; record += 4) {
        struct maker m = {.n = 0};
        make_both(&m);
        check(written(&m, record, 6), 0, "192.0.2.0/24=FR 2001:db8::/32=DE ");
        mln_buf_done(&m.data);
    }
}

static void test_a_file_of_ipv4(void **state)
{
    static const uint8_t net[4] = {198, 51, 100};
    struct maker m = {.n = 0};

    (void)state;
    (void)new_node(&m);
    put(&m, net, 24, DATA + put_country(&m, "CH", true));
    check(written(&m, 24, 4), 0, "198.51.100.0/24=CH ");
    mln_buf_done(&m.data);
}

static void test_what_is_no_such_file_is_refused(void **state)
{
    struct maker m = {.n = 0};
    struct mln_buf text = {0};

    (void)state;
    mln_buf_add_str(&text, "<html>not found</html>");
    check(text, -EBADMSG, "");
    (void)new_node(&m);
    m.child[0][0] = m.child[0][1] = 0; /* every path has no end */
    check(written(&m, 24, 4), -EBADMSG, "");
    check(written(&m, 25, 6), -EBADMSG, "");
    check(written(&m, 24, 5), -EBADMSG, "");
}

static void test_damage_stays_within_the_file(void **state)
{
    struct maker m = {.n = 0};
    uint32_t seed = 1;

    (void)state;
    make_both(&m);
    struct mln_buf file = written(&m, 28, 6), seen = {0};
    for (unsigned round = 0; round < 3000; round++) {
        char *copy = malloc(file.len); /* of exactly that size: a sanitizer watches its end */
        const char *why;
        memcpy(copy, file.p, file.len);
        for (unsigned k = 0; k < 1 + round % 5; k++) {
            seed = seed * 1664525 + 1013904223;
            copy[(seed >> 8) % file.len] = (char)seed;
        }
        mln_buf_clear(&seen);
        (void)!mln_mmdb_countries(mln_sv(copy, file.len), note, &seen, &why);
        free(copy);
    }
    mln_buf_done(&seen);
    mln_buf_done(&file);
    mln_buf_done(&m.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_countries_of_both_families),
        cmocka_unit_test(test_a_file_of_ipv4),
        cmocka_unit_test(test_what_is_no_such_file_is_refused),
        cmocka_unit_test(test_damage_stays_within_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
