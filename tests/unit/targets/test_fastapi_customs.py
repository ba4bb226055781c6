"""Operations of their own: examples judge whoever wrote them, and what nobody wrote says so."""

from pathlib import Path

from msgspec.structs import replace

from smartforge.contract import (
    Contract,
    Custom,
    Example,
    Field,
    Given,
    Resource,
    Timestamp,
    validate,
)
from smartforge.targets.fastapi import FastAPITarget
from tests.unit.targets.customs import GOOD, SHOP
from tests.unit.targets.projects import own_tests_of_each, python, write

OWN = [f"tests/test_custom_{custom.name}.py" for custom in SHOP.customs]
KEPT = {*OWN, "tests/test_contract.py", "tests/test_auth.py", "tests/test_baskets.py"}


def test_examples_pass_for_good_files(tmp_path: Path) -> None:
    [code] = own_tests_of_each([write(_files(SHOP) | GOOD, tmp_path)])
    assert code == 0, (tmp_path / "said.txt").read_text()


def test_examples_fail_for_wrong_files(tmp_path: Path) -> None:
    wrong = {
        "app/custom/quote_book.py": ("book.price * body", "book.price + body"),
        "app/custom/put_in.py": ("basket.spent += book.price", "pass"),
        "app/custom/cheapest.py": ("models.Book.price, ", ""),
    }
    files = _files(SHOP)
    for path, (stands, then) in wrong.items():
        assert stands in GOOD[path]
        files[path] = GOOD[path].replace(stands, then)
    ended = python(write(files, tmp_path), "-m", "pytest", "-q", "-p", "no:cacheprovider", *OWN)
    failed = [line for line in ended.stdout.splitlines() if line.startswith("FAILED")]
    assert {line.split()[1].partition("::")[0] for line in failed} == {*OWN}, ended.stdout


def test_what_nobody_wrote_answers_501_and_is_no_promise(tmp_path: Path) -> None:
    contract = _unmade(SHOP)
    files = _files(contract)
    [code] = own_tests_of_each([write(files, tmp_path)])
    assert code == 0, (tmp_path / "said.txt").read_text()
    assert "quote-book" not in files["openapi.yaml"]
    assert "assert_problem(response, 501)" in files["tests/test_custom_quote_book.py"]
    readme = FastAPITarget().render(contract)["README.md"]
    assert "| `POST /books/{book_id}/quote-book` | Quote a price |" in readme


def test_the_files_of_operations_are_marked_and_their_judges_are_not_theirs() -> None:
    files = {file.path: file for file in FastAPITarget().files(SHOP) if file.custom}
    assert {path for path, file in files.items() if not file.judge} == set(GOOD)
    assert {path for path, file in files.items() if file.judge} == set(OWN)


def _files(contract: Contract) -> dict[str, str]:
    """The project with those of its tests that are about operations of their own."""
    files = FastAPITarget().render(contract)
    return {
        path: text
        for path, text in files.items()
        if path in KEPT or not path.startswith("tests/test_")
    }


def _unmade(contract: Contract) -> Contract:
    return replace(
        contract, customs=tuple(replace(custom, made=False) for custom in contract.customs)
    )


def test_a_moment_is_expected_as_rows_show_it() -> None:
    shift = Resource("shift", "shifts", (Field("starts_at", Timestamp()),))
    written = {"starts_at": "2026-05-01T11:30:00+02:00"}
    given = (Given("shift", written),)
    move = Custom(
        "move",
        "Move a shift",
        resource="shift",
        on_row=True,
        shows="shift",
        examples=(Example(answer=written, given=given), Example(status=404, row=2, given=given)),
    )
    files = FastAPITarget().render(validate(Contract("Shifts", (shift,), customs=(move,))))
    assert '{"starts_at": "2026-05-01T09:30:00Z"}' in files["tests/test_custom_move.py"]
