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
