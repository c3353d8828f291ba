"""What people write into applications: posts, pages, tickets, mails, tables, code."""
import json
from registry import hard, kind


def html(m):
    esc = lambda s: s.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')
    return m.pick('<p>%s</p>' % esc(m.sentence()), '<p style="text-align: center;"><strong>%s</strong><br /><em>%s</em>&nbsp;</p>' % (esc(m.title()),
            esc(m.phrase())), '<h2 id="%s">%s</h2>\n<ul>\n<li>%s</li>\n<li><a href="%s" target="_blank" rel="noopener">%s</a></li>\n</ul>'
            % (m.slug(), esc(m.title()), esc(m.sentence()), m.url().replace('&', '&amp;'), esc(m.phrase())),
            '<img class="alignnone size-medium wp-image-%d" src="%s" alt="%s" width="%d" height="200" />' % (m.num(), m.url(),
            esc(m.title()).replace('"', '&quot;'), m.num()),
            '<table border="1" cellpadding="4"><tbody><tr><td colspan="2">%s</td><td>%d&nbsp;%%</td></tr></tbody></table>' % (esc(m.phrase()),
            m.num()), '<blockquote class="quote" data-cite="%s"><p>%s</p></blockquote>' % (m.noun(), esc(m.sentence())),
            '<p class="MsoNormal" style="margin:0cm 0cm 8pt;line-height:107%%;font-family:Calibri, sans-serif"><span lang="EN-GB" style="font-size:11.0pt'
            ';mso-fareast-language:EN-US">%s<o:p></o:p></span></p>' % esc(m.sentence()), '<div><font color="#%s" size="2"><b>%s</b></font></div>'
            % (m.hex(6), esc(m.phrase())), '<figure class="image"><img src="data:image/png;base64,iVBORw0KGgo%s"><figcaption>%s</figcaption></figure>'
            % (m.b64(60), esc(m.title())), '<p dir="ltr">%s</p><hr>' % esc(m.sentence()))


def page(m):
    return '\n'.join(m.some(lambda: html(m), 1, 6))


def markdown(m):
    return '\n\n'.join(m.some(lambda: m.pick('# %s' % m.title(), '- [ ] %s\n- [x] ~~%s~~\n  1. %s' % (m.sentence(), m.phrase(), m.sentence()),
            '> %s\n\n%s' % (m.sentence(), m.sentence()), '| %s | %s |\n|:---|---:|\n| %s | %d |' % (m.noun(), m.noun(), m.phrase(), m.num()),
            '![%s](%s "%s")' % (m.title(), m.url(), m.noun()), '[%s]: %s' % (m.noun(), m.url()), m.prose(1, 3),
            '**%s**: use `%s` or `%s` -- *not* `%s`.' % (m.noun(), m.ident(), m.var(), m.noun()), '---', '$$\\frac{a}{%d} \\le \\sqrt{x_{i}}$$'
            % m.num(), '<details><summary>%s</summary>\n\n%s\n</details>' % (m.title(), m.sentence()), '@%s :+1: #%d %s' % (m.noun(), m.num(),
            m.sentence())), 2, 7))


def code(m):
    v, w, n = m.var(), m.var(), m.noun()
    return m.pick('for (int %s = 0; %s < %d; %s++) {\n    printf("%%d\\n", %s[%s]);\n}' % (v, v, m.num(), v, w, v), 'def %s(%s):\n    """%s"""\n    return [x for x in %s if x.%s > %d]' % (v, w, m.phrase(), w, n, m.num()), "SELECT %s, COUNT(*) FROM %s WHERE %s = '%s' GROUP BY %s HAVING COUNT(*) > %d;" % (v, n, w, m.noun(), v, m.num()), "$(document).ready(function() {\n  $('#%s').on('click', function(e) { e.preventDefault(); alert('%s'); });\n});" % (n, m.phrase()), '<?php\nforeach ($%s as $%s) {\n    echo htmlspecialchars($%s);\n}\n?>' % (v, w, w), 'sudo apt-get install %s && cat /etc/%s.conf | grep -i %s' % (n, n, w), 'const %s = async (%s) => { const r = await fetch(`/api/${%s}`); return r.json(); };' % (v, w, w), 'public static void main(String[] args) {\n    Runtime.getRuntime().availableProcessors();\n    System.out.println("%s");\n}' % m.phrase(), '<script src="https://%s/%s.js"></script>\n<div id="%s" onclick="%s()"></div>' % (m.host(), n, n, v),
                  'find . -name "*.%s" -exec rm {} \\;' % n[:3], 'ALTER TABLE `%s` ADD COLUMN `%s` varchar(%d) NOT NULL DEFAULT \'\';' % (n, v, m.num()), 'import os, sys\nprint(os.path.join(sys.argv[1], "%s"))' % n, "docker run --rm -v $(pwd):/%s -p 8080:80 %s:latest sh -c 'ls -la'" % (n, m.noun()), 'UPDATE %s SET %s = %s + 1 WHERE id IN (SELECT id FROM %s);' % (n, v, v, m.noun()), '{% for ' + v + ' in ' + w + ' %}{{ ' + v + '.name|upper }}{% endfor %}', 'Get-ChildItem -Path C:\\%s -Recurse | Where-Object { $_.Length -gt %dMB }' % (n, m.num()), 'if [ -f "$%s" ]; then\n  source ~/.%s\nfi' % (v.upper(), n), 'awk -F: \'{ print $1 }\' /etc/passwd | sort | uniq -c', "preg_match('/^[a-z]+$/i', $%s) or die('%s');" % (v, m.noun()), 'fn %s(x: &str) -> Option<u32> { x.parse().ok() }' % v, '#include <%s.h>\n#define %s(x) ((x) * %d)' % (n, v.upper(), m.num()))


@kind('blog post in html', weight=2)
def _(m):
    return m.form(m.pick('/wp-admin/post.php', '/admin/content/node/%d/edit' % m.num(), '/administrator/index.php'), [('post_title', m.title()),
            ('content', page(m)), ('excerpt', m.prose(1, 2)), ('post_status', 'publish'), ('tags', '%s, %s' % (m.noun(), m.phrase())), ('_wpnonce',
            m.hex(10)), ('_wp_http_referer', '/wp-admin/post.php?post=%d&action=edit' % m.num()), ('jform[articletext]', page(m)),
            ('meta_description', m.sentence())])


@kind('gutenberg', weight=2)
def _(m):
    def block():
        return m.pick('<!-- wp:paragraph {"dropCap":true} -->\n<p class="has-drop-cap">%s</p>\n<!-- /wp:paragraph -->' % m.phrase(),
                '<!-- wp:image {"id":%d,"sizeSlug":"large","linkDestination":"none"} -->\n<figure class="wp-block-image size-large"><img src="%s"'
                ' alt="" class="wp-image-%d"/></figure>\n<!-- /wp:image -->' % (m.num(), m.url(), m.num()),
                '<!-- wp:heading {"level":3} --><h3 class="wp-block-heading">%s</h3><!-- /wp:heading -->' % m.phrase(),
                '<!-- wp:embed {"url":"%s","type":"video","providerNameSlug":"youtube"} --><figure class="wp-block-embed"><div class="wp-block-embed__wrapper">\n%s\n'
                '</div></figure><!-- /wp:embed -->' % (m.url(), m.url()),
                '<!-- wp:query {"queryId":1,"query":{"perPage":10,"postType":"post","order":"desc","orderBy":"date","inherit":true}} --><div'
                ' class="wp-block-query"><!-- wp:post-template --><!-- wp:post-title /--><!-- /wp:post-template --></div><!-- /wp:query -->',
                '<!-- wp:separator --><hr class="wp-block-separator has-alpha-channel-opacity"/><!-- /wp:separator -->',
                '<!-- wp:buttons --><div class="wp-block-buttons"><!-- wp:button {"style":{"border":{"radius":"%dpx"}}} --><a class="wp-block-button__link"'
                ' href="%s">%s</a><!-- /wp:button --></div><!-- /wp:buttons -->' % (m.num(), m.url(), m.phrase()),
                '<!-- wp:shortcode -->[gallery ids="%d,%d" columns="3"]<!-- /wp:shortcode -->' % (m.num(), m.num()),
                '<!-- wp:html -->%s<!-- /wp:html -->' % html(m))
    return m.json('/wp-json/wp/v2/posts/%d?_locale=user' % m.num(), {'id': m.num(), 'title': m.title(), 'content': '\n\n'.join(m.some(block, 1, 6)),
            'status': 'draft', 'meta': {'_yoast_wpseo_title': '%%title%% %%sep%% %%sitename%%', 'footnotes': ''}, 'excerpt': m.sentence()},
            m.browser('application/json, */*;q=0.1') + [('X-WP-Nonce', m.hex(10)), ('X-HTTP-Method-Override', 'PUT')])


@kind('wordpress admin-ajax')
def _(m):
    return m.form('/wp-admin/admin-ajax.php', [('action', m.pick('heartbeat', 'save-widget', 'query-attachments', 'elementor_ajax')),
            ('data[wp-refresh-post-lock][lock]', '%d:1' % m.now), ('query[post__in][]', m.num()), ('query[s]', m.search()), ('query[orderby]',
            'date'), ('query[order]', 'DESC'), ('sidebar', 'sidebar-1'), ('widget-text[2][text]', page(m)), ('actions',
            json.dumps({'save_builder': {'action': 'save_builder', 'data': {'elements': [{'id': m.hex(7), 'elType': 'widget',
            'settings': {'editor': page(m), 'title': m.title(), '__globals__': {'title_color': 'globals/colors?id=primary'},
            'css': 'selector {color: #%s;}' % m.hex(6), 'link': {'url': '#%s' % m.noun(), 'is_external': ''}}, 'widgetType': 'text-editor'}]}}})),
            ('_nonce', m.hex(10))])


@kind('drupal form')
def _(m):
    return m.multipart('/node/add/article', [(a, str(b)) for a, b in [('title[0][value]', m.title()), ('body[0][value]', page(m)), ('body[0][format]',
            'full_html'), ('field_tags[target_id]', '%s (%d), "%s, %s"' % (m.noun(), m.num(), m.noun(), m.noun())), ('changed', m.now),
            ('form_build_id', 'form-' + m.b64url(32)), ('form_id', 'node_article_form'), ('revision_log[0][value]', m.sentence()), ('path[0][alias]',
            '/' + m.slug()), ('ajax_page_state[libraries]', 'eJ' + m.b64url(90)), ('op', 'Save')]])


@kind('moodle')
def _(m):
    return m.form(m.pick('/mod/forum/post.php', '/mod/assign/view.php', '/mod/quiz/processattempt.php?cmid=%d' % m.num()), [('subject', m.title()),
            ('message[text]', page(m)), ('message[format]', 1), ('message[itemid]', m.num()), ('q%d:1_answer' % m.num(), m.pick('x=%d; y>%d'
            % (m.num(), m.num()), m.prose(1, 3), '<p>%s</p>' % m.phrase(), 'a && b || !c', "f(x) = {x | x > 0}")), ('sesskey', m.alnum(10)),
            ('_qf__mod_forum_post_form', 1), ('slots', '1,2,3'), ('thispage',
            0)]) if m.chance(0.7) else m.json('/lib/ajax/service.php?sesskey=%s&info=core_course_get_enrolled_courses_by_timeline_classification'
            % m.alnum(10), [{'index': 0, 'methodname': 'core_course_search', 'args': {'query': m.search(), 'sort': 'fullname, id desc'}}])


@kind('discourse', weight=2)
def _(m):
    return m.form('/posts', [('raw', markdown(m)), ('title', m.title()), ('category', m.num()), ('topic_id', m.num()), ('archetype', 'regular'),
            ('typing_duration_msecs', m.num()), ('featured_link', m.url()), ('nested_post', 'true'), ('draft_key', 'topic_%d' % m.num()),
            ('composer_version', '1'), ('tags[]', m.noun())])


@kind('bbcode forum')
def _(m):
    return m.form('/viewtopic.php?f=%d&t=%d' % (m.num(), m.num()), [('subject', 'Re: ' + m.title()), ('message',
            '[quote="%s";p=%d]%s[/quote]\n%s [url=%s]%s[/url] [img]%s[/img] [b]%s[/b] [size=%d][color=#%s]%s[/color][/size] :lol: [list][*]%s[*]%s[/list]'
            % (m.name(), m.num(), m.sentence(), m.prose(1, 3), m.url(), m.phrase(), m.url(), m.phrase(), m.num(), m.hex(6), m.noun(), m.sentence(),
            m.sentence())), ('lastclick', m.now), ('addbbcode20', 100), ('form_token', m.hex(40)), ('post', 'Submit')])


@kind('quill delta')
def _(m):
    return m.json('/api/docs/%s' % m.uuid(), {'ops': [{'insert': m.sentence()}, {'insert': m.phrase(), 'attributes': {'bold': True, 'link': m.url(),
            'color': '#%s' % m.hex(6), 'background': 'rgb(%d, 0, 0)' % m.num(0, 255)}}, {'insert': '\n', 'attributes': {'list': 'bullet',
            'code-block': True}}, {'insert': {'image': 'data:image/png;base64,' + m.b64(80)}}, {'retain': m.num()}, {'delete': m.num()}]})


@kind('prosemirror and slate', weight=2)
def _(m):
    para = lambda: m.pick({'type': 'paragraph', 'attrs': {'textAlign': None}, 'content': [{'type': 'text', 'text': m.sentence(),
            'marks': [{'type': 'link', 'attrs': {'href': m.url(), 'target': '_blank'}}]}]}, {'type': 'heading', 'attrs': {'level': 2},
            'content': [{'type': 'text', 'text': m.title()}]}, {'type': 'bulletList', 'content': [{'type': 'listItem',
            'content': [{'type': 'paragraph', 'content': [{'type': 'text', 'text': m.sentence()}]}]}]}, {'type': 'mention', 'attrs': {'id': m.uuid(),
            'text': '@' + m.name(), 'accessLevel': ''}}, {'type': 'hardBreak'}, {'type': 'table', 'content': []}, {'type': 'p',
            'children': [{'text': m.prose(1, 2), 'bold': True}, {'text': ''}]})
    return m.json(m.pick('/rest/api/3/issue', '/api/pages', '/gateway/api/graphql'), {'fields': {'summary': m.title(), 'description': {'version': 1,
            'type': 'doc', 'content': [para() for _ in range(m.num(1, 6))]}, 'issuetype': {'name': 'Bug'}, 'labels': [m.noun()]}})


@kind('notion and editorjs')
def _(m):
    return m.pick(lambda: m.json('/api/v3/saveTransactions', {'requestId': m.uuid(), 'transactions': [{'operations': [{'pointer': {'table': 'block',
            'id': m.uuid(), 'spaceId': m.uuid()}, 'command': m.pick('update', 'set', 'listAfter'), 'path': ['properties', 'title'],
            'args': [[m.sentence(), [['b'], ['a', m.url()]]], ['‣', [['u', m.uuid()]]], ['⁍', [['e', '\\int_0^1 x^{%d}' % m.num()]]]]}]}]}),
            lambda: m.json('/api/article', {'time': m.epoch(), 'blocks': [{'type': 'paragraph',
            'data': {'text': '%s <b>%s</b> <mark class="cdx-marker">%s</mark>&nbsp;' % (m.phrase(), m.noun(), m.noun())}}, {'type': 'list',
            'data': {'style': 'ordered', 'items': [m.sentence().replace('&', '&amp;').replace('<', '&lt;'), m.phrase()]}}, {'type': 'delimiter',
            'data': {}}], 'version': '2.28.2'}), lambda: m.json('/api/draft', {'blocks': [{'key': m.alnum(5), 'text': m.prose(1, 2),
            'type': 'unstyled', 'depth': 0, 'inlineStyleRanges': [{'offset': 0, 'length': 4, 'style': 'BOLD'}], 'entityRanges': [], 'data': {}}],
            'entityMap': {'0': {'type': 'LINK', 'mutability': 'MUTABLE', 'data': {'url': m.url()}}}}), lambda: m.json('/api/lexical',
            {'root': {'children': [{'children': [{'detail': 0, 'format': 0, 'mode': 'normal', 'style': '', 'text': m.sentence(), 'type': 'text',
            'version': 1}], 'direction': 'ltr', 'type': 'paragraph', 'version': 1}], 'type': 'root'}}))()


@kind('wiki edit')
def _(m):
    return m.multipart('/w/index.php?title=%s&action=submit' % m.enc(m.title()), [('wpTextbox1', "== %s ==\n'''%s''' is a ''%s'' [[%s|%s]].<ref name=\"%s\">{{cite web|url=%s|title=%s|access-date=%s}}</ref>\n{{Infobox %s\n| name = {{PAGENAME}}\n| image = %s.jpg\n}}\n* %s\n{| class=\"wikitable\"\n! %s !! %s\n|-\n| %d || {{#if:{{{1|}}}|%s}}\n|}\n[[Category:%s]] -- ~~~~" % (m.title(), m.noun(), m.phrase(), m.noun(), m.noun(), m.noun(), m.url(), m.title().replace('|', '-'), m.date(), m.noun(), m.noun(), m.sentence(), m.noun(), m.noun(), m.num(), m.noun(), m.noun())), ('wpSummary', '/* %s */ %s' % (m.title(), m.sentence())), ('wpEditToken', m.hex(40) + '+\\'), ('wpStarttime', '20251125101112'), ('wpUltimateParam', '1'), ('wpUnicodeCheck', 'ℳ𝒲♥𝓊𝓃𝒾𝒸ℴ𝒹ℯ'), ('model', 'wikitext')])


@kind('ticket or comment', weight=3)
def _(m):
    return m.pick(lambda: m.json('/api/v2/tickets.json', {'ticket': {'subject': m.title(), 'comment': {'body': m.prose(2, 8), 'html_body': page(m)},
            'tags': [m.noun()], 'custom_fields': [{'id': m.num(), 'value': m.phrase()}], 'requester': {'name': m.name(), 'email': m.mail()}}}),
            lambda: m.form('/comments', [('comment[body]', m.prose(1, 6)), ('comment[author]', m.name()), ('comment[url]', m.url()),
            ('comment_parent', m.num()), ('ak_js', m.epoch())]), lambda: m.json('/api/comments', {'text': m.prose(1, 4), 'parent': None,
            'mentions': ['@' + m.noun()]}), lambda: m.form('/reviews', [('rating', m.num(1, 5)), ('title', m.title()), ('body', m.prose(1, 6)),
            ('pros', '+ %s\n+ %s' % (m.phrase(), m.phrase())), ('cons', '- %s\n-- %s' % (m.phrase(), m.phrase()))]))()


@kind('mail composed', weight=2)
def _(m):
    return m.form('/?_task=mail&_action=send', [('_to', '"%s" <%s>, %s;' % (m.name(), m.mail(), m.mail())), ('_subject', m.title()), ('_message',
            page(m) if m.chance(0.5) else '%s\n\nOn %s, %s wrote:\n> %s\n>> %s\n-- \n%s' % (m.prose(2, 6), m.date(), m.name(), m.sentence(),
            m.sentence(), m.name())), ('_is_html', 1), ('_cc', ''), ('_token', m.alnum(32)), ('_draft_saveid', ''), ('_from', 1)])


@kind('csv import')
def _(m):
    sep = m.pick(',', ';', '\t', '|')
    q = lambda s: '"%s"' % s.replace('"', '""')
    rows = '\n'.join(sep.join((str(m.num()), q(m.name()), q(m.street()), q(m.sentence()), m.date(), str(m.real()), m.pick('', 'NULL', 'N/A',
            '-'))) for _ in range(m.num(2, 12)))
    return m.pick(lambda: m.multipart('/import', [('file', 'customers (%d).csv' % m.num(), 'text/csv', 'id%sname%saddress\n' % (sep, sep) + rows),
            ('delimiter', sep), ('enclosure', '"')]), lambda: m.text('/import', rows, 'text/csv; charset=utf-8'), lambda: m.form('/import', [('data',
            rows)]))()


@kind('spreadsheet')
def _(m):
    return m.json('/v4/spreadsheets/%s/values:batchUpdate' % m.b64url(32), {'valueInputOption': 'USER_ENTERED', 'data': [{'range': "'%s'!A1:C%d"
            % (m.title(), m.num()), 'values': [[m.phrase(), m.num(), m.pick('=SUM(B2:B%d)' % m.num(), '=IF(A1>%d,"%s","")' % (m.num(), m.noun()),
            '=VLOOKUP($A2,%s!$A:$D,4,FALSE)' % m.noun(), '=CONCATENATE(A1;" - ";B1)', "=QUERY(A1:D, \"select A, sum(B) where C > %d group by A\")"
            % m.num(), '+%d' % m.num(), '-%s' % m.noun())]]}]}, m.tool())


@kind('chat and posts in other scripts', weight=2)
def _(m):
    from maker import EMOJI, FOREIGN
    t = ' '.join(m.some(lambda: m.pick(m.word(FOREIGN), m.word(EMOJI), m.sentence()), 1, 6))
    return m.pick(lambda: m.form('/send', [('msg', t), ('ts', m.epoch())]), lambda: m.json('/send', {'msg': t, 'lang': m.lang()}),
            lambda: m.get('/share', [('text', t), ('url', m.url()), ('via', m.noun())]), lambda: m.multipart('/send', [('msg', t)]),
            lambda: m.text('/send', json.dumps({'msg': t}), 'application/json;charset=utf-8'))()


@kind('names and addresses')
def _(m):
    return m.pick(lambda: m.get('/autocomplete', [('input', m.pick(m.street(), m.name(), m.company(), '%s %s' % (m.street(), m.city()))), ('types',
            'address'), ('sessiontoken', m.uuid())]), lambda: m.json('/contacts', [{'n': m.name(), 'a': m.street(), 'c': m.company(), 't': m.phone(),
            'm': m.mail()} for _ in range(m.num(1, 6))]), lambda: m.form('/person', [('name', m.name()), ('née', m.name()), ('company', m.company()),
            ('street', m.street())]))()


@kind('math and exercises')
def _(m):
    return m.json('/api/answers', {'latex': m.pick('\\frac{-b \\pm \\sqrt{b^2-4ac}}{2a}', '\\left\\{ x \\in \\mathbb{R} \\mid x > %d \\right\\}'
            % m.num(), '\\begin{pmatrix} 1 & %d \\\\ 0 & 1 \\end{pmatrix}' % m.num(), '{{x}_{1}}=%d' % m.num(),
            '\\text{if } a < b \\text{ and } c > d'), 'text': m.pick('(a+b)^2 = a^2+2ab+b^2', '%d + %d = %d' % (m.num(), m.num(), m.num()),
            'x<%d or x>%d' % (m.num(), m.num()), "f''(x)=0; f(0)=%d" % m.num(), '3 > 2 and 2 > 1', '50% of 10 = 5', 'p -> q, ~q |- ~p',
            'A ∪ B = B ∪ A', '1/2 + 1/3 = 5/6', 'y = mx + c', '||v|| = 1', 'P(A|B)=0.%d' % m.num()), 'asciimath': 'sum_(i=1)^n i^3=((n(n+1))/2)^2'})


@kind('uploads with text', weight=2)
def _(m):
    f = m.pick((m.title()[:20].replace('\n', ' ') + '.md', 'text/markdown', markdown(m)), (m.slug() + '.html', 'text/html',
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>%s</title><link rel="stylesheet" href="style.css"></head>'
            '<body>%s</body></html>' % (m.title(), page(m))), (m.noun() + '.ics', 'text/calendar', 'BEGIN:VCALENDAR\nEND:VCALENDAR'),
            (m.noun() + '.json', 'application/json', json.dumps({m.var(): m.sentence()})), (m.noun() + '.txt', 'text/plain', m.prose(2, 9)),
            ('README', 'application/octet-stream', markdown(m)), (m.noun() + '.eml', 'message/rfc822', 'From: %s\nTo: %s\nSubject: %s\nBcc: %s\n\n%s'
            % (m.mail(), m.mail(), m.title().replace('\n', ' '), m.mail(), m.prose())), ("l'été (%d).srt" % m.num(), 'application/x-subrip',
            '1\n00:00:01,000 --> 00:00:04,000\n<i>%s</i>\n' % m.sentence()))
    return m.multipart('/upload', [('title', m.title()), ('file', *f)])


@kind('user settings')
def _(m):
    return m.form('/settings', [('settings[date_format]', m.pick('d/m/Y H:i', '%d.%m.%Y', "EEE, d MMM yyyy 'at' HH:mm", 'YYYY-MM-DD[T]HH:mm')),
            ('settings[signature]', page(m)), ('settings[css]',
            '.%s { color: #%s; margin: -%dpx auto; } @media (max-width: %dpx) { .a > .b { display:none } }' % (m.noun(), m.hex(6), m.num(), m.num())),
            ('settings[regex]', m.pick('^[A-Z]{2}\\d{%d}$' % m.num(1, 9), '(foo|bar)+', '\\b%s\\b' % m.noun())), ('settings[template]',
            'Dear {{name}}, your order #{{order.id}} is ready. {%% if vip %%}%s{%% endif %%}'
            % m.sentence() if m.chance(0.1) else 'Dear {name}, order #{order}'), ('settings[path]', m.pick('/var/www/%s' % m.noun(), 'C:\\%s\\%s'
            % (m.noun(), m.noun()), '~/%s' % m.noun())), ('settings[glob]', '*.{jpg,png};!%s/**' % m.noun()), ('settings[sort]',
            'name ASC, date DESC'), ('settings[cron]', '0 */%d * * 1-5' % m.num(1, 23))])


@hard('post with code', weight=3)
def _(m):
    t = '%s\n\n```%s\n%s\n```\n\n%s' % (m.prose(1, 3), m.pick('', 'js', 'sql', 'php', 'bash'), code(m), m.prose(1, 3))
    return m.pick(lambda: m.form('/questions/ask/submit', [('title', m.title()), ('post-text', t), ('tagnames', '%s %s' % (m.noun(), m.noun())),
            ('fkey', m.hex(32))]), lambda: m.json('/api/posts', {'title': m.title(), 'body': t}), lambda: m.form('/posts', [('content',
            page(m) + '<pre class="ql-syntax" spellcheck="false">%s</pre>' % code(m).replace('&', '&amp;').replace('<', '&lt;').replace('>',
            '&gt;'))]))()


@hard('code review')
def _(m):
    c = code(m)
    return m.json('/repos/%s/%s/pulls/%d/comments' % (m.noun(), m.noun(), m.num()), {'body': '%s\n```suggestion\n%s\n```' % (m.sentence(), c),
            'path': 'src/%s.%s' % (m.noun(), m.pick('c', 'php', 'js')), 'line': m.num(), 'diff_hunk': '@@ -%d,7 +%d,9 @@ %s\n-%s\n+%s' % (m.num(),
            m.num(), m.var(), c.replace('\n', '\n-'), c.replace('\n', '\n+')), 'commit_id': m.hex(40)})


@hard('snippet or notebook')
def _(m):
    return m.pick(lambda: m.form('/api/api_post.php', [('api_paste_code', code(m)), ('api_paste_name', m.title())]),
            lambda: m.json('/api/contents/%s.ipynb' % m.noun(), {'type': 'notebook', 'content': {'cells': [{'cell_type': 'code', 'source': code(m),
            'outputs': [], 'metadata': {}}, {'cell_type': 'markdown', 'source': markdown(m)}], 'nbformat': 4}}, method='PUT'),
            lambda: m.json('/api/run', {'language': m.pick('python', 'c', 'bash'), 'files': [{'name': 'main', 'content': code(m)}]}))()


@hard('question about programs')
def _(m):
    return m.pick(lambda: m.get('/search', [('q', m.pick('how to select * from table where id = %d' % m.num(), "mysql error near '' at line 1",
            'bash cat file | grep %s' % m.noun(), 'js alert("%s") not working' % m.noun(), "what does 'or 1=1' mean", 'sql union select vs join',
            'rm -rf %s/ permission denied' % m.noun(), 'php $_GET undefined index', '<img src> not loading', 'chmod 777 /var/www',
            'xpath //div[@class="%s"]/text()' % m.noun(), 'regex .*\\.%s$' % m.noun(), 'order by rand() limit 1', 'drop table if exists %s'
            % m.noun(), 'sleep(5) in python', 'python os.system vs subprocess'))]), lambda: m.form('/ask', [('q',
            m.pick('Why does %s not work?\n\n%s', '%s: see below\n%s', '%s\n%s\nThanks!') % (m.sentence(), code(m)))]))()
