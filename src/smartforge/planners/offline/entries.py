"""One entry of a list of fields, given to its thing."""

from collections.abc import Sequence

from smartforge.contract.reserved import word_set
from smartforge.planners.offline.bounds import read_bounds
from smartforge.planners.offline.draft import Draft, Thing
from smartforge.planners.offline.fieldkinds import kind_of_name
from smartforge.planners.offline.items import Item
from smartforge.planners.offline.phrases import Attribute, read_attribute
from smartforge.planners.offline.tokens import Sentence, Token
from smartforge.planners.offline.vocabulary import attributes, words

# Of the words that speak of an API, those that a list of fields may hold as well.
_ALSO_FIELDS = word_set("purpose service system platform input output environment relationship")


def add_field(draft: Draft, thing: Thing, item: Item, following: Item | None) -> None:
    """Give `thing` the field that `item` names; what names none is remembered as passed over."""
    attribute = read_attribute(_with_shared_word(item, following))
    if attribute is None:
        draft.passed.append(Sentence(tuple(item.tokens), item.said))
        return
    listed = attribute.name in _ALSO_FIELDS and bool(thing.attributes)
    if attribute.name in words().trade or (_names_nothing(attribute, item) and not listed):
        return
    if thing.whole and not thing.attributes and kind_of_name(attribute.name) is None:
        return
    thing.listed = thing.listed or not draft.adds_to(thing)
    draft.last = thing
    if attribute.name in thing.attributes and draft.prompt == thing.prompt:
        name = attribute.name
        draft.note(f'"{name}" was named twice for {thing.name}; the last one counts.')
    draft.add(thing, attribute)


def _names_nothing(attribute: Attribute, item: Item) -> bool:
    """Whether an entry is a word of the trade, such as `validation`, and no field."""
    head, _, last = attribute.name.rpartition("_")
    certain = attribute.typed or any(token.literal for token in item.tokens)
    certain = certain or item.lows[0] in ("a", "an", "its", "their")
    certain = certain or any(_limits(inner) for inner in item.inner)
    empty = words().trade if head else words().not_things - words().secrets
    return last in empty and not certain


def _limits(tokens: Sequence[Token]) -> bool:
    """`(unique)`, `(optional)`: said of the values of a field, and of nothing else."""
    found = read_bounds(tokens)
    return found.unique or found.required is not None or found.length


def _with_shared_word(item: Item, following: Item | None) -> Item:
    """`start` of `start and end time` gets the last word of the entry after it."""
    lows = item.lows
    if following is None or following.separator != "and" or len(following.tokens) < 2:
        return item
    pairs = attributes().pairs
    lone = [low for low in lows if low not in words().determiners]
    after = [token for token in following.tokens if token.low not in words().determiners]
    if len(lone) == 1 and lone[0] in pairs and len(after) == 2 and after[0].low in pairs:
        return Item([*item.tokens, after[1]], item.inner, item.separator, item.choices)
    return item
