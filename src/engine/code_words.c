#include "engine/code_words.h"

#include "engine/tables.h"

/* Sorted by word. */
/* clang-format off */
#define W(word, sig) {word, MLN_SIG_CODE_##sig}
static const struct mln_code_word calls[] = {
    W("$_get", PHP_SUPERGLOBAL),
    W("__import__", PYTHON_CALL),
    W("__subclasses__", PYTHON_DUNDER),
    W("array_filter", PHP_CALL_SOFT), W("array_map", PHP_CALL_SOFT),
    W("assert", PHP_CALL_SOFT),
    W("base64_decode", PHP_CALL), W("bin2hex", PHP_CALL_SOFT), W("bzopen", PHP_CALL_SOFT),
    W("call_user_func", PHP_CALL), W("call_user_func_array", PHP_CALL),
    W("child_process.exec", JS_SERVER), W("child_process.execsync", JS_SERVER),
    W("child_process.spawn", JS_SERVER),
    W("chmod", PHP_CALL_SOFT), W("chr", PHP_CALL_SOFT),
    W("class.forname", JAVA_CALL),
    W("compile", JS_CALL),
    W("convert_uudecode", PHP_CALL), W("copy", PHP_CALL_SOFT), W("create_function", PHP_CALL),
    W("curl_exec", PHP_CALL), W("curl_init", PHP_CALL),
    W("define", PHP_CALL_SOFT), W("die", PHP_CALL_SOFT),
    W("dir.entries", RUBY_CALL), W("dir.glob", RUBY_CALL),
    W("dl", PHP_CALL_SOFT),
    W("error_log", PHP_CALL_SOFT), W("error_reporting", PHP_CALL),
    W("escapeshellcmd", PHP_CALL),
    W("eval", CALL), W("exec", CALL), W("execfile", PYTHON_CALL), W("execsync", JS_SERVER),
    W("expect_popen", PHP_CALL), W("extract", PHP_CALL_SOFT), W("extractvalue", PHP_CALL_SOFT),
    W("fclose", PHP_CALL_SOFT), W("fgets", PHP_CALL_SOFT),
    W("file", PHP_CALL_SOFT), W("file.open", RUBY_CALL), W("file.read", RUBY_CALL),
    W("file_exists", PHP_CALL), W("file_get_contents", PHP_CALL), W("file_put_contents", PHP_CALL),
    W("fopen", PHP_CALL), W("forname", JAVA_CALL), W("fpassthru", PHP_CALL),
    W("fputs", PHP_CALL_SOFT), W("fread", PHP_CALL_SOFT), W("fs.readfile", JS_SERVER),
    W("fs.readfilesync", JS_SERVER), W("fs.writefilesync", JS_SERVER), W("fsockopen", PHP_CALL),
    W("function", JS_CALL), W("fwrite", PHP_CALL_SOFT),
    W("get_defined_vars", PHP_CALL), W("getallheaders", PHP_CALL), W("getdeclaredmethod", JAVA_CALL),
    W("getenv", PHP_CALL), W("getmethod", JAVA_CALL), W("getruntime", JAVA_CALL),
    W("gzinflate", PHP_CALL), W("gzuncompress", PHP_CALL),
    W("highlight_file", PHP_CALL), W("htmlentities", PHP_CALL_SOFT),
    W("include", PHP_CALL_SOFT), W("include_once", PHP_CALL), W("ini_get", PHP_CALL), W("ini_set", PHP_CALL),
    W("instance_eval", RUBY_CALL), W("io.popen", RUBY_CALL), W("io.read", RUBY_CALL),
    W("is_file", PHP_CALL_SOFT),
    W("kernel.exec", RUBY_CALL), W("kernel.fork", RUBY_CALL), W("kernel.open", RUBY_CALL), W("kernel.system", RUBY_CALL),
    W("mail", PHP_CALL_SOFT), W("marshal.load", RUBY_CALL), W("md5", PHP_CALL_SOFT), W("mkdir", PHP_CALL_SOFT),
    W("move_uploaded_file", PHP_CALL), W("mysql_connect", PHP_CALL), W("mysql_query", PHP_CALL),
    W("newinstance", JAVA_CALL),
    W("ob_start", PHP_CALL), W("opendir", PHP_CALL), W("os.exec", PYTHON_CALL), W("os.listdir", PYTHON_CALL),
    W("os.popen", PYTHON_CALL), W("os.spawn", PYTHON_CALL), W("os.system", PYTHON_CALL),
    W("parse_ini_file", PHP_CALL), W("parse_str", PHP_CALL), W("passthru", PHP_CALL), W("pcntl_exec", PHP_CALL),
    W("pg_query", PHP_CALL), W("phpcredits", PHP_CALL), W("phpinfo", PHP_CALL), W("phpversion", PHP_CALL),
    W("pickle.loads", PYTHON_CALL), W("popen", PHP_CALL), W("posix_kill", PHP_CALL), W("preg_replace", PHP_CALL),
    W("print", PHP_CALL_SOFT), W("print_r", PHP_CALL_SOFT), W("printf", PHP_CALL_SOFT),
    W("proc_open", PHP_CALL), W("process.spawn", RUBY_CALL), W("process.start", CALL),
    W("putenv", PHP_CALL),
    W("qx", PERL_CALL),
    W("readdir", PHP_CALL_SOFT), W("readfile", PHP_CALL), W("readfilesync", JS_SERVER),
    W("register_shutdown_function", PHP_CALL), W("register_tick_function", PHP_CALL),
    W("require", PHP_CALL_SOFT), W("require_once", PHP_CALL),
    W("response.end", CALL), W("response.write", CALL),
    W("runtime.exec", JAVA_CALL), W("runtime.getruntime", JAVA_CALL),
    W("scandir", PHP_CALL), W("set_time_limit", PHP_CALL), W("shell_exec", PHP_CALL),
    W("show_source", PHP_CALL), W("spawnsync", JS_SERVER), W("str_rot13", PHP_CALL), W("stream_socket_client", PHP_CALL),
    W("strrev", PHP_CALL), W("subprocess.call", PYTHON_CALL), W("subprocess.check_output", PYTHON_CALL),
    W("subprocess.popen", PYTHON_CALL), W("subprocess.run", PYTHON_CALL), W("symlink", PHP_CALL_SOFT),
    W("system", CALL),
    W("tmpfile", PHP_CALL_SOFT), W("touch", PHP_CALL_SOFT),
    W("uniqid", PHP_CALL_SOFT), W("unlink", PHP_CALL_SOFT), W("unserialize", PHP_CALL), W("urldecode", PHP_CALL_SOFT),
    W("usleep", PHP_CALL_SOFT),
    W("var_dump", PHP_CALL), W("var_export", PHP_CALL),
    W("xml_parser_create", PHP_CALL),
    W("yaml.load", PYTHON_CALL),
};

static const struct mln_code_word names[] = {
    W("$_cookie", PHP_SUPERGLOBAL), W("$_env", PHP_SUPERGLOBAL), W("$_files", PHP_SUPERGLOBAL),
    W("$_get", PHP_SUPERGLOBAL), W("$_post", PHP_SUPERGLOBAL), W("$_request", PHP_SUPERGLOBAL),
    W("$_server", PHP_SUPERGLOBAL), W("$_session", PHP_SUPERGLOBAL), W("$globals", PHP_SUPERGLOBAL),
    W("$http_raw_post_data", PHP_SUPERGLOBAL),
    W("__bases__", PYTHON_DUNDER), W("__builtins__", PYTHON_DUNDER), W("__globals__", PYTHON_DUNDER),
    W("__import__", PYTHON_DUNDER), W("__mro__", PYTHON_DUNDER), W("__subclasses__", PYTHON_DUNDER),
    W("child_process", JS_SERVER), W("global.process", JS_SERVER),
    W("process.binding", JS_SERVER), W("process.mainmodule", JS_SERVER),
    W("this.constructor.constructor", JS_SERVER),
};
#undef W
/* clang-format on */

/* As strcmp of the lower-cased name with the word. */
static int compare(struct mln_sv name, const char *word)
{
    for (size_t i = 0; i < name.len; i++) {
        int d = (unsigned char)mln_lower(name.p[i]) - (unsigned char)word[i];
        if (d || !word[i])
            return d ? d : 1;
    }
    return word[name.len] ? -1 : 0;
}

static const struct mln_code_word *find(const struct mln_code_word *table, size_t n,
                                        struct mln_sv name)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = compare(name, table[mid].word);
        if (c == 0)
            return &table[mid];
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return NULL;
}

const struct mln_code_word *mln_code_call(struct mln_sv name)
{
    return find(calls, MLN_ARRAY_LEN(calls), name);
}

const struct mln_code_word *mln_code_name(struct mln_sv name)
{
    const struct mln_code_word *w = find(names, MLN_ARRAY_LEN(names), name);

    /* the longest prefix that ends in '.' */
    for (size_t n = name.len; !w && n > 1; n--)
        if (name.p[n - 1] == '.')
            w = find(names, MLN_ARRAY_LEN(names), mln_sv_sub(name, 0, n));
    return w;
}
