"""Under load, beside itself without: the rate of large bodies, a neighbour of a flood, an attack within a flood. At
reduced scale; MERLON_SOAK=1 (make soak) is the full one, and holds to the figures."""
import os, random, signal, socket, statistics, sys, threading, time, urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import ATTACK, Client, Proxy, free_port, run

FULL = os.environ.get('MERLON_SOAK') == '1'
BUILD = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(harness.MERLON))))


def figure(name, value):
    print('     figure %s %.4g' % (name, value))


def child(work):
    """A process of its own: work() may not share the interpreter with who measures."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    finally:
        os._exit(0)


class Children:
    def __init__(self):
        self.pids = []

    def add(self, work):
        self.pids.append(child(work))

    def __enter__(self):
        return self

    def __exit__(self, *a):
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def origin(sock, download):
    """Answers POST with 2 bytes once it has the body, GET /down with so many bytes, else 2."""
    block = b'z' * (1 << 20)

    def serve(conn):
        buf = b''
        with conn:
            while True:
                while b'\r\n\r\n' not in buf:
                    d = conn.recv(1 << 20)
                    if not d:
                        return
                    buf += d
                head, _, buf = buf.partition(b'\r\n\r\n')
                low = head.lower()
                left = int(low.split(b'content-length:')[1].split(b'\r\n')[0]) if b'content-length:' in low else 0
                left -= len(buf)
                buf = b''
                while left > 0:
                    n = len(conn.recv(1 << 20))
                    if not n:
                        return
                    left -= n
                if head.startswith(b'GET /down'):
                    conn.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % download)
                    for _ in range(download >> 20):
                        conn.sendall(block)
                else:
                    conn.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')

    while True:
        conn, _ = sock.accept()
        threading.Thread(target=lambda c=conn: quiet(serve, c), daemon=True).start()


def quiet(work, *args):
    try:
        work(*args)
    except OSError:
        pass


def get(path, extra=b''):
    return b'GET %s HTTP/1.1\r\nHost: t\r\n%s\r\n' % (path, extra)


def dial(port, source='127.0.0.1'):
    s = socket.create_connection(('127.0.0.1', port), timeout=120, source_address=(source, 0))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Client(s)


def upload(port, size, block):
    start = time.monotonic()
    with dial(port) as c:
        c.send(b'POST /up HTTP/1.1\r\nHost: t\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n' % size)
        for _ in range(size >> 20):
            c.send(block)
        assert c.answer()[0] == 200
    return time.monotonic() - start


def download(port, size):
    start = time.monotonic()
    with dial(port) as c:
        c.send(get(b'/down'))
        while b'\r\n\r\n' not in c.buf:
            c.fill()
        got = len(c.buf.partition(b'\r\n\r\n')[2])
        while got < size:
            n = len(c.sock.recv(1 << 20))
            assert n, got
            got += n
    return time.monotonic() - start


def start_relay(running, to, *busy):
    """A relay that only copies, in front of that port."""
    port = free_port()
    running.add(lambda: os.execv(BUILD + '/bench/relay', ['relay', str(port), str(to), *busy]))
    end = time.time() + 10
    while True:
        try:
            dial(port).sock.close()
            return port
        except OSError:
            assert time.time() < end
            time.sleep(0.01)


def test_large_bodies_go_as_fast_as_through_a_relay():
    size, rounds = (2 << 30, 3) if FULL else (128 << 20, 3)
    block = b'\x89PNG\r\n' + random.Random(7).randbytes((1 << 20) - 6)
    sock = socket.create_server(('127.0.0.1', 0), backlog=64)
    with Children() as running:
        running.add(lambda: origin(sock, size))
        port = sock.getsockname()[1]
        p, relay = Proxy(port), start_relay(running, port)
        times = {'up': {'merlon': [], 'relay': []}, 'down': {'merlon': [], 'relay': []}}
        for _ in range(rounds):
            for name, at in ('merlon', p.port), ('relay', relay):
                times['up'][name].append(upload(at, size, block))
                times['down'][name].append(download(at, size))
        p.stop()
    sock.close()
    for way, t in times.items():
        ratio = min(t['relay']) / min(t['merlon'])
        figure('%sload_rate_over_relay' % way, ratio)
        figure('%sload_mib_per_s' % way, (size >> 20) / min(t['merlon']))
        assert ratio >= (0.9 if FULL else 0.2), times


# what costs most by tools/costly: every few bytes begin something
DEAR = urllib.parse.quote(b"<a onx='/*`${{ select 1 or \"|;$(" * 400)[:15000].encode()


def flood(port, path):
    with dial(port) as c:
        while True:
            c.send(get(path, b'Connection: keep-alive\r\n'))
            c.answer()


def latencies(port, seconds):
    out = []
    end = time.monotonic() + seconds
    with dial(port) as c:
        while time.monotonic() < end:
            start = time.monotonic()
            c.send(get(b'/'))
            assert c.answer()[0] == 200
            out.append(time.monotonic() - start)
            time.sleep(0.001)
    out.sort()
    return out[len(out) * 99 // 100]


def test_a_flood_of_dear_requests_leaves_a_neighbour_its_pace():
    """In turns with a relay in the same place that is as busy, in slices as long as ours: its tail is the scheduler's."""
    seconds, rounds = (5, 7) if FULL else (1, 3)
    sock = socket.create_server(('127.0.0.1', 0), backlog=64)
    with Children() as running:
        port = sock.getsockname()[1]
        running.add(lambda: origin(sock, 0))
        p = Proxy(port, workers=1)
        pairs = []
        for _ in range(rounds):
            with Children() as dear:
                for _ in range(2):
                    dear.add(lambda: quiet(flood, p.port, b'/flood?q=' + DEAR))
                ours = latencies(p.port, seconds)
            with Children() as busy:
                relay = start_relay(busy, port, '250')
                pairs.append((ours, latencies(relay, seconds)))
        p.stop()
    sock.close()
    added = statistics.median(ours - theirs for ours, theirs in pairs)
    figure('p99_ms_beside_dear_flood', statistics.median(ours for ours, _ in pairs) * 1e3)
    figure('p99_ms_of_a_busy_relay', statistics.median(theirs for _, theirs in pairs) * 1e3)
    figure('p99_ms_added', added * 1e3)
    assert added < (0.002 if FULL else 1), pairs


def attack_from(port, sources, stop_at):
    k = 0
    while time.time() < stop_at:
        source = sources[k % len(sources)]
        k += 1
        try:
            with dial(port, source) as c:
                c.send(get(b'/?f%d=' % (k % 50) + urllib.parse.quote(ATTACK).encode(), b'Connection: close\r\n'))
                c.answer()
        except (OSError, EOFError):
            pass


def test_one_attack_within_a_flood_from_many_sources_is_recorded():
    many, seconds = (10000, 20) if FULL else (500, 5)
    sources = ['127.%d.%d.%d' % (1 + i // 65536, i // 256 % 256, 1 + i % 250) for i in range(many)]
    sock = socket.create_server(('127.0.0.1', 0), backlog=64)
    with Children() as running:
        running.add(lambda: origin(sock, 0))
        metrics = free_port()
        p = Proxy(sock.getsockname()[1], workers=1, args=('--metrics', '127.0.0.1:%d' % metrics))
        stop_at = time.time() + seconds + 30
        with Children() as attackers:
            for k in range(2):
                attackers.add(lambda k=k: attack_from(p.port, sources[k::2], stop_at))
            time.sleep(seconds)
            with dial(p.port, '127.200.0.1') as c:
                c.send(get(b'/login?user=' + urllib.parse.quote(ATTACK).encode()))
                status, headers, _ = c.answer()
                answered = time.monotonic()
            assert status == 403, status
            event = headers['x-merlon-event-id'].encode()
            while event not in open(p.audit_path, 'rb').read():
                assert time.monotonic() - answered < (5 if FULL else 30)
                time.sleep(0.1)
            figure('audit_within_flood_s', time.monotonic() - answered)
        with open(p.audit_path, 'rb') as f:
            figure('audit_lines_of_flood', sum(1 for _ in f))
        p.stop()
    figure('audit_flood_sources', many)
    sock.close()


if __name__ == '__main__':
    run(globals())
