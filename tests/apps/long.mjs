// Whole texts as practised authors write them: several kinds of markup in one value, real punctuation, code beside words.
// None of it attacks anything.
const raw = String.raw

// WordPress: what its block editor keeps, with blocks of plug-ins, a shortcode, an embedded video.
export const posts = [
  { title: 'Moving our shop’s database from MySQL to PostgreSQL — what broke, what didn’t 🐘', content: raw`<!-- wp:paragraph {"dropCap":true,"fontSize":"medium"} -->
<p class="has-drop-cap has-medium-font-size">It’s been three weeks since we moved “the big one” (≈ 180&nbsp;GB) off MySQL&nbsp;5.7. Here’s the log of what we did, <em>warts and all</em> — and why I’d do it again. 🎉</p>
<!-- /wp:paragraph -->

<!-- wp:table-of-contents {"headings":[{"content":"The plan","level":2,"link":"#the-plan"},{"content":"What broke","level":2,"link":"#what-broke"}]} -->
<ol><li><a class="entry" href="#the-plan">The plan</a></li><li><a class="entry" href="#what-broke">What broke</a></li></ol>
<!-- /wp:table-of-contents -->

<!-- wp:heading {"anchor":"the-plan"} -->
<h2 id="the-plan">The plan (it didn’t survive)</h2>
<!-- /wp:heading -->

<!-- wp:list {"ordered":true} -->
<ol><!-- wp:list-item --><li>Freeze writes; take a dump with <code>mysqldump --single-transaction --routines shop &gt; shop.sql</code></li><!-- /wp:list-item -->
<!-- wp:list-item --><li>Load it via <a href="https://pgloader.io/?utm_source=blog&amp;utm_medium=post" target="_blank" rel="noreferrer noopener">pgloader</a> &amp; compare counts</li><!-- /wp:list-item -->
<!-- wp:list-item --><li>Point the app’s <code>DATABASE_URL</code> at the new host; pray 🙏</li><!-- /wp:list-item --></ol>
<!-- /wp:list -->

<!-- wp:code {"className":"language-sql"} -->
<pre class="wp-block-code language-sql"><code>LOAD DATABASE
     FROM mysql://shop:secret@10.0.0.5/shop
     INTO postgresql://shop@10.0.0.9/shop
 WITH include drop, create tables, create indexes, reset sequences
  SET work_mem to '128MB', maintenance_work_mem to '512 MB'
 CAST type datetime to timestamptz drop default drop not null using zero-dates-to-null;

-- compare
SELECT 'orders' AS t, COUNT(*) FROM orders
UNION ALL SELECT 'customers', COUNT(*) FROM customers
UNION ALL SELECT 'items', COUNT(*) FROM items;</code></pre>
<!-- /wp:code -->

<!-- wp:table {"hasFixedLayout":true,"className":"is-style-stripes"} -->
<figure class="wp-block-table is-style-stripes"><table class="has-fixed-layout"><thead><tr><th>Query</th><th>MySQL</th><th>PostgreSQL</th></tr></thead><tbody><tr><td><code>SELECT … WHERE id IN (…)</code></td><td>14&nbsp;ms</td><td>9&nbsp;ms</td></tr><tr><td>the “monster” report</td><td>&gt; 30 s</td><td>1.2 s</td></tr><tr><td><code>LIKE '%tea%'</code></td><td>800 ms</td><td>12 ms (trigram)</td></tr></tbody></table><figcaption class="wp-element-caption">Medians of 5 runs, cold cache; n=1'000</figcaption></figure>
<!-- /wp:table -->

<!-- wp:heading {"anchor":"what-broke"} -->
<h2 id="what-broke">What broke</h2>
<!-- /wp:heading -->

<!-- wp:paragraph -->
<p>MySQL lets you write <code>GROUP BY name</code> and select anything; PostgreSQL won’t. <code>IFNULL(a, 0)</code> becomes <code>COALESCE(a, 0)</code>, <code>DATE_SUB(NOW(), INTERVAL 7 DAY)</code> becomes <code>now() - interval '7 days'</code>, and <code>"double quotes"</code> are names, not strings! O’Brien’s account – yes, with an apostrophe – couldn’t log in because <strong>one</strong> report glued strings together: <code>"... WHERE name = '" . $name . "'"</code>. Shame on us. We’ve since moved to prepared statements.</p>
<!-- /wp:paragraph -->

<!-- wp:code -->
<pre class="wp-block-code"><code>- $db-&gt;query("SELECT * FROM customers WHERE name = '$name'");
+ $s = $pdo-&gt;prepare('SELECT * FROM customers WHERE name = ?');
+ $s-&gt;execute([$name]);</code></pre>
<!-- /wp:code -->

<!-- wp:embed {"url":"https://www.youtube.com/watch?v=aBcD1234xyz\u0026t=42s","type":"video","providerNameSlug":"youtube","responsive":true,"className":"wp-embed-aspect-16-9 wp-has-aspect-ratio"} -->
<figure class="wp-block-embed is-type-video is-provider-youtube wp-block-embed-youtube wp-embed-aspect-16-9 wp-has-aspect-ratio"><div class="wp-block-embed__wrapper">
https://www.youtube.com/watch?v=aBcD1234xyz&amp;t=42s
</div></figure>
<!-- /wp:embed -->

<!-- wp:shortcode -->
[contact-form-7 id="123" title="Kontakt – schreib' uns!"]
<!-- /wp:shortcode -->

<!-- wp:shortcode -->
[gallery ids="12,13,14" columns="3" size="medium" orderby="rand" link="file"][caption id="attachment_5" width="300"]<img src="/wp-content/uploads/2026/03/cup.jpg" alt="It's a cup" width="300" /> Ed's cup[/caption]
<!-- /wp:shortcode -->

<!-- wp:quote -->
<blockquote class="wp-block-quote"><!-- wp:paragraph -->
<p>“Select the tool for the job; don’t drop everything because it’s Friday.”</p>
<!-- /wp:paragraph --><cite>— my boss, 17:58</cite></blockquote>
<!-- /wp:quote -->

<!-- wp:image {"id":42,"sizeSlug":"large","linkDestination":"none","style":{"border":{"radius":"8px"}}} -->
<figure class="wp-block-image size-large has-custom-border"><img src="http://blog.test/wp-content/uploads/2026/03/graph-1024x512.png" alt="CPU, before &amp; after (50&nbsp;% less)" class="wp-image-42" style="border-radius:8px" srcset="http://blog.test/a.png 1x, http://blog.test/a@2x.png 2x"/><figcaption class="wp-element-caption">Before/after; see <a href="#what-broke">above</a></figcaption></figure>
<!-- /wp:image -->

<!-- wp:details -->
<details class="wp-block-details"><summary>Show me the cron job</summary><!-- wp:preformatted -->
<pre class="wp-block-preformatted">15 3 * * * postgres pg_dump -Fc shop | gzip &gt; /srv/backup/shop-$(date +\%F).dump.gz &amp;&amp; find /srv/backup -mtime +14 -delete</pre>
<!-- /wp:preformatted --></details>
<!-- /wp:details -->

<!-- wp:buttons -->
<div class="wp-block-buttons"><!-- wp:button {"backgroundColor":"vivid-red","className":"is-style-outline"} -->
<div class="wp-block-button is-style-outline"><a class="wp-block-button__link has-vivid-red-background-color has-background wp-element-button" href="mailto:ed@example.com?subject=It%27s%20about%20the%20migration&amp;body=Hi%20Ed%2C%0A">Write to me</a></div>
<!-- /wp:button --></div>
<!-- /wp:buttons -->

<!-- wp:paragraph -->
<p>Questions? Comments are open – ¡gracias! 👩‍💻 👍🏽 5 &gt; 3 &amp;&amp; 2 &lt; 4; that’s all, folks… <s>the end</s></p>
<!-- /wp:paragraph -->` },
  { title: 'Securing a WordPress site: my checklist (2026 edition)', content: raw`<!-- wp:paragraph -->
<p>People ask me: “what do you actually <em>do</em> on a fresh install?” So – in no order – the list. None of it’s magic; all of it’s boring, and that’s the point.</p>
<!-- /wp:paragraph -->

<!-- wp:list -->
<ul><!-- wp:list-item --><li>Set <code>define( 'DISALLOW_FILE_EDIT', true );</code> in <code>wp-config.php</code></li><!-- /wp:list-item --><!-- wp:list-item --><li>Change the table prefix from <code>wp_</code>? Meh. SQL injection finds the names in <code>information_schema</code> anyhow.</li><!-- /wp:list-item --><!-- wp:list-item --><li>Don’t leave <code>.env</code>, <code>.git/</code> or <code>backup.sql</code> in the web root. Really.</li><!-- /wp:list-item --><!-- wp:list-item --><li>Log in with a passkey; <code>admin/admin</code> isn’t a password</li><!-- /wp:list-item --></ul>
<!-- /wp:list -->

<!-- wp:code -->
<pre class="wp-block-code"><code># /etc/nginx/sites-available/blog
location ~* /(?:uploads|files)/.*\.php$ { deny all; }
location = /xmlrpc.php { return 403; }
add_header Content-Security-Policy "default-src 'self'; img-src 'self' data:; script-src 'self' 'unsafe-inline'" always;
add_header X-Content-Type-Options nosniff;</code></pre>
<!-- /wp:code -->

<!-- wp:paragraph -->
<p>Then I run, as root:</p>
<!-- /wp:paragraph -->

<!-- wp:code -->
<pre class="wp-block-code"><code>$ find /var/www/html -type d -exec chmod 755 {} \;
$ find /var/www/html -type f -exec chmod 644 {} +
$ chown -R www-data:www-data /var/www/html/wp-content/uploads
$ sudo -u www-data wp core verify-checksums --path=/var/www/html
$ grep -rn "base64_decode" wp-content/plugins | less
$ tail -f /var/log/nginx/access.log | grep -v ' 200 '</code></pre>
<!-- /wp:code -->

<!-- wp:html -->
<div class="promo" style="background:#fee;padding:1em"><p>I’m giving a talk about this in Köln – <a href="https://example.org/talks?id=7&amp;lang=de">tickets</a></p>
<iframe width="560" height="315" src="https://www.youtube-nocookie.com/embed/aBcD1234xyz?rel=0" title="Talk: it's all boring" frameborder="0" allow="accelerometer; autoplay; clipboard-write; encrypted-media; gyroscope; picture-in-picture" allowfullscreen></iframe></div>
<!-- /wp:html -->

<!-- wp:paragraph -->
<p>What about a firewall? Sure – but first things first: update, back up, and don’t run <code>chmod 777</code>. (Yes, I’ve seen it. No, “it works now” isn’t an excuse.)</p>
<!-- /wp:paragraph -->` },
  { title: 'Angular, Vue, Jinja, Twig, JSP… a small dictionary of braces {{ }}', content: raw`<!-- wp:paragraph -->
<p>Every template language has its own idea of <code>{{ name }}</code>. Here’s the cheat sheet that hangs over my desk:</p>
<!-- /wp:paragraph -->

<!-- wp:table -->
<figure class="wp-block-table"><table><tbody><tr><td>Jinja2 / Twig</td><td><code>{{ user.name|upper }}</code>, <code>{% if user.is_admin %}…{% endif %}</code></td></tr><tr><td>Angular</td><td><code>{{ price * 1.19 | currency:'EUR' }}</code>, <code>*ngFor="let i of items"</code></td></tr><tr><td>Vue</td><td><code>{{ message.split('').reverse().join('') }}</code>, <code>@click="count++"</code></td></tr><tr><td>JSP / EL</td><td><code>${"${"}param.name}</code>, <code>#{bean.total}</code>, <code>&lt;c:out value="${"${"}user.email}"/&gt;</code></td></tr><tr><td>Freemarker</td><td><code>${"${"}order.total?string.currency}</code>, <code>&lt;#list items as i&gt;${"${"}i}&lt;/#list&gt;</code></td></tr><tr><td>Thymeleaf</td><td><code>th:text="${"${"}#dates.format(now, 'dd.MM.yyyy')}"</code></td></tr><tr><td>ERB</td><td><code>&lt;%= @user.name.titleize %&gt;</code></td></tr><tr><td>Blade</td><td><code>{!! $html !!}</code>, <code>@foreach ($users as $user)</code></td></tr><tr><td>Handlebars</td><td><code>{{#each items}}{{this.title}}{{/each}}</code></td></tr><tr><td>Helm</td><td><code>{{ .Values.image.tag | default .Chart.AppVersion | quote }}</code></td></tr><tr><td>GitHub Actions</td><td><code>${"${"}{{ secrets.TOKEN }}</code></td></tr><tr><td>Smarty</td><td><code>{$name|escape:'html'}</code></td></tr></tbody></table></figure>
<!-- /wp:table -->

<!-- wp:code -->
<pre class="wp-block-code"><code>{# a macro in Twig #}
{% macro input(name, value = '', type = 'text', size = 20) %}
    &lt;input type="{{ type }}" name="{{ name }}" value="{{ value|e }}" size="{{ size }}"&gt;
{% endmacro %}
{{ forms.input('password', '', 'password') }}
{{ "now"|date('Y') - 2000 }} years; {{ cups|length * 2 }} cups in all</code></pre>
<!-- /wp:code -->` },
  { title: 'Ein Wochenende in Zürich – „Grüezi mitenand!“', content: raw`<!-- wp:paragraph -->
<p>Samstag, 9&nbsp;Uhr: Café «Odeon», Gipfeli &amp; Kaffee (7.50&nbsp;CHF; teuer, aber na ja…). „Wo ist’n hier der Bahnhof?“ – „Da vorn, links, dann ’s Gässli hoch.“ L’après-midi: promenade au bord du lac, c’était magnifique&nbsp;! 日本からの友達も来ました。 Вечером – фондю; очень вкусно!</p>
<!-- /wp:paragraph -->

<!-- wp:gallery {"linkTo":"none"} -->
<figure class="wp-block-gallery has-nested-images columns-default is-cropped"><!-- wp:image {"id":7} --><figure class="wp-block-image"><img src="/wp-content/uploads/zuerich-%C3%BCetliberg.jpg" alt="Üetliberg" class="wp-image-7"/></figure><!-- /wp:image --></figure>
<!-- /wp:gallery -->

<!-- wp:latest-posts {"postsToShow":3,"displayPostDate":true,"orderBy":"title","order":"asc"} /-->
<!-- wp:search {"label":"Suche","buttonText":"Los geht's"} /-->
<!-- wp:spacer {"height":"32px"} --><div style="height:32px" aria-hidden="true" class="wp-block-spacer"></div><!-- /wp:spacer -->
<!-- wp:more --><!--more--><!-- /wp:more -->
<!-- wp:columns --><div class="wp-block-columns"><!-- wp:column {"width":"66.66%"} --><div class="wp-block-column" style="flex-basis:66.66%"><!-- wp:verse --><pre class="wp-block-verse">Über allen Gipfeln
ist Ruh’; in allen Wipfeln
spürest du -- kaum einen Hauch</pre><!-- /wp:verse --></div><!-- /wp:column --></div><!-- /wp:columns -->` },
]

// What readers write under an article: names, quotes, code, temper.
export const replies = [
  `@Ed: you're right, it "just works"... 'til it doesn't. We'd a table called "order" – don't ask!`,
  `Ich hab's ausprobiert: mit ORDER BY geht's, mit LIKE 'O%' nicht. Warum?`,
  `l'article est super, mais t'as oublié "ORDER BY 1" ;-) – c'est d'l'or en barre !`,
  `In step 3, shouldn't it be \`pg_restore -d shop shop.dump && psql -c 'vacuum analyze'\`?`,
  `<strong>Correction:</strong> it's <code>chmod 755</code>, not 777 &mdash; see <a href="https://wordpress.org/support/article/changing-file-permissions/#top" title="it's here">the docs</a>`,
  `> you'd have to union both, or join them\n\nNope. Try:\n\n    select a.id, b.name\n    from a left join b on b.id = a.b_id\n\nand it's done :)`,
  `What's {{ user.name }} in Twig is <%= user.name %> in ERB & \${user.name} in JSP. Who'd have thought?`,
  `“Smart quotes” ‘everywhere’ — 5′ 10″ tall; 100 % sure. #nofilter @home && $5 off!!! (or was it 10?)`,
  `my nginx said: "connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.1, server: _, request: "GET / HTTP/1.1""`,
  `PHP Fatal error:  Uncaught Error: Call to undefined function mysql_connect() in /var/www/html/wp-content/plugins/old/old.php:12 Stack trace: #0 {main} thrown`,
  `You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near ''O'Brien'' at line 1 -- what's that??`,
  `I'd rather do if (a || b) && !c ... or: a ? b : c; what's faster?`,
]

// Options of plug-ins: patterns, templates, addresses, style, JSON in a field.
export const options = {
  'seo[title]': '%%title%% %%page%% %%sep%% %%sitename%%', 'seo[separator]': '»', 'seo[home_desc]': `Ed's tea & code: "it's all here" – SELECT your cup`,
  'cache[exclude]': '/cart/(.*)\n/my-account/*\n(?i)^/wp-json/\n*.php\n/feed/?$', 'cache[ua]': 'Googlebot|bingbot|^Mozilla/5\\.0 \\(compatible;',
  'mail[subject]': '[{site_title}]: new order #{order_number}', 'mail[body]': `Hi {customer_first_name},\n\nit's on its way – track it at {tracking_url}.\n<p style="color:#333">{order_table}</p>\n-- \n{site_title}`,
  'redirects[0][from]': '^/old/([0-9]+)/?$', 'redirects[0][to]': '/new/$1?ref=old&x=1', 'robots': 'User-agent: *\nDisallow: /wp-admin/\nAllow: /wp-admin/admin-ajax.php\nDisallow: /*?s=\nSitemap: https://example.com/sitemap.xml',
  'css': `@media (min-width: 600px) { .site::before { content: "\\201C"; } a[href$=".pdf"] > span:not(.x) { color: var(--c, #c00) !important } }`,
  'schema': JSON.stringify({ '@context': 'https://schema.org', '@type': 'Article', headline: "It's tea time", author: [{ '@type': 'Person', name: "Ed O'Hara", url: 'https://example.com/~ed' }] }),
  'htaccess': '# BEGIN WordPress\n<IfModule mod_rewrite.c>\nRewriteEngine On\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]\nRewriteBase /\nRewriteRule ^index\\.php$ - [L]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteCond %{REQUEST_FILENAME} !-d\nRewriteRule . /index.php [L]\n</IfModule>\n# END WordPress',
  'cron': '*/15 2-5 * * 1,3', 'whitelist': '10.0.0.0/8\n192.168.0.1\n2001:db8::/32\n!127.0.0.1', 'date': 'j. F Y \\u\\m H:i \\U\\h\\r', 'price': '€%1$s (incl. %2$d%% VAT)',
  'log[path]': 'logs/debug-%Y.log', 'backup[dir]': '../backups/%Y-%m-%d', 'footer': '&copy; {{year}} Ed\'s Tea &amp; Code | <a href="/imprint">Imprint</a> | <a href="#" class="cookie-settings">Cookies</a>',
}

export const wikiPages = [
  ['Ada Lovelace', raw`{{Short description|English mathematician (1815–1852)}}
{{Use British English|date=November 2025}}
{{Infobox person
| name          = Ada, Countess of Lovelace
| honorific_suffix = {{nobold|{{small|(née ''Byron'')}}}}
| image         = Ada Lovelace portrait.jpg
| caption       = Portrait "in blue" by [[Alfred Edward Chalon|A. E. Chalon]], {{circa|1840}}
| birth_date    = {{birth date|1815|12|10|df=yes}}
| spouse        = {{marriage|[[William King-Noel, 1st Earl of Lovelace|William King]]<br />|1835}}
| parents       = {{ubl|[[Lord Byron]] (father)|[[Lady Byron|Annabella Milbanke]] (mother)}}
| website       = {{URL|https://example.org/~ada/index.php?id=1&lang=en}}
}}

'''Augusta Ada King''' (10 December 1815 – 27 November 1852) was an English mathematician & writer, chiefly known for her work on [[Charles Babbage]]'s proposed mechanical general-purpose computer, the [[Analytical Engine]].<ref name="Fuegi">{{cite journal |last1=Fuegi |first1=J. |last2=Francis |first2=J. |title=Lovelace & Babbage and the creation of the 1843 'notes' |journal=IEEE Annals |volume=25 |issue=4 |pages=16–26 |doi=10.1109/MAHC.2003.1253887 |url=https://example.org/doi?a=b&c=d |url-status=live}}</ref><ref group="note">She wrote: "I am in a charming state of confusion"; others doubt it.</ref> She didn't live to see it.{{citation needed|date=May 2026|reason=Who says so? It's not in {{harvnb|Toole|1998}}.}}

== Note G ==
{| class="wikitable sortable" style="text-align: center; width: 80%"
|+ Operations (after ''Menabrea'')
! scope="col" | № !! scope="col" data-sort-type="number" | Operation !! Variables acted on
|-
| 1 || ×|| <sup>1</sup>V<sub>2</sub> × <sup>1</sup>V<sub>3</sub>
|-
| 2 || − || rowspan="2" | <math>\sum_{k=0}^{n} \binom{n}{k} B_k = 0 \quad\text{for } n > 1</math>
|-
| colspan="2" {{n/a|it's none}}
|}

The recurrence is <math display="block">B_m = -\frac{1}{m+1}\sum_{k=0}^{m-1}\binom{m+1}{k}B_k,</math> so that <math>\left|x\right| < \varepsilon \;\Rightarrow\; f'(x) \approx 0</math>.

<syntaxhighlight lang="python" line>
from fractions import Fraction
def bernoulli(n):
    a = [0] * (n + 1)
    for m in range(n + 1):
        a[m] = Fraction(1, m + 1)
        for j in range(m, 0, -1):
            a[j - 1] = j * (a[j - 1] - a[j])
    return a[0]
print([str(bernoulli(i)) for i in range(9)])
</syntaxhighlight>

* Write <nowiki>'''bold''' or {{template|arg=1}} or <ref>x</ref></nowiki> to show it; <code><nowiki>[[Link|text]]</nowiki></code> too
* {{#ifexpr: {{#time:Y}} - 1815 > 200 | more than 200 years | {{#expr: 2026 - 1815}} }} since
* {{#invoke:Citation/CS1|citation|CitationClass=book}} {{#switch: {{{1|{{PAGENAME}}}}} | Ada = yes | #default = no }}
* {{#tag:ref|It's in the ''Notes''; p.&nbsp;5 -- {{harv|Toole|1998}}|name=T}} {{#ifeq: {{NAMESPACE}} | User | {{#if:{{{x|}}}|a|b}} }}
* {{DEFAULTSORT:Lovelace, Ada}} {{Reflist|2|group=note}} {{reflist|30em|refs=<ref name=O'H>O'Hara</ref>}}
<!-- don't remove: see [[Talk:Ada Lovelace#Birth date; "1815" or '1816'?]] -->
<gallery mode="packed" heights="150px" caption="Pictures & more">
File:Babbage.png|[[Babbage]]'s engine; 1 = "mill"
File:Ada.jpg|thumb|alt=It's she
</gallery>
[[File:Note G.svg|thumb|upright=1.2|left|alt=A table; see "Note G"|Diagram -- the 'first' program]]
[[Category:1815 births]] [[de:Ada Lovelace]] {{Authority control}}
__NOTOC__ {{Coord|51|30|N|0|7|W|display=title}} ~~~~`],
  ['Template:Infobox album', raw`<includeonly>{{#invoke:infobox|infobox
| bodyclass  = vevent haudio
| bodystyle  = {{#if:{{{color|}}}|background:{{{color}}};}} width: 22em
| above      = ''{{{name|{{PAGENAMEBASE}}}}}''
| aboveclass = summary album
| image      = {{#if:{{{cover|}}}|[[File:{{{cover}}}|frameless|alt={{{alt|}}}]]}}
| label1     = Released
| data1      = {{{released|}}}{{#if:{{{year|}}}|&#32;({{{year}}})}}
| label2     = [[Music genre|Genre]]
| data2      = {{{genre|}}}
| belowstyle = border-top: 1px solid #aaa; {{{belowstyle|}}}
| below      = {{#ifexist: Category:{{{artist}}} albums | [[:Category:{{{artist}}} albums|more]] | {{#if: {{{artist|}}} | by {{{artist}}} | <span class="error">'artist' is missing</span> }} }}
}}{{#switch:{{lc:{{{type|}}}}}
 |studio|live = [[Category:{{ucfirst:{{{type}}}}} albums]]
 |ep          = [[Category:EPs]]
 |#default    = {{main other|[[Category:Albums with unknown 'type']]}}
}}</includeonly><noinclude>{{documentation}}
<templatedata>
{ "description": "It's for albums", "params": { "name": { "label": "Name", "type": "string", "required": true, "example": "Let's \"dance\"" }, "type": { "suggestedvalues": ["studio", "live", "ep"], "autovalue": "{{subst:PAGENAME}}" } }, "format": "{{_\n| ___ = _\n}}\n" }
</templatedata></noinclude>`],
  ['Help:Shell (Unix)', raw`{{Selfref|For the program, see [[bash]].}}
A '''shell''' reads a line, and runs it. To see what's in a directory, type <kbd>ls -l</kbd>; to see who you are, <kbd>id</kbd> or <kbd>whoami</kbd>.
; <code>cat /etc/hostname</code>
: prints the machine's name
; <code>ps aux {{!}} grep ssh</code>
: a [[pipe (Unix)|pipe]]: the first command's output is the second's input
# <code>cd /tmp && mkdir -p a/b; touch a/b/c.txt</code>
# <code>for f in *.txt; do mv -- "$f" "${"${"}f%.txt}.md"; done</code>
# <code>curl -fsSL https://example.org/install.sh -o install.sh; less install.sh</code>
{{code|lang=bash|1=find . -name '*.log' -exec gzip {} \;}}
<pre>
$ echo "$PATH"
/usr/local/bin:/usr/bin:/bin
$ echo $((6 * 7)) ` + '`date +%Y`' + raw`
42 2026
$ sudo systemctl restart nginx && tail -n 3 /var/log/nginx/error.log
</pre>
{{Note|Don't run <code>rm -rf /</code>; it's gone for good.}}
== See also ==
{{Div col|colwidth=20em}}
* [[../Files|Files]] and [[/Pipes/]]
* [[Windows PowerShell|PowerShell]]: <code>Get-Process | Where-Object { $_.CPU -gt 10 }</code>
{{Div col end}}`],
]

export const userScript = raw`/* User:Admin/common.js -- it's mine; see [[Help:User scripts]] */
// <nowiki>
( function ( mw, $ ) {
	'use strict';
	var config = mw.config.get( [ 'wgNamespaceNumber', 'wgPageName', 'wgAction' ] );
	function addLink() {
		mw.util.addPortletLink( 'p-cactions', mw.util.getUrl( 'Special:PrefixIndex/' + config.wgPageName + '/' ), 'Sub-pages', 'ca-sub', "Show this page's sub-pages" );
	}
	if ( config.wgAction === 'view' && config.wgNamespaceNumber >= 0 ) {
		mw.loader.using( [ 'mediawiki.util', 'mediawiki.api' ] ).then( function () {
			$( addLink );
			new mw.Api().get( { action: 'query', list: 'recentchanges', rclimit: 5, rcprop: 'title|user' } ).done( function ( data ) {
				$.each( data.query.recentchanges, function ( i, rc ) {
					$( '<li>' ).append( $( '<a>' ).attr( 'href', mw.util.getUrl( rc.title ) ).text( rc.title ) ).appendTo( '#my-list' );
				} );
			} );
		} );
	}
}( mediaWiki, jQuery ) );
// </nowiki>`

export const userStyle = raw`/* it's mine */
@media screen and (min-width: 1000px) { #mw-head { position: fixed; top: 0; } }
.diff-deletedline .diffchange, del.x > a[href^="/index.php?title="]::after { background: #feeec8 url( 'data:image/png;base64,iVBORw0KGgo=' ) no-repeat; content: ' \2192 "x"'; }
.mw-editsection { display: none !important } /* -- end */`

// Mails as programs make them.
export const mails = [
  ['Re: Fwd: Angebot „Herbst“ – 20 % Rabatt; it’s now or never!', `<html><head><style type="text/css">p { margin: 0 } @media only screen and (max-width:480px) { table[class=w320] { width: 320px !important } }</style></head><body bgcolor="#ffffff" style="margin:0;padding:0"><table width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" background="https://img.example.com/bg.png"><!--[if mso]><v:rect xmlns:v="urn:schemas-microsoft-com:vml" fill="true" stroke="false" style="width:600px;"><![endif]--><a href="https://click.example.com/?qs=8f3a&amp;u=https%3A%2F%2Fshop.example.com%2F%3Fa%3D1%26b%3D2" target="_blank"><img src="https://img.example.com/h.jpg" alt="It's autumn" width="600" style="display:block;border:0" /></a></td></tr></table><p>Hallo Ed,<br/>wie besprochen – siehe unten. Don't forget: select by Friday; otherwise we'd have to drop it.</p><blockquote type="cite" style="border-left:2px solid #1010ff;padding:0 0.4em"><div class="gmail_quote"><div dir="ltr">On Thu, Nov 26, 2026 at 9:41 AM O'Neil, Ann &lt;<a href="mailto:ann.o'neil@example.org">ann.o'neil@example.org</a>&gt; wrote:<br></div><p class="MsoNormal"><span lang="EN-US" style='font-size:11.0pt;font-family:"Calibri",sans-serif;mso-fareast-language:EN-US'>Hi all,<o:p></o:p></span></p></div></blockquote><img src="https://track.example.com/o.gif?id=1" width="1" height="1" alt=""></body></html>`],
  ['[JIRA] (SHOP-1234) Checkout fails: "Duplicate entry \'5\' for key \'PRIMARY\'"', `<p>Steps:</p><ol><li>Log in as o'brien</li><li>Add 2 &gt; 1 items; click <b>"Buy"</b></li></ol><pre>SQLSTATE[23000]: Integrity constraint violation: 1062 Duplicate entry '5' for key 'PRIMARY' (SQL: insert into \`orders\` (\`id\`, \`user_id\`, \`total\`) values (5, 12, 9.90))
#0 /var/www/html/vendor/laravel/framework/src/Illuminate/Database/Connection.php(712): PDOStatement-&gt;execute()
#1 /var/www/html/public/index.php(55): App\\Http\\Kernel-&gt;handle(Object(Illuminate\\Http\\Request))</pre><p>Workaround: <code>ALTER TABLE orders AUTO_INCREMENT = 100; DELETE FROM carts WHERE user_id = 12;</code></p>`],
  ['Cron <root@web1> run-parts --report /etc/cron.daily', `<p>/etc/cron.daily/logrotate:<br>error: skipping "/var/log/nginx/access.log" because parent directory has insecure permissions (It's world writable or writable by group which is not "root")</p><p>$ sudo chmod 755 /var/log/nginx; ls -la /var/log/nginx | head -3<br>$ id; uname -a<br>uid=0(root) gid=0(root) groups=0(root)</p>`],
]

export const mailSearches = ['from:ann subject:"it\'s done"', 'to:ed@mail.test has:attachment', 'before:2026-01-01 -is:read', '"exact; phrase" OR (tea AND cake)', 'FROM "o\'neil" SINCE 1-Jan-2026 NOT DELETED', 'subject:[SHOP-12*] & unread', 'size>1M']

export const sieve = raw`require ["fileinto", "reject", "vacation", "variables", "regex"];
# rule:[Ed's mail; "urgent"]
if anyof (header :contains "subject" ["[urgent]", "it's on fire"], address :regex "from" "^(root|cron)@.*\\.example\\.com$")
{
	fileinto "INBOX.R&D; 2026";
	setflag "\\Flagged";
	stop;
}
if allof (not header :is "X-Spam-Flag" "YES", size :over 1M) { redirect "ed+big@example.org"; }
vacation :days 7 :subject "I'm away" "Hello, it's Ed; I'm back on Monday -- or Tuesday.";`

export const vcard = raw`BEGIN:VCARD
VERSION:3.0
N:O'Neil;Ann;"Annie";Dr.;
FN:Dr. Ann "Annie" O'Neil
ORG:Tea & Code\, Ltd.;R&D
ADR;TYPE=WORK:;;1 Union St.;Köln;;50667;Germany
TEL;TYPE=CELL,VOICE:+49 (221) 123-456
EMAIL;TYPE=INTERNET;TYPE=HOME:ann.o'neil@example.org
URL:https://example.org/~ann/?a=1&b=2
NOTE:It's "urgent"\; select & drop -- 1=1\nsee http://example.org
REV:20261126T094100Z
END:VCARD`

// What people attach.
export const papers = {
  'invite.ics': "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Tea\\; it's at 5 -- R&D\r\nDTSTART:20261127T170000Z\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,FR;COUNT=10\r\nATTENDEE;CN=\"O'Neil, Ann\":mailto:ann@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
  'sales-2026.csv': "id;name;total;note\r\n1;O'Brien;9,50;\"select; \"\"best\"\"\"\r\n2;Tea & Co.;=B2*1.19;-- none\r\n3;<new>;1e3;10 > 5 or so\r\n",
  'report.sql': "-- it's monthly\nSELECT c.name, SUM(o.total) AS revenue FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.status <> 'x' GROUP BY 1 HAVING SUM(o.total) > 0 ORDER BY 2 DESC;\n",
  'backup.sh.txt': '#!/bin/sh\nset -eu\ncd /srv/backup && for d in shop blog; do pg_dump -Fc "$d" > "$d-$(date +%F).dump"; done\nfind . -mtime +14 -exec rm {} \\;\n',
  'notes.md': "# Friday\n\n- it's `rm -rf build/` first; then `make`\n- <details><summary>log</summary>error: can't open '../x'</details>\n",
}

// GraphQL as generated clients send it, and what they send for variables.
export const graphql = [
  ['query NotesPage($filter: Filter = {tag: "sql"}, $order: Order = TITLE_ASC, $n: Int = 10, $withText: Boolean = true) {\n  page: notes(filter: $filter, orderBy: $order, first: $n) {\n    total\n    items { ...Parts body @include(if: $withText) author { __typename id name } comments(first: 3) @skip(if: false) { id text } }\n  }\n}\nfragment Parts on Note { __typename id title tags }', { filter: { text: "it's", createdAfter: '2026-01-01T00:00:00Z', ids: ['1', '2'] }, order: 'CREATED_DESC', n: 5, withText: false }],
  ['mutation Save($input: NoteInput!, $meta: JSON) { addNote(input: $input) { id } setProfile(settings: $meta) { id } }', { input: { title: 'Rules for alerts', body: 'when cpu > 90% for 5m and host =~ "web.*" then notify("#ops"); else -- nothing', tags: ["o'hara", 'a|b', '#1'] }, meta: { query: 'sum(rate(http_requests_total{job="api",code=~"5.."}[5m])) by (instance) > 0.1', sql: "SELECT date_trunc('day', created) AS day, count(*) FROM notes WHERE author_id = $1 GROUP BY 1 ORDER BY 1", jq: '.items[] | select(.tags | index("x")) | {id, title}', tpl: '{{ $labels.instance }} is {{ $value | humanize }}', re: "(?<year>\\d{4})-(?'m'\\d\\d)" } }],
  ['mutation ($i: ID!, $t: String!) { comment(noteId: $i, text: $t, author: "Ed \\"the cup\\" O\'Hara") { id } }', { i: '1', t: 'See `docker run --rm -it -v "$PWD":/src alpine sh -c "ls /src"`; it works – 🎉' }],
]
