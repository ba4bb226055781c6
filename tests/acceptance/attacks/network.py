"""After the network of the host, and after its unix sockets."""

from tests.acceptance.attacks.base import Attack

NETWORK = {
    "loopback": Attack(
        "escaped(socket.create_connection(('127.0.0.1', victim['port']), 2).recv(64))"
    ),
    "loopback by another address": Attack(
        """
for address in ('127.1.2.3', '0.0.0.0', '::ffff:127.0.0.1', 'localhost'):
    try:
        escaped(socket.create_connection((address, victim['port']), 2).recv(64))
    except OSError:
        pass
"""
    ),
    "udp": Attack(
        """
talk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
talk.settimeout(0.5)
talk.sendto(b'?', ('127.0.0.1', victim['udp']))
escaped(talk.recv(64))
"""
    ),
    "metadata": Attack(
        "escaped(socket.create_connection(('169.254.169.254', 80), 2))", outside=False
    ),
    "names of hosts": Attack("escaped(socket.getaddrinfo('example.org', 80))", outside=False),
    "other interfaces": Attack(
        """
for line in open('/proc/net/dev').read().splitlines()[2:]:
    escaped(line.split(':')[0].strip() not in ('lo', '') and line)
""",
        outside=False,
    ),
    "connections of the host": Attack(
        "escaped(f\":{victim['port']:04X} \" in open('/proc/net/tcp').read())"
    ),
    "unix sockets of the host": Attack(
        "escaped(victim['abstract'] in open('/proc/net/unix').read())"
    ),
    "add an address": Attack(
        """
request = struct.pack('16sH2s4s8s', b'lo:1', socket.AF_INET, b'', bytes([10, 9, 8, 7]), b'')
fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8916, request)
escaped()
""",
        outside=False,
    ),
    "bind a privileged port": Attack(
        """
least = int(open('/proc/sys/net/ipv4/ip_unprivileged_port_start').read())
if least:
    socket.socket().bind(('127.0.0.1', least - 1))
    escaped()
""",
        outside=False,
    ),
    "abstract socket": Attack(
        """
talk = socket.socket(socket.AF_UNIX)
talk.connect('\\0' + victim['abstract'])
escaped(talk.recv(64))
"""
    ),
    "abstract datagrams": Attack(
        """
talk = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
talk.bind('')
talk.settimeout(0.5)
talk.sendto(b'?', '\\0' + victim['datagram'])
escaped(talk.recv(64))
"""
    ),
    "path socket": Attack(
        """
talk = socket.socket(socket.AF_UNIX)
talk.connect(victim['path'])
escaped(talk.recv(64))
"""
    ),
    "descriptor handed over by a socket": Attack(
        """
talk = socket.socket(socket.AF_UNIX)
talk.connect('\\0' + victim['abstract'])
escaped(os.read(socket.recv_fds(talk, 16, 1)[1][0], 64))
"""
    ),
    "sockets of well-known programs": Attack(
        """
for path in ('/run/dbus/system_bus_socket', '/var/run/docker.sock', '/run/docker.sock',
             '/run/systemd/private', '/run/containerd/containerd.sock', '/tmp/.X11-unix/X0'):
    escaped(os.path.exists(path) and path)
""",
        outside=False,
    ),
    "raw socket": Attack("socket.socket(socket.AF_INET, socket.SOCK_RAW, 1); escaped()", False),
    "packet socket": Attack("socket.socket(17, socket.SOCK_RAW); escaped()", False),
    "ping": Attack("socket.socket(socket.AF_INET, socket.SOCK_DGRAM, 1); escaped()", False),
    "netlink": Attack("socket.socket(16, socket.SOCK_RAW); escaped()"),
    "netlink by every name": Attack(
        """
for protocol in range(23):
    try:
        socket.socket(16, socket.SOCK_DGRAM, protocol)
        escaped(protocol)
    except OSError:
        pass
"""
    ),
    "vsock": Attack("socket.socket(40, socket.SOCK_STREAM); escaped()", outside=False),
    "kernel crypto": Attack("socket.socket(38, socket.SOCK_SEQPACKET); escaped()", outside=False),
    "families that nobody needs": Attack(
        """
for family in set(range(48)) - {1, 2, 10}:
    for kind in (1, 2, 3, 4, 5):
        try:
            socket.socket(family, kind)
            escaped((family, kind))
        except OSError:
            pass
"""
    ),
    "pairs of rare sockets": Attack(
        """
for family in set(range(48)) - {1}:
    pair = ctypes.create_string_buffer(8)
    call((53, 199), family, 1, 0, pair)
    escaped(ctypes.get_errno() != errno.EAFNOSUPPORT)
""",
        outside=False,
    ),
    "protocols that nobody needs": Attack(
        """
for kind, protocol in ((1, 262), (1, 132), (5, 132), (6, 33), (2, 136), (2, 115), (4, 0)):
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.socket(family, kind, protocol)
            escaped((family, kind, protocol))
        except OSError:
            pass
""",
        outside=False,
    ),
    "protocol above TCP": Attack(
        """
listener = socket.create_server(('127.0.0.1', 0))
talk = socket.create_connection(listener.getsockname())
try:
    talk.setsockopt(6, 31, b'tls')
    escaped()
except PermissionError:
    pass
""",
        outside=False,
    ),
}
