/* SQL as all dialects together see it: a value becomes a short array of tokens, read either as it
 * stands or as if a quote had been open in front of it. */
#ifndef MLN_ENGINE_SQL_TOKENS_H
#define MLN_ENGINE_SQL_TOKENS_H

#include "engine/detect.h"

enum { MLN_SQL_TOKENS_MAX = 192 };

enum mln_sql_type {
    MLN_SQL_WORD,    /* not in the table */
    MLN_SQL_KEYWORD, /* see id */
    MLN_SQL_NUMBER,
    MLN_SQL_STRING,
    MLN_SQL_VARIABLE, /* @x, @@x, :x, $1 */
    MLN_SQL_OPERATOR, /* = < > + - / || && and so on */
    MLN_SQL_OPEN,     /* ( */
    MLN_SQL_CLOSE,    /* ) */
    MLN_SQL_COMMA,
    MLN_SQL_SEMI,
    MLN_SQL_DOT,
    MLN_SQL_COMMENT, /* to the end of the line, or a bracketed one that never closes */
    MLN_SQL_INLINE,  /* a bracketed comment that closes */
    MLN_SQL_OTHER,   /* a byte that no SQL has */
};

/* What a keyword does. A word may do several things. */
enum {
    MLN_SQLK_BOOL = 1 << 0,      /* and, or, xor, not */
    MLN_SQLK_STATEMENT = 1 << 1, /* starts a statement */
    MLN_SQLK_CLAUSE = 1 << 2,    /* from, where, having, order, group, limit, into … */
    MLN_SQLK_COMPARE = 1 << 3,   /* like, rlike, regexp, between, in, is */
    MLN_SQLK_FUNCTION = 1 << 4,  /* called with brackets */
    MLN_SQLK_EFFECT = 1 << 5,    /* has side effects, or is there to be abused */
    MLN_SQLK_UNION = 1 << 6,
    MLN_SQLK_SELECT = 1 << 7,
    MLN_SQLK_LITERAL = 1 << 8, /* null, true, false */
    MLN_SQLK_SCHEMA = 1 << 9,  /* names of system catalogues */
    MLN_SQLK_GLUE = 1 << 10,   /* all, distinct, by, as, set, table, top … */
    MLN_SQLK_PROSE = 1 << 11,  /* an everyday English word too */
};

struct mln_sql_token {
    uint8_t type;  /* enum mln_sql_type */
    uint16_t kind; /* MLN_SQLK_* */
    uint32_t off, len;
};

struct mln_sql {
    struct mln_sql_token t[MLN_SQL_TOKENS_MAX];
    uint32_t n;
    bool closed_quote; /* the quote that was open in front was closed within */
    bool open_end;     /* the text ends within a string */
    bool obfuscated;   /* comments between words, versioned comments, odd spaces */
    bool cut;          /* more tokens than fit */
};

/* quote: 0, '\'', '"' or '`': what is open in front of the text. */
void mln_sql_tokenize(struct mln_sv s, char quote, struct mln_sql *ret);
/* MLN_SQLK_* of a word; 0 when it is none of ours. */
uint16_t mln_sql_word(struct mln_sv word);

#endif
