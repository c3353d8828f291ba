"""Interfaces: GraphQL, REST and its dialects, RPC, webhooks, feeds, search engines."""
import json
from registry import hard, kind


def vars_of(m):
    return {m.var(): m.pick(m.sentence(), m.num(), None, True, [m.noun()], {'first': m.num(), 'orderBy': 'CREATED_AT_DESC',
            'where': {'status': {'_eq': m.noun()}, '_or': [{'name': {'_ilike': '%' + m.noun() + '%'}},
            {'price': {'_gt': m.num()}}]}}) for _ in range(m.num(1, 4))}


@kind('graphql query', weight=2)
def _(m):
    n, v = m.noun(), m.var()
    q = m.pick('query Get%s($id: ID!, $first: Int = %d) {\n  %s(id: $id) {\n    id\n    %s(first: $first, orderBy: {field: CREATED_AT, direction:'
            ' DESC}) { edges { node { ...%sFields __typename } cursor } pageInfo { hasNextPage endCursor } }\n  }\n}\nfragment %sFields'
            ' on %s { id name %s @include(if: $full) }' % (n.title(), m.num(), n, v, n.title(), n.title(), n.title(), m.var()),
            '{ %s(where: {%s: {contains: "%s"}}, take: %d) { id %s { name, price(currency: EUR) } } }' % (n, v, m.sentence().replace('\\',
            '').replace('"', '\\"').replace('\n', ' '), m.num(), m.noun()),
            'mutation { update%s(input: {id: "%s", text: "%s"}) { ok errors { message } } }' % (n.title(), m.uuid(), m.title().replace('\\',
            '').replace('"', '\\"').replace('\n', ' ')),
            'mutation Create%s($input: %sInput!) {\n  create%s(input: $input) {\n    userErrors { field message }\n  }\n}' % (n.title(), n.title(),
            n.title()), 'subscription On%s { %sAdded(repo: "%s/%s") { id, createdAt } }' % (n.title(), n, m.noun(), m.noun()),
            '#import "./%s.graphql"\n# count and select\nquery Q { a: %s(filter: "%s") { count } }' % (n, n, m.noun()))
    if m.chance(0.2):
        return m.get('/graphql', [('query', q), ('variables', json.dumps(vars_of(m))), ('operationName', 'Get' + n.title())])
    body = {'operationName': 'Get' + n.title(), 'variables': vars_of(m), 'query': q, 'extensions': {'persistedQuery': {'version': 1,
            'sha256Hash': m.hex(64)}}}
    return m.json('/graphql', [body] if m.chance(0.2) else body)


@hard('graphql introspection')
def _(m):
    return m.json('/graphql', {'operationName': 'IntrospectionQuery',
            'query': 'query IntrospectionQuery { __schema { queryType { name } types { ...FullType } directives { name description locations args'
            ' { ...InputValue } } } } fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name args'
            ' { ...InputValue } type { ...TypeRef } } } fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue'
            ' } fragment TypeRef on __Type { kind name ofType { kind name } }', 'variables': {}})


@kind('odata', weight=2)
def _(m):
    f = m.pick("%s eq '%s'", "startswith(%s,'%s')", "contains(tolower(%s),'%s')", "substringof('x',%s) or %s ne null",
            "%s gt 10 and name eq '%s'") % (m.var(), m.pick(m.noun(), m.word(('O\'\'Brien', 'D\'\'Arcy', 'R&D', 'São Paulo'))))
    return m.get(m.pick('/odata/v4/%s(%d)/%s' % (m.noun().title(), m.num(), m.noun()), "/sap/opu/odata/sap/Z%s_SRV/%sSet(Id='%s',Lang='EN')"
            % (m.noun().upper(), m.noun().title(), m.ident()), "/_api/web/lists/getbytitle('%s')/items" % m.enc(m.phrase()), '/v1.0/me/messages',
            "/_api/web/GetFileByServerRelativeUrl('/sites/%s/%s.docx')/$value" % (m.noun(), m.noun())), [('$filter', m.pick(f,
            f + ' and (%s ge %s or %s lt %d)' % (m.var(), m.iso(), m.var(), m.num()), "%s/any(c:c/displayName eq '%s')" % (m.noun(), m.phrase()),
            "Id eq guid'%s'" % m.uuid(), "Created gt datetime'%s'" % m.iso())), ('$select', 'Id,Title,%s/Name' % m.noun().title()), ('$expand',
            '%s($select=%s;$top=%d),%s' % (m.noun(), m.noun(), m.num(), m.noun())), ('$orderby', '%s desc,%s' % (m.var(), m.var())), ('$top',
            m.num()), ('$skip', m.num()), ('$count', 'true'), ('$search', '"%s" AND %s' % (m.phrase(), m.noun())), ('$format', 'json'), ('sap-client',
            '100')][:m.num(1, 10)], m.pick(m.tool(), m.browser()))


@kind('odata batch')
def _(m):
    edge = 'batch_' + m.uuid()
    return m.text('/odata/$batch',
            '--%s\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET %s?$filter=%s%%20eq%%20%%27%s%%27'
            ' HTTP/1.1\r\nAccept: application/json\r\nsap-contextid-accept: header\r\n\r\n\r\n--%s--\r\n' % (edge, m.noun(), m.var(), m.noun(), edge),
            'multipart/mixed; boundary=' + edge)


@kind('json:api')
def _(m):
    return m.get('/api/' + m.noun(), [('filter[%s][value]' % m.var(), m.phrase()), ('filter[%s][operator]' % m.var(), m.pick('CONTAINS', '<>',
            'IS NULL', '>=', 'IN')), ('filter[a-group][group][conjunction]', 'OR'), ('include', '%s,%s.%s' % (m.noun(), m.noun(), m.noun())),
            ('fields[%s]' % m.noun(), 'title,body'), ('page[offset]', m.num()), ('page[limit]', m.num()), ('sort', '-created,title')],
            m.tool()) if m.chance(0.6) else m.json('/api/%s/%s' % (m.noun(), m.uuid()), {'data': {'type': 'node--' + m.noun(), 'id': m.uuid(),
            'attributes': {'title': m.title(), 'body': {'value': '<p>%s</p>' % m.prose().replace('&', '&amp;').replace('<', '&lt;'),
            'format': 'basic_html'}}, 'relationships': {m.noun(): {'data': [{'type': m.noun(), 'id': m.uuid()}]}}}}, m.tool(),
            'application/vnd.api+json', 'PATCH')


@kind('rest filters', weight=2)
def _(m):
    return m.get('/api/v%d/%s' % (m.num(1, 4), m.noun()), m.pick([('filter', '%s:%s,%s>=%s' % (m.var(), m.noun(), m.var(), m.date())), ('expand',
            '%s.%s' % (m.noun(), m.noun()))], [('q', '%s:"%s" AND %s:[%d TO %d]' % (m.var(), m.phrase(), m.var(), m.num(), m.num()))], [(m.var(),
            'eq.%s' % m.noun()), ('or', '(%s.gt.%d,%s.is.null)' % (m.var(), m.num(), m.var())), ('select', '*,%s(id,name,%s(*))' % (m.noun(),
            m.noun())), ('order', '%s.desc.nullslast' % m.var())], [('fields', 'items(id,snippet(title,description)),nextPageToken'), ('alt', 'json'),
            ('key', 'AIza' + m.b64url(26))], [('search', '{"any":["%s"],"exact":false}' % m.noun()), ('_sort', '%s:ASC' % m.var()),
            ('filters[$and][0][%s][$eq]' % m.var(), m.noun()), ('populate', 'deep,%d' % m.num(1, 9))], [('rsql',
            "name=='%s*';year=gt=%d,title=in=(%s,%s)" % (m.noun(), m.num(), m.noun(), m.noun()))], [('sort', '[{"property":"%s","direction":"DESC"}]'
            % m.var()), ('filter', '[{"operator":"like","value":"%s","property":"%s"}]' % (m.search().replace('"', ''), m.var())), ('_dc', m.epoch()),
            ('start', 0)], [('timezone', 'GMT+02:00'), ('interval', '[%s,%s)' % (m.iso(), m.iso()))]), m.pick(m.tool(('Authorization',
            'Bearer ' + m.jwt())), m.browser('application/json')))


@hard('conditions in json')
def _(m):
    return m.get('/classes/' + m.noun(), [('where', json.dumps({m.var(): m.noun(), 'n': {'$gt': m.num()}})), ('limit', m.num())], m.tool())


@kind('rest bodies', weight=3)
def _(m):
    def value(depth):
        return m.pick(m.sentence, m.num, m.uuid, m.iso, m.url, m.name, lambda: None, m.mail, lambda: m.real(),
                lambda: [value(depth - 1) for _ in range(m.num(0, 3))] if depth else [], lambda: {m.var(): value(depth - 1) for _ in range(m.num(0,
                4))} if depth else {}, lambda: m.prose(1, 3), lambda: True, m.search, m.company, m.street, lambda: m.pick('', '-', 'N/A', '*', '%',
                "'", '"', '<none>', '...', '=', '1e5', '0x1F', '∞'))()
    return m.json('/api/v1/%s/%s' % (m.noun(), m.pick('', m.num(), m.uuid())), {m.var(): value(3) for _ in range(m.num(2, 8))},
            m.pick(m.tool(('Authorization', 'Bearer ' + m.alnum(40)), ('X-Request-Id', m.uuid())), m.browser('application/json')),
            method=m.pick('POST', 'PUT', 'PATCH'))


@kind('json patch and merge')
def _(m):
    return m.json('/api/%s/%d' % (m.noun(), m.num()), [{'op': m.pick('add', 'replace', 'remove', 'test', 'move'), 'path': '/%s/%d/%s~1%s' % (m.noun(),
            m.num(), m.noun(), m.noun()), 'value': m.pick(m.sentence(), m.num())} for _ in range(m.num(1, 4))], m.tool(),
            'application/json-patch+json', 'PATCH')


@kind('json-rpc')
def _(m):
    return m.json(m.pick('/jsonrpc', '/rpc', '/web/dataset/call_kw/res.partner/search_read'), m.pick({'jsonrpc': '2.0', 'method': 'call',
            'params': {'model': 'res.partner', 'method': 'web_search_read', 'args': [], 'kwargs': {'domain': ['&', ['is_company', '=', True], '|',
            ['name', 'ilike', m.search()], ['ref', '!=', False]], 'limit': m.num(), 'order': 'name ASC, id', 'context': {'lang': 'en_US',
            'tz': 'Europe/Brussels', 'uid': 2}}}, 'id': m.num()}, {'jsonrpc': '2.0', 'id': 1, 'method': m.pick('eth_call', 'eth_getLogs',
            'eth_blockNumber'), 'params': [{'to': '0x' + m.hex(40), 'data': '0x70a08231' + '0' * 24 + m.hex(40)}, 'latest']}, {'jsonrpc': '2.0',
            'method': 'tools/call', 'params': {'name': m.ident(), 'arguments': {'q': m.sentence()}}, 'id': m.uuid()}, {'jsonrpc': '2.0',
            'method': 'VideoLibrary.GetMovies', 'params': {'filter': {'field': 'playcount', 'operator': 'is', 'value': '0'}, 'properties': ['art',
            'rating']}, 'id': 'libMovies'}, {'jsonrpc': '2.0', 'method': 'aria2.addUri', 'id': m.hex(8), 'params': ['token:' + m.alnum(12), [m.url()],
            {'dir': '/downloads', 'split': '5'}]}), m.tool())


@kind('elasticsearch', weight=2)
def _(m):
    body = m.pick({'query': {'bool': {'must': [{'match': {m.var(): {'query': m.search(), 'operator': 'and', 'fuzziness': 'AUTO'}}},
            {'query_string': {'query': '%s:"%s" AND NOT %s:*%s* OR price:[%d TO *]' % (m.var(), m.phrase(), m.var(), m.noun(), m.num()),
            'default_field': '*'}}], 'filter': [{'range': {'@timestamp': {'gte': 'now-%dd/d' % m.num(1, 30), 'lt': 'now'}}},
            {'terms': {m.var() + '.keyword': [m.noun(), m.noun()]}}], 'must_not': [{'exists': {'field': m.var()}}]}},
            'sort': [{'@timestamp': {'order': 'desc', 'unmapped_type': 'boolean'}}], 'size': m.num(), '_source': {'excludes': ['*.raw']}},
            {'aggs': {'2': {'date_histogram': {'field': '@timestamp', 'fixed_interval': '30s', 'time_zone': 'Europe/Berlin', 'min_doc_count': 1},
            'aggs': {'1': {'percentiles': {'field': 'latency', 'percents': [50, 95, 99]}}, 'top': {'terms': {'field': 'host.keyword',
            'order': {'_count': 'desc'}, 'size': 5}}}}}, 'size': 0, 'stored_fields': ['*'], 'script_fields': {},
            'docvalue_fields': [{'field': '@timestamp', 'format': 'date_time'}], 'highlight': {'pre_tags': ['@kibana-highlighted-field@'],
            'fields': {'*': {}}}, 'query': {'match_all': {}}})
    if m.chance(0.4):
        return m.text('/_msearch?rest_total_hits_as_int=true', ''.join(json.dumps(x) + '\n' for x in ({'index': m.noun() + '-*',
                'ignore_unavailable': True, 'preference': m.epoch()}, body)), 'application/x-ndjson')
    return m.json('/%s-*/_search?ignore_throttled=true&filter_path=hits.hits._source,-took' % m.noun(), body)


@hard('elasticsearch scripts')
def _(m):
    return m.json('/%s/_update_by_query?conflicts=proceed' % m.noun(), {'script': {'lang': 'painless',
            'source': m.pick("ctx._source.%s += params.n; if (ctx._source.tags.contains('%s')) { ctx.op = 'delete' }" % (m.var(), m.noun()),
            "doc['%s'].value * %d + Math.log(1 + doc['%s'].value)" % (m.var(), m.num(), m.var()),
            "return doc['@timestamp'].value.dayOfWeekEnum.getDisplayName(TextStyle.FULL, Locale.ROOT)"), 'params': {'n': m.num()}}})


@kind('kibana app url')
def _(m):
    return m.json('/internal/bsearch?compress=true', {'batch': [{'request': {'params': {'index': m.noun() + '*',
            'body': {'query': {'bool': {'filter': [{'bool': {'should': [{'match_phrase': {m.var(): m.phrase()}}], 'minimum_should_match': 1}}]}}}}},
            'options': {'strategy': 'ese', 'sessionId': m.uuid()}}]}) if m.chance(0.3) else m.get('/app/discover', raw='_g=%s&_a=%s'
            % (m.enc("(filters:!(),refreshInterval:(pause:!t,value:0),time:(from:now-%dd,to:now))" % m.num(1, 90)),
            m.enc("(columns:!(_source,%s),filters:!(('$state':(store:appState),meta:(alias:!n,disabled:!f,index:'%s',key:%s,negate:!t,params:"
            "(query:'%s'),type:phrase),query:(match_phrase:(%s:'%s')))),index:'%s',interval:auto,query:(language:kuery,query:'%s : \"%s\""
            " and not %s > %d'),sort:!(!('@timestamp',desc)))" % (m.var(), m.uuid(), m.var(), m.noun(), m.var(), m.noun(), m.uuid(), m.var(),
            m.phrase(), m.var(), m.num()))))


@kind('prometheus', weight=2)
def _(m):
    q = m.pick('sum by (%s) (rate(http_requests_total{job="%s",code=~"5..",path!~"/health|/metrics"}[5m])) / sum(rate(http_requests_total[5m]))'
            ' > 0.0%d' % (m.noun(), m.noun(), m.num()),
            'histogram_quantile(0.99, sum(rate(%s_seconds_bucket{namespace="$namespace"}[$__rate_interval])) by (le, pod))' % m.noun(),
            'up{instance="%s:9100"} == 0 or absent(up{job="%s"})' % (m.ip(), m.noun()),
            '100 - (avg(irate(node_cpu_seconds_total{mode="idle"}[1m])) * 100)', 'label_replace(kube_pod_info, "host", "$1", "node", "(.*)")',
            'topk(%d, count by (__name__)({__name__=~".+"}))' % m.num(),
            'node_filesystem_avail_bytes{mountpoint="/etc/hosts",fstype!=""} < 1e9 unless on(instance) x')
    t = [('query', q), ('start', m.now), ('end', m.now + 99), ('step', 15)]
    return m.form('/api/v1/query_range', t) if m.chance(0.4) else m.get('/api/v1/' + m.pick('query_range', 'query', 'series'), t + [('match[]',
            '{__name__="%s"}' % m.noun())][:m.num(0, 1)])


@kind('loki and tempo')
def _(m):
    return m.get('/loki/api/v1/query_range', [('query',
            m.pick('{app="%s",env=~"prod|stage"} |= "%s" != "%s" | json | status >= 500 | line_format "{{.method}} {{.path}}"' % (m.noun(),
            m.phrase(), m.noun()), 'sum(count_over_time({job="%s"} |~ "(?i)error|timeout" [1m])) by (level)' % m.noun(),
            '{filename="/var/log/syslog"} | pattern `<_> <level> <msg>` | level="warn"', '{ span.http.status_code >= 500 && name = "GET /%s" }'
            % m.noun())), ('limit', 1000), ('start', m.epoch()), ('direction', 'backward')])


@kind('grafana')
def _(m):
    return m.json('/api/ds/query?ds_type=prometheus&requestId=Q%d' % m.num(), {'queries': [{'refId': 'A',
            'expr': 'rate(%s_total{%s="$%s"}[$__interval])' % (m.noun(), m.var(), m.var()), 'legendFormat': '{{instance}} - {{%s}}' % m.noun(),
            'datasource': {'type': 'prometheus', 'uid': m.alnum(9)}, 'intervalMs': 15000, 'maxDataPoints': m.num()}], 'from': str(m.epoch()),
            'to': 'now'})


@hard('grafana with sql')
def _(m):
    return m.json('/api/ds/query', {'queries': [{'refId': 'A',
            'rawSql': "SELECT $__timeGroupAlias(created_at,$__interval), count(*) AS \"%s\" FROM %s WHERE $__timeFilter(created_at) AND status ="
            " '%s' GROUP BY 1 ORDER BY 1" % (m.noun(), m.noun(), m.noun()), 'format': 'time_series'}]})


@kind('influx write')
def _(m):
    return m.text('/api/v2/write?org=%s&bucket=%s&precision=ns' % (m.noun(), m.noun()),
            '\n'.join('%s,host=%s,region=eu\\ west,path=/var/lib/%s usage=%s,state="%s",n=%di %d000000' % (m.noun(), m.ident(), m.noun(), m.real(),
            m.title().replace('"', '\\"').replace('\n', ' '), m.num(), m.epoch()) for _ in range(m.num(1, 6))), 'text/plain; charset=utf-8',
            m.tool(('Authorization', 'Token ' + m.b64(48))))


@hard('influx and clickhouse queries')
def _(m):
    return m.get('/query', [('db', m.noun()), ('q',
            'SELECT mean("%s") FROM "%s" WHERE ("host" =~ /^%s$/) AND time >= now() - 1h GROUP BY time(10s) fill(null)' % (m.var(), m.noun(),
            m.noun())), ('epoch', 'ms')]) if m.chance(0.5) else m.text('/?database=%s' % m.noun(),
            'SELECT toDate(ts) AS d, uniq(user) FROM %s WHERE d >= today() - %d GROUP BY d ORDER BY d FORMAT JSON' % (m.noun(), m.num()),
            'text/plain')


@hard('sparql')
def _(m):
    q = 'PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\nSELECT DISTINCT ?%s ?label WHERE {\n  ?%s wdt:P31 wd:Q%d ; rdfs:label ?label .\n  OPTIONAL { ?%s wdt:P569 ?born }\n  FILTER(LANG(?label) = "en" && CONTAINS(?label, "%s"))\n  SERVICE wikibase:label { bd:serviceParam wikibase:language "[AUTO_LANGUAGE],en". }\n} ORDER BY DESC(?born) LIMIT %d' % (m.noun(),
            m.noun(), m.num(), m.noun(), m.noun(), m.num())
    return m.get('/sparql', [('query', q), ('format', 'json')]) if m.chance(0.6) else m.text('/sparql', q, 'application/sparql-query')


@kind('jira and issue search')
def _(m):
    jql = m.pick("project = %s AND status in (Open, \"In Progress\") AND assignee = currentUser() ORDER BY priority DESC, updated ASC"
            % m.noun().upper(), "text ~ \"%s\" OR summary ~ '%s*'" % (m.phrase(), m.noun()),
            'fixVersion = "%d.%d" and labels not in (%s) and created >= -%dd' % (m.num(), m.num(), m.noun(), m.num()),
            'sprint in openSprints() AND "Epic Link" = ABC-%d AND resolution = Unresolved' % m.num(),
            "updated >= startOfWeek() and component is not EMPTY")
    return m.pick(lambda: m.get('/rest/api/2/search', [('jql', jql), ('fields', 'summary,status'), ('maxResults', m.num())]),
            lambda: m.json('/rest/api/3/search', {'jql': jql, 'startAt': 0, 'expand': ['names']}), lambda: m.get('/issues', [('q',
            'is:open is:issue label:"%s" author:@me sort:updated-desc -%s' % (m.phrase(), m.noun()))]), lambda: m.get('/rest/api/content/search',
            [('cql', "type=page and space=%s and title~'%s' order by lastmodified desc" % (m.noun().upper(), m.noun()))]), lambda: m.get('/bugs',
            [('field.searchtext', m.sentence()), ('field.status:list', 'NEW'), ('assignee_option', 'any')]))()


@kind('webhook: repository', weight=2)
def _(m):
    files = m.some(lambda: m.pick('src/%s.c', '.github/workflows/%s.yml', 'docs/%s.md', '.env.%s.example', 'config/%s/nginx.conf', 'lib/%s/../x')
            % m.noun())
    msg = m.pick('%s: %s' % (m.noun(), m.sentence()), "Merge pull request #%d from %s/%s-patch-1\n\nFix the '%s' && drop old %s" % (m.num(), m.noun(),
            m.noun(), m.noun(), m.noun()), 'Revert "%s"\n\nThis reverts commit %s.' % (m.title(), m.hex(40)), 'select() -> poll(); %s' % m.sentence(),
            'chore(deps): bump %s from %d.%d.1 to %d.0.0' % (m.noun(), m.num(), m.num(), m.num()), "don't sleep(1) in %s; exec %s once" % (m.noun(),
            m.noun()))
    return m.json('/hooks/github', {'ref': 'refs/heads/%s' % m.slug(), 'before': m.hex(40), 'after': m.hex(40), 'repository': {'full_name': '%s/%s'
            % (m.noun(), m.slug()), 'description': m.sentence(), 'html_url': m.url(), 'archive_url': 'https://%s/{archive_format}{/ref}' % m.host(),
            'blobs_url': 'https://%s/git/blobs{/sha}' % m.host(), 'compare_url': 'https://%s/compare/{base}...{head}' % m.host(), 'homepage': None,
            'ssh_url': 'git@%s:%s.git' % (m.host(), m.noun())}, 'pusher': {'name': m.noun(), 'email': m.mail()}, 'commits': [{'id': m.hex(40),
            'message': msg, 'timestamp': m.iso(), 'author': {'name': m.name(), 'email': m.mail()}, 'added': files, 'removed': [], 'modified': files}],
            'action': 'opened', 'pull_request': {'title': msg[:60],
            'body': '## What\r\n\r\n- [x] %s\r\n- `%s()` → `%s()`\r\n\r\nFixes #%d\r\n<!-- %s -->' % (m.sentence(), m.var(), m.var(), m.num(),
            m.sentence()), 'diff_url': m.url()}}, m.tool(('X-GitHub-Event', 'push'), ('X-Hub-Signature-256', 'sha256=' + m.hex(64)),
            ('X-GitHub-Delivery', m.uuid())))


@kind('webhook: payment')
def _(m):
    return m.json('/webhooks/stripe', {'id': 'evt_' + m.alnum(24), 'object': 'event', 'api_version': '2023-10-16', 'created': m.now,
            'data': {'object': {'id': 'ch_' + m.alnum(24), 'amount': m.num(), 'billing_details': {'address': {'city': m.city(), 'line1': m.street()},
            'email': m.mail(), 'name': m.name(), 'phone': m.phone()}, 'description': m.title(), 'metadata': {m.var(): m.sentence()},
            'outcome': {'seller_message': 'Payment complete.'}, 'payment_method_details': {'card': {'brand': 'visa', 'last4': '4242',
            'checks': {'cvc_check': 'pass'}}}, 'receipt_url': m.url(), 'statement_descriptor': m.company()}, 'previous_attributes': {}},
            'type': 'charge.' + m.pick('succeeded', 'refund.updated')}, m.tool(('Stripe-Signature', 't=%d,v1=%s,v0=%s' % (m.now, m.hex(64),
            m.hex(64)))))


@kind('webhook: chat')
def _(m):
    text = m.pick('<@U%s> %s' % (m.alnum(8).upper(), m.sentence()), m.prose(1, 3), '*%s* _%s_ ~%s~ `%s` <%s|%s> :tada: &lt;3' % (m.noun(), m.noun(),
            m.noun(), m.ident(), m.url(), m.phrase()), '```%s = %d```' % (m.var(), m.num()), '/remind me to "%s" at 5pm' % m.phrase(), '> %s\n%s'
            % (m.sentence(), m.sentence()))
    return m.pick(lambda: m.form('/slack/commands', [('token', m.alnum(24)), ('team_domain', m.noun()), ('user_name', m.noun()), ('command',
            '/' + m.noun()), ('text', text), ('response_url', m.url()), ('trigger_id', '%d.%d.%s' % (m.num(), m.num(), m.hex(32)))], m.tool()),
            lambda: m.json('/slack/events', {'token': m.alnum(24), 'team_id': 'T' + m.alnum(8).upper(), 'event': {'type': 'message', 'text': text,
            'ts': '%d.%06d' % (m.now, m.num()), 'blocks': [{'type': 'rich_text', 'elements': [{'type': 'rich_text_section',
            'elements': [{'type': 'text', 'text': text}]}]}]}}, m.tool()), lambda: m.form('/slack/interactive', [('payload',
            json.dumps({'type': 'block_actions', 'actions': [{'action_id': m.var(), 'value': m.sentence()}], 'message': {'text': text}}))], m.tool()),
            lambda: m.json('/bot%d:AA%s/sendMessage' % (m.num(), m.b64url(24)), {'update_id': m.num(), 'message': {'chat': {'id': -m.num(),
            'first_name': m.name()}, 'date': m.now, 'text': text, 'entities': [{'offset': 0, 'length': 6, 'type': 'bot_command'}]},
            'parse_mode': 'HTML', 'caption': '<b>%s</b> <a href="%s">%s</a>' % (m.phrase(), m.url(), m.noun())}, m.tool()),
            lambda: m.json('/api/webhooks/%d/%s' % (m.num(), m.b64url(50)), {'content': text, 'embeds': [{'title': m.title(),
            'description': m.prose(1, 2), 'color': m.num(), 'fields': [{'name': m.noun(), 'value': '||%s||' % m.phrase(), 'inline': True}]}],
            'allowed_mentions': {'parse': []}}, m.tool()))()


@kind('webhook: shop')
def _(m):
    return m.json('/webhooks/orders/create', {'id': m.num(), 'admin_graphql_api_id': 'gid://shopify/Order/%d' % m.num(), 'note': m.sentence(),
            'note_attributes': [{'name': m.phrase(), 'value': m.sentence()}], 'landing_site': '/?' + m.query(), 'referring_site': m.url(),
            'tags': '%s, %s' % (m.noun(), m.noun()), 'line_items': [{'name': '%s - %s / %d"' % (m.phrase(), m.adj(), m.num()), 'sku': m.ident(),
            'price': '%d.00' % m.num(), 'properties': [{'name': '_uid', 'value': m.hex(8)}]}], 'shipping_address': {'address1': m.street(),
            'city': m.city(), 'name': m.name(), 'company': m.company()}, 'browser_ip': m.ip(), 'client_details': {'user_agent': m.agent(),
            'accept_language': m.lang()}}, m.tool(('X-Shopify-Topic', 'orders/create'), ('X-Shopify-Hmac-Sha256', m.b64(32))))


@kind('webhook: mail')
def _(m):
    body = '%s,\n\n%s\n\nBest regards,\n%s\n--\n%s | %s | T: %s\n\nOn Mon, %s wrote:\n> %s\n' % (m.pick('Hi ' + m.name(), 'Dear Sir or Madam',
            'Hallo'), m.prose(2, 6), m.name(), m.company(), m.street(), m.phone(), m.mail(), m.prose(1, 2).replace('\n', '\n> '))
    html = '<html><head><style type="text/css">body{font-family:Arial;} td > p.%s { margin:0 !important }</style></head><body><div dir="ltr">%s<br><table width="100%%" border=0><tr><td bgcolor="#%s"><a href="%s" target="_blank"><img src="%s" width=1 height=1 alt=""></a></td></tr></table></div></body></html>' % (m.noun(),
            body.replace('&', '&amp;').replace('<', '&lt;').replace('\n', '<br>'), m.hex(6), m.url(), m.url())
    return m.multipart('/inbound/mail', [('headers',
            'Received: by mx%d with SMTP id %s; %s\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; bh=%s=; b=%s\nFrom: "%s" <%s>\nTo:'
            ' %s\nSubject: =?UTF-8?B?%s?=\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="000000000000%s"\n' % (m.num(),
            m.alnum(10), m.date(), m.b64(32), m.b64(64), m.name(), m.mail(), m.mail(), m.b64(12), m.hex(16))), ('to', '"%s" <%s>' % (m.name(),
            m.mail())), ('subject', m.pick('Re: ', 'Fwd: ', '') + m.title()), ('text', body), ('html', html), ('envelope',
            json.dumps({'to': [m.mail()], 'from': m.mail()})), ('SPF', 'pass'), ('charsets', '{"to":"UTF-8"}')], m.tool())


@kind('webhook: various')
def _(m):
    return m.pick(lambda: m.form('/twilio/sms', [('ToCountry', 'US'), ('Body', m.sentence()), ('From', m.phone()), ('MessageSid', 'SM' + m.hex(32)),
            ('ApiVersion', '2010-04-01')], m.tool()), lambda: m.json('/sns', {'Type': 'Notification', 'MessageId': m.uuid(),
            'TopicArn': 'arn:aws:sns:eu-west-1:%d:%s' % (m.num(), m.ident()), 'Message': json.dumps({'Records': [{'eventName': 'ObjectCreated:Put',
            's3': {'object': {'key': m.enc(m.title())}}}]}), 'SigningCertURL': 'https://sns.eu-west-1.amazonaws.com/x.pem'}, m.tool(),
            'text/plain; charset=UTF-8'), lambda: m.json('/alert', {'status': 'firing', 'alerts': [{'labels': {'alertname': 'HighLatency',
            'instance': m.ip() + ':9100'}, 'annotations': {'description': '%s > %d for 5m (value: {{ $value }})' % (m.noun(), m.num()),
            'summary': m.sentence()}, 'generatorURL': 'http://prometheus:9090/graph?g0.expr=%s' % m.enc('up{job="%s"} == 0' % m.noun())}],
            'externalURL': 'http://alertmanager:9093'}, m.tool()), lambda: m.json('/zapier', {'row': [m.title(), m.company(), '=HYPERLINK("%s")'
            % m.url(), m.phone()]}, m.tool()), lambda: m.json('/ses', {'notificationType': 'Bounce',
            'bounce': {'bouncedRecipients': [{'diagnosticCode': "smtp; 550 5.1.1 <%s>: Recipient address rejected: User unknown in table; can't deliver"
            % m.mail()}]}}, m.tool()), lambda: m.json('/typeform', {'form_response': {'answers': [{'type': 'text', 'text': m.prose(1, 3),
            'field': {'ref': m.var()}}], 'definition': {'title': m.title(), 'fields': [{'title': "What's your *%s*, {{field:%s}}?" % (m.noun(),
            m.var())}]}}}, m.tool()))()


@kind('soap')
def _(m):
    return m.text('/services/%s' % m.noun(),
            '<?xml version="1.0" encoding="utf-8"?>\n<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            '<soap:Header><wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">'
            '<wsse:UsernameToken><wsse:Username>%s</wsse:Username><wsse:Password Type="#PasswordDigest">%s</wsse:Password></wsse:UsernameToken>'
            '</wsse:Security></soap:Header><soap:Body><m:%s xmlns:m="http://%s/%s"><m:id xsi:type="xsd:int">%d</m:id><m:note>%s</m:note>'
            '<m:doc><![CDATA[<%s><v n="1">%s</v></%s>]]></m:doc></m:%s></soap:Body></soap:Envelope>' % (m.noun(), m.b64(20), m.verb().title(),
            m.host(), m.noun(), m.num(), m.prose().replace('&', '&amp;').replace('<', '&lt;'), m.noun(), m.phrase(), m.noun(), m.verb().title()),
            'text/xml; charset=utf-8', m.tool(('SOAPAction', '"http://%s/%s"' % (m.host(), m.verb()))))


@kind('xml-rpc')
def _(m):
    return m.text('/xmlrpc.php',
            '<?xml version="1.0"?><methodCall><methodName>%s</methodName><params><param><value><string>%d</string></value></param><param>'
            '<value><struct><member><name>title</name><value><string>%s</string></value></member><member><name>description</name><value>'
            '<string>%s</string></value></member></struct></value></param></params></methodCall>' % (m.pick('metaWeblog.newPost', 'wp.getOptions',
            'pingback.ping', 'mt.supportedMethods'), m.num(), m.title().replace('&', '&amp;').replace('<', '&lt;'), m.prose().replace('&',
            '&amp;').replace('<', '&lt;')), 'text/xml', m.tool())


@kind('feeds and documents in xml')
def _(m):
    esc = lambda s: s.replace('&', '&amp;').replace('<', '&lt;').replace('"', '&quot;')
    doc = m.pick(lambda: '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            '<title>%s</title><link>%s</link><item><title>%s</title><guid isPermaLink="false">%s</guid><description>%s</description><content:encoded>'
            '<![CDATA[<p>%s</p><a href="%s">…</a>]]></content:encoded></item></channel></rss>' % (esc(m.title()), esc(m.url()), esc(m.title()),
            m.uuid(), esc(m.prose()), esc(m.prose()), m.url()),
            lambda: '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>tag:%s,2025:%d</id><title type="html">%s</title><author><name>%s</name>'
            '</author></entry></feed>' % (m.host(), m.num(), esc(m.title()), esc(m.name())),
            lambda: '<?xml version="1.0"?><gpx version="1.1" creator="%s"><trk><name>%s</name><trkseg>%s</trkseg></trk></gpx>' % (m.noun(),
            esc(m.title()), ''.join('<trkpt lat="%s" lon="%s"><ele>%d</ele><time>%s</time></trkpt>' % (m.real(), m.real(), m.num(),
            m.iso()) for _ in range(9))),
            lambda: '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 %d %d"><defs><linearGradient'
            ' id="g"><stop offset="0" stop-color="#%s"/></linearGradient><style>.cls-1{fill:url(#g);}</style></defs><g transform="translate'
            '(%d,%d) rotate(45)"><path class="cls-1" d="M%d %dl-3.2,4a1 1 0 0 1 0-2z"/><use xlink:href="#p"/><text x="1">%s</text></g>' '</svg>'
            % (m.num(), m.num(), m.hex(6), m.num(), m.num(), m.num(), m.num(), esc(m.title())),
            lambda: '<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cbc="urn:cbc"><cbc:ID>%s'
            '</cbc:ID><cbc:Note>%s</cbc:Note><cbc:Name>%s</cbc:Name></Invoice>' % (m.ident(), esc(m.prose()), esc(m.company())),
            lambda: '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">'
            '<plist version="1.0"><dict><key>%s</key><string>%s</string><key>data</key><data>%s</data></dict></plist>' % (m.var(), esc(m.sentence()),
            m.b64(40)),
            lambda: '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>%s</loc><priority>0.8</priority></url></urlset>'
            % esc(m.url()))()
    return m.text('/import', doc, m.pick('application/xml', 'text/xml; charset=utf-8', 'image/svg+xml', 'application/octet-stream'),
            method=m.pick('POST', 'PUT'))


@kind('grpc-web text')
def _(m):
    return m.text('/%s.v1.%sService/%s' % (m.noun(), m.noun().title(), m.verb().title()), m.b64(m.num(10, 200)), 'application/grpc-web-text',
            m.browser('application/grpc-web-text') + [('X-Grpc-Web', '1'), ('X-User-Agent', 'grpc-web-javascript/0.1'), ('grpc-timeout', '%dS'
            % m.num())])


@kind('language model api')
def _(m):
    return m.json('/v1/chat/completions', {'model': 'model-%d-turbo' % m.num(), 'messages': [{'role': 'system',
            'content': 'You are a helpful assistant. Answer in %s; do not invent facts. Today is %s.' % (m.lang(), m.date())}, {'role': 'user',
            'content': m.prose(1, 6)}], 'temperature': 0.7, 'stream': True, 'tools': [{'type': 'function', 'function': {'name': m.var(),
            'description': m.sentence(), 'parameters': {'type': 'object', 'properties': {m.var(): {'type': 'string', 'enum': [m.noun(), m.noun()],
            'pattern': '^[a-z]+(?:-[0-9]+)*$'}}, 'required': []}}}]}, m.tool(('Authorization', 'Bearer sk-' + m.alnum(48))))


@hard('language model api with code')
def _(m):
    return m.json('/v1/chat/completions', {'model': 'code-%d' % m.num(), 'messages': [{'role': 'user', 'content': 'Why does this fail?\n```%s```\n%s'
            % (m.pick('python\nimport os\nfor f in os.listdir("/%s"):\n    print(open(f).read())\n' % m.noun(),
            'sql\nSELECT * FROM %s WHERE id = %d OR name = \'x\';\n' % (m.noun(), m.num()),
            'bash\nfor i in *.txt; do cat "$i" | grep -v %s > /tmp/$i; done\n' % m.noun(),
            'js\nconst x = document.getElementById("%s"); x.innerHTML = `<b>${%s}</b>`;\n' % (m.noun(), m.var())), m.prose(1, 2))}]}, m.tool())


@kind('openapi and schemas')
def _(m):
    return m.json('/api/specs', {'openapi': '3.0.1', 'info': {'title': m.title(), 'version': '1.%d' % m.num(), 'description': m.prose(1, 2)},
            'servers': [{'url': 'https://{env}.%s/{basePath}' % m.host(), 'variables': {'env': {'default': 'prod'}}}], 'paths': {'/%s/{id}'
            % m.noun(): {'get': {'operationId': m.var(), 'parameters': [{'name': '$filter', 'in': 'query', 'schema': {'type': 'string',
            'pattern': '^(?!-)[A-Za-z0-9-]{1,63}(?<!-)$'}}],
            'responses': {'200': {'content': {'application/json': {'schema': {'$ref': '#/components/schemas/%s' % m.noun()}}}}}}}},
            'components': {'schemas': {m.noun(): {'$id': 'x', 'allOf': [{'$ref': '../common.json#/definitions/%s' % m.noun()}]}}}}, method='PUT')
