#!/usr/bin/env python3
"""Compares ways of interception (docs/adr/0010) in two network namespaces joined by a veth pair: an
application, a relay in front of it in the same namespace, and clients at one address whose ports are
drawn uniformly from 1024-65535, without keep-alive. Needs root, nft and iproute2.

usage: bench/backends.py [tproxy|zone|untracked] [4|6] [CONNECTIONS] [PARALLEL]   (default: all of them)
"""
import asyncio, collections, errno, os, random, socket, struct, subprocess, sys, threading, time

IP_TRANSPARENT, IPV6_TRANSPARENT, ORIGINAL_DST, SOL_IPV6 = 19, 75, 80, 41
MARK, CLIENT_MARK, LISTENER, PORT = 0x4d45, 0x4d46, 15077, 8080
APP, CLIENT = 'merlon-bench-app', 'merlon-bench-cl'
ADDRESSES = {'4': ('10.77.0.1', '10.77.0.2'), '6': ('fd77::1', 'fd77::2')}
RULES = {
    'tproxy': '''table inet merlon { chain pre { type filter hook prerouting priority mangle;
        iifname "lo" return
        tcp dport 15077 drop
        tcp dport 8080 tproxy to :15077 accept
    } }''',
    'zone': '''table inet merlon {
        chain out { type filter hook output priority raw; meta mark 0x4d45 ct zone set 77; }
        chain in { type filter hook prerouting priority raw; iifname "lo" meta mark 0x4d45 ct zone set 77; }
        chain pre { type nat hook prerouting priority dstnat; iifname != "lo" tcp dport 8080 redirect to :15077; }
    }''',
    'untracked': '''table inet merlon {
        chain out { type filter hook output priority raw; meta mark 0x4d45 notrack; }
        chain in { type filter hook prerouting priority raw; iifname "lo" meta mark 0x4d45 notrack; }
        chain pre { type nat hook prerouting priority dstnat; iifname != "lo" tcp dport 8080 redirect to :15077; }
    }'''}


def listener(port):
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if port == LISTENER:
        s.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
        s.setsockopt(SOL_IPV6, IPV6_TRANSPARENT, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, CLIENT_MARK)
    s.bind(('::', port))
    s.listen(4096)
    s.setblocking(False)
    return s


async def app():
    """Answers with the address and port that it sees."""
    async def serve(r, w):
        try:
            await r.readuntil(b'\r\n\r\n')
            peer = w.get_extra_info('peername')
            body = ('%s %d' % (peer[0].replace('::ffff:', ''), peer[1])).encode()
            w.write(b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n' % len(body) + body)
            await w.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        w.close()
    await (await asyncio.start_server(serve, sock=listener(PORT), backlog=4096)).serve_forever()


def upstream(how, v4):
    u = socket.socket(socket.AF_INET if v4 else socket.AF_INET6)
    u.setblocking(False)
    u.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    u.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, MARK)
    u.setsockopt(socket.SOL_IP if v4 else SOL_IPV6, IP_TRANSPARENT if v4 else IPV6_TRANSPARENT, 1)
    if how == 'untracked':
        u.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'lo')
    return u


def destination(c, how, v4):
    if how == 'tproxy':
        name = c.getsockname()
        return name[0].replace('::ffff:', ''), name[1]
    o = c.getsockopt(socket.SOL_IP if v4 else SOL_IPV6, ORIGINAL_DST, 16 if v4 else 28)
    return (socket.inet_ntoa(o[4:8]) if v4 else socket.inet_ntop(socket.AF_INET6, o[8:24])), struct.unpack('!H', o[2:4])[0]


async def relay(how):
    loop, tasks, ports = asyncio.get_running_loop(), set(), [10000]

    async def connect(c):
        peer = c.getpeername()
        v4 = peer[0].startswith('::ffff:')
        for attempt in range(64):
            u = upstream(how, v4)
            port = peer[1] if attempt == 0 else random.randint(1024, 65535)
            if how == 'tproxy':
                port = ports[0]
                ports[0] = 10000 + (port - 9999) % 22000
            try:
                u.bind((peer[0].replace('::ffff:', ''), port))
                await asyncio.wait_for(loop.sock_connect(u, destination(c, how, v4)), 5)
                return u
            except OSError as e:
                u.close()
                if e.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):
                    raise

    async def one(c):
        u = None
        try:
            request = await loop.sock_recv(c, 65536)
            u = await connect(c) if request else None
            if u:
                await loop.sock_sendall(u, request)
                while True:
                    data = await loop.sock_recv(u, 65536)
                    if not data:
                        break
                    await loop.sock_sendall(c, data)
        except (OSError, asyncio.TimeoutError):
            pass
        c.close()
        if u:
            u.close()

    s = listener(LISTENER)
    while True:
        c, _ = await loop.sock_accept(s)
        t = asyncio.create_task(one(c))
        tasks.add(t)
        t.add_done_callback(tasks.discard)


def clients(source, to, n, parallel):
    count, lock, left = collections.Counter(), threading.Lock(), [n]

    def connect(r):
        while True:
            s = socket.socket(socket.AF_INET6 if ':' in to else socket.AF_INET)
            s.settimeout(8)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind((source, r.randint(1024, 65535)))
                s.connect((to, PORT))
                return s
            except OSError as e:
                s.close()
                if e.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):  # else: our own port is taken
                    raise

    def ask(r):
        with connect(r) as s:
            s.sendall(b'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
            answer = b''
            while True:
                data = s.recv(4096)
                if not data:
                    break
                answer += data
            seen = answer.partition(b'\r\n\r\n')[2].split()
            me = s.getsockname()
            count['ok' if len(seen) == 2 else 'empty'] += 1
            count['own address'] += len(seen) == 2 and seen[0].decode() == me[0]
            count['own port'] += len(seen) == 2 and int(seen[1]) == me[1]

    def run():
        r = random.Random()
        while True:
            with lock:
                if left[0] == 0:
                    return
                left[0] -= 1
            start = time.time()
            try:
                ask(r)
            except OSError as e:
                count[errno.errorcode.get(e.errno, type(e).__name__)] += 1
            count['stalled'] += time.time() - start > .9
    threads = [threading.Thread(target=run) for _ in range(parallel)]
    start = time.time()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    print('   %.1f s  %s' % (time.time() - start, dict(count)), flush=True)


def sh(line, **kw):
    subprocess.run(line, shell=True, check=True, **kw)


def compare(how, family, n, parallel):
    client, server = ADDRESSES[family]
    inside = 'ip netns exec %s ' % APP
    me = '%s %s ' % (sys.executable, os.path.abspath(__file__))
    started = []
    sh('for n in %s %s; do ip netns del $n 2>/dev/null; ip netns add $n; ip -n $n link set lo up; done' % (APP, CLIENT))
    try:
        sh('ip -n %s link add e0 type veth peer name e0 netns %s' % (CLIENT, APP))
        for ns, address in ((CLIENT, client), (APP, server)):
            sh('ip -n {0} link set e0 up; ip -n {0} addr add {1}/{2} dev e0 {3}'.format(
                ns, address, *((64, 'nodad') if family == '6' else (24, ''))))
        for v in '', '-6 ':
            sh('ip -n %s %srule add fwmark 0x4d45 lookup 7777 pref 100' % (APP, v))
            sh('ip -n %s %sroute add local default dev lo table 7777' % (APP, v))
        sh(inside + 'sysctl -q -w net.ipv4.tcp_fwmark_accept=1 net.ipv4.conf.all.rp_filter=1')
        for role in 'app', 'relay ' + how:
            started.append(subprocess.Popen((inside + me + role).split()))
        time.sleep(1)
        sh(inside + 'nft -f -', input=RULES[how].encode())
        print('%s, IPv%s, %d connections, %d parallel' % (how, family, n, parallel), flush=True)
        sh('ip netns exec %s %s clients %s %s %d %d' % (CLIENT, me, client, server, n, parallel))
        sh(inside + "nstat -az TcpRetransSegs TcpAttemptFails TcpExtTCPChallengeACK | awk 'NR > 1 {print \"   \" $1, $2}'")
    finally:
        for p in started:
            p.kill()
            p.wait()
        sh('ip netns del %s; ip netns del %s' % (APP, CLIENT))


if __name__ == '__main__':
    a = sys.argv[1:]
    if a[:1] == ['app']:
        asyncio.run(app())
    elif a[:1] == ['relay']:
        asyncio.run(relay(a[1]))
    elif a[:1] == ['clients']:
        clients(a[1], a[2], int(a[3]), int(a[4]))
    else:
        for how in a[:1] or RULES:
            for family in a[1:2] or ADDRESSES:
                for parallel in a[3:4] or ('16', '64'):
                    compare(how, family, int(a[2]) if len(a) > 2 else 20000, int(parallel))
