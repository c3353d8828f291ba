#!/usr/bin/env python3
"""Lists of networks from files: large ones, changes without a change of the policy, broken ones."""
import os, random, subprocess, sys, tempfile, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

POLICY = """  access: {deny: [evil], trusted_proxies: ["127.0.0.1"]}
---
apiVersion: merlon.dev/v1
kind: NetworkList
metadata: {name: evil}
spec: {file: evil.txt}
"""
PREFIXES = int(os.environ.get('MERLON_LIST_PREFIXES', '100000'))


def wait_until(is_so, seconds=30):
    end = time.time() + seconds
    while not is_so():
        assert time.time() < end
        time.sleep(0.02)


def start(lines, workers=1):
    class Listed(Proxy):
        def write_policy(self, spec):  # both are there before the first start
            put(self, lines)
            super().write_policy(spec)
    return Listed(Origin().port, POLICY, workers=workers)


def put(p, lines):
    path = os.path.join(p.dir, 'evil.txt')
    with open(path + '.tmp', 'w') as f:
        f.write(''.join(x + '\n' for x in lines))
    os.rename(path + '.tmp', path)


def status(p, client):
    return p.ask(get('/', b'X-Forwarded-For: %s\r\n' % client.encode()))[0]


def test_a_changed_file_is_used_without_a_change_of_the_policy():
    p = start(['203.0.113.0/24', '2001:db8::/32'], workers=2)
    assert status(p, '203.0.113.7') == 403 and status(p, '2001:db8::1') == 403
    assert status(p, '198.51.100.1') == 200
    revision = p.audits(2, 30)[0]['version']['policy']
    put(p, ['198.51.100.0/24'])
    p.wait_for('event=lists_loaded networks=1')
    # each worker takes it at its next turn
    wait_until(lambda: [status(p, '198.51.100.1') for _ in range(8)] == [403] * 8)
    wait_until(lambda: [status(p, '203.0.113.7') for _ in range(8)] == [200] * 8)
    assert p.audits(3, 30)[-1]['version']['policy'] == revision
    assert 'policy_loaded' not in p.log(), p.log()
    p.stop()


def test_a_broken_file_changes_nothing_and_says_so():
    p = start(['203.0.113.0/24'])
    put(p, ['198.51.100.0/24', '198.51.100.0/33'])
    p.wait_for('evil.txt:2:1: error: NetworkList evil: expected an address, a CIDR or a range')
    p.wait_for('event=policy_refused')
    assert status(p, '203.0.113.7') == 403 and status(p, '198.51.100.1') == 200
    put(p, ['198.51.100.0/24'])
    p.wait_for('event=lists_loaded')
    wait_until(lambda: status(p, '198.51.100.1') == 403)
    p.stop()


def test_a_list_that_is_not_there_starts_nothing():
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, 'p.yaml')
        with open(path, 'w') as f:
            f.write('apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: r}\nspec:\n' + POLICY)
        request = os.path.join(d, 'r')
        with open(request, 'wb') as f:
            f.write(b'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
        commands = [['lint', path], ['check', '--policy', path, request],
                    ['proxy', '--listen', '127.0.0.1:%d' % free_port(), '--upstream', '127.0.0.1:9', '--policy', path]]
        for c in commands:
            r = subprocess.run([MERLON] + c, capture_output=True, text=True, timeout=60)
            assert r.returncode and 'evil.txt: error: NetworkList evil: cannot be read: No such file' in r.stderr, (c, r)
        with open(os.path.join(d, 'evil.txt'), 'w') as f:
            f.write('203.0.113.0/24\n')
        for c in commands[:2]:
            assert subprocess.run([MERLON] + c, capture_output=True, timeout=60).returncode == 0, c


def test_who_reads_a_list_is_locked_in():
    nets = ['10.%d.%d.%d' % (i >> 16, i >> 8 & 255, i & 255) for i in range(300000)]
    p = start(nets)
    seen = {}
    for attempt in range(30):  # it runs for a moment only
        before = p.log().count('event=lists_loaded')
        put(p, nets[attempt + 1:])
        end = time.time() + 30
        while p.log().count('event=lists_loaded') == before and seen.get('Seccomp') != '2' and time.time() < end:
            for pid in p.children('lists'):
                try:
                    seen = dict(x.split(':\t', 1) for x in open('/proc/%d/status' % pid).read().splitlines() if ':\t' in x)
                except (OSError, ValueError):
                    pass  # gone
        if seen.get('Seccomp') == '2':
            break
    assert seen.get('Seccomp') == '2' and seen['CapEff'] == '0' * 16 and seen['NoNewPrivs'] == '1', seen
    assert os.geteuid() != 0 or '\t0\t' not in '\t%s\t' % seen['Uid'], seen
    p.stop()


def private_kib(pid):
    """What the process has for itself alone."""
    total = 0
    for line in open('/proc/%d/smaps_rollup' % pid):
        if line.startswith(('Private_Clean', 'Private_Dirty')):
            total += int(line.split()[1])
    return total


def test_a_large_list_is_shared_and_swapped_while_requests_run():
    random.seed(7)
    nets = ['%d.%d.%d.%d' % (random.randint(11, 99), random.randint(0, 255), random.randint(0, 255), random.randint(0, 255))
            for _ in range(PREFIXES // 2)]
    nets += ['2001:db8:%x:%x::/64' % (random.randint(0, 65535), random.randint(0, 65535)) for _ in range(PREFIXES // 2)]
    p = start(['203.0.113.0/24'], workers=2)
    before = [private_kib(pid) for pid in p.children('worker')]
    put(p, nets)
    end = time.time() + 30
    answers = set()
    while 'lists_loaded' not in p.log() and time.time() < end:
        answers.add(status(p, '192.0.2.1'))
    assert answers == {200}, answers
    wait_until(lambda: [status(p, '203.0.113.7') for _ in range(8)] == [200] * 8)
    for net in random.sample(nets, 20):
        assert status(p, net.replace('::/64', '::1')) == 403, net
    assert status(p, '192.0.2.1') == 200
    grown = [b - a for a, b in zip(before, [private_kib(pid) for pid in p.children('worker')])]
    assert max(grown) < 2048, grown  # the list itself would be megabytes
    for i in range(5):  # what is swapped out is unmapped
        put(p, nets[i + 1:])
        p.wait_for('event=lists_loaded', 2 + i, seconds=30)
    wait_until(lambda: all(open('/proc/%d/maps' % pid).read().count('memfd:merlon-lists') == 1 for pid in p.children('worker')))
    assert 'died' not in p.log()
    p.stop()


if __name__ == '__main__':
    run(globals())
