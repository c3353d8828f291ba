#!/usr/bin/env python3
"""An application that lies about its answers: whatever one client makes it say, the clients that come next get the
answers to their own requests, and what cannot be framed is an error and not a guess."""
from harness import *

STOLEN = b'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nSTOLEN'
OK = b'HTTP/1.1 200 OK\r\n'


def whole(fields, body=b'', first=OK):
    return first + fields + b'\r\n' + body


# name -> what the application sends; b'' is a pause; None: it closes. Then the statuses that the client may see.
ANSWERS = {
    'a second answer': ([whole(b'Content-Length: 2\r\n', b'ok') + STOLEN], {200}),
    'a second answer a moment later': ([whole(b'Content-Length: 2\r\n', b'ok'), b'', STOLEN], {200}),
    'half of a second answer': ([whole(b'Content-Length: 2\r\n', b'ok') + STOLEN[:20], b'', STOLEN[20:]], {200}),
    'a body longer than said': ([whole(b'Content-Length: 1\r\n', b'o' + STOLEN)], {200}),
    'a chunk longer than said': ([whole(b'Transfer-Encoding: chunked\r\n', b'1\r\nab\r\n0\r\n\r\n' + STOLEN)], {200, 502}),
    'bytes behind the last chunk': ([whole(b'Transfer-Encoding: chunked\r\n', b'2\r\nok\r\n0\r\n\r\n' + STOLEN)], {200}),
    'a trailer that frames': ([whole(b'Transfer-Encoding: chunked\r\n', b'2\r\nok\r\n0\r\nContent-Length: 45\r\n\r\n' + STOLEN)], {200, 502}),
    'trailers that never end': ([whole(b'Transfer-Encoding: chunked\r\n', b'2\r\nok\r\n0\r\n' + b'X: y\r\n' * 20000 + b'\r\n')], {200, 502}),
    'chunk extensions without end': ([whole(b'Transfer-Encoding: chunked\r\n', b'2;' + b'a' * 300000 + b'\r\nok\r\n0\r\n\r\n')], {200, 502}),
    'chunks that end in LF': ([whole(b'Transfer-Encoding: chunked\r\n', b'2\nok\n0\n\n' + STOLEN)], {200, 502}),
    'a chunk size over 64 bits': ([whole(b'Transfer-Encoding: chunked\r\n', b'10000000000000002\r\nok\r\n0\r\n\r\n')], {200, 502}),
    'a negative chunk': ([whole(b'Transfer-Encoding: chunked\r\n', b'-1\r\nok\r\n0\r\n\r\n')], {200, 502}),
    'length and chunks': ([whole(b'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', b'0\r\n\r\n' + STOLEN)], {502}),
    'two lengths': ([whole(b'Content-Length: 2\r\nContent-Length: 0\r\n', b'ok')], {502}),
    'a list of lengths': ([whole(b'Content-Length: 2, 3\r\n', b'ok')], {502}),
    'a length with a sign': ([whole(b'Content-Length: +2\r\n', b'ok')], {502}),
    'a length with a tail': ([whole(b'Content-Length: 2 2\r\n', b'ok')], {502}),
    'gzip behind chunks': ([whole(b'Transfer-Encoding: chunked, gzip\r\n', b'0\r\n\r\n' + STOLEN), None], {200, 502}),
    'an unknown coding': ([whole(b'Transfer-Encoding: xchunked\r\n', STOLEN), None], {200, 502}),
    'chunks in 1.0': ([whole(b'Transfer-Encoding: chunked\r\n', b'0\r\n\r\n' + STOLEN, b'HTTP/1.0 200 OK\r\n'), None], {200, 502}),
    'no status line': ([b'<html>' + STOLEN, None], {502}),
    'HTTP/0.9': ([b'welcome\n', None], {502}),
    'HTTP/2': ([whole(b'Content-Length: 2\r\n', b'ok', b'HTTP/2 200 OK\r\n')], {502}),
    'HTTP/1.2 in lower case': ([whole(b'Content-Length: 2\r\n', b'ok', b'http/1.2 200 ok\r\n')], {502}),
    'a status of four digits': ([whole(b'Content-Length: 2\r\n', b'ok', b'HTTP/1.1 2000 OK\r\n')], {502}),
    'a status of two digits': ([whole(b'Content-Length: 2\r\n', b'ok', b'HTTP/1.1 20 OK\r\n')], {502}),
    'a status below 100': ([whole(b'Content-Length: 2\r\n', b'ok', b'HTTP/1.1 099 OK\r\n')], {502}),
    'a status above 599': ([whole(b'Content-Length: 2\r\n', b'ok', b'HTTP/1.1 999 OK\r\n')], {502, 999}),
    'two spaces': ([whole(b'Content-Length: 2\r\n', b'ok', b'HTTP/1.1  200 OK\r\n')], {502}),
    'no reason': ([whole(b'Content-Length: 2\r\n', b'ok', b'HTTP/1.1 200\r\n')], {200, 502}),
    'ICY': ([whole(b'Content-Length: 2\r\n', b'ok', b'ICY 200 OK\r\n')], {502}),
    'an empty line in front': ([b'\r\n' + whole(b'Content-Length: 2\r\n', b'ok')], {200, 502}),
    '204 with a body': ([whole(b'Content-Length: 45\r\n', STOLEN, b'HTTP/1.1 204 No Content\r\n')], {204, 502}),
    '205 with a body': ([whole(b'Content-Length: 45\r\n', STOLEN, b'HTTP/1.1 205 Reset Content\r\n')], {205, 502}),
    '304 with a body': ([whole(b'Content-Length: 45\r\n', STOLEN, b'HTTP/1.1 304 Not Modified\r\n')], {304, 502}),
    '100 with a body': ([whole(b'Content-Length: 45\r\n', STOLEN, b'HTTP/1.1 100 Continue\r\n')], {100, 200, 502}),
    '101 that nobody asked for': ([b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n' + STOLEN], {502}),
    'a thousand interim answers': ([b'HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n' * 1000 + whole(b'Content-Length: 2\r\n', b'ok')], {103, 502}),
    'a field with NUL': ([whole(b'X: a\0b\r\nContent-Length: 2\r\n', b'ok')], {502}),
    'a name with a space': ([whole(b'Content-Length : 2\r\n', b'ok')], {502}),
    'a folded length': ([whole(b'X: y\r\n Content-Length: 9\r\nContent-Length: 2\r\n', b'ok')], {200, 502}),
    'a bare CR': ([whole(b'X: y\rContent-Length: 9\r\nContent-Length: 2\r\n', b'ok')], {200, 502}),
    'bare LF': ([whole(b'Content-Length: 2\r\n', b'ok').replace(b'\r\n', b'\n')], {200, 502}),
    'a flood of fields': ([whole(b''.join(b'X%d: y\r\n' % i for i in range(3000)) + b'Content-Length: 2\r\n', b'ok')], {502}),
    'a head of a megabyte': ([whole(b'X: ' + b'y' * (1 << 20) + b'\r\nContent-Length: 2\r\n', b'ok')], {502}),
    'it closes within the head': ([OK + b'Content-', None], {502}),
    'it closes within the body': ([whole(b'Content-Length: 9\r\n', b'ok'), None], {200}),
}


class Liar(Origin):
    def serve(self, conn):
        names = list(ANSWERS)
        buf = b''
        with conn:
            try:
                while True:
                    head, buf = self.next_head(conn, buf)
                    if head is None:
                        return
                    path = head.split()[1]
                    if path.startswith(b'/own-'):
                        conn.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(path) + path)
                        continue
                    for piece in ANSWERS[names[int(path[6:])]][0]:
                        if piece is None:
                            return
                        if piece:
                            conn.sendall(piece)
                        else:
                            time.sleep(0.1)
            except OSError:
                return


def test_what_one_client_provokes_no_other_gets():
    origin = Liar()
    for method in b'GET', b'POST', b'HEAD':
        p = Proxy(origin.port, '  limits: {response_timeout: 3s}\n')
        kept = p.connect()  # a client that stays
        for i, (name, (pieces, statuses)) in enumerate(ANSWERS.items()):
            with p.connect() as c:
                c.send(get(b'/evil-%d' % i, b'Content-Length: 0\r\n' if method == b'POST' else b'', method))
                try:
                    status, _, body = c.answer(head_only=method == b'HEAD')
                    assert status in statuses or (method == b'HEAD' and status == 200), (name, method, status, body[:80])
                    assert status != 502 or b'STOLEN' not in body
                except (EOFError, OSError):
                    pass  # broken off, for all to see
                if name.endswith('a moment later'):  # what comes while another request waits there is its answer, for whoever reads it
                    time.sleep(0.3)
                for k in range(2):
                    s, _, body = p.ask(get(b'/own-%d-%d' % (i, k)))
                    assert (s, body) == (200, b'/own-%d-%d' % (i, k)), (name, method, s, body[:80])
            kept.send(get(b'/own-kept-%d' % i))
            s, _, body = kept.answer()
            assert (s, body) == (200, b'/own-kept-%d' % i), (name, method, s, body[:80])
        kept.sock.close()
        assert p.process.poll() is None and 'worker_died' not in p.log()
        p.stop()


if __name__ == '__main__':
    run(globals())
