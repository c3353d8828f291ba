"""The whole path: real containers of Docker, a real defender, attacks and honest requests from everywhere."""
import os, statistics, subprocess, sys, time

import dockerd
from protected import *


def test_only_what_matches_is_protected_from_everywhere(d):
    shop(d)
    shop(d, 'shop/other:1')
    with defender(d) as m:
        front = d.run('front', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None},
                      PortBindings={'8080/tcp': [{'HostIp': '0.0.0.0', 'HostPort': '18080'}]})
        other = d.run('other', 'shop/other:1', cmd=(), network='bridge', config={'Cmd': None})
        m.protected(front)
        host, fip, oip = d.holder.pid, address_of(d, front), address_of(d, other)
        for where, pid, ip, port in (('container address', host, fip, 8080), ('published port', host, '127.0.0.1', 18080),
                                     ('another container', pid_of(d, other), fip, 8080)):
            status, body, me = get(pid, ip, port)
            assert (status, body) == (200, b'welcome'), (where, status, body)
            status, body, _ = get(pid, ip, port, ATTACK)
            assert status == 403 and b'welcome' not in body, (where, status)
            if where != 'published port':  # there Docker's own proxy is the client
                m.wait('%s in the log' % me, lambda: seen_by(d, front, me))
        assert get(host, oip, target=ATTACK)[0] == 200
        assert asked(d, front) == 3
        apps = m.apps()
        assert apps[front]['rule'] == 'front' and apps[front]['effective'] == 'enforce', apps[front]
        assert apps[front]['why'] == 'images: */shop/front:*' and apps[front]['image'] == 'shop/front:1'
        assert 'rule' not in apps[other] and apps[other]['why'] == 'no rule is for this image', apps[other]
        assert [(p['port'], p['state']) for p in apps[other]['ports']] == [(8080, 'not protected: no rule matches')], apps[other]
        m.wait('what it speaks', lambda: m.apps()[other]['ports'][0].get('speaks') == 'HTTP/1' if get(host, oip)[0] == 200 else False)
        print('   protected %s' % ('%s ms after the start' % apps[front]['ports'][0]['gap_ms'] if 'gap_ms' in apps[front]['ports'][0]
                                   else 'before Docker called it started'))
        s = m.status()
        assert s['containers'] == {'all': 2, 'with_rule': 1, 'off': 0, 'protected': 1} and s['requests']['blocked'] == 3, s
        m.wait('audits', lambda: any(a.get('protection') == 'sqli' for a in m.audits()))
        w = next(a for a in m.audits() if a.get('protection') == 'sqli')['workload']
        assert w['container_id'] == front and w['image'] == 'shop/front:1' and w['container'] == 'front' and w['app_port'] == 8080, w
        m.stop()
        assert get(host, fip)[0] == 200 and get(host, fip, target=ATTACK)[0] == 200
        left = subprocess.run(['nsenter', '-t', str(pid_of(d, front)), '-n', 'nft', 'list', 'ruleset'], capture_output=True, text=True)
        assert 'merlon' not in left.stdout, left.stdout


def test_a_custom_rule_asks_for_a_label(d):
    shop(d)
    policy = POLICY.rstrip('}\n') + '}, custom: [{id: x, when: \'workload.labels["tier"] == "internal" and workload.image == "shop/front:1"\'}]}\n'
    with defender(d, policy) as m:
        for name, labels, status in ('in', {'tier': 'internal'}, 403), ('out', {'tier': 'public'}, 200):
            c = d.run(name, 'shop/front:1', cmd=(), network='bridge', labels=labels, config={'Cmd': None})
            m.protected(c)
            assert get(d.holder.pid, address_of(d, c))[0] == status, name
        m.stop()


def asked(d, cid):
    """How many requests the application logged."""
    return app_log(d, cid).count('url:')


def seen_by(d, cid, address):
    """Whether the application logged a client of that address."""
    log = app_log(d, cid)
    return '[::ffff:%s]:' % address in log or '[%s]:' % address in log


def test_from_beyond_the_host_over_both_families(d):
    """By Docker's DNAT the application sees who asked; where Docker's proxy is the client, it sees that one."""
    shop(d)
    shop(d, 'shop/other:1')
    outside = Outside(d)
    try:
        with defender(d) as m:
            front = d.run('front', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None},
                          PortBindings={'8080/tcp': [{'HostPort': '18080'}]})
            other = d.run('other', 'shop/other:1', cmd=(), network='bridge', config={'Cmd': None})
            m.protected(front)
            v4, v6 = address_of(d, front), address_of(d, front, v6=True)
            assert v6, 'Docker gave no IPv6 address'
            host, neighbour = d.holder.pid, pid_of(d, other)
            proxied = 'Docker\'s proxy'
            ways = [('published', outside.pid, '192.0.2.2', 18080, '192.0.2.1'), ('published, IPv6', outside.pid, 'fd02::2', 18080, proxied),
                    ('published, from the host', host, '127.0.0.1', 18080, proxied),
                    ('published, from a neighbour', neighbour, '192.0.2.2', 18080, None),
                    ('container', host, v4, 8080, None), ('container, IPv6', host, v6, 8080, None),
                    ('neighbour', neighbour, v4, 8080, None), ('neighbour, IPv6', neighbour, v6, 8080, None),
                    ('container, IPv6, from outside', outside.pid, v6, 8080, 'fd02::1')]
            for where, pid, ip, port, expected in ways:
                status, body, me = get(pid, ip, port)
                assert (status, body) == (200, b'welcome'), (where, status, body)
                status, body, _ = get(pid, ip, port, ATTACK)
                assert status == 403 and b'welcome' not in body, (where, status)
                if expected != proxied and not (where.endswith('a neighbour') and port == 18080):
                    m.wait('%s: %s in the log' % (where, expected or me), lambda: seen_by(d, front, expected or me))
            m.wait('the log', lambda: asked(d, front) >= len(ways))
            assert asked(d, front) == len(ways)
    finally:
        outside.close()


def test_rules_that_change_reach_running_containers(d):
    shop(d)
    with defender(d, POLICY.replace('front:*', 'none:*')) as m:
        cid = d.run('front', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
        ip, host = address_of(d, cid), d.holder.pid
        m.wait('seen', lambda: m.apps()[cid]['ports'][0]['state'] == 'not protected: no rule matches')
        assert get(host, ip, target=ATTACK)[0] == 200
        m.write(POLICY)
        m.protected(cid)
        assert get(host, ip, target=ATTACK)[0] == 403
        m.write(POLICY.replace('{scope', '{mode: shadow, scope'))
        m.wait('shadow', lambda: m.apps()[cid]['effective'] == 'shadow')
        m.wait('shadow at the workers', lambda: get(host, ip, target=ATTACK)[0] == 200)
        m.write(POLICY.replace('{scope', '{mode: off, scope'))
        m.wait('off', lambda: m.apps()[cid]['ports'][0]['state'] == 'not protected: switched off')
        assert m.apps()[cid]['effective'] == 'off' and get(host, ip, target=ATTACK)[0] == 200
        m.write(POLICY)
        m.protected(cid)
        m.wait('at the workers', lambda: get(host, ip, target=ATTACK)[0] == 403)


def test_tags_that_move_reach_running_containers(d):
    shop(d)
    with defender(d, POLICY.replace('*/shop/front:*', 'shop/late:*')) as m:
        cid = d.run('front', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
        ip, host = address_of(d, cid), d.holder.pid
        m.wait('seen', lambda: m.apps()[cid]['ports'][0]['state'] == 'not protected: no rule matches')
        for _ in range(2):
            d.api('POST', '/images/shop/front:1/tag?repo=shop/late&tag=2', raw=True)
            m.protected(cid)
            assert get(host, ip, target=ATTACK)[0] == 403
            d.api('DELETE', '/images/shop/late:2', raw=True)
            m.wait('without a rule', lambda: m.apps()[cid]['ports'][0]['state'] == 'not protected: no rule matches')
            assert get(host, ip, target=ATTACK)[0] == 200


def test_of_many_containers_all_that_match_and_only_they(d):
    n = int(os.environ.get('MERLON_MANY', '10'))
    shop(d)
    shop(d, 'shop/other:1')
    with defender(d) as m:
        holdings = Holdings(m)
        ids = {}

        def start(name, image):
            ids[name] = d.run(name, image, cmd=(), network='bridge', config={'Cmd': None})
        in_parallel([lambda k=k, i=i: start('%s-%d' % (k, i), 'shop/%s:1' % k) for i in range(n) for k in ('front', 'other')])
        host = d.holder.pid
        for name, cid in ids.items():
            if name.startswith('front'):
                m.protected(cid)
        m.wait('the others', lambda: all([p['state'] for p in m.apps()[c]['ports']] == ['not protected: no rule matches']
                                         for name, c in ids.items() if name.startswith('other')))
        apps = m.apps()
        assert set(apps) == set(ids.values())

        def try_one(name, cid):
            for v6 in False, True:
                ip = address_of(d, cid, v6)
                status, _, me = get(host, ip)
                assert status == 200, (name, ip)
                m.wait('%s saw %s' % (name, me), lambda: seen_by(d, cid, me))
                assert get(host, ip, target=ATTACK)[0] == (403 if name.startswith('front') else 200), (name, ip)
            expected = 2 if name.startswith('front') else 4
            m.wait('the log of %s' % name, lambda: asked(d, cid) >= expected)  # Docker is late at times
            assert asked(d, cid) == expected, name
            assert apps[cid]['effective'] == ('enforce' if name.startswith('front') else 'off')
        in_parallel([lambda a=a: try_one(*a) for a in ids.items()])
        gaps = sorted(p.get('gap_ms', 0) for name, cid in ids.items() if name.startswith('front') for p in apps[cid]['ports'])
        print('   %d of %d protected before Docker called them started; others %s ms after the start; median %.1f ms' %
              (len([g for g in gaps if g == 0]), n, ', '.join('%.0f' % g for g in gaps if g) or '-', statistics.median(gaps)))
        assert statistics.median(gaps) < 50, gaps
        in_parallel([lambda cid=cid: d.remove(cid) for cid in ids.values()])
        m.wait('none is left', lambda: not m.apps())
        print('   memory kept: %d KiB' % holdings.check(2048))


def test_a_client_from_before_the_start(d):
    """A client hammers the address that the container will have: how often is it there before Merlon? Without the
    OCI hook that is a race, and only measured."""
    shop(d)
    with defender(d) as m:
        first = d.run('first', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
        ip, host = address_of(d, first), d.holder.pid
        m.protected(first)
        answers = {}
        for k in range(5):
            d.remove(first)
            code = '''if True:
                import socket, sys, time
                end = time.monotonic() + 8
                while time.monotonic() < end:
                    s = socket.socket()
                    s.settimeout(0.05)
                    try:
                        s.connect((sys.argv[1], 8080))
                        s.settimeout(5)
                        s.sendall(b"GET /?q=1'+UNION+SELECT+password+FROM+users-- HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
                        print(s.recv(4096)[9:12].decode(), flush=True)
                        break
                    except OSError:
                        pass
                    finally:
                        s.close()'''
            p = subprocess.Popen(['nsenter', '-t', str(host), '-n', '--', sys.executable, '-c', code, ip], stdout=subprocess.PIPE, text=True)
            time.sleep(0.2)
            first = d.run('first', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
            assert address_of(d, first) == ip
            status = p.communicate(timeout=30)[0].strip()
            answers[status] = answers.get(status, 0) + 1
        print('   first answers to an attacker who was there before:', answers)
        assert set(answers) <= {'200', '403'}, answers


def test_shared_and_host_networks_and_restarts(d):
    shop(d)
    shop(d, 'shop/other:1')
    with defender(d) as m:
        front = d.run('front', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
        m.protected(front)
        ip, host = address_of(d, front), d.holder.pid
        # in the network of another one: that one's port stays protected, its own is not
        side = d.run('side', 'shop/other:1', cmd=('/bin/httpd', '-f', '-p', '9090', '-h', '/www'), network='container:' + front)
        m.wait('the port beside', lambda: (9090, False) in [(p['port'], p['protected']) for a in m.apps().values() for p in a['ports']]
               or (9090, True) in [(p['port'], p['protected']) for a in m.apps().values() for p in a['ports']])
        assert get(host, ip, target=ATTACK)[0] == 403
        in_host = d.run('in-host', 'shop/front:1', cmd=('/bin/httpd', '-f', '-p', '7070', '-h', '/www'), network='host')
        m.wait('the host network is not touched', lambda: 'network of the host' in m.apps()[in_host]['ports'][0]['state'])
        assert get(host, '127.0.0.1', 7070, ATTACK)[0] == 200
        d.remove(in_host)
        d.remove(side)
        assert get(host, ip, target=ATTACK)[0] == 403
        fds = len(os.listdir('/proc/%d/fd' % m.proc.pid))
        for k in range(5):
            d.post(front, 'restart', '?t=0')
            m.protected(front)
            assert get(host, address_of(d, front), target=ATTACK)[0] == 403
        m.wait('no descriptor is kept', lambda: len(os.listdir('/proc/%d/fd' % m.proc.pid)) <= fds)
        d.post(front, 'pause')
        m.wait('paused', lambda: 'it is paused' in m.apps()[front]['notes'])
        d.post(front, 'unpause')
        m.wait('not paused', lambda: not m.apps()[front]['notes'])
        assert get(host, address_of(d, front), target=ATTACK)[0] == 403


def main():
    dockerd.need()
    with dockerd.Dockerd(args=['--live-restore', '--ipv6', '--fixed-cidr-v6', 'fd00:dd::/64']) as d:
        return dockerd.run(globals(), d)


if __name__ == '__main__':
    sys.exit(main())
