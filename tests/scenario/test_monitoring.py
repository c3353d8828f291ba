"""What deploy/monitoring asks Prometheus for is what /metrics has; whose fault an answer is, and whose time."""
import json, os, re, signal, subprocess, sys, time, urllib.parse, urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import ATTACK, Origin, Proxy, free_port, run

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../deploy/monitoring')
GIVEN = {'up', 'instance', 'job'}  # by Prometheus itself


def exported():
    """name -> label -> values"""
    o, port = Origin(), free_port()
    p = Proxy(o.port, args=('--metrics', '127.0.0.1:%d' % port, '--audit-syslog', 'udp:127.0.0.1:9'))
    text = urllib.request.urlopen('http://127.0.0.1:%d/metrics' % port, timeout=10).read().decode()
    p.stop()
    out = {}
    for name in re.findall(r'^# HELP (\w+)', text, re.M):
        out[name] = {}  # what nothing is to be said of here, too
    for name, labels in re.findall(r'^(\w+)(?:\{(.*?)\})? ', text, re.M):
        have = out.setdefault(name, {})
        for k, v in re.findall(r'(\w+)="(.*?)"', labels):
            have.setdefault(k, set()).add(v)
    return out


def check(expression, metrics):
    names = set(re.findall(r'\bmerlon_\w+', expression))
    assert names, expression
    for name in names:
        assert name in metrics, (name, expression)
    for name, labels in re.findall(r'(\w+)\{(.*?)\}', expression):
        for k, how, v in re.findall(r'(\w+)(=~|=)"(.*?)"', labels):
            if k in GIVEN:
                continue
            assert k in metrics[name], (name, k)
            values = v.split('|') if how == '=~' else [v]
            assert set(values) <= metrics[name][k], (name, k, v)
    for names in re.findall(r'\bby \((.*?)\)', expression):
        for label in re.split(r',\s*', names):
            assert label in GIVEN or any(label in labels for labels in metrics.values()), (label, expression)


def test_alert_rules():
    with open(FOLDER + '/merlon.rules.yaml') as f:
        text = f.read()
    expressions = re.findall(r'expr: (?:>\n((?:          .*\n)+)|(.*)\n)', text)
    assert len(expressions) == text.count('- alert:') > 5
    metrics = exported()
    for folded, plain in expressions:
        if 'up{' not in plain:
            check(folded or plain, metrics)


def test_dashboard():
    made = subprocess.run([sys.executable, FOLDER + '/dashboard'], capture_output=True, text=True, check=True).stdout
    with open(FOLDER + '/merlon.dashboard.json') as f:
        assert f.read() == made, 'run deploy/monitoring/dashboard >deploy/monitoring/merlon.dashboard.json'
    metrics = exported()
    panels = json.loads(made)['panels']
    assert len(panels) > 8
    for p in panels:
        for t in p['targets']:
            check(t['expr'], metrics)


class Watched:
    """A proxy with metrics and an access log."""

    def __init__(self, origin_port, **kw):
        self.metrics = free_port()
        self.path = os.path.join(os.environ.get('TMPDIR', '/tmp'), 'merlon-access-%d-%d' % (os.getpid(), self.metrics))
        self.proxy = Proxy(origin_port, args=('--metrics', '127.0.0.1:%d' % self.metrics, '--access-log', self.path), **kw)

    def metric(self, name):
        text = urllib.request.urlopen('http://127.0.0.1:%d/metrics' % self.metrics, timeout=10).read().decode()
        return float(re.search(r'^%s (\S+)$' % re.escape(name), text, re.M).group(1))

    def lines(self, n, path=None, seconds=15):
        end = time.time() + seconds
        while True:
            with open(path or self.path) as f:
                got = [json.loads(x) for x in f]  # every line is whole
            if len(got) >= n or time.time() > end:
                assert len(got) == n, got
                return got
            time.sleep(0.05)

    def stop(self):
        self.proxy.stop()
        os.unlink(self.path)


def get(path):
    return b'GET %s HTTP/1.1\r\nHost: t\r\n\r\n' % path


def test_the_access_log_tells_who_answered_and_whose_time_it_was():
    def slow(head, body):
        if b'/slow' in head:
            time.sleep(0.3)
        return b'HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nnever'

    o = Origin(slow)
    w = Watched(o.port)
    with w.proxy.connect() as c:
        for path in (b'/quick', b'/slow', b'/a"%1b%0a{b'):
            c.send(get(path))
            c.answer()
    assert w.proxy.ask(get(b'/?q=' + urllib.parse.quote(ATTACK).encode()))[0] == 403
    assert w.proxy.ask(b'GET / HTTP/1.1\r\nHost : t\r\n\r\n')[0] == 400
    lines = w.lines(5)
    told = [(x['source'], x['status']) for x in lines]
    assert told == [('app', 404), ('app', 404), ('app', 404), ('merlon', 403), ('merlon', 400)], lines
    quick, late = lines[:2]
    assert quick['path'] == '/quick' and quick['answer_bytes'] == 5 and quick['client'] == '127.0.0.1', quick
    assert late['app_seconds'] >= 0.29 and late['seconds'] >= late['app_seconds'], late
    assert late['added_seconds'] < late['app_seconds'] and 0 < late['inspection_seconds'] < 0.2, late
    assert [x['event_id'] for x in lines[3:]] == [x['event_id'] for x in w.proxy.audits(2)]
    assert 'app_seconds' not in lines[3] and 'path' not in lines[4], lines
    assert w.metric('merlon_app_seconds_bucket{le="0.2"}') < w.metric('merlon_app_seconds_count')
    assert w.metric('merlon_app_seconds_sum') >= 0.29
    assert w.metric('merlon_added_seconds_count') == w.metric('merlon_app_seconds_count') >= 2
    assert w.metric('merlon_inspection_seconds_count') >= 3
    assert 0 < w.metric('merlon_inspection_seconds_sum') < 1
    w.stop()
    o.close()


def test_a_dead_application_is_not_its_answer():
    w = Watched(free_port())
    assert w.proxy.ask(get(b'/'))[0] == 502
    line = w.lines(1)[0]
    assert (line['source'], line['status']) == ('merlon', 502), line
    assert w.metric('merlon_added_seconds_count') == 0
    w.stop()


def test_the_access_log_is_opened_again_with_the_audit_log():
    o = Origin()
    w = Watched(o.port)
    w.proxy.ask(get(b'/1'))
    w.lines(1)
    os.rename(w.path, w.path + '.1')
    w.proxy.process.send_signal(signal.SIGUSR1)
    w.proxy.wait_for('event=audit_log_reopened', 2)
    end = time.time() + 15  # the courier takes the new file a moment later
    n = 0
    while not os.path.getsize(w.path) and time.time() < end:
        w.proxy.ask(get(b'/2'))
        n += 1
        time.sleep(0.05)
    with open(w.path) as f:
        assert json.loads(f.readline())['path'] == '/2'
    os.unlink(w.path + '.1')
    w.stop()
    o.close()


def test_shadow_mode_counts_what_it_would_have_refused():
    o = Origin()
    w = Watched(o.port, policy='  mode: shadow\n')
    assert w.proxy.ask(get(b'/?q=' + urllib.parse.quote(ATTACK).encode()))[0] == 200
    assert w.metric('merlon_requests_alerted_total') == 1
    assert w.metric('merlon_requests_total{outcome="forwarded"}') == 1 and w.metric('merlon_requests_total{outcome="blocked"}') == 0
    assert w.metric('merlon_detections_total{protection="sqli",sub="union",effect="alert"}') == 1
    assert w.metric('merlon_detections_total{protection="sqli",sub="union",effect="prevent"}') == 0
    assert w.metric('merlon_inspection_seconds_count') == 1
    line = w.lines(1)[0]
    assert line['source'] == 'app' and line['event_id'] == w.proxy.audits(1)[0]['event_id'], line
    w.stop()
    o.close()


if __name__ == '__main__':
    run(globals())
