"""A target that remembers what it rendered last: plans, writers and models ask for the same."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from smartforge.contract import Contract
from smartforge.targets.base import Target, TargetFile

KEPT = 8


class Rendered:
    """A `Target` that renders a contract with its past once, for any number of threads."""

    def __init__(self, target: Target) -> None:
        self.name = target.name
        self.repeated = target.repeated
        self._target = target
        self._texts: OrderedDict[bytes, Mapping[str, str]] = OrderedDict()
        self._rendering = threading.Lock()

    def files(self, contract: Contract, past: Sequence[Contract] = ()) -> Sequence[TargetFile]:
        return self._target.files(contract, past)

    def render(self, contract: Contract, past: Sequence[Contract] = ()) -> Mapping[str, str]:
        key = msgspec.json.encode((contract, past))
        with self._rendering:
            if key not in self._texts:
                self._texts[key] = self._target.render(contract, past)
            self._texts.move_to_end(key)
            while len(self._texts) > KEPT:
                self._texts.popitem(last=False)
            return self._texts[key]

    def packages(self) -> Mapping[str, str]:
        return self._target.packages()

    def dependencies(self) -> Path:
        return self._target.dependencies()

    def rehearsal(self) -> str:
        return self._target.rehearsal()
