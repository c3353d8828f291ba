/* Masking, before a value leaves the worker: by the name it stands under, and by its shape. */
#include "audit/record.h"

#define P(text)                                                                                    \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }
/* Parts of names, lower case; a name is secret when it contains one as a word or a whole. */
static const struct mln_sv secret_parts[] = {
    P("password"),   P("passwd"),        P("pwd"),        P("passphrase"), P("secret"),
    P("token"),      P("authorization"), P("cookie"),     P("session"),    P("apikey"),
    P("api_key"),    P("api-key"),       P("card"),       P("cvv"),        P("cvc"),
    P("iban"),       P("ssn"),           P("credential"), P("signature"),  P("private_key"),
    P("access_key"), P("otp"),           P("pin"),        P("auth"),       P("private-key"),
    P("privatekey"), P("access-key"),    P("accesskey"),  P("pass"),       P("passcode"),
    P("passwort"),   P("kennwort"),      P("bearer"),     P("jwt"),        P("sessid"),
    P("sid"),
};
#undef P

/* Whether a word begins, or ends, at i: "newPin" has two. */
static bool is_edge(struct mln_sv name, size_t i)
{
    unsigned char before = i ? (unsigned char)name.p[i - 1] : 0;
    unsigned char at = i < name.len ? (unsigned char)name.p[i] : 0;

    return !mln_cc(before, MLN_CC_ALPHA) || !mln_cc(at, MLN_CC_ALPHA) ||
           (!mln_cc(before, MLN_CC_UPPER) && mln_cc(at, MLN_CC_UPPER));
}

/* One of the parts at i; short ones as words only: "pin" is not in "shipping". */
static bool part_at(struct mln_sv name, size_t i)
{
    char c = mln_lower(name.p[i]);

    for (size_t k = 0; k < MLN_ARRAY_LEN(secret_parts); k++) {
        struct mln_sv part = secret_parts[k];
        size_t end = i + part.len;
        if (c != part.p[0] || end > name.len || !mln_sv_ieq(mln_sv_sub(name, i, part.len), part))
            continue;
        if (part.len > 4 || (is_edge(name, i) && is_edge(name, end)))
            return true;
    }
    return false;
}

bool mln_redact_name(struct mln_sv name)
{
    static const bool starts[256] = {
        ['p'] = true, ['P'] = true, ['s'] = true, ['S'] = true, ['t'] = true,
        ['T'] = true, ['a'] = true, ['A'] = true, ['c'] = true, ['C'] = true,
        ['i'] = true, ['I'] = true, ['o'] = true, ['O'] = true, ['b'] = true,
        ['B'] = true, ['j'] = true, ['J'] = true, ['k'] = true, ['K'] = true};

    for (size_t i = 0; i < name.len; i++)
        if (starts[(unsigned char)name.p[i]] && part_at(name, i))
            return true;
    return false;
}

static bool is_b64url(char c)
{
    return mln_cc((unsigned char)c, MLN_CC_WORD) || c == '-';
}

/* Length of a JSON web token at i ("eyJ….….…"), or 0. An encrypted one has five parts (RFC 7516);
 * of one that was cut the parts may be fewer. */
static size_t jwt_length(struct mln_sv s, size_t i)
{
    size_t n = i, dots = 0;

    if (!mln_sv_starts(mln_sv_sub(s, i, 3), MLN_SV("eyJ")))
        return 0;
    while (n < s.len && (is_b64url(s.p[n]) || s.p[n] == '.'))
        dots += s.p[n++] == '.';
    return dots >= 1 && dots <= 4 && n - i > 20 ? n - i : 0;
}

/* Length of a card number at i: 13 to 19 digits, single spaces (in a query: "+") or dashes between,
 * Luhn holds. */
static size_t card_length(struct mln_sv s, size_t i)
{
    unsigned digits = 0, sum = 0, alternate = 0;
    size_t n = i;
    char d[20];

    while (n < s.len && digits < 20) {
        if (mln_cc((unsigned char)s.p[n], MLN_CC_DIGIT)) {
            if (digits < sizeof(d))
                d[digits] = (char)(s.p[n] - '0');
            digits++;
        } else if (!(digits && s.p[n] && strchr(" -+", s.p[n]) && n + 1 < s.len &&
                     mln_cc((unsigned char)s.p[n + 1], MLN_CC_DIGIT))) {
            break;
        }
        n++;
    }
    if (digits < 13 || digits > 19)
        return 0;
    for (unsigned k = digits; k-- > 0; alternate ^= 1) {
        unsigned v = (unsigned)d[k] * (alternate ? 2 : 1);
        sum += v > 9 ? v - 9 : v;
    }
    return sum % 10 == 0 ? n - i : 0;
}

static size_t key_block_length(struct mln_sv s, size_t i)
{
    struct mln_sv rest = mln_sv_sub(s, i, s.len);

    if (!mln_sv_starts(rest, MLN_SV("-----BEGIN ")) ||
        mln_sv_find(mln_sv_sub(rest, 0, 64), MLN_SV("KEY")) == SIZE_MAX)
        return 0;
    size_t end = mln_sv_find(rest, MLN_SV("-----END "));
    return end == SIZE_MAX ? rest.len : MLN_MIN(end + 40, rest.len);
}

static size_t skip_any(struct mln_sv s, size_t i, const char *set)
{
    while (i < s.len && s.p[i] && strchr(set, s.p[i]))
        i++;
    return i;
}

/* The end of the value at s[i..]: its quote, or what ends a value without quotes. Where the first
 * quote is no escaped one, an escaped one is part of the value. */
static size_t value_end(struct mln_sv s, size_t i, char quote)
{
    static const char ends[] = "&;,<>}|\"' \t\r\n";
    bool escapes = quote && (i < 2 || s.p[i - 2] != '\\');

    while (i < s.len && (quote ? s.p[i] != quote : !s.p[i] || !strchr(ends, s.p[i])))
        i += 1 + (escapes && s.p[i] == '\\');
    return MLN_MIN(i, s.len);
}

/* A secret name with its value at i: password=…, "password": "…", <password>…. The bytes up to the
 * value and, in *ret_value, those of the value; 0 when there is none. */
static size_t assigned_secret(struct mln_sv s, size_t i, size_t *ret_value)
{
    size_t n = i, name_end;

    while (n < s.len && (mln_cc((unsigned char)s.p[n], MLN_CC_WORD) || s.p[n] == '-'))
        n++;
    name_end = n;
    n = skip_any(s, n, "\\\"' ]");
    if (name_end - i < 3 || n == s.len || !s.p[n] || !strchr(":=>", s.p[n]) ||
        !mln_redact_name(mln_sv_sub(s, i, name_end - i)))
        return 0;
    size_t from = skip_any(s, n + 1, " >\\\"'");
    char before = s.p[from - 1];
    size_t end = value_end(s, from, before == '"' || before == '\'' ? before : 0);
    if (mln_sv_ieq(mln_sv_sub(s, from, end - from), MLN_SV("bearer")) ||
        mln_sv_ieq(mln_sv_sub(s, from, end - from), MLN_SV("basic")))
        end = value_end(s, skip_any(s, end, " "), 0);
    *ret_value = end - from;
    return end > from ? from - i : 0;
}

static bool starts_word(struct mln_sv s, size_t i)
{
    return mln_cc((unsigned char)s.p[i], MLN_CC_ALPHA) &&
           (i == 0 || !mln_cc((unsigned char)s.p[i - 1], MLN_CC_WORD));
}

static size_t secret_length(struct mln_sv s, size_t i)
{
    char c = s.p[i];
    bool at_word = i == 0 || !mln_cc((unsigned char)s.p[i - 1], MLN_CC_WORD);

    if (c == 'e' && at_word)
        return jwt_length(s, i);
    if (mln_cc((unsigned char)c, MLN_CC_DIGIT) && at_word)
        return card_length(s, i);
    return c == '-' ? key_block_length(s, i) : 0;
}

void mln_redact_value(struct mln_buf *out, struct mln_sv s, bool secret, bool *ret_masked)
{
    if (secret) {
        if (s.len) {
            mln_buf_add_str(out, "***");
            *ret_masked = true;
        }
        return;
    }
    size_t done = 0;
    for (size_t i = 0; i < s.len;) {
        size_t n = secret_length(s, i), value = 0;
        size_t named = !n && starts_word(s, i) ? assigned_secret(s, i, &value) : 0;
        if (!named && !n) {
            i++;
            continue;
        }
        mln_buf_add(out, s.p + done, i + named - done);
        mln_buf_add_str(out, "***");
        *ret_masked = true;
        i += named ? named + value : n;
        done = i;
    }
    if (s.len > done)
        mln_buf_add(out, s.p + done, s.len - done);
}
