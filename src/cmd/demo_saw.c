#include "cmd/demo_saw.h"

#include <unistd.h>

#include "base/time.h"

void mln_demo_asked_add(struct mln_demo_asked *a, const char *raw, const char *me)
{
    struct mln_sv text = mln_sv_str(raw);

    if (a->n == MLN_DEMO_ASKED_MAX)
        return;
    (void)snprintf(a->v[a->n].me, sizeof(a->v[0].me), "%s", me);
    (void)snprintf(a->v[a->n].line, sizeof(a->v[0].line), "%.*s",
                   (int)mln_sv_find(text, MLN_SV(" HTTP/1.1")), raw);
    a->n++;
}

/* A line of the log, "192.0.2.1:40000 GET /search?q=mug", against the request number i. */
static bool is_line_of(struct mln_sv line, const struct mln_demo_asked *a, size_t i)
{
    struct mln_sv from = mln_sv_split(&line, ' ');
    struct mln_sv me = mln_sv_str(a->v[i].me);

    return mln_sv_eq(mln_sv_split(&from, ':'), mln_sv_split(&me, ':')) &&
           mln_sv_eq(line, mln_sv_str(a->v[i].line));
}

/* How many lines the log has; *ret_good: each is that of the request with its number. */
static size_t compare(struct mln_sv log, const struct mln_demo_asked *a, bool *ret_good)
{
    size_t i = 0;

    *ret_good = true;
    for (; log.len; i++) {
        struct mln_sv line = mln_sv_split(&log, '\n');
        *ret_good = *ret_good && i < a->n && is_line_of(line, a, i);
    }
    return i;
}

bool mln_demo_saw(const struct mln_demo_stage *s, const struct mln_demo_asked *a,
                  struct mln_buf *text)
{
    mln_nsec end = mln_now_mono() + 10 * MLN_NSEC_PER_SEC;
    bool good = false;

    while (mln_now_mono() < end) {
        mln_buf_clear(text);
        if (mln_demo_stage_app_log(s, text) < 0)
            return false;
        if (compare(mln_buf_sv(text), a, &good) >= a->n)
            return good;
        (void)usleep(20000);
    }
    return false;
}
