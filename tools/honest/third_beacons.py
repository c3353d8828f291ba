"""Third wave: beacons, advertisers, consent, sign-in, reports of browsers."""
import base64
import json
import urllib.parse as u
import zlib
from registry import hard, kind
from third_wire import AGENTS, form, get, http, js, params, query


@kind('ga4')
def _(m):
    return http(m, 'POST', '/g/collect?' + query([('v', '2'), ('tid', 'G-' + m.hex(10).upper()), ('gtm', '45je4%dv88' % m.num(0, 9999)), ('_p',
            m.num(0, 10**9)), ('cid', '%d.%d' % (m.num(0, 10**9), 1719000000)), ('ul', 'de-de'), ('sr', '1920x1080'), ('uaa', 'x86'), ('uafvl',
            'Not%2FA)Brand;8.0.0.0|Chromium;126.0.6478.62'), ('dl', "https://k.example/search?q=o'brien&sort=-price"), ('dt',
            "O'Brien & Co. | \"Shop\" – Kiefer"), ('en', 'view_item_list'), ('ep.item', 'a;b|c'), ('_et', m.num(0, 999))]),
            ['Origin: https://k.example'], '')


@kind('ga4 batch')
def _(m):
    return http(m, 'POST', '/g/collect?v=2&tid=G-K1&cid=1.2&_s=2', ['Content-Type: text/plain;charset=UTF-8'],
            "en=scroll&epn.percent_scrolled=90&_et=12\r\nen=click&ep.link_url=https%3A%2F%2Fx.example%2F%3Fa%3D1%26b%3D2&ep.link_text=It%27s%20here\r\nen=user_engagement&_et=5000")


@kind('matomo again')
def _(m):
    return get(m, '/matomo.php?' + query([('action_name', "Suche > \"Müller's\" & Co."), ('idsite', 1), ('rec', 1), ('r', m.num(0, 10**6)), ('h',
            10), ('m', 5), ('s', 3), ('url', 'https://k.example/a?b=c#d/e'), ('urlref', 'https://suchwald.example/'), ('_id', m.hex(16)),
            ('_cvar', '{"1":["user","o\'brien"],"2":["ab","A|B"]}'), ('e_c', 'Video'), ('e_a', 'play > 50%'), ('ec_items',
            '[["K-1","Levi\'s 501",["Jeans & Hosen"],79.9,1]]'), ('res', '1920x1080'), ('pf_net', 3), ('uadata',
            '{"fullVersionList":[{"brand":"Not/A)Brand","version":"8"}]}')]))


@kind('sentry envelope again')
def _(m):
    e = {"event_id": m.hex(32), "exception": {"values": [{"type": "TypeError", "value": "undefined is not an object (evaluating 'a.b')",
            "stacktrace": {"frames": [{"filename": "https://k.example/_next/static/chunks/app-%s.js" % m.hex(8), "function": "Object.onClick",
            "lineno": 1, "colno": 99}, {"filename": "<anonymous>", "function": "eval"}]}}]}, "breadcrumbs": [{"category": "ui.click",
            "message": "div#root > button.btn[type=\"submit\"]"}, {"category": "fetch", "data": {"method": "GET", "url": "/api?q='x'&p=1",
            "status_code": 500}}, {"category": "console", "message": "Warning: Each child in a list should have a unique \"key\" prop"},
            {"category": "query", "message": "SELECT \"users\".* FROM \"users\" WHERE \"users\".\"id\" = $1 LIMIT $2"}],
            "request": {"url": "https://k.example/", "headers": {"User-Agent": AGENTS[0]}}}
    return http(m, 'POST', '/api/42/envelope/?sentry_key=%s&sentry_version=7&sentry_client=sentry.javascript.nextjs%%2F8.9.2' % m.hex(32),
            ['Content-Type: text/plain;charset=UTF-8'], json.dumps({"event_id": e["event_id"], "sdk": {"name": "sentry.javascript.nextjs"},
            "trace": {"trace_id": m.hex(32)}}) + '\n{"type":"event"}\n' + json.dumps(e) + '\n')


@kind('rum beacon')
def _(m):
    return js(m, '/rb_%s?type=js3&sn=v_4_srv_1_sn_%s&svrid=1&flavor=post' % (m.hex(8), m.hex(30).upper()),
            {"a": "1|1|_load_|_load_|-|1719000000000|1719000001000|0,2|2|_onload_|_load_|-|17190|17190|0$rId=RID_1$rpId=1$domR=1719$tvn=%2Fsearch%3Fq%3Da%27b$tvt=1719$w=1920$h=1080"},
            ct='text/plain;charset=UTF-8')


@kind('newrelic')
def _(m):
    return http(m, 'POST', '/events/1/NRJS-%s?a=1&v=1.260.1&to=%s&rst=%d&ck=0&ref=https://k.example/it%%27s' % (m.hex(19), m.b64url(30), m.num(0,
            9999)), ['Content-Type: text/plain'],
            'bel.7;1,a,bx,cd,,,\'POST,1k,\'k.example:443,\'/api/o\'\'brien,2,5,1,\'0,!!;e,2,\'click,\'#a>b;5,\'x,\'{"a":1}')


@kind('facebook pixel again')
def _(m):
    return get(m, '/tr/?' + query([('id', m.num(0, 10**14)), ('ev', 'SubscribedButtonClick'), ('dl', 'https://k.example/?fbclid=IwAR' +
            m.b64url(40)), ('rl', ''), ('cd[buttonFeatures]',
            '{"classList":"btn btn-primary","destination":"","id":"x","imageUrl":"","innerText":"Don\'t miss & buy","numChildButtons":0,"tag":"button","type":"submit"}'),
            ('cd[formFeatures]', '[{"id":"q","name":"q","tag":"input","inputType":"text"}]'), ('cd[pageFeatures]', '{"title":"\\"Sale\\" -50%"}'),
            ('sw', 1920), ('fbp', 'fb.1.1719.%d' % m.num(0, 10**9))]))


@kind('openrtb')
def _(m):
    return js(m, '/openrtb2/auction?dsp=k', {"id": m.uuid(), "imp": [{"id": "1", "banner": {"format": [{"w": 300, "h": 250}], "api": [3, 5, 7]},
            "ext": {"prebid": {"bidder": {"k": {"placementId": 1}}}, "gpid": "/1234/k.example/home#div-gpt-ad-1"}, "secure": 1}],
            "site": {"page": "https://k.example/a?q='b'", "ref": "https://x.example/", "content": {"title": "It's \"on\" & off"},
            "cat": ["IAB1-2"]}, "device": {"ua": AGENTS[0], "ip": "203.0.113.9", "geo": {"lat": 48.1, "lon": 11.5},
            "sua": {"browsers": [{"brand": "Not/A)Brand", "version": ["8"]}]}}, "user": {"ext": {"consent": "CP" + m.b64url(60),
            "eids": [{"source": "id5-sync.com", "uids": [{"id": "ID5*" + m.b64url(40), "atype": 1}]}]}}, "at": 1, "tmax": 500,
            "badv": ["x.example"], "source": {"ext": {"schain": {"ver": "1.0", "nodes": [{"asi": "k.example", "sid": "1", "hp": 1}]}}}})


@kind('prebid ads')
def _(m):
    return get(m, '/gampad/ads?' + query([('gdfp_req', 1), ('iu_parts', '1234,k.example,home'), ('prev_iu_szs', '300x250|300x600,728x90'),
            ('cust_params', 'pos=top&kw=o\'brien%2Csale&hb_pb=0.50&!c=x'), ('prev_scp', 'hb_adid=%s&hb_bidder=k|hb_size=300x250' % m.hex(14)),
            ('cookie', 'ID=%s:T=1719:RT=1719:S=ALNI_%s' % (m.hex(16), m.b64url(24))), ('url', 'https://k.example/a?x=1&y=2#z'), ('dt',
            1719000000000), ('vis', 1), ('scr_x', '-12245933'), ('adks', '1,2'), ('frm', 20)]))


@kind('ad click')
def _(m):
    return get(m, '/aclk?sa=l&ai=%s&sig=%s&adurl=' % (m.b64url(90), m.b64url(20)) +
            u.quote('https://k.example/lp?utm_source=g&utm_term={keyword}&gclid=EAI&x={ifmobile:m}{ifsearch:s}', safe=''))


@kind('macro tracking')
def _(m):
    return get(m,
            '/click?pid=1&sub1={click_id}&sub2={{campaign.name}}&gaid=${GAID}&cb=[CACHEBUSTER]&price=%%WINNING_PRICE%%&site=__SITE__&u=https%3A%2F%2Fk.example%2F%3Fa%3D{{ad.id}}')


@kind('consent cookies')
def _(m):
    return get(m, '/',
            headers=['Cookie: OptanonConsent=isGpcEnabled=0&datestamp=Mon+Jun+01+2026+10%3A00%3A00+GMT%2B0200+(Mitteleurop%C3%A4ische+Sommerzeit)&version=202405.1.0&isIABGlobal=false&hosts=&consentId=' +
            m.uuid() +
            '&interactionCount=1&landingPath=NotLandingPage&groups=C0001%3A1%2CC0002%3A0%2CC0003%3A0&AwaitingReconsent=false&geolocation=DE%3BBY; euconsent-v2=CP' +
            m.b64url(80) + '.YAAAAAAAAAAA; CookieConsent={stamp:%27' + m.b64(30) +
            '%27%2Cnecessary:true%2Cpreferences:false%2Cmethod:%27explicit%27%2Cver:1}; usprivacy=1YNN; _ga=GA1.1.1.2; _gcl_au=1.1.3.4; didomi_token=' +
            m.b64(60)])


@kind('long cookies')
def _(m):
    return get(m, '/account', headers=['Cookie: ' +
            '; '.join(['AMCV_%s%%40AdobeOrg=179643557%%7CMCIDTS%%7C19875%%7CMCMID%%7C%d%%7CvVersion%%7C5.5.0' % (m.hex(24).upper(), m.num(0,
            2 ** 120)), 's_ppv=home%2C50%2C50%2C900', 'mbox=session#' + m.hex(32) + '#1719|PC#' + m.hex(32) + '.37_0#17', 'utag_main=v_id:' +
            m.hex(30) + '$_sn:3$_se:2$_ss:0$_st:1719$ses_id:1719%3Bexp-session', '_hjSessionUser_1=' + m.b64(80),
            'ajs_user_id=%22o\'brien%40k.example%22', 'ab.storage.sessionId.' + m.uuid() + '=g%3A' + m.uuid() + '%7Ce%3Aundefined%7Cc%3A17',
            'intercom-session-x=' + m.b64(60), 'cart=%5B%7B%22sku%22%3A%22K-1%22%2C%22qty%22%3A2%2C%22name%22%3A%22Levi%27s%20%26%20Co%22%7D%5D',
            '_dd_s=rum=1&id=' + m.uuid() + '&created=17&expire=18', '__stripe_mid=' + m.uuid() + m.hex(6), 'XSRF-TOKEN=eyJpdiI6' +
            m.b64(60).replace('=', '%3D'), 'wordpress_logged_in_%s=pat%%7C1719%%7C%s%%7C%s' % (m.hex(32), m.b64url(30), m.hex(64))])])


@kind('php array cookie')
def _(m):
    return get(m, '/',
            headers=['Cookie: filters=a%3A2%3A%7Bs%3A5%3A%22brand%22%3Bs%3A6%3A%22Levi%27s%22%3Bs%3A4%3A%22sort%22%3Bs%3A5%3A%22price%22%3B%7D; prefs=lang=de&cur=EUR&view=list; last_seen=[12,15,99]; ui={"dark":true,"cols":["name","price"]}; tz=Europe/Berlin; ref="https://x.example/?a=b"'])


@kind('oauth authorize again')
def _(m):
    return get(m, '/oauth2/v2.0/authorize?' + query([('client_id', m.uuid()), ('response_type', 'code id_token'), ('redirect_uri',
            'http://localhost:%d/callback' % m.word([3000, 8080, 53682])), ('scope',
            'openid profile https://graph.example/.default offline_access'), ('state', m.b64(24)), ('nonce', m.b64url(16)), ('code_challenge',
            m.b64url(32)), ('code_challenge_method', 'S256'), ('prompt', 'select_account'), ('claims',
            '{"id_token":{"auth_time":{"essential":true}}}'), ('login_hint', "o'brien@k.example")]))


@kind('oauth loopback')
def _(m):
    return get(m, '/authorize?' + params(client_id='cli', redirect_uri=m.word(['http://127.0.0.1:%d/' % m.num(40000, 60000), 'http://[::1]:5000/cb',
            'com.kiefer.app:/oauth2redirect', 'urn:ietf:wg:oauth:2.0:oob']), response_type='code'))


@kind('oauth token again')
def _(m):
    return form(m, '/oauth/token', [('grant_type', m.word(['authorization_code', 'urn:ietf:params:oauth:grant-type:jwt-bearer',
            'urn:ietf:params:oauth:grant-type:device_code'])), ('code', m.b64url(40)), ('assertion', m.jwt()), ('client_secret',
            m.word(["p~8Q'x;&|$(9)", 'a--b/*c*/"d"', '$2y$10$abc.def/ghi', 'x\' OR\'ly?'])), ('code_verifier', m.b64url(43))], browser=False)


@kind('login strong password')
def _(m):
    return form(m, '/login', [('email', 'pat+shop@k.example'), ('password', m.word(["Tr0ub4dor&3'; x", "correct horse; battery -- staple",
            "<3MyD0g!>", "' or 'twas I", "p@$$w{0}rd%", "a|b&c;d`e", "#{hunter2}", "100%$(sure)", "--!!--", "~/../~", "\"quoted\"'s",
            "${pass}word1"])), ('_csrf', m.b64url(24)), ('remember', 'on')])


@kind('saml post')
def _(m):
    x = '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_%s" Version="2.0" Destination="https://k.example/acs"><saml:Issuer>https://idp.k.example</saml:Issuer><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:Reference URI="#_a"><ds:DigestValue>%s</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>%s</ds:SignatureValue></ds:Signature><saml:Assertion><saml:Subject><saml:NameID>O\'Brien</saml:NameID></saml:Subject><saml:AttributeStatement><saml:Attribute Name="groups"><saml:AttributeValue>R&amp;D</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>' % (m.hex(32),
            m.b64(32), m.b64(256))
    return form(m, '/saml/acs', [('SAMLResponse', base64.b64encode(x.encode()).decode()), ('RelayState', 'https://k.example/app?next=/a&b=c')])


@kind('saml redirect')
def _(m):
    c = zlib.compressobj(9, 8, -15)
    d = c.compress(('<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_%s" Version="2.0"/>' % m.hex(32)).encode()) + c.flush()
    return get(m, '/saml/sso?' + params(SAMLRequest=base64.b64encode(d).decode(), RelayState='ss:mem:' + m.hex(40),
            SigAlg='http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', Signature=m.b64(128)))


@kind('wsfed')
def _(m):
    return get(m, '/adfs/ls/?' + params(wa='wsignin1.0', wtrealm='urn:federation:k', wctx='rm=0&id=passive&ru=%2fapp%2f%3fa%3d1',
            wct='2026-06-01T10:00:00Z', wreply='https://k.example/_trust/'))


@kind('webauthn')
def _(m):
    return js(m, '/webauthn/finish', {"id": m.b64url(32), "rawId": m.b64url(32), "type": "public-key",
            "response": {"clientDataJSON": base64.b64encode(json.dumps({"type": "webauthn.get", "challenge": m.b64url(32),
            "origin": "https://k.example", "crossOrigin": False}).encode()).decode(), "authenticatorData": m.b64url(37),
            "signature": m.b64url(70), "userHandle": None}, "clientExtensionResults": {}})


@kind('scim')
def _(m):
    return get(m, '/scim/v2/Users?' + params(filter=m.word(['userName eq "o\'brien@k.example" and active eq true',
            'emails[type eq "work" and value co "@k.example"]', 'meta.lastModified gt "2026-01-01T00:00:00Z" or not (title pr)']), startIndex=1,
            count=100), headers=['Authorization: Bearer ' + m.jwt()], browser=False)


@kind('scim patch')
def _(m):
    return js(m, '/scim/v2/Groups/' + m.uuid(), {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "remove",
            "path": "members[value eq \"%s\"]" % m.uuid()}, {"op": "replace", "path": "displayName", "value": "R&D 'core'"}]}, method='PATCH',
            ct='application/scim+json')


@kind('utm link')
def _(m):
    return get(m, '/lp?' + query([('utm_source', 'newsletter'), ('utm_medium', 'e-mail'), ('utm_campaign', m.word(["it's summer -50%",
            "black_friday|2026", "Q1 (DE) & AT"])), ('utm_content', 'cta; top'), ('utm_term', '+buy +shoes -cheap "red"'), ('mc_cid', m.hex(10)),
            ('gclid', 'Cj0KCQ' + m.b64url(60)), ('_hsenc', 'p2ANqtz-' + m.b64url(50)), ('ref', 'a/b'), ('msclkid', m.hex(32))]))


@kind('url in param')
def _(m):
    return get(m, '/redirect?' + query([('url', m.word(['https://partner.example/a/../b?x=1&y=2#z', '//cdn.example/a.js', 'https://user@k.example/',
            'https://web.archive.example/web/2020/http://k.example/', '/account?next=%2Forders%2F1', 'https://maps.example/?q=48.1,11.5&z=10',
            'http://intranet/wiki/Start', 'https://k.example/a;jsessionid=1?b',
            'intent://scan/#Intent;scheme=zxing;package=com.k;S.browser_fallback_url=https%3A%2F%2Fk.example;end'])), ('sig', m.b64url(20))]))


@kind('oembed')
def _(m):
    return get(m, '/oembed?' + params(url='https://video.k.example/watch?v=%s&list=PL1&t=1m2s' % m.b64url(8), format='json', maxwidth=600))


@kind('image proxy')
def _(m):
    return get(m, '/_next/image?' + params(url='https://cdn.k.example/img/a b.jpg?fit=crop&w=1', w=640,
            q=75) if m.chance(0.5) else '/insecure/rs:fill:300:400:0/g:no/plain/https://cdn.k.example/o\'brien.jpg@webp')


@hard('csp report')
def _(m):
    return js(m, '/csp', {"csp-report": {"document-uri": "https://k.example/a?q='b'", "violated-directive": "script-src-elem",
            "original-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'nonce-%s' https://cdn.example; report-uri /csp" %
            m.b64url(12), "blocked-uri": m.word(["inline", "eval", "data", "https://x.example/a.js"]),
            "script-sample": m.word(["document.write('<script>", "(function(){var a=window;a.onerror", "alert(1)", "onclick=\"go()\""])}},
            ct='application/csp-report')


@kind('reporting api')
def _(m):
    return js(m, '/reports', [{"age": 10, "type": "network-error", "url": "https://k.example/", "body": {"elapsed_time": 3, "method": "GET",
            "phase": "application", "protocol": "h2", "type": "http.error", "status_code": 500}}, {"type": "deprecation",
            "body": {"id": "UnloadHandler", "message": "Unload event listeners are deprecated; don't use them.",
            "sourceFile": "https://k.example/a.js"}}], ct='application/reports+json')


@kind('web vitals again')
def _(m):
    return http(m, 'POST', '/vitals', ['Content-Type: text/plain;charset=UTF-8'], json.dumps({"name": "INP", "value": 200, "id": "v4-1719-%d" %
            m.num(0, 10**9), "attr": {"el": "html>body>div#app>main.a>button:nth-child(2)[data-x=\"it's\"]",
            "loaf": [{"inv": "BUTTON#buy.onclick", "src": "https://k.example/a.js"}]}}))
