"""Fields whose names tell that they hold a time of day, a phone number or a UUID."""

import pytest

from smartforge.contract import Kind, Ordered, Phone, Text, Time, Uuid
from smartforge.planners.offline import plan


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("an opening time", Time()),
        ("a closing time", Time()),
        ("a time of day", Time()),
        ("a bedtime", Time()),
        ("a phone", Phone()),
        ("a mobile number", Phone()),
        ("an owner phone", Phone()),
        ("a tracking uuid", Uuid()),
        ("a guid", Uuid()),
        ("a key (uuid)", Uuid()),
        ("a fax", Text(1, 50)),
    ],
)
def test_times_phones_and_uuids_are_known_by_their_names(words: str, kind: Kind) -> None:
    (oboe,) = plan((f"Oboes have a maker and {words}.",)).contract.resources
    assert oboe.fields[-1].kind == kind


def test_one_time_of_day_comes_after_another() -> None:
    prompt = "Oboes have an opening time and a closing time that is after the opening time."
    (oboe,) = plan((prompt,)).contract.resources
    assert oboe.rules == (Ordered("opening_time", "closing_time"),)
