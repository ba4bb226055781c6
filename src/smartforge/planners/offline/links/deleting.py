"""What happens to the rest when something is deleted, as the prompt says it."""

from collections.abc import Sequence

from smartforge.contract.reserved import word_set
from smartforge.planners.offline import nounphrases
from smartforge.planners.offline.links.link import Link
from smartforge.planners.offline.sketch import Sketch
from smartforge.planners.offline.tokens import Token

_DELETING = word_set("delete deletes deleted deleting remove removes removed removing deletion")
_REFUSING = word_set("cannot can't not never forbid forbidden block blocked refuse refused prevent")
_GOING = word_set("cascade cascades cascading too along rid disappear vanish gone go goes also")
_STAYING = word_set("keep keeps stay stays remain remains survive kept")
_ALL = word_set("everything all its their")


def read_deleting(sketch: Sketch, links: Sequence[Link]) -> None:
    """Set what was said about deleting on `links`."""
    for place, sentence in enumerate(sketch.sentences):
        for begin, end in _clauses(sentence.tokens):
            if _read(sketch, links, sentence.tokens[begin:end]):
                sketch.take(place, begin, end)


def _clauses(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Stretches between semicolons and "but"; a comma may stand inside of one."""
    cuts = [at for at, token in enumerate(tokens) if token.low in (";", "but")]
    return list(zip([0, *(cut + 1 for cut in cuts)], [*cuts, len(tokens)], strict=True))


def _read(sketch: Sketch, links: Sequence[Link], tokens: Sequence[Token]) -> bool:
    lows = [token.low for token in tokens]
    at = next((at for at, low in enumerate(lows) if low in _DELETING), None)
    if at is None:
        return False
    said = set(lows)
    names = _named(sketch, tokens)
    twice = sum(low in _DELETING for low in lows) > 1
    going = twice or bool(said & _GOING)
    for one in links:
        pair = one.parent in names and (one.child in names or (going and said & _ALL))
        if (
            one.shared
            or not pair
            or (
                one.child == names[0]
                and not twice
                and len(names) > 1
                and "with" not in said
                and going
            )
        ):
            continue
        if said & _REFUSING and "unless" not in said:
            one.deletion = "restrict"
        elif said & _STAYING:
            one.deletion, one.required = "clear", False
        elif going:
            one.deletion = "cascade"
        else:
            continue
        return True
    return False


def _named(sketch: Sketch, tokens: Sequence[Token]) -> list[str]:
    """The resources that are named, in their order; pronouns aside."""
    found: list[str] = []
    for at, token in enumerate(tokens):
        if token.word and nounphrases.is_nounlike(token):
            pair = sketch.find_exactly(tokens[max(0, at - 1) : at + 1])
            resource = pair or sketch.find_exactly([token])
            if resource is not None and resource.name not in found:
                found.append(resource.name)
    return found
