"""Times of day, phone numbers, UUIDs: what is taken, what is answered, what counts as the same."""

import pytest

from smartforge.contract import Contract, Field, Ordered, Phone, Resource, Text, Time, Uuid
from tests.behaviour.apis import Api, errors

pytestmark = pytest.mark.xdist_group("behaviour_written_kinds")

CONTRACT = Contract(
    "Shops",
    (
        Resource(
            "shop",
            "shops",
            (
                Field("name", Text()),
                Field("opens", Time(), False, "08:30:00"),
                Field("closes", Time(), False),
                Field("phone", Phone(), False, unique=True),
                Field("key", Uuid(), False, unique=True),
            ),
            sortable=("id", "opens"),
            filters=("opens", "phone", "key"),
            rules=(Ordered("opens", "closes"),),
        ),
    ),
)


def test_a_time_of_day_is_answered_with_seconds(api: Api) -> None:
    shop = api.post("/shops", {"name": "a", "opens": "09:15", "closes": "23:59:59"})
    assert (shop["opens"], shop["closes"]) == ("09:15:00", "23:59:59")
    assert api.get(f"/shops/{shop['id']}") == shop
    assert api.post("/shops", {"name": "b"})["opens"] == "08:30:00"
    assert shop["id"] in api.ids("/shops", opens="09:15")


@pytest.mark.parametrize("time", ["24:00", "9:15", "09:60", "09:15:00Z", "0915", "noon", "", 9])
def test_what_is_no_time_of_day_is_refused(api: Api, time: object) -> None:
    problem = api.post("/shops", {"name": "a", "opens": time}, 422)
    assert errors(problem) == [["body", "opens"]]


def test_one_time_can_have_to_be_after_another(api: Api) -> None:
    for closes in ("08:30", "08:29:59"):
        assert errors(api.post("/shops", {"name": "a", "closes": closes}, 422))
    shop = api.post("/shops", {"name": "a", "closes": "08:30:01"})
    api.patch(f"/shops/{shop['id']}", {"opens": "10:00"}, 422)


def test_times_sort_as_the_day_goes(api: Api) -> None:
    for opens in ("23:00", "00:00", "12:00:01", "12:00"):
        api.post("/shops", {"name": "sorted", "opens": opens})
    listed = [one["opens"] for one in api.get("/shops", sort="opens", limit=100)["items"]]
    assert listed == sorted(listed)


def test_a_phone_number_is_answered_in_e164(api: Api) -> None:
    shop = api.post("/shops", {"name": "a", "phone": "+1 (555) 123-4567"})
    assert shop["phone"] == "+15551234567"
    api.post("/shops", {"name": "b", "phone": "+1-555-123-45-67"}, 409)
    assert api.ids("/shops", phone="+1 555 1234567") == [shop["id"]]


@pytest.mark.parametrize(
    "phone", ["5551234567", "+0301234567", "+123456", "+1234567890123456", "+49 30/1234567", "", 7]
)
def test_what_is_no_phone_number_is_refused(api: Api, phone: object) -> None:
    assert errors(api.post("/shops", {"name": "a", "phone": phone}, 422)) == [["body", "phone"]]


def test_a_uuid_is_answered_in_lower_case(api: Api) -> None:
    key = "01890A5D-AC96-774B-BCCE-B302099A8057"
    shop = api.post("/shops", {"name": "a", "key": key})
    assert shop["key"] == key.lower()
    api.post("/shops", {"name": "b", "key": key.lower()}, 409)
    assert api.ids("/shops", key=key) == [shop["id"]]
    for wrong in (key[:-1], key.replace("-", ""), f"{{{key}}}", f"{key}\n", 5):
        assert errors(api.post("/shops", {"name": "c", "key": wrong}, 422)) == [["body", "key"]]
