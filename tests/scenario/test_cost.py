#!/usr/bin/env python3
"""What inspection costs, in instructions: the dearest requests that a search found (tools/costly),
and an ordinary one. Skipped where valgrind is missing or the build is not optimized."""
import base64, glob, json, os, re, shutil, subprocess, sys, tempfile
from urllib.parse import quote_from_bytes

MERLON = os.environ['MERLON']
SIZE = int(os.environ.get('MERLON_COST_BYTES', 8192))  # a bound holds at any size: cost is linear

# (instructions a byte at most, carrier, unit that is repeated): a third more than measured with 64 KiB, of a head with 8.
COSTLY = [
    (8700, 'text', b'a: \'"`a=b&c={<a b="%41$([[a \xc0\xae"a$(a /":"b=c&d=e"}&[code]'),
    (5900, 'text', b'a<a%25a((<a%252e a)2&{e (\r\na:a<\xef\xbc\x87a%25a(<a%25a((a)2e (a)2e (a=b&c={"a":"a<a%25a((<a52e a)2&{e (\r\na:a<\xef\xbc\x87a%25a(<a%25a((a)2e (a)2e (a=b&c={"a":"b=c&d=e"}&\r\na: b bb=c&d=e"}&\r\na: b b'),
    (5800, 'text', b'\xe0\x80`a` b \xef\xbc\x87$(a \xc0\xaehttp://a?b=c&`a` \xef\xbc\x87$(a \xc0\xaehttp://a?&'),
    (4300, 'json', b'or 1=1 \'\xe0\x80\'|is.<a\'a&lt;<a b=\'c\' a=b&c={"a":"b=c&d=e"}&[[a=$(b <b style=\'x:\r\n'),
    (2900, 'json', b'http://a?b=c&'),
    (3300, 'form', b'{"a":['),
    (1900, 'text', b'a=b&c={"a":"b=c&d=e"}&'),
    (720, 'header', b'function('),
    (1500, 'text', b'<a b="'),
    (340, 'header', b'<?php '),
    (130, 'header', b'\xc3\xa9'),
    (450, 'text', b'Words of a text, one after the other. '),
]
# Once looked for again from each place where it could have begun: the end is all that fits.
TAILS = [(970, 'header', b'<a', b'</svg'), (430, 'header', b"x'", b'"'), (440, 'header', b'/*', b'*/')]


def carried(carrier, text):
    if carrier == 'header':
        return b'GET / HTTP/1.1\r\nHost: a\r\nX-A: ' + text.replace(b'\r\n', b' ') + b'\r\n\r\n'
    if carrier == 'json':
        text = b'{"a":"' + text.replace(b'\\', b'\\\\').replace(b'"', b'\\"').replace(b'\r\n', b'\\r\\n') + b'"}'
    if carrier == 'form':
        text = b'a=' + text
    kind = {'text': 'text/plain', 'json': 'application/json', 'form': 'application/x-www-form-urlencoded'}[carrier]
    return f'POST /x HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\n\r\n'.encode() + text


ORDINARY = (b'GET /shop/list?page=2&sort=price&q=blue+chair HTTP/1.1\r\nHost: shop.example\r\n'
            b'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\nAccept: text/html,*/*;q=0.8\r\n'
            b'Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate\r\nCookie: sid=8f14e45fceea167a; theme=dark\r\n\r\n')


def instructions(requests, *options):
    """Of each request, from its first byte to its verdict."""
    with tempfile.TemporaryDirectory() as d:
        lines = ''.join(json.dumps({'id': str(i), 'req_b64': base64.b64encode(r).decode()}) + '\n' for i, r in enumerate(requests))
        run = subprocess.run(['valgrind', '--tool=callgrind', f'--callgrind-out-file={d}/out', '--toggle-collect=merlon_txn_feed*',
                              '--toggle-collect=merlon_txn_end*', '--dump-before=merlon_txn_new*', MERLON, 'check', '--format', 'jsonl', *options, '-'],
                             input=lines, capture_output=True, text=True, timeout=240)
        if run.returncode not in (0, 1):
            sys.exit('valgrind: ' + run.stderr[-600:])
        files = sorted((f for f in glob.glob(d + '/out.*') if f.rsplit('.', 1)[1].isdigit()), key=lambda f: int(f.rsplit('.', 1)[1])) + [d + '/out']
        return [int(re.search(r'^(?:totals|summary): (\d+)', open(f).read(), re.M).group(1)) for f in files][1:]


def optimized():
    root = os.environ.get('MERLON_BUILD_ROOT') or os.path.join(os.path.dirname(MERLON), '../..')
    run = subprocess.run(['meson', 'introspect', '--buildoptions', root], capture_output=True, text=True)
    if run.returncode:
        return False
    o = {x['name']: x['value'] for x in json.loads(run.stdout)}
    return o['optimization'] in ('2', '3') and o['b_sanitize'] == 'none' and not o['b_coverage']


def main():
    if not shutil.which('valgrind') or not optimized():
        print('skipped: needs valgrind and an optimized build')
        sys.exit(77)
    cases = [(most, c, (u * (SIZE // len(u) + 1))[:SIZE], u) for most, c, u in COSTLY]
    cases += [(most, c, (u * SIZE)[:SIZE - len(t)] + t, u) for most, c, u, t in TAILS]
    requests = [carried(c, text) for _, c, text, _ in cases]
    costs = instructions(requests, '--no-cache')
    assert len(costs) == len(cases), (len(costs), len(cases))
    bad = False
    for cost, (most, carrier, _, unit), request in zip(costs, cases, requests):
        each = cost / len(request)
        bad = bad or each > most
        print(f'{each:8.0f} a byte, {most} at most: {carrier} {unit[:40]!r}' + (' TOO DEAR' if each > most else ''))
    twice = instructions([ORDINARY, ORDINARY])[1]
    print(f'{twice} for an ordinary GET that was seen before, 21000 at most')
    sys.exit(1 if bad or twice > 21000 else 0)


main()
