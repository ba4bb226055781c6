"""What a model is asked for a bookstore: to write what rules cannot, and to write it all.

The product's own run, without checks, over OpenAI's wire to a scripted model that answers with the
compiler's own plan and files. Counted are all tokens of what is sent (messages, tools, schemas) and
of the files that the model writes, by one tokenizer; its plan is the same for both and is not
counted as a file. Once for the plain prompt, once with an operation that no rule says.

SMARTFORGE_BENCH_QUICK=1 measures the same; then nothing is kept.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace
from tests.openai_wire import Answer, Request, WireScript, openai_wire

from benchmarks.report import report, row
from smartforge.app.forge import Forge
from smartforge.contract import Contract, reading
from smartforge.engine.base import NewProject
from smartforge.events import AnyFact, Complete, PlanReady, ProjectCreated, decode
from smartforge.forge.base import RunRequest
from smartforge.forge.recorded import RecordedSteps
from smartforge.forge.run import run
from smartforge.llm.tokens import estimated
from smartforge.log.memory import MemoryLog
from smartforge.planners.offline import plan as by_rules
from smartforge.planners.shape import shape_of
from smartforge.settings import Options, read
from smartforge.targets.fastapi import FastAPITarget

QUICK = os.environ.get("SMARTFORGE_BENCH_QUICK") == "1"
PROMPT = (
    "Build a bookstore API with authors, books and reviews. Books have a unique ISBN and a price."
    " Anyone can browse, but you need to be logged in (JWT) to add or change anything. Review"
    " ratings go from 1 to 5."
)
GIVEN = [
    {"resource": "author", "body": "{}"},
    {"resource": "book", "body": '{"author_id": 1, "price": 10}'},
]
OPERATION: Mapping[str, Any] = {
    "name": "quote",
    "summary": "What several copies of a book cost",
    "description": "The price times copies, a tenth less from 10 copies on; over 100 is refused.",
    "resource": "book",
    "on_row": True,
    "takes": [{"name": "copies", "type": "integer", "min": "1", "max": "1000"}],
    "answers": [{"name": "total", "type": "number"}],
    "examples": [
        {
            "given": GIVEN,
            "body": '{"copies": 10}',
            "answer": '{"total": 90}',
        },
        {
            "given": GIVEN,
            "body": '{"copies": 101}',
            "status": "409",
        },
    ],
}
OWN = {
    "app/custom/quote.py": '''\
"""What several copies of a book cost."""

from fastapi import HTTPException, status
from sqlalchemy.orm import Session

from app import models
from app.schemas import custom as schemas


def answer(db: Session, book: models.Book, body: schemas.QuoteRequest) -> schemas.QuoteAnswer:
    """The price times copies, a tenth less from 10 copies on; over 100 is refused."""
    if body.copies > 100:
        raise HTTPException(status.HTTP_409_CONFLICT, "Nobody sells so many.")
    share = 0.9 if body.copies >= 10 else 1.0
    return schemas.QuoteAnswer(total=round(float(book.price) * body.copies * share, 2))
'''
}
LIMIT = 0.25
ALL = "model writes all"


class Asked(msgspec.Struct, frozen=True):
    """Of one run, in tokens: what was sent to plan, what was sent for files, and the files that
    came, with their number."""

    plan: int
    sent: int
    written: int
    files: int

    @property
    def total(self) -> int:
        return self.plan + self.sent + self.written


def main() -> None:
    rows: list[dict[str, Any]] = []
    for name, operations in (("bookstore", ()), ("with a quote", (OPERATION,))):
        auto, whole = asyncio.run(measured(operations))
        rows += [
            row(
                f"{name}: asked in all",
                "tokens",
                auto.total,
                {ALL: whole.total},
                limit={ALL: LIMIT},
            ),
            row(f"{name}: sent to plan", "tokens", auto.plan, {ALL: whole.plan}),
            row(f"{name}: sent for files", "tokens", auto.sent, {ALL: whole.sent}),
            row(f"{name}: written by it", "tokens", auto.written, {ALL: whole.written}),
            row(f"{name}: files by it", "", auto.files, {ALL: whole.files}),
        ]
    report("tokens", _settings(), rows, keep=not QUICK)
    failed = [line["metric"] for line in rows if not all(line.get("held", {}).values())]
    if failed:
        raise SystemExit(f"tokens: does not hold: {'; '.join(failed)}")


async def measured(operations: Sequence[Mapping[str, Any]] = ()) -> tuple[Asked, Asked]:
    """The same API, with these operations of its own, by `auto` and by `--author model`.

    Raises AssertionError where a run does not end as it has to.
    """
    shape = shape_of(by_rules((PROMPT,)).contract)
    planned = shape.model_dump(mode="json", exclude_defaults=True)
    planned["operations"] = [*planned.get("operations", []), *operations]
    contract, auto = await _run("auto", planned, OWN)
    texts = {**FastAPITarget().render(contract), **OWN}
    again, whole = await _run("model", planned, texts)
    assert again == contract, "both make the same API"
    assert auto.files == len(operations), "the model writes those and nothing else"
    return auto, whole


async def _run(
    author: str, planned: Mapping[str, Any], texts: Mapping[str, str]
) -> tuple[Contract, Asked]:
    """What one run has planned and asked, of a model that answers like this, at once."""
    answers = {path: Answer(pieces=(text,)) for path, text in texts.items()}
    script = WireScript(plan=planned, files=answers)
    with tempfile.TemporaryDirectory() as data:
        async with openai_wire(script) as wire:
            variables = {"OPENAI_BASE_URL": wire.base_url, "SMARTFORGE_MODEL": "scripted"}
            forge = Forge(read(Options(data=Path(data)), variables))
            try:
                facts = await _facts(forge, author)
            finally:
                await forge.close()
    assert isinstance(facts[-1], Complete), facts[-1]
    (plan,) = [fact for fact in facts if isinstance(fact, PlanReady)]
    files = {file.path for file in plan.files if file.author == "model"}
    assert sorted(one.asked for one in wire.requests) == sorted(["plan", *files])
    by_file = [one for one in wire.requests if one.asked in files]
    return reading.from_json(plan.contract), Asked(
        plan=sum(_sent(one) for one in wire.requests if one.asked == "plan"),
        sent=sum(_sent(one) for one in by_file),
        written=sum(estimated(one.sent) for one in by_file),
        files=len(files),
    )


async def _facts(forge: Forge, author: str) -> list[AnyFact]:
    """All that the run has told, from a log of its own; it has no checks to pass."""
    choice = forge.choose(NewProject(PROMPT, author=author))
    log = MemoryLog()
    created = ProjectCreated(title="x", prompt=PROMPT, target=choice.target, model=choice.model)
    await log.create("tokens", [created])
    request = RunRequest("tokens", "run", "prompt", (PROMPT,), choice, "x")
    shop = replace(forge.workshop(choice), checks=())
    await run(request, shop, log, RecordedSteps({}), await log.claim("tokens"))
    told = [decode(record.data)[1] for record in await log.read("tokens", 0, 1_000_000)]
    return [fact for fact in told if fact is not None]


def _sent(request: Request) -> int:
    """Tokens of a request: of its messages, and of the shape that it asks for."""
    told = sum(estimated(text) for _, text in request.messages)
    shapes = [request.body[name] for name in ("tools", "response_format") if name in request.body]
    return told + sum(estimated(json.dumps(one)) for one in shapes)


def _settings() -> dict[str, object]:
    return {
        "prompt": PROMPT,
        "quote": "a custom operation: a price for several copies of a book, refused over 100",
        "tokenizer": "smartforge.llm.tokens.estimated: up to six ASCII letters, two digits, two"
        " signs, a run of spaces or line ends, and any other character count as one",
        "model": "scripted, over OpenAI's wire; it plans and writes what the compiler would",
        "asked in all": "tokens sent to plan and for files, and tokens of the files written by it",
        "repeats": "none: the same bytes are sent every time",
    }
