"""Who seems dead, by what was seen of beats."""

from smartforge.engine.postgres.judge import GRACE, LATE, Judge
from smartforge.engine.postgres.nodes import Peer

STEP = LATE / 4


def silent(seen: int, name: str = "a") -> Peer:
    return Peer(id=name, seen=seen, silent=True)


def ready() -> Judge:
    """One that has looked, at `GRACE`, and has seen `a` beat at 7."""
    judge = Judge(now=0.0)
    judge.dead([silent(7)], GRACE)
    return judge


def test_who_is_silent_and_did_not_beat_between_two_looks_seems_dead() -> None:
    judge = Judge(now=0.0)
    assert judge.dead([silent(7), silent(1, "b")], GRACE - STEP) == []
    assert judge.dead([silent(7), silent(2, "b")], GRACE) == ["a"]
    assert judge.dead([silent(7), silent(2, "b")], GRACE + STEP) == ["a", "b"]


def test_a_leap_of_the_database_s_clock_kills_nobody() -> None:
    judge = ready()
    for look in range(1, 9):
        assert judge.dead([silent(7 + look)], GRACE + look * STEP) == []


def test_who_beat_lately_is_not_dead_though_it_did_not_between_two_looks() -> None:
    assert ready().dead([Peer(id="a", seen=7, silent=False)], GRACE + STEP) == []


def test_who_has_just_connected_judges_nobody() -> None:
    judge = Judge(now=100.0)
    for look in range(1, int(GRACE / STEP)):
        assert judge.dead([silent(7)], 100.0 + look * STEP) == []
    assert judge.dead([silent(7)], 100.0 + GRACE) == ["a"]


def test_who_stood_still_itself_judges_nobody_at_once() -> None:
    judge, late = ready(), GRACE + LATE + STEP
    assert judge.dead([silent(7)], late) == []
    assert judge.dead([silent(7)], late + STEP) == ["a"]
