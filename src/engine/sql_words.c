#include "engine/sql_tokens.h"

struct word {
    const char *text; /* lower case, sorted */
    uint16_t kind;
};

#define B MLN_SQLK_BOOL
#define S MLN_SQLK_STATEMENT
#define C MLN_SQLK_CLAUSE
#define K MLN_SQLK_COMPARE
#define F MLN_SQLK_FUNCTION
#define E MLN_SQLK_EFFECT
#define U MLN_SQLK_UNION
#define L MLN_SQLK_LITERAL
#define H MLN_SQLK_SCHEMA
#define G MLN_SQLK_GLUE
#define P MLN_SQLK_PROSE
/* clang-format off */
static const struct word words[] = {
    {"abs", F}, {"all", G | P}, {"all_tables", H}, {"all_users", H}, {"alter", S | P}, {"analyse", F}, {"analyze", F}, {"and", B | P},
    {"as", G | P}, {"asc", G}, {"ascii", F}, {"avg", F},
    {"begin", S | P}, {"benchmark", F | E}, {"between", K | P}, {"bin", F}, {"bulk", S}, {"by", G | P},
    {"call", S | P}, {"case", G | P}, {"cast", F}, {"ceil", F}, {"char", F}, {"char_length", F}, {"chr", F}, {"coalesce", F}, {"collate", G},
    {"columns", G | P}, {"concat", F}, {"concat_ws", F}, {"conv", F}, {"convert", F}, {"copy", S | P}, {"count", F | P}, {"crc32", F}, {"create", S | P},
    {"ctxsys", E}, {"cur_date", F}, {"curdate", F}, {"current_database", F}, {"current_user", L}, {"cursor", G},
    {"database", F | P}, {"dbms_lock", E}, {"dbms_pipe", E}, {"dbms_utility", E}, {"dbms_xmlgen", E}, {"declare", S | P}, {"delay", G | P},
    {"delete", S | P}, {"desc", G}, {"describe", S | P}, {"distinct", G}, {"div", K}, {"drop", S | P}, {"dual", H}, {"dumpfile", E},
    {"else", G | P}, {"elt", F}, {"end", G | P}, {"escape", G}, {"except", U | P}, {"exec", S}, {"execute", S | P}, {"exists", F | P}, {"exp", F},
    {"export_set", F}, {"extractvalue", F | E},
    {"false", L}, {"fetch", S | P}, {"floor", F | P}, {"from", C | P}, {"from_base64", F},
    {"generate_series", F | E}, {"getdate", F}, {"glob", K}, {"grant", S | P}, {"greatest", F}, {"group", C | P}, {"group_concat", F | E}, {"gtid_subset", F | E},
    {"handler", S}, {"having", C | P}, {"hex", F},
    {"if", F | P}, {"ifnull", F}, {"iif", F}, {"ilike", K}, {"in", K | P}, {"infile", E}, {"information_schema", H | E}, {"insert", S | P}, {"instr", F},
    {"intersect", U}, {"into", C | P}, {"is", K | P}, {"isnull", F},
    {"join", C | P}, {"json_extract", F}, {"json_keys", F},
    {"lcase", F}, {"least", F | P}, {"left", F | P}, {"len", F}, {"length", F | P}, {"like", K | P}, {"limit", C | P}, {"ln", F}, {"load", S | P}, {"load_file", F | E}, {"log", F | P},
    {"lower", F | P}, {"lpad", F}, {"ltrim", F},
    {"make_set", F}, {"master", H | P}, {"match", F | P}, {"md5", F}, {"merge", S | P}, {"mid", F}, {"minus", U | P}, {"mod", F}, {"mysql", H | P},
    {"name_const", F | E}, {"not", B | P}, {"now", F | P}, {"null", L | P}, {"nullif", F}, {"nvl", F},
    {"offset", C | P}, {"open", S | P}, {"openquery", F | E}, {"openrowset", F | E}, {"or", B | P}, {"ord", F}, {"order", C | P}, {"outfile", E},
    {"password", F | P}, {"pg_catalog", H}, {"pg_class", H}, {"pg_database", H}, {"pg_read_file", F | E}, {"pg_shadow", H}, {"pg_sleep", F | E}, {"pg_tables", H}, {"pg_user", H}, {"position", F | P},
    {"pow", F}, {"prepare", S | P}, {"print", S | P}, {"procedure", C | P},
    {"quote", F | P},
    {"rand", F}, {"randomblob", F | E}, {"regexp", K}, {"regexp_like", F}, {"rename", S | P}, {"repeat", F | P}, {"replace", F | P}, {"reverse", F | P}, {"revoke", S}, {"right", F | P}, {"rlike", K}, {"round", F | P},
    {"row", F | P}, {"row_count", F}, {"rpad", F},
    {"schema", F | P}, {"select", S | MLN_SQLK_SELECT | P}, {"serveradmin", G}, {"session_user", L}, {"set", S | G | P}, {"sha1", F}, {"show", S | P}, {"shutdown", S | P}, {"sleep", F | E | P},
    {"sp_executesql", E}, {"sp_oacreate", E}, {"sp_password", E}, {"space", F | P}, {"sqlite_master", H}, {"sqlite_version", F}, {"strcmp", F}, {"substr", F}, {"substring", F}, {"sum", F | P}, {"syscolumns", H}, {"sysdate", F},
    {"sysobjects", H}, {"system_user", L}, {"sysusers", H},
    {"table", G | P}, {"tables", G | P}, {"then", G | P}, {"to_base64", F}, {"to_char", F}, {"to_number", F}, {"top", G | P}, {"trim", F}, {"true", L | P}, {"truncate", S | P}, {"tzname", G},
    {"ucase", F}, {"unhex", F}, {"union", U | P}, {"update", S | P}, {"updatexml", F | E}, {"upper", F | P}, {"use", S | P}, {"user", F | P}, {"user_tables", H}, {"using", G | P}, {"utl_http", E}, {"utl_inaddr", E}, {"uuid", F},
    {"values", G | P}, {"version", F | P},
    {"waitfor", S | E}, {"when", G | P}, {"where", C | P}, {"with", S | P},
    {"xmltype", F | E}, {"xor", B}, {"xp_cmdshell", E}, {"xp_dirtree", E}, {"xp_regread", E},
};
/* clang-format on */

static int compare(struct mln_sv a, const char *b)
{
    for (size_t i = 0; i < a.len; i++) {
        int d = (unsigned char)mln_lower(a.p[i]) - (unsigned char)b[i];
        if (d || !b[i])
            return d ? d : 1;
    }
    return b[a.len] ? -1 : 0;
}

uint16_t mln_sql_word(struct mln_sv word)
{
    size_t lo = 0, hi = MLN_ARRAY_LEN(words);

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = compare(word, words[mid].text);
        if (c == 0)
            return words[mid].kind;
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return 0;
}
