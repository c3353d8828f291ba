/* From what was seen to what is said: exceptions, actions, sensitivity, mode. */
#include "engine/txn_priv.h"

/* score = -10*log10(false-positive rate): 0.01 %, 0.1 %, 1 % */
static const int threshold[MLN_SENS_MAX] = {
    [MLN_SENS_LOW] = 40, [MLN_SENS_NORMAL] = 30, [MLN_SENS_HIGH] = 20};

int mln_report_threshold(const struct mln_txn *t)
{
    return threshold[t->rule->sensitivity < MLN_SENS_MAX ? t->rule->sensitivity : MLN_SENS_NORMAL];
}

bool mln_txn_active(const struct mln_txn *t)
{
    return t->rule && t->verdict.mode != MLN_MODE_OFF && !t->unprotected;
}

uint64_t mln_txn_limit_of(const struct mln_txn *t, enum mln_limit l)
{
    static const uint64_t defaults[MLN_LIMIT_MAX] = {
#define X(field, type, def, text) [MLN_LIMIT_##field] = def,
        MLN_SNAP_LIMITS(X)
#undef X
    };
    return t->rule ? t->rule->limit[l] : defaults[l];
}

/* Whatever case the glob is written in: "/Admin" is "/admin" for an application on Windows. */
bool mln_paths_any(const struct mln_paths *p, struct mln_sv glob)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (mln_sv_glob(glob, p->r[i].path, true))
            return true;
    return p->more;
}

bool mln_paths_all(const struct mln_paths *p, struct mln_sv glob)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (!mln_sv_glob(glob, p->r[i].path, (p->r[i].how & MLN_READ_FOLD) != 0))
            return false;
    return p->n > 0 && !p->more;
}

static bool glob_or_any(const struct mln_snapshot *s, struct mln_snap_ref ref, struct mln_sv text)
{
    struct mln_sv glob = mln_snap_str(s, ref);

    return !glob.p || mln_sv_glob(glob, text.p ? text : MLN_SV(""), true);
}

static bool exception_holds(const struct mln_txn *t, const struct mln_snap_exception *x,
                            const struct mln_report *r)
{
    const struct mln_snapshot *s = t->p.snap;
    unsigned protection = mln_detector_info(r->detector)->protection;
    struct mln_sv path = mln_snap_str(s, x->path), host = mln_snap_str(s, x->host);

    if (x->protection != MLN_PROT_MAX && x->protection != protection)
        return false;
    if (x->detector != MLN_DET_MAX && x->detector != r->detector)
        return false;
    if (x->location != MLN_LOC_MAX && x->location != r->loc)
        return false;
    if (x->max_score && r->score > x->max_score)
        return false;
    if (x->expires && t->p.wall >= x->expires)
        return false;
    if (!glob_or_any(s, x->name, r->name))
        return false;
    if (host.p && (!t->head || !mln_hosts_all(t->head, host)))
        return false;
    return !path.p || mln_paths_all(&t->paths, path);
}

static bool is_excepted(const struct mln_txn *t, const struct mln_report *r)
{
    const struct mln_snap_span span = t->rule->exceptions;

    for (uint32_t i = 0; i < span.count; i++)
        if (exception_holds(t, mln_snap_exception(t->p.snap, span.first + i), r))
            return true;
    return false;
}

/* The part of the value around the match. */
static struct mln_sv excerpt_of(struct mln_sv value, uint32_t offset, uint32_t length)
{
    size_t room = length < MLN_EXCERPT_MAX ? (MLN_EXCERPT_MAX - length) / 2 : 0;
    size_t from = offset > room ? offset - room : 0;

    return mln_sv_sub(value, from, MLN_EXCERPT_MAX);
}

static struct mln_sv keep(struct mln_txn *t, struct mln_sv s)
{
    return s.p ? mln_arena_dup(t->p.arena, s) : MLN_SV_NULL;
}

static void decide(struct mln_txn *t, const struct mln_detection *d, uint16_t index)
{
    struct mln_verdict *v = &t->verdict;
    uint8_t effective = d->action;

    if (effective == MLN_ACT_BAN && !mln_client_may_be_banned(t))
        effective = MLN_ACT_PREVENT;
    if (v->mode == MLN_MODE_SHADOW && effective > MLN_ACT_ALERT)
        effective = MLN_ACT_ALERT;
    if (d->score > v->score)
        v->score = d->score;
    if (d->action > v->would || (d->action == v->would && d->score > v->d[v->top].score)) {
        v->would = d->action;
        v->top = index;
    }
    if (effective > v->action) {
        v->action = effective;
        v->status = t->rule->block_status ? t->rule->block_status : 403;
        v->late = v->late || (effective >= MLN_ACT_PREVENT && t->released_any);
    }
}

static bool is_weaker(const struct mln_detection *d, uint8_t action, int score)
{
    return d->action < action || (d->action == action && d->score < score);
}

/* The row of a detection: the next one or, when all are taken, that of the weakest, so that no
 * flood of alerts hides what has to be refused. v->n when it is itself the weakest. */
static uint16_t row_for(const struct mln_verdict *v, uint8_t action, int score)
{
    uint16_t weakest = 0;

    if (v->n < MLN_DETECTIONS_MAX)
        return v->n;
    for (uint16_t i = 1; i < v->n; i++)
        if (is_weaker(&v->d[i], v->d[weakest].action, v->d[weakest].score))
            weakest = i;
    return is_weaker(&v->d[weakest], action, score) ? weakest : v->n;
}

void mln_report(struct mln_txn *t, const struct mln_report *r)
{
    struct mln_verdict *v = &t->verdict;
    const struct mln_detector_info *info = mln_detector_info(r->detector);

    if (!mln_txn_active(t) || (t->skip >> info->protection & 1))
        return;
    uint8_t action = r->action >= 0 ? (uint8_t)r->action : t->rule->action[r->detector];
    uint16_t row = row_for(v, action, r->score);
    if (action == MLN_ACT_OFF || row == MLN_DETECTIONS_MAX || is_excepted(t, r))
        return;
    struct mln_detection *d = &v->d[row];
    *d = (struct mln_detection){
        .detector = (uint8_t)r->detector,
        .protection = info->protection,
        .action = action,
        .location = (uint8_t)r->loc,
        .lanes = r->lanes,
        .rounds = r->rounds,
        .score = (int16_t)r->score,
        .offset = r->offset,
        .length = r->length,
        .name = keep(t, mln_sv_sub(r->name, 0, MLN_MATCH_MAX)),
        .match = keep(t, mln_sv_sub(mln_sv_sub(r->value, r->offset, r->length), 0, MLN_MATCH_MAX)),
        .excerpt = keep(t, excerpt_of(r->value, r->offset, r->length)),
        .message = r->message  ? mln_sv_str(r->message)
                   : r->said.p ? r->said
                               : mln_sv_str(info->text),
    };
    v->n = MLN_MAX(v->n, row + 1);
    decide(t, d, row);
}

static const struct mln_signal_hit *strongest(const struct mln_findings *f, unsigned protection)
{
    const struct mln_signal_hit *best = NULL;
    int points = INT8_MIN;

    for (uint32_t i = 0; i < f->n; i++) {
        const struct mln_signal_info *s = mln_signal_info((enum mln_signal)f->hit[i].signal);
        if (s->protection == protection && s->points > points) {
            best = &f->hit[i];
            points = s->points;
        }
    }
    return best;
}

bool mln_report_is_quiet(const struct mln_findings *f)
{
    for (unsigned p = 0; f->n && p <= MLN_PROT_SHELLSHOCK; p++)
        if (mln_findings_points(f, (enum mln_protection)p) >= threshold[MLN_SENS_HIGH])
            return false;
    return f->model.points < threshold[MLN_SENS_HIGH];
}

/* What the model saw, where no structure was seen that would say it better. */
static void report_model(struct mln_txn *t, const struct mln_ngram_hit *hit,
                         const struct mln_views *views, enum mln_location loc, struct mln_sv name)
{
    static const enum mln_detector_id detectors[MLN_NGRAM_CLASSES] = {
        [MLN_PROT_SQLI] = MLN_DET_SQLI_model,           [MLN_PROT_XSS] = MLN_DET_XSS_model,
        [MLN_PROT_TRAVERSAL] = MLN_DET_TRAVERSAL_model, [MLN_PROT_CMDI] = MLN_DET_CMDI_model,
        [MLN_PROT_CODE] = MLN_DET_CODE_model,
    };
    const struct mln_view *view = &views->v[hit->view];

    mln_report(t, &(struct mln_report){
                      .detector = detectors[hit->protection],
                      .loc = loc,
                      .name = name,
                      .value = mln_sv(view->p, view->n),
                      .offset = hit->off,
                      .length = hit->len,
                      .score = hit->points,
                      .lanes = view->lanes,
                      .rounds = view->rounds,
                      .action = -1,
                  });
}

void mln_report_findings(struct mln_txn *t, const struct mln_findings *f,
                         const struct mln_views *views, enum mln_location loc, struct mln_sv name)
{
    int limit = mln_report_threshold(t);

    bool told = false;

    for (unsigned p = 0; p <= MLN_PROT_SHELLSHOCK; p++) {
        int points = f->n ? mln_findings_points(f, (enum mln_protection)p) : 0;
        if (points < limit)
            continue;
        told = true;
        const struct mln_signal_hit *hit = strongest(f, p);
        const struct mln_signal_info *s = mln_signal_info((enum mln_signal)hit->signal);
        const struct mln_view *view = &views->v[hit->view];
        mln_report(t, &(struct mln_report){
                          .detector = (enum mln_detector_id)s->detector,
                          .loc = loc,
                          .name = name,
                          .value = mln_sv(view->p, view->n),
                          .offset = MLN_MIN(hit->off, view->n),
                          .length = hit->len,
                          .score = points,
                          .lanes = hit->lanes,
                          .rounds = hit->rounds,
                          .message = s->text,
                          .action = -1,
                      });
    }
    if (!told && f->model.points >= limit)
        report_model(t, &f->model, views, loc, name);
}

void mln_report_limit(struct mln_txn *t, bool *told, enum mln_location loc, struct mln_sv name,
                      struct mln_sv value, const char *message)
{
    if (*told)
        return;
    *told = true;
    mln_report(t, &(struct mln_report){
                      .detector = MLN_DET_MALFORMED_limit,
                      .loc = loc,
                      .name = name,
                      .value = value,
                      .length = (uint32_t)MLN_MIN(value.len, (size_t)MLN_MATCH_MAX),
                      .score = 40,
                      .message = message,
                      .action = -1,
                  });
}

void mln_txn_no_memory(struct mln_txn *t)
{
    struct mln_verdict *v = &t->verdict;

    if (v->error)
        return;
    v->error = true;
    if (mln_txn_active(t) && t->rule->on_error == MLN_ON_ERROR_BLOCK &&
        v->mode == MLN_MODE_ENFORCE) {
        v->action = MLN_MAX(v->action, MLN_ACT_PREVENT);
        v->would = MLN_MAX(v->would, MLN_ACT_PREVENT);
        v->status = 503;
    }
}
