"""Third wave: payments, webhooks, logs, frameworks and sheets."""
import json
import urllib.parse as u
from registry import kind
from third_wire import CITIES, FIRST, LAST, STREETS, form, get, http, js, multi, params, query


@kind('iot get')
def _(m):
    return get(m, '/update?api_key=%s&field1=21.5&field2=-3&status=ok;bat=3.7V&created_at=2026-06-01%%2010:00:00' % m.hex(16).upper(),
            ua='ESP32HTTPClient', browser=False)


@kind('tr069')
def _(m):
    return http(m, 'POST', '/acs', ['Content-Type: text/xml; charset="utf-8"', 'SOAPAction: '],
            '<soap-env:Envelope xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:cwmp="urn:dslforum-org:cwmp-1-0"><soap-env:Header><cwmp:ID soap-env:mustUnderstand="1">1</cwmp:ID></soap-env:Header><soap-env:Body><cwmp:Inform><DeviceId><Manufacturer>Tür &amp; Tor</Manufacturer></DeviceId><ParameterList><ParameterValueStruct><Name>InternetGatewayDevice.ManagementServer.ConnectionRequestURL</Name><Value>http://192.168.1.1:7547/cr</Value></ParameterValueStruct></ParameterList></cwmp:Inform></soap-env:Body></soap-env:Envelope>',
            browser=False, ua='CWMP/1.0')


@kind('websocket upgrade')
def _(m):
    return get(m, '/socket.io/?EIO=4&transport=websocket&sid=' + m.b64url(15), headers=['Connection: Upgrade', 'Upgrade: websocket',
            'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: ' + m.b64(16),
            'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits', 'Origin: https://k.example'])


@kind('socketio poll')
def _(m):
    return http(m, 'POST', '/socket.io/?EIO=4&transport=polling&t=O%s&sid=%s' % (m.b64url(5), m.b64url(15)),
            ['Content-Type: text/plain;charset=UTF-8'], '42["message",{"text":"it\'s <ok> && \\"fine\\"","to":"#general"}]\x1e3')


@kind('signalr again')
def _(m):
    return get(m, '/signalr/connect?transport=webSockets&clientProtocol=2.1&connectionToken=' + u.quote(m.b64(70)) + '&connectionData=' +
            u.quote('[{"name":"chathub"}]') + '&tid=3')


@kind('dwr call')
def _(m):
    return http(m, 'POST', '/dwr/call/plaincall/Cart.add.dwr', ['Content-Type: text/plain'],
            "callCount=1\nwindowName=\nc0-scriptName=Cart\nc0-methodName=add\nc0-id=0\nc0-param0=string:Levi's\nc0-param1=number:2\nc0-e1=boolean:true\nbatchId=1\npage=%%2Fshop%%2F\nscriptSessionId=%s\n" %
            m.hex(32))


@kind('gwt rpc')
def _(m):
    return http(m, 'POST', '/app/greet', ['Content-Type: text/x-gwt-rpc; charset=utf-8', 'X-GWT-Permutation: ' + m.hex(32).upper()],
            "7|0|7|https://k.example/app/|%s|com.k.client.GreetingService|greetServer|java.lang.String/2004016611|O'Brien \\!5|java.util.ArrayList/4159755760|1|2|3|4|2|5|7|6|7|1|" %
            m.hex(32).upper())


@kind('aspnet viewstate')
def _(m):
    return form(m, '/Default.aspx', [('__EVENTTARGET', "ctl00$Main$Grid$ctl03$lnk"), ('__EVENTARGUMENT', 'Sort$Name'), ('__VIEWSTATE',
            '/wEPDwUK' + m.b64(300)), ('__VIEWSTATEGENERATOR', 'CA0B0334'), ('__EVENTVALIDATION', '/wEdAA' + m.b64(90)), ('ctl00$Main$txtName',
            m.word(FIRST) + ' ' + m.word(LAST)), ('ctl00$Main$txtNote', "it's; ok -- \"x\"")])


@kind('jsf postback')
def _(m):
    return form(m, '/faces/list.xhtml;jsessionid=' + m.hex(32).upper(), [('javax.faces.partial.ajax', 'true'), ('javax.faces.source',
            'f:j_idt12'), ('javax.faces.partial.execute', '@all'), ('javax.faces.partial.render', 'f:tbl @form'), ('f:filter', "O'B"),
            ('javax.faces.ViewState', '-%d:-%d' % (m.num(0, 2 ** 60), m.num(0, 2 ** 60)))])


@kind('rails form')
def _(m):
    return form(m, '/users/1', [('utf8', '✓'), ('_method', 'patch'), ('authenticity_token', m.b64(64)), ('user[name]', m.word(LAST)),
            ('user[address_attributes][0][street]', m.word(STREETS)), ('user[address_attributes][0][_destroy]', 'false'), ('user[roles][]', ''),
            ('commit', 'Save & continue »')])


@kind('drupal ajax')
def _(m):
    return form(m, '/views/ajax?_wrapper_format=drupal_ajax', [('view_name', 'content'), ('view_display_id', 'page_1'), ('view_args', ''),
            ('view_path', '/node/1'), ('combine', "l'été"), ('field_tags_target_id[]', '12'), ('sort_bef_combine', 'title_ASC'), ('_drupal_ajax',
            '1'), ('ajax_page_state[theme]', 'k'), ('ajax_page_state[libraries]', 'core/drupal.ajax,system/base')])


@kind('wp admin ajax')
def _(m):
    return form(m, '/wp-admin/admin-ajax.php', [('action', 'heartbeat'), ('_nonce', m.hex(10)), ('interval', '60'), ('screen_id', 'post'),
            ('data[wp-refresh-post-lock][post_id]', '1'), ('data[wp_autosave][post_title]', "It's \"on\""), ('data[wp_autosave][content]',
            '<p>a &amp; b</p>[gallery ids="1,2" columns="3"]')])


@kind('woo checkout')
def _(m):
    return form(m, '/?wc-ajax=checkout', [('billing_first_name', m.word(FIRST)), ('billing_last_name', m.word(LAST)), ('billing_company',
            'Tür & Tor GmbH'), ('billing_address_1', m.word(STREETS)), ('billing_city', m.word(CITIES)), ('billing_phone', '+49 (0) 89/123-45'),
            ('order_comments', m.word(["Ring 2x; dog's \"friendly\" -- or so I'm told", "Leave @ O'Brien's, flat #3 (rear)",
            "s'il vous plaît, après 18h & pas avant"])), ('payment_method', 'stripe'), ('woocommerce-process-checkout-nonce', m.hex(10))])


@kind('payment card')
def _(m):
    return form(m, '/v1/tokens', [('card[number]', '4242 4242 4242 4242'), ('card[cvc]', '123'), ('card[exp_month]', '12'), ('card[name]',
            m.word(FIRST) + ' ' + m.word(LAST)), ('card[address_line1]', m.word(STREETS)), ('guid', 'NA'), ('payment_user_agent',
            'stripe.js/abc; stripe-js-v3/abc; split-card-element'), ('key', 'pk_live_' + m.b64url(40)), ('pasted_fields', 'number')],
            browser=False)


@kind('sepa transfer')
def _(m):
    return js(m, '/banking/transfers', {"iban": "DE89 3704 0044 0532 0130 00", "bic": "COBADEFFXXX", "name": m.word(["O'Brien & Söhne",
            "Tür & Tor GmbH (i.L.)", "M. Müller c/o D'Arcy"]), "purpose": m.word(["RNR. 12/34; KDNR 5-6 -- SKONTO 2%",
            "Miete 06/26 + NK, WHG 3.OG/li.", "EREF+NOTPROVIDED//SVWZ+Danke"]), "amount": "1.234,56"})


@kind('paypal ipn')
def _(m):
    return form(m, '/ipn', [('mc_gross', '19.95'), ('address_status', 'confirmed'), ('payer_id', 'LPLWNMTBWMFAY'), ('item_name1',
            "Levi's 501 (W32/L34)"), ('address_street', '1 Main St\r\nApt #2'), ('first_name', 'Pat'), ('last_name', "O'Brien"), ('charset',
            'windows-1252'), ('custom', '{"order":1,"u":"x"}'), ('verify_sign', m.b64url(40)), ('memo', "Don't ship before 5/6; thanks -- P.")],
            browser=False, ua='PayPal IPN ( https://www.paypal.com/ipn )')


@kind('stripe webhook')
def _(m):
    return js(m, '/webhooks/stripe', {"id": "evt_" + m.b64url(18), "object": "event", "type": "invoice.payment_failed",
            "data": {"object": {"id": "in_1", "description": "O'Brien's plan -- 2 x \"Pro\"", "customer_email": "o'brien@k.example",
            "lines": {"data": [{"description": "1 × Pro (at €10.00 / month)"}]},
            "hosted_invoice_url": "https://invoice.k.example/i/acct_1/test_%s?s=ap" % m.b64url(60)}}},
            headers=['Stripe-Signature: t=1719,v1=%s,v0=%s' % (m.hex(64), m.hex(64))], ua='Stripe/1.0 (+https://stripe.com/docs/webhooks)')


@kind('twilio webhook')
def _(m):
    return form(m, '/sms', [('ToCountry', 'DE'), ('SmsMessageSid', 'SM' + m.hex(32)), ('Body', m.word(["STOP", "it's 5 or 6? & where",
            "Yes -- drop it @ table 3; thx", '"OK" <3'])), ('From', '+4915112345'), ('To', '+49301234'), ('NumSegments', '1'), ('ApiVersion',
            '2010-04-01')], browser=False, ua='TwilioProxy/1.1')


@kind('sendgrid inbound')
def _(m):
    return multi(m, '/inbound', [('headers',
            'Received: by mx with SMTP id 1\nFrom: "O\'Brien" <o@k.example>\nTo: sup@k.example\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="00"\nSubject: Re: it\'s\n'),
            ('html', '<div dir="ltr">Hi &amp; bye<br clear="all"><script type="application/ld+json">{"@type":"EmailMessage"}</script></div>'),
            ('envelope', '{"to":["sup@k.example"],"from":"o@k.example"}'), ('charsets', '{"to":"UTF-8","html":"UTF-8"}'), ('SPF', 'pass'),
            ('dkim', '{@k.example : pass}'), ('sender_ip', '203.0.113.4')])


@kind('ses sns')
def _(m):
    return js(m, '/sns', {"Type": "Notification", "MessageId": m.uuid(), "TopicArn": "arn:aws:sns:eu-central-1:1:k",
            "Message": json.dumps({"notificationType": "Bounce", "bounce": {"bounceType": "Permanent",
            "bouncedRecipients": [{"emailAddress": "o'brien@k.example",
            "diagnosticCode": "smtp; 550 5.1.1 <o'brien@k.example>: user unknown; see http://x.example/?p=NoSuchUser -- gsmtp"}]}}),
            "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-%s.pem" % m.hex(32)},
            ct='text/plain; charset=UTF-8', ua='Amazon Simple Notification Service Agent')


@kind('alertmanager')
def _(m):
    return js(m, '/alert', {"version": "4", "status": "firing", "alerts": [{"labels": {"alertname": "DiskFull", "instance": "10.0.0.5:9100",
            "mountpoint": "/var/lib/docker"}, "annotations": {"summary": "Disk > 90% on {{ $labels.instance }}; run `df -h` or `du -sh /var/*`",
            "description": "expr: (1 - node_filesystem_avail_bytes/node_filesystem_size_bytes) > 0.9 and on() up == 1"},
            "generatorURL": "http://prom:9090/graph?g0.expr=%28a+%3E+1%29&g0.tab=1"}]}, ua='Alertmanager/0.27.0')


@kind('otlp json')
def _(m):
    return js(m, '/v1/traces', {"resourceSpans": [{"resource": {"attributes": [{"key": "process.command_args",
            "value": {"arrayValue": {"values": [{"stringValue": "/usr/bin/python3"}, {"stringValue": "-c"},
            {"stringValue": "import app; app.run()"}]}}}]}, "scopeSpans": [{"spans": [{"traceId": m.hex(32), "spanId": m.hex(16),
            "name": "SELECT shop.users", "attributes": [{"key": "db.statement",
            "value": {"stringValue": m.word(["SELECT id, name FROM users WHERE email = ? AND deleted_at IS NULL LIMIT 1",
            "INSERT INTO orders (a,b) VALUES ($1,$2) RETURNING id", "DELETE FROM sessions WHERE expires < now()"])}}, {"key": "http.url",
            "value": {"stringValue": "http://localhost:8080/api?x='y'"}}]}]}]}]}, ua='OTel-OTLP-Exporter-JavaScript/0.51')


@kind('syslog http')
def _(m):
    return http(m, 'POST', '/services/collector/raw?channel=' + m.uuid(), ['Content-Type: text/plain', 'Authorization: Splunk ' + m.uuid()],
            "Jun  1 10:00:00 web1 sshd[123]: Invalid user admin' from 203.0.113.7 port 1\nJun  1 10:00:01 web1 sudo:   pat : TTY=pts/0 ; PWD=/home/pat ; USER=root ; COMMAND=/usr/bin/apt update\nJun  1 10:00:02 db1 mysqld: Access denied for user 'root'@'localhost' (using password: YES)\n203.0.113.5 - - [01/Jun/2026:10:00:00 +0200] \"GET /wp-login.php HTTP/1.1\" 404 12 \"-\" \"Mozilla/5.0\"\n",
            browser=False, ua='fluent-bit')


@kind('gelf')
def _(m):
    return js(m, '/gelf', {"version": "1.1", "host": "web1", "short_message": "Query took 5s: UPDATE t SET a=1 WHERE id IN (1,2,3)",
            "full_message": "PHP Warning:  include(/srv/a.php): failed to open stream in /srv/b.php on line 3", "_file": "/srv/app/../b.php",
            "level": 4})


@kind('excel paste')
def _(m):
    return js(m, '/api/sheets/%s/cells' % m.hex(8), {"range": "A1:C3", "values": [["=SUM(B1:B3)", "=IF(A1>10,\"yes\",\"no\")",
            "=VLOOKUP(A2,Sheet2!$A$1:$B$9,2,FALSE)"], ["O'Brien", "=HYPERLINK(\"https://k.example?a=1&b=2\",\"x\")", "-5"], ["+49 89 1",
            "@mention", "1/2"]]}, method='PUT')


@kind('csv upload')
def _(m):
    return multi(m, '/import', [('delimiter', ';'), ('file',
            "id;name;note\n1;\"O'Brien, Pat\";\"said \"\"hi\"\"\"\n2;D'Arcy;5>3 && ok\n3;Tür & Tor;-- none --\n4;=A1+B1;1 or 2\n",
            'kunden (1).csv', 'text/csv')])


@kind('regex tester')
def _(m):
    return js(m, '/api/regex', {"regex": m.word(["^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]+)@(?:[a-z0-9-]+\\.)+[a-z]{2,}$", "(?<=\\s|^)'(.*?)'(?=\\s|$)",
            "<([a-z]+)[^>]*>(.*?)</\\1>", "\\b(select|union|drop)\\b", "^/(?!etc|proc)[\\w./-]+$", "\\$\\{([^}]+)\\}"]), "flags": "gi",
            "test": "O'Brien <b>x</b> ${HOME} /usr/local/bin 'quoted'"})


@kind('math tex')
def _(m):
    return js(m, '/render', {"tex": m.word(["\\frac{-b \\pm \\sqrt{b^2-4ac}}{2a} \\quad \\text{if } a\\neq0",
            "\\sum_{i=1}^{n} x_i' < \\int_0^\\infty e^{-x}\\,dx", "{{a}\\over{b}} \\& \\left\\{ x | x > 0 \\right\\}",
            "f'(x) = \\lim_{h\\to0} \\frac{f(x+h)-f(x)}{h}"])})


@kind('math query')
def _(m):
    return get(m, '/input?' + params(i=m.word(["integrate x^2 from 0 to 1", "solve x^2-1=0 and x>0", "2+2*(3-1)/4", "f''(x) + f'(x) = 0",
            "sin(x)=1/2 or cos(x)=0", "7*7", "1/0", "(1,2,3) . (4,5,6)", "{{1,2},{3,4}}.{{1},{2}}", "5!", "10 km/h in m/s", "H2O + CO2 -> H2CO3",
            "Fe2(SO4)3; 25°C", "1'6\" in cm"])))


@kind('chemistry')
def _(m):
    return get(m, '/rest/pug/compound/smiles/' + u.quote(m.word(["CC(=O)OC1=CC=CC=C1C(=O)O", "C1=CC=C(C=C1)/C=C/C(=O)O", "[Na+].[Cl-]",
            "N[C@@H](C)C(=O)O", "C#N", "O=C(O)C(\\C)=C/C"]), safe='') + '/property/MolecularFormula,InChIKey/JSON', browser=False)


@kind('inchi form')
def _(m):
    return form(m, '/lookup', [('inchi', "InChI=1S/C9H8O4/c1-6(10)13-8-5-3-2-4-7(8)9(11)12/h2-5H,1H3,(H,11,12)"), ('name',
            m.word(["2,2'-bipyridine", "N,N'-dicyclohexylcarbodiimide", "1,1'-bis(diphenylphosphino)ferrocene", "5'-AMP", "4,4'-DDT"])), ('cas',
            '50-78-2')])


@kind('biology')
def _(m):
    return form(m, '/blast', [('QUERY', '>seq1 5\'-UTR [Homo sapiens] OR "Mus"\nACGTACGTNNNN--ACGT\n'), ('DATABASE', 'nt'), ('EXPECT', '1e-10'),
            ('ENTREZ_QUERY', "txid9606[ORGN] AND 100:500[SLEN] NOT (patent[FILT])"), ('FILTER', 'L;m')])


@kind('library cql')
def _(m):
    return get(m, '/sru?' + params(operation='searchRetrieve', version='1.2', query=m.word(['dc.title any "sql union" and dc.creator = "O\'Brien"',
            'bath.isbn=9783161484100 or (dc.date > 1999 not dc.type=map)']), maximumRecords=10))


@kind('oai doi')
def _(m):
    return get(m, m.word(['/10.1002/(SICI)1097-4571(199806)49:8%3C693::AID-ASI4%3E3.0.CO;2-O',
            '/oai?verb=ListRecords&metadataPrefix=oai_dc&set=col_1%2F2&from=2026-01-01',
            '/doi/full/10.1080/00221309.1955.9710227?journalCode=a%27b', '/isbn/978-3-16-148410-0', '/arxiv/abs/hep-th/9901001v3']))


@kind('video player')
def _(m):
    return get(m, m.word(['/hls/live/stream_%d/chunklist_b%d.m3u8?token=st=1719~exp=1720~acl=/*~hmac=%s' % (m.num(0, 9), m.num(0, 999),
            m.hex(64)),
            '/videoplayback?expire=1719&ei=%s&ip=203.0.113.1&itag=137&aitags=133%%2C134&mime=video%%2Fmp4&range=0-%d&n=%s&sparams=expire%%2Cei%%2Cip' %
            (m.b64url(16), m.num(0, 10**6), m.b64url(10)), '/dash/a.ism/QualityLevels(3000000)/Fragments(video=12345)',
            '/vod/_definst_/mp4:movies/o%%27brien_1080p.mp4/media_w1_%d.ts' % m.num(0, 99)]), headers=['Range: bytes=0-'])


@kind('player telemetry')
def _(m):
    return js(m, '/youtubei/v1/log_event?alt=json&key=AIza' + m.b64url(26), {"context": {"client": {"clientName": "WEB",
            "clientVersion": "2.20260601.00.00", "originalUrl": "https://k.example/results?search_query=rock+%27n%27+roll"}},
            "events": [{"eventTimeMs": "1719", "foregroundHeartbeat": {"index": "3"}}]})


@kind('mobile app')
def _(m):
    return js(m, '/api/v3/session', {"device": {"model": m.word(["iPhone15,3", "SM-S918B/DS", "moto g(30)", "Pixel 8 Pro"]),
            "name": m.word(["Pat's iPhone", "iPhone de l'équipe", "O’Brien’s Galaxy"]), "os": "iOS 17.5 (21F79)", "rooted": False,
            "fcm": m.b64url(12) + ":APA91b" + m.b64url(80), "carrier": "T-Mobile/congstar"}, "ab": ["exp_1:B", "exp_2:control"]},
            ua='Kiefer/5.12.0 (iPhone; iOS 17.5; Scale/3.00) CFNetwork/1496.0.7 Darwin/23.5.0')
