/* Pixels, sound, archives: content that is no text. A file of 64 KiB of it holds hundreds of bytes
 * that look like the start of something, and what a server or a parser would act on stands out: a
 * tag with text behind it, a longer piece of text, or the first bytes of a serialized object. */
#include "base/block.h"
#include "engine/txn_priv.h"

enum {
    TEXT_BLOCKS = 3,          /* so many in a row: text */
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

/* One block: bit i of *ret_tags when its byte i is '<'. True when all of it is text. */
static bool read_block(const char *p, unsigned *ret_tags)
{
    mln_block b = mln_block_load(p);

    *ret_tags = mln_block_eq(b, '<');
    return mln_block_in(b, 9, 0x7f) == MLN_BLOCK_ALL;
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

bool mln_is_noise(struct mln_sv s)
{
    unsigned in_a_row = 0, tags;
    size_t i = 0;

    if (s.len < NOISE_MIN || starts_object(s) || !has_control(s))
        return false;
    for (; i + MLN_BLOCK <= s.len; i += MLN_BLOCK) {
        in_a_row = read_block(s.p + i, &tags) ? in_a_row + 1 : 0;
        if (in_a_row == TEXT_BLOCKS)
            return false;
        for (; tags; tags &= tags - 1)
            if (opens(s, i + (unsigned)__builtin_ctz(tags)))
                return false;
    }
    for (; i < s.len; i++)
        if (s.p[i] == '<' && opens(s, i))
            return false;
    return true;
}
