#include "cmd/check_input.h"

#include <errno.h>
#include <jansson.h>
#include <unistd.h>
#include <zlib.h>

enum { RAW_MAX = 256 << 20, LINE_MAX_BYTES = 64 << 20 };

struct mln_check_input {
    gzFile file; /* reads plain files as they are */
    bool jsonl, done;
    size_t line;
    char name[128];
    struct mln_buf text;
};

struct mln_check_input *mln_check_input_open(const char *path, bool jsonl)
{
    bool is_stdin = strcmp(path, "-") == 0;
    gzFile file = is_stdin ? gzdopen(dup(STDIN_FILENO), "rb") : gzopen(path, "rb");
    struct mln_check_input *in = file ? calloc(1, sizeof(*in)) : NULL;

    if (!in) {
        if (file)
            (void)gzclose(file);
        return NULL;
    }
    in->file = file;
    in->jsonl = jsonl;
    const char *base = strrchr(path, '/');
    (void)snprintf(in->name, sizeof(in->name), "%s", is_stdin ? "stdin" : base ? base + 1 : path);
    return in;
}

struct mln_check_input *mln_check_input_close(struct mln_check_input *in)
{
    if (in) {
        (void)gzclose(in->file);
        mln_buf_done(&in->text);
        free(in);
    }
    return NULL;
}

static int read_whole(struct mln_check_input *in, struct mln_buf *out)
{
    for (;;) {
        char *to = mln_buf_reserve(out, 65536);
        if (!to || out->len > RAW_MAX)
            return -EFBIG;
        errno = 0;
        int n = gzread(in->file, to, 65536);
        if (n < 0)
            return errno ? -errno : -EBADE; /* the latter: gzip that is none */
        if (n == 0)
            return 0;
        out->len += (size_t)n;
    }
}

/* 1 with a line in in->text, 0 at the end. */
static int read_line(struct mln_check_input *in)
{
    mln_buf_clear(&in->text);
    in->line++;
    for (;;) {
        errno = 0;
        int c = gzgetc(in->file);
        if (c < 0 && !gzeof(in->file))
            return errno ? -errno : -EBADE;
        if (c < 0)
            return in->text.len ? 1 : 0;
        mln_buf_add_char(&in->text, (char)c);
        if (mln_buf_failed(&in->text) || in->text.len > LINE_MAX_BYTES)
            return -EFBIG;
        if (c == '\n')
            return 1;
    }
}

static int base64_digit(char c)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(alphabet, c) : NULL;

    return at ? (int)(at - alphabet) : -1;
}

static int base64_decode(struct mln_sv in, struct mln_buf *out)
{
    uint32_t acc = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < in.len && in.p[i] != '='; i++) {
        int d = base64_digit(in.p[i]);
        if (d < 0)
            return -EBADMSG;
        acc = acc << 6 | (uint32_t)d;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            mln_buf_add_char(out, (char)(acc >> bits & 0xff));
        }
    }
    return mln_buf_failed(out) ? -ENOMEM : 0;
}

static int parse_line(struct mln_check_input *in, struct mln_check_request *ret)
{
    json_error_t err;
    json_t *doc = json_loadb(in->text.p, in->text.len, 0, &err);
    const char *id = json_string_value(json_object_get(doc, "id"));
    json_t *req = json_object_get(doc, "req_b64");
    int r = -EBADMSG;

    if (json_is_string(req)) {
        (void)snprintf(ret->id, sizeof(ret->id), "%s", id ? id : "");
        r = base64_decode(mln_sv(json_string_value(req), json_string_length(req)), &ret->bytes);
    }
    json_decref(doc);
    return r;
}

int mln_check_input_next(struct mln_check_input *in, struct mln_check_request *ret,
                         size_t *reterr_line)
{
    mln_buf_clear(&ret->bytes);
    if (!in->jsonl) {
        if (in->done)
            return 0;
        in->done = true;
        (void)snprintf(ret->id, sizeof(ret->id), "%s", in->name);
        int r = read_whole(in, &ret->bytes);
        return r < 0 ? r : 1;
    }
    int r;
    do {
        r = read_line(in);
    } while (r == 1 && in->text.len == 1); /* an empty line */
    if (r == 1)
        r = parse_line(in, ret) < 0 ? -EBADMSG : 1;
    *reterr_line = in->line;
    return r;
}
