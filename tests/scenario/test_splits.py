#!/usr/bin/env python3
"""The same verdict for every split of the bytes: large bodies of all kinds, through the public library."""
import ctypes, json, os, random, sys
from urllib.parse import quote_from_bytes

LIB = ctypes.CDLL(os.environ['MERLON_LIB'])
for name in ('merlon_engine_new', 'merlon_txn_new', 'merlon_txn_free', 'merlon_txn_end'):
    getattr(LIB, name).restype = ctypes.c_void_p
PIECES = [b'<?php system($_GET["c"]); ?>', b'x' * 50, b'x' * 60, b'<%= 7*7 %>', b"1' UNION SELECT password FROM users--",
          b'Runtime.getRuntime().exec("id")', b'<img src=x onerror=alert(1)>', b'; cat /etc/passwd']
WORDS = [b'It', b'is', b'a', b'comfortable', b'chair', b'of', b'wood', b'(oak)', b'&', b'cloth;', b'"blue"']


class Options(ctypes.Structure):
    _fields_ = [('key', ctypes.c_uint64 * 2), ('no_cache', ctypes.c_int), ('no_shortcut', ctypes.c_int)]


class Verdict(ctypes.Structure):
    _fields_ = [('action', ctypes.c_int), ('score', ctypes.c_int), ('status', ctypes.c_uint), ('n', ctypes.c_size_t)]


def judge(engine, policy, raw, cuts):
    txn = ctypes.c_void_p(LIB.merlon_txn_new(engine, policy, None, ctypes.c_uint64(0)))
    used, at, step = ctypes.c_size_t(), 0, 0
    for cut in [*cuts, len(raw)]:
        while at < cut and step == 0:
            step = LIB.merlon_txn_feed(txn, raw[at:cut], ctypes.c_size_t(cut - at), ctypes.byref(used))
            at += used.value
    action = Verdict.from_address(LIB.merlon_txn_end(txn)).action
    LIB.merlon_txn_free(txn)
    return action


def body(r):
    size = r.choice([300, 16000, 16384, 16500, 33000, 60000, 150000])
    noise = bytearray(r.randbytes(size))
    text = bytearray(b' '.join(r.choices(WORDS, k=size // 5)))
    kind = r.choice(['picture', 'opaque', 'form', 'json', 'xml', 'pairs'])
    content = noise if kind in ('picture', 'opaque') else text
    for _ in range(r.randrange(3)):
        at = r.randrange(len(content))
        content[at:at] = r.choice(PIECES)
    content = bytes(content)
    if kind == 'picture':
        return b'multipart/form-data; boundary=b', (b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n' + content +
                                                    b'\r\n--b--\r\n')
    if kind == 'form':
        return b'application/x-www-form-urlencoded', b'a=1&b=' + content.replace(b'&', b'%26') + b'&c=2'
    if kind == 'pairs':  # of no declared kind: text, and a form besides
        return b'text/plain', b'a=1&b=' + content + b'&c=' + quote_from_bytes(r.choice(PIECES)).encode()
    if kind == 'json':
        return b'application/json', json.dumps({'a': [1, {'b': content.decode()}]}).encode()
    if kind == 'xml':
        return b'text/xml', b'<a><b>' + content.replace(b'&', b'&amp;').replace(b'<', b'&lt;') + b'</b></a>'
    return b'application/octet-stream', content


policy, why = ctypes.c_void_p(), ctypes.create_string_buffer(300)
if LIB.merlon_policy_load(None, ctypes.c_size_t(0), ctypes.byref(policy), why, ctypes.c_size_t(300)):
    sys.exit(why.value)
options = Options(no_cache=1)
engine = ctypes.c_void_p(LIB.merlon_engine_new(ctypes.byref(options)))
r = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
seen = set()
for i in range(120):
    ctype, content = body(r)
    raw = b'POST /p HTTP/1.1\r\nHost: a\r\nContent-Type: ' + ctype + b'\r\nContent-Length: %d\r\n\r\n' % len(content) + content
    whole = judge(engine, policy, raw, [])
    seen.add(whole)
    for n in (1, 5, 40):
        cuts = sorted(r.sample(range(1, len(raw)), n))
        if judge(engine, policy, raw, cuts) != whole:
            sys.exit('body %d (%s, %d bytes): action %d whole, another one cut at %s' % (i, ctype.decode(), len(content), whole, cuts))
if not {0, 2} <= seen:
    sys.exit('these bodies are all alike: %s' % seen)
print('ok')
