/* Recognises a piece of SQL that continues the query in front of it: "' or 1=1 --" from behind the
 * quote, "1) union select …" from its first token. A push-down acceptor with an explicit stack: two
 * states (an operand is due, an operand was read) and one frame per open bracket, CASE or query. It
 * reads each token once, and reports what it passed and how far it came. */
#ifndef MLN_ENGINE_SQL_FRAGMENT_H
#define MLN_ENGINE_SQL_FRAGMENT_H

#include "engine/sql_tokens.h"

enum {
    MLN_SQLF_BOOL = 1 << 0,   /* AND, OR joins a condition to the application's */
    MLN_SQLF_TAUT = 1 << 1,   /* … that compares constants, or a name with itself */
    MLN_SQLF_CONST = 1 << 2,  /* … that is a constant: "or 1" */
    MLN_SQLF_COND = 1 << 3,   /* … that compares anything else */
    MLN_SQLF_CALL = 1 << 4,   /* … that calls a function of the database */
    MLN_SQLF_QUERY = 1 << 5,  /* a query in brackets, or CASE */
    MLN_SQLF_UNION = 1 << 6,  /* UNION SELECT */
    MLN_SQLF_CLAUSE = 1 << 7, /* ORDER BY, HAVING, LIMIT, … behind the application's expression */
    MLN_SQLF_CLOSE = 1 << 8,  /* closes a bracket of the application */
    MLN_SQLF_COMMENT = 1 << 9,     /* ends in a comment */
    MLN_SQLF_COMPARE = 1 << 10,    /* the application's value is compared */
    MLN_SQLF_CONCAT = 1 << 11,     /* something is joined to the application's value by ||, + or two
                                    * operators */
    MLN_SQLF_ARITH = 1 << 23,      /* one operator stands behind the application's value */
    MLN_SQLF_SEMI = 1 << 12,       /* ends in a semicolon */
    MLN_SQLF_STACKED = 1 << 13,    /* a word that starts statements behind a semicolon */
    MLN_SQLF_ANY_CALL = 1 << 14,   /* some name is called */
    MLN_SQLF_CUT = 1 << 15,        /* ends where an operand is due */
    MLN_SQLF_KNOWN_CALL = 1 << 16, /* a function of the database is called anywhere */
    MLN_SQLF_COMMA = 1 << 17,      /* a comma outside of all brackets */
    MLN_SQLF_BY_SIGN = 1 << 18,    /* with COMPARE: by = or <, not by a word */
    MLN_SQLF_NUMBERED = 1 << 19, /* with CLAUSE: ORDER BY or LIMIT a number, HAVING a comparison */
    MLN_SQLF_SAME = 1 << 20,     /* with CONST: the very constant of the application, or true */
    MLN_SQLF_ARG_TAUT = 1 << 22, /* an argument of a known function compares constants */
    MLN_SQLF_ESCAPE = 1 << 24,   /* an operand in braces, as ODBC writes it: {d '2000-01-01'} */
    MLN_SQLF_NAMES = 1 << 21,    /* a name that is no keyword was read as operand */
};

struct mln_sql_fragment {
    uint32_t from, end; /* tokens [from, end) were accepted */
    uint32_t seen;      /* MLN_SQLF_* */
    bool complete;      /* the value, or all of it but a comment, was accepted */
};

/* Reads from token `from` on. operand: the application's operand stands in front of it already. */
void mln_sql_fragment_read(const struct mln_sql *q, struct mln_sv s, uint32_t from, bool operand,
                           struct mln_sql_fragment *ret);

#endif
