"""PROXY protocol in: only from peers that the policy names, and from these always; before TLS."""
import contextlib, struct
from harness import *
from test_tls import TlsProxy, at, certificate, context, dial, docs, metric, rule, with_metrics

SIGNATURE = b'\r\n\r\n\0\r\nQUIT\n'
V1 = b'PROXY TCP4 203.0.113.7 192.0.2.1 4711 443\r\n'
ACCESS = '  access: {proxy_protocol: ["127.0.0.1/32"]%s}\n'


def v2(command=0x21, family=0x11, source='203.0.113.7', more=b''):
    f, ends = (socket.AF_INET, 4) if family == 0x11 else (socket.AF_INET6, 16)
    body = socket.inet_pton(f, source) + b'\1' * ends + struct.pack('>HH', 4711, 443) if command == 0x21 else b''
    return SIGNATURE + struct.pack('>BBH', command, family, len(body + more)) + body + more


def measured(o, policy, args=()):
    metrics, args = with_metrics(args)
    p = Proxy(o.port, policy=policy, args=args)
    p.metrics = metrics
    return p


def forwarded_for(o):
    return [x.split(b': ')[1].decode() for x in o.requests[-1][0].split(b'\r\n') if x.lower().startswith(b'x-forwarded-for')]


def refused(p, raw):
    """Closed without an answer."""
    with p.connect() as c:
        c.send(raw)
        return c.closed()


def test_the_client_is_the_one_that_was_announced():
    o = Origin()
    log = at('access.jsonl')
    p = measured(o, ACCESS % ', deny: ["198.51.100.0/24"]', ('--access-log', log))
    attack = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    for header, client in ((V1, '203.0.113.7'), (v2(), '203.0.113.7'), (v2(family=0x21, source='2001:db8::1'), '2001:db8::1'),
                           (v2(more=b'\x04\0\x04vpce' * 500), '203.0.113.7'),
                           (b'PROXY UNKNOWN\r\n', '127.0.0.1'), (v2(0x20, 0), '127.0.0.1'), (SIGNATURE + b'\x21\x31\0\xd8' + b'/' * 216, '127.0.0.1')):
        with p.connect() as c:
            for n in range(2):  # the header stands once, for all requests of the connection
                c.send((b'' if n else header) + get('/', b'X-Forwarded-For: 6.6.6.6\r\nTraceparent: 00-1-2-01\r\n'))
                assert c.answer()[0] == 200 and forwarded_for(o) == [client], (header, o.requests[-1])
                assert b'00-1-2-01' in o.requests[-1][0] and b'PROXY' not in o.requests[-1][0]
            c.send(attack)
            assert c.answer()[0] == 403
    a = p.audits(4)  # the repeats are rolled up by client
    assert {x['client']['ip'] for x in a} == {'203.0.113.7', '2001:db8::1', '127.0.0.1'}, a
    assert {x['client']['peer_ip'] for x in a} == {'127.0.0.1'} and {x['client'].get('port') for x in a if ':' in x['client']['ip']} == {4711}, a
    end = time.time() + 15
    while open(log).read().count('\n') < 21:
        assert time.time() < end, open(log).read()
        time.sleep(0.05)
    assert {json.loads(x)['client'] for x in open(log)} == {'203.0.113.7', '2001:db8::1', '127.0.0.1'}
    assert p.ask(V1.replace(b'203.0.113.7', b'198.51.100.1') + get('/'))[0] == 403  # rules see it
    assert [metric(p, 'merlon_proxy_headers_total{result="%s"}' % x) for x in ('v1', 'v2', 'local', 'refused')] == [2, 3, 3, 0]
    p.stop()


def test_split_at_every_byte_and_in_single_bytes():
    o = Origin()
    p = Proxy(o.port, policy=ACCESS % '')
    for header in V1, v2(more=b'\x05\0\2id'):
        whole = header + get('/')
        for i in range(1, len(header) + 3):
            with p.connect() as c:
                c.send(whole[:i])
                time.sleep(0.002)
                c.send(whole[i:])
                assert c.answer()[0] == 200 and forwarded_for(o) == ['203.0.113.7'], i
        with p.connect() as c:
            c.send(whole, step=1)
            assert c.answer()[0] == 200 and forwarded_for(o) == ['203.0.113.7']
    p.stop()


def test_from_nobody_else():
    o = Origin()
    for policy in '  mode: enforce\n', '  access: {proxy_protocol: ["192.0.2.0/24"], trusted_proxies: ["127.0.0.1/32"]}\n':
        p = Proxy(o.port, policy=policy)
        assert p.ask(get('/'))[0] == 200
        for header in V1, v2():
            n = len(o.requests)
            with p.connect() as c:
                c.send(header + get('/'))
                assert c.answer()[0] == 400
            assert len(o.requests) == n
        p.stop()


def test_a_named_peer_without_a_header_is_refused_and_counted():
    o = Origin()
    p = measured(o, ACCESS % '' + '  limits: {head_timeout: 500ms}\n')
    cases = [get('/'), b'\0', b'proxy ', V1.replace(b'\r', b''), V1.replace(b'4711', b'99999'), SIGNATURE + b'\x21\x11\0\1x', SIGNATURE + b'\x20\0\xff\xff',
             b'PROXY UNKNOWN ' + b'x' * 200, b'\n' + V1]
    for raw in cases:
        assert refused(p, raw), raw
    assert metric(p, 'merlon_proxy_headers_total{result="refused"}') == len(cases)
    assert p.log().count('event=proxy_header_refused') == 1 and ' peer=127.0.0.1 ' in p.log(), p.log()
    for raw in b'', V1[:20], SIGNATURE + b'\x21\x11\0\x0c':  # the rest does not come
        with p.connect() as c:
            c.send(raw)
            assert c.closed(20), raw
    assert metric(p, 'merlon_timeouts_total{what="head"}') == 3
    with p.connect() as c:  # in drops that do not come to an end in time
        start = time.time()
        with contextlib.suppress(OSError):
            c.send(V1, step=1, pause=0.1)
        assert c.closed(20) and time.time() - start < 10
    assert metric(p, 'merlon_timeouts_total{what="head"}') == 4
    with p.connect() as c:  # and in some that do
        c.send(V1, step=11, pause=0.06)
        c.send(get('/'))
        assert c.answer()[0] == 200
    o.requests.clear()
    with p.connect() as c:  # half of one, then the end
        c.send(V1[:20])
        c.sock.shutdown(socket.SHUT_WR)
        assert c.closed()
    assert p.ask(V1 + get('/'))[0] == 200 and not o.partial and len(o.requests) == 1
    p.stop()


def test_proxies_of_http_in_front_of_the_one_that_announces():
    """client → 198.51.100.9, a trusted proxy of HTTP → a load balancer → us."""
    o = Origin()
    p = Proxy(o.port, policy=ACCESS % ', trusted_proxies: ["198.51.100.0/24"], deny: ["203.0.113.66/32"]')
    header = V1.replace(b'203.0.113.7', b'198.51.100.9')
    more = b'X-Forwarded-For: 203.0.113.5\r\nForwarded: for=203.0.113.5;proto=https\r\nX-Real-IP: 203.0.113.5\r\n'
    assert p.ask(header + get('/', more))[0] == 200
    head = o.requests[-1][0]
    assert forwarded_for(o) == ['203.0.113.5, 198.51.100.9'], head
    assert b'Forwarded: for=203.0.113.5;proto=https, for=198.51.100.9\r\n' in head + b'\r\n' and b'X-Real-IP: 203.0.113.5' in head, head
    assert p.ask(header + get('/', more.replace(b'113.5', b'113.66')))[0] == 403
    assert p.ask(V1 + get('/', more))[0] == 200  # announced, but not trusted to tell of others
    head = o.requests[-1][0]
    assert forwarded_for(o) == ['203.0.113.7'] and b'\nForwarded' not in head and b'X-Real-IP' not in head, head
    p.stop()


def test_before_tls():
    o = Origin()
    metrics, args = with_metrics(())
    p = TlsProxy(o.port, docs(rule('certificate: a, upstream: off') + ACCESS % '', 'a'), args=args)
    p.metrics = metrics
    for header in V1, v2():
        for step in 0, 1:
            s = p.connect().sock
            Client(s).send(header, step=step)
            with Client(context().wrap_socket(s, server_hostname='a.test')) as c:
                for _ in range(2):
                    c.send(get('/'))
                    assert c.answer()[0] == 200 and forwarded_for(o) == ['203.0.113.7'] and b'X-Forwarded-Proto: https' in o.requests[-1][0]
    s = p.connect().sock
    s.send(V1, socket.MSG_MORE)  # the header and the first bytes of the handshake in one piece
    with Client(context().wrap_socket(s, server_hostname='a.test')) as c:
        c.send(get('/'))
        assert c.answer()[0] == 200
    for raw in b'\x16\x03\x01\x02\0\1\0' + b'x' * 100, get('/'):
        assert refused(p, raw), raw
    assert refused(p, V1 + get('/'))  # and then it must be TLS
    assert metric(p, 'merlon_proxy_headers_total{result="refused"}') == 2
    assert metric(p, 'merlon_tls_handshakes_total{result="not_tls"}') == 1
    p.stop()


def test_it_comes_and_goes_with_the_policy():
    o = Origin()
    p = Proxy(o.port, policy='  mode: enforce\n')
    assert p.ask(get('/'))[0] == 200
    p.write_policy(ACCESS % '')
    p.process.send_signal(signal.SIGHUP)
    p.wait_for('event=policy_loaded')
    end = time.time() + 10
    while not refused(p, get('/')):
        assert time.time() < end
        time.sleep(0.05)
    assert p.ask(V1 + get('/'))[0] == 200
    p.stop()


if __name__ == '__main__':
    run(globals())
