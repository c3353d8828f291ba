#include "node/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef MLN_ATTACK_WORKER
#include <ucontext.h>

#include "node/attack.h"
#endif

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "the system call list knows x86-64 and arm64"
#endif

struct call {
    const char *name;
    int nr;
    unsigned profiles; /* bit per enum mln_sandbox_profile */
};

#define TRANSPARENT (1u << MLN_SANDBOX_TRANSPARENT)
#define COURIER (1u << MLN_SANDBOX_COURIER)
#define LISTS (1u << MLN_SANDBOX_LISTS)
#define ALL (1u << MLN_SANDBOX_WORKER | TRANSPARENT | COURIER | LISTS | 1u << MLN_SANDBOX_SCOUT)
#define CALL(name, profiles)                                                                       \
    {                                                                                              \
#name, SYS_##name, profiles                                                                \
    }
/* bind and connect: to where, the filter cannot see; the rules in the namespace do (`contain`). */
static const struct call allowed[] = {
    CALL(read, ALL),           CALL(write, ALL),
    CALL(readv, ALL),          CALL(writev, ALL),
    CALL(recvfrom, ALL),       CALL(recvmsg, ALL),
    CALL(accept4, ALL),        CALL(close, ALL),
    CALL(shutdown, ALL),       CALL(epoll_ctl, ALL),
    CALL(epoll_pwait, ALL),
#ifdef SYS_epoll_wait
    CALL(epoll_wait, ALL),
#endif
    CALL(getsockopt, ALL),     CALL(getsockname, ALL),
    CALL(getpeername, ALL),    CALL(clock_gettime, ALL),
    CALL(gettimeofday, ALL),   CALL(getrandom, ALL),
    CALL(munmap, ALL),         CALL(mremap, ALL),
    CALL(madvise, ALL),        CALL(brk, ALL),
    CALL(futex, ALL),          CALL(rt_sigreturn, ALL),
    CALL(rt_sigprocmask, ALL), CALL(exit, ALL),
    CALL(exit_group, ALL),     CALL(restart_syscall, ALL),
    CALL(getpid, ALL),         CALL(gettid, ALL),
    CALL(lseek, ALL),          CALL(fsync, COURIER),
    CALL(fdatasync, COURIER),  CALL(ppoll, COURIER),
    CALL(bind, TRANSPARENT),   CALL(connect, TRANSPARENT),
    CALL(memfd_create, LISTS), CALL(sysinfo, LISTS), /* qsort(3) asks */
#ifdef SYS_poll
    CALL(poll, COURIER),
#endif
};
/* Calls whose arguments are looked at are written out in build(). */

/* The socket options that the program sets; others reach deep into the kernel or aim a socket
 * anew. */
static const struct {
    unsigned level, name, profiles;
} options[] = {
    {IPPROTO_TCP, TCP_NODELAY, ALL},
    {SOL_SOCKET, SO_LINGER, ALL},
    {SOL_SOCKET, SO_RCVTIMEO, COURIER},
    {SOL_SOCKET, SO_SNDTIMEO, COURIER},
};

enum { FILTER_MAX = 224 };

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
#define LOAD_HIGH(field)                                                                           \
    (struct sock_filter)                                                                           \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field) + 4)
#define RETURN(action) (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, action)
#define JUMP_EQ(value, yes, no)                                                                    \
    (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define JUMP_SET(value, yes, no)                                                                   \
    (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, value, yes, no)

/* Arguments have 64 bits; of an int the kernel reads the low half, which LOAD gives on the
 * little-endian machines above. Each block ends the filter when the call is its own. */

/* The call, when none of `bits` is set in argument `arg`. */
static void allow_without(struct program *p, int nr, unsigned arg, unsigned bits)
{
    emit(p, JUMP_EQ((unsigned)nr, 0, 4));
    emit(p, LOAD(args[arg]));
    emit(p, JUMP_SET(bits, 0, 1));
    emit(p, RETURN(SECCOMP_RET_TRAP));
    emit(p, RETURN(SECCOMP_RET_ALLOW));
}

/* The call, when its first argument is `value`. */
static void allow_on(struct program *p, int nr, unsigned value)
{
    emit(p, JUMP_EQ((unsigned)nr, 0, 4));
    emit(p, LOAD(args[0]));
    emit(p, JUMP_EQ(value, 1, 0));
    emit(p, RETURN(SECCOMP_RET_TRAP));
    emit(p, RETURN(SECCOMP_RET_ALLOW));
}

/* Without an address: MSG_FASTOPEN would connect a supplied socket, whose own connect failed, to
 * any address at all, and connect(2) is forbidden for that very reason. */
static void allow_sendto(struct program *p)
{
    emit(p, JUMP_EQ(SYS_sendto, 0, 8));
    emit(p, LOAD(args[3]));
    emit(p, JUMP_SET(MSG_FASTOPEN, 4, 0));
    emit(p, LOAD(args[4]));
    emit(p, JUMP_EQ(0, 0, 2));
    emit(p, LOAD_HIGH(args[4]));
    emit(p, JUMP_EQ(0, 1, 0));
    emit(p, RETURN(SECCOMP_RET_TRAP));
    emit(p, RETURN(SECCOMP_RET_ALLOW));
}

/* Asking about a descriptor and its status flags; no copies, no owners that get signals. */
static void allow_fcntl(struct program *p, enum mln_sandbox_profile profile)
{
    static const unsigned commands[] = {F_GETFD, F_SETFD,     F_GETFL,
                                        F_SETFL, F_GET_SEALS, F_ADD_SEALS};
    const unsigned n = MLN_ARRAY_LEN(commands) - (profile != MLN_SANDBOX_LISTS); /* the last */

    emit(p, JUMP_EQ(SYS_fcntl, 0, (uint8_t)(n + 3)));
    emit(p, LOAD(args[1]));
    for (unsigned i = 0; i < n; i++)
        emit(p, JUMP_EQ(commands[i], (uint8_t)(n - i), 0));
    emit(p, RETURN(SECCOMP_RET_TRAP));
    emit(p, RETURN(SECCOMP_RET_ALLOW));
}

static void allow_setsockopt(struct program *p, enum mln_sandbox_profile profile)
{
    uint8_t n = 0;

    for (size_t i = 0; i < MLN_ARRAY_LEN(options); i++)
        n += options[i].profiles >> profile & 1;
    emit(p, JUMP_EQ(SYS_setsockopt, 0, (uint8_t)(n * 5 + 1)));
    for (size_t i = 0; i < MLN_ARRAY_LEN(options); i++) {
        if (!(options[i].profiles >> profile & 1))
            continue;
        emit(p, LOAD(args[1]));
        emit(p, JUMP_EQ(options[i].level, 0, 3));
        emit(p, LOAD(args[2]));
        emit(p, JUMP_EQ(options[i].name, 0, 1));
        emit(p, RETURN(SECCOMP_RET_ALLOW));
    }
    emit(p, RETURN(SECCOMP_RET_TRAP));
}

/* Leaves the number of the call at hand. */
static void begin(struct program *p)
{
    emit(p, LOAD(arch));
    emit(p, JUMP_EQ(ARCH, 1, 0));
    emit(p, RETURN(SECCOMP_RET_KILL_PROCESS));
    emit(p, LOAD(nr));
#if defined(__x86_64__)
    emit(p, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1)); /* x32 */
    emit(p, RETURN(SECCOMP_RET_KILL_PROCESS));
#endif
}

static void build(struct program *p, enum mln_sandbox_profile profile)
{
    begin(p);
    /* first the busy ones among those that the kernel cannot answer from its table of calls that
     * are allowed whatever their arguments */
    allow_sendto(p);
    allow_without(p, SYS_sendmsg, 2, MSG_FASTOPEN);
    for (size_t i = 0; i < MLN_ARRAY_LEN(allowed); i++) {
        if (!(allowed[i].profiles >> profile & 1))
            continue;
        emit(p, JUMP_EQ((unsigned)allowed[i].nr, 0, 1));
        emit(p, RETURN(SECCOMP_RET_ALLOW));
    }
    allow_without(p, SYS_mmap, 2, PROT_EXEC);
    allow_without(p, SYS_mprotect, 2, PROT_EXEC);
    allow_setsockopt(p, profile);
    allow_fcntl(p, profile);
    allow_on(p, SYS_tgkill, (unsigned)getpid()); /* abort(3); the other workers have our user */
    emit(p, RETURN(SECCOMP_RET_TRAP));
}

MLN_UNUSED static const char *forbidden_name(int nr)
{
    static const struct call known[] = {
        CALL(openat, 0),      CALL(socket, 0),
        CALL(socketpair, 0),  CALL(connect, 0),
        CALL(bind, 0),        CALL(listen, 0),
        CALL(execve, 0),      CALL(execveat, 0),
        CALL(clone, 0),       CALL(ptrace, 0),
        CALL(setns, 0),       CALL(unshare, 0),
        CALL(mmap, 0),        CALL(mprotect, 0),
        CALL(kill, 0),        CALL(memfd_create, 0),
        CALL(chdir, 0),       CALL(mount, 0),
        CALL(newfstatat, 0),  CALL(ioctl, 0),
        CALL(prctl, 0),       CALL(process_vm_readv, 0),
        CALL(sendto, 0),      CALL(sendmsg, 0),
        CALL(setsockopt, 0),  CALL(fcntl, 0),
        CALL(tgkill, 0),      CALL(clone3, 0),
        CALL(sched_yield, 0), CALL(clock_nanosleep, 0),
    };

    for (size_t i = 0; i < MLN_ARRAY_LEN(known); i++)
        if (known[i].nr == nr)
            return known[i].name;
    return "?";
}

#ifdef MLN_ATTACK_WORKER
/* The sandbox test goes on after a refusal, which the call sees as -EPERM. */
static void on_sigsys(int sig, siginfo_t *info, void *context)
{
    ucontext_t *u = context;

    (void)sig;
    (void)info;
    mln_attack_refused++;
#if defined(__x86_64__)
    u->uc_mcontext.gregs[REG_RAX] = -EPERM;
#else
    u->uc_mcontext.regs[0] = (unsigned long)-EPERM;
#endif
}
#else
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
#endif

static int install(const struct program *p, const char **ret_state)
{
    struct sigaction sa = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO};
    const struct sock_fprog prog = {.len = p->n, .filter = (struct sock_filter *)(uintptr_t)p->f};

    if (sigaction(SIGSYS, &sa, NULL) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) < 0)
        return -errno;
    *ret_state = "on";
    return 0;
}

int mln_seccomp_enter(enum mln_sandbox_profile profile, const char **ret_state)
{
    struct program p = {.n = 0};

    if (MLN_SANITIZER) {
        *ret_state = "off (sanitizer)";
        return 0;
    }
    build(&p, profile);
    return install(&p, ret_state);
}

int mln_seccomp_forbid(const char **ret_state)
{
    static const int calls[] = {
        SYS_execve,
        SYS_execveat,
        SYS_ptrace,
        SYS_process_vm_readv,
        SYS_mount,
        SYS_umount2,
        SYS_process_vm_writev,
        SYS_pivot_root,
        SYS_chroot,
        SYS_setns,
        SYS_unshare,
        SYS_bpf,
        SYS_add_key,
        SYS_request_key,
        SYS_keyctl,
        SYS_perf_event_open,
        SYS_init_module,
        SYS_finit_module,
        SYS_kexec_load,
        SYS_userfaultfd,
        SYS_io_uring_setup,
        SYS_open_by_handle_at,
        SYS_kill,
        SYS_pidfd_open,
    };
    struct program p = {.n = 0};

    if (MLN_SANITIZER) {
        *ret_state = "off (sanitizer)";
        return 0;
    }
    begin(&p);
    for (size_t i = 0; i < MLN_ARRAY_LEN(calls); i++) {
        emit(&p, JUMP_EQ((unsigned)calls[i], 0, 1));
        emit(&p, RETURN(SECCOMP_RET_TRAP));
    }
    emit(&p, RETURN(SECCOMP_RET_ALLOW));
    return install(&p, ret_state);
}
