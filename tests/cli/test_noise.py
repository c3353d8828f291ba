#!/usr/bin/env python3
"""Random bytes and binaries are no attack, whatever their type says and however they start.

MERLON_NOISE_SCALE=1 adds binaries of this machine; 40 is the full scale: 2,000 bodies of 64 KiB for each type.
"""
import base64, glob, gzip, itertools, json, os, random, subprocess, sys

SCALE = float(os.environ.get('MERLON_NOISE_SCALE', '0.3'))
BINARY = [None, 'application/octet-stream', 'image/png', 'video/mp4', 'application/zip', 'application/pdf',
          'application/x-protobuf', 'application/msgpack', 'application/grpc-web', 'binary/octet-stream', 'text/plain',
          'a file', 'a field']
# What is declared to have a syntax is malformed, which is reported; refused it is not.
DECLARED = ['application/json', 'text/xml', 'application/x-www-form-urlencoded']
STARTS = [b'', b'{', b'[', b'<', b'--', b'a=', b'<a', b'["', b'{"a":"', b'"']
BOUNDARY = b'----7d93b2'


def part(kind, body):
    name = b'; filename="a.bin"\r\nContent-Type: application/octet-stream' if kind == 'a file' else b''
    return (b'--' + BOUNDARY + b'\r\nContent-Disposition: form-data; name="f"' + name + b'\r\n\r\n' + body +
            b'\r\n--' + BOUNDARY + b'--\r\n')


def request(kind, body):
    if kind in ('a file', 'a field'):
        body, kind = part(kind, body), 'multipart/form-data; boundary=' + BOUNDARY.decode()
    fields = b'Content-Type: %s\r\n' % kind.encode() if kind else b''
    return b'POST /up HTTP/1.1\r\nHost: a.example\r\n%sContent-Length: %d\r\n\r\n' % (fields, len(body)) + body


def random_bodies(count, size, kinds):
    r = random.Random(20261126)
    for i in range(count):
        for kind in kinds:
            yield '%s, body %d of %d bytes' % (kind, i, size), request(kind, STARTS[i % len(STARTS)] + r.randbytes(size))


def binaries():
    """Of this machine, as far as it has them."""
    found = ['/usr/bin/*', '/usr/lib/*/*.so*', '/usr/share/**/*.png', '/usr/share/**/*.gz', '/usr/share/**/*.mo',
             '/usr/lib/python3*/**/*.pyc', '/var/cache/apt/archives/*.deb', '/usr/share/**/*.woff2', '/usr/share/**/*.jpg']
    for pattern in found:
        files = [f for f in sorted(glob.glob(pattern, recursive=True)) if os.path.isfile(f)]
        for path in random.Random(pattern).sample(files, min(len(files), int(20 * SCALE))):
            with open(path, 'rb') as f:
                content = f.read(512 << 10)
            if b'\0' in content[:4096]:
                yield path + ' packed', request('application/octet-stream', gzip.compress(content, 1))
                for kind in (None, 'application/octet-stream'):
                    yield path + ' as %s' % kind, request(kind, content)


def hidden():
    """Fields that a server which needs no type to read a form finds behind noise."""
    r = random.Random(7)
    noise = {'NUL': b'\0' * 16, 'a few': r.randbytes(64), 'a window': r.randbytes(5000), 'many': r.randbytes(200000),
             'as a zip': b'PK\x03\x04' + r.randbytes(60)}
    attacks = [b"id=1' union select name,secret from users-- -", b'q=%3Cscript%3Ealert(7)%3C/script%3E', b'a[0].b=;cat%20/etc/passwd',
               b'file=..%2f..%2f..%2fetc%2fpasswd']
    for name, before in noise.items():
        for attack in attacks:
            yield '%s behind %s' % (attack.decode(), name), request(None, before + b'&' + attack + b'&c=1')


def judge(requests, refused_only):
    """What was found in each of them that is not let through in silence."""
    alarms, total = [], 0
    for chunk in iter(lambda: list(itertools.islice(requests, 64)), []):
        lines = ''.join(json.dumps({'id': name, 'req_b64': base64.b64encode(raw).decode()}) + '\n' for name, raw in chunk)
        run = subprocess.run([os.environ['MERLON'], 'check', '--format', 'jsonl', '-'], input=lines, capture_output=True, text=True)
        if run.returncode not in (0, 1):
            sys.exit('merlon check: ' + run.stderr[-400:])
        verdicts = [json.loads(line) for line in run.stdout.splitlines()]
        assert len(verdicts) == len(chunk)
        total += len(verdicts)
        alarms += ['%s: %s' % (v['id'], json.dumps(v['detections'])[:300]) for v in verdicts
                   if v['action'] not in (('allow', 'alert') if refused_only else ('allow',))]
    return total, alarms


def main():
    many, few = max(int(50 * SCALE), 10), max(int(2 * SCALE), 1)
    failed = False
    for what, requests, refused_only in (
            ('random bytes, 64 KiB', random_bodies(many, 64 << 10, BINARY), False),
            ('random bytes, 3 MiB', random_bodies(few, 3 << 20, BINARY), False),
            ('random bytes, short', random_bodies(many * 5, 500, BINARY + DECLARED), True),
            ('random bytes in a syntax', random_bodies(many, 64 << 10, DECLARED), True),
            ('binaries', binaries() if SCALE >= 1 else iter(()), True)):
        total, alarms = judge(requests, refused_only)
        print('%s: %d requests, %d alarms' % (what, total, len(alarms)))
        for alarm in alarms[:10]:
            print('  ' + alarm)
        failed = failed or alarms
    total, alarms = judge(hidden(), True)
    print('fields behind noise: %d requests, %d refused' % (total, len(alarms)))
    failed = failed or len(alarms) < total
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
