/* Values in which nothing can be: they need no decoding and no detector. Whatever is called plain
 * here must be clean when it is inspected in full; test_shortcuts holds that. */
#include "engine/java_names.h"
#include "engine/query_commands.h"
#include "engine/txn_priv.h"

enum { PLAIN_MAX = 16 }; /* below the length of anything that base64 hides */

/* What a byte may be part of. A byte without IN_VALUE or IN_NAME ends the shortcut; the others ask
 * for a second look. */
enum {
    IN_VALUE = 1,
    IN_NAME = 2,
    DASH = 4,
    LETTER_X = 8,
    DOT = 16,
    LETTER_P = 32,
    UPPER = 64,
    LOW_LINE = 128
};
#define WORD (IN_VALUE | IN_NAME)
/* clang-format off */
static const uint8_t parts[256] = {
    ['0' ... '9'] = WORD, ['_'] = WORD | LOW_LINE, ['-'] = WORD | DASH, ['.'] = IN_NAME | DOT,
    ['/'] = IN_NAME,
    ['A' ... 'W'] = WORD | UPPER, ['X'] = WORD | UPPER | LETTER_X, ['Y' ... 'Z'] = WORD | UPPER,
    ['a' ... 'o'] = WORD, ['p'] = WORD | LETTER_P, ['q' ... 'w'] = WORD,
    ['x'] = WORD | LETTER_X, ['y' ... 'z'] = WORD,
};
/* clang-format on */

struct look {
    uint8_t all, any;
};

static struct look look_at(struct mln_sv s)
{
    struct look l = {.all = 0xff};

    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = parts[(unsigned char)s.p[i]];
        l.all &= c;
        l.any |= c;
    }
    return l;
}

/* Base64 has both cases; what it may hold is short enough for a look. */
static bool hides_java(struct look l, struct mln_sv s)
{
    return (l.any & UPPER) && (mln_java_magic(s) != SIZE_MAX || mln_java_base64(s));
}

/* Fields of web shells: what is plain elsewhere is a command there. */
static bool is_shell_name(struct mln_sv name)
{
    char end = name.len >= 3 && name.len <= 7 ? mln_lower(name.p[name.len - 1]) : '\0';

    return (end == 'd' && (mln_sv_ieq(name, MLN_SV("cmd")) || mln_sv_ieq(name, MLN_SV("syscmd")) ||
                           mln_sv_ieq(name, MLN_SV("command")))) ||
           (end == 'c' && mln_sv_ieq(name, MLN_SV("exec"))) ||
           (end == 'e' && mln_sv_ieq(name, MLN_SV("execute"))) ||
           (end == 'l' && mln_sv_ieq(name, MLN_SV("shell")));
}

/* Names that are evidence by themselves hold an operator, lead to a prototype or are classes. */
static bool is_plain_name(struct mln_sv name)
{
    struct look l = look_at(name);

    if (!name.len)
        return true;
    if (!(l.all & IN_NAME) || hides_java(l, name))
        return false;
    if ((l.any & DOT) && mln_java_field_name(name) > MLN_JAVA_LIBRARY)
        return false;
    if ((l.any & LOW_LINE) && mln_query_guesses_secret(name))
        return false;
    if (is_shell_name(name))
        return false;
    return !(l.any & LETTER_P) || mln_sv_find(name, MLN_SV("proto")) == SIZE_MAX;
}

static bool has_plain_dashes(struct mln_sv s)
{
    return s.p[s.len - 1] != '-' && mln_sv_find(s, MLN_SV("--")) == SIZE_MAX;
}

static bool is_plain_word(struct mln_sv value)
{
    if (value.len >= PLAIN_MAX)
        return false;
    struct look l = look_at(value);
    if (!(l.all & IN_VALUE) || ((l.any & DASH) && !has_plain_dashes(value)))
        return false;
    /* "0x2e0x2f" spells a path */
    if ((l.any & LETTER_X) && mln_sv_ifind(value, MLN_SV("0x")) != SIZE_MAX)
        return false;
    if ((l.any & LOW_LINE) && mln_sv_starts(value, MLN_SV("__"))) /* a method of an object of PHP */
        return false;
    return !hides_java(l, value) && !mln_sv_istarts(value, MLN_SV("aced")) &&
           !mln_query_store_word(value);
}

bool mln_is_plain(const struct mln_telling_words *w, struct mln_sv name, struct mln_sv value)
{
    bool text = value.len > 2 && mln_sv_chr(value, ' ') != SIZE_MAX;

    return (text ? mln_is_plain_text(w, value) : is_plain_word(value)) && is_plain_name(name);
}

bool mln_is_plain_shape(const struct mln_telling_words *w, bool header, struct mln_sv name,
                        struct mln_sv value)
{
    return (mln_is_plain_token(value) || (header && mln_is_plain_header(w, name, value))) &&
           is_plain_name(name);
}
