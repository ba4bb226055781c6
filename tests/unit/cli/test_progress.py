"""Events read well in a pipe, and nobody's words become commands of the terminal."""

import io

import pytest
from rich.console import Console

from smartforge.cli.progress import Progress
from smartforge.events import (
    AnyFact,
    CheckCompleted,
    CheckStarted,
    CodeChunk,
    Complete,
    FileComplete,
    FileGenerating,
    Message,
    Outcome,
    PlanReady,
    ProjectCreated,
    RunCancelled,
    RunFailed,
    RunQueued,
    RunStarted,
    StepRetried,
    StepStarted,
    TitleChanged,
    Usage,
)

CREATED = ProjectCreated(title="Todo API", prompt="A todo API", target="fastapi", model=None)


def shown(*facts: AnyFact | None, terminal: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=60, highlight=False)
    with Progress(console) as progress:
        for fact in facts:
            progress.show(fact)
    return out.getvalue()


def complete(verdict: Outcome = "passed") -> Complete:
    return Complete(
        version=1,
        verdict=verdict,
        summary="5 operations",
        file_count=3,
        operation_count=5,
        skipped_checks=(),
        duration_ms=1234,
    )


def checked(verdict: Outcome, **evidence: object) -> CheckCompleted:
    return CheckCompleted(
        check="boot",
        required=True,
        round=0,
        verdict=verdict,
        summary="It answers.",
        evidence=evidence,
        duration_ms=1,
    )


def test_one_line_for_each_thing_that_happened() -> None:
    said = shown(
        CREATED,
        RunQueued(position=0, trigger="prompt", message_id=None),
        StepStarted(step="planning", round=0, message="Planning..."),
        TitleChanged(title="Tasks"),
        PlanReady(contract={}, files=(), notes=("Understood.",), operations_not_made=("search",)),
        FileGenerating(path="a.py", attempt=1, author="compiled"),
        CodeChunk(path="a.py", attempt=1, at=0, text="x = 1"),
        FileComplete(path="a.py", attempt=1, size=5, sha256="0"),
        CheckStarted(check="boot", required=True, round=0),
        checked("passed"),
        Message(id="m", role="user", text="add a price"),
        complete(),
        None,
    )
    assert said.splitlines() == [
        " Todo API",
        "• Planning...",
        " Tasks",
        "  Understood.",
        "! Not made: search",
        "✓ Created a.py",
        "✓ boot: It answers.",
        "> add a price",
        "✓ API generated successfully!",
        "  3 files, 5 operations, 1.2 s",
    ]


def test_what_is_not_proven_failed_or_was_stopped_is_said() -> None:
    assert "Complete, not proven" in shown(complete("skipped"))
    failed = RunFailed(code="x", message="It broke.", hint="Try again.", retryable=True)
    assert shown(failed).splitlines() == ["✗ It broke.", "  Try again."]
    assert shown(RunCancelled(reason="Stopped by you.")) == "■ Stopped by you.\n"


def test_evidence_is_shown_of_failures_alone_and_not_without_end() -> None:
    assert "curl" not in shown(checked("passed", request="curl"))
    said = shown(checked("failed", request="curl /health", answer="x" * 10_000))
    assert "request: curl /health" in said
    assert len(said) < 3_000


@pytest.mark.parametrize("words", ["[bold]no markup[/bold]", "[/]", "a: b [link=x]"])
def test_markup_in_words_stays_words(words: str) -> None:
    assert words in shown(TitleChanged(title=words), terminal=True)


@pytest.mark.parametrize("words", ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "a\rb", "\u202egnp"])
def test_no_word_becomes_a_command_of_the_terminal(words: str) -> None:
    said = shown(
        TitleChanged(title=f"<{words}>"),
        StepStarted(step="planning", round=0, message=words),
        checked("failed", output=words),
        RunFailed(code="x", message=words, hint=words, retryable=False),
    )
    assert not set(said) & set("\x1b\x07\x9b\r\u202e")


def test_long_lines_are_left_to_the_terminal_to_wrap() -> None:
    assert shown(TitleChanged(title="word " * 50)).count("\n") == 1


def test_on_a_terminal_the_moving_line_is_gone_at_the_end() -> None:
    said = shown(StepStarted(step="planning", round=0, message="Planning..."), terminal=True)
    assert said.endswith("\x1b[?25h\r\x1b[1A\x1b[2K") or "\x1b[2K" in said.rpartition("\n")[2]


def test_a_step_that_is_tried_again_is_one_line_with_its_cause() -> None:
    cause = "http://x/v1 refused with status 503: [bold]busy"
    told = shown(StepRetried(step="generating", path="a.py", attempt=2, cause=cause, delay_ms=1260))
    assert told == f"↻ Trying again in 1.3 s: {cause}\n"


def test_the_end_says_what_models_took_in_that_run_where_one_was_asked() -> None:
    def used(cost: str | None) -> Usage:
        return Usage(
            step="planning",
            model="some",
            input_tokens=1_000,
            cached_input_tokens=0,
            output_tokens=234,
            cost=cost,
            duration_ms=1,
        )

    begun = RunStarted(trigger="prompt", base_version=None, message_id=None)
    told = shown(begun, used("0.01"), used("0.0123"), complete(), begun, used(None), used("1"))
    assert told.startswith("  some took 1,234 tokens for the plan, 0.01 USD\n")
    assert told.count("  Models took 2,468 tokens, 0.0223 USD\n") == 1
    assert told.endswith(
        "  some took 1,234 tokens for the plan\n  some took 1,234 tokens for the plan, 1 USD\n"
    )
    stopped = shown(begun, used(None), RunCancelled(reason="Stopped by you."))
    assert stopped.endswith("  Models took 1,234 tokens, price unknown\n")
    assert "Models" not in shown(begun, complete())
