"""What the model calls of one user may use on one day, in UTC, counted from the log."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from smartforge.engine.base import Today
from smartforge.errors import DayClosed
from smartforge.events import Usage, decode
from smartforge.forge.budget import NO_MONEY, added
from smartforge.log.base import Spending
from smartforge.log.clock import Clock, wall_clock


class Allowance:
    """The days of all users. `most` is what each may use on one, `usd` in money; 0 is no limit.

    Every node counts the same events, so that a restart, or another node, gives nobody more. What
    was used counts for the day on which it was told; a call that is under way is not cut.
    """

    def __init__(
        self,
        log: Spending,
        most: int = 0,
        usd: Decimal = NO_MONEY,
        clock: Clock = wall_clock,
    ) -> None:
        self._log = log
        self._most = most
        self._usd = usd
        self._clock = clock

    @property
    def limited(self) -> bool:
        """Whether there is any limit."""
        return bool(self._most or self._usd)

    async def today(self, user: str) -> Today:
        """What this user has used today."""
        now = datetime.fromtimestamp(self._clock() / 1000, UTC)
        began = now.replace(hour=0, minute=0, second=0, microsecond=0)
        tokens, usd = 0, NO_MONEY
        for record in await self._log.usage(_milliseconds(began)):
            _, fact = decode(record.data)
            if isinstance(fact, Usage) and fact.user == user:
                tokens += fact.input_tokens + fact.output_tokens
                usd = added(usd, fact.cost)
        return Today(
            tokens=tokens,
            usd=None if usd is None else f"{usd:f}",
            until=_milliseconds(began + timedelta(days=1)),
        )

    async def check(self, user: str) -> None:
        """Raises DayClosed where nothing of the user's day is left."""
        if self.limited:
            self.refuse(await self.today(user))

    def refuse(self, today: Today) -> None:
        """Raises DayClosed where that is all there is."""
        if self._most and today.tokens >= self._most:
            raise self._closed(
                today,
                f"{today.tokens:,} tokens of the {self._most:,}",
                "SMARTFORGE_USER_BUDGET",
            )
        if not self._usd:
            return
        if today.usd is None:
            raise DayClosed(
                "The price of a model call that you had made today is not known, so nobody can say"
                f" whether they stay within the {self._usd} USD that they may cost on a day.",
                f"{self._again(today)} Who runs the server can limit tokens instead, with"
                " SMARTFORGE_USER_BUDGET in place of SMARTFORGE_USER_BUDGET_USD.",
                retry_after=self._left(today),
            )
        if Decimal(today.usd) >= self._usd:
            raise self._closed(
                today, f"{today.usd} USD of the {self._usd}", "SMARTFORGE_USER_BUDGET_USD"
            )

    def _closed(self, today: Today, used: str, variable: str) -> DayClosed:
        return DayClosed(
            f"Your budget of today is used up: your model calls took {used} that they may take on"
            " a day, so no further one was made.",
            f"{self._again(today)} Until then, choose to work offline, without a model; who runs"
            f" the server can raise {variable}.",
            retry_after=self._left(today),
        )

    def _again(self, today: Today) -> str:
        free = datetime.fromtimestamp(today.until / 1000, UTC)
        return f"It is free again at {free:%Y-%m-%d %H:%M} UTC."

    def _left(self, today: Today) -> int:
        return max(1, round((today.until - self._clock()) / 1000))


class RunDay:
    """The day of the user of one run, as the run sees it.

    The log tells a little late what a run has just used; what the run knows of itself counts.
    """

    def __init__(self, allowance: Allowance, user: str) -> None:
        self._allowance = allowance
        self._user = user
        self._before: tuple[Today, int, Decimal | None] | None = None

    async def check(self, used: int, paid: Decimal | None) -> None:
        """Raises DayClosed where nothing of the day is left for a run that has used so much."""
        allowance = self._allowance
        if not allowance.limited:
            return
        today = await allowance.today(self._user)
        if self._before is None or self._before[0].until != today.until:
            self._before = today, used, paid
        before, used_before, paid_before = self._before
        tokens = max(today.tokens, before.tokens + used - used_before)
        usd = today.usd
        if paid is None or paid_before is None or before.usd is None:
            usd = None if paid is None and paid_before is not None else usd
        elif usd is not None:
            usd = f"{max(Decimal(usd), Decimal(before.usd) + paid - paid_before):f}"
        allowance.refuse(Today(tokens=tokens, usd=usd, until=today.until))


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
