"""How many viewers there may be, and who has to come back later.

A viewer takes one seat before its stream begins and leaves it when the stream ends, so that one
address or one loved project cannot take what all others need.
"""

import ipaddress
import random
from collections import Counter
from collections.abc import Callable, Collection, Mapping

import msgspec

from smartforge.server.problems import TooManyFromAddress, TooManyViewers

SOONEST, LATEST = 2, 8
"""Seconds between which those who were sent away are spread."""


class Places(msgspec.Struct, frozen=True):
    """How many viewers there may be: of the server, of one project, from one address."""

    server: int = 5000
    project: int = 2000
    address: int = 2000


def later() -> int:
    """Seconds after which to come back; each gets its own, so that not all come at once."""
    return random.randint(SOONEST, LATEST)


class Seat:
    """One viewer's place. `leave` gives it back."""

    __slots__ = ("_give_back", "_origin", "_project_ids")

    def __init__(
        self,
        origin: str,
        project_ids: tuple[str, ...],
        give_back: Callable[[str, tuple[str, ...]], None],
    ) -> None:
        self._origin = origin
        self._project_ids = project_ids
        self._give_back: Callable[[str, tuple[str, ...]], None] | None = give_back

    def leave(self) -> None:
        """Give the place back. Calling it again is harmless."""
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            give_back(self._origin, self._project_ids)


class Seats:
    """Counts viewers; does no I/O and never waits. Only for the event loop's thread.

    Nothing is kept of addresses and projects without a viewer.
    """

    def __init__(self, places: Places, retry_after: Callable[[], int] = later) -> None:
        self._places = places
        self._retry_after = retry_after
        self._taken = 0
        self._by_address: dict[str, int] = {}
        self._by_project: dict[str, int] = {}
        self._refused: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many viewers there are."""
        return self._taken

    @property
    def addresses(self) -> int:
        """From how many addresses they come."""
        return len(self._by_address)

    @property
    def projects(self) -> int:
        """How many projects they watch."""
        return len(self._by_project)

    @property
    def refused(self) -> Mapping[str, int]:
        """How many were sent away since the start, by the limit: address, project, server."""
        return self._refused

    def take(self, address: str, project_ids: Collection[str]) -> Seat:
        """A place for one viewer of these projects; it counts once in each of them.

        `address` is the client's, as in `scope["client"]`; IPv6 counts by its /64, which is what
        one household gets. Raises TooManyFromAddress, or TooManyViewers for the project and the
        server, with the seconds to wait; nothing is taken then.
        """
        origin = origin_of(address)
        watched = tuple(dict.fromkeys(project_ids))
        if self._by_address.get(origin, 0) >= self._places.address:
            self._refused["address"] += 1
            raise TooManyFromAddress(
                f"Your address has {self._places.address} streams open already.",
                "Close some, or follow several projects over one stream.",
                retry_after=self._retry_after(),
            )
        if self._taken >= self._places.server:
            raise self._full("server", "The server has as many viewers as it may have.")
        if any(self._by_project.get(each, 0) >= self._places.project for each in watched):
            raise self._full("project", "The project has as many viewers as it may have.")
        self._taken += 1
        _add(self._by_address, origin)
        for each in watched:
            _add(self._by_project, each)
        return Seat(origin, watched, self._give_back)

    def _full(self, limit: str, what: str) -> TooManyViewers:
        self._refused[limit] += 1
        hint = "Try again in a few seconds; SMARTFORGE_VIEWERS and its like set the limits."
        return TooManyViewers(what, hint, retry_after=self._retry_after())

    def _give_back(self, origin: str, project_ids: tuple[str, ...]) -> None:
        self._taken -= 1
        _subtract(self._by_address, origin)
        for each in project_ids:
            _subtract(self._by_project, each)


def origin_of(address: str) -> str:
    """What viewers are counted by: an IPv4 address, an IPv6 network of 64 bits, or as given."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(parsed) >> 64 << 64))


def _add(counts: dict[str, int], key: str) -> None:
    counts[key] = counts.get(key, 0) + 1


def _subtract(counts: dict[str, int], key: str) -> None:
    if counts[key] == 1:
        del counts[key]
    else:
        counts[key] -= 1
