#include "engine/sql_tokens.h"

/* The words of MySQL, PostgreSQL, SQL Server, Oracle, SQLite, DB2 and Access that matter when SQL
 * is told from other text, by first letter and sorted. */
struct word {
    const char *text; /* lower case */
    uint32_t kind;
};

#define B MLN_SQLK_BOOL
#define S MLN_SQLK_STATEMENT
#define Q MLN_SQLK_SELECT
#define U MLN_SQLK_UNION
#define C MLN_SQLK_CLAUSE
#define K MLN_SQLK_COMPARE
#define A MLN_SQLK_ARITH
#define Y MLN_SQLK_UNARY
#define N MLN_SQLK_GLUE
#define L MLN_SQLK_LITERAL
#define J MLN_SQLK_JOIN
#define V MLN_SQLK_CASE
#define F MLN_SQLK_FUNCTION
#define E MLN_SQLK_EFFECT
#define W MLN_SQLK_WAIT
#define H MLN_SQLK_SCHEMA
#define P MLN_SQLK_PROSE
/* clang-format off */
static const struct word words_a[] = {
    {"abs", F}, {"acos", F}, {"aes_decrypt", F}, {"aes_encrypt", F}, {"against", K | P},
    {"all", Y | N | P}, {"all_col_comments", H}, {"all_db_links", H}, {"all_objects", H},
    {"all_source", H}, {"all_tab_columns", H}, {"all_tab_privs", H}, {"all_tables", H},
    {"all_users", H}, {"all_views", H}, {"alter", S | P}, {"and", B | P}, {"any", Y | P},
    {"app_name", F}, {"array_agg", F}, {"array_to_string", F}, {"ascii", F}, {"ascii_char", F},
    {"asin", F}, {"atan", F}, {"attach", S | P}, {"avg", F},
};
static const struct word words_b[] = {
    {"backup", S}, {"begin", S | P}, {"benchmark", F | E | W | P}, {"between", K | P}, {"bin", F},
    {"binary", Y}, {"bit_and", F}, {"bit_count", F}, {"bit_or", F}, {"bit_xor", F}, {"bitand", F},
    {"bulk", S}, {"by", N | P},
};
static const struct word words_c[] = {
    {"call", S | P}, {"case", V | P}, {"cast", F}, {"ceil", F}, {"ceiling", F}, {"changes", F | P},
    {"char", F}, {"char_length", F}, {"character_length", F}, {"charindex", F}, {"chr", F},
    {"coalesce", F}, {"col_name", F}, {"collate", A}, {"commit", S | P}, {"compress", F | P},
    {"concat", F}, {"concat_ws", F}, {"connection_id", F}, {"contains", K | P}, {"conv", F},
    {"convert", F | P}, {"copy", S | P}, {"cos", F}, {"cot", F}, {"count", F | P}, {"crc32", F},
    {"create", S | P}, {"cross", J | P}, {"crypt_key", F}, {"ctxsys", F | E}, {"curdate", F},
    {"current_database", F}, {"current_schema", F}, {"current_schemas", F},
    {"current_setting", F | E}, {"current_user", F}, {"cursor_to_xml", F | E}, {"curtime", F},
};
static const struct word words_d[] = {
    {"database", F | P}, {"database_principals", H}, {"database_to_xml", F | E},
    {"database_to_xmlschema", F | E}, {"datalength", F}, {"date", F | P}, {"date_add", F},
    {"date_sub", F}, {"dateadd", F}, {"datediff", F}, {"datepart", F}, {"day", F | P},
    {"db_name", F}, {"dba_objects", H}, {"dba_role_privs", H}, {"dba_sys_privs", H},
    {"dba_tab_columns", H}, {"dba_tables", H}, {"dba_users", H}, {"dbcc", S}, {"dblink", F | E},
    {"dblink_connect", F | E}, {"dbms_java", E}, {"dbms_ldap", E}, {"dbms_lock", E},
    {"dbms_pipe", E}, {"dbms_scheduler", E}, {"dbms_session", E}, {"dbms_sql", E},
    {"dbms_utility", E}, {"dbms_xmlgen", E}, {"dbms_xmlquery", F | E}, {"dbtimezone", F},
    {"deallocate", S}, {"declare", S | P}, {"decode", F | P}, {"degrees", F}, {"delete", S | P},
    {"des_encrypt", F}, {"describe", S | P}, {"detach", S | P}, {"distinct", N | P},
    {"distinctrow", N}, {"div", A}, {"drop", S | P}, {"dual", H}, {"dumpfile", E},
};
static const struct word words_e[] = {
    {"else", V | P}, {"elt", F}, {"encode", F | P}, {"encrypt", F}, {"end", V | P},
    {"escape", A | P}, {"except", U | P}, {"exec", S}, {"execute", S | P}, {"exists", F | P},
    {"exp", F}, {"explain", S | P}, {"export_set", F}, {"extract", F | P}, {"extractvalue", F | E},
};
static const struct word words_f[] = {
    {"false", L | P}, {"fetch", S | P}, {"field", F | P}, {"find_in_set", F}, {"first_value", F},
    {"floor", F | P}, {"fn_get_audit_file", F | E}, {"fn_my_permissions", H},
    {"fn_trace_gettable", F | E}, {"fn_varbintohexstr", F | E},
    {"fn_xe_file_target_read_file", F | E}, {"for", C | P}, {"format", F | P}, {"found_rows", F},
    {"from", C | P}, {"from_base64", F}, {"from_days", F}, {"from_unixtime", F}, {"full", J | P},
};
static const struct word words_g[] = {
    {"generate_series", F | E}, {"geometrycollection", F | E | P}, {"getdate", F},
    {"getutcdate", F}, {"glob", K}, {"grant", S | P}, {"greatest", F}, {"group", C | P},
    {"group_concat", F}, {"gtid_subset", F | E}, {"gtid_subtract", F | E},
};
static const struct word words_h[] = {
    {"handler", S | P}, {"has_dbaccess", F}, {"having", C | P}, {"hex", F}, {"hex_decode", F},
    {"hextoraw", F}, {"high_priority", N}, {"host_name", F}, {"hour", F | P},
    {"httpuritype", F | E},
};
static const struct word words_i[] = {
    {"if", S | F | P}, {"ifnull", F}, {"iif", F}, {"ilike", K}, {"in", K | P}, {"inet_aton", F},
    {"inet_ntoa", F}, {"inet_server_addr", F}, {"inet_server_port", F}, {"infile", E},
    {"information_schema", E | H}, {"initcap", F}, {"inner", J | P}, {"innodb_index_stats", H},
    {"innodb_table_stats", H}, {"insert", S | F | P}, {"instr", F}, {"intersect", U},
    {"interval", Y | P}, {"into", C | P}, {"is", K | P}, {"is_member", F}, {"is_srvrolemember", F},
    {"isnull", K},
};
static const struct word words_j[] = {
    {"join", J | P}, {"json_array", F}, {"json_contains", F}, {"json_each", F}, {"json_extract", F},
    {"json_keys", F}, {"json_object", F}, {"json_query", F}, {"json_type", F}, {"json_valid", F},
    {"json_value", F}, {"jsonb_extract_path", F},
};
static const struct word words_k[] = {
    {"kill", S | P},
};
static const struct word words_l[] = {
    {"lag", F}, {"last_insert_id", F}, {"last_insert_rowid", F}, {"lcase", F}, {"least", F | P},
    {"left", J | F | P}, {"len", F}, {"length", F | P}, {"like", K | P}, {"limit", C | P},
    {"linestring", F | E | P}, {"listagg", F}, {"ln", F}, {"lo_export", F | E},
    {"lo_from_bytea", F | E}, {"lo_get", F | E}, {"lo_import", F | E}, {"load", S | P},
    {"load_extension", F | E}, {"load_file", F | E}, {"locate", F}, {"lock", S | P}, {"log", F | P},
    {"log10", F}, {"log2", F}, {"lower", F | P}, {"lpad", F}, {"ltrim", F},
};
static const struct word words_m[] = {
    {"make_set", F}, {"makedate", F}, {"master", H | P}, {"match", K | P}, {"max", F | P},
    {"md5", F}, {"merge", S | P}, {"mid", F}, {"min", F | P}, {"minus", U | P}, {"minute", F | P},
    {"mod", A | F | P}, {"mon$attachments", H}, {"month", F | P}, {"msdb", H | P},
    {"msysaccessobjects", H}, {"msysaccessxml", H}, {"msysaces", H}, {"msysobjects", H},
    {"msysqueries", H}, {"msysrelationships", H}, {"multilinestring", F | E | P},
    {"multipoint", F | E | P}, {"multipolygon", F | E | P}, {"mysql", H | P},
};
static const struct word words_n[] = {
    {"name_const", F | E}, {"natural", J | P}, {"nchar", F}, {"newid", F}, {"not", Y | P},
    {"notnull", K}, {"now", F | P}, {"nth_value", F}, {"null", L | P}, {"nullif", F},
    {"numtodsinterval", F}, {"nvl", F}, {"nvl2", F},
};
static const struct word words_o[] = {
    {"object_id", F}, {"object_name", F}, {"oct", F}, {"octet_length", F}, {"offset", C | P},
    {"old_password", F}, {"on", J | P}, {"open", S | P}, {"opendatasource", F | E},
    {"openquery", F | E}, {"openrowset", F | E}, {"or", B | P}, {"ord", F}, {"order", C | P},
    {"original_login", F}, {"outer", J | P}, {"outfile", E}, {"over", K | P}, {"overlay", F | P},
};
static const struct word words_p[] = {
    {"password", F | P}, {"patindex", F}, {"perform", S | P}, {"pg_attribute", H}, {"pg_authid", H},
    {"pg_backend_pid", F}, {"pg_catalog", H}, {"pg_class", H}, {"pg_database", H}, {"pg_group", H},
    {"pg_language", H}, {"pg_largeobject", H}, {"pg_ls_dir", F | E}, {"pg_ls_logdir", F | E},
    {"pg_ls_waldir", F | E}, {"pg_namespace", H}, {"pg_proc", H}, {"pg_read_binary_file", F | E},
    {"pg_read_file", F | E}, {"pg_reload_conf", F | E}, {"pg_roles", H}, {"pg_settings", H},
    {"pg_shadow", H}, {"pg_sleep", F | E | W}, {"pg_sleep_for", F | E | W},
    {"pg_sleep_until", F | E | W}, {"pg_stat_activity", H}, {"pg_stat_file", F | E},
    {"pg_tables", H}, {"pg_type", H}, {"pg_user", H}, {"pi", F}, {"polygon", F | E | P},
    {"position", F | P}, {"pow", F}, {"power", F | P}, {"pragma", S}, {"prepare", S | P},
    {"print", S | P}, {"printf", F}, {"prior", Y}, {"procedure", C | P},
};
static const struct word words_q[] = {
    {"query_to_xml", F | E}, {"query_to_xmlschema", F | E}, {"quote", F | P}, {"quote_ident", F},
    {"quote_literal", F}, {"quotename", F},
};
static const struct word words_r[] = {
    {"radians", F}, {"raiserror", S}, {"rand", F}, {"randomblob", F | E}, {"rank", F | P},
    {"rawtohex", F}, {"rdb$database", H}, {"rdb$fields", H}, {"rdb$relations", H},
    {"readfile", F | E}, {"receive_message", F | E}, {"reconfigure", S}, {"regexp", K},
    {"regexp_instr", F}, {"regexp_like", F}, {"regexp_matches", F}, {"regexp_replace", F},
    {"regexp_substr", F}, {"regexp_substring", F}, {"rename", S | P}, {"repeat", F | P},
    {"replace", S | P}, {"replicate", F}, {"restore", S}, {"returning", C | P}, {"reverse", F | P},
    {"revoke", S}, {"right", J | F | P}, {"rlike", K}, {"rollback", S}, {"round", F | P},
    {"row", F | P}, {"row_count", F}, {"row_to_json", F}, {"rownum", F}, {"rpad", F}, {"rtrim", F},
};
static const struct word words_s[] = {
    {"savepoint", S}, {"schema", F | P}, {"schema_name", F}, {"second", F | P},
    {"select", S | Q | P}, {"server_principals", H}, {"session_user", F}, {"set", S | P},
    {"set_config", F | E}, {"sha", F}, {"sha1", F}, {"sha2", F}, {"show", S | P},
    {"shutdown", S | P}, {"sign", F | P}, {"similar", K | P}, {"sin", F}, {"sleep", F | E | W | P},
    {"some", Y | P}, {"soundex", F}, {"sounds", K | P}, {"sp_add_job", E},
    {"sp_addextendedproc", E}, {"sp_addlogin", E}, {"sp_addsrvrolemember", E}, {"sp_adduser", E},
    {"sp_configure", E}, {"sp_delete_job", E}, {"sp_dropextendedproc", E}, {"sp_execute", E},
    {"sp_executesql", E}, {"sp_makewebtask", E}, {"sp_oacreate", E}, {"sp_oagetproperty", E},
    {"sp_oamethod", E}, {"sp_password", E}, {"sp_prepare", E}, {"sp_replwritetovarbin", E},
    {"sp_sqlexec", E}, {"sp_start_job", E}, {"sp_who", E}, {"space", F | P},
    {"sql_calc_found_rows", N}, {"sql_logins", H}, {"sql_no_cache", N}, {"sqlite_master", H},
    {"sqlite_schema", H}, {"sqlite_sequence", H}, {"sqlite_temp_master", H}, {"sqlite_version", F},
    {"sqlj", H}, {"sqrt", F}, {"st_latfromgeohash", F | E}, {"st_longfromgeohash", F | E},
    {"st_pointfromgeohash", F | E}, {"stddev", F}, {"str", F}, {"str_to_date", F},
    {"straight_join", N}, {"strcmp", F}, {"string_agg", F}, {"string_to_array", F}, {"strpos", F},
    {"stuff", F}, {"substr", F}, {"substring", F}, {"substring_index", F}, {"sum", F | P},
    {"suser_name", F}, {"suser_sname", F}, {"sys_context", F}, {"sys_eval", F | E},
    {"sys_exec", F | E}, {"sys_guid", F}, {"syscat", H}, {"syscolumns", H}, {"sysconstraints", H},
    {"syscs_util", H}, {"sysdatabases", H}, {"sysdate", F}, {"sysdatetime", F}, {"sysdummy1", H},
    {"sysibm", H}, {"sysindexes", H}, {"syslogins", H}, {"sysmaster", H}, {"sysmessages", H},
    {"sysobjects", H}, {"sysprocesses", H}, {"sysschemata", H}, {"sysservers", H},
    {"systabauth", H}, {"systables", H}, {"system_user", F}, {"systimestamp", F}, {"sysusers", H},
    {"sysxlogins", H},
};
static const struct word words_t[] = {
    {"table_to_xml", F | E}, {"table_to_xmlschema", F | E}, {"tan", F}, {"tempdb", H | P},
    {"then", V | P}, {"time", F | P}, {"timestamp", F}, {"to_base64", F}, {"to_char", F},
    {"to_date", F}, {"to_json", F}, {"to_jsonb", F}, {"to_number", F}, {"top", N | P},
    {"total", F | P}, {"translate", F | P}, {"trim", F}, {"true", L | P}, {"truncate", S | P},
    {"try_cast", F}, {"try_convert", F}, {"typeof", F},
};
static const struct word words_u[] = {
    {"ucase", F}, {"uncompress", F}, {"unhex", F}, {"unicode", F | P}, {"union", U | P},
    {"unique", N}, {"unnest", F}, {"update", S | P}, {"updatexml", F | E}, {"upper", F | P},
    {"upsert", S}, {"use", S | P}, {"user", F | P}, {"user_constraints", H},
    {"user_java_policy", H}, {"user_name", F}, {"user_objects", H}, {"user_password_history", H},
    {"user_role_privs", H}, {"user_sys_privs", H}, {"user_tab_columns", H}, {"user_tab_privs", H},
    {"user_tables", H}, {"user_users", H}, {"userenv", F}, {"using", J | P}, {"utl_file", E},
    {"utl_http", E}, {"utl_inaddr", E}, {"utl_raw", E}, {"utl_smtp", E}, {"utl_tcp", E},
    {"uuid", F}, {"uuid_to_bin", F | E},
};
static const struct word words_v[] = {
    {"v_version", H}, {"vacuum", S | P}, {"values", F | P}, {"variance", F}, {"version", F | P},
};
static const struct word words_w[] = {
    {"waitfor", S | E}, {"when", V | P}, {"where", C | P}, {"window", C | P}, {"with", S | P},
    {"wm_concat", F}, {"writefile", F | E},
};
static const struct word words_x[] = {
    {"xmlagg", F}, {"xmlelement", F}, {"xmltype", F | E}, {"xor", B}, {"xp_availablemedia", E},
    {"xp_cmdshell", E}, {"xp_dirtree", E}, {"xp_enumdsn", E}, {"xp_enumerrorlogs", E},
    {"xp_enumgroups", E}, {"xp_fileexist", E}, {"xp_getfiledetails", E}, {"xp_loginconfig", E},
    {"xp_logininfo", E}, {"xp_makecab", E}, {"xp_msver", E}, {"xp_ntsec_enumdomains", E},
    {"xp_readerrorlog", E}, {"xp_regdeletekey", E}, {"xp_regdeletevalue", E}, {"xp_regenumkeys", E},
    {"xp_regenumvalues", E}, {"xp_regread", E}, {"xp_regwrite", E}, {"xp_servicecontrol", E},
    {"xp_subdirs", E}, {"xp_terminate_process", E},
};
static const struct word words_y[] = {
    {"year", F | P},
};
static const struct word words_z[] = {
    {"zeroblob", F},
};
#define LETTER(x) {words_##x, MLN_ARRAY_LEN(words_##x)}
static const struct {
    const struct word *w;
    size_t n;
} letters[26] = {
    ['a' - 'a'] = LETTER(a),
    ['b' - 'a'] = LETTER(b),
    ['c' - 'a'] = LETTER(c),
    ['d' - 'a'] = LETTER(d),
    ['e' - 'a'] = LETTER(e),
    ['f' - 'a'] = LETTER(f),
    ['g' - 'a'] = LETTER(g),
    ['h' - 'a'] = LETTER(h),
    ['i' - 'a'] = LETTER(i),
    ['j' - 'a'] = LETTER(j),
    ['k' - 'a'] = LETTER(k),
    ['l' - 'a'] = LETTER(l),
    ['m' - 'a'] = LETTER(m),
    ['n' - 'a'] = LETTER(n),
    ['o' - 'a'] = LETTER(o),
    ['p' - 'a'] = LETTER(p),
    ['q' - 'a'] = LETTER(q),
    ['r' - 'a'] = LETTER(r),
    ['s' - 'a'] = LETTER(s),
    ['t' - 'a'] = LETTER(t),
    ['u' - 'a'] = LETTER(u),
    ['v' - 'a'] = LETTER(v),
    ['w' - 'a'] = LETTER(w),
    ['x' - 'a'] = LETTER(x),
    ['y' - 'a'] = LETTER(y),
    ['z' - 'a'] = LETTER(z),
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

/* For each first and second letter the lengths of the words that begin so, a bit each. Most words
 * of a text are none of ours by that. Filled before main(), read only from then on. */
static uint32_t lengths[26][27];

/* Of a second letter; what is no letter shares a column. */
static unsigned column(char c)
{
    return c >= 'a' && c <= 'z' ? (unsigned)(c - 'a') : 26;
}

__attribute__((constructor)) static void note_lengths(void)
{
    for (size_t l = 0; l < MLN_ARRAY_LEN(letters); l++)
        for (size_t i = 0; i < letters[l].n; i++) {
            const char *text = letters[l].w[i].text;
            lengths[l][column(text[1])] |= UINT32_C(1) << strlen(text);
        }
}

uint32_t mln_sql_word(struct mln_sv word)
{
    unsigned letter = word.len > 1 && word.len < 32 ? (unsigned char)word.p[0] | 0x20u : 0;

    if (letter < 'a' || letter > 'z' ||
        !(lengths[letter - 'a'][column(mln_lower(word.p[1]))] >> word.len & 1))
        return 0;
    const struct word *w = letters[letter - 'a'].w;
    size_t lo = 0, hi = letters[letter - 'a'].n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = compare(word, w[mid].text);
        if (c == 0)
            return w[mid].kind;
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return 0;
}

void mln_sql_words_each(void (*fn)(void *arg, struct mln_sv word), void *arg)
{
    for (size_t l = 0; l < MLN_ARRAY_LEN(letters); l++)
        for (size_t i = 0; i < letters[l].n; i++)
            fn(arg, mln_sv_str(letters[l].w[i].text));
}
