#!/usr/bin/env python3
"""A worker that runs an attacker's code, as root and as an ordinary user: nothing may be possible."""
import os, re, shutil, subprocess, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

ATTACKED = os.environ['MERLON_ATTACKED']
NOBODY = 65534


def attack(as_user=None):
    """Starts the proxy whose workers attack; its log once it is ready, and its answer to one request."""
    o = Origin()
    port = free_port()
    folder = tempfile.mkdtemp(prefix='merlon-test-')
    os.chmod(folder, 0o755)
    program = shutil.copy(ATTACKED, folder)  # the build folder may be closed to other users
    log = os.path.join(folder, 'log')
    who = {} if as_user is None else {'user': as_user, 'group': as_user, 'extra_groups': []}
    with open(log, 'wb') as err:
        process = subprocess.Popen([program, str(port), str(o.port)], stderr=err, stdout=subprocess.DEVNULL, **who)
    try:
        end = time.time() + 15
        while 'event=ready' not in open(log).read():
            assert process.poll() is None and time.time() < end, open(log).read()
            time.sleep(0.02)
        with socket.create_connection(('127.0.0.1', port), 10) as s:
            c = Client(s)
            c.send(get('/'))
            status = c.answer()[0]
        return open(log).read(), status
    finally:
        process.terminate()
        process.wait(10)
        o.close()
        shutil.rmtree(folder)


def check(log, status):
    m = re.search(r'event=attack_report attempts=(\d+) possible=(\S+)', log)
    assert m, log
    assert int(m.group(1)) > 50, m.group(0)
    assert m.group(2) == 'none', 'the worker got out: ' + m.group(2)
    assert status == 200  # what it must do it still can
    return re.search(r'who=worker-0 event=worker_sandboxed (.*)', log).group(1)


def test_nothing_is_possible_for_a_worker_started_by_root():
    if os.geteuid() != 0:
        print('     not root: left out')
        return
    state = check(*attack())
    assert 'caps=none' in state and 'net=empty' in state and 'seccomp="on"' in state, state
    assert re.search(r'user=(nobody|merlon) ', state) and re.search(r'root=(empty|landlock) ', state), state


def test_nothing_is_possible_for_a_worker_started_by_an_ordinary_user():
    state = check(*attack(NOBODY if os.geteuid() == 0 else None))
    assert 'user=same' in state and 'caps=none' in state and 'seccomp="on"' in state, state


if __name__ == '__main__':
    run(globals())
