"""How often somebody may ask, as the offline planner reads it."""

import pytest

from smartforge.contract import RateLimit
from smartforge.planners.offline import plan


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("rate limit of 60 requests per minute", RateLimit(60, 60)),
        ("Throttle to 10 req/s.", RateLimit(10, 1)),
        ("At most 100 requests per hour per client.", RateLimit(100, 3600)),
        ("Rate limit: 1000 requests per day", RateLimit(1000, 86_400)),
        ("Clients may send no more than 30 calls in 10 seconds.", RateLimit(30, 10)),
        ("with rate limiting", RateLimit(60, 60)),
    ],
)
def test_requests_are_limited(words: str, limit: RateLimit) -> None:
    found = plan((f"Kites with a name. {words}",))
    assert found.contract.rate_limit == limit
    assert [one.name for one in found.contract.resources] == ["kite"]
    assert not any("Not understood" in note for note in found.notes)


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("max 5 login attempts per minute", RateLimit(5, 60)),
        ("Limit login to 5 attempts per 15 minutes.", RateLimit(5, 900)),
        ("No more than 3 failed login attempts per hour.", RateLimit(3, 3600)),
    ],
)
def test_attempts_to_log_in_are_limited(words: str, limit: RateLimit) -> None:
    found = plan((f"Kites with a name. Users log in. {words}",)).contract
    assert found.accounts is not None
    assert (found.accounts.login_limit, found.rate_limit) == (limit, None)


@pytest.mark.parametrize(
    "prompt",
    ["Kites with a speed limit and a name", "Leave requests with days. Users log in."],
)
def test_other_limits_are_none(prompt: str) -> None:
    found = plan((prompt,)).contract
    assert found.rate_limit is None
    assert found.accounts is None or found.accounts.login_limit is None
