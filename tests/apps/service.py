"""Processes of an application: each in a session of its own, stopped with all its children."""
import os, signal, socket, subprocess, time


class Services:
    def __init__(self, folder):
        self.folder = folder
        self.running = []

    def start(self, name, command, port=None, socket_path=None, env=None, cwd=None, seconds=60):
        log = open(os.path.join(self.folder, name + '.log'), 'ab')
        p = subprocess.Popen(['nice', *command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=cwd,
                             start_new_session=True, env={**os.environ, **(env or {})})
        self.running.append(p)
        end = time.time() + seconds
        while not self.answers(port, socket_path):
            if p.poll() is not None or time.time() > end:
                raise RuntimeError('%s does not start, see %s' % (name, log.name))
            time.sleep(0.1)
        return p

    @staticmethod
    def answers(port, socket_path):
        try:
            if socket_path:
                with socket.socket(socket.AF_UNIX) as s:
                    s.connect(socket_path)
            elif port:
                socket.create_connection(('127.0.0.1', port), 1).close()
            return True
        except OSError:
            return False

    def php(self, name, root, port, router, settings=(), env=None):
        options = [x for s in ('opcache.enable_cli=1', 'memory_limit=256M', 'upload_max_filesize=20M', 'post_max_size=20M',
                               'display_errors=0', 'log_errors=1', 'error_reporting=22517', *settings) for x in ('-d', s)]
        return self.start(name, ['php', *options, '-S', '127.0.0.1:%d' % port, '-t', root, router], port,
                          env={'PHP_CLI_SERVER_WORKERS': '4', **(env or {})}, cwd=root)

    def stop(self):
        for p in reversed(self.running):
            try:
                os.killpg(p.pid, signal.SIGTERM)
                p.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGKILL)
                p.wait()
            except ProcessLookupError:
                pass
            try:
                os.killpg(p.pid, signal.SIGKILL)   # workers that outlived their parent
            except ProcessLookupError:
                pass
        self.running = []
