/* Query languages other than SQL, and directives of servers in between: document databases, LDAP,
 * XPath, SSI and ESI, header injection (detection guide, sections 3.7 and 3.12). */
#include "engine/ldap_filter.h"
#include "engine/pass.h"
#include "engine/query_commands.h"
#include "engine/scan.h"

/* ---- document databases ---- */

struct operator_word {
    const char *word;
    bool runs_code;
};
static const struct operator_word operators[] = {
    {"$where", true},       {"$function", true},   {"$func", true},         {"$accumulator", true},
    {"$expr", false},       {"$ne", false},        {"$gt", false},          {"$gte", false},
    {"$lt", false},         {"$lte", false},       {"$eq", false},          {"$in", false},
    {"$nin", false},        {"$regex", false},     {"$exists", false},      {"$or", false},
    {"$and", false},        {"$not", false},       {"$nor", false},         {"$mod", false},
    {"$all", false},        {"$elemmatch", false}, {"$jsonschema", false},  {"$comment", false},
    {"$type", false},       {"$size", false},      {"$currentdate", false}, {"$lookup", false},
    {"$addtoset", false},   {"$pull", false},      {"$pullall", false},     {"$geowithin", false},
    {"$nearsphere", false}, {"$options", false},   {"$bitsallset", false},  {"$unionwith", false},
    {"$out", false},
};

/* The operator that is exactly s[at..], up to a byte that ends a key; NULL when none. */
static const struct operator_word *operator_at(struct mln_sv s, size_t at)
{
    size_t end = at + 1;

    while (end < s.len && mln_cc((unsigned char)s.p[end], MLN_CC_ALPHA))
        end++;
    struct mln_sv word = mln_sv_sub(s, at, end - at);
    if (word.len < 3 || (end < s.len && mln_cc((unsigned char)s.p[end], MLN_CC_WORD)))
        return NULL;
    char second = mln_lower(word.p[1]);
    for (size_t i = 0; i < MLN_ARRAY_LEN(operators); i++)
        if (operators[i].word[1] == second && mln_sv_ieq_str(word, operators[i].word))
            return &operators[i];
    return NULL;
}

/* {"$type": 2}, {"$type": "string"}: a type of BSON. Others write the name of a class or schema
 * under this key, which has dots. */
static bool names_bson_type(struct mln_sv value)
{
    size_t i = mln_scan_skip_space(value, 0);

    if (i < value.len && (value.p[i] == '"' || value.p[i] == '\''))
        i++;
    while (i < value.len && mln_cc((unsigned char)value.p[i], MLN_CC_WORD))
        i++;
    return i == value.len || value.p[i] != '.';
}

static bool is_operator(const struct operator_word *o, struct mln_sv value)
{
    return o && (!mln_sv_eq(mln_sv_str(o->word), MLN_SV("$type")) || names_bson_type(value));
}

/* The name is looked at on its own; what it names is, too. */
static bool is_name_location(enum mln_location loc)
{
    return loc == MLN_LOC_QUERY_NAME || loc == MLN_LOC_FORM_NAME || loc == MLN_LOC_JSON_NAME;
}

/* "$gt/x", "$or/0/a": a condition that stands for the whole of them, where others name a field
 * first.
 */
static bool starts_with_operator(struct mln_sv rest)
{
    return mln_sv_starts(rest, MLN_SV("$")) && !mln_sv_starts(rest, MLN_SV("$and")) &&
           !mln_sv_starts(rest, MLN_SV("$or"));
}

/* filters[price][$gt], /where/price/$in/0, or such a field as a whole: the application has its
 * clients write conditions, and says so. What runs code is none. */
static bool is_filter_field(struct mln_sv name)
{
    static const char *const names[] = {"filter", "filters", "where", "selector"};
    size_t start = mln_sv_starts(name, MLN_SV("/")), end = start;

    while (end < name.len && mln_cc((unsigned char)name.p[end], MLN_CC_ALPHA))
        end++;
    if (starts_with_operator(mln_sv_sub(name, end + 1, name.len)))
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(names); i++)
        if (mln_sv_ieq_str(mln_sv_sub(name, start, end - start), names[i]))
            return true;
    return false;
}

bool mln_query_is_condition(struct mln_sv field, struct mln_sv pointer)
{
    return is_filter_field(field) && mln_sv_starts(pointer, MLN_SV("/")) &&
           !starts_with_operator(mln_sv_sub(pointer, 1, pointer.len));
}

/* /pipeline/0/$match/total/$gt: of the stage of a pipeline, which the application has its clients
 * write. In the place of a value $match means nothing. */
static bool is_within_stage(struct mln_sv name, size_t i)
{
    return mln_sv_find(mln_sv_sub(name, 0, i), MLN_SV("/$match/")) != SIZE_MAX;
}

/* As a key: name[$ne], JSON pointer /user/$gt. */
static void check_operator_name(struct mln_pass *p)
{
    struct mln_sv name = p->ctx->name;
    bool filter = is_filter_field(name), alone = is_name_location(p->ctx->loc);

    for (size_t i = 0; i < name.len; i++) {
        if (name.p[i] != '$' ||
            (i && name.p[i - 1] != '[' && name.p[i - 1] != '/' && name.p[i - 1] != '.'))
            continue;
        const struct operator_word *o = operator_at(name, i);
        if (is_operator(o, alone ? MLN_SV(".") : p->s) &&
            (o->runs_code || !(filter || is_within_stage(name, i))))
            mln_pass_add(p, o->runs_code ? MLN_SIG_QUERY_NOSQL_CODE : MLN_SIG_QUERY_NOSQL_OPERATOR,
                         0, 0);
    }
}

/* The last byte before i that is not white space, or NUL. */
static char last_visible(struct mln_sv s, size_t i)
{
    while (i && mln_cc((unsigned char)s.p[i - 1], MLN_CC_SPACE))
        i--;
    return i ? s.p[i - 1] : '\0';
}

/* Whether a document was begun before i: its bracket comes early, that of one which a text shows
 * comes after words. */
static bool starts_document(struct mln_sv s, size_t i)
{
    enum { FRONT_MAX = 24 };
    struct mln_sv before = mln_sv_sub(s, 0, i);
    size_t open = mln_sv_chr(before, '{');

    return open != SIZE_MAX &&
           (open < FRONT_MAX || mln_sv_chr(mln_sv_sub(before, 0, open), ' ') == SIZE_MAX);
}

/* "mutation Keep($id: ID!, $in: NoteInput!)": among arguments of a document of GraphQL, where no
 * condition stands. */
static bool is_argument(struct mln_sv s, size_t i)
{
    enum { BACK_MAX = 512 };
    unsigned closed = 0;

    if (!mln_cc((unsigned char)s.p[0], MLN_CC_ALPHA))
        return false; /* of JSON */
    for (size_t k = i; k && i - k < BACK_MAX; k--) {
        char c = s.p[k - 1];
        if (c == ')' || c == ']' || c == '}')
            closed++;
        else if ((c == '(' || c == '[' || c == '{') && closed-- == 0)
            return c == '(';
    }
    return false;
}

/* In a value: {"$gt": …}, {$ne: …}, "$where": …; or in a name given as value: a[$ne]. */
static void check_operator_value(struct mln_pass *p)
{
    bool filter = is_filter_field(p->ctx->name);

    for (size_t i = mln_sv_chr(p->s, '$'); i != SIZE_MAX && i < p->s.len; i++) {
        if (p->s.p[i] != '$')
            continue;
        const struct operator_word *o = operator_at(p->s, i);
        if (!o)
            continue;
        size_t end = i + strlen(o->word);
        char before = last_visible(p->s, i);
        if (end < p->s.len && (p->s.p[end] == '"' || p->s.p[end] == '\''))
            end++;
        end = mln_scan_skip_space(p->s, end);
        char after = end < p->s.len ? p->s.p[end] : '\0';
        if (!is_operator(o, mln_sv_sub(p->s, end + 1, p->s.len)) || (filter && !o->runs_code))
            continue;
        bool key =
            after == ':' && (before == '"' || before == '\'' || before == '{' ||
                             (before == ',' && !is_argument(p->s, i)) || (!before && o->runs_code));
        /* ', $or: [ {}, { 'a': */
        bool quoted = before == ',' && mln_sv_chr(mln_sv_sub(p->s, 0, i), '\'') < 24;
        if (key && quoted)
            mln_pass_add(p, MLN_SIG_QUERY_NOSQL_BREAKOUT, i, end - i);
        else if (key && (starts_document(p->s, i) || o->runs_code))
            mln_pass_add(p, o->runs_code ? MLN_SIG_QUERY_NOSQL_CODE : MLN_SIG_QUERY_NOSQL_JSON, i,
                         end - i);
        else if (before == '[' && after == ']')
            mln_pass_add(p, MLN_SIG_QUERY_NOSQL_OPERATOR, i, end - i);
    }
}

/* "this.a == this.b": a field is compared, and nothing else. */
static bool compares_field(struct mln_sv s)
{
    size_t i = 5;

    while (i < s.len && (mln_cc((unsigned char)s.p[i], MLN_CC_WORD) || s.p[i] == '.'))
        i++;
    i = mln_scan_skip_space(s, i);
    return i > 5 && i + 2 < s.len && s.p[i + 1] == '=' && (s.p[i] == '=' || s.p[i] == '!') &&
           mln_sv_chr(s, '{') == SIZE_MAX;
}

/* "'}) RETURN n UNION …", "') MATCH (n) …//": brackets of Cypher are closed, a clause follows; and
 * "' MATCH (n) …//", without brackets. */
static void check_cypher(struct mln_pass *p, size_t quote)
{
    static const char *const clauses[] = {"return", "match",  "union",  "with",   "call",
                                          "detach", "create", "merge",  "set",    "where",
                                          "load",   "unwind", "remove", "delete", "optional"};
    size_t i = quote + 1, closers = 0;

    for (; i < p->s.len && (p->s.p[i] == ')' || p->s.p[i] == '}' || p->s.p[i] == ' '); i++)
        closers += p->s.p[i] != ' ';
    size_t end = i;
    while (end < p->s.len && mln_cc((unsigned char)p->s.p[end], MLN_CC_ALPHA))
        end++;
    if (end == i || end >= p->s.len || p->s.p[end] != ' ')
        return;
    bool cut = mln_sv_ends(mln_sv_trim(p->s), MLN_SV("//"));
    bool node = mln_view_find(p->v, MLN_SV("match (")) != SIZE_MAX;
    if (!closers && !(cut && node))
        return;
    for (size_t k = 0; k < MLN_ARRAY_LEN(clauses) && (cut || node); k++)
        if (mln_sv_ieq_str(mln_sv_sub(p->s, i, end - i), clauses[k]))
            mln_pass_add(p, MLN_SIG_QUERY_NOSQL_BREAKOUT, quote, end - quote);
}

/* A loop that keeps the database busy: no statement of SQL starts so. */
static bool starts_loop(struct mln_sv s, size_t i)
{
    return mln_scan_at(s, i, MLN_SV("while(")) || mln_scan_at(s, i, MLN_SV("for(;")) ||
           mln_scan_at(s, i, MLN_SV("do{"));
}

/* Out of a string of a $where clause: '||this.a=='b, '; return true; //, db.users.find( */
static void check_where_breakout(struct mln_pass *p)
{
    enum { SHORT = 40, SELF_MAX = 24, VERB_MAX = 8 }; /* how far behind the quote they stand */

    if (mln_sv_starts(p->s, MLN_SV("this.")) && p->s.len < 80 &&
        (mln_view_find(p->v, MLN_SV(".match(/")) != SIZE_MAX || compares_field(p->s)))
        mln_pass_add(p, MLN_SIG_QUERY_NOSQL_BREAKOUT, 0, p->s.len);
    if (mln_sv_starts(p->s, MLN_SV("function")) &&
        mln_view_find(p->v, MLN_SV("emit(this.")) != SIZE_MAX) /* MongoDB's mapReduce */
        mln_pass_add(p, MLN_SIG_QUERY_NOSQL_CODE, 0, 8);
    size_t quote = mln_sv_chr(p->s, '\'');
    size_t dquote = mln_sv_chr(p->s, '"');
    size_t first = MLN_MIN(quote, dquote);

    if (first == SIZE_MAX)
        return;
    if (first < 64)
        check_cypher(p, first);
    struct mln_sv rest = mln_sv_sub(p->s, first + 1, p->s.len);
    size_t self = mln_scan_word(mln_sv_sub(rest, 0, SELF_MAX + 4), MLN_SV("this."), 0);
    size_t ret = mln_scan_word(mln_sv_sub(rest, 0, VERB_MAX + 6), MLN_SV("return"), 0);
    size_t db = mln_scan_word(mln_sv_sub(rest, 0, VERB_MAX + 2), MLN_SV("db."), 0);
    bool joins =
        (self != SIZE_MAX || rest.len < SHORT) && (mln_sv_find(rest, MLN_SV("||")) != SIZE_MAX ||
                                                   mln_sv_find(rest, MLN_SV("&&")) != SIZE_MAX);
    if (self != SIZE_MAX && (joins || mln_sv_find(rest, MLN_SV("==")) != SIZE_MAX))
        mln_pass_add(p, MLN_SIG_QUERY_NOSQL_BREAKOUT, first, self + 6);
    else if (ret < VERB_MAX && mln_sv_chr(mln_sv_sub(rest, 0, ret), ';') != SIZE_MAX)
        mln_pass_add(p, MLN_SIG_QUERY_NOSQL_BREAKOUT, first, ret + 7);
    else if (db != SIZE_MAX && mln_sv_chr(rest, '(') != SIZE_MAX)
        mln_pass_add(p, MLN_SIG_QUERY_NOSQL_BREAKOUT, first, db + 4);
    else if (rest.len && rest.p[0] == ';' && starts_loop(rest, mln_scan_skip_space(rest, 1)))
        mln_pass_add(p, MLN_SIG_QUERY_NOSQL_BREAKOUT, first, 8);
    else if (joins && rest.len < SHORT &&
             (mln_sv_starts(rest, MLN_SV("||'1'=='1")) ||
              mln_sv_starts(rest, MLN_SV(" || '1'=='1")) ||
              mln_sv_find(rest, MLN_SV("|| 1==1")) != SIZE_MAX ||
              mln_sv_find(rest, MLN_SV("||1==1")) != SIZE_MAX))
        mln_pass_add(p, MLN_SIG_QUERY_NOSQL_BREAKOUT, first, rest.len);
}

/* ---- LDAP ---- */

static bool is_filter_operator(struct mln_sv s, size_t i)
{
    if (i < s.len && s.p[i] == '=')
        return true;
    return i + 1 < s.len && (s.p[i] == '~' || s.p[i] == '>' || s.p[i] == '<' || s.p[i] == ':') &&
           s.p[i + 1] == '=';
}

/* The attribute name at i that a filter operator follows; its end, or i. */
static size_t filter_item(struct mln_sv s, size_t i)
{
    size_t j = i;

    while (j < s.len && (mln_cc((unsigned char)s.p[j], MLN_CC_WORD) || s.p[j] == '-'))
        j++;
    return j > i && mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA) && is_filter_operator(s, j) ? j : i;
}

/* "(|(mail=*", ")!(sn=*", "((|a=*": an operator of filters, an attribute, anything. */
static void check_ldap_operator(struct mln_pass *p)
{
    for (size_t i = 0; i + 5 < p->s.len; i++) {
        size_t j = i + 1;
        if (p->s.p[i] != '&' && p->s.p[i] != '|' && p->s.p[i] != '!')
            continue;
        bool before = i && (p->s.p[i - 1] == '(' || p->s.p[i - 1] == ')');
        while (j < p->s.len && (p->s.p[j] == '(' || p->s.p[j] == '&' || p->s.p[j] == '|'))
            j++;
        bool open = j > i + 1 && p->s.p[j - 1] == '(';
        size_t end = filter_item(p->s, j);
        if ((before || (open && i <= 2)) && end > j && mln_scan_at(p->s, end, MLN_SV("=*")))
            mln_pass_add(p, MLN_SIG_QUERY_LDAP_FILTER, i, end + 2 - i);
    }
}

/* ")(attribute=", ")(|(", ")(&(", "*)(" after more closing than opening brackets. */
/* "(userPassword=a*)": guesses a password letter by letter; no field for filters is for that. */
static bool asks_secret(struct mln_sv s)
{
    static const char *const secrets[] = {"userpassword", "unicodepwd", "ntpassword", "lmpassword",
                                          "krbprincipalkey"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(secrets); i++)
        if (mln_sv_ifind(s, mln_sv_str(secrets[i])) != SIZE_MAX)
            return true;
    return false;
}

static void check_ldap(struct mln_pass *p)
{
    int depth = 0;
    bool whole = mln_ldap_is_filter(p->s) && !asks_secret(p->s); /* of a field for filters */

    for (size_t i = whole ? p->s.len : mln_scan_either(p->s, 0, '(', ')'); i + 1 < p->s.len;
         i = mln_scan_either(p->s, i + 1, '(', ')')) {
        if (p->s.p[i] == '(')
            depth++;
        if (p->s.p[i] != ')')
            continue;
        depth--;
        if (p->s.p[i + 1] != '(')
            continue;
        size_t j = i + 2;
        if (j < p->s.len && (p->s.p[j] == '|' || p->s.p[j] == '&' || p->s.p[j] == '!')) {
            bool nested = j + 1 < p->s.len && (p->s.p[j + 1] == '(' ||
                                               mln_cc((unsigned char)p->s.p[j + 1], MLN_CC_ALPHA));
            if (nested || depth < 0)
                mln_pass_add(p, MLN_SIG_QUERY_LDAP_FILTER, i, j - i + 1);
            continue;
        }
        while (j < p->s.len && (mln_cc((unsigned char)p->s.p[j], MLN_CC_WORD) || p->s.p[j] == '-' ||
                                p->s.p[j] == '.' || p->s.p[j] == ';'))
            j++;
        if (j > i + 2 && is_filter_operator(p->s, j) &&
            (depth < 0 || mln_sv_chr(p->s, '*') != SIZE_MAX))
            mln_pass_add(p, MLN_SIG_QUERY_LDAP_FILTER, i, j - i + 1);
    }
    if ((p->v->classes & MLN_BC_STAR) && !whole)
        check_ldap_operator(p);
    size_t all = mln_view_find(p->v, MLN_SV("(objectclass=*"));
    if (all != SIZE_MAX)
        mln_pass_add(p, MLN_SIG_QUERY_LDAP_WILDCARD, all, 14);
    if (mln_sv_starts(p->s, MLN_SV("*)(")) || mln_sv_starts(p->s, MLN_SV("*))")))
        mln_pass_add(p, MLN_SIG_QUERY_LDAP_WILDCARD, 0, 3);
}

/* "*()|&'", "*(|": nothing but the signs of a filter; "admin\\00": the end of a string in one. */
static void check_ldap_probe(struct mln_pass *p)
{
    enum { PROBE_MAX = 16, SIGNS_MIN = 3 };
    bool seen[4] = {false};

    if (p->s.len > PROBE_MAX)
        return;
    for (size_t i = 0; i < p->s.len; i++) {
        const char *k = p->s.p[i] ? strchr("*()|&!=\\' ", p->s.p[i]) : NULL;
        if (!k)
            return;
        size_t n = (size_t)(k - "*()|&!=\\' ");
        if (n < 5)
            seen[n == 0 ? 0 : n == 1 ? 1 : n == 2 ? 2 : 3] = true;
    }
    if (seen[0] + seen[1] + seen[2] + seen[3] >= SIGNS_MIN && seen[0] && seen[3])
        mln_pass_add(p, MLN_SIG_QUERY_LDAP_PROBE, 0, p->s.len);
}

/* ---- XPath ---- */

/* "//user[contains(", "/a/b[1]": a path with a predicate that calls or looks at an attribute. */
static bool has_predicate(struct mln_sv s)
{
    static const char *const inside[] = {"contains(",      "starts-with(", "position()", "text()",
                                         "last()",         "count(",       "not(",       "@",
                                         "string-length(", "substring(",   "name("};
    size_t open = mln_sv_chr(s, '[');

    if (!mln_sv_starts(s, MLN_SV("/")) || open == SIZE_MAX || open < 3 || open > 64)
        return false;
    for (size_t i = 0; i < open; i++)
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_WORD) && !strchr("/*:-", s.p[i]))
            return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(inside); i++)
        if (mln_scan_at_str(s, open + 1, inside[i]))
            return true;
    return false;
}

/* "count(//user)>0", "substring(//user[1]/x,1,1)='a'": the argument is a path. */
static void check_xpath_call(struct mln_pass *p)
{
    static const char *const calls[] = {"count(/",  "substring(/", "string-length(/", "name(/",
                                        "string(/", "contains(/",  "local-name(/",    "boolean(/",
                                        "sum(/",    "concat(/",    "translate(/",     "doc("};

    for (size_t i = 0; i < MLN_ARRAY_LEN(calls); i++) {
        size_t at = mln_view_find_str(p->v, calls[i]);
        if (at == SIZE_MAX || (at && mln_cc((unsigned char)p->s.p[at - 1], MLN_CC_WORD)))
            continue;
        size_t len = strlen(calls[i]), next = at + len;
        if (mln_scan_at(p->s, next, MLN_SV("concat("))) /* what doc() fetches is put together */
            next += 7;
        if (next + 2 < p->s.len && (i + 1 == MLN_ARRAY_LEN(calls)
                                        ? mln_scan_at(p->s, next + 1, MLN_SV("http"))
                                        : (p->s.p[next] == '/' || p->s.p[next] == '*') &&
                                              p->s.p[next + 1] != ' ' && p->s.p[next + 1] != '/'))
            mln_pass_add(p, MLN_SIG_QUERY_XPATH_FUNCTION, at, len);
    }
}

/* "x'] | //y": the predicate that the application opened is closed, and another path joined. */
static void check_xpath_union(struct mln_pass *p)
{
    size_t open = mln_sv_chr(p->s, '[');

    for (size_t i = 1; i < p->s.len && i < open; i++) {
        if (p->s.p[i] != ']' || (p->s.p[i - 1] != '\'' && p->s.p[i - 1] != '"'))
            continue;
        size_t bar = mln_scan_skip_space(p->s, i + 1);
        size_t path = mln_scan_skip_space(p->s, bar + 1);
        if (mln_scan_at(p->s, bar, MLN_SV("|")) &&
            (mln_scan_at(p->s, path, MLN_SV("//")) || mln_scan_at(p->s, path, MLN_SV("/*"))))
            mln_pass_add(p, MLN_SIG_QUERY_XPATH_AXIS, i - 1, path + 2 - i);
    }
}

static void check_xpath(struct mln_pass *p)
{
    static const char *const functions[] = {
        "count(/",        "count(//",     "name(/",         "name(//",         "name()=",
        "text()=",        "text()",       "string-length(", "position()=",     "local-name(",
        "namespace-uri(", "node()",       "substring(//",   "substring(name(", "last()",
        "doc(",           "starts-with(", "contains(name("};
    static const char *const axes[] = {"child::",
                                       "parent::",
                                       "ancestor::",
                                       "descendant::",
                                       "following::",
                                       "following-sibling::",
                                       "preceding-sibling::",
                                       "preceding::",
                                       "ancestor-or-self::",
                                       "descendant-or-self::",
                                       "/child::node()",
                                       "//user",
                                       "//*",
                                       "/*[",
                                       "attribute::"};
    bool quote = (p->v->classes & (MLN_BC_SQUOTE | MLN_BC_DQUOTE)) != 0;
    bool joins = mln_scan_word(p->s, MLN_SV("or"), 0) != SIZE_MAX ||
                 mln_scan_word(p->s, MLN_SV("and"), 0) != SIZE_MAX ||
                 mln_sv_chr(p->s, '|') != SIZE_MAX;

    if (p->v->classes & MLN_BC_PAREN)
        check_xpath_call(p);
    if ((p->v->classes & MLN_BC_BRACKET) && has_predicate(p->s))
        mln_pass_add(p, MLN_SIG_QUERY_XPATH_AXIS, 0, p->s.len);
    if ((p->v->classes & MLN_BC_BRACKET) && (p->v->classes & MLN_BC_PIPE) && quote)
        check_xpath_union(p);
    if (!joins && !(p->v->classes & MLN_BC_COLON))
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(functions) && quote && joins; i++) {
        size_t at = mln_view_find_str(p->v, functions[i]);
        if (at != SIZE_MAX)
            mln_pass_add(p, MLN_SIG_QUERY_XPATH_FUNCTION, at, strlen(functions[i]));
    }
    for (size_t i = 0; i < MLN_ARRAY_LEN(axes); i++) {
        size_t at = mln_view_find_str(p->v, axes[i]);
        bool named_axis = strchr(axes[i], ':') != NULL;
        if (at != SIZE_MAX &&
            (named_axis ? quote || mln_sv_chr(p->s, '(') != SIZE_MAX : quote && joins))
            mln_pass_add(p, MLN_SIG_QUERY_XPATH_AXIS, at, strlen(axes[i]));
    }
}

/* ---- SSI, ESI ---- */

static void check_includes(struct mln_pass *p)
{
    static const char *const directives[] = {"exec", "include",  "echo",  "config", "printenv",
                                             "set",  "flastmod", "fsize", "if"};
    size_t at = mln_view_find(p->v, MLN_SV("<!--"));

    if (at != SIZE_MAX) {
        size_t i = mln_scan_skip_space(p->s, at + 4);
        if (i < p->s.len && p->s.p[i] == '#')
            for (size_t k = 0; k < MLN_ARRAY_LEN(directives); k++)
                if (mln_scan_at_str(p->s, i + 1, directives[k]))
                    mln_pass_add(p, MLN_SIG_QUERY_SSI, at, i + 1 + strlen(directives[k]) - at);
    }
    at = mln_view_find(p->v, MLN_SV("<esi:"));
    if (at == SIZE_MAX)
        at = mln_view_find(p->v, MLN_SV("<!--esi"));
    if (at != SIZE_MAX)
        mln_pass_add(p, MLN_SIG_QUERY_ESI, at, 5);
}

/* ---- header injection ---- */

static bool in_head(const struct mln_pass *p)
{
    enum mln_location l = p->ctx->loc;

    return l == MLN_LOC_PATH || l == MLN_LOC_QUERY || l == MLN_LOC_QUERY_NAME ||
           l == MLN_LOC_HEADER || l == MLN_LOC_COOKIE;
}

/* The header name at i that ends in ":", or absent. */
static struct mln_sv header_at(struct mln_sv s, size_t i)
{
    size_t n = i;

    while (n < s.len && (mln_cc((unsigned char)s.p[n], MLN_CC_ALPHA) || s.p[n] == '-'))
        n++;
    return n > i && n < s.len && s.p[n] == ':' ? mln_sv_sub(s, i, n - i) : MLN_SV_NULL;
}

/* What stands before i is the address of a mailbox, and a line break. */
static bool is_address(struct mln_sv s, size_t i)
{
    enum { ADDRESS_MAX = 120 };
    bool at = false;

    while (i && (s.p[i - 1] == '\r' || s.p[i - 1] == '\n'))
        i--;
    for (size_t k = 0; k < i; k++) {
        if (!mln_cc((unsigned char)s.p[k], MLN_CC_WORD) && !(s.p[k] && strchr("@.+-", s.p[k])))
            return false;
        at = at || s.p[k] == '@';
    }
    return at && i < ADDRESS_MAX;
}

static void check_line(struct mln_pass *p, size_t line)
{
    static const char *const strong[] = {"set-cookie",
                                         "location",
                                         "content-length",
                                         "transfer-encoding",
                                         "refresh",
                                         "x-xss-protection",
                                         "access-control-allow-origin",
                                         "content-type",
                                         "host"};
    static const char *const mail[] = {"bcc", "cc"};
    struct mln_sv name = header_at(p->s, line);
    bool adds = is_address(p->s, line) &&
                (mln_sv_ieq(name, MLN_SV("subject")) || mln_sv_ieq(name, MLN_SV("to")));

    if (mln_scan_at(p->s, line, MLN_SV("http/1.")) || mln_scan_at(p->s, line, MLN_SV("http/0.9"))) {
        mln_pass_add(p, in_head(p) ? MLN_SIG_QUERY_CRLF_RESPONSE : MLN_SIG_QUERY_CRLF_SOFT, line,
                     7);
        return;
    }
    if (!name.p)
        return;
    for (size_t i = 0; i < MLN_ARRAY_LEN(mail); i++)
        adds = adds || mln_sv_ieq_str(name, mail[i]);
    if (adds)
        mln_pass_add(p, MLN_SIG_QUERY_CRLF_MAIL, line, name.len);
    for (size_t i = 0; i < MLN_ARRAY_LEN(strong); i++)
        if (mln_sv_ieq_str(name, strong[i])) {
            mln_pass_add(p,
                         in_head(p) || i == 0 ? MLN_SIG_QUERY_CRLF_HEADER : MLN_SIG_QUERY_CRLF_SOFT,
                         line, name.len);
            return;
        }
    /* no path has lines */
    if (p->ctx->loc == MLN_LOC_PATH || (in_head(p) && mln_sv_chr(name, '-') != SIZE_MAX))
        mln_pass_add(p, MLN_SIG_QUERY_CRLF_HEADER, line, name.len);
}

/* A whole block of header lines, from the first byte to the line break at its end: what a client of
 * Firestore sends, and mail as it came. What is injected ends another value. */
static bool is_header_block(struct mln_sv s)
{
    size_t i = 0, lines = 0;

    while (i < s.len) {
        size_t line = mln_sv_chr(mln_sv_sub(s, i, s.len), '\n');
        bool folded = i && (s.p[i] == ' ' || s.p[i] == '\t');
        if (line == SIZE_MAX || (!folded && !header_at(s, i).p))
            return false;
        lines += !folded;
        i += line + 1;
    }
    return lines >= 2;
}

static void check_crlf(struct mln_pass *p)
{
    unsigned lines = 0;

    if (is_header_block(p->s))
        return;

    for (size_t i = 0; lines < 64; i++) {
        i = mln_scan_either(p->s, i, '\r', '\n');
        if (i + 1 >= p->s.len)
            return;
        while (i < p->s.len &&
               (p->s.p[i] == '\r' || p->s.p[i] == '\n' || p->s.p[i] == ' ' || p->s.p[i] == '\t'))
            i++;
        check_line(p, i);
        lines++;
    }
}

void mln_detect_query(const struct mln_view *v, struct mln_detect_ctx *ctx,
                      struct mln_findings *out)
{
    struct mln_pass p = {.v = v, .s = mln_view_sv(v), .ctx = ctx, .out = out};
    uint32_t c = v->classes;

    if (v->index == 0 && ctx->name.p) {
        check_operator_name(&p);
        if (mln_query_guesses_secret(ctx->name))
            mln_pass_add(&p, MLN_SIG_QUERY_NOSQL_GUESS, 0, 0);
    }
    if (v->n < 4 || !mln_budget_take(ctx->budget, v->n * UINT64_C(8)))
        return;
    mln_query_commands(v, out);
    if (c & MLN_BC_STAR)
        check_ldap_probe(&p);
    if (c & MLN_BC_DOLLAR)
        check_operator_value(&p);
    if (((c & (MLN_BC_SQUOTE | MLN_BC_DQUOTE)) &&
         (c & (MLN_BC_EQ | MLN_BC_SEMI | MLN_BC_PIPE | MLN_BC_AMP | MLN_BC_PAREN))) ||
        ((c & (MLN_BC_PAREN | MLN_BC_EQ)) && (v->p[0] == 't' || v->p[0] == 'f')))
        check_where_breakout(&p);
    if (c & MLN_BC_PAREN)
        check_ldap(&p);
    if (c & (MLN_BC_SLASH | MLN_BC_COLON | MLN_BC_PAREN))
        check_xpath(&p);
    if (c & MLN_BC_LT)
        check_includes(&p);
    if (c & MLN_BC_NEWLINE)
        check_crlf(&p);
}
