"""What a model is told to write a file: what comes first, and how it fits the model's window."""

import json

import pytest
from msgspec.structs import replace

from smartforge.contract import Contract, Custom, Example, Field, Resource, Text
from smartforge.errors import ModelFailed
from smartforge.events import FilePlanned
from smartforge.llm.tokens import estimated
from smartforge.writers.base import Failing, Flawed, WriteRequest
from smartforge.writers.context import FRAMING, Context, context_for
from smartforge.writers.model import ModelWriter
from tests.unit.writers.test_model import FakeProvider, written
from tests.unit.writers.test_outline import TEXTS

PRICE, TAX = "app/custom/price.py", "app/custom/tax.py"
SKELETON = TEXTS | {TAX: "def answer(db: Session) -> str:\n    raise\n"}
FILES = (
    FilePlanned(PRICE, "What price does", "model"),
    FilePlanned(TAX, "What tax does", "model"),
    *(FilePlanned(path, "as it is", "compiled") for path in TEXTS if path != PRICE),
)
CONTRACT = Contract("Books", (Resource("book", "books", (Field("title", Text()),)),))
FAILING = Failing("tests", "one failed", {"test": "test_price"})


def request(path: str = PRICE, *, compiled: bool = True) -> WriteRequest:
    file = next(one for one in FILES if one.path == path)
    skeleton = SKELETON if compiled else {}
    return WriteRequest(file, FILES, CONTRACT, ["books"], 1, skeleton=skeleton)


def repair(path: str = PRICE, lines: int = 1) -> WriteRequest:
    texts = {PRICE: "price = 1\n" * lines, TAX: "tax = 2\n" * lines}
    return replace(request(path), round=1, flawed=Flawed(texts, [FAILING]))


def size(context: Context) -> int:
    return estimated(context.instructions) + estimated(context.prompt)


def test_one_example_shows_the_form_and_the_others_judge_until_one_has_failed() -> None:
    first, other, refused = (
        Example({"price": 1}, {"total": 2}),
        Example({"price": 20}, {"total": 40}),
        Example({"price": 999}, status=409),
    )
    operation = Custom("price", "Price", examples=(refused, first, other))
    told = context_for(replace(request(), operation=operation))
    assert '{"total":2}' in told.prompt
    assert '{"total":40}' not in told.prompt + told.instructions
    assert "999" not in told.prompt + told.instructions
    again = context_for(replace(repair(), operation=operation))
    assert '{"total":40}' in again.prompt
    assert '"body":{"price":999}' in again.prompt
    assert again.instructions == told.instructions


def test_the_frame_of_the_file_and_the_outlines_of_all_others_are_told() -> None:
    context = context_for(request())
    assert context.prompt.startswith(f"File: {PRICE}\nPurpose: What price does\n")
    assert "def answer(db: Session) -> int:" in context.prompt
    assert "class Book(Base)" in context.instructions
    assert "secret(" not in context.instructions + context.prompt
    assert "frame" not in context_for(request(compiled=False)).prompt


@pytest.mark.parametrize("window", [None, 12_000])
@pytest.mark.parametrize("compiled", [True, False])
def test_all_files_of_a_run_and_its_repairs_begin_alike(window: int | None, compiled: bool) -> None:
    asked = [request(compiled=compiled), request(TAX, compiled=compiled)]
    if compiled:
        asked += [repair(), repair(TAX), replace(request(), refused="it is empty", attempt=2)]
    found = [context_for(one, window) for one in asked]
    assert len({one.instructions for one in found}) == 1
    assert len({one.prompt for one in found}) == len(found)
    assert '"operationId":"list_books"' in found[0].instructions
    assert all(one.prompt.startswith("File: ") for one in found)


@pytest.mark.parametrize("wanted", [request(), repair(lines=200), request(compiled=False)])
def test_every_window_holds_the_request_or_is_refused(wanted: WriteRequest) -> None:
    fitted: list[int] = []
    refused: list[ModelFailed] = []
    for window in range(1_000, 16_000, 250):
        try:
            found = context_for(wanted, window)
        except ModelFailed as failure:
            refused.append(failure)
            continue
        fitted.append(window)
        assert fitted[-1] - fitted[0] == 250 * (len(fitted) - 1), "what fits also fits a larger one"
        assert size(found) + FRAMING <= window
        told = found.instructions + found.prompt
        for path in ("app/models.py", "app/logs.py") if wanted.skeleton else ():
            assert json.dumps(path) in told or path in told.partition("want of room: ")[2]
    assert fitted
    assert fitted[0] > 1_000
    assert all("SMARTFORGE_CONTEXT" in one.hint and not one.passing for one in refused)


def test_what_matters_least_goes_first_and_is_named() -> None:
    full = context_for(request())
    seen: list[tuple[bool, bool, bool]] = []
    for window in range(16_000, 1_000, -50):
        try:
            text = context_for(request(), window).instructions
        except ModelFailed:
            break
        held = ("def log(" in text, '"operationId"' in text, "class Book(Base)" in text)
        if held not in seen:
            seen.append(held)
        assert held[1] or "OpenAPI document (JSON): not shown, for want of room" in text
    assert "def log(" in full.instructions
    assert seen[0] == (True, True, True)
    assert (False, False, True) in seen or (True, False, True) in seen
    assert not any(document and not near for _, document, near in seen)


def test_a_repair_that_does_not_fit_leaves_out_the_other_files_and_names_them() -> None:
    wanted = repair(lines=600)
    whole, alone = context_for(wanted), context_for(wanted, 9_000)
    assert "tax = 2" in whole.prompt
    assert "tax = 2" not in alone.prompt
    assert f"Not shown, for want of room: {TAX}." in alone.prompt
    assert "price = 1" in alone.prompt


async def test_a_model_that_takes_too_little_is_not_asked() -> None:
    provider = FakeProvider("x = 1\n")
    writer = ModelWriter(provider, lambda: 1_000)
    with pytest.raises(ModelFailed, match=rf"{PRICE} was not written\. The request takes about"):
        await written(writer, request())
    assert not provider.closed, "its stream was never begun"
