"""The compiled writer: the target's text, in small pieces, at a steady pace, cancellable."""

import asyncio
from collections.abc import Mapping, Sequence, Set
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartforge.contract import Contract, Field, Resource, Text, TextList
from smartforge.errors import AnswerIncomplete
from smartforge.events import CheckName, CodeChunk, FilePlanned
from smartforge.targets.base import TargetFile
from smartforge.targets.rendered import Rendered
from smartforge.writers.base import WriteRequest
from smartforge.writers.compiled import MAX_CHUNK, CompiledWriter, pieces


class OneFile:
    """A target of one file, which counts how often it was rendered."""

    name = "one-file"
    repeated: Set[CheckName] = frozenset()

    def __init__(self, text: str) -> None:
        self.text = text
        self.rendered: list[Contract] = []

    def files(self, contract: Contract, past: Sequence[Contract] = ()) -> Sequence[TargetFile]:
        return [TargetFile("a.py", "all there is", judge=False)]

    def render(self, contract: Contract, past: Sequence[Contract] = ()) -> Mapping[str, str]:
        self.rendered.append(contract)
        return {"a.py": self.text}

    def packages(self) -> Mapping[str, str]:
        return {}

    def dependencies(self) -> Path:
        return Path()

    def rehearsal(self) -> str:
        return ""


class Clock:
    """Time that passes only while somebody sleeps, or by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.now += seconds


def contract(title: str = "Title") -> Contract:
    fields = (Field("name", Text()), Field("tags", TextList(), required=False, default=["a"]))
    return Contract(title, (Resource("thing", "things", fields),))


def request(path: str = "a.py", title: str = "Title") -> WriteRequest:
    planned = FilePlanned(path, "all there is", "compiled")
    return WriteRequest(planned, [planned], contract(title), ["a thing"], attempt=3)


async def chunks(writer: CompiledWriter, wanted: WriteRequest | None = None) -> list[CodeChunk]:
    facts = [fact async for fact in writer.write(wanted or request())]
    return [fact for fact in facts if isinstance(fact, CodeChunk)]


@given(st.text(st.sampled_from("ab \n\r\u0301\N{GRINNING FACE}é"), max_size=1000))
def test_pieces_make_up_the_text_and_none_is_empty_or_too_long(text: str) -> None:
    parts = list(pieces(text))
    assert "".join(parts) == text
    assert all(1 <= len(part) <= MAX_CHUNK for part in parts)


def test_pieces_end_with_lines_where_lines_fit() -> None:
    text = ("x" * 39 + "\n") * 10 + "y" * 250
    lengths = [len(part) for part in pieces(text)]
    assert lengths == [80, 80, 80, 80, 80, 100, 100, 50]


async def test_chunks_follow_each_other_without_gaps() -> None:
    text = "".join(f"line {number} \N{GRINNING FACE}\n" for number in range(100))
    found = await chunks(CompiledWriter(OneFile(text), pace=0))
    assert "".join(chunk.text for chunk in found) == text
    at = 0
    for chunk in found:
        assert (chunk.path, chunk.attempt, chunk.at) == ("a.py", 3, at)
        at += len(chunk.text)


async def test_an_empty_file_has_no_chunks() -> None:
    assert await chunks(CompiledWriter(OneFile(""), pace=0)) == []


async def test_a_file_takes_as_long_as_its_length_says() -> None:
    clock = Clock()
    text = "x" * 12_345
    writer = CompiledWriter(OneFile(text), pace=1000, clock=clock, sleep=clock.sleep)
    await chunks(writer)
    assert clock.now - 100 == pytest.approx(12.345)


async def test_every_chunk_comes_when_it_is_due() -> None:
    clock = Clock()
    writer = CompiledWriter(OneFile("x" * 250), pace=100, clock=clock, sleep=clock.sleep)
    times: list[float] = []
    async for _ in writer.write(request()):
        times.append(clock.now - 100)
    assert times == pytest.approx([1.0, 2.0, 2.5])


async def test_a_slow_reader_gets_at_once_what_is_overdue() -> None:
    clock = Clock()
    writer = CompiledWriter(OneFile("x" * 500), pace=100, clock=clock, sleep=clock.sleep)
    times: list[float] = []
    async for _ in writer.write(request()):
        times.append(clock.now - 100)
        if len(times) == 1:
            clock.now += 2.5
    assert times == pytest.approx([1.0, 3.5, 3.5, 4.0, 5.0])


async def test_without_a_pace_nothing_is_waited_for_but_others_run_between_chunks() -> None:
    clock = Clock()
    writer = CompiledWriter(OneFile("x" * 500), pace=0, clock=clock, sleep=clock.sleep)
    seen = 0
    turns: list[int] = []

    async def other() -> None:
        while True:
            turns.append(seen)
            await asyncio.sleep(0)

    bystander = asyncio.create_task(other())
    async for _ in writer.write(request()):
        seen += 1
    bystander.cancel()
    assert clock.now == 100
    assert set(turns) >= set(range(5))


async def test_leaving_early_stops_the_writing() -> None:
    clock = Clock()
    writer = CompiledWriter(OneFile("x" * 500), pace=100, clock=clock, sleep=clock.sleep)
    async with aclosing(writer.write(request())) as facts:
        async for _ in facts:
            break
    assert clock.now == pytest.approx(101.0)


async def test_cancelling_ends_a_wait() -> None:
    started = asyncio.Event()

    async def forever(seconds: float) -> None:
        started.set()
        await asyncio.Event().wait()

    writing = asyncio.create_task(chunks(CompiledWriter(OneFile("text"), pace=1, sleep=forever)))
    await started.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing


async def test_a_contract_is_rendered_once_for_all_its_files() -> None:
    target = OneFile("text\n")
    writer = CompiledWriter(Rendered(target), pace=0)
    await asyncio.gather(*(chunks(writer) for _ in range(5)))
    await chunks(writer, request(title="Another"))
    await chunks(writer)
    assert [one.title for one in target.rendered] == ["Title", "Another"]


async def test_a_file_that_the_target_does_not_make_is_refused_by_name() -> None:
    with pytest.raises(AnswerIncomplete) as caught:
        await chunks(CompiledWriter(OneFile("text"), pace=0), request("b.py"))
    assert caught.value.path == "b.py"
    assert "one-file" in caught.value.what
