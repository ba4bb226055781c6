"""Times that never overlap, fields in order, one open loan at a time."""

import pytest

from smartforge.contract import (
    Choice,
    Contract,
    Date,
    Decimal,
    Field,
    Integer,
    NoOverlap,
    OneOpen,
    Ordered,
    Reference,
    Resource,
    Text,
    Timestamp,
    Transition,
)
from tests.behaviour.apis import Api, errors, statuses

pytestmark = pytest.mark.xdist_group("behaviour_bookings")

CONTRACT = Contract(
    "Rooms",
    (
        Resource("room", "rooms", (Field("name", Text()),)),
        Resource(
            "booking",
            "bookings",
            (
                Field("room_id", Reference("room", "cascade")),
                Field("starts_at", Timestamp()),
                Field("ends_at", Timestamp()),
                Field("status", Choice(("booked", "cancelled")), False, "booked", written="never"),
            ),
            rules=(
                Ordered("starts_at", "ends_at"),
                NoOverlap("starts_at", "ends_at", ("room_id",), "status", ("cancelled",)),
            ),
            transitions=(
                Transition("cancel", "status", "cancelled", ("booked",)),
                Transition("rebook", "status", "booked", ("cancelled",)),
            ),
        ),
        Resource(
            "stay",
            "stays",
            (
                Field("room_id", Reference("room", "cascade")),
                Field("first", Date()),
                Field("last", Date()),
                Field("paid", Integer(0, 100), required=False),
                Field("price", Decimal("0", "100"), required=False),
            ),
            rules=(NoOverlap("first", "last", ("room_id",)), Ordered("paid", "price")),
        ),
        Resource(
            "loan",
            "loans",
            (
                Field("room_id", Reference("room", "cascade")),
                Field("state", Choice(("lent", "returned")), False, "lent", written="never"),
                Field("returned_at", Timestamp(), False, written="never"),
            ),
            rules=(OneOpen(("room_id",), "state", ("lent",)),),
            sortable=("id",),
            transitions=(
                Transition("return", "state", "returned", ("lent",), "returned_at"),
                Transition("renew", "state", "lent", ("returned",)),
            ),
        ),
    ),
)


def room(api: Api) -> int:
    return api.post("/rooms", {"name": "Blue"})["id"]


def times(start: str, end: str) -> dict[str, str]:
    return {"starts_at": f"2026-11-22T{start}:00Z", "ends_at": f"2026-11-22T{end}:00Z"}


def book(api: Api, room_id: int, start: str, end: str, status: int = 201) -> str:
    made = api.post("/bookings", {"room_id": room_id, **times(start, end)}, status)
    return f"/bookings/{made['id']}" if status == 201 else ""


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        ("10:00", "11:00", 409),
        ("10:15", "10:45", 409),
        ("09:00", "12:00", 409),
        ("09:30", "10:01", 409),
        ("10:59", "12:00", 409),
        ("11:00", "12:00", 201),
        ("09:00", "10:00", 201),
        ("11:30", "11:30", 422),
        ("12:00", "11:00", 422),
    ],
)
def test_bookings_of_a_room_never_overlap(api: Api, start: str, end: str, status: int) -> None:
    blue = room(api)
    book(api, blue, "10:00", "11:00")
    book(api, blue, start, end, status)
    if status == 409:
        book(api, room(api), start, end)


def test_times_are_compared_as_moments(api: Api) -> None:
    blue = room(api)
    book(api, blue, "10:00", "11:00")
    elsewhere = {"starts_at": "2026-11-22T12:30:00+02:00", "ends_at": "2026-11-22T13:30:00+02:00"}
    api.post("/bookings", {"room_id": blue, **elsewhere}, 409)
    backwards = {"starts_at": "2026-11-22T12:00:00Z", "ends_at": "2026-11-22T13:30:00+02:00"}
    problem = api.post("/bookings", {"room_id": blue, **backwards}, 422)
    assert errors(problem)[0][0] == "body"


def test_a_change_keeps_the_rules_and_a_booking_does_not_stand_in_its_own_way(api: Api) -> None:
    blue = room(api)
    book(api, blue, "10:00", "11:00")
    second = book(api, blue, "11:00", "12:00")
    api.patch(second, times("10:30", "12:00"), 409)
    api.patch(second, {"starts_at": "2026-11-22T10:59:00Z"}, 409)
    api.patch(second, {"ends_at": "2026-11-22T11:00:00Z"}, 422)
    assert api.get(second)["ends_at"].startswith("2026-11-22T12:00:00")
    api.patch(second, times("11:00", "13:00"))
    green = room(api)
    third = book(api, green, "10:00", "11:00")
    api.patch(third, {"room_id": blue}, 409)


def test_what_is_cancelled_is_free_and_comes_back_only_if_it_still_fits(api: Api) -> None:
    blue = room(api)
    first = book(api, blue, "10:00", "11:00")
    api.post(f"{first}/cancel", status=200)
    second = book(api, blue, "10:00", "11:00")
    api.post(f"{first}/rebook", status=409)
    assert api.get(first)["status"] == "cancelled"
    api.delete(second)
    assert api.post(f"{first}/rebook", status=200)["status"] == "booked"


def test_of_many_who_book_at_once_one_gets_the_room(api: Api) -> None:
    blue = room(api)
    body = {"room_id": blue, **times("10:00", "11:00")}
    answers = api.at_once(8, "POST", "/bookings", json=body)
    assert statuses(answers) == [201] + [409] * 7
    assert api.get(f"/rooms/{blue}/bookings")["total"] == 1


def test_of_many_who_borrow_at_once_one_does(api: Api) -> None:
    body = {"room_id": room(api)}
    assert statuses(api.at_once(8, "POST", "/loans", json=body)) == [201] + [409] * 7
    first = api.ids("/loans", limit=100)[-1]
    assert statuses(api.at_once(8, "POST", f"/loans/{first}/return")) == [200] + [409] * 7


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [("02", "04", 409), ("03", "05", 201), ("01", "02", 201), ("02", "03", 409)],
)
def test_days_are_taken_up_to_the_last_which_is_free(
    api: Api, first: str, last: str, status: int
) -> None:
    green = room(api)
    api.post("/stays", {"room_id": green, "first": "2026-11-02", "last": "2026-11-03"})
    body = {"room_id": green, "first": f"2026-11-{first}", "last": f"2026-11-{last}"}
    api.post("/stays", body, status)


def test_what_is_not_given_is_in_no_order(api: Api) -> None:
    green = room(api)
    body = {"room_id": green, "first": "2026-12-02", "last": "2026-12-03", "paid": 5}
    path = f"/stays/{api.post('/stays', body)['id']}"
    api.patch(path, {"price": 4.99}, 422)
    assert api.patch(path, {"price": 5.01})["price"] == 5.01
    api.patch(path, {"paid": 6}, 422)
    api.patch(path, {"price": 6, "paid": 6}, 422)
    assert api.patch(path, {"price": None, "paid": 9})["paid"] == 9


def test_one_loan_at_a_time(api: Api) -> None:
    blue = room(api)
    first = f"/loans/{api.post('/loans', {'room_id': blue})['id']}"
    api.post("/loans", {"room_id": blue}, 409)
    assert api.post(f"{first}/return", status=200)["returned_at"] is not None
    second = f"/loans/{api.post('/loans', {'room_id': blue})['id']}"
    api.post(f"{first}/renew", status=409)
    api.post(f"{second}/return", status=200)
    api.post(f"{first}/renew", status=200)
    third = api.post("/loans", {"room_id": room(api)})
    api.patch(f"/loans/{third['id']}", {"room_id": blue}, 409)
