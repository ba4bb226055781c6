"""Two values of a row in their order: whether they may be the same is kept and tested."""

import msgspec

from smartforge.contract import Contract, Date, Field, Ordered, Resource, validate
from smartforge.targets.fastapi import FastAPITarget


def rendered(equal: bool) -> dict[str, str]:
    fields = (Field("leaves_on", Date()), Field("comes_back_on", Date()))
    rule = Ordered("leaves_on", "comes_back_on", equal)
    trips = Resource("trip", "trips", fields, rules=(rule,))
    return dict(FastAPITarget().render(validate(Contract("Trips", (trips,)))))


def test_what_may_be_the_same_is_refused_only_when_it_is_less() -> None:
    files = rendered(equal=True)
    assert "if trip.comes_back_on < trip.leaves_on:" in files["app/routers/trips.py"]
    tests = "".join(text for path, text in files.items() if path.startswith("tests/"))
    assert "test_comes_back_on_is_not_less_than_leaves_on" in tests
    assert "test_comes_back_on_is_greater_than_leaves_on" not in tests


def test_what_must_be_greater_is_refused_when_it_is_the_same() -> None:
    files = rendered(equal=False)
    assert "if trip.comes_back_on <= trip.leaves_on:" in files["app/routers/trips.py"]
    tests = "".join(text for path, text in files.items() if path.startswith("tests/"))
    assert "test_comes_back_on_is_greater_than_leaves_on" in tests


def test_an_order_that_nothing_is_said_of_stays_as_it_was_written() -> None:
    told = msgspec.to_builtins(Ordered("leaves_on", "comes_back_on"))
    assert told == {"type": "ordered", "earlier": "leaves_on", "later": "comes_back_on"}
