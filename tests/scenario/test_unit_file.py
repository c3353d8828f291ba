"""The systemd unit of the defender: well-formed, as tight as it says, and the defender works within it."""
import os, re, shutil, subprocess, sys

from harness import ATTACK, get
from spaces import run_here, scene

UNIT = os.environ['MERLON_UNIT']
CONFINE = [sys.executable, os.path.join(os.path.dirname(__file__), '../tools/confine.py'), UNIT]


def test_the_unit_is_well_formed_and_tight():
    r = subprocess.run(['systemd-analyze', 'verify', '--man=no', UNIT], capture_output=True, text=True)
    wrong = [l for l in r.stderr.splitlines() if 'merlon-defender' in l and 'is not executable' not in l]
    assert not wrong, wrong
    out = subprocess.run(['systemd-analyze', 'security', '--offline=true', '--no-pager', UNIT], capture_output=True, text=True, env={**os.environ, 'LC_ALL': 'C.UTF-8'}).stdout
    score = float(re.search(r'Overall exposure level for [^:]*: ([0-9.]+)', out).group(1))
    print('    exposure %.1f' % score)
    assert score <= 4.0, out


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
