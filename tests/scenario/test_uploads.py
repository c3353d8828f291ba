#!/usr/bin/env python3
"""Files as multipart parts, as bodies and within archives: what is refused, and honest ones beside it.

Each request is judged by `merlon check`, the files are made by Python's own modules.
"""
import base64, bz2, gzip, io, json, lzma, os, random, struct, sys, tarfile, urllib.parse, wave, zipfile, zlib
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from judging import Judge, request

SHELL = b"<?php $k = 'x'; echo $k; ?>"
NOISE = random.Random(4).randbytes(40000)
J = Judge()


def png(extra=b''):
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = b''.join(b'\0' + NOISE[i * 300:i * 300 + 300] for i in range(100))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 100, 100, 8, 2, 0, 0, 0)) + chunk(b'tEXt', b'Comment\0a day out' + extra)
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def wav():
    f = io.BytesIO()
    with wave.open(f, 'wb') as w:
        w.setnchannels(1), w.setsampwidth(2), w.setframerate(8000), w.writeframes(NOISE)
    return f.getvalue()


def archive(*names, method=zipfile.ZIP_DEFLATED, content=b'hello ' * 50):
    f = io.BytesIO()
    with zipfile.ZipFile(f, 'w', method) as z:
        for n in names:
            z.writestr(zipfile.ZipInfo(n) if '..' in n or '\\' in n or n.startswith('/') else n, content)
    return f.getvalue()


def tar(mode):
    f = io.BytesIO()
    with tarfile.open(fileobj=f, mode=mode) as t:
        info = tarfile.TarInfo('a.txt')
        info.size = 300
        t.addfile(info, io.BytesIO(b'hello ' * 50))
    return f.getvalue()


GIF = b'GIF89a\x10\0\x10\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x10\0\x10\0\0\x02\x02\x44\x01\0;'
JPEG = b'\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xdb\0C\0' + NOISE[:3000] + b'\xff\xd9'
PDF = b'%PDF-1.4\n1 0 obj <</Type /Catalog>> endobj\nstartxref\n9\n%%EOF\n'
HONEST = {
    'a.png': ('image/png', png()), 'a.gif': ('image/gif', GIF), 'a.jpg': ('image/jpeg', JPEG), 'a.pdf': ('application/pdf', PDF),
    'a.wav': ('audio/wav', wav()), 'a.mp3': ('audio/mpeg', b'ID3\x03\0\0\0\0\0\x0a' + bytes(10) + b'\xff\xfb\x90\x64' + NOISE),
    'a.mp4': ('video/mp4', b'\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41\0\0\0\x08free' + NOISE),
    'a.aac': ('audio/aac', b'\xff\xf1\x50\x80' + NOISE[:999]), 'a.avi': ('video/x-msvideo', b'RIFF\x10\0\1\0AVI LIST' + NOISE[:999]),
    'a.webp': ('image/webp', b'RIFF\x10\0\1\0WEBPVP8 ' + NOISE[:999]), 'a.bmp': ('image/bmp', b'BM' + struct.pack('<IIIIii', 999, 0, 54, 40, 10, 10) + NOISE[:999]),
    'a.ico': ('image/x-icon', b'\0\0\1\0\1\0\x10\x10' + NOISE[:99]), 'a.zip': ('application/zip', archive('a.txt', 'b/c.txt')),
    'a.docx': ('application/vnd.openxmlformats-officedocument.wordprocessingml.document', archive('[Content_Types].xml', 'word/document.xml')),
    'a.odt': ('application/vnd.oasis.opendocument.text', archive('mimetype', 'content.xml', method=zipfile.ZIP_STORED)),
    'a.doc': ('application/msword', b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(999)), 'a.rar': ('application/vnd.rar', b'Rar!\x1a\x07\1\0' + NOISE[:99]),
    'a.7z': ('application/x-7z-compressed', b'7z\xbc\xaf\x27\x1c\0\4' + NOISE[:99]), 'a.gz': ('application/gzip', gzip.compress(NOISE)),
    'a.tar.gz': ('application/gzip', tar('w:gz')), 'a.tar': ('application/x-tar', tar('w')), 'a.bz2': ('application/x-bzip2', bz2.compress(NOISE)),
    'a.xz': ('application/x-xz', lzma.compress(NOISE)),
}


def part(name, kind, content, more=b''):
    body = (b'--b0\r\nContent-Disposition: form-data; name="file"; filename="' + name.encode() + b'"\r\n'
            + (b'Content-Type: ' + kind.encode() + b'\r\n' if kind else b'') + more + b'\r\n' + content + b'\r\n--b0--\r\n')
    return request(fields=[b'Content-Type: multipart/form-data; boundary=b0'], body=body)


def raw(method, path, kind, content, *fields):
    return request(path.encode(), [b'Content-Type: ' + kind.encode(), *fields] if kind else list(fields), content, method.encode())


def parts_of_a_form():
    hidden = {
        'script as picture': part('a.png', 'image/png', SHELL), 'program as picture': part('a.jpg', 'image/jpeg', b'\x7fELF\2\1\1\0' + NOISE[:99]),
        'script by name': part('shell.php', None, b'hello'), 'name that is cut': part('a.php%00.png', 'image/png', png()),
        'two extensions': part('a.php.png', 'image/png', b'hello'), 'code in a comment': part('a.png', 'image/png', png(SHELL)),
        'code behind': part('a.jpg', 'image/jpeg', JPEG + NOISE + SHELL), 'archive behind': part('a.jpg', 'image/jpeg', JPEG + archive('a.class')),
        'archive behind a pdf': part('a.pdf', 'application/pdf', PDF + archive('a.js')), 'zip slip': part('a.zip', 'application/zip', archive('a.txt', '../../b.txt')),
        'script as declared': part('a.php', 'image/gif', GIF), 'in base64': part('a.png', 'image/png', b'PD9waHAgJGsgPSAxOyBlY2hvICRrOyA/Pg==', b'Content-Transfer-Encoding: base64\r\n'),
        'other name': request(fields=[b'Content-Type: multipart/form-data; boundary=b0'], body=b'--b0\r\nContent-Disposition: form-data; name="f"; filename="a.png"; '
                              b'filename*=utf-8\'\'a.php\r\nContent-Type: image/png\r\n\r\n' + png() + b'\r\n--b0--\r\n'),
    }
    J.expect(hidden, {k: part(k, t, c) for k, (t, c) in HONEST.items()})
    J.expect(hidden, {}, '  protections: {code: off, xss: off, malformed: off, traversal: off}\n')
    J.expect({}, {k + ' let in by policy': v for k, v in hidden.items()}, '  protections: {uploads: alert, code: alert, malformed: alert, traversal: alert}\n')


def bodies():
    J.expect({
        'put a script': raw('PUT', '/shell.jsp', None, b'hello'), 'put a script, slash': raw('PUT', '/shell.jsp/', 'application/octet-stream', b'hello'),
        'put code as picture': raw('PUT', '/a.png', 'image/png', SHELL), 'post code as picture': raw('POST', '/media', 'image/png', SHELL),
        'named by disposition': raw('POST', '/media', 'image/png', png(), b'Content-Disposition: attachment; filename="a.php"'),
        'named by field': raw('POST', '/media', 'application/octet-stream', png(), b'X-File-Name: a.phtml'),
        'compressed': raw('PUT', '/a.gif', 'image/gif', gzip.compress(GIF + SHELL), b'Content-Encoding: gzip'),
    }, {**{'put ' + k: raw('PUT', '/files/' + k, t, c) for k, (t, c) in HONEST.items()}, **{'post ' + k: raw('POST', '/upload.php', t, c) for k, (t, c) in HONEST.items()},
        'piece': raw('PUT', '/a.png', 'image/png', NOISE[:500], b'Content-Range: bytes 500-999/2000'),
        'api': raw('PUT', '/index.php/items', 'application/json', b'{"a":1}'), 'form to a script': raw('PUT', '/item.php', 'application/x-www-form-urlencoded', b'a=1'),
        'dav': raw('PUT', '/remote.php/dav/files/u/a.png', 'image/png', png()), 'empty': raw('PUT', '/a.png', 'image/png', b'')})


def files_as_text():
    def b64(c):
        return base64.b64encode(c).decode()

    def as_json(value, dump=json.dumps):
        return request(fields=[b'Content-Type: application/json'], body=b'{"a":[{"file":' + dump(value).encode() + b'}]}')

    def as_form(value):
        return request(fields=[b'Content-Type: application/x-www-form-urlencoded'], body=b'file=' + urllib.parse.quote(value).encode())
    bad = {'code as picture': 'data:image/png;base64,' + b64(SHELL), 'code within': 'DATA:image/gif;charset=x;BASE64,' + b64(GIF + SHELL),
           'plain base64': b64(GIF + NOISE[:999] + SHELL), 'long': 'data:image/jpeg;base64,' + b64(JPEG + NOISE + SHELL), 'zip': b64(archive('../../a.txt'))}
    good = {k: v for name, (t, c) in HONEST.items() for k, v in ((name, 'data:' + t + ';base64,' + b64(c)), (name + ' bare', b64(c)))}
    good |= {'cut short': 'data:image/png;base64,', 'not coded': 'data:text/plain,hello, all of you', 'prose': 'data: base64, and other words'}
    slash = lambda v: json.dumps(v).replace('/', '\\/')
    off = '  protections: {code: off, xss: off, malformed: off, traversal: off}\n'
    J.expect({**{'json ' + k: as_json(v) for k, v in bad.items()}, **{'json, escaped slashes ' + k: as_json(v, slash) for k, v in bad.items()},
              **{'form ' + k: as_form(v) for k, v in bad.items()}}, {}, off)
    J.expect({}, {**{'json ' + k: as_json(v) for k, v in good.items()}, **{'form ' + k: as_form(v) for k, v in good.items()}})
    J.expect({'kind': as_json('data:image/gif;base64,' + b64(GIF)), 'bare kind': as_json(b64(PDF))}, {'allowed': as_json(b64(png()))},
             '  protections: {uploads: {allow: [png]}}\n')


def lists_and_sizes():
    policy = '  protections: {uploads: {action: prevent, allow: [images, pdf, zip, docx], max_bytes: 64KiB}}\n'
    allowed = [k for k in HONEST if k in ('a.png', 'a.gif', 'a.jpg', 'a.pdf', 'a.webp', 'a.bmp', 'a.ico', 'a.zip', 'a.docx')]
    J.expect({**{'not allowed: ' + k: part(k, t, c) for k, (t, c) in HONEST.items() if k not in allowed}, 'other content': part('b.png', 'image/png', PDF),
              'too large': part('b.png', 'image/png', png() + bytes(66000)), 'program within': part('b.zip', 'application/zip', archive('a.exe')),
              'no extension': part('blob', None, wav())},
             {**{k: part(k, *HONEST[k]) for k in allowed}, 'blob': part('blob', 'application/octet-stream', png()), 'field': request(
                 fields=[b'Content-Type: multipart/form-data; boundary=b0'], body=b'--b0\r\nContent-Disposition: form-data; name="a"\r\n\r\nhello\r\n--b0--\r\n'),
              'no file chosen': part('', 'application/octet-stream', b'')}, policy)
    J.expect({}, {'off': part('shell.php', 'text/plain', b'hello')}, '  protections: {uploads: off}\n')
    J.expect({}, {'excepted': part('shell.php', 'text/plain', b'hello')}, '  exceptions: [{protection: uploads, sub: type, name: file, reason: editor}]\n')


J.run([parts_of_a_form, bodies, files_as_text, lists_and_sizes])
