#include "engine/sh_commands.h"

/* Sorted. `everyday` are those that are words of English text too. */
/* clang-format off */
static const char *const commands[] = {
    "7z", "adduser", "apt", "apt-get", "arp", "ash", "attrib", "awk", "base32", "base64", "bash", "busybox", "bzip2", "cal", "cat", "cd",
    "certutil", "chattr", "chgrp", "chmod", "chown", "chroot", "cipher", "clear", "cmd", "cmd.exe", "comm", "compress", "cp", "cron", "crontab",
    "csh", "curl", "cut", "dash", "date", "dd", "del", "df", "diff", "dig", "dir", "dmesg", "dnf", "docker", "du", "echo", "ed", "egrep", "emacs",
    "env", "eval", "exec", "export", "expr", "fdisk", "fgrep", "file", "find", "findstr", "finger", "ftp", "gawk", "gcc", "gdb", "gem", "getent",
    "git", "grep", "groups", "gunzip", "gzip", "halt", "head", "hexdump", "history", "host", "hostname", "icacls", "iconv", "id", "ifconfig",
    "insmod", "install", "ip", "ipconfig", "iptables", "java", "jobs", "kill", "killall", "ksh", "last", "ldd", "less", "ln", "locate", "logname",
    "look", "lpr", "ls", "lsmod", "lsof", "lspci", "lua", "lynx", "mail", "make", "man", "mkdir", "mkfifo", "mknod", "mkpasswd", "mktemp", "more",
    "mount", "mshta", "mv", "mysql", "mysqldump", "nano", "nawk", "nc", "nc.traditional", "ncat", "net", "net1", "netcat", "netsh", "netstat", "nice",
    "nl", "nmap", "node", "nohup", "npm", "nslookup", "od", "openssl", "passwd", "paste", "perl", "perl5", "php", "php5", "ping", "ping6", "pip",
    "pkill", "powershell", "powershell.exe", "pr", "printenv", "printf", "ps", "psql", "pwd", "python", "python2", "python3", "rcp", "read",
    "readlink", "reboot", "reg", "regsvr32", "rename", "rev", "rm", "rmdir", "route", "rpm", "rsync", "ruby", "rundll32", "sc", "schtasks", "scp",
    "screen", "sed", "service", "set", "sftp", "sh", "shasum", "shred", "shutdown", "sleep", "socat", "sort", "source", "split", "sqlite3", "ssh",
    "stat", "strings", "su", "sudo", "sum", "swapon", "sysctl", "systemctl", "systeminfo", "tac", "tail", "tar", "taskkill", "tasklist", "tcpdump",
    "tcsh", "tee", "telnet", "test", "tftp", "time", "timeout", "top", "touch", "tr", "traceroute", "tracert", "tree", "type", "ulimit", "umount",
    "uname", "uniq", "unlink", "unset", "unzip", "uptime", "useradd", "usermod", "users", "ver", "vi", "vim", "vol", "w", "wall", "watch", "wc",
    "wget", "whereis", "which", "who", "whoami", "wmic", "write", "wscript", "xargs", "xcopy", "xterm", "xxd", "yes", "yum", "zip", "zsh",
};
static const char *const everyday[] = {
    "cal", "cat", "clear", "comm", "compress", "cut", "date", "docker", "echo", "ed", "env", "eval", "exec", "export", "file", "find", "finger",
    "gem", "git", "groups", "halt", "head", "history", "host", "install", "ip", "java", "jobs", "kill", "last", "less", "locate", "look", "mail",
    "make", "man", "more", "mount", "mysql", "net", "nice", "node", "paste", "perl", "php", "pr", "python", "read", "reg", "rename", "rev", "route",
    "ruby", "sc", "screen", "service", "set", "shutdown", "sleep", "sort", "source", "split", "stat", "strings", "sum", "tail", "test", "time",
    "timeout", "top", "touch", "tr", "tree", "type", "users", "ver", "vol", "w", "wall", "watch", "which", "who", "write", "yes", "zip",
};
/* clang-format on */

static bool has(const char *const *table, size_t n, struct mln_sv name)
{
    for (size_t lo = 0, hi = n; lo < hi;) {
        size_t mid = lo + (hi - lo) / 2;
        int c = mln_sv_cmp(name, mln_sv_str(table[mid]));
        if (c == 0)
            return true;
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return false;
}

enum mln_sh_kind mln_sh_command(struct mln_sv name)
{
    char lower[20];

    if (!name.len || name.len > sizeof(lower))
        return MLN_SH_NONE;
    for (size_t i = 0; i < name.len; i++)
        lower[i] = mln_lower(name.p[i]);
    name = mln_sv(lower, name.len);
    if (!has(commands, MLN_ARRAY_LEN(commands), name))
        return MLN_SH_NONE;
    return has(everyday, MLN_ARRAY_LEN(everyday), name) ? MLN_SH_ENGLISH : MLN_SH_COMMAND;
}
