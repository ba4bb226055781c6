"""Hypothesis strategies for sound contracts."""

import string

from hypothesis import strategies as st

from smartforge.contract import (
    CRUD,
    Boolean,
    Choice,
    Contract,
    Date,
    Decimal,
    Email,
    Field,
    Integer,
    Kind,
    Paging,
    Resource,
    Text,
    TextList,
    Timestamp,
    Url,
)
from smartforge.contract.names import plural

# Letters that no reserved name and no plural of another one is made of.
_names = st.text("abcdfgk", min_size=3, max_size=12).map(lambda text: f"q{text}x")
_lines = st.text(string.ascii_letters + "éß中 ", min_size=1, max_size=40).filter(
    lambda text: text == text.strip()
)


def _texts() -> st.SearchStrategy[Kind]:
    return st.tuples(st.integers(0, 50), st.integers(1, 100_000)).map(
        lambda ends: Text(min(ends), max(*ends, 1))
    )


def _integers() -> st.SearchStrategy[Kind]:
    bound = st.integers(-2_147_483_648, 2_147_483_647)
    return st.tuples(bound, bound).map(lambda ends: Integer(min(ends), max(ends)))


def _decimals() -> st.SearchStrategy[Kind]:
    cents = st.integers(-1_000_000, 1_000_000)
    return st.tuples(cents, cents, st.integers(2, 6)).map(
        lambda parts: Decimal(
            f"{min(parts[:2]) / 100:.2f}", f"{max(parts[:2]) / 100:.2f}", parts[2]
        )
    )


def kinds() -> st.SearchStrategy[Kind]:
    """Any kind with sound bounds."""
    plain: list[Kind] = [Boolean(), Date(), Timestamp(), Email(), Url()]
    choices = st.lists(_lines, min_size=1, max_size=5, unique=True).map(
        lambda values: Choice(tuple(values))
    )
    lists = st.integers(1, 1_000).map(TextList)
    return st.one_of(_texts(), _integers(), _decimals(), choices, lists, st.sampled_from(plain))


@st.composite
def fields(draw: st.DrawFn, name: str) -> Field:
    """A field called `name`, with a default where its kind makes one easy to find."""
    kind = draw(kinds())
    required = draw(st.booleans())
    default: str | int | bool | list[str] | None = None
    if not required and draw(st.booleans()):
        match kind:
            case Integer():
                default = kind.minimum
            case Decimal():
                default = kind.maximum
            case Boolean():
                default = draw(st.booleans())
            case Choice():
                default = kind.values[-1]
            case TextList():
                default = []
            case Date():
                default = "2026-11-22"
            case _:
                default = None
    return Field(name, kind, required, default, draw(st.just("") | _lines))


@st.composite
def resources(draw: st.DrawFn, name: str) -> Resource:
    """A resource called `name` with up to five fields."""
    named = draw(st.lists(_names, min_size=1, max_size=5, unique=True))
    made = tuple(draw(fields(one)) for one in named)
    actions = draw(st.lists(st.sampled_from(CRUD), min_size=1, unique=True))
    order = [field.name for field in made if not isinstance(field.kind, TextList)]
    limit = draw(st.integers(1, 100))
    return Resource(
        name=name,
        plural=plural(name),
        fields=made,
        actions=tuple(action for action in CRUD if action in actions),
        sortable=("id", "created_at", *order),
        paging=Paging(limit, 100),
        description=draw(st.just("") | _lines),
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """A sound contract of up to four resources."""
    named = draw(st.lists(_names, min_size=1, max_size=4, unique=True))
    return Contract(
        title=draw(_lines),
        resources=tuple(draw(resources(name)) for name in named),
        description=draw(st.just("") | _lines),
    )
