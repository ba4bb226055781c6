"""Values written as source come back as the same values."""

import ast
import tomllib

from hypothesis import given
from hypothesis import strategies as st

from smartforge.targets.fastapi.imports import natural, with_imports
from smartforge.targets.fastapi.literals import markdown, python, string, toml

ANY_TEXT = st.text(st.characters(), max_size=200)
LINES = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_python_evaluates_to_the_value(value: object) -> None:
    assert eval(python(value), {"__builtins__": {}}) == value


@given(ANY_TEXT, st.integers(1, 300))
def test_runs_of_a_character_are_written_short(start: str, count: int) -> None:
    text = start + "x" * count
    source = python(text)
    assert eval(source, {"__builtins__": {}}) == text
    assert len(source) < 10 * len(start) + 250


@given(ANY_TEXT)
def test_a_string_is_fit_for_a_type_and_its_lines_are_short(text: str) -> None:
    source = string(text)
    assert ast.literal_eval(source) == text
    assert source.isprintable()
    assert max(map(len, source.split('" "'))) <= 72


@given(LINES)
def test_toml_holds_the_text(text: str) -> None:
    assert tomllib.loads(f"value = {toml(text)}") == {"value": text}


def test_markdown_shows_what_was_written() -> None:
    assert markdown("a *b* <c> [d](e) `f`") == r"a \*b\* \<c\> \[d\](e) \`f\`"


def test_imports_are_those_that_are_used() -> None:
    body = 'x: Annotated[Decimal, Field(description="Literal")]\nre = 1\n'
    assert with_imports(f"# Title\n\n@imports\n\n{body}") == (
        "# Title\n\nfrom decimal import Decimal\nfrom typing import Annotated\n\n"
        f"from pydantic import Field\n\n{body}"
    )


def test_numbers_in_names_sort_by_value() -> None:
    assert sorted(["item10s", "item9s", "Item1s"], key=natural) == ["Item1s", "item9s", "item10s"]
