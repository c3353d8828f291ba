"""Third wave: uploads, players, trades and odd clients."""
import base64
import json
import urllib.parse as u
from registry import hard, kind
from third_wire import AGENTS, CITIES, FIRST, LAST, STREETS, form, get, http, js, multi, params, query


@kind('deep link')
def _(m):
    return get(m, '/app?' + query([('link', 'kiefer://product/12?ref=push&back=/'), ('apn', 'com.k.app'), ('ifl', 'https://k.example/'),
            ('$deeplink_path', 'item/1'), ('$fallback_url', 'https://k.example/a'), ('~channel', 'e-mail'), ('%24og_title', "It's")]))


@kind('hal links')
def _(m):
    return get(m, "/api/orders{?page,size}".replace('{', '%7B').replace('}', '%7D') +
            '&expand=items(lines[0:5],total)&fields=*,-internal&q=name==\'O*\';age=gt=5,city=in=(A,B)', browser=False)


@kind('rsql')
def _(m):
    return get(m, '/api/v2/people?' + params(filter=m.word(["name=='O\\'Brien';age=ge=18,(city=in=('A','B');zip!=null)",
            "and(eq(status,active),or(gt(total,10),like(name,*b*)))", '{"where":{"or":[{"a":1},{"b":{"gt":2}}]},"limit":3}',
            '[["price",">",10],"and",["name","contains","o\'b"]]']), sort='+name,-id'), browser=False)


@kind('datatables')
def _(m):
    return get(m, '/data?' + query([('draw', 3), ('columns[0][data]', 'name'), ('columns[0][name]', ''), ('columns[0][searchable]', 'true'),
            ('columns[0][search][value]', "^O'B"), ('columns[0][search][regex]', 'true'), ('columns[1][data]', 'function'), ('order[0][column]',
            0), ('order[0][dir]', 'asc'), ('start', 0), ('length', -1), ('search[value]', 'müller & co'), ('_', 1719)]))


@kind('extjs grid')
def _(m):
    return get(m, '/grid?' + params(_dc=1719, page=1, start=0, limit=25, sort='[{"property":"name","direction":"ASC"}]',
            filter='[{"operator":"like","value":"O\'Br","property":"name"},{"operator":"gt","value":5,"property":"qty"}]'))


@kind('powerbi dax')
def _(m):
    return js(m, '/v1.0/datasets/%s/executeQueries' % m.uuid(),
            {"queries": [{"query": "EVALUATE SUMMARIZECOLUMNS('Date'[Year], FILTER(ALL(Sales), Sales[Qty] > 5 && Sales[City] = \"L'Aquila\"), \"Total\", SUM(Sales[Amount])) ORDER BY 'Date'[Year]"}]})


@kind('ldap admin')
def _(m):
    return form(m, '/directory/search', [('base', 'ou=R\\26D,dc=k,dc=example'), ('name', m.word(["O'Brien", 'Müller*', 'smith (ext.)'])),
            ('scope', 'sub')])


@kind('admin sql free')
def _(m):
    return form(m, '/reports/save', [('title', "Top 10 -- customers where orders > 5"), ('columns', 'name, count(orders), sum(total)'), ('sort',
            'sum(total) desc, name asc'), ('group', 'country'), ('formula', 'round(price * 1.19, 2)')])


@kind('cron admin')
def _(m):
    return form(m, '/jobs/save', [('name', "Nightly 'full' backup"), ('schedule', '*/15 0-6 * * 1,3'), ('path', '/srv/backup/daily'), ('notify',
            'ops@k.example; pat@k.example'), ('window', '22:00-04:00 & weekends')])


@hard('shell docs query')
def _(m):
    return get(m, '/man?' + params(q=m.word(['ls', 'chmod +x file', 'tar -xzf a.tgz', 'grep -r "x" .', 'find . -name "*.c"', 'ps aux',
            'what is /dev/null', 'kill -9', 'ssh user@host', 'cat'])))


@kind('svg upload')
def _(m):
    return multi(m, '/media', [('name', 'logo'), ('file',
            '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10"><style type="text/css"><![CDATA[.a{fill:#f00}]]></style><defs><path id="p" d="M0,0 L10-5 z"/></defs><use xlink:href="#p"/><a xlink:href="https://k.example"><text x="1" y="2">Tür &amp; Tor\'s</text></a></svg>',
            'logo.svg', 'image/svg+xml')])


@kind('font asset')
def _(m):
    return get(m, m.word(['/fonts/fa-solid-900.woff2?v=5.15.4', '/fonts/glyphicons.eot?',
            '/css2?family=Roboto:ital,wght@0,400;0,700;1,400&family=Open+Sans:wght@300..800&display=swap', '/npm/a@1.2.3/dist/a.min.js,npm/b@2',
            '/static/js/main.%s.chunk.js.map' % m.hex(8), '/_next/static/chunks/pages/%%5B...slug%%5D-%s.js' % m.hex(16),
            '/_next/data/%s/de/o\'brien.json?slug=a&slug=b' % m.b64url(15), '/_app/immutable/entry/(app)/+page.%s.js' % m.hex(8),
            '/combo?a/1/b.js&c/2/d.js&e.js', '/load.php?lang=de&modules=ext.a%2Cb%7Cjquery%2Csite%7Cmediawiki.%21x&only=styles',
            '/wp-includes/js/dist/vendor/a.js,qver=1.2.pagespeed.jm.' + m.b64url(8) + '.js']))


@kind('exif photo')
def _(m):
    return multi(m, '/photos', [('title', "Sunset @ Val-d'Isère; 1/250s f/2.8"), ('file', bytes([255, 216, 255, 225, 0, 60]) +
            b'Exif\0\0MM\0*\0\0\0\x08Canon EOS 5D (c) O\'Brien & Co <x@k.example>\0' + m.bytes(900), m.word(["IMG_1 (1).jpg",
            "Pat's \u00fcber photo.jpeg", 'a & b; c.jpg']), 'image/jpeg')])


@kind('office upload')
def _(m):
    return multi(m, '/docs', [('folder', '/Projects/R&D/2026 (new)'), ('file', b'PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0' + m.bytes(700) +
            b'[Content_Types].xml', "Angebot 'Müller' v1.2..docx", 'application/vnd.openxmlformats-officedocument.wordprocessingml.document')])


@kind('pdf upload')
def _(m):
    return multi(m, '/docs', [('file',
            b'%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/Title(O\\\'Brien \\(draft\\))/URI(https://k.example/?a=1)>>\nendobj\nstream\n' +
            m.bytes(800) + b'\nendstream\n%%EOF', 'Rechnung #12.pdf', 'application/pdf')])


@kind('tus upload')
def _(m):
    return http(m, 'PATCH', '/files/' + m.hex(32), ['Tus-Resumable: 1.0.0', 'Upload-Offset: 0', 'Upload-Metadata: filename ' +
            base64.b64encode("it's.mp4".encode()).decode() + ',filetype dmlkZW8vbXA0', 'Content-Type: application/offset+octet-stream'],
            m.bytes(600))


@kind('grpc web')
def _(m):
    return http(m, 'POST', '/k.v1.OrderService/List', ['Content-Type: application/grpc-web-text', 'X-Grpc-Web: 1',
            'X-User-Agent: grpc-web-javascript/0.1'], base64.b64encode(b'\0\0\0\0\x10\n\x07O\'Brien\x12\x05' + m.bytes(9)))


@kind('grpc binary')
def _(m):
    return http(m, 'POST', '/k.v1.Svc/Get', ['Content-Type: application/grpc+proto', 'TE: trailers', 'grpc-timeout: 1S'], b'\0\0\0\0\x20' +
            m.bytes(32), browser=False, ua='grpc-go/1.64.0')


@kind('netflix shakti')
def _(m):
    return form(m, '/pathEvaluator?webp=true&original_path=/shakti/mre/pathEvaluator&withSize=true&materialize=true', [('path',
            '["videos",[80,81],["summary","title"]]'), ('path', '["lists","a\'b",{"from":0,"to":5},"name"]'), ('authURL', m.b64(30))])


@hard('speech text')
def _(m):
    return js(m, '/v1/chat/completions', {"model": "k-4", "messages": [{"role": "system",
            "content": "You are a helpful assistant. Don't execute code; answer in Markdown."}, {"role": "user",
            "content": m.word(["How do I run `rm -rf node_modules` on Windows? And what does `$(pwd)` do?",
            "Explain ' OR 1=1 -- to a beginner, it's for a course.", "Write a python script using os.system('ls') or subprocess",
            "Fix: SELECT name FROM users WHERE id = 1 ORDER BY", "What's <script>alert(1)</script> called?",
            "Summarise: Pat's dog & cat; 2 or 3 lines"])}], "temperature": 0.7, "stream": True, "tools": [{"type": "function",
            "function": {"name": "exec", "parameters": {"type": "object"}}}]}, headers=['Authorization: Bearer sk-' + m.b64url(36)])


@kind('i18n address')
def _(m):
    return form(m, '/address', [('name', m.word(FIRST) + ' ' + m.word(LAST)), ('street', m.word(STREETS)), ('city', m.word(CITIES)), ('zip',
            'SW1A 1AA'), ('note', m.word(['„Tür“ links; bitte 2× klingeln', '«chez l\'ami»', '“quoted” & ‘single’', '2. Stock // Hinterhof',
            '#3 -- ask for \'Zoë\'', '¡Cuidado! perro & gato']))])


@kind('latin1 form')
def _(m):
    return http(m, 'POST', '/kontakt.php', ['Content-Type: application/x-www-form-urlencoded; charset=iso-8859-1'],
            'name=M%FCller&ort=K%F6ln&text=Stra%DFe+5%2F7%3B+T%FCr+%26+Tor%0D%0AGr%FC%DFe%2C%0D%0ADein+%22P.%22')


@kind('shiftjis form')
def _(m):
    return http(m, 'POST', '/search.cgi', ['Content-Type: application/x-www-form-urlencoded'],
            'q=%83%5C%83%74%83%67%95%5C%8E%A6&ie=sjis&x=%94%5C%97%CD')


@kind('gps track')
def _(m):
    return http(m, 'POST', '/upload/gpx', ['Content-Type: application/gpx+xml'],
            '<?xml version="1.0"?><gpx version="1.1" creator="K" xmlns="http://www.topografix.com/GPX/1/1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd"><metadata><name>L\'Étape &amp; "co"</name></metadata><trk><trkseg><trkpt lat="45.1" lon="6.9"><ele>1</ele><time>2026-06-01T10:00:00Z</time></trkpt></trkseg></trk></gpx>')


@kind('rss sitemap')
def _(m):
    return http(m, 'POST', '/websub', ['Content-Type: application/atom+xml',
            'Link: <https://hub.k.example/>; rel="hub", <https://k.example/f?a=1>; rel="self"'],
            '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title type="html">It&amp;#39;s</title><entry><content type="html">&lt;p onclick=""&gt;x &amp;amp; y&lt;/p&gt;&lt;iframe src="https://www.youtube.com/embed/x1y2z3"&gt;&lt;/iframe&gt;</content></entry></feed>',
            browser=False)


@kind('activitypub again')
def _(m):
    return js(m, '/users/pat/inbox', {"@context": ["https://www.w3.org/ns/activitystreams", {"toot": "http://joinmastodon.org/ns#"}],
            "type": "Create", "object": {"type": "Note",
            "content": "<p><span class=\"h-card\"><a href=\"https://k.example/@zoe\" class=\"u-url mention\">@<span>zoe</span></a></span> it&#39;s &lt;3 &amp; ok</p>",
            "tag": [{"type": "Hashtag", "name": "#sql"}]}}, ct='application/activity+json',
            headers=['Signature: keyId="https://m.example/u#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",signature="%s"' %
            m.b64(128), 'Digest: SHA-256=' + m.b64(32)])


@kind('health hl7')
def _(m):
    return http(m, 'POST', '/hl7', ['Content-Type: application/hl7-v2'],
            "MSH|^~\\&|LAB|K|EHR|K|20260601||ORU^R01|1|P|2.5\rPID|1||123^^^K^MR||O'Brien^Pat^^^Dr.||19800101|F|||12 Rue de l'Église^^Val-d'Isère\rOBX|1|NM|718-7^Hgb^LN||13.5|g/dL|12-16|N|||F\rNTE|1||pt says \"it's ok\"\\T\\ fine; r/o flu && cold\r",
            browser=False)


@kind('fhir')
def _(m):
    return get(m,
            "/fhir/Observation?code=http://loinc.org%7C718-7&date=ge2026-01-01&value-quantity=gt5.4%7Chttp://unitsofmeasure.org%7Cg&_include=Observation:subject&name:contains=O%27B&_has:Observation:patient:code=1",
            browser=False)


@kind('edi')
def _(m):
    return http(m, 'POST', '/as2', ['Content-Type: application/edifact', 'AS2-From: "K"', 'AS2-To: PARTNER', 'Message-ID: <1@k.example>',
            'Disposition-Notification-Options: signed-receipt-protocol=optional,pkcs7-signature; signed-receipt-micalg=optional,sha256'],
            "UNA:+.? 'UNB+UNOC:3+K+P+260601:1000+1'UNH+1+ORDERS:D:96A:UN'BGM+220+12+9'NAD+BY+++O?'Brien & Co+Rue de l?'Église 1'LIN+1++4000862141404:EN'QTY+21:5'UNT+6+1'UNZ+1+1'",
            browser=False)


@kind('esi headers')
def _(m):
    return get(m, '/', headers=['Surrogate-Capability: k="Surrogate/1.0 ESI/1.0"', 'Forwarded: for="[2001:db8::1]:4711";proto=https;by=10.0.0.1',
            'X-Forwarded-For: 203.0.113.5, 10.1.2.3, 127.0.0.1', 'Via: 1.1 varnish (Varnish/7.1), 1.1 %s.cloudfront.net (CloudFront)' % m.hex(32),
            'X-Request-Start: t=1719000000', 'Priority: u=1, i', 'Sec-CH-UA: "Not/A)Brand";v="8", "Chromium";v="126"',
            'baggage: sentry-trace_id=%s,k=it%%27s' % m.hex(32), 'traceparent: 00-%s-%s-01' % (m.hex(32), m.hex(16)), 'X-Amz-Cf-Id: ' +
            m.b64url(40)])


@kind('odd user agents')
def _(m):
    return get(m, '/robots.txt', ua=m.word(["Mozilla/5.0 (compatible; Bytespider; spider-feedback@k.example) AppleWebKit",
            "Mozilla/5.0 (Linux; U; Android 4.4; de-de; O'Neill Build/X) AppleWebKit; wv", "Outlook-iOS/711.2 (iPhone; {\"a\":1})",
            "Dalvik/2.1.0 (Linux; U; Android 13; SM-A <x> Build/TP1A)", "Java/17.0.1 (sun.net)", "check_http/v2.3.3 (monitoring-plugins 2.3.3)",
            "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro), Mozilla/4.0 (compatible; ms-office; MSOffice rmj)",
            "Wget/1.21 (linux-gnu)", "SonyBDP; U; en) Presto & more", "Roku/DVP-12.5 (12.5.0.4178-88)", "SSDP/1.0 UPnP/1.0; exec",
            "Apple-iPhone15C2/2105.296", "VLC/3.0.20 LibVLC/3.0.20", "PostmanRuntime/7.39.0", "axios/1.7.2",
            "feedparser/6.0 +https://k.example/?a&b", "Mozilla/5.0 (Windows; U; Windows NT 5.1; it-IT; rv:1.8) L'Internet",
            "Mozilla/5.0 (X11; CrOS x86_64) [FBAN/FBIOS;FBAV/465.0;FBSS/3]"]), browser=False)


@kind('captcha token')
def _(m):
    return form(m, '/recaptcha/api2/userverify?k=' + m.b64url(30), [('v', m.b64url(18)), ('c', '03AFcWeA' + m.b64url(400)), ('response',
            base64.b64encode(b'{"response":"","s":"%s"}' % m.b64url(10).encode()).decode()), ('t', m.num(0, 9999)), ('bg', '!' + m.b64url(500))])


@kind('bot sensor')
def _(m):
    return js(m, '/akam/13/pixel_%s' % m.hex(8),
            {"sensor_data": "3;0;1;0;%d;%s=;16,0,0,0,1,0;\"J`?|:/-x#>{b&$;s'a}\"%s,-1,2,-94,-100,Mozilla/5.0 (X11),uaend,12147,20030107,de,Gecko,1,0,0,0,407-1|1'2;--;||&&%s" %
            (m.num(0, 10**7), m.b64(30), m.b64(60), m.b64(100))})


@kind('encrypted blob')
def _(m):
    return js(m, '/vault/sync', {"enc": "2." + m.b64(16) + "|" + m.b64(120) + "|" + m.b64(32), "kdf": {"iter": 600000}, "iv": m.hex(24),
            "blob": m.b64(900), "pub": "-----BEGIN PUBLIC KEY-----\n" + m.b64(90) + "\n-----END PUBLIC KEY-----\n"})


@kind('raw binary query')
def _(m):
    return get(m, '/announce?info_hash=' + u.quote(m.bytes(20), safe="~!*()'") + '&peer_id=-qB4650-' +
            u.quote(''.join(m.word("abc!~*()'-.XYZ") for _ in range(12)), safe="~!*()'") + '&port=6881&uploaded=0&left=0&compact=1&event=started',
            ua='qBittorrent/4.6.5', browser=False)


@kind('protobuf query')
def _(m):
    return get(m, '/maps/preview/place?authuser=0&hl=de&pb=!1m14!1s0x479e75f9a38c5fd9%3A0x10cb84a7db1987d!3m12!1m3!1d' + str(m.num(0, 10**6)) +
            '!2d11.5!3d48.1!2m3!1f0!2f0!3f0!3m2!1i1024!2i768!4f13.1!12m4!2m3!1i360!2i120!4i8!15m2!1m1!1sL%27Aquila&q=L%27Aquila')


@kind('survey json nested')
def _(m):
    return js(m, '/submit', {"data": json.dumps({"answers": [{"q": "Who's there?", "a": json.dumps({"text": "It's \"me\" & <you>; 1 or 2",
            "ts": 1})}], "meta": {"path": "../step/2", "ua": AGENTS[1]}})})
