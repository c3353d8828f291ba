"""Real servers that speak no HTTP/1, in containers behind a rule that names no port: each works as without us, sees its
own clients, and is shown as what it is. The servers are Debian's, in containers made from an image that has nothing
but its users; what runs there is the machine's own /usr, read-only."""
import os, re, shutil, subprocess, sys, tempfile, time

import dockerd
from protected import *

PYTHON = '/usr/bin/python3'  # Debian's, which has Debian's modules
HERE = os.path.dirname(os.path.abspath(__file__))
RULE = """apiVersion: merlon.dev/v1
kind: Rule
metadata: {name: real, order: 10}
spec: {scope: {images: ["real/*"]}, mode: enforce}
"""
USERS = b"""root:x:0:0::/:/bin/sh
nobody:x:65534:65534::/:/bin/sh
opensmtpd:x:101:101::/:/bin/sh
opensmtpq:x:102:102::/:/bin/sh
shop:x:1000:1000::/tmp:/bin/sh
"""
GROUPS = b'root:x:0:\nnogroup:x:65534:\nopensmtpd:x:101:\nopensmtpq:x:102:\nshop:x:1000:\n'
SMTP = b"""listen on 0.0.0.0 port 25
action "keep" maildir "/tmp/mail"
match from any for any action "keep"
"""
TLS = b"""worker_processes 1; error_log stderr warn; pid /tmp/pid; daemon off;
events {}
http { client_body_temp_path /tmp; proxy_temp_path /tmp; fastcgi_temp_path /tmp; uwsgi_temp_path /tmp; scgi_temp_path /tmp;
  log_format who '$remote_addr $ssl_client_verify $server_protocol $uri'; access_log /dev/stdout who;
  ssl_certificate /conf/cert.pem; ssl_certificate_key /conf/key.pem;
  %s }
"""
PLAIN_TLS = TLS % b'server { listen 8443 ssl http2; location / { return 200 "over $server_protocol"; } }'
# what a sidecar does: mutual TLS from outside, cleartext to the application, and all that goes out through it
SIDECAR = TLS % b"""server { listen 15006 ssl; ssl_client_certificate /conf/cert.pem; ssl_verify_client on;
    location / { proxy_pass http://127.0.0.1:8080; } }
  server { listen 15001; location / { return 200 "by the sidecar"; } }"""
ISTIO = """*nat
:ISTIO_INBOUND - [0:0]
:ISTIO_IN_REDIRECT - [0:0]
:ISTIO_OUTPUT - [0:0]
:ISTIO_REDIRECT - [0:0]
-A PREROUTING -p tcp -j ISTIO_INBOUND
-A OUTPUT -p tcp -j ISTIO_OUTPUT
-A ISTIO_INBOUND -p tcp --dport 15008 -j RETURN
-A ISTIO_INBOUND -p tcp --dport 15021 -j RETURN
-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT
-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006
-A ISTIO_OUTPUT -o lo -s 127.0.0.6/32 -j RETURN
-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN
-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN
-A ISTIO_OUTPUT -j ISTIO_REDIRECT
-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
COMMIT
"""
WORDS = "1' UNION SELECT password FROM users-- <script>alert(1)</script>"


def image(d, name, command, files=()):
    """Of the users alone; and how to run it."""
    d.image(name, files=[('etc/passwd', USERS), ('etc/group', GROUPS), *files])
    return lambda title, network='bridge', **host: d.run(title, name, cmd=command, network=network, config={'Env': ['PATH=/usr/sbin:/usr/bin']}, Binds=[
        '/usr:/usr:ro', '/lib:/lib:ro', '/lib64:/lib64:ro'], **host)


def certificate(dir):
    """Of the server, and of its clients in a mesh; (certificate, key) as they are."""
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=shop.test',
                    '-addext', 'subjectAltName=DNS:shop.test', '-keyout', dir + '/key.pem', '-out', dir + '/cert.pem'], check=True, capture_output=True)
    return [('conf/' + name, open(dir + '/' + name, 'rb').read()) for name in ('cert.pem', 'key.pem')]


def client(d, *command, **kw):
    r = subprocess.run(d.nsenter(*command), capture_output=True, timeout=60, **kw)
    assert r.returncode == 0, (command, r)
    return r.stdout.decode()


def state_of(m, cid, port):
    return {p['port']: p['state'] for p in m.apps()[cid]['ports']}[port]


def shown(m, cid, port, state):
    m.wait('%d: %s' % (port, state), lambda: state_of(m, cid, port) == state)


def patiently(what):
    """A server that comes up is asked till it answers: it may be caught before it listens."""
    end = time.monotonic() + 20
    while True:
        try:
            return what()
        except (AssertionError, OSError) as e:
            if time.monotonic() > end:
                raise AssertionError(e)
            time.sleep(0.1)


def me(d):
    return d.inspect(d.api('GET', '/containers/json')[0]['Id'])['NetworkSettings']['Networks']['bridge']['Gateway']


def test_redis(d):
    run = image(d, 'real/redis:7', ['redis-server', '--protected-mode', 'no', '--save', '', '--dir', '/tmp'])
    with defender(d, RULE) as m:
        cid = run('redis')
        ip = address_of(d, cid)
        ask = lambda *words, **kw: client(d, 'redis-cli', '-h', ip, *words, **kw)
        assert patiently(lambda: ask('ping')) == 'PONG\n'
        assert ask('set', 'q', WORDS) == 'OK\n' and ask('get', 'q') == WORDS + '\n'
        assert ask('config', 'get', 'maxmemory-policy').split()[0] == 'maxmemory-policy'
        big = os.urandom(3 << 20).hex()
        assert ask('-x', 'set', 'big', input=big.encode()) == 'OK\n' and ask('get', 'big') == big + '\n'
        assert 'addr=%s:' % me(d) in ask('client', 'list')
        # many commands in flight on many connections, and one that waits for others
        out = client(d, 'redis-benchmark', '-h', ip, '-q', '-n', '3000', '-c', '20', '-P', '8', '-t', 'set,lpush')
        assert 'SET' in out and 'rror' not in out, out
        listener = subprocess.Popen(d.nsenter('redis-cli', '-h', ip, '--csv', 'subscribe', 'news'), stdout=subprocess.PIPE)
        try:
            while b'subscribe' not in listener.stdout.readline():
                assert listener.poll() is None
            assert ask('publish', 'news', WORDS) == '1\n'
            assert WORDS.encode() in listener.stdout.readline()
        finally:
            listener.kill()
            listener.wait()
            listener.stdout.close()
        shown(m, cid, 6379, 'not protected: speaks something else than HTTP')


def test_smtp(d):
    """The server speaks first."""
    run = image(d, 'real/smtp:6', ['/bin/sh', '-c', 'mkdir -p /var/run /var/lib/opensmtpd/empty; mkdir -m 711 -p /var/spool/smtpd; exec smtpd -d -f /conf/smtpd.conf'],
                [('conf/smtpd.conf', SMTP)])
    with defender(d, RULE) as m:
        cid = run('smtp', Dns=['127.0.0.1'])  # it asks who its clients are before it greets
        send = """if True:
            import smtplib, sys
            with smtplib.SMTP(sys.argv[1], 25, timeout=20) as s:
                s.ehlo('client.test')
                assert s.has_extn('size'), s.ehlo_resp
                for n in 10, 20000:
                    s.sendmail('a@client.test', ['shop@shop.test'], 'Subject: %s\\r\\n\\r\\n' % sys.argv[2] + 'a line of it\\r\\n' * n)"""
        patiently(lambda: client(d, PYTHON, '-c', send, address_of(d, cid), WORDS))
        m.wait('taken', lambda: len(re.findall(r'smtp message .* size=(\d+)', app_log(d, cid))) == 2)
        sizes = [int(n) for n in re.findall(r'smtp message .* size=(\d+)', app_log(d, cid))]
        assert sizes[1] - sizes[0] == 19990 * len('a line of it\n'), app_log(d, cid)
        assert 'address=' + me(d) in app_log(d, cid), app_log(d, cid)
        shown(m, cid, 25, 'not protected: speaks something else than HTTP')


def test_grpc(d):
    with open(os.path.join(HERE, 'grpc_peer.py'), 'rb') as f:
        program = f.read()
    run = image(d, 'real/grpc:1', [PYTHON, '/conf/grpc_peer.py', 'serve'], [('conf/grpc_peer.py', program)])
    with defender(d, RULE) as m:
        cid = run('grpc')
        out = patiently(lambda: client(d, PYTHON, os.path.join(HERE, 'grpc_peer.py'), 'ask', address_of(d, cid), WORDS))
        assert out == 'ipv4:%s\n' % me(d), out
        shown(m, cid, 50051, 'not protected: speaks HTTP/2')


def test_tls(d):
    with tempfile.TemporaryDirectory() as dir:
        run = image(d, 'real/tls:1', ['nginx', '-c', '/conf/nginx.conf'], [('conf/nginx.conf', PLAIN_TLS), *certificate(dir)])
        with defender(d, RULE) as m:
            cid = run('tls')
            ip = address_of(d, cid)
            for version, name in ('--http1.1', 'HTTP/1.1'), ('--http2', 'HTTP/2.0'):  # the certificate is the server's own
                out = patiently(lambda: client(d, 'curl', '-sS', version, '--cacert', dir + '/cert.pem', '--resolve', 'shop.test:8443:' + ip,
                                               'https://shop.test:8443/' + ATTACK[1:]))
                assert out == 'over ' + name, out
            m.wait('the log', lambda: app_log(d, cid).count('%s NONE HTTP/' % me(d)) >= 2)
            shown(m, cid, 8443, 'not protected: TLS, and no certificate was given')


def test_a_pod_of_a_mesh(d):
    with tempfile.TemporaryDirectory() as dir:
        files = certificate(dir)
        sidecar = image(d, 'mesh/sidecar:1', ['nginx', '-c', '/conf/nginx.conf'], [('conf/nginx.conf', SIDECAR), *files])
        d.image('real/shop:1', files=[('www/index.html', b'welcome')])
        d.image('mesh/pause:1')
        with defender(d, RULE) as m:
            pod = d.run('pause', 'mesh/pause:1', network='bridge')
            ip = address_of(d, pod)
            rules = lambda *command: subprocess.run(['nsenter', '-t', str(pid_of(d, pod)), '-n', *command], input=ISTIO.encode(), capture_output=True, check=True).stdout
            rules('iptables-restore', '--noflush')
            before = re.findall(b'\n[:-].*', rules('iptables-save', '-t', 'nat'))
            sidecar('sidecar', network='container:' + pod)
            app = d.run('shop', 'real/shop:1', cmd=['/bin/httpd', '-f', '-p', '8080', '-h', '/www'], network='container:' + pod)
            by_mesh = lambda: client(d, 'curl', '-sS', '--cacert', dir + '/cert.pem', '--cert', dir + '/cert.pem', '--key', dir + '/key.pem',
                                     '--resolve', 'shop.test:8080:' + ip, 'https://shop.test:8080/' + ATTACK[1:])
            assert patiently(by_mesh) == 'welcome'
            shown(m, app, 8080, 'not protected: mesh mTLS')
            for _ in range(3):
                assert by_mesh() == 'welcome'
            # who has no certificate is refused by the mesh, as ever; what the application asks goes out through it
            r = subprocess.run(d.nsenter('curl', '-sS', '-k', '-o', '/dev/null', '-w', '%{http_code}', 'https://%s:8080/' % ip), capture_output=True)
            assert r.stdout == b'400', r
            out = subprocess.run(['nsenter', '-t', str(pid_of(d, app)), '-n', 'curl', '-sS', 'http://192.0.2.80/'], capture_output=True)
            assert out.stdout == b'by the sidecar', out
            assert re.findall(b'\n[:-].*', rules('iptables-save', '-t', 'nat')) == before and len(before) > 12, before
            m.stop()
            assert by_mesh() == 'welcome'


def main():
    dockerd.need()
    for program in 'redis-server', 'smtpd', 'nginx', 'curl', 'iptables-restore':
        if not shutil.which(program):
            dockerd.skip('needs ' + program)
    if subprocess.run([PYTHON, '-c', 'import grpc'], capture_output=True).returncode:
        dockerd.skip('needs python3-grpcio')
    with dockerd.Dockerd() as d:
        return dockerd.run(globals(), d)


if __name__ == '__main__':
    sys.exit(main())
