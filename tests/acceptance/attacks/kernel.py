"""After the kernel: its settings, what it tells, its rarely used corners, its own memory."""

from tests.acceptance.attacks.base import Attack

KERNEL = {
    # Opened alone, and closed at once: these settings are the whole machine's.
    "kernel settings": Attack(
        """
for folder, _, names in os.walk('/proc/sys'):
    for name in names:
        escaped(opens(os.path.join(folder, name), os.O_WRONLY) and name)
""",
        outside=False,
    ),
    "other switches of the machine": Attack(
        """
for path in ('/proc/sysrq-trigger', '/proc/mtrr', '/proc/acpi/wakeup', '/proc/kcore',
             '/sys/kernel/uevent_helper', '/sys/power/state', '/sys/fs/cgroup/release_agent',
             '/proc/irq/default_smp_affinity', '/proc/timer_list', '/proc/1/oom_score_adj'):
    escaped(opens(path, os.O_WRONLY) and not path.startswith('/proc/1/') and path)
""",
        outside=False,
    ),
    "control groups": Attack(
        """
escaped(os.path.exists('/sys/fs/cgroup') and os.listdir('/sys/fs/cgroup'))
for line in open('/proc/self/cgroup'):
    escaped(not line.rstrip().endswith(':/') and line)
"""
    ),
    "kernel log": Attack("os.close(os.open('/dev/kmsg', os.O_RDONLY)); escaped()", outside=False),
    "kernel log by its call": Attack("escaped(not closed((103, 116), 3, None, 0))", outside=False),
    "memory of the kernel": Attack("escaped(open('/proc/kcore', 'rb').read(1))", outside=False),
    "command line of the kernel": Attack("escaped(open('/proc/cmdline').read())"),
    "what the kernel tells of the machine": Attack(
        """
for name in ('config.gz', 'interrupts', 'kallsyms', 'key-users', 'keys', 'kmsg', 'modules',
             'sched_debug', 'timer_list', 'slabinfo', 'vmallocinfo', 'pagetypeinfo', 'kpageflags'):
    escaped(opens('/proc/' + name, os.O_RDONLY) and name)
"""
    ),
    "addresses of the kernel": Attack(
        """
for path in ('/proc/iomem', '/proc/ioports', '/proc/net/unix', '/proc/self/stack',
             '/proc/self/syscall', '/proc/1/stack'):
    try:
        for line in open(path):
            first = line.split()[0].split('-')[0].rstrip(':')
            escaped(int(first, 16) > 1 << 47 and (path, line))
    except (OSError, ValueError, IndexError):
        pass
""",
        outside=False,
    ),
    "frames of memory": Attack(
        """
page = bytearray(1)
place = ctypes.addressof(ctypes.c_char.from_buffer(page)) // 4096 * 8
entry = os.pread(os.open('/proc/self/pagemap', os.O_RDONLY), 8, place)
escaped(struct.unpack('Q', entry)[0] & ((1 << 55) - 1))
""",
        outside=False,
    ),
    "devices": Attack(
        """
known = {'null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'pts', 'shm', 'fd',
         'stdin', 'stdout', 'stderr', 'core', 'console'}
escaped(set(os.listdir('/dev')) - known)
"""
    ),
    "disks and guests": Attack(
        """
for name in ('sda', 'vda', 'nvme0n1', 'mem', 'kvm', 'fuse', 'net/tun', 'userfaultfd', 'port',
             'mapper/control', 'loop-control', 'vhost-net', 'dri', 'snd', 'input'):
    escaped(os.path.exists('/dev/' + name) and name)
""",
        outside=False,
    ),
    "terminal of whoever started us": Attack(
        "os.close(os.open('/dev/tty', os.O_RDWR)); escaped()", outside=False
    ),
    "sysfs": Attack("escaped(os.listdir('/sys/class/net'))"),
    "keyring": Attack("escaped(call((250, 219), 0, -3, 1) > 0)"),
    "new key": Attack("escaped(not closed((248, 217), b'user', b'x', b'y', 1, -2))", outside=False),
    "asked-for key": Attack(
        "escaped(not closed((249, 218), b'user', b'x', None, -2))", outside=False
    ),
    "io_uring": Attack(
        "escaped(call((425, 425), 1, ctypes.create_string_buffer(120)) >= 0)", outside=False
    ),
    "io_uring's other calls": Attack(
        """
escaped(not closed((426, 426), -1, 0, 0, 0, None, 0))
escaped(not closed((427, 427), -1, 0, None, 0))
""",
        outside=False,
    ),
    "bpf": Attack("escaped(not closed((321, 280), 0, None, 0))", outside=False),
    "perf": Attack("escaped(not closed((298, 241), None, 0, 0, 0, 0))", outside=False),
    "userfaultfd": Attack("escaped(call((323, 282), 0) >= 0)", outside=False),
    "fanotify": Attack("escaped(not closed((300, 262), 0, 0))", outside=False),
    "watches on files": Attack("escaped(not closed((294, 26), 0))"),
    "page cache of others": Attack("escaped(not closed((451, 451), -1, None, None, 0))", False),
    "uncounted memory": Attack("escaped(call((319, 279), b'x', 0) >= 0)"),
    "secret memory": Attack("escaped(not closed((447, 447), 0))", outside=False),
    "shared memory segment": Attack("escaped(call((29, 194), 0, 4096, 0o1600) >= 0)"),
    "semaphores": Attack("escaped(not closed((64, 190), 0, 0, 0))"),
    "queues": Attack(
        """
escaped(call((68, 186), 0, 0o1600) >= 0)
escaped(not closed((240, 180), b'q', 0o102, 0o600, None))
"""
    ),
    "pages out of order": Attack("escaped(not closed((216, 234), 0, 0, 0, 0, 0))", outside=False),
    "pages given to a pipe": Attack("escaped(not closed((278, 75), -1, None, 0, 0))", False),
    "old table of segments": Attack(
        "escaped(COLUMN == 0 and not closed((154, 0), 0, None, 0))", outside=False
    ),
    "ports of the machine": Attack(
        "escaped(COLUMN == 0 and not (closed((172, 0), 3) and closed((173, 0), 0, 8, 1)))",
        outside=False,
    ),
    "quotas": Attack(
        "escaped(not (closed((179, 60), 0, None, 0, None) and closed((443, 443), -1, 0, 0, None)))",
        outside=False,
    ),
    "keystrokes": Attack(
        """
for request in (0x5412, 0x541C, 0x5423):
    try:
        fcntl.ioctl(os.open('/dev/ptmx', os.O_RDWR | os.O_NOCTTY), request, b'x' * 8)
        escaped(request)
    except PermissionError:
        pass
""",
        outside=False,
    ),
    "personality": Attack("escaped(call((135, 92), 0xFFFFFFFF) >= 0)"),
    "name of the host": Attack("escaped(socket.gethostname() == victim['hostname'])"),
    "other name for the host": Attack("escaped(not closed((170, 161), b'x', 1))", outside=False),
    "clock of the machine": Attack(
        "escaped(not (closed((227, 112), -1, None) and closed((159, 171), None)))", outside=False
    ),
}
