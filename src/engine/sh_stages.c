#include "engine/sh_stages.h"

#include "engine/scan.h"

/* Words that are stages of queries and commands, too. */
static bool is_shared_word(struct mln_sv name)
{
    static const char *const words[] = {"where", "sort",  "head", "tail",   "top",
                                        "find",  "join",  "uniq", "lookup", "cut",
                                        "set",   "split", "type", "expand"};

    return mln_scan_among(name, words, MLN_ARRAY_LEN(words));
}

/* Words that start a stage of a query and name no command. */
static bool is_stage_word(struct mln_sv name)
{
    static const char *const words[] = {
        "aggregate",   "bin",       "bucket",       "chart",     "count",        "dedup",
        "distinct",    "eval",      "eventstats",   "evaluate",  "extend",       "fields",
        "fillnull",    "filter",    "group",        "json",      "label_format", "limit",
        "line_format", "logfmt",    "make-series",  "mv-expand", "mvexpand",     "order",
        "parse",       "project",   "project-away", "rare",      "regex",        "rename",
        "render",      "rex",       "stats",        "summarize", "streamstats",  "table",
        "take",        "timechart", "transaction",  "tstats",    "unwrap",       "union"};

    return mln_scan_among(name, words, MLN_ARRAY_LEN(words));
}

static struct mln_sv word_at(struct mln_sv s, size_t i)
{
    size_t start = mln_scan_skip_space(s, i), end = start;

    while (end < s.len && (mln_cc((unsigned char)s.p[end], MLN_CC_WORD) || s.p[end] == '-'))
        end++;
    return mln_sv_sub(s, start, end - start);
}

/* Another stage of the query is one that no shell knows. */
static bool has_other_stage(struct mln_sv s)
{
    enum { STAGES_MAX = 16 };
    size_t i = 0;

    for (unsigned k = 0; k < STAGES_MAX; k++) {
        size_t bar = mln_sv_chr(mln_sv_sub(s, i, s.len), '|');
        if (bar == SIZE_MAX)
            return false;
        i += bar + 1;
        if (is_stage_word(word_at(s, i)))
            return true;
    }
    return false;
}

/* "a.b >= 3", "* has \"x\"", "t > ago(1h)": a name, an operator, and no file. */
static bool is_condition(struct mln_sv s, size_t i)
{
    static const char *const words[] = {"between", "contains",  "contains_cs", "endswith",
                                        "has",     "has_any",   "in",          "matches",
                                        "like",    "startswith"};
    static const char *const signs[] = {"==", "!=", ">=", "<=", "=~", "!~", "> ", "< ", "= "};
    size_t start = mln_scan_skip_space(s, i), end = start;

    while (end < s.len && (mln_cc((unsigned char)s.p[end], MLN_CC_WORD) || s.p[end] == '.' ||
                           (s.p[end] == '*' && end == start)))
        end++;
    size_t op = mln_scan_skip_space(s, end);
    if (end == start || mln_cc((unsigned char)s.p[start], MLN_CC_DIGIT))
        return false;
    for (size_t k = 0; k < MLN_ARRAY_LEN(signs); k++)
        if (mln_scan_at_str(s, op, signs[k]))
            return mln_scan_skip_space(s, op + 2) < s.len &&
                   s.p[mln_scan_skip_space(s, op + 2)] != '/';
    return op > end && mln_scan_among(word_at(s, op), words, MLN_ARRAY_LEN(words));
}

/* "-n5", "-exec", "config.php": options of programs and names of files; stages of queries take
 * numbers, names and signs ("sort -count", "sort a.b desc"). */
static bool has_program_arguments(struct mln_sv stage, bool names_fields)
{
    for (size_t i = 1; i + 1 < stage.len; i++) {
        char c = stage.p[i], before = stage.p[i - 1], next = stage.p[i + 1];
        if (c == '.' &&
            (next == '.' || (!names_fields && mln_cc((unsigned char)before, MLN_CC_WORD) &&
                             mln_cc((unsigned char)next, MLN_CC_ALPHA))))
            return true;
        bool letter = c == '-' && before == ' ' && mln_cc((unsigned char)next, MLN_CC_ALPHA);
        if (letter && (i + 2 == stage.len || !mln_cc((unsigned char)stage.p[i + 2], MLN_CC_ALPHA)))
            return true;
    }
    return mln_sv_find(stage, MLN_SV("-exec")) != SIZE_MAX ||
           mln_sv_find(stage, MLN_SV("-delete")) != SIZE_MAX ||
           mln_sv_find(stage, MLN_SV("-ok")) != SIZE_MAX;
}

/* "/etc/passwd", "$HOME", "<x": what a shell reads or runs, anywhere in the stage. */
static bool reaches_shell(struct mln_sv s, size_t i)
{
    size_t bar = mln_sv_chr(mln_sv_sub(s, i, s.len), '|');
    struct mln_sv stage = mln_sv_sub(s, i, bar);
    size_t start = mln_scan_skip_space(stage, 0);

    return mln_sv_chr(stage, '$') != SIZE_MAX || mln_sv_chr(stage, '`') != SIZE_MAX ||
           mln_sv_chr(stage, ';') != SIZE_MAX || mln_sv_find(stage, MLN_SV(" /")) != SIZE_MAX ||
           (start < stage.len && memchr("./~<>\\", stage.p[start], 6));
}

/* Stages that take names of fields, which have dots, too. */
static bool takes_fields(struct mln_sv name)
{
    static const char *const words[] = {"where", "sort", "top", "join", "lookup"};

    return mln_scan_among(name, words, MLN_ARRAY_LEN(words));
}

bool mln_sh_is_query_stage(struct mln_sv s, const struct mln_sh_word *w)
{
    struct mln_sv rest = mln_sv_sub(s, w->end, s.len);
    struct mln_sv stage = mln_sv_sub(rest, 0, mln_sv_chr(rest, '|'));

    if (!is_shared_word(w->name) || reaches_shell(s, w->end) ||
        has_program_arguments(stage, takes_fields(w->name)))
        return false;
    return has_other_stage(s) || (mln_sv_eq(w->name, MLN_SV("where")) && is_condition(s, w->end));
}
