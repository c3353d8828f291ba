"""Forms, offices, shops and advertisers. Written after the first kinds had been mended, to see what was learned from them."""
import json
from registry import kind
from texts import html, page


def xml(s):
    return s.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')


@kind('classified ad')
def _(m):
    return m.multipart('/ads/new', [('ad[title]', m.title()), ('ad[description]', m.prose(2, 6)), ('ad[price]', m.pick('%d,-' % m.num(), 'VB',
            '$%d/mo' % m.num(), '%d €/m²' % m.num())), ('ad[zip]', str(m.num(10000, 99999))), ('ad[attributes][size]', '%d\' x %d"' % (m.num(),
            m.num())), ('ad[contact]', "%s (after 5pm!)" % m.name()), ('ad[images][]', 'DSC_%d.JPG' % m.num(), 'image/jpeg',
            b'\xff\xd8\xff\xe1' + m.bytes(120))])


@kind('job application')
def _(m):
    return m.form('/jobs/%d/apply' % m.num(), [('candidate[name]', m.name()), ('candidate[cover_letter]',
            'Dear %s,\r\n\r\n%s\r\n\r\nKind regards\r\n%s' % (m.name(), m.prose(3, 8), m.name())), ('candidate[salary]', '%d-%dk' % (m.num(),
            m.num())), ('candidate[skills]', '%s; C++; C#; %s/%s; SQL & NoSQL; R; VBA' % (m.noun(), m.noun(), m.noun())), ('candidate[links][]',
            m.url()), ('candidate[gender]', 'm/f/d'), ('candidate[availability]', 'as of %s -- or earlier' % m.date())])


@kind('survey answers')
def _(m):
    return m.json('/runner/api.php/respondents/%s/responses' % m.alnum(20), {'responses': [{'questionId': m.alnum(30), 'choiceId': m.uuid()},
            {'questionId': m.alnum(30), 'answer': m.prose(1, 4)}, {'questionId': '%d_%d' % (m.num(), m.num()), 'answer': m.pick('no', 'n/a', '-',
            'none!', '...', '1) %s 2) %s' % (m.phrase(), m.phrase()), "don't know / can't say")}], 'startTime': m.epoch()})


@kind('qualtrics style')
def _(m):
    return m.form('/jfe/form/SV_%s' % m.alnum(15), [('QR~QID%d' % m.num(), m.num()), ('QR~QID%d~TEXT' % m.num(), m.sentence()), ('ED~Q_URL', m.url()),
            ('Transformation', ''), ('Q_lang', 'EN'), ('QID%d-%d-label' % (m.num(), m.num()), '<strong>%s</strong>' % m.phrase())])


@kind('google forms')
def _(m):
    return m.form('/forms/d/e/1FAIpQL%s/formResponse' % m.b64url(40), [('entry.%d' % m.num(10 ** 8, 10 ** 9), m.prose(1, 3)),
            ('entry.%d.other_option_response' % m.num(10 ** 8, 10 ** 9), m.sentence()), ('fvv', 1), ('partialResponse', json.dumps([[[None, m.num(),
            [m.sentence()], 0]], None, '-%d' % m.num(10 ** 15, 10 ** 18)])), ('pageHistory', '0,1'), ('fbzx', '-%d' % m.num(10 ** 15, 10 ** 18)),
            ('submissionTimestamp', m.epoch())])


@kind('online banking')
def _(m):
    return m.json('/api/payments/sepa', {'debtorAccount': {'iban': 'DE%020d' % m.num(10 ** 15, 10 ** 18)}, 'instructedAmount': {'currency': 'EUR',
            'amount': '%s' % m.real()}, 'creditorName': m.company(), 'remittanceInformationUnstructured': m.pick('RE-NR. %d/%d V. %s + KD-NR %d'
            % (m.num(), m.num(), m.date(), m.num()), "Miete Nov. '25, Whg. 3.OG", 'SVWZ+%s EREF+%s' % (m.phrase(), m.alnum(12)), m.sentence()),
            'endToEndIdentification': 'NOTPROVIDED', 'tan': '%06d' % m.num(0, 999999)})


@kind('tax and insurance forms')
def _(m):
    return m.form('/portal/claims/new', [('step', '3/5'), ('data', json.dumps({'insured': {'name': m.name(), 'dob': m.date(),
            'address': {'street': m.street(), 'city': m.city()}}, 'accident': {'description': m.prose(2, 5), 'where': '%s / %s' % (m.street(),
            m.street()), 'amount': '>%d EUR' % m.num()}, 'witnesses': [m.name(), m.phone()], 'declaration': True})), ('_eventId', 'next'),
            ('execution', 'e%ds%d' % (m.num(1, 9), m.num(1, 9))), ('_flowExecutionKey', '_c%s_k%s' % (m.hex(32).upper(), m.hex(32).upper()))])


@kind('medical record')
def _(m):
    return m.json('/fhir/Observation', {'resourceType': 'Observation', 'status': 'final', 'text': {'status': 'generated',
            'div': '<div xmlns="http://www.w3.org/1999/xhtml"><p><b>%s</b>: %s &lt; %d mmol/l</p></div>' % (m.noun(), m.noun(), m.num())},
            'code': {'coding': [{'system': 'http://loinc.org', 'code': '%d-%d' % (m.num(), m.num(0, 9)), 'display': m.phrase()}]},
            'subject': {'reference': 'Patient/%s' % m.uuid(), 'display': m.name()}, 'valueQuantity': {'value': m.real(), 'comparator': m.pick('<',
            '<=', '>', '>='), 'unit': 'mg/dL'}, 'note': [{'text': 'Pt c/o %s; h/o %s, s/p %s. Rx: 1-0-1, prn. BP 120/80, T 37.%d' % (m.noun(),
            m.noun(), m.noun(), m.num(0, 9))}]}, m.tool(), 'application/fhir+json')


@kind('hl7 message')
def _(m):
    return m.text('/hl7', '\r'.join(('MSH|^~\\&|%s|%s|LAB|HOSP|20251125||ORU^R01|%s|P|2.5.1' % (m.noun().upper(), m.company(), m.alnum(9)),
            'PID|1||%d^^^MRN||%s^%s||19700101|M|||%s^^%s^^%d' % (m.num(), m.name(), m.noun(), m.street(), m.city(), m.num()),
            'OBX|1|TX|%d^%s^LN||%s||||||F' % (m.num(), m.phrase(), m.sentence().replace('\n', ' ')), 'NTE|1||%s' % m.prose(1, 2).replace('\n', ' '))),
            'application/hl7-v2', m.tool())


@kind('edi and invoices')
def _(m):
    return m.text('/edi',
            "UNA:+.? 'UNB+UNOC:3+%s:14+%s:14+251125:1012+%d'UNH+1+INVOIC:D:96A:UN'BGM+380+%s+9'NAD+BY+++%s+%s+%s++%d+DE'FTX+AAI+++%s'LIN+1++%d:EN'MOA+203:%s'UNT+9+1'UNZ+1+%d'"
            % (m.num(), m.num(), m.num(), m.ident(), m.company().replace("'", "?'"), m.street().replace("'", "?'"), m.city().replace("'", "?'"),
            m.num(), m.phrase(), m.num(), m.real(), m.num()), 'application/edifact', m.tool())


@kind('fix and market data')
def _(m):
    return m.get('/v1/quotes', [('symbols', 'BRK.B,^GSPC,EURUSD=X,BTC-USD,%s.DE' % m.noun()[:4].upper()), ('fields', 'regularMarketPrice,longName'),
            ('formatted', 'false'), ('crumb', m.alnum(7) + m.pick('.', '/', 'u002F') + m.alnum(3)), ('expr', 'SMA(%d)>EMA(%d)' % (m.num(), m.num())),
            ('period1', m.now), ('includePrePost', 'true'), ('events', 'div|split|earn')]) if m.chance(0.6) else m.json('/screener',
            {'query': {'operator': 'AND', 'operands': [{'operator': 'or', 'operands': [{'operator': 'EQ', 'operands': ['region', 'us']}]},
            {'operator': 'btwn', 'operands': ['intradaymarketcap', m.num(), m.num()]}]}, 'sortField': 'ticker', 'offset': 0})


@kind('tracking of parcels')
def _(m):
    return m.get('/track', [('trackNums', ','.join(m.some(lambda: '1Z' + m.alnum(16).upper(), 1, 4))), ('zip', m.pick(str(m.num(10000, 99999)),
            'SW1A 1AA')), ('loc', m.lang().replace('-', '_')), ('requester', 'UPSHome/trackdetails'), ('HTMLVersion', '5.0'), ('nonUPS_title',
            m.title())])


@kind('train and flight search')
def _(m):
    return m.get('/bin/query.exe/dn', [('S', '%s Hbf' % m.city()), ('Z', '%s (Main) Flughafen' % m.city()), ('REQ0JourneyDate', 'Mo, 01.12.25'),
            ('REQ0JourneyTime', '%d:%02d' % (m.num(0, 23), m.num(0, 59))), ('HWAI=JOURNEY!S1', 'A=1@O=%s@X=%d@Y=%d@U=80@L=%d@' % (m.city(), m.num(),
            m.num(), m.num())), ('start', 1), ('ext.pref', '&lt;none&gt;')]) if m.chance(0.5) else m.json('/api/flights', {'slices': [{'from': 'FRA',
            'to': m.pick('JFK', 'ORD', 'LAX'), 'date': m.date(), 'filter': 'F:LH+ N:%s; MAXDUR %d' % (m.alnum(2).upper(), m.num())}],
            'pax': {'adults': 1}})


@kind('hash routes and deep links')
def _(m):
    return m.get('/app', raw='_escaped_fragment_=%s' % m.enc('/%s/%d?tab=%s' % (m.noun(), m.num(), m.noun()))) if m.chance(0.4) else m.get('/open',
            [('link', m.pick('intent://%s/#Intent;scheme=https;package=com.%s.app;S.browser_fallback_url=%s;end' % (m.host(), m.noun(),
            m.enc(m.url())), 'fb://profile/%d' % m.num(), 'whatsapp://send?text=%s' % m.enc(m.sentence()), 'mailto:%s?subject=%s&body=%s' % (m.mail(),
            m.enc(m.title()), m.enc(m.prose(1, 2))), 'tel:%s' % m.phone(), 'geo:%s,%s?q=%s' % (m.real(), m.real(), m.enc(m.street())),
            'magnet:?xt=urn:btih:%s&dn=%s&tr=udp%%3A%%2F%%2F%s%%3A6969' % (m.hex(40), m.enc(m.title()), m.host()), 'spotify:track:%s' % m.alnum(22))),
            ('apn', 'com.%s' % m.noun()), ('isi', m.num()), ('efr', 1)])


@kind('bookmarklet style share')
def _(m):
    return m.get(m.pick('/share', '/intent/tweet', '/submit', '/shareArticle', '/pin/create/button/'), [('u', m.url()), ('t', m.title()), ('text',
            m.prose(1, 2)), ('title', '%s | %s — %s' % (m.title(), m.company(), m.noun())), ('summary', m.sentence()), ('source', m.company()),
            ('hashtags', '%s,%s' % (m.noun(), m.noun())), ('media', m.url()), ('description', m.prose(1, 2)), ('quote', '"%s" - %s' % (m.sentence(),
            m.name()))][:m.num(2, 10)])


@kind('link shortener and previews')
def _(m):
    return m.json('/v4/shorten', {'long_url': m.url(), 'domain': 'bit.example', 'title': m.title(), 'tags': [m.noun()]},
            m.tool()) if m.chance(0.5) else m.get('/oembed', [('url', m.url()), ('format', 'json'), ('maxwidth', m.num()), ('dnt', 'true'), ('html',
            '1')])


@kind('captcha and bot checks')
def _(m):
    return m.pick(lambda: m.form('/recaptcha/api2/userverify?k=6L%s' % m.b64url(28), [('v', m.b64url(16)), ('c', '03A' + m.b64url(200)), ('response',
            m.blob({'response': 'x', 'e': m.b64url(20)})), ('t', m.num()), ('bg', '!' + m.b64url(200))]),
            lambda: m.text('/cdn-cgi/challenge-platform/h/b/flow/ov1/%d:%d:%s/%s/%s' % (m.num(), m.now, m.b64url(30), m.hex(16), m.b64url(20)),
            'v_%s=%s' % (m.hex(16), m.b64url(300).replace('_', '$').replace('-', '+')), 'application/x-www-form-urlencoded'),
            lambda: m.text('/%s/%s/%s' % (m.alnum(8), m.alnum(12), m.alnum(9)), json.dumps({'sensor_data': '2;%d;%d;%s,%d,0,0;~-1~%s,%s||0||,,,, %s'
            % (m.num(), m.num(), m.alnum(12), m.num(), m.b64(60), m.agent(), '-1,2,-94,-131,' + m.b64(200))}), 'text/plain;charset=UTF-8'),
            lambda: m.json('/js/', {'jsData': json.dumps({'ttst': m.real(), 'ifov': False, 'plg': 5, 'tagpu': 'x', 'br_h': 900, 'ua': m.agent(),
            'wbd': False, 'vnd': 'Google Inc.', 'glrd': 'ANGLE (Intel, Intel(R) UHD Graphics (0x00009BC4) Direct3D11 vs_5_0 ps_5_0, D3D11)',
            'str_ss': True}), 'cid': m.b64url(60), 'ddk': m.hex(30).upper(), 'Referer': m.url()}))()


@kind('fingerprints of browsers')
def _(m):
    return m.json('/fp', {'components': {'userAgent': m.agent(), 'fonts': ['Arial', "Segoe UI's", 'Courier New;Courier'],
            'webgl': 'data:image/png;base64,' + m.b64(90), 'canvas': {'geometry': 'data:image/png;base64,' + m.b64(90)}, 'plugins': [['PDF Viewer',
            'Portable Document Format', [['application/pdf', 'pdf']]]], 'math': {'acos': 1.4473588658278522, 'tan': -1.4214488238747245},
            'error': "TypeError: Cannot read properties of undefined (reading 'width')\n    at eval (eval at <anonymous> (%s), <anonymous>:1:%d)"
            % (m.url(), m.num()), 'toString': 'function toString() { [native code] }', 'touch': {'maxTouchPoints': 0}, 'tz': 'America/New_York'}})


@kind('ad server macros')
def _(m):
    return m.get('/imp', raw='&'.join(('bid=%s' % m.uuid(), 'price=%s' % m.pick('${AUCTION_PRICE}', 'W%s' % m.b64url(20), '%%WINNING_PRICE%%'),
            'adv=%s' % m.enc(m.company()), 'dom=%s' % m.host(), 'click=%s'
            % m.enc('https://%s/aclk?sa=L&ai=%s&num=1&cid=%s&sig=AOD64_%s&client=ca-pub-%d&nb=2&adurl=%s' % (m.host(), m.b64url(120), m.b64url(40),
            m.b64url(16), m.num(), m.enc(m.url()))), 'ct=%s' % m.enc('["%s","%s"]' % (m.noun(), m.noun())), 'cb=%d' % m.num(), 'ecpm={{ecpm}}',
            'gdpr_consent=%s' % m.pick('', 'CP' + m.b64url(40), '${GDPR_CONSENT_%d}' % m.num()), ';dc_rdid=;dc_lat=;ord=%d?' % m.num())))


@kind('floodlight and semicolon paths')
def _(m):
    return m.get('/activityi;src=%d;type=%s;cat=%s;ord=%d;u1=%s;u2=%s;~oref=%s;gtm=45fe5;auiddc=%d.%d?' % (m.num(), m.noun(), m.noun(), m.num(),
            m.enc(m.phrase()), m.enc(m.title()), m.enc(m.url()), m.num(),
            m.now)) if m.chance(0.6) else m.get('/adj/N%d.%s/B%d.%d;sz=300x250;kvs=%s,%s;click=%s;dc_trk_aid=%d;ord=%d?' % (m.num(), m.noun(),
            m.num(), m.num(), m.noun(), m.noun(), m.enc(m.url()), m.num(), m.now))


@kind('vast and players')
def _(m):
    return m.get('/vast', [('iu', '/%d/%s/%s' % (m.num(), m.noun(), m.noun())), ('description_url', m.url()), ('tfcd', 0), ('sz', '640x480|400x300'),
            ('cust_params', 'genre=%s&rating=%s&title=%s' % (m.noun(), m.noun(), m.phrase())), ('vpos', 'preroll'), ('correlator', m.epoch()),
            ('vid_d', m.num()), ('mpt', 'video.js'), ('plcmt', 2), ('pod', '[ADCOUNT]'), ('err', '[ERRORCODE]'), ('t', '[TIMESTAMP]')])


@kind('live chat widget')
def _(m):
    return m.form('/messenger/web/messages', [('app_id', m.alnum(8)), ('user_data', json.dumps({'email': m.mail(), 'user_id': None})), ('blocks',
            json.dumps([{'type': 'paragraph', 'text': m.sentence()}])), ('referer', m.url()), ('page_title', m.title()), ('device_identifier',
            m.uuid()), ('idempotency_key', m.hex(16)), ('anonymous_session',
            m.b64(90) + '--' + m.hex(40))]) if m.chance(0.5) else m.json('/v3.5/customer/action/send_event', {'chat_id': m.alnum(10),
            'event': {'type': 'message', 'text': m.prose(1, 2), 'custom_id': m.alnum(11), 'properties': {'translation': {'lang': m.lang()}}}})


@kind('socket.io polling')
def _(m):
    return m.text('/socket.io/?EIO=4&transport=polling&t=%s&sid=%s' % (m.alnum(7), m.b64url(15)), m.pick('40',
            '42["message",{"room":"%s","text":"%s"}]' % (m.noun(), m.sentence().replace('\\', '').replace('"', '\\"').replace('\n', '\\n')),
            '42%d["join","%s"]\x1e3' % (m.num(), m.noun()), '[%s]' % json.dumps(json.dumps({'msg': 'sub', 'id': m.alnum(17), 'name': m.noun(),
            'params': []}))), 'text/plain;charset=UTF-8')


@kind('signalr')
def _(m):
    return m.get('/signalr/connect', [('transport', 'serverSentEvents'), ('clientProtocol', '2.1'), ('connectionToken', m.b64(48)), ('connectionData',
            json.dumps([{'name': m.noun() + 'hub'}])), ('tid', m.num(0, 9))]) if m.chance(0.5) else m.form('/signalr/send?transport=longPolling',
            [('data', json.dumps({'H': m.noun(), 'M': 'Send', 'A': [m.sentence(), m.num()], 'I': m.num()}))])


@kind('firestore')
def _(m):
    return m.form('/google.firestore.v1.Firestore/Listen/channel?database=projects%%2F%s%%2Fdatabases%%2F(default)&VER=8&RID=%d&CVER=22&X-HTTP-Session-Id=gsessionid'
            '&%%24httpHeaders=X-Goog-Api-Client%%3Agl-js%%2F%%20fire%%2F9.6.1%%0D%%0AContent-Type%%3Atext%%2Fplain%%0D%%0A&zx=%s&t=1' % (m.noun(),
            m.num(), m.alnum(12).lower()), [('count', 1), ('ofs', 0), ('req0___data__', json.dumps({'database': 'projects/%s/databases/(default)'
            % m.noun(), 'addTarget': {'query': {'structuredQuery': {'from': [{'collectionId': m.noun()}], 'where': {'compositeFilter': {'op': 'AND',
            'filters': [{'fieldFilter': {'field': {'fieldPath': m.var()}, 'op': 'EQUAL', 'value': {'stringValue': m.sentence()}}}]}},
            'orderBy': [{'field': {'fieldPath': '__name__'}, 'direction': 'ASCENDING'}]}, 'parent': 'projects/%s/databases/(default)/documents'
            % m.noun()}, 'targetId': 2}}))])


@kind('realtime database and auth')
def _(m):
    return m.json('/v1/accounts:signInWithPassword?key=AIza' + m.b64url(26), {'email': m.mail(), 'password': m.alnum(6) + m.pick("'", '"!', '--',
            '$%', '<3'), 'returnSecureToken': True}) if m.chance(0.5) else m.json('/%s.json?print=silent&orderBy=%s&equalTo=%s' % (m.noun(),
            m.enc('"%s"' % m.var()), m.enc('"%s"' % m.noun())), {'.sv': 'timestamp', m.noun(): m.sentence()}, method='PUT')


@kind('headless cms')
def _(m):
    return m.pick(lambda: m.get('/v2021-10-21/data/query/production', [('query',
            '*[_type == "%s" && slug.current == $slug && publishedAt < now()][0...%d]{title, "img": mainImage.asset->url, body[]{...,'
            ' _type == "image" => {"url": asset->url}}} | order(publishedAt desc)' % (m.noun(), m.num())), ('$slug', '"%s"' % m.slug())]),
            lambda: m.get('/spaces/%s/environments/master/entries' % m.alnum(12).lower(), [('content_type', m.noun()), ('fields.%s[match]' % m.var(),
            m.phrase()), ('fields.date[gte]', m.iso()), ('select', 'sys.id,fields.title'), ('order', '-sys.createdAt'), ('include', 3)]),
            lambda: m.get('/api/v2/documents/search', [('ref', m.b64url(12)), ('q',
            '[[at(document.type, "%s")][any(document.tags, ["%s", "%s"])][date.after(my.%s.date, "%s")]]' % (m.noun(), m.noun(), m.noun(), m.noun(),
            m.date())), ('orderings', '[my.%s.date desc]' % m.noun())]), lambda: m.json('/items/%s' % m.noun(), {'content': page(m),
            'blocks': [{'component': m.noun(), '_uid': m.uuid(), 'richtext': {'type': 'doc', 'content': [{'type': 'text',
            'text': m.sentence()}]}}]}))()


@kind('typo3 and joomla')
def _(m):
    return m.form('/typo3/record/edit?token=%s&edit[tt_content][%d]=edit&returnUrl=%s' % (m.hex(40), m.num(), m.enc('/typo3/module/web/layout?id=%d'
            % m.num())), [('data[tt_content][%d][bodytext]' % m.num(), page(m)), ('data[tt_content][%d][header]' % m.num(), m.title()),
            ('data[tt_content][%d][hidden]' % m.num(), 0), ('_disableRTE', 0), ('closeDoc', 0), ('doSave', 1), ('popViewId_addParams',
            '&tx_news_pi1[news]=%d' % m.num()), ('tx_solr[filter][0]', 'type:"%s"' % m.noun())])


@kind('magento and shopware admin')
def _(m):
    return m.get('/admin/mui/index/render/', [('namespace', 'product_listing'), ('search', m.search()), ('filters[placeholder]', 'true'),
            ('filters[price][from]', m.num()), ('filters[name]', m.phrase()), ('paging[pageSize]', 20), ('sorting[field]', 'entity_id'),
            ('sorting[direction]', 'desc'), ('isAjax', 'true')]) if m.chance(0.5) else m.json('/api/search/product', {'page': 1, 'limit': 25,
            'filter': [{'type': 'multi', 'operator': 'OR', 'queries': [{'type': 'contains', 'field': 'name', 'value': m.search()}, {'type': 'range',
            'field': 'price', 'parameters': {'gte': m.num(), 'lt': m.num()}}]}, {'type': 'not', 'queries': []}], 'associations': {m.noun(): {}},
            'includes': {'product': ['id']}, 'total-count-mode': 1, 'sort': [{'field': 'name', 'order': 'ASC', 'naturalSorting': True}]})


@kind('crm and sales')
def _(m):
    return m.form('/aura?r=%d&aura.ApexAction.execute=1' % m.num(), [('message', json.dumps({'actions': [{'id': '%d;a' % m.num(),
            'descriptor': 'aura://ApexActionController/ACTION$execute', 'callingDescriptor': 'UNKNOWN', 'params': {'namespace': '',
            'classname': '%sController' % m.noun().title(), 'method': 'get%s' % m.noun().title(), 'params': {'term': m.sentence(),
            'recordId': '001' + m.alnum(15)}, 'cacheable': False}}]})), ('aura.context', json.dumps({'mode': 'PROD', 'fwuid': m.b64url(22),
            'app': 'siteforce:communityApp', 'loaded': {'APPLICATION@markup://siteforce:communityApp': m.b64url(22)}, 'dn': [], 'globals': {},
            'uad': False})), ('aura.pageURI', '/s/%s/%s' % (m.noun(), m.slug())), ('aura.token', 'null')])


@kind('sap and siebel')
def _(m):
    return m.form('/sap/bc/webdynpro/sap/z%s' % m.noun(), [('sap-charset', 'utf-8'), ('sap-wd-secure-id', m.hex(32).upper()), ('SAPEVENTQUEUE',
            'InputField_Change~E002Id~E004WD%d~E005Value~E004%s~E003~E002ResponseData~E004delta~E003~E002~E003~E001Button_Press~E002Id~E004WD0%d~E003'
            % (m.num(), m.enc(m.phrase()).replace('%', '~00'), m.num()))])


@kind('sharepoint and teams')
def _(m):
    return m.json('/_api/search/postquery',
            {'request': {'Querytext': '(%s) (IsDocument:1 OR contentclass:STS_ListItem) AND -FileExtension:aspx path:"https://%s/sites/%s"'
            % (m.search(), m.host(), m.noun()), 'SelectProperties': {'results': ['Title', 'Path']},
            'SortList': {'results': [{'Property': 'LastModifiedTime',
            'Direction': '1'}]}}}) if m.chance(0.4) else m.json('/v1/users/ME/conversations/%s/messages' % m.enc('19:%s@thread.v2' % m.hex(32)),
            {'content': '<p>%s&nbsp;<at id="0">%s</at></p>' % (xml(m.sentence()), xml(m.name())), 'messagetype': 'RichText/Html',
            'properties': {'mentions': '[{"@type":"http://schema.skype.com/Mention","itemid":"0"}]', 'importance': ''},
            'clientmessageid': str(m.num()), 'imdisplayname': m.name()})


@kind('csom request')
def _(m):
    return m.text('/_vti_bin/client.svc/ProcessQuery',
            '<Request AddExpandoFieldTypeSuffix="true" SchemaVersion="15.0.0.0" LibraryVersion="16.0.0.0" ApplicationName=".NET Library"'
            ' xmlns="http://schemas.microsoft.com/sharepoint/clientquery/2009"><Actions><ObjectPath Id="2" ObjectPathId="1" /><Query Id="3"'
            ' ObjectPathId="1"><Query SelectAllProperties="false"><Properties><Property Name="%s" ScalarProperty="true" /></Properties>'
            '</Query></Query></Actions><ObjectPaths><StaticProperty Id="1" TypeId="{%s}" Name="Current" /></ObjectPaths></Request>'
            % (m.noun().title(), m.uuid()), 'text/xml', m.tool())


@kind('telephony and contact centre')
def _(m):
    return m.form('/Accounts/AC%s/Calls.json' % m.hex(32), [('To', m.phone()), ('From', m.phone()), ('Twiml',
            '<Response><Say voice="alice">%s</Say><Pause length="%d"/></Response>' % (xml(m.sentence()), m.num(1, 9))), ('SendDigits', 'ww1234#'),
            ('StatusCallbackEvent', 'initiated')], m.tool(('Authorization', 'Basic ' + m.b64(48))))


@kind('mail merge templates')
def _(m):
    return m.json('/v3/mail/send', {'personalizations': [{'to': [{'email': m.mail()}], 'dynamic_template_data': {'first_name': m.name(),
            'items': [{'text': m.phrase(), 'price': '$ %d.95' % m.num()}]}, 'substitutions': {'-name-': m.name(), '%order%': str(m.num())}}],
            'from': {'email': m.mail(), 'name': m.company()}, 'subject': m.title(), 'content': [{'type': 'text/html',
            'value': '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">'
            '<html><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"><style>@media only screen and (max-width:%dpx)'
            '{.c{width:100%%!important}}</style></head><body bgcolor="#ffffff"><!--[if mso]><table><tr><td><![endif]--><center>%s</center>'
            '<!--[if mso]></td></tr></table><![endif]--><a href="%s">%s</a></body></html>' % (m.num(), page(m), m.url(), m.phrase())}]}, m.tool())


@kind('newsletter editor')
def _(m):
    return m.form('/campaigns/edit/%d' % m.num(), [('html',
            '<table width="600" cellspacing="0" style="border-collapse:collapse;mso-table-lspace:0pt"><tbody>%s</tbody></table>*|MC:SUBJECT|*'
            ' *|IF:FNAME|* Hi *|FNAME|*, *|END:IF|* <a href="*|UNSUB|*">%s</a>'
            % (''.join('<tr><td valign="top" style="padding:%dpx;font-family:\'Helvetica Neue\',Arial">%s</td></tr>' % (m.num(),
            html(m)) for _ in range(m.num(1, 4))), m.phrase())), ('subject', '%s %s' % (m.title(), m.word(('🎉', '❤️', '')))), ('preheader',
            m.sentence())])


@kind('page builder css and js settings')
def _(m):
    return m.form('/wp-admin/customize.php', [('customized', json.dumps({'custom_css[%s]'
            % m.noun(): '/* %s */\n.%s::before{content:"\\f105";font:normal 14px/1 FontAwesome} a[href^="http"]:not(.x){background:url(data:image/svg+xml'
            ';base64,%s) no-repeat}' % (m.phrase(), m.noun(), m.b64(40)), 'nav_menu_item[-%d]' % m.num(): {'title': m.title(), 'url': m.url(),
            'status': 'publish'}})), ('customize_theme', m.noun()), ('nonce', m.hex(10)), ('customize_changeset_uuid', m.uuid())])


@kind('svg drawn by a user')
def _(m):
    return m.json('/boards/%s/items' % m.uuid(), {'type': 'drawing',
            'svg': '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d"><g fill="none" stroke="#%s"><path d="M%d,%dC%d,%d %d,%d %d'
            ',%dZ"/></g><foreignObject width="100" height="50"><div xmlns="http://www.w3.org/1999/xhtml">%s</div></foreignObject></svg>' % (m.num(),
            m.num(), m.hex(6), m.num(), m.num(), m.num(), m.num(), m.num(), m.num(), m.num(), m.num(), xml(m.phrase())),
            'style': {'textAlign': 'center'}})
