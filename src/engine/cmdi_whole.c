/* The value as a whole is a command line, or is found by a phrase that only command lines have. */
#include "engine/cmdi_priv.h"
#include "engine/sh_commands.h"
#include "engine/sh_forms.h"

/* "/etc/pas[s]wd": a path of the system with a wildcard in it, and nothing else but an argument. */
static bool is_system_glob(struct mln_sv s, const struct mln_sh_word *w)
{
    static const char *const roots[] = {"/etc/", "/bin/", "/usr/", "/proc/", "/var/", "/root/"};
    struct mln_sv path = mln_sv_sub(s, w->start, w->end - w->start);

    bool argues = w->end + 1 < s.len && s.p[w->end] == ' ' && memchr("/-", s.p[w->end + 1], 2);
    if (!w->glob || !(w->end == s.len || (argues && mln_sv_chr(path, '*') == SIZE_MAX)))
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(roots); i++)
        if (mln_sv_starts_str(path, roots[i]))
            return true;
    return false;
}

/* "ls -la shows nothing, though": a sentence about a command. */
static bool is_sentence(struct mln_sv s)
{
    for (size_t i = 1; i + 2 < s.len; i++)
        if ((s.p[i] == ',' || s.p[i] == '.' || s.p[i] == '?' || s.p[i] == '!') &&
            mln_cc((unsigned char)s.p[i - 1], MLN_CC_ALPHA) && s.p[i + 1] == ' ' &&
            mln_cc((unsigned char)s.p[i + 2], MLN_CC_ALPHA))
            return true;
    return false;
}

/* "cat</etc/passwd": a command reads a file of the system, and nothing follows. */
static bool reads_system_file(struct mln_sv s, const struct mln_sh_word *w)
{
    struct mln_sv rest = mln_sv_sub(s, w->end, s.len);

    return mln_sv_chr(rest, '>') == SIZE_MAX &&
           (mln_sv_starts(rest, MLN_SV("</etc/")) || mln_sv_starts(rest, MLN_SV("</proc/")) ||
            mln_sv_starts(rest, MLN_SV("</var/")));
}

/* "File > New": behind the sign stands a word with a capital, and no file. */
static bool is_menu(struct mln_sv s, size_t sign)
{
    size_t start = mln_sh_skip_blanks(s, sign + 1), end = start;

    while (end < s.len && mln_cc((unsigned char)s.p[end], MLN_CC_ALPHA))
        end++;
    return start > sign + 1 && end > start && mln_cc((unsigned char)s.p[start], MLN_CC_UPPER) &&
           (end == s.len || memchr(" ;,", s.p[end], 3));
}

static size_t skip_all(struct mln_sv s, size_t i, unsigned classes)
{
    while (i < s.len && mln_cc((unsigned char)s.p[i], classes))
        i++;
    return i;
}

/* "mail > 75 && free < 3": conditions on numbers up to the end, and no file that anybody would look
 * for. The first sign is given. */
static bool is_compared(struct mln_sv s, size_t sign)
{
    for (;;) {
        while (sign < s.len && memchr("<>=!", s.p[sign], 4))
            sign++;
        size_t start = mln_sh_skip_blanks(s, sign), end = skip_all(s, start, MLN_CC_DIGIT);
        size_t next = mln_sh_skip_blanks(s, end);
        if (start == sign || end == start)
            return false;
        if (next == s.len)
            return true;
        if (!mln_scan_at(s, next, MLN_SV("&& ")) && !mln_scan_at(s, next, MLN_SV("|| ")))
            return false;
        end = skip_all(s, next + 3, MLN_CC_WORD);
        sign = mln_sh_skip_blanks(s, end);
        if (end == next + 3 || sign == s.len || !memchr("<>=!", s.p[sign], 4))
            return false;
    }
}

/* The whole value is a command line, with or without a quote in front. */
void mln_cmdi_check_whole(struct mln_cmdi *p)
{
    size_t i = 0;

    while (i < p->s.len && p->s.p[i] && strchr("\"' \t)", p->s.p[i]))
        i++;
    bool option = mln_scan_at(p->s, i, MLN_SV("-c ")); /* of a shell: what it is to run */
    if (option)
        i = mln_scan_skip_space(p->s, i + 3);
    mln_cmdi_check_batch(p, i);
    mln_cmdi_check_forms(p, i);
    mln_cmdi_check_test(p, i);
    struct mln_sh_word w = mln_sh_command_at(p->s, i);
    enum mln_sh_kind kind = mln_sh_command(w.name);
    if (option && kind == MLN_SH_COMMAND &&
        (mln_sh_ends_here(p->s, w.end) || mln_sh_argues(p->s, &w, p->small)))
        mln_cmdi_add(p, MLN_SIG_CMDI_WHOLE, i, w.end - i);
    if (kind != MLN_SH_NONE && mln_sh_is_service(p->s, &w))
        return;
    if (kind == MLN_SH_COMMAND && w.start > i && w.end == p->s.len) /* "nohup ifconfig" */
        mln_cmdi_add(p, MLN_SIG_CMDI_WHOLE, i, w.end - i);
    if (mln_cmdi_is_parameter(p->s, w.end))
        mln_cmdi_check_assignment(p, w.start, w.end);
    if (is_system_glob(p->s, &w))
        mln_cmdi_add(p, MLN_SIG_CMDI_GLOB, i, w.end - i);
    if (kind != MLN_SH_NONE &&
        (mln_sh_writes_file(p->s, &w) || (p->small && reads_system_file(p->s, &w))))
        mln_cmdi_add(p, MLN_SIG_CMDI_WHOLE, i, w.end - i);
    if (kind == MLN_SH_NONE || !p->small || is_sentence(p->s) || w.end >= p->s.len ||
        mln_sv_ieq(w.name, MLN_SV("get")) || /* of HTTP: "GET /path" is what traces are called */
        !mln_cc((unsigned char)p->s.p[w.end], MLN_CC_SPACE) ||
        !(mln_sh_has_arguments(p->s, w.end, true) ||
          (kind == MLN_SH_COMMAND && mln_sh_argues(p->s, &w, true))))
        return;
    size_t a = mln_sh_skip_blanks(p->s, w.end);
    if (a >= p->s.len)
        return;
    char c = p->s.p[a];
    if (kind == MLN_SH_ENGLISH && c == '>' && (is_menu(p->s, a) || is_compared(p->s, a)))
        return;
    bool drive = a + 2 < p->s.len && p->s.p[a + 1] == ':' && p->s.p[a + 2] == '\\';
    if ((kind == MLN_SH_COMMAND && c != '|') || c == '/' || c == '-' || c == '>' || drive)
        mln_cmdi_add(p, MLN_SIG_CMDI_WHOLE, i, w.end - i);
}

void mln_cmdi_check_phrases(struct mln_cmdi *p)
{
    static const struct {
        const char *text;
        uint16_t signal;
    } phrases[] = {
        {"/dev/tcp/", MLN_SIG_CMDI_NETWORK},
        {"/dev/udp/", MLN_SIG_CMDI_NETWORK},
        {"nc -e ", MLN_SIG_CMDI_NETWORK},
        {" exec:/bin", MLN_SIG_CMDI_NETWORK},
        {" exec:'", MLN_SIG_CMDI_NETWORK},
        {" exec:\"", MLN_SIG_CMDI_NETWORK},
        {"bash -i", MLN_SIG_CMDI_NETWORK},
        {"${ifs", MLN_SIG_CMDI_HIDDEN_SPACE},
        {"$ifs", MLN_SIG_CMDI_HIDDEN_SPACE},
        {"/bin/sh", MLN_SIG_CMDI_SHELL_PATH},
        {"/bin/bash", MLN_SIG_CMDI_SHELL_PATH},
        {"/bin/cat", MLN_SIG_CMDI_SHELL_PATH},
        {"/bin/ls", MLN_SIG_CMDI_SHELL_PATH},
        {"/usr/bin/id", MLN_SIG_CMDI_SHELL_PATH},
        {"cmd.exe", MLN_SIG_CMDI_SHELL_PATH},
        {"-oproxycommand", MLN_SIG_CMDI_OPTION},
        {"-o proxycommand", MLN_SIG_CMDI_OPTION},
        {"ext::sh -c", MLN_SIG_CMDI_OPTION},
        {"--checkpoint-action=", MLN_SIG_CMDI_OPTION},
        {" -oqueuedirectory=", MLN_SIG_CMDI_OPTION}, /* of sendmail */
        {"--use-askpass=", MLN_SIG_CMDI_OPTION},
        {"--upload-pack=", MLN_SIG_CMDI_OPTION},
        {"--to-command=", MLN_SIG_CMDI_OPTION},
        {"cmd /c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd.exe /c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd.exe?/c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd.exe+/c", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"%comspec% /", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"cmd /k", MLN_SIG_CMDI_WINDOWS_SHELL},
        {"powershell -", MLN_SIG_CMDI_POWERSHELL},
        {"powershell.exe -", MLN_SIG_CMDI_POWERSHELL},
        {"downloadstring(", MLN_SIG_CMDI_POWERSHELL},
        {"invoke-expression", MLN_SIG_CMDI_POWERSHELL},
        {"invoke-webrequest", MLN_SIG_CMDI_POWERSHELL},
        {"iex(", MLN_SIG_CMDI_POWERSHELL},
        {"%comspec%", MLN_SIG_CMDI_WINDOWS_VARIABLE},
        {"%systemroot%", MLN_SIG_CMDI_WINDOWS_VARIABLE},
        {"%windir%", MLN_SIG_CMDI_WINDOWS_VARIABLE},
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(phrases); i++) {
        size_t at = mln_view_find_str(p->v, phrases[i].text);
        if (at == SIZE_MAX)
            continue;
        bool shebang = at >= 2 && p->s.p[at - 2] == '#' && p->s.p[at - 1] == '!';
        size_t end = at + strlen(phrases[i].text); /* "/bin/sh: 1: x: not found" is an answer */
        if (!shebang && !mln_scan_at(p->s, end, MLN_SV(": ")))
            mln_cmdi_add(p, (enum mln_signal)phrases[i].signal, at, strlen(phrases[i].text));
    }
}

/* "--exec=x" and nothing in front: the value was to be the name of a file, and tar, git, ssh or
 * wget takes it for an option. Documents list the options of programs that they start. */
static void check_leading_option(struct mln_cmdi *p)
{
    static const char *const options[] = {
        "--use-compress-program=", "--exec=",        "--checkpoint=", "--receive-pack=",
        "--open-files-in-pager=",  "--info-script=", "--post-file=",  "--rsh="};

    if (p->loc == MLN_LOC_JSON || p->loc == MLN_LOC_XML || !p->small)
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(options); i++)
        if (mln_sv_starts_str(p->s, options[i]) && p->s.len > strlen(options[i]))
            mln_cmdi_add(p, MLN_SIG_CMDI_OPTION, 0, strlen(options[i]));
}

/* "a@b.c -X/var/www/x.php": sendmail logs the message, with the code in it, to a script
 * (CVE-2016-10033). */
static void check_sendmail(struct mln_cmdi *p)
{
    static const char *const scripts[] = {".php", ".phtml", ".jsp", ".asp", ".aspx", ".cgi", ".pl"};
    size_t start = mln_view_find(p->v, MLN_SV(" -x/")), end = start + 4;

    if (start == SIZE_MAX)
        return;
    while (end < p->s.len && !memchr(" \t\"'", p->s.p[end], 4))
        end++;
    for (size_t i = 0; i < MLN_ARRAY_LEN(scripts); i++)
        if (mln_sv_ends(mln_sv_sub(p->s, start, end - start), mln_sv_str(scripts[i])))
            mln_cmdi_add(p, MLN_SIG_CMDI_OPTION, start + 1, end - start - 1);
}

void mln_cmdi_check_options(struct mln_cmdi *p)
{
    if (mln_sv_starts(p->s, MLN_SV("--")))
        check_leading_option(p);
    check_sendmail(p);
}

/* "DDE("cmd";"/c calc";…)": the older spelling of the same. */
static bool is_exchange_call(struct mln_sv s)
{
    size_t start = 0, end;

    while (start < s.len && memchr("=+-@", s.p[start], 4))
        start++;
    if (!mln_scan_at(s, start, MLN_SV("dde(\"")))
        return false;
    for (end = start += 5; end < s.len && s.p[end] != '"'; end++)
        ;
    return mln_sh_command(mln_sv_sub(s, start, end - start)) != MLN_SH_NONE;
}

/* =cmd|'/c calc'!A1: a cell that asks another program for its content. */
void mln_cmdi_check_formula(struct mln_cmdi *p)
{
    size_t at = p->s.len > 8 && memchr("=+-@", p->s.p[0], 4) && (p->v->classes & MLN_BC_BANG)
                    ? mln_sv_find(p->s, MLN_SV("|'"))
                    : SIZE_MAX;

    if (at != SIZE_MAX && mln_sv_find(mln_sv_sub(p->s, at, 256), MLN_SV("'!")) != SIZE_MAX)
        mln_cmdi_add(p, MLN_SIG_CMDI_FORMULA, 0, at + 2);
    if (is_exchange_call(p->s))
        mln_cmdi_add(p, MLN_SIG_CMDI_FORMULA, 0, 5);
}

/* x="&rm y: the '&' of the attack split the query, the command became a name. */
void mln_cmdi_check_name(struct mln_cmdi *p)
{
    size_t start = mln_sh_skip_blanks(p->s, 0);
    struct mln_sh_word w = mln_sh_command_at(p->s, start);
    enum mln_sh_kind kind = mln_sh_command(w.name);
    bool cut = p->s.len && p->s.p[p->s.len - 1] == '#' && mln_sh_skip_blanks(p->s, w.end) > w.end;

    if (kind == MLN_SH_NONE || w.start == w.end)
        return;
    if (mln_sh_argues(p->s, &w, p->small) || (cut && kind == MLN_SH_COMMAND))
        mln_cmdi_add(p, MLN_SIG_CMDI_COMMAND, 0, w.end);
    else if (start && kind == MLN_SH_COMMAND && w.end == p->s.len)
        mln_cmdi_add(p, MLN_SIG_CMDI_COMMAND_BARE, 0,
                     w.end); /* "x & id&": what nobody calls a field */
}
