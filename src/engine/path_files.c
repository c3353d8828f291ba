/* The table is sorted by name, so that the two first characters find the few candidates. */
#include "engine/path_files.h"

#include "engine/scan.h"

enum {
    SYSTEM = 1 << 0, /* at the root */
    LEAF = 1 << 1,   /* as the last segment, when the path is rooted */
    WEB = 1 << 2,    /* at any segment */
    PROBE = 1 << 3,  /* as the last segment */
    FOLDER = 1 << 4, /* at the root, with something in it */
};

/* clang-format off */
static const struct entry {
    const char *name;
    uint8_t where;
} entries[] = {
    {".aws", WEB},
    {".aws/credentials", WEB},
    {".azure/accesstokens.json", WEB},
    {".bash_history", WEB | LEAF},
    {".bashrc", WEB | LEAF},
    {".boto", WEB},
    {".bzr", WEB},
    {".circleci/config.yml", WEB},
    {".composer/auth.json", WEB},
    {".config/filezilla", WEB},
    {".config/gcloud", WEB},
    {".cvs/entries", WEB},
    {".docker/config.json", WEB},
    {".dockercfg", WEB},
    {".dockerenv", WEB},
    {".ds_store", WEB},
    {".env", WEB},
    {".ftpconfig", WEB},
    {".gem/credentials", WEB},
    {".git", WEB},
    {".git-credentials", WEB},
    {".git/config", WEB},
    {".git/head", WEB},
    {".git/index", WEB},
    {".git/logs", WEB},
    {".gitconfig", WEB},
    {".gitlab-ci.yml", WEB},
    {".gnupg", WEB},
    {".hg", WEB},
    {".hg/hgrc", WEB},
    {".htaccess", WEB | LEAF},
    {".htgroup", WEB},
    {".htpasswd", WEB | LEAF},
    {".idea/workspace.xml", WEB},
    {".kube/config", WEB},
    {".lesshst", WEB},
    {".m2/settings.xml", WEB},
    {".my.cnf", WEB | LEAF},
    {".mysql_history", WEB | LEAF},
    {".netrc", WEB | LEAF},
    {".node_repl_history", WEB},
    {".npmrc", WEB},
    {".passwd", WEB},
    {".pgpass", WEB | LEAF},
    {".php_history", WEB},
    {".profile", WEB | LEAF},
    {".psql_history", WEB | LEAF},
    {".pypirc", WEB},
    {".python_history", WEB | LEAF},
    {".remote-sync.json", WEB},
    {".rhosts", WEB | LEAF},
    {".s3cfg", WEB},
    {".sh_history", WEB},
    {".ssh", WEB | LEAF},
    {".subversion/auth", WEB},
    {".svn", WEB},
    {".svn/entries", WEB},
    {".svn/wc.db", WEB},
    {".terraform", WEB},
    {".travis.yml", WEB},
    {".user.ini", WEB},
    {".vault-token", WEB},
    {".viminfo", WEB},
    {".vscode/sftp.json", WEB},
    {".wget-hsts", WEB},
    {".yarnrc", WEB},
    {".zsh_history", WEB},
    {"access.log", LEAF | PROBE},
    {"access_log", LEAF | PROBE},
    {"actuator/env", PROBE},
    {"actuator/gateway/routes", PROBE},
    {"actuator/heapdump", PROBE},
    {"actuator/jolokia", PROBE},
    {"adminer.php", PROBE},
    {"apache/conf", SYSTEM},
    {"apache/logs", SYSTEM},
    {"apache/php", SYSTEM},
    {"apache2.conf", LEAF},
    {"apache2/conf", SYSTEM},
    {"apache2/logs", SYSTEM},
    {"application.properties", LEAF | PROBE},
    {"application.yml", LEAF | PROBE},
    {"applicationhost.config", LEAF},
    {"appsettings.json", WEB},
    {"authorized_keys", WEB | LEAF},
    {"autoexec.bat", SYSTEM},
    {"backup", PROBE},
    {"backup.rar", PROBE},
    {"backup.sql", WEB},
    {"backup.tar.gz", PROBE},
    {"backup.zip", PROBE},
    {"boot.ini", WEB | SYSTEM | LEAF},
    {"boot/grub", SYSTEM},
    {"bootstrap.yml", PROBE},
    {"cmd.exe", LEAF},
    {"composer.lock", PROBE},
    {"config.asp", PROBE},
    {"config.aspx", PROBE},
    {"config.inc.php", LEAF | PROBE},
    {"config.php", LEAF | PROBE},
    {"config.php.bak", WEB},
    {"config.sys", SYSTEM},
    {"configuration.php", LEAF | PROBE},
    {"configuration.php.bak", WEB},
    {"console/login/loginform.jsp", PROBE},
    {"core.dump", PROBE},
    {"credentials.json", PROBE},
    {"credentials.yml.enc", WEB},
    {"cvs/entries", WEB},
    {"cvs/root", WEB},
    {"database.sql", WEB},
    {"database.yml", WEB | LEAF},
    {"db.sql", WEB},
    {"db.zip", PROBE},
    {"debug.log", PROBE},
    {"debug/pprof/heap", PROBE},
    {"dev/fd", SYSTEM},
    {"dev/tcp", SYSTEM},
    {"dev/tty", SYSTEM},
    {"docker-compose.yaml", PROBE},
    {"docker-compose.yml", PROBE},
    {"dockerfile", PROBE},
    {"dump.sql", WEB},
    {"dump.zip", PROBE},
    {"elmah.axd", PROBE},
    {"error.log", LEAF | PROBE},
    {"error_log", LEAF | PROBE},
    {"etc", FOLDER},
    {"etc/aliases", SYSTEM},
    {"etc/anacrontab", SYSTEM},
    {"etc/apache", SYSTEM},
    {"etc/apache2", SYSTEM},
    {"etc/bashrc", SYSTEM},
    {"etc/cron.d", SYSTEM},
    {"etc/crontab", SYSTEM},
    {"etc/debian_version", SYSTEM},
    {"etc/docker", SYSTEM},
    {"etc/environment", SYSTEM},
    {"etc/exports", SYSTEM},
    {"etc/fstab", SYSTEM},
    {"etc/group", SYSTEM},
    {"etc/gshadow", SYSTEM},
    {"etc/hostname", SYSTEM},
    {"etc/hosts", SYSTEM},
    {"etc/http", SYSTEM},
    {"etc/httpd", SYSTEM},
    {"etc/httpd.conf", SYSTEM},
    {"etc/inetd.conf", SYSTEM},
    {"etc/init.d", SYSTEM},
    {"etc/issue", SYSTEM},
    {"etc/kubernetes", SYSTEM},
    {"etc/ldap", SYSTEM},
    {"etc/lighttpd", SYSTEM},
    {"etc/lsb-release", SYSTEM},
    {"etc/master.passwd", SYSTEM},
    {"etc/motd", SYSTEM},
    {"etc/mtab", SYSTEM},
    {"etc/my.cnf", SYSTEM},
    {"etc/mysql", SYSTEM},
    {"etc/network", SYSTEM},
    {"etc/networks", SYSTEM},
    {"etc/nginx", SYSTEM},
    {"etc/os-release", SYSTEM},
    {"etc/passwd", WEB | SYSTEM},
    {"etc/passwd-", SYSTEM},
    {"etc/php", SYSTEM},
    {"etc/php.ini", SYSTEM},
    {"etc/php5", SYSTEM},
    {"etc/php7", SYSTEM},
    {"etc/postfix", SYSTEM},
    {"etc/ppp", SYSTEM},
    {"etc/profile", SYSTEM},
    {"etc/proftpd", SYSTEM},
    {"etc/proftpd.conf", SYSTEM},
    {"etc/protocols", SYSTEM},
    {"etc/pure-ftpd.conf", SYSTEM},
    {"etc/rc.conf", SYSTEM},
    {"etc/redhat-release", SYSTEM},
    {"etc/resolv.conf", SYSTEM},
    {"etc/rsyncd.conf", SYSTEM},
    {"etc/samba", SYSTEM},
    {"etc/security", SYSTEM},
    {"etc/security/passwd", SYSTEM},
    {"etc/services", SYSTEM},
    {"etc/shadow", WEB | SYSTEM},
    {"etc/shadow-", SYSTEM},
    {"etc/smb.conf", SYSTEM},
    {"etc/snmp", SYSTEM},
    {"etc/ssh", SYSTEM},
    {"etc/ssl/private", SYSTEM},
    {"etc/sudoers", SYSTEM},
    {"etc/tomcat", SYSTEM},
    {"etc/vsftpd.conf", SYSTEM},
    {"eval-stdin.php", WEB},
    {"firebase-adminsdk.json", PROBE},
    {"global.asa", WEB | LEAF},
    {"global.asax", WEB | LEAF},
    {"heapdump", PROBE},
    {"hosts", LEAF},
    {"htpasswd", WEB},
    {"htpasswd.bak", WEB},
    {"httpd.conf", LEAF},
    {"id_dsa", WEB | LEAF},
    {"id_ecdsa", WEB | LEAF},
    {"id_ed25519", WEB | LEAF},
    {"id_rsa", WEB | LEAF},
    {"inetpub/logs", SYSTEM},
    {"inetpub/scripts", SYSTEM},
    {"inetpub/wwwroot", SYSTEM},
    {"info.php", PROBE},
    {"jenkinsfile", PROBE},
    {"jolokia/list", PROBE},
    {"known_hosts", LEAF},
    {"local_settings.py", LEAF | PROBE},
    {"localsettings.php.bak", WEB},
    {"machine.config", LEAF},
    {"master.key", WEB | LEAF},
    {"master.passwd", LEAF},
    {"meta-inf/context.xml", WEB},
    {"meta-inf/manifest.mf", WEB},
    {"my.cnf", LEAF},
    {"my.ini", LEAF},
    {"mysql.sql", WEB},
    {"nginx.conf", LEAF},
    {"nt/win.ini", SYSTEM},
    {"ntuser.dat", SYSTEM | LEAF},
    {"opt/apache", SYSTEM},
    {"opt/apache2", SYSTEM},
    {"opt/lampp", SYSTEM},
    {"opt/nsconfig", SYSTEM},
    {"opt/xampp", SYSTEM},
    {"package-lock.json", PROBE},
    {"pagefile.sys", SYSTEM},
    {"parameters.yml", LEAF | PROBE},
    {"passwd", LEAF},
    {"passwd.bak", LEAF},
    {"password.properties", LEAF},
    {"php-fpm.conf", LEAF},
    {"php.ini", LEAF | PROBE},
    {"php/php.ini", SYSTEM},
    {"php4/php.ini", SYSTEM},
    {"php5/php.ini", SYSTEM},
    {"phpinfo.php", PROBE},
    {"phpinfo.php.bak", WEB},
    {"private.key", WEB},
    {"private.pem", WEB},
    {"private/etc", SYSTEM},
    {"private/var", SYSTEM},
    {"privkey.pem", WEB},
    {"proc", FOLDER},
    {"proc/1", SYSTEM},
    {"proc/cmdline", SYSTEM},
    {"proc/cpuinfo", SYSTEM},
    {"proc/devices", SYSTEM},
    {"proc/filesystems", SYSTEM},
    {"proc/interrupts", SYSTEM},
    {"proc/ioports", SYSTEM},
    {"proc/meminfo", SYSTEM},
    {"proc/modules", SYSTEM},
    {"proc/mounts", SYSTEM},
    {"proc/net", SYSTEM},
    {"proc/partitions", SYSTEM},
    {"proc/sched_debug", SYSTEM},
    {"proc/self", SYSTEM},
    {"proc/self/environ", WEB},
    {"proc/stat", SYSTEM},
    {"proc/swaps", SYSTEM},
    {"proc/uptime", SYSTEM},
    {"proc/version", SYSTEM},
    {"proftpd.conf", LEAF},
    {"programdata/microsoft", SYSTEM},
    {"programdata/mysql", SYSTEM},
    {"root", FOLDER},
    {"root/.aws", SYSTEM},
    {"root/.bash_history", SYSTEM},
    {"root/.bashrc", SYSTEM},
    {"root/.mysql_history", SYSTEM},
    {"root/.profile", SYSTEM},
    {"root/.ssh", SYSTEM},
    {"root/anaconda-ks.cfg", SYSTEM},
    {"run/docker.sock", SYSTEM},
    {"run/secrets", SYSTEM},
    {"sam", LEAF},
    {"secrets.json", WEB | LEAF},
    {"secrets.yaml", WEB | LEAF},
    {"secrets.yml", WEB | LEAF},
    {"security.evt", LEAF},
    {"server-info", PROBE},
    {"server-status", PROBE},
    {"server.key", WEB},
    {"server.xml", LEAF | PROBE},
    {"service-account.json", PROBE},
    {"serviceaccountkey.json", PROBE},
    {"settings.php", LEAF | PROBE},
    {"settings.php.bak", WEB},
    {"settings.py", LEAF | PROBE},
    {"sftp-config.json", WEB},
    {"shadow", LEAF},
    {"shadow.bak", LEAF},
    {"site.zip", PROBE},
    {"smb.conf", LEAF},
    {"sshd_config", LEAF},
    {"ssl/private", WEB},
    {"storage/logs/laravel.log", PROBE},
    {"sys/class/net", SYSTEM},
    {"sysprep.inf", SYSTEM},
    {"sysprep/sysprep.inf", SYSTEM},
    {"system.ini", SYSTEM | LEAF},
    {"system.sav", LEAF},
    {"system32", SYSTEM},
    {"terraform.tfstate", WEB},
    {"tomcat-users.xml", WEB | LEAF},
    {"trace.axd", PROBE},
    {"unattend.xml", SYSTEM},
    {"unattended.txt", SYSTEM},
    {"users.sql", WEB},
    {"users/administrator", SYSTEM},
    {"usr/etc", SYSTEM},
    {"usr/home", SYSTEM},
    {"usr/lib/php", SYSTEM},
    {"usr/lib/php.ini", SYSTEM},
    {"usr/local/apache", SYSTEM},
    {"usr/local/apache2", SYSTEM},
    {"usr/local/cpanel", SYSTEM},
    {"usr/local/etc", SYSTEM},
    {"usr/local/lib/php/pearcmd.php", SYSTEM},
    {"usr/local/lib/php/peclcmd.php", SYSTEM},
    {"usr/local/nginx", SYSTEM},
    {"usr/local/php", SYSTEM},
    {"usr/local/tomcat", SYSTEM},
    {"usr/pkg/etc", SYSTEM},
    {"var/adm", SYSTEM},
    {"var/apache/logs", SYSTEM},
    {"var/cpanel", SYSTEM},
    {"var/lib/cloud", FOLDER},
    {"var/lib/docker", FOLDER},
    {"var/lib/grafana", FOLDER},
    {"var/lib/jenkins", FOLDER},
    {"var/lib/kubelet", FOLDER},
    {"var/lib/mlocate", FOLDER},
    {"var/lib/mysql", FOLDER},
    {"var/lib/php", FOLDER},
    {"var/lib/postgresql", FOLDER},
    {"var/local/www", SYSTEM},
    {"var/log", FOLDER},
    {"var/log/access.log", SYSTEM},
    {"var/log/access_log", SYSTEM},
    {"var/log/apache", SYSTEM},
    {"var/log/apache2", SYSTEM},
    {"var/log/auth.log", SYSTEM},
    {"var/log/boot.log", SYSTEM},
    {"var/log/btmp", SYSTEM},
    {"var/log/cron", SYSTEM},
    {"var/log/dmesg", SYSTEM},
    {"var/log/error.log", SYSTEM},
    {"var/log/error_log", SYSTEM},
    {"var/log/exim", SYSTEM},
    {"var/log/faillog", SYSTEM},
    {"var/log/httpd", SYSTEM},
    {"var/log/lastlog", SYSTEM},
    {"var/log/lighttpd", SYSTEM},
    {"var/log/mail", SYSTEM},
    {"var/log/maillog", SYSTEM},
    {"var/log/messages", SYSTEM},
    {"var/log/mysql", SYSTEM},
    {"var/log/mysqld.log", SYSTEM},
    {"var/log/nginx", SYSTEM},
    {"var/log/proftpd", SYSTEM},
    {"var/log/secure", SYSTEM},
    {"var/log/syslog", SYSTEM},
    {"var/log/vsftpd.log", SYSTEM},
    {"var/log/wtmp", SYSTEM},
    {"var/log/xferlog", SYSTEM},
    {"var/mail", SYSTEM},
    {"var/run/docker.sock", SYSTEM},
    {"var/run/secrets", SYSTEM},
    {"var/run/utmp", SYSTEM},
    {"var/spool/cron", SYSTEM},
    {"var/www/conf", SYSTEM},
    {"var/www/logs", SYSTEM},
    {"vsftpd.conf", LEAF},
    {"web-inf", WEB},
    {"web.config", WEB | LEAF},
    {"win.ini", SYSTEM | LEAF},
    {"windows/debug", SYSTEM},
    {"windows/explorer.exe", SYSTEM},
    {"windows/iis.log", SYSTEM},
    {"windows/iis6.log", SYSTEM},
    {"windows/microsoft.net", SYSTEM},
    {"windows/my.ini", SYSTEM},
    {"windows/notepad.exe", SYSTEM},
    {"windows/odbc.ini", SYSTEM},
    {"windows/panther", SYSTEM},
    {"windows/php.ini", SYSTEM},
    {"windows/regedit.exe", SYSTEM},
    {"windows/repair", SYSTEM},
    {"windows/setuperr.log", SYSTEM},
    {"windows/system.ini", SYSTEM},
    {"windows/system32", SYSTEM},
    {"windows/system32/cmd.exe", WEB},
    {"windows/syswow64", SYSTEM},
    {"windows/tasks", SYSTEM},
    {"windows/temp", SYSTEM},
    {"windows/win.ini", WEB | SYSTEM},
    {"windows/windowsupdate.log", SYSTEM},
    {"winnt", SYSTEM},
    {"winnt/system32", SYSTEM},
    {"winnt/system32/cmd.exe", WEB},
    {"winnt/win.ini", WEB},
    {"wp-config-sample.php", PROBE},
    {"wp-config.php", WEB},
    {"wp-content/debug.log", PROBE},
    {"www.zip", PROBE},
    {"wwwroot.zip", PROBE},
    {"xampp/apache", SYSTEM},
    {"xampp/filezillaftp", SYSTEM},
    {"xampp/mercurymail", SYSTEM},
    {"xampp/mysql", SYSTEM},
    {"xampp/php", SYSTEM},
    {"xampp/phpmyadmin", SYSTEM},
    {"xampp/security", SYSTEM},
    {"xampp/sendmail", SYSTEM},
    {"xampp/tomcat", SYSTEM},
    {"xampp/webalizer", SYSTEM},
};
/* clang-format on */

static unsigned key2(const char *s, size_t n)
{
    return (unsigned)(n > 0 ? (unsigned char)s[0] : 0) << 8 | (n > 1 ? (unsigned char)s[1] : 0);
}

static size_t first_candidate(unsigned key)
{
    size_t lo = 0, hi = MLN_ARRAY_LEN(entries);

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (key2(entries[mid].name, 2) < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* What may follow a file name: the end, a separator, or the mark of a copy. */
static bool ends_name(struct mln_sv rest, unsigned where)
{
    static const char *const samples[] = {".example", ".sample", ".dist"};

    static const char *const copies[] = {
        "~",        ".bak",    ".old",         ".orig",  ".save", ".swp",        ".txt",
        ".zip",     ".gz",     ".tmp",         ".dist",  ".1",    ".php",        ".log",
        ".copy",    "_bak",    ".inc",         ".local", ".prod", ".production", ".dev",
        ".example", ".sample", ".development", ".html"};

    if (rest.len == 0 || rest.p[0] == '/')
        return true;
    if (rest.len > 1 && rest.p[0] == '.' && mln_cc((unsigned char)rest.p[1], MLN_CC_DIGIT))
        return true; /* a rotated log */
    if ((where & SYSTEM) && mln_scan_among(rest, samples, MLN_ARRAY_LEN(samples)))
        return false; /* of source trees: systems have none */
    for (size_t i = 0; i < MLN_ARRAY_LEN(copies); i++)
        if (mln_sv_eq_str(rest, copies[i]))
            return true;
    return false;
}

/* ".env.prod.local", ".web.env", "deploy.env": settings of an application, whatever they are for.
 */
static bool is_settings(struct mln_sv name)
{
    return mln_sv_starts(name, MLN_SV(".env.")) ||
           (mln_sv_ends(name, MLN_SV(".env")) && name.len > 4);
}

/* "index.php.bak", ".config.php.swp": the server sends a copy of a script as a text. */
static bool is_source_copy(struct mln_sv name)
{
    static const char *const sources[] = {".php",  ".inc", ".asp", ".aspx", ".jsp",
                                          ".conf", ".yml", ".ini", ".yaml", ".cfg",
                                          ".py",   ".rb",  ".pl",  ".cgi",  ".config"};
    static const char *const copies[] = {".bak",    ".old",  ".orig", ".save", ".swp",
                                         ".backup", ".copy", ".tmp",  "~"};
    struct mln_sv stem = MLN_SV_NULL;

    if (!name.len || !memchr("kdgepy~", name.p[name.len - 1], 7)) /* what they end in */
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(copies) && !stem.p; i++)
        if (mln_sv_ends(name, mln_sv_str(copies[i])))
            stem = mln_sv_sub(name, 0, name.len - strlen(copies[i]));
    for (size_t i = 0; i < MLN_ARRAY_LEN(sources); i++)
        if (stem.len > strlen(sources[i]) && mln_sv_ends(stem, mln_sv_str(sources[i])))
            return true;
    return false;
}

/* "configuration.php.old", ".wp-config.php.swp": a copy of settings. */
static bool is_settings_copy(struct mln_sv name)
{
    static const char *const words[] = {"config", "settings", "database", "credential", "secret"};

    for (size_t i = 0; i < MLN_ARRAY_LEN(words); i++)
        if (mln_sv_find(name, mln_sv_str(words[i])) != SIZE_MAX)
            return true;
    return false;
}

/* The places (SYSTEM, LEAF, …) at which some entry starts at this segment. */
static unsigned segment_matches(struct mln_sv s, bool first)
{
    unsigned found = 0;
    unsigned key = key2(s.p, s.len);

    for (size_t i = first_candidate(key); i < MLN_ARRAY_LEN(entries); i++) {
        const struct entry *e = &entries[i];
        if (key2(e->name, 2) != key)
            break;
        if (s.len > 2 && e->name[2] && e->name[2] != s.p[2])
            continue;
        struct mln_sv name = mln_sv_str(e->name);
        if (!mln_sv_starts(s, name))
            continue;
        struct mln_sv rest = mln_sv_sub(s, name.len, s.len);
        unsigned where = e->where;
        if (!first)
            where &= ~(unsigned)(SYSTEM | FOLDER);
        if (rest.len < 3)
            where &= ~(unsigned)FOLDER;
        if (mln_sv_chr(rest, '/') != SIZE_MAX)
            where &= ~(unsigned)(LEAF | PROBE);
        if (ends_name(rest, e->where))
            found |= where;
    }
    return found;
}

enum mln_path_file mln_path_file(struct mln_sv canon, bool rooted)
{
    enum { SEGMENTS_MAX = 24 };
    unsigned found = 0;

    for (size_t i = 0, k = 0; i < canon.len && k < SEGMENTS_MAX; k++) {
        struct mln_sv rest = mln_sv_sub(canon, i, canon.len);
        found |= segment_matches(rest, i == 0);
        size_t slash = mln_sv_chr(rest, '/');
        struct mln_sv name = mln_sv_sub(rest, 0, slash);
        if (is_settings(name))
            found |= WEB;
        else if (slash == SIZE_MAX && is_source_copy(name))
            found |= is_settings_copy(name) ? WEB : PROBE;
        i = slash == SIZE_MAX ? canon.len : i + slash + 1;
    }
    if (rooted && (found & SYSTEM))
        return MLN_FILE_SYSTEM;
    if (found & WEB)
        return MLN_FILE_WEB;
    if (rooted && (found & FOLDER))
        return MLN_FILE_FOLDER;
    if (rooted && (found & LEAF))
        return MLN_FILE_LEAF;
    return found & PROBE ? MLN_FILE_PROBE : MLN_FILE_NONE;
}
