// What administrators and authors enter that is half a language of its own: rules, filters, expressions, templates,
// signatures. None of it attacks anything.
const raw = String.raw

// ---- WordPress ----

export const permalinks = [
  { permalink_structure: '/%category%/%postname%/', category_base: 'r&d', tag_base: "ed's-tags" },
  { permalink_structure: '/archives/%post_id%.html', category_base: 'topics/all', tag_base: '' },
  { permalink_structure: '/index.php/%year%/%monthnum%/%day%/%postname%', category_base: '.', tag_base: 'tag' },
  { permalink_structure: '/%year%/%monthnum%/%postname%/', category_base: '', tag_base: '' },
]

export const dateFormats = [raw`l, j. F Y (\K\W W)`, raw`Y-m-d\TH:i:sP`, raw`D, d M 'y`, raw`jS \o\f F Y; g:i a`, raw`\T\o\d\a\y \i\s l`]

// blocks of the site editor: queries, templates, patterns, a menu
export const siteBlocks = [
  '<!-- wp:query {"queryId":1,"query":{"perPage":3,"pages":0,"offset":0,"postType":"post","order":"desc","orderBy":"date","author":"","search":"tea & \'cake\'","exclude":[],"sticky":"","inherit":false,"taxQuery":{"category":[3]}},"displayLayout":{"type":"flex","columns":3}} -->\n<div class="wp-block-query"><!-- wp:post-template -->\n<!-- wp:post-title {"isLink":true} /-->\n<!-- wp:post-date {"format":"j. F Y"} /-->\n<!-- /wp:post-template --></div>\n<!-- /wp:query -->',
  '<!-- wp:template-part {"slug":"header","tagName":"header"} /-->\n<!-- wp:group {"tagName":"main","style":{"spacing":{"margin":{"top":"var:preset|spacing|70","bottom":"clamp(1rem, 2vw + .5rem, 3rem)"}}},"layout":{"type":"constrained"}} -->\n<main class="wp-block-group" style="margin-top:var(--wp--preset--spacing--70)"><!-- wp:post-content /--></main>\n<!-- /wp:group -->\n<!-- wp:template-part {"slug":"footer","tagName":"footer"} /-->',
  '<!-- wp:cover {"url":"http://blog.test/wp-content/uploads/2026/11/cup.jpg?w=1200&fit=crop","dimRatio":50,"focalPoint":{"x":"0.5","y":"0.33"},"minHeight":50,"minHeightUnit":"vh","isDark":false} -->\n<div class="wp-block-cover is-light" style="min-height:50vh"><span aria-hidden="true" class="wp-block-cover__background has-background-dim"></span><img class="wp-block-cover__image-background" alt="Ed\'s cup" src="http://blog.test/wp-content/uploads/2026/11/cup.jpg?w=1200&amp;fit=crop" style="object-position:50% 33%" data-object-fit="cover"/><div class="wp-block-cover__inner-container"><!-- wp:heading {"textAlign":"center"} -->\n<h2 class="has-text-align-center">It\'s "tea" o\'clock; or is it?</h2>\n<!-- /wp:heading --></div></div>\n<!-- /wp:cover -->',
  '<!-- wp:buttons -->\n<div class="wp-block-buttons"><!-- wp:button {"style":{"border":{"radius":"0px"},"color":{"gradient":"linear-gradient(135deg,rgb(6,147,227) 0%,rgb(155,81,224) 100%)"}}} -->\n<div class="wp-block-button"><a class="wp-block-button__link wp-element-button" href="mailto:ed@example.com?subject=Order%20%231&amp;body=Hi%2C%20it\'s%20me" style="border-radius:0px;background:linear-gradient(135deg,rgb(6,147,227) 0%,rgb(155,81,224) 100%)">Order &amp; pay</a></div>\n<!-- /wp:button --></div>\n<!-- /wp:buttons -->',
  '<!-- wp:shortcode -->\n[gallery ids="1,2,3" columns="3" link="file" orderby="menu_order ID" order="DESC" include="" exclude="4"]\n[caption id="attachment_5" align="alignright" width="300"]<a href="/x"><img src="/x.jpg" alt="" /></a> It\'s Ed\'s "cup" [/caption]\n[contact-form to="ed@example.com" subject="It\'s a question"][contact-field label="Name" type="name" required="1"/][/contact-form]\n[table id=5 filter="price > 5" /]\n<!-- /wp:shortcode -->',
  '<!-- wp:latest-posts {"postsToShow":10,"displayPostContent":true,"excerptLength":30,"order":"asc","orderBy":"title","categories":[{"id":2,"name":"SQL & databases","slug":"sql"}]} /-->\n<!-- wp:search {"label":"Search","placeholder":"tea, it\'s \\u0026 more…","buttonText":"Go","buttonUseIcon":true} /-->\n<!-- wp:rss {"feedURL":"https://example.org/feed/?cat=3,4&orderby=date","itemsToShow":5} /-->',
  '<!-- wp:freeform -->\n<h2>Old post</h2>\n<p style="text-align: justify; mso-ansi-language: EN-US;"><span lang="EN-GB"><o:p></o:p></span>Pasted from Word &#8211; it&#8217;s &ldquo;fine&rdquo;; isn&rsquo;t it?<!--more-->&nbsp;<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View><w:Zoom>0</w:Zoom></w:WordDocument></xml><![endif]--></p>\n<!-- /wp:freeform -->',
]

export const globalStyles = {
  styles: { color: { background: 'var(--wp--preset--color--base)', text: '#222' }, css: ".wp-site-blocks > * + * { margin-block-start: 0 } /* it's set; -- */ a[href$='.pdf']::after { content: ' (PDF)' }",
    typography: { fontSize: 'clamp(1rem, 1.2vw + .5rem, 1.3rem)', fontFamily: "'DM Sans', \"Segoe UI\", sans-serif" }, elements: { link: { ':hover': { typography: { textDecoration: 'none' } } } } },
  settings: { color: { duotone: { theme: [{ colors: ['#000', '#fff'], slug: 'b-w', name: "Black & 'white'" }] } }, layout: { contentSize: 'min(650px, 100% - 2rem)' } },
}

// XML-RPC, as desktop editors and mobile applications speak it
const escape = s => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
const member = (name, value) => `<member><name>${name}</name><value>${value}</value></member>`
export const rpc = (method, ...values) => `<?xml version="1.0" encoding="UTF-8"?>\n<methodCall><methodName>${method}</methodName><params>${values.map(v => `<param><value>${v}</value></param>`).join('')}</params></methodCall>`
export const rpcPost = (user, password, title, text) => rpc('metaWeblog.newPost', '<int>1</int>', `<string>${escape(user)}</string>`, `<string>${escape(password)}</string>`,
  `<struct>${member('title', `<string>${escape(title)}</string>`)}${member('description', `<string>${escape(text)}</string>`)}${member('mt_keywords', "<string>sql, o'hara, r&amp;d</string>")}${member('custom_fields', `<array><data><value><struct>${member('key', '<string>mood</string>')}${member('value', "<string>it's; 1=1 -- ok</string>")}</struct></value></data></array>`)}</struct>`, '<boolean>0</boolean>')

// comments with the code they are about among their sentences
export const codeComments = [
  'For me it only works with an index. I did <code>CREATE INDEX idx_a ON orders (customer_id)</code> and it went from 5 s to 0.1 s, thanks!',
  'Why the loop? <code>for f in *.log; do gzip "$f"; done</code> does the same in one line, doesn\'t it?',
  "Small correction: <pre>SELECT name, COUNT(*)\nFROM customers\nGROUP BY name\nHAVING COUNT(*) > 1;</pre>\nwithout the HAVING you get them all.",
  'In PHP 8 you can write <code>$name = $user?->name ?? \'nobody\';</code> and you\'re done. See https://www.php.net/manual/en/migration80.php#nullsafe',
  "That's because of the scope: <code>const x = () => { return this.name; }</code> has no <i>this</i> of its own. Try <code>function () { … }</code>, it's shorter, too.",
  'My .htaccess looks like this:\n<pre><code>RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^(.*)$ index.php?q=$1 [L,QSA]</code></pre>\nIs the !-f needed at all?',
  "I've tried the following and get an error in line 3, what's wrong with it?\n```python\nimport csv\nwith open('prices.csv') as f:\n    for row in csv.reader(f, delimiter=';'):\n        print(row[0])\n```\nIt says IndexError.",
  "Don't forget the semicolon: <code>UPDATE items SET price = price * 1.05 WHERE category = 'tea';</code> – I have updated all of them once, never again...",
  'A hint for Windows users: run <code>dir C:\\Users\\ed\\Documents /s</code> or <code>Get-ChildItem -Recurse</code> instead of <code>find</code>.',
  'You can also use <code>&lt;img loading="lazy"&gt;</code>, every browser knows it by now; no script is needed.',
]

// ---- MediaWiki ----

export const abuseFilters = [
  ['Shouting', raw`action == "edit" &
!("autoconfirmed" in user_groups) &
page_namespace == 0 &
(
    added_lines rlike "[A-Z !?]{40,}" |
    rcount("!!+", added_lines) > 5
) &
!(summary irlike "revert|undo|rvv")`],
  ['Blanking by new users', raw`/* it's about new users; don't warn bots */
user_age < 86400 & user_editcount < 10 &
old_size > 500 & new_size < 50 &
!contains_any(new_wikitext, "#REDIRECT", "#WEITERLEITUNG") & ip_in_range(user_name, "203.0.113.0/24") == false`],
  ['External links', raw`links := str_replace(string(added_links), "\n", " ");
if length(added_links) > 3 then
    links rlike "https?://(?!([\w-]+\.)?example\.org)" & user_name != "O'Hara"
else
    false
end`],
]

export const systemPages = [
  ['MediaWiki:Titleblacklist', raw`# Titles that nobody needs; one regex a line
.*[!?]{3,}.* <casesensitive>
(?!(User|Benutzer):).*\b(viagra|casino|poker)\b.* <noedit|errmsg=titleblacklist-forbidden-edit>
[^\x00-\x7F]{30,}
.*'s\s+(home|web)page <autoconfirmed> # "Ed's homepage"`],
  ['MediaWiki:Spam-blacklist', raw`# Each line is a regex that is matched against URLs
\bcheap-(tea|cups)\.example\b
\b(casino|poker)[a-z0-9-]*\.(com|net|info)\b  # since 2026-11
example\.net/\?(ref|aff)=\d+`],
  ['MediaWiki:Edittools', raw`<div class="nopopups" id="editpage-specialchars" title="Click; it's inserted">
<charinsert>Á á Ć ć É é · – — … ‘+’ “+” ° ″ ′ ≈ ≠ ≤ ≥ ± − × ÷ ← → § '''+''' ''+'' [[+]] {{+}} {{{+}}} | &lt;!--+--&gt; &lt;nowiki>+&lt;/nowiki> &lt;ref name="">+&lt;/ref></charinsert>
</div>`],
  ['User:Admin/data.json', raw`{"rules": [{"match": "^(foo|bar)\\s+\\d{1,3}$", "replace": "$1 & co", "when": {"ns": [0, 4], "size": {"min": 5, "max": null}}}], "note": "it's v2; -- don't edit", "path": "../data/"}`],
  ['Template:Tea/styles.css', raw`.mw-parser-output .tea > tbody > tr:nth-child(2n) td { background: #f8f9fa; border: 1px solid rgba(0, 0, 0, .2) }
@media (max-width: 640px) { .mw-parser-output .tea::before { content: "\25BC  it's" } }`],
  ['Template:Navbox/doc', raw`<templatedata>
{"description": "A box with links; it's put at the end", "format": "{{_\n| _ = _\n}}", "params": {"1": {"label": "Title", "type": "string", "required": true, "example": "Tea & 'cake'", "autovalue": "{{subst:PAGENAME}}"}, "state": {"suggestedvalues": ["open", "collapsed"], "default": "open"}}}
</templatedata>
Use {{tl|Navbox}} or <code><nowiki>{{Navbox|title={{PAGENAME}}|list1=[[A]] • [[B]]}}</nowiki></code>, not both.`],
  ['Template:Date', raw`<includeonly>{{#if:{{{1|}}}|{{#iferror:{{#time:j F Y|{{{1}}}}}|<span class="error">"{{{1}}}" isn't a date</span>}}|{{#ifeq:{{NAMESPACE}}|{{ns:10}}||[[Category:Pages without a date]]}}}}</includeonly><noinclude>
{{#ifexpr: {{CURRENTYEAR}} >= 2026 and {{CURRENTMONTH}} < 13 or 0 | it's "now" | ''then'' }}
{{documentation|content={{Date|2026-11-26}} -- {{Date|x}}}}
[[Category:Templates; dates|{{PAGENAME}}]]</noinclude>`],
  ['Template:Loop', raw`{{#if:{{{n|}}}|{{#switch:{{#expr:{{{n}}} mod 3}}|0=Fizz|1={{{n}}}|2={{#ifeq:{{{x}}}|y|'''yes'''|''no''}}|#default=}}|{{safesubst:<noinclude />#invoke:Loop|main|1=10|sep=,&#32;}}}}<!-- don't ask; it's "n" or nothing -->`],
  ['Module:Loop', raw`--[[ it's a loop; see "Template:Loop" ]]
local p, cache = {}, setmetatable({}, { __mode = 'k' })
local function pad(s, n) return (s .. string.rep(' ', n)):sub(1, n) end
function p.main(frame)
	local args = frame:getParent().args
	local rows = mw.text.split(args[1] or '', '%s*[,;]%s*')
	table.sort(rows, function (a, b) return #a < #b or (#a == #b and a < b) end)
	for k, v in pairs(rows) do rows[k] = '<li class="x" title="' .. mw.text.encode(v) .. '">' .. pad(v, 20) .. '</li>' end
	local ok, err = pcall(require, 'Module:Loop/data')
	if not ok then mw.log('no data: ' .. err) end
	return frame:preprocess('<ul>' .. table.concat(rows) .. "</ul>'''{{PAGENAME}}'''")
end
return p`],
  ['Help:Formulas', raw`== Formulas ==
<math>\frac{-b \pm \sqrt{b^2 - 4ac}}{2a} \quad \text{if } a \ne 0;\ \forall x \in \{1, \dots, n\}: x' > 0</math>
<pre>
SELECT ?item ?itemLabel WHERE {
  ?item wdt:P31 wd:Q146 .
  SERVICE wikibase:label { bd:serviceParam wikibase:language "en,de". }
}
</pre>
The query above asks for cats; '''don't''' run it with <code>LIMIT 100000</code>.
{| class="wikitable sortable"
! Name !! {{abbr|n|number}} !! data-sort-type="isoDate" | since
|-
| Earl Grey || style="text-align:right" | 5 || 2026-11-26
|}
<gallery mode="packed" heights=120px>File:Cup (1).png|It's [[tea]]; ''hot''
File:Ed's cup.jpg|alt=A cup|link=https://example.org/?a=1&b=2|caption</gallery>
<imagemap>
Image:Cup.png|300px|a 'cup'
rect 0 0 10 10 [[Tea|tea]]
desc none
</imagemap>`],
]

export const wikiSearches = ['intitle:"O\'Hara" -tea', raw`insource:/\{\{Infobox[^}]+year *= *19\d\d/`, 'incategory:"SQL & databases" hastemplate:Quote', 'prefix:Talk:Tea', 'linksto:"Main Page" OR morelike:Tea|Cake', 'tea ~2 cake*', '"exact; phrase" !cake', raw`intitle:/^(List|Index) of .*$/i`, 'deepcat:"Teas" filesize:>100 filemime:image/png', 'all: tea & "cake"']

// ---- Roundcube ----

export const signatures = [
  '<p>-- <br>Ed O\'Hara | <strong>Tea &amp; Code "Ltd."</strong><br>T: +49 (221) 12-34 56; M: <a href="tel:+49221123456">…56</a><br><a href="https://example.com/?utm_source=mail&amp;utm_medium=signature" target="_blank" rel="noopener">example.com</a></p>',
  '<table style="font: 10pt/1.3 \'Segoe UI\', Arial, sans-serif; border-collapse: collapse;" cellspacing="0" cellpadding="0"><tbody><tr><td style="padding-right: 12px; border-right: 2px solid #c00;"><img src="https://example.com/logo.png" alt="Tea &amp; Code" width="80" height="80" border="0"></td><td style="padding-left: 12px;"><b>Zoë D\'Arcy</b><br><i>select &amp; union</i><br>HRB 1234; Amtsgericht Köln</td></tr></tbody></table><p style="color:#888;font-size:8pt">This e-mail is confidential; if you aren\'t the intended recipient, delete it from your system or don\'t open it.</p>',
  '<div class="gmail_signature" dir="ltr"><div>Best,<br></div><div>Ann</div><div><font color="#888888">"Where there\'s a will, there\'s a way" -- G. H.</font></div></div>',
]

// forms of the filter editor: [name, join, [header, operator, value]…, action, argument]
export const mailFilters = [
  ["Ed's lists", 'anyof', [['List-Id', 'contains', '<dev.example.org>'], ['subject', 'regex', raw`^\[(SHOP|TEA)-\d+\]`]], 'fileinto', 'Archive/2026'],
  ['Away; out of office', 'allof', [['to', 'contains', "ed.o'hara@example.com"], ['subject', 'matches', '*order*or*drop*']], 'redirect', 'ann@mail.test'],
  ['spam > 5', 'allof', [['X-Spam-Level', 'contains', '*****'], ['from', 'notcontains', '@example.com']], 'discard', ''],
  ['"Re: AW: WG:" -- all', 'anyof', [['subject', 'matches', 'Re: *'], ['cc', 'is', "o'neil@example.org; ann"]], 'reject', "I'm away until 1 Dec; please write to 'ann'.\n-- \nEd"],
]

// what the search bar and its options make of a request: [text, headers, filter, scope]
export const mailQueries = [
  ["it's done", 'subject,from,to,cc,bcc', 'UNSEEN', 'base'], ['"order #42"; paid', 'text', 'OR HEADER X-PRIORITY 1 HEADER X-PRIORITY 2', 'all'],
  ['select (union)', 'subject', 'NOT DELETED HEADER Content-Type "multipart/mixed"', 'sub'], ['R&D or Q&A', 'from', 'OR OR OR HEADER Content-Type application/ HEADER Content-Type multipart/m HEADER Content-Type multipart/signed HEADER Content-Type multipart/report', 'base'],
  ["from:o'neil -- 2026", 'body', 'FLAGGED', 'all'], ['50% > 40%', 'subject,body', 'UNANSWERED SINCE 1-Nov-2026', 'base'], ['C:\\temp\\x.log', 'text', 'ALL', 'base'], ['müde; naïve', 'subject', 'UNDELETED', 'base'],
]

// ---- notes ----

// posts with code in each of the languages people write about: [language, text]
export const scripts = [['page', '<link rel="stylesheet" href="/app.css">'], ['page', '<script type="module" src="/app.js"></script>'], ['page', '<script>\n  window.addEventListener("load", () => console.log("ready"))\n</script>']]
export const codePosts = [
  ['sql', "CREATE OR REPLACE FUNCTION total(o orders) RETURNS numeric AS $$\n  SELECT sum(price * qty) FROM items WHERE order_id = o.id;\n$$ LANGUAGE sql STABLE;\nGRANT EXECUTE ON FUNCTION total TO shop;"],
  ['bash', "#!/bin/sh\nset -eu\nfor f in \"$@\"; do\n  [ -f \"$f\" ] || { echo \"$f: not here\" >&2; continue; }\n  sed -i 's/\\r$//; /^$/d' \"$f\" && git add \"$f\"\ndone\ncurl -fsS https://ci.example.com/hook?job=1 -d @- <<EOF\n{\"done\": true}\nEOF"],
  ['javascript', "export const parse = s => s.split(/[;,]\\s*/).map(x => x.trim()).filter(Boolean)\nwindow.addEventListener('load', async () => {\n  const r = await fetch(`/api/notes?q=${encodeURIComponent(location.hash.slice(1))}`)\n  document.getElementById('list').innerHTML = (await r.json()).items.map(n => `<li>${n.title}</li>`).join('')\n})"],
  ['python', "import os, subprocess, sys\n\ndef run(*cmd):\n    p = subprocess.run(cmd, capture_output=True, text=True)\n    if p.returncode:\n        sys.exit(f'{cmd[0]}: {p.stderr.strip()}')\n    return p.stdout\n\nprint(run('git', 'log', '-1', '--format=%h'), os.environ.get('HOME'))"],
  ['php', "<?php\nnamespace Shop;\nfinal class Cart implements \\Countable {\n    public function __construct(private array $items = []) {}\n    public function count(): int { return array_sum(array_column($this->items, 'qty')); }\n}\necho (new Cart([['qty' => 2]]))->count(), PHP_EOL;"],
  ['java', "try (var c = ds.getConnection(); var s = c.prepareStatement(\"SELECT name FROM users WHERE id = ?\")) {\n    s.setLong(1, id);\n    return s.executeQuery();\n} catch (SQLException e) {\n    throw new IllegalStateException(\"can't read user \" + id, e);\n}"],
  ['html', '<dialog id="d"><form method="dialog"><p>It\'s done; close?</p><button value="ok" autofocus>OK</button></form></dialog>\n<template><slot name="x"></slot></template>'],
  ['yaml', "on:\n  push: {branches: [main]}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          make test && echo \"ok=${{ github.sha }}\" >> \"$GITHUB_OUTPUT\"\n        env: {TOKEN: '${{ secrets.TOKEN }}'}"],
  ['jinja', "{% macro input(name, value='', type='text') -%}\n  <input type=\"{{ type }}\" name=\"{{ name }}\" value=\"{{ value|e }}\">\n{%- endmacro %}\n{% for u in users if u.active and not u.deleted %}{{ loop.index }}. {{ u.name|title }}{% else %}nobody{% endfor %}"],
  ['powershell', "Get-CimInstance Win32_LogicalDisk | Where-Object { $_.FreeSpace -lt 5GB } | ForEach-Object {\n  Write-Warning \"$($_.DeviceID) is nearly full\"\n  Start-Process cleanmgr.exe -ArgumentList '/sagerun:1'\n}"],
  ['nginx', "map $http_upgrade $connection_upgrade { default upgrade; '' close; }\nlocation ~* \\.(?:css|js|woff2)$ { expires 1y; add_header Cache-Control \"public\"; }\nreturn 301 https://$host$request_uri;"],
  ['lua', "local t = setmetatable({}, {__index = function(_, k) return k .. '?' end})\nfor i = 1, #arg do io.write(t[arg[i]], '\\n') end\nos.exit(0)"],
  ['c', "#include <stdio.h>\nint main(int argc, char **argv)\n{\n    for (int i = 1; i < argc && argv[i]; i++)\n        printf(\"%d: %s\\n\", i, argv[i]);\n    return system(NULL) ? 0 : 1;\n}"],
  ['regex', "^(?:\\+49|0)(?:\\s|\\()?\\d{2,5}(?:\\))?[\\s/-]?\\d{3,}$\n(?<=\\bselect\\s)[\\w.*, ]+(?=\\s+from\\b)"],
]
const words = {
  sql: 'the database', bash: 'the shell', jinja: 'our templates', regex: 'the form', html: 'the dialogue',
}
export const codeNote = ([language, text], i) => `## Note ${i}: ${language}\n\nI wrote this for ${words[language] || 'work'} and it's better than what we had. Don't use it as it is; see the remarks below.\n\n\`\`\`${language}\n${text}\n\`\`\`\n\nIt still fails when there is nothing to do, so check that first. Thanks to Ann for the idea!`

export const mutations = [
  ['mutation Move($to: String!, $dry: Boolean = false) { first: editNote(id: "1", input: {title: $to, body: "moved; see \\"log\\" -- ok?"}) @skip(if: $dry) { id } second: deleteNote(id: "999999") }', { to: "O'Hara's & co", dry: false }],
  ['mutation Settings($s: JSON) { setProfile(settings: $s) { id name } }', { s: { theme: { accent: '#c00', css: ".x > .y { content: '\"' }" }, shortcuts: { 'ctrl+k': 'search; all', '?': 'help' }, rules: [{ if: 'tag == "sql" && !archived', then: 'pin' }, { if: 'size > 10 || title =~ /^Re:/', then: null }], feeds: ['https://example.org/?a=1&b=%27x%27'] } }],
  ['mutation Bio($b: String!) { setProfile(bio: $b) { bio } }', { b: "Writes *SQL*, drinks tea; \"or is it 1=1?\"\n\n- GitHub: @ed-ohara\n- <https://example.com/~ed>\n- `select * from life`" }],
  ['mutation Import($a: NoteInput!, $b: NoteInput!) { a: addNote(input: $a) { ...N } b: addNote(input: $b) { ...N } } fragment N on Note { id title tags author { name } comments(first: 1) { text } }', { a: { title: 'a;b', body: 'x,y\n"1,5";"it\'s"\n=SUM(A1:A9);\'=1', tags: ['csv'], meta: { source: 'C:\\Users\\Ed\\notes (1).csv', delimiter: ';', quote: '"', nulls: ['NULL', 'n/a', ''] } }, b: { title: '[ ] todo', body: '- [x] drop off parcel\n- [ ] select a gift; order by Friday\n- [ ] union meeting @ 5', tags: [], meta: null } }],
  ['subscription OnComment($note: ID!, $kinds: [String!] = ["added", "edited"]) { commentChanged(noteId: $note, kinds: $kinds) { __typename ... on Comment { id text author } ... on Deletion { id by: user { name } } } }', { note: '1' }],
  ['query Deep($f: Filter) { notes(filter: $f, first: 2) { items { author { ...U } comments(first: 2) { author text } } } } fragment U on User { id name bio }', { f: { text: "or'd & and'ed", createdAfter: '2026-01-01T00:00:00+01:00', ids: ['1', '2', '3'] } }],
]
