"""Clauses read entry by entry: who has what, what is kept, what a list goes on with."""

from collections.abc import Sequence
from typing import Literal

from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases, remarks
from smartforge.planners.offline.cues import (
    breaks_off,
    is_common_name,
    is_described,
    is_verb,
    link_at,
    merged,
    names_nothing,
    object_of,
    opens_list,
    parent_phrase,
    participle,
    product_at,
    verb_at,
    with_shared_word,
    without_label,
)
from smartforge.planners.offline.draft import Draft, Thing
from smartforge.planners.offline.items import Item, split_items
from smartforge.planners.offline.phrases import (
    kind_of_name,
    pieces,
    read_attribute,
)
from smartforge.planners.offline.tokens import Sentence, Token, said
from smartforge.planners.offline.vocabulary import nouns, words

# What the next entry of a list is taken for. `open`: a product was named ("todo API with ..."),
# and the first entry that is clearly one or the other decides.
Mode = Literal["none", "fields", "things", "open"]

_RELATIVE = word_set(
    """
    that which who each should must will can may also would could always all only both to
    usually shall might just then of in
    """
)
_NO_TITLE = frozenset({"collection", "collections", "list", "lists", "set"})
_WISHES_TO = frozenset(["want", "wants", "need", "needs", "like", "able", "love", "going"])
_NO_FIELD = word_set(
    """
    limit offset first newest
    authentication authorization pagination paging crud operation operations endpoint
    endpoints api apis login signup jwt validation sorting filtering searching permission
    permissions access tests test documentation docs docker everything following fields
    attributes properties support them it each json rest data information details
    """
)


class Walk:
    """One clause being read; `mode` and `subject` can be taken up by the entries of a list."""

    def __init__(self, draft: Draft, mode: Mode = "none", subject: Thing | None = None) -> None:
        self.draft = draft
        self.mode: Mode = mode
        self.subject = subject
        self.linked = False

    def read(self, tokens: Sequence[Token]) -> None:
        """Read a clause; what was understood goes to the draft."""
        items = merged(split_items(tokens))
        for place, item in enumerate(items):
            before, listing = self.draft.effects, self.mode in ("fields", "things")
            self._item(item, items[place + 1] if place + 1 < len(items) else None)
            if listing and self.draft.effects == before:
                self._pass_over(item)

    def _pass_over(self, item: Item) -> None:
        """Remember an entry of a list that was not understood, so that the user is told."""
        phrase, rest = nounphrases.leading(item.tokens)
        if nounphrases.is_thing(phrase) and not rest:
            self.draft.passed.append(Sentence(tuple(item.tokens), item.said))

    def fields(self, thing: Thing, tokens: Sequence[Token]) -> None:
        """Read `tokens` as the list of the fields of `thing`."""
        self.mode, self.subject = "fields", thing
        self.read(tokens)

    def _item(self, item: Item, following: Item | None) -> None:
        if item.separator == "clause":
            self.mode = "none"
        link = link_at(item.tokens)
        if link is not None:
            self._linked(item, link, following)
            return
        if remarks.read_remark(self.draft, item, self.subject):
            self.mode = "none"
            return
        if self.mode == "fields" and self._field(item, following):
            return
        if self.mode == "things" and self._thing(item):
            return
        if self._verb(item) or self._product(item.tokens):
            return
        if self.mode in ("open", "things") and self._open(item, following):
            return
        self._braced(item)

    # ---- "X has Y", "X with Y" -----------------------------------------------------------------

    def _linked(self, item: Item, link: int, following: Item | None) -> None:
        left, right = list(item.tokens[:link]), list(item.tokens[link + 1 :])
        if item.lows[link] in ("consist", "consists", "made") and right and right[0].low == "of":
            right = right[1:]
        right = without_label(right)
        rest = Item(right, item.inner, "", item.choices)
        if self._aim(left, right, item.lows[link]) and (right or item.choices):
            self._item(rest, following)

    def _aim(self, left: list[Token], right: list[Token], verb: str) -> bool:
        """Set mode and subject for what stands right of a link; False where it is no list."""
        begin = len(left)
        while begin > 0 and left[begin - 1].low in _RELATIVE and not left[begin - 1].literal:
            begin -= 1
        if begin and left[begin - 1].low in _WISHES_TO and begin < len(left):
            self.mode = "things"
            return True
        phrase = object_of(left) or nounphrases.trailing(left[:begin])
        container = len(phrase) > 1 and phrase[-1].low in words().containers
        if container or (phrase and phrase[-1].low in words().products):
            self._product(left[:begin])
            self._verb(Item(left[:begin], []))
            if phrase[-1].low in ("endpoint", "endpoints"):
                self.mode = "none"
                return False
            self.mode, self.linked = "open", True
            return True
        if phrase and not phrase[-1].literal and phrase[-1].low in words().thing_labels:
            self.mode = "things"
            return True
        bare = verb == "with" and begin == len(phrase) == 1 and not nounphrases.is_plural(phrase)
        if bare and not (
            nounphrases.is_common(phrase) or nounphrases.is_field(nounphrases.leading(right)[0])
        ):
            self.mode = "none"
            return False
        if _is_subject(phrase, verb) and not participle(phrase):
            self._product(left[:begin])
            self.subject = self.draft.declare(phrase, "strong")
            self.mode = "fields"
            return self.subject is not None
        return self._aim_at_last([token.low for token in left], verb)

    def _aim_at_last(self, left: list[str], verb: str) -> bool:
        if any(low in ("i", "we", "there") for low in left):
            self.mode = "things"
            return True
        subject = self.subject or self.draft.last
        if subject is None or (left and verb == "with" and left[-1] not in _RELATIVE | {"it"}):
            self.mode = "none"
            return False
        if self.mode != "open" or verb != "with":
            self.mode = "fields"
        self.subject = subject
        return True

    # ---- entries of lists ----------------------------------------------------------------------

    def _field(self, item: Item, following: Item | None) -> bool:
        thing = self.subject
        if thing is None or breaks_off(item):
            self.mode = "none"
            return False
        phrase, rest = nounphrases.leading(item.tokens)
        trade = thing.name in nouns().domains and nounphrases.is_things_rather(phrase)
        described = is_described(item, rest) or opens_list(item)
        if (trade or nounphrases.is_children(phrase)) and not described:
            return self._declared_child(thing, phrase, item) is not None
        if self._related(phrase, rest, item):
            return True
        for tokens in pieces(item.tokens) if not item.inner and not item.choices else [item.tokens]:
            self._add(
                thing, Item(list(tokens), item.inner, item.separator, item.choices), following
            )
        return True

    def _add(self, thing: Thing, item: Item, following: Item | None) -> None:
        attribute = read_attribute(with_shared_word(item, following))
        if attribute is None or attribute.name in _NO_FIELD:
            return
        if names_nothing(attribute, item):
            return
        if thing.whole and not thing.attributes and kind_of_name(attribute.name) is None:
            return
        thing.listed = thing.listed or not self.draft.adds_to(thing)
        self.draft.last = thing
        if attribute.name in thing.attributes and self.draft.prompt == thing.prompt:
            name = attribute.name
            self.draft.note(f'"{name}" was named twice for {thing.name}; the last one counts.')
        self.draft.add(thing, attribute)

    def _declared_child(self, parent: Thing, phrase: list[Token], item: Item) -> Thing | None:
        child = self.draft.declare(phrase, "strong")
        if child is not None:
            self.draft.belongs(child, parent, item.said)
            self.draft.last = parent
            parent.whole = parent.whole or not (parent.attributes or is_common_name(parent.name))
        return child

    def _thing(self, item: Item) -> bool:
        phrase, rest = nounphrases.leading(item.tokens)
        if verb_at(item.tokens) == 0 or not nounphrases.is_thing(phrase):
            return False
        if rest and rest[0].low in ("/", "|", ":", "="):
            return False
        many = nounphrases.is_plural(phrase) or nounphrases.is_mass(phrase)
        introduced = phrase[0] is not item.tokens[0] or phrase[-1].literal
        field = nounphrases.is_field(phrase)
        if not (many or nounphrases.is_common(phrase) or (introduced and not field)):
            return False
        thing = self.draft.declare(phrase, "strong")
        if thing is None:
            return False
        self._relations(thing, rest, item)
        for inner in item.inner:
            self._inner(thing, inner)
        return True

    def _inner(self, thing: Thing, inner: Sequence[Token]) -> None:
        """Fields in parentheses after a thing: `books (title, author)`."""
        if inner and inner[0].low not in ("e.g.", "i.e.", "like", "such", "optional"):
            Walk(self.draft).fields(thing, inner)

    def _braced(self, item: Item) -> None:
        """`Book { title: string, price: number }`, `book (title, author)`."""
        phrase, rest = nounphrases.leading(item.tokens)
        if not item.inner or rest or not nounphrases.is_thing(phrase):
            return
        fields = split_items(item.inner[0])
        known = [one for one in fields if nounphrases.is_field(nounphrases.leading(one.tokens)[0])]
        if len(known) * 2 >= len(fields) and known:
            thing = self.draft.declare(phrase, "strong")
            if thing is not None:
                Walk(self.draft).fields(thing, item.inner[0])

    def _open(self, item: Item, following: Item | None) -> bool:
        phrase, rest = nounphrases.leading(item.tokens)
        subject = self.subject
        first = pieces(item.tokens)[0]
        if rest and rest[0].low in ("/", "|"):
            return False
        if nounphrases.is_things_rather(phrase) and (self.linked or nounphrases.is_common(phrase)):
            self.mode = "things"
            return self._thing(item)
        if self._related(phrase, rest, item):
            return True
        known = nounphrases.is_field(phrase) or nounphrases.is_field(first)
        if subject is not None and (known or is_described(item, rest)) and not breaks_off(item):
            subject.strength = "strong"
            self.mode = "fields"
            return self._field(item, following)
        return False

    def _related(self, phrase: list[Token], rest: Sequence[Token], item: Item) -> bool:
        """`comments on each post`: a thing that belongs to another."""
        if not nounphrases.is_plural(phrase) or not nounphrases.is_thing(phrase):
            return False
        if parent_phrase(rest) is None:
            return False
        child = self.draft.declare(phrase, "strong")
        if child is not None:
            self._relations(child, rest, item)
        return child is not None

    def _relations(self, child: Thing, rest: Sequence[Token], item: Item) -> None:
        parent = parent_phrase(rest)
        if parent is None:
            return
        known = self.draft.find(singular(snake(" ".join(token.text for token in parent))))
        if known is not None:
            self.draft.belongs(child, known, item.said)

    # ---- "manage books", "todo API" ------------------------------------------------------------

    def _verb(self, item: Item) -> bool:
        at = verb_at(item.tokens)
        if at is None:
            return False
        tokens = item.tokens
        self._product(tokens[:at])
        sure = False
        while at < len(tokens) and (is_verb(tokens, at) or _goes_on(tokens, at)):
            sure = sure or tokens[at].low in words().manage
            at += 1
        phrase, rest = nounphrases.leading(tokens[at:])
        if not phrase:
            self.mode = "none" if tokens[at:] else self.mode
            return not tokens[at:]
        if phrase[-1].low in words().products | words().containers:
            self._product(tokens[at:])
            self._verb(Item(list(rest), item.inner, "", item.choices))
            return True
        known = self.draft.find(singular(snake(" ".join(one.text for one in phrase)))) is not None
        common = nounphrases.is_common(phrase)
        sure = sure and (nounphrases.is_plural(phrase) or phrase[0] is not tokens[at])
        sure = sure or phrase[-1].literal
        if not nounphrases.is_thing(phrase) or not (known or common or sure):
            return False
        if nounphrases.is_field(phrase) and not (known or common):
            return False
        self.mode = "things"
        return self._thing(Item([*phrase, *rest], item.inner, "", item.choices))

    def _product(self, tokens: Sequence[Token]) -> bool:
        """`a todo list API for my gym`: what is asked for, by its name or by what it is for."""
        at = product_at(tokens)
        if at is None:
            return False
        head = nounphrases.trailing(tokens[:at])
        named = [token for token in head if token.low not in words().containers or token.literal]
        if tokens[min(at, len(tokens) - 1)].low in ("endpoint", "endpoints"):
            named = []
        self._name_product(head, named)
        if at + 2 < len(tokens) and tokens[at + 1].low in ("called", "named"):
            self.draft.title = said(nounphrases.leading(tokens[at + 2 :])[0])
        self.mode = "open"
        self._for(tokens, at)
        return True

    def _name_product(self, head: Sequence[Token], named: Sequence[Token]) -> None:
        empty = words().adjectives | _NO_TITLE
        if any(token.low not in empty for token in head) and not self.draft.title:
            self.draft.title = said(head)
        if not named or (named[-1].low in words().not_things and not named[-1].literal):
            return
        domain = nounphrases.domain_of(named[-1:])
        self.subject = self.draft.declare(named, "domain" if domain else "weak")

    def _for(self, tokens: Sequence[Token], at: int) -> None:
        """What the product at `at` is for: `for my gym`, `of recipes`."""
        for place in range(max(0, at - 1), len(tokens)):
            near = place <= at + 1 and tokens[place].low in ("about", "of", "around")
            if near or tokens[place].low == "for":
                phrase, _ = nounphrases.leading(tokens[place + 1 :])
                self._purpose(phrase)
                return
            if tokens[place].low in ("that", "which", "who"):
                return

    def _purpose(self, phrase: list[Token]) -> None:
        if not nounphrases.is_thing(phrase) or phrase[-1].low in ("school", "work", "fun"):
            if phrase and nounphrases.domain_of(phrase[-1:]):
                self.subject = self.draft.declare(phrase[-1:], "domain")
            return
        if not self.draft.title:
            self.draft.title = said(phrase)
        domain = nounphrases.domain_of(phrase[-1:])
        if domain and not nounphrases.is_plural(phrase):
            self.subject = self.draft.declare(phrase[-1:], "domain")
        elif nounphrases.is_plural(phrase) or nounphrases.is_common(phrase):
            self.subject = self.draft.declare(phrase, "strong")
            self.mode = "things"
        else:
            self.subject = self.draft.declare(phrase, "weak")


def _is_subject(phrase: Sequence[Token], verb: str) -> bool:
    """Whether a noun phrase before a link is a thing; whatever "has" something is one."""
    if nounphrases.is_thing(phrase):
        return True
    owns = verb in ("has", "have", "contains", "contain")
    return bool(phrase) and owns and len(phrase[-1].low) > 1


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """`keep track of`, `CRUD for`: words between a verb and its object."""
    low, before = tokens[at].low, tokens[at - 1].low if at else ""
    return low in ("track", "of") or (low in ("for", "operations") and before in _CRUD)


_CRUD = frozenset({"crud", "operations"})
