#include "engine/graphql.h"

#include <string.h>

#include "engine/scan.h"

enum { DEPTH_MAX = 64 };

static bool has_keyword(struct mln_sv s)
{
    static const char *const starts[] = {"query", "mutation", "subscription", "fragment"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(starts); i++)
        if (mln_sv_starts_str(s, starts[i]))
            return true;
    return false;
}

/* ---- its size ---- */

/* Behind white space, commas and comments, which mean nothing. */
static size_t skip_ignored(struct mln_sv s, size_t i)
{
    for (; i < s.len; i++)
        if (s.p[i] == '#')
            while (i + 1 < s.len && s.p[i + 1] != '\n' && s.p[i + 1] != '\r')
                i++;
        else if (!mln_cc((unsigned char)s.p[i], MLN_CC_SPACE) && s.p[i] != ',')
            break;
    return i;
}

/* Behind the string that opens at i, or behind all when it does not close. */
static size_t skip_string(struct mln_sv s, size_t i)
{
    if (mln_sv_starts(mln_sv_sub(s, i, 3), MLN_SV("\"\"\""))) {
        size_t at = mln_sv_find(mln_sv_sub(s, i + 3, s.len), MLN_SV("\"\"\""));
        return at == SIZE_MAX ? s.len : i + 3 + at + 3;
    }
    for (i++; i < s.len && s.p[i] != '"'; i++)
        i += s.p[i] == '\\';
    return MLN_MIN(i + 1, s.len);
}

bool mln_graphql_is_operation(struct mln_sv s)
{
    size_t i = skip_ignored(s, 0);

    return i < s.len && (s.p[i] == '{' || has_keyword(mln_sv_sub(s, i, s.len)));
}

struct mln_graphql_size mln_graphql_measure(struct mln_sv s)
{
    struct mln_graphql_size ret = {0};
    uint32_t depth = 0, arguments = 0;
    bool after_name = false;

    for (size_t i = skip_ignored(s, 0); i < s.len; i = skip_ignored(s, i)) {
        char c = s.p[i];
        if (c == '"') {
            i = skip_string(s, i);
            after_name = false;
            continue;
        }
        if (mln_cc((unsigned char)c, MLN_CC_WORD)) {
            while (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_WORD))
                i++;
            after_name = true;
            continue;
        }
        if (c == '(')
            arguments++;
        else if (c == ')' && arguments)
            arguments--;
        else if (c == '{' && !arguments)
            depth++;
        else if (c == '}' && !arguments && depth)
            depth--;
        else if (c == ':' && !arguments && after_name)
            ret.aliases++;
        ret.depth = MLN_MAX(ret.depth, depth);
        after_name = false;
        i++;
    }
    return ret;
}

/* ---- its strings ---- */

/* "{ name", "{ ...Fragment", "{}": what a selection may start with. A string is of JSON, where the
 * keys are strings too. */
static bool starts_selection(struct mln_sv s)
{
    if (s.len <= 8 || s.p[0] != '{')
        return false;
    size_t i = skip_ignored(s, 1);
    return i < s.len && s.p[i] != '"';
}

bool mln_graphql_starts(struct mln_sv s)
{
    bool operation = starts_selection(s) || has_keyword(s);

    return operation && mln_sv_chr(s, '{') != SIZE_MAX && mln_sv_chr(s, '(') != SIZE_MAX &&
           mln_sv_chr(s, '"') != SIZE_MAX;
}

struct mln_sv mln_graphql_literal(struct mln_arena *a, struct mln_sv s, size_t open,
                                  size_t *ret_end)
{
    size_t n = 0, i = open + 1;

    for (*ret_end = i; *ret_end < s.len && s.p[*ret_end] != '"'; ++*ret_end)
        *ret_end += s.p[*ret_end] == '\\' && *ret_end + 1 < s.len;
    char *p = mln_arena_alloc(a, *ret_end - open);
    for (; i < s.len && s.p[i] != '"'; i++) {
        static const char escaped[] = "\"\\nrt", bytes[] = "\"\\\n\r\t";
        const char *k =
            s.p[i] == '\\' && i + 1 < s.len && s.p[i + 1] ? strchr(escaped, s.p[i + 1]) : NULL;
        if (p)
            p[n++] = k ? bytes[k - escaped] : s.p[i];
        i += k != NULL;
    }
    *ret_end = i;
    return mln_sv(p, n);
}

/* Past the string at `open`, which goes to the literals; 0 when it has no end or no room. */
static size_t take_string(struct mln_arena *a, struct mln_sv s, size_t open,
                          struct mln_graphql *ret)
{
    struct mln_sv *to = &ret->literal[ret->n];
    size_t end;

    if (ret->n == MLN_GRAPHQL_LITERALS_MAX)
        return 0;
    if (mln_sv_starts(mln_sv_sub(s, open, 3), MLN_SV("\"\"\""))) {
        size_t at = mln_sv_find(mln_sv_sub(s, open + 3, s.len), MLN_SV("\"\"\""));
        if (at == SIZE_MAX)
            return 0;
        *to = mln_sv_sub(s, open + 3, at);
        end = open + 3 + at + 3;
    } else {
        *to = mln_graphql_literal(a, s, open, &end);
        if (!to->p || end >= s.len)
            return 0;
        end++;
    }
    ret->n++;
    return end;
}

static bool is_sign(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_WORD) || (c && strchr("!$&:=@|,.+- \t\r\n", c));
}

/* "{{" is of a template. */
static bool is_doubled(struct mln_sv s, size_t i)
{
    size_t next = mln_scan_skip_space(s, i + 1);

    return s.p[i] == '{' && next < s.len && s.p[next] == '{';
}

/* Follows the brackets; false where they do not pair. */
static bool pairs(char open[DEPTH_MAX], unsigned *depth, char c)
{
    if (c == '{' || c == '(' || c == '[') {
        if (*depth == DEPTH_MAX)
            return false;
        open[(*depth)++] = c == '{' ? '}' : c == '(' ? ')' : ']';
        return true;
    }
    return *depth && open[--*depth] == c;
}

bool mln_graphql_split(struct mln_arena *a, struct mln_sv s, struct mln_graphql *ret)
{
    char open[DEPTH_MAX], *p;
    unsigned depth = 0;
    size_t n = 0;

    ret->n = 0;
    if (!mln_graphql_starts(s) || !(p = mln_arena_alloc(a, s.len + 1)))
        return false;
    for (size_t i = 0; i < s.len;) {
        char c = s.p[i];
        if (c == '"') {
            i = take_string(a, s, i, ret);
            if (!i)
                return false;
            p[n++] = '"';
            p[n++] = '"';
            continue;
        }
        if (c == '#') /* a comment stays: nobody takes it out, whoever reads it reads all */
            while (i < s.len && s.p[i] != '\n')
                p[n++] = s.p[i++];
        if (i >= s.len)
            break;
        c = s.p[i];
        if (!is_sign(c) &&
            !(strchr("{}()[]", c) && c && pairs(open, &depth, c) && !is_doubled(s, i)))
            return false;
        p[n++] = c;
        i++;
    }
    ret->skeleton = mln_sv(p, n);
    return depth == 0 && ret->n;
}
