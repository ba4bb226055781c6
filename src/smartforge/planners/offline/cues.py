"""The small signs in a clause: links, verbs, the word for the product, where a list ends."""

from collections.abc import Sequence

from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.items import Item
from smartforge.planners.offline.phrases import Attribute, is_constraint
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import attributes, nouns, words

_NOT_BEFORE_WITH = word_set(
    """
    log login logs logged sign register start begin deal work working in up integrate
    """
)
_LIMITING = frozenset({"default", "max", "maximum", "min", "minimum", "at", "up", "no", "exactly"})
_RELATING = frozenset({"on", "for", "of", "per", "in", "to", "about"})


def object_of(left: Sequence[Token]) -> list[Token]:
    """`track my expenses by category`: what is tracked; empty where no verb has an object."""
    at = verb_at(left)
    if at is None:
        return []
    phrase, rest = nounphrases.leading(left[at + 1 :])
    named = nounphrases.is_thing(phrase) and phrase[-1].low not in words().containers
    aside = bool(rest) and rest[0].low in ("by", "in", "of", "at", "on")
    return phrase if named and aside else []


def without_label(right: list[Token]) -> list[Token]:
    """`the fields "from"` without its first words, where they only announce the list."""
    begin = 0
    while begin < len(right) and right[begin].low in words().determiners:
        begin += 1
    following = right[begin + 1 : begin + 2]
    announced = bool(following) and (following[0].literal or following[0].low == ":")
    if begin < len(right) and right[begin].low in words().field_labels and announced:
        return right[begin + 1 :]
    return right


def merged(items: list[Item]) -> list[Item]:
    """Entries that only say something about the one before them become a part of it."""
    kept: list[Item] = []
    for item in items:
        if kept and not item.choices and is_constraint(item):
            kept[-1].inner.append([*item.tokens])
            kept[-1].inner.extend(item.inner)
        else:
            kept.append(item)
    return kept


def link_at(tokens: Sequence[Token]) -> int | None:
    """Where `has`, `with` and their like stand in `tokens`; None where nothing is had."""
    for place, token in enumerate(tokens):
        if token.literal or token.low not in words().has:
            continue
        following = tokens[place + 1].low if place + 1 < len(tokens) else ""
        before = tokens[place - 1].low if place else ""
        if following in ("to", "been", "not") or token.low == "store":
            continue
        limits = place + 1 < len(tokens) and (following in _LIMITING or tokens[place + 1].number)
        if token.low == "with" and place and limits:
            continue
        if token.low == "with" and before in _NOT_BEFORE_WITH:
            continue
        return place
    return None


def verb_at(tokens: Sequence[Token]) -> int | None:
    for place in range(len(tokens)):
        if is_verb(tokens, place):
            return place
    return None


def is_verb(tokens: Sequence[Token], place: int) -> bool:
    token = tokens[place]
    if token.literal or not token.word:
        return False
    before = tokens[place - 1].low if place else ""
    if before == "for" and place == len(tokens) - 1 and not token.low.endswith("ing"):
        return False  # an API for tracks
    if token.low in words().manage:
        return before not in words().determiners
    if token.low not in words().look:
        return False
    return (
        place == 0
        or before in ("to", "can", "should", "could", "may", "for", "let", "lets")
        or (
            before in words().manage
            or before in words().look
            or before in ("me", "us", "them", "only")
        )
    )


def product_at(tokens: Sequence[Token]) -> int | None:
    """Where the word for the product stands: `API`, or a container such as `tracker`."""
    for place, token in enumerate(tokens):
        if token.low in words().products and not token.literal:
            return place
    for place, token in enumerate(tokens):
        container = token.low in words().containers and not token.literal
        following = tokens[place + 1].low if place + 1 < len(tokens) else ""
        if container and place and nounphrases.is_nounlike(tokens[place - 1]):
            return place + 1
        if container and following == "of":
            return place + 1
    return None


def names_nothing(attribute: Attribute, item: Item) -> bool:
    """Whether an entry is a word of the trade, such as `validation`, and no field."""
    last = attribute.name.rpartition("_")[2]
    certain = attribute.typed or any(token.literal for token in item.tokens)
    certain = certain or item.lows[0] in ("a", "an", "its", "their")
    return last in words().not_things - words().secrets and not certain


def participle(phrase: Sequence[Token]) -> bool:
    """`uploaded` before "with" is something that was done and no thing."""
    return len(phrase) == 1 and phrase[0].low.endswith("ed") and not nounphrases.is_common(phrase)


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
    if first in ("whether", "if"):
        return False
    if len(item.tokens) > 1 and item.tokens[1].low in words().determiners | {"it", "them"}:
        return first not in words().determiners and not opens_list(item)
    return is_verb(item.tokens, 0) and len(item.tokens) > 1 and first in words().manage


def is_described(item: Item, rest: Sequence[Token]) -> bool:
    """Whether an entry says of what kind it is, as fields do."""
    if item.choices or (rest and rest[0].low in (":", "=", "as")):
        return True
    types = attributes().types
    return any(token.low in types or token.low == "list" for one in item.inner for token in one)


def parent_phrase(rest: Sequence[Token]) -> list[Token] | None:
    """`on each post`: the thing after the preposition; None where it is something else."""
    if len(rest) < 2 or rest[0].low not in _RELATING:
        return None
    phrase, _ = nounphrases.leading(rest[1:])
    if nounphrases.is_thing(phrase) and (
        nounphrases.is_common(phrase) or rest[1].low in ("each", "every", "a", "an", "the")
    ):
        return phrase
    return None


def with_shared_word(item: Item, following: Item | None) -> Item:
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


def is_common_name(name: str) -> bool:
    """Whether the usual fields of a thing of this name are known."""
    return name in nouns().fields
