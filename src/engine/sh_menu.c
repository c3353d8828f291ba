#include "engine/sh_menu.h"

#include "engine/scan.h"
#include "engine/sh_commands.h"

enum { VALUE_MAX = 200, ITEMS_MIN = 3 };

/* Without arguments these copy what they read, or complain. "find" lists a folder; there is no
 * "Find" on Unix, and that of Windows complains. */
static bool is_idle(struct mln_sv word)
{
    static const char *const idle[] = {
        "cat",  "compress", "convert", "copy", "cut",   "edit",  "expand", "file",   "fold",
        "head", "help",     "install", "join", "less",  "link",  "look",   "mail",   "make",
        "more", "move",     "nl",      "open", "paste", "print", "read",   "rename", "replace",
        "rev",  "sort",     "split",   "tail", "tee",   "test",  "tidy",   "top",    "touch",
        "tr",   "type",     "uniq",    "view", "wait",  "watch", "wc",     "write"};

    return mln_scan_iamong(word, idle, MLN_ARRAY_LEN(idle)) || mln_sv_eq(word, MLN_SV("Find"));
}

/* "My account", "sort": words with single blanks; a command is alone. */
static bool is_item(struct mln_sv item)
{
    struct mln_sv first = mln_sv_sub(item, 0, mln_sv_chr(item, ' '));

    if (!first.len)
        return false;
    for (size_t i = 0; i < item.len; i++)
        if (!((unsigned char)item.p[i] >= 0x80 || mln_cc((unsigned char)item.p[i], MLN_CC_WORD) ||
              (item.p[i] == ' ' && item.p[i - 1] != ' ')))
            return false;
    return mln_sh_command(first) == MLN_SH_NONE || (first.len == item.len && is_idle(first));
}

bool mln_sh_is_menu(struct mln_sv s)
{
    size_t items = 0;

    if (s.len > VALUE_MAX)
        return false;
    while (s.len) {
        size_t bar = mln_sv_find(s, MLN_SV(" | "));
        if (!is_item(mln_sv_sub(s, 0, bar)))
            return false;
        s = bar == SIZE_MAX ? MLN_SV_NULL : mln_sv_sub(s, bar + 3, s.len);
        items++;
    }
    return items >= ITEMS_MIN;
}
