"""After what a served application holds more than others: the listening socket of the host."""

from tests.acceptance.attacks.base import Attack

_LISTENER = """
listener = None
for name in os.listdir('/proc/self/fd'):
    try:
        found = socket.socket(fileno=os.dup(int(name)))
        if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            listener = found
            break
        found.close()
    except OSError:
        pass
assert listener is not None, 'nothing listens here'
"""

SERVED = {
    "listener to anywhere": Attack(
        _LISTENER
        + """
for family in (0, socket.AF_INET, socket.AF_UNIX):
    address = struct.pack('HH12x', family, socket.htons(victim['port']))
    escaped(libc.connect(listener.fileno(), address, 16) == 0)
listener.connect('\\0' + victim['abstract'])
escaped(listener.recv(64))
"""
    ),
    "listener as a TCP socket": Attack(
        _LISTENER
        + """
escaped(listener.family != socket.AF_UNIX)
listener.bind('\\0elsewhere')
escaped()
"""
    ),
    "connection to anywhere": Attack(
        """
for name in os.listdir('/proc/self/fd'):
    try:
        turned = socket.socket(fileno=os.dup(int(name)))
        libc.connect(turned.fileno(), struct.pack('H14x', 0), 16)
        turned.connect('\\0' + victim['abstract'])
        escaped(turned.recv(64))
    except OSError:
        pass
"""
    ),
    # Our sockets were made in the network of the host, and answer for that.
    "interfaces of the host": Attack(
        """
for name in os.listdir('/proc/self/fd'):
    for number in range(1, 9):
        for request in (0x8910, 0x8912, 0x8B01):
            try:
                escaped(fcntl.ioctl(int(name), request, struct.pack('16si20x', b'', number)))
            except OSError:
                pass
"""
    ),
    "handle of whoever asks": Attack(
        """
for name in os.listdir('/proc/self/fd'):
    for level, option in ((1, 77), (1, 59)):
        try:
            peer = socket.socket(fileno=os.dup(int(name)))
            told = peer.getsockopt(level, option)
            escaped(option == 77 and told > 2)
        except OSError:
            pass
    try:
        escaped(socket.socket(fileno=os.dup(int(name))).setsockopt(1, 76, 1) is None)
    except OSError:
        pass
"""
    ),
    "socket of the host by its path": Attack(
        _LISTENER
        + """
escaped(os.path.exists(listener.getsockname()) and listener.getsockname())
escaped(not listener.getsockname().startswith('/proc/self/fd/') and listener.getsockname())
os.unlink(listener.getsockname())
escaped()
"""
    ),
    "who asks": Attack(
        """
for name in os.listdir('/proc/self/fd'):
    try:
        peer = socket.socket(fileno=os.dup(int(name)))
        told = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    except OSError:
        continue
    pid, user, group = struct.unpack('3i', told)
    escaped(pid == victim['parent'] or user == 0)
"""
    ),
    # The test counts what the host has open, before and after.
    "descriptors for the host": Attack(
        """
for name in os.listdir('/proc/self/fd'):
    try:
        peer = socket.socket(fileno=os.dup(int(name)))
        if peer.type == socket.SOCK_STREAM and peer.getpeername() is not None:
            socket.send_fds(peer, [b'HTTP/1.1 103 Early Hints\\r\\n\\r\\n'], [1] * 100)
    except OSError:
        pass
"""
    ),
    "descriptors beside the listener": Attack(
        """
for name in os.listdir('/proc/self/fd'):
    try:
        target = os.readlink('/proc/self/fd/' + name)
    except OSError:
        continue
    known = ('/dev/null', '/dev/urandom', 'pipe:', 'socket:', 'anon_inode:', '/proc', '/tmp')
    escaped(not target.startswith(known) and target)
"""
    ),
}
