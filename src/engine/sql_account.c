#include "engine/sql_account.h"

#include "engine/scan.h"

/* "quest'#estate", "rockin' #weekend": words without a sign, one of which is a tag as people put
 * on what they write; no name that applications have accounts of. */
static bool is_tagged(struct mln_sv word, struct mln_sv comment)
{
    static const char *const accounts[] = {"admin", "administrator", "root", "user",
                                           "test",  "guest",         "demo", "system"};
    enum { TAG_MIN = 2 };
    size_t end = 1;

    for (size_t i = 0; i < word.len; i++)
        if (!mln_cc((unsigned char)word.p[i], MLN_CC_ALPHA))
            return false;
    while (end < comment.len && ((unsigned char)comment.p[end] >= 0x80 ||
                                 mln_cc((unsigned char)comment.p[end], MLN_CC_WORD)))
        end++;
    bool number = comment.len > 1 && mln_cc((unsigned char)comment.p[1], MLN_CC_DIGIT);
    return (end > TAG_MIN || number) && !mln_scan_iamong(word, accounts, MLN_ARRAY_LEN(accounts));
}

bool mln_sql_ends_name(struct mln_sv before, struct mln_sv comment)
{
    static const char *const elisions[] = {"qu",   "jusqu", "lorsqu", "puisqu", "un",   "all",
                                           "dell", "nell",  "sull",   "dall",   "quell"};
    struct mln_sv word = mln_sv_sub(before, 0, before.len - 1);
    bool letters = false, touches = comment.p == before.p + before.len;

    for (size_t i = 0; i < word.len; i++) {
        unsigned char c = (unsigned char)word.p[i];
        if (!mln_cc(c, MLN_CC_WORD) && !memchr(".@+-", c, 4))
            return false;
        letters = letters || mln_cc(c, MLN_CC_ALPHA);
    }
    return letters && word.len > 1 && (touches || !memchr("sSxXzZ", word.p[word.len - 1], 6)) &&
           !mln_scan_iamong(word, elisions, MLN_ARRAY_LEN(elisions)) && !is_tagged(word, comment);
}
