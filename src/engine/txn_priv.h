/* The inside of a transaction, shared by the engine's own files. */
#ifndef MLN_ENGINE_TXN_PRIV_H
#define MLN_ENGINE_TXN_PRIV_H

#include "base/hash.h"
#include "engine/file_marks.h"
#include "engine/file_text.h"
#include "engine/leak.h"
#include "engine/txn.h"
#include "engine/value.h"
#include "http/body.h"
#include "http/charset.h"

enum {
    MLN_SCRATCH_BYTES = 8 << 20,  /* most that the views of one value may take */
    MLN_SCRATCH_KEEP = 256 << 10, /* kept warm between values */
    MLN_STEPS_PER_BYTE = 512,     /* for each byte received: views times detectors times states */
    MLN_DECODER_BYTES = 64 << 20, /* of all compressed bodies that are being read */
    MLN_MATCH_MAX = 256,
    MLN_NAME_BYTES_MAX = 16384, /* of a field name; longer ones are reported */
    MLN_EXCERPT_MAX = 512,
    MLN_READERS_MAX = 2, /* readings of one body side by side: declared and sniffed */
};

/* Values that were found clean, by keyed hash: most values of real traffic are repeats. Two ways,
 * newest first. A client that does not know the key cannot find a value that collides. */
enum {
    MLN_CLEAN_SETS = 32768,
    MLN_CLEAN_WAYS = 2,
    MLN_CLEAN_VALUE_MAX = 8192,
    MLN_CLEAN_NAME_MAX = 250
};

/* Cookie fields of which every value was found so, as a whole, with what they count. */
enum { MLN_CLEAN_FIELDS = 1024 };
struct mln_clean_field {
    uint64_t hash;
    uint32_t args, values, bytes, inspected;
};

/* Words that detectors know, as sets of hashed bits. */
enum { MLN_WORD_BITS = 15 };
struct mln_telling_words {
    uint64_t anywhere[(1 << MLN_WORD_BITS) / 64];
    uint64_t first[(1 << MLN_WORD_BITS) / 64]; /* tell something at the start of a value only */
};

/* Memory in which values were collected, kept for the next ones. */
enum { MLN_SPARE_BUFS = 4, MLN_SPARE_BYTES = 32 << 10 };

struct mln_engine {
    struct mln_engine_config cfg;
    struct mln_buf spare[MLN_SPARE_BUFS];
    uint32_t n_spare;
    struct mln_hash_key key;
    struct mln_arena scratch; /* views of the value at hand */
    struct mln_pace pace;
    void (*pause)(void *pauser); /* or NULL */
    void *pauser;
    struct mln_telling_words words;
    struct mln_decoder_pool decoders; /* of compressed bodies */
    struct mln_words *leak_words;
    const struct mln_ngram_model *model;
    uint64_t clean[MLN_CLEAN_SETS][MLN_CLEAN_WAYS];
    struct mln_clean_field clean_field[MLN_CLEAN_FIELDS];
};

/* ---- engine.c ---- */
/* An empty buffer, with memory when there is some to spare; back it goes in place of mln_buf_done.
 */
struct mln_buf mln_spare_take(struct mln_engine *e);
void mln_spare_give(struct mln_engine *e, struct mln_buf *b);

/* ---- plain_text.c ---- */
void mln_telling_words_init(struct mln_telling_words *w);
/* Words of letters and digits that no detector knows, one space between them, maybe behind a mark:
 * "Blue chair, 2 pieces". */
bool mln_is_plain_text(const struct mln_telling_words *w, struct mln_sv s);

/* Whether a detector knows the word, of letters and digits, in either case; what is long may be. */
bool mln_word_tells(const struct mln_telling_words *w, struct mln_sv word);

/* ---- plain_shapes.c ---- */
/* An id of hexadecimal or random digits, a time, a counter of visitors. */
bool mln_is_plain_token(struct mln_sv s);
/* The languages or the program of a browser as they usually are. */
bool mln_is_plain_header(const struct mln_telling_words *w, struct mln_sv name,
                         struct mln_sv value);

/* ---- plain.c ---- */
/* A short word or number, or a few words that no detector knows, under a plain name: nothing can
 * be in it. */
bool mln_is_plain(const struct mln_telling_words *w, struct mln_sv name, struct mln_sv value);

/* What else nothing can be in, at the price of a closer look: a token, or a header of a browser. */
bool mln_is_plain_shape(const struct mln_telling_words *w, bool header, struct mln_sv name,
                        struct mln_sv value);

/* ---- clean.c ---- */
/* The value's hash under its location and name; 0 when it is not to be remembered. */
uint64_t mln_clean_hash(const struct mln_engine *e, enum mln_location loc, struct mln_sv name,
                        struct mln_sv value);
bool mln_clean_has(const struct mln_engine *e, uint64_t hash);
void mln_clean_add(struct mln_engine *e, uint64_t hash);
/* What is known of a whole field of cookies, and where it is remembered when nothing is. */
struct mln_clean_field *mln_clean_cookies(struct mln_engine *e, uint64_t hash);

/* Collects one value at a time from a body parser and has it inspected, in windows when it is
 * longer than field_hold. */
struct mln_collector {
    struct mln_txn *t;
    size_t window;      /* limits.field_hold: most of one value that is inspected at once */
    struct mln_buf buf; /* of the value; kept for the next one */
    struct mln_sv name; /* in name_buf */
    char name_buf[1024];
    uint8_t loc;
    bool open;       /* between begin and end */
    bool begun;      /* its first bytes were inspected */
    uint64_t seen;   /* bytes of this value so far */
    uint64_t judged; /* body bytes before which this reading has seen every value */
    bool guess;      /* one of several readings of the same bytes: neither odd nor counted */
    bool sniffed;    /* not what the body's type says: a guess once most of it is noise */
    bool named;      /* a guess in noise: only what has a name that programs give */
    bool passed;     /* the value at hand has none */
    struct mln_sieve *sieve;      /* over what the parser has at hand; NULL: not filled */
    struct mln_file_watch *watch; /* of the files among the values; NULL: none came yet */
    uint8_t n_lead;               /* bytes of lead; the value may be a file as text */
    bool led;                     /* that is decided */
    char lead[MLN_FILE_TEXT_LEAD];
};

enum mln_reader_kind {
    MLN_READER_NONE,
    MLN_READER_FORM,
    MLN_READER_JSON,
    MLN_READER_MULTIPART,
    MLN_READER_XML,
    MLN_READER_OPAQUE
};

struct mln_reader {
    uint8_t kind; /* enum mln_reader_kind */
    union {
        struct mln_form_parser *form;
        struct mln_json_parser *json;
        struct mln_multipart_parser *multipart;
        struct mln_xml_parser *xml;
    } p;
    struct mln_collector c;
};

struct mln_body_state {
    bool started, ended, sniffed;
    bool coded;   /* Content-Encoding is being undone */
    bool recoded; /* that, or the charset is: offsets of the readings are not those of the body */
    bool coding_failed;
    bool within; /* the window at hand begins within the body */
    struct mln_inflate *inflate;
    struct mln_wide_reader wide; /* UTF-16 or UTF-32 is being undone */
    char first[512];             /* kept back until the readings are chosen */
    uint32_t n_first;
    struct mln_reader *reader; /* MLN_READERS_MAX of them; NULL: none was opened */
    uint32_t n_readers;
    uint64_t received;    /* body bytes given to us */
    uint64_t piece_start; /* `received` before the current piece */
    uint64_t decoded;
    uint64_t judged;    /* input offset up to which every value was inspected */
    uint32_t odds_seen; /* bit per enum mln_body_odd */
    bool too_large;     /* for the policy, which was told */
};

/* A value within a value: where the outermost one stood, for reports. */
struct mln_nest {
    enum mln_location loc;
    struct mln_sv name;
    unsigned depth; /* 0: at the value of a field itself */
};

struct mln_txn {
    struct mln_engine *e;
    struct mln_txn_params p;
    const struct mln_snap_rule *rule; /* NULL or mode off: nothing is inspected */
    struct mln_http_head *head;
    struct mln_paths paths;
    struct mln_client client;
    struct mln_budget budget;
    struct mln_verdict verdict;
    struct mln_body_state body;
    struct mln_hash_key key;
    struct mln_leak *leak; /* NULL: nothing looks at the response's body */
    const struct mln_http_head *response;
    struct mln_custom_state *custom; /* NULL: no custom rule looks at the body */
    struct mln_nest nest;
    struct mln_repeat *repeats; /* values that may be pieces of one, the last one first */
    size_t repeats_bytes;
    uint32_t n_repeats;
    bool repeats_told;                  /* that there are too many was reported */
    struct mln_file_watch *raw_file;    /* the whole body is a file */
    struct mln_file_watch *spare_watch; /* of a value that has ended */
    uint32_t n_loud;                    /* values that were more than quiet */
    uint32_t n_unread;                  /* containers that nobody looked into */
    uint32_t n_unclean;                 /* values that the memory does not hold as clean */
    uint32_t n_args;
    uint32_t n_graphql_documents, n_graphql_aliases, graphql_depth;
    uint32_t skip;     /* bit per protection that an allow list lifts */
    bool streams;      /* `hold: message` */
    bool unprotected;  /* no endpoint of the rule matches */
    bool passed;       /* request_end said MORE */
    bool budget_told;  /* that the steps ran out was reported */
    bool packed_told;  /* that compressed text was too long was reported */
    bool released_any; /* mln_txn_release ever answered > 0 */
};

/* ---- report.c ---- */
struct mln_report {
    enum mln_detector_id detector;
    enum mln_location loc;
    struct mln_sv name;
    struct mln_sv value; /* what the offset refers to */
    uint32_t offset, length;
    int score;
    uint8_t lanes, rounds;
    const char *message; /* NULL: `said` */
    struct mln_sv said;  /* absent: the detector's text */
    int action;          /* -1: as the rule says for the detector */
};
/* Applies exceptions, action, mode; adds to the verdict. */
void mln_report(struct mln_txn *t, const struct mln_report *r);
/* Turns findings of one value into reports by the sensitivity's threshold. */
void mln_report_findings(struct mln_txn *t, const struct mln_findings *f,
                         const struct mln_views *views, enum mln_location loc, struct mln_sv name);
/* What inspection cannot go on with must not pass unseen: reported once, *told says whether. */
void mln_report_limit(struct mln_txn *t, bool *told, enum mln_location loc, struct mln_sv name,
                      struct mln_sv value, const char *message);
/* True when no sensitivity would report these findings. */
bool mln_report_is_quiet(const struct mln_findings *f);
/* The score from which the rule's sensitivity reports. */
int mln_report_threshold(const struct mln_txn *t);
static inline int mln_txn_step(const struct mln_txn *t)
{
    return t->verdict.action >= MLN_ACT_PREVENT ? MLN_STEP_STOP : MLN_STEP_MORE;
}
bool mln_txn_active(const struct mln_txn *t);
uint64_t mln_txn_limit_of(const struct mln_txn *t, enum mln_limit l);
/* No memory: the rule's on_error decides. */
void mln_txn_no_memory(struct mln_txn *t);
/* The limit was met: counted, whatever comes of it. */
static inline void mln_met_limit(struct mln_txn *t, enum mln_limit limit)
{
    t->verdict.limits |= UINT32_C(1) << limit;
}
/* The same, where it is a reason to refuse; `value` is what passed it. An enum mln_step. */
int mln_txn_limit(struct mln_txn *t, enum mln_limit limit, uint64_t value);

/* ---- inspect.c ---- */
/* One value through the lanes and detectors. `name` and `value` alive during the call. */
void mln_inspect_value(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                       struct mln_sv value);
/* Path, query, cookies, headers of the request. */
void mln_inspect_head(struct mln_txn *t);
/* Counts one argument against the limit; false when it is one too many. */
bool mln_count_arg(struct mln_txn *t);

/* ---- client.c ---- */
void mln_client_identify(struct mln_txn *t);
void mln_client_access(struct mln_txn *t);
/* Whether a ban would be of this client, and of nobody else. */
bool mln_client_may_be_banned(const struct mln_txn *t);
/* Whether the client is known to speak TLS: with us, or with a trusted proxy that says so. */
bool mln_is_https(const struct mln_txn *t);

/* ---- nested.c ---- */
/* Whether the value carries compressed text, and that text (in the scratch arena), or nothing when
 * it is none. *ret_more: there is more of it than could be read. */
bool mln_packed_is(struct mln_sv name, const struct mln_views *views) MLN_PURE;
struct mln_sv mln_packed_text(struct mln_txn *t, struct mln_sv name, const struct mln_views *views,
                              bool *ret_more);
/* Counts a GraphQL document against the limits, wherever one is carried: in a field or member of
 * the name "query", or as the body. A document larger than a window is measured in windows. */
void mln_graphql_limits(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                        struct mln_sv value);
struct mln_graphql;
/* Whether the value is a GraphQL document, taken apart in memory of the scratch arena. */
bool mln_graphql_reads(struct mln_txn *t, enum mln_location loc, struct mln_sv value,
                       struct mln_graphql *ret);
/* Whether the value is a JSON document by the letter, percent-encoded or not: *ret is the document,
 * *ret_skeleton what is left of it without its strings (engine/json_skeleton.h); both live until
 * the scratch arena is reset. */
bool mln_json_reads(struct mln_txn *t, enum mln_location loc, struct mln_sv value,
                    struct mln_sv *ret, struct mln_sv *ret_skeleton);
/* Inspects its keys and strings, each as a value. */
void mln_inspect_members(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                         struct mln_sv value);
/* Inspects the strings of the document, each as a value. */
void mln_inspect_literals(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                          const struct mln_graphql *g);
/* Has the values within the views of a value inspected, each as one of its own. */
void mln_inspect_nested(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                        const struct mln_views *views);

/* ---- browser_reports.c ---- */
/* Whether the value is script as a browser reports it, of a page that did not let it run. */
bool mln_is_report_sample(const struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                          struct mln_sv value) MLN_PURE;

/* ---- rules on the head: csrf.c, header_rules.c ---- */
void mln_check_csrf(struct mln_txn *t);
/* scanners.c: what the client says it is, and what it asks for. */
void mln_check_scanners(struct mln_txn *t);
void mln_check_header_rules(struct mln_txn *t);

/* ---- hold.c ---- */
/* The head is known: how the body will be held. */
void mln_hold_choose(struct mln_txn *t);

/* ---- custom.c ---- */
/* A rule looks at the body as it is, so that all of it must be there. */
bool mln_custom_wants_body(const struct mln_txn *t);
/* Rules that look at the head alone; those that look at the body are made ready. */
void mln_custom_head(struct mln_txn *t);
/* With t->custom: a value of the body, and the next piece of the body without codings. */
void mln_custom_value(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                      struct mln_sv value);
void mln_custom_body(struct mln_txn *t, struct mln_sv piece);
void mln_custom_end(struct mln_txn *t);
/* Rules that look at the answer too: its head is t->response. */
void mln_custom_answer(struct mln_txn *t);
/* Whether a rule looks at the answer's body; its next bytes without codings, and that no more of
 * them count. */
bool mln_custom_wants_answer(const struct mln_txn *t);
void mln_custom_answer_body(struct mln_txn *t, struct mln_sv piece);
void mln_custom_answer_end(struct mln_txn *t);
bool mln_custom_answer_decided(const struct mln_txn *t);
/* Whether a compiled expression of the policy matches; its steps are taken off the budget. */
bool mln_search(struct mln_txn *t, struct mln_snap_span program, struct mln_sv text);
void mln_custom_free(struct mln_txn *t);

/* ---- noise.c ---- */
/* Content in which nothing stands out that a server or a parser would act on. The sieve, which may
 * be NULL, is asked for what lies within its bytes. */
bool mln_is_noise(struct mln_sv s, struct mln_sieve *sieve);

/* ---- leak.c ---- */
/* The response whose head this is has a body that is to be looked at: t->leak is set. */
void mln_leak_start(struct mln_txn *t, const struct mln_http_head *h);
void mln_leak_free(struct mln_txn *t);
/* Whether bytes of the answer may be overwritten. */
bool mln_leak_masks(const struct mln_txn *t);

/* ---- squeeze.c ---- */
/* Leaves at p what the next window begins with; how many bytes that is, at most a quarter of n and
 * 512. */
size_t mln_squeeze_window(char *p, size_t n);

/* ---- collect.c ---- */
struct mln_field_sink mln_collector_sink(struct mln_collector *c);
/* Reports an oddity of the body once. 0, or -ECANCELED when the request is refused. */
int mln_body_report(struct mln_txn *t, enum mln_body_odd odd);

/* ---- repeats.c ---- */
/* A value that may come again under its name; both are copied. */
void mln_repeats_add(struct mln_txn *t, enum mln_location loc, struct mln_sv name,
                     struct mln_sv value);
/* All have come. */
void mln_repeats_end(struct mln_txn *t);

/* ---- uploads.c ---- */
/* The values of a reading, as the collector gets them: files among them are checked
 * (engine/upload.h). 0, or -ENOMEM; a refusal is in the verdict. */
int mln_uploads_begin(struct mln_collector *c);
/* Whether a value that is not collected must be after all: it may be a file as text. */
bool mln_uploads_wants(const struct mln_collector *c, struct mln_sv value);
int mln_uploads_data(struct mln_collector *c, struct mln_sv bytes);
/* `value`: all of it, or its last part. */
void mln_uploads_end(struct mln_collector *c, struct mln_sv value);
/* A body that is itself a file: its start, its bytes without codings, its end. */
int mln_uploads_body_begin(struct mln_txn *t);
void mln_uploads_body_data(struct mln_txn *t, struct mln_sv bytes);
/* Over the bytes that came last; NULL: the body is no file. */
struct mln_sieve *mln_uploads_sieve(struct mln_txn *t);
void mln_uploads_body_end(struct mln_txn *t);

/* Reports a field `_charset_` (HTML 4.10.21.5) that names a charset without ASCII: some servers
 * decode the others with it. */
int mln_check_charset_field(struct mln_txn *t, struct mln_sv name, struct mln_sv value);

/* ---- readings.c ---- */
/* Opens the declared reading, and the one that the bytes look like when it is another. Sets
 * body.wide when `first` is not in the charset of those that follow. */
int mln_readings_choose(struct mln_txn *t, struct mln_sv first);
int mln_reader_feed(struct mln_reader *r, struct mln_sv in);
int mln_reader_finish(struct mln_reader *r);
void mln_reader_free(struct mln_reader *r);

/* ---- txn_body.c ---- */
static inline uint64_t mln_before(uint64_t at, uint64_t n)
{
    return at > n ? at - n : 0;
}
void mln_body_feed(struct mln_txn *t, struct mln_sv piece);
void mln_body_end(struct mln_txn *t);
void mln_body_free(struct mln_txn *t);

/* A glob that restricts holds when any reading of the path matches; one that relaxes only when all
 * do (design section 4.5). */
bool mln_paths_any(const struct mln_paths *p, struct mln_sv glob);
bool mln_paths_all(const struct mln_paths *p, struct mln_sv glob);

/* ---- methods.c ---- */
/* The method of a request, then each that a header or the parameter `_method` says instead, each
 * followed by its upper-case form when that is another. Memory for what was escaped or folded is
 * the arena's. The iterator starts zeroed. */
struct mln_method_iter {
    struct mln_sv folded; /* the upper-case form of the last one, still to be told */
    struct mln_sv query;  /* what is left of it */
    uint32_t field;       /* the next one */
    bool begun;
};
bool mln_method_next(struct mln_arena *a, const struct mln_http_head *h, struct mln_method_iter *it,
                     struct mln_sv *ret);

/* ---- hosts.c ---- */
/* Each host that a request says it is meant for, without port: that of Host first ("" when there is
 * none). The iterator starts zeroed. */
struct mln_host_iter {
    struct mln_sv list; /* what is left of a field */
    uint32_t field;     /* the next one */
    bool begun, forwarded;
};
bool mln_host_next(const struct mln_http_head *h, struct mln_host_iter *it, struct mln_sv *ret);
/* The same for Host and every field by which a request may say that it was meant for another one;
 * ports and a dot at the end do not count. */
bool mln_hosts_any(const struct mln_http_head *h, struct mln_sv glob);
bool mln_hosts_all(const struct mln_http_head *h, struct mln_sv glob);

#endif
