"""Whatever goes wrong at a model's endpoint: no run ends complete with a file cut or missing, none
hangs, none leaves a socket or a task, and each says what happened and what to do."""

import asyncio
import hashlib
import random
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from smartforge.events import Complete, FileComplete, ProjectCreated, RunFailed
from smartforge.forge.recorded import RecordedSteps
from smartforge.forge.retries import Patience
from smartforge.forge.run import run
from smartforge.llm.endpoint import Limits
from smartforge.llm.openai import OpenAIProvider
from smartforge.log.memory import MemoryLog
from smartforge.writers.model import ModelWriter
from tests.contract.answers import HTML, data, streamed
from tests.contract.answers.openai import DONE, ROLE, STOP, chunk, said
from tests.fakes import events_of, run_request, workshop
from tests.openai_wire import Answer, Dropped, Refusal, WireScript, openai_wire, problem
from tests.wire_script import Reply

MAIN = "app/main.py"
TEXT = "# grüße 🚀\n" * 40
KEY = "sk-very-secret-0123456789"
CREATED = ProjectCreated(title="T", prompt="A note API", target="fake", model="scripted")
CALM = Limits(first=300, silence=300, trailer=0.1)
HASTY = Limits(first=0.3, silence=0.3, trailer=0.1)

REFUSED: Mapping[str, Reply] = {
    "reset before a word": Dropped(),
    **{
        f"status {status}": Refusal(status, problem(f"no: {status}"))
        for status in (400, 401, 402, 403, 404, 405, 408, 409, 413, 418, 422, 429, 500, 501)
    },
    **{f"status {status}": Refusal(status, HTML, {}, "text/html") for status in (502, 503, 504)},
    "status 529 and nothing else": Refusal(529, ""),
    "asked to wait for hours": Refusal(429, problem("slow down"), {"Retry-After": "7200"}),
    "asked to wait not at all": Refusal(429, problem("slow down"), {"Retry-After": "0"}),
    "no money": Refusal(429, problem("no credit", "insufficient_quota")),
    "a context too small": Refusal(400, problem("too long", "context_length_exceeded")),
    "its key in the refusal": Refusal(401, problem(f"Incorrect API key provided: {KEY}")),
    "a redirect to nowhere": Refusal(307, "", {"Location": "http://127.0.0.1:9/v1"}),
}
NONSENSE: Mapping[str, Reply] = {
    "a web page": Refusal(200, HTML, {}, "text/html"),
    "a web page as a stream": streamed(HTML),
    "nothing": Refusal(200, ""),
    "an empty stream": streamed(""),
    "other JSON": Refusal(200, {"object": "list"}),
    "the end mark alone": streamed(DONE),
    "plain text": Refusal(200, "hello"),
    "no JSON at once": streamed("data: {nonsense\n\n"),
    "a list": streamed("data: []\n\n"),
    "null": streamed("data: null\n\n"),
    "choices that are a number": streamed(data({"choices": 5})),
    "a delta that is a number": streamed(data({"choices": [{"delta": 5}]})),
    "text that is an object": streamed(data({"choices": [{"delta": {"content": {"a": 1}}}]})),
    "an error at once": streamed(data({"error": {"message": "on fire", "code": 500}})),
}
CUT: Mapping[str, Reply] = {
    "an end without a word": Answer(TEXT, cut_after=100),
    "a reset": Answer(TEXT, cut_after=100, cut="reset"),
    "an end at the very end": Answer(TEXT, cut_after=len(TEXT)),
    "no reason to finish": Answer(TEXT, finish=None),
    **{f"finish {word}": Answer(TEXT, finish=word) for word in ("length", "content_filter")},
    **{f"finish {word}": Answer(TEXT, finish=word) for word in ("tool_calls", "function_call")},
    **{f"finish {word}": Answer(TEXT, finish=word) for word in ("eos", "STOP", "error")},
    "a refusal": streamed(ROLE + chunk({"refusal": "No."}) + STOP + DONE),
    "an error in the middle": streamed(said(TEXT) + data({"error": {"message": "on fire"}})),
    "no JSON in the middle": streamed(said(TEXT) + "data: {\n\n" + STOP + DONE),
    "half an event": streamed(said(TEXT) + STOP[:50]),
    "a fence that nobody closes": Answer(f"```python\n{TEXT}"),
    "twenty megabytes": Answer(pieces=["x" * 65_536] * 320),
}
STALLED: Mapping[str, Reply] = {
    "silence from the start": Answer(TEXT, hold_after=0),
    "silence in the middle": Answer(TEXT, hold_after=200),
    "silence before the word to end": Answer(TEXT, hold_after=len(TEXT)),
}
HARMLESS: Mapping[str, Reply] = {
    "no usage": Answer(TEXT, usage="none"),
    "usage on every chunk": Answer(TEXT, usage="every"),
    "no end mark": Answer(TEXT, done=False),
    "a response that stays open": Answer(TEXT, done=False, linger=True),
    "comments": Answer(TEXT, before=": PROCESSING\n\n"),
    "a fence around all of it": Answer(f"```python\n{TEXT}```"),
    "signs cut in two": Answer(pieces=list(TEXT.replace("🚀", "\ud83d\ude80"))),
}
_PLACES = random.Random(8).sample(range(len(TEXT)), 50)
CUTS: Mapping[str, Reply] = {
    f"cut after {place}": Answer(TEXT, cut_after=place, cut="end" if place % 2 else "reset")
    for place in _PLACES
}


async def made(provider: OpenAIProvider) -> tuple[Complete | RunFailed, str]:
    """How a run ends whose files the model writes, and the hash of the file that is whole."""
    log = MemoryLog()
    await log.create("project", [CREATED])
    shop = replace(
        workshop(),
        author="model",
        writers={**workshop().writers, "model": ModelWriter(provider)},
        patience=Patience(retries=1, base=0.0),
    )
    epoch = await log.claim("project")
    await run(run_request(), shop, log, RecordedSteps({}), epoch)
    facts = [fact for _, fact in await events_of(log, "project")]
    sha256 = next(
        (one.sha256 for one in facts if isinstance(one, FileComplete) and one.path == MAIN), ""
    )
    (end,) = [fact for fact in facts if isinstance(fact, Complete | RunFailed)]
    return end, sha256


async def ends(
    faults: Mapping[str, Reply], limits: Limits
) -> Mapping[str, tuple[Complete | RunFailed, str]]:
    """How a run ends for each fault; does not return where one leaves a socket or a task."""
    before = asyncio.all_tasks()
    found: dict[str, tuple[Complete | RunFailed, str]] = {}
    async with openai_wire(WireScript(files={"app/__init__.py": ""})) as wire:
        provider = OpenAIProvider("scripted", KEY, wire.base_url, limits)
        for name, reply in faults.items():
            wire.script.files = {"app/__init__.py": "", MAIN: reply}
            found[name] = await made(provider)
        await provider.close()
        await wire.until(lambda wire: all(one.state != "open" for one in wire.requests))
    # Generators that nobody reads any more are closed a moment later.
    await asyncio.gather(*(asyncio.all_tasks() - before))
    return found


@pytest.mark.parametrize(
    ("faults", "limits"),
    [
        pytest.param(REFUSED, CALM, id="refused"),
        pytest.param(NONSENSE, CALM, id="nonsense"),
        pytest.param(CUT, CALM, id="cut"),
        pytest.param(CUTS, CALM, id="cut at fifty places"),
        pytest.param(STALLED, HASTY, id="stalled"),
    ],
)
async def test_no_fault_ends_in_a_complete_run_and_each_is_told(
    faults: Mapping[str, Reply], limits: Limits
) -> None:
    for name, (end, sha256) in (await ends(faults, limits)).items():
        assert isinstance(end, RunFailed), name
        assert not sha256, f"{name}: a file counts as whole"
        assert MAIN in end.message, f"{name}: {end.message}"
        assert len(end.hint) > 10, f"{name}: nothing to do about {end.message}"
        assert KEY not in end.message + end.hint, name


async def test_what_does_no_harm_ends_in_the_very_text() -> None:
    right = hashlib.sha256(TEXT.encode()).hexdigest()
    for name, (end, sha256) in (await ends(HARMLESS, CALM)).items():
        assert isinstance(end, Complete), f"{name}: {end}"
        assert sha256 == right, name


def test_there_are_enough_faults() -> None:
    assert len(REFUSED) + len(NONSENSE) + len(CUT) + len(STALLED) >= 40
    assert len(CUTS) == 50
