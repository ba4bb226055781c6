"""What one duty says: who moves what on, to which state, and when."""

import msgspec

from smartforge.planners.offline.statements.actors import Actor


class Duty(msgspec.Struct, frozen=True):
    """That `actor` moves a `noun` (empty: what was spoken of) to the state `target` by `verb`.

    `target` is empty for who makes rows. `when` and `rest` are the condition (`while`, `it is
    pending`); `source` is the state that stands before the noun. `either`: it is one of several
    ways that are open at once. `only`: and nobody else. The words are those from `begin` until
    before `end`.
    """

    place: int
    begin: int
    end: int
    actor: Actor
    verb: str
    target: str
    noun: str = ""
    when: str = ""
    rest: str = ""
    source: str = ""
    either: bool = False
    only: bool = False
