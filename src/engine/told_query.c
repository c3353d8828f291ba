#include "engine/scan.h"
#include "engine/told.h"

enum { QUERY_MAX_BYTES = 400 };

struct quote {
    const char *open, *close;
};
static const struct quote quotes[] = {
    {"\"", "\""},
    {"'", "'"},
    {"\xe2\x80\x9c", "\xe2\x80\x9d"}, /* “…” */
    {"\xe2\x80\x9e", "\xe2\x80\x9c"}, /* „…“ */
    {"\xe2\x80\x98", "\xe2\x80\x99"}, /* ‘…’ */
    {"\xc2\xab", "\xc2\xbb"},         /* «…» */
};

static bool is_word(struct mln_sv s, size_t i)
{
    return i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_WORD);
}

static bool is_space(struct mln_sv s, size_t i)
{
    return i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_SPACE);
}

/* A statement starts at i. */
static bool is_statement(struct mln_sv s, size_t i)
{
    static const char *const verbs[] = {"select ",      "insert into ", "update ", "delete from ",
                                        "alter table ", "create ",      "grant ",  "explain ",
                                        "show ",        "with "};

    for (size_t k = 0; k < MLN_ARRAY_LEN(verbs); k++)
        if (mln_scan_at_str(s, i, verbs[k]))
            return true;
    return false;
}

/* What an injection needs and an example has no use for: comments, a second query. */
static bool is_plain(struct mln_sv query)
{
    static const char *const marks[] = {"--", "/*", "#", "\n", "\\", "@@", "0x", "||"};

    for (size_t k = 0; k < MLN_ARRAY_LEN(marks); k++)
        if (mln_sv_find(query, mln_sv_str(marks[k])) != SIZE_MAX)
            return false;
    return mln_scan_word(query, MLN_SV("union"), 0) == SIZE_MAX;
}

/* Behind the last byte of the quoted query at i, or 0. A text that was cut ends within SELECT. */
static size_t quoted_end(struct mln_sv s, size_t i, const struct quote *quote)
{
    struct mln_sv open = mln_sv_str(quote->open), close = mln_sv_str(quote->close);
    bool apart = i == 0 || is_space(s, i - 1) || s.p[i - 1] == '(';

    if (!apart || !mln_scan_at(s, i, open) || !is_statement(s, i + open.len))
        return 0;
    size_t from = i + open.len;
    struct mln_sv in = mln_sv_sub(s, from, QUERY_MAX_BYTES);
    size_t at = mln_sv_find(in, close);
    if (at == SIZE_MAX && from + in.len == s.len && mln_scan_at(s, from, MLN_SV("select ")))
        return is_plain(in) ? s.len : 0;
    if (at == SIZE_MAX || !at || !is_plain(mln_sv_sub(in, 0, at)))
        return 0;
    size_t end = from + at + close.len;
    bool operand = is_word(s, from + at - 1) || strchr("?)*;.'\"", s.p[from + at - 1]);
    return operand && !is_word(s, end) ? end : 0;
}

size_t mln_told_quoted_query(struct mln_sv s, size_t i)
{
    for (size_t k = 0; k < MLN_ARRAY_LEN(quotes); k++) {
        size_t end = quoted_end(s, i, &quotes[k]);
        if (end)
            return end;
    }
    return 0;
}

/* Behind "…" or '…' at i, or 0: a string of the query, with an operator or a space in front. */
static size_t string_end(struct mln_sv s, size_t i)
{
    enum { STRING_MAX_BYTES = 40 };
    size_t at = mln_sv_chr(mln_sv_sub(s, i + 1, STRING_MAX_BYTES), s.p[i]);

    return is_word(s, i - 1) || at == SIZE_MAX ? 0 : i + 1 + at + 1;
}

size_t mln_told_inline_query(struct mln_sv s, size_t i)
{
    struct mln_sv in = mln_sv_sub(s, 0, i + MLN_MIN(s.len - i, (size_t)QUERY_MAX_BYTES));
    size_t end = i;

    if (!mln_scan_at(s, i, MLN_SV("select ")))
        return 0;
    while (end < in.len && !strchr("\n;#\\`|@", in.p[end]) && !mln_scan_at(in, end, MLN_SV("--")) &&
           !mln_scan_at(in, end, MLN_SV("/*")) && !mln_scan_at(in, end, MLN_SV("union"))) {
        size_t next = in.p[end] == '\'' || in.p[end] == '"' ? string_end(in, end) : end + 1;
        if (!next)
            break;
        end = next;
    }
    end = MLN_MIN(end, in.len);
    return mln_scan_word(mln_sv_sub(s, i, end - i), MLN_SV("from"), 0) == SIZE_MAX ? 0 : end;
}
