/* merlon check: offline verdicts, one JSON line a request. */
#include <errno.h>
#include <getopt.h>

#include "base/fd.h"
#include "base/time.h"
#include "cmd/check_input.h"
#include "cmd/cmd.h"
#include "engine/detect.h"
#include "engine/txn.h"
#include "policy/policy.h"

enum { ARENA_BYTES = 64 << 20, ARENA_KEEP = 1 << 20 };

struct check {
    struct mln_engine *engine;
    struct mln_arena arena;
    struct mln_snapshot snap;
    struct mln_buf blob, out;
    bool jsonl, stats, quiet, no_cache, no_shortcut;
    const char *policy;
    uint64_t refused, total;
    uint64_t *ns; /* per request, with --stats */
    size_t ns_cap;
    uint64_t slowest_ns;
    char slowest[128];
};

static const char usage[] =
    "usage: merlon check [options] FILE...\n"
    "\n"
    "Judges requests without a network: one JSON line each, with what was seen and where.\n"
    "FILE holds one raw HTTP/1.1 request (CRLF line ends), or with --format jsonl one JSON object\n"
    "a line with \"id\" and \"req_b64\". \"-\" is standard input; .gz is read as it is.\n"
    "\n"
    "  --policy FILE      the first rule of this policy; without it the built-in defaults\n"
    "  --format FORMAT    raw (default) or jsonl\n"
    "  --stats            also print nanoseconds per request (median, mean, 99 %)\n"
    "  --quiet            no lines for requests, only --stats\n"
    "  --no-cache         without the verdict cache\n"
    "  --no-shortcut      inspect every value in full\n"
    "\n"
    "exit: 0 nothing would be refused, 1 something would, 2 usage, 3 a file cannot be read\n"
    "\n"
    "  printf 'GET /?id=1%%27%%20or%%201=1-- HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n' | merlon check -\n";

static int load_policy(struct check *c)
{
    struct mln_policy *p = NULL;
    struct mln_diags diags = {0};
    int r = c->policy ? mln_policy_load_path(c->policy, &p, &diags) : mln_policy_default(&p);

    if (diags.n) {
        struct mln_buf text = {0};
        mln_diags_print(&diags, &text);
        (void)fprintf(stderr, "%.*s", MLN_SV_ARG(mln_buf_sv(&text)));
        mln_buf_done(&text);
    } else if (r < 0) {
        (void)fprintf(stderr, "merlon check: cannot read the policy %s: %s\n", c->policy,
                      strerror(-r));
    }
    mln_diags_done(&diags);
    if (r == 0)
        r = mln_policy_compile(p, &c->blob);
    if (r == 0)
        r = mln_snapshot_open(c->blob.p, c->blob.len, &c->snap);
    p = mln_policy_free(p);
    return r;
}

static void add_text(struct mln_buf *o, const char *key, struct mln_sv value)
{
    if (!value.p)
        return;
    mln_buf_addf(o, ",\"%s\":", key);
    mln_buf_add_json(o, value);
}

static void add_decoding(struct mln_buf *o, unsigned lanes)
{
    const char *sep = "";

    mln_buf_add_str(o, ",\"decoded_by\":[");
    for (unsigned l = 0; l < MLN_LANE_MAX; l++) {
        if (!(lanes >> l & 1))
            continue;
        mln_buf_addf(o, "%s\"%s\"", sep, mln_lane_name((enum mln_lane)l));
        sep = ",";
    }
    mln_buf_add_char(o, ']');
}

static void add_detection(struct mln_buf *o, const struct mln_detection *d)
{
    const struct mln_detector_info *info = mln_detector_info((enum mln_detector_id)d->detector);

    mln_buf_addf(o, "{\"protection\":\"%s\",\"sub\":\"%s\",\"action\":\"%s\",\"score\":%d",
                 mln_protection_info((enum mln_protection)d->protection)->key, info->sub,
                 mln_action_name((enum mln_action)d->action), d->score);
    if (d->location != MLN_LOC_MAX)
        mln_buf_addf(o, ",\"location\":\"%s\"", mln_location_name((enum mln_location)d->location));
    add_text(o, "name", d->name);
    add_text(o, "match", d->match);
    mln_buf_addf(o, ",\"offset\":%u,\"length\":%u", d->offset, d->length);
    if (d->lanes)
        add_decoding(o, d->lanes);
    add_text(o, "message", d->message);
    mln_buf_add_char(o, '}');
}

static void print_verdict(struct check *c, const char *id, const struct mln_verdict *v)
{
    struct mln_buf *o = &c->out;

    mln_buf_clear(o);
    mln_buf_add_str(o, "{\"id\":");
    mln_buf_add_json(o, mln_sv_str(id));
    const char *action =
        v->action == MLN_ACT_OFF ? "allow" : mln_action_name((enum mln_action)v->action);
    mln_buf_addf(o, ",\"action\":\"%s\",\"score\":%d,\"detections\":[", action, v->score);
    for (unsigned i = 0; i < v->n; i++) {
        if (i)
            mln_buf_add_char(o, ',');
        add_detection(o, &v->d[i]);
    }
    mln_buf_add_str(o, "]}\n");
    (void)fwrite(o->p, 1, o->len, stdout);
}

/* Head and body of one request through the transaction; a fault when it is no request. */
static void run_txn(struct mln_txn *t, struct mln_sv raw, struct mln_arena *arena)
{
    const struct mln_h1_limits limits = MLN_H1_LIMITS_DEFAULT;
    struct mln_http_fault fault = {MLN_FAULT_CUT_SHORT, raw.len};
    struct mln_http_head *head = mln_arena_zalloc(arena, sizeof(*head));
    struct mln_h1_body body;
    struct mln_h1_scan scan;

    mln_h1_scan_init(&scan);
    int r = mln_h1_scan_feed(&scan, raw.p, raw.len, false, &limits, &fault);
    if (r == 1 && head)
        r = mln_h1_parse_request(raw.p, scan.head_len, &limits, arena, head, &fault) < 0 ? -1 : 1;
    if (r != 1 || !head) {
        (void)mln_txn_fault(t, &fault);
        return;
    }
    if (mln_txn_request_head(t, head) == MLN_STEP_STOP)
        return;
    mln_h1_body_init(&body, head, &limits);
    raw = mln_sv_sub(raw, scan.head_len, raw.len);
    while (!body.done) {
        size_t used;
        struct mln_sv piece;
        if (mln_h1_body_feed(&body, raw.p, raw.len, &used, &piece, &fault) < 0) {
            (void)mln_txn_fault(t, &fault);
            break;
        }
        if (piece.len && mln_txn_request_body(t, piece) == MLN_STEP_STOP)
            break;
        if (used == 0 && !body.done)
            break; /* cut short: judge what is there */
        raw = mln_sv_sub(raw, used, raw.len);
    }
    (void)mln_txn_request_end(t, NULL, 0);
    mln_h1_body_done(&body);
}

static void note_time(struct check *c, const char *id, uint64_t ns)
{
    c->ns[c->total] = ns;
    if (ns <= c->slowest_ns)
        return;
    c->slowest_ns = ns;
    for (size_t i = 0; i + 1 < sizeof(c->slowest); i++) { /* printable in JSON as it is */
        c->slowest[i] = id[i] == 0x22 || id[i] == 0x5c || (unsigned char)id[i] < 0x20 ? 0 : id[i];
        if (!c->slowest[i])
            break;
    }
}

static void check_one(struct check *c, const struct mln_check_request *req)
{
    const struct mln_txn_params params = {
        .snap = &c->snap,
        .rule = mln_snap_rule_first(&c->snap),
        .wall = mln_now_wall(),
        .arena = &c->arena,
    };
    mln_nsec start = mln_now_mono();
    struct mln_txn *t = mln_txn_new(c->engine, &params);

    if (!t)
        return;
    run_txn(t, mln_buf_sv(&req->bytes), &c->arena);
    if (c->stats && c->total < c->ns_cap)
        note_time(c, req->id, mln_now_mono() - start);
    const struct mln_verdict *v = mln_txn_verdict(t);
    c->total++;
    c->refused += v->action >= MLN_ACT_PREVENT;
    if (!c->quiet)
        print_verdict(c, req->id, v);
    (void)mln_txn_free(t);
    mln_arena_reset(&c->arena, ARENA_KEEP);
}

static int grow_stats(struct check *c)
{
    if (!c->stats || c->total < c->ns_cap)
        return 0;
    size_t cap = c->ns_cap ? c->ns_cap * 2 : 4096;
    uint64_t *p = realloc(c->ns, cap * sizeof(*p));
    if (!p)
        return -ENOMEM;
    c->ns = p;
    c->ns_cap = cap;
    return 0;
}

static int check_file(struct check *c, const char *path, struct mln_check_request *req)
{
    struct mln_check_input *in = mln_check_input_open(path, c->jsonl);
    size_t line = 0;
    int r;

    if (!in) {
        (void)fprintf(stderr, "merlon check: cannot open %s: %s\n", path, strerror(errno));
        return -1;
    }
    while ((r = mln_check_input_next(in, req, &line)) > 0) {
        if (grow_stats(c) < 0)
            break;
        check_one(c, req);
    }
    in = mln_check_input_close(in);
    if (r < 0)
        (void)fprintf(stderr, "merlon check: %s:%zu: %s\n", path, line,
                      r == -EBADMSG ? "expected a JSON object with \"id\" and \"req_b64\" (base64)"
                                    : strerror(-r));
    return r;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void print_stats(struct check *c)
{
    size_t n = c->total;
    uint64_t sum = 0;

    if (!n)
        return;
    for (size_t i = 0; i < n; i++)
        sum += c->ns[i];
    qsort(c->ns, n, sizeof(*c->ns), by_value);
    (void)printf(
        "{\"stats\":{\"requests\":%zu,\"refused\":%llu,\"median_ns\":%llu,\"mean_ns\":%llu,"
        "\"p99_ns\":%llu,\"max_ns\":%llu,\"slowest\":\"%s\",\"cache\":%s,\"shortcut\":%s}}\n",
        n, (unsigned long long)c->refused, (unsigned long long)c->ns[n / 2],
        (unsigned long long)(sum / n), (unsigned long long)c->ns[n * 99 / 100],
        (unsigned long long)c->ns[n - 1], c->slowest, c->no_cache ? "false" : "true",
        c->no_shortcut ? "false" : "true");
}

static int parse_options(struct check *c, int argc, char **argv)
{
    static const struct option options[] = {
        {"policy", required_argument, NULL, 'p'}, {"format", required_argument, NULL, 'f'},
        {"stats", no_argument, NULL, 's'},        {"quiet", no_argument, NULL, 'q'},
        {"no-cache", no_argument, NULL, 'C'},     {"no-shortcut", no_argument, NULL, 'S'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    int o;

    while ((o = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (o) {
        case 'p':
            c->policy = optarg;
            break;
        case 'f':
            c->jsonl = strcmp(optarg, "jsonl") == 0;
            if (!c->jsonl && strcmp(optarg, "raw") != 0) {
                (void)fprintf(stderr, "merlon check: --format is raw or jsonl, not %s\n", optarg);
                return 2;
            }
            break;
        case 's':
            c->stats = true;
            break;
        case 'q':
            c->quiet = true;
            break;
        case 'C':
            c->no_cache = true;
            break;
        case 'S':
            c->no_shortcut = true;
            break;
        case 'h':
            (void)fputs(usage, stdout);
            return -1;
        default:
            (void)fputs("try: merlon check --help\n", stderr);
            return 2;
        }
    }
    if (optind == argc) {
        (void)fputs(
            "merlon check: no FILE given (\"-\" is standard input)\ntry: merlon check --help\n",
            stderr);
        return 2;
    }
    return 0;
}

int mln_cmd_check(int argc, char **argv)
{
    struct check c = {0};
    struct mln_check_request req = {.bytes = MLN_BUF_INIT};
    struct mln_engine_config cfg = {0};
    int exit_code = parse_options(&c, argc, argv);

    if (exit_code)
        return exit_code < 0 ? 0 : exit_code;
    mln_random(cfg.hash_key, sizeof(cfg.hash_key));
    cfg.no_cache = c.no_cache;
    cfg.no_shortcut = c.no_shortcut;
    mln_arena_init(&c.arena, ARENA_BYTES);
    c.engine = mln_engine_new(&cfg);
    if (!c.engine || load_policy(&c) < 0)
        exit_code = 3;
    for (int i = optind; i < argc && exit_code != 3; i++)
        if (check_file(&c, argv[i], &req) < 0)
            exit_code = 3;
    if (exit_code == 0) {
        if (c.stats)
            print_stats(&c);
        exit_code = c.refused ? 1 : 0;
    }
    mln_buf_done(&req.bytes);
    mln_buf_done(&c.blob);
    mln_buf_done(&c.out);
    mln_arena_done(&c.arena);
    c.engine = mln_engine_free(c.engine);
    free(c.ns);
    return exit_code;
}
