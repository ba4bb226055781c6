"""The model's calls, counted where they arrive: which were for what was finished before."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from tests.chaos.runs.history import Run, mark_in
from tests.openai_wire import Request


class Calls(msgspec.Struct):
    """What is wrong with them, and how many there were.

    `again`: made once more, since what was asked for was broken off before its end was stored.
    `late`: by who had been replaced, and did not know it yet.
    """

    faults: list[str] = []
    total: int = 0
    again: int = 0
    late: int = 0


def judge_calls(requests: Iterable[Request], runs: Iterable[Run]) -> Calls:
    """Compare every call with what the runs had stored when it arrived, and with who made it.

    What was finished need not be asked for again by anybody; what was not, only by another
    execution of the run.
    """
    calls = Calls()
    by_mark = {each.mark: each for each in runs}
    asked = Counter[tuple[str, str]]()
    asked_by = Counter[tuple[str, str, str]]()
    for each in requests:
        run = by_mark.get(mark := mark_in(_said(each)))
        if run is None:
            calls.faults.append(f"a call for no run: {each.asked} of {mark or each.prompt[:80]}")
            continue
        at = each.at * 1000
        asked[mark, each.asked] += 1
        asked_by[mark, each.asked, each.key] += 1
        executions = sum(one.teller == each.key for one in run.executions)
        if at >= run.finished.get(each.asked, at) + 1:
            calls.faults.append(f"repeated call: {each.asked} of {mark} was finished before")
        elif (times := asked_by[mark, each.asked, each.key]) > max(1, executions):
            calls.faults.append(
                f"repeated call: {each.asked} of {mark}, {times} times by {each.key}"
            )
        calls.late += run.was_replaced(each.key, at)
    calls.total = asked.total()
    calls.again = asked.total() - len(asked)
    return calls


def _said(request: Request) -> str:
    """All that was said to the model: the user's words stand before what differs by file."""
    return "\n".join(text for _, text in request.messages)
