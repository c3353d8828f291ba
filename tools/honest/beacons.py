"""Measurement, advertising and consent: what a page sends without anybody having asked for it."""
import json
from registry import kind


@kind('ga4 collect')
def _(m):
    q = [('v', '2'), ('tid', 'G-' + m.alnum(10).upper()), ('gtm', '45je5%sv%dza200' % (m.hex(2), m.num(10 ** 8, 10 ** 9))), ('_p', m.epoch()), ('gcs',
            'G1%d%d' % (m.num(0, 1), m.num(0, 1))), ('gcd', '13l3l3l3l1l1'), ('npa', 0), ('dma', 1), ('cid', '%d.%d' % (m.num(10 ** 8, 10 ** 9),
            m.now)), ('ul', m.lang().lower()), ('sr', '%dx%d' % (m.num(360, 2560), m.num(640, 1440))), ('uaa', 'x86'), ('uafvl',
            'Chromium;120.0.6099.130|Not_A Brand;24.0.0.0'), ('_s', m.num(1, 9)), ('sid', m.now), ('dl', m.url()), ('dr', m.url()), ('dt', m.title()),
            ('en', m.pick('page_view', 'scroll', 'view_item_list', 'user_engagement')), ('ep.%s' % m.var(), m.title()), ('epn.percent_scrolled', 90),
            ('pr1', 'nm%s~id%s~pr%s~ca%s~va%s' % (m.phrase(), m.ident(), m.real(), m.noun(), m.adj())), ('_et', m.num())]
    return m.send('POST', '/g/collect?' + m.pairs(q), m.browser('*/*'))


@kind('ga3 collect')
def _(m):
    return m.get('/j/collect', [('v', 1), ('_v', 'j101'), ('a', m.num()), ('t', 'event'), ('dl', m.url()), ('ul', m.lang()), ('de', 'UTF-8'), ('dt',
            m.title()), ('sd', '24-bit'), ('je', 0), ('ec', m.noun()), ('ea', 'Click - ' + m.phrase()), ('el', m.pick(m.url(), m.title())), ('_u',
            'SCCAAEABAAAAACAAI~'), ('cd3', m.pick('(not set)', m.noun() + '|' + m.noun())), ('z', m.num())])


@kind('gtm and ads')
def _(m):
    return m.get('/pagead/viewthroughconversion/%d/' % m.num(10 ** 8, 10 ** 9), [('random', m.epoch()), ('cv', 11), ('fst', m.epoch()), ('bg',
            'ffffff'), ('guid', 'ON'), ('async', 1), ('u_w', 1920), ('url', m.url()), ('ref', m.url()), ('hn', 'www.googleadservices.com'), ('frm',
            0), ('tiba', m.title()), ('data', 'event=page_view;items=%s;value=%s' % (m.noun(), m.real())), ('uap', 'Windows'), ('uafvl',
            'Google%20Chrome;120.0.6099.130|Not_A%20Brand;24.0.0.0'), ('gcp', '1')])


@kind('display ad request')
def _(m):
    return m.get('/gampad/ads', [('pvsid', m.num()), ('correlator', m.epoch()), ('output', 'ldjh'), ('gdfp_req', 1), ('iu_parts', '%d,%s,%s'
            % (m.num(), m.noun(), m.noun())), ('prev_iu_szs', '300x250|728x90|fluid,320x50'), ('fluid', 'height'), ('prev_scp',
            'pos=%s&hb_bidder=%s&hb_pb=0.%d&test=a,b|refresh=%d' % (m.noun(), m.noun(), m.num(), m.num())), ('cust_params', 'cat=%s&kw=%s,%s&%s=!%s'
            % (m.noun(), m.noun(), m.phrase(), m.var(), m.noun())), ('cookie', 'ID=%s:T=%d:S=ALNI_%s' % (m.hex(16), m.now, m.b64url(20))), ('adks',
            m.num()), ('eri', 1), ('gpp', 'DBABBg~BQ%s' % m.b64url(8)), ('us_privacy', '1YNN'), ('sc', 1), ('lmt', m.now), ('ppid', m.hex(32)),
            ('ucis', '1|2|3'), ('oid', 2)])


@kind('facebook pixel')
def _(m):
    q = [('id', m.num(10 ** 14, 10 ** 15)), ('ev', m.pick('PageView', 'ViewContent', 'SubscribedButtonClick')), ('dl', m.url()), ('rl', m.url()),
            ('if', 'false'), ('ts', m.epoch()), ('cd[buttonText]', m.sentence()[:40]), ('cd[contents]', json.dumps([{'id': m.ident(),
            'quantity': 1}])), ('cd[buttonFeatures]', json.dumps({'classList': 'btn ' + m.ident(), 'destination': m.url(), 'id': '',
            'imageUrl': 'url("%s")' % m.url(), 'innerText': m.phrase(), 'numChildButtons': 0, 'tag': 'button', 'type': None})), ('cd[pageFeatures]',
            json.dumps({'title': m.title()})), ('sw', 1920), ('v', '2.9.138'), ('r', 'stable'), ('fbp', 'fb.1.%d.%d' % (m.epoch(), m.num())), ('cdl',
            'API_unavailable'), ('it', m.epoch()), ('coo', 'false')]
    return m.get('/tr/', q) if m.chance(0.7) else m.form('/tr/', q)


@kind('prebid auction')
def _(m):
    imp = [{'id': m.hex(14), 'banner': {'format': [{'w': 300, 'h': 250}, {'w': 728, 'h': 90}], 'pos': 1, 'btype': [1, 3], 'api': [5]},
            'ext': {'prebid': {'bidder': {m.noun(): {'placementId': m.num(), 'zone': m.ident()}}}, 'gpid': '/%d/%s#div-%d' % (m.num(), m.ident(),
            m.num())}, 'bidfloor': m.real(0, 3), 'secure': 1} for _ in range(m.num(1, 4))]
    return m.json('/openrtb2/auction', {'id': m.uuid(), 'imp': imp, 'site': {'domain': m.host(), 'page': m.url(), 'ref': m.url(), 'cat': ['IAB1-%d'
            % m.num(1, 7)], 'keywords': '%s,%s' % (m.noun(), m.phrase()), 'content': {'title': m.title(), 'language': 'en'},
            'publisher': {'id': str(m.num())}}, 'device': {'ua': m.agent(), 'ip': m.ip(), 'w': 1920, 'h': 1080, 'dnt': 0, 'geo': {'lat': m.real(-90,
            90), 'lon': m.real(-180, 180), 'country': 'DEU'}, 'sua': {'source': 2, 'browsers': [{'brand': 'Not_A Brand', 'version': ['8', '0']}]}},
            'regs': {'ext': {'gdpr': 1, 'us_privacy': '1---', 'gpp_sid': [2]}}, 'user': {'ext': {'consent': 'CP%s.%s' % (m.b64url(40), m.b64url(20)),
            'eids': [{'source': m.host(), 'uids': [{'id': m.b64url(20), 'atype': 3}]}]}}, 'tmax': 1200, 'at': 1, 'cur': ['EUR']}, kind='text/plain')


@kind('criteo style')
def _(m):
    return m.get('/event', [('a', '[%d]' % m.num()), ('v', '5.24.0'), ('p0', 'e=exd&site_type=d'), ('p1', 'e=vp&tms=gtm-template&p=%s' % m.ident()),
            ('p2', 'e=vl&p=[%s,%s]&pr=%s' % (m.num(), m.num(), m.real())), ('p3', 'e=dis'), ('adce', 1), ('bundle', '%s%%2B%s' % (m.alnum(40),
            m.alnum(9))), ('tld', m.host()), ('fu', m.url()), ('pu', m.url()), ('ceid', m.uuid()), ('dtycbr', m.num())])


@kind('cookie sync')
def _(m):
    return m.get('/sync', raw='ssp=%s&gdpr=1&gdpr_consent=CP%s.YAAAAAAAAAAA&us_privacy=%s&redirect=%s' % (m.noun(), m.b64url(30), m.pick('1YN-',
            '${US_PRIVACY}', ''), m.enc('https://%s/cm?uid=%s&gdpr=${GDPR}&consent=${GDPR_CONSENT_755}&r=%s' % (m.host(), m.pick('$UID', '[UID]',
            '{{USER_ID}}', '%%VGUID%%', '${ADELPHIC_CUID}', '__UID__', '{viewer_token}'), m.enc(m.url())))))


@kind('cookie sync macros left in place')
def _(m):
    return m.get('/usersync/v2', [('cachebuster', m.pick('%%CACHEBUSTER%%', '[timestamp]', '${CACHEBUSTER}', '{cachebuster}', '%n', 'INSERT_RANDOM',
            '@CPSC@')), ('click', m.pick('%%CLICK_URL_ESC%%', '${CLICK_URL}', '[CLICK]', '{clickurl}') + m.maybe(m.url())), ('site',
            m.pick('%%SITE%%', '${SITE_ID}', m.host())), ('ord', m.pick('[timestamp]?', str(m.num()) + '?', '%%CACHEBUSTER%%?')), ('price',
            '${AUCTION_PRICE}'), ('campaign', '{{campaign.id}}'), ('ad', '{{ad.name}}'), ('placement', '{placement}'), ('gclid', '{gclid}'), ('kw',
            '{keyword}'), ('mt', '{matchtype}')])


@kind('campaign landing')
def _(m):
    return m.get(m.path(), [('utm_source', m.pick(m.noun(), m.host(), 'newsletter_%d' % m.num())), ('utm_medium', m.pick('cpc', 'e-mail',
            'paid social')), ('utm_campaign', m.pick('%s | %s - %s (%s)' % (m.noun(), m.noun(), m.date(), m.adj()), m.slug(), '%s_%s+%s' % (m.num(),
            m.noun(), m.noun()), '{{campaign.name}}')), ('utm_content', m.pick('[%s]_%s' % (m.noun(), m.noun()), m.title(), 'A/B "%s"' % m.noun())),
            ('utm_term', '+%s +%s' % (m.noun(), m.noun())), ('gclid', 'EAIaIQobChMI%s' % m.b64url(40)), ('fbclid', 'IwAR' + m.b64url(40)), ('msclkid',
            m.hex(32)), ('_hsenc', 'p2ANqtz-' + m.b64url(60)), ('mc_cid', m.hex(10)), ('srsltid', m.b64url(40)), ('_branch_match_id',
            m.num())][:m.num(1, 12)])


@kind('matomo')
def _(m):
    return m.get('/matomo.php', [('action_name', '%s / %s » %s | %s' % (m.noun(), m.phrase(), m.title(), m.company())), ('idsite', m.num(1, 99)),
            ('rec', 1), ('r', m.num()), ('h', 11), ('m', 3), ('s', 59), ('url', m.url()), ('urlref', m.url()), ('_id', m.hex(16)), ('_cvar',
            json.dumps({'1': [m.noun(), m.phrase()]})), ('e_c', m.noun()), ('e_a', m.title()), ('e_n', m.sentence()), ('search', m.search()),
            ('ec_items', json.dumps([[m.ident(), m.phrase(), [m.noun(), ''], m.real(), 1]])), ('pf_net', 3), ('uadata',
            json.dumps({'fullVersionList': [{'brand': 'Not_A Brand', 'version': '8.0.0.0'}], 'mobile': False, 'platform': 'Windows'})), ('_refts', 0),
            ('send_image', 0)])


@kind('adobe analytics')
def _(m):
    return m.get('/b/ss/%s/1/JS-2.22.0/s%d' % (m.noun(), m.num(10 ** 12, 10 ** 13)), [('AQB', 1), ('ndh', 1), ('t', '%d/10/2025 1%d:3%d:2 3 -60'
            % (m.num(1, 28), m.num(0, 9), m.num(0, 9))), ('mid', m.num(10 ** 30, 10 ** 37)), ('ce', 'UTF-8'), ('ns', m.noun()), ('pageName',
            '%s:%s>%s|%s' % (m.noun(), m.noun(), m.noun(), m.phrase())), ('g', m.url()), ('cc', 'EUR'), ('events', 'event%d,event%d=%d,scView:%d'
            % (m.num(), m.num(), m.num(), m.num())), ('products', ';%s;%d;%s;event1=%d|event2=%d;eVar1=%s|eVar3=%s,;%s' % (m.ident(), m.num(1, 9),
            m.real(), m.num(), m.num(), m.phrase(), m.noun(), m.ident())), ('c1', 'D=v%d' % m.num()), ('v2', 'D=c3+":"+c4'), ('v5', 'D=g'), ('l1',
            '%s,%s' % (m.noun(), m.noun())), ('c.', ''), ('a.', ''), ('activitymap.', ''), ('page', m.title()), ('link', m.sentence()[:50]),
            ('region', m.noun()), ('.activitymap', ''), ('.a', ''), ('.c', ''), ('pidt', 1), ('oid',
            'functionJr(){if(!f){f=1;e.apply(this,arguments)}}'[:m.num(20, 50)]), ('ot', 'A'), ('AQE', 1)])


@kind('adobe alloy')
def _(m):
    return m.json('/ee/v1/interact?configId=%s&requestId=%s' % (m.uuid(), m.uuid()), {'meta': {'state': {'domain': m.host(), 'cookiesEnabled': True,
            'entries': [{'key': 'kndctr_%s_AdobeOrg_cluster' % m.hex(24).upper(), 'value': 'irl1'}]}, 'consent': [{'standard': 'Adobe',
            'version': '2.0', 'value': {'collect': {'val': 'y'}}}]},
            'query': {'personalization': {'schemas': ['https://ns.adobe.com/personalization/html-content-item',
            'https://ns.adobe.com/personalization/dom-action'], 'decisionScopes': ['__view__'], 'surfaces': ['web://' + m.host() + m.path()]}},
            'events': [{'xdm': {'eventType': 'web.webpagedetails.pageViews', 'web': {'webPageDetails': {'URL': m.url(), 'name': m.title()},
            'webReferrer': {'URL': m.url()}}, 'timestamp': m.iso(), 'implementationDetails': {'name': 'https://ns.adobe.com/experience/alloy',
            'version': '2.1%d.0' % m.num(0, 9)}}, 'data': {'__adobe': {'target': {m.var(): m.title()}}}}]}, kind='text/plain; charset=UTF-8')


@kind('segment')
def _(m):
    return m.json('/v1/' + m.pick('t', 'p', 'i', 'batch'), {'batch': [{'type': 'track', 'event': m.title(), 'properties': {m.var(): m.pick(m.phrase(),
            m.url(), m.real(), None, [], {}), 'selector': 'body > div#%s > ul:nth-child(%d) > li.%s' % (m.ident(), m.num(1, 9), m.ident())},
            'context': {'page': {'path': m.path(), 'referrer': m.url(), 'search': '?' + m.query(), 'title': m.title(), 'url': m.url()},
            'userAgent': m.agent(), 'locale': m.lang(), 'library': {'name': 'analytics.js', 'version': 'next-1.6%d.0' % m.num(0, 9)},
            'timezone': 'Europe/Berlin'}, 'messageId': 'ajs-next-%s' % m.hex(32), 'anonymousId': m.uuid(), 'integrations': {'All': False,
            'Segment.io': True}, 'timestamp': m.iso(), 'writeKey': m.alnum(32)}], 'sentAt': m.iso()}, kind='text/plain')


@kind('amplitude')
def _(m):
    e = json.dumps([{'device_id': m.uuid(), 'user_id': None, 'timestamp': m.epoch(), 'event_type': m.title(), 'session_id': m.epoch(),
            'platform': 'Web', 'event_properties': {m.phrase(): m.sentence(), '[Amplitude] Element Text': m.phrase(),
            '[Amplitude] Element Hierarchy': '%s>%s[%s="%s"]>a.%s' % (m.noun(), 'div', 'data-id', m.noun(), m.noun())}, 'api_properties': {},
            'user_properties': {'$set': {'plan': m.noun()}, '$setOnce': {'initial_referrer': '$direct'}, '$add': {'visits': 1}}}])
    return m.form('/e/', [('checksum', m.hex(32)), ('client', m.hex(32)), ('e', e), ('upload_time', m.epoch()), ('v', 2)])


@kind('mixpanel')
def _(m):
    d = [{'event': m.title(), 'properties': {'$os': 'Mac OS X', '$browser': 'Safari', '$current_url': m.url(), 'distinct_id': m.uuid(),
            '$insert_id': m.alnum(16), 'mp_lib': 'web', 'token': m.hex(32), '$el_text': m.sentence()}}]
    return m.form('/track/?verbose=1&ip=1&_=%d' % m.epoch(), [('data', m.pick(m.blob(d), json.dumps(d)))])


@kind('posthog')
def _(m):
    ev = {'event': '$autocapture',
            'properties': {'$elements_chain': 'button.%s:attr__class="btn %s"attr__type="submit"nth-child="%d"nth-of-type="1"text="%s";div:nth-child="2";form.%s:attr__action="%s"attr__id="%s"'
            % (m.ident(), m.ident(), m.num(1, 9), m.phrase(), m.ident(), m.path(), m.ident()), '$current_url': m.url(), '$el_text': m.sentence(),
            'token': 'phc_' + m.alnum(43)}, '$set': {'$email': m.mail()}, 'offset': m.num()}
    return m.json('/e/?ip=1&_=%d&ver=1.100.0' % m.epoch(), [ev] * m.num(1, 2)) if m.chance(0.5) else m.form('/e/?compression=base64', [('data',
            m.blob(ev))])


@kind('session replay')
def _(m):
    node = lambda tag, children, **a: {'type': 2, 'tagName': tag, 'attributes': a, 'childNodes': children, 'id': m.num()}
    leaf = lambda t: {'type': 3, 'textContent': t, 'id': m.num()}
    page = node('html', [node('head', [node('style', [leaf('.%s { color: #%s; background: url("%s") } .%s > a:hover::after { content: "\\201C" }'
            % (m.ident(), m.hex(6), m.url(), m.ident()))], type='text/css'), node('script', [leaf('SCRIPT_PLACEHOLDER')], src=m.url())]), node('body',
            [node('div', [leaf(m.prose(1, 2)), node('img', [], src='data:image/png;base64,' + m.b64(60), alt=m.title(), rr_width='20px'), node('a',
            [leaf(m.title())], href=m.url(), onclick='return false', rel='noopener')], **{'class': m.ident(),
            'style': 'display: none; width: calc(100% - 20px)'})])], lang='en')
    return m.json('/s/?ver=2', {'events': [{'type': 4, 'data': {'href': m.url(), 'width': 1280, 'height': 720}, 'timestamp': m.epoch()}, {'type': 2,
            'data': {'node': {'type': 0, 'childNodes': [{'type': 1, 'name': 'html', 'publicId': '', 'systemId': '', 'id': 2}, page], 'id': 1},
            'initialOffset': {'left': 0, 'top': 0}}}, {'type': 3, 'data': {'source': 0, 'texts': [{'id': 3, 'value': m.sentence()}],
            'attributes': [{'id': 4, 'attributes': {'style': {'width': '%dpx' % m.num()}, 'class': m.ident()}}], 'removes': [], 'adds': []}}]})


@kind('new relic')
def _(m):
    q = m.pairs([('a', m.num()), ('v', '1.2%d.0' % m.num(10, 60)), ('to', m.b64(30)), ('rst', m.num()), ('ck', 0), ('s', m.hex(16)), ('ref', m.url()),
            ('ap', 12), ('be', 300), ('fe', 1200), ('perf', json.dumps({'timing': {'of': m.epoch(), 'n': 0, 'u': 301, 'dl': 310}, 'navigation': {}})),
            ('jsonp', 'NREUM.setToken')])
    return m.get('/1/NRJS-' + m.hex(19), raw=q) if m.chance(0.5) else m.text('/jserrors/1/NRJS-%s?%s' % (m.hex(19), q),
            json.dumps({'err': [{'params': {'stackHash': m.num(), 'exceptionClass': 'TypeError', 'request_uri': m.path(),
            'message': "Cannot read properties of null (reading '%s')" % m.var(),
            'stack_trace': "TypeError: Cannot read properties of null (reading '%s')\n    at %s (%s:%d:%d)\n    at HTMLDocument.<anonymous> (%s:1:%d)"
            % (m.var(), m.var(), m.url(), m.num(), m.num(), m.url(), m.num())}, 'metrics': {'count': 1}}]}), 'text/plain')


@kind('csp and network reports')
def _(m):
    if m.chance(0.5):
        return m.json('/csp', {'csp-report': {'document-uri': m.url(), 'referrer': m.url(), 'violated-directive': 'script-src-elem',
                'effective-directive': 'script-src-elem',
                'original-policy': "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' https: blob: 'nonce-%s'; object-src 'none'; report-uri"
                " /csp" % m.b64(12), 'disposition': 'report', 'blocked-uri': m.pick('inline', 'eval', 'data', m.url(), 'blob',
                'chrome-extension://' + m.hex(32)), 'line-number': m.num(), 'source-file': m.url(), 'status-code': 200, 'script-sample': m.pick('',
                'window.dataLayer = window.dataLayer || []', '(function(w,d,s,l,i){w[l]=w[l]||[];w[', ';(function(){var a=document', 'void(0)')}},
                kind='application/csp-report')
    return m.json('/report', [{'age': m.num(), 'body': {'elapsed_time': m.num(), 'method': 'GET', 'phase': 'dns', 'protocol': 'h2',
            'referrer': m.url(), 'sampling_fraction': 1.0, 'server_ip': '', 'status_code': 0, 'type': 'dns.name_not_resolved'},
            'type': 'network-error', 'url': m.url(), 'user_agent': m.agent()}], kind='application/reports+json')


@kind('consent record')
def _(m):
    return m.json('/consent', {'consentId': m.uuid(), 'tcString': 'CP%s.%s' % (m.b64url(80), m.b64url(40)),
            'gppString': 'DBACNYA~CP%s~1YNN~BAAAAAAAAgA.QA' % m.b64url(40), 'vendors': {'consents': {str(m.num()): True}, 'legitimateInterests': {}},
            'purposes': {'1': True, '2': False}, 'publisher': {'restrictions': {}}, 'url': m.url(), 'language': m.lang(),
            'action': m.pick('ACCEPT_ALL', 'reject', 'save & exit'),
            'text': m.word(('We & our 812 partners use cookies; select "Accept all" or drop us a line.', 'Wir verwenden Cookies – Auswahl treffen',
            "J'accepte l'utilisation des cookies"))}, method=m.pick('POST', 'PUT'))


@kind('sentry envelope')
def _(m):
    ident = m.hex(32)
    event = {'event_id': ident, 'platform': 'javascript', 'exception': {'values': [{'type': m.pick('TypeError', 'ReferenceError', 'ChunkLoadError',
            'UnhandledRejection'), 'value': m.pick("undefined is not an object (evaluating 'e.%s.%s')" % (m.var(), m.var()),
            'Loading chunk %d failed.\n(error: %s)' % (m.num(), m.url()), '%s is not defined' % m.var(),
            "Unexpected token '<', \"<!DOCTYPE \"... is not valid JSON",
            "Failed to execute 'removeChild' on 'Node': The node to be removed is not a child of this node."),
            'stacktrace': {'frames': [{'filename': m.pick(m.url(), 'webpack-internal:///./src/%s.tsx' % m.noun(), 'app:///node_modules/%s/index.js'
            % m.noun(), '<anonymous>'), 'function': m.pick(m.var(), '?', 'Object.%s' % m.var(), '<anonymous>', 'Array.forEach', 'eval',
            'HTMLElement.<computed>'), 'in_app': True, 'lineno': m.num(), 'colno': m.num(),
            'context_line': m.pick('      const %s = await fetch(`/api/%s/${id}`);' % (m.var(), m.noun()), '    if (%s && %s.length > 0) {'
            % (m.var(), m.var()), '  return $(this).find("li").eq(%d);' % m.num())} for _ in range(m.num(1, 5))]}, 'mechanism': {'type': 'onerror',
            'handled': False}}]}, 'request': {'url': m.url(), 'headers': {'User-Agent': m.agent(), 'Referer': m.url()}},
            'breadcrumbs': [{'timestamp': m.now, 'category': m.pick('console', 'ui.click', 'fetch', 'navigation', 'xhr'),
            'message': m.pick('div.%s > button[type="submit"]' % m.ident(), m.sentence(), 'GET %s [200]' % m.url()),
            'data': {'arguments': [m.sentence(), {'a': 1}], 'logger': 'console'}, 'level': 'log'} for _ in range(m.num(1, 4))], 'release': m.hex(40),
            'tags': {m.noun(): m.phrase()}, 'user': {'ip_address': '{{auto}}', 'id': m.uuid()}, 'sdk': {'name': 'sentry.javascript.react',
            'version': '7.%d.1' % m.num()}}
    body = '\n'.join(json.dumps(x) for x in ({'event_id': ident, 'sent_at': m.iso(), 'sdk': {'name': 'sentry.javascript.react'},
            'trace': {'environment': 'production', 'public_key': m.hex(32), 'trace_id': m.hex(32)}}, {'type': 'event'}, event))
    return m.text('/api/%d/envelope/?sentry_key=%s&sentry_version=7' % (m.num(), m.hex(32)), body, 'text/plain;charset=UTF-8')


@kind('datadog rum')
def _(m):
    events = [{'_dd': {'format_version': 2, 'drift': 0}, 'application': {'id': m.uuid()}, 'date': m.epoch(), 'service': m.ident(),
            'session': {'id': m.uuid(), 'type': 'user'}, 'view': {'id': m.uuid(), 'url': m.url(), 'referrer': m.url(),
            'loading_type': 'initial_load'}, 'type': 'action', 'action': {'id': m.uuid(), 'type': 'click', 'target': {'name': m.sentence(),
            'selector': '#%s>DIV:nth-of-type(%d)>INPUT[name="%s"]' % (m.ident(), m.num(), m.var())}, 'frustration': {'type': []}},
            'connectivity': {'status': 'connected'}} for _ in range(m.num(1, 3))]
    return m.text('/api/v2/rum?ddsource=browser&ddtags=%s&dd-api-key=pub%s&dd-evp-origin=browser&batch_time=%d'
            % (m.enc('sdk_version:4.50.1,api:xhr,env:prod,service:%s,version:%s' % (m.ident(), m.hex(7))), m.hex(32), m.epoch()),
            '\n'.join(json.dumps(e) for e in events), 'text/plain;charset=UTF-8')


@kind('clarity and hotjar')
def _(m):
    return m.text('/collect', json.dumps({'e': ['0.7.20', m.num(), m.num(), 0, m.alnum(10).lower(), m.hex(6), '1abc', 1, 1, 0], 'a': [[m.num(), 4, 1,
            m.num(), 'DIV', 'class', 'row %s' % m.ident(), '*T', '▫▫▫▫ ▫▫▫ ▪▪▪', '~~', m.sentence(), m.num()], [0, 12, m.agent(), m.title(),
            m.url()]], 'p': []}), 'text/plain')


@kind('optimizely and tests')
def _(m):
    return m.json('/v1/events', {'account_id': str(m.num()), 'anonymize_ip': True, 'client_name': 'js', 'enrich_decisions': True,
            'visitors': [{'visitor_id': 'oeu%dr0.%d' % (m.epoch(), m.num()), 'attributes': [{'entity_id': '1', 'key': m.var(), 'type': 'custom',
            'value': m.phrase()}], 'snapshots': [{'decisions': [{'campaign_id': str(m.num()), 'is_campaign_holdback': False}],
            'events': [{'e': m.url(), 'k': m.title(), 'y': 'view_activated', 'tags': {'price > 100': True}}]}]}]})


@kind('web vitals')
def _(m):
    return m.text('/cdn-cgi/rum?', m.dumps({'memory': {'totalJSHeapSize': m.num(), 'usedJSHeapSize': m.num()}, 'resources': [], 'referrer': m.url(),
            'eventType': m.num(1, 3), 'firstPaint': m.real(), 'startTime': m.real(), 'versions': {'fl': '2024.%d' % m.num(), 'js': '2024.6.1',
            'timings': 2}, 'pageloadId': m.uuid(), 'location': m.url(), 'lcp': {'value': m.num(), 'path': m.url(), 'element': 'section.%s>div>h1'
            % m.ident(), 'size': m.num()}, 'cls': {'value': m.real(0, 1), 'path': m.path(), 'element': 'body>div#%s>img' % m.ident()},
            'nt': 'navigate'}), 'application/json')


@kind('boomerang')
def _(m):
    return m.get('/beacon', [('rt.start', 'navigation'), ('rt.tstart', m.epoch()), ('rt.sl', 1), ('rt.obo', 0), ('restiming',
            json.dumps({'https://': {m.host(): {'/%s.js' % m.noun(): '3%s|%s,%s' % (m.alnum(6), m.alnum(4), m.alnum(3)),
            '/img/': {'a.png': '*01,1,2|1%s' % m.alnum(5)}}}})), ('u', m.url()), ('r', m.url()), ('v', '1.720.0'), ('dom.res.slowest', m.url()),
            ('c.e', m.alnum(8)), ('c.lb', m.alnum(7)), ('cust', m.phrase()), ('nt_nav_type', 0)])


@kind('snowplow')
def _(m):
    return m.json('/com.snowplowanalytics.snowplow/tp2', {'schema': 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4',
            'data': [{'e': 'pv', 'url': m.url(), 'page': m.title(), 'refr': m.url(), 'tv': 'js-3.%d.0' % m.num(), 'eid': m.uuid(),
            'cx': m.blob({'schema': 'iglu:com.acme/contexts/jsonschema/1-0-0', 'data': [{'title': m.title(), 'quote': m.sentence()}]}),
            'tz': 'Europe/London', 'vp': '900x700', 'duid': m.uuid()}]})


@kind('yandex style')
def _(m):
    return m.get('/watch/%d/1' % m.num(10 ** 6, 10 ** 8), [('wmode', 7), ('page-url', m.url()), ('page-ref', m.url()), ('charset', 'utf-8'),
            ('site-info', json.dumps({m.var(): m.phrase()})), ('browser-info',
            'pv:1:vf:%s:fu:0:en:utf-8:la:ru:v:1%d:cn:1:dp:0:ls:%d:hid:%d:z:180:i:%d:et:%d:c:1:rn:%d:u:%d:w:1903x969:s:1920x1080x24:sk:1:ns:%d:ds:0'
            ',11,%d,9,1,0,,%d,3,,,,%d:co:0:rqn:1:st:%d:t:%s' % (m.alnum(20).lower(), m.num(), m.num(), m.num(), m.now, m.now, m.num(), m.num(),
            m.epoch(), m.num(), m.num(), m.num(), m.now, m.title())), ('t', 'gdpr(14)clc(0-0-0)rqnt(1)aw(1)ti(0)')])


@kind('linkedin insight and others')
def _(m):
    return m.get('/collect/', [('v', 2), ('fmt', 'js'), ('pid', '%d,%d' % (m.num(), m.num())), ('time', m.epoch()), ('url', m.url()), ('li_adsId',
            m.uuid()), ('liSync', 'true'), ('cookiesTest', 'true'), ('e_ipv6', 'AQ' + m.b64url(60)), ('ud', '{"em":"%s"}' % m.hex(64)), ('tag_exp',
            '%d~%d~%d' % (m.num(), m.num(), m.num())), ('ht', m.pick('j0', 'js,,')), ('ord', 'null')])


@kind('tiktok pixel')
def _(m):
    return m.json('/api/v2/pixel/act', {'event': 'Metadata', 'event_id': '', 'message_id': 'messageId-%d-%s' % (m.epoch(), m.alnum(20)),
            'properties': {'meta': json.dumps({'title': m.title(), 'meta:description': m.prose(1, 2), 'meta:og': {'og:title': m.title(),
            'og:url': m.url()}}), 'schema_org': json.dumps([{'@context': 'https://schema.org', '@graph': [{'@type': 'WebPage', 'name': m.title(),
            'description': m.sentence()}]}])}, 'context': {'page': {'url': m.url(), 'referrer': m.url()}, 'userAgent': m.agent(),
            'pixel': {'code': m.alnum(20).upper(), 'runtime': '1'}}}, kind='text/plain')


@kind('app crash report')
def _(m):
    return m.json('/v1/reports', {'app': {'packageName': 'com.%s.%s' % (m.noun(), m.noun()), 'versionCode': m.num()}, 'device': {'brand': 'samsung',
            'model': 'SM-A52%dF' % m.num(0, 9), 'locale': m.lang()}, 'threads': [{'name': 'main', 'crashed': True,
            'frames': ['java.lang.NullPointerException: Attempt to invoke virtual method \'int java.lang.String.length()\' on a null object reference',
            'at com.%s.ui.%s$%d.onClick(SourceFile:%d)' % (m.noun(), m.var().title(), m.num(1, 9), m.num()),
            'at android.os.Handler.dispatchMessage(Handler.java:106)', 'at java.lang.reflect.Method.invoke(Native Method)',
            'at com.android.internal.os.ZygoteInit.main(ZygoteInit.java:947)']}], 'logs': ['%s W/%s: %s' % (m.iso(), m.noun(), m.sentence())],
            'signal': 'SIGSEGV', 'registers': {'x0': '0x%s' % m.hex(16)}, 'maps': '7f%s-7f%s r-xp 00000000 fd:00 %d /system/lib64/libc.so'
            % (m.hex(10), m.hex(10), m.num())}, m.tool())
