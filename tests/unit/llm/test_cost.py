"""What an answer costs, as far as the price list knows."""

from decimal import Decimal

import pytest
from pydantic_ai.usage import RequestUsage

from smartforge.llm.endpoint import OPENAI_URL
from smartforge.llm.exchange import cost

USAGE = RequestUsage(input_tokens=1_000_000, output_tokens=1_000_000)


def test_a_known_model_at_openai_has_a_price_as_a_plain_decimal() -> None:
    price = cost(USAGE, OPENAI_URL, "gpt-4o")
    assert price is not None
    assert Decimal(price) > 1
    assert "E" not in price


def test_small_prices_keep_their_digits() -> None:
    price = cost(RequestUsage(input_tokens=1, output_tokens=0), OPENAI_URL, "gpt-4o-mini")
    assert price is not None
    assert price.startswith("0.0000")
    assert 0 < Decimal(price) < Decimal("0.00001")


def test_cached_tokens_are_cheaper() -> None:
    fresh = cost(RequestUsage(input_tokens=1000), OPENAI_URL, "gpt-4o")
    cached = cost(RequestUsage(input_tokens=1000, cache_read_tokens=1000), OPENAI_URL, "gpt-4o")
    assert fresh is not None
    assert cached is not None
    assert Decimal(cached) < Decimal(fresh)


def test_the_model_that_was_asked_for_stands_in_for_an_unknown_served_name() -> None:
    assert cost(USAGE, OPENAI_URL, "served-by-nobody", "gpt-4o") == cost(
        USAGE, OPENAI_URL, "gpt-4o"
    )


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("http://127.0.0.1:11434/v1", "gpt-4o"),
        ("https://gateway.example/v1", "gpt-4o"),
        (OPENAI_URL, "a-model-of-ours"),
    ],
)
def test_an_unknown_address_or_model_has_no_price(url: str, model: str) -> None:
    assert cost(USAGE, url, model) is None


def test_usage_that_contradicts_itself_has_no_price() -> None:
    usage = RequestUsage(input_tokens=1, cache_read_tokens=5)
    assert cost(usage, OPENAI_URL, "gpt-4o") is None
