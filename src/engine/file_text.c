#include "engine/file_text.h"

/* RFC 2397, as browsers read it: any case, parameters in between. */
static enum mln_file_text read_url(struct mln_sv lead, size_t *ret_at, struct mln_sv *ret_type)
{
    static const struct mln_sv coded = {";base64", 7};
    size_t comma = mln_sv_chr(lead, ',');

    if (comma == SIZE_MAX)
        return lead.len < MLN_FILE_TEXT_LEAD ? MLN_FILE_TEXT_MORE : MLN_FILE_TEXT_NO;
    struct mln_sv head = mln_sv_trim(mln_sv_sub(lead, 5, comma - 5));
    if (head.len < coded.len ||
        !mln_sv_ieq(mln_sv_sub(head, head.len - coded.len, coded.len), coded))
        return MLN_FILE_TEXT_NO;
    *ret_at = comma + 1;
    *ret_type = mln_sv_sub(head, 0, head.len - coded.len);
    return MLN_FILE_TEXT_YES;
}

/* The first bytes of files in base64, as many as all spellings of what follows have in common. */
static const char *const starts[] = {
    "iVBORw0KGgo",             /* PNG */
    "/9j/",                    /* JPEG */
    "R0lGOD",                  /* GIF */
    "UklGR",                   /* RIFF: WebP, WAV, AVI */
    "JVBERi",                  /* PDF */
    "UEsDB",                   /* ZIP and office */
    "0M8R4KGx",                /* old office */
    "UmFyIRoH",                /* RAR */
    "N3q8ryc",                 /* 7z */
    "H4sI",                    /* gzip */
    "f0VMR",                   /* ELF */
    "TVqQAA",                  /* a Windows program, as linkers begin it */
    "TVpQAA",      "yv66vgAA", /* Java class */
};

enum mln_file_text mln_file_text_read(struct mln_sv lead, size_t *ret_at, struct mln_sv *ret_type)
{
    static const struct mln_sv scheme = {"data:", 5};
    bool more = mln_sv_istarts(scheme, lead);

    if (mln_sv_istarts(lead, scheme))
        return read_url(lead, ret_at, ret_type);
    for (size_t i = 0; i < MLN_ARRAY_LEN(starts); i++) {
        if (lead.len && lead.p[0] != starts[i][0])
            continue;
        struct mln_sv s = mln_sv_str(starts[i]);
        if (mln_sv_starts(lead, s)) {
            *ret_at = 0;
            *ret_type = MLN_SV_NULL;
            return MLN_FILE_TEXT_YES;
        }
        more = more || mln_sv_starts(s, lead);
    }
    return more ? MLN_FILE_TEXT_MORE : MLN_FILE_TEXT_NO;
}
