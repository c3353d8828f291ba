"""Network namespaces with an application and clients, and a `merlon defender` that is told of them
through the same messages that its scout would send. Needs root, nft and iproute2."""
import contextlib, ctypes, itertools, json, os, re, resource, shutil, signal, socket, struct, subprocess, sys, tempfile, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import MERLON, Client, Node, get, post, ATTACK, run

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
counter = itertools.count()
HOST_NETWORK, PAUSED, FAIL_CLOSED, DECLARED, MODE_OFF, NET_ADMIN, REFUSE_OTHER, HOST_PROTECT = (1 << i for i in range(8))
PUT, GONE, SYNCED, DONE = 1, 2, 3, 4
NO_RULE = 0xffffffff
SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'space_app.py')


def why_not():
    """The reason why these tests cannot run here, or None."""
    if os.geteuid() != 0:
        return 'not root'
    for tool in 'nft', 'ip', 'nsenter':
        if not shutil.which(tool):
            return tool + ' is not installed'
    name = 'merlon-probe-%d' % os.getpid()
    if subprocess.run(['ip', 'netns', 'add', name], capture_output=True).returncode:
        return 'no right to make network namespaces'
    try:
        r = subprocess.run(['ip', 'netns', 'exec', name, 'nft', '-f', '-'], input=b'table inet t { chain c { type nat hook prerouting priority 0; }; }', capture_output=True)
        return None if r.returncode == 0 else 'nft does not work: ' + r.stderr.decode()[:100]
    finally:
        subprocess.run(['ip', 'netns', 'del', name])


def sh(line, check=True):
    r = subprocess.run(line, shell=True, capture_output=True, text=True)
    if check and r.returncode:
        raise AssertionError('%s: %s' % (line, r.stderr))
    return r.stdout


@contextlib.contextmanager
def inside(ns):
    """This thread in the namespace of that name. Sockets made there stay there."""
    home = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
    there = os.open('/run/netns/' + ns, os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'setns')
        yield
    finally:
        if libc.setns(home, CLONE_NEWNET):
            os._exit(1)
        os.close(home)
        os.close(there)


def wait_for_ipv6(*links):
    """Until each (namespace, device) takes part in IPv6. The kernel tells its parts of a new link up to a second
    later (at once when its ends have different numbers); who is asked for its address before that does not hear it,
    and is asked again after a second."""
    end = time.time() + 10
    for ns, dev in links:
        while 'ff00::/8 dev %s ' % dev not in sh('ip -n %s -6 route show table local type multicast' % ns):
            assert time.time() < end, '%s in %s does not come up' % (dev, ns)
            time.sleep(0.02)


def other_nft(folder, first):
    """A command that runs another one where nft does something else first, in shell; the ruleset is $text."""
    real = shutil.copy(shutil.which('nft'), folder + '/real-nft')
    with open(folder + '/nft', 'w') as f:
        f.write('#!/bin/sh\ntext=$(/bin/cat)\n%s\nprintf "%%s\\n" "$text" | %s "$@"\n' % (first, real))
    os.chmod(folder + '/nft', 0o755)
    return ['unshare', '-m', 'sh', '-ec', 'mount --bind "$0" /usr/sbin/nft; exec "$@"', folder + '/nft']


def poorer_nft(folder, word):
    """nft refuses what has that word, as on a kernel that lacks it."""
    return other_nft(folder, 'case $text in *"%s"*) echo refused >&2; exit 1;; esac' % word)


class Net:
    """A client and an application namespace, joined by a veth pair."""
    def __init__(self):
        n = '%d-%d' % (os.getpid(), next(counter))
        self.client, self.app = 'mlncl' + n, 'mlnap' + n
        self.client4, self.app4, self.client6, self.app6 = '10.77.0.1', '10.77.0.2', 'fd77::1', 'fd77::2'
        self.started = []
        for ns in self.client, self.app:
            sh('ip netns add %s; ip -n %s link set lo up' % (ns, ns))
        sh('ip -n %s link add e0 index 8 type veth peer name e0 index 9 netns %s' % (self.client, self.app))
        for ns, v4, v6 in (self.client, self.client4, self.client6), (self.app, self.app4, self.app6):
            sh('ip netns exec %s sysctl -qw net.ipv6.conf.e0.accept_dad=0' % ns)
            sh('ip -n {0} addr add {1}/24 dev e0; ip -n {0} addr add {2}/64 dev e0 nodad; ip -n {0} link set e0 up'.format(ns, v4, v6))
            sh('ip netns exec %s sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.e0.rp_filter=1' % ns)
        wait_for_ipv6((self.client, 'e0'), (self.app, 'e0'))

    def run(self, *args, ns=None, **kw):
        p = subprocess.Popen(['ip', 'netns', 'exec', ns or self.app, *args], **kw)
        self.started.append(p)
        return p

    def serve(self, *args):
        """An application (space_app.py); its process, once it listens."""
        p = self.run(sys.executable, SERVER, *[str(a) for a in args], stdout=subprocess.PIPE)
        assert p.stdout.readline() == b'listening\n'
        return p

    def connect(self, port=8080, v6=False, source_port=0, timeout=10, to=None):
        with inside(self.client):
            s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET)
            s.settimeout(timeout)
            if source_port:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind((self.client6 if v6 else self.client4, source_port))
            s.connect((to or (self.app6 if v6 else self.app4), port))
        return Client(s)

    def ask(self, raw=None, **kw):
        with self.connect(**kw) as c:
            c.send(raw or get('/', b'Connection: close\r\n'))
            return c.answer()

    def hammer(self, connections, parallel=16, v6=False, port=8080, ns=None, source=None, target='/'):
        """Clients (space_hammer.py); with 0 connections the process, else what happened."""
        p = self.run(sys.executable, os.path.join(os.path.dirname(SERVER), 'space_hammer.py'),
                     source or (self.client6 if v6 else self.client4), self.app6 if v6 else self.app4, str(port), str(connections),
                     str(parallel), target, ns=ns or self.client, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return json.loads(p.communicate(timeout=200)[0]) if connections else p

    def rules(self):
        """All that an agent could leave behind in the application's namespace."""
        return [sh('ip netns exec %s nft list ruleset' % self.app)] + [sh('ip -n %s %s' % (self.app, x)) for x in (
            'rule', '-6 rule', 'route show table 7777 2>/dev/null || true', '-6 route show table 7777 2>/dev/null || true')] + [
            sh('ip netns exec %s sysctl net.ipv4.tcp_fwmark_accept' % self.app)]

    def cleanup(self, state_dir, host=False):
        """`merlon defender --cleanup` where nothing of the machine but the application's namespace can be seen."""
        return subprocess.run([*(['nsenter', '--net=/run/netns/' + self.app, '--'] if host else []), 'unshare', '-m', '-p', '-f', '--mount-proc', 'sh', '-ec', '''
            exec 9</run/netns/$1
            for d in /run/netns /run/docker/netns; do [ ! -d $d ] || mount -t tmpfs none $d; done
            touch /run/netns/app
            mount --bind /proc/self/fd/9 /run/netns/app
            "$2" defender --cleanup --state-dir "$3"''', 'sh', self.app, MERLON, state_dir], capture_output=True, text=True)

    def close(self):
        for p in self.started:
            if p.poll() is None:
                p.kill()
            p.wait()
        sh('ip netns del %s; ip netns del %s' % (self.client, self.app), check=False)


class Defender(Node):
    started = []

    def __init__(self, policy='  mode: enforce\n', workers=1, args=(), documents=None, takeover=None, ns=None, memory=None, within=(), program=MERLON, ready=True):
        """`within`: a command that runs another one, behind a folder that it may write to."""
        self.dir = tempfile.mkdtemp(prefix='merlon-test-')
        state = (takeover or self).dir + '/state'
        self.audit_path, self.policy_path, self.log_path = (os.path.join(self.dir, x) for x in ('audit.jsonl', 'policy.yaml', 'log'))
        with open(self.policy_path, 'w') as f:
            f.write(documents or 'apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: test}\nspec:\n' + policy)
        self.scout, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.scout.settimeout(10)
        inside_of = ['nsenter', '--net=/run/netns/' + ns, '--'] if ns else []  # that is its "host"
        self.process = subprocess.Popen(
            [*inside_of, *within, *[self.dir] * bool(within), program, 'defender', '--workloads-fd', str(theirs.fileno()), '--state-dir', state, '--policy',
             self.policy_path, '--audit-log', self.audit_path, '--workers', str(workers), *args] + ['--takeover'] * bool(takeover),
            pass_fds=[theirs.fileno()], stderr=open(self.log_path, 'wb'), stdout=subprocess.DEVNULL,
            preexec_fn=memory and (lambda: resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))))
        theirs.close()
        Defender.started.append(self)
        if ready:
            self.wait_for('event=ready')

    def tell(self, op, slot=0, pid=0, ports=(), rule=0, flags=0, start=0, revision=0, answers=0):
        self.scout.send(struct.pack('=IIIIIIQQQQ32sII32H', 1, op, slot, rule, pid, flags, start, time.time_ns() if op == PUT else 0, revision, answers,
                                    b'x' * 32, len(ports), 0, *(list(ports) + [0] * (32 - len(ports)))))

    def protect(self, process, slot=0, port=8080, wait=True, **kw):
        """Tells of a container and waits until its port is protected."""
        before = self.log().count('slot=%d port=%d state="protected"' % (slot, port))
        self.tell(PUT, slot, process.pid, **kw)
        if wait:
            self.wait_for('slot=%d port=%d state="protected"' % (slot, port), before + 1)

    def done(self):
        """The slot that the warden has let go of."""
        return struct.unpack_from('=III', self.scout.recv(512))[2]

    def stop(self, how=signal.SIGTERM, seconds=20):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def close(self):
        self.stop()
        self.scout.close()
        shutil.rmtree(self.dir, ignore_errors=True)


@contextlib.contextmanager
def scene(*app, host=False, **kw):
    """A net with one application, and a defender that knows nothing yet; `host`: that lives in the same namespace."""
    net = Net()
    try:
        process = net.serve(*(app or (8080,)))
        d = Defender(ns=net.app if host else None, **kw)
        try:
            yield net, process, d
        except BaseException:
            print(d.log()[-3000:])
            raise
        finally:
            d.close()
    finally:
        net.close()


def seen(body):
    """The client's address and port as the application saw it, and the request's head."""
    line, _, head = body.partition(b'\n')
    address, port = line.decode().split()
    return address, int(port), head


def served(c, ask, expected):
    """Says it and reads the expected answer."""
    if ask:
        c.send(ask)
    while len(c.buf) < len(expected):
        c.fill()
    assert c.buf.startswith(expected), c.buf
    c.buf = c.buf[len(expected):]


def closed_without(c, secret):
    """Whether the peer ended the connection before that was said."""
    try:
        while True:
            c.fill()
    except (EOFError, ConnectionError):
        return secret not in c.buf


HELLO = b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + b'r' * 501


def chains(net):
    """Our table, without its counts."""
    return re.sub(r'packets \d+ bytes \d+', '', sh('ip netns exec %s nft list table inet merlon' % net.app))


def fds(pid):
    return len(os.listdir('/proc/%d/fd' % pid))


def busy(net, code, *args):
    """A program of the tenant; once it said that it is ready."""
    p = net.run(sys.executable, '-c', 'import resource, socket, sys, time\n' + code, *[str(a) for a in args], stdout=subprocess.PIPE)
    assert p.stdout.readline() == b'ready\n'
    return p


# Four at a time make thousands of tables in a transaction that is never ended: whoever wants to change a rule waits in line.
KEEP_BUSY = '''
import os, struct
def message(kind, flags, family, resource, payload=b""):
    body = struct.pack("=BBH", family, 0, socket.htons(resource)) + payload
    return struct.pack("=IHHII", 16 + len(body), kind, 1 | flags, 0, 0) + body
def table(i):
    name = b"t%07d\\0" % i
    return message(0xa00, 0x400, 1, 0, struct.pack("=HH", 4 + len(name), 1) + name + bytes(-len(name) % 4))
batch = message(0x10, 0, 0, 10) + b"".join(table(i) for i in range(12000))
parent = os.getpid()
for _ in range(4):
    if os.fork() == 0:
        s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        s.setsockopt(socket.SOL_SOCKET, 32, 64 << 20)  # SO_SNDBUFFORCE
        s.setblocking(True)
        while os.getppid() == parent:
            s.sendto(batch, (0, 0))
        os._exit(0)
time.sleep(1)
print("ready", flush=True)
time.sleep(1000)'''


def run_here(tests):
    reason = why_not()
    if reason:
        print('skipped: ' + reason)
        sys.exit(77)
    run(tests)
