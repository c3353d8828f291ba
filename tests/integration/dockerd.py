"""A real dockerd of our own: in its own network namespace, below a temporary folder, over its own socket.
Speaks the Engine API itself: no docker client is needed. Images are made of busybox-static."""
import hashlib, http.client, io, json, os, shutil, signal, socket, subprocess, sys, tarfile, tempfile, time, traceback, urllib.parse

SKIP = 77
ROOM = os.path.join(os.environ.get('MERLON_SOURCE_ROOT', '.'), 'demo/room')


def skip(why):
    print('skipped:', why)
    sys.exit(SKIP)


def need():
    """Ends the test as skipped where no dockerd can run."""
    if os.geteuid() != 0:
        skip('needs root')
    if ' - cgroup' not in open('/proc/self/mountinfo').read():
        skip('no cgroups are mounted here')
    for program in ('dockerd', 'containerd', 'runc', 'unshare', 'busybox', 'nsenter', 'ip'):
        if not shutil.which(program):
            skip('needs ' + program)
    if b'not a dynamic' not in subprocess.run(['ldd', shutil.which('busybox')], capture_output=True).stderr:
        skip('needs busybox-static')


def archive(ref, extra=b''):
    """An image as `docker save` writes it, and the digest of its configuration."""
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode='w') as tar:
        t = tarfile.TarInfo('bin')
        t.type, t.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(t)
        tar.add(os.path.realpath(shutil.which('busybox')), 'bin/busybox')
        t = tarfile.TarInfo('bin/extra')
        t.size, t.mode = len(extra), 0o755
        tar.addfile(t, io.BytesIO(extra))
    config = json.dumps({'architecture': 'amd64', 'os': 'linux', 'config': {'Cmd': ['/bin/busybox', 'sleep', '1000000']},
                         'rootfs': {'type': 'layers', 'diff_ids': ['sha256:' + hashlib.sha256(layer.getvalue()).hexdigest()]}}).encode()
    manifest = [{'Config': 'config.json', 'RepoTags': [ref], 'Layers': ['layer.tar']}]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as tar:
        for name, data in (('manifest.json', json.dumps(manifest).encode()), ('config.json', config), ('layer.tar', layer.getvalue())):
            t = tarfile.TarInfo(name)
            t.size = len(data)
            tar.addfile(t, io.BytesIO(data))
    return out.getvalue()


class Unix(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__('docker', timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class ApiError(Exception):
    pass


class Dockerd:
    def __init__(self, bridge=True, args=(), daemon=True, env=None):
        self.dir = tempfile.mkdtemp(prefix='merlon-dockerd-')
        self.sock = self.dir + '/docker.sock'
        self.bridge, self.args, self.daemon = bridge, list(args), daemon
        self.env = {**os.environ, **(env or {})}  # of containerd, hence of the shims and of runc
        self.proc = self.containerd = None
        # a process that only holds the namespace: it outlives restarts of the daemon
        self.holder = subprocess.Popen(['unshare', '-n', 'sh', '-c', 'ip link set lo up; echo up; exec sleep 1000000'],
                                       stdout=subprocess.PIPE)
        if self.holder.stdout.readline() != b'up\n':
            self.close()
            skip('no network namespace can be made')
        with open(self.dir + '/config.json', 'w') as f:
            f.write('{}')
        with open(self.dir + '/containerd.toml', 'w') as f:
            f.write('version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
        self.log = open(self.dir + '/log', 'ab')
        self.start_containerd()

    def start_containerd(self):
        """Of its own, as a service manager has it: it outlives a killed dockerd."""
        self.containerd = subprocess.Popen(self.nsenter(
            'containerd', '--config', self.dir + '/containerd.toml', '--root', self.dir + '/containerd',
            '--state', self.dir + '/run', '--address', self.dir + '/containerd.sock'), stdout=self.log, stderr=self.log, env=self.env)

    def nsenter(self, *command):
        """The command line, run in the network namespace of the daemon (its "host")."""
        return ['nsenter', '-t', str(self.holder.pid), '-n', '--', *command]

    def start(self, limit=30):
        command = ['dockerd', '--config-file', self.dir + '/config.json', '--storage-driver', 'vfs',
                   '--data-root', self.dir + '/data', '--exec-root', self.dir + '/exec', '-H', 'unix://' + self.sock,
                   '--pidfile', self.dir + '/pid', '--containerd', self.dir + '/containerd.sock', *self.args]
        if not self.bridge:
            command += ['--bridge=none', '--iptables=false']
        self.proc = subprocess.Popen(self.nsenter(*command), stdout=self.log, stderr=self.log)
        end = time.monotonic() + limit
        while time.monotonic() < end:
            try:
                self.api('GET', '/_ping', raw=True)
                return self
            except (OSError, ApiError):
                if self.proc.poll() is not None:
                    break
                time.sleep(0.05)
        with open(self.dir + '/log', errors='replace') as f:
            tail = f.read()[-600:]
        self.close()
        skip('dockerd does not run here: ' + tail)

    def api(self, method, path, body=None, raw=False, headers=None, timeout=60):
        c = Unix(self.sock, timeout)
        try:
            if body is not None and not isinstance(body, bytes):
                body, headers = json.dumps(body).encode(), {'Content-Type': 'application/json'}
            c.request(method, path, body, headers or {})
            r = c.getresponse()
            data = r.read()
        finally:
            c.close()
        if r.status >= 400:
            raise ApiError('%s %s: %d %s' % (method, path, r.status, data.decode(errors='replace')))
        return data if raw or not data else json.loads(data)

    def image(self, ref, files=(), changes=()):
        """Imports a busybox root file system under the name. `files`: (path, bytes); `changes`: Dockerfile lines."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode='w') as tar:
            for d in ('bin', 'tmp', 'www', 'etc'):
                t = tarfile.TarInfo(d)
                t.type, t.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(t)
            tar.add(os.path.realpath(shutil.which('busybox')), 'bin/busybox')
            for name in ('sh', 'sleep', 'httpd', 'nc', 'cat', 'echo', 'wget'):
                t = tarfile.TarInfo('bin/' + name)
                t.type, t.linkname = tarfile.SYMTYPE, 'busybox'
                tar.addfile(t)
            for path, data in files:
                t = tarfile.TarInfo(path)
                t.size, t.mode = len(data), 0o755
                tar.addfile(t, io.BytesIO(data))
        repo, _, tag = ref.rpartition(':')
        q = {'fromSrc': '-', 'repo': repo, 'tag': tag}
        self.api('POST', '/images/create?' + urllib.parse.urlencode([*q.items(), *(('changes', c) for c in changes)]),
                 out.getvalue(), raw=True, headers={'Content-Type': 'application/x-tar'})
        return self.api('GET', '/images/' + ref + '/json')['Id']

    def run(self, name, image, cmd=('/bin/sleep', '1000000'), network='none', labels=None, start=True, config=None, **host):
        body = {'Image': image, 'Cmd': list(cmd), 'Labels': labels or {}, 'StopTimeout': 0,
                'HostConfig': {'NetworkMode': network, **host}, **(config or {})}
        cid = self.api('POST', '/containers/create?name=' + name, body)['Id']
        if start:
            self.api('POST', '/containers/%s/start' % cid)
        return cid

    def post(self, cid, verb, query=''):
        self.api('POST', '/containers/%s/%s%s' % (cid, verb, query), raw=True)

    def remove(self, cid):
        self.api('DELETE', '/containers/%s?force=1' % cid, raw=True)

    def inspect(self, cid):
        return self.api('GET', '/containers/%s/json' % cid)

    def daemon_pid(self):
        with open(self.dir + '/pid') as f:
            return int(f.read())

    def stop(self, sig=signal.SIGTERM):
        """Ends the daemon only."""
        if self.proc and self.proc.poll() is None:
            try:
                os.kill(self.daemon_pid(), sig)
            except (OSError, ValueError):
                self.proc.terminate()
            try:
                self.proc.wait(30)
            except subprocess.TimeoutExpired:
                self.proc.kill()
                self.proc.wait()
        self.proc = None
        if os.path.exists(self.dir + '/pid'):
            os.unlink(self.dir + '/pid')

    def close(self):
        try:
            if self.proc:
                for c in self.api('GET', '/containers/json?all=1'):
                    self.remove(c['Id'])
        except (OSError, ApiError, http.client.HTTPException):
            pass
        self.stop()
        if self.containerd:
            self.containerd.kill()
            self.containerd.wait()
        self.end_shims()
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()
        for line in open('/proc/self/mounts').read().splitlines():
            where = line.split()[1]
            if where.startswith(self.dir):
                subprocess.run(['umount', '-l', where], capture_output=True)
        shutil.rmtree(self.dir, ignore_errors=True)

    def end_shims(self):
        """What was left of containers, when the daemon could not end them itself."""
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                with open('/proc/%s/cmdline' % pid) as f:
                    ours = self.dir in f.read() and int(pid) != os.getpid()
                if ours:
                    os.kill(int(pid), signal.SIGKILL)
            except OSError:
                pass

    def __enter__(self):
        return self.start() if self.daemon and not self.proc else self

    def __exit__(self, *args):
        self.close()


def child_of(parent, role):
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/stat' % pid) as f, open('/proc/%s/cmdline' % pid) as c:
                if f.read().rsplit(')', 1)[1].split()[1] == str(parent) and '--role=' + role in c.read():
                    return int(pid)
        except OSError:
            pass
    raise LookupError('no child ' + role)


class RoomDaemon(Dockerd):
    """The one of the room, which answers at the usual place."""

    def __init__(self):
        self.sock = '/run/docker.sock'

    def names(self):
        return (sorted(c['Names'][0] for c in self.api('GET', '/containers/json?all=1')),
                sorted(t for i in self.api('GET', '/images/json') for t in i['RepoTags']))


def leftovers():
    """What the room may not leave on the machine."""
    mounts = open('/proc/self/mounts').read()
    links = subprocess.run(['ip', '-o', 'link'], capture_output=True, text=True).stdout
    groups = [d for d, _, _ in os.walk('/sys/fs/cgroup') if 'merlon-demo' in d]
    daemons = subprocess.run(['pgrep', '-fc', '/run/docker-root'], capture_output=True, text=True).stdout
    return [l for l in mounts.splitlines() if '/run/docker' in l], links.count('docker0'), groups, daemons


def run(tests, subject, after=lambda: None):
    """Each of the module's tests whose name holds the first argument, if there is one; whether any failed."""
    failed = 0
    for name, test in list(tests.items()):
        if not name.startswith('test_') or (len(sys.argv) > 1 and sys.argv[1] not in name):
            continue
        try:
            test(subject)
            print('ok  ', name, flush=True)
        except Exception:
            failed += 1
            print('FAIL', name)
            traceback.print_exc()
        after()
    return failed > 0
