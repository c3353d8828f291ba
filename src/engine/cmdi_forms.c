/* What shows a command line by its shape, whatever the command is called. */
#include "engine/cmdi_priv.h"
#include "engine/sh_batch.h"
#include "engine/sh_forms.h"
#include "engine/sh_hollow.h"

void mln_cmdi_check_batch(struct mln_cmdi *p, size_t i)
{
    struct mln_sv rest = mln_sv_sub(p->s, i, p->s.len);

    if (rest.len < 8 || !memchr("cCfFiIsS", rest.p[0], 8))
        return;
    bool behind = i && p->small; /* at the start of a value, "start cmd" is a search */
    if (mln_sh_batch_for(rest) || mln_sh_batch_if(rest) || (behind && mln_sh_batch_call(rest)))
        mln_cmdi_add(p, MLN_SIG_CMDI_BATCH, i, MLN_MIN(rest.len, (size_t)40));
}

/* "[ 3 -ne ... ]": the test command. */
void mln_cmdi_check_test(struct mln_cmdi *p, size_t i)
{
    static const char *const operators[] = {" -eq ", " -ne ", " -gt ", " -lt ", " -ge ", " -le "};
    struct mln_sv rest = mln_sv_sub(p->s, i, 48);

    if (!mln_sv_starts(rest, MLN_SV("[ ")) && !mln_sv_starts(rest, MLN_SV("[[ ")))
        return;
    for (size_t k = 0; k < MLN_ARRAY_LEN(operators); k++)
        if (mln_sv_find(rest, mln_sv_str(operators[k])) != SIZE_MAX)
            mln_cmdi_add(p, MLN_SIG_CMDI_TEST, i, rest.len);
}

/* "-c", "-xc", "-ce" at i: options of a shell, one of which is that a command line follows, and no
 * other that it only be read. What stands behind them, or 0. */
static size_t option_with_line(struct mln_sv s, size_t i)
{
    size_t end = i + 1;
    bool line = false, reads = false, asks = false; /* who asks at a prompt runs what it reads */

    if (i >= s.len || s.p[i] != '-')
        return 0;
    for (; end < s.len && mln_cc((unsigned char)s.p[end], MLN_CC_ALPHA); end++) {
        line = line || s.p[end] == 'c';
        reads = reads || s.p[end] == 'n';
        asks = asks || s.p[end] == 'i';
    }
    size_t next = mln_scan_skip_space(s, end);
    return line && (!reads || asks || (next < s.len && s.p[next] == '+')) ? end : 0;
}

/* "$SHELL -c id", "$0 -c id": the shell that reads this is told to run another line. */
static void check_own_shell(struct mln_cmdi *p, size_t i)
{
    static const char *const names[] = {"$shell", "${shell}", "$bash", "${bash}", "$0", "${0}"};

    for (size_t k = 0; k < MLN_ARRAY_LEN(names); k++) {
        size_t end = i + strlen(names[k]);
        if (mln_scan_at_str(p->s, i, names[k]) &&
            option_with_line(p->s, mln_scan_skip_space(p->s, end)))
            mln_cmdi_add(p, MLN_SIG_CMDI_VARIABLE, i, end - i);
    }
}

/* What is told by its shape, whatever it is called. */
void mln_cmdi_check_forms(struct mln_cmdi *p, size_t i)
{
    size_t end;

    if (i < p->s.len && p->s.p[i] == '$')
        check_own_shell(p, i);
    if ((p->v->classes & MLN_BC_BRACE) && (end = mln_sh_spelled(p->s, i)))
        mln_cmdi_add(p, MLN_SIG_CMDI_BRACES, i, end - i);
    if ((p->v->classes & MLN_BC_BRACE) && (end = mln_sh_function(p->s, i)))
        mln_cmdi_add(p, MLN_SIG_CMDI_FUNCTION, i, end - i);
    if (p->small && (end = mln_sh_alias(p->s, i)))
        mln_cmdi_add(p, MLN_SIG_CMDI_ALIAS, i, end - i);
    if (p->small &&
        (p->v->classes &
         (MLN_BC_DOLLAR | MLN_BC_LT | MLN_BC_GT | MLN_BC_BTICK | MLN_BC_SQUOTE | MLN_BC_DQUOTE)) &&
        (end = mln_sh_hollow_command(p->s, i)))
        mln_cmdi_add(p, MLN_SIG_CMDI_WHOLE, i, end - i);
}
