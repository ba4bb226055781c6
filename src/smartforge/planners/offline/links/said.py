"""Relations in sentences that name no fields: `a grade is for a student and a class`."""

from collections.abc import Iterator, Sequence

from smartforge.contract import Resource
from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.draft import Relation
from smartforge.planners.offline.items import split_items
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.statements.statement import statements
from smartforge.planners.offline.statements.vocabulary import act_of, actions_of
from smartforge.planners.offline.statements.wanting import MAX_TOKENS
from smartforge.planners.offline.tokens import Token, said

_MADE = word_set(
    """
    made written placed created owned sold taught taken left posted run hosted given led played
    published produced directed held borrowed booked assigned linked tied attached connected
    related part child
    """
)
_PAST = ("ed", "en", "wn", "ght", "ung", "elt", "old", "ept")
MIN_PARTICIPLE = 3
_PARTICLES = word_set("after up out over down off together")
_BEING = word_set(
    """
    is are was be belongs belong refers refer relates relate links link points
    lies stands hangs lives sits stays grows
    """
)
_TOWARDS = word_set("for of by about to in on from with at")
_ONE = word_set("a an one the exactly its their single")
_OPENS = word_set("every each a an the all")
_SEVERAL = word_set("many several multiple various")


def said_relations(sketch: Sketch) -> list[Relation]:
    """The relations of all sentences, in their order."""
    found: list[Relation] = []
    for place, sentence in enumerate(sketch.sentences):
        for begin, end in _clauses(sentence.tokens):
            tokens = sentence.tokens[begin:end]
            here = list(_many_to_many(sketch, tokens)) or list(_being(sketch, tokens))
            if here:
                sketch.take(place, begin + _opening(tokens), end)
            found += here
        found += _joined(sketch, sentence.tokens)
    return found


def _opening(tokens: Sequence[Token]) -> int:
    """Where a sentence begins of which a full stop before it is missing: `price Every plonket`."""
    return max(
        (at for at, one in enumerate(tokens) if one.low in _OPENS and one.text[:1].isupper()),
        default=0,
    )


def _joined(sketch: Sketch, tokens: Sequence[Token]) -> Iterator[Relation]:
    """`members book classes`: a booking is of a class, and of the member where they are kept."""
    for one in statements(tokens[:MAX_TOKENS]):
        made = sketch.find(one.joins) if one.joins else None
        about = sketch.find(one.objects[0]) if one.objects else None
        if made is None or about is None or made is about:
            continue
        yield Relation(made.name, about.name, one.words)
        actor = next((r for r in sketch.contract.resources if r.name == one.actor.name), None)
        if actor is not None and actor not in (made, about):
            yield Relation(made.name, actor.name, one.words)


def _clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    cuts = [at for at, token in enumerate(tokens) if token.low in (";", ":", ".")]
    yield from zip([0, *(cut + 1 for cut in cuts)], [*cuts, len(tokens)], strict=True)


def _being(sketch: Sketch, tokens: Sequence[Token]) -> Iterator[Relation]:
    """`a test drive is for one car and one customer`."""
    for at, token in enumerate(tokens):
        if token.low not in _BEING or not at:
            continue
        child = _resource(sketch, nounphrases.trailing(tokens[:at]))
        rest = tokens[at + 1 :]
        if rest[1:] and rest[1].low in _PARTICLES and rest[0].low.endswith(_PAST):
            rest = rest[2:]  # looked after by
        while rest and (_is_done(rest[0]) or rest[0].low in ("always", "only", "either")):
            rest = rest[1:]
        if child is None or not rest or rest[0].low not in _TOWARDS:
            continue
        for item in split_items(rest):
            phrase, more = nounphrases.leading(
                item.tokens[1:] if item.tokens[0].low in _TOWARDS else item.tokens
            )
            parent = _resource(sketch, phrase)
            several = any(one.low in _SEVERAL for one in item.tokens[:4])
            if parent is None:
                return
            form = "shared" if several else "belongs"
            yield Relation(child.name, parent.name, said(tokens), form=form)
            if more:
                return


def _is_done(token: Token) -> bool:
    """Whether something was done to a thing that neither changes its state nor is an operation."""
    if token.low in _MADE:
        return True
    done = token.word and token.low.endswith(_PAST) and len(token.low) > MIN_PARTICIPLE
    return done and not (act_of(token.low) or actions_of(token.low))


def _many_to_many(sketch: Sketch, tokens: Sequence[Token]) -> Iterator[Relation]:
    """`products can be in several categories`, `many-to-many between posts and tags`."""
    lows = [token.low for token in tokens]
    if "many-to-many" in lows or any(
        lows[at : at + 3] == ["many", "to", "many"] for at in range(len(lows))
    ):
        names = list(dict.fromkeys(_named(sketch, tokens)))
        if len(names) == 2:
            yield Relation(names[0], names[1], said(tokens), form="shared")
    for at, token in enumerate(tokens):
        if token.low != "be" or not at or tokens[at - 1].low not in ("can", "may", "could"):
            continue
        child = _resource(sketch, nounphrases.trailing(tokens[: at - 1]))
        rest = [one for one in tokens[at + 1 :] if one.low not in _MADE]
        if child is None or len(rest) < 3 or rest[0].low not in _TOWARDS:
            continue
        parent = _resource(sketch, nounphrases.leading(rest[1:])[0])
        if parent is not None and rest[1].low in _SEVERAL | {"more"}:
            yield Relation(child.name, parent.name, said(tokens), form="shared")


def _named(sketch: Sketch, tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        resource = sketch.find_exactly([token]) if token.word else None
        if resource is not None:
            yield resource.name


def _resource(sketch: Sketch, phrase: Sequence[Token]) -> Resource | None:
    """The resource of that name, or the only one whose name ends in it: a city tour is a tour."""
    if not phrase:
        return None
    ending = f"_{nounphrases.noun_of(phrase)}"
    known = [one for one in sketch.contract.resources if one.name.endswith(ending)]
    return sketch.find_exactly(phrase) or (known[0] if len(known) == 1 else None)
