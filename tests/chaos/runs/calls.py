"""The model's calls, counted where they arrive: which were for what was finished before."""

from collections import Counter

from tests.chaos.runs.history import mark_in, runs_of
from tests.chaos.runs.server import Stored
from tests.openai_wire import Wire

Asked = tuple[str, str]
"""Whose call it is, and for what: the mark of a run, and the plan or a path."""


class Calls:
    """Judges every call by what the log held when the server that makes it was started."""

    def __init__(self, wire: Wire) -> None:
        self.faults: list[str] = []
        self.all: Counter[Asked] = Counter()
        self._wire = wire
        self._finished: set[Asked] = set()

    def server_ended(self, stored: Stored) -> None:
        """Judge the calls of the server that has ended; `stored` is what the log holds now."""
        asked = Counter(
            (mark_in(each.prompt), each.asked) for each in self._wire.requests[self.all.total() :]
        )
        for (mark, what), times in asked.items():
            if (mark, what) in self._finished:
                self.faults.append(f"repeated call: {what} of {mark} was finished before")
            if times > 1:
                self.faults.append(f"repeated call: {what} of {mark}, {times} times by one server")
        self.all += asked
        for events in stored.values():
            for run in runs_of(events):
                self._finished |= run.finished

    @property
    def broken_off(self) -> int:
        """Calls that were made again, since the server was killed before their end was stored."""
        return self.all.total() - len(self.all)
