"""Which words of the prompt each part of the contract came from."""

from collections.abc import Iterator

from smartforge.contract import Contract
from smartforge.contract.parts import part_of, parts
from smartforge.planners.base import Words
from smartforge.planners.offline.sketch import Reader, Sketch
from smartforge.planners.offline.tokens import said

Origins = dict[str, tuple[Words, ...]]


class Witness:
    """Watches readers at work: what one changed, it made of the words that it took meanwhile."""

    def __init__(self, prompt: str) -> None:
        self._prompt = prompt
        self._found: dict[str, list[str]] = {}

    def watch(self, reader: Reader, sketch: Sketch) -> None:
        """Let `reader` work on `sketch`, and remember what it made of which words."""
        before, taken = sketch.contract, set(sketch.taken)
        reader(sketch)
        if sketch.contract is before:
            return
        runs = list(_runs(sketch, sketch.taken - taken))
        for part in _changed(before, sketch.contract):
            own = [words for words, named in runs if not named or part_of(part)[0] in named]
            self._found.setdefault(part, []).extend(own or [words for words, _ in runs])

    def know(self, part: str, words: str) -> None:
        """Remember that a part was made of these words."""
        self._found.setdefault(part, []).append(words)

    def origins(self, sketch: Sketch, contract: Contract) -> Origins:
        """The words for every part of `contract`; a part that no words are for is left out."""
        for part, words in _base(sketch, contract):
            self._found.setdefault(part, []).insert(0, words)
        known = parts(contract)
        return {
            part: tuple(Words.found(self._prompt, one) for one in dict.fromkeys(words))
            for part, words in self._found.items()
            if part in known and words
        }


def _changed(before: Contract, after: Contract) -> Iterator[str]:
    old = parts(before)
    for part, value in parts(after).items():
        if part not in old or old[part] != value:
            yield part


def _runs(sketch: Sketch, taken: set[tuple[int, int]]) -> Iterator[tuple[str, frozenset[str]]]:
    """Of each sentence the words from the first that was taken to the last, with the resources
    that they name."""
    for place in sorted({place for place, _ in taken}):
        at = [token for one, token in taken if one == place]
        tokens = sketch.sentences[place].tokens[min(at) : max(at) + 1]
        lows = {token.low for token in tokens}
        named = [one.name for one in sketch.contract.resources if lows & {one.name, one.plural}]
        yield said(tokens), frozenset(named)


def _base(sketch: Sketch, contract: Contract) -> Iterator[tuple[str, str]]:
    """What the base reading made of what: resources, fields, references."""
    for name, called in sketch.draft.called.items():
        resource = next((one for one in contract.resources if one.name == called), None)
        thing = sketch.draft.things[name]
        if resource is None:
            continue
        here = f"resources/{called}"
        yield here, thing.said
        for field in resource.fields:
            attribute = thing.attributes.get(field.name)
            words = attribute.said if attribute else sketch.linked.get((called, field.name))
            if words:
                yield f"{here}/fields/{field.name}", words
