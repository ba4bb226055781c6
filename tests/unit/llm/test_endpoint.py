"""Where a model is reached, and that its key stays secret."""

import pytest

from smartforge.errors import SettingsInvalid
from smartforge.llm.endpoint import OPENAI_URL, Endpoint, endpoint

KEY = "sk-proj-abcDEF_0123456789"


def test_an_address_alone_is_enough() -> None:
    where = endpoint("local", None, "http://127.0.0.1:11434/v1")
    assert where.url == "http://127.0.0.1:11434/v1"
    assert where.key, "the protocol wants some key"
    assert where.is_loopback


def test_a_key_alone_means_openai() -> None:
    where = endpoint("gpt-4o", KEY, None)
    assert where.url == OPENAI_URL
    assert where.is_openai
    assert not where.is_loopback


def test_a_key_copied_with_its_line_break_is_trimmed() -> None:
    assert endpoint("gpt-4o", f" {KEY}\n", None).key == KEY


@pytest.mark.parametrize(
    ("model", "key", "url"),
    [
        ("", KEY, None),
        ("gpt-4o", None, None),
        ("gpt-4o", "", " "),
        ("gpt-4o", "two words", None),
        ("gpt-4o", "schlüssel", None),
        ("gpt-4o", "line\nbreak", None),
        ("gpt-4o", None, "127.0.0.1:11434"),
        ("gpt-4o", None, "ftp://example.org/v1"),
        ("gpt-4o", None, "http://"),
        ("gpt-4o", None, "http://host:port/v1"),
        ("gpt-4o", None, "http://[::1/v1"),
    ],
)
def test_what_cannot_work_is_refused_with_a_way_out(
    model: str, key: str | None, url: str | None
) -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        endpoint(model, key, url)
    assert refusal.value.hint
    assert not key or key not in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        f"Incorrect API key provided: {KEY}. You can find it",
        "Incorrect API key provided: sk-proj-********WXYZ.",
        f"Authorization: Bearer {KEY}",
        "{'authorization': 'Bearer abc.DEF-123_456'}",
        "authorization='Basic dXNlcjpwYXNz'",
        "api_key=abcdef123456 is wrong",
        "x-api-key: abcdef123456",
        "at http://user:abcdef123456@host/v1",
        "Your key own-format-000111 is wrong",
    ],
)
def test_keys_in_a_text_are_struck_out(text: str) -> None:
    where = Endpoint("m", "own-format-000111", "http://127.0.0.1:1/v1")
    redacted = where.redact(text)
    assert "[secret]" in redacted
    for secret in (KEY, "WXYZ", "abc.DEF", "dXNlc", "abcdef123456", "own-format", "user:"):
        assert secret not in redacted


def test_other_words_stay() -> None:
    where = endpoint("m", KEY, None)
    text = "The task-list model is overloaded; bearer of bad news, basic plan. Ask again in 5 s."
    assert "task-list model is overloaded" in where.redact(text)
    assert "Ask again in 5 s." in where.redact(text)
    refused = "Incorrect API key provided. Authorization failed for this API key today."
    assert where.redact(refused) == refused


def test_neither_the_place_nor_the_repr_show_a_secret() -> None:
    where = endpoint("m", KEY, "https://user:secret99@gate.example:8443/v1?token=abc99")
    assert where.place == "https://gate.example:8443/v1"
    for shown in (repr(where), str(where), f"{where}"):
        assert KEY not in shown
        assert "secret99" not in shown
        assert "abc99" not in shown
