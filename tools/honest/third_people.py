"""Third wave: forums, wikis, mail, calendars, chats and help, as people and their programs send them."""
import urllib.parse as u
from registry import hard, kind
from third_wire import AGENTS, FIRST, LAST, form, get, http, js, multi, params, query, words

CODE = ["SELECT u.id, COUNT(*) FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE o.total > 10 GROUP BY u.id HAVING COUNT(*) > 1;",
            "for (let i = 0; i < items.length; i++) { console.log(items[i]); }", "if [ -f /etc/os-release ]; then . /etc/os-release; fi",
            "document.getElementById('x').addEventListener('click', () => alert('hi'));",
            "<?php foreach ($rows as $r) { echo htmlspecialchars($r['name']); } ?>", "import os\nfor p in os.listdir('/tmp'):\n    print(p)",
            "curl -sS https://get.kiefer.example/install.sh | sh", "docker run --rm -it -v $(pwd):/src node:20 npm ci && npm test",
            "<a href=\"#\" onclick=\"return false;\">x</a>", "kubectl get pods -n prod | grep -v Running", "{{ user.name | default('anon') }}",
            "location / { proxy_pass http://127.0.0.1:3000; }", "git rebase -i HEAD~3 && git push --force-with-lease",
            "awk -F: '{print $1}' /etc/passwd | sort"]


@kind('forum post plain')
def _(m):
    return form(m, '/posting.php?mode=reply&f=%d&t=%d' % (m.num(0, 9), m.num(0, 999)), [('subject', 'Re: ' + m.word(["can't login",
            "where's the 'any' key?", 'SQL vs NoSQL?', '50% off & more'])), ('message',
            m.word(["[quote=\"O'Brien\"]I'd drop the table by the window; it's 2 or 3 metres.[/quote]\nAgreed -- and select a better chair :)",
            "Hi all,\n\nmy heating (model X-1/2) fails when T<5 && wind>30... any ideas?\n\nThanks & cheers",
            "[b]WTS[/b] 2x tickets, £30 each or best offer; pick-up in King's Lynn.\n[url=https://pics.example/a?id=1&x=2]pics[/url] [img]https://pics.example/1.jpg[/img]",
            '<-- this! +1, "exactly" what I\'ve been saying...'])), ('form_token', m.hex(40)), ('creation_time', 1719000000), ('post', 'Submit')],
            headers=['Cookie: phpbb3_u=1; phpbb3_k=; phpbb3_sid=' + m.hex(32)])


@hard('forum post code')
def _(m):
    return js(m, '/posts', {"raw": "I have a question about this snippet:\n\n```\n" + m.word(CODE) +
            "\n```\n\nIt works on my machine but not on the server. Any hints? I'd like to understand why.", "topic_id": m.num(0, 9999),
            "typing_duration_msecs": m.num(0, 99999), "nested_post": True}, headers=['X-CSRF-Token: ' + m.b64(64)])


@kind('wiki edit again')
def _(m):
    return multi(m, '/w/index.php?title=Caf%C3%A9&action=submit', [('wpSection', ''), ('wpTextbox1',
            "== History ==\n'''Café''' ({{lang-fr|café}}) is a ''place''...<ref name=\"a\">{{cite web|url=https://x.example/?a=1&b=2|title=O'Brien's \"book\"}}</ref>\n{| class=\"wikitable\" style=\"color:red\"\n! A !! B\n|-\n| 1 || 2\n|}\n<!-- do not edit below -->\n{{#if:{{{1|}}}|yes|no}} [[Category:Food & drink]]\n<math>\\frac{a}{b} < \\infty</math> <nowiki>'''x'''</nowiki> <gallery>File:A.jpg|It's</gallery>"),
            ('wpSummary', "/* History */ fix typo; it's 'café'"), ('wpEditToken', m.hex(32) + '+\\'), ('wpSave', 'Save changes'),
            ('wpUnicodeCheck', 'ℳ𝒲♥𝓊𝓃𝒾𝒸ℴ𝒹ℯ')])


@kind('wiki api')
def _(m):
    return get(m, '/w/api.php?' + params(action='query', format='json', prop='revisions|info', titles=m.word(["Côte-d'Or|L'Aquila", 'SQL injection',
            'Cross-site scripting|/etc/passwd', "Hawai'i"]), rvprop='ids|timestamp', generator='', origin='*'), browser=False)


@kind('wiki path')
def _(m):
    return get(m, '/wiki/' + m.word(["Rock_%27n%27_Roll", "C%2B%2B", "AC/DC", ".NET", "SELECT_(SQL)", "Passwd", "Bobby_Tables", "OR_gate",
            "%22Heroes%22", "What%3F", "Script_(Unicode)", "../_(disambiguation)".replace('../', 'Dot-dot_'), "Talk:L%27%C3%89toile",
            "Special:Search/a%26b", "Null_(SQL)", "User:O%27Brien/sandbox", "/dev/null", "//", "Etc/passwd".lower()]))


@hard('confluence storage')
def _(m):
    return js(m, '/rest/api/content/%d' % m.num(0, 9999), {"version": {"number": 3}, "type": "page", "title": "How-to: \"VPN\" & more",
            "body": {"storage": {"representation": "storage",
            "value": "<p>Use <code>ssh -L 8080:localhost:80 host</code></p><ac:structured-macro ac:name=\"code\"><ac:parameter ac:name=\"language\">sql</ac:parameter><ac:plain-text-body><![CDATA[" +
            m.word(CODE) +
            "]]></ac:plain-text-body></ac:structured-macro><p><ac:link><ri:page ri:content-title=\"O'Brien\"/></ac:link> <time datetime=\"2026-01-01\"/></p>"}}},
            method='PUT')


@hard('issue create')
def _(m):
    return js(m, '/api/v4/projects/%d/issues' % m.num(0, 999), {"title": m.word(["App crashes when name contains '",
            "Login: \"remember me\" doesn't work", "`<b>` rendered as text in footer", "Can't delete user; 500 from /api/users?id=1"]),
            "description": "## Steps\n1. Open `/settings?tab=a&b=c`\n2. Enter `O'Brien` <-- crash\n\n```\nTraceback (most recent call last):\n  File \"/usr/lib/python3/app.py\", line 3, in <module>\n    cur.execute(\"SELECT * FROM users WHERE name='%s'\" % name)\npsycopg2.errors.SyntaxError: syntax error at or near \"Brien\"\n```\n\n/label ~bug ~\"P1\"",
            "labels": "bug,ui"}, headers=['PRIVATE-TOKEN: glpat-' + m.b64url(15)])


@hard('stacktrace report')
def _(m):
    return js(m, '/api/errors', {"message": m.word(["Uncaught TypeError: Cannot read properties of undefined (reading 'length')",
            "ORA-00942: table or view does not exist",
            "java.lang.NullPointerException: Cannot invoke \"String.length()\" because \"s\" is null"]),
            "stack": m.word(["at Object.<anonymous> (/app/node_modules/x/index.js:1:1)\n    at eval (webpack-internal:///./src/a.js:12:3)\n    at Module.<anonymous>",
            "java.lang.Runtime.exec(Runtime.java:620)\n\tat org.kiefer.Main.lambda$0(Main.java:10)\nCaused by: java.io.IOException: error=2",
            "  File \"/srv/app/views.py\", line 20, in get\n    return eval(x)\nNameError: name 'foo' is not defined"]),
            "url": "https://app.kiefer.example/#/a?b='c'", "userAgent": m.word(AGENTS)})


@kind('webmail send')
def _(m):
    return form(m, '/?_task=mail&_action=send', [('_token', m.hex(32)), ('_to', '"O\'Brien, Pat" <pat@kiefer.example>, Zoë <z@k.example>;'),
            ('_subject', m.word(["Re: AW: Angebot -- 50% & mehr", "it's (finally) here!", 'FW: select your seat; table for 2'])), ('_message',
            '<p>Hi Pat,</p><p style="margin:0">see <a href="https://k.example/?a=1&amp;b=2" target="_blank">this</a>; it\'s "great".</p><blockquote type="cite">On 1/2/26, Zoë wrote:<br>&gt; 2 &lt; 3 &amp;&amp; ok</blockquote><img src="cid:a1@k.example" alt="logo" width="80"><div id="sig">-- <br>Dr. J. Müller<br>Tür &amp; Tor GmbH</div>'),
            ('_is_html', '1')])


@kind('html mail editor')
def _(m):
    return js(m, '/v3/campaigns/%s/content' % m.hex(10),
            {"html": "<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\"><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\"/><style type=\"text/css\">@media only screen{.a{width:100%!important}}</style><!--[if mso]><xml><o:OfficeDocumentSettings/></xml><![endif]--></head><body bgcolor=\"#fff\"><table width=\"600\"><tr><td background=\"https://k.example/bg.png\">Hi *|FNAME|*, {{first_name}} %%unsubscribe%%</td></tr></table></body></html>",
            "plain": "Hi *|FNAME|*"}, method='PUT')


@kind('webmail search')
def _(m):
    return get(m, '/?' + params(_task='mail', _action='search', _q=m.word(["from:o'brien", "subject:(\"re: order\" OR invoice)",
            'has:attachment larger:5M -in:spam', 'and/or', 'a@b.example']), _headers='subject,from', _mbox='INBOX/Project \'X\'', _remote=1))


@kind('jmap')
def _(m):
    return js(m, '/jmap/api', {"using": ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"], "methodCalls": [["Email/query",
            {"accountId": "u1", "filter": {"operator": "AND", "conditions": [{"inMailbox": "m1"}, {"text": "o'brien or \"the table\""}]},
            "sort": [{"property": "receivedAt", "isAscending": False}], "limit": 30}, "0"], ["Email/get", {"accountId": "u1",
            "#ids": {"resultOf": "0", "name": "Email/query", "path": "/ids/*"}}, "1"]]}, headers=['Authorization: Bearer ' + m.b64url(40)])


@kind('caldav report')
def _(m):
    return http(m, 'REPORT', '/dav/cal/zoe/', ['Content-Type: application/xml; charset=utf-8', 'Depth: 1'],
            '<?xml version="1.0" encoding="utf-8"?>\n<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:time-range start="20260601T000000Z" end="20260701T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>',
            ua='iOS/17.5 (21F79) dataaccessd/1.0', browser=False)


@kind('caldav put')
def _(m):
    return http(m, 'PUT', '/dav/cal/zoe/%s.ics' % m.uuid(), ['Content-Type: text/calendar; charset=utf-8', 'If-None-Match: *'],
            'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kiefer//Cal 1.0//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTART;TZID=Europe/Berlin:20260601T100000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10\r\nSUMMARY:Lunch @ O\'Brien\'s\\; table for 4 & more\r\nLOCATION:Val-d\'Isère\\, Rue de l\'Église 1\r\nATTENDEE;CN="O\'Brien, Pat";PARTSTAT=ACCEPTED:mailto:pat@k.example\r\nDESCRIPTION:Agenda:\\n1) select date\\n2) drop old items -- or keep?\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' %
            m.uuid(), browser=False, ua='DAVx5/4.4')


@kind('carddav put')
def _(m):
    return http(m, 'PUT', '/dav/card/zoe/%s.vcf' % m.uuid(), ['Content-Type: text/vcard'],
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:O'Brien;Pat;;Dr.;\r\nFN:Dr. Pat O'Brien\r\nORG:Tür & Tor GmbH;R&D\r\nTEL;TYPE=CELL:+49 (0)89 / 123-456\r\nADR;TYPE=HOME:;;12 Rue de l'Église;Val-d'Isère;;73150;France\r\nNOTE:Likes \"rock 'n' roll\"\\; call after 6pm or before 9am\r\nURL:https://k.example/~pat?x=1&y=2\r\nPHOTO;ENCODING=b;TYPE=JPEG:%s\r\nEND:VCARD\r\n" %
            m.b64(120), browser=False)


@kind('webdav propfind')
def _(m):
    return http(m, 'PROPFIND', '/remote.php/dav/files/zoe/' + u.quote(m.word(["Müller's files/", "Fotos (2026)/", "R&D/", "a;b/",
            "..hidden/".replace('..', '.')])), ['Depth: 1', 'Content-Type: application/xml; charset=utf-8'],
            '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><d:getlastmodified/><oc:fileid/><oc:permissions/></d:prop></d:propfind>',
            ua='Mozilla/5.0 (Windows) mirall/3.13.0 (Nextcloud)', browser=False)


@kind('webdav move')
def _(m):
    return http(m, 'MOVE', '/dav/files/zoe/%s' % u.quote("Rechnung 'alt'.pdf"),
            ['Destination: https://cloud.k.example/dav/files/zoe/Archiv/2026/Rechnung%20%27alt%27%20%281%29.pdf', 'Overwrite: F'], browser=False)


@hard('help article search')
def _(m):
    return get(m, '/hc/en-us/search?utf8=%E2%9C%93&' + params(query=m.word(["i can't log in", "where's my order?", "cancel & refund",
            "reset 2FA / password", "what is \"sudo rm -rf\"?", "error 0x80070005", "file path C:\\Users\\me\\AppData", "exec format error",
            "'access denied' for user 'root'@'localhost'", "ping localhost fails", "how to run cmd as admin"])))


@hard('support ticket')
def _(m):
    return multi(m, '/support/tickets', [('ticket[subject]', m.word(["Printer says 'PC LOAD LETTER'", 'cannot connect -- DNS?',
            'Win11: "0xc000007b"'])), ('ticket[description]',
            m.word(["I ran ipconfig /all and ping 192.168.1.1; both fine. netstat shows nothing.\n\nThen 'nslookup k.example' timed out.",
            "My path is C:\\Program Files (x86)\\Kiefer\\bin; log at %APPDATA%\\Kiefer\\log.txt",
            "On the Mac: sudo rm -rf ~/Library/Caches && reboot -- didn't help",
            "The page shows: You have an error in your SQL syntax near 'or 1' at line 1"])), ('attachment', '\x89PNG fake'.encode('latin1'),
            'Screenshot 2026-06-01 at 10.00.00.png', 'image/png')])


@hard('chat message')
def _(m):
    return js(m, '/api/v4/posts', {"channel_id": m.hex(26), "message": m.word(["lol it's <3 && ok",
            "@zoe try `ls -la | grep foo` or `cat /etc/hosts`", "brb; dropping kids @ school", "> quote\nyes -- or no?", "/giphy 'party'",
            "> SELECT 1; -- works for me", "`$(whoami)` gives root, is that ok?", ":+1: 10/10 would `rm -rf node_modules && npm i` again",
            "see ../docs/README.md#setup", "{{shrug}}", "does x' || y' parse?", ";-) &c."]), "pending_post_id": m.hex(26) + ":17190000",
            "props": {}})


@kind('slack block')
def _(m):
    return js(m, '/services/T0%s/B0%s/%s' % (m.hex(8).upper(), m.hex(8).upper(), m.b64url(18)),
            {"text": "Deploy *web* <https://ci.k.example/job/1?x=1&y=2|#1>: `exit 1`", "blocks": [{"type": "section", "text": {"type": "mrkdwn",
            "text": "*O'Brien* pushed: \"fix: don't eval() user input; drop old table\" &amp; more\n```$ npm test\n> jest --ci && echo done\n/bin/sh: 1: jest: not found```"}},
            {"type": "actions", "elements": [{"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Retry"},
            "value": "{\"id\":1}"}]}]}, ua='python-requests/2.32')


@kind('slash command')
def _(m):
    return form(m, '/slack/commands', [('token', m.b64url(18)), ('team_domain', 'kiefer'), ('command', '/deploy'), ('text',
            m.word(["web --env=prod && notify", "status; all", "'quoted arg' \"x\"", "run ls"])), ('response_url',
            'https://hooks.k.example/commands/T1/2/xyz'), ('trigger_id', '1.2.abc')], browser=False,
            ua='Slackbot 1.0 (+https://api.slack.com/robots)')


@kind('telegram webhook')
def _(m):
    return js(m, '/bot/webhook', {"update_id": m.num(0, 10**9), "message": {"message_id": 7, "from": {"id": 1, "is_bot": False,
            "first_name": m.word(FIRST), "last_name": m.word(LAST)}, "chat": {"id": -100, "type": "supergroup"}, "date": 1719000000,
            "text": m.word(["/start 'ref'", "it's 5 > 3 && ok?", "/sql select 1", "what's up; or not"]), "entities": [{"offset": 0, "length": 6,
            "type": "bot_command"}]}})


@kind('matrix event')
def _(m):
    return js(m, '/_matrix/client/v3/rooms/!%s%%3Ak.example/send/m.room.message/m%d' % (m.b64url(13), m.num(0, 10**9)), {"msgtype": "m.text",
            "body": "> <@pat:k.example> it's fine\n\nok & \"done\"", "format": "org.matrix.custom.html",
            "formatted_body": "<mx-reply><blockquote><a href=\"https://matrix.to/#/!a:k.example/$b\">In reply to</a> it's fine</blockquote></mx-reply>ok &amp; <code>x &lt; y</code>",
            "m.relates_to": {"m.in_reply_to": {"event_id": "$" + m.b64url(32)}}}, method='PUT')


@kind('comment rich')
def _(m):
    return form(m, '/wp-comments-post.php', [('comment',
            m.word(["<strong>Great</strong> post! <a href=\"https://k.example\" rel=\"nofollow\">link</a> <em>it's</em> \"nice\"",
            "I <3 this && so should you; 5>4", "Try <code>if (a < b) { return; }</code>", "J'adore l'article d'hier... \"l'été\" <br/> @+",
            'Use 1 <img> per page'])), ('author', m.word(FIRST) + ' ' + m.word(LAST)), ('email', 'a+b@k.example'), ('url',
            'https://k.example/?a=b&c'), ('submit', 'Post Comment'), ('comment_post_ID', '12')])


@hard('cms blocks')
def _(m):
    return js(m, '/wp-json/wp/v2/posts/%d?_locale=user' % m.num(0, 999), {"id": 12,
            "content": "<!-- wp:paragraph {\"align\":\"center\"} -->\n<p class=\"has-text-align-center\">It's <strong>here</strong> &amp; \"now\" — <a href=\"https://k.example/?a=1&amp;b=2\" data-type=\"URL\">go</a></p>\n<!-- /wp:paragraph -->\n\n<!-- wp:code -->\n<pre class=\"wp-block-code\"><code>" +
            m.word(["SELECT * FROM t WHERE a = 'b';", "&lt;script src=\"x.js\"&gt;&lt;/script&gt;",
            "sudo apt update &amp;&amp; sudo apt install nginx"]) +
            "</code></pre>\n<!-- /wp:code -->\n<!-- wp:embed {\"url\":\"https://video.k.example/watch?v=abc\",\"type\":\"video\"} /-->"},
            headers=['X-WP-Nonce: ' + m.hex(10)], browser=True)


@hard('markdown save')
def _(m):
    return js(m, '/api/notes/%s' % m.uuid(), {"title": "Notes: \"SQL\" & shell",
            "content": "# Setup\n\n1. `sudo apt-get install -y curl`\n2. Edit `/etc/nginx/nginx.conf`\n3. Run:\n\n```bash\nexport PATH=$HOME/bin:$PATH\ncat file | sort | uniq -c\n```\n\n| a | b |\n|---|---|\n| 1 | `x || y` |\n\n> It's fine -- or isn't it?\n\n- [ ] drop table `old_users`\n- [x] select 'font'\n\n<details><summary>More</summary>\n\n" +
            m.word(CODE) + "\n\n</details>\n\n![img](../img/a.png) [^1]: ok"}, method='PUT')


@hard('pastebin')
def _(m):
    return form(m, '/api/api_post.php', [('api_option', 'paste'), ('api_paste_code', m.word(CODE) + '\n\n# ' + words(m, 8)), ('api_paste_name',
            "it's a test"), ('api_paste_format', 'text')], browser=False, ua='curl/8.5.0')


@kind('poll survey')
def _(m):
    return form(m, '/survey/%s' % m.hex(8), [('q1[]', 'Tea & coffee'), ('q1[]', 'Other: mate'), ('q2', '< 18'), ('q3',
            m.word(["I don't know / can't say", "Yes -- but only if it's free; or cheap", "1) price 2) \"quality\" 3) other"])), ('q4_1',
            '>= 10'), ('_next', 'Weiter >>')])


@kind('review')
def _(m):
    return js(m, '/api/reviews', {"sku": "K-%d" % m.num(0, 9999), "stars": m.num(1, 6), "title": m.word(["Don't buy!", "5* -- would buy again",
            "OK'ish", '"Meh"']), "text": m.word(["Size M = 38\"/97cm; I'm 5'11\" and it's too small. 50% cotton & 50% poly? Or not...",
            "Charged 2x $19.99!! Waited 3 weeks; no reply -- avoid & delete your account.",
            "L'article n'est pas conforme à l'image (cf. photo n°2), d'où 1*.", "Before: 20W; after: <10W. => saves ~50%/yr."])})
