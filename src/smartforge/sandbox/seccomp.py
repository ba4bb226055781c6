"""Assembles the seccomp filter of the sandbox into `seccomp-ARCHITECTURE.bpf`.

`python -m smartforge.sandbox.seccomp` writes the files anew; at run time only they are read.
Everything is allowed but what reaches for the kernel's rarely used corners, for other processes,
for new namespaces or for memory that no limit counts; calls younger than this table do not exist
inside. The instruction format is the one of `struct sock_filter`, linux/filter.h; the data are
`struct seccomp_data`, linux/seccomp.h.
"""

import errno
import struct
from pathlib import Path
from typing import NamedTuple


class Architecture(NamedTuple):
    """Where the two machines differ: AUDIT_ARCH_* of linux/audit.h, the column of a table, and
    the first number of the gap before those that all machines share, which ends at SHARED."""

    name: str
    audit: int
    column: int
    gap: int


SHARED = 424
ARCHITECTURES = (
    Architecture("x86_64", 0xC000003E, 0, 335),
    Architecture("aarch64", 0xC00000B7, 1, 295),
)

# System call numbers (x86_64, aarch64): arch/x86/entry/syscalls/syscall_64.tbl and
# asm-generic/unistd.h. None where the machine has no such call.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # Namespaces, mounts and roots: the sandbox is arranged once, by bubblewrap.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    # Other processes.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # Large or young parts of the kernel that no generated API needs.
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "modify_ldt": (154, None),
    "personality": (135, 92),
    "vmsplice": (278, 75),
    "remap_file_pages": (216, 234),
    "cachestat": (451, 451),
    # Memory that neither the process limits nor the resident size show.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    # Ways around paths and permissions.
    "mknod": (133, None),
    "mknodat": (259, 33),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    # The machine itself.
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "lookup_dcookie": (212, 18),
    "iopl": (172, None),
    "ioperm": (173, None),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "nfsservctl": (180, 42),
}

CLONE = (56, 220)
CLONE3 = (435, 435)
SOCKET = (41, 198)
SOCKETPAIR = (53, 199)
SETSOCKOPT = (54, 208)
GETSOCKOPT = (55, 209)
IOCTL = (16, 29)
# open_tree_attr, file_getattr, file_setattr, listns and whatever comes after them: what a C
# library meets when it is newer than its kernel. On x86_64 the calls of x32 lie up there, too.
FIRST_UNKNOWN = 467

# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET of linux/sched.h.
NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x70000000
AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
SOCK_TYPE_MASK, SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET = 0xF, 1, 2, 5
# With 0, the protocols of plain sockets; others are MPTCP, SCTP, DCCP, ICMP, UDP-Lite, ...
IPPROTO_TCP, IPPROTO_UDP = 6, 17
# Of setsockopt(2): the sizes of a socket's buffers, which are the kernel's memory; each can be made
# forty times the usual one.
SOL_SOCKET, SO_SNDBUF, SO_RCVBUF = 1, 7, 8
# Lets a socket load a protocol that lies above TCP, such as the kernel's TLS.
TCP_ULP = 31
# A handle of whoever is at the other end of a socket, a process of the host.
SO_PASSPIDFD, SO_PEERPIDFD = 76, 77
# TIOCSTI, TIOCLINUX and TIOCSETD: keystrokes for a terminal, and other ways to read it.
TYPING = (0x5412, 0x541C, 0x5423)
# What ioctl(2) asks of interfaces (two kinds), namespaces and handles of processes. A socket that
# was made outside, as the listening one was, answers for the network outside.
KIND_MASK, KINDS = 0xFF00, (0x8900, 0x8B00, 0xB700, 0xFF00)

NUMBER, AUDIT, FIRST_ARGUMENT, SECOND_ARGUMENT, THIRD_ARGUMENT = 0, 4, 16, 24, 32

Instruction = tuple[int, int, int, int]


def _load(offset: int) -> Instruction:
    return (0x20, 0, 0, offset)  # BPF_LD | BPF_W | BPF_ABS


def _and(mask: int) -> Instruction:
    return (0x54, 0, 0, mask)  # BPF_ALU | BPF_AND | BPF_K


def _if_equal(value: int, then: int, otherwise: int) -> Instruction:
    return (0x15, then, otherwise, value)  # BPF_JMP | BPF_JEQ | BPF_K


def _if_at_least(value: int, then: int, otherwise: int) -> Instruction:
    return (0x35, then, otherwise, value)  # BPF_JMP | BPF_JGE | BPF_K


def _if_any_bit(mask: int, then: int, otherwise: int) -> Instruction:
    return (0x45, then, otherwise, mask)  # BPF_JMP | BPF_JSET | BPF_K


def _return(action: int) -> Instruction:
    return (0x06, 0, 0, action)  # BPF_RET | BPF_K


_ALLOW = _return(0x7FFF0000)
_KILL = _return(0x80000000)


def _refuse(number: int) -> Instruction:
    return _return(0x00050000 | number)


def _for_call(number: int, *body: Instruction) -> list[Instruction]:
    """`body`, which must end in a return, for this system call alone."""
    return [_if_equal(number, 0, len(body)), *body]


def _one_of(*values: int, otherwise: int) -> list[Instruction]:
    """Go on where the accumulator holds one of the values; refuse with that error elsewhere."""
    last = len(values)
    tests = [_if_equal(value, last - at, 0) for at, value in enumerate(values)]
    return [*tests, _refuse(otherwise)]


def _plain_sockets() -> list[Instruction]:
    """Streams and datagrams of AF_UNIX, TCP and UDP, and no other protocol."""
    kind = [_load(SECOND_ARGUMENT), _and(SOCK_TYPE_MASK)]
    kinds = (SOCK_STREAM, SOCK_DGRAM)
    unix = [*kind, *_one_of(*kinds, SOCK_SEQPACKET, otherwise=errno.EPERM), _ALLOW]
    return [
        _load(FIRST_ARGUMENT),
        _if_equal(AF_UNIX, 0, len(unix)),
        *unix,
        *_one_of(AF_INET, AF_INET6, otherwise=errno.EAFNOSUPPORT),
        *kind,
        *_one_of(*kinds, otherwise=errno.EPERM),
        _load(THIRD_ARGUMENT),
        *_one_of(0, IPPROTO_TCP, IPPROTO_UDP, otherwise=errno.EPROTONOSUPPORT),
        _ALLOW,
    ]


def _plain_options() -> list[Instruction]:
    """Leave buffers at their size, and say that all is well; ask for no handle of who sends;
    load no protocol above TCP."""
    return [
        _load(SECOND_ARGUMENT),
        _if_equal(SOL_SOCKET, 0, 7),
        _load(THIRD_ARGUMENT),
        _if_equal(SO_SNDBUF, 3, 0),
        _if_equal(SO_RCVBUF, 2, 0),
        _if_equal(SO_PASSPIDFD, 2, 0),
        _ALLOW,
        _refuse(0),
        _refuse(errno.EPERM),
        # The number alone: on other levels it names options that no generated API needs either.
        *_without(THIRD_ARGUMENT, TCP_ULP),
    ]


def _none_of(*values: int) -> list[Instruction]:
    """Refuse where the accumulator holds one of the values; go on elsewhere."""
    return [one for value in values for one in (_if_equal(value, 0, 1), _refuse(errno.EPERM))]


def _without(argument: int, *values: int) -> list[Instruction]:
    """Refuse the call where this argument is one of the values, else allow it."""
    return [_load(argument), *_none_of(*values), _ALLOW]


def assemble(architecture: Architecture) -> bytes:
    """The filter for one machine. Calls of another architecture kill the process."""
    column = architecture.column
    program = [_load(AUDIT), _if_equal(architecture.audit, 1, 0), _KILL, _load(NUMBER)]
    program += [_if_at_least(FIRST_UNKNOWN, 0, 1), _refuse(errno.ENOSYS)]
    program += [_if_at_least(SHARED, 2, 0), _if_at_least(architecture.gap, 0, 1)]
    program.append(_refuse(errno.ENOSYS))
    # Only low halves are compared: the kernel reads these arguments as 32 bits, too.
    program += _for_call(SOCKET[column], *_plain_sockets())
    pairs = _one_of(AF_UNIX, otherwise=errno.EAFNOSUPPORT)
    program += _for_call(SOCKETPAIR[column], _load(FIRST_ARGUMENT), *pairs, _ALLOW)
    program += _for_call(SETSOCKOPT[column], *_plain_options())
    program += _for_call(
        CLONE[column],
        _load(FIRST_ARGUMENT),
        _if_any_bit(NEW_NAMESPACES, 0, 1),
        _refuse(errno.EPERM),
        _ALLOW,
    )
    # Its flags lie behind a pointer, which a filter cannot follow; libc falls back to clone.
    program += _for_call(CLONE3[column], _refuse(errno.ENOSYS))
    program += _for_call(GETSOCKOPT[column], *_without(THIRD_ARGUMENT, SO_PEERPIDFD))
    program += _for_call(
        IOCTL[column],
        _load(SECOND_ARGUMENT),
        _and(KIND_MASK),
        *_none_of(*KINDS),
        *_without(SECOND_ARGUMENT, *TYPING),
    )
    for numbers in REFUSED.values():
        number = numbers[column]
        if number is not None:
            program += _for_call(number, _refuse(errno.EPERM))
    program.append(_ALLOW)
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program)


def filter_file(machine: str) -> Path:
    """Where the filter for `platform.machine()` lies; the file may be missing."""
    return Path(__file__).with_name(f"seccomp-{machine}.bpf")


def main() -> None:
    """Write every filter beside this module."""
    for architecture in ARCHITECTURES:
        filter_file(architecture.name).write_bytes(assemble(architecture))


if __name__ == "__main__":
    main()
