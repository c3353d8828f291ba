#include "engine/open_text.h"

enum { WORDS_MAX = 64, LOOK_BACK = 256, NAME_MAX_BYTES = 32 };

enum where { IN_TEXT, IN_TAG, IN_VALUE, IN_LISTING };

static const struct listing {
    const char *opens, *closes, *closing;
} listings[] = {
    {"```", "```", "\n```"},
    {"<pre", "</pre", "</pre>"},
    {"<code", "</code", "</code>"},
};

struct reader {
    struct mln_sv s;
    enum where where;
    size_t from;      /* '<' of the tag, or start of the listing */
    size_t attribute; /* start of the last name in the tag */
    char quote;       /* of the value; NUL when it has none */
    const struct listing *listing;
};

static bool is_space(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_SPACE);
}

static bool starts_line(struct mln_sv s, size_t i)
{
    return i == 0 || s.p[i - 1] == '\n' || s.p[i - 1] == '\r';
}

static const struct listing *listing_at(struct mln_sv s, size_t i)
{
    struct mln_sv at = mln_sv_sub(s, i, s.len);

    if (s.p[i] == '`')
        return starts_line(s, i) && mln_sv_starts(at, MLN_SV("```")) ? &listings[0] : NULL;
    for (size_t k = 1; k < MLN_ARRAY_LEN(listings); k++) {
        size_t n = strlen(listings[k].opens);
        if (mln_sv_istarts_str(at, listings[k].opens) && at.len > n &&
            !mln_cc((unsigned char)at.p[n], MLN_CC_WORD))
            return &listings[k];
    }
    return NULL;
}

static size_t read_text(struct reader *r, size_t i)
{
    struct mln_sv s = r->s;

    if (s.p[i] != '<' && s.p[i] != '`')
        return i + 1;
    r->from = i;
    r->listing = listing_at(s, i);
    if (r->listing) {
        r->where = IN_LISTING;
        return i + strlen(r->listing->opens);
    }
    size_t name = i + 1 + (i + 1 < s.len && s.p[i + 1] == '/');
    bool tag = name >= s.len || mln_cc((unsigned char)s.p[name], MLN_CC_ALPHA);
    if (s.p[i] == '<' && tag) {
        r->where = IN_TAG;
        r->attribute = name;
    }
    return i + 1;
}

static size_t read_tag(struct reader *r, size_t i)
{
    char c = r->s.p[i];

    if (c == '>') {
        r->where = IN_TEXT;
    } else if (c == '=') {
        for (i++; i < r->s.len && is_space(r->s.p[i]);)
            i++;
        r->quote = i < r->s.len && (r->s.p[i] == '"' || r->s.p[i] == '\'') ? r->s.p[i] : '\0';
        r->where = IN_VALUE;
        return i + (r->quote != '\0');
    } else if (!is_space(c) && is_space(r->s.p[i - 1])) {
        r->attribute = i;
    }
    return i + 1;
}

static size_t read_value(struct reader *r, size_t i)
{
    char c = r->s.p[i];
    bool ends = r->quote ? c == r->quote : is_space(c) || c == '>';

    if (!ends)
        return i + 1;
    r->where = IN_TAG;
    return r->quote ? i + 1 : i;
}

static size_t read_listing(struct reader *r, size_t i)
{
    if (!mln_sv_istarts_str(mln_sv_sub(r->s, i, r->s.len), r->listing->closes))
        return i + 1;
    r->where = r->s.p[i] == '<' ? IN_TAG : IN_TEXT;
    return i + strlen(r->listing->closes);
}

static void add(struct mln_open_text *o, struct mln_sv part)
{
    part = mln_sv_sub(part, 0, sizeof(o->opening) - o->opening_len);
    memcpy(o->opening + o->opening_len, part.p, part.len);
    o->opening_len += part.len;
}

/* The tag's name, and of its attributes the one whose value is open. */
static void add_tag(const struct reader *r, struct mln_open_text *o)
{
    size_t n = r->from + 1;

    while (n < r->s.len && n < r->from + NAME_MAX_BYTES && !is_space(r->s.p[n]))
        n++;
    add(o, mln_sv_sub(r->s, r->from, n - r->from));
    if (n == r->s.len) /* within its name */
        return;
    add(o, MLN_SV(" "));
    if (r->where != IN_VALUE)
        return;
    if (r->attribute >= n)
        add(o, mln_sv_sub(mln_sv_sub(r->s, r->attribute, NAME_MAX_BYTES), 0,
                          mln_sv_chr(mln_sv_sub(r->s, r->attribute, NAME_MAX_BYTES), '=')));
    add(o, MLN_SV("="));
    add(o, mln_sv(&r->quote, r->quote != '\0'));
}

/* The last words before a listing, without signs and tags: they tell that somebody shows it. */
static void add_words(const struct reader *r, struct mln_open_text *o)
{
    char words[WORDS_MAX];
    size_t at = sizeof(words), least = r->from > LOOK_BACK ? r->from - LOOK_BACK : 0;
    bool tag = false;

    for (size_t i = r->from; i > least && at; i--) {
        char c = r->s.p[i - 1];
        tag = c == '>' || (tag && c != '<');
        bool kept = !tag && (is_space(c) || mln_cc((unsigned char)c, MLN_CC_ALPHA));
        if (kept)
            words[--at] = is_space(c) ? ' ' : c;
    }
    add(o, mln_sv(words + at, sizeof(words) - at));
}

static void add_listing(const struct reader *r, struct mln_open_text *o)
{
    add_words(r, o);
    add(o, MLN_SV("\n"));
    add(o, mln_sv_str(r->listing->opens));
    add(o, r->listing->opens[0] == '<' ? MLN_SV(">") : MLN_SV("\n"));
    o->closing = r->listing->closing;
}

void mln_open_text_find(struct mln_sv s, struct mln_open_text *ret)
{
    static size_t (*const read[])(struct reader *, size_t) = {read_text, read_tag, read_value,
                                                              read_listing};
    struct reader r = {.s = s, .where = IN_TEXT};

    ret->opening_len = 0;
    ret->closing = NULL;
    for (size_t i = 0; i < s.len;)
        i = read[r.where](&r, i);
    if (r.where == IN_LISTING)
        add_listing(&r, ret);
    else if (r.where != IN_TEXT)
        add_tag(&r, ret);
}
