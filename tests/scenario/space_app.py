"""An application for tests in network namespaces: space_app.py PORT [KIND]… Answers HTTP with the
address and port of its client, and with what it was asked. KIND: http (default), later others."""
import asyncio, os, socket, ssl, sys, threading


async def http(r, w, announced=b''):
    peer = w.get_extra_info('peername')
    try:
        while True:
            head = await r.readuntil(b'\r\n\r\n')
            low = head.lower()
            n = 0
            for line in low.split(b'\r\n'):
                if line.startswith(b'content-length:'):
                    n = int(line.split(b':')[1])
            if n:
                await r.readexactly(n)
            body = ('%s %d\n' % (peer[0].replace('::ffff:', ''), peer[1])).encode() + announced + head
            close = b'connection: close' in low
            w.write(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n' % (len(body), b'Connection: close\r\n' if close else b'') + body)
            await w.drain()
            if close:
                break
    except (OSError, asyncio.IncompleteReadError):
        pass
    w.close()


async def announcement(r):
    """The header of PROXY protocol, as it came."""
    first = await r.readexactly(6)
    if first == b'PROXY ':
        return first + await r.readuntil(b'\r\n')
    first += await r.readexactly(10)
    return first + await r.readexactly(first[14] << 8 | first[15])


async def announced(r, w):
    """HTTP behind a header of PROXY protocol; its bytes are told first."""
    header = await announcement(r)
    await http(r, w, b'announced ' + header.hex().encode() + b'\n')


async def announced_smtp(r, w):
    await announcement(r)
    await smtp(r, w)


def announced_tls(conn, ctx):
    """TLS behind the header, one answer a connection after the other. In a thread: asyncio loses what was read of the
    handshake."""
    def exactly(n):
        return conn.recv(n, socket.MSG_WAITALL)
    header = exactly(6)
    while not header.startswith(b'\r') and not header.endswith(b'\r\n'):
        header += exactly(1)
    if header.startswith(b'\r'):
        header += exactly(10)
        header += exactly(header[14] << 8 | header[15])
    with ctx.wrap_socket(conn, server_side=True) as tls, tls.makefile('rb') as f:
        while line := f.readline():
            while f.readline() != b'\r\n':
                pass
            body = b'announced %s\n%s' % (header.hex().encode(), line)
            tls.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s' % (len(body), body))


def serve_one(conn, ctx):
    try:
        announced_tls(conn, ctx)
    except OSError:
        conn.close()


def serve_tls(s):
    """The certificate is told by the environment."""
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ctx.load_cert_chain(os.environ['CERTIFICATE'] + '.pem', os.environ['CERTIFICATE'] + '.key')
    print('listening', flush=True)
    while True:
        threading.Thread(target=serve_one, args=(s.accept()[0], ctx), daemon=True).start()


async def redis(r, w):
    """The client speaks first; PING and ECHO as arrays."""
    while await r.readline():
        args = []
        for _ in range(2):
            if len(args) == 0 or args[0] == b'ECHO':
                n = int((await r.readline())[1:])
                args.append((await r.readexactly(n + 2))[:-2])
        w.write(b'+PONG\r\n' if args[0] == b'PING' else b'$%d\r\n%s\r\n' % (len(args[1]), args[1]))
        await w.drain()
    w.close()


async def smtp(r, w):
    """The server speaks first."""
    peer = w.get_extra_info('peername')
    w.write(b'220 %s ready\r\n' % peer[0].encode())
    while True:
        line = await r.readline()
        if not line or line.startswith(b'QUIT'):
            break
        w.write(b'250 ' + line)
        await w.drain()
    w.write(b'221 bye\r\n')
    w.close()


async def grpc(r, w):
    """HTTP/2 with prior knowledge: SETTINGS after the preface, then each byte back."""
    assert await r.readexactly(24) == b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
    w.write(b'\0\0\0\4\0\0\0\0\0')
    await echo(r, w)


async def echo(r, w):
    while True:
        data = await r.read(65536)
        if not data:
            break
        w.write(data)
        await w.drain()
    w.close()


async def lenient(r, w):
    """Takes what is before a request for nothing, and answers in HTTP."""
    while True:
        line = await r.readline()
        if not line or line.startswith((b'GET', b'POST')):
            break
    w.write(b'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret')
    w.close()


async def plain_to_tls(r, w):
    """As servers of TLS answer HTTP, and speak TLS otherwise (an alert is enough)."""
    first = await r.read(65536)
    w.write(b'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' if first.startswith(b'GET') else
            b'\x16\x03\x03\0\2\2\0')
    w.close()


KINDS = {'http': http, 'redis': redis, 'smtp': smtp, 'grpc': grpc, 'lenient': lenient, 'tls': plain_to_tls,
         'announced': announced, 'announced_smtp': announced_smtp}


async def main(port, kind='http', address='::'):
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, int(port)))
    s.listen(4096)
    if kind == 'announced_tls':
        serve_tls(s)
    server = await asyncio.start_server(KINDS[kind], sock=s, backlog=4096)
    print('listening', flush=True)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
