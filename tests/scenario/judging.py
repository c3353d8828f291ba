"""Requests judged by `merlon check`: those that must be refused and those that must not."""
import base64, json, os, subprocess, sys, tempfile

MERLON = os.environ['MERLON']


def request(target=b'/p', fields=(), body=None, method=None, host=b'shop.example'):
    head = [(method or (b'POST' if body is not None else b'GET')) + b' ' + target + b' HTTP/1.1', b'Host: ' + host, *fields]
    if body is not None:
        head.append(b'Content-Length: %d' % len(body))
    return b'\r\n'.join(head) + b'\r\n\r\n' + (body or b'')


def judge(requests, policy=None):
    """Verdicts by name, of the built-in policy or of `policy`, the text of a spec."""
    lines = ''.join(json.dumps({'id': k, 'req_b64': base64.b64encode(v).decode()}) + '\n' for k, v in requests.items())
    options = []
    with tempfile.NamedTemporaryFile('w', suffix='.yaml') as f:
        if policy:
            f.write('apiVersion: merlon.dev/v1\nkind: Rule\nmetadata: {name: test}\nspec:\n' + policy)
            f.flush()
            options = ['--policy', f.name]
        run = subprocess.run([MERLON, 'check', '--format', 'jsonl', *options, '-'], input=lines, capture_output=True, text=True)
    if run.returncode not in (0, 1):
        sys.exit('merlon check: ' + run.stderr[-400:])
    return {v['id']: v for v in map(json.loads, run.stdout.splitlines())}


class Judge:
    def __init__(self):
        self.failures, self.judged = [], 0

    def expect(self, hidden, honest, policy=None):
        """Of `hidden` all are refused, of `honest` none."""
        verdicts = judge({**hidden, **honest}, policy)
        assert len(verdicts) == len(hidden) + len(honest)
        self.judged += len(verdicts)
        for name, v in verdicts.items():
            if (v['action'] == 'prevent') != (name in hidden):
                self.failures.append(f"{name}: {v['action']} {[(d['protection'], d['message']) for d in v['detections']]}")

    def run(self, tests):
        for test in tests:
            test()
        if self.failures:
            sys.exit('\n'.join(self.failures))
        print(f'ok: {len(tests)} groups, {self.judged} requests')
