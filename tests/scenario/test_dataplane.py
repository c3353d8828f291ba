#!/usr/bin/env python3
"""The data plane under hostile pace and hostile applications: races, limits, memory, descriptors."""
import base64, os, re, signal, socket, struct, sys, tempfile, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness
from harness import *


def pair(policy=None, reply=None, **kw):
    o = Origin(reply)
    return o, Proxy(o.port, policy, **kw)


def cpu_seconds(pid):
    fields = open('/proc/%d/stat' % pid).read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


SANITIZED = sanitized()  # its quarantine hides what is given back


def pss(pid):
    for line in open('/proc/%d/smaps_rollup' % pid):
        if line.startswith('Pss:'):
            return int(line.split()[1]) * 1024
    return 0


def metric(p, name):
    m = re.search(r'^%s (\d+)$' % re.escape(name), p.metrics(), re.M)
    return int(m.group(1)) if m else 0


def with_metrics(origin_port, policy=None):
    port = free_port()
    p = Proxy(origin_port, policy, args=('--metrics', '127.0.0.1:%d' % port))

    def fetch():
        with socket.create_connection(('127.0.0.1', port), 5) as s:
            s.sendall(b'GET /metrics HTTP/1.1\r\nHost: m\r\n\r\n')
            out = b''
            while True:
                d = s.recv(65536)
                if not d:
                    return out.decode()
                out += d
    p.metrics = fetch
    return p


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    sock.close()


class Frozen:
    """While it lasts the worker stands still, so that events pile up in the order they are made."""

    def __init__(self, p):
        self.pid = p.children('worker')[0]

    def __enter__(self):
        os.kill(self.pid, signal.SIGSTOP)
        while open('/proc/%d/stat' % self.pid).read().rpartition(')')[2].split()[0] != 'T':
            time.sleep(0.005)

    def __exit__(self, *a):
        os.kill(self.pid, signal.SIGCONT)


class ManualOrigin:
    """An application whose every byte the test writes itself."""

    def __init__(self, backlog=64):
        self.sock = socket.create_server(('127.0.0.1', 0), backlog=backlog)
        self.port = self.sock.getsockname()[1]

    def accept(self):
        self.sock.settimeout(5)
        conn, _ = self.sock.accept()
        conn.settimeout(5)
        return conn

    @staticmethod
    def head(conn):
        buf = b''
        while b'\r\n\r\n' not in buf:
            d = conn.recv(65536)
            if not d:
                raise EOFError(buf)
            buf += d
        return buf


OK = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
POISON = b'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison'


def test_interim_answer_and_final_head_in_odd_pieces():
    whole = (b'HTTP/1.1 102 Processing\r\n\r\n' + b'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nX-Pad: '
             + b'p' * 100 + b'\r\n\r\n' + OK)

    def reply(head, body):
        cut = int(re.search(rb'cut=(\d+)', head).group(1))
        yield whole[:3]
        time.sleep(0.03)
        yield whole[3:cut]
        time.sleep(0.03)
        yield whole[cut:]
    o, p = pair(reply=reply)
    for cut in (10, 26, 27, 30, 60, 100, 150, 190, 200, 220, len(whole) - 1):
        with p.connect() as c:
            c.send(get('/?cut=%d' % cut))
            assert [c.answer()[0] for _ in range(2)] == [102, 103], cut
            assert c.answer()[2] == b'ok', cut
    p.stop()


def test_bytes_on_an_idle_connection_never_answer_the_next_request():
    for client_first in (False, True):
        o = ManualOrigin()
        p = with_metrics(o.port)
        with p.connect() as c:
            c.send(get('/1'))
            app = o.accept()
            o.head(app)
            app.sendall(OK)
            assert c.answer()[2] == b'ok'
            time.sleep(0.05)
            with Frozen(p):
                if client_first:
                    c.send(get('/2'))
                    time.sleep(0.05)
                app.sendall(POISON)
                time.sleep(0.05)
                if not client_first:
                    c.send(get('/2'))
                    time.sleep(0.05)
            app2 = o.accept()
            assert b'GET /2' in o.head(app2)
            app2.sendall(OK)
            assert c.answer()[2] == b'ok'
        assert metric(p, 'merlon_upstream_unsolicited_total') == 1
        p.stop()


def test_post_goes_to_a_living_connection_when_the_pooled_one_has_closed():
    o = ManualOrigin()
    p = Proxy(o.port)
    with p.connect() as c:
        c.send(get('/1'))
        app = o.accept()
        o.head(app)
        app.sendall(OK)
        assert c.answer()[2] == b'ok'
        time.sleep(0.05)
        with Frozen(p):
            c.send(post(b'a=1'))
            time.sleep(0.05)
            app.close()
            time.sleep(0.05)
        app2 = o.accept()
        assert o.head(app2).startswith(b'POST')
        app2.sendall(OK)
        assert c.answer()[2] == b'ok'
    p.stop()


def test_get_is_sent_again_once_when_the_pooled_connection_breaks():
    o = ManualOrigin()
    p = Proxy(o.port)
    with p.connect() as c:
        c.send(get('/1'))
        app = o.accept()
        o.head(app)
        app.sendall(OK)
        assert c.answer()[2] == b'ok'
        c.send(get('/2'))
        o.head(app)
        reset(app)
        app2 = o.accept()
        assert b'GET /2' in o.head(app2)
        app2.close()
        assert c.answer()[0] == 502
    p.stop()


def test_reset_client_with_full_pipeline_costs_no_cpu():
    gate = threading.Event()
    o, p = pair(reply=lambda h, b: None if gate.wait(8) else None)
    worker = p.children('worker')[0]
    c = p.connect()
    c.send(get('/slow'))
    time.sleep(0.1)
    c.sock.settimeout(0.5)
    try:
        for _ in range(64):
            c.send(get('/next') * 300)
    except socket.timeout:
        pass
    before = cpu_seconds(worker)
    time.sleep(0.5)
    reset(c.sock)
    time.sleep(1)
    spent = cpu_seconds(worker) - before
    assert spent < 0.3, spent
    gate.set()
    p.stop()


def test_head_larger_than_the_pipeline_buffer():
    o, p = pair('  limits: {header_bytes: 200KiB}\n')
    head = get('/', b'X-Pad: ' + b'x' * 3000 + b'\r\n' + b''.join(b'X-%d: ' % i + b'y' * 1500 + b'\r\n' for i in range(100)))
    with p.connect() as c:
        c.send(head, step=9000, pause=0.001)
        answer = c.answer()
        assert answer[0] == 200, answer
    p.stop()


def test_body_in_drops_ends_in_time():
    o, p = pair('  limits: {read_timeout: 500ms}\n')
    with p.connect() as c:
        c.send(b'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100000\r\n\r\n')
        start = time.time()
        status = None
        c.sock.settimeout(0.1)
        while status is None and time.time() - start < 8:
            try:
                c.send(b'a')
                c.fill()
                status = c.answer()[0]
            except socket.timeout:
                pass
            except OSError:
                status = 'reset'
        assert status == 408, (status, time.time() - start)
    p.stop()


def test_reader_in_drops_ends_in_time_at_bounded_memory():
    block = b'z' * 65536

    def reply(head, body):
        yield b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % (1 << 30)
        for _ in range(1 << 14):
            yield block
    o, p = pair('  limits: {write_timeout: 500ms}\n', reply=reply)
    worker = p.children('worker')[0]
    before = pss(worker)
    conns = []
    for _ in range(20):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(('127.0.0.1', p.port))
        s.sendall(get('/'))
        conns.append(s)
    start, dead, peak = time.time(), set(), 0
    while len(dead) < len(conns) and time.time() - start < 10:
        for i, s in enumerate(conns):
            if i in dead:
                continue
            try:
                if not s.recv(16):
                    dead.add(i)
            except OSError:
                dead.add(i)
        peak = max(peak, pss(worker) - before)
        if time.time() - start > 5:  # what the kernels hold is still read after the close
            for i, s in enumerate(conns):
                if i not in dead:
                    s.settimeout(0.2)
                    try:
                        while s.recv(1 << 20):
                            pass
                        dead.add(i)
                    except socket.timeout:
                        pass
                    except OSError:
                        dead.add(i)
    assert len(dead) == len(conns), len(dead)
    assert peak < 20 * (400 << 10) or SANITIZED, peak
    p.stop()


def test_idle_connections_give_their_buffers_back():
    body = b'z' * 100_000
    o, p = pair(reply=lambda h, b: b'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n' + body)
    worker = p.children('worker')[0]
    conns = [p.connect() for _ in range(50)]
    for c in conns:
        c.send(get('/'))
        assert c.answer()[0] == 200
    before = pss(worker)
    for _ in range(300):
        c = p.connect()
        c.send(post(b'a=' + b'x' * 30000))
        assert c.answer()[0] == 200
        conns.append(c)
    each = (pss(worker) - before) / 300
    assert each < 8192 or SANITIZED, each
    [c.sock.close() for c in conns]
    p.stop()


def test_chunks_of_a_byte_leave_together():
    """Each costs its sender six bytes: they must not become as many writes, each with a chunk of its own."""
    arrived = []

    class Raw(Origin):
        def body(self, conn, head, buf):
            while not buf.endswith(b'0\r\n\r\n'):
                buf += self.more(conn)
            arrived.append(len(buf))
            return b'', b''
    p = Proxy(Raw().port)
    n = 300000
    with p.connect(60) as c:
        c.send(b'POST /p HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n' + b'1\r\na\r\n' * n + b'0\r\n\r\n')
        assert c.answer()[0] == 200
    assert n < arrived[0] < n * 1.2, arrived
    p.stop()


def test_early_answer_to_a_large_upload_is_read_whole():
    page = b'too large ' * 2000

    def serve(conn):
        with conn:
            ManualOrigin.head(conn)
            conn.sendall(b'HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: %d\r\n\r\n' % len(page) + page)
            conn.shutdown(socket.SHUT_WR)
            time.sleep(1)
    o = ManualOrigin()
    threading.Thread(target=lambda: serve(o.accept()), daemon=True).start()
    p = Proxy(o.port)
    with p.connect() as c:
        c.send(b'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000000\r\n\r\n')
        sent, block = 0, b'q' * 65536
        try:
            while sent < 4 << 20:
                c.send(block)
                sent += len(block)
        except OSError:
            pass
        status, _, body = c.answer()
        assert status == 413 and body == page
    p.stop()


def test_upload_waits_for_a_connection_that_does_not_come():
    o = ManualOrigin(backlog=0)
    fill = []
    for _ in range(4):  # the accept queue is full: the kernel drops further SYNs
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(('127.0.0.1', o.port))
        fill.append(s)
    p = Proxy(o.port, '  limits: {connect_timeout: 1s, read_timeout: 5s}\n')
    worker = p.children('worker')[0]
    before = pss(worker)
    with p.connect() as c:
        c.send(b'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000000\r\n\r\n')
        start, block, status, peak = time.time(), b'q' * 65536, None, 0
        c.sock.settimeout(0.05)
        while status is None and time.time() - start < 6:
            try:
                c.sock.send(block)
            except socket.timeout:
                pass
            except OSError:
                break
            peak = max(peak, pss(worker) - before)
            c.sock.settimeout(0.01)
            try:
                c.fill()
                c.sock.settimeout(2)
                status = c.answer()[0]
            except socket.timeout:
                pass
            c.sock.settimeout(0.05)
        assert status == 504, (status, time.time() - start)
        assert peak < 4 << 20 or SANITIZED, peak
    p.stop()


def test_out_of_descriptors_it_idles_and_recovers():
    o = Origin()
    wrapper = tempfile.NamedTemporaryFile('w', suffix='.sh', delete=False)
    wrapper.write('#!/bin/sh\nulimit -n 64\nexec "%s" "$@"\n' % harness.MERLON)
    wrapper.close()
    os.chmod(wrapper.name, 0o755)
    real, harness.MERLON = harness.MERLON, wrapper.name
    try:
        p = with_metrics(o.port)
    finally:
        harness.MERLON = real
    worker = p.children('worker')[0]
    conns = [p.connect() for _ in range(100)]
    for c in conns:
        c.send(get('/'))
    time.sleep(0.3)
    before = cpu_seconds(worker)
    time.sleep(1)
    assert cpu_seconds(worker) - before < 0.2
    answered = 0
    for c in conns:  # each that ends makes room for one that waits
        try:
            answered += c.answer()[0] == 200
        except (EOFError, OSError):
            pass
        c.sock.close()
    assert answered > 20, answered
    assert metric(p, 'merlon_limits_total{limit="descriptors"}') + metric(p, 'merlon_limits_total{limit="connections"}') > 0
    assert p.ask(get('/'))[0] == 200
    p.stop()


def test_body_never_goes_before_its_head():
    o = ManualOrigin()
    p = Proxy(o.port)
    body = b'a=' + b'GET /smuggled HTTP/1.1' + b'b' * 200_000 + b'&c=' + b'd' * 100_000 + b'e'
    raw = post(body)
    with p.connect() as c:
        os.kill(p.process.pid, signal.SIGSTOP)  # the supervisor: the socket comes later
        c.send(raw[:-1])
        time.sleep(0.2)
        worker = Frozen(p)
        with worker:
            os.kill(p.process.pid, signal.SIGCONT)
            time.sleep(0.1)
            c.send(raw[-1:])
            time.sleep(0.1)
        app = o.accept()
        got = b''
        while not got.endswith(b'de'):
            d = app.recv(1 << 20)
            assert d, got[:100]
            got += d
        assert got.startswith(b'POST /p HTTP/1.1\r\n'), got[:100]
        assert got.partition(b'\r\n\r\n')[2] == body
        app.sendall(OK)
        assert c.answer()[0] == 200
    p.stop()


def test_a_last_answer_reaches_a_slow_reader_whole():
    body = noise(4 << 20)
    o, p = pair(reply=lambda head, b: b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(body) + body)
    with p.connect() as c:
        c.send(get('/', b'Connection: close\r\n'))
        time.sleep(1.5)  # longer than we would wait for a client that may send more
        assert c.answer()[2] == body and c.closed()
    p.stop()


def test_refused_request_does_not_leave_when_its_socket_comes_late():
    o = Origin()
    p = Proxy(o.port, '  limits: {connect_timeout: 300ms}\n')
    with p.connect() as c:
        os.kill(p.process.pid, signal.SIGSTOP)
        c.send(post(b'a=' + b'b' * 200_000))
        assert c.answer()[0] == 504
        os.kill(p.process.pid, signal.SIGCONT)
        time.sleep(0.3)
    assert o.requests == [] and o.partial == []
    p.stop()


def test_close_delimited_answers_become_chunked_and_end_the_reuse():
    def reply(head, body):
        yield b'HTTP/1.1 200 OK\r\n\r\nuntil the end'
        raise OSError('close')
    o, p = pair(reply=reply)
    with p.connect() as c:
        for _ in range(2):
            c.send(get('/'))
            status, headers, body = c.answer()
            assert headers.get('transfer-encoding') == 'chunked' and body == b'until the end'
    assert o.connections == 2
    p.stop()


def test_body_after_a_head_answer_is_not_the_next_answer():
    o, p = pair(reply=lambda h, b: b'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison' if h[:4] == b'HEAD' else OK)
    with p.connect() as c:
        for _ in range(3):
            c.send(get('/', method=b'HEAD'))
            assert c.answer(head_only=True)[0] == 200
            c.send(get('/'))
            assert c.answer()[2] == b'ok'
    p.stop()


def test_hundred_pipelined_requests_are_answered_in_order():
    o, p = pair(reply=lambda h, b: b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n' + h.split()[1][1:5])
    with p.connect() as c:
        c.send(b''.join(get('/%04d' % i) for i in range(100)))
        assert [c.answer()[2] for i in range(100)] == [b'%04d' % i for i in range(100)]
    p.stop()


def test_late_refusal_breaks_the_upload_before_its_end():
    o, p = pair('  limits: {args: 100000}\n')
    body = b'&'.join(b'f%d=' % i + b'x' * 900 for i in range(400)) + b'&last=' + ATTACK.replace(b' ', b'+')
    with p.connect() as c:
        raw = post(body)
        c.send(raw[:-500])
        time.sleep(0.2)
        c.send(raw[-500:])
        assert c.answer()[0] == 403
    a = p.audits(1)[0]
    assert a['late'] is True, a
    time.sleep(0.2)
    assert o.requests == []
    p.stop()


def test_sandboxed_worker_decodes_with_large_windows():
    """"q=", 512 digits and two million zeros, by the programs brotli and zstd: windows of megabytes come and go."""
    bodies = {b'br': 'nwECIPiN1Eb5y0CqeuIeHENt1vDj0kAgOPf+I/2ba7P/CXuOTSUPG1tLG8+h7SHOXbnEFnPKdS7yb/VL67Am53+Wn8Nc6wC5fy1+dfHakqsielzJATyl3fZw'
                'bekVZz0uMj20uwN+TcfobF1gwBzwjbZR/IQtLjO7G+RqVjlwgVCjvu1ogznQwb3541q0diKGNN8DfBNoP3HKlvw5aSJ395Vd/DEc+wh5CRNcoJZFwuVfppiG'
                'aFXGn5qt/qh7WiTfY+8U6qoFQ9FTaRjDLHwiJm+67vm+8XhVk/rj3PO3AUR3u9j2WWZoFXT5dXtfILQ2JA4v/Z/vwLOHxLRgTyDL7BOaqDix725RQCdT9Atr'
                'olErjHw30rItSQhsEkUA',
              b'zstd': 'KLUv/QRYTAkAVqBHD7ClA7QkiRrQiCRJ8oc5J0MAQgBCAFtrmLjdYy7BWi0/E4JX6ICF9hTs3ytyr1Wcv+ifcPZyTx1tHycQtg5erahXt9Lw9rAin14fX+KY'
                'dtJf8v/dOvsbEARbzq+1OliOG3Uv4Y2nQTO4Jx3In72FLZzjNrd95yyjMLyMNpCw+90FCh36YnybjcEqQdG2uimo9hTufuJ2E8iNsDr36K3kH+rMPpF9n3d9'
                'FodmXoLKcWyZW8lFh7BTukjeONLzHvI3NAd+IbPNWM6hfmoZ6dqJlrqsr8w/luOX7mpExJkRIVazkqEV+oLN4WtKOOOZvXQUu0EJq939K8+QPOWrehOKlKei'
                '8eeS+/xvAZNGbk8mGv+wv1DKNoiacTv9EEWCAwEABfD7c5AGAgAQMAIAEDACABAwAgAQMAIAEDACABAwAgAQMAIAEDACABAwAgAQMAIAEDACABAwAgAQMAIA'
                'EDACABAwExAAMH7vltY='}
    o, p = pair('  limits: {inflate_ratio: 10000, inflate_bytes: 64MiB}\n')
    for coding, text in bodies.items():
        body = base64.b64decode(text)
        for _ in range(3):
            with p.connect() as c:
                c.send(post(body, extra=b'Content-Encoding: ' + coding + b'\r\n'))
                assert c.answer()[0] == 200
        with p.connect() as c:
            c.send(post(body[:-1], extra=b'Content-Encoding: ' + coding + b'\r\n'))
            assert c.answer()[0] == 403
    p.stop()
    o.close()


# what costs most by tools/costly (test_cost.py)
DEAREST = b'a: \'"`a=b&c={<a b="%41$([[a \xc0\xae"a$(a /":"b=c&d=e"}&[code]' * 1000


def dear(n, end=b''):
    return post(DEAREST[:n] + end, b'text/plain', b'/dear', b'Sec-Fetch-Site: same-origin\r\n')


def test_a_cheap_request_does_not_wait_for_dear_ones():
    """They came before it, to a worker that slept, from clients that are new and from such that are known."""
    o, p = pair('  mode: shadow\n')
    clients = [p.connect() for _ in range(5)]
    for _ in range(2):
        with Frozen(p):
            for c in clients:
                c.send(get('/cheap') if c is clients[-1] else dear(40000))
                time.sleep(0.01)
        assert [c.answer()[0] for c in clients] == [200] * 5
        assert [head.split(b' ')[1] for head, _ in o.requests] == [b'/cheap'] + [b'/dear'] * 4
        del o.requests[:]
    for c in clients:
        c.sock.close()
    p.stop()
    o.close()


def test_inspections_that_take_turns_come_to_their_own_verdicts():
    o = Origin()
    p = with_metrics(o.port)
    clients = [p.connect() for _ in range(40)]  # more than have a stack of their own
    texts = [b"Words of text %d, and a 'quoted' one (or two). " % i * 900 for i in range(len(clients))]
    with Frozen(p):
        for i, c in enumerate(clients):
            c.send(post(texts[i] + (b" ' union select password from users--" if i % 3 == 0 else b''), b'text/plain'))
    for c in clients[1::3]:  # in the midst of it, or before it, or behind it
        reset(c.sock)
    for i, c in enumerate(clients):
        if i % 3 != 1:
            assert c.answer()[0] == (403 if i % 3 == 0 else 200), i
            c.sock.close()
    assert all(body in texts for _, body in o.requests)
    assert metric(p, 'merlon_inspection_pauses_total') > 10
    end = time.time() + 10
    while metric(p, 'merlon_connections_open') or metric(p, 'merlon_held_bytes'):
        assert time.time() < end
        time.sleep(0.05)
    p.stop()
    o.close()


def test_a_stop_waits_for_inspections_that_take_turns():
    o, p = pair('  mode: shadow\n')
    clients = [p.connect() for _ in range(6)]
    with Frozen(p):
        for c in clients:
            c.send(dear(60000))
        p.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
    assert [c.answer()[0] for c in clients] == [200] * 6
    p.stop()
    o.close()


if __name__ == '__main__':
    run(globals())
