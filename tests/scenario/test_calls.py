"""System calls of the worker for each request, counted by strace: what passes costs one read and one write a side."""
import os, shutil, sys
from harness import *
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../bench'))
from measuring import system_calls

TIMES = 200
READS, WRITES = ('recvfrom', 'recvmsg', 'read'), ('sendto', 'sendmsg', 'write', 'writev')


def calls(p, raw, status):
    """(reads, writes, other calls but waiting) of one of many such requests, one after the other on a connection."""
    with p.connect() as c:
        def ask(n):
            for _ in range(n):
                c.send(raw)
                assert c.answer()[0] == status
            return n
        ask(20)  # buffers and the connection to the application are there
        per = system_calls(p.children('worker'), lambda: ask(TIMES), p.dir)
    if per is None:
        print('skipped: no right to trace')
        sys.exit(77)
    sums = [sum(n for name, n in per.items() if name in kind) for kind in (READS, WRITES)]
    return *sums, sum(n for name, n in per.items() if name not in READS + WRITES and name != 'epoll_wait')


def check(raw, status, reads, writes):
    o = Origin()
    p = Proxy(o.port)
    got = calls(p, raw, status)
    print('     figure reads, writes, others: %.2f, %.2f, %.2f' % got)
    # the supervisor speaks to the worker now and then
    assert got[0] <= reads + 0.2 and got[1] <= writes + 0.2 and got[2] <= 0.2, got
    p.stop()


def test_get():
    check(get('/list?page=2&sort=price'), 200, 2, 2)


def test_refused_get_costs_half():
    check(get('/?id=1%27+UNION+SELECT+password+FROM+users--'), 403, 1, 1)


def test_form():
    # a look at the pooled connection comes with those whose turn of the loop took long
    check(post(b'title=A+new+chair&text=' + b'It+is+a+comfortable+chair.+' * 70), 200, 3, 2)


if __name__ == '__main__':
    if not shutil.which('strace'):
        print('skipped: strace is not there')
        sys.exit(77)
    if sanitized():
        print('skipped: a build with sanitizers makes calls of its own')
        sys.exit(77)
    run(globals())
