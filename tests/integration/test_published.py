"""Published ports under connections without keep-alive at full speed: Docker's DNAT and its userland proxy, IPv4 and
IPv6, in front of a protected container. None may be refused or reset. MERLON_CONNECTIONS: of each kind (20000 is
what is promised)."""
import contextlib, json, os, subprocess, sys

import dockerd
from protected import ATTACK, defender, get, pid_of, shop

N = int(os.environ.get('MERLON_CONNECTIONS', 1500))
SCENARIO = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../scenario')
KEYS = {'ok', 'own', 'own_port', 'stalled'}


def in_net(pid, *command, **kw):
    return subprocess.Popen(['nsenter', '-t', str(pid), '-n', '--', *command], **kw)


def sh(line):
    subprocess.run(line, shell=True, check=True, capture_output=True)


@contextlib.contextmanager
def another_machine(d):
    """The process whose network namespace it is: a client that reaches the node over a link of its own."""
    p = subprocess.Popen(['unshare', '-n', 'sh', '-c', 'ip link set lo up; echo up; exec sleep 1000000'], stdout=subprocess.PIPE)
    try:
        assert p.stdout.readline() == b'up\n'
        sh('nsenter -t %d -n ip link add c0 index 501 type veth peer name e0 index 502 netns %d' % (d.holder.pid, p.pid))
        for pid, dev, last in (d.holder.pid, 'c0', 1), (p.pid, 'e0', 2):
            sh('nsenter -t {0} -n sh -ec "sysctl -qw net.ipv6.conf.{1}.accept_dad=0; ip link set {1} up; ip addr add 10.66.0.{2}/24 dev {1}; '
               'ip addr add fd66:66::{2}/64 dev {1} nodad"'.format(pid, dev, last))
        sh('nsenter -t %d -n sh -ec "ip route add default via 10.66.0.1; ip -6 route add default via fd66:66::1"' % p.pid)
        yield p.pid
    finally:
        p.kill()
        p.wait()
        p.stdout.close()


def hammer(pid, source, to, port):
    p = in_net(pid, sys.executable, SCENARIO + '/space_hammer.py', source, to, str(port), str(N), '32', stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    return json.loads(p.communicate(timeout=280)[0])


def test_published_ports_lose_no_connection(d):
    shop(d)
    d.api('POST', '/networks/create', {'Name': 'both', 'EnableIPv6': True, 'IPAM': {'Config': [{'Subnet': 'fd66:1::/64'}]}})
    with defender(d) as m, another_machine(d) as client:
        front = d.run('front', 'shop/front:1', network='both', PortBindings={'8080/tcp': [{'HostIp': '', 'HostPort': '18080'}]},
                      config={'ExposedPorts': {'8080/tcp': {}}})
        app = in_net(pid_of(d, front), sys.executable, SCENARIO + '/space_app.py', '8080', stdout=subprocess.PIPE)
        try:
            assert app.stdout.readline() == b'listening\n'
            m.protected(front)
            for name, pid, source, to in (('DNAT', client, '10.66.0.2', '10.66.0.1'), ('DNAT, IPv6', client, 'fd66:66::2', 'fd66:66::1'),
                                          ('docker-proxy', d.holder.pid, '127.0.0.1', '127.0.0.1'),
                                          ('docker-proxy, IPv6', d.holder.pid, '::1', '::1')):
                assert get(pid, to, 18080, ATTACK)[0] == 403, name
                before = m.status()['requests']['forwarded']
                c = hammer(pid, source, to, 18080)
                print('   %-20s' % name, c, flush=True)
                assert c['ok'] == N and set(c) == KEYS and c['stalled'] <= N / 1000, c
                assert c['own'] == (N if 'DNAT' in name else 0), c  # docker-proxy is the client of what it passes on
                m.wait('all of them went through the defender', lambda: m.status()['requests']['forwarded'] - before >= N)
        finally:
            app.kill()
            app.wait()
            app.stdout.close()


def main():
    dockerd.need()
    with dockerd.Dockerd(args=['--experimental', '--ip6tables']) as d:  # Docker 20.10 translates IPv6 only then
        return dockerd.run(globals(), d)


if __name__ == '__main__':
    sys.exit(main())
