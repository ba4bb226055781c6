"""Exit statuses as the interface states them, and errors in words that a terminal cannot obey."""

import pytest

from smartforge import errors
from smartforge.cli.exits import FAILED, USAGE, status_of, tell
from smartforge.cli.streams import plain


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.SettingsInvalid("x"), USAGE),
        (errors.PromptUnclear("x"), USAGE),
        (errors.DatabaseUnusable("x"), FAILED),
        (errors.ServerUnreachable("x"), FAILED),
        (errors.ServerRefused(404, "x"), FAILED),
        (errors.TargetUnprepared("x"), FAILED),
        (errors.SandboxUnavailable("x"), FAILED),
        (errors.SmartForgeError("x"), FAILED),
    ],
)
def test_wrong_usage_is_2_and_everything_else_1(error: errors.SmartForgeError, status: int) -> None:
    assert status_of(error) == status


def test_an_error_says_what_and_what_to_do_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    tell(errors.SettingsInvalid("[bold]No.[/bold]", "Do\x1b[2J this."))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "[bold]No.[/bold]\nDo\ufffd[2J this.\n"


def test_plain_words_keep_letters_of_all_kinds_and_lines() -> None:
    for words in ("grüße 🚀\nعربي", "👩\u200d💻"):
        assert plain(words) == words
    assert plain("\x00\x7f\u200b\u2028") == "\ufffd" * 4
