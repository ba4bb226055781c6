"""A clause as the entries of a list: what commas, "and" and "or" part, and what parentheses add."""

from collections.abc import Sequence

import msgspec

from smartforge.contract import Boolean
from smartforge.contract.reserved import word_set
from smartforge.planners.offline.tokens import Token, said
from smartforge.planners.offline.vocabulary import attributes, words

_OPEN = {"(": ")", "[": "]", "{": "}"}
_PARTS = {",": ",", ";": ",", "and": "and", "&": "and", "plus": "and", "+": "and", "or": "or"}
_PHRASES = (("as", "well", "as"), ("along", "with"), ("together", "with"))
_CLAUSES = word_set("where while whereas but then whenever because so — using")
_CHOICE_CUES = (
    ("either",),
    ("one", "of"),
    ("any", "of"),
    ("can", "be"),
    ("may", "be"),
    ("could", "be"),
    ("must", "be"),
    ("should", "be"),
    ("which", "is"),
    ("that", "is"),
    ("is",),
    ("of",),
    (":",),
    ("=",),
)
_OPEN_ENDED = frozenset({("one", "of"), ("any", "of"), ("either",)})
_MODALS = frozenset({"can", "may", "could", "must", "should", "is", "which", "that"})
_CHOICE_NAMES = word_set(
    """
    status state priority type category kind role size color colour level difficulty gender
    visibility stage severity condition mood season method currency unit format language
    genre mode phase shape tier plan diet suit sex
    """
)
_SAYS_MORE = word_set("default defaults defaulting required optional unique nullable initially")
MAX_CHOICE_WORDS = 4

# What no sentence of a person reaches; rules that look around stay linear by it.
MAX_ITEM_TOKENS = 60
MAX_VALUES = 100


class Item(msgspec.Struct):
    """One entry: its own words, those in parentheses after them, and what parted it before.

    `separator` is `,`, `and`, `or`, `clause` or empty (first). `choices` are the values named for
    it; their words are no longer in `tokens`.
    """

    tokens: list[Token]
    inner: list[list[Token]]
    separator: str = ""
    choices: tuple[str, ...] = ()

    @property
    def lows(self) -> list[str]:
        return [token.low for token in self.tokens]

    @property
    def said(self) -> str:
        return said(self.tokens)


def split_items(tokens: Sequence[Token]) -> list[Item]:
    """The entries of `tokens`, in order, values of choices gathered. Empty ones are left out."""
    items: list[Item] = []
    current = Item([], [])
    place = 0
    while place < len(tokens):
        low = tokens[place].low
        if low in _OPEN and not tokens[place].literal:
            inner, place = inside(tokens, place)
            if inner or low != "[":
                current.inner.append(inner)
            else:  # string[] is a list of strings
                current.tokens.append(Token("list", "list", 0, 0, word=True))
            continue
        separator, taken = _separator(tokens, place)
        if taken:
            if current.tokens or current.inner:
                items.append(current)
                current = Item([], [], separator)
            elif separator == "and" or separator == "or" or not current.separator:
                current.separator = separator
            place += taken
            continue
        if len(current.tokens) < MAX_ITEM_TOKENS:
            current.tokens.append(tokens[place])
        place += 1
    if current.tokens or current.inner:
        items.append(current)
    return _with_choices([item for item in items if item.tokens])


def slashed(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The values of `a / b / c` or `a | b | c`; empty where `tokens` is not of that form."""
    return _values(tokens, {"/", "|"})


def listed(tokens: Sequence[Token]) -> tuple[str, ...]:
    """The values of `a, b or c`, `a / b`, `a -> b`; empty where there are not at least two."""
    return _values(tokens, {",", ";", "/", "|", "or", "and", "->"})


def _values(tokens: Sequence[Token], parts: set[str]) -> tuple[str, ...]:
    values: list[str] = []
    current: list[Token] = []
    for token in [*tokens, None]:
        if token is not None and (token.literal or token.low not in parts):
            current.append(token)
        elif current:
            values.append(said(current))
            current = []
    kept = tuple(dict.fromkeys(value for value in values if value))
    return kept if len(kept) > 1 else ()


def inside(tokens: Sequence[Token], place: int) -> tuple[list[Token], int]:
    """The tokens between the bracket at `place` and its partner, and where to go on."""
    level = 0
    for at in range(place, len(tokens)):
        low = tokens[at].low
        level += (low in _OPEN) - (low in _OPEN.values())
        if level == 0:
            return list(tokens[place + 1 : at]), at + 1
    return list(tokens[place + 1 :]), len(tokens)


def _separator(tokens: Sequence[Token], place: int) -> tuple[str, int]:
    token = tokens[place]
    if token.literal:
        return "", 0
    if token.low == "," and _inside_number(tokens, place):
        return "", 0
    if token.low == "and" and _in_range(tokens, place):
        return "", 0
    if token.low == "or" and place + 1 < len(tokens):
        following = tokens[place + 1].low
        if following in ("not", "equal", "less", "more", "greater") or following == "null":
            return "", 0
    if token.low in _PARTS:
        return _PARTS[token.low], 1
    if token.low in _CLAUSES:
        return "clause", 1
    for phrase in _PHRASES:
        if tuple(one.low for one in tokens[place : place + len(phrase)]) == phrase:
            return "and", len(phrase)
    return "", 0


def _inside_number(tokens: Sequence[Token], place: int) -> bool:
    if not 0 < place < len(tokens) - 1:
        return False
    before, after = tokens[place - 1], tokens[place + 1]
    close = before.end == tokens[place].start and after.start == tokens[place].end
    return before.number and after.number and close and len(after.low) == 3


def _in_range(tokens: Sequence[Token], place: int) -> bool:
    numbers = words().numbers
    back = place - 1
    if back < 0 or not (tokens[back].number or tokens[back].low in numbers):
        return False
    return any(token.low == "between" for token in tokens[max(0, back - 2) : back])


def _with_choices(items: list[Item]) -> list[Item]:
    """Let entries that are values of the choice before them become its `choices`."""
    kept: list[Item] = []
    place = 0
    while place < len(items):
        item = items[place]
        cue = _cue(item)
        taken = 0 if cue is None else _take_values(items, place, *cue)
        kept.append(item)
        place += 1 + taken
    return kept


def _cue(item: Item) -> tuple[int, int] | None:
    """Where the values of a choice would begin in `item`, and where its own words end."""
    lows = item.lows
    for place in range(len(lows)):
        for phrase in _CHOICE_CUES:
            if tuple(lows[place : place + len(phrase)]) == phrase:
                if phrase == ("of",) and (place == 0 or lows[place - 1] not in _CHOICE_NAMES):
                    continue
                begin = place + len(phrase)
                while begin < len(lows) and lows[begin] in (":", "either", "one", "of", "the"):
                    begin += 1
                if begin < len(lows) or phrase in _OPEN_ENDED or phrase == (":",):
                    return begin, place
    for place in range(1, len(lows) - 1):
        if lows[place - 1] in _CHOICE_NAMES and lows[place + 1] in ("/", "|"):
            return place, place  # difficulty easy/medium/hard
    chain = _slashed_end(item)
    if chain:
        return chain, chain  # layer upper/middle/lower
    if len(lows) > 1 and lows[-2] in _CHOICE_NAMES and item.tokens[-1].word:
        return len(lows) - 1, len(lows) - 1
    return None


def _slashed_end(item: Item) -> int:
    """Where the words parted by slashes begin that end an entry and are values of its name; 0
    where there are none: units, single letters and names of fields are no values."""
    lows = item.lows
    begin = len(lows)
    while begin > 2 and item.tokens[begin - 1].word and lows[begin - 2] in ("/", "|"):
        begin -= 2
    begin -= begin < len(lows)
    values = lows[begin::2]
    named = attributes().kinds.keys() | attributes().units.keys()
    if begin < 1 or not values or any(len(one) < 2 or one in named for one in values):
        return 0
    return begin if item.tokens[begin].word and item.tokens[begin - 1].word else 0


def _take_values(items: list[Item], place: int, begin: int, end: int) -> int:
    """Move the values into `items[place]`; how many of the entries after it were values."""
    item = items[place]
    _set_aside(item, begin)
    flat = slashed(item.tokens[begin:])
    last = place if flat else _last_value(items, place, tuple(item.lows[end:begin]))
    values = [item.tokens[begin:]] if begin < len(item.tokens) else []
    values += [items[at].tokens for at in range(place + 1, last + 1)]
    texts = tuple(dict.fromkeys(said(_bare(value)) for value in values if _bare(value)))
    if flat:
        texts = flat
    elif last == place or len(texts) < 2 or any(len(value) > MAX_CHOICE_WORDS for value in values):
        return 0
    for at in range(place + 1, last + 1):
        item.inner.extend(items[at].inner)
    modal = item.lows[end] in _MODALS
    item.choices = texts
    item.tokens = item.tokens[: begin if modal else end]
    return last - place


def _set_aside(item: Item, begin: int) -> None:
    """Let `default medium` after the values `low/medium/high` say more about them."""
    for place in range(begin + 1, len(item.tokens)):
        if item.tokens[place].low in _SAYS_MORE and not item.tokens[place].literal:
            item.inner.append(item.tokens[place:])
            item.tokens = item.tokens[:place]
            return


def _last_value(items: list[Item], place: int, cue: tuple[str, ...]) -> int:
    """The last entry that belongs to the choice: the one after "or", or all that can be."""
    last = place
    for at in range(place + 1, min(len(items), place + 1 + MAX_VALUES)):
        if items[at].separator == "clause" or _is_clause(items[at]):
            break
        if items[at].separator == "or":
            return at
        if items[at].separator == "and":
            last = at if cue in _OPEN_ENDED or cue[:2] in _OPEN_ENDED else place
            break
        last = at
    lows = items[place].lows
    if cue == (":",) and (place or is_choice_name(lows[: lows.index(":")])):
        return _last_short(items, place)
    explicit = cue in _OPEN_ENDED or cue[:2] in _OPEN_ENDED or cue[-2:] in _OPEN_ENDED
    return last if explicit else place


def is_choice_name(lows: Sequence[str]) -> bool:
    """Whether a field of that name has few values, as `status` does."""
    return bool(lows) and lows[-1] in _CHOICE_NAMES


def _last_short(items: list[Item], place: int) -> int:
    """The last of the entries after a colon that are values and not further fields."""
    last = place
    for at in range(place + 1, min(len(items), place + 1 + MAX_VALUES)):
        item = items[at]
        kind = attributes().kinds.get("_".join(item.lows))
        if item.separator == "clause" or ":" in item.lows or item.inner or _is_clause(item):
            break
        if len(item.tokens) > 3 or (kind is not None and not isinstance(kind, Boolean)):
            break
        last = at
    return last


def _is_clause(item: Item) -> bool:
    """Whether an entry says what has what; `nice to have` does not."""
    inner = item.lows[:-1] if item.lows[-2:-1] in (["to"], ["must"]) else item.lows
    return any(low in words().has or low in ("is", "are", "can") for low in inner)


def _bare(tokens: Sequence[Token]) -> list[Token]:
    kept = list(tokens)
    while kept and kept[0].low in ("a", "an", "the", "either", "or") and not kept[0].literal:
        if len(kept) == 1 and kept[0].text == "A":
            break  # grade A, B or C
        kept.pop(0)
    return kept
