"""What is said to a project, and what must come of it."""

import tomllib
from pathlib import Path

import msgspec

_TABLE = Path(__file__).with_name("projects.toml")


class FollowUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One follow-up, said (`say`) or a version that is brought back by its number (`restore`).

    Lines are those of `documents.facts`: `gives` are new, `takes` are gone, `changes` say
    something else; a line that differs has one of the words of `about` in its path. `breaks`
    tells, by a person's judgement, whether clients may fail. In the database, tables and columns
    (`books.author`) are `renamed`, those that are `lost` go on purpose, and nulls in those that are
    `filled` become values; all else must stay.
    `refused` are words of the reason for which nothing is done; `back` is the version whose bytes
    are wanted again.
    """

    say: str = ""
    restore: int = 0
    back: int = 0
    about: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    breaks: bool = False
    renamed: dict[str, str] = {}
    lost: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    refused: str = ""

    @property
    def text(self) -> str:
        return self.say or f"restore {self.restore}"

    @property
    def origin(self) -> int:
        """The version that is brought back; 0 where there is to be something new."""
        return self.restore or self.back


class Project(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A prompt, and the follow-ups that are said in this order."""

    prompt: str
    said: tuple[FollowUp, ...]


def projects() -> dict[str, Project]:
    """All of them, by name."""
    return msgspec.convert(tomllib.loads(_TABLE.read_text("utf-8")), dict[str, Project])
