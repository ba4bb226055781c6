"""How many viewers there may be, and what those who are too many are told."""

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge.server import problems
from smartforge.server.problems import TooManyFromAddress, TooManyViewers
from smartforge.server.seats import LATEST, SOONEST, Places, Seat, Seats, later, origin_of


def seats_of(server: int = 100, project: int = 100, address: int = 100) -> Seats:
    return Seats(Places(server, project, address), retry_after=lambda: 3)


def test_the_viewers_of_one_address_are_limited_and_told_429() -> None:
    seats = seats_of(address=2)
    first = seats.take("192.0.2.1", ["a"])
    seats.take("192.0.2.1", ["b"])
    with pytest.raises(TooManyFromAddress) as caught:
        seats.take("192.0.2.1", ["c"])
    answer = problems.answer(caught.value)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    seats.take("192.0.2.2", ["c"])
    first.leave()
    seats.take("192.0.2.1", ["c"])


def test_the_viewers_of_one_project_are_limited_and_told_503() -> None:
    seats = seats_of(project=2)
    seats.take("192.0.2.1", ["a", "b"])
    leaving = seats.take("192.0.2.2", ["a"])
    with pytest.raises(TooManyViewers) as caught:
        seats.take("192.0.2.3", ["b", "a"])
    answer = problems.answer(caught.value)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")
    seats.take("192.0.2.3", ["b"])
    leaving.leave()
    seats.take("192.0.2.3", ["a"])


def test_the_viewers_of_the_server_are_limited_and_told_503() -> None:
    seats = seats_of(server=2)
    leaving = seats.take("192.0.2.1", ["a"])
    seats.take("192.0.2.2", ["b"])
    with pytest.raises(TooManyViewers) as caught:
        seats.take("192.0.2.3", ["c"])
    assert problems.of(caught.value).status == 503
    leaving.leave()
    seats.take("192.0.2.3", ["c"])


def test_who_is_refused_takes_no_seat_and_is_counted() -> None:
    seats = seats_of(project=1)
    seats.take("192.0.2.1", ["a"])
    with pytest.raises(TooManyViewers):
        seats.take("192.0.2.2", ["b", "a"])
    assert (seats.taken, seats.addresses, seats.projects) == (1, 1, 1)
    assert seats.refused == {"project": 1}


def test_a_project_that_is_named_twice_counts_once() -> None:
    seats = seats_of(project=1)
    seats.take("192.0.2.1", ["a", "a"]).leave()
    seats.take("192.0.2.1", ["a"])


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1::5", "2001:db8:0:1::"),
        ("2001:db8:0:1:ffff::1", "2001:db8:0:1::"),
        ("2001:db8:0:2::5", "2001:db8:0:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
        ("", ""),
        ("unix:/run/x", "unix:/run/x"),
    ],
)
def test_an_ipv6_network_counts_as_one_address(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def test_those_who_are_sent_away_do_not_come_back_together() -> None:
    told = {later() for _ in range(500)}
    assert min(told) >= SOONEST
    assert max(told) <= LATEST
    assert len(told) > 1


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1"]),
        st.lists(st.sampled_from("abc"), max_size=4),
        st.integers(0, 5),
    ),
    max_size=40,
)


@given(STEPS, st.integers(1, 6), st.integers(1, 4), st.integers(1, 4))
def test_no_limit_is_exceeded_and_nothing_stays_when_all_have_left(
    steps: list[tuple[str, list[str], int]], server: int, project: int, address: int
) -> None:
    seats = seats_of(server, project, address)
    taken: list[tuple[Seat, str, set[str]]] = []
    for origin, project_ids, leaving in steps:
        with suppress(TooManyViewers):
            taken.append((seats.take(origin, project_ids), origin, set(project_ids)))
        if leaving < len(taken):
            seat, _, _ = taken.pop(leaving)
            seat.leave()
            seat.leave()
        origins = Counter(each for _, each, _ in taken)
        watched = Counter(each for _, _, ids in taken for each in ids)
        assert seats.taken == len(taken) <= server
        assert max(origins.values(), default=0) <= address
        assert max(watched.values(), default=0) <= project
        assert (seats.addresses, seats.projects) == (len(origins), len(watched))
    for seat, _, _ in taken:
        seat.leave()
    assert (seats.taken, seats.addresses, seats.projects) == (0, 0, 0)
