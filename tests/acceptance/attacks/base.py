"""One attack, and the program that tries many of them one after the other."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Attack(NamedTuple):
    """`outside`: whether it succeeds where there is no sandbox, which a test makes sure of."""

    body: str
    outside: bool = True


TOOLS = """
import ctypes, errno, fcntl, json, os, platform, signal, socket, stat, struct, subprocess, sys, time
COLUMN = {'x86_64': 0, 'aarch64': 1}[platform.machine()]
libc = ctypes.CDLL(None, use_errno=True)

def call(numbers, *arguments):
    wide = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    ctypes.set_errno(0)
    return libc.syscall(ctypes.c_long(numbers[COLUMN]), *wide)

def closed(numbers, *arguments):
    # Whether the call is refused before the kernel has looked at its arguments.
    result = call(numbers, *arguments)
    return result == -1 and ctypes.get_errno() in (errno.EPERM, errno.ENOSYS)

def escaped(what=True):
    if what:
        print('ESCAPED', repr(what)[:200])

def opens(path, flags):
    try:
        os.close(os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY))
    except OSError:
        return False
    return True
"""

RUN = """
def attempt(name, body):
    place = victim['scratch'] + '/said'
    said = os.open(place, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    child = os.fork()
    if child == 0:
        os.dup2(said, 1)
        os.dup2(said, 2)
        os.close(said)
        signal.alarm(10)
        try:
            exec(compile(body, name, 'exec'), globals())
        except Exception as error:
            print('held:', type(error).__name__, error)
        print('tried', flush=True)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    words = os.pread(said, 1 << 16, 0).decode(errors='replace')
    os.close(said)
    os.unlink(place)
    # A filter may kill whoever makes a call of another machine: that holds, too.
    return words + ('tried' if code == -signal.SIGSYS else '')

said = {name: attempt(name, body) for name, body in attacks.items()}
print(json.dumps(said))
"""


def program(
    attacks: Mapping[str, Attack], victim: Mapping[str, object], names: Iterable[str] = ()
) -> str:
    """A program that tries the attacks (those named, or all), each in a process of its own.

    It prints JSON: what each attack said. `tried` at its end says that it was tried at all.
    """
    chosen = {name: attacks[name].body.strip() for name in names or attacks}
    return f"{TOOLS}\nvictim = {dict(victim)!r}\nattacks = {chosen!r}\n{RUN}"
