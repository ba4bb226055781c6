"""Large fields are put aside, so that every event stays under its limit."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartforge import events
from smartforge.events import Fact, Ref
from smartforge.log import large
from smartforge.log.memory import MemoryLog
from smartforge.log.standing import EVENT_LIMIT

BIG = "ä" * 40_000


def created(prompt: str) -> events.ProjectCreated:
    return events.ProjectCreated(title="t", prompt=prompt, target="fastapi", model=None)


def plan(contract: dict[str, Any], notes: tuple[str, ...] = ()) -> events.PlanReady:
    return events.PlanReady(contract=contract, files=(), notes=notes, operations_not_made=())


def checked(evidence: dict[str, Any]) -> events.CheckCompleted:
    return events.CheckCompleted(
        check="tests",
        required=True,
        verdict="failed",
        summary="s",
        evidence=evidence,
        duration_ms=1,
        round=0,
    )


@pytest.mark.parametrize(
    "fact",
    [
        created("short"),
        plan({"title": "x"}),
        checked({"curl": "curl"}),
        events.ProjectDeleted(),
        events.CodeChunk(path="a", attempt=1, at=0, text="x"),
    ],
)
async def test_a_small_fact_stays_as_it_is(fact: Fact) -> None:
    assert await large.fit(fact, MemoryLog()) is fact


@pytest.mark.parametrize(
    ("fact", "name"),
    [
        (created(BIG), "prompt"),
        (events.Message(id="m", role="user", text=BIG), "text"),
        (events.MessageUpdated(id="m", role="user", text=BIG), "text"),
    ],
)
async def test_a_large_text_becomes_a_reference_to_its_utf8(fact: Fact, name: str) -> None:
    log = MemoryLog()
    fitted = await large.fit(fact, log)
    ref = getattr(fitted, name)
    assert isinstance(ref, Ref)
    content = await log.get(ref.ref)
    assert content == BIG.encode()
    assert ref.size == len(content) == 80_000
    assert msgspec.structs.replace(fitted, **{name: BIG}) == fact


@pytest.mark.parametrize(
    ("fact", "name"), [(plan({"text": BIG}), "contract"), (checked({"text": BIG}), "evidence")]
)
async def test_a_large_dict_becomes_the_fields_of_a_reference_to_its_json(
    fact: Fact, name: str
) -> None:
    log = MemoryLog()
    fitted = await large.fit(fact, log)
    ref = getattr(fitted, name)
    assert sorted(ref) == ["ref", "size"]
    content = await log.get(ref["ref"])
    assert ref["size"] == len(content)
    assert msgspec.json.decode(content) == {"text": BIG}


@pytest.mark.parametrize(
    "fact",
    [
        events.CodeChunk(path="a", attempt=1, at=0, text=BIG),
        events.TitleChanged(title=BIG),
        plan({"title": "x"}, notes=(BIG,)),
        plan({"text": BIG}, notes=(BIG,)),
    ],
)
async def test_what_cannot_be_made_small_is_refused_and_nothing_is_stored(fact: Fact) -> None:
    class NoBlobs:
        async def put(self, content: bytes) -> str:
            raise AssertionError("nothing may be stored")

        async def get(self, sha256: str) -> bytes:
            raise AssertionError

    with pytest.raises(ValueError, match="nothing in it can be put aside"):
        await large.fit(fact, NoBlobs())


@settings(max_examples=40, deadline=None)
@given(length=st.integers(EVENT_LIMIT - 900, EVENT_LIMIT + 10), character=st.sampled_from('xä"\n'))
async def test_what_was_fitted_can_always_be_appended(length: int, character: str) -> None:
    log = MemoryLog()
    project_id, run = "p" * 22, "r" * 22
    await log.create(project_id, [created("short")])
    prompt = character * (length // len(msgspec.json.encode(character)[1:-1]))
    await log.append(project_id, [await large.fit(created(prompt), log)], run=run)
    (record,) = await log.read(project_id, 1, 1)
    assert len(record.data) < EVENT_LIMIT
