#!/usr/bin/env python3
"""What passes, what is refused, and that the application gets exactly what it should."""
import os, socket, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *


def pair(policy=None, reply=None, **kw):
    o = Origin(reply)
    return o, Proxy(o.port, policy, **kw)


def test_attack_is_refused_and_explained():
    o, p = pair()
    status, headers, body = p.ask(get("/?id=1'%20UNION%20SELECT%20password%20FROM%20users--", b'Accept: text/html\r\n'))
    assert status == 403, status
    event = headers['x-merlon-event-id']
    assert event.encode() in body and b'<html' in body
    a = p.audits(1)[0]
    assert a['event_id'] == event and a['effect'] == 'prevent' and a['protection'] == 'sqli', a
    assert a['field']['location'] == 'query' and a['field']['name'] == 'id'
    assert 'UNION SELECT' in a['field']['match'] and a['field']['offset'] == 3, a['field']
    assert o.requests == []
    p.stop()


def test_api_clients_get_json():
    o, p = pair()
    status, headers, body = p.ask(get('/?q=<script>alert(1)</script>', b'Accept: application/json\r\n'))
    assert status == 403 and headers['content-type'] == 'application/json'
    assert json.loads(body)['error']['event_id'] == headers['x-merlon-event-id']
    p.stop()


def test_keep_alive_and_pipelining_judge_every_request():
    o, p = pair()
    with p.connect() as c:
        c.send(get('/1') + get('/2') + get('/?id=' + "1'+or+'1'='1") + get('/4'))
        got = [c.answer()[0] for _ in range(4)]
    assert got == [200, 200, 403, 200], got
    assert [h.split()[1] for h, _ in o.requests] == [b'/1', b'/2', b'/4']
    assert o.connections == 1, o.connections
    p.stop()


def test_any_split_gives_the_same():
    o, p = pair()
    raw = get('/x?a=1', b'X-A: b\r\n') + post(b'a=1&b=' + ATTACK.replace(b' ', b'+'), chunk=9)
    for step in (1, 2, 3, 5, 11, 64):
        with p.connect() as c:
            c.send(raw, step=step)
            assert c.answer()[0] == 200
            assert c.answer()[0] == 403, step
    assert all(b'GET /x' in h for h, _ in o.requests)
    p.stop()


def test_bodies_go_through_in_both_framings():
    o, p = pair(reply=lambda h, b: b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n' % (len(b) or 1) + (b or b'-') + b'\r\n0\r\n\r\n')
    for n in (1, 1000, 100_000, 1_000_000, 5_000_000):
        body = b'a=' + b'x' * n
        for chunk in (0, 7777):
            with p.connect(30) as c:
                c.send(post(body, chunk=chunk))
                status, _, got = c.answer()
            assert status == 200 and got == body, (n, chunk, status, len(got))
            assert o.requests[-1][1] == body
    p.stop()


def last_field(kind, size):
    pad = b'x' * 900
    if kind == 'form':
        body = b'&'.join(b'f%d=' % i + pad for i in range(size // 1000)) + b'&last=' + ATTACK.replace(b' ', b'+')
        return body, b'application/x-www-form-urlencoded'
    if kind == 'json':
        body = b'{' + b','.join(b'"f%d":"' % i + pad + b'"' for i in range(size // 1000)) + (b',' if size >= 1000 else b'') + b'"last":"' + ATTACK + b'"}'
        return body, b'application/json'
    if kind == 'xml':
        return b'<r>' + b'<f>' + pad * (size // 900) + b'</f><last>' + ATTACK + b'</last></r>', b'text/xml'
    part = b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n'
    body = part + pad * (size // 900) + b'\r\n' + part + ATTACK + b'\r\n--b--\r\n'
    return body, b'multipart/form-data; boundary=b'


# tools/soak adds 50 MiB
LARGE = [int(x) for x in os.environ.get('MERLON_LAST_FIELD', '').split()]


def test_payload_in_the_last_field_never_arrives():
    o, p = pair('  limits: {args: 1000000}\n')
    for kind in ('form', 'json', 'multipart', 'xml'):
        for size in (1000, 100_000, 1_000_000, *LARGE):
            body, ctype = last_field(kind, size)
            for chunk in (0, 8191):
                with p.connect(30) as c:
                    try:
                        c.send(post(body, ctype, chunk=chunk))
                    except OSError:
                        pass
                    try:
                        status = c.answer()[0]
                    except (EOFError, OSError):
                        status = 'reset'
                assert status in (403, 'reset'), (kind, size, chunk, status)
                assert o.requests == [], (kind, size, chunk)
    time.sleep(0.2)
    assert o.requests == []
    assert all(b'UNION' not in x for x in o.partial)
    p.stop()


def test_head_204_304_and_interim_answers():
    def reply(head, body):
        if b'HEAD' in head[:5]:
            return b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n'
        if b'/204' in head:
            return b'HTTP/1.1 204 No Content\r\n\r\n'
        if b'/304' in head:
            return b'HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nETag: "x"\r\n\r\n'
        if b'/103' in head:
            return b'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
        return b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
    o, p = pair(reply=reply)
    with p.connect() as c:
        c.send(get('/', method=b'HEAD'))
        status, headers, _ = c.answer(head_only=True)
        assert status == 200 and headers['content-length'] == '99'
        for path, want in (('/204', 204), ('/304', 304), ('/', 200)):
            c.send(get(path))
            status, headers, _ = c.answer()
            assert status == want, (path, status)
        c.send(get('/103'))
        assert c.answer()[0] == 103
        assert c.answer()[2] == b'ok'
    assert o.connections == 1
    p.stop()


def test_expect_continue_is_answered_and_not_passed_on():
    o, p = pair()
    with p.connect() as c:
        c.send(b'POST / HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n')
        assert c.answer()[0] == 100
        c.send(b'a=1')
        assert c.answer()[0] == 200
    assert b'expect' not in o.requests[0][0].lower()
    p.stop()


def test_half_closed_client_gets_its_answer():
    o, p = pair()
    with p.connect() as c:
        c.send(get('/'))
        c.sock.shutdown(socket.SHUT_WR)
        assert c.answer()[0] == 200
        assert c.closed()
    p.stop()


def test_events_arrive_at_once():
    def reply(head, body):
        def pieces():
            yield b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'
            for i in range(3):
                yield b'data: %d\n\n' % i
                time.sleep(0.5)
        return pieces()
    o, p = pair(reply=reply)
    with p.connect() as c:
        c.send(get('/events'))
        start = time.time()
        while b'data: 0' not in c.buf:
            c.fill()
        assert time.time() - start < 0.4, time.time() - start
    p.stop()


def test_application_sees_what_rules_saw():
    o, p = pair('  headers: [{name: X-Api-Key, require: true, action: prevent}]\n')
    assert p.ask(get('/'))[0] == 403
    assert p.ask(get('/', b'Connection: X-Api-Key\r\nX-Api-Key: 1\r\n'))[0] == 200
    assert b'X-Api-Key: 1' in o.requests[-1][0]
    p.ask(get('/', b'X-Api-Key: 1\r\nX_Forwarded_For: 1.2.3.4\r\nX-Forwarded-For: 6.6.6.6\r\n'))
    head = o.requests[-1][0]
    assert b'X_Forwarded_For' not in head and b'6.6.6.6' not in head and b'X-Forwarded-For: 127.0.0.1' in head, head
    with p.connect() as c:
        c.send(b'POST / HTTP/1.1\r\nHost: a.test\r\nX-Api-Key: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Trailer: t\r\n\r\n')
        assert c.answer()[0] == 200
    assert b'X-Trailer' not in o.requests[-1][0]
    p.stop()


def test_path_tricks_neither_borrow_exceptions_nor_escape_endpoints():
    o, p = pair('  endpoints: [{path: "/admin*"}]\n  exceptions: [{protection: sqli, path: "/admin/free*", reason: x}]\n')
    q = "?id=1'+or+'1'='1"
    for path in ('/admin', '/search/..;/admin', '//admin', '/x/%2e%2e/admin', '/x\\..\\admin', '/ADMIN', '/x/..%2fadmin', '/%61dmin'):
        assert p.ask(get(path + q))[0] in (403, 400), path
    assert p.ask(get('/admin/free' + q))[0] == 200
    for path in ('/admin/free/../x', '/admin/free/..;/x', '/admin/free%2f..%2fx'):
        assert p.ask(get(path + q))[0] == 403, path
    assert p.ask(get('/admin/free' + q, b'X-Original-URL: /admin/x\r\n'))[0] == 403
    p.stop()


def test_csrf_is_told_from_own_requests():
    o, p = pair('  protections:\n    csrf: {action: prevent, origins: ["https://shop.example"], exempt: ["/hook*"]}\n')
    def ask(extra, path=b'/p', cookie=b'Cookie: s=1\r\n'):
        return p.ask(post(b'a=1', path=path, extra=cookie + extra))[0]
    assert ask(b'Origin: http://a.test\r\n') == 200
    assert ask(b'Origin: https://shop.example\r\n') == 200
    assert ask(b'Origin: https://evil.example\r\n') == 403
    assert ask(b'Origin: null\r\n') == 403
    assert ask(b'Sec-Fetch-Site: cross-site\r\n') == 403
    assert ask(b'Sec-Fetch-Site: same-origin\r\n') == 200
    assert ask(b'Referer: https://evil.example/x\r\n') == 403
    assert ask(b'Origin: https://evil.example\r\n', path=b'/hook/1') == 200
    assert ask(b'Origin: https://evil.example\r\n', path=b'/hook/../p') == 403
    assert ask(b'Origin: https://evil.example\r\n', cookie=b'') == 200
    assert p.ask(get('/p?_method=DELETE', b'Cookie: s=1\r\nOrigin: https://evil.example\r\n'))[0] == 403
    p.stop()


def test_pages_cannot_be_framed_and_cookies_stay_on_the_site():
    o, p = pair('  protections:\n    clickjacking: prevent\n    csrf: {action: alert, samesite: lax}\n',
                reply=lambda h, b: b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2; SameSite=None\r\nContent-Length: 0\r\n\r\n')
    with p.connect() as c:
        c.send(get('/'))
        while b'\r\n\r\n' not in c.buf:
            c.fill()
        head = c.buf
    assert b'X-Frame-Options: SAMEORIGIN' in head and b"frame-ancestors 'self'" in head, head
    assert b'a=1; SameSite=Lax' in head and b'b=2; SameSite=None\r\n' in head
    p.stop()


def test_client_identity_behind_trusted_proxies():
    o, p = pair('  access: {trusted_proxies: ["127.0.0.0/8", "10.0.0.0/8"], deny: ["203.0.113.0/24"]}\n')
    assert p.ask(get('/', b'X-Forwarded-For: 203.0.113.9\r\n'))[0] == 403
    assert p.ask(get('/', b'X-Forwarded-For: 203.0.113.9, 198.51.100.1, 10.1.1.1\r\n'))[0] == 200
    assert p.ask(get('/', b'Forwarded: for="[2001:db8::1]:1234";proto=https, for=203.0.113.7\r\n'))[0] == 403
    assert p.audits(2)[0]['client']['ip'] == '203.0.113.9'
    # a proxy that writes one of the fields passes the other on as the client wrote it
    assert p.ask(get('/', b'Forwarded: for=198.51.100.1\r\nX-Forwarded-For: 203.0.113.9\r\n'))[0] == 403
    assert p.ask(get('/', b'Forwarded: for=203.0.113.9\r\nX-Forwarded-For: 198.51.100.1\r\n'))[0] == 403
    assert p.ask(get('/', b'Forwarded: for=198.51.100.1\r\nX-Forwarded-For: 198.51.100.1\r\n'))[0] == 200
    p.stop()
    o, p = pair('  access: {trusted_proxies: ["127.0.0.0/8"], allow: ["198.51.100.0/24"], deny: ["0.0.0.0/0"]}\n')
    assert p.ask(get('/', b'X-Forwarded-For: 198.51.100.1\r\n'))[0] == 200
    assert p.ask(get('/', b'Forwarded: for=198.51.100.1\r\nX-Forwarded-For: 203.0.113.9\r\n'))[0] == 403
    assert p.ask(get('/', b'Forwarded: for=203.0.113.9\r\nX-Forwarded-For: 198.51.100.1\r\n'))[0] == 403
    p.stop()


def test_shadow_mode_reports_and_passes():
    o, p = pair('  mode: shadow\n')
    assert p.ask(get("/?id=1'+or+'1'='1"))[0] == 200
    a = p.audits(1)[0]
    assert a['effect'] == 'alert' and a['mode'] == 'shadow' and a['response']['status'] == 200
    p.stop()


def test_secrets_never_reach_the_audit():
    o, p = pair()
    p.ask(get("/?password=hunter2&id=1'+or+'1'='1", b'Cookie: session=topsecret\r\nAuthorization: Bearer verysecret\r\n'))
    p.audits(1)
    text = open(p.audit_path).read()
    assert 'hunter2' not in text and 'topsecret' not in text and 'verysecret' not in text
    p.stop()


def test_own_block_page_and_status():
    o = Origin()
    p = Proxy(o.port, '  block: {status: 418, page: own}\n---\napiVersion: merlon.dev/v1\nkind: Page\nmetadata: {name: own}\nspec: {html: "<b>no {{event_id}}</b>"}\n')
    status, headers, body = p.ask(get("/?id=1'+or+'1'='1"))
    assert status == 418 and body == b'<b>no ' + headers['x-merlon-event-id'].encode() + b'</b>'
    p.stop()


def test_application_faults_become_gateway_errors():
    answers = {b'/garbage': b'lorem ipsum\r\n\r\n', b'/two-lengths': b'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
               b'/te-cl': b'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', b'/none': None,
               b'/switch': b'HTTP/1.1 101 Switching Protocols\r\n\r\n'}
    o, p = pair(reply=lambda h, b: answers[h.split()[1]])
    for path in answers:
        assert p.ask(get(path))[0] == 502, path
    p.stop()


def test_broken_answers_are_visibly_broken():
    def reply(head, body):
        yield b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'
        raise OSError('the application dies')
    o, p = pair(reply=reply)
    with p.connect() as c:
        c.send(get('/'))
        try:
            c.answer()
            assert False, 'a short answer looked complete'
        except (EOFError, OSError):
            pass
    p.stop()


def test_no_post_is_sent_twice():
    seen = []
    def reply(head, body):
        seen.append(head[:4])
        return None if len(seen) > 1 else b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    o, p = pair(reply=reply)
    with p.connect() as c:
        c.send(get('/'))
        assert c.answer()[0] == 200
        c.send(post(b'a=1'))
        assert c.answer()[0] == 502
    assert seen.count(b'POST') == 1, seen
    p.stop()


def test_refused_connects_and_silence_end_in_time():
    p = Proxy(free_port())
    assert p.ask(get('/'))[0] == 502
    p.stop()
    o, p = pair('  limits: {response_timeout: 500ms}\n', reply=lambda h, b: time.sleep(3) or None)
    start = time.time()
    assert p.ask(get('/'))[0] == 504 and time.time() - start < 2.5
    p.stop()


def test_an_answers_head_in_drops_ends_in_time():
    def drops(head, body):
        for byte in b'HTTP/1.1 200 OK\r\nX-Long: ' + b'y' * 1000:
            yield bytes([byte])
            time.sleep(0.2)

    def hints(head, body):  # each of them is an answer, and takes time
        for _ in range(8):
            yield b'HTTP/1.1 103 Early Hints\r\n\r\n'
            time.sleep(0.5)
        yield b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    o, p = pair(policy='  limits: {response_timeout: 2s}\n', reply=lambda h, b: (drops if b'/drops' in h else hints)(h, b))
    start = time.time()
    assert p.ask(get('/drops'))[0] == 504
    assert time.time() - start < 20
    with p.connect() as c:
        c.send(get('/hints'))
        assert [c.answer()[0] for _ in range(9)] == [103] * 8 + [200]
    p.stop()


def test_what_traces_a_request_goes_through():
    """And the client's claims of who forwarded it do not (test_hostile)."""
    o, p = pair()
    trace = b'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: a=b,c=d\r\nbaggage: user=1\r\n'
    assert p.ask(get('/', trace + b'Forwarded: for=192.0.2.1\r\n'))[0] == 200
    head = o.requests[0][0] + b'\r\n'
    assert trace in head and b'192.0.2.1' not in head, head
    p.stop()


def test_slow_heads_and_bodies_end_in_time():
    o, p = pair('  limits: {head_timeout: 500ms, read_timeout: 500ms}\n')
    with p.connect() as c:
        c.send(b'GET / HTTP/1.1\r\nHost: a')
        assert c.answer()[0] == 408
    with p.connect() as c:  # and so does a later one
        c.send(get('/'))
        assert c.answer()[0] == 200
        c.send(b'GET / HTTP/1.1\r\nHost: a')
        assert c.answer()[0] == 408
    with p.connect() as c:
        c.send(b'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nabc')
        assert c.answer()[0] == 408
    with p.connect() as c:
        assert c.closed(3)
    p.stop()


def test_http10_clients_get_a_closed_connection():
    o, p = pair(reply=lambda h, b: b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n')
    with p.connect() as c:
        c.send(b'GET / HTTP/1.0\r\n\r\n')
        status, headers, body = c.answer()
    assert status == 200 and body == b'ok' and 'transfer-encoding' not in headers
    p.stop()


def test_unsolicited_bytes_poison_a_pooled_connection():
    o, p = pair(reply=lambda h, b: b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison')
    with p.connect() as c:
        for _ in range(3):
            c.send(get('/'))
            assert c.answer()[2] == b'ok'
    p.stop()


if __name__ == '__main__':
    run(globals())
