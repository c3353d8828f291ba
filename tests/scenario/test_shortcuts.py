#!/usr/bin/env python3
"""The verdict cache and the plain-value shortcut change no verdict.

Values are strung together, from a fixed seed, out of pieces that detectors care about; the same
requests are judged three ways and the lines must be equal. Values repeat, so the cache is used.
"""
import base64, json, os, random, re, subprocess, sys
from urllib.parse import quote

MERLON = os.environ['MERLON']
PIECES = ['java.io.File', 'org.omg.CORBA', 'rO0ABXNy', '.env', '..', 'wp-config', '1', '0x2e', '0x2f', 'a', 'or', 'union', 'select', 'null', 'rO0AB', 'java', 'io', 'File', 'org', '.', '..',
          '-', '--', '_', '__', 'proto__', '/', ' ', "'", '"', '=', '(', ')', '<', '>', 'script', 'alert', 'cat', 'etc',
          'passwd', ';', '|', '$', '{', '}', '%', '%27', '\\', 'phpinfo', 'whoami', 'nslookup', 'sleep', '5', '&', '#',
          '\r\n', 'set', 'drop', 'table', 'O:1', 'gASV', 'win', 'ini', 'con', 'base64', 'http', '://', '@', '169', '\0']
NAMES = ['q', 'id', 'constructor', 'constructor.prototype', '__proto__', 'cmd', 'file', 'user-name', 'a/b', 'x[0]']


# Every word that a detector knows, and some that none does.
SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../src/engine')
WORDS = sorted({w for f in ('sql_words.c', 'sh_commands.c', 'code_words.c', 'java_names.c', 'js_scan.c', 'query_commands.c', 'detect_query.c', 'detect_code.c', 'code_forms.c', 'sh_batch.c', 'html_checks.c')
                for w in re.findall(r'"([A-Za-z0-9_ ]{1,30})"', open(os.path.join(SOURCES, f)).read())})
ENGLISH = ('item number the of a blue chair with price is not in order by me from you I like it and to go New York Hello world '
           'please 1 2 10 2024 x y id one two three name user admin see all is this that Select Drop Update').split()


def text(r):
    words = [r.choice(WORDS if r.random() < 0.4 else ENGLISH) for _ in range(r.randint(2, 7))]
    return ''.join(w + r.choice((' ', ' ', ' ', ', ', '. ', '  ', '-')) for w in words).rstrip()


def value(r):
    if r.random() < 0.5:
        return text(r)
    if r.random() < 0.1: # a document within the value
        return json.dumps({r.choice(NAMES): value(r), 'x': [r.choice(PIECES), value(r)]}) + r.choice(('', '', '', ' or 1=1', '}'))
    return ''.join(r.choice(PIECES) for _ in range(r.choice((1, 1, 2, 3, 4, 6))))


def request(r, pool):
    query = '&'.join(quote(r.choice(NAMES)) + '=' + quote(r.choice(pool)) for _ in range(r.randint(1, 3)))
    head = f'GET /p?{query} HTTP/1.1\r\nHost: a\r\nX-Note: {quote(r.choice(pool))}\r\n'
    if r.random() < 0.5:
        return head + '\r\n'
    body = json.dumps({r.choice(NAMES): r.choice(pool), 'n': r.choice(pool)})
    return head.replace('GET', 'POST', 1) + f'Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}'


def texts(r):
    """Words alone: the harder half of the shortcut."""
    def one():
        return ' '.join(r.choice(WORDS).strip() if r.random() < 0.3 else r.choice(ENGLISH) for _ in range(r.randint(1, 6)))
    return 'GET /?' + '&'.join('a=' + quote(one()) for _ in range(8)) + ' HTTP/1.1\r\nHost: a\r\n\r\n'


def shapes(r):
    """What machines write, and what only looks like it."""
    def word():
        return r.choice(WORDS).strip() if r.random() < 0.2 else r.choice(ENGLISH + ['Mozilla', 'rv', 'X11', 'Win64', 'en', 'GB'])

    def hexa():
        return ''.join(r.choice('0123456789abcdef') for _ in range(r.randint(1, 24)))
    gaps = ['; ', ' (', ') ', '/5', '.0', '-', '_', ', ', ':8', ' ', '/', '(', ')', ';', "'"]
    agent = word() + ''.join(r.choice(gaps[:10] if r.random() < 0.9 else gaps) + word() for _ in range(r.randint(1, 8)))
    languages = ','.join(r.choice((word(), 'en', 'de-AT', '*')) + r.choice(('', ';q=0.8', ';q=0', ';q', ';' + word())) for _ in range(r.randint(1, 5)))
    media = ','.join(r.choice(('text', 'image', '*', word())) + '/' + r.choice(('xml', '*', 'svg+xml', 'x-' + word())) + r.choice(('', ';q=0.8', '; charset=utf-8', ';' + word() + '=' + word())) for _ in range(r.randint(1, 5)))
    raw = bytes(r.choice(b"abc '=<>();|19") for _ in range(r.randint(9, 60))) if r.random() < 0.3 else r.randbytes(24)
    tokens = ['-'.join(hexa() for _ in range(r.randint(1, 5))), '2024-01-02T03:04:05.678Z', '2024-01-02 03:04:05' + r.choice(('', '+01:00', '+', ';id')),
              'GA1.2.' + str(r.randrange(10**9)) + r.choice(('', '.1', '.php', '..')), base64.b64encode(raw).decode().rstrip('='),
              ''.join(r.choice('09azAZ') for _ in range(r.randint(16, 40))), r.choice(('aced', 'rO0AB', '0x2e', 'sess_', 'BAhvOhVHZW06', 'gASV')) + hexa()]
    return (f'GET /?a={quote(r.choice(tokens))}&{quote(r.choice(NAMES))}={quote(r.choice(tokens))} HTTP/1.1\r\nHost: a\r\nUser-Agent: {agent}\r\n'
            f'Accept-Language: {languages}\r\nAccept: {media}\r\nCookie: c={r.choice(tokens).replace(" ", "")}\r\n\r\n')


def cookies(r, fields):
    """Fields that come again, as a browser sends them; some with a value that is refused, some with more than may be."""
    extra = r.choice(('', '', '; n=' + quote(r.choice(ENGLISH)), '; d=' + 'x; d=' * 900))
    return f'GET /?a={quote(r.choice(ENGLISH))} HTTP/1.1\r\nHost: a\r\nCookie: {r.choice(fields)}{extra}\r\n\r\n'


def noise(r):
    """What is evidence in noise depends on how much was read before, whether that was remembered or not."""
    def piece():
        return r.choice((b'..', b'/', b'\xc0\xaf', b'\xf0\x80\x80\xaf', b'\x01', b'\x02', b'\xff', b'etc', b'passwd', b";id", b"'or 1=1--", b'<svg onload=x()>', r.randbytes(4)))
    values = [b''.join(piece() for _ in range(r.randint(3, 30))) if r.random() < 0.4 else r.choice(ENGLISH).encode() + b' %d,' % r.randrange(50)
              for _ in range(r.randint(1, 40))]
    body = '&'.join('f%d=%s' % (i, quote(v)) for i, v in enumerate(values))
    return (f'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}')


def judged(lines, *options):
    run = subprocess.run([MERLON, 'check', '--format', 'jsonl', *options, '-'], input=lines, capture_output=True, text=True)
    if run.returncode not in (0, 1):
        sys.exit('merlon check: ' + run.stderr[-400:])
    return run.stdout.splitlines()


def main():
    r = random.Random(7)
    pool = [value(r) for _ in range(20000)]
    requests = [request(r, pool) for _ in range(12000)] + [texts(r) for _ in range(20000)] + [shapes(r) for _ in range(20000)] + [noise(r) for _ in range(3000)]
    fields = ['; '.join(f'{r.choice(ENGLISH)}={quote(value(r), safe=r.choice(("", " <>()/*%")))}' for _ in range(r.randint(1, 12))) for _ in range(300)]
    requests += [cookies(r, fields) for _ in range(3000)]
    lines = ''.join(json.dumps({'id': str(i), 'req_b64': base64.b64encode(q.encode()).decode()}) + '\n'
                    for i, q in enumerate(requests))
    full = judged(lines, '--no-cache', '--no-shortcut')
    refused = sum(json.loads(v)['action'] == 'prevent' for v in full)
    if not 0 < refused < len(full):
        sys.exit(f'{refused} of {len(full)} refused: the material proves nothing')
    for options in ((), ('--no-cache',), ('--no-shortcut',)):
        for a, b in zip(full, judged(lines, *options), strict=True):
            if a != b:
                sys.exit(f'{options} differs:\n{a}\n{b}')
    print(f'ok: {len(full)} requests, {refused} refused, equal in four ways')


main()
