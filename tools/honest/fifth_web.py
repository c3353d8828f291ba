"""Kinds of the fifth wave, of the web that people browse: written by somebody who had read none of the engine."""
import json
import urllib.parse
from registry import kind


def nested(m, depth):
    """An address with an address in it, and so on, each encoded once more."""
    url = 'https://%s/%s?%s' % (m.host(), m.slug(), m.query())
    for _ in range(depth):
        url = 'https://%s/%s?%s=%s&%s' % (m.host(), m.pick('r', 'click', 'go.php', 'redir'), m.pick('u', 'url', 'dest', 'adurl'), m.enc(url), m.query())
    return url


@kind('fifth phpbb posting')
def _(m):
    text = '[quote="%s" post_id=%d time=%d user_id=%d]%s[/quote]\n%s [b]%s[/b] :lol: [url=%s]%s[/url]' % (m.name(), m.num(), m.now, m.num(), m.sentence(),
            m.prose(), m.phrase(), m.url(), m.noun())
    return m.form('/posting.php?mode=reply&f=%d&t=%d' % (m.num(), m.num()), [('icon', '0'), ('subject', 'Re: ' + m.title()), ('addbbcode20', '100'),
            ('message', text), ('attach_sig', 'on'), ('topic_cur_post_id', m.num()), ('lastclick', m.now), ('post', 'Submit'), ('creation_time', m.now),
            ('form_token', m.hex(40))])


@kind('fifth vbulletin quick reply')
def _(m):
    return m.form('/ajax/render/editor', [('securitytoken', '%d-%s' % (m.now, m.hex(40))), ('message', '<p>%s</p><p>&nbsp;</p><p>[QUOTE=%s;n%d]%s[/QUOTE]</p>' % (
            m.sentence(), m.noun(), m.num(), m.sentence())), ('wysiwyg', '1'), ('s', ''), ('do', 'postreply'), ('t', m.num()), ('p', 'who cares')])


@kind('fifth nodebb and flarum')
def _(m):
    return m.json('/api/discussions', {'data': {'type': 'discussions', 'attributes': {'title': m.title(), 'content': '> %s\n\n%s\n\n- %s\n- %s\n\n~~%s~~ **%s** @"%s"#%d' % (
            m.sentence(), m.prose(), m.sentence(), m.phrase(), m.noun(), m.noun(), m.name(), m.num())}, 'relationships': {'tags': {'data': [{'type': 'tags',
            'id': str(m.num())}]}}}})


@kind('fifth wiki url in many scripts')
def _(m):
    title = m.pick('Łódź_(województwo)', 'Α/Β_(τεστ)', "Côte_d'Ivoire", 'C++_(язык)', 'AT%26T', '什么是“SQL”？', "Schrödinger's_cat", 'If...', '100%25_(album)', 'Who%3F',
            '.bashrc', 'User:A;B', "L'Équipe_(journal)", '¡Átame!', 'יום_כיפור', 'ভারত', 'R&B', '"Heroes"', '<3_(song)', '$_(film)', '...And_Justice')
    return m.get('/wiki/%s%s' % (urllib.parse.quote(title, safe="/:%'();$!.,"), m.pick('', '', '/%s' % m.noun())), raw=m.pick(None,
            'oldid=%d&diff=prev' % m.num(), 'action=history', 'veaction=edit&section=%d' % m.num(0, 9), 'redirect=no'))


@kind('fifth dokuwiki save')
def _(m):
    text = '====== %s ======\n\n%s\n\n  * [[%s:%s|%s]]\n  - {{:%s:%s.png?200|}}\n\n<code>\n%s\n</code>\n\n^ %s ^ %s ^\n| %s | %d |\n((%s))\\\\ %s' % (m.title(), m.prose(),
            m.noun(), m.noun(), m.phrase(), m.noun(), m.noun(), m.sentence(), m.noun(), m.noun(), m.noun(), m.num(), m.sentence(), m.phrase())
    return m.form('/doku.php', [('id', '%s:%s' % (m.noun(), m.slug())), ('rev', '0'), ('date', m.now), ('prefix', '.'), ('suffix', ''), ('changecheck', m.hex(32)),
            ('target', 'section'), ('sectok', m.hex(32)), ('wikitext', text), ('do[save]', 'Save'), ('summary', m.phrase())])


@kind('fifth search with odd signs')
def _(m):
    n, w = m.num, m.noun
    q = m.pick('%s -- %s' % (w(), w()), "%s' %s\"" % (w(), w()), '%d\' %d" tall' % (n(4, 6), n(0, 11)), '$%d-$%d %s' % (n(), n(), w()), '#%s OR #%s' % (w(), w()),
            '%s; %s; %s' % (w(), w(), w()), '%s|%s' % (w(), w()), 'a.k.a. "%s"' % w(), "d'%s l'%s" % (w(), w()), '%s & co. (%s)' % (w(), w()), 'what is <%s> in html' % w(),
            '%s >= %d' % (w(), n()), '(%s)' % w(), '%s*' % w(), '~%s' % w(), '%s && %s' % (w(), w()), '%s || %s' % (w(), w()), '1=%d?' % n(), "can't %s %s" % (m.verb(), w()),
            '`%s`' % w(), '%s@%s' % (w(), w()), 'select %s from %s' % (w(), w()), 'union jack %s' % w(), 'drop %s off' % w(), 'or %s = %s' % (w(), w()), '%s/%s' % (w(), w()),
            '../%s' % w(), 'who am i', 'cat %s' % w(), 'ping %s' % m.host(), 'host %s' % w(), "who's the %s" % w(), 'table %s order by phone' % w(), '¿%s?' % w(), '%s → %s' % (w(), w()),
            '%s (%d) [%s]' % (w(), n(1900, 2025), w()), '%d+%d' % (n(), n()), '%d/%d"' % (n(1, 9), n(1, 9)), '%d" - %d"' % (n(), n()), "rock'n'roll %s" % w(), 'if %s then %s' % (w(), w()),
            'alert %s' % w(), 'script %s (%s)' % (w(), w()), 'echo %s' % w(), '$%s' % w().upper(), '{%s}' % w(), '"%s" "%s"' % (w(), w()), '\'%s\'' % w(), '-%s +%s' % (w(), w()))
    return m.get(m.pick('/search', '/s', '/suche', '/find', '/'), [(m.pick('q', 's', 'query', 'keywords', 'text', 'k'), q)])


@kind('fifth address with fragment state')
def _(m):
    return m.get(m.path(), raw='state=%s&filters=%s' % (m.enc(json.dumps({'view': m.noun(), 'sort': ['-' + m.noun(), m.noun()], 'where': {m.noun(): {'op': m.pick('>=', '!=', 'in', 'like'),
            'value': m.pick(m.num(), m.phrase(), [m.noun(), m.noun()])}}})), m.enc('%s:%s;%s:%d..%d' % (m.noun(), m.noun(), m.noun(), m.num(), m.num()))))


@kind('fifth ad click nested')
def _(m):
    return m.get('/aclk', raw='sa=L&ai=%s&gclid=%s&num=1&cid=%s&sig=%s&client=ca-pub-%d&adurl=%s' % (m.b64url(120), m.b64url(60), m.b64url(30), m.b64url(26), m.num(10 ** 15, 10 ** 16),
            m.enc(nested(m, m.num(1, 3)))))


@kind('fifth ad request with page')
def _(m):
    return m.get('/gampad/ads', raw='iu_parts=%d%%2C%s&enc_prev_ius=%%2F0%%2F1&prev_iu_szs=300x250%%7C%dx600&cust_params=%s&url=%s&ref=%s&dt=%d&dlt=%d&adks=%d&vis=1&psz=%dx-1&msz=0x-1&eid=%s&td=1&topics=%d&tps=%d&nt=1'
            % (m.num(10 ** 6, 10 ** 8), m.noun(), m.num(100, 400), m.enc('k=%s&w=%s,%s&p!=%s&t<>%s' % (m.noun(), m.noun(), m.noun(), m.noun(), m.noun())), m.enc(nested(m, m.num(0, 2))),
               m.enc(nested(m, m.num(0, 1))), m.epoch(), m.num(), m.num(10 ** 8, 10 ** 9), m.num(), '%2C'.join(str(m.num(10 ** 7, 10 ** 8)) for _ in range(5)), m.num(), m.num()))


@kind('fifth bid with markup left out')
def _(m):
    return m.json('/openrtb2/win', {'id': m.uuid(), 'imp': [{'id': '1', 'banner': {'format': [{'w': 300, 'h': 250}], 'btype': [4], 'mimes': ['text/javascript']}, 'bidfloor': m.real(), 'ext': {
            'data': {'pbadslot': '/%d/%s/%s#div-%d' % (m.num(), m.noun(), m.noun(), m.num())}, 'tid': m.uuid()}}], 'site': {'page': nested(m, 1), 'ref': m.url(), 'keywords': '%s,%s' % (
            m.noun(), m.phrase()), 'content': {'title': m.title(), 'cat': ['IAB%d-%d' % (m.num(1, 26), m.num(1, 9))]}}, 'user': {'ext': {'consent': 'C%s.%s' % (m.b64url(60), m.b64url(30)),
            'eids': [{'source': m.host(), 'uids': [{'id': m.b64(24), 'atype': 1}]}]}}, 'regs': {'ext': {'gdpr': 1, 'us_privacy': '1YN-'}}})


@kind('fifth tracking pixel with macros')
def _(m):
    return m.get('/pixel', raw='cb=[timestamp]&p=${CLICK_URL_ENC}&a=%%%%CACHEBUSTER%%%%&gdpr=${GDPR}&c=%s&u={{site_source_name}}&r=%s&x=[%%ECID%%]&y=__OS__&z=$!{%s}' % (m.hex(12), m.enc(m.url()), m.noun())
            if m.chance(0.5) else 'event=%s&v=%s&dl=%s&rl=&if=false&ts=%d&sw=1920&cd[content_ids]=%s&cd[contents]=%s' % (m.noun(), '2.9.1', m.enc(m.url()), m.epoch(),
            m.enc('["%s","%s"]' % (m.ident(), m.ident())), m.enc(json.dumps([{'id': m.ident(), 'quantity': 1}]))))


@kind('fifth consent cookies of vendors')
def _(m):
    c = m.pick('didomi_token=%s' % m.b64(180), 'OptanonConsent=isGpcEnabled=0&datestamp=%s&groups=1:1,2:0,BG%d:1&geolocation=%s' % (m.enc(m.iso()), m.num(), m.enc('DE;BY')),
            '_iub_cs-%d=%s' % (m.num(), m.enc(json.dumps({'timestamp': m.iso(), 'version': '1.1', 'purposes': {'1': True, '2': False}, 'id': m.num(), 'cons': {'rand': m.hex(6)}}))),
            'uc_settings={"controllerId":"%s","id":"%s","language":"de","services":[]}' % (m.hex(64), m.alnum(10)), "cmplz_policy_id=%d; cmplz_marketing=deny; complianz_consent_status=deny" % m.num(),
            'borlabs-cookie=%s' % m.enc(json.dumps({'consents': {'essential': ['borlabs-cookie'], 'statistics': []}, 'domainPath': m.host() + '/', 'expires': 'Fri, 28 Nov 2025 10:12:01 GMT', 'uid': m.uuid()})),
            'eupubconsent-v2=%s; __cmpcc=1; __cmpconsentx%d=%s; __cmpcvcx%d=__c%d_s%d_s23_U__' % (m.b64url(80), m.num(), m.b64url(60), m.num(), m.num(), m.num()),
            'axeptio_cookies={%%22$$token%%22:%%22%s%%22%%2C%%22$$date%%22:%%22%s%%22%%2C%%22$$completed%%22:true}; axeptio_all_vendors=%%2C%%2Cgoogle%%2C%%2C' % (m.alnum(20), m.iso()),
            'tarteaucitron=!gtag=true!youtube=false!%s=wait' % m.noun(), 'notice_gdpr_prefs=0,1,2:; cmapi_cookie_privacy=permit 1,2,3', 'sp=%s; consentUUID=%s_%d; _sp_v1_data=%s' % (m.uuid(), m.uuid(), m.num(),
            m.b64(40)), 'klaro=%s' % m.enc('{"%s":true,"%s":false}' % (m.noun(), m.noun())), 'cookieyes-consent=consentid:%s,consent:yes,action:no,necessary:yes,functional:,other:no' % m.b64(32))
    return m.send('GET', m.path(), [('User-Agent', m.agent()), ('Accept', '*/*'), ('Cookie', '%s; %s' % (c, m.cookies()))])


@kind('fifth analytics cookies of vendors')
def _(m):
    c = m.pick('_gcl_au=1.1.%d.%d; _gcl_aw=GCL.%d.%s' % (m.num(), m.now, m.now, m.b64url(50)), 'AMCV_%s%%40AdobeOrg=179643557%%7CMCIDTS%%7C%d%%7CMCMID%%7C%d%%7CMCAAMLH-%d%%7C6%%7CMCOPTOUT-%ds%%7CNONE%%7CvVersion%%7C5.5.0'
            % (m.hex(24).upper(), m.num(), m.num(10 ** 20, 10 ** 21), m.now, m.now), 's_cc=true; s_sq=%s; s_ppv=%s' % (m.enc('%s=%%26pid%%3D%s%%26oid%%3D%s%%26ot%%3DA' % (m.noun(), m.enc(m.slug()), m.enc(m.url()))),
            m.enc('%s,%d,%d,%d' % (m.slug(), m.num(), m.num(), m.num()))), 'utag_main=v_id:%s$_sn:%d$_se:%d$_ss:0$_st:%d$ses_id:%d%%3Bexp-session$_pn:3%%3Bexp-session' % (m.hex(40), m.num(), m.num(), m.epoch(),
            m.epoch()), '_vwo_uuid_v2=%s|%s; _vis_opt_s=1|; _vwo_ds=3:a_0,t_0:0$%d:%d.%d::%d_0,%d_0:4:0' % (m.hex(33).upper(), m.hex(32), m.now, m.num(), m.num(), m.num(), m.num()),
            'RT="z=1&dm=%s&si=%s&ss=%s&sl=1&tt=%s&rl=1&ld=%s&ul=%s"' % (m.host(), m.uuid(), m.alnum(8), m.alnum(3), m.alnum(4), m.alnum(4)), 'QuantumMetricUserID=%s; mbox=PC#%s.37_0#%d|session#%s#%d' % (m.hex(32), m.hex(32),
            m.now, m.hex(32), m.now), '_uetsid=%s|%s|2|%s|0|%d; _uetvid=%s' % (m.hex(32), m.alnum(6), m.alnum(3), m.num(), m.hex(32)), 'ajs_user_id=%s; ajs_anonymous_id=%s' % (m.enc('"%s"' % m.hex(24)), m.enc('"%s"' % m.uuid())),
            'intercom-session-%s=%s--%s' % (m.alnum(8), m.b64(60), m.hex(40)), '_ym_d=%d; _ym_uid=%d; yabs-sid=%d; i=%s' % (m.now, m.epoch(), m.num(), m.b64(40)), 'kndctr_%s_AdobeOrg_identity=%s' % (m.hex(24).upper(), m.b64url(60)),
            "fs_uid=#%s#%d:%d:#%s#/%d; fs_lua=1.%d" % (m.alnum(6), m.num(), m.num(), m.hex(8), m.now, m.epoch()), 'sc_is_visitor_unique=rx%d.%d.%s.1.1.1.1' % (m.num(), m.now, m.hex(32)), 'Hm_lvt_%s=%d,%d; HMACCOUNT=%s' % (m.hex(32),
            m.now, m.now, m.hex(16)), 'gig_canary=false; glt_%s=st2.s.%s.%s.sc3' % (m.alnum(20), m.b64url(60), m.b64url(40)), '_abck=%s~-1~%s==~-1~-1~-1; bm_sz=%s~YAAQ%s' % (m.hex(32).upper(), m.b64(100), m.hex(32), m.b64(60)))
    return m.send('GET', m.path(), [('User-Agent', m.agent()), ('Accept', '*/*'), ('Cookie', '%s; %s' % (m.cookies(), c))])


@kind('fifth odd user agents')
def _(m):
    a = m.pick("Mozilla/5.0 (compatible; %s's Bot; +%s)" % (m.noun(), m.url()), 'WhatsApp/2.%d.%d A' % (m.num(), m.num()), 'stagefright/1.2 (Linux;Android 9)', 'VLC/3.0.%d LibVLC/3.0' % m.num(), 'Wget/1.21 (darwin)', 'iTunes/12.%d (Windows; Microsoft Windows 10 x64)' % m.num(),
            'Roku4640X/DVP-7.70 (297.70E04154A)', 'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0; Pro)', 'Mozilla/5.0 (Linux; Android 10; {"%s":"%s"}) %s' % (m.noun(), m.noun(), m.noun()), 'Podcasts/1650.%d CFNetwork/1333 Darwin/21' % m.num(),
            'git/2.%d.1' % m.num(), 'curl/7.%d.0 (x86_64-pc-linux-gnu) libcurl/7.%d OpenSSL/1.1.1n zlib/1.2.11' % (m.num(), m.num()), 'Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1; .NET CLR 1.1; (R1 1.6); %s)' % m.noun(), 'axios/0.%d.1;%s' % (m.num(), m.noun()),
            '%s/%d.%d CFNetwork/%d Darwin/%d (gzip), Dalvik' % (m.noun().title(), m.num(), m.num(), m.num(), m.num()), 'ELinks/0.12 (textmode; Linux; 80x25-2)', 'Mozilla/5.0 [en] (X11, U; %s)' % m.noun(), 'got (https://github.com/sindresorhus/got)',
            'Mozilla/5.0 (Linux; Android 12; %s Build/%s; wv) [FBAN/EMA;FBLC/en_US;FBAV/%d.0;FBDM/DisplayMetrics{density=2.0, width=720, height=1444}]' % (m.ident(), m.alnum(6), m.num()), 'Instagram %d.0 Android (30/11; 420dpi; 1080x2168; samsung; SM-A515F; a51; exynos9611; de_DE; %d)' % (
            m.num(), m.num()), "%s (%s; %s)" % (m.company(), m.mail(), m.phone()), 'MSIE; "%s"' % m.noun(), 'Symfony BrowserKit', '-', 'Java/1.8.0_%d' % m.num(), 'DoCoMo/2.0 N905i(c100;TB;W24H16)', 'Opera/9.80 (Windows NT 6.1; U; %s) Presto' % m.lang())
    return m.send('GET', m.path(), [('User-Agent', a), ('Accept', '*/*')])


@kind('fifth referers of searches')
def _(m):
    r = m.pick('https://www.google.com/search?q=%s&oq=%s&gs_lcrp=%s&sourceid=chrome' % (m.enc(m.search()), m.enc(m.noun()), m.b64url(60)), 'https://duckduckgo.com/?q=%s&ia=web' % m.enc(m.search()), nested(m, 2),
            'https://l.facebook.com/l.php?u=%s&h=AT%s&__tn__=-UK-R&c[0]=AT%s' % (m.enc(nested(m, 0)), m.b64url(40), m.b64url(50)), 'https://yandex.ru/clck/jsredir?from=yandex.ru%%3Bsearch%%3Bweb%%3B%%3B&text=&etext=%d.%s&uuid=&state=%s&data=%s' % (m.num(), m.b64url(60), m.b64url(90),
            m.b64url(40)), 'android-app://com.google.android.googlequicksearchbox/https/www.google.com', 'https://www.baidu.com/link?url=%s&wd=&eqid=%s' % (m.b64url(60), m.hex(24)), 'https://%s/#/%s?%s' % (m.host(), m.noun(), m.query()), 'about:client', 'https://%s/%s;jsessionid=%s.%s?%s' % (m.host(),
            m.slug(), m.hex(32), m.noun(), m.query()), 'https://mail.%s/owa/redir.aspx?C=%s&URL=%s' % (m.host(), m.b64url(40), m.enc(m.url())))
    return m.send('GET', m.path(), [('User-Agent', m.agent()), ('Accept', 'image/avif,image/webp,*/*'), ('Referer', r)])


@kind('fifth safelink of mails')
def _(m):
    return m.get('/', raw='url=%s&data=%s&sdata=%s&reserved=0' % (m.enc(nested(m, m.num(0, 2))), m.enc('05|02|%s|%s|0|0|%d|Unknown|TWFpbGZsb3d8eyJWIjoiMC4wLjAwMDAifQ==|0|||' % (m.mail(), m.hex(32), m.num(10 ** 15, 10 ** 16))), m.enc(m.b64(44))))


@kind('fifth unsubscribe and open of mails')
def _(m):
    return m.get(m.pick('/wf/open', '/ls/click', '/e/c', '/CL0/%s/1/%s/%s=%d' % (m.enc(nested(m, 0)), m.uuid(), m.b64url(43), m.num())), raw='upn=%s-2B%s-3D-3D_%s' % (m.alnum(90), m.alnum(80), m.alnum(200)))


@kind('fifth shop cart and checkout form')
def _(m):
    return m.form('/checkout/onepage/saveBilling', [('billing[firstname]', m.name().split()[0]), ('billing[lastname]', m.name().split()[-1]), ('billing[company]', m.company()), ('billing[street][]', m.street()),
            ('billing[street][]', 'c/o %s, 2nd floor; ring "%s"' % (m.name(), m.name())), ('billing[city]', m.city()), ('billing[telephone]', m.phone()), ('comment', m.prose()), ('coupon', m.pick('SAVE10%', '2+1', m.alnum(8))),
            ('gift_message', "%s -- love, %s & %s <3" % (m.sentence(), m.name(), m.name()))])


@kind('fifth shop filter paths')
def _(m):
    return m.get('/%s/%s' % (m.pick('c', 'shop', 'catalog'), m.pick('%s-%d_%d--%s' % (m.noun(), m.num(), m.num(), m.noun()), '%s;color=%s;size=%d' % (m.noun(), m.noun(), m.num()), 'f=%s:%s|%s:%s' % (m.noun(), m.noun(), m.noun(), m.noun()),
            '%s/%s,%s/%d-%d' % (m.noun(), m.noun(), m.noun(), m.num(), m.num()))), raw='p=%d&price=[%d TO %d]&order=%s.%s&fq=%s' % (m.num(1, 9), m.num(), m.num(), m.noun(), m.pick('asc', 'desc'), m.enc(':relevance:category:%d:brand:%s:price:%s' % (m.num(),
            m.company(), '$%d-$%d' % (m.num(), m.num())))))


@kind('fifth review and question')
def _(m):
    return m.json('/api/reviews', {'sku': m.ident(), 'rating': m.num(1, 5), 'title': m.pick('5/5 -- would buy again!', "Don't buy!!! it's <b>bad</b>", '10" is too big; get the 8"', 'Meh... :-/', m.title()), 'body': '%s\n\nPROS: %s\nCONS: %s\n\n*** Update %s: %s ***' % (m.prose(), m.phrase(),
            m.phrase(), m.date(), m.sentence()), 'nick': m.pick('O\'Neil_%d' % m.num(), 'x_%s_x' % m.noun(), '=^.^=', '</%s>' % m.noun(), '~%s~' % m.noun()), 'images': [m.url()]})


@kind('fifth private messages in many languages')
def _(m):
    import maker
    t = ' '.join([m.r.choice(maker.FOREIGN), m.pick('ну && что', 'Ça c\'est l\'heure; d\'accord?', '¿Qué tal? -- bien', '「はい」とか"いいえ"とか', '5 < 7 > 3', 'ok; ls', 'بس; طيب', 'je t\'ai dit: "non"; ou bien?', "all'una e mezza; o all'altra", '"да" or "нет"'), m.r.choice(maker.FOREIGN)])
    return m.pick(m.form, lambda p, f: m.json(p, dict(f)), lambda p, f: m.multipart(p, f))('/messages/send', [('to', m.noun()), ('text', t), ('nonce', m.hex(16))])


@kind('fifth jira and confluence of people')
def _(m):
    return m.json('/rest/api/content', {'type': 'page', 'title': m.title(), 'space': {'key': m.noun().upper()}, 'body': {'storage': {'representation': 'storage', 'value': '<h2>%s</h2><p>%s</p><ac:structured-macro ac:name="info" ac:schema-version="1" ac:macro-id="%s"><ac:rich-text-body><p>%s</p></ac:rich-text-body></ac:structured-macro><p><ac:link><ri:user ri:account-id="%d:%s" /></ac:link> <time datetime="%s" /></p><table data-layout="default"><tbody><tr><td><p>%s</p></td></tr></tbody></table>'
            % (m.title(), m.sentence().replace('&', '&amp;').replace('<', '&lt;'), m.uuid(), m.phrase(), m.num(), m.uuid(), m.date(), m.noun())}}})


@kind('fifth math and chemistry searches')
def _(m):
    n = m.num
    q = m.pick('\\frac{d}{dx}\\left(x^{%d}\\sin x\\right)' % n(2, 9), 'x^2 - %dx + %d = 0' % (n(), n()), 'f(x)=%d*sin(x)/x' % n(), '|x-%d|<%d' % (n(), n()), '{1,2,3} ∪ {%d}' % n(), 'sum(k=1..%d) 1/k^2' % n(), '[[1,2],[3,%d]]^-1' % n(), 'C%dH%dO%d' % (n(1, 20), n(1, 40), n(1, 9)), 'CC(=O)OC1=CC=CC=C1C(=O)O',
            'N[C@@H](C)C(=O)O', '2H2 + O2 -> 2H2O', 'Fe3+ + e- -> Fe2+', "y'' + %dy' = 0" % n(), "y'=x*y; y(0)=%d" % n(), '1/(1+x)', 'p and not (q or r)', 'a|b, a&b, ~a', 'log(%d)/log(2)' % n(), 'x>=%d && x<=%d' % (n(), n()), 'mod(%d,%d)' % (n(), n()), '$\\sqrt{%d}$' % n(), "\\int_0^1 x'\\,dx", 'select 3 of %d' % n(), 'P(A|B)=P(B|A)*P(A)/P(B)',
            '%d choose %d' % (n(), n()), '10^%d / (2*pi)' % n(1, 99), 'char poly of {{%d,1},{0,%d}}' % (n(), n()), '∀x∈ℝ: x²≥0', 'solve({x+y=%d, x-y=%d},{x,y})' % (n(), n()), 'limit((1+1/n)^n,n,inf)', 'InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3', '[Na+].[Cl-]', '>sp|P%d|%s' % (n(), m.noun()), 'if(x>0,1,-1)', 'plot(sin(x),x=0..%d)' % n())
    return m.get(m.pick('/input', '/calc', '/solve', '/search'), [(m.pick('i', 'input', 'expr', 'q', 'smiles'), q), ('lang', 'en')])


@kind('fifth video and player logs')
def _(m):
    return m.get('/api/stats/qoe', raw='event=streamingstats&fmt=%d&cpn=%s&el=detailpage&docid=%s&ei=%s&cl=%d&seq=%d&vps=%s&bwm=%s&afs=%s&bh=%s&cmt=%s&qclc=%s' % (m.num(), m.b64url(16), m.b64url(11), m.b64url(22), m.num(10 ** 8, 10 ** 9), m.num(), '0.000:B,0.110:PL', '1.5:%d:0.2' % m.num(10 ** 4, 10 ** 6),
            '0.1:%d::i' % m.num(), '0.0:%s' % m.real(), '0.000:0.000,0.1:0.2', m.b64(40)))


@kind('fifth forms of schools and surveys')
def _(m):
    return m.form('/mod/quiz/processattempt.php', [('q%d:%d_:flagged' % (m.num(), m.num()), '0'), ('q%d:%d_answer' % (m.num(), m.num()), m.pick("It's 3 > 2, so x = 5; therefore %s" % m.sentence(), 'a) %s b) %s' % (m.noun(), m.noun()), '<p>%s</p>' % m.sentence(), 'H<sub>2</sub>O', 'if (a > b) return a; else return b;',
            "Because he said: 'no' -- and left.", '1) or 2)', 'A AND (B OR C)', "print('hello')", 'x = 1 or x = -1')), ('next', 'Next page'), ('attempt', m.num()), ('sesskey', m.alnum(10)), ('slots', '1,2,3')])


@kind('fifth embedded maps and places')
def _(m):
    return m.get('/maps/embed', raw='pb=!1m18!1m12!1m3!1d%s!2d%s!3d%s!2m3!1f0!2f0!3f0!3m2!1i1024!2i768!4f13.1!3m3!1m2!1s0x%s%%3A0x%s!2s%s!5e0!3m2!1s%s!2s!4v%d' % (m.real(), m.real(), m.real(), m.hex(16), m.hex(16), m.enc(m.city()), m.lang(), m.epoch()))


@kind('fifth gravatar, icons and thumbs')
def _(m):
    return m.get(m.pick('/avatar/%s' % m.hex(32), '/s2/favicons', '/_next/image', '/unsafe/fit-in/300x300/filters:no_upscale():fill(white)/%s' % m.url(), '/resize/%s' % m.b64url(60), '/rs:fit:300:0:1/g:ce/%s.jpg' % m.b64url(80)), raw='s=80&d=%s&url=%s&w=640&q=75&r=g' % (m.enc(m.url()), m.enc(m.pick('/images/%s.png' % m.slug(), m.url()))))


@kind('fifth passwords and secrets')
def _(m):
    p = m.pick("'; %s!%d" % (m.noun(), m.num()), '%s"--%s' % (m.alnum(6), m.alnum(4)), '<%s>&%s' % (m.alnum(5), m.alnum(5)), '`%s`$%s' % (m.alnum(4), m.alnum(5)), '$(%s)' % m.alnum(6), '%%%s%%' % m.alnum(6), 'p@$$w0rd|%s' % m.noun(), '../%s\\%s' % (m.alnum(5), m.alnum(3)), "It's 1 of %d!" % m.num(), '{{%s}}' % m.alnum(5), m.bytes(12).decode('latin1'), '&&%s' % m.alnum(9), ';%s' % m.alnum(9), "x' y' %s" % m.noun(), '#%s*/' % m.alnum(7), ''.join(m.r.choice('!"#$%&\'()*+,-./:;<=>?@[]^_`{|}~aZ9') for _ in range(16)))
    return m.pick(m.form, lambda u, f: m.json(u, dict(f)))('/account/password', [('current', p), ('password', p), ('password_confirmation', p)])
