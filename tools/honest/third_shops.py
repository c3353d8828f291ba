"""Third wave: shops, searches and the languages that searches are written in."""
import json
import urllib.parse as u
from registry import hard, kind
from third_wire import CITIES, form, get, http, js, params, query


@kind('shop facets')
def _(m):
    return get(m, '/c/shoes?' + query([('filter[brand][]', m.word(['Dr. Martens', "Levi's", 'Marks & Spencer', 'Ben & Jerry’s'])),
            ('filter[price][gte]', m.num(0, 50)), ('filter[price][lte]', m.num(60, 200)), ('filter[size][in]', '41,42,43'), ('sort',
            '-price,name'), ('page[number]', m.num(0, 9)), ('page[size]', 24)]))


@kind('solr facets')
def _(m):
    return get(m, '/solr/products/select?' + query([('q', m.word(['name:"garden hose" AND price:[10 TO 50]', '+cat:(tools OR paint) -color:red',
            'text:drill~2^1.5', '*:*', 'title:"rock \'n\' roll" OR artist:u2'])), ('fq', '{!tag=br}brand:(bosch OR makita)'), ('fq',
            'stock:[1 TO *]'), ('fq', '{!geofilt sfield=loc pt=48.1,11.5 d=25}'), ('facet.query', 'price:[0 TO 100]'), ('json.facet',
            '{p:"avg(price)",b:{type:terms,field:brand}}'), ('fl', 'id,name,score,[explain]'), ('sort', 'score desc,price asc'), ('wt', 'json')]),
            browser=False)


@hard('search operators')
def _(m):
    return get(m, '/search?' + params(q=m.word(['site:example.org filetype:pdf "annual report" -draft', 'intitle:"index of" bicycle parts',
            'cats OR dogs -birds', '(jazz | blues) & "new orleans"', 'what does select * from mean in sql', 'how to use || and && in bash',
            'difference between \' and " in php', 'c++ std::vector<int> vs int[]', '$100..$200 laptop', '"to be, or not to be" author',
            '1 or 2 player games', 'order by phone near me', 'union jack mug 2 for 1', 'best of 1990 -- 1999', 'node.js process.env undefined',
            'css :not(:first-child)', 'javascript:void(0) meaning', 'how do i open /etc/hosts on mac', '<script> tag not closing',
            'excel =IF(A1="x",1,0)'])), headers=['Referer: https://www.suchwald.example/'])


@kind('autosuggest')
def _(m):
    t = m.word(["o'neill wetsuit", "levi's 501", "men's 9 1/2", "50% off", "a&e", "r&b", "barbie & ken", "size 8-10", "3/4 length",
            "5'11\" bike frame", 'l\'oréal', '12" vinyl', 'ac/dc t-shirt'])
    n = m.num(1, len(t))
    return get(m, '/api/suggest?' + params(term=t[:n], limit=8, _=1719000000000 + m.num(0, 10**9)), headers=['X-Requested-With: XMLHttpRequest'])


@kind('algolia again')
def _(m):
    return js(m,
            '/1/indexes/*/queries?x-algolia-agent=Algolia%20for%20JavaScript%20(4.20.0)%3B%20Browser%20(lite)%3B%20instantsearch.js%20(4.56.8)&x-algolia-application-id=K1F2N3',
            {"requests": [{"indexName": "prod_items", "params": query([('query', m.word(["men's", "kids' bike", 'tv 55"'])), ('filters',
            'price < 100 AND (brand:"Black & Decker" OR brand:Bosch) AND NOT outlet:true'), ('facets', '["brand","color","*"]'),
            ('numericFilters', '["stock>0","rating>=4"]'), ('highlightPreTag', '<ais-highlight-0000000000>'), ('highlightPostTag',
            '</ais-highlight-0000000000>'), ('attributesToSnippet', '["description:10"]')])}]})


@kind('elastic dsl')
def _(m):
    return js(m, '/products/_search?typed_keys=true', {"query": {"bool": {"must": [{"match": {"name": {"query": m.word(["o'reilly sql book",
            'drop shipping']), "operator": "and", "fuzziness": "AUTO"}}}], "filter": [{"range": {"price": {"gte": 10, "lt": 50}}},
            {"terms": {"status": ["new", "used"]}}, {"regexp": {"sku": {"value": "k-[0-9]{4}.*"}}}],
            "must_not": [{"exists": {"field": "deleted_at"}}]}}, "aggs": {"by_day": {"date_histogram": {"field": "ts",
            "calendar_interval": "day"}}}, "sort": [{"_score": "desc"}, {"price": "asc"}], "_source": ["id", "name"],
            "script_fields": {"gross": {"script": {"lang": "painless", "source": "doc['price'].value * params.f", "params": {"f": 1.19}}}}})


@kind('es bulk')
def _(m):
    b = ''
    for i in range(3):
        b += json.dumps({"index": {"_index": "logs-2026.06", "_id": m.hex(20)}}) + '\n'
        b += json.dumps({"@timestamp": "2026-06-01T10:00:0%dZ" % i, "message": m.word(["GET /index.html 200",
                "ERROR: relation \"users\" does not exist at character 15", "sshd[211]: Failed password for root from 203.0.113.%d port 5" % i,
                "cron: (root) CMD (cd / && run-parts --report /etc/cron.hourly)"]), "log": {"file": {"path": "/var/log/syslog"}},
                "host": {"name": "n%d" % i}}) + '\n'
    return http(m, 'POST', '/_bulk', ['Content-Type: application/x-ndjson'], b, ua='filebeat/8.13.4', browser=False)


@kind('kibana url')
def _(m):
    return get(m,
            "/app/discover?_g=(filters:!(),refreshInterval:(pause:!t,value:60000),time:(from:now-15m,to:now))&_a=(columns:!(message,host.name),filters:!(('$state':(store:appState),meta:(alias:!n,disabled:!f,key:status,negate:!f,params:(query:'500'),type:phrase),query:(match_phrase:(status:'500')))),index:'%s',interval:auto,query:(language:kuery,query:'status%%20%%3E%%20499%%20and%%20not%%20path%%20:%%20%%22%%2Fhealth%%22'),sort:!(!('@timestamp',desc)))" %
            m.uuid())


@kind('grafana query')
def _(m):
    return js(m, '/api/ds/query?ds_type=prometheus&requestId=Q1%d' % m.num(0, 100), {"queries": [{"refId": "A",
            "expr": m.word(['sum(rate(http_requests_total{job="api",code=~"5..|4.."}[5m])) by (instance) / 2',
            'histogram_quantile(0.99, sum(rate(x_bucket{le!="+Inf"}[$__rate_interval])) by (le)) > 0.5 or vector(0)',
            'label_replace(up, "h", "$1", "instance", "(.*):.*")']), "legendFormat": "{{instance}} - {{code}}", "intervalMs": 15000,
            "maxDataPoints": 800, "datasource": {"uid": m.hex(9), "type": "prometheus"}}], "from": "now-6h", "to": "now"})


@kind('prometheus api')
def _(m):
    return get(m, '/api/v1/query_range?' + params(query=m.word(['100 - (avg by (instance) (irate(node_cpu_seconds_total{mode="idle"}[5m])) * 100)',
            'count({__name__=~".+"}) by (job) > 10', 'absent(up{job="a"} == 1) or on() vector(0)']), start='1719000000.1', end='1719003600',
            step='15'), ua='Grafana/11.0.0', browser=False)


@kind('loki query')
def _(m):
    return get(m, '/loki/api/v1/query_range?' +
            params(query='{app="web", env=~"prod|stage"} |= "error" != "timeout" | json | line_format "{{.msg}}" | status >= 500', limit=100,
            direction='backward'), browser=False)


@kind('influx query')
def _(m):
    return http(m, 'POST', '/api/v2/query?org=kiefer', ['Content-Type: application/vnd.flux'],
            'from(bucket: "sensors")\n  |> range(start: -1h)\n  |> filter(fn: (r) => r._measurement == "temp" and r.room == "kitchen")\n  |> aggregateWindow(every: 5m, fn: mean)\n  |> yield(name: "mean")',
            browser=False)


@kind('influx write again')
def _(m):
    return http(m, 'POST', '/write?db=iot&precision=s', ['Content-Type: text/plain; charset=utf-8'],
            '\n'.join('weather,station=k\\ %d,loc=Val-d\'Isère temp=%d.%d,hum=%di,note="rain; wind > 5 && cold" 17190000%02d' % (i, m.num(0, 30),
            m.num(0, 9), m.num(0, 99), i) for i in range(4)), browser=False)


@kind('sparql again')
def _(m):
    return get(m, '/sparql?' +
            params(query=m.word(['PREFIX foaf: <http://xmlns.com/foaf/0.1/>\nSELECT DISTINCT ?name (COUNT(?b) AS ?n) WHERE { ?p foaf:name ?name . OPTIONAL { ?p foaf:made ?b } FILTER(LANG(?name) = "en" && ?b > 3) } GROUP BY ?name ORDER BY DESC(?n) LIMIT 10',
            'SELECT ?item ?itemLabel WHERE { ?item wdt:P31 wd:Q146 . SERVICE wikibase:label { bd:serviceParam wikibase:language "en". } } LIMIT 5',
            'ASK { <http://ex.example/a> a ?t UNION { ?s ?p "O\'Brien" } }']), format='json'),
            headers=['Accept: application/sparql-results+json'], browser=False)


@kind('odata again')
def _(m):
    return get(m, "/odata/v4/Orders?$filter=" + u.quote(m.word(["Customer/Name eq 'O''Brien' and Total gt 100 or Status ne 'Closed'",
            "contains(Name,'tea') and (Price lt 5 or Price gt 10)", "startswith(City,'L''A') and year(Date) ge 2024",
            "Id in (1,2,3) and Deleted eq null", "not endswith(Email,'@x.example')"]), safe="'(),/") +
            "&$select=Id,Name&$expand=Lines($filter=Qty%20gt%202;$orderby=Pos)&$orderby=Date%20desc&$top=20&$count=true", browser=False)


@kind('odata batch again')
def _(m):
    b = 'batch_' + m.hex(8)
    return http(m, 'POST', '/odata/$batch', ['Content-Type: multipart/mixed; boundary=' + b],
            "--%s\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET Products(%d)?$select=Name HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n--%s--\r\n" %
            (b, m.num(0, 99), b), browser=False)


@kind('jsonapi')
def _(m):
    return get(m, '/api/articles?' + query([('include', 'author,comments.author'), ('fields[articles]', 'title,body'), ('filter[title][like]',
            m.word(["%O'Neil%", '%select%', '50%'])), ('filter[created-at][gt]', '2026-01-01T00:00:00+01:00'), ('sort', '-created,title'),
            ('page[offset]', 20)]), headers=['Accept: application/vnd.api+json'], browser=False)


@kind('postgrest')
def _(m):
    return get(m, '/rest/v1/films?' + query([('select', 'id,title,director:directors(id,last_name),actors(*)'), ('or',
            '(year.gt.1999,and(rating.gte.8,title.ilike.*night*))'), ('title', 'not.in.("Hello, World",\'n\')'), ('data->>genre', 'eq.drama'),
            ('order', 'year.desc.nullslast,id')]), headers=['apikey: ' + m.jwt(), 'Authorization: Bearer ' + m.jwt(), 'Prefer: count=exact'],
            browser=False)


@kind('jira jql')
def _(m):
    return get(m, '/rest/api/2/search?' +
            params(jql=m.word(['project = WEB AND status in ("In Progress", Open) AND assignee = currentUser() ORDER BY created DESC',
            'text ~ "select from table" OR summary ~ "drop*" AND updated >= -1w', 'labels IS NOT EMPTY and reporter != "o\'brien" order by key',
            'fixVersion in unreleasedVersions() AND "Epic Link" = WEB-1']), fields='summary,status', maxResults=50),
            headers=['Cookie: JSESSIONID=%s; atlassian.xsrf.token=%s_lin' % (m.hex(32).upper(), m.b64url(12))])


@hard('salesforce soql')
def _(m):
    return get(m, '/services/data/v59.0/query?' +
            params(q=m.word(["SELECT Id, Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name LIKE 'O\\'B%' AND CreatedDate = LAST_N_DAYS:30 ORDER BY Name LIMIT 10",
            "SELECT COUNT(Id) c, StageName FROM Opportunity WHERE Amount > 1000 GROUP BY StageName HAVING COUNT(Id) > 1"])),
            headers=['Authorization: Bearer 00D' + m.b64url(60)], browser=False)


@kind('github search')
def _(m):
    return get(m, '/search?' + params(q=m.word(['repo:kiefer/shop is:issue is:open label:"good first issue" author:@me',
            'language:php eval( filename:config', 'path:**/*.yml "runs-on" NOT ubuntu', 'org:kiefer "SELECT * FROM"',
            '"../../" path:/src/ extension:ts', 'symbol:__init__ lang:python']), type='code'))


@kind('archive cdx')
def _(m):
    return get(m, '/cdx/search/cdx?' + params(url='kiefern.example/*', output='json', filter='!statuscode:404', collapse='urlkey', **{'from': '2019',
            'to': '2021'}))


@kind('translate text')
def _(m):
    return form(m, '/translate_a/single?client=at&dt=t&dt=ld&sl=auto&tl=de', [('q', m.word(["Don't drop the table; it's old.",
            "Qu'est-ce que c'est ? L'eau d'Évian \"pure\" -- 1 ou 2 ?", "Select one or more; delete all where needed.", "<b>Sale</b> -50% & more",
            'She said: "or else" and left.']))])


@kind('flights')
def _(m):
    return get(m, '/flights?' + query([('legs', 'MUC-LHR/2026-07-01,LHR-MUC/2026-07-08'), ('pax', '2A1C0I'), ('stops', '0|1'), ('price', '..300'),
            ('airlines', 'LH,BA,-FR'), ('dep', '06:00-12:00;14:00-22:00')]))


@kind('real estate')
def _(m):
    return get(m, '/Suche/S-2/P-%d/Wohnung-Miete/Umkreissuche/%s/-/%d/2,50-/60,00-/EURO--1200,00/-/-/false' % (m.num(0, 9), u.quote(m.word(CITIES)),
            m.num(0, 100000)))


@kind('cars filter')
def _(m):
    return get(m, '/search.html?' + query([('ms', '3500;;20;;'), ('ml', ':100000'), ('p', '5000:15000'), ('fr', '2015:'), ('isSearchRequest',
            'true'), ('s', 'Car'), ('sb', 'rel'), ('vc', 'Car'), ('ft', 'PETROL,DIESEL'), ('fe', 'ABS&ESP|!SMOKER')]))


@kind('recipes search')
def _(m):
    return get(m, '/recipes?' + params(ingredients=m.word(['1/2 cup sugar; 2 tbsp. butter & salt', 'eggs -- 3, milk (1%)',
            "baker's yeast, confectioner's sugar"]), exclude='nuts,"dairy"', time='<30', rating='>=4'))


@kind('job search')
def _(m):
    return get(m, '/jobs?' + params(q=m.word(['C# / .NET developer (m/w/d)', 'Sr. DBA - Oracle & SQL Server', 'Node.js OR React',
            '"Head of Ops" AND (remote OR hybrid)', 'PL/SQL, T-SQL', 'R&D engineer', 'Chef d\'équipe', 'DevOps -- Linux/Unix, bash; cron']),
            l=m.word(CITIES), salary='50,000-70,000', radius=25))
