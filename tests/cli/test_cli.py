"""What a user sees of the command line: help, errors with a reason and a next step, exit codes."""
import json, os, socket, subprocess, tempfile

from commands import MERLON, commands, run_tests

GOOD = 'apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: a}\nspec: {mode: shadow}\n'
UP = ['--upstream', '127.0.0.1:1']


def run(*args, stdin=b'', cwd=None):
    p = subprocess.run([MERLON, *args], input=stdin, capture_output=True, timeout=20, cwd=cwd)
    return p.returncode, p.stdout.decode(), p.stderr.decode()


def expect(args, code, *texts, **kw):
    rc, out, err = run(*args, **kw)
    for text in texts:
        assert text in out + err, '%s: no %r in\n%s%s' % (args, text, out, err)
    assert rc == code, '%s: exit %d, not %d\n%s%s' % (args, rc, code, out, err)
    return out, err


def test_help_goes_to_standard_output_and_wide_terminals_are_not_needed():
    texts = [expect(['help'], 0)[0], expect(['--help'], 0)[0]]
    for c in commands():
        out, err = expect([c, '--help'], 0, 'usage: merlon ' + c)
        assert err == '' and out == expect(['help', c], 0)[0]
        assert c in texts[0]
        texts.append(out)
    for text in texts:
        for line in text.splitlines():
            assert len(line) <= 100, line


def test_no_command_is_a_usage_error():
    rc, out, err = run()
    assert rc == 2 and out == '' and 'usage: merlon COMMAND' in err
    expect(['prox'], 2, 'no command "prox"', 'did you mean proxy?')
    expect(['help', 'nosuch'], 2, 'no command "nosuch"')


def test_a_wrong_option_names_the_right_one():
    expect(['proxy', '--listn', 'x'], 2, 'merlon proxy: ', 'did you mean --listen?', 'try: merlon proxy --help')
    expect(['proxy', '--listen'], 2, '--listen needs a value')
    expect(['check', '--polcy=x', '-'], 2, 'did you mean --policy?')
    expect(['lint', '--explian'], 2, 'did you mean --explain?')
    expect(['demo', '--kep'], 2, 'did you mean --keep?')


def test_what_is_missing_is_said():
    expect(['proxy', '--listen', '127.0.0.1:1'], 2, '--upstream ADDR:PORT is missing')
    expect(['proxy', *UP], 2, '--listen ADDR:PORT is missing')
    expect(['lint'], 2, 'no FILE given')
    expect(['check'], 2, 'no FILE given')


def test_without_a_defender_the_reason_is_said():
    with tempfile.TemporaryDirectory() as d:
        for c in ('apps', 'status'):
            expect([c, '--state-dir', d], 3, 'No such file or directory', 'is `merlon defender` running')
            expect([c, 'x'], 2, 'it takes no arguments')
        expect(['status', '--ready', '--state-dir', d], 3, 'No such file or directory')
        expect(['apps', '--ready'], 2, '--ready is an option of merlon status')


def test_wrong_values():
    expect(['proxy', '--upstream', 'localhost:80'], 2, 'names are not looked up', 'found "localhost:80"')
    expect(['proxy', '--workers', '0'], 2, 'expected a number from 1 to 64, found "0"')
    for command in 'proxy', 'defender':
        expect([command, '--log-level', 'loud'], 2, 'expected debug, info, warn or error')
    expect(['proxy', '--listen', ':1', *UP, '--tls-cert', 'x'], 2, '--tls-key FILE is missing')
    expect(['proxy', '--listen', UP[1], *UP], 2, '--listen and --upstream are the same address')


def test_environment():
    with socket.create_server(('127.0.0.1', 0)) as s:
        at = '127.0.0.1:%d' % s.getsockname()[1]
        expect(['proxy', '--listen', at, *UP], 3, at, 'another program uses this port')
    expect(['proxy', '--listen', '192.0.2.1:80', *UP], 3, 'this machine has no such address')
    with tempfile.TemporaryDirectory() as d:
        expect(['proxy', '--listen', '127.0.0.1:0', *UP], 2)
        missing = os.path.join(d, 'no.yaml')
        out, err = expect(['proxy', '--listen', '127.0.0.1:2', *UP, '--policy', missing], 3,
                          missing + ': error: cannot be read: No such file', 'nothing was started')
        expect(['lint', missing], 3, 'No such file')
        expect(['lint', d], 1, d + ': error: there is no *.yaml or *.yml file in this folder')


def test_lint():
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, 'p.yaml')
        def write(text):
            with open(path, 'w') as f:
                f.write(text)
        write(GOOD)
        expect(['lint', path], 0, 'good, 1 rule')
        write(GOOD.replace('shadow', 'shadwo'))
        expect(['lint', path], 1, path + ':4:14: error: spec.mode: expected one of', 'did you mean shadow?')
        write(GOOD.replace('{mode: shadow}', '{protections: {leakage: ban}}'))
        expect(['lint', path], 1, 'ban is not for what an application answers')
        write(GOOD + 'x: [')
        expect(['lint', path], 1, 'this is not YAML')


def test_explain_finds_fields_by_their_end():
    one = expect(['lint', '--explain', 'spec.limits.body_inspect'], 0, 'default: 128KiB')[0]
    assert one == expect(['lint', '--explain', 'body_inspect'], 0)[0]
    expect(['lint', '--explain', 'sqli.union'], 0, 'spec.protections.sqli.subs.union')
    expect(['lint', '--explain', 'body_inspct'], 1, 'did you mean body_inspect?')


def test_check():
    attack = b"GET /?id=1%27%20or%201=1-- HTTP/1.1\r\nHost: a\r\n\r\n"
    expect(['check', '-'], 1, '"action":"prevent"', '"protection":"sqli"', stdin=attack)
    expect(['check', '-'], 0, '"action":"allow"', '"detections":[]', stdin=b'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(['check', '--format', 'xml', '-'], 2, 'raw or jsonl')
    expect(['check', '--format', 'jsonl', '-'], 3, '-:1: expected a JSON object', stdin=b'{}\n')
    expect(['check', '--format', 'jsonl', '/'], 3, 'cannot read /: Is a directory')
    expect(['check', '/nonexistent'], 3, 'cannot open /nonexistent: No such file')
    expect(['check', '--format', 'jsonl', '-'], 3, '-:1: expected a JSON object', stdin=b'\0\n')
    with open('/dev/full', 'wb') as full:
        r = subprocess.run([MERLON, 'check', '-'], input=attack, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert r.returncode == 3 and b'cannot write: No space left' in r.stderr, r


def test_check_tells_custom_rules_of_a_workload():
    request = b'GET /admin HTTP/1.1\r\nHost: a\r\n\r\n'
    rule = GOOD.replace('{mode: shadow}', """
  custom:
    - {id: x, action: prevent, when: '%s'}
""")
    rows = (('workload.image matches /shop/', ['image=a/shop:1'], ['image=a/bank:1']),
            ('workload.labels["tier"] == "web" and not (workload.node == "n2")', ['labels.tier=web', 'node=n1'], ['labels.tier=db', 'node=n1']),
            ('workload.labels.names == "tier"', ['labels.a=', 'labels.tier=x'], ['labels.a=tier']),
            ('workload.namespace == "a=b" and workload.pod == "p" and workload.container == "c"', ['namespace=a=b', 'pod=p', 'container=c'], ['pod=p']),
            ('workload.app_port == 8080', ['app_port=8080'], ['app_port=80']))
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, 'p.yaml')
        for when, yes, no in rows:
            with open(path, 'w') as f:
                f.write(rule % when)
            for given, code in ((yes, 1), (no, 0), ([], 0)):
                options = [x for v in given for x in ('--workload', v)]
                expect(['check', '--policy', path, *options, '-'], code, stdin=request)
        for bad in 'image', 'imag=x', 'labels.=x', 'app_port=', 'app_port=65536', 'app_port=8x':
            expect(['check', '--workload', bad, '-'], 2, '--workload is image=')


def test_check_shows_what_scoring_saw():
    attack = b"GET /?id=1%27%20or%2012=12--%20 HTTP/1.1\r\nHost: a\r\n\r\n"
    out, _ = expect(['check', '--features', '-'], 1, '"values":[', stdin=attack)
    value = [v for v in json.loads(out)['values'] if v.get('name') == 'id'][0]
    assert value['location'] == 'query' and value['views'][0] == {'lane': 'raw', 'text': "0' or 0=0-- "}, value
    assert value['points']['sqli'] >= 30 and value['signals'] and 'raw' in value['model'], value
    expect(['check', '--model', MERLON, '-'], 3, 'is no model of this build', stdin=attack)


def test_doctor_says_what_to_do():
    rc, out, err = run('doctor', '--json')
    checks = {c['check']: c for c in map(json.loads, out.splitlines())}
    assert {'kernel', 'rights', 'interception', 'runtimes'} <= set(checks), checks
    for c in checks.values():
        assert c['health'] == 'ok' or (c['health'] in ('warn', 'bad') and c['advice']), c
    assert rc == ('bad' in [c['health'] for c in checks.values()]), (rc, out)
    assert 'the defender can' in run('doctor')[1]


def test_doctor_reads_files_of_the_machine():
    with tempfile.TemporaryDirectory() as root:
        def put(path, text):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            with open(root + path, 'w') as f:
                f.write(text)

        def look():
            checks = {c['check']: c for c in map(json.loads, run('doctor', '--json', '--root', root)[1].splitlines())}
            return checks['tracking'], checks['runtime files']
        tracking, files = look()
        assert tracking['health'] == files['health'] == 'ok' and 'nothing but' in files['found'], (tracking, files)
        put('/proc/sys/net/netfilter/nf_conntrack_max', '262144\n')
        put('/proc/sys/net/netfilter/nf_conntrack_count', '1000\n')
        put('/etc/docker/daemon.json', '{"userns-remap": "default", "default-runtime": "runc"}')
        put('/etc/containerd/config.toml', '[x]\n  BinaryName = "/var/lib/merlon/hook/runc"\n# BinaryName\n')
        tracking, files = look()
        assert tracking['found'] == '1000 of 262144 connections tracked here' and tracking['health'] == 'ok', tracking
        assert files['health'] == 'ok' and 'user namespaces' in files['found'], files
        put('/proc/sys/net/netfilter/nf_conntrack_count', '250000\n')
        put('/etc/docker/daemon.json', '{"default-runtime": "kata"}')
        put('/etc/containerd/config.toml', '  BinaryName = "/usr/bin/runc"\n')
        tracking, files = look()
        assert tracking['health'] == 'warn' and 'nf_conntrack_max' in tracking['advice'], tracking
        assert files['health'] == 'warn' and 'kata' in files['found'] and 'BinaryName = "/var/lib' in files['advice'], files
        put('/etc/docker/daemon.json', '[1')
        assert 'no JSON' in look()[1]['found']


def test_doctor_says_what_else_confines_programs():
    with tempfile.TemporaryDirectory() as root:
        look = lambda: {c['check']: c for c in map(json.loads, run('doctor', '--json', '--root', root)[1].splitlines())}['confinement']
        assert look()['health'] == 'ok' and look()['found'].startswith('neither'), look()
        for path, text in ('/sys/module/apparmor/parameters/enabled', 'Y\n'), ('/sys/fs/selinux/enforce', '0'):
            os.makedirs(os.path.dirname(root + path))
            with open(root + path, 'w') as f:
                f.write(text)
        assert look()['found'] == 'AppArmor, SELinux, permissive' and look()['health'] == 'ok' and 'unconfined' in look()['advice'], look()
        with open(root + '/sys/fs/selinux/enforce', 'w') as f:
            f.write('1')
        assert look()['found'] == 'AppArmor, SELinux, enforcing' and look()['health'] == 'warn' and 'spc_t' in look()['advice'], look()


def test_the_demo_explains_itself():
    expect(['demo', '--proxy'], 0, 'client --> Merlon', '5 honest requests passed, 6 attacks were blocked.',
           'sent   GET /search?q=%27+UNION+SELECT', 'why    sqli.union', 'why    shellshock.function',
           'correct-horse-battery', 'audit.jsonl', '  field       {"location":"query","name":"q"', '  owasp       "A03:2021"')


def test_the_makefile_helps():
    root = os.environ['MERLON_SOURCE_ROOT']
    out = subprocess.run(['make', '-s', '-C', root, 'help'], capture_output=True, text=True, check=True).stdout
    for target in ['demo', 'test', 'bench', 'eval', 'lint', 'fuzz', 'soak', 'install', 'clean']:
        assert 'make ' + target in out, target


if __name__ == '__main__':
    run_tests(globals())
