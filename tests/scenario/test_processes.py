#!/usr/bin/env python3
"""Processes: death and replacement of workers, reload, drain, many idle connections, flat memory."""
import os, random, re, resource, signal, socket, subprocess, sys, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import *

ATTACK_GET = get("/?id=1'+or+'1'='1")


def rss(pid):
    for line in open('/proc/%d/smaps_rollup' % pid):
        if line.startswith('Pss:'):
            return int(line.split()[1]) * 1024
    return 0


def test_killed_workers_lose_only_their_connections_and_no_audit():
    o = Origin()
    p = Proxy(o.port, workers=2)
    stop, kills = threading.Event(), 4
    refused, lost, served, wrong = set(), [0] * 8, [0] * 8, []

    def client(k):
        c = None
        for n in range(100000):
            if stop.is_set():
                return
            try:
                c = c or p.connect()
                attack = n % 4 == 0
                c.send(get("/?c%dn%d=1'+or+'1'='1" % (k, n)) if attack else get('/'))
                status, headers, _ = c.answer()
            except (EOFError, OSError):
                c = None
                lost[k] += 1
                continue
            served[k] += 1
            if attack:
                refused.add(headers['x-merlon-event-id'])
            if status != (403 if attack else 200):
                wrong.append(status)
            time.sleep(0.005)
    threads = [threading.Thread(target=client, args=(k,)) for k in range(8)]
    [t.start() for t in threads]
    for n in range(kills):
        time.sleep(0.4)
        victim = p.children('worker')[n % 2]
        os.kill(victim, signal.SIGKILL)
        p.wait_for('event=worker_died', count=n + 1)
        p.wait_for('event=worker_sandboxed', count=n + 3)
        assert victim not in p.children('worker')
    time.sleep(0.4)
    stop.set()
    [t.join() for t in threads]
    assert not wrong, wrong[:5]
    assert 0 < sum(lost) and max(lost) <= kills, lost
    assert min(served) > 20 and len(refused) > 40, (served, len(refused))
    missing = refused - {a['event_id'] for a in p.audits(len(refused))}
    assert not missing, (len(missing), len(refused))
    assert len(p.children('worker')) == 2 and p.ask(get('/'))[0] == 200
    p.stop()


def test_a_killed_supervisor_blocks_no_restart():
    origin = Origin()
    p = Proxy(origin.port)
    left = p.children('worker') + p.children('courier')
    p.process.kill()
    p.process.wait()
    again = subprocess.Popen([MERLON, 'proxy', '--listen', '127.0.0.1:%d' % p.port, '--upstream', '127.0.0.1:%d' % origin.port,
                              '--audit-log', p.audit_path, '--workers', '1'], stderr=open(p.log_path, 'ab'))
    Proxy.started.append(again)
    p.process = again
    p.wait_for('event=ready', count=2)
    assert len(left) == 2 and p.ask(get('/'))[0] == 200
    end = time.time() + 20
    while any(os.path.exists('/proc/%d' % pid) for pid in left):
        assert time.time() < end, 'children of the one that was killed live on'
        time.sleep(0.05)
    assert p.stop() == 0


def test_queue_is_served_while_a_worker_is_away():
    o = Origin()
    p = Proxy(o.port, workers=1)
    os.kill(p.children('worker')[0], signal.SIGKILL)
    assert p.ask(get('/'))[0] == 200  # accepted by the kernel, served by the successor
    p.stop()


def test_reloads_under_load_lose_no_request():
    o = Origin()
    p = Proxy(o.port, '  mode: enforce\n', workers=2)
    stop, bad, done = threading.Event(), [], [0]

    def load():
        with p.connect() as c:
            while not stop.is_set():
                c.send(get('/x'))
                status = c.answer()[0]
                done[0] += 1
                if status != 200:
                    bad.append(status)

    def guarded():
        try:
            load()
        except Exception as e:
            bad.append(repr(e))
    threads = [threading.Thread(target=guarded) for _ in range(4)]
    [t.start() for t in threads]
    def size(pid):
        return rss(pid), len(os.listdir('/proc/%d/fd' % pid))
    processes = [p.process.pid, *p.children('worker'), *p.children('courier')]
    before = None
    for i in range(int(os.environ.get('MERLON_RELOADS', 200))):
        if i == 50:
            before = [size(pid) for pid in processes]
        p.write_policy('  mode: enforce\n  limits: {args: %d}\n' % (100 + i))
        p.process.send_signal(signal.SIGHUP)
        p.wait_for('event=policy_loaded', count=i + 1)
    stop.set()
    [t.join() for t in threads]
    assert not bad and done[0] > 100, (bad[:5], done)
    after = [size(pid) for pid in processes]
    grown = max(b[0] - a[0] for a, b in zip(before, after))
    print('     figure requests_during_reloads %d\n     figure bytes_grown_by_reloads %d' % (done[0], grown))
    assert grown < 2 << 20 and all(b[1] <= a[1] + 3 for a, b in zip(before, after)), (before, after)
    p.stop()


def test_policy_change_is_taken_up_and_a_bad_one_is_not():
    o = Origin()
    p = Proxy(o.port, '  mode: enforce\n')
    assert p.ask(ATTACK_GET)[0] == 403
    p.write_policy('  mode: shadow\n')  # no signal: the file is watched
    p.wait_for('event=policy_loaded')
    end = time.time() + 3
    while p.ask(ATTACK_GET)[0] != 200:
        assert time.time() < end
    p.write_policy('  mode: shadou\n')
    p.wait_for('event=policy_refused')
    assert 'did you mean shadow?' in p.log()
    assert p.ask(ATTACK_GET)[0] == 200
    p.stop()


def test_running_answers_end_before_a_stop():
    def reply(head, body):
        def pieces():
            yield b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello'
            time.sleep(1)
            yield b'world'
        return pieces()
    o = Origin(reply)
    p = Proxy(o.port)
    with p.connect() as c:
        c.send(get('/'))
        while b'hello' not in c.buf:
            c.fill()
        p.process.send_signal(signal.SIGTERM)
        assert c.answer()[2] == b'helloworld'
    assert p.process.wait(5) == 0


def test_idle_connections_cost_little():
    many = int(os.environ.get('MERLON_IDLE', 2000))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, many + 4000), hard))
    o = Origin()
    p = Proxy(o.port)
    worker = p.children('worker')[0]
    conns = [p.connect() for _ in range(50)]
    for c in conns:
        c.send(get('/'))
        assert c.answer()[0] == 200
    before = rss(worker)
    for _ in range(many):
        c = p.connect()
        c.send(get('/'))
        assert c.answer()[0] == 200
        conns.append(c)
    each = (rss(worker) - before) / many
    assert each < 8192, each
    print('     figure idle_connections %d\n     figure bytes_per_idle_connection %.0f' % (many, each))
    [c.sock.close() for c in conns]
    p.stop()


def test_large_bodies_run_through_at_flat_memory():
    size = int(os.environ.get('MERLON_BIG_BODY', 64 << 20))

    def reply(head, body):
        def pieces():
            yield b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % size
            for _ in range(size >> 16):
                yield b'z' * 65536
        return pieces()
    o = Origin(reply)
    o.body = lambda conn, head, buf: drop_body(conn, head, buf)

    def drop_body(conn, head, buf):
        n = int(re.search(rb'content-length: (\d+)', head.lower()).group(1)) if b'content-length' in head.lower() else 0
        got = len(buf)
        while got < n:
            d = conn.recv(1 << 20)
            assert d
            got += len(d)
        return b'', b''
    p = Proxy(o.port)
    worker = p.children('worker')[0]
    peak = [0]
    with p.connect(60) as c:
        c.send(b'POST /up HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n\r\n' % size)
        block = b'\x89PNG\r\n' + random.Random(7).randbytes((1 << 20) - 6)
        for _ in range(size >> 20):
            c.send(block)
            peak[0] = max(peak[0], rss(worker))
        got = 0
        while b'\r\n\r\n' not in c.buf:
            c.fill()
        got = len(c.buf.partition(b'\r\n\r\n')[2])
        while got < size:
            d = c.sock.recv(1 << 20)
            assert d, got
            got += len(d)
            peak[0] = max(peak[0], rss(worker))
    print('     figure large_body_bytes %d\n     figure large_body_peak_mib %.1f' % (size, peak[0] / 1048576))
    assert peak[0] < 32 << 20, peak
    p.stop()


def test_metrics_and_health():
    o = Origin()
    port = free_port()
    p = Proxy(o.port, args=('--metrics', '127.0.0.1:%d' % port))
    p.ask(get('/'))
    p.ask(ATTACK_GET)

    def fetch(path):
        with socket.create_connection(('127.0.0.1', port), 5) as s:
            s.sendall(b'GET ' + path + b' HTTP/1.1\r\nHost: m\r\n\r\n')
            out = b''
            while True:
                d = s.recv(65536)
                if not d:
                    return out.decode()
                out += d
    text = fetch(b'/metrics')
    assert 'merlon_requests_total{outcome="forwarded"} 1\n' in text, text[:2000]
    assert 'merlon_requests_total{outcome="blocked"} 1\n' in text
    assert 'merlon_detections_total{protection="sqli",sub="tautology",effect="prevent"} 1\n' in text
    assert fetch(b'/healthz').endswith('ok\n')
    p.stop()


def test_start_says_what_is_wrong():
    def start(*args):
        r = subprocess.run([MERLON, 'proxy', *args], capture_output=True, text=True, timeout=20)
        return r.returncode, r.stderr
    code, err = start('--listen', 'nonsense', '--upstream', '127.0.0.1:1')
    assert code == 2 and 'expected ADDR:PORT' in err, err
    o = Origin()
    code, err = start('--listen', '127.0.0.1:%d' % o.port, '--upstream', '127.0.0.1:1')
    assert code == 3 and 'another program uses this port' in err, err
    code, err = start('--listen', '127.0.0.1:%d' % free_port(), '--upstream', '127.0.0.1:1', '--policy', '/nonexistent.yaml')
    assert code == 3 and '/nonexistent.yaml' in err, err
    r = subprocess.run([MERLON, 'prosy'], capture_output=True, text=True)
    assert r.returncode == 2 and 'did you mean proxy?' in r.stderr


def test_sandbox_holds_for_workers_and_courier():
    o = Origin()
    p = Proxy(o.port)
    for pid in p.children('worker') + p.children('courier'):
        status = open('/proc/%d/status' % pid).read() if os.geteuid() == 0 else ''
        if not status:
            continue
        assert re.search(r'^Seccomp:\s+2$', status, re.M), status
        assert re.search(r'^NoNewPrivs:\s+1$', status, re.M)
        assert re.search(r'^CapEff:\s+0+$', status, re.M) and re.search(r'^CapBnd:\s+0+$', status, re.M)
        uids = re.search(r'^Uid:\s+(.*)$', status, re.M).group(1).split()
        assert '0' not in uids, uids
        assert os.readlink('/proc/%d/ns/net' % pid) != os.readlink('/proc/self/ns/net')
        assert os.listdir('/proc/%d/root' % pid) == []
    assert 'seccomp="on"' in p.log()
    p.stop()


if __name__ == '__main__':
    run(globals())
