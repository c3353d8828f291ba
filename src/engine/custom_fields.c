/* What the fields of custom rules stand for in a request and its answer: each of their values, in
 * each reading that an application may have. */
#include "engine/custom_priv.h"
#include "engine/regex.h"

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

void mln_custom_take(struct mln_custom_test *test, struct mln_sv name, struct mln_sv text)
{
    struct mln_txn *t = test->t;
    struct mln_expr_ctx x = {.snap = t->p.snap, .scratch = &t->e->scratch};
    bool holds = mln_expr_take(&x, test->o, text, &test->tally);

    (void)mln_budget_take(&t->budget, x.steps); /* what is left is for the detectors */
    if (x.no_memory)
        mln_txn_no_memory(t);
    if (holds)
        *test->evidence = (struct mln_custom_evidence){
            location_of((enum mln_expr_field)test->o->field), name, text};
}

static void take_addr(struct mln_custom_test *test, const struct mln_addr *a)
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

static void each_host(struct mln_custom_test *test)
{
    struct mln_host_iter it = {0};
    struct mln_sv host;

    while (mln_host_next(test->t->head, &it, &host))
        mln_custom_take(test, MLN_SV("Host"), lower_of(test->t, host));
}

static void each_method(struct mln_custom_test *test)
{
    struct mln_method_iter it = {0};
    struct mln_sv method;

    while (mln_method_next(&test->t->e->scratch, test->t->head, &it, &method))
        mln_custom_take(test, MLN_SV_NULL, method);
}

/* ".php" of "/a/b.php/c": what a server may choose a handler by stands in any segment. */
static void each_extension(struct mln_custom_test *test, struct mln_sv path)
{
    while (path.p) {
        struct mln_sv segment = mln_sv_split(&path, '/');
        for (size_t i = segment.len; i-- > 0;)
            if (segment.p[i] == '.') {
                mln_custom_take(test, MLN_SV_NULL,
                                lower_of(test->t, mln_sv_sub(segment, i + 1, segment.len)));
                break;
            }
    }
}

static void each_path(struct mln_custom_test *test)
{
    const struct mln_paths *p = &test->t->paths;

    for (uint32_t i = 0; i < p->n; i++)
        if (test->o->field == MLN_FIELD_PATH)
            mln_custom_take(test, MLN_SV_NULL, p->r[i].path);
        else
            each_extension(test, p->r[i].path);
}

static void each_header(struct mln_custom_test *test, const struct mln_http_head *h,
                        struct mln_sv key)
{

    for (uint32_t i = 0; h && i < h->n_fields; i++) {
        const struct mln_http_field *f = &h->fields[i];
        if (f->flags & MLN_FIELD_DROPPED)
            continue;
        if (!key.p)
            mln_custom_take(test, f->name, lower_of(test->t, f->name));
        else if (mln_sv_ieq(f->name, key))
            mln_custom_take(test, f->name, f->value.p ? f->value : MLN_SV(""));
    }
}

static void take_pair(struct mln_custom_test *test, struct mln_sv key, struct mln_sv name,
                      struct mln_sv value)
{
    if (!key.p)
        mln_custom_take(test, name, name);
    else if (mln_sv_eq(name, key))
        mln_custom_take(test, name, value.p ? value : MLN_SV(""));
}

static void each_param(struct mln_custom_test *test, struct mln_sv key)
{
    struct mln_arena *a = &test->t->e->scratch;
    struct mln_sv rest = test->t->head->query, name, value;

    while (rest.p && mln_query_next(&rest, &name, &value))
        take_pair(test, key, mln_url_decode(a, name, true, NULL),
                  mln_url_decode(a, value, true, NULL));
}

static void each_cookie(struct mln_custom_test *test, struct mln_sv key)
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

static void each_country(struct mln_custom_test *test)
{
    const struct mln_client *c = &test->t->client;

    mln_custom_take(test, MLN_SV_NULL, mln_snap_country(test->t->p.snap, &c->addr));
    if (c->disputed)
        mln_custom_take(test, MLN_SV_NULL, mln_snap_country(test->t->p.snap, &c->other));
}

static void each_address(struct mln_custom_test *test)
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

static void take_number(struct mln_custom_test *test, int64_t number)
{
    mln_expr_take_number(test->o, number, &test->tally);
}

static void take_media_type(struct mln_custom_test *test)
{
    struct mln_sv value = mln_http_get(test->t->response, MLN_NAME_CONTENT_TYPE);
    struct mln_media_type mt;

    if (!value.p)
        return;
    mln_media_type_parse(value, &mt);
    mln_custom_take(test, MLN_SV("Content-Type"), lower_of(test->t, mt.type));
}

/* Of the application's answer, once there is one. */
static void each_of_answer(struct mln_custom_test *test, struct mln_sv key)
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

void mln_custom_each_value(struct mln_custom_test *test)
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
        mln_custom_take(test, MLN_SV_NULL, t->head->target);
        break;
    case MLN_FIELD_QUERY:
        mln_custom_take(test, MLN_SV_NULL, t->head->query);
        break;
    case MLN_FIELD_HOST:
        each_host(test);
        break;
    case MLN_FIELD_HTTP_VERSION:
        mln_custom_take(test, MLN_SV_NULL, t->head->minor ? MLN_SV("1.1") : MLN_SV("1.0"));
        break;
    case MLN_FIELD_SCHEME:
        mln_custom_take(test, MLN_SV_NULL, mln_is_https(t) ? MLN_SV("https") : MLN_SV("http"));
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
            mln_custom_take(test, MLN_SV_NULL, mln_buf_sv(&t->custom->body));
        break;
    case MLN_FIELD_PORT:
        take_number(test, t->p.local_port);
        break;
    case MLN_FIELD_RESP_BODY:
        if (t->custom && t->custom->answer.len)
            mln_custom_take(test, MLN_SV_NULL, mln_buf_sv(&t->custom->answer));
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
