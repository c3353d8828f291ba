#!/usr/bin/env python3
"""What the supervisor owes: a courier that is replaced, policies that arrive, a log that rotates."""
import os, signal, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

ATTACK_GET = get("/?id=1'+or+'1'='1")
EVENT = 'x-merlon-event-id'


names = iter(range(10 ** 6))


def refused(p, n):
    """Event ids of n refusals, each under a parameter of its own: no two are one event."""
    ids = {p.ask(get("/?id%d=1'+or+'1'='1" % next(names)))[1][EVENT] for _ in range(n)}
    assert len(ids) == n
    return ids


def event_ids(path):
    return {json.loads(line)['event_id'] for line in open(path)}


def wait_until(what, seconds=10):
    end = time.time() + seconds
    while not what():
        assert time.time() < end, 'it did not happen in %d s' % seconds
        time.sleep(0.02)


def test_killed_courier_is_replaced_and_no_audit_is_lost():
    o = Origin()
    p = Proxy(o.port, workers=2)
    ids = refused(p, 5)
    victim = p.children('courier')[0]
    os.kill(victim, signal.SIGKILL)
    ids |= refused(p, 5)  # committed to the rings while nobody reads them
    p.wait_for('event=courier_sandboxed', count=2)
    ids |= refused(p, 5)
    wait_until(lambda: ids <= event_ids(p.audit_path))
    assert p.children('courier') != [victim]
    assert p.ask(get('/'))[0] == 200
    assert p.stop() == 0


def test_courier_that_dies_during_a_stop_leaves_no_audit_behind():
    def reply(head, body):
        time.sleep(1.5)  # keeps the stop waiting
        return b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    o = Origin(reply)
    p = Proxy(o.port)
    with p.connect() as c:
        c.send(get('/'))
        time.sleep(0.2)
        p.process.send_signal(signal.SIGSTOP)  # so that it cannot replace the courier before the stop
        os.kill(p.children('courier')[0], signal.SIGKILL)
        ids = refused(p, 5)
        p.process.send_signal(signal.SIGTERM)
        p.process.send_signal(signal.SIGCONT)
        assert c.answer()[0] == 200
    assert p.process.wait(10) == 0
    assert ids <= event_ids(p.audit_path)


def test_policy_reaches_a_worker_whose_queue_was_full():
    o = Origin()
    p = Proxy(o.port, '  mode: enforce\n')
    worker = p.children('worker')[0]
    os.kill(worker, signal.SIGSTOP)
    loads = 0
    while 'event=worker_busy' not in p.log():
        p.process.send_signal(signal.SIGHUP)
        loads += 1
        p.wait_for('event=policy_loaded', count=loads)
        assert loads < 2000
    p.write_policy('  mode: shadow\n')
    p.process.send_signal(signal.SIGHUP)
    p.wait_for('event=policy_loaded', count=loads + 1)
    time.sleep(0.5)  # the watch of the file fires as well, and finds the queue as full
    try:
        os.kill(worker, signal.SIGCONT)
    except ProcessLookupError:
        pass  # it took so long that the worker was replaced
    wait_until(lambda: p.ask(ATTACK_GET)[0] == 200)
    p.stop()


def test_a_worker_that_hangs_is_replaced():
    o = Origin()
    p = Proxy(o.port)
    os.kill(p.children('worker')[0], signal.SIGSTOP)
    with p.connect(30) as c:
        c.send(get('/'))
        assert c.answer()[0] == 200  # by its successor, from the same queue
    assert p.log().count('event=worker_hangs') == 1 and p.log().count('event=worker_died') == 1
    p.stop()


def test_audit_log_is_opened_again_after_rotation():
    o = Origin()
    p = Proxy(o.port)
    first = refused(p, 5)
    wait_until(lambda: first <= event_ids(p.audit_path))
    old = p.audit_path + '.1'
    os.rename(p.audit_path, old)
    between = refused(p, 5)
    p.process.send_signal(signal.SIGUSR1)
    p.wait_for('event=audit_log_reopened')
    wait_until(lambda: os.path.exists(p.audit_path))
    after = refused(p, 5)
    wait_until(lambda: after <= event_ids(p.audit_path) | event_ids(old))
    late = refused(p, 1)  # by now the courier has surely changed over
    wait_until(lambda: late <= event_ids(p.audit_path))
    assert first | between | after | late <= event_ids(old) | event_ids(p.audit_path)
    assert p.stop() == 0


def test_repeats_are_one_event_with_revisions_and_a_count():
    o = Origin()
    p = Proxy(o.port)
    shown = [p.ask(ATTACK_GET)[1][EVENT] for _ in range(5)]
    other = p.ask(get("/?name=1'+or+'1'='1"))[1][EVENT]
    assert len(set(shown)) == 1 and other not in shown
    lines = p.audits(6)
    mine = [a for a in lines if a['event_id'] == shown[0]]
    assert [a['revision'] for a in mine] == [1, 2, 3, 4, 5] == [a['count'] for a in mine]
    assert len({a['first'] for a in mine}) == 1 and mine[-1]['last'] > mine[0]['last']
    p.stop()


def told(audits):
    """How many requests the last revisions of these events count together."""
    return sum({a['event_id']: a['count'] for a in sorted(audits, key=lambda a: a['revision'])}.values())


def test_flood_writes_few_lines_and_hides_no_other_client():
    o = Origin()
    p = Proxy(o.port)
    with p.connect() as c:
        for _ in range(3000):
            c.send(ATTACK_GET)
            status = c.answer()[0]
            assert status == 403
    with socket.create_connection(('127.0.0.1', p.port), 5, source_address=('127.0.0.2', 0)) as s:
        c = Client(s)
        c.send(ATTACK_GET)
        other = c.answer()[1][EVENT]
    wait_until(lambda: other in event_ids(p.audit_path))
    def mine():
        return [a for a in p.audits() if a['event_id'] != other]
    wait_until(lambda: told(mine()) == 3000, 3)
    lines = mine()
    assert len({a['event_id'] for a in lines}) <= 2 and 32 <= len(lines) < 500, len(lines)
    p.stop()


def test_a_stop_within_a_flood_tells_the_last_count():
    o = Origin()
    p = Proxy(o.port)
    with p.connect() as c:
        for _ in range(200):
            c.send(ATTACK_GET)
            assert c.answer()[0] == 403
    assert p.stop() == 0
    assert told(p.audits()) == 200  # in one event, or in two where the window of the first ended meanwhile


if __name__ == '__main__':
    run(globals())
