"""Plain English to a contract by rules: no model, no network, the same prompt the same contract."""

import functools
import re
from collections.abc import Sequence

import anyio.to_thread
import msgspec

from smartforge.contract import Choice, validate
from smartforge.contract.names import plural, quoted, snake
from smartforge.planners.base import NOT_UNDERSTOOD, Planned, PlanRequest
from smartforge.planners.offline import (
    features,
    languages,
    links,
    naming,
    pasted,
    people,
    remarks,
    trades,
    unclear,
    wording,
)
from smartforge.planners.offline.accounts import Account
from smartforge.planners.offline.assembly import assemble
from smartforge.planners.offline.draft import Draft, a
from smartforge.planners.offline.fallback import find_anything
from smartforge.planners.offline.features import recipes
from smartforge.planners.offline.followup import follow
from smartforge.planners.offline.origins import Witness
from smartforge.planners.offline.prompt import Prompt
from smartforge.planners.offline.reading import read_claimed
from smartforge.planners.offline.sketch import Claims, Sketch
from smartforge.planners.offline.soundly import settle_soundness
from smartforge.planners.offline.telling import understood
from smartforge.planners.offline.tokens import Sentence, sentences
from smartforge.planners.offline.wishing import find_wishes, is_wish
from smartforge.planners.unchanged import check_changed

# Together well below what one event of the log may hold.
MAX_NOTES = 80
MAX_NOTE = 400
MAX_QUOTED = 300

# Asks for the same once more: where nothing was made yet, there is nothing to change.
_AGAIN = re.compile(
    r"\W*(?:(?:ok|okay|please|just|now|and|then)\W+){0,3}"
    r"(?:(?:try|do|run|make|build|start|generate)\W+)?(?:(?:it|this|that)\W+)?"
    r"(?:again|once more|one more time|retry|continue|go on|go ahead)(?:\W+(?:please|now))?\W*",
    re.IGNORECASE,
)
MAX_AGAIN = 60


class OfflinePlanner:
    """Implements `planners.base.Planner`. Deterministic, stateless, safe to share."""

    async def plan(self, request: PlanRequest) -> Planned:
        """Read the last prompt as an edit of the base; without one, all, each as an edit.

        Raises PromptUnclear, NothingToChange or ContractInvalid. Runs in a thread, since a long
        prompt takes some tenths of a second; cancelling leaves the thread to end by itself.
        """
        planned = functools.partial(_planned, request)
        return await anyio.to_thread.run_sync(planned, abandon_on_cancel=True)


def _planned(request: PlanRequest) -> Planned:
    prompts = tuple(request.prompts)
    if request.base is None:
        return plan(prompts)
    planned = _limited(follow(prompts[-1] if prompts else "", request.base, request.earlier))
    check_changed(planned, request.base)
    return planned


def plan(prompts: tuple[str, ...]) -> Planned:
    """The plan for `prompts`, oldest first; each after the first changes what was planned before.

    Raises PromptUnclear or ContractInvalid.
    """
    planned = _first(prompts[0] if prompts else "")
    for prompt in prompts[1:]:
        if len(prompt) <= MAX_AGAIN and _AGAIN.fullmatch(prompt):
            continue
        planned = follow(prompt, planned.contract)
    return _limited(planned)


def _first(prompt: str) -> Planned:
    """The plan for a prompt that nothing comes before."""
    read = languages.in_english(pasted.told(unclear.checked(prompt)))
    plain = wording.plainly(unclear.readable(read.text))
    text, trade = trades.filled(plain)
    kept, orders = unclear.without_orders(list(sentences(text)))
    kept, computed = recipes.without_recipes(kept)
    claims = Claims(Prompt(tuple(kept)))
    for claim in (naming.claim_named, *links.CLAIMS, *people.CLAIMS, *features.CLAIMS):
        claim(claims)
    draft = _read(claims)
    if read.language:
        draft.note(f"Read from {read.language}, word by word, as: {quoted(plain, MAX_QUOTED)}.")
    if trade:
        draft.title = trade
        draft.note(f"Assumed, as is usual for {a(trade)}: all that the prompt does not say.")
    _check_any(draft, claims.sentences, orders, text, computed=bool(computed.said))
    remarks.settle(draft)
    sketch = Sketch(assemble(draft), claims.prompt, draft)
    recipes.add_recipes(sketch, computed)
    readers = (*features.IMPLIED, *links.READERS, *people.READERS, *features.READERS)
    witness = Witness(prompt)
    for one in sketch.contract.recipes:
        witness.know(f"recipes/{one.name}", computed.said[one.recipe])
    for reader in (*readers, *people.LAST):
        witness.watch(reader, sketch)
    settle_soundness(sketch)
    return _told(sketch, orders, witness)


def _read(claims: Claims) -> Draft:
    """The draft of what is not hidden."""
    draft = Draft(taken=frozenset(claims.schemas))
    read_claimed(draft, claims)
    return draft


def _told(sketch: Sketch, orders: list[str], witness: Witness) -> Planned:
    """The plan with what the user is told: what was understood, what cannot be made, the rest."""
    draft = sketch.draft
    left = [sketch.untaken(place) for place in range(len(sketch.sentences))]
    unmade = find_wishes(left, _named(draft))
    not_made = tuple({one.name: one for one in (*sketch.not_made, *unmade.callable)}.values())
    contract = validate(msgspec.structs.replace(sketch.contract, not_made=not_made))
    operations = (*(one.summary for one in sketch.not_made), *unmade.operations)
    notes = [*understood(sketch), *draft.notes, *sketch.notes, *unmade.notes]
    notes += [_not_used(said) for said in orders]
    passed = [entry for entry in draft.passed if not (is_wish(entry) or sketch.knows(entry))]
    notes += [_not_understood(entry.text) for entry in passed]
    account = Account(contract, [*notes, *operations])
    lost = [_not_understood(said) for one in left for said in account.open_words(one)]
    return Planned(
        contract=contract,
        notes=(*notes, *lost),
        operations_not_made=operations,
        origins=witness.origins(sketch, contract),
    )


def _named(draft: Draft) -> frozenset[str]:
    """The words that name the things and fields of `draft`, or are told of elsewhere."""
    names = [name for thing in draft.chosen() for name in (thing.name, *thing.attributes)]
    names += [thing.name.rpartition("_")[2] for thing in draft.chosen()]
    names += [
        snake(value)
        for thing in draft.chosen()
        for one in thing.attributes.values()
        if isinstance(one.kind, Choice)
        for value in one.kind.values
    ]
    told = ("unique", "uniquely") if _any_unique(draft) else ()
    return frozenset([*told, *(word for name in names for word in (name, plural(name)))])


def _any_unique(draft: Draft) -> bool:
    """Whether a field is to be unique, so that a note about it says so already."""
    return any(one.unique for thing in draft.chosen() for one in thing.attributes.values())


def _check_any(
    draft: Draft, kept: Sequence[Sentence], orders: list[str], text: str, *, computed: bool
) -> None:
    """Raises PromptUnclear where nothing was found, after a last look for common nouns."""
    pages = unclear.wants_pages(kept)
    strong = any(thing.strength == "strong" for thing in draft.things.values())
    if pages and not (strong and (unclear.names_an_api(kept) or "," not in pages)):
        raise unclear.no_pages(text, pages)
    program = unclear.wants_program(kept)
    told = any(thing.attributes for thing in draft.things.values())
    if computed and not draft.things:
        return
    if program and not told and not unclear.names_an_api(kept):
        raise unclear.no_program(text, program)
    if not draft.things:
        find_anything(draft, kept)
    if not draft.things:
        if orders:
            raise unclear.only_orders(orders[0])
        raise unclear.nothing_found(text, find_wishes(kept).operations)


def _not_used(said: str) -> str:
    return f"{quoted(said)} was not used: it does not describe an API."


def _not_understood(said: str) -> str:
    return f"{NOT_UNDERSTOOD} {quoted(said, MAX_QUOTED)}."


def _limited(planned: Planned) -> Planned:
    """The plan with notes without repetitions, each short, and no more than the log may hold."""
    notes = [one if len(one) <= MAX_NOTE else f"{one[:MAX_NOTE]}…" for one in planned.notes]
    unique = tuple(dict.fromkeys(notes))
    rest = len(unique) - MAX_NOTES
    told = unique if rest <= 0 else (*unique[:MAX_NOTES], f"and {rest} more notes.")
    return msgspec.structs.replace(planned, notes=told)
