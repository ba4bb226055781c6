"""Hypothesis strategies for sound contracts."""

import keyword
import string
from collections.abc import Iterable

from hypothesis import assume
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
    reserved,
    validate,
)
from smartforge.contract.names import NAME, squeezed
from smartforge.errors import ContractInvalid
from tests.unit.targets.examples import WORDS

_TAKEN = reserved.FIELDS | reserved.RESOURCES | reserved.PATHS | reserved.GIVEN_BY_SERVER
_PARTS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
_NAMES = st.one_of(
    st.sampled_from([*WORDS.split(), *(word.lower() for word in keyword.kwlist)]),
    st.builds("_".join, st.lists(_PARTS, min_size=1, max_size=4)),
).filter(lambda name: NAME.match(name) and name not in _TAKEN)
_LINES = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=60)


@st.composite
def _ranges(draw: st.DrawFn, least: int, most: int) -> tuple[int, int]:
    first, second = draw(st.integers(least, most)), draw(st.integers(least, most))
    return min(first, second), max(first, second)


@st.composite
def _decimals(draw: st.DrawFn) -> Decimal:
    places = draw(st.integers(0, 6))
    low, high = draw(_ranges(-(10**14), 10**14))
    return Decimal(str(low // 10**places), str(high // 10**places), places)


KINDS: st.SearchStrategy[Kind] = st.one_of(
    _ranges(0, 300).map(lambda bounds: Text(bounds[0], max(bounds[1], 1))),
    _ranges(-(2**31), 2**31 - 1).map(lambda bounds: Integer(*bounds)),
    _decimals(),
    st.sampled_from([Boolean(), Date(), Timestamp(), Email(), Url()]),
    st.lists(_LINES.map(str.strip).filter(bool), min_size=1, max_size=5, unique=True).map(
        lambda values: Choice(tuple(values))
    ),
    st.integers(1, 30).map(TextList),
)


@st.composite
def _fields(draw: st.DrawFn) -> Field:
    description = draw(st.one_of(st.just(""), _LINES))
    return Field(draw(_NAMES), draw(KINDS), required=draw(st.booleans()), description=description)


@st.composite
def _resources(draw: st.DrawFn) -> Resource:
    fields = draw(
        st.lists(_fields(), min_size=1, max_size=6, unique_by=lambda one: squeezed(one.name))
    )
    orderly = [field.name for field in fields if not isinstance(field.kind, TextList)]
    default, most = draw(_ranges(1, 200))
    return Resource(
        name=draw(_NAMES),
        plural=draw(_NAMES),
        fields=tuple(fields),
        actions=tuple(draw(st.lists(st.sampled_from(CRUD), min_size=1, unique=True))),
        sortable=("id", *draw(_some(orderly))),
        paging=Paging(default, most),
    )


def _some(names: Iterable[str]) -> st.SearchStrategy[list[str]]:
    names = list(names)
    return st.lists(st.sampled_from(names), unique=True) if names else st.just([])


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """Sound contracts with one to three resources, in every mixture of kinds and names."""
    title = draw(_LINES).strip()
    resources = draw(st.lists(_resources(), min_size=1, max_size=3))
    try:
        return validate(Contract(title=title, resources=tuple(resources)))
    except ContractInvalid:
        assume(False)
        raise
