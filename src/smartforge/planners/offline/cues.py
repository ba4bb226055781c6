"""The small signs in a clause: links, verbs, the word for the product."""

from collections.abc import Sequence

from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.items import Item
from smartforge.planners.offline.phrases import is_constraint
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import attributes, words

_NOT_BEFORE_WITH = word_set(
    """
    log login logs logged sign register start begin deal work working in up integrate
    """
)
_CRUD = frozenset({"crud", "operations"})
_LIMITING = frozenset(
    {
        "fewer",
        "less",
        "more",
        "least",
        "most",
        "over",
        "under",
        "default",
        "max",
        "maximum",
        "min",
        "minimum",
        "at",
        "up",
        "no",
        "exactly",
    }
)


def object_of(left: Sequence[Token]) -> list[Token]:
    """`track my expenses by category`: what is tracked; empty where no verb has an object."""
    at = verb_at(left)
    if at is None:
        return []
    at += 1
    while at < len(left) and goes_on(left, at):
        at += 1
    phrase, rest = nounphrases.leading(left[at:])
    named = nounphrases.is_thing(phrase) and phrase[-1].low not in words().containers
    aside = bool(rest) and rest[0].low in ("by", "in", "of", "at", "on")
    return phrase if named and aside else []


def without_label(right: list[Token]) -> list[Token]:
    """`the fields "from"` without its first words, where they only announce the list."""
    begin = 0
    while begin < len(right) and right[begin].low in words().determiners:
        begin += 1
    following = right[begin + 1 : begin + 2]
    announced = bool(following) and (
        following[0].low == ":" or nounphrases.is_nounlike(following[0])
    )
    if begin < len(right) and right[begin].low in words().field_labels and announced:
        return right[begin + 1 :]
    return right


def merged(items: list[Item]) -> list[Item]:
    """Entries that only say something about the one before them become a part of it."""
    kept: list[Item] = []
    for item in items:
        if item.lows[:1] in (["like"], ["what"]) and len(item.tokens) > 1:
            it_is = item.lows[-2:] == ["it", "is"] and len(item.tokens) > 3
            item.tokens = item.tokens[1 : -2 if it_is else None]  # like the name, what type it is
        if kept and item.choices and not item.tokens and not kept[-1].choices:
            kept[-1].choices = item.choices  # a diet, either plants or meat
        elif kept and not item.choices and is_constraint(item):
            kept[-1].inner.append([*item.tokens])
            kept[-1].inner.extend(item.inner)
        else:
            kept.append(item)
    return kept


def sorted_out(items: list[Item]) -> list[Item]:
    """`liters, salt or fresh` among fields: two or more words that name none are values of one."""
    kept: list[Item] = []
    for item in items:
        before = kept[-1] if kept else item
        alike = item.separator == "or" and before is not item
        if alike and not (before.inner or before.choices) and _is_value(before) and _is_value(item):
            sort = Token("type", "type", item.tokens[0].start, item.tokens[0].end, word=True)
            item = Item([sort], item.inner, before.separator, (before.said, item.said))
            kept.pop()
        kept.append(item)
    return kept


def _is_value(item: Item) -> bool:
    """Whether an entry is one word that neither a field nor a thing is called."""
    token = item.tokens[0]
    if len(item.tokens) != 1 or not token.word or token.literal:
        return False
    known = token.low in attributes().kinds or is_verb(item.tokens, 0)
    known = known or token.low in words().stops | words().determiners
    return not (known or nounphrases.is_plural(item.tokens) or nounphrases.is_common(item.tokens))


def link_at(tokens: Sequence[Token]) -> int | None:
    """Where `has`, `with` and their like stand in `tokens`; None where nothing is had."""
    for place, token in enumerate(tokens):
        if token.literal or not (token.low in words().has or _need_of_many(tokens, place)):
            continue
        following = tokens[place + 1].low if place + 1 < len(tokens) else ""
        before = tokens[place - 1].low if place else ""
        if tokens[0].low in ("whether", "if") and not tokens[0].literal:
            return None  # whether I have read it
        if not following and any(one.low in (":", "must", "to") for one in tokens[:place]):
            continue  # must have, nice to have
        if following in ("to", "been", "not") or token.low == "store":
            continue
        if token.low == "needs" and place == len(tokens) - 1 == 1:
            continue  # special needs
        limits = place + 1 < len(tokens) and (following in _LIMITING or tokens[place + 1].number)
        if token.low == "with" and place and limits:
            continue
        if token.low == "with" and before in _NOT_BEFORE_WITH:
            continue
        return place
    return None


def _need_of_many(tokens: Sequence[Token], place: int) -> bool:
    """`chefs need a name`; what people need is no field of theirs."""
    if tokens[place].low not in ("need", "require") or not place:
        return False
    before = tokens[place - 1 : place]
    return (
        nounphrases.is_nounlike(before[0])
        and nounphrases.is_plural(before)
        and (before[0].low not in words().actors)
    )


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
    if token.low == "crud" and place == len(tokens) - 1 and place:
        return False  # lamp crud
    if token.low == "keep" and place + 1 < len(tokens) and tokens[place + 1].low.endswith("ing"):
        return False  # we keep losing them
    if token.low in words().manage:
        third = before == "that" and token.low.endswith("s")
        return third or before not in words().determiners
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


def goes_on(tokens: Sequence[Token], at: int) -> bool:
    """`keep track of`, `CRUD for`: words between a verb and its object."""
    low, before = tokens[at].low, tokens[at - 1].low if at else ""
    return low in ("track", "of") or (low in ("for", "operations") and before in _CRUD)


def product_at(tokens: Sequence[Token]) -> int | None:
    """Where the word for the product stands: `API`, or a container such as `tracker`."""
    for place, token in enumerate(tokens):
        if token.low in words().products and not token.literal:
            return place
    for place, token in enumerate(tokens[:-1]):
        if token.low in ("something", "anything", "sth") and tokens[place + 1].low == "for":
            return place
    for place, token in enumerate(tokens):
        container = token.low in words().containers and not token.literal
        following = tokens[place + 1].low if place + 1 < len(tokens) else ""
        if token.low == "log" and following in ("in", "into", "out"):
            continue
        if container and following and nounphrases.is_nounlike(tokens[place + 1]):
            continue  # board games
        if container and place and nounphrases.is_nounlike(tokens[place - 1]):
            return place + (token.low != "crud")
        if container and following == "of":
            return place + 1
    return None


def is_subject(phrase: Sequence[Token], verb: str) -> bool:
    """Whether a noun phrase before a link is a thing; whatever "has" something is one."""
    if nounphrases.is_thing(phrase):
        return True
    owns = verb in ("has", "have", "contains", "contain")
    return bool(phrase) and owns and len(phrase[-1].low) > 1


def participle(phrase: Sequence[Token]) -> bool:
    """`uploaded` before "with" is something that was done and no thing."""
    return len(phrase) == 1 and phrase[0].low.endswith("ed") and not nounphrases.is_common(phrase)
