"""How many tokens a text is, about, and how many a model takes."""

import pytest

from smartforge.llm.endpoint import endpoint
from smartforge.llm.known import KNOWN
from smartforge.llm.tokens import estimated, window_of


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("def", 1),
        ("description", 2),
        ("a b  c\n\n    d", 6),
        ("2026", 2),
        ('{"a": 1}', 5),
        ("日本語", 3),
    ],
)
def test_a_text_is_counted_by_what_every_tokenizer_takes_as_one(text: str, count: int) -> None:
    assert estimated(text) == count


def test_the_window_is_known_by_address_and_name() -> None:
    known = KNOWN["anthropic"]
    there = window_of(endpoint(known.usual, "key", None, known))
    assert there is not None
    assert there >= 100_000
    assert window_of(endpoint("gpt-4o", "key", None)) == 128_000
    assert window_of(endpoint("gpt-4o", None, "http://127.0.0.1:8080/v1")) is None
    assert window_of(endpoint("no-such-model", "key", None)) is None
