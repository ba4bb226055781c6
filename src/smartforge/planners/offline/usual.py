"""The usual fields of common things, from the short form in nouns.toml."""

from smartforge.contract import Boolean, Choice, Integer, Kind, Text, TextList
from smartforge.contract.names import singular
from smartforge.planners.offline.fieldkinds import kind_of_name
from smartforge.planners.offline.phrases import Attribute
from smartforge.planners.offline.vocabulary import attributes, nouns

_ANYTHING = "name, description?"


def usual_attributes(name: str) -> list[Attribute]:
    """The usual fields of the thing `name`, or of the last word of its name.

    Of an unknown thing nothing is usual; the empty name stands for anything: a name and a
    description.
    """
    known = nouns().fields
    line = known.get(name) or known.get(name.rpartition("_")[2])
    if line is None:
        line = _ANYTHING if not name else ""
    return [_attribute(part.strip()) for part in line.split(",") if part.strip()]


def _attribute(text: str) -> Attribute:
    head, _, spec = text.partition(":")
    name = head.removesuffix("?")
    kind = _kind(name, spec)
    optional = head.endswith("?") or isinstance(kind, Boolean | TextList)
    default = next((one[1:] for one in spec.split("|") if one.startswith("=")), None)
    required = False if default else None if isinstance(kind, Boolean | TextList) else not optional
    return Attribute(name=name, kind=kind, said=name, required=required, default=default)


def _kind(name: str, spec: str) -> Kind:
    if "|" in spec:
        return Choice(tuple(one.removeprefix("=") for one in spec.split("|")))
    if ".." in spec:
        low, _, high = spec.partition("..")
        return Integer(int(low), int(high))
    if spec:
        return attributes().types[spec]
    known = kind_of_name(name)
    if known is None and singular(name) != name:
        return TextList()
    return known or Text(1, 200)
