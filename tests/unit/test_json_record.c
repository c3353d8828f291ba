/* Lists of records: a reader that passes over plain values finds the same as one that is told of
 * each, whatever differs from one record to the next and in whatever pieces they come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "http/body.h"

/* An X makes a name or a value one that is looked at. */
struct found {
    struct mln_buf telling; /* "pointer=value\n" of those */
    size_t bytes;           /* of all values */
    unsigned passed, handed;
    uint32_t odds;
    uint64_t raw_end, given;
};

static int on_value(void *self, enum mln_location loc, struct mln_sv name, struct mln_sv value,
                    uint64_t raw_end)
{
    struct found *f = self;

    assert_true(raw_end >= f->raw_end && raw_end <= f->given);
    f->raw_end = raw_end;
    f->handed++;
    if (loc == MLN_LOC_JSON)
        f->bytes += value.len;
    if (mln_sv_chr(value, 'X') != SIZE_MAX || mln_sv_chr(name, 'X') != SIZE_MAX)
        mln_buf_addf(&f->telling, "%.*s=%.*s\n", MLN_SV_ARG(name), MLN_SV_ARG(value));
    return 0;
}

/* Values that come in parts are put together. */
static struct mln_buf part, part_name;
static enum mln_location part_loc;

static int on_begin(void *self, enum mln_location loc, struct mln_sv name)
{
    (void)self;
    mln_buf_clear(&part);
    mln_buf_clear(&part_name);
    mln_buf_add_sv(&part_name, name);
    part_loc = loc;
    return 0;
}

static int on_data(void *self, struct mln_sv bytes)
{
    (void)self;
    mln_buf_add_sv(&part, bytes);
    return 0;
}

static int on_end(void *self, uint64_t raw_end)
{
    return on_value(self, part_loc, mln_buf_sv(&part_name), mln_buf_sv(&part), raw_end);
}

static int on_odd(void *self, enum mln_body_odd odd)
{
    ((struct found *)self)->odds |= UINT32_C(1) << odd;
    return 0;
}

static bool is_plain(const void *self, struct mln_sv name, struct mln_sv value)
{
    (void)self;
    return mln_sv_chr(name, 'X') == SIZE_MAX && mln_sv_chr(value, 'X') == SIZE_MAX;
}

static int on_plain(void *self, size_t len, uint64_t raw_end)
{
    struct found *f = self;

    assert_true(raw_end >= f->raw_end && raw_end <= f->given);
    f->raw_end = raw_end;
    f->bytes += len;
    f->passed++;
    return 0;
}

static void read_pieces(struct mln_sv in, const struct mln_body_limits *lim, bool passes,
                        size_t step, struct found *f)
{
    const struct mln_field_sink sink = {
        .self = f,
        .begin = on_begin,
        .data = on_data,
        .end = on_end,
        .odd = on_odd,
        .value = on_value,
        .is_plain = passes ? is_plain : NULL,
        .plain = on_plain,
    };
    struct mln_arena a;

    memset(f, 0, sizeof(*f));
    mln_arena_init(&a, 1 << 20);
    struct mln_json_parser *p = mln_json_new(&a, lim, &sink);
    assert_non_null(p);
    while (in.len) {
        struct mln_sv piece = mln_sv_sub(in, 0, step);
        char *exact = malloc(piece.len); /* so that a sanitizer sees a read past the piece */
        assert_non_null(exact);
        memcpy(exact, piece.p, piece.len);
        f->given += piece.len;
        assert_int_equal(mln_json_feed(p, mln_sv(exact, piece.len)), 0);
        free(exact);
        in = mln_sv_sub(in, piece.len, in.len);
    }
    assert_int_equal(mln_json_finish(p), 0);
    mln_arena_done(&a);
}

static void is_found_alike(struct mln_sv in, const struct mln_body_limits *lim, size_t step)
{
    struct found every, passing;

    read_pieces(in, lim, false, step, &every);
    read_pieces(in, lim, true, step, &passing);
    if (!mln_sv_eq(mln_buf_sv(&every.telling), mln_buf_sv(&passing.telling)) ||
        every.odds != passing.odds || every.bytes != passing.bytes)
        fail_msg("by %zu: %.*s\ngives %zu bytes, odds %x\n%.*s\nand not %zu bytes, odds %x\n%.*s",
                 step, MLN_SV_ARG(in), passing.bytes, passing.odds,
                 MLN_SV_ARG(mln_buf_sv(&passing.telling)), every.bytes, every.odds,
                 MLN_SV_ARG(mln_buf_sv(&every.telling)));
    mln_buf_done(&every.telling);
    mln_buf_done(&passing.telling);
}

/* ---- documents ---- */

static uint32_t rnd(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

static const char *pick(uint32_t *seed)
{
    static const char *const values[] = {
        "1",
        "20",
        "12.5",
        "-3",
        "true",
        "null",
        "\"a\"",
        "\"\"",
        "\"item 1\"",
        "\"item 12\"",
        "\"item 7X\"",
        "\"item 123456789012345\"",
        "\"item 1234567890123456\"",
        "\"item 1 2\"",
        "\"it em\\n\"",
        "\"caf\xc3\xa9\"",
        "[1,\"b\"]",
        "[]",
        "{}",
        "{\"k\":1}",
        "\"sixteen bytes and more\"",
    };

    return values[rnd(seed, MLN_ARRAY_LEN(values))];
}

/* A list of records of one shape, in which now and then something is another. */
static void write_list(struct mln_buf *b, uint32_t *seed)
{
    static const char *const spaces[] = {"", "", "", " ", "\n  "};
    const char *space = spaces[rnd(seed, MLN_ARRAY_LEN(spaces))];
    uint32_t shape = rnd(seed, 1000), strange = 2 + rnd(seed, 60);
    const char *name = rnd(seed, 3) ? "k" : "of_some_length_";
    unsigned fields = 1 + rnd(seed, 5);

    mln_buf_add_str(b, rnd(seed, 2) ? "{\"list\":[" : "[");
    bool named = b->p[0] == '{';
    for (unsigned i = 0, n = 3 + rnd(seed, 12); i < n; i++) {
        uint32_t same = shape;
        mln_buf_addf(b, "%s%s{", i ? "," : "", space);
        for (unsigned k = 0; k < fields; k++) {
            bool odd = rnd(seed, strange) == 0;
            mln_buf_addf(b, "%s%s\"%s%u\":", k ? "," : "", space,
                         odd && rnd(seed, 4) == 0 ? "X" : name, odd ? rnd(seed, fields) : k);
            const char *usual = pick(&same);
            mln_buf_add_str(b, odd ? (rnd(seed, 3) ? pick(seed) : "\"an X\"") : usual);
        }
        mln_buf_add_str(b, "}");
    }
    mln_buf_add_str(b, named ? "]}" : "]");
}

static void mutate(struct mln_buf *b, uint32_t *seed)
{
    static const char bytes[] = "{}[]\",:X0a\\ \n";

    for (unsigned i = rnd(seed, 3); i; i--)
        b->p[rnd(seed, (uint32_t)b->len)] = bytes[rnd(seed, sizeof(bytes) - 1)];
}

static void test_records_are_read_as_their_values_are(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 20000; i++) {
        struct mln_body_limits lim = MLN_BODY_LIMITS_DEFAULT;
        struct mln_buf b = {0};
        uint32_t seed = i;
        if (i % 5 == 0)
            lim.fields = 1 + i % 40;
        if (i % 7 == 0)
            lim.name_bytes = 8 + i % 30;
        if (i % 11 == 0)
            lim.depth = 1 + i % 12;
        write_list(&b, &seed);
        if (i % 2)
            mutate(&b, &seed);
        is_found_alike(mln_buf_sv(&b), &lim, i % 3 ? b.len : 1 + rnd(&seed, 400));
        mln_buf_done(&b);
    }
}

static void test_records_are_passed(void **state)
{
    const struct mln_body_limits lim = MLN_BODY_LIMITS_DEFAULT;
    struct mln_buf b = {0};
    struct found f;

    (void)state;
    for (unsigned i = 0; i < 100; i++)
        mln_buf_addf(&b, "%s{\"id\":%u,\"name\":\"number %u\",\"tags\":[\"a\",\"b\"],\"on\":true}",
                     i ? "," : "[", i, i * i);
    mln_buf_add_str(&b, "]");
    read_pieces(mln_buf_sv(&b), &lim, true, b.len, &f);
    assert_int_equal(f.handed, 0);
    assert_true(f.passed < 10); /* at once, but for the last, behind which too little stands */
    mln_buf_done(&b);
    mln_buf_done(&f.telling);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_are_read_as_their_values_are),
        cmocka_unit_test(test_records_are_passed),
    };
    int r = cmocka_run_group_tests(tests, NULL, NULL);

    mln_buf_done(&part);
    mln_buf_done(&part_name);
    return r;
}
