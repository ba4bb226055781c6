"""Which words of a clause name a thing."""

from collections.abc import Sequence

from smartforge.contract.names import plural, singular, snake, squeezed
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import attributes, nouns, words

MAX_WORDS = 3

_COUNTERS = frozenset({"entry", "entries", "record", "records", "data"})
_LITTLE = word_set("test set part code page table model result value account request track case")
_INCOMING = word_set(
    """
    get post put patch incoming invalid bad all every failed web network client http https rest
    json unit load integration smoke automated api e2e pytest stress acceptance some
    """
)
_COMPOUND = word_set("work help visit")
_PAPERS = word_set("order orders item items package packages request requests report reports")
_OPENERS = word_set(
    """
    list lists collection collections set array number kinds kind types type
    """
)


def leading(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """The noun phrase that `tokens` begin with, and the rest. The phrase may be empty."""
    place = 0
    while place < len(tokens) and _before_noun(tokens, place):
        place += 2 if _opens(tokens, place) else 1
    end = place + _is_compound(tokens, place)
    while end < len(tokens) and is_nounlike(tokens[end]):
        end += 1
    phrase = _trimmed(_as_called(tokens[place:end]))
    if len(phrase) > MAX_WORDS and not all(token.literal for token in phrase):
        phrase = phrase[-MAX_WORDS:]
    return phrase, list(tokens[end:])


def trailing(tokens: Sequence[Token]) -> list[Token]:
    """The noun phrase that `tokens` end with; empty where they end with something else."""
    begin = len(tokens)
    while begin > 0 and is_nounlike(tokens[begin - 1]):
        before = tokens[begin - 2].low if begin > 1 else ""
        verb = tokens[begin - 1].low in words().manage | words().look
        first = begin == 1 < len(tokens) and tokens[0].low in words().manage
        if first or (verb and before in ("to", "can", "and", "may", "could", "should", "must")):
            break
        begin -= 1
    begin -= begin > 0 and _is_compound(tokens, begin - 1)
    phrase = list(tokens[begin:])
    if len(phrase) > 1 and _acts(phrase[0]):
        phrase = phrase[2:]  # customers place orders
    while len(phrase) > 1 and _is_adjective(phrase[0]):
        phrase.pop(0)
    return _trimmed(_as_called(phrase))[-MAX_WORDS - 1 :]


def _is_compound(tokens: Sequence[Token], at: int) -> bool:
    """`work` of `work orders`: a verb elsewhere, and a part of the name right before a plural."""
    if at + 1 >= len(tokens) or tokens[at].low not in _COMPOUND or not tokens[at].word:
        return False
    led = not at or tokens[at - 1].low in words().determiners or not tokens[at - 1].word
    return led and tokens[at + 1].low in _PAPERS


def is_nounlike(token: Token) -> bool:
    """Whether a token can be part of the name of a thing."""
    if token.literal:
        return True
    low = token.low
    if not token.word or low in words().stops or low in words().determiners:
        return False
    return low not in words().manage or low in ("store", "stores", "track", "tracks")


def is_thing(phrase: Sequence[Token]) -> bool:
    """Whether a noun phrase can name something that an API keeps."""
    if not phrase:
        return False
    head = phrase[-1]
    if head.literal or is_common(phrase):
        return True
    if head.low in words().not_things and not _is_made_of_two(phrase):
        return False
    if is_product(head):
        return False
    return len(head.low) > 1 and any(one.isalpha() for one in snake(head.text))


def is_product(token: Token) -> bool:
    """Whether a word stands for what is asked for, an API: in quotes it is the name of a thing."""
    return token.low in words().products and not token.literal


def _is_made_of_two(phrase: Sequence[Token]) -> bool:
    """`lego sets`: a word that says little alone, after one that says what it is."""
    if len(phrase) < 2 or singular(snake(phrase[-1].text)) not in _LITTLE:
        return False
    before = phrase[-2].low
    if before in words().products or before in _INCOMING:
        return False
    return before not in words().not_things or before in ("feature", "support", "access")


def is_common(phrase: Sequence[Token]) -> bool:
    """Whether a noun phrase names a common thing, known by its usual fields."""
    return bool(phrase) and noun_of(phrase) in nouns().fields


def is_mass(phrase: Sequence[Token]) -> bool:
    """Whether a noun has but one form, such as `equipment`."""
    name = snake(phrase[-1].text) if phrase else ""
    return bool(name) and plural(name) == name


def is_plural(phrase: Sequence[Token]) -> bool:
    """Whether the last word of a noun phrase is a plural."""
    name = snake(phrase[-1].text) if phrase else ""
    return singular(name) != name


def is_field(phrase: Sequence[Token]) -> bool:
    """Whether a noun phrase is what fields are usually called."""
    name = snake(" ".join(token.text for token in phrase))
    kinds = attributes().kinds
    return name in kinds or name in attributes().compounds or name.rpartition("_")[2] in kinds


def noun_of(phrase: Sequence[Token]) -> str:
    """The singular of the last word of a noun phrase."""
    return singular(snake(phrase[-1].text)) if phrase else ""


def is_things_rather(phrase: Sequence[Token]) -> bool:
    """Whether an entry of a list names things of their own rather than a field."""
    if not is_thing(phrase) or not is_plural(phrase):
        return False
    return is_common(phrase) or not is_field(phrase)


def is_children(phrase: Sequence[Token]) -> bool:
    """Whether what a thing has is other things, such as the reviews of a book."""
    listed = snake(phrase[-1].text) in attributes().kinds if phrase else False
    return is_thing(phrase) and is_plural(phrase) and is_common(phrase) and not listed


def domain_of(tokens: Sequence[Token]) -> str:
    """The trade that `tokens` name, such as `gym`; empty where it is none that is known."""
    for token in tokens:
        name = singular(snake(token.text))
        for one in (name, squeezed(name)):
            if one in nouns().domains:
                return one
    return ""


def _trimmed(phrase: list[Token]) -> list[Token]:
    """Without single letters, adjectives behind them, and "entries" or "records" at the end."""
    if len(phrase) > 2 and (_acts(phrase[0]) or _does(phrase)):
        phrase = phrase[2:]  # members suggest books
    if len(phrase) > 1:
        phrase = [token for token in phrase if len(token.text) > 1 or token.literal]
    while len(phrase) > 1 and _is_adjective(phrase[0]):
        phrase = phrase[1:]
    counted = len(phrase) > 1 and phrase[-1].low in _COUNTERS and not phrase[-1].literal
    if counted and is_common(phrase[:-1]):
        phrase = phrase[:-1]
    return phrase


_DOING = word_set(
    """
    post request place submit book make offer sell buy rent run host own hold suggest leave
    give send write share take report upload create register apply propose order
    file raise log bring deliver borrow lend play sing join attend breed grow brew bake
    visit teach study use wear drive ride fly repair inspect rate review ask answer receive
    collect pay donate win earn get need
    """
)


def _does(phrase: Sequence[Token]) -> bool:
    """`companies post jobs`: what is done to what, by several of a kind."""
    doer, verb = phrase[0], phrase[1]
    return is_plural([doer]) and verb.low in _DOING and not (doer.literal or verb.literal)


def _acts(token: Token) -> bool:
    """Whether what follows a word is what people do: `customers place orders`."""
    return token.low in words().actors and is_plural([token]) and not token.literal


def _as_called(phrase: Sequence[Token]) -> list[Token]:
    """What stands after "called" or "named", where one of them is there."""
    for place, token in enumerate(phrase[:-1]):
        if token.low in ("called", "named") and not token.literal:
            return list(phrase[place + 1 :])
    return list(phrase)


def _is_adjective(token: Token) -> bool:
    return not token.literal and token.low in words().adjectives


def _before_noun(tokens: Sequence[Token], place: int) -> bool:
    token = tokens[place]
    if token.literal:
        return False
    low = token.low
    followed = place + 1 < len(tokens) and is_nounlike(tokens[place + 1])
    return (
        low in words().determiners
        or (followed and low in words().adjectives)
        or low in ("and", "of", "unique", "optional", "named", "called", "-")
        or token.number
        or _opens(tokens, place)
    )


def _opens(tokens: Sequence[Token], place: int) -> bool:
    """`list of`, `number of` and the like before the noun that is meant."""
    return (
        tokens[place].low in _OPENERS and place + 1 < len(tokens) and tokens[place + 1].low == "of"
    )
