"""Shows events in a terminal: one line for each thing that happened, fit for a pipe too."""

from collections import Counter
from decimal import Decimal

from rich.console import Console
from rich.status import Status
from rich.text import Text

from smartforge.cli.evidence import lines_of
from smartforge.cli.streams import plain
from smartforge.events import (
    AnyFact,
    CheckCompleted,
    CheckStarted,
    CodeChunk,
    Complete,
    FileComplete,
    FileGenerating,
    Message,
    PlanReady,
    ProjectCreated,
    Questions,
    RepairStarted,
    RunCancelled,
    RunFailed,
    RunStarted,
    StepCompleted,
    StepRetried,
    StepStarted,
    TitleChanged,
    Usage,
)

MARKS = {"passed": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("-", "yellow")}


class Progress:
    """Prints rows on `console`; on a real terminal one moving line shows what is under way.

    Use as a context. Words from prompts and models are printed without markup.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._path = ""
        self._written = 0
        self._spent = Counter[int]()
        self._paid: Decimal | None = Decimal(0)

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._status = self._console.status("Starting...")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, fact: AnyFact | None) -> None:
        """One event. Chunks move the line that shows what is under way, and print nothing."""
        match fact:
            case ProjectCreated():
                self._row("", fact.title, "bold")
            case TitleChanged():
                self._row("", fact.title, "bold")
            case StepStarted():
                self._row("•", fact.message, "cyan")
                if self._status is not None:
                    self._status.start()  # It stood still if the user was asked something.
                self._moving(fact.message)
            case RepairStarted():
                self._row("↻", f"Repair, round {fact.round}: {fact.cause}", "yellow")
            case Questions():
                if self._status is not None:
                    self._status.stop()
            case RunStarted():
                self._spent.clear()
                self._paid = Decimal(0)
            case Usage():
                taken = fact.input_tokens + fact.output_tokens
                self._spent[fact.round] += taken
                self._row(" ", f"{fact.model} took {taken:,} tokens{_for(fact)}", "dim")
                if self._paid is not None:
                    self._paid = None if fact.cost is None else self._paid + Decimal(fact.cost)
            case StepCompleted(step="repairing"):
                self._row("✓", f"{fact.message}, {self._spent[fact.round]:,} tokens", "green")
            case StepRetried():
                seconds = fact.delay_ms / 1000
                self._row("↻", f"Trying again in {seconds:.1f} s: {fact.cause}", "yellow")
            case PlanReady():
                for note in fact.notes:
                    self._row(" ", note, "dim")
                for missing in fact.operations_not_made:
                    self._row("!", f"Not made: {missing}", "yellow")
            case FileGenerating():
                self._path, self._written = fact.path, 0
                self._moving(f"Generating {fact.path}...")
            case CodeChunk():
                self._written += len(fact.text)
                taken = f", {self._spent.total():,} tokens so far" if self._spent else ""
                self._moving(f"Generating {self._path}... {self._written:,} characters{taken}")
            case FileComplete():
                self._row("✓", f"Created {fact.path}", "green")
            case CheckStarted():
                self._moving(f"Checking {fact.check}...")
            case CheckCompleted():
                mark, style = MARKS[fact.verdict]
                aside = "" if fact.required or fact.verdict == "passed" else " (not required)"
                self._row(mark, f"{fact.check}: {fact.summary}{aside}", style)
                self._evidence(fact)
            case Message():
                self._row(">", str(fact.text), "bold")
            case Complete():
                self._complete(fact)
            case RunFailed():
                self._row("✗", fact.message, "bold red")
                self._row(" ", fact.hint, "")
                self._spending()
            case RunCancelled():
                self._row("■", fact.reason, "yellow")
                self._spending()
            case _:
                pass

    def _complete(self, fact: Complete) -> None:
        if fact.verdict == "passed":
            self._row("✓", "API generated successfully!", "bold green")
        else:
            self._row("!", "Complete, not proven", "bold yellow")
        seconds = fact.duration_ms / 1000
        self._row(" ", f"{fact.file_count} files, {fact.summary}, {seconds:.1f} s", "dim")
        self._spending()

    def _spending(self) -> None:
        """What the calls of models have taken, where there were any."""
        if not self._spent:
            return
        price = "price unknown" if self._paid is None else f"{self._paid:f} USD"
        self._row(" ", f"Models took {self._spent.total():,} tokens, {price}", "dim")

    def _evidence(self, fact: CheckCompleted) -> None:
        if fact.verdict != "failed":
            return
        for line in lines_of(fact.evidence):
            self._row(" ", f"  {line}", "dim")

    def _moving(self, words: str) -> None:
        if self._status is not None:
            self._status.update(Text(plain(words)))

    def _row(self, mark: str, words: str, style: str) -> None:
        self._console.print(Text(plain(f"{mark} {words}".rstrip()), style=style), soft_wrap=True)


def _for(fact: Usage) -> str:
    """What the call was for, and what it cost where that is known."""
    cost = f", {Decimal(fact.cost):f} USD" if fact.cost else ""
    return f" for {fact.path or 'the plan'}{cost}"
