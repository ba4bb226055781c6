"""What is said about a field or a state apart from the list of fields of a thing."""

from collections.abc import Iterator, Sequence

from smartforge.contract import Boolean, Choice, Decimal, Integer, Text
from smartforge.contract.names import plural, quoted, singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.bounds import read_bounds
from smartforge.planners.offline.draft import Draft, Remark, Thing
from smartforge.planners.offline.fieldkinds import kind_of_name
from smartforge.planners.offline.items import Item, listed
from smartforge.planners.offline.limits import apply
from smartforge.planners.offline.phrases import Attribute, read_attribute
from smartforge.planners.offline.relations import belongs
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.usual import usual_attributes
from smartforge.planners.offline.vocabulary import words

_MODALS = word_set(
    """
    can may could might must should is are gets get
    """
)
_SAYING = word_set(
    """
    is are must should shall go goes range ranges has needs need may can cannot can't
    defaults default to starts
    """
)
_NUMBERS = (Integer, Decimal)
# States that are what an operation does, and none that a field would hold.
_DONE_BY_OPERATIONS = word_set(
    """
    created added edited updated deleted removed listed viewed searched filtered sorted
    uploaded downloaded managed found used accessed seen retrieved changed modified rated
    shared linked booked ordered saved stored fetched browsed grouped called reached handled
    rejected refused prevented based ignored generated made given taken sent received
    registered tracked tagged needed allowed renamed addressed assigned protected limited
    validated returned
    """
)
_FORCES = word_set(
    """
    marked set flagged as to be either also then or
    """
)


def read_remark(draft: Draft, item: Item, subject: Thing | None) -> bool:
    """Whether `item` says something about a field or a state; then it is in the draft."""
    return (
        _arrows(draft, item, subject)
        or belongs(draft, item, subject)
        or _about_field(draft, item)
        or _can_be(draft, item, subject)
        or _state_verb(draft, item)
    )


def settle(draft: Draft) -> None:
    """Apply what was said about fields to the fields; everything else has been read."""
    for remark in draft.remarks:
        owners = list(_owners(draft, remark.name))
        if not owners:
            draft.note(f"{quoted(remark.said)} was not used: no such field was found.")
        for thing, name in owners:
            known = thing.attributes.get(name)
            said = read_attribute(
                Item([_word(name), _COLON, *remark.about], remark.inner, "", remark.choices)
            )
            if said is None:
                continue
            if known is None:
                thing.attributes[name] = said
            else:
                _merge(known, said, remark)


def _merge(known: Attribute, said: Attribute, remark: Remark) -> None:
    """Let what was said later change what was said before, and nothing else."""
    bounds = read_bounds(remark.about)
    if remark.choices or (bounds.numeric and not isinstance(known.kind, Integer | Decimal)):
        known.kind = said.kind
    else:
        known.kind, known.complaint = apply(known.kind, bounds)
    known.required = known.required if said.required is None else said.required
    known.default = said.default or known.default
    known.unique = known.unique or said.unique


def _take_usual(thing: Thing, names: tuple[str, ...]) -> None:
    """Let a usual field of a thing become one that can be changed."""
    if thing.listed:
        return
    for usual in usual_attributes(thing.name):
        if usual.name in names and usual.name not in thing.attributes:
            thing.attributes[usual.name] = usual


def _owners(draft: Draft, name: str) -> Iterator[tuple[Thing, str]]:
    """The things that have the field `name`, or that `name` begins with (`review_rating`)."""
    for thing in draft.things.values():
        _take_usual(thing, (name, singular(name)))
        for one in (name, singular(name)):
            if one in thing.attributes:
                yield thing, one
                break
        else:
            counted = [one for one in thing.attributes if one.startswith(f"{name}_")]
            if len(counted) == 1 and isinstance(thing.attributes[counted[0]].kind, _NUMBERS):
                yield thing, counted[0]  # pages read
            for prefix in (f"{thing.name}_", f"{plural(thing.name)}_"):
                if name.startswith(prefix):
                    yield thing, singular(name.removeprefix(prefix))


def _arrows(draft: Draft, item: Item, subject: Thing | None) -> bool:
    """`tickets go open -> in progress -> closed`: the states of a thing."""
    lows = item.lows
    if "->" not in lows:
        return False
    phrase, rest = nounphrases.leading(item.tokens)
    thing = subject or draft.last
    if rest and rest[0].low in (
        "go",
        "goes",
        "move",
        "moves",
        "change",
        "changes",
        "flow",
        "flows",
    ):
        if nounphrases.is_thing(phrase):
            thing = draft.declare(phrase, "strong")
        rest = [token for token in rest[1:] if token.low not in ("from", ":", "through")]
    else:
        first = lows.index("->")
        if lows.count("->") < 2 and not {"status", "state", "stage"} & set(lows):
            return False
        rest = item.tokens[max(0, first - 2) :]
    values = listed(rest)
    if thing is None or len(values) < 2:
        return False
    kind = Choice(tuple(value[:100].strip() for value in values[:100]))
    draft.add(thing, Attribute("status", kind, item.said, required=False, default=values[0]))
    return True


def _about_field(draft: Draft, item: Item) -> bool:
    """`ratings go from 1 to 5`, `the title is required`: kept until every field is known."""
    phrase, rest = nounphrases.leading(item.tokens)
    if rest and rest[0].low == "of":
        owner, rest = nounphrases.leading(rest[1:])
        phrase = [*owner, *phrase]
    if not phrase or not rest or rest[0].low not in _SAYING:
        return False
    name = snake(" ".join(token.text for token in phrase))
    field = singular(name.rpartition("_")[2])
    known = kind_of_name(field) is not None or any(
        field in thing.attributes or name in thing.attributes for thing in draft.things.values()
    )
    bounds = read_bounds(rest)
    says = bounds.numeric or bounds.length or bounds.required is not None or bounds.default
    if not known or not (says or item.choices) or name in draft.things:
        return False
    draft.remarks.append(Remark(name, item.said, list(rest), item.inner, item.choices))
    draft.effects += 1
    return True


def _can_be(draft: Draft, item: Item, subject: Thing | None) -> bool:
    """`can be done or not done`, `may be archived`, `can be public or private`."""
    lows = item.lows
    place = next((at for at, low in enumerate(lows) if low in _MODALS), None)
    if place is None or (
        lows[place : place + 2] not in (["is", "either"],)
        and "be" not in lows[place + 1 : place + 3]
        and not item.choices
        and not (place == 0 and lows[0] == "is")
    ):
        return False
    if place and lows[place - 1] in ("which", "that", "who") and place > 1:
        return False
    rest = list(item.tokens[place + 1 :])
    while rest and rest[0].low in _FORCES:
        rest.pop(0)
    attribute = _state(rest, item)
    left = nounphrases.trailing(item.tokens[:place])
    thing = subject or draft.last
    if attribute is not None and nounphrases.is_thing(left):
        if not (nounphrases.is_common(left) or draft.find(nounphrases.noun_of(left))):
            return False
        thing = draft.declare(left, "strong")
    if attribute is None or thing is None:
        return False
    draft.add(thing, attribute)
    return True


def _state(rest: Sequence[Token], item: Item) -> Attribute | None:
    """The field that holds a state such as `done` or `open, closed`."""
    if item.choices:
        values = item.choices
        if len(values) == 2 and values[1].lower() == f"not {values[0].lower()}":
            return Attribute(snake(values[0]), Boolean(), item.said, required=False)
        shown = {value.lower() for value in values} <= {
            "public",
            "private",
            "unlisted",
            "visible",
            "hidden",
        }
        kind = Choice(tuple(value[:100].strip() for value in values[:100]))
        name = "visibility" if shown else "status"
        return Attribute(name, kind, item.said, required=False, default=values[0])
    if not rest or not rest[0].word or rest[0].low in _DONE_BY_OPERATIONS:
        return _assigned(rest, item)
    if rest[0].low in ("either", "not") and len(rest) > 1:
        rest = rest[1:]
    name = snake(rest[0].text)
    if [token.low for token in rest[1:]] in (["or", "not"], ["or", "not", rest[0].low]):
        return Attribute(name, Boolean(), item.said, required=False)
    alone = len(rest) == 1 or rest[1].low in ("or", "and", "by", "at", "when", "as")
    if alone and isinstance(kind_of_name(name), Boolean):
        return Attribute(name, Boolean(), item.said, required=False)
    return None


def _assigned(rest: Sequence[Token], item: Item) -> Attribute | None:
    lows = [token.low for token in rest]
    if lows[:2] == ["assigned", "to"]:
        return Attribute("assignee", Text(1, 200), item.said, required=False)
    return None


def _state_verb(draft: Draft, item: Item) -> bool:
    """`archive them`, `mark them as read`: a state that is a truth value, false at first."""
    lows = item.lows
    for place, low in enumerate(lows[:-1]):
        name = _marked(item, place) or words().states.get(low)
        if name is None or (place and lows[place - 1] not in ("to", "can", "and", "also", "or")):
            continue
        phrase, _ = nounphrases.leading(item.tokens[place + 1 :])
        thing = draft.last
        if nounphrases.is_thing(phrase):
            thing = draft.find(singular(snake(" ".join(one.text for one in phrase))))
        elif lows[place + 1] not in ("them", "it", "those", "these"):
            thing = None
        if thing is not None:
            draft.add(thing, Attribute(name, Boolean(), item.said, required=False))
            return True
    return False


def _marked(item: Item, place: int) -> str | None:
    """`read` of `mark them as read`; None where nothing is marked, or as no truth value."""
    lows = item.lows
    if lows[place] not in ("mark", "flag", "set") or "as" not in lows[place + 1 : -1]:
        return None
    name = snake(item.tokens[lows.index("as", place) + 1].text)
    return name if isinstance(kind_of_name(name), Boolean) else None


_COLON = Token(":", ":", 0, 0)


def _word(name: str) -> Token:
    return Token(name, name, 0, 0, word=True, literal=True)
