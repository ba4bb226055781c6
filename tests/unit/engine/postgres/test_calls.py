"""Calls of other nodes are understood, and what anybody else may call out is not."""

import pytest

from smartforge.engine.postgres.calls import stopped


def test_a_stop_is_for_the_node_that_is_named() -> None:
    assert stopped("stop me run", "me") == "run"
    assert stopped("stop you run", "me") is None
    assert stopped("stop me run", None) is None


@pytest.mark.parametrize("payload", ["", "wake", "stop", "stop me", "stop me run more", "what?"])
def test_what_says_nothing_stops_nothing(payload: str) -> None:
    assert stopped(payload, "me") is None
