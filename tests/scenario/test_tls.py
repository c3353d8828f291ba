"""TLS through a real proxy: versions, names, tickets, renewals, what breaks, what is hostile."""
import glob, http.client, os, re, socket, ssl, struct, subprocess, sys, tempfile, threading, time
from harness import *

DIR = tempfile.mkdtemp(prefix='merlon-tls-')


def at(name):
    return os.path.join(DIR, name)


def make(name, host, days=90, key=('ec', '-pkeyopt', 'ec_paramgen_curve:P-256')):
    subprocess.run(['openssl', 'req', '-x509', '-newkey', *key, '-nodes', '-keyout', at(name + '.key'), '-out', at(name + '.pem'), '-days',
                    str(days), '-subj', '/CN=' + host, '-addext', 'subjectAltName=DNS:' + host], check=True, capture_output=True)


def prepare():
    make('a', 'a.test')
    make('b', '*.b.test')
    make('soon', 'a.test', days=3)
    make('app', 'app.test')
    with open(at('all.pem'), 'w') as f:
        f.write(''.join(open(at(x + '.pem')).read() for x in ('a', 'b', 'soon', 'app')))


FLAGS = lambda name='a': ('--tls-cert', at(name + '.pem'), '--tls-key', at(name + '.key'))
prepare()


class TlsOrigin(Origin):
    """The same behind TLS; `names` that were asked for, which connections `resumed` a session. `bare`: closes without close_notify."""

    def __init__(self, reply=None, cert='app', bare=False):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(at(cert + '.pem'), at(cert + '.key'))
        self.names, self.resumed, self.bare = [], [], bare
        self.context.sni_callback = lambda sock, name, ctx: self.names.append(name)
        super().__init__(reply)

    def serve(self, conn):
        try:
            tls = self.context.wrap_socket(conn, server_side=True)
        except (OSError, ssl.SSLError):
            return
        self.resumed.append(tls.session_reused)
        try:
            super().serve(_Ended(tls, self.bare))
        except (OSError, ssl.SSLError):
            pass


class _Ended:
    def __init__(self, tls, bare):
        self.tls, self.bare, self.recv, self.sendall = tls, bare, tls.recv, tls.sendall

    def __enter__(self):
        return self

    def __exit__(self, *a):
        try:
            self.tls.close() if self.bare else self.tls.unwrap().close()
        except (OSError, ssl.SSLError):
            pass
        self.tls.close()


def context(**kw):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    c.load_verify_locations(at('all.pem'))
    for k, v in kw.items():
        setattr(c, k, v)
    return c


def dial(p, ctx=None, name='a.test', session=None, timeout=10):
    s = socket.create_connection(('127.0.0.1', p.port), timeout=timeout)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Client((ctx or context()).wrap_socket(s, server_hostname=name, session=session, suppress_ragged_eofs=False))


def ask(p, raw, **kw):
    with dial(p, **kw) as c:
        c.send(raw)
        return c.answer()


def rule(tls, more='', port=None):
    return '  endpoints:\n    - {tls: {%s}}\n%s' % (tls, more)


def policy(p_or_none, docs):
    path = os.path.join(tempfile.mkdtemp(prefix='merlon-test-'), 'policy.yaml')
    with open(path, 'w') as f:
        f.write(docs)
    return path


def certificate(name, file=None):
    return ('apiVersion: merlon.dev/v1\nkind: Certificate\nmetadata: {name: %s}\nspec: {certificate: {file: %s}, key: {file: %s}}\n---\n'
            % (name, at((file or name) + '.pem'), at((file or name) + '.key')))


class TlsProxy(Proxy):
    """With a policy of whole documents."""

    def __init__(self, origin_port, docs, **kw):
        self.docs = docs
        super().__init__(origin_port, policy=docs, **kw)

    def write_policy(self, docs):
        with open(self.policy_path + '.tmp', 'w') as f:
            f.write(docs)
        os.rename(self.policy_path + '.tmp', self.policy_path)


def docs(spec, *certs):
    return ''.join(certificate(c) for c in certs) + 'apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: test}\nspec:\n' + spec


def metric(p, name):
    text = subprocess.run(['curl', '-s', 'http://127.0.0.1:%d/metrics' % p.metrics], capture_output=True, text=True).stdout
    return sum(float(x.split()[-1]) for x in text.splitlines() if x.startswith(name))


def with_metrics(args):
    port = free_port()
    return port, (*args, '--metrics', '127.0.0.1:%d' % port)


# ---- what clients see ----

def test_a_request_through_every_layer():
    o, p = (o := Origin()), Proxy(o.port, args=FLAGS())
    with dial(p) as c:
        assert c.sock.version() == 'TLSv1.3', c.sock.version()
        for _ in range(3):
            c.send(get('/x?a=1'))
            assert c.answer()[0] == 200
    head = o.requests[0][0].lower()
    assert b'x-forwarded-proto: https' in head and b'x-forwarded-for: 127.0.0.1' in head, head
    assert ask(p, get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
    a = p.audits(1)[0]
    assert a['protection'] == 'sqli' and a['request']['tls'] == 'TLSv1.3' and a['request']['server_name'] == 'a.test', a
    assert len(o.requests) == 3
    assert p.stop() == 0


def test_versions():
    o = Origin()
    for least, have in (('1.2', ('TLSv1_2', 'TLSv1_3')), ('1.3', ('TLSv1_3',))):
        p = TlsProxy(o.port, docs(rule('certificate: a, min: "%s", upstream: off' % least), 'a'))
        for v in ('TLSv1', 'TLSv1_1', 'TLSv1_2', 'TLSv1_3'):
            ctx = context()
            ctx.set_ciphers('ALL:@SECLEVEL=0')
            ctx.minimum_version = ctx.maximum_version = getattr(ssl.TLSVersion, v)
            try:
                ok = ask(p, get(), ctx=ctx)[0] == 200
            except (ssl.SSLError, OSError):
                ok = False
            assert ok == (v in have), (least, v, ok)
        p.stop()


def test_names_choose_certificates():
    o = Origin()
    p = TlsProxy(o.port, docs('  endpoints:\n    - {tls: {certificate: a, upstream: off}}\n'
                              '    - {host: "*.b.test", tls: {certificate: b, upstream: off, min: "1.3"}}\n', 'a', 'b'))
    for name, cn in (('a.test', 'a.test'), ('x.b.test', '*.b.test'), ('X.B.TEST', '*.b.test'), ('other.test', 'a.test'), (None, 'a.test')):
        ctx = context(check_hostname=False)
        with dial(p, ctx=ctx, name=name) as c:
            got = c.sock.getpeercert()['subject'][0][0][1]
            assert got == cn, (name, got)
            c.send(get())
            assert c.answer()[0] == 200
    ctx = context(check_hostname=False)
    ctx.maximum_version = ssl.TLSVersion.TLSv1_2
    assert ask(p, get(), ctx=ctx)[0] == 200
    try:
        ask(p, get(), ctx=ctx, name='x.b.test')
        raise AssertionError('1.2 for an endpoint that wants 1.3')
    except ssl.SSLError:
        pass
    p.stop()


def test_alpn():
    o, p = (o := Origin()), Proxy(o.port, args=FLAGS())
    for offer, want in ((['http/1.1'], 'http/1.1'), (['h2', 'http/1.1'], 'http/1.1'), (None, None), (['h2'], 'refused')):
        ctx = context()
        if offer:
            ctx.set_alpn_protocols(offer)
        try:
            with dial(p, ctx=ctx) as c:
                got = c.sock.selected_alpn_protocol()
                c.send(get())
                assert c.answer()[0] == 200
        except ssl.SSLError:
            got = 'refused'
        assert got == want, (offer, got)
    p.stop()


def test_sessions_go_on_at_any_worker_and_after_a_reload():
    o = Origin()
    metrics, args = with_metrics(FLAGS())
    p = Proxy(o.port, workers=3, args=args)
    p.metrics = metrics
    for v in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        ctx = context()
        ctx.minimum_version = ctx.maximum_version = v
        with dial(p, ctx=ctx) as c:
            c.send(get())
            assert c.answer()[0] == 200
            session = c.sock.session
            assert not c.sock.session_reused
        held = []
        for _ in range(12):
            c = dial(p, ctx=ctx, session=session)
            c.send(get())
            assert c.answer()[0] == 200 and c.sock.session_reused, v
            held.append(c)
        for c in held:
            c.sock.close()
        p.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        with dial(p, ctx=ctx, session=session) as c:
            assert c.sock.session_reused
    assert metric(p, 'merlon_tls_handshakes_total{result="resumed"}') == 26
    p.stop()


def test_a_session_does_not_go_on_under_another_certificate():
    o = Origin()
    p = TlsProxy(o.port, docs('  endpoints:\n    - {tls: {certificate: a, upstream: off}}\n    - {tls: {certificate: b, upstream: off}}\n', 'a', 'b'))
    ctx = context(check_hostname=False)
    with dial(p, ctx=ctx) as c:
        c.send(get())
        c.answer()
        session = c.sock.session
    with dial(p, ctx=ctx, name='x.b.test', session=session) as c:
        assert not c.sock.session_reused
        assert c.sock.getpeercert()['subject'][0][0][1] == '*.b.test'
    p.stop()


def test_bodies_of_any_size_both_ways():
    big = noise(6 << 20)
    o = Origin(lambda head, body: b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(big) + big if b'GET' in head
               else b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n' + b'%x\r\n' % len(body) + body + b'\r\n0\r\n\r\n')
    p = Proxy(o.port, args=FLAGS())
    with dial(p) as c:
        for _ in range(2):
            c.send(get())
            assert c.answer()[2] == big
        c.send(post(big[:3 << 20], b'application/octet-stream'))
        assert c.answer()[2] == big[:3 << 20]
        c.send(post(big[:100000], b'application/octet-stream', chunk=777))
        assert c.answer()[2] == big[:100000]
    p.stop()


def test_a_reader_that_is_slow_gets_all_of_it():
    big = noise(4 << 20)
    o = Origin(lambda head, body: b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(big) + big)
    p = Proxy(o.port, args=FLAGS())
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.connect(('127.0.0.1', p.port))
    with Client(context().wrap_socket(s, server_hostname='a.test')) as c:
        c.send(get())
        time.sleep(0.3)
        got = b''
        while len(got) < len(big):
            got += c.sock.recv(3000) if len(got) < 200000 else c.sock.recv(65536)
            if b'\r\n\r\n' in got[:200]:
                got = got.split(b'\r\n\r\n', 1)[1]
        assert got == big
    p.stop()


def test_records_of_one_byte():
    o, p = (o := Origin()), Proxy(o.port, args=FLAGS())
    body = b'text=' + b'hello+' * 20
    with dial(p) as c:
        c.send(post(body), step=1)
        assert c.answer()[0] == 200
        c.send(post(b'q=' + ATTACK.replace(b' ', b'+')), step=1)
        assert c.answer()[0] == 403
    assert o.requests[0][1] == body
    p.stop()


def test_curl_and_s_client():
    o, p = (o := Origin()), Proxy(o.port, args=FLAGS())
    url = 'https://a.test:%d/' % p.port
    r = subprocess.run(['curl', '-s', '--cacert', at('a.pem'), '--resolve', 'a.test:%d:127.0.0.1' % p.port, '--http2', '-w', ' %{http_version} %{response_code}', url, url],
                       capture_output=True, text=True, timeout=20)
    assert r.stdout == 'ok 1.1 200ok 1.1 200', r
    r = subprocess.run(['openssl', 's_client', '-connect', '127.0.0.1:%d' % p.port, '-servername', 'a.test', '-CAfile', at('a.pem'), '-ign_eof'],
                       input=b'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n', capture_output=True, timeout=20)
    out = r.stdout.decode()
    assert '200 OK' in out and 'Verify return code: 0' in out and 'Compression: NONE' in out and 'closed' in out, out[-600:]
    p.stop()


def test_no_renegotiation_and_no_early_data():
    o, p = (o := Origin()), Proxy(o.port, args=FLAGS())
    r = subprocess.run('(printf "R\\n"; sleep 1) | openssl s_client -connect 127.0.0.1:%d -servername a.test -tls1_2 2>&1' % p.port, shell=True,
                       capture_output=True, text=True, timeout=20).stdout
    assert 'no renegotiation' in r.lower(), r[-400:]
    with tempfile.TemporaryDirectory() as d:
        sess, early = os.path.join(d, 's'), os.path.join(d, 'e')
        open(early, 'wb').write(get('/early'))
        base = 'openssl s_client -connect 127.0.0.1:%d -servername a.test' % p.port
        subprocess.run('(printf "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n"; sleep 1) | %s -sess_out %s' % (base, sess), shell=True, capture_output=True, timeout=20)
        r = subprocess.run('sleep 1 | %s -sess_in %s -early_data %s 2>&1' % (base, sess, early), shell=True, capture_output=True, text=True, timeout=20).stdout
    assert 'Early data was accepted' not in r and not any(b'/early' in h for h, _ in o.requests), r[-400:]
    p.stop()


def test_hsts_only_over_tls_and_only_when_the_application_is_silent():
    said = [b'']
    o = Origin(lambda head, body: b'HTTP/1.1 200 OK\r\n' + said[0] + b'Content-Length: 0\r\n\r\n')
    p = TlsProxy(o.port, docs(rule('certificate: a, upstream: off, hsts: 365d'), 'a'))
    assert ask(p, get())[1]['strict-transport-security'] == 'max-age=31536000'
    said[0] = b'Strict-Transport-Security: max-age=5\r\n'
    assert ask(p, get())[1]['strict-transport-security'] == 'max-age=5'
    p.stop()


def test_a_page_in_plain_is_another_site_and_rules_see_the_scheme():
    o = Origin()
    p = TlsProxy(o.port, docs(rule('certificate: a, upstream: off') + '  protections: {csrf: prevent}\n'
                              "  custom:\n    - {id: s, when: 'req.scheme == \"http\"', action: prevent}\n", 'a'))
    cookie = b'Cookie: s=1\r\n'
    for origin, status in ((b'https://a.test', 200), (b'http://a.test', 403), (b'https://b.test', 403)):
        assert ask(p, post(b'a=1', extra=cookie + b'Origin: ' + origin + b'\r\n'))[0] == status, origin
    p.stop()


# ---- renewals ----

def test_a_certificate_is_renewed_without_a_restart_under_load():
    make('r', 'a.test')
    o, p = (o := Origin()), Proxy(o.port, workers=2, args=FLAGS('r'))
    any_ = context(check_hostname=False)
    any_.verify_mode = ssl.CERT_NONE
    failed, stop, done = [], threading.Event(), [0]

    def load():
        while not stop.is_set():
            try:
                assert ask(p, get(), ctx=any_)[0] == 200
                done[0] += 1
            except Exception as e:
                failed.append(repr(e))

    threads = [threading.Thread(target=load) for _ in range(4)]
    for t in threads:
        t.start()

    def shown():
        with dial(p, ctx=any_) as c:
            return c.sock.getpeercert(True)

    first, held = shown(), dial(p, ctx=any_)
    for i in range(3):
        make('new', 'a.test')
        now = ssl.PEM_cert_to_DER_cert(open(at('new.pem')).read())
        os.rename(at('new.key'), at('r.key'))
        os.rename(at('new.pem'), at('r.pem'))
        p.wait_for('event=policy_loaded', i + 1)
        end = time.time() + 5
        while shown() != now:
            assert time.time() < end, 'the old certificate is still shown'
            time.sleep(0.05)
    assert now != first
    held.send(get())
    assert held.answer()[0] == 200  # a connection that stood before goes on
    # a key of another certificate changes nothing and says so
    make('new', 'a.test')
    os.rename(at('new.pem'), at('r.pem'))
    p.wait_for('the key does not belong to the certificate')
    p.wait_for('event=policy_refused')
    assert shown() == now
    stop.set()
    for t in threads:
        t.join()
    assert not failed and done[0] > 20, (failed[:3], done)
    p.stop()


def test_what_is_wrong_with_a_certificate_is_said():
    def start(cert, key):
        r = subprocess.run([MERLON, 'proxy', '--listen', '127.0.0.1:%d' % free_port(), '--upstream', '127.0.0.1:9', '--tls-cert', cert, '--tls-key', key],
                           capture_output=True, text=True, timeout=20)
        assert r.returncode == 1 and 'nothing was started' in r.stderr, r
        return r.stderr

    open(at('junk.pem'), 'w').write('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')
    subprocess.run(['openssl', 'ec', '-aes128', '-passout', 'pass:x', '-in', at('a.key'), '-out', at('locked.key')], check=True, capture_output=True)
    make('weak', 'a.test', key=('rsa:1024',))
    assert 'does not belong' in start(at('a.pem'), at('b.key'))
    assert 'no certificate in PEM form' in start(at('junk.pem'), at('a.key'))
    assert 'no private key' in start(at('a.pem'), at('a.pem'))
    assert 'without a passphrase' in start(at('a.pem'), at('locked.key'))
    assert 'refused' in start(at('weak.pem'), at('weak.key'))
    assert 'No such file' in start(at('none.pem'), at('a.key'))
    o, p = (o := Origin()), Proxy(o.port, args=FLAGS('soon'))
    assert 'expires in 2 days' in p.log(), p.log()
    assert ask(p, get())[0] == 200
    assert 'PRIVATE' not in p.log()
    p.stop()


def test_the_key_is_in_no_file_and_no_policy_and_workers_cannot_be_read():
    o, p = (o := Origin()), Proxy(o.port, args=FLAGS())
    ask(p, get())
    secret = open(at('a.key')).read().split('\n')[1][:40].encode()
    for pid in p.children('worker') + p.children('courier'):
        for fd in os.listdir('/proc/%d/fd' % pid):
            assert 'merlon-keys' not in os.readlink('/proc/%d/fd/%s' % (pid, fd)), 'a worker keeps the keys open'
        assert 'merlon-keys' not in open('/proc/%d/maps' % pid).read(), 'a worker keeps the keys mapped'
    fds = ['/proc/%d/fd/%s' % (p.process.pid, f) for f in os.listdir('/proc/%d/fd' % p.process.pid)]
    names = {os.readlink(f): f for f in fds}
    blob = next(f for n, f in names.items() if 'merlon-policy' in n)
    keys = next(f for n, f in names.items() if 'merlon-keys' in n)
    assert secret not in open(blob, 'rb').read() and secret in open(keys, 'rb').read()
    p.stop()


# ---- what is hostile ----

def test_garbage_and_silence_cost_their_connection_only():
    o = Origin()
    metrics, args = with_metrics(())
    p = TlsProxy(o.port, docs(rule('certificate: a, upstream: off') + '  limits: {handshake_timeout: 1s}\n', 'a'), args=args)
    p.metrics = metrics
    hello = bytes.fromhex('16030100050100000100')
    waiting = []
    for first in (get(), b'\x16\x03\x01\x40\x01' + b'x' * 300, b'\x80\x2e\x01\x03\x01' + b'\0' * 60, b'\0' * 200, noise(500), hello,
                  b'\x16\x03\x03\x00\x02\x01\x00' * 3000, b'\x15\x03\x01\x00\x02\x02\x28', b'\x17\x03\x03\x00\x05hello'):
        s = socket.create_connection(('127.0.0.1', p.port), timeout=5)
        s.sendall(first)
        waiting.append(s)
    slow = socket.create_connection(('127.0.0.1', p.port), timeout=5)
    start = time.time()
    assert ask(p, get())[0] == 200
    assert time.time() - start < 1
    for s in waiting:  # closed by us, at the latest by the time-out
        try:
            while s.recv(4096):
                pass
        except ConnectionError:
            pass
    for b in b'\x16\x03\x01\x02\x00\x01':  # a byte now and then does not hold it open
        try:
            slow.sendall(bytes([b]))
        except OSError:
            break
        time.sleep(0.25)
    try:
        assert slow.recv(10) == b''
    except ConnectionError:
        pass
    assert 0.8 < time.time() - start < 4, time.time() - start
    assert metric(p, 'merlon_tls_handshakes_total{result="not_tls"}') >= 1
    assert metric(p, 'merlon_tls_handshakes_total{result="timeout"}') >= 1
    assert metric(p, 'merlon_tls_handshakes_total{result="protocol"}') >= 1
    assert ask(p, get())[0] == 200
    p.stop()


def test_a_crowd_of_handshakes_makes_room_for_the_newest():
    o = Origin()
    metrics, args = with_metrics((*FLAGS(),))
    p = Proxy(o.port, args=args)
    p.metrics = metrics
    crowd = [socket.create_connection(('127.0.0.1', p.port)) for _ in range(1100)]
    for s in crowd:
        s.sendall(b'\x16\x03\x01\x02\x00\x01')
    start = time.time()
    assert ask(p, get())[0] == 200 and time.time() - start < 3
    assert metric(p, 'merlon_tls_handshakes_total{result="crowded"}') >= 50
    for s in crowd:
        s.close()
    assert ask(p, get())[0] == 200
    p.stop()


def test_a_request_cut_off_goes_nowhere():
    o, p = (o := Origin()), Proxy(o.port, args=FLAGS())
    c = dial(p)
    c.send(post(b'a=' + b'x' * 100)[:-20])
    os.close(c.sock.detach())  # a bare FIN
    c = dial(p)
    c.send(post(b'a=' + b'x' * 400000, b'application/octet-stream')[:-20])
    time.sleep(0.3)
    os.close(c.sock.detach())
    time.sleep(0.5)
    assert not o.requests and ask(p, get())[0] == 200
    p.stop()


# ---- TLS to the application ----

def test_upstream_same_off_on():
    plain, secure = Origin(), TlsOrigin()
    p = TlsProxy(secure.port, docs(rule('certificate: a'), 'a'))  # same: TLS on both sides
    assert ask(p, get())[0] == 200 and secure.names[-1] == 'a.test', secure.names
    p.stop()
    p = TlsProxy(secure.port, docs(rule('upstream: on, upstream_name: app.test, upstream_ca: {file: %s}' % at('app.pem'))))
    assert p.ask(get())[0] == 200 and secure.names[-1] == 'app.test'
    with p.connect() as c:
        for i in range(5):
            c.send(post(b'a=%d' % i))
            assert c.answer()[0] == 200
    assert b'x-forwarded-proto: http\r\n' in secure.requests[-1][0].lower() + b'\r\n'
    assert p.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
    p.stop()
    p = TlsProxy(plain.port, docs(rule('certificate: a, upstream: off'), 'a'))
    assert ask(p, get())[0] == 200
    p.stop()
    p = TlsProxy(plain.port, docs(rule('certificate: a') + '  limits: {connect_timeout: 500ms}\n', 'a'))
    assert ask(p, get())[0] == 504  # an application in plain waits for the end of the hello
    p.stop()


def test_an_application_with_another_certificate_is_not_spoken_to():
    o = TlsOrigin()
    metrics, args = with_metrics(())
    for tls, status in (('upstream_ca: {file: %s}, upstream_name: app.test' % at('app.pem'), 200),
                        ('upstream_ca: {file: %s}, upstream_name: app.test' % at('a.pem'), 502),
                        ('upstream_ca: {file: %s}, upstream_name: other.test' % at('app.pem'), 502)):
        p = TlsProxy(o.port, docs(rule('upstream: on, ' + tls)), args=args)
        p.metrics = metrics
        assert p.ask(get())[0] == status, tls
        assert (metric(p, 'merlon_upstream_tls_handshakes_total{result="certificate"}') > 0) == (status == 502)
        p.stop()
    assert len(o.requests) == 1


def test_sessions_with_the_application_go_on():
    """Each request on a new connection: the first by a full handshake, also the first under another name."""
    for least in ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3:
        o = TlsOrigin(lambda head, body: b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok')
        o.context.minimum_version = o.context.maximum_version = least
        metrics, args = with_metrics(())
        p = TlsProxy(o.port, docs(rule('certificate: a'), 'a'), args=args)
        p.metrics = metrics
        any_ = context(check_hostname=False)
        for name in ['a.test'] * 4 + ['b.test'] * 2:
            assert ask(p, get(), ctx=any_, name=name)[0] == 200
        assert o.resumed == [False] + [True] * 3 + [False, True], o.resumed
        assert metric(p, 'merlon_upstream_tls_handshakes_total{result="resumed"}') == 4
        assert metric(p, 'merlon_upstream_tls_handshakes_total{result="done"}') == 2
        p.stop()


def test_upstream_connections_are_reused_by_name():
    o = TlsOrigin()
    p = TlsProxy(o.port, docs(rule('certificate: a'), 'a'))
    any_ = context(check_hostname=False)
    for name in ('a.test', 'a.test', 'b.test', 'a.test', 'b.test'):
        assert ask(p, get(), ctx=any_, name=name)[0] == 200
        time.sleep(0.05)
    assert o.names == ['a.test', 'b.test'], o.names
    p.stop()


def test_handshakes_with_applications_that_find_no_time_in_a_turn_come_in_the_next():
    """Sixty at once, more than a turn has time for; those that had not even said hello were forgotten."""
    o = TlsOrigin()
    p = TlsProxy(o.port, docs(rule('upstream: on')))
    worker = p.children('worker')[0]
    os.kill(worker, signal.SIGSTOP)
    waiting = [p.connect(20) for _ in range(60)]
    for c in waiting:
        c.send(get())
    os.kill(worker, signal.SIGCONT)
    assert [c.answer()[0] for c in waiting] == [200] * 60
    for c in waiting:
        c.sock.close()
    p.stop()


def test_an_answer_ended_by_a_bare_fin_is_cut_off():
    for bare, whole in ((False, True), (True, False)):
        o = TlsOrigin(lambda head, body: b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n' + b'x' * 5000, bare=bare)
        o.serve, serve = None, o.serve

        def once(conn, o=o, bare=bare):
            tls = o.context.wrap_socket(conn, server_side=True)
            while b'\r\n\r\n' not in tls.recv(65536):
                pass
            tls.sendall(o.reply(b'', b''))
            time.sleep(0.2)
            os.close(tls.detach()) if bare else tls.unwrap().close()
        o.serve = once
        p = TlsProxy(o.port, docs(rule('certificate: a'), 'a'))
        with dial(p) as c:
            c.send(get())
            try:
                got = len(c.answer()[2]) == 5000
            except (EOFError, OSError, ssl.SSLError):
                got = False
        assert got == whole, (bare, got)
        with dial(p) as c:  # HTTP/1.0: the end of the connection is the end of the answer
            c.send(b'GET / HTTP/1.0\r\nHost: a\r\n\r\n')
            try:
                got = len(c.answer()[2]) == 5000
            except (EOFError, OSError, ssl.SSLError):
                got = False
        assert got == whole, (bare, got)
        p.stop()


def test_tls_comes_and_goes_with_the_policy():
    """A worker that never heard of TLS learns it behind its sandbox."""
    o, secure = Origin(), TlsOrigin()
    p = TlsProxy(secure.port, docs('  mode: enforce\n'))
    assert p.ask(get())[0] == 502  # the application wants TLS
    p.write_policy(docs(rule('certificate: a, upstream_name: app.test, upstream_ca: {file: %s}' % at('app.pem')), 'a'))
    p.wait_for('event=policy_loaded')
    time.sleep(0.2)
    assert ask(p, get())[0] == 200
    p.write_policy(docs(rule('upstream: on')))
    p.wait_for('event=policy_loaded', 2)
    time.sleep(0.2)
    assert p.ask(get())[0] == 200
    assert 'worker_died' not in p.log(), p.log()
    p.stop()


def test_slow_and_broken_applications_are_told():
    silent = socket.create_server(('127.0.0.1', 0))
    p = TlsProxy(silent.getsockname()[1], docs(rule('upstream: on') + '  limits: {connect_timeout: 500ms}\n'))
    start = time.time()
    assert p.ask(get())[0] == 504 and time.time() - start < 3
    p.stop()


if __name__ == '__main__':
    run(globals())
