#!/usr/bin/env python3
"""Answers that leak: the page in their place, masks, streams that are not stalled."""
import gzip, os, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

PASSWD = b'root:x:0:0:root:/root:/bin/bash\n'
POLICY = '%s  protections: {leakage: {action: prevent%s}}\n'


def page(body, extra=b'', chunked=False):
    head = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: Apache/2.4.1\r\nX-Powered-By: PHP/5.3\r\n' + extra
    if chunked:
        return head + b'Transfer-Encoding: chunked\r\n\r\n' + b''.join(
            b'%x\r\n%s\r\n' % (len(body[i:i + 700]), body[i:i + 700]) for i in range(0, len(body), 700)) + b'0\r\n\r\n'
    return head + b'Content-Length: %d\r\n\r\n%s' % (len(body), body)


def pair(reply, options=''):
    o = Origin(reply)
    return o, Proxy(o.port, POLICY % ('', options))


def test_an_early_leak_gets_the_page_and_the_connection_goes_on():
    answers = [page(b'<p>' + PASSWD), page(b'<p>fine</p>')]
    o, p = pair(lambda h, b: answers[0 if b'/leak' in h else 1])
    with p.connect() as c:
        c.send(get('/leak') + get('/fine'))
        status, headers, body = c.answer()
        assert status == 403 and b'root:' not in body and 'x-merlon-event-id' in headers, (status, body)
        assert b'held the answer back' in body, body
        status, headers, body = c.answer()
        assert status == 200 and body == b'<p>fine</p>', (status, body)
    a = p.audits(1)[0]
    assert a['protection'] == 'leakage' and a['sub'] == 'passwd' and a['field']['location'] == 'response', a
    assert 'root:' not in json.dumps(a), a
    p.stop()


def test_a_late_leak_ends_the_answer():
    o, p = pair(lambda h, b: page(b'a' * 100_000 + b'\n' + PASSWD + b'b' * 50_000, chunked=True))
    with p.connect() as c:
        c.send(get('/'))
        got = b''
        while True:
            d = c.sock.recv(65536)
            if not d:
                break
            got += d
    assert b'root:' not in got and b'200 OK' in got and not got.endswith(b'0\r\n\r\n') and b'bbb' not in got
    a = p.audits(1)[0]
    assert a['sub'] == 'passwd' and a['effect'] == 'prevent', a
    p.stop()


def test_masks_keep_the_length():
    body = b'<pre>' + b'x' * 30_000 + b'\n' + PASSWD + b'after</pre>'
    for chunked in (False, True):
        o, p = pair(lambda h, b: page(body, b'ETag: "a"\r\nContent-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\r\n', chunked), ', on_match: mask')
        status, headers, got = p.ask(get('/'))
        assert status == 200 and len(got) == len(body) and b'root:' not in got and got.endswith(b'\nafter</pre>'), got[-80:]
        assert headers['etag'] == 'W/"a"' and 'content-md5' not in headers, headers
        a = p.audits(1)[0]
        assert a['sub'] == 'passwd' and a['effect'] == 'alert', a
        p.stop()


def test_compressed_answers():
    o, p = pair(lambda h, b: page(gzip.compress(b'<p>' + PASSWD), b'Content-Encoding: gzip\r\n'))
    assert p.ask(get('/'))[0] == 403
    p.stop()


def test_alternatives_that_lead_around_are_not_passed_on():
    def ask(value, spec):
        o = Origin(lambda h, b: page(b'x', b'Alt-Svc: %s\r\n' % value))
        p = Proxy(o.port, spec)
        got = p.ask(get('/'))[1].get('alt-svc')
        p.stop()
        return got
    assert ask(b'h3=":443"; ma=86400', '  mode: enforce\n') is None
    assert ask(b'h2="other.test:8443", h3=":443"', '  protections: {leakage: off}\n') is None
    early = b'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nAlt-Svc: h3=":443"\r\nServer: Apache/2.4.1\r\n\r\n'
    o = Origin(lambda h, b: early + page(b'x'))
    p = Proxy(o.port, '  protections: {leakage: {action: prevent, fingerprints: strip}}\n')
    with p.connect() as c:
        c.send(get('/'))
        status, headers, _ = c.answer()
        assert status == 103 and set(headers) == {'link'}, (status, headers)
        assert c.answer()[0] == 200
    p.stop()
    assert ask(b'clear', '  mode: enforce\n') == 'clear'
    assert ask(b'h3=":443"', '  mode: shadow\n') == 'h3=":443"'
    own = '  response_headers: [{name: Alt-Svc, action: set, value: "h2=\\":444\\""}]\n'
    assert ask(b'h3=":443"', own) == 'h2=":444"'


def test_honest_answers_arrive_as_they_are():
    bodies = {b'/small': b'<p>hi</p>', b'/large': noise(3_000_000), b'/none': b''}
    o, p = pair(lambda h, b: page(bodies[h.split()[1]], chunked=b'chunked' in h))
    for path, body in bodies.items():
        for extra in (b'', b'X: chunked\r\n'):
            status, headers, got = p.ask(get(path.decode(), extra))
            assert status == 200 and got == body, (path, len(got))
    with p.connect() as c:
        c.send(b'HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n')
    p.stop()


def test_events_are_not_stalled():
    def reply(h, b):
        yield b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
        for i in range(3):
            time.sleep(0.3)
            yield b'8\r\ndata: %d\n\r\n' % i
        yield b'0\r\n\r\n'
    o, p = pair(reply)
    with p.connect() as c:
        c.send(get('/'))
        start, seen = time.monotonic(), []
        buf = b''
        while len(seen) < 3:
            buf += c.sock.recv(65536)
            for i in range(len(seen), 3):
                if b'data: %d' % i in buf:
                    seen.append(time.monotonic() - start)
    assert seen[0] < 0.55 and seen[1] - seen[0] > 0.2 and seen[2] - seen[1] > 0.2, seen
    p.stop()


def test_fingerprints_are_stripped_when_asked_for():
    for option, there in (('', True), (', fingerprints: strip', False)):
        o, p = pair(lambda h, b: page(b'x'), option)
        headers = p.ask(get('/'))[1]
        assert ('server' in headers) == there and ('x-powered-by' in headers) == there, headers
        p.stop()


def test_headers_of_answers_are_changed():
    rules = """  response_headers:
    - {name: X-*, action: remove}
    - {name: Server, action: set, value: shop}
    - {name: Strict-Transport-Security, value: max-age=31536000}
    - {name: Cache-Control, value: no-store}
"""
    o = Origin(lambda h, b: page(b'x', b'Server: second\r\nCache-Control: private\r\nX-Trace: 1\r\n'))
    p = Proxy(o.port, rules)
    with p.connect() as c:
        c.send(get('/') + get('/'))
        for _ in range(2):
            status, headers, body = c.answer()
            assert status == 200 and headers['server'] == 'shop' and not [h for h in headers if h.startswith('x-')], headers
            assert headers['strict-transport-security'] == 'max-age=31536000', headers
    with p.connect() as c:
        c.send(get('/'))
        raw = c.sock.recv(65536)
    assert raw.count(b'Cache-Control:') == 2 and raw.count(b'Server:') == 1, raw
    p.stop()


def test_shadow_mode_only_tells():
    o = Origin(lambda h, b: page(PASSWD))
    p = Proxy(o.port, POLICY % ('  mode: shadow\n', ', on_match: mask'))
    status, headers, body = p.ask(get('/'))
    assert status == 200 and body == PASSWD, (status, body)
    assert p.audits(1)[0]['sub'] == 'passwd'
    p.stop()


def test_custom_rules_look_at_answers():
    rules = """  custom:
    - {id: teapot, when: 'resp.status == 418 and req.path startswith "/x"', message: no tea}
    - {id: debug, when: 'resp.headers["X-Debug"] and resp.content_type == "text/html"'}
"""
    answers = {b'/x/1': b'HTTP/1.1 418 T\r\nContent-Length: 0\r\n\r\n', b'/y': b'HTTP/1.1 418 T\r\nContent-Length: 0\r\n\r\n',
               b'/x/2': page(b'ok'), b'/d': page(b'secret', b'X-Debug: 1\r\n')}
    o = Origin(lambda h, b: answers[h.split()[1]])
    p = Proxy(o.port, rules)
    for path, expected in (('/x/1', 403), ('/y', 418), ('/x/2', 200), ('/d', 403)):
        status, headers, body = p.ask(get(path))
        assert status == expected and b'secret' not in body, (path, status)
    assert [a['message'] for a in p.audits(2)] == ['custom rule teapot: no tea', 'custom rule debug']
    p.stop()


if __name__ == '__main__':
    run(globals())
