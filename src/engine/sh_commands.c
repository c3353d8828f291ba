#include "engine/sh_commands.h"

/* Sorted. `everyday` are those that are words of English text too. */
/* clang-format off */
static const char *const commands[] = {
    "7z", "7za", "7zr", "ab", "accept", "add-mppreference", "add-type", "adduser", "alias",
    "ansible", "ansible-config", "ansible-console", "ansible-playbook", "ansible-pull",
    "ansible-vault", "apache2ctl", "apachectl", "apk", "apropos", "apt", "apt-cache", "apt-get",
    "aptitude", "ar", "arch", "aria2c", "arp", "arping", "as", "ash", "aspell", "assoc", "at",
    "atd", "attrib", "awk", "aws", "axel", "az", "base32", "base64", "basename", "bash", "bash.exe",
    "batch", "bc", "bcdboot", "bcdedit", "beanshell", "bg", "bind", "bitsadmin", "bitsadmin.exe",
    "blkid", "bpftrace", "brctl", "break", "brew", "builtin", "bun", "bundle", "bunzip2", "busctl",
    "busybox", "byobu", "bzcat", "bzip2", "c89", "c99", "cacls", "cal", "calc", "calc.exe",
    "caller", "cancel", "capsh", "cargo", "cat", "cc", "cd", "certreq", "certutil", "certutil.exe",
    "chattr", "chdir", "chef-client", "chef-run", "chef-shell", "chef-solo", "chef-vault", "chgrp",
    "chkconfig", "chmod", "choice", "chown", "chpasswd", "chpst", "chroot", "cipher", "cksum",
    "clang", "clear", "clip", "cls", "cmake", "cmd", "cmd.exe", "cmdkey", "cmp", "codesign", "col",
    "column", "comm", "command", "comp", "compact", "compgen", "complete", "composer", "compress",
    "continue", "control.exe", "convert", "copy", "copy-item", "coredumpctl", "cowsay", "cp",
    "cpan", "cpanm", "cpio", "cpulimit", "crash", "createdb", "crictl", "cron", "crond", "crontab",
    "csc.exe", "cscli", "cscript", "cscript.exe", "csh", "csplit", "csvde", "ctr", "curl",
    "curl.exe", "cut", "dash", "date", "dc", "dd", "declare", "defaults", "del", "deno", "depmod",
    "devmem", "df", "dhclient", "dialog", "dict", "diff", "dig", "dir", "dirb", "dirname", "dirs",
    "disable", "diskpart", "disown", "dmesg", "dmidecode", "dnf", "dnsmasq", "dnsproxy", "doas",
    "docker", "docker-compose", "doskey", "dpkg", "driverquery", "dropbear", "dropbearkey",
    "dropbearmulti", "dropdb", "dscl", "dsquery", "du", "dump", "echo", "ed", "edit", "edquota",
    "egrep", "elinks", "emacs", "emerge", "enable", "endlocal", "env", "eqn", "erase", "erl",
    "esentutl", "ethtool", "eval", "ex", "exec", "exiftool", "exit", "expand", "expand.exe",
    "expect", "export", "expr", "extrac32", "factor", "fallocate", "fc", "fdisk", "fetch", "ffmpeg",
    "ffuf", "fg", "fgrep", "file", "find", "findmnt", "findstr", "finger", "firewall-cmd", "fish",
    "flash_eraseall", "flashcp", "flatpak", "fmt", "fold", "forfiles", "format", "fping", "free",
    "fsutil", "ftp", "ftpget", "ftpput", "ftype", "fuser", "fw_printenv", "fw_setenv", "gawk", "gc",
    "gcc", "gci", "gcloud", "gcore", "gdb", "gem", "genisoimage", "get", "get-childitem",
    "get-ciminstance", "get-command", "get-content", "get-eventlog", "get-host", "get-item",
    "get-location", "get-process", "get-service", "get-wmiobject", "getcap", "getconf", "getent",
    "getfacl", "getmac", "getopts", "ghc", "git", "goahead", "gobuster", "gpg", "gpresult",
    "gpupdate", "grap", "grep", "groff", "groovy", "groupadd", "groups", "gs", "gtester", "guile",
    "gunzip", "gzip", "halt", "hash", "hashcat", "head", "helm", "help", "hexdump", "hexedit", "hg",
    "hh.exe", "history", "homectl", "host", "hostid", "hostname", "hostnamectl", "hping3", "htop",
    "httpd", "hydra", "icacls", "iconv", "id", "identify", "iex", "ifconfig", "ifdown", "ifup",
    "import-module", "inetd", "info", "init", "insmod", "install", "installutil", "invoke-command",
    "invoke-expression", "invoke-restmethod", "invoke-webrequest", "invoke-wmimethod", "ionice",
    "iostat", "iotop", "ip", "ip6tables", "ipconfig", "ipconfig.exe", "ipcs", "iptables",
    "iptables-save", "irb", "ispell", "iwconfig", "iwlist", "iwpriv", "iwr", "java", "javac", "jjs",
    "jobs", "john", "join", "journalctl", "jq", "jrunscript", "jshell", "julia", "kill", "killall",
    "killall5", "klogd", "knife", "ksh", "ksshell", "kubectl", "last", "lastb", "lastlog",
    "lastlogin", "launchctl", "ld", "ld-linux.so.2", "ld.so", "ldconfig", "ldd", "ldifde", "less",
    "let", "lighttpd", "link", "links", "ll", "ln", "local", "locale", "localectl", "locate",
    "logger", "loginctl", "logname", "logout", "look", "losetup", "lp", "lpq", "lpr", "lprm", "ls",
    "lsattr", "lsb_release", "lsblk", "lscpu", "lslocks", "lsmem", "lsmod", "lsns", "lsof", "lspci",
    "lsusb", "ltrace", "lua", "luajit", "lwp-download", "lwp-request", "lynx", "lz4", "lzma",
    "machinectl", "mail", "mailx", "make", "makecab", "man", "mapfile", "masscan", "mawk", "md",
    "md5sum", "mdfind", "memcached", "mesg", "mini_httpd", "mkdir", "mkfifo", "mkfs", "mklink",
    "mknod", "mkpasswd", "mktemp", "modprobe", "mogrify", "mongo", "mongod", "mongosh", "more",
    "mosquitto", "mount", "move", "mpstat", "msbuild", "msfconsole", "msfvenom", "msg", "mshta",
    "mshta.exe", "msiexec", "mt", "mtd_write", "mtr", "mv", "mysql", "mysqladmin", "mysqld",
    "mysqldump", "nandwrite", "nano", "nasm", "nawk", "nbtstat", "nc", "nc.exe", "nc.openbsd",
    "nc.traditional", "ncal", "ncat", "ncdu", "ncftp", "net", "net.exe", "net1", "netcat", "netsh",
    "netstat", "networksetup", "new-item", "new-object", "nft", "nginx", "ngrok", "nice", "nikto",
    "nl", "nload", "nltest", "nm", "nmap", "nmcli", "node", "nodejs", "nohup", "notepad",
    "notepad.exe", "notify-send", "npm", "nproc", "npx", "nroff", "nsenter", "nslookup",
    "nslookup.exe", "nsupdate", "ntpclient", "ntpd", "ntpdate", "nvram", "objdump", "octave", "od",
    "odbcconf", "openfiles", "openssl", "osascript", "out-file", "pacman", "pandoc", "passwd",
    "paste", "patch", "path", "pathping", "pbcopy", "pbpaste", "pcalua", "pdb", "pdflatex",
    "pdftotext", "perf", "perl", "perl.exe", "perl5", "pg_ctl", "pg_dump", "pgrep", "php",
    "php-cgi", "php.exe", "php5", "php7", "phpinfo", "pic", "pico", "pidof", "pidstat", "pigz",
    "ping", "ping.exe", "ping6", "pip", "pip3", "pipx", "pkexec", "pkill", "plutil", "pnpm",
    "podman", "popd", "poweroff", "powershell", "powershell.exe", "pppd", "pr", "print", "printenv",
    "printf", "prlimit", "prompt", "ps", "psftp", "psql", "pstree", "puppet", "pushd", "pv", "pwd",
    "pwsh", "pwsh.exe", "python", "python.exe", "python2", "python2.7", "python3", "python3.8",
    "qprocess", "quota", "quser", "qwinsta", "rake", "rar", "rbash", "rc-service", "rc-update",
    "rcp", "rd", "rdesktop", "read", "readarray", "readelf", "readlink", "readonly", "realpath",
    "reboot", "recover", "redis-cli", "redis-server", "refer", "reg", "regasm", "regedit",
    "regsvcs", "regsvr32", "regsvr32.exe", "reject", "rem", "remove-item", "ren", "rename",
    "renice", "replace", "replace.exe", "repquota", "resolvectl", "restore", "return", "rev",
    "rlogin", "rlwrap", "rm", "rmdir", "rmmod", "rmt-dump", "robocopy", "route", "rpcping", "rpm",
    "rpmdb", "rpmquery", "rscript", "rsh", "rsync", "rsyslogd", "ruby", "runc", "rundll32",
    "rundll32.exe", "runlevel", "runuser", "rview", "rvim", "sc", "scala", "schtasks", "scp",
    "screen", "script", "scutil", "sed", "select-string", "sendmail", "seq", "service", "sestatus",
    "set", "set-content", "set-executionpolicy", "set-mppreference", "setcap", "setenforce",
    "setfacl", "setlocal", "setsid", "setuidgid", "sftp", "sh", "sh.exe", "sha1sum", "sha256sum",
    "sha512sum", "shasum", "shift", "shopt", "shred", "shuf", "shutdown", "siege", "sleep", "slsh",
    "smbclient", "smbmap", "snap", "socat", "sort", "source", "spctl", "spell", "split", "sqlite3",
    "sqlmap", "ss", "ssh", "ssh-add", "ssh-agent", "ssh-copy-id", "ssh-keygen", "sshd", "sshpass",
    "ssmtp", "st", "start", "start-bitstransfer", "start-process", "start-sleep",
    "start-stop-daemon", "stat", "stdbuf", "stop-process", "strace", "strings", "strip", "stty",
    "su", "subst", "sudo", "sulogin", "sum", "suspend", "svn", "sw_vers", "swapoff", "swapon",
    "sysctl", "syslogd", "systemctl", "systemd-analyze", "systemd-resolve", "systemd-run",
    "systeminfo", "systeminfo.exe", "tac", "tail", "takeown", "talk", "tar", "taskkill", "tasklist",
    "tasklist.exe", "taskset", "tasksh", "tbl", "tcc", "tclsh", "tcpdump", "tcping", "tcsh", "tee",
    "telinit", "telnet", "telnetd", "terraform", "test", "test-connection", "tftp", "tftpd",
    "thttpd", "tidy", "time", "timedatectl", "timeout", "times", "tmate", "tmux", "top", "torify",
    "touch", "toybox", "tput", "tr", "tracepath", "traceroute", "tracert", "trap", "tree", "troff",
    "truncate", "ts", "tshark", "tty", "type", "typeset", "ubus", "udhcpc", "udhcpd", "ufw", "ul",
    "ulimit", "umask", "umount", "uname", "unexpand", "uniq", "units", "unlink", "unrar", "unset",
    "unshare", "unxz", "unzip", "update-alternatives", "update-rc.d", "uptime", "useradd",
    "userdel", "usermod", "users", "usleep", "utelnetd", "uudecode", "uuencode", "uuidgen",
    "vagrant", "varnishncsa", "ver", "verify", "vi", "view", "vigr", "vim", "vimdiff", "vipw",
    "visudo", "vmstat", "vol", "volatility", "vssadmin", "w", "w3m", "wait", "wall", "watch", "wc",
    "wevtutil", "wfuzz", "wget", "wget.exe", "wget2", "whatis", "where", "where.exe", "whereis",
    "which", "whiptail", "who", "whoami", "whoami.exe", "whois", "wireshark", "wish", "wmic",
    "wmic.exe", "wpa_cli", "write", "write-host", "write-output", "wscript", "wscript.exe",
    "wuauclt", "xargs", "xclip", "xcopy", "xdg-open", "xdotool", "xelatex", "xfreerdp", "xinetd",
    "xmllint", "xmodmap", "xsltproc", "xterm", "xxd", "xz", "xzcat", "yarn", "yelp", "yes", "yq",
    "yum", "zathura", "zcat", "zenity", "zgrep", "zip", "zless", "zmore", "zsh", "zsoelim", "zstd",
    "zypper",
};
static const char *const everyday[] = {
    "ab", "accept", "alias", "apropos", "apt", "ar", "arch", "as", "aspell", "assoc", "at", "az",
    "basename", "batch", "bc", "beanshell", "bg", "bind", "break", "builtin", "bun", "bundle",
    "c99", "cal", "calc", "caller", "cancel", "cargo", "cat", "cc", "chdir", "choice", "clear",
    "clip", "cls", "cmake", "cmdkey", "cmp", "codesign", "col", "column", "comm", "command", "comp",
    "compact", "compgen", "complete", "composer", "compress", "continue", "convert", "copy",
    "cowsay", "crash", "cut", "dash", "date", "dc", "declare", "defaults", "deno", "dialog", "dict",
    "diff", "dirb", "dirs", "disable", "dnsproxy", "docker", "doskey", "dropbear", "dscl", "dump",
    "echo", "ed", "edit", "edquota", "emerge", "enable", "endlocal", "eqn", "erase", "erl", "eval",
    "exec", "exiftool", "exit", "expand", "expect", "export", "factor", "fc", "fetch", "ffmpeg",
    "ffuf", "fg", "file", "find", "finger", "fish", "fold", "format", "free", "ftype", "gem", "get",
    "getopts", "ghc", "git", "goahead", "gobuster", "grap", "groff", "groovy", "groups", "gs",
    "guile", "halt", "hash", "hashcat", "head", "helm", "help", "history", "host", "hydra",
    "identify", "inetd", "info", "install", "ionice", "ip", "irb", "ispell", "java", "jobs", "john",
    "join", "jq", "jshell", "julia", "kill", "klogd", "knife", "last", "launchctl", "ld", "less",
    "let", "lighttpd", "link", "links", "ll", "local", "locale", "locate", "logger", "logout",
    "look", "lp", "lpq", "lprm", "mail", "mailx", "make", "man", "mapfile", "md", "mdfind",
    "mini_httpd", "mklink", "mogrify", "mongo", "more", "mount", "move", "msfconsole", "msfvenom",
    "msg", "mt", "mysql", "ncal", "net", "networksetup", "nice", "nikto", "nl", "nm", "node",
    "notepad", "notify-send", "nroff", "ntpclient", "ntpd", "ntpdate", "nvram", "octave",
    "openfiles", "paste", "patch", "path", "pbcopy", "pbpaste", "pdftotext", "perf", "perl", "php",
    "pic", "pico", "pidof", "plutil", "popd", "pppd", "pr", "print", "prompt", "puppet", "pushd",
    "pv", "python", "quota", "rake", "rar", "rd", "read", "readarray", "readonly", "recover",
    "refer", "reg", "reject", "rem", "ren", "rename", "replace", "repquota", "restore", "return",
    "rev", "route", "rscript", "ruby", "sc", "scala", "screen", "script", "scutil", "sendmail",
    "seq", "service", "set", "setlocal", "shift", "shopt", "shutdown", "siege", "sleep", "snap",
    "sort", "source", "spctl", "spell", "split", "sqlmap", "sshd", "st", "start", "stat", "stdbuf",
    "strings", "strip", "subst", "sum", "suspend", "sw_vers", "syslogd", "tail", "talk", "tbl",
    "terraform", "test", "thttpd", "tidy", "time", "timeout", "times", "top", "torify", "touch",
    "tr", "trap", "tree", "troff", "ts", "type", "typeset", "ubus", "udhcpc", "udhcpd", "ul",
    "umask", "unexpand", "units", "users", "vagrant", "ver", "verify", "vol", "volatility", "w",
    "wait", "wall", "watch", "wfuzz", "whatis", "where", "where.exe", "which", "whiptail", "who",
    "whois", "wireshark", "write", "xinetd", "xmllint", "xsltproc", "yarn", "yes", "yq", "zenity",
    "zip",
};
/* clang-format on */

static unsigned first_two(const char *s)
{
    return (unsigned)(unsigned char)s[0] << 8 | (unsigned char)s[1];
}

/* `name` ends in NUL. By the first two letters, which most words share with no command. */
static bool has(const char *const *table, size_t n, const char *name)
{
    unsigned key = first_two(name);
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (first_two(table[mid]) < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < n && first_two(table[lo]) == key; lo++)
        if (strcmp(name, table[lo]) == 0)
            return true;
    return false;
}

/* By first byte and the one behind it (hashed), a bit for each length that a command has. Most
 * words of a text are none by that. Filled before main(), read only from then on. */
static uint32_t lengths[256];

static uint32_t *lengths_of(char first, char second)
{
    unsigned slot = (unsigned char)first * 5U + (unsigned char)second;

    return &lengths[slot % MLN_ARRAY_LEN(lengths)];
}

__attribute__((constructor)) static void note_lengths(void)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(commands); i++)
        *lengths_of(commands[i][0], commands[i][1]) |= UINT32_C(1) << strlen(commands[i]);
}

static bool may_be_command(struct mln_sv name)
{
    char second = name.len > 1 ? mln_lower(name.p[1]) : '\0';

    return *lengths_of(mln_lower(name.p[0]), second) >> name.len & 1;
}

/* "python3.11", "php8", "gcc-12": the name in front of the version, or the whole. */
static struct mln_sv without_version(struct mln_sv name)
{
    size_t n = name.len;

    while (n && (mln_cc((unsigned char)name.p[n - 1], MLN_CC_DIGIT) || name.p[n - 1] == '.'))
        n--;
    n -= n && n < name.len && name.p[n - 1] == '-';
    return n && n < name.len ? mln_sv_sub(name, 0, n) : name;
}

bool mln_sh_is_versioned(struct mln_sv name)
{
    static const char *const programs[] = {"python", "php", "perl",  "ruby", "pip",
                                           "lua",    "gcc", "tclsh", "node", "php-cgi"};
    struct mln_sv base = without_version(name);

    if (base.len == name.len)
        return false;
    for (size_t i = 0; i < MLN_ARRAY_LEN(programs); i++)
        if (mln_sv_ieq_str(base, programs[i]))
            return true;
    return false;
}

enum mln_sh_kind mln_sh_command(struct mln_sv name)
{
    char lower[24];

    if (name.len > 3 && mln_cc((unsigned char)name.p[name.len - 1], MLN_CC_DIGIT) &&
        mln_sh_is_versioned(name))
        return MLN_SH_COMMAND;
    if (name.len < 1 || name.len >= sizeof(lower) || !may_be_command(name))
        return MLN_SH_NONE;
    for (size_t i = 0; i < name.len; i++)
        lower[i] = mln_lower(name.p[i]);
    lower[name.len] = '\0';
    if (!has(commands, MLN_ARRAY_LEN(commands), lower))
        return MLN_SH_NONE;
    return has(everyday, MLN_ARRAY_LEN(everyday), lower) ? MLN_SH_ENGLISH : MLN_SH_COMMAND;
}

void mln_sh_commands_each(void (*fn)(void *arg, struct mln_sv name), void *arg)
{
    for (size_t i = 0; i < MLN_ARRAY_LEN(commands); i++)
        fn(arg, mln_sv_str(commands[i]));
}
