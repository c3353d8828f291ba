#!/usr/bin/env python3
"""`merlon defender` in plain network namespaces: what a container gets, without a container runtime."""
import re
from spaces import *
from test_tls import at, context, docs, rule


def seen(body):
    """The client's address and port as the application saw it, and the request's head."""
    line, _, head = body.partition(b'\n')
    address, port = line.decode().split()
    return address, int(port), head


def test_attacks_are_refused_and_the_application_sees_its_clients():
    with scene() as (net, app, d):
        d.protect(app)
        for v6 in False, True:
            with net.connect(v6=v6) as c:
                c.send(get('/hello'))
                status, _, body = c.answer()
                me = c.sock.getsockname()
                assert status == 200 and seen(body)[:2] == (me[0], me[1]), (body, me)
                assert b'X-Forwarded-For' not in body and b'GET /hello ' in body and b'Connection' not in body
                c.send(get('/again'))  # the same connection to the application
                assert seen(c.answer()[2])[:2] == (me[0], me[1])
            assert b'Connection: close' in net.ask(v6=v6)[2]  # the connection is that client's: the application closes it
            status, headers, _ = net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')), v6=v6)
            assert status == 403 and headers['x-merlon-event-id'], headers
        a = d.audits(2)
        assert len(a) == 2 and a[0]['client']['ip'] == net.client4 and a[1]['client']['ip'] == net.client6, a
        assert a[0]['workload']['app_port'] == 8080


def test_custom_rules_may_ask_for_the_container():
    """The scout answers; what the answers do to a request is the worker's."""
    policy = '  custom: [{id: internal, when: \'workload.labels["tier"] == "internal" and req.path startswith "/admin"\'}]\n'
    with scene(policy=policy) as (net, app, d):
        d.protect(app, answers=0)
        assert net.ask(get('/admin'))[0] == 200
        with net.connect() as c:
            for answers, status in (1, 403), (0, 200):  # a container that is told anew, or another one
                d.tell(PUT, 0, app.pid, answers=answers)
                end = time.time() + 20
                while True:
                    c.send(get('/admin'))
                    if c.answer()[0] == status:
                        break
                    assert time.time() < end
                    time.sleep(0.02)
            c.send(get('/'))
            assert c.answer()[0] == 200


def test_a_bypass_of_its_rule_is_shown_and_others_cannot_be_named():
    with scene() as (net, app, d):
        d.protect(app)

        def bypass(*args):
            return subprocess.run([MERLON, 'bypass', *args, '--state-dir', d.dir + '/state'], capture_output=True, text=True, timeout=30)
        r = bypass('no-such-rule', '--for', '1h')
        assert r.returncode == 1 and 'no-such-rule' in r.stderr, r
        assert bypass('--node', '--for', '1h').returncode == 0
        end = time.time() + 15
        while net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] != 200:
            assert time.time() < end
        r = subprocess.run([MERLON, 'status', '--state-dir', d.dir + '/state', '--json'], capture_output=True, text=True)
        assert json.loads(r.stdout)['bypass'][0]['rule'] == '*', r.stdout
        assert bypass('--node', '--end').returncode == 0
        while net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] != 403:
            assert time.time() < end + 15


def test_nothing_is_left_after_a_stop():
    with scene() as (net, app, d):
        before = net.rules()
        d.protect(app)
        assert net.rules() != before
        assert net.ask()[0] == 200
        assert d.stop() == 0
        assert net.rules() == before, net.rules()
        assert net.ask()[0] == 200


def test_what_nft_lists_can_be_loaded():
    with scene() as (net, app, d):  # who saves the rules of a node with ours must get theirs back
        d.protect(app)
        text = sh('ip netns exec %s nft list ruleset' % net.app)
        assert text.count('table inet merlon') == 2, text
        r = subprocess.run(['ip', 'netns', 'exec', net.client, 'nft', '-c', '-f', '-'], input=text, capture_output=True, text=True)
        assert r.returncode == 0, r.stderr


def test_ports_from_everywhere_never_collide():
    n = int(os.environ.get('MERLON_CONNECTIONS', 4000))
    with scene(workers=2) as (net, app, d):
        d.protect(app)
        for v6 in False, True:
            c = net.hammer(n, 32, v6)
            print('    ', 'IPv6' if v6 else 'IPv4', c)
            assert c['ok'] == c['own'] == n and c['stalled'] == 0 and set(c) == {'ok', 'own', 'own_port', 'stalled'}, c
            assert c['own_port'] > n * 0.99, c
        assert len(d.audits()) == 0


def refused_syns(ns):
    """How often a server's kernel took the SYN of a new connection for an old one of another, which it has in TIME_WAIT:
    time stamps begin elsewhere for each pair of ports, and the node gives ports again."""
    names, numbers = [l.split() for l in sh('ip netns exec %s cat /proc/net/netstat' % ns).splitlines()[:2]]
    return int(dict(zip(names, numbers)).get('PAWSTimewait', 0))  # not every kernel counts it


def test_clients_behind_a_masquerading_node():
    """MERLON_CONTROL=1: the same without a defender."""
    n = int(os.environ.get('MERLON_CONNECTIONS', 4000))
    with scene(workers=2) as (net, app, d):
        inner = net.client + 'i'
        sh('ip netns add %s; ip -n %s link set lo up' % (inner, inner))
        try:
            sh('ip -n {0} link add i0 index 10 type veth peer name e0 index 11 netns {1}'.format(net.client, inner))
            for ns, dev, last in (net.client, 'i0', 1), (inner, 'e0', 2):
                sh('ip netns exec {0} sysctl -qw net.ipv6.conf.{1}.accept_dad=0; ip -n {0} link set {1} up; '
                   'ip -n {0} addr add 10.79.0.{2}/24 dev {1}; ip -n {0} addr add fd79::{2}/64 dev {1} nodad'.format(ns, dev, last))
            sh('ip -n {0} route add default via 10.79.0.1; ip -n {0} -6 route add default via fd79::1'.format(inner))
            wait_for_ipv6((net.client, 'i0'), (inner, 'e0'))
            sh('ip netns exec %s sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1' % net.client)
            subprocess.run(['ip', 'netns', 'exec', net.client, 'nft', '-f', '-'], check=True, input=b'table inet node { chain post { '
                           b'type nat hook postrouting priority srcnat; oifname "e0" masquerade fully-random; }; }')
            if not os.environ.get('MERLON_CONTROL'):
                d.protect(app)
            for source, v6 in ('10.79.0.2', False), ('fd79::2', True):
                before = refused_syns(net.app)
                c = net.hammer(n, 32, v6, ns=inner, source=source)
                print('    ', 'IPv6' if v6 else 'IPv4', c, 'SYNs refused by the kernel: %d' % (refused_syns(net.app) - before))
                # who is refused tries again at once, by another port of the node; who is refused twice after a second
                assert c['ok'] == n and c['stalled'] <= n / 1000 and set(c) == {'ok', 'own', 'own_port', 'stalled'}, c
                assert c['own'] == 0  # the node's address is what there is to see
        finally:
            sh('ip netns del ' + inner)


def test_connections_that_stand_are_not_touched():
    with scene() as (net, app, d):
        with net.connect() as before:
            def ask(c, what):
                c.send(get('/' + what))
                status, _, body = c.answer()
                assert status == 200 and seen(body)[:2] == c.sock.getsockname()[:2], body
            ask(before, 'before')
            d.protect(app)
            ask(before, 'during')
            with net.connect() as during:
                ask(during, 'proxied')
                os.kill(d.process.pid, signal.SIGTERM)  # drains: the proxied one goes on until it is idle
                time.sleep(0.3)
                ask(before, 'after')
            assert d.process.wait(10) == 0
            ask(before, 'long after')


def test_a_stop_leaves_no_tracked_connection_for_the_next_start():
    """The kernel no longer hears of connections when our rules are gone, and goes on with what it knew when they are back:
    connections by the address and port of former ones were translated, or refused."""
    close = get('/', b'Connection: close\r\n')
    for v6 in False, True:
        with scene() as (net, app, d):
            d.protect(app)
            with net.connect(v6=v6, source_port=40000) as c:  # translated; closed by the other side, so that the port is free
                c.send(close)
                assert c.answer()[0] == 200 and c.closed()
            with net.connect(v6=v6) as upload:
                upload.send(post(b'b' * 1000)[:-500])
                d.process.send_signal(signal.SIGTERM)
                d.wait_for('event=stopping')
                time.sleep(0.5)
                with net.connect(v6=v6, source_port=40001) as c:  # tracked as it is; its end is not seen
                    c.send(get('/'))
                    assert c.answer()[0] == 200
                    upload.send(b'b' * 500)
                    assert upload.answer()[0] == 200
                    assert d.process.wait(20) == 0
                    c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))  # likewise
            with net.connect(v6=v6, source_port=40000) as before:
                before.send(get('/'))
                assert before.answer()[0] == 200
                new = Defender()
                try:
                    new.protect(app)
                    before.send(get('/'))
                    assert before.answer()[0] == 200
                    assert net.ask(close, v6=v6, source_port=40001)[0] == 200
                    assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')), v6=v6)[0] == 403
                finally:
                    new.close()


def test_a_killed_worker_leaves_the_queue_to_the_next():
    with scene() as (net, app, d):
        d.protect(app)
        assert net.ask()[0] == 200
        for i in range(3):
            pid = d.children('worker')[0]
            os.kill(pid, signal.SIGKILL)
            while pid in d.children('worker'):  # else it could still take the next connection with it
                pass
            status, _, body = net.ask()
            assert status == 200 and seen(body)[0] == net.client4
            assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
            d.wait_for('event=worker_died', i + 1)


def test_fail_open_when_everything_is_killed():
    with scene() as (net, app, d):
        before = net.rules()
        d.protect(app)
        hammer = net.hammer(0, 4)
        time.sleep(0.5)
        pids = [d.process.pid] + d.children('worker') + d.children('courier')
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        d.process.wait()
        time.sleep(1)
        c = json.loads(hammer.communicate()[0])
        print('    ', c)
        lost = sum(v for k, v in c.items() if k not in ('ok', 'own', 'own_port', 'stalled'))
        assert lost <= 12 and c['ok'] > 50, c  # what was under way: at most three a client
        assert net.ask()[0] == 200 and net.ask(v6=True)[0] == 200  # straight to the application
        r = net.cleanup(d.dir + '/state')
        assert r.returncode == 0 and ' 1 cleaned, 0 failed' in r.stdout, r
        assert net.rules() == before, net.rules()


def test_fail_closed_refuses_until_cleanup():
    for how in signal.SIGKILL, signal.SIGTERM:
        with scene() as (net, app, d):
            before = net.rules()
            d.protect(app, flags=FAIL_CLOSED)
            assert net.ask()[0] == 200
            d.stop(how)
            time.sleep(1.2)  # workers notice
            try:
                net.ask()
                assert False, 'served'
            except ConnectionRefusedError:
                pass
            r = net.cleanup(d.dir + '/state')
            assert r.returncode == 0 and ' 1 cleaned, 0 failed' in r.stdout, r
            assert net.rules() == before, net.rules()
            assert net.ask()[0] == 200


def test_a_killed_warden_alone_leaves_the_way_open():
    with scene() as (net, app, d):
        d.protect(app)
        assert net.ask()[0] == 200
        d.process.kill()
        d.process.wait()
        for _ in range(20):
            assert net.ask()[0] == 200
            time.sleep(0.1)


def served(c, ask, expected):
    """Says it and reads the expected answer."""
    if ask:
        c.send(ask)
    while len(c.buf) < len(expected):
        c.fill()
    assert c.buf.startswith(expected), c.buf
    c.buf = c.buf[len(expected):]


def closed_without(c, secret):
    """Whether the peer ended the connection before that was said."""
    try:
        while True:
            c.fill()
    except (EOFError, ConnectionError):
        return secret not in c.buf


HELLO = b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + b'r' * 501


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


def fds(pid):
    return len(os.listdir('/proc/%d/fd' % pid))


def test_containers_that_share_a_namespace():
    with scene() as (net, app, d):
        before = net.rules()
        other = net.serve(9090)
        pause = net.run('sleep', '1000')
        d.tell(PUT, 0, pause.pid, rule=NO_RULE)
        d.protect(app, 1, ports=[8080], flags=DECLARED)
        d.protect(other, 2, 9090, ports=[9090], flags=DECLARED)
        bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
        assert [net.ask(bad, port=p)[0] for p in (8080, 9090)] == [403, 403]
        d.tell(GONE, 2)  # one of them ends
        other.kill()
        assert d.done() == 2
        assert net.ask(bad)[0] == 403
        third = net.serve(9090)
        d.protect(third, 2, 9090, ports=[9090], flags=DECLARED)
        assert net.ask(bad, port=9090)[0] == 403 and net.ask(port=9090)[0] == 200
        for slot in 1, 2, 0:
            d.tell(GONE, slot)
            assert d.done() == slot
        assert net.rules() == before, net.rules()
        assert net.ask(bad)[0] == 200  # the namespace goes on without us


def test_a_port_that_opens_later_and_one_that_closes():
    with scene() as (net, app, d):
        d.protect(app)
        late = net.serve(8081)
        d.wait_for('port=8081 state="protected"')
        bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
        assert net.ask(bad, port=8081)[0] == 403
        late.kill()
        time.sleep(2.5)
        try:
            net.connect(8081)
            assert False
        except ConnectionRefusedError:
            pass


def test_a_hint_is_protected_before_anything_listens():
    with scene(9999) as (net, app, d):
        d.tell(PUT, 0, app.pid, ports=[8080])
        d.wait_for('event=port slot=0 port=9999 state="protected"')
        late = net.serve(8080)  # at once: no time to look
        assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
        late.kill()


def test_the_first_client_of_a_port_that_nobody_named():
    bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    with scene() as (net, app, d):
        d.protect(app)
        for i in range(6):
            late = net.serve(8090 + i)  # at once: no time to look
            assert net.ask(bad, port=8090 + i, v6=i % 2 == 1)[0] == 403
            assert net.ask(port=8090 + i)[0] == 200
            late.kill()
        redis = net.serve(6379, 'redis')
        with net.connect(6379) as c:
            served(c, b'*1\r\n$4\r\nPING\r\n', b'+PONG\r\n')
        redis.kill()
        try:  # what nobody listens on is refused, not taken and let go
            net.connect(8099)
            assert False
        except ConnectionRefusedError:
            pass
    with scene() as (net, app, d):  # fail: closed holds for them, too
        d.protect(app, flags=FAIL_CLOSED)
        d.stop(signal.SIGKILL)
        time.sleep(1.2)
        late = net.serve(8090)
        try:
            net.connect(8090)
            assert False, 'served'
        except ConnectionRefusedError:
            pass
        assert net.cleanup(d.dir + '/state').returncode == 0
        assert net.ask(port=8090)[0] == 200
        late.kill()


OPENS = '''
import socket, struct, sys, time
port, seconds, opens, reached = int(sys.argv[1]), float(sys.argv[2]), 0, 0
print('opening', flush=True)
end = time.monotonic() + seconds
while time.monotonic() < end:
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('0.0.0.0', port))
    s.listen(1024)
    s.setblocking(False)
    opens += 1
    time.sleep(0.001)
    try:
        while True:
            s.accept()[0].close()
            reached += 1
    except BlockingIOError:
        s.close()
    time.sleep(0.001)
print(opens, reached)
'''
KNOCKS = '''
import socket, struct, sys
to, caught, refused = (sys.argv[1], int(sys.argv[2])), 0, 0
print('knocking', flush=True)
while sys.stdin not in __import__('select').select([sys.stdin], [], [], 0)[0]:
    for _ in range(200):
        with socket.socket() as s:
            s.settimeout(5)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            if s.connect_ex(to):
                refused += 1
            else:
                caught += 1
print(caught, refused)
'''


def test_nobody_slips_in_while_a_port_opens():
    """Between the rule's look for a listener and the kernel's own there are microseconds in which a port opens. The
    warden stands still, so that the port is never one that is known."""
    with scene() as (net, app, d):
        d.protect(app)
        d.process.send_signal(signal.SIGSTOP)
        try:
            knockers = [net.run(sys.executable, '-c', KNOCKS, net.app4, '8090', ns=net.client, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                        for _ in range(2)]
            for k in knockers:
                assert k.stdout.readline() == b'knocking\n'
            opener = net.run(sys.executable, '-c', OPENS, '8090', os.environ.get('MERLON_OPENS_S', '3'), stdout=subprocess.PIPE)
            opens, reached = map(int, opener.communicate(timeout=200)[0].split()[1:])
            counts = [tuple(map(int, k.communicate(b'end', timeout=60)[0].split())) for k in knockers]
        finally:
            d.process.send_signal(signal.SIGCONT)
        print('    opened %d times, %d reached it; clients (caught, refused): %s' % (opens, reached, counts))
        assert opens > 50 and all(caught and refused for caught, refused in counts), (opens, counts)
        assert reached == 0, (reached, opens)


def test_the_port_of_a_connection_from_before_is_no_way_around():
    """A connection that the kernel tracks as it is, not as ours, and that its server has reset: for some seconds the
    same client port is the same connection to the kernel."""
    from_before()


def from_before(within=()):
    bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    with scene(within=within) as (net, app, d):
        d.protect(app)
        d.stop(signal.SIGKILL)  # fail: open
        time.sleep(1.2)
        with inside(net.app):
            resetting = socket.create_server(('0.0.0.0', 8081))
        with net.connect(8081, source_port=40000):
            served_by = resetting.accept()[0]
            served_by.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            served_by.close()
        resetting.close()
        net.serve(8081)
        new = Defender(within=within)
        try:
            new.protect(app, port=8081)
            try:
                assert net.ask(bad, port=8081, source_port=40000)[0] == 403
            except ConnectionRefusedError:
                pass
            assert net.ask(bad, port=8081, source_port=40001)[0] == 403
        finally:
            new.close()


def test_without_a_look_for_sockets():
    """What the kernel cannot do is said; the ports that are known are held as ever, later ones are found by looking."""
    bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    with tempfile.TemporaryDirectory() as folder:
        within = [*poorer_nft(folder, 'socket wildcard'), 'sh', '-c', 'shift; exec "$@"', 'sh']
        with scene(within=within, workers=2) as (net, app, d):
            before = net.rules()
            d.protect(app)
            assert 'event=no_nft_socket' in d.log() and 'wildcard' not in chains(net) and 'chain missed' in chains(net)
            assert net.ask(bad)[0] == 403 and net.ask()[0] == 200
            net.serve(8090)
            d.wait_for('slot=0 port=8090 state="protected"')
            assert net.ask(bad, port=8090)[0] == 403
            try:
                net.connect(8091)
                raise AssertionError('8091 answered')
            except ConnectionRefusedError:  # by the kernel, as ever
                pass
            new = Defender(within=within, takeover=d, workers=2)
            try:
                new.tell(PUT, 0, app.pid)
                new.tell(SYNCED)
                assert d.process.wait(20) == 0
                new.wait_for('event=no_nft_socket')  # its own rules, and it knows what they cannot do
                assert net.ask(bad)[0] == 403 and net.ask(bad, port=8090)[0] == 403
                assert new.stop() == 0 and net.rules() == before, net.rules()
            finally:
                new.close()
        from_before(within)


def test_nothing_leaks_with_containers_that_come_and_go():
    with scene(workers=2) as (net, app, d):
        d.protect(app)
        workers = d.children('worker')
        def counts():
            return [fds(p) for p in [d.process.pid] + workers]
        def memory():
            return [int(open('/proc/%d/statm' % p).read().split()[1]) * 4 for p in [d.process.pid] + workers]
        nets = []
        for _ in range(4):
            n = Net()
            nets.append((n, n.serve(8080)))
        try:
            start = None
            for i in range(int(os.environ.get('MERLON_ROUNDS', 12))):
                for slot, (n, p) in enumerate(nets, 1):
                    d.tell(PUT, slot, p.pid)
                for slot, (n, p) in enumerate(nets, 1):
                    d.wait_for('slot=%d port=8080 state="protected"' % slot, i + 1)
                    with n.connect() as c:
                        c.send(get('/'))
                        assert c.answer()[0] == 200
                        d.tell(GONE, slot)
                        assert d.done() == slot
                        assert c.closed()
                if i == 2:
                    start = counts(), memory()
            assert counts() == start[0], (counts(), start)
            assert all(b - a < 2048 for a, b in zip(start[1], memory())), (memory(), start)
            assert d.children('worker') == workers
            assert net.ask()[0] == 200
        finally:
            for n, _ in nets:
                n.close()


def chains(net):
    """Our table, without its counts."""
    return re.sub(r'packets \d+ bytes \d+', '', sh('ip netns exec %s nft list table inet merlon' % net.app))


def test_an_upgrade_refuses_nothing_and_lets_nothing_by():
    with scene(workers=2) as (net, app, d):
        before = net.rules()
        gone = Net()
        gone_app = gone.serve(8080)
        d.protect(app)
        d.protect(gone_app, 1)
        bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'), b'Connection: close\r\n')
        passed = []
        stop = threading.Event()

        def attack():
            while not stop.is_set():
                passed.append(net.ask(bad, timeout=20)[0])
        attacker = threading.Thread(target=attack)
        hammer = net.hammer(0, 8)
        attacker.start()
        time.sleep(0.5)
        with net.connect() as c, net.connect() as upload:
            c.send(get('/'))
            assert c.answer()[0] == 200
            upload.send(post(b'b' * 1000)[:-500])
            as_ours = chains(net)
            sh('ip netns exec {0} nft flush chain inet merlon missed; ip netns exec {0} nft add chain inet merlon of_before'.format(net.app))  # of another version
            new = Defender(takeover=d)
            try:
                new.tell(PUT, 5, app.pid)
                new.tell(SYNCED)
                new.wait_for('slot=5 port=8080 state="protected"')
                end = time.monotonic() + 10
                while chains(net) != as_ours:
                    assert time.monotonic() < end, chains(net)
                    time.sleep(0.05)
                upload.send(b'b' * 500)  # the old one's, which drains: other rules, but still translated
                assert upload.answer()[0] == 200
                assert d.process.wait(20) == 0 and 'event=taken_over' in d.log()
                time.sleep(0.5)
                count = json.loads(hammer.communicate()[0])
                stop.set()
                attacker.join()
                print('    ', count, len(passed))
                assert set(count) == {'ok', 'own', 'own_port', 'stalled'} and count['ok'] > 100, count
                assert set(passed) == {403} and len(passed) > 10, set(passed)
                assert net.ask(bad)[0] == 403
                end = time.monotonic() + 10  # its container ended while nobody looked
                while 'merlon' in gone.rules()[0] and time.monotonic() < end:
                    time.sleep(0.1)
                assert 'merlon' not in gone.rules()[0]
                assert new.stop() == 0
                assert net.rules() == before, net.rules()
            finally:
                print(new.log()[-2000:] if new.process.poll() != 0 else '', end='')
                new.close()
                gone.close()


def test_cleanup_leaves_alone_what_another_defender_protects():
    with scene() as (net, app, d):
        d.protect(app, flags=FAIL_CLOSED)
        installed = net.rules()
        r = net.cleanup(d.dir + '/another')
        assert r.returncode == 0 and '0 cleaned, 0 failed, 1 protected' in r.stdout, r
        assert net.rules() == installed
        r = net.cleanup(d.dir + '/state')
        assert r.returncode == 3 and 'a defender is running' in r.stderr, r


def test_a_takeover_that_fails_changes_nothing():
    with scene() as (net, app, d):
        d.protect(app)
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.connect(d.dir + '/state/takeover')
        assert len(s.recv(4096)) > 0
        s.close()
        d.wait_for('event=takeover_failed')
        assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
        r = subprocess.run([MERLON, 'defender', '--state-dir', d.dir + '/state', '--workloads-fd', '0'], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert r.returncode == 3 and 'another defender runs' in r.stderr, r


def test_rules_and_routes_that_get_lost_come_back():
    bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    with scene() as (net, app, d):
        sh('ip netns exec %s sysctl -qw net.ipv6.conf.lo.disable_ipv6=1' % net.app)
        d.protect(app)
        sh('ip netns exec %s sysctl -qw net.ipv6.conf.lo.disable_ipv6=0' % net.app)  # as when a network is connected
        time.sleep(2.5)
        assert net.ask(v6=True)[0] == 200 and net.ask(bad, v6=True)[0] == 403
        sh('ip netns exec %s nft delete table inet merlon' % net.app)
        d.wait_for('event=rules_lost')
        time.sleep(0.2)
        assert net.ask()[0] == 200 and net.ask(bad)[0] == 403


def test_link_local_clients_are_served():
    with scene() as (net, app, d):
        d.protect(app, ports=[8080], flags=DECLARED)
        address, mine = [sh("ip -n %s -6 -o addr show dev e0 scope link" % ns).split()[3].split('/')[0] for ns in (net.app, net.client)]
        for raw, status in (get('/'), 200), (get(b'/?q=' + ATTACK.replace(b' ', b'+')), 403), (get('/'), 200):
            with inside(net.client):
                s = socket.socket(socket.AF_INET6)
                s.settimeout(5)
                s.bind((mine, 0, 0, socket.if_nametoindex('e0')))
                s.connect((address, 8080, 0, socket.if_nametoindex('e0')))
            with Client(s) as c:
                c.send(raw)
                got, _, body = c.answer()
                assert got == status and (status == 403 or body.startswith(address.encode())), (got, body)


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


def test_a_client_is_banned_at_its_rule_until_it_is_lifted_through_an_upgrade():
    with scene(policy='  protections: {sqli: ban}\n  ban: {private: true}\n', workers=2) as (net, app, d):
        d.protect(app)

        def becomes(status):
            end = time.time() + 30
            while [net.ask(get(b'/'))[0] for _ in range(4)] != [status] * 4:
                assert time.time() < end, d.log()
        becomes(200)
        assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
        becomes(403)
        new = Defender(takeover=d, policy='  protections: {sqli: ban}\n  ban: {private: true}\n', workers=2)
        try:
            new.tell(PUT, 5, app.pid)
            new.tell(SYNCED)
            assert d.process.wait(20) == 0
            new.wait_for('slot=5 port=8080 state="protected"')
            assert [net.ask(get(b'/'))[0] for _ in range(8)] == [403] * 8  # an upgrade lifts nothing
            r = subprocess.run([MERLON, 'bans', 'lift', 'all', '--state-dir', d.dir + '/state'], capture_output=True, text=True, timeout=30)
            assert r.returncode == 0 and r.stdout == '1 ban lifted\n', r
            becomes(200)
            assert new.stop() == 0
        finally:
            new.close()


if __name__ == '__main__':
    run_here(globals())
