"""A follow-up: a prompt that changes a contract, all of it or, where it cannot, nothing."""

import functools
import itertools
import re
from collections.abc import Sequence

import msgspec

from smartforge.contract import Contract, Field, Resource, validate
from smartforge.contract.names import quoted, singular
from smartforge.contract.parts import changes, part_of
from smartforge.errors import ContractInvalid
from smartforge.planners.base import NOT_UNDERSTOOD, Planned
from smartforge.planners.merging import merged
from smartforge.planners.offline import unclear
from smartforge.planners.offline.features import recipes
from smartforge.planners.offline.followup import foreign
from smartforge.planners.offline.followup.clauses import Clause, clauses
from smartforge.planners.offline.followup.doubting import check_asked, check_kept, check_whole
from smartforge.planners.offline.followup.kinds import EDITS
from smartforge.planners.offline.followup.names import resource_in
from smartforge.planners.offline.followup.past import keep_past
from smartforge.planners.offline.followup.permitting import BY_PEOPLE, permit
from smartforge.planners.offline.followup.phrases import readings, words_of
from smartforge.planners.offline.followup.retrying import retrying
from smartforge.planners.offline.followup.rows import about_rows, check_rows
from smartforge.planners.offline.followup.state import Done, Impossible, Scene, Unknown, refusal
from smartforge.planners.offline.followup.tracing import Trace
from smartforge.planners.offline.followup.versions import asked_back, is_remark, restored
from smartforge.planners.offline.followup.whole import read_whole
from smartforge.planners.offline.spending import kept
from smartforge.planners.offline.tokens import Sentence, sentences
from smartforge.planners.offline.vocabulary import words

MAX_QUOTED = 300


# `3 loans at most` as `at most 3 loans`.
_LAST = re.compile(
    r"\b(\d+ (?!and |or |but )[a-z]+) at (?:the )?(most|least)\b(?! \d)", re.IGNORECASE
)


class _Progress(msgspec.Struct):
    """How far a follow-up has been followed; `why` its first unknown clause is no edit."""

    scene: Scene
    told: list[str] = msgspec.field(default_factory=list[str])
    not_made: list[str] = msgspec.field(default_factory=list[str])
    lost: list[str] = msgspec.field(default_factory=list[str])
    settled: dict[str, tuple[str, str]] = msgspec.field(default_factory=dict[str, tuple[str, str]])
    waiting: list[Clause] = msgspec.field(default_factory=list[Clause])
    why: Unknown | None = None
    trace: Trace = msgspec.field(default_factory=Trace)


def follow(prompt: str, base: Contract, earlier: Sequence[Contract] = ()) -> Planned:
    """The plan for `prompt` as an edit of `base`; what it does not speak of stays as it is.

    Deterministic. Raises PromptUnclear, with nothing done, where it names what is not there,
    contradicts itself, orders what is not understood, or would leave no sound contract.
    """
    read = foreign.in_english(unclear.checked(prompt))
    text = _LAST.sub(r"at \2 \1", unclear.readable(read.text))
    kept, orders = unclear.without_orders(list(sentences(text)))
    fresh = _without_was(base)
    kept, computed = recipes.without_recipes(kept, functools.partial(_of_rows, fresh))
    said = list(clauses(kept, fresh))
    if not said and not (computed.said or computed.dropped or computed.notes):
        raise unclear.only_orders(orders[0] if orders else prompt)
    back = asked_back(said) if said else None
    if back is not None:
        if not all(is_remark(one) for one in said):
            raise refusal(prompt, "going back is a step of its own.", "Say only that first.")
        return restored(back, base, earlier)
    before, fields_before = _before(base, earlier)
    progress = _Progress(Scene(fresh, fresh, before=before, fields_before=fields_before))
    if read.language:
        progress.told.append(
            f"Read from {read.language}, word by word, as: {quoted(read.text, MAX_QUOTED)}."
        )
    changed, told = recipes.with_recipes(fresh, computed)
    progress.scene = msgspec.structs.replace(progress.scene, contract=changed)
    progress.told += told
    asked = [*computed.said.values(), *computed.dropped.values()]
    progress.trace.changed(fresh, changed, asked)
    for clause in said:
        _follow(progress, clause)
    _read_waiting(progress)
    return _planned(progress, prompt, orders)


def _of_rows(contract: Contract, sentence: Sentence) -> bool:
    """Whether something is asked for of rows: `add a vat to beers` is no computation."""
    lows = [token.low for token in sentence.tokens if token.low not in words().determiners]
    return any(
        low in _OF and resource_in(contract, following) is not None
        for low, following in itertools.pairwise(lows)
    )


_OF = frozenset(("to", "on", "onto", "into"))


def _before(base: Contract, earlier: Sequence[Contract]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The resource and its fields that the follow-up before was about, where it is one alone."""
    found = changes(earlier[-1], base) if earlier else ()
    touched = {part_of(one.part)[0] for one in found} - {""}
    if len(touched) != 1:
        return "", ()
    parted = [part_of(one.part) for one in found if one.kind != "removed"]
    return touched.pop(), tuple((home, name) for home, kind, name in parted if kind == "fields")


def _without_was(base: Contract) -> Contract:
    """`base` as the version that names are counted from."""
    return msgspec.structs.replace(base, resources=tuple(_named_now(one) for one in base.resources))


def _named_now(one: Resource) -> Resource:
    fields: tuple[Field, ...] = tuple(
        msgspec.structs.replace(field, was="") if field.was else field for field in one.fields
    )
    return msgspec.structs.replace(one, fields=fields, was="")


def _follow(progress: _Progress, clause: Clause) -> None:
    """One clause: an order, or left to the reading of prompts. Raises PromptUnclear."""
    if clause.about:
        progress.scene = msgspec.structs.replace(progress.scene, subject=clause.about)
    if progress.waiting and _POINTING & set(clause.words.lows):
        _read_waiting(progress)
    done, why = _edited(progress.scene, clause)
    if done is not None and _names_waiting(progress, clause):
        _read_waiting(progress)
        done, why = _edited(progress.scene, clause)
    if done is None and why is not None and _is_order(clause):
        _read_waiting(progress)
        done, why = _edited(progress.scene, clause)
    if done is None:
        if why is not None and _must_be_edit(progress.scene.contract, clause, why):
            raise refusal(clause.text, why.what, why.hint)
        progress.waiting.append(clause)
        progress.why = progress.why or (why if why and why.sure else None)
        return
    _take(progress, clause, done)


def _points(contract: Contract, clause: Clause) -> bool:
    """Whether a clause is about what was said before: `it`, where it names nothing itself."""
    lows = clause.words.lows
    at = next((at for at, low in enumerate(lows) if low in _POINTING), None)
    return at is not None and not any(
        resource_in(contract, low) for low in lows[:at] if low not in _POINTING
    )


_POINTING = frozenset(("it", "they", "them", "that", "its", "their"))


def _names_waiting(progress: _Progress, clause: Clause) -> bool:
    """Whether a clause ends with the thing with which one that waits begins: `add tags with a
    name, a todo can have many tags`."""
    last = singular(clause.words.lows[-1])
    for one in progress.waiting:
        bare = [singular(low) for low in one.words.lows if low not in words().determiners]
        if bare[:1] and bare[0] in _ADDING and last in bare[1:2]:
            return resource_in(progress.scene.contract, last) is None
    return False


# What is said in so many ways that patterns know it better than phrases do.
_BY_PATTERN = (retrying, keep_past)


def _edited(scene: Scene, clause: Clause) -> tuple[Done | None, Unknown | None]:
    """What the first order that fits makes of the scene, and why the first that nearly fits
    does not."""
    why: Unknown | None = None
    if _EXCEPTING & set(clause.words.lows):
        return None, Unknown(
            "exceptions are not understood.", "Say each part on its own.", sure=True
        )
    for read in _BY_PATTERN:
        try:
            done = read(scene, clause)
        except Impossible as error:
            raise refusal(clause.text, error.what, error.hint) from error
        if done is not None:
            return done, None
    for kind, slots in readings(clause.words):
        try:
            edit = BY_PEOPLE.get(kind) or EDITS.get(kind)
            done = edit(scene, slots) if edit else None
        except Impossible as error:
            raise refusal(clause.text, error.what, error.hint) from error
        except Unknown as error:
            why = error if why is None or (error.sure and not why.sure) else why
            continue
        if done is not None:
            return done, None
    try:
        done = permit(scene, clause)
    except Impossible as error:
        raise refusal(clause.text, error.what, error.hint) from error
    except Unknown as error:
        return None, error if why is None or "only" in clause.words.lows else why
    return done, why


_EXCEPTING = frozenset(("except", "unless", "excluding", "besides"))


def _is_order(clause: Clause) -> bool:
    return clause.words.lows[0] in words_of("verbs")


_ADDING = frozenset(("add", "keep", "include", "introduce", "create", "store", "track", "let"))


def _must_be_edit(contract: Contract, clause: Clause, why: Unknown) -> bool:
    """Whether a clause can only be about what is there, so that nothing else is tried."""
    lows = clause.words.lows
    if lows[0] in _ADDING:
        return why.sure and bool({"to", "into", "onto"} & set(lows))
    return _is_order(clause) or _points(contract, clause)


def _take(progress: _Progress, clause: Clause, done: Done) -> None:
    for key, value in done.settled:
        before = progress.settled.get(key)
        if before is not None and before[0] != value:
            raise refusal(
                clause.text,
                f"it contradicts {quoted(before[1], 120)}.",
                "Say which of them counts.",
            )
        _check_kept(progress, key, value, clause.text)
        progress.settled[key] = (value, clause.text)
    scene = progress.scene
    progress.scene = msgspec.structs.replace(
        scene,
        contract=done.contract,
        subject=done.subject or scene.subject,
        fields=done.fields if done.subject or done.fields else scene.fields,
    )
    progress.told += done.told
    progress.trace.changed(scene.contract, done.contract, [clause.text])
    if done.read_on:
        _read_each(progress, clause, done.read_on)


def _check_kept(progress: _Progress, key: str, value: str, text: str) -> None:
    """Raises PromptUnclear where what is to go was just changed, as a whole or a part of it."""
    if value != "gone":
        return
    for known, (other, said) in progress.settled.items():
        if known.startswith((f"{key}.", f"{key} ")) and other != "gone":
            raise refusal(text, f"it contradicts {quoted(said, 120)}.", "Say which of them counts.")


def _read_each(progress: _Progress, clause: Clause, texts: Sequence[str]) -> None:
    """Read `texts` each by itself on top of what is there now, and take all that comes of it."""
    begun = made = progress.scene.contract
    for text in texts:
        progress.scene = msgspec.structs.replace(progress.scene, contract=begun)
        _read(progress, [clause], list(sentences(text)), ordered=True)
        made = merged(made, begun, progress.scene.contract)
    progress.scene = msgspec.structs.replace(progress.scene, contract=made)


def _read_waiting(progress: _Progress) -> None:
    waiting, progress.waiting = progress.waiting, []
    if waiting:
        ordered = any(_is_order(one) for one in waiting)
        _read(progress, waiting, [one.sentence for one in waiting], ordered)


def _read(
    progress: _Progress, clauses: Sequence[Clause], said: list[Sentence], ordered: bool
) -> None:
    """Let the readers of prompts read `said`, which `clauses` come to.

    Raises PromptUnclear where nothing comes of an order, or something that was not asked for.
    """
    scene = progress.scene
    text = ". ".join(one.text for one in clauses)
    own = any(one.sentence in said for one in clauses)
    try:
        outcome = read_whole(scene.contract, said, scene.subject, only_new=not own)
        changed = outcome.contract != scene.contract
        check_kept(outcome.told)
        if changed:
            check_whole(said, outcome.lost)
            if own:
                check_asked(scene.contract, outcome.contract, clauses)
    except ContractInvalid as error:
        raise refusal(text, f"{'; '.join(error.problems)}.") from error
    except Unknown as error:
        raise refusal(text, error.what, error.hint) from error
    if not changed and outcome.told and not outcome.lost and progress.why is None:
        progress.told += outcome.told  # It is so already, as the sentences tell.
        return
    if not changed and not outcome.not_made:
        if ordered:
            raise refusal(text, "this was not understood.", " ".join(outcome.told[:1]))
        progress.lost.append(text)
        return
    progress.told += outcome.told
    progress.not_made += outcome.not_made
    progress.lost += outcome.lost if changed else [text]
    progress.trace.changed(scene.contract, outcome.contract, [one.text for one in clauses])
    fields = _fresh_fields(scene.contract, outcome.contract)
    for name in _fresh_names(scene.contract, outcome.contract):
        for key, (value, before) in progress.settled.items():
            if value == "gone" and singular(key.rpartition(".")[2]) == name:
                raise refusal(
                    text, f"it contradicts {quoted(before, 120)}.", "Say which of them counts."
                )
    for home, name in fields:
        _settle(progress, f"{home}.{name}", "there", text)
    progress.scene = msgspec.structs.replace(
        scene,
        contract=outcome.contract,
        subject=outcome.subject or scene.subject,
        fields=fields or scene.fields,
    )


def _settle(progress: _Progress, key: str, value: str, text: str) -> None:
    before = progress.settled.get(key)
    if before is not None and before[0] != value:
        raise refusal(
            text, f"it contradicts {quoted(before[1], 120)}.", "Say which of them counts."
        )
    progress.settled[key] = (value, text)


def _fresh_names(old: Contract, new: Contract) -> list[str]:
    known = {one.name for one in old.resources}
    return [one.name for one in new.resources if one.name not in known]


def _fresh_fields(old: Contract, new: Contract) -> tuple[tuple[str, str], ...]:
    known = {(one.name, field.name) for one in old.resources for field in one.fields}
    homes = {one.name for one in old.resources}
    return tuple(
        (one.name, field.name)
        for one in new.resources
        if one.name in homes
        for field in one.fields
        if (one.name, field.name) not in known
    )


def _planned(progress: _Progress, prompt: str, orders: list[str]) -> Planned:
    contract, spending = kept(progress.scene.base, progress.scene.contract)
    progress.trace.changed(progress.scene.contract, contract, [prompt])
    try:
        validate(contract)
    except ContractInvalid as error:
        raise refusal(prompt, f"that cannot be kept: {'; '.join(error.problems[:3])}.") from error
    if contract == progress.scene.base and not (progress.told or progress.not_made):
        why = progress.why or Unknown(
            "this was not understood as a change of this API.", _example(contract)
        )
        raise refusal(prompt, why.what, why.hint)
    base = progress.scene.base
    check_rows(prompt, base, contract)
    notes = [
        *progress.told,
        *spending,
        *about_rows(base, contract),
        *(f"{NOT_UNDERSTOOD} {quoted(one, MAX_QUOTED)}." for one in progress.lost),
    ]
    notes += [f"{quoted(one)} was not used: it does not describe an API." for one in orders]
    return Planned(
        contract=contract,
        notes=tuple(dict.fromkeys(notes)),
        operations_not_made=tuple(dict.fromkeys(progress.not_made)),
        missed=tuple(dict.fromkeys((*progress.lost, *progress.not_made))),
        origins=progress.trace.origins(prompt, contract),
    )


def _example(contract: Contract) -> str:
    if not contract.resources:
        return 'For example: "also keep notes with a title" or "add unit conversion".'
    home = contract.resources[0]
    field = home.fields[0].name.replace("_", " ")
    return (
        f'For example: "add a note to {home.plural.replace("_", " ")}", '
        f'"rename {field} to label", "make {field} optional" or "undo that".'
    )
