"""What a target promises: contract in, the files of one framework out."""

from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Protocol

import msgspec

from smartforge.contract import Contract
from smartforge.events import CheckName


class TargetFile(msgspec.Struct, frozen=True):
    """One file of the result: where, what for, and whether a model may write it.

    `judge` files (tests, `openapi.yaml`, the Makefile) are always compiled, so that a model
    never writes what its own code is judged by. `custom` names the custom operation that the file
    is about: of its two files, the one that is no judge is all of what the operation does, and a
    target's own text of it answers 501.
    """

    path: str
    purpose: str
    judge: bool
    custom: str = ""


class Target(Protocol):
    """Renders a contract for one framework. Pure: equal contracts give equal bytes.

    `past` are the contracts of the versions that led to this one, oldest first: data that is kept
    under them has to be carried over. What was rendered for the past stays as it was.
    """

    name: str
    repeated: Set[CheckName]
    """The checks that `make verify` of its projects repeats."""

    def files(self, contract: Contract, past: Sequence[Contract] = ()) -> Sequence[TargetFile]:
        """All files, in the order in which they are written."""
        ...

    def render(self, contract: Contract, past: Sequence[Contract] = ()) -> Mapping[str, str]:
        """The text of every file in `files`, by path, formatted."""
        ...

    def packages(self) -> Mapping[str, str]:
        """The versions of the packages that its projects run on, as they are pinned, by name."""
        ...

    def dependencies(self) -> Path:
        """The folder with the packages that its projects import, prepared by `make setup`.

        Raises TargetUnprepared.
        """
        ...

    def rehearsal(self) -> str:
        """Python on those packages that does in small what its projects do when they start."""
        ...
