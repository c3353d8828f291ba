"""The systemd units: well-formed, as tight as they say, and the programs work within them."""
import os, re, shutil, subprocess, sys, tempfile

import harness
from harness import ATTACK, Origin, Proxy, get
from spaces import run_here, scene

UNIT, PROXY_UNIT = os.environ['MERLON_UNIT'], os.environ['MERLON_PROXY_UNIT']
TOOL = [sys.executable, os.path.join(os.path.dirname(__file__), '../tools/confine.py')]
CONFINE = [*TOOL, UNIT]


def well_formed_and_tight(unit, most):
    r = subprocess.run(['systemd-analyze', 'verify', '--man=no', unit], capture_output=True, text=True)
    wrong = [l for l in r.stderr.splitlines() if 'merlon-' in l and 'is not executable' not in l]
    assert not wrong, wrong
    out = subprocess.run(['systemd-analyze', 'security', '--offline=true', '--no-pager', unit], capture_output=True, text=True, env={**os.environ, 'LC_ALL': 'C.UTF-8'}).stdout
    score = float(re.search(r'Overall exposure level for [^:]*: ([0-9.]+)', out).group(1))
    print('    exposure %.1f' % score)
    assert score <= most, out


def test_the_units_are_well_formed_and_tight():
    well_formed_and_tight(UNIT, 4.0)
    with tempfile.TemporaryDirectory() as d:  # a template has to have a name
        well_formed_and_tight(shutil.copy(PROXY_UNIT, d + '/merlon-proxy@shop.service'), 2.5)


def test_the_proxy_works_within_it():
    o, folder = Origin(), tempfile.mkdtemp(prefix='merlon-unit-')
    os.chmod(folder, 0o777)
    plain = harness.MERLON
    confined = os.path.join(folder, 'confined')
    with open(confined, 'w') as f:
        f.write('#!/bin/sh\nexec %s "%s" %s "%s" "$@"\n' % (' '.join(TOOL), PROXY_UNIT, folder, plain))
    os.chmod(confined, 0o755)
    harness.MERLON = confined
    made, tempfile.tempdir = tempfile.tempdir, folder
    os.umask(0)  # the proxy is another user, and writes beside its policy
    try:
        class Open(Proxy):
            def write_policy(self, spec):
                os.chmod(self.dir, 0o777)
                super().write_policy(spec)
        p = Open(o.port, '  mode: enforce\n', args=['--state-dir', os.path.join(folder, 'state')])
    finally:
        harness.MERLON, tempfile.tempdir = plain, made
    status = open('/proc/%d/status' % p.process.pid).read()
    assert 'NoNewPrivs:\t1' in status and 'Seccomp:\t2' in status and 'Uid:\t65534' in status, status
    assert p.ask(get('/'))[0] == 200 and p.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
    os.kill(p.children('worker')[0], 9)
    p.wait_for('event=worker_sandboxed', 2)
    assert p.ask(get('/'))[0] == 200
    assert len(p.audits(1)) == 1
    assert p.stop() == 0
    bad = [l for l in p.log().splitlines() if re.search('level=(warn|error)', l) and 'worker_died' not in l and not harness.sanitized()]
    assert not bad, bad


def test_the_defender_works_within_it():
    bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    with scene(within=CONFINE) as (net, app, d):
        assert 'user=nobody caps=none root=empty net=empty seccomp="on"' in d.log() or 'user=merlon caps=none root=empty' in d.log(), d.log()
        status = open('/proc/%d/status' % d.process.pid).read()
        assert 'CapBnd:\t00000000002c31e0' in status and 'NoNewPrivs:\t1' in status and 'Seccomp:\t2' in status, status
        d.protect(app)
        assert net.ask()[0] == 200 and net.ask(bad)[0] == 403
        os.kill(d.children('worker')[0], 9)  # another one can be started as well
        d.wait_for('event=worker_sandboxed', 2)
        assert net.ask()[0] == 200 and net.ask(bad)[0] == 403
        assert d.stop() == 0
        assert 'merlon' not in net.rules()[0], net.rules()
        assert not [l for l in d.log().splitlines() if re.search('level=(warn|error)', l) and 'worker_died' not in l], d.log()


if __name__ == '__main__':
    if not shutil.which('systemd-analyze') or not shutil.which('cpp'):
        print('skipped: needs systemd-analyze and cpp')
        sys.exit(77)
    run_here(globals())
