#include "engine/js_scan.h"

#include "engine/scan.h"

enum { SCRIPT_MAX = 1024, FOLD_TOKENS = 192, QUOTES_MAX = 4 };

static bool is_name_byte(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_WORD) || c == '$' || (unsigned char)c >= 0x80;
}

/* ---- tokens ---- */

/* Behind white space and comments; notes what was skipped. */
static void skip_blank(struct mln_js_lexer *l, struct mln_js_token *t)
{
    struct mln_sv s = l->s;

    while (l->at < s.len) {
        char c = s.p[l->at];
        if (mln_cc((unsigned char)c, MLN_CC_SPACE)) {
            t->spaced = true;
            t->newline = t->newline || c == '\n' || c == '\r';
            l->at++;
        } else if (mln_sv_starts(mln_sv_sub(s, l->at, 2), MLN_SV("/*"))) {
            size_t end = mln_sv_find(mln_sv_sub(s, l->at + 2, s.len), MLN_SV("*/"));
            l->at = end == SIZE_MAX ? s.len : l->at + 2 + end + 2;
        } else if (mln_sv_starts(mln_sv_sub(s, l->at, 2), MLN_SV("//"))) {
            size_t end = mln_sv_chr(mln_sv_sub(s, l->at, s.len), '\n');
            l->at = end == SIZE_MAX ? s.len : l->at + end;
        } else {
            return;
        }
    }
}

/* The closing quote of the string that opens at i, or SIZE_MAX. */
static size_t closing_quote(struct mln_sv s, size_t i)
{
    for (size_t n = i + 1; n < s.len; n++) {
        if (s.p[n] == '\\')
            n++;
        else if (s.p[n] == s.p[i])
            return n;
    }
    return SIZE_MAX;
}

static void next_string(struct mln_js_lexer *l, struct mln_js_token *t)
{
    bool *unclosed = &l->unclosed[l->s.p[l->at] == '\'' ? 0 : l->s.p[l->at] == '"' ? 1 : 2];
    size_t close = *unclosed ? SIZE_MAX : closing_quote(l->s, l->at);

    if (close == SIZE_MAX) {
        *unclosed = true;
        t->kind = MLN_JS_QUOTE;
        t->text = mln_sv_sub(l->s, l->at++, 1);
        return;
    }
    t->kind = MLN_JS_STRING;
    t->text = mln_sv_sub(l->s, l->at + 1, close - l->at - 1);
    l->at = close + 1;
}

bool mln_js_next(struct mln_js_lexer *l, struct mln_js_token *ret)
{
    *ret = (struct mln_js_token){0};
    skip_blank(l, ret);
    if (l->at >= l->s.len)
        return false;
    char c = l->s.p[l->at];
    if (c == '\'' || c == '"' || c == '`') {
        next_string(l, ret);
        return true;
    }
    size_t n = l->at;
    while (n < l->s.len && is_name_byte(l->s.p[n]))
        n++;
    ret->kind = n == l->at                               ? MLN_JS_PUNCT
                : mln_cc((unsigned char)c, MLN_CC_DIGIT) ? MLN_JS_NUMBER
                                                         : MLN_JS_NAME;
    n += n == l->at;
    ret->text = mln_sv_sub(l->s, l->at, n - l->at);
    l->at = n;
    return true;
}

/* ---- does it read as script? ---- */

/* A word may follow it. */
static bool is_prefix_word(struct mln_sv w)
{
    static const char *const words[] = {
        "var",    "let", "const", "new",   "typeof",     "return",   "throw", "void",
        "delete", "in",  "of",    "case",  "yield",      "function", "class", "extends",
        "else",   "do",  "await", "async", "instanceof", "get",      "set",   "static"};
    return mln_scan_among(w, words, MLN_ARRAY_LEN(words));
}

static bool is_infix_word(struct mln_sv w)
{
    static const char *const words[] = {"in", "of", "instanceof", "extends"};
    return mln_scan_among(w, words, MLN_ARRAY_LEN(words));
}

/* Its brackets are followed by a statement. */
static bool is_head_word(struct mln_sv w)
{
    static const char *const words[] = {"if", "for", "while", "with", "switch", "catch"};
    return mln_scan_among(w, words, MLN_ARRAY_LEN(words));
}

static bool is_operand(const struct mln_js_token *t)
{
    return t->kind == MLN_JS_NAME || t->kind == MLN_JS_NUMBER || t->kind == MLN_JS_STRING;
}

/* Whether token b may stand behind token a. */
static bool may_follow(const struct mln_js_token *a, const struct mln_js_token *b, bool head)
{
    if (!is_operand(b) || (b->kind == MLN_JS_NAME && is_infix_word(b->text)))
        return true;
    if (a->kind == MLN_JS_PUNCT && a->text.p[0] == ')')
        return head || b->newline || b->kind == MLN_JS_STRING;
    if (!is_operand(a))
        return true;
    if (a->kind == MLN_JS_NAME && (is_prefix_word(a->text) || is_head_word(a->text)))
        return true;
    return b->kind == MLN_JS_STRING && b->text.p[-1] == '`'; /* f`…` */
}

bool mln_js_is_script(struct mln_sv s)
{
    struct mln_js_lexer l = {.s = s};
    struct mln_js_token last = {.kind = MLN_JS_PUNCT, .text = MLN_SV(";")}, t;
    unsigned quotes = 0;
    bool head = false;

    if (s.len > SCRIPT_MAX)
        return false;
    for (; mln_js_next(&l, &t); last = t) {
        if (t.kind == MLN_JS_PUNCT && strchr("@\\\x7f", t.text.p[0] < ' ' ? 0x7f : t.text.p[0]))
            return false;
        quotes += t.kind == MLN_JS_QUOTE;
        if (quotes > QUOTES_MAX || !may_follow(&last, &t, head))
            return false;
        head = head || (t.kind == MLN_JS_NAME && is_head_word(t.text));
    }
    return true;
}

/* ---- what pieces spell ---- */

struct fold {
    struct mln_js_token *t;
    size_t n;
    char *out;
    size_t cap, len;
    unsigned folded;
};

static void put(struct fold *f, struct mln_sv s)
{
    size_t n = MLN_MIN(s.len, f->cap - f->len);

    memcpy(f->out + f->len, s.p, n);
    f->len += n;
}

static bool is_punct(const struct fold *f, size_t i, char c)
{
    return i < f->n && f->t[i].kind == MLN_JS_PUNCT && f->t[i].text.p[0] == c;
}

/* The strings joined by '+' from token i on; returns the token behind them. */
static size_t put_strings(struct fold *f, size_t i)
{
    put(f, f->t[i].text);
    while (is_punct(f, i + 1, '+') && i + 2 < f->n && f->t[i + 2].kind == MLN_JS_STRING) {
        i += 2;
        put(f, f->t[i].text);
        f->folded++;
    }
    return i + 1;
}

/* End of "[ strings ]" that opens at token i, or 0. */
static size_t index_end(const struct fold *f, size_t i)
{
    if (!is_punct(f, i, '[') || i + 2 >= f->n || f->t[i + 1].kind != MLN_JS_STRING)
        return 0;
    for (i += 2; is_punct(f, i, '+') && i + 1 < f->n && f->t[i + 1].kind == MLN_JS_STRING;)
        i += 2;
    return is_punct(f, i, ']') ? i + 1 : 0;
}

/* One step from token i; returns the next. */
static size_t fold_step(struct fold *f, size_t i)
{
    const struct mln_js_token *t = &f->t[i];
    bool behind_operand = i && (f->t[i - 1].kind == MLN_JS_NAME || is_punct(f, i - 1, ')') ||
                                is_punct(f, i - 1, ']'));
    size_t end = behind_operand ? index_end(f, i) : 0;

    if (end) {
        put(f, MLN_SV("."));
        (void)put_strings(f, i + 1);
        f->folded++;
        return end;
    }
    if (!behind_operand && is_punct(f, i, '(') && i + 2 < f->n && is_punct(f, i + 2, ')') &&
        f->t[i + 1].kind == MLN_JS_NAME &&
        (is_punct(f, i + 3, '[') || is_punct(f, i + 3, '(') || is_punct(f, i + 3, '.'))) {
        put(f, f->t[i + 1].text);
        f->folded++;
        return i + 3;
    }
    if (t->kind == MLN_JS_STRING) {
        put(f, MLN_SV("'"));
        size_t next = put_strings(f, i);
        put(f, MLN_SV("'"));
        return next;
    }
    if (i && t->kind == MLN_JS_NAME && f->t[i - 1].kind == MLN_JS_NAME)
        put(f, MLN_SV(" "));
    put(f, t->text);
    return i + 1;
}

/* What is folded begins with "+'", "['", ")[", ")(" or ").", white space and comments aside. */
static bool may_fold(struct mln_sv s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c != '+' && c != '[' && c != ')')
            continue;
        size_t next = mln_scan_skip_space(s, i + 1);
        if (next < s.len && s.p[next] && strchr(c == ')' ? "[(./" : "'\"`/", s.p[next]))
            return true;
    }
    return false;
}

size_t mln_js_fold(struct mln_sv s, char *out, size_t cap)
{
    struct mln_js_token tokens[FOLD_TOKENS];
    struct mln_js_lexer l = {.s = s};
    struct fold f = {.t = tokens, .out = out, .cap = cap};

    if (!may_fold(s))
        return 0;
    while (f.n < FOLD_TOKENS && mln_js_next(&l, &f.t[f.n]))
        f.n++;
    for (size_t i = 0; i < f.n;)
        i = fold_step(&f, i);
    return f.folded ? f.len : 0;
}

/* ---- calls ---- */

struct call_word {
    struct mln_sv word;
    uint8_t first; /* length up to the dot */
    uint8_t call;
    bool handed; /* counts also when it is handed on */
};
static const struct call_word call_words[] = {
    {{"alert", 5}, 5, MLN_JS_CALL_STRONG, true},
    {{"atob", 4}, 4, MLN_JS_CALL_STRONG, false},
    {{"confirm", 7}, 7, MLN_JS_CALL_STRONG, true},
    {{"document.write", 14}, 8, MLN_JS_CALL_STRONG, true},
    {{"document.writeln", 16}, 8, MLN_JS_CALL_STRONG, true},
    {{"eval", 4}, 4, MLN_JS_CALL_STRONG, true},
    {{"execscript", 10}, 10, MLN_JS_CALL_STRONG, true},
    {{"expression", 10}, 10, MLN_JS_CALL_SOFT, false},
    {{"fromcharcode", 12}, 12, MLN_JS_CALL_STRONG, false},
    {{"globaleval", 10}, 10, MLN_JS_CALL_STRONG, true},
    {{"importscripts", 13}, 13, MLN_JS_CALL_STRONG, false},
    {{"msgbox", 6}, 6, MLN_JS_CALL_STRONG, false},
    {{"prompt", 6}, 6, MLN_JS_CALL_STRONG, true},
    {{"sendbeacon", 10}, 10, MLN_JS_CALL_STRONG, false},
    {{"unescape", 8}, 8, MLN_JS_CALL_STRONG, false},
    {{"xmlhttprequest", 14}, 14, MLN_JS_CALL_STRONG, false},
    {{"console.log", 11}, 7, MLN_JS_CALL_SOFT, false},
    {{"createelement", 13}, 13, MLN_JS_CALL_SOFT, false},
    {{"fetch", 5}, 5, MLN_JS_CALL_SOFT, false},
    {{"function", 8}, 8, MLN_JS_CALL_SOFT, false},
    {{"import", 6}, 6, MLN_JS_CALL_SOFT, false},
    {{"open", 4}, 4, MLN_JS_CALL_SOFT, false},
    {{"print", 5}, 5, MLN_JS_CALL_SOFT, false},
    {{"setinterval", 11}, 11, MLN_JS_CALL_SOFT, false},
    {{"settimeout", 10}, 10, MLN_JS_CALL_SOFT, false},
};

/* Whether a word may begin at i: no letter in front, unless it belongs to an escape (\nalert). */
static bool begins_word(struct mln_sv s, size_t i)
{
    if (i == 0 || !(mln_cc((unsigned char)s.p[i - 1], MLN_CC_WORD) || s.p[i - 1] == '$'))
        return true;
    return i > 1 && s.p[i - 2] == '\\' && strchr("nrtfv", s.p[i - 1]);
}

/* Function`…`, Function('…') and new Function compile text; function (…) is ordinary. */
static bool compiles(struct mln_sv s, size_t i, size_t n)
{
    if (s.p[i] != 'F')
        return false;
    struct mln_sv next = mln_sv_sub(s, n, 2);
    return mln_sv_starts(next, MLN_SV("`")) || mln_sv_starts(next, MLN_SV("('")) ||
           mln_sv_starts(next, MLN_SV("(\"")) || mln_sv_starts(next, MLN_SV("(`")) ||
           (i >= 4 && mln_sv_starts(mln_sv_sub(s, i - 4, 4), MLN_SV("new ")));
}

/* "function (a, b) return", of Lua: names in brackets, and a word where JavaScript must have "{"
 * and refuses the whole script. */
static bool is_lua_function(struct mln_sv s, size_t i, size_t n)
{
    if (!mln_sv_starts(mln_sv_sub(s, i, n - i), MLN_SV("function")))
        return false;
    n = mln_scan_skip_space(s, n);
    if (n >= s.len || s.p[n++] != '(')
        return false;
    while (n < s.len && (mln_cc((unsigned char)s.p[n], MLN_CC_WORD | MLN_CC_SPACE) ||
                         s.p[n] == ',' || s.p[n] == '.'))
        n++;
    if (n >= s.len || s.p[n] != ')')
        return false;
    size_t after = mln_scan_skip_space(s, n + 1);
    return after < s.len && after > n + 1 && mln_cc((unsigned char)s.p[after], MLN_CC_ALPHA);
}

/* How the word at [i, n) is used. */
static enum mln_js_call use_of(struct mln_sv s, size_t i, size_t n, const struct call_word *w,
                               bool *ret_spaced)
{
    struct mln_js_lexer l = {.s = mln_sv_sub(s, n, 64)};
    struct mln_js_token t = {.kind = MLN_JS_PUNCT};
    bool any = mln_js_next(&l, &t);
    char next = any && t.text.p > s.p ? t.kind == MLN_JS_STRING ? t.text.p[-1] : t.text.p[0] : '\0';

    *ret_spaced = t.spaced;
    if (any && next == '?' && l.at + 1 < l.s.len && l.s.p[l.at] == '.')
        next = l.s.p[l.at + 1];
    if (next == '(' && is_lua_function(s, i, n))
        return MLN_JS_CALL_NONE;
    if (next == '(' || (next == '`' && !t.spaced))
        return compiles(s, i, n) ? MLN_JS_CALL_STRONG : (enum mln_js_call)w->call;
    if (!w->handed)
        return MLN_JS_CALL_NONE;
    if (next == '.' && (mln_sv_istarts(mln_sv_sub(l.s, l.at, 8), MLN_SV("call")) ||
                        mln_sv_istarts(mln_sv_sub(l.s, l.at, 8), MLN_SV("apply")) ||
                        mln_sv_istarts(mln_sv_sub(l.s, l.at, 8), MLN_SV("bind"))))
        return MLN_JS_CALL_STRONG;
    char before = i ? s.p[i - 1] : '\0';
    if ((before == '(' || before == '=' || before == ',' || before == '{') && next &&
        strchr("),;}", next) && !t.spaced)
        return MLN_JS_CALL_REFERENCE;
    return MLN_JS_CALL_NONE;
}

bool mln_js_may_call(const struct mln_view *v)
{
    for (size_t k = 0; k < MLN_ARRAY_LEN(call_words); k++)
        if (mln_view_find(v, call_words[k].word) != SIZE_MAX)
            return true;
    return false;
}

/* The row of the word at [i, n), or NULL; a row with a dot takes two words. */
static const struct call_word *find_word(struct mln_sv s, size_t i, size_t n)
{
    for (size_t k = 0; k < MLN_ARRAY_LEN(call_words); k++) {
        const struct call_word *w = &call_words[k];
        size_t end = i + w->word.len;
        if (w->first != n - i || mln_lower(s.p[i]) != w->word.p[0] || !mln_scan_at(s, i, w->word))
            continue;
        if (end >= s.len || !(mln_cc((unsigned char)s.p[end], MLN_CC_WORD) || s.p[end] == '$'))
            return w;
    }
    return NULL;
}

struct mln_js_found mln_js_next_call(struct mln_sv s, size_t from)
{
    for (size_t i = from; i < s.len; i++) {
        if (!mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA) || !begins_word(s, i))
            continue;
        if (i && s.p[i - 1] == '\\' && strchr("nrtfv", s.p[i]))
            continue; /* an escape: the word begins behind it */
        size_t n = i;
        while (n < s.len && mln_cc((unsigned char)s.p[n], MLN_CC_WORD))
            n++;
        const struct call_word *w = find_word(s, i, n);
        bool spaced = false;
        enum mln_js_call call = w ? use_of(s, i, i + w->word.len, w, &spaced) : MLN_JS_CALL_NONE;
        if (call != MLN_JS_CALL_NONE)
            return (struct mln_js_found){
                .call = call, .off = i, .len = w->word.len, .spaced = spaced};
        i = w ? i : n - 1; /* nothing begins within a word */
    }
    return (struct mln_js_found){.call = MLN_JS_CALL_NONE};
}

struct mln_js_found mln_js_find_call(struct mln_sv s)
{
    struct mln_js_found best = {.call = MLN_JS_CALL_NONE}, f;

    for (f = mln_js_next_call(s, 0); f.call != MLN_JS_CALL_NONE;
         f = mln_js_next_call(s, f.off + f.len)) {
        if (f.call > best.call)
            best = f;
        if (f.call == MLN_JS_CALL_STRONG)
            break;
    }
    return best;
}
