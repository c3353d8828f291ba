#!/usr/bin/env python3
"""`merlon defender` in plain network namespaces: what a container gets, without a container runtime."""
from spaces import *

def test_attacks_are_refused_and_the_application_sees_its_clients():
    with scene() as (net, app, d):
        d.protect(app)
        for v6 in False, True:
            with net.connect(v6=v6) as c:
                c.send(get('/hello'))
                status, _, body = c.answer()
                me = c.sock.getsockname()
                assert status == 200 and seen(body)[:2] == (me[0], me[1]), (body, me)
                assert b'X-Forwarded-For' not in body and b'GET /hello ' in body and b'Connection' not in body
                c.send(get('/again'))  # the same connection to the application
                assert seen(c.answer()[2])[:2] == (me[0], me[1])
            assert b'Connection: close' in net.ask(v6=v6)[2]  # the connection is that client's: the application closes it
            status, headers, _ = net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')), v6=v6)
            assert status == 403 and headers['x-merlon-event-id'], headers
        a = d.audits(2)
        assert len(a) == 2 and a[0]['client']['ip'] == net.client4 and a[1]['client']['ip'] == net.client6, a
        assert a[0]['workload']['app_port'] == 8080


def test_custom_rules_may_ask_for_the_container():
    """The scout answers; what the answers do to a request is the worker's."""
    policy = '  custom: [{id: internal, when: \'workload.labels["tier"] == "internal" and req.path startswith "/admin"\'}]\n'
    with scene(policy=policy) as (net, app, d):
        d.protect(app, answers=0)
        assert net.ask(get('/admin'))[0] == 200
        with net.connect() as c:
            for answers, status in (1, 403), (0, 200):  # a container that is told anew, or another one
                d.tell(PUT, 0, app.pid, answers=answers)
                end = time.time() + 20
                while True:
                    c.send(get('/admin'))
                    if c.answer()[0] == status:
                        break
                    assert time.time() < end
                    time.sleep(0.02)
            c.send(get('/'))
            assert c.answer()[0] == 200


def test_a_bypass_of_its_rule_is_shown_and_others_cannot_be_named():
    with scene() as (net, app, d):
        d.protect(app)

        def bypass(*args):
            return subprocess.run([MERLON, 'bypass', *args, '--state-dir', d.dir + '/state'], capture_output=True, text=True, timeout=30)
        r = bypass('no-such-rule', '--for', '1h')
        assert r.returncode == 1 and 'no-such-rule' in r.stderr, r
        assert bypass('--node', '--for', '1h').returncode == 0
        end = time.time() + 15
        while net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] != 200:
            assert time.time() < end
        r = subprocess.run([MERLON, 'status', '--state-dir', d.dir + '/state', '--json'], capture_output=True, text=True)
        assert json.loads(r.stdout)['bypass'][0]['rule'] == '*', r.stdout
        assert bypass('--node', '--end').returncode == 0
        while net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] != 403:
            assert time.time() < end + 15


def test_nothing_is_left_after_a_stop():
    with scene() as (net, app, d):
        before = net.rules()
        d.protect(app)
        assert net.rules() != before
        assert net.ask()[0] == 200
        assert d.stop() == 0
        assert net.rules() == before, net.rules()
        assert net.ask()[0] == 200


def test_what_nft_lists_can_be_loaded():
    with scene() as (net, app, d):  # who saves the rules of a node with ours must get theirs back
        d.protect(app)
        text = sh('ip netns exec %s nft list ruleset' % net.app)
        assert text.count('table inet merlon') == 2, text
        r = subprocess.run(['ip', 'netns', 'exec', net.client, 'nft', '-c', '-f', '-'], input=text, capture_output=True, text=True)
        assert r.returncode == 0, r.stderr


def test_ports_from_everywhere_never_collide():
    n = int(os.environ.get('MERLON_CONNECTIONS', 4000))
    with scene(workers=2) as (net, app, d):
        d.protect(app)
        for v6 in False, True:
            c = net.hammer(n, 32, v6)
            print('    ', 'IPv6' if v6 else 'IPv4', c)
            assert c['ok'] == c['own'] == n and c['stalled'] == 0 and set(c) == {'ok', 'own', 'own_port', 'stalled'}, c
            assert c['own_port'] > n * 0.99, c
        assert len(d.audits()) == 0


def refused_syns(ns):
    """How often a server's kernel took the SYN of a new connection for an old one of another, which it has in TIME_WAIT:
    time stamps begin elsewhere for each pair of ports, and the node gives ports again."""
    names, numbers = [l.split() for l in sh('ip netns exec %s cat /proc/net/netstat' % ns).splitlines()[:2]]
    return int(dict(zip(names, numbers)).get('PAWSTimewait', 0))  # not every kernel counts it


def test_clients_behind_a_masquerading_node():
    """MERLON_CONTROL=1: the same without a defender."""
    n = int(os.environ.get('MERLON_CONNECTIONS', 4000))
    with scene(workers=2) as (net, app, d):
        inner = net.client + 'i'
        sh('ip netns add %s; ip -n %s link set lo up' % (inner, inner))
        try:
            sh('ip -n {0} link add i0 index 10 type veth peer name e0 index 11 netns {1}'.format(net.client, inner))
            for ns, dev, last in (net.client, 'i0', 1), (inner, 'e0', 2):
                sh('ip netns exec {0} sysctl -qw net.ipv6.conf.{1}.accept_dad=0; ip -n {0} link set {1} up; '
                   'ip -n {0} addr add 10.79.0.{2}/24 dev {1}; ip -n {0} addr add fd79::{2}/64 dev {1} nodad'.format(ns, dev, last))
            sh('ip -n {0} route add default via 10.79.0.1; ip -n {0} -6 route add default via fd79::1'.format(inner))
            wait_for_ipv6((net.client, 'i0'), (inner, 'e0'))
            sh('ip netns exec %s sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1' % net.client)
            subprocess.run(['ip', 'netns', 'exec', net.client, 'nft', '-f', '-'], check=True, input=b'table inet node { chain post { '
                           b'type nat hook postrouting priority srcnat; oifname "e0" masquerade fully-random; }; }')
            if not os.environ.get('MERLON_CONTROL'):
                d.protect(app)
            for source, v6 in ('10.79.0.2', False), ('fd79::2', True):
                before = refused_syns(net.app)
                c = net.hammer(n, 32, v6, ns=inner, source=source)
                print('    ', 'IPv6' if v6 else 'IPv4', c, 'SYNs refused by the kernel: %d' % (refused_syns(net.app) - before))
                # who is refused tries again at once, by another port of the node; who is refused twice after a second
                assert c['ok'] == n and c['stalled'] <= n / 1000 and set(c) == {'ok', 'own', 'own_port', 'stalled'}, c
                assert c['own'] == 0  # the node's address is what there is to see
        finally:
            sh('ip netns del ' + inner)


def test_connections_that_stand_are_not_touched():
    with scene() as (net, app, d):
        with net.connect() as before:
            def ask(c, what):
                c.send(get('/' + what))
                status, _, body = c.answer()
                assert status == 200 and seen(body)[:2] == c.sock.getsockname()[:2], body
            ask(before, 'before')
            d.protect(app)
            ask(before, 'during')
            with net.connect() as during:
                ask(during, 'proxied')
                os.kill(d.process.pid, signal.SIGTERM)  # drains: the proxied one goes on until it is idle
                time.sleep(0.3)
                ask(before, 'after')
            assert d.process.wait(10) == 0
            ask(before, 'long after')


def test_a_stop_leaves_no_tracked_connection_for_the_next_start():
    """The kernel no longer hears of connections when our rules are gone, and goes on with what it knew when they are back:
    connections by the address and port of former ones were translated, or refused."""
    close = get('/', b'Connection: close\r\n')
    for v6 in False, True:
        with scene() as (net, app, d):
            d.protect(app)
            with net.connect(v6=v6, source_port=40000) as c:  # translated; closed by the other side, so that the port is free
                c.send(close)
                assert c.answer()[0] == 200 and c.closed()
            with net.connect(v6=v6) as upload:
                upload.send(post(b'b' * 1000)[:-500])
                d.process.send_signal(signal.SIGTERM)
                d.wait_for('event=stopping')
                time.sleep(0.5)
                with net.connect(v6=v6, source_port=40001) as c:  # tracked as it is; its end is not seen
                    c.send(get('/'))
                    assert c.answer()[0] == 200
                    upload.send(b'b' * 500)
                    assert upload.answer()[0] == 200
                    assert d.process.wait(20) == 0
                    c.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))  # likewise
            with net.connect(v6=v6, source_port=40000) as before:
                before.send(get('/'))
                assert before.answer()[0] == 200
                new = Defender()
                try:
                    new.protect(app)
                    before.send(get('/'))
                    assert before.answer()[0] == 200
                    assert net.ask(close, v6=v6, source_port=40001)[0] == 200
                    assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')), v6=v6)[0] == 403
                finally:
                    new.close()


def test_a_stop_leaves_nobody_waiting():
    """Who connects while the rules are being taken out is served, by us or by the application."""
    net = Net()
    try:
        app = net.serve(8080)
        hammer = net.hammer(0, 8)
        # a transaction, during which rules cannot be taken out
        once = KEEP_BUSY.replace('range(4)', 'range(1)').replace('while os.getppid() == parent', 'for _ in range(1)').replace('12000', '4000').replace('time.sleep(1)\n', '')
        for _ in range(2):
            d = Defender(workers=2)
            try:
                d.protect(app)
                time.sleep(0.3)
                hog = busy(net, once)
                d.process.send_signal(signal.SIGTERM)
                assert d.process.wait(40) == 0
            finally:
                d.close()
            hog.kill()
        time.sleep(0.5)
        count = json.loads(hammer.communicate()[0])
        print('    ', count)
        assert set(count) == {'ok', 'own', 'own_port', 'stalled'} and count['ok'] > 50, count
    finally:
        net.close()


def tracked(net):
    """(original destination, its port) of the connections that the kernel follows in the application's namespace."""
    lines = sh('ip netns exec %s cat /proc/net/nf_conntrack' % net.app).splitlines()
    return {tuple(re.search('dst=(\\S+) .*? dport=(\\d+)', x).groups()) for x in lines if ' tcp ' in x}


def test_a_stop_forgets_no_connection_of_others():
    """The owner of a container follows connections for reasons of its own: what we need not forget stays."""
    if not os.path.exists('/proc/net/nf_conntrack'):
        return
    own = 'table inet own { chain c { type filter hook prerouting priority 0; ct state new tcp sport 45000 ct mark set 7; }; }'
    for cleanup in False, True:
        with scene(8080) as (net, app, d):
            net.serve(9090)
            subprocess.run(['ip', 'netns', 'exec', net.app, 'nft', '-f', '-'], input=own.encode(), check=True)
            with contextlib.ExitStack() as stack:
                with inside(net.client):
                    elsewhere = socket.create_server((net.client4, 8080))
                with inside(net.app):
                    out = stack.enter_context(socket.create_connection((net.client4, 8080), 10))
                stack.enter_context(elsewhere)
                marked = stack.enter_context(net.connect(source_port=45000))  # before we are there: as it is
                before = stack.enter_context(net.connect())
                other = stack.enter_context(net.connect(9090, v6=True))
                for c in marked, before, other:
                    c.send(get('/'))
                    assert c.answer()[0] == 200
                d.protect(app, ports=[8080], flags=DECLARED)
                all_of_them = {(net.client4, '8080'), (net.app4, '8080'), ('fd77:0000:0000:0000:0000:0000:0000:0002', '9090')}
                assert tracked(net) == all_of_them
                with net.connect() as ours:
                    ours.send(get('/'))
                    assert ours.answer()[0] == 200
                if cleanup:
                    d.stop(signal.SIGKILL)
                    r = net.cleanup(d.dir + '/state')
                    assert r.returncode == 0 and ' 1 cleaned' in r.stdout, r
                else:
                    assert d.stop() == 0
                assert tracked(net) == all_of_them, tracked(net)  # that with a mark, of those to our port
                ports = [re.search(r'sport=(\d+)', x).group(1) for x in sh('ip netns exec %s cat /proc/net/nf_conntrack' % net.app).splitlines() if ' dport=8080 ' in x]
                assert '45000' in ports and str(before.sock.getsockname()[1]) not in ports, ports


def test_a_killed_worker_leaves_the_queue_to_the_next():
    with scene() as (net, app, d):
        d.protect(app)
        assert net.ask()[0] == 200
        for i in range(3):
            pid = d.children('worker')[0]
            os.kill(pid, signal.SIGKILL)
            while pid in d.children('worker'):  # else it could still take the next connection with it
                pass
            status, _, body = net.ask()
            assert status == 200 and seen(body)[0] == net.client4
            assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
            d.wait_for('event=worker_died', i + 1)


def test_fail_open_when_everything_is_killed():
    with scene() as (net, app, d):
        before = net.rules()
        d.protect(app)
        hammer = net.hammer(0, 4)
        time.sleep(0.5)
        pids = [d.process.pid] + d.children('worker') + d.children('courier')
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        d.process.wait()
        time.sleep(1)
        c = json.loads(hammer.communicate()[0])
        print('    ', c)
        lost = sum(v for k, v in c.items() if k not in ('ok', 'own', 'own_port', 'stalled'))
        assert lost <= 12 and c['ok'] > 50, c  # what was under way: at most three a client
        assert net.ask()[0] == 200 and net.ask(v6=True)[0] == 200  # straight to the application
        r = net.cleanup(d.dir + '/state')
        assert r.returncode == 0 and ' 1 cleaned, 0 failed' in r.stdout, r
        assert net.rules() == before, net.rules()


def test_fail_closed_refuses_until_cleanup():
    for how in signal.SIGKILL, signal.SIGTERM:
        with scene() as (net, app, d):
            before = net.rules()
            d.protect(app, flags=FAIL_CLOSED)
            assert net.ask()[0] == 200
            d.stop(how)
            time.sleep(1.2)  # workers notice
            try:
                net.ask()
                assert False, 'served'
            except ConnectionRefusedError:
                pass
            r = net.cleanup(d.dir + '/state')
            assert r.returncode == 0 and ' 1 cleaned, 0 failed' in r.stdout, r
            assert net.rules() == before, net.rules()
            assert net.ask()[0] == 200


def test_a_killed_warden_alone_leaves_the_way_open():
    with scene() as (net, app, d):
        d.protect(app)
        assert net.ask()[0] == 200
        d.process.kill()
        d.process.wait()
        for _ in range(20):
            assert net.ask()[0] == 200
            time.sleep(0.1)


def test_containers_that_share_a_namespace():
    with scene() as (net, app, d):
        before = net.rules()
        other = net.serve(9090)
        pause = net.run('sleep', '1000')
        d.tell(PUT, 0, pause.pid, rule=NO_RULE)
        d.protect(app, 1, ports=[8080], flags=DECLARED)
        d.protect(other, 2, 9090, ports=[9090], flags=DECLARED)
        bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
        assert [net.ask(bad, port=p)[0] for p in (8080, 9090)] == [403, 403]
        d.tell(GONE, 2)  # one of them ends
        other.kill()
        assert d.done() == 2
        assert net.ask(bad)[0] == 403
        third = net.serve(9090)
        d.protect(third, 2, 9090, ports=[9090], flags=DECLARED)
        assert net.ask(bad, port=9090)[0] == 403 and net.ask(port=9090)[0] == 200
        for slot in 1, 2, 0:
            d.tell(GONE, slot)
            assert d.done() == slot
        assert net.rules() == before, net.rules()
        assert net.ask(bad)[0] == 200  # the namespace goes on without us


def test_nothing_leaks_with_containers_that_come_and_go():
    with scene(workers=2) as (net, app, d):
        d.protect(app)
        workers = d.children('worker')
        def counts():
            return [fds(p) for p in [d.process.pid] + workers]
        def memory():
            return [int(open('/proc/%d/statm' % p).read().split()[1]) * 4 for p in [d.process.pid] + workers]
        nets = []
        for _ in range(4):
            n = Net()
            nets.append((n, n.serve(8080)))
        try:
            start = None
            for i in range(int(os.environ.get('MERLON_ROUNDS', 12))):
                for slot, (n, p) in enumerate(nets, 1):
                    d.tell(PUT, slot, p.pid)
                for slot, (n, p) in enumerate(nets, 1):
                    d.wait_for('slot=%d port=8080 state="protected"' % slot, i + 1)
                    with n.connect() as c:
                        c.send(get('/'))
                        assert c.answer()[0] == 200
                        d.tell(GONE, slot)
                        assert d.done() == slot
                        assert c.closed()
                if i == 2:
                    start = counts(), memory()
            assert counts() == start[0], (counts(), start)
            assert all(b - a < 2048 for a, b in zip(start[1], memory())), (memory(), start)
            assert d.children('worker') == workers
            assert net.ask()[0] == 200
        finally:
            for n, _ in nets:
                n.close()


def test_cleanup_leaves_alone_what_another_defender_protects():
    with scene() as (net, app, d):
        d.protect(app, flags=FAIL_CLOSED)
        installed = net.rules()
        r = net.cleanup(d.dir + '/another')
        assert r.returncode == 0 and '0 cleaned, 0 failed, 1 protected' in r.stdout, r
        assert net.rules() == installed
        r = net.cleanup(d.dir + '/state')
        assert r.returncode == 3 and 'a defender is running' in r.stderr, r


def test_rules_and_routes_that_get_lost_come_back():
    bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    with scene() as (net, app, d):
        sh('ip netns exec %s sysctl -qw net.ipv6.conf.lo.disable_ipv6=1' % net.app)
        d.protect(app)
        sh('ip netns exec %s sysctl -qw net.ipv6.conf.lo.disable_ipv6=0' % net.app)  # as when a network is connected
        time.sleep(2.5)
        assert net.ask(v6=True)[0] == 200 and net.ask(bad, v6=True)[0] == 403
        sh('ip netns exec %s nft delete table inet merlon' % net.app)
        d.wait_for('event=rules_lost')
        time.sleep(0.2)
        assert net.ask()[0] == 200 and net.ask(bad)[0] == 403


def test_link_local_clients_are_served():
    with scene() as (net, app, d):
        d.protect(app, ports=[8080], flags=DECLARED)
        address, mine = [sh("ip -n %s -6 -o addr show dev e0 scope link" % ns).split()[3].split('/')[0] for ns in (net.app, net.client)]
        for raw, status in (get('/'), 200), (get(b'/?q=' + ATTACK.replace(b' ', b'+')), 403), (get('/'), 200):
            with inside(net.client):
                s = socket.socket(socket.AF_INET6)
                s.settimeout(5)
                s.bind((mine, 0, 0, socket.if_nametoindex('e0')))
                s.connect((address, 8080, 0, socket.if_nametoindex('e0')))
            with Client(s) as c:
                c.send(raw)
                got, _, body = c.answer()
                assert got == status and (status == 403 or body.startswith(address.encode())), (got, body)


if __name__ == '__main__':
    run_here(globals())
