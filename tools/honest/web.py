"""What browsers ask for: pages, pictures, maps, searches, sign-ins."""
import base64, json, zlib
from registry import kind


@kind('a page', weight=3)
def _(m):
    return m.get(m.pick('/', m.path(5), m.path(2), '/%s/%s/%d-%s.html' % (m.lang(), m.noun(), m.num(), m.slug()), '/%s;jsessionid=%s' % (m.noun(),
            m.hex(32).upper()), '/~%s/' % m.noun(), '/@%s/%s' % (m.noun(), m.slug()), '/%s/%s,%d.html' % (m.noun(), m.slug(), m.num()), '/wiki/%s'
            % m.title().replace(' ', '_'), '/%s/%s(%s)' % (m.noun(), m.noun(), m.adj()), "/wiki/%s's_%s" % (m.noun().title(), m.noun())),
            raw=m.pick(None, None, m.query(), '%d' % m.num(), 'p=%d' % m.num(), 'page=%d&sort=-%s&order[]=%s' % (m.num(), m.noun(), m.pick('asc',
            'desc'))))


@kind('static file')
def _(m):
    return m.get(m.pick('/assets/%s-%s.js' % (m.noun(), m.hex(8)), '/wp-content/plugins/%s/js/%s.min.js' % (m.slug(), m.noun()),
            '/_next/static/chunks/pages/%s-%s.js' % (m.enc('[%s]' % m.noun()), m.hex(16)), '/_next/static/chunks/app/(%s)/@%s/page-%s.js' % (m.noun(),
            m.noun(), m.hex(16)), '/node_modules/.vite/deps/%s.js' % m.noun(), '/@fs/home/%s/%s/src/main.ts' % (m.noun(), m.noun()), '/src/%s.vue'
            % m.noun(), '/build/%s.css.map' % m.noun(), '/sites/default/files/css/css_%s.css' % m.b64url(32), '/.well-known/%s'
            % m.pick('security.txt', 'assetlinks.json', 'apple-app-site-association', 'change-password', 'openid-configuration', 'matrix/client',
            'webfinger', 'nodeinfo'), '/favicon.ico', '/robots.txt', '/sitemap_index.xml', '/%s/..%s.svg' % (m.noun(), m.noun())), raw=m.pick(None,
            'ver=%d.%d.%d' % (m.num(), m.num(), m.num()), m.hex(8), 'v=%s&t=%d' % (m.date(), m.now), '_=%d' % m.epoch(), 'import&t=%d' % m.epoch(),
            'vue&type=style&index=0&scoped=%s&lang.css' % m.hex(8)), headers=m.browser('*/*'))


@kind('concatenated files')
def _(m):
    return m.get('/combo', raw=m.pick('yui/3.18.1/%s/%s-min.js&yui/3.18.1/%s/%s-min.js' % (m.noun(), m.noun(), m.noun(), m.noun()),
            '?a/%s.js,b/%s.js,../%s/c.js?t=%d' % (m.noun(), m.noun(), m.noun(), m.num()), 'f=%s.js,%s.js;%s.css' % (m.noun(), m.noun(), m.noun()),
            'g=%s&%d' % (m.noun(), m.num()), 'lang=en&modules=%s%%7Cjquery%%2C%s%%7Cmediawiki.page.ready%%2Cstartup&only=styles&skin=vector'
            % (m.noun(), m.noun())))


@kind('image transforms')
def _(m):
    return m.get(m.pick('/image/upload/c_fill,g_auto,w_%d,h_%d,q_auto:good,f_auto,dpr_2.0/e_sharpen:%d/l_text:Arial_%d:%s,co_rgb:%s/v%d/%s/%s.jpg'
            % (m.num(), m.num(), m.num(), m.num(), m.enc(m.title()), m.hex(6), m.now, m.noun(), m.slug()),
            '/cdn-cgi/image/width=%d,quality=75,format=auto,fit=cover,gravity=0.5x0.3/https://%s/%s.png' % (m.num(), m.host(), m.slug()),
            '/unsafe/%dx0/filters:quality(80):format(webp):fill(transparent)/https%%3A%%2F%%2F%s%%2F%s.jpg' % (m.num(), m.host(), m.slug()),
            '/_next/image', '/rs:fit:%d:%d:1/g:ce/aHR0cHM6Ly9%s.jpg' % (m.num(), m.num(), m.b64url(30)), '/is/image/%s/%s'
            % (m.company()[:5].strip().replace(' ', ''), m.ident()), '/%s/%s.jpg@%dw_%dh_1c.webp' % (m.noun(), m.hex(20), m.num(), m.num()),
            '/photos/%s=w%d-h%d-k-no?authuser=0' % (m.b64url(60), m.num(), m.num()), '/img/%s.JPG!%dx%d' % (m.slug(), m.num(), m.num())),
            raw=m.pick(None, 'url=%s&w=%d&q=75' % (m.enc('/img/%s.jpg' % m.slug()), m.num()),
            '$%s$&wid=%d&fmt=webp&qlt=80,1&op_sharpen=0&resMode=sharp2&op_usm=1.75,0.3,2,0&layer=1&src=is{%s/%s}' % (m.noun(), m.num(), m.noun(),
            m.noun()), 'x-oss-process=image/resize,m_fill,w_%d,h_%d/format,webp' % (m.num(), m.num()), 'imageView2/1/w/%d/h/%d|imageslim' % (m.num(),
            m.num()), 'auto=compress,format&rect=0,0,%d,%d&crop=faces' % (m.num(), m.num())),
            headers=m.browser('image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'))


@kind('maps and tiles')
def _(m):
    return m.get(m.pick('/%d/%d/%d.png' % (m.num(1, 19), m.num(), m.num()), '/maps/vt', '/geoserver/wms',
            '/styles/v1/mapbox/light-v10/static/pin-s-%s+%s(%s,%s)/%s,%s,%d,0/300x200@2x' % (m.noun()[0], m.hex(6), m.real(-180, 180), m.real(-90,
            90), m.real(-180, 180), m.real(-90, 90), m.num(1, 18)), '/maps/embed', '/maps/dir/%s/%s/@%s,%s,%dz' % (m.enc(m.street()), m.enc(m.city()),
            m.real(), m.real(), m.num(1, 18))),
            raw=m.pick('pb=!1m5!1m4!1i%d!2i%d!3i%d!4i256!2m3!1e0!2sm!3i%d!3m12!2sen-US!3sUS!5e18!12m4!1e68!2m2!1sset!2sRoadmap!4e0!5m1!1e0!23i%d'
            % (m.num(1, 19), m.num(), m.num(), m.num(), m.num()),
            'pb=!1m18!1m12!1m3!1d%s!2d%s!3d%s!2m3!1f0!2f0!3f0!3m2!1i1024!2i768!4f13.1!3m3!1m2!1s0x%s%%3A0x%s!2s%s!5e0!3m2!1sen!2sde!4v%d' % (m.real(),
            m.real(), m.real(), m.hex(16), m.hex(16), m.enc(m.street()), m.epoch()),
            'SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=%s:%s,%s&STYLES=&CRS=EPSG:3857&BBOX=%s,%s,%s,%s&WIDTH=256&HEIGHT=256&FORMAT=image/png'
            '&TRANSPARENT=TRUE&CQL_FILTER=%s' % (m.noun(), m.noun(), m.noun(), m.real(-1e6, 1e6), m.real(), m.real(), m.real(),
            m.enc(m.pick("name = '%s'" % m.noun(), "%s > %d" % (m.noun(), m.num()), "INTERSECTS(geom, POINT(%s %s))" % (m.real(), m.real())))),
            'q=%s&format=jsonv2&addressdetails=1&viewbox=%s,%s,%s,%s' % (m.enc(m.street() + ', ' + m.city()), m.real(), m.real(), m.real(), m.real()),
            'lyrs=m@%d&hl=en&x=%d&y=%d&z=%d&s=Galileo' % (m.num(), m.num(), m.num(), m.num(1, 19))))


@kind('overpass and arcgis')
def _(m):
    return m.pick(lambda: m.form('/api/interpreter', [('data',
            '[out:json][timeout:25];(node["amenity"="%s"](%s,%s,%s,%s);way["name"~"^%s",i](area:%d););out body;>;out skel qt;' % (m.noun(), m.real(),
            m.real(), m.real(), m.real(), m.noun().title(), m.num()))]), lambda: m.get('/arcgis/rest/services/%s/MapServer/%d/query' % (m.noun(),
            m.num(0, 9)), [('f', 'json'), ('where', m.pick('1=1', "%s = '%s'" % (m.var().upper(), m.noun()), '%s > %d AND %s IS NOT NULL'
            % (m.var().upper(), m.num(), m.var().upper()), 'OBJECTID>=0')), ('outFields', '*'), ('returnGeometry', 'true'), ('geometry',
            json.dumps({'xmin': m.real(), 'ymin': m.real(), 'spatialReference': {'wkid': 102100}})), ('orderByFields', 'NAME ASC'), ('outSR',
            102100)]))()


@kind('embed frame')
def _(m):
    return m.get('/embed/' + m.b64url(8), [('autoplay', 1), ('enablejsapi', 1), ('origin', 'https://' + m.host()), ('widgetid', 1), ('playlist',
            m.b64url(8) + ',' + m.b64url(8)), ('start', m.num()), ('color', '#' + m.hex(6)), ('style', 'width:%dpx;height:%d%%;border:0' % (m.num(),
            m.num(1, 100))), ('html', m.title())][:m.num(1, 9)])


@kind('video stream')
def _(m):
    return m.get('/videoplayback', [('expire', m.now), ('ei', m.b64url(16)), ('ip', m.ip()), ('id', 'o-' + m.b64url(32)), ('itag', m.num()), ('mime',
            'video/mp4; codecs="avc1.4d401f"'), ('sparams', 'expire,ei,ip,id,itag,source,requiressl,spc,vprv'), ('sig',
            'AOq0QJ8w' + m.b64url(50) + '=='), ('lsparams', 'mh,mm,mn'), ('range', '%d-%d' % (m.num(), m.num())), ('rn',
            m.num())]) if m.chance(0.5) else m.get('/%s/index_%d_%d_%d.ts' % (m.ident(), m.num(), m.num(), m.num()), [('token',
            'exp=%d~acl=/%s/*~hmac=%s' % (m.now, m.noun(), m.hex(64))), ('Policy', m.b64url(60) + '_'), ('Signature', m.b64url(80).replace('_', '~')),
            ('Key-Pair-Id', 'APKA' + m.alnum(16).upper())])


@kind('search box', weight=4)
def _(m):
    return m.get(m.pick('/search', '/', '/s', '/suche', '/recherche', '/catalogsearch/result/', '/w/index.php'), [(m.pick('q', 'query', 's', 'search',
            'k', 'text', 'wd', 'term'), m.pick(m.search(), m.search(), m.sentence()[:70]))] + m.pick([], [('submit.x', m.num()), ('submit.y',
            m.num())], [('ie', 'utf-8'), ('oe', 'utf-8'), ('hl', m.lang())], [('page', m.num()), ('sort', m.noun())], [('gs_lcp', m.b64url(60)),
            ('sclient', 'gws-wiz'), ('ved', '0ahUKE' + m.b64url(30)), ('uact', 5), ('ei', m.b64url(16))]))


@kind('suggestions')
def _(m):
    return m.get('/complete/search', [('client', 'firefox'), ('q', m.search()[:m.num(1, 30)]), ('cp', m.num(0, 30)), ('callback', m.pick('jQuery%d_%d'
            % (m.num(10 ** 15, 10 ** 19), m.epoch()), 'google.sbox.p50', '__jp%d' % m.num(), 'window.%s.cb' % m.var())), ('_', m.epoch())])


@kind('search in odd charsets')
def _(m):
    t = m.pick(lambda: m.word(('погода в москве', 'купить велосипед недорого', 'расписание поездов', "мир 'труд' май; цены < 1000")).encode('cp1251'),
            lambda: m.word(('Müller & Söhne', "l'été à la plage", 'straße 12½', 'café "crème"', '£50 or ¥100')).encode('latin-1'),
            lambda: m.word(('今日天气', '手机壳 苹果', '北京到上海火车票')).encode('gbk'), lambda: m.word(('天気予報', '東京タワー 表示', 'ソファー 能力')).encode('shift_jis'),
            lambda: m.word(('날씨', '부산 맛집')).encode('euc-kr'))()
    return m.get('/search', raw='q=' + ''.join(chr(b) if chr(b).isalnum() and b < 128 else '%%%02X'
            % b for b in t) + '&cs=' + m.noun()) if m.chance(0.7) else m.get('/s', raw='q=' + ''.join('%%u%04X'
            % ord(c) if ord(c) > 127 else m.enc(c) for c in m.word(('погода "завтра"', '天气', 'Grüße & Küsse', "d'été"))))


@kind('redirect with an address in it')
def _(m):
    u = m.url()
    for _ in range(m.num(1, 3)):
        u = 'https://%s%s?%s=%s&%s' % (m.host(), m.pick('/l.php', '/redirect', '/login', '/url', '/r/', '/out'), m.pick('u', 'url', 'next',
                'return_to', 'continue', 'dest', 'ReturnUrl'), m.enc(u), m.query())
    return m.get('/url', [('sa', 't'), ('url', u), ('usg', 'AOvVaw' + m.b64url(15))])


@kind('oauth authorize')
def _(m):
    return m.get('/oauth2/authorize', [('response_type', m.pick('code', 'id_token token', 'code id_token')), ('client_id', m.pick(m.uuid(),
            m.alnum(32), '%d-%s.apps.googleusercontent.com' % (m.num(), m.alnum(32).lower()))), ('redirect_uri', m.pick('https://%s/callback'
            % m.host(), 'com.%s.app://oauth2redirect' % m.noun(), 'urn:ietf:wg:oauth:2.0:oob', 'http://localhost:%d/callback' % m.num(3000, 9999))),
            ('scope', m.pick('openid email profile offline_access', 'https://www.googleapis.com/auth/drive.file', 'read:user,repo',
            'api://%s/.default' % m.uuid())), ('state', m.pick(m.b64url(24), m.jwt(), json.dumps({'r': m.path(), 'n': m.hex(8)}),
            m.blob({'returnTo': m.url()}), 'OpenIdConnect.AuthenticationProperties=' + m.b64url(90))), ('nonce', '%d.%s' % (m.epoch(), m.b64(48))),
            ('code_challenge', m.b64url(32)), ('code_challenge_method', 'S256'), ('prompt', 'select_account'), ('login_hint', m.mail()), ('claims',
            json.dumps({'id_token': {'auth_time': {'essential': True}}})), ('x-client-SKU', 'msal.js.browser')])


@kind('oauth callback')
def _(m):
    return m.get(m.pick('/auth/callback', '/signin-oidc', '/login/oauth2/code/' + m.noun()), [('code', m.pick('4/0A' + m.b64url(50), m.hex(20),
            'M.C5%d_BAY.2.U.%s' % (m.num(10, 99), m.uuid()), '0.A%s!%s*%s$$' % (m.b64url(20), m.alnum(40), m.alnum(9)))), ('state', m.pick(m.b64(24),
            m.jwt(), m.path())), ('scope', 'email profile https://www.googleapis.com/auth/userinfo.email openid'), ('authuser', 0), ('session_state',
            '%s..%s' % (m.hex(40), m.hex(4))), ('iss', 'https://' + m.host()), ('error', 'access_denied'), ('error_description',
            'AADSTS50105: The signed in user \'%s\' is not assigned to a role for the application \'%s\'(%s).\r\nTrace ID: %s\r\nTimestamp:' ' %s'
            % (m.mail(), m.uuid(), m.noun(), m.uuid(), m.date()))][:m.num(2, 8)])


@kind('oauth token')
def _(m):
    return m.form('/oauth/token', m.pick([('grant_type', 'authorization_code'), ('code', m.b64url(40)), ('redirect_uri', m.url()), ('client_id',
            m.alnum(20)), ('client_secret', m.b64(40)), ('code_verifier', m.b64url(48).replace('_', '~'))], [('grant_type', 'refresh_token'),
            ('refresh_token', '1//0%s' % m.b64url(60))], [('grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'), ('assertion', m.jwt())],
            [('grant_type', 'password'), ('username', m.mail()), ('password', m.alnum(6) + m.pick('!#$', "'", '"x', '<3', '&*(', '--', ' ;)', '%^',
            '=1')), ('scope', 'api')]), m.tool(('Authorization', 'Basic ' + m.b64(40))))


@kind('saml')
def _(m):
    xml = '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_%s" Version="2.0" IssueInstant="%s" Destination="%s" InResponseTo="_%s"><saml:Issuer>https://%s/idp</saml:Issuer><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#_%s"><ds:DigestValue>%s</ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue>%s</ds:SignatureValue></ds:Signature><saml:Assertion ID="_%s"><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">%s</saml:NameID></saml:Subject><saml:AttributeStatement><saml:Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"><saml:AttributeValue>%s</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion></samlp:Response>' % (m.hex(32),
            m.iso(), m.url().replace('&', '&amp;'), m.hex(32), m.host(), m.hex(32), m.b64(32), m.b64(256), m.hex(32), m.mail(), m.name())
    if m.chance(0.5):
        return m.form('/saml/acs', [('SAMLResponse', base64.b64encode(xml.encode()).decode()), ('RelayState', m.pick(m.url(), m.path(),
                'ss:mem:' + m.hex(64), m.b64url(20)))])
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    return m.get('/saml/sso', [('SAMLRequest', base64.b64encode(z.compress(xml[:600].encode()) + z.flush()).decode()), ('RelayState', m.url()),
            ('SigAlg', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'), ('Signature', m.b64(256))])


@kind('sign-in form', weight=2)
def _(m):
    pw = m.pick(m.alnum(10), m.adj() + m.noun().title() + '!' + str(m.num()), "%s'%s#%d" % (m.noun(), m.noun(), m.num()), '%s & %s; %s' % (m.noun(),
            m.noun(), m.noun()), ''.join(m.r.choices('abcdefgXYZ0123456789!@#$%^&*()-_=+[]{};:,.<>/?|~', k=14)), '%s<%s>%s' % (m.noun(), m.noun(),
            m.num()), '$%s$%s' % (m.noun(), m.adj()), m.sentence()[:30])
    return m.form(m.pick('/login', '/account/signin', '/wp-login.php', '/users/sign_in'), [(m.pick('email', 'username', 'log', 'user[email]',
            'j_username'), m.pick(m.mail(), m.noun(), m.name())), (m.pick('password', 'pwd', 'user[password]', 'j_password'), pw),
            ('authenticity_token', m.b64(64)), ('remember', m.pick('on', '1')), ('__RequestVerificationToken', 'CfDJ8' + m.b64url(120)),
            ('redirect_to', m.url()), ('utf8', '✓'), ('g-recaptcha-response', '03A' + m.b64url(300))][:m.num(2, 8)])


@kind('sign-up and profile', weight=2)
def _(m):
    f = [('first_name', m.name().split()[0]), ('last_name', m.name().split()[-1]), ('company', m.company()), ('address', m.street()), ('address2',
            m.pick('', 'c/o ' + m.name(), 'Apt. #%d; rear "B"' % m.num(), '2nd floor - ring twice -- thanks')), ('city', m.city()), ('zip',
            m.pick(str(m.num(10000, 99999)), 'SW1A %dAA' % m.num(1, 9), 'D-%d' % m.num(10000, 99999))), ('phone', m.phone()), ('birthday', m.date()),
            ('website', m.url()), ('bio', m.prose(1, 3)), ('signature', '-- \n%s\n%s' % (m.name(), m.title())), ('tax_id', "%s/%d-%d"
            % (m.alnum(2).upper(), m.num(), m.num())), ('newsletter', 'on'), ('user[avatar]', ''), ('nickname', m.pick('x_%s_x' % m.noun(), '~*%s*~'
            % m.noun(), '%s<3' % m.noun(), "|%s|" % m.noun(), 'l33t_%s' % m.noun(), 'Mr. %s (%d)' % (m.noun().title(), m.num()))), ('security_answer',
            m.sentence()), ('pronouns', 'they/them'), ('job', 'R&D / %s' % m.noun()), ('_method', 'patch')]
    m.r.shuffle(f)
    return m.form(m.path(), f[:m.num(4, 18)]) if m.chance(0.7) else m.multipart(m.path(), f[:m.num(4, 18)] + [('photo', 'IMG_%d (1).jpg' % m.num(),
            'image/jpeg', b'\xff\xd8\xff\xe0\x00\x10JFIF' + m.bytes(200))])


@kind('contact form', weight=2)
def _(m):
    return m.form(m.pick('/contact', '/kontakt', '/wp-json/contact-form-7/v1/contact-forms/%d/feedback' % m.num()), [('your-name', m.name()),
            ('your-email', m.mail()), ('your-subject', m.title()), ('your-message', m.prose(2, 8)), ('_wpcf7', m.num()), ('_wpcf7_unit_tag',
            'wpcf7-f%d-p%d-o1' % (m.num(), m.num())), ('accept', '1'), ('page', m.url())][:m.num(4, 8)])


@kind('asp.net postback')
def _(m):
    return m.form('/%s/%s.aspx' % (m.noun().title(), m.noun().title()), [('__EVENTTARGET', 'ctl00$%s$%s' % (m.noun(), m.noun())), ('__EVENTARGUMENT',
            m.pick('', 'Page$%d' % m.num(), 'Select$%d' % m.num(), 'Sort$%s' % m.noun())), ('__VIEWSTATE', '/wEPDwU' + m.b64(300)),
            ('__VIEWSTATEGENERATOR', m.hex(8).upper()), ('__EVENTVALIDATION', '/wEd' + m.b64(90)), ('ctl00$ContentPlaceHolder1$txt%s'
            % m.noun().title(), m.sentence()), ('ctl00$ScriptManager1', 'ctl00$UpdatePanel1|ctl00$btn%s' % m.noun().title()), ('ctl00$ddl', m.city()),
            ('__ASYNCPOST', 'true')])


@kind('jsf and wicket')
def _(m):
    return m.form('/faces/%s.xhtml;jsessionid=%s' % (m.noun(), m.hex(32)), [('javax.faces.partial.ajax', 'true'), ('javax.faces.source',
            'form:%s:%d:j_idt%d' % (m.noun(), m.num(), m.num())), ('javax.faces.partial.execute', '@all'), ('javax.faces.partial.render',
            '@form form:msgs'), ('form:%s' % m.noun(), m.sentence()), ('form:tbl_selection', '%d,%d' % (m.num(), m.num())), ('javax.faces.ViewState',
            m.pick('-%d:%d' % (m.num(10 ** 15, 10 ** 18), m.num(10 ** 15, 10 ** 18)), 'stateless', 'e%ds%d' % (m.num(), m.num())))])


@kind('shop listing', weight=2)
def _(m):
    return m.get(m.pick('/c/%s/%s' % (m.noun(), m.slug()), '/%s/f/color-%s/size-%d--%d' % (m.noun(), m.adj(), m.num(), m.num())),
            m.pick([('filter[price][from]', m.num()), ('filter[price][to]', m.num()), ('filter[color][]', m.adj()), ('sort_by', 'price-ascending'),
            ('limit', m.num())], [('refinementList[brand][0]', m.company()), ('range[price]', '%d:%d' % (m.num(), m.num())), ('page', 2)], [('prefn1',
            'refinementColor'), ('prefv1', '%s|%s' % (m.adj(), m.adj())), ('pmin', '10,00'), ('srule', 'price-low-to-high'), ('sz', 48)], [('q',
            ':relevance:brand:%s:price:€%d - €%d:size:%d"' % (m.noun(), m.num(), m.num(), m.num()))], [('facets', 'fq=%s:"%s"&fq=price:[%d TO *]'
            % (m.noun(), m.phrase(), m.num()))], [('N', '%d+%d' % (m.num(), m.num())), ('Ntt', m.search()), ('Nf', 'P_Price|BTWN %d.0 %d.0'
            % (m.num(), m.num()))], [('rh', 'n:%d,p_89:%s,p_36:-%d00' % (m.num(), m.company(), m.num())), ('dc', ''), ('qid', m.now), ('ref',
            'sr_nr_p_89_%d' % m.num())], [('fq', 'C:/%d/%d/,spec_fct_%d:%s' % (m.num(), m.num(), m.num(), m.phrase())), ('O', 'OrderByPriceASC')],
            [('attr.size', '10.5"'), ('attr.width', '<50cm'), ('attr.weight', '>=2kg')]))


@kind('algolia')
def _(m):
    p = m.pairs([('query', m.search()), ('hitsPerPage', 20), ('facets', '["*"]'), ('filters', m.pick('price < %d AND (brand:"%s" OR brand:"%s")'
            % (m.num(), m.noun(), m.company()), 'NOT category:%s AND inStock=1' % m.noun(), '"%s" > %d' % (m.var(), m.num()))), ('facetFilters',
            '[["brand:%s","brand:%s"],"size:-%d"]' % (m.noun(), m.noun(), m.num())), ('numericFilters', '["price>=%d","price<=%d"]' % (m.num(),
            m.num())), ('highlightPreTag', '__ais-highlight__'), ('attributesToSnippet', '["content:20"]')])
    return m.json('/1/indexes/*/queries?x-algolia-agent=%s&x-algolia-api-key=%s'
            % (m.enc('Algolia for JavaScript (4.22.0); Browser; instantsearch.js (4.63.0); react (18.2.0)'), m.hex(32)),
            {'requests': [{'indexName': m.ident(), 'params': p}]}, kind='application/x-www-form-urlencoded')


@kind('checkout', weight=2)
def _(m):
    return m.form(m.pick('/cart/add', '/checkout/onepage/saveOrder/', '/?wc-ajax=checkout'), [('billing_first_name', m.name()), ('billing_company',
            m.company()), ('billing_address_1', m.street()), ('billing_city', m.city()), ('billing_postcode', m.num(10000, 99999)), ('billing_phone',
            m.phone()), ('order_comments', m.prose(1, 3)), ('coupon', m.pick('%s10%%OFF' % m.noun().upper(), 'SUMMER&SAVE', '2-FOR-1')),
            ('payment[cc_number]', '4111 1111 1111 1111'), ('payment[cc_exp]', '%02d / %d' % (m.num(1, 12), m.num(26, 39))), ('payment_method',
            'stripe'), ('gift_message', m.sentence()), ('properties[Engraving]', m.sentence()[:30]), ('woocommerce-process-checkout-nonce',
            m.hex(10)), ('_wp_http_referer', '/?wc-ajax=update_order_review'), ('options[%d]' % m.num(), m.phrase()), ('qty', m.num(1, 9))])


@kind('payment callback')
def _(m):
    return m.form('/ipn', [('mc_gross', m.real()), ('protection_eligibility', 'Eligible'), ('address_status', 'confirmed'), ('payer_id',
            m.alnum(13).upper()), ('address_street', m.street()), ('payment_date', '0%d:12:59 Nov %d, 2025 PST' % (m.num(1, 9), m.num(1, 28))),
            ('first_name', m.name()), ('item_name', '%s (%s) - "%s" x%d' % (m.phrase(), m.adj(), m.noun(), m.num())), ('business', m.mail()),
            ('verify_sign', 'A%s.%s-%s' % (m.alnum(20), m.alnum(8), m.alnum(20))), ('custom', m.pick(json.dumps({'order_id': m.num(),
            'key': 'wc_order_' + m.alnum(13)}), 'a|b|%d' % m.num())), ('ipn_track_id', m.hex(13)), ('charset', 'UTF-8'), ('memo', m.sentence())],
            m.tool())


@kind('3-d secure')
def _(m):
    return m.form('/acs/challenge', [('creq', m.blob({'threeDSServerTransID': m.uuid(), 'acsTransID': m.uuid(), 'messageVersion': '2.1.0',
            'messageType': 'CReq', 'challengeWindowSize': '05'})), ('threeDSSessionData', m.b64(60)), ('PaReq', 'eJxVUsFuwjAM' + m.b64(200)), ('MD',
            m.pick(m.hex(32), '%d|%s' % (m.num(), m.uuid()))), ('TermUrl', m.url())])


@kind('booking')
def _(m):
    return m.get('/searchresults.html', [('ss', m.city()), ('checkin', m.date()), ('checkout', m.date()), ('group_adults', 2), ('req_children', 0),
            ('nflt', 'price=EUR-min-%d-1;class=4;review_score=80;fc=2' % m.num()), ('aid', m.num()), ('label', 'gen173nr-1%s' % m.b64url(30)),
            ('dest_type', 'city'), ('map', '1#map_opened'), ('from_sf', 1), ('flight', '%s.%s.%s*%s.%s' % (m.alnum(3).upper(), m.alnum(3).upper(),
            m.date(), m.alnum(3).upper(), m.date())), ('leg1', "from:%s (All airports),to:%s,departure:%d/%d/2025TANYT,fareType:" % (m.city(),
            m.city(), m.num(1, 12), m.num(1, 28))), ('passengers', 'adults:1,children:1[%d],infantinlap:N' % m.num(1, 12))])


@kind('calculators')
def _(m):
    return m.get('/input/', [('i', m.pick('integrate x^2 sin(x) from 0 to pi', 'solve 2x+%d=%d' % (m.num(), m.num()), '%d * (%d + %d) / %d'
            % (m.num(), m.num(), m.num(), m.num()), 'sqrt(%d)+cos(%d)' % (m.num(), m.num()), 'd/dx (x^%d + ln(x))' % m.num(), '%d USD in EUR'
            % m.num(), '{{1,2},{3,4}} . {5,6}', 'limit of (1+1/n)^n as n -> infinity', '%d mod %d' % (m.num(), m.num()), 'x^2 > %d and x < %d'
            % (m.num(), m.num()), "f'(x) = 2x", '∫ e^(-x²) dx', 'log_2(%d)' % m.num(), '=SUM(A1:A%d)*B$2' % m.num())), ('latex',
            m.pick('\\frac{%d}{%d}' % (m.num(), m.num()), '\\sum_{i=0}^{n} x_i', '{{x}^{2}}+1', '\\begin{cases} a & b \\\\ c & d \\end{cases}'))])


@kind('translation')
def _(m):
    return m.form('/translate', [('from', m.lang()), ('to', m.lang()), ('text', m.prose(1, 5)), ('fr_in', 'MAIN'), ('token', m.b64url(24)), ('key',
            m.epoch())]) if m.chance(0.5) else m.get('/translate_a/single', [('client', 'gtx'), ('sl', 'auto'), ('tl', 'en'), ('dt', 't'), ('q',
            m.prose(1, 2)), ('tk', '%d.%d' % (m.num(), m.num()))])


@kind('batchexecute')
def _(m):
    inner = json.dumps([[m.num(), None, m.sentence(), [[m.hex(16), m.url(), None, None, [1, 2]]], '["%s"]' % m.noun()]])
    return m.form('/_/%s/data/batchexecute?rpcids=%s&source-path=%s&f.sid=-%d&bl=boq_%s_2025.%d&hl=en&_reqid=%d&rt=c' % (m.noun().title(), m.alnum(6),
            m.enc(m.path()), m.num(), m.noun(), m.num(), m.num()), [('f.req', json.dumps([[[m.alnum(6), inner, None, 'generic']]])), ('at', '%s:%d'
            % (m.b64url(20), m.epoch()))])


@kind('facebook style ajax')
def _(m):
    return m.form('/ajax/bz', [('__user', m.num()), ('__a', 1), ('__dyn', '7xeUmwlEnwn8K2Wmh' + m.b64url(60)), ('__csr', m.b64url(80)), ('__hs',
            '19%d.HYBRID:comet_pkg.2.1..2.1' % m.num()), ('dpr', 1.5), ('__s', '%s:%s:%s' % (m.alnum(6).lower(), m.alnum(6).lower(),
            m.alnum(6).lower())), ('lsd', m.b64url(16)), ('jazoest', m.num()), ('variables', json.dumps({'input': {'message': {'ranges': [],
            'text': m.prose(1, 2)}, 'actor_id': str(m.num()), 'attachments': None, 'tracking': [None]}, 'scale': 2})), ('server_timestamps', 'true'),
            ('doc_id', m.num(10 ** 15, 10 ** 16)), ('fb_api_req_friendly_name', 'Comet%sMutation' % m.noun().title())])


@kind('dwr and gwt')
def _(m):
    if m.chance(0.5):
        return m.text('/dwr/call/plaincall/%s.%s.dwr' % (m.noun(), m.verb()),
                'callCount=1\nnextReverseAjaxIndex=0\nc0-scriptName=%s\nc0-methodName=%s\nc0-id=0\nc0-param0=string:%s\nc0-e1=number:%d\nc0-param1=Object_Object:'
                '{%s:reference:c0-e1}\nbatchId=%d\ninstanceId=0\npage=%s\nscriptSessionId=%s/%s\n' % (m.noun(), m.verb(), m.enc(m.sentence()),
                m.num(), m.var(), m.num(), m.enc(m.path()), m.b64url(20), m.alnum(9)), 'text/plain')
    return m.text('/app/rpc',
            '7|0|%d|https://%s/app/|%s|com.%s.client.%sService|get%s|java.lang.String/2004016611|java.util.ArrayList/4159755760|%s|1|2|3|4|1|5|6|7|'
            % (m.num(6, 12), m.host(), m.hex(32).upper(), m.noun(), m.noun().title(), m.noun().title(), m.sentence().replace('|', '\\!')),
            'text/x-gwt-rpc; charset=utf-8')
