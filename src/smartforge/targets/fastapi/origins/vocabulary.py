"""The names by which lines speak of the parts of a contract."""

import keyword
import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from smartforge.contract import Contract
from smartforge.contract.names import class_name
from smartforge.contract.operations import Operation, operations
from smartforge.contract.parts import parts
from smartforge.targets.fastapi.views import ResourceView

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NO_NAMES = re.compile(
    rf"\bstatus\.HTTP\w+|\bstatus_code\b|(?<![\"'/])\b(?:{'|'.join(keyword.kwlist)})\b(?![\"'])"
)
"""What is called like a field or a transition here and there, and is none: status, return."""
_OF_LISTS = frozenset({"filters", "ranges", "searched", "sortable"})
_OF_ACCOUNTS = frozenset({"register", "login", "me", "set_role"})


class Vocabulary:
    """The names in a contract, for the file about the resource `about` (empty: about them all)."""

    def __init__(self, contract: Contract, views: tuple[ResourceView, ...], about: str) -> None:
        self._contract = contract
        self._views = views
        self._parts = frozenset(parts(contract))
        self.about = about

    def operation(self, name: str) -> Iterator[str]:
        """The parts that the operation of that id stands for."""
        found = self._operations.get(name)
        if found is not None:
            yield from self._known(_part_of(found))
            if found.resource:
                yield from self._known(f"resources/{found.resource}")

    def resource_of_operation(self, name: str) -> str:
        found = self._operations.get(name)
        return found.resource if found else ""

    def resource_of(self, name: str) -> str:
        """The resource whose class, table, path or variable is called `name`; empty for none."""
        return self._resources.get(name, "")

    def whole(self, resource: str) -> Iterator[str]:
        return self._known(f"resources/{resource}")

    def named(self, resource: str, text: str, *, listing: bool = False) -> Iterator[str]:
        """The parts of `resource` that `text` names, rules first: they need several names.

        `listing`: it is about lists, so that a field stands for its filter and its order, too.
        """
        words = _words(_NO_NAMES.sub("", text))
        names = self._names.get(resource, {})
        said = {word for word in words if word in names}
        said |= {piece for word in words - said for piece in _pieces(word) if piece in names}
        yield from self._ruled(resource, said, words)
        for name in sorted(said, key=text.find):
            for part in names[name]:
                if listing or part.split("/", 3)[2] not in _OF_LISTS:
                    yield part

    def _ruled(self, resource: str, said: set[str], words: set[str]) -> Iterator[str]:
        """The rules whose function is named, else those whose fields all are."""
        rules = self._rules.get(resource, {})
        called = [one for one in rules if any(_calls(word, one) for word in words)]
        about = [one for one, fields in rules.items() if len(fields) > 1 and fields <= said]
        yield from called or about

    def said(self, text: str) -> Iterator[str]:
        """The parts that `text` names by itself, with the resource it speaks of."""
        resource = self.about or next(
            (found for word in _WORD.findall(text) if (found := self.resource_of(word))), ""
        )
        if resource:
            yield from self.named(resource, text)
            yield from self.whole(resource)

    def _known(self, part: str) -> Iterator[str]:
        if part in self._parts:
            yield part

    @cached_property
    def _operations(self) -> Mapping[str, Operation]:
        return {one.id: one for one in operations(self._contract)}

    @cached_property
    def _resources(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for view in self._views:
            own, resource = view.names, view.resource
            for name in (
                own.answer, own.create, own.update, own.page, own.sort, own.filters, own.row,
                own.table, own.local, own.module, resource.name, resource.plural,
                class_name(resource.name),
            ):  # fmt: skip
                found.setdefault(name, resource.name)
        return found

    @cached_property
    def _names(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Of each resource the parts that each name stands for."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for part in sorted(self._parts, key=_closeness):
            place = part.split("/", 3)
            if len(place) == 3 and place[2] == "idempotency":
                found.setdefault(place[1], {})[place[2]] = (part,)
            if len(place) < 4 or place[0] != "resources" or place[2] in ("access", "rules"):
                continue
            own = found.setdefault(place[1], {})
            for name in {place[3], class_name(place[3])}:
                own[name] = (*own.get(name, ()), part)
        return found

    @cached_property
    def _rules(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """Of each resource its rules, with the names that each holds."""
        found: dict[str, dict[str, frozenset[str]]] = {}
        for part in self._parts:
            place = part.split("/", 3)
            if len(place) == 4 and place[0] == "resources" and place[2] == "rules":
                known = self._names.get(place[1], {})
                names = frozenset(_words(place[3].partition(":")[2])) & known.keys()
                found.setdefault(place[1], {})[part] = names
        return found


def _part_of(operation: Operation) -> str:
    """The part of the contract for which there is this operation."""
    here = f"resources/{operation.resource}"
    match operation.role:
        case "list" | "create" | "read" | "update" | "delete":
            return f"{here}/access/{operation.role}"
        case "nested":
            return f"resources/{operation.subject}/fields/{operation.via}"
        case "transition":
            return f"{here}/transitions/{operation.subject}"
        case "mark" | "unmark":
            return f"{here}/marks/{operation.subject}"
        case "report":
            return f"{here}/reports/{operation.subject}"
        case "restore":
            return here
        case "content":
            return f"{here}/upload"
        case "redirect":
            return f"{here}/redirect"
        case _:
            return "accounts" if operation.role in _OF_ACCOUNTS else here


def _closeness(part: str) -> tuple[bool, str]:
    """Fields before what is said of them."""
    return (part.split("/", 3)[2:3] != ["fields"], part)


def _calls(word: str, rule: str) -> bool:
    """Whether a name such as `_check_overlap` speaks of `.../rules/no_overlap:start,end`."""
    if "_" not in word:
        return False
    tag = rule.rpartition("/")[2].partition(":")[0]
    return bool(set(word.split("_")) & {one for one in tag.split("_") if len(one) > 3})


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text))


def _pieces(word: str) -> Iterator[str]:
    """The runs of a name between its underscores, of three letters at least."""
    split = word.split("_")
    for begin in range(len(split)):
        for end in range(begin + 1, len(split) + 1):
            piece = "_".join(split[begin:end])
            if len(piece) > 2 and piece != word:
                yield piece
