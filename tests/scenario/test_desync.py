#!/usr/bin/env python3
"""Requests put together from pieces on which parsers disagree, from a fixed seed, through Merlon to real servers: what a
server logs was counted by Merlon, and the clients that come next get the answers to their own requests. What
test_origins names one by one, here in combinations; besides, to an application of our own that is careless about bodies
and careful about fields. MERLON_DESYNC: how many for each server (160), MERLON_SEED."""
import os, random, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Origin, Proxy, free_port, run
import test_origins as origins
from test_origins import HIDDEN, forwarded, send

CALM = 0.92  # how often a piece is as it should be: one or two odd ones in a request get furthest
ROUND = 8  # requests between two looks at the server
N = len(HIDDEN)
METHODS = [b'POST', b'GET', b'HEAD', b'PUT', b'DELETE', b'OPTIONS', b'PATCH', b'post', b'TRACE', b'X']
TARGETS = [b'/post', b'/get', b'/ignored', b'/', b'*', b'http://a/post', b'http://b/post', b'/a?b#c', b'//a/b', b'/%0d%0aX:y', b'/a;b', b'/\xff', b'a:80']
VERSIONS = [b'HTTP/1.1', b'HTTP/1.0', b'HTTP/1.0', b'HTTP/1.9', b'HTTP/2.0', b'http/1.1', b'HTTP/01.1', b'HTTP/1.1 ', b'HTTP/1.10', b'']
ENDS = [b'\r\n', b'\n', b'\r', b'\r\r\n', b'\n\r', b'\r\n ', b'\r\n\t', b'\x0b\r\n', b'\0\r\n', b'\x85', b'\xe2\x80\xa8']
COLONS = [b': ', b':', b' : ', b'\t: ', b':\t', b': \t ', b':\x0b', b':\xa0', b'\0: ', b'=', b': \r\n ']
HOSTS = [b'Host: a', b'Host:a', b'Host: a\r\nHost: a', b'host: a:80', b'Host: ', b'X-Host: a']
CL_NAMES = [b'Content-Length', b'content-length', b'Content_Length', b'Content-Length\xa0', b'Content-Lengt\xc4\xa7', b'Content.Length', b' Content-Length']
CL_VALUES = [b'%d', b'0', b'+%d', b'-%d', b'0%d', b'%d, %d', b'%d,0', b'%d;0', b'0x%x', b'%d ', b'"%d"', b'1%d', b'%d\t', b'%d.0', b'%de0', b'\xd9\xa3%d', b'', b'99999999999999999999%d']
TE_NAMES = [b'Transfer-Encoding', b'transfer-encoding', b'Transfer_Encoding', b'Transfer-Encoding\0', b'Transfer\xadEncoding', b'X: x\r\nTransfer-Encoding', b'\tTransfer-Encoding']
TE_VALUES = [b'chunked', b'Chunked', b'CHUNKED', b'chunked ', b' chunked', b'\x0cchunked', b'"chunked"', b"'chunked'", b'chunked,', b',chunked', b'chunked;a=b', b'chunked, chunked', b'identity', b'identity, chunked',
                                 b'chunked, identity', b'gzip, chunked', b'xchunked', b'chunkedx', b'chu nked', b'\xc3\xa7hunked', b'c\xe1\xba\x96unked', b'chunked\x00', b'trailers', b'']
OTHERS = [b'Connection: keep-alive', b'Connection: close', b'Connection: Content-Length', b'Connection: Transfer-Encoding, Host', b'Connection: upgrade\r\nUpgrade: h2c', b'Keep-Alive: 5', b'Expect: 100-continue',
          b'Expect: 100-Continue, x', b'Expect:', b'TE: trailers', b'Accept: */*', b'Trailer: Content-Length', b'Content-Type: multipart/byteranges; boundary=x', b'X: ' + b'a' * 300, b'Content-Encoding: chunked',
          b'Proxy-Connection: keep-alive', b'X-HTTP-Method-Override: GET', b'Range: bytes=0-', b'Content-Range: bytes 0-1/2', b'GET /hidden HTTP/1.1', b'Set-Cookie: a', b'Upgrade: websocket', b': x', b'x']
SIZES = [b'%x', b'%X', b'0%x', b'000000000000000000%x', b'0x%x', b'+%x', b'-%x', b' %x', b'%x ', b'%x\t', b'%x;', b'%x;a=b', b'%x;a="\n"', b'%x;a="\r\n"', b'%x\r', b'\n%x', b'f%x', b'1%016x', b'%x_', b'%xg', b'%x;\0', b'']


def any_of(rng, values, n=None):
    v = values[0] if rng.random() < CALM else rng.choice(values)
    if n is not None and b'%' in v:
        for _ in range(v.count(b'%')):
            v = v.replace(b'%d', b'%d' % n, 1).replace(b'%x', b'%x' % n, 1).replace(b'%X', b'%X' % n, 1).replace(b'%016x', b'%016x' % n, 1)
    return v


def field(rng, name, value):
    return name + any_of(rng, COLONS) + value + any_of(rng, ENDS)


def chunk(rng, data):
    return any_of(rng, SIZES, len(data)) + any_of(rng, ENDS) + data + any_of(rng, ENDS)


def chunks(rng):
    """A body in chunks, with something hidden in it or behind it."""
    kind = rng.randrange(7)
    last = any_of(rng, [b'0\r\n\r\n', b'0\r\n' + any_of(rng, OTHERS) + b'\r\n\r\n', b'0\n\n', b'00\r\n\r\n', b'0\r\nContent-Length: %d\r\n\r\n' % N, b'0\r\n \r\n', b'0;x\r\n\r\n', b'0\r\r\n\r\n', b'0\r\n'])
    if kind == 0:
        return chunk(rng, HIDDEN) + last
    if kind == 1:
        return last + HIDDEN
    if kind == 2:
        return chunk(rng, b'x') + chunk(rng, HIDDEN) + last
    if kind == 3:
        return any_of(rng, SIZES, rng.choice([N, N, 1, N - 1, N + 1, N + 2])) + b'\r\n' + HIDDEN + b'\r\n' + last
    if kind == 4:
        return chunk(rng, HIDDEN)  # never ended
    if kind == 5:
        return chunk(rng, b'0\r\n\r\n' + HIDDEN) + last  # for whoever reads what was decoded as chunks again
    return HIDDEN


def request(rng, methods=None):
    """Bytes, or pieces with pauses (b'') between them."""
    lines = [any_of(rng, HOSTS) + any_of(rng, ENDS)]
    size = rng.choice([N, N, N, 0, 4, N - 1, N + 1, N + 5])
    n_cl, n_te = rng.choice([(1, 0)] * 5 + [(0, 1)] * 6 + [(0, 0), (1, 1), (2, 0), (0, 2)])
    for _ in range(n_cl):
        lines.append(field(rng, any_of(rng, CL_NAMES), any_of(rng, CL_VALUES, size)))
    for _ in range(n_te):
        lines.append(field(rng, any_of(rng, TE_NAMES), any_of(rng, TE_VALUES)))
    for _ in range(rng.choice([0, 0, 1, 2])):
        lines.append(any_of(rng, OTHERS) + any_of(rng, ENDS))
    rng.shuffle(lines)
    method = rng.choice(methods) if methods else any_of(rng, METHODS)
    first = method + any_of(rng, [b' ', b'  ', b'\t', b'\x0b']) + any_of(rng, TARGETS) + any_of(rng, [b' ', b'\t', b'']) + any_of(rng, VERSIONS) + any_of(rng, ENDS)
    head = any_of(rng, [b'', b'\r\n', b'\n', b' ', b'\0']) + first + b''.join(lines) + any_of(rng, [b'\r\n', b'\n', b'\r\r\n', b' \r\n'])
    plain = [HIDDEN, HIDDEN, HIDDEN[:rng.randrange(N)], b'', b'x' * 5 + HIDDEN]
    body = chunks(rng) if n_te and rng.random() < 0.8 else rng.choice(plain)
    if rng.randrange(12) == 0:
        return (head, b'', body)
    if rng.randrange(12) == 0:
        cut = rng.randrange(len(head))
        return (head[:cut], head[cut:] + body)
    return head + body


def look(p, server, seen, before, told_of, rounds):
    """The clients that come next, and what the server saw."""
    for i in range(2):
        status, _, body = p.ask(b'GET /next-%d HTTP/1.1\r\nHost: a\r\n\r\n' % (rounds * 2 + i))
        assert status in (200, 404) and b'for /next-%d' % (rounds * 2 + i) in body, (status, body, told_of)
    end = time.time() + 5
    while time.time() < end and not any(b'/next-%d' % (rounds * 2 + 1) in x for x in server.log()[seen:]):
        time.sleep(0.01)
    lines = server.log()[seen:]
    told = forwarded(p.metrics) - before  # answered or not
    assert not server.faults, (server.faults, told_of)
    assert len(lines) <= told, 'the server saw %d %r, Merlon told of %d: one of %r' % (len(lines), lines, told, told_of)
    return len(lines)


class Careless(Origin):
    """Reads no body of requests that mostly have none: what stands there is its next request, on a connection that no
    other client may be given then. It looks at the fields it gets: what belongs to the client's connection is none of
    its business, and there is one way only to read where the body ends."""
    NO_BODY = (b'GET', b'HEAD', b'DELETE', b'OPTIONS')
    HOP = {b'connection', b'keep-alive', b'proxy-connection', b'te', b'trailer', b'upgrade', b'http2-settings', b'expect'}

    def __init__(self):
        super().__init__(self.answer)
        self.lines, self.faults, self.spoilt = [], [], set()

    def answer(self, head, body):
        method, _, rest = head.partition(b' ')
        if not rest:
            return None  # what a body left behind
        text = b'for ' + rest.split(b' ')[0]
        return b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(text) + (b'' if method.upper() == b'HEAD' else text)

    def check(self, line, fields):
        names = [name.lower() for name, _ in fields]
        framing = [(n, v.strip()) for n, v in zip(names, [v for _, v in fields]) if n in (b'content-length', b'transfer-encoding')]
        if self.HOP & set(names) or names.count(b'host') != 1 or len(framing) > 1 or (b'transfer-encoding' in names and framing[0][1] != b'chunked'):
            self.faults.append((line, fields))

    def body(self, conn, head, buf):
        line, *rest = head.split(b'\r\n')
        fields = [(x.partition(b':')[0], x.partition(b':')[2]) for x in rest]
        if conn in self.spoilt:
            if b'/next-' in line:
                self.faults.append(('behind a body that was not read', line))
        else:
            self.lines.append(line)
            self.check(line, fields)
        if line.split(b' ')[0].upper() not in self.NO_BODY:
            return super().body(conn, head, buf)
        if any(n.lower() == b'transfer-encoding' or (n.lower() == b'content-length' and int(v)) for n, v in fields):
            self.spoilt.add(conn)
        return b'', buf

    def log(self):
        return list(self.lines)

    def stop(self):
        self.close()


def against(start, methods=None):
    server = start()
    if not server:
        print('skipped: %s is not here' % start.__name__)
        return
    seed, many = int(os.environ.get('MERLON_SEED', 1)), int(os.environ.get('MERLON_DESYNC', 160))
    rng, metrics = random.Random(seed), free_port()
    p = Proxy(server.port, '  mode: shadow\n', args=('--metrics', '127.0.0.1:%d' % metrics))  # what can be framed goes through
    p.metrics = metrics
    seen, passed = len(server.log()), 0
    try:
        for rounds in range(many // ROUND):
            before, batch = forwarded(metrics), [request(rng, methods) for _ in range(ROUND)]
            for raw in batch:
                send(p, raw, 0.03)
            n = look(p, server, seen, before, batch, rounds)
            seen += n
            passed += n - 2
        assert passed > many // 50, passed  # most are refused, not all
        print('   %s: %d of %d requests came through' % (start.__name__, passed, many))
    finally:
        p.stop()
        server.stop()


def test_nginx():
    against(origins.nginx)


def test_apache():
    against(origins.apache)


def test_node():
    against(origins.node)


def test_gunicorn():
    against(origins.gunicorn)


def test_careless():
    against(Careless, Careless.NO_BODY * 4 + (b'POST', b'get', b'Delete'))


if __name__ == '__main__':
    run(globals())
