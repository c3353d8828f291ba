"""Audits at real syslog receivers: rsyslog where it is, and sockets of the test that hang, go and come back."""
import os, re, shutil, socket, subprocess, sys, tempfile, threading, time, urllib.parse, urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import ATTACK, Origin, Proxy, free_port, run

RSYSLOG = shutil.which('rsyslogd') or shutil.which('rsyslogd', path='/usr/sbin')
RSYSLOG_CONF = r'''
global(workDirectory="%(dir)s" maxMessageSize="32k" parser.escapeControlCharactersOnReceive="on")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="%(dir)s/log" UseSpecialParser="off" ParseHostname="on" IgnoreTimestamp="off")
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="%(udp)d")
module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="%(tcp)d")
template(name="t" type="string" string="%%syslogfacility%%|%%syslogseverity-text%%|%%app-name%%|%%msgid%%|%%structured-data%%|%%msg%%\n")
action(type="omfile" file="%(dir)s/out" template="t" asyncWriting="off" flushOnTXEnd="on")
'''
HOSTILE = b"'] UNION SELECT \"a\\b\" FROM users--\x1b[31m\n<0>1 - - forged"


def get(path):
    return b'GET %s HTTP/1.1\r\nHost: t\r\n\r\n' % path


def attack(p, text=ATTACK):
    status = p.ask(get(b'/a?q=' + urllib.parse.quote(text).encode()))[0]
    assert status == 403, status


def until(what, seconds=30):
    end = time.time() + seconds
    while time.time() < end:
        got = what()
        if got:
            return got
        time.sleep(0.05)
    raise AssertionError('not within %d s' % seconds)


class Rsyslog:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix='merlon-rsyslog-')
        self.udp, self.tcp = free_port(), free_port()
        conf = os.path.join(self.dir, 'conf')
        with open(conf, 'w') as f:
            f.write(RSYSLOG_CONF % vars(self))
        self.process = subprocess.Popen([RSYSLOG, '-n', '-f', conf, '-i', self.dir + '/pid'], stderr=subprocess.DEVNULL)
        until(self.listens)

    def listens(self):
        try:
            socket.create_connection(('127.0.0.1', self.tcp), 1).close()
        except OSError:
            return False
        return os.path.exists(self.dir + '/log')

    def lines(self, part):
        try:
            with open(self.dir + '/out', errors='replace') as f:
                return [x for x in f.read().splitlines() if part in x]
        except OSError:
            return []

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


def test_rsyslog_reads_every_transport_and_format():
    if not RSYSLOG:
        print('no rsyslogd here: left out')
        return
    r, o = Rsyslog(), Origin()
    try:
        for target in ('unix:%s/log' % r.dir, 'udp:127.0.0.1:%d' % r.udp, 'tcp:127.0.0.1:%d' % r.tcp):
            for form in ('rfc5424', 'cef'):
                p = Proxy(o.port, args=('--audit-syslog', target, '--audit-syslog-format', form))
                attack(p, HOSTILE)
                event = p.audits(1, 20)[0]['event_id']
                line = until(lambda: r.lines(event))[0]
                facility, severity, app, msgid, sd, message = line.split('|', 5)
                assert (facility, severity, app, msgid) == ('13', 'warning', 'merlon', 'sqli'), line
                if form == 'cef':
                    assert sd == '-' and message.startswith('CEF:0|Merlon|Merlon|'), line
                    assert 'src=127.0.0.1' in message and 'act=blocked' in message
                else:
                    assert re.search(r'^\[merlon@32473 event_id="%s" .*\]$' % event, sd), line
                    assert ' host="t" ' in sd and ' client_ip="127.0.0.1" ' in sd, line
                    assert message.strip()
                assert not [x for x in r.lines('') if not x.startswith('13|')], 'a client wrote a line of its own'
                p.stop()
    finally:
        r.stop()
        o.close()


class Receiver:
    """Takes octet-counted messages from one connection after the other."""

    def __init__(self, port=0):
        self.sock = socket.create_server(('127.0.0.1', port), reuse_port=False)
        self.port = self.sock.getsockname()[1]
        self.messages, self.conns = [], []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                c, _ = self.sock.accept()
            except OSError:
                return
            self.conns.append(c)
            threading.Thread(target=self.read, args=(c,), daemon=True).start()

    def read(self, c):
        f = c.makefile('rb')
        try:
            while True:
                n = b''
                while not n.endswith(b' '):
                    d = f.read(1)
                    if not d:
                        return
                    assert d in b'0123456789 ', (n, d)
                    n += d
                m = f.read(int(n))
                if len(m) == int(n):
                    self.messages.append(m)
        except OSError:
            pass

    def close(self):
        self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        for c in self.conns:
            try:
                c.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            c.close()


def metric(port, event):
    text = urllib.request.urlopen('http://127.0.0.1:%d/metrics' % port, timeout=10).read().decode()
    return int(re.search(r'merlon_audit_sink_total\{sink="syslog",event="%s"\} (\d+)' % event, text).group(1))


def test_a_receiver_that_goes_and_comes_back_misses_nothing_that_waited():
    r, o, metrics = Receiver(), Origin(), free_port()
    p = Proxy(o.port, args=('--audit-syslog', 'tcp:127.0.0.1:%d' % r.port, '--metrics', '127.0.0.1:%d' % metrics))
    attack(p)
    until(lambda: b'sqli' in b''.join(r.messages))
    r.close()
    p.wait_for('event=syslog_lost')
    for i in range(5):  # five clients' worth of events: other fields are other events
        assert p.ask(get(b'/a?w%d=' % i + urllib.parse.quote(ATTACK).encode()))[0] == 403
    again = Receiver(r.port)
    for i in range(5):
        until(lambda: b' field="w%d"' % i in b''.join(again.messages))
    p.wait_for('event=syslog_back')
    assert metric(metrics, 'lost_connection') >= 1 and metric(metrics, 'dropped') == 0
    assert metric(metrics, 'sent') >= 6
    p.stop()
    again.close()
    o.close()


def test_a_receiver_that_is_not_there_at_the_start_gets_the_first_audit():
    port, o = free_port(), Origin()
    p = Proxy(o.port, args=('--audit-syslog', 'tcp:127.0.0.1:%d' % port))
    attack(p)
    p.wait_for('event=syslog_lost')
    r = Receiver(port)
    until(lambda: b'sqli' in b''.join(r.messages))
    p.stop()
    r.close()
    o.close()


def test_a_receiver_that_hangs_costs_its_own_messages_only():
    hung = socket.create_server(('127.0.0.1', 0))  # its queue takes the connection, nobody reads
    o, metrics = Origin(), free_port()
    p = Proxy(o.port, args=('--audit-syslog', 'tcp:127.0.0.1:%d' % hung.getsockname()[1], '--metrics', '127.0.0.1:%d' % metrics))
    value = urllib.parse.quote(ATTACK + b' x' * 400).encode()
    asked = 0
    end = time.time() + 100
    with p.connect(60) as c:
        while metric(metrics, 'dropped') == 0 and time.time() < end:
            for _ in range(500):  # every one is an event of its own
                c.send(get(b'/a/%s?f%d=%s' % (b'p' * 500, asked, value)))
                assert c.answer()[0] == 403
                asked += 1
    assert metric(metrics, 'dropped') > 0, asked
    assert p.ask(get(b'/'))[0] == 200  # and the log has all of it
    last = b'f%d' % (asked - 1)
    until(lambda: last in open(p.audit_path, 'rb').read())
    p.stop()
    hung.close()
    o.close()


def test_a_reader_of_a_log_that_stalls_holds_up_nothing():
    """Metrics, the audit log and clients go on while nobody reads the access log; then all of its lines come."""
    metrics, folder = free_port(), tempfile.mkdtemp(prefix='merlon-fifo-')
    fifo, n = folder + '/access', 400
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    o = Origin()
    p = Proxy(o.port, args=['--access-log', fifo, '--metrics', '127.0.0.1:%d' % metrics])
    try:
        with p.connect() as c:
            for i in range(n):  # a pipe takes some 150 of these lines
                c.send(get(b'/line-%d/' % i + b'x' * 200))
                assert c.answer()[0] == 200
        attack(p)
        assert len(p.audits(1)) == 1
        page = urllib.request.urlopen('http://127.0.0.1:%d/metrics' % metrics, timeout=10).read().decode()
        assert 'merlon_log_lost_total{log="access"} 0' in page and 'merlon_log_lost_total{log="audit"} 0' in page, page
        got = b''

        def all_lines():
            nonlocal got
            try:
                got += os.read(reader, 65536)
            except BlockingIOError:
                pass
            return got.count(b'\n') == n + 1
        until(all_lines)
        lines = got.splitlines()
        assert [b'/line-%d/' % i in lines[i] for i in range(n)] == [True] * n
    finally:
        os.close(reader)
        p.stop()
        o.close()
        shutil.rmtree(folder)


if __name__ == '__main__':
    run(globals())
