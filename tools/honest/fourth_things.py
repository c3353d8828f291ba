"""Fourth wave: apps on phones, games, things, maps, hospitals and banks."""
import base64
import json
from registry import kind
from wire import TOOLS


@kind('app screen events')
def _(m):
    return m.json('/v2/batch', {'context': {'app': {'name': m.phrase().title(), 'version': '4.%d.0' % m.num(0, 40)}, 'os': 'iOS 17.%d' % m.num(0, 6),
            'device': {'model': 'iPhone%d,%d' % (m.num(12, 16), m.num(1, 5)), 'idfv': m.uuid().upper()}, 'locale': m.lang()}, 'events': m.some(lambda:
            {'type': m.pick('screen_view', 'tap', 'scroll'), 'screen': 'HomeFeed>%s>Detail' % m.noun().title(), 'target': m.pick('btn#buy', 'UIButton[3]',
            'cell(2,4)', '//XCUIElementTypeCell[2]/Image'), 'label': m.title(), 'ts': m.epoch(), 'props': {'sort_by': 'price_asc', 'is_new': True}}, 2, 12)},
            m.tool())


@kind('app crash minidump fields')
def _(m):
    frames = '\n'.join('%d  %s  0x%s %s + %d' % (i, m.pick('UIKitCore', 'libsystem_kernel.dylib', m.noun().title()), m.hex(16), m.pick('-[%s %s:]'
            % (m.noun().title(), m.verb()), '__pthread_kill', 'std::__1::vector<int>::push_back(int const&)', 'closure #1 in %s.%s()' % (m.noun().title(),
            m.verb())), m.num()) for i in range(m.num(3, 20)))
    return m.multipart('/api/minidump', [('prod', m.noun()), ('ver', '1.%d' % m.num()), ('annotations', json.dumps({'exit': 'SIGABRT (6)',
            'reason': '*** -[__NSArrayM objectAtIndex:]: index %d beyond bounds [0 .. %d]' % (m.num(), m.num())})), ('backtrace', frames),
            ('upload_file_minidump', m.uuid() + '.dmp', 'application/octet-stream', b'MDMP\x93\xa7\0\0' + m.bytes(m.num(200, 3000)))], m.tool())


@kind('push token registration')
def _(m):
    return m.json('/devices', {'token': m.b64url(22) + ':APA91b' + m.b64url(100), 'platform': 'fcm', 'tz': m.pick('America/Port-au-Prince',
            'Africa/Dar_es_Salaam', 'Etc/GMT-3'), 'topics': m.some(lambda: '/topics/' + m.ident()), 'device_name': m.name().split()[0] + "'s "
            + m.pick('iPhone', 'Pixel', 'Galaxy Tab (S8)')}, m.tool())


@kind('in app receipt')
def _(m):
    return m.json('/verifyReceipt', {'receipt-data': m.b64(m.num(400, 4000)), 'password': m.hex(32), 'exclude-old-transactions': True}, m.tool())


@kind('game state upload')
def _(m):
    return m.json('/game/%s/state' % m.uuid(), {'rev': m.num(), 'player': {'nick': m.pick('xX_%s_Xx', '-=[%s]=-', '<%s/>', '"%s"', "%s'); oops", 'sudo_%s',
            '%s | AFK', '☠%s☠', '~%s~', '$%s$') % m.noun(), 'pos': [m.real(-500, 500), m.real(), m.real(-500, 500)], 'inv': m.some(lambda: {'id': 'minecraft:'
            + m.noun(), 'n': m.num(1, 64), 'nbt': '{display:{Name:\'{"text":"%s"}\'},Damage:%d}' % (m.phrase(), m.num())}, 1, 6)}, 'sig': m.hex(64)}, m.tool())


@kind('game chat relay')
def _(m):
    return m.json('/relay/chat', {'room': m.num(), 'from': m.pick('[TEAM] ', '', '(dead) ') + m.noun() + m.pick('_99', '.exe', '#%d' % m.num(1000, 9999)),
            'msg': m.pick('/w %s gg' % m.noun(), '/kick %s "spam & flood"' % m.noun(), 'gg ez', '!roll 1d20+5', '/tp @p ~ ~10 ~', '/give @a[r=5] %s 64' % m.noun(),
            'brb; dinner', 'lol || rofl', 'id rather sleep(8)', 'drop table legs here', m.sentence())})


@kind('game matchmaking query')
def _(m):
    return m.get('/servers', [('filter', '\\gamedir\\%s\\map\\de_%s\\full\\1\\empty\\1' % (m.noun(), m.noun())), ('region', '0x%02X' % m.num(0, 255)),
            ('elo', '>=%d' % m.num(800, 2800)), ('limit', 50)], m.tool())


@kind('thing telemetry line protocol')
def _(m):
    lines = '\n'.join('%s,host=%s,loc=%s temp=%s,hum=%di,ok=t,msg="%s" %d' % (m.noun(), m.ident(), m.noun() + '\\ ' + m.noun(), m.real(), m.num(0, 99), m.phrase(),
            m.epoch() * 10 ** 6) for _ in range(m.num(2, 30)))
    return m.text('/api/v2/write?org=%s&bucket=%s&precision=ns' % (m.noun(), m.ident()), lines, 'text/plain; charset=utf-8', m.tool(('Authorization',
            'Token ' + m.b64(64))))


@kind('thing firmware check')
def _(m):
    return m.get('/ota/check.php', [('mac', ':'.join(m.hex(2).upper() for _ in range(6))), ('fw', 'v%d.%d.%d-g%s-dirty' % (m.num(0, 9), m.num(0, 9), m.num(0, 9),
            m.hex(7))), ('chip', 'ESP32-S%d' % m.num(2, 3)), ('rssi', -m.num(30, 90)), ('vcc', m.real(2, 4)), ('boot', 'SW_CPU_RESET(0x%x)' % m.num(1, 16)),
            ('free', m.num(10 ** 4, 10 ** 6))], m.tool())


@kind('thing sparkplug json')
def _(m):
    return m.json('/ingest/spBv1.0/%s/DDATA/%s' % (m.noun(), m.ident()), {'timestamp': m.epoch(), 'seq': m.num(0, 255), 'metrics': m.some(lambda: {'name':
            'Outputs/%s/%s' % (m.noun().title(), m.verb()), 'type': 'Float', 'value': m.real(-40, 400), 'props': {'unit': m.pick('°C', 'm³/h', '%', 'kW·h', 'µS/cm',
            '1/min'), 'range': m.pick('-40..125', '[0;100)', '0-10 V'), 'alias': "ns=2;s=|var|CODESYS.PLC_PRG.%s[%d]" % (m.var(), m.num(0, 9))}}, 1, 12)}, m.tool())


@kind('thing home assistant state')
def _(m):
    return m.json('/api/states/sensor.' + m.var(), {'state': m.pick('on', 'off', str(m.real())), 'attributes': {'friendly_name': "%s's %s (1st floor)" % (m.name(),
            m.noun()), 'unit_of_measurement': '°C', 'icon': 'mdi:' + m.ident(), 'template': None, 'device_class': 'temperature'}}, m.tool(('Authorization',
            'Bearer ' + m.jwt())))


@kind('charging station ocpp')
def _(m):
    return m.json('/ocpp/relay', json.dumps([2, m.uuid(), 'MeterValues', {'connectorId': m.num(1, 2), 'transactionId': m.num(), 'meterValue': [{'timestamp': m.iso(),
            'sampledValue': [{'value': str(m.num(0, 99999)), 'context': 'Sample.Periodic', 'measurand': 'Energy.Active.Import.Register', 'unit': 'Wh'}]}]}]), m.tool())


@kind('map wms getfeatureinfo')
def _(m):
    return m.get('/geoserver/%s/wms' % m.noun(), [('SERVICE', 'WMS'), ('VERSION', '1.3.0'), ('REQUEST', 'GetFeatureInfo'), ('LAYERS', '%s:%s' % (m.noun(), m.var())),
            ('CQL_FILTER', m.pick("name LIKE '%s%%' AND pop > %d" % (m.noun(), m.num()), "INTERSECTS(geom, POINT(%s %s))" % (m.real(), m.real()), "kind IN ('%s','%s')"
            % (m.noun(), m.noun()))), ('BBOX', '%s,%s,%s,%s' % (m.real(), m.real(), m.real(), m.real())), ('INFO_FORMAT', 'application/json'), ('I', m.num()),
            ('J', m.num())])


@kind('map wfs transaction')
def _(m):
    return m.text('/geoserver/wfs', '<wfs:Transaction service="WFS" version="1.1.0" xmlns:wfs="http://www.opengis.net/wfs" xmlns:ogc="http://www.opengis.net/ogc" '
            'xmlns:gml="http://www.opengis.net/gml"><wfs:Update typeName="t:%s"><wfs:Property><wfs:Name>note</wfs:Name><wfs:Value>%s &amp; %s</wfs:Value></wfs:Property>'
            '<ogc:Filter><ogc:FeatureId fid="%s.%d"/></ogc:Filter></wfs:Update></wfs:Transaction>' % (m.noun(), m.phrase(), m.name(), m.noun(), m.num()), 'text/xml')


@kind('map geojson edit')
def _(m):
    def point():
        return [m.real(-180, 180, 6), m.real(-90, 90, 6)]
    return m.json('/features/%d' % m.num(), {'type': 'FeatureCollection', 'features': m.some(lambda: {'type': 'Feature', 'geometry': {'type': 'Polygon', 'coordinates':
            [m.some(point, 4, 40)]}, 'properties': {'name': m.pick("Rue de l'Église", "St John's Wood", m.city(), m.street()), 'opening_hours':
            'Mo-Fr 08:00-12:00,13:00-17:30; Sa 08:00-12:00; PH off || "by appointment"', 'maxspeed': '50', 'note': m.sentence()}}, 1, 4)}, method='PUT')


@kind('map overpass query')
def _(m):
    return m.form('/api/interpreter', [('data', '[out:json][timeout:25];(node["amenity"="%s"](%s,%s,%s,%s);way["name"~"^St\\.? %s\'s",i](area.a);relation["ref"!~"A.*"];);out '
            'body;>;out skel qt;' % (m.noun(), m.real(), m.real(), m.real(), m.real(), m.noun().title()))])


@kind('map osm changeset')
def _(m):
    return m.text('/api/0.6/changeset/create', "<osm><changeset><tag k='created_by' v='iD 2.%d'/><tag k='comment' v='Add %s &amp; fix %s -- survey'/><tag k='host' "
            "v='https://www.example.org/edit#map=18/%s/%s'/></changeset></osm>" % (m.num(0, 30), m.phrase(), m.noun(), m.real(), m.real()), 'text/xml', method='PUT')


@kind('map route polyline')
def _(m):
    line = ''.join(m.word('_`abcdefgh@AB?CDEFGHIJKLMN{|}~\\^]ijklmnopqrstuvwxyz') for _ in range(m.num(20, 400)))
    return m.get('/route/v1/driving/polyline(%s)' % m.enc(line), [('overview', 'full'), ('annotations', 'true'), ('exclude', 'toll,ferry')])


@kind('fhir observation')
def _(m):
    return m.json('/fhir/R4/Observation', {'resourceType': 'Observation', 'status': 'final', 'text': {'status': 'generated', 'div':
            '<div xmlns="http://www.w3.org/1999/xhtml"><p><b>%s</b>: %s %s</p><table class="grid"><tr><td>-</td></tr></table></div>' % (m.phrase(), m.real(), m.pick('mmol/L',
            '10*3/uL', 'mm[Hg]', '{score}'))}, 'code': {'coding': [{'system': 'http://loinc.org', 'code': '%d-%d' % (m.num(1000, 9999), m.num(0, 9)), 'display':
            m.title()}]}, 'subject': {'reference': 'Patient/' + m.uuid(), 'display': m.name()}, 'valueQuantity': {'value': m.real(), 'comparator': m.pick('<', '<=', '>=',
            '>'), 'unit': 'mg/dL'}, 'note': [{'text': m.sentence()}]}, m.tool(), kind='application/fhir+json')


@kind('fhir search')
def _(m):
    return m.get('/fhir/Patient', [('name:contains', m.name()), ('birthdate', 'ge%s' % m.date()), ('_has:Observation:patient:code', 'http://loinc.org|%d-%d'
            % (m.num(1000, 9999), m.num(0, 9))), ('_include', 'Patient:general-practitioner'), ('_elements', 'name,birthDate'), ('address', m.street()),
            ('_filter', 'given eq "%s" or family co "%s"' % (m.noun(), m.noun()))], m.tool())


@kind('hl7 over http')
def _(m):
    body = '\r'.join(['MSH|^~\\&|%s|%s|LAB|X|%d||ORU^R01|%d|P|2.5.1' % (m.noun().upper(), m.noun(), m.now, m.num()), 'PID|1||%d^^^MRN||%s^%s^^^Mr.||19%d0101|M|||%s^^%s^^%d'
            % (m.num(), m.name().split()[-1], m.noun().title(), m.num(30, 99), m.street(), m.city(), m.num()), 'OBX|1|NM|%d^%s^LN||%s|mg/dL|<%d&>%d||||F' % (m.num(),
            m.phrase(), m.real(), m.num(), m.num()), 'NTE|1||%s\\.br\\%s' % (m.sentence(), m.sentence()), ''])
    return m.text('/hl7', body, 'x-application/hl7-v2+er7', m.tool())


@kind('dicomweb query')
def _(m):
    return m.get('/dicom-web/studies', [('PatientName', '%s^%s*' % (m.name().split()[-1], m.noun())), ('StudyDate', '20240101-20241231'), ('ModalitiesInStudy', 'CT\\MR'),
            ('00080061', 'US'), ('includefield', '00081030,00080060'), ('fuzzymatching', 'true')], m.tool(('Accept', 'application/dicom+json')))


@kind('hospital anamnesis form')
def _(m):
    return m.form('/anamnesis/save', [('patient', m.name()), ('complaint', m.pick('Pain > 3 d, worse @ night; no fever; RR 140/90; HR < 100', "Pt. states: 'it hurts here' & "
            "points to L4/L5", 'BMI = 31.2 (> 30) -> diet; -- see below', 'Z.n. OP 2019; V.a. Tinnitus bds.; kein Hinweis auf Fraktur', 'c/o SOB x2/7, 1+ oedema, O2 sat <92%')),
            ('meds[]', 'ASS 100 mg 1-0-0'), ('meds[]', "St. John's wort 1/2-0-1/2"), ('icd10', '%s%d.%d!' % (m.pick('M', 'Z', 'U'), m.num(10, 99), m.num(0, 9)))])


@kind('bank transfer')
def _(m):
    return m.form('/banking/transfer', [('recipient', m.pick(m.company(), m.name())), ('iban', 'DE%d %d %d' % (m.num(10, 99), m.num(1000, 9999), m.num(1000, 9999))),
            ('amount', m.pick('1.234,56', "1'234.50", '1 234,00', '-12.00')), ('purpose', m.pick("RE-NR. %d / KD %d -- Danke!", "SVWZ+Miete 03/%d EREF+NOTPROVIDED KREF+%d",
            "Rent & utilities; flat %d/%d", "L'achat de %d pièces (réf. %d)", "Rückzlg. 1/2; %d*%d EUR") % (m.num(), m.num())), ('tan', '%06d' % m.num(0, 999999)),
            ('execute', '1')])


@kind('bank sepa pain001')
def _(m):
    return m.text('/ebics/upload', '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09" xmlns:xsi="http://www.w3.org/2001/'
            'XMLSchema-instance"><CstmrCdtTrfInitn><GrpHdr><MsgId>%s</MsgId><CreDtTm>%s</CreDtTm></GrpHdr><PmtInf><CdtTrfTxInf><Cdtr><Nm>%s</Nm></Cdtr><RmtInf><Ustrd>%s '
            '&amp; %s; 1/2</Ustrd></RmtInf></CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>' % (m.ulid(), m.iso(), m.name(), m.phrase(), m.noun()), 'application/xml',
            m.tool())


@kind('bank mt940 upload')
def _(m):
    body = ':20:STARTUMS\r\n:25:%d/%d\r\n:28C:0\r\n:60F:C240101EUR%d,00\r\n' % (m.num(), m.num(), m.num()) + ''.join(':61:2401020102D%d,10NTRFNONREF//%d\r\n:86:177?00SB-SEPA'
            '?20SVWZ+%s?21%s?32%s\r\n' % (m.num(), m.num(), m.phrase(), m.sentence()[:27], m.name()) for _ in range(m.num(1, 30))) + '-\r\n'
    return m.multipart('/import', [('account', str(m.num())), ('file', 'umsatz.sta', 'text/plain', body)])


@kind('tax form fields')
def _(m):
    return m.form('/tax/2024/step/7', [('f_%d' % m.num(100, 999), m.pick('0,00', '', 'ja', '1/2')), ('W-2[box_12a]', 'DD %d.00' % m.num()), ('spouse', m.name()), ('job',
            m.pick('R&D lead', 'Union rep.', 'Executive (exec.)', 'Script editor', 'Select committee clerk')), ('deduct', 'home office (12 m² = 8 %)'), ('__VIEWSTATE',
            m.b64(300)), ('__EVENTTARGET', 'ctl00$Main$lnk_%d' % m.num()), ('javax.faces.ViewState', '-%d:%d' % (m.num(10 ** 12, 10 ** 15), m.num(10 ** 12, 10 ** 15)))])


@kind('insurance claim upload')
def _(m):
    return m.multipart('/claims', [('what', m.sentence() + ' ' + m.sentence()), ('where', m.street() + '; ' + m.city()), ('plate', 'M-XY %d' % m.num()), ('sketch',
            'sketch (1) & plan.svg', 'image/svg+xml', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 90"><style>.a{fill:none;stroke:#000}</style>'
            '<path class="a" d="M%d 3L5,6z"/><text x="3" y="%d">%s</text></svg>' % (m.num(), m.num(), m.num(), m.noun()))])


@kind('wearable activity tcx')
def _(m):
    return m.multipart('/upload', [('activity_type', 'run'), ('file', m.date() + '_run.tcx', 'application/vnd.garmin.tcx+xml', '<?xml version="1.0"?>\n<TrainingCenterDatabase '
            'xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities><Activity Sport="Running"><Id>%s</Id><Notes>%s</Notes>%s</Activity></Activities>'
            '</TrainingCenterDatabase>' % (m.iso(), m.title().replace('&', '&amp;').replace('<', '&lt;'), ''.join(
            '<Trackpoint><Time>%s</Time><DistanceMeters>%s</DistanceMeters></Trackpoint>' % (m.iso(), m.real()) for _ in range(m.num(1, 60)))))], m.tool())


@kind('radio station now playing')
def _(m):
    return m.get('/nowplaying', [('artist', m.pick("Guns N' Roses", 'AC/DC', 'Ke$ha', "Sinéad O'Connor", '!!!', 'Earth, Wind & Fire', 'N*E*R*D', 'The The', 'Drop Nineteens')),
            ('title', m.pick("(I Can't Get No) %s", "%s (feat. DJ 'X')", "%s -- Live @ 9:30", "Select / %s", '"%s" [Remix]', "Rock 'n' Roll %s; Pt. 1/2") % m.noun().title()),
            ('dur', '%d:%02d' % (m.num(2, 9), m.num(0, 59))), ('sid', m.hex(8))], m.tool())


@kind('parking meter binary')
def _(m):
    return m.send('POST', '/pm/%s/tlv?crc=%s' % (m.hex(8), m.hex(4)), [('User-Agent', m.agent(TOOLS)), ('Content-Type', 'application/octet-stream')], b'\x02\x10'
            + m.bytes(m.num(20, 900)) + m.ident().encode() + b'\0')


@kind('smart tv log beacon')
def _(m):
    return m.get('/b', [('e', base64.b64encode(json.dumps({'ev': m.pick('play', 'buffer', 'err'), 'pos': m.real(), 'cdn': m.host(), 'msg': 'MEDIA_ERR(3): '
            + m.phrase()}).encode()).decode()), ('z', m.num())], [('User-Agent', m.agent())])
