"""Programs of a benchmark: how they are started, each on its processors, and how all of them end."""
import os, shutil, signal, socket, subprocess, tempfile, time
from measuring import tree

NGINX = '''worker_processes 1; daemon off; pid %(dir)s/pid; error_log %(dir)s/err; %(modules)s
events { worker_connections 4096; }
http { access_log off; client_body_temp_path %(dir)s/b; proxy_temp_path %(dir)s/p; fastcgi_temp_path %(dir)s/f;
uwsgi_temp_path %(dir)s/u; scgi_temp_path %(dir)s/s; keepalive_requests 100000000; %(extra)s
upstream app { server 127.0.0.1:%(origin)d; keepalive 64; keepalive_requests 100000000; }
server { listen 127.0.0.1:%(port)d %(listen)s; location / { proxy_pass %(scheme)s://app; proxy_http_version 1.1; proxy_set_header Connection "";
proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header Host $host; client_body_buffer_size 128k; } } }
'''


def nginx(d, origin, port, modules='', extra='', listen='', scheme='http'):
    """The command of one in front of `origin`."""
    os.makedirs(d)
    path = os.path.join(d, 'nginx.conf')
    with open(path, 'w') as f:
        f.write(NGINX % {'dir': d, 'origin': origin, 'port': port, 'modules': modules, 'extra': extra, 'listen': listen, 'scheme': scheme})
    return ['nginx', '-c', path, '-e', os.path.join(d, 'err')]


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def wait_port(port):
    for _ in range(500):
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return True
        except OSError:
            time.sleep(0.02)
    return False


class Servers:
    """What is measured runs on the first processor, all else (this program, too) on the others."""

    def __init__(self):
        cpus = sorted(os.sched_getaffinity(0))
        self.measured, self.others = cpus[:1], cpus[1:] or cpus
        self.running = []
        self.work = tempfile.mkdtemp(prefix='merlon-bench-')
        os.sched_setaffinity(0, self.others)

    def start(self, cmd, port, on):
        """The process once its port answers, or None."""
        p = subprocess.Popen(['taskset', '-c', ','.join(map(str, on))] + cmd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.running.append(p)
        return p if wait_port(port) else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for p in self.running:
            for pid in tree(p.pid):
                try:
                    os.kill(pid, signal.SIGTERM)
                except OSError:
                    pass
        for p in self.running:
            try:
                p.wait(5)
            except subprocess.TimeoutExpired:
                p.kill()
        shutil.rmtree(self.work, ignore_errors=True)
