"""make demo with a real Docker: the room, the defender before the shop's container, and that nothing of it stays."""
import os, subprocess, sys

import dockerd
from dockerd import ROOM, leftovers

MERLON = os.environ['MERLON']


def inside():
    d = dockerd.RoomDaemon()
    d.image('bystander:1')
    d.run('bystander', 'bystander:1')
    before = d.names()
    r = subprocess.run([MERLON, 'demo'], capture_output=True, text=True, timeout=60)
    assert r.returncode == 0 and not r.stderr, (r.returncode, r.stdout[-2000:], r.stderr)
    print(r.stdout)
    assert d.names() == before, d.names()
    assert d.inspect('bystander')['State']['Running']


def test_the_shop_in_a_container():
    before = leftovers()
    r = subprocess.run([ROOM, sys.executable, __file__, '--inside'], capture_output=True, text=True, timeout=100)
    if 'Docker does not run here' in r.stderr:
        dockerd.skip(r.stderr.strip())
    assert r.returncode == 0, r.stdout[-2000:] + r.stderr[-2000:]
    for text in ('in a container whose image knows nothing of Merlon', 'images: ["mug-shop:*"]', '5 honest requests passed, 6 attacks were blocked.',
                 ' GET /search?q=O%27Brien%27s+teapot', ' POST /comment\n',
                 "the addresses are the client's own", 'why    sqli.union', '"image":"mug-shop:demo-', 'once the defender has stopped',
                 "the admin's password: correct-horse-battery"):
        assert text in r.stdout, (text, r.stdout)
    assert leftovers() == before, (before, leftovers())


def test_without_docker_it_is_a_proxy():
    """In a room without a daemon: it says why, and shows the same."""
    r = subprocess.run(['unshare', '-n', '-m', 'sh', '-c', 'ip link set lo up; mount -t tmpfs run /run; exec "$@"', 'sh', MERLON, 'demo'],
                       capture_output=True, text=True, timeout=60)
    assert r.returncode == 0, r.stdout + r.stderr
    for text in ('Without a container, since no Docker answers at /run/docker.sock', 'client --> Merlon 127.0.0.1',
                 '5 honest requests passed, 6 attacks were blocked.'):
        assert text in r.stdout, (text, r.stdout)


def main():
    if '--inside' in sys.argv:
        inside()
        return 0
    dockerd.need()
    for name, test in list(globals().items()):
        if name.startswith('test_'):
            test()
            print('ok  ', name, flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
