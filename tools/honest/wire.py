"""Requests as programs put them on the wire, and the headers and cookies that come with them."""
import json
from maker import Maker

AGENTS = '''Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.{s} Safari/605.1.15
Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0
Mozilla/5.0 (iPhone; CPU iPhone OS 17_{s} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1
Mozilla/5.0 (Linux; Android 13; SM-G99{s}B Build/TP1A.22{s}.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/{v}.0.6099.144 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/44{s}.0.0.2;]
Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0; .NET CLR 1.1.4322; .NET CLR 2.0.50727; InfoPath.2; .NET4.0C)
Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko
Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; en) Presto/2.8.119 Version/11.10
Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)
facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)
Mozilla/5.0 (Linux; U; Android 4.4.2; de-de; GT-I9505 Build/KOT49H) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36 Edg/{v}.0.2210.9{s}
Lynx/2.8.9rel.1 libwww-FM/2.14 SSL-MM/1.4.1 GNUTLS/3.6.7
Mozilla/5.0 (SMART-TV; Linux; Tizen 6.{s}) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/4.0 TV Safari/537.36
Mozilla/5.0 (PlayStation 4 3.1{s}) AppleWebKit/537.73 (KHTML, like Gecko)'''.split('\n')
TOOLS = '''curl/7.8{s}.1|Wget/1.21.{s} (linux-gnu)|python-requests/2.3{s}.0|okhttp/4.9.{s}|axios/1.{s}.2|Go-http-client/1.1|Apache-HttpClient/4.5.1{s} (Java/1.8.0_{v})|
PostmanRuntime/7.3{s}.1|Dalvik/2.1.0 (Linux; U; Android 1{s}; Pixel {s} Build/SQ1D.220{s}05.003)|CFNetwork/140{s}.0.4 Darwin/22.{s}.0|node-fetch/1.0 (+https://github.com/bitinn/node-fetch)|
Java/17.0.{s}|libwww-perl/6.{v}|GuzzleHttp/7|Ruby|aiohttp/3.8.{s} (CPython 3.11; linux)|Dart/3.{s} (dart:io)|UnityPlayer/2021.3.{s}f1 (UnityWebRequest/1.0, libcurl/7.84.0-DEV)|
MyApp/{s}.{v} (iPad; iOS 16.{s}; Scale/2.00)|{n}-service/1.{s} ({n}; env=prod; +https://{n}.example/bot)'''.replace('\n', '').split('|')


class Wire(Maker):
    # ---- headers ----

    def agent(self, of=None):
        s = self.word(of or AGENTS)
        return s.replace('{v}', str(self.num(80, 131))).replace('{s}', str(self.num(0, 9))).replace('{n}', self.noun())

    def browser(self, accept='text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8', referer=True):
        v = self.num(90, 131)
        h = [('User-Agent', self.agent()), ('Accept', accept), ('Accept-Language', self.pick('%s,%s;q=0.9,en;q=0.8' % (self.lang(), self.lang()),
                'en-US,en;q=0.5', '*')), ('Accept-Encoding', self.pick('gzip, deflate, br', 'gzip, deflate, br, zstd', 'gzip'))]
        if self.chance(0.6):
            h += [('sec-ch-ua', self.pick('"Chromium";v="%d", "Not_A Brand";v="24", "Google Chrome";v="%d"' % (v, v),
                    '"Not;A=Brand";v="99", "Chromium";v="%d"' % v, '" Not A;Brand";v="99", "Microsoft Edge";v="%d"' % v,
                    '"Not)A;Brand";v="8", "Brave";v="%d"' % v)), ('sec-ch-ua-mobile', '?0'), ('sec-ch-ua-platform', self.pick('"Windows"', '"macOS"',
                    '"Android"')), ('Sec-Fetch-Site', self.pick('none', 'same-origin', 'cross-site')), ('Sec-Fetch-Mode', self.pick('navigate',
                    'cors', 'no-cors')), ('Sec-Fetch-Dest', self.pick('document', 'empty', 'script', 'image'))]
        if referer and self.chance(0.7):
            h.append(('Referer', self.pick(self.url(), 'https://www.google.com/', 'https://%s/?q=%s' % (self.host(), self.enc(self.search())),
                    'android-app://com.%s.%s/' % (self.noun(), self.noun()))))
        h += self.pick([], [], [('DNT', '1')], [('Upgrade-Insecure-Requests', '1')], [('Cache-Control', 'max-age=0')], [('If-None-Match', 'W/"%s-%s"'
                % (self.hex(4), self.b64(20)))], [('X-Requested-With', 'XMLHttpRequest')], [('Priority', 'u=1, i')], [('Save-Data', 'on')],
                [('If-Modified-Since', 'Tue, 04 Nov 2025 10:%02d:11 GMT' % self.num(0, 59))])
        return h + ([('Cookie', self.cookies())] if self.chance(0.7) else [])

    def tool(self, *more):
        return [('User-Agent', self.agent(TOOLS)), ('Accept', self.pick('*/*', 'application/json'))] + list(more)

    def cookies(self):
        return '; '.join('%s=%s' % self.cookie() for _ in range(self.num(1, 9)))

    def cookie(self):
        n, t = self.num, self.now
        return self.word((lambda: ('_ga', 'GA1.2.%d.%d' % (n(10 ** 8, 10 ** 9), t)), lambda: ('_ga_' + self.alnum(10).upper(),
                'GS2.1.s%d$o%d$g1$t%d$j%d$l0$h0' % (t, n(1, 99), t + 9, n(1, 60))), lambda: ('__utmz',
                '%d.%d.1.1.utmcsr=google|utmccn=(organic)|utmcmd=organic|utmctr=(not%%20provided)' % (n(), t)), lambda: ('_fbp', 'fb.1.%d.%d'
                % (self.epoch(), n(10 ** 8, 10 ** 9))), lambda: ('OptanonConsent',
                'isGpcEnabled=0&datestamp=%s&version=202310.2.0&browserGpcFlag=0&isIABGlobal=false&hosts=&consentId=%s&interactionCount=1'
                '&landingPath=NotLandingPage&groups=C0001%%3A1%%2CC0002%%3A%d%%2CC0004%%3A0&geolocation=%%3B&AwaitingReconsent=false'
                % (self.enc('Tue Nov 25 2025 1%d:02:11 GMT+0100 (Central European Standard Time)' % n(0, 9)), self.uuid(), n(0, 1))),
                lambda: ('OptanonAlertBoxClosed', self.iso()), lambda: ('euconsent-v2', 'CP%sAAAAAA.%s' % (self.b64url(60), self.b64url(40))),
                lambda: ('FCCDCF',
                self.enc('[null,null,null,["CP%sADBENDgCoAP_AAH_AAAqIHnNd_X_fb2_j-_59_9t0eY1f9_7_v20zjheds-8NyZ_X_L4Xr2MyvB36pq4KuR4Eu3LBAQdlHOHcTQmQ4IkVqTPsbk2Mr7NKJ7PEinMbe2dYGH9_n93T-ZKY7__f__z_v-v_v____f"'
                ',"2~%d.%d.%d~dv.","%s"]]' % (self.alnum(6), n(), n(), n(), self.uuid().upper()))), lambda: ('FCNEC',
                self.enc('[["%s\\u003d\\u003d"]]' % self.b64url(90))), lambda: ('__gads', 'ID=%s:T=%d:RT=%d:S=ALNI_M%s' % (self.hex(16), t, t + 5,
                self.b64url(21))), lambda: ('usprivacy', '1---'), lambda: ('_clck', '%s%%7C2%%7C%s%%7C0%%7C1%d' % (self.hex(6), self.hex(3), n())),
                lambda: ('_clsk', '%s^%d^%d^1^t.clarity.ms/collect' % (self.hex(6), self.epoch(), n(1, 9))), lambda: ('_hjSessionUser_%d' % n(10 ** 5,
                10 ** 7), self.blob({'id': self.uuid(), 'created': self.epoch(), 'existing': True})), lambda: ('mp_%s_mixpanel' % self.hex(32),
                self.enc(json.dumps({'distinct_id': '$device:' + self.uuid(), '$device_id': self.uuid(), '$initial_referrer': '$direct',
                '$initial_referring_domain': '$direct'}))), lambda: ('ajs_anonymous_id', '%%22%s%%22' % self.uuid()), lambda: ('AMCV_%s%%40AdobeOrg'
                % self.hex(24).upper(),
                '179643557%%7CMCIDTS%%7C20%d%%7CMCMID%%7C%d%%7CMCAAMLH-%d%%7C6%%7CMCAAMB-%d%%7CRKhpRz8krg2tLO6pguXWp5olkAcUniQYPHaMWWgdJ3xzPWQmdj0y%%7CvVersion%%7C5.5.0'
                % (n(), n(10 ** 12, 10 ** 13), t, t)), lambda: ('s_sq', '%5B%5BB%5D%5D'), lambda: ('s_sq',
                '%s%%3D%%2526c.%%2526a.%%2526activitymap.%%2526page%%253D%s%%2526link%%253D%s%%2526region%%253Dmain%%2526.activitymap%%2526.a%%2526.c'
                % (self.noun(), self.enc(self.enc(self.phrase())), self.enc(self.enc(self.title())))), lambda: ('utag_main',
                'v_id:%s$_sn:%d$_ss:0$_st:%d$ses_id:%d%%3Bexp-session$_pn:%d%%3Bexp-session' % (self.hex(24), n(1, 9), self.epoch(), self.epoch(),
                n(1, 9))), lambda: ('_abck', '%s~-1~YAAQ%s~-1~-1~-1' % (self.hex(32).upper(), self.b64(90))), lambda: ('bm_sz', '%s~YAAQ%s~%d~%d'
                % (self.hex(32).upper(), self.b64(60), n(10 ** 6, 10 ** 7), n(10 ** 6, 10 ** 7))), lambda: ('__cf_bm', '%s-%d-1.0.1.1-%s'
                % (self.b64url(32), t, self.b64url(80))), lambda: ('AWSALBCORS', self.b64(96)), lambda: ('JSESSIONID', '%s.node%d'
                % (self.hex(32).upper(), n(1, 9))), lambda: ('PHPSESSID', self.alnum(26).lower()), lambda: ('connect.sid', 's%%3A%s.%s'
                % (self.b64url(24), self.enc(self.b64(32)))), lambda: ('_%s_session' % self.noun(), '%s--%s' % (self.enc(self.b64(99)),
                self.hex(40))), lambda: ('laravel_session', self.blob({'iv': self.b64(16), 'value': self.b64(120), 'mac': self.hex(64), 'tag': ''},
                True)), lambda: ('csrftoken', self.alnum(64)), lambda: ('.ASPXAUTH', self.hex(160).upper()),
                lambda: ('wordpress_logged_in_' + self.hex(32), '%s%%7C%d%%7C%s%%7C%s' % (self.noun(), t, self.alnum(43), self.hex(64))),
                lambda: ('wp-settings-1', 'libraryContent%3Dbrowse%26editor%3Dtinymce%26posts_list_mode%3Dlist'), lambda: ('lidc',
                '"b=VB%d:s=V:r=V:a=V:p=V:g=%d:u=1:x=1:i=%d:t=%d:v=2:sig=AQ%s"' % (n(), n(1000, 9999), t, t, self.b64url(24))), lambda: ('bcookie',
                '"v=2&%s"' % self.uuid()), lambda: ('_mkto_trk', 'id:%d-ABC-%d&token:_mch-%s-%d-%d' % (n(), n(), self.host(), self.epoch(), n(10000,
                99999))), lambda: ('__hstc', '%d.%s.%d.%d.%d.%d' % (n(10 ** 6, 10 ** 8), self.hex(32), self.epoch(), self.epoch(), self.epoch(), n(1,
                9))), lambda: ('cto_bundle', self.enc('%s_%s' % (self.b64url(90), self.b64(40)))), lambda: ('_pk_ref.%d.%s' % (n(1, 99), self.hex(4)),
                self.enc(json.dumps(['', '', t, 'https://www.google.com/']))), lambda: ('_pk_id.1.' + self.hex(4), '%s.%d.' % (self.hex(16), t)),
                lambda: ('optimizelyEndUserId', 'oeu%dr0.%d' % (self.epoch(), n(10 ** 12, 10 ** 15))), lambda: ('cart',
                self.enc(json.dumps([{'sku': self.ident(), 'q': n(1, 9), 'name': self.phrase()}]))), lambda: ('cart', json.dumps({'items': [n(), n()],
                'c': 'EUR'})), lambda: ('recent', '%s|%s|%s' % (self.slug(), self.slug(), self.slug())), lambda: ('prefs',
                'lang:%s,theme:dark,tz:Europe/%s' % (self.lang(), self.word(('Paris', 'Berlin')))), lambda: ('tz', 'America%2FNew_York'),
                lambda: ('SameSite', 'None'), lambda: ('last_search', self.enc(self.search())), lambda: ('returnUrl',
                self.enc(self.path() + '?' + self.query())), lambda: ('sb-%s-auth-token' % self.alnum(8), self.enc('["%s","%s",null,null,null]'
                % (self.jwt(), self.b64url(16)))), lambda: ('user', self.enc(self.name())), lambda: ('city', self.enc(self.city())), lambda: ('datr',
                self.b64url(18)), lambda: ('session', 'eyJ%s.%s.%s' % (self.b64url(30), self.b64url(5), self.b64url(20))), lambda: ('dtCookie',
                'v_4_srv_%d_sn_%s_perc_100000_ol_0_mul_1_app-3A%s_1' % (n(1, 20), self.hex(32).upper(), self.hex(16))), lambda: ('rxvt', '%d|%d'
                % (self.epoch(), self.epoch())), lambda: ('dtPC', '%d$%d_%dh1vPQ%s-0e0' % (n(1, 9), n(10 ** 7, 10 ** 8), n(),
                self.alnum(20).upper())), lambda: ('QSI_HistorySession', self.enc('%s~%d|%s~%d' % (self.url(), self.epoch(), self.url(),
                self.epoch()))), lambda: ('CookieConsent',
                "{stamp:%%27%s%%27%%2Cnecessary:true%%2Cpreferences:false%%2Cstatistics:true%%2Cmarketing:false%%2Cmethod:%%27explicit%%27%%2Cver:1%%2Cutc:%d%%2Cregion:%%27de%%27}"
                % (self.b64(32), self.epoch())),))()

    def blob(self, value, percent=False):
        import base64
        s = base64.b64encode(json.dumps(value, separators=(',', ':')).encode()).decode()
        return self.enc(s) if percent else s

    # ---- requests ----

    def send(self, method, target, headers=(), body=b'', host=None):
        if isinstance(body, str):
            body = body.encode('utf-8', 'surrogatepass')
        target = ''.join(c if 32 < ord(c) < 127 else self.enc(c) for c in target)
        lines = ['%s %s HTTP/1.1' % (method, target), 'Host: ' + (host or self.host())]
        lines += ['%s: %s' % h for h in headers]
        if body or method in ('POST', 'PUT', 'PATCH'):
            lines.append('Content-Length: %d' % len(body))
        return '\r\n'.join(lines).encode('utf-8') + b'\r\n\r\n' + body

    def get(self, path, query=None, headers=None, raw=None):
        target = path + ('?' + (raw if raw is not None else self.pairs(query)) if raw is not None or query else '')
        return self.send('GET', target, self.browser() if headers is None else headers)

    def form(self, path, fields, headers=None):
        h = self.browser() if headers is None else headers
        return self.send('POST', path, h + [('Content-Type', 'application/x-www-form-urlencoded' + self.maybe('; charset=UTF-8'))],
                self.pairs(fields))

    def json(self, path, value, headers=None, kind='application/json', method='POST'):
        h = self.browser('application/json, text/plain, */*') if headers is None else headers
        return self.send(method, path, h + [('Content-Type', kind)], value if isinstance(value, str) else self.dumps(value))

    def text(self, path, body, kind, headers=None, method='POST'):
        h = self.browser('*/*') if headers is None else headers
        return self.send(method, path, h + [('Content-Type', kind)], body)

    def multipart(self, path, parts, headers=None):
        """parts: (name, value) or (name, file name, type, content)"""
        edge = self.pick('----WebKitFormBoundary' + self.alnum(16), '---------------------------%d' % self.num(10 ** 20, 10 ** 28), self.hex(32))
        body = b''
        for p in parts:
            value = p[-1].encode() if isinstance(p[-1], str) else p[-1]
            about = 'Content-Disposition: form-data; name="%s"' % p[0]
            if len(p) == 4:
                about += '; filename="%s"\r\nContent-Type: %s' % (p[1].replace('"', '%22'), p[2])
            body += b'--%s\r\n%s\r\n\r\n%s\r\n' % (edge.encode(), about.encode(), value)
        body += b'--%s--\r\n' % edge.encode()
        h = self.browser() if headers is None else headers
        return self.send('POST', path, h + [('Content-Type', 'multipart/form-data; boundary=' + edge)], body)
