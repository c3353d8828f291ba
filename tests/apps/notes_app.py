"""usage: notes_app.py PORT: sessions, notes, search, pictures, settings; JSON below /api, GraphQL at /graphql."""
import base64, http.server, json, re, secrets, sqlite3, sys, threading, urllib.parse
from graphql import build_ast_schema, graphql, parse   # Debian's graphql-core 2

SCHEMA = build_ast_schema(parse('''
  schema { query: Query mutation: Mutation }
  scalar JSON
  input NoteInput { title: String!, body: String!, format: String, tags: [String!], meta: JSON }
  input Filter { text: String, tag: String, createdAfter: String, ids: [ID!] }
  enum Order { TITLE_ASC TITLE_DESC CREATED_ASC CREATED_DESC }
  type User { id: ID!, name: String!, bio: String }
  type Comment { id: ID!, author: String!, text: String! }
  type Note { id: ID!, title: String!, body: String!, format: String, tags: [String!]!, author: User, comments(first: Int): [Comment!]! }
  type Page { total: Int!, items: [Note!]! }
  type Query { me: User, note(id: ID!): Note, notes(filter: Filter, orderBy: Order, first: Int, after: String): Page! }
  type Mutation {
    addNote(input: NoteInput!): Note, editNote(id: ID!, input: NoteInput!): Note, deleteNote(id: ID!): Boolean
    comment(noteId: ID!, author: String, text: String!): Comment, setProfile(name: String, bio: String, settings: JSON): User }
'''))


class Store:
    def __init__(self):
        self.lock = threading.Lock()
        self.notes, self.comments, self.pictures, self.settings = {}, {}, {}, {}
        self.user = {'id': '1', 'name': "Ed O'Hara", 'bio': ''}
        self.sessions = set()

    def add(self, table, row):
        with self.lock:
            row['id'] = str(len(table) + 1)
            table[row['id']] = row
            return row

    def find(self, text='', tag=None, ids=None):
        text = (text or '').lower()
        return [n for n in self.notes.values() if (text in n['title'].lower() or text in n['body'].lower())
                and (not tag or tag in n['tags']) and (not ids or n['id'] in ids)]


store = Store()


def note(row):
    return {**row, 'author': store.user, 'comments': lambda info, first=50: [c for c in store.comments.values() if c['note'] == row['id']][:first]}


def add_note(info, input):
    return note(store.add(store.notes, {'format': 'markdown', **input, 'tags': input.get('tags') or []}))


def edit_note(info, id, input):
    if id not in store.notes:
        return None
    store.notes[id].update(input)
    return note(store.notes[id])


def notes(info, filter=None, orderBy=None, first=20, after=None):
    f = filter or {}
    items = store.find(f.get('text'), f.get('tag'), f.get('ids'))
    return {'total': len(items), 'items': [note(n) for n in items[:first]]}


def set_profile(info, name=None, bio=None, settings=None):
    store.user.update({k: v for k, v in (('name', name), ('bio', bio)) if v is not None})
    store.settings.update(settings or {})
    return store.user


ROOT = {
    'me': lambda info: store.user, 'note': lambda info, id: note(store.notes[id]) if id in store.notes else None, 'notes': notes,
    'addNote': add_note, 'editNote': edit_note, 'deleteNote': lambda info, id: store.notes.pop(id, None) is not None,
    'comment': lambda info, noteId, text, author='anon': store.add(store.comments, {'note': noteId, 'author': author, 'text': text}),
    'setProfile': set_profile,
}


def resolver(name):
    def resolve(parent, info, **args):
        value = parent.get(name)
        return value(info, **args) if callable(value) else value
    return resolve


for type_name in ('Query', 'Mutation', 'Page', 'Note', 'User', 'Comment'):
    for field_name, field in SCHEMA.get_type(type_name).fields.items():
        field.resolver = resolver(field_name)
PAGE = b'''<!doctype html><meta charset="utf-8"><title>Notes</title><link rel="icon" href="data:,">
<form id="login"><input name="user"><input name="password" type="password"><button>Sign in</button></form>
<form id="note"><input name="title"><textarea name="body"></textarea><input name="tags"><button>Save</button></form>
<form id="find"><input name="q"><button>Find</button></form><ul id="list"></ul>
<script>
const json = async (method, path, data) => (await fetch(path, { method, headers: { 'Content-Type': 'application/json', Accept: 'application/json' }, body: data === undefined ? undefined : JSON.stringify(data) })).json()
const gql = (query, variables, operationName) => json('POST', '/graphql', { query, variables, operationName })
const on = (id, act) => document.getElementById(id).addEventListener('submit', async e => {
  e.preventDefault(); await act(Object.fromEntries(new FormData(e.target))); document.body.dataset.done = Number(document.body.dataset.done || 0) + 1 })
on('login', d => json('POST', '/api/session', d))
on('note', d => json('POST', '/api/notes', { ...d, tags: d.tags.split(',').map(t => t.trim()), meta: { draft: false, at: new Date().toISOString(), source: navigator.userAgent } }))
on('find', async d => { const r = await json('GET', '/api/notes?q=' + encodeURIComponent(d.q) + '&sort=-created,title&page[limit]=20&fields[]=title&fields[]=tags')
  list.replaceChildren(...r.items.map(n => Object.assign(document.createElement('li'), { textContent: n.title }))) })
</script>'''


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *a):
        pass

    def answer(self, status, data, kind='application/json', extra=()):
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.send_response(status)
        for k, v in (('Content-Type', kind), ('Content-Length', str(len(body))), *extra):
            self.send_header(k, v)
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get('Content-Length') or 0))

    def graphql(self, request):
        r = graphql(SCHEMA, request.get('query') or '', root=ROOT, variables=request.get('variables'),
                    operation_name=request.get('operationName'))
        return {'data': r.data, **({'errors': [str(e) for e in r.errors]} if r.errors else {})}

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        q = dict(urllib.parse.parse_qsl(url.query))
        if url.path == '/':
            return self.answer(200, PAGE, 'text/html; charset=utf-8')
        if url.path == '/graphql':
            return self.answer(200, self.graphql({'query': q.get('query'), 'variables': json.loads(q.get('variables') or '{}')}))
        if url.path == '/graphql/stream':   # a subscription as an event stream: one event and the end
            return self.answer(200, b'data: {"data": {"noteAdded": {"id": "1"}}}\n\n', 'text/event-stream')
        if url.path == '/api/notes':
            items = store.find(q.get('q'))
            return self.answer(200, {'total': len(items), 'items': items[:20]})
        m = re.fullmatch(r'/api/notes/(\w+)', url.path)
        if m and m[1] in store.notes:
            return self.answer(200, store.notes[m[1]])
        m = re.fullmatch(r'/api/pictures/(\w+)', url.path)
        if m and m[1] in store.pictures:
            return self.answer(200, store.pictures[m[1]]['data'], 'image/png')
        self.answer(404, {'error': 'not found'})

    def do_POST(self):
        raw = self.body()
        if self.path == '/api/pictures':
            return self.answer(201, {'id': store.add(store.pictures, {'data': raw})['id']})
        data = json.loads(raw)
        if self.path == '/graphql':
            return self.answer(200, [self.graphql(d) for d in data] if isinstance(data, list) else self.graphql(data))
        if self.path == '/api/session':
            token = secrets.token_urlsafe(24)
            store.sessions.add(token)
            claims = base64.urlsafe_b64encode(json.dumps({'sub': data.get('user'), 'exp': 1893456000}).encode()).decode().rstrip('=')
            return self.answer(200, {'ok': True}, extra=[('Set-Cookie', 'sid=%s; Path=/; HttpOnly' % token),
                                                       ('Set-Cookie', 'token=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.%s.c2lnbmF0dXJl; Path=/' % claims)])
        if self.path == '/api/notes':
            return self.answer(201, store.add(store.notes, {'tags': [], **data}))
        if self.path == '/api/pictures/inline':
            return self.answer(201, {'id': store.add(store.pictures, {'data': base64.b64decode(data['data'].split(',')[-1])})['id']})
        if self.path in ('/api/comments', '/api/settings', '/api/events', '/api/query'):
            return self.answer(200, {'ok': True})
        self.answer(404, {'error': 'not found'})

    def do_PUT(self):
        self.answer(200, {'ok': True, 'size': len(self.body())})

    do_PATCH = do_DELETE = do_PUT


if __name__ == '__main__':
    http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
