#!/usr/bin/env python3
"""An upgrade of `merlon proxy`: the new one takes the listener over, and nobody is refused or passes uninspected."""
import contextlib, os, shutil, signal, socket, subprocess, sys, tempfile, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

BAD = get(b'/?q=' + ATTACK.replace(b' ', b'+'), b'Connection: close\r\n')
GOOD = get('/', b'Connection: close\r\n')


class Old(Proxy):
    def __init__(self, origin, args=()):
        self.state = tempfile.mkdtemp(prefix='merlon-state-')
        self.metrics = '127.0.0.1:%d' % free_port()
        super().__init__(origin.port, args=['--state-dir', self.state, '--metrics', self.metrics, *args])


class New(Proxy):
    """Takes over from `old`; `listen`: where it is told to, another place than the old one's if it is wrong."""

    def __init__(self, old, origin, listen=None, workers=1):
        self.port, self.dir, self.audit_path = old.port, old.dir, old.audit_path
        self.log_path = os.path.join(self.dir, 'log-%d' % len(Proxy.started))
        self.process = subprocess.Popen([MERLON, 'proxy', '--listen', listen or '127.0.0.1:%d' % self.port, '--upstream', '127.0.0.1:%d' % origin.port,
                                         '--audit-log', self.audit_path, '--metrics', old.metrics, '--state-dir', old.state, '--takeover', '--workers', str(workers)],
                                        stderr=open(self.log_path, 'wb'), stdout=subprocess.DEVNULL)
        Proxy.started.append(self.process)
        Proxy.logs.append(self.log_path)


@contextlib.contextmanager
def hammered(p, raw):
    """Connections one after the other all the time; what they got."""
    got, stop = [], threading.Event()

    def work():
        while not stop.is_set():
            try:
                got.append(p.ask(raw)[0])
            except Exception as e:
                got.append(repr(e))
    threads = [threading.Thread(target=work) for _ in range(3)]
    for t in threads:
        t.start()
    try:
        yield got
    finally:
        stop.set()
        for t in threads:
            t.join()


def test_nobody_is_refused_and_nothing_passes_by():
    o = Origin()
    p = Old(o)
    with hammered(p, GOOD) as good, hammered(p, BAD) as bad, p.connect() as c, p.connect() as upload:
        c.send(get('/'))
        assert c.answer()[0] == 200
        upload.send(post(b'b' * 1000)[:-500])
        for i in range(3):
            time.sleep(0.3)
            new = New(p, o)
            new.wait_for('event=ready', seconds=60)
            p.wait_for('event=taken_over', seconds=60)
            if i == 0:
                upload.send(b'b' * 500)  # the old one's, which drains
                assert upload.answer()[0] == 200
            assert p.process.wait(60) == 0
            new.state, new.metrics = p.state, p.metrics
            p = new
        time.sleep(0.3)
    print('     %d requests, %d attacks' % (len(good), len(bad)))
    assert set(good) == {200} and set(bad) == {403} and len(good) > 50, (set(good), set(bad))
    assert sorted(os.listdir(p.state)) == ['bans.sock', 'bypass.sock', 'feeds', 'takeover'], os.listdir(p.state)
    assert p.stop() == 0


def test_bans_are_taken_over():
    o = Origin()
    p = Old(o, ['--policy', policy()])
    assert p.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+'), b'X-Forwarded-For: 203.0.113.7\r\n'))[0] == 403
    banned = get('/', b'X-Forwarded-For: 203.0.113.7\r\n')
    end = time.time() + 10
    while p.ask(banned)[0] != 403:
        assert time.time() < end
    new = New(p, o)
    new.wait_for('event=ready', seconds=60)
    listed = subprocess.run([MERLON, 'bans', '--state-dir', p.state], capture_output=True, text=True).stdout
    assert '203.0.113.7' in listed, listed
    assert p.process.wait(60) == 0
    assert new.ask(get('/', b'X-Forwarded-For: 203.0.113.9\r\n'))[0] == 200
    assert new.stop() == 0


def policy():
    path = os.path.join(tempfile.mkdtemp(prefix='merlon-test-'), 'policy.yaml')
    with open(path, 'w') as f:
        f.write('apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: test}\nspec:\n'
                '  access: {trusted_proxies: ["127.0.0.1/32"]}\n  protections: {sqli: ban}\n')
    return path


def test_one_that_fails_changes_nothing():
    o = Origin()
    p = Old(o)
    new = New(p, o, '127.0.0.1:%d' % free_port())
    assert new.process.wait(60) == 3 and '--listen is not where the running proxy listens' in new.log(), new.log()
    p.wait_for('event=takeover_failed', seconds=60)
    assert p.ask(GOOD)[0] == 200 and p.ask(BAD)[0] == 403
    new = New(p, o)
    new.wait_for('event=ready', seconds=60)
    assert p.process.wait(60) == 0
    assert new.ask(BAD)[0] == 403 and new.stop() == 0
    alone = New(p, o)  # none runs: it is a start like any other
    alone.wait_for('event=ready', seconds=60)
    assert alone.ask(BAD)[0] == 403 and alone.stop() == 0
    r = subprocess.run([MERLON, 'proxy', '--listen', '127.0.0.1:1', '--upstream', '127.0.0.1:2', '--takeover'], capture_output=True, text=True)
    assert r.returncode == 2 and '--state-dir' in r.stderr, r.stderr


def on_the_way(old, origin):
    """A new one that was stopped before it served; None when it was faster, and is there."""
    new = New(old, origin, workers=64)  # which takes a while
    if new.stopped_on_the_way():
        return new
    new.process.send_signal(signal.SIGCONT)
    assert old.process.wait(60) == 0
    old.process, old.log_path = new.process, new.log_path


def test_one_that_dies_on_the_way_leaves_the_old_one_to_be_found():
    o = Origin()
    p = Old(o)
    for how in 'killed', 'fails':
        new = None
        while not new:
            before = socket_inodes(p.state)
            new = on_the_way(p, o)
        answers(p.state, 'bans', 'bypass')  # the old one, which is asked while the new one is not there yet
        os.kill(new.process.pid if how == 'killed' else new.children('worker')[0], signal.SIGKILL)
        new.process.send_signal(signal.SIGCONT)
        assert new.process.wait(60) == (-signal.SIGKILL if how == 'killed' else 3)
        p.wait_for('event=takeover_failed', 1 + (how == 'fails'), seconds=60)
        answers(p.state, 'bans', 'bypass')
        assert socket_inodes(p.state) == before, (how, os.listdir(p.state))
        assert p.ask(GOOD)[0] == 200 and p.ask(BAD)[0] == 403
    new = New(p, o)
    new.wait_for('event=ready', seconds=60)
    assert p.process.wait(60) == 0
    answers(p.state, 'bans', 'bypass')
    assert sorted(os.listdir(p.state)) == ['bans.sock', 'bypass.sock', 'feeds', 'takeover']
    assert new.ask(BAD)[0] == 403 and new.stop() == 0
    assert os.listdir(p.state) == ['feeds']


def test_sockets_that_were_replaced_come_back():
    """As by one that is killed between its sockets and its word that it serves."""
    o = Origin()
    p = Old(o)
    before = socket_inodes(p.state)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.connect(p.state + '/takeover')
        assert len(s.recv(4096)) > 0
        for name in before:
            os.unlink(os.path.join(p.state, name))
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as theirs:
                theirs.bind(os.path.join(p.state, name))
    p.wait_for('event=takeover_failed')
    answers(p.state, 'bans', 'bypass')
    assert socket_inodes(p.state) == before
    assert p.stop() == 0 and os.listdir(p.state) == ['feeds']


@contextlib.contextmanager
def as_nobody():
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_it_is_a_matter_of_one_user():
    if os.geteuid():
        return
    o = Origin()
    p = Old(o)
    door = p.state + '/takeover'
    os.chmod(p.state, 0o777)
    os.chmod(door, 0o777)  # as a careless script might
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        with as_nobody():
            s.connect(door)
        assert s.recv(9) == b''
    p.wait_for('event=takeover_refused why="another user" uid=65534')
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        os.unlink(door)
        with as_nobody():
            s.bind(door)
            s.listen()
        new = New(p, o)
        assert new.process.wait(60) == 3 and 'whoever listens there is user 65534, and this one user 0' in new.log(), new.log()
    assert p.stop() == 0


class Installed(Proxy):
    """A proxy that runs from a file which a package may replace, as a service that says how it is."""

    def __init__(self, origin, args=()):
        self.port, self.dir = free_port(), tempfile.mkdtemp(prefix='merlon-test-')
        self.file, self.state = os.path.join(self.dir, 'merlon'), os.path.join(self.dir, 'state')
        os.mkdir(self.state)
        self.install(lambda path: shutil.copy2(MERLON, path))
        self.said = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.said.bind(os.path.join(self.dir, 'notify'))
        self.said.settimeout(60)
        self.log_path = os.path.join(self.dir, 'log')
        self.process = subprocess.Popen([self.file, 'proxy', '--listen', '127.0.0.1:%d' % self.port, '--upstream', '127.0.0.1:%d' % origin.port,
                                         '--workers', '1', *(args or ['--state-dir', self.state])],
                                        stderr=open(self.log_path, 'ab'), stdout=subprocess.DEVNULL,
                                        env={**os.environ, 'NOTIFY_SOCKET': os.path.join(self.dir, 'notify')})
        Proxy.started.append(self.process)
        Proxy.logs.append(self.log_path)
        self.wait_for('event=ready', seconds=60)

    def install(self, write):
        write(self.file + '.new')
        os.rename(self.file + '.new', self.file)

    def next_said(self):
        return self.said.recv(256).decode().split('\n')[0]


def test_a_replaced_program_takes_over_on_a_signal():
    o = Origin()
    p = Installed(o)
    assert p.next_said() == 'READY=1'
    main, dead = p.process.pid, []
    with hammered(p, GOOD) as good, hammered(p, BAD) as bad:
        for i in range(2):
            p.install(lambda path: shutil.copy2(MERLON, path))
            os.kill(main, signal.SIGUSR2)
            said = [p.next_said(), p.next_said()]  # the heir's, which systemd does not listen to yet, and who it is
            assert said[0] == 'READY=1' and said[1].startswith('MAINPID='), said
            dead.append(main)
            main = int(said[1].split('=')[1])
            args = open('/proc/%d/cmdline' % main).read().split('\0')
            assert os.readlink('/proc/%d/exe' % main) == p.file and args.count('--takeover') == 1 and args[0] == 'merlon', args
            if i == 0:
                assert p.process.wait(60) == 0
        time.sleep(0.3)
    assert set(good) == {200} and set(bad) == {403} and len(good) > 20, (set(good), set(bad))
    os.kill(main, signal.SIGTERM)
    assert p.next_said() == 'STOPPING=1'  # of those that were replaced none said so: the service went on
    end = time.time() + 60
    while any(os.path.exists('/proc/%d/exe' % pid) and os.readlink('/proc/%d/exe' % pid).startswith(p.dir) for pid in dead + [main]):
        assert time.time() < end
        time.sleep(0.05)


def test_a_program_that_cannot_be_started_changes_nothing():
    o = Origin()
    p = Installed(o)

    def broken(path):
        with open(path, 'w') as f:
            f.write('#!/bin/sh\nexit 7\n')
        os.chmod(path, 0o755)
    p.install(broken)
    p.process.send_signal(signal.SIGUSR2)
    p.wait_for('event=upgrade_failed why="the new one ended with exit code 7"', seconds=60)
    os.unlink(p.file)
    p.process.send_signal(signal.SIGUSR2)
    p.wait_for('event=upgrade_failed why="the new program cannot be started"', seconds=60)
    assert p.ask(GOOD)[0] == 200 and p.ask(BAD)[0] == 403 and p.stop() == 0
    p = Installed(o, ['--log-level', 'info'])
    p.process.send_signal(signal.SIGUSR2)
    p.wait_for('event=upgrade_failed why="it takes a --state-dir"', seconds=60)
    assert p.ask(GOOD)[0] == 200 and p.stop() == 0


if __name__ == '__main__':
    run(globals())
