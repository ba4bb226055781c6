"""Which resource and which field a few words mean."""

import functools
import re
from collections.abc import Iterator, Sequence

from smartforge.contract import (
    Boolean,
    Choice,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Kind,
    Reference,
    References,
    Resource,
    Slug,
    Text,
    TextList,
    Timestamp,
)
from smartforge.contract.names import plural, singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.features.heard import Heard, hear
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.vocabulary import words

MAX_WORDS = 3

# `invoices: number, client, status ...`: nothing but the fields of what stands before the colon.
_FIELDS = re.compile(r"\A[a-z_]+(?: [a-z_]+)? : (?!.*\b(?:can|may|must|has|have|is|are|should)\b)")

NUMBERS = (Integer, Decimal)
MOMENTS = (Date, Timestamp)

# Words before the name of a field that are no part of it.
_BEFORE = word_set(
    """
    given certain specific particular exact minimum maximum min max their its his her own which
    what either both current
    """
)
_ALIKE = (
    word_set("name title label subject headline"),
    word_set("start starts begin begins from starts_at start_time start_date begins_at check_in"),
    word_set("end ends finish until to ends_at end_time end_date check_out"),
    word_set("status state stage"),
    word_set("username handle login_name"),
    word_set("opens opening opening_time open_time"),
    word_set("closes closing closing_time close_time"),
    word_set("quantity stock qty in_stock stock_quantity quantity_on_hand"),
    word_set("date day on"),
    word_set("author writer"),
    word_set("body content text message"),
    word_set("price cost amount"),
    word_set("rating stars score"),
    word_set("user owner account"),
    word_set("category categories type kind"),
)


def mentions(sketch: Sketch, heard: Heard) -> Iterator[tuple[int, Resource]]:
    """The resources that a sentence names, each with the token at which its name ends."""
    tokens = heard.tokens
    at = 0
    while at < len(tokens):
        for width in range(min(MAX_WORDS, len(tokens) - at), 0, -1):
            parts = [token.text for token in tokens[at : at + width]]
            one = _exactly(sketch, parts) or (_ending(sketch, parts[0]) if width == 1 else None)
            if one is not None:
                at += width - 1
                yield at, one
                break
        at += 1


def _ending(sketch: Sketch, word: str) -> Resource | None:
    """The one resource whose name ends in a word: `posts` where there are blog posts."""
    one = _singular(_snake((word,)))
    found = [each for each in sketch.contract.resources if one and each.name.endswith(f"_{one}")]
    return found[0] if len(found) == 1 else None


def subject(sketch: Sketch, heard: Heard, begin: int, end: int) -> Resource | None:
    """What the words from `begin` to `end` are about: the resource named in them, else that whose
    fields they stand among, the last before them, the first after them, the first of the
    sentences before, or the main one.
    """
    first, last = heard.span(begin, end)
    named = list(mentions(sketch, heard))
    inside = [one for at, one in named if first <= at < last]
    before = [one for at, one in named if at < first and not _is_anothers(heard, at)]
    if inside or named:
        label = None if inside else _FIELDS.match(heard.line[:begin])
        if label and named[0][0] < heard.span(*label.span())[1]:
            return named[0][1]
        return (inside or before[::-1] or [named[0][1]])[0]
    for place in range(heard.place - 1, -1, -1):
        earlier = list(mentions(sketch, hear(place, sketch.sentences[place])))
        if earlier:
            return earlier[0][1]
    return main(sketch)


def _is_anothers(heard: Heard, at: int) -> bool:
    """`a booking belongs to its member`: what goes on is about the booking."""
    return at > 0 and heard.tokens[at - 1].low in ("its", "their")


def having_fields(
    sketch: Sketch, heard: Heard, match: re.Match[str], names: Sequence[str]
) -> Resource | None:
    """What a list of fields is about: the subject of the words, or else what has such fields."""
    meant = subject(sketch, heard, *match.span())
    if meant is None or any(find_field(meant, one) for one in names):
        return meant
    accounts = sketch.contract.accounts
    own = accounts is not None and accounts.resource == meant.name
    here = not own and meant.name in {one.name for _, one in mentions(sketch, heard)}
    if here and any(find_resource(sketch, one) for one in names):
        return meant  # matches can be filtered by team, which they were not said to have
    others = (one for one in sketch.contract.resources if all(find_field(one, n) for n in names))
    return next(others, meant) if names else meant


def main(sketch: Sketch) -> Resource | None:
    """The first resource that is not the accounts."""
    accounts = sketch.contract.accounts
    own = accounts.resource if accounts else ""
    rest = [one for one in sketch.contract.resources if one.name != own]
    return next(iter(rest or sketch.contract.resources), None)


def find_resource(sketch: Sketch, text: str) -> Resource | None:
    """The resource that `text` names: the longest ending of it that does."""
    parts = [one for one in text.split() if one not in words().determiners]
    for begin in range(max(0, len(parts) - MAX_WORDS), len(parts)):
        one = _exactly(sketch, parts[begin:]) or sketch.find(snake(" ".join(parts[begin:])))
        if one is not None:
            return one
    return None


def _exactly(sketch: Sketch, parts: Sequence[str]) -> Resource | None:
    """The resource of exactly that name, in the singular or in the plural."""
    names = tuple((one.name, one.plural) for one in sketch.contract.resources)
    index = _index(names)
    name = _snake(tuple(parts))
    place = index.get(name, index.get(_singular(name)))
    return None if place is None else sketch.contract.resources[place]


@functools.lru_cache(maxsize=16)
def _index(names: tuple[tuple[str, str], ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, pair in enumerate(names):
        for name in pair:
            found.setdefault(name, place)
    return found


@functools.lru_cache(maxsize=4096)
def _snake(parts: tuple[str, ...]) -> str:
    return snake(" ".join(parts))


@functools.lru_cache(maxsize=4096)
def _singular(name: str) -> str:
    return singular(name)


def find_field(resource: Resource, text: str) -> Field | None:
    """The field that `text` names: by its name, by what it refers to, by its parts, or alike."""
    parts = [one for one in text.split() if one not in words().determiners | _BEFORE]
    name = snake(" ".join(parts))
    if not name:
        return None
    whole = snake(text.removeprefix("the ").removeprefix("its "))
    for field in resource.fields:
        if field.name == whole:
            return field
    one = singular(name)
    wanted = (name, one, plural(one), f"{one}_id", f"{one}_ids", f"is_{name}", f"{name}_at")
    for wish in wanted:
        for field in resource.fields:
            if field.name == wish:
                return field
    for field in resource.fields:
        target = field.kind.resource if isinstance(field.kind, Reference | References) else ""
        if target and target in (one, name) and field.name != resource.owner:
            return field
    for field in resource.fields:
        if field.name.endswith((f"_{one}", f"_{name}", f"_{one}_id")):
            return field
    for field in resource.fields:
        if field.name == f"{plural(one)}_in_stock":
            return field
    for field in resource.fields:
        short = field.name.startswith(f"{one}_per_") or len(field.name.split("_")) == 2
        if field.name.startswith(f"{one}_") and short:
            return field
    alike = next((group for group in _ALIKE if one in group or name in group), frozenset[str]())
    for field in resource.fields:
        parts = field.name.removesuffix("_id").removesuffix("_ids").split("_")
        if field.name in alike or field.name.removesuffix("_id") in alike or parts[-1] in alike:
            return field
    return moment(resource) if one in ("date", "time", "day") else None


def moment(resource: Resource) -> Field | None:
    """The date or time that a row is about, where there is one."""
    return next((one for one in resource.fields if isinstance(one.kind, MOMENTS)), None)


def fields_of(resource: Resource, *kinds: type[Kind]) -> list[Field]:
    return [one for one in resource.fields if isinstance(one.kind, kinds)]


def reference_to(resource: Resource, parent: str) -> Field | None:
    """The reference field of `resource` that points to `parent`."""
    for field in resource.fields:
        if isinstance(field.kind, Reference) and field.kind.resource == parent:
            return field
    return None


def label_of(resource: Resource) -> Field | None:
    """The text that people tell rows apart by: a name, a title, else the first short text."""
    texts = [one for one in resource.fields if isinstance(one.kind, Text)]
    for field in texts:
        if field.name.rpartition("_")[2] in ("name", "title", "label", "subject", "headline"):
            return field
    return next((one for one in texts if isinstance(one.kind, Text)), None)


def status_of(resource: Resource) -> Field | None:
    """The choice that tells how far a row is."""
    choices = [one for one in resource.fields if isinstance(one.kind, Choice)]
    for field in choices:
        if field.name.rpartition("_")[2] in ("status", "state", "stage", "phase"):
            return field
    return None


def is_label(field: Field) -> bool:
    """Whether a text is short enough to sort and group by."""
    return isinstance(field.kind, Text) and field.kind.max_length <= 500


def is_text(field: Field) -> bool:
    return isinstance(field.kind, Text | Email | Slug)


def is_narrowing(field: Field) -> bool:
    """Whether lists can be narrowed to equal values of a field as a matter of course."""
    return isinstance(field.kind, Choice | Boolean | Reference | References | TextList)
