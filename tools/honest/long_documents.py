"""Documents of 20 to 200 KB in one field: what stands in one is inspected in windows, which begin and end anywhere in it."""
import json
from maker import FOREIGN
from registry import hard, kind
from texts import code, html, markdown
from wire import TOOLS


def long(m, part, glue='\n'):
    """Parts until it is long enough."""
    size, parts, n = m.pick(20000, 40000, 60000, 100000, 200000), [], 0
    while n < size:
        parts.append(part())
        n += len(parts[-1])
    return glue.join(parts)


def put(m, text, name='text'):
    """In a field of a form, of JSON or of a multipart body."""
    return m.pick(lambda: m.form('/save', [('title', m.title()), (name, text)]), lambda: m.json('/api/save', {'title': m.title(), name: text}),
            lambda: m.multipart('/save', [('title', m.title()), (name, text)]))()


def put_file(m, file, kind, text):
    return m.pick(lambda: m.multipart('/files', [('folder', m.noun()), ('file', file, kind, text)]), lambda: put(m, text, 'content'))()


@kind('long html page')
def _(m):
    return put(m, long(m, lambda: html(m)), 'content')


@kind('long html mail')
def _(m):
    def row():
        return ('<tr><td align="center" valign="top" style="padding:%dpx 24px;font-family:\'Helvetica Neue\',Arial,sans-serif;color:#%s"><a href="https://%s/c?u=%s&amp;e=%s" '
                'style="text-decoration:none" target="_blank"><img src="https://%s/i/%s.png" width="%d" alt="%s" border="0" style="display:block"></a><p class=\'m\'>%s</p></td></tr>'
                % (m.num(), m.hex(6), m.host(), m.hex(10), m.hex(8), m.host(), m.hex(12), m.num(), m.phrase(), m.phrase()))
    return put(m, '<html><head><style>p.m{margin:0}</style></head><body><table width="100%">' + long(m, row) + '</table></body></html>', 'html')


@kind('long html with pictures in it')
def _(m):
    return put(m, long(m, lambda: m.pick('<p>%s</p>' % m.phrase(), '<p><img class="a" src="data:image/png;base64,%s" alt="%s" width="%d"></p>\n<p>%s</p>' % (m.b64(m.num(4000, 40000)),
            m.phrase(), m.num(), m.phrase()))), 'body')


@kind('long markdown')
def _(m):
    return put(m, long(m, lambda: markdown(m), '\n\n'), 'markdown')


@kind('long markdown with code')
def _(m):
    def section():
        lines = '\n'.join(m.pick('cmake --build build && ./%s' % m.noun(), 'cd %s && make && ./%s' % (m.noun(), m.verb()), 'git clone https://%s/%s.git' % (m.host(), m.noun()),
                'npm install --save %s' % m.noun(), 'mkdir -p %s; cp -r %s/* .' % (m.noun(), m.noun()), '# %s' % m.sentence().replace('\n', ' '), 'export %s="%s"' % (m.noun().upper(),
                m.noun()), './configure --prefix=/usr | tee log') for _ in range(m.num(2, 60)))
        return '## %s\n\nTo %s the %s, type these lines and wait for the end:\n\n```%s\n%s\n```\n\n%s' % (m.phrase(), m.verb(), m.noun(), m.pick('', 'sh', 'bash', 'console'), lines,
                m.phrase())
    return put(m, long(m, section, '\n\n'), 'readme')


@kind('long html with code')
def _(m):
    def section():
        lines = '\n'.join(m.pick('cd %s &amp;&amp; make', '$ ls -la %s | wc -l', 'cat %s.txt &gt; out', './%s --help; echo done') % m.noun() for _ in range(m.num(2, 60)))
        return '<p>Then you type what follows and look at the %s.</p>\n<pre><code>%s</code></pre>' % (m.noun(), lines)
    return put(m, long(m, section), 'content')


@hard('long markdown with programs')
def _(m):
    return put(m, long(m, lambda: '%s\n\n```%s\n%s\n```' % (markdown(m), m.pick('', 'js', 'php'), '\n'.join(m.some(lambda: code(m), 1, 9))), '\n\n'), 'readme')


@kind('long notes export')
def _(m):
    notes = json.loads(json.dumps([{'id': i, 'title': m.title(), 'tags': [m.noun()], 'note': m.prose()} for i in range(m.num(60, 400))]))
    return m.pick(lambda: m.json('/import', {'data': json.dumps(notes, ensure_ascii=False)}), lambda: m.multipart('/import', [('file', 'notes.json', 'application/json',
            json.dumps(notes))]))()


@kind('long csv')
def _(m):
    return put_file(m, 'export.csv', 'text/csv', long(m, lambda: '%d,"%s","%s",%s,"%s",%s' % (m.num(), m.title().replace('"', '""'), m.name(), m.mail(), m.sentence().replace('"', '""'),
            m.date())))


@kind('long log')
def _(m):
    return put_file(m, 'app.log', 'text/plain', long(m, lambda: m.pick('%s - - [%s] "GET %s HTTP/1.1" 200 %d "%s" "%s"' % (m.ip(), m.date(), m.path(), m.num(), m.url(), m.agent()),
            '%s INFO  [%s] c.e.%s: %s (%d ms)' % (m.iso(), m.ident(), m.noun().title(), m.phrase(), m.num()), '%s WARN  %s=%s; retry | %s' % (m.iso(), m.var(), m.hex(8), m.noun()),
            '\tat com.example.%s.%s(%s.java:%d)' % (m.noun(), m.verb(), m.noun().title(), m.num()))))


@hard('long source file')
def _(m):
    return put_file(m, 'main.' + m.pick('js', 'py', 'c', 'php'), 'text/plain', long(m, lambda: code(m)))


@hard('long minified script')
def _(m):
    return put_file(m, 'app.min.js', 'text/javascript', long(m, lambda: m.pick('function %s(e,t){return e&&t?e.%s(t):null}', 'var %s=n(%%d),%s="%s";' % (m.alnum(1), m.noun(),
            m.phrase()), '!function(e){e.%s=%s||{}}(window),', 'if(!e||"%s"!==typeof t)throw new Error("%s");').replace('%d', str(m.num())).replace('%s', m.var()), ''))


@kind('long base64')
def _(m):
    return put(m, m.pick('', 'data:image/jpeg;base64,', 'data:application/pdf;base64,') + m.b64(m.num(20000, 150000)), 'image')


@kind('long chat transcript')
def _(m):
    return put(m, long(m, lambda: m.pick('[%s] %s: %s', '%s <%s> %s', '%s - %s: "%s"') % (m.iso(), m.name(), m.sentence())), 'transcript')


@kind('long translation')
def _(m):
    tongues = [m.word(FOREIGN) for _ in range(10)]
    return put(m, long(m, lambda: '%s\n%s' % (m.sentence(), m.word(tongues)), '\n\n'), 'text')


@kind('long letter')
def _(m):
    return m.text('/letters', long(m, m.prose, '\n\n'), 'text/plain; charset=utf-8', m.tool(('X-Sender', m.agent(TOOLS))))
