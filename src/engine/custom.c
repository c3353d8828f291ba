/* Custom rules of the policy: running their code when the fields that they look at are there. */
#include <errno.h>

#include "engine/expr_test.h"
#include "engine/regex.h"
#include "engine/txn_priv.h"

struct evidence {
    enum mln_location loc;
    struct mln_sv name, value;
};

/* Of a transaction whose rule looks at the body: fields go by, so their tests are taken as they
 * come, and the body's first bytes are kept when a test wants them. */
struct mln_custom_state {
    struct mln_buf body, answer;
    bool wants_body, wants_answer, answer_decided;
    struct evidence evidence;
    uint32_t first, n;        /* CODE of all custom rules */
    struct mln_tally tally[]; /* n */
};

struct test {
    struct mln_txn *t;
    const struct mln_snap_op *o;
    struct mln_tally tally;
    struct evidence *evidence;
};

/* ---- one value ---- */

static enum mln_location location_of(enum mln_expr_field f)
{
    switch (f) {
    case MLN_FIELD_METHOD:
        return MLN_LOC_METHOD;
    case MLN_FIELD_PATH:
    case MLN_FIELD_FILE_EXTENSION:
        return MLN_LOC_PATH;
    case MLN_FIELD_URL:
        return MLN_LOC_URL;
    case MLN_FIELD_QUERY:
    case MLN_FIELD_PARAM:
    case MLN_FIELD_PARAM_NAMES:
        return MLN_LOC_QUERY;
    case MLN_FIELD_COOKIE:
    case MLN_FIELD_COOKIE_NAMES:
        return MLN_LOC_COOKIE;
    case MLN_FIELD_FORM:
    case MLN_FIELD_FORM_NAMES:
        return MLN_LOC_FORM;
    case MLN_FIELD_JSON:
        return MLN_LOC_JSON;
    case MLN_FIELD_BODY:
        return MLN_LOC_BODY;
    case MLN_FIELD_HOST:
    case MLN_FIELD_HEADER:
    case MLN_FIELD_HEADER_NAMES:
        return MLN_LOC_HEADER;
    case MLN_FIELD_RESP_HEADER:
    case MLN_FIELD_RESP_HEADER_NAMES:
    case MLN_FIELD_RESP_CONTENT_TYPE:
    case MLN_FIELD_RESP_BODY:
        return MLN_LOC_RESPONSE;
    default:
        return MLN_LOC_MAX;
    }
}

bool mln_search(struct mln_txn *t, struct mln_snap_span program, struct mln_sv text)
{
    uint64_t steps = 0;
    bool found = mln_regex_search(mln_snap_regex(t->p.snap, program), text, &steps);

    (void)mln_budget_take(&t->budget, steps);
    return found;
}

static void take_text(struct test *test, struct mln_sv name, struct mln_sv text)
{
    struct mln_txn *t = test->t;
    struct mln_expr_ctx x = {.snap = t->p.snap, .scratch = &t->e->scratch};
    bool holds = mln_expr_take(&x, test->o, text, &test->tally);

    (void)mln_budget_take(&t->budget, x.steps); /* what is left is for the detectors */
    if (x.no_memory)
        mln_txn_no_memory(t);
    if (holds)
        *test->evidence =
            (struct evidence){location_of((enum mln_expr_field)test->o->field), name, text};
}

static void take_addr(struct test *test, const struct mln_addr *a)
{
    test->tally.n++;
    test->tally.n_true += test->o->compare == MLN_CMP_IN_LISTS &&
                          mln_snap_lists_have(test->t->p.snap, test->o->set, a);
}

/* ---- the values of a field ---- */

static struct mln_sv lower_of(struct mln_txn *t, struct mln_sv s)
{
    return mln_expr_apply(&t->e->scratch, MLN_FUNCTION_LOWER, s);
}

static void each_host(struct test *test)
{
    struct mln_host_iter it = {0};
    struct mln_sv host;

    while (mln_host_next(test->t->head, &it, &host))
        take_text(test, MLN_SV("Host"), lower_of(test->t, host));
}

static void each_method(struct test *test)
{
    struct mln_method_iter it = {0};
    struct mln_sv method;

    while (mln_method_next(&test->t->e->scratch, test->t->head, &it, &method))
        take_text(test, MLN_SV_NULL, method);
}

/* ".php" of "/a/b.php/c": what a server may choose a handler by stands in any segment. */
static void each_extension(struct test *test, struct mln_sv path)
{
    while (path.p) {
        struct mln_sv segment = mln_sv_split(&path, '/');
        for (size_t i = segment.len; i-- > 0;)
            if (segment.p[i] == '.') {
                take_text(test, MLN_SV_NULL,
                          lower_of(test->t, mln_sv_sub(segment, i + 1, segment.len)));
                break;
            }
    }
}

static void each_path(struct test *test)
{
    const struct mln_paths *p = &test->t->paths;

    for (uint32_t i = 0; i < p->n; i++)
        if (test->o->field == MLN_FIELD_PATH)
            take_text(test, MLN_SV_NULL, p->r[i].path);
        else
            each_extension(test, p->r[i].path);
}

static void each_header(struct test *test, const struct mln_http_head *h, struct mln_sv key)
{

    for (uint32_t i = 0; h && i < h->n_fields; i++) {
        const struct mln_http_field *f = &h->fields[i];
        if (f->flags & MLN_FIELD_DROPPED)
            continue;
        if (!key.p)
            take_text(test, f->name, lower_of(test->t, f->name));
        else if (mln_sv_ieq(f->name, key))
            take_text(test, f->name, f->value.p ? f->value : MLN_SV(""));
    }
}

static void take_pair(struct test *test, struct mln_sv key, struct mln_sv name, struct mln_sv value)
{
    if (!key.p)
        take_text(test, name, name);
    else if (mln_sv_eq(name, key))
        take_text(test, name, value.p ? value : MLN_SV(""));
}

static void each_param(struct test *test, struct mln_sv key)
{
    struct mln_arena *a = &test->t->e->scratch;
    struct mln_sv rest = test->t->head->query, name, value;

    while (rest.p && mln_query_next(&rest, &name, &value))
        take_pair(test, key, mln_url_decode(a, name, true, NULL),
                  mln_url_decode(a, value, true, NULL));
}

static void each_cookie(struct test *test, struct mln_sv key)
{
    const struct mln_http_head *h = test->t->head;
    const struct mln_http_field *f;
    uint32_t iter = 0;
    struct mln_sv name, value;

    while ((f = mln_http_field_next(h, MLN_NAME_COOKIE, &iter))) {
        struct mln_sv rest = f->value;
        while (mln_cookie_next(&rest, &name, &value))
            take_pair(test, key, name, value);
        rest = f->value;
        while (mln_cookie_next_quoted(&test->t->e->scratch, &rest, &name, &value))
            take_pair(test, key, name, value);
    }
}

static void each_country(struct test *test)
{
    const struct mln_client *c = &test->t->client;

    take_text(test, MLN_SV_NULL, mln_snap_country(test->t->p.snap, &c->addr));
    if (c->disputed)
        take_text(test, MLN_SV_NULL, mln_snap_country(test->t->p.snap, &c->other));
}

static void each_address(struct test *test)
{
    const struct mln_client *c = &test->t->client;

    take_addr(test, &c->addr);
    if (c->disputed)
        take_addr(test, &c->other);
}

static int64_t score_of(const struct mln_txn *t, struct mln_sv protection)
{
    int wanted = mln_protection_find(protection), best = 0;

    if (!protection.p)
        return t->verdict.score;
    for (uint16_t i = 0; i < t->verdict.n; i++)
        if (t->verdict.d[i].protection == wanted && t->verdict.d[i].score > best)
            best = t->verdict.d[i].score;
    return best;
}

static void take_number(struct test *test, int64_t number)
{
    mln_expr_take_number(test->o, number, &test->tally);
}

static void take_media_type(struct test *test)
{
    struct mln_sv value = mln_http_get(test->t->response, MLN_NAME_CONTENT_TYPE);
    struct mln_media_type mt;

    if (!value.p)
        return;
    mln_media_type_parse(value, &mt);
    take_text(test, MLN_SV("Content-Type"), lower_of(test->t, mt.type));
}

/* Of the application's answer, once there is one. */
static void each_of_answer(struct test *test, struct mln_sv key)
{
    const struct mln_http_head *h = test->t->response;

    if (!h)
        return;
    if (test->o->field == MLN_FIELD_RESP_STATUS)
        take_number(test, h->status);
    else if (test->o->field == MLN_FIELD_RESP_CONTENT_TYPE)
        take_media_type(test);
    else
        each_header(test, h, key);
}

static void each_value(struct test *test)
{
    struct mln_txn *t = test->t;
    struct mln_sv key = mln_snap_str(t->p.snap, test->o->key);

    switch ((enum mln_expr_field)test->o->field) {
    case MLN_FIELD_METHOD:
        each_method(test);
        break;
    case MLN_FIELD_PATH:
    case MLN_FIELD_FILE_EXTENSION:
        each_path(test);
        break;
    case MLN_FIELD_URL:
        take_text(test, MLN_SV_NULL, t->head->target);
        break;
    case MLN_FIELD_QUERY:
        take_text(test, MLN_SV_NULL, t->head->query);
        break;
    case MLN_FIELD_HOST:
        each_host(test);
        break;
    case MLN_FIELD_HTTP_VERSION:
        take_text(test, MLN_SV_NULL, t->head->minor ? MLN_SV("1.1") : MLN_SV("1.0"));
        break;
    case MLN_FIELD_SCHEME:
        take_text(test, MLN_SV_NULL, mln_is_https(t) ? MLN_SV("https") : MLN_SV("http"));
        break;
    case MLN_FIELD_COUNTRY:
        each_country(test);
        break;
    case MLN_FIELD_IP:
        each_address(test);
        break;
    case MLN_FIELD_HEADER:
    case MLN_FIELD_HEADER_NAMES:
        each_header(test, t->head, key);
        break;
    case MLN_FIELD_COOKIE:
    case MLN_FIELD_COOKIE_NAMES:
        each_cookie(test, key);
        break;
    case MLN_FIELD_PARAM:
    case MLN_FIELD_PARAM_NAMES:
        each_param(test, key);
        break;
    case MLN_FIELD_BODY:
        if (t->custom && t->custom->body.len)
            take_text(test, MLN_SV_NULL, mln_buf_sv(&t->custom->body));
        break;
    case MLN_FIELD_PORT:
        take_number(test, t->p.local_port);
        break;
    case MLN_FIELD_RESP_BODY:
        if (t->custom && t->custom->answer.len)
            take_text(test, MLN_SV_NULL, mln_buf_sv(&t->custom->answer));
        break;
    case MLN_FIELD_SCORE:
        take_number(test, score_of(t, key));
        break;
    case MLN_FIELD_RESP_STATUS:
    case MLN_FIELD_RESP_HEADER:
    case MLN_FIELD_RESP_HEADER_NAMES:
    case MLN_FIELD_RESP_CONTENT_TYPE:
        each_of_answer(test, key);
        break;
    case MLN_FIELD_FORM:
    case MLN_FIELD_FORM_NAMES:
    case MLN_FIELD_JSON: /* taken as they went by */
    default:             /* and those of the workload are known already */
        break;
    }
}

/* ---- one rule ---- */

static bool goes_by(const struct mln_snap_op *o)
{
    return o->op == MLN_OP_TEST && (o->field == MLN_FIELD_FORM ||
                                    o->field == MLN_FIELD_FORM_NAMES || o->field == MLN_FIELD_JSON);
}

/* Not every reading of the path is known: the doubt goes against the client. */
static bool is_unsure(const struct mln_txn *t, const struct mln_snap_op *o)
{
    return (o->field == MLN_FIELD_PATH || o->field == MLN_FIELD_FILE_EXTENSION) && t->paths.more;
}

static bool answer(const struct mln_txn *t, const struct mln_snap_op *o, struct mln_tally tally)
{
    if (is_unsure(t, o))
        return !o->all;
    return mln_expr_answer(o, tally);
}

static bool run_test(struct mln_txn *t, uint32_t index, struct evidence *e)
{
    struct test test = {.t = t, .o = mln_snap_op(t->p.snap, index), .evidence = e};

    if (mln_expr_is_of_workload((enum mln_expr_field)test.o->field))
        return t->p.workload >> test.o->workload_bit & 1;
    if (goes_by(test.o) && t->custom && index - t->custom->first < t->custom->n) {
        test.tally = t->custom->tally[index - t->custom->first];
        if (test.tally.n_true)
            *e = t->custom->evidence;
    } else {
        each_value(&test);
    }
    return answer(t, test.o, test.tally);
}

static bool run_code(struct mln_txn *t, struct mln_snap_span code, struct evidence *e)
{
    bool value = false;

    for (uint32_t i = 0; i < code.count;) {
        const struct mln_snap_op *o = mln_snap_op(t->p.snap, code.first + i);
        bool jump = (o->op == MLN_OP_JUMP_IF && value) || (o->op == MLN_OP_JUMP_UNLESS && !value);
        if (o->op == MLN_OP_TEST)
            value = run_test(t, code.first + i, e);
        else if (o->op == MLN_OP_NOT)
            value = !value;
        i = jump ? o->target : i + 1;
    }
    return value;
}

/* What an allow rule skips: all but framing, addresses, and what the policy says itself. */
static uint32_t built_in(void)
{
    uint32_t all = (UINT32_C(1) << MLN_PROT_MAX) - 1;

    return all & ~(UINT32_C(1) << MLN_PROT_MALFORMED | UINT32_C(1) << MLN_PROT_ACCESS |
                   UINT32_C(1) << MLN_PROT_HEADERS | UINT32_C(1) << MLN_PROT_CUSTOM);
}

static void run_rule(struct mln_txn *t, const struct mln_snap_custom *c)
{
    struct evidence e = {.loc = MLN_LOC_MAX};
    bool holds = run_code(t, c->code, &e);

    if (holds && c->allow)
        t->skip |= built_in();
    else if (holds)
        mln_report(t, &(struct mln_report){
                          .detector = MLN_DET_CUSTOM_rule,
                          .loc = e.loc,
                          .name = e.name,
                          .value = e.value,
                          .length = (uint32_t)MLN_MIN(e.value.len, (size_t)MLN_MATCH_MAX),
                          .score = 100,
                          .said = mln_snap_str(t->p.snap, c->message),
                          .action = c->action,
                      });
    if (t->e->scratch.used)
        mln_arena_reset(&t->e->scratch, MLN_SCRATCH_KEEP);
}

static void run_phase(struct mln_txn *t, enum mln_expr_phase phase)
{
    const struct mln_snap_span span = t->rule->custom;

    for (uint32_t i = 0; i < span.count; i++) {
        const struct mln_snap_custom *c = mln_snap_custom(t->p.snap, span.first + i);
        if (c->phase == phase)
            run_rule(t, c);
    }
}

/* ---- the body ---- */

static bool looks_at_body(const struct mln_txn *t)
{
    const struct mln_snap_span span = t->rule->custom;

    for (uint32_t i = 0; i < span.count; i++)
        if (mln_snap_custom(t->p.snap, span.first + i)->phase != MLN_PHASE_HEAD)
            return true;
    return false;
}

/* The code of a rule's custom rules lies in one piece. */
static struct mln_snap_span all_code(const struct mln_txn *t)
{
    const struct mln_snap_span span = t->rule->custom;
    const struct mln_snap_custom *a = mln_snap_custom(t->p.snap, span.first);
    const struct mln_snap_custom *z = mln_snap_custom(t->p.snap, span.first + span.count - 1);
    uint32_t end = z->code.first + z->code.count;

    return (struct mln_snap_span){a->code.first, end > a->code.first ? end - a->code.first : 0};
}

static void watch_body(struct mln_txn *t)
{
    struct mln_snap_span code = all_code(t);
    struct mln_custom_state *s =
        mln_arena_zalloc(t->p.arena, sizeof(*s) + code.count * sizeof(s->tally[0]));

    if (!s) {
        mln_txn_no_memory(t);
        return;
    }
    s->first = code.first;
    s->n = code.count;
    s->body.limit_bytes = mln_txn_limit_of(t, MLN_LIMIT_body_inspect);
    s->answer.limit_bytes = MLN_ANSWER_WINDOW;
    for (uint32_t i = 0; i < code.count; i++) {
        uint8_t field = mln_snap_op(t->p.snap, code.first + i)->field;
        s->wants_body = s->wants_body || field == MLN_FIELD_BODY;
        s->wants_answer = s->wants_answer || field == MLN_FIELD_RESP_BODY;
    }
    t->custom = s;
}

static bool is_wanted(const struct mln_txn *t, const struct mln_snap_op *o, enum mln_location loc,
                      struct mln_sv name)
{
    bool form = loc == MLN_LOC_FORM || loc == MLN_LOC_MULTIPART;
    struct mln_sv key = mln_snap_str(t->p.snap, o->key);

    if (!goes_by(o))
        return false;
    if (o->field == MLN_FIELD_FORM_NAMES)
        return form;
    return (o->field == MLN_FIELD_FORM ? form : loc == MLN_LOC_JSON) && mln_sv_eq(name, key);
}

void mln_custom_value(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                      struct mln_sv value)
{
    struct mln_custom_state *s = t->custom;
    struct evidence e = {0};

    for (uint32_t i = 0; i < s->n; i++) {
        struct test test = {.t = t,
                            .o = mln_snap_op(t->p.snap, s->first + i),
                            .tally = s->tally[i],
                            .evidence = &e};
        if (!is_wanted(t, test.o, loc, name))
            continue;
        take_text(&test, name,
                  test.o->field == MLN_FIELD_FORM_NAMES ? name
                  : value.p                             ? value
                                                        : MLN_SV(""));
        s->tally[i] = test.tally;
    }
    if (e.value.p) {
        s->evidence.loc = loc;
        s->evidence.name = mln_arena_dup(t->p.arena, mln_sv_sub(name, 0, MLN_MATCH_MAX));
        s->evidence.value = mln_arena_dup(t->p.arena, mln_sv_sub(e.value, 0, MLN_MATCH_MAX));
    }
    if (t->e->scratch.used)
        mln_arena_reset(&t->e->scratch, MLN_SCRATCH_KEEP);
}

void mln_custom_body(struct mln_txn *t, struct mln_sv piece)
{
    struct mln_custom_state *s = t->custom;

    if (!s->wants_body)
        return;
    piece = mln_sv_sub(piece, 0, s->body.limit_bytes - s->body.len);
    mln_buf_add_sv(&s->body, piece);
    if (mln_buf_failed(&s->body))
        mln_txn_no_memory(t);
}

/* ---- phases ---- */

void mln_custom_head(struct mln_txn *t)
{
    if (!t->rule->custom.count)
        return;
    if (looks_at_body(t))
        watch_body(t);
    run_phase(t, MLN_PHASE_HEAD);
}

void mln_custom_end(struct mln_txn *t)
{
    if (t->rule->custom.count)
        run_phase(t, MLN_PHASE_BODY);
}

void mln_custom_answer(struct mln_txn *t)
{
    if (t->rule->custom.count)
        run_phase(t, MLN_PHASE_ANSWER);
}

bool mln_custom_wants_body(const struct mln_txn *t)
{
    return t->custom && t->custom->wants_body;
}

bool mln_custom_wants_answer(const struct mln_txn *t)
{
    return t->custom && t->custom->wants_answer;
}

bool mln_custom_answer_decided(const struct mln_txn *t)
{
    return !mln_custom_wants_answer(t) || t->custom->answer_decided;
}

void mln_custom_answer_end(struct mln_txn *t)
{
    if (mln_custom_answer_decided(t))
        return;
    t->custom->answer_decided = true;
    run_phase(t, MLN_PHASE_ANSWER_BODY);
}

void mln_custom_answer_body(struct mln_txn *t, struct mln_sv piece)
{
    struct mln_custom_state *s = t->custom;

    if (mln_custom_answer_decided(t))
        return;
    piece = mln_sv_sub(piece, 0, s->answer.limit_bytes - s->answer.len);
    mln_buf_add_sv(&s->answer, piece);
    if (mln_buf_failed(&s->answer))
        mln_txn_no_memory(t);
    if (s->answer.len == s->answer.limit_bytes)
        mln_custom_answer_end(t);
}

void mln_custom_free(struct mln_txn *t)
{
    if (!t->custom)
        return;
    mln_buf_done(&t->custom->body);
    mln_buf_done(&t->custom->answer);
}
