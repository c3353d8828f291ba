/* The inside of the JSON reader, shared by its two files: body_json.c walks byte by byte and can
 * stop anywhere, json_whole.c takes what lies whole in one piece. */
#ifndef MLN_HTTP_JSON_PRIV_H
#define MLN_HTTP_JSON_PRIV_H

#include "http/body_out.h"
#include "http/json_known.h"
#include "http/json_parts.h"
#include "http/json_record.h"

enum {
    MLN_JSON_DEPTH_MAX = 256,
    MLN_JSON_WORD_MAX = 64,
    MLN_JSON_NUMBER_MAX = 16, /* of one in which nothing can be */
};

enum mln_json_state {
    J_BOM,   /* nothing but a byte order mark so far */
    J_VALUE, /* a value must or may start */
    J_KEY,   /* a key or '}' */
    J_COLON,
    J_AFTER, /* ',' or a closing bracket, or the end of the document */
    J_STRING,
    J_ESCAPE,
    J_UNICODE,
    J_WORD, /* number, true, false, null, and what is none of them */
    J_COMMENT,
    J_LINE_COMMENT,
    J_BLOCK_COMMENT,
    J_BLOCK_STAR,
    J_RAW, /* after a syntax error: the rest as one value without a name */
};

struct mln_json_parser {
    struct mln_body_out out;
    struct mln_body_limits lim;
    uint8_t state, back; /* back: state before a comment */
    bool is_key, in_value, started, key_plain, after_comma;
    char quote;
    uint8_t n_bom;
    uint8_t hex_n;
    uint8_t utf8_left, utf8_low, utf8_high; /* bytes of a character to come, range of the next */
    uint32_t hex, high;                     /* high: surrogate waiting for its other half */
    uint32_t depth;
    uint64_t total;
    uint32_t n_word; /* the word at hand, or the last one on this line outside of all brackets */
    char word[MLN_JSON_WORD_MAX];
    uint32_t n_path, key_start;
    bool name_plain; /* the name at hand was found plain */
    struct mln_json_known known;
    struct mln_json_record record;
    /* not zeroed from here on */
    struct mln_json_keys keys;
    bool is_array[MLN_JSON_DEPTH_MAX];
    bool plain[MLN_JSON_DEPTH_MAX + 1]; /* the pointer at each level is that of a plain name */
    uint32_t index[MLN_JSON_DEPTH_MAX]; /* array index at each level */
    uint32_t path_len[MLN_JSON_DEPTH_MAX + 1]; /* length of the pointer at each level */
    char path[];                               /* lim.name_bytes */
};

enum { C_STOP = 1, C_CTL = 2, C_HIGH = 4, C_WORD = 8, C_KEY = 16 }; /* KEY: of plain keys */
extern const uint8_t mln_json_class[256];

static inline bool mln_json_in_array(const struct mln_json_parser *p)
{
    return p->depth && p->is_array[p->depth - 1];
}

static inline struct mln_sv mln_json_pointer(const struct mln_json_parser *p)
{
    return mln_sv(p->path, p->n_path);
}

/* ---- body_json.c ---- */
int mln_json_odd(struct mln_json_parser *p, enum mln_body_odd o);
/* Inside an array: the pointer ends in the index of the value that starts. */
void mln_json_path_index(struct mln_json_parser *p);
/* The pointer ends in the '/' before a key of the object at hand. */
int mln_json_begin_key(struct mln_json_parser *p, char quote);
/* The key at hand is complete. */
int mln_json_end_key(struct mln_json_parser *p);
/* Where they may stand: opened not deeper than the limit, closed by its like. */
int mln_json_open_bracket(struct mln_json_parser *p, bool array);
int mln_json_close_bracket(struct mln_json_parser *p, bool array);
/* Behind a comma. */
void mln_json_next_member(struct mln_json_parser *p);

/* ---- json_whole.c ---- */
/* Takes keys, values and separators at in[*i] as long as each ends within the piece and nothing in
 * it needs a second look. True when it took any; *ret is then 0 or what the sink returned. */
bool mln_json_take_whole(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret);
/* The end of a key of word bytes that starts at in[i], behind its quotation mark, or SIZE_MAX. */
size_t mln_json_key_end(struct mln_sv in, size_t i) MLN_PURE;
/* Whether nothing can be in a key of word bytes, whatever its value is. */
bool mln_json_plain_key(const struct mln_json_parser *p, struct mln_sv key);
/* The end of a value in which nothing can be, at in[i] < in.len, or SIZE_MAX: that of the inside of
 * a string, that of a number, true, false or null. */
size_t mln_json_plain_string(struct mln_json_parser *p, struct mln_sv in, size_t i);
size_t mln_json_plain_word(struct mln_sv in, size_t i) MLN_PURE;

/* Values that were passed over, not yet told to the sink. */
struct mln_json_passed {
    uint32_t n;
    size_t bytes; /* inside of them */
};
/* Tells the sink of them; 0 or what it returned. */
int mln_json_tell(struct mln_json_parser *p, struct mln_json_passed passed);

/* ---- json_record.c ---- */
/* Passes over the records at in[*i], a '{' where a value may start, in which nothing can be. True
 * when it took any; *ret as above. */
bool mln_json_take_records(struct mln_json_parser *p, struct mln_sv in, size_t *i, int *ret);

#endif
