"""Benign traffic as browsers, programs and applications make it, for tools/train/negatives: what stands in
headers, what pages report about themselves, how interfaces are asked, how addresses of pages look."""
import base64, json
from urllib.parse import quote

MIME = '''text/xml text/plain text/html text/css text/csv text/javascript text/x-component text/x-gwt-rpc text/event-stream application/xml
application/json application/javascript application/soap+xml application/octet-stream application/pdf application/zip application/x-protobuf
application/graphql application/grpc-web+proto application/ld+json application/problem+json application/hal+json application/vnd.api+json
application/vnd.ms-excel application/vnd.oasis.opendocument.text application/vnd.google.protobuf application/x-ndjson application/x-amf
application/x-www-form-urlencoded application/reports+json application/csp-report application/manifest+json application/rss+xml
application/xhtml+xml application/atom+xml image/svg+xml image/webp image/avif audio/mpeg video/mp4 font/woff2 model/gltf+json'''.split()
AGENTS = '''curl Wget python-requests okhttp axios Go-http-client Java Apache-HttpClient Dalvik CFNetwork Postman PostmanRuntime libwww-perl PHP Ruby
node-fetch git aria2 Googlebot bingbot YandexBot DuckDuckBot facebookexternalhit Twitterbot Slackbot-LinkExpanding AppEngine-Google Prometheus
kube-probe ELB-HealthChecker GoogleHC UptimeRobot Feedly Outlook-iOS MicrosoftOffice WindowsUpdateAgent Steam VLC iTunes Thunderbird'''.split()
LOUD = '''system select update delete insert union join where order group having table drop create alter grant exec execute shell cmd passwd shadow
etc bin root admin script javascript vbscript alert eval function object include require config backup database server request session cookie
ping whoami cat echo wget kill sleep count concat benchmark java class runtime process import template render debug test print window document'''.split()
EVENTS = 'click mouseover mouseout mouseenter focus blur load scroll submit change keyup touchstart pageshow resize error'.split()
TONGUES = {'怎么': '怎么用 是什么 报错 语法 教程 区别 关键字 数据库 查询 页面 函数 中的 和 用法 失败', 'как': 'как сделать запрос ошибка в таблице и или пример функция не работает',
           'wie': 'wie geht Fehler bei Abfrage für und oder Beispiel Tabelle Größe ändern', 'は': '使い方 エラー とは 関数 の 書き方 と 違い', 'comment': 'comment créer une requête erreur où et ou après clé étrangère',
           'كيف': 'كيف يمكن استعلام خطأ في و مثال', 'how': 'how to use what is error in and or difference between example not working syntax'}
TERMS = '''select|union select|union all|inner join|group by|order by desc|where in|having count|varchar(255)|int(11) not null|count(*)|group_concat|substring(a, 1, 2)
concat(a, b)|isnull(x, 0)|case when then else end|limit 10 offset 5|drop table|alter table add column|delete from|insert into values|sleep(5)|exec sp_help|@@identity|information_schema
<script>|<script src=|</script>|<img src=|<iframe>|onclick|onerror|onload|alert()|document.cookie|innerHTML|javascript:|eval()|function()|window.location|addEventListener|console.log|JSON.parse
php|<?php|$_GET|$_POST|include()|require_once|exec()|system()|shell_exec|phpinfo()|.htaccess|config.php|index.php?id=|base64_decode|preg_replace|java.lang.NullPointerException|Runtime.getRuntime()
ls -la|rm -rf|cat /etc/hosts|chmod 777|/etc/passwd|/bin/bash|curl -X POST|wget http|ping -c 4|netstat -an|sudo apt-get install|docker run -it|grep -r|awk '{print $1}'|kill -9|../|../../images|web.config|cmd.exe
{{ }}|{{ item.name }}|${var}|#{foo}|<%= %>|%s|\\n|&nbsp;|&amp;|&lt;|0x80070005|%20|NULL|null or empty|or 1|a=b|x > 5 and y < 3|!= null|-- comment|/* comment */|# comment|'|"|;|`'''.replace('\n', '|').split('|')
SCRIPTS = 'php php php php php3 php5 phtml asp aspx ashx asmx jsp jspx jsf do action cgi pl cfm html htm shtml xhtml'.split()


class Traffic:
    """A part of Maker, which brings words, names, hosts and paths."""

    def loud(self):
        return self.r.choice(LOUD)

    def blob(self, low=12, high=120):
        return base64.b64encode(bytes(self.r.randrange(256) for _ in range(self.r.randint(low, high)))).decode()

    # ---- headers: "Name: value" ----

    def header(self):
        n, h, mime = self.num, self.hexes, self.r.choice(MIME)
        product = lambda: '%s/%s.%s' % (self.r.choice(AGENTS), n(20), n(99))
        agent = lambda: self.r.choice((
            lambda: product(), lambda: '%s (%s)' % (product(), self.phrase()), lambda: '%s %s %s' % (product(), product(), product()),
            lambda: 'Mozilla/5.0 (compatible; %s; +http://%s/bot.html)' % (product(), self.host()),
            lambda: 'Mozilla/4.0 (compatible; MSIE %s.0; Windows NT %s.1; .NET CLR %s.0.%s; InfoPath.%s)' % (n(9), n(7), n(4), n(), n(4)),
            lambda: '%s (%s; Build/%s; wv) %s' % (product(), 'Linux; U; Android %s; %s-%s' % (n(15), 'en', 'us'), h(6).upper(), product()),
            lambda: '%s/%s (%s; iOS %s.%s; Scale/3.00)' % (self.var(), n(99), 'iPhone', n(18), n(9)),
            lambda: '%s-%s/%s[%s]{%s|%s}' % (self.one_noun().title(), self.one_noun(), n(9), self.loud(), h(8), n())))()
        return self.r.choice((
            lambda: 'Content-Type: ' + mime, lambda: 'Content-Type: %s; charset=%s' % (mime, self.r.choice(('utf-8', 'UTF-8', '"utf-8"', 'ISO-8859-1', 'gb2312', 'windows-1252'))),
            lambda: 'Content-Type: multipart/form-data; boundary=%s%s' % ('-' * self.r.randint(2, 30), h(16)),
            lambda: 'Content-Type: multipart/related; type="%s"; start="<%s@%s>"' % (mime, h(8), self.host()),
            lambda: 'Accept: %s, %s;q=0.%s, */*; q=0.01' % (mime, self.r.choice(MIME), n(9)), lambda: 'User-Agent: ' + agent(), lambda: 'User-Agent: ' + agent(),
            lambda: 'SOAPAction: "http://%s/%s/%s"' % (self.host(), self.loud(), self.var()), lambda: 'X-Requested-With: %s' % self.r.choice(('XMLHttpRequest', 'com.%s.%s' % (self.one_noun(), self.one_noun()))),
            lambda: 'If-None-Match: W/"%s-%s", "%s:%s"' % (h(4), self.blob(6, 20), h(6), n()), lambda: 'Range: bytes=%s-, -%s' % (n(), n()),
            lambda: 'Authorization: Digest username="%s", realm="%s", nonce="%s", uri="%s", qop=auth, nc=00000001, response="%s"' % (self.one_noun(), self.phrase(), self.blob(), self.path(), h(32)),
            lambda: 'Authorization: AWS4-HMAC-SHA256 Credential=%s/2024/eu/s3/aws4_request, SignedHeaders=host;range;x-amz-date, Signature=%s' % (h(16).upper(), h(64)),
            lambda: 'Forwarded: for="[2001:db8:%s::%s]:%s";proto=https;by=10.0.%s.1' % (h(4), h(3), n(), n(255)), lambda: 'Via: 1.1 %s (%s), 1.0 %s' % (self.ident(), product(), self.host()),
            lambda: 'traceparent: 00-%s-%s-01' % (h(32), h(16)), lambda: 'baggage: %s=%s,%s=%s;%s' % (self.ident(), n(), self.ident(), quote(self.phrase()), self.ident()),
            lambda: 'X-Amzn-Trace-Id: Self=1-%s-%s;Root=1-%s-%s' % (h(8), h(24), h(8), h(24)), lambda: 'Sec-CH-UA: "%s";v="%s", "Not%sA%sBrand";v="99"' % (self.one_noun().title(), n(140), self.r.choice(';.(:/)?_ '), self.r.choice(';.(:/)?_ ')),
            lambda: 'Cookie: %s=%s; %s=%s' % (self.ident(), quote(self.beacon()), self.ident(), self.blob(20, 60)), lambda: 'Cookie: %s={%s:%s,%s:"%s"}' % (self.ident(), self.var(), n(), self.var(), self.ident()),
            lambda: 'X-%s: %s' % (self.one_noun().title(), self.beacon()), lambda: 'Referer: %s' % self.url(), lambda: 'Origin: null', lambda: 'Cache-Control: max-age=0, no-cache="%s"' % self.ident(),
            lambda: 'Link: <%s>; rel="%s"; title*=UTF-8\'\'%s' % (self.url(), self.one_noun(), quote(self.phrase())), lambda: 'Content-Disposition: attachment; filename="%s"' % self.file(),
            lambda: 'Accept-Language: %s' % ', '.join('%s-%s;q=0.%s' % (self.r.choice(('en', 'de', 'zh', 'pt')), self.r.choice(('US', 'AT', 'CN', 'BR')), n(9)) for _ in range(3))))()

    # ---- what pages report about themselves ----

    def beacon(self):
        n, v, h = self.num, self.var, self.hexes
        sign = self.r.choice('^|~!;,:_#$&@/*')
        item = lambda: self.r.choice((lambda: '%s=%s' % (v(), n()), lambda: '%s%s=%s' % (h(1), n(30), n()), n, v, lambda: '', lambda: h(6), lambda: '%s:%s' % (v(), n()), lambda: self.ident()[:2], lambda: 'null', lambda: self.loud()))()
        run = lambda k: sign.join(item() for _ in range(self.r.randint(3, k)))
        return self.r.choice((
            lambda: run(20), lambda: run(20), lambda: run(8) + sign * self.r.randint(2, 9) + run(5), lambda: '%s#%s' % (n(), self.blob()), lambda: '%s!%s!%s=%s&%s=%s' % (h(15), v(), v(), n(), v(), self.loud()),
            lambda: '%s,sdk_name=%s,env=prod,service=%s %s=%s,%s="%s" %s' % (v(), v(), v(), v(), n(), v(), self.phrase(), n()),
            lambda: '%s:"%s"' % (v(), ','.join('%s:%s' % (n(20), self.ident()[:2]) for _ in range(9))), lambda: '/'.join(self.r.choice(('', n(9), self.ident()[:2], self.ident()[:2])) for _ in range(self.r.randint(4, 20))),
            lambda: '%s|%s|%s|||%s|%sx%s|1|{"%s":1,"%s":"%s"}' % (n(10 ** 9), self.url(), self.one_noun(), n(), n(), n(), v(), v(), self.phrase()),
            lambda: '+'.join(self.r.choice((self.ident()[:2].upper(), n(20))) for _ in range(8)), lambda: '%s * %s@%s' % (n(), n(), n(4)),
            lambda: ','.join(self.r.choice(('', '', n(), v(), self.phrase())) for _ in range(self.r.randint(6, 30))), lambda: quote(quote(json.dumps({v(): n(), v(): [v(), None]}))),
            lambda: base64.b64encode(quote(json.dumps({v(): n(), 't': float(n()), 'a': {v(): True}})).encode()).decode(), lambda: 'CP%s.%s.YAAAAAAAAAAA~%s.%s' % (self.blob(20, 40), self.blob(6, 12), n(), n()),
            lambda: 'isIABGlobal=false&hosts=&consentId=%s&interactionCount=%s&landingPath=%s&groups=%s' % (h(32), n(9), self.url(), ','.join('C000%s:%s' % (n(9), n(2)) for _ in range(4)))))()

    def snippet(self):
        """A part of the page as a value: what was shown or clicked."""
        attribute = lambda: self.r.choice((
            lambda: 'class="%s %s"' % (self.ident(), self.ident()), lambda: '%s-%s="%s"' % (self.r.choice(('data', 'ng', 'v', 'x', 'aria', 'v-bind')), self.one_noun(), self.ident()),
            lambda: 'data-%s="%s:%s;%s=%s;%s:false"' % (self.one_noun(), self.one_noun(), self.r.choice(EVENTS), self.one_noun(), self.num(), self.one_verb()),
            lambda: 'data-%s-module="/modules/%s/%s.js"' % (self.one_noun(), self.one_noun(), self.one_noun()), lambda: 'style="width:%spx;display:none;background-image:url(%s)"' % (self.num(), self.url()),
            lambda: 'data-event="%s:%s"' % (self.r.choice(EVENTS), self.var()), lambda: 'href="%s?%s"' % (self.path(), self.query()), lambda: 'role="%s" tabindex="-1"' % self.one_noun(), lambda: 'data-json=\'{"%s":%s}\'' % (self.var(), self.num())))()
        element = lambda inner: '\n%s<%s %s>%s</%s>' % (' ' * self.r.randint(0, 20), *[(t := self.r.choice(('div', 'a', 'li', 'span', 'ul', 'p', 'h3', 'section', 'img', 'button'))), ' '.join(attribute() for _ in range(self.r.randint(1, 4))), inner, t])
        text = element(element(self.phrase()) if self.r.random() < 0.5 else self.phrase())
        return self.r.choice((
            lambda: text, lambda: json.dumps({self.var(): self.num(), self.one_noun(): {'text': text, 'url': self.url()}}), lambda: quote(text), lambda: text[:self.r.randint(10, max(11, len(text)))],
            lambda: 'div.%s>ul#%s:nth-of-type(%s)[%s]' % (self.ident(), self.ident(), self.num(9), attribute()), lambda: '%s (%s)' % (self.phrase(), text.strip())))()

    # ---- how interfaces are asked ----

    def asked(self):
        a, b, c, n, w = self.var(), self.var(), self.one_noun(), self.num, self.loud()
        return self.r.choice((
            lambda: "(filters:!((meta:(alias:!n,disabled:!f,key:%s,negate:!f))),query:(language:kuery,query:'%s:%s'))" % (a, b, c), lambda: '["%s","contains","%s"],"and",["%s",">=",%s]' % (a, c, b, n()),
            lambda: json.dumps({'query': {'bool': {'must': [{'match': {a: c}}, {'range': {b: {'gte': 'now-1d/d'}}}], 'must_not': [{'exists': {'field': w}}]}}, 'script_fields': {}}),
            lambda: '{!tag=%s}%s:[%s TO *] AND -%s:"%s" OR _query_:"{!dismax qf=%s}%s"' % (a, b, n(), w, c, a, c), lambda: '%s:>%s AND NOT (%s:%s* OR _exists_:%s)' % (a, n(), b, c, w),
            lambda: 'SELECT ?%s ?%s WHERE { ?%s <http://%s/%s> ?%s . FILTER(lang(?%s) = "en") } LIMIT %s' % (a, b, a, self.host(), b, b, b, n()),
            lambda: 'MATCH (%s:%s)-[:%s]->(%s) RETURN %s' % (a[0], c.title(), w.upper(), b[0], a), lambda: 'POLYGON((%s.1 %s.2,%s.3 -%s.4,%s %s))' % (n(), n(), n(), n(), n(), n()),
            lambda: json.dumps({'jsonrpc': '2.0', 'method': '%s.%s' % (w, b), 'params': [c, {a: None}], 'id': n()}), lambda: json.dumps({'$schema': self.url(), 'type': 'object', '$ref': '#/definitions/' + a, 'enum': [c, w]}),
            lambda: '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><ns1:%s><%s>%s</%s></ns1:%s></soapenv:Body></soapenv:Envelope>' % (w, a, self.phrase(), a, w),
            lambda: '<?xml version="1.0"?><methodCall><methodName>%s.%s</methodName><params><param><value><string>%s</string></value></param></params></methodCall>' % (w, b, self.phrase()),
            lambda: '<d:propfind xmlns:d="DAV:"><d:prop><d:%s/><d:resourcetype/></d:prop></d:propfind>' % a, lambda: '*/%s 0-%s * * %s' % (n(59), n(23), self.r.choice(('MON-FRI', '*', '0,6'))),
            lambda: '>=%s.%s.0 <%s || ^%s.x || ~%s' % (n(9), n(9), n(20), n(9), n(9)), lambda: '**/*.{%s,%s} !%s/**' % (self.one_noun(), w, c), lambda: 'columns[%s][search][%s]=' % (n(9), w), lambda: "Products(%s)?$expand=%s($select=%s)" % (n(), a, b),
            lambda: '%s=@%s AND %s!=$__all | %s' % (a, w, b, c), lambda: 'index=%s sourcetype="%s:%s" | stats count by %s | where count > %s' % (a, w, c, b, n()), lambda: 'fields=%s(id,%s{%s,%s})&%s=' % (a, b, c, w, w),
            lambda: 'BEGIN:VEVENT\r\nSUMMARY:%s\r\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=%s\r\nEND:VEVENT' % (self.phrase(), n()), lambda: '[data-%s="%s"]{content:"\\f%s";width:calc(100%% - %spx)}' % (c, a, n(), n()),
            lambda: '@media (max-width:%spx){.%s::before{content:\'\\201C\'}}' % (n(), a), lambda: 'env(%s) && (%s.%s || !%s)' % (w.upper(), a, b, c), lambda: 'LOWER({%s}) = LOWER("%s")' % (self.phrase(), c)))()

    def sought(self):
        """What people type into a search field who have a question about code, in their language."""
        words = self.r.choice(list(TONGUES.values())).split()
        glue = self.r.choice((' ', ' ', ' ', '', '+'))
        parts = [self.r.choice(words) if self.r.random() < 0.55 else self.r.choice(TERMS) for _ in range(self.r.randint(2, 6))]
        text = glue.join(parts + [self.r.choice(words)])
        return self.r.choice((text, text, text, self.one_noun() + ' ' + text, '“%s”%s' % (text, self.r.choice(words)), 'site:%s %s' % (self.host(), text),
                              'https://%s/search?q=%s&form=%s' % (self.host(), quote(text), self.one_noun()), json.dumps({'q': text, 'from': self.url()}), text[:self.r.randint(2, max(3, len(text)))]))

    # ---- addresses of pages ----

    def page(self):
        """Scripts in paths and parameters, and words that are loud elsewhere."""
        n, s = self.num, lambda: self.r.choice((self.one_noun(), self.one_verb(), self.loud(), self.ident(), self.ident()))
        script = lambda: '%s.%s' % (s(), self.r.choice(SCRIPTS))
        return '/' + self.r.choice((
            lambda: script(), lambda: script(), lambda: '%s/%s' % (s(), script()), lambda: '%s/%s/%s' % (s(), s(), script()), lambda: '%s/%s/%s/%s' % (s(), s(), s(), script()), lambda: '%s?mod=%s&action=%s&id=%s' % (script(), s(), self.loud(), n()),
            lambda: '%s?%s=%s&%s=' % (script(), s(), script(), s()), lambda: '%s?id=%s:%s' % (script(), s(), s()), lambda: '%s?page=%s' % (script(), s()), lambda: '%s/%s' % (script(), quote(' '.join((s(), n(), s())))), lambda: '%s/%s' % (s(), quote(self.phrase())),
            lambda: quote(self.clause()), lambda: '~%s/%s/' % (s(), script()), lambda: '%s;jsessionid=%s' % (script(), self.hexes(32).upper()), lambda: '%s/%s.min.js?v=%s' % (s(), s(), n()), lambda: '%s/@%s/%s@%s.0/%s.mjs' % (s(), s(), s(), n(9), s()),
            lambda: '%s/%s(%s)/%s' % (s(), s().title(), n(), s()), lambda: '%s/%s:%s' % (s(), n(), self.loud()), lambda: 'v%s/%s/%s,%s/%s' % (n(9), s(), n(), n(), s()), lambda: '%s.git/info/refs?service=git-upload-pack' % s(),
            lambda: 'wp-json/wp/v2/%s?_fields=%s,%s&per_page=%s' % (s(), s(), s(), n()), lambda: '%s/%s~%s/%s..%s' % (s(), s(), n(), n(), n()), lambda: '%s/%s?url=%s&ref=%s' % (s(), script(), quote(self.url(), safe=''), quote('http://%s/%s' % (self.host(), script()), safe='')),
            lambda: '%s?return=%s&u=http://%s/' % (script(), quote(self.page() if self.r.random() < 0.3 else script()), self.host())))()
