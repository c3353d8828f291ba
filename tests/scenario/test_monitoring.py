"""What deploy/monitoring asks Prometheus for is what /metrics has."""
import json, os, re, subprocess, sys, urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import Origin, Proxy, free_port, run

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../deploy/monitoring')
GIVEN = {'up', 'instance', 'job'}  # by Prometheus itself


def exported():
    """name -> label -> values"""
    o, port = Origin(), free_port()
    p = Proxy(o.port, args=('--metrics', '127.0.0.1:%d' % port))
    text = urllib.request.urlopen('http://127.0.0.1:%d/metrics' % port, timeout=10).read().decode()
    p.stop()
    out = {}
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


if __name__ == '__main__':
    run(globals())
