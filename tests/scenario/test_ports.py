#!/usr/bin/env python3
"""What is on a port of a container: HTTP, something else, TLS, or what a load balancer announces."""
from spaces import *
from test_tls import at, context, docs, rule

def test_redis_works_behind_a_discovered_port():
    with scene(6379, 'redis') as (net, app, d):
        d.protect(app, port=6379)
        for v6 in False, True:
            with net.connect(6379, v6=v6) as c:
                for _ in range(3):
                    served(c, b'*1\r\n$4\r\nPING\r\n', b'+PONG\r\n')
                big = b'x' * 3000000  # more than any queue
                threading.Thread(target=c.send, args=(b'*2\r\n$4\r\nECHO\r\n$%d\r\n%s\r\n' % (len(big), big),)).start()
                served(c, None, b'$3000000\r\n' + big + b'\r\n')
        d.wait_for('port=6379 state="not protected: speaks something else than HTTP"')


def test_a_server_that_speaks_first_works():
    with scene(2525, 'smtp') as (net, app, d):
        d.protect(app, port=2525)
        for i in range(3):
            start = time.time()
            with net.connect(2525) as c:
                served(c, None, b'220 ::ffff:10.77.0.1 ready\r\n')
                assert time.time() - start < (1 if i == 0 else 0.15)  # the next ones need not wait
                served(c, b'EHLO me\r\n', b'250 EHLO me\r\n')
                c.send(b'QUIT\r\n')
                served(c, None, b'221 bye\r\n')
                assert c.closed()
        d.wait_for('port=2525 state="not protected: speaks something else than HTTP"')


def test_http2_and_tls_are_passed_on_and_said():
    with scene(5000, 'grpc') as (net, app, d):
        d.protect(app, port=5000)
        with net.connect(5000) as c:
            served(c, b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', b'\0\0\0\4\0\0\0\0\0')
            served(c, b'hello', b'hello')
            c.sock.shutdown(socket.SHUT_WR)
            assert c.closed()
        d.wait_for('port=5000 state="not protected: speaks HTTP/2')
    with scene(8443, 'tls') as (net, app, d):
        d.protect(app, port=8443)
        for _ in range(2):
            with net.connect(8443) as c:
                served(c, HELLO, b'\x16\x03\x03')
            assert net.ask(port=8443)[0] == 400  # HTTP to a port of TLS does not end TLS there
        d.wait_for('port=8443 state="not protected: TLS')


def test_a_port_that_speaks_http_never_falls_back():
    with scene() as (net, app, d):
        d.protect(app)
        assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
        assert net.ask()[0] == 200
        for junk in b'*1\r\n$4\r\nPING\r\n', b'\0\0\0\x08GET / HTTP/1.1\r\n\r\n', b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n':
            with net.connect() as c:
                c.send(junk)
                assert closed_without(c, b'200'), junk
        assert 'not protected' not in d.log().replace('not protected yet', '')


def test_a_lenient_application_is_no_way_around():
    with scene(8080, 'lenient') as (net, app, d):
        d.protect(app)
        for junk in b'*\r\nGET / HTTP/1.1\r\n\r\n', b'\0\r\nGET / HTTP/1.1\r\n\r\n', HELLO + b'\nGET / HTTP/1.1\r\n\r\n':
            with net.connect() as c:
                c.send(junk)
                assert closed_without(c, b'secret'), junk


def test_a_slow_client_of_a_discovered_port_is_inspected():
    with scene() as (net, app, d):
        d.protect(app)
        for raw, status in (get('/'), 200), (get(b'/?q=' + ATTACK.replace(b' ', b'+')), 403):
            with net.connect() as c:
                time.sleep(0.4)  # the connection to the application stands already
                c.send(raw, step=7, pause=0.01)
                assert c.answer()[0] == status
            with net.connect() as c:
                c.send(raw[:1])
                time.sleep(0.3)
                c.send(raw[1:])
                assert c.answer()[0] == status
                c.send(raw)
                assert c.answer()[0] == status


def dripped(c, raw, pause):
    """How long it took until the peer closed."""
    start = time.time()
    for i in range(len(raw)):
        try:
            c.sock.sendall(raw[i:i + 1])
        except OSError:
            break
        c.sock.settimeout(pause)
        try:
            if not c.sock.recv(1):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.time() - start


def test_drops_do_not_hold_a_discovered_port():
    with scene(8080, 'announced', policy=ANNOUNCED + '  limits: {head_timeout: 1s}\n') as (net, app, d):
        d.protect(app)
        with net.connect() as c:
            assert 0.9 < dripped(c, V1, 0.4) < 3
        with net.connect() as c:  # a pause in it, and in time
            c.send(V1, step=11, pause=0.15)
            c.send(get('/hello'))
            assert c.answer()[0] == 200


def signed_ack(src, dst, sport, dport):
    """The segment of a connection that there never was, with a TCP-MD5 signature: an application drops it unanswered."""
    signature = bytes([19, 18]) + bytes(16) + b'\1\1'
    head = struct.pack('!HHIIBBHHH', sport, dport, 1000, 2000, 10 << 4, 0x10, 64000, 0, 0) + signature
    n = struct.unpack('!%dH' % (len(head) // 2), head) + struct.unpack('!4H', socket.inet_aton(src) + socket.inet_aton(dst)) + (6, len(head))
    return head[:16] + struct.pack('!H', ~(sum(n) + (sum(n) >> 16)) & 0xffff) + head[18:]


def test_a_connection_that_never_was_is_no_way_around():
    bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    for how in {}, {'ports': [8080], 'flags': DECLARED | FAIL_CLOSED}:
        with scene() as (net, app, d):
            d.protect(app, **how)
            answers = []
            for port in range(40000, 40005):
                with inside(net.client):  # the kernel tracks it from its middle, and asks no nat chain about the SYN
                    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
                    s.sendto(signed_ack(net.client4, net.app4, port, 8080), (net.app4, 0))
                    s.close()
                try:
                    answers.append(net.ask(bad, source_port=port)[0])
                except ConnectionRefusedError:
                    answers.append('refused')
            assert set(answers) == {'refused'}, answers
            assert net.ask()[0] == 200 and net.ask(bad)[0] == 403


def test_declared_ports_speak_http_only():
    with scene(6379, 'redis') as (net, app, d):
        d.protect(app, port=6379, ports=[6379], flags=DECLARED)
        with net.connect(6379) as c:
            c.send(b'*1\r\n$4\r\nPING\r\n\r\n')
            status, _, body = c.answer()
            assert status == 400 and b'PONG' not in body and d.audits(1)
    with scene(6379, 'redis') as (net, app, d):
        d.protect(app, port=6379, flags=REFUSE_OTHER)
        with net.connect(6379) as c:
            c.send(b'*1\r\n$4\r\nPING\r\n')
            assert closed_without(c, b'PONG')


V1 = b'PROXY TCP4 203.0.113.7 192.0.2.1 4711 443\r\n'
V2 = b'\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x13' + bytes.fromhex('cb007107c0000201126701bb') + b'\x04\0\x04vpce'
ANNOUNCED = '  access: {proxy_protocol: ["10.77.0.1/32", "fd77::1/128"], deny: ["203.0.113.66/32"]}\n'


def test_what_a_load_balancer_announces_reaches_the_application_and_the_rules():
    attack = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    with scene(8080, 'announced', policy=ANNOUNCED) as (net, app, d):
        for how in {}, {'ports': [8080], 'flags': DECLARED}:  # a port that was found, then one that was named
            d.protect(app, **how)
            for header, v6, step in itertools.product((V1, V2), (False, True), (0, 1)):
                with net.connect(v6=v6) as c:
                    for i in range(2):
                        c.send((b'' if i else header) + get('/hello'), step=step)
                        status, _, body = c.answer()
                        me, _, head = seen(body)  # the application sees the load balancer, and its header as it came, once
                        assert status == 200 and me == c.sock.getsockname()[0] and head.startswith(b'announced %s\nGET ' % header.hex().encode()), body
                    c.send(attack)
                    assert c.answer()[0] == 403
            assert net.ask(V1.replace(b'113.7', b'113.66') + get('/'))[0] == 403
            with net.connect() as c:
                c.send(get('/'))
                assert closed_without(c, b'200')
            d.tell(GONE, 0)
            assert d.done() == 0
        assert {x['client']['ip'] for x in d.audits(2)} == {'203.0.113.7', '203.0.113.66'}


def test_servers_that_speak_first_get_the_header_too():
    with scene(2525, 'announced_smtp', policy=ANNOUNCED) as (net, app, d):
        d.protect(app, port=2525)
        for header in V1, V2, V1:
            with net.connect(2525) as c:
                served(c, header, b'220 ::ffff:10.77.0.1 ready\r\n')
                served(c, b'EHLO me\r\n', b'250 EHLO me\r\n')
        d.wait_for('port=2525 state="not protected: speaks something else than HTTP"')


def secured(c):
    return Client(context().wrap_socket(c.sock, server_hostname='a.test'))


def test_tls_of_a_port_is_opened_and_inspected():
    attack = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    for how in {}, {'ports': [8443], 'flags': DECLARED}:
        with scene(8443, 'http', documents=docs(rule('certificate: a, upstream: off'), 'a')) as (net, app, d):
            d.protect(app, port=8443, **how)
            for v6 in False, True:
                with secured(net.connect(8443, v6=v6)) as c:
                    me = c.sock.getsockname()
                    for _ in range(2):
                        c.send(get('/hello'))
                        status, _, body = c.answer()
                        assert status == 200 and seen(body)[:2] == (me[0], me[1]), body
                    c.send(attack)
                    assert c.answer()[0] == 403
            a = d.audits(1)
            assert a[0]['client']['ip'] == net.client4 and a[0]['request']['tls'] == 'TLSv1.3' and a[0]['request']['server_name'] == 'a.test', a


def test_tls_on_both_sides_behind_a_load_balancer():
    os.environ['CERTIFICATE'] = at('app')
    with scene(8443, 'announced_tls', documents=docs(rule('certificate: a, upstream: same') + ANNOUNCED, 'a')) as (net, app, d):
        for how in {}, {'ports': [8443], 'flags': DECLARED}:
            d.protect(app, port=8443, **how)
            for header, together in itertools.product((V1, V2), (False, True)):
                c = net.connect(8443)
                c.sock.send(header, socket.MSG_MORE if together else 0)  # else it goes with the handshake's first bytes
                with secured(c) as c:
                    for _ in range(2):
                        c.send(get('/hello'))
                        status, _, body = c.answer()
                        assert status == 200 and b'announced %s\nGET /hello' % header.hex().encode() in body, body
                    c.send(get(b'/?q=' + ATTACK.replace(b' ', b'+')))
                    assert c.answer()[0] == 403
            d.tell(GONE, 0)
            assert d.done() == 0
        assert {x['client']['ip'] for x in d.audits(1)} == {'203.0.113.7'}


ISTIO = 'table ip istio { chain pre { type nat hook prerouting priority dstnat; tcp dport != 15008 redirect to :15006; }; }'


def test_a_mesh_keeps_what_is_its_own():
    for late in False, True:  # the rules of the mesh before ours, and after
        with scene(8080, 'http') as (net, app, d):
            net.serve(15001, 'tls')
            net.serve(15006, 'tls')  # the sidecar: TLS from outside
            rules = lambda: subprocess.run(['ip', 'netns', 'exec', net.app, 'nft', '-f', '-'], input=ISTIO.encode(), check=True)
            if not late:
                rules()
            d.tell(PUT, 0, app.pid, ports=[8080], flags=DECLARED)
            d.wait_for('slot=0 port=8080 state="not protected: mesh mTLS"')
            if late:
                rules()
            for _ in range(3):
                with net.connect() as c:
                    served(c, HELLO, b'\x16\x03\x03')


if __name__ == '__main__':
    run_here(globals())
