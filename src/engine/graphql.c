#include "engine/graphql.h"

#include <string.h>

#include "engine/scan.h"

enum { DEPTH_MAX = 64 };

bool mln_graphql_starts(struct mln_sv s)
{
    static const char *const starts[] = {"query", "mutation", "subscription", "fragment"};
    bool operation = s.len > 8 && s.p[0] == '{';

    for (size_t i = 0; i < MLN_ARRAY_LEN(starts); i++)
        operation = operation || mln_sv_starts(s, mln_sv_str(starts[i]));
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
