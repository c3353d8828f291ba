#include "engine/query_commands.h"

#include "engine/scan.h"

struct pass {
    const struct mln_view *v;
    struct mln_sv s;
    struct mln_findings *out;
};

static void add(struct pass *p, enum mln_signal sig, size_t off, size_t len)
{
    mln_findings_add(p->out, sig, p->v, off, len);
}

/* ---- Redis and relatives ---- */

/* `EVAL "return 1" 0`: the example of every manual. Only one word or number: Lua calls functions
 * without brackets, too. */
static bool returns_constant(struct mln_sv line)
{
    size_t quote = strlen("EVAL "), i = quote + strlen("'return ");

    if (!mln_sv_starts(line, MLN_SV("EVAL ")) ||
        !mln_sv_starts(mln_sv_sub(line, quote + 1, line.len), MLN_SV("return ")))
        return false;
    while (i < line.len && mln_cc((unsigned char)line.p[i], MLN_CC_WORD))
        i++;
    return i < line.len && line.p[i] == line.p[quote];
}

/* Upper case, as probes write them: nobody's text is a single word of these. */
static bool is_store_command(struct mln_sv line)
{
    static const char *const alone[] = {
        "FLUSHALL",        "FLUSHDB",      "BGREWRITEAOF",   "BGSAVE",    "DEBUG SEGFAULT",
        "SHUTDOWN NOSAVE", "SCRIPT FLUSH", "CONFIG REWRITE", "flush_all", "SLAVEOF NO ONE"};
    static const char *const with[] = {"CONFIG SET ",  "CONFIG GET ",   "SLAVEOF ", "REPLICAOF ",
                                       "MODULE LOAD ", "SCRIPT LOAD ",  "EVAL \"",  "EVAL '",
                                       "CLIENT KILL ", "SET __session", "SETEX ",   "HSET ",
                                       "RPUSH ",       "LPUSH ",        "KEYS *"};

    if (line.len < 6 || !memchr("BCDEFHKLMRSf", line.p[0], 12))
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(alone); i++)
        if (mln_sv_eq_str(line, alone[i]))
            return true;
    if (returns_constant(line))
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(with); i++)
        if (mln_sv_starts_str(line, with[i]))
            return true;
    return false;
}

static size_t skip_number(struct mln_sv s, size_t i)
{
    while (i < s.len && mln_cc((unsigned char)s.p[i], MLN_CC_DIGIT))
        i++;
    return i;
}

/* "*3\r\n$3\r\nSET": a command as Redis counts it out. */
static bool is_counted(struct mln_sv s)
{
    size_t end = s.len > 6 && s.p[0] == '*' ? skip_number(s, 1) : 0;

    return end > 1 && mln_sv_starts(mln_sv_sub(s, end, 3), MLN_SV("\r\n$")) &&
           skip_number(s, end + 3) > end + 3;
}

/* "set key 0 900 4": of memcached, with flags, time and length. */
static bool is_storage(struct mln_sv line)
{
    size_t i = mln_sv_starts(line, MLN_SV("set ")) || mln_sv_starts(line, MLN_SV("add ")) ? 4 : 0;
    unsigned numbers = 0;

    while (i && i < line.len && !mln_cc((unsigned char)line.p[i], MLN_CC_SPACE))
        i++;
    while (i > 4 && i < line.len && line.p[i] == ' ' && skip_number(line, i + 1) > i + 1) {
        i = skip_number(line, i + 1);
        numbers++;
    }
    return numbers == 3 && i == line.len;
}

/* ---- mail and FTP ---- */

/* "a001 STATUS INBOX": a tag and a command of IMAP. */
static bool is_imap(struct mln_sv line)
{
    static const char *const commands[] = {
        "LOGIN ",  "SELECT ",    "EXAMINE ", "CREATE ",       "DELETE ",    "LIST ",
        "STATUS ", "APPEND ",    "SEARCH ",  "FETCH ",        "STORE ",     "COPY ",
        "UID ",    "CAPABILITY", "LOGOUT",   "AUTHENTICATE ", "SUBSCRIBE ", "RENAME "};
    size_t tag = 0;

    while (tag < line.len && tag < 8 && mln_cc((unsigned char)line.p[tag], MLN_CC_WORD))
        tag++;
    if (tag < 2 || tag >= line.len || line.p[tag] != ' ' ||
        !mln_cc((unsigned char)line.p[tag - 1], MLN_CC_DIGIT) ||
        !mln_cc((unsigned char)line.p[0], MLN_CC_ALPHA))
        return false;
    struct mln_sv rest = mln_sv_sub(line, tag + 1, line.len);
    for (size_t i = 0; i < MLN_ARRAY_LEN(commands); i++)
        if (tag >= 3 ? mln_sv_istarts_str(rest, commands[i]) : mln_sv_starts_str(rest, commands[i]))
            return true;
    return false;
}

static bool is_mail_command(struct mln_sv line)
{
    static const char *const starts[] = {
        "MAIL FROM:", "RCPT TO:",  "EHLO ",    "HELO ",          "VRFY ", "EXPN ", "AUTH PLAIN",
        "AUTH LOGIN", "AUTH CRAM", "STARTTLS", "USER anonymous", "RETR ", "STOR ", "SITE EXEC"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(starts); i++)
        if (mln_sv_starts_str(line, starts[i]))
            return true;
    if (mln_sv_eq(line, MLN_SV("QUIT")) || mln_sv_eq(line, MLN_SV("DATA")) ||
        mln_sv_eq(line, MLN_SV("RSET")))
        return true;
    /* AUTH name base64 */
    return mln_sv_starts(line, MLN_SV("AUTH ")) && line.len > 5 && line.p[line.len - 1] == '=';
}

static struct mln_sv line_at(struct mln_sv s, size_t i)
{
    enum { LINE_LOOK = 120 };
    struct mln_sv line = mln_sv_sub(s, i, LINE_LOOK);
    size_t end = 0;

    while (end < line.len && line.p[end] != '\r' && line.p[end] != '\n')
        end++;
    while (end && line.p[end - 1] == ' ')
        end--;
    return mln_sv_sub(line, 0, end);
}

/* A line break ends the application's command and another one follows. */
static void check_lines(struct pass *p)
{
    enum { LINES_MAX = 32 };
    unsigned lines = 0;

    for (size_t i = 0; lines < LINES_MAX; i++) {
        i = mln_scan_either(p->s, i, '\r', '\n');
        if (i + 4 >= p->s.len)
            return;
        while (i + 1 < p->s.len && (p->s.p[i + 1] == '\r' || p->s.p[i + 1] == '\n'))
            i++;
        struct mln_sv line = line_at(p->s, i + 1);
        if (is_store_command(line) || is_storage(line) || is_mail_command(line) || is_imap(line))
            add(p, MLN_SIG_QUERY_LINE_COMMAND, i + 1, line.len);
        lines++;
    }
}

/* ---- shells of document databases ---- */

/* db.users.find(, db.createUser(: from "db." over names to a call. */
static void check_database_shell(struct pass *p)
{
    static const char *const methods[] = {
        "find",         "findone",          "insert",         "insertone",
        "insertmany",   "update",           "updateone",      "updatemany",
        "remove",       "deleteone",        "deletemany",     "drop",
        "dropdatabase", "createuser",       "updateuser",     "dropuser",
        "aggregate",    "mapreduce",        "eval",           "runcommand",
        "admincommand", "getcollection",    "save",           "getcollectionnames",
        "getsiblingdb", "grantrolestouser", "shutdownserver", "copydatabase",
        "count",        "distinct",         "getusers",       "createcollection",
        "hostinfo",     "injectedmethod",   "version",        "stats"};
    size_t at = mln_view_find(p->v, MLN_SV("db."));

    if (at == SIZE_MAX || (at && mln_cc((unsigned char)p->s.p[at - 1], MLN_CC_WORD)) ||
        (at && p->s.p[at - 1] == '.'))
        return;
    size_t i = at + 3, name = i;
    for (; i < p->s.len && i - at < 80; i++) {
        if (p->s.p[i] == '.')
            name = i + 1;
        else if (!mln_cc((unsigned char)p->s.p[i], MLN_CC_WORD))
            break;
    }
    if (i >= p->s.len || p->s.p[i] != '(')
        return;
    struct mln_sv method = mln_sv_sub(p->s, name, i - name);
    for (size_t k = 0; k < MLN_ARRAY_LEN(methods); k++)
        if (mln_sv_ieq_str(method, methods[k]))
            add(p, at <= 4 ? MLN_SIG_QUERY_NOSQL_SHELL : MLN_SIG_QUERY_NOSQL_SHELL_SOFT, at,
                i - at);
}

/* A clause of Cassandra behind a quote. */
static void check_cql(struct pass *p)
{
    size_t at = mln_view_find(p->v, MLN_SV("allow filtering"));
    size_t quote = mln_sv_chr(p->s, '\'');

    if (at != SIZE_MAX && quote < at)
        add(p, MLN_SIG_QUERY_NOSQL_BREAKOUT, quote, at + 15 - quote);
}

/* A string ends and a loop that burns time follows: ';d=new Date();do{…}while(…); */
static void check_busy_wait(struct pass *p)
{
    size_t date = mln_view_find(p->v, MLN_SV("new date()"));

    if (date == SIZE_MAX || mln_view_find(p->v, MLN_SV("while(")) == SIZE_MAX)
        return;
    size_t semicolon = mln_sv_chr(p->s, ';');
    if (semicolon < date && semicolon < 24)
        add(p, MLN_SIG_QUERY_NOSQL_BREAKOUT, semicolon, date - semicolon + 10);
}

bool mln_query_store_word(struct mln_sv word)
{
    return word.len >= 6 && memchr("FBf", word.p[0], 3) && is_store_command(word);
}

void mln_query_commands(const struct mln_view *v, struct mln_findings *out)
{
    struct pass p = {.v = v, .s = mln_view_sv(v), .out = out};
    struct mln_sv first = line_at(p.s, 0);

    if (first.len == p.s.len && is_store_command(first))
        add(&p, MLN_SIG_QUERY_STORE_COMMAND, 0, first.len);
    if (v->classes & MLN_BC_NEWLINE) {
        if (is_counted(p.s))
            add(&p, MLN_SIG_QUERY_STORE_COMMAND, 0, 3);
        check_lines(&p);
    }
    if ((v->classes & (MLN_BC_DOT | MLN_BC_PAREN)) == (MLN_BC_DOT | MLN_BC_PAREN))
        check_database_shell(&p);
    if (v->classes & MLN_BC_SQUOTE)
        check_cql(&p);
    if ((v->classes & (MLN_BC_SEMI | MLN_BC_PAREN)) == (MLN_BC_SEMI | MLN_BC_PAREN))
        check_busy_wait(&p);
}

/* ---- object mappers ---- */

static bool ends_in_lookup(struct mln_sv name)
{
    static const char *const ends[] = {
        "__startswith", "__istartswith", "__contains", "__icontains", "__endswith", "__iendswith",
        "__regex",      "__iregex",      "__gt",       "__lt",        "__gte",      "__lte",
        "__range",      "_start]",       "_cont]",     "_end]",       "_matches]",  "_lt]",
        "_gt]",         "[startswith]",  "[contains]", "[endswith]",  "[gt]",       "[lt]",
        "[gte]",        "[lte]",         "[regex]",    "[like]",      "[in]",       "/startswith"};
    char last = name.p[name.len - 1];

    if (last != ']' && !(last == 'h' && mln_sv_chr(name, '/') != SIZE_MAX) &&
        mln_sv_find(name, MLN_SV("__")) == SIZE_MAX)
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(ends); i++) {
        struct mln_sv e = mln_sv_str(ends[i]);
        if (name.len > e.len && mln_sv_ieq(mln_sv_sub(name, name.len - e.len, e.len), e))
            return true;
    }
    return false;
}

bool mln_query_guesses_secret(struct mln_sv name)
{
    static const char *const secrets[] = {"password", "passwd", "secret", "token",
                                          "api_key",  "apikey", "hash",   "otp"};

    if (name.len < 10 || !ends_in_lookup(name))
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(secrets); i++)
        if (mln_sv_ifind(name, mln_sv_str(secrets[i])) != SIZE_MAX)
            return true;
    return false;
}
