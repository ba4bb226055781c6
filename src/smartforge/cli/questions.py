"""Asks on the terminal what a run wants to know before it makes anything."""

import asyncio
import os
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from smartforge.cli.streams import plain
from smartforge.events import Question

MOST_READ = 4_096
"""Bytes; no terminal gives a longer line."""
MOST_CHARACTERS = 2_000
HOW = "A number or your own words; Enter leaves it open: "


def can_ask() -> bool:
    """Whether somebody sits at standard input."""
    return sys.stdin.isatty()


async def ask(console: Console, questions: Sequence[Question]) -> dict[str, str]:
    """What was answered, by the ids of the questions; without those that were left open.

    Where the input ends, all that follow are left open. Cancellable at any time.
    """
    given: dict[str, str] = {}
    for question in questions:
        console.print(Text(plain(f"? {question.text}"), style="bold"), soft_wrap=True)
        for number, choice in enumerate(question.choices, 1):
            console.print(Text(plain(f"  {number}) {choice}")), soft_wrap=True)
        console.print(Text(HOW, style="dim"), end="")
        line = await next_line()
        if not line:
            console.print()
            break
        if answer := meant(line, question.choices):
            given[question.id] = answer
    return given


def meant(line: str, choices: Sequence[str]) -> str:
    """The choice of that number, else the words themselves; empty where nothing was said."""
    words = line.strip()[:MOST_CHARACTERS]
    if words.isdecimal() and 1 <= int(words) <= len(choices):
        return choices[int(words) - 1]
    return words


async def next_line() -> str:
    """The next line with its end; empty where there is none any more."""
    loop = asyncio.get_running_loop()
    read: asyncio.Future[bytes] = loop.create_future()
    place = sys.stdin.fileno()

    def ready() -> None:
        loop.remove_reader(place)
        try:
            read.set_result(os.read(place, MOST_READ))
        except OSError:  # The terminal has gone.
            read.set_result(b"")

    # A thread that reads could not be broken off by Ctrl-C.
    loop.add_reader(place, ready)
    try:
        return (await read).decode(errors="replace")
    finally:
        loop.remove_reader(place)
