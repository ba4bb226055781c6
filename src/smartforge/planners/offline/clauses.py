"""Clauses read entry by entry: who has what, what is kept, what a list goes on with."""

from collections.abc import Sequence

from smartforge.contract.names import singular, snake
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases, remarks
from smartforge.planners.offline.cues import (
    goes_on,
    is_subject,
    is_verb,
    link_at,
    merged,
    object_of,
    participle,
    product_at,
    sorted_out,
    verb_at,
    without_label,
)
from smartforge.planners.offline.draft import Draft, Mode, Thing
from smartforge.planners.offline.entries import add_field
from smartforge.planners.offline.having import (
    breaks_off,
    is_child,
    is_common_name,
    is_described,
    is_manner,
    is_number,
    is_object,
    is_whole,
    knows_fields,
)
from smartforge.planners.offline.items import Item, split_items
from smartforge.planners.offline.parents import is_of
from smartforge.planners.offline.parts import parts_of, pieces
from smartforge.planners.offline.products import read_product
from smartforge.planners.offline.relations import relate, related
from smartforge.planners.offline.tokens import Sentence, Token, said
from smartforge.planners.offline.vocabulary import nouns, words

_RELATIVE = word_set(
    """
    that which who each should must will can may also would could always all only both to
    usually shall might just then of in
    """
)
_ONE = frozenset(["a", "an", "each", "every", "the", "one"])
_NEEDING = frozenset(["need", "needs", "require", "requires"])
_WISHES_TO = frozenset(["want", "wants", "need", "needs", "like", "able", "love", "going"])


# Whom a business has, and none of its things.
_BUYERS = frozenset(["customer", "client", "user"])


def _is_page_size(item: Item) -> bool:
    """`25 per page`: how long a list is, and nothing in it."""
    return item.lows[-2:] == ["per", "page"] and item.tokens[0].number


def is_place(name: str) -> bool:
    """Whether a thing may have customers: a trade, or one that holds other things."""
    return name.rpartition("_")[2] in nouns().domains or is_of(name, "holders")


class Walk:
    """One clause being read; `mode` and `subject` can be taken up by the entries of a list.

    `linked`: the list was announced. `sure`: it is one of things; `named` counts them.
    """

    def __init__(self, draft: Draft, mode: Mode = "none", subject: Thing | None = None) -> None:
        self.draft = draft
        self.mode: Mode = mode
        self.subject = subject
        self.linked = self.sure = False
        self.named = 0

    def read(self, tokens: Sequence[Token]) -> None:
        """Read a clause; what was understood goes to the draft."""
        items = [one for one in merged(split_items(tokens)) if not _is_page_size(one)]
        items = sorted_out(items) if self.mode == "fields" else items
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
            stated = self.mode == "fields" and item.lows[0] in ("is", "are", "can", "may")
            self.mode = "fields" if stated else "none"
            return
        if self.mode == "fields" and self._field(item, following):
            return
        if self.mode == "things" and self._thing(item):
            return
        if self._verb(item):
            return
        if self._product(item.tokens):
            self._parenthesised(item)
            return
        if self.mode in ("open", "things") and self._open(item, following):
            return
        phrase, rest = nounphrases.leading(item.tokens)
        on = rest[:1] and rest[0].low in ("on", "of") and len(phrase) == 1
        if on and nounphrases.is_children(phrase) and related(self.draft, phrase, rest, item):
            return
        self._braced(item)

    # ---- "X has Y", "X with Y" -----------------------------------------------------------------

    def _linked(self, item: Item, link: int, following: Item | None) -> None:
        left, right = list(item.tokens[:link]), list(item.tokens[link + 1 :])
        if item.lows[link] in ("consist", "consists", "made") and right and right[0].low == "of":
            right = right[1:]
        right = without_label(right)
        rest = Item(right, item.inner, "", item.choices)
        alone = following is None or following.separator == "clause"
        if alone and item.lows[link] == "have" and self._are_remarks(left, right):
            return
        if item.lows[link] in _NEEDING and product_at(right) is not None:
            self._product(right)  # a shop needs an inventory API
            return
        if self._aim(left, right, item.lows[link]) and (right or item.choices):
            self._item(rest, following)

    def _are_remarks(self, left: list[Token], right: list[Token]) -> bool:
        """`complaints have remarks`: what is all that they have is a thing, by its plural."""
        noun = nounphrases.noun_of(right)
        if len(right) != 1 or right[0].low == noun or not nounphrases.is_common(right):
            return False
        phrase = nounphrases.trailing(left)
        whose = self.draft.find(nounphrases.noun_of(phrase)) if phrase else self.subject
        parent = whose or (None if phrase else self.draft.last)
        if parent is None or not is_of(noun, "about"):
            return False
        return self._declared_child(parent, right, Item(right, [])) is not None

    def _aim(self, left: list[Token], right: list[Token], verb: str) -> bool:
        """Set mode and subject for what stands right of a link; False where it is no list."""
        begin = len(left)
        while begin > 0 and left[begin - 1].low in _RELATIVE and not left[begin - 1].literal:
            begin -= 1
        if begin and left[begin - 1].low in _WISHES_TO and begin < len(left):
            self.mode = "things"
            return True
        phrase = object_of(left) or self._of_one(left[:begin]) or nounphrases.trailing(left[:begin])
        if not phrase and len(left) == 1 and nounphrases.is_plural(left) and verb == "have":
            phrase = left  # works have a title
        if not phrase and verb == "has" and begin == 2 and left[0].low in _ONE and left[1].word:
            phrase = left[1:2]  # every push has an id
        container = len(phrase) > 1 and phrase[-1].low in words().containers
        product = phrase and nounphrases.is_product(phrase[-1])
        one = begin == 2 and verb == "has" and left[0].low in _ONE - {"the"}
        if product and one and phrase[-1].low not in ("api", "backend") and knows_fields(right):
            self.subject = self.draft.declare(phrase, "strong")  # a tool has a name
            self.mode = "fields"
            return self.subject is not None
        if container or product:
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
        if verb == "with" and begin == len(phrase) == 1 and is_manner(phrase, right):
            self.mode = "none"
            return False
        if self._product(left[:begin]) and is_whole(self.subject, phrase):
            self.mode, self.linked = "open", True
            return True
        if is_subject(phrase, verb) and not participle(phrase):
            if nounphrases.domain_of(phrase[-1:]) and not self.draft.title:
                self.draft.title = said(phrase)
            self.subject = self.draft.declare(phrase, "strong")
            self.mode = "fields"
            return self.subject is not None
        return self._aim_at_last([token.low for token in left], verb)

    def _of_one(self, left: list[Token]) -> list[Token]:
        """`hearings` of `hearings of a case`: what follows is theirs and not the case's."""
        at = next((at for at, one in enumerate(left) if one.low in ("of", "for", "per")), 0)
        per = bool(at) and left[at].low == "per" and at + 1 < len(left)
        if not at or not (per or (at + 2 < len(left) and left[at + 1].low in _ONE)):
            return []
        phrase, rest = nounphrases.leading(left[:at])
        whose = self.draft.find(nounphrases.noun_of(left[at + 1 :]))
        if (
            rest
            or whose is None
            or not (nounphrases.is_thing(phrase) and nounphrases.is_plural(phrase))
        ):
            return []
        child = self.draft.declare(phrase, "strong")
        if child is not None and child is not whose:
            self.draft.belongs(child, whose, said(left))
        return phrase

    def _aim_at_last(self, left: list[str], verb: str) -> bool:
        if any(low in ("i", "we", "there") for low in left):
            self.mode = "things"
            return True
        subject = self.subject or self.draft.last
        keeping = verb in ("stores", "store", "keeps", "holds", "contains", "manages", "has")
        if subject is None and keeping and left and left[-1] in words().products | {"it", "this"}:
            self.mode = "things"
            return True
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
        if item.tokens[0].literal and is_object(item.inner):
            self.draft.passed.append(Sentence(tuple(item.tokens), item.said))
            return True  # an object in an example in JSON
        phrase, rest = nounphrases.leading(item.tokens)
        if (
            is_child(thing.name, phrase)
            and not is_described(item, rest)
            and not is_number(thing, item)
        ):
            return self._declared_child(thing, phrase, item) is not None
        if related(self.draft, phrase, rest, item):
            return True
        for part in parts_of(item):
            add_field(self.draft, thing, part, following)
        return True

    def _declared_child(self, parent: Thing, phrase: list[Token], item: Item) -> Thing | None:
        child = self.draft.declare(phrase, "strong")
        if child is not None and child.name in _BUYERS and not is_place(parent.name):
            return child  # boats with a name, customers, bookings
        if child is not None:
            self.draft.belongs(child, parent, item.said, had=True)
            for inner in item.inner:
                self._inner(child, inner)
            self.draft.last = parent
            # Shows have episodes; only one of its kind may be no more than all its parts.
            several = singular(snake(parent.said)) != snake(parent.said)
            known = parent.attributes or is_common_name(parent.name) or several
            parent.whole = parent.whole or not known
        return child

    def _thing(self, item: Item) -> bool:
        phrase, rest = nounphrases.leading(item.tokens)
        acts = verb_at(item.tokens) == 0 and len(item.tokens) > 1
        if acts or not nounphrases.is_thing(phrase):
            return False
        if (rest and rest[0].low in ("/", "|", ":", "=")) or len(pieces(item.tokens)) > 1:
            return False
        if self._is_had(phrase):
            return False
        many = nounphrases.is_plural(phrase) or nounphrases.is_mass(phrase)
        introduced = phrase[0] is not item.tokens[0] or phrase[-1].literal
        field = nounphrases.is_field(phrase)
        if not (self.sure or many or nounphrases.is_common(phrase) or (introduced and not field)):
            return False
        owner = self.draft.last
        thing = self.draft.declare(phrase, "strong")
        if thing is None:
            return False
        self.named += 1
        if item.lows[0] in ("their", "its") and owner is not None:
            self.draft.belongs(thing, owner, item.said, had=True)
        self.subject = thing if self.named == 1 else None
        relate(self.draft, thing, rest, item)
        for inner in item.inner:
            self._inner(thing, inner)
        return True

    def _is_had(self, phrase: Sequence[Token]) -> bool:
        """`find donors by blood group and city`: what it has is sought, and nothing else."""
        last = self.draft.last
        one = last is not None and not nounphrases.is_plural(phrase)
        return bool(one and self.named and last and snake(said(phrase)) in last.attributes)

    def _inner(self, thing: Thing, inner: Sequence[Token]) -> None:
        """Fields in parentheses after a thing: `books (title, author)`."""
        if inner and inner[0].low not in ("e.g.", "i.e.", "like", "such", "optional"):
            Walk(self.draft).fields(thing, inner)

    def _parenthesised(self, item: Item) -> None:
        """`API for lighthouses (name, height)`: the fields of what the product is for."""
        for inner in item.inner:
            if self.subject is not None and knows_fields(inner):
                self._inner(self.subject, inner)
                self.subject.strength = "strong"

    def _braced(self, item: Item) -> None:
        """`Book { title: string, price: number }`, `book (title, author)`."""
        phrase, rest = nounphrases.leading(item.tokens)
        if item.inner and rest:
            phrase, rest = nounphrases.trailing(item.tokens), []  # pupils hand in essays (title)
            rest = [] if nounphrases.is_plural(phrase[-1:]) else phrase
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
        things = nounphrases.is_things_rather(phrase) and len(pieces(item.tokens)) == 1
        if things and (self.linked or nounphrases.is_common(phrase)):
            self.mode = "things"
            return self._thing(item)
        if related(self.draft, phrase, rest, item):
            return True
        known = nounphrases.is_field(phrase) or nounphrases.is_field(first)
        if subject is not None and (known or is_described(item, rest)) and not breaks_off(item):
            subject.strength = "strong"
            self.mode = "fields"
            return self._field(item, following)
        return False

    # ---- "manage books", "todo API" ------------------------------------------------------------

    def _verb(self, item: Item) -> bool:
        at = verb_at(item.tokens)
        if at is None:
            return False
        tokens = item.tokens
        self._product(tokens[:at])
        sure = False
        while at < len(tokens) and (is_verb(tokens, at) or goes_on(tokens, at)):
            sure = sure or tokens[at].low in words().manage | words().record
            at += 1
        phrase, rest = nounphrases.leading(tokens[at:])
        if not phrase:
            self.mode = "none" if tokens[at:] else self.mode
            return not tokens[at:]
        if nounphrases.is_product(phrase[-1]) or phrase[-1].low in words().containers:
            self._product(tokens[at:])
            self._verb(Item(list(rest), item.inner, "", item.choices))
            return True
        known = self.draft.find(singular(snake(" ".join(one.text for one in phrase)))) is not None
        common = nounphrases.is_common(phrase)
        sure = sure and (nounphrases.is_plural(phrase) or phrase[0] is not tokens[at])
        sure = sure or phrase[-1].literal
        if not nounphrases.is_thing(phrase) or not (known or common or sure):
            return False
        held = any(knows_fields(inner) for inner in item.inner)
        if nounphrases.is_field(phrase) and not (known or common or held):
            return False
        self.mode = "things"
        return self._thing(Item(tokens[at:], item.inner, "", item.choices))

    def _product(self, tokens: Sequence[Token]) -> bool:
        product = read_product(self.draft, tokens)
        if product is None:
            return False
        self.mode, self.subject = product.mode, product.subject or self.subject
        return True
