"""merlon bypass: protection off for a while, told everywhere, and back by itself whatever dies."""
import json, os, re, shutil, signal, socket, stat, struct, subprocess, sys, time, urllib.parse, urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import ATTACK, MERLON, Origin, Proxy, free_port, run

QUERY = b'GET /?q=%s HTTP/1.1\r\nHost: t\r\n\r\n' % urllib.parse.quote(ATTACK).encode()
POLICY = '  mode: enforce\n'  # of a rule "test"


class Switched:
    def __init__(self, workers=1):
        self.origin, self.metrics = Origin(), free_port()
        self.dir = os.path.join(os.environ.get('TMPDIR', '/tmp'), 'merlon-state-%d-%d' % (os.getpid(), self.metrics))
        os.mkdir(self.dir)
        self.proxy = Proxy(self.origin.port, POLICY, workers, args=('--state-dir', self.dir, '--metrics', '127.0.0.1:%d' % self.metrics))

    def bypass(self, *args):
        r = subprocess.run([MERLON, 'bypass', *args, '--state-dir', self.dir], capture_output=True, text=True, timeout=30)
        return r.returncode, r.stdout + r.stderr

    def attack(self):
        return self.proxy.ask(QUERY)[0]

    def until(self, status, seconds=30):
        end = time.time() + seconds
        while self.attack() != status:
            assert time.time() < end, 'no %d within %d s' % (status, seconds)
            time.sleep(0.05)

    def states(self, text):
        end = time.time() + 15
        while True:
            with open(self.proxy.audit_path) as f:
                got = [x for x in map(json.loads, f.read().split('\n')[:-1]) if x['kind'] == 'state' and text in x['message']]
            if got or time.time() > end:
                return got
            time.sleep(0.05)

    def metric(self, name):
        text = urllib.request.urlopen('http://127.0.0.1:%d/metrics' % self.metrics, timeout=10).read().decode()
        return int(re.search(r'^%s (\d+)$' % name, text, re.M).group(1))

    def stop(self):
        self.proxy.stop()
        assert 'bypass.sock' not in os.listdir(self.dir)
        shutil.rmtree(self.dir)
        self.origin.close()


def test_it_is_told_and_ends_by_itself():
    s = Switched(workers=2)
    assert s.attack() == 403
    begun = time.time()
    code, said = s.bypass('test', '--for', '6s')
    assert code == 0 and 'OFF for rule test' in said, said
    s.until(200)
    assert s.metric('merlon_bypass_active') == 1 and s.metric('merlon_requests_bypassed_total') >= 1
    assert s.bypass()[1].startswith('PROTECTION IS OFF for rule test')
    s.until(403)
    assert 5.5 < time.time() - begun < 35
    s.proxy.wait_for('event=bypass_ends')
    off, on = s.states('switched off until')[0], s.states('on again')[0]
    assert (off['rule'], off['mode'], on['rule'], on['mode']) == ('test', 'off', 'test', 'enforce'), (off, on)
    assert 'by user %d' % os.geteuid() in off['message']
    assert s.metric('merlon_bypass_active') == 0 and 'as it says' in s.bypass()[1]
    s.stop()


def test_of_the_node_and_ended_by_hand():
    s = Switched()
    assert s.bypass('--node', '--for', '1h')[0] == 0
    s.until(200)
    assert s.proxy.ask(b'GET / HTTP/1.1\r\nHost : t\r\n\r\n')[0] == 400  # what cannot be framed
    assert s.bypass('--node', '--end')[0] == 0
    s.until(403)
    assert s.bypass('--node', '--end')[0] == 1
    assert s.states('switched off')[0]['rule'] == '*'
    s.stop()


def test_of_another_rule_changes_nothing():
    s = Switched()
    assert s.bypass('tests', '--for', '1h')[0] == 0 and s.attack() == 403
    s.stop()


def test_it_outlives_a_policy_a_worker_and_the_courier():
    s = Switched()
    s.bypass('test', '--for', '1h')
    s.proxy.write_policy(POLICY + '  sensitivity: high\n')
    s.proxy.wait_for('event=policy_loaded')
    s.until(200)
    os.kill(s.proxy.children('worker')[0], signal.SIGKILL)
    s.proxy.wait_for('event=worker_sandboxed', 2)
    s.until(200)
    os.kill(s.proxy.children('courier')[0], signal.SIGKILL)
    s.proxy.wait_for('event=courier_sandboxed', 2)
    end = time.time() + 15
    while s.metric('merlon_bypass_active') != 1:
        assert time.time() < end
        time.sleep(0.05)
    assert len(s.states('switched off')) == 1  # told again, it is no news
    s.stop()


def test_it_ends_when_nobody_is_left_to_end_it():
    s = Switched()
    s.bypass('test', '--for', '4s')
    s.until(200)
    os.kill(s.proxy.process.pid, signal.SIGSTOP)  # the supervisor hangs
    try:
        s.until(403)
    finally:
        os.kill(s.proxy.process.pid, signal.SIGCONT)
    s.stop()


def test_nonsense_is_refused():
    s = Switched()
    path = os.path.join(s.dir, 'bypass.sock')
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    for sent in b'', b'x', struct.pack('<IIQ128s', 1, 1, 60, b'n' * 128), struct.pack('<IIQ128s', 1, 9, 60, b'test'), \
            struct.pack('<IIQ128s', 1, 1, 1 << 40, b'test'), struct.pack('<IIQ128s', 1, 1, 0, b'test'):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as c:
            c.connect(path)
            c.settimeout(10)
            c.send(sent)
            answer = c.recv(65536)
            assert struct.unpack_from('<iI', answer)[0] < 0 and struct.unpack_from('<iI', answer)[1] == 0, (sent, answer[:8])
    for args in ('test',), ('test', '--for', '25h'), ('test', '--for', '0s'), ('--for', '1m'), ('a', 'b', '--for', '1m'), \
            ('test', '--node', '--for', '1m'), ('test', '--for', '1m', '--end'):
        assert s.bypass(*args)[0] == 2, args
    assert s.attack() == 403
    assert subprocess.run([MERLON, 'bypass', '--state-dir', '/nonexistent'], capture_output=True).returncode == 3
    s.stop()


if __name__ == '__main__':
    run(globals())
