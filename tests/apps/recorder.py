"""A relay between browser and Merlon that keeps every request as it was sent, to count them and to ask
`merlon check --format jsonl` about them again without any application."""
import asyncio, base64, json, threading


class Recorder:
    def __init__(self, path):
        self.target_port = None   # whoever is to get the next connection
        self.file = open(path, 'w')
        self.count = {'requests': 0, 'with_query': 0, 'with_body': 0}
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait()

    def run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.serve, '127.0.0.1', 0, limit=1 << 20))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def serve(self, reader, writer):
        try:
            up_reader, up_writer = await asyncio.open_connection('127.0.0.1', self.target_port)
        except OSError:
            writer.close()
            return
        back = asyncio.ensure_future(self.answers(up_reader, writer))
        try:
            while True:
                head = await reader.readuntil(b'\r\n\r\n')
                body = await reader.readexactly(self.length(head))
                self.keep(head, body)
                up_writer.write(head + body)
                await up_writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            up_writer.close()
            await asyncio.wait([back], timeout=30)
            writer.close()

    async def answers(self, reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    @staticmethod
    def length(head):
        """Browsers give the length of what they send."""
        for line in head.lower().split(b'\r\n'):
            if line.startswith(b'content-length:'):
                return int(line.split(b':')[1])
        return 0

    def keep(self, head, body):
        self.count['requests'] += 1
        self.count['with_query'] += b'?' in head.split(b'\r\n')[0]
        self.count['with_body'] += bool(body)
        line = {'id': 'r%d' % self.count['requests'], 'source': 'apps', 'class': 'benign', 'pos': 'full',
                'req_b64': base64.b64encode(head + body).decode()}
        self.file.write(json.dumps(line) + '\n')

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.file.close()
