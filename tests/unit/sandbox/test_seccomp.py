"""The committed filters are what the script makes, and decide as the rules say."""

import errno
import platform
import re
import struct
from pathlib import Path

import pytest

from smartforge.sandbox.seccomp import (
    ARCHITECTURES,
    CLONE,
    CLONE3,
    FIRST_UNKNOWN,
    GETSOCKOPT,
    IOCTL,
    REFUSED,
    SETSOCKOPT,
    SHARED,
    SOCKET,
    SOCKETPAIR,
    Architecture,
    assemble,
    filter_file,
)

ALLOW, KILL = 0x7FFF0000, 0x80000000
READ = {"x86_64": 0, "aarch64": 63}


def refused(number: int) -> int:
    return 0x00050000 | number


def decide(program: bytes, audit: int, number: int, *arguments: int) -> int:
    """Run the filter as the kernel would: net/core/filter.c, for the instructions in use."""
    instructions = list(struct.iter_unpack("<HBBI", program))
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<IIQ6Q", number, audit, 0, *padded)
    accumulator = at = 0
    while True:
        code, then, otherwise, value = instructions[at]
        at += 1
        match code:
            case 0x20:
                accumulator = int(struct.unpack_from("<I", data, value)[0])
            case 0x54:
                accumulator &= value
            case 0x15:
                at += then if accumulator == value else otherwise
            case 0x35:
                at += then if accumulator >= value else otherwise
            case 0x45:
                at += then if accumulator & value else otherwise
            case 0x06:
                return value
            case _:
                raise AssertionError(f"unknown instruction {code:#x}")


@pytest.fixture(params=ARCHITECTURES, ids=lambda architecture: architecture.name)
def architecture(request: pytest.FixtureRequest) -> Architecture:
    return request.param


def test_the_committed_filter_is_the_assembled_one(architecture: Architecture) -> None:
    assert filter_file(architecture.name).read_bytes() == assemble(architecture)


def test_this_machine_has_a_filter() -> None:
    if platform.system() != "Linux":
        pytest.skip("the sandbox is for Linux")
    assert filter_file(platform.machine()).exists()


def test_every_refused_call_is_refused_and_others_are_not(architecture: Architecture) -> None:
    program = assemble(architecture)
    numbers = {calls[architecture.column] for calls in REFUSED.values()}
    special = {calls[architecture.column] for calls in (CLONE, CLONE3, SOCKET, SOCKETPAIR, IOCTL)}
    for number in range(600):
        decision = decide(program, architecture.audit, number)
        if number >= FIRST_UNKNOWN or architecture.gap <= number < SHARED:
            assert decision == refused(errno.ENOSYS)
        elif number in numbers:
            assert decision == refused(errno.EPERM)
        elif number not in special:
            assert decision == ALLOW


def test_another_machines_calls_kill(architecture: Architecture) -> None:
    program = assemble(architecture)
    for other in (0x40000003, 0x40000028, *(one.audit for one in ARCHITECTURES)):
        if other != architecture.audit:
            assert decide(program, other, READ[architecture.name]) == KILL


def test_the_x32_calls_do_not_exist() -> None:
    x86_64 = ARCHITECTURES[0]
    for number in (0x40000000, 0x40000000 | 101, 0xFFFFFFFF):
        assert decide(assemble(x86_64), x86_64.audit, number) == refused(errno.ENOSYS)


@pytest.mark.parametrize(
    ("family", "kind", "protocol", "decision"),
    [
        (1, 1, 0, ALLOW),
        (1, 5, 0, ALLOW),
        (1, 2 | 0o2000000, 0, ALLOW),
        (1, 3, 0, refused(errno.EPERM)),
        (2, 1 | 0o2000000, 0, ALLOW),
        (2, 2 | 0o4000, 17, ALLOW),
        (10, 1, 6, ALLOW),
        (2, 3, 0, refused(errno.EPERM)),
        (2, 5, 132, refused(errno.EPERM)),
        (10, 3 | 0o2000000, 0, refused(errno.EPERM)),
        (2, 1, 262, refused(errno.EPROTONOSUPPORT)),
        (10, 2, 58, refused(errno.EPROTONOSUPPORT)),
        (16, 3, 0, refused(errno.EAFNOSUPPORT)),
        (17, 3, 0, refused(errno.EAFNOSUPPORT)),
        (38, 5, 0, refused(errno.EAFNOSUPPORT)),
        (40, 1, 0, refused(errno.EAFNOSUPPORT)),
        (0x1_0000_0010, 3, 0, refused(errno.EAFNOSUPPORT)),
    ],
)
def test_only_plain_sockets_can_be_made(
    architecture: Architecture, family: int, kind: int, protocol: int, decision: int
) -> None:
    program, number = assemble(architecture), SOCKET[architecture.column]
    assert decide(program, architecture.audit, number, family, kind, protocol) == decision


def test_only_unix_sockets_come_in_pairs(architecture: Architecture) -> None:
    program, number = assemble(architecture), SOCKETPAIR[architecture.column]
    assert decide(program, architecture.audit, number, 1, 1) == ALLOW
    for family in (0, 2, 16, 30):
        decision = decide(program, architecture.audit, number, family, 1)
        assert decision == refused(errno.EAFNOSUPPORT)


def test_no_protocol_is_loaded_above_tcp(architecture: Architecture) -> None:
    program, number = assemble(architecture), SETSOCKOPT[architecture.column]
    assert decide(program, architecture.audit, number, 5, 6, 31) == refused(errno.EPERM)
    assert decide(program, architecture.audit, number, 5, 6, 1) == ALLOW


def test_buffers_keep_their_size_and_nobody_is_told(architecture: Architecture) -> None:
    program, number = assemble(architecture), SETSOCKOPT[architecture.column]
    for option, decision in ((7, refused(0)), (8, refused(0)), (2, ALLOW), (31, ALLOW)):
        assert decide(program, architecture.audit, number, 5, 1, option) == decision
    assert decide(program, architecture.audit, number, 5, 6, 7) == ALLOW


@pytest.mark.parametrize(
    "flag",
    [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000],
)
def test_no_clone_enters_a_new_namespace(architecture: Architecture, flag: int) -> None:
    program, number = assemble(architecture), CLONE[architecture.column]
    assert decide(program, architecture.audit, number, flag | 17) == refused(errno.EPERM)
    thread = 0x3D0F00
    assert decide(program, architecture.audit, number, thread) == ALLOW
    assert decide(program, architecture.audit, CLONE3[architecture.column]) == refused(errno.ENOSYS)


def test_a_socket_made_outside_tells_nothing_of_outside(architecture: Architecture) -> None:
    program, column = assemble(architecture), architecture.column
    # The names and addresses of interfaces, the wireless ones, what owns a namespace, and whose
    # process a handle is.
    for request in (0x8910, 0x8912, 0x8927, 0x8B01, 0xB701, 0xC050FF0B, 0xFF09):
        decision = decide(program, architecture.audit, IOCTL[column], 5, request)
        assert decision == refused(errno.EPERM), hex(request)
    for request in (0x5421, 0x541B, 0x5451):
        assert decide(program, architecture.audit, IOCTL[column], 5, request) == ALLOW
    asked = decide(program, architecture.audit, GETSOCKOPT[column], 5, 1, 77)
    told = decide(program, architecture.audit, SETSOCKOPT[column], 5, 1, 76)
    assert asked == told == refused(errno.EPERM)
    assert decide(program, architecture.audit, GETSOCKOPT[column], 5, 1, 4) == ALLOW


@pytest.mark.parametrize("request_", [0x5412, 0x541C, 0x5423, 0xFFFFFFFF_00005412])
def test_keystrokes_cannot_be_typed_into_a_terminal(
    architecture: Architecture, request_: int
) -> None:
    program, number = assemble(architecture), IOCTL[architecture.column]
    assert decide(program, architecture.audit, number, 0, request_) == refused(errno.EPERM)
    assert decide(program, architecture.audit, number, 0, 0x5401) == ALLOW


HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def test_the_numbers_are_those_of_the_kernels_headers(architecture: Architecture) -> None:
    header = HEADERS[architecture.name]
    if not header.exists():
        pytest.skip(f"{header} is not installed")
    known = dict(re.findall(r"#define __NR_?(?:3264_)?(\w+)\s+(\d+)", header.read_text()))
    wanted = {**REFUSED, "clone": CLONE, "clone3": CLONE3, "socket": SOCKET, "ioctl": IOCTL}
    wanted |= {"socketpair": SOCKETPAIR, "setsockopt": SETSOCKOPT, "getsockopt": GETSOCKOPT}
    compared = 0
    for name, numbers in wanted.items():
        if name in known and numbers[architecture.column] is not None:
            assert numbers[architecture.column] == int(known[name]), name
            compared += 1
    assert compared > 50
