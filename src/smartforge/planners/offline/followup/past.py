"""Whether the past of rows is kept: `keep a history of changes to orders`, `drop the audit log`."""

import re
from collections.abc import Sequence

import msgspec

from smartforge.contract import Resource
from smartforge.contract.names import spaced
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.features.histories import HISTORY, kept_in_words
from smartforge.planners.offline.followup.clauses import Clause
from smartforge.planners.offline.followup.names import PRONOUNS
from smartforge.planners.offline.followup.rewriting import with_resource
from smartforge.planners.offline.followup.state import Done, Impossible, Scene

_ENDING = re.compile(
    r"^(?:remove|drop|delete|disable|stop|end|discontinue|get rid of|take away|take out|turn off"
    r"|switch off|deactivate|no more|no|without|we no longer|no longer|don't|do not|we don't|we do"
    r" not|do n't|cancel|abandon|undo)\b"
)
_HISTORY_ALONE = re.compile(r"\b(?:histor(?:y|ies)|auditing|audit(?: trails?| logs?)?|logging)\b")


def keep_past(scene: Scene, clause: Clause) -> Done | None:
    """What a clause says about histories; None where it says nothing of the kind."""
    line = clause.words.heard.line
    ending = _ENDING.search(line)
    if not ending:
        match = HISTORY.search(line)
        return _begun(scene, line, match[0]) if match else None
    rest = line[ending.end() :]
    alone = _HISTORY_ALONE.search(rest) and not _has_field(scene, rest)
    return _ended(scene, line) if alone or HISTORY.search(rest) else None


def _begun(scene: Scene, line: str, said: str) -> Done:
    things = _named(scene, said) or _named(scene, line) or list(scene.contract.resources)
    readable = [one for one in things if "read" in one.actions]
    if not readable:
        raise Impossible(
            f"of {_listed(things)} no single one can be read, so nobody could read its history.",
            f'Say first "add reading of single {spaced(things[0].plural)}".',
        )
    told = f"From now on, {kept_in_words(_listed(readable))}"
    if all(one.history for one in readable):
        told = f"A history of changes to {_listed(readable)} is kept already."
    return _done(scene, readable, history=True, told=told)


def _ended(scene: Scene, line: str) -> Done:
    there = [one for one in scene.contract.resources if one.history]
    named = _named(scene, line)
    things = [one for one in named or there if one.history]
    if not things:
        of = f" of changes to {_listed(named)}" if named else ""
        raise Impossible(f"no history{of} is kept.", "")
    told = f"No history of changes to {_listed(things)} is kept any more."
    return _done(scene, things, history=False, told=told)


def _done(scene: Scene, things: Sequence[Resource], *, history: bool, told: str) -> Done:
    contract = scene.contract
    for one in things:
        contract = with_resource(contract, msgspec.structs.replace(one, history=history))
    settled = tuple((f"{one.name} history", str(history)) for one in things)
    subject = things[0].name if len(things) == 1 else ""
    return Done(contract, (told,), subject, settled=settled)


def _named(scene: Scene, line: str) -> list[Resource]:
    """The resources that the words name, or stand for."""
    words = f" {line.replace('_', ' ').replace('-', ' ')} "
    found = [
        one
        for one in scene.contract.resources
        if any(f" {spaced(name)} " in words for name in (one.name, one.plural))
    ]
    if not found and scene.subject and set(words.split()) & PRONOUNS - {"one", "ones", "this"}:
        return [scene.contract.resource(scene.subject)]
    return found


def _has_field(scene: Scene, line: str) -> bool:
    """Whether it may be a field that is spoken of."""
    words = f" {line.replace('_', ' ')} "
    every = [spaced(field.name) for one in scene.contract.resources for field in one.fields]
    every += [spaced(name) for one in scene.contract.resources for name in (one.name, one.plural)]
    return any(f" {name} " in words and _HISTORY_ALONE.search(name) for name in every)


def _listed(things: Sequence[Resource]) -> str:
    return listing([spaced(one.plural) for one in things])
