#!/usr/bin/env python3
"""A defender's workers under a crash loop, short of memory, killed under load: what is lost is what they held, and no
attack passes."""
from spaces import *

CRASHING = os.environ['MERLON_CRASHING']  # /kill-the-worker in a request does
BAD = "/?q=" + ATTACK.decode().replace(' ', '+')
NOTHING_LOST = {'ok', 'own', 'own_port', 'stalled'}


def closed_without(c, text):
    try:
        while True:
            c.fill()
    except (EOFError, OSError):
        return text not in c.buf


def keep_asking(net, stop, target):
    """One client after the other, whatever becomes of it."""
    for i in itertools.count():
        if stop.wait(0.01):
            return
        try:
            net.ask(get(target(i)), timeout=5)
        except (OSError, EOFError):
            pass


def lost(count):
    return sum(v for k, v in count.items() if k not in NOTHING_LOST)


def test_killed_workers_lose_only_what_they_hold():
    kills, clients = 5, 8
    with scene(workers=2) as (net, app, d):
        d.protect(app)
        hammer, attack = net.hammer(0, clients), net.hammer(0, 2, target=BAD)
        for i in range(kills):
            time.sleep(0.4)
            os.kill(d.children('worker')[i % 2], signal.SIGKILL)
            d.wait_for('event=worker_died', i + 1)
            d.wait_for('event=worker_sandboxed', i + 3)
        time.sleep(0.4)
        honest, refused = [json.loads(p.communicate()[0]) for p in (hammer, attack)]
        print('    ', honest, refused)
        assert lost(honest) <= kills * clients and honest['ok'] == honest['own'] > 200, honest
        assert refused['ok'] == 0 and refused['answer HTTP/1.1 403'] > 50 and not set(refused) - NOTHING_LOST - {
            'answer HTTP/1.1 403', 'answer ', 'ECONNRESET'}, refused


def test_what_kills_workers_opens_nothing():
    with scene(program=CRASHING) as (net, app, d):  # protections as by default, `fail: open`
        d.protect(app)
        rules = net.rules()[0].count('redirect')
        honest, attack, stop = net.hammer(0, 2), net.hammer(0, 4, target=BAD), threading.Event()
        killer = threading.Thread(target=keep_asking, args=(net, stop, lambda i: '/kill-the-worker?%d' % i))
        killer.start()  # each a little different, so that none is known
        end = time.time() + 30
        while d.log().count('event=worker_died') < 7 and time.time() < end:  # the pause before the next one is at its longest
            assert net.rules()[0].count('redirect') == rules >= 2
            time.sleep(0.1)
        stop.set()
        killer.join()
        for _ in range(20):
            assert net.ask(timeout=20)[0] == 200
        honest, refused = [json.loads(p.communicate()[0]) for p in (honest, attack)]
        deaths = d.log().count('event=worker_died')
        print('    ', deaths, 'deaths', honest, refused)
        assert deaths >= 7 and 'event=request_kills_workers' not in d.log(), d.log()
        assert refused['ok'] == 0 and refused['answer HTTP/1.1 403'] > 0, refused
        assert honest['ok'] == honest['own'] > 0, honest


def test_a_request_that_kills_twice_is_refused():
    with scene(program=CRASHING, workers=2) as (net, app, d):
        d.protect(app)
        stop = threading.Event()
        killer = threading.Thread(target=keep_asking, args=(net, stop, lambda i: '/kill-the-worker'))
        killer.start()
        d.wait_for('event=request_kills_workers', seconds=30)
        d.wait_for('event=worker_sandboxed', 4, seconds=30)  # both are there again, and were told
        deaths = d.log().count('event=worker_died')
        for i in range(20):
            assert net.ask()[0] == 200 and net.ask(get(BAD.encode()))[0] == 403
        stop.set()
        killer.join()
        assert deaths == d.log().count('event=worker_died') in (2, 3), d.log()  # 3: two read it at a time
        assert d.log().count('event=request_kills_workers') == 1
        with net.connect() as c:
            c.send(get('/kill-the-worker'))
            assert closed_without(c, b'HTTP/1.1')
        with net.connect() as c:  # another request: a worker dies of it
            c.send(get('/kill-the-worker?2'))
            d.wait_for('event=worker_died', deaths + 1)


def test_a_worker_without_memory_refuses_and_goes_on():
    with scene(memory=16 << 20) as (net, app, d):
        d.protect(app)
        assert net.ask()[0] == 200
        worker = d.children('worker')[0]
        whole = post(b'a=' + b'b' * 120000)
        held = []
        for _ in range(100):  # each held until its last byte: 12 MB together
            c = net.connect(timeout=5)
            try:
                c.send(whole[:-1])
            except OSError:
                pass  # refused already
            held.append(c)
        answers = {}
        for c in held:
            try:
                c.send(whole[-1:])
                status = c.answer()[0]
            except (OSError, EOFError):
                status = 'closed'
            answers[status] = answers.get(status, 0) + 1
            c.sock.close()
        print('    ', answers)
        # 502: memory ended when the application answered
        assert set(answers) <= {200, 502, 503, 'closed'} and answers.get(200) and sum(answers.values()) > answers[200], answers
        assert d.children('worker') == [worker] and net.ask()[0] == 200 and net.ask(get(BAD.encode()))[0] == 403


if __name__ == '__main__':
    run_here(globals())
