#include "engine/txn_priv.h"

struct mln_engine *mln_engine_new(const struct mln_engine_config *cfg)
{
    struct mln_engine *e = calloc(1, sizeof(*e));

    if (!e)
        return NULL;
    e->cfg = *cfg;
    e->model = cfg->model ? cfg->model : &mln_ngram_default;
    e->key = (struct mln_hash_key){cfg->hash_key[0], cfg->hash_key[1]};
    mln_arena_init(&e->scratch, MLN_SCRATCH_BYTES);
    mln_telling_words_init(&e->words);
    e->decoders.max = MLN_DECODER_BYTES;
    e->leak_words = mln_leak_words_new();
    return e->leak_words ? e : mln_engine_free(e);
}

/* Others may work meanwhile: what this transaction has in the scratch arena is set aside. */
static void pause(struct mln_pace *p)
{
    struct mln_engine *e = MLN_OWNER(p, struct mln_engine, pace);
    struct mln_arena own = e->scratch;

    mln_arena_init(&e->scratch, MLN_SCRATCH_BYTES);
    e->pause(e->pauser);
    mln_arena_done(&e->scratch);
    e->scratch = own;
}

void mln_engine_pauses(struct mln_engine *e, void (*pause_fn)(void *pauser), void *pauser)
{
    e->pace.say = pause;
    e->pause = pause_fn;
    e->pauser = pauser;
}

struct mln_engine *mln_engine_free(struct mln_engine *e)
{
    if (e) {
        while (e->n_spare)
            mln_buf_done(&e->spare[--e->n_spare]);
        mln_arena_done(&e->scratch);
        e->leak_words = mln_words_free(e->leak_words);
        free(e);
    }
    return NULL;
}

struct mln_buf mln_spare_take(struct mln_engine *e)
{
    return e->n_spare ? e->spare[--e->n_spare] : MLN_BUF_INIT;
}

void mln_spare_give(struct mln_engine *e, struct mln_buf *b)
{
    if (!b->p || b->cap > MLN_SPARE_BYTES || e->n_spare == MLN_SPARE_BUFS) {
        mln_buf_done(b);
        return;
    }
    mln_buf_clear(b);
    e->spare[e->n_spare++] = *b;
    *b = MLN_BUF_INIT;
}
