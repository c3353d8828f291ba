"""Requests on which parsers disagree, through Merlon to real servers: nginx, Apache, Node, gunicorn.

For each server and each such request: what the server logs was counted by Merlon; what was hidden in the request is
never a request of its own; the client that comes next gets the answer to its own request.
"""
import os, re, shutil, socket, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Proxy, free_port, run

HIDDEN = b'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n'
CHUNKED = b'0\r\n\r\n'


def post(fields, body, target=b'/post', method=b'POST', version=b'HTTP/1.1'):
    return method + b' ' + target + b' ' + version + b'\r\nHost: a\r\n' + fields + b'\r\n\r\n' + body


def lengths(n=len(HIDDEN)):
    return b'Content-Length: %d' % n


# name -> bytes; b'' in a tuple is a pause longer than any read of the server's
REQUESTS = {
    'CL.TE': post(lengths(len(CHUNKED + HIDDEN)) + b'\r\nTransfer-Encoding: chunked', CHUNKED + HIDDEN),
    'TE.CL': post(b'Content-Length: 4\r\nTransfer-Encoding: chunked', b'%x\r\n' % len(HIDDEN) + HIDDEN + b'\r\n0\r\n\r\n'),
    'CL.0, a GET': post(lengths(), HIDDEN, b'/get', b'GET'),
    'CL.0, a HEAD': post(lengths(), HIDDEN, b'/get', b'HEAD'),
    'CL.0, a body nobody reads': post(lengths(), HIDDEN, b'/ignored'),
    'TE.0, an OPTIONS': post(b'Transfer-Encoding: chunked', b'%x\r\n' % len(HIDDEN) + HIDDEN + b'\r\n0\r\n\r\n', b'/get', b'OPTIONS'),
    'TE.0, chunk is a request': post(b'Transfer-Encoding: chunked', b'%x\r\n' % len(HIDDEN) + HIDDEN + b'\r\n0\r\n\r\n', b'/ignored'),
    '0.CL': post(b'Content-Length : %d' % len(HIDDEN), HIDDEN),
    'two lengths': post(b'Content-Length: 0\r\n' + lengths(), HIDDEN),
    'length list': post(b'Content-Length: 0, %d' % len(HIDDEN), HIDDEN),
    'plus': post(b'Content-Length: +%d' % len(HIDDEN), HIDDEN),
    'minus': post(b'Content-Length: -1', HIDDEN),
    'hexadecimal': post(b'Content-Length: 0x%x' % len(HIDDEN), HIDDEN),
    'two words': post(b'Content-Length: 0 %d' % len(HIDDEN), HIDDEN),
    'large': post(b'Content-Length: 18446744073709551616', HIDDEN),
    'underscore': post(b'Content_Length: 0\r\n' + lengths(), HIDDEN),
    'TE with a tab': post(b'Transfer-Encoding:\tchunked', CHUNKED + HIDDEN),
    'TE with a vertical tab': post(b'Transfer-Encoding:\x0bchunked', CHUNKED + HIDDEN),
    'TE with a space in front of the colon': post(b'Transfer-Encoding : chunked\r\n' + lengths(), CHUNKED + HIDDEN),
    'TE folded': post(b'Transfer-Encoding:\r\n chunked', CHUNKED + HIDDEN),
    'TE of another field': post(b'X: x\r\n Transfer-Encoding: chunked', CHUNKED + HIDDEN),
    'TE quoted': post(b'Transfer-Encoding: "chunked"\r\n' + lengths(), CHUNKED + HIDDEN),
    'TE twice': post(b'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n' + lengths(), CHUNKED + HIDDEN),
    'TE list': post(b'Transfer-Encoding: identity, chunked', CHUNKED + HIDDEN),
    'TE not last': post(b'Transfer-Encoding: chunked, identity', CHUNKED + HIDDEN),
    'TE gzip, chunked': post(b'Transfer-Encoding: gzip, chunked', CHUNKED + HIDDEN),
    'TE xchunked': post(b'Transfer-Encoding: xchunked\r\n' + lengths(), CHUNKED + HIDDEN),
    'TE with NUL': post(b'Transfer-Encoding: chunked\0\r\n' + lengths(), CHUNKED + HIDDEN),
    'TE in 1.0': post(b'Connection: keep-alive\r\nTransfer-Encoding: chunked', CHUNKED + HIDDEN, version=b'HTTP/1.0'),
    'TE behind a bare LF': post(b'X: y\nTransfer-Encoding: chunked', CHUNKED + HIDDEN),
    'TE behind a bare CR': post(b'X: y\rTransfer-Encoding: chunked\r\n' + lengths(), CHUNKED + HIDDEN),
    'CL named by Connection': post(b'Connection: Content-Length\r\n' + lengths(), HIDDEN),
    'TE named by Connection': post(b'Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked', CHUNKED + HIDDEN),
    'chunk size with a sign': post(b'Transfer-Encoding: chunked', b'+0\r\n\r\n' + HIDDEN),
    'chunk size with 0x': post(b'Transfer-Encoding: chunked', b'0x0\r\n\r\n' + HIDDEN),
    'chunk size with spaces': post(b'Transfer-Encoding: chunked', b'0 \r\n\r\n' + HIDDEN),
    'chunk size over 64 bits': post(b'Transfer-Encoding: chunked', b'10000000000000000\r\n' + HIDDEN),
    'chunk ended by LF': post(b'Transfer-Encoding: chunked', b'0\n\n' + HIDDEN),
    'chunk extension with LF': post(b'Transfer-Encoding: chunked', b'2;\nxx\r\n%x\r\n' % len(HIDDEN) + HIDDEN + b'\r\n0\r\n\r\n'),
    'chunk data longer than said': post(b'Transfer-Encoding: chunked', b'1\r\nab\r\n0\r\n\r\n' + HIDDEN),
    'trailers with a length': post(b'Transfer-Encoding: chunked', b'0\r\n' + lengths() + b'\r\n\r\n' + HIDDEN),
    'Expect': post(b'Expect: 100-continue\r\n' + lengths(), HIDDEN),
    'Expect, obfuscated': post(b'Expect: y 100-continue\r\n' + lengths(), HIDDEN),
    'Expect with a GET': post(b'Expect: 100-continue\r\n' + lengths(), HIDDEN, b'/get', b'GET'),
    'pause before the body': (post(lengths(), b''), b'', HIDDEN),
    'pause within the body': (post(lengths(), HIDDEN[:8]), b'', HIDDEN[8:]),
    'HTTP/0.9': b'GET /get\r\n' + HIDDEN,
    'HTTP/1.2': post(lengths(), HIDDEN, version=b'HTTP/1.2'),
    'HTTP/2.0': post(lengths(), HIDDEN, version=b'HTTP/2.0'),
    'preface of HTTP/2': b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + HIDDEN,
    'h2c': post(b'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__', b'', b'/get', b'GET'),
    'Upgrade with a body': post(b'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
                                b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' + lengths(), HIDDEN, b'/get', b'GET'),
    'two hosts': post(b'Host: b\r\n' + lengths(), HIDDEN),
    'absolute target': post(lengths(), HIDDEN, b'http://b/get'),
    'space in the target': post(lengths(), HIDDEN, b'/get x'),
    'space before the method': b' ' + post(lengths(), HIDDEN),
    'LF for a line end': post(lengths(), HIDDEN).replace(b'\r\n', b'\n', 2),
    'encoded line ends in the target': post(lengths(), HIDDEN, b'/x%20HTTP/1.1%0d%0aHost:%20a%0d%0a%0d%0aGET%20/hidden'),
}
# Two whole requests by RFC 9112: what is behind the first may be answered, and counted.
TWO = {'TE with a tab', 'trailers with a length', 'TE named by Connection'}
PAUSE = 0.25


def need(*programs):
    """The paths of these programs, or None."""
    found = [shutil.which(p, path=os.environ.get('PATH', '') + ':/usr/sbin') for p in programs]
    return found if all(found) else None


class Server:
    """A real server on loopback; `log()`: the request lines that it saw."""
    faults = ()  # a server of ours may find some

    def __init__(self, command, port, log_path, folder, env=None):
        self.port, self.log_path = port, log_path
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=open(folder + '/err', 'wb'),
                                        env={**os.environ, **(env or {})})
        Proxy.started.append(self.process)
        for _ in range(400):
            try:
                socket.create_connection(('127.0.0.1', port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None, open(folder + '/err').read()[-800:]
                time.sleep(0.05)
        raise AssertionError('does not listen: ' + command[0])

    def log(self):
        try:
            return open(self.log_path, 'rb').read().splitlines()
        except OSError:
            return []

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def folder():
    d = tempfile.mkdtemp(prefix='merlon-origin-')
    os.chmod(d, 0o755)
    return d


def nginx():
    found = need('nginx')
    if not found:
        return None
    d, port = folder(), free_port()
    with open(d + '/nginx.conf', 'w') as f:
        f.write('''worker_processes 1; daemon off; pid %s/pid; error_log %s/error; events {}
http { log_format line '$request'; access_log %s/log line; client_body_temp_path %s/b; proxy_temp_path %s/p;
fastcgi_temp_path %s/f; uwsgi_temp_path %s/u; scgi_temp_path %s/s;
server { listen 127.0.0.1:%d; location / { return 200 "for $request_uri\\n"; } } }''' % (*[d] * 8, port))
    return Server([found[0], '-c', d + '/nginx.conf', '-e', d + '/error'], port, d + '/log', d)


def apache():
    found = need('apache2')
    if not found:
        return None
    d, port = folder(), free_port()
    modules = '/usr/lib/apache2/modules'
    with open(d + '/apache.conf', 'w') as f:
        f.write('ServerName a\nServerRoot %s\nPidFile %s/pid\nListen 127.0.0.1:%d\nErrorLog %s/error\nMutex file:%s\n' % (d, d, port, d, d))
        for m in ('mpm_event', 'authz_core'):
            f.write('LoadModule %s_module %s/mod_%s.so\n' % (m, modules, m))
        f.write('User www-data\nGroup www-data\n' if os.geteuid() == 0 else '')
        f.write('LogFormat "%%r" line\nCustomLog %s/log line\nDocumentRoot %s\nStartServers 1\n'
                'ErrorDocument 404 "for %%{REQUEST_URI}"\nErrorDocument 405 "for %%{REQUEST_URI}"\n' % (d, d))
    return Server([found[0], '-f', d + '/apache.conf', '-DFOREGROUND'], port, d + '/log', d)


NODE = '''
const fs = require("fs")
require("http").createServer((q, r) => {
  fs.appendFileSync(process.argv[3], `${q.method} ${q.url} HTTP/${q.httpVersion}\\n`)
  const answer = () => r.end("for " + q.url)
  if (q.url == "/ignored") answer(); else { q.resume(); q.on("end", answer) }
}).listen(+process.argv[2], "127.0.0.1")
'''


def node():
    found = need('node')
    if not found:
        return None
    d, port = folder(), free_port()
    with open(d + '/app.js', 'w') as f:
        f.write(NODE)
    return Server([found[0], d + '/app.js', str(port), d + '/log'], port, d + '/log', d)


WSGI = '''
import os
log = os.open(os.environ['LINES'], os.O_CREAT | os.O_APPEND | os.O_WRONLY)

def app(env, start):
    os.write(log, ('%s %s\\n' % (env['REQUEST_METHOD'], env['RAW_URI'])).encode())
    if env['PATH_INFO'] != '/ignored':
        env['wsgi.input'].read()
    body = ('for ' + env['RAW_URI']).encode()
    start('200 OK', [('Content-Length', str(len(body)))])
    return [body]
'''


def gunicorn():
    found = need('gunicorn')
    if not found:
        return None
    d, port = folder(), free_port()
    with open(d + '/app.py', 'w') as f:
        f.write(WSGI)
    # threads: its other workers close after each answer
    return Server([found[0], '-b', '127.0.0.1:%d' % port, '-w', '1', '--threads', '4', '-k', 'gthread', 'app:app'],
                  port, d + '/log', d, {'LINES': d + '/log'})


def send(proxy, pieces, moment=0.15):
    """Everything that comes back within a moment."""
    out = b''
    with socket.create_connection(('127.0.0.1', proxy.port), 5) as s:
        try:
            for piece in pieces if isinstance(pieces, tuple) else (pieces,):
                if piece:
                    s.sendall(piece)
                else:
                    time.sleep(PAUSE)
            s.settimeout(moment)
            while True:
                got = s.recv(65536)
                if not got:
                    return out
                out += got
        except OSError:
            return out


def forwarded(metrics):
    with socket.create_connection(('127.0.0.1', metrics), 5) as s:
        s.sendall(b'GET /metrics HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n')
        text = b''
        while True:
            got = s.recv(65536)
            if not got:
                break
            text += got
    return sum(int(re.search(rb'merlon_requests_total\{outcome="%s"\} (\d+)' % o, text).group(1)) for o in (b'forwarded', b'abandoned'))


def against(server):
    """Sends each request and, on another connection right after it, an honest one."""
    metrics = free_port()
    p = Proxy(server.port, args=('--metrics', '127.0.0.1:%d' % metrics))
    seen = len(server.log())
    try:
        for name, raw in REQUESTS.items():
            before = forwarded(metrics)
            send(p, raw)
            for i in range(2):
                status, _, body = p.ask(b'GET /next-%d HTTP/1.1\r\nHost: a\r\n\r\n' % i)
                assert status in (200, 404) and b'for /next-%d' % i in body, (name, status, body)
            end = time.time() + 5
            while time.time() < end and not any(b'/next-1' in x for x in server.log()[seen:]):
                time.sleep(0.01)
            lines = server.log()[seen:]
            seen += len(lines)
            told = forwarded(metrics) - before
            assert len(lines) <= told, '%s: the server saw %r, Merlon told of %d' % (name, lines, told)
            assert name in TWO or not any(x.split()[1:2] == [b'/hidden'] for x in lines), (name, lines)
    finally:
        p.stop()
        server.stop()


def check(start):
    server = start()
    if not server:
        print('skipped: %s is not here' % start.__name__)
        return
    against(server)


def test_nginx():
    check(nginx)


def test_apache():
    check(apache)


def test_node():
    check(node)


def test_gunicorn():
    check(gunicorn)


if __name__ == '__main__':
    run(globals())
