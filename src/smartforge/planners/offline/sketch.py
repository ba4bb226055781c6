"""The contract while readers work on it: what base reading made, and what else the prompt says."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from smartforge.contract import Access, Contract, NotMade, Resource
from smartforge.contract.names import singular, snake
from smartforge.planners.offline.draft import Draft
from smartforge.planners.offline.prompt import Prompt
from smartforge.planners.offline.tokens import Sentence, Token, said, sentences


class Claims(msgspec.Struct):
    """The sentences of all prompts before the base reading, which will not see what is hidden.

    Places count sentences from 0, as in the `Sketch` of the same prompts. `schemas` are names
    that no resource may get, since something else has them. `told` are sentences to be read
    besides, each after the things that are named at its token.
    """

    prompt: Prompt
    hidden: set[tuple[int, int]] = msgspec.field(default_factory=set[tuple[int, int]])
    names: dict[tuple[int, int], list[str]] = msgspec.field(
        default_factory=dict[tuple[int, int], list[str]]
    )

    schemas: set[str] = msgspec.field(default_factory=set[str])
    told: dict[tuple[int, int], list[Sentence]] = msgspec.field(
        default_factory=dict[tuple[int, int], list[Sentence]]
    )

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return self.prompt.sentences

    def tell(self, place: int, at: int, text: str) -> None:
        """Let the base reading also read `text`, after what is named at a token."""
        self.names.setdefault((place, at), [])
        self.told.setdefault((place, at), []).extend(sentences(text))

    def name(self, place: int, at: int, noun: str) -> None:
        """Let the base reading keep a thing called `noun`, named at a token of a sentence."""
        self.names.setdefault((place, at), []).append(noun)

    def hide(self, place: int, begin: int = 0, end: int | None = None) -> None:
        """Keep the tokens from `begin` until before `end` of a sentence from the base reading."""
        last = len(self.sentences[place].tokens) if end is None else end
        self.hidden |= {(place, at) for at in range(begin, last)}

    def parts(self, place: int) -> Iterator[tuple[list[str], Sentence | None]]:
        """What is left of a sentence, cut where things are named, each part after its things."""
        sentence = self.sentences[place]
        names: list[str] = []
        kept: list[Token] = []
        for at, token in enumerate(sentence.tokens):
            if (place, at) in self.names:
                yield names, _part(sentence, kept, last=False)
                names, kept = list(self.names[place, at]), []
                for told in self.told.get((place, at), ()):
                    yield names, told
                    names = []
            if (place, at) not in self.hidden:
                kept.append(token)
        yield names, _part(sentence, kept, last=True)


def _part(sentence: Sentence, kept: Sequence[Token], last: bool) -> Sentence | None:
    if len(kept) == len(sentence.tokens):
        return sentence
    if not any(token.word or token.number for token in kept):
        return None
    return Sentence(tuple(kept), said(kept), sentence.bullet, sentence.opens and last)


class Acting(msgspec.Struct, frozen=True):
    """That `access` tells who may do `verb`, which changes a state of the resources `names`.

    `alone`: nothing else was made of these words. `own`: nobody may do it with what is their own.
    `duty`: it is part of who moves rows on from state to state.
    """

    names: tuple[str, ...]
    verb: str
    access: Access | None
    said: str
    alone: bool
    own: bool = False
    duty: bool = False


class Sketch(msgspec.Struct):
    """A contract that is being completed: readers replace what they know better.

    `taken` holds what has been read of the sentences, as places of sentences and of tokens in
    them; nobody is told that such words were not understood, and they give no wish away.
    `linked` holds the words for every reference, by its resource and field; empty: it is assumed.
    `acting` tells who was said to do what changes a state.
    """

    contract: Contract
    prompt: Prompt
    draft: Draft
    notes: list[str] = msgspec.field(default_factory=list[str])
    taken: set[tuple[int, int]] = msgspec.field(default_factory=set[tuple[int, int]])
    linked: dict[tuple[str, str], str] = msgspec.field(default_factory=dict[tuple[str, str], str])

    acting: list[Acting] = msgspec.field(default_factory=list[Acting])
    not_made: list[NotMade] = msgspec.field(default_factory=list[NotMade])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return self.prompt.sentences

    def note(self, text: str) -> None:
        """Keep a sentence for the user, once."""
        if text not in self.notes:
            self.notes.append(text)

    def take(self, place: int, begin: int = 0, end: int | None = None) -> None:
        """Remember that the tokens from `begin` until before `end` of a sentence were read."""
        last = len(self.sentences[place].tokens) if end is None else end
        self.taken |= {(place, at) for at in range(begin, last)}

    def is_taken(self, place: int, at: int) -> bool:
        return (place, at) in self.taken

    def untaken(self, place: int) -> Sentence:
        """The sentence with a comma in place of every token that was read."""
        sentence = self.sentences[place]
        if not any(self.is_taken(place, at) for at in range(len(sentence.tokens))):
            return sentence
        tokens = tuple(
            Token(",", ",", token.start, token.end) if self.is_taken(place, at) else token
            for at, token in enumerate(sentence.tokens)
        )
        return msgspec.structs.replace(sentence, tokens=tokens)

    def knows(self, part: Sentence) -> bool:
        """Whether every token of `part`, which is of one of the sentences, was read."""
        read = {self.sentences[place].tokens[at] for place, at in self.taken}
        return read.issuperset(part.tokens)

    def put(self, resource: Resource) -> None:
        """Replace the resource of the same name, or add it as the last one."""
        known = [one.name for one in self.contract.resources]
        resources = tuple(
            resource if one.name == resource.name else one for one in self.contract.resources
        )
        if resource.name not in known:
            resources = (*resources, resource)
        self.contract = msgspec.structs.replace(self.contract, resources=resources)

    def find(self, name: str) -> Resource | None:
        """The resource called `name`, singular or plural, or by the last or first words of it."""
        one = singular(name)
        resources = self.contract.resources
        for resource in resources:
            if name in (resource.name, resource.plural) or one == resource.name:
                return resource
        for resource in resources:
            if resource.name.endswith(f"_{one}") or one.endswith(f"_{resource.name}"):
                return resource
        return None

    def find_exactly(self, tokens: Sequence[Token]) -> Resource | None:
        """The resource whose whole name a noun phrase is, singular or plural."""
        name = snake(" ".join(token.text for token in tokens))
        known = self.contract.resources
        return next(
            (one for one in known if singular(name) == one.name or name == one.plural), None
        )

    def find_said(self, tokens: Sequence[Token]) -> Resource | None:
        """The resource that a noun phrase names."""
        name = snake(" ".join(token.text for token in tokens))
        return self.find(name) if name else None


# Runs before the base reading and hides from it what a reader will read.
Claim = Callable[[Claims], None]

# Runs after it: reads sentences, changes the contract, tells the user.
Reader = Callable[[Sketch], None]
