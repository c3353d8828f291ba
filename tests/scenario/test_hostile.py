#!/usr/bin/env python3
"""What hostile clients, and applications that break the rules, try with the proxy itself."""
import os, socket, sys, time, urllib.request
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

SQL = "?id=1'+or+'1'='1"


def pair(policy='  mode: enforce\n', reply=None, **kw):
    o = Origin(reply)
    return o, Proxy(o.port, policy, **kw)


def fields(head, name):
    return [line.split(b':', 1)[1].strip() for line in head.split(b'\r\n')[1:] if line.lower().startswith(name.lower() + b':')]


def test_what_a_client_says_of_its_own_address_stays_out():
    o, p = pair()
    p.ask(get('/', b'Forwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n'
                   b'X.Forwarded.For: 6.6.6.6\r\nX_Real_IP: 6.6.6.6\r\nX!Real!IP: 6.6.6.6\r\n'))
    head = o.requests[-1][0]
    assert b'6.6.6.6' not in head and fields(head, b'x-forwarded-for') == [b'127.0.0.1'], head
    assert fields(head, b'x-forwarded-proto') == [b'http']
    p.stop()


def test_what_trusted_proxies_listed_is_continued():
    for mode in ('enforce', 'off'):
        o, p = pair('  mode: %s\n  access: {trusted_proxies: ["127.0.0.0/8"]}\n' % mode)
        # a client claims an address, the proxy adds the true one in a field of its own
        p.ask(get('/', b'X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 198.51.100.1\r\nForwarded: for=198.51.100.1\r\nX-Forwarded-Proto: https\r\n'))
        head = o.requests[-1][0]
        assert fields(head, b'x-forwarded-for') == [b'6.6.6.6, 198.51.100.1, 127.0.0.1'], head
        assert fields(head, b'forwarded') == [b'for=198.51.100.1, for=127.0.0.1'] and fields(head, b'x-forwarded-proto') == [b'https']
        p.stop()


def test_a_login_by_connection_is_for_its_client_only():
    users = {}

    def reply(head, body):
        import threading
        me = threading.get_ident()  # one thread a connection
        if b'NTLM' in head:
            users[me] = head.split(b'NTLM ')[1].split(b'\r\n')[0]
        who = users.get(me, b'nobody')
        return b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(who) + who
    o, p = pair(reply=reply)
    with p.connect() as alice:
        alice.send(get('/', b'Authorization: NTLM alice\r\n'))
        assert alice.answer()[2] == b'alice'
        for _ in range(3):
            assert p.ask(get('/'))[2] == b'nobody'
        alice.send(get('/'))
        assert alice.answer()[2] == b'alice'  # her own connection is kept for her
    assert p.ask(get('/'))[2] == b'nobody'
    p.stop()


def test_an_attack_without_an_answer_is_told_all_the_same():
    """In shadow mode, where it reaches the application: that one dies of it, or the client does not wait."""
    crash = lambda head, body: None if b'/crash' in head else (time.sleep(0.5), b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')[1]
    metrics = free_port()
    origin = Origin(crash)
    p = Proxy(origin.port, '  mode: shadow\n', args=('--metrics', '127.0.0.1:%d' % metrics))
    query = b'?q=' + ATTACK.replace(b' ', b'+')
    assert p.ask(get(b'/crash' + query))[0] == 502
    with p.connect() as c:
        c.send(get(b'/left' + query))
        while len(origin.requests) < 2:
            time.sleep(0.01)
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
    with p.connect() as c:  # it does not even come to its end
        c.send(b'POST /cut' + query + b' HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc')
        time.sleep(0.2)
        c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
    audits = {a['request']['path']: a for a in p.audits(3)}
    assert sorted(audits) == ['/crash', '/cut', '/left'], audits
    assert all((a['effect'], a['protection']) == ('alert', 'sqli') for a in audits.values())
    assert audits['/crash']['response']['status'] == 502 and 'response' not in audits['/left']
    text = urllib.request.urlopen('http://127.0.0.1:%d/metrics' % metrics, timeout=10).read().decode()
    for outcome, n in ('forwarded', 0), ('error', 1), ('abandoned', 1):
        assert 'merlon_requests_total{outcome="%s"} %d\n' % (outcome, n) in text, (outcome, text)
    p.stop()


def test_a_cut_answer_without_framing_ends_in_a_reset():
    def reply(head, body):
        yield b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'
        time.sleep(0.2)
        raise OSError('the application dies')
    o, p = pair(reply=reply)
    with p.connect() as c:
        c.send(b'GET / HTTP/1.0\r\nHost: a.test\r\n\r\n')
        try:
            c.answer()
            assert False, 'a cut answer looked complete'
        except ConnectionResetError:
            pass
    p.stop()


def test_a_body_over_the_limit_is_refused_before_it_comes():
    o, p = pair('  limits: {body_bytes: 1000}\n')
    with p.connect() as c:
        c.send(b'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n')
        assert c.answer()[0] == 413
    assert p.ask(post(b'x' * 1001, chunk=100))[0] == 413
    assert p.ask(post(b'x' * 1000, chunk=100))[0] == 200 and p.ask(post(b'x' * 1000))[0] == 200
    assert not o.partial and len(o.requests) == 2
    p.stop()
    o, p = pair('  mode: shadow\n  limits: {body_bytes: 1000}\n')
    assert p.ask(post(b'x' * 1001, chunk=100))[0] == 200 and p.ask(post(b'x' * 1001))[0] == 200
    assert {a['sub'] for a in p.audits(2)} == {'limit'}
    p.stop()


def test_hosts_by_other_fields_neither_borrow_exceptions_nor_escape_endpoints():
    others = [b'X-Forwarded-Host: shop.example\r\n', b'Forwarded: host=shop.example\r\n', b'X-Host: shop.example\r\n',
              b'Forwarded: for=1.2.3.4, for=1.2.3.5; Host="shop.example.:80"\r\n', b'X-Original-Host: x.example, SHOP.example\r\n']

    def ask(extra):
        return p.ask(b'GET /' + SQL.encode() + b' HTTP/1.1\r\nHost: blog.example\r\n' + extra + b'\r\n')[0]
    o, p = pair('  exceptions: [{protection: sqli, host: blog.example, reason: x}]\n')
    assert ask(b'') == 200 and ask(b'X-Forwarded-Host: blog.example:8080\r\n') == 200
    assert [ask(x) for x in others] == [403] * len(others)
    p.stop()
    o, p = pair('  endpoints: [{host: shop.example}]\n')
    assert ask(b'') == 200
    assert [ask(x) for x in others] == [403] * len(others)
    p.stop()


def test_a_body_that_an_application_does_not_read_is_no_other_clients_request():
    def reply(head, body):
        path = head.split()[1]
        return b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(path) + path
    o = Origin(reply)
    whole = o.body
    o.body = lambda conn, head, buf: (b'', buf) if head[:3].upper() == b'GET' else whole(conn, head, buf)
    p = Proxy(o.port)
    smuggled = b'GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n'
    for method in (b'GET', b'GET', b'get', b'gEt', b'GET'):
        assert p.ask(get('/a', b'Content-Length: %d\r\n' % len(smuggled), method) + smuggled)[2] == b'/a'
        for path in (b'/b', b'/c'):
            assert p.ask(get(path))[2] == path
    p.stop()


def test_the_page_says_what_kind_of_refusal_it_is():
    o, p = pair('  access: {deny: ["127.0.0.0/8"]}\n')
    assert b'from your address' in p.ask(get('/'))[2]
    p.stop()
    o, p = pair('  headers: [{name: X-Api-Key, require: true}]\n  limits: {body_bytes: 10, args: 3}\n  protections: {csrf: prevent}\n')
    assert b'A rule of this site' in p.ask(get('/'))[2]
    key = b'X-Api-Key: 1\r\n'
    assert b'an attack' in p.ask(get('/' + SQL, key))[2]
    assert b'larger than this site allows' in p.ask(post(b'x' * 20, extra=key))[2]
    assert b'passes a limit' in p.ask(get('/?a=1&b=2&c=3&d=4', key))[2]
    assert b'page of another site' in p.ask(post(b'a=1', extra=key + b'Cookie: a=b\r\nOrigin: https://evil.example\r\n'))[2]
    p.stop()


def test_secrets_in_texts_and_addresses_are_masked():
    o, p = pair()
    jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'
    p.ask(get('/reset/' + jwt + SQL, b'Referer: https://a.test/x?token=hunter1\r\n'))
    p.ask(post(b'{"a":"{\\"password\\":\\"hunter2\\"} 1\' UNION SELECT a FROM b--"}', ctype=b'application/json'))
    p.audits(2)
    text = open(p.audit_path).read()
    assert 'hunter' not in text and jwt not in text and 'UNION SELECT' in text
    p.stop()


if __name__ == '__main__':
    run(globals())
