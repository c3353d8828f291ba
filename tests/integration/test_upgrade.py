"""What happens to a protected container of Docker under load while parts of the node are replaced: the runtime's daemon
(killed and started again), the scout, the whole defender (--takeover, with the scout of the new one finding the
containers by itself)."""
import contextlib, json, os, signal, subprocess, sys, time

import dockerd
from protected import ATTACK, address_of, defender, pid_of, shop

SCENARIO = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../scenario')


class Load:
    """Connections without keep-alive from eight clients, and two attackers, until the end of the block."""
    def __init__(self, host, address):
        me = subprocess.run(['nsenter', '-t', str(host), '-n', 'ip', '-4', 'route', 'get', address], capture_output=True, text=True).stdout
        source = me.split(' src ')[1].split()[0]
        self.clients, self.attackers = [subprocess.Popen(
            ['nsenter', '-t', str(host), '-n', '--', sys.executable, SCENARIO + '/space_hammer.py', source, address, '8080', '0', *more],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE) for more in (('8',), ('2', ATTACK))]

    def __enter__(self):
        time.sleep(0.5)
        return self

    def __exit__(self, *args):
        time.sleep(0.5)
        self.count, self.attacks = [json.loads(p.communicate(timeout=30)[0]) for p in (self.clients, self.attackers)]

    def lost_nothing(self, what):
        refused = self.attacks.pop('answer HTTP/1.1 403', 0)
        print('   %-22s' % what, self.count, 'attacks refused: %d' % refused, flush=True)
        assert set(self.count) == {'ok', 'own', 'own_port', 'stalled'} and self.count['ok'] > 100, self.count
        assert self.count['ok'] == self.count['own'], self.count
        assert refused > 20 and not any(self.attacks.values()), (refused, self.attacks)


@contextlib.contextmanager
def front(d, m):
    shop(d)
    cid = d.run('front', 'shop/front:1', network='bridge')
    app = subprocess.Popen(['nsenter', '-t', str(pid_of(d, cid)), '-n', '--', sys.executable, SCENARIO + '/space_app.py', '8080'],
                           stdout=subprocess.PIPE)
    try:
        assert app.stdout.readline() == b'listening\n'
        m.protected(cid)
        yield cid, address_of(d, cid)
    finally:
        app.kill()
        app.wait()
        app.stdout.close()


def test_the_daemon_is_killed_and_comes_back(d):
    with defender(d) as m, front(d, m) as (cid, address):
        with Load(d.holder.pid, address) as load:
            d.stop(signal.SIGKILL)
            time.sleep(0.5)
            d.start()
            m.wait('synced', lambda: m.status()['synced'])
        load.lost_nothing('daemon killed')
        m.protected(cid)
        new = d.run('new', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
        m.protected(new)


def test_the_scout_is_killed(d):
    with defender(d) as m, front(d, m) as (cid, address):
        with Load(d.holder.pid, address) as load:
            for _ in range(3):
                scout = dockerd.child_of(m.proc.pid, 'scout')
                os.kill(scout, signal.SIGKILL)
                m.wait('a new scout', lambda: dockerd.child_of(m.proc.pid, 'scout') != scout and m.status()['synced'])
        load.lost_nothing('scout killed, 3 times')


def test_the_defender_is_replaced(d):
    with defender(d) as m, front(d, m) as (cid, address):
        with Load(d.holder.pid, address) as load:
            for _ in range(3):
                old = m.proc
                m.start('--takeover')
                assert old.wait(20) == 0
                m.protected(cid)
        load.lost_nothing('upgraded, 3 times')
        new = d.run('new', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
        m.protected(new)
        m.stop()
        left = subprocess.run(['nsenter', '-t', str(pid_of(d, cid)), '-n', 'nft', 'list', 'ruleset'], capture_output=True, text=True)
        assert 'merlon' not in left.stdout, left.stdout


def main():
    dockerd.need()
    with dockerd.Dockerd(args=['--live-restore']) as d:
        return dockerd.run(globals(), d)


if __name__ == '__main__':
    sys.exit(main())
