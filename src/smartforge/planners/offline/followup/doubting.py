"""Whether what the reading of prompts made of a follow-up is what was asked for.

That reading makes the best of any words, as a first prompt needs it. Of a contract that people
rely on nothing is changed that the words do not clearly ask for.
"""

import re
from collections.abc import Sequence
from typing import cast

from smartforge.contract import Boolean, Contract, Resource
from smartforge.contract.names import quoted, singular, spaced
from smartforge.contract.parts import Json, changes, is_object
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.draft import listing
from smartforge.planners.offline.followup.clauses import Clause
from smartforge.planners.offline.followup.names import PRONOUNS
from smartforge.planners.offline.followup.phrases import words_of
from smartforge.planners.offline.followup.state import Unknown, unknown
from smartforge.planners.offline.statements.vocabulary import actions_of
from smartforge.planners.offline.tokens import Sentence
from smartforge.planners.offline.vocabulary import words

_ASKING = word_set(
    """
    add keep include introduce create store track record save manage need want new also another
    have support handle build make
    """
)
_NARROWING = word_set(
    """
    filter filters filtered filterable filtering search searched searchable sort sorted sortable
    sorting order ordered orderable
    """
)
_DECLARING = word_set("have has with contain contains consist consists : ( -")
_ACCOUNT = word_set(
    """
    login log logs logged sign signs sign-up signup register registers registration account
    accounts auth authentication authenticate user users jwt password passwords
    """
)


_COUNTED = re.compile(r"n_\d")  # what `3 pieces` would be called


def check_asked(old: Contract, new: Contract, said: Sequence[Clause]) -> None:
    """Raises Unknown where `new` has or lacks what `said` does not clearly ask for."""
    lows = {singular(low) for one in said for low in one.words.lows}
    known = {one.name for one in old.resources}
    fresh = [one for one in new.resources if one.name not in known]
    made = [one for one in fresh if not _is_account(new, one)]
    asked = [one for one in made if any(_asks(clause, one) for clause in said)]
    for one in made:
        if one not in asked and not (asked and singular(one.name.rpartition("_")[2]) in lows):
            raise _not_there(one, old)
    _check_accounts(old, new, said)
    _check_kept(old, new)
    _check_flags(old, new, said)
    _check_narrowed(old, new, said)
    _check_named(old, new, said)
    for resource in new.resources:
        names = {field.name for one in old.resources for field in one.fields}
        odd = [one.name for one in resource.fields if one.name not in names | known]
        odd = [one for one in odd if one in PRONOUNS or _COUNTED.match(one)]
        if odd:
            raise Unknown(f"it is not clear what {quoted(odd[0])} stands for.", "")


def check_kept(told: Sequence[str]) -> None:
    """Raises Unknown where what was understood cannot be kept, so that it is not half done."""
    unkept = [one for one in told if one.endswith("not kept.")]
    if unkept:
        raise Unknown(f"{unkept[0].removesuffix('.')} here, so all of it is left.", "")


def check_whole(said: Sequence[Sentence], lost: Sequence[str]) -> None:
    """Raises Unknown where a part of a sentence was understood, and another was not."""
    for sentence in said:
        inner = [one for one in lost if one in sentence.text and not _is_all(one, sentence)]
        if inner:
            raise Unknown(f"{listing([quoted(one) for one in inner])} was not understood.", "")


def _is_all(lost: str, sentence: Sentence) -> bool:
    return len(lost.split()) >= len(sentence.text.split()) - 1


def _is_account(contract: Contract, one: Resource) -> bool:
    return contract.accounts is not None and contract.accounts.resource == one.name


def _asks(clause: Clause, one: Resource) -> bool:
    """Whether a clause asks for a resource: `also keep publishers`, `publishers have a name`."""
    lows = [low for low in clause.words.lows if low not in words().determiners]
    last = one.name.rpartition("_")[2]
    at = next((at for at, low in enumerate(lows) if singular(low) in (last, one.name)), None)
    if at is None:
        return False
    before = set(lows[:at])
    if lows[at - 1].isdigit() and at:
        return False  # `books have at most 20 vouchers` says how many, not what there is
    if before & _ASKING and not before & words_of("remove"):
        return not {"to", "for", "on", "of", "in"} & before
    following = lows[at + 1 : at + 2]
    looked = at == 1 and "list" in actions_of(lows[0])  # `list the episodes of a station`
    return at <= 1 and not looked and bool(set(following) & (_DECLARING | {"for", "on", "of"}))


def _not_there(one: Resource, old: Contract) -> Unknown:
    why = unknown(spaced(one.plural), (each.name for each in old.resources))
    keep = f'To have them, say "also keep {spaced(one.plural)} with ..." and what they have.'
    return Unknown(why.what, keep if "mean" not in why.hint else why.hint, sure=True)


def _check_accounts(old: Contract, new: Contract, said: Sequence[Clause]) -> None:
    if old.accounts is not None or new.accounts is None:
        return
    lows = {low for one in said for low in one.words.lows}
    closed = [one.name for one in new.resources if not _is_account(new, one)]
    same = all(
        one.access == new.resource(one.name).access for one in old.resources if one.name in closed
    )
    if not lows & _ACCOUNT or "only" in lows or (same and {"can", "may", "must"} & lows):
        raise Unknown(
            "it is not clear who may do what with which rows.",
            f'Say it with their names, such as "only logged-in users can create '
            f'{spaced(next((one.plural for one in old.resources), "rows"))}".',
        )


def _check_kept(old: Contract, new: Contract) -> None:
    gone = [
        one.part
        for one in changes(old, new)
        if one.kind == "removed" and ("/fields/" in one.part or one.part.count("/") == 1)
    ]
    if gone:
        names = [spaced(one.rpartition("/")[2]) for one in gone]
        raise Unknown(
            f"{listing(names)} would go, which was not said.",
            'Say what is to go, such as "remove the ' + names[0] + '".',
        )


def _check_narrowed(old: Contract, new: Contract, said: Sequence[Clause]) -> None:
    """Lists go by what is there: a filter asks for no field that is not."""
    lows = {low for one in said for low in one.words.lows}
    if not lows & _NARROWING or lows & _ASKING - {"have", "support", "handle", "make"}:
        return
    for one in old.resources:
        names = [field.name for field in one.fields]
        fresh = [field.name for field in new.resource(one.name).fields if field.name not in names]
        if fresh:
            raise unknown(spaced(fresh[0].removesuffix("_id")), names, one.plural)


def _check_named(old: Contract, new: Contract, said: Sequence[Clause]) -> None:
    """An order that names fields is about them: what comes of it touches one of them."""
    touched: set[str] = set()
    for one in changes(old, new):
        touched |= {*one.part.split("/"), *one.was.split("/")}
        touched |= _said_in(one.old) ^ _said_in(one.new)
    for clause in said:
        if clause.words.lows[0] not in words_of("verbs"):
            continue
        named = {
            field.name
            for one in old.resources
            for field in one.fields
            if re.search(rf"\b{re.escape(spaced(field.name))}\b", clause.words.low)
        }
        if named and not named & touched:
            raise Unknown(
                f"only a part of it was understood, and that not of {quoted(min(named))}.",
                "Say each change in a sentence of its own.",
            )


def _said_in(value: Json) -> set[str]:
    """The names within a part, those of a path (`product_id.category`) each for itself."""
    if isinstance(value, str):
        return set(value.split("."))
    if is_object(value):
        return {name for one in value.values() for name in _said_in(one)}
    held = cast("list[Json]", value) if isinstance(value, list) else []
    return {name for one in held for name in _said_in(one)}


def _check_flags(old: Contract, new: Contract, said: Sequence[Clause]) -> None:
    """What something should be is rarely a truth about each row."""
    known = {(one.name, field.name) for one in old.resources for field in one.fields}
    for clause in said:
        if not re.search(r"(?:should|must|shall|to|ought to) (?:\w+ )?be ", clause.words.low):
            continue
        if {"flag", "flagged", "marked", "or"} & set(clause.words.lows):
            continue
        for one in new.resources:
            for field in one.fields:
                fresh = (one.name, field.name) not in known and isinstance(field.kind, Boolean)
                if fresh and field.name.removeprefix("is_") in clause.words.lows:
                    raise Unknown(
                        f"it is not clear what {quoted(spaced(field.name))} should do.",
                        f'If it is true or not of each, say "add a {spaced(field.name)} flag to '
                        f'{spaced(one.plural)}".',
                    )
