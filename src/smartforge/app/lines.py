"""Which parts of a contract the lines of a file are there for, by target."""

from collections.abc import Callable, Sequence
from typing import Any

from smartforge.contract import Contract, reading
from smartforge.forge import proof
from smartforge.targets.fastapi import origins

Parts = Sequence[Sequence[str]]

_LINES: dict[str, Callable[[Contract, str, str], Parts]] = {"fastapi": origins.line_parts}


def line_parts(target: str, contract: Any, path: str, text: str) -> Parts:
    """For each line the paths of the parts of the contract (its JSON) that it is there for.

    None for a target that is no more, and for the proof, which is about files.
    """
    known = _LINES.get(target)
    if known is None or path in proof.PATHS:
        return [()] * len(text.splitlines())
    return known(reading.from_json(contract), path, text)
