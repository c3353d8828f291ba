/* Pixels, sound, archives: content that is no text. A file of 64 KiB of it holds hundreds of bytes
 * that look like the start of something, and what a server or a parser would act on stands out: a
 * tag with text behind it, a longer piece of text, or the first bytes of a serialized object. */
#include "base/block.h"
#include "engine/txn_priv.h"

enum {
    GROUP = 3 * MLN_BLOCK,    /* so many blocks in a row: text */
    BEHIND_TAG = 6,           /* bytes of text behind "<?", "<%", "<!" */
    BEHIND_LETTER = 12,       /* and behind "<a" */
    NOISE_MIN = 4 * MLN_BLOCK /* what is shorter is looked at */
};

/* White space and up, ASCII: the control bytes that are let in make no difference, and it is one
 * comparison of signed bytes. */
static bool is_text(char c)
{
    return (signed char)c > 8;
}

static bool text_at(struct mln_sv s, size_t i, size_t n)
{
    if (i + n > s.len)
        return false;
    for (size_t k = i; k < i + n; k++)
        if (!is_text(s.p[k]))
            return false;
    return true;
}

/* '<' at i. */
static bool opens(struct mln_sv s, size_t i)
{
    char next = i + 1 < s.len ? s.p[i + 1] : 0;

    if (next == '?' || next == '%' || next == '!')
        return text_at(s, i + 2, BEHIND_TAG);
    return mln_cc((unsigned char)next, MLN_CC_ALPHA) && text_at(s, i + 2, BEHIND_LETTER);
}

/* The block at i is there and all of it is text. */
static bool is_text_block(struct mln_sv s, size_t i)
{
    return i + MLN_BLOCK <= s.len &&
           mln_block_in(mln_block_load(s.p + i), 9, 0x7f) == MLN_BLOCK_ALL;
}

/* The last block of a group is text: whether it is one of so many in a row. */
static bool is_long_text(struct mln_sv s, size_t group)
{
    size_t last = group + GROUP - MLN_BLOCK;
    bool before = is_text_block(s, last - MLN_BLOCK), after = is_text_block(s, last + MLN_BLOCK);

    return (before && (after || is_text_block(s, group))) ||
           (after && is_text_block(s, last + 2 * MLN_BLOCK));
}

/* Streams of serialized objects: Java, pickle, Ruby, .NET. */
static bool starts_object(struct mln_sv s)
{
    static const struct mln_sv magics[] = {
        {"\xac\xed\x00\x05", 4}, {"\x04\x08", 2}, {"\x00\x01\x00\x00\x00\xff\xff\xff\xff", 9}};

    for (size_t i = 0; i < MLN_ARRAY_LEN(magics); i++)
        if (mln_sv_starts(s, magics[i]))
            return true;
    return s.len > 1 && (unsigned char)s.p[0] == 0x80 && (unsigned char)s.p[1] <= 5;
}

/* Text in any alphabet has no control bytes; in pixels the first is never far. */
static bool has_control(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
            return true;
    }
    return false;
}

/* So many blocks in a row have the last of a group. In pixels eight bytes of it tell that it is no
 * text. */
static bool has_long_text(struct mln_sv s)
{
    const uint64_t high = UINT64_C(0x8080808080808080);

    for (size_t i = 0; i + GROUP <= s.len; i += GROUP) {
        size_t last = i + GROUP - MLN_BLOCK;
        if (!(mln_block_load64(s.p + last) & high) && is_text_block(s, last) && is_long_text(s, i))
            return true;
    }
    return false;
}

static bool has_tag(struct mln_sv s, struct mln_sieve *sieve)
{
    for (size_t i = 0; (i = mln_sieve_next(sieve, s, i)) < s.len; i++)
        if (s.p[i] == '<' && opens(s, i))
            return true;
    return false;
}

static bool has_tag_alone(struct mln_sv s)
{
    struct mln_sieve sieve;

    mln_sieve_begin(&sieve);
    mln_marks_sieve(&sieve);
    return has_tag(s, &sieve);
}

bool mln_is_noise(struct mln_sv s, struct mln_sieve *sieve)
{
    return s.len >= NOISE_MIN && !starts_object(s) && !has_long_text(s) && has_control(s) &&
           !(sieve ? has_tag(s, sieve) : has_tag_alone(s));
}
