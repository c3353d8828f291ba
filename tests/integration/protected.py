"""What tests with a real dockerd and a real defender share: the defender, requests from anywhere, what it holds."""
import concurrent.futures, contextlib, json, os, signal, subprocess, sys, tempfile, time

MERLON = os.environ['MERLON']
ATTACK = "/?q=1'+UNION+SELECT+password+FROM+users--"
POLICY = """apiVersion: merlon.dev/v1
kind: Rule
metadata: {name: front, order: 10}
spec: {scope: {images: ["*/shop/front:*"]}}
"""


def shop(d, ref='shop/front:1'):
    """An image that serves a page and logs who asked."""
    d.image(ref, files=[('www/index.html', b'welcome')],
            changes=['EXPOSE 8080', 'CMD ["/bin/httpd", "-f", "-vv", "-p", "8080", "-h", "/www"]'])


class Defender:
    def __init__(self, d, policy=POLICY, state=None, args=()):
        self.d = d
        self.args = list(args)
        self.dir = tempfile.TemporaryDirectory()
        self.state = state or self.dir.name + '/state'
        self.policy = self.dir.name + '/policy.yaml'
        self.write(policy)
        self.log = open(self.dir.name + '/log', 'w+')
        self.start()

    def start(self, *args):
        self.proc = subprocess.Popen(self.d.nsenter(
            MERLON, 'defender', '--policy', self.policy, '--audit-log', self.dir.name + '/audit', '--state-dir', self.state,
            '--docker-socket', self.d.sock, '--containerd-socket', self.d.dir + '/containerd.sock', '--workers', '2', *self.args, *args), stderr=self.log, stdout=self.log)
        self.wait('synced', lambda: self.status()['synced'])

    def write(self, policy):
        with open(self.policy + '.new', 'w') as f:
            f.write(policy)
        os.rename(self.policy + '.new', self.policy)

    def ask(self, command):
        r = subprocess.run([MERLON, command, '--json', '--state-dir', self.state], capture_output=True, text=True)
        if r.returncode > 1:
            raise OSError(r.stderr)
        return json.loads(r.stdout)

    def status(self):
        return self.ask('status')

    def apps(self):
        return {a['container_id']: a for a in self.ask('apps')['apps']}

    def audits(self):
        with open(self.dir.name + '/audit') as f:
            return [json.loads(line) for line in f]

    def wait(self, what, condition, limit=15):
        end = time.monotonic() + limit
        while True:
            try:
                if condition():
                    return
            except (OSError, LookupError, ValueError):
                pass
            if time.monotonic() > end or self.proc.poll() is not None:
                self.log.seek(0)
                raise AssertionError('%s\n%s' % (what, self.log.read()[-3000:]))
            time.sleep(0.02)

    def protected(self, cid, port=8080):
        try:
            self.wait('protected: ' + cid, lambda: any(p['port'] == port and p['protected'] for p in self.apps()[cid]['ports']))
        except AssertionError:
            print('   what is known of it:', self.apps().get(cid))
            raise

    def stop(self):
        if self.proc.poll() is None:
            self.proc.send_signal(signal.SIGTERM)
            self.proc.wait(40)

    def close(self):
        self.stop()
        subprocess.run(self.d.nsenter(MERLON, 'defender', '--cleanup', '--state-dir', self.state), capture_output=True)
        self.log.close()


@contextlib.contextmanager
def defender(d, *args):
    x = Defender(d, *args)
    try:
        yield x
    except BaseException:
        x.log.seek(0)
        print(x.log.read()[-3000:])
        raise
    finally:
        x.close()
        for c in d.api('GET', '/containers/json?all=1'):
            d.remove(c['Id'])


def get(pid, address, port=8080, target='/', timeout=5):
    """(status, body, own address) of a request made in the network namespace of that process."""
    code = '''if True:
        import socket, sys
        s = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=%d)
        me = s.getsockname()[0]
        s.sendall(('GET %%s HTTP/1.1\\r\\nHost: shop\\r\\nConnection: close\\r\\n\\r\\n' %% sys.argv[3]).encode())
        got = b''
        while True:
            piece = s.recv(65536)
            if not piece: break
            got += piece
        sys.stdout.write(me + '\\n'); sys.stdout.flush(); sys.stdout.buffer.write(got)''' % timeout
    r = subprocess.run(['nsenter', '-t', str(pid), '-n', '--', sys.executable, '-c', code, address, str(port), target],
                       capture_output=True, timeout=timeout + 20)
    me, _, got = r.stdout.partition(b'\n')
    if r.returncode or not got:
        raise OSError(r.stderr.decode()[-300:])
    return int(got.split()[1]), got.partition(b'\r\n\r\n')[2], me.decode()


def address_of(d, cid, v6=False):
    return next(iter(d.inspect(cid)['NetworkSettings']['Networks'].values()))['GlobalIPv6Address' if v6 else 'IPAddress']


def pid_of(d, cid):
    return d.inspect(cid)['State']['Pid']


def app_log(d, cid):
    return d.api('GET', '/containers/%s/logs?stdout=1&stderr=1' % cid, raw=True).decode(errors='replace')


def in_parallel(jobs):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


class Outside:
    """A machine beyond the host: 192.0.2.1 and fd02::1, the host is 192.0.2.2 and fd02::2."""
    def __init__(self, d):
        self.proc = subprocess.Popen(['unshare', '-n', 'sh', '-c', 'ip link set lo up; echo up; exec sleep 1000000'], stdout=subprocess.PIPE)
        self.proc.stdout.readline()
        self.pid = self.proc.pid
        for line in ('-n {0} -- ip link add out0 type veth peer name e0 netns {1}', '-n {0} -- ip addr add 192.0.2.2/24 dev out0',
                     '-n {0} -- ip addr add fd02::2/64 dev out0 nodad', '-n {0} -- ip link set out0 up',
                     '-n {0} -- sysctl -qw net.ipv6.conf.all.forwarding=1', '-n {1} -- ip addr add 192.0.2.1/24 dev e0',
                     '-n {1} -- ip addr add fd02::1/64 dev e0 nodad', '-n {1} -- ip link set e0 up',
                     '-n {1} -- ip -6 route add default via fd02::2'):
            ns, command = line.format(d.holder.pid, self.pid).split(' -- ')
            subprocess.run(['nsenter', '-t', ns.split()[1], '-n', '--', *command.split()], check=True)

    def close(self):
        self.proc.kill()
        self.proc.wait()
        self.proc.stdout.close()


def role_of(pid):
    with open('/proc/%d/cmdline' % pid) as f:
        args = f.read().split('\0')
    return args[1].replace('--role=', '')


def descriptors(pid):
    return os.listdir('/proc/%d/fd' % pid)


def held(pid):
    """How many descriptors of each kind a process has."""
    kinds = {'net': 0, 'socket': 0, 'pipe': 0, 'other': 0}
    for fd in descriptors(pid):
        try:
            kind = os.readlink('/proc/%d/fd/%s' % (pid, fd)).split(':')[0]
            kinds[kind if kind in kinds else 'other'] += 1
        except OSError:
            pass
    # connections to the runtimes come and go: in the warden each is a socket and a pipe, in the scout a pipe
    if role_of(pid) == 'defender':
        kinds['socket'] -= kinds.pop('pipe')
    elif role_of(pid) == 'scout':
        kinds.pop('pipe')
    return kinds


def pss(pid):
    """KiB"""
    with open('/proc/%d/smaps_rollup' % pid) as f:
        return next(int(line.split()[1]) for line in f if line.startswith('Pss:'))


class Holdings:
    """What the processes of a defender hold, to be compared with what they held before."""
    def __init__(self, m):
        self.m = m
        self.pids = self.processes()
        self.fds = {p: held(p) for p in self.pids}
        self.memory = {p: pss(p) for p in self.pids}

    def processes(self):
        """Those that stay: children that change rules come and go."""
        out = subprocess.run(['pgrep', '-P', str(self.m.proc.pid), '-f', '--', '--role='], capture_output=True, text=True).stdout
        return [self.m.proc.pid] + sorted(map(int, out.split()))

    def no_more(self):
        return all(n <= self.fds[p][kind] for p in self.pids for kind, n in held(p).items())

    def check(self, growth_kib):
        """The same processes with no more descriptors, before long; and how the memory has grown."""
        try:
            self.m.wait('descriptors', self.no_more)
        except AssertionError:
            for p in self.pids:
                print('   %s %s, now %s' % (role_of(p), self.fds[p], held(p)))
            raise
        assert self.processes() == self.pids, 'other processes'

        def grown():
            return {p: pss(p) - self.memory[p] for p in self.pids}
        try:  # what is free goes back to the kernel after a second
            self.m.wait('memory', lambda: max(grown().values()) <= growth_kib)
        except AssertionError:
            raise AssertionError({role_of(p): kib for p, kib in grown().items()})
        return sum(grown().values())
