"""Third wave: interfaces, clusters, registries and stores."""
import json
import urllib.parse as u
from registry import hard, kind
from third_wire import CITIES, FIRST, LAST, STREETS, form, get, http, js, params, query


@kind('apollo persisted')
def _(m):
    return get(m, '/graphql?' + params(operationName='ProductList', variables=json.dumps({"first": 24, "filter": {"price": {"gte": 1, "lte": 9},
            "name": {"like": "%o'b%"}}, "sort": [{"field": "PRICE", "order": "DESC"}]}), extensions=json.dumps({"persistedQuery": {"version": 1,
            "sha256Hash": m.hex(64)}})), headers=['apollographql-client-name: web', 'x-apollo-operation-name: ProductList'], browser=False)


@kind('graphql mutation')
def _(m):
    return js(m, '/graphql', {"operationName": "UpdateProfile",
            "query": "mutation UpdateProfile($input: ProfileInput!) {\n  updateProfile(input: $input) {\n    ...ProfileFields\n    errors { field message }\n  }\n}\n\nfragment ProfileFields on Profile { id name(format: \"long\") __typename }",
            "variables": {"input": {"name": m.word(FIRST) + ' ' + m.word(LAST), "city": m.word(CITIES),
            "bio": m.word(["I'm 1/2 Irish & 1/2 \"French\"; or so they say", "10 > 9 -- always", "<none>"])}}})


@kind('graphql batch')
def _(m):
    return js(m, '/gql', [{"operationName": None, "variables": {}, "query": "{ me { id } }"}, {"operationName": "Q",
            "variables": {"id": "gid://shop/Product/1"},
            "query": "query Q($id: ID!) { node(id: $id) { ... on Product { title(first: 3) @include(if: true) } } }"}])


@kind('soap call')
def _(m):
    return http(m, 'POST', '/ws/OrderService', ['Content-Type: text/xml; charset=utf-8', 'SOAPAction: "http://k.example/ws/PlaceOrder"'],
            '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ws="http://k.example/ws" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Header><wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><wsse:UsernameToken><wsse:Username>pat</wsse:Username><wsse:Password Type="x#PasswordDigest">%s</wsse:Password></wsse:UsernameToken></wsse:Security></soapenv:Header><soapenv:Body><ws:PlaceOrder><ws:name>%s</ws:name><ws:addr><![CDATA[%s & <Hof>]]></ws:addr><ws:qty xsi:nil="true"/></ws:PlaceOrder></soapenv:Body></soapenv:Envelope>' %
            (m.b64(20), m.word(LAST).replace('&', '&amp;'), m.word(STREETS)), browser=False, ua='Apache-HttpClient/4.5 (Java/17)')


@kind('xmlrpc post')
def _(m):
    return http(m, 'POST', '/xmlrpc.php', ['Content-Type: text/xml'],
            "<?xml version=\"1.0\"?><methodCall><methodName>metaWeblog.newPost</methodName><params><param><value><string>1</string></value></param><param><value><string>pat</string></value></param><param><value><string>p&amp;w</string></value></param><param><value><struct><member><name>title</name><value><string>It's here</string></value></member><member><name>description</name><value><string>&lt;p&gt;Hi &amp;amp; \"bye\"&lt;/p&gt;</string></value></member></struct></value></param></params></methodCall>",
            browser=False, ua='Windows Live Writer')


@kind('wms')
def _(m):
    return get(m, '/geoserver/wms?' + query([('SERVICE', 'WMS'), ('VERSION', '1.3.0'), ('REQUEST', 'GetMap'), ('LAYERS', 'topp:states,osm:roads'),
            ('STYLES', ''), ('CRS', 'EPSG:3857'), ('BBOX', '-20037508.34,-20037508.34,20037508.34,20037508.34'), ('CQL_FILTER',
            m.word(["STATE_NAME = 'Côte-d''Or' AND PERSONS > 1000000", "name LIKE 'St%' OR pop BETWEEN 1 AND 10",
            "INTERSECTS(geom, POINT(11.5 48.1)) and not id in ('a','b')"])), ('FORMAT_OPTIONS', 'dpi:180;antialias:on'), ('TRANSPARENT',
            'TRUE')]))


@kind('wfs filter')
def _(m):
    return http(m, 'POST', '/geoserver/wfs', ['Content-Type: text/xml'],
            '<wfs:GetFeature xmlns:wfs="http://www.opengis.net/wfs" xmlns:ogc="http://www.opengis.net/ogc" service="WFS" version="1.1.0" xsi:schemaLocation="http://www.opengis.net/wfs http://schemas.opengis.net/wfs/1.1.0/wfs.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><wfs:Query typeName="a:b"><ogc:Filter><ogc:And><ogc:PropertyIsLike wildCard="*" singleChar="." escape="!"><ogc:PropertyName>name</ogc:PropertyName><ogc:Literal>*L\'A*</ogc:Literal></ogc:PropertyIsLike><ogc:PropertyIsGreaterThan><ogc:PropertyName>p</ogc:PropertyName><ogc:Literal>1</ogc:Literal></ogc:PropertyIsGreaterThan></ogc:And></ogc:Filter></wfs:Query></wfs:GetFeature>')


@kind('arcgis')
def _(m):
    return get(m, '/arcgis/rest/services/Roads/MapServer/0/query?' + params(where=m.word(['1=1', "NAME LIKE '%Main St%' AND LANES > 2",
            "OBJECTID > 0 or TYPE='A'"]), outFields='*', returnGeometry='false',
            geometry='{"xmin":-1,"ymin":1,"xmax":2,"ymax":3,"spatialReference":{"wkid":102100}}', orderByFields='NAME ASC', f='json'))


@kind('map tiles')
def _(m):
    return get(m, m.word(['/%d/%d/%d.png' % (m.num(0, 18), m.num(0, 999), m.num(0, 999)),
            '/maps/vt/pb=!1m4!1m3!1i12!2i2180!3i1421!2m3!1e0!2sm!3i689436!3m8!2sde!3sde!5e1105!12m4!1e68!2m2!1sset!2sRoadmap!4e0',
            '/maps/place/L%%27Aquila/@42.3,13.3,%dz/data=!3m1!4b1!4m6!3m5!1s0x132fd3:0x4!8m2!3d42.3!4d13.3' % m.num(0, 18),
            '/tiles/{s}/1/2/3.pbf?fresh=true']))


@kind('overpass')
def _(m):
    return form(m, '/api/interpreter', [('data',
            '[out:json][timeout:25];\n(\n  node["amenity"="cafe"]["name"~"O\'Brien|L\'Étoile",i]({{bbox}});\n  way["building"](48.1,11.5,48.2,11.6);\n);\nout body;\n>;\nout skel qt;')])


@kind('nominatim')
def _(m):
    return get(m, '/search?' + params(q=m.word(STREETS) + ', ' + m.word(CITIES), format='jsonv2', addressdetails=1, viewbox='11,48,12,49'))


@kind('git smart')
def _(m):
    return http(m, 'POST', '/kiefer/shop.git/git-upload-pack', ['Content-Type: application/x-git-upload-pack-request', 'Git-Protocol: version=2'],
            b'0014command=ls-refs\n0015agent=git/2.43.0-1001000bpeel\n000csymrefs\n0014ref-prefix HEAD\n001bref-prefix refs/heads/\n0000',
            ua='git/2.43.0', browser=False)


@kind('git refs')
def _(m):
    return get(m, '/kiefer/shop.git/info/refs?service=git-upload-pack', ua='git/2.43.0', browser=False)


@kind('git lfs')
def _(m):
    return js(m, '/kiefer/shop.git/info/lfs/objects/batch', {"operation": "download", "transfers": ["lfs-standalone-file", "basic", "ssh"],
            "objects": [{"oid": m.hex(64), "size": m.num(0, 10**6)}], "hash_algo": "sha256"}, ct='application/vnd.git-lfs+json')


@kind('repo browse')
def _(m):
    return get(m, '/kiefer/shop/-/blob/main/' + m.word(['.env.example', '.github/workflows/ci.yml', 'config/database.yml.sample',
            'docs/etc/passwd.md', 'src/../README.md'.replace('../', ''), 'scripts/install.sh', '.gitignore', '.htaccess.dist',
            'src/Controller/[id]/page.tsx', 'sql/001_create_users.sql', 'C%23/Program.cs', 'public/index.php', '.well-known/security.txt',
            'cmd/exec/main.go', '.bashrc']) + '?ref_type=heads')


@kind('compare branches')
def _(m):
    return get(m, '/kiefer/shop/compare/' + m.word(['v1.2.0...v1.3.0', 'main..feature/o\'brien', 'HEAD~3...HEAD', 'release%2F2.0...main@{1day}',
            'a1b2c3..d4e5f6']) + '.diff')


@hard('github webhook')
def _(m):
    return js(m, '/hooks/ci', {"ref": "refs/heads/fix/it's-a-bug", "before": m.hex(40), "after": m.hex(40), "commits": [{"id": m.hex(40),
            "message": m.word(["fix: escape ' and \" in SELECT; drop unused table", "Merge branch 'main' of k.example/shop",
            "chore: rm -rf dist && npm run build", "sec: block <script>alert(1)</script> and ../../etc/passwd in names",
            "feat: `eval` -> `JSON.parse`"]), "author": {"name": m.word(FIRST) + ' ' + m.word(LAST)}, "added": ["src/a b.ts", ".env.example"],
            "modified": ["docs/sql/union.md"]}], "pusher": {"name": "pat"}, "compare": "https://k.example/a...b"},
            headers=['X-GitHub-Event: push', 'X-Hub-Signature-256: sha256=' + m.hex(64), 'X-GitHub-Delivery: ' + m.uuid()],
            ua='GitHub-Hookshot/a1b2c3d')


@kind('ci logs')
def _(m):
    return js(m, '/api/v4/jobs/%d/trace' % m.num(0, 99999), "x", method='PATCH', headers=['JOB-TOKEN: ' + m.b64url(16),
            'Content-Range: 0-99']) if m.chance(0.2) else http(m, 'PATCH', '/api/v4/jobs/%d/trace' % m.num(0, 99999), ['Content-Type: text/plain',
            'JOB-TOKEN: ' + m.b64url(16)],
            "\x1b[0KRunning with gitlab-runner 17.0\x1b[0;m\n$ export NODE_ENV=test; npm ci && npm test -- --ci\n> shop@1.0.0 test\n$ docker build -t k/shop:$CI_COMMIT_SHA .\nStep 1/5 : FROM node:20\n ---> Running in %s\n$ if [ -n \"$X\" ]; then echo ok; fi\nrm: cannot remove '/tmp/x': No such file\ncat: /etc/alpine-release: x\n" %
            m.hex(12), browser=False, ua='gitlab-runner 17.0.0')


@hard('k8s patch')
def _(m):
    return js(m,
            '/apis/apps/v1/namespaces/prod/deployments/web?fieldManager=kubectl-client-side-apply&labelSelector=app%3Dweb%2Ctier%20in%20(a%2Cb)%2C!canary',
            {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "registry.k.example/web@sha256:" + m.hex(64),
            "command": ["/bin/sh", "-c"], "args": ["exec nginx -g 'daemon off;' && echo done"], "env": [{"name": "DB",
            "value": "postgres://u:p@db:5432/x?sslmode=disable"}], "livenessProbe": {"exec": {"command": ["cat", "/tmp/healthy"]}},
            "volumeMounts": [{"mountPath": "/var/run/secrets", "name": "s"}]}]}}}}, method='PATCH', ct='application/strategic-merge-patch+json',
            ua='kubectl/v1.30.1 (linux/amd64)')


@kind('k8s watch')
def _(m):
    return get(m,
            '/api/v1/namespaces/default/pods?allowWatchBookmarks=true&fieldSelector=metadata.name%3Dweb-0%2Cstatus.phase!%3DFailed&resourceVersion=1&timeoutSeconds=5m&watch=1',
            headers=['Authorization: Bearer ' + m.jwt()], ua='kube-controller-manager/v1.30', browser=False)


@kind('docker registry')
def _(m):
    return http(m, m.word(['GET', 'HEAD']), '/v2/library/%s/manifests/sha256:%s' % (m.word(['alpine', 'redis', 'o-brien']), m.hex(64)),
            ['Accept: application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.v2+json'],
            ua='docker/26.1.3 go/go1.21.10 git-commit/8e96db1 kernel/6.8.0 os/linux arch/amd64 UpstreamClient(Docker-Client/26.1.3 \\(linux\\))',
            browser=False)


@kind('docker filters')
def _(m):
    return get(m, '/v1.45/containers/json?all=1&filters=' + u.quote('{"label":{"com.docker.compose.project=shop":true},"status":["running"]}'),
            ua='Docker-Client/26.1.3 (linux)', browser=False)


@kind('npm audit')
def _(m):
    return js(m, '/-/npm/v1/security/advisories/bulk', {"lodash": ["4.17.21"], "@babel/core": ["7.24.0"], "minimist": ["1.2.8"],
            "eval": ["0.1.8"], "shell-quote": ["1.8.1"]}, ua='npm/10.7.0 node/v20.14.0 linux x64 workspaces/false')


@kind('npm get')
def _(m):
    return get(m, m.word(['/@types%2fnode', '/lodash/-/lodash-4.17.21.tgz', '/-/v1/search?text=keywords:sql%20not:deprecated&size=20',
            '/@scope%2fpkg/-/pkg-1.0.0-rc.1%2bbuild.tgz', '/child_process', '/exec-sh']), ua='npm/10.7.0 node/v20.14.0 linux x64', browser=False)


@kind('pypi maven')
def _(m):
    return get(m, m.word(['/simple/os-sys/', '/maven2/org/apache/commons/commons-exec/1.4.0/commons-exec-1.4.0.jar.sha1',
            '/maven2/org/ow2/asm/asm/[9.0,10)/maven-metadata.xml',
            '/packages/a1/b2/%s/PyYAML-6.0.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl' % m.hex(60),
            '/v2/Packages(Id=%27NUnit%27,Version=%274.0.0%27)',
            '/FindPackagesById()?id=%27Moq%27&$filter=IsLatestVersion%20eq%20true&semVerLevel=2.0.0',
            '/debian/pool/main/g/gcc/g++-12_12.2.0-14+deb12u1_amd64.deb', '/p2/monolog/monolog~dev.json', '/api/v1/crates/cmd_lib/0.1.0/download',
            '/github.com/!burnt!sushi/toml/@v/v1.3.2.info']), browser=False, ua='pip/24.0')


@hard('terraform state')
def _(m):
    return js(m, '/api/v4/projects/1/terraform/state/prod?ID=%s' % m.uuid(), {"version": 4, "serial": 7, "resources": [{"type": "aws_instance",
            "instances": [{"attributes": {"user_data": "#!/bin/bash\napt-get update && apt-get install -y nginx\necho 'ok' > /tmp/x",
            "ami": "ami-%s" % m.hex(17)}}]}, {"type": "aws_iam_policy",
            "instances": [{"attributes": {"policy": "{\"Statement\":[{\"Action\":[\"s3:*\"],\"Resource\":\"arn:aws:s3:::k/${aws:username}/*\"}]}"}}]}]},
            ua='HashiCorp Terraform/1.8.5')


@kind('s3 list')
def _(m):
    return get(m, '/k-bucket/?list-type=2&prefix=' + u.quote("users/o'brien/fotos (1)/", safe='') +
            '&delimiter=%2F&encoding-type=url&continuation-token=' + u.quote(m.b64(30)),
            headers=['Authorization: AWS4-HMAC-SHA256 Credential=AKIA%s/20260601/eu-central-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=%s' %
            (m.hex(16).upper(), m.hex(64)), 'x-amz-date: 20260601T100000Z'], browser=False,
            ua='aws-cli/2.15.0 Python/3.11.6 Linux/6.5 exe/x86_64')


@kind('s3 presigned')
def _(m):
    return http(m, 'PUT',
            '/uploads/%s/IMG_0001%%20(1).JPG?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%s%%2F20260601%%2Feu-central-1%%2Fs3%%2Faws4_request&X-Amz-Date=20260601T100000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=%s&x-id=PutObject' %
            (m.uuid(), m.hex(16).upper(), m.hex(64)), ['Content-Type: image/jpeg'], bytes([255, 216, 255, 224]) + m.bytes(400))


@kind('dynamodb')
def _(m):
    return js(m, '/', {"TableName": "orders", "KeyConditionExpression": "#u = :u AND begins_with(sk, :p)",
            "FilterExpression": "price > :min OR attribute_not_exists(deleted)", "ExpressionAttributeNames": {"#u": "user"},
            "ExpressionAttributeValues": {":u": {"S": "o'brien"}, ":p": {"S": "2026#"}, ":min": {"N": "1"}}},
            headers=['X-Amz-Target: DynamoDB_20120810.Query'], ct='application/x-amz-json-1.0')


@kind('firestore again')
def _(m):
    return js(m, '/v1/projects/k/databases/(default)/documents:runQuery', {"structuredQuery": {"from": [{"collectionId": "users"}],
            "where": {"compositeFilter": {"op": "AND", "filters": [{"fieldFilter": {"field": {"fieldPath": "age"}, "op": "GREATER_THAN",
            "value": {"integerValue": "18"}}}]}}, "orderBy": [{"field": {"fieldPath": "__name__"}, "direction": "ASCENDING"}], "limit": 10}})


@kind('mongo data api')
def _(m):
    return js(m, '/app/data-x/endpoint/data/v1/action/aggregate', {"dataSource": "C0", "database": "shop", "collection": "o",
            "pipeline": [{"$match": {"status": "A", "total": {"$gt": 10}}}, {"$group": {"_id": "$cust", "sum": {"$sum": "$total"}}},
            {"$sort": {"sum": -1}}]}, headers=['api-key: ' + m.b64url(48)])


@kind('parse server')
def _(m):
    return get(m, '/parse/classes/Post?' + params(where='{"likes":{"$gte":10},"tag":{"$in":["a","b"]}}', order='-createdAt', limit=10),
            headers=['X-Parse-Application-Id: k1'], browser=False)


@kind('couch find')
def _(m):
    return js(m, '/shop/_find', {"selector": {"year": {"$gt": 2010}, "name": {"$regex": "^O'"}, "$or": [{"a": 1}, {"b": {"$exists": True}}]},
            "fields": ["_id"], "sort": [{"year": "asc"}]})


@kind('jsonpatch')
def _(m):
    return js(m, '/api/users/1', [{"op": "replace", "path": "/name", "value": m.word(LAST)}, {"op": "test", "path": "/a~1b/0", "value": None},
            {"op": "add", "path": "/tags/-", "value": "R&D"}], method='PATCH', ct='application/json-patch+json')


@kind('jsonrpc eth')
def _(m):
    return js(m, '/v3/' + m.hex(32), {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [{"to": "0x" + m.hex(40), "data": "0x70a08231" +
            '0'*24 + m.hex(40)}, "latest"]})


@kind('crypto wallet')
def _(m):
    return form(m, '/withdraw', [('address', m.word(['bc1q' + m.hex(38), '0x' + m.hex(40), '4' + m.b64url(70), 'addr1' + m.hex(90)])), ('amount',
            '0.00012345'), ('memo', m.word(["O'Brien; invoice #12", "xlm-1/2"])), ('otp', '123456')])


@kind('iot telemetry again')
def _(m):
    return js(m, '/api/v1/%s/telemetry' % m.b64url(15), [{"ts": 1719000000000 + i, "values": {"temperature": 21.5, "state": "ON/OFF",
            "msg": "T>30 && H<20; fan=1", "gps": "48.1,11.5", "fw": "v1.2.3-rc.1+build.5", "cmd": "reboot"}} for i in range(2)],
            ua='ESP8266HTTPClient')
