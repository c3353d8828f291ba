"""Programs that talk to programs: clusters, registries, stores, calendars, homes, name servers."""
import base64, json
from registry import hard, kind


@kind('kubernetes api')
def _(m):
    ns, n = m.noun(), m.ident().replace('_', '-').lower()
    meta = {'name': n, 'namespace': ns, 'labels': {'app.kubernetes.io/name': n},
            'annotations': {'kubectl.kubernetes.io/last-applied-configuration': json.dumps({'apiVersion': 'v1', 'data': {'a': m.sentence()}})}}
    return m.pick(lambda: m.get('/api/v1/namespaces/%s/pods' % ns, [('labelSelector', 'app in (%s,%s),!canary,tier!=%s' % (m.noun(), m.noun(),
            m.noun())), ('fieldSelector', 'status.phase=Running,spec.nodeName!=%s' % n), ('limit', 500), ('watch', 'true'), ('resourceVersion',
            m.num()), ('timeoutSeconds', m.num())][:m.num(1, 6)], m.tool()), lambda: m.get('/api/v1/namespaces/%s/pods/%s-%s-%s/log' % (ns, n,
            m.hex(10), m.hex(5)), [('follow', 'true'), ('tailLines', m.num()), ('container', n)], m.tool()),
            lambda: m.json('/apis/apps/v1/namespaces/%s/deployments?fieldManager=kubectl-client-side-apply' % ns, {'apiVersion': 'apps/v1',
            'kind': 'Deployment', 'metadata': meta, 'spec': {'template': {'spec': {'containers': [{'name': n, 'image': '%s/%s:%d.%d@sha256:%s'
            % (m.host(), n, m.num(), m.num(), m.hex(64)), 'env': [{'name': m.var().upper(), 'value': m.pick(m.url(), m.sentence(), '$(POD_IP):%d'
            % m.num())}], 'livenessProbe': {'httpGet': {'path': '/healthz', 'port': 8080}}, 'volumeMounts': [{'mountPath': '/etc/%s' % m.noun(),
            'name': 'cfg'}], 'resources': {'limits': {'cpu': '500m'}}}]}}}}, m.tool()),
            lambda: m.json('/api/v1/namespaces/%s/pods/%s?fieldManager=x&force=true' % (ns, n), {'metadata': meta}, m.tool(),
            m.pick('application/strategic-merge-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'), 'PATCH'),
            lambda: m.json('/apis/authentication.k8s.io/v1/tokenreviews', {'kind': 'TokenReview', 'spec': {'token': m.jwt()}}, m.tool()))()


@hard('kubernetes with commands')
def _(m):
    return m.json('/api/v1/namespaces/%s/configmaps' % m.noun(), {'kind': 'ConfigMap', 'data': {'%s.sh'
            % m.noun(): '#!/bin/sh\nset -eu\ncd /opt/%s && exec ./%s --port "$PORT"\n' % (m.noun(), m.noun()),
            'nginx.conf': 'server {\n  listen 80;\n  location ~ \\.php$ { root /var/www/%s; fastcgi_pass unix:/run/php.sock; }\n}\n' % m.noun()}},
            m.tool())


@kind('kubernetes exec')
def _(m):
    return m.get('/api/v1/namespaces/%s/pods/%s/exec' % (m.noun(), m.slug()), raw='command=%s&container=%s&stdin=true&stdout=true&tty=true'
            % (m.pick('sh', 'bash', 'env', '/bin/sh&command=-c&command=ls'), m.noun()), headers=m.tool())


@kind('registry')
def _(m):
    r = '%s/%s' % (m.noun(), m.slug())
    return m.pick(lambda: m.get('/v2/%s/manifests/%s' % (r, m.pick('latest', 'sha256:' + m.hex(64), 'v%d.%d-alpine' % (m.num(), m.num()))),
            headers=m.tool(('Accept', 'application/vnd.docker.distribution.manifest.list.v2+json,application/vnd.oci.image.index.v1+json'))),
            lambda: m.send('PUT', '/v2/%s/blobs/uploads/%s?_state=%s&digest=%s' % (r, m.uuid(), m.b64url(90) + '%3D%3D',
            m.enc('sha256:' + m.hex(64))), m.tool()), lambda: m.get('/token', [('service', m.host()), ('scope', 'repository:%s:pull,push' % r),
            ('client_id', 'docker'), ('offline_token', 'true')], m.tool()), lambda: m.json('/v2/%s/manifests/latest' % r, {'schemaVersion': 2,
            'config': {'mediaType': 'application/vnd.oci.image.config.v1+json', 'digest': 'sha256:' + m.hex(64)},
            'layers': [{'digest': 'sha256:' + m.hex(64), 'size': m.num()}]}, m.tool(), 'application/vnd.oci.image.manifest.v1+json', 'PUT'),
            lambda: m.get('/v2/_catalog', [('n', 100), ('last', r)], m.tool()))()


@kind('docker engine api')
def _(m):
    return m.pick(lambda: m.get('/v1.41/containers/json', [('all', 1), ('filters', json.dumps({'label': {'com.docker.compose.project=%s'
            % m.noun(): True}, 'status': ['running', 'exited']}))], m.tool()), lambda: m.json('/v1.41/containers/create?name=%s' % m.ident(),
            {'Image': '%s:%d' % (m.noun(), m.num()), 'Env': ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', '%s=%s' % (m.var().upper(),
            m.sentence())], 'Labels': {m.noun(): m.phrase()}, 'HostConfig': {'Binds': ['%s:/data:rw' % m.noun()],
            'PortBindings': {'80/tcp': [{'HostPort': '8080'}]}}}, m.tool()))()


@kind('git smart http')
def _(m):
    return m.pick(lambda: m.get('/%s/%s.git/info/refs' % (m.noun(), m.slug()), [('service', m.pick('git-upload-pack', 'git-receive-pack'))],
            m.tool(('Git-Protocol', 'version=2'))), lambda: m.text('/%s/%s.git/git-upload-pack' % (m.noun(), m.slug()),
            '0014command=ls-refs\n0015agent=git/2.39.20017object-format=sha10001000bpeel\n000csymrefs\n001bref-prefix refs/heads/%s\n0000' % m.noun(),
            'application/x-git-upload-pack-request', m.tool()), lambda: m.json('/%s.git/info/lfs/objects/batch' % m.noun(), {'operation': 'download',
            'transfers': ['lfs-standalone-file', 'basic'], 'ref': {'name': 'refs/heads/main'}, 'objects': [{'oid': m.hex(64), 'size': m.num()}]},
            m.tool(), 'application/vnd.git-lfs+json'))()


@kind('package clients')
def _(m):
    return m.pick(lambda: m.get('/@%s%%2f%s' % (m.noun(), m.slug()), headers=[('User-Agent', 'npm/10.%d.0 node/v20.1.0 linux x64 workspaces/false'
            % m.num()), ('npm-command', 'install'), ('Accept', 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*')]),
            lambda: m.get('/simple/%s/' % m.slug(), headers=[('User-Agent',
            'pip/23.%d {"ci":null,"cpu":"x86_64","distro":{"id":"bookworm","libc":{"lib":"glibc","version":"2.36"},"name":"Debian GNU/Linux"'
            ',"version":"12"},"implementation":{"name":"CPython","version":"3.11.2"},"installer":{"name":"pip","version":"23.%d"},"openssl_version":"OpenSSL'
            ' 3.0.11 19 Sep 2023","python":"3.11.2","setuptools_version":"66.1.1","system":{"name":"Linux","release":"6.1.0-13-amd64"}}' % (m.num(),
            m.num()))]), lambda: m.json('/-/npm/v1/security/advisories/bulk', {'@%s/%s' % (m.noun(), m.noun()): ['%d.%d.1' % (m.num(), m.num())],
            m.slug(): ['>=1.0.0 <2', '^3.1 || ~2.0']}, m.tool()), lambda: m.get('/maven2/org/%s/%s/maven-metadata.xml' % (m.noun(), m.slug()),
            headers=m.tool()), lambda: m.get('/%s/@v/v%d.%d.1-0.20230101000000-%s.info' % (m.host(), m.num(), m.num(), m.hex(12)), headers=m.tool()),
            lambda: m.get('/debian/pool/main/g/g++/lib%s_%d:1.2~rc1+dfsg-1+b1_amd64.deb' % (m.noun(), m.num(1, 9)), headers=[('User-Agent',
            'Debian APT-HTTP/1.3 (2.6.1)'), ('Range', 'bytes=%d-' % m.num())]), lambda: m.get("/api/v2/FindPackagesById()", [('id', "'%s'"
            % m.slug()), ('semVerLevel', '2.0.0'), ('$filter', "IsLatestVersion eq true and Tags eq '%s'" % m.noun())], m.tool()),
            lambda: m.get('/crates/%s/%s/%s' % (m.noun()[:2], m.noun()[:2], m.slug()), headers=m.tool()), lambda: m.get('/p2/%s/%s~dev.json'
            % (m.noun(), m.slug()), headers=m.tool()))()


@hard('npm publish')
def _(m):
    n = m.slug()
    return m.json('/' + n, {'_id': n, 'name': n, 'readme': '# %s\n\n[![build](%s)](%s)\n\n```sh\nnpm install --save %s\n```\n\n%s' % (n, m.url(),
            m.url(), n, m.prose()), 'versions': {'1.0.%d' % m.num(): {'scripts': {'test': 'jest --ci && eslint .',
            'build': 'rm -rf dist && tsc -p .'}, 'dependencies': {m.slug(): '^1.2.3'}, 'bin': './cli.js', 'files': ['dist/**/*.js'],
            'repository': 'git+https://%s/%s.git' % (m.host(), n)}}, '_attachments': {n + '-1.0.0.tgz': {'content_type': 'application/octet-stream',
            'data': 'H4sIAAAAAAAAA' + m.b64(200)}}}, m.tool(), method='PUT')


@kind('object store', weight=2)
def _(m):
    key = '/%s/%s/%s' % (m.ident(), m.date().replace('-', '/'), m.enc(m.pick("%s (%d).pdf" % (m.phrase(), m.num()), m.title() + '.docx',
            'part-%05d-%s.snappy.parquet' % (m.num(), m.uuid()), '%s=%s/%s.json' % (m.noun(), m.date(), m.noun()), "O'Reilly & Sons; final+v2.xlsx")))
    sig = [('X-Amz-Algorithm', 'AWS4-HMAC-SHA256'), ('X-Amz-Credential', 'AKIA%s/20251125/eu-west-1/s3/aws4_request' % m.alnum(16).upper()),
            ('X-Amz-Date', '20251125T101112Z'), ('X-Amz-Expires', 900), ('X-Amz-SignedHeaders', 'host;x-amz-acl'), ('X-Amz-Security-Token',
            m.b64(180)), ('X-Amz-Signature', m.hex(64)), ('response-content-disposition', "attachment; filename=\"%s.pdf\"; filename*=UTF-8''%s.pdf"
            % (m.noun(), m.enc(m.city()))), ('x-id', 'GetObject')]
    auth = ('Authorization',
            'AWS4-HMAC-SHA256 Credential=AKIA%s/20251125/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date'
            ', Signature=%s' % (m.alnum(16).upper(), m.hex(64)))
    return m.pick(lambda: m.get(key, sig), lambda: m.get('/' + m.noun(), [('list-type', 2), ('prefix', '%s/%s=' % (m.noun(), m.noun())), ('delimiter',
            '/'), ('continuation-token', m.b64(60)), ('encoding-type', 'url')], m.tool(auth)), lambda: m.text(key + '?uploads', '',
            'application/octet-stream', m.tool(auth, ('x-amz-meta-title', m.slug()))), lambda: m.text(key.rsplit('/', 1)[0] + '?delete',
            '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>%s/%s.txt</Key></Object><Quiet>true</Quiet></Delete>' % (m.noun(),
            m.slug()), 'application/xml', m.tool(auth, ('Content-MD5', m.b64(16)))), lambda: m.multipart('/' + m.noun(), [('key',
            'uploads/${filename}'), ('policy', m.blob({'expiration': m.iso(), 'conditions': [['starts-with', '$key', 'uploads/'], {'acl': 'private'},
            ['content-length-range', 0, 1048576]]})), ('x-amz-signature', m.hex(64)), ('file', m.slug() + '.txt', 'text/plain', m.prose())]),
            lambda: m.get('/%s/%s.jpg' % (m.noun(), m.slug()), [('sv', '2022-11-02'), ('st', m.iso()), ('se', m.iso()), ('sr', 'b'), ('sp', 'racwdl'),
            ('sip', '%s-%s' % (m.ip(), m.ip())), ('spr', 'https,http'), ('sig', m.b64(32)), ('comp', 'blocklist'), ('rscd',
            'attachment; filename=x')]))()


@kind('aws query api')
def _(m):
    return m.pick(lambda: m.form('/', [('Action', m.pick('DescribeInstances', 'SendMessage', 'AssumeRole')), ('Version', '2016-11-15'),
            ('Filter.1.Name', 'tag:%s' % m.noun()), ('Filter.1.Value.1', m.noun() + '*'), ('MessageBody', json.dumps({'text': m.sentence()})),
            ('RoleArn', 'arn:aws:iam::%d:role/%s' % (m.num(), m.noun())), ('Policy', json.dumps({'Version': '2012-10-17',
            'Statement': [{'Effect': 'Allow', 'Action': ['s3:*', 'sqs:SendMessage'], 'Resource': 'arn:aws:s3:::%s/${aws:username}/*' % m.noun(),
            'Condition': {'StringLike': {'aws:PrincipalArn': '*'}}}]}))], m.tool()), lambda: m.json('/', {'TableName': m.noun(),
            'KeyConditionExpression': '#pk = :pk AND begins_with(#sk, :sk)', 'FilterExpression': 'attribute_not_exists(%s) OR %s < :n' % (m.var(),
            m.var()), 'UpdateExpression': 'SET #a = if_not_exists(#a, :zero) + :one REMOVE %s' % m.var(), 'ExpressionAttributeNames': {'#pk': 'pk'},
            'ExpressionAttributeValues': {':pk': {'S': 'USER#%s' % m.mail()}, ':n': {'N': str(m.num())}}}, m.tool(('X-Amz-Target',
            'DynamoDB_20120810.Query')), 'application/x-amz-json-1.0'), lambda: m.json('/', {'logGroupName': '/aws/lambda/' + m.ident(),
            'filterPattern': '{ ($.errorCode = "*Unauthorized*") || ($.status >= 500) }', 'startTime': m.epoch()}, m.tool(),
            'application/x-amz-json-1.1'))()


@hard('log analytics queries')
def _(m):
    return m.pick(lambda: m.json('/',
            {'queryString': 'fields @timestamp, @message | filter @message like /(?i)%s/ and status > 499 | stats count(*) as n by bin(5m) | sort n desc'
            ' | limit 20' % m.noun()}, m.tool(), 'application/x-amz-json-1.1'), lambda: m.json('/v1/workspaces/%s/query' % m.uuid(),
            {'query': 'AppRequests | where TimeGenerated > ago(1h) and ResultCode !startswith "2" | summarize count() by bin(TimeGenerated, 5m)'
            ', Name | top 10 by count_ desc | extend x = extract(@"id=(\\d+)", 1, Url)'}, m.tool()), lambda: m.form('/services/search/jobs',
            [('search', 'search index=%s sourcetype=access_combined status>=500 | rex field=uri "^/(?<app>[^/]+)" | eval kb=round(bytes/1024,2) |'
            ' where like(app, "%s%%") | stats count by app | sort -count' % (m.noun(), m.noun())), ('earliest_time', '-24h@h')], m.tool()))()


@kind('webdav and caldav', weight=2)
def _(m):
    p = '/remote.php/dav/%s/%s/%s/' % (m.pick('calendars', 'files', 'addressbooks/users'), m.noun(), m.enc(m.phrase()))
    ics = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//%s//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTART;TZID=Europe/Berlin:20251201T0%d0000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261231T000000Z\r\nSUMMARY:%s\r\nDESCRIPTION:%s\r\nATTENDEE;CN="%s";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION:mailto:%s\r\nLOCATION:%s\\, %s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' % (m.company(),
            m.uuid(), m.num(0, 9), m.title().replace('\n', ' '), m.prose(1, 3).replace('\n', '\\n').replace(',', '\\,').replace(';', '\\;'), m.name(),
            m.mail(), m.street(), m.city())
    vcf = 'BEGIN:VCARD\r\nVERSION:3.0\r\nN:%s;%s;;Dr.;\r\nFN:%s\r\nORG:%s;R&D\r\nTEL;TYPE=CELL,VOICE:%s\r\nADR;TYPE=HOME:;;%s;%s;;%d;Germany\r\nNOTE:%s\r\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRg%s\r\nEND:VCARD\r\n' % (m.name().split()[1],
            m.name().split()[0], m.name(), m.company(), m.phone(), m.street(), m.city(), m.num(10000, 99999), m.sentence().replace('\n', '\\n'),
            m.b64(90))
    return m.pick(lambda: m.send('PROPFIND', p, m.tool(('Depth', '1'), ('Content-Type', 'application/xml; charset=utf-8')),
            '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><d:getetag/><oc:size/><d:resourcetype/>'
            '</d:prop></d:propfind>'), lambda: m.send('REPORT', p, m.tool(('Depth', '1'), ('Content-Type', 'text/xml')),
            '<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><c:calendar-data/></d:prop><c:filter><c:comp-filter'
            ' name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="20251101T000000Z" end="20251201T000000Z"/><c:prop-filter'
            ' name="SUMMARY"><c:text-match>%s</c:text-match></c:prop-filter></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>'
            % m.noun()), lambda: m.send('PUT', p + m.uuid() + '.ics', m.tool(('Content-Type', 'text/calendar; charset=utf-8'), ('If-None-Match',
            '*')), ics), lambda: m.send('PUT', p + m.uuid() + '.vcf', m.tool(('Content-Type', 'text/vcard')), vcf), lambda: m.send(m.pick('MOVE',
            'COPY'), p + m.enc(m.title()), m.tool(('Destination', 'https://%s%s%s' % (m.host(), p, m.enc(m.title()))), ('Overwrite', 'F'))),
            lambda: m.send('LOCK', p, m.tool(('Timeout', 'Second-3600')),
            '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:owner><D:href>%s</D:href></D:owner>'
            '</D:lockinfo>' % m.mail()), lambda: m.send('DELETE', p + m.enc(m.title()), m.tool(('If', '(<opaquelocktoken:%s>)' % m.uuid()))))()


@kind('acme')
def _(m):
    b = lambda v: base64.urlsafe_b64encode(json.dumps(v).encode()).decode().rstrip('=')
    return m.json('/acme/' + m.pick('new-order', 'new-acct', 'authz/%d' % m.num()), {'protected': b({'alg': 'RS256', 'kid': 'https://%s/acme/acct/%d'
            % (m.host(), m.num()), 'nonce': m.b64url(32), 'url': m.url()}), 'payload': b({'identifiers': [{'type': 'dns',
            'value': '*.' + m.host()}]}), 'signature': m.b64url(256)}, m.tool(),
            'application/jose+json') if m.chance(0.6) else m.get('/.well-known/acme-challenge/' + m.b64url(32), headers=m.tool())


@kind('dns over https')
def _(m):
    name = b''.join(bytes([len(x)]) + x.encode() for x in m.host().split('.')) + b'\0\0\x01\0\x01'
    msg = m.bytes(2) + b'\x01\0\0\x01\0\0\0\0\0\0' + name
    return m.pick(lambda: m.get('/dns-query', [('dns', base64.urlsafe_b64encode(msg).decode().rstrip('='))], m.tool(('Accept',
            'application/dns-message'))), lambda: m.text('/dns-query', msg, 'application/dns-message', m.tool()), lambda: m.get('/resolve', [('name',
            m.host()), ('type', m.pick('AAAA', '65', 'TXT')), ('do', 'true'), ('edns_client_subnet', m.ip() + '/24')], m.tool(('Accept',
            'application/dns-json'))))()


@kind('matrix and chat')
def _(m):
    room = m.enc('!%s:%s' % (m.alnum(18), m.host()))
    return m.pick(lambda: m.json('/_matrix/client/v3/rooms/%s/send/m.room.message/m%d.%d' % (room, m.epoch(), m.num()), {'msgtype': 'm.text',
            'body': m.prose(1, 2), 'format': 'org.matrix.custom.html',
            'formatted_body': '<mx-reply><blockquote><a href="https://matrix.to/#/%s/$%s">In reply to</a> <a href="https://matrix.to/#/@%s:%s">%s</a><br>%s'
            '</blockquote></mx-reply><strong>%s</strong>' % (room, m.b64url(32), m.noun(), m.host(), m.name(), m.phrase(), m.phrase()),
            'm.relates_to': {'m.in_reply_to': {'event_id': '$' + m.b64url(32)}}}, m.tool(), method='PUT'), lambda: m.get('/_matrix/client/v3/sync',
            [('filter', json.dumps({'room': {'timeline': {'limit': 20}, 'state': {'lazy_load_members': True}}})), ('timeout', 30000), ('since',
            's%d_%d_%d' % (m.num(), m.num(), m.num()))], m.tool()), lambda: m.json('/api/v4/posts', {'channel_id': m.alnum(26).lower(),
            'message': m.prose(1, 3), 'file_ids': [], 'props': {'disable_group_highlight': True}}), lambda: m.json('/method.call/sendMessage',
            {'message': json.dumps({'msg': 'method', 'id': '7', 'method': 'sendMessage', 'params': [{'rid': 'GENERAL', 'msg': m.sentence()}]})}))()


@kind('activitypub')
def _(m):
    actor = 'https://%s/users/%s' % (m.host(), m.noun())
    return m.pick(lambda: m.json('/users/%s/inbox' % m.noun(), {'@context': ['https://www.w3.org/ns/activitystreams',
            {'ostatus': 'http://ostatus.org#', 'sensitive': 'as:sensitive', 'toot': 'http://joinmastodon.org/ns#'}],
            'id': actor + '/statuses/%d/activity' % m.num(), 'type': 'Create', 'actor': actor, 'to': ['https://www.w3.org/ns/activitystreams#Public'],
            'object': {'type': 'Note', 'summary': None,
            'content': '<p><span class="h-card" translate="no"><a href="%s" class="u-url mention">@<span>%s</span></a></span> %s</p>' % (m.url(),
            m.noun(), m.sentence().replace('&', '&amp;').replace('<', '&lt;')), 'contentMap': {'en': '<p>x</p>'}, 'attachment': [],
            'tag': [{'type': 'Emoji', 'name': ':%s:' % m.noun()}]}, 'signature': {'type': 'RsaSignature2017', 'signatureValue': m.b64(256)}},
            [('User-Agent', 'http.rb/5.1.1 (Mastodon/4.2.%d; +https://%s/)' % (m.num(), m.host())), ('Signature',
            'keyId="%s#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest content-type",signature="%s"' % (actor,
            m.b64(256))), ('Digest', 'SHA-256=' + m.b64(32)), ('Date', 'Tue, 25 Nov 2025 10:00:00 GMT')], 'application/activity+json'),
            lambda: m.get('/.well-known/webfinger', [('resource', 'acct:%s@%s' % (m.noun(), m.host()))], m.tool(('Accept',
            'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'))), lambda: m.form('/api/v1/statuses', [('status', m.prose(1, 2)),
            ('visibility', 'public'), ('spoiler_text', 'cw: %s' % m.noun()), ('media_ids[]', m.num())]))()


@kind('atproto and push')
def _(m):
    return m.pick(lambda: m.json('/xrpc/com.atproto.repo.createRecord', {'repo': 'did:plc:' + m.alnum(24).lower(), 'collection': 'app.bsky.feed.post',
            'record': {'$type': 'app.bsky.feed.post', 'text': m.sentence(), 'facets': [{'index': {'byteStart': 0, 'byteEnd': 9},
            'features': [{'$type': 'app.bsky.richtext.facet#link', 'uri': m.url()}]}], 'createdAt': m.iso(), 'langs': ['en']}}),
            lambda: m.get('/xrpc/app.bsky.feed.getTimeline', [('cursor', '%d::%s' % (m.epoch(), m.alnum(40))), ('limit', 30)]),
            lambda: m.json('/push/register', {'endpoint': 'https://fcm.googleapis.com/fcm/send/%s:APA91b%s' % (m.b64url(9), m.b64url(90)),
            'expirationTime': None, 'keys': {'p256dh': 'B' + m.b64url(64), 'auth': m.b64url(16)}}))()


@kind('nextcloud and files')
def _(m):
    return m.pick(lambda: m.get('/ocs/v2.php/search/providers/files/search', [('term', m.search()), ('from', '/apps/files/?dir=/%s&fileid=%d'
            % (m.phrase(), m.num())), ('cursor', m.num()), ('format', 'json')]), lambda: m.form('/ocs/v2.php/apps/files_sharing/api/v1/shares',
            [('path', '/%s/%s.odt' % (m.phrase(), m.title())), ('shareType', 3), ('permissions', m.num(1, 31)), ('expireDate', m.date()), ('note',
            m.sentence()), ('attributes', '[]')]), lambda: m.get('/index.php/core/preview', [('fileId', m.num()), ('x', 256), ('y', 256), ('a',
            'true'), ('file', '/%s/IMG_%d (1).HEIC' % (m.phrase(), m.num())), ('c', m.hex(13)), ('mimeFallback', 'true')]),
            lambda: m.multipart('/api/files', [('path', '/home/%s/%s' % (m.noun(), m.noun())), ('file', "%s's %s – final (v%d).pdf" % (m.noun(),
            m.title().replace('\n', ' '), m.num()), 'application/pdf', b'%PDF-1.7\n' + m.bytes(300))]))()


@kind('home automation and media')
def _(m):
    return m.pick(lambda: m.json('/api/services/light/turn_on', {'entity_id': 'light.%s' % m.var(), 'brightness_pct': m.num(0, 100),
            'rgb_color': [m.num(0, 255)] * 3}, m.tool(('Authorization', 'Bearer ' + m.jwt()))), lambda: m.get('/:/timeline', [('ratingKey', m.num()),
            ('key', '/library/metadata/%d' % m.num()), ('state', 'playing'), ('time', m.num()), ('X-Plex-Client-Identifier', m.alnum(24)),
            ('X-Plex-Product', 'Plex Web'), ('X-Plex-Device-Name', "%s's TV" % m.noun()), ('X-Plex-Features',
            'external-media,indirect-media,hub-style-list')]), lambda: m.get('/Items', [('SearchTerm', m.search()), ('IncludeItemTypes',
            'Movie,Series'), ('Fields', 'PrimaryImageAspectRatio,Path'), ('api_key', m.hex(32))]), lambda: m.get('/cm', [('user', 'admin'),
            ('password', m.alnum(8)), ('cmnd', m.pick('Power TOGGLE', 'Status 0', 'Backlog Delay 5; Power1 ON',
            'Rule1 ON Switch1#State DO Power TOGGLE ENDON'))], m.tool()), lambda: m.get('/api/%s/lights' % m.b64url(30), headers=m.tool()),
            lambda: m.text('/data/upload', 'ID=%s&PASSWORD=%s&dateutc=%s&tempf=%s&baromin=%s&softwaretype=GW1000_V1.%d&action=updateraw' % (m.noun(),
            m.alnum(8), m.enc(m.date() + ' 10:11:12'), m.real(), m.real(), m.num()), 'application/x-www-form-urlencoded', m.tool()),
            lambda: m.text('/upnp/control/AVTransport',
            '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:SetAVTransportURI xmlns:u="urn:schemas-upnp-org:service:AVTransport:1">'
            '<CurrentURI>http://192.168.1.%d:8200/MediaItems/%d.mp3</CurrentURI><CurrentURIMetaData>&lt;DIDL-Lite xmlns="urn:schemas-upnp-org:metadata-1-0/DIDL-Lite/"'
            '&gt;&lt;item id="%d"&gt;&lt;dc:title&gt;%s&lt;/dc:title&gt;&lt;/item&gt;&lt;/DIDL-Lite&gt;</CurrentURIMetaData></u:SetAVTransportURI>'
            '</s:Body></s:Envelope>' % (m.num(1, 254), m.num(), m.num(), m.noun()), 'text/xml; charset="utf-8"', m.tool(('SOAPACTION',
            '"urn:schemas-upnp-org:service:AVTransport:1#SetAVTransportURI"'))))()


@kind('iot telemetry')
def _(m):
    return m.pick(lambda: m.text('/ingest', '\n'.join('%d;%s;%s;%s' % (m.now, m.real(), m.real(), m.pick('OK', 'ERR 0x%s'
            % m.hex(4))) for _ in range(9)), 'text/csv', m.tool()), lambda: m.text('/owntracks', m.dumps({'_type': 'location', 'lat': m.real(),
            'lon': m.real(), 'tid': 'ne', 'inregions': [m.phrase()], 'SSID': m.pick("%s's WLAN" % m.noun(), 'Pretty Fly for a Wi-Fi',
            "drop it like it's hot-spot", 'FRITZ!Box %d' % m.num())}), 'application/json', m.tool()), lambda: m.text('/v1/traces',
            b'\n\x9a\x01' + m.bytes(150), 'application/x-protobuf', m.tool()), lambda: m.json('/v1/traces',
            {'resourceSpans': [{'resource': {'attributes': [{'key': 'process.command_line',
            'value': {'stringValue': '/usr/bin/java -Xmx512m -jar /app/%s.jar' % m.noun()}}]}, 'scopeSpans': [{'spans': [{'traceId': m.hex(32),
            'name': 'GET /%s/:id' % m.noun(), 'attributes': [{'key': 'http.target', 'value': {'stringValue': m.path()}}]}]}]}]}, m.tool()),
            lambda: m.get('/update', [('api_key', m.alnum(16).upper())] + [('field%d' % i, m.real()) for i in range(1, 5)], m.tool()))()


@kind('logs shipped', weight=2)
def _(m):
    line = lambda: m.pick('%s %s %s[%d]: %s' % (m.date(), m.noun(), m.noun(), m.num(), m.sentence()),
            '%s - - [25/Nov/2025:10:11:12 +0000] "GET %s HTTP/1.1" 200 %d "%s" "%s"' % (m.ip(), m.path(), m.num(), m.url(), m.agent()),
            'level=info ts=%s caller=%s.go:%d msg="%s" err="dial tcp %s:%d: connect: connection refused"' % (m.iso(), m.noun(), m.num(), m.phrase(),
            m.ip(), m.num()), '[%s] ERROR (%s/%d): %s' % (m.iso(), m.noun(), m.num(), m.sentence()), 'I1125 10:11:12.%d %d %s.go:%d] "%s" pod="%s/%s"'
            % (m.num(), m.num(), m.noun(), m.num(), m.phrase(), m.noun(), m.slug()),
            'CRON[%d]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)' % m.num(),
            'sshd[%d]: Failed password for invalid user %s from %s port %d ssh2' % (m.num(), m.noun(), m.ip(), m.num()),
            'kernel: [%s] %s: segfault at %s ip %s sp %s error 4 in libc-2.31.so' % (m.real(), m.noun(), m.hex(8), m.hex(16), m.hex(16)),
            'sudo: %s : TTY=pts/0 ; PWD=/home/%s ; USER=root ; COMMAND=/usr/bin/systemctl restart %s' % (m.noun(), m.noun(), m.noun()))
    return m.pick(lambda: m.json('/loki/api/v1/push', {'streams': [{'stream': {'app': m.noun()}, 'values': [['%d000000' % m.epoch(),
            line()] for _ in range(m.num(1, 6))]}]}, m.tool()), lambda: m.text('/_bulk', ''.join(json.dumps(x) + '\n' for _ in range(m.num(1,
            5)) for x in ({'index': {'_index': 'logs-' + m.date()}}, {'@timestamp': m.iso(), 'message': line(), 'host': {'name': m.noun()}})),
            'application/x-ndjson', m.tool()), lambda: m.text('/services/collector/event', ''.join(json.dumps({'event': line(),
            'sourcetype': m.noun()}) for _ in range(3)), 'application/json', m.tool(('Authorization', 'Splunk ' + m.uuid()))), lambda: m.text('/logs',
            '\n'.join(m.some(line, 2, 9)), 'text/plain', m.tool()))()


@hard('stack traces')
def _(m):
    t = m.pick('Traceback (most recent call last):\n  File "/usr/lib/python3/dist-packages/%s/core.py", line %d, in %s\n    raise ValueError'
            '("%s")\n  File "<string>", line 1, in <module>\nsqlalchemy.exc.ProgrammingError: (psycopg2.errors.UndefinedTable) relation'
            ' "%s" does not exist\nLINE 1: SELECT count(*) FROM %s WHERE id = %d\n' % (m.noun(), m.num(), m.var(), m.phrase(), m.noun(), m.noun(),
            m.num()),
            'java.lang.IllegalStateException: %s\n\tat org.%s.%s.run(%s.java:%d)\n\tat java.base/java.lang.reflect.Method.invoke(Method.java:566)\n\tat'
            ' java.base/java.lang.Thread.run(Thread.java:829)\nCaused by: java.sql.SQLSyntaxErrorException: ORA-00942: table or view does'
            ' not exist\n\t... 23 more' % (m.sentence(), m.noun(), m.noun().title(), m.noun().title(), m.num()),
            "PHP Fatal error:  Uncaught PDOException: SQLSTATE[42S02]: Base table or view not found: 1146 Table '%s.%s' doesn't exist"
            " in /var/www/html/%s.php:%d\nStack trace:\n#0 /var/www/html/%s.php(%d): PDO->query('SELECT * FROM %s')\n#1 {main}" % (m.noun(), m.noun(),
            m.noun(), m.num(), m.noun(), m.num(), m.noun()),
            'System.NullReferenceException: Object reference not set to an instance of an object.\r\n   at %s.Controllers.%sController.'
            '<Index>d__5.MoveNext() in C:\\src\\%s\\%s.cs:line %d\r\n' % (m.noun(), m.noun(), m.noun(), m.noun(), m.num()),
            'goroutine %d [running]:\nmain.%s(0xc000%s, 0x%d)\n\t/go/src/%s/main.go:%d +0x1d\nexit status 2' % (m.num(), m.var(), m.hex(6), m.num(),
            m.noun(), m.num()))
    return m.json('/api/errors', {'message': t.split('\n')[0], 'stack': t, 'app': m.noun()}, m.tool()) if m.chance(0.6) else m.form('/report',
            [('log', t), ('comment', m.sentence())])


@hard('pipelines and configuration')
def _(m):
    y = m.pick('stages: [build, test]\nbuild:\n  image: %s:%d\n  script:\n    - apt-get update && apt-get install -y %s\n    - make -j4 '
            '&& ./run.sh "$CI_COMMIT_SHA"\n  only: [main]\n' % (m.noun(), m.num(), m.noun()),
            'on: {push: {branches: [main]}}\njobs:\n  %s:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n'
            '      - run: npm ci && npm test\n        env: {TOKEN: "${{ secrets.%s }}"}\n' % (m.noun(), m.noun().upper()),
            'FROM %s:%d-alpine\nRUN apk add --no-cache curl && rm -rf /var/cache/apk/*\nCOPY --chown=app . /app\nCMD ["node", "server.js"]\n'
            % (m.noun(), m.num()),
            'resource "aws_instance" "%s" {\n  ami = "${data.aws_ami.x.id}"\n  user_data = <<-EOF\n    #!/bin/bash\n    yum install -y'
            ' %s\n  EOF\n}\n' % (m.noun(), m.noun()),
            '- hosts: %s\n  tasks:\n    - name: %s\n      shell: systemctl restart {{ service }} && sleep 5\n      when: ansible_os_family'
            ' == "Debian"\n' % (m.noun(), m.phrase()), '*/5 * * * * root /usr/local/bin/%s --quiet >> /var/log/%s.log 2>&1\n' % (m.noun(), m.noun()),
            'RewriteEngine On\nRewriteCond %%{REQUEST_FILENAME} !-f\nRewriteRule ^(.*)$ index.php?q=$1 [L,QSA]\n# %s\n' % m.phrase(),
            'pipeline {\n  agent any\n  stages { stage("%s") { steps { sh "./gradlew %s --info" } } }\n}\n' % (m.noun(), m.verb()))
    return m.pick(lambda: m.json('/api/v4/projects/%d/repository/files/%s' % (m.num(), m.enc('.gitlab-ci.yml')), {'branch': 'main', 'content': y,
            'commit_message': m.sentence()}, m.tool(), method='PUT'), lambda: m.form('/%s/edit/main/file.yml' % m.noun(), [('value', y), ('message',
            m.title()), ('commit', m.hex(40))]), lambda: m.text('/api/lint', y, 'application/yaml', m.tool()))()


@kind('crawlers and probes of monitors')
def _(m):
    return m.send(m.pick('GET', 'HEAD', 'OPTIONS'), m.pick('/', '/healthz', '/status?full', '/ping', '/robots.txt', '/feed/', '/server-status?auto',
            '/metrics', '/actuator/health', '/api/health/live', '/-/ready'), [('User-Agent', m.pick('ELB-HealthChecker/2.0', 'kube-probe/1.28',
            'GoogleHC/1.0', 'Blackbox Exporter/0.24.0', 'Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)', 'UptimeRobot/2.0',
            'check_http/v2.3.1 (monitoring-plugins 2.3.1)', 'Prometheus/2.4%d.0' % m.num(),
            'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)', 'Feedly/1.0 (+http://www.feedly.com/fetcher.html; 7 subscribers)',
            'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'WhatsApp/2.23.20.0', 'CCBot/2.0 (https://commoncrawl.org/faq/)',
            'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)', 'Zabbix', 'Java/1.8.0_191',
            'GuzzleHttp/6.5.5 curl/7.64.0 PHP/7.3.31')), ('Accept', '*/*'), ('Connection', 'close')])


@kind('proxies and hops')
def _(m):
    return m.get(m.path(), headers=m.browser() + [('X-Forwarded-For', '%s, 10.0.%d.%d, 127.0.0.1' % (m.ip(), m.num(0, 255), m.num(0, 255))),
            ('Forwarded', 'for=%s;proto=https;by="[2001:db8::%s]:443"' % (m.ip(), m.hex(4))), ('Via', '1.1 varnish (Varnish/6.0), HTTP/2 CloudFront'),
            ('X-Amz-Cf-Id', m.b64(40)), ('CF-Ray', m.hex(16) + '-FRA'), ('CF-Visitor', '{"scheme":"https"}'), ('CDN-Loop', 'cloudflare'),
            ('traceparent', '00-%s-%s-01' % (m.hex(32), m.hex(16))), ('tracestate', '%s=s:1;p:%s,dd=t.dm:-1' % (m.noun(), m.hex(16))), ('baggage',
            'sentry-trace_id=%s,sentry-transaction=%s' % (m.hex(32), m.enc('/%s/[id]' % m.noun()))), ('X-Original-URL', m.path()),
            ('X-Envoy-Peer-Metadata', m.b64(90)), ('X-Datadog-Tags', '_dd.p.tid=%s' % m.hex(16)), ('Range', 'bytes=0-1,%d-' % m.num()),
            ('Max-Forwards', '10'), ('X-Real-IP', m.ip())])


@kind('soa clients of mail and office')
def _(m):
    return m.pick(lambda: m.text('/autodiscover/autodiscover.xml',
            '<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">'
            '<Request><EMailAddress>%s</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a'
            '</AcceptableResponseSchema></Request></Autodiscover>' % m.mail(), 'text/xml', m.tool()),
            lambda: m.text('/Microsoft-Server-ActiveSync?Cmd=Sync&User=%s&DeviceId=%s&DeviceType=iPhone' % (m.enc('CORP\\' + m.noun()), m.hex(32)),
            b'\x03\x01j\0' + m.bytes(60), 'application/vnd.ms-sync.wbxml', m.tool(('MS-ASProtocolVersion', '16.1'))),
            lambda: m.json('/v1.0/me/sendMail', {'message': {'subject': m.title(), 'body': {'contentType': 'HTML', 'content': '<p>%s</p>'
            % m.sentence()}, 'toRecipients': [{'emailAddress': {'address': m.mail(), 'name': m.name()}}]}}, m.tool()), lambda: m.json('/jmap/api',
            {'using': ['urn:ietf:params:jmap:core'], 'methodCalls': [['Email/query', {'filter': {'operator': 'OR',
            'conditions': [{'text': m.search()}]}, 'sort': [{'property': 'receivedAt', 'isAscending': False}]}, '0'], ['Email/get',
            {'#ids': {'resultOf': '0', 'name': 'Email/query', 'path': '/ids'}}, '1']]}, m.tool()),
            lambda: m.form('/owa/service.svc?action=FindConversation&EP=1', [('a', '1')]))()
