#!/usr/bin/env python3
"""What the defender says of a namespace, and what a tenant in it can make it do."""
import resource
from spaces import *

BAD = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
TWO_RULES = ''.join('''---
apiVersion: merlon.dev/v1
kind: Rule
metadata: {name: %s, order: %d}
spec: {mode: %s, endpoints: [{port: 8080}]}
''' % r for r in (('first', 1, 'enforce'), ('second', 2, 'shadow')))


def cpu(pid):
    """Seconds of CPU that the process has used."""
    f = open('/proc/%d/stat' % pid).read().rpartition(')')[2].split()
    return (int(f[11]) + int(f[12])) / os.sysconf('SC_CLK_TCK')


def test_udp_beside_a_protected_port_is_named():
    with scene() as (net, app, d):
        p = busy(net, '''
server, local, client = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
server.bind(('0.0.0.0', 8080))
local.bind(('127.0.0.1', 8053))
client.bind(('0.0.0.0', 40000))
print('ready', flush=True)
time.sleep(1000)''')
        d.protect(app)
        d.wait_for('port=8080 state="not protected: UDP" protocol=udp')
        assert net.ask(BAD)[0] == 403
        p.kill()
        p.wait()
        d.wait_for('port=8080 state="nobody listens" protocol=udp')
        assert 'port=8053' not in d.log() and 'port=40000' not in d.log()
        assert net.ask(BAD)[0] == 403


def test_what_unprotected_ports_speak_is_overheard():
    """Without a byte of ours: an application that nobody asks says nothing."""
    with scene(args=('--log-level', 'debug')) as (net, app, d):
        for port, kind in (8443, 'tls'), (5000, 'grpc'), (6379, 'redis'), (8081, 'http'):
            net.serve(port, kind)

        def told(port, state, speaks='unknown'):
            d.wait_for('port=%d state="not protected: %s" protocol=tcp speaks=%s ' % (port, state, speaks))
        d.tell(PUT, 0, app.pid, rule=NO_RULE)
        for port in 8080, 8443, 5000, 6379, 8081:
            told(port, 'no rule matches')
        time.sleep(0.2)
        assert net.ask()[0] == 200
        with net.connect(8443, v6=True) as c:
            c.send(b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + b'r' * 501)
            c.fill()
        with net.connect(5000) as c:
            c.send(b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
            c.fill()
        with net.connect(6379) as c:
            c.send(b'*2\r\n$4\r\nECHO\r\n$4\r\nHTTP\r\n')
            c.fill()
        told(8080, 'no rule matches', 'HTTP/1')
        told(8443, 'no rule matches', 'TLS')
        told(5000, 'no rule matches', 'HTTP/2')
        assert all('port=%d state="not protected: no rule matches" protocol=tcp speaks=%s' % (port, speaks) not in d.log()
                   for port in (6379, 8081) for speaks in ('HTTP', 'TLS')), d.log()
        # a rule that names one port leaves the others open, and that is said
        d.tell(PUT, 0, app.pid, ports=[8080], flags=DECLARED)
        d.wait_for('port=8080 state="protected"')
        told(8443, 'the rule names other ports', 'TLS')
        told(8081, 'the rule names other ports')
        assert net.ask(BAD, v6=True, port=8081)[0] == 200
        told(8081, 'the rule names other ports', 'HTTP/1')


def test_two_rules_for_one_port_of_a_shared_network():
    with scene(documents=TWO_RULES) as (net, app, d):
        other = net.serve(9090)
        d.tell(PUT, 1, other.pid, ports=[8080], rule=1, flags=DECLARED)  # the lax one was there before
        d.wait_for('slot=1 port=8080 state="protected"')
        d.protect(app, 2, ports=[8080], rule=0, flags=DECLARED)
        d.wait_for('slot=1 port=8080 state="not by this rule')
        assert net.ask(BAD)[0] == 403
        d.tell(GONE, 2)
        assert d.done() == 2
        d.wait_for('slot=1 port=8080 state="protected"', 2)


def test_whose_process_it_is_by_version_2_of_control_groups():
    """The number of a process may have been used again by another container, which its group tells."""
    with tempfile.TemporaryDirectory() as folder, scene(9999) as (net, _, d):
        sh('mount -t cgroup2 none ' + folder)
        groups = []
        try:
            for slot, digits in (0, '5a'), (1, '78'):  # spaces.py tells of a container of 32 times 0x78
                groups.append(folder + '/docker-%s.scope' % (digits * 32))
                os.mkdir(groups[-1])
                app = net.serve(8080 + slot)
                with open(groups[-1] + '/cgroup.procs', 'w') as f:
                    f.write(str(app.pid))
                assert '0::/docker-%s.scope' % (digits * 32) in open('/proc/%d/cgroup' % app.pid).read()
                d.tell(PUT, slot, app.pid, ports=[8080 + slot], flags=DECLARED)
            d.wait_for('slot=1 port=8081 state="protected"')
            assert net.ask(BAD, port=8081)[0] == 403 and net.ask(BAD)[0] == 200
            assert 'slot=0 ' not in d.log(), d.log()
        finally:
            for p in net.started:
                p.kill()
                p.wait()
            for g in groups:
                os.rmdir(g)
            sh('umount ' + folder)


def test_thousands_of_listeners_push_nothing_out():
    n = int(os.environ.get('MERLON_LISTENERS', 4000))
    with scene() as (net, app, d):
        d.protect(app)
        # as many a process as it may have
        each = min(n, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 100)
        held = [busy(net, '''
first, n = int(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NOFILE, (n + 100, n + 100))
held = []
for port in range(first, first + n):
    s = socket.socket()
    try:
        s.bind(('0.0.0.0', port))
        s.listen()
    except OSError:
        continue
    held.append(s)
print('ready', flush=True)
time.sleep(1000)''', first, each) for first in range(1024, 1024 + n, each)]
        d.wait_for('port=0 state="not protected: further ports')
        before = cpu(d.process.pid)
        time.sleep(5)
        used = cpu(d.process.pid) - before
        print('     %d listeners: %.2f s of CPU in 5 s' % (n, used))
        assert used < 1.5, used
        assert net.ask(BAD)[0] == 403
        for p in held:
            p.kill()
            p.wait()
        d.wait_for('port=0 state="nobody listens"', seconds=70)
        assert net.ask(BAD)[0] == 403


def test_who_could_undo_its_protection_is_warned_of():
    """An application with and without CAP_NET_ADMIN, and in a user namespace of its own that has the network."""
    drop = ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin', '--']
    for wrap, rules in ([], True), (drop, False), (['unshare', '-U', '-r', '-n', '--'], True), (['unshare', '-U', '-r', '--'], False):
        with scene(9999) as (net, _, d):
            app = net.run(*wrap, sys.executable, SERVER, '8080', stdout=subprocess.PIPE)
            assert app.stdout.readline() == b'listening\n'
            if '-n' in wrap:
                sh('nsenter -t %d -U -n ip link set lo up; ip -n %s link set e0 netns %d' % (app.pid, net.app, app.pid))  # as a runtime does
                sh('nsenter -t {0} -n ip addr add {1}/24 dev e0; nsenter -t {0} -n ip link set e0 up'.format(app.pid, net.app4))
            d.protect(app)
            assert net.ask()[0] == 200 and net.ask(BAD)[0] == 403, wrap
            if rules:
                d.wait_for('event=container_rules_its_network slot=0')
            else:
                time.sleep(3.2)
                assert 'container_rules_its_network' not in d.log(), (wrap, d.log())


def slow_and_refused(net, tables):
    """A namespace whose owner has a table of our name, and so many others that nft is slow there."""
    subprocess.run(['ip', 'netns', 'exec', net.app, 'nft', '-f', '-'], input=''.join('table inet t%d\n' % i for i in range(tables)), text=True, check=True)
    owner = net.run('nft', '-i', stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    owner.stdin.write(b'add table inet merlon { flags owner; }\n')
    owner.stdin.flush()
    end = time.time() + 20
    while 'owner' not in sh('ip netns exec %s nft list table inet merlon' % net.app, check=False):
        assert time.time() < end
        time.sleep(0.05)


def test_rules_that_cannot_be_installed_are_not_tried_all_the_time():
    with scene() as (net, app, d):
        slow_and_refused(net, 800)
        def trying():
            try:
                pids = open('/proc/%d/task/%d/children' % (d.process.pid, d.process.pid)).read().split()
                return any(open('/proc/%s/comm' % p).read() == 'nft\n' for p in pids)
            except OSError:  # ended just now
                return True
        start = time.time()
        d.tell(PUT, 0, app.pid)
        d.wait_for('event=interception_failed', seconds=30)
        once = time.time() - start
        seen = []
        while time.time() < start + 15 * once:  # it is tried again, and never more than a fifth of the time
            seen.append(trying())
            time.sleep(0.01)
        print('     one try takes %.2f s, then it is tried %d %% of the time' % (once, 100 * sum(seen) / len(seen)))
        assert 0 < sum(seen) < 0.35 * len(seen)


def test_a_namespace_where_rules_take_long_delays_nobody():
    slow = Net()
    try:
        slow_app = slow.serve(8080)
        slow_and_refused(slow, 2000)
        with scene() as (net, app, d):
            d.tell(PUT, 7, slow_app.pid)
            d.protect(app)
            assert 'event=interception_failed' not in d.log()  # the other one's child is at work still
            assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403 and net.ask()[0] == 200
            d.wait_for('event=interception_failed', seconds=30)
            d.tell(GONE, 7)
            assert d.done() == 7
            d.tell(PUT, 7, slow_app.pid)  # it may end while its rules are being loaded
            d.tell(GONE, 7)
            assert d.done() == 7
            assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
    finally:
        slow.close()


def test_an_owner_who_keeps_its_rules_busy_delays_nobody():
    """Connections of others, that is: the kernel keeps changes of rules elsewhere waiting meanwhile, too (nfnl_lock)."""
    slow = Net()
    try:
        slow_app = slow.serve(8080)
        slow.serve(8090)
        with scene() as (net, app, d):
            def served():
                for _ in range(100):  # the warden makes a socket for each
                    assert net.ask()[0] == 200
                assert net.ask(BAD)[0] == 403
            d.protect(slow_app, 7, ports=[8080], flags=DECLARED)
            d.protect(app)
            hog = busy(slow, KEEP_BUSY)
            d.tell(PUT, 7, slow_app.pid, ports=[8080, 8090], flags=DECLARED)
            served()
            assert 'slot=7 port=8090 state="protected"' not in d.log()  # its ports are being changed still
            d.tell(GONE, 7)
            served()
            d.scout.setblocking(False)
            try:
                raise AssertionError('%d is done' % d.done())
            except BlockingIOError:  # its rules are being taken out still
                d.scout.settimeout(60)
            hog.kill()
            assert d.done() == 7
    finally:
        slow.close()


def test_many_namespaces_where_rules_take_long_delay_nobody():
    slow = [in_new_namespace('ip link add slow0 type veth') for _ in range(24)]  # more than work at a time
    try:
        with tempfile.TemporaryDirectory() as folder:
            within = [*other_nft(folder, 'if /bin/grep -q slow0 /proc/net/dev; then exec /bin/sleep 1000; fi'), 'sh', '-c', 'shift; exec "$@"', 'sh']
            with scene(within=within) as (net, app, d):
                for i, p in enumerate(slow):
                    d.tell(PUT, 8 + i, p.pid, ports=[8080], flags=DECLARED)
                d.protect(app)
                assert 'event=interception_failed' not in d.log()  # none of them is done
                assert net.ask(BAD)[0] == 403 and net.ask()[0] == 200
    finally:
        for p in slow:
            p.kill()
            p.wait()


def test_a_machine_that_is_busy_protects_all_the_same():
    """Who changes rules has to wait for the processor as everybody else, and is not taken for slow: it would come last,
    hence never."""
    hogs = [subprocess.Popen(['taskset', '-c', '0', sys.executable, '-c', 'while True: pass']) for _ in range(12)]
    try:
        with tempfile.TemporaryDirectory() as folder:
            work = 'i=0; while [ $i -lt 10000 ]; do i=$((i+1)); done'  # some tens of milliseconds
            within = [*other_nft(folder, work), 'sh', '-c', 'shift; exec taskset -c 0 "$@"', 'sh']
            with scene(within=within) as (net, app, d):
                start = time.monotonic()
                d.tell(PUT, 0, app.pid)
                d.wait_for('slot=0 port=8080 state="protected"', seconds=40)
                took = time.monotonic() - start
                print('     protected after %.1f s' % took)
                assert 'event=interception_failed' not in d.log() and took < 8, took
    finally:
        for p in hogs:
            p.kill()
            p.wait()


def comes_to_be_protected(net, port, seconds=15):
    end = time.time() + seconds
    while time.time() < end:
        try:
            if net.ask(BAD, port=port, timeout=1)[0] == 403:
                return True
        except (OSError, EOFError):  # nobody listens, or the application has it and says nothing
            time.sleep(0.1)
    return False


def test_ports_that_open_and_close_all_the_time():
    with scene() as (net, app, d):
        d.protect(app)
        p = busy(net, '''
print('ready', flush=True)
end = time.monotonic() + 6
k = 0
while time.monotonic() < end:
    held = []
    for i in range(60):  # nearly as many as are kept in mind: each look finds others
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(('0.0.0.0', 20000 + k % 10000))
        s.listen()
        held.append(s)
        k += 1
    time.sleep(0.005)
    for s in held:
        s.close()
last = socket.socket()
last.bind(('0.0.0.0', 9999))
last.listen()
time.sleep(1000)''')
        before = cpu(d.process.pid)
        for _ in range(10):
            time.sleep(0.5)
            assert net.ask(BAD)[0] == 403
        used = cpu(d.process.pid) - before
        lines = d.log().count('event=port ')
        print('     %.2f s of CPU in 5 s, %d lines of the log' % (used, lines))
        assert used < 1 and lines <= 300, (used, lines)
        assert 'event=ports_change_too_often' in d.log()  # more happened than that
        assert comes_to_be_protected(net, 9999)  # the log may have said enough for this minute
        assert net.ask()[0] == 200 and net.ask(BAD)[0] == 403
        p.kill()


def in_new_namespace(what=':'):
    p = subprocess.Popen(['unshare', '-n', 'sh', '-c', 'ip link set lo up; %s; echo; exec sleep 1000' % what], stdout=subprocess.PIPE)
    p.stdout.readline()
    p.stdout.close()
    return p


def descriptors(pid):
    return len(os.listdir('/proc/%d/fd' % pid))


def test_namespaces_that_vanish_while_they_are_protected():
    with scene(workers=2) as (net, app, d):
        d.protect(app)
        processes = [d.process.pid] + d.children('worker')
        before = [descriptors(p) for p in processes]
        for i in range(int(os.environ.get('MERLON_ROUNDS', 40))):
            p = in_new_namespace()
            d.tell(PUT, 1, p.pid, ports=[8080])
            time.sleep(i % 8 * 0.005)
            p.kill()
            p.wait()
            d.tell(GONE, 1)
            assert d.done() == 1
        assert [d.process.pid] + d.children('worker') == processes
        now = [descriptors(p) for p in processes]
        end = time.monotonic() + 10  # sockets that were on their way to a worker
        while any(a < b for a, b in zip(before, now)) and time.monotonic() < end:
            time.sleep(0.1)
            now = [descriptors(p) for p in processes]
        assert all(a >= b for a, b in zip(before, now)), (before, now)
        assert net.ask()[0] == 200 and net.ask(BAD)[0] == 403


def pss(pid):
    """KiB"""
    return sum(int(line.split()[1]) for line in open('/proc/%d/smaps_rollup' % pid) if line.startswith('Pss:'))


def test_many_namespaces():
    n = int(os.environ.get('MERLON_SPACES', 60))
    with scene() as (net, app, d):
        d.protect(app)
        processes = [d.process.pid] + [int(p) for p in subprocess.run(['pgrep', '-P', str(d.process.pid)], capture_output=True, text=True).stdout.split()]
        before = sum(map(pss, processes))
        there = [in_new_namespace() for _ in range(n)]
        try:
            start = time.monotonic()
            for i, p in enumerate(there, 1):
                d.tell(PUT, i, p.pid, ports=[8080], flags=DECLARED)
            d.wait_for(' port=8080 state="nobody listens"', n, seconds=200)  # installed, but for that
            took = time.monotonic() - start
            used = cpu(d.process.pid)
            time.sleep(5)
            used = cpu(d.process.pid) - used
            memory = sum(map(pss, processes)) - before
            print('     %d namespaces in %.1f s, then %.1f %% of a CPU, %.1f KiB each' % (n, took, used * 20, memory / n))
            assert used < 1.5 and memory / n < 100
            assert net.ask()[0] == 200 and net.ask(BAD)[0] == 403
        finally:
            for p in there:
                p.kill()
                p.wait()


if __name__ == '__main__':
    run_here(globals())
