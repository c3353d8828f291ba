"""Every limit that a policy can set (merlon lint --explain names them): what is just below it passes, what is just
above it is acted upon and counted. A new limit fails here until it has its row."""
import gzip, json, os, re, socket, subprocess, sys, threading, time, urllib.request, zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import MERLON, Client, Origin, Proxy, free_port, get, post, run

FORM = b'application/x-www-form-urlencoded'
JSON = b'application/json'
NOISE = b'\x89PNG\r\n\x1a\n' + bytes(range(128, 256)) * 2


class Limited:
    def __init__(self, limits, origin=None):
        self.origin, self.metrics = origin or Origin(), free_port()
        self.proxy = Proxy(self.origin.port, '  mode: enforce\n  limits: {%s}\n' % limits, args=('--metrics', '127.0.0.1:%d' % self.metrics))

    def metric(self, name):
        text = urllib.request.urlopen('http://127.0.0.1:%d/metrics' % self.metrics, timeout=10).read().decode()
        return int(re.search(r'^%s (\d+)$' % re.escape(name), text, re.M).group(1))

    def counted(self, name, n, seconds=15):
        """A request is counted when it is over, a moment after its answer."""
        end = time.time() + seconds
        while self.metric(name) != n and time.time() < end:
            time.sleep(0.05)
        assert self.metric(name) == n, (name, self.metric(name), n)

    def stop(self):
        self.proxy.stop()
        self.origin.close()


def head_of(n):
    """A request whose head has n bytes without the empty line at its end."""
    def make(left):
        return get('/', b'X-A: ' + b'a' * left + b'\r\n')
    return make(n + 2 - len(make(0)))


def target_of(n):
    return get('/' + 'a' * (n - 1))


def fields_of(n):
    return get('/', b''.join(b'X-A%d: b\r\n' % i for i in range(n - 1)))  # with Host


def trailers_of(n):
    line = b'X-A: ' + b'a' * (n - 7) + b'\r\n'
    return get('/', b'Transfer-Encoding: chunked\r\n', b'POST') + b'1\r\na\r\n0\r\n' + line + b'\r\n'


def args_of(n):
    return get('/?' + '&'.join('a%d=b' % i for i in range(n)))


def nested(n):
    return post(b'[' * n + b'1' + b']' * n, JSON)


def graphql(document):
    return post(json.dumps({'query': document}).encode(), JSON)


def selections(n):
    return graphql('query ' + '{a' * n + '}' * n)


def aliases(n):
    return graphql('query {' + ' '.join('a%d: b' % i for i in range(n)) + '}')


def documents(n):
    return post(json.dumps([{'query': 'query {a}'}] * n).encode(), JSON)


def coded(n):
    body = b'a=b'
    for _ in range(n):
        body = gzip.compress(body)
    return post(body, FORM, extra=b'Content-Encoding: ' + b', '.join([b'gzip'] * n) + b'\r\n')


def inflated(n):
    return post(zlib.compress(b'a=' + b'b c d e' * (n // 7)), FORM, extra=b'Content-Encoding: deflate\r\n')


# limit: its value in the policy, a request that is below it, one that is above, the status of that
REFUSED = {
    'body_bytes': ('1000', post(b'x' * 1000), post(b'x' * 1001), 413),
    'header_bytes': ('2KiB', head_of(2048), head_of(2049), 431),
    'target_bytes': ('1KiB', target_of(1024), target_of(1025), 414),
    'headers': ('20', fields_of(20), fields_of(21), 431),
    'trailer_bytes': ('100', trailers_of(100), trailers_of(101), 400),
    'args': ('5', args_of(5), args_of(6), 403),
    'depth': ('10', nested(10), nested(11), 403),
    'graphql_depth': ('10', selections(10), selections(11), 403),
    'graphql_aliases': ('10', aliases(10), aliases(11), 403),
    'graphql_documents': ('10', documents(10), documents(11), 403),
    'codings': ('1', coded(1), coded(2), 403),
    'inflate_bytes': ('64KiB, inflate_ratio: 10000', inflated(65534), inflated(65541), 403),
    'inflate_ratio': ('5', inflated(2000), inflated(2 << 20), 403),
}
# These change how much is held or looked at; the request passes either way, and is counted.
PASSED = {
    'body_inspect': ('4KiB', post(b'a=' + b'b' * 4000), post(b'a=' + b'b' * 3000 + b'&c=' + b'd' * 3000 + b'&e=f')),
    'field_hold': ('1KiB', post(b'a=' + b'b c ' * 200), post(b'a=' + b'b c ' * 600)),
    'opaque_window': ('1KiB, field_hold: 1KiB', post(NOISE, b'image/png'), post(NOISE * 40, b'image/png')),
}
COUNTED = {'trailer_bytes': 'merlon_malformed_total{fault="trailer"}'}


def silent(p, sent):
    c = p.connect(30)
    c.send(sent)
    return c


def answers(status):
    def check(c, p):
        assert c.answer()[0] == status
    return check


def closes(c, p):
    assert c.closed(20)


def read_slowly(c, p):
    time.sleep(1)
    end = time.time() + 20
    with c.sock:
        c.sock.settimeout(20)
        got = 0
        while time.time() < end:
            try:
                d = c.sock.recv(65536)
            except OSError:
                return
            if not d:
                break
            got += len(d)
        assert got < 64 << 20, 'all of it came'


def endless(head, body):
    yield b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % (64 << 20)
    for _ in range(64):
        yield b'z' * (1 << 20)


# limit: the label of merlon_timeouts_total, what is sent and then waited for, what then happens, the application
TIMES = {
    'head_timeout': ('head', b'GET / HTTP/1.1\r\nHost: a', answers(408), None),
    'read_timeout': ('body', b'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nabc', answers(408), None),
    'response_timeout': ('response', get('/'), answers(504), lambda head, body: time.sleep(3) or None),
    'write_timeout': ('write', get('/'), read_slowly, endless),
    'idle_timeout': ('idle', get('/'), lambda c, p: (answers(200)(c, p), closes(c, p)), None),
}
# Where they have their tests, since they need TLS, a WebSocket, and an application that does not accept.
ELSEWHERE = {'handshake_timeout': 'test_tls.py', 'tunnel_timeout': 'test_upgrades.py', 'connect_timeout': None}


def test_every_limit_has_a_row():
    text = subprocess.run([MERLON, 'lint', '--explain'], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r'^spec\.limits\.(\w+)$', text, re.M))
    assert len(known) > 20 and known == {*REFUSED, *PASSED, *TIMES, *ELSEWHERE}, known ^ {*REFUSED, *PASSED, *TIMES, *ELSEWHERE}
    here = os.path.dirname(os.path.abspath(__file__))
    for limit, name in ELSEWHERE.items():
        if name:
            with open(os.path.join(here, name)) as f:
                assert limit in f.read(), (limit, name)


def test_what_is_above_a_limit_is_refused_and_counted():
    for limit, (value, below, above, status) in REFUSED.items():
        m = Limited('%s: %s' % (limit, value))
        counter = COUNTED.get(limit, 'merlon_limits_total{limit="%s"}' % limit)
        got = m.proxy.ask(below)[0]
        assert got == 200, (limit, 'below', got, m.proxy.audits())
        assert m.metric(counter) == 0, (limit, 'below')
        got = m.proxy.ask(above)[0]
        assert got == status, (limit, 'above', got)
        m.counted(counter, 1)
        a = m.proxy.audits(1)[0]
        assert (a['protection'], a['sub']) == ('malformed', 'framing' if limit == 'trailer_bytes' else 'limit'), (limit, a)
        assert len(m.origin.requests) == 1
        m.stop()


def test_limits_that_only_change_what_is_held_are_counted():
    for limit, (value, below, above) in PASSED.items():
        m = Limited('%s: %s' % (limit, value))
        counter = 'merlon_limits_total{limit="%s"}' % limit
        assert m.proxy.ask(below)[0] == 200, limit
        m.counted(counter, 0)
        assert m.proxy.ask(above)[0] == 200, limit
        m.counted(counter, 1)
        assert [len(body) for _, body in m.origin.requests] == [len(x.partition(b'\r\n\r\n')[2]) for x in (below, above)]
        m.stop()


def test_what_takes_longer_than_a_limit_ends_and_is_counted():
    for limit, (label, sent, then, reply) in TIMES.items():
        m = Limited('%s: 600ms' % limit, Origin(reply) if reply else None)
        with silent(m.proxy, sent) as c:
            then(c, m.proxy)
        m.counted('merlon_timeouts_total{what="%s"}' % label, 1)
        m.stop()


PAUSE = 1.5  # of a limit of 3 s: a busy machine may make it longer


def pieces(*raw):
    def ask(p):
        with p.connect(30) as c:
            for i, piece in enumerate(raw):
                if i:
                    time.sleep(PAUSE)
                c.send(piece)
            return c.answer()[0]
    return ask


def reads_late(p):
    with p.connect(30) as c:
        c.send(get('/'))
        time.sleep(PAUSE)
        status, _, body = c.answer()
        return status if len(body) == 8 << 20 else len(body)


def comes_back(p):
    with p.connect(30) as c:
        for i in range(2):
            time.sleep(PAUSE if i else 0)
            c.send(get('/'))
            status = c.answer()[0]
        return status


def late(head, body):
    time.sleep(PAUSE)
    return b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'


IN_TIME = {
    'head_timeout': (pieces(b'GET / HTTP/1.1\r\nHo', b'st: a\r\n\r\n'), None),
    'read_timeout': (pieces(b'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nabc', b'defghij'), None),
    'response_timeout': (pieces(get('/')), late),
    'write_timeout': (reads_late, lambda head, body: b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % (8 << 20) + bytes(8 << 20)),
    'idle_timeout': (comes_back, None),
}


def test_what_takes_less_than_a_limit_goes_on():
    assert IN_TIME.keys() == TIMES.keys()
    for limit, (ask, reply) in IN_TIME.items():
        m = Limited('%s: 3s' % limit, Origin(reply) if reply else None)
        assert ask(m.proxy) == 200, limit
        assert m.metric('merlon_timeouts_total{what="%s"}' % TIMES[limit][0]) == 0, limit
        m.stop()


def test_an_application_that_does_not_accept_is_given_up_in_time():
    full = socket.socket()
    full.bind(('127.0.0.1', 0))
    full.listen(0)
    waiting = [socket.socket() for _ in range(4)]  # its queue is full: a SYN gets no answer
    for s in waiting:
        s.setblocking(False)
        s.connect_ex(full.getsockname())
    time.sleep(0.2)
    m = Limited('connect_timeout: 600ms', type('O', (), {'port': full.getsockname()[1], 'close': lambda self: None})())
    start = time.time()
    assert m.proxy.ask(get('/'))[0] == 504 and time.time() - start >= 0.6
    m.counted('merlon_timeouts_total{what="connect"}', 1)
    m.stop()
    for s in [full, *waiting]:
        s.close()


if __name__ == '__main__':
    run(globals())
