#include "engine/ldap_filter.h"

enum { DEPTH_MAX = 16 };

static bool at(struct mln_sv s, size_t i, char c)
{
    return i < s.len && s.p[i] == c;
}

/* Behind "cn=*x*", "a.b:1.2.3:=2", "n>=4" at i, or i. */
static size_t item_end(struct mln_sv s, size_t i)
{
    size_t end = i;

    if (i >= s.len || !mln_cc((unsigned char)s.p[i], MLN_CC_WORD))
        return i;
    while (end < s.len &&
           (mln_cc((unsigned char)s.p[end], MLN_CC_WORD) || (s.p[end] && strchr("-.;:", s.p[end]))))
        end++;
    if (end < s.len && (s.p[end] == '~' || s.p[end] == '<' || s.p[end] == '>'))
        end++;
    if (!at(s, end, '='))
        return i;
    while (end < s.len && s.p[end] != '(' && s.p[end] != ')' && s.p[end])
        end++;
    return end;
}

bool mln_ldap_is_filter(struct mln_sv s)
{
    char set[DEPTH_MAX];         /* what joins the filters of a bracket: '&', '|', '!' */
    unsigned members[DEPTH_MAX]; /* how many there are */
    unsigned depth = 0;
    size_t i = 0;

    while (at(s, i, '(')) {
        i++;
        if (at(s, i, '&') || at(s, i, '|') || at(s, i, '!')) {
            if (depth == DEPTH_MAX)
                return false;
            set[depth] = s.p[i++];
            members[depth++] = 0;
            continue;
        }
        size_t end = item_end(s, i);
        if (end == i)
            return false;
        for (i = end; at(s, i, ')');) {
            i++;
            if (depth == 0)
                return i == s.len;
            members[depth - 1]++;
            if (set[depth - 1] == '!' && members[depth - 1] > 1)
                return false;
            if (at(s, i, ')'))
                depth--;
        }
    }
    return false;
}
