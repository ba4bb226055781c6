"""What came of a trial, and how to repeat it."""

from collections import Counter

import msgspec

from tests.chaos.runs.plan import Plan


class Outcome(msgspec.Struct):
    """What came of a trial, and how much happened in it.

    `ends` counts how the runs ended, `done` what was done to the server. `below` is how many
    processes there were below it when it was killed, `folders` how many temporary ones it left.
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
    broken_off: int = 0
    repeated: int = 0
    below: int = 0
    left: int = 0
    folders: int = 0
    slowest_start: float = 0.0

    def report(self) -> str:
        """Everything needed to understand and to repeat it."""
        repeat = f"SMARTFORGE_SEED={self.plan.seed} pytest tests/chaos/test_runs.py"
        lines = [str(self.plan), f"to repeat: {repeat}", *self.faults[:40], "--- server"]
        return "\n".join([*lines, self.said[-4000:]])
