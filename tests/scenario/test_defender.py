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


if __name__ == '__main__':
    run_here(globals())
