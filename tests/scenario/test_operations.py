#!/usr/bin/env python3
"""What docs/user/operations.md promises an operator: stops, logs, audits of state, shadow mode."""
import os, re, signal, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

ATTACK_GET = get("/?id=1'+or+'1'='1")
TWO_LENGTHS = b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'


def states(p):
    return [x for x in map(json.loads, open(p.audit_path)) if x['kind'] == 'state']


def test_a_stop_signal_to_every_process_lets_running_requests_end():
    def reply(head, body):
        time.sleep(1)
        return b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    p = Proxy(Origin(reply).port)
    with p.connect() as c:
        c.send(get('/'))
        time.sleep(0.3)
        for sig in (signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM):
            for pid in p.children('worker') + p.children('courier') + [p.process.pid]:
                os.kill(pid, sig)  # as a service manager does
        assert c.answer()[2] == b'ok'
    assert p.process.wait(10) == 0
    assert 'died' not in p.log(), p.log()


def test_a_dead_application_is_told_in_the_log_once_in_a_while():
    p = Proxy(free_port())
    for _ in range(5):
        status, headers, body = p.ask(get('/'))
        assert status == 502 and headers['x-merlon-source'] == 'merlon'
        assert b'The application refused the connection.' in body
    p.wait_for('level=warn who=worker-0 event=upstream_failed why="The application refused the connection."')
    assert p.log().count('upstream_failed') == 1
    p.stop()


def test_a_file_beside_the_policy_changes_nothing():
    p = Proxy(Origin().port, '  mode: enforce\n')
    for i in range(20):  # a folder that does not rest for longer than a change is waited for
        with open(os.path.join(p.dir, 'other'), 'w') as f:
            f.write(str(i))
        time.sleep(0.05)
    p.write_policy('  mode: shadow\n')
    end = time.time() + 2
    while p.ask(ATTACK_GET)[0] == 403 and time.time() < end:
        with open(os.path.join(p.dir, 'other'), 'w') as f:
            f.write('x')
        time.sleep(0.05)
    assert p.ask(ATTACK_GET)[0] == 200
    assert p.log().count('event=policy_loaded') == 1, p.log()
    p.stop()


def test_a_bad_policy_is_told_by_name_and_changes_nothing():
    p = Proxy(Origin().port, '  mode: enforce\n')
    p.write_policy('  mode: shadwo\n')
    p.wait_for('event=policy_refused policy=%s why="it has errors" kept=old' % p.policy_path)
    assert 'did you mean shadow?' in p.log()
    assert p.ask(ATTACK_GET)[0] == 403
    p.stop()


def test_shadow_mode_passes_attacks_and_refuses_what_cannot_be_framed():
    p = Proxy(Origin().port, '  mode: shadow\n')
    assert p.ask(ATTACK_GET)[0] == 200
    assert p.ask(TWO_LENGTHS)[0] == 400
    seen = {(a['protection'], a['effect'], a['response']['status']) for a in p.audits(2)}
    assert seen == {('sqli', 'alert', 200), ('malformed', 'prevent', 400)}, seen
    p.stop()


def test_audits_of_state_have_a_message_and_nothing_that_is_unknown():
    p = Proxy(Origin().port)
    p.stop()
    first, last = states(p)[0], states(p)[-1]
    assert first['message'] == 'started' and last['message'] == 'stopping'
    for key in ('workload', 'request', 'field', 'client'):
        assert key not in first, first
    assert 'policy' not in first['version']


def test_a_weaker_sandbox_is_a_warning():
    if os.geteuid() != 0:
        return
    cmd = ['setpriv', '--bounding-set', '-sys_admin', '--inh-caps', '-all', MERLON, 'proxy', '--workers', '1',
           '--listen', '127.0.0.1:%d' % free_port(), '--upstream', '127.0.0.1:1']
    p = subprocess.Popen(cmd, stderr=subprocess.PIPE, text=True)
    seen = []
    for line in p.stderr:
        seen.append(line)
        if 'event=worker_sandboxed' in line:
            break
    p.send_signal(signal.SIGTERM)
    assert p.wait(10) == 0
    assert 'level=warn' in seen[-1] and 'net=kept' in seen[-1], seen


ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')


def page():
    with open(os.path.join(ROOT, 'docs', 'user', 'operations.md')) as f:
        return f.read()


def test_the_page_names_every_counter_and_label():
    port = free_port()
    p = Proxy(Origin().port, args=['--metrics', '127.0.0.1:%d' % port, '--audit-syslog', 'udp:127.0.0.1:9'])
    with socket.create_connection(('127.0.0.1', port), 5) as s:
        s.sendall(b'GET /metrics HTTP/1.1\r\nHost: m\r\n\r\n')
        text = b''.join(iter(lambda: s.recv(65536), b'')).decode()
    p.stop()
    rows = {name: line for line in page().splitlines() for name in re.findall(r'`(merlon_\w+)`', line)}
    served = set(re.findall(r'^# TYPE (\w+)', text, re.M))
    assert set(rows) == served, set(rows) ^ served
    for name, labels in re.findall(r'^(\w+)\{(.*)\} ', text, re.M):
        for key, value in re.findall(r'(\w+)="([^"]*)"', labels):
            name = name.removesuffix('_bucket')
            assert '`%s`' % key in rows[name], (name, key)
            assert key in ('protection', 'sub', 'fault', 'le') or value in rows[name], (name, value)


def test_the_page_names_every_log_event_and_no_other():
    events = set()
    for folder in ('node', 'proxy', 'audit'):
        for name in os.listdir(os.path.join(ROOT, 'src', folder)):
            with open(os.path.join(ROOT, 'src', folder, name)) as f:
                code = f.read()
            events |= set(re.findall(r'mln_log[f0]?\([^"]*?MLN_LOG_\w+,\s+"(\w+)"', code))
            events |= set(re.findall(r'mln_sandbox_log\("(\w+)"', code))
            events |= set(re.findall(r'event=(\w+)', code))
            events |= set(re.findall(r'\.failed = "(\w+)"', code))  # what a log file says of itself
    events -= {'attack_report', 'attack_begins', 'attack_sockets'}  # of a test program
    section = page().split('## Log events')[1].split('\n## ')[0]
    named = {e for row in re.findall(r'^\| (`[a-z_`, ]+) \|', section, re.M) for e in re.findall(r'`(\w+)`', row)}
    assert named == events, named ^ events


def test_the_page_names_every_field_of_an_audit():
    p = Proxy(Origin().port)
    p.ask(get("/?id=1'+or+'1'='1", b'User-Agent: x\r\nCookie: a=b\r\n'))
    record = p.audits(1)[0]
    p.stop()
    section = page().split('## Audits')[1].split('\n## ')[0]
    def keys(o):
        for k, v in o.items():
            yield k
            if isinstance(v, dict):
                yield from keys(v)
    missing = [k for k in keys(record) if '`%s`' % k not in section]
    assert not missing, missing


if __name__ == '__main__':
    run(globals())
