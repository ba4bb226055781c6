"""The API while it is being read: things, their attributes, and what to tell the user."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from smartforge.contract import Action, Paging
from smartforge.contract.names import identifier, singular, snake, squeezed
from smartforge.planners.offline.phrases import Attribute
from smartforge.planners.offline.tokens import Sentence, Token, said
from smartforge.planners.offline.vocabulary import nouns

# How sure a thing is meant to be a resource: asked for in so many words, the name of the
# product ("todo API"), or the trade that it is for ("my gym").
Strength = Literal["strong", "weak", "domain"]

# What the next entry of a list is taken for. `open`: a product was named ("todo API with ..."),
# and the first entry that is clearly one or the other decides.
Mode = Literal["none", "fields", "things", "open"]

MAX_THINGS = 300
_RANK = {"strong": 2, "weak": 1, "domain": 0}


class Thing(msgspec.Struct):
    """Something that the API may keep.

    `listed` tells that its fields were named as a list, `whole` that it was only said to have
    other things ("a library has books"), so that it may be no more than a word for all of them,
    unless it is `meant` to be kept.
    """

    name: str
    said: str
    strength: Strength
    attributes: dict[str, Attribute] = msgspec.field(default_factory=dict[str, Attribute])
    listed: bool = False
    whole: bool = False
    meant: bool = False
    later: set[str] = msgspec.field(default_factory=set[str])
    dropped: set[str] = msgspec.field(default_factory=set[str])
    actions: tuple[Action, ...] | None = None
    prompt: int = 0
    stamped: bool = False


class Product(msgspec.Struct, frozen=True):
    """How to read on after the name of a product, and the thing that it names, if any."""

    mode: Mode
    subject: Thing | None = None


class Remark(msgspec.Struct):
    """Something said about the field `name` apart from its list: `about` and what went with it."""

    name: str
    said: str
    about: list[Token]
    inner: list[list[Token]]
    choices: tuple[str, ...]


class Relation(msgspec.Struct, frozen=True):
    """That `child` refers to `parent`, in the words `said`.

    `belongs`: each to one. `has`: the parent was said to have them, each alone or shared with
    others. `field` is what the reference was called; empty: after the parent. `required` is None
    where nothing was said.
    """

    child: str
    parent: str
    said: str
    field: str = ""
    required: bool | None = None
    form: Literal["belongs", "has", "shared"] = "belongs"


class Draft(msgspec.Struct):
    """What has been read so far. `last` is what "it" and "they" stand for.

    `called` holds the names of the resources that things became, `taken` those that none may get.
    `short` tells for which thing a part of its name stands.
    """

    things: dict[str, Thing] = msgspec.field(default_factory=dict[str, Thing])
    remarks: list[Remark] = msgspec.field(default_factory=list[Remark])
    relations: list[Relation] = msgspec.field(default_factory=list[Relation])
    called: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    notes: list[str] = msgspec.field(default_factory=list[str])
    last: Thing | None = None
    title: str = ""
    paging: Paging | None = None
    actions: tuple[Action, ...] | None = None
    passed: list[Sentence] = msgspec.field(default_factory=list[Sentence])
    prompt: int = 0
    known: frozenset[str] = frozenset()
    effects: int = 0
    taken: frozenset[str] = frozenset()
    short: dict[str, str] = msgspec.field(default_factory=dict[str, str])

    def adds_to(self, thing: Thing) -> bool:
        """Whether fields named now come on top of the usual ones, as those of later prompts do."""
        return thing.name in self.known or self.prompt > thing.prompt

    def note(self, text: str) -> None:
        """Keep a sentence for the user, once."""
        if text not in self.notes:
            self.notes.append(text)

    def find(self, name: str) -> Thing | None:
        """The thing of that name, or whose name ends in it or is its ending."""
        name = self.short.get(name, name)
        if name in self.things:
            return self.things[name]
        for known in self.things.values():
            if known.strength != "strong":
                continue
            if known.name.endswith(f"_{name}") or name.endswith(f"_{known.name}"):
                return known
        return None

    def declare(self, tokens: Sequence[Token], strength: Strength) -> Thing | None:
        """The thing that `tokens` name, new or known; None where no name can be made of them."""
        name = snake(" ".join(token.text for token in tokens))
        if not any(one.isalpha() for one in name):
            return None
        words = said(tokens)
        name = singular(identifier(name))
        thing = self.find(name)
        thing = thing or self._in_short(name)
        if thing is None and len(self.things) >= MAX_THINGS:
            return None
        if thing is None:
            thing = self.things[name] = Thing(name, words, strength, prompt=self.prompt)
        elif _RANK[strength] > _RANK[thing.strength]:
            thing.strength = strength
            thing.said = words
        self.last = thing
        self.effects += 1
        return thing

    def _in_short(self, name: str) -> Thing | None:
        """The houseplant that is a plant later on; a workshop is no shop."""
        for known in self.things.values():
            head = known.name.removesuffix(name)
            short = head != known.name and head.isalpha() and len(head) > 2 < len(name) - 1
            if short and not known.attributes and name not in nouns().domains:
                self.short[name] = known.name
                return known
        return None

    def keep(self, noun: str) -> None:
        """Declare a thing by its name in the singular."""
        text = noun.replace("_", " ")
        thing = self.declare([Token(text, text, 0, len(text), word=True)], "strong")
        if thing is not None:
            thing.meant = True

    def add(self, thing: Thing, attribute: Attribute) -> None:
        """Give `thing` an attribute; what was said later wins."""
        thing.attributes[attribute.name] = attribute
        thing.dropped.discard(attribute.name)
        if self.prompt > thing.prompt:
            thing.later.add(attribute.name)
        self.effects += 1

    def belongs(
        self,
        child: Thing,
        parent: Thing,
        words: str,
        had: bool = False,
        required: bool | None = None,
    ) -> None:
        """Remember a relation; `had`: `parent` was said to have what `child` is."""
        form = "has" if had else "belongs"
        self.relations.append(
            Relation(child.name, parent.name, words, required=required, form=form)
        )
        self.effects += 1

    def chosen(self) -> Iterator[Thing]:
        """The things to make: the strong ones; without any the weak; without those the trade's."""
        for strength in ("strong", "weak"):
            found = [
                thing
                for thing in self.things.values()
                if thing.strength == strength
                and not (thing.whole and not (thing.attributes or thing.meant))
            ]
            if found and not (len(found) == 1 and _is_place(found[0])):
                yield from found
                return
            if found:
                yield from self._of_trades(found)
                return
        yield from self._of_trades(list(self.things.values()))

    def _of_trades(self, places: Sequence[Thing]) -> Iterator[Thing]:
        """What is kept in places and trades, everything once."""
        names = {name: one for one in places for name in _kept_in(one.name) or (one.name,)}
        for one in places:
            for child, parent in _within(one.name):
                relation = Relation(child, parent, one.said)
                if relation not in self.relations:
                    self.relations.append(relation)
        for name, thing in names.items():
            yield self.things.setdefault(name, Thing(name, thing.said, "domain"))


def _kept_in(name: str) -> tuple[str, ...]:
    domains = nouns().domains
    return domains.get(squeezed(name)) or domains.get(name.rpartition("_")[2]) or ()


def _within(name: str) -> tuple[tuple[str, str], ...]:
    within = nouns().within
    return within.get(squeezed(name)) or within.get(name.rpartition("_")[2]) or ()


def _is_place(thing: Thing) -> bool:
    """`my little museum`: one place and nothing about it, which stands for what is kept there."""
    last = thing.said.split()[-1].lower() if thing.said else ""
    several = bool(last) and singular(last) != last
    return bool(_kept_in(thing.name)) and not (thing.attributes or thing.actions or several)


def listing(names: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def a(words: str) -> str:
    """`an order`, `a user`: `words` after its article."""
    sounded = words[:1] in "aeiou" and not words.startswith(("use", "uni", "eu", "one", "uti"))
    return f"{'an' if sounded else 'a'} {words}"
