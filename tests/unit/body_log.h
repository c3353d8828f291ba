/* Runs a body parser over pieces and writes down what it handed out, for tests and fuzz targets.
 * On the way it checks what every parser owes its sink: values are never nested, each oddity comes
 * once, and raw_end never goes back nor past the bytes given. */
#ifndef MLN_TESTS_BODY_LOG_H
#define MLN_TESTS_BODY_LOG_H

#include "base/arena.h"
#include "base/buf.h"
#include "http/body.h"

enum body_kind { BODY_FORM, BODY_JSON, BODY_MULTIPART, BODY_XML };

struct body_log {
    struct mln_buf b; /* "location:name=value\n", at last "!oddity\n" in the order of the table */
    uint32_t odds;    /* 1 << enum mln_body_odd: when they are reported may depend on the pieces */
    bool open;
    uint64_t given, raw_end;
};

static inline int body_log_begin(void *self, enum mln_location loc, struct mln_sv name)
{
    struct body_log *l = self;

    MLN_REQUIRE(!l->open);
    l->open = true;
    mln_buf_addf(&l->b, "%s:", mln_location_name(loc));
    mln_buf_add_sv(&l->b, name);
    mln_buf_add_char(&l->b, '=');
    return 0;
}

static inline int body_log_data(void *self, struct mln_sv bytes)
{
    struct body_log *l = self;

    MLN_REQUIRE(l->open);
    mln_buf_add_sv(&l->b, bytes);
    return 0;
}

static inline int body_log_end(void *self, uint64_t raw_end)
{
    struct body_log *l = self;

    MLN_REQUIRE(l->open && raw_end >= l->raw_end && raw_end <= l->given);
    l->open = false;
    l->raw_end = raw_end;
    mln_buf_add_char(&l->b, '\n');
    return 0;
}

static inline int body_log_odd(void *self, enum mln_body_odd odd)
{
    struct body_log *l = self;

    MLN_REQUIRE(!(l->odds >> odd & 1));
    l->odds |= UINT32_C(1) << odd;
    return 0;
}

static inline void body_log_write_odds(struct body_log *l)
{
    for (unsigned i = 0; i < MLN_BODY_ODD_MAX; i++)
        if (l->odds >> i & 1)
            mln_buf_addf(&l->b, "!%s\n", mln_body_odd_info((enum mln_body_odd)i)->name);
}

union body_parser {
    struct mln_form_parser *form;
    struct mln_json_parser *json;
    struct mln_multipart_parser *multipart;
    struct mln_xml_parser *xml;
};

static inline int body_log_feed(enum body_kind kind, union body_parser p, struct mln_sv in)
{
    return kind == BODY_FORM        ? mln_form_feed(p.form, in)
           : kind == BODY_JSON      ? mln_json_feed(p.json, in)
           : kind == BODY_MULTIPART ? mln_multipart_feed(p.multipart, in)
                                    : mln_xml_feed(p.xml, in);
}

static inline int body_log_finish(enum body_kind kind, union body_parser p)
{
    return kind == BODY_FORM        ? mln_form_finish(p.form)
           : kind == BODY_JSON      ? mln_json_finish(p.json)
           : kind == BODY_MULTIPART ? mln_multipart_finish(p.multipart)
                                    : mln_xml_finish(p.xml);
}

static inline void body_log_pieces(enum body_kind kind, union body_parser p, struct mln_sv in,
                                   size_t step, uint32_t seed, struct body_log *l)
{
    while (in.len) {
        seed = seed * 1664525 + 1013904223;
        struct mln_sv part = mln_sv_sub(in, 0, step ? step : 1 + (seed >> 24) % 32);
        char *exact = malloc(part.len); /* so that a sanitizer sees a read past the piece */
        MLN_REQUIRE(exact != NULL);
        memcpy(exact, part.p, part.len);
        l->given += part.len;
        MLN_REQUIRE(body_log_feed(kind, p, mln_sv(exact, part.len)) == 0);
        free(exact);
        in = mln_sv_sub(in, part.len, in.len);
    }
}

/* Pieces of `step` bytes, or of changing sizes that follow from `seed` when step is 0. */
static inline void body_log_run(enum body_kind kind, const struct mln_body_limits *lim,
                                struct mln_sv in, size_t step, uint32_t seed, struct body_log *l)
{
    const struct mln_field_sink sink = {l, body_log_begin, body_log_data, body_log_end,
                                        body_log_odd};
    struct mln_arena a;
    union body_parser p;

    mln_arena_init(&a, 4 << 20);
    if (kind == BODY_FORM)
        p.form = mln_form_new(&a, lim, &sink);
    else if (kind == BODY_JSON)
        p.json = mln_json_new(&a, lim, &sink);
    else if (kind == BODY_MULTIPART)
        p.multipart = mln_multipart_new(&a, MLN_SV("xyz"), lim, &sink);
    else
        p.xml = mln_xml_new(&a, lim, &sink);
    MLN_REQUIRE(p.form != NULL);
    body_log_pieces(kind, p, in, step, seed, l);
    MLN_REQUIRE(body_log_finish(kind, p) == 0 && !l->open);
    body_log_write_odds(l);
    if (kind == BODY_XML)
        (void)mln_xml_free(p.xml);
    mln_arena_done(&a);
}

/* Body of a fuzz target: the first byte chooses the pieces, the result must not depend on them. */
static inline int body_log_fuzz(enum body_kind kind, const uint8_t *data, size_t size)
{
    const struct mln_body_limits lim = {.fields = 16, .depth = 8, .name_bytes = 32};
    struct body_log whole = {.open = false}, cut = {.open = false};

    if (size < 1)
        return 0;
    struct mln_sv in = mln_sv(data + 1, size - 1);
    body_log_run(kind, &lim, in, in.len + 1, 0, &whole);
    body_log_run(kind, &lim, in, data[0] < 8 ? (size_t)data[0] + 1 : 0, data[0], &cut);
    /* expat gives the text before a stray "]]>" as text or as part of the error, by the pieces */
    bool vague = kind == BODY_XML && mln_sv_find(in, MLN_SV("]]>")) != SIZE_MAX;
    if (!vague && !mln_sv_eq(mln_buf_sv(&whole.b), mln_buf_sv(&cut.b))) {
        (void)fwrite(whole.b.p, 1, whole.b.len, stderr);
        (void)fputs("and in pieces\n", stderr);
        (void)fwrite(cut.b.p, 1, cut.b.len, stderr);
        MLN_REQUIRE(false);
    }
    mln_buf_done(&whole.b);
    mln_buf_done(&cut.b);
    return 0;
}

#endif
