#!/usr/bin/env python3
"""`merlon defender` in plain network namespaces: what a container gets, without a container runtime."""
from spaces import *


def seen(body):
    """The client's address and port as the application saw it, and the request's head."""
    line, _, head = body.partition(b'\n')
    address, port = line.decode().split()
    return address, int(port), head


def test_attacks_are_refused_and_the_application_sees_its_clients():
    with scene() as (net, app, d):
        d.protect(app)
        for v6 in False, True:
            with net.connect(v6=v6) as c:
                c.send(get('/hello'))
                status, _, body = c.answer()
                me = c.sock.getsockname()
                assert status == 200 and seen(body)[:2] == (me[0], me[1]), (body, me)
                assert b'X-Forwarded-For' not in body and b'GET /hello ' in body
                c.send(get('/again'))  # the same connection to the application
                assert seen(c.answer()[2])[:2] == (me[0], me[1])
            status, headers, _ = net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')), v6=v6)
            assert status == 403 and headers['x-merlon-event-id'], headers
        a = d.audits(2)
        assert len(a) == 2 and a[0]['client']['ip'] == net.client4 and a[1]['client']['ip'] == net.client6, a
        assert a[0]['workload']['app_port'] == 8080


def test_nothing_is_left_after_a_stop():
    with scene() as (net, app, d):
        before = net.rules()
        d.protect(app)
        assert net.rules() != before
        assert net.ask()[0] == 200
        assert d.stop() == 0
        assert net.rules() == before, net.rules()
        assert net.ask()[0] == 200


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


def test_a_killed_worker_leaves_the_queue_to_the_next():
    with scene() as (net, app, d):
        d.protect(app)
        assert net.ask()[0] == 200
        for i in range(3):
            os.kill(d.children('worker')[0], signal.SIGKILL)
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


if __name__ == '__main__':
    run_here(globals())
