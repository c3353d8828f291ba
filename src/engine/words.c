#include "engine/words.h"

enum { NONE = UINT16_MAX };

struct mln_words {
    uint16_t column[256]; /* of a byte */
    uint16_t n_columns;   /* the first is that of bytes in no word */
    uint16_t n_states;    /* the first is the start */
    uint16_t *next;       /* n_states rows of n_columns */
    uint16_t *word;       /* that ends in a state, or NONE */
    uint8_t *depth;
};

static void number_columns(struct mln_words *w, const struct mln_sv *words, size_t n)
{
    w->n_columns = 1;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < words[k].len; i++) {
            unsigned char c = (unsigned char)mln_lower(words[k].p[i]);
            if (!w->column[c])
                w->column[c] = w->n_columns++;
        }
    for (unsigned c = 'A'; c <= 'Z'; c++)
        w->column[c] = w->column[c | 0x20];
}

static uint16_t *row(const struct mln_words *w, size_t state)
{
    return w->next + state * w->n_columns;
}

/* The words as a tree; 0 is "no branch yet", for none leads back to the start. */
static void grow(struct mln_words *w, const struct mln_sv *words, size_t n)
{
    w->n_states = 1;
    w->word[0] = NONE;
    for (size_t k = 0; k < n; k++) {
        uint16_t state = 0;
        for (size_t i = 0; i < words[k].len; i++) {
            uint16_t *branch = &row(w, state)[w->column[(unsigned char)words[k].p[i]]];
            if (!*branch) {
                *branch = w->n_states++;
                w->word[*branch] = NONE;
                w->depth[*branch] = (uint8_t)(i + 1);
            }
            state = *branch;
        }
        if (w->word[state] == NONE)
            w->word[state] = (uint16_t)k;
    }
}

/* Level by level: where a state has no branch, it goes on as the longest end of it that is a state
 * would. That one's row is complete by then. */
static void link_up(struct mln_words *w, uint16_t *fail, uint16_t *queue)
{
    size_t head = 0, tail = 0;

    for (unsigned c = 0; c < w->n_columns; c++)
        if (row(w, 0)[c])
            queue[tail++] = row(w, 0)[c];
    while (head < tail) {
        uint16_t state = queue[head++];
        uint16_t *next = row(w, state), *back = row(w, fail[state]);
        if (w->word[state] == NONE)
            w->word[state] = w->word[fail[state]];
        for (unsigned c = 0; c < w->n_columns; c++) {
            if (next[c]) {
                fail[next[c]] = back[c];
                queue[tail++] = next[c];
            } else {
                next[c] = back[c];
            }
        }
    }
}

struct mln_words *mln_words_new(const struct mln_sv *words, size_t n)
{
    size_t states = 1;
    struct mln_words *w = calloc(1, sizeof(*w));

    for (size_t k = 0; k < n; k++)
        states += words[k].len && words[k].len < 256 ? words[k].len : MLN_WORDS_STATES_MAX;
    if (!w || n > MLN_WORDS_MAX || states > MLN_WORDS_STATES_MAX)
        return mln_words_free(w);
    number_columns(w, words, n);
    w->next = calloc(states * w->n_columns, sizeof(*w->next));
    w->word = calloc(states, sizeof(*w->word));
    w->depth = calloc(states, sizeof(*w->depth));
    uint16_t *fail = calloc(states, sizeof(*fail)), *queue = calloc(states, sizeof(*queue));
    bool good = w->next && w->word && w->depth && fail && queue;
    if (good) {
        grow(w, words, n);
        link_up(w, fail, queue);
    }
    free(fail);
    free(queue);
    return good ? w : mln_words_free(w);
}

struct mln_words *mln_words_free(struct mln_words *w)
{
    if (w) {
        free(w->next);
        free(w->word);
        free(w->depth);
        free(w);
    }
    return NULL;
}

int mln_words_next(const struct mln_words *w, struct mln_words_scan *s, struct mln_sv text,
                   size_t *i)
{
    uint32_t state = s->state;

    for (size_t k = *i; k < text.len; k++) {
        state = w->next[state * w->n_columns + w->column[(unsigned char)text.p[k]]];
        if (w->word[state] != NONE) {
            s->state = state;
            *i = k + 1;
            return w->word[state];
        }
    }
    s->state = state;
    *i = text.len;
    return -1;
}

size_t mln_words_pending(const struct mln_words *w, const struct mln_words_scan *s)
{
    return w->depth[s->state];
}
