"""Where each line of a project comes from: the parts of the contract that it stands there for.

Read off the text itself, whoever wrote it: a line speaks of the parts whose names it holds, within
the function, the class and the file that it stands in. So it holds for what a model wrote, too.
"""

from collections.abc import Callable, Iterator
from itertools import chain

import yaml

from smartforge.contract import Contract
from smartforge.contract.parts import parts
from smartforge.parsing import ONE_AT_A_TIME
from smartforge.targets.fastapi.layout import planned
from smartforge.targets.fastapi.origins import code, document
from smartforge.targets.fastapi.origins.vocabulary import Vocabulary
from smartforge.targets.fastapi.views import resource_views

MAX_PARTS = 8
"""Of one line, the closest."""
_SHARED = {"app/idempotency.py": "/idempotency"}
"""Files that are there for parts of one kind, whichever resources have them."""
_OF_ALL = ("verify/", "tests/fuzz.py")
"""What every project has, whatever words of a contract stand there by chance."""


def line_parts(contract: Contract, path: str, text: str) -> tuple[tuple[str, ...], ...]:
    """For each line of a file the paths of its parts (see `contract.parts`), closest first.

    Empty for lines that every project has. A text that is not what its name says (a model's
    file that does not parse) is read line by line.
    """
    if path.startswith(_OF_ALL):
        return ((),) * len(text.splitlines())
    views = resource_views(contract)
    about = next((one.view for one in planned(contract, views, ()) if one.file.path == path), None)
    vocabulary = Vocabulary(contract, views, about.resource.name if about else "")
    section = _SHARED.get(path)
    shared = [part for part in parts(contract) if section and part.endswith(section)]
    return tuple(_closest(chain(found, shared)) for found in _reader(path)(vocabulary, text))


def purpose(contract: Contract, path: str) -> str:
    """What the file is for, in a few words; empty for one that the target does not plan."""
    plan = planned(contract, resource_views(contract), ())
    return next((one.file.purpose for one in plan if one.file.path == path), "")


def _closest(found: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:MAX_PARTS]


def _reader(path: str) -> Callable[[Vocabulary, str], Iterator[Iterator[str]]]:
    if path.endswith(".py"):
        return _python
    return _document if path == "openapi.yaml" else _plain


def _python(vocabulary: Vocabulary, text: str) -> Iterator[Iterator[str]]:
    try:
        with ONE_AT_A_TIME:
            return code.lines(vocabulary, text)
    except (SyntaxError, ValueError, RecursionError):
        return _plain(vocabulary, text)


def _document(vocabulary: Vocabulary, text: str) -> Iterator[Iterator[str]]:
    try:
        return document.lines(vocabulary, text)
    except (yaml.YAMLError, RecursionError):
        return _plain(vocabulary, text)


def _plain(vocabulary: Vocabulary, text: str) -> Iterator[Iterator[str]]:
    for line in text.splitlines():
        yield vocabulary.said(line)
