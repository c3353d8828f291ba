"""Merlon's own image, started by the command of docs/user/deployment.md, protects another container."""
import os, re, resource, subprocess, sys, tempfile, time

import dockerd
from dockerd import ROOM, leftovers

ROOT = os.environ['MERLON_SOURCE_ROOT']
MERLON = os.environ['MERLON']
POLICY = """apiVersion: merlon.dev/v1
kind: Rule
metadata: {name: front}
spec: {scope: {images: ["*/shop/front:*"]}}
"""


def documented():
    """The commands of the block that starts the container."""
    with open(os.path.join(ROOT, 'docs/user/deployment.md')) as f:
        return re.search(r'```sh\n(docker run .*?)docker exec', f.read(), re.S).group(1)


def sh(command):
    r = subprocess.run(['sh', '-c', command], capture_output=True, text=True, timeout=60)
    assert r.returncode == 0, command + r.stdout + r.stderr
    return r.stdout


def wait(what, condition, limit=20):
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def inside():
    from test_protect import ATTACK, address_of, app_log, get, shop
    d = dockerd.RoomDaemon()
    with tempfile.TemporaryDirectory() as dir:
        sh('%s/deploy/docker/image %s %s/image.tar' % (ROOT, MERLON, dir))
        print(sh('/usr/bin/docker load -i %s/image.tar' % dir))
        with open(dir + '/policy.yaml', 'w') as f:
            f.write(POLICY)
        command = documented()
        assert 'privileged' not in command and '-v /etc/merlon:' in command
        if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 65536:  # and no right to raise it
            command = command.replace('--ulimit nofile=65536', '')
        sh(command.replace('-v /etc/merlon:', '-v %s:' % dir).replace('docker run', '/usr/bin/docker run'))
        shop(d)
        cid = d.run('front', 'shop/front:1', cmd=(), network='bridge', config={'Cmd': None})
        apps = lambda: sh('/usr/bin/docker exec merlon merlon apps')
        try:
            wait('protected', lambda: d.inspect('merlon')['State']['Running'] and 'port 8080: protected' in
                 subprocess.run(['/usr/bin/docker', 'exec', 'merlon', 'merlon', 'apps'], capture_output=True, text=True).stdout)
        except AssertionError:
            print(app_log(d, 'merlon'))
            raise
        ip = address_of(d, cid)
        assert get(os.getpid(), ip)[:2] == (200, b'welcome')
        assert get(os.getpid(), ip, target=ATTACK)[0] == 403
        assert '172.17.0.1]:' in app_log(d, cid) and 'UNION' not in app_log(d, cid), app_log(d, cid)
        log = app_log(d, 'merlon')
        assert 'user=merlon caps=none root=empty net=empty seccomp="on"' in log and 'level=warn' not in log, log
        assert '"protection":"sqli"' in log, log
        host = d.run('in-host', 'shop/front:1', cmd=('/bin/httpd', '-f', '-p', '7070', '-h', '/www'), network='host')
        wait('the network of the host is known', lambda: 'network of the host' in apps())
        d.remove(host)
        sh('/usr/bin/docker stop merlon')
        assert d.inspect('merlon')['State']['ExitCode'] == 0
        assert get(os.getpid(), ip, target=ATTACK)[0] == 200
        rules = sh('nsenter -t %d -n nft list ruleset' % d.inspect(cid)['State']['Pid'])
        assert 'merlon' not in rules, rules


def test_the_documented_command_protects_a_container():
    before = leftovers()
    r = subprocess.run([ROOM, sys.executable, __file__, '--inside'], capture_output=True, text=True, timeout=100)
    if 'Docker does not run here' in r.stderr:
        dockerd.skip(r.stderr.strip())
    assert r.returncode == 0, r.stdout[-4000:] + r.stderr[-3000:]
    assert leftovers() == before, (before, leftovers())


def main():
    if '--inside' in sys.argv:
        inside()
        return 0
    dockerd.need()
    if not os.path.exists('/usr/bin/docker') or not os.path.exists('/usr/sbin/nft'):
        dockerd.skip('needs the docker command and nft')
    test_the_documented_command_protects_a_container()
    return 0


if __name__ == '__main__':
    sys.exit(main())
