"""What others say of the same requests: libinjection and nginx with ModSecurity and the OWASP rules, as Debian has them.

Used by tools/eval --beside. Verdicts are kept in a folder: they change with the corpus and the packages only.
"""
import base64, concurrent.futures, ctypes, email.parser, email.policy, gzip, hashlib, http.client, json, os
import re, signal, socket, subprocess, tempfile, time, urllib.parse

MODULE = '/usr/lib/nginx/modules/ngx_http_modsecurity_module.so'
RULES = '/usr/share/modsecurity-crs/rules'
SETUPS = ('/etc/modsecurity/crs/crs-setup.conf', '/usr/share/modsecurity-crs/crs-setup.conf')
MAX_DEPTH = 20  # of JSON
# A policy about methods, types and versions rather than attacks, which most users switch off first; the
# corpus has requests without the fields that they ask for.
POLICY_RULES = '911100 920420 920450'


def requests(corpus):
    for line in gzip.open(corpus):
        d = json.loads(line)
        yield d['id'], base64.b64decode(d['req_b64'])


def kept(folder, name, corpus, packages, make):
    """What make() gave for this corpus and these packages, from the folder where it stands there."""
    versions = subprocess.run(['dpkg-query', '-W', *packages], capture_output=True).stdout
    with open(corpus, 'rb') as f:
        key = hashlib.sha256(f.read() + versions + name.encode()).hexdigest()[:16]
    path = os.path.join(folder, 'beside-%s-%s.json' % (name, key))
    if os.path.exists(path):
        with open(path) as f:
            return json.load(f)
    verdicts = make()
    if verdicts is not None:
        with open(path + '.new', 'w') as f:
            json.dump(verdicts, f)
        os.replace(path + '.new', path)
    return verdicts


def leaves(value, depth=0):
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict):
        for k, v in value.items():
            yield k
            yield from leaves(v, depth + 1)
    elif isinstance(value, list):
        for v in value:
            yield from leaves(v, depth + 1)
    elif isinstance(value, str):
        yield value


def form(text):
    for part in text.split('&'):
        for s in part.split('=', 1):
            yield urllib.parse.unquote_plus(s, 'latin1')


def body_values(ctype, body):
    """Names and values of a body, as a framework would hand them to an application."""
    if 'json' in ctype:
        try:
            yield from leaves(json.loads(body))
            return
        except ValueError:
            pass
    if ctype.startswith('multipart/'):
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
            b'Content-Type: ' + ctype.encode('latin1') + b'\r\n\r\n' + body)
        if message.is_multipart():
            for part in message.iter_parts():
                yield part.get_filename() or ''
                yield (part.get_payload(decode=True) or b'').decode('latin1')
            return
    text = body.decode('latin1')
    if 'xml' in ctype:
        yield from re.findall(r'>([^<>]+)<', text)
        yield from re.findall(r'="([^"]*)"', text)
    else:
        yield from form(text)


def values(raw):
    """Decoded names and values of a request: path, query, cookies, body, and the two headers that CRS looks at, too."""
    head, _, body = raw.partition(b'\r\n\r\n')
    lines = head.decode('latin1').split('\r\n')
    target = (lines[0].split(' ') + ['', ''])[1]
    path, _, query = target.partition('?')
    yield urllib.parse.unquote(path, 'latin1')
    yield from form(query)
    ctype = ''
    for line in lines[1:]:
        name, _, value = line.partition(':')
        name, value = name.lower(), value.strip()
        if name == 'cookie':
            for c in value.split(';'):
                yield from (urllib.parse.unquote(s, 'latin1') for s in c.strip().split('=', 1))
        elif name in ('user-agent', 'referer'):
            yield value
        elif name == 'content-type':
            ctype = value.lower() if 'multipart' not in value.lower() else 'multipart/' + value.split('/', 1)[1]
    if body:
        yield from body_values(ctype, body)


def libinjection(corpus, folder):
    """id -> 's' for SQL injection, 'x' for cross-site scripting, '' for neither; None where the library is missing."""
    try:
        lib = ctypes.CDLL('libmodsecurity.so.3')
    except OSError:
        return None

    def judge():
        fingerprint, said = ctypes.create_string_buffer(16), {}
        for ident, raw in requests(corpus):
            text = [v.encode('latin1', 'replace') for v in values(raw)]
            sql = any(lib.libinjection_sqli(v, ctypes.c_size_t(len(v)), fingerprint) for v in text)
            xss = any(lib.libinjection_xss(v, ctypes.c_size_t(len(v))) for v in text)
            said[ident] = 's' * sql + 'x' * xss
        return said
    return kept(folder, 'libinjection', corpus, ['libmodsecurity3'], judge)


CONF = '''worker_processes 2; daemon off; pid %(dir)s/pid; error_log %(dir)s/err crit; load_module %(module)s;
events { worker_connections 256; }
http { access_log off; client_body_temp_path %(dir)s/b; proxy_temp_path %(dir)s/p; fastcgi_temp_path %(dir)s/f;
uwsgi_temp_path %(dir)s/u; scgi_temp_path %(dir)s/s; large_client_header_buffers 8 64k; client_max_body_size 0;
client_header_timeout 2s; client_body_timeout 2s; keepalive_timeout 0;
modsecurity on; modsecurity_rules_file %(dir)s/rules.conf;
server { listen 127.0.0.1:%(origin)d; modsecurity off; location / { return 204; } }
server { listen 127.0.0.1:%(port)d; location / { proxy_pass http://127.0.0.1:%(origin)d; } } }
'''


def free_ports(n):
    held = [socket.socket() for _ in range(n)]
    for s in held:
        s.bind(('127.0.0.1', 0))
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def refused(port, raw):
    """Whether nginx refused this request (any 4xx: what it cannot read never reaches the application, either)."""
    with socket.create_connection(('127.0.0.1', port), 20) as s:
        try:
            s.sendall(raw)
        except OSError:
            pass  # answered early; the answer is there to be read
        try:
            answer = http.client.HTTPResponse(s)
            answer.begin()
            return 400 <= answer.status < 500
        except (OSError, http.client.HTTPException):
            return True


def crs(corpus, folder):
    """id -> refused, by nginx with ModSecurity and CRS at paranoia 1 without its policy rules; None where it is missing."""
    setup = next((s for s in SETUPS if os.path.exists(s)), None)
    if not (os.path.exists(MODULE) and os.path.isdir(RULES) and setup):
        return None

    def judge():
        with tempfile.TemporaryDirectory() as d:
            os.chmod(d, 0o711)  # its workers are of another user
            origin, port = free_ports(2)
            with open(d + '/rules.conf', 'w') as f:
                f.write('SecRuleEngine On\nSecRequestBodyAccess On\nSecResponseBodyAccess Off\nSecAuditEngine Off\n'
                        'SecRequestBodyLimit 13107200\nInclude %s\nInclude %s/*.conf\nSecRuleRemoveById %s\n'
                        % (setup, RULES, POLICY_RULES))
                f.write('SecRule REQUEST_HEADERS:Content-Type "^application/json" "id:200001,phase:1,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"\n'
                        'SecRule REQUEST_HEADERS:Content-Type "^(?:application|text)/(?:[a-z+.]+)?xml" "id:200000,phase:1,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"\n')
            with open(d + '/nginx.conf', 'w') as f:
                f.write(CONF % {'dir': d, 'module': MODULE, 'port': port, 'origin': origin})
            server = subprocess.Popen(['nginx', '-c', d + '/nginx.conf'], stderr=subprocess.DEVNULL)
            try:
                if not wait(port, server):
                    return None
                with concurrent.futures.ThreadPoolExecutor(4) as pool:
                    ids, raws = zip(*requests(corpus))
                    return dict(zip(ids, pool.map(lambda raw: refused(port, raw), raws)))
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait()
    return kept(folder, 'crs', corpus, ['libmodsecurity3', 'libnginx-mod-http-modsecurity', 'modsecurity-crs', 'nginx-light'], judge)


def wait(port, server):
    for _ in range(600):
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return True
        except OSError:
            if server.poll() is not None:
                return False
            time.sleep(0.05)
    return False
