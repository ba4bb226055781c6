"""After other processes of the host, and after the life beyond the sandbox."""

from tests.acceptance.attacks.base import Attack

PROCESSES = {
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
            # Told backwards: the first process inside may have it on its command line.
            marker = victim['rekram'][::-1].encode()
            escaped(marker in open(f'/proc/{name}/cmdline', 'rb').read())
    except OSError:
        pass
"""
    ),
    "more processes than our own": Attack(
        "escaped(len([name for name in os.listdir('/proc') if name.isdecimal()]) > 6)"
    ),
    "options of the sandbox": Attack(
        """
line = open('/proc/1/cmdline').read()
escaped(any(word in line for word in ('--ro-bind', '--setenv', '--seccomp', victim['secret'])))
""",
        outside=False,
    ),
    "signal a process": Attack("os.kill(victim['pid'], 0); escaped()"),
    "signal the parent": Attack("os.kill(victim['parent'], 0); escaped()"),
    "group of a process": Attack("escaped(os.getpgid(victim['pid']))"),
    "descriptor of a process": Attack("escaped(call((434, 434), victim['pid'], 0) >= 0)"),
    "priority of a process": Attack("os.getpriority(os.PRIO_PROCESS, victim['pid']); escaped()"),
    "processors of a process": Attack("escaped(os.sched_getaffinity(victim['pid']))"),
    "limits of a process": Attack(
        "import resource; escaped(resource.prlimit(victim['pid'], resource.RLIMIT_NOFILE))"
    ),
    "robust list of a process": Attack(
        """
head, length = ctypes.c_void_p(), ctypes.c_size_t()
escaped(call((274, 100), victim['pid'], ctypes.byref(head), ctypes.byref(length)) == 0)
"""
    ),
    "memory of a process": Attack(
        "escaped(open(f\"/proc/{victim['pid']}/mem\", 'rb').fileno())", outside=False
    ),
    "trace": Attack("escaped(libc.ptrace(0, 0, 0, 0) == 0)"),
    "trace the first process": Attack("escaped(libc.ptrace(16, 1, 0, 0) == 0)", outside=False),
    "read another's memory": Attack(
        """
word = ctypes.create_string_buffer(8)
vector = struct.pack('PN', ctypes.addressof(word), 8)
escaped(call((310, 270), os.getpid(), vector, 1, vector, 1, 0) == 8)
"""
    ),
    "write another's memory": Attack(
        """
word = ctypes.create_string_buffer(8)
vector = struct.pack('PN', ctypes.addressof(word), 8)
escaped(call((311, 271), os.getpid(), vector, 1, vector, 1, 0) == 8)
"""
    ),
    "take a descriptor out of a process": Attack(
        "escaped(not closed((438, 438), call((434, 434), os.getpid(), 0), 0, 0))"
    ),
    "compare processes": Attack(
        "escaped(not closed((312, 272), os.getpid(), os.getpid(), 0, 0, 0))", outside=False
    ),
    "advise another's memory": Attack(
        "escaped(not closed((440, 440), -1, None, 0, 0, 0))", outside=False
    ),
    "inherited descriptors": Attack(
        "escaped([fd for fd in range(3, 1024) if os.path.exists(f'/proc/self/fd/{fd}')])", False
    ),
    "anything of the first process": Attack(
        """
for path in ('/proc/1', '/proc/1/task', '/proc/self/../1/', '/proc/1/task/1'):
    try:
        escaped(os.listdir(path))
    except OSError:
        pass
"""
    ),
    "memory of the first process": Attack(
        """
for path in ('/proc/1/mem', '/proc/1/task/1/mem', '/proc/self/../1/mem'):
    escaped(opens(path, os.O_WRONLY) and path)
""",
        outside=False,
    ),
    "inherited by the first process": Attack(
        """
for fd in os.listdir('/proc/1/fd'):
    # Its output is our own; the other it counts with. None leads to a file or a socket.
    target = os.readlink('/proc/1/fd/' + fd)
    escaped(not target.startswith(('/dev/null', 'pipe:', 'anon_inode:')) and target)
""",
        outside=False,
    ),
    "rights of the first process": Attack(
        """
status = dict(line.split(':', 1) for line in open('/proc/1/status') if ':' in line)
for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):
    escaped(int(status[name], 16) != 0)
escaped(status['NoNewPrivs'].strip() != '1')
escaped(status['Seccomp'].strip() != '2')
""",
        outside=False,
    ),
    "namespaces of the first process": Attack(
        """
for name in ('mnt', 'net', 'pid', 'user', 'ipc', 'uts', 'cgroup'):
    try:
        escaped(call((308, 268), os.open('/proc/1/ns/' + name, os.O_RDONLY), 0) == 0)
    except OSError:
        pass
""",
        outside=False,
    ),
    "namespace above": Attack(
        """
for name, request in (('user', 0xB702), ('pid', 0xB702), ('mnt', 0xB701)):
    # Whoever owns the namespace of mounts is inside; what lies above it is not.
    above = fcntl.ioctl(os.open('/proc/self/ns/' + name, os.O_RDONLY), request)
    fcntl.ioctl(above, 0xB702)
    fcntl.ioctl(fcntl.ioctl(above, 0xB702), 0xB702)
    escaped(name)
""",
        outside=False,
    ),
    "core of a crash": Attack(
        """
child = os.fork()
if child == 0:
    import resource
    resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1:] * 2)
    os.kill(os.getpid(), signal.SIGSEGV)
escaped(os.WCOREDUMP(os.waitpid(child, 0)[1]))
escaped([name for name in os.listdir('.') if name.startswith('core')])
""",
        outside=False,
    ),
}
