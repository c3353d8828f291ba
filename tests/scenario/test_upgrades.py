"""Upgrades: WebSocket and nothing else, and only when both sides agree in full."""
import base64, hashlib, os, time
from harness import *
from test_tls import FLAGS, TlsOrigin, TlsProxy, at, certificate, context, dial, docs, metric, rule, with_metrics

KEY = b'dGhlIHNhbXBsZSBub25jZQ=='
UP = b'Connection: Upgrade\r\nUpgrade: websocket\r\n'
ASK = UP + b'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ' + KEY + b'\r\n'


def accept(key):
    return base64.b64encode(hashlib.sha1(key + b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest())


class Echo:
    """Answers 101 and echoes; mixed into an origin. `early`: sent behind the answer at once."""
    early, extra, key = b'', b'', None

    def serve(self, conn):
        conn = self.wrap(conn)
        if not conn:
            return
        buf = b''
        with conn:
            try:
                while b'\r\n\r\n' not in buf:
                    d = conn.recv(65536)
                    if not d:
                        return
                    buf += d
                head, _, rest = buf.partition(b'\r\n\r\n')
                self.requests.append((head, b''))
                key = self.key or next((x.split(b':')[1].strip() for x in head.split(b'\r\n') if x.lower().startswith(b'sec-websocket-key')), b'')
                conn.sendall(b'HTTP/1.1 101 Switching Protocols\r\n' + UP + b'Sec-WebSocket-Accept: ' + accept(key) + b'\r\n' + self.extra + b'\r\n' + self.early)
                while True:
                    d = rest or conn.recv(65536)
                    rest = b''
                    if not d:
                        conn.sendall(b'bye')
                        return
                    conn.sendall(d)
            except OSError:
                self.partial.append(buf)

    def wrap(self, conn):
        return conn


class WsOrigin(Echo, Origin):
    pass


class WssOrigin(Echo, TlsOrigin):
    def wrap(self, conn):
        try:
            return self.context.wrap_socket(conn, server_side=True)
        except OSError:
            return None


def exchange(c, n=200000):
    status, headers, _ = c.answer()
    assert status == 101 and headers['sec-websocket-accept'] == accept(KEY).decode(), (status, headers)
    assert headers['upgrade'] == 'websocket' and headers['connection'].lower() == 'upgrade'
    blob = noise(n)
    for piece in (b'\x81\x05hello', ATTACK, blob):
        c.send(piece)
        while len(c.buf) < len(piece):
            c.fill()
        assert c.buf == piece
        c.buf = b''


def test_a_websocket_goes_through_and_is_counted_and_audited():
    o = WsOrigin()
    metrics, args = with_metrics(())
    p = Proxy(o.port, args=args)
    p.metrics = metrics
    with p.connect() as c:
        c.send(get('/chat?x=1', ASK))
        exchange(c)
        c.sock.shutdown(socket.SHUT_WR)  # either side may end first
        assert c.sock.recv(10) == b'bye' and c.sock.recv(10) == b''
    head = o.requests[0][0].lower()
    assert b'connection: upgrade' in head and b'upgrade: websocket' in head and b'x-forwarded-for: 127.0.0.1' in head, head
    assert metric(p, 'merlon_tunnels_total{kind="websocket"}') == 1
    assert metric(p, 'merlon_tunnel_bytes_total') > 400000
    end = time.time() + 15
    while True:
        told = [x for x in map(json.loads, open(p.audit_path)) if x['kind'] == 'state' and 'WebSocket' in x.get('message', '')]
        if told or time.time() > end:
            break
        time.sleep(0.05)
    assert told[0]['effect'] == 'allow' and told[0]['request']['path'] == '/chat' and told[0]['response']['status'] == 101, told
    while metric(p, 'merlon_connections_open'):
        assert time.time() < end, 'the tunnel is still there'
        time.sleep(0.05)
    assert p.stop() == 0


def test_what_was_sent_early_arrives_once_and_in_order():
    o = WsOrigin()
    o.early = b'early'
    p = Proxy(o.port)
    with p.connect() as c:
        c.send(get('/', ASK) + b'too soon')  # held until the answer, then passed on
        assert c.answer()[0] == 101
        while len(c.buf) < 13:
            c.fill()
        assert c.buf == b'earlytoo soon', c.buf
    p.stop()


def test_what_was_sent_early_is_no_request_when_there_is_no_websocket():
    o, p = (o := Origin()), Proxy(o.port)
    for ask, status in ((get('/', ASK), 200), (get(b'/?q=' + ATTACK.replace(b' ', b'+'), ASK), 403)):
        with p.connect() as c:
            c.send(ask + get('/second'))
            got, headers, _ = c.answer()
            assert got == status and headers['connection'] == 'close', (got, headers)
            assert c.closed()
    assert len(o.requests) == 1, o.requests
    p.stop()


def test_under_tls_on_both_sides():
    o = WssOrigin()
    p = TlsProxy(o.port, docs(rule('certificate: a'), 'a'))
    with dial(p) as c:
        c.send(get('/chat', ASK))
        exchange(c)
    p.stop()


def test_the_request_is_inspected_as_any_other():
    o = WsOrigin()
    p = Proxy(o.port, policy='  protections: {csrf: prevent}\n')
    assert p.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+'), ASK))[0] == 403
    # a page of another site must not use the visitor's cookies to open one
    assert p.ask(get('/', ASK + b'Cookie: s=1\r\nOrigin: https://evil.test\r\n'))[0] == 403
    assert not o.requests
    with p.connect() as c:
        c.send(get('/', ASK + b'Cookie: s=1\r\nOrigin: http://a.test\r\n'))
        exchange(c, 10)
    p.stop()


def test_anything_else_is_no_upgrade():
    o, p = (o := Origin()), Proxy(o.port)
    for extra in (UP, ASK.replace(b'13', b'8'), ASK.replace(b'websocket', b'h2c'), ASK.replace(KEY, b'x'), ASK.replace(b'Connection: Upgrade\r\n', b''),
                  b'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n', ASK + b'Upgrade: websocket\r\n'):
        with p.connect() as c:
            for _ in range(2):
                c.send(get('/', extra))
                assert c.answer()[0] == 200
        head = o.requests[-1][0].lower()
        assert b'\r\nupgrade:' not in head and b'http2-settings' not in head and b'\r\nconnection:' not in head, head
    assert p.ask(b'CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n')[0] == 405
    p.stop()
    p = Proxy(o.port, policy='  websocket: off\n')
    assert p.ask(get('/', ASK))[0] == 200 and b'\r\nupgrade:' not in o.requests[-1][0].lower()
    p.stop()


def test_an_application_cannot_open_what_was_not_asked_for():
    o = WsOrigin()
    p = Proxy(o.port)
    o.key = KEY
    assert p.ask(get('/'))[0] == 502
    assert p.ask(get('/', ASK.replace(KEY, b'AAAAAAAAAAAAAAAAAAAAAA==')))[0] == 502  # the accept of another key
    p.stop()


def test_one_that_is_silent_ends_and_one_that_speaks_does_not():
    o = WsOrigin()
    p = Proxy(o.port, policy='  limits: {tunnel_timeout: 3s, idle_timeout: 200ms, read_timeout: 200ms}\n')
    with p.connect() as c:
        c.send(get('/', ASK))
        assert c.answer()[0] == 101
        for _ in range(12):
            time.sleep(0.3)
            c.send(b'x')
            assert c.sock.recv(1) == b'x'
        start = time.time()
        assert c.closed(20) and time.time() - start > 2
    p.stop()


def test_a_dead_side_ends_the_other():
    o = WsOrigin()
    p = Proxy(o.port)
    with p.connect() as c:
        c.send(get('/', ASK))
        exchange(c, 10)
        for pid in p.children('worker'):
            os.kill(pid, signal.SIGKILL)
        assert c.closed()
    p.wait_for('event=worker_sandboxed', 2)
    c = p.connect()
    c.send(get('/', ASK))
    exchange(c, 10)
    c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct_linger())
    c.sock.close()
    end = time.time() + 5
    while not o.partial:
        assert time.time() < end, 'the application was not told'
        time.sleep(0.05)
    p.stop()


def struct_linger():
    import struct
    return struct.pack('ii', 1, 0)


if __name__ == '__main__':
    run(globals())
