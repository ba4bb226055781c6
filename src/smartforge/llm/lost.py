"""What was spent on answers that nobody got: broken off, refused, or thrown away.

A call that ends well hands out what it cost. One that does not can hand out nothing: it raises, or
is left by whoever asked, and is paid for all the same. So it is told here, to whoever listens.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

from smartforge.llm.base import Spent

Listen = Callable[[Spent, bool], None]

_LISTENING: ContextVar[Listen | None] = ContextVar("listening", default=None)


@contextmanager
def heard(listen: Listen) -> Generator[None]:
    """In the block, and in the tasks that begin in it, `listen` is told of each such call once,
    and whether what it cost was handed out already.

    It is called where the call is cancelled, too, so it must neither wait nor raise. Not around a
    `yield` of a generator: its reader would be heard as well.
    """
    token = _LISTENING.set(listen)
    try:
        yield
    finally:
        _LISTENING.reset(token)


def tell(*calls: Spent, known: bool = False) -> None:
    """These calls came to nothing. `known`: a provider has handed out what they cost, so that only
    their answers were thrown away. Nobody need listen."""
    listen = _LISTENING.get()
    if listen is not None:
        for spent in calls:
            listen(spent, known)
