"""The scout against a real containerd, without Docker: namespaces, pods by their labels, names of images, life and death."""
import os, signal, subprocess, sys, time

import dockerd
from dockerd import archive, child_of
from test_discovery import NO_RULE, Scout


class Ctr:
    def __init__(self, d):
        self.d = d
        self.sock = d.dir + '/containerd.sock'
        end = time.monotonic() + 20
        while subprocess.run(self.line('version'), capture_output=True).returncode:
            if time.monotonic() > end or d.containerd.poll() is not None:
                dockerd.skip('containerd does not run here')
            time.sleep(0.05)

    def line(self, *args, ns='k8s.io'):
        return ['ctr', '-a', self.sock, '-n', ns, *args]

    def __call__(self, *args, ns='k8s.io', stdin=None, check=True):
        r = subprocess.run(self.line(*args, ns=ns), capture_output=True, input=stdin, timeout=60)
        if check and r.returncode:
            raise AssertionError('%s: %s' % (args, r.stderr.decode()))
        return r.stdout.decode()

    def image(self, ref, ns='k8s.io', extra=b''):
        self('images', 'import', '--snapshotter', 'native', '-', ns=ns, stdin=archive(ref, extra))
        return next(l.split()[2] for l in self('images', 'ls', ns=ns).splitlines() if l.startswith(ref + ' '))

    def run(self, cid, ref, labels=None, ns='k8s.io', args=(), cmd=()):
        more = [x for k, v in (labels or {}).items() for x in ('--label', '%s=%s' % (k, v))]
        self('run', '-d', '--snapshotter', 'native', *more, *args, ref, cid, *cmd, ns=ns)

    def remove(self, cid, ns='k8s.io'):
        self('task', 'rm', '-f', cid, ns=ns, check=False)
        self('container', 'rm', cid, ns=ns, check=False)

    def clear(self):
        for ns in self('namespace', 'ls', '-q').split():
            for cid in self('container', 'ls', '-q', ns=ns).split():
                self.remove(cid, ns)


POD = {'io.kubernetes.pod.namespace': 'prod', 'io.kubernetes.pod.name': 'web-1', 'io.kubernetes.container.name': 'web',
       'io.cri-containerd.kind': 'container', 'tier': 'front'}
REF = 'registry.example/shop/front:1'
RULES = [('pods', 10, '{scope: {images: ["*/shop/front"], namespaces: [prod], containers: [web], labels: {tier: front}}, mode: shadow}'),
         ('rest', 20, '{scope: {images: ["*/shop/front:*"]}}')]


def scout(ctr, rules=RULES):
    return Scout('/nonexistent/docker.sock', rules, ctr.sock)


def test_pods_and_plain_containers_get_their_rules(ctr):
    ctr.image(REF)
    ctr.run('before', REF, POD)
    s = scout(ctr)
    try:
        s.wait('synced', lambda: s.synced)
        s.expect('a pod', 'before', 0)
        found = s.find('before')
        assert (found['name'], found['pod'], found['namespace_'], found['image']) == ('web', 'web-1', 'prod', REF), found
        assert found['runtime'] == 2 and found['mode'] == 'shadow', found
        pid = int(next(l.split()[1] for l in ctr('task', 'ls').splitlines() if l.startswith('before ')))
        assert found['pid'] == pid, found
        ctr.run('after', REF, {**POD, 'tier': 'back'})
        s.expect('another label', 'after', 1)
        ctr.run('sandbox', REF, {**POD, 'io.cri-containerd.kind': 'sandbox'})
        ctr.image(REF, ns='default')
        ctr.run('plain', REF, ns='default')
        s.expect('a new namespace', 'plain', 1)
        assert s.find('sandbox') is None
        ctr('task', 'pause', 'after')
        s.wait('paused', lambda: s.find('after')['flags'] & 2)
        ctr('task', 'resume', 'after')
        s.wait('resumed', lambda: not s.find('after')['flags'] & 2)
        # a process within a container ends: the container stays
        ctr('task', 'exec', '--exec-id', 'x', 'after', '/bin/busybox', 'true')
        ctr('task', 'kill', '-s', 'SIGKILL', 'before')
        s.gone('killed', 'before')
        assert s.find('after') and s.find('plain')
        ctr('task', 'rm', '-f', 'before')
        ctr('task', 'start', '-d', 'before')
        s.expect('started again', 'before', 0)
        ctr.remove('plain', 'default')
        s.gone('removed', 'plain')
    finally:
        s.close()


def test_images_by_every_name_and_digest(ctr):
    digest = ctr.image('docker.io/library/api:1', extra=b'api')
    ctr('images', 'tag', 'docker.io/library/api:1', 'mirror.example/api:2')
    ctr.run('tagged', 'docker.io/library/api:1')
    ctr.run('mirrored', 'mirror.example/api:2')
    s = scout(ctr, [('pinned', 5, '{scope: {images: ["api@%s"], containers: [mirrored]}}' % digest), ('api', 10, '{scope: {images: [api]}}')])
    try:
        s.expect('by its name', 'tagged', 1)
        s.expect('by the digest under another name', 'mirrored', 0)
        ctr('images', 'rm', 'docker.io/library/api:1')
        s.reload([('mirror', 1, '{scope: {images: ["mirror.example/*"]}}')])
        s.expect('by its other name', 'mirrored', 0)
        s.expect('by its other name', 'tagged', 0)
        ctr('images', 'tag', 'mirror.example/api:2', 'third.example/x:3')
        s.reload([('third', 1, '{scope: {images: ["third.example/x:3"]}}')])
        s.expect('by a name that came later', 'tagged', 0)
    finally:
        s.close()


def test_the_daemon_may_be_killed(ctr):
    ctr.image(REF)
    ctr.run('stays', REF)
    ctr.run('ends', REF)
    s = scout(ctr)
    try:
        s.wait('synced', lambda: s.synced)
        s.expect('found', 'ends', 1)
        pid = s.find('ends')['pid']
        ctr.d.containerd.kill()
        ctr.d.containerd.wait()
        os.kill(pid, signal.SIGKILL)
        time.sleep(1)
        assert s.find('stays') and s.find('ends'), 'nothing is given up while it is away'
        ctr.d.start_containerd()
        Ctr(ctr.d)
        s.gone('ended meanwhile', 'ends')
        assert s.find('stays')
        ctr.run('new', REF)
        s.expect('events go on', 'new', 1)
        os.kill(child_of(s.proc.pid, 'scout'), signal.SIGKILL)
        s.wait('a new scout', lambda: s.synced == 3)
        assert s.find('stays') and s.find('new')
    finally:
        s.close()


def test_many_quick_lives_leave_nothing(ctr):
    ctr.image(REF)
    s = scout(ctr)
    try:
        s.wait('synced', lambda: s.synced)
        for i in range(10):
            ctr.run('q%d' % i, REF)
            ctr.remove('q%d' % i)
        s.wait('all were seen', lambda: len([1 for _, m in s.puts if m['rule'] == 1]) >= 10)
        s.wait('none is left', lambda: not s.slots and not s.meta)
    finally:
        s.close()


def main():
    dockerd.need()
    if not dockerd.shutil.which('ctr'):
        dockerd.skip('needs ctr')
    with dockerd.Dockerd(bridge=False, daemon=False) as d:
        ctr = Ctr(d)
        return dockerd.run(globals(), ctr, ctr.clear)


if __name__ == '__main__':
    sys.exit(main())
