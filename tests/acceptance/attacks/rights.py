"""After more rights than were given: users, capabilities, namespaces, limits, other machines."""

from tests.acceptance.attacks.base import Attack

RIGHTS = {
    "user namespace": Attack("escaped(libc.unshare(0x10000000) == 0)"),
    "other namespaces": Attack(
        """
for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x20000000, 0x40000000, 0x80):
    escaped(libc.unshare(flag) == 0)
""",
        outside=False,
    ),
    "user namespace by clone": Attack(
        """
pid = call((56, 220), 0x10000000 | 17, 0, 0, 0, 0)
if pid == 0:
    os._exit(0)
escaped(pid > 0)
"""
    ),
    "other namespaces by clone": Attack(
        """
for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x20000000, 0x40000000):
    pid = call((56, 220), flag | 17, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    escaped(pid > 0)
""",
        outside=False,
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
    "another's control group by clone3": Attack(
        """
arguments = struct.pack('11Q', 0x200000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
escaped(not closed((435, 435), arguments, len(arguments)))
"""
    ),
    "become root": Attack("os.setuid(0); escaped()", outside=False),
    "become another": Attack("os.setresuid(1, 1, 1); escaped()", outside=False),
    "other groups": Attack("os.setgroups([0]); escaped()", outside=False),
    "map of users": Attack(
        """
for name in ('uid_map', 'gid_map', 'setgroups'):
    try:
        with open('/proc/self/' + name, 'w') as target:
            target.write('allow' if name == 'setgroups' else '0 0 1')
        escaped(name)
    except OSError:
        pass
""",
        outside=False,
    ),
    "programs that become root": Attack(
        """
for folder in ('/usr/bin', '/app', '/tmp', '/dev/shm', '/run', sys.base_prefix):
    escaped(not os.statvfs(folder).f_flag & os.ST_NOSUID and folder)
""",
        outside=False,
    ),
    "mount": Attack("escaped(libc.mount(b'x', b'/tmp', b'tmpfs', 0, None) == 0)", outside=False),
    "chroot": Attack("os.chroot('/usr'); escaped()", outside=False),
    "another root": Attack("escaped(not closed((155, 41), b'/tmp', b'/tmp'))", outside=False),
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
    "take the filter away": Attack(
        """
# PR_SET_SECCOMP to none, PR_SET_NO_NEW_PRIVS to no, PR_CAPBSET_READ of CAP_SYS_ADMIN.
escaped(libc.prctl(22, 0, 0, 0, 0) == 0)
escaped(libc.prctl(38, 0, 0, 0, 0) == 0)
escaped(libc.prctl(23, 21, 0, 0, 0) == 1)
""",
        outside=False,
    ),
    "raise a limit": Attack(
        """
import resource
for name in (resource.RLIMIT_NPROC, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE,
             resource.RLIMIT_NOFILE, resource.RLIMIT_CPU, resource.RLIMIT_STACK,
             resource.RLIMIT_SIGPENDING, resource.RLIMIT_MSGQUEUE):
    soft, hard = resource.getrlimit(name)
    escaped(hard == resource.RLIM_INFINITY)
    try:
        resource.setrlimit(name, (hard + 1, hard + 1))
        escaped(name)
    except (OSError, ValueError):
        pass
""",
        outside=False,
    ),
    "go before others": Attack(
        """
for attempt in (lambda: os.nice(-5), lambda: os.sched_setscheduler(0, 1, os.sched_param(10)),
                lambda: os.write(os.open('/proc/self/oom_score_adj', os.O_WRONLY), b'-500'),
                lambda: os.setpriority(os.PRIO_USER, 0, -5)):
    try:
        attempt()
        escaped()
    except OSError:
        pass
escaped(call((251, 30), 1, 0, (1 << 13) | 4) == 0)
""",
        outside=False,
    ),
    "calls of 32 bits": Attack(
        """
if COLUMN:
    raise OSError('there are none here')
import mmap
code = mmap.mmap(-1, 4096, prot=7)
code.write(bytes.fromhex('b814000000cd80c3'))  # mov eax, 20 (getpid); int 0x80; ret
address = ctypes.addressof(ctypes.c_char.from_buffer(code))
escaped(ctypes.CFUNCTYPE(ctypes.c_int)(address)() > 0)
""",
        outside=False,
    ),
    "calls of x32": Attack(
        "escaped(COLUMN == 0 and call((0x40000000 | 39, 0)) > 0)",
        outside=False,
    ),
    "calls that are still to come": Attack(
        """
for number in range(467, 600):
    escaped(not closed((number, number)) and number)
""",
        outside=False,
    ),
    "libraries before the start scripts": Attack(
        "escaped([name for name in os.environ if name.startswith(('LD_', 'GLIBC_'))])",
        outside=False,
    ),
}
