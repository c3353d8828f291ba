#include "engine/sh_hollow.h"

#include "engine/sh_commands.h"
#include "engine/sh_line.h"

enum { NAME_MAX_BYTES = 16, UNSET_MAX = 2, UNSET_BRACED_MAX = 8 };

static bool is_name_byte(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_WORD);
}

/* What nothing prints is nothing; behind it the word goes on. */
static size_t empty_substitution(struct mln_sv s, size_t i)
{
    size_t n = s.p[i] == '`' ? 2 : 3;
    struct mln_sv t = mln_sv_sub(s, i, n);
    bool empty = mln_sv_eq(t, MLN_SV("``")) ||
                 (t.len == 3 && t.p[1] == '(' && t.p[2] == ')' && memchr("$<>", t.p[0], 3));

    if (!empty && i + 2 < s.len && s.p[i] == '`' && is_name_byte(s.p[i + 1]) && s.p[i + 2] == '`')
        return i + 3 < s.len && is_name_byte(s.p[i + 3]) ? 3 : 0; /* no command is called "u" */
    return empty && i + n < s.len && is_name_byte(s.p[i + n]) ? n : 0;
}

static size_t unset_variable(struct mln_sv s, size_t i)
{
    bool braced = i + 1 < s.len && s.p[i + 1] == '{';
    size_t start = i + 1 + braced, end = start;

    if (!braced && start < s.len && mln_cc((unsigned char)s.p[start], MLN_CC_DIGIT))
        return 2; /* of an argument only one digit is the name */
    if (!braced && start < s.len && (s.p[start] == '@' || s.p[start] == '*'))
        return 2; /* all arguments: there are none */
    while (end < s.len && is_name_byte(s.p[end]))
        end++;
    size_t n = end - start;
    if (n == 0 || n > (braced ? UNSET_BRACED_MAX : UNSET_MAX))
        return 0;
    if (braced && (end >= s.len || s.p[end] != '}'))
        return 0;
    return end + braced - i;
}

size_t mln_sh_hollow(struct mln_sv s, size_t i)
{
    if (!i || i >= s.len || !is_name_byte(s.p[i - 1]))
        return 0;
    size_t n = empty_substitution(s, i);
    return n || s.p[i] != '$' ? n : unset_variable(s, i);
}

/* A quote within a word: "w'h'oami". Those around words, and one alone, are of no shell. */
static bool is_inner_quote(struct mln_sv s, size_t start, size_t i)
{
    return (s.p[i] == '\'' || s.p[i] == '"') && i > start && i + 1 < s.len &&
           is_name_byte(s.p[start]);
}

size_t mln_sh_hollow_command(struct mln_sv s, size_t i)
{
    char name[NAME_MAX_BYTES];
    size_t n = 0, start = i;
    unsigned holes = 0, quotes = 0;
    bool inside = false; /* the last byte is the command's: a hole ends nothing */

    while (i < s.len && n < NAME_MAX_BYTES) {
        bool quote = is_inner_quote(s, start, i);
        size_t hole = quote ? 1 : mln_sh_hollow(s, i);
        quotes += quote;
        inside = !hole;
        if (!hole && !mln_sh_is_word_byte(s.p[i]))
            break;
        if (!hole)
            name[n++] = s.p[i];
        i += hole ? hole : 1;
        holes += hole > 0;
    }
    bool argues = mln_sh_skip_blanks(s, i) > i && mln_sh_skip_blanks(s, i) < s.len;
    bool alone = i == s.len && start == 0 && inside;
    if (!holes || quotes % 2 || !(argues || alone) || n < 2 || n == NAME_MAX_BYTES)
        return 0;
    enum mln_sh_kind kind = mln_sh_command(mln_sv(name, n));
    return kind == MLN_SH_COMMAND || (kind != MLN_SH_NONE && argues && !quotes) ? i : 0;
}
