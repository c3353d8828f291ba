/* spec.protections.uploads: which kinds of files, how large. */
#include "engine/file_kinds.h"
#include "policy/schema.h"

/* Words for kinds of files: kinds, families and extensions. */
static void read_kinds(struct mln_reader_ctx *c, const struct mln_node *n, const char *path,
                       void *out)
{
    const char *names[MLN_FILE_MAX + MLN_FAMILY_MAX];
    uint64_t *kinds = out;
    struct mln_sv word;

    for (unsigned i = 0; i < MLN_FILE_MAX; i++)
        names[i] = mln_file_kind_name((enum mln_file_kind)i);
    for (unsigned i = 0; i < MLN_FAMILY_MAX; i++)
        names[MLN_FILE_MAX + i] = mln_file_family_name((enum mln_file_family)i);
    *kinds = 0;
    if (!mln_schema_is_list(c, n, path))
        return;
    for (const struct mln_node *e = n->first; e; e = e->next) {
        if (!mln_schema_text(c, e, path, &word))
            continue;
        mln_kinds k = mln_file_word(word);
        *kinds |= k;
        char text[64];
        (void)snprintf(text, sizeof(text), "%.*s", MLN_SV_ARG(mln_sv_sub(word, 0, 63)));
        const char *near = k ? NULL : mln_nearest(word, names, MLN_ARRAY_LEN(names));
        if (!k)
            mln_schema_error(c, e, path, "unknown kind of file \"%s\"%s%s%s", text,
                             near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    if (!n->first)
        mln_schema_error(c, n, path,
                         "an empty list would allow nothing; leave it out to allow all");
}

#define RULE(f) offsetof(struct mln_model_rule, f)
/* clang-format off */
const struct mln_schema_field mln_schema_uploads[] = {
    {.name = "allow", .type = MLN_T_CUSTOM, .read = read_kinds, .offset = RULE(uploads_allow), .def = "every kind", .shape = "a list of kinds (pdf, png, docx, ...), of groups (images, documents, office, media, archives, fonts, texts, pages, scripts, programs) or of extensions", .text = "what may be uploaded; extension, declared type and content then have to agree, and archives may hold no links, archives or macros, and no programs and scripts unless these are listed, too"},
    {.name = "max_bytes", .type = MLN_T_SIZE, .offset = RULE(uploads_max_bytes), .def = "no limit", .min = 0, .max = INT64_C(1) << 40, .text = "largest file; 0 = no limit"},
    {.name = "malware", .type = MLN_T_LATER, .offset = MLN_NOT_KEPT, .def = "off, and nothing else is accepted", .text = "signatures of malware"},
    {.name = NULL},
};
/* clang-format on */
