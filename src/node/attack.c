/* The hostile worker of the sandbox test. Raw system calls, so that no library puts a permitted
 * call in the place of a forbidden one. An attempt counts as possible when the filter let it reach
 * the kernel, whatever the kernel then said: the layers behind the filter are tested apart. */
#include "node/attack.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "node/wire.h"

#ifndef SO_ATTACH_FILTER
#define SO_ATTACH_FILTER 26
#endif

volatile unsigned mln_attack_refused;

enum { ARGS = 6 };

struct attempt {
    const char *name;
    long nr;
    long arg[ARGS];
};

static const char file[] = "/etc/passwd", nowhere[] = "/nonexistent/x";
static const struct sockaddr_in elsewhere = {.sin_family = AF_INET, .sin_port = 0x5000};
static struct msghdr message; /* to elsewhere */
static char page[4096] __attribute__((aligned(4096)));
static int one = 1;

#define P(x) ((long)(uintptr_t)(x))

/* clang-format off */
static const struct attempt attempts[] = {
    {"openat",            SYS_openat,            {AT_FDCWD, P(file), O_RDONLY}},
    {"openat2",           SYS_openat2,           {AT_FDCWD, P(file), P(page), 24}},
    {"open_by_handle_at", SYS_open_by_handle_at, {AT_FDCWD, P(page), O_RDONLY}},
    {"newfstatat",        SYS_newfstatat,        {AT_FDCWD, P(file), P(page), 0}},
    {"unlinkat",          SYS_unlinkat,          {AT_FDCWD, P(nowhere), 0}},
    {"mkdirat",           SYS_mkdirat,           {AT_FDCWD, P(nowhere), 0700}},
    {"chdir",             SYS_chdir,             {P("/")}},
    {"fchdir",            SYS_fchdir,            {MLN_CONTROL_FD}},
    {"memfd_create",      SYS_memfd_create,      {P("x"), 0}},
    {"socket_inet",       SYS_socket,            {AF_INET, SOCK_STREAM, 0}},
    {"socket_unix",       SYS_socket,            {AF_UNIX, SOCK_DGRAM, 0}},
    {"socket_netlink",    SYS_socket,            {AF_NETLINK, SOCK_RAW, 0}},
    {"socketpair",        SYS_socketpair,        {AF_UNIX, SOCK_STREAM, 0, P(page)}},
    {"connect",           SYS_connect,           {MLN_CONTROL_FD, P(&elsewhere), sizeof(elsewhere)}},
    {"bind",              SYS_bind,              {MLN_CONTROL_FD, P(&elsewhere), sizeof(elsewhere)}},
    {"listen",            SYS_listen,            {MLN_CONTROL_FD, 1}},
    {"sendto_address",    SYS_sendto,            {-1, P(page), 1, 0, P(&elsewhere), sizeof(elsewhere)}},
    {"sendto_fastopen",   SYS_sendto,            {-1, P(page), 1, MSG_FASTOPEN, 0, 0}},
    {"sendmsg_fastopen",  SYS_sendmsg,           {-1, P(&message), MSG_FASTOPEN}},
    {"sendmmsg",          SYS_sendmmsg,          {-1, P(page), 1, 0}},
    {"so_attach_filter",  SYS_setsockopt,        {-1, SOL_SOCKET, SO_ATTACH_FILTER, P(page), 16}},
    {"so_mark",           SYS_setsockopt,        {-1, SOL_SOCKET, SO_MARK, P(&one), sizeof(one)}},
    {"tcp_ulp",           SYS_setsockopt,        {-1, IPPROTO_TCP, TCP_ULP, P("tls"), 3}},
    {"tcp_fastopen_connect", SYS_setsockopt,     {-1, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, P(&one), sizeof(one)}},
    {"ip_transparent",    SYS_setsockopt,        {-1, IPPROTO_IP, IP_TRANSPARENT, P(&one), sizeof(one)}},
    {"fcntl_dupfd",       SYS_fcntl,             {-1, F_DUPFD, 100}},
    {"fcntl_setown",      SYS_fcntl,             {-1, F_SETOWN, 1}},
    {"ioctl",             SYS_ioctl,             {-1, 0x5421, P(&one)}},
    {"execve",            SYS_execve,            {P("/proc/self/exe"), 0, 0}},
    {"execveat",          SYS_execveat,          {MLN_CONTROL_FD, P(""), 0, 0, AT_EMPTY_PATH}},
#ifdef SYS_fork
    {"fork",              SYS_fork,              {0}},
#endif
    {"clone",             SYS_clone,             {SIGCHLD}},
    {"clone3",            SYS_clone3,            {P(page), 64}},
    {"unshare",           SYS_unshare,           {CLONE_NEWUSER}},
    {"setns",             SYS_setns,             {MLN_CONTROL_FD, 0}},
    {"chroot",            SYS_chroot,            {P("/")}},
    {"mount",             SYS_mount,             {P("x"), P("/"), P("tmpfs"), 0, 0}},
    {"setresuid",         SYS_setresuid,         {0, 0, 0}},
    {"capset",            SYS_capset,            {P(page), P(page)}},
    {"ptrace",            SYS_ptrace,            {PTRACE_TRACEME}},
    {"process_vm_readv",  SYS_process_vm_readv,  {1, P(page), 1, P(page), 1, 0}},
    {"process_vm_writev", SYS_process_vm_writev, {1, P(page), 1, P(page), 1, 0}},
    {"pidfd_open",        SYS_pidfd_open,        {1, 0}},
    {"pidfd_getfd",       SYS_pidfd_getfd,       {MLN_CONTROL_FD, 0, 0}},
    {"kill",              SYS_kill,              {-1, 0}},
    {"tgkill_other",      SYS_tgkill,            {1, 1, 0}},
    {"tkill",             SYS_tkill,             {1, 0}},
    {"rt_sigqueueinfo",   SYS_rt_sigqueueinfo,   {1, 0, P(page)}},
    {"mmap_exec",         SYS_mmap,              {0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
    {"mprotect_exec",     SYS_mprotect,          {P(page), 4096, PROT_READ | PROT_EXEC}},
    {"pkey_mprotect",     SYS_pkey_mprotect,     {P(page), 4096, PROT_READ | PROT_EXEC, -1}},
    {"shmat",             SYS_shmat,             {0, 0, SHM_EXEC}},
    {"personality",       SYS_personality,       {0x0400000}},
    {"io_uring_setup",    SYS_io_uring_setup,    {1, P(page)}},
    {"bpf",               SYS_bpf,               {0, P(page), 0}},
    {"perf_event_open",   SYS_perf_event_open,   {P(page), 0, -1, -1, 0}},
    {"userfaultfd",       SYS_userfaultfd,       {0}},
    {"keyctl",            SYS_keyctl,            {0, 0}},
    {"prctl",             SYS_prctl,             {0}},
    {"seccomp",           SYS_seccomp,           {0, 0, 0}},
    {"prlimit64",         SYS_prlimit64,         {0, 7, 0, P(page)}},
    {"splice",            SYS_splice,            {-1, 0, -1, 0, 1, 0}},
    {"rt_sigaction",      SYS_rt_sigaction,      {SIGUSR2, 0, P(page), 8}},
};
/* clang-format on */

/* True when the filter let the call through. */
static bool possible(const struct attempt *a)
{
    unsigned before = mln_attack_refused;
    long r = syscall(a->nr, a->arg[0], a->arg[1], a->arg[2], a->arg[3], a->arg[4], a->arg[5]);

#ifdef SYS_fork
    if (r == 0 && a->nr == SYS_fork)
        _exit(0); /* a child that must not be */
#endif
    if (r == 0 && a->nr == SYS_clone)
        _exit(0);
    return mln_attack_refused == before;
}

void mln_attack_report(void)
{
    struct mln_buf names = {0};

    message.msg_name = (void *)(uintptr_t)&elsewhere;
    message.msg_namelen = sizeof(elsewhere);
    for (size_t i = 0; i < MLN_ARRAY_LEN(attempts); i++)
        if (possible(&attempts[i])) {
            if (names.len)
                mln_buf_add_char(&names, ',');
            mln_buf_add_str(&names, attempts[i].name);
        }
    mln_logf(MLN_LOG_INFO, "attack_report", "attempts=%zu possible=%.*s", MLN_ARRAY_LEN(attempts),
             MLN_SV_ARG(names.len ? mln_buf_sv(&names) : MLN_SV("none")));
    mln_buf_done(&names);
}
