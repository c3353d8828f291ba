#include "runtime/image_ref.h"

#include <errno.h>

static bool is_hex(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++)
        if (mln_hexval((unsigned char)s.p[i]) < 0)
            return false;
    return s.len > 0;
}

static bool is_one_of(struct mln_sv s, const char *marks)
{
    for (size_t i = 0; i < s.len; i++)
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT | MLN_CC_ALPHA) && !strchr(marks, s.p[i]))
            return false;
    return s.len > 0;
}

/* Offset of the tag's ':' (behind the last '/': before it, it is a port), or SIZE_MAX. */
static size_t tag_at(struct mln_sv name)
{
    for (size_t i = name.len; i > 0 && name.p[i - 1] != '/'; i--)
        if (name.p[i - 1] == ':')
            return i - 1;
    return SIZE_MAX;
}

static bool is_digest(struct mln_sv s)
{
    size_t colon = mln_sv_chr(s, ':');

    return colon != SIZE_MAX && is_one_of(mln_sv_sub(s, 0, colon), "+._-") &&
           is_hex(mln_sv_sub(s, colon + 1, s.len));
}

/* The first part is a registry when it looks like a host. */
static bool has_registry(struct mln_sv name)
{
    size_t slash = mln_sv_chr(name, '/');
    struct mln_sv first = mln_sv_sub(name, 0, slash);

    return slash != SIZE_MAX &&
           (mln_sv_chr(first, '.') != SIZE_MAX || mln_sv_chr(first, ':') != SIZE_MAX ||
            mln_sv_ieq(first, MLN_SV("localhost")));
}

static int set_name(struct mln_sv name, struct mln_arena *a, struct mln_image_ref *r)
{
    static const struct mln_sv hub = MLN_SV("docker.io/"), library = MLN_SV("library/");
    bool other = has_registry(name);

    if (mln_sv_istarts(name, MLN_SV("index.docker.io/")))
        name = mln_sv_sub(name, 16, name.len), other = false;
    else if (mln_sv_istarts(name, hub))
        name = mln_sv_sub(name, hub.len, name.len), other = false;
    bool bare = !other && mln_sv_chr(name, '/') == SIZE_MAX;
    bool official = !other && mln_sv_istarts(name, library) &&
                    mln_sv_chr(mln_sv_sub(name, library.len, name.len), '/') == SIZE_MAX;
    size_t n = 0;
    char *p = mln_arena_alloc(a, hub.len + library.len + name.len);
    if (!p)
        return -ENOMEM;
    if (!other) {
        memcpy(p, hub.p, hub.len);
        n = hub.len;
    }
    if (bare) {
        memcpy(p + n, library.p, library.len);
        n += library.len;
    }
    for (size_t i = 0; i < name.len; i++)
        p[n + i] = mln_lower(name.p[i]);
    r->repository = mln_sv(p, n + name.len);
    r->familiar = mln_sv_sub(r->repository, n + (official ? library.len : 0), SIZE_MAX);
    return 0;
}

int mln_image_ref_parse(struct mln_sv text, struct mln_arena *a, struct mln_image_ref *ret)
{
    struct mln_image_ref r = {.tag = MLN_SV_NULL, .digest = MLN_SV_NULL};
    struct mln_sv name = text;
    size_t at = mln_sv_chr(text, '@');

    if (!text.len || text.len > MLN_IMAGE_REF_MAX)
        return -EINVAL;
    if (at != SIZE_MAX) {
        r.digest = mln_sv_sub(text, at + 1, text.len);
        name = mln_sv_sub(text, 0, at);
        if (!is_digest(r.digest))
            return -EINVAL;
    }
    size_t colon = tag_at(name);
    if (colon != SIZE_MAX) {
        r.tag = mln_sv_sub(name, colon + 1, name.len);
        name = mln_sv_sub(name, 0, colon);
        if (!is_one_of(r.tag, "._-"))
            return -EINVAL;
    } else if (!r.digest.p) {
        r.tag = MLN_SV("latest");
    }
    /* a ':' is that of a port, behind the first part only */
    if (!is_one_of(name, "._-/:[]") ||
        mln_sv_chr(has_registry(name) ? mln_sv_sub(name, mln_sv_chr(name, '/'), name.len) : name,
                   ':') != SIZE_MAX ||
        name.p[0] == '/' || name.p[name.len - 1] == '/')
        return -EINVAL;
    int e = set_name(name, a, &r);
    if (e < 0)
        return e;
    if ((r.tag.p && !(r.tag = mln_arena_dup(a, r.tag)).p) ||
        (r.digest.p && !(r.digest = mln_arena_dup(a, r.digest)).p))
        return -ENOMEM;
    *ret = r;
    return 0;
}

static struct mln_sv hex_of(struct mln_sv id)
{
    size_t colon = mln_sv_chr(id, ':');

    return colon == SIZE_MAX ? id : mln_sv_sub(id, colon + 1, id.len);
}

bool mln_image_is_id(struct mln_sv text, struct mln_sv image_id)
{
    struct mln_sv hex = mln_sv_starts(text, MLN_SV("sha256:")) ? hex_of(text) : text;

    return is_hex(hex) && mln_sv_istarts(hex_of(image_id), hex);
}

/* ---- patterns ---- */

/* The pattern's name and what stands behind it (":tag", "@digest", or absent). */
static struct mln_sv split_pattern(struct mln_sv pattern, struct mln_sv *ret_rest)
{
    size_t at = mln_sv_chr(pattern, '@');

    if (at == SIZE_MAX)
        at = tag_at(pattern);
    *ret_rest = at == SIZE_MAX ? MLN_SV_NULL : mln_sv_sub(pattern, at, pattern.len);
    return mln_sv_sub(pattern, 0, at);
}

bool mln_image_pattern_is_digest(struct mln_sv pattern)
{
    return mln_sv_istarts(pattern, MLN_SV("sha256:")) || mln_sv_istarts(pattern, MLN_SV("@"));
}

static struct mln_sv without_at(struct mln_sv s)
{
    return s.len && s.p[0] == '@' ? mln_sv_sub(s, 1, s.len) : s;
}

bool mln_image_pattern_matches_id(struct mln_sv pattern, struct mln_sv id)
{
    struct mln_sv rest, name = split_pattern(pattern, &rest);

    if (!id.len)
        return false;
    if (mln_image_pattern_is_digest(pattern))
        return mln_sv_glob(without_at(pattern), id, true);
    /* what has no name is covered only by what covers every name */
    return mln_sv_eq(name, MLN_SV("*")) && (!rest.p || mln_sv_eq(rest, MLN_SV(":*")));
}

bool mln_image_pattern_names(struct mln_sv pattern, const struct mln_image_ref *r)
{
    struct mln_sv rest, name = split_pattern(pattern, &rest);

    return mln_sv_glob(name, r->repository, true) || mln_sv_glob(name, r->familiar, true);
}

bool mln_image_pattern_matches(struct mln_sv pattern, const struct mln_image_ref *r)
{
    struct mln_sv rest;

    (void)split_pattern(pattern, &rest);
    if (mln_image_pattern_is_digest(pattern))
        return r->digest.p && mln_sv_glob(without_at(pattern), r->digest, true);
    if (!mln_image_pattern_names(pattern, r))
        return false;
    if (!rest.p || mln_sv_eq(rest, MLN_SV(":*")))
        return true;
    if (rest.p[0] == '@')
        return r->digest.p && mln_sv_glob(without_at(rest), r->digest, true);
    return r->tag.p && mln_sv_glob(mln_sv_sub(rest, 1, rest.len), r->tag, true);
}
