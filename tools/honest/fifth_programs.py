"""Kinds of the fifth wave, of programs and the languages that their parameters carry by design: by the same hand."""
import base64
import json
import zlib
from registry import hard, kind


@kind('fifth github api')
def _(m):
    return m.json('/repos/%s/%s/issues' % (m.noun(), m.ident()), {'title': m.pick('Fix `%s` in %s' % (m.var(), m.noun()), "Can't %s when %s is null" % (m.verb(), m.noun()), m.title()), 'body': '### Steps\r\n1. `npm run %s`\r\n2. open %s\r\n\r\n- [ ] %s\r\n- [x] %s\r\n\r\n%s' % (m.noun(), m.url(), m.sentence(), m.phrase(), m.prose()),
            'labels': [m.noun(), 'good first issue'], 'assignees': [m.noun()]}, m.tool(('Authorization', 'Bearer ghp_' + m.alnum(36))))


@kind('fifth gitlab ci variables')
def _(m):
    return m.json('/api/v4/projects/%d/pipeline' % m.num(), {'ref': 'feature/%s' % m.slug(), 'variables': [{'key': m.var().upper(), 'value': m.pick('$CI_%s' % m.noun().upper(), '${%s:-%s}' % (m.noun().upper(), m.noun()), '--%s=%s' % (m.noun(), m.noun()), m.url())}]}, m.tool(('PRIVATE-TOKEN', m.alnum(20))))


@kind('fifth ci annotations')
def _(m):
    return m.json('/api/v1/annotations', {'path': 'src/%s/%s.ts' % (m.noun(), m.ident()), 'start_line': m.num(), 'annotation_level': m.pick('warning', 'failure'), 'message': m.pick("Type 'string | undefined' is not assignable to type '%s'." % m.noun(), "'%s' is defined but never used. (no-unused-vars)" % m.var(),
            "error TS2304: Cannot find name '%s'." % m.var(), 'expected `;`, found `%s`' % m.noun(), "AssertionError: expected %d to equal %d" % (m.num(), m.num()), "warning: comparison of integers of different signs: 'int' and 'size_t' [-Wsign-compare]", "E501 line too long (%d > 79 characters)" % m.num(80, 200)), 'raw_details': '%s:%d:%d' % (
            m.path(), m.num(), m.num())}, m.tool())


@kind('fifth coverage and test reports')
def _(m):
    return m.text('/upload/v4', 'SF:/home/ci/%s/src/%s.c\nFN:%d,%s\nFNDA:%d,%s\nDA:%d,%d\nLF:%d\nend_of_record\n' % (m.noun(), m.ident(), m.num(), m.var(), m.num(), m.var(), m.num(), m.num(), m.num()) if m.chance(0.5) else
            '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="%s" tests="%d" failures="1"><testcase classname="%s.%s" name="%s" time="%s"><failure message="expected: &lt;%d&gt; but was: &lt;%d&gt;" type="AssertionError">at %s.%s(%s.java:%d)</failure></testcase></testsuite></testsuites>' % (m.noun(), m.num(), m.noun(), m.noun(),
            m.var(), m.real(), m.num(), m.num(), m.noun(), m.noun(), m.noun().title(), m.num()), 'text/plain', m.tool())


@kind('fifth graphql of shops')
def _(m):
    return m.json('/api/2024-01/graphql.json', {'query': 'query Q($first: Int!, $query: String) { products(first: $first, query: $query, sortKey: %s) { edges { cursor node { id title ... on Product { variants(first: 3) { nodes { price { amount currencyCode } } } } } } pageInfo { hasNextPage } } }' % m.pick('TITLE', 'PRICE'), 'variables': {
            'first': m.num(1, 50), 'query': m.pick("tag:'%s' AND price:>%d" % (m.noun(), m.num()), '(title:%s*) OR (vendor:%s)' % (m.noun(), m.noun()), 'created_at:>=%s -status:archived' % m.date(), 'sku:"%s"' % m.ident())}, 'operationName': 'Q'})


@kind('fifth json-rpc of wallets and editors')
def _(m):
    return m.json('/', m.pick({'jsonrpc': '2.0', 'id': m.num(), 'method': 'eth_call', 'params': [{'to': '0x' + m.hex(40), 'data': '0x' + m.hex(136)}, 'latest']}, {'jsonrpc': '2.0', 'method': 'textDocument/completion', 'params': {'textDocument': {'uri': 'file:///home/%s/%s.py' % (m.noun(), m.ident())}, 'position': {'line': m.num(), 'character': m.num()},
            'context': {'triggerKind': 2, 'triggerCharacter': '.'}}, 'id': 3}, {'method': 'getblocktemplate', 'params': [{'rules': ['segwit']}], 'id': m.uuid()}, {'jsonrpc': '2.0', 'method': 'tools/call', 'params': {'name': m.var(), 'arguments': {'query': m.sentence(), 'path': 'docs/%s.md' % m.slug()}}, 'id': m.num()}), m.tool())


@kind('fifth soap of business')
def _(m):
    return m.text('/services/%s' % m.noun(), '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:v1="http://%s/%s/v1"><soapenv:Header><wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><wsse:UsernameToken><wsse:Username>%s</wsse:Username><wsse:Password Type="#PasswordText">%s</wsse:Password></wsse:UsernameToken></wsse:Security></soapenv:Header><soapenv:Body><v1:Find><v1:where>%s</v1:where><v1:text><![CDATA[%s]]></v1:text></v1:Find></soapenv:Body></soapenv:Envelope>'
            % (m.host(), m.noun(), m.noun(), m.alnum(12), m.pick('name = %s' % m.noun(), 'price &gt; %d and price &lt; %d' % (m.num(), m.num())), m.sentence()), 'text/xml; charset=utf-8', m.tool(('SOAPAction', '"http://%s/Find"' % m.host())))


@kind('fifth xml-rpc of blogs')
def _(m):
    return m.text('/xmlrpc.php', '<?xml version="1.0"?><methodCall><methodName>metaWeblog.newPost</methodName><params><param><value><int>1</int></value></param><param><value><string>%s</string></value></param><param><value><struct><member><name>title</name><value>%s</value></member><member><name>description</name><value><string>&lt;p&gt;%s&lt;/p&gt;&lt;img src=&quot;%s&quot; alt=&quot;%s&quot;&gt;</string></value></member></struct></value></param></params></methodCall>'
            % (m.noun(), m.phrase(), m.phrase(), m.url().replace('&', '&amp;'), m.noun()), 'text/xml', m.tool())


@kind('fifth odata filters')
def _(m):
    f = m.pick("contains(tolower(%s),'%s') and %s ge %d" % (m.var(), m.noun(), m.var(), m.num()), "%s eq '%s' or not (%s ne null)" % (m.var(), "O''Brien", m.var()), "%s/any(x:x/%s eq guid'%s')" % (m.var(), m.var(), m.uuid()), "startswith(%s,'%s') eq true and (%s eq 1 or %s eq 2)" % (m.var(), m.noun(), m.var(), m.var()),
            "year(%s) eq 2025 and substringof('%s', %s)" % (m.var(), m.noun(), m.var()), "%s in ('%s','%s')" % (m.var(), m.noun(), m.noun()), "geo.distance(%s, geography'POINT(1 2)') le 5" % m.var(), "_%s_value eq %s and statecode eq 0" % (m.var(), m.uuid()))
    return m.get('/api/data/v9.2/%ss' % m.noun(), [('$filter', f), ('$select', '%s,%s' % (m.var(), m.var())), ('$expand', '%s($select=%s;$orderby=%s desc;$top=1)' % (m.var(), m.var(), m.var())), ('$orderby', '%s desc, %s asc' % (m.var(), m.var())), ('$top', m.num())], m.tool())


@kind('fifth elasticsearch dsl')
def _(m):
    return m.json('/%s-*/_search' % m.noun(), {'query': {'bool': {'must': [{'query_string': {'query': '%s:"%s" AND NOT %s:(%s OR %s*) AND _exists_:%s' % (m.var(), m.phrase(), m.var(), m.noun(), m.noun(), m.var()), 'analyze_wildcard': True}}], 'filter': [{'range': {'@timestamp': {'gte': 'now-15m/m', 'lt': 'now'}}}, {'term': {m.var() + '.keyword': m.noun()}}],
            'must_not': [{'regexp': {m.var(): '%s.*[0-9]+' % m.noun()}}]}}, 'aggs': {'a': {'date_histogram': {'field': '@timestamp', 'fixed_interval': '30s'}}}, 'size': 0, '_source': ['%s.*' % m.noun()]}, m.tool(), method=m.pick('GET', 'POST'))


@kind('fifth lucene in a parameter')
def _(m):
    return m.get('/solr/%s/select' % m.noun(), [('q', m.pick('{!edismax qf="%s^2 %s"}%s' % (m.noun(), m.noun(), m.phrase()), '%s:[%d TO *] AND -%s:"%s"~2' % (m.var(), m.num(), m.var(), m.phrase()), '(%s OR %s)^4 %s~0.8' % (m.noun(), m.noun(), m.noun()), '%s\\:%s AND *:*' % (m.noun(), m.noun()), '_query_:"{!field f=%s}%s"' % (m.var(), m.noun()))),
            ('fq', '{!tag=%s}%s:("%s" OR "%s")' % (m.noun(), m.var(), m.company().replace('"', ''), m.noun())), ('fl', '*,score'), ('facet.query', '%s:[NOW-1DAY TO NOW]' % m.var()), ('wt', 'json'), ('sort', 'score desc, %s asc' % m.var())], m.tool())


@kind('fifth jql and issue filters')
def _(m):
    return m.get('/rest/api/3/search', [('jql', m.pick('project = %s AND status in ("In Progress", Done) ORDER BY created DESC' % m.noun().upper(), 'assignee = currentUser() AND resolution = Unresolved order by updated DESC', 'text ~ "%s" and labels not in (%s) or parent = %s-%d' % (m.phrase(), m.noun(), m.noun().upper(), m.num()), 'sprint in openSprints() AND "Story Points" > %d' % m.num(1, 9),
            'reporter was not "%s" during (startOfWeek(), now())' % m.mail(), 'issuekey in issueHistory() order by lastViewed')), ('fields', 'summary,status,-comment'), ('expand', 'names,schema')])


@kind('fifth kusto and log queries')
def _(m):
    return m.json('/v1/workspaces/%s/query' % m.uuid(), {'query': m.pick('%s | where TimeGenerated > ago(1h) and %s contains "%s" | summarize count() by bin(TimeGenerated, 5m) | order by count_ desc' % (m.noun().title(), m.var(), m.noun()), 'requests | where success == false | extend d = tostring(customDimensions["%s"]) | project name, d | take %d' % (m.var(), m.num()),
            'let t = %d; %s | where %s >= t | join kind=leftouter (%s | distinct %s) on %s | render timechart' % (m.num(), m.noun().title(), m.var(), m.noun().title(), m.var(), m.var()), 'search "%s" | where * has "%s"' % (m.noun(), m.noun())), 'timespan': 'PT1H'}, m.tool())


@kind('fifth splunk and loki queries')
def _(m):
    return m.form('/services/search/jobs', [('search', m.pick('search index=%s sourcetype="%s" status>=500 | stats count by host | sort -count | head %d' % (m.noun(), m.noun(), m.num()), 'search index=_internal source=*metrics.log* | eval mb=kb/1024 | timechart span=5m avg(mb)', '{app="%s"} |= "%s" != "%s" | json | line_format "{{.%s}}"' % (m.noun(), m.noun(), m.noun(), m.noun()),
            'sum by (%s) (rate(%s_total{job=~"%s.*",code!="200"}[5m])) > %s' % (m.var(), m.var(), m.noun(), m.real()), '| tstats count where index=* by _time')), ('earliest_time', '-24h@h'), ('latest_time', 'now'), ('output_mode', 'json')], m.tool())


@kind('fifth sparql in a parameter')
def _(m):
    return m.get('/sparql', [('query', 'PREFIX wd: <http://www.wikidata.org/entity/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT DISTINCT ?i ?l WHERE { ?i wdt:P31 wd:Q%d . OPTIONAL { ?i rdfs:label ?l } FILTER(LANG(?l) = "%s" && CONTAINS(LCASE(?l), "%s")) } ORDER BY ?l LIMIT %d' % (m.num(), m.lang()[:2], m.noun(), m.num())), ('format', 'json')], m.tool())


@kind('fifth cypher over http')
def _(m):
    return m.json('/db/neo4j/tx/commit', {'statements': [{'statement': 'MATCH (p:%s {name: $name})-[r:%s*1..3]->(o) WHERE o.%s > $min AND NOT (o)--(p) RETURN o.name AS n, count(r) ORDER BY n DESC LIMIT %d' % (m.noun().title(), m.verb().upper(), m.var(), m.num()), 'parameters': {'name': m.name(), 'min': m.num()}}]}, m.tool())


@kind('fifth caldav and carddav')
def _(m):
    if m.chance(0.5):
        return m.text('/dav/%s/cal/%s.ics' % (m.noun(), m.uuid()), 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//%s//%s//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTART;TZID=Europe/Berlin:20251127T100000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260101T000000Z\r\nSUMMARY:%s\r\nDESCRIPTION:%s\\n\\n-- \\n%s\r\nATTENDEE;CN="%s";RSVP=TRUE:mailto:%s\r\nLOCATION:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' % (m.noun(), m.noun(), m.uuid(),
                m.title(), m.sentence().replace(',', '\\,').replace(';', '\\;'), m.url(), m.name(), m.mail(), m.street().replace(',', '\\,')), 'text/calendar; charset=utf-8', m.tool(('If-None-Match', '*')), 'PUT')
    return m.text('/dav/%s/' % m.noun(), '<?xml version="1.0" encoding="utf-8"?><C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:prop><D:getetag/><C:address-data/></D:prop><C:filter test="anyof"><C:prop-filter name="FN"><C:text-match collation="i;unicode-casemap" match-type="contains">%s</C:text-match></C:prop-filter></C:filter></C:addressbook-query>' % m.noun(), 'application/xml', m.tool(('Depth', '1')), 'REPORT')


@kind('fifth webdav of office')
def _(m):
    return m.text('/dav/%s/%s.docx' % (m.noun(), m.enc(m.phrase())), '<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner><D:href>%s\\%s</D:href></D:owner></D:lockinfo>' % (m.noun().upper(), m.noun()), 'text/xml; charset="utf-8"', [('User-Agent', 'Microsoft-WebDAV-MiniRedir/10.0.19045'), ('Timeout', 'Second-3600'), ('Depth', '0')], 'LOCK')


@kind('fifth signed urls of clouds')
def _(m):
    return m.get('/%s/%s' % (m.noun(), m.slug()), raw=m.pick('X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%s%%2F20251127%%2Feu-west-1%%2Fs3%%2Faws4_request&X-Amz-Date=20251127T101010Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host&X-Amz-Signature=%s&response-content-disposition=%s' % (m.alnum(16).upper(), m.hex(64), m.enc('attachment; filename="%s.pdf"; filename*=UTF-8\'\'%s.pdf' % (m.phrase(), m.enc(m.name())))),
            'sv=2022-11-02&st=%s&se=%s&sr=b&sp=r&sig=%s&rscd=%s' % (m.enc(m.iso()), m.enc(m.iso()), m.enc(m.b64(44)), m.enc("inline; filename='%s'" % m.noun())), 'Expires=%d&Signature=%s&Key-Pair-Id=K%s&Policy=%s__' % (m.now, m.b64(200).replace('+', '-').replace('/', '~').replace('=', '_'), m.alnum(13).upper(), m.b64(150).replace('+', '-').replace('/', '~').replace('=', '_')), 'token=exp=%d~acl=/%s/*~data=%s~hmac=%s' % (m.now, m.noun(), m.noun(), m.hex(64))))


@kind('fifth saml and oidc')
def _(m):
    x = '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_%s" Version="2.0" IssueInstant="%s" Destination="%s" AssertionConsumerServiceURL="%s"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">%s</saml:Issuer></samlp:AuthnRequest>' % (m.hex(32), m.iso(), m.url().replace('&', '&amp;'), m.url().replace('&', '&amp;'), m.host())
    if m.chance(0.5):
        c = zlib.compressobj(9, zlib.DEFLATED, -15)
        return m.get('/sso', [('SAMLRequest', base64.b64encode(c.compress(x.encode()) + c.flush()).decode()), ('RelayState', m.url()), ('SigAlg', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'), ('Signature', m.b64(256))])
    return m.form('/callback', [('code', m.b64url(60)), ('id_token', m.jwt()), ('state', m.b64(60)), ('session_state', m.uuid()), ('iss', 'https://' + m.host())])


@kind('fifth grpc-web text')
def _(m):
    return m.text('/%s.v1.%sService/List' % (m.noun(), m.noun().title()), base64.b64encode(b'\0\0\0\0\x20' + m.bytes(m.num(10, 200))).decode(), 'application/grpc-web-text', m.browser('application/grpc-web-text') + [('X-Grpc-Web', '1'), ('X-User-Agent', 'grpc-web-javascript/0.1'), ('grpc-timeout', '10S')])


@kind('fifth base64 blobs in fields')
def _(m):
    return m.pick(m.form, lambda u, f: m.json(u, dict(f)), lambda u, f: m.get(u, f))('/api/state', [('d', m.b64(m.num(30, 600))), ('__VIEWSTATE', '/wEP' + m.b64(m.num(30, 300))), ('k', m.b64url(43)), ('ctx', m.blob({m.noun(): m.sentence(), m.noun(): [m.num(), None, True], 'u': m.url()})), ('z', base64.b64encode(zlib.compress(m.prose().encode())).decode())])


@kind('fifth protobuf and msgpack bodies')
def _(m):
    return m.text('/v1/%s' % m.noun(), b'\x0a\x24' + m.uuid().encode() + b'\x12' + m.bytes(m.num(20, 900)), m.pick('application/x-protobuf', 'application/msgpack', 'application/octet-stream', 'application/vnd.google.protobuf'), m.tool(('Content-Encoding', 'identity')))


@kind('fifth logs uploaded')
def _(m):
    lines = [m.pick('%s %s %s[%d]: %s' % (m.iso(), m.noun(), m.noun(), m.num(), m.sentence()), '%s - - [27/Nov/2025:10:10:1%d +0000] "GET %s HTTP/1.1" 200 %d "%s" "%s"' % (m.ip(), m.num(0, 9), m.path(), m.num(), m.url(), m.agent()), 'level=warn ts=%s msg="%s" err="open /var/lib/%s/%s: no such file or directory"' % (m.iso(), m.phrase(), m.noun(), m.noun()),
            "%s ERROR [main] c.e.%s.%s - Could not %s '%s'; retrying in %d ms" % (m.iso(), m.noun(), m.noun().title(), m.verb(), m.ident(), m.num()), 'I1127 10:10:10.%06d %d %s.go:%d] "%s" pod="%s/%s"' % (m.num(), m.num(), m.noun(), m.num(), m.phrase(), m.noun(), m.slug())) for _ in range(m.num(3, 20))]
    return m.text('/api/logs', '\n'.join(lines), 'text/plain', m.tool()) if m.chance(0.5) else m.json('/api/logs', [{'ts': m.epoch(), 'line': x} for x in lines], m.tool())


@kind('fifth metrics and statsd')
def _(m):
    return m.text('/api/v2/write', '\n'.join('%s,host=%s,path=/var/%s usage=%s,free=%di %d' % (m.noun(), m.noun(), m.noun(), m.real(), m.num(), m.epoch()) for _ in range(9)), 'text/plain', m.tool(('Authorization', 'Token ' + m.b64(40))))


@kind('fifth slack, discord and teams')
def _(m):
    return m.json('/services/T%s/B%s' % (m.alnum(8).upper(), m.alnum(8).upper()), m.pick({'text': ':warning: *%s* <%s|%s> by <@U%s> `%s`' % (m.title(), m.url(), m.noun(), m.alnum(8).upper(), m.slug()), 'channel': '#' + m.noun()}, {'content': '%s <@%d> ||%s|| ~~%s~~' % (m.sentence(), m.num(10 ** 17, 10 ** 18), m.phrase(), m.noun()), 'embeds': [{'title': m.title(), 'url': m.url(), 'color': m.num()}], 'allowed_mentions': {'parse': []}},
            {'@type': 'MessageCard', '@context': 'http://schema.org/extensions', 'summary': m.phrase(), 'sections': [{'activityTitle': '**%s**' % m.title(), 'facts': [{'name': m.noun(), 'value': m.sentence()}]}], 'potentialAction': [{'@type': 'OpenUri', 'name': 'View', 'targets': [{'os': 'default', 'uri': m.url()}]}]},
            {'type': 'AdaptiveCard', '$schema': 'http://adaptivecards.io/schemas/adaptive-card.json', 'body': [{'type': 'TextBlock', 'text': '${if(count > 0, name, "-")}', 'wrap': True}, {'type': 'TextBlock', 'text': '{{DATE(%s, SHORT)}}' % m.iso()}]}), m.tool())


@kind('fifth notion and airtable filters')
def _(m):
    return m.pick(lambda: m.get('/v0/app%s/%s' % (m.alnum(14), m.enc(m.phrase())), [('filterByFormula', m.pick("AND({%s}='%s',NOT({%s}=''))" % (m.noun(), m.noun(), m.noun()), "OR(FIND('%s', {%s}), {%s} > %d)" % (m.noun(), m.noun(), m.noun(), m.num()), "IF({%s}, 1, 0)" % m.noun(), "SEARCH('%s', LOWER({%s}))" % (m.noun(), m.phrase()), "IS_AFTER({%s}, '%s')" % (m.noun(), m.date()))), ('sort[0][field]', m.phrase()), ('view', 'Grid view')], m.tool()),
            lambda: m.json('/v1/databases/%s/query' % m.uuid(), {'filter': {'or': [{'property': m.phrase(), 'rich_text': {'contains': m.noun()}}, {'property': m.noun(), 'number': {'greater_than': m.num()}}]}, 'sorts': [{'property': m.noun(), 'direction': 'descending'}]}, m.tool()))()


@kind('fifth spreadsheet formulas in cells')
def _(m):
    return m.json('/v4/spreadsheets/%s/values:batchUpdate' % m.b64url(44), {'valueInputOption': 'USER_ENTERED', 'data': [{'range': "'%s'!A%d:C" % (m.phrase(), m.num()), 'values': [[m.pick('=SUM(A1:A%d)' % m.num(), '=IF(B%d>%d,"%s","")' % (m.num(), m.num(), m.noun()), "=VLOOKUP(A2,'%s'!$A$1:$C$99,2,FALSE)" % m.phrase(), '=CONCATENATE(A1," & ",B1)', '=IFERROR(INDEX(C:C,MATCH("%s*",A:A,0)),"-")' % m.noun(), '=A1&"; "&B1',
            '=QUERY(A1:C;"select A, sum(B) where C = \'%s\' group by A")' % m.noun(), '=TEXT(NOW(),"yyyy-mm-dd")', '-%d' % m.num(), '+%d %s' % (m.num(), m.noun()), '@%s' % m.noun()), m.sentence(), m.real()] for _ in range(4)]}]}, m.tool())


@kind('fifth search of algolia and meili')
def _(m):
    return m.json('/indexes/%s/search' % m.noun(), {'q': m.search(), 'filter': m.pick("%s = '%s' AND (%s > %d OR NOT %s EXISTS)" % (m.var(), m.noun(), m.var(), m.num(), m.var()), [['%s = "%s"' % (m.var(), m.noun())], '%s != %d' % (m.var(), m.num())], '%s IN [%s, %s]' % (m.var(), m.noun(), m.noun())), 'params': 'query=%s&filters=%s&facets=%s' % (m.enc(m.noun()), m.enc("%s:'%s' OR %s<%d" % (m.var(), m.noun(), m.var(), m.num())), m.enc('["*"]')),
            'attributesToHighlight': ['*'], 'highlightPreTag': '<em>', 'highlightPostTag': '</em>'}, m.tool())


@kind('fifth postgrest and supabase')
def _(m):
    return m.get('/rest/v1/%ss' % m.noun(), [('select', '*,%s(%s,count)' % (m.var(), m.var())), ('or', '(%s.eq.%d,and(%s.gte.%d,%s.ilike.*%s*))' % (m.var(), m.num(), m.var(), m.num(), m.var(), m.noun())), (m.var(), m.pick('not.is.null', 'in.(%s,"%s")' % (m.noun(), m.phrase()), 'fts(english).%s|%s' % (m.noun(), m.noun()), 'cs.{%s}' % m.noun())), ('order', '%s.desc.nullslast' % m.var())], m.tool(('apikey', m.jwt()), ('Range', '0-9')))


@kind('fifth firestore and dynamo conditions')
def _(m):
    return m.json('/', {'TableName': m.noun(), 'KeyConditionExpression': '#pk = :pk AND begins_with(#sk, :sk)', 'FilterExpression': 'attribute_not_exists(%s) OR %s <> :v AND contains(%s, :w)' % (m.var(), m.var(), m.var()), 'ExpressionAttributeNames': {'#pk': m.var(), '#sk': m.var()}, 'ExpressionAttributeValues': {':pk': {'S': '%s#%s' % (m.noun().upper(), m.uuid())}, ':sk': {'S': m.sentence()}, ':v': {'N': str(m.num())}, ':w': {'NULL': True}}, 'UpdateExpression': 'SET #a = if_not_exists(#a, :z) + :one REMOVE b'},
            m.tool(('X-Amz-Target', 'DynamoDB_20120810.Query')), 'application/x-amz-json-1.0')


@kind('fifth language models and tools')
def _(m):
    return m.json('/v1/messages', {'model': m.ident(), 'max_tokens': m.num(), 'system': 'You are a %s assistant. Reply in <answer></answer> tags; never use {{%s}} placeholders.\n%s' % (m.adj(), m.noun(), m.prose()), 'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': m.pick('%s\n\n"""%s"""' % (m.sentence(), m.prose()), 'Translate: %s' % m.sentence(), '1. %s\n2. %s' % (m.sentence(), m.sentence()), 'Why does my script say "%s: command not found"?' % m.noun())}]}], 'tools': [{'name': m.var(),
            'description': m.sentence(), 'input_schema': {'type': 'object', 'properties': {m.var(): {'type': 'string', 'pattern': '^[a-z0-9._-]{1,64}$'}}}}]}, m.tool())


@kind('fifth prisma, hasura and filters in json')
def _(m):
    return m.json('/api/query', {'where': {'_and': [{m.var(): {'_ilike': '%%%s%%' % m.noun()}}, {'_or': [{m.var(): {'_is_null': True}}, {m.var(): {'_gte': m.date()}}]}]}, 'filter': {'AND': [{'%s_not' % m.var(): None}, {'%s_contains' % m.var(): m.noun()}]}, 'orderBy': [{m.var(): 'desc'}], 'take': m.num(), 'cursor': {'id': m.ulid()}, 'populate': {'%s' % m.noun(): '*'}})


@kind('fifth strapi and qs brackets')
def _(m):
    return m.get('/api/%ss' % m.noun(), [('filters[$and][0][%s][$contains]' % m.var(), m.search()), ('filters[$or][1][%s][$ne]' % m.var(), m.noun()), ('populate[%s][fields][0]' % m.noun(), m.var()), ('sort[0]', '%s:desc' % m.var()), ('pagination[pageSize]', m.num()), ('publicationState', 'live')])


@kind('fifth app stores and updates')
def _(m):
    return m.text('/service/update2', '<?xml version="1.0" encoding="UTF-8"?><request protocol="3.1" updater="Omaha" sessionid="{%s}" requestid="{%s}"><os platform="win" version="10.0.19045" sp="" arch="x64"/><app appid="{%s}" version="%d.0.%d.%d" ap="x64-stable" lang="%s" cohort="1:gu:x/1@%s" installdate="%d"><updatecheck/><ping r="%d" rd="%d"/></app></request>' % (m.uuid().upper(), m.uuid().upper(), m.uuid().upper(), m.num(), m.num(), m.num(), m.lang(), m.real(),
            m.num(), m.num(), m.num()), 'application/xml', m.tool())


@kind('fifth crash dumps of desktop programs')
def _(m):
    return m.multipart('/api/minidump/', [('prod', m.noun()), ('ver', '1.%d' % m.num()), ('process_type', 'renderer'), ('url', 'file:///C:/Program%%20Files/%s/resources/app.asar/index.html' % m.noun()), ('cmdline', '"C:\\Program Files\\%s\\%s.exe" --type=renderer --user-data-dir="C:\\Users\\%s\\AppData\\Roaming\\%s"' % (m.noun(), m.noun(), m.noun(), m.noun())), ('stack', 'at %s (/usr/lib/%s/app.js:%d:%d)\n    at async %s' % (m.var(), m.noun(), m.num(), m.num(), m.var())), ('upload_file_minidump', m.uuid() + '.dmp', 'application/octet-stream', b'MDMP\x93\xa7\0\0' + m.bytes(800))], m.tool())


@kind('fifth infrastructure plans')
def _(m):
    return m.json('/api/v2/runs', {'data': {'attributes': {'message': m.sentence(), 'target-addrs': ['module.%s["%s"].aws_%s.%s' % (m.var(), m.noun(), m.noun(), m.var())], 'variables': [{'key': m.var(), 'value': '"${var.%s}-%s"' % (m.var(), m.noun())}], 'is-destroy': False}, 'relationships': {'workspace': {'data': {'type': 'workspaces', 'id': 'ws-' + m.alnum(16)}}}}}, m.tool(), 'application/vnd.api+json')


@kind('fifth policies of clouds')
def _(m):
    return m.form('/', [('Action', 'PutRolePolicy'), ('Version', '2010-05-08'), ('PolicyDocument', m.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': ['s3:Get*', 'ec2:Describe*'], 'Resource': 'arn:aws:s3:::%s/${aws:username}/*' % m.noun(), 'Condition': {'StringNotLike': {'aws:PrincipalArn': '*:role/%s-*' % m.noun()}, 'IpAddress': {'aws:SourceIp': '10.0.0.0/8'}}}]}))], m.tool())


@kind('fifth addresses of private networks in settings')
def _(m):
    ip = m.pick('10.%d.%d.%d' % (m.num(0, 255), m.num(0, 255), m.num(1, 254)), '192.168.%d.%d' % (m.num(0, 255), m.num(1, 254)), '172.16.%d.%d' % (m.num(0, 255), m.num(1, 254)))
    return m.pick(m.form, lambda u, f: m.json(u, dict(f)))('/settings/%s' % m.noun(), [('gateway', ip), ('base_url', 'http://%s:%d/' % (ip, m.num(80, 9000))), ('dns', '%s, %s' % (ip, ip)), ('ntp', 'pool.ntp.org'), ('site_url', 'http://localhost:%d' % m.num(3000, 9000)), ('subnet', ip + '/24'), ('proxy', 'http://%s:3128' % ip), ('note', m.sentence())])


@kind('fifth developers on their own machine')
def _(m):
    return m.send('GET', m.path(), [('User-Agent', m.agent()), ('Origin', 'http://localhost:%d' % m.num(3000, 9000)), ('Referer', 'http://localhost:%d/%s?redirect=http%%3A%%2F%%2Flocalhost%%3A%d%%2Fcallback' % (m.num(3000, 9000), m.noun(), m.num(3000, 9000))), ('X-Forwarded-Host', 'localhost:%d' % m.num(3000, 9000)), ('X-Forwarded-For', '127.0.0.1, 10.0.0.%d' % m.num(1, 254)), ('X-Real-IP', '192.168.0.%d' % m.num(1, 254)), ('Via', '1.1 %s (squid/4.%d)' % (m.noun(), m.num()))])


@kind('fifth notes about machines')
def _(m):
    return m.json('/api/notes', {'title': m.title(), 'text': m.pick('%s & %s; then restart' % (m.phrase(), m.phrase()), 'remember: ssh %s, reboot & check the %s' % (m.noun(), m.noun()), 'see /var/log/%s and /etc/%s.conf; ask %s' % (m.noun(), m.noun(), m.name()), '%s | %s | %s' % (m.noun(), m.noun(), m.noun()), 'ping %s when done; sleep well' % m.name(), 'who; what; where & when', 'cut & paste; find & replace; sort & print', '- kill the %s\n- make the bed\n- cat food; dog food\n- mail %s' % (m.noun(), m.name()),
            'Buy: milk; eggs; top; date; time', '`%s`, `%s` and `%s`' % (m.noun(), m.verb(), m.noun()), 'use $%s or ${%s}' % (m.noun().upper(), m.noun()), 'C:\\Users\\%s\\Documents | D:\\%s' % (m.noun(), m.noun()), 'at 2:00; nice; watch the time'), 'tags': [m.noun()]})


@kind('fifth names of files and uploads')
def _(m):
    name = m.pick("%s's %s (1).pdf" % (m.name(), m.noun()), '%s & %s; final.docx' % (m.noun(), m.noun()), '%s.tar.gz' % m.slug(), '[%s] %s - %s.mkv' % (m.noun(), m.noun(), m.noun()), '~$%s.xlsx' % m.noun(), '%s..%s.txt' % (m.noun(), m.noun()), '.%s.swp' % m.noun(), '%s #%d {draft}.odt' % (m.noun(), m.num()), 'C:\\fakepath\\%s.jpg' % m.noun(), '%s.php.bak.txt' % m.noun(), '"%s".csv' % m.noun(), '%d%% %s.jpg' % (m.num(), m.noun()))
    return m.multipart('/files', [('folder', '/%s/%s' % (m.noun(), m.phrase())), ('filename', name), ('file', name, m.pick('application/pdf', 'image/jpeg', 'application/octet-stream'), m.bytes(m.num(100, 2000)))])


@hard('fifth programs in a form')
def _(m):
    return m.form('/run', [('lang', m.pick('python', 'sql', 'sh')), ('code', m.pick('import os\nfor f in os.listdir("."):\n    print(f)', "SELECT %s FROM %s WHERE id = %d ORDER BY 1;" % (m.var(), m.noun(), m.num()), '#!/bin/sh\nset -e\ncd /tmp && ls -la | sort', '<script>console.log(%d)</script>' % m.num()))])


@hard('fifth templates edited')
def _(m):
    return m.json('/api/templates', {'body': '<p>Hello {{ user.%s | upper }},</p>{%% if %s > %d %%}<a href="{{ url_for(\'%s\') }}">%s</a>{%% endif %%}' % (m.var(), m.var(), m.num(), m.var(), m.phrase()), 'engine': 'jinja'})
