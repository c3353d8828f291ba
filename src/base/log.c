#include "base/log.h"

#include <stdarg.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/time.h"

static enum mln_log_level threshold = MLN_LOG_INFO;
static char who_name[32] = "merlon";

void mln_log_setup(enum mln_log_level level, const char *who)
{
    threshold = level;
    (void)snprintf(who_name, sizeof(who_name), "%s", who);
}

static const char *level_name(enum mln_log_level level)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    return names[level];
}

static bool is_plain(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '=')
            return false;
    }
    return s.len > 0;
}

static void begin(struct mln_buf *b, enum mln_log_level level, const char *event)
{
    char when[MLN_RFC3339_LEN + 1];

    mln_rfc3339(mln_now_wall(), when);
    mln_buf_addf(b, "time=%s level=%s who=%s event=%s", when, level_name(level), who_name, event);
}

static void end(struct mln_buf *b)
{
    mln_buf_add_char(b, '\n');
    if (!mln_buf_failed(b)) {
        ssize_t w = write(STDERR_FILENO, b->p, b->len);
        (void)w; /* nowhere left to complain */
    }
    mln_buf_done(b);
}

void mln_log_kvs(enum mln_log_level level, const char *event, const struct mln_log_kv *kv)
{
    struct mln_buf b = {.limit_bytes = 8192};

    if (level < threshold)
        return;
    begin(&b, level, event);
    for (; kv->key; kv++) {
        if (!kv->value.p)
            continue;
        mln_buf_addf(&b, " %s=", kv->key);
        struct mln_sv v = mln_sv_sub(kv->value, 0, 512);
        if (is_plain(v))
            mln_buf_add_sv(&b, v);
        else
            mln_buf_add_json(&b, v);
    }
    end(&b);
}

void mln_logf(enum mln_log_level level, const char *event, const char *fmt, ...)
{
    struct mln_buf b = {.limit_bytes = 8192};
    char text[1024];
    va_list ap;

    if (level < threshold)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    begin(&b, level, event);
    mln_buf_addf(&b, " %s", text);
    end(&b);
}
