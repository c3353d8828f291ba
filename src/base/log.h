/* Log lines for people and machines: `time=… level=… event=… key=value …` on standard error.
 * Used by audit, proxy, node, console and cmd only, once, where the decision falls; the core
 * returns codes. Values are quoted and escaped when they hold anything but [!-~] without quotes. */
#ifndef MLN_BASE_LOG_H
#define MLN_BASE_LOG_H

#include "base/base.h"

enum mln_log_level { MLN_LOG_DEBUG, MLN_LOG_INFO, MLN_LOG_WARN, MLN_LOG_ERROR };

struct mln_log_kv {
    const char *key;
    struct mln_sv value; /* absent: the pair is left out */
};

/* Lines below `level` are dropped; `who` ("worker-0") is put on every line, copied. */
void mln_log_setup(enum mln_log_level level, const char *who);
/* `event` is a stable id of [a-z_]+; the pairs end with {NULL}. One write(2) a line. */
void mln_log_kvs(enum mln_log_level level, const char *event, const struct mln_log_kv *kv);

#define MLN_KV(k, sv)                                                                              \
    {                                                                                              \
        (k), (sv)                                                                                  \
    }
#define MLN_KVS(k, s)                                                                              \
    {                                                                                              \
        (k), mln_sv_str(s)                                                                         \
    }
/* mln_log(MLN_LOG_INFO, "listening", MLN_KVS("addr", text), …) */
#define mln_log(level, event, ...)                                                                 \
    mln_log_kvs(level, event, (const struct mln_log_kv[]){__VA_ARGS__, {NULL, {NULL, 0}}})
#define mln_log0(level, event)                                                                     \
    mln_log_kvs(level, event, (const struct mln_log_kv[]){{NULL, {NULL, 0}}})
/* printf form for numbers: mln_logf(MLN_LOG_WARN, "worker_died", "pid=%d signal=%d", …); the
 * formatted text must already be key=value and free of hostile bytes. */
void mln_logf(enum mln_log_level level, const char *event, const char *fmt, ...) MLN_PRINTF(3, 4);

#endif
