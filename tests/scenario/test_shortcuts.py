#!/usr/bin/env python3
"""The verdict cache and the plain-value shortcut change no verdict.

Values are strung together, from a fixed seed, out of pieces that detectors care about; the same
requests are judged three ways and the lines must be equal. Values repeat, so the cache is used.
"""
import base64, json, os, random, subprocess, sys
from urllib.parse import quote

MERLON = os.environ['MERLON']
PIECES = ['java.io.File', 'org.omg.CORBA', 'rO0ABXNy', '.env', '..', 'wp-config', '1', '0x2e', '0x2f', 'a', 'or', 'union', 'select', 'null', 'rO0AB', 'java', 'io', 'File', 'org', '.', '..',
          '-', '--', '_', '__', 'proto__', '/', ' ', "'", '"', '=', '(', ')', '<', '>', 'script', 'alert', 'cat', 'etc',
          'passwd', ';', '|', '$', '{', '}', '%', '%27', '\\', 'phpinfo', 'whoami', 'nslookup', 'sleep', '5', '&', '#',
          '\r\n', 'set', 'drop', 'table', 'O:1', 'gASV', 'win', 'ini', 'con', 'base64', 'http', '://', '@', '169', '\0']
NAMES = ['q', 'id', 'constructor', 'constructor.prototype', '__proto__', 'cmd', 'file', 'user-name', 'a/b', 'x[0]']


def value(r):
    return ''.join(r.choice(PIECES) for _ in range(r.choice((1, 1, 2, 3, 4, 6))))


def request(r, pool):
    query = '&'.join(quote(r.choice(NAMES)) + '=' + quote(r.choice(pool)) for _ in range(r.randint(1, 3)))
    head = f'GET /p?{query} HTTP/1.1\r\nHost: a\r\nX-Note: {quote(r.choice(pool))}\r\n'
    if r.random() < 0.5:
        return head + '\r\n'
    body = json.dumps({r.choice(NAMES): r.choice(pool), 'n': r.choice(pool)})
    return head.replace('GET', 'POST', 1) + f'Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}'


def judged(lines, *options):
    run = subprocess.run([MERLON, 'check', '--format', 'jsonl', *options, '-'], input=lines, capture_output=True, text=True)
    if run.returncode not in (0, 1):
        sys.exit('merlon check: ' + run.stderr[-400:])
    return run.stdout.splitlines()


def main():
    r = random.Random(7)
    pool = [value(r) for _ in range(1500)]
    lines = ''.join(json.dumps({'id': str(i), 'req_b64': base64.b64encode(request(r, pool).encode()).decode()}) + '\n'
                    for i in range(6000))
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
