"""Clients at one address, without keep-alive, whose ports are drawn uniformly from 1024-65535:
space_hammer.py FROM TO PORT CONNECTIONS PARALLEL [TARGET]. One JSON line of what happened. With CONNECTIONS 0
it goes on until its standard input ends."""
import collections, errno, json, random, socket, sys, threading, time

source, to, port, total, parallel = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
target = sys.argv[6] if len(sys.argv) > 6 else '/'
count, lock, left, stop = collections.Counter(ok=0, own=0, own_port=0, stalled=0), threading.Lock(), [total or 1 << 40], threading.Event()


def connect(r):
    while True:
        s = socket.socket(socket.AF_INET6 if ':' in to else socket.AF_INET)
        s.settimeout(8)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((source, r.randint(1024, 65535)))
            s.connect((to, port))
            return s
        except OSError as e:
            s.close()
            if e.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):  # else: a port that we still have
                raise


def ask(r):
    with connect(r) as s:
        me = s.getsockname()
        s.sendall(b'GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' % target.encode())
        answer = b''
        while True:
            data = s.recv(65536)
            if not data:
                break
            answer += data
    seen = answer.partition(b'\r\n\r\n')[2].split()
    with lock:
        count['ok' if answer.startswith(b'HTTP/1.1 200 ') and len(seen) > 1 else 'answer ' + answer[:12].decode('latin1')] += 1
        count['own'] += len(seen) > 1 and seen[0].decode() == me[0]
        count['own_port'] += len(seen) > 1 and seen[1] == str(me[1]).encode()


def work(seed):
    r = random.Random(seed)
    while not stop.is_set():
        with lock:
            if left[0] == 0:
                return
            left[0] -= 1
        start = time.time()
        try:
            ask(r)
        except OSError as e:
            with lock:
                count[errno.errorcode.get(e.errno, type(e).__name__)] += 1
        with lock:
            count['stalled'] += time.time() - start > .9


threads = [threading.Thread(target=work, args=(i,)) for i in range(parallel)]
for t in threads:
    t.start()
if not total:
    sys.stdin.read()
    stop.set()
for t in threads:
    t.join()
print(json.dumps(count))
