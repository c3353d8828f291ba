#!/usr/bin/env python3
"""A defender's workers under a crash loop, short of memory, killed under load: what is lost is what they held, and no
attack passes."""
from spaces import *

BAD = "/?q=" + ATTACK.decode().replace(' ', '+')
NOTHING_LOST = {'ok', 'own', 'own_port', 'stalled'}


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


def test_a_crash_loop_opens_nothing():
    with scene() as (net, app, d):
        d.protect(app)
        rules = net.rules()
        honest, attack = net.hammer(0, 2), net.hammer(0, 4, target=BAD)
        end, deaths = time.time() + 5, set()
        while time.time() < end:  # as a request that crashes whoever reads it, again and again
            for pid in set(d.children('worker')) - deaths:
                deaths.add(pid)
                os.kill(pid, signal.SIGSEGV)
            time.sleep(0.02)
        assert len(deaths) > 4 and net.rules()[0].count('redirect') == rules[0].count('redirect') >= 2, len(deaths)
        end = time.time() + 12  # the pause before a new worker is 5 s at most
        while not set(d.children('worker')) - deaths and time.time() < end:
            time.sleep(0.05)
        assert net.ask(timeout=12)[0] == 200
        honest, refused = [json.loads(p.communicate()[0]) for p in (honest, attack)]
        print('    ', len(deaths), 'deaths', honest, refused)
        assert refused['ok'] == 0 and refused['answer HTTP/1.1 403'] > 0, refused
        assert honest['ok'] == honest['own'] > 0, honest  # who waited in the queue was served


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
