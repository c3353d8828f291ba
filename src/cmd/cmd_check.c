/* merlon check: offline verdicts, one JSON line a request. */
#include <errno.h>

#include "base/fd.h"
#include "base/time.h"
#include "cmd/check_features.h"
#include "cmd/check_input.h"
#include "cmd/check_workload.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "policy/libmerlon.h"
#include "policy/policy.h"

struct check {
    struct merlon_engine *engine;
    struct merlon_policy *policy;
    struct mln_buf out;
    bool jsonl, stats, quiet, no_cache, no_shortcut, features;
    const char *policy_path, *model_path;
    struct mln_check_workload workload;
    struct mln_buf model;    /* of model_path */
    struct mln_buf observed; /* with --features: the values of the request at hand */
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
    "a line with \"id\" and \"req_b64\". \"-\" is standard input; gzip is undone.\n"
    "\n"
    "  --policy FILE|DIR  the first rule of this policy; without it the built-in defaults\n"
    "  --workload NAME=VALUE  of the container, for custom rules: image, container, namespace,\n"
    "                     pod, node, labels.NAME, app_port; again for each\n"
    "  --format FORMAT    raw (default) or jsonl\n"
    "  --stats            one more line: nanoseconds per request (median, mean, 99 %)\n"
    "  --quiet            no lines for requests\n"
    "  --features         what scoring saw in each value, in place of verdicts\n"
    "  --model FILE       another trained model than the built-in one (tools/train)\n"
    "  --no-cache         without the memory of clean values, for measurements\n"
    "  --no-shortcut      inspect plain values in full, too, for measurements\n"
    "  --help             this text\n"
    "\n"
    "exit: 0 nothing would be refused, 1 something would, 2 usage, 3 a file cannot be read\n"
    "\n"
    "  printf 'GET /?id=1%%27%%20or%%201=1-- HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n' | merlon check -\n";

static int load_lists(struct check *c)
{
    struct mln_diags diags = {0};
    struct mln_buf text = {0};
    int r = merlon_policy_lists(c->policy, &diags);

    mln_diags_print(&diags, MLN_DIAG_WARNING, &text);
    (void)fprintf(stderr, "%.*s", MLN_SV_ARG(mln_buf_sv(&text)));
    mln_diags_done(&diags);
    mln_buf_done(&text);
    return r;
}

static int load_policy(struct check *c)
{
    struct mln_policy *p = NULL;
    struct mln_diags diags = {0};
    struct mln_buf text = {0};
    int r =
        c->policy_path ? mln_policy_load_path(c->policy_path, &p, &diags) : mln_policy_default(&p);

    if (diags.n) {
        mln_diags_print(&diags, MLN_DIAG_WARNING, &text);
        (void)fprintf(stderr, "%.*s", MLN_SV_ARG(mln_buf_sv(&text)));
    } else if (r < 0) {
        (void)fprintf(stderr, "merlon check: cannot read the policy %s: %s\n", c->policy_path,
                      strerror(-r));
    }
    mln_diags_done(&diags);
    mln_buf_clear(&text);
    if (r == 0)
        r = mln_policy_compile(p, &text);
    if (r == 0)
        r = merlon_policy_open(text.p, text.len, &c->policy);
    if (r == 0 && mln_policy_has_lists(p))
        r = load_lists(c);
    if (r == 0 && c->workload.n)
        merlon_policy_workload(c->policy, mln_check_workload_tell, &c->workload);
    mln_buf_done(&text);
    (void)mln_policy_free(p);
    return r;
}

static void add_text(struct mln_buf *o, const char *key, struct merlon_text value)
{
    if (!value.p)
        return;
    mln_buf_addf(o, ",\"%s\":", key);
    mln_buf_add_json(o, mln_sv(value.p, value.len));
}

static void add_decoding(struct mln_buf *o, uint32_t lanes)
{
    const char *sep = "";

    mln_buf_add_str(o, ",\"decoded_by\":[");
    for (unsigned l = 0; merlon_lane_name(l); l++) {
        if (!(lanes >> l & 1))
            continue;
        mln_buf_addf(o, "%s\"%s\"", sep, merlon_lane_name(l));
        sep = ",";
    }
    mln_buf_add_char(o, ']');
}

static const char *action_text(int action)
{
    static const char *const names[] = {"allow", "alert", "prevent", "ban"};

    return names[action];
}

static void add_detection(struct mln_buf *o, const struct merlon_detection *d)
{
    mln_buf_addf(o, "{\"protection\":\"%s\",\"sub\":\"%s\",\"action\":\"%s\",\"score\":%d",
                 d->protection, d->sub, action_text(d->action), d->score);
    if (d->location)
        mln_buf_addf(o, ",\"location\":\"%s\"", d->location);
    add_text(o, "name", d->name);
    add_text(o, "match", d->match);
    mln_buf_addf(o, ",\"offset\":%u,\"length\":%u", d->offset, d->length);
    if (d->lanes)
        add_decoding(o, d->lanes);
    add_text(o, "message", d->message);
    mln_buf_add_char(o, '}');
}

static void print_verdict(struct check *c, const char *id, const struct merlon_verdict *v)
{
    struct mln_buf *o = &c->out;

    mln_buf_clear(o);
    mln_buf_add_str(o, "{\"id\":");
    mln_buf_add_json(o, mln_sv_str(id));
    mln_buf_addf(o, ",\"action\":\"%s\",\"score\":%d,\"detections\":[", action_text(v->action),
                 v->score);
    for (size_t i = 0; i < v->n; i++) {
        if (i)
            mln_buf_add_char(o, ',');
        add_detection(o, &v->d[i]);
    }
    mln_buf_add_str(o, "]}\n");
    (void)fwrite(o->p, 1, o->len, stdout);
}

static void print_features(struct check *c, const char *id)
{
    struct mln_buf *o = &c->out;

    mln_buf_clear(o);
    mln_buf_add_str(o, "{\"id\":");
    mln_buf_add_json(o, mln_sv_str(id));
    mln_buf_addf(o, ",\"values\":[%.*s]}\n", MLN_SV_ARG(mln_buf_sv(&c->observed)));
    (void)fwrite(o->p, 1, o->len, stdout);
}

static void note_time(struct check *c, const char *id, uint64_t ns)
{
    c->ns[c->total] = ns;
    if (ns <= c->slowest_ns)
        return;
    c->slowest_ns = ns;
    (void)snprintf(c->slowest, sizeof(c->slowest), "%s", id);
}

static int check_one(struct check *c, const struct mln_check_request *req)
{
    mln_nsec start = mln_now_mono();
    const struct merlon_peer peer = {.local_port = c->workload.app_port};
    struct merlon_txn *t = merlon_txn_new(c->engine, c->policy, &peer, mln_now_wall());
    size_t used;

    if (!t)
        return -ENOMEM;
    mln_buf_clear(&c->observed);
    (void)merlon_txn_feed(t, req->bytes.p, req->bytes.len, &used);
    const struct merlon_verdict *v = merlon_txn_end(t);
    if (c->stats && c->total < c->ns_cap)
        note_time(c, req->id, mln_now_mono() - start);
    c->total++;
    c->refused += v->action >= MERLON_PREVENT;
    if (c->features)
        print_features(c, req->id);
    else if (!c->quiet)
        print_verdict(c, req->id, v);
    (void)merlon_txn_free(t);
    return 0;
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
        r = grow_stats(c);
        if (r == 0)
            r = check_one(c, req);
        if (r < 0)
            break;
    }
    in = mln_check_input_close(in);
    if (r == -EBADMSG)
        (void)fprintf(stderr,
                      "merlon check: %s:%zu: expected a JSON object with \"id\" and \"req_b64\" "
                      "(base64)\n",
                      path, line);
    else if (r < 0)
        (void)fprintf(stderr, "merlon check: cannot read %s: %s\n", path,
                      r == -EBADE ? "damaged gzip data" : strerror(-r));
    return r;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void print_stats(struct check *c)
{
    struct mln_buf slowest = {0};
    size_t n = c->total;
    uint64_t sum = 0;

    if (!n)
        return;
    mln_buf_add_json(&slowest, mln_sv_str(c->slowest));
    for (size_t i = 0; i < n; i++)
        sum += c->ns[i];
    qsort(c->ns, n, sizeof(*c->ns), by_value);
    (void)printf(
        "{\"stats\":{\"requests\":%zu,\"refused\":%llu,\"median_ns\":%llu,\"mean_ns\":%llu,"
        "\"p99_ns\":%llu,\"max_ns\":%llu,\"slowest\":%.*s,\"cache\":%s,\"shortcut\":%s}}\n",
        n, (unsigned long long)c->refused, (unsigned long long)c->ns[n / 2],
        (unsigned long long)(sum / n), (unsigned long long)c->ns[n * 99 / 100],
        (unsigned long long)c->ns[n - 1], MLN_SV_ARG(mln_buf_sv(&slowest)),
        c->no_cache ? "false" : "true", c->no_shortcut ? "false" : "true");
    mln_buf_done(&slowest);
}

static int parse_options(struct check *c, int argc, char **argv)
{
    static const struct option options[] = {
        {"policy", required_argument, NULL, 'p'},
        {"format", required_argument, NULL, 'f'},
        {"stats", no_argument, NULL, 's'},
        {"quiet", no_argument, NULL, 'q'},
        {"no-cache", no_argument, NULL, 'C'},
        {"no-shortcut", no_argument, NULL, 'S'},
        {"features", no_argument, NULL, 'F'},
        {"model", required_argument, NULL, 'm'},
        {"workload", required_argument, NULL, 'w'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int o;

    opterr = 0;
    while ((o = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        switch (o) {
        case 'p':
            c->policy_path = optarg;
            break;
        case 'f':
            c->jsonl = strcmp(optarg, "jsonl") == 0;
            if (!c->jsonl && strcmp(optarg, "raw") != 0) {
                return mln_cmd_bad_usage("check", "--format is raw or jsonl");
            }
            break;
        case 's':
            c->stats = true;
            break;
        case 'q':
            c->quiet = true;
            break;
        case 'F':
            c->features = true;
            break;
        case 'm':
            c->model_path = optarg;
            break;
        case 'w':
            if (!mln_check_workload_add(&c->workload, optarg))
                return mln_cmd_bad_usage("check", "--workload is image=, container=, namespace=, "
                                                  "pod=, node=, labels.NAME= or app_port=");
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
            return mln_cmd_bad_option("check", o, argv, options);
        }
    }
    return optind < argc ? 0
                         : mln_cmd_bad_usage("check", "no FILE given (\"-\" is standard input)");
}

/* The file's bytes stay in c->model. */
static const struct mln_ngram_model *load_model(struct check *c)
{
    const struct mln_ngram_model *m = NULL;
    FILE *f = fopen(c->model_path, "re");
    char *to = f ? mln_buf_reserve(&c->model, sizeof(*m) + 1) : NULL;

    if (to)
        c->model.len = fread(to, 1, sizeof(*m) + 1, f);
    if (f)
        (void)fclose(f);
    if (to && mln_ngram_open(c->model.p, c->model.len, &m))
        return m;
    (void)fprintf(stderr, "merlon check: %s is no model of this build\n", c->model_path);
    return NULL;
}

static bool open_engine(struct check *c)
{
    struct mln_engine_config cfg = {
        .no_cache = c->no_cache || c->features, /* features: of every value, each time */
        .no_shortcut = c->no_shortcut,
        .observe = c->features ? mln_check_observe : NULL,
        .observer = &c->observed,
    };

    mln_random(cfg.hash_key, sizeof(cfg.hash_key));
    if (c->model_path && !(cfg.model = load_model(c)))
        return false;
    c->engine = merlon_engine_open(&cfg);
    return c->engine != NULL;
}

/* A verdict that nobody could read must not pass for a good one. */
static bool all_written(void)
{
    bool good = fflush(stdout) == 0 && !ferror(stdout);

    if (!good)
        (void)fprintf(stderr, "merlon check: cannot write: %s\n", strerror(errno));
    return good;
}

int mln_cmd_check(int argc, char **argv)
{
    struct check c = {0};
    struct mln_check_request req = {.bytes = MLN_BUF_INIT};
    int exit_code = parse_options(&c, argc, argv);

    if (exit_code)
        return exit_code < 0 ? 0 : exit_code;
    if (!open_engine(&c) || load_policy(&c) < 0)
        exit_code = 3;
    for (int i = optind; i < argc && exit_code != 3; i++)
        if (check_file(&c, argv[i], &req) < 0)
            exit_code = 3;
    if (exit_code == 0) {
        if (c.stats)
            print_stats(&c);
        exit_code = !all_written() ? 3 : c.refused ? 1 : 0;
    }
    mln_buf_done(&req.bytes);
    mln_buf_done(&c.out);
    mln_buf_done(&c.observed);
    c.engine = merlon_engine_free(c.engine);
    c.policy = merlon_policy_free(c.policy);
    mln_buf_done(&c.model);
    free(c.ns);
    return exit_code;
}
