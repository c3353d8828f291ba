#!/usr/bin/env python3
"""Feeds over HTTPS: fetched by a process of its own, tried before they are used, kept for bad days."""
import http.server, os, re, signal, ssl, subprocess, sys, tempfile, threading, time, urllib.request
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

POLICY = """  access: {trusted_proxies: ["127.0.0.1"]}
  protections: {reputation: {tor: prevent, botnet: alert}}
---
apiVersion: merlon.dev/v1
kind: Feed
metadata: {name: exits}
spec: {url: "https://127.0.0.1:%d/exits", tag: tor, refresh: 1s, max_bytes: 100KiB, ca: {file: cert.pem}}
"""


class Server:
    """An HTTPS server of one list."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix='merlon-feed-')
        self.cert = os.path.join(self.dir, 'cert.pem')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
                        '-keyout', self.dir + '/key.pem', '-out', self.cert, '-days', '2', '-subj', '/CN=feed', '-addext',
                        'subjectAltName=IP:127.0.0.1'], check=True, capture_output=True)
        self.list, self.status, self.seen, outer = b'', 200, [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                etag = '"%x"' % (hash(outer.list) & 0xffffffff)
                status = outer.status
                if status == 200 and self.headers.get('If-None-Match') == etag:
                    status = 304
                outer.seen.append(status)
                self.send_response(status)
                self.send_header('ETag', etag)
                if status == 302:
                    self.send_header('Location', 'http://127.0.0.1/')
                self.end_headers()
                if status == 200:
                    self.wfile.write(outer.list)

            def log_message(self, *a):
                pass
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.dir + '/key.pem')
        self.http = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.http.handle_error = lambda *a: None  # a client that hangs up on a certificate
        self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.http.socket.getsockname()[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


def start(server, state=None, max_bytes='100KiB'):
    class Fed(Proxy):
        def write_policy(self, spec):
            with open(os.path.join(self.dir, 'cert.pem'), 'wb') as f:
                f.write(open(server.cert, 'rb').read())
            super().write_policy(spec)
    state = state or tempfile.mkdtemp(prefix='merlon-state-')
    metrics = '127.0.0.1:%d' % free_port()
    policy = (POLICY % server.port).replace('100KiB', max_bytes)
    p = Fed(Origin().port, policy, args=['--state-dir', state, '--metrics', metrics])
    p.state, p.metrics = state, metrics
    return p


def gauge(p, name):
    """Of the one Feed, or None."""
    text = urllib.request.urlopen('http://%s/metrics' % p.metrics, timeout=20).read().decode()
    m = re.search(r'^merlon_feed_%s{feed="exits"} (\d+)$' % name, text, re.M)
    return m and int(m.group(1))


def status(p, client):
    return p.ask(get('/', b'X-Forwarded-For: %s\r\n' % client.encode()))[0]


def becomes(p, client, want, seconds=60):
    end = time.time() + seconds
    while status(p, client) != want:
        assert time.time() < end, (client, want, p.log())
        time.sleep(0.1)


def wait(what, seconds=60):
    end = time.time() + seconds
    while not what():
        assert time.time() < end
        time.sleep(0.05)


def test_a_feed_is_fetched_refreshed_and_kept():
    server = Server()
    server.list = b'# exits\n198.51.100.7\n2001:db8::/32\n'
    p = start(server)
    becomes(p, '198.51.100.7', 403)
    assert status(p, '2001:db8::9') == 403 and status(p, '198.51.100.8') == 200
    audit = p.audits(1, 60)[0]
    assert (audit['protection'], audit['sub']) == ('reputation', 'tor'), audit
    assert audit['client']['reputation'] == ['tor'], audit['client']
    wait(lambda: 304 in server.seen)  # it says what it has
    assert gauge(p, 'age_seconds') < 60 and gauge(p, 'failures') == 0
    os.kill(p.children('courier')[0], signal.SIGKILL)  # its successor is told again
    wait(lambda: p.log().count('event=courier_sandboxed') == 2)
    wait(lambda: gauge(p, 'failures') == 0)
    server.list = b'198.51.100.8\n'
    becomes(p, '198.51.100.8', 403)
    assert status(p, '198.51.100.7') == 200
    copy = os.path.join(p.state, 'feeds', 'copies', 'exits')
    wait(lambda: open(copy, 'rb').read().endswith(b'\n\n198.51.100.8\n'))
    wait(lambda: os.listdir(os.path.dirname(copy)) == ['exits'])
    p.stop()
    server.close()  # the next start is a bad day
    p = start(server, p.state)
    assert status(p, '198.51.100.8') == 403
    p.wait_for('event=feed_not_fetched feed=exits', seconds=60)
    wait(lambda: gauge(p, 'failures') > 0)
    age = gauge(p, 'age_seconds')
    wait(lambda: gauge(p, 'age_seconds') > age)
    assert status(p, '198.51.100.8') == 403
    p.stop()


def test_a_broken_update_changes_nothing_and_says_so():
    server = Server()
    server.list = b'198.51.100.7\n'
    p = start(server)
    becomes(p, '198.51.100.7', 403)
    server.list = b'<html>\n<h1>we moved</h1>\n</html>\n'
    p.wait_for('event=feed_refused feed=exits', seconds=60)
    assert status(p, '198.51.100.7') == 403
    wait(lambda: 'a fetched list was refused' in open(p.audit_path).read())
    assert b'198.51.100.7' in open(os.path.join(p.state, 'feeds', 'copies', 'exits'), 'rb').read()
    p.stop()
    server.close()


def test_one_that_ends_the_reading_of_all_lists_is_refused():
    """Its server, or whoever took it over, must not decide whether other lists and the next policy are read."""
    server = Server()
    server.list = b'198.51.100.7\n'
    p = start(server, max_bytes='4MiB')
    becomes(p, '198.51.100.7', 403)
    server.list = b'0.0.0.1-255.255.255.254\n' * 70000  # more networks than a node takes
    p.wait_for('event=feed_refused feed=exits', seconds=120)
    assert status(p, '198.51.100.7') == 403 and status(p, '198.51.100.8') == 200
    assert 'event=policy_refused' not in p.log(), p.log()
    p.stop()
    copies = os.path.join(p.state, 'feeds', 'copies')
    with open(os.path.join(copies, 'exits.new'), 'wb') as f:  # as if it had been stopped before the verdict
        f.write(open(os.path.join(copies, 'exits'), 'rb').read().split(b'\n\n')[0] + b'\n\n' + server.list)
    p = start(server, p.state, max_bytes='4MiB')
    assert status(p, '198.51.100.7') == 403
    p.stop()
    server.close()


def test_too_large_a_redirect_to_http_and_errors_are_refused():
    for setting, why in ((b'198.51.100.7\n' * 10000, 'larger than max_bytes'), (302, 'Unsupported protocol'),
                         (503, 'status 503'), (b'', 'it is empty')):
        server = Server()
        if isinstance(setting, int):
            server.status = setting
        else:
            server.list = setting
        p = start(server)
        p.wait_for('event=feed_not_fetched', seconds=60)
        assert why in p.log(), p.log()
        assert status(p, '198.51.100.7') == 200
        wait(lambda: gauge(p, 'failures') == 1 or p.log().count('event=feed_not_fetched') > 1)
        assert gauge(p, 'age_seconds') is None  # nothing is there to be old
        wait(lambda: os.listdir(os.path.join(p.state, 'feeds', 'copies')) == [])  # it tries again, and may be at it
        p.stop()
        server.close()


def test_an_unknown_certificate_is_not_trusted():
    server, other = Server(), Server()
    server.list = b'198.51.100.7\n'
    server.cert = other.cert
    p = start(server)
    p.wait_for('event=feed_not_fetched feed=exits', seconds=60)
    assert 'certificate' in p.log() or 'CA' in p.log(), p.log()
    assert not server.seen
    p.stop()


def test_the_feeder_is_locked_in_and_replaced():
    server = Server()
    server.list = b'198.51.100.7\n'
    p = start(server)
    becomes(p, '198.51.100.7', 403)
    p.wait_for('event=feeder_sandboxed', seconds=60)
    pid = p.children('feeder')[0]
    status_of = open('/proc/%d/status' % pid).read()
    assert 'CapEff:\t0000000000000000' in status_of and 'NoNewPrivs:\t1' in status_of, status_of
    if os.geteuid() == 0:
        assert 'Uid:\t0' not in status_of
    if 'sanitizer' not in p.log():
        assert 'Seccomp:\t2' in status_of
    os.kill(pid, signal.SIGKILL)
    p.wait_for('event=feeder_died', seconds=60)
    server.list = b'198.51.100.8\n'
    becomes(p, '198.51.100.8', 403)
    assert p.stop() == 0
    server.close()


if __name__ == '__main__':
    run(globals())
