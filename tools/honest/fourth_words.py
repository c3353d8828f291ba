"""Fourth wave: shops, editors, chats, tickets, laws, names and addresses, searches of developers."""
import json
from registry import hard, kind
from wire import TOOLS

# names and streets of many languages, with the signs that they are written with
NAMES = """Conan O'Brien|Marie-Ève d'Aoust|Ġorġ Vella|Þór Æsir-Ólafsdóttir|ʻAlohilani Kaʻauwai|Ngũgĩ wa Thiong'o|Anne-Sophie L'Hostis|J. D. (Jack) O'Malley III, Esq.|
Ali "Ace" Al-Sa'di|Martin & Sara Null|Robert Select|Ms. Or-Nah Ben-Union|Nikita Execova|Sean Script|عبد الرحمن بن علي|ד״ר רות כהן|O‘zbek Qo‘ldoshev|Hawai'iloa K.|
M'hamed El-'Alami|D'Andre D'Angelo-O'Neal|Miss 'Bunny' Rogers|王小明 (Xiaoming)|佐藤 花子|ลลิตา ใจดี|Łucja Żółć|Jörg-Uwe Groß|X Æ A-12|De'Quan; Jr.""".replace('\n', '').split('|')
PLACES = """1/2 O'Connell St. Lwr|12-14, Rue de l'Abbé-Groult (bât. C)|Hinter den Gärten 3 / 2. OG links|〒100-0001 東京都千代田区千代田1-1|ul. 3 Maja 15/7|
c/o Müller & Söhne, "Altes Zollhaus"|Calle 45 # 12-34, Apto. 501|Rua 25 de Março, 1000 - sala 3|شارع الملك فهد، مبنى ٧|Трг Слободе бр. 5, стан 12|Lot 7; Jalan P.J.S. 8/9|
Kungsgatan 5 C, 3 tr|Plot No. 12-B, Sector 18, Nr. St. Mary's|P.O. Box 7 -- Ha'apai|Nos. 4 & 6, Queen's Parade|Via S. Maria dell'Orto, 3/bis|'t Zand 14 bus 2|Av. d'Òc, 1 ter""".replace(
        '\n', '').split('|')


@kind('name and address form')
def _(m):
    return m.form('/checkout/address', [('firstname', m.word(NAMES)), ('lastname', m.name()), ('company', m.company()), ('street[0]', m.word(PLACES)), ('street[1]',
            m.word(PLACES)), ('city', m.city()), ('region', m.pick('', '--', 'N/A', "Côte d'Ivoire")), ('postcode', m.pick('SW1A 1AA', 'D-80331', '100-0001')), ('phone', m.phone())])


@kind('name and address json')
def _(m):
    return m.json('/api/customers', {'customer': {'name': m.word(NAMES), 'aka': [m.word(NAMES), m.name()], 'addresses': m.some(lambda: {'line1': m.word(PLACES), 'line2':
            m.maybe(m.street()), 'city': m.city(), 'country': m.pick('CI', 'TO', 'PF')}, 1, 3), 'memo': m.sentence()}})


@kind('name autocomplete')
def _(m):
    name = m.word(NAMES)
    return m.get('/people/suggest', [('q', name[:m.num(1, len(name))]), ('in', m.word(PLACES)[:m.num(1, 9)]), ('limit', 10)])


@kind('family tree gedcom')
def _(m):
    body = '0 HEAD\n1 GEDC\n2 VERS 5.5.1\n' + ''.join("0 @I%d@ INDI\n1 NAME %s /%s/\n1 BIRT\n2 DATE ABT %d\n2 PLAC %s\n1 NOTE %s\n" % (i, m.word(NAMES), m.name().split()[-1],
            m.num(1700, 1990), m.word(PLACES), m.sentence()) for i in range(m.num(2, 40))) + '0 TRLR\n'
    return m.multipart('/trees/import', [('tree', m.ident()), ('gedcom', 'tree.ged', 'text/plain', body)])


@kind('shop price range facets')
def _(m):
    return m.get('/s/%s' % m.slug(), [('refine', 'p_36:%d-%d,p_n_%s:%d|%d' % (m.num(), m.num(), m.noun(), m.num(), m.num())), ('f', 'price:>=10 && price:<=%d' % m.num()),
            ('rh', 'n:%d,k:%s' % (m.num(), m.phrase())), ('brand', m.company()), ('sort', 'price desc, id asc'), ('attr[colour][]', 'black/white'), ('not', '!refurbished')])


@kind('shop configurator json')
def _(m):
    return m.json('/configurator/price', {'sku': m.ident(), 'options': {m.var(): m.pick('1/2"', '3/4" x 12\'', '≥ 20 mm', 'M8 x 1,25', '10 +/- 0.5 %', "6'2\""), 'engraving':
            m.pick("For Mum, with love <3", "E + J = ∞", "Bob's & Al's; est. 1999", '"Semper fi" -- 1/1', "{%s}" % m.noun())}, 'formula_id': 'w*h/1000+%d' % m.num()})


@kind('shop import csv')
def _(m):
    rows = 'sku;name;price;html\n' + ''.join('%s;"%s";"%s";"<p>%s <b>%s</b><br/>%s</p>"\n' % (m.ident(), m.title().replace('"', '""'), m.real(), m.phrase(), m.noun(), m.phrase())
            for _ in range(m.num(2, 60)))
    return m.multipart('/admin/import', [('delimiter', ';'), ('enclosure', '"'), ('escape', '\\'), ('file', 'products.csv', 'text/csv', rows)])


@kind('shop google feed xml')
def _(m):
    items = ''.join('<item><g:id>%s</g:id><title><![CDATA[%s & %s]]></title><description><![CDATA[<p style="margin:0">%s</p><ul><li>%s</li></ul>]]></description><link>https://'
            '%s/p?id=%d&amp;c=%s</link></item>' % (m.ident(), m.phrase(), m.noun(), m.sentence(), m.phrase(), m.host(), m.num(), m.noun()) for _ in range(m.num(1, 12)))
    return m.text('/feeds/push', '<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>%s</channel></rss>' % items, 'application/xml', m.tool())


@kind('cms gutenberg blocks')
def _(m):
    blocks = '\n\n'.join(m.pick('<!-- wp:paragraph {"align":"center"} -->\n<p class="has-text-align-center">%s</p>\n<!-- /wp:paragraph -->', '<!-- wp:heading {"level":3} -->\n'
            '<h3 id="h-%d">%%s</h3>\n<!-- /wp:heading -->' % m.num(), '<!-- wp:image {"id":%d,"sizeSlug":"large","style":{"border":{"radius":"4px"}}} -->\n<figure class='
            '"wp-block-image size-large"><img src="https://%s/wp-content/uploads/a.jpg" alt="" class="wp-image-4"/><figcaption>%%s</figcaption></figure>\n<!-- /wp:image -->'
            % (m.num(), m.host()), '<!-- wp:buttons -->\n<div class="wp-block-buttons"><a class="wp-block-button__link" href="/%s" target="_blank" rel="noreferrer noopener">'
            '%%s</a></div>\n<!-- /wp:buttons -->' % m.ident()) % m.sentence() for _ in range(m.num(2, 20)))
    return m.json('/wp-json/wp/v2/posts/%d?_locale=user' % m.num(), {'id': m.num(), 'title': m.title(), 'content': blocks, 'status': 'draft'})


@kind('cms editorjs blocks')
def _(m):
    return m.json('/api/pages/%d' % m.num(), {'time': m.epoch(), 'blocks': m.some(lambda: {'id': m.alnum(10), 'type': m.pick('paragraph', 'header', 'quote'), 'data': {'text':
            '%s <b>%s</b>&nbsp;<a href="https://%s">%s</a> <mark class="cdx-marker">%s</mark>' % (m.sentence(), m.noun(), m.host(), m.noun(), m.phrase())}}, 2, 12), 'version':
            '2.28.2'}, method='PUT')


@kind('cms tinymce table')
def _(m):
    rows = ''.join('<tr style="height: %dpx;"><td style="width: 33.%d%%; border-style: solid;">%s</td><td>&nbsp;</td></tr>\n' % (m.num(), m.num(), m.phrase()) for _ in range(
            m.num(1, 30)))
    return m.form('/admin/page/edit', [('_token', m.alnum(40)), ('title', m.title()), ('body', '<h2>%s</h2>\n<table style="border-collapse: collapse; width: 100%%;" border="1">\n'
            '<tbody>\n%s</tbody>\n</table>\n<p><iframe src="https://www.youtube.com/embed/%s" width="560" height="314" allowfullscreen="allowfullscreen"></iframe></p>' % (m.phrase(),
            rows, m.alnum(11)))])


@kind('cms prosemirror doc')
def _(m):
    return m.json('/collab/doc/%s/steps' % m.uuid(), {'version': m.num(), 'clientID': m.num(), 'steps': m.some(lambda: {'stepType': 'replace', 'from': m.num(), 'to': m.num(),
            'slice': {'content': [{'type': 'paragraph', 'content': [{'type': 'text', 'marks': [{'type': 'link', 'attrs': {'href': m.url(), 'target': None}}], 'text':
            m.sentence()}]}]}}, 1, 5)})


@kind('cms quill delta')
def _(m):
    return m.form('/notes/save', [('delta', json.dumps({'ops': m.some(lambda: {'insert': m.sentence() + '\n', 'attributes': {'bold': True, 'link': m.url()}}, 2, 9)})), ('html',
            '<p><strong style="color: rgb(%d, 0, 0);">%s</strong></p><p><br></p>' % (m.num(0, 255), m.phrase()))])


@kind('cms elementor data')
def _(m):
    return m.form('/wp-admin/admin-ajax.php', [('action', 'elementor_ajax'), ('_nonce', m.hex(10)), ('actions', json.dumps({'save_builder': {'action': 'save_builder', 'data':
            {'status': 'publish', 'elements': m.some(lambda: {'id': m.hex(7), 'elType': 'widget', 'settings': {'editor': '<p>%s</p>' % m.sentence(), '__globals__': {'title_color':
            'globals/colors?id=primary'}, 'custom_css': 'selector{margin:0 auto}selector:hover{color:#%s}' % m.hex(6), 'link': {'url': '#', 'is_external': ''}}, 'elements': [],
            'widgetType': 'text-editor'}, 1, 6)}}}))])


@kind('chat slack blocks')
def _(m):
    return m.json('/api/chat.postMessage', {'channel': 'C0' + m.alnum(8).upper(), 'text': m.pick('<!here> %s', '<@U0%s> *%%s*' % m.alnum(8).upper(), '&lt;b&gt; %s', '`%s`',
            '<https://' + m.host() + '|%s>', ':tada: ~%s~') % m.phrase(), 'blocks': [{'type': 'section', 'text': {'type': 'mrkdwn', 'text': '>%s\n• _%s_' % (m.sentence(),
            m.sentence())}}], 'unfurl_links': False}, m.tool(('Authorization', 'Bearer xoxb-%d-%s' % (m.num(), m.alnum(24)))))


@kind('chat matrix event')
def _(m):
    text = m.sentence()
    return m.json('/_matrix/client/v3/rooms/%s/send/m.room.message/m%d.1' % (m.enc('!%s:%s' % (m.alnum(18), m.host())), m.epoch()), {'msgtype': 'm.text', 'body':
            '> <@%s:%s> %s\n\n%s' % (m.noun(), m.host(), text, m.sentence()), 'format': 'org.matrix.custom.html', 'formatted_body':
            '<mx-reply><blockquote><a href="https://matrix.to/#/!a:b/$c">In reply to</a> <a href="https://matrix.to/#/@%s:x">@%s</a><br>%s</blockquote></mx-reply>%s' % (m.noun(),
            m.noun(), m.phrase(), m.phrase())}, method='PUT')


@kind('chat short lines')
def _(m):
    return m.json('/messages', {'to': m.num(), 'body': m.pick("u up? lol :')", "it's 5 o'clock & I'm out; cya", "like, 1=1 right? haha", "no; rm it", "cat > dog, change my mind",
            "ping me @8", "wait for it...", '"or" or "and"?', "'); DROP jokes are so 2007", "who | what | where", "sleep(5) needed", "</3 :-(", "$$$ or nothing", "if u r 18 or older",
            "echo echo echo", "curl up & relax", "../.. morse?", "a/s/l", "see ya at ${place}", "{{ }} that's a butterfly", "<3 <3 <3", "50% off & free", "id -> ID card",
            "nc = no comment", "select one: a) or b)", "man cat; cat man")})


@kind('ticket jira issue')
def _(m):
    return m.json('/rest/api/3/issue', {'fields': {'project': {'key': m.noun().upper()[:4]}, 'summary': '[%s] %s' % (m.noun(), m.pick("Can't %s when name contains '", 'Button '
            '<%s> does nothing', '%s fails: "unexpected token <"', 'Timeout after 30 s -- %s', "500 on /%s/../", "Update of %s where status = closed is slow") % m.verb()),
            'description': {'type': 'doc', 'version': 1, 'content': [{'type': 'paragraph', 'content': [{'type': 'text', 'text': m.prose()}]}]}, 'labels': [m.ident()]}})


@kind('ticket jql search')
def _(m):
    return m.get('/rest/api/2/search', [('jql', m.pick('project = %s AND status in ("In Progress", Open) AND assignee = currentUser() ORDER BY created DESC', 'text ~ "%s\'s" OR '
            'labels is EMPTY', 'sprint in openSprints() AND component != "%s" order by rank', 'updated >= -7d AND (fixVersion = "%s 1.2" or fixVersion is null)') % m.noun()),
            ('fields', '*all,-comment'), ('maxResults', 50)])


@kind('ticket mail pipe')
def _(m):
    return m.form('/inbound/parse', [('from', '"%s" <%s>' % (m.word(NAMES), m.mail())), ('subject', 'Re: AW: [#%d] %s' % (m.num(), m.title())), ('text', m.prose(2, 9)
            + '\n\n-- \n%s\n%s\n> On %s, %s wrote:\n>> %s\n' % (m.name(), m.company(), m.date(), m.name(), m.sentence())), ('html', '<html><head><meta http-equiv="Content-Type" '
            'content="text/html; charset=utf-8"><style type="text/css">p{margin:0}</style></head><body dir="ltr"><div>%s<br></div><blockquote type="cite" style="border-left:1px '
            'solid #ccc">%s</blockquote></body></html>' % (m.phrase(), m.phrase())), ('spf', 'pass'), ('envelope', json.dumps({'to': [m.mail()], 'from': m.mail()}))])


@kind('ticket time log')
def _(m):
    return m.form('/timesheets', [('task', '#%d: %s' % (m.num(), m.title())), ('spent', m.pick('1h 30m', '1,5', '90"', "45'")), ('note', m.pick('call w/ %s & follow-up; docs',
            'code review (%s); merge -> main', "fixed '%s' bug, see PR", '%s: select supplier / order parts', 'set up %s; update & reboot') % m.noun()), ('billable', 'on')])


@kind('spreadsheet cell edits')
def _(m):
    a, b = m.num(1, 40), m.num(41, 90)
    return m.json('/v4/spreadsheets/%s/values:batchUpdate' % m.b64url(33), {'valueInputOption': 'USER_ENTERED', 'data': m.some(lambda: {'range': "'%s'!A%d:C%d"
            % (m.title().replace("'", "''"), a, b), 'values': [[m.pick('=SUM(A%d:A%d)' % (a, b), '=IF(B%d>=%d,"ok","")' % (a, b), "=VLOOKUP($A%d,'%s'!$A$1:$F$99,%d,FALSE)" % (a,
            m.noun(), 2), '=A%d&" "&B%d' % (a, a), '=IFERROR(INDEX(C:C,MATCH(1,(A:A=E%d)*(B:B="x"),0)),"-")' % a, '=LET(x,A%d,x*2)' % a, '=QUERY(A1:D,"select A, sum(B) where C = '
            "'%s' group by A\")" % m.noun(), '-%d' % a, '+%d%%' % b, "'00%d" % a, '=HYPERLINK("https://%s","%s")' % (m.host(), m.noun()), '=TEXT(NOW(),"yyyy-mm-dd")'),
            m.phrase()]]}, 1, 8)}, method='POST')


@kind('spreadsheet filter view')
def _(m):
    return m.json('/sheets/%d/filter' % m.num(), {'columns': [{'field': m.noun(), 'op': m.pick('contains', '<>', 'between'), 'value': m.search()}, {'field': 'Price (€)', 'expr':
            m.pick('>=%d', '<> %d', '> 10 AND < %d', '=%d OR ="n/a"') % m.num()}], 'conditional': '=$B2<TODAY()-%d' % m.num()})


@hard('regex tester save')
def _(m):
    return m.json('/api/regex/test', {'flavor': m.pick('pcre2', 'javascript', 'python'), 'regex': m.pick(r'^(?:(?:https?|ftp):\/\/)?[\w.-]+(?:\.[\w\.-]+)+$', r"(?<=')[^']*(?=')",
            r'<([a-z]+)[^>]*>(.*?)<\/\1>', r'\b(select|from)\b', r'(\$\{[^}]+\})|(\{\{.*?\}\})', r'(?i)^\s*or\s+\d+=\d+', r'[\/\\]\.\.[\/\\]'), 'flags': 'gmi', 'testString':
            m.pick('<b>%s</b> and <i>x</i>', "it's '%s' or 'none'", 'a=${%s}; b={{ c }}', '../../%s') % m.noun(), 'subst': '$1-\\2'})


@kind('regex in settings')
def _(m):
    return m.form('/settings/rules', [('name', m.ident()), ('match', m.pick(r'^/%s/(?!api).*\.(css|js)$', r'%s-[0-9]{4,}(\.[a-z]+)?', r'(^|\s)#?%s\b', r'^(?i:%s)[^/]+$')
            % m.noun()), ('replace', m.pick('/new/$1', r'\1', '${1}x', '$0')), ('enabled', '1')])


@kind('legal clause editor')
def _(m):
    return m.json('/contracts/%d/clauses' % m.num(), {'title': '§ %d Abs. %d S. 1 i.V.m. §§ 305 ff.' % (m.num(), m.num(1, 9)), 'text': m.pick('(a) The Supplier shall, and/or shall '
            'procure that its Affiliates ("Group") shall, execute, deliver & perform; (b) where (i) or (ii) applies, union of sets A and B, 1 or 1/2;', "Sauf disposition contraire, "
            "l'Acheteur n'est pas tenu d'exécuter; l'art. 1231-5 C. civ. s'applique (cf. not. l'al. 2).", "Any order from the table in Sch. 2, having effect -- subject to cl. 4.2(a)–"
            "(c) -- is set out 'as is' and \"with all faults\".", 'Der Auftragnehmer haftet bei Vorsatz u./o. grober Fahrlässigkeit; im Übrigen nur i.H.v. 1 x 100.000 €. '
            'Ziff. 3.1 lit. a) bleibt unberührt.') + ' ' + m.sentence(), 'redline': '<ins cite="mailto:%s">%s</ins><del>%s</del>' % (m.mail(), m.phrase(), m.noun())}, method='PATCH')


@kind('legal citation search')
def _(m):
    return m.get('/caselaw', [('q', m.pick("Roe v. Wade, 410 U.S. 113 (1973)", "R (on the application of O'Brien) v SSHD [2021] EWCA Civ %d" % m.num(), '"undue influence" /s '
            '(wife OR spouse) & date(> 1/1/2000)', 'art. L. 121-%d du code de la conso.' % m.num(), "BGH, Urt. v. 1.2.2020 -- I ZR %d/19" % m.num(), 'negligen! w/5 "duty of care" '
            'AND NOT medical')), ('juris', m.pick('US;UK', 'DE', 'FR|BE'))])


@kind('legal consent record')
def _(m):
    return m.json('/consent', {'tcString': 'CP%sAAAAAA.%s' % (m.b64url(80), m.b64url(60)), 'purposes': {str(i): m.chance(0.5) for i in range(1, 11)}, 'userAgent':
            m.agent(), 'banner': {'text': 'We & our 842 partners store and/or access information… <a href="/privacy">More</a>', 'lang': m.lang()}, 'url': m.url()})


@kind('developer docs search')
def _(m):
    return m.get('/docs/search', [('q', m.pick('how to %s a list in python', 'std::%s<T>', 'Array.prototype.%s()', '%s() vs %s[]', 'git %s --force', 'what is /dev/null for %s',
            'operator && precedence %s', 'null ?? undefined %s', 'css %s > .b', 'error: expected \';\' before %s', "can't %s module", '#include <%s.h>', '@Override %s', '%s --help',
            '$%s is undefined', 'select with join on %s', 'docker exec -it %s', 'http 500 %s', '%s.map(x => x)').replace('%s', m.noun())), ('v', '3.%d' % m.num(0, 13)), ('hl', 'en')])


@hard('developer code search')
def _(m):
    return m.get('/search', [('type', 'code'), ('q', m.pick('repo:%s/x path:*.ts "document.cookie"', 'eval( lang:php %s', 'system($_GET %s', "language:sql 'union select' %s",
            'exec.Command("sh", "-c" %s', 'filename:.env DB_%s', 'content:"<script src" %s', '/etc/passwd %s') % m.noun())])


@kind('package registry search')
def _(m):
    return m.get('/packages', [('q', m.pick('@%s/core', '%s>=2.0,<3', 'org.%s:lib', 'lib%s-dev', '%s.js', 'c++%s', 'keywords:%s,cli', '%s || ^1.2')  % m.noun()), ('order', 'score'),
            ('arch', 'any')])


@kind('survey free answers')
def _(m):
    return m.form('/survey/%d/submit' % m.num(), [('q%d' % i, m.pick(m.prose(), 'n/a', '-', '--', '???', "don't know", 'none; thx', "it's ok & cheap", '1) price 2) taste; 3) other/none',
            '> 5 years', '< 1', '10/10 would buy again', '"OK"', "';-)", 'a, b or c', m.sentence())) for i in range(m.num(2, 9))])


@kind('subtitle editor srt')
def _(m):
    body = ''.join("%d\n00:0%d:%02d,120 --> 00:0%d:%02d,900\n<i>- %s</i>\n{\\an8}%s\n\n" % (i, i % 9, m.num(0, 59), i % 9, m.num(0, 59), m.sentence(), m.sentence()) for i in range(
            m.num(2, 40)))
    return m.multipart('/subtitles', [('lang', m.lang()), ('srt', 'movie.srt', 'application/x-subrip', body)])


@kind('translation memory xliff')
def _(m):
    units = ''.join('<trans-unit id="%s"><source>%s <g id="1">%s</g></source><target>{count, plural, one {# %s} other {# %s}}</target></trans-unit>' % (m.var(), m.phrase(), m.noun(),
            m.noun(), m.noun()) for _ in range(m.num(1, 20)))
    return m.text('/xliff', '<?xml version="1.0"?><xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file source-language="en" target-language="de" '
            'datatype="plaintext" original="a"><body>%s</body></file></xliff>' % units, 'application/xliff+xml')


@kind('translation strings json')
def _(m):
    return m.json('/i18n/%s' % m.lang(), {m.var() + '.' + m.verb(): m.pick("Hi {{name}}, you've %d new {n}s", '%1$s of %2$s', '<0>{{count}}</0> items', "L'%s n'existe pas", '{0} & {1}',
            '${user} liked this', '%%{n} left; <br/>try again', ':attribute must be < :max', "{gender, select, male {He} other {They}}").replace('%s', m.noun()).replace('%d', str(m.num()))
            for _ in range(m.num(2, 20))}, method='PUT')


@kind('math homework answers')
def _(m):
    a, b = m.num(1, 20), m.num(1, 20)
    return m.form('/quiz/answer', [('question', m.num()), ('latex', m.pick(r'\frac{%d}{x^2-%d}' % (a, b), r'x\in\left[%d;\infty\right)' % a, r'\int_0^{%d} e^{-x}\,dx' % b, r'a\le b\wedge c>%d'
            % a)), ('plain', m.pick('x > %d or x < -%d' % (a, b), 'x=%d and y=%d' % (a, b), '2 or more = %d' % a, '{x | x >= %d}' % a, '(%d+%d)*2=%d' % (a, b, 2 * (a + b)), 'no: 1 != %d'
            % a, "f'(x)=%dx; f''(x)=%d" % (a, a))), ('_', m.epoch())])


@kind('music tab upload')
def _(m):
    tab = '\n'.join('%s|%s|' % (s, ''.join(m.word('----0123h5p7/9\\~x') for _ in range(m.num(16, 60)))) for s in 'eBGDAE')
    return m.form('/tabs/new', [('artist', m.company()), ('song', m.title()), ('tab', '[Intro] (x2)\n%s\n\nAm  F/C  G#dim7  (let ring) >>> %s\n' % (tab, m.phrase()))])


@kind('recipe ingredients')
def _(m):
    return m.json('/recipes', {'name': "%s's %s" % (m.name(), m.phrase()), 'ingredients': m.some(lambda: m.pick('1 1/2 c. %s, cut & drained', "%s (or 2 cups if they're small)", '½ tsp %s; '
            'more to taste', '3–4 %s -- peeled', '1 tin of %s / 400 g') % m.noun(), 2, 12), 'steps': m.some(m.sentence, 2, 6)}, [('User-Agent', m.agent(TOOLS))])
