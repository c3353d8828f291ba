/* Names that PHP is to compute from bytes nobody can read: (~"…")(), "…"^"…". What they give is
 * computed here, too: no text becomes a name by that. */
#include "engine/code_forms.h"
#include "engine/scan.h"

enum { NAME_MIN = 3, NAME_MAX_BYTES = 40 };

static bool is_word(unsigned char c)
{
    return mln_cc(c, MLN_CC_WORD);
}

/* Inverted bytes behind the '~' at i, in quotes or not, that make a name which PHP goes on to use:
 * "(~…)(", "[~…][", "{~…}", "=~…;". Where they end, or 0. */
static size_t inverted_name(struct mln_sv s, size_t i)
{
    if (!i || !memchr("([{=", s.p[i - 1], 4))
        return 0;
    char quote = i + 1 < s.len && (s.p[i + 1] == '"' || s.p[i + 1] == '\'') ? s.p[i + 1] : '\0';
    size_t start = i + 1 + (quote != '\0'), end = start;
    while (end < s.len && end - start < NAME_MAX_BYTES && (unsigned char)s.p[end] >= 0x80 &&
           is_word((unsigned char)~s.p[end]))
        end++;
    if (end < start + NAME_MIN)
        return 0;
    end += quote && end < s.len && s.p[end] == quote;
    if (end < s.len && (s.p[end] == '}' || s.p[end] == ';'))
        return end;
    bool closed = end + 1 < s.len && (s.p[end] == ')' || s.p[end] == ']');
    return closed && memchr("([)", s.p[end + 1], 3) ? end : 0;
}

static void check_inverted(const struct mln_view *v, struct mln_sv s, struct mln_findings *out)
{
    size_t i = mln_sv_chr(s, '~');

    while (i < s.len) {
        size_t end = inverted_name(s, i);
        if (end) {
            mln_findings_add(out, MLN_SIG_CODE_PHP_EXPRESSION_CALL, v, i, end - i);
            return;
        }
        size_t next = mln_sv_chr(mln_sv_sub(s, i + 1, s.len), '~');
        i = next == SIZE_MAX ? s.len : i + 1 + next;
    }
}

/* How long the string is that ends before i, whose quote is there; 0: none. */
static size_t string_before(struct mln_sv s, size_t i)
{
    for (size_t n = 1; n <= NAME_MAX_BYTES && i >= n + 1; n++)
        if (s.p[i - n - 1] == s.p[i])
            return n;
    return 0;
}

/* Bytes of a name that the strings on both sides of the '^' at i make, all or none. */
static size_t combined(struct mln_sv s, size_t i)
{
    char quote = i ? s.p[i - 1] : '\0';

    if ((quote != '"' && quote != '\'') || i + 1 >= s.len || s.p[i + 1] != quote)
        return 0;
    size_t n = string_before(s, i - 1);
    if (!n || i + 2 + n >= s.len || s.p[i + 2 + n] != quote)
        return 0;
    for (size_t k = 0; k < n; k++)
        if (!is_word((unsigned char)(s.p[i - 1 - n + k] ^ s.p[i + 2 + k])))
            return 0;
    return n;
}

static void check_combined(const struct mln_view *v, struct mln_sv s, struct mln_findings *out)
{
    size_t i = mln_sv_chr(s, '^'), first = i, bytes = 0;

    while (i < s.len) {
        bytes += combined(s, i);
        if (bytes >= NAME_MIN) {
            mln_findings_add(out, MLN_SIG_CODE_PHP_EXPRESSION_CALL, v, first, i - first + 1);
            return;
        }
        size_t next = mln_sv_chr(mln_sv_sub(s, i + 1, s.len), '^');
        i = next == SIZE_MAX ? s.len : i + 1 + next;
    }
}

void mln_code_php_bytes(const struct mln_view *v, struct mln_findings *out)
{
    struct mln_sv s = mln_view_sv(v);

    if (v->classes & MLN_BC_HIGH)
        check_inverted(v, s, out);
    if (v->classes & (MLN_BC_DQUOTE | MLN_BC_SQUOTE))
        check_combined(v, s, out);
}
