"""Just enough of the Container Runtime Interface to be a kubelet in a test: gRPC over a unix socket, pods, containers.
Field numbers are those of the CRI's api.proto (runtime.v1)."""
import socket, struct


# ---- protocol buffers ----

def varint(n):
    out = bytearray()
    while n > 0x7f:
        out.append(n & 0x7f | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def encode(fields):
    """{number: value}: int, str, bytes, dict (a message), or a list of them."""
    out = b''
    for number, value in fields.items():
        for v in value if isinstance(value, list) else [value]:
            if isinstance(v, int):
                out += varint(number << 3) + varint(int(v)) if v else b''
                continue
            data = encode(v) if isinstance(v, dict) else v.encode() if isinstance(v, str) else v
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def string_map(m):
    return [{1: k, 2: v} for k, v in m.items()]


def decode(data):
    """{number: [values]}: numbers or bytes."""
    out, at = {}, 0

    def number():
        nonlocal at
        n = shift = 0
        while True:
            b = data[at]
            at += 1
            n |= (b & 0x7f) << shift
            shift += 7
            if b < 0x80:
                return n
    while at < len(data):
        key = number()
        if key & 7 == 0:
            v = number()
        elif key & 7 == 2:
            n = number()
            v, at = data[at:at + n], at + n
        else:
            raise ValueError('wire type %d' % (key & 7))
        out.setdefault(key >> 3, []).append(v)
    return out


# ---- gRPC ----

class Refused(Exception):
    """The call failed; the runtime's log says why."""


def frame(kind, flags, stream, payload):
    return struct.pack('>I', len(payload))[1:] + bytes([kind, flags]) + struct.pack('>I', stream) + payload


def call(path, method, message, timeout=60):
    headers = {':method': 'POST', ':scheme': 'http', ':path': method, ':authority': 'localhost',
               'content-type': 'application/grpc', 'te': 'trailers'}
    block = b''.join(b'\0' + bytes([len(k)]) + k.encode() + bytes([len(v)]) + v.encode() for k, v in headers.items())
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(timeout)
        s.connect(path)
        s.sendall(b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + frame(4, 0, 0, struct.pack('>HI', 4, 1 << 24)) + frame(8, 0, 0, struct.pack('>I', 1 << 24)) +
                  frame(1, 4, 1, block) + frame(0, 1, 1, b'\0' + struct.pack('>I', len(message)) + message))
        f, body = s.makefile('rb'), b''
        while True:
            head = f.read(9)
            if len(head) < 9:
                raise Refused(method + ': closed')
            payload = f.read(int.from_bytes(head[:3], 'big'))
            kind, flags = head[3], head[4]
            if kind == 4 and not flags & 1:
                s.sendall(frame(4, 1, 0, b''))
            elif kind == 6 and not flags & 1:
                s.sendall(frame(6, 1, 0, payload))
            elif kind == 0:
                body += payload
            if kind in (3, 7):
                raise Refused(method)
            if kind in (0, 1) and flags & 1:  # the end of the stream
                break
    if len(body) < 5:
        raise Refused(method)
    return decode(body[5:])


# ---- pods ----

POD, CONTAINER, NODE = 0, 1, 2


class Cri:
    def __init__(self, path):
        self.path = path

    def __call__(self, name, fields, timeout=60):
        return call(self.path, '/runtime.v1.RuntimeService/' + name, encode(fields), timeout)

    def sandbox(self, name, namespace='default', host_network=False, host_pid=False, logs='/tmp'):
        """(id, what creating a container in it needs)"""
        spaces = {1: NODE if host_network else POD, 2: NODE if host_pid else CONTAINER}
        config = {1: {1: name, 2: 'uid-' + name, 3: namespace}, 2: name if not host_network else '', 3: logs,
                  6: string_map({'io.kubernetes.pod.name': name, 'io.kubernetes.pod.namespace': namespace}),
                  8: {2: {1: spaces, 9: {1: 0}}}}
        return self('RunPodSandbox', {1: config})[1][0].decode(), config

    def address(self, sandbox):
        return decode(decode(self('PodSandboxStatus', {1: sandbox})[1][0])[5][0])[1][0].decode()

    def container(self, sandbox, config):
        """Creates and starts it. `config`: ContainerConfig."""
        cid = self('CreateContainer', {1: sandbox[0], 2: config, 3: sandbox[1]})[1][0].decode()
        self('StartContainer', {1: cid})
        return cid

    def execute(self, cid, *command):
        """(exit code, output)"""
        r = self('ExecSync', {1: cid, 2: list(command), 3: 20})
        return r.get(3, [0])[0], b''.join(r.get(1, []) + r.get(2, [])).decode(errors='replace')

    def state(self, cid):
        """0 created, 1 running, 2 exited; its exit code"""
        status = decode(self('ContainerStatus', {1: cid})[1][0])
        return status.get(3, [0])[0], status.get(7, [0])[0]

    def stop(self, cid, grace):
        self('StopContainer', {1: cid, 2: grace}, grace + 30)

    def remove(self, sandbox):
        self('StopPodSandbox', {1: sandbox[0]})
        self('RemovePodSandbox', {1: sandbox[0]})
