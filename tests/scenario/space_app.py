"""An application for tests in network namespaces: space_app.py PORT [KIND]… Answers HTTP with the
address and port of its client, and with what it was asked. KIND: http (default), later others."""
import asyncio, socket, sys


async def http(r, w):
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
            body = ('%s %d\n' % (peer[0].replace('::ffff:', ''), peer[1])).encode() + head
            close = b'connection: close' in low
            w.write(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n' % (len(body), b'Connection: close\r\n' if close else b'') + body)
            await w.drain()
            if close:
                break
    except (OSError, asyncio.IncompleteReadError):
        pass
    w.close()


KINDS = {'http': http}


async def main(port, kind='http', address='::'):
    s = socket.socket(socket.AF_INET6)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, int(port)))
    s.listen(4096)
    server = await asyncio.start_server(KINDS[kind], sock=s, backlog=4096)
    print('listening', flush=True)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
