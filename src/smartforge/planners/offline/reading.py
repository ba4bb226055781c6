"""A prompt into a draft: headings, bullets, labels and sentences, in their order."""

from collections.abc import Sequence

from smartforge.contract.names import quoted, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.actions import limit, only_actions, page_size
from smartforge.planners.offline.clauses import Mode, Walk
from smartforge.planners.offline.cues import link_at
from smartforge.planners.offline.draft import Draft, Thing
from smartforge.planners.offline.edits import edited
from smartforge.planners.offline.items import slashed, split_items
from smartforge.planners.offline.phrases import is_known
from smartforge.planners.offline.tokens import Sentence, Token, said
from smartforge.planners.offline.vocabulary import attributes, words

MAX_LABEL_WORDS = 4
MAX_SENTENCE_TOKENS = 1_500

_POLITE = word_set(
    """
    also please now then and finally next additionally could can you i want to
    """
)


_AFTER_TYPE = word_set(
    """
    , ( and ; [ required optional between from max min unique up at of default or ? =
    """
)
_LABEL_VERBS = word_set("can must should gives")
_STATING = word_set("can is are must should may gives give go goes that")


class Reading:
    """Reads sentence after sentence; a heading is in force until running text comes."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.mode: Mode = "none"
        self.subject: Thing | None = None
        self.count = 0

    def read(self, sentence: Sentence) -> bool:
        """Whether something in `sentence` was understood."""
        before = self.draft.effects
        self.count += 1
        lows = {token.low for token in sentence.tokens}
        self.draft.also = "also" in lows or "additionally" in lows
        page_size(self.draft, sentence.tokens)
        tokens = _without_politeness(sentence.tokens[:MAX_SENTENCE_TOKENS])
        if len(sentence.tokens) > MAX_SENTENCE_TOKENS:
            beginning = quoted(sentence.text)
            self.draft.note(f"{beginning} is too long a sentence: only its beginning was read.")
        if sentence.bullet < 0:
            self.mode, self.subject = "none", None
        if limit(self.draft, tokens) or edited(self.draft, tokens):
            return True
        if sentence.opens:
            self._heading(tokens)
        elif sentence.bullet >= 0 and self.mode == "fields" and self.subject is not None:
            Walk(self.draft).fields(self.subject, _entry(tokens))
        else:
            self._sentence(tokens)
        return sentence.opens or self.draft.effects > before

    def _heading(self, tokens: Sequence[Token]) -> None:
        """A line that opens a list: of fields where it names one thing, else of things."""
        label = _label(tokens)
        lows = [token.low for token in label]
        if lows and lows[-1] in words().field_labels:
            phrase = [token for token in label[:-1] if token.low not in ("of", "the", "a", "an")]
            thing = self._named(phrase) if phrase else self.draft.last
            self.mode, self.subject = "fields", thing
        elif lows and lows[-1] in words().thing_labels:
            self.mode, self.subject = "things", None
        elif nounphrases.is_thing(label) and len(label) == len(tokens):
            self.mode, self.subject = "fields", self._named(label)
        else:
            walk = Walk(self.draft)
            walk.read(tokens)
            fields = walk.mode == "fields" and walk.subject is not None
            self.mode = "fields" if fields else "things"
            self.subject = walk.subject

    def _named(self, phrase: Sequence[Token]) -> Thing | None:
        return self.draft.declare(phrase, "strong")

    def _sentence(self, tokens: Sequence[Token]) -> None:
        colon = _colon(tokens) or _dash(tokens)
        if colon is None:
            mode: Mode = "things" if self.mode == "things" else "none"
            Walk(self.draft, mode).read(tokens)
            return
        left, right = tokens[:colon], tokens[colon + 1 :]
        if link_at(left) is not None and slashed(right):
            Walk(self.draft).read(tokens)
            return
        label = _label(left)
        lows = [token.low for token in label]
        if lows and lows[-1] in words().field_labels:
            thing = self._named(label[:-1]) if label[:-1] else self._anything()
            if thing is not None:
                thing.strength = "strong"
                Walk(self.draft).fields(thing, right)
        elif lows and lows[-1] in words().thing_labels:
            Walk(self.draft, "things").read(right)
        elif _is_type(right) and not _common_plural(label):
            Walk(self.draft, "fields", self.draft.last).read(tokens)
        elif nounphrases.is_thing(label) and len(label) == len(_content(left)):
            self._labelled(label, right)
        else:
            self._introduced(left, right)

    def _anything(self) -> Thing | None:
        return self.draft.last or next(iter(self.draft.things.values()), None)

    def _introduced(self, left: Sequence[Token], right: Sequence[Token]) -> None:
        """`an API for a blog: posts with ...`, `data about planets: name, radius`."""
        before = self.draft.effects
        walk = Walk(self.draft)
        walk.read(left)
        self._entitle(left)
        for place, token in enumerate(left):
            if token.low in ("about", "of", "for") and self.draft.effects == before:
                phrase, rest = nounphrases.leading(left[place + 1 :])
                if nounphrases.is_thing(phrase) and not rest and _lists_fields(right):
                    walk.subject = self._named(phrase)
                    walk.mode = "fields"
        if walk.mode == "things" and self.draft.last is not None and _knows_fields(right):
            walk.mode, walk.subject = "fields", self.draft.last
        walk.read(right)

    def _entitle(self, left: Sequence[Token]) -> None:
        """`leaderboard for games: ...` names a trade, and the title with it."""
        phrase, _ = nounphrases.leading(left)
        if phrase and not self.draft.title and nounphrases.domain_of(phrase[-1:]):
            self.draft.title = said(phrase)
            self.draft.declare(phrase[-1:], "domain")

    def _labelled(self, label: Sequence[Token], right: Sequence[Token]) -> None:
        """`Books: title, author`, `Books: create and list`, or a topic before a sentence."""
        actions = only_actions(right)
        if actions:
            thing = self._named(label)
            if thing is not None:
                thing.actions = actions
        elif _lists_fields(right):
            thing = self._named(label)
            if thing is not None:
                Walk(self.draft).fields(thing, right)
        else:
            common = _common_plural(label)
            domain = nounphrases.domain_of(label[-1:])
            if not self.draft.title and not common and self.count == 1:
                self.draft.title = said(label)
            if common or not _LABEL_VERBS & {token.low for token in right[:4]}:
                strength = "strong" if common else "domain" if domain else "weak"
                self.draft.declare(label, strength)
            Walk(self.draft).read(right)


def _label(tokens: Sequence[Token]) -> list[Token]:
    """The words of a heading without determiners and adjectives, at most four; else nothing."""
    content = _content(tokens)
    while content and content[0].low in words().adjectives and not content[0].literal:
        content = content[1:]
    if len(content) > MAX_LABEL_WORDS or (len(content) > 1 and _orders(content[0])):
        return []
    if any(token.low in words().products and not token.literal for token in content):
        return []
    inner = [token for token in content if nounphrases.is_nounlike(token)]
    return inner if len(inner) == len(content) else []


def _orders(token: Token) -> bool:
    return token.low in words().manage and not token.literal


def _content(tokens: Sequence[Token]) -> list[Token]:
    determiners = words().determiners
    return [
        token
        for token in tokens
        if (token.word or token.number) and (token.literal or token.low not in determiners)
    ]


def _common_plural(label: Sequence[Token]) -> bool:
    return nounphrases.is_common(label) and nounphrases.is_plural(label)


def _colon(tokens: Sequence[Token]) -> int | None:
    """The colon that ends a label; None where a bracket comes first or there is none."""
    for place, token in enumerate(tokens):
        if token.low in ("(", "[", "{"):
            return None
        if token.low == ":":
            return place
    return None


def _dash(tokens: Sequence[Token]) -> int | None:
    """A dash with blanks around it, where it does the work of a colon."""
    for place in range(1, len(tokens) - 1):
        apart = tokens[place - 1].end < tokens[place].start
        apart = apart and tokens[place].end < tokens[place + 1].start
        if tokens[place].low in ("-", "–", "—") and apart:
            return place
    return None


def _is_type(right: Sequence[Token]) -> bool:
    """Whether what follows a colon is the type of a field."""
    if not right:
        return False
    first = right[0].low
    following = right[1].low if len(right) > 1 else ","
    if first in ("optional", "required") and following in attributes().types:
        return True
    return first in attributes().types and following in _AFTER_TYPE


def _entry(tokens: Sequence[Token]) -> Sequence[Token]:
    """A bullet's field: `title - the title of the book` keeps its name and what follows."""
    for place, token in enumerate(tokens[:5]):
        if token.low in ("-", "–", "—") and place:
            return [*tokens[:place], *_as_colon(token), *tokens[place + 1 :]]
    return tokens


def _as_colon(token: Token) -> list[Token]:
    return [Token(":", ":", token.start, token.end)]


def _lists_fields(right: Sequence[Token]) -> bool:
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
    if _knows_fields(right):
        return True
    short = [item for item in items if len(item.tokens) <= MAX_LABEL_WORDS]
    return len(short) == len(items) and len(items) > 1


def _knows_fields(right: Sequence[Token]) -> bool:
    """Whether an entry has a name that fields usually have, and none says what has what."""
    items = split_items(right)
    if any(link_at(item.tokens) is not None for item in items):
        return False
    return any(is_known(snake(low)) for item in items for low in item.lows)


def _without_politeness(tokens: Sequence[Token]) -> list[Token]:
    place = 0
    while place < len(tokens) and tokens[place].low in _POLITE and not tokens[place].literal:
        place += 1
    following = tokens[place].low if place < len(tokens) else ""
    return list(tokens[place:] if following in words().manage else tokens)
