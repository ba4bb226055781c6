"""Who repairs may be another than who wrote."""

from collections.abc import AsyncGenerator

import pytest

from smartforge.events import Author, CodeChunk, FilePlanned, Usage
from smartforge.writers.base import WriteRequest
from smartforge.writers.rounds import Rounds
from tests.fakes import CONTRACT

FILE = FilePlanned(path="a.py", purpose="all", author="model")


class Saying:
    """Writes one word."""

    author: Author = "model"

    def __init__(self, word: str) -> None:
        self._word = word

    async def write(self, request: WriteRequest) -> AsyncGenerator[CodeChunk | Usage, None]:
        yield CodeChunk(path="a.py", attempt=1, at=0, text=self._word)


@pytest.mark.parametrize(("number", "word"), [(0, "first"), (1, "repair"), (3, "repair")])
async def test_a_round_of_repair_is_another_writers(number: int, word: str) -> None:
    writer = Rounds(Saying("first"), Saying("repair"))
    request = WriteRequest(FILE, (FILE,), CONTRACT, (), 1, round=number)
    said = [one.text async for one in writer.write(request) if isinstance(one, CodeChunk)]
    assert said == [word]
    assert writer.author == "model"
