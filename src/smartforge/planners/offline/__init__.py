"""Plain English to a contract by rules: no model, no network, the same prompt the same contract."""

import anyio.to_thread

from smartforge.contract import Choice
from smartforge.contract.names import plural, quoted, snake
from smartforge.planners.base import Planned, PlanRequest
from smartforge.planners.offline import remarks, unclear
from smartforge.planners.offline.accounts import Account
from smartforge.planners.offline.assembly import assemble
from smartforge.planners.offline.draft import Draft
from smartforge.planners.offline.fallback import find_anything
from smartforge.planners.offline.reading import Reading
from smartforge.planners.offline.tokens import Sentence, sentences
from smartforge.planners.offline.wishing import find_wishes, is_wish

# Together well below what one event of the log may hold.
MAX_NOTES = 80
MAX_NOTE = 400
MAX_QUOTED = 300


class OfflinePlanner:
    """Implements `planners.base.Planner`. Deterministic, stateless, safe to share."""

    async def plan(self, request: PlanRequest) -> Planned:
        """Read all prompts together, the later ones adding to or overriding the earlier ones.

        Raises PromptUnclear or ContractInvalid. Runs in a thread, since a long prompt takes
        some tenths of a second; cancelling leaves the thread to end by itself.
        """
        prompts = tuple(request.prompts)
        return await anyio.to_thread.run_sync(plan, prompts, abandon_on_cancel=True)


def plan(prompts: tuple[str, ...]) -> Planned:
    """The plan for `prompts`, oldest first. Raises PromptUnclear or ContractInvalid."""
    texts = [unclear.checked(prompt) for prompt in prompts or ("",)]
    draft = Draft()
    kept: list[Sentence] = []
    orders: list[str] = []
    for number, text in enumerate(texts):
        draft.prompt = number
        wanted, left_out = unclear.without_orders(list(sentences(text)))
        orders += left_out
        reading = Reading(draft)
        for sentence in wanted:
            reading.read(sentence)
        kept += wanted
    _check_any(draft, kept, orders, texts[-1])
    remarks.settle(draft)
    contract = assemble(draft)
    unmade = find_wishes(kept, _named(draft))
    notes = [*draft.notes, *unmade.notes, *(_not_used(said) for said in orders)]
    notes += [_not_understood(entry.text) for entry in draft.passed if not is_wish(entry)]
    account = Account(contract, [*notes, *unmade.operations])
    lost = [_not_understood(said) for sentence in kept for said in account.open_words(sentence)]
    return Planned(
        contract=contract,
        notes=_limited([*notes, *lost]),
        operations_not_made=unmade.operations,
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


def _check_any(draft: Draft, kept: list[Sentence], orders: list[str], text: str) -> None:
    """Raises PromptUnclear where nothing was found, after a last look for common nouns."""
    pages = unclear.wants_pages(kept)
    strong = any(thing.strength == "strong" for thing in draft.things.values())
    if pages and not (strong and (unclear.names_an_api(kept) or "," not in pages)):
        raise unclear.no_pages(text, pages)
    if not draft.things:
        find_anything(draft, kept)
    if not draft.things:
        if orders:
            raise unclear.only_orders(orders[0])
        raise unclear.nothing_found(text, find_wishes(kept).operations)


def _not_used(said: str) -> str:
    return f"{quoted(said)} was not used: it does not describe an API."


def _not_understood(said: str) -> str:
    return f"Not understood: {quoted(said, MAX_QUOTED)}."


def _limited(notes: list[str]) -> tuple[str, ...]:
    """`notes` without repetitions, each short, and no more than the log may hold."""
    notes = [note if len(note) <= MAX_NOTE else f"{note[:MAX_NOTE]}…" for note in notes]
    unique = tuple(dict.fromkeys(notes))
    rest = len(unique) - MAX_NOTES
    return unique if rest <= 0 else (*unique[:MAX_NOTES], f"and {rest} more notes.")
