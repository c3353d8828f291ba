#!/usr/bin/env python3
"""Ports that open while clients are there already."""
from spaces import *

def test_a_port_that_opens_later_and_one_that_closes():
    with scene() as (net, app, d):
        d.protect(app)
        late = net.serve(8081)
        d.wait_for('port=8081 state="protected"')
        bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
        assert net.ask(bad, port=8081)[0] == 403
        late.kill()
        time.sleep(2.5)
        try:
            net.connect(8081)
            assert False
        except ConnectionRefusedError:
            pass


def test_a_hint_is_protected_before_anything_listens():
    with scene(9999) as (net, app, d):
        d.tell(PUT, 0, app.pid, ports=[8080])
        d.wait_for('event=port slot=0 port=9999 state="protected"')
        late = net.serve(8080)  # at once: no time to look
        assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
        late.kill()


def test_the_first_client_of_a_port_that_nobody_named():
    bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    with scene() as (net, app, d):
        d.protect(app)
        for i in range(6):
            late = net.serve(8090 + i)  # at once: no time to look
            assert net.ask(bad, port=8090 + i, v6=i % 2 == 1)[0] == 403
            assert net.ask(port=8090 + i)[0] == 200
            late.kill()
        redis = net.serve(6379, 'redis')
        with net.connect(6379) as c:
            served(c, b'*1\r\n$4\r\nPING\r\n', b'+PONG\r\n')
        redis.kill()
        try:  # what nobody listens on is refused, not taken and let go
            net.connect(8099)
            assert False
        except ConnectionRefusedError:
            pass
    with scene() as (net, app, d):  # fail: closed holds for them, too
        d.protect(app, flags=FAIL_CLOSED)
        d.stop(signal.SIGKILL)
        time.sleep(1.2)
        late = net.serve(8090)
        try:
            net.connect(8090)
            assert False, 'served'
        except ConnectionRefusedError:
            pass
        assert net.cleanup(d.dir + '/state').returncode == 0
        assert net.ask(port=8090)[0] == 200
        late.kill()


OPENS = '''
import socket, struct, sys, time
port, seconds, opens, reached = int(sys.argv[1]), float(sys.argv[2]), 0, 0
print('opening', flush=True)
end = time.monotonic() + seconds
while time.monotonic() < end:
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(('0.0.0.0', port))
    s.listen(1024)
    s.setblocking(False)
    opens += 1
    time.sleep(0.001)
    try:
        while True:
            s.accept()[0].close()
            reached += 1
    except BlockingIOError:
        s.close()
    time.sleep(0.001)
print(opens, reached)
'''
KNOCKS = '''
import socket, struct, sys
to, caught, refused = (sys.argv[1], int(sys.argv[2])), 0, 0
print('knocking', flush=True)
while sys.stdin not in __import__('select').select([sys.stdin], [], [], 0)[0]:
    for _ in range(200):
        with socket.socket() as s:
            s.settimeout(5)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            if s.connect_ex(to):
                refused += 1
            else:
                caught += 1
print(caught, refused)
'''


def test_nobody_slips_in_while_a_port_opens():
    """Between the rule's look for a listener and the kernel's own there are microseconds in which a port opens. The
    warden stands still, so that the port is never one that is known."""
    with scene() as (net, app, d):
        d.protect(app)
        d.process.send_signal(signal.SIGSTOP)
        try:
            knockers = [net.run(sys.executable, '-c', KNOCKS, net.app4, '8090', ns=net.client, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                        for _ in range(2)]
            for k in knockers:
                assert k.stdout.readline() == b'knocking\n'
            opener = net.run(sys.executable, '-c', OPENS, '8090', os.environ.get('MERLON_OPENS_S', '3'), stdout=subprocess.PIPE)
            opens, reached = map(int, opener.communicate(timeout=200)[0].split()[1:])
            counts = [tuple(map(int, k.communicate(b'end', timeout=60)[0].split())) for k in knockers]
        finally:
            d.process.send_signal(signal.SIGCONT)
        print('    opened %d times, %d reached it; clients (caught, refused): %s' % (opens, reached, counts))
        assert opens > 50 and all(caught and refused for caught, refused in counts), (opens, counts)
        assert reached == 0, (reached, opens)


def test_the_port_of_a_connection_from_before_is_no_way_around():
    """A connection that the kernel tracks as it is, not as ours, and that its server has reset: for some seconds the
    same client port is the same connection to the kernel."""
    from_before()


def from_before(within=()):
    bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    with scene(within=within) as (net, app, d):
        d.protect(app)
        d.stop(signal.SIGKILL)  # fail: open
        time.sleep(1.2)
        with inside(net.app):
            resetting = socket.create_server(('0.0.0.0', 8081))
        with net.connect(8081, source_port=40000):
            served_by = resetting.accept()[0]
            served_by.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            served_by.close()
        resetting.close()
        net.serve(8081)
        new = Defender(within=within)
        try:
            new.protect(app, port=8081)
            try:
                assert net.ask(bad, port=8081, source_port=40000)[0] == 403
            except ConnectionRefusedError:
                pass
            assert net.ask(bad, port=8081, source_port=40001)[0] == 403
        finally:
            new.close()


def test_without_a_look_for_sockets():
    """What the kernel cannot do is said; the ports that are known are held as ever, later ones are found by looking."""
    bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    with tempfile.TemporaryDirectory() as folder:
        within = [*poorer_nft(folder, 'socket wildcard'), 'sh', '-c', 'shift; exec "$@"', 'sh']
        with scene(within=within, workers=2) as (net, app, d):
            before = net.rules()
            d.protect(app)
            assert 'event=no_nft_socket' in d.log() and 'wildcard' not in chains(net) and 'chain missed' in chains(net)
            assert net.ask(bad)[0] == 403 and net.ask()[0] == 200
            net.serve(8090)
            d.wait_for('slot=0 port=8090 state="protected"')
            assert net.ask(bad, port=8090)[0] == 403
            try:
                net.connect(8091)
                raise AssertionError('8091 answered')
            except ConnectionRefusedError:  # by the kernel, as ever
                pass
            new = Defender(within=within, takeover=d, workers=2)
            try:
                new.tell(PUT, 0, app.pid)
                new.tell(SYNCED)
                assert d.process.wait(20) == 0
                new.wait_for('event=no_nft_socket')  # its own rules, and it knows what they cannot do
                assert net.ask(bad)[0] == 403 and net.ask(bad, port=8090)[0] == 403
                assert new.stop() == 0 and net.rules() == before, net.rules()
            finally:
                new.close()
        from_before(within)


if __name__ == '__main__':
    run_here(globals())
