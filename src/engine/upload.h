/* One file that a client sends: its names, its declared type and its bytes in any split, against
 * each other and against the policy. Reports each kind of problem once, or again when it is surer.
 * No I/O, no allocation, one thread. Results do not depend on how the bytes are cut. */
#ifndef MLN_ENGINE_UPLOAD_H
#define MLN_ENGINE_UPLOAD_H

#include "engine/file_marks.h"
#include "engine/file_name.h"
#include "engine/tables.h"
#include "engine/zip_members.h"

enum { MLN_UPLOAD_WINDOW = 8192 };

struct mln_upload_rules {
    mln_kinds allow;    /* 0: no list, every kind */
    uint64_t max_bytes; /* 0: no limit */
};

struct mln_upload_finding {
    enum mln_detector_id detector; /* of UPLOADS */
    int score;                     /* 30 and more: certain enough for the default sensitivity */
    const char *message;           /* static */
    bool of_name;                  /* value is the name, else a part of the content */
    struct mln_sv value;           /* alive during the call */
    uint32_t offset, length;
};
typedef void (*mln_upload_tell)(void *self, const struct mln_upload_finding *f);

struct mln_upload {
    struct mln_upload_rules rules;
    mln_upload_tell tell;
    void *self;
    uint8_t told[MLN_DET_UPLOADS_size - MLN_DET_UPLOADS_type + 1]; /* highest score per sub-id */
    mln_kinds named, declared; /* by names and type; 0: nothing known */
    mln_kinds content;         /* by the first bytes */
    unsigned signs;            /* MLN_FILENAME_* of all names */
    bool has_name, bare, judged;
    char name[256]; /* the worst one, for reports */
    uint32_t n_name;
    struct mln_marks marks;
    uint64_t document_end; /* PDF: behind the last "%%EOF"; 0: none yet */
    struct mln_zip zip;
    uint64_t bytes;  /* so far */
    uint64_t base;   /* place of w, or of the window between looks, in the file */
    struct mln_sv w; /* what is looked at: the window, or bytes where they lie; else absent */
    uint32_t n;      /* bytes in the window */
    char window[MLN_UPLOAD_WINDOW];
};

/* Then names and type in any order, then the content. The sieve (mln_marks_sieve) is asked for
 * what lies within its bytes, if it has any. */
void mln_upload_begin(struct mln_upload *u, const struct mln_upload_rules *rules,
                      struct mln_sieve *sieve, mln_upload_tell tell, void *self);
void mln_upload_name(struct mln_upload *u, struct mln_sv name);
void mln_upload_type(struct mln_upload *u, struct mln_sv content_type);
/* Whether names and type are those of a file rather than of a text or of data in between. */
bool mln_upload_is_file(const struct mln_upload *u) MLN_PURE;
void mln_upload_data(struct mln_upload *u, struct mln_sv bytes);
void mln_upload_end(struct mln_upload *u);

#endif
