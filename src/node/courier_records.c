#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "node/courier_priv.h"

enum { RECORDS_PER_TURN = 4096 };

/* ---- logs ---- */

static void flush(struct courier *c)
{
    (void)mln_log_file_flush(&c->accesses);
    c->dirty = mln_log_file_flush(&c->audits) || c->dirty;
}

static void log_audit(struct courier *c, const struct mln_audit_record *r)
{
    mln_buf_clear(&c->line);
    mln_audit_json(r, &c->line);
    mln_log_file_add(&c->audits, &c->line);
    mln_syslog_add(&c->syslog, r);
}

static void log_access(struct courier *c, const struct mln_audit_record *r)
{
    mln_buf_clear(&c->line);
    mln_access_json(r, &c->line);
    mln_log_file_add(&c->accesses, &c->line);
}

/* What is taken over writes nonsense as fast as it can: the first of a second is told of. */
static void tell_nonsense(struct courier *c, unsigned worker)
{
    mln_nsec now = mln_now_mono();

    c->nonsense++;
    if (c->nonsense_told && now - c->nonsense_told < MLN_NSEC_PER_SEC)
        return;
    c->nonsense_told = now;
    mln_logf(MLN_LOG_WARN, "audit_nonsense", "worker=%u total=%llu", worker,
             (unsigned long long)c->nonsense);
}

void courier_take_records(struct courier *c)
{
    for (unsigned i = 0; i < c->n; i++) {
        for (unsigned k = 0; k < RECORDS_PER_TURN; k++) {
            struct mln_audit_record r;
            int n = mln_ring_get(&c->worker[i].ring, c->record, sizeof(c->record));
            if (n == 0)
                break;
            if (n < 0 || mln_audit_decode(mln_sv(c->record, (size_t)n), &r) < 0) {
                tell_nonsense(c, i);
                continue;
            }
            mln_apps_fill(c->apps, &r);
            if (r.kind == MLN_AUDIT_ACCESS) {
                log_access(c, &r);
                continue;
            }
            if (r.last > c->lifted)
                mln_bans_take(c->bans, &r, mln_now_wall());
            log_audit(c, &r);
        }
    }
    flush(c);
}

/* Durable within a second. */
void courier_sync(struct courier *c)
{
    mln_nsec now = mln_now_mono();

    if (!c->dirty || now - c->last_sync < MLN_NSEC_PER_SEC)
        return;
    c->last_sync = now;
    c->dirty = false;
    (void)fdatasync(c->audits.fd); /* a pipe or a terminal cannot, and need not */
}

/* What was written is made durable before the old file is let go. */
void courier_change_log(struct courier *c, struct mln_log_file *log, int *fd)
{
    flush(c);
    if (log == &c->audits) {
        (void)fdatasync(log->fd);
        c->dirty = false;
    }
    mln_log_file_open(log, mln_fd_take(fd));
}

/* ---- states ---- */

static struct mln_audit_record *new_state(void)
{
    struct mln_audit_record *r = calloc(1, sizeof(*r));
    uint8_t random[10];

    if (!r)
        return NULL;
    mln_random(random, sizeof(random));
    r->time = r->first = r->last = mln_now_wall();
    r->event_id = mln_uuid7(r->time, random);
    r->revision = r->count = 1;
    r->kind = MLN_AUDIT_STATE;
    r->effect = MLN_EFFECT_ALLOW;
    r->mode = 2;
    r->replayable = MLN_REPLAY_NO;
    r->field.location = MLN_LOC_MAX;
    return r;
}

static void write_state(struct courier *c, struct mln_audit_record *r)
{
    log_audit(c, r);
    flush(c);
    free(r);
}

void courier_say(struct courier *c, struct mln_sv message)
{
    struct mln_audit_record *r = new_state();

    if (!r)
        return;
    r->message = message;
    write_state(c, r);
}

void courier_say_bypass(struct courier *c, const struct mln_wire *m, int fd)
{
    struct mln_buf name = {.limit_bytes = 256};
    char text[160], until[MLN_RFC3339_LEN + 1];
    mln_nsec now = mln_now_mono();
    struct mln_audit_record *r = NULL;

    if (fd >= 0 && lseek(fd, 0, SEEK_SET) == 0 && mln_fd_read_all(fd, &name) == 0) {
        mln_apps_bypass(c->apps, m->id, m->arg, mln_buf_sv(&name));
        r = m->slot ? NULL : new_state();
    }
    if (r) {
        mln_rfc3339(mln_now_wall() + (m->arg > now ? m->arg - now : 0), until);
        if (m->arg)
            (void)snprintf(text, sizeof(text), "protection is switched off until %s, by user %u",
                           until, m->index);
        else
            (void)snprintf(text, sizeof(text), "protection is on again");
        r->mode = m->arg ? 0 : 2;
        r->rule = name.len ? mln_buf_sv(&name) : MLN_SV("*");
        r->message = mln_sv_str(text);
        write_state(c, r);
    }
    mln_buf_done(&name);
}

void courier_say_event(struct courier *c, const struct mln_wire *m)
{
    static const char *const texts[MLN_EVENT_MAX] = {
        "started",
        "a worker died and was replaced",
        "a new policy is in use",
        "a policy was refused; the old one stays in use",
        "stopping",
        "the courier died and was replaced",
        "new lists of networks are in use",
        "a fetched list was refused; the last good one stays in use"};

    if (m->arg < MLN_EVENT_MAX)
        courier_say(c, mln_sv_str(texts[m->arg]));
}
