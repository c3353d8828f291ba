#include "engine/told.h"

#include "engine/scan.h"
#include "engine/sh_commands.h"
#include "engine/sh_line.h"

enum { WORDS_MIN = 2 };

static bool is_space(struct mln_sv s, size_t i)
{
    return i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_SPACE);
}

static bool may_open(char c)
{
    return c == '"' || c == '\'' || (unsigned char)c >= 0x80;
}

struct finder {
    struct mln_sv s;
    struct mln_shown_code *out;
    size_t words; /* outside of queries */
    size_t row;   /* words that follow each other right here, with spaces between them */
    size_t names; /* the same, none of them a word of SQL */
};

static size_t add(struct finder *f, size_t start, size_t end)
{
    f->out->block[f->out->n].start = (uint32_t)start;
    f->out->block[f->out->n++].end = (uint32_t)end;
    f->row = f->names = 0;
    return end;
}

/* Words that a query has between its names. */
static bool is_keyword(struct mln_sv word)
{
    static const char *const keywords[] = {
        "select",    "from", "where",  "union", "all",     "and",    "or",    "except",
        "intersect", "as",   "by",     "in",    "having",  "on",     "join",  "like",
        "is",        "not",  "insert", "into",  "replace", "create", "table", "copy"};

    return mln_scan_iamong(word, keywords, MLN_ARRAY_LEN(keywords));
}

static size_t skip_word(struct finder *f, size_t i)
{
    struct mln_sv s = f->s;
    size_t start = i;

    while (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA))
        i++;
    bool apart = start == 0 || s.p[start - 1] == '>' || is_space(s, start - 1);
    bool word = apart && (i == s.len || memchr(" .,:;?!'<\n\r", s.p[i], 11));
    f->words += word;
    f->row = word && i < s.len && s.p[i] == ' ' ? f->row + 1 : 0;
    f->names = f->row && !is_keyword(mln_sv_sub(s, start, i - start)) ? f->names + 1 : 0;
    return i;
}

/* "the folder C:\\Windows\\System32": a path in the middle of a sentence, or the next of a list.
 * Applications open what a value begins with. */
static size_t drive_path_end(const struct finder *f, size_t i)
{
    enum { ROW_MIN = 2 };
    struct mln_sv s = f->s;
    bool listed = f->out->n && f->out->block[f->out->n - 1].end == i;

    if (i + 3 >= s.len || s.p[i + 1] != ':' || s.p[i + 2] != '\\' ||
        !mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA) || (f->row < ROW_MIN && !listed))
        return 0;
    for (i += 3; i < s.len && (mln_cc((unsigned char)s.p[i], MLN_CC_WORD) ||
                               (s.p[i] && strchr("\\.-~", s.p[i])));)
        i++;
    return i < s.len && s.p[i] == ';' ? i + 1 : i;
}

/* skipping "/var/log/nginx/access.log" because: a path in quotes with words on both sides. */
static size_t quoted_path_end(const struct finder *f, size_t i)
{
    struct mln_sv s = f->s;
    size_t end = i + 1;

    if (!f->row || s.p[i] != '"' || end >= s.len || s.p[end] != '/')
        return 0;
    while (end < s.len && (mln_cc((unsigned char)s.p[end], MLN_CC_WORD) || s.p[end] == '/' ||
                           s.p[end] == '-' || (s.p[end] == '.' && s.p[end - 1] != '.')))
        end++;
    return end + 2 < s.len && s.p[end] == '"' && s.p[end + 1] == ' ' &&
                   mln_cc((unsigned char)s.p[end + 2], MLN_CC_ALPHA)
               ? end + 1
               : 0;
}

/* "$ ls -la" on a line of its own: what somebody saw in a terminal. A shell knows no command "$".
 */
static size_t prompt_end(struct mln_sv s, size_t i)
{
    enum { LINE_MAX_BYTES = 200 };
    size_t end = i + 2;

    if ((i && !memchr("\n>", s.p[i - 1], 2)) || !mln_scan_at(s, i, MLN_SV("$ ")) || end >= s.len ||
        mln_sh_command(mln_sh_word_at(s, end).name) == MLN_SH_NONE)
        return 0;
    while (end < s.len && end - i < LINE_MAX_BYTES && !memchr("\r\n<", s.p[end], 3))
        end++;
    return end;
}

size_t mln_told_sheet(struct mln_sv s, size_t i)
{
    enum { SHEET_MAX_BYTES = 16384 };
    static const char *const marks[] = {"@import",    "url(",    "image",   "src(",
                                        "expression", "behavio", "binding", "script",
                                        "\\",         "<!",      "&"};
    static const char *const opens[] = {"<style>", "<style type=\"text/css\">",
                                        "<style type=\"text/css\" media=\"screen\">"};
    size_t k = 0;

    while (k < MLN_ARRAY_LEN(opens) && !mln_scan_at_str(s, i, opens[k]))
        k++;
    if (k == MLN_ARRAY_LEN(opens))
        return 0;
    size_t from = mln_scan_skip_space(s, i + strlen(opens[k]));
    if (mln_scan_at(s, from, MLN_SV("<!--"))) /* so does Outlook */
        from += 4;
    size_t len = mln_sv_chr(mln_sv_sub(s, from, SHEET_MAX_BYTES), '<');
    if (len == SIZE_MAX || !mln_scan_at(s, from + len, MLN_SV("</style>")))
        return 0;
    for (k = 0; k < MLN_ARRAY_LEN(marks); k++)
        if (mln_scan_find(mln_sv_sub(s, from, len), mln_sv_str(marks[k]), 0) != SIZE_MAX)
            return 0;
    return from + len + strlen("</style>");
}

static size_t told_end(const struct finder *f, size_t i)
{
    enum { NAMES_MIN = 3 };
    char c = f->s.p[i];

    if (may_open(c)) {
        size_t path = quoted_path_end(f, i);
        return path ? path : mln_told_quoted_query(f->s, i);
    }
    if (c == '$')
        return prompt_end(f->s, i);
    if (c == '<') /* many begin so, few with the letter */
        return i + 1 < f->s.len && (f->s.p[i + 1] | 32) == 's' ? mln_told_sheet(f->s, i) : 0;
    size_t end = drive_path_end(f, i);
    return end || f->names < NAMES_MIN ? end : mln_told_inline_query(f->s, i);
}

static size_t step(struct finder *f, size_t i)
{
    size_t end = told_end(f, i);

    if (end)
        return add(f, i, end);
    if (mln_cc((unsigned char)f->s.p[i], MLN_CC_ALPHA))
        return skip_word(f, i);
    if (f->s.p[i] != ' ')
        f->row = f->names = 0;
    return i + 1;
}

bool mln_told_find(struct mln_sv text, struct mln_shown_code *ret)
{
    struct finder f = {.s = text, .out = ret};

    ret->n = 0;
    ret->expressions = false;
    for (size_t i = 0; i < text.len && ret->n < MLN_SHOWN_MAX;)
        i = step(&f, i);
    return ret->n && f.words >= WORDS_MIN;
}
