/* SQL as all dialects together see it: a value becomes short arrays of tokens, read either as it
 * stands or as what follows a quote of the application. */
#ifndef MLN_ENGINE_SQL_TOKENS_H
#define MLN_ENGINE_SQL_TOKENS_H

#include "engine/detect.h"

/* Longer values are read in windows that overlap (mln_sql_tokenize). */
enum { MLN_SQL_TOKENS_MAX = 192, MLN_SQL_OVERLAP = 48 };

enum mln_sql_type {
    MLN_SQL_WORD,    /* not in the table */
    MLN_SQL_KEYWORD, /* see kind */
    MLN_SQL_NUMBER,
    MLN_SQL_STRING,
    MLN_SQL_VARIABLE, /* @x, @@x */
    MLN_SQL_OPERATOR, /* = < > + - / || && and so on */
    MLN_SQL_OPEN,     /* ( { */
    MLN_SQL_CLOSE,    /* ) } */
    MLN_SQL_COMMA,
    MLN_SQL_SEMI,
    MLN_SQL_DOT,
    MLN_SQL_COMMENT, /* to the end of the line, or a bracketed one that never closes */
    MLN_SQL_OTHER,   /* a byte that no SQL has here */
    MLN_SQL_END,     /* never stored: what lies past the last token */
};

/* What a word or operator does. A word may do several things. */
enum {
    MLN_SQLK_BOOL = 1 << 0,      /* and, or, xor, &&, || */
    MLN_SQLK_STATEMENT = 1 << 1, /* starts a statement */
    MLN_SQLK_CLAUSE = 1 << 2,    /* from, where, having, order, group, limit, into … */
    MLN_SQLK_COMPARE = 1 << 3,   /* =, <, like, rlike, regexp, between, in, is … */
    MLN_SQLK_FUNCTION = 1 << 4,  /* called with brackets */
    MLN_SQLK_EFFECT = 1 << 5,    /* has side effects, or is there to be abused */
    MLN_SQLK_UNION = 1 << 6,
    MLN_SQLK_SELECT = 1 << 7,
    MLN_SQLK_LITERAL = 1 << 8, /* null, true, false */
    MLN_SQLK_SCHEMA = 1 << 9,  /* names of system catalogues */
    MLN_SQLK_GLUE = 1 << 10,   /* all, distinct: between a verb and its operand */
    MLN_SQLK_PROSE = 1 << 11,  /* an everyday English word too */
    MLN_SQLK_ARITH = 1 << 12,  /* joins two operands: + - * / || div mod collate escape */
    MLN_SQLK_UNARY = 1 << 13,  /* stands before an operand: not, binary, + - ~ ! */
    MLN_SQLK_CASE = 1 << 14,   /* case, when, then, else, end */
    MLN_SQLK_EQUAL = 1 << 15,  /* with COMPARE: holds for equal operands */
    MLN_SQLK_JOIN = 1 << 16,   /* join and what may stand in front of it */
    MLN_SQLK_WAIT = 1 << 17,   /* with FUNCTION: makes the database wait */
};

struct mln_sql_token {
    uint8_t type;  /* enum mln_sql_type */
    uint32_t kind; /* MLN_SQLK_* */
    uint32_t off, len;
};

struct mln_sql {
    struct mln_sql_token t[MLN_SQL_TOKENS_MAX];
    uint32_t n;
    uint32_t subscripts; /* brackets of array[1] that are open */
    uint32_t next; /* where the next window starts; the length of the text when this is the last */
    bool first;    /* the window starts where the text starts */
    bool open_end; /* the text ends within a string */
    bool obfuscated; /* comments between words, versioned comments, odd spaces */
};

/* Tokens of s from byte `from` on, as many as fit. Linear in what they cover. */
void mln_sql_tokenize(struct mln_sv s, uint32_t from, struct mln_sql *ret);
/* Where the text that stands behind a closing `quote` begins when a string was open in front of s:
 * doubled quotes and, when `escapes`, backslashes do not close. SIZE_MAX when none closes. */
size_t mln_sql_after_quote(struct mln_sv s, char quote, bool escapes);
/* MLN_SQLK_* of a word; 0 when it is none of ours. */
uint32_t mln_sql_word(struct mln_sv word) MLN_PURE;
/* Calls fn for every word there is. */
void mln_sql_words_each(void (*fn)(void *arg, struct mln_sv word), void *arg);

/* ---- reading tokens ---- */

static inline enum mln_sql_type mln_sql_type(const struct mln_sql *q, uint32_t i)
{
    return i < q->n ? (enum mln_sql_type)q->t[i].type : MLN_SQL_END;
}
static inline bool mln_sql_is(const struct mln_sql *q, uint32_t i, enum mln_sql_type type)
{
    return mln_sql_type(q, i) == type;
}
static inline bool mln_sql_has(const struct mln_sql *q, uint32_t i, uint32_t kind)
{
    return i < q->n && (q->t[i].kind & kind) != 0;
}
static inline struct mln_sv mln_sql_text(const struct mln_sql *q, struct mln_sv s, uint32_t i)
{
    return i < q->n ? mln_sv_sub(s, q->t[i].off, q->t[i].len) : mln_sv("", 0);
}
/* Number, string, variable. */
static inline bool mln_sql_is_value(const struct mln_sql *q, uint32_t i)
{
    enum mln_sql_type t = mln_sql_type(q, i);
    return t == MLN_SQL_NUMBER || t == MLN_SQL_STRING || t == MLN_SQL_VARIABLE;
}
static inline bool mln_sql_is_name(const struct mln_sql *q, uint32_t i)
{
    enum mln_sql_type t = mln_sql_type(q, i);
    return t == MLN_SQL_WORD || t == MLN_SQL_KEYWORD;
}

#endif
