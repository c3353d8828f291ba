#include "node/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "the system call list knows x86-64 and arm64"
#endif

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) ||                           \
    __has_feature(thread_sanitizer)
#define SANITIZER 1
#else
#define SANITIZER 0
#endif

struct call {
    const char *name;
    int nr;
    unsigned profiles; /* bit per enum mln_sandbox_profile */
};

#define BOTH (1u << MLN_SANDBOX_WORKER | 1u << MLN_SANDBOX_COURIER)
#define COURIER (1u << MLN_SANDBOX_COURIER)
#define CALL(name, profiles)                                                                       \
    {                                                                                              \
#name, SYS_##name, profiles                                                                \
    }
static const struct call allowed[] = {
    CALL(read, BOTH),
    CALL(write, BOTH),
    CALL(readv, BOTH),
    CALL(writev, BOTH),
    CALL(recvfrom, BOTH),
    CALL(sendto, BOTH),
    CALL(recvmsg, BOTH),
    CALL(sendmsg, BOTH),
    CALL(accept4, BOTH),
    CALL(close, BOTH),
    CALL(shutdown, BOTH),
    CALL(epoll_ctl, BOTH),
    CALL(epoll_pwait, BOTH),
#ifdef SYS_epoll_wait
    CALL(epoll_wait, BOTH),
#endif
    CALL(getsockopt, BOTH),
    CALL(setsockopt, BOTH),
    CALL(getsockname, BOTH),
    CALL(getpeername, BOTH),
    CALL(clock_gettime, BOTH),
    CALL(gettimeofday, BOTH),
    CALL(getrandom, BOTH),
    CALL(munmap, BOTH),
    CALL(mremap, BOTH),
    CALL(madvise, BOTH),
    CALL(brk, BOTH),
    CALL(futex, BOTH),
    CALL(rt_sigreturn, BOTH),
    CALL(rt_sigprocmask, BOTH),
    CALL(exit, BOTH),
    CALL(exit_group, BOTH),
    CALL(restart_syscall, BOTH),
    CALL(getpid, BOTH),
    CALL(gettid, BOTH),
    CALL(tgkill, BOTH),
    CALL(lseek, BOTH),
    CALL(fcntl, BOTH),
    CALL(fsync, COURIER),
    CALL(fdatasync, COURIER),
    CALL(ppoll, COURIER),
#ifdef SYS_poll
    CALL(poll, COURIER),
#endif
};
/* mmap and mprotect are allowed without PROT_EXEC: looked at apart. */

enum { FILTER_MAX = 160 };

struct program {
    struct sock_filter f[FILTER_MAX];
    unsigned short n;
};

static void emit(struct program *p, struct sock_filter f)
{
    MLN_REQUIRE(p->n < FILTER_MAX);
    p->f[p->n++] = f;
}

#define LOAD(field)                                                                                \
    (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, action)
#define JUMP_EQ(value, yes, no)                                                                    \
    (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define JUMP_SET(value, yes, no)                                                                   \
    (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, value, yes, no)

static void allow_without_exec(struct program *p, int nr)
{
    emit(p, JUMP_EQ((unsigned)nr, 0, 4));
    emit(p, LOAD(args[2])); /* the protection; its low half on little-endian machines */
    emit(p, JUMP_SET(PROT_EXEC, 0, 1));
    emit(p, RETURN(SECCOMP_RET_TRAP));
    emit(p, RETURN(SECCOMP_RET_ALLOW));
}

static void build(struct program *p, enum mln_sandbox_profile profile)
{
    emit(p, LOAD(arch));
    emit(p, JUMP_EQ(ARCH, 1, 0));
    emit(p, RETURN(SECCOMP_RET_KILL_PROCESS));
    emit(p, LOAD(nr));
#if defined(__x86_64__)
    emit(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1)); /* x32 */
    emit(p, RETURN(SECCOMP_RET_KILL_PROCESS));
#endif
    for (size_t i = 0; i < MLN_ARRAY_LEN(allowed); i++) {
        if (!(allowed[i].profiles >> profile & 1))
            continue;
        emit(p, JUMP_EQ((unsigned)allowed[i].nr, 0, 1));
        emit(p, RETURN(SECCOMP_RET_ALLOW));
    }
    allow_without_exec(p, SYS_mmap);
    allow_without_exec(p, SYS_mprotect);
    emit(p, RETURN(SECCOMP_RET_TRAP));
}

static const char *forbidden_name(int nr)
{
    static const struct call known[] = {
        CALL(openat, 0),     CALL(socket, 0),
        CALL(socketpair, 0), CALL(connect, 0),
        CALL(bind, 0),       CALL(listen, 0),
        CALL(execve, 0),     CALL(execveat, 0),
        CALL(clone, 0),      CALL(ptrace, 0),
        CALL(setns, 0),      CALL(unshare, 0),
        CALL(mmap, 0),       CALL(mprotect, 0),
        CALL(kill, 0),       CALL(memfd_create, 0),
        CALL(chdir, 0),      CALL(mount, 0),
        CALL(newfstatat, 0), CALL(ioctl, 0),
        CALL(prctl, 0),      CALL(process_vm_readv, 0),
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(known); i++)
        if (known[i].nr == nr)
            return known[i].name;
    return "?";
}

/* Async-signal-safe: one line by write(2), then the end. */
static void on_sigsys(int sig, siginfo_t *info, void *context)
{
    char line[128];
    int n = snprintf(line, sizeof(line), "level=error event=forbidden_system_call call=%s nr=%d\n",
                     forbidden_name(info->si_syscall), info->si_syscall);

    (void)sig;
    (void)context;
    ssize_t w = write(STDERR_FILENO, line, n > 0 ? (size_t)n : 0);
    (void)w;
    _exit(159);
}

int mln_seccomp_enter(enum mln_sandbox_profile profile, const char **ret_state)
{
    struct program p = {.n = 0};
    struct sigaction sa = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO};

    if (SANITIZER) {
        *ret_state = "off (sanitizer)";
        return 0;
    }
    build(&p, profile);
    if (sigaction(SIGSYS, &sa, NULL) < 0)
        return -errno;
    const struct sock_fprog prog = {.len = p.n, .filter = p.f};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) < 0)
        return -errno;
    *ret_state = "on";
    return 0;
}
