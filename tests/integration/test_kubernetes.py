"""deploy/kubernetes/daemonset.yaml as a kubelet would run it, on the real containerd's CRI: Merlon with exactly that
security context and those mounts protects a pod's container; updates with and without the surge."""
import contextlib, glob, json, os, re, socket, subprocess, sys, tempfile, threading, time

import dockerd
from cri import CONTAINER, NODE, POD, Cri, Refused, string_map
from dockerd import ROOM, archive

ROOT = os.environ['MERLON_SOURCE_ROOT']
MERLON = os.environ['MERLON']
SOCK = '/run/containerd/containerd.sock'
REF = 'registry.example/shop/front:1'
ATTACK = "/bin/extra?q=1'+UNION+SELECT+password+FROM+users--"
# what a kubelet asks for where procMount is Default
MASKED = ['/proc/asound', '/proc/acpi', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list', '/proc/timer_stats',
          '/proc/sched_debug', '/proc/scsi', '/sys/firmware']
READONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

CONTAINERD = '''version = 2
root = "/run/containerd-root"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.example/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/run/cni"
'''
NETWORK = {'cniVersion': '0.4.0', 'name': 'pods', 'plugins': [{
    'type': 'bridge', 'bridge': 'cni0', 'isGateway': True, 'ipMasq': False,
    'ipam': {'type': 'host-local', 'dataDir': '/run/cni-data', 'ranges': [[{'subnet': '10.88.0.0/24'}]], 'routes': [{'dst': '0.0.0.0/0'}]}}]}


def manifest():
    import yaml
    with open(os.path.join(ROOT, 'deploy/kubernetes/daemonset.yaml')) as f:
        return {d['kind']: d for d in yaml.safe_load_all(f)}


def wait(what, condition, limit=20):
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def quantity(text):
    """Kubernetes' units, as far as the manifest uses them."""
    n, unit = re.fullmatch(r'(\d+)(m|Mi|Gi|)', str(text)).groups()
    return int(n) * {'m': 0.001, '': 1, 'Mi': 1 << 20, 'Gi': 1 << 30}[unit]


class Kubelet:
    """Translates the DaemonSet of the file into calls of the CRI, and nothing else into them."""

    def __init__(self, cri, dir):
        self.cri, self.dir = cri, dir
        docs = manifest()
        self.policy = docs['ConfigMap']['data']
        self.spec = docs['DaemonSet']['spec']['template']['spec']
        self.container = self.spec['containers'][0]
        self.grace = self.spec['terminationGracePeriodSeconds']

    def volume(self, name):
        v = next(v for v in self.spec['volumes'] if v['name'] == name)
        if 'hostPath' in v:
            if v['hostPath']['type'] == 'DirectoryOrCreate':
                os.makedirs(v['hostPath']['path'], exist_ok=True)
            return v['hostPath']['path']
        path = tempfile.mkdtemp(prefix=name + '-', dir=self.dir)
        if 'configMap' in v:
            for key, text in self.policy.items():
                with open(os.path.join(path, key), 'w') as f:
                    f.write(text)
        else:
            assert v['emptyDir']['medium'] == 'Memory'
            subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=1777,size=%d' % quantity(v['emptyDir']['sizeLimit']), 'emptydir', path], check=True)
        return path

    def mounts(self):
        return [{1: m['mountPath'], 2: self.volume(m['name']), 3: int(m.get('readOnly', False))} for m in self.container['volumeMounts']]

    def security(self):
        c = dict(self.container['securityContext'])
        caps, seccomp = c.pop('capabilities'), c.pop('seccompProfile')
        assert c.pop('privileged') is False and c.pop('runAsUser') == 0 and seccomp == {'type': 'RuntimeDefault'}
        fields = {1: {1: caps['add'], 2: caps['drop']}, 3: {1: NODE if self.spec['hostNetwork'] else POD, 2: NODE if self.spec['hostPID'] else CONTAINER},
                  5: {}, 7: int(c.pop('readOnlyRootFilesystem')), 13: MASKED, 14: READONLY, 15: {1: 0}}
        assert not c, 'not translated: %s' % c
        return fields

    def start(self, name):
        pod = self.cri.sandbox(name, 'merlon', self.spec['hostNetwork'], self.spec['hostPID'], self.dir)
        limits = self.container['resources']['limits']
        cid = self.cri.container(pod, {
            1: {1: 'defender'}, 2: {1: 'docker.io/library/' + self.container['image']}, 4: self.container['args'], 7: self.mounts(), 11: name + '.log',
            9: string_map({'io.kubernetes.pod.name': name, 'io.kubernetes.pod.namespace': 'merlon', 'io.kubernetes.container.name': 'defender'}),
            15: {1: {1: 100000, 2: int(quantity(limits['cpu']) * 100000), 4: quantity(limits['memory'])}, 2: self.security()}})
        return pod, cid

    def log(self, name):
        with open('%s/%s.log' % (self.dir, name), errors='replace') as f:
            return f.read()

    def probe(self, cid, name):
        """Whether a probe of the manifest answers well."""
        p = self.container[name]
        if 'exec' in p:
            return self.cri.execute(cid, *p['exec']['command'])[0] == 0
        try:
            return ask(p['httpGet']['host'], p['httpGet']['path'], p['httpGet']['port']) == 200
        except OSError:
            return False

    def ready(self, name, cid):
        try:
            wait('ready', lambda: self.probe(cid, 'startupProbe') and self.probe(cid, 'readinessProbe'))
        except (AssertionError, Refused):
            print(self.log(name))
            raise


def ask(address, target='/bin/extra', port=8080, timeout=5):
    with socket.create_connection((address, port), timeout=timeout) as s:
        s.sendall(b'GET %s HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n' % target.encode())
        got = s.recv(65536)
        return int(got.split()[1])


class Hammer(threading.Thread):
    """Honest requests and attacks, one connection each, as fast as they go; what became of them."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self.address, self.count, self.open, self.done = address, {}, [], False
        self.start()

    def run(self):
        while not self.done:
            for kind, target in ('honest', '/bin/extra'), ('attack', ATTACK):
                try:
                    r = ask(self.address, target)
                except (OSError, IndexError) as e:
                    r = type(e).__name__
                self.count[kind, r] = self.count.get((kind, r), 0) + 1
                if (kind, r) == ('attack', 200):
                    self.open.append(time.monotonic())

    def end(self):
        self.done = True
        self.join()
        return self.count


def shop(cri):
    pod = cri.sandbox('shop', 'prod', logs='/run/pods')
    cid = cri.container(pod, {1: {1: 'web'}, 2: {1: REF}, 3: ['/bin/busybox', 'httpd', '-f', '-vv', '-p', '8080', '-h', '/'], 11: 'shop.log',
                              9: string_map({'io.kubernetes.pod.name': 'shop', 'io.kubernetes.pod.namespace': 'prod', 'io.kubernetes.container.name': 'web'}),
                              15: {2: {3: {2: CONTAINER}, 15: {1: 0}}}})
    address = cri.address(pod[0])

    def answers():
        with contextlib.suppress(OSError):
            return ask(address) == 200
    wait('the shop answers', answers)
    return pod, address


def protects(k, cri, address):
    pod, cid = k.start('merlon-a')
    k.ready('merlon-a', cid)
    assert k.probe(cid, 'livenessProbe')
    code, apps = cri.execute(cid, '/usr/bin/merlon', 'apps', '--json')
    app = next(a for a in json.loads(apps)['apps'] if a['image'] == REF)
    assert code == 0 and (app['namespace'], app['pod'], app['container']) == ('prod', 'shop', 'web') and app['effective'] == 'enforce', app
    wait('protected', lambda: ask(address, ATTACK) == 403)
    assert ask(address) == 200
    with open('/run/pods/shop.log') as f:
        seen = f.read()
    assert '10.88.0.1]:' in seen, seen  # the client's own address: that of the bridge
    log = k.log('merlon-a')
    assert 'user=merlon caps=none root=empty net=empty seccomp="on"' in log and 'level=warn' not in log and 'level=error' not in log, log
    assert '"protection":"sqli"' in log
    own = cri.execute(cid, '/usr/bin/merlon', 'doctor')
    assert 'the defender can run here' in own[1] and 'BAD' not in own[1], own
    held = open('/proc/%d/status' % pid_of(cid)).read()
    assert 'CapBnd:\t00000000002c31e0' in held, held  # these nine, and no other
    return pod, cid


def pid_of(cid):
    out = subprocess.run(['ctr', '-a', SOCK, '-n', 'k8s.io', 'task', 'ls'], capture_output=True, text=True).stdout
    return int(next(l.split()[1] for l in out.splitlines() if l.startswith(cid)))


def updates_with_a_surge(k, cri, address, old):
    """The new pod starts, is ready, then the old one is ended."""
    h = Hammer(address)
    time.sleep(0.3)
    new = k.start('merlon-b')
    k.ready('merlon-b', new[1])
    wait('taken over', lambda: 'event=taken_over' in k.log('merlon-a'))
    time.sleep(1)
    assert cri.state(old[1])[0] == 1, 'it lingers, or it would be started again: ' + k.log('merlon-a')
    assert not k.probe(old[1], 'readinessProbe'), 'it does not serve any more'
    assert k.probe(new[1], 'readinessProbe')
    # once the old one has drained, the port is the new one's alone
    assert all(k.probe(c, 'livenessProbe') for c in (old[1], new[1]) * 10)
    cri.stop(old[1], k.grace)
    assert cri.state(old[1]) == (2, 0), (cri.state(old[1]), k.log('merlon-a'))
    time.sleep(0.3)
    count = h.end()
    print('   with a surge:', count)
    assert set(count) == {('honest', 200), ('attack', 403)}, count
    cri.remove(old[0])
    return new


def updates_without(k, cri, address, old):
    """The old pod is ended first, as by maxUnavailable: 1. Measured; fail open, so nothing is refused."""
    h = Hammer(address)
    time.sleep(0.3)
    cri.stop(old[1], k.grace)
    cri.remove(old[0])
    new = k.start('merlon-c')
    k.ready('merlon-c', new[1])
    wait('protected', lambda: ask(address, ATTACK) == 403)
    time.sleep(0.3)
    count = h.end()
    print('   without: %s, unprotected for %.1f s' % (count, h.open[-1] - h.open[0] if h.open else 0))
    assert not [c for c in count if c[0] == 'honest' and c[1] != 200] and ('attack', 200) in count, count
    return new


def inside():
    subprocess.run(['mount', '-t', 'tmpfs', 'tmpfs', '/var/lib'], check=True)  # of CNI
    os.makedirs('/run/cni')
    with open('/run/cni/pods.conflist', 'w') as f:
        json.dump(NETWORK, f)
    with open('/run/containerd.toml', 'w') as f:
        f.write(CONTAINERD)
    with open('/run/containerd.log', 'wb') as f:
        daemon = subprocess.Popen(['containerd', '--config', '/run/containerd.toml'], stdout=f, stderr=f)
    try:
        play(Cri(SOCK))
    except BaseException:
        with open('/run/containerd.log', errors='replace') as f:
            print('\n'.join(l for l in f.read().splitlines() if 'level=error' in l)[-3000:])
        raise
    finally:
        daemon.terminate()
        daemon.wait()
        for group in glob.glob('/sys/fs/cgroup/*/k8s.io') + glob.glob('/sys/fs/cgroup/k8s.io'):
            with contextlib.suppress(OSError):
                os.rmdir(group)


def play(cri):
    def answers():
        with contextlib.suppress(OSError, Refused):
            return cri('Version', {1: 'v1'})
    wait('containerd answers', answers)
    with tempfile.TemporaryDirectory(dir='/run', ignore_cleanup_errors=True) as dir:
        image = dir + '/image.tar'
        subprocess.run([ROOT + '/deploy/docker/image', MERLON, image], check=True)
        for data in archive('registry.example/pause:1'), archive(REF, b'welcome'), open(image, 'rb').read():
            subprocess.run(['ctr', '-a', SOCK, '-n', 'k8s.io', 'images', 'import', '--snapshotter', 'native', '-'], input=data, check=True, capture_output=True)
        k = Kubelet(cri, dir)
        k.policy = {name: text.replace('mode: shadow', 'mode: enforce') for name, text in k.policy.items()}
        web, address = shop(cri)
        assert ask(address, ATTACK) == 200
        pods = [protects(k, cri, address)]
        print('   protects, confined as the manifest says')
        pods.append(updates_with_a_surge(k, cri, address, pods[0]))
        last = updates_without(k, cri, address, pods[1])
        cri.stop(last[1], k.grace)
        assert cri.state(last[1]) == (2, 0) and ask(address, ATTACK) == 200
        cri.remove(last[0])
        cri.remove(web)
        rules = subprocess.run(['nft', 'list', 'ruleset'], capture_output=True, text=True).stdout
        assert 'merlon' not in rules, rules
        for line in subprocess.run(['findmnt', '-rno', 'TARGET', '-t', 'tmpfs'], capture_output=True, text=True).stdout.split():
            if line.startswith(dir):
                subprocess.run(['umount', '-l', line])


def test_the_manifest_says_what_is_needed_and_no_more():
    docs = manifest()
    pod = docs['DaemonSet']['spec']['template']['spec']
    c = pod['containers'][0]
    assert set(docs) == {'Namespace', 'ServiceAccount', 'ConfigMap', 'DaemonSet'}, 'no rights in the API'
    assert pod['automountServiceAccountToken'] is False and docs['ServiceAccount']['automountServiceAccountToken'] is False
    assert 'ports' not in c and set(c['resources']) == {'requests', 'limits'} and len(pod['containers']) == 1
    assert docs['DaemonSet']['spec']['updateStrategy'] == {'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': 1, 'maxUnavailable': 0}}
    with tempfile.NamedTemporaryFile('w', suffix='.yaml') as f:
        f.write(docs['ConfigMap']['data']['policy.yaml'])
        f.flush()
        r = subprocess.run([MERLON, 'lint', f.name], capture_output=True, text=True)
        assert r.returncode == 0, r.stderr


def test_the_daemonset_on_a_real_containerd():
    r = subprocess.run([ROOM, '--bare', sys.executable, __file__, '--inside'], capture_output=True, text=True, timeout=150)
    assert r.returncode == 0, '\n' + r.stdout[-6000:] + r.stderr[-3000:]
    print(r.stdout, end='')


def main():
    if '--inside' in sys.argv:
        inside()
        return 0
    dockerd.need()
    for path in '/usr/lib/cni/bridge', '/usr/lib/cni/loopback', '/usr/sbin/nft':
        if not os.path.exists(path):
            dockerd.skip('needs ' + path)
    for name, test in list(globals().items()):
        if name.startswith('test_'):
            test()
            print('ok  ', name, flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
