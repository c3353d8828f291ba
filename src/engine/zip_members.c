#include "engine/zip_members.h"

#include "engine/file_kinds.h"

enum { LOCAL = 30, CENTRAL = 46, METHOD_MAX = 99, VERSION_MAX = 100 };

static uint32_t le16(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    return u[0] | (uint32_t)u[1] << 8;
}

static uint32_t le32(const char *p)
{
    return le16(p) | le16(p + 2) << 16;
}

/* "/x", "\x", "C:x", or a part "..". */
static bool climbs(struct mln_sv name)
{
    if (name.p[0] == '/' || name.p[0] == '\\' ||
        (name.len > 1 && name.p[1] == ':' && mln_cc((unsigned char)name.p[0], MLN_CC_ALPHA)))
        return true;
    for (size_t i = 0; i + 1 < name.len; i++) {
        bool start = i == 0 || name.p[i - 1] == '/' || name.p[i - 1] == '\\';
        bool end = i + 2 == name.len || name.p[i + 2] == '/' || name.p[i + 2] == '\\';
        if (start && end && name.p[i] == '.' && name.p[i + 1] == '.')
            return true;
    }
    return false;
}

static struct mln_sv last_part(struct mln_sv s, char sep)
{
    size_t at = s.len;

    while (at && s.p[at - 1] != sep)
        at--;
    return mln_sv_sub(s, at, s.len);
}

static unsigned signs_of(struct mln_sv name)
{
    struct mln_sv base = last_part(name, '/');
    mln_kinds k =
        mln_sv_chr(base, '.') == SIZE_MAX ? 0 : mln_file_by_extension(last_part(base, '.'));

    return (climbs(name) ? MLN_ZIP_CLIMBS : 0) | (k & MLN_KIND(SCRIPT) ? MLN_ZIP_SCRIPT : 0) |
           (k & MLN_KIND(PROGRAM) ? MLN_ZIP_PROGRAM : 0) |
           (k & mln_file_family(MLN_FAMILY_ARCHIVE) ? MLN_ZIP_NESTED : 0) |
           (mln_sv_eq(name, MLN_SV("[Content_Types].xml")) ? MLN_ZIP_OFFICE : 0) |
           (mln_sv_ieq(base, MLN_SV("vbaProject.bin")) ? MLN_ZIP_MACRO : 0) |
           (mln_sv_starts(name, MLN_SV(".phar/")) ? MLN_ZIP_PHAR : 0);
}

/* What made the entry is in the upper half of the version, a Unix mode in that of the attributes.
 */
static bool is_link(struct mln_sv h)
{
    return (unsigned char)h.p[5] == 3 && (le32(h.p + 38) >> 16 & 0170000) == 0120000;
}

/* The name behind a header at the start of h; absent when these bytes are no header. */
static struct mln_sv name_of(struct mln_sv h, bool central)
{
    size_t size = central ? CENTRAL : LOCAL, shift = central ? 2 : 0;

    if (h.len <= size || (le16(h.p + 4 + shift) & 0xff) > VERSION_MAX ||
        le16(h.p + 8 + shift) > METHOD_MAX)
        return MLN_SV_NULL;
    uint32_t n = le16(h.p + 26 + shift);
    return n ? mln_sv_sub(h, size, MLN_MIN(n, (uint32_t)MLN_ZIP_NAME_MAX)) : MLN_SV_NULL;
}

static void count(struct mln_zip *z, struct mln_sv h)
{
    uint32_t packed = le32(h.p + 20), unpacked = le32(h.p + 24);

    z->members++;
    if (packed != UINT32_MAX && unpacked != UINT32_MAX) { /* else in an extra field */
        z->packed += packed;
        z->unpacked += unpacked;
    }
}

void mln_zip_find(struct mln_sv w, size_t n, struct mln_zip *z, unsigned *ret_new,
                  struct mln_sv *ret_name)
{
    const char *end = w.p + n;

    *ret_new = 0;
    *ret_name = MLN_SV_NULL;
    for (const char *p = w.p; p < end && (p = memchr(p, 'P', (size_t)(end - p))); p++) {
        struct mln_sv h = mln_sv_sub(w, (size_t)(p - w.p), MLN_ZIP_LOOK);
        bool central = mln_sv_starts(h, MLN_SV("PK\x01\x02"));
        if (!central && !mln_sv_starts(h, MLN_SV("PK\x03\x04")))
            continue;
        struct mln_sv name = name_of(h, central);
        if (!name.len)
            continue;
        unsigned signs = signs_of(name) | (central && is_link(h) ? MLN_ZIP_LINK : 0);
        if (central)
            count(z, h);
        if (signs & ~z->signs) {
            *ret_new |= signs & ~z->signs;
            *ret_name = name;
            z->signs |= signs;
        }
    }
}
