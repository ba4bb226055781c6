"""The versions of a project as a run sees them: what it starts from, what it may go back to."""

from collections.abc import Iterable
from typing import Any

import msgspec

from smartforge.contract import Contract, reading
from smartforge.events import Author, FileComplete, FilePlanned, Ref


class VersionFile(msgspec.Struct, frozen=True):
    """One file of a version: what it was planned as, and its content by its hash. One that was
    `edited` holds what a user changed by hand."""

    path: str
    purpose: str
    author: Author
    size: int
    sha256: str
    binary: bool = False
    edited: bool = False

    def planned(self, *, kept: bool) -> FilePlanned:
        return FilePlanned(
            path=self.path,
            purpose=self.purpose,
            author=self.author,
            kept=kept,
            edited=self.edited,
        )

    def complete(self) -> FileComplete:
        """The fact that the working copy has this content, without its chunks."""
        return FileComplete(
            path=self.path, attempt=1, size=self.size, sha256=self.sha256, binary=self.binary
        )


class Version(msgspec.Struct, frozen=True):
    """What a complete run has left.

    `contract` is its JSON, `origins` names the content that says where its parts come from.
    `inherited` are contracts from before it that no version here has: it is a copy.
    """

    number: int
    contract: dict[str, Any]
    notes: tuple[str, ...]
    operations_not_made: tuple[str, ...]
    files: tuple[VersionFile, ...]
    inherited: tuple[dict[str, Any], ...] = ()
    origins: Ref | None = None

    def by_path(self) -> dict[str, VersionFile]:
        return {file.path: file for file in self.files}


def contracts(chain: Iterable[Version]) -> tuple[Contract, ...]:
    """Their contracts. Raises ContractInvalid for one that cannot be read any more."""
    return tuple(reading.from_json(one.contract) for one in chain)


def lineage(chain: Iterable[Version]) -> tuple[Contract, ...]:
    """All contracts that led here, as a target takes them: those that were inherited too."""
    return tuple(
        reading.from_json(each) for one in chain for each in (*one.inherited, one.contract)
    )
