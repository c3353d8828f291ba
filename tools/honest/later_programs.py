"""Games, science, homes, frameworks and files. Written after the first kinds had been mended, to see what was learned from them."""
import base64, json
from later_forms import xml
from registry import hard, kind
from texts import code, html, markdown


@kind('figma and canvas files')
def _(m):
    return m.json('/api/design', {'document': {'id': '0:0', 'type': 'DOCUMENT', 'children': [{'id': '%d:%d' % (m.num(), m.num()),
            'name': m.pick('Frame %d' % m.num(), '_%s / %s' % (m.noun(), m.adj()), '❖ %s' % m.noun(), '#%s' % m.noun(), m.title()),
            'characters': m.sentence(), 'fills': [{'type': 'SOLID', 'color': {'r': 0.1, 'g': 0.2, 'b': 0.3}}],
            'componentPropertyReferences': {'visible': '%s#%d:%d' % (m.noun(), m.num(), m.num())}, 'fontPostScriptName': 'Inter-Bold',
            'transitionNodeID': None}]}})


@kind('game server and scores')
def _(m):
    return m.form('/submit.php', [('player', m.pick('xX_%s_Xx' % m.noun(), '[%s] %s' % (m.noun()[:3].upper(), m.noun()), '|%s|%s' % (m.noun(),
            m.noun()), "~%s'%s~" % (m.noun(), m.noun()), '<%s/>' % m.noun(), '§4%s' % m.noun(), '(%s);' % m.noun(), '%s=%s' % (m.noun(), m.noun()))),
            ('score', m.num()), ('hash', m.hex(32)), ('level', '%d-%d' % (m.num(1, 9), m.num(1, 9))), ('replay', m.b64(200)), ('comment',
            m.sentence()), ('fen', 'rnbqkbnr/pp1ppppp/8/2p5/4P3/5N2/PPPP1PPP/RNBQKB1R b KQkq - 1 2'), ('pgn',
            '1. e4 e5 2. Nf3 Nc6 3. Bb5 a6 {%s} 4. O-O Nxe4+ 5. Qxf7# 1-0' % m.phrase())])


@kind('genealogy and libraries')
def _(m):
    return m.get('/sru', [('operation', 'searchRetrieve'), ('version', '1.1'), ('query', m.pick('dc.title any "%s" and dc.date > %d' % (m.phrase(),
            m.num(1800, 2025)), 'pica.per="%s"' % m.name().replace('"', ''), 'title=%s and (author=%s or subject=%s) not lang=%s' % (m.noun(),
            m.noun(), m.noun(), m.lang()), 'isbn=%d' % m.num(10 ** 12, 10 ** 13 - 1))), ('recordSchema', 'marcxml'), ('sortKeys',
            'title,,0')]) if m.chance(0.5) else m.text('/gedcom',
            '0 HEAD\n1 SOUR %s\n1 CHAR UTF-8\n0 @I%d@ INDI\n1 NAME %s /%s/\n2 GIVN %s\n1 BIRT\n2 DATE ABT %d\n2 PLAC %s, %s\n1 NOTE %s\n2'
            ' CONT %s\n0 TRLR\n' % (m.noun(), m.num(), m.name(), m.noun(), m.name(), m.num(1700, 2000), m.city(), m.city(), m.sentence().replace('\n',
            ' '), m.sentence().replace('\n', ' ')), 'text/plain')


@kind('scientific search')
def _(m):
    return m.get('/pubmed/', [('term', m.pick('(%s[Title/Abstract]) AND ("%s"[MeSH Terms] OR %s[tiab]) NOT review[pt]' % (m.noun(), m.phrase(),
            m.noun()), 'TITLE-ABS-KEY(%s W/3 %s) AND PUBYEAR > %d AND (LIMIT-TO(DOCTYPE,"ar"))' % (m.noun(), m.noun(), m.num(1990, 2025)),
            'all:%s AND cat:cs.CR ANDNOT ti:"%s"' % (m.noun(), m.phrase()), "au:%s_%s" % (m.noun(), m.noun()[0]), '%s* near/5 %s?' % (m.noun(),
            m.noun()))), ('retmax', m.num()), ('sort', 'date'), ('filter', 'years.2020-2025'), ('usehistory', 'y')])


@kind('chemistry and biology')
def _(m):
    return m.form('/Blast.cgi', [('QUERY', '>%s|%s %s [%s]\n%s\n' % (m.noun(), m.alnum(8), m.phrase(), m.phrase(), ''.join(m.r.choices('ACGTN',
            k=120)))), ('DATABASE', 'nr'), ('ENTREZ_QUERY', 'txid%d[ORGN] AND %d:%d[SLEN]' % (m.num(), m.num(), m.num())), ('EXPECT', '1e-5'), ('CMD',
            'Put')]) if m.chance(0.5) else m.get('/rest/pug/compound/smiles/%s/property/MolecularWeight/JSON'
            % m.enc(m.pick('CC(=O)OC1=CC=CC=C1C(=O)O', 'CN1C=NC2=C1C(=O)N(C(=O)N2C)C', 'C[C@@H](N)C(=O)O', '[O-][N+](=O)c1ccc(cc1)/C=C/C#N')), [('x',
            'H2SO4 + 2NaOH -> Na2SO4 + 2H2O')])


@kind('weather and astronomy')
def _(m):
    return m.get('/horizons.api',
            raw='format=json&COMMAND=%s&OBJ_DATA=YES&EPHEM_TYPE=OBSERVER&CENTER=%s&START_TIME=%s&STOP_TIME=%s&STEP_SIZE=%s&QUANTITIES=%s'
            % (m.enc("'%d'" % m.num()), m.enc("'500@399'"), m.enc("'%s'" % m.date()), m.enc("'%s'" % m.date()), m.enc("'1 d'"),
            m.enc("'1,9,20,23,24,29'"))) if m.chance(0.5) else m.get('/v1/forecast', [('latitude', m.real(-90, 90)), ('longitude', m.real(-180, 180)),
            ('hourly', 'temperature_2m,relativehumidity_2m'), ('timezone', 'auto'), ('models', 'icon_seamless,gfs|ecmwf')])


@kind('real estate and cars')
def _(m):
    return m.get('/search', [('dam', 'false'), ('ms', '%d;%d;;%s' % (m.num(), m.num(), m.phrase())), ('p', '%d:%d' % (m.num(), m.num())), ('ft',
            'DIESEL'), ('searchQueryState', json.dumps({'usersSearchTerm': '%s, %s' % (m.city(), m.alnum(2).upper()), 'mapBounds': {'west': m.real(),
            'east': m.real()}, 'filterState': {'price': {'max': m.num()}, 'beds': {'min': 2}, 'keywords': {'value': m.sentence()}},
            'isListVisible': True})), ('price', '-%d000' % m.num()), ('numberofrooms', '%d.5-' % m.num(1, 9)), ('geocodes', '/de/%s/%s' % (m.noun(),
            m.noun()))][:m.num(2, 8)])


@kind('recipe and unit texts')
def _(m):
    return m.json('/api/recipes', {'name': m.title(), 'ingredients': ['1 1/2 cups %s (or %d g)' % (m.noun(), m.num()), '2-3 tbsp. %s; chopped'
            % m.noun(), '1 pinch "%s"' % m.noun(), "½ lb %s's" % m.noun(), '> 3 cloves & < 5', '%d%% %s' % (m.num(1, 99), m.noun())],
            'steps': m.some(m.sentence, 1, 5), 'note': "Don't cut, sort, or join; sleep on it & echo the taste | cool.", 'time': 'PT%dM' % m.num(),
            'nutrition': {'calories': '<%d kcal' % m.num()}})


@kind('lyrics and poems')
def _(m):
    return m.form('/lyrics/submit', [('artist', m.word(('Guns N\' Roses', 'AC/DC', 'Salt-N-Pepa', '!!! (Chk Chk Chk)', 'P!nk', '$uicideboy$',
            'will.i.am', 'Panic! At The Disco', 'Ke$ha', 'Hall & Oates', "D'Angelo", 'Sunn O)))'))), ('title', m.title()), ('lyrics',
            '\r\n'.join(m.some(lambda: m.pick("I can't get no %s (%s, %s)" % (m.noun(), m.noun(), m.noun()), "'Cause you %s me -- or you %s my %s"
            % (m.verb(), m.verb(), m.noun()), 'La la la; hey, hey / %s & %s' % (m.noun(), m.noun()), '[Chorus: %s]' % m.name(),
            "Rock 'n' %s, 24/7 | repeat x%d" % (m.noun(), m.num(1, 9)), m.sentence()), 3, 12)))])


@kind('subtitles and transcripts')
def _(m):
    return m.text('/captions', 'WEBVTT\n\nSTYLE\n::cue(.%s) { color: #%s }\n\n%s' % (m.noun(), m.hex(6),
            '\n\n'.join('%d\n00:00:%02d.000 --> 00:00:%02d.500 align:start position:%d%%\n<v %s>- %s\n- %s' % (i, i, i + 1, m.num(1, 99), m.name(),
            m.sentence().replace('\n', ' '), m.phrase()) for i in range(m.num(1, 6)))), 'text/vtt')


@kind('contracts and laws')
def _(m):
    return m.form('/documents', [('body',
            '§ %d Abs. %d Nr. %d %s\n(1) %s\n(2) %s;\n  a) %s,\n  b) %s and/or %s.\nArt. %d(1)(b): "%s" -- void where prohibited; see'
            ' also 15 U.S.C. § %d et seq.' % (m.num(), m.num(), m.num(), m.noun(), m.sentence(), m.phrase(), m.phrase(), m.phrase(), m.phrase(),
            m.num(), m.sentence(), m.num())), ('parties', '%s ./. %s' % (m.company(), m.company())), ('ref', 'AZ: %d O %d/%d' % (m.num(), m.num(),
            m.num(10, 25)))])


@kind('teletype and old boards')
def _(m):
    return m.form('/cgi-bin/board.cgi', [('name', m.name()), ('body',
            '%s\n________________________________\n%s\n+--------+------+\n| %s | %d |\n+--------+------+\n  /\\_/\\\n ( o.o ) %s\n  >' ' ^ <\n'
            % (m.sentence(), m.sentence(), m.noun(), m.num(), m.noun())), ('icon', '../images/%s.gif' % m.noun()), ('mode', 'regist'), ('pwd',
            m.alnum(6))])


@kind('guitar tabs and ascii art')
def _(m):
    return m.form('/tab/add', [('content',
            'e|--0---3-5--|\nB|--1---%d----|\nG|--0-2h4p2--|\nD|--2--//----|\nA|--3--\\\\---|\nE|-----x-----|\n[%s]  Am   C/G  F#m7(b5)'
            '  | x%d |\n%s' % (m.num(0, 9), m.noun(), m.num(1, 9), m.sentence())), ('tuning', 'E A D G B E'), ('key', 'F#/Gb')])


@kind('crosswords and regular words')
def _(m):
    return m.get('/words', [('pattern', m.pick('?a?e', 'c*t', 't__st', '[aeiou]..e', 's?l?c?', '%s.*' % m.noun()[:3])), ('hint', m.sentence()),
            ('len', '5-7'), ('not', 'x|y|z')])


@kind('time sheets')
def _(m):
    return m.json('/api/v9/time_entries', {'description': m.pick('%s: %s' % (m.noun(), m.sentence()), '[%s-%d] %s & %s' % (m.noun().upper(), m.num(),
            m.verb(), m.phrase()), 'update %s set-up; %s from %s' % (m.noun(), m.noun(), m.noun()), 'select %s for %s, drop rest' % (m.noun(),
            m.noun())), 'start': m.iso(), 'duration': -m.now, 'tags': [m.noun(), 'R&D'], 'billable': True}, m.tool())


@kind('calendar invitations by form')
def _(m):
    return m.get('/calendar/render', [('action', 'TEMPLATE'), ('text', m.title()), ('dates', '20251201T100000Z/20251201T110000Z'), ('details',
            m.prose(1, 3)), ('location', '%s, %s' % (m.street(), m.city())), ('recur', 'RRULE:FREQ=WEEKLY;BYDAY=MO'), ('ctz', 'Europe/Berlin'),
            ('add', m.mail())])


@kind('feature flags')
def _(m):
    return m.get('/sdk/evalx/%s/users/%s' % (m.hex(24), m.blob({'key': m.uuid(), 'custom': {'plan': m.noun(), 'url': m.url()}}, True)),
            [('withReasons', 'true')]) if m.chance(0.4) else m.json('/api/v2/flags/default/%s' % m.ident(), [{'op': 'replace',
            'path': '/environments/production/rules/0/clauses', 'value': [{'attribute': 'email', 'op': 'matches', 'values': ['^.*@%s$'
            % m.host().replace('.', '\\.')], 'negate': False}, {'attribute': 'version', 'op': 'semVerGreaterThan', 'values': ['1.%d.0' % m.num()]}]}],
            m.tool(), 'application/json-patch+json', 'PATCH')


@kind('statsig and gates')
def _(m):
    return m.json('/v1/rgstr', {'events': [{'eventName': 'statsig::gate_exposure', 'user': {'userID': m.uuid(), 'custom': {}},
            'metadata': {'gate': m.var(), 'gateValue': 'true', 'ruleID': m.alnum(22), 'reason': 'Network'}, 'time': m.epoch(), 'value': None,
            'secondaryExposures': [{'gate': 'segment:%s' % m.noun(), 'gateValue': 'false', 'ruleID': 'default'}]}],
            'statsigMetadata': {'sdkType': 'js-client', 'stableID': m.uuid()}})


@kind('intercom and pendo')
def _(m):
    return m.get('/data/ptm.gif/%s' % m.uuid(), [('v', '2.200.1_prod'), ('ct', m.epoch()), ('jzb',
            'eJx' + m.b64url(200))]) if m.chance(0.5) else m.json('/guides', {'url': m.url(),
            'selector': 'div[data-testid="%s"] > button:contains("%s")' % (m.ident(), m.phrase()), 'steps': [{'content': html(m), 'regex': '//*/%s*'
            % m.noun()}]})


@kind('heat maps')
def _(m):
    return m.json('/api/v2/client/sites/%d/visit-data' % m.num(), {'playback': [[m.num(), m.num(), 'mousemove'], [m.num(),
            'html>body:eq(0)>div#%s:eq(0)>ul:eq(%d)>li.%s' % (m.ident(), m.num(), m.noun())]], 'relevance': m.num(), 'content_uuid': m.uuid(),
            'html': '<a class="%s" onclick="return false;" href="#">%s</a>' % (m.ident(), xml(m.phrase()))})


@kind('app store receipts')
def _(m):
    return m.json('/verifyReceipt', {'receipt-data': 'MII' + m.b64(300), 'password': m.hex(32), 'exclude-old-transactions': True},
            m.tool()) if m.chance(0.5) else m.json('/pubsub/push', {'message': {'data': base64.b64encode(json.dumps({'version': '1.0',
            'packageName': 'com.%s' % m.noun(), 'subscriptionNotification': {'purchaseToken': m.b64url(60)}}).encode()).decode(),
            'messageId': str(m.num())}, 'subscription': 'projects/%s/subscriptions/%s' % (m.noun(), m.noun())}, m.tool())


@kind('wallets and tokens')
def _(m):
    return m.json('/rpc/v1', {'id': m.num(), 'jsonrpc': '2.0', 'method': 'getProgramAccounts', 'params': [m.alnum(44), {'encoding': 'jsonParsed',
            'filters': [{'dataSize': 165}, {'memcmp': {'offset': 32, 'bytes': m.alnum(44)}}]}]}) if m.chance(0.5) else m.json('/subgraphs/name/%s/%s'
            % (m.noun(), m.noun()),
            {'query': '{ pairs(first: %d, where: { reserveUSD_gt: "%d", token0_in: ["0x%s"] }, orderBy: volumeUSD, orderDirection: desc) { id token0'
            ' { symbol } } }' % (m.num(), m.num(), m.hex(40))})


@kind('kodi, mpd and sonos')
def _(m):
    return m.get('/rest/search3.view', [('u', m.noun()), ('t', m.hex(32)), ('s', m.hex(6)), ('v', '1.16.1'), ('c', 'DSub'), ('query',
            m.word(("Don't Stop 'Til You Get Enough", 'Sgt. Pepper\'s', '(I Can\'t Get No) Satisfaction', 'AC/DC; Back in Black',
            '99 Luftballons & more', '"Heroes"'))), ('artistCount', 20)])


@kind('printers and scanners of offices')
def _(m):
    return m.text('/ipp/print',
            b'\x02\x00\x00\x0b\x00\x00\x00\x01\x01G\x00\x12attributes-charset\x00\x05utf-8H\x00\x1battributes-natural-language\x00\x05en-usE\x00\x0bprinter-uri\x00\x20ipp://192.168.1.20:631/ipp/print\x03',
            'application/ipp', [('User-Agent', 'CUPS/2.4.2 (Linux 6.1.0; x86_64) IPP/2.0')]) if m.chance(0.5) else m.text('/eSCL/ScanJobs',
            '<?xml version="1.0" encoding="UTF-8"?><scan:ScanSettings xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">'
            '<pwg:Version>2.6</pwg:Version><pwg:ScanRegions><pwg:ScanRegion><pwg:Height>%d</pwg:Height></pwg:ScanRegion></pwg:ScanRegions>'
            '<scan:InputSource>Platen</scan:InputSource></scan:ScanSettings>' % m.num(), 'text/xml')


@kind('routers and cameras of homes')
def _(m):
    return m.pick(lambda: m.form('/goform/setWifi', [('ssid', m.pick("%s's iPhone" % m.noun(), 'FRITZ!Box 7590 %s' % m.alnum(2), '<3 %s <3'
            % m.noun(), '%s & %s' % (m.noun(), m.noun()))), ('key', m.alnum(8) + '#$&%'), ('channel', 'auto')]),
            lambda: m.get('/cgi-bin/configManager.cgi', [('action', 'setConfig'), ('VideoWidget[0].CustomTitle[0].Text', m.title()),
            ('MotionDetect[0].Enable', 'true'), ('table.Encode[0].MainFormat[0].Video.resolution', '1920x1080')]), lambda: m.text('/HNAP1/',
            '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><GetWanStatus'
            ' xmlns="http://purenetworks.com/HNAP1/"/></soap:Body></soap:Envelope>', 'text/xml'), lambda: m.text('/onvif/device_service',
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>'
            '</s:Body></s:Envelope>', 'application/soap+xml; charset=utf-8'), lambda: m.json('/json', {'on': True, 'bri': m.num(0, 255),
            'seg': [{'id': 0, 'col': [[255, 0, 0]], 'fx': m.num()}]}))()


@kind('backups and sync clients')
def _(m):
    return m.pick(lambda: m.json('/2/files/upload_session/finish', {'cursor': {'session_id': m.b64url(30), 'offset': m.num()},
            'commit': {'path': '/%s/%s (%s\'s conflicted copy %s).docx' % (m.noun(), m.title(), m.noun(), m.date()), 'mode': {'.tag': 'update',
            'update': m.hex(15)}, 'autorename': True}}), lambda: m.get('/drive/v3/files', [('q',
            "'%s' in parents and trashed = false and mimeType != 'application/vnd.google-apps.folder' and name contains '%s'" % (m.b64url(24),
            m.noun())), ('fields', 'nextPageToken, files(id, name, md5Checksum)'), ('orderBy', 'folder,name')], m.tool()),
            lambda: m.json('/delta?token=latest', {'item': {'@microsoft.graph.conflictBehavior': 'rename', 'name': "%s – %s.xlsx" % (m.noun(),
            m.city()), 'parentReference': {'path': '/drive/root:/%s/../%s' % (m.noun(), m.noun()) if m.chance(0.1) else '/drive/root:/%s'
            % m.noun()}}}), lambda: m.text('/data/%s' % m.hex(64), m.bytes(200), 'application/octet-stream', [('User-Agent', 'restic/0.16.%d'
            % m.num(0, 9))]))()


@kind('package of a mobile sdk')
def _(m):
    return m.json('/api/v1/appevents', {'af_timestamp': m.epoch(), 'appsflyerKey': m.alnum(22), 'advertiserId': m.uuid(),
            'referrer': 'utm_source=google-play&utm_medium=organic', 'deviceData': {'cpu_abi': 'arm64-v8a', 'build_display_id': 'TP1A.220624.014',
            'arch': '', 'sensors': [{'sN': 'LSM6DSO Accelerometer', 'sVS': [0.1, -9.8], 'sV': 'STM'}]},
            'eventValue': json.dumps({'af_content': m.title(), 'af_price': m.real(), 'af_search_string': m.search()}), 'af_v': m.hex(40),
            'cksm_v1': m.hex(34), 'open_referrer': 'android-app://com.google.android.googlequicksearchbox'}, [('User-Agent',
            'Dalvik/2.1.0 (Linux; U; Android 13; 2201117TY Build/TKQ1.221114.001)')])


@kind('react server actions')
def _(m):
    return m.send('POST', '/' + m.noun(), m.browser('text/x-component') + [('Next-Action', m.hex(42)), ('Next-Router-State-Tree',
            m.enc(json.dumps(['', {'children': [m.noun(), {'children': ['__PAGE__?{"id":"%d"}' % m.num(), {}]}]}, None, None, True]))),
            ('Content-Type', 'text/plain;charset=UTF-8')], json.dumps([{'text': m.sentence(), 'when': '$D' + m.iso(), 'none': '$undefined',
            'ref': '$T', 'list': '$Q1'}])) if m.chance(0.5) else m.get('/' + m.noun(), [('_rsc', m.alnum(5).lower())], m.browser('*/*') + [('RSC',
            '1'), ('Next-Url', '/' + m.noun())])


@kind('livewire, hotwire and htmx')
def _(m):
    return m.pick(lambda: m.json('/livewire/update', {'_token': m.alnum(40), 'components': [{'snapshot': json.dumps({'data': {'search': m.search(),
            'filters': [[], {'s': 'arr'}], 'user': [None, {'class': 'App\\Models\\User', 'key': m.num(), 's': 'mdl'}]}, 'memo': {'id': m.alnum(20),
            'name': 'app.%s' % m.noun(), 'path': m.noun(), 'method': 'GET'}, 'checksum': m.hex(64)}), 'updates': {'search': m.search()},
            'calls': [{'path': '', 'method': '$refresh', 'params': []}, {'path': '', 'method': '$set', 'params': ['page', 2]}]}]}),
            lambda: m.form('/%s' % m.noun(), [('_method', 'put'), ('comment[content]',
            '<div class="trix-content">%s<br></div><figure data-trix-attachment="%s"></figure>' % (xml(m.sentence()),
            json.dumps({'contentType': 'image/png', 'sgid': m.b64(60)}).replace('"', '&quot;')))]), lambda: m.form('/search', [('q', m.search())],
            m.browser() + [('HX-Request', 'true'), ('HX-Target', m.ident()), ('HX-Current-URL', m.url())]))()


@kind('vaadin, zk and primefaces')
def _(m):
    return m.json('/?v-r=uidl&v-uiId=0', {'csrfToken': m.uuid(), 'rpc': [{'type': 'event', 'node': m.num(), 'event': 'value-changed',
            'data': {'event.detail.value': m.sentence()}}, {'type': 'mSync', 'node': 3, 'feature': 1, 'property': 'value', 'value': m.phrase()}],
            'syncId': m.num(), 'clientId': m.num()}) if m.chance(0.5) else m.form('/zkau', [('dtid', 'z_' + m.alnum(4)), ('cmd_0', 'onChange'),
            ('uuid_0', 'kX%s' % m.alnum(4)), ('data_0', json.dumps({'value': m.sentence(), 'start': m.num()})), ('cmd_1', 'onClick'), ('data_1',
            json.dumps({'pageX': m.num(), 'which': 1}))])


@kind('phoenix and blazor')
def _(m):
    return m.text('/live/longpoll?_csrf_token=%s&vsn=2.0.0' % m.b64url(30), json.dumps([str(m.num()), str(m.num()), 'lv:phx-%s' % m.b64url(12),
            'event', {'type': 'form', 'event': 'validate', 'value': m.pairs([('user[name]', m.name()), ('_target[]', 'user')]), 'uploads': {}}]),
            'application/json') if m.chance(0.6) else m.text('/_blazor?id=%s' % m.b64url(22),
            b'\x9a\x01\x95\x01\x80\xc0\xb1BeginInvokeDotNet' + m.bytes(40), 'application/octet-stream')


@kind('exports of spreadsheets and documents')
def _(m):
    return m.form('/export', [('html', '<table class="dataTable"><thead><tr><th>%s</th></tr></thead><tbody>%s</tbody></table>' % (xml(m.noun()),
            ''.join('<tr><td>%s</td><td style="text-align:right">%d</td></tr>' % (xml(m.phrase()), m.num()) for _ in range(5)))), ('filename',
            '%s (%s).xlsx' % (m.title(), m.date())), ('svg',
            '<svg version="1.1" class="highcharts-root" style="font-family:&quot;Lucida Grande&quot;, Arial;font-size:12px;" xmlns="http://www.w3.org/2000/svg"'
            ' width="600" height="400" viewBox="0 0 600 400"><desc>Created with Highcharts 9.3.%d</desc><defs><clipPath id="highcharts-%s-1-">'
            '<rect x="0" y="0" width="524" height="275" fill="none"></rect></clipPath></defs><text x="300" text-anchor="middle" style="color:#333333'
            ';">%s</text></svg>' % (m.num(0, 9), m.alnum(7), xml(m.title()))), ('type', 'image/png'), ('scale', 2)])


@kind('e-mail headers pasted')
def _(m):
    return m.form('/analyze', [('headers',
            'Return-Path: <%s>\r\nReceived: from %s (%s [%s])\r\n\tby mx.%s (Postfix) with ESMTPS id %s\r\n\tfor <%s>; Tue, 25 Nov 2025'
            ' 10:11:12 +0100 (CET)\r\nAuthentication-Results: %s; dkim=pass (2048-bit key) header.d=%s\r\nContent-Type: text/plain; charset="utf-8"\r\nSubject:'
            ' %s\r\nTo: %s\r\nCc: %s\r\nX-Spam-Status: No, score=-1.9 required=5.0 tests=BAYES_00,HTML_MESSAGE\r\n' % (m.mail(), m.host(), m.host(),
            m.ip(), m.host(), m.alnum(12).upper(), m.mail(), m.host(), m.host(), m.title().replace('\n', ' '), m.mail(), m.mail()))])


@kind('certificates and keys')
def _(m):
    pem = lambda what: '-----BEGIN %s-----\n%s\n-----END %s-----\n' % (what, '\n'.join(m.b64(48) for _ in range(6)), what)
    return m.pick(lambda: m.form('/ssl/upload', [('crt', pem('CERTIFICATE')), ('chain', pem('CERTIFICATE') + pem('CERTIFICATE')), ('csr',
            pem('CERTIFICATE REQUEST')), ('dn', "CN=%s,O=%s,OU=R\\+D,C=DE" % (m.host(), m.company().replace(',', '\\,')))]),
            lambda: m.json('/user/keys', {'title': "%s's laptop" % m.noun(), 'key': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI%s %s@%s' % (m.b64(32),
            m.noun(), m.noun())}), lambda: m.text('/pks/add',
            'keytext=' + m.enc('-----BEGIN PGP PUBLIC KEY BLOCK-----\nVersion: GnuPG v2\n\n%s\n=%s\n-----END PGP PUBLIC KEY BLOCK-----\n'
            % ('\n'.join(m.b64(48) for _ in range(5)), m.alnum(4))), 'application/x-www-form-urlencoded'))()


@kind('dns zones and network data')
def _(m):
    return m.form('/zones/%s' % m.host(), [('zone',
            '$ORIGIN %s.\n$TTL 3600\n@ IN SOA ns1 hostmaster (2025112501 7200 3600 1209600 3600)\n@ IN MX 10 mail\n@ IN TXT "v=spf1 include:_spf.%s'
            ' ~all"\n_dmarc IN TXT "v=DMARC1; p=none; rua=mailto:%s"\n* IN A %s\n' % (m.host(), m.host(), m.mail(), m.ip())), ('acl',
            '%s/24; !%s; any' % (m.ip(), m.ip()))])


@hard('firewall and shell configuration')
def _(m):
    return m.form('/settings/advanced', [('startup', 'iptables -I INPUT -p tcp --dport %d -j ACCEPT\nsleep 5 && wget -q -O /dev/null http://%s/ping\n'
            % (m.num(), m.host())), ('cron', '@reboot /usr/bin/%s --daemon' % m.noun())])


@hard('templates of programs')
def _(m):
    return m.json('/api/templates', {'body': m.pick('{%% if user.%s %%}Hello {{ user.name|title }}{%% else %%}Hi{%% endif %%}' % m.var(),
            '<%%= render partial: "%s", locals: { a: 1 } %%>' % m.noun(), '{{#each items}}<li>{{this.%s}}</li>{{/each}}' % m.var(),
            '${user.%s!"none"} <#if a gt %d>x</#if>' % (m.var(), m.num()), '<div v-for="i in %s" :key="i.id" @click="go(i)">{{ i.%s }}</div>'
            % (m.noun(), m.var()), "@if ($%s) {{ $%s->name }} @endif" % (m.var(), m.var()))})


@hard('queries saved')
def _(m):
    return m.json('/api/dataset', {'database': 2, 'type': 'native',
            'native': {'query': m.pick("WITH t AS (SELECT *, row_number() OVER (PARTITION BY %s ORDER BY ts DESC) rn FROM %s) SELECT * FROM t WHERE rn = 1"
            % (m.var(), m.noun()), "SELECT date_trunc('day', created_at), sum(%s) FROM %s [[WHERE {{%s}}]] GROUP BY 1" % (m.var(), m.noun(), m.var()),
            'db.%s.aggregate([{$match: {status: "A"}}, {$group: {_id: "$%s", n: {$sum: 1}}}])' % (m.noun(), m.var())), 'template-tags': {}}})


@hard('tutorial in markdown')
def _(m):
    return m.json('/api/articles', {'article': {'title': m.title(), 'body_markdown': '---\ntitle: %s\ntags: %s\n---\n%s\n\n```\n%s\n```\n\n%s'
            % (m.phrase(), m.noun(), markdown(m), code(m), markdown(m))}})
