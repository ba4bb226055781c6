"""What came of a trial, and how to repeat it."""

from collections import Counter

import msgspec

from tests.chaos.runs.plan import Plan


class Outcome(msgspec.Struct):
    """What came of a trial, and how much happened in it.

    `ends` counts how the runs ended, `done` what was done to the servers. `again` and `late` are
    calls of the model, see `Calls`. `below` is how many processes there were below servers when
    these were killed, `folders` how many temporary ones they left.
    """

    plan: Plan
    faults: list[str] = []
    said: str = ""
    ends: Counter[str] = msgspec.field(default_factory=Counter[str])
    done: Counter[str] = msgspec.field(default_factory=Counter[str])
    events: int = 0
    files: int = 0
    resumed: int = 0
    calls: int = 0
    again: int = 0
    late: int = 0
    repeated: int = 0
    fenced: int = 0
    below: int = 0
    left: int = 0
    folders: int = 0
    slowest_start: float = 0.0

    def report(self) -> str:
        """Everything needed to understand and to repeat it."""
        repeat = f"SMARTFORGE_SEED={self.plan.seed} pytest tests/chaos/test_runs.py"
        lines = [str(self.plan), f"to repeat: {repeat}", *self.faults[:40]]
        return "\n".join([*lines, self.said])
