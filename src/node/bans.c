#include "node/bans.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"

const struct mln_bans *mln_bans_map(int fd)
{
    void *p = mmap(NULL, mln_bans_size(), PROT_READ, MAP_SHARED, fd, 0);

    return p == MAP_FAILED ? NULL : p;
}

struct mln_bans *mln_bans_map_to_write(int fd)
{
    void *p = mmap(NULL, mln_bans_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    struct mln_hash_key key;

    if (p == MAP_FAILED)
        return NULL;
    mln_random(&key, sizeof(key));
    mln_bans_open(p, &key);
    return p;
}

void mln_bans_inherit(struct mln_bans *b, int fd, mln_nsec now)
{
    const struct mln_bans *from = NULL;

    if (lseek(fd, 0, SEEK_END) == (off_t)mln_bans_size())
        from = mln_bans_map(fd);
    if (!from || !mln_bans_adopt(b, from, now))
        mln_log(MLN_LOG_WARN, "bans_not_taken_over",
                MLN_KVS("effect", "who was banned is served again"));
    if (from)
        (void)munmap((void *)(uintptr_t)from, mln_bans_size());
}

void mln_bans_take(struct mln_bans *b, const struct mln_audit_record *r, mln_nsec now)
{
    struct mln_ban ban = {.addr = r->client.ip};

    if (r->kind != MLN_AUDIT_REQUEST || r->effect != MLN_EFFECT_BAN || !r->client.known ||
        !r->ban_for)
        return;
    ban.until = now + MLN_MIN(r->ban_for, (mln_nsec)MLN_BAN_LONGEST);
    (void)snprintf(ban.rule, sizeof(ban.rule), "%.*s", MLN_SV_ARG(r->rule));
    (void)snprintf(ban.why, sizeof(ban.why), "%.*s.%.*s", MLN_SV_ARG(r->protection),
                   MLN_SV_ARG(r->sub));
    mln_bans_put(b, &ban, now);
}

static void add_ban(const struct mln_ban *ban, mln_nsec now, struct mln_buf *out)
{
    char client[MLN_ADDR_TEXT], since[MLN_RFC3339_LEN + 1], until[MLN_RFC3339_LEN + 1];

    (void)mln_addr_format(&ban->addr, client);
    mln_rfc3339(ban->since, since);
    mln_rfc3339(ban->until, until);
    uint64_t seconds = (ban->until - now) / MLN_NSEC_PER_SEC + 1;
    mln_buf_addf(out, "{\"client\":\"%s%s\",\"rule\":", client,
                 mln_addr_is_v4(&ban->addr) ? "" : "/64");
    mln_buf_add_json(out, mln_sv_str(ban->rule));
    mln_buf_add_str(out, ",\"why\":");
    mln_buf_add_json(out, mln_sv_str(ban->why));
    mln_buf_addf(out, ",\"since\":\"%s\",\"until\":\"%s\",\"left_s\":%llu}", since, until,
                 (unsigned long long)seconds);
}

void mln_bans_json(const struct mln_bans *b, mln_nsec now, struct mln_buf *out)
{
    struct mln_ban ban;
    const char *between = "";

    mln_buf_add_str(out, "{\"bans\":[");
    for (uint32_t at = 0; mln_bans_next(b, &at, now, &ban); between = ",") {
        mln_buf_add_str(out, between);
        add_ban(&ban, now, out);
    }
    mln_buf_add_str(out, "]}\n");
}

bool mln_bans_lift_json(struct mln_bans *b, struct mln_sv who, mln_nsec now, struct mln_buf *out)
{
    struct mln_addr a;
    bool all = mln_sv_eq(who, MLN_SV("all"));

    if (!all && mln_addr_parse(who, &a) < 0)
        return false;
    mln_buf_addf(out, "{\"lifted\":%u}\n", mln_bans_lift(b, all ? NULL : &a, now));
    return true;
}

void mln_bans_metrics(const struct mln_bans *b, mln_nsec now, struct mln_buf *out)
{
    struct mln_ban ban;
    unsigned n = 0;

    for (uint32_t at = 0; mln_bans_next(b, &at, now, &ban);)
        n++;
    mln_buf_addf(out,
                 "# HELP merlon_bans Clients that are refused for a time\n"
                 "# TYPE merlon_bans gauge\nmerlon_bans %u\n"
                 "# HELP merlon_bans_total Bans that were made\n"
                 "# TYPE merlon_bans_total counter\nmerlon_bans_total %llu\n"
                 "# HELP merlon_bans_crowded_total Bans that ended early, the table being full\n"
                 "# TYPE merlon_bans_crowded_total counter\nmerlon_bans_crowded_total %llu\n",
                 n, (unsigned long long)mln_bans_made(b), (unsigned long long)mln_bans_crowded(b));
}
