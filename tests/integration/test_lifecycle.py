"""Containers that stop, restart, change their name or network, are paused, run out of memory, live for a moment:
right at each step, and nothing of them is kept."""
import os, subprocess, sys, time

import dockerd
from protected import *

NAMED = POLICY.replace('images: ["*/shop/front:*"]', 'images: ["*/shop/front:*"], containers: ["web-*"]')


def state(m, cid, port=8080):
    return next((p['state'] for p in m.apps()[cid]['ports'] if p['port'] == port), None)


def blocked(d, m, cid, ip=None):
    """It answers, attacks are refused."""
    ip = ip or address_of(d, cid)
    assert get(d.holder.pid, ip)[:2] == (200, b'welcome')
    assert get(d.holder.pid, ip, target=ATTACK)[0] == 403


def test_stop_start_restart_kill_and_pause(d):
    with defender(d) as m:
        cid = d.run('front', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
        m.protected(cid)
        blocked(d, m, cid)
        holdings = Holdings(m)
        for verb, query in (('stop', '?t=0'), ('kill', '?signal=KILL')):
            d.post(cid, verb, query)
            m.wait('gone after ' + verb, lambda: cid not in m.apps())
            d.post(cid, 'start')
            m.protected(cid)
            blocked(d, m, cid)
        d.post(cid, 'restart', '?t=0')
        m.protected(cid)
        blocked(d, m, cid)
        for _ in range(3):
            d.post(cid, 'pause')
            m.wait('paused', lambda: 'it is paused' in m.apps()[cid]['notes'])
            assert state(m, cid) == 'protected'
            d.post(cid, 'unpause')
            m.wait('not paused', lambda: not m.apps()[cid]['notes'])
            blocked(d, m, cid)
        assert len(m.apps()) == 1
        holdings.check(1024)


def test_a_new_name_may_mean_another_rule(d):
    with defender(d, NAMED) as m:
        cid = d.run('front', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
        m.wait('seen', lambda: state(m, cid) == 'not protected: no rule matches')
        assert get(d.holder.pid, address_of(d, cid), target=ATTACK)[0] == 200
        for _ in range(2):
            d.post(cid, 'rename', '?name=web-1')
            m.protected(cid)
            assert m.apps()[cid]['container'] == 'web-1'
            blocked(d, m, cid)
            d.post(cid, 'rename', '?name=front')
            m.wait('without a rule', lambda: state(m, cid) == 'not protected: no rule matches')
            assert get(d.holder.pid, address_of(d, cid), target=ATTACK)[0] == 200


def test_networks_come_and_go(d):
    second = d.api('POST', '/networks/create', {'Name': 'second'})['Id']
    try:
        with defender(d) as m:
            cid = d.run('front', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
            m.protected(cid)
            near = d.run('near', 'shop/other:1', network='second')
            holdings = Holdings(m)
            for _ in range(2):
                d.api('POST', '/networks/second/connect', {'Container': cid}, raw=True)
                networks = d.inspect(cid)['NetworkSettings']['Networks']
                there = networks['second']['IPAddress']
                for pid, ip in (d.holder.pid, networks['bridge']['IPAddress']), (pid_of(d, near), there):
                    status, body, me = get(pid, ip)
                    assert (status, body) == (200, b'welcome'), ip
                    m.wait('%s in the log' % me, lambda: '[::ffff:%s]:' % me in app_log(d, cid))
                    assert get(pid, ip, target=ATTACK)[0] == 403
                d.api('POST', '/networks/bridge/disconnect', {'Container': cid}, raw=True)
                assert get(pid_of(d, near), there)[0] == 200 and get(pid_of(d, near), there, target=ATTACK)[0] == 403
                d.api('POST', '/networks/bridge/connect', {'Container': cid}, raw=True)
                d.api('POST', '/networks/second/disconnect', {'Container': cid}, raw=True)
                assert state(m, cid) == 'protected'
                blocked(d, m, cid, d.inspect(cid)['NetworkSettings']['Networks']['bridge']['IPAddress'])
            holdings.check(1024)
    finally:
        d.api('DELETE', '/networks/' + second, raw=True)


def test_out_of_memory(d):
    with defender(d) as m:
        greedy = 'httpd -p 8080 -h /www; sleep 1; cat /dev/zero | head -c 300000000 | tail -n 1'
        ended = None
        for i in range(2):
            cid = d.run('greedy-%d' % i, 'shop/front:1', cmd=('/bin/sh', '-c', 'exec >/dev/null; ' + greedy), network='bridge',
                        Memory=24 << 20, MemorySwap=24 << 20)
            ip = address_of(d, cid)
            m.protected(cid)
            assert get(d.holder.pid, ip, target=ATTACK)[0] == 403
            m.wait('it ends', lambda: not d.inspect(cid)['State']['Running'], 30)
            m.wait('gone', lambda: cid not in m.apps())
            s = d.inspect(cid)['State']
            if not s['OOMKilled'] and s['ExitCode'] != 137:
                print('   no limit of memory here: it ended with', s['ExitCode'])
            if ended:
                ended.check(1024)
            ended = Holdings(m)


def test_starts_and_stops_as_fast_as_docker_can(d):
    n = int(os.environ.get('MERLON_ROUNDS', '24'))
    with defender(d) as m:
        stays = d.run('stays', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
        m.protected(stays)

        def live(i, rounds):
            cid = d.run('brief-%d' % i, 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
            for _ in range(rounds - 1):
                d.post(cid, 'restart', '?t=0')
            d.remove(cid)
        in_parallel([lambda i=i: live(i, 3) for i in range(4)])
        m.wait('only one is left', lambda: set(m.apps()) == {stays})
        holdings = Holdings(m)
        start = time.monotonic()
        in_parallel([lambda i=i: live(i, n // 4) for i in range(4)])
        took = time.monotonic() - start
        m.wait('only one is left', lambda: set(m.apps()) == {stays})
        print('   %d lives in %.1f s, memory kept: %d KiB' % (n, took, holdings.check(1024)))
        blocked(d, m, stays)
        last = d.run('last', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
        m.protected(last)
        blocked(d, m, last)
        assert state(m, stays) == 'protected'
        host = subprocess.run(d.nsenter('sh', '-c', 'nft list ruleset; ip rule; ip -6 rule'), capture_output=True, text=True).stdout
        assert 'merlon' not in host and '7777' not in host


def main():
    dockerd.need()
    with dockerd.Dockerd() as d:
        shop(d)
        shop(d, 'shop/other:1')
        return dockerd.run(globals(), d)


if __name__ == '__main__':
    sys.exit(main())
