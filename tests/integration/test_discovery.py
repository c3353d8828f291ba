"""The scout against a real dockerd: what it finds, what it says of it, and that it survives the daemon."""
import json, os, queue, signal, subprocess, sys, tempfile, threading, time

import dockerd

HOST = os.environ.get('MERLON_SCOUT_HOST')
RULE = """apiVersion: merlon.dev/v1
kind: Rule
metadata: {name: %s, order: %d}
spec: %s
"""
NO_RULE = -1


class Scout:
    def __init__(self, *args):
        sock, rules, *containerd = args
        self.dir = tempfile.TemporaryDirectory()
        self.policy = self.dir.name + '/p.yaml'
        self.write(rules)
        self.log = open(self.dir.name + '/log', 'w+')
        self.proc = subprocess.Popen([HOST, self.policy, sock, *containerd], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=self.log, text=True)
        self.slots, self.meta, self.synced, self.bad, self.state = {}, {}, 0, 0, ''
        self.puts = []
        self.cond = threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()

    def write(self, rules):
        with open(self.policy, 'w') as f:
            f.write('---\n'.join(RULE % (name, order, spec) for name, order, spec in rules))

    def reload(self, rules):
        self.write(rules)
        self.proc.send_signal(signal.SIGHUP)

    def read(self):
        for line in self.proc.stdout:
            m = json.loads(line)
            with self.cond:
                self.take(m)
                self.cond.notify_all()

    def take(self, m):
        if m['op'] == 'put':
            self.slots[m['slot']] = m
            self.puts.append((time.time(), m))
        elif m['op'] == 'gone':
            self.slots.pop(m['slot'])
        elif m['op'] == 'synced':
            self.synced += 1
        elif m['op'] == 'meta' and m['kind'] == 1:
            self.meta[m['slot']] = m
        elif m['op'] == 'meta' and m['kind'] == 2:
            self.meta.pop(m['slot'], None)
        elif m['op'] == 'meta' and m['kind'] == 3:
            self.state = m['why']
        elif m['op'] == 'bad':
            self.bad += 1

    def find(self, cid):
        for slot, meta in self.meta.items():
            if meta['id'] == cid and slot in self.slots:
                return {**meta, **self.slots[slot]}
        return None

    def wait(self, what, condition, limit=20):
        end = time.monotonic() + limit
        with self.cond:
            while not condition():
                left = end - time.monotonic()
                if left <= 0 or self.proc.poll() is not None:
                    self.log.seek(0)
                    raise AssertionError('%s: %s\n%s\n%s' % (what, self.slots, self.meta, self.log.read()[-2000:]))
                self.cond.wait(min(left, 0.5))

    def rule_of(self, cid):
        found = self.find(cid)
        return found['rule'] if found else None

    def expect(self, what, cid, rule):
        self.wait(what, lambda: self.rule_of(cid) == rule)

    def gone(self, what, cid):
        self.wait(what, lambda: self.find(cid) is None)

    def close(self):
        self.proc.stdin.close()
        self.proc.wait(10)
        assert self.bad == 0
        self.log.close()


def test_what_runs_is_found_with_rule_and_reason(d):
    d.image('shop/front-end:1', changes=['EXPOSE 8080', 'EXPOSE 53/udp', 'LABEL tier=web'])
    before = d.run('before', 'shop/front-end:1', labels={'io.kubernetes.pod.namespace': 'prod', 'nul\x00key': 'x'})
    s = Scout(d.sock, [('front', 10, '{scope: {images: ["*/shop/front-end:*"], labels: {tier: web}}, fail: closed}'),
                       ('rest', 20, '{scope: {images: ["*"]}, mode: off, endpoints: [{port: 81}, {port: 82}]}')])
    try:
        s.wait('synced', lambda: s.synced)
        s.expect('found at start', before, 0)
        found = s.find(before)
        assert found['ports'] == [8080] and found['flags'] == 4, found
        assert found['image'] == 'shop/front-end:1' and found['name'] == 'before', found
        assert found['namespace_'] == 'prod' and found['mode'] == 'enforce', found
        assert found['why'] == 'images: */shop/front-end:*' and found['rule'] == 0, found
        assert found['pid'] == d.inspect(before)['State']['Pid'], found
        assert 'docker.io/shop/front-end:1' in found['refs'], found
        after = d.run('after', 'shop/front-end:1', labels={'tier': 'db'}, CapAdd=['NET_ADMIN'])
        s.expect('the second rule', after, 1)
        found = s.find(after)
        assert found['ports'] == [81, 82] and found['flags'] == 8 | 16 | 32, found
        d.post(after, 'pause')
        s.wait('paused', lambda: s.find(after)['flags'] & 2)
        d.post(after, 'unpause')
        s.wait('unpaused', lambda: not s.find(after)['flags'] & 2)
        d.post(after, 'rename', '?name=later')
        s.wait('renamed', lambda: s.find(after)['name'] == 'later')
        pid = s.find(after)['pid']
        d.post(after, 'restart', '?t=0')
        s.wait('restarted', lambda: s.find(after) and s.find(after)['pid'] != pid)
        d.post(after, 'kill')
        s.gone('killed', after)
        d.remove(before)
        s.gone('removed', before)
        s.wait('slots are given back', lambda: not s.slots)
    finally:
        s.close()


def test_images_by_id_digest_tag_and_after_retagging(d):
    image = d.image('shop/api:1')
    d.api('POST', '/images/shop/api:1/tag?repo=mirror.example/shop/api&tag=1', raw=True)
    by_id = d.run('by-id', image)
    short = d.run('short', image.split(':')[1][:12])
    mirrored = d.run('mirrored', 'mirror.example/shop/api:1')
    s = Scout(d.sock, [('api', 10, '{scope: {images: ["shop/api"]}}'),
                       ('pinned', 20, '{scope: {images: ["%s"]}}' % image)])
    try:
        for cid in (by_id, short, mirrored):
            s.expect('by any of its names', cid, 0)
        assert s.find(by_id)['image'].startswith(('shop/api:1', 'mirror.example/shop/api:1')), s.find(by_id)
        # the tag moves to another image: a container that was started by id keeps what its image is called now
        d.image('shop/api:1', files=[('new', b'x')])
        for cid in (by_id, short, mirrored):
            s.expect('by its id', cid, 1)
        d.api('POST', '/images/mirror.example/shop/api:1/tag?repo=shop/api&tag=old', raw=True)
        for cid in (by_id, short, mirrored):
            s.expect('tagged again', cid, 0)
        d.api('DELETE', '/images/shop/api:old', raw=True)
        s.expect('untagged', by_id, 1)
    finally:
        for cid in (by_id, short, mirrored):
            d.remove(cid)
        s.close()


def test_rules_change_while_it_runs(d):
    d.image('shop/front-end:1')
    c = d.run('cc', 'shop/front-end:1')
    s = Scout(d.sock, [('one', 10, '{scope: {images: [other]}}')])
    try:
        s.expect('no rule', c, NO_RULE)
        assert s.find(c)['why'] == 'no rule is for this image', s.find(c)
        s.reload([('zero', 5, '{scope: {images: [x]}}'), ('one', 10, '{scope: {images: [shop/front-end], nodes: [none]}}')])
        s.reload([('all', 5, '{}'), ('one', 10, '{scope: {images: [shop/front-end]}}')])
        s.expect('a rule for everything', c, 0)
        s.log.seek(0)
        log = s.log.read()
        assert 'event=rule_for_everything rule=all' in log and 'rule_for_everything rule=one' not in log, log
        s.reload([('zero', 5, '{scope: {images: [x]}}'), ('one', 10, '{scope: {images: [shop/front-end], nodes: [none]}}')])
        s.wait('the nearest rule', lambda: s.find(c)['why'] == 'the scope of rule "one" has other nodes')
        s.reload([('zero', 5, '{scope: {images: [x]}}'), ('one', 10, '{scope: {images: [shop/front-end]}}')])
        s.expect('the rule', c, 1)
    finally:
        d.remove(c)
        s.close()


def test_the_daemon_may_stop_crash_and_hang(d):
    d.image('shop/front-end:1')
    stays, leaves = d.run('stays', 'shop/front-end:1'), d.run('leaves', 'shop/front-end:1')
    s = Scout(d.sock, [('one', 10, '{scope: {images: [shop/front-end]}}')])
    try:
        for cid in (stays, leaves):
            s.expect('found', cid, 0)
        s.wait('synced', lambda: s.synced)
        # killed: with live-restore the containers run on, and what is known stays known
        d.stop(signal.SIGKILL)
        s.wait('said so', lambda: 'connected' != s.state)
        assert s.find(stays) and s.find(leaves)
        os.kill(s.find(leaves)['pid'], signal.SIGKILL)
        d.start()
        s.gone('ended while the daemon was away', leaves)
        s.wait('synced again', lambda: s.synced == 2)
        assert s.find(stays)
        more = d.run('more', 'shop/front-end:1')
        s.expect('events go on', more, 0)
        # hung: nothing is given up
        os.kill(d.daemon_pid(), signal.SIGSTOP)
        time.sleep(3)
        assert s.find(stays) and s.find(more)
        os.kill(d.daemon_pid(), signal.SIGCONT)
        last = d.run('last', 'shop/front-end:1')
        s.expect('events go on', last, 0)
        # away when the scout starts
        d.stop()
        late = Scout(d.sock, [('one', 10, '{scope: {images: [shop/front-end]}}')])
        time.sleep(1)
        assert not late.synced and late.proc.poll() is None
        d.start()
        late.wait('synced', lambda: late.synced)
        late.expect('found', stays, 0)
        late.close()
    finally:
        s.close()
        for c in d.api('GET', '/containers/json?all=1'):
            d.remove(c['Id'])


def test_the_scout_and_the_courier_may_die_and_hang(d):
    d.image('shop/front-end:1')
    cid = d.run('cc', 'shop/front-end:1')
    s = Scout(d.sock, [('one', 10, '{scope: {images: [shop/front-end]}}')])
    try:
        s.wait('synced', lambda: s.synced)
        s.expect('found', cid, 0)
        with s.cond:
            s.meta = {}
        s.proc.send_signal(signal.SIGUSR1)
        s.wait('a new courier is told', lambda: s.find(cid))
        ends = d.run('ends', 'shop/front-end:1')
        s.expect('found', ends, 0)
        slot = s.find(cid)['slot']
        for k in range(4):
            puts = len(s.puts)
            scout = dockerd.child_of(s.proc.pid, 'scout')
            if k == 0:  # something ends and something starts while there is no scout
                os.kill(scout, signal.SIGSTOP)
                d.remove(ends)
                begins = d.run('begins', 'shop/front-end:1')
            os.kill(scout, signal.SIGSTOP if k == 3 else signal.SIGKILL)
            s.wait('synced again', lambda: s.synced == k + 2, 30)
            s.expect('found', begins, 0)
            s.gone('ended', ends)
            assert s.rule_of(cid) == 0 and s.find(cid)['slot'] == slot
            assert len(s.puts) == puts + (k == 0), 'nothing is told twice'
        fds = len(os.listdir('/proc/%d/fd' % s.proc.pid))
        s.proc.send_signal(signal.SIGUSR1)
        time.sleep(0.5)
        assert len(os.listdir('/proc/%d/fd' % s.proc.pid)) <= fds
    finally:
        for c in d.api('GET', '/containers/json?all=1'):
            d.remove(c['Id'])
        s.close()


def test_many_starts_and_stops_leave_nothing(d):
    d.image('shop/front-end:1')
    s = Scout(d.sock, [('one', 10, '{scope: {images: [shop/front-end]}}')])
    delays, failed = [], []

    def churn(k):
        try:
            for i in range(5):
                cid = d.run('churn-%d-%d' % (k, i), 'shop/front-end:1', cmd=['/bin/sleep', '1000'])
                s.expect('found', cid, 0)
                pid = s.find(cid)['pid']
                at = next(t for t, m in s.puts if m['pid'] == pid)
                delays.append(at - start_time(d.inspect(cid)))
                d.remove(cid)
                s.gone('gone', cid)
        except Exception as e:
            failed.append(e)

    try:
        s.wait('synced', lambda: s.synced)
        threads = [threading.Thread(target=churn, args=(k,)) for k in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert not failed, failed
        s.wait('no slot is left', lambda: not s.slots and not s.meta)
        assert max(m['slot'] for _, m in s.puts) < 16
        delays.sort()
        print('   told after the start: median %.0f ms, worst %.0f ms of %d' %
              (delays[len(delays) // 2] * 1000, delays[-1] * 1000, len(delays)))
    finally:
        s.close()


def start_time(inspection):
    import datetime
    text = inspection['State']['StartedAt']
    return datetime.datetime.fromisoformat(text[:26] + '+00:00').timestamp()


def main():
    dockerd.need()
    with dockerd.Dockerd(bridge=False, args=['--live-restore']) as d:
        return dockerd.run(globals(), d)


if __name__ == '__main__':
    sys.exit(main())
