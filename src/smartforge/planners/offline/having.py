"""What a thing has: entries that are fields, parts or things of its own, and where they end."""

from collections.abc import Sequence

from smartforge.contract import Integer
from smartforge.contract.names import snake
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.bounds import read_bounds
from smartforge.planners.offline.cues import is_verb, link_at
from smartforge.planners.offline.draft import Thing
from smartforge.planners.offline.fieldkinds import is_known
from smartforge.planners.offline.items import Item, split_items
from smartforge.planners.offline.parents import usual_parents
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import attributes, nouns, words


def opens_list(item: Item) -> bool:
    """`list of tags` is one field and not the things themselves."""
    lows = [low for low in item.lows if low not in words().determiners]
    return lows[1:2] == ["of"] and lows[0] in ("list", "lists", "array", "set", "collection")


def breaks_off(item: Item) -> bool:
    """Whether an entry is no entry of a list of fields but the start of something else."""
    if not item.tokens or item.tokens[0].literal:
        return False
    first = item.tokens[0].low
    if first in ("i", "we", "you", "it", "they", "users", "anyone", "everyone", "there", "let"):
        return True
    if first in ("can", "should", "must", "will", "is", "are", "may", "would", "to", "never"):
        return True
    if first in ("whether", "if", "how"):
        return False
    if nounphrases.is_field(item.tokens[:2]):
        return False  # tracking number
    if first in words().look and item.lows[2:3] == ["by"]:
        return True  # list notices by kind
    if len(item.tokens) > 1 and item.tokens[1].low in words().determiners | {"it", "them"}:
        return first not in words().determiners | words().optional and not opens_list(item)
    return is_verb(item.tokens, 0) and len(item.tokens) > 1 and first in words().manage


def is_described(item: Item, rest: Sequence[Token]) -> bool:
    """Whether an entry says of what kind it is, as fields do."""
    if opens_list(item) or item.lows[0] in words().optional:
        return True
    if item.choices or (rest and rest[0].low in (":", "=", "as")):
        return True
    types = attributes().types
    typed = [one for one in item.inner if not _names_fields(one)]
    return any(token.low in types or token.low == "list" for one in typed for token in one)


def _names_fields(inner: Sequence[Token]) -> bool:
    """`number, length in metres, class` in parentheses: what it has, and no type."""
    items = split_items(inner)
    if len(items) < 2 or attributes().types.get(items[0].lows[0]) is None:
        return False
    if len(items[0].lows) > 1 or items[0].lows[0] not in attributes().kinds:
        return False
    phrases = [nounphrases.leading(item.tokens)[0] for item in items[1:]]
    plain = not any(read_bounds(item.tokens).numeric for item in items)
    return plain and all(nounphrases.is_field(phrase) for phrase in phrases[:1])


def is_number(thing: Thing, item: Item) -> bool:
    """`number of seats`, and `copies` after other fields: how many and not which."""
    lows = [low for low in item.lows if low not in words().determiners]
    if lows[:2] in (["number", "of"], ["amount", "of"], ["count", "of"]):
        return True
    if len(lows) > 1 and lows[0] in ("max", "maximum", "min", "minimum"):
        return True
    return lows in (["copies"], ["seats"], ["spots"]) and bool(thing.attributes)


def is_child(parent: str, phrase: Sequence[Token]) -> bool:
    """Whether what a thing called `parent` has is a thing of its own and no field."""
    if phrase and phrase[-1].low in words().field_labels and not phrase[-1].literal:
        return False
    trade = parent.rpartition("_")[2] in nouns().domains
    number = phrase and isinstance(attributes().kinds.get(snake(phrase[-1].text)), Integer)
    if number and nounphrases.is_plural(phrase):
        counted = usual_parents(nounphrases.noun_of(phrase), (parent,))
        if counted and nounphrases.is_common(phrase):
            return True  # the players of a team are no number
    return nounphrases.is_children(phrase) or (trade and nounphrases.is_things_rather(phrase))


def is_manner(phrase: Sequence[Token], right: Sequence[Token]) -> bool:
    """`cooking with friends`: one word before "with" that nothing tells to be a thing."""
    if nounphrases.is_plural(phrase) or nounphrases.is_common(phrase):
        return False
    field = nounphrases.is_field(nounphrases.leading(right)[0])
    return not (field or nounphrases.domain_of(phrase))


def is_common_name(name: str) -> bool:
    """Whether the usual fields of a thing of this name are known."""
    return name in nouns().fields


def knows_fields(right: Sequence[Token]) -> bool:
    """Whether an entry has a name that fields usually have, and none says what has what."""
    items = [item for item in split_items(right) if item.lows[:1] not in (["whether"], ["if"])]
    if any(link_at(item.tokens) is not None for item in items):
        return False
    return any(is_known(snake(low)) for item in items for low in item.lows)


def is_whole(subject: Thing | None, phrase: Sequence[Token]) -> bool:
    """`an API for a marina`: one place or matter, which may be no more than all its parts."""
    if subject is None or subject.strength != "weak" or is_common_name(subject.name):
        return False
    return not nounphrases.is_plural(phrase)


def is_object(inner: Sequence[Sequence[Token]]) -> bool:
    """Whether braces after a name hold an object, as in an example in JSON."""
    return any(token.low == ":" for tokens in inner for token in tokens)
