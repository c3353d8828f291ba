import fs from 'node:fs'
import { session, open, picture, each, part, scale } from './browser.mjs'
import { articles, literal, literalComments, literalSearches, comments, searches, html } from './samples.mjs'
import * as long from './long.mjs'
import * as people from './people.mjs'
import * as admins from './admins.mjs'

const n = list => list.slice(0, Math.ceil(list.length * scale))
const strip = v => v.replace(/<\/?code>/g, '`').replace(/<\/?strong>/g, '**').replace(/<\/?em>/g, '_').replace(/&lt;/g, '<').replace(/&gt;/g, '>')
const markdown = a => `# ${a.title}\n\n` + a.blocks.map(([k, v]) => k === 'code' ? '```' + a.tags.split(',')[0] + '\n' + v + '\n```' : k === 'list' ? v.map(x => '- `' + x + '`').join('\n') : k === 'quote' ? '> ' + v : strip(v)).join('\n\n')
const rich = a => a.blocks.map(html).join('\n')
// what the editors ProseMirror and Quill keep
const prose = a => ({ type: 'doc', content: a.blocks.map(([k, v]) => k === 'code' ? { type: 'code_block', attrs: { language: a.tags.split(',')[0] }, content: [{ type: 'text', text: v }] }
  : { type: 'paragraph', content: [{ type: 'text', marks: [{ type: 'strong' }], text: Array.isArray(v) ? v.join('\n') : strip(v) }] }) })
const delta = a => ({ ops: a.blocks.flatMap(([k, v]) => k === 'code' ? v.split('\n').flatMap(l => [{ insert: l }, { attributes: { 'code-block': true }, insert: '\n' }]) : [{ insert: (Array.isArray(v) ? v.join('\n') : strip(v)) + '\n' }]) })

const call = (page, method, path, data) => page.evaluate(([m, p, d]) => json(m, p, d), [method, path, data])
const ask = async (page, query, variables, name) => {
  const r = await page.evaluate(([q, v, o]) => gql(q, v, o), [query, variables, name])
  if (r.errors) throw new Error(r.errors[0])
  return r
}
const quoted = s => JSON.stringify(s)   // GraphQL's strings are JSON's

async function submit(page, id, values) {
  const done = Number(await page.evaluate(() => document.body.dataset.done || 0))
  for (const [k, v] of Object.entries(values)) await page.fill(`#${id} [name=${k}]`, v)
  await page.click(`#${id} button`)
  await page.waitForFunction(d => Number(document.body.dataset.done || 0) > d, done, { timeout: 5000 })
}

async function trees(page, a) {
  await call(page, 'PUT', '/api/notes/1', { title: a.title, doc: prose(a), version: 7 })
  await call(page, 'PATCH', '/api/notes/1', [{ op: 'replace', path: '/body', value: delta(a) }, { op: 'test', path: '/version', value: 7 }])
  await call(page, 'PUT', '/api/notes/2', { title: a.title, body: JSON.stringify(delta(a)) })
}

const NOTE = `fragment NoteParts on Note { id title body format tags author { id name } comments(first: 5) { id author text } }`

const ordinary = [
  ['sign-in', async page => {
    await open(page, '/')
    await submit(page, 'login', { user: "ed.o'hara@example.com", password: "it's 5 o'clock; & all's well -- <ok>" })
  }],
  ['write', page => each(n(articles), a => submit(page, 'note', { title: a.title, body: markdown(a), tags: a.tags }))],
  ['write-rich', page => each(n(articles), a => call(page, 'POST', '/api/notes', { title: a.title, body: rich(a), format: 'html', tags: a.tags.split(', ') }))],
  ['write-trees', page => each(n(articles).filter(a => !a.blocks.some(([k]) => k === 'code')), a => trees(page, a))],
  ['write-long', page => each([...long.posts.map(p => [p.title, p.content]), ...long.wikiPages, ...long.mails], async ([title, body]) => {
    await submit(page, 'note', { title, body, tags: 'long' })
    await call(page, 'POST', '/api/notes', { title, body, format: 'html', tags: [] })
  })],
  ['find', page => each(n(searches), q => submit(page, 'find', { q }))],
  ['comments', page => each(n([...comments, ...long.replies]), (text, i) => call(page, 'POST', '/api/comments', { note: i, text, author: { name: "Ann O'Nymous", url: 'https://example.net/?a=1&b=2' }, replyTo: null }))],
  ['settings', page => each([
    { theme: 'dark', locale: 'de-DE', keys: { save: 'Ctrl+S', find: 'Ctrl+Shift+F' }, css: 'a::after { content: "»" } .x > .y { background: url("/i.png") }' },
    { webhook: 'https://hooks.example.com/services/T0/B0/xyz?event=note.created', template: 'New note: {{title}} by {{author.name}}\n{% if tags %}[{{tags}}]{% endif %}' },
    { filter: { and: [{ field: 'price', op: '>', value: 5 }, { or: [{ field: 'name', op: 'like', value: "O'%" }] }] }, sort: [['created', 'desc']] },
    { query: 'status = "open" AND assignee in (ed, ann) ORDER BY created DESC', saved: true },
    { cron: '*/5 * * * *', path: 'C:\\Users\\Ed\\Notes', backup: '/srv/backup/notes-%Y-%m-%d.tar.gz', regex: '^(?:foo|bar)\\s+\\d{1,3}$' },
    { signature: "-- \nEd O'Hara\nTea & Code; since 2019", quota: '10 GB', expr: 'sum(a) / count(*) > 3' },
    long.options, { sieve: long.sieve }, { contacts: [long.vcard] },
  ], s => call(page, 'POST', '/api/settings', s))],
  ['events', page => each(Array.from({ length: Math.ceil(80 * scale) }, (_, i) => i), i => call(page, 'POST', '/api/events', {
    batch: [{ type: 'click', target: '#note > button:nth-child(4)', x: 10 * i, y: 5, t: 1764110000000 + i, url: 'http://notes.test/?q=' + encodeURIComponent(searches[i % searches.length]) },
      { type: 'error', message: "TypeError: can't read properties of undefined (reading 'map')", stack: 'at render (http://notes.test/app.js:12:34)\n    at async run (http://notes.test/app.js:56:7)' }],
    session: { id: 'b6f0' + i, ua: 'Mozilla/5.0 (X11; Linux x86_64)' } }))],
  ['pictures', async page => {
    const file = await picture(page, 'inline')
    const data = fs.readFileSync(file).toString('base64')
    for (const i of [1, 2, 3]) {
      await call(page, 'POST', '/api/pictures/inline', { name: `Ed's cup; ${i}.png`, type: 'image/png', data: 'data:image/png;base64,' + data })
      await page.evaluate(async b64 => {
        const bytes = Uint8Array.from(atob(b64), c => c.charCodeAt(0))
        await fetch('/api/pictures', { method: 'POST', headers: { 'Content-Type': 'image/png' }, body: bytes })
        const form = new FormData()
        form.append('meta', JSON.stringify({ alt: 'A "cup" -- it\'s blue; 50% <full>' }))
        form.append('file', new Blob([bytes], { type: 'image/png' }), "Ed's cup; select (1).png")
        await fetch('/api/pictures', { method: 'POST', body: form })
      }, data)
    }
  }],
  ['graphql-introspection', page => ask(page, 'query IntrospectionQuery { __schema { queryType { name } mutationType { name } types { kind name fields(includeDeprecated: true) { name args { name type { kind name ofType { kind name } } } } } directives { name locations } } }', {}, 'IntrospectionQuery')],
  ['graphql-variables', page => each(n(articles), a => ask(page, `mutation Add($input: NoteInput!) { addNote(input: $input) { ...NoteParts } } ${NOTE}`, { input: { title: a.title, body: markdown(a), format: 'markdown', tags: a.tags.split(', '), meta: { pinned: false } } }, 'Add'))],
  ['graphql-literals', page => each(n(articles), a => ask(page, `mutation {\n  # it's a comment; -- really\n  addNote(input: {title: ${quoted(a.title)}, body: ${quoted(markdown(a))}, tags: [${a.tags.split(', ').map(quoted).join(', ')}]}) { id title }\n}`))],
  ['graphql-edit', page => each(n(articles), a => ask(page, `mutation Edit($id: ID!, $input: NoteInput!) { editNote(id: $id, input: $input) { id title } }`, { id: '1', input: { title: a.title, body: rich(a), format: 'html' } }, 'Edit'))],
  ['graphql-search', page => each(n(searches), async q => {
    await ask(page, 'query Find($filter: Filter, $order: Order) { notes(filter: $filter, orderBy: $order, first: 10) { total items { id title tags author { name } } } }', { filter: { text: q }, order: 'TITLE_ASC' }, 'Find')
    await ask(page, `{ a: notes(filter: {text: ${quoted(q)}}, first: 3) { total items { title } } me { id name bio } }`)
    await page.evaluate(p => fetch(p).then(r => r.text()), '/graphql?query=' + encodeURIComponent(`{ notes(filter: {text: ${quoted(q)}}) { total } }`) + '&variables=' + encodeURIComponent('{}'))
  })],
  ['graphql-clients', page => each(long.graphql, ([query, variables]) => page.evaluate(([q, v]) => gql(q, v), [query, variables]))],
  ['graphql-comments', page => each(n(comments), text => ask(page, 'mutation Say($n: ID!, $a: String, $t: String!) { comment(noteId: $n, author: $a, text: $t) { id } }', { n: '1', a: "O'Hara & Co.", t: text }, 'Say'))],
  ['letters', page => each(n([...people.letters, ...people.tickets.map(t => [t.slice(0, 50), t])]), async ([title, text], i) => {
    await submit(page, 'note', { title, body: text, tags: "mail, it's" })
    await call(page, 'POST', '/api/notes', { title, body: i % 2 ? people.mail(text) : people.paragraphs(text), format: 'html', tags: ['r&d'] })
    for (const d of people.drafts(text)) await call(page, 'PATCH', '/api/notes/1', { body: d, cursor: { line: d.split('\n').length, column: 3 } })
    for (const d of people.drafts(text)) await ask(page, 'mutation Draft($id: ID!, $input: NoteInput!) { editNote(id: $id, input: $input) { id } }', { id: '1', input: { title, body: d } }, 'Draft')
    for (const [query, variables] of people.graphql(title, text)) await ask(page, query, variables)
  })],
  ['chat', page => each(n([...people.chats, ...people.foreign, ...people.tickets]), async (text, i) => {
    await call(page, 'POST', '/api/comments', { note: 1 + i % 9, text, author: { name: "O'Hara, Ed <ed>", url: '' }, replyTo: i || null })
    await ask(page, 'mutation Say($n: ID!, $a: String, $t: String!) { comment(noteId: $n, author: $a, text: $t) { id } }', { n: '1', a: 'Zoë & Max', t: text }, 'Say')
    await ask(page, `mutation { comment(noteId: 1, text: ${quoted(text)}) { id } }`)
  })],
  ['mutations', page => each(admins.mutations, ([query, variables], i) => i === 4 ? page.evaluate(([q, v]) => gql(q, v), [query, variables]) : ask(page, query, variables))],
  ['code-posts', page => each(admins.codePosts, async (c, i) => {
    const text = admins.codeNote(c, i)
    await submit(page, 'note', { title: `Code: ${c[0]}; v${i}`, body: text, tags: c[0] })
    await call(page, 'POST', '/api/comments', { note: i, text, author: { name: "O'Hara" } })
    await ask(page, 'mutation Add($input: NoteInput!) { addNote(input: $input) { id } }', { input: { title: "It's " + c[0], body: text, format: 'markdown', tags: [c[0]] } })
    await ask(page, `mutation { comment(noteId: "1", text: ${quoted(text)}) { id } }`)
    for (const d of people.drafts(text)) await call(page, 'PATCH', '/api/notes/1', { body: d })
  })],
  ['comments-with-code', page => each(admins.codeComments, async (text, i) => {
    await call(page, 'POST', '/api/comments', { note: i, text, author: { name: 'Zoë' }, replyTo: null })
    await ask(page, 'mutation Say($n: ID!, $t: String!) { comment(noteId: $n, text: $t) { id } }', { n: '1', t: text })
  })],
  ['types', page => each(n([...people.queries, ...searches, ...people.letters.map(l => l[0]), ...people.foreign]), async q => {   // searches that ask while somebody types
    for (const t of people.typed(q)) {
      await page.evaluate(p => fetch(p).then(r => r.text()), '/api/notes?suggest=true&limit=5&q=' + encodeURIComponent(t))
      await ask(page, 'query Suggest($t: String!) { notes(filter: {text: $t}, first: 5) { items { id title } } }', { t }, 'Suggest')
    }
  })],
  ['subscription', page => each(n(people.queries).slice(0, 20), q => page.evaluate(u => new Promise((done, failed) => {
    const source = new EventSource(u)
    source.onmessage = () => { source.close(); done() }
    source.onerror = () => { source.close(); failed(new Error('no event')) }
  }), '/graphql/stream?query=' + encodeURIComponent('subscription OnNote($f: Filter) { noteAdded(filter: $f) { ...N } } fragment N on Note { id title author { name } }') + '&variables=' + encodeURIComponent(JSON.stringify({ f: { text: q, tag: "it's" } }))))],
  ['graphql-batch', page => page.evaluate(qs => json('POST', '/graphql', qs.map(q => ({ query: 'query F($f: Filter) { notes(filter: $f) { total } }', variables: { f: { text: q } } }))), searches)],
  // a block string, which Debian's graphql-core refuses; Merlon sees it all the same
  ['graphql-profile', page => page.evaluate(q => gql(q), 'mutation { setProfile(name: "Ed O\'Hara", bio: """\nI write *SQL* & drink tea;\n"or is it 1=1?" -- O\'Hara\n""", settings: {a: 1, b: [true, null], c: {d: "x"}}) { id } }')],
  ['rest', page => each(n(searches), q => page.evaluate(async s => {
    const p = new URLSearchParams({ 'filter[title][contains]': s, 'filter[price][gte]': '5', 'page[size]': '10', sort: '-created', include: 'author,comments.author', fields: 'title,body' })
    await fetch('/api/notes?' + p)
    await fetch('/api/notes?where=' + encodeURIComponent(JSON.stringify({ title: { contains: s }, archived: false })) + '&limit=10')
    await fetch('/api/notes/1?expand=author&lang=de&utm_source=news%20letter&utm_campaign=' + encodeURIComponent(s))
  }, q))],
]

// Steps of readers, whose fields get no exception.
const onlyCode = ['searches-for-code', 'comments-of-code', 'raw-queries']

const code = [
  ['sign-in', ordinary[0][1]],
  ['nothing-but-code', page => each([...admins.codePosts, ...admins.scripts.flatMap((c, i) => [c, [c[0], admins.codeNote(c, i)]])], async ([language, text]) => {
    await call(page, 'POST', '/api/notes', { title: language, body: text, format: language, tags: [] })
    await ask(page, 'mutation Add($input: NoteInput!) { addNote(input: $input) { id } }', { input: { title: language, body: text } })
  })],
  ['trees-of-code', page => each(articles, a => trees(page, a))],   // each value is nothing but code
  ['searches-for-code', page => each(literalSearches, s => page.evaluate(q => fetch('/api/notes?q=' + encodeURIComponent(q)), s))],
  ['comments-of-code', page => each(literalComments, text => call(page, 'POST', '/api/comments', { note: 1, text }))],
  ['raw-queries', page => page.evaluate(() => fetch('/api/notes?where=' + encodeURIComponent('{"title":{"$regex":"tea"}}')))],
  ['notes-about-attacks', page => each(literal, async a => {
    await call(page, 'POST', '/api/notes', { title: a.title, body: markdown(a), tags: [] })
    await ask(page, 'mutation Add($input: NoteInput!) { addNote(input: $input) { id } }', { input: { title: a.title, body: rich(a) } }, 'Add')
  })],
]

await session(part === 'ordinary' ? ordinary : code.filter(([name]) => part === 'code' || !onlyCode.includes(name)))
