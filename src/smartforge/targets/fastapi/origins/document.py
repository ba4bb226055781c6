"""The OpenAPI document, line by line: the operation or the property that a line belongs to."""

from collections.abc import Iterator
from typing import cast

import yaml

from smartforge.targets.fastapi.origins.vocabulary import Vocabulary

Keys = tuple[str, ...]


def lines(vocabulary: Vocabulary, text: str) -> Iterator[Iterator[str]]:
    """The parts of each line. Raises yaml.YAMLError."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    count = len(text.splitlines())
    places: list[Keys] = [()] * (count + 1)
    ids: dict[Keys, str] = {}
    _walk(root, (), places, ids)
    return (_parts(vocabulary, place, ids) for place in places[:count])


def _walk(node: yaml.Node | None, keys: Keys, places: list[Keys], ids: dict[Keys, str]) -> None:
    """Fills `places` with the keys that lead to each line, `ids` with those of operations."""
    if isinstance(node, yaml.SequenceNode):
        for one in cast(list[yaml.Node], node.value):
            _walk(one, keys, places, ids)
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in cast(list[tuple[yaml.Node, yaml.Node]], node.value):
        own = (*keys, str(key.value))
        last = value.end_mark.line if value.end_mark.column else value.end_mark.line - 1
        for number in range(key.start_mark.line, max(last, key.start_mark.line) + 1):
            places[number] = own
        if own[-1] == "operationId":
            ids[keys] = str(value.value)
        _walk(value, own, places, ids)


def _parts(vocabulary: Vocabulary, place: Keys, ids: dict[Keys, str]) -> Iterator[str]:
    match place:
        case ("paths", _, _, *_):
            yield from vocabulary.operation(ids.get(place[:3], ""))
        case ("components", "schemas", schema, *rest):
            resource = vocabulary.resource_of(schema)
            if len(rest) > 1 and rest[0] == "properties":
                yield from vocabulary.named(resource, rest[1])
            if resource:
                yield from vocabulary.whole(resource)
        case _:
            return
