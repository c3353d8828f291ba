#!/usr/bin/env python3
"""A defender that takes over from the one that runs (--takeover)."""
from spaces import *
from harness import answers, socket_inodes

def test_an_upgrade_refuses_nothing_and_lets_nothing_by():
    with scene(workers=2) as (net, app, d):
        before = net.rules()
        gone = Net()
        gone_app = gone.serve(8080)
        d.protect(app)
        d.protect(gone_app, 1)
        bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'), b'Connection: close\r\n')
        passed = []
        stop = threading.Event()

        def attack():
            while not stop.is_set():
                passed.append(net.ask(bad, timeout=20)[0])
        attacker = threading.Thread(target=attack)
        hammer = net.hammer(0, 8)
        attacker.start()
        time.sleep(0.5)
        with net.connect() as c, net.connect() as upload:
            c.send(get('/'))
            assert c.answer()[0] == 200
            upload.send(post(b'b' * 1000)[:-500])
            as_ours = chains(net)
            sh('ip netns exec {0} nft flush chain inet merlon missed; ip netns exec {0} nft add chain inet merlon of_before'.format(net.app))  # of another version
            new = Defender(takeover=d)
            try:
                new.tell(PUT, 5, app.pid)
                new.tell(SYNCED)
                new.wait_for('slot=5 port=8080 state="protected"')
                end = time.monotonic() + 10
                while chains(net) != as_ours:
                    assert time.monotonic() < end, chains(net)
                    time.sleep(0.05)
                upload.send(b'b' * 500)  # the old one's, which drains: other rules, but still translated
                assert upload.answer()[0] == 200
                assert d.process.wait(20) == 0 and 'event=taken_over' in d.log()
                time.sleep(0.5)
                count = json.loads(hammer.communicate()[0])
                stop.set()
                attacker.join()
                print('    ', count, len(passed))
                assert set(count) == {'ok', 'own', 'own_port', 'stalled'} and count['ok'] > 100, count
                assert set(passed) == {403} and len(passed) > 10, set(passed)
                assert net.ask(bad)[0] == 403
                end = time.monotonic() + 10  # its container ended while nobody looked
                while 'merlon' in gone.rules()[0] and time.monotonic() < end:
                    time.sleep(0.1)
                assert 'merlon' not in gone.rules()[0]
                assert new.stop() == 0
                assert net.rules() == before, net.rules()
            finally:
                print(new.log()[-2000:] if new.process.poll() != 0 else '', end='')
                new.close()
                gone.close()


def test_a_takeover_that_fails_changes_nothing():
    with scene() as (net, app, d):
        d.protect(app)
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.connect(d.dir + '/state/takeover')
        assert len(s.recv(4096)) > 0
        s.close()
        d.wait_for('event=takeover_failed')
        assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
        r = subprocess.run([MERLON, 'defender', '--state-dir', d.dir + '/state', '--workloads-fd', '0'], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert r.returncode == 3 and 'another defender runs' in r.stderr, r


def test_one_that_dies_on_the_way_leaves_the_old_one_to_be_found():
    bad = get(b'/?q=' + ATTACK.replace(b' ', b'+'))
    commands = 'status', 'apps', 'bans', 'bypass'
    with scene() as (net, app, d):
        d.protect(app)
        state = d.dir + '/state'
        before = socket_inodes(state)
        assert sorted(before) == ['bans.sock', 'bypass.sock', 'hook', 'merlon.sock', 'takeover']
        for how in 'killed', 'fails', 'stopped':
            new = Defender(takeover=d, workers=64, ready=False)  # which takes a while
            try:
                assert new.stopped_on_the_way(), 'too late'
                answers(state, *commands)  # the old one, which is asked while the new one is not there yet
                if how == 'stopped':  # by whoever started it
                    new.process.send_signal(signal.SIGTERM)
                else:
                    os.kill(new.process.pid if how == 'killed' else new.children('worker')[0], signal.SIGKILL)
                new.process.send_signal(signal.SIGCONT)
                new.process.wait(60)
                d.wait_for('event=takeover_failed', ('killed', 'fails', 'stopped').index(how) + 1)
                answers(state, *commands)
                assert socket_inodes(state) == before, os.listdir(state)
                assert net.ask(bad)[0] == 403 and net.ask()[0] == 200
            finally:
                new.close()
        new = Defender(takeover=d)
        try:
            new.tell(PUT, 0, app.pid)
            new.tell(SYNCED)
            assert d.process.wait(20) == 0
            answers(state, *commands)
            assert sorted(socket_inodes(state)) == sorted(before) and not set(socket_inodes(state).values()) & set(before.values())
            assert net.ask(bad)[0] == 403 and new.stop() == 0 and not socket_inodes(state)
        finally:
            new.close()


def test_a_client_is_banned_at_its_rule_until_it_is_lifted_through_an_upgrade():
    with scene(policy='  protections: {sqli: ban}\n  ban: {private: true}\n', workers=2) as (net, app, d):
        d.protect(app)

        def becomes(status):
            end = time.time() + 30
            while [net.ask(get(b'/'))[0] for _ in range(4)] != [status] * 4:
                assert time.time() < end, d.log()
        becomes(200)
        assert net.ask(get(b'/?q=' + ATTACK.replace(b' ', b'+')))[0] == 403
        becomes(403)
        new = Defender(takeover=d, policy='  protections: {sqli: ban}\n  ban: {private: true}\n', workers=2)
        try:
            new.tell(PUT, 5, app.pid)
            new.tell(SYNCED)
            assert d.process.wait(20) == 0
            new.wait_for('slot=5 port=8080 state="protected"')
            assert [net.ask(get(b'/'))[0] for _ in range(8)] == [403] * 8  # an upgrade lifts nothing
            r = subprocess.run([MERLON, 'bans', 'lift', 'all', '--state-dir', d.dir + '/state'], capture_output=True, text=True, timeout=30)
            assert r.returncode == 0 and r.stdout == '1 ban lifted\n', r
            becomes(200)
            assert new.stop() == 0
        finally:
            new.close()


if __name__ == '__main__':
    run_here(globals())
