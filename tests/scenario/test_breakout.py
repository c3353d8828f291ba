#!/usr/bin/env python3
"""A worker of a defender that runs an attacker's code: with all the sockets it holds it reaches nothing
but the protected ports of its container. With the rules taken away the same attack succeeds, so that
the test is known to see it."""
import re
from spaces import *

ATTACKED = os.environ['MERLON_ATTACKED']
# where the attack goes (src/node/attack_sockets.c): in the client's namespace, and in the application's
OUTSIDE = [('10.77.0.1', 7000), ('fd77::1', 7000), ('169.254.169.254', 7000), ('10.78.0.2', 7000), ('10.77.0.1', 8080), ('fe80::77', 7000)]
INSIDE = [('::', 7001)]
CLIENT_LINK = 8  # the index of its device
CLIENTS = 18     # as many as it has a use for


class Trap:
    """A listener that nobody serves: whoever came is in its queue."""
    def __init__(self, ns, address, port):
        with inside(ns):
            self.sock = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.sock.bind((address, port, 0, CLIENT_LINK) if address.startswith('fe80') else (address, port))
            self.sock.listen(512)
        self.sock.setblocking(False)

    def came(self):
        with self.sock:
            who = []
            try:
                while True:
                    c, peer = self.sock.accept()
                    c.close()
                    who.append(peer)
            except BlockingIOError:
                return who


def knock(net, v6):
    """A client that does not wait: whom it reaches may disconnect at once, and be faster than its connect() returns."""
    with inside(net.client):
        s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET)
    s.setblocking(False)
    with contextlib.suppress(BlockingIOError), inside(net.client):
        s.connect((net.app6 if v6 else net.app4, 8080))
    return s


def attack(before=lambda net: None, host=False):
    """What the worker says that it reached, and who came to the traps. `host`: the application's network is the node's."""
    net = Net()
    folder = tempfile.mkdtemp(prefix='merlon-test-')
    os.chmod(folder, 0o755)
    program = shutil.copy(ATTACKED, folder)
    log = os.path.join(folder, 'log')
    scout, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    d = None
    try:
        for a in '169.254.169.254', '10.78.0.2':
            sh('ip -n %s addr add %s/32 dev lo' % (net.client, a))
        sh('ip -n %s addr add fe80::77/64 dev e0 nodad' % net.client)
        sh('ip -n %s route add default via %s' % (net.app, net.client4))
        app = net.serve(8080)
        name = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # of the machine, without a file
        name.bind('\0merlon-breakout')
        name.listen(4)
        traps = [Trap(net.client, *a) for a in OUTSIDE] + [Trap(net.app, *a) for a in INSIDE]
        with open(log, 'wb') as err:
            process = subprocess.Popen([*(['nsenter', '--net=/run/netns/' + net.app, '--'] if host else []), program, 'defender', str(theirs.fileno()), os.path.join(folder, 'state')],
                                       pass_fds=[theirs.fileno()], stderr=err, stdout=subprocess.DEVNULL)
        d = Defender.__new__(Defender)
        d.process, d.log_path, d.scout, d.dir = process, log, scout, folder
        d.wait_for('event=ready', seconds=60)
        d.tell(PUT, 0, app.pid, ports=[8080], flags=DECLARED | (HOST_NETWORK | HOST_PROTECT if host else 0))
        d.wait_for('event=attack_begins', seconds=60)
        before(net)
        clients = [knock(net, i % 2) for i in range(CLIENTS)]  # what it accepts, and waits for
        d.wait_for('event=attack_sockets', seconds=60)
        reached = re.search(r'event=attack_sockets upstreams=(\d+) link_upstreams=(\d+) accepted=%d reached=(\S*)' % CLIENTS, d.log())
        assert reached, d.log()
        assert d.log().count('event=attack_begins') == 1, 'another worker did it'
        for c in clients:
            c.close()
        came = [t.came() for t in traps]
        name.close()
        return (int(reached.group(1)), int(reached.group(2))), set(reached.group(3).split(',')), came
    except BaseException:
        print(open(log).read()[-3000:])
        raise
    finally:
        if d:
            d.stop()
        net.close()
        shutil.rmtree(folder)


def test_nothing_but_the_protected_port_is_reached():
    for host in False, True:
        held, reached, came = attack(host=host)
        assert min(held) >= 2 and reached == {'upstream:protected', 'link_upstream:protected'}, (host, held, reached)
        assert not any(came), (host, came)


def test_the_attack_succeeds_where_nothing_contains_it():
    _, reached, came = attack(lambda net: sh('ip netns exec %s nft flush chain inet merlon contain' % net.app))
    assert {'%s:%s' % (with_, what) for with_, what in [
        *(('accepted', w) for w in ('outside', 'outside6', 'outside_link', 'metadata', 'tenant', 'unprotected', 'unprotected6', 'loopback')),
        ('listener', 'outside'), ('listener', 'metadata'), ('listener', 'tenant'), ('upstream_again', 'unprotected'),
        ('link_upstream_again', 'unprotected')]} <= reached, reached
    assert came[0] and came[2] and came[5], came


if __name__ == '__main__':
    run_here(globals())
