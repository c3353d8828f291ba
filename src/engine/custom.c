/* Custom rules of the policy: running their code when the fields that they look at are there. */
#include "engine/custom_priv.h"

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

static bool run_test(struct mln_txn *t, uint32_t index, struct mln_custom_evidence *e)
{
    struct mln_custom_test test = {.t = t, .o = mln_snap_op(t->p.snap, index), .evidence = e};

    if (mln_expr_is_of_workload((enum mln_expr_field)test.o->field))
        return t->p.workload >> test.o->workload_bit & 1;
    if (goes_by(test.o) && t->custom && index - t->custom->first < t->custom->n) {
        test.tally = t->custom->tally[index - t->custom->first];
        if (test.tally.n_true)
            *e = t->custom->evidence;
    } else {
        mln_custom_each_value(&test);
    }
    return answer(t, test.o, test.tally);
}

static bool run_code(struct mln_txn *t, struct mln_snap_span code, struct mln_custom_evidence *e)
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
    struct mln_custom_evidence e = {.loc = MLN_LOC_MAX};
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
    struct mln_custom_evidence e = {0};

    for (uint32_t i = 0; i < s->n; i++) {
        struct mln_custom_test test = {.t = t,
                                       .o = mln_snap_op(t->p.snap, s->first + i),
                                       .tally = s->tally[i],
                                       .evidence = &e};
        if (!is_wanted(t, test.o, loc, name))
            continue;
        mln_custom_take(&test, name,
                        test.o->field == MLN_FIELD_FORM_NAMES ? name
                        : value.p                             ? value
                                                              : MLN_SV(""));
        s->tally[i] = test.tally;
    }
    if (e.value.p && !s->evidence.value.p) { /* the first is told; each would take memory */
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
