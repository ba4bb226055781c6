"""What a user may use on a day: counted from the log, until midnight in UTC."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from smartforge.engine.allowance import Allowance, RunDay
from smartforge.errors import DayClosed
from smartforge.events import ProjectCreated, Usage
from smartforge.log.memory import MemoryLog

CREATED = ProjectCreated(title="A", prompt="A", target="fake", model="some")


class Hand:
    """A clock that stands at a time of 23 November 2026, in UTC, until it is moved."""

    def __init__(self) -> None:
        self.at(23, 22)

    def at(self, day: int, hour: int) -> None:
        self.now = round(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp() * 1000)

    def __call__(self) -> int:
        return self.now


def usage(tokens: int, cost: str | None = "0.10", user: str = "ann") -> Usage:
    return Usage(
        step="planning",
        model="some",
        input_tokens=tokens - 10,
        cached_input_tokens=5,
        output_tokens=10,
        cost=cost,
        duration_ms=1,
        user=user,
    )


async def said(log: MemoryLog, project: str, *facts: Usage) -> None:
    await log.create(project, [CREATED])
    await log.append(project, facts, run="r")


async def test_a_day_is_what_one_user_used_in_all_projects_and_ends_at_midnight() -> None:
    clock = Hand()
    log = MemoryLog(clock)
    clock.at(22, 23)
    await said(log, "yesterday", usage(5_000))
    clock.at(23, 1)
    await said(log, "one", usage(100), usage(200), usage(999, user="bob"))
    await said(log, "two", usage(300, "0.25"))
    clock.at(23, 22)
    allowance = Allowance(log, 601, clock=clock)
    today = await allowance.today("ann")
    assert (today.tokens, today.usd) == (600, "0.45")
    assert today.until - clock.now == 2 * 3_600_000
    await allowance.check("ann")
    with pytest.raises(DayClosed, match=r"999 tokens of the 601") as refused:
        await allowance.check("bob")
    assert refused.value.retry_after == 2 * 3600
    assert "2026-11-24 00:00 UTC" in refused.value.hint
    assert "SMARTFORGE_USER_BUDGET" in refused.value.hint
    clock.at(24, 0)
    await allowance.check("bob")
    assert (await allowance.today("bob")).tokens == 0


async def test_money_is_counted_too_and_a_price_that_nobody_knows_is_no_free_one() -> None:
    clock = Hand()
    log = MemoryLog(clock)
    await said(log, "one", usage(10, "0.40"), usage(10, "0.60"), usage(10, None, user="bob"))
    await Allowance(log, usd=Decimal("1.01"), clock=clock).check("ann")
    with pytest.raises(DayClosed, match=r"1.00 USD of the 1.00"):
        await Allowance(log, usd=Decimal("1.00"), clock=clock).check("ann")
    assert (await Allowance(log, clock=clock).today("bob")).usd is None
    with pytest.raises(DayClosed, match="price of a model call"):
        await Allowance(log, usd=Decimal(5), clock=clock).check("bob")
    await Allowance(log, 100, clock=clock).check("bob")


async def test_a_run_counts_what_it_used_before_the_log_tells_and_what_others_use_meanwhile() -> (
    None
):
    clock = Hand()
    log = MemoryLog(clock)
    await said(log, "one", usage(100))
    day = RunDay(Allowance(log, 400, Decimal(1), clock=clock), "ann")
    await day.check(50, Decimal("0.05"))  # Of an earlier execution, which the log has told.
    await day.check(349, Decimal("0.30"))
    with pytest.raises(DayClosed, match="400 tokens"):
        await day.check(350, Decimal("0.30"))
    with pytest.raises(DayClosed, match=r"1.00 USD"):
        await day.check(60, Decimal("0.95"))
    with pytest.raises(DayClosed, match="price"):
        await day.check(60, None)
    await said(log, "two", usage(300))
    with pytest.raises(DayClosed, match="400 tokens"):
        await day.check(50, Decimal("0.05"))
    clock.at(24, 1)
    await day.check(350, Decimal("0.95"))
    with pytest.raises(DayClosed, match="400 tokens"):
        await day.check(750, Decimal("0.96"))


async def test_without_a_limit_nobody_asks_the_log() -> None:
    closed = MemoryLog()
    await closed.close()
    await Allowance(closed).check("ann")
    await RunDay(Allowance(closed), "ann").check(10**9, None)
