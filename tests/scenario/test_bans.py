#!/usr/bin/env python3
"""The action ban: refused for a time, by every worker, at this rule; listed and lifted by command."""
import os, signal, sys, tempfile, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

ATTACK = "/?id=1'%20union%20select%20password%20from%20users--%20"
PROXIED = """  access: {trusted_proxies: ["127.0.0.1"], allow: ["198.51.100.200"]}
  protections: {sqli: ban}
"""


def start(policy, workers=1, state=None):
    p = Proxy(Origin().port, policy, workers=workers, args=['--state-dir', state or tempfile.mkdtemp(prefix='merlon-state-')])
    p.state = p.process.args[p.process.args.index('--state-dir') + 1]
    return p


def ask(p, client=None, path='/'):
    return p.ask(get(path, b'X-Forwarded-For: %s\r\n' % client.encode() if client else b''))[0]


def wait_until(is_so, seconds=60):
    end = time.time() + seconds
    while not is_so():
        assert time.time() < end
        time.sleep(0.02)


def is_banned(p, client=None, tries=8):
    """Each connection may meet another worker."""
    return [ask(p, client) for _ in range(tries)] == [403] * tries


def is_served(p, client=None, tries=8):
    return [ask(p, client) for _ in range(tries)] == [200] * tries


def bans(p, *args):
    r = subprocess.run([MERLON, 'bans', *args, '--state-dir', p.state, '--json'], capture_output=True, text=True, timeout=60)
    assert r.returncode in (0, 1), r
    return r.returncode, json.loads(r.stdout)


def banned_clients(p):
    return sorted(b['client'] for b in bans(p)[1]['bans'])


def test_a_client_is_refused_by_all_workers_until_it_is_lifted():
    p = start(PROXIED, workers=2)
    assert bans(p) == (1, {'bans': []})
    assert is_served(p, '203.0.113.7')
    assert ask(p, '203.0.113.7', ATTACK) == 403
    wait_until(lambda: is_banned(p, '203.0.113.7'))
    assert is_served(p, '203.0.113.8')
    code, listed = bans(p)
    (ban,) = listed['bans']
    assert code == 0 and ban['client'] == '203.0.113.7' and ban['rule'] == 'test' and ban['why'].startswith('sqli.'), ban
    assert 1 <= ban['left_s'] <= 300, ban
    wait_until(lambda: {x['protection'] for x in p.audits()} == {'sqli', 'access'})
    assert {(x['effect'], x['sub']) for x in p.audits() if x['protection'] == 'access'} == {('prevent', 'banned')}
    assert [x['effect'] for x in p.audits() if x['protection'] == 'sqli'] == ['ban']
    assert bans(p, 'lift', '203.0.113.9') == (1, {'lifted': 0})
    assert bans(p, 'lift', '2001:db8:1:2::/64') == (1, {'lifted': 0})
    assert is_banned(p, '203.0.113.7')
    assert bans(p, 'lift', '203.0.113.7') == (0, {'lifted': 1})
    wait_until(lambda: is_served(p, '203.0.113.7'))
    wait_until(lambda: 'bans were lifted: 203.0.113.7' in open(p.audit_path).read())
    assert ask(p, '2001:db8:1:2::7', ATTACK) == 403  # an IPv6 client has its /64
    wait_until(lambda: is_banned(p, '2001:db8:1:2:ffff::9'))
    assert is_served(p, '2001:db8:1:3::7')
    assert banned_clients(p) == ['2001:db8:1:2::/64']
    assert bans(p, 'lift', 'all') == (0, {'lifted': 1})
    p.stop()


def test_bans_outlive_the_processes_that_keep_them():
    p = start(PROXIED)
    assert ask(p, '203.0.113.7', ATTACK) == 403
    wait_until(lambda: is_banned(p, '203.0.113.7'))
    os.kill(p.children('courier')[0], signal.SIGKILL)
    wait_until(lambda: p.children('courier'))
    wait_until(lambda: p.log().count('event=courier_sandboxed') == 2)
    assert is_banned(p, '203.0.113.7')
    assert ask(p, '203.0.113.8', ATTACK) == 403  # its successor goes on
    wait_until(lambda: is_banned(p, '203.0.113.8'))
    os.kill(p.children('worker')[0], signal.SIGKILL)
    wait_until(lambda: p.log().count('event=worker_sandboxed') == 2)
    assert is_banned(p, '203.0.113.7') and is_served(p, '203.0.113.9')
    assert banned_clients(p) == ['203.0.113.7', '203.0.113.8']
    maps = open('/proc/%d/maps' % p.children('worker')[0]).read()
    assert [x.split()[1] for x in maps.splitlines() if 'merlon-bans' in x] == ['r--s'], maps
    p.stop()
    assert 'bans.sock' not in os.listdir(p.state)


def test_it_ends_by_itself_and_allow_lists_outrank_it():
    p = start(PROXIED + '  ban: {duration: 2s}\n')
    assert ask(p, '198.51.100.200', ATTACK) == 403
    wait_until(lambda: ask(p, '203.0.113.7', ATTACK) == 403 and 403 in [ask(p, '203.0.113.7') for _ in range(20)])
    assert is_served(p, '198.51.100.200')
    wait_until(lambda: is_served(p, '203.0.113.7'))
    wait_until(lambda: banned_clients(p) == [])
    p.stop()


def test_who_may_be_many_is_refused_once_and_not_banned():
    p = start(PROXIED)  # the proxy does not say for whom it asks
    assert ask(p, None, ATTACK) == 403
    assert ask(p, '203.0.113.7', ATTACK) == 403
    wait_until(lambda: is_banned(p, '203.0.113.7'))  # so the one before was looked at
    assert is_served(p)
    assert [x['effect'] for x in p.audits(2, 60) if x['protection'] == 'sqli'] == ['prevent', 'ban']
    p.stop()
    p = start('  protections: {sqli: ban}\n')  # a private address: there may be a gateway behind it
    assert ask(p, None, ATTACK) == 403
    assert [x['effect'] for x in p.audits(1, 60)] == ['prevent']
    assert is_served(p) and banned_clients(p) == []
    p.stop()
    p = start('  mode: shadow\n  protections: {sqli: ban}\n  ban: {private: true}\n')
    assert ask(p, None, ATTACK) == 200
    assert [x['effect'] for x in p.audits(1, 60)] == ['alert']
    assert is_served(p) and banned_clients(p) == []
    p.stop()


def test_behind_load_balancers_it_is_the_client_that_is_banned():
    """client → 198.51.100.9, a trusted proxy of HTTP → a load balancer that announces by PROXY protocol → us."""
    p = start('  access: {proxy_protocol: ["127.0.0.1/32"], trusted_proxies: ["198.51.100.0/24"]}\n  protections: {sqli: ban}\n')

    def via(announced, told=None, path='/'):
        more = b'X-Forwarded-For: %s\r\n' % told.encode() if told else b''
        return p.ask(b'PROXY TCP4 %s 192.0.2.1 4711 443\r\n' % announced.encode() + get(path, more))[0]
    assert via('203.0.113.7', None, ATTACK) == 403
    wait_until(lambda: via('203.0.113.7') == 403)
    assert via('203.0.113.8') == 200 and p.ask(b'PROXY UNKNOWN\r\n' + get('/'))[0] == 200
    assert via('198.51.100.9', '203.0.113.7') == 403 and via('198.51.100.9', '203.0.113.8') == 200  # the same client on another way
    assert via('198.51.100.9', '203.0.113.9', ATTACK) == 403
    wait_until(lambda: via('198.51.100.9', '203.0.113.9') == 403)
    assert via('203.0.113.9') == 403 and via('198.51.100.9') == 200
    assert via('203.0.113.20', '203.0.113.21', ATTACK) == 403  # who is not trusted speaks for itself, whatever it says
    wait_until(lambda: via('203.0.113.20') == 403)
    assert via('203.0.113.21') == 200
    for _ in range(2):  # a proxy that does not say for whom, and the balancer itself, are not banned
        assert via('198.51.100.9', None, ATTACK) == 403 and p.ask(b'PROXY UNKNOWN\r\n' + get(ATTACK))[0] == 403
    assert via('203.0.113.30', None, ATTACK) == 403
    wait_until(lambda: via('203.0.113.30') == 403)  # so those before were looked at
    assert via('198.51.100.9') == 200 and p.ask(b'PROXY UNKNOWN\r\n' + get('/'))[0] == 200
    assert banned_clients(p) == ['203.0.113.20', '203.0.113.30', '203.0.113.7', '203.0.113.9']
    p.stop()


def test_private_addresses_when_asked_for_and_what_cannot_be_framed():
    p = start('  protections: {sqli: ban, malformed: ban}\n  ban: {private: true}\n  custom: [{id: x, when: \'req.path == "/trap"\', action: ban}]\n')
    for raw in (get(ATTACK), get('/trap'), b'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'):
        assert is_served(p)
        assert p.ask(raw)[0] in (400, 403)
        wait_until(lambda: is_banned(p))
        assert bans(p, 'lift', '127.0.0.1') == (0, {'lifted': 1})
        wait_until(lambda: is_served(p))
    p.stop()


if __name__ == '__main__':
    run(globals())
