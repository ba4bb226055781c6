"""Labels before a colon, and whether what stands after one is a type, a list, or a sentence."""

from collections.abc import Sequence

from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.having import knows_fields
from smartforge.planners.offline.items import Item, split_items
from smartforge.planners.offline.nounphrases import is_field
from smartforge.planners.offline.phrases import is_constraint
from smartforge.planners.offline.tokens import Token
from smartforge.planners.offline.vocabulary import attributes, words

MAX_LABEL_WORDS = 4

_WANTING = word_set(
    """
    , i we you want need would like should must can to store save keep record track remember know
    """
)


def label_of(tokens: Sequence[Token]) -> list[Token]:
    """The words of a heading without determiners and adjectives, at most four; else nothing."""
    content = content_of(tokens)
    while content and content[0].low in words().adjectives and not content[0].literal:
        content = content[1:]
    if len(content) > MAX_LABEL_WORDS or (len(content) > 1 and _orders(content[0])):
        return []
    if any(token.low in words().products and not token.literal for token in content):
        return []
    inner = [token for token in content if nounphrases.is_nounlike(token)]
    return inner if len(inner) == len(content) else []


def owner_of_fields(tokens: Sequence[Token]) -> list[Token] | None:
    """Whose fields `Fields`, `Book fields` or `Fields of a book` announces; empty: nobody's.

    None where no fields are announced.
    """
    label = label_of(tokens)
    if label and label[-1].low in words().field_labels:
        return label[:-1]
    content = content_of(tokens)
    if len(content) > 2 and content[0].low in words().field_labels:
        phrase, rest = nounphrases.leading(content[2:])
        if content[1].low in ("of", "for") and not rest and nounphrases.is_thing(phrase):
            return phrase
    return None


def fields_wanted(tokens: Sequence[Token]) -> tuple[list[Token], Sequence[Token]] | None:
    """The thing and the fields of `for each kite store a color`, `I need their color and span`.

    The thing is empty where "their" or "its" stands for it. None where nothing is wanted so.
    """
    lows = [token.low for token in tokens]
    owner: list[Token] = []
    rest = list(tokens)
    if lows[0] == "for" and lows[1:2] and lows[1] in ("each", "every"):
        end = next((at for at in range(3, len(lows)) if lows[at] in _WANTING), len(lows))
        owner, more = nounphrases.leading(tokens[1:end])
        rest = [*more, *tokens[end:]]
    begin = 0
    while begin < len(rest) and rest[begin].low in _WANTING:
        begin += 1
    theirs = begin < len(rest) and rest[begin].low in ("their", "its")
    if not begin or not (nounphrases.is_thing(owner) or (theirs and not owner)):
        return None
    return (owner, rest[begin:]) if lists_fields(rest[begin:]) else None


def ends_in_entry(left: Sequence[Token]) -> bool:
    """Whether a colon after `left` belongs to the last of several fields: `..., mode: on, off`."""
    items = split_items(left)
    if len(items) < 2 or items[-1].separator == "clause":
        return False
    announces = words().field_labels | words().thing_labels | {"following"}
    return items[-1].lows[-1] not in announces


def _orders(token: Token) -> bool:
    return token.low in words().manage and not token.literal


def content_of(tokens: Sequence[Token]) -> list[Token]:
    determiners = words().determiners
    return [
        token
        for token in tokens
        if (token.word or token.number) and (token.literal or token.low not in determiners)
    ]


def is_common_plural(label: Sequence[Token]) -> bool:
    return nounphrases.is_common(label) and nounphrases.is_plural(label)


def colon_at(tokens: Sequence[Token]) -> int | None:
    """The colon that ends a label; None where a bracket comes first or there is none."""
    for place, token in enumerate(tokens):
        if token.low in ("(", "[", "{"):
            return None
        if token.low == ":":
            return place
    return None


def dash_at(tokens: Sequence[Token]) -> int | None:
    """A dash with blanks around it, where it does the work of a colon."""
    for place in range(1, len(tokens) - 1):
        apart = tokens[place - 1].end < tokens[place].start
        apart = apart and tokens[place].end < tokens[place + 1].start
        if tokens[place].low in ("-", "–", "—") and apart:
            return place
    return None


def is_type(right: Sequence[Token]) -> bool:
    """Whether what follows a colon is the type of a field, and no list of fields."""
    items = split_items(right)
    if not items:
        return False
    first = items[0]
    begin = int(first.lows[0] in ("optional", "required") and len(first.tokens) > 1)
    rest = Item(first.tokens[begin + 1 :], [])
    if first.lows[begin] not in attributes().types:
        return False
    if rest.tokens and nounphrases.is_nounlike(rest.tokens[0]) and not is_constraint(rest):
        return False
    second = items[1] if len(items) > 1 else None
    return second is None or ":" in second.lows or is_constraint(second)


def as_entry(tokens: Sequence[Token]) -> Sequence[Token]:
    """A bullet's field: `title - the title of the book` keeps its name and what follows."""
    for place, token in enumerate(tokens[:5]):
        ranges = place and tokens[place - 1].number and tokens[place - 1].end == token.start
        if token.low in ("-", "–", "—") and place and not ranges:
            return [*tokens[:place], *_as_colon(token), *tokens[place + 1 :]]
    return tokens


def _as_colon(token: Token) -> list[Token]:
    return [Token(":", ":", token.start, token.end)]


def names_fields(tokens: Sequence[Token]) -> bool:
    """`Name, price, size (optional)`: a sentence that is nothing but names of fields."""
    items = split_items(tokens)
    known = [item for item in items if is_field(nounphrases.leading(item.tokens)[0])]
    return len(items) > 2 and bool(known) and lists_fields(tokens)


def names_things(tokens: Sequence[Token]) -> bool:
    """`Employees, their departments and projects`: a sentence that is nothing but plurals."""
    phrases = [nounphrases.leading(item.tokens) for item in split_items(tokens)]
    return all(
        nounphrases.is_thing(phrase)
        and (nounphrases.is_plural(phrase) or nounphrases.is_mass(phrase))
        and not rest
        for phrase, rest in phrases
    )


def lists_fields(right: Sequence[Token]) -> bool:
    """Whether entries look like names of fields and not like a sentence."""
    items = split_items(right)
    if not items:
        return False
    first = items[0].lows
    verbs = words().has | {
        "can",
        "is",
        "are",
        "must",
        "should",
        "may",
        "gives",
        "go",
        "goes",
        "that",
    }
    if any(low in verbs for low in first) and not items[0].choices:
        return False
    if first[0] in words().manage | {"register", "i", "we", "users", "any", "each", "there"}:
        return False
    if knows_fields(right):
        return True
    short = [item for item in items if len(item.tokens) <= MAX_LABEL_WORDS]
    return len(short) == len(items) and len(items) > 1
