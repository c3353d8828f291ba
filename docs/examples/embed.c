/* Judges one raw HTTP/1 request from standard input with libmerlon. Exit 1: it would be refused.
 *
 *     cc embed.c $(pkg-config --cflags --libs libmerlon) -o embed
 *     printf 'GET /?id=1%%27+or+1=1-- HTTP/1.1\r\nHost: a\r\n\r\n' | ./embed
 */
#include <merlon/merlon.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

int main(void)
{
    struct merlon_options options = {0};
    struct merlon_policy *policy = NULL;
    struct timespec now;
    char in[4096], why[512];
    size_t n, used;

    if (getrandom(options.key, sizeof(options.key), 0) < 0)
        return 2;
    if (merlon_policy_load(NULL, 0, &policy, why, sizeof(why)) < 0) {
        (void)fprintf(stderr, "embed: %s\n", why);
        return 2;
    }
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct merlon_engine *engine = merlon_engine_new(&options);
    struct merlon_txn *t =
        engine ? merlon_txn_new(engine, policy, NULL,
                                (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec)
               : NULL;
    int refused = 1;

    while (t && (n = fread(in, 1, sizeof(in), stdin)) > 0)
        if (merlon_txn_feed(t, in, n, &used) != MERLON_MORE)
            break;
    if (t) {
        const struct merlon_verdict *v = merlon_txn_end(t);
        refused = v->action >= MERLON_PREVENT;
        (void)printf("%s, score %d\n", refused ? "refused" : "passed", v->score);
        for (size_t i = 0; i < v->n; i++)
            (void)printf("  %s/%s: %.*s\n", v->d[i].protection, v->d[i].sub,
                         (int)v->d[i].message.len, v->d[i].message.p);
    }
    (void)merlon_txn_free(t);
    (void)merlon_engine_free(engine);
    (void)merlon_policy_free(policy);
    return refused;
}
