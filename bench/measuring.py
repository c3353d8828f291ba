"""What the benchmarks count: processors' time and system calls of a program and its children."""
import os, re, shutil, signal, subprocess, time


def tree(pid):
    """The process and all that it started, directly or not."""
    out = subprocess.run(['ps', '-e', '-o', 'pid=,ppid='], capture_output=True, text=True).stdout
    children = {}
    for line in out.splitlines():
        p, pp = map(int, line.split())
        children.setdefault(pp, []).append(p)
    todo, all_ = [pid], []
    while todo:
        all_.append(todo.pop())
        todo += children.get(all_[-1], [])
    return all_


def cpu(pids):
    """nanoseconds on a processor, of all threads, user's and system's time"""
    total = 0
    for p in pids:
        try:
            for t in os.listdir('/proc/%d/task' % p):
                total += int(open('/proc/%d/task/%s/schedstat' % (p, t)).read().split()[0])
        except OSError:
            pass
    return total


def system_calls(pids, load, work):
    """name -> calls for each answer while `load` runs, which returns the number of answers. None without strace."""
    if not shutil.which('strace'):
        return None
    out = os.path.join(work, 'strace')
    tracer = subprocess.Popen(['strace', '-f', '-c', '-U', 'calls,name', '-o', out] + [x for p in pids for x in ('-p', str(p))],
                              stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    n = load()
    tracer.send_signal(signal.SIGINT)
    tracer.wait(10)
    calls = re.findall(r'^\s*(\d+)\s+([a-z]\w+)$', open(out).read(), re.M) if os.path.exists(out) else []
    return {name: int(c) / n for c, name in calls if name != 'total'} if n and calls else None


def most_called(calls, n):
    """The first ones as text."""
    return '  '.join('%s %.2f' % (name, c) for name, c in sorted(calls.items(), key=lambda x: -x[1])[:n])
