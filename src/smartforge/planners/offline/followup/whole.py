"""What a follow-up says as a first prompt would say it: read on top of what is there."""

from collections.abc import Sequence

import msgspec

from smartforge.contract import (
    Boolean,
    Code,
    Contract,
    Field,
    Reference,
    References,
    Resource,
    Slug,
)
from smartforge.contract.names import quoted, singular, spaced
from smartforge.contract.names import words as name_words
from smartforge.planners.merging import merged
from smartforge.planners.offline import features, links, people, remarks
from smartforge.planners.offline.accounts import Account
from smartforge.planners.offline.assembly import assemble
from smartforge.planners.offline.draft import Draft, Thing, a, listing
from smartforge.planners.offline.followup.kinds.shaping import optional
from smartforge.planners.offline.phrases import Attribute
from smartforge.planners.offline.prompt import Prompt
from smartforge.planners.offline.reading import read_claimed
from smartforge.planners.offline.sketch import Claims, Sketch
from smartforge.planners.offline.telling import kind_in_words
from smartforge.planners.offline.tokens import Sentence
from smartforge.planners.offline.vocabulary import words
from smartforge.planners.offline.wishing import find_wishes

MAX_QUOTED = 300


class Outcome(msgspec.Struct, frozen=True):
    """The contract with what was read, what to tell, what cannot be made, what was not read."""

    contract: Contract
    told: tuple[str, ...]
    not_made: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    subject: str = ""


def read_whole(
    contract: Contract, sentences: Sequence[Sentence], subject: str = "", only_new: bool = False
) -> Outcome:
    """`contract` with what `sentences` say; what they do not name stays as it is.

    With `only_new`, so do all fields that are there.
    """
    after, before = _composed(contract, sentences, subject), _composed(contract, (), subject)
    wide = merged(contract, before.contract, after.contract)
    made = _narrowed(contract, wide, _spoken(sentences, subject))
    made = _softened(contract, made, sentences)
    if only_new:
        made = _as_they_were(contract, made)
    left = [after.untaken(place) for place in range(len(after.sentences))]
    named = frozenset(name for one in made.resources for name in (one.name, one.plural))
    unmade = find_wishes(
        left, named | {field.name for one in made.resources for field in one.fields}
    )
    same = [one.plural for one in contract.resources if one == made.resource(one.name)]
    told = [*_added(contract, made), *_new(before, after, same)]
    not_made = {one.name: one for one in (*made.not_made, *after.not_made, *unmade.callable)}
    made = msgspec.structs.replace(made, not_made=tuple(not_made.values()))
    operations = (*(one.summary for one in after.not_made), *unmade.operations)
    told += unmade.notes
    account = Account(made, [*told, *operations])
    lost = [said for one in left for said in account.open_words(one)]
    lost += [one.text for one in after.draft.passed if not after.knows(one)]
    return Outcome(
        made, tuple(told), operations, tuple(dict.fromkeys(lost)), _subject(contract, made)
    )


def _composed(contract: Contract, said: Sequence[Sentence], subject: str) -> Sketch:
    """The contract that the readers of prompts make of `contract` and what is said."""
    claims = Claims(Prompt(tuple(said)))
    for claim in (*links.CLAIMS, *people.CLAIMS, *features.CLAIMS):
        claim(claims)
    draft = _known(contract, subject)
    draft.taken = frozenset(claims.schemas)
    read_claimed(draft, claims)
    remarks.settle(draft)
    base = assemble(_known(contract, subject))
    sketch = Sketch(merged(contract, base, assemble(draft)), claims.prompt, draft)
    about_people = people.READERS if contract.accounts is None else ()
    for reader in (*features.IMPLIED, *links.READERS, *about_people, *features.READERS):
        reader(sketch)
    return sketch


def _known(contract: Contract, subject: str) -> Draft:
    """A draft in which everything of `contract` has been named before."""
    draft = Draft(prompt=1, title=contract.title)
    for one in contract.resources:
        thing = Thing(one.name, spaced(one.plural), "strong", listed=True, actions=one.actions)
        for field in one.fields:
            if not isinstance(field.kind, Reference | References | Slug | Code):
                thing.attributes[field.name] = _attribute(field)
        draft.things[one.name] = thing
    draft.last = draft.things.get(subject)
    return draft


def _attribute(field: Field) -> Attribute:
    default = None if field.default is None or isinstance(field.default, list) else field.default
    return Attribute(
        field.name,
        field.kind,
        spaced(field.name),
        required=field.required,
        default=None if default is None else str(default),
        unique=field.unique,
        typed=True,
    )


# ---- what stays ------------------------------------------------------------------------------


def _spoken(sentences: Sequence[Sentence], subject: str) -> str:
    """All that was said, and what "it" stands for, as words between underscores."""
    said = " ".join(token.text for one in sentences for token in one.tokens)
    return f"_{'_'.join(_parts(said))}_{subject}_"


def _parts(text: str) -> list[str]:
    return [each for word in name_words(text) for each in dict.fromkeys((word, singular(word)))]


def _narrowed(old: Contract, new: Contract, spoken: str) -> Contract:
    """`new`, but resources of `old` that were not spoken of as they were."""
    known = {one.name: one for one in old.resources}
    everything = any(f"_{word}_" in spoken for word in ("everything", "all", "every"))
    resources = tuple(
        one
        if one.name not in known or everything or _is_spoken_of(known[one.name], spoken)
        else known[one.name]
        for one in new.resources
    )
    return msgspec.structs.replace(new, resources=resources, title=old.title)


def _is_spoken_of(one: Resource, spoken: str) -> bool:
    last = one.name.rpartition("_")[2]
    names = [last, one.plural, *(field.name.removesuffix("_id") for field in one.fields)]
    return any(f"_{name}_" in spoken for name in names)


def _softened(old: Contract, new: Contract, sentences: Sequence[Sentence]) -> Contract:
    """`new` with fields that rows of `old` do not have as optional, unless required was said."""
    lows = {token.low for one in sentences for token in one.tokens}
    if lows & words().required:
        return new
    known = {one.name: {field.name for field in one.fields} for one in old.resources}
    return msgspec.structs.replace(
        new,
        resources=tuple(
            msgspec.structs.replace(
                one,
                fields=tuple(
                    _soft(field) if field.name not in known[one.name] else field
                    for field in one.fields
                ),
            )
            if one.name in known
            else one
            for one in new.resources
        ),
    )


def _soft(field: Field) -> Field:
    if not field.required:
        return field
    made = optional(field)
    kind = made.kind
    if isinstance(kind, Reference) and kind.on_delete == "restrict":
        made = msgspec.structs.replace(made, kind=msgspec.structs.replace(kind, on_delete="clear"))
    return made


def _as_they_were(old: Contract, new: Contract) -> Contract:
    """`new` with the fields of `old` as they were: what is added changes nothing else."""
    known = {(one.name, field.name): field for one in old.resources for field in one.fields}
    return msgspec.structs.replace(
        new,
        resources=tuple(
            msgspec.structs.replace(
                one, fields=tuple(known.get((one.name, each.name), each) for each in one.fields)
            )
            for one in new.resources
        ),
    )


# ---- what is told ----------------------------------------------------------------------------


def _new(before: Sketch, after: Sketch, same: Sequence[str]) -> list[str]:
    """What reading has told; what it assumes of access, or of what stays the `same`, is left."""
    known = {*before.notes, *before.draft.notes}
    told = [one for one in (*after.draft.notes, *after.notes) if one not in known]
    unkept = ("Assumed, since nothing is said", *(f"Assumed for {spaced(one)}," for one in same))
    return [one for one in told if not one.startswith(unkept)]


def _added(old: Contract, new: Contract) -> list[str]:
    """A sentence for every resource that is new, and for every one with new fields."""
    known = {one.name: one for one in old.resources}
    told: list[str] = []
    for one in new.resources:
        before = known.get(one.name)
        if before is None:
            fields = listing([_field(field) for field in one.fields])
            told.append(f"New: {spaced(one.plural)}, at {one.path}, with {fields}.")
            continue
        names = {field.name: field for field in before.fields}
        fresh = [_field(field) for field in one.fields if field.name not in names]
        if fresh:
            told.append(f"{spaced(one.plural).capitalize()} now have {listing(fresh)}.")
        for field in one.fields:
            if field.name in names and names[field.name] != field:
                what = f"{spaced(field.name).capitalize()} of {spaced(one.plural)}"
                told.append(f"{what} is now {_about(field)}.")
        gone = [spaced(name) for name in names if all(name != each.name for each in one.fields)]
        if gone:
            told.append(
                f"{listing(gone).capitalize()} of {spaced(one.plural)} is now kept so no more."
            )
    return told


def _field(field: Field) -> str:
    return f"{spaced(field.name)} ({_about(field)})"


def _about(field: Field) -> str:
    kind = field.kind
    if isinstance(kind, Reference | References):
        many = isinstance(kind, References)
        about = (
            f"references to {spaced(kind.resource)}"
            if many
            else f"a reference to {a(spaced(kind.resource))}"
        )
    else:
        about = kind_in_words(field)
    default = (
        ""
        if field.default in (None, [], False)
        else f", {quoted(str(field.default))} where nothing is sent"
    )
    more = "" if field.required or default or isinstance(kind, Boolean) else ", optional"
    unique = ", unique" if field.unique else ""
    return f"{about}{more}{default}{unique}"


def _subject(old: Contract, new: Contract) -> str:
    known = {one.name: one for one in old.resources}
    changed = [one.name for one in new.resources if known.get(one.name) != one]
    return changed[0] if changed else ""
