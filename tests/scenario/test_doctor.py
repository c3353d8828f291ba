#!/usr/bin/env python3
"""`merlon doctor` in namespaces where others have rules, marks and programs, and where the kernel lacks something. What the
kernel lacks is played by an nft that refuses rulesets with that word."""
from spaces import *


def doctor(net, without=None):
    command = ['ip', 'netns', 'exec', net.app, MERLON, 'doctor', '--json']
    with tempfile.TemporaryDirectory() as folder:
        r = subprocess.run([*poorer_nft(folder, without), *command] if without else command, capture_output=True, text=True)
    return {c['check']: c for c in map(json.loads, r.stdout.splitlines())}


def nft(net, text):
    subprocess.run(['ip', 'netns', 'exec', net.app, 'nft', '-f', '-'], input=text, text=True, check=True)


def test_a_network_of_nobody_else():
    net = Net()
    try:
        checks = doctor(net)
        assert checks['interception']['health'] == checks['neighbours']['health'] == checks['marks']['health'] == 'ok', checks
        assert 'nobody known' in checks['neighbours']['found'] and '6 policy routes, none' not in checks['marks']['found'], checks
    finally:
        net.close()


def test_what_a_crash_left_is_found():
    left = lambda: re.search(r', (\d+) with rules of a defender that is gone(?:, (\d+) protected)?', doctor(net)['left over']['found']).groups()
    with scene() as (net, app, d):
        before = int(left()[0])  # other tests may run beside this one
        d.protect(app)
        assert int(left()[1]) >= 1
        d.stop(signal.SIGKILL)
        end = time.time() + 20
        while int(left()[0]) <= before:
            assert time.time() < end, left()
        assert doctor(net)['left over']['health'] == 'warn'
        assert net.cleanup(d.dir + '/state').returncode == 0


def test_what_the_kernel_lacks_is_named():
    net = Net()
    try:
        for word, health, found in (('socket wildcard', 'warn', 'nft_socket'), ('fib daddr', 'bad', 'missing: nft_fib_inet'),
                                    ('redirect to', 'bad', 'missing: nft_redir'), ('zone set', 'warn', 'missing: nft_ct (zones)'),
                                    ('reject with', 'bad', 'missing: nft_reject_inet in prerouting')):
            c = doctor(net, word)['interception']
            assert c['health'] == health and found in c['found'] and c['advice'], (word, c)
    finally:
        net.close()


def test_who_else_looks_after_the_network():
    for rules, name, health in (('table ip nat { chain KUBE-SERVICES { }; }', 'kube-proxy', 'ok'), ('table ip filter { chain DOCKER-USER { }; }', 'Docker', 'ok'),
                                ('table ip nat { chain ISTIO_INBOUND { }; }', 'Istio', 'warn'), ('table ip mangle { chain CILIUM_PRE_mangle { }; }', 'Cilium', 'warn'),
                                ('table ip6 filter { chain cali-INPUT { }; }', 'Calico', 'warn'), ('table inet firewalld { chain filter_INPUT { }; }', 'firewalld', 'ok')):
        net = Net()
        try:
            nft(net, rules)
            c = doctor(net)['neighbours']
            assert c['health'] == health and c['found'] == name and (name in c['advice']) == (health == 'warn'), (rules, c)
        finally:
            net.close()


def test_programs_at_devices():
    net = Net()
    try:
        sh('ip -n %s link add cilium_host type veth peer name cilium_net' % net.app)
        if shutil.which('tc'):
            sh('tc -n %s qdisc add dev e0 clsact' % net.app)
        c = doctor(net)['neighbours']
        assert c['health'] == 'warn' and c['found'].startswith('Cilium'), c
        assert not shutil.which('tc') or 'programs at devices: e0 (tc)' in c['found'], c
    finally:
        net.close()


# listens on the ports that are its arguments
LISTENER = '''import socket, sys, time
held = [socket.create_server(('', int(port))) for port in sys.argv[1:]]
print('listens', flush=True)
time.sleep(1000)'''


def test_ambient_mesh():
    """Of ztunnel: its chain, or both of the ports where it takes what comes."""
    for rules, ports, found in (('table ip nat { chain ISTIO_PRERT { }; }', (), 'Istio, Istio ambient'), ('', (15006, 15008), 'Istio ambient'),
                                ('', (15008,), 'nobody known looks after networks here')):
        net, listener = Net(), None
        try:
            nft(net, rules)
            if ports:
                listener = subprocess.Popen(['ip', 'netns', 'exec', net.app, sys.executable, '-c', LISTENER, *map(str, ports)], stdout=subprocess.PIPE)
                assert listener.stdout.readline() == b'listens\n'
            c = doctor(net)['neighbours']
            assert c['found'] == found and ('ztunnel' in c['advice']) == ('ambient' in found), (rules, ports, c)
        finally:
            if listener:
                listener.kill()
                listener.communicate()
            net.close()


# attaches a program that lets all pass to the device that is its first argument, ingress (46) or egress (47)
TCX = '''import ctypes, platform, socket, struct, sys, time
libc = ctypes.CDLL(None, use_errno=True)
number = {'x86_64': 321, 'aarch64': 280}[platform.machine()]
def bpf(command, attr):
    r = libc.syscall(number, command, ctypes.create_string_buffer(attr, len(attr)), len(attr))
    if r < 0:
        sys.exit('bpf: %d' % ctypes.get_errno())
    return r
code = ctypes.create_string_buffer(bytes.fromhex('b7000000ffffffff9500000000000000'), 16)
license = ctypes.create_string_buffer(b'GPL')
program = bpf(5, struct.pack('=IIQQ', 3, 2, ctypes.addressof(code), ctypes.addressof(license)))
link = bpf(28, struct.pack('=IIIIQQ', program, socket.if_nametoindex(sys.argv[1]), int(sys.argv[2]), 0, 0, 0))
print('attached', flush=True)
time.sleep(1000)'''


def test_programs_that_tc_does_not_list():
    for where in 46, 47:
        net = Net()
        holder = subprocess.Popen(['ip', 'netns', 'exec', net.app, sys.executable, '-c', TCX, 'e0', str(where)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            if holder.stdout.readline() != b'attached\n':
                print('   not tried: no program can be attached here: %s' % holder.stderr.read().decode().strip())
                return
            c = doctor(net)['neighbours']
            assert c['health'] == 'warn' and 'programs at devices: e0 (tcx)' in c['found'] and c['advice'], c
        finally:
            holder.kill()
            holder.communicate()
            net.close()


def test_rules_that_write_our_marks():
    for rule, bits in (('meta mark set 0x1', '0x10010ff'), ('meta mark set mark or 0x40', '0x40'), ('meta mark set mark and 0xfffffffe', '0x1'),
                       ('meta mark set ct mark', '0x10010ff'), ('meta mark set mark or 0x4000', None), ('meta mark set mark and 0xfffff0ff xor 0x200', None),
                       ('meta mark 0x1045 accept', None), ('ct mark set meta mark', None)):
        net = Net()
        try:
            nft(net, 'table ip mangle { chain others { %s; }; }' % rule)
            c = doctor(net)['marks']
            expected = 'a rule of table mangle, chain others, writes bits %s of marks' % bits
            assert (c['health'] == 'warn') == bool(bits) == bool(c['advice']) and (not bits or expected in c['found']), (rule, c)
        finally:
            net.close()


def test_targets_of_iptables_that_write_our_marks():
    program = shutil.which('iptables-nft')
    if not program:
        return
    for target, bits in (('MARK --set-xmark 0x40/0x40', '0x40'), ('MARK --or-mark 0x4000', None), ('CONNMARK --restore-mark', '0x10010ff'),
                         ('CONNMARK --save-mark', None), ('CONNMARK --restore-mark --nfmask 0xf00 --ctmask 0xf00', None)):
        net = Net()
        try:
            subprocess.run(['ip', 'netns', 'exec', net.app, program, '-t', 'mangle', '-A', 'PREROUTING', '-j', *target.split()], check=True)
            c = doctor(net)['marks']
            assert (c['health'] == 'warn') == bool(bits) and (not bits or 'chain PREROUTING, writes bits %s ' % bits in c['found']), (target, c)
        finally:
            net.close()


def test_marks_and_routes_that_meet_ours():
    for rule, found in (('fwmark 0x45/0xff lookup 100 pref 50', 'rule 50 (mark 0x45/0xff, table 100) takes what is ours first'),
                        ('pref 60 lookup 100', 'rule 60 (mark 0x0/0x0, table 100) takes what is ours first'),
                        ('fwmark 0x1045/0xffff lookup 100 pref 900', 'rule 900 (mark 0x1045/0xffff, table 100) loses what is its own to us'),
                        ('fwmark 0x1 lookup 7777 pref 900', 'has our table'),
                        ('fwmark 0x4000/0x4000 lookup 100 pref 50', None), ('fwmark 0x200/0xf00 lookup 2004 pref 9', None),
                        ('from 10.0.0.0/8 lookup 100 pref 50', None), ('iif e0 lookup 100 pref 50', None),
                        ('fwmark 0x1045/0x10ff lookup 7777 pref 100', None)):  # the last is ours
        for family in '-4', '-6':
            net = Net()
            try:
                if family == '-6' and '10.0.0.0' in rule:
                    continue
                sh('ip -n %s %s rule add %s' % (net.app, family, rule))
                c = doctor(net)['marks']
                assert (c['health'] == 'warn') == bool(found) and (not found or found in c['found']) and bool(c['advice']) == bool(found), (rule, c)
            finally:
                net.close()


if __name__ == '__main__':
    run_here(globals())
