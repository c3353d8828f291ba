#include "engine/file_kinds.h"

static const struct {
    const char *name;
    enum mln_file_family family;
} kinds[] = {
#define X(sym, name, family, extensions, types) {name, MLN_FAMILY_##family},
#include "engine/file_kinds.def"
#undef X
};

static const char *const families[] = {
#define X(sym, name, first, last) name,
    MLN_FILE_FAMILIES(X)
#undef X
};

const char *mln_file_kind_name(enum mln_file_kind k)
{
    return kinds[k].name;
}

const char *mln_file_family_name(enum mln_file_family f)
{
    return families[f];
}

enum mln_file_family mln_file_family_of(enum mln_file_kind k)
{
    return kinds[k].family;
}

mln_kinds mln_file_relatives(mln_kinds set)
{
    mln_kinds all = 0;

    for (unsigned f = 0; f < MLN_FAMILY_MAX; f++) {
        mln_kinds family = mln_file_family((enum mln_file_family)f);
        if (family & set)
            all |= family;
    }
    return all;
}

/* A line for each kind: words in lower case, a space on both sides of each. */
static const char extensions[] =
#define X(sym, name, family, extensions, types) " " extensions " \n"
#include "engine/file_kinds.def"
#undef X
    ;
static const char types[] =
#define X(sym, name, family, extensions, types) " " types " \n"
#include "engine/file_kinds.def"
#undef X
    ;

enum { WORD_MAX = 80 }; /* the longest type has 73 bytes */

/* The kinds whose lines in `list` have the word. */
static mln_kinds kinds_with(const char *list, struct mln_sv word)
{
    char sought[WORD_MAX + 3] = " ";
    unsigned line = 0;
    mln_kinds set = 0;

    if (!word.len || word.len > WORD_MAX)
        return 0;
    for (size_t i = 0; i < word.len; i++) {
        if ((unsigned char)word.p[i] <= ' ')
            return 0;
        sought[i + 1] = mln_lower(word.p[i]);
    }
    sought[word.len + 1] = ' ';
    for (const char *at = list; (at = strstr(at, sought)); at++) {
        for (; list < at; list++)
            line += *list == '\n';
        set |= (mln_kinds)1 << line;
    }
    return set;
}

mln_kinds mln_file_by_extension(struct mln_sv ext)
{
    return kinds_with(extensions, ext);
}

mln_kinds mln_file_by_type(struct mln_sv type)
{
    return kinds_with(types, type);
}

mln_kinds mln_file_word(struct mln_sv word)
{
    for (unsigned i = 0; i < MLN_FILE_MAX; i++)
        if (mln_sv_eq_str(word, kinds[i].name))
            return (mln_kinds)1 << i;
    for (unsigned f = 0; f < MLN_FAMILY_MAX; f++)
        if (mln_sv_eq_str(word, families[f]))
            return mln_file_family((enum mln_file_family)f);
    return mln_file_by_extension(word);
}

/* ---- first bytes ---- */

#define K(sym) MLN_KIND(sym)
#define IN_ZIP                                                                                     \
    (K(ZIP) | K(DOCX) | K(XLSX) | K(PPTX) | K(ODT) | K(ODS) | K(ODP) | K(EPUB) | K(JAR) | K(APK))
#define IN_OLE (K(DOC) | K(XLS) | K(PPT) | K(MSG))

static const struct {
    uint32_t at;
    struct mln_sv bytes;
    mln_kinds set;
} magics[] = {
    {0, {"%PDF-", 5}, K(PDF)},
    {0, {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8}, IN_OLE},
    {0, {"{\\rtf", 5}, K(RTF) | K(DOC)},
    {0, {"\xff\xd8\xff", 3}, K(JPEG)},
    {0, {"\x89PNG\r\n\x1a\n", 8}, K(PNG)},
    {0, {"GIF87a", 6}, K(GIF)},
    {0, {"GIF89a", 6}, K(GIF)},
    {0, {"II*\0", 4}, K(TIFF)},
    {0, {"MM\0*", 4}, K(TIFF)},
    {0, {"II+\0", 4}, K(TIFF)},
    {0, {"\0\0\x01\0", 4}, K(ICO)},
    {0, {"\0\0\x02\0", 4}, K(ICO)},
    {0, {"8BPS\0", 5}, K(PSD)},
    {0, {"\xff\x0a", 2}, K(JXL)},
    {0, {"\0\0\0\x0cJXL \r\n\x87\n", 12}, K(JXL)},
    {0, {"\x1a\x45\xdf\xa3", 4}, K(WEBM)},
    {0, {"\0\0\x01\xba", 4}, K(MPEG)},
    {0, {"\0\0\x01\xb3", 4}, K(MPEG)},
    {0, {"\x30\x26\xb2\x75\x8e\x66\xcf\x11", 8}, K(WMV)},
    {0, {"FLV\x01", 4}, K(FLV)},
    {0, {"ID3", 3}, K(MP3) | K(AAC) | K(FLAC)},
    {0, {"OggS\0", 5}, K(OGG)},
    {0, {"fLaC", 4}, K(FLAC)},
    {0, {"ADIF", 4}, K(AAC)},
    {0, {"PK\x03\x04", 4}, IN_ZIP},
    {0, {"PK\x05\x06", 4}, IN_ZIP},
    {0, {"PK\x07\x08", 4}, IN_ZIP},
    {0, {"\x1f\x8b\x08", 3}, K(GZIP)},
    {0, {"Rar!\x1a\x07", 6}, K(RAR)},
    {0, {"7z\xbc\xaf\x27\x1c", 6}, K(SEVENZIP)},
    {257, {"ustar", 5}, K(TAR)},
    {0,
     {"\xfd"
      "7zXZ\0",
      6},
     K(XZ)},
    {0, {"\x28\xb5\x2f\xfd", 4}, K(ZSTD)},
    {0, {"\0\x01\0\0\0", 5}, K(FONT)},
    {0, {"OTTO\0", 5}, K(FONT)},
    {0, {"ttcf\0", 5}, K(FONT)},
    {0, {"wOFF", 4}, K(FONT)},
    {0, {"wOF2", 4}, K(FONT)},
    {0,
     {"\x7f"
      "ELF",
      4},
     K(PROGRAM)},
    {0, {"\xca\xfe\xba\xbe\0\0\0", 7}, K(PROGRAM)}, /* Java class, or Mach-O for several machines */
    {0, {"\xfe\xed\xfa\xce", 4}, K(PROGRAM)},
    {0, {"\xfe\xed\xfa\xcf", 4}, K(PROGRAM)},
    {0, {"\xce\xfa\xed\xfe", 4}, K(PROGRAM)},
    {0, {"\xcf\xfa\xed\xfe", 4}, K(PROGRAM)},
    {0, {"dex\n03", 6}, K(PROGRAM)},
    {0, {"L\0\0\0\x01\x14\x02\0", 8}, K(PROGRAM)}, /* a shortcut of Windows */
};

static uint32_t le32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

static uint32_t be32(const char *p)
{
    return __builtin_bswap32(le32(p));
}

/* "MZ" are two letters; where they point there is "PE" (or "NE", "LE", "LX"). */
static mln_kinds windows_program(struct mln_sv h)
{
    if (h.len < 64 || !mln_sv_starts(h, MLN_SV("MZ")))
        return 0;
    uint32_t at = le32(h.p + 60);
    struct mln_sv mark = mln_sv_sub(h, at, 4);
    bool far = at >= h.len && at < 1 << 20 && mln_sv_find(h, MLN_SV("DOS mode")) != SIZE_MAX;
    return far || mln_sv_eq(mark, MLN_SV("PE\0\0")) ? K(PROGRAM) : 0;
}

static mln_kinds bitmap(struct mln_sv h)
{
    if (h.len < 26 || !mln_sv_starts(h, MLN_SV("BM")) || le32(h.p + 6))
        return 0;
    uint32_t dib = le32(h.p + 14);
    return dib == 12 || (dib >= 16 && dib <= 124) ? K(BMP) : 0;
}

static mln_kinds riff(struct mln_sv h)
{
    struct mln_sv form = mln_sv_sub(h, 8, 4);

    if (!mln_sv_starts(h, MLN_SV("RIFF")) && !mln_sv_starts(h, MLN_SV("RF64")))
        return 0;
    return mln_sv_eq(form, MLN_SV("WEBP"))   ? K(WEBP)
           : mln_sv_eq(form, MLN_SV("WAVE")) ? K(WAV)
           : mln_sv_eq(form, MLN_SV("AVI ")) ? K(AVI)
                                             : 0;
}

/* ISO 14496-12: a box "ftyp" with a brand; old QuickTime begins with other boxes. */
static mln_kinds boxes(struct mln_sv h)
{
    struct mln_sv type = mln_sv_sub(h, 4, 4), brand = mln_sv_sub(h, 8, 4);

    if (h.len < 12)
        return 0;
    if (mln_sv_eq(type, MLN_SV("moov")) || mln_sv_eq(type, MLN_SV("mdat")) ||
        mln_sv_eq(type, MLN_SV("wide")) || mln_sv_eq(type, MLN_SV("free")))
        return K(MOV) | K(MP4);
    if (!mln_sv_eq(type, MLN_SV("ftyp")) || be32(h.p) < 8)
        return 0;
    if (mln_sv_eq(brand, MLN_SV("avif")) || mln_sv_eq(brand, MLN_SV("avis")))
        return K(AVIF);
    if (mln_sv_starts(brand, MLN_SV("he")) || mln_sv_eq(brand, MLN_SV("mif1")) ||
        mln_sv_eq(brand, MLN_SV("msf1")))
        return K(HEIC) | K(AVIF);
    return K(MP4) | K(MOV) | K(M4A);
}

/* Frames of MPEG audio begin with eleven bits; here with all that the standard fixes. */
static mln_kinds audio_frame(struct mln_sv h)
{
    if (h.len < 4 || (unsigned char)h.p[0] != 0xff)
        return 0;
    unsigned b = (unsigned char)h.p[1], c = (unsigned char)h.p[2];
    if ((b & 0xf6) == 0xf0)
        return (c >> 2 & 15) < 13 ? K(AAC) : 0;
    bool frame = (b & 0xe0) == 0xe0 && (b >> 3 & 3) != 1 && (b >> 1 & 3) != 0;
    return frame && c >> 4 != 15 && c >> 4 != 0 && (c >> 2 & 3) != 3 ? K(MP3) : 0;
}

static mln_kinds bzip2(struct mln_sv h)
{
    return h.len >= 10 && mln_sv_starts(h, MLN_SV("BZh")) && h.p[3] >= '1' && h.p[3] <= '9' &&
                   (mln_sv_eq(mln_sv_sub(h, 4, 6), MLN_SV("1AY&SY")) ||
                    mln_sv_eq(mln_sv_sub(h, 4, 6), MLN_SV("\x17rE8P\x90")))
               ? K(BZIP2)
               : 0;
}

/* ---- text ---- */

static bool is_text(struct mln_sv h)
{
    if (mln_sv_starts(h, MLN_SV("\xff\xfe")) || mln_sv_starts(h, MLN_SV("\xfe\xff")))
        return true; /* of UTF-16 */
    for (size_t i = 0; i < h.len; i++) {
        unsigned char c = (unsigned char)h.p[i];
        if ((c < 0x20 && !mln_cc(c, MLN_CC_SPACE) && c != 0x1b && c != '\n' && c != '\f') ||
            c == 0x7f)
            return false;
    }
    return h.len > 0;
}

static struct mln_sv skip_space(struct mln_sv s)
{
    if (mln_sv_starts(s, MLN_SV("\xef\xbb\xbf")))
        s = mln_sv_sub(s, 3, s.len);
    while (s.len && mln_cc((unsigned char)s.p[0], MLN_CC_SPACE))
        s = mln_sv_sub(s, 1, s.len);
    return s;
}

static bool starts_page(struct mln_sv s)
{
    static const char *const starts[] = {"<!doctype html", "<html",   "<head", "<body",
                                         "<script",        "<iframe", "<title"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(starts); i++)
        if (mln_sv_istarts_str(s, starts[i]))
            return true;
    return false;
}

static bool starts_script(struct mln_sv s)
{
    return mln_sv_istarts(s, MLN_SV("<?php")) || mln_sv_starts(s, MLN_SV("<?=")) ||
           mln_sv_starts(s, MLN_SV("<%")) || mln_sv_starts(s, MLN_SV("#!/")) ||
           mln_sv_starts(s, MLN_SV("#! /"));
}

static mln_kinds text_kinds(struct mln_sv h)
{
    struct mln_sv s = skip_space(h);
    mln_kinds set = K(TEXT);

    if (starts_page(s))
        set |= K(HTML);
    if (starts_script(s))
        set |= K(SCRIPT);
    if (mln_sv_istarts(s, MLN_SV("<svg")) ||
        (mln_sv_starts(s, MLN_SV("<")) && mln_sv_ifind(s, MLN_SV("<svg")) != SIZE_MAX &&
         !starts_page(s)))
        set |= K(SVG);
    if (mln_sv_starts(s, MLN_SV("<?xml")))
        set |= K(XML);
    return set;
}

mln_kinds mln_file_by_content(struct mln_sv head)
{
    mln_kinds set = 0;

    head = mln_sv_sub(head, 0, MLN_FILE_HEAD);
    for (size_t i = 0; i < MLN_ARRAY_LEN(magics); i++)
        if (mln_sv_starts(mln_sv_sub(head, magics[i].at, head.len), magics[i].bytes))
            set |= magics[i].set;
    set |= windows_program(head) | bitmap(head) | riff(head) | boxes(head) | bzip2(head);
    if (!set)
        set = audio_frame(head);
    if (!set && is_text(head))
        set = text_kinds(head);
    /* other bytes may stand before a PDF's header (ISO 32000-1, annex H.3.4.1) */
    if ((!set || set == K(TEXT)) && mln_sv_find(head, MLN_SV("%PDF-")) != SIZE_MAX)
        set |= K(PDF);
    return set;
}
