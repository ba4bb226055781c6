"""The first program in the sandbox: sets the limits, makes sure of its host, executes another.

    python -I -S start.py TETHER NAME=SOFT:HARD... -- PROGRAM ARGUMENT...

Limits are set here and not outside because only in the sandbox's own user namespace do processes
count by sandbox; none is raised above what the machine allows. TETHER is the reading end of a pipe
that the host holds: bubblewrap dies with its parent, but says so to the kernel only after a few
milliseconds; a host that was killed before that is noticed here.
"""

import os
import resource
import select
import sys


def main(arguments: list[str]) -> None:
    """Does not return."""
    end = arguments.index("--")
    tether = int(arguments[0])
    for limit in arguments[1:end]:
        name, _, values = limit.partition("=")
        soft, _, hard = values.partition(":")
        number = getattr(resource, f"RLIMIT_{name}")
        _, most = resource.getrlimit(number)
        if most == resource.RLIM_INFINITY:
            most = int(hard)
        resource.setrlimit(number, (min(int(soft), most), min(int(hard), most)))
    waiting = select.poll()
    waiting.register(tether, select.POLLIN)
    if waiting.poll(0):
        os._exit(1)
    os.close(tether)
    program = arguments[end + 1 :]
    os.execv(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1:])
