#include "engine/code_words.h"

#include "engine/tables.h"

/* Sorted by word. */
/* clang-format off */
#define W(word, sig) {word, MLN_SIG_CODE_##sig}
static const struct mln_code_word calls[] = {
    W("__builtin__.eval", PYTHON_CALL), W("__builtins__.eval", PYTHON_CALL),
    W("__builtins__.exec", PYTHON_CALL), W("__import__", PYTHON_CALL),
    W("__subclasses__", PYTHON_DUNDER), W("activator.createinstance", ASP_CALL),
    W("apache_setenv", PHP_CALL), W("array_diff_ukey", PHP_CALL), W("array_filter", PHP_CALL_SOFT),
    W("array_map", PHP_CALL_SOFT), W("array_reduce", PHP_CALL_SOFT), W("array_udiff", PHP_CALL),
    W("array_uintersect", PHP_CALL), W("array_walk", PHP_CALL_SOFT), W("assembly.load", ASP_CALL),
    W("assembly.loadfile", ASP_CALL), W("assembly.loadfrom", ASP_CALL), W("assert", PHP_CALL_SOFT),
    W("base64_decode", PHP_CALL), W("basename", PHP_CALL_SOFT), W("bin2hex", PHP_CALL_SOFT),
    W("builtins.eval", PYTHON_CALL), W("builtins.exec", PYTHON_CALL),
    W("builtins.open", PYTHON_CALL), W("bun.spawn", JS_SERVER), W("bzdecompress", PHP_CALL),
    W("bzopen", PHP_CALL_SOFT), W("call_user_func", PHP_CALL), W("call_user_func_array", PHP_CALL),
    W("chdir", PHP_CALL_SOFT), W("chgrp", PHP_CALL_SOFT), W("child_process.exec", JS_SERVER),
    W("child_process.execfile", JS_SERVER), W("child_process.execfilesync", JS_SERVER),
    W("child_process.execsync", JS_SERVER), W("child_process.fork", JS_SERVER),
    W("child_process.spawn", JS_SERVER), W("child_process.spawnsync", JS_SERVER),
    W("chmod", PHP_CALL_SOFT), W("chown", PHP_CALL_SOFT), W("chr", PHP_CALL_SOFT),
    W("chroot", PHP_CALL_SOFT), W("class.forname", JAVA_CALL), W("class_eval", RUBY_CALL),
    W("commands.getoutput", PYTHON_CALL), W("commands.getstatusoutput", PYTHON_CALL),
    W("compact", PHP_CALL_SOFT), W("compile", JS_CALL), W("console.debug", JS_CONSOLE),
    W("console.dir", JS_CONSOLE), W("console.error", JS_CONSOLE), W("console.info", JS_CONSOLE),
    W("console.log", JS_CONSOLE), W("console.table", JS_CONSOLE), W("console.warn", JS_CONSOLE),
    W("constant", PHP_CALL_SOFT), W("convert_uudecode", PHP_CALL), W("copy", PHP_CALL_SOFT),
    W("cpickle.loads", PYTHON_CALL), W("create_function", PHP_CALL), W("createobject", ASP_CALL),
    W("ctype_alpha", PHP_CALL_SOFT), W("ctypes.cdll", PYTHON_CALL), W("curl_exec", PHP_CALL),
    W("curl_init", PHP_CALL), W("date_add", PHP_CALL_SOFT), W("date_create", PHP_CALL_SOFT),
    W("debug.getinfo", LUA_CALL), W("debug_zval_refcount", PHP_CALL), W("define", PHP_CALL_SOFT),
    W("defineclass", JAVA_CALL), W("deno.run", JS_SERVER), W("die", PHP_CALL_SOFT),
    W("dill.loads", PYTHON_CALL), W("dir.entries", RUBY_CALL), W("dir.foreach", RUBY_CALL),
    W("dir.glob", RUBY_CALL), W("dirname", PHP_CALL_SOFT), W("disk_free_space", PHP_CALL),
    W("dl", PHP_CALL_SOFT), W("dns_get_record", PHP_CALL), W("dofile", LUA_CALL),
    W("erb.new", RUBY_CALL), W("error_log", PHP_CALL_SOFT), W("error_reporting", PHP_CALL),
    W("escapeshellcmd", PHP_CALL), W("eval", CALL), W("exec", CALL), W("execfile", PYTHON_CALL),
    W("execfilesync", JS_SERVER), W("execsync", JS_SERVER), W("executeglobal", ASP_CALL),
    W("expect_popen", PHP_CALL), W("explode", PHP_CALL_SOFT), W("extract", PHP_CALL_SOFT),
    W("extractvalue", PHP_CALL_SOFT), W("fclose", PHP_CALL_SOFT), W("feof", PHP_CALL_SOFT),
    W("fgets", PHP_CALL_SOFT), W("file", PHP_CALL_SOFT), W("file.delete", RUBY_CALL),
    W("file.open", RUBY_CALL), W("file.read", RUBY_CALL), W("file.readlines", RUBY_CALL),
    W("file.write", RUBY_CALL), W("file_exists", PHP_CALL), W("file_get_contents", PHP_CALL),
    W("file_put_contents", PHP_CALL), W("fileatime", PHP_CALL_SOFT), W("filegroup", PHP_CALL_SOFT),
    W("fileinode", PHP_CALL_SOFT), W("fileowner", PHP_CALL_SOFT), W("fileperms", PHP_CALL_SOFT),
    W("filesize", PHP_CALL_SOFT), W("filetype", PHP_CALL_SOFT), W("fopen", PHP_CALL),
    W("forname", JAVA_CALL), W("forward_static_call", PHP_CALL), W("fpassthru", PHP_CALL),
    W("fprintf", PHP_CALL_SOFT), W("fputcsv", PHP_CALL_SOFT), W("fputs", PHP_CALL_SOFT),
    W("fread", PHP_CALL_SOFT), W("fs.createreadstream", JS_SERVER), W("fs.existssync", JS_SERVER),
    W("fs.readdir", JS_SERVER), W("fs.readdirsync", JS_SERVER), W("fs.readfile", JS_SERVER),
    W("fs.readfilesync", JS_SERVER), W("fs.unlinksync", JS_SERVER), W("fs.writefile", JS_SERVER),
    W("fs.writefilesync", JS_SERVER), W("fscanf", PHP_CALL_SOFT), W("fsockopen", PHP_CALL),
    W("ftok", PHP_CALL), W("ftruncate", PHP_CALL_SOFT), W("func_get_args", PHP_CALL),
    W("function", JS_CALL), W("fwrite", PHP_CALL_SOFT), W("get_cfg_var", PHP_CALL),
    W("get_current_user", PHP_CALL), W("get_defined_vars", PHP_CALL), W("getallheaders", PHP_CALL),
    W("getclassloader", JAVA_CALL), W("getcwd", PHP_CALL_SOFT),
    W("getdeclaredconstructor", JAVA_CALL), W("getdeclaredconstructors", JAVA_CALL),
    W("getdeclaredfield", JAVA_CALL), W("getdeclaredmethod", JAVA_CALL),
    W("getdeclaredmethods", JAVA_CALL), W("getenginebyname", JAVA_CALL), W("getenv", PHP_CALL),
    W("gethostbyaddr", PHP_CALL), W("gethostbyname", PHP_CALL), W("gethostname", PHP_CALL_SOFT),
    W("getmethod", JAVA_CALL), W("getmxrr", PHP_CALL), W("getmypid", PHP_CALL_SOFT),
    W("getmyuid", PHP_CALL), W("getruntime", JAVA_CALL), W("getsystemclassloader", JAVA_CALL),
    W("gettype", PHP_CALL_SOFT), W("glob", PHP_CALL_SOFT), W("gzdecode", PHP_CALL),
    W("gzinflate", PHP_CALL), W("gzuncompress", PHP_CALL), W("hex2bin", PHP_CALL_SOFT),
    W("highlight_file", PHP_CALL), W("highlight_string", PHP_CALL),
    W("htmlentities", PHP_CALL_SOFT), W("imap_mail", PHP_CALL), W("imap_open", PHP_CALL),
    W("implode", PHP_CALL_SOFT), W("importlib.import_module", PYTHON_CALL),
    W("include", PHP_CALL_SOFT), W("include_once", PHP_CALL), W("ini_get", PHP_CALL),
    W("ini_set", PHP_CALL), W("instance_eval", RUBY_CALL), W("io.binread", RUBY_CALL),
    W("io.popen", RUBY_CALL), W("io.read", RUBY_CALL), W("io.readlines", RUBY_CALL),
    W("io.sysopen", RUBY_CALL), W("is_array", PHP_CALL_SOFT), W("is_callable", PHP_CALL_SOFT),
    W("is_dir", PHP_CALL_SOFT), W("is_executable", PHP_CALL_SOFT), W("is_file", PHP_CALL_SOFT),
    W("is_link", PHP_CALL_SOFT), W("is_readable", PHP_CALL_SOFT), W("is_string", PHP_CALL_SOFT),
    W("is_uploaded_file", PHP_CALL_SOFT), W("is_writable", PHP_CALL_SOFT),
    W("iterator_apply", PHP_CALL), W("json_decode", PHP_CALL_SOFT),
    W("jsonpickle.decode", PYTHON_CALL), W("kernel.eval", RUBY_CALL), W("kernel.exec", RUBY_CALL),
    W("kernel.fork", RUBY_CALL), W("kernel.load", RUBY_CALL), W("kernel.open", RUBY_CALL),
    W("kernel.require", RUBY_CALL), W("kernel.spawn", RUBY_CALL), W("kernel.system", RUBY_CALL),
    W("link", PHP_CALL_SOFT), W("loadclass", JAVA_CALL), W("loadfile", LUA_CALL),
    W("loadstring", LUA_CALL), W("lstat", PHP_CALL_SOFT), W("mail", PHP_CALL_SOFT),
    W("marshal.load", RUBY_CALL), W("marshal.loads", PYTHON_CALL), W("mb_ereg_replace", PHP_CALL),
    W("mb_send_mail", PHP_CALL), W("md5", PHP_CALL_SOFT), W("mkdir", PHP_CALL_SOFT),
    W("module._load", JS_SERVER), W("module.constructor._load", JS_SERVER),
    W("module_eval", RUBY_CALL), W("move_uploaded_file", PHP_CALL), W("mysql_connect", PHP_CALL),
    W("mysql_query", PHP_CALL), W("newinstance", JAVA_CALL), W("ob_start", PHP_CALL),
    W("object.const_get", RUBY_CALL), W("open3.capture2", RUBY_CALL),
    W("open3.capture2e", RUBY_CALL), W("open3.capture3", RUBY_CALL), W("open3.popen3", RUBY_CALL),
    W("opendir", PHP_CALL), W("ord", PHP_CALL_SOFT), W("os.environ", PYTHON_CALL),
    W("os.exec", PYTHON_CALL), W("os.execl", PYTHON_CALL), W("os.execle", PYTHON_CALL),
    W("os.execlp", PYTHON_CALL), W("os.execute", LUA_CALL), W("os.execv", PYTHON_CALL),
    W("os.execve", PYTHON_CALL), W("os.execvp", PYTHON_CALL), W("os.execvpe", PYTHON_CALL),
    W("os.getenv", PYTHON_CALL), W("os.hostname", JS_CALL), W("os.listdir", PYTHON_CALL),
    W("os.popen", PYTHON_CALL), W("os.popen2", PYTHON_CALL), W("os.popen3", PYTHON_CALL),
    W("os.popen4", PYTHON_CALL), W("os.posix_spawn", PYTHON_CALL), W("os.remove", PYTHON_CALL),
    W("os.scandir", PYTHON_CALL), W("os.spawn", PYTHON_CALL), W("os.spawnl", PYTHON_CALL),
    W("os.spawnv", PYTHON_CALL), W("os.spawnvp", PYTHON_CALL), W("os.startfile", PYTHON_CALL),
    W("os.system", PYTHON_CALL), W("os.tmpname", LUA_CALL), W("os.unlink", PYTHON_CALL),
    W("os.userinfo", JS_CALL), W("os.walk", PYTHON_CALL), W("package.loadlib", LUA_CALL),
    W("parse_ini_file", PHP_CALL), W("parse_ini_string", PHP_CALL), W("parse_str", PHP_CALL),
    W("passthru", PHP_CALL), W("pcntl_exec", PHP_CALL), W("pfsockopen", PHP_CALL),
    W("pg_query", PHP_CALL), W("php_ini_loaded_file", PHP_CALL), W("php_sapi_name", PHP_CALL),
    W("php_strip_whitespace", PHP_CALL), W("php_uname", PHP_CALL), W("phpcredits", PHP_CALL),
    W("phpinfo", PHP_CALL), W("phpversion", PHP_CALL), W("pickle.load", PYTHON_CALL),
    W("pickle.loads", PYTHON_CALL), W("platform.popen", PYTHON_CALL), W("popen", PHP_CALL),
    W("posix_getpwuid", PHP_CALL), W("posix_kill", PHP_CALL), W("posix_mkfifo", PHP_CALL),
    W("preg_replace", PHP_CALL), W("preg_replace_callback", PHP_CALL), W("print", PHP_CALL_SOFT),
    W("print_r", PHP_CALL_SOFT), W("printf", PHP_CALL_SOFT), W("proc_open", PHP_CALL),
    W("process.chdir", JS_SERVER), W("process.dlopen", JS_SERVER), W("process.exec", RUBY_CALL),
    W("process.exit", JS_SERVER), W("process.getprocesses", ASP_CALL), W("process.kill", JS_SERVER),
    W("process.spawn", RUBY_CALL), W("process.start", CALL), W("pty.spawn", RUBY_CALL),
    W("putenv", PHP_CALL), W("qx", PERL_CALL), W("rawurldecode", PHP_CALL_SOFT),
    W("readdir", PHP_CALL_SOFT), W("readfile", PHP_CALL), W("readfilesync", JS_SERVER),
    W("readlink", PHP_CALL_SOFT), W("realpath", PHP_CALL_SOFT), W("reflectionfunction", PHP_CALL),
    W("register_shutdown_function", PHP_CALL), W("register_tick_function", PHP_CALL),
    W("rename", PHP_CALL_SOFT), W("require", PHP_CALL_SOFT), W("require_once", PHP_CALL),
    W("response.binarywrite", ASP_CALL), W("response.end", CALL), W("response.write", CALL),
    W("rewind", PHP_CALL_SOFT), W("rmdir", PHP_CALL_SOFT), W("runpy.run_path", PYTHON_CALL),
    W("runtime.exec", JAVA_CALL), W("runtime.getruntime", JAVA_CALL), W("scandir", PHP_CALL),
    W("scriptenginemanager.getenginebyname", JAVA_CALL), W("serialize", PHP_CALL_SOFT),
    W("server.createobject", ASP_CALL), W("server.mappath", ASP_CALL),
    W("server.transfer", ASP_CALL), W("set_time_limit", PHP_CALL), W("settype", PHP_CALL_SOFT),
    W("shell_exec", PHP_CALL), W("show_source", PHP_CALL), W("shutil.rmtree", PYTHON_CALL),
    W("simplexml_load_file", PHP_CALL), W("simplexml_load_string", PHP_CALL),
    W("socket.socket", PYTHON_CALL), W("spawnsync", JS_SERVER),
    W("spl_autoload_register", PHP_CALL), W("splfileobject", PHP_CALL), W("sprintf", PHP_CALL_SOFT),
    W("ssh2_exec", PHP_CALL), W("stat", PHP_CALL_SOFT), W("str_replace", PHP_CALL_SOFT),
    W("str_rot13", PHP_CALL), W("stream_socket_client", PHP_CALL),
    W("stripcslashes", PHP_CALL_SOFT), W("stripslashes", PHP_CALL_SOFT), W("strrev", PHP_CALL),
    W("strtr", PHP_CALL_SOFT), W("subprocess.call", PYTHON_CALL),
    W("subprocess.check_call", PYTHON_CALL), W("subprocess.check_output", PYTHON_CALL),
    W("subprocess.getoutput", PYTHON_CALL), W("subprocess.getstatusoutput", PYTHON_CALL),
    W("subprocess.popen", PYTHON_CALL), W("subprocess.run", PYTHON_CALL),
    W("substr", PHP_CALL_SOFT), W("symlink", PHP_CALL_SOFT), W("sys_getloadavg", PHP_CALL),
    W("syslog", PHP_CALL_SOFT), W("system", CALL),
    W("system.getenv", JAVA_CALL), W("system.getproperty", JAVA_CALL_SOFT), W("tempnam", PHP_CALL),
    W("timeit.timeit", PYTHON_CALL), W("tmpfile", PHP_CALL_SOFT),
    W("touch", PHP_CALL_SOFT), W("uasort", PHP_CALL_SOFT), W("uksort", PHP_CALL_SOFT),
    W("umask", PHP_CALL_SOFT), W("uniqid", PHP_CALL_SOFT), W("unlink", PHP_CALL_SOFT),
    W("unpack", PHP_CALL_SOFT), W("unserialize", PHP_CALL), W("urldecode", PHP_CALL_SOFT),
    W("usleep", PHP_CALL_SOFT), W("usort", PHP_CALL_SOFT), W("var_dump", PHP_CALL),
    W("var_export", PHP_CALL), W("vm.runincontext", JS_SERVER), W("vm.runinnewcontext", JS_SERVER),
    W("vm.runinthiscontext", JS_SERVER), W("vprintf", PHP_CALL_SOFT),
    W("wscript.createobject", ASP_CALL), W("xml_parser_create", PHP_CALL),
    W("yaml.load", PYTHON_CALL), W("yaml.unsafe_load", RUBY_CALL), W("zlib_decode", PHP_CALL),
};

/* By first letter. */
static const struct mln_code_word names_dollar[] = {
    W("$_cookie", PHP_SUPERGLOBAL), W("$_env", PHP_SUPERGLOBAL), W("$_files", PHP_SUPERGLOBAL),
    W("$_get", PHP_SUPERGLOBAL), W("$_post", PHP_SUPERGLOBAL), W("$_request", PHP_SUPERGLOBAL),
    W("$_server", PHP_SUPERGLOBAL), W("$_session", PHP_SUPERGLOBAL), W("$globals", PHP_SUPERGLOBAL),
    W("$http_raw_post_data", PHP_SUPERGLOBAL),
};
static const struct mln_code_word names_low_line[] = {
    W("__bases__", PYTHON_DUNDER), W("__builtins__", PYTHON_DUNDER),
    W("__getattribute__", PYTHON_DUNDER), W("__globals__", PYTHON_DUNDER),
    W("__import__", PYTHON_DUNDER), W("__loader__", PYTHON_DUNDER), W("__mro__", PYTHON_DUNDER),
    W("__reduce__", PYTHON_DUNDER), W("__subclasses__", PYTHON_DUNDER),
};
static const struct mln_code_word names_a[] = {
    W("adodb.stream", ASP_OBJECT),
};
static const struct mln_code_word names_c[] = {
    W("child_process", JS_SERVER),
};
static const struct mln_code_word names_g[] = {
    W("global.process", JS_SERVER), W("global.process.", JS_SERVER),
    W("globalthis.process.", JS_SERVER),
};
static const struct mln_code_word names_m[] = {
    W("module.exports", JS_RUNTIME), W("msxml2.serverxmlhttp", ASP_OBJECT),
    W("msxml2.xmlhttp", ASP_OBJECT),
};
static const struct mln_code_word names_p[] = {
    W("process.argv", JS_RUNTIME), W("process.binding", JS_SERVER), W("process.env", JS_RUNTIME),
    W("process.env.", JS_RUNTIME), W("process.mainmodule", JS_SERVER),
    W("process.mainmodule.", JS_SERVER), W("process.versions", JS_RUNTIME),
};
static const struct mln_code_word names_s[] = {
    W("scripting.filesystemobject", ASP_OBJECT), W("shell.application", ASP_OBJECT),
    W("system.diagnostics.process", ASP_OBJECT), W("system.diagnostics.process.", ASP_OBJECT),
    W("system.reflection.assembly", ASP_OBJECT),
};
static const struct mln_code_word names_t[] = {
    W("this.constructor.constructor", JS_SERVER),
};
static const struct mln_code_word names_w[] = {
    W("winhttp.winhttprequest.", ASP_OBJECT), W("wscript.shell", ASP_OBJECT),
};
#undef W
#define NAMES(letter) {names_##letter, MLN_ARRAY_LEN(names_##letter)}
static const struct {
    const struct mln_code_word *w;
    size_t n;
} names[128] = {
    ['$'] = NAMES(dollar), ['_'] = NAMES(low_line), ['a'] = NAMES(a), ['c'] = NAMES(c), ['g'] = NAMES(g), ['m'] = NAMES(m), ['p'] = NAMES(p), ['s'] = NAMES(s), ['t'] = NAMES(t), ['w'] = NAMES(w),
};
#undef NAMES
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

/* "posix_getpwuid", "curl_setopt": PHP names the functions of an extension alike. */
static bool is_php_family(struct mln_sv name)
{
    static const char *const families[] = {
        "apache_",      "bcompiler_",  "call_user_", "curl_",      "dba_",     "debug_print_",
        "exif_",        "expect_",     "file_put_",  "fsock",      "ftp_",     "func_get_",
        "get_defined_", "get_loaded_", "gzopen",     "highlight_", "ibase_",   "imap_",
        "ini_",         "inotify_",    "ldap_",      "mcrypt_",    "mssql_",   "mysql_",
        "mysqli_",      "ob_get_",     "oci_",       "odbc_",      "openssl_", "pcntl_",
        "pfsock",       "pg_",         "php_",       "posix_",     "preg_",    "proc_",
        "readline_",    "shm_",        "shmop_",     "socket_",    "spl_",     "sqlite_",
        "ssh2_",        "stream_",     "sybase_",    "sys_get",    "wddx_",    "xmlrpc_",
        "zip_"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(families); i++)
        if (mln_sv_istarts_str(name, families[i]))
            return name.len > strlen(families[i]) + 2;
    return false;
}

const struct mln_code_word *mln_code_call(struct mln_sv name)
{
    static const struct mln_code_word family = {"", MLN_SIG_CODE_PHP_CALL_SOFT};
    const struct mln_code_word *w = find(calls, MLN_ARRAY_LEN(calls), name);

    return w || mln_sv_chr(name, '_') == SIZE_MAX || !is_php_family(name) ? w : &family;
}

const struct mln_code_word *mln_code_name(struct mln_sv name)
{
    unsigned letter = name.len ? (unsigned char)mln_lower(name.p[0]) : 0;

    enum { LETTER_NAME_MIN = 11 }; /* "process.env" */
    if (letter >= MLN_ARRAY_LEN(names) || !names[letter].n ||
        (name.len < LETTER_NAME_MIN && mln_cc(letter, MLN_CC_ALPHA)))
        return NULL;
    const struct mln_code_word *table = names[letter].w, *w = find(table, names[letter].n, name);
    /* the longest prefix that ends in '.' */
    for (size_t n = name.len; !w && n > 1; n--)
        if (name.p[n - 1] == '.')
            w = find(table, names[letter].n, mln_sv_sub(name, 0, n));
    return w;
}
