"""Raw bytes through a real `merlon proxy` on loopback, and an origin that records what it gets."""
import functools, json, os, random, signal, socket, stat, subprocess, sys, tempfile, threading, time, traceback

MERLON = os.environ.get('MERLON') or os.path.join(os.environ.get('MERLON_BUILD_ROOT', 'build/release'), 'src/cmd/merlon')
ATTACK = b"1' UNION SELECT password FROM users--"


def noise(n):
    """The same n bytes each time, in which no detector can see anything: UTF-8 that goes on without having begun.
    Bytes of chance contain what looks like an attack now and then, and a test that sends them fails now and then."""
    return random.Random(5).randbytes(n).translate(bytes(0x80 | i & 0x3f for i in range(256)))


@functools.lru_cache
def sanitized():
    """Whether the program was built with AddressSanitizer."""
    return b'__asan_init' in open(MERLON, 'rb').read()


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def socket_inodes(folder):
    """What is there for commands to find."""
    return {name: os.stat(os.path.join(folder, name)).st_ino for name in os.listdir(folder) if stat.S_ISSOCK(os.stat(os.path.join(folder, name)).st_mode)}


def answers(state_dir, *commands):
    """That these commands find somebody."""
    for command in commands:
        r = subprocess.run([MERLON, command, '--state-dir', state_dir], capture_output=True, text=True, timeout=30)
        assert r.returncode in (0, 1), (command, r)  # 1: nobody is banned


class Origin:
    """Reads one request after the other; answers by `reply(head, body) -> bytes` (None: close)."""

    def __init__(self, reply=None):
        self.reply = reply or (lambda head, body: b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        self.requests = []          # (head, body), complete ones
        self.partial = []           # bytes of a body that never ended
        self.connections = 0
        self.sock = socket.create_server(('127.0.0.1', 0), backlog=512)
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                conn, _ = self.sock.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(conn,), daemon=True).start()

    def serve(self, conn):
        buf = b''
        with conn:
            try:
                while True:
                    head, buf = self.next_head(conn, buf)
                    if head is None:
                        return
                    body, buf = self.body(conn, head, buf)
                    self.requests.append((head, body))
                    answer = self.reply(head, body)
                    if answer is None:
                        return
                    for piece in ([answer] if isinstance(answer, bytes) else answer):
                        conn.sendall(piece)
                    if b'connection: close' in head.lower():
                        return
            except OSError:
                return

    @staticmethod
    def next_head(conn, buf):
        """The next head, without its empty line, and what came behind it; None when the peer has ended."""
        while b'\r\n\r\n' not in buf:
            d = conn.recv(65536)
            if not d:
                return None, buf
            buf += d
        head, _, buf = buf.partition(b'\r\n\r\n')
        return head, buf

    def body(self, conn, head, buf):
        low = head.lower()
        buf = bytearray(buf)
        if b'transfer-encoding: chunked' in low:
            out = bytearray()
            while True:
                while b'\r\n' not in buf[:20]:
                    buf += self.more(conn, out)
                line, _, buf = buf.partition(b'\r\n')
                n = int(line, 16)
                while len(buf) < n + 2:
                    buf += self.more(conn, out, buf)
                out += buf[:n]
                buf = buf[n + 2:]
                if n == 0:
                    return bytes(out), bytes(buf)
        n = 0
        for line in low.split(b'\r\n'):
            if line.startswith(b'content-length:'):
                n = int(line.split(b':')[1])
        while len(buf) < n:
            buf += self.more(conn, buf)
        return bytes(buf[:n]), bytes(buf[n:])

    def more(self, conn, *so_far):
        d = b''
        try:
            d = conn.recv(65536)
        except OSError:
            pass
        if not d:
            self.partial.append(b''.join(so_far))
            raise OSError('cut')
        return d

    def close(self):
        self.sock.close()


class Node:
    """A running merlon with workers: `audit_path`, `log_path`, `process`."""

    def log(self):
        return open(self.log_path, errors='replace').read()

    def wait_for(self, text, count=1, seconds=15):
        end = time.time() + seconds
        while time.time() < end:
            if self.log().count(text) >= count:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError('no %r in the log:\n%s' % (text, self.log()))

    def audits(self, minimum=0, seconds=5):
        end = time.time() + seconds
        while True:
            try:
                lines = [json.loads(x) for x in open(self.audit_path)]
            except (OSError, ValueError):
                lines = []
            lines = [x for x in lines if x['kind'] == 'request']
            if len(lines) >= minimum or time.time() > end:
                return lines
            time.sleep(0.05)

    def children(self, role):
        out = subprocess.run(['ps', '-o', 'pid=,args=', '--ppid', str(self.process.pid)], capture_output=True, text=True).stdout
        return [int(x.split()[0]) for x in out.splitlines() if '--role=' + role in x]

    def stopped_on_the_way(self):
        """Stops one that has many workers when the first of them runs. Whether that was before it was ready."""
        end = time.time() + 60
        while len(open('/proc/{0}/task/{0}/children'.format(self.process.pid)).read().split()) < 2:
            assert time.time() < end and self.process.poll() is None, self.log()
        self.process.send_signal(signal.SIGSTOP)
        return 'event=ready' not in self.log()


class Proxy(Node):
    started, logs = [], []

    @classmethod
    def kill_all(cls):
        for p in cls.started:
            if p.poll() is None:
                p.kill()

    def __init__(self, origin_port, policy=None, workers=1, args=()):
        self.dir = tempfile.mkdtemp(prefix='merlon-test-')
        self.port = free_port()
        self.audit_path = os.path.join(self.dir, 'audit.jsonl')
        self.policy_path = os.path.join(self.dir, 'policy.yaml')
        cmd = [MERLON, 'proxy', '--listen', '127.0.0.1:%d' % self.port, '--upstream', '127.0.0.1:%d' % origin_port,
               '--audit-log', self.audit_path, '--workers', str(workers), *args]
        if policy is not None:
            self.write_policy(policy)
            cmd += ['--policy', self.policy_path]
        self.log_path = os.path.join(self.dir, 'log')
        self.process = subprocess.Popen(cmd, stderr=open(self.log_path, 'wb'), stdout=subprocess.DEVNULL)
        Proxy.started.append(self.process)
        Proxy.logs.append(self.log_path)
        self.wait_for('event=ready', seconds=60)

    def write_policy(self, spec):
        tmp = self.policy_path + '.tmp'
        with open(tmp, 'w') as f:
            f.write('apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: test}\nspec:\n' + spec)
        os.rename(tmp, self.policy_path)

    def connect(self, timeout=10):
        s = socket.create_connection(('127.0.0.1', self.port), timeout=timeout)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Client(s)

    def ask(self, raw, **kw):
        with self.connect() as c:
            c.send(raw)
            return c.answer(**kw)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


class Client:
    def __init__(self, sock):
        self.sock = sock
        self.buf = b''

    def __enter__(self):
        return self

    def __exit__(self, *a):
        self.sock.close()

    def send(self, data, step=0, pause=0.0):
        if not step:
            self.sock.sendall(data)
            return
        for i in range(0, len(data), step):
            self.sock.sendall(data[i:i + step])
            if pause:
                time.sleep(pause)

    def fill(self):
        d = self.sock.recv(65536)
        if not d:
            raise EOFError('closed after %r' % self.buf[:200])
        self.buf += d

    def answer(self, head_only=False):
        """(status, headers, body) of the next answer; interim ones are returned like others."""
        while b'\r\n\r\n' not in self.buf:
            self.fill()
        head, _, self.buf = self.buf.partition(b'\r\n\r\n')
        lines = head.split(b'\r\n')
        status = int(lines[0].split()[1])
        headers = {}
        for line in lines[1:]:
            k, _, v = line.partition(b':')
            headers[k.strip().lower().decode()] = v.strip().decode('latin1')
        if head_only or status < 200 or status in (204, 304):
            return status, headers, b''
        if headers.get('transfer-encoding') == 'chunked':
            body = b''
            while True:
                while b'\r\n' not in self.buf:
                    self.fill()
                line, _, self.buf = self.buf.partition(b'\r\n')
                n = int(line, 16)
                while len(self.buf) < n + 2:
                    self.fill()
                body, self.buf = body + self.buf[:n], self.buf[n + 2:]
                if n == 0:
                    return status, headers, body
        if 'content-length' in headers:
            n = int(headers['content-length'])
            while len(self.buf) < n:
                self.fill()
            body, self.buf = self.buf[:n], self.buf[n:]
            return status, headers, body
        body = self.buf
        while True:
            d = self.sock.recv(65536)
            if not d:
                self.buf = b''
                return status, headers, body
            body += d

    def closed(self, seconds=5):
        """True when the peer closed and sent nothing more."""
        self.sock.settimeout(seconds)
        try:
            return self.buf == b'' and self.sock.recv(1) == b''
        except ConnectionError:
            return True
        except socket.timeout:
            return False


def get(path='/', extra=b'', method=b'GET'):
    return method + b' ' + (path if isinstance(path, bytes) else path.encode()) + b' HTTP/1.1\r\nHost: a.test\r\n' + extra + b'\r\n'


def post(body, ctype=b'application/x-www-form-urlencoded', path=b'/p', extra=b'', chunk=0):
    head = b'POST ' + path + b' HTTP/1.1\r\nHost: a.test\r\nContent-Type: ' + ctype + b'\r\n' + extra
    if not chunk:
        return head + b'Content-Length: %d\r\n\r\n' % len(body) + body
    out = [head, b'Transfer-Encoding: chunked\r\n\r\n']
    for i in range(0, len(body), chunk):
        part = body[i:i + chunk]
        out.append(b'%x\r\n' % len(part) + part + b'\r\n')
    return b''.join(out) + b'0\r\n\r\n'


def sanitizer_reports():
    """What sanitizers found in proxies that were started, workers included."""
    lines = [x for path in Proxy.logs for x in open(path, errors='replace')] if Proxy.logs and sanitized() else []
    return [x for x in lines if 'runtime error:' in x or 'ERROR: AddressSanitizer' in x or 'SUMMARY: ' in x]


def run(tests):
    """Runs the functions whose names start with test_; exits non-zero when one fails."""
    failed = 0
    only = sys.argv[1:]
    for name, fn in list(tests.items()):
        if not name.startswith('test_') or (only and name not in only):
            continue
        start = time.time()
        try:
            fn()
            assert not sanitizer_reports(), sanitizer_reports()
            print('ok   %s (%.1fs)' % (name, time.time() - start), flush=True)
        except Exception:
            failed += 1
            print('FAIL %s' % name, flush=True)
            traceback.print_exc()
            Proxy.kill_all()
    sys.exit(1 if failed else 0)
