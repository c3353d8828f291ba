#!/usr/bin/env python3
"""`host_network: protect`: an application in the network of the node itself. The "node" is a namespace that
the defender, the application and, behind a bridge of it, a container live in."""
from spaces import *

BAD = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
HOST = HOST_NETWORK | HOST_PROTECT | DECLARED


def peer(body):
    return body.split(b' ')[0].decode()


def protect(d, app, flags=0):
    d.protect(app, ports=[8080], flags=HOST | flags)


def test_attacks_are_refused_and_the_application_sees_its_clients():
    with scene(host=True, workers=2) as (net, app, d):
        before = net.rules()
        protect(d, app)
        assert net.rules()[-1] == before[-1]  # a setting of the whole node stays as it was
        for v6 in False, True:
            with net.connect(v6=v6) as c:
                me = c.sock.getsockname()
                for _ in range(2):
                    c.send(get('/'))
                    status, _, body = c.answer()
                    assert status == 200 and body.split(b'\n')[0].decode() == '%s %d' % me[:2], (body, me)
            assert net.ask(BAD, v6=v6)[0] == 403
        count = net.hammer(int(os.environ.get('MERLON_CONNECTIONS', 2000)))
        print('    ', count)
        assert set(count) == {'ok', 'own', 'own_port', 'stalled'} and count['ok'] == count['own'] and not count['stalled'], count
        assert d.stop() == 0
        assert net.rules() == before, net.rules()
        assert net.ask()[0] == 200


def test_the_node_itself_and_other_ports_are_left_alone():
    with scene(host=True) as (net, app, d):
        net.serve(9090)
        protect(d, app)
        for port, status in (8080, 403), (9090, 200):
            assert net.ask(BAD, port=port)[0] == status
        with inside(net.app):
            s = socket.create_connection(('127.0.0.1', 8080), 5)
        with Client(s) as c:
            c.send(BAD)
            assert c.answer()[0] == 200  # as in containers: what is local stays local


def test_what_only_passes_through_the_node_is_left_alone():
    """A client behind the node, a server of the same port beyond it; and masquerading, as Docker's."""
    with scene(host=True) as (net, app, d):
        inner = 'mlnin%d' % os.getpid()
        sh('ip netns add %s; ip -n %s link set lo up' % (inner, inner))
        try:
            sh('ip -n {app} link add b0 type veth peer name e0 netns {inner};'
               'ip -n {app} addr add 10.78.0.1/24 dev b0; ip -n {app} link set b0 up;'
               'ip -n {inner} addr add 10.78.0.2/24 dev e0; ip -n {inner} link set e0 up; ip -n {inner} route add default via 10.78.0.1;'
               'ip netns exec {app} sysctl -qw net.ipv4.ip_forward=1;'
               'ip -n {client} route add 10.78.0.0/24 via {app4}'.format(app=net.app, inner=inner, client=net.client, app4=net.app4))
            subprocess.run(['ip', 'netns', 'exec', net.app, 'nft', '-f', '-'], check=True, input=b"""
                table ip docker { chain post { type nat hook postrouting priority srcnat; ip saddr 10.78.0.0/24 oifname != "b0" masquerade; }; }""")
            server = net.run(sys.executable, SERVER, '8080', ns=net.client, stdout=subprocess.PIPE)
            assert server.stdout.readline() == b'listening\n'
            protect(d, app)

            def from_inside(to, raw):
                with inside(inner):
                    s = socket.create_connection((to, 8080), 5)
                with Client(s) as c:
                    c.send(raw)
                    return c.answer()
            status, _, body = from_inside(net.client4, BAD)  # a connection to somebody else
            assert status == 200 and peer(body) == net.app4, (status, body)
            assert from_inside('10.78.0.1', BAD)[0] == 403  # to the node, from a container of it
            status, _, body = from_inside('10.78.0.1', get('/'))
            assert status == 200 and peer(body) == '10.78.0.2', (status, body)
            assert from_inside(net.app4, BAD)[0] == 403
            assert peer(from_inside(net.app4, get('/'))[2]) == '10.78.0.2'
        finally:
            sh('ip netns del ' + inner, check=False)


def test_it_is_for_those_who_ask():
    with scene(host=True) as (net, app, d):
        d.tell(PUT, 0, app.pid, ports=[8080], flags=HOST_NETWORK | DECLARED)
        time.sleep(0.5)
        assert 'merlon' not in net.rules()[0] and net.ask(BAD)[0] == 200
        protect(d, app)  # the rule changed
        assert net.ask(BAD)[0] == 403
        d.tell(PUT, 0, app.pid, ports=[8080], flags=HOST_NETWORK | DECLARED)
        d.wait_for('slot=0 port=8080 state="nobody listens"')
        assert net.ask(BAD)[0] == 200
        protect(d, app)
        assert net.ask(BAD)[0] == 403
        d.tell(GONE, 0)
        assert d.done() == 0
        assert 'merlon' not in net.rules()[0] and net.ask(BAD)[0] == 200


def test_what_a_crash_leaves_of_it():
    for flags in 0, FAIL_CLOSED:
        with scene(host=True) as (net, app, d):
            sh('ip netns exec %s sysctl -qw net.ipv4.tcp_fwmark_accept=1' % net.app)  # somebody else's
            before = net.rules()
            protect(d, app, flags)
            assert net.ask(BAD)[0] == 403
            workers = d.children('worker')
            d.stop(signal.SIGKILL)
            for p in workers:
                os.kill(p, signal.SIGKILL)
            time.sleep(0.3)
            try:
                assert net.ask(BAD)[0] == 200 and not flags
            except ConnectionRefusedError:
                assert flags
            r = net.cleanup(d.dir + '/state', host=True)
            assert r.returncode == 0 and ' 1 cleaned, 0 failed' in r.stdout, r
            assert net.rules() == before, net.rules()
            assert net.ask()[0] == 200


if __name__ == '__main__':
    run_here(globals())
