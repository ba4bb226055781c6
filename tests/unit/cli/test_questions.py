"""Questions on a real terminal."""

import asyncio
import io
import os
import pty
import sys
from collections.abc import Iterator

import pytest
from rich.console import Console

from smartforge.cli.questions import ask, can_ask
from smartforge.events import Question

QUESTIONS = (
    Question("q1", "Who may read?", ("all", "the owner")),
    Question("q2", "How long?", ()),
    Question("q3", "\x1b[31mRed?", ("yes", "no")),
)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The other end of the terminal that is standard input."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield ours
    os.close(ours)


async def test_numbers_choose_words_are_taken_as_they_are_and_enter_leaves_open(
    terminal: int,
) -> None:
    shown = io.StringIO()
    os.write(terminal, "2\nthree days, höchstens\n\n".encode())
    given = await ask(Console(file=shown), QUESTIONS)
    assert given == {"q1": "the owner", "q2": "three days, höchstens"}
    assert "2) the owner" in shown.getvalue()
    assert "\x1b" not in shown.getvalue()


async def test_the_end_of_the_input_leaves_open_what_follows(terminal: int) -> None:
    os.write(terminal, b"9\n\x04")
    assert await ask(Console(file=io.StringIO()), QUESTIONS) == {"q1": "9"}


async def test_who_is_not_answered_can_be_broken_off(terminal: int) -> None:
    shown = io.StringIO()
    asking = asyncio.create_task(ask(Console(file=shown), QUESTIONS))
    while "Enter" not in shown.getvalue():  # noqa: ASYNC110 - a text tells nobody that it grew
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


def test_a_pipe_is_nobody_to_ask(terminal: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_ask()
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    assert not can_ask()
