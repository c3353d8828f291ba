"""Runs a command as the [Service] of a unit file says, without systemd: capabilities, new privileges, system calls,
namespaces, address families, executable memory, read-only file system. What it does not know it refuses to overlook.
usage: confine.py UNIT WRITABLE-DIR COMMAND..."""
import ctypes, os, re, struct, subprocess, sys

IGNORED = {  # of the manager, or files and devices that the tests have no use for
    'Type', 'ExecStart', 'ExecReload', 'Restart', 'TimeoutStopSec', 'LimitNOFILE', 'RuntimeDirectory', 'RuntimeDirectoryMode',
    'RuntimeDirectoryPreserve', 'LogsDirectory', 'LogsDirectoryMode', 'OOMPolicy', 'SystemCallErrorNumber', 'ProtectHome', 'PrivateTmp',
    # made of what the bounding set and the system calls already refuse
    'PrivateDevices', 'PrivateMounts', 'ProtectClock', 'ProtectHostname', 'ProtectKernelModules', 'ProtectKernelLogs', 'LockPersonality', 'RestrictRealtime',
    'RestrictSUIDSGID', 'SystemCallArchitectures', 'EnvironmentFile', 'StateDirectory', 'StateDirectoryMode', 'AmbientCapabilities', 'ProtectKernelTunables',
    'ProtectProc'}
CAPS = ['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'LINUX_IMMUTABLE', 'NET_BIND_SERVICE',
        'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN']
NAMESPACES = {'mnt': 0x20000, 'cgroup': 0x2000000, 'uts': 0x4000000, 'ipc': 0x8000000, 'user': 0x10000000, 'pid': 0x20000000, 'net': 0x40000000}
FAMILIES = {'AF_UNIX': 1, 'AF_INET': 2, 'AF_INET6': 10, 'AF_NETLINK': 16, 'AF_PACKET': 17}
LOAD, JEQ, JSET, AND, RET = 0x20, 0x15, 0x45, 0x54, 0x06
ALLOW, DENY = 0x7fff0000, 0x00050001  # EPERM
libc = ctypes.CDLL(None, use_errno=True)


def check(r, what):
    if r:
        raise OSError(ctypes.get_errno(), what)


def service(path):
    out = {}
    with open(path) as f:
        for line in f.read().partition('[Service]')[2].partition('[Install]')[0].splitlines():
            key, eq, value = line.partition('=')
            if eq and not line.startswith('#'):
                out.setdefault(key, []).append(value)
    return out


def numbers():
    text = subprocess.run(['cpp', '-dM', '-include', 'sys/syscall.h', '/dev/null'], capture_output=True, text=True, check=True).stdout
    return {name: int(n) for name, n in re.findall(r'#define __NR_(\w+) (\d+)', text)}


def expand(names):
    out = set()
    for name in names:
        if name.startswith('@'):
            text = subprocess.run(['systemd-analyze', 'syscall-filter', name], capture_output=True, text=True, check=True).stdout
            out |= expand(l.strip() for l in text.splitlines()[1:] if l.strip() and not l.strip().startswith('#'))
        else:
            out.add(name)
    return out


def allowed(lines):
    names = set()
    for line in lines:
        names = names - expand(line[1:].split()) if line.startswith('~') else names | expand(line.split())
    return names


def filter_of(unit):
    nr = numbers()
    allow = {nr[n] for n in allowed(unit['SystemCallFilter']) if n in nr}
    bad_spaces = sum(NAMESPACES.values()) - sum(NAMESPACES[n] for n in unit['RestrictNamespaces'][0].split())
    families = [FAMILIES[f] for f in unit['RestrictAddressFamilies'][0].split()]
    code = []

    def judge(call, argument, *rest):
        """For that call: the low half of the argument, then instructions that end with a verdict."""
        code.extend([(LOAD, 0, 0, 0), (JEQ, 0, len(rest) + 1, nr[call]), (LOAD, 0, 0, 16 + 8 * argument), *rest])
    for call, argument in ('unshare', 0), ('clone', 0), ('setns', 1):
        judge(call, argument, (JSET, 0, 1, bad_spaces), (RET, 0, 0, DENY), (RET, 0, 0, ALLOW))
    judge('socket', 0, *[(JEQ, len(families) - i, 0, f) for i, f in enumerate(families)], (RET, 0, 0, DENY), (RET, 0, 0, ALLOW))
    if unit['MemoryDenyWriteExecute'] == ['yes']:
        judge('mmap', 2, (AND, 0, 0, 6), (JEQ, 0, 1, 6), (RET, 0, 0, DENY), (RET, 0, 0, ALLOW))
        judge('mprotect', 2, (JSET, 0, 1, 4), (RET, 0, 0, DENY), (RET, 0, 0, ALLOW))
    code.append((LOAD, 0, 0, 0))
    code.extend([(JEQ, 0, 1, nr['clone3']), (RET, 0, 0, 0x00050026)])  # ENOSYS: glibc takes clone
    for n in sorted(allow - {nr['clone3']}):
        code.extend([(JEQ, 0, 1, n), (RET, 0, 0, ALLOW)])
    code.append((RET, 0, 0, DENY))
    return b''.join(struct.pack('=HBBI', *c) for c in code)


def read_only(writable):
    """But for /tmp, which would be another one (the tests' own files are there), and that folder."""
    check(libc.unshare(0x20000), 'unshare')
    for line in ('mount --make-rprivate /', 'mount --bind %s %s' % (writable, writable), 'mount --bind /tmp /tmp', 'mount -o remount,bind,ro /'):
        subprocess.run(line.split(), check=True)
    subprocess.run(['mount', '-o', 'remount,bind,ro', '/sys/fs/cgroup'], stderr=subprocess.DEVNULL)


def main():
    unit, writable, command = service(sys.argv[1]), sys.argv[2], sys.argv[3:]
    known = IGNORED | {'CapabilityBoundingSet', 'NoNewPrivileges', 'ProtectSystem', 'ProtectControlGroups', 'UMask', 'MemoryDenyWriteExecute',
                       'RestrictAddressFamilies', 'SystemCallFilter', 'RestrictNamespaces', 'DynamicUser'}
    if set(unit) - known:
        sys.exit('confine.py does not know ' + ', '.join(sorted(set(unit) - known)))
    program = filter_of(unit)
    if unit['ProtectSystem'] == ['strict']:
        read_only(writable)
    os.umask(int(unit['UMask'][0], 8))
    keep = {CAPS.index(c[4:]) for c in unit['CapabilityBoundingSet'][0].split()}
    for cap in range(64):
        if cap not in keep:
            libc.prctl(24, cap, 0, 0, 0)
    if unit.get('DynamicUser') == ['yes']:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    if unit['NoNewPrivileges'] == ['yes']:
        check(libc.prctl(38, 1, 0, 0, 0), 'no_new_privs')
    buffer = ctypes.create_string_buffer(program, len(program))
    head = struct.pack('HxxxxxxP', len(program) // 8, ctypes.addressof(buffer))
    check(libc.prctl(22, 2, head, 0, 0), 'seccomp')
    os.execv(command[0], command)


main()
