/* Pictures and films that are scripts to the programs that convert them: what these are told to run
 * or to read. */
#include "engine/file_coders.h"

static bool has_any(struct mln_sv s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mln_sv_ifind(s, mln_sv_str(words[i])) != SIZE_MAX)
            return true;
    return false;
}

/* Schemes of ImageMagick that delete, run or read a file (CVE-2016-3715 to 3717), at the start of a
 * string. */
static bool names_scheme(struct mln_sv s)
{
    static const char *const schemes[] = {"ephemeral:", "msl:",   "label:@", "caption:@",
                                          "pango:@",    "text:/", "text:@"};

    for (size_t i = 0; i + 1 < s.len; i++) {
        if (s.p[i] != '"' && s.p[i] != '\'')
            continue;
        for (size_t k = 0; k < MLN_ARRAY_LEN(schemes); k++)
            if (mln_sv_istarts_str(mln_sv_sub(s, i + 1, s.len), schemes[k]))
                return true;
    }
    return false;
}

/* A quote and a program within the address that a delegate is called with (CVE-2016-3714). */
static bool calls_program(struct mln_sv s, bool svg)
{
    static const char *const signs[] = {"&quot;|", "\"|", "\";", "`", "$("};

    return has_any(s, signs, svg ? 1 : MLN_ARRAY_LEN(signs));
}

static bool is_drawing(struct mln_sv s)
{
    static const char *const starts[] = {"push graphic-context", "viewbox ", "image over "};

    for (size_t i = 0; i < MLN_ARRAY_LEN(starts); i++)
        if (mln_sv_istarts_str(s, starts[i]))
            return true;
    return false;
}

/* A script of pictures that reads one file and writes another. */
static bool copies_files(struct mln_sv s)
{
    size_t read = mln_sv_ifind(s, MLN_SV("<read filename=")),
           write = mln_sv_ifind(s, MLN_SV("<write filename="));

    return read != SIZE_MAX && write != SIZE_MAX && mln_sv_ifind(s, MLN_SV("<image")) != SIZE_MAX;
}

/* A playlist of HLS whose parts are files of whoever plays it (CVE-2016-1897). */
static bool plays_files(struct mln_sv s)
{
    static const char *const parts[] = {"\nfile:", "\nconcat:", "|file:", "\nsubfile,",
                                        "\ngopher:"};

    return mln_sv_starts(s, MLN_SV("#EXTM3U")) && mln_sv_find(s, MLN_SV("#EXT-X-")) != SIZE_MAX &&
           has_any(s, parts, MLN_ARRAY_LEN(parts));
}

/* DjVu with Perl in its notes, which ExifTool ran (CVE-2021-22204). */
static bool notes_run(struct mln_sv s)
{
    static const char *const code[] = {"qx{", "qx(", "qx/", "${", "\\c", "system(", "`"};
    size_t notes =
        mln_sv_starts(s, MLN_SV("AT&TFORM")) ? mln_sv_find(s, MLN_SV("(metadata")) : SIZE_MAX;

    return notes != SIZE_MAX && has_any(mln_sv_sub(s, notes, s.len), code, MLN_ARRAY_LEN(code));
}

const char *mln_file_coders(struct mln_sv head, bool svg)
{
    while (head.len && mln_cc((unsigned char)head.p[0], MLN_CC_SPACE))
        head = mln_sv_sub(head, 1, head.len);
    if ((svg || is_drawing(head)) && (names_scheme(head) || calls_program(head, svg)))
        return "a drawing that has its reader run a program or read a file";
    if (head.len && head.p[0] == '<' && copies_files(head))
        return "a script of pictures that reads one file and writes another";
    if (plays_files(head))
        return "a playlist whose parts are files of whoever plays it";
    if (notes_run(head))
        return "a picture with code in its notes";
    return NULL;
}
