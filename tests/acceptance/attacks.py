"""Programs that try to get out of the sandbox. Each prints ESCAPED when it got something.

A program sees `victim`, what the host laid out for it: `secret` (a path), `port`, `udp`,
`abstract` and `path` (unix sockets), `pid` and `rekram` (its
marker backwards) of a process, `parent`. None of them
changes anything that belongs to the whole machine: what is open for writing is closed again.
"""

from typing import NamedTuple

PRELUDE = """
import ctypes, errno, os, platform, socket, struct, sys
COLUMN = {'x86_64': 0, 'aarch64': 1}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)
def call(*numbers_and_arguments):
    numbers, *arguments = numbers_and_arguments
    wide = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return libc.syscall(ctypes.c_long(numbers[COLUMN]), *wide)
def escaped(what=True):
    if what:
        print('ESCAPED', repr(what)[:200])
def main():
"""

EPILOGUE = """
try:
    main()
except Exception as error:
    print('held:', type(error).__name__, error)
print('tried')
"""


class Attack(NamedTuple):
    """`outside`: whether it succeeds where there is no sandbox, which a test makes sure of."""

    body: str
    outside: bool = True


ATTACKS = {
    # ---- files of the host
    "secret file": Attack("escaped(open(victim['secret']).read())"),
    "secret file through the first process": Attack(
        "escaped(open('/proc/1/root' + victim['secret']).read())", outside=False
    ),
    "shadow": Attack("escaped(open('/etc/shadow').read())", outside=False),
    "passwd": Attack("escaped(open('/etc/passwd').read())"),
    "folders of the host": Attack("escaped(os.listdir(os.path.dirname(victim['secret'])))"),
    "hard link": Attack(
        """
os.link(victim['secret'], victim['scratch'] + '/hard')
escaped(open(victim['scratch'] + '/hard').read())
os.unlink(victim['scratch'] + '/hard')
"""
    ),
    "symbolic link": Attack(
        """
os.symlink(victim['secret'], victim['scratch'] + '/soft')
escaped(open(victim['scratch'] + '/soft').read())
os.unlink(victim['scratch'] + '/soft')
"""
    ),
    "dot dot": Attack("escaped(open('/tmp/' + '../' * 20 + victim['secret'][1:]).read())"),
    "file handle": Attack(
        """
handle = ctypes.create_string_buffer(struct.pack('Ii', 128, 0) + bytes(128))
mount = ctypes.c_int()
escaped(call((303, 264), -100, b'/', handle, ctypes.byref(mount), 0) == 0)
"""
    ),
    "write the project": Attack("open('/app/new', 'w').close(); escaped()", outside=False),
    "write the system": Attack("open('/usr/new', 'w').close(); escaped()", outside=False),
    "write the dependencies": Attack(
        "open('/sf/dependencies/fastapi/__init__.py', 'r+').close(); escaped()", outside=False
    ),
    "remount": Attack("escaped(libc.mount(b'/app', b'/app', None, 32 | 4096, None) == 0)", False),
    # ---- the network
    "loopback": Attack(
        "escaped(socket.create_connection(('127.0.0.1', victim['port']), 2).recv(64))"
    ),
    "udp": Attack(
        """
talk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
talk.settimeout(2)
talk.sendto(b'?', ('127.0.0.1', victim['udp']))
escaped(talk.recv(64))
"""
    ),
    "metadata": Attack(
        "escaped(socket.create_connection(('169.254.169.254', 80), 2))", outside=False
    ),
    "abstract socket": Attack(
        """
talk = socket.socket(socket.AF_UNIX)
talk.connect('\\0' + victim['abstract'])
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
    "raw socket": Attack("socket.socket(socket.AF_INET, socket.SOCK_RAW, 1); escaped()", False),
    "packet socket": Attack("socket.socket(17, socket.SOCK_RAW); escaped()", False),
    "netlink": Attack("socket.socket(16, socket.SOCK_RAW); escaped()"),
    "vsock": Attack("socket.socket(40, socket.SOCK_STREAM); escaped()", outside=False),
    "kernel crypto": Attack("socket.socket(38, socket.SOCK_SEQPACKET); escaped()", outside=False),
    # ---- other processes
    "environment": Attack("escaped('topsecret' in str(os.environ))"),
    "environment of others": Attack(
        """
for name in os.listdir('/proc'):
    if name.isdecimal() and int(name) != os.getpid():
        try:
            escaped(b'topsecret' in open(f'/proc/{name}/environ', 'rb').read())
        except OSError:
            pass
"""
    ),
    "see a process": Attack(
        """
for name in os.listdir('/proc'):
    try:
        if name.isdecimal() and int(name) != os.getpid():
            # Told backwards: the first process inside has this very program on its command line.
            marker = victim['rekram'][::-1].encode()
            escaped(marker in open(f'/proc/{name}/cmdline', 'rb').read())
    except OSError:
        pass
"""
    ),
    "signal a process": Attack("os.kill(victim['pid'], 0); escaped()"),
    "signal the parent": Attack("os.kill(victim['parent'], 0); escaped()"),
    "signal all": Attack("escaped(os.getpgid(victim['pid']))"),
    "memory of a process": Attack(
        "escaped(open(f\"/proc/{victim['pid']}/mem\", 'rb').fileno())", outside=False
    ),
    "trace": Attack("escaped(libc.ptrace(0, 0, 0, 0) == 0)"),
    "read another's memory": Attack(
        """
word = ctypes.create_string_buffer(8)
vector = struct.pack('PN', ctypes.addressof(word), 8)
escaped(call((310, 270), os.getpid(), vector, 1, vector, 1, 0) == 8)
"""
    ),
    "inherited descriptors": Attack(
        "escaped([fd for fd in range(3, 1024) if os.path.exists(f'/proc/self/fd/{fd}')])", False
    ),
    "namespaces of the first process": Attack(
        "escaped(libc.setns(os.open('/proc/1/ns/mnt', os.O_RDONLY), 0) == 0)", outside=False
    ),
    # ---- rights
    "user namespace": Attack("escaped(libc.unshare(0x10000000) == 0)"),
    "user namespace by clone": Attack(
        """
pid = call((56, 220), 0x10000000 | 17, 0, 0, 0, 0)
if pid == 0:
    os._exit(0)
escaped(pid > 0)
"""
    ),
    "user namespace by clone3": Attack(
        """
arguments = struct.pack('11Q', 0x10000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
pid = call((435, 435), arguments, len(arguments))
if pid == 0:
    os._exit(0)
escaped(pid > 0)
"""
    ),
    "become root": Attack("os.setuid(0); escaped()", outside=False),
    "mount": Attack("escaped(libc.mount(b'x', b'/tmp', b'tmpfs', 0, None) == 0)", outside=False),
    "chroot": Attack("os.chroot('/usr'); escaped()", outside=False),
    "device node": Attack("os.mknod('/tmp/null', 0o600 | 0o020000, 259); escaped()", False),
    "capabilities": Attack(
        """
status = dict(line.split(':', 1) for line in open('/proc/self/status') if ':' in line)
for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
    escaped(int(status[name], 16) != 0)
escaped(status['NoNewPrivs'].strip() != '1')
escaped(status['Seccomp'].strip() != '2')
"""
    ),
    "raise a limit": Attack(
        """
import resource
for name in (resource.RLIMIT_NPROC, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE):
    soft, hard = resource.getrlimit(name)
    escaped(hard == resource.RLIM_INFINITY)
    resource.setrlimit(name, (hard + 1, hard + 1))
    escaped()
""",
        outside=False,
    ),
    # ---- the kernel
    "kernel settings": Attack(
        "os.close(os.open('/proc/sys/kernel/core_pattern', os.O_WRONLY)); escaped()", False
    ),
    "kernel log": Attack("os.close(os.open('/dev/kmsg', os.O_RDONLY)); escaped()", outside=False),
    "memory of the kernel": Attack("escaped(open('/proc/kcore', 'rb').read(1))", outside=False),
    "devices": Attack(
        """
known = {'null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'pts', 'shm', 'fd',
         'stdin', 'stdout', 'stderr', 'core', 'console'}
escaped(set(os.listdir('/dev')) - known)
"""
    ),
    "sysfs": Attack("escaped(os.listdir('/sys/class/net'))"),
    "keyring": Attack("escaped(call((250, 219), 0, -3, 1) > 0)"),
    "io_uring": Attack(
        "escaped(call((425, 425), 1, ctypes.create_string_buffer(120)) >= 0)", outside=False
    ),
    "bpf": Attack(
        "call((321, 280), 0, None, 0); escaped(ctypes.get_errno() != errno.EPERM)", outside=False
    ),
    "perf": Attack(
        "call((298, 241), None, 0, 0, 0, 0); escaped(ctypes.get_errno() != errno.EPERM)", False
    ),
    "userfaultfd": Attack("escaped(call((323, 282), 0) >= 0)", outside=False),
    "uncounted memory": Attack("escaped(call((319, 279), b'x', 0) >= 0)"),
    "shared memory segment": Attack("escaped(call((29, 194), 0, 4096, 0o1600) >= 0)"),
    "keystrokes": Attack(
        """
import fcntl
try:
    fcntl.ioctl(os.open('/dev/ptmx', os.O_RDWR | os.O_NOCTTY), 0x5412, b'x')
    escaped()
except PermissionError:
    pass
""",
        outside=False,
    ),
    "personality": Attack("escaped(call((135, 92), 0xFFFFFFFF) >= 0)"),
    "name of the host": Attack("escaped(socket.gethostname() == victim['hostname'])"),
}


def source(attack: Attack, victim: dict[str, object]) -> str:
    """The whole program."""
    body = "\n".join("    " + line for line in attack.body.strip().splitlines())
    return f"victim = {victim!r}\n{PRELUDE}{body}\n{EPILOGUE}"
