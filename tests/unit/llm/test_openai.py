"""What is special about OpenAI's wire, and what strange endpoints do to it."""

import logging
import subprocess
import sys
import traceback
from contextlib import aclosing

import pytest

from smartforge.errors import AnswerIncomplete, ModelFailed
from smartforge.llm.base import Spent
from smartforge.llm.endpoint import Limits
from smartforge.llm.openai import OpenAIProvider
from smartforge.llm.tokens import estimated
from tests.openai_wire import Answer, Refusal, Wire, WireScript, openai_wire, problem

QUICK = Limits(first=300, silence=300, trailer=0.1)
KEY = "sk-proj-very_secret-0123456789"


def provider_of(wire: Wire, key: str | None = None, limits: Limits = QUICK) -> OpenAIProvider:
    return OpenAIProvider("scripted", key, wire.base_url, limits)


async def read(script: WireScript, key: str | None = None, limits: Limits = QUICK) -> list[str]:
    """The pieces of the answer to `File: a.py`, the costs left out."""
    async with openai_wire(script) as wire:
        provider = provider_of(wire, key, limits)
        try:
            async with aclosing(provider.stream("", "File: a.py")) as answer:
                return [piece async for piece in answer if isinstance(piece, str)]
        finally:
            await provider.close()


async def cost(answer: Answer) -> Spent:
    async with openai_wire(WireScript(files={"a.py": answer})) as wire:
        provider = provider_of(wire)
        async with aclosing(provider.stream("", "File: a.py")) as pieces:
            *_, spent = [piece async for piece in pieces]
        await provider.close()
    assert isinstance(spent, Spent)
    return spent


def test_importing_and_constructing_loads_no_client_library() -> None:
    program = (
        "import sys; import smartforge.planners.model, smartforge.writers.model;"
        "from smartforge.llm.openai import OpenAIProvider;"
        "OpenAIProvider('m', 'key', None);"
        "print([name for name in ('pydantic_ai', 'openai', 'httpx2') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


async def test_an_endpoint_that_needs_no_key_gets_a_placeholder() -> None:
    async with openai_wire(WireScript(files={"a.py": "x"})) as wire:
        provider = provider_of(wire)
        async with aclosing(provider.stream("", "File: a.py")) as answer:
            assert await anext(answer) == "x"
        await provider.close()
        assert wire.requests[0].key == "no-key-needed"


async def test_a_key_in_the_environment_is_not_sent_to_another_endpoint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    async with openai_wire(WireScript(files={"a.py": "x"})) as wire:
        provider = provider_of(wire)
        async with aclosing(provider.stream("", "File: a.py")) as answer:
            await anext(answer)
        await provider.close()
        assert KEY not in str(wire.requests[0].head.headers)


async def test_a_proxy_for_the_world_is_not_used_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9/")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert await read(WireScript(files={"a.py": "x"})) == ["x"]


async def test_usage_is_what_the_endpoint_said() -> None:
    spent = await cost(Answer(pieces=["a", "b", "c"], cached_tokens=2))
    assert (spent.input_tokens, spent.cached_input_tokens, spent.output_tokens) == (2, 2, 3)


async def test_usage_on_every_chunk_is_not_added_up() -> None:
    assert (await cost(Answer(pieces=["a"] * 30, usage="every"))).output_tokens == 30


async def test_missing_usage_is_counted_here_and_said_to_be() -> None:
    spent = await cost(Answer("x = [1, 2]", usage="none"))
    assert spent.estimated
    assert spent.input_tokens > 0
    assert spent.output_tokens == estimated("x = [1, 2]")
    assert not (await cost(Answer("text"))).estimated


async def test_a_local_endpoint_has_no_known_price() -> None:
    assert (await cost(Answer("text"))).cost is None


async def test_surrogates_in_two_chunks_become_one_character() -> None:
    pieces = await read(WireScript(files={"a.py": Answer(pieces=["a\ud83d", "\ude00b", "\ud83d"])}))
    assert "".join(pieces) == "a😀b\ufffd"


async def test_leading_blanks_are_kept() -> None:
    text = "\n\n    indented: true\n"
    assert "".join(await read(WireScript(files={"a.py": text}))) == text


async def test_reasoning_before_the_answer_is_left_out_and_within_it_is_text() -> None:
    before = Answer(pieces=["<think>", "hm", "</think>", "x = '", "<think>", "'\n", "</think>"])
    pieces = await read(WireScript(files={"a.py": before}))
    assert "".join(pieces) == "x = '<think>'\n</think>"


async def test_comments_in_the_stream_do_not_matter() -> None:
    answer = Answer("x = 1", before=": PROCESSING\n\n: PROCESSING\n\n")
    assert "".join(await read(WireScript(files={"a.py": answer}))) == "x = 1"


HTML = "<!doctype html><html><head><style>b{}</style></head><body>Sign in</body></html>"


@pytest.mark.parametrize(
    "reply",
    [
        Refusal(200, HTML, content_type="text/html"),
        Refusal(200, "", content_type="text/event-stream"),
        Refusal(200, ""),
        Refusal(200, {"object": "list"}),
        Refusal(200, "data: [DONE]\n\n", content_type="text/event-stream"),
        Refusal(404, HTML, content_type="text/html"),
    ],
    ids=["page", "empty stream", "empty text", "other json", "done at once", "404 page"],
)
async def test_what_is_no_chat_completion_is_an_error_with_a_way_out(reply: Refusal) -> None:
    with pytest.raises(ModelFailed) as failure:
        await read(WireScript(otherwise=reply, files={}))
    assert not isinstance(failure.value, AnswerIncomplete)
    assert "127.0.0.1" in failure.value.what
    assert "<" not in failure.value.what
    assert "OPENAI_BASE_URL" in failure.value.hint


@pytest.mark.parametrize(
    "data",
    [
        "{nonsense",
        "[]",
        "5",
        "null",
        '"text"',
        "{}",
        '{"choices": "x"}',
        '{"choices": [5]}',
        '{"choices": [{}]}',
        '{"choices": [{"delta": 5}]}',
        '{"choices": [{"delta": {"content": {"a": 1}}}]}',
        '{"choices": [{"delta": {"content": "x"}, "finish_reason": 7}]}',
        '{"usage": "many", "choices": []}',
        '{"usage": {"prompt_tokens": "x"}, "choices": []}',
        "\udcff",
    ],
)
async def test_nonsense_in_the_stream_never_passes_for_an_answer(data: str) -> None:
    body = f"data: {data}\n\n".encode("utf-8", "surrogateescape").decode("latin-1")
    reply = Refusal(200, body, content_type="text/event-stream")
    with pytest.raises(ModelFailed):
        await read(WireScript(otherwise=reply))


async def test_an_error_within_the_stream_is_told_and_not_asked_again() -> None:
    error = 'data: {"error": {"message": "the engine caught fire", "code": 500}}\n\n'
    async with openai_wire(WireScript(otherwise=Answer("never", before=error))) as wire:
        provider = provider_of(wire)
        with pytest.raises(ModelFailed, match="the engine caught fire"):
            await anext(provider.stream("", "x"))
        await provider.close()
        assert len(wire.requests) == 1


async def test_an_endless_answer_is_cut_off() -> None:
    limits = Limits(answer=1000, trailer=0.1)
    with pytest.raises(AnswerIncomplete, match="1,000 characters"):
        await read(WireScript(otherwise=Answer("word " * 1000)), limits=limits)


@pytest.mark.parametrize("said", [KEY, f"Bearer {KEY}", "sk-another-key-000"])
@pytest.mark.parametrize("status", [400, 401, 403, 500])
async def test_no_key_is_in_an_error_its_traceback_or_the_log(
    status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    refusal = Refusal(status, problem(f"Incorrect API key provided: {said}. Try another."))
    with pytest.raises(ModelFailed) as failure:
        await read(WireScript(otherwise=refusal), KEY)
    error = failure.value
    shown = [error.what, error.hint, *traceback.format_exception(error), caplog.text]
    assert not [text for text in shown if said in text or KEY in text]
    assert "Try another." in error.what
    assert error.__context__ is None
    assert error.__cause__ is None


@pytest.mark.parametrize(
    ("refusal", "hint"),
    [
        (Refusal(401, problem("wrong key", "invalid_api_key")), "OPENAI_API_KEY"),
        (Refusal(404, problem("no such model", "model_not_found")), "name of the model"),
        (Refusal(429, problem("too fast", "rate_limit_exceeded")), "wait"),
        (Refusal(429, problem("no credit", "insufficient_quota")), "balance"),
        (Refusal(400, problem("too long", "context_length_exceeded")), "Shorten"),
        (Refusal(503, "upstream is down"), "try again"),
    ],
)
async def test_the_hint_says_what_to_do(refusal: Refusal, hint: str) -> None:
    with pytest.raises(ModelFailed) as failure:
        await read(WireScript(otherwise=refusal))
    assert hint in failure.value.hint


async def test_an_exhausted_account_is_not_asked_again() -> None:
    script = WireScript(otherwise=Refusal(429, problem("no credit", "insufficient_quota")))
    async with openai_wire(script) as wire:
        provider = provider_of(wire)
        with pytest.raises(ModelFailed):
            await anext(provider.stream("", "x"))
        await provider.close()
        assert len(wire.requests) == 1


async def test_where_nothing_listens_the_error_names_the_place() -> None:
    async with openai_wire(WireScript()) as wire:
        url = wire.base_url
    provider = OpenAIProvider("scripted", KEY, url, QUICK)
    with pytest.raises(ModelFailed) as failure:
        await anext(provider.stream("", "x"))
    await provider.close()
    assert url in failure.value.what
    assert "cannot be reached" in failure.value.what
    assert "OPENAI_BASE_URL" in failure.value.hint


async def test_a_provider_may_be_used_again_after_it_was_closed() -> None:
    async with openai_wire(WireScript(files={"a.py": "x"})) as wire:
        provider = provider_of(wire)
        for _ in range(2):
            async with aclosing(provider.stream("", "File: a.py")) as answer:
                assert await anext(answer) == "x"
            await provider.close()
        await provider.close()
