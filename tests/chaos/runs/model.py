"""The model of a trial: it plans one project, and writes each of its files in a few pieces."""

from tests.model_project import PLAN, answers
from tests.openai_wire import Answer, WireScript

PIECES = 3
PIECES_A_SECOND = 150.0

PLANS = 100
"""Each plan differs from the one before, since a follow-up that changes nothing makes no version.

More are never asked for in a trial."""


def script() -> WireScript:
    """What it answers, whatever the project is called."""
    files = {
        path: Answer(pieces=_pieces(text), pace=PIECES_A_SECOND) for path, text in answers().items()
    }
    plans = [PLAN | {"description": f"Keeps notes, in words {turn}."} for turn in range(PLANS)]
    return WireScript(plan=plans, files=files)


def _pieces(text: str) -> list[str]:
    size = max(1, -(-len(text) // PIECES))
    return [text[at : at + size] for at in range(0, len(text), size)]
