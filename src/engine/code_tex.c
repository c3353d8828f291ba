/* TeX, which sites typeset formulas and documents with: commands that run programs or read files of
 * the system. */
#include "engine/code_forms.h"
#include "engine/scan.h"
#include "engine/sh_commands.h"
#include "engine/sh_line.h"

/* "/etc/passwd", "/proc/self/environ": no document of a user's is there. */
static bool is_system_file(struct mln_sv s, size_t i)
{
    static const char *const folders[] = {"/etc/", "/proc/", "/root/", "/var/log/", "/sys/"};

    for (size_t k = 0; k < MLN_ARRAY_LEN(folders); k++)
        if (mln_scan_at(s, i, mln_sv_str(folders[k])))
            return true;
    return false;
}

/* Behind what may stand between a command and its argument: "[options]", "\stream=", "5=", "{". */
static size_t argument(struct mln_sv s, size_t i)
{
    enum { OPTIONS_MAX = 64 };

    if (i < s.len && s.p[i] == '[') {
        size_t close = mln_sv_chr(mln_sv_sub(s, i, OPTIONS_MAX), ']');
        i = close == SIZE_MAX ? i : i + close + 1;
    }
    size_t eq = i;
    while (eq < s.len && eq - i < OPTIONS_MAX &&
           (mln_cc((unsigned char)s.p[eq], MLN_CC_WORD) || s.p[eq] == '\\'))
        eq++;
    if (eq < s.len && s.p[eq] == '=')
        i = eq + 1;
    i = mln_scan_skip_space(s, i);
    return i < s.len && s.p[i] == '{' ? mln_scan_skip_space(s, i + 1) : i;
}

/* "|id", "|"/bin/hostname"": a program whose output is read; "\input|reads a file|" is a row. */
static bool is_program(struct mln_sv s, size_t i)
{
    if (i + 1 >= s.len || s.p[i] != '|')
        return false;
    i += 1 + (size_t)(s.p[i + 1] == '"' || s.p[i + 1] == '\'');
    return mln_sh_command(mln_sh_word_at(s, i).name) == MLN_SH_COMMAND;
}

/* "\input{/etc/passwd}", "\input|id": a command at i that reads a file, or what a program prints.
 */
static bool reads(struct mln_sv s, size_t i)
{
    static const char *const commands[] = {
        "input",           "include", "verbatiminput", "lstinputlisting",
        "inputminted",     "openin",  "openout",       "subfile",
        "VerbatimInput",   "import",  "pdffiledump",   "endcsname",
        "includegraphics", "@@input", "includeonly",   "pdfximage"};

    for (size_t k = 0; k < MLN_ARRAY_LEN(commands); k++) {
        struct mln_sv name = mln_sv_str(commands[k]);
        if (!mln_scan_at(s, i, name))
            continue;
        size_t at = argument(s, i + name.len);
        return is_system_file(s, at) || is_program(s, at);
    }
    return false;
}

/* "\write18{id}"; "\write18{}", "\write18{...}" and "\write18{cmd}" tell of it. */
static bool runs(struct mln_sv s, size_t i)
{
    static const char *const blanks[] = {"}", "...}", "<", "cmd}", "command}"};
    size_t open = mln_scan_skip_space(s, i + strlen("write18"));

    if (!mln_scan_at(s, i, MLN_SV("write18")) || !mln_scan_at(s, open, MLN_SV("{")))
        return false;
    for (size_t k = 0; k < MLN_ARRAY_LEN(blanks); k++)
        if (mln_scan_at(s, open + 1, mln_sv_str(blanks[k])))
            return false;
    return true;
}

/* "C:\sdk\include/sys/types.h": the backslash at i is one of a path with a drive in front. */
static bool is_in_path(struct mln_sv s, size_t i)
{
    enum { PATH_MAX_BYTES = 200 };
    size_t start = i;

    while (
        start && i - start < PATH_MAX_BYTES &&
        (mln_cc((unsigned char)s.p[start - 1], MLN_CC_WORD) || memchr("\\:.-/", s.p[start - 1], 5)))
        start--;
    return i > start + 1 && mln_cc((unsigned char)s.p[start], MLN_CC_ALPHA) &&
           s.p[start + 1] == ':' && (i == start + 2 || s.p[start + 2] == '\\');
}

void mln_code_tex(const struct mln_view *v, struct mln_findings *out)
{
    enum { LOOKS_MAX = 256 };
    struct mln_sv s = mln_view_sv(v);
    size_t i = mln_sv_chr(s, '\\');

    for (unsigned k = 0; k < LOOKS_MAX && i < s.len; k++) {
        if (runs(s, i + 1) || (!is_in_path(s, i) && reads(s, i + 1))) {
            mln_findings_add(out, MLN_SIG_CODE_TEX, v, i, MLN_MIN((size_t)16, s.len - i));
            return;
        }
        size_t next = mln_sv_chr(mln_sv_sub(s, i + 1, s.len), '\\');
        i = next == SIZE_MAX ? s.len : i + 1 + next;
    }
}
